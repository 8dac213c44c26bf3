"""The sound of places: impulse responses by room, sends by delivery. Knows models.base.ROOMS, no stems and no time.

A room steps back while somebody speaks and answers when they stop: so it is heard, and every word too. Wet all the
time at the palace's level, a recogniser loses a fifth of the words. No send is wetter than -9 dB."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from engine.dynamics import falling

Samples = NDArray[np.floating[Any]]

_EARLY_MS = ((11, 0.50), (17, 0.42), (23, 0.36), (31, 0.30), (41, 0.24))
_EARLY_SHARE = 0.5
_RIGHT_DELAY = 1.13
"""The right channel's early taps come this much later, for width."""
_BUILD_UP_SECONDS = 0.008
_DECAY_60_DB = 6.907755
STEP_BACK_DB = 11.0
"""How much quieter a room is under a loud syllable than after it."""
_STEP_SECONDS, _STEP_RELEASE, _STEP_SMOOTHING = 0.01, 0.12, 3
_LOUD_PERCENTILE = 90


@dataclass(frozen=True)
class Room:
    """Reverberation time and pre-delay in seconds, darkness in Hz, wet level in dB; `slap` is one late echo (s)."""

    t60: float
    lowpass_hz: float
    predelay: float
    wet_db: float
    slap: float = 0.0


ROOMS: dict[str, Room | None] = {
    "dry": None,
    "car": Room(0.35, 5000, 0.006, -14),
    "living": Room(0.5, 5000, 0.010, -16),
    "office": Room(0.6, 5000, 0.012, -15),
    "hall": Room(1.8, 5000, 0.015, -12),
    "palace": Room(2.4, 5000, 0.020, -14),
    "outdoor": Room(0.25, 4000, 0.020, -22, slap=0.090),
}
DELIVERY_ROOMS: dict[str, Room | None] = {
    "inner": Room(1.6, 4500, 0.012, -11),
    "phone": None,
    "narrator": None,
}
"""Deliveries that carry their own space wherever they are spoken; the others stand in the room."""


def room_of(room: str, delivery: str) -> Room | None:
    """Where a line is heard; ValueError for an unknown room."""
    if room not in ROOMS:
        raise ValueError(f"unknown room {room!r}: choose from {', '.join(ROOMS)}")
    return DELIVERY_ROOMS[delivery] if delivery in DELIVERY_ROOMS else ROOMS[room]


@cache
def impulse_response(room: Room, sample_rate: int) -> NDArray[np.float32]:
    """(2, samples) of unit energy a channel: shaped noise that decays slower low and faster high, plus early taps."""
    count = int((room.t60 + room.predelay + room.slap + 0.05) * sample_rate)
    noise = np.random.default_rng(3).standard_normal((2, count))
    time = np.arange(count) / sample_rate
    tail = np.zeros((2, count))
    for low, high, factor, gain in ((None, 400, 1.1, 1.3), (400, 3500, 1.0, 1.0), (3500, None, 0.45, 1.0)):
        band = _filtered(noise, sample_rate, low, high, order=1)
        tail += gain * band * np.exp(-_DECAY_60_DB * time / (room.t60 * factor))
    tail = _filtered(tail * (1 - np.exp(-time / _BUILD_UP_SECONDS)), sample_rate, 140, room.lowpass_hz)
    late = int((room.predelay + room.slap) * sample_rate)
    tail = np.pad(tail, ((0, 0), (late, 0)))[:, :count]
    tail /= np.sqrt(np.sum(tail**2, axis=1, keepdims=True))
    for channel, stretch in enumerate((1.0, _RIGHT_DELAY)):
        for delay_ms, gain in _EARLY_MS:
            tail[channel, int(delay_ms * stretch * sample_rate / 1000)] += gain * _EARLY_SHARE
    tail /= np.sqrt(np.sum(tail**2, axis=1, keepdims=True))
    return tail.astype(np.float32)


def reverberated(dry: Samples, room: Room, sample_rate: int) -> NDArray[np.float32]:
    """(2, samples + tail) wet part of a mono sound, at the room's level."""
    response = impulse_response(room, sample_rate)
    gain = 10 ** (room.wet_db / 20)
    wet = signal.oaconvolve(np.stack([dry, dry]).astype(np.float32), response * gain, axes=1)
    return np.asarray(wet * _stepping_back(dry, wet.shape[1], sample_rate), np.float32)


def _stepping_back(dry: Samples, count: int, rate: int) -> NDArray[np.float32]:
    """Gain of the wet sound over `count` samples: STEP_BACK_DB down while the dry one is loud, back soon after."""
    step = int(_STEP_SECONDS * rate)
    blocks = np.square(np.pad(dry, (0, -len(dry) % step)).astype(np.float64)).reshape(-1, step).mean(axis=1)
    loud = float(np.percentile(blocks[blocks > 0], _LOUD_PERCENTILE)) if np.any(blocks > 0) else 1.0
    level = np.pad(
        10 * np.log10(np.maximum(blocks / loud, 1e-9)), (0, count // step + 2 - len(blocks)), constant_values=-90
    )
    held = falling(level, 8.7 * _STEP_SECONDS / _STEP_RELEASE)
    depth = STEP_BACK_DB * np.clip(2 * 10 ** (held / 20), 0, 1)
    smooth = np.convolve(
        np.pad(depth, _STEP_SMOOTHING, mode="edge"),
        np.full(2 * _STEP_SMOOTHING + 1, 1 / (2 * _STEP_SMOOTHING + 1)),
        "valid",
    )
    curve = np.interp(np.arange(count), np.arange(len(smooth)) * step, smooth)
    return np.power(10.0, -curve / 20, dtype=np.float32)


def _filtered(sound: Samples, rate: int, low: float | None, high: float | None, order: int = 2) -> Samples:
    out = np.asarray(sound)
    if low is not None:
        out = np.asarray(signal.sosfilt(signal.butter(order, low, "highpass", fs=rate, output="sos"), out, axis=-1))
    if high is not None:
        out = np.asarray(signal.sosfilt(signal.butter(order, high, "lowpass", fs=rate, output="sos"), out, axis=-1))
    return out
