"""Warps layers into one frame and never draws what a nearer layer hides. Knows matrices and alpha, not shots.

Each layer knows, per band of rows, where its ink begins and ends and which run is opaque. A frame is drawn in
bands: hidden parts of deeper layers are skipped, opaque runs are warped straight into the frame, and only the
edges in between are blended. A close-up costs one warp of the frame instead of two warps and a blend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.draft.raster import Image

BAND = 64  # rows of one band, in source and in frame
MARGIN = 2  # pixels around a run that interpolation may touch
GRID = 32  # pieces begin and end on this column grid: OpenCV's vector code is several times slower on odd widths
Span = tuple[int, int]
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Layer:
    """Premultiplied pixels and their runs: an int array (bands, 4) of ink start, opaque start, opaque stop, ink stop.

    A plate layer is opaque and endless: past its edge its last pixels repeat. A blurred layer is `soft`: its nearest pixel is
    as good as an interpolated one, and costs a third. A layer of `light` has no alpha and is only added."""

    pixels: Image
    runs: NDArray[np.int64]
    endless: bool = False
    soft: bool = False
    light: bool = False

    @staticmethod
    def of(pixels: Image, endless: bool = False, soft: bool = False, light: bool = False) -> Layer:
        return Layer(pixels, find_runs(pixels), endless, soft, light)


def canvas(width: int, height: int) -> Image:
    """A frame to compose in: a view `width` wide of rows that are padded to the grid."""
    padded = -(-width // GRID) * GRID
    return np.zeros((height, padded, 4), np.uint8)


def find_runs(pixels: Image) -> NDArray[np.int64]:
    """Ink and longest opaque run of each band of rows."""
    words = np.ascontiguousarray(pixels).view(np.uint32)[
        ..., 0
    ]  # of whole pixels, "or" finds ink, "and" what is opaque
    h, w = words.shape
    rows = []
    for top in range(0, h, BAND):
        part = words[top : top + BAND]
        lit = np.flatnonzero(np.bitwise_or.reduce(part, axis=0))
        if lit.size == 0:
            rows.append((w, 0, 0, 0))
            continue
        whole = part.shape[0] == BAND  # below a sprite's last row there is nothing, so a cut band hides nothing
        full = np.bitwise_and.reduce(part, axis=0).view(np.uint8)[3::4] == 255
        start, stop = _longest(full) if whole else (0, 0)
        rows.append((int(lit[0]), start, stop, int(lit[-1]) + 1))
    return np.array(rows, np.int64)


def _longest(full: NDArray[np.bool_]) -> Span:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], full.view(np.int8), [0]))))
    if edges.size == 0:
        return 0, 0
    lengths = edges[1::2] - edges[::2]
    best = int(np.argmax(lengths))
    return int(edges[2 * best]), int(edges[2 * best + 1])


def compose(frame: Image, layers: Sequence[tuple[Layer, Matrix]]) -> None:
    """Draw layers (farthest first) into `frame`, made by canvas(), through their 2x3 source-to-frame matrices.

    The farthest layer must be opaque and cover the frame."""
    h, w = frame.shape[:2]
    tops = list(range(0, h, BAND))
    spans = [band_spans(layer, matrix, tops, h, w) for layer, matrix in layers]
    plans = [_plan([rows[band] for rows in spans], w) for band in range(len(tops))]
    first = 0
    for band in range(1, len(tops) + 1):
        if band < len(tops) and plans[band] == plans[first]:
            continue
        top, bottom = tops[first], min(band * BAND, h)
        for index, direct, a, b in plans[first]:
            _draw_piece(frame[top:bottom, a:b], *layers[index], a, top, direct)
        first = band


def _plan(spans: Sequence[Sequence[int]], width: int) -> list[tuple[int, bool, int, int]]:
    """What one band draws, farthest first: (layer, opaque, start, stop)."""
    free: list[Span] = [(0, width)]
    plan: list[tuple[int, bool, int, int]] = []
    for index in range(len(spans) - 1, -1, -1):
        ink_a, full_a, full_b, ink_b = spans[index]
        for piece in _meet(free, ink_a, ink_b):
            plan += [(index, True, a, b) for a, b in _meet([piece], full_a, full_b)]
            plan += [(index, False, a, b) for a, b in _without([piece], full_a, full_b)]
        free = _without(free, full_a, full_b)
        if not free:
            break
    return plan[::-1]


def band_spans(layer: Layer, matrix: Matrix, tops: Sequence[int], h: int, w: int) -> list[list[int]]:
    """Per frame band: ink start, opaque start, opaque stop, ink stop in frame columns, cut to [0, w]."""
    if layer.endless:
        return [[0, 0, w, w]] * len(tops)
    back = cv2.invertAffineTransform(matrix)
    y0 = np.array(tops, np.float64)
    y1 = np.minimum(y0 + BAND, h)
    ends = np.stack([back[1, 0] * x + back[1, 1] * y + back[1, 2] for x in (0, w) for y in (y0, y1)])
    first = np.floor((ends.min(axis=0) - MARGIN) / BAND).astype(np.int64)
    last = np.floor((ends.max(axis=0) + MARGIN) / BAND).astype(np.int64)
    sums = _windows(layer, first, last)
    rows = np.clip(np.stack([first * BAND, (last + 1) * BAND]), 0, layer.pixels.shape[0])
    ink = np.stack([matrix[0, 0] * sums[k] + matrix[0, 1] * r + matrix[0, 2] for k in (0, 3) for r in rows])
    full = np.stack([matrix[0, 0] * sums[k] + matrix[0, 1] * r + matrix[0, 2] for k in (1, 2) for r in rows])
    out = np.stack(
        [
            np.floor(ink[:2].min(axis=0)) - MARGIN,
            np.ceil(full[:2].max(axis=0)) + MARGIN,
            np.floor(full[2:].min(axis=0)) - MARGIN,
            np.ceil(ink[2:].max(axis=0)) + MARGIN,
        ]
    )
    out[:, sums[0] >= sums[3]] = 0
    out[1:3, sums[1] >= sums[2]] = 0
    out[[0, 2]] = np.floor(out[[0, 2]] / GRID) * GRID
    out[[1, 3]] = np.ceil(out[[1, 3]] / GRID) * GRID
    return np.clip(out, 0, w).astype(np.int64).T.tolist()


def _windows(layer: Layer, first: NDArray[np.int64], last: NDArray[np.int64]) -> NDArray[np.float64]:
    """Union of ink and intersection of opaque runs over source bands first..last; outside there is no ink."""
    count, w = layer.runs.shape[0], layer.pixels.shape[1]
    blank = np.array([[w, 0, 0, 0]], np.int64)
    runs = np.concatenate([layer.runs, blank])
    ink_a = np.full(first.shape, w)
    ink_b = np.zeros(first.shape, np.int64)
    full_a = np.zeros(first.shape, np.int64)
    full_b = np.full(first.shape, w)
    for step in range(int((last - first).max()) + 1):
        at = np.minimum(first + step, last)
        at = np.where((at >= 0) & (at < count), at, count)
        ink_a, full_a = np.minimum(ink_a, runs[at, 0]), np.maximum(full_a, runs[at, 1])
        full_b, ink_b = np.minimum(full_b, runs[at, 2]), np.maximum(ink_b, runs[at, 3])
    return np.stack([ink_a, full_a, full_b, ink_b]).astype(np.float64)


def _meet(free: Sequence[Span], a: int, b: int) -> list[Span]:
    return [(max(x, a), min(y, b)) for x, y in free if min(y, b) > max(x, a)]


def _without(free: Sequence[Span], a: int, b: int) -> list[Span]:
    if b <= a:
        return list(free)
    out: list[Span] = []
    for x, y in free:
        out += [s for s in ((x, min(y, a)), (max(x, b), y)) if s[1] > s[0]]
    return out


def _draw_piece(target: Image, layer: Layer, matrix: Matrix, x: int, y: int, direct: bool) -> None:
    """Warp the part of a layer that falls on `target`, which lies at (x, y) of the frame."""
    part = target if direct else np.empty(target.shape, np.uint8)
    shifted = matrix.copy()
    shifted[0, 2] -= x
    shifted[1, 2] -= y
    border = cv2.BORDER_REPLICATE if layer.endless else cv2.BORDER_CONSTANT
    how = cv2.INTER_NEAREST if layer.soft else cv2.INTER_LINEAR
    cv2.warpAffine(layer.pixels, shifted, (target.shape[1], target.shape[0]), dst=part, flags=how, borderMode=border)
    if layer.light:
        cv2.add(target, part, dst=target)
    elif not direct:
        lay(target, part)


def lay(under: Image, image: Image) -> None:
    """Blend over an opaque frame, in place; the frame's alpha means nothing."""
    mask = cv2.cvtColor(cv2.bitwise_not(cv2.extractChannel(image, 3)), cv2.COLOR_GRAY2BGRA)
    cv2.add(cv2.multiply(under, mask, scale=1 / 255), image, dst=under)
