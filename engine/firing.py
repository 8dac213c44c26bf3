"""Rules that answer events: which one fires, which lose and why. Knows rules and frames; no shots, media or models.

How conflicts are decided, in this order:
1. Events are taken in time order, each answered by one rule at most. In footage those of one frame are asked together;
   in an episode one by one, by name.
2. Of the rules whose `when` holds, the highest `priority` is asked first; equal ones by name.
3. A rule is passed over, and the next one asked, while it rests (`cooldown`), when its share of the minute
   (`per_minute`) or a limit of the style is spent, or when there is no place: less than NEAREST_SECONDS after an answer
   in the picture that it does not outrank, under split panels, or a cut nearer than `clip` to another cut.
4. A `chance` under 1 is drawn from the seed, the rule's name, the frame and the event: the same each time."""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import ceil, floor

from engine.acts import HEARD, Cut, HitSound, Hold, Panels
from engine.rates import Rate
from engine.rulebook import Rule, When

NEAREST_SECONDS = 0.5
"""Two rules never fire for the picture closer together than this, unless the later one outranks the earlier."""
MINUTE = 60.0
WHOOSHES, EFFECTS, PANELS = "/whooshes", "/effects", "/panels"
"""Shares of the style's, beside each rule's own."""


@dataclass(frozen=True)
class Limits:
    """What all rules together keep to; from a style. `clip`: least seconds between two cuts; `held`: seconds that stand
    still already, `most_held` in all.

    `sliding`: shares (and `most_held`) are of any minute there is, not of the whole on average. `on_cuts`: a rule may cut where the
    material is cut already (footage whose silences went), which makes no new cut. `snap`: with that, a rule that cuts on
    an event at most so many seconds behind such a cut is moved onto it: sound begins a margin after its silence went. `together`: the
    best rule for any event of a frame goes first, not the best for the first of them by name."""

    clip: float
    effects_per_minute: float
    whooshes_per_minute: float
    panels_per_minute: float = 0.0
    held: float = 0.0
    most_held: float = 6.0
    cuts_per_minute: float | None = None
    sliding: bool = False
    on_cuts: bool = False
    snap: float = 0.0
    together: bool = False


@dataclass(frozen=True)
class Event:
    """Something that a rule may answer, with what is known at its frame."""

    kind: str
    frame: int
    strength: float
    cause: str
    size: str = ""
    move: str = ""
    beat: str = ""
    mood: str = ""
    emotion: str = "neutral"
    arousal: float = 0.5
    speaking: bool = False
    speaker_change: bool = False
    shared: bool = False
    cliffhanger: bool = False
    position: float = 0.0
    speech: bool = False
    tension: float = 0.0
    angles: int = 1


@dataclass(frozen=True)
class Lost:
    """A rule that would have answered too, and why it did not."""

    rule: Rule
    why: str


@dataclass(frozen=True)
class Fired:
    """A rule that answered an event, and those that lost against it or had no place."""

    rule: Rule
    event: Event
    lost: tuple[Lost, ...] = ()


def fire(
    events: Iterable[Event],
    rules: Sequence[Rule],
    limits: Limits,
    boundaries: Sequence[int],
    duration: int,
    rate: Rate,
    seed: int,
) -> list[Fired]:
    """Rules that answer `events`, in time order, decided as the module says.

    `boundaries` are the frames where the material is cut already (where shots begin), and the end; `duration` in frames
    of `rate`. The same events, rules and seed: the same answer."""
    state = _State(limits, boundaries, duration, rate)
    ranked: defaultdict[str, list[Rule]] = defaultdict(list)
    for rule in sorted(rules, key=_rank):
        for kind in dict.fromkeys(rule.when.on):
            ranked[kind].append(rule)
    out: list[Fired] = []
    for few in _asked(events, limits.together):
        out += _answers(few, ranked, state, seed)
    return sorted(out, key=lambda f: f.event.frame)


def _asked(events: Iterable[Event], together: bool) -> list[list[Event]]:
    """Events in time order, those of one frame together or one by one by name."""
    ordered = sorted(events, key=lambda e: (e.frame, e.kind))
    return [list(group) for _, group in groupby(ordered, lambda e: e.frame)] if together else [[e] for e in ordered]


def _rank(rule: Rule) -> tuple[int, str]:
    return -rule.priority, rule.name


