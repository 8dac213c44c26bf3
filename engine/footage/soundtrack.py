"""What was heard in a media file, as numbers: loudness, curves, stretches of speech, markers. Data only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.rates import Rate
from engine.timeline import Marker

Curve = NDArray[np.float32]

LEVEL_STEP = 0.005
"""Seconds between two values of `levels`."""
FLUX_STEP = 0.010
PITCH_STEP = 0.020
LOUDNESS_STEP = 0.1


@dataclass(frozen=True)
class Loudness:
    """Of the whole file (ITU-R BS.1770-4, EBU Tech 3342): LUFS, LU, dBTP; and LUFS every LOUDNESS_STEP of the last 400 ms
    (`momentary`) and 3 s (`short_term`)."""

    integrated_lufs: float
    range_lu: float
    true_peak_dbtp: float
    momentary: Curve
    short_term: Curve


@dataclass(frozen=True)
class Passage:
    """Sound between two silences, seconds [start, stop). `speech`: whether it sounds like a voice. Levels in dBFS; pitch in
    Hz (median, 0: none) with its p90-p10 spread in semitones. `arousal` and `tension` 0..1, `valence` -1..1 is a hint."""

    start: float
    stop: float
    level_db: float
    peak: float
    peak_db: float
    speech: bool
    pitch: float
    spread: float
    arousal: float
    tension: float
    valence: float


@dataclass(frozen=True)
class Soundtrack:
    """One file's sound. `levels` dBFS every LEVEL_STEP, `floor` the noise under it; `flux` spectral flux every FLUX_STEP;
    `pitch` Hz every PITCH_STEP (0: unvoiced); `intensity` 0..1 and `markers` in frames of `rate`; `beats` seconds of a
    steady beat (empty: none), `tempo` beats a minute (0: none)."""

    seconds: float
    sample_rate: int
    channels: int
    rate: Rate
    loudness: Loudness
    levels: Curve
    floor: float
    flux: Curve
    pitch: Curve
    intensity: Curve
    passages: tuple[Passage, ...]
    beats: tuple[float, ...]
    tempo: float
    markers: tuple[Marker, ...]

    @property
    def frames(self) -> int:
        return len(self.intensity)
