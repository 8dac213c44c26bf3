"""What every outfit is made of: bodices, sleeves, hands, trousers, skirts, folds. Knows cloth, no particular garment.

Body units: the pit of the neck near (0, 800), elbows y 1500, hips 1880, knees 2850, floor 3950; light from the left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.draft.figures.anatomy import Subject
from models.draft.figures.geometry import (
    Point,
    Points,
    ellipse,
    ink,
    mirrored,
    pair,
    path,
    ribbon,
    right_of,
    sample,
    soft,
    spline,
)
from models.draft.figures.palette import Skin, Tone, mix

WAIST, HIP, KNEE, ANKLE, FLOOR = 1480.0, 1880.0, 2850.0, 3820.0, 3950.0
SIDES = (-1, 1)


@dataclass(frozen=True)
class OutfitArt:
    """Clothes without arms; `torso` with the legs when they are trousers, `hem` what hangs and sways below the waist and
    is drawn before the torso, `rear` all of it from behind, arms included."""

    torso: str
    hem: str
    rear: str


def across(points: Points, side: int) -> list[Point]:
    return [(x * side, y) for x, y in points]


def skin_tone(skin: Skin) -> Tone:
    return Tone(skin.base, skin.shade, skin.glow, skin.line)


class Tailor:
    """Draws cloth on a turned body."""

    def __init__(self, who: Subject) -> None:
        self.who = who
        body = who.body
        self.wide = body.shoulder
        self.neck = body.neck_base + 30
        self.waist = self.wide * (0.60 if body.female else 0.69)
        self.hip = self.wide * (0.80 if body.female else 0.71)

    def turn(self, points: Points) -> list[Point]:
        return self.who.turn.body(points)

    def outline(self, *curves: Points) -> str:
        """Closed path data: smooth along each curve, sharp where curves meet."""
        parts = [spline(self.turn(curve), start=i == 0) for i, curve in enumerate(curves)]
        return "".join(parts) + "Z"

    def piece(self, tone: Tone, *curves: Points, line: float = 5, shade: Points = ()) -> str:
        """A piece of cloth: base colour, one cel shadow to the right of the curve `shade`, ink outline."""
        data = self.outline(*curves)
        out = path(data, tone.base)
        if shade:
            ring = np.vstack([sample(self.turn(curve), 8 * len(curve)) for curve in curves])
            out += path(right_of(ring, sample(self.turn(shade), 8 * len(shade))), tone.shade)
        return out + path(data, "none", tone.ink, line)

    def flat(self, tone: Tone, points: Points, line: float = 5) -> str:
        """A stiff piece with straight edges."""
        return path("M" + "L".join(pair(p) for p in self.turn(points)) + "Z", tone.base, tone.ink, line)

    def fold(self, points: Points, tone: Tone, width: float = 8, opacity: float = 0.85) -> str:
        return ink(self.turn(points), width, tone.ink, "taper", opacity, 16)

    def crease(self, points: Points, tone: Tone, width: float = 26) -> str:
        return ink(self.turn(points), width, tone.shade, "taper", 0.9, 16)

    def gleam(self, points: Points, tone: Tone, width: float = 10, opacity: float = 0.7) -> str:
        return ink(self.turn(points), width, tone.light, "taper", opacity, 16)

    def seam(self, points: Points, tone: Tone, width: float = 3.5) -> str:
        return path(spline(self.turn(points)), "none", tone.ink, width, 0.8)

    def band(self, points: Points, width: float, tone: Tone, line: float = 4) -> str:
        """A strip of even width along a curve: collars, belts, borders."""
        return path(ribbon(self.turn(points), width, "flat"), tone.base, tone.ink, line)

    def button(self, x: float, y: float, size: float, tone: Tone) -> str:
        at = self.turn([(x, y)])[0]
        out = ellipse(at, size, size, tone.base, extra=f'stroke="{tone.ink}" stroke-width="2.5"')
        return out + ellipse((at[0] - size * 0.25, at[1] - size * 0.3), size * 0.35, size * 0.3, tone.light)

    def glow(self, at: Point, rx: float, ry: float, colour: str, opacity: float) -> str:
        return soft(self.turn([at])[0], rx, ry, colour, opacity)

    # -- parts of the body

    def shoulder_line(self) -> list[Point]:
        """From beside the neck to the end of the shoulder, on the right."""
        w = self.wide
        return [(self.neck, 726), (self.neck + 66, 764), (w * 0.78, 800), (w * 0.90, 832)]

    def flank(self, low: float = HIP) -> list[Point]:
        """From the shoulder's end down the right side of the trunk."""
        side = [
            (self.wide * 0.90, 832),
            (self.wide * 0.82, 940),
            (self.wide * 0.79, 1090),
            (self.waist, WAIST),
            (self.hip, HIP),
        ]
        above = [p for p in side if p[1] < low]
        x0, y0 = above[-1]
        share = (low - y0) / (HIP - y0) if y0 < HIP else 1.0
        return [*above, (x0 + (self.hip - x0) * min(1.0, share), low)]

    def bodice(self, tone: Tone, neckline: Points, low: float = HIP, line: float = 5, sleeveless: bool = False) -> str:
        """A garment of the trunk; `neckline` runs from the middle out to the right shoulder."""
        right, flank = list(neckline), self.flank(low)
        shoulder = [right[-1], *[p for p in self.shoulder_line() if p[0] > right[-1][0] + 8]]
        if sleeveless:
            w = self.wide
            shoulder = [right[-1], (w * 0.66, 782)]
            flank = [(w * 0.66, 782), (w * 0.66, 900), (w * 0.74, 1050), (w * 0.86, 1190), *flank[3:]]
        neck = mirrored(right[::-1]) + right[1:]
        left_shoulder, left_flank = mirrored(shoulder), mirrored(flank)
        w = self.wide
        shade = [
            (w * 0.62, 780),
            (w * 0.58, 1000),
            (self.waist * 0.52, WAIST),
            (self.hip * 0.62, low + 20),
        ]
        out = self.piece(tone, neck, shoulder, flank, left_flank[::-1], left_shoulder[::-1], line=line, shade=shade)
        for side in SIDES:
            out += self.fold(across([(w * 0.80, 1040), (w * 0.62, 1110), (w * 0.48, 1120)], side), tone, 7)
            out += self.fold(across([(self.waist * 0.98, WAIST - 30), (self.waist * 0.7, WAIST + 10)], side), tone, 6)
        return out

    def shoe(self, side: int, x: float, tone: Tone, heel: bool = False) -> str:
        """A foot turned a little outwards, seen from above: vamp, sole and gleam."""
        h, top = self.hip, ANKLE - (44 if heel else 20)
        foot = [(x - h * 0.17, top), (x - h * 0.22, FLOOR - 50), (x - h * 0.14, FLOOR - 4)]
        foot += [(x + h * 0.12, FLOOR + 12), (x + h * 0.34, FLOOR + 2), (x + h * 0.34, FLOOR - 40), (x + h * 0.17, top)]
        out = self.piece(tone, across(foot, side), shade=across([(x + h * 0.1, top - 9), (x + h * 0.16, FLOOR + 20)], side) if side > 0 else ())  # fmt: skip
        sole = [(x - h * 0.16, FLOOR - 8), (x + h * 0.12, FLOOR + 10), (x + h * 0.35, FLOOR - 4)]
        out += self.fold(across(sole, side), tone, 14, 1)
        return out + self.gleam(across([(x - h * 0.02, FLOOR - 56), (x + h * 0.1, FLOOR - 30), (x + h * 0.22, FLOOR - 28)], side), tone, 9)  # fmt: skip

    def trousers(self, tone: Tone, shoe: Tone) -> str:
        """Two legs, the weight on one of them: creases at the hip, behind the knee and over the shoe."""
        out, h = "", self.hip
        for side in SIDES:
            d = h * 0.10 if side < 0 else 0.0
            x = h * 0.54 + d
            out += self.shoe(side, x, shoe)
            outer = [(h * 1.0, HIP - 60), (h * 1.06, 2120), (h * 1.0 + d * 0.4, KNEE - 120), (h * 0.86 + d, 3260), (h * 0.80 + d, ANKLE + 20)]  # fmt: skip
            cuff = [(h * 0.80 + d, ANKLE + 20), (x, ANKLE + 44), (h * 0.28 + d, ANKLE + 26)]
            inner = [(h * 0.28 + d, ANKLE + 26), (h * 0.22 + d, 3260), (h * 0.17 + d * 0.5, KNEE - 100), (h * 0.02, 2110), (0, HIP - 60)]  # fmt: skip
            shade = [(h * 0.70, HIP), (h * 0.60 + d * 0.4, KNEE), (h * 0.58 + d, ANKLE + 60)]
            if side < 0:
                shade = [(h * 0.30, HIP), (h * 0.36 + d * 0.4, KNEE), (h * 0.40 + d, ANKLE + 60)]
            out += self.piece(
                tone, across(outer, side), across(cuff, side), across(inner, side), shade=across(shade, side)
            )
            out += self.gleam(across([(h * 0.62, 2060), (h * 0.60 + d * 0.3, KNEE - 60), (h * 0.54 + d, 3700)], side), tone, 9, 0.45)  # fmt: skip
            for y, reach in ((KNEE - 70, 0.62), (KNEE + 30, 0.5), (ANKLE - 110, 0.66), (ANKLE - 40, 0.5)):
                low = d * (0.4 if y < 3000 else 1)
                run = [
                    (h * 0.96 + low - (y - 2700) * 0.1, y),
                    (h * 0.8 + low - (y - 2700) * 0.1, y + 34),
                    (h * (0.96 - reach) + low, y + 22),
                ]
                out += self.fold(across(run, side), tone, 9, 0.8)
            out += self.fold(across([(h * 0.06, 2090), (h * 0.3, 2060), (h * 0.52, 1990)], side), tone, 9, 0.8)
        return out

    def legs(self, tone: Tone, shoe: Tone) -> str:
        """Legs in skin or stockings under a skirt, with court shoes."""
        out, h = "", self.hip
        for side in SIDES:
            outer = [(h * 0.80, 2000), (h * 0.72, KNEE), (h * 0.76, 3120), (h * 0.66, 3460), (h * 0.54, ANKLE + 10)]
            inner = [(h * 0.32, ANKLE + 10), (h * 0.24, 3400), (h * 0.20, 3120), (h * 0.24, KNEE), (h * 0.10, 2000)]
            shade = [(h * 0.52, 2000), (h * 0.50, 3900)] if side > 0 else [(h * 0.34, 2000), (h * 0.38, 3900)]
            out += self.piece(tone, across(outer, side), across(inner, side), shade=across(shade, side))
            out += self.fold(across([(h * 0.34, KNEE + 40), (h * 0.48, KNEE + 62), (h * 0.60, KNEE + 36)], side), tone, 6, 0.5)  # fmt: skip
            out += self.shoe(side, h * 0.43, shoe, heel=True)
        return out

    def skirt(self, tone: Tone, low: float, flare: float, top: float = WAIST, pleats: int = 5) -> str:
        """A skirt from the waist to `low`, `flare` units wide to each side at a hem that falls in waves."""
        start = self.waist if top <= WAIST + 40 else self.hip
        edge = [
            (start, top),
            (self.hip * 1.06, HIP),
            (flare * 0.56 + self.hip * 0.46, (HIP + low) / 2 + 60),
            (flare, low),
        ]
        if low < HIP + 900 or top >= HIP:
            edge = [(start, top), (flare, low)] if top >= HIP else [(start, top), (self.hip * 1.06, HIP), (flare, low)]
        ends = [(k / pleats) * 2 - 1 for k in range(pleats + 1)]
        sag = [36 * (1 - t * t) for t in ends]
        marks = [k / (2 * pleats) * 2 - 1 for k in range(2 * pleats, -1, -1)]
        waves = [(flare * t, low + 36 * (1 - t * t) + 16 * (k % 2)) for k, t in enumerate(marks)]
        shade = [(start * 0.5, top), (self.hip * 0.62, HIP + 100), (flare * 0.58, low + 80)]
        out = self.piece(tone, edge, waves, mirrored(edge[::-1]), shade=shade)
        out += "".join(
            self._pleat(tone, start, top, low + s, flare, t) for t, s in zip(ends[1:-1], sag[1:-1], strict=True)
        )
        return out

    def _pleat(self, tone: Tone, start: float, top: float, low: float, flare: float, t: float) -> str:
        """One fold that widens downwards: its shadow, its edge and the light beside it."""
        mid = (top + low) / 2
        run = [(start * 0.82 * t, top + 36), (self.hip * 0.62 * t + flare * 0.3 * t, mid), (flare * t, low - 4)]
        wide = flare * 0.09
        fall = [(flare * t + wide, low + 2), (run[1][0] + wide * 0.4, mid), (run[0][0] + 4, run[0][1])]
        data = self.outline(run, fall)
        out = path(data, tone.shade, opacity=0.9) + self.fold(run, tone, 10, 0.75)
        return out + (
            self.gleam([(x - wide * 0.5 * k, y) for k, (x, y) in enumerate(run)], tone, 9, 0.55) if t < 0.3 else ""
        )

    def nape(self, tone: Tone, low: float = HIP) -> str:
        """The trunk from behind, up to the neck, with a seam down the spine."""
        out = self.bodice(tone, [(0, 716), (self.neck * 0.7, 706), (self.neck, 726)], low)
        return out + self.fold([(0, 760), (4, 1200), (0, low - 40)], tone, 6, 0.5)


def darker(tone: Tone, share: float = 0.3) -> Tone:
    return Tone(mix(tone.base, tone.ink, share), mix(tone.shade, tone.ink, share), tone.base, tone.ink)
