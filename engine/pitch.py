"""Pitch by autocorrelation. Samples in, one fundamental every 20 ms out; no voices, no meaning."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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
    best = part.max(axis=1)
    inner = part[:, 1:-1]
    peak = (inner > part[:, :-2]) & (inner >= part[:, 2:]) & (inner > NEAR_BEST * best[:, None])
    first, top = peak.argmax(axis=1) + 1, part.argmax(axis=1)
    lag = np.asarray(np.where(peak.any(axis=1), first, top), dtype=np.int64)
    return lag + _refined(part, lag), best, low


def _refined(part: NDArray[np.float64], lag: NDArray[np.int64]) -> NDArray[np.float64]:
    """Offset in -0.5..0.5 of a parabola's top through the peak and its neighbours."""
    rows, at = np.arange(len(part)), np.clip(lag, 1, part.shape[1] - 2)
    left, middle, right = part[rows, at - 1], part[rows, at], part[rows, at + 1]
    bend = left - 2 * middle + right
    return np.where(np.abs(bend) > 1e-12, np.clip(0.5 * (left - right) / np.where(bend == 0, 1, bend), -0.5, 0.5), 0.0)
