"""Places of an old court under the open sky: courtyard, passage."""

from __future__ import annotations

import math
from itertools import pairwise

from models.draft.plates.furnish import blossoms, candle, glass_near, lantern, leaves_near, plant
from models.draft.plates.outdoors import hills, rain_air, sky, tree_line
from models.draft.plates.scenery import BOTTOM, LEFT, RIGHT, WIDE, Scenery, deep, edge, high, ray
from models.draft.plates.shell import arch
from models.draft.svg import Drawing, Point, mix, smooth

GOLD = "#e8b048"
JADE = "#2a8a78"
PETALS = (("#ff9abc", "#ffc4d8", "#fff0f6"), ("#e8406a", "#ff7a98", "#ffd0dc"), ("#d8a8e8", "#f4dcf8", "#fffaff"))
GATE_X, GATE_Y, GATE_R = 540, 872, 392
FAR_END, NEAR_END = 0.55, 4.2  # reaches of the passage's walls


def courtyard(s: Scenery) -> None:
    """A walled garden court: a round moon gate, rocks and a far hall behind it, a tree in blossom, a stone table."""
    sky(s, 1240, (540, 660), 1.5)
    hills(s, 1080, 400, "#5a6ac0", 0.5, jag=True)
    hills(s, 1160, 330, "#3a6a9a", 0.3)
    _garden(s)
    rain_air(s, s.far)
    plaster, tile = s.rng.choice((("#f2e8de", "#4a6a78"), ("#c8403a", "#e0a238")))
    stone = s.pick("#b4aec4", "#c0b2a4", "#a6b4b8")
    _flags(s, 1330, 44, stone)
    s.ground(1330, gloss=0.16)
    _court_wall(s, plaster, tile, stone)
    s.light(540, 960, 760, "#ffc890", 0.55 if s.lit else 0.2)
    s.beam([(330, 900), (750, 900), (980, 1960), (100, 1960)], s.p.sky.light, 0.13)
    petals, side = s.rng.choice(PETALS), s.rng.choice((-1, 1))
    _tree(s, side, petals)
    for x, base in ((410, 1370), (466, 1392), (520, 1376), (570, 1400)):
        _bamboo(s, s.things, 540 - side * x, base, s.vary("#58a860", 0.2))
    _rock(s.things, 540 - side * 505, 1410, 0.9, "#8a88a8")
    lantern(s, 540 - side * 432, 440, 0.74, 110)
    _stone_table(s, 540 - side * 375, 1640, stone)
    _rock(s.things, 540 + side * 330, 1520, 0.62, "#8a88a8")
    plant(s, 540 + side * 300, 1640, 380, s.pick("#2f6fa8", "#2a8a8a", "#7a4a8a"))
    s.mist = 0.12
    blossoms(s, -side, petals)
    leaves_near(s, side, "#1f5a4a")


def _garden(s: Scenery) -> None:
    """What the moon gate shows: a hall, lawn, pond and bridge, rocks, bamboo."""
    d, t = s.far, s.p.tone
    tree_line(s, 1140, 150, "#2f7a66", 0.16)
    _hall(d, 560, 1120, 185, (t("#e0a038", 0.08), t("#c8382e", 0.08), t(GOLD), "#ffc860" if s.lit else t("#e8b070")))
    d.glow(560, 1060, 330, 240, "#ffb858", 0.5 if s.lit else 0.0)
    lawn = t("#6aa858", 0.05)
    d.blob([(LEFT - 60, 1130), (300, 1106), (760, 1124), (RIGHT + 60, 1100), (RIGHT, 1500), (LEFT, 1500)], d.gradient([(0, high(lawn, 0.25), 1), (0.4, deep(lawn, 0.25), 1), (1, deep(lawn, 0.4), 1)]))  # fmt: skip
    pond = mix(s.p.sky.low, s.p.sky.mid, 0.5)
    d.ellipse(520, 1196, 330, 44, pond, 1, edge(t("#8a90a8")), 5)
    d.path("M300 1190h60m40 12h80m60-14h70m60 16h80", "none", 0.8, high(pond, 0.6), 5)
    x, y, stone = 470, 1190, t("#d0c4c4")
    d.path(f"M{x - 150} {y + 24}Q{x} {y - 96} {x + 150} {y + 24}h-40Q{x} {y - 34} {x - 110} {y + 24}z", stone, 1, edge(stone), 4)  # fmt: skip
    d.path(f"M{x - 150} {y - 2}Q{x} {y - 124} {x + 150} {y - 2}", "none", 1, edge(stone), 9)
    d.path(f"M{x - 150} {y - 2}Q{x} {y - 124} {x + 150} {y - 2}", "none", 1, high(stone, 0.3), 4)
    for k in range(-4, 5):
        top = y - 64 + k * k * 3.7
        d.line(x + k * 34, top + 24, x + k * 34, top - 6, edge(stone), 7)
    for x, y, size in ((300, 1270, 1.25), (800, 1262, 1.0), (724, 1282, 0.6)):
        _rock(d, x, y, size, t("#8a88a8"))
    for x in (176, 212, 262, 838, 880, 912):
        _bamboo(s, d, x, 1290, t(s.vary("#58a860", 0.2)))


