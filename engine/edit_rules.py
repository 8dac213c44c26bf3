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
from typing import Annotated, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from engine.core import FPS, Beat, Noun, UserError
from engine.pacing import PaceLimits, frames
from models.base import CAMERA_MOVES, EMOTIONS, MOODS, SHOT_SIZES

EventKind = Literal["onset", "surge", "peak", "drop", "silence", "shot", "line", "cliffhanger", "freeze", "time"]
Target = Literal["speaker", "listener", "closer", "all"]
Share = Annotated[float, Field(ge=0, le=1)]
NEAREST_FRAMES = 12
"""Two rules never fire for the picture closer together than this, unless the later one outranks the earlier."""


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


class Cut(Noun):
    """Cut inside the shot to another framing of it."""

    act: Literal["cut"]
    to: Target
    zoom: float = Field(default=0.3, ge=0.05, le=0.8)


class PunchIn(Noun):
    """Snap closer by `zoom` and stay for `seconds` (0: to the cut)."""

    act: Literal["punch_in"]
    zoom: float = Field(default=0.18, gt=0, le=0.6)
    seconds: float = Field(default=0.0, ge=0, le=5)


class Hold(Noun):
    """Freeze the clip's last `seconds`: a declared hold."""

    act: Literal["hold"]
    seconds: float = Field(ge=0.1, le=1.5)


class Blur(Noun):
    """Bursts of motion blur `pixels` long, `times` of `burst` frames each, one every `every` frames."""

    act: Literal["blur"]
    pixels: float = Field(default=60, gt=0, le=400)
    burst: int = Field(default=3, ge=1, le=12)
    every: int = Field(default=6, ge=1, le=48)
    times: int = Field(default=3, ge=1, le=12)

    @model_validator(mode="after")
    def _apart(self) -> Blur:
        if self.every <= self.burst and self.times > 1:
            raise ValueError(f"a burst of {self.burst} frames every {self.every} never ends")
        return self


class Flash(Noun):
    act: Literal["flash"]
    level: float = Field(default=0.8, ge=-1, le=1)
    length: int = Field(default=4, ge=1, le=12)


class Shake(Noun):
    act: Literal["shake"]
    pixels: float = Field(default=14, gt=0, le=60)
    length: int = Field(default=12, ge=2, le=48)


class Impact(Noun):
    """Ink-on-paper comic frames."""

    act: Literal["impact"]
    length: int = Field(default=3, ge=1, le=8)


class SpeedLines(Noun):
    act: Literal["speed_lines"]
    seconds: float = Field(default=0.8, gt=0, le=4)


class HitSound(Noun):
    """A sound effect at the event, `offset` seconds later."""

    act: Literal["hit"]
    kind: str = Field(pattern=r"^[a-z_]{1,24}$")
    strength: Share = 1.0
    seconds: float = Field(default=0.0, ge=0, le=8)
    offset: float = Field(default=0.0, ge=-3, le=3)


class Stop(Noun):
    """Music and effects fall silent `before` seconds ahead of the event, until `after` seconds past it."""

    act: Literal["stop"]
    before: float = Field(default=0.42, ge=0, le=1.5)
    after: float = Field(default=0.0, ge=0, le=1.5)

    @model_validator(mode="after")
    def _some(self) -> Stop:
        if self.before + self.after <= 0:
            raise ValueError("a stop of no length does nothing")
        return self


Act = Annotated[
    Cut | PunchIn | Hold | Blur | Flash | Shake | Impact | SpeedLines | HitSound | Stop, Field(discriminator="act")
]


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
        return self


class CutLimits(Noun):
    clip: float = Field(default=0.75, ge=0.25, le=5)  # the least seconds between two cuts
    effects_per_minute: float = Field(default=30, gt=0, le=240)
    whooshes_per_minute: float = Field(default=4, ge=0, le=60)


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
    """What has fired so far: cooldowns, shares of the minute, and where the cuts are."""

    def __init__(self, style: EditStyle, boundaries: list[int], duration: int) -> None:
        self.style = style
        self.cuts = sorted(boundaries)
        self.minutes = duration / FPS / 60
        self.last: dict[str, int] = {}
        self.used: Counter[str] = Counter()
        self.latest: tuple[int, int] | None = None  # frame and priority of the last answer with a picture effect

    def since_cut(self, event: Event) -> float:
        before = [c for c in self.cuts if c <= event.frame]
        return (event.frame - before[-1]) / FPS if before else 0.0

    def allows(self, rule: Rule, event: Event) -> bool:
        rested = event.frame - self.last.get(rule.name, -(10**6)) >= rule.cooldown * FPS
        return (
            rested
            and self._left(rule.name, rule.per_minute)
            and (not _whooshes(rule) or self._left("/whoosh", self.style.limits.whooshes_per_minute))
            and (
                not _seen(rule)
                or (self._left("/effects", self.style.limits.effects_per_minute) and self._apart(rule, event))
            )
            and (not _cuts(rule) or self._room(event.frame))
        )

    def take(self, rule: Rule, event: Event) -> None:
        self.last[rule.name] = event.frame
        self.used[rule.name] += 1
        self.used["/whoosh"] += _whooshes(rule)
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
