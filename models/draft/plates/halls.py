"""Large interiors: mansion, courtroom, school, warehouse."""

from __future__ import annotations

import math

from models.draft.plates.parts import (
    BOTTOM,
    HORIZON,
    LEFT,
    TOP,
    WIDE,
    Set,
    column,
    dark_foreground,
    drape,
    floor,
    wall,
    window,
)
from models.draft.svg import mix

EDGE = "#0c0a14"


def mansion(s: Set) -> None:
    """A double staircase, a chandelier, a portrait, marble squares."""
    wall(s, mix(s.p.wall, "#8a6a50", 0.4), panels=3)
    d = s.far
    gold = s.p.tone("#c8983c")
    d.rect(400, 330, 280, 380, gold, 1, EDGE, 6, 6)
    d.rect(424, 354, 232, 332, s.p.tone("#3a3040"))
    d.blob([(540, 410), (590, 450), (584, 520), (540, 556), (496, 520), (490, 450)], s.p.tone("#d8a888"))
    d.blob([(440, 686), (470, 590), (540, 560), (610, 590), (640, 686)], s.p.tone("#6a2a38"))
    for x in (150, 930):
        window(s, x - 100, 260, 200, 520, 2, 3, "#d8c8a8", city=False)
    _marble(s)
    for side in (-1, 1):
        _stair(s, side)
        column(s, 540 + side * 500, 104, TOP, 1500, "#b8a890", "#c8983c")
    d.rect(260, 830, 560, 26, s.p.tone("#8a5a38"))
    for k in range(15):
        d.ellipse(276 + k * 38, 890, 9, 36, s.p.tone("#d8ccb8"))
    d.rect(260, 926, 560, 18, s.p.tone("#8a5a38"))
    d.rect(430, 944, 220, 350, s.p.tone("#4a2c24"), 1, gold, 8, 8)
    d.glow(540, 1150, 260, 300, s.p.sky.lamp, 0.45)
    _chandelier(s, 540, 200)
    drape(s, 1, "#6a1c2c", 130)


def _marble(s: Set) -> None:
    d = s.mid
    light, dark = s.p.tone("#cfc4b4"), s.p.tone("#6a5c58")
    d.rect(LEFT, HORIZON, WIDE, BOTTOM - HORIZON, dark)
    rows = [HORIZON + (BOTTOM - HORIZON) * (k / 8) ** 1.9 for k in range(9)]
    for r in range(8):
        y0, y1 = rows[r], rows[r + 1]
        for c in range(-9, 9):
            if (r + c) % 2:
                w0, w1 = 70 + (y0 - HORIZON) * 0.36, 70 + (y1 - HORIZON) * 0.36
                d.poly(
                    [(540 + c * w0, y0), (540 + (c + 1) * w0, y0), (540 + (c + 1) * w1, y1), (540 + c * w1, y1)],
                    mix(light, "#000000", 0.05 * r),
                )
    d.glow(540, HORIZON + 170, 430, 260, s.p.sky.lamp, 0.35)
    d.rect(LEFT, 1560, WIDE, 520, d.gradient([(0, "#000000", 0), (1, "#000000", 0.55)]))


def _stair(s: Set, side: int) -> None:
    d = s.mid
    wood, red = s.p.tone("#8a5a38"), s.p.tone("#8a2030")

    def at(x: float) -> float:
        return 540 + side * x

    for k in range(11):
        y, inner, outer = 940 + k * 38, 270 - k * 4, 420 + k * 26
        d.poly(
            [(at(inner), y), (at(outer), y), (at(outer + 26), y + 38), (at(inner - 4), y + 38)],
            mix(wood, "#000000", 0.1 + 0.03 * (k % 2)),
        )
        d.poly(
            [(at(inner + 34), y), (at(outer - 44), y), (at(outer - 22), y + 38), (at(inner + 30), y + 38)],
            mix(red, "#000000", 0.22 * (k % 2)),
        )
        d.line(at(inner), y, at(outer), y, mix(wood, s.p.sky.lamp, 0.5), 4)
    d.ink([(at(262), 820), (at(250), 1080), (at(216), 1330)], 26, mix(wood, s.p.sky.light, 0.3), "even")
    for k in range(9):
        t = k / 8
        d.line(at(262 - 44 * t), 830 + 490 * t, at(262 - 46 * t), 960 + 400 * t, s.p.tone("#d8ccb8"), 9)


