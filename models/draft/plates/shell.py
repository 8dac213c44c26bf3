"""What a room is built of: walls with holes, ceilings, floors, glass, columns, drapes. Knows a scenery, no place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.draft.plates.scenery import BOTTOM, LEFT, RIGHT, TOP, WIDE, Scenery, deep, edge, high, ray
from models.draft.svg import Drawing, Point, mix

REACH = 7.0
"""Side walls go this many times as far from the vanishing point as the back wall, which is out of any frame."""
Quad = list[Point]


def rect(x: float, y: float, w: float, h: float) -> Quad:
    return [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]


def arch(x: float, y: float, w: float, h: float) -> Quad:
    """A round-headed opening."""
    r = w / 2
    head = [(x + r - r * c, y + r - r * s) for c, s in ((1, 0), (0.92, 0.38), (0.7, 0.7), (0.38, 0.92), (0, 1))]
    back = [(2 * (x + r) - px, py) for px, py in reversed(head[:-1])]
    return [(x, y + h), *head, *back, (x + w, y + h)]


@dataclass(frozen=True)
class Box:
    """A room seen from its open side: the back wall's edges."""

    x0: float
    y0: float
    x1: float
    y1: float

    def side(self, side: int, near: float, far: float, top: float, low: float) -> Quad:
        """A quad on the left (-1) or right (1) wall: reaches `near` > `far` >= 1, heights as on the back wall."""
        x = self.x0 if side < 0 else self.x1
        return [ray(x, top, far), ray(x, top, near), ray(x, low, near), ray(x, low, far)]


def room(
    s: Scenery,
    box: Box,
    wall: str,
    ceiling: str,
    holes: Iterable[Sequence[Point]] = (),
    left: Iterable[Sequence[Point]] = (),
    right: Iterable[Sequence[Point]] = (),
) -> None:
    """Ceiling, back wall and side walls, each with holes."""
    d = s.shell
    a, b, c, e = (box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)
    A, B, C, E = (ray(*point, REACH) for point in (a, b, c, e))
    d.poly([a, b, B, A], d.gradient([(0, deep(ceiling, 0.55), 1), (1, ceiling, 1)]))
    d.cut([a, e, E, A], left, d.gradient([(0.6, deep(wall, 0.5), 1), (1, deep(wall, 0.16), 1)], (1, 0)))
    d.cut([b, c, C, B], right, d.gradient([(0, deep(wall, 0.28), 1), (0.4, deep(wall, 0.58), 1)], (1, 0)))
    d.cut([a, b, c, e], holes, d.gradient([(0, deep(wall, 0.22), 1), (0.55, wall, 1), (1, deep(wall, 0.3), 1)]))
    for point, far in ((a, A), (b, B), (c, C), (e, E)):
        d.line(*point, *far, edge(wall), 5, 0.75)
    d.line(*a, *b, edge(wall), 5, 0.75)


def wall(s: Scenery, colour: str, bottom: float, holes: Iterable[Sequence[Point]] = ()) -> None:
    """A flat back wall from edge to edge, darker above."""
    d = s.shell
    paint = d.gradient([(0, deep(colour, 0.5), 1), (0.4, colour, 1), (0.8, deep(colour, 0.25), 1)])
    d.cut(rect(LEFT, TOP, WIDE, bottom - TOP), holes, paint)


def skirting(s: Scenery, box: Box, colour: str, height: float = 46) -> None:
    """A board along the foot of the three walls."""
    d, y = s.shell, box.y1 - height
    for side in (-1, 1):
        d.poly(box.side(side, REACH, 1, y, box.y1), deep(colour, 0.3))
    d.rect(box.x0, y, box.x1 - box.x0, height, colour)
    d.rect(box.x0, y, box.x1 - box.x0, 5, high(colour, 0.5))


