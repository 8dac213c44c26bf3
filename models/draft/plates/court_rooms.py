"""Rooms of an old court: chamber, dungeon."""

from __future__ import annotations

import math
from collections.abc import Callable

from models.draft.plates.court_things import (
    GOLD,
    IRON,
    bar,
    brazier,
    burner,
    cage,
    candle_tree,
    canopy_bed,
    flame,
    folding_screen,
    palace_lantern,
    ring,
    shackle,
    straw,
    torch,
)
from models.draft.plates.outdoors import hills, rain_air, sky, tree_line
from models.draft.plates.scenery import BOTTOM, LEFT, RIGHT, TOP, WIDE, Scenery, deep, edge, high, ray
from models.draft.plates.shell import Box, arch, boards, column, drape, room, valance, wall
from models.draft.svg import Point, mix

GAUZES = ("#ff9ab0", "#ffd088", "#94e4d4")
Spot = Callable[[float, float], Point]


def chamber(s: Scenery) -> None:
    """A canopy bed with a round mouth and gauze before a moon window, red columns, candle tree, screen, burner."""
    _garden(s)
    gauze, wood = s.pick(*GAUZES), s.pick("#8a3424", "#7a2a30", "#94482a")
    tone = s.pick("#1f5a66", "#4a2a6a", "#2a4a80")
    wall(s, tone, 1430, [ring(540, 700, 236)])
    _papers(s, tone, wood)
    boards(s, 1430, s.pick("#6a3226", "#5a2a34"), -10, 1090, 12)
    s.ground(1430, gloss=0.28)
    _moon_window(s, wood)
    _rug(s, s.pick("#b01c3c", "#a8204a", "#8a2474"))
    canopy_bed(s, wood, gauze)
    _beam(s)
    for side in (-1, 1):
        column(s, 540 + side * 492, 104, TOP, 1500, "#d0302a", GOLD)
        palace_lantern(s, 540 + side * 372, 250)
    folding_screen(s, wood)
    candle_tree(s, 150, 1640)
    burner(s, 945, 1690)
    s.light(540, 760, 760, "#ffb866", 1.0 if s.lit else 0.6)
    s.light(480, 1720, 620, "#ff9a50", 0.5 if s.lit else 0.3)
    drape(s, -1, mix(gauze, "#b0204a", 0.55), 150)
    drape(s, 1, mix(gauze, "#b0204a", 0.55), 150)
    valance(s, "#a0143a", GOLD, 190)


def _garden(s: Scenery) -> None:
    """What the moon window shows: sky, peaks, a wood, a branch of plum."""
    sky(s, 1000, (580, 650), 0.62)
    hills(s, 900, 260, "#5a6ac0", 0.5, jag=True)
    hills(s, 940, 130, "#3a5a9a", 0.25)
    tree_line(s, 960, 70, "#23605c", 0.1)
    rain_air(s, s.far)
    d, bark = s.far, s.p.tone("#4a2a34")
    for line, w in (([(250, 880), (400, 770), (500, 660), (640, 560)], 24), ([(440, 730), (560, 760), (680, 720)], 15)):
        d.ink(line, w, bark, "in")
        for x, y in line[1:]:
            for _ in range(9):
                r = s.rng.uniform(9, 17)
                bloom = s.rng.choice(("#ff9abc", "#ffd4e2", "#ff6a98"))
                at = x + s.rng.uniform(-56, 56), y + s.rng.uniform(-42, 42)
                d.ellipse(*at, r, r * 0.85, mix(s.p.tone(bloom), bloom, 0.5))


def _papers(s: Scenery, tone: str, wood: str) -> None:
    """Paper windows with a lattice on both sides of the bed, and panels below them."""
    d = s.shell
    paint = d.gradient([(0, "#ffe9b0", 1), (0.6, "#ffc878", 1), (1, "#e08a4a", 1)])
    for x in (-80, 812):
        d.rect(x, 300, 348, 760, paint, 1, edge(wood), 14)
        bars = "".join(f"M{x + 29 * k} 300v760" for k in range(1, 12))
        bars += "".join(f"M{x} {300 + 38 * k}h348" for k in range(1, 20))
        d.path(bars, "none", 1, deep(wood, 0.2), 5)
        d.rect(x, 300, 348, 760, "none", 1, wood, 12)
        d.rect(x, 1100, 348, 330, deep(wood, 0.25), 1, edge(wood), 6)
        d.rect(x + 26, 1130, 296, 250, deep(tone, 0.2), 1, GOLD, 5, 20)
        s.light(x + 174, 620, 520, "#ffc070", 0.4 if s.lit else 0.5, "window")


