"""Edit styles as data: how fast a cut is, what is removed, which rules answer. Knows no shots, media or models.

A style is a TOML file: [pacing], [limits] and [[rules]] for drawn episodes, [footage] and [[footage.rules]] for footage.
Everything is checked when it is loaded; what is wrong is told with file and line."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from pydantic import Field, ValidationError, model_validator

from engine.core import Noun, UserError
from engine.firing import Limits
from engine.pacing import PaceLimits
from engine.rule_checks import check_drawn, check_footage
from engine.rule_faults import told_fault
from engine.rulebook import Faulty, Rule, When

MOST_HELD_SECONDS = 6.0
"""Frozen looks of an episode in all, the last one included."""


def _check_names(rules: Sequence[Rule]) -> None:
    twice = [name for name, n in Counter(r.name for r in rules).items() if n > 1]
    if twice:
        at = max(i for i, rule in enumerate(rules) if rule.name == twice[0])
        raise Faulty(f"two rules are named '{twice[0]}'", ("rules", at, "name"))


class CutLimits(Noun):
    clip: float = Field(default=0.75, ge=0.25, le=5)  # the least seconds between two cuts
    effects_per_minute: float = Field(default=30, gt=0, le=240)
    whooshes_per_minute: float = Field(default=4, ge=0, le=60)
    panels_per_minute: float = Field(default=2, ge=0, le=6)


class FootageStyle(Noun):
    """How footage is cut. Seconds, unless said otherwise; shares are of any minute of the cut."""

    silence_seconds: float = Field(default=0.6, ge=0.1, le=30)  # a silence of this length is removed, but its margins
    margin_before: float = Field(default=0.12, ge=0, le=2)  # kept before a sound
    margin_after: float = Field(default=0.2, ge=0, le=2)  # and after it
    clip: float = Field(default=1.0, ge=0.1, le=10)  # the least between two cuts
    cuts_per_minute: float = Field(default=24, gt=0, le=240)
    effects_per_minute: float = Field(default=30, gt=0, le=240)
    whooshes_per_minute: float = Field(default=2, ge=0, le=60)
    held_per_minute: float = Field(default=2.0, ge=0, le=20)  # pictures that stand still
    crossfade: int = Field(default=1, ge=0, le=12)  # frames at the timeline's rate over which sound changes at a cut
    most_zoom: float = Field(default=0.35, gt=0, le=1)  # the most that anything comes closer: footage turns soft
    rules: tuple[Rule, ...] = ()

    @property
    def limits(self) -> Limits:
        """What `fire` keeps to."""
        return Limits(
            clip=self.clip,
            effects_per_minute=self.effects_per_minute,
            whooshes_per_minute=self.whooshes_per_minute,
            most_held=self.held_per_minute,
            cuts_per_minute=self.cuts_per_minute,
            sliding=True,
            on_cuts=True,
            snap=self.margin_before,
            together=True,
        )

    @model_validator(mode="after")
    def _consistent(self) -> FootageStyle:
        kept = self.margin_before + self.margin_after
        if kept >= self.silence_seconds:
            reason = f"margins of {kept:g} s leave nothing of a silence of {self.silence_seconds:g} s to remove"
            raise Faulty(reason, ("silence_seconds",))
        if self.cuts_per_minute * self.clip > 60:
            reason = f"{self.cuts_per_minute:g} cuts a minute cannot be reached with clips of {self.clip:g} s"
            raise Faulty(reason, ("cuts_per_minute",))
        _check_names(self.rules)
        for at, rule in enumerate(self.rules):
            check_footage(rule, at, self.limits, self.most_zoom)
        return self


class EditStyle(Noun):
    name: str
    about: str = ""
    pacing: PaceLimits = PaceLimits()
    limits: CutLimits = CutLimits()
    rules: tuple[Rule, ...] = ()
    footage: FootageStyle = FootageStyle()

    @property
    def episode_limits(self) -> Limits:
        """What `fire` keeps to in a drawn episode, whose last look is held."""
        given = self.limits
        return Limits(
            clip=given.clip,
            effects_per_minute=given.effects_per_minute,
            whooshes_per_minute=given.whooshes_per_minute,
            panels_per_minute=given.panels_per_minute,
            held=self.pacing.hold,
            most_held=MOST_HELD_SECONDS,
        )

    @model_validator(mode="after")
    def _consistent(self) -> EditStyle:
        if self.limits.clip > self.pacing.shot[0]:
            raise Faulty("limits.clip is longer than the shortest shot (pacing.shot)", ("limits", "clip"))
        if self.pacing.hold > MOST_HELD_SECONDS / 2:
            reason = f"pacing.hold = {self.pacing.hold:g}: a look held over {MOST_HELD_SECONDS / 2:g} s has stalled"
            raise Faulty(reason, ("pacing", "hold"))
        _check_names(self.rules)
        freezes = tuple(1 - self.pacing.hold / total for total in self.pacing.total)
        for at, rule in enumerate(self.rules):
            check_drawn(rule, at, self.episode_limits, self.pacing.total[1], (freezes[0], freezes[1]))
        return self


def known_styles() -> list[str]:
    folder = files("configs") / "edit"
    return sorted(Path(f.name).stem for f in folder.iterdir() if f.name.endswith(".toml"))


def load_style(name: str) -> EditStyle:
    """The edit style `name` of configs/edit, or the TOML file at that path. UserError names file, line and reason."""
    if name.endswith(".toml"):
        path = Path(name)
        if not path.is_file():
            raise UserError(f"no edit style at {name}")
        try:
            return parse_style(path.read_text("utf-8"), name)
        except UnicodeDecodeError as error:
            raise UserError(f"{name}: not a text file in UTF-8") from error
    if name not in known_styles():
        raise UserError(f"unknown edit style '{name}': choose from {', '.join(known_styles())}")
    return parse_style((files("configs") / "edit" / f"{name}.toml").read_text("utf-8"), f"configs/edit/{name}.toml")


def parse_style(text: str, source: str) -> EditStyle:
    """A style from TOML text; `source` is the file named in errors, with the line of what is wrong."""
    try:
        return EditStyle.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise UserError(told_fault(error, text, source, NOUNS)) from error
    except RecursionError as error:
        raise UserError(f"{source}: tables or lists are nested too deeply") from error


NOUNS: dict[str, type[Noun]] = {
    "": EditStyle, "pacing": PaceLimits, "limits": CutLimits, "footage": FootageStyle, "rules": Rule, "when": When,
}  # fmt: skip
"""What a table of a style holds, by its name."""
