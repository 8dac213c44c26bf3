"""What can be measured of a spoken take against its text without a model: pace, pauses, level, babble, repetition.

Numpy only. A take is float mono samples in -1..1 at any rate. It knows no voice and no recogniser, and no limit but
those it is given; how long a text takes to say is `expected_seconds`, of `sounding`, the one place for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models import sounding
from models.settings import HearSettings
from models.sounding import HOP, Samples, expected_seconds

__all__ = ["expected_seconds", "failures", "score"]

VERSION = 1
"""Of the measures: another one judges all takes anew."""
FULL_SCALE = 0.02
"""Peaks under this are too small to be clipped by anything."""
FLAT = 0.995
"""Of a take's own peak: a sample from here up is at the top. Also a clipped take that was turned down is found."""
PHRASE_GAP = 0.3
"""Seconds without sound that end a phrase."""
SLOWEST = 1.6
"""Of the expected time: sound beyond it is no longer the line, however slowly that is said (espeak in grief: 1.75 in the
worst of 44 lines, 1.4 in the middle one)."""
DONE = 0.75
"""Of the expected time: a line that takes less has been said in a hurry, and a phrase after it is one too many."""
SLOW = 1.75
"""Of the expected time that the text before its last mark takes: a pause later than a slow reader's is none of the text."""
LONG_PAUSES = ".?!…;:"
"""Marks that may end a phrase; a comma's pause is shorter than PHRASE_GAP."""
ECHO_HOP = 0.02
ECHO_WINDOW = 0.4
"""Seconds that must come again to be a repetition, and the least time between the two."""
ECHO_LIKE = 0.88
"""Correlation of two stretches of log-mel frames, each band's mean taken out: a held vowel is like itself only by chance."""
CHANGING = 0.3
"""Standard deviation, in natural logarithms of energy, of a stretch that says something; words are about 2, tones 0."""
WORST = {"level": -120.0, "pace": 0.0, "silence": 1.0, "clipped": 0.0, "runaway": 0.0, "repeat": 0.0}
"""Scores of a take without any sound."""


@dataclass(frozen=True)
class Heard:
    """A take cut into frames of HOP seconds: dBFS, which of them sound, and the phrases, (first, last + 1) frames."""

    decibels: NDArray[np.float64]
    mask: NDArray[np.bool_]
    phrases: tuple[tuple[int, int], ...]

    @property
    def seconds(self) -> float:
        """Seconds of speech, without its pauses."""
        return float(self.mask.sum()) * HOP


def score(text: str, language: str, samples: Samples, rate: int, pace: float = 1.0) -> dict[str, float]:
    """Scores of a take of this text. `pace` is the asked speed, 1 usual.

    pace: expected over heard seconds of speech without pauses, 1 as expected, 2 twice as fast
    silence: share of the take in which nothing sounds, 0..1
    clipped: share of samples at the take's own peak, 0..1
    level: dBFS (RMS) of what sounds; a full-scale sine is -3
    runaway: seconds of sound after the line should have ended
    repeat: share of what sounds that is heard twice or more, beyond what the text itself repeats, 0..1
    total: 0..1, for ranking takes. ValueError when the samples are not finite mono sound."""
    if samples.ndim != 1 or rate < 8_000 or not np.isfinite(samples).all():
        raise ValueError("a take to be judged must be finite mono sound at 8 kHz or more")
    heard = hear(samples, rate)
    if not heard.mask.any():
        return {**WORST, "total": 0.0}
    expected = expected_seconds(text, language, pauses=False) / max(pace, 0.1)
    values = {
        "level": level(heard),
        "pace": expected / heard.seconds,
        "silence": 1 - float(heard.mask.mean()),
        "clipped": clipped(samples),
        "runaway": runaway(heard, expected, text),
        "repeat": beyond(repeat(samples, rate), repeated_words(text, language)),
    }
    values["total"] = total(values)
    return {name: round(value, 4) for name, value in values.items()}


def hear(samples: Samples, rate: int) -> Heard:
    decibels = sounding.levels(samples, rate)
    mask = sounding.sounding(decibels)
    phrases: list[tuple[int, int]] = []
    for start, stop in sounding.runs(mask):
        if phrases and start - phrases[-1][1] < PHRASE_GAP / HOP:
            phrases[-1] = (phrases[-1][0], stop)
        else:
            phrases.append((start, stop))
    return Heard(decibels, mask, tuple(phrases))


def level(heard: Heard) -> float:
    """dBFS of the mean power of what sounds."""
    return float(10 * np.log10(np.mean(10 ** (heard.decibels[heard.mask] / 10))))


def clipped(samples: Samples) -> float:
    """Share of samples from FLAT of the take's peak up. Speech comes near its peak once; clipped speech at every pulse."""
    size = np.abs(samples)
    peak = float(size.max(initial=0.0))
    return float(np.mean(size >= FLAT * peak)) if peak > FULL_SCALE else 0.0


