"""Lays an episode's shots in time: whole frames, speech first, silence scaled to fit. Knows no sound, rules or effects.

Spoken lines keep the length of their takes. Everything silent (looks, breaths, inserts) is elastic: one factor stretches
or shrinks all of it, each piece within its own named limits, until the episode has the length that is aimed at."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field, model_validator

from engine.core import FPS, Episode, Line, Noun, Shot, UserError
from engine.timeline import Speech

MAX_SCALE = 64.0
"""Silence is never scaled by more than this before its own limits stop it."""
FIRST_WORD_FRAME = 10
"""The first word is heard at 0.42 s: hooks must speak within half a second."""
SCALE_STEPS = 48

Limits = tuple[float, float]


class PaceLimits(Noun):
    """The numbers of pacing, in seconds; each pair is (least, most). From the [pacing] table of an edit style."""

    total: Limits = (45.0, 75.0)
    aim: Limits = (55.0, 60.0)
    shot: Limits = (1.2, 5.0)  # a silent shot, and the least a spoken one may last
    bearable: dict[str, float] = Field(
        default_factory=dict[str, float]
    )  # most for silent shots of a size, as long as the episode gets long enough
    lead: Limits = (0.1, 0.8)  # from the cut to the first word
    gap: Limits = (0.12, 0.9)  # between two lines of one shot
    tail: Limits = (0.1, 2.6)  # from the last word to the cut
    breath: Limits = (0.6, 1.8)  # before the cliffhanger line
    settle: float = Field(default=0.92, ge=0.5, le=3.0)  # from the last word to the freeze: riser's peak, then silence
    hold: float = Field(default=2.5, ge=1.5, le=4.0)  # the frozen last look under the end card
    natural_lead: float = Field(default=0.25, ge=0, le=2)
    natural_gap: float = Field(default=0.3, ge=0, le=2)
    natural_breath: float = Field(default=1.0, ge=0, le=3)
    reading: float = Field(
        default=20.0, gt=0
    )  # columns a second (a Han character is two): captions get time to be read

    @model_validator(mode="after")
    def _ordered(self) -> PaceLimits:
        for name in ("total", "aim", "shot", "lead", "gap", "tail", "breath"):
            low, high = getattr(self, name)
            if not 0 <= low <= high:
                raise ValueError(f"{name} = [{low:g}, {high:g}]: the least must not be over the most")
        if any(longest < self.shot[0] for longest in self.bearable.values()):
            raise ValueError("bearable has a size whose most is under the least of a shot")
        if not self.total[0] <= self.aim[0] <= self.aim[1] <= self.total[1]:
            raise ValueError("aim must lie inside total")
        return self


@dataclass(frozen=True)
class Take:
    """What pacing needs to know of a spoken take: frames, the first word's frame, and columns to read."""

    frames: int
    first_word: int = 0
    columns: int = 0


@dataclass(frozen=True)
class Placed:
    """A shot in time, frames [start, stop)."""

    shot: str
    start: int
    stop: int


@dataclass(frozen=True)
class Pace:
    """The laid-out episode: shots without gap or overlap, speech, and where the last look freezes."""

    shots: tuple[Placed, ...]
    speech: tuple[Speech, ...]
    duration: int
    freeze: int
    scale: float


@dataclass(frozen=True)
class _Piece:
    """A stretch of a shot: fixed (least == most) when `line` speaks, elastic otherwise. Frames."""

    least: float
    natural: float
    most: float
    line: Line | None = None

    def at(self, scale: float) -> float:
        return min(self.most, max(self.least, self.natural * scale))


def frames(seconds: float) -> int:
    """Whole frames nearest to `seconds`."""
    return round(seconds * FPS)


def pace_episode(episode: Episode, takes: Mapping[str, Take], limits: PaceLimits) -> Pace:
    """Place every shot and line of `episode`. UserError when no length between the limits can hold it."""
    layout = _layout(episode, takes, limits, limits.bearable)
    if not layout:
        raise UserError(f"episode {episode.number} has no shots")
    if _most(_all(layout)) < frames(limits.total[0]):
        layout = _layout(episode, takes, limits, {})
    pieces = _all(layout)
    wanted = _aim(episode.number, pieces, limits)
    scale = _scale(pieces, wanted)
    return _place(layout, _whole(pieces, scale, wanted), frames(limits.hold), scale)


def _shots(episode: Episode) -> list[Shot]:
    return [shot for _, shot in episode.shots()]


def _layout(
    episode: Episode, takes: Mapping[str, Take], limits: PaceLimits, bearable: Mapping[str, float]
) -> list[tuple[Shot, list[_Piece]]]:
    shots = _shots(episode)
    return [(shot, _pieces(shot, at, episode, takes, limits, bearable)) for at, shot in enumerate(shots)]


def _all(layout: Sequence[tuple[Shot, Sequence[_Piece]]]) -> list[_Piece]:
    return [piece for _, group in layout for piece in group]


def _pieces(
    shot: Shot,
    at: int,
    episode: Episode,
    takes: Mapping[str, Take],
    limits: PaceLimits,
    bearable: Mapping[str, float],
) -> list[_Piece]:
    """The stretches of one shot in order; the episode's last shot ends with the frozen hold."""
    last = at == len(_shots(episode)) - 1
    if shot.lines:
        out = _spoken(shot, at, episode, takes, limits, last)
    else:
        low, high = limits.shot[0] * FPS, min(limits.shot[1], bearable.get(shot.size, limits.shot[1])) * FPS
        out = [_Piece(math.ceil(low), min(high, max(low, shot.seconds * FPS)), math.floor(high))]
    if last:
        out.append(_fixed(frames(limits.hold)))
    return out


