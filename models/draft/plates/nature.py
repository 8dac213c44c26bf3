"""Open country: forest, lakeside."""

from __future__ import annotations

from models.draft.plates.furnish import lantern, leaves_near
from models.draft.plates.outdoors import crown, grasses, hills, rain_air, sky, tree_line, water
from models.draft.plates.scenery import LEFT, RIGHT, TALL, TOP, WIDE, Scenery, deep, edge, high, ray
from models.draft.svg import Drawing, Point, mix

GOLD = "#e8b048"
PETALS = (("#ffc4d8", "#ff9abc", "#ffe4ee"), ("#ff8a5a", "#ffb43c", "#e8503a"), ("#f4f8ff", "#d8e8ff", "#ffe0ec"))


def forest(s: Scenery) -> None:
    """Great trunks, a glade full of light, a path with steps, ferns, mushrooms that glow, fireflies by night."""
    sky(s, 1290, (540, 560), 1.3)
    leaf = s.pick("#2fa052", "#1f8a78", "#d8802c")
    far = mix(s.p.tone(leaf), s.p.haze, 0.12)
    s.far.rect(LEFT - 60, TOP - 60, WIDE + 120, TALL + 120, far, 0.6)
    s.far.glow(540, 760, 520, 720, mix(s.p.sky.light, "#f0ffb0", 0.35), 0.8)
    for k in range(18):
        x = s.rng.uniform(LEFT, RIGHT)
        if abs(x - 540) > 110:
            w, lean = s.rng.uniform(26, 56), s.rng.uniform(-30, 30)
            s.far.ink(
                [(x, 1400), (x + lean * 0.4, 600), (x + lean, TOP - 60)],
                w,
                mix(mix(s.p.tone("#2f4a6a"), s.p.tone(leaf), 0.4), s.p.haze, 0.5 - k * 0.025),
                "even",
            )
    tree_line(s, 1320, 120, leaf, 0.3)
    rain_air(s, s.far)
    for k in range(4):
        x = 150 + k * 210
        s.beam(
            [(x + 220, TOP), (x + 330, TOP), (x + 60, 1700), (x - 190, 1700)], mix(s.p.sky.light, "#f8ffd0", 0.4), 0.15
        )
    _glade(s, leaf)
    _trunks(s, leaf)
    grasses(s, s.things, LEFT, 330, 1690, 220, leaf, 60)
    grasses(s, s.things, 750, RIGHT, 1690, 220, leaf, 60)
    _glows(s)
    s.mist = 0.2
    leaves_near(s, -1, "#1f5a4a")
    leaves_near(s, 1, "#1f5a4a")


def _glade(s: Scenery, leaf: str) -> None:
    d, ground = s.shell, mix(leaf, "#5a6a3a", 0.4)
    d.blob([(LEFT - 60, 1330), (220, 1316), (540, 1340), (860, 1316), (RIGHT + 60, 1330), (RIGHT + 60, 2160), (LEFT - 60, 2160)], d.gradient([(0, high(ground, 0.35), 1), (0.3, ground, 1), (1, deep(ground, 0.5), 1)]))  # fmt: skip
    path = "#d8b078"
    d.blob(
        [(520, 1342), (566, 1342), (612, 1470), (540, 1640), (800, 2130), (150, 2130), (360, 1660), (496, 1470)],
        d.gradient([(0, high(path, 0.4), 1), (1, deep(path, 0.35), 1)]),
        1,
        edge(ground),
        4,
    )
    for x, y, w in ((556, 1450, 30), (520, 1540, 44), (470, 1660, 66), (520, 1810, 96), (440, 1980, 130)):
        d.ellipse(x, y, w, w * 0.3, "#a8a0b0", 1, edge("#a8a0b0"), 4)
        d.ellipse(x - w * 0.1, y - w * 0.06, w * 0.8, w * 0.2, "#ccc4c8")
    s.ground(1340, gloss=0.0)