def _chandelier(s: Set, x: float, y: float) -> None:
    d = s.mid
    gold = s.p.tone("#e0b050")
    d.rect(x - 3, TOP, 6, y - TOP, gold)
    d.glow(x, y + 110, 460, 330, s.p.sky.lamp, 0.7)
    for ring, (w, dy) in enumerate(((210, 60), (130, 0))):
        d.path(f"M{x - w} {y + dy}C{x - w} {y + dy + 74} {x + w} {y + dy + 74} {x + w} {y + dy}", "none", 1, gold, 10)
        for k in range(9 - 2 * ring):
            a = math.pi * (k + 0.5) / (9 - 2 * ring)
            cx, cy = x - w * math.cos(a), y + dy + 54 * math.sin(a)
            d.ellipse(cx, cy - 26, 9, 20, "#fff4cc")
            d.glow(cx, cy - 26, 44, 50, "#ffe0a0", 0.6)
            d.poly([(cx - 7, cy + 8), (cx + 7, cy + 8), (cx, cy + 44)], "#e8f4ff", 0.8)


def courtroom(s: Set) -> None:
    """The judge's bench under an emblem, two flags, a rail, a witness stand."""
    wall(s, "#6a4a34", panels=4)
    d = s.far
    gold, wood = s.p.tone("#d8a848"), s.p.tone("#7a4a2c")
    d.ellipse(540, 440, 150, 150, mix(wood, "#000000", 0.3), 1, gold, 12)
    d.rect(534, 350, 12, 180, gold)
    d.rect(440, 378, 200, 10, gold)
    for side in (-1, 1):
        x = 540 + side * 90
        d.path(f"M{x} 384L{x - 42} 470M{x} 384L{x + 42} 470", "none", 1, gold, 4)
        d.path(f"M{x - 48} 470H{x + 48}C{x + 40} 512 {x - 40} 512 {x - 48} 470Z", gold)
    d.rect(500, 526, 80, 14, gold)
    for side, colour in ((-1, "#a02838"), (1, "#2c4a8a")):
        x = 540 + side * 330
        d.rect(x - 6, 420, 12, 700, gold)
        d.ellipse(x, 412, 14, 18, gold)
        d.blob(
            [(x + 6, 450), (x + side * 90, 500), (x + side * 104, 900), (x + side * 60, 1000), (x + 4, 940)],
            s.p.tone(colour),
        )
        d.ink(
            [(x + side * 36, 480), (x + side * 52, 700), (x + side * 40, 960)],
            16,
            mix(s.p.tone(colour), "#000000", 0.4),
            "taper",
        )
    m = s.mid
    floor(s, "#5a3a2c", "#3a241c")
    for k, (x, y, w) in enumerate(((130, 1010, 820), (80, 1090, 920))):
        m.rect(
            x,
            y,
            w,
            330,
            m.gradient([(0, mix(wood, s.p.sky.lamp, 0.14 * (1 - k)), 1), (1, mix(wood, "#000000", 0.45), 1)]),
            1,
            EDGE,
            5,
            6,
        )
        m.rect(x - 16, y - 16, w + 32, 30, mix(wood, s.p.sky.lamp, 0.35), 1, EDGE, 4, 6)
    for k in range(5):
        m.rect(120 + k * 176, 1140, 136, 240, mix(wood, "#000000", 0.25), 1, mix(wood, gold, 0.5), 4, 4)
    m.rect(600, 950, 90, 22, s.p.tone("#3a2018"), 1, EDGE, 3, 4)
    m.group("rotate(-18 720 930)")
    m.rect(690, 900, 76, 50, s.p.tone("#5a3018"), 1, EDGE, 4, 8)
    m.rect(760, 918, 120, 14, s.p.tone("#5a3018"), 1, EDGE, 3, 4)
    m.end()
    m.rect(LEFT, 1560, WIDE, 36, mix(wood, s.p.sky.lamp, 0.3), 1, EDGE, 4)
    for k in range(12):
        m.rect(LEFT + 20 + k * 108, 1596, 34, 260, mix(wood, "#000000", 0.15), 1, EDGE, 4, 10)
    m.rect(LEFT, 1850, WIDE, 260, mix(wood, "#000000", 0.4))
    s.near.poly([(LEFT, 1800), (330, 1870), (350, BOTTOM), (LEFT, BOTTOM)], dark_foreground(s))


