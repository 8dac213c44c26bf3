"""Tubes along a centreline: arms, sleeves and fingers as outlines with one shaded side. Knows no anatomy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.draft.figures.geometry import Point, Points, pair, path, polygon, sample
from models.draft.figures.palette import Tone

_Array = NDArray[np.float64]
LIGHT_FROM = (-0.72, -0.69)
_CAP = 7


@dataclass(frozen=True)
class Tube:
    """A curve with a width: its two edges from root to tip, and the round end between them."""

    left: _Array
    right: _Array
    cap: _Array

    @property
    def outline(self) -> list[Point]:
        return _pairs(np.concatenate([self.left, self.cap, self.right[::-1]]))

    def lined(self, root: float = 0.0, tip: bool = True) -> str:
        """Path data of both edges and, unless `tip` is open, the end; `root` skips that share of each edge's start."""
        skip = int(root * len(self.left))
        left, right = self.left[skip:], self.right[skip:][::-1]
        runs = [np.concatenate([left, self.cap, right])] if tip else [left, right]
        return "".join("M" + "L".join(pair(p) for p in _pairs(run)) for run in runs)

    def shadow(self, share: float) -> str:
        """Path data of the strip, `share` of the width, along the edge that faces away from the light."""
        lit, dark = self._sides()
        inner = dark + (lit - dark) * share * np.sin(np.linspace(0.35, np.pi, len(lit)))[:, None] ** 0.5
        return polygon(_pairs(np.concatenate([dark, inner[::-1]])))

    def gleam(self, share: float, start: float, stop: float) -> list[Point]:
        """Points along the lit side, for a highlight."""
        lit, dark = self._sides()
        a, b = int(start * len(lit)), max(int(start * len(lit)) + 2, int(stop * len(lit)))
        return _pairs((lit + (dark - lit) * share)[a:b])

    def across(self, at: float) -> tuple[Point, Point]:
        """The two edge points at a share of the length."""
        k = min(len(self.left) - 1, int(at * len(self.left)))
        (a,), (b,) = _pairs(self.left[k : k + 1]), _pairs(self.right[k : k + 1])
        return a, b

    def _sides(self) -> tuple[_Array, _Array]:
        toward = float(((self.left - self.right) @ np.asarray(LIGHT_FROM)).sum())
        return (self.left, self.right) if toward > 0 else (self.right, self.left)


def tube(points: Points, widths: Sequence[float], count: int = 18, round_tip: float = 1.0) -> Tube:
    """A tube through `points` whose width runs evenly through `widths`; `round_tip` 0 cuts it straight."""
    centre = sample(points, count)
    step = np.gradient(centre, axis=0)
    step /= np.hypot(step[:, 0], step[:, 1])[:, None] + 1e-6
    half = np.interp(np.linspace(0, 1, count + 1), np.linspace(0, 1, len(widths)), widths)[:, None] / 2
    normal = np.stack([step[:, 1], -step[:, 0]], axis=1)
    left, right = centre + normal * half, centre - normal * half
    turn = np.linspace(0, np.pi, _CAP)[1:-1, None]
    bulge = centre[-1] + half[-1] * (np.cos(turn) * normal[-1] + round_tip * np.sin(turn) * step[-1])
    return Tube(left, right, bulge)


def tube_art(shape: Tube, tone: Tone, width: float, share: float = 0.34, open_root: float = 0, tip: bool = True) -> str:
    """Fill, one shadow of `share` of the width, and an outline that is open at the root and perhaps at the tip."""
    out = path(polygon(shape.outline), tone.base)
    if share:
        out += path(shape.shadow(share), tone.shade)
    return out + path(shape.lined(open_root, tip), "none", tone.ink, width)


def _pairs(rows: _Array) -> list[Point]:
    return [(float(x), float(y)) for x, y in rows]
