"""A steady beat in spectral flux, where there is one. Knows no levels and no files.

Tempo by autocorrelation of windows, beats by dynamic programming (Ellis, "Beat tracking by dynamic programming", 2007) over
the peaks of the flux alone: a beat without a peak is filled in between two that have one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.footage.sliding import means, peaks
from engine.footage.soundtrack import FLUX_STEP

Curve = NDArray[np.float32]
Values = NDArray[np.float64]

WINDOW, HOP = 8.0, 2.0
"""Seconds in which a beat must repeat itself, and between two looks."""
BATCH = 64
"""Windows looked at together: their transforms take two megabytes, not the hundred of an hour's."""
SLOWEST, FASTEST = 0.3, 1.1
"""Seconds between beats: 200 to 55 a minute."""
USUAL, OCTAVES = 0.5, 0.9
"""Of two tempos that fit, the one nearer to 120 a minute is taken: a bell curve so many octaves wide (Ellis: 0.9)."""
STEADY = 0.4
"""Least normalised autocorrelation at the beat, and at twice the beat."""
SAME = 0.06
"""Windows whose periods differ by less than this share have one tempo."""
TIGHT = 1000.0
"""Price of an interval that is off, times its squared logarithm."""
SKIPPED = 0.6
"""Price of a beat without a peak; a peak's own worth is up to 1."""
MOST_SKIPPED = 3
FEWEST = 8
FOUND = 0.7
"""Least share of the beats that have a peak of their own."""
LOCAL = 0.5
"""Seconds around an onset that it is measured against."""
WEAK = 0.5
"""Share of the usual beat that the first and the last one must have."""


@dataclass(frozen=True)
class Grid:
    """Seconds of every beat of one stretch of music, and its tempo in beats a minute."""

    beats: tuple[float, ...]
    tempo: float


def beats_of(flux: Curve) -> list[Grid]:
    """Every stretch with a steady beat, in order."""
    strength = _strength(flux)
    found = (_grid(strength, first, last, period) for first, last, period in _steady(strength))
    return [grid for grid in found if grid]


def _strength(flux: Curve) -> Values:
    """What rises over the flux around it, 1 for a strong onset."""
    side = round(LOCAL / FLUX_STEP)
    rise = np.maximum(flux - means(flux, side, side), 0.0).astype(np.float64)
    far = 4 * (2 * side + 1)
    spread = np.sqrt(means(rise * rise, far, far - 1))
    return np.minimum(rise / np.maximum(spread, 1e-6) / 4, 1.0)


def _steady(strength: Values) -> list[tuple[int, int, float]]:
    """Stretches (first step, last step, steps a beat) of windows that agree on one tempo."""
    width, hop = round(WINDOW / FLUX_STEP), round(HOP / FLUX_STEP)
    if len(strength) < width or not strength.any():
        return []
    even = np.convolve(strength, [0.5, 1.0, 0.5], "same")  # a beat falls between two steps
    windows, last = np.lib.stride_tricks.sliding_window_view(even, width), len(even) - width
    starts = sorted({*range(0, last, hop), last})
    looked = [_periods(windows[starts[at : at + BATCH]]) for at in range(0, len(starts), BATCH)]
    periods, sure = (np.concatenate(part) for part in zip(*looked, strict=True))
    out: list[tuple[int, int, float]] = []
    for start, period, steady in zip(starts, periods, sure, strict=True):
        if not steady:
            continue
        stop = start + width
        if out and out[-1][1] >= start + hop and abs(out[-1][2] / period - 1) < SAME:
            out[-1] = (out[-1][0], stop, out[-1][2])
        else:
            out.append((start, stop, float(period)))
    return out


