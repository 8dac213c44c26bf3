"""Synthesis basics: noise, filters, envelopes, a stereo canvas, a small reverb. Knows samples, no music."""

from __future__ import annotations

import zlib
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import signal

Samples = NDArray[np.floating[Any]]

RATE = 48_000
"""Effects are made at this rate."""
MUSIC_RATE = 24_000
"""Music is made at half of it: pads, strings and piano have nothing to say above 12 kHz, and it halves the work."""
_TAPS_MS = ((11, 0.50), (17, 0.42), (23, 0.36), (31, 0.30), (41, 0.24))


def rng_of(*key: object) -> np.random.Generator:
    """Its own generator for every named sound, so that what is rendered first changes nothing else."""
    return np.random.default_rng(zlib.crc32(repr(key).encode()))


def hertz(midi: float | Samples) -> Any:
    return 440.0 * 2.0 ** ((np.asarray(midi) - 69) / 12)


def times(seconds: float, rate: int) -> Samples:
    return np.arange(int(seconds * rate)) / rate


def noise(rng: np.random.Generator, count: int) -> Samples:
    return rng.standard_normal(count, dtype=np.float32)


@cache
def _sections(order: int, low: float | None, high: float | None, rate: int) -> Any:
    ceiling = rate * 0.45
    if low is not None and high is not None:
        return signal.butter(order, [low, min(high, ceiling)], "bandpass", fs=rate, output="sos")
    if low is not None:
        return signal.butter(order, low, "highpass", fs=rate, output="sos")
    return signal.butter(order, min(high or ceiling, ceiling), "lowpass", fs=rate, output="sos")


def low(sound: Samples, hz: float, rate: int, order: int = 2) -> Samples:
    return np.asarray(signal.sosfilt(_sections(order, None, hz, rate), sound, axis=-1))


def high(sound: Samples, hz: float, rate: int, order: int = 2) -> Samples:
    return np.asarray(signal.sosfilt(_sections(order, hz, None, rate), sound, axis=-1))


def band(sound: Samples, low_hz: float, high_hz: float, rate: int, order: int = 2) -> Samples:
    return np.asarray(signal.sosfilt(_sections(order, low_hz, high_hz, rate), sound, axis=-1))


def envelope(count: int, attack: float, release: float, rate: int) -> Samples:
    """Raised-cosine fade in and out over seconds; 1 between."""
    out = np.ones(count)
    rise, fall = min(int(attack * rate), count), min(int(release * rate), count)
    out[:rise] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(rise) / max(rise, 1))
    out[count - fall :] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(fall) / max(fall, 1))
    return out


def peak(sound: Samples, level: float = 1.0) -> NDArray[np.float32]:
    """Scaled so that the largest sample is `level`."""
    return np.asarray(sound * (level / max(float(np.abs(sound).max(initial=0.0)), 1e-9)), np.float32)


def phase(frequency: Samples, rate: int) -> Samples:
    """Radians of an oscillator whose frequency varies."""
    return 2 * np.pi * np.cumsum(frequency) / rate


class Canvas:
    """A stereo strip of time that sounds are put on; what sticks out of either end is cut."""

    def __init__(self, seconds: float, rate: int) -> None:
        self.rate = rate
        self.samples = np.zeros((2, round(seconds * rate)), np.float32)

    def put(self, sound: Samples, at: float, gain: float = 1.0, pan: float = 0.5) -> None:
        """Mono or stereo `sound` from second `at`; `pan` 0 left .. 1 right at equal power."""
        start = round(at * self.rate)
        skip = max(0, -start)
        stereo = np.atleast_2d(sound)
        count = min(stereo.shape[1] - skip, self.samples.shape[1] - max(start, 0))
        if count <= 0:
            return
        for channel, weight in enumerate((np.sqrt(2 - 2 * pan), np.sqrt(2 * pan))):
            part = stereo[channel % len(stereo), skip : skip + count]
            self.samples[channel, max(start, 0) : max(start, 0) + count] += part * np.float32(gain * weight)

    def shape(self, start: float, stop: float, fade_out: float, fade_in: float) -> None:
        """Silence [start, stop) with the fades, in seconds, before and after it."""
        total = self.samples.shape[1]
        first, last = max(0, round(start * self.rate)), min(total, round(stop * self.rate))
        before = min(int(fade_out * self.rate), first)
        after = min(int(fade_in * self.rate), total - last)
        self.samples[:, first - before : first] *= np.linspace(1, 0, before, dtype=np.float32)
        self.samples[:, first:last] = 0
        self.samples[:, last : last + after] *= np.linspace(0, 1, after, dtype=np.float32)


@cache
def response(t60: float, lowpass: float, rate: int) -> NDArray[np.float32]:
    """A hall (2, samples) of unit energy: decaying noise, no bass under 140 Hz, five early taps a side."""
    count = int((t60 + 0.1) * rate)
    time = np.arange(count) / rate
    raw = rng_of("hall", t60).standard_normal((2, count))
    mid = low(raw, 3500, rate, 1) * np.exp(-6.9 * time / t60)
    air = high(raw, 3500, rate, 1) * np.exp(-6.9 * time / (0.45 * t60))
    tail = high(low(mid + air, lowpass, rate), 140, rate) * (1 - np.exp(-time / 0.008))
    tail /= np.sqrt(np.sum(tail**2, axis=1, keepdims=True))
    for channel, stretch in enumerate((1.0, 1.13)):
        for delay, gain in _TAPS_MS:
            tail[channel, int(delay * stretch * rate / 1000)] += 0.5 * gain
    return (tail / np.sqrt(np.sum(tail**2, axis=1, keepdims=True))).astype(np.float32)


def reverberate(canvas: Canvas, t60: float, lowpass: float, wet: float) -> None:
    """Add the hall to everything on the canvas, in place."""
    answer = signal.oaconvolve(canvas.samples, response(t60, lowpass, canvas.rate), axes=1)
    canvas.samples += np.asarray(answer[:, : canvas.samples.shape[1]], np.float32) * np.float32(wet)