def school(s: Set) -> None:
    """A classroom: blackboard with chalk, windows to the side, rows of desks."""
    wall(s, "#b8a888")
    d = s.far
    frame = s.p.tone("#8a6040")
    d.rect(210, 400, 660, 440, frame, 1, EDGE, 5, 6)
    d.rect(232, 422, 616, 396, d.gradient([(0, s.p.tone("#3a6a58"), 1), (1, s.p.tone("#28483e"), 1)]))
    chalk = "#eef4ea"
    d.path(
        "M280 500c40-30 60 30 100 0s60 26 96-4M280 560h180M280 606h130M560 500l90 150h-180zM560 500v150M700 520c30-40 80 10 40 60s-40 60 20 60",
        "none",
        0.75,
        chalk,
        6,
    )
    d.path("M290 700h240M290 740h170", "none", 0.5, chalk, 5)
    d.rect(232, 818, 616, 16, mix(frame, "#ffffff", 0.2))
    for k in range(3):
        d.rect(300 + k * 70, 808, 40, 10, ("#ffffff", "#ffd0d0", "#d0e0ff")[k])
    d.ellipse(540, 300, 62, 62, "#f6f2e8", 1, s.p.tone("#4a3a34"), 8)
    d.path("M540 300V258M540 300l26 18", "none", 1, "#2a2024", 6)
    m = s.mid
    _side_windows(s)
    floor(s, "#9a7450", "#6a4c34")
    m.rect(330, 1090, 420, 40, mix(frame, s.p.sky.light, 0.35), 1, EDGE, 5, 6)
    m.rect(360, 1130, 360, 190, frame, 1, EDGE, 5)
    for row, (y, z) in enumerate(((1400, 0.8), (1640, 1.25))):
        for col in (-1, 0, 1):
            x = 540 + col * 330 * z
            top = mix(s.p.tone("#c89a60"), s.p.sky.light, 0.2 - 0.1 * row)
            m.poly(
                [(x - 96 * z, y), (x + 96 * z, y), (x + 118 * z, y + 62 * z), (x - 118 * z, y + 62 * z)],
                top,
                1,
                EDGE,
                4,
            )
            m.rect(x - 118 * z, y + 62 * z, 236 * z, 20 * z, mix(top, "#000000", 0.3), 1, EDGE, 4)
            for leg in (-100, 92):
                m.rect(x + leg * z, y + 82 * z, 10 * z, 170 * z, s.p.tone("#5a6470"))
            if (row + col) % 2:
                m.poly(
                    [
                        (x - 40 * z, y + 14 * z),
                        (x + 34 * z, y + 10 * z),
                        (x + 42 * z, y + 44 * z),
                        (x - 42 * z, y + 48 * z),
                    ],
                    "#f2eee2",
                    0.95,
                    EDGE,
                    3,
                )
    drape(s, -1, mix("#d8d0c0", s.p.sky.mid, 0.3), 110)


def _side_windows(s: Set) -> None:
    """Tall windows in perspective on the left wall, with light that falls in."""
    m = s.mid
    side = s.p.tone("#cabb9c")
    m.poly([(LEFT, TOP), (150, 330), (150, HORIZON), (LEFT, 1560)], mix(side, "#000000", 0.12))
    for k in range(2):
        x0, x1 = LEFT + 20 + k * 118, LEFT + 112 + k * 112
        a0, a1, b0, b1 = 150 + k * 140, 262 + k * 110, 1010 - k * 40, 980 - k * 50
        m.poly(
            [(x0, a0), (x1, a1), (x1, b1), (x0, b0)], mix(s.p.sky.mid, s.p.sky.edge, 0.5), 1, s.p.tone("#f0ead8"), 10
        )
        m.line(x0, (a0 + b0) / 2, x1, (a1 + b1) / 2, s.p.tone("#f0ead8"), 8)
    if s.p.sky.dark < 0.6:
        m.poly([(60, 420), (150, 460), (900, 1640), (480, 1700)], s.p.sky.light, 0.16)


