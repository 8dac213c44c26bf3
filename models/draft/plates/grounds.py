"""Old and open places: temple, palace."""

from __future__ import annotations

from models.draft.plates.furnish import blossoms, candle, lantern
from models.draft.plates.outdoors import hills, pine, rain_air, sky, tree_line
from models.draft.plates.scenery import BOTTOM, LEFT, RIGHT, TALL, TOP, WIDE, Scenery, deep, edge, high
from models.draft.plates.shell import carpet, column, drape, tiles, valance
from models.draft.svg import mix, smooth

GOLD = "#e8b048"
PETALS = (("#ffc4d8", "#ff9abc", "#ffe4ee"), ("#ff8a5a", "#ffb43c", "#e8503a"), ("#f4f8ff", "#d8e8ff", "#ffe0ec"))


def temple(s: Scenery) -> None:
    """Steps up to a two-roofed gate with lanterns, an incense burner, stone lamps, pines, peaks in mist."""
    sky(s, 1240, (540, 420), 1.45)
    hills(s, 1080, 620, "#5a6ac0", 0.55, jag=True)
    hills(s, 1180, 380, "#3a5a9a", 0.3, jag=True)
    tree_line(s, 1260, 160, "#23605c", 0.1)
    rain_air(s, s.far)
    stone = s.pick("#a8a4c0", "#b8a898", "#98aab8")
    _steps(s, stone)
    for x, h in ((-40, 1050), (100, 760), (1120, 1080), (985, 790)):
        pine(s.things, x, 1400, h, s.pick("#1f6a54", "#2a5a6a"), s.p.sky.light)
    _gate(s)
    _burner(s, 540, 1560)
    for side in (-1, 1):
        _stone_lamp(s, 540 + side * 400, 1620, stone)
    s.mist = 0.3
    blossoms(s, s.rng.choice((-1, 1)), s.rng.choice(PETALS))


def _steps(s: Scenery, stone: str) -> None:
    d = s.shell
    d.rect(LEFT, 1370, WIDE, BOTTOM - 1370, d.gradient([(0, "#5f8a5a", 1), (1, "#2a4a44", 1)]))
    for k in range(10):
        y, w, h = 1340 + k * 30 + k * k * 5.2, 330 + k * 78, 18 + k * 4.5
        face = mix(stone, "#6a5a8a", 0.05 * (k % 2))
        d.poly(
            [(540 - w, y), (540 + w, y), (540 + w + 50, y + h), (540 - w - 50, y + h)],
            high(face, 0.3),
            1,
            edge(face),
            3,
        )
        d.rect(540 - w - 50, y + h, 2 * w + 100, 30 + k * 9, deep(face, 0.28))
    s.ground(1345, [(210, 1345), (870, 1345), (RIGHT, 1700), (RIGHT, BOTTOM), (LEFT, BOTTOM), (LEFT, 1700)], 0.12)


