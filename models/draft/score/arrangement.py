"""When what plays: sections, bars, layers by intensity, gaps for melody. Knows time and moods, no sound."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from models.base import MoodSpan, ScoreRequest

FRAME = 1 / 24
LAYERS = (("sub", 0.2), ("figure", 0.35), ("lead", 0.5), ("drum", 0.65), ("ostinato", 0.8))
"""Layers above the pad and the intensity at which each comes in."""
HYSTERESIS = 0.06
LEAD_GAP = 20 * FRAME
AFTER_LINE = 4 * FRAME
EXIT_FADE = 12 * FRAME
MAX_ENTRY_WAIT = 5.0
SHORTEST_SECTION = 0.5
BUTTON_GAP = 10 * FRAME
RISER_SECONDS = 60 * FRAME
TAIL_SECONDS = 72 * FRAME


@dataclass(frozen=True)
class Section:
    """A run of one mood: music from `start` (after any line in the way) to `stop`."""

    start: float
    stop: float
    mood: str


@dataclass(frozen=True)
class Bar:
    """`number` counts within the section; `layers` are what plays over the pad."""

    start: float
    stop: float
    mood: str
    number: int
    intensity: float
    layers: frozenset[str]


def music_stop(request: ScoreRequest) -> float:
    """Where the bed ends: the gap before the button, or the end of the episode."""
    return request.duration if request.button is None else max(0.0, request.button - BUTTON_GAP)


def sections(request: ScoreRequest) -> list[Section]:
    """Moods merged into runs; each enters 4 frames after a line that is being spoken at its start."""
    out: list[Section] = []
    end = music_stop(request)
    spans = sorted((span for span in request.moods if span.stop > span.start), key=lambda span: span.start)
    for mood, group in itertools.groupby(spans, key=lambda span: span.mood):
        run = list(group)
        for start, stop in _sounding(max(0.0, run[0].start), min(end, run[-1].stop), request.silences):
            entry = _entry(start, request.speech) if out else start
            if stop - entry > SHORTEST_SECTION:
                out.append(Section(entry, stop, mood))
    return out


def _sounding(start: float, stop: float, silences: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """What is left of [start, stop) around the planned silences."""
    for silent, again in sorted(silences):
        if silent < stop and again > start:
            yield start, silent
            start = again
    yield start, stop


def _entry(start: float, speech: Sequence[tuple[float, float]]) -> float:
    for begun, ended in speech:
        if begun <= start < ended + AFTER_LINE:
            return min(ended + AFTER_LINE, start + MAX_ENTRY_WAIT)
    return start


def bars(section: Section, bar_seconds: float, moods: Sequence[MoodSpan], playing: frozenset[str]) -> Iterator[Bar]:
    """The section's bars; a remainder under half a bar lengthens the last. `playing` are the layers before it."""
    count = max(1, round((section.stop - section.start) / bar_seconds))
    for number in range(count):
        start = section.start + number * bar_seconds
        stop = section.stop if number == count - 1 else start + bar_seconds
        intensity = intensity_at(moods, start, stop)
        playing = layers(intensity, playing)
        yield Bar(start, stop, section.mood, number, intensity, playing)


def layers(intensity: float, playing: Iterable[str]) -> frozenset[str]:
    """Which layers play: in at their threshold, out only HYSTERESIS below it.

    >>> sorted(layers(0.4, ())), sorted(layers(0.46, ("lead",)))
    (['figure', 'sub'], ['figure', 'lead', 'sub'])
    """
    before = set(playing)
    return frozenset(
        name for name, threshold in LAYERS if intensity >= threshold - (HYSTERESIS if name in before else 0.0)
    )


def intensity_at(moods: Sequence[MoodSpan], start: float, stop: float) -> float:
    """Mean intensity over a stretch, weighted by time; 0.4 where nothing is asked."""
    total = weight = 0.0
    for span in moods:
        shared = min(stop, span.stop) - max(start, span.start)
        if shared > 0:
            total, weight = total + shared * span.intensity, weight + shared
    return total / weight if weight else 0.4


def gaps(request: ScoreRequest, least: float = LEAD_GAP) -> list[tuple[float, float]]:
    """Stretches without speech or planned silence, at least `least` seconds, where a melody may be heard."""
    busy = sorted([*request.speech, *request.silences])
    out: list[tuple[float, float]] = []
    at = 0.0
    for start, stop in [*busy, (music_stop(request), request.duration)]:
        if start - at >= least:
            out.append((at + AFTER_LINE, start - 2 * FRAME))
        at = max(at, stop)
    return [(start, stop) for start, stop in out if stop > start]
