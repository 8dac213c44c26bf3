"""What tells one drawn character from another: hair and outfit colour, and the outline, off the pixels. No words, no shots.

A region is found by changing one word: hair is what another hair colour repaints."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from models.base import Look
from models.draft.figures import FigureSheet, draw_figure
from models.looks import ciede2000, lab_of

HEAD_PX = 68
"""Drawn this high (skull to chin), head and shoulders of OUTLINE_HEIGHT pixels are about their own size."""
OUTLINE_HEIGHT, OUTLINE_WIDTH = 120, 160
ABOVE, BELOW = 520.0, 480.0
"""Head and shoulders, in head units (a head is 600) above and below the eyes."""
CLOTHES_TO = 1300.0
"""Clothes are judged down to here below the eyes: what most shots show."""
CHIN = 230.0
REPAINTED = 6
BIN = 10
"""Colours within this many levels count as one."""

Mask = NDArray[np.bool_]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Signature:
    """Dominant colours as hex words and the outline, eyes on one place and heads of one height."""

    hair: str
    outfit: str
    outline: Mask

    def colour_gap(self, other: Signature) -> float:
        """CIEDE2000 in hair or in outfit, whichever tells more."""
        pairs = ((self.hair, other.hair), (self.outfit, other.outfit))
        return max(ciede2000(lab_of(a), lab_of(b)) for a, b in pairs)

    def overlap(self, other: Signature) -> float:
        """Intersection over union of the outlines."""
        return float((self.outline & other.outline).sum() / max(1, (self.outline | other.outline).sum()))


def signature(look: Look, character: str = "") -> Signature:
    """Draws a character a few times and measures it."""
    drawn = draw_figure(look, "neutral", 0, HEAD_PX, character=character)
    plain = flattened(drawn)
    hair = _repainted(plain, replace(look, hair_colour="silver" if look.hair_colour == "raven" else "raven"), character)
    skin = _repainted(plain, replace(look, skin="fair" if look.skin == "deep" else "deep"), character)
    clothes = (plain[..., 3] > 250) & ~hair & ~skin
    eyes, unit = drawn.place.face[1], drawn.place.unit
    clothes[: round(eyes + CHIN * unit)] = False
    clothes[round(eyes + CLOTHES_TO * unit) :] = False
    return Signature(average(plain, hair), dominant(plain, clothes), outline(drawn, plain))


def flattened(drawn: FigureSheet) -> Pixels:
    """All layers of a figure over one another: premultiplied BGRA in its pixel space."""
    width, height = drawn.place.size
    out = np.zeros((height, width, 4), np.float32)
    for sprite in drawn.layers():
        y, x = max(0, sprite.y), max(0, sprite.x)
        part = sprite.pixels[y - sprite.y :, x - sprite.x :][: height - y, : width - x].astype(np.float32)
        window = out[y : y + part.shape[0], x : x + part.shape[1]]
        window[:] = part + window * (1 - part[..., 3:] / 255)
    return out.round().astype(np.uint8)


def _repainted(plain: Pixels, other: Look, character: str) -> Mask:
    """Where the drawing changes when one word of the look changes."""
    drawn = flattened(draw_figure(other, "neutral", 0, HEAD_PX, character=character))
    return np.abs(plain.astype(np.int16) - drawn).max(axis=2) > REPAINTED


def average(pixels: Pixels, where: Mask) -> str:
    """The mean colour of a region, as a hex word: hair is base and shadow in about equal parts. ValueError when empty."""
    return _hex(_opaque(pixels, where))


def dominant(pixels: Pixels, where: Mask) -> str:
    """The commonest colour of a region: the mean of its fullest bin, as a hex word. ValueError for an empty region."""
    chosen = _opaque(pixels, where)
    bins, members = np.unique(chosen // BIN, axis=0, return_inverse=True)
    fullest = np.bincount(members.ravel(), minlength=len(bins)).argmax()
    return _hex(chosen[members.ravel() == fullest])


def _opaque(pixels: Pixels, where: Mask) -> Pixels:
    chosen = pixels[where & (pixels[..., 3] > 250)][:, :3]
    if not len(chosen):
        raise ValueError("the region is empty: nothing has this colour")
    return chosen


def _hex(colours: Pixels) -> str:
    blue, green, red = colours.mean(axis=0).round().astype(int)
    return f"#{red:02x}{green:02x}{blue:02x}"


def outline(drawn: FigureSheet, plain: Pixels) -> Mask:
    """Head and shoulders as a black fill, OUTLINE_HEIGHT pixels high, the eyes on one place."""
    scale = OUTLINE_HEIGHT / (ABOVE + BELOW) / drawn.place.unit
    x, y = drawn.place.face
    place = np.array([[scale, 0, OUTLINE_WIDTH / 2 - x * scale], [0, scale, (ABOVE * drawn.place.unit - y) * scale]])
    size = (OUTLINE_WIDTH, OUTLINE_HEIGHT)
    return cv2.warpAffine(plain[..., 3], place, size, flags=cv2.INTER_LINEAR) > 127
