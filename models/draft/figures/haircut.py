"""What every hairstyle is made of: masses, tapered locks, strands and one zigzag highlight. Knows no style."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from itertools import pairwise

from models.draft.figures.anatomy import Subject
from models.draft.figures.geometry import Point, Points, between, clipped, ink, path, ribbon, shaded, spline
from models.draft.figures.palette import Tone, mix


@dataclass(frozen=True)
class HairArt:
    """The layers of a hairstyle, back to front, and how it looks from behind. `back` and `locks` hang and sway."""

    back: str  # behind the neck and body
    front: str  # on the head, under the eyes
    fringe: str  # over the eyes
    shade: str  # what falls on the forehead as shadow
    rear: str  # the whole head of hair seen from behind
    locks: str = ""  # over the shoulders, from under the head


class Brush:
    """Draws in one hair tone, turned with the head."""

    def __init__(self, who: Subject) -> None:
        self.who = who
        self.tone: Tone = who.hair
        self.rng: random.Random = who.rng("hair")

    def turn(self, points: Points) -> list[Point]:
        return self.who.turn.hair(points)

    def outline(self, points: Points, tip: int = 0) -> str:
        """Closed path data; with `tip` the curve comes to a sharp point there and where it starts."""
        turned = self.turn(points)
        if not tip:
            return spline(turned, closed=True)
        return between(turned[: tip + 1], [*turned[tip:], turned[0]])

    def mass(self, points: Points, dark: bool = False, line: float = 3.5, tip: int = 0) -> str:
        """A closed body of hair: flat in shadow, or lit from above and falling into shadow."""
        return self._body(self.outline(points, tip), points, dark, line)

    def cut(self, points: Points, corners: Points) -> str:
        """Closed path data that is smooth but for its start and the points that are `corners`."""
        turned = self.turn(points)
        bends = [0, *(k for k in range(1, len(points)) if points[k] in corners), len(points)]
        turned.append(turned[0])
        return "".join(spline(turned[a : b + 1], start=a == 0) for a, b in pairwise(bends)) + "Z"

    def shag(self, points: Points, corners: Points, dark: bool = False, line: float = 3.0) -> str:
        """A body of hair with points and notches."""
        return self._body(self.cut(points, corners), points, dark, line)

    def _body(self, outline: str, points: Points, dark: bool, line: float) -> str:
        t = self.tone
        if dark:
            return path(outline, t.shade, t.ink, line)
        ys = [y for _, y in points]
        stops = [(0, mix(t.base, t.light, 0.12), 1), (0.4, t.base, 1), (1, mix(t.base, t.shade, 0.7), 1)]
        return shaded(outline, stops, (-60, min(ys)), (60, max(ys)), t.ink, line)

    def lock(self, points: Points, width: float, dark: bool = False, shine: bool = True, line: float = 2.6) -> str:
        """One tapered lock with a rounded root, its outline and a light streak along it."""
        turned = self.turn(points)
        t = self.tone
        out = path(ribbon(turned, width, "lock"), t.shade if dark else t.base, t.ink, line)
        if dark or not shine:
            return out
        under = [(x + width * 0.13, y + 1) for x, y in turned]
        streak = [(x - width * 0.10, y - 2) for x, y in turned]
        out += ink(under[1:], width * 0.24, t.shade, "taper", 0.8, 18)
        return out + ink(streak[1:4], width * 0.13, t.light, "taper", 0.6, 16)

    def strands(self, lines: Points | list[list[Point]], width: float = 15, light: bool = False) -> str:
        colour = self.tone.light if light else self.tone.shade
        opacity = 0.5 if light else 0.85
        return "".join(ink(self.turn(line), width, colour, "taper", opacity) for line in lines)  # pyright: ignore

    def wisp(self, points: Points, width: float = 6) -> str:
        return ink(self.turn(points), width, self.tone.base, "in")

    def shadow(self, points: Points) -> str:
        near = [(min(max(x, -250), 250), min(max(y, -30.0), 640)) for x, y in points]
        return path(self.outline(near), self.who.skin.shade)

    def lock_shadow(self, points: Points, width: float) -> str:
        return path(ribbon(self.turn(points), width + 7, "lock"), self.who.skin.shade)

    def highlight(
        self, inside: str, y: float, left: float = -205, right: float = 205, bend: float = 0.0015,
        length: tuple[float, float] = (30, 84), teeth: int = 18, centre: float = 0, opacity: float = 0.72,
    ) -> str:  # fmt: skip
        """The band of gloss: one path of long and short leaves side by side along an arc, clipped to the hair."""
        leaves = ""
        for i in range(teeth + 1):
            t = i / teeth
            x = left + (right - left) * t
            arc = y + bend * (x - centre) ** 2
            reach = (
                self.rng.uniform(*length)
                * (0.4 + 0.6 * math.sin(math.pi * t) ** 0.7)
                * (0.55 if i in (0, teeth) else 1)
            )
            lean = (x - centre) * 0.0024
            high, low = reach * self.rng.uniform(0.35, 0.6), reach * self.rng.uniform(0.5, 0.95)
            leaf = [(x - lean * high, arc - high), (x, arc), (x + lean * low, arc + low)]
            steep = math.hypot(1, 2 * bend * (x - centre))
            leaves += ribbon(self.turn(leaf), (right - left) / teeth * 1.6 * steep, "leaf", 10)
        return clipped(inside, path(leaves, self.tone.light, opacity=opacity))


def scaled(points: Points, side: int) -> list[Point]:
    return [(x * side, y) for x, y in points]


def spiked(notches: Points, tips: Points, bulge: float = 0.16) -> tuple[list[Point], list[Point]]:
    """(points, corners) of an edge that runs notch, tip, notch, ...: hooked spikes, round on the way out."""
    out: list[Point] = []
    for (x0, y0), (x1, y1), (x2, y2) in zip(notches, tips, notches[1:], strict=False):
        dx, dy, turn = x1 - x0, y1 - y0, 1 if (x1 - x0) * (y2 - y1) > (y1 - y0) * (x2 - x1) else -1
        out += [(x0, y0), ((x0 + x1) / 2 + dy * bulge * turn, (y0 + y1) / 2 - dx * bulge * turn), (x1, y1)]
        out += [((x1 + x2) / 2 + dy * bulge * 0.4 * turn, (y1 + y2) / 2 - dx * bulge * 0.4 * turn)]
    return [*out, notches[-1]], [*notches, *tips]
