"""Measure how the words of a look are drawn: colours and outlines, written to configs/looks/draft.toml.

python scripts/measure_looks.py"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from models.base import COLOURS, HAIR_COLOURS, HAIR_STYLES, OUTFITS, Look
from models.draft.figures import draw_figure
from models.draft.signature import HEAD_PX, Mask, flattened, outline, signature

TABLE = Path(__file__).resolve().parent.parent / "configs" / "looks" / "draft.toml"
BODIES = {
    "woman": ("female", 25), "man": ("male", 30), "elder woman": ("female", 66), "elder man": ("male", 66),
    "child": ("female", 9),
}  # fmt: skip
HEAD = """# How the words of a look are drawn: measured by scripts/measure_looks.py, which writes this file
# hair, outfit: the colour that a drawing mostly shows. outline: how much two outlines (head and shoulders at 120 pixels,
# eyes on eyes) are alike, intersection over union in hundredths; rows and columns in the order of `order`.
"""


def look(sex: str, age: int, hair: str = "bob", outfit: str = "suit", hair_colour: str = "raven", colour: str = "navy") -> Look:  # fmt: skip
    return Look(sex, age, hair, hair_colour, "round", "amber", "fair", outfit, colour)


def hair_colours() -> dict[str, str]:
    return {word: signature(look("female", 25, "long", hair_colour=word)).hair for word in HAIR_COLOURS}


def outfit_colours() -> dict[str, dict[str, str]]:
    worn_at = {"school": 9}
    return {
        o: {c: signature(look("female", worn_at.get(o, 25), outfit=o, colour=c)).outfit for c in COLOURS}
        for o in OUTFITS
    }


def outlines() -> dict[str, Mask]:
    """By body and hair, all in a plain suit."""
    found: dict[str, Mask] = {}
    for body, (sex, age) in BODIES.items():
        for hair in HAIR_STYLES:
            drawn = draw_figure(look(sex, age, hair), "neutral", 0, HEAD_PX)
            found[f"{body} {hair}"] = outline(drawn, flattened(drawn))
    return found


def overlaps(masks: Mapping[str, Mask]) -> list[str]:
    return [" ".join(str(round(100 * (a & b).sum() / (a | b).sum())) for b in masks.values()) for a in masks.values()]


def table() -> str:
    masks = outlines()
    lines = [HEAD, "[hair]", *(f'{word} = "{colour}"' for word, colour in hair_colours().items())]
    for outfit, row in outfit_colours().items():
        lines += ["", f"[outfit.{outfit}]", *(f'{word} = "{colour}"' for word, colour in row.items())]
    lines += ["", "[outline]", "order = ["]
    for body in BODIES:
        lines.append("    " + " ".join(f'"{name}",' for name in masks if name.rsplit(" ", 1)[0] == body))
    lines += ["]", "rows = [", *(f'    "{row}",' for row in overlaps(masks)), "]", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
    print(f"written: {TABLE}")
