"""The nine plot engines and where their ten beats fall in a season of E episodes. Numbers only: no people, no words."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

BEATS = ("wrong", "tool", "gate", "bond", "re-price", "sale", "pit", "price", "face", "door")
FRACTIONS = tuple(Fraction(f) for f in ("0", ".08", ".15", ".3", ".5", ".62", ".75", ".85", ".95", "1"))
MERGED: Mapping[int, tuple[tuple[int, ...], ...]] = {
    3: ((0, 1, 2), (3, 4, 5, 6), (7, 8, 9)),
    4: ((0, 1, 2), (3, 4), (5, 6), (7, 8, 9)),
    5: ((0, 1), (2, 3), (4, 5), (6, 7), (8, 9)),
    6: ((0, 1), (2, 3), (4,), (5, 6), (7,), (8, 9)),
    7: ((0, 1), (2,), (3,), (4,), (5, 6), (7,), (8, 9)),
}
SECOND_ENGINE_BEATS = (3, 5)
PAY_BEATS = (2, 4, 6)  # pay points: cliff strength >= 4
ARENA = ("enter", "lose", "lever", "win", "pay")
GAPS = ("probe", "clue", "setback", "test")
ARENAS_ABOVE = 30


@dataclass(frozen=True)
class Step:
    """What one episode is for: its beats (merged when the season is short) or a gap or arena step between two beats."""

    episode: int
    kind: str  # B0..B9, probe setback clue test, enter lose lever win pay, after (face and door)
    beats: tuple[int, ...] = ()
    act: int = 1
    arena: int = 0  # episodes of one arena share its number


def round_half_down(value: Fraction) -> int:
    """2.5 -> 2, 2.6 -> 3."""
    return math.ceil(value - Fraction(1, 2))


def place_beats(length: int) -> dict[int, tuple[int, ...]]:
    """Episode -> its beats: e = round(1 + f(E-1)), half down; each later than the one before; few merge when E is small.

    >>> place_beats(20)[10], place_beats(3)
    ((4,), {1: (0, 1, 2), 2: (3, 4, 5, 6), 3: (7, 8, 9)})
    """
    if length in MERGED:
        return {i + 1: beats for i, beats in enumerate(MERGED[length])}
    if length < 3:
        raise ValueError(f"a series has at least 3 episodes, not {length}")
    placed = [round_half_down(1 + f * (length - 1)) for f in FRACTIONS]
    for i in range(len(placed) - 1):
        placed[i + 1] = max(placed[i + 1], placed[i] + 1)
    placed[-1] = length
    found: dict[int, tuple[int, ...]] = {}
    for beat in range(9, -1, -1):
        latest = min(placed[beat], length)
        if beat < 9 and length >= 10:
            latest = min(latest, length - (9 - beat))
        found[latest] = (beat, *found.get(latest, ()))
    return dict(sorted(found.items()))


def act_of(beat: int) -> int:
    """Acts I B0-2, II B3-4, III B5-6, IV B7-9."""
    return 1 if beat <= 2 else 2 if beat <= 4 else 3 if beat <= 6 else 4


def lay_out(length: int, seed: int) -> list[Step]:
    """One Step per episode: beats where they fall, gaps between; arenas of five in seasons of more than 30."""
    rng = random.Random(f"layout-{length}-{seed}")
    beats = place_beats(length)
    steps: list[Step] = []
    arena = 0
    episode: int = 1
    while episode <= length:
        if episode in beats:
            group = beats[episode]
            steps.append(Step(episode, f"B{_dominant(group)}", group, act_of(group[-1])))
            episode += 1
            continue
        stop: int = min(e for e in beats if e > episode)
        last = max(b for group in (s.beats for s in steps) for b in group)
        kinds, arena = _between(stop - episode, length > ARENAS_ABOVE, last, rng, arena)
        steps += [Step(episode + i, kind, (), act_of(last), number) for i, (kind, number) in enumerate(kinds)]
        episode = stop
    return steps


def _dominant(group: Sequence[int]) -> int:
    """The beat whose scene a merged episode plays: the face-off, the wrong, the gate (it frees a captive), else the last."""
    if len(group) > 1 and 8 in group:
        return 8
    return next((beat for beat in (0, 2) if beat in group), group[-1])


def stand_ins(step: Step) -> tuple[str, ...]:
    """Other beats of a merged episode whose scene may carry it, the nearest first; the wrong and the face-off are always seen.

    >>> stand_ins(Step(4, "B6", (5, 6))), stand_ins(Step(1, "B0", (0, 1))), stand_ins(Step(5, "B5", (5,)))
    (('B5',), (), ())
    """
    if step.kind in ("B0", "B8"):
        return ()
    return tuple(f"B{beat}" for beat in reversed(step.beats) if f"B{beat}" != step.kind)


def _between(num: int, arenas: bool, last: int, rng: random.Random, arena: int) -> tuple[list[tuple[str, int]], int]:
    """Kinds for `num` episodes between beats: whole arenas while five fit, gaps for the rest, no kind twice running."""
    kinds: list[tuple[str, int]] = []
    if last == 8:
        return [("after", 0)] * num, arena
    while arenas and last >= 1 and num - len(kinds) >= len(ARENA):
        arena += 1
        kinds += [(kind, arena) for kind in ARENA]
    rest = num - len(kinds)
    gaps: list[tuple[str, int]] = []
    for _ in range(rest):
        choices = [g for g in GAPS if not gaps or g != gaps[-1][0]]
        gaps.append((rng.choice(choices), 0))
    cut = rng.randrange(len(kinds) // len(ARENA) + 1) * len(ARENA)
    return [*kinds[:cut], *gaps, *kinds[cut:]], arena
