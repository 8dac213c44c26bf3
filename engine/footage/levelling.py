"""Power every 5 ms becomes levels, the noise under them, and the stretches where something is heard. Knows no markers.

As engine.levels does it for dialogue takes, but for sound of any kind: noise at any level, music without a pause."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.footage.soundtrack import LEVEL_STEP
from engine.levels import BACKTRACK, CURVE_DB, OFF_HOLD, QUIET_DB, WINDOW
from engine.rates import Rate

Curve = NDArray[np.float32]
Span = tuple[int, int]

WINDOW_STEPS = round(WINDOW / LEVEL_STEP)
FLOOR_PERCENTILE, LOUD_PERCENTILE = 2.0, 98.0
LOUD_STEPS = 20
"""Or, where that is less, a tenth of a second: a short sound in a long silence is loud, too."""
NOTHING_DB = QUIET_DB + 5.0
"""Digital silence is no noise to measure."""
NOISE_WIDTH_DB, NOISE_LEAST, NOISE_SHARE = 3.0, 0.2, 0.02
"""The floor is really noise, not the quietest of a voice or of music, where the level stays this near to it for so many
seconds, and does so for this share of the time."""
NOISE_RANGE_DB = 9.0
"""And where loud passages are so much over it: slow music is quiet at times, too."""
NO_NOISE_RANGE_DB = 35.0
"""Without such noise the floor is taken at most this far under the loud passages."""
OFF_SHARE, ON_SHARE = 0.3, 0.15
"""Of the range between floor and loud passages: how far over the floor sound ends, and how far over that it begins."""
OFF_OVER_DB, ON_OVER_DB = (3.0, 8.0), (2.0, 6.0)
"""Least and most of the two. At 30 dB and more both are those of engine.levels."""
ON_LEAST_DB = -60.0
SHORTEST = 0.08


@dataclass(frozen=True)
class Level:
    """`levels` dBFS of 20 ms from each step on; `fine` of each step alone; sound begins over `on`, ends under `off`."""

    levels: Curve
    fine: Curve
    power: Curve
    floor: float
    on: float
    off: float
    seconds: float


def level_of(power: Curve, seconds: float) -> Level:
    """Levels and thresholds from the mean square of every LEVEL_STEP."""
    total = np.concatenate(
        [
            [0.0],
            np.cumsum(power, dtype=np.float64),
        ]
    )
    stops = np.minimum(np.arange(len(power)) + WINDOW_STEPS, len(power))
    mean = (total[stops] - total[:-1]) / WINDOW_STEPS
    levels = decibels(mean)
    floor, loud = _floor(levels)
    off = max(floor + float(np.clip(OFF_SHARE * (loud - floor), *OFF_OVER_DB)), ON_LEAST_DB - ON_OVER_DB[1])
    on = max(off + float(np.clip(ON_SHARE * (loud - floor), *ON_OVER_DB)), ON_LEAST_DB)
    return Level(levels, decibels(power), power, floor, on, off, seconds)


def decibels(power: NDArray[np.floating]) -> Curve:
    return (10 * np.log10(np.maximum(power, 10 ** (QUIET_DB / 10)))).astype(np.float32)


def decibel(power: float) -> float:
    return max(QUIET_DB, 10 * math.log10(max(power, 1e-20)))


def _floor(levels: Curve) -> tuple[float, float]:
    """The noise under the sound, and the level of its loud passages."""
    audible = levels[levels > NOTHING_DB]
    if not len(audible):
        return QUIET_DB, QUIET_DB
    loud = max(LOUD_PERCENTILE, 100 * (1 - LOUD_STEPS / len(audible)))
    low, high = (float(value) for value in np.percentile(audible, [FLOOR_PERCENTILE, loud]))
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (levels > NOTHING_DB) & (levels < low + NOISE_WIDTH_DB), [0]])))
    runs = edges[1::2] - edges[::2]
    noise = float(runs[runs >= round(NOISE_LEAST / LEVEL_STEP)].sum())
    noisy = noise >= NOISE_SHARE * len(audible) and high - low > NOISE_RANGE_DB
    return (low if noisy else min(low, high - NO_NOISE_RANGE_DB)), high


def stretches(level: Level) -> list[Span]:
    """Steps [start, stop) where something is heard: over `on`, until under `off` for OFF_HOLD; to the step at both ends."""
    hold = round(OFF_HOLD / LEVEL_STEP)
    out: list[Span] = []
    for first, last in _between_pauses(level.levels < level.off, hold):
        loud = np.flatnonzero(level.levels[first:last] > level.on)
        if len(loud):
            start, stop = _begin(level, first + int(loud[0])), _end(level, last)
            out.append((max(start, out[-1][1] if out else 0), max(stop, start + 1)))
    return out


def _between_pauses(quiet: NDArray[np.bool_], hold: int) -> list[Span]:
    """What runs of `quiet` of at least `hold` steps leave: [0, n) without them."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(np.int8)))
    starts, stops = edges[::2], edges[1::2]
    long = (stops - starts >= hold) | (starts == 0) | (stops == len(quiet))
    begins, ends = np.append(0, stops[long]), np.append(starts[long], len(quiet))
    return [(int(a), int(b)) for a, b in zip(begins, ends, strict=True) if b > a]


def _begin(level: Level, step: int) -> int:
    """Where the sound whose window at `step` was the first one over `on` begins: back while it is over `off`."""
    window = level.fine[step : step + WINDOW_STEPS]
    over = np.flatnonzero(window > level.on)
    at = step + (int(over[0]) if len(over) else max(0, len(window) - 1))
    return at - _run(level.fine[max(0, at - round(BACKTRACK / LEVEL_STEP)) : at][::-1] > level.off)


def _end(level: Level, step: int) -> int:
    """Where it dies away: the last step over `off` of the windows before `step`, and on while it is over `off`."""
    first = max(0, step - WINDOW_STEPS)
    over = np.flatnonzero(level.fine[first : step + WINDOW_STEPS] > level.off)
    at = first + (int(over[-1]) + 1 if len(over) else WINDOW_STEPS)
    return at + _run(level.fine[at : at + round(BACKTRACK / LEVEL_STEP)] > level.off)


def _run(held: NDArray[np.bool_]) -> int:
    """How many of the first values are true."""
    return len(held) if held.all() else int(held.argmin())


def intensity(level: Level, rate: Rate, frames: int) -> Curve:
    """0..1 over CURVE_DB for every frame: the mean power of the steps that begin in it."""
    if not len(level.power):
        return np.zeros(frames, np.float32)
    steps = np.arange(frames + 1) / float(rate) / LEVEL_STEP
    edges = np.minimum(np.ceil(steps - 1e-6).astype(np.int64), len(level.power))
    total = np.concatenate([[0.0], np.cumsum(level.power, dtype=np.float64)])
    mean = (total[edges[1:]] - total[edges[:-1]]) / np.maximum(np.diff(edges), 1)
    low, high = CURVE_DB
    return np.clip((decibels(mean) - low) / (high - low), 0.0, 1.0).astype(np.float32)