def _rock(d: Drawing, x: float, base: float, size: float, stone: str) -> None:
    """A scholar's rock: tall, lit on one flank, with holes worn by water."""
    ring = [(-86, 0), (-96, -70), (-58, -120), (-70, -200), (-24, -270), (26, -230), (20, -170), (70, -150), (92, -60), (84, 0)]  # fmt: skip
    d.blob([(x + a * size, base + b * size) for a, b in ring], d.gradient([(0, high(stone, 0.4), 1), (0.6, stone, 1), (1, deep(stone, 0.4), 1)], (1, 1)), 1, edge(stone), 5)  # fmt: skip
    d.blob([(x + a * size, base + b * size) for a, b in ((20, -160), (64, -140), (84, -60), (80, -4), (10, -4), (30, -80))], deep(stone, 0.35), 0.8)  # fmt: skip
    for a, b, r in ((-34, -170, 17), (-46, -76, 22), (22, -104, 14), (-4, -226, 10)):
        d.ellipse(x + a * size, base + b * size, r * size, r * 1.4 * size, deep(stone, 0.7), 1, edge(stone), 3)


def _bamboo(s: Scenery, d: Drawing, x: float, base: float, tone: str) -> None:
    lean, h = s.rng.uniform(-26, 26), s.rng.uniform(560, 780)
    stalk = [(x, base), (x + lean * 0.3, base - h * 0.5), (x + lean, base - h)]
    d.ink(stalk, 17, edge(tone), "even")
    d.ink(stalk, 11, high(tone, 0.15), "even")
    for k in range(1, 9):
        y, px = base - h * k / 9, x + lean * (k / 9) ** 1.6
        d.line(px - 8, y, px + 8, y, edge(tone), 4)
        for side in (-1, 1) if k > 2 else ():
            a, b = side * s.rng.uniform(40, 84), s.rng.uniform(16, 70)
            leaf = mix(tone, s.rng.choice(("#e8ffb0", "#123a3a")), 0.22)
            d.ink([(px, y), (px + a * 0.6, y + b * 0.2), (px + a, y + b)], 17, leaf, "leaf")
            d.ink([(px, y), (px + a * 0.4, y - 18), (px + a * 0.9, y + b - 44)], 15, deep(leaf, 0.15), "leaf")


def _hall(d: Drawing, x: float, y: float, w: float, p: tuple[str, str, str, str]) -> None:
    """A hall with two swept roofs and lit lattice: foot `y`, half width `w`; paints of tiles, walls, trim and light."""
    (tile, wall, trim, glow), h = p, w * 0.9
    d.rect(x - w * 1.1, y - h * 0.08, w * 2.2, h * 0.16, mix(trim, "#d8d0e0", 0.7), 1, edge(wall), 3)
    for half, low, tall in ((w, y - h * 0.06, h * 0.72), (w * 0.74, y - h * 1.12, h * 0.34)):
        d.rect(x - half, low - tall, 2 * half, tall, deep(wall, 0.4), 1, edge(wall), 4)
        for k in range(5):
            a, b = x - half + half * 0.4 * k + half * 0.07, half * 0.26
            d.rect(a, low - tall * 0.8, b, tall * 0.8, glow, 1, edge(wall), 3)
            d.path(f"M{a + b / 2:.1f} {low - tall * 0.8:.1f}V{low:.1f}M{a:.1f} {low - tall * 0.4:.1f}h{b:.1f}", "none", 0.8, deep(wall, 0.4), 3)  # fmt: skip
        for k in range(6):
            a = x - half + half * 0.4 * k
            d.rect(a - w * 0.045, low - tall, w * 0.09, tall, d.gradient([(0, deep(wall, 0.3), 1), (0.4, high(wall, 0.3), 1), (1, deep(wall, 0.4), 1)], (1, 0)), 1, edge(wall), 2)  # fmt: skip
        d.rect(x - half * 1.04, low - tall - h * 0.04, half * 2.08, h * 0.1, JADE, 1, edge(wall), 3)
        d.path("".join(f"M{x - half + half * k / 6:.1f} {low - tall:.1f}h{half / 12:.1f}" for k in range(12)), "none", 1, trim, h * 0.05)  # fmt: skip
    _roof(d, x, y - h * 0.78, w * 1.22, h * 0.44, tile, trim)
    _roof(d, x, y - h * 1.46, w, h * 0.62, tile, trim)


