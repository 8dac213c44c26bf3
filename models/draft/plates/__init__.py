"""Background plates: sixteen kinds of place at four hours in four weathers, in depth layers far, mid and near.

A plate is 15 % larger than the frame; the lit part is behind the head, the floor's lines meet near (540, 1290)."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from models.base import PLATES
from models.draft.palette import palette_of
from models.draft.plates import city, halls, nature, rooms
from models.draft.plates.parts import Set
from models.draft.raster import Image, render
from models.draft.svg import Drawing

PLACES: dict[str, Callable[[Set], None]] = {
    "office": rooms.office,
    "penthouse": rooms.penthouse,
    "mansion": halls.mansion,
    "hospital": rooms.hospital,
    "street": city.street,
    "alley": city.alley,
    "rooftop": city.rooftop,
    "warehouse": halls.warehouse,
    "temple": nature.temple,
    "palace": nature.palace,
    "forest": nature.forest,
    "lakeside": nature.lakeside,
    "car": city.car,
    "bedroom": rooms.bedroom,
    "courtroom": halls.courtroom,
    "school": halls.school,
}
LAMPLIT = ("office", "mansion", "hospital", "warehouse", "palace", "bedroom", "courtroom", "school")
"""Rooms whose own lamps keep the hour outside."""
LAMPLIGHT = 0.45
DETAIL = {"far": 0.625, "mid": 1.0, "near": 0.375}
"""Distance and blur need fewer pixels; drawing a layer costs by its pixels."""
WIDTH, HEIGHT = 1242, 2208
MARGIN_X, MARGIN_Y = 81, 144
"""Overscan on each side of the 1080x1920 frame."""


def draw_plate(kind: str, time: str, weather: str, genre: str, seed: int) -> dict[str, Image]:
    """Layers 'far' (opaque), 'mid' and 'near', premultiplied BGRA, each at its own share (DETAIL) of (2208, 1242).

    ValueError names an unknown word."""
    if kind not in PLATES:
        raise ValueError(f"unknown plate {kind!r}: choose from {', '.join(PLATES)}")
    palette = palette_of(time, weather, genre)
    if kind in LAMPLIT:
        palette = replace(palette, shade=palette.shade * LAMPLIGHT)
    place = Set(Drawing(), Drawing(), Drawing(), palette, random.Random(f"{kind} {seed}"))
    PLACES[kind](place)
    view = (-MARGIN_X, -MARGIN_Y, WIDTH, HEIGHT)
    layers = {"far": place.far, "mid": place.mid, "near": place.near}
    return {
        name: render(layer.body(), view, round(WIDTH * DETAIL[name]), round(HEIGHT * DETAIL[name]))
        for name, layer in layers.items()
    }
