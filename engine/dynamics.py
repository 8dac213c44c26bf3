"""Gain over time: look-ahead limiter, compressor, ducking curve. Knows samples and decibels, no stems and no targets.

Gains are worked out on short blocks and interpolated; nothing here loops over samples in Python."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, signal

Samples = NDArray[np.floating[Any]]
Curve = NDArray[np.float64]

LIMITER_BLOCK = 16
LEVEL_SECONDS = 0.001
DUCK_HZ = 100
"""Resolution of the ducking curve."""


def falling(values: Curve, drop: float) -> Curve:
    """Instant rise, fall of `drop` a step: out[n] = max(values[n], out[n-1] - drop).

    >>> falling(np.array([0.0, 5.0, 0.0, 0.0]), 2.0)
    array([0., 5., 3., 1.])
    """
    slope = drop * np.arange(len(values), dtype=np.float64)
    return np.asarray(np.maximum.accumulate(values + slope) - slope, np.float64)


def _smoothed(values: Curve, reach: int) -> Curve:
    """A Hann-weighted mean over `reach` steps to either side."""
    window = 0.5 - 0.5 * np.cos(np.pi * np.arange(1, 2 * reach + 2) / (reach + 1))
    padded = np.pad(values, reach, mode="edge")
    return np.asarray(signal.convolve(padded, window / window.sum(), "valid"), np.float64)


def _block_peaks(sound: Samples, block: int) -> Curve:
    mono = np.abs(np.atleast_2d(sound)).max(axis=0)
    padded = np.pad(mono, (0, -len(mono) % block))
    return padded.reshape(-1, block).max(axis=1).astype(np.float64)


def _to_samples(blocks: Curve, block: int, count: int) -> NDArray[np.float32]:
    centres = np.arange(len(blocks)) * block + (block - 1) / 2
    return np.interp(np.arange(count), centres, blocks).astype(np.float32)


def limiter_gain(
    sound: Samples, sample_rate: int, ceiling_db: float, look_ahead: float = 0.0015, release: float = 0.08
) -> NDArray[np.float32]:
    """Gain per sample (<= 1) that keeps |sound| under the ceiling (dBFS), channels linked; times in seconds.

    Release is a straight line in decibels, 10 dB in `release`; the smoothing window spans the look-ahead."""
    count = np.atleast_2d(sound).shape[-1]
    peaks = _block_peaks(sound, LIMITER_BLOCK)
    over = np.maximum(20 * np.log10(np.maximum(peaks, 1e-9)) - ceiling_db, 0.0)
    reach = max(1, int(look_ahead * sample_rate / LIMITER_BLOCK))
    wide = np.asarray(ndimage.maximum_filter1d(over, 2 * (reach + 1) + 1), np.float64)
    held = falling(wide, 10 * LIMITER_BLOCK / (release * sample_rate))
    smooth = _smoothed(held, reach)
    return np.power(10.0, -_to_samples(smooth, LIMITER_BLOCK, count) / 20, dtype=np.float32)


def compressor_gain(
    sound: Samples, sample_rate: int, threshold_db: float, ratio: float, attack: float = 0.008, release: float = 0.12
) -> NDArray[np.float32]:
    """Gain per sample of a feed-forward compressor on block RMS; attack and release in seconds."""
    count = np.atleast_2d(sound).shape[-1]
    block = max(1, int(LEVEL_SECONDS * sample_rate))
    power = np.square(np.atleast_2d(sound).astype(np.float64)).mean(axis=0)
    level = np.pad(power, (0, -count % block)).reshape(-1, block).mean(axis=1)
    over = np.maximum(10 * np.log10(np.maximum(level, 1e-12)) - threshold_db, 0.0)
    held = falling(over, 8.7 * LEVEL_SECONDS / release)
    pole = float(np.exp(-LEVEL_SECONDS / attack))
    smooth = np.asarray(signal.lfilter([1 - pole], [1, -pole], held))
    reduction = _to_samples(smooth * (1 - 1 / ratio), block, count)
    return np.power(10.0, -reduction / 20, dtype=np.float32)


def duck_db(
    spans: Sequence[tuple[int, int, float]], count: int, sample_rate: int,
    look_ahead: float = 0.12, hold: float = 0.25, release: float = 0.6,
) -> NDArray[np.float32]:  # fmt: skip
    """Attenuation in dB (>= 0) per sample from spans (start, stop, depth): down before speech, up slowly after it."""
    step = sample_rate // DUCK_HZ
    curve = np.zeros(count // step + 2)
    for start, stop, depth in spans:
        first = max(0, int((start - look_ahead * sample_rate) / step))
        last = int((stop + hold * sample_rate) / step) + 1
        curve[first:last] = np.maximum(curve[first:last], depth)
    deepest = float(curve.max(initial=0.0))
    held = falling(curve, deepest / (release * DUCK_HZ)) if deepest else curve
    reach = max(1, int(look_ahead * DUCK_HZ / 2))
    return _to_samples(_smoothed(held, reach), step, count)


def gate(sound: Samples, spans: Sequence[tuple[int, int]], fade: int) -> None:
    """Silence the spans in place, with `fade` samples of ramp before and after each."""
    count = sound.shape[-1]
    for start, stop in spans:
        first, last = max(0, start), min(count, stop)
        sound[..., first:last] = 0
        before = min(fade, first)
        sound[..., first - before : first] *= np.linspace(1, 0, before, dtype=np.float32)
        after = min(fade, count - last)
        sound[..., last : last + after] *= np.linspace(0, 1, after, dtype=np.float32)
