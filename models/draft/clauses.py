"""Clauses as espeak spoke them -> one untreated line with the times of its words and phonemes. Knows no acting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.draft.espeak import NATIVE_RATE, Spoken
from models.draft.spoken_text import SpokenText

AUDIBLE = 0.003
"""Below this a sample counts as silence when clauses are trimmed."""
_FADE_SECONDS = 0.004


@dataclass(frozen=True)
class Joined:
    """A line at NATIVE_RATE; (start, stop) seconds of each token of its text, (start, name) of each phoneme."""

    samples: np.ndarray
    words: tuple[tuple[float, float], ...]
    phonemes: tuple[tuple[float, str], ...]

    @property
    def is_heard(self) -> bool:
        return bool(np.any(np.abs(self.samples) > AUDIBLE))


def joined(text: SpokenText, spoken: Sequence[Spoken], pauses: float) -> Joined:
    """The clauses of a text one after the other, the pauses between them `pauses` times as long as its marks ask."""
    parts: list[np.ndarray] = []
    phonemes: list[tuple[float, str]] = []
    starts: dict[int, float] = {}
    stops: dict[int, float] = {}
    at = 0
    for clause, heard in zip(text.clauses, spoken, strict=True):
        samples = _trimmed(heard.samples)
        offset = at / NATIVE_RATE
        phonemes += [(offset + frame / NATIVE_RATE, name) for frame, name in heard.phonemes]
        _time_words(clause.owners, heard, len(samples), offset, starts, stops)
        pause = np.zeros(int(clause.pause_ms * pauses / 1000 * NATIVE_RATE))
        parts += [samples, pause]
        at += len(samples) + len(pause)
    words = tuple((starts[index], stops[index]) for index in range(len(text.tokens)))
    return Joined(np.concatenate(parts), words, tuple(phonemes))


def _trimmed(samples: np.ndarray) -> np.ndarray:
    """Without espeak's own trailing silence, ends faded."""
    loud = np.flatnonzero(np.abs(samples) > AUDIBLE)
    stop = min(len(samples), (int(loud[-1]) if loud.size else 0) + int(_FADE_SECONDS * NATIVE_RATE) + 1)
    out = samples[:stop].astype(np.float64)
    fade = min(int(_FADE_SECONDS * NATIVE_RATE), len(out))
    out[len(out) - fade :] *= np.linspace(1, 0, fade)
    return out


def _time_words(
    owners: Sequence[int], heard: Spoken, length: int, offset: float, starts: dict[int, float], stops: dict[int, float]
) -> None:
    """Start and stop of each token of a clause, in seconds, from espeak's word events.

    espeak runs some pairs together ("of the"): a token without an event of its own takes its share, by letters, of
    the time between its neighbours' events."""
    tokens = list(dict.fromkeys(owners))
    known: dict[int, int] = {}
    for frame, position in heard.words:
        owner = owners[min(max(position, 1), len(owners)) - 1]
        known.setdefault(owner, min(frame, length))
    known.setdefault(tokens[0], 0)
    anchors = [(index, known[token]) for index, token in enumerate(tokens) if token in known]
    letters = [owners.count(token) for token in tokens]
    frames = np.zeros(len(tokens) + 1)
    for (first, start), (last, stop) in zip(anchors, [*anchors[1:], (len(tokens), length)], strict=True):
        share = np.cumsum([0, *letters[first:last]]) / max(sum(letters[first:last]), 1)
        frames[first : last + 1] = start + share * max(stop - start, 0)
    for index, token in enumerate(tokens):
        starts.setdefault(token, offset + float(frames[index]) / NATIVE_RATE)
        stops[token] = offset + float(frames[index + 1]) / NATIVE_RATE
