"""Hands: a small set of shapes, four fingers and a thumb each, in skin or glove. Knows no arms and no poses.

A hand is drawn around its wrist at (0, 0) with the fingers up and the thumb on the left, 360 long; it is then turned,
mirrored and scaled in numbers, so that light always falls from the upper left."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from models.draft.figures.anatomy import Subject
from models.draft.figures.geometry import Point, Points, ellipse, ink, mirrored, path, polygon, spline
from models.draft.figures.limbs import tube, tube_art
from models.draft.figures.palette import Tone, mix

LENGTH = 360.0
GLOVE = Tone("#2a262e", "#17141a", "#55505e", "#08070a")
_LINE = 5.2


@dataclass(frozen=True)
class Grasp:
    """Where a hand is: its wrist, the angle of its fingers (0 up, 90 to the right), its size, thumb right if `flip`."""

    wrist: Point
    angle: float
    size: float = 1.0
    flip: bool = False

    def place(self, points: Points) -> list[Point]:
        turn = math.radians(self.angle)
        cos, sin, side = math.cos(turn) * self.size, math.sin(turn) * self.size, -1 if self.flip else 1
        x0, y0 = self.wrist
        return [(x0 + side * x * cos - y * sin, y0 + side * x * sin + y * cos) for x, y in points]


class Pen:
    """Draws one hand in one tone."""

    def __init__(self, who: Subject, grasp: Grasp) -> None:
        skin = who.skin
        self.gloved = "gloves" in who.look.accessories
        self.tone = GLOVE if self.gloved else Tone(skin.base, skin.shade, skin.glow, mix(skin.line, skin.ink, 0.45))
        self.crease = self.tone.light if self.gloved else skin.ink
        self.blush = "" if self.gloved else skin.blush
        self.nail = (
            ""
            if self.gloved
            else (mix(skin.lip, skin.base, 0.5) if who.body.female else mix(skin.base, "#ffffff", 0.4))
        )
        self.slim = 0.9 if who.body.female or who.body.child else 1.06
        self.grasp = grasp

    def finger(self, points: Points, width: float, nail: bool = False, root: float = 0.26, shade: float = 0.36) -> str:
        wide = width * self.slim * self.grasp.size
        shape = tube(self.grasp.place(points), (wide * 1.02, wide * 1.04, wide * 0.92, wide * 0.9, wide * 0.66), 16)
        line = _LINE * max(0.6, self.grasp.size)
        out = tube_art(shape, self.tone, line, shade, root)
        if nail and self.nail:
            out += self._nail(points, width)
        return out

    def _nail(self, points: Points, width: float) -> str:
        (x0, y0), (x1, y1) = points[-2], points[-1]
        length = math.hypot(x1 - x0, y1 - y0)
        ux, uy, w = (x1 - x0) / length, (y1 - y0) / length, width * self.slim * 0.21
        tip = (x1 + ux * width * 0.16, y1 + uy * width * 0.16)
        root = (x1 - ux * width * 0.40, y1 - uy * width * 0.40)
        ring = [(root[0] - uy * w, root[1] + ux * w), (tip[0] - uy * w * 0.9, tip[1] + ux * w * 0.9), (tip[0] + uy * w * 0.9, tip[1] - ux * w * 0.9), (root[0] + uy * w, root[1] - ux * w)]  # fmt: skip
        return path(spline(self.grasp.place(ring), closed=True), self.nail, mix(self.nail, self.tone.ink, 0.3), 1.8)

    def palm(self, points: Points, shade: Points = (), line: bool = True) -> str:
        """The hand's body; its outline stays open at the wrist, between the last points and the first."""
        placed = self.grasp.place(points)
        out = path(spline(placed, closed=True), self.tone.base)
        if shade:
            out += path(spline(self.grasp.place(shade), closed=True), self.tone.shade)
        return out + (path(spline(placed[:-1]), "none", self.tone.ink, _LINE) if line else "")

    def line(self, points: Points, width: float = 6.5, opacity: float = 0.9) -> str:
        return ink(self.grasp.place(points), width * self.grasp.size, self.crease, "taper", opacity, 12)

    def knuckles(self, points: Points) -> str:
        """A short arc and a blush on each knuckle."""
        out = ""
        for x, y in points:
            if self.blush:
                out += ellipse(self.grasp.place([(x, y)])[0], 15, 13, self.blush, 0.20)
            out += self.line([(x - 11, y + 3), (x, y - 6), (x + 11, y + 3)], 5, 0.75)
        return out


_BACK: list[Point] = [
    (-42, 30), (-50, -30), (-72, -92), (-76, -160), (-48, -186), (-14, -194), (24, -188), (60, -166), (78, -140),
    (76, -90), (50, -30), (42, 30), (0, 36),
]  # fmt: skip
_BACK_SHADE: list[Point] = [
    (46, -176),
    (60, -166),
    (78, -140),
    (76, -90),
    (56, -30),
    (48, 30),
    (14, 30),
    (30, -40),
    (48, -100),
]


