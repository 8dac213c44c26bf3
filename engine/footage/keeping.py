"""What of the material stays: silences go, or only the strongest passages stay. Program frames in, kept stretches out."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from engine.footage.material import Material, Piece
from engine.footage.soundtrack import LEVEL_STEP, Passage
from engine.rates import Rate, frame_at, seconds_of

LONGEST_MOMENT = 8.0
"""A passage over this many seconds is taken apart where it is quietest, to choose from."""
LEAST_MOMENT = 2.5
LEAST_STRETCH = 0.25
"""A kept stretch is this long at least, seconds."""
LEAST_GAP = 0.2
"""Two chosen moments nearer than this, seconds, stay one: the cut between them would be a jump for nothing."""
AIR = (0.15, 0.25)
"""Seconds kept before and after a chosen moment."""
WEIGHTS = (0.45, 0.3, 0.25)
"""Of loudness, arousal and tension in a moment's score."""


@dataclass(frozen=True)
class Stretch:
    """Program frames [start, stop) that stay."""

    start: int
    stop: int

    @property
    def frames(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True)
class Moment:
    """Something that could be shown: program frames, and how strong it is, 0..1."""

    start: int
    stop: int
    score: float


class Clock:
    """The kept stretches end to end: compact frames, and the program frames behind them."""

    def __init__(self, stretches: Sequence[Stretch]) -> None:
        self.stretches = stretches
        self._begins = [stretch.start for stretch in stretches]
        self.starts = [0]
        for stretch in stretches:
            self.starts.append(self.starts[-1] + stretch.frames)
        self.duration = self.starts[-1]

    def compact(self, program: int) -> int | None:
        """The compact frame that shows a program frame; None when it went."""
        at = bisect_right(self._begins, program) - 1
        if at < 0 or program >= self.stretches[at].stop:
            return None
        return self.starts[at] + program - self.stretches[at].start

    def program(self, compact: int) -> int:
        at = min(bisect_right(self.starts, compact) - 1, len(self.stretches) - 1)
        return self.stretches[at].start + compact - self.starts[at]

    def kept(self, start: int, stop: int) -> tuple[int, int] | None:
        """From the first to the last of program frames [start, stop) that stayed, in compact frames: nothing else lies
        between them. None when all of them went."""
        inside = range(max(0, bisect_right(self._begins, start) - 1), bisect_left(self._begins, stop))
        left = [n for n in inside if self.stretches[n].stop > start]
        if not left:
            return None
        first, last = self.stretches[left[0]], self.stretches[left[-1]]
        begins = self.starts[left[0]] + max(start, first.start) - first.start
        return begins, self.starts[left[-1]] + min(stop, last.stop) - last.start


def whole(material: Material) -> list[Stretch]:
    """Everything; a file's end is an edge."""
    return divided([Stretch(0, material.frames)], material)


def _edges(material: Material) -> list[int]:
    """Where a file begins or ends: no stretch reaches over it. A camera that joins a scene while another runs is no edge."""
    pieces = material.pictures or material.sounds
    begins = (p.begins for p in pieces if not (material.is_scene and material.angles(p.begins - 1, p.begins)))
    return sorted({at for at in (*begins, *(p.ends for p in pieces)) if 0 < at < material.frames})


def divided(stretches: Sequence[Stretch], material: Material) -> list[Stretch]:
    """Stretches cut where a file begins or ends, without what no camera took (of sound alone: all of it)."""
    edges, out = _edges(material), list[Stretch]()
    for s in stretches:
        marks = [at for at in edges if s.start < at < s.stop]
        out += [Stretch(a, b) for a, b in pairwise([s.start, *marks, s.stop])]
    return [s for s in out if not material.pictures or material.angles(s.start, s.stop)]


