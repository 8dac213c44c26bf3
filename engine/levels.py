"""Loudness in, curve, markers and arousal out. Numpy only: knows samples and decibels; no lines, no media, no models.

Thresholds follow the emotion meter's measurements: RMS over 20 ms every 5 ms, hysteresis against the noise floor."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.core import FPS
from engine.pitch import track
from engine.timeline import Marker
from models.base import TimedWord

Samples = NDArray[np.float32] | NDArray[np.float64]
Curve = NDArray[np.float64]

HOP = 0.005
WINDOW = 0.020
QUIET_DB = -100.0
FLOOR_PERCENTILE = 5.0
SPEECH_RANGE_DB = 30.0
"""A take without pauses has no noise to measure: its floor is taken at most this far under its loud passages."""
ON_OVER_FLOOR_DB = 14.0
ON_LEAST_DB = -50.0
OFF_UNDER_ON_DB = 6.0
OFF_HOLD = 0.120
BACKTRACK = 0.130
BACKTRACK_OVER_FLOOR_DB = 6.0
ONSET_OFFSET = 0.015
SILENCE_OFFSET = 0.005
PHRASE_HEAD = 0.8
PHRASE_LEAST = 0.08
SURGE_DB = 5.0
DROP_DB = -8.0
SILENCE_LEAST = 0.7
PEAK_WINDOW = 0.100
CURVE_DB = (-50.0, -10.0)
"""Levels drawn as 0 and 1 on the intensity curve, dBFS."""
STRENGTH_DB = 15.0
"""A surge or drop of this many decibels has strength 1."""


@dataclass(frozen=True)
class Phrase:
    """Speech between two pauses, seconds [start, stop). `level_db` is the mean power of its first 0.8 s, `peak` the
    middle of its loudest 100 ms with level `peak_db`, dBFS."""

    start: float
    stop: float
    level_db: float
    peak: float
    peak_db: float


@dataclass(frozen=True)
class Heard:
    """What was heard in one take: intensity per picture frame, markers (frames of the take), emotion, words (seconds)."""

    curve: tuple[float, ...]
    markers: tuple[Marker, ...]
    arousal: float
    valence: float
    loudness: float  # mean level while speaking, dBFS
    usual_db: float = 0.0  # the same of this voice when it is calm
    phrases: tuple[Phrase, ...] = ()
    words: tuple[TimedWord, ...] = ()
    seconds: float = 0.0
    emotion: str = "neutral"

    @property
    def frames(self) -> int:
        return len(self.curve)


@dataclass(frozen=True)
class Manner:
    """How a take is spoken: median pitch (Hz), its p90-p10 spread (semitones), level (dBFS), letters a second."""

    pitch: float
    spread: float
    level_db: float
    rate: float


@dataclass(frozen=True)
class Envelope:
    """Short-time level in dBFS every 5 ms, with its measured noise floor; `seconds` is the length of the sound."""

    levels: Curve
    floor: float
    seconds: float
    on: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "on", max(self.floor + ON_OVER_FLOOR_DB, ON_LEAST_DB))

    @property
    def awake(self) -> float:
        """The level above which something is there at all."""
        return self.floor + BACKTRACK_OVER_FLOOR_DB


def envelope(samples: Samples, sample_rate: int) -> Envelope:
    """RMS over 20 ms at 5 ms steps of mono `samples` (n,) in -1..1. ValueError when they are not finite mono."""
    x = np.asarray(samples, dtype=np.float64)
    if x.ndim != 1 or not np.isfinite(x).all():
        raise ValueError("levels need one channel of finite samples")
    window, power = round(WINDOW * sample_rate), np.concatenate([[0.0], np.cumsum(x * x)])
    starts = np.round(np.arange(0.0, max(len(x), 1), HOP * sample_rate)).astype(np.int64)
    stops = np.minimum(starts + window, len(x))
    mean = (power[stops] - power[np.minimum(starts, len(x))]) / window
    levels = np.maximum(QUIET_DB, 10 * np.log10(np.maximum(mean, 1e-10)))
    low, high = np.percentile(levels, [FLOOR_PERCENTILE, 95.0])
    return Envelope(levels, float(min(low, high - SPEECH_RANGE_DB)), len(x) / sample_rate)


def intensity(heard: Envelope, fps: int = FPS) -> tuple[float, ...]:
    """Loudness of every picture frame, 0..1 over CURVE_DB: the mean power of the steps that begin in that frame."""
    num_frames = max(1, int(np.ceil(heard.seconds * fps - 1e-9)))
    frame = np.minimum((np.arange(len(heard.levels)) * HOP * fps + 1e-9).astype(np.int64), num_frames - 1)
    power = np.bincount(frame, 10 ** (heard.levels / 10), num_frames) / np.maximum(
        np.bincount(frame, None, num_frames), 1
    )
    level = 10 * np.log10(np.maximum(power, 1e-10))
    low, high = CURVE_DB
    return tuple(np.round(np.clip((level - low) / (high - low), 0.0, 1.0), 4).tolist())


def phrases(heard: Envelope) -> list[Phrase]:
    """Stretches of speech, found with hysteresis: on above `on`, off once 6 dB under it for 120 ms."""
    return [_phrase(heard, first, last) for first, last in _active(heard)]


def _phrase(heard: Envelope, first: int, last: int) -> Phrase:
    begin, end = _begin(heard, first), _end(heard, last)
    power = 10 ** (heard.levels[first:last] / 10)
    width = min(len(power), round(PEAK_WINDOW / HOP))
    means = np.convolve(power, np.ones(width) / width, "valid")
    best = int(means.argmax())
    return Phrase(
        start=round(begin * HOP + ONSET_OFFSET, 4),
        stop=round(end * HOP + SILENCE_OFFSET, 4),
        level_db=_decibels(float(np.mean(power[: round(PHRASE_HEAD / HOP)]))),
        peak=round((first + best + width / 2) * HOP, 4),
        peak_db=_decibels(float(means[best])),
    )


def _decibels(power: float) -> float:
    return round(10 * math.log10(max(power, 1e-10)), 2)


def _active(heard: Envelope) -> list[tuple[int, int]]:
    """Steps [start, stop) of speech; blips under 80 ms are left out."""
    hold, off = round(OFF_HOLD / HOP), heard.on - OFF_UNDER_ON_DB
    out: list[tuple[int, int]] = []
    start, quiet = -1, 0
    for step, level in enumerate(heard.levels.tolist()):
        if start < 0:
            if level > heard.on:
                start, quiet = step, 0
            continue
        quiet = quiet + 1 if level < off else 0
        if quiet >= hold:
            out.append((start, step - quiet + 1))
            start = -1
    if start >= 0:
        out.append((start, len(heard.levels) - quiet))
    return [(a, b) for a, b in out if (b - a) * HOP >= PHRASE_LEAST]


def _begin(heard: Envelope, step: int) -> int:
    """Where the sound that crossed the threshold at `step` really begins: back while it is over the floor."""
    first = max(0, step - round(BACKTRACK / HOP))
    while step > first and heard.levels[step - 1] > heard.awake:
        step -= 1
    return step


def _end(heard: Envelope, step: int) -> int:
    """Where a phrase dies away: on from `step` while the sound is over the floor, at most as far as back-tracking."""
    last = min(len(heard.levels), step + round(BACKTRACK / HOP))
    while step < last and heard.levels[step] > heard.awake:
        step += 1
    return step


def change(before_db: float | None, after_db: float) -> tuple[str, float, str]:
    """Kind, strength and reason of a phrase's start, given the level of the phrase before it."""
    if before_db is None:
        return "onset", _strength(after_db), f"speech at {after_db:.0f} dB"
    step = after_db - before_db
    if step >= SURGE_DB:
        return "surge", min(1.0, step / STRENGTH_DB), f"{step:+.0f} dB"
    if step <= DROP_DB:
        return "drop", min(1.0, -step / STRENGTH_DB), f"{step:+.0f} dB"
    return "onset", _strength(after_db), f"speech at {after_db:.0f} dB"


