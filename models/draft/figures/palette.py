"""Every colour of the figures, by vocabulary word. Knows hex strings, no shapes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tone:
    """Four values of one material: lit base, shadow, highlight, ink."""

    base: str
    shade: str
    light: str
    ink: str


@dataclass(frozen=True)
class Skin:
    base: str
    shade: str
    deep: str
    ink: str
    line: str
    blush: str
    flush: str
    glow: str
    lip: str
    lip_top: str
    lip_line: str


@dataclass(frozen=True)
class Iris:
    dark: str
    mid: str
    light: str
    glow: str


SKIN_TONES = {
    "fair": Skin("#fbe3d2", "#e6b59f", "#d08f80", "#9a5850", "#3a1f26", "#ee8a86", "#c94f58", "#fff4ea", "#d9646c", "#b8434f", "#6d1f2b"),
    "pale": Skin("#fdeadf", "#e9bcae", "#d4948c", "#9a5457", "#391c26", "#f08c92", "#cc4c5e", "#fffaf4", "#d0485a", "#a82c42", "#5e1020"),
    "male": Skin("#f3d3ba", "#d7a286", "#bd7f68", "#83483c", "#2c1a1e", "#dd8a74", "#b85a50", "#fde8d4", "#cc7f70", "#a95d50", "#5a2620"),
    "old": Skin("#e8cbac", "#c59a7a", "#a87a5a", "#6e4633", "#2c1c1c", "#d08a70", "#a85c4c", "#f6e0c6", "#b57868", "#8e5648", "#54281f"),
    "deep": Skin("#b07a56", "#875240", "#653a30", "#3b1e1c", "#24100f", "#c05a48", "#8c3430", "#cf9c74", "#a8504c", "#7c3434", "#38100f"),
}  # fmt: skip

HAIR_TONES = {
    "brown_black": Tone("#3b2830", "#21151b", "#8a626a", "#120a10"),
    "blue_black": Tone("#262735", "#14141d", "#68739a", "#08080e"),
    "raven": Tone("#241c2a", "#130d18", "#5f5580", "#0a060c"),
    "silver": Tone("#b4b2c2", "#7e7b90", "#f2f1fa", "#34313f"),
    "chestnut": Tone("#66402f", "#412519", "#b98463", "#1e0f0a"),
    "auburn": Tone("#7c3026", "#4e1a18", "#d0745a", "#260a0a"),
    "blond": Tone("#f0c672", "#c08640", "#fff3c8", "#55321a"),
    "violet": Tone("#51407e", "#30234f", "#a294e0", "#150d28"),
    "crimson": Tone("#8c1f33", "#560e22", "#e4667a", "#25040e"),
}

IRIDES = {
    "amber": Iris("#2a1418", "#6a3420", "#b86a30", "#f8c880"),
    "steel": Iris("#15161e", "#2c3a50", "#5a7898", "#c0dcf0"),
    "wine": Iris("#1c1020", "#4a1a30", "#9a3a4e", "#f8a090"),
    "jade": Iris("#0e1e1a", "#1d4a3c", "#3c8a68", "#aef0c4"),
    "violet": Iris("#1a1030", "#3c2468", "#7a58b8", "#d4b8ff"),
}

CLOTHS = {
    "navy": Tone("#2b3558", "#1a203c", "#4a598c", "#0b0f1e"),
    "black": Tone("#2a272f", "#18161c", "#514c5c", "#08070a"),
    "white": Tone("#f4f1f3", "#cfc6d4", "#ffffff", "#514a5c"),
    "red": Tone("#c02a32", "#86162a", "#e2585a", "#350810"),
    "crimson": Tone("#94182e", "#620b24", "#c03a50", "#28040f"),
    "gold": Tone("#d9a43c", "#9c6a20", "#f6d67e", "#452a0c"),
    "emerald": Tone("#1f7258", "#104a40", "#45a07e", "#06211c"),
    "teal": Tone("#2b7d8a", "#17535f", "#58b0b8", "#08272e"),
    "sky": Tone("#86acd2", "#587fa9", "#bcd8ee", "#23344c"),
    "violet": Tone("#6b549c", "#45346e", "#9a84cc", "#1c1232"),
    "rose": Tone("#dc8f9c", "#b05f74", "#f6bfc6", "#4c1c2c"),
    "brown": Tone("#7d5840", "#523626", "#a98062", "#22130c"),
    "grey": Tone("#8b8c98", "#5f606e", "#b9bac6", "#24242e"),
    "cream": Tone("#efe2ca", "#c8b294", "#fff8e8", "#54422e"),
}

GOLD = Tone("#e9b84a", "#a8701c", "#fff0b0", "#5a3510")
SILVER = Tone("#cfd4de", "#8b90a2", "#ffffff", "#3a3d4a")
STEEL = Tone("#8f98aa", "#565e74", "#dfe6f2", "#1c2130")
LINEN = Tone("#fbf7f4", "#d6cad8", "#ffffff", "#5a4e5e")
RUBY = "#c8202c"

PARTNERS = {
    "navy": "crimson", "black": "crimson", "white": "sky", "red": "gold", "crimson": "gold", "gold": "crimson",
    "emerald": "gold", "teal": "cream", "sky": "white", "violet": "rose", "rose": "white", "brown": "cream",
    "grey": "navy", "cream": "brown",
}  # fmt: skip
"""The accent that goes with each cloth: ties, sashes, collars."""


def mix(first: str, second: str, share: float) -> str:
    """The colour `share` of the way from the first hex colour to the second."""
    a = [int(first[i : i + 2], 16) for i in (1, 3, 5)]
    b = [int(second[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(x + (y - x) * share):02x}" for x, y in zip(a, b, strict=True))


def cloth(colour: str) -> Tone:
    return CLOTHS[colour]


def accent(colour: str) -> Tone:
    return CLOTHS[PARTNERS[colour]]
