"""Synthetic mixes whose events are known to the sample: speech-like bursts, hits, silences and music over noise.

Everything is drawn from a seed. Speech is a voiced pulse train through three formants, its syllables rising and falling;
hits are a thump with a burst of noise; music is a chord under a drum at an even tempo; the noise lies 20 dB under calm
speech. A truth is (kind, seconds)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from engine.timeline import Marker

CALM_DB, LOUDER_DB, SNR_DB = -34.0, 10.0, 20.0
Sound = NDArray[np.float64]


@dataclass
class Planted:
    """`samples` (channels, n); `truths` must be found; `allowed` may be (drums are hits, too)."""

    sample_rate: int
    samples: NDArray[np.float32] = field(default_factory=lambda: np.zeros((2, 0), np.float32))
    truths: list[tuple[str, float]] = field(default_factory=list)
    allowed: list[tuple[str, float]] = field(default_factory=list)
    speech: list[tuple[float, float]] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return self.samples.shape[1] / self.sample_rate


def scaled(sound: Sound, level_db: float) -> Sound:
    return sound / np.sqrt(np.mean(sound**2)) * 10 ** (level_db / 20)


def faded(sound: Sound, rate: int, seconds: float = 0.006) -> Sound:
    ramp = np.minimum(1.0, np.arange(len(sound)) / (seconds * rate))
    return sound * ramp * ramp[::-1]


def speech(dice: np.random.Generator, seconds: float, rate: int) -> Sound:
    """Voiced syllables, three to five a second, that never quite stop."""
    time = np.arange(round(seconds * rate)) / rate
    pitch = dice.uniform(95, 220) * 2 ** (np.cumsum(dice.standard_normal(len(time))) / np.sqrt(rate) * 0.25)
    turns = np.cumsum(pitch / rate)
    pulses = np.diff(np.floor(turns), prepend=0.0) + 0.02 * dice.standard_normal(len(time))
    voice = sum(_formant(pulses, hertz * dice.uniform(0.9, 1.1), rate) for hertz in (550, 1400, 2500))
    waving = 0.62 + 0.38 * np.cos(2 * np.pi * dice.uniform(3, 5) * time)
    return np.asarray(voice * np.maximum(waving, 0.3))


def _formant(pulses: Sound, hertz: float, rate: int) -> Sound:
    b, a = signal.iirpeak(hertz, 6.0, fs=rate)
    return np.asarray(signal.lfilter(b, a, pulses)) * hertz**-0.5


def hit(dice: np.random.Generator, rate: int) -> Sound:
    time = np.arange(round(0.3 * rate)) / rate
    thump = np.sin(2 * np.pi * dice.uniform(60, 160) * time) * np.exp(-time / dice.uniform(0.03, 0.08))
    return thump + dice.standard_normal(len(time)) * np.exp(-time / dice.uniform(0.015, 0.04))


def _ended(sound: Sound, rate: int) -> Sound:
    """Cut off where it is down to 10 dB over the noise: a sound that fades into noise has no end to be found."""
    power = np.convolve(sound**2, np.ones(rate // 100) / (rate // 100), "same")
    loud = np.flatnonzero(power > 10 ** ((CALM_DB - SNR_DB + 10) / 10))
    return sound[: int(loud[-1]) + 1]


def plant(seed: int, parts: int = 26, rate: int = 48_000) -> Planted:
    """A mix of so many parts: about a minute and a half."""
    dice = np.random.default_rng(seed)
    planted, chunks, at = Planted(rate), [np.zeros(round(0.6 * rate))], 0.6
    before: float | None = None
    kinds = [str(k) for k in dice.choice(["calm", "loud", "hit"], parts, p=[0.4, 0.35, 0.25])]
    kinds[parts // 2] = "music"
    for kind in kinds:
        at += _pause(dice, planted, chunks, at)
        before, sound = _part(dice, planted, kind, at, before)
        chunks.append(sound)
        at = sum(map(len, chunks)) / rate
    _pause(dice, planted, chunks, at, least=1.2)
    clean = np.concatenate(chunks)
    noise = signal.lfilter([1.0], [1.0, -0.6], dice.standard_normal((2, len(clean))))
    noise *= 10 ** ((CALM_DB - SNR_DB) / 20) / np.sqrt(np.mean(noise**2))
    planted.samples = (clean + noise).astype(np.float32)
    return planted


def _pause(dice: np.random.Generator, planted: Planted, chunks: list[Sound], at: float, least: float = 0.0) -> float:
    """A gap too short for a marker, or a silence."""
    seconds = max(least, float(dice.uniform(0.3, 0.55) if dice.random() < 0.5 else dice.uniform(0.85, 1.8)))
    if seconds > 0.8 and len(chunks) > 1:
        planted.truths.append(("silence", at))
    chunks.append(np.zeros(round(seconds * planted.sample_rate)))
    if len(chunks) == 2:
        planted.truths.append(("silence", 0.0))
    return len(chunks[-1]) / planted.sample_rate


def _part(
    dice: np.random.Generator, planted: Planted, kind: str, at: float, before: float | None
) -> tuple[float | None, Sound]:
    """One part's sound and the level that the next one is compared with."""
    rate = planted.sample_rate
    if kind == "hit":
        planted.truths.append(("onset", at))
        sound = hit(dice, rate)
        sound = sound / np.abs(sound).max() * 10 ** (dice.uniform(-20, -8) / 20)
        return before, _ended(sound, rate)
    if kind == "music":
        return CALM_DB, _music(dice, planted, at, before)
    level = CALM_DB + (LOUDER_DB if kind == "loud" else 0.0)
    sound = faded(scaled(speech(dice, float(dice.uniform(0.9, 2.4)), rate), level), rate)
    planted.speech.append((at, at + len(sound) / rate))
    rise = 0.0 if before is None else level - before
    planted.truths.append(("surge" if rise > 5 else "drop" if rise < -8 else "onset", at))
    if rise > 5:
        planted.truths.append(("peak", at + _shout(dice, sound, rate)))
    return level, sound


