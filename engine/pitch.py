"""Pitch by autocorrelation. Samples in, one fundamental every 20 ms out; no voices, no meaning."""

from __future__ import annotations

from functools import cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Real = TypeVar("Real", bound=np.floating)

RATE = 8000
HOP = 0.020
WINDOW = 0.040
LOWEST, HIGHEST = 60.0, 500.0
VOICED = 0.5
"""Least normalised autocorrelation of a voiced frame."""
NEAR_BEST = 0.9
"""The shortest lag this close to the best one is taken: an octave too low is the usual error."""
AUDIBLE = 0.1
"""A frame under this share of the loudest one has no pitch."""


def track(samples: NDArray[np.floating], sample_rate: int) -> NDArray[np.float64]:
    """Fundamental in Hz every 20 ms of mono samples; 0 where nothing is voiced."""
    x = _narrowed(np.asarray(samples, dtype=np.float64), sample_rate)
    size, hop = round(WINDOW * RATE), round(HOP * RATE)
    if len(x) < size:
        return np.zeros(0)
    cut = np.lib.stride_tricks.sliding_window_view(x, size)[::hop]
    cut = cut - cut.mean(axis=1, keepdims=True)
    lags, best, low = _lags(cut, size)
    loud = np.sqrt((cut**2).mean(axis=1))
    voiced = (best > VOICED) & (loud > AUDIBLE * loud.max(initial=0.0)) & (loud > 1e-5)
    return np.where(voiced, RATE / (lags + low), 0.0)


def _narrowed(samples: NDArray[np.float64], sample_rate: int) -> NDArray[np.float64]:
    """The samples at RATE, each the mean of the stretch that it stands for: low-pass enough for a fundamental."""
    total = np.concatenate([[0.0], np.cumsum(samples)])
    edges = np.arange(len(samples) * RATE // sample_rate + 1) * (sample_rate / RATE)
    return np.diff(np.interp(edges, np.arange(len(total)), total)) * (RATE / sample_rate)


def _lags(cut: NDArray[np.float64], size: int) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """Per frame the lag (over the lowest one, refined by a parabola) and its autocorrelation."""
    window = np.hanning(size)
    length = 1 << (2 * size - 1).bit_length()
    spectrum = np.abs(np.fft.rfft(cut * window, length)) ** 2
    correlation = np.fft.irfft(spectrum, length)[:, :size]
    shape = np.fft.irfft(np.abs(np.fft.rfft(window, length)) ** 2, length)[:size]
    correlation = correlation / (correlation[:, :1] + 1e-12) / (shape / shape[0] + 1e-3)
    low, high = int(RATE / HIGHEST), min(size - 2, int(RATE / LOWEST))
    part = correlation[:, low:high]
    lag, best = _first_top(part)
    return lag + _refined(part, lag), best, low


def fundamentals(frames: NDArray[np.float32], rate: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Hz of every row of `frames` (windows, WINDOW * rate samples without offset), and its normalised autocorrelation:
    under VOICED the Hz mean nothing. As `track` finds it, in single precision and in one batch."""
    size = frames.shape[1]
    low, high = int(rate / HIGHEST), min(size - 2, int(rate / LOWEST) + 2)
    even, odd, back = _lag_window(size, low, high)
    early, late = frames[:, (size - 1) // 2 :: -1], frames[:, size // 2 :]
    power, turned = (early + late) @ even, (early - late) @ odd
    power *= power
    turned *= turned
    power += turned
    part = np.asarray(power @ back, np.float32)
    part /= part[:, -1:] + 1e-12  # lag 0
    part = part[:, :-1]
    lag, best = _first_top(part)
    hertz = rate / (lag + _refined(part, lag) + low)
    return hertz.astype(np.float32), np.clip(best, 0.0, 1.0)


@cache
def _lag_window(size: int, low: int, high: int) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """What turns a frame's even and odd part (about its middle, from there outwards) into its spectrum, Hann's window in it;
    and what turns the power of that into its autocorrelation at lags `low` to `high` and at last 0 (the window's own one
    divided out). The spectrum has bins enough to keep those lags apart."""
    window = np.hanning(size)
    length = size + high + 1 + (size + high + 1) % 2
    shape = np.fft.irfft(np.abs(np.fft.rfft(window, length)) ** 2, length)
    lags, bins = np.append(np.arange(low, high + 1), 0), np.arange(length // 2 + 1)
    twice = np.where((bins == 0) | (bins == length // 2), 1.0, 2.0)
    back = twice[:, None] * np.cos(2 * np.pi * np.outer(bins, lags) / length) / length
    back /= np.where(lags > 0, shape[lags] / shape[0] + 1e-3, 1.0)
    outwards = np.arange(size // 2, size)
    scaled = window[outwards, None] * np.where(2 * outwards == size - 1, 0.5, 1.0)[:, None]  # a middle is counted twice
    turns = 2 * np.pi * np.outer(outwards - (size - 1) / 2, bins) / length
    single = np.float32
    return (np.cos(turns) * scaled).astype(single), (np.sin(turns) * scaled).astype(single), back.astype(single)


def _first_top(part: NDArray[Real]) -> tuple[NDArray[np.int64], NDArray[Real]]:
    """Per row the first peak that is near the best one, and the best value."""
    best = part.max(axis=1)
    inner = part[:, 1:-1]
    peak = inner > NEAR_BEST * best[:, None]
    peak &= inner > part[:, :-2]
    peak &= inner >= part[:, 2:]
    first = peak.argmax(axis=1)
    found = peak[np.arange(len(part)), first]
    return np.asarray(np.where(found, first + 1, part.argmax(axis=1)), np.int64), best


def _refined(part: NDArray[np.floating], lag: NDArray[np.int64]) -> NDArray[np.float64]:
    """Offset in -0.5..0.5 of a parabola's top through the peak and its neighbours."""
    rows, at = np.arange(len(part)), np.clip(lag, 1, part.shape[1] - 2)
    left, middle, right = part[rows, at - 1], part[rows, at], part[rows, at + 1]
    bend = left - 2 * middle + right
    return np.where(np.abs(bend) > 1e-12, np.clip(0.5 * (left - right) / np.where(bend == 0, 1, bend), -0.5, 0.5), 0.0)
