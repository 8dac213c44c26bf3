"""Large rooms: mansion, warehouse, courtroom."""

from __future__ import annotations

import math

from models.draft.plates.furnish import crate, flowers, lamp, sconce, table
from models.draft.plates.outdoors import city, hills, sky, tree_line
from models.draft.plates.scenery import BOTTOM, LEFT, RIGHT, TOP, WIDE, Scenery, deep, edge, high, ray
from models.draft.plates.shell import (
    Box,
    arch,
    beams_from,
    boards,
    carpet,
    column,
    drape,
    panes,
    rect,
    room,
    tiles,
    tinted,
    valance,
    wainscot,
    wall,
)
from models.draft.svg import mix

GOLD = "#e0ac48"


def mansion(s: Scenery) -> None:
    """A hall with a great arched window, curving stairs, a chandelier, marble squares."""
    sky(s, 1000, (540, 520), 1.1)
    hills(s, 980, 220, "#3f6a9a", 0.5)
    tree_line(s, 1010, 130, "#2a6a5c", 0.2)
    tone = tinted(s, s.pick("#b0704a", "#4a5a9a", "#8a3a54", "#3a7a70"), 0.35)
    wall(s, tone, 1440, [arch(350, 190, 380, 760)])
    d = s.shell
    for x in (-60, 60, 880, 1000):
        wainscot(s, x, x + 140, 160, 800, tone, 1)
    d.rect(LEFT, 60, WIDE, 40, high(tone, 0.35), 1, edge(tone), 4)
    for k in range(27):
        d.rect(LEFT + 10 + k * 48, 100, 24, 22, high(tone, 0.45), 1, edge(tone), 3)
    _great_window(s)
    tiles(s, 1440, "#f4e6d0", mix("#4a2a3c", s.p.wall, 0.4))
    s.ground(1440, gloss=0.5)
    beams_from(s, 350, 200, 380, 700, s.rng.choice((-0.25, 0.25)), 1.1)
    _gallery(s)
    for side in (-1, 1):
        _stair(s, side)
        column(s, 540 + side * 545, 130, TOP, 1640, "#e8d8c0", GOLD)
        sconce(s, 540 + side * 330, 560, 1.1)
    carpet(s, 1442, 130, mix(s.p.wall, "#b01c34", 0.6), GOLD)
    _chandelier(s, 540, 120)
    flowers(s, 250, 1560, 1.0, s.p.accent)
    valance(s, mix(s.p.wall, "#7a1430", 0.5), GOLD, 110)


