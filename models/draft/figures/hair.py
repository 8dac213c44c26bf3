"""The table of hairstyles. Knows which routine draws which word, nothing else."""

from __future__ import annotations

from collections.abc import Callable

from models.draft.figures.anatomy import Subject
from models.draft.figures.hair_long import long_hair, wavy
from models.draft.figures.hair_men import slick, undercut, windswept
from models.draft.figures.hair_short import bob, curtain, pixie
from models.draft.figures.hair_tied import granny_bun, palace_bun, ponytail, topknot, twin_tails
from models.draft.figures.haircut import HairArt


def layered(who: Subject) -> HairArt:
    """Short layers: close for women and children, wide and windswept for men."""
    return pixie(who) if who.body.female or who.body.child else windswept(who)


HAIRSTYLES: dict[str, Callable[[Subject], HairArt]] = {
    "long": long_hair,
    "layered": layered,
    "slick": slick,
    "palace_bun": palace_bun,
    "bob": bob,
    "ponytail": ponytail,
    "topknot": topknot,
    "wavy": wavy,
    "twin_tails": twin_tails,
    "undercut": undercut,
    "curtain": curtain,
    "granny_bun": granny_bun,
}
