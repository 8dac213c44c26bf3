"""Beds of a place: rain, wind, street, room and others, tiled without a seam. Knows samples, no story."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from models.draft.score import effects
from models.draft.score.dsp import RATE, Samples, band, low, noise, peak, times

Sound = NDArray[np.float32]
Generator = np.random.Generator

TILE_SECONDS = 10.0
OVERLAP_SECONDS = 0.8


def _room(rng: Generator) -> Samples:
    raw = noise(rng, int(TILE_SECONDS * RATE))
    return low(raw, 260, RATE, 1) + 0.15 * band(raw, 300, 1800, RATE, 1)


def _street(rng: Generator) -> Samples:
    """Traffic at a distance: low wash, and a few cars that pass."""
    raw = noise(rng, int(TILE_SECONDS * RATE))
    time = times(TILE_SECONDS, RATE)
    out = low(raw, 380, RATE, 1) * 0.5
    for _ in range(5):
        swell = np.exp(-(((time - rng.uniform(1, TILE_SECONDS - 1)) / rng.uniform(0.5, 1.1)) ** 2))
        out = out + band(raw, 250, 1500, RATE, 1) * swell * 0.6
    return out


def _night(rng: Generator) -> Samples:
    """Crickets over a quiet air."""
    time = times(TILE_SECONDS, RATE)
    out = 0.3 * low(noise(rng, len(time)), 500, RATE, 1)
    for hz in (4150, 4620):
        chirps = np.maximum(0, np.sin(2 * np.pi * 26 * time)) ** 2 * (np.mod(time + rng.random(), 0.75) < 0.32)
        out = out + 0.08 * np.sin(2 * np.pi * hz * time) * low(chirps, 90, RATE, 1)
    return out


def _forest(rng: Generator) -> Samples:
    """Leaves and a few birds."""
    out = 0.4 * effects.wind(rng, TILE_SECONDS) + 0.02 * band(noise(rng, int(TILE_SECONDS * RATE)), 2500, 9000, RATE, 1)
    for _ in range(8):
        short = times(0.16, RATE)
        hz = rng.uniform(2600, 4200) * (1 + 0.12 * np.sin(2 * np.pi * rng.uniform(12, 22) * short))
        bird = np.sin(2 * np.pi * np.cumsum(hz) / RATE) * np.sin(np.pi * short / 0.16) ** 2
        start = int(rng.uniform(0.2, TILE_SECONDS - 0.5) * RATE)
        out[start : start + len(bird)] += 0.12 * bird
    return out


def _water(rng: Generator) -> Samples:
    """Small waves on a shore."""
    raw, time = noise(rng, int(TILE_SECONDS * RATE)), times(TILE_SECONDS, RATE)
    lap = 0.45 + 0.35 * np.sin(2 * np.pi * time / 3.0) + 0.2 * np.sin(2 * np.pi * time / 1.4 + 1)
    return band(raw, 300, 2200, RATE, 1) * lap + 0.4 * low(raw, 300, RATE, 1)


def _hospital(rng: Generator) -> Samples:
    """Air conditioning and a monitor, far off."""
    time = times(TILE_SECONDS, RATE)
    on = low((np.mod(time, 1.0) < 0.09).astype(float), 60, RATE, 1)
    return 0.5 * _room(rng) + 0.03 * np.sin(2 * np.pi * 960 * time) * on


def _machine(rng: Generator) -> Samples:
    """A big hall's hum."""
    time = times(TILE_SECONDS, RATE)
    hum = sum(gain * np.sin(2 * np.pi * hz * time) for hz, gain in ((50, 0.5), (100, 0.35), (200, 0.2), (300, 0.12)))
    return 0.15 * hum + _room(rng)


def _car(rng: Generator) -> Samples:
    raw = noise(rng, int(TILE_SECONDS * RATE))
    return low(raw, 140, RATE) * 2 + 0.15 * band(raw, 200, 1200, RATE, 1)


BEDS: dict[str, tuple[Callable[[Generator], Samples], float]] = {
    "rain": (lambda rng: effects.rain(rng, TILE_SECONDS), 0.10),
    "wind": (lambda rng: effects.wind(rng, TILE_SECONDS), 0.05),
    "street": (_street, 0.045),
    "room": (_room, 0.008),
    "night": (_night, 0.03),
    "forest": (_forest, 0.05),
    "water": (_water, 0.05),
    "crowd": (lambda rng: effects.murmur(rng, TILE_SECONDS), 0.05),
    "hospital": (_hospital, 0.015),
    "machine": (_machine, 0.03),
    "car": (_car, 0.04),
}
"""Bed and its peak, by the kinds of models.base.ScoreRequest.ambience."""


def bed(kind: str, seconds: float, rng: Generator) -> Sound:
    """`seconds` of a bed: one tile crossfaded into itself, at its level. (samples,)."""
    make, level = BEDS[kind]
    tile = peak(make(rng), level)
    overlap = int(OVERLAP_SECONDS * RATE)
    fade = np.sqrt(np.linspace(0, 1, overlap, dtype=np.float32))
    loop = tile[: len(tile) - overlap].copy()
    loop[:overlap] = loop[:overlap] * fade + tile[len(tile) - overlap :] * fade[::-1]
    count = int(seconds * RATE)
    return np.tile(loop, count // len(loop) + 1)[:count]