def _moon_window(s: Scenery, wood: str) -> None:
    """The round frame in the wall and its lattice."""
    d, x, y = s.shell, 540, 700
    grid = ""
    for k in range(-3, 4):
        half = math.sqrt(236**2 - (k * 62) ** 2)
        if k:
            grid += f"M{x + k * 62} {y - half:.0f}V{y - 128}M{x + k * 62} {y + 128}V{y + half:.0f}"
            grid += f"M{x - half:.0f} {y + k * 62}H{x - 128}M{x + 128} {y + k * 62}H{x + half:.0f}"
    d.path(grid, "none", 1, edge(wood), 11)
    d.path(grid, "none", 1, wood, 6)
    for r, w, paint in ((140, 17, edge(wood)), (140, 11, wood), (244, 34, edge(wood)), (244, 26, wood), (236, 5, GOLD)):
        d.ellipse(x, y, r, r, "none", 1, paint, w)


def _rug(s: Scenery, colour: str) -> None:
    """A patterned carpet in perspective before the bed."""
    d = s.shell

    def at(u: float, v: float) -> Point:
        return ray(540 + u * 240, 1430, 1 + v * 4.2)

    for inset, paint in ((0, edge(colour)), (0.02, GOLD), (0.06, colour), (0.13, GOLD), (0.15, deep(colour, 0.25))):
        a, b, v0, v1 = -1 + inset, 1 - inset, 0.2 + inset * 0.4, 1 - inset * 0.8
        d.poly([at(a, v0), at(b, v0), at(b, v1), at(a, v1)], paint)
    data = ""
    for j in range(9):
        v = 0.3 + 0.074 * j
        for k in range(-4, 5):
            a = [at(k * 0.19 + du, v + dv) for du, dv in ((-0.04, 0), (0, -0.02), (0.04, 0), (0, 0.02))]
            data += "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in a) + "Z"
    d.path(data, GOLD, 0.5)
    for k in range(-4, 5):
        for v in (0.23, 0.95):
            x, y = at(k * 0.22, v)
            d.ellipse(x, y, 34 * (1 + v), 9 * (1 + v), "none", 0.9, high(GOLD, 0.3), 5)
    _medallion(s, colour)


def _medallion(s: Scenery, colour: str) -> None:
    """The round flower in the middle of the carpet."""
    d = s.shell
    for r, paint in ((1.0, GOLD), (0.92, mix(colour, "#1f6a6a", 0.6)), (0.62, GOLD), (0.56, colour), (0.2, GOLD)):
        d.ellipse(540, 1730, 300 * r, 92 * r, paint)
    for k in range(12):
        a = k * math.tau / 12
        d.ellipse(540 + 232 * math.cos(a), 1730 + 71 * math.sin(a), 34, 13, high(GOLD, 0.35), 0.95)


def _beam(s: Scenery) -> None:
    """The painted beam over everything."""
    d = s.things
    for y, h, tone in ((TOP, 240, "#3a1026"), (90, 46, "#1f7a6a"), (136, 70, "#2a5aa0"), (206, 22, GOLD)):
        d.rect(LEFT, y, WIDE, h, d.gradient([(0, deep(tone, 0.3), 1), (1, tone, 1)]), 1, edge(tone), 5)
    for k in range(9):
        x = -20 + 140 * k
        d.path(f"M{x - 58} 171q29-44 58-22q29-22 58 22q-29 44-58 22q-29 22-58-22z", "#e8503a", 1, GOLD, 5)
        d.ellipse(x, 171, 13, 13, high(GOLD, 0.5), 1, edge(GOLD), 3)
        d.path(f"M{x + 28} 113l20-14l20 14l-20 14z", high(GOLD, 0.3))


def dungeon(s: Scenery) -> None:
    """A cell of stone: a barred arch, cold light from a high window, chains, a cage wall, straw, embers, a torch."""
    sky(s, 1000, (800, 190), 0.5)
    hills(s, 520, 120, "#3a4a7a", 0.4)
    rain_air(s, s.far)
    tone = s.pick("#425a70", "#3e6068", "#4a5470")
    box = Box(150, -40, 930, 1430)
    room(s, box, deep(tone, 0.4), deep(tone, 0.5), [arch(700, 110, 180, 270)])
    _stones(s, box, tone)
    _high_window(s, tone)
    _passage(s, tone)
    _flags(s, deep(tone, 0.1))
    s.ground(1430, gloss=0.5, puddles=True)
    s.mist = 0.12
    for x, top, low in ((20, 620, 960), (104, 660, 900), (838, 640, 930)):
        shackle(s, x, top, low)
    torch(s, 226, 800)
    cage(s)
    straw(s, 800, 1660, 330)
    straw(s, 330, 1560, 200)
    brazier(s, 190, 1600)
    _frame(s, tone)


