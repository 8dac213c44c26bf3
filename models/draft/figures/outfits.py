"""The table of outfits. Knows which routine draws which word, nothing else."""

from __future__ import annotations

from collections.abc import Callable

from models.draft.figures.anatomy import Subject
from models.draft.figures.tailoring import OutfitArt
from models.draft.figures.western import suit

OUTFITS_DRAWN: dict[str, Callable[[Subject], OutfitArt]] = {}
for _word in (
    "suit",
    "blazer",
    "gown",
    "hanfu",
    "armour",
    "street",
    "hospital",
    "school",
    "uniform",
    "robe",
    "coat",
    "dress",
):
    OUTFITS_DRAWN[_word] = suit
