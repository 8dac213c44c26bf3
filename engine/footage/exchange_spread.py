"""An OTIO composition, however nested, as a flat list of what is to be seen or heard. Knows its clock; opens no media.

Times are exact fractions of a second, so nothing drifts between rates; frames come later. As in OpenTimelineIO the
length of a clip is its `source_range`, whatever its speed; a transition takes no time of its own."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import opentimelineio

from engine.core import UserError

otio: Any = opentimelineio  # it carries no types

MOST_NESTED = 12
"""Timelines inside timelines."""
MOST_PIECES = 50_000
"""Clips of a programme: seven a second for two hours."""
LONGEST_SECONDS = 24 * 3600
MOST_FRAMES = LONGEST_SECONDS * 60
"""A day at the highest rate."""
FASTEST_RATE = 1_000_000
FINEST = 1_000_000
NTSC_SLACK = 2e-4
"""23.98 stands for 24000/1001."""


@dataclass(frozen=True)
class Found:
    """A clip that shows from its own time `first` on, for `length`, at the programme's time `at`: all in seconds."""

    clip: Any
    at: Fraction
    first: Fraction
    length: Fraction

    @property
    def end(self) -> Fraction:
        return self.at + self.length

    def part(self, start: Fraction, stop: Fraction) -> Found:
        """What of it lies in [start, stop) of the programme."""
        low, high = max(self.at, start), min(self.end, stop)
        return replace(self, at=low, first=self.first + low - self.at, length=high - low)


@lru_cache(64)
def exact_rate(rate: float) -> Fraction:
    """The fraction that a file's number stands for: 23.976, 23.98, 29.97 and the like are over 1001.

    >>> exact_rate(59.94), exact_rate(25.0), exact_rate(48000)
    (Fraction(60000, 1001), Fraction(25, 1), Fraction(48000, 1))
    """
    if not 0 < rate <= FASTEST_RATE:
        raise UserError(f"a rate of {rate:g} a second is none")
    over = Fraction(round(rate * 1.001) * 1000, 1001)
    if rate != round(rate) and over and abs(rate / float(over) - 1) < NTSC_SLACK:
        return over
    return Fraction(rate).limit_denominator(1001) or Fraction(1, 1001)


def seconds(time: Any) -> Fraction:
    """An OTIO time in seconds."""
    value = float(time.value)
    frames = Fraction(value) if value.is_integer() else Fraction(value).limit_denominator(FINEST)
    return frames / exact_rate(float(time.rate))


def own_range(item: Any) -> tuple[Fraction, Fraction]:
    """Where an item's own time begins and how long it lasts. UserError when it does not say, or no time is so long."""
    limits = item.source_range
    if limits is None and isinstance(item, otio.schema.Clip):
        limits = getattr(item.media_reference, "available_range", None)
        if limits is None:
            raise UserError(f"the clip '{item.name}' does not say how long it is")
    if limits is None:
        return Fraction(0), length_of_children(item)
    start, length = seconds(limits.start_time), seconds(limits.duration)
    if not 0 <= length <= LONGEST_SECONDS or abs(start) > 100 * LONGEST_SECONDS:
        raise UserError(f"'{item.name}' lasts {float(length):.6g} s from {float(start):.6g} s: no cut is so")
    return start, length


def length_of_children(item: Any) -> Fraction:
    """Of a track the sum, of a stack the longest; 0 of a gap without a range."""
    if isinstance(item, otio.schema.Stack):
        return max((own_range(child)[1] for child in item if not is_off(child)), default=Fraction(0))
    if isinstance(item, otio.schema.Track):
        return sum((own_range(c)[1] for c in item if not isinstance(c, otio.schema.Transition)), Fraction(0))
    return Fraction(0)


def is_off(item: Any) -> bool:
    return not getattr(item, "enabled", True)


