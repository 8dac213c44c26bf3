"""A timeline as other editors lay it out: lanes of events, each with what is pinned to it. Knows no file format.

A held frame becomes an event of its own (other editors know freeze frames, not effects of a part of a clip), and a
stretch of black no event at all."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from engine.interchange import Pinned, moved, span_of
from engine.timeline import SOUND_TRACKS, Clip, Effect, SoundClip, Source, Span, Timeline

GAP_RULE = "gap"
"""The rule of a clip that stands for black: what fills a gap of somebody's edit."""
BUTTON = "button"
"""The kind of the span that stands for the frame of an episode's button."""


@dataclass(frozen=True)
class Event:
    """`duration` frames at `start` that show or sound `source` from its frame `source_start` (not whole inside a clip of
    another speed), `speed` times as fast, or hold that frame (`held` is the effect that does). `number` is the clip it is
    a part of. Frames of a pin count from the event's first."""

    source: Source
    start: int
    duration: int
    source_start: float
    speed: float
    number: int
    rule: str = ""
    cause: str = ""
    held: Effect | None = None
    sound: SoundClip | None = None
    pins: tuple[Pinned, ...] = ()

    @property
    def stop(self) -> int:
        return self.start + self.duration

    @property
    def used(self) -> float:
        """Frames of the source from the event's first to the end of its last."""
        return 1.0 if self.held else self.duration * self.speed

    @property
    def why(self) -> str:
        return f"{self.rule} on {self.cause}" if self.cause else self.rule


@dataclass(frozen=True)
class Lane:
    """One track: V1, DX, MX or FX. Its events are in order and do not overlap; between them is black or silence."""

    name: str
    events: tuple[Event, ...]

    @property
    def is_picture(self) -> bool:
        return self.name not in SOUND_TRACKS


@dataclass(frozen=True)
class Layout:
    """All lanes, picture first, and what lies where nothing is to be seen or heard (`loose`: record frames)."""

    lanes: tuple[Lane, ...]
    loose: tuple[Pinned, ...]

    @property
    def picture(self) -> tuple[Event, ...]:
        return next((lane.events for lane in self.lanes if lane.is_picture), ())

    @property
    def sounds(self) -> tuple[Lane, ...]:
        return tuple(lane for lane in self.lanes if not lane.is_picture)


def lay_out(timeline: Timeline) -> Layout:
    """The timeline's clips as lanes. Every pinned thing goes with the event that it is seen or heard in, so that it stays
    with it when somebody moves the clip."""
    sources = {source.id: source for source in timeline.sources}
    picture = [event for n, clip in enumerate(timeline.picture) for event in _events(clip, n, sources[clip.shot])]
    lanes = [Lane("V1", tuple(picture))] if timeline.picture else []
    for name in SOUND_TRACKS:
        clips = sorted((c for c in timeline.sound if c.track == name), key=lambda c: c.start)
        if clips:
            lanes.append(Lane(name, tuple(_heard(c, n, sources[c.source]) for n, c in enumerate(clips))))
    return _pinned(timeline, lanes)


def left_out(timeline: Timeline, *, levels: bool, fades: bool) -> list[str]:
    """A sentence of what a format has no place for and this timeline has; `levels`, `fades`: whether it holds those."""
    sound = timeline.sound
    held = {
        "captions": not timeline.captions,
        "lettering": not timeline.graphics,
        "sound effects": not timeline.hits,
        "who speaks when (speech)": not timeline.speech,
        "ducking of music": not any(s.kind == "duck" for s in timeline.spans),
        "levels": levels or not any(c.gain_db for c in sound),
        "fades": fades or not any(c.fade_in or c.fade_out for c in sound),
    }
    words = [word for word, kept in held.items() if not kept]
    return [f"not in this format: {', '.join(words)}"] if words else []


def changes_speed(layout: Layout) -> bool:
    return any(e.speed != 1 and not e.held for lane in layout.lanes for e in lane.events)


def is_black(clip: Clip) -> bool:
    return clip.rule == GAP_RULE


def _events(clip: Clip, number: int, source: Source) -> Iterator[Event]:
    """A clip as one event, or more where it holds a frame: plays, stands still, plays."""
    if is_black(clip):
        return
    for start, stop, held in _parts(clip):
        at = clip.source_start + start * clip.speed
        yield Event(
            source, clip.start + start, stop - start, at, clip.speed, number, clip.rule, clip.cause, held,
            pins=clip.effects if start == 0 else (),
        )  # fmt: skip


def _parts(clip: Clip) -> Iterator[tuple[int, int, Effect | None]]:
    """[start, stop) of every stretch of a clip that plays, or that a hold stops. Of two holds the earlier wins."""
    at = 0
    for hold in sorted((e for e in clip.effects if e.kind == "hold"), key=lambda e: e.start):
        start, stop = max(at, hold.start), min(clip.duration, hold.start + hold.duration)
        if stop <= start:
            continue
        if start > at:
            yield at, start, None
        yield start, stop, hold
        at = stop
    if at < clip.duration:
        yield at, clip.duration, None


def _heard(clip: SoundClip, number: int, source: Source) -> Event:
    return Event(source, clip.start, clip.duration, clip.source_start, clip.speed, number, sound=clip)


# -- what is pinned where


def _pinned(timeline: Timeline, lanes: Sequence[Lane]) -> Layout:
    """Sound carries what is heard and said, picture what is seen; in black or silence the other, or nothing."""
    said = [*timeline.speech, *timeline.markers, *timeline.hits, *timeline.captions]
    seen: list[Pinned] = [*timeline.graphics, *timeline.spans]
    if timeline.button is not None:
        seen.append(Span(BUTTON, timeline.button, timeline.button + 1))
    sound_first = sorted(lanes, key=lambda lane: lane.is_picture)
    carriers = _Carriers(lanes)
    for item in said:
        carriers.take(item, sound_first)
    for item in seen:
        carriers.take(item, lanes)
    return carriers.layout()


def event_at(events: Sequence[Event], frame: int) -> int | None:
    """The number of the event that plays at a record frame."""
    found = bisect_right(events, frame, key=lambda event: event.start) - 1
    return found if found >= 0 and frame < events[found].stop else None


class _Carriers:
    """Which event takes which pinned item."""

    def __init__(self, lanes: Sequence[Lane]) -> None:
        self.lanes = lanes
        self.taken: defaultdict[tuple[str, int], list[Pinned]] = defaultdict(list)
        self.loose: list[Pinned] = []

    def take(self, item: Pinned, lanes: Sequence[Lane]) -> None:
        frame = span_of(item)[0]
        for lane in lanes:
            at = event_at(lane.events, frame)
            if at is not None:
                self.taken[lane.name, at].append(moved(item, -lane.events[at].start))
                return
        self.loose.append(item)

    def layout(self) -> Layout:
        lanes = (
            Lane(e.name, tuple(self._with_pins(e.name, n, it) for n, it in enumerate(e.events))) for e in self.lanes
        )
        return Layout(tuple(lanes), tuple(self.loose))

    def _with_pins(self, lane: str, number: int, event: Event) -> Event:
        return replace(event, pins=(*event.pins, *self.taken[lane, number]))
