"""Homes and workplaces: office, penthouse, bedroom, hospital, school."""

from __future__ import annotations

from models.draft.plates.furnish import flowers, lamp, leaves_near, picture, plant, rug, shelf, sofa, table
from models.draft.plates.outdoors import city, hills, sky, tree_line
from models.draft.plates.scenery import BOTTOM, LEFT, RIGHT, TOP, WIDE, Scenery, deep, edge, high
from models.draft.plates.shell import (
    Box,
    beams_from,
    blinds,
    boards,
    drape,
    drops,
    panes,
    pattern,
    rect,
    room,
    skirting,
    tinted,
    wainscot,
)
from models.draft.svg import mix


def office(s: Scenery) -> None:
    """A wide window over the city, lit bookcases, a heavy desk with a lamp and a screen."""
    sky(s, 1240, (s.rng.uniform(420, 640), 560))
    city(s, 1240, 760)
    box = Box(-10, -60, 1090, 1500)
    tone = tinted(s, s.pick("#3a5a8a", "#6a4a3a", "#2f6a6a", "#5a3a5c"), 0.34)
    wood = s.pick("#8a4a2c", "#5e3426", "#a0683c")
    broad = s.rng.random() < 0.5
    x, y, w, h = (20, 120, 800, 1060) if broad else (250, 150, 580, 960)
    room(s, box, tone, deep(tone, 0.4), [rect(x, y, w, h)])
    boards(s, 1500, s.pick("#7a4630", "#5a3a34", "#8a6244"), -10, 1090)
    skirting(s, box, wood)
    panes(s, x, y, w, h, 4 if broad else 3, 2, s.pick("#2c2a3c", "#d8c8a8", "#6a3c28"))
    blinds(s, x, y, w, 170, mix(wood, "#e8d0a0", 0.55))
    beams_from(s, x, y, w, h)
    for at in (872,) if broad else (-6, 872):
        shelf(s, at, 120, 216, 1330, 7, wood)
        s.light(at + 108, 420, 330, "#ffb060", 0.42 if s.lit else 0.2)
    s.ground(1500, gloss=0.34)
    rug(s, 1760, 560, 150, tinted(s, "#8a2a3a", 0.3), "#e0b458")
    _desk(s, wood)
    plant(s, 930, 1660, 560)
    leaves_near(s, -1, "#123a34")
    drape(s, 1, tinted(s, "#3a2a50", 0.4), 120)


def _desk(s: Scenery, wood: str) -> None:
    table(s, 130, 1530, 820, 330, wood)
    d = s.things
    d.rect(610, 1350, 240, 156, "#1c1a2c", 1, "#0c0814", 5, 12)
    d.rect(622, 1362, 216, 130, d.gradient([(0, "#8fe4ff", 1), (1, mix(s.p.accent, "#4a9ae0", 0.5), 1)], (1, 1)))
    d.rect(716, 1500, 28, 26, "#1c1a2c")
    s.light(730, 1420, 260, "#7ad0ff", 0.55, "screen")
    for k, tone in enumerate(("#f4ecdc", "#d8c8e0", "#f0e2c0", "#b83a4a")):
        d.rect(430 - 5 * k, 1502 - k * 15, 136, 14, tone, 1, edge(tone), 3, 2)
    lamp(s, 250, 1290, 0.85, 1520)


def penthouse(s: Scenery) -> None:
    """Floor-high glass over a burning city, a sofa with cushions, a hanging lamp, a glass table."""
    sky(s, 1330, (s.rng.uniform(620, 800), 440), 1.05)
    city(s, 1340, 900)
    d, top, low = s.shell, 60, 1490
    frame = deep(tinted(s, s.pick("#2c2858", "#4a2a4a", "#1f3a5a"), 0.3), 0.25)
    d.cut(rect(LEFT, TOP, WIDE, low - TOP + 20), [rect(LEFT - 1, top, WIDE + 2, low - top)], frame)
    gap = s.pick("350", "440", "300")
    x = -40.0
    while x < RIGHT:
        d.rect(x - 15, top, 30, low - top, frame, 1, edge(frame), 3)
        d.rect(x - 15, top, 7, low - top, high(frame, 0.55))
        for k in (0.18, 0.32):
            a = x + float(gap) * k
            d.poly([(a, top), (a + 60, top), (a + 10, low), (a - 50, low)], "#ffffff", 0.07)
        x += float(gap)
    if s.p.weather == "rain":
        drops(s, d, LEFT, top, WIDE, low - top)
    d.rect(LEFT, low, WIDE, 22, high(frame, 0.3), 1, edge(frame), 3)
    d.rect(LEFT, top - 14, WIDE, 14, high(frame, 0.45))
    for k in range(6):
        d.ellipse(60 + k * 190, 20, 30, 8, "#fff2cc")
        s.light(60 + k * 190, 30, 220, "#ffc070", 0.5 if s.lit else 0.2)
    boards(s, 1510, tinted(s, s.pick("#3c2f6a", "#6a4638", "#33405c"), 0.25), num=13)
    s.ground(1510, gloss=0.62)
    s.light(540, 1250, 900, s.p.sky.edge, 0.35, "window")
    beams_from(s, 500, top, 500, low, -0.4, 0.7)
    _lounge(s)
    drape(s, -1, tinted(s, "#3a2468", 0.5), 150)
    leaves_near(s, 1, "#14303c")


