"""Several recordings of one scene: how much later each began, from their sound alone. Knows level curves; no files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.footage.soundtrack import LEVEL_STEP

Curve = NDArray[np.float32]

LEAST_OVERLAP = 3.0
"""Seconds that two recordings must share."""
SURE = 0.2
"""Least correlation of the rises of two recordings of one scene."""
CLEAR, VERY_CLEAR = 14.0, 20.0
"""And so many times what chance would give at an overlap as long (of unlike sounds the best of all offsets has 5-12)."""
AHEAD = 1.5
"""And so many times as clear as at any offset farther than NEAR seconds from it (of unlike sounds 1.0-1.3)."""
ALIKE = 0.6
"""Unless the correlation itself is this high, and very clear: a steady beat is like itself a bar later, too."""
NEAR = 0.25
MOST_RISE_DB = 6.0
"""A single start out of silence must not weigh as much as all that follows it."""
GRAIN = 4.0
"""Steps that say the same: a smoothed curve has fewer independent values."""
RANGE_DB = 40.0
"""Levels are looked at this far under the loudest: noise below does not count."""
SMOOTH = 3


@dataclass(frozen=True)
class Sync:
    """`seconds`: how much later a recording began than the first one. `correlation` of their rises, -1..1. `found`: whether
    they record one scene at all."""

    seconds: float
    correlation: float
    found: bool


def rises(levels: Curve) -> NDArray[np.float64]:
    """How fast the level rises at every step (decibels), standardised: what two microphones agree on."""
    if not len(levels):
        return np.zeros(0)
    top = float(np.percentile(levels, 99.5))
    shown = np.convolve(np.maximum(levels, top - RANGE_DB).astype(np.float64), np.ones(SMOOTH) / SMOOTH, "same")
    steps = np.clip(np.diff(shown, prepend=shown[:1]), 0.0, MOST_RISE_DB)
    return steps - steps.mean()


def sync(first: Curve, other: Curve) -> Sync:
    """The offset at which the rises of two level curves (dBFS every LEVEL_STEP) agree best."""
    if not len(first) or not len(other):
        return Sync(0.0, 0.0, False)
    a, b = rises(first), rises(other)
    least = min(round(LEAST_OVERLAP / LEVEL_STEP), len(a), len(b))
    size = 1 << (len(a) + len(b) - 1).bit_length()
    product = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size)
    lags = np.arange(-(len(b) - least), len(a) - least + 1)
    norm = np.sqrt(_energy(a, lags, len(b)) * _energy_other(b, lags, len(a)))
    values = np.asarray(product)[lags] / np.maximum(norm, 1e-9)
    clear = values * np.sqrt(_overlap(lags, len(a), len(b)) / GRAIN)
    best = int(clear.argmax())
    away = np.abs(lags - lags[best]) > NEAR / LEVEL_STEP
    ahead = float(clear[best]) / max(float(clear[away].max(initial=0.0)), 1e-9)
    is_sure = values[best] >= SURE and clear[best] >= CLEAR
    is_alike = values[best] >= ALIKE and clear[best] >= VERY_CLEAR
    found = bool(is_sure and (ahead >= AHEAD or is_alike))
    return Sync(float(lags[best] + _refined(values, best)) * LEVEL_STEP, float(values[best]), found)


def _overlap(lags: NDArray[np.int64], first: int, other: int) -> NDArray[np.int64]:
    return np.minimum(lags + other, first) - np.maximum(lags, 0)


def _energy(a: NDArray[np.float64], lags: NDArray[np.int64], other: int) -> NDArray[np.float64]:
    """Of the part of `a` that `other` steps laid at each lag cover."""
    total = np.concatenate([[0.0], np.cumsum(a * a)])
    return total[np.clip(lags + other, 0, len(a))] - total[np.clip(lags, 0, len(a))]


def _energy_other(b: NDArray[np.float64], lags: NDArray[np.int64], first: int) -> NDArray[np.float64]:
    total = np.concatenate([[0.0], np.cumsum(b * b)])
    return total[np.clip(first - lags, 0, len(b))] - total[np.clip(-lags, 0, len(b))]


def _refined(values: NDArray[np.float64], at: int) -> float:
    """-0.5..0.5: the top of a parabola through a value and its neighbours."""
    if not 0 < at < len(values) - 1:
        return 0.0
    left, middle, right = values[at - 1 : at + 2]
    bend = left - 2 * middle + right
    return float(np.clip(0.5 * (left - right) / bend, -0.5, 0.5)) if bend < 0 else 0.0


def sync_all(levels: Sequence[Curve]) -> list[Sync]:
    """Every recording against the first one."""
    return [Sync(0.0, 1.0, True), *(sync(levels[0], other) for other in levels[1:])] if levels else []