def _periods(windows: Values) -> tuple[Values, NDArray[np.bool_]]:
    """Steps a beat of each window, and whether it is one."""
    windows = windows - windows.mean(axis=1, keepdims=True)
    size = 1 << (2 * windows.shape[1] - 1).bit_length()
    auto = np.fft.irfft(np.abs(np.fft.rfft(windows, size)) ** 2, size)
    lags = np.arange(round(2 * FASTEST / FLUX_STEP) + 3)
    shrunk = 1 - lags / windows.shape[1]
    auto = auto[:, : len(lags)] / np.maximum(auto[:, :1], 1e-9) / shrunk
    auto = np.maximum(
        np.maximum(auto, np.roll(auto, 1, axis=1)), np.roll(auto, -1, axis=1)
    )  # a beat falls between steps
    low, high = round(SLOWEST / FLUX_STEP), round(FASTEST / FLUX_STEP)
    near = np.exp(-0.5 * (np.log2(lags[low:high] * FLUX_STEP / USUAL) / OCTAVES) ** 2)
    twice = auto[:, 2 * low : 2 * high : 2]
    best = ((auto[:, low:high] + 0.5 * twice) * near).argmax(axis=1)
    rows = np.arange(len(windows))
    sure = (auto[rows, best + low] > STEADY) & (twice[rows, best] > STEADY)
    lag = best + low
    return _finer(auto, 2 * lag) / 2, sure


def _finer(auto: Values, lag: NDArray[np.intp]) -> Values:
    """The middle of the values around a lag, weighted: between two steps."""
    rows = np.arange(len(auto))[:, None]
    around = lag[:, None] + np.arange(-2, 3)
    weight = np.maximum(auto[rows, np.clip(around, 0, auto.shape[1] - 1)], 0.0) ** 4 + 1e-12
    return (around * weight).sum(axis=1) / weight.sum(axis=1)


def _grid(strength: Values, first: int, last: int, period: float) -> Grid | None:
    """The beats of one stretch. None when too few of them are really there."""
    part = strength[first:last]
    places = peaks(part, 0.1, max(1, round(period / 4)))
    if len(places) < FEWEST:
        return None
    exact = _between_steps(part, places)
    chosen, skipped = _trimmed(*_path(exact, part[places], period), part[places])
    steps: list[float] = [float(exact[chosen[0]])]
    for before, after, missing in zip(chosen, chosen[1:], skipped[1:], strict=False):
        interval = float(exact[after] - exact[before]) / (missing + 1)
        steps.extend(float(exact[before]) + interval * number for number in range(1, missing + 2))
    if len(steps) < FEWEST or len(chosen) < FOUND * len(steps):
        return None
    tempo = 60 / (float(np.mean(np.diff(steps))) * FLUX_STEP)
    return Grid(tuple(round((first + step) * FLUX_STEP, 4) for step in steps), round(tempo, 2))


def _between_steps(values: Values, places: NDArray[np.int64]) -> Values:
    """The tops of parabolas through the peaks and their neighbours."""
    at = np.clip(places, 1, len(values) - 2)
    left, middle, right = values[at - 1], values[at], values[at + 1]
    bend = np.minimum(left - 2 * middle + right, -1e-9)
    return at + np.clip(0.5 * (left - right) / bend, -0.5, 0.5)


def _trimmed(chosen: list[int], skipped: list[int], worth: Values) -> tuple[list[int], list[int]]:
    """Without weak beats at both ends: the music is over there, or has not begun."""
    least = WEAK * float(np.median(worth[chosen]))
    strong = [at for at, place in enumerate(chosen) if worth[place] >= least]
    return chosen[strong[0] : strong[-1] + 1], skipped[strong[0] : strong[-1] + 1]


def _path(places: Values, worth: Values, period: float) -> tuple[list[int], list[int]]:
    """The peaks of the best path, and how many beats are missing before each."""
    score, back, missing = worth.copy(), np.full(len(places), -1), np.zeros(len(places), np.int64)
    firsts = np.searchsorted(places, places - (MOST_SKIPPED + 1.3) * period)
    for at in range(1, len(places)):
        first = int(firsts[at])
        if first == at:
            continue
        gap: Values = (places[at] - places[first:at]) / period
        beats: Values = np.maximum(np.round(gap), 1.0)
        price = TIGHT * np.log(gap / beats) ** 2 * beats + SKIPPED * (beats - 1)
        value = score[first:at] - price
        best = int(value.argmax())
        if value[best] > 0:
            score[at] += value[best]
            back[at], missing[at] = first + best, int(beats[best]) - 1
    chosen = [int(score.argmax())]
    while back[chosen[-1]] >= 0:
        chosen.append(int(back[chosen[-1]]))
    chosen.reverse()
    return chosen, [int(missing[at]) for at in chosen]