def _lounge(s: Scenery) -> None:
    d = s.things
    rug_tone = tinted(s, "#4a3a80", 0.4)
    rug(s, 1880, 640, 130, rug_tone, high(rug_tone, 0.35))
    sofa(s, 560, 1390, 640, mix(s.p.wall, s.p.accent, 0.2), s.p.accent)
    lamp(s, 190, 520, 1.25, cord=700)
    plant(s, 60, 1660, 620, "#e8dcc8")
    d.ellipse(360, 1740, 230, 52, "#bfe4f4", 0.55, "#eafaff", 5)
    d.rect(350, 1780, 20, 170, "#c8a050")
    flowers(s, 300, 1735, 0.7, s.p.accent)
    for x in (420, 470):
        d.path(
            f"M{x - 22} 1640h44c4 40-6 62-18 64v34h16v6h-40v-6h16v-34c-12-2-22-24-18-64z", "#f4e0e8", 0.6, "#ffffff", 3
        )
        d.path(f"M{x - 18} 1664h36c0 20-8 38-18 38s-18-18-18-38z", "#c8203c", 0.9)


def bedroom(s: Scenery) -> None:
    """A tall window between curtains, a padded headboard, a made bed, two night lamps."""
    sky(s, 1120, (540, 430))
    if s.rng.random() < 0.5:
        city(s, 1080, 420)
    else:
        hills(s, 1000, 280, "#4a6aa0", 0.4)
        tree_line(s, 1080, 120, "#2f6a5a", 0.15)
    tone = tinted(s, s.pick("#8a4a7c", "#3f5f92", "#a06a4a", "#3f7a74"), 0.32)
    box = Box(-20, -70, 1100, 1520)
    x, w = s.rng.choice(((330, 420), (250, 580)))
    room(s, box, tone, high(tone, 0.1), [rect(x, 110, w, 800)])
    paper = s.pick("damask", "stripes")
    for a, b, y in ((-20, x - 16, 0), (x + w + 16, 1100, 0), (x - 16, x + w + 16, 950)):
        pattern(s, a, b, y, 1470, high(tone, 0.2), paper)
    wainscot(s, -20, x - 60, 960, 1440, deep(tone, 0.06), 2)
    wainscot(s, x + w + 60, 1100, 960, 1440, deep(tone, 0.06), 2)
    boards(s, 1520, "#8a5438", -20, 1100)
    s.ground(1520, gloss=0.25)
    panes(s, x, 110, w, 800, 2, 3, "#f0e2cc")
    beams_from(s, x, 110, w, 800, 0.45)
    cloth = mix(s.p.accent, tone, 0.35)
    for side, cx in ((-1, x - 30), (1, x + w + 30)):
        _curtain(s, cx, side, cloth)
    s.things.rect(x - 150, 66, w + 300, 18, "#d9a441", 1, edge("#d9a441"), 4, 9)
    _bed(s, cloth)
    picture(s, 20, 420, 150, 210, s.pick("hills", "abstract"))
    for bx in (60, 1020):
        table(s, bx - 110, 1440, 220, 220, "#8a5030")
        lamp(s, bx, 1196, 1.15, 1430)
    flowers(s, 975, 1434, 0.55, "#ff9ab0")
    drape(s, -1, deep(cloth, 0.3), 120)
    drape(s, 1, deep(cloth, 0.3), 120)


