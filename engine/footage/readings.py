"""Which stretches of a file are read in one go: few inputs, every frame once, in order. Knows clips; no ffmpeg words.

Clips of one source that follow one another in it share a reading; what lies between them is decoded and dropped, which is
cheaper than another decoder as long as it is short. Wide gaps are jumped, by a reader more, while there are few."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.core import UserError
from engine.rates import Rate

NEAR_SECONDS = 6.0
"""Decoding so much for nothing costs about what one more decoder and its seek to a key frame do."""
FEW_INPUTS = 16
"""More are opened only where the cut jumps back: each is an open file with a decoder of its own, some 20 MB at 1080p."""
MOST_INPUTS = 64


@dataclass(frozen=True)
class Wanted:
    """Frames [first, stop) of a source at the timeline's rate, as one clip needs them. Those at speed 1 share readings,
    and those at any other do."""

    source: str
    first: int
    stop: int
    speed: float = 1.0


@dataclass
class Reading:
    """One input: `wanted` are the numbers of its clips, `ranges` their frames, in order. `paced`: no clip runs at speed 1."""

    source: str
    paced: bool = False
    wanted: list[int] = field(default_factory=list[int])
    ranges: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    @property
    def first(self) -> int:
        return self.ranges[0][0]

    @property
    def stop(self) -> int:
        return self.ranges[-1][1]

    def place(self, frame: int) -> int:
        """Where a wanted frame comes among all wanted ones. KeyError for a frame that is not read."""
        before = 0
        for start, stop in self.ranges:
            if start <= frame < stop:
                return before + frame - start
            before += stop - start
        raise KeyError(f"frame {frame} of {self.source} is not read")


def plan(wanted: Sequence[Wanted], rate: Rate, near: Mapping[str, float] | None = None) -> list[Reading]:
    """Readings for clips in timeline order. Gaps of less than `near` seconds (by source; NEAR_SECONDS) are read through,
    wider ones too when there would be more than FEW_INPUTS.

    UserError when even that does not bring them under MOST_INPUTS: the clips jump back and forth too much."""
    longest = max((item.stop for item in wanted), default=0) / rate
    wider = 1
    while True:
        readings = _planned(wanted, rate, near or {}, wider)
        if len(readings) <= FEW_INPUTS or wider * NEAR_SECONDS > longest:
            break
        wider *= 2
    if len(readings) > MOST_INPUTS:
        raise UserError(
            f"the cut jumps back and forth: to make it in one go its files would be open {len(readings)} times at "
            f"once (again for every jump back), and at most {MOST_INPUTS} can be; make it in parts"
        )
    return readings


def _planned(wanted: Sequence[Wanted], rate: Rate, near: Mapping[str, float], wider: int) -> list[Reading]:
    readings: list[Reading] = []
    for number, item in enumerate(wanted):
        found = _nearest(readings, item, near.get(item.source, NEAR_SECONDS) * wider * rate)
        if found is None:
            found = Reading(item.source, item.speed != 1)
            readings.append(found)
        found.wanted.append(number)
        if found.ranges and found.stop == item.first:
            found.ranges[-1] = (found.ranges[-1][0], item.stop)
        else:
            found.ranges.append((item.first, item.stop))
    return readings


def _nearest(readings: Sequence[Reading], item: Wanted, reach: float) -> Reading | None:
    """The reading that goes on closest before a clip."""
    able = [
        r
        for r in readings
        if r.source == item.source and r.paced == (item.speed != 1) and 0 <= item.first - r.stop <= reach
    ]
    return max(able, key=lambda r: r.stop, default=None)