def _strength(level_db: float) -> float:
    low, high = CURVE_DB
    return round(min(1.0, max(0.0, (level_db - low) / (high - low))), 3)


def markers(heard: Envelope, fps: int = FPS) -> list[Marker]:
    """Onset, surge, drop and silence at phrase edges, peak inside a surge; frames of the take, in order."""
    out: list[Marker] = []
    before: Phrase | None = None
    found = phrases(heard)
    for index, phrase in enumerate(found):
        kind, strength, reason = change(before.level_db if before else None, phrase.level_db)
        out.append(Marker(kind, _frame(phrase.start, fps), round(strength, 3), reason))
        if kind == "surge":
            out.append(peak_marker(phrase, fps))
        pause = (found[index + 1].start if index + 1 < len(found) else heard.seconds) - phrase.stop
        if pause >= SILENCE_LEAST:
            out.append(Marker("silence", _frame(phrase.stop, fps), min(1.0, round(pause / 2, 3)), f"{pause:.1f} s"))
        before = phrase
    return sorted(out, key=lambda m: m.frame)


def _frame(seconds: float, fps: int) -> int:
    return max(0, round(seconds * fps))


def peak_marker(phrase: Phrase, fps: int = FPS) -> Marker:
    """The loudest moment of a phrase."""
    return Marker("peak", _frame(phrase.peak, fps), _strength(phrase.peak_db), f"{phrase.peak_db:.0f} dB")


