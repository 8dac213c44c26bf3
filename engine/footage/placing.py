"""Where a cut's frames lie in the sound that was heard. Knows timelines; no media, no drawing.

A cut may leave stretches out, put them in another order, or change their speed; several cameras share one sound, or
several files follow one another. So a record frame is looked up in the sound clips of what was listened to. Frames here
count at the timeline's rate, from where the heard sound begins; they may be fractions."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from engine.timeline import SOUND_TRACKS, SoundClip, Timeline

Span = tuple[float, float]


@dataclass(frozen=True)
class Place:
    """Record frames [start, stop) that play what was heard from frame `heard` on, `speed` times as fast."""

    start: int
    stop: int
    heard: float
    speed: float = 1.0

    def at(self, frame: float) -> float:
        return self.heard + (min(frame, self.stop) - self.start) * self.speed


def places_of(timeline: Timeline, heard: str = "") -> tuple[Place, ...]:
    """Where the cut plays what was heard, in record order; at least one place.

    `heard` is the id of a source: frames count from its beginning. Without it they count on the clock that the sources'
    offsets are of, and the deciding track's sound tells, or without sound the pictures. Of a timeline without sources
    (an episode): the whole, unmoved."""
    begins = {source.id: source.offset for source in timeline.sources}
    zero = begins.get(heard, 0)
    clips = sorted(_listened(timeline, heard), key=lambda clip: clip.start)
    if clips and (heard or not timeline.picture or not begins or sum(c.duration for c in clips) >= timeline.duration):
        return tuple(Place(c.start, c.stop, c.source_start + begins.get(c.source, 0) - zero, c.speed) for c in clips)
    if begins and timeline.picture:
        return tuple(Place(c.start, c.stop, c.source_start + begins[c.shot] - zero, c.speed) for c in timeline.picture)
    return (Place(0, timeline.duration, 0.0),)


def _listened(timeline: Timeline, heard: str) -> list[SoundClip]:
    """The sound clips that decide: of the source `heard`, on the first track that has any."""
    clips = [clip for clip in timeline.sound if not heard or clip.source == heard]
    track = next((track for track in SOUND_TRACKS if any(clip.track == track for clip in clips)), "")
    return [clip for clip in clips if clip.track == track]


def heard_at(places: Sequence[Place], frame: int) -> float:
    """The heard frame at a record frame; where nothing of it plays, the end of what played before."""
    found = bisect_right([place.start for place in places], frame) - 1
    return places[found].at(frame) if found >= 0 else places[0].heard


def heard_spans(places: Sequence[Place], start: int, stop: int) -> list[Span]:
    """What record frames [start, stop) take of what was heard, piece by piece."""
    first = max(0, bisect_right([place.start for place in places], start) - 1)
    out: list[Span] = []
    for place in places[first:]:
        if place.start >= stop:
            break
        if max(start, place.start) < min(stop, place.stop):
            out.append((place.at(max(start, place.start)), place.at(min(stop, place.stop))))
    return out


def removed(places: Sequence[Place], frames: float) -> list[Span]:
    """What the cut leaves out of the heard sound's `frames`, in order.

    >>> removed((Place(0, 10, 5.0), Place(10, 20, 30.0)), 50)
    [(0.0, 5.0), (15.0, 30.0), (40.0, 50)]
    """
    out: list[Span] = []
    at = 0.0
    for start, stop in sorted((place.heard, place.at(place.stop)) for place in places):
        if start > at:
            out.append((at, min(start, frames)))
        at = max(at, stop)
    return [*out, (at, frames)] if at < frames else out