def _roof(d: Drawing, x: float, y: float, w: float, h: float, tile: str, trim: str) -> None:
    """A swept roof with upturned eaves, tile rows, ridge, ridge ornaments and bright tile ends."""
    right: list[Point] = [(0, -h), (w * 0.5, -h), (w * 0.6, -h * 0.5), (w * 0.96, -h * 0.14), (w * 1.16, -h * 0.42), (w * 1.06, h * 0.04), (w * 0.6, h * 0.16), (0, h * 0.1)]  # fmt: skip
    ring = [(x + a, y + b) for a, b in right] + [(x - a, y + b) for a, b in reversed(right[1:-1])]
    d.path(smooth(ring, closed=True), d.gradient([(0, high(tile, 0.35), 1), (0.55, tile, 1), (1, deep(tile, 0.45), 1)]), 1, edge(tile), 5)  # fmt: skip
    for k in range(-11, 12):
        rib = [(x + k * w * 0.044, y - h * 0.94), (x + k * w * 0.056, y - h * 0.48), (x + k * w * 0.087, y + h * 0.08)]
        d.ink(rib, w * 0.022, edge(tile), "even", 0.6)
        d.ink([(a + w * 0.018, b) for a, b in rib], w * 0.014, high(tile, 0.55), "even", 0.75)
        d.ellipse(rib[2][0], rib[2][1], w * 0.02, w * 0.02, high(trim, 0.3), 1, edge(tile), 2)
    d.rect(x - w * 0.53, y - h * 1.1, w * 1.06, h * 0.15, high(tile, 0.15), 1, edge(tile), 4, 5)
    for side in (-1, 1):
        horn = [(x + side * w * 0.5, y - h * 1.04), (x + side * w * 0.56, y - h * 1.3), (x + side * w * 0.49, y - h * 1.42)]  # fmt: skip
        d.ink(horn, w * 0.1, edge(tile), "in")
        d.ink(horn, w * 0.07, trim, "in")
        d.ink([(x + side * w * 1.15, y - h * 0.4), (x + side * w * 0.95, y + h * 0.03), (x + side * w * 0.5, y + h * 0.13), (x, y + h * 0.1)], w * 0.03, trim, "even")  # fmt: skip


def _circle(r: float, y: float = GATE_Y) -> list[Point]:
    return [(GATE_X + r * math.cos(k * math.pi / 36), y + r * math.sin(k * math.pi / 36)) for k in range(72)]