def _shade(pen: Pen) -> Points:
    """The cel shadow of the back of a hand: on its outer edge or, when that is lit, on the thumb's."""
    (x0, y0), (x1, y1) = pen.grasp.place([(0, 0), (1, 0)])
    return _BACK_SHADE if (x1 - x0) * 0.72 + (y1 - y0) * 0.69 > 0 else mirrored(_BACK_SHADE)


def _thumb(pen: Pen, points: Points, nail: bool = True, under: bool = False) -> str:
    """`under`: the palm is drawn over its root."""
    return pen.finger(points, 50, nail, 0.0 if under else 0.34)


def relaxed(pen: Pen) -> str:
    """Fingers together and a little bent, as a hand hangs."""
    out = _thumb(pen, [(-44, -48), (-86, -112), (-88, -170), (-74, -222)], under=True)
    out += pen.palm(_BACK, _shade(pen))
    out += pen.finger([(60, -130), (72, -190), (68, -238), (54, -272)], 38, True)
    out += pen.finger([(26, -160), (38, -232), (34, -286), (18, -328)], 42, True)
    out += pen.finger([(-12, -168), (-4, -244), (-8, -304), (-24, -346)], 44, True)
    out += pen.finger([(-50, -158), (-54, -226), (-56, -282), (-66, -322)], 43, True)
    return out + pen.knuckles([(-54, -166), (-14, -176), (26, -168), (60, -146)])


def flat(pen: Pen) -> str:
    """Fingers a little spread: on the chest, on a table."""
    out = _thumb(pen, [(-40, -50), (-96, -104), (-124, -160), (-134, -214)], under=True)
    out += pen.palm(_BACK, _shade(pen))
    out += pen.finger([(58, -130), (90, -200), (104, -250), (110, -280)], 37, True)
    out += pen.finger([(26, -160), (46, -244), (54, -300), (58, -338)], 41, True)
    out += pen.finger([(-12, -168), (-10, -258), (-10, -320), (-10, -362)], 43, True)
    out += pen.finger([(-50, -158), (-66, -238), (-76, -294), (-84, -334)], 42, True)
    return out + pen.knuckles([(-54, -166), (-14, -178), (26, -170), (60, -146)])


def palm_up(pen: Pen) -> str:
    """The open palm, fingers easily curved."""
    out = pen.palm(_BACK, _shade(pen))
    out += pen.finger([(58, -130), (94, -194), (106, -240), (102, -276)], 38)
    out += pen.finger([(26, -160), (52, -240), (60, -298), (54, -338)], 42)
    out += pen.finger([(-12, -168), (-4, -256), (-2, -318), (-8, -360)], 44)
    out += pen.finger([(-50, -158), (-62, -236), (-68, -292), (-72, -332)], 43)
    out += _thumb(pen, [(-34, -44), (-92, -88), (-128, -136), (-146, -188)], False)
    out += pen.line([(-66, -150), (-20, -118), (-22, -50), (-40, -6)], 7)
    out += pen.line([(-60, -156), (0, -138), (58, -142)], 6) + pen.line([(-30, -110), (20, -104), (62, -76)], 5, 0.7)
    for x, y in ((-62, -236), (-4, -254), (51, -238), (92, -192)):
        out += pen.line([(x - 16, y + 2), (x, y + 6), (x + 16, y)], 5, 0.7)
    return out


def pointing(pen: Pen) -> str:
    """The index straight, three fingers folded, the thumb along them."""
    out = pen.palm(_BACK, _shade(pen))
    out += pen.finger([(64, -96), (78, -146), (66, -186)], 46, root=0.5)
    out += pen.finger([(34, -110), (44, -178), (30, -222)], 50, root=0.5)
    out += pen.finger([(-4, -116), (4, -190), (-10, -238)], 52, root=0.5)
    out += pen.finger([(-50, -140), (-56, -234), (-58, -314), (-58, -370)], 46, True, 0.3)
    out += pen.line([(-72, -252), (-57, -258), (-42, -252)], 5, 0.7) + pen.line(
        [(-70, -306), (-58, -311), (-46, -306)], 4, 0.6
    )
    out += _thumb(pen, [(-52, -34), (-70, -96), (-46, -150), (-6, -176)])
    return out + pen.knuckles([(2, -200), (40, -188), (72, -156)])