def _spoken(
    shot: Shot, at: int, episode: Episode, takes: Mapping[str, Take], limits: PaceLimits, last: bool
) -> list[_Piece]:
    cliff = list(episode.lines())[-1].id
    out: list[_Piece] = []
    for index, line in enumerate(shot.lines):
        before = _before(line, index, at, takes, limits, line.id == cliff)
        out += [
            _Piece(max(before.least, _unread(shot, index, takes, limits)), before.natural, before.most),
            _said(line, takes),
        ]
    out.append(_tail(shot, out, takes, limits, last))
    return out


def _before(line: Line, index: int, at: int, takes: Mapping[str, Take], limits: PaceLimits, cliff: bool) -> _Piece:
    """The silence before a line: none to speak of at the episode's start, a breath before the cliffhanger."""
    if at == 0 and index == 0:
        return _fixed(max(0, FIRST_WORD_FRAME - takes[line.id].first_word))
    if cliff:
        return _elastic(limits.breath, limits.natural_breath)
    if index == 0:
        return _elastic(limits.lead, limits.natural_lead)
    return _elastic(limits.gap, limits.natural_gap)


def _unread(shot: Shot, index: int, takes: Mapping[str, Take], limits: PaceLimits) -> float:
    """Frames that the line before `index` still needs on screen after its take, to be read in comfort."""
    if index == 0:
        return 0.0
    take = takes[shot.lines[index - 1].id]
    return max(0.0, take.columns / limits.reading * FPS - (take.frames - take.first_word))


def _tail(shot: Shot, before: Sequence[_Piece], takes: Mapping[str, Take], limits: PaceLimits, last: bool) -> _Piece:
    """What follows the last line: the rest of the shot's planned silence, or the settling before the freeze."""
    if last:
        return _fixed(frames(limits.settle))
    low, high = (s * FPS for s in limits.tail)
    unread = _unread(shot, len(shot.lines), takes, limits)
    shortest = limits.shot[0] * FPS - sum(p.least for p in before)
    least = math.ceil(max(low, unread, shortest))
    rest = shot.seconds * FPS - sum(p.natural for p in before if p.line is None)
    return _Piece(least, max(least, rest), max(least, high))


def _said(line: Line, takes: Mapping[str, Take]) -> _Piece:
    length = takes[line.id].frames
    return _Piece(length, length, length, line)


def _fixed(length: float) -> _Piece:
    return _Piece(length, length, length)


def _elastic(limits: Limits, natural: float) -> _Piece:
    low, high = (s * FPS for s in limits)
    return _Piece(math.ceil(low), min(high, max(low, natural * FPS)), math.floor(high))


def _aim(number: int, pieces: Sequence[_Piece], limits: PaceLimits) -> int:
    """Frames to fill: the natural length when it lies in the aim, else the nearest that can be had."""
    least = sum(math.ceil(p.least) for p in pieces)
    most = _most(pieces)
    speech = sum(p.least for p in pieces if p.line)
    shortest, longest = (frames(s) for s in limits.total)
    if least > longest:
        raise UserError(
            f"episode {number} speaks for {speech / FPS:.0f} s and needs {least / FPS:.0f} s with its pictures; "
            f"the limit is {limits.total[1]:g} s: shorten its lines"
        )
    if most < shortest:
        raise UserError(
            f"episode {number} can fill only {most / FPS:.0f} s of the {limits.total[0]:g} s that it needs: "
            "add shots or lines"
        )
    natural = round(sum(p.at(1.0) for p in pieces))
    wanted = min(frames(limits.aim[1]), max(frames(limits.aim[0]), natural))
    return min(most, max(least, wanted))


def _most(pieces: Sequence[_Piece]) -> int:
    return sum(math.floor(max(p.least, p.most)) for p in pieces)


def _scale(pieces: Sequence[_Piece], wanted: int) -> float:
    """The factor on silence that makes the pieces `wanted` frames long (bisection; the sum never falls with it)."""
    if abs(sum(p.at(1.0) for p in pieces) - wanted) < 1:
        return 1.0
    low, high = 0.0, MAX_SCALE
    for _ in range(SCALE_STEPS):
        middle = (low + high) / 2
        if sum(p.at(middle) for p in pieces) < wanted:
            low = middle
        else:
            high = middle
    return high


def _whole(pieces: Sequence[_Piece], scale: float, wanted: int) -> list[int]:
    """Whole frames per piece that add up to `wanted`: rounded down, then a frame each where most was lost."""
    exact = [p.at(scale) for p in pieces]
    out = [max(math.ceil(p.least), math.floor(x)) for p, x in zip(pieces, exact, strict=True)]
    order = sorted(range(len(out)), key=lambda i: (out[i] - exact[i], i))
    while (missing := wanted - sum(out)) != 0:
        step = 1 if missing > 0 else -1
        room = [i for i in order if _room(pieces[i], out[i], step)]
        if not room:
            break
        for i in room[: abs(missing)]:
            out[i] += step
    return out


def _room(piece: _Piece, length: int, step: int) -> bool:
    return math.ceil(piece.least) <= length + step <= math.floor(piece.most)


def _place(layout: Sequence[tuple[Shot, Sequence[_Piece]]], lengths: Sequence[int], hold: int, scale: float) -> Pace:
    shots: list[Placed] = []
    speech: list[Speech] = []
    left = iter(lengths)
    at = 0
    for shot, group in layout:
        start = at
        for piece, length in zip(group, left, strict=False):
            if piece.line:
                speech.append(Speech(piece.line.id, piece.line.speaker, at, length))
            at += length
        shots.append(Placed(shot.id, start, at))
    return Pace(tuple(shots), tuple(speech), at, at - hold, scale)
