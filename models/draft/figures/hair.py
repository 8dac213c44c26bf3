"""The table of hairstyles. Knows which routine draws which word, nothing else."""

from __future__ import annotations

from collections.abc import Callable

from models.draft.figures.anatomy import Subject
from models.draft.figures.hair_long import long_hair
from models.draft.figures.hair_short import layered
from models.draft.figures.haircut import HairArt

HAIRSTYLES: dict[str, Callable[[Subject], HairArt]] = {
    "long": long_hair, "layered": layered, "slick": layered, "palace_bun": long_hair, "bob": long_hair,
    "ponytail": long_hair, "topknot": layered, "wavy": long_hair, "twin_tails": long_hair, "undercut": layered,
    "curtain": layered, "granny_bun": layered,
}  # fmt: skip
