"""What is done to a dry voice after synthesis: emotion tilt, breath, tremolo, deliveries. Knows samples, no text.

Everything works on float mono at any rate above 11 kHz and keeps the line's level unless said otherwise. The room
of a delivery (inner voice, phone) is the mix's business."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, signal

Samples = NDArray[np.float64]

BREATH_SECONDS = 0.22
BREATH_DB = -32.0
"""Breath level against the line's own."""
BREATH_AFTER_SECONDS = 2.5
_SHELF_HZ = 1800.0
_LPC_ORDER = 22
_LPC_SECONDS = 0.025


@dataclass(frozen=True)
class Tilt:
    """An emotion's colour: shelf above 1.8 kHz in dB, tremolo in Hz and depth, whether a breath always comes first."""

    shelf_db: float = 0.0
    tremolo_hz: float = 0.0
    tremolo_depth: float = 0.0
    breath: bool = False


def rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples)))) if samples.size else 0.0


def tilt(samples: Samples, rate: int, colour: Tilt) -> Samples:
    """Shelf and tremolo of an emotion."""
    out = samples
    if colour.shelf_db:
        out = out + (10 ** (colour.shelf_db / 20) - 1) * _band(out, rate, _SHELF_HZ, None, order=1)
    if colour.tremolo_hz:
        time = np.arange(len(out)) / rate
        out = out * (1 - colour.tremolo_depth * (0.5 + 0.5 * np.sin(2 * np.pi * colour.tremolo_hz * time)))
    return out


def breath(level: float, rate: int, seed: int) -> Samples:
    """An intake of breath BREATH_DB below a line of RMS `level`."""
    count = int(BREATH_SECONDS * rate)
    noise = _band(np.random.default_rng(seed).standard_normal(count), rate, 500, 4000)
    shape = np.sin(np.pi * np.arange(count) / count) ** 1.5
    inhaled = noise * shape
    return inhaled * (level * 10 ** (BREATH_DB / 20) / max(rms(inhaled), 1e-9))


def deliver(samples: Samples, rate: int, delivery: str, seed: int) -> Samples:
    """A delivery of models.base.DELIVERIES; KeyError for another word."""
    return DELIVERIES[delivery](samples, rate, seed)


def _band(samples: Samples, rate: int, low: float | None, high: float | None, order: int = 2) -> Samples:
    if low is not None and high is not None:
        sections = signal.butter(order, [low, min(high, rate * 0.45)], "bandpass", fs=rate, output="sos")
    elif low is not None:
        sections = signal.butter(order, low, "highpass", fs=rate, output="sos")
    else:
        sections = signal.butter(order, high, "lowpass", fs=rate, output="sos")
    return np.asarray(signal.sosfilt(sections, samples))


def _level(samples: Samples, like: Samples, gain_db: float = 0.0) -> Samples:
    return samples * (rms(like) * 10 ** (gain_db / 20) / max(rms(samples), 1e-9))


def _plain(samples: Samples, rate: int, seed: int) -> Samples:
    return samples


def _phone(samples: Samples, rate: int, seed: int) -> Samples:
    """A small speaker: no bass, no air, a little more of what carries consonants, a little overdriven.

    Old lines cut at 300 and 3400 Hz, wideband ones at 7000; cut as hard as the old ones, a recogniser loses an eighth
    of these voices' words."""
    narrow = _band(samples, rate, 300, 4500, order=3)
    present = narrow + 0.3 * _band(narrow, rate, 1500, 3400, order=1)
    return _level(np.tanh(1.2 * present / max(float(np.abs(present).max()), 1e-9)), samples)


def _shout(samples: Samples, rate: int, seed: int) -> Samples:
    strained = samples + 0.9 * _band(samples, rate, 1800, 4200) - 0.4 * _band(samples, rate, None, 400)
    return _level(np.tanh(2.2 * strained / max(float(np.abs(strained).max()), 1e-9)), samples, 3.0)


def _inner(samples: Samples, rate: int, seed: int) -> Samples:
    close = _band(samples, rate, None, 5500) + 0.5 * _band(samples, rate, 120, 350)
    return _level(close, samples, -1.0)


def _narrator(samples: Samples, rate: int, seed: int) -> Samples:
    warm = samples + 0.26 * _band(samples, rate, 90, 250, order=1)
    smooth = _band(np.abs(warm), rate, None, 8, order=1)
    threshold = 0.7 * max(rms(warm), 1e-9)
    return _level(warm / np.sqrt(np.maximum(1.0, smooth / threshold)), samples)


def _whisper(samples: Samples, rate: int, seed: int) -> Samples:
    """Noise through the voice's own vocal tract: LPC of 25 ms frames, excitation at the residual's level."""
    frame = int(_LPC_SECONDS * rate) // 2 * 2
    hop, window = frame // 2, np.hanning(frame + 1)[:-1]
    emphasised = np.append(samples[:1], samples[1:] - 0.9 * samples[:-1])
    padded = np.pad(emphasised, (hop, frame))
    noise = np.random.default_rng(seed).standard_normal(len(padded) + frame)
    out = np.zeros(len(padded) + frame)
    for start in range(0, len(padded) - frame, hop):
        chunk = padded[start : start + frame] * window
        if rms(chunk) > 1e-5:
            out[start : start + frame] += window * _resynthesised(chunk, noise[start : start + frame])
    quiet = _band(out[hop : hop + len(samples)], rate, 350, None)
    return _level(np.asarray(signal.lfilter([1.0], [1.0, -0.6], quiet)), samples, -6.0)


def _resynthesised(chunk: Samples, noise: Samples) -> Samples:
    correlation = np.correlate(chunk, chunk, "full")[len(chunk) - 1 : len(chunk) + _LPC_ORDER]
    correlation[0] *= 1.0001
    tract = np.concatenate(([1.0], -linalg.solve_toeplitz(correlation[:-1], correlation[1:])))
    residual = rms(np.asarray(signal.lfilter(tract, [1.0], chunk)))
    return np.asarray(signal.lfilter([1.0], tract, noise * residual))


DELIVERIES: dict[str, Callable[[Samples, int, int], Samples]] = {
    "voice": _plain,
    "whisper": _whisper,
    "shout": _shout,
    "phone": _phone,
    "inner": _inner,
    "narrator": _narrator,
}