def _great_window(s: Scenery) -> None:
    d, frame = s.shell, "#f0dcb4"
    ring = arch(350, 190, 380, 760)
    for width, paint in ((34, edge(frame)), (26, frame), (8, GOLD)):
        d.path("M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in ring) + "Z", "none", 1, paint, width)
    for x in (477, 603):
        d.rect(x - 6, 240, 12, 710, frame)
    for y in (380, 570, 760):
        d.rect(350, y - 5, 380, 10, frame)
    d.path("M540 380L350 380M540 380L410 246M540 380L540 190M540 380L670 246", "none", 1, frame, 8)
    s.light(540, 560, 900, s.p.sky.light, s.p.key, "window")


def _gallery(s: Scenery) -> None:
    """The landing between the stairs."""
    d, wood = s.things, "#a8602e"
    d.rect(270, 1010, 540, 34, high(wood, 0.25), 1, edge(wood), 5, 6)
    for k in range(14):
        x = 296 + k * 37.5
        d.blob(
            [(x - 6, 1044), (x + 6, 1044), (x + 13, 1100), (x + 5, 1150), (x - 5, 1150), (x - 13, 1100)],
            "#f4e4cc",
            1,
            edge(wood),
            3,
        )
    d.rect(270, 1150, 540, 26, wood, 1, edge(wood), 4)
    d.rect(290, 1176, 500, 264, d.gradient([(0, deep(wood, 0.6), 1), (1, deep(wood, 0.3), 1)]), 1, edge(wood), 4)
    for x in (330, 560):
        d.rect(x, 1210, 190, 200, deep(wood, 0.25), 1, GOLD, 5, 8)
    s.light(540, 1330, 420, "#ffa84a", 0.5)


def _stair(s: Scenery, side: int) -> None:
    d, wood, red = s.things, "#b06a36", mix(s.p.wall, "#c01c38", 0.65)

    def at(x: float) -> float:
        return 540 + side * x

    for k in range(13):
        y, inner, outer = 1150 + k * 34, 262 - k * 3, 400 + k * 28
        tread = [(at(inner), y), (at(outer), y), (at(outer + 28), y + 34), (at(inner - 3), y + 34)]
        d.poly(tread, deep(wood, 0.12 + 0.12 * (k % 2)), 1, edge(wood), 3)
        d.poly(
            [(at(inner + 36), y), (at(outer - 40), y), (at(outer - 16), y + 34), (at(inner + 34), y + 34)],
            deep(red, 0.3 * (k % 2)),
        )
        d.line(at(inner), y, at(outer), y, high(wood, 0.5), 4)
    d.ink([(at(266), 1016), (at(250), 1240), (at(200), 1500)], 40, edge(wood), "even")
    d.ink([(at(266), 1014), (at(250), 1238), (at(200), 1498)], 28, high(wood, 0.2), "even")
    d.ellipse(at(200), 1500, 34, 34, GOLD, 1, edge(GOLD), 4)
    d.rect(at(200) - 22, 1530, 44, 110, wood, 1, edge(wood), 4, 6)


def _chandelier(s: Scenery, x: float, y: float) -> None:
    d = s.things
    d.rect(x - 4, TOP, 8, y - TOP + 60, GOLD, 1, edge(GOLD), 2)
    for ring, (w, dy) in enumerate(((250, 90), (150, 10))):
        for paint, width in ((edge(GOLD), 18), (GOLD, 11)):
            d.path(f"M{x - w} {y + dy}C{x - w} {y + dy + 90} {x + w} {y + dy + 90} {x + w} {y + dy}M{x - w * 0.5} {y + dy + 60}L{x} {y - 30}L{x + w * 0.5} {y + dy + 60}", "none", 1, paint, width)  # fmt: skip
        num = 9 - 2 * ring
        for k in range(num):
            a = math.pi * (k + 0.5) / num
            cx, cy = x - w * math.cos(a), y + dy + 66 * math.sin(a)
            d.blob([(cx, cy - 74), (cx + 13, cy - 36), (cx, cy - 22), (cx - 13, cy - 36)], "#fff6cc", 1, "#ffa83c", 3)
            d.poly([(cx - 10, cy + 10), (cx + 10, cy + 10), (cx, cy + 62)], "#e4f6ff", 0.9, "#8ab0d8", 2)
    s.light(x, y + 60, 900, "#ffc066", 0.8 if s.lit else 0.35)
    for dx in (-190, 190):
        s.light(x + dx, y + 60, 260, "#ffc066", 0.5 if s.lit else 0.2, "candle")


def warehouse(s: Scenery) -> None:
    """Great roof windows with shafts of light, an open gate on the harbour, chains, crates, drums."""
    sky(s, 1230, (540, 900), 1.25)
    city(s, 1240, 300)
    tone = s.pick("#3f5aa8", "#a0523a", "#7a4a86", "#a8743c")
    box = Box(110, -10, 970, 1450)
    holes = [rect(300, 640, 480, 700)]
    for k in range(4):
        holes.append(rect(150 + k * 204, 150, 168, 300))
    left = [box.side(-1, 1.5 + k * 0.55, 1.16 + k * 0.5, 240, 620) for k in range(2)]
    room(s, box, tone, deep(tone, 0.5), holes, left)
    _steel(s, box, tone)
    tiles(s, 1450, mix(tone, "#a89a94", 0.5), mix(tone, "#8a7c80", 0.5), 110, 970, 5, 5)
    s.ground(1450, gloss=0.5, puddles=True)
    for k in range(4):
        panes(s, 150 + k * 204, 150, 168, 300, 3, 4, "#2a3444", 8)
    slide = s.rng.choice((-1, 1))
    for k in range(4):
        x = 150 + k * 204
        s.beam(
            [(x, 160), (x + 168, 160), (x + 330 + slide * 300, 1850), (x - 70 + slide * 300, 1850)], s.p.sky.light, 0.17
        )
    s.light(540, 1000, 820, s.p.sky.edge, 0.75, "window")
    s.beam([(300, 660), (780, 660), (1150, 1950), (-70, 1950)], s.p.sky.edge, 0.16)
    _gate(s)
    _stacks(s)
    for x in (210, 870):
        lamp(s, x, 380, 0.95, cord=560, shade="#3f8a6a")
        s.light(x, 800, 760, "#ffb45c", 0.5 if s.lit else 0.15)
        s.beam([(x - 70, 480), (x + 70, 480), (x + 330, 1800), (x - 330, 1800)], "#ffc070", 0.17 if s.lit else 0.05)
    s.near.rect(RIGHT - 120, 900, 140, BOTTOM - 900, deep("#6a4a2c", 0.5), 1, edge("#6a4a2c"), 8)
    s.near.ink([(20, TOP), (36, 300), (10, 620)], 34, "#20182c", "even")
    s.near.path("M-6 620c-30 60 60 90 50 20", "none", 1, "#20182c", 26)


def _steel(s: Scenery, box: Box, tone: str) -> None:
    """Girders of the roof and ribs of the wall."""
    d, iron = s.shell, deep(mix(tone, "#c05a2c", 0.35), 0.35)
    for reach in (1.0, 1.45, 2.1):
        a, b = ray(box.x0, 70, reach), ray(box.x1, 70, reach)
        d.line(*a, *b, edge(iron), 34 * reach)
        d.line(*a, *b, iron, 24 * reach)
        data = "".join(
            f"M{a[0] + (b[0] - a[0]) * k / 8:.0f} {a[1]:.0f}l{(b[0] - a[0]) / 16:.0f}-{90 * reach:.0f}l{(b[0] - a[0]) / 16:.0f} {90 * reach:.0f}"
            for k in range(8)
        )
        d.path(data, "none", 1, iron, 9 * reach)
        for x in (box.x0, box.x1):
            d.line(*ray(x, -10, reach), *ray(x, 1450, reach), iron, 26 * reach)
    ribs = "".join(f"M{x} 460V620M{x} 1340V1450" for x in range(130, 970, 34))
    d.path(ribs, "none", 0.5, edge(tone), 5)


def _gate(s: Scenery) -> None:
    """A half-raised shutter over the harbour: stripes, chains, a bollard."""
    d = s.shell
    for k in range(6):
        d.rect(300, 640 + k * 30, 480, 30, d.gradient([(0, "#c8783c", 1), (1, "#6a3028", 1)]))
    for x in range(300, 780, 80):
        d.poly([(x, 820), (x + 40, 820), (x + 80, 850), (x + 40, 850)], "#ffd23c")
        d.poly([(x + 40, 820), (x + 80, 820), (x + 80, 850)], "#2a2030")
    for x in (276, 780):
        d.rect(x, 620, 26, 830, "#e8b43c", 1, "#3a2418", 5)
        for k in range(9):
            d.poly([(x, 640 + k * 90), (x + 26, 614 + k * 90), (x + 26, 656 + k * 90), (x, 682 + k * 90)], "#2a2030")
    water = "".join(f"M{320 + k % 5 * 90} {1250 + k * 9}h{40 + k % 3 * 30}" for k in range(9))
    s.far.path(water, "none", 0.8, "#fff2c8", 6)


def _stacks(s: Scenery) -> None:
    wood = s.pick("#b0703a", "#a07a4a", "#8a5a34")
    for x, y, w in (
        (-70, 1240, 260),
        (150, 1320, 170),
        (-60, 1010, 230),
        (860, 1260, 250),
        (900, 1060, 210),
        (-80, 1470, 350),
        (830, 1500, 360),
    ):
        crate(s, x, y, w, s.vary(wood, 0.14))
    for x, y, tone in ((330, 1450, "#2f7ab0"), (250, 1560, "#c8402c"), (770, 1570, "#2f9a7a")):
        d = s.things
        d.rect(
            x - 66,
            y,
            132,
            190,
            d.gradient([(0, deep(tone, 0.5), 1), (0.4, high(tone, 0.35), 1), (1, deep(tone, 0.5), 1)], (1, 0)),
            1,
            edge(tone),
            5,
            10,
        )
        d.ellipse(x, y, 66, 20, high(tone, 0.25), 1, edge(tone), 4)
        for k in (60, 126):
            d.path(f"M{x - 66} {y + k}q66 26 132 0", "none", 1, edge(tone), 5)


def courtroom(s: Scenery) -> None:
    """A panelled court: tall windows, the scales in gold, the judge's bench, flags, a rail."""
    sky(s, 1200, (540, 500))
    city(s, 1150, 460)
    wood = s.pick("#9a5428", "#7a3a2a", "#8a6034")
    box = Box(-40, -50, 1120, 1480)
    holes = [arch(40, 170, 190, 760), arch(850, 170, 190, 760)]
    stone = tinted(s, s.pick("#d0b48a", "#9aa4c8", "#c89a80"), 0.22)
    room(s, box, stone, high(stone, 0.2), holes)
    d = s.shell
    for side, x in ((1, 40), (-1, 850)):
        for width, paint in ((30, edge(wood)), (20, wood)):
            d.path("M" + "L".join(f"{a:.0f} {b:.0f}" for a, b in arch(x, 170, 190, 760)) + "Z", "none", 1, paint, width)
        d.path(f"M{x + 95} 170V930M{x} 420H{x + 190}M{x} 680H{x + 190}", "none", 1, wood, 10)
        beams_from(s, x, 200, 190, 700, side * 0.5, 1.3)
        s.light(x + 95, 540, 620, s.p.sky.light, s.p.key, "window")
    d.rect(
        270,
        -50,
        540,
        1400,
        d.gradient([(0, deep(wood, 0.3), 1), (0.5, wood, 1), (1, deep(wood, 0.3), 1)]),
        1,
        edge(wood),
        6,
    )
    wainscot(s, 290, 790, 640, 1180, wood, 3)
    wainscot(s, -40, 250, 1000, 1470, wood, 3)
    wainscot(s, 830, 1120, 1000, 1470, wood, 3)
    boards(s, 1480, deep(wood, 0.1), -40, 1120)
    s.ground(1480, gloss=0.4)
    carpet(s, 1482, 180, mix(s.p.wall, "#1f3f8a", 0.4), GOLD)
    _scales(s, 540, 380)
    for side in (-1, 1):
        column(s, 540 + side * 300, 84, -90, 1480, high(stone, 0.2), GOLD)
        _flag(s, 540 + side * 226, side, ("#b8203c", "#1f4aa8")[side > 0])
        sconce(s, 540 + side * 420, 760)
    _bench(s, wood)
    _rail(s, wood)
    drape(s, s.rng.choice((-1, 1)), "#6a1830", 130)


def _scales(s: Scenery, x: float, y: float) -> None:
    d = s.things
    d.ellipse(x, y, 176, 176, "#5a2418", 1, GOLD, 14)
    d.ellipse(x, y, 150, 150, "none", 1, high(GOLD, 0.5), 4)
    for paint, extra in ((edge(GOLD), 7), (GOLD, 0)):
        d.path(
            f"M{x} {y - 110}V{y + 96}M{x - 60} {y + 100}H{x + 60}M{x - 104} {y - 70}Q{x} {y - 100} {x + 104} {y - 70}",
            "none",
            1,
            paint,
            14 + extra,
        )
        for side in (-1, 1):
            c = x + side * 104
            d.path(
                f"M{c} {y - 70}L{c - 46} {y + 24}H{c + 46}ZM{c - 52} {y + 24}Q{c} {y + 76} {c + 52} {y + 24}Z",
                "none" if extra else deep(GOLD, 0.1),
                1,
                paint,
                7 + extra,
            )
    s.light(x, y, 620, "#ffd07a", 0.6 if s.lit else 0.35)


def _flag(s: Scenery, x: float, side: int, colour: str) -> None:
    d = s.things
    d.rect(x - 6, 660, 12, 720, GOLD, 1, edge(GOLD), 3)
    d.ellipse(x, 650, 16, 16, high(GOLD, 0.5), 1, edge(GOLD), 3)
    cloth = [
        (x, 690),
        (x + side * 96, 740),
        (x + side * 80, 960),
        (x + side * 100, 1180),
        (x + side * 40, 1240),
        (x, 1190),
    ]
    d.blob(
        cloth,
        d.gradient([(0, deep(colour, 0.3), 1), (0.5, high(colour, 0.2), 1), (1, deep(colour, 0.3), 1)], (1, 0)),
        1,
        edge(colour),
        5,
    )
    for k in (26, 56):
        d.ink(
            [(x + side * k, 730), (x + side * (k + 6), 960), (x + side * k, 1200)], 14, deep(colour, 0.4), "taper", 0.8
        )


def _bench(s: Scenery, wood: str) -> None:
    d = s.things
    d.blob(
        [(470, 1210), (462, 960), (500, 870), (540, 850), (580, 870), (618, 960), (610, 1210)], "#5a1a2a", 1, GOLD, 9
    )
    table(s, 190, 1230, 700, 330, wood)
    for k in range(9):
        d.ellipse(234 + k * 76.5, 1262, 8, 8, GOLD)
    d.poly([(640, 1160), (700, 1140), (716, 1186), (656, 1206)], "#7a3c1c", 1, edge(wood), 4)
    d.ink([(690, 1180), (800, 1214)], 20, "#8a4a24", "even")
    lamp(s, 290, 1070, 0.75, 1222, shade="#3fa87a")
    for k, tone in enumerate(("#b83a3a", "#2f5a9a", "#e0c88a")):
        d.rect(400 - k * 4, 1196 - k * 24, 120, 24, tone, 1, edge(tone), 3)


def _rail(s: Scenery, wood: str) -> None:
    d = s.things
    for x0, x1 in ((LEFT, 350), (730, RIGHT)):
        for k in range(int((x1 - x0) // 62)):
            x = x0 + 30 + k * 62
            d.blob(
                [(x - 9, 1680), (x + 9, 1680), (x + 20, 1780), (x + 9, 1880), (x - 9, 1880), (x - 20, 1780)],
                wood,
                1,
                edge(wood),
                4,
            )
        d.rect(
            x0, 1640, x1 - x0, 44, d.gradient([(0, high(wood, 0.5), 1), (1, deep(wood, 0.2), 1)]), 1, edge(wood), 5, 8
        )
        d.rect(x0, 1880, x1 - x0, 190, deep(wood, 0.4), 1, edge(wood), 5)