def _curtain(s: Scenery, x: float, side: int, cloth: str) -> None:
    """Half a pair of curtains beside a window."""
    d = s.things
    body = [
        (x - 90, 84),
        (x + 90, 84),
        (x + 80, 500),
        (x + 64 + side * 20, 900),
        (x + 86, 1500),
        (x - 86, 1500),
        (x - 64 + side * 20, 900),
        (x - 80, 500),
    ]
    d.poly(
        body,
        d.gradient([(0, deep(cloth, 0.4), 1), (0.5, high(cloth, 0.18), 1), (1, deep(cloth, 0.4), 1)], (1, 0)),
        1,
        edge(cloth),
        5,
    )
    for k in (-54, -18, 18, 54):
        d.ink([(x + k, 90), (x + k * 0.9, 700), (x + k, 1490)], 16, deep(cloth, 0.42), "taper", 0.8)
        d.ink([(x + k + 16, 90), (x + k * 0.9 + 14, 700), (x + k + 16, 1490)], 6, high(cloth, 0.5), "taper", 0.7)


def _bed(s: Scenery, cloth: str) -> None:
    d = s.things
    head = mix(cloth, "#6a2a5a", 0.35)
    d.rect(200, 1110, 680, 520, d.gradient([(0, high(head, 0.3), 1), (1, deep(head, 0.4), 1)]), 1, edge(head), 6, 70)
    tufts = "".join(
        f"M{260 + c * 112 + (r % 2) * 56} {1180 + r * 84}l56 42l-56 42l-56-42z"
        for r in range(4)
        for c in range(6)
        if c * 112 + (r % 2) * 56 < 600
    )
    d.path(tufts, "none", 0.5, deep(head, 0.5), 4)
    linen = "#fdf0ea"
    for x, tone in ((250, linen), (560, linen), (330, high(cloth, 0.3)), (540, high(cloth, 0.3))):
        low = 0 if tone == linen else 50
        d.blob([(x, 1420 + low), (x + 135, 1380 + low), (x + 270, 1420 + low), (x + 280, 1530 + low), (x + 135, 1560 + low), (x - 10, 1530 + low)], tone, 1, edge(mix(tone, cloth, 0.5)), 5)  # fmt: skip
        d.ink([(x + 30, 1440 + low), (x + 135, 1404 + low), (x + 230, 1432 + low)], 12, "#ffffff", "taper", 0.8)
    spread = [(110, 1620), (540, 1570), (970, 1620), (1060, 1860), (1100, BOTTOM), (-20, BOTTOM), (20, 1860)]
    d.blob(
        spread,
        d.gradient([(0, linen, 1), (0.16, linen, 1), (0.2, high(cloth, 0.2), 1), (1, deep(cloth, 0.45), 1)]),
        1,
        edge(cloth),
        5,
    )
    for k in range(6):
        d.ink(
            [(190 + k * 140, 1700), (160 + k * 152, 1840), (90 + k * 180, BOTTOM)], 18, deep(cloth, 0.35), "taper", 0.7
        )


def hospital(s: Scenery) -> None:
    """A ward with a bright window, a made bed, a drip, a monitor with its green line, flowers."""
    sky(s, 1160, (s.rng.uniform(560, 700), 520))
    city(s, 1160, 520)
    tone = s.pick("#5fb8c0", "#7ab4d8", "#6fc0a0", "#9aa8e0")
    box = Box(-30, -40, 1110, 1500)
    x, y, w, h = s.rng.choice(((330, 150, 560, 820), (180, 90, 780, 930)))
    room(s, box, high(tone, 0.15), "#dceef4", [rect(x, y, w, h)])
    d = s.shell
    d.rect(box.x0, 1080, box.x1 - box.x0, 26, s.p.accent)
    d.rect(box.x0, 1106, box.x1 - box.x0, 394, mix(tone, "#ffffff", 0.3))
    boards(s, 1500, mix(tone, "#e8f4f4", 0.5), -30, 1110, 6)
    skirting(s, box, deep(tone, 0.25))
    s.ground(1500, gloss=0.55)
    panes(s, x, y, w, h, 3, 2, "#f2f8fa")
    blinds(s, x, y, w, 200, "#eef6f6")
    beams_from(s, x, y, w, h, -0.4, 1.2)
    for k in range(2):
        d.poly([(300 + k * 300, -60), (480 + k * 300, -60), (500 + k * 320, -120), (260 + k * 300, -120)], "#ffffff")
        s.light(390 + k * 310, -60, 800, "#e4f6ff", 0.36, "lamp")
    _ward(s, tone)
    cloth = mix(tone, "#2a8a94", 0.5)
    drape(s, -1, deep(cloth, 0.1), 190)
    s.near.rect(RIGHT - 60, TOP, 60, BOTTOM - TOP, deep(cloth, 0.6))