def _gate(s: Scenery) -> None:
    d, red = s.things, s.pick("#c8342c", "#b02a3c", "#a8482c")
    tile = s.pick("#2f6a80", "#3a4a8a", "#4a6a4a")
    d.rect(236, 830, 608, 520, d.gradient([(0, deep(red, 0.6), 1), (1, deep(red, 0.35), 1)]), 1, edge(red), 5)
    d.rect(420, 930, 240, 420, d.gradient([(0, "#ffdf8a", 1), (1, "#ff9a3c", 1)]), 1, edge(GOLD), 7)
    lattice = "".join(f"M{440 + k * 40} 930V1350" for k in range(6)) + "".join(
        f"M420 {970 + k * 60}H660" for k in range(4)
    )
    d.path(lattice, "none", 0.9, deep(red, 0.45), 7)
    d.rect(536, 930, 8, 420, deep(red, 0.4))
    s.light(540, 1130, 620, "#ffa848", 1.0 if s.lit else 0.45)
    s.beam([(440, 1150), (640, 1150), (900, 1900), (180, 1900)], "#ffb860", 0.2 if s.lit else 0.08)
    for x in (266, 392, 688, 814):
        column(s, x, 54, 800, 1360, red, GOLD)
    d.rect(230, 806, 620, 40, "#2a7a6a", 1, edge("#2a7a6a"), 4)
    for k in range(15):
        d.rect(244 + k * 40, 814, 22, 22, GOLD, 1, edge(GOLD), 2)
    _roof(s, 540, 800, 480, tile)
    d.rect(330, 560, 420, 110, d.gradient([(0, deep(red, 0.5), 1), (1, red, 1)]), 1, edge(red), 4)
    for x in (350, 440, 640, 730):
        d.rect(x - 9, 560, 18, 110, red, 1, edge(red), 3)
    _roof(s, 540, 570, 360, tile)
    d.rect(450, 668, 180, 90, "#1c3a5a", 1, GOLD, 8, 4)
    d.path("M478 696h36M496 686v54M480 716h34M566 690h42M588 682v56M570 716h36", "none", 1, high(GOLD, 0.4), 7)
    for side in (-1, 1):
        lantern(s, 540 + side * 200, 870, 0.8, 60)
        lantern(s, 540 + side * 440, 850, 0.62, 40)


def _roof(s: Scenery, x: float, y: float, w: float, colour: str) -> None:
    """A swept roof with upturned eaves, rows of tiles, a ridge and gold edges."""
    d = s.things
    right = [
        (0, -180),
        (w * 0.42, -180),
        (w * 0.52, -90),
        (w * 0.98, -34),
        (w + 96, -96),
        (w + 40, -4),
        (w * 0.6, 22),
        (0, 10),
    ]
    ring = [(x + a, y + b) for a, b in right] + [(x - a, y + b) for a, b in reversed(right[1:-1])]
    d.path(
        smooth(ring, closed=True),
        d.gradient([(0, high(colour, 0.2), 1), (0.6, colour, 1), (1, deep(colour, 0.4), 1)]),
        1,
        edge(colour),
        6,
    )
    for k in range(-10, 11):
        d.ink(
            [(x + k * w * 0.042, y - 172), (x + k * w * 0.062, y - 86), (x + k * w * 0.098, y + 6)],
            8,
            edge(colour),
            "even",
            0.7,
        )
        d.ink(
            [(x + k * w * 0.042 + 7, y - 170), (x + k * w * 0.062 + 8, y - 86), (x + k * w * 0.098 + 10, y)],
            4,
            high(colour, 0.4),
            "even",
            0.6,
        )
    d.rect(x - w * 0.46, y - 202, w * 0.92, 30, high(colour, 0.25), 1, edge(colour), 5, 12)
    for side in (-1, 1):
        d.ink(
            [(x + side * w * 0.44, y - 190), (x + side * w * 0.5, y - 236), (x + side * w * 0.44, y - 250)],
            26,
            colour,
            "in",
        )
        d.ink(
            [(x + side * (w + 92), y - 92), (x + side * w * 0.96, y - 14), (x + side * w * 0.5, y + 18), (x, y + 12)],
            11,
            GOLD,
            "even",
        )


