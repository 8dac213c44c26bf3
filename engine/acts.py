"""What an edit rule can do to picture and sound: acts with their limits, checked when loaded. Knows no events or shots.

Lengths are seconds where they are heard or felt, frames (`length`, `delay`, `burst`, `every`) where they are counted: of
the 24 a second that our episodes have; `counted` says how many those are in footage of another rate."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from engine.core import FPS, Noun
from engine.rates import Rate

Target = Literal["speaker", "listener", "closer", "all", "next_angle", "reaction"]
Share = Annotated[float, Field(ge=0, le=1)]
PANEL_SECONDS = (0.8, 1.6)
"""Split panels slide in over five frames; less is not read, more is not a beat."""
MOST_DELAY = 24
MOST_OVERLAYS = 2
"""Effects drawn over the picture at once."""


def counted(length: int, rate: Rate) -> int:
    """Frames at `rate` that last as long as `length` frames of an act: 6 are 6 at 24, 15 at 60; never none of some.

    >>> counted(6, 24), counted(6, 60), counted(0, 60)
    (6, 15, 0)
    """
    return max(1, round(length * rate / FPS)) if length else 0


class Cut(Noun):
    """Cut to another framing: of a drawn shot to its speaker or its listener, of footage to the `next_angle` or to the
    angle of who does not speak (`reaction`); of both `closer` and back to `all` of the picture."""

    act: Literal["cut"]
    to: Target
    zoom: float = Field(default=0.3, ge=0.05, le=0.8)


class PunchIn(Noun):
    """Snap closer by `zoom` and stay for `seconds` (0: to the cut)."""

    act: Literal["punch_in"]
    zoom: float = Field(default=0.18, gt=0, le=0.6)
    seconds: float = Field(default=0.0, ge=0, le=5)


class Hold(Noun):
    """Freeze the clip's last `seconds`: a declared hold. Footage freezes from the event on."""

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


class Delayed(Noun):
    """Begins `delay` frames after the event: what follows an impact."""

    delay: int = Field(default=0, ge=0, le=MOST_DELAY)


class Flash(Delayed):
    act: Literal["flash"]
    level: float = Field(default=0.8, ge=-1, le=1)
    length: int = Field(default=4, ge=1, le=12)


class Shake(Delayed):
    act: Literal["shake"]
    pixels: float = Field(default=14, gt=0, le=60)
    length: int = Field(default=12, ge=2, le=48)


class Impact(Noun):
    """Ink-on-paper comic frames."""

    act: Literal["impact"]
    length: int = Field(default=3, ge=1, le=8)


class Whip(Noun):
    """The picture arrives smeared by `pixels`, and the frames before it leave so."""

    act: Literal["whip"]
    pixels: float = Field(default=160, gt=0, le=400)
    length: int = Field(default=5, ge=2, le=12)


class Lines(Delayed):
    """Ink that races: `speed_lines` run past, `focus_lines` point at whoever speaks."""

    act: Literal["speed_lines", "focus_lines"]
    seconds: float = Field(default=0.8, gt=0, le=4)


class Focus(Delayed):
    """The rim blurs towards the face."""

    act: Literal["focus"]
    amount: Share = 0.8
    seconds: float = Field(default=0.8, gt=0, le=4)


class Leak(Delayed):
    """Warm light drifts in from the edges."""

    act: Literal["leak"]
    amount: Share = 0.6
    seconds: float = Field(default=2.0, gt=0, le=6)


class Tone(Delayed):
    """Screentone closes in on the face; in dread with gloom lines."""

    act: Literal["tone"]
    amount: Share = 1.0
    seconds: float = Field(default=1.4, gt=0, le=6)


class Panels(Noun):
    """The faces of the shot in split panels; a face alone with its eyes."""

    act: Literal["panels"]
    seconds: float = Field(default=1.2, ge=PANEL_SECONDS[0], le=PANEL_SECONDS[1])


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


# -- of footage only


class Zoom(Noun):
    """Come closer by `zoom`, evenly and slowly, over `seconds` (0: until the cut)."""

    act: Literal["zoom"]
    zoom: float = Field(default=0.08, gt=0, le=0.6)
    seconds: float = Field(default=0.0, ge=0, le=30)


class Speed(Noun):
    """Run `factor` times as fast for `seconds` of the cut, then as before."""

    act: Literal["speed"]
    factor: float = Field(ge=0.25, le=8)
    seconds: float = Field(default=1.0, ge=0.2, le=10)

    @model_validator(mode="after")
    def _changes(self) -> Speed:
        if self.factor == 1:
            raise ValueError("a factor of 1 changes nothing")
        return self


class Black(Delayed):
    """No picture for `length` frames; the sound goes on."""

    act: Literal["black"]
    length: int = Field(default=6, ge=1, le=48)


class Dip(Noun):
    """Down to black and back, `seconds` in all with the event in the middle."""

    act: Literal["dip"]
    seconds: float = Field(default=0.6, ge=0.1, le=3)


class Shifted(Noun):
    """The sound changes `seconds` before (`lead`, a J-cut) or after (`lag`, an L-cut) the picture of the rule's cut."""

    act: Literal["lead", "lag"]
    seconds: float = Field(default=0.3, ge=0.04, le=2)


class Duck(Noun):
    """Music down by `db` for `seconds`."""

    act: Literal["duck"]
    db: float = Field(default=9.0, ge=1, le=60)
    seconds: float = Field(default=1.5, ge=0.1, le=20)


Act = Annotated[
    Cut
    | PunchIn
    | Hold
    | Blur
    | Flash
    | Shake
    | Impact
    | Whip
    | Lines
    | Focus
    | Leak
    | Tone
    | Panels
    | HitSound
    | Stop
    | Zoom
    | Speed
    | Black
    | Dip
    | Shifted
    | Duck,
    Field(discriminator="act"),
]
ACTS: dict[str, type[Noun]] = {
    "cut": Cut, "punch_in": PunchIn, "hold": Hold, "blur": Blur, "flash": Flash, "shake": Shake, "impact": Impact,
    "whip": Whip, "speed_lines": Lines, "focus_lines": Lines, "focus": Focus, "leak": Leak, "tone": Tone,
    "panels": Panels, "hit": HitSound, "stop": Stop, "zoom": Zoom, "speed": Speed, "black": Black, "dip": Dip,
    "lead": Shifted, "lag": Shifted, "duck": Duck,
}  # fmt: skip
"""Each act's noun."""
OVERLAYS = (Blur, Flash, Impact, Whip, Lines, Focus, Leak, Tone, Panels, Black, Dip)
"""Acts that draw over the picture."""
HEARD = (HitSound, Stop, Shifted, Duck)
"""Acts that change nothing in the picture."""
SHARED_ACTS = ("cut", "punch_in", "hold", "blur", "flash", "shake", "whip", "hit")
DRAWN_ACTS = ("impact", "speed_lines", "focus_lines", "focus", "leak", "tone", "panels", "stop")
"""Acts that only an episode of ours can have: they are drawn around faces that are known, or silence whole stems."""
FOOTAGE_ACTS = ("zoom", "speed", "black", "dip", "lead", "lag", "duck")
SHARED_TARGETS = ("closer", "all")
DRAWN_TARGETS = ("speaker", "listener")
FOOTAGE_TARGETS = ("next_angle", "reaction")
"""Targets of a cut that need another camera."""
