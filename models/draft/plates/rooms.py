"""Rooms people live and work in: office, penthouse, bedroom, hospital."""

from __future__ import annotations

from models.draft.plates.parts import (
    BOTTOM,
    LEFT,
    TOP,
    WIDE,
    Set,
    blinds,
    dark_foreground,
    drape,
    floor,
    lamp,
    panes,
    sky,
    towers,
    wall,
    window,
)
from models.draft.svg import mix

EDGE = "#0c0a14"


def office(s: Set) -> None:
    """A window wall with blinds, shelves of files, a heavy desk with a lamp and a screen."""
    wall(s, mix(s.p.wall, "#4a5468", 0.5))
    window(s, 250, 230, 580, 720, 3, 2, "#4a5060")
    blinds(s, 250, 230, 580, 720, 0.42)
    d = s.far
    for side in (-1, 1):
        x = 540 + side * 455 - 110
        d.rect(x, 210, 220, 1080, s.p.tone("#4a3a34"), 1, EDGE, 5)
        for row in range(6):
            y = 240 + row * 172
            d.rect(x + 10, y, 200, 140, mix(s.p.tone("#4a3a34"), "#000000", 0.5))
            at = x + 14
            while at < x + 180:
                w, h = s.rng.uniform(14, 32), s.rng.uniform(86, 126)
                d.rect(
                    at,
                    y + 138 - h,
                    w,
                    h,
                    s.p.tone(s.rng.choice(("#8a3a3a", "#3a5a8a", "#c8a860", "#5a6a5a", "#8a8a94"))),
                )
                at += w + s.rng.uniform(0, 9)
    floor(s, "#4a4048", "#2c262e")
    m = s.mid
    desk = s.p.tone("#6a4430")
    m.rect(150, 1330, 780, 44, mix(desk, s.p.sky.light, 0.28), 1, EDGE, 5, 8)
    m.rect(176, 1374, 728, 270, m.gradient([(0, desk, 1), (1, mix(desk, "#000000", 0.5), 1)]), 1, EDGE, 5)
    m.rect(400, 1404, 280, 200, mix(desk, "#000000", 0.25), 1, mix(desk, s.p.glow, 0.4), 4, 6)
    m.rect(640, 1150, 220, 150, "#14161e", 1, "#05060a", 5, 10)
    m.rect(652, 1162, 196, 126, mix(s.p.accent, "#9fd0ff", 0.5), 0.85)
    m.rect(738, 1300, 24, 34, "#14161e")
    for k in range(4):
        m.rect(440 - k * 3, 1312 - k * 13, 130, 11, mix("#e8e4d8", s.p.sky.top, 0.3), 1, EDGE, 2)
    lamp(s, 270, 1150, size=0.8)
    m.rect(264, 1210, 12, 120, "#1a1410")
    m.rect(230, 1318, 80, 14, "#1a1410")
    _plant(s, 1010, 1560)
    _chair(s)


def _chair(s: Set) -> None:
    face = mix(s.p.tone("#2c2830"), "#000000", 0.2)
    s.near.blob([(LEFT, 1700), (40, 1640), (180, 1700), (210, 1880), (200, 2090), (LEFT, 2090)], face)


def _plant(s: Set, x: float, base: float) -> None:
    d = s.mid
    d.poly(
        [(x - 60, base - 130), (x + 60, base - 130), (x + 44, base), (x - 44, base)], s.p.tone("#8a5a44"), 1, EDGE, 4
    )
    for k in range(9):
        bend = (k - 4) * 46
        leaf = s.p.tone(mix("#3f7a4c", "#8ab86a", k % 3 * 0.3))
        d.ink(
            [
                (x, base - 120),
                (x + bend * 0.5, base - 270 - (4 - abs(k - 4)) * 34),
                (x + bend, base - 330 - (4 - abs(k - 4)) * 50 + abs(bend) * 0.5),
            ],
            44,
            leaf,
            "leaf",
        )