def wainscot(s: Scenery, x0: float, x1: float, top: float, bottom: float, colour: str, num: int) -> None:
    """Framed panels side by side, lit from above."""
    d, w = s.shell, (x1 - x0) / num
    for k in range(num):
        x = x0 + k * w + w * 0.1
        d.rect(x, top, w * 0.8, bottom - top, deep(colour, 0.14), 1, edge(colour), 4, 4)
        d.rect(x + 9, top + 9, w * 0.8 - 18, bottom - top - 18, "none", 1, high(colour, 0.35), 4, 3)
        d.rect(x + 16, top + 16, w * 0.8 - 32, bottom - top - 32, high(colour, 0.06))


def pattern(s: Scenery, x0: float, x1: float, y0: float, y1: float, colour: str, kind: str) -> None:
    """Wallpaper: 'stripes' or 'damask'."""
    d = s.shell
    if kind == "stripes":
        for k in range(int((x1 - x0) // 60)):
            d.rect(x0 + 14 + k * 60, y0, 26, y1 - y0, colour, 0.35)
    if kind == "damask":
        leaf = ""
        for row in range(int((y1 - y0) // 110)):
            for col in range(int((x1 - x0) // 96)):
                x, y = x0 + 50 + col * 96 + (row % 2) * 46, y0 + 60 + row * 110
                leaf += f"M{x:.0f} {y - 40:.0f}c22 22 22 34 0 54c-22-20-22-32 0-54zm-24 44c2 18 14 24 24 28c10-4 22-10 24-28c8 24-6 42-24 46c-18-4-32-22-24-46z"
        if leaf:
            d.path(leaf, colour, 0.4)


def boards(s: Scenery, top: float, colour: str, x0: float = LEFT, x1: float = RIGHT, num: int = 11) -> None:
    """A plank floor whose lines meet at the vanishing point, from the line x0..x1 at `top`."""
    d = s.shell
    shape = _spread(top, x0, x1)
    d.poly(shape, d.gradient([(0, colour, 1), (0.3, colour, 1), (1, deep(colour, 0.45), 1)]))
    for k in range(num + 1):
        a = (x0 + (x1 - x0) * k / num, top)
        d.line(*a, *ray(*a, REACH), edge(colour), 3.5, 0.55)
    for k in range(1, 7):
        y = top + (BOTTOM - top) * (k / 7) ** 1.7
        for col in range(k % 2, num, 2):
            t0, t1 = (x0 + (x1 - x0) * (col + j) / num for j in (0, 1))
            reach = (y - 1290) / (top - 1290)
            d.line(ray(t0, top, reach)[0], y, ray(t1, top, reach)[0], y, edge(colour), 2 + k * 0.4, 0.45)


def tiles(
    s: Scenery, top: float, light: str, dark: str, x0: float = LEFT, x1: float = RIGHT, num: int = 8, rows: int = 6
) -> None:
    """A chequered floor in perspective."""
    d = s.shell
    d.poly(_spread(top, x0, x1), d.gradient([(0, dark, 1), (1, deep(dark, 0.4), 1)]))
    reaches = [1 + 4.6 * (k / rows) ** 1.6 for k in range(rows + 1)]
    data = ""
    extra = num
    for r in range(rows):
        for c in range(-extra, num + extra):
            if (r + c) % 2:
                a, b = (x0 + (x1 - x0) * (c + j) / num for j in (0, 1))
                quad = [
                    ray(a, top, reaches[r]),
                    ray(b, top, reaches[r]),
                    ray(b, top, reaches[r + 1]),
                    ray(a, top, reaches[r + 1]),
                ]
                if quad[0][0] < RIGHT + 400 and quad[1][0] > LEFT - 400:
                    data += "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in quad) + "Z"
    d.path(data, d.gradient([(0, light, 1), (1, deep(light, 0.35), 1)]))


def _spread(top: float, x0: float, x1: float) -> Quad:
    return [(x0, top), (x1, top), ray(x1, top, REACH), ray(x0, top, REACH)]


def carpet(s: Scenery, top: float, half: float, colour: str, trim: str, reach: float = REACH) -> None:
    """A runner towards the viewer with a double border."""
    d = s.shell
    for inset, paint in ((0, edge(colour)), (4, colour), (16, trim), (22, colour)):
        w = half - inset * half / 120
        d.poly([(540 - w, top), (540 + w, top), ray(540 + w, top, reach), ray(540 - w, top, reach)], paint)


def panes(
    s: Scenery, x: float, y: float, w: float, h: float, columns: int, rows: int, frame: str, thick: float = 12
) -> None:
    """A window's frame, bars and gleaming glass over a hole; a wet night leaves drops on it. Daylight falls in."""
    d = s.shell
    glass(s, d, x, y, w, h)
    for k in range(1, columns):
        d.rect(x + w * k / columns - thick * 0.4, y, thick * 0.8, h, frame)
        d.rect(x + w * k / columns - thick * 0.4, y, thick * 0.25, h, high(frame, 0.5))
    for k in range(1, rows):
        d.rect(x, y + h * k / rows - thick * 0.4, w, thick * 0.8, frame)
    d.rect(x - thick / 2, y - thick / 2, w + thick, h + thick, "none", 1, edge(frame), thick + 6)
    d.rect(x - thick / 2, y - thick / 2, w + thick, h + thick, "none", 1, frame, thick)
    d.rect(x - thick * 2, y + h + thick * 0.5, w + thick * 4, thick * 1.6, high(frame, 0.25), 1, edge(frame), 4)
    day = s.p.key * (0.9 if s.p.time != "night" else 0.55)
    s.light(x + w / 2, y + h / 2, max(w, h) * 1.25, s.p.sky.light, day, "window")


def glass(s: Scenery, d: Drawing, x: float, y: float, w: float, h: float) -> None:
    """Slanting gleams, and the weather on the outside."""
    for k, part in ((0.12, 0.16), (0.36, 0.06), (0.70, 0.12)):
        a, b = x + w * k, x + w * min(k + part, 1)
        lean = min(w * 0.22, 120)
        d.poly([(max(x, a), y), (b, y), (max(x, b - lean), y + h), (max(x, a - lean), y + h)], "#ffffff", 0.09)
    if s.p.weather == "rain":
        drops(s, d, x, y, w, h)
    if s.p.weather == "snow":
        d.path(f"M{x} {y + h}v-90q30 60 {w * 0.3:.0f} 66q{w * 0.4:.0f} 10 {w * 0.7:.0f}-40v64z", "#ffffff", 0.75)


def drops(s: Scenery, d: Drawing, x: float, y: float, w: float, h: float) -> None:
    """Rain running down a pane."""
    run, bead = "", ""
    for _ in range(min(120, int(w * h / 5200))):
        px, py = x + s.air.random() * w, y + s.air.random() * h * 0.86
        long = s.air.uniform(0.02, 0.12) * h
        run += f"M{px:.0f} {py:.0f}q{s.air.uniform(-9, 9):.0f} {long * 0.5:.0f} {s.air.uniform(-6, 6):.0f} {long:.0f}"
        bead += f"M{px - 3:.0f} {py:.0f}a4 5 0 1 0 8 0a4 5 0 1 0-8 0z"
    d.path(run, "none", 0.42, "#dcecff", 3)
    d.path(bead, "#f2f8ff", 0.6)


def column(
    s: Scenery, x: float, w: float, y0: float, y1: float, colour: str, band: str, d: Drawing | None = None
) -> None:
    """A round column with capital, base and rings, lit from its inner side."""
    d = d or s.things
    lit = 0.36 if x > 540 else 0.62
    stops = [
        (0, deep(colour, 0.55), 1),
        (lit - 0.14, colour, 1),
        (lit, high(colour, 0.38), 1),
        (lit + 0.2, colour, 1),
        (1, deep(colour, 0.6), 1),
    ]
    d.rect(x - w / 2, y0, w, y1 - y0, d.gradient(stops, (1, 0)), 1, edge(colour), 4)
    for y, h, out in (
        (y0, w * 0.34, 0.12),
        (y0 + w * 0.5, w * 0.12, 0.04),
        (y1 - w * 0.62, w * 0.12, 0.04),
        (y1 - w * 0.34, w * 0.34, 0.14),
    ):
        wide = w * (1 + 2 * out)
        stops = [(0, deep(band, 0.5), 1), (lit, high(band, 0.55), 1), (1, deep(band, 0.55), 1)]
        d.rect(x - wide / 2, y, wide, h, d.gradient(stops, (1, 0)), 1, edge(band), 3, 3)


def drape(
    s: Scenery, side: int, colour: str, width: float = 210, d: Drawing | None = None, low: float = BOTTOM + 20
) -> None:
    """A gathered curtain at the left (-1) or right (1) edge, tied back."""
    d = d or s.near

    def at(x: float) -> float:
        return 540 + side * (640 - x)

    tie = TOP + (low - TOP) * 0.6
    body = [(at(-60), TOP - 20), (at(width), TOP - 20), (at(width * 0.92), 300), (at(width * 0.62), tie - 240), (at(width * 0.34), tie), (at(width * 0.56), tie + 200), (at(width * 0.74), low), (at(-60), low)]  # fmt: skip
    stops = [(0, deep(colour, 0.6), 1), (0.5, colour, 1), (1, deep(colour, 0.35), 1)]
    d.blob(body, d.gradient(stops, (1, 0)), 1, edge(colour), 5)
    for k in range(4):
        x = width * (0.06 + 0.22 * k)
        fold = [(at(x), TOP), (at(x * 0.86), 500), (at(x * 0.42), tie), (at(x * 0.74), low)]
        d.ink(fold, 22, deep(colour, 0.6), "even", 0.8)
        d.ink([(px + side * -14, py) for px, py in fold], 9, high(colour, 0.4), "taper", 0.7)
    d.ink([(at(-40), tie - 26), (at(width * 0.2), tie + 14), (at(width * 0.36), tie - 6)], 34, "#d9a441", "even")


def valance(s: Scenery, colour: str, trim: str, depth: float = 150, d: Drawing | None = None) -> None:
    """Swags of cloth along the top."""
    d = d or s.near
    for k in range(4):
        x = LEFT + k * WIDE / 4
        w = WIDE / 4
        d.blob([(x - 20, TOP - 20), (x + w + 20, TOP - 20), (x + w * 0.96, TOP + depth * 0.7), (x + w / 2, TOP + depth * 1.3), (x + w * 0.04, TOP + depth * 0.7)], d.gradient([(0, deep(colour, 0.5), 1), (1, colour, 1)]), 1, edge(colour), 4)  # fmt: skip
        d.ink([(x, TOP + depth * 0.7), (x + w / 2, TOP + depth * 1.27), (x + w, TOP + depth * 0.7)], 12, trim, "even")


def blinds(s: Scenery, x: float, y: float, w: float, drop: float, colour: str) -> None:
    """Slats over the upper part of a window."""
    for k in range(int(drop // 26)):
        s.things.rect(x, y + k * 26, w, 13, colour, 0.92)
        s.things.rect(x, y + k * 26, w, 4, high(colour, 0.7))
    for part in (0.15, 0.85):
        s.things.line(x + w * part, y, x + w * part, y + drop + 30, edge(colour), 3)


def beams_from(s: Scenery, x: float, y: float, w: float, h: float, lean: float = 0.55, power: float = 1.0) -> None:
    """Shafts of the hour's light through a window's columns down to the floor."""
    strength = {"day": 0.20, "dusk": 0.26, "night": 0.15, "dawn": 0.22}[s.p.time] * power
    strength *= 1.0 if s.p.weather == "clear" else 0.5
    low = 1900
    for k in range(2):
        a, b = x + w * (0.06 + 0.5 * k), x + w * (0.44 + 0.5 * k)
        slide = (low - y) * lean
        s.beam([(a, y), (b, y), (b + slide + 120, low), (a + slide - 20, low)], s.p.sky.light, strength)


def tinted(s: Scenery, colour: str, part: float = 0.3) -> str:
    """A room's colour drawn towards the genre's wall colour."""
    return mix(colour, s.p.wall, part)
