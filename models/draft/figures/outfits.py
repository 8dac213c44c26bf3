"""The table of outfits. Knows which routine draws which word, nothing else."""

from __future__ import annotations

from collections.abc import Callable

from models.draft.figures.anatomy import Subject
from models.draft.figures.eastern import armour, hanfu, robe
from models.draft.figures.tailoring import OutfitArt
from models.draft.figures.uniforms import hospital, school, street, uniform
from models.draft.figures.western import blazer, coat, dress, gown, suit

OUTFITS_DRAWN: dict[str, Callable[[Subject], OutfitArt]] = {
    "suit": suit,
    "blazer": blazer,
    "gown": gown,
    "hanfu": hanfu,
    "armour": armour,
    "street": street,
    "hospital": hospital,
    "school": school,
    "uniform": uniform,
    "robe": robe,
    "coat": coat,
    "dress": dress,
}