def _trunks(s: Scenery, leaf: str) -> None:
    d, bark = s.things, s.pick("#8a5440", "#7a4a62", "#6a4a34")
    for x, w, lean, low in ((225, 84, -24, 1460), (870, 80, 30, 1450), (30, 170, 40, 1680), (1060, 190, -50, 1690)):
        trunk = [(x - lean * 0.6, low), (x, 1050), (x + lean * 0.4, 500), (x + lean, TOP - 70)]
        d.blob(
            [
                (x - w * 1.1 - lean, low + 20),
                (x - w * 0.5, low - 170),
                (x + w * 0.5, low - 170),
                (x + w * 1.1 - lean, low + 20),
            ],
            deep(bark, 0.2),
            1,
            edge(bark),
            5,
        )
        d.ink(trunk, w * 1.16, edge(bark), "even")
        d.ink(trunk, w * 1.08, bark, "even")
        inner = 1 if x < 540 else -1
        d.ink([(a + inner * w * 0.36, b) for a, b in trunk], w * 0.24, mix(bark, s.p.sky.light, 0.5), "taper", 0.85)
        d.ink([(a - inner * w * 0.34, b) for a, b in trunk], w * 0.34, deep(bark, 0.5), "even", 0.8)
        for k in range(5):
            y = 200 + k * 260
            d.ink(
                [(x + s.rng.uniform(-0.3, 0.2) * w, y), (x + s.rng.uniform(-0.2, 0.3) * w, y + 130)],
                10,
                edge(bark),
                "taper",
                0.8,
            )
        d.ink([(x, 520), (x + inner * w * 1.1, 400), (x + inner * w * 2.0, 360)], w * 0.26, bark, "in")
    for x, y, r in ((20, 60, 380), (1060, 50, 380), (540, -110, 330), (240, 260, 210), (860, 250, 220)):
        crown(s, d, x, y, r, deep(leaf, 0.15), mix(leaf, s.p.sky.light, 0.5))


def _glows(s: Scenery) -> None:
    """Mushrooms at the roots; fireflies when it is dark."""
    d = s.things
    for x, y, r in ((150, 1660, 34), (205, 1690, 24), (900, 1650, 30), (950, 1684, 40), (300, 1480, 18)):
        d.rect(x - r * 0.25, y - r * 0.2, r * 0.5, r * 1.1, "#f4e8d8", 1, edge("#c8a888"), 3, 4)
        d.blob(
            [(x - r, y), (x - r * 0.6, y - r * 0.8), (x, y - r), (x + r * 0.6, y - r * 0.8), (x + r, y)],
            "#ff6a5a",
            1,
            edge("#e8503a"),
            3,
        )
        d.ellipse(x - r * 0.3, y - r * 0.5, r * 0.16, r * 0.13, "#fff4e0")
        s.light(x, y, 150, "#ffb06a", 0.5 if s.lit else 0.1, "candle")
    if s.p.sky.dark > 0.4:
        for k in range(26):
            x, y = s.air.uniform(60, 1020), s.air.uniform(640, 1560)
            d.ellipse(x, y, 6, 6, "#fbffc8")
            d.ellipse(x, y, 15, 15, "#e8ff8a", 0.35)
            if k < 10:
                s.light(x, y, 110, "#d8ff6a", 0.55, "candle")


def lakeside(s: Scenery) -> None:
    """Still water with the light's road on it, hills, a lit pavilion, a jetty with lanterns, lotus, willow."""
    at = (s.rng.uniform(440, 640), 620)
    sky(s, 1120, at, 1.35)
    hills(s, 1120, 460, "#5a6ac8", 0.55, jag=True)
    hills(s, 1130, 260, "#3a5a9a", 0.28)
    tree_line(s, 1136, 80, "#23605c", 0.12)
    water(s, 1134, at[0])
    rain_air(s, s.far)
    _pavilion(s, 880, 1190)
    _jetty(s)
    _lotus(s)
    grasses(s, s.things, LEFT, 200, 1720, 330, "#3f9a6a", 54)
    grasses(s, s.things, 900, RIGHT, 1740, 300, "#3f9a6a", 54)
    s.mist = 0.16
    _willow(s, s.rng.choice((-1, 1)))


