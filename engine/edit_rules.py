"""Edit rules as data: which event in the sound or the script does what to the picture. Knows no shots, media or models.

A style is a TOML file: pacing limits, cutting limits and rules. A rule says `when` (event, strength, shot, speaker,
emotion, time since the last cut, position) and `do` (a list of acts). Everything is checked when it is loaded."""

from __future__ import annotations

import random
import tomllib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from engine.acts import MOST_OVERLAYS, OVERLAYS, Act, Cut, HitSound, Hold, Impact, Panels, Share, Stop
from engine.core import FPS, Beat, Noun, UserError
from engine.pacing import PaceLimits, frames
from models.base import CAMERA_MOVES, EMOTIONS, MOODS, SHOT_SIZES

EventKind = Literal["onset", "surge", "peak", "drop", "silence", "shot", "line", "cliffhanger", "freeze", "time"]
NEAREST_FRAMES = 12
"""Two rules never fire for the picture closer together than this, unless the later one outranks the earlier."""
MOST_HELD_SECONDS = 6.0
"""Frozen looks of an episode in all, the last one included."""


class When(Noun):
    """All of it must hold. An empty list allows everything; None does not care."""

    on: tuple[EventKind, ...] = Field(min_length=1)
    strength: tuple[Share, Share] = (0.0, 1.0)
    sizes: tuple[str, ...] = ()
    moves: tuple[str, ...] = ()
    beats: tuple[Beat, ...] = ()
    moods: tuple[str, ...] = ()
    emotions: tuple[str, ...] = ()
    arousal: tuple[Share, Share] = (0.0, 1.0)  # of the line, as heard
    speaking: bool | None = None  # a line is being said
    speaker_change: bool | None = None
    shared: bool | None = None  # the speaker and someone else are both seen
    cliffhanger: bool | None = None  # the last spoken line
    since_cut: float = Field(default=0.0, ge=0)
    position: tuple[Share, Share] = (0.0, 1.0)
    chance: Share = 1.0

    @field_validator("strength", "arousal", "position")
    @classmethod
    def _ordered(cls, value: tuple[float, float]) -> tuple[float, float]:
        if value[0] > value[1]:
            raise ValueError(f"[{value[0]:g}, {value[1]:g}] can never hold: the least is over the most")
        return value

    @model_validator(mode="after")
    def _known(self) -> When:
        for key, known in (("sizes", SHOT_SIZES), ("moves", CAMERA_MOVES), ("moods", MOODS), ("emotions", EMOTIONS)):
            for word in getattr(self, key):
                if word not in known:
                    raise ValueError(f"unknown {key[:-1]} '{word}': choose from {', '.join(known)}")
        return self


class Rule(Noun):
    """`priority` decides between rules for one event; `cooldown` seconds and `per_minute` keep it rare."""

    name: str = Field(pattern=r"^[a-z0-9-]{1,40}$")
    priority: int = Field(default=50, ge=0, le=100)
    cooldown: float = Field(default=0.0, ge=0, le=60)
    per_minute: float = Field(default=60.0, gt=0, le=240)
    when: When
    do: tuple[Act, ...] = Field(min_length=1, max_length=6)

    @model_validator(mode="after")
    def _possible(self) -> Rule:
        if self.per_minute * self.cooldown > 60 and self.per_minute < 60:
            raise ValueError(f"{self.per_minute:g} a minute cannot be reached with a cooldown of {self.cooldown:g} s")
        if sum(isinstance(a, Cut) for a in self.do) > 1:
            raise ValueError("one rule can cut only once at one place")
        drawn = [act for act in self.do if isinstance(act, OVERLAYS)]
        if len(drawn) > MOST_OVERLAYS + any(isinstance(act, Impact) for act in drawn):
            raise ValueError(f"{len(drawn)} effects over the picture at once, at most {MOST_OVERLAYS} are read")
        if any(isinstance(act, Panels) for act in drawn) and (len(drawn) > 1 or _cuts(self)):
            raise ValueError("split panels stand alone: no other effect and no cut in their rule")
        return self