def _ward(s: Scenery, tone: str) -> None:
    d, steel = s.things, "#c4d4e0"
    _monitor(s, 190, 800)
    d.rect(938, 470, 14, 1130, steel, 1, edge(steel), 3)
    d.path("M896 480q0-16 16-16h66q16 0 16 16", "none", 1, steel, 10)
    d.rect(884, 500, 90, 170, "#e4f8ff", 0.85, steel, 4, 20)
    d.rect(892, 570, 74, 92, "#7ad4f4", 0.9, r=14)
    d.path("M929 670C929 900 780 1060 720 1330", "none", 0.9, "#e8faff", 6)
    d.rect(300, 1150, 480, 44, "#fff2cc", 1, edge("#d8b878"), 4, 10)
    d.rect(320, 1188, 440, 8, "#ffe09a")
    s.light(540, 1180, 820, "#ffbe78", 0.7 if s.lit else 0.3)
    sheet = "#f8fcff"
    d.rect(
        190, 1240, 700, 190, d.gradient([(0, high(steel, 0.5), 1), (1, deep(steel, 0.25), 1)]), 1, edge(steel), 5, 44
    )
    d.blob([(340, 1420), (540, 1364), (740, 1420), (752, 1530), (540, 1566), (328, 1530)], sheet, 1, edge(tone), 5)
    d.ink([(380, 1440), (540, 1392), (690, 1430)], 14, "#ffffff", "taper")
    spread = [(170, 1590), (540, 1530), (910, 1590), (990, 1830), (1020, BOTTOM), (60, BOTTOM), (90, 1830)]
    d.blob(
        spread,
        d.gradient([(0, sheet, 1), (0.14, sheet, 1), (0.2, mix(tone, sheet, 0.3), 1), (1, deep(tone, 0.4), 1)]),
        1,
        edge(tone),
        5,
    )
    rail = "".join(f"M{130 + k * 136} 1660v120" for k in range(7))
    d.path(f"M110 1660H970M100 1780H980{rail}", "none", 1, edge(steel), 17)
    d.path(f"M110 1660H970M100 1780H980{rail}", "none", 1, high(steel, 0.4), 11)
    table(s, 930, 1450, 230, 240, "#e0c8a0")
    flowers(s, 1040, 1446, 0.95, "#ff8aa4")


def _monitor(s: Scenery, x: float, y: float) -> None:
    d = s.things
    d.rect(x - 9, y + 200, 18, 600, "#9ab0c0", 1, edge("#9ab0c0"), 3)
    d.rect(x - 150, y, 300, 220, "#27344a", 1, edge("#27344a"), 6, 18)
    d.rect(x - 130, y + 20, 260, 176, "#04201c")
    for k, (tone, data) in enumerate((("#5affb4", "h50l14-16l14 16h20l14-60l18 104l14-44h26l14-14l14 14h34"), ("#5ad0ff", "q24-34 58 0t58 0t58 0t58 0"), ("#ffd05a", "q30-16 58 0t58 0t58 0t58 0"))):  # fmt: skip
        d.path(f"M{x - 124} {y + 78 + k * 44}{data}", "none", 1, tone, 6)
    s.light(x, y + 100, 380, "#4affb0", 0.6, "screen")


