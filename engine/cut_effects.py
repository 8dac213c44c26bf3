"""The sounds that a cut's rules asked for: made by the draft's composer, only where there are any, and laid on FX.

A cut of hours has some seconds of them: they lie end to end in one file."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.core import SAMPLE_RATE
from engine.rates import Rate, frame_at, seconds_of
from engine.timeline import Hit, SoundClip, Source, Timeline
from models.base import ScoreRequest, SoundHit
from models.registry import load

GENRE = "thriller"
"""Only effects are asked for."""
BEFORE, AFTER = 3.0, 5.0
"""Seconds of room before and after a hit, beside its own length: for what rises to it, and for its ring."""
LONGEST = 300.0
"""Seconds of effects made at once."""
Span = tuple[int, int]


def with_hits(timeline: Timeline, folder: Path) -> Timeline:
    """The timeline with the sounds of its hits, in a new file of `folder`, as clips on FX."""
    if not timeline.hits:
        return timeline
    spans = spans_of(timeline.hits, timeline.duration, timeline.rate)
    starts = list(accumulate((stop - start for start, stop in spans), initial=0))
    path = folder / "effects.wav"
    _write(path, spans, starts, timeline)
    source = Source("FX1", str(path), starts[-1], has_picture=False, has_sound=True)
    clips = (SoundClip("FX", source.id, a, b - a, at) for (a, b), at in zip(spans, starts, strict=False))
    return replace(timeline, sources=(*timeline.sources, source), sound=(*timeline.sound, *clips))


def _write(path: Path, spans: Sequence[Span], starts: Sequence[int], timeline: Timeline) -> None:
    """The effects of every span, each exactly as long as its frames."""
    composer = load("composer", "draft")
    with wave.open(str(path), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE)
        for span, (first, last) in zip(spans, pairwise(starts), strict=True):
            effects = composer.compose([_request(span, timeline)])[0].effects
            first, last = (round(seconds_of(at, timeline.rate) * SAMPLE_RATE) for at in (first, last))
            out.writeframes(_bytes(effects[:, : last - first], last - first))


def _bytes(samples: NDArray[np.float32], count: int) -> bytes:
    """16-bit frames, `count` of them."""
    whole = np.pad(samples, ((0, 0), (0, count - samples.shape[1])))
    return np.round(np.clip(whole, -1, 1) * 32767).astype("<i2").T.tobytes()


def spans_of(hits: Sequence[Hit], duration: int, rate: Rate) -> list[Span]:
    """Frames [start, stop) in which effects sound, in order, none over another, none much longer than LONGEST."""
    out: list[Span] = []
    for hit in sorted(hits, key=lambda h: h.frame - h.duration):
        start = max(0, hit.frame - hit.duration - frame_at(BEFORE, rate))
        stop = min(duration, hit.frame + hit.duration + frame_at(AFTER, rate))
        if out and start <= out[-1][1] and start - out[-1][0] < frame_at(LONGEST, rate):
            out[-1] = (out[-1][0], max(stop, out[-1][1]))
        elif stop > (start := max(start, out[-1][1] if out else 0)):
            out.append((start, stop))
    return out


def _request(span: Span, timeline: Timeline) -> ScoreRequest:
    """Speech all along: what begins in silence would get a hit on its first frame."""
    start, stop = span
    length = seconds_of(stop - start, timeline.rate)
    hits = tuple(
        SoundHit(h.kind, seconds_of(h.frame - start, timeline.rate), h.strength, seconds_of(h.duration, timeline.rate))
        for h in timeline.hits
        if start <= h.frame < stop
    )
    return ScoreRequest("cut", length, SAMPLE_RATE, GENRE, 1, 1, (), ((0.0, length),), hits)