def _shout(dice: np.random.Generator, sound: Sound, rate: int) -> float:
    """Makes a fifth of a second swell to the loudest by far; the middle of it."""
    length, first = round(0.2 * rate), round(float(dice.uniform(0.3, 0.6)) * rate)
    part = sound[first : first + length]
    even = np.sqrt(signal.oaconvolve(part**2, np.hanning(length // 4) / np.hanning(length // 4).sum(), "same"))
    swell = 3.5 * np.hanning(length) * np.sqrt(np.mean(sound**2)) / np.maximum(even, 1e-3)
    part *= np.maximum(swell, 1.0)
    return first / rate + 0.1


def _music(dice: np.random.Generator, planted: Planted, at: float, before: float | None) -> Sound:
    """Ten seconds and more of a chord under an even drum."""
    rate, beat = planted.sample_rate, 60 / float(dice.uniform(84, 146))
    count = int(np.ceil(12 / beat))
    time = np.arange(round(count * beat * rate)) / rate
    chord = sum(
        np.sin(2 * np.pi * hertz * time + dice.uniform(0, 6)) / n for n, hertz in enumerate((220, 277, 330, 440), 1)
    )
    sound = faded(scaled(np.asarray(chord), CALM_DB - 2), rate, 0.01)
    drum = hit(dice, rate)
    drum = drum / np.abs(drum).max() * 10 ** (-19 / 20)
    drum = drum[: round(0.25 * rate)] * np.linspace(1, 0, round(0.25 * rate))
    for number in range(count):
        first = round(number * beat * rate)
        sound[first : first + len(drum)] += drum[: len(sound) - first]
        planted.truths.append(("beat", at + first / rate))
        if number:
            planted.allowed.append(("onset", at + first / rate))
    for kind in ("onset", "surge", "drop"):  # what it is depends on the drum's share of the first 0.8 s
        planted.allowed.append((kind, at))
    return sound


@dataclass(frozen=True)
class Score:
    planted: int
    found: int
    false: int
    missed: tuple[float, ...] = ()
    wrong: tuple[float, ...] = ()


def score(planted: Planted, markers: tuple[Marker, ...], fps: float) -> dict[str, Score]:
    """Per kind: how many were planted, were found within one frame, and were found where there is nothing."""
    out: dict[str, Score] = {}
    kinds = Counter([kind for kind, _ in planted.truths] + [marker.kind for marker in markers])
    for kind in kinds:
        left = sorted(marker.frame for marker in markers if marker.kind == kind)
        truths = [round(at * fps) for known, at in planted.truths if known == kind]
        missed = [truth / fps for truth in truths if not _taken(left, truth)]
        for known, at in planted.allowed:
            if known in (kind, "any"):
                _taken(left, round(at * fps))
        out[kind] = Score(
            len(truths), len(truths) - len(missed), len(left), tuple(missed), tuple(f / fps for f in left)
        )
    return out


def _taken(left: list[int], truth: int) -> bool:
    near = [frame for frame in left if abs(frame - truth) <= 1]
    if near:
        left.remove(min(near, key=lambda frame: abs(frame - truth)))
    return bool(near)