def _court_wall(s: Scenery, plaster: str, tile: str, stone: str) -> None:
    """The wall with its stone ring, plinth, steps and tiled cap."""
    d, top = s.shell, 330
    paint = d.gradient([(0, deep(plaster, 0.35), 1), (0.16, plaster, 1), (0.8, deep(plaster, 0.1), 1), (1, deep(plaster, 0.3), 1)])  # fmt: skip
    d.cut([(LEFT, top), (RIGHT, top), (RIGHT, 1332), (LEFT, 1332)], [_circle(GATE_R)], paint)
    d.cut(_circle(GATE_R + 2), [_circle(GATE_R - 30, GATE_Y - 8)], deep(stone, 0.45))
    for r, tone in ((GATE_R + 50, edge(stone)), (GATE_R + 45, stone), (GATE_R + 12, high(stone, 0.35))):
        d.cut(_circle(r), [_circle(GATE_R)], tone)
    for k in range(28):
        c, n = math.cos(k * math.tau / 28), math.sin(k * math.tau / 28)
        d.line(GATE_X + GATE_R * c, GATE_Y + GATE_R * n, GATE_X + (GATE_R + 44) * c, GATE_Y + (GATE_R + 44) * n, edge(stone), 4, 0.7)  # fmt: skip
    d.poly(_circle(GATE_R), "none", 1, edge(stone), 6)
    d.rect(LEFT, 1262, WIDE, 70, d.gradient([(0, high(stone, 0.2), 1), (1, deep(stone, 0.35), 1)]), 1, edge(stone), 4)
    d.path("".join(f"M{x} 1264v66" for x in range(-60, 1170, 105)), "none", 0.7, edge(stone), 4)
    d.rect(LEFT, top, WIDE, 74, d.gradient([(0, "#1c0a30", 0.6), (1, "#1c0a30", 0)]))
    d.rect(LEFT, top - 10, WIDE, 26, JADE, 1, edge(JADE), 4)
    d.rect(LEFT, top - 96, WIDE, 94, d.gradient([(0, high(tile, 0.4), 1), (0.5, tile, 1), (1, deep(tile, 0.35), 1)]), 1, edge(tile), 5)  # fmt: skip
    for x in range(LEFT, RIGHT + 1, 36):
        d.rect(x, top - 92, 20, 90, d.gradient([(0, deep(tile, 0.35), 1), (0.4, high(tile, 0.5), 1), (1, deep(tile, 0.4), 1)], (1, 0)), 1, edge(tile), 3)  # fmt: skip
        d.ellipse(x + 10, top - 2, 14, 14, high(tile, 0.3), 1, edge(tile), 4)
        d.path(f"M{x + 20} {top}h16q-2 22-8 26q-6-4-8-26z", deep(tile, 0.1), 1, edge(tile), 3)
    d.rect(LEFT, top - 126, WIDE, 38, d.gradient([(0, high(tile, 0.5), 1), (1, deep(tile, 0.3), 1)]), 1, edge(tile), 5)
    for half, y, h in ((176, 1226, 36), (232, 1262, 36), (300, 1298, 40)):
        d.rect(540 - half, y, 2 * half, h, deep(stone, 0.28), 1, edge(stone), 5, 3)
        d.rect(540 - half, y, 2 * half, h * 0.42, high(stone, 0.4), 1, edge(stone), 3, 3)


def _flags(s: Scenery, top: float, wide: float, stone: str) -> None:
    """Paving whose joints meet at the vanishing point; every slab has its own tone."""
    d, rows = s.shell, 11
    d.rect(LEFT, top, WIDE, BOTTOM - top, edge(stone))
    levels = [top + (BOTTOM + 40 - top) * (k / rows) ** 1.8 for k in range(rows + 1)]
    for k, (y0, y1) in enumerate(pairwise(levels)):
        far, near = (y0 - 1290) / (top - 1290), (y1 - 1290) / (top - 1290)
        num, gap = int(700 / (wide * far)) + 2, 1 + k * 0.5
        for col in range(-num, num):
            a, b = (wide * (col + j + 0.5 * (k % 2)) for j in (0, 1))
            slab = [(540 + a * far + gap, y0 + gap), (540 + b * far - gap, y0 + gap), (540 + b * near - gap, y1 - gap), (540 + a * near + gap, y1 - gap)]  # fmt: skip
            tone = deep(s.vary(stone, 0.16), 0.04 * k)
            d.poly(slab, tone)
            d.line(*slab[0], *slab[1], high(tone, 0.45), 1 + k * 0.35, 0.8)


