"""The nouns of the rule language: what a rule waits for (`when`) and does (`do`). Knows no styles, events or media.

Rules of drawn episodes and of footage are one noun; `engine.rule_checks` says which words belong to which."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeVar

from pydantic import Field, field_validator, model_validator

from engine.acts import FOOTAGE_TARGETS, Act, Cut, HitSound, Share
from engine.core import Beat, Noun
from models.base import CAMERA_MOVES, EMOTIONS, MOODS, SHOT_SIZES, SOUNDS

EventKind = Literal[
    "onset", "surge", "peak", "drop", "silence", "shot", "line", "cliffhanger", "freeze", "time",
    "beat", "passage", "end",
]  # fmt: skip
SHARED_EVENTS = ("onset", "surge", "peak", "drop", "silence", "time")
"""Heard, in takes or in footage; `time` is a moment of no weight: every half second, or the start of a word."""
DRAWN_EVENTS = ("shot", "line", "cliffhanger", "freeze")
"""Told by an episode's script."""
FOOTAGE_EVENTS = ("beat", "passage", "end")
"""A beat of the music, sound after a silence, and where the last sound has died away."""
SHARED_ASKED = ("on", "strength", "arousal", "speaker_change", "cliffhanger", "since_cut", "position", "chance")
DRAWN_ASKED = ("sizes", "moves", "beats", "moods", "emotions", "speaking", "shared")
FOOTAGE_ASKED = ("speech", "tension", "angles")

ActNoun = TypeVar("ActNoun", bound=Noun)
Key = tuple[str | int, ...]
"""A way into a TOML table: ("when", "since_cut"), ("do", 0, "kind")."""


class Faulty(ValueError):
    """A value that can be read but makes no sense, and the key below the table in question that is to blame."""

    def __init__(self, reason: str, key: Key = ()) -> None:
        super().__init__(reason)
        self.key = key


class When(Noun):
    """All of it must hold. An empty list allows everything; None does not care."""

    on: tuple[EventKind, ...] = Field(min_length=1)
    strength: tuple[Share, Share] = (0.0, 1.0)
    sizes: tuple[str, ...] = ()
    moves: tuple[str, ...] = ()
    beats: tuple[Beat, ...] = ()
    moods: tuple[str, ...] = ()
    emotions: tuple[str, ...] = ()
    arousal: tuple[Share, Share] = (0.0, 1.0)  # of the line or the passage, as heard
    tension: tuple[Share, Share] = (0.0, 1.0)  # of the passage
    speaking: bool | None = None  # a line is being said
    speech: bool | None = None  # the passage is a voice; in a silence, the one before it
    speaker_change: bool | None = None
    shared: bool | None = None  # the speaker and someone else are both seen
    cliffhanger: bool | None = None  # the last spoken line; of footage the last passage
    angles: int = Field(default=0, ge=0, le=16)  # cameras at hand, at least
    since_cut: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    position: tuple[Share, Share] = (0.0, 1.0)
    chance: Share = 1.0

    @field_validator("strength", "arousal", "tension", "position")
    @classmethod
    def _ordered(cls, value: tuple[float, float]) -> tuple[float, float]:
        if value[0] > value[1]:
            raise ValueError(f"[{value[0]:g}, {value[1]:g}] can never hold: the least is over the most")
        return value

    @field_validator("chance")
    @classmethod
    def _some(cls, value: float) -> float:
        if value == 0:
            raise ValueError("a chance of 0 never comes")
        return value

    @model_validator(mode="after")
    def _known(self) -> When:
        for key, known in (("sizes", SHOT_SIZES), ("moves", CAMERA_MOVES), ("moods", MOODS), ("emotions", EMOTIONS)):
            for at, word in enumerate(getattr(self, key)):
                if word not in known:
                    raise Faulty(f"unknown {key[:-1]} '{word}': choose from {', '.join(known)}", (key, at))
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
    def _sounds(self) -> Rule:
        for at, act in enumerate(self.do):
            if isinstance(act, HitSound) and act.kind not in SOUNDS:
                raise Faulty(f"unknown sound '{act.kind}': choose from {', '.join(SOUNDS)}", ("do", at, "kind"))
        return self

    def acts(self, kind: type[ActNoun]) -> Iterator[ActNoun]:
        """Its acts of one kind."""
        return (act for act in self.do if isinstance(act, kind))

    @property
    def angles(self) -> int:
        """Cameras that must be at hand: two at least when it cuts to another."""
        return max(self.when.angles, 2 if any(cut.to in FOOTAGE_TARGETS for cut in self.acts(Cut)) else 0)