def penthouse(s: Set) -> None:
    """Floor-high glass over the city, a sofa, a standing lamp, a low table."""
    sky(s, moon=(760, 420))
    towers(s, s.far, 1330, (280, 640), "#5c5a96", 0.45, 0.2)
    towers(s, s.far, 1360, (240, 540), "#423e78", 0.2, 0.4)
    towers(s, s.far, 1410, (120, 420), "#2c2a56", 0.0, 0.6)
    panes(s, LEFT, 90, WIDE, 1360)
    floor(s, "#3a345c", "#57508a", top=1470, shine=s.p.glow)
    d = s.mid
    frame = mix(s.p.tone("#24223e"), "#000000", 0.2)
    edge = mix(frame, s.p.sky.light, 0.45)
    for x in (-20, 340, 700, 1060):
        d.rect(x - 14, TOP, 28, 1640, frame)
        d.rect(x - 14, TOP, 6, 1640, edge)
    d.rect(LEFT, TOP, WIDE, 230, frame)
    d.rect(LEFT, 78, WIDE, 6, edge)
    d.rect(LEFT, 1456, WIDE, 28, frame)
    d.rect(LEFT, 1456, WIDE, 5, edge)
    for x in (90, 450, 800):
        d.poly([(x, 110), (x + 80, 110), (x + 270, 1450), (x + 190, 1450)], "#ffffff", 0.05)
    _sofa(s, 600, 1360)
    lamp(s, 150, 560, size=1.0, cord=640)
    wood = s.p.tone("#5a4238")
    d.ellipse(330, 1650, 190, 44, mix(wood, s.p.sky.light, 0.25), 1, EDGE, 5)
    d.rect(318, 1680, 24, 140, wood)
    d.path("M300 1642v-66c-34-6-34-60-30-84h76c4 24 4 78-30 84v66", "#ffffff", 0.35, "#ffffff", 3)
    drape(s, -1, mix(s.p.wall, "#2a2048", 0.5), 150)
    s.near.ink([(1170, 2060), (1060, 1700), (990, 1560)], 90, dark_foreground(s), "in")
    s.near.ink([(1170, 2060), (1120, 1640), (1090, 1460)], 80, dark_foreground(s), "in")


def _sofa(s: Set, x: float, y: float) -> None:
    d = s.mid
    cloth = s.p.tone(mix(s.p.wall, s.p.accent, 0.25))
    high = mix(cloth, s.p.sky.light, 0.35)
    d.rect(x, y, 560, 320, cloth, 1, EDGE, 5, 36)
    d.rect(x + 12, y + 6, 536, 9, high, r=4)
    d.rect(x - 50, y + 90, 104, 260, mix(cloth, "#ffffff", 0.08), 1, EDGE, 5, 34)
    d.rect(x + 44, y + 160, 520, 180, mix(cloth, "#ffffff", 0.1), 1, EDGE, 5, 24)
    d.rect(x + 56, y + 165, 500, 8, high, r=4)
    d.poly(
        [(x + 190, y + 20), (x + 300, y + 16), (x + 312, y + 156), (x + 180, y + 162)], s.p.tone(s.p.accent), 1, EDGE, 4
    )


def bedroom(s: Set) -> None:
    """A padded headboard, pillows, two night lamps, a picture, curtains."""
    wall(s, mix(s.p.wall, "#7a6878", 0.35), panels=4)
    window(s, 350, 190, 380, 470, 2, 2, "#6a5a54")
    d = s.mid
    floor(s, "#5a463e", "#3a2c28")
    head = s.p.tone(mix(s.p.accent, "#6a4858", 0.6))
    d.rect(
        170,
        900,
        740,
        470,
        d.gradient([(0, mix(head, s.p.sky.light, 0.22), 1), (1, mix(head, "#000000", 0.35), 1)]),
        1,
        EDGE,
        6,
        60,
    )
    for row in range(3):
        for col in range(6):
            x, y = 250 + col * 116 + (row % 2) * 40, 990 + row * 110
            if x < 880:
                d.ellipse(x, y, 8, 8, mix(head, "#000000", 0.5))
                d.path(f"M{x} {y}l54 56M{x} {y}l-54 56", "none", 0.3, mix(head, "#000000", 0.6), 4)
    sheet = mix(s.p.tone("#e8dcd8"), s.p.sky.lamp, 0.12)
    for x in (230, 570):
        d.blob(
            [(x, 1250), (x + 140, 1210), (x + 280, 1250), (x + 292, 1360), (x + 140, 1392), (x - 14, 1362)],
            sheet,
            1,
            mix(sheet, EDGE, 0.6),
            5,
        )
    d.blob(
        [(90, 1410), (540, 1350), (990, 1410), (1080, 1760), (1140, 2080), (-60, 2080), (0, 1760)],
        d.gradient([(0, sheet, 1), (0.5, mix(sheet, head, 0.5), 1), (1, mix(head, "#000000", 0.4), 1)]),
        1,
        mix(sheet, EDGE, 0.6),
        5,
    )
    for k in range(5):
        d.ink(
            [(200 + k * 170, 1450), (160 + k * 190, 1700), (100 + k * 220, 2060)],
            16,
            mix(head, "#000000", 0.3),
            "taper",
            0.5,
        )
    for x in (80, 1000):
        d.rect(x - 90, 1270, 180, 250, s.p.tone("#5a4030"), 1, EDGE, 5, 6)
        d.line(x - 80, 1390, x + 80, 1390, EDGE, 4)
        d.rect(x - 7, 1190, 14, 82, s.p.tone("#c8a050"))
        lamp(s, x, 1110, size=0.95)
    for side in (-1, 1):
        drape(s, side, mix(s.p.wall, s.p.accent, 0.35), 180)