def _jetty(s: Scenery) -> None:
    d, wood = s.shell, s.pick("#b0784a", "#9a6a5a", "#8a7a6a")
    a, b = (484, 1330), (596, 1330)
    d.poly(
        [a, b, ray(650, 1400, 7), ray(430, 1400, 7)],
        d.gradient([(0, high(wood, 0.45), 1), (0.4, wood, 1), (1, deep(wood, 0.4), 1)]),
        1,
        edge(wood),
        6,
    )
    for k in range(15):
        y = 1338 + k * 12 + k * k * 2.7
        w = 56 + (y - 1330) * 0.98
        d.line(540 - w, y, 540 + w, y, edge(wood), 3 + k * 0.35, 0.8)
    t = s.things
    for y, w, h in ((1370, 100, 120), (1470, 200, 180), (1680, 410, 300)):
        for side in (-1, 1):
            x, r = 540 + side * w, h * 0.1
            t.rect(
                x - r,
                y - h,
                2 * r,
                h * 1.5,
                t.gradient([(0, high(wood, 0.3), 1), (1, deep(wood, 0.5), 1)], (1, 0)),
                1,
                edge(wood),
                4,
                6,
            )
            t.ellipse(x, y - h, r, r * 0.4, high(wood, 0.5), 1, edge(wood), 3)
    for x, y, size in ((340, 1296, 0.62), (740, 1296, 0.62), (130, 1390, 1.0)):
        lantern(s, x, y, size, 14)
    s.ground(1334, [a, b, ray(650, 1400, 6), ray(430, 1400, 6)], 0.16)


def _pavilion(s: Scenery, x: float, y: float) -> None:
    d, tile, red = s.things, s.pick("#2f6a80", "#3a4a8a"), "#c8402c"
    d.poly(
        [(x - 210, y - 10), (x + 210, y - 10), (x + 240, y + 40), (x - 240, y + 40)], "#b0a8b8", 1, edge("#b0a8b8"), 4
    )
    d.rect(x - 150, y - 200, 300, 190, "#ffc45a", 0.75)
    for dx in (-160, -60, 60, 160):
        d.rect(x + dx - 11, y - 220, 22, 212, red, 1, edge(red), 4)
    d.path(f"M{x - 160} {y - 60}H{x + 160}M{x - 160} {y - 84}H{x + 160}", "none", 1, red, 8)
    half = [(0, -410), (50, -330), (200, -236), (292, -262), (214, -196), (0, -206)]
    ring = [(x + a, y + b) for a, b in half] + [(x - a, y + b) for a, b in reversed(half[1:-1])]
    d.blob(ring, d.gradient([(0, high(tile, 0.35), 1), (1, deep(tile, 0.35), 1)]), 1, edge(tile), 5)
    for k in range(-4, 5):
        d.ink([(x + k * 8, y - 370), (x + k * 24, y - 290), (x + k * 46, y - 206)], 7, edge(tile), "even", 0.7)
    d.ellipse(x, y - 418, 14, 20, GOLD, 1, edge(GOLD), 3)
    s.light(x, y - 110, 460, "#ffab48", 0.95 if s.lit else 0.35)
    for k in range(6):
        d.ellipse(x + s.air.uniform(-30, 30), y + 90 + k * 44, 90 - k * 9, 6, "#ffc060", 0.6 if s.lit else 0.25)


def _lotus(s: Scenery) -> None:
    d = s.things
    for x, y, r in (
        (120, 1500, 70),
        (250, 1440, 46),
        (960, 1520, 84),
        (830, 1450, 50),
        (1060, 1430, 54),
        (40, 1620, 96),
    ):
        d.ellipse(x, y, r, r * 0.3, "#2f8a6a", 1, edge("#2f8a6a"), 4)
        d.ellipse(x - r * 0.1, y - r * 0.04, r * 0.7, r * 0.18, "#5ab48a")
        if s.rng.random() < 0.7:
            for k in range(-2, 3):
                d.ink(
                    [(x, y - 4), (x + k * r * 0.2, y - r * 0.34), (x + k * r * 0.36, y - r * (0.8 - abs(k) * 0.16))],
                    r * 0.3,
                    ("#ff9ac0", "#ffc4dc")[k % 2],
                    "leaf",
                )


def _willow(s: Scenery, side: int) -> None:
    d: Drawing = s.near
    for k in range(22):
        x = s.rng.uniform(60, 640) if k % 3 else s.rng.uniform(420, 640)
        low = (x - 40) * 1.5 + s.rng.uniform(60, 260)
        tone = deep("#5aaa5a", s.rng.uniform(0.05, 0.4))
        line: list[Point] = [(540 + side * (x - 40), TOP), (540 + side * x, low * 0.5), (540 + side * (x + 16), low)]
        d.ink(line, 20, tone, "taper")
        for j in range(1, 5):
            y = TOP + (low - TOP) * j / 5
            d.ink(
                [(540 + side * x, y), (540 + side * (x + 18), y + 40), (540 + side * (x + 12), y + 86)],
                16,
                tone,
                "leaf",
            )