def _answers(events: Sequence[Event], ranked: Mapping[str, list[Rule]], state: _State, seed: int) -> list[Fired]:
    """What answers events of one frame: each rule in turn asks each event that has no answer yet, and answers one."""
    rules = ranked.get(events[0].kind, [])
    if len(events) > 1:
        rules = sorted({r.name: r for event in events for r in ranked.get(event.kind, ())}.values(), key=_rank)
    won: dict[int, tuple[Rule, int]] = {}
    lost: defaultdict[int, list[Lost]] = defaultdict(list)
    for rule in rules:
        frame = state.snapped(events[0].frame) if cuts(rule) else events[0].frame
        since = state.since_cut(frame)
        asked = [at for at, event in enumerate(events) if _wanted(rule, event, since, seed)]
        for at in asked:
            why = _outranked(rule, won[at][0]) if at in won else state.refusal(rule, frame)
            if not why:
                state.take(rule, frame)
                won[at] = (rule, frame)
                break
            lost[at].append(Lost(rule, why))
    return [Fired(rule, replace(events[at], frame=frame), tuple(lost[at])) for at, (rule, frame) in won.items()]


def _wanted(rule: Rule, event: Event, since_cut: float, seed: int) -> bool:
    return event.angles >= rule.angles and matches(rule.when, event, since_cut) and _drawn(rule, event, seed)


def _drawn(rule: Rule, event: Event, seed: int) -> bool:
    chance = rule.when.chance
    return chance >= 1 or random.Random(f"{seed}/{rule.name}/{event.frame}/{event.kind}").random() <= chance


def _outranked(rule: Rule, by: Rule) -> str:
    if rule.priority < by.priority:
        return f"priority {rule.priority} under {by.priority}"
    return f"priority {rule.priority} too, and its name comes later"


def matches(when: When, event: Event, since_cut: float) -> bool:
    """Whether an event is one that `when` describes."""
    return event.kind in when.on and since_cut >= when.since_cut and all(_held(when, event))


def _held(when: When, event: Event) -> Iterator[bool]:
    """What else `when` asks, one by one."""
    for least, value, most in (
        (when.strength[0], event.strength, when.strength[1]),
        (when.arousal[0], event.arousal, when.arousal[1]),
        (when.tension[0], event.tension, when.tension[1]),
        (when.position[0], event.position, when.position[1]),
        (when.angles, event.angles, event.angles),
    ):
        yield least <= value <= most
    for words, word in (
        (when.sizes, event.size),
        (when.moves, event.move),
        (when.beats, event.beat),
        (when.moods, event.mood),
        (when.emotions, event.emotion),
    ):
        yield not words or word in words
    for want, is_so in (
        (when.speaking, event.speaking),
        (when.speech, event.speech),
        (when.speaker_change, event.speaker_change),
        (when.shared, event.shared),
        (when.cliffhanger, event.cliffhanger),
    ):
        yield want is None or want == is_so