def without_silence(material: Material, least: float, margin: tuple[float, float]) -> list[Stretch]:
    """The material without silences of `least` seconds or more, and without any at a file's beginning or end; `margin`
    seconds stay before and after what is heard.

    A file without sound is kept whole; one in which nothing is heard at all, too: there is nothing to judge it by."""
    out: list[Stretch] = []
    for piece, (begin, end) in _spans(material):
        heard = piece.heard.passages if piece and piece.heard else ()
        if piece is None or not heard:
            out.append(Stretch(begin, end))
            continue
        loud = [_frames(p, piece, material.rate, margin) for p in heard]
        out += _joined(loud, begin, end, least, margin, material.rate)
    return divided(out, material)


def _spans(material: Material) -> list[tuple[Piece | None, tuple[int, int]]]:
    """Program spans with the file whose sound decides over them."""
    if material.master is not None:
        return [(material.master, (0, material.frames))]
    pieces = material.pictures or material.sounds
    return [(p if p.heard else None, (p.begins, p.ends)) for p in pieces]


def _frames(passage: Passage, piece: Piece, rate: Rate, margin: tuple[float, float]) -> tuple[int, int]:
    start = piece.begins + frame_at(max(0.0, passage.start - margin[0]), rate)
    return start, piece.begins + frame_at(passage.stop + margin[1], rate)


def _joined(
    loud: Sequence[tuple[int, int]], begin: int, end: int, least: float, margin: tuple[float, float], rate: Rate
) -> list[Stretch]:
    """Stretches of what is heard, those closer than a silence that counts in one; LEAST_STRETCH long, if there is room."""
    gap = frame_at(max(0.0, least - sum(margin)), rate)
    out: list[Stretch] = []
    for start, stop in sorted(loud):
        start, stop = max(begin, start), min(end, stop)
        if stop - start <= 0:
            continue
        stop = min(end, max(stop, start + frame_at(LEAST_STRETCH, rate)))
        if out and start - out[-1].stop < max(1, gap):
            out[-1] = Stretch(out[-1].start, max(out[-1].stop, stop))
        else:
            out.append(Stretch(start, stop))
    return out


# -- highlights


def highlights(material: Material, frames: int) -> list[Stretch]:
    """The strongest moments, in their order, `frames` in all (or everything, when there is no more).

    Greedy by score; the last one chosen is left where it pauses, to fit. Without sound: even samples of the picture."""
    if frames >= material.frames:
        return whole(material)
    heard = moments(material)
    found = _fitting(_merged(_strongest(heard, frames, material), frame_at(LEAST_GAP, material.rate)), frames)
    filled = _filled(found, frames, material, heard) if found else _samples(material, frames)
    first = whole(material)[0]
    return divided(filled, material) or [Stretch(first.start, min(first.stop, first.start + frames))]


def _strongest(heard: Sequence[Moment], frames: int, material: Material) -> list[Moment]:
    """Of the moments those with the highest scores, in order, at most `frames` in all."""
    out: list[Moment] = []
    left, least = frames, frame_at(LEAST_MOMENT / 2, material.rate)
    for moment in sorted(heard, key=lambda m: (-m.score, m.start)):
        if left < least:
            break
        length = moment.stop - moment.start
        out.append(moment if length <= left else replace(moment, stop=_breath(moment.start, left, material)))
        left = max(0, left - length)
    return sorted(out, key=lambda m: m.start)


def moments(material: Material) -> list[Moment]:
    """Every passage, long ones taken apart, with its score."""
    out: list[Moment] = []
    for piece, (begin, end) in _spans(material):
        if piece is None or piece.heard is None:
            continue
        for passage in piece.heard.passages:
            for start, stop in _parts(passage, piece):
                first = max(begin, piece.begins + frame_at(max(0.0, start - AIR[0]), material.rate))
                last = min(end, piece.begins + frame_at(stop + AIR[1], material.rate))
                score = _score(passage, piece, first, last)
                out += [
                    Moment(s.start, s.stop, score) for s in divided([Stretch(first, last)], material) if s.frames > 0
                ]
    return out


def _parts(passage: Passage, piece: Piece) -> list[tuple[float, float]]:
    """Seconds of a passage, taken apart at its quietest points until no part is too long."""
    parts, ready = [(passage.start, passage.stop)], list[tuple[float, float]]()
    while parts:
        start, stop = parts.pop()
        at = _quietest(piece, start + LEAST_MOMENT, stop - LEAST_MOMENT) if stop - start > LONGEST_MOMENT else None
        if at is None:
            ready.append((start, stop))
        else:
            parts += [(start, at), (at, stop)]
    return sorted(ready)