def _tree(s: Scenery, side: int, petals: tuple[str, ...]) -> None:
    """A tree in blossom that leans over the wall, with lanterns on its boughs; fallen petals under it."""
    d, bark = s.things, s.pick("#6a4048", "#5a3a52")

    def at(x: float, y: float) -> Point:
        return 540 + side * x, y

    boughs = (([at(470, 1490), at(430, 1220), at(492, 960), at(440, 640), at(470, 330)], 86), ([at(458, 760), at(380, 520), at(300, 300), at(150, 190)], 46), ([at(484, 950), at(560, 700), at(620, 420)], 46), ([at(330, 370), at(190, 370), at(90, 310)], 24), ([at(450, 600), at(360, 330), at(330, 90)], 30))  # fmt: skip
    d.blob([at(380, 1500), at(440, 1400), at(500, 1400), at(570, 1500), at(470, 1516)], deep(bark, 0.2), 1, edge(bark), 5)  # fmt: skip
    for grow, tone in ((9, edge(bark)), (0, bark)):
        for line, w in boughs:
            d.ink(line, w + grow, tone, "in")
            d.ellipse(*line[0], (w + grow) / 2, (w + grow) / 2, tone)
            d.ink([(x - side * w * 0.2, y) for x, y in line], w * 0.22, mix(tone, s.p.sky.light, 0.4), "taper", 0.8)
    for x, y, r in ((470, 250, 210), (300, 150, 180), (590, 420, 190), (120, 190, 110), (390, 440, 110), (340, 20, 190), (150, 330, 70), (560, 640, 110)):  # fmt: skip
        _bloom(s, at(x, y), r, petals)
    for x, y, size in ((250, 396, 0.62), (372, 560, 0.8)):
        lantern(s, *at(x, y), size, 110, s.pick("#f2452a", "#f08a3a"))
    for _ in range(70):
        x, y = at(s.air.gauss(330, 210), s.air.uniform(1360, 1980))
        d.ellipse(x, y, 6 + (y - 1330) * 0.012, 3 + (y - 1330) * 0.006, s.air.choice(petals), 0.95)


def _bloom(s: Scenery, at: Point, r: float, petals: tuple[str, ...]) -> None:
    """A cloud of blossom: soft clumps below, single five-petalled flowers above."""
    for part, tone, num in ((1.0, deep(petals[0], 0.22), 26), (0.9, petals[0], 24), (0.8, petals[1], 18)):
        s.things.path("".join(_ring(at[0] + s.rng.triangular(-1, 1) * r * part, at[1] + s.rng.triangular(-0.74, 0.74) * r * part - (1 - part) * r * 0.5, r * s.rng.uniform(0.1, 0.2)) for _ in range(num)), tone)  # fmt: skip
    for tone, num in ((petals[1], 9), (petals[2], 6)):
        data, hearts = "", ""
        for _ in range(int(r / num)):
            x, y, q = at[0] + s.rng.uniform(-1, 1) * r, at[1] + s.rng.uniform(-0.74, 0.66) * r, s.rng.uniform(6, 13)
            data += "".join(_ring(x + q * math.cos(k + x), y + q * math.sin(k + x), q * 0.7) for k in (0, 1.26, 2.51, 3.77, 5.03))  # fmt: skip
            hearts += _ring(x, y, q * 0.45)
        s.things.path(data, tone)
        s.things.path(hearts, "#d83a6a")


def _ring(x: float, y: float, r: float) -> str:
    return f"M{x - r:.0f} {y:.0f}a{r:.1f} {r:.1f} 0 1 0 {2 * r:.1f} 0a{r:.1f} {r:.1f} 0 1 0 {-2 * r:.1f} 0z"


def _stone_table(s: Scenery, x: float, y: float, stone: str) -> None:
    """A round table with a tea set, a candle and two drum stools."""
    d, pot = s.things, "#4a8ab0"
    side = d.gradient([(0, high(stone, 0.3), 1), (0.5, stone, 1), (1, deep(stone, 0.5), 1)], (1, 0))
    for dx, dy in ((-190, 40), (190, 50)):
        d.blob([(x + dx - 62, y + dy - 110), (x + dx + 62, y + dy - 110), (x + dx + 80, y + dy - 50), (x + dx + 60, y + dy + 10), (x + dx - 60, y + dy + 10), (x + dx - 80, y + dy - 50)], side, 1, edge(stone), 5)  # fmt: skip
        d.ellipse(x + dx, y + dy - 112, 64, 18, high(stone, 0.4), 1, edge(stone), 4)
    d.poly([(x - 60, y - 190), (x + 60, y - 190), (x + 90, y + 20), (x - 90, y + 20)], side, 1, edge(stone), 5)
    d.path(f"M{x - 190} {y - 214}v26a190 40 0 0 0 380 0v-26z", side, 1, edge(stone), 5)
    d.ellipse(x, y - 214, 190, 40, high(stone, 0.35), 1, edge(stone), 5)
    d.path(f"M{x + 50} {y - 258}q44-2 40-34", "none", 1, edge(pot), 10)
    d.blob([(x - 46, y - 262), (x, y - 286), (x + 46, y - 262), (x + 34, y - 218), (x - 34, y - 218)], d.gradient([(0, high(pot, 0.7), 1), (1, deep(pot, 0.3), 1)]), 1, edge(pot), 4)  # fmt: skip
    d.ellipse(x, y - 288, 10, 9, high(pot, 0.4), 1, edge(pot), 4)
    for dx in (-104, 112):
        d.path(f"M{x + dx - 22} {y - 232}h44q-4 32-22 32q-18 0-22-32z", high(pot, 0.75), 1, edge(pot), 4)
    candle(s, x - 66, y - 222, 60)
    s.light(x, y - 300, 520, "#ffb060", 0.6 if s.lit else 0.1)