def school(s: Scenery) -> None:
    """A classroom: a row of windows with cherry trees outside, a green board, desks, a clock, posters."""
    sky(s, 1150, (150, 560), 1.1)
    hills(s, 1080, 240, "#4a8ac0", 0.5)
    tree_line(s, 1140, 170, s.pick("#e88aac", "#3f9a5c", "#e8a040"), 0.1)
    tone = s.pick("#e8c890", "#a8cfc0", "#d8b0c0", "#a0b8e0")
    box = Box(230, 60, 1000, 1440)
    left = [box.side(-1, 1.42 + k * 0.62 + k * k * 0.2, 1.08 + k * 0.46 + k * k * 0.1, 320, 960) for k in range(3)]
    room(s, box, mix(tone, s.p.wall, 0.08), high(tone, 0.3), (), left)
    wood = s.pick("#c08048", "#a86838")
    boards(s, 1440, wood, 230, 1000, 8)
    skirting(s, box, deep(wood, 0.2), 120)
    s.ground(1440, gloss=0.42)
    d = s.shell
    for quad in left:
        for width, paint in ((24, edge("#f4ead4")), (15, "#f4ead4")):
            d.path("M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in quad) + "Z", "none", 1, paint, width)
        (ax, ay), (bx, by), (cx, cy), (ex, ey) = quad
        d.line((ax + bx) / 2, (ay + by) / 2, (cx + ex) / 2, (cy + ey) / 2, "#f4ead4", 12)
        d.line(ax, ay + (ey - ay) * 0.4, bx, by + (cy - by) * 0.4, "#f4ead4", 9)
    for k in range(3):
        y = 300 + 190 * k
        s.beam(
            [(40 - 60 * k, y), (180 - 30 * k, y + 40), (1000, 1640 + 90 * k), (560, 1800 + 90 * k)],
            s.p.sky.light,
            0.15 if s.p.weather == "clear" else 0.07,
        )
    s.light(60, 640, 1100, s.p.sky.light, s.p.key * 1.1, "window")
    _board(s)
    for x in (420, 790):
        s.light(x, 160, 1150, "#ffd08a", 0.6 if s.lit else 0.1)
        d.poly([(x - 90, 20), (x + 90, 20), (x + 110, -20), (x - 110, -20)], "#fffbe8", 1, edge(tone), 3)
    _pupils(s, wood)
    drape(s, -1, "#f0d8a8", 120, s.near)


def _board(s: Scenery) -> None:
    d = s.things
    d.rect(330, 520, 570, 470, "#b06a34", 1, edge("#b06a34"), 6, 6)
    d.rect(352, 542, 526, 426, d.gradient([(0, "#2f8a6a", 1), (1, "#1c5a54", 1)]))
    d.path(
        "M390 620q40-40 80 0t80 0M390 690h150M390 730h110M640 790l80-150l80 150zM600 700a30 30 0 1 0 1 0M400 850q60-70 120 0t110-10",
        "none",
        0.85,
        "#f0fff0",
        6,
    )
    d.path("M760 600l40 40m0-40l-40 40M660 880h160", "none", 0.9, "#ffb4c8", 6)
    d.rect(400, 968, 470, 16, high("#b06a34", 0.3), 1, edge("#b06a34"), 3)
    d.ellipse(615, 380, 66, 66, "#fffaf0", 1, "#2a4a6a", 11)
    d.path("M615 380V336M615 380L648 396", "none", 1, "#2a2440", 7)
    for k, tone in enumerate(("#f0608a", "#5ac0f0", "#ffd050")):
        d.rect(920, 560 + k * 130, 66, 104, tone, 1, edge(tone), 3)
        d.ellipse(953, 600 + k * 130, 18, 18, high(tone, 0.7))
    table(s, 400, 1290, 430, 210, "#b8743c")
    flowers(s, 760, 1284, 0.5, "#ff8ab0")
    for k, tone in enumerate(("#c23a4a", "#2f6fb0", "#e0b050")):
        s.things.rect(440 - 4 * k, 1256 - 22 * k, 110, 22, tone, 1, edge(tone), 3)
    shelf(s, 1010, 760, 180, 780, 4, "#b07038")
    plant(s, 290, 1500, 330)


def _pupils(s: Scenery, wood: str) -> None:
    """Two rows of desks."""
    d = s.things
    for y, half, places in ((1520, 150, (150, 540, 930)), (1740, 230, (20, 540, 1060))):
        for x in places:
            for dx in (-0.8, 0.8):
                d.rect(x + half * dx - 9, y, 18, half * 1.5, "#4a5a78", 1, edge("#4a5a78"), 3)
            d.rect(x - half * 0.86, y + 18, half * 1.72, half * 0.3, deep(wood, 0.3), 1, edge(wood), 4)
            d.poly([(x - half * 0.86, y - half * 0.3), (x + half * 0.86, y - half * 0.3), (x + half, y + 16), (x - half, y + 16)], d.gradient([(0, high(wood, 0.55), 1), (1, wood, 1)]), 1, edge(wood), 5)  # fmt: skip
            d.poly([(x - half * 0.3, y - half * 0.22), (x + half * 0.16, y - half * 0.22), (x + half * 0.2, y - 12), (x - half * 0.34, y - 12)], "#ffffff", 1, edge(wood), 3)  # fmt: skip