def hospital(s: Set) -> None:
    """A bed with rails, a drip, a monitor with its green line, a curtain rail."""
    wall(s, "#7a9aa0")
    d = s.far
    d.rect(LEFT, 820, WIDE, 24, mix(s.p.tone("#5ab0a8"), "#ffffff", 0.1))
    window(s, 610, 220, 360, 520, 2, 2, "#c8d4d8")
    blinds(s, 610, 220, 360, 520, 0.55)
    floor(s, "#8a9aa4", "#6a7a84", shine="#e8fbff")
    m = s.mid
    m.rect(LEFT, 120, WIDE, 12, s.p.tone("#d0d8dc"))
    cloth = s.p.tone("#6ab0b0")
    for k in range(6):
        m.blob(
            [(LEFT + k * 44, 130), (LEFT + 48 + k * 44, 130), (LEFT + 56 + k * 44, 1380), (LEFT - 4 + k * 44, 1390)],
            mix(cloth, "#000000", 0.08 + 0.16 * (k % 2)),
        )
    _monitor(s, 250, 620)
    steel = s.p.tone("#c4ccd4")
    m.rect(878, 420, 12, 1000, steel)
    m.path("M840 430h88", "none", 1, steel, 10)
    m.rect(850, 440, 72, 150, mix("#dff4ff", s.p.sky.mid, 0.25), 0.85, steel, 4, 18)
    m.rect(856, 510, 60, 72, "#9fd8f0", 0.75, r=12)
    m.path("M886 590C886 800 700 980 660 1180", "none", 0.9, "#dff4ff", 5)
    sheet = mix(s.p.tone("#f0f4f6"), s.p.sky.lamp, 0.08)
    m.rect(180, 1130, 30, 560, steel)
    m.rect(
        140,
        1110,
        700,
        150,
        m.gradient([(0, mix(steel, "#ffffff", 0.3), 1), (1, mix(steel, "#000000", 0.3), 1)]),
        1,
        EDGE,
        5,
        40,
    )
    m.blob(
        [(320, 1250), (490, 1205), (660, 1250), (672, 1350), (490, 1382), (308, 1350)],
        sheet,
        1,
        mix(sheet, EDGE, 0.5),
        5,
    )
    m.blob(
        [(170, 1400), (500, 1350), (840, 1400), (940, 1700), (980, 2080), (40, 2080), (90, 1700)],
        m.gradient([(0, sheet, 1), (0.4, mix(sheet, "#6ab0b0", 0.35), 1), (1, mix("#3a6a70", s.p.sky.top, 0.4), 1)]),
        1,
        mix(sheet, EDGE, 0.5),
        5,
    )
    m.path("M70 1560H990M60 1640H1000" + "".join(f"M{90 + k * 128} 1560v90" for k in range(8)), "none", 0.9, steel, 11)
    s.near.blob(
        [(1120, TOP), (1180, TOP), (1180, BOTTOM), (1000, BOTTOM), (1050, 1400), (1010, 700)],
        mix(cloth, "#102028", 0.72),
    )


def _monitor(s: Set, x: float, y: float) -> None:
    m = s.mid
    m.rect(x - 8, y + 180, 16, 620, s.p.tone("#a8b0b8"))
    m.glow(x, y + 90, 230, 190, "#5affb0", 0.35)
    m.rect(x - 130, y, 260, 190, "#20262e", 1, EDGE, 6, 14)
    m.rect(x - 112, y + 18, 224, 150, "#06140e")
    line = f"M{x - 108} {y + 90}h50l12 -14l12 14h18l12 -56l16 96l12 -40h24l12 -12l12 12h44"
    m.path(line, "none", 1, "#5affb0", 5)
    m.path(f"M{x - 108} {y + 146}c20 -16 34 -16 54 0s34 16 54 0s34 -16 54 0s34 16 54 0", "none", 0.9, "#5ac8ff", 4)