class Spread:
    """Walks one programme. `remarks` are (seconds or None, sentence) of what a flat list does not hold."""

    def __init__(self) -> None:
        self.remarks: list[tuple[Fraction | None, str]] = []
        self.pieces = 0

    def picture(self, stack: Any) -> list[Found]:
        """What is seen: of tracks over one another the highest."""
        start, length = own_range(stack)
        return self._stack(stack, Fraction(0), start, length, otio.schema.TrackKind.Video, 0)

    def sound(self, stack: Any, track: Any) -> list[Found]:
        """What is heard of one track of the programme."""
        start, length = own_range(stack)
        return self._layer(track, Fraction(0), start, length, otio.schema.TrackKind.Audio, 0)

    def _item(self, item: Any, at: Fraction, first: Fraction, length: Fraction, kind: str, depth: int) -> list[Found]:
        """[first, first + length) of an item's own time, laid at `at`."""
        self._check(depth)
        if is_off(item):
            self.remarks.append((at, f"'{item.name}' is switched off: it is left out"))
            return []
        if isinstance(item, otio.schema.Clip):
            return [Found(item, at, first, length)]
        if not isinstance(item, otio.schema.Track | otio.schema.Stack):
            return []
        if list(item.effects):
            self.remarks.append((at, f"effects of all of '{item.name}' are not kept, only those of clips"))
        walk = self._track if isinstance(item, otio.schema.Track) else self._stack
        return walk(item, at, first, length, kind, depth)

    def _check(self, depth: int) -> None:
        self.pieces += 1
        if depth > MOST_NESTED:
            raise UserError(f"timelines are nested more than {MOST_NESTED} deep")
        if self.pieces > MOST_PIECES:
            raise UserError(f"more than {MOST_PIECES} clips are in one cut")

    def _track(self, track: Any, at: Fraction, first: Fraction, length: Fraction, kind: str, depth: int) -> list[Found]:
        out: list[Found] = []
        begins = Fraction(0)
        for child in track:
            if isinstance(child, otio.schema.Transition):
                self.remarks.append((at + begins - first, f"the transition '{child.name}' became a cut"))
                continue
            own, lasts = own_range(child)
            low, high = max(begins, first), min(begins + lasts, first + length)
            if high > low:
                out += self._item(child, at + low - first, own + low - begins, high - low, kind, depth + 1)
            begins += lasts
        return out

    def _stack(self, stack: Any, at: Fraction, first: Fraction, length: Fraction, kind: str, depth: int) -> list[Found]:
        out: list[Found] = []
        for child in stack:
            if isinstance(child, otio.schema.Track) and child.kind != kind:
                continue
            layer = self._layer(child, at, first, length, kind, depth)
            out = overlaid(out, layer) if kind == otio.schema.TrackKind.Video else [*out, *layer]
        return out

    def _layer(self, child: Any, at: Fraction, first: Fraction, length: Fraction, kind: str, depth: int) -> list[Found]:
        """What of a stack's child lies in [first, first + length) of the stack, laid at `at`."""
        own, lasts = own_range(child)
        low, high = max(Fraction(0), first), min(lasts, first + length)
        return self._item(child, at + low - first, own + low, high - low, kind, depth + 1) if high > low else []


def overlaid(below: Sequence[Found], above: Sequence[Found]) -> list[Found]:
    """What is seen of two layers, in order. The pieces of each are in order and do not overlap."""
    starts, ends = [f.at for f in above], [f.end for f in above]
    out = list(above)
    for found in below:
        covers = above[bisect_right(ends, found.at) : bisect_left(starts, found.end)]
        out += (found.part(start, stop) for start, stop in _holes(found, covers))
    return sorted(out, key=lambda f: f.at)


def _holes(found: Found, covers: Sequence[Found]) -> Iterator[tuple[Fraction, Fraction]]:
    """The parts of a piece that nothing covers."""
    at = found.at
    for cover in covers:
        if cover.at > at:
            yield at, cover.at
        at = cover.end
    if at < found.end:
        yield at, found.end
