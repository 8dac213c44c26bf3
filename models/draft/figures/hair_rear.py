"""Heads of hair seen from behind: falling, cropped, swept up. Knows no faces."""

from __future__ import annotations

import math
from itertools import pairwise

from models.draft.figures.geometry import Point
from models.draft.figures.haircut import Brush, scaled


def waved(points: list[Point], swing: float, period: float, phase: float = 0) -> list[Point]:
    """The same curve swaying sideways with its height."""
    if not swing:
        return points
    dense = [points[0]]
    for (x0, y0), (x1, y1) in pairwise(points):
        steps = max(1, round(abs(y1 - y0) / (period / 4)))
        dense += [(x0 + (x1 - x0) * k / steps, y0 + (y1 - y0) * k / steps) for k in range(1, steps + 1)]
    return [(x + swing * min(1.0, max(0.0, y / 300)) * math.sin(math.tau * y / period + phase), y) for x, y in dense]


def falling(brush: Brush, low: float = 1060, swing: float = 0) -> str:
    """Hair down the back: narrow at the neck, full at the shoulder blades, running out in tapered locks."""
    long = low > 800
    waist = 236 if long else 262
    shape: list[Point] = [
        (0, -70), (156, -48), (240, 80), (246, 300), (waist, min(520, low - 190)), (264 if long else 270, low - 230),
        (222, low - 70), (120, low + (36 if long else 0)), (0, low + (70 if long else 6)),
    ]  # fmt: skip
    shape = shape + [(-x, y) for x, y in shape[1:-1][::-1]]
    out = brush.mass(shape, dark=True, line=4)
    for k in (-5, 5, -4, 4, -3, 3, -2, 2, -1, 1, 0):
        fall = (96 if long else 12) * (1 - (k / 5) ** 2)
        tip = (k * 40 + brush.rng.uniform(-22, 22), low - 40 + fall + brush.rng.uniform(-46, 34))
        way: list[Point] = [(k * 5, -58), (k * 38, 110), (k * 41, 330), (k * 43, (330 + low) / 2), tip]
        out += brush.lock(waved(way, swing, 250, k), 92, line=2)
    parting: list[list[Point]] = [[(k * 4, -62), (k * 30, 60), (k * 46, 190)] for k in (-3, -1, 1, 3)]
    out += brush.strands(parting, 9)
    return out + brush.highlight(brush.outline(shape), 96, -180, 180, 0.0014, (56, 132), 16)


def cropped(brush: Brush, edge: list[tuple[list[Point], float]], low: float = 560) -> str:
    """Short hair: locks from the crown to the nape, silhouette locks along the head."""
    shape: list[Point] = [
        (0, -118), (140, -90), (234, 30), (242, 220), (222, 340), (176, low - 130), (96, low - 40), (0, low - 14),
    ]  # fmt: skip
    shape = shape + [(-x, y) for x, y in shape[1:-1][::-1]]
    out = brush.mass(shape, line=4)
    for k in (-5, 5, -3, 3, -4, 4, -1, 1, -2, 2, 0):
        tip = (k * 22 + 8, low - 44 + brush.rng.uniform(0, 44) - abs(k) * 20)
        out += brush.lock([(k * 6, 20), (k * 34, 150 + abs(k) * 8), (k * 36, 330), tip], 46, dark=abs(k) == 2, line=2.2)
    out += "".join(brush.lock(points, width, shine=False) for points, width in edge)
    return out + brush.highlight(brush.outline(shape), 92, -165, 165, 0.0012, (34, 84), 18)


def swept_up(brush: Brush, knot: Point) -> str:
    """Hair combed from the nape towards a knot."""
    shape: list[Point] = [
        (0, -66), (150, -40), (226, 80), (232, 240), (206, 380), (150, 480), (90, 530), (0, 500),
    ]  # fmt: skip
    shape = shape + [(-x, y) for x, y in shape[1:-1][::-1]]
    out = brush.mass(shape, line=4)
    kx, ky = knot
    lines: list[list[Point]] = []
    for k in range(-6, 7):
        foot: Point = (k * 34, 470 - abs(k) * 36)
        lines.append([foot, ((foot[0] * 1.12 + kx) * 0.6, (foot[1] + ky) * 0.5), (kx + k * 5, ky + 30)])
    out += brush.strands(lines, 14) + brush.strands([[(x + 10, y) for x, y in line] for line in lines[::2]], 4, True)
    for side in (-1, 1):
        out += brush.wisp(scaled([(80, 500), (96, 560), (84, 610)], side), 8)
    return out + brush.highlight(brush.outline(shape), 150, -165, 165, 0.001, (30, 70), 18)
