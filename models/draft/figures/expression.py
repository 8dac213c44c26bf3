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
    "joy": Expression(-12, -12, -2, 0.80, 0.34, 1.1, 1.04, "grin", 0.70, marks=("ticks",)),
    "tender": Expression(-8, -2, 4, 0.80, 0.14, 1.2, 1.06, "smile", 0.75, marks=("ticks",)),
    "smirk": Expression(8, -2, -12, 0.72, 0.14, 1, 1, "smirk", gaze=0.12, uneven=True),
    "anger": Expression(20, 8, -8, 0.78, 0.12, 0.86, 0.94, "scowl", veil=("#8a2438", 0.20), marks=("furrow",)),
    "rage": Expression(
        27, 8, -16, 0.88, 0.20, 0.66, 0.86, "shout", veil=("#9a1238", 0.36), marks=("vein", "furrow", "flush")
    ),
    "fear": Expression(
        -30, -16, 2, 1.12, -0.06, 0.56, 0.82, "tremble", 0.05, gaze_up=-0.05, veil=("#5a74b8", 0.30),
        marks=("sweat", "shiver"),
    ),
    "shock": Expression(-24, -30, -18, 1.26, -0.16, 0.46, 0.74, "gasp", 0.05, veil=("#6f86c8", 0.35), marks=("sweat", "gloom")),
    "grief": Expression(-26, -2, 14, 0.66, 0.14, 1.12, 1.04, "frown", 0.60, gaze_up=0.14, marks=("well", "tear")),
    "tears": Expression(-30, -6, 12, 0.90, 0.20, 1.2, 1.06, "sob", 0.85, marks=("well", "streams", "ticks")),
    "resolve": Expression(13, 2, -12, 0.86, 0.06, 0.92, 1, "firm", 0.10, marks=("spark",)),
    "cold": Expression(10, 5, -3, 0.60, 0.06, 0.9, 0.98, "thin", 0.0, veil=("#2c2a78", 0.44)),
    "plead": Expression(-32, -10, 8, 1.04, 0.04, 1.3, 1.12, "part", 0.60, gaze_up=-0.10, marks=("well", "shine")),
    "triumph": Expression(12, -6, -20, 0.76, 0.26, 0.86, 1, "laugh", 0.30, uneven=True, marks=("spark",)),
}  # fmt: skip
