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
    low_lid: float = 0  # raised: at .57 the lower lid is straight, above it bends up
    pupil: float = 1
    iris: float = 1
    mouth: str = "closed"
    blush: float | None = None
    gaze: float = 0
    gaze_up: float = 0
    uneven: bool = False  # one brow up, the other eye narrower
    droop: float = 0  # how far the outer corners of the eyes sink
    shine: float = 1  # size of the eyes' highlights; above 1.1 there are more of them, 0 for none
    veil: tuple[str, float] | None = None  # colour and strength of the gradient over the forehead
    marks: tuple[str, ...] = ()


EXPRESSIONS = {
    "neutral": Expression(),
    "joy": Expression(
        -26, -22, 2, 1.04, 1.05, 1.1, 1.08, "grin", 0.85, gaze_up=-0.22, droop=5, shine=1.2, marks=("ticks", "sparkle")
    ),
    "tender": Expression(-16, -8, 8, 0.84, 0.36, 1.2, 1.08, "smile", 0.90, droop=7, shine=1.2, marks=("ticks",)),
    "smirk": Expression(10, -2, -10, 0.68, 0.26, 1, 1, "smirk", gaze=0.16, uneven=True),
    "anger": Expression(24, 10, -10, 0.78, 0.20, 0.84, 0.94, "snarl", veil=("#c0303a", 0.24), marks=("furrow",)),
    "rage": Expression(
        31, 8, -20, 0.94, 0.24, 0.60, 0.82, "shout", shine=0.7, veil=("#c01830", 0.26), marks=("vein", "furrow", "flush")
    ),
    "fear": Expression(
        -38, -14, 12, 1.08, 0.20, 0.60, 0.74, "tremble", 0.0, gaze_up=0.04, droop=4, shine=0.8, veil=("#9c70dc", 0.21),
        marks=("sweat", "shiver", "gloom"),
    ),
    "shock": Expression(
        -30, -42, -28, 1.34, -0.22, 0.40, 0.68, "gasp", 0.0, gaze_up=0.12, shine=0.7, veil=("#a284e6", 0.13),
        marks=("drop", "startle"),
    ),
    "grief": Expression(
        -32, -2, 18, 0.58, 0.16, 1.12, 1.04, "frown", 0.60, gaze_up=0.20, droop=8, shine=1.15, marks=("well", "tear", "nose")
    ),
    "tears": Expression(
        -38, -8, 16, 0.86, 0.34, 1.2, 1.06, "sob", 0.95, droop=8, shine=1.3, marks=("well", "streams", "ticks", "nose")
    ),
    "resolve": Expression(19, 15, 2, 0.82, 0.16, 0.9, 1.04, "firm", 0.10, shine=1.15),
    "cold": Expression(12, 9, 4, 0.50, 0.10, 0.80, 0.94, "thin", 0.0, shine=0.55, veil=("#5a3290", 0.26)),
    "plead": Expression(-40, -14, 12, 1.12, 0.0, 1.16, 1.16, "part", 0.75, gaze_up=-0.10, droop=7, shine=1.28, marks=("well",)),
    "triumph": Expression(16, -4, -20, 0.72, 0.44, 0.86, 1, "laugh", 0.30, uneven=True, shine=1.15),
}  # fmt: skip
