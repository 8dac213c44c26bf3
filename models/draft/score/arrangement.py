"""When what plays: sections, bars, layers by intensity, gaps for melody. Knows time and moods, no sound."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from models.base import MoodSpan, MotifCue, ScoreRequest
from models.draft.score.textures import PLAIN, Texture

FRAME = 1 / 24
LAYERS = (("sub", 0.2), ("figure", 0.35), ("lead", 0.5), ("drum", 0.65), ("ostinato", 0.8))
"""Layers above the pad and the intensity at which each comes in."""
HYSTERESIS = 0.06
LEAD_GAP = 20 * FRAME
AFTER_LINE = 4 * FRAME
EXIT_FADE = 12 * FRAME
MAX_ENTRY_WAIT = 5.0
SHORTEST_SECTION = 0.5
SCRAP = 2.0
MOTIF_WAIT = 2.5
"""A motif that finds no gap this long after its moment is not played: it would name the wrong person."""
MOTIF_APART = 5.0
SHORTEST_MOTIF = 0.9
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
    return _without_scraps(out)


def _without_scraps(found: list[Section]) -> list[Section]:
    """A section too short to say anything joins the one that follows at once."""
    out: list[Section] = []
    for section in found:
        if out and out[-1].stop == section.start and out[-1].stop - out[-1].start < SCRAP:
            out[-1] = Section(out[-1].start, section.stop, section.mood)
        else:
            out.append(section)
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


def bars(
    section: Section, bar_seconds: float, moods: Sequence[MoodSpan], playing: frozenset[str], texture: Texture = PLAIN
) -> Iterator[Bar]:
    """The section's bars; a remainder under half a bar lengthens the last. `playing` are the layers before it."""
    count = max(1, round((section.stop - section.start) / bar_seconds))
    for number in range(count):
        start = section.start + number * bar_seconds
        stop = section.stop if number == count - 1 else start + bar_seconds
        intensity = intensity_at(moods, start, stop)
        playing = layers(intensity, playing, texture)
        yield Bar(start, stop, section.mood, number, intensity, playing)


def layers(intensity: float, playing: Iterable[str], texture: Texture = PLAIN) -> frozenset[str]:
    """Which layers play: in at their threshold (or as much earlier as the texture asks), out HYSTERESIS below it.

    >>> sorted(layers(0.4, ())), sorted(layers(0.46, ("lead",)))
    (['figure', 'sub'], ['figure', 'lead', 'sub'])
    """
    before, early = set(playing), dict(texture.early)
    asked = {name: at - early.get(name, 0.0) - (HYSTERESIS if name in before else 0.0) for name, at in LAYERS}
    return frozenset(name for name, at in asked.items() if intensity >= at and name not in texture.never)


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


@dataclass(frozen=True)
class MotifSlot:
    """Room for a motif between words."""

    start: float
    stop: float
    cue: MotifCue


def motif_slots(request: ScoreRequest) -> list[MotifSlot]:
    """Where the asked motifs can be heard: at their moment, or when the line over it ends; never two close together."""
    out: list[MotifSlot] = []
    free = gaps(request)
    for cue in sorted(request.motifs, key=lambda cue: cue.time):
        if out and cue.time < out[-1].start + MOTIF_APART:
            continue
        for start, stop in free:
            at = max(start, cue.time)
            if at <= cue.time + MOTIF_WAIT and stop - at >= SHORTEST_MOTIF:
                out.append(MotifSlot(at, stop, cue))
                break
    return out