def warehouse(s: Set) -> None:
    """Steel roof beams, stacked crates, a rolling door with light behind, hanging lamps."""
    wall(s, "#46505a")
    d = s.far
    steel = s.p.tone("#5a6872")
    for k in range(13):
        d.rect(LEFT + k * 100, TOP, 10, 1500, mix(steel, "#000000", 0.35), 0.6)
    door = mix(s.p.sky.mid, s.p.sky.edge, 0.5)
    d.rect(330, 620, 420, 680, door)
    d.glow(540, 960, 430, 520, mix(s.p.sky.edge, s.p.glow, 0.4), 0.85)
    for k in range(7):
        d.rect(330, 620 + k * 34, 420, 26, mix(steel, "#ffffff", 0.12), 1, mix(steel, "#000000", 0.4), 3)
    d.rect(306, 600, 24, 700, mix(steel, "#000000", 0.3))
    d.rect(750, 600, 24, 700, mix(steel, "#000000", 0.3))
    for x in (120, 900):
        d.rect(x - 70, 420, 140, 110, mix(s.p.sky.mid, s.p.sky.edge, 0.4), 0.9, mix(steel, "#000000", 0.5), 8)
        d.line(x, 420, x, 530, mix(steel, "#000000", 0.5), 7)
    floor(s, "#4a4c50", "#34363a", planks=5)
    m = s.mid
    m.poly([(340, HORIZON), (740, HORIZON), (1000, BOTTOM), (80, BOTTOM)], mix(s.p.sky.edge, s.p.glow, 0.4), 0.18)
    beam = mix(steel, "#000000", 0.35)
    for k in range(4):
        y, z = 40 + k * 118, 1 - k * 0.17
        m.path(
            f"M{540 - 660 * z} {y + 130 * z}L540 {y}L{540 + 660 * z} {y + 130 * z}M{540 - 660 * z} {y + 150 * z}H{540 + 660 * z}"
            + "".join(f"M{540 + j * 150 * z} {y + abs(j) * 30 * z}V{y + 150 * z}" for j in range(-4, 5)),
            "none",
            1,
            mix(beam, s.p.haze, 0.12 * k),
            16 * z,
        )
    for x, y in ((250, 560), (830, 560)):
        m.rect(x - 3, TOP, 6, y - TOP, "#101216")
        m.glow(x, y + 60, 250, 300, s.p.sky.lamp, 0.55)
        m.path(
            f"M{x - 70} {y + 40}C{x - 60} {y - 30} {x + 60} {y - 30} {x + 70} {y + 40}Z",
            s.p.tone("#3a5a52"),
            1,
            "#0a0c10",
            5,
        )
        m.ellipse(x, y + 42, 30, 14, "#fff4cc")
    for x, y, w in ((-40, 1240, 270), (20, 1010, 230), (850, 1180, 300), (900, 930, 240), (800, 1430, 220)):
        _crate(s, x, y, w)
    s.near.rect(LEFT, 1500, 250, 600, dark_foreground(s), r=8)


def _crate(s: Set, x: float, y: float, w: float) -> None:
    d = s.mid
    wood = s.p.tone("#8a6840")
    d.rect(
        x,
        y,
        w,
        w * 0.88,
        d.gradient([(0, mix(wood, s.p.sky.lamp, 0.22), 1), (1, mix(wood, "#000000", 0.42), 1)], (1, 1)),
        1,
        EDGE,
        6,
        4,
    )
    for k in range(1, 5):
        d.line(x, y + w * 0.88 * k / 5, x + w, y + w * 0.88 * k / 5, mix(wood, "#000000", 0.5), 4)
    for a, b in (
        ((x + 14, y + 14), (x + w - 14, y + w * 0.88 - 14)),
        ((x + w - 14, y + 14), (x + 14, y + w * 0.88 - 14)),
    ):
        d.line(*a, *b, mix(wood, "#000000", 0.28), 22)
    d.rect(x, y, w, 24, mix(wood, "#000000", 0.15), 1, EDGE, 4)
    d.rect(x, y + w * 0.88 - 24, w, 24, mix(wood, "#000000", 0.3), 1, EDGE, 4)