class _State:
    """What has fired so far: cooldowns, shares of the minute, where the cuts are, how long pictures stood still."""

    def __init__(self, limits: Limits, boundaries: Sequence[int], duration: int, rate: Rate) -> None:
        self.limits, self.rate, self.duration = limits, rate, duration
        self.given = frozenset(boundaries)
        self.bounds = sorted(boundaries)
        self.cuts = sorted(boundaries)
        self.made: set[int] = set()  # where a rule has cut
        self.last: dict[str, int] = {}
        self.shares: defaultdict[str, deque[int]] = defaultdict(deque)  # frames at which something of it was used
        self.latest: tuple[int, Rule] | None = None  # the last answer with a picture effect
        self.held: list[tuple[int, float]] = []  # frame and seconds of held looks
        self.panels_until = 0

    def snapped(self, frame: int) -> int:
        """The frame itself, or that of the given cut just before it."""
        at = bisect_right(self.bounds, frame) - 1
        if not self.limits.on_cuts or at < 0 or not 0 < self.bounds[at] < self.duration:
            return frame
        return self.bounds[at] if frame - self.bounds[at] <= ceil(self.limits.snap * self.rate) else frame

    def since_cut(self, frame: int) -> float:
        """Seconds since the last cut; where the material may be cut on its cuts, one at this very frame is not meant."""
        at = bisect_left(self.cuts, frame) if self.limits.on_cuts else bisect_right(self.cuts, frame)
        return float((frame - self.cuts[at - 1]) / self.rate) if at else 0.0

    def refusal(self, rule: Rule, frame: int) -> str:
        """Why a rule that matches may not fire here; empty when it may."""
        return (
            self._resting(rule, frame)
            or self._spent(rule, frame)
            or (_seen(rule) and self._no_place(rule, frame))
            or ""
        )

    def _resting(self, rule: Rule, frame: int) -> str:
        if rule.name not in self.last:
            return ""
        rested = frame - self.last[rule.name]
        if rested >= rule.cooldown * self.rate:
            return ""
        return f"cooldown: {float(rested / self.rate):.1f} of {rule.cooldown:g} s"

    def _spent(self, rule: Rule, frame: int) -> str:
        limits = self.limits
        shares = {
            rule.name: (rule.per_minute, "its own share"),
            WHOOSHES: (limits.whooshes_per_minute, "whooshes"),
            EFFECTS: (limits.effects_per_minute, "effects"),
            PANELS: (limits.panels_per_minute, "split panels"),
        }
        for name in _uses(rule):
            share, what = shares[name]
            if not self._left(name, share, frame):
                return f"budget: {what}, {share:g} a minute"
        if (length := frozen(rule)) and self._standing(frame) + length > limits.most_held:
            return f"budget: held looks, {limits.most_held:g} s {'a minute' if limits.sliding else 'in all'}"
        if cuts(rule) and not self._slow_enough(frame):
            return f"budget: cuts, {limits.cuts_per_minute:g} a minute"
        return ""

    def _left(self, name: str, per_minute: float, frame: int) -> bool:
        """Whether one more fits into a share: of the whole on average, or of any minute."""
        if per_minute <= 0:
            return False
        if not self.limits.sliding:
            minutes = float(self.duration / self.rate) / MINUTE
            return len(self.shares[name]) + 1 <= max(1.0, per_minute * minutes)
        some, reach = self._any(per_minute)
        times = self.shares[name]
        return len(times) < some or frame - times[-some] >= reach

    def _any(self, per_minute: float) -> tuple[int, float]:
        """How many of something there may be in how many frames: 7.5 a minute are 7 in any, half of one 1 in any two."""
        return max(1, floor(per_minute)), MINUTE / min(1.0, per_minute) * float(self.rate)

    def _standing(self, frame: int) -> float:
        """Seconds that stand still in all, or in the last minute."""
        since = frame - MINUTE * self.rate if self.limits.sliding else -1
        return self.limits.held + sum(seconds for at, seconds in self.held if at > since)

    def _slow_enough(self, frame: int) -> bool:
        """Whether no minute would have more cuts than `cuts_per_minute`, those that are there already counted."""
        most = self.limits.cuts_per_minute
        if most is None or frame in self.given:
            return True
        some, reach = self._any(most)
        at = bisect_left(self.cuts, frame)
        near = [*self.cuts[max(0, at - some) : at], frame, *self.cuts[at : at + some]]
        near = [cut for cut in near if 0 < cut < self.duration]
        return all(late - early >= reach for early, late in zip(near, near[some:], strict=False))

    def _no_place(self, rule: Rule, frame: int) -> str:
        if frame < self.panels_until:
            return "too near: split panels stand"
        if self.latest and frame - self.latest[0] < round(NEAREST_SECONDS * self.rate):
            before = self.latest[1]
            if rule.priority <= before.priority:
                apart = float((frame - self.latest[0]) / self.rate)  # a cut may be moved to before the last answer
                return f"too near: {abs(apart):.2f} s {'after' if apart >= 0 else 'before'} {before.name}"
        if (length := _panels(rule)) and self._cut_inside(frame, round(length * self.rate)):
            return "too near: a cut comes before split panels end"
        return "" if not cuts(rule) or self._room(frame) else f"too near: a cut within {self.limits.clip:g} s"

    def _cut_inside(self, frame: int, length: int) -> bool:
        at = bisect_right(self.cuts, frame)
        return at < len(self.cuts) and self.cuts[at] < frame + length

    def _room(self, frame: int) -> bool:
        if self.limits.on_cuts and frame in self.given and 0 < frame < self.duration:
            return frame not in self.made
        least = round(self.limits.clip * self.rate)
        at = bisect_left(self.cuts, frame)
        return all(abs(frame - cut) >= least for cut in self.cuts[max(0, at - 1) : at + 1])

    def take(self, rule: Rule, frame: int) -> None:
        """Note that a rule has fired."""
        self.last[rule.name] = frame
        if frozen(rule):
            self.held.append((frame, frozen(rule)))
        for name in _uses(rule):
            self.shares[name].append(frame)
        if length := _panels(rule):
            self.panels_until = frame + round(length * self.rate)
        if _seen(rule):
            self.latest = (frame, rule)
        if cuts(rule):
            self.made.add(frame)
            if frame not in self.given:
                insort(self.cuts, frame)


def _uses(rule: Rule) -> list[str]:
    """The shares that a rule takes from when it fires."""
    asked = ((rule.name, True), (WHOOSHES, whooshes(rule)), (EFFECTS, _seen(rule)), (PANELS, _panels(rule) > 0))
    return [name for name, so in asked if so]


def cuts(rule: Rule) -> bool:
    return any(isinstance(act, Cut) for act in rule.do)


def _seen(rule: Rule) -> bool:
    return any(not isinstance(act, HEARD) for act in rule.do)


def whooshes(rule: Rule) -> bool:
    return any(act.kind == "whoosh" for act in rule.acts(HitSound))


def frozen(rule: Rule) -> float:
    """Seconds for which a rule freezes the picture."""
    return sum(act.seconds for act in rule.acts(Hold))


def _panels(rule: Rule) -> float:
    """Seconds of split panels; 0: none."""
    return sum(act.seconds for act in rule.acts(Panels))