def _quietest(piece: Piece, start: float, stop: float) -> float | None:
    if piece.heard is None or stop <= start:
        return None
    first, last = round(start / LEVEL_STEP), round(stop / LEVEL_STEP)
    levels = piece.heard.levels[first:last]
    if len(levels) < 10:
        return None
    smooth = np.convolve(levels, np.ones(9) / 9, "valid")
    return (first + int(smooth.argmin()) + 4) * LEVEL_STEP


def _breath(start: int, frames: int, material: Material) -> int:
    """Where something that begins at `start` is left after at most `frames`: where the last third of them is quietest."""
    stop, piece = start + frames, material.sound_at(start)
    if piece is None:
        return stop
    seconds = (seconds_of(at - piece.begins, material.rate) for at in (stop - frames // 3, stop))
    found = _quietest(piece, *seconds)
    return stop if found is None else min(stop, piece.begins + frame_at(found, material.rate))


def _score(passage: Passage, piece: Piece, start: int, stop: int) -> float:
    heard = piece.heard
    if heard is None:
        return 0.0
    part = heard.intensity[max(0, start - piece.begins) : max(1, stop - piece.begins)]
    loud = float(np.percentile(part, 90)) if len(part) else 0.0
    parts = (loud, passage.arousal, passage.tension)
    return sum(w * p for w, p in zip(WEIGHTS, parts, strict=True))


def _merged(chosen: Sequence[Moment | Stretch], least: int = 0) -> list[Stretch]:
    """Moments as stretches, those at most `least` frames apart in one: no cut for a gap that nobody hears."""
    out: list[Stretch] = []
    for moment in chosen:
        if out and moment.start - out[-1].stop <= least:
            out[-1] = Stretch(out[-1].start, max(out[-1].stop, moment.stop))
        else:
            out.append(Stretch(moment.start, moment.stop))
    return out


def _fitting(found: Sequence[Stretch], frames: int) -> list[Stretch]:
    """The stretches without what gaps that stayed add to `frames`: a little at a time, off the end of the longest one."""
    out = list(found)
    while (over := sum(s.frames for s in out) - frames) > 0:
        longest = max(range(len(out)), key=lambda n: out[n].frames)
        less = min(over, max(1, out[longest].frames // 8))
        out[longest] = Stretch(out[longest].start, out[longest].stop - less)
    return out


def _filled(found: Sequence[Stretch], frames: int, material: Material, heard: Sequence[Moment]) -> list[Stretch]:
    """The stretches grown until they are `frames` long together: at their ends, in order, as far as nothing else is heard,
    then farther, then at their beginnings."""
    out = list(found)
    missing = frames - sum(s.frames for s in out)
    for anything in (False, True):
        for index, stretch in enumerate(out):
            limit = out[index + 1].start if index + 1 < len(out) else material.frames
            if not anything:
                limit = min([limit, *(max(m.start, stretch.stop) for m in heard if m.stop > stretch.stop)])
            stop = min(limit, stretch.stop + missing)
            out[index] = Stretch(stretch.start, stop)
            missing -= stop - stretch.stop
    for index in range(len(out) - 1, -1, -1):
        stretch, limit = out[index], out[index - 1].stop if index else 0
        start = max(limit, stretch.start - missing)
        out[index] = Stretch(start, stretch.stop)
        missing -= stretch.start - start
    return _merged(out)


def _samples(material: Material, frames: int) -> list[Stretch]:
    """Even samples of something silent."""
    each = frame_at(LEAST_MOMENT, material.rate)
    count = max(1, frames // each)
    gone = material.frames - frames
    edges = [i * frames // count for i in range(count + 1)]
    moved = [round(i * gone / max(1, count - 1)) for i in range(count)]
    return _merged([Stretch(a + by, b + by) for (a, b), by in zip(pairwise(edges), moved, strict=True)])