def _burner(s: Scenery, x: float, y: float) -> None:
    d, bronze = s.things, "#a87a3c"
    for k in range(3):
        smoke = [
            (x - 20 + 20 * k, y - 70),
            (x - 70 + 50 * k, y - 230),
            (x + 20 * k - 30, y - 420),
            (x - 60 + 70 * k, y - 640),
        ]
        d.ink(smoke, 34, high(s.p.haze, 0.5), "taper", 0.32)
    bowl = [(x - 150, y - 80), (x + 150, y - 80), (x + 124, y + 40), (x, y + 90), (x - 124, y + 40)]
    d.blob(
        bowl,
        d.gradient([(0, deep(bronze, 0.4), 1), (0.35, high(bronze, 0.4), 1), (1, deep(bronze, 0.55), 1)], (1, 0)),
        1,
        edge(bronze),
        6,
    )
    d.rect(x - 164, y - 96, 328, 32, high(bronze, 0.25), 1, edge(bronze), 5, 10)
    for k in range(5):
        d.line(x - 60 + 30 * k, y - 96, x - 66 + 33 * k, y - 150, "#c84a3c", 6)
        d.ellipse(x - 66 + 33 * k, y - 152, 6, 6, "#ffcf5a")
    s.light(x, y - 150, 300, "#ff9a3c", 0.5, "candle")
    for side in (-1, 1):
        d.ink([(x + side * 84, y + 60), (x + side * 104, y + 160)], 34, bronze, "even")
        d.path(f"M{x + side * 138} {y - 66}c{side * 66} -26 {side * 66} 76 {side * -6} 62", "none", 1, bronze, 16)


def _stone_lamp(s: Scenery, x: float, y: float, stone: str) -> None:
    d = s.things
    d.rect(
        x - 26,
        y - 190,
        52,
        190,
        d.gradient([(0, high(stone, 0.3), 1), (1, deep(stone, 0.5), 1)], (1, 0)),
        1,
        edge(stone),
        5,
    )
    d.rect(x - 60, y - 12, 120, 40, deep(stone, 0.1), 1, edge(stone), 5, 6)
    d.rect(x - 54, y - 214, 108, 28, high(stone, 0.2), 1, edge(stone), 5, 5)
    d.rect(x - 42, y - 296, 84, 84, stone, 1, edge(stone), 5)
    d.rect(x - 24, y - 282, 48, 58, "#fff0b0" if s.lit else "#ffd890", 1, edge(GOLD), 4)
    d.blob(
        [(x - 96, y - 292), (x - 60, y - 310), (x, y - 372), (x + 60, y - 310), (x + 96, y - 292), (x, y - 284)],
        high(stone, 0.1),
        1,
        edge(stone),
        5,
    )
    s.light(x, y - 252, 360, "#ffab4a", 0.85 if s.lit else 0.25, "candle")


def palace(s: Scenery) -> None:
    """The throne on its dais before a golden screen, red columns in file, painted beams, lanterns, candles."""
    s.far_lit = True
    d = s.far
    red = s.pick("#a01c28", "#8a1a3a", "#b0342a")
    d.rect(
        LEFT - 60,
        TOP - 60,
        WIDE + 120,
        TALL + 120,
        d.gradient([(0, deep(red, 0.6), 1), (0.5, red, 1), (1, deep(red, 0.4), 1)]),
    )
    _screen(s, red)
    _throne(s, red)
    s.light(540, 840, 900, "#ffc070", 0.72 if s.p.time != "day" else 0.42)
    for slide in (-260, 40):
        s.beam(
            [(480 + slide * 0.3, 120), (620 + slide * 0.3, 120), (900 + slide, 1700), (500 + slide, 1700)],
            "#ffdc8a",
            0.11,
        )
    tiles(s, 1330, "#a04838", "#6a2430", 60, 1020, 8, 7)
    s.ground(1330, gloss=0.3)
    carpet(s, 1330, 150, s.pick("#c81e3c", "#a01850", "#c8402a"), GOLD)
    _beams(s)
    for side in (-1, 1):
        for x, w, y0, y1 in ((300, 70, 300, 1390), (400, 104, 150, 1580), (560, 190, TOP, BOTTOM)):
            column(s, 540 + side * x, w, y0, y1, "#d03a2c", GOLD)
        lantern(s, 540 + side * 205, 500, 0.8, 300)
        lantern(s, 540 + side * 325, 420, 1.2, 400)
        for k in range(3):
            candle(s, 540 + side * (330 + 62 * k), 1460 + 56 * k, 80 + 20 * k)
    for side in (-1, 1):
        drape(s, side, "#8a1030", 130)
    valance(s, "#a0142e", GOLD, 90)


