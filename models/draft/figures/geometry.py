"""Vector primitives: splines, ribbons, soft light, gradients, the fake three-quarter turn. Knows SVG text, no anatomy."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
Points = Sequence[Point]
Stops = Sequence[tuple[float, str, float]]
"""Gradient stops: (offset 0..1, colour, opacity)."""

_Array = NDArray[np.float64]
_TENSION = 1 / 6


def _lash(t: _Array) -> _Array:
    return np.where(t < 0.62, 0.22 + 0.78 * (t / 0.62) ** 1.1, np.clip((1 - t) / 0.38, 0, 1) ** 0.8)


def _lock(t: _Array) -> _Array:
    return np.clip(1 - t, 0, 1) ** 0.6 * (0.72 + 0.95 * t) * np.clip(t / 0.16, 0.02, 1) ** 0.6


def _brow(t: _Array) -> _Array:
    return np.where(t < 0.2, 0.16 + 0.84 * np.sqrt(t / 0.2), np.clip(1 - (t - 0.2) / 0.8, 0, 1) ** 0.72)


PROFILES: dict[str, Callable[[_Array], _Array]] = {
    "taper": lambda t: np.sin(np.pi * np.clip(t, 0, 1)) ** 0.7,
    "in": lambda t: np.clip(1 - t, 0, 1) ** 0.8,
    "lash": _lash,
    "lock": _lock,
    "brow": _brow,
    "drop": lambda t: np.clip(np.sin(np.pi * (0.12 + 0.88 * t)), 0, 1) ** 0.8,
    "contour": lambda t: 0.35 + 0.65 * np.sin(np.pi * np.clip(t * 0.92 + 0.1, 0, 1)) ** 0.8,
    "leaf": lambda t: np.sin(np.pi * np.clip(t, 0, 1)) ** 1.6,
    "flat": lambda t: np.ones_like(t),
}
"""Width along a ribbon, t 0..1 -> fraction of its full width."""


def pair(point: Point) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"


def spline(points: Points, closed: bool = False, start: bool = True) -> str:
    """SVG path data of a Catmull-Rom curve through the points; `start=False` continues an open path with a line."""
    num = len(points)
    data = ("M" if start else "L") + pair(points[0])
    for i in range(num if closed else num - 1):
        before = points[(i - 1) % num] if closed or i > 0 else points[0]
        here, there = points[i], points[(i + 1) % num]
        after = points[(i + 2) % num] if closed or i + 2 < num else points[-1]
        c1 = (here[0] + (there[0] - before[0]) * _TENSION, here[1] + (there[1] - before[1]) * _TENSION)
        c2 = (there[0] - (after[0] - here[0]) * _TENSION, there[1] - (after[1] - here[1]) * _TENSION)
        data += f"C{pair(c1)} {pair(c2)} {pair(there)}"
    return data + ("Z" if closed else "")


def between(upper: Points, lower: Points) -> str:
    """Closed path data between two curves; the lower one is given in the direction back from the upper one's end."""
    return spline(upper) + spline(lower, start=False) + "Z"


def polygon(points: Points) -> str:
    return "M" + "L".join(pair(p) for p in points) + "Z"


@lru_cache(maxsize=256)
def _basis(num: int, count: int) -> tuple[_Array, _Array]:
    """Catmull-Rom weights (count + 1, num) of the points for positions and for tangents; ends are extrapolated."""
    t = np.linspace(0, num - 1, count + 1)
    j = np.minimum(t.astype(int), num - 2)
    u = t - j
    place = 0.5 * np.stack([-u + 2 * u**2 - u**3, 2 - 5 * u**2 + 3 * u**3, u + 4 * u**2 - 3 * u**3, u**3 - u**2])
    slope = 0.5 * np.stack([-1 + 4 * u - 3 * u**2, -10 * u + 9 * u**2, 1 + 8 * u - 9 * u**2, 3 * u**2 - 2 * u])
    ends = np.zeros((num + 2, num))
    ends[1:-1] = np.eye(num)
    ends[0, :2], ends[-1, -2:] = (2, -1), (-1, 2)
    weights = []
    for part in (place, slope):
        full = np.zeros((count + 1, num + 2))
        for k in range(4):
            full[np.arange(count + 1), j + k] = part[k]
        weights.append(full @ ends)
    return weights[0], weights[1]


@lru_cache(maxsize=64)
def _widths(profile: str, count: int) -> _Array:
    return PROFILES[profile](np.linspace(0, 1, count + 1)) / 2


def sample(points: Points, count: int) -> _Array:
    """(count + 1, 2) points along the Catmull-Rom curve, evenly spaced in parameter."""
    return _basis(len(points), count)[0] @ np.asarray(points, dtype=np.float64)


def right_of(outline: _Array, edge: _Array) -> str:
    """Path data of the part of a closed outline that lies to the right of an edge running down the drawing.

    A Sutherland-Hodgman clip against x > edge(y), which spares the renderer a clip layer. Both are (n, 2) points."""
    order = np.argsort(edge[:, 1], kind="stable")
    ys, xs = edge[order, 1], edge[order, 0]
    inside = outline[:, 0] - np.interp(outline[:, 1], ys, xs)
    kept: list[Point] = []
    for k in range(len(outline)):
        here, there, a, b = outline[k - 1], outline[k], inside[k - 1], inside[k]
        if (a > 0) != (b > 0):
            cross = here + (there - here) * (a / (a - b))
            if kept and b > 0:
                steps = np.linspace(kept[-1][1], float(cross[1]), 12)
                kept += [(float(x), float(y)) for x, y in zip(np.interp(steps, ys, xs), steps, strict=True)]
            kept.append((float(cross[0]), float(cross[1])))
        if b > 0:
            kept.append((float(there[0]), float(there[1])))
    return polygon(kept) if len(kept) > 2 else ""