class CutLimits(Noun):
    clip: float = Field(default=0.75, ge=0.25, le=5)  # the least seconds between two cuts
    effects_per_minute: float = Field(default=30, gt=0, le=240)
    whooshes_per_minute: float = Field(default=4, ge=0, le=60)
    panels_per_minute: float = Field(default=2, ge=0, le=6)


class EditStyle(Noun):
    name: str
    about: str = ""
    pacing: PaceLimits = PaceLimits()
    limits: CutLimits = CutLimits()
    rules: tuple[Rule, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> EditStyle:
        twice = [name for name, n in Counter(r.name for r in self.rules).items() if n > 1]
        if twice:
            raise ValueError(f"two rules are named '{twice[0]}'")
        if self.limits.clip > self.pacing.shot[0]:
            raise ValueError("limits.clip is longer than the shortest shot (pacing.shot)")
        if self.pacing.hold > MOST_HELD_SECONDS / 2:
            raise ValueError(
                f"pacing.hold = {self.pacing.hold:g}: a look held over {MOST_HELD_SECONDS / 2:g} s has stalled"
            )
        return self


def known_styles() -> list[str]:
    folder = files("configs") / "edit"
    return sorted(Path(f.name).stem for f in folder.iterdir() if f.name.endswith(".toml"))


def load_style(name: str) -> EditStyle:
    """The edit style `name` of configs/edit, or the TOML file at that path. UserError names file, key and reason."""
    if name.endswith(".toml"):
        path = Path(name)
        if not path.is_file():
            raise UserError(f"no edit style at {name}")
        return parse_style(path.read_text("utf-8"), name)
    if name not in known_styles():
        raise UserError(f"unknown edit style '{name}': choose from {', '.join(known_styles())}")
    return parse_style((files("configs") / "edit" / f"{name}.toml").read_text("utf-8"), f"configs/edit/{name}.toml")


def parse_style(text: str, source: str) -> EditStyle:
    """A style from TOML text; `source` is the file named in errors."""
    try:
        return EditStyle.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{source}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "style"
        reason = first["msg"].removeprefix("Value error, ")
        raise UserError(f"{source}: {key}: {reason}") from error


# -- firing


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


@dataclass(frozen=True)
class Fired:
    """A rule that answered an event."""

    rule: Rule
    event: Event


def fire(events: Iterable[Event], style: EditStyle, boundaries: Sequence[int], duration: int, seed: int) -> list[Fired]:
    """Rules that answer `events` in time order: the highest priority first, one rule an event.

    `boundaries` are the frames where shots begin, and the end. Same events, style and seed: same answer."""
    state = _State(style, list(boundaries), duration)
    ranked = sorted(style.rules, key=lambda r: (-r.priority, r.name))
    out: list[Fired] = []
    for event in sorted(events, key=lambda e: (e.frame, e.kind)):
        for rule in ranked:
            draw = random.Random(f"{seed}/{rule.name}/{event.frame}/{event.kind}").random()
            if (
                draw <= rule.when.chance
                and matches(rule.when, event, state.since_cut(event))
                and state.allows(rule, event)
            ):
                state.take(rule, event)
                out.append(Fired(rule, event))
                break
    return out


def matches(when: When, event: Event, since_cut: float) -> bool:
    """Whether an event is one that `when` describes."""
    listed = (
        (when.sizes, event.size),
        (when.moves, event.move),
        (when.beats, event.beat),
        (when.moods, event.mood),
        (when.emotions, event.emotion),
    )
    asked = (
        (when.speaking, event.speaking),
        (when.speaker_change, event.speaker_change),
        (when.shared, event.shared),
        (when.cliffhanger, event.cliffhanger),
    )
    ranged = (
        (when.strength, event.strength),
        (when.arousal, event.arousal),
        (when.position, event.position),
    )
    return (
        event.kind in when.on
        and since_cut >= when.since_cut
        and all(least <= value <= most for (least, most), value in ranged)
        and all(not words or word in words for words, word in listed)
        and all(want is None or want == is_so for want, is_so in asked)
    )


class _State:
    """What has fired so far: cooldowns, shares of the minute, where the cuts are, how long pictures stood still."""

    def __init__(self, style: EditStyle, boundaries: list[int], duration: int) -> None:
        self.style = style
        self.cuts = sorted(boundaries)
        self.minutes = duration / FPS / 60
        self.last: dict[str, int] = {}
        self.used: Counter[str] = Counter()
        self.latest: tuple[int, int] | None = None  # frame and priority of the last answer with a picture effect
        self.held = style.pacing.hold
        self.panels_until = 0

    def since_cut(self, event: Event) -> float:
        before = [c for c in self.cuts if c <= event.frame]
        return (event.frame - before[-1]) / FPS if before else 0.0

    def allows(self, rule: Rule, event: Event) -> bool:
        rested = event.frame - self.last.get(rule.name, -(10**6)) >= rule.cooldown * FPS
        return rested and self._in_budget(rule) and self._has_place(rule, event)

    def _in_budget(self, rule: Rule) -> bool:
        limits = self.style.limits
        return (
            self._left(rule.name, rule.per_minute)
            and (not _whooshes(rule) or self._left("/whoosh", limits.whooshes_per_minute))
            and (not _seen(rule) or self._left("/effects", limits.effects_per_minute))
            and (not _panels(rule) or self._left("/panels", limits.panels_per_minute))
            and (not _held(rule) or self.held + _held(rule) <= MOST_HELD_SECONDS)
        )

    def _has_place(self, rule: Rule, event: Event) -> bool:
        if not _seen(rule):
            return True
        if event.frame < self.panels_until or not self._apart(rule, event):
            return False
        if (length := _panels(rule)) and any(event.frame < cut < event.frame + frames(length) for cut in self.cuts):
            return False
        return not _cuts(rule) or self._room(event.frame)

    def take(self, rule: Rule, event: Event) -> None:
        self.last[rule.name] = event.frame
        self.used[rule.name] += 1
        self.used["/whoosh"] += _whooshes(rule)
        self.held += _held(rule)
        if length := _panels(rule):
            self.used["/panels"] += 1
            self.panels_until = event.frame + frames(length)
        if _seen(rule):
            self.used["/effects"] += 1
            self.latest = (event.frame, rule.priority)
        if _cuts(rule):
            self.cuts.insert(bisect_right(self.cuts, event.frame), event.frame)

    def _left(self, name: str, per_minute: float) -> bool:
        return self.used[name] + 1 <= max(1.0, per_minute * self.minutes) and per_minute > 0

    def _apart(self, rule: Rule, event: Event) -> bool:
        if self.latest is None:
            return True
        frame, priority = self.latest
        return event.frame - frame >= NEAREST_FRAMES or rule.priority > priority

    def _room(self, frame: int) -> bool:
        least = frames(self.style.limits.clip)
        return all(abs(frame - cut) >= least for cut in self.cuts)


def _cuts(rule: Rule) -> bool:
    return any(isinstance(act, Cut) for act in rule.do)


def _seen(rule: Rule) -> bool:
    return any(not isinstance(act, HitSound | Stop) for act in rule.do)


def _whooshes(rule: Rule) -> bool:
    return any(isinstance(act, HitSound) and act.kind == "whoosh" for act in rule.do)


def _held(rule: Rule) -> float:
    """Seconds for which a rule freezes the picture."""
    return sum(act.seconds for act in rule.do if isinstance(act, Hold))


def _panels(rule: Rule) -> float:
    """Seconds of split panels; 0: none."""
    return sum(act.seconds for act in rule.do if isinstance(act, Panels))
