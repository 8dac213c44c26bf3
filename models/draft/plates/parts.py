"""Pieces that places are built of: skies, towers, floors, windows, lamps, trees. Knows shapes and a palette, no place.

Coordinates are pixels of the 1080x1920 frame; a plate is drawn from -90 to 1170 and from -150 to 2070."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import pairwise

from models.draft.palette import Palette
from models.draft.svg import Drawing, Point, mix

LEFT, RIGHT, TOP, BOTTOM = -90, 1170, -150, 2070
WIDE, TALL = RIGHT - LEFT, BOTTOM - TOP
HORIZON = 1290
LIT = ("#ffd88a", "#ffb36a", "#9fd0ff", "#fff0c8")


@dataclass
class Set:
    """The three layers under construction, their colours and their chance."""

    far: Drawing
    mid: Drawing
    near: Drawing
    p: Palette
    rng: random.Random


def sky(s: Set, horizon: float = 1300, moon: Point = (790, 400)) -> None:
    """The whole far layer: gradient, stars and moon or sun, clouds, haze of the weather."""
    d, k = s.far, s.p.sky
    stops = [(0, k.top, 1), (0.38, k.mid, 1), (0.58, k.low, 1), (0.68, k.edge, 1), (1, k.edge, 1)]
    d.rect(LEFT, TOP, WIDE, TALL, d.gradient(stops))
    clear = s.p.weather == "clear"
    if s.p.time == "night" and clear:
        for _ in range(70):
            d.ellipse(
                s.rng.uniform(LEFT, RIGHT),
                s.rng.uniform(TOP, 900),
                *(s.rng.uniform(0.9, 2.6),) * 2,
                "#ffffff",
                s.rng.uniform(0.3, 0.9),
            )
        _moon(d, *moon)
    elif clear:
        x, y = (540, horizon - 180) if s.p.time != "day" else (760, 300)
        d.glow(x, y, 620, 560, k.light, 0.75)
        d.ellipse(x, y, 74, 74, "#fffbe8", 0.92)
    clouds(s, 9 if clear else 16, horizon)
    if s.p.weather == "mist":
        d.rect(LEFT, horizon - 620, WIDE, 900, d.gradient([(0, s.p.haze, 0), (0.6, s.p.haze, 0.7), (1, s.p.haze, 0.9)]))


def _moon(d: Drawing, x: float, y: float) -> None:
    d.glow(x, y, 340, 340, "#cfd8ff", 0.5)
    d.ellipse(x, y, 86, 86, "#f4f1e2")
    for dx, dy, r in ((-26, -20, 17), (26, 32, 22), (10, -44, 9)):
        d.ellipse(x + dx, y + dy, r, r, "#dcd8cb")


def clouds(s: Set, num: int, horizon: float) -> None:
    """Flat streaks of soft cloud that catch the low light."""
    k = s.p.sky
    for i in range(num):
        x, y = s.rng.uniform(-60, 1100), s.rng.uniform(80, horizon - 220)
        w = s.rng.uniform(180, 430)
        colour = mix(mix(k.mid, k.edge, 0.55), "#ffffff", 0.30 - 0.22 * k.dark)
        for j in range(3):
            d = s.far
            d.ellipse(
                x + j * w * 0.22 - w * 0.2,
                y + s.rng.uniform(-14, 14),
                w * (0.5 - 0.08 * j),
                s.rng.uniform(12, 30),
                colour,
                0.30 if i % 2 else 0.18,
            )


def towers(
    s: Set,
    d: Drawing,
    base: float,
    rise: tuple[float, float],
    colour: str,
    depth: float,
    lit: float,
    gap: Point | None = None,
) -> None:
    """A row of high-rises with windows; `gap` keeps columns between two x free."""
    x = LEFT - s.rng.uniform(0, 40)
    face = s.p.tone(colour, depth)
    while x < RIGHT:
        w, h = s.rng.uniform(78, 160), s.rng.uniform(*rise)
        if gap is None or x + w < gap[0] or x > gap[1]:
            d.rect(x, base - h, w, BOTTOM - base + h, face)
            d.rect(x, base - h, w * 0.16, BOTTOM - base + h, mix(face, s.p.sky.light, 0.16))
            if s.rng.random() < 0.4:
                d.rect(x + w * 0.46, base - h - s.rng.uniform(40, 110), w * 0.07, 120, face)
            _windows(s, d, x, base - h, w, h, lit)
        x += w + s.rng.uniform(-3, 16)


def _windows(s: Set, d: Drawing, x: float, y: float, w: float, h: float, lit: float) -> None:
    dark = mix(s.p.tone("#56688a"), "#000000", 0.25)
    parts: dict[str, list[str]] = {}
    for row in range(int((h - 40) // 27)):
        for col in range(int((w - 24) // 21)):
            on = s.rng.random() < lit
            colour = s.rng.choice(LIT) if on and s.p.lamps_lit else dark
            if on or row % 2:
                parts.setdefault(colour, []).append(f"M{x + 14 + col * 21:.0f} {y + 24 + row * 27:.0f}h11v15h-11z")
    for colour, data in parts.items():
        d.path("".join(data), colour, 0.85 if colour != dark else 0.5)


def floor(s: Set, colour: str, line: str, top: float = HORIZON, planks: int = 10, shine: str = "") -> None:
    """A floor whose boards meet at the vanishing point, with a soft reflection of the light above."""
    d = s.mid
    face = s.p.tone(colour)
    d.rect(
        LEFT,
        top,
        WIDE,
        BOTTOM - top,
        d.gradient([(0, mix(face, s.p.sky.light, 0.14), 1), (1, mix(face, "#000000", 0.45), 1)]),
    )
    for k in range(-planks, planks + 1):
        d.line(540 + k * 78, top, 540 + k * 300, BOTTOM, s.p.tone(line), 3, 0.55)
    for k in range(1, 6):
        y = top + (BOTTOM - top) * (k / 6) ** 1.8
        d.line(LEFT, y, RIGHT, y, s.p.tone(line), 2 + k * 0.5, 0.35)
    d.glow(540, top + 150, 420, 230, shine or s.p.sky.lamp, 0.24)


def wall(s: Set, colour: str, bottom: float = HORIZON, panels: int = 0) -> None:
    """A back wall over the far layer, lit in the middle, with a skirting and optional panels."""
    d = s.far
    face = s.p.tone(colour)
    d.rect(
        LEFT,
        TOP,
        WIDE,
        TALL,
        d.gradient([(0, mix(face, "#000000", 0.42), 1), (0.45, face, 1), (0.75, mix(face, "#000000", 0.2), 1)]),
    )
    d.glow(540, 760, 640, 720, mix(s.p.sky.lamp, face, 0.35), 0.55)
    for k in range(panels):
        x = LEFT + (k + 0.5) * WIDE / panels - WIDE / panels * 0.38
        d.rect(x, 180, WIDE / panels * 0.76, bottom - 330, "none", 0.5, mix(face, s.p.glow, 0.45), 5, 6)
        d.rect(x + 10, 190, WIDE / panels * 0.76 - 20, bottom - 350, mix(face, "#000000", 0.25), 0.35, r=4)
    d.rect(LEFT, bottom - 90, WIDE, 90, mix(face, "#000000", 0.45))
    d.rect(LEFT, bottom - 92, WIDE, 6, mix(face, s.p.glow, 0.4))


def window(
    s: Set, x: float, y: float, w: float, h: float, columns: int, rows: int, frame: str, city: bool = True
) -> None:
    """A window with the sky of the hour, a hint of the city or hills, and its frame; light falls from it by day."""
    d, k = s.far, s.p.sky
    d.rect(x - 14, y - 14, w + 28, h + 28, s.p.tone(frame), 1, mix(s.p.tone(frame), "#000000", 0.5), 4)
    d.rect(x, y, w, h, d.gradient([(0, k.top, 1), (0.5, k.mid, 1), (0.85, k.low, 1), (1, k.edge, 1)]))
    low = y + h
    at = x
    while city and at < x + w - 8:
        wide = min(s.rng.uniform(34, 70), x + w - at)
        tall = s.rng.uniform(0.15, 0.5) * h
        d.rect(at, low - tall, wide, tall, s.p.tone("#3c4a70", 0.35))
        if s.p.lamps_lit:
            for _ in range(int(tall / 26)):
                d.rect(
                    at + s.rng.uniform(3, max(4, wide - 10)), low - s.rng.uniform(8, tall), 6, 9, s.rng.choice(LIT), 0.9
                )
        at += wide
    panes(s, x, y, w, h)
    d.glow(x + w / 2, y + h * 0.55, w * 0.8, h * 0.6, k.light, 0.30)
    d.poly([(x + w * 0.1, y), (x + w * 0.3, y), (x + w * 0.12, low), (x, low), (x, y + h * 0.5)], "#ffffff", 0.07)
    for c in range(1, columns):
        d.rect(x + w * c / columns - 6, y, 12, h, s.p.tone(frame))
    for r in range(1, rows):
        d.rect(x, y + h * r / rows - 5, w, 10, s.p.tone(frame))


def panes(s: Set, x: float, y: float, w: float, h: float) -> None:
    """The weather on a window's outside: streaks of rain or flakes of snow."""
    for _ in range(int(w * h / 9000) if s.p.weather in ("rain", "snow") else 0):
        at, top = s.rng.uniform(x, x + w), s.rng.uniform(y, y + h - 60)
        if s.p.weather == "rain":
            s.far.line(at, top, at - 8, top + s.rng.uniform(26, 60), "#dbeaff", 2.5, s.rng.uniform(0.25, 0.7))
        else:
            s.far.ellipse(at, top, 4, 4, "#ffffff", s.rng.uniform(0.4, 0.9))


