"""What old courts stand full of: silk lanterns, candle trees, screens, burners, torches, chains, straw, embers.

Knows a scenery, no place. What burns also gives its light."""

from __future__ import annotations

import math

from models.draft.plates.furnish import candle
from models.draft.plates.scenery import TOP, Scenery, deep, edge, high, ray
from models.draft.plates.shell import rect
from models.draft.svg import Drawing, Point, mix

GOLD = "#e8b048"
IRON = "#3c4458"


def scroll(d: Drawing, x: float, y: float, right: int, down: int, size: float = 1.0) -> None:
    """A carved cloud in a corner."""
    d.group(f"translate({x} {y}) scale({right * size} {down * size})")
    data = "M6 6H120c30 0 30 40 4 40s-26-28-4-26M6 6V120c0 30 40 30 40 4s-28-26-26-4M26 26c50 0 60 20 60 60s-50 10-34-10s40-12 52 10"
    d.path(data, "none", 1, "#5a2a10", 15)
    d.path(data, "none", 1, GOLD, 8)
    d.end()


def palace_lantern(s: Scenery, x: float, y: float) -> None:
    """A six-sided lantern of wood and painted silk."""
    d, wood = s.things, "#6a2020"
    d.rect(x - 2.5, 60, 5, y - 60, "#2a0a10")
    paint = d.gradient([(0, "#ffcf6a", 1), (0.5, "#fff3c0", 1), (1, "#ffb04a", 1)])
    d.poly([(x - 46, y), (x + 46, y), (x + 60, y + 70), (x + 46, y + 150), (x - 46, y + 150), (x - 60, y + 70)], paint, 1, edge(wood), 9)  # fmt: skip
    d.path(f"M{x - 18} {y}l-6 70l6 80M{x + 18} {y}l6 70l-6 80M{x - 60} {y + 70}h120", "none", 1, wood, 6)
    d.poly([(x - 74, y), (x - 40, y - 34), (x + 40, y - 34), (x + 74, y), (x + 60, y + 12), (x - 60, y + 12)], wood, 1, GOLD, 4)  # fmt: skip
    d.rect(x - 54, y + 146, 108, 16, wood, 1, GOLD, 4, 4)
    for dx in (-44, 0, 44):
        d.path(f"M{x + dx - 4} {y + 162}h8l5 {66 if dx else 96}h-18z", "#e0283c", 1, "#5a0a18", 3)
    d.glow(x, y + 75, 170, 190, "#ffb24a", 0.4 if s.lit else 0.16)
    s.light(x, y + 75, 420, "#ff9f42", 0.85 if s.lit else 0.35, "lantern")


def folding_screen(s: Scenery, wood: str) -> None:
    """Three panels of painted silk: a peak, a pine, cranes."""
    d, silk = s.things, s.pick("#f4e2b8", "#bfe4dc", "#f0c8b4")
    for k in range(3):
        x, lean = 800 + 108 * k, 26 if k % 2 else -26
        y0, y1 = 900 + max(lean, 0), 1520 - max(lean, 0)
        quad = [(x, y0), (x + 108, y0 - lean), (x + 108, y1 + lean), (x, y1)]
        d.poly(quad, d.gradient([(0, high(silk, 0.3), 1), (1, mix(silk, "#d88a5a", 0.4), 1)]), 1, edge(wood), 22)
        d.poly(quad, "none", 1, wood, 14)
        if k == 1:
            d.ellipse(x + 54, y0 + 110, 34, 34, "#e8442c", 1, GOLD, 5)
        for j, dx in ((60, 6), (150, 40), (190, 14)):
            d.path(f"M{x + dx} {y0 + j}h54q14-22-8-24q-14-18-28 0q-22-4-18 24", "none", 1, mix(silk, "#a0602c", 0.6), 5)
        d.path(f"M{x + 12} {y0 + 330}l30-120l22 50l34-90v300l-86 30z", "#3f8a8a", 0.85)
        d.ink([(x + 16, y1 - 70), (x + 60, y1 - 130), (x + 88, y1 - 210)], 14, "#7a3a24", "in")
        for j in range(5):
            d.ellipse(x + 24 + 15 * j, y1 - 80 - 30 * j, 17, 13, s.pick("#e8405a", "#ff8aa0", "#d02a50"))
        d.path(f"M{x} {y1 - 50}L{x + 108} {y1 - 50 + lean}", "none", 1, wood, 10)


