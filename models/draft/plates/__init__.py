"""Background plates: sixteen kinds of place at four hours in four weathers, in depth layers far, mid and near.

A plate is 15 % larger than the frame; the lit part is behind the head, the floor's lines meet near (540, 1290)."""

from __future__ import annotations

import random
from collections.abc import Callable

from models.base import PLATES
from models.draft.palette import Palette, palette_of
from models.draft.plates import rough
from models.draft.raster import Image, render
from models.draft.svg import Drawing

WIDTH, HEIGHT = 1242, 2208
MARGIN_X, MARGIN_Y = 81, 144
"""Overscan on each side of the 1080x1920 frame."""


def draw_plate(kind: str, time: str, weather: str, genre: str, seed: int) -> dict[str, Image]:
    """Layers 'far' (opaque), 'mid' and 'near', premultiplied BGRA (2208, 1242, 4). ValueError names an unknown word."""
    if kind not in PLATES:
        raise ValueError(f"unknown plate {kind!r}: choose from {', '.join(PLATES)}")
    palette = palette_of(time, weather, genre)
    layers = [Drawing(), Drawing(), Drawing()]
    rough.draw(kind, *layers, palette, random.Random(f"{kind} {seed}"))
    view = (-MARGIN_X, -MARGIN_Y, WIDTH, HEIGHT)
    return {name: render(d.body(), view, WIDTH, HEIGHT) for name, d in zip(("far", "mid", "near"), layers, strict=True)}
