"""What every outfit is made of: panels, shadows, folds, seams, bands. Knows cloth, no particular garment."""

from __future__ import annotations

from dataclasses import dataclass

from models.draft.figures.anatomy import Subject
from models.draft.figures.geometry import Point, Points, clipped, ink, path, polygon, ribbon, shaded, soft, spline
from models.draft.figures.palette import Tone, mix


@dataclass(frozen=True)
class OutfitArt:
    """Clothes over the neck and chest, and the same from behind; both reach the bottom of the drawing."""

    front: str
    rear: str


class Tailor:
    """Draws cloth on a turned body. Coordinates are body units: neck pit near (0, 800), light from the left."""

    def __init__(self, who: Subject) -> None:
        self.who = who
        self.wide = who.body.shoulder

    def turn(self, points: Points) -> list[Point]:
        return self.who.turn.body(points)

    def outline(self, points: Points) -> str:
        return spline(self.turn(points), closed=True)

    def panel(self, points: Points, tone: Tone, line: float = 5, sharp: bool = False) -> str:
        """A piece of cloth; light falls off towards the hem."""
        data = polygon(self.turn(points)) if sharp else self.outline(points)
        ys = [y for _, y in points]
        stops = [
            (0, mix(tone.base, tone.light, 0.18), 1),
            (0.35, tone.base, 1),
            (1, mix(tone.base, tone.shade, 0.6), 1),
        ]
        return shaded(data, stops, (-80, min(ys)), (80, max(ys)), tone.ink, line)

    def shadow(self, inside: str, points: Points, tone: Tone) -> str:
        return clipped(inside, path(self.outline(points), tone.shade))

    def fold(self, points: Points, tone: Tone, width: float = 8, opacity: float = 0.85) -> str:
        return ink(self.turn(points), width, tone.ink, "taper", opacity)

    def gleam(self, points: Points, tone: Tone, width: float = 8, opacity: float = 0.6) -> str:
        return ink(self.turn(points), width, tone.light, "taper", opacity)

    def band(self, points: Points, width: float, tone: Tone, line: float = 4, dark: bool = False) -> str:
        """A strip of even width along a curve: collars, belts, borders."""
        return path(ribbon(self.turn(points), width, "flat"), tone.shade if dark else tone.base, tone.ink, line)

    def glow(self, at: Point, rx: float, ry: float, colour: str, opacity: float) -> str:
        return soft(self.turn([at])[0], rx, ry, colour, opacity)


def across(points: Points, side: int) -> list[Point]:
    return [(x * side, y) for x, y in points]
