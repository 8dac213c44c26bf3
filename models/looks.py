"""How far apart two looks are, by their words: colours and outlines as measured on drawings. No pixels, no story.

The figures are data (configs/looks/draft.toml), written by scripts/measure_looks.py from the drawings themselves."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from models.base import Look

CHILD_BELOW, OLD_ABOVE = 13, 60
"""The ages at which a figure is drawn as a child or as an old person."""
LEAST_COLOUR_GAP = 20.0
"""CIEDE2000 between two of a cast, in hair or in outfit."""
MOST_OVERLAP = 0.85
"""Intersection over union of two outlines, head and shoulders, at 120 pixels."""
HUE_APART, CHROMATIC, VALUE_APART = 60.0, 12.0, 25.0
"""Degrees between two hues; the chroma that makes a hue; the lightness between two values."""

PLAIN = "suit"
"""An outfit that is all of its cloth's colour."""

Lab = tuple[float, float, float]


@dataclass(frozen=True)
class Measured:
    """Colours in CIELAB by word; overlaps by two outlines ('woman long', 'man slick')."""

    hair: dict[str, Lab]
    outfit: dict[tuple[str, str], Lab]
    overlap: dict[tuple[str, str], float]


@cache
def measured() -> Measured:
    """The measured figures of the draft's drawings."""
    data = tomllib.loads((files("configs") / "looks" / "draft.toml").read_text(encoding="utf-8"))
    order: list[str] = data["outline"]["order"]
    rows = [[int(n) / 100 for n in row.split()] for row in data["outline"]["rows"]]
    return Measured(
        {word: lab_of(colour) for word, colour in data["hair"].items()},
        {(o, word): lab_of(colour) for o, row in data["outfit"].items() for word, colour in row.items()},
        {(a, b): rows[i][j] for i, a in enumerate(order) for j, b in enumerate(order)},
    )


def body_kind(look: Look) -> str:
    """Which pattern a body is drawn on: child, woman, man, elder woman or elder man."""
    if look.age < CHILD_BELOW:
        return "child"
    kind = "woman" if look.sex == "female" else "man"
    return f"elder {kind}" if look.age > OLD_ABOVE else kind


def outline(look: Look) -> str:
    """The name of a look's outline: body and hair decide it."""
    return f"{body_kind(look)} {look.hair}"


def overlap(a: Look, b: Look) -> float:
    """How much two outlines are alike, 0..1: intersection over union, eyes on eyes, heads of one height."""
    return measured().overlap[outline(a), outline(b)]


def hair_gap(a: Look, b: Look) -> float:
    """CIEDE2000 between two hair colours."""
    hair = measured().hair
    return ciede2000(hair[a.hair_colour], hair[b.hair_colour])


def outfit_gap(a: Look, b: Look) -> float:
    """CIEDE2000 between the colours that two outfits mostly show, or between their cloths where that is less: how much
    of an outfit is its cloth depends on the body and the shot."""
    cloth = (measured().outfit[PLAIN, look.outfit_colour] for look in (a, b))
    return min(ciede2000(outfit_colour(a), outfit_colour(b)), ciede2000(*cloth))


def outfit_colour(look: Look) -> Lab:
    return measured().outfit[look.outfit, look.outfit_colour]


def confusable(a: Look, b: Look) -> bool:
    """Whether two of one cast could be taken for one another."""
    return max(hair_gap(a, b), outfit_gap(a, b)) < LEAST_COLOUR_GAP or overlap(a, b) > MOST_OVERLAP


def differences(a: Look, b: Look) -> int:
    """In how many of six visible traits two looks differ: outline, hair value, outfit hue, brows, eyes, icon."""
    hair = measured().hair
    return sum(
        (
            overlap(a, b) <= MOST_OVERLAP,
            abs(hair[a.hair_colour][0] - hair[b.hair_colour][0]) >= VALUE_APART,
            hues_apart(outfit_colour(a), outfit_colour(b)),
            _brow_weight(a) != _brow_weight(b),
            a.eyes != b.eyes,
            a.accessories != b.accessories,
        )
    )