def candle_tree(s: Scenery, x: float, base: float) -> None:
    """A standing bronze tree with candles on five arms."""
    d, bronze = s.things, "#c8923c"
    d.rect(x - 9, base - 640, 18, 640, d.gradient([(0, high(bronze, 0.4), 1), (1, deep(bronze, 0.4), 1)], (1, 0)), 1, edge(bronze), 4)  # fmt: skip
    d.blob([(x - 96, base + 16), (x - 70, base - 26), (x, base - 70), (x + 70, base - 26), (x + 96, base + 16)], bronze, 1, edge(bronze), 5)  # fmt: skip
    for y, reach in ((base - 400, 104), (base - 540, 64)):
        for side in (-1, 1):
            data = f"M{x} {y + 90}q{side * reach * 0.7:.0f} 20 {side * reach} -80"
            d.path(data, "none", 1, edge(bronze), 17)
            d.path(data, "none", 1, bronze, 10)
            d.rect(x + side * reach - 28, y, 56, 14, high(bronze, 0.3), 1, edge(bronze), 4, 6)
            candle(s, x + side * reach, y, 66)
    for y in (base - 120, base - 300, base - 600):
        d.ellipse(x, y, 22, 16, high(bronze, 0.3), 1, edge(bronze), 4)
    d.rect(x - 30, base - 650, 60, 16, high(bronze, 0.4), 1, edge(bronze), 4, 6)
    candle(s, x, base - 650, 84)
    d.glow(x, base - 640, 330, 330, "#ffb24a", 0.34 if s.lit else 0.14)
    s.light(x, base - 560, 640, "#ffab4a", 0.95 if s.lit else 0.3, "candle")


def burner(s: Scenery, x: float, y: float) -> None:
    """A gilt burner with a pierced lid on a lacquer stand; smoke rises from it."""
    d, gold, wood = s.things, "#d8a040", "#8a1c2a"
    for k in range(3):
        d.ink([(x - 16 + 16 * k, y - 190), (x - 60 + 50 * k, y - 340), (x + 30 * k - 30, y - 520), (x - 50 + 60 * k, y - 740)], 30, "#fff0e0", "taper", 0.34)  # fmt: skip
    for dx in (-88, 64):
        d.rect(x + dx, y + 10, 24, 190, d.gradient([(0, high(wood, 0.2), 1), (1, deep(wood, 0.4), 1)]), 1, edge(wood), 5, 4)  # fmt: skip
    d.path(f"M{x - 88} {y + 16}h176v44q-40-26-88-22q-48-4-88 22z", wood, 1, edge(wood), 5)
    d.rect(x - 84, y + 140, 168, 18, wood, 1, edge(wood), 4)
    d.rect(x - 124, y - 14, 248, 34, high(wood, 0.25), 1, GOLD, 5, 8)
    shine = d.gradient([(0, deep(gold, 0.45), 1), (0.35, high(gold, 0.6), 1), (1, deep(gold, 0.5), 1)], (1, 0))
    for side in (-1, 1):
        d.ink([(x + side * 50, y - 50), (x + side * 65, y - 12)], 26, gold, "even")
        d.path(f"M{x + side * 84} {y - 96}c{side * 50} -34 {side * 54} 44 {side * -8} 40", "none", 1, edge(gold), 17)
        d.path(f"M{x + side * 84} {y - 96}c{side * 50} -34 {side * 54} 44 {side * -8} 40", "none", 1, gold, 10)
    d.blob([(x - 92, y - 110), (x + 92, y - 110), (x + 76, y - 50), (x, y - 26), (x - 76, y - 50)], shine, 1, edge(gold), 5)  # fmt: skip
    d.blob([(x - 82, y - 112), (x - 54, y - 168), (x, y - 190), (x + 54, y - 168), (x + 82, y - 112)], shine, 1, edge(gold), 5)  # fmt: skip
    d.rect(x - 98, y - 122, 196, 20, high(gold, 0.3), 1, edge(gold), 4, 8)
    d.ellipse(x, y - 196, 13, 15, high(gold, 0.4), 1, edge(gold), 4)
    for dx in (-42, 0, 42):
        d.ellipse(x + dx, y - 144, 10, 13, "#ff7a2c", 1, edge(gold), 3)
    s.light(x, y - 130, 260, "#ff9a3c", 0.6, "candle")


