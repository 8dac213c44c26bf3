"""Where captions stand in the picture, how large, in which styles. Numbers only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

CaptionStyle = Literal["bottom", "karaoke", "pop"]
"""`bottom`: two rows at the foot of the text-safe area. `karaoke`: the same, and the word being said lights up. `pop`:
one to three large words at a time, a third of the way up, each in its own time."""
STYLES: tuple[CaptionStyle, ...] = get_args(CaptionStyle)

PLAY_SIZE = (1080, 1920)
SAFE_LEFT, SAFE_RIGHT, SAFE_BOTTOM = 90, 890, 1460
"""The text-safe area that fits all platforms, in pixels of PLAY_SIZE."""
FONT_SIZE = 54
"""Height of an em in pixels of PLAY_SIZE."""
ASS_HEIGHT = 1.448
"""ASS counts a font's whole line (the face's Windows ascent + descent, 1160 + 288 of 1000) as its size."""
OUTLINE = 6
DESCENT = 14
"""What descenders and outline of the lower row need to stay inside the safe area."""

POP_SIZE = 100
"""Height of an em of `pop`; long words are set smaller."""
POP_BOTTOM = 1330
"""Foot of `pop`: the middle of the picture's lower half, above where `bottom` would stand."""
POP_OUTLINE = 9
POP_GROWN = 1.06
"""How far a word of `pop` overshoots as it springs up; room for it is kept in the safe area."""
LIT = "&H3FD2FF&"
"""The word being said, in ASS's order of colours (blue, green, red): warm yellow FFD23F."""
UNLIT = "&HFFFFFF&"


@dataclass(frozen=True)
class Page:
    """A picture to write on, in pixels: its size, the sides that text keeps between, the foot of `bottom` and of `pop`."""

    width: int
    height: int
    left: int
    right: int
    bottom: int
    pop_bottom: int


UPRIGHT = Page(*PLAY_SIZE, SAFE_LEFT, SAFE_RIGHT, SAFE_BOTTOM, POP_BOTTOM)
WIDE = Page(1920, 1080, 96, 1824, 1000, 880)
"""Five percent are kept free on every side (EBU R 95)."""


def page_for(size: tuple[int, int]) -> Page:
    """The page for a master of this width and height."""
    return WIDE if size[0] > size[1] else UPRIGHT


def centre() -> int:
    """Middle of the safe area, percent of the width."""
    return round(100 * (SAFE_LEFT + SAFE_RIGHT) / 2 / PLAY_SIZE[0])
