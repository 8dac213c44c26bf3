"""Which shots are animated by a model, and which by a camera move over their picture: importance and money, as numbers.

Knows shots, the timeline and prices; no model. An episode is never left half done: a shot that is not affordable goes
the cheaper way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.core import Episode, Shot
from engine.timeline import Timeline

FIRST, LAST = 4.0, 5.0
"""The hook decides whether anybody stays, the last shot whether they come back."""
BEATS = {"hook": 3.0, "button": 3.0, "turn": 2.5, "act": 2.0, "reaction": 1.0, "pressure": 1.0, "establish": 0.5}
SIZES = {"ecu": 1.0, "cu": 1.0, "mcu": 0.5, "two": 0.5, "wide": 0.0, "insert": -1.5}
FEELINGS = {"rage": 1.5, "shock": 1.5, "tears": 1.2, "triumph": 1.2, "fear": 1.0, "grief": 1.0, "anger": 0.8}
FIGHTS = {"magic": 1.5, "sword": 1.5, "impact": 1.0, "glass": 0.5}
EFFECTS_WORTH = 0.3
"""For each effect that the cut lays on a shot: it was loud there."""


def importance(episode: Episode, shot: Shot, timeline: Timeline) -> float:
    """How much a shot gains from motion: higher is more."""
    shots = [s.id for _, s in episode.shots()]
    feelings = [shot.emotion, *(line.emotion for line in shot.lines)]
    effects = sum(len(clip.effects) for clip in timeline.picture if clip.shot == shot.id)
    return (
        (FIRST if shot.id == shots[0] else 0.0)
        + (LAST if shot.id == shots[-1] else 0.0)
        + BEATS.get(shot.beat, 0.0)
        + SIZES.get(shot.size, 0.0)
        + max(FEELINGS.get(word, 0.0) for word in feelings)
        + FIGHTS.get(shot.sound, 0.0)
        + EFFECTS_WORTH * effects
    )


def by_importance(episode: Episode, timeline: Timeline) -> list[str]:
    """Shot ids of the episode, the most important first; equals in order of the cut."""
    shots = [shot for _, shot in episode.shots()]
    return [s.id for s in sorted(shots, key=lambda s: -importance(episode, s, timeline))]


@dataclass
class Purse:
    """An episode's money in dollars; `limit` 0 is no limit."""

    limit: float
    spent: float = 0.0

    def affords(self, dollars: float) -> bool:
        return not self.limit or self.spent + dollars <= self.limit

    def pay(self, dollars: float) -> None:
        self.spent += dollars


def affordable(shots: Iterable[tuple[str, float]], purse: Purse) -> list[str]:
    """Shots that a purse pays for, of (shot, dollars) in order of importance. A dear one does not stop a cheaper one.

    >>> affordable([("a", 3.0), ("b", 9.0), ("c", 1.0)], Purse(5.0))
    ['a', 'c']
    """
    chosen: list[str] = []
    for shot, dollars in shots:
        if purse.affords(dollars):
            purse.pay(dollars)
            chosen.append(shot)
    return chosen