def to_json(heard: Mapping[str, Heard]) -> dict[str, Any]:
    return {line: asdict(h) for line, h in heard.items()}


def from_json(data: Mapping[str, Any]) -> dict[str, Heard]:
    """The reverse of to_json; KeyError or TypeError on a damaged record."""
    return {line: _heard(h) for line, h in data.items()}


def _heard(data: Mapping[str, Any]) -> Heard:
    def each(kind: type, key: str) -> tuple[Any, ...]:
        items: Sequence[Mapping[str, Any]] = data[key]
        return tuple(kind(**item) for item in items)

    lists: dict[str, Any] = {
        "curve": tuple(data["curve"]),
        "markers": each(Marker, "markers"),
        "phrases": each(Phrase, "phrases"),
        "words": each(TimedWord, "words"),
    }
    return Heard(**{**data, **lists})


# -- arousal


def manner_of(sound: Envelope, samples: Samples, sample_rate: int, words: Sequence[TimedWord]) -> Manner:
    """How a take with envelope `sound` is spoken. Letters a second are counted over the time of its words."""
    pitches = track(np.asarray(samples), sample_rate)
    voiced = pitches[pitches > 0]
    semitones = 12 * np.log2(voiced) if len(voiced) else np.zeros(1)
    low, high = np.percentile(semitones, [10, 90])
    loud = sound.levels[sound.levels > sound.on - OFF_UNDER_ON_DB]
    level = float(10 * np.log10(np.mean(10 ** (loud / 10)))) if len(loud) else QUIET_DB
    spoken = sum(max(0.0, w.stop - w.start) for w in words)
    letters = sum(c.isalnum() for w in words for c in w.text)
    return Manner(
        pitch=float(np.median(voiced)) if len(voiced) else 0.0,
        spread=float(high - low),
        level_db=level,
        rate=letters / spoken if spoken > 0 else 0.0,
    )


def arousal_of(manner: Manner, neutral: Manner) -> float:
    """0..1 from pitch, level and rate against the same voice's neutral: clip(.5 + .04 dF0 + .035 dB + .5 (r - 1)).

    dF0 in semitones, dB in decibels, r a ratio; what could not be measured does not count."""
    higher = 12 * float(np.log2(manner.pitch / neutral.pitch)) if manner.pitch > 0 and neutral.pitch > 0 else 0.0
    faster = manner.rate / neutral.rate - 1 if manner.rate > 0 and neutral.rate > 0 else 0.0
    louder = manner.level_db - neutral.level_db
    return round(float(np.clip(0.5 + 0.04 * higher + 0.035 * louder + 0.5 * faster, 0.0, 1.0)), 4)