def blinds(s: Set, x: float, y: float, w: float, h: float, drop: float) -> None:
    for k in range(int(h * drop // 26)):
        s.far.rect(x, y + k * 26, w, 15, mix(s.p.tone("#c8ccd8"), s.p.sky.light, 0.25), 0.72)


def drape(s: Set, side: int, colour: str, width: float = 210, d: Drawing | None = None) -> None:
    """A gathered curtain at the left (-1) or right (1) edge."""
    d = d or s.near
    face = s.p.tone(colour)

    def at(x: float) -> float:
        return 540 + side * (640 - x)

    d.blob(
        [
            (at(-40), -160),
            (at(width), -160),
            (at(width * 0.84), 420),
            (at(width * 0.55), 980),
            (at(width * 0.75), 1500),
            (at(width * 0.9), 2080),
            (at(-40), 2080),
        ],
        face,
    )
    for k in range(4):
        x = width * (0.1 + 0.24 * k)
        d.ink(
            [(at(x), -150), (at(x * 0.8), 600), (at(x * 0.62), 1000), (at(x * 0.9), 2060)],
            24,
            mix(face, "#000000", 0.35),
            "even",
            0.8,
        )
        d.ink(
            [(at(x + 18), -150), (at(x * 0.8 + 16), 600), (at(x * 0.62 + 10), 1000), (at(x * 0.9 + 16), 2060)],
            8,
            mix(face, s.p.sky.light, 0.35),
            "taper",
            0.6,
        )


def lamp(s: Set, x: float, y: float, d: Drawing | None = None, size: float = 1.0, cord: float = 0) -> None:
    """A shaded lamp with its pool of light; `cord` hangs it from above."""
    d = d or s.mid
    if cord:
        d.rect(x - 2, y - cord, 4, cord, "#100a10")
    on = s.p.lamps_lit
    if on:
        d.glow(x, y + 40 * size, 300 * size, 280 * size, s.p.sky.lamp, 0.62)
    shade = s.p.sky.lamp if on else s.p.tone("#d8ccb4")
    d.poly(
        [(x - 62 * size, y + 74 * size), (x - 36 * size, y), (x + 36 * size, y), (x + 62 * size, y + 74 * size)],
        shade,
        1,
        "#3a2410",
        4,
    )


def lantern(s: Set, x: float, y: float, size: float, d: Drawing | None = None, colour: str = "#ff7a30") -> None:
    """A round paper lantern with a tassel, lit from within."""
    d = d or s.mid
    d.group(f"translate({x} {y}) scale({size})")
    d.glow(0, 60, 200, 200, "#ffb040", 0.62)
    d.rect(-2, -400, 4, 400, "#1a0608")
    d.blob([(-30, 0), (-66, 60), (-30, 120), (30, 120), (66, 60), (30, 0)], colour, 1, "#6a1408", 5)
    d.blob([(-12, 6), (-26, 60), (-12, 114), (12, 114), (26, 60), (12, 6)], "#ffd070", 0.9)
    for y0 in (-12, 118):
        d.rect(-30, y0, 60, 14, "#d9a43c")
    d.rect(-3, 132, 6, 64, "#c8202c")
    d.end()


def column(s: Set, x: float, w: float, y0: float, y1: float, colour: str, band: str, d: Drawing | None = None) -> None:
    """A round column, lit from the left, with two bands."""
    d = d or s.mid
    c = s.p.tone(colour)
    paint = d.gradient(
        [
            (0, mix(c, "#000000", 0.5), 1),
            (0.32, mix(c, s.p.sky.lamp, 0.28), 1),
            (0.6, c, 1),
            (1, mix(c, "#000000", 0.55), 1),
        ],
        (1, 0),
    )
    d.rect(x - w / 2, y0, w, y1 - y0, paint)
    for y in (y0 + (y1 - y0) * 0.13, y0 + (y1 - y0) * 0.84):
        d.rect(x - w / 2 - 4, y, w + 8, w * 0.32, s.p.tone(band))
        d.rect(x - w / 2 - 4, y, w + 8, 5, mix(s.p.tone(band), "#ffffff", 0.5))


def pine(s: Set, d: Drawing, x: float, base: float, h: float, colour: str) -> None:
    """A layered fir."""
    d.rect(x - h * 0.018, base - h * 0.2, h * 0.036, h * 0.2, mix(colour, "#000000", 0.5))
    for k in range(5):
        y, w = base - h * (0.12 + 0.17 * k), h * (0.24 - 0.042 * k)
        d.blob(
            [
                (x, y - h * 0.25),
                (x + w * 0.5, y - h * 0.06),
                (x + w, y),
                (x + w * 0.3, y - h * 0.01),
                (x - w * 0.3, y + h * 0.01),
                (x - w, y),
                (x - w * 0.5, y - h * 0.06),
            ],
            mix(colour, "#ffffff", 0.03 * k),
        )


def crown(s: Set, d: Drawing, x: float, y: float, r: float, colour: str, num: int = 9) -> None:
    """Leaves of a broad tree: overlapping clumps, lighter towards the light."""
    for _ in range(num):
        a, b = s.rng.uniform(-1, 1) * r, s.rng.uniform(-0.62, 0.62) * r
        tone = mix(colour, s.p.sky.light, max(0.0, (-a - b) / r) * 0.16)
        q = r * s.rng.uniform(0.34, 0.55)
        d.blob(
            [
                (x + a - q, y + b),
                (x + a - q * 0.5, y + b - q * 0.8),
                (x + a + q * 0.4, y + b - q * 0.75),
                (x + a + q, y + b - q * 0.1),
                (x + a + q * 0.5, y + b + q * 0.6),
                (x + a - q * 0.5, y + b + q * 0.65),
            ],
            tone,
        )


def mountains(s: Set, base: float, rise: float, colour: str, depth: float) -> None:
    """A ridge across the far layer with paler flanks."""
    points: list[Point] = [(LEFT - 60, base)]
    x = float(LEFT - 60)
    while x < RIGHT + 60:
        points.append((x, base - s.rng.uniform(0.25, 1) * rise))
        x += s.rng.uniform(110, 210)
    points += [(RIGHT + 60, base), (RIGHT + 60, BOTTOM), (LEFT - 60, BOTTOM)]
    face = s.p.tone(colour, depth)
    s.far.poly(points, face)
    for (ax, ay), (bx, by) in pairwise(points[1:-3]):
        if ay < by:
            s.far.poly([(ax, ay), (bx, by), (ax + (bx - ax) * 0.3, by + 120)], mix(face, "#000000", 0.14), 0.8)


def mist(s: Set, d: Drawing, y: float, op: float, num: int = 7) -> None:
    """Low banks of mist."""
    for _ in range(num):
        d.glow(
            s.rng.uniform(0, 1080),
            y + s.rng.uniform(-60, 90),
            s.rng.uniform(260, 520),
            s.rng.uniform(50, 120),
            mix(s.p.haze, "#ffffff", 0.25),
            op,
        )


def bokeh(s: Set, d: Drawing, num: int, colours: tuple[str, ...], top: float = 150, bottom: float = 1250) -> None:
    """Out-of-focus lights."""
    for _ in range(num):
        r = s.rng.choice((30, 44, 62))
        d.ellipse(s.rng.uniform(LEFT, RIGHT), s.rng.uniform(top, bottom), r, r, s.rng.choice(colours), 0.26)


def wet(s: Set, colours: tuple[str, ...], top: float = 1320) -> None:
    """Vertical reflections of lights on wet ground."""
    for _ in range(26):
        w, h = s.rng.uniform(8, 26), s.rng.uniform(90, 380)
        d = s.mid
        c = s.rng.choice(colours)
        d.rect(
            s.rng.uniform(20, 1060),
            s.rng.uniform(top, top + 330),
            w,
            h,
            d.gradient([(0, c, 0), (0.3, c, 0.5), (1, c, 0)]),
        )


def dark_foreground(s: Set, colour: str = "#120c18") -> str:
    return mix(s.p.tone(colour), "#000000", 0.35)
