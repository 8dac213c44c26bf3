"""What a plot shows and where: the cut and what was heard, laid along the seconds of the heard sound. Draws nothing.

The picture is 1600 x 700 pixels; time runs from LEFT to RIGHT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.fonts import text_width
from engine.footage import ink
from engine.footage.placing import Place, Span, heard_at, heard_spans, places_of, removed
from engine.footage.soundtrack import Soundtrack
from engine.rates import timecode
from engine.timeline import Timeline

SIZE = (1600, 700)
LEFT, RIGHT = 116.0, 1546.0
"""Where time begins and ends, pixels; names stand left of it, the loudness scale right."""
SMALL, USUAL, LARGE = 11.5, 13.0, 20.0
"""Sizes of letters, pixels."""
LABEL_TOP, LABEL_PITCH, LABEL_ROWS = 94.0, 17.0, 4
LABEL_GAP = 14.0


@dataclass(frozen=True)
class PlacedCut:
    """A cut at `seconds` of the heard sound; its rule's name stands in row `row`, or nowhere."""

    seconds: float
    rule: str
    hint: str
    row: int | None


@dataclass(frozen=True)
class Sheet:
    """The cut and the sound over `seconds` of it; `removed`: what the cut leaves out of it, seconds."""

    timeline: Timeline
    sound: Soundtrack
    places: tuple[Place, ...]
    seconds: float
    removed: tuple[Span, ...]
    cuts: tuple[PlacedCut, ...]

    @property
    def top(self) -> float:
        """Where the chart begins: under as many rows of labels as there are."""
        rows = max((cut.row + 1 for cut in self.cuts if cut.row is not None), default=0)
        return LABEL_TOP + rows * LABEL_PITCH - (8 if rows else 14)

    def x(self, seconds: float) -> float:
        """The pixel of a time of the heard sound, never outside the chart."""
        return _x(seconds / self.seconds)

    def spans(self, start: int, stop: int) -> list[Span]:
        """Where record frames [start, stop) lie, seconds of the heard sound."""
        rate = float(self.timeline.rate)
        return [(first / rate, last / rate) for first, last in heard_spans(self.places, start, stop)]

    def across(self, span: Span, top: float, bottom: float, fill: str, opacity: float = 1.0) -> str:
        """A box over a stretch of time, never so narrow that it cannot be seen."""
        x, right = self.x(span[0]), self.x(span[1])
        return ink.box(x, top, max(right - x, 0.6), bottom - top, fill, opacity=opacity)


def sheet_of(timeline: Timeline, sound: Soundtrack, heard: str = "") -> Sheet:
    """`heard`: the id of the source that `sound` is of; empty: `sound` is on the clock of the sources' offsets."""
    places = places_of(timeline, heard)
    rate = float(timeline.rate)
    seconds = max(sound.seconds, 1 / rate) if sound.frames else max(timeline.duration, 1) / rate
    left_out = tuple((a / rate, b / rate) for a, b in removed(places, seconds * rate) if b - a >= 1)
    return Sheet(timeline, sound, places, seconds, left_out, _cuts(timeline, places, seconds))


def _cuts(timeline: Timeline, places: Sequence[Place], seconds: float) -> tuple[PlacedCut, ...]:
    """Every clip but the opening one; of sound alone, every stretch of it but the first."""
    rate = timeline.rate
    clips = [(c.start, c.rule, c.cause) for c in timeline.picture] or [(p.start, "", "") for p in places]
    found = sorted((heard_at(places, frame) / float(rate), frame, rule, cause) for frame, rule, cause in clips[1:])
    names = [ink.clean(rule) for _, _, rule, _ in found]
    labels = [
        (_x(at / seconds), text_width(name) * SMALL if name else 0.0)
        for (at, *_), name in zip(found, names, strict=True)
    ]
    return tuple(
        PlacedCut(at, name, ", ".join(word for word in (timecode(frame, rate), rule, cause) if word), row)
        for (at, frame, rule, cause), name, row in zip(found, names, label_rows(labels), strict=True)
    )


def _x(share: float) -> float:
    return LEFT + (RIGHT - LEFT) * min(max(share, 0.0), 1.0)


def label_rows(labels: Sequence[tuple[float, float]], rows: int = LABEL_ROWS) -> list[int | None]:
    """A row for each label (x, width; width 0: nothing to write), in order of x, or None where it has no room.

    No two overlap, and no line that hangs from a label runs through another one. Where there are more than fit, those
    that are written stand evenly.

    >>> label_rows([(0, 50), (20, 50), (30, 50)], rows=2)
    [0, 1, None]
    """
    wide = [width + LABEL_GAP for _, width in labels if width]
    needed = sum(wide) / rows
    apart = needed / len(wide) if needed > RIGHT - LEFT else 0.0
    ends, last = [-1e9] * rows, -1e9
    out: list[int | None] = []
    for x, width in labels:
        fits = width > 0 and x >= last + apart
        free = next((row for row in range(rows) if max(ends[row:]) <= x), None) if fits else None
        out.append(free)
        if free is not None:
            ends[free], last = x + width + LABEL_GAP, x
            ends[free + 1 :] = [x] * (rows - free - 1)
    return out
