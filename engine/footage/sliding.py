"""Means, maxima and peaks along a curve, in numpy alone. Knows values and places; no seconds, no sound.

What scipy's filters and `find_peaks` give, without the second that loading scipy takes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.floating[Any]]
Places = NDArray[np.int64]

_BATCH = 1024
"""Peaks looked around together: their surroundings take a megabyte or two."""


def means(values: Values, before: int, after: int) -> Values:
    """Mean of each value, the `before` ahead of it and the `after` behind it; beyond an end that end's value counts."""
    if not len(values):
        return values
    total = np.cumsum(np.pad(values.astype(np.float64), (before + 1, after), mode="edge"))
    size = before + after + 1
    return ((total[size:] - total[:-size]) / size).astype(values.dtype)


def largest(values: Values, before: int, after: int) -> Values:
    """Maximum of each value, the `before` ahead of it and the `after` behind it; beyond an end there is nothing."""
    size, span = before + after + 1, 1
    out = np.pad(values, (before, after), constant_values=-np.inf)
    while 2 * span <= size:
        out = np.maximum(out[:-span], out[span:])
        span *= 2
    over = size - span  # the last step covers what doubling leaves
    return np.maximum(out[: len(out) - over], out[over:]) if over else out


def peaks(values: Values, least: float, apart: int) -> Places:
    """Places of values over both neighbours (of a flat top its middle) and not under `least`, in order. Of two nearer than
    `apart` places the higher one is left."""
    tops = _tops(values)
    tops = tops[values[tops] >= least]
    return tops[_apart(tops, values[tops], apart)] if apart > 1 else tops


def prominent(values: Values, places: Places, least: float, reach: int) -> Places:
    """Those peaks that stand `least` and more over the valleys on both sides, which are looked for up to higher ground and at
    most `reach` places away."""
    walled = np.pad(values, reach, constant_values=np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(walled, 2 * reach + 1)
    kept = [_stands(windows[places[at : at + _BATCH]], least) for at in range(0, len(places), _BATCH)]
    return places[np.concatenate(kept)] if kept else places


def _tops(values: Values) -> Places:
    """The middle (of two the first) of every run of equal values that is over the values beside it."""
    if len(values) < 3:
        return np.zeros(0, np.int64)
    edges = np.flatnonzero(values[1:] != values[:-1])
    rising = values[edges + 1] > values[edges]
    up = np.flatnonzero(rising[:-1] & ~rising[1:])
    return (edges[up] + 1 + edges[up + 1]) // 2


def _apart(places: Places, heights: Values, apart: int) -> NDArray[np.bool_]:
    """Which are left when each, from the highest down, takes away those nearer than `apart`."""
    at, kept = places.tolist(), [True] * len(places)
    for one in np.argsort(heights.astype(np.float64))[::-1].tolist():
        if not kept[one]:
            continue
        other = one - 1
        while other >= 0 and at[one] - at[other] < apart:
            kept[other] = False
            other -= 1
        other = one + 1
        while other < len(at) and at[other] - at[one] < apart:
            kept[other] = False
            other += 1
    return np.array(kept, np.bool_)


def _stands(windows: Values, least: float) -> NDArray[np.bool_]:
    """Whether the middle of each window (peaks, 2 reach + 1) stands `least` over the higher of its two valleys."""
    reach = windows.shape[1] // 2
    top = windows[:, reach]
    valleys = [_valley(side, top) for side in (windows[:, reach::-1], windows[:, reach:])]
    return top - np.maximum(*valleys) >= least


def _valley(side: Values, top: Values) -> Values:
    """The lowest value of each row before the first that is over `top`."""
    beyond = np.logical_or.accumulate(side > top[:, None], axis=1)
    return np.where(beyond, np.inf, side).min(axis=1)