def _stones(s: Scenery, box: Box, tone: str) -> None:
    """Courses of blocks on the back wall and both side walls."""
    opening, window = (330, 750, 520), (690, 890, 90, 400)

    def back(u: float, v: float) -> Point:
        return box.x0 + u * (box.x1 - box.x0), box.y0 + v * (box.y1 - box.y0)

    def on(side: int) -> Spot:
        x = box.x0 if side < 0 else box.x1
        return lambda u, v: ray(x, box.y0 + v * (box.y1 - box.y0), 1 + u * 1.9)

    for at, num in ((back, 6), (on(-1), 4), (on(1), 4)):
        for row in range(14):
            for col in range(-1, num):
                u0, u1 = max(0, (col + row % 2 / 2) / num), min(1, (col + 1 + row % 2 / 2) / num)
                (x, y), quad = at((u0 + u1) / 2, (row + 0.5) / 14), [at(u, v) for u, v in ((u0, row / 14), (u1, row / 14), (u1, (row + 1) / 14), (u0, (row + 1) / 14))]  # fmt: skip
                inside = opening[0] < x < opening[1] and y > opening[2]
                if u1 > u0 and not inside and not (window[0] < x < window[1] and window[2] < y < window[3]):
                    _block(s, quad, s.vary(tone, 0.2))
    for x, y in ((40, 300), (180, 520), (460, 120), (600, 370), (250, 1290), (60, 1130), (860, 480)):
        _moss(s, x, y)


def _moss(s: Scenery, x: float, y: float) -> None:
    """A patch of moss, and wet that runs down from it."""
    d = s.shell
    for _ in range(5):
        dx, low = s.rng.uniform(-60, 60), s.rng.uniform(60, 190)
        d.ink([(x + dx, y), (x + dx + 3, y + low / 2), (x + dx, y + low)], 13, "#1c3a44", "in", 0.5)
    for _ in range(16):
        dx, r = s.rng.gauss(0, 34), s.rng.uniform(6, 15)
        d.ellipse(x + dx, y + s.rng.gauss(0, 6), r * 1.3, r * 0.8, s.rng.choice(("#2c6a4e", "#3f8a58", "#1f4e48")), 0.9)


def _block(s: Scenery, quad: list[Point], tone: str) -> None:
    """One hewn stone with a lit upper edge and a pit or a crack."""
    d = s.shell
    d.poly(quad, d.gradient([(0, high(tone, 0.08), 1), (1, deep(tone, 0.3), 1)]), 1, edge(tone), 6)
    (ax, ay), (bx, by), (cx, cy), _ = quad
    d.line(ax + 7, ay + 7, bx - 7, by + 7, high(tone, 0.4), 4, 0.55)
    if s.rng.random() < 0.3:
        x, y = ax + (cx - ax) * s.rng.uniform(0.2, 0.7), ay + (cy - ay) * 0.3
        d.ink([(x, y), (x + 12, y + 20), (x + 4, y + 48)], 7, deep(tone, 0.5), "taper", 0.8)


def _high_window(s: Scenery, tone: str) -> None:
    """The barred window, its sill, and the cold shaft from it."""
    d = s.shell
    d.path("M700 380V200a90 90 0 0 1 180 0V380z", "none", 1, edge(tone), 40)
    d.path("M700 380V200a90 90 0 0 1 180 0V380z", "none", 1, high(tone, 0.2), 30)
    d.rect(670, 372, 240, 40, high(tone, 0.35), 1, edge(tone), 5, 4)
    for x in (740, 790, 840):
        d.rect(x - 8, 108, 16, 268, IRON, 1, edge(IRON), 4)
        d.rect(x - 6, 108, 4, 268, high(IRON, 0.5))
    d.rect(700, 236, 180, 14, IRON, 1, edge(IRON), 4)
    cold = mix(s.p.sky.light, "#a8d0ff", 0.55)
    power = 0.34 if s.p.weather == "clear" else 0.22
    for k in range(3):
        x = 706 + 60 * k
        s.beam([(x, 140), (x + 48, 140), (x - 240 + 20 * k, 1800), (x - 470 + 20 * k, 1800)], cold, power)
    s.light(790, 260, 760, cold, 0.85, "window")
    s.light(430, 1640, 520, cold, 0.7, "window")
    s.light(540, 700, 600, cold, 0.3, "window")


