"""A place under construction: its four drawings, its lights, beams and floor, its colours and its chance. Draws nothing.

Coordinates are pixels of the 1080x1920 frame; a plate is drawn from LEFT to RIGHT and from TOP to BOTTOM."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from models.draft.palette import Palette
from models.draft.svg import Drawing, Point, mix

LEFT, RIGHT, TOP, BOTTOM = -90, 1170, -150, 2070
WIDE, TALL = RIGHT - LEFT, BOTTOM - TOP
VANISH_X, VANISH_Y = 540, 1290
INK = "#1a0f24"


class Light(NamedTuple):
    """A source of light: place, reach in pixels, colour, strength 0..1 and what burns there."""

    x: float
    y: float
    reach: float
    colour: str
    power: float
    kind: str  # lamp, candle, lantern, neon, window, screen, moon or sun


class Beam(NamedTuple):
    """A shaft of light through the air: its outline, colour and strength."""

    outline: tuple[Point, ...]
    colour: str
    power: float


class Floor(NamedTuple):
    """Ground that mirrors what stands behind it: upper edge, outline, and how much 0..1; wet ground has puddles."""

    top: float
    outline: tuple[Point, ...]
    gloss: float
    puddles: bool


@dataclass
class Scenery:
    """Far is seen through the holes of the shell; things stand before the shell; near frames the picture."""

    p: Palette
    rng: random.Random  # of what stays at every hour
    air: random.Random  # of what the hour and the weather change
    indoors: bool = False
    far: Drawing = field(default_factory=Drawing)
    shell: Drawing = field(default_factory=Drawing)
    things: Drawing = field(default_factory=Drawing)
    near: Drawing = field(default_factory=Drawing)
    lights: list[Light] = field(default_factory=list)
    beams: list[Beam] = field(default_factory=list)
    floor: Floor | None = None
    mist: float = 0.0  # banks of mist low in the picture, 0..1
    far_lit: bool = False  # the far layer belongs to the room and takes its light

    @property
    def lit(self) -> bool:
        """Whether lamps burn."""
        return self.p.lamps_lit

    @property
    def warm(self) -> str:
        return self.p.sky.lamp

    def light(self, x: float, y: float, reach: float, colour: str = "", power: float = 1.0, kind: str = "lamp") -> None:
        self.lights.append(Light(x, y, reach, colour or self.warm, power, kind))

    def beam(self, outline: Sequence[Point], colour: str = "", power: float = 0.25) -> None:
        self.beams.append(Beam(tuple(outline), colour or self.p.sky.light, power))

    def ground(self, top: float, outline: Sequence[Point] = (), gloss: float = 0.2, puddles: bool = False) -> None:
        """The floor that mirrors; without an outline all below `top`. Rain makes any ground outside wet."""
        if self.p.weather == "rain" and not self.indoors:
            gloss, puddles = max(gloss, 0.62), True
        shape = tuple(outline) or ((LEFT, top), (RIGHT, top), (RIGHT, BOTTOM), (LEFT, BOTTOM))
        self.floor = Floor(top, shape, gloss, puddles)

    def pick(self, *choices: str) -> str:
        return self.rng.choice(choices)

    def vary(self, colour: str, amount: float = 0.12) -> str:
        """The colour, a little lighter or darker by chance."""
        return mix(colour, self.rng.choice(("#ffffff", "#1a1030")), self.rng.uniform(0, amount))


def deep(colour: str, amount: float = 0.3) -> str:
    """A colour's shadow tone: darker, towards violet, never grey."""
    return mix(colour, "#1c0a30", amount)


def high(colour: str, amount: float = 0.3) -> str:
    """A colour's lit tone: lighter and warmer."""
    return mix(colour, "#fff0cc", amount)


def edge(colour: str) -> str:
    """Coloured ink for the outline of a surface."""
    return mix(colour, INK, 0.78)


def ray(x: float, y: float, reach: float) -> Point:
    """The point on the line from the vanishing point through (x, y), `reach` times as far out."""
    return VANISH_X + (x - VANISH_X) * reach, VANISH_Y + (y - VANISH_Y) * reach
