"""What each emotion does to a face, as numbers in head units (brow + is down, lid 1 is open). Draws nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Expression:
    """Brow offsets at the inner end, middle and outer end; lids as fractions of the eye; marks by name."""

    brow_in: float = 0
    brow_mid: float = 0
    brow_out: float = 0
    lid: float = 0.97
    low_lid: float = 0
    pupil: float = 1
    iris: float = 1
    mouth: str = "closed"
    blush: float | None = None
    gaze: float = 0
    gaze_up: float = 0
    uneven: bool = False
    veil: tuple[str, float] | None = None  # colour and strength of the gradient over the forehead
    marks: tuple[str, ...] = ()


EXPRESSIONS = {
    "neutral": Expression(),
    "joy": Expression(-14, -16, -4, 0.70, 0.46, 1.1, 1.04, "grin", 0.75, marks=("ticks",)),
    "tender": Expression(-10, -4, 5, 0.74, 0.20, 1.2, 1.06, "smile", 0.80, marks=("ticks",)),
    "smirk": Expression(10, -2, -12, 0.66, 0.20, 1, 1, "smirk", gaze=0.16, uneven=True),
    "anger": Expression(22, 8, -10, 0.76, 0.14, 0.84, 0.94, "scowl", veil=("#8a2438", 0.24), marks=("furrow",)),
    "rage": Expression(
        29, 8, -18, 0.90, 0.22, 0.62, 0.84, "shout", veil=("#9a1238", 0.40), marks=("vein", "furrow", "flush")
    ),
    "fear": Expression(
        -32, -16, 4, 1.12, -0.06, 0.54, 0.80, "tremble", 0.05, gaze_up=-0.05, veil=("#5a74b8", 0.34),
        marks=("sweat", "shiver"),
    ),
    "shock": Expression(-24, -32, -20, 1.26, -0.16, 0.44, 0.72, "gasp", 0.05, veil=("#6f86c8", 0.40), marks=("sweat", "gloom")),
    "grief": Expression(-28, -2, 16, 0.60, 0.16, 1.12, 1.04, "frown", 0.60, gaze_up=0.16, marks=("well", "tear")),
    "tears": Expression(-32, -6, 14, 0.90, 0.22, 1.2, 1.06, "sob", 0.90, marks=("well", "streams", "ticks")),
    "resolve": Expression(19, 4, -18, 0.84, 0.12, 0.9, 1.02, "firm", 0.10, marks=("shine",)),
    "cold": Expression(12, 8, 2, 0.54, 0.06, 0.84, 0.96, "thin", 0.0, veil=("#2c2a78", 0.48)),
    "plead": Expression(-36, -12, 10, 1.06, 0.04, 1.35, 1.14, "part", 0.65, gaze_up=-0.12, marks=("well", "shine")),
    "triumph": Expression(14, -8, -24, 0.70, 0.30, 0.86, 1, "laugh", 0.30, uneven=True),
}  # fmt: skip