def two_fingers(pen: Pen) -> str:
    """Index and middle finger together, the others folded: at the temple, a sign, a spell."""
    out = _thumb(pen, [(-46, -46), (-94, -104), (-98, -160), (-80, -206)], under=True)
    out += pen.palm(_BACK, _shade(pen))
    out += pen.finger([(62, -96), (84, -148), (74, -190)], 45, root=0.5)
    out += pen.finger([(32, -110), (52, -184), (42, -232)], 48, root=0.5)
    out += pen.finger([(-10, -160), (-4, -244), (-10, -308), (-20, -356)], 44, True)
    out += pen.finger([(-50, -156), (-58, -230), (-58, -292), (-60, -338)], 43, True)
    return out + pen.knuckles([(-54, -166), (-14, -176), (46, -196), (78, -160)])


def fist(pen: Pen) -> str:
    """A clenched fist from the side of the fingers, the thumb across them."""
    block = [(-54, 30), (-58, -30), (-84, -80), (-90, -150), (-72, -204), (0, -222), (70, -206), (92, -150), (84, -76), (56, -24), (48, 30), (0, 36)]  # fmt: skip
    out = pen.palm(block, _shade(pen))
    for x, top, low, wide in ((66, -188, -92, 46), (24, -208, -84, 50), (-20, -212, -80, 51), (-62, -202, -84, 49)):
        out += pen.finger([(x * 0.96, low), (x * 1.02, (low + top) / 2), (x, top)], wide, root=0.0, shade=0.3)
        out += pen.line([(x - 17, top + 44), (x, top + 50), (x + 17, top + 44)], 5, 0.6)
    out += pen.palm([(-76, -92), (0, -74), (70, -92), (60, -40), (0, -20), (-58, -36)], line=False)
    out += _thumb(pen, [(-36, -22), (-74, -62), (-50, -104), (24, -112)])
    out += pen.line([(-70, -104), (-56, -92), (-48, -74)], 5, 0.7)
    return out + pen.line([(40, -70), (20, -40), (16, -8)], 6, 0.6)


def grip(pen: Pen) -> str:
    """Fingers round something upright that lies to the right of the palm; see `slab` for what they hold."""
    out = ""
    for k, (y, reach) in enumerate(((-96, 52), (-140, 66), (-186, 68), (-232, 58))):
        out += pen.finger([(-52, y + 18), (-8, y - 8), (reach, y - 2 + k * 2)], 45, True, 0.3)
    return out + pen.line([(-46, -60), (-30, -80), (-8, -84)], 6, 0.6)


def phone_hand(pen: Pen) -> str:
    """A telephone in the hand, held along the cheek."""
    heel = [(-46, 30), (-56, -30), (-82, -90), (-88, -180), (-70, -252), (-34, -266), (-10, -220), (10, -120), (40, -40), (46, 30), (0, 36)]  # fmt: skip
    out = pen.palm(heel, _shade(pen))
    slab = [(-26, -44), (34, -36), (44, -330), (-14, -338)]
    out += path(polygon(pen.grasp.place(slab)), "#16181f", "#16181f", 16)
    out += ink(pen.grasp.place([(26, -60), (32, -190), (36, -318)]), 9, "#8ea4c8", "taper", 0.9, 12)
    return out + grip(pen)


def clasped(pen: Pen) -> str:
    """Both hands, fingers laced, seen from the front; the wrists are 120 apart."""
    out = ""
    for side in (-1, 1):
        half = [
            (-96, 36),
            (-104, -40),
            (-98, -120),
            (-74, -196),
            (-36, -232),
            (6, -214),
            (10, -100),
            (4, -20),
            (-20, 40),
        ]
        points = half if side < 0 else mirrored(half)
        dark = [(x * 0.9 + (8 if side > 0 else -4), y * 0.94) for x, y in points if abs(x) < 80] if side > 0 else ()
        out += pen.palm(points, dark)
    for k in range(4):
        y = -206 + 41 * k
        for side in (1, -1):
            row = [
                (side * 66, y + 26 + 8 * (side < 0)),
                (side * 20, y - 2 + 14 * (side < 0)),
                (-side * 40, y + 8 + 14 * (side < 0)),
            ]
            out += pen.finger(row, 40, side < 0, 0.3)
    for side in (1, -1):
        out += _thumb(
            pen, [(side * 52, -30), (side * 46, -74), (side * 8, -104 + 6 * side), (-side * 26, -120)], side < 0
        )
    return out


SHAPES: dict[str, Callable[[Pen], str]] = {
    "relaxed": relaxed,
    "flat": flat,
    "palm": palm_up,
    "pointing": pointing,
    "two": two_fingers,
    "fist": fist,
    "grip": grip,
    "phone": phone_hand,
    "clasped": clasped,
}


def hand(who: Subject, shape: str, grasp: Grasp) -> str:
    """One hand of the character; ValueError names an unknown shape."""
    if shape not in SHAPES:
        raise ValueError(f"unknown hand '{shape}': choose from {', '.join(SHAPES)}")
    return SHAPES[shape](Pen(who, grasp))
