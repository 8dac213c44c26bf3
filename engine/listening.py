"""Dialogue takes in; curve, markers and emotion per line out. Knows voices and takes; no shots, no models.

Arousal is in the sound and is measured against the same voice speaking neutrally; valence is in the script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.core import FPS
from engine.levels import Envelope, Heard, Manner, Samples, arousal_of, envelope, intensity, manner_of, markers, phrases
from engine.timeline import Marker
from models.base import TimedWord

NEAR_WORD_FRAMES = 4
VALENCE = {
    "neutral": 0.0, "joy": 0.8, "tender": 0.6, "smirk": 0.1, "anger": -0.6, "rage": -0.8, "fear": -0.7, "shock": -0.3,
    "grief": -0.8, "tears": -0.7, "resolve": 0.2, "cold": -0.4, "plead": -0.4, "triumph": 0.7,
}  # fmt: skip
"""Valence of an emotion tag, where the script gives no number of its own."""


@dataclass(frozen=True)
class HeardTake:
    """A dialogue take as listening needs it: mono samples (n,) in -1..1, word times in seconds, and the script's tag."""

    samples: Samples
    sample_rate: int
    words: tuple[TimedWord, ...]
    voice: str
    emotion: str = "neutral"
    valence: float = 0.0


AROUSAL = {
    "neutral": 0.5, "joy": 0.79, "tender": 0.25, "smirk": 0.4, "anger": 0.79, "rage": 0.95, "fear": 0.68, "shock": 0.79,
    "grief": 0.21, "tears": 0.3, "resolve": 0.55, "cold": 0.34, "plead": 0.65, "triumph": 0.64,
}  # fmt: skip
"""Measured arousal of an emotion tag. Only used where a voice has no neutral take to be compared with."""


def listen(takes: Mapping[str, HeardTake]) -> dict[str, Heard]:
    """What is heard in each take, by line id. ValueError when a take is not finite mono sound."""
    sounds = {line: envelope(t.samples, t.sample_rate) for line, t in takes.items()}
    manners = {line: manner_of(sounds[line], t.samples, t.sample_rate, t.words) for line, t in takes.items()}
    calm = {voice: _calm(voice, takes, manners) for voice in {t.voice for t in takes.values()}}
    return {line: _heard(take, sounds[line], manners[line], *calm[take.voice]) for line, take in takes.items()}


def _heard(take: HeardTake, sound: Envelope, manner: Manner, calm: Manner, lift: float) -> Heard:
    return Heard(
        curve=intensity(sound),
        markers=_at_words(markers(sound), take.words),
        arousal=round(min(1.0, max(0.0, arousal_of(manner, calm) + lift)), 4),
        valence=take.valence or VALENCE.get(take.emotion, 0.0),
        loudness=round(manner.level_db, 2),
        usual_db=round(calm.level_db, 2),
        phrases=tuple(phrases(sound)),
        words=take.words,
        seconds=sound.seconds,
        emotion=take.emotion,
    )


def _at_words(found: Sequence[Marker], words: Sequence[TimedWord]) -> tuple[Marker, ...]:
    """Markers without the starts that fall inside a word: a stopped consonant is no new phrase."""
    starts = [word.start * FPS for word in words]

    def kept(marker: Marker) -> bool:
        inside = marker.kind == "onset" and all(abs(marker.frame - s) > NEAR_WORD_FRAMES for s in starts)
        return marker is found[0] or not starts or not inside

    return tuple(marker for marker in found if kept(marker))


def _calm(voice: str, takes: Mapping[str, HeardTake], manners: Mapping[str, Manner]) -> tuple[Manner, float]:
    """A voice's reference, and what its arousal lies over neutral: the median of its neutral takes and 0; without
    one the median of all its takes, which is as far from neutral as their tags are on average."""
    lines = [line for line, t in takes.items() if t.voice == voice]
    plain = [line for line in lines if takes[line].emotion == "neutral"]
    tags = [AROUSAL.get(takes[line].emotion, 0.5) for line in lines]
    lift = 0.0 if plain else sum(tags) / len(tags) - 0.5
    return _median([manners[line] for line in plain or lines]), lift


def _median(manners: Sequence[Manner]) -> Manner:
    def middle(values: list[float]) -> float:
        known = [v for v in values if v > 0] or [0.0]
        return float(np.median(known))

    return Manner(
        pitch=middle([m.pitch for m in manners]),
        spread=middle([m.spread for m in manners]),
        level_db=float(np.median([m.level_db for m in manners])),
        rate=middle([m.rate for m in manners]),
    )