def _passage(s: Scenery, tone: str) -> None:
    """The arch, a torch on the stair behind it, and its iron bars."""
    d = s.shell
    d.path("M340 1430V720a200 200 0 0 1 400 0V1430z", d.gradient([(0, "#2a1a34", 1), (0.4, "#7a4430", 1), (1, "#241828", 1)]))  # fmt: skip
    for k in range(9):
        d.line(340, 600 + 84 * k, 450, 660 + 70 * k, "#2a1628", 5, 0.8)
        d.line(740, 600 + 84 * k, 630, 660 + 70 * k, "#2a1628", 5, 0.8)
    d.path("M450 1200V810a90 90 0 0 1 180 0V1200z", d.gradient([(0, "#e08a48", 1), (0.5, "#9a4c34", 1), (1, "#4a2430", 1)]), 1, "#2a1420", 10)  # fmt: skip
    d.path("M450 880h180M450 950h180M450 1020h180M510 810v70M580 880v70M500 950v70M570 1020v70", "none", 0.6, "#5a2a28", 6)  # fmt: skip
    d.glow(560, 850, 240, 300, "#ffb45a", 0.6)
    for k in range(8):
        y, w = 1046 + 48 * k, 180 + 28 * k
        d.rect(540 - w / 2, y, w, 48, mix("#a85a3c", "#2c2038", k / 8), 1, "#2a1420", 4)
        d.rect(540 - w / 2, y, w, 9, mix("#ffc47a", "#7a6a80", k / 8))
    flame(d, 570, 900, 0.85)
    d.poly([(556, 896), (584, 896), (576, 980), (564, 980)], "#5a3424", 1, "#2a1420", 4)
    _archstones(s, tone)
    for k in range(7):
        x = 360 + 60 * k
        bar(s.things, x, 718 - math.sqrt(max(196**2 - (x - 540) ** 2, 0)), 1426, 18)
    for y in (730, 1060, 1330):
        s.things.rect(336, y, 408, 24, IRON, 1, edge(IRON), 5, 3)
        s.things.rect(340, y + 4, 400, 5, high(IRON, 0.5))
    s.light(540, 900, 480, "#ff9a4a", 0.8 if s.lit else 0.55, "lantern")


def _archstones(s: Scenery, tone: str) -> None:
    """The ring and the jambs of the arch."""
    d = s.shell
    for k in range(11):
        a = math.pi * k / 10
        x, y = 540 - 226 * math.cos(a), 716 - 226 * math.sin(a)
        d.group(f"rotate({-90 + 18 * k} {x:.0f} {y:.0f})")
        _hewn(s, x - 36, y - 34, 72, 66, tone)
        d.end()
    for x in (282, 742):
        for k in range(8):
            _hewn(s, x - 6 * (k % 2), 752 + 86 * k, 62 + 6 * (k % 2), 82, tone)


def _hewn(s: Scenery, x: float, y: float, w: float, h: float, tone: str) -> None:
    stone = s.vary(high(tone, 0.14), 0.14)
    paint = s.shell.gradient([(0, high(stone, 0.25), 1), (1, deep(stone, 0.35), 1)])
    s.shell.rect(x, y, w, h, paint, 1, edge(stone), 6, 6)


def _flags(s: Scenery, tone: str) -> None:
    """Flagstones in perspective, and the barred window's light on them."""
    d = s.shell
    d.rect(LEFT, 1430, WIDE, BOTTOM - 1430, deep(tone, 0.6))
    for row in range(9):
        r0, r1 = (1 + 4.7 * (k / 9) ** 1.5 for k in (row, row + 1))
        for col in range(-8, 9):
            x = 540 + (col + 0.5 * (row % 2)) * 106
            stone = s.vary(tone, 0.22)
            quad = [ray(x, 1430, r0), ray(x + 106, 1430, r0), ray(x + 106, 1430, r1), ray(x, 1430, r1)]
            d.poly(quad, d.gradient([(0, high(stone, 0.16), 1), (1, deep(stone, 0.28), 1)]), 1, edge(stone), 3 + row)
            d.line(quad[0][0] + 8, quad[0][1] + 5, quad[1][0] - 8, quad[1][1] + 5, high(stone, 0.45), 3, 0.5)
    cold = mix(s.p.sky.light, "#cfe6ff", 0.6)
    for k in range(4):
        for y, h in ((1560, 76), (1652, 130)):
            x = 360 + 70 * k - (y - 1560) * 0.6
            s.shell.poly([(x, y), (x + 54, y), (x + 54 - h * 0.6, y + h), (x - h * 0.6, y + h)], cold, 0.4)


def _frame(s: Scenery, tone: str) -> None:
    """A dark arch and a hanging chain that we look past."""
    d, dark = s.near, deep(tone, 0.7)
    d.path(f"M{LEFT} {TOP}H{RIGHT}V420Q1090 60 820 {TOP + 70}H260Q-10 60 {LEFT + 50} 520V{BOTTOM}H{LEFT}z", dark)
    for k in range(17):
        d.ellipse(1062, -60 + 44 * k, 9 if k % 2 else 18, 30, "none", 1, high(IRON, 0.2), 14)