def runaway(heard: Heard, expected: float, text: str) -> float:
    """Seconds of sound that are too many: beyond SLOWEST of the `expected` seconds, or in more phrases than the text has,
    once the line was likely said: Bark says a line and often goes on after a pause."""
    sounded = np.cumsum(heard.mask) * HOP
    over = heard.seconds - SLOWEST * expected
    phrases = 1 + sum(mark in LONG_PAUSES for mark in sounding.marks(text))
    said = expected * max(DONE, SLOW * sounding.before_last_mark(text))
    for start, _ in heard.phrases[phrases:]:
        before = float(sounded[start - 1])
        if before >= said:
            return max(over, heard.seconds - before, 0.0)
    return max(over, 0.0)


def repeat(samples: Samples, rate: int) -> float:
    """Share of what sounds whose ECHO_WINDOW is heard again, earlier or later, ECHO_WINDOW or more away.

    Self-similarity of log-mel frames, as in Foote (1999, 'Visualizing music and audio using self-similarity')."""
    mel = sounding.log_mel(samples, rate, ECHO_HOP)
    width = round(ECHO_WINDOW / ECHO_HOP)
    mask = sounding.sounding(sounding.levels(samples, rate))[:: round(ECHO_HOP / HOP)][: len(mel)]
    mel, mask = mel[: len(mask)], mask[: len(mel)]
    if len(mel) < 3 * width:
        return 0.0
    mel = np.maximum(mel, mel.max() - 9.0)  # 39 dB under the loudest band nothing is compared
    cuts = np.lib.stride_tricks.sliding_window_view(mel, width, axis=0)  # (at, band, frame)
    cuts = (cuts - cuts.mean(axis=2, keepdims=True)).reshape(len(cuts), -1).astype(np.float32)
    size = np.linalg.norm(cuts, axis=1, keepdims=True)
    cuts /= np.maximum(size, CHANGING * np.sqrt(cuts.shape[1]))
    like = cuts @ cuts.T
    far = np.abs(np.subtract.outer(np.arange(len(cuts)), np.arange(len(cuts)))) >= width
    full = np.lib.stride_tricks.sliding_window_view(mask, width).mean(axis=1) >= 0.75
    again = np.flatnonzero(((like >= ECHO_LIKE) & far).any(axis=1) & full)
    covered = np.zeros(len(mel), bool)
    for start in again:
        covered[start : start + width] = True
    return float((covered & mask).sum() / max(int(mask.sum()), 1))


def repeated_words(text: str, language: str) -> float:
    """Share of a text's syllables that stand in words which come more than once: such audio may repeat as well.

    >>> repeated_words("No, no, no, never", "en")
    0.6
    """
    folded = re.sub(r"[^\w\s']|_", " ", text.lower())
    words = re.findall(r"[㐀-鿿豈-﫿]|[^\W㐀-鿿豈-﫿]+", folded) if language == "zh" else folded.split()
    sizes = [max(1, sounding.syllables(word)) for word in words]
    twice = sum(size for word, size in zip(words, sizes, strict=True) if words.count(word) > 1)
    return twice / sum(sizes) if sizes else 0.0


def beyond(found: float, allowed: float) -> float:
    """How much of what may not repeat does: 0 when no more is found than is allowed, 1 when everything is."""
    return max(0.0, (found - allowed) / (1 - allowed)) if allowed < 1 else 0.0


def total(values: Mapping[str, float]) -> float:
    """The mean of how good each score is, 0..1; `words` counts where a recogniser gave it.

    A pace an octave off, ten seconds of babble's tenth, half a take of silence bring theirs to nothing."""
    good = [
        1 - min(1.0, abs(np.log2(max(values["pace"], 1e-3)))),
        1 - min(1.0, 2 * values["silence"]),
        1 - min(1.0, values["runaway"]),
        1 - min(1.0, values["repeat"]),
        1 - min(1.0, 100 * values["clipped"]),
        float(np.clip((values["level"] + 60) / 40, 0, 1)),
    ]
    good += [values["words"]] * 2 if "words" in values else []
    return round(float(np.mean(good)), 4)


def failures(scores: Mapping[str, float], limits: HearSettings) -> str:
    """The first score that does not pass, the plainest fault first, such as 'runaway 2.10 is over 1'; '' when all do.

    A score that is not there (words without a recogniser) is not asked for."""
    bounds = (
        ("level", limits.level_least, None),
        ("clipped", None, limits.clipped_most),
        ("silence", None, limits.silence_most),
        ("repeat", None, limits.repeat_most),
        ("runaway", None, limits.runaway_most),
        ("pace", limits.pace_least, limits.pace_most),
        ("words", limits.words_least, None),
    )
    for name, least, most in bounds:
        value = scores.get(name)
        if value is not None and least is not None and value < least:
            return f"{name} {value:.{_places(name)}f} is under {least:g}"
        if value is not None and most is not None and value > most:
            return f"{name} {value:.{_places(name)}f} is over {most:g}"
    return ""


def _places(name: str) -> int:
    return 4 if name == "clipped" else 2