def _screen(s: Scenery, red: str) -> None:
    d = s.far
    d.rect(220, 500, 640, 700, deep(red, 0.3), 1, GOLD, 16)
    for k in range(6):
        x = 240 + k * 101
        d.rect(
            x, 530, 93, 640, d.gradient([(0, "#ffdf8a", 1), (0.5, "#e8a83c", 1), (1, "#a8642a", 1)]), 1, edge(GOLD), 4
        )
        body = [(x + 46, 570), (x + 14, 660), (x + 78, 770), (x + 16, 880), (x + 76, 990), (x + 40, 1120)]
        d.path(smooth(body), "none", 0.9, "#a85a1c", 13)
        d.path(smooth([(a + 4, b - 4) for a, b in body]), "none", 0.9, "#fff0b4", 4)
        d.ellipse(x + 46, 580, 17, 15, "#c8462c", 1, "#7a3410", 3)
        for y in (690, 860, 1030):
            d.ellipse(x + s.rng.uniform(26, 66), y, 20, 8, "#fff4cc", 0.7)
    d.path("M190 500Q540 380 890 500L920 470Q540 330 160 470z", "#2a7a6a", 1, GOLD, 8)


def _throne(s: Scenery, red: str) -> None:
    d = s.far
    back = [
        (386, 1190),
        (374, 930),
        (420, 810),
        (480, 780),
        (540, 712),
        (600, 780),
        (660, 810),
        (706, 930),
        (694, 1190),
    ]
    d.blob(back, d.gradient([(0, "#fff0a8", 1), (0.5, GOLD, 1), (1, "#a8702c", 1)]), 1, edge(GOLD), 7)
    d.blob(
        [(450, 1170), (446, 960), (480, 866), (540, 826), (600, 866), (634, 960), (630, 1170)],
        d.gradient([(0, "#e02a48", 1), (1, "#7a1028", 1)]),
        1,
        edge(red),
        5,
    )
    d.ellipse(540, 764, 32, 32, "#ff5a5a", 1, edge(GOLD), 5)
    for side in (-1, 1):
        d.blob(
            [
                (540 + side * 150, 1060),
                (540 + side * 214, 1040),
                (540 + side * 230, 1080),
                (540 + side * 206, 1190),
                (540 + side * 150, 1190),
            ],
            GOLD,
            1,
            edge(GOLD),
            5,
        )
        d.ellipse(540 + side * 190, 920, 34, 34, high(GOLD, 0.4), 1, edge(GOLD), 5)
    d.rect(380, 1110, 320, 76, "#d02a40", 1, GOLD, 8, 14)
    for k in range(5):
        w = 430 + k * 116
        d.rect(540 - w / 2, 1186 + k * 34, w, 36, mix(red, "#d8704a", 0.2 if k % 2 else 0.05), 1, edge(red), 4)
        d.rect(540 - w / 2, 1186 + k * 34, w, 7, high(GOLD, 0.3))


def _beams(s: Scenery) -> None:
    d = s.shell
    d.poly([(LEFT, TOP), (RIGHT, TOP), (RIGHT, 300), (800, 400), (280, 400), (LEFT, 300)], "#3a1020")
    for k in range(6):
        y, x = 10 + k * 74, k * 58 - 90
        tone = ("#1f7a6a", "#d8a03c", "#2a5aa0")[k % 3]
        d.poly(
            [(x, y), (1080 - x, y), (1080 - x - 14, y + 40 - k * 3), (x + 14, y + 40 - k * 3)], tone, 1, edge(tone), 4
        )
        data = "".join(f"M{x + 40 + j * 76} {y + 20 - k}l16-12l16 12l-16 12z" for j in range(int((1020 - 2 * x) // 76)))
        d.path(data, high(GOLD, 0.5), 0.9)
