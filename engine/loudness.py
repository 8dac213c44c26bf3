"""How loud a sound is: BS.1770-5 loudness and true peak in numpy. Knows no files, no stems, no targets.

Channel weights are those of mono and stereo (1.0 each). Formulas: ITU-R BS.1770-5, EBU Tech 3341 and 3342."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import signal

Samples = NDArray[np.floating[Any]]
Curve = NDArray[np.float64]

SILENCE_LUFS = -120.0
"""What digital silence measures here; the formula says minus infinity."""
ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0
MOMENTARY_SECONDS = 0.4
SHORT_TERM_SECONDS = 3.0
STEP_SECONDS = 0.1
TRUE_PEAK_OVERSAMPLING = 4
_PEAK_TAPS = 20
_NOT_DENORMAL = 1e-12  # filters that ring out into exact zeros slow down tenfold


@cache
def k_weighting(sample_rate: int) -> Curve:
    """The two K-weighting biquads as second-order sections, for any rate.

    BS.1770 gives coefficients for 48 kHz only; these are the analogue prototypes behind them (a high shelf at
    1681.97 Hz of +3.99984 dB, a high pass at 38.135 Hz) through the bilinear transform; at 48 kHz they agree with the
    standard's table to 1e-7."""
    shelf_hz, shelf_q, gain = 1681.974450955533, 0.7071752369554196, 10 ** (3.999843853973347 / 20)
    k = math.tan(math.pi * shelf_hz / sample_rate)
    boost, norm = gain**0.4996667741545416, 1 + k / shelf_q + k * k
    shelf = [
        (gain + boost * k / shelf_q + k * k) / norm,
        2 * (k * k - gain) / norm,
        (gain - boost * k / shelf_q + k * k) / norm,
        1.0,
        2 * (k * k - 1) / norm,
        (1 - k / shelf_q + k * k) / norm,
    ]
    pass_hz, pass_q = 38.13547087602444, 0.5003270373238773
    k = math.tan(math.pi * pass_hz / sample_rate)
    norm = 1 + k / pass_q + k * k
    high_pass = [1.0, -2.0, 1.0, 1.0, 2 * (k * k - 1) / norm, (1 - k / pass_q + k * k) / norm]
    return np.array([shelf, high_pass])


def _power(samples: Samples, sample_rate: int, seconds: float) -> Curve:
    """K-weighted power, summed over channels, of windows of `seconds` every STEP_SECONDS."""
    sound = np.atleast_2d(samples).astype(np.float64) + _NOT_DENORMAL
    weighted: Curve = np.asarray(signal.sosfilt(k_weighting(sample_rate), sound, axis=-1))
    step = round(STEP_SECONDS * sample_rate)
    steps = round(seconds / STEP_SECONDS)
    whole = weighted.shape[-1] // step
    if whole < steps:
        return np.zeros(0)
    blocks = weighted[:, : whole * step].reshape(weighted.shape[0], whole, step)
    power = np.einsum("cws,cws->w", blocks, blocks) / step
    total = np.concatenate(([0.0], np.cumsum(power)))
    return np.maximum(total[steps:] - total[:-steps], 0.0) / steps


def _lufs(power: Curve) -> Curve:
    return -0.691 + 10 * np.log10(np.maximum(power, 10 ** ((SILENCE_LUFS + 0.691) / 10)))


def integrated_lufs(samples: Samples, sample_rate: int) -> float:
    """Gated programme loudness of (samples,) or (channels, samples); SILENCE_LUFS when all is below the gate.

    A sound shorter than a gating block is measured as one block, padded with silence."""
    shortest = round(MOMENTARY_SECONDS * sample_rate)
    sound = np.atleast_2d(samples)
    if sound.shape[-1] < shortest:
        sound = np.pad(sound, ((0, 0), (0, shortest - sound.shape[-1])))
    power = _power(sound, sample_rate, MOMENTARY_SECONDS)
    loud = power[_lufs(power) > ABSOLUTE_GATE_LUFS]
    if not loud.size:
        return SILENCE_LUFS
    gate = _lufs(np.array([loud.mean()]))[0] + RELATIVE_GATE_LU
    return float(_lufs(np.array([loud[_lufs(loud) > gate].mean()]))[0])


def momentary_lufs(samples: Samples, sample_rate: int) -> Curve:
    """Loudness of 400 ms windows, one every 100 ms."""
    return _lufs(_power(samples, sample_rate, MOMENTARY_SECONDS))


def short_term_lufs(samples: Samples, sample_rate: int) -> Curve:
    """Loudness of 3 s windows, one every 100 ms."""
    return _lufs(_power(samples, sample_rate, SHORT_TERM_SECONDS))


def true_peak_dbtp(samples: Samples) -> float:
    """Largest inter-sample peak by four-fold oversampling (BS.1770-5 annex 2); SILENCE_LUFS for digital silence."""
    peak = max((_oversampled_peak(channel) for channel in np.atleast_2d(samples)), default=0.0)
    return 20 * math.log10(peak) if peak > 1e-6 else SILENCE_LUFS


@cache
def _between() -> NDArray[np.float32]:
    """Windowed-sinc phases (phase, tap) that give the signal at 1/4, 1/2 and 3/4 between two samples."""
    taps = np.arange(-_PEAK_TAPS // 2 + 1, _PEAK_TAPS // 2 + 1)
    fractions = np.arange(1, TRUE_PEAK_OVERSAMPLING)[:, None] / TRUE_PEAK_OVERSAMPLING
    distance = taps - fractions
    window = np.i0(5 * np.sqrt(np.maximum(1 - (distance / (_PEAK_TAPS / 2)) ** 2, 0))) / np.i0(5.0)
    kernel = np.sinc(distance) * window
    return (kernel / kernel.sum(axis=1, keepdims=True)).astype(np.float32)


def _oversampled_peak(channel: Samples) -> float:
    """Oversamples only blocks with a sample within 6 dB of the largest: an overshoot is never that large."""
    block, margin = 256, _PEAK_TAPS
    sound = np.pad(channel.astype(np.float32), (margin, margin + -len(channel) % block))
    peaks = np.abs(sound[margin:-margin].reshape(-1, block)).max(axis=1)
    largest = float(peaks.max(initial=0.0))
    if not largest:
        return 0.0
    width = block + 2 * margin
    windows = np.lib.stride_tricks.sliding_window_view(sound, width)[::block][peaks > largest / 2]
    joined = windows.reshape(-1)
    for phase in _between():
        inner = np.asarray(np.convolve(joined, phase, "same"), np.float32).reshape(-1, width)[:, margin:-margin]
        largest = max(largest, float(np.abs(inner).max()))
    return largest
