"""Background plates: twenty kinds of place at four hours in four weathers, in depth layers far, mid and near.

A plate is 15 % larger than the frame; the lit part is behind the head, the floor's lines meet near (540, 1290).
Far is opaque; mid has holes where far is seen; near frames the picture and leaves the face free."""

from __future__ import annotations

import random
from collections.abc import Callable

from models.base import PLATES
from models.draft.palette import palette_of
from models.draft.plates import car, court_rooms, court_yards, grounds, halls, nature, rooms, streets
from models.draft.plates.photograph import DETAIL, HEIGHT, MARGIN_X, MARGIN_Y, WIDTH, shoot
from models.draft.plates.scenery import Scenery
from models.draft.raster import Image

__all__ = ["DETAIL", "HEIGHT", "MARGIN_X", "MARGIN_Y", "PLACES", "WIDTH", "draw_plate"]

Place = Callable[[Scenery], None]
PLACES: dict[str, Place] = {
    "office": rooms.office, "penthouse": rooms.penthouse, "mansion": halls.mansion, "hospital": rooms.hospital,
    "street": streets.street, "alley": streets.alley, "rooftop": streets.rooftop, "warehouse": halls.warehouse,
    "temple": grounds.temple, "palace": grounds.palace, "forest": nature.forest, "lakeside": nature.lakeside,
    "car": car.car, "bedroom": rooms.bedroom, "courtroom": halls.courtroom, "school": rooms.school,
    "chamber": court_rooms.chamber, "dungeon": court_rooms.dungeon, "courtyard": court_yards.courtyard,
    "passage": court_yards.passage,
}  # fmt: skip
INDOORS = (
    "office", "penthouse", "mansion", "hospital", "warehouse", "palace", "car", "bedroom", "courtroom", "school", "chamber",
    "dungeon",
)  # fmt: skip


def draw_plate(kind: str, time: str, weather: str, genre: str, seed: int) -> dict[str, Image]:
    """Layers 'far' (opaque), 'mid' and 'near', premultiplied BGRA, each at its own share (DETAIL) of (2208, 1242).

    ValueError names an unknown word."""
    place, mirror = built(kind, time, weather, genre, seed)
    return shoot(place, mirror, seed)


def built(kind: str, time: str, weather: str, genre: str, seed: int) -> tuple[Scenery, bool]:
    """The place, and whether it is seen mirrored."""
    if kind not in PLATES:
        raise ValueError(f"unknown plate {kind!r}: choose from {', '.join(PLATES)}")
    chance = random.Random(f"{kind} {seed}")
    mirror = chance.random() < 0.5
    place = Scenery(palette_of(time, weather, genre), chance, random.Random(seed), indoors=kind in INDOORS)
    PLACES[kind](place)
    return place, mirror