def bar(d: Drawing, x: float, top: float, low: float, w: float) -> None:
    shine = d.gradient([(0, deep(IRON, 0.4), 1), (0.4, high(IRON, 0.45), 1), (1, deep(IRON, 0.5), 1)], (1, 0))
    d.rect(x - w / 2, top, w, low - top, shine, 1, edge(IRON), 4)


def shackle(s: Scenery, x: float, top: float, low: float) -> None:
    """A chain from a ring in the wall with a cuff at its end."""
    d = s.things
    rings = [(x, top, 24.0, 24.0, 9)]
    rings += [(x, top + 40 + 30 * k, 5.0 if k % 2 else 11.0, 20.0, 5) for k in range(int((low - top - 30) // 30))]
    for cx, y, rx, ry, thick in (*rings, (x, low + 56, 36.0, 42.0, 15)):
        d.ellipse(cx, y, rx, ry, "none", 1, edge(IRON), thick + 7)
        d.ellipse(cx, y, rx, ry, "none", 1, high(IRON, 0.3), thick)
    d.rect(x - 12, low + 86, 24, 28, IRON, 1, edge(IRON), 4, 4)


def flame(d: Drawing, x: float, y: float, size: float) -> None:
    for part, tone in ((1.0, "#e8481c"), (0.74, "#ff9a2c"), (0.44, "#fff0a0")):
        w, h = 46 * size * part, 150 * size * part
        d.path(f"M{x - w:.0f} {y:.0f}c{-w * 0.3:.0f}-{h * 0.5:.0f} {w * 0.8:.0f}-{h * 0.5:.0f} {w * 0.7:.0f}-{h:.0f}c{w * 0.5:.0f} {h * 0.2:.0f} {w * 0.5:.0f} {h * 0.34:.0f} {w * 0.5:.0f} {h * 0.42:.0f}c{w * 0.3:.0f}-{h * 0.06:.0f} {w * 0.4:.0f}-{h * 0.2:.0f} {w * 0.36:.0f}-{h * 0.26:.0f}c{w * 0.7:.0f} {h * 0.36:.0f} {w * 0.6:.0f} {h * 0.7:.0f} {w * 0.44:.0f} {h * 0.84:.0f}q{-w:.0f} {h * 0.14:.0f} {-w * 2:.0f} 0z", tone)  # fmt: skip


def torch(s: Scenery, x: float, y: float) -> None:
    d, wood = s.things, "#7a4a2c"
    d.path(f"M{x - 26} {y + 150}h52M{x} {y + 150}v-60", "none", 1, edge(IRON), 18)
    d.poly([(x - 24, y), (x + 24, y), (x + 10, y + 190), (x - 10, y + 190)], wood, 1, edge(wood), 5)
    for k in (6, 40, 96):
        d.rect(x - 30 + k * 0.1, y + k, 60 - k * 0.2, 16, IRON, 1, edge(IRON), 4, 4)
    flame(d, x, y + 6, 1.0)
    d.glow(x, y - 60, 220, 240, "#ff9a3c", 0.45)
    s.light(x, y - 60, 640, "#ff8f38", 1.0 if s.lit else 0.75, "candle")


def straw(s: Scenery, x: float, y: float, half: float) -> None:
    """A heap of straw."""
    heap = [(x - half, y + 24), (x - half * 0.6, y - 34), (x, y - 62), (x + half * 0.6, y - 34), (x + half, y + 24), (x, y + 44)]  # fmt: skip
    s.things.blob(heap, "#7a5426", 1, edge("#7a5426"), 4)
    for tone, lift in (("#8a6230", 10), ("#c08c3e", 0), ("#e8bc5c", -12), ("#ffe29a", -20)):
        data = ""
        for _ in range(60):
            a = s.rng.uniform(-1, 1)
            px, py = x + a * half, y + lift - (1 - a * a) * s.rng.uniform(-20, 60) + s.rng.uniform(-6, 24)
            dx, dy = s.rng.uniform(-100, 100), s.rng.uniform(-30, 30)
            data += f"M{px - dx / 2:.0f} {py:.0f}q{dx / 2:.0f} {s.rng.uniform(-24, -6):.0f} {dx:.0f} {dy:.0f}"
        s.things.path(data, "none", 1, tone, 5)


def brazier(s: Scenery, x: float, y: float) -> None:
    """An iron bowl of embers on three legs."""
    d = s.things
    for dx in (-96, 0, 96):
        d.ink([(x + dx * 0.7, y - 60), (x + dx, y + 60), (x + dx * 1.25, y + 190)], 26, edge(IRON), "even")
        d.ink([(x + dx * 0.7 - 4, y - 60), (x + dx - 4, y + 60), (x + dx * 1.25 - 4, y + 186)], 9, high(IRON, 0.3), "even")  # fmt: skip
    for dx, size in ((-64, 0.7), (60, 0.8), (0, 1.15)):
        flame(d, x + dx, y - 96, size)
    for k in range(13):
        dx = -110 + 18.4 * k
        d.ellipse(x + dx, y - 104 - 12 * math.sin(k * 1.9), 19, 16, ("#ffd05a", "#ff7a2c", "#d83a1c")[k % 3], 1, "#5a1410", 4)  # fmt: skip
    d.blob([(x - 136, y - 94), (x + 136, y - 94), (x + 104, y - 20), (x, y + 14), (x - 104, y - 20)], d.gradient([(0, "#6a2c2a", 1), (0.4, deep(IRON, 0.3), 1), (1, deep(IRON, 0.5), 1)]), 1, edge(IRON), 6)  # fmt: skip
    d.rect(x - 146, y - 104, 292, 26, high(IRON, 0.2), 1, edge(IRON), 5, 8)
    for _ in range(16):
        d.ellipse(x + s.air.uniform(-110, 150), y - 150 - s.air.uniform(0, 420), 4, 6, "#ffc05a", 0.9)
    d.glow(x, y - 150, 330, 300, "#ff8a30", 0.42)
    s.light(x, y - 140, 620, "#ff7a2c", 1.0 if s.lit else 0.8, "candle")


def _mattress(s: Scenery, gauze: str) -> None:
    """Bedding inside the bed's mouth, in a warm glow."""
    d, silk = s.things, mix(gauze, "#d02a4a", 0.62)
    d.glow(540, 960, 330, 270, "#ffb45a", 0.5 if s.lit else 0.25)
    d.blob([(250, 1010), (400, 950), (540, 962), (690, 946), (830, 1010), (850, 1130), (230, 1130)], d.gradient([(0, high(silk, 0.4), 1), (1, deep(silk, 0.4), 1)]), 1, edge(silk), 5)  # fmt: skip
    for x, tone in ((340, "#ffe2a8"), (600, "#7ad0c0")):
        d.rect(x, 926, 150, 66, d.gradient([(0, high(tone, 0.5), 1), (1, deep(tone, 0.3), 1)]), 1, edge(tone), 5, 30)
        d.rect(x + 14, 930, 20, 58, GOLD, 1, edge(GOLD), 3, 8)
        d.rect(x + 116, 930, 20, 58, GOLD, 1, edge(GOLD), 3, 8)
    for k in range(5):
        d.ink([(300 + 110 * k, 990), (290 + 122 * k, 1050), (250 + 140 * k, 1120)], 14, deep(silk, 0.3), "taper", 0.7)
    for x, y in ((350, 1040), (450, 1010), (540, 1062), (630, 1010), (730, 1040)):
        for k in range(6):
            at = x + 15 * math.cos(k * math.tau / 6), y + 9 * math.sin(k * math.tau / 6)
            d.ellipse(*at, 8, 5, high(GOLD, 0.35))
        d.ellipse(x, y, 6, 4, "#d8384a")


def canopy_bed(s: Scenery, wood: str, gauze: str) -> None:
    """The bed's carved front with its round mouth, curtains in it, roof and base."""
    d = s.things
    _mattress(s, gauze)
    for side in (-1, 1):
        _gauze(d, side, gauze)
    paint = d.gradient([(0, deep(wood, 0.25), 1), (0.4, high(wood, 0.12), 1), (1, deep(wood, 0.4), 1)])
    d.cut(rect(190, 400, 700, 720), [ring(540, 770, 312)], paint)
    for r, w, tone in ((316, 26, edge(wood)), (316, 18, high(wood, 0.25)), (303, 6, GOLD), (332, 5, GOLD)):
        d.ellipse(540, 770, r, r, "none", 1, tone, w)
    for x in (196, 884):
        for y in (430, 1110):
            scroll(d, x, y, 1 if x < 540 else -1, 1 if y < 700 else -1)
    for side in (-1, 1):
        d.rect(540 + side * 356 - 22, 380, 44, 950, d.gradient([(0, deep(wood, 0.4), 1), (0.5, high(wood, 0.35), 1), (1, deep(wood, 0.4), 1)], (1, 0)), 1, edge(wood), 5)  # fmt: skip
    d.rect(150, 330, 780, 84, d.gradient([(0, high(wood, 0.25), 1), (1, deep(wood, 0.3), 1)]), 1, edge(wood), 6, 8)
    d.path("".join(f"M{186 + 60 * k} 372l24-22l24 22l-24 22z" for k in range(12)), GOLD, 1, edge(GOLD), 3)
    d.path("M130 334Q540 236 950 334L930 300Q540 190 150 300z", high(wood, 0.1), 1, GOLD, 6)
    for k in range(9):
        x = 200 + 85 * k
        d.path(f"M{x - 42} 414q42 70 85 0z", mix(gauze, "#d02a4a", 0.5), 1, edge("#8a1030"), 4)
        d.path(f"M{x} 444v18l-8 30h17l-8-30", GOLD, 1, edge(GOLD), 3)
    _base(s, wood)


def _base(s: Scenery, wood: str) -> None:
    d = s.things
    d.rect(168, 1100, 744, 250, d.gradient([(0, high(wood, 0.2), 1), (1, deep(wood, 0.5), 1)]), 1, edge(wood), 6, 6)
    for k in range(4):
        x = 200 + 174 * k
        d.rect(x, 1150, 158, 140, deep(wood, 0.35), 1, GOLD, 5, 14)
        for side in (-1, 1):
            scroll(d, x + 79 + side * 66, 1162, -side, 1, 0.4)
            scroll(d, x + 79 + side * 66, 1278, -side, -1, 0.4)
        d.path(f"M{x + 79} 1192l22 28l-22 28l-22-28z", "#d8384a", 1, GOLD, 5)
    d.rect(150, 1096, 780, 34, high(wood, 0.3), 1, edge(wood), 5, 8)
    d.rect(150, 1098, 780, 7, high(GOLD, 0.3), 1, r=3)
    d.rect(300, 1380, 480, 70, d.gradient([(0, high(wood, 0.3), 1), (1, deep(wood, 0.5), 1)]), 1, edge(wood), 6, 6)
    d.rect(186, 1346, 60, 70, deep(wood, 0.3), 1, edge(wood), 5)
    d.rect(834, 1346, 60, 70, deep(wood, 0.3), 1, edge(wood), 5)
    d.rect(282, 1366, 516, 30, high(wood, 0.4), 1, edge(wood), 5, 6)
    d.rect(282, 1370, 516, 6, high(GOLD, 0.3))
    d.path("M330 1424q40-24 70 0t70 0t70 0t70 0t70 0t70 0", "none", 1, GOLD, 5)


def _gauze(d: Drawing, side: int, gauze: str) -> None:
    """Half of the bed's curtains, tied back, seen through."""

    def at(x: float) -> float:
        return 540 + side * x

    body = [(at(20), 440), (at(330), 440), (at(330), 1110), (at(170), 1110), (at(214), 1000), (at(268), 900), (at(180), 720)]  # fmt: skip
    d.blob(
        body,
        d.gradient([(0, gauze, 0.35), (0.6, gauze, 0.66), (1, mix(gauze, "#e04a7a", 0.25), 0.85)]),
        1,
        edge(gauze),
        3,
    )
    for k in range(5):
        fold = [(at(60 + 58 * k), 450), (at(190 + 28 * k), 720), (at(266 + 10 * k), 900), (at(200 + 28 * k), 1110)]
        d.ink(fold, 15, deep(mix(gauze, "#c03060", 0.3), 0.1), "taper", 0.55)
        d.ink([(x + 9, y) for x, y in fold], 5, high(gauze, 0.7), "taper", 0.6)
    d.ink([(at(330), 884), (at(290), 912), (at(252), 896)], 26, GOLD, "even")
    d.path(f"M{at(262):.0f} 904v40l-11 66h22l-11-66", GOLD, 1, edge(GOLD), 3)


def cage(s: Scenery) -> None:
    """A wall of squared timbers that comes towards us on the right."""
    d, wood = s.things, s.pick("#8a5a38", "#7a5040", "#94683c")
    for k in range(7):
        r = 1.0 + 0.1 * k + 0.014 * k * k
        (x, low), w = ray(892, 1436, r), 27 * r
        stops = [(0, high(wood, 0.35), 1), (0.3, wood, 1), (0.34, deep(wood, 0.35), 1), (1, deep(wood, 0.6), 1)]
        d.rect(x - w / 2, TOP, w, low - TOP, d.gradient(stops, (1, 0)), 1, edge(wood), 6)
        for y in (380, 900):
            d.ink([(x - w * 0.3, y), (x - w * 0.2, y + 90), (x - w * 0.32, y + 210)], 6, edge(wood), "taper", 0.7)
    for y in (560, 860, 1180):
        quad = [ray(880, y, 1), ray(880, y, 2.4), ray(880, y + 40, 2.4), ray(880, y + 40, 1)]
        d.poly(quad, d.gradient([(0, high(wood, 0.3), 1), (1, deep(wood, 0.4), 1)]), 1, edge(wood), 5)
        for k in range(7):
            r = 1.0 + 0.1 * k + 0.014 * k * k
            d.ellipse(*ray(892, y + 20, r), 8 * r, 8 * r, IRON, 1, edge(IRON), 4)


def ring(x: float, y: float, r: float, num: int = 48) -> list[Point]:
    """The outline of a round opening."""
    return [(x + r * math.cos(k * math.tau / num), y + r * math.sin(k * math.tau / num)) for k in range(num)]