def passage(s: Scenery) -> None:
    """A lane between high red palace walls to a gate tower with two roofs; lanterns, wet stones."""
    sky(s, 1290, (540, 440), 1.45)
    rain_air(s, s.far)
    red, tile = s.pick("#c03028", "#b02a34", "#c8442c"), s.pick("#e8a832", "#e0b040")
    d, stone = s.shell, s.pick("#9c96b4", "#a89a98", "#8e9cae")
    _flags(s, 1312, 26, stone)
    d.poly([(514, 1312), (566, 1312), ray(566, 1312, 36), ray(514, 1312, 36)], d.gradient([(0, high(stone, 0.5), 1), (0.2, high(stone, 0.3), 1), (1, stone, 1)]), 1, edge(stone), 4)  # fmt: skip
    for k in range(12):
        y = 1314 + 740 * (k / 11) ** 1.9
        d.line(540 - (y - 1290) * 1.18, y, 540 + (y - 1290) * 1.18, y, edge(stone), 2 + k * 0.5, 0.7)
    for x in (512, 568):
        d.poly([(x - 3, 1312), (x + 3, 1312), ray(x + 3, 1312, 36), ray(x - 3, 1312, 36)], high(stone, 0.55), 1, edge(stone), 3)  # fmt: skip
    _tower(s, (tile, red, GOLD, "#ffd070" if s.lit else "#d8a878"), stone)
    for side in (-1, 1):
        _lane_wall(s, side, red, tile, stone)
        for reach in (0.95, 1.45, 2.25):
            (x, y), wall = _lane(side, 162, 300, reach), 540 + side * 206 * reach
            s.things.path(f"M{wall:.1f} {y:.1f}H{x:.1f}v{14 * reach:.1f}M{wall:.1f} {y + 46 * reach:.1f}L{(x + wall) / 2:.1f} {y:.1f}", "none", 1, "#2a1420", 5 * reach)  # fmt: skip
            lantern(s, x, y + 18 * reach, 0.3 * reach, 30)
    s.ground(1312, gloss=0.5 if s.lit else 0.3)
    s.beam([(500, 1200), (580, 1200), (800, 1960), (280, 1960)], "#ffb860", 0.2 if s.lit else 0.06)
    s.mist = 0.2
    side = s.rng.choice((-1, 1))
    lantern(s, 540 + side * 490, 40, 1.7, 300, d=s.near)
    s.light(540 + side * 490, 145, 420, "#ff9a3c", 0.7 if s.lit else 0.1, "lantern")
    glass_near(s, -side, red)


def _tower(s: Scenery, p: tuple[str, str, str, str], stone: str) -> None:
    """The gate at the lane's end: a red terrace with an arched gate and open doors, a hall with two roofs on it."""
    d, (_, red, trim, _) = s.shell, p
    _hall(d, 540, 905, 192, p)
    hole = arch(480, 1112, 120, 206)
    warm = "#ffb850" if s.lit else mix(s.p.sky.edge, "#ffdf9a", 0.5)
    s.far.rect(460, 1080, 160, 260, s.far.gradient([(0, deep(warm, 0.35), 1), (1, high(warm, 0.5), 1)]))
    d.cut([(250, 905), (830, 905), (830, 1316), (250, 1316)], [hole], d.gradient([(0, high(red, 0.1), 1), (1, deep(red, 0.45), 1)]))  # fmt: skip
    for side in (-1, 1):
        d.poly([(540 + side * 60, 1172), (540 + side * 51, 1142), (540 + side * 36, 1126), (540 + side * 36, 1310), (540 + side * 60, 1318)], deep(red, 0.55), 1, edge(trim), 3)  # fmt: skip
    d.poly(hole, "none", 1, edge(trim), 20)
    d.poly(hole, "none", 1, high(trim, 0.2), 11)
    d.rect(250, 894, 580, 16, trim, 1, edge(trim), 4)
    d.path("M310 860H770M310 880H770" + "".join(f"M{x} 846v48" for x in range(316, 780, 32)), "none", 1, edge(stone), 9)  # fmt: skip
    d.path("M310 860H770M310 880H770" + "".join(f"M{x} 846v48" for x in range(316, 780, 32)), "none", 1, high(stone, 0.4), 5)  # fmt: skip
    s.light(540, 1190, 520, "#ffac50", 0.9 if s.lit else 0.3)
    s.light(540, 800, 420, "#ffb860", 0.6 if s.lit else 0.1)