def hues_apart(a: Lab, b: Lab) -> bool:
    """Whether two colours differ in hue; a grey has none and differs from every colour, two greys by their value."""
    chroma = [math.hypot(x[1], x[2]) for x in (a, b)]
    if min(chroma) >= CHROMATIC:
        turn = abs(_hue(a) - _hue(b))
        return min(turn, 360 - turn) >= HUE_APART
    return max(chroma) >= CHROMATIC or abs(a[0] - b[0]) >= VALUE_APART


def _brow_weight(look: Look) -> str:
    """Heavy for men, fine for women, the lightest for children."""
    kind = body_kind(look)
    return kind if kind == "child" else look.sex


# -- colour


def lab_of(colour: str) -> Lab:
    """CIELAB (D65) of a hex colour, by IEC 61966-2-1 and CIE 15."""
    r, g, b = (_linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    x = (0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047
    y = 0.2126729 * r + 0.7151522 * g + 0.0721750 * b
    z = (0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883
    fx, fy, fz = (_root(v) for v in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _root(value: float) -> float:
    return value ** (1 / 3) if value > (6 / 29) ** 3 else value / (3 * (6 / 29) ** 2) + 4 / 29


def _hue(colour: Lab) -> float:
    return math.degrees(math.atan2(colour[2], colour[1])) % 360


@cache
def ciede2000(first: Lab, second: Lab) -> float:
    """CIEDE2000 with unit weights. G. Sharma, W. Wu, E. N. Dalal, "The CIEDE2000 Color-Difference Formula:
    Implementation Notes, Supplementary Test Data, and Mathematical Observations", Color Res. Appl. 30 (2005) 21-30."""
    mean = (math.hypot(*first[1:]) + math.hypot(*second[1:])) / 2
    stretch = 1.5 - 0.5 * math.sqrt(mean**7 / (mean**7 + 25.0**7))
    a, b = ((x[0], x[1] * stretch, x[2]) for x in (first, second))
    chroma_a, chroma_b = math.hypot(*a[1:]), math.hypot(*b[1:])
    turn, hue = _turn(a, b, chroma_a * chroma_b)
    light, chroma = (a[0] + b[0]) / 2, (chroma_a + chroma_b) / 2
    wheel = (
        1 - 0.17 * _cos(hue - 30) + 0.24 * _cos(2 * hue) + 0.32 * _cos(3 * hue + 6) - 0.20 * _cos(4 * hue - 63)
    )  # fmt: skip
    off = (light - 50) ** 2
    d_light = (b[0] - a[0]) / (1 + 0.015 * off / math.sqrt(20 + off))
    d_chroma = (chroma_b - chroma_a) / (1 + 0.045 * chroma)
    d_hue = 2 * math.sqrt(chroma_a * chroma_b) * math.sin(math.radians(turn / 2)) / (1 + 0.015 * chroma * wheel)
    blue = 60 * math.exp(-(((hue - 275) / 25) ** 2))
    twist = -2 * math.sqrt(chroma**7 / (chroma**7 + 25.0**7)) * math.sin(math.radians(blue))
    return math.sqrt(max(0.0, d_light**2 + d_chroma**2 + d_hue**2 + twist * d_chroma * d_hue))


def _turn(a: Lab, b: Lab, chroma: float) -> tuple[float, float]:
    """The signed angle from one hue to the other and the mean hue, in degrees."""
    from_a, to_b = _hue(a), _hue(b)
    if not chroma:
        return 0.0, from_a + to_b
    turn = to_b - from_a
    if abs(turn) <= 180:
        return turn, (from_a + to_b) / 2
    mean = (from_a + to_b + (360 if from_a + to_b < 360 else -360)) / 2
    return turn - math.copysign(360, turn), mean


def _cos(degrees: float) -> float:
    return math.cos(math.radians(degrees))