def ribbon(points: Points, width: float, profile: str = "taper", count: int = 20) -> str:
    """Path data of a line of varying width: the curve offset along its normals by width / 2 * profile(t)."""
    knots = np.asarray(points, dtype=np.float64)
    place, slope = _basis(len(points), count)
    curve, step = place @ knots, slope @ knots
    scale = width * _widths(profile, count) / (np.hypot(step[:, 0], step[:, 1]) + 1e-6)
    offset = np.stack([-step[:, 1] * scale, step[:, 0] * scale], axis=1)
    outline = np.concatenate([curve + offset, (curve - offset)[::-1]])
    return "M" + ("%.1f %.1fL" * len(outline) % tuple(outline.ravel().tolist()))[:-1] + "Z"


def path(data: str, fill: str = "none", line: str = "", width: float = 0, opacity: float = 1, extra: str = "") -> str:
    out = f'<path d="{data}" fill="{fill}"'
    if line:
        out += f' stroke="{line}" stroke-width="{width:.1f}" stroke-linejoin="round" stroke-linecap="round"'
    if opacity < 1:
        out += f' fill-opacity="{opacity:.2f}" stroke-opacity="{opacity:.2f}"'  # cheap: 'opacity' would cost a layer
    return f"{out} {extra}/>"


def ink(points: Points, width: float, colour: str, profile: str = "taper", opacity: float = 1, count: int = 20) -> str:
    """A drawn line: a filled ribbon."""
    return path(ribbon(points, width, profile, count), colour, opacity=opacity)


def ellipse(at: Point, rx: float, ry: float, fill: str, opacity: float = 1, turn: float = 0, extra: str = "") -> str:
    out = f'<ellipse cx="{at[0]:.1f}" cy="{at[1]:.1f}" rx="{rx:.1f}" ry="{ry:.1f}" fill="{fill}"'
    if turn:
        out += f' transform="rotate({turn:.0f} {pair(at)})"'
    return f'{out} fill-opacity="{opacity:.2f}" {extra}/>'


def _name(content: str) -> str:
    """An id that is the content's own hash: unique in a document, the same in every run, harmless when repeated."""
    return f"i{zlib.crc32(content.encode()):08x}"


def _stops(stops: Stops) -> str:
    return "".join(f'<stop offset="{o}" stop-color="{c}" stop-opacity="{a:.2f}"/>' for o, c, a in stops)


def linear(stops: Stops, start: Point, stop: Point) -> tuple[str, str]:
    """(definition, paint) of a gradient between two points of the drawing."""
    body = (
        f'gradientUnits="userSpaceOnUse" x1="{start[0]:.1f}" y1="{start[1]:.1f}" '
        f'x2="{stop[0]:.1f}" y2="{stop[1]:.1f}">{_stops(stops)}'
    )
    name = _name(body)
    return f'<linearGradient id="{name}" {body}</linearGradient>', f"url(#{name})"


def shaded(data: str, stops: Stops, start: Point, stop: Point, line: str = "", width: float = 0) -> str:
    """A path filled with a linear gradient."""
    definition, paint = linear(stops, start, stop)
    return definition + path(data, paint, line, width)


def soft(at: Point, rx: float, ry: float, colour: str, opacity: float, turn: float = 0) -> str:
    """A blurred spot without a filter: opacity falls to .55 of it at 45% of the radius and to 0 at the edge."""
    body = _stops([(0, colour, opacity), (0.45, colour, opacity * 0.55), (1, colour, 0)])
    name = _name(body)
    return f'<radialGradient id="{name}">{body}</radialGradient>' + ellipse(at, rx, ry, f"url(#{name})", turn=turn)


def clipped(data: str, inner: str) -> str:
    """`inner`, visible only inside the path."""
    name = _name(data)
    return f'<clipPath id="{name}"><path d="{data}"/></clipPath><g clip-path="url(#{name})">{inner}</g>'


def moved(inner: str, dx: float, dy: float) -> str:
    return f'<g transform="translate({dx:.1f} {dy:.1f})">{inner}</g>'


def mirrored(points: Points) -> list[Point]:
    return [(-x, y) for x, y in points]


@dataclass(frozen=True)
class Turn:
    """A head turned by `yaw` degrees (positive: to the viewer's right), and what that does to flat drawings."""

    yaw: float

    @property
    def sin(self) -> float:
        return math.sin(math.radians(self.yaw))

    @property
    def cos(self) -> float:
        return math.cos(math.radians(self.yaw))

    def face(self, x: float, y: float, z: float | None = None) -> Point:
        """A point of the face; without a depth it lies on the front of the head, z = 165 - .003 x^2."""
        depth = 165 - 0.003 * x * x if z is None else z
        return (x * self.cos + depth * self.sin, y)

    def hair(self, points: Points) -> list[Point]:
        """Hair follows the skull's front by 52 units, less and less down to y 900."""
        return [(x + 52 * self.sin * min(1.0, max(0.0, 1 - y / 900)), y) for x, y in points]

    def body(self, points: Points) -> list[Point]:
        """The chest bulges towards where the character looks; the far shoulder recedes a little."""
        return [(x * self.cos + 150 * self.sin * max(0.0, 1 - (x / 520) ** 2), y) for x, y in points]