def _lane(side: int, x: float, h: float, reach: float) -> Point:
    """A place on the section through the lane's wall, `x` from its middle and `h` above the eye."""
    return 540 + side * x * reach, 1290 - h * reach


def _lane_wall(s: Scenery, side: int, red: str, tile: str, stone: str) -> None:
    """One wall with plinth, painted eaves and a tiled cap, all running to the vanishing point."""
    d = s.shell

    def band(x0: float, h0: float, x1: float, h1: float, paint: str) -> None:
        d.poly([_lane(side, x0, h0, FAR_END), _lane(side, x0, h0, NEAR_END), _lane(side, x1, h1, NEAR_END), _lane(side, x1, h1, FAR_END)], paint, 1, edge(tile), 4)  # fmt: skip

    paint = d.gradient([(0, mix(red, "#ff9a5a", 0.2), 1), (0.45, red, 1), (1, deep(red, 0.5), 1)], (max(side, 0), 0), (max(-side, 0), 0))  # fmt: skip
    band(206, 442, 206, -40, paint)
    band(206, 18, 206, -40, deep(stone, 0.15))
    band(206, 30, 206, 18, high(stone, 0.35))
    band(206, 440, 206, 380, deep(red, 0.55))
    band(206, 380, 206, 366, GOLD)
    band(180, 448, 206, 436, JADE)
    band(180, 448, 184, 592, d.gradient([(0, high(tile, 0.3), 1), (1, deep(tile, 0.15), 1)]))
    for reach in (1 / (1 / FAR_END - 0.042 * k) for k in range(38)):
        w = 9 * reach
        d.line(*_lane(side, 180, 448, reach), *_lane(side, 184, 592, reach), edge(tile), w * 1.3, 0.9)
        d.line(*_lane(side, 180, 448, reach), *_lane(side, 184, 592, reach), high(tile, 0.5), w * 0.7)
        d.ellipse(*_lane(side, 180, 446, reach), w, w * 1.2, high(tile, 0.3), 1, edge(tile), 1 + reach)
        d.line(*_lane(side, 206, 432, reach), *_lane(side, 206, 388, reach), mix(JADE, "#2a5aa0", 0.4), w * 1.2)
        d.line(*_lane(side, 206, 16, reach), *_lane(side, 206, -38, reach), edge(stone), 1 + reach, 0.6)
    band(184, 592, 186, 634, high(tile, 0.3))
    for far, near in ((1.04, 1.32), (1.62, 2.04)):
        _side_door(s, side, far, near, red)


def _side_door(s: Scenery, side: int, far: float, near: float, red: str) -> None:
    """A studded door in the lane's wall."""
    d, mid = s.shell, (far + near) / 2
    for inset, tone in ((0.0, JADE), (0.06, deep(red, 0.5))):
        corners = ((far + inset, 260), (near - inset, 260), (near - inset, -34), (far + inset, -34))
        d.poly([_lane(side, 206, h - 110 * inset, reach) for reach, h in corners], tone, 1, edge(GOLD), 4)
    d.line(*_lane(side, 206, 250, mid), *_lane(side, 206, -34, mid), edge(red), 4)
    for reach in (far + 0.11, mid - 0.05, mid + 0.05, near - 0.11):
        for k in range(6):
            d.ellipse(*_lane(side, 206, 218 - 42 * k, reach), 3 * reach, 4 * reach, GOLD)
