"""Hands in inserts: what holds, wears or offers an object, behind it and in front of it. Knows no objects' insides.

Units and place are the props' own: around (0, 0), the picture +-400 wide and about -670 to 760 high."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from models.base import Look
from models.draft.figures.anatomy import Subject, subject
from models.draft.figures.expression import EXPRESSIONS
from models.draft.figures.geometry import Point, Points, ink, path, polygon, ribbon, soft, spline
from models.draft.figures.hands import Grasp, Pen, fist, flat, palm_up, relaxed
from models.draft.figures.limbs import tube, tube_art
from models.draft.figures.palette import CLOTHS, GOLD, LINEN, Tone

_WEARER = Look("female", 28, "long", "brown_black", "round", "amber", "fair", "suit", "navy")
OLD_TIMES = ("palace", "xianxia", "fantasy")


@dataclass(frozen=True)
class Held:
    """A hand as two layers of SVG, how the object is moved between them, and the part of the object that shows."""

    behind: str
    before: str
    move: str = ""
    clip: str = ""


class Holder:
    """Draws the hands of one picture; `genre` chooses the sleeve."""

    def __init__(self, genre: str) -> None:
        self.who: Subject = subject(_WEARER, "neutral", EXPRESSIONS["neutral"], 0, "")
        self.old = genre in OLD_TIMES
        self.cloth: Tone = CLOTHS["crimson"] if self.old else CLOTHS["navy"]

    def pen(self, wrist: Point, angle: float, size: float, flip: bool = False) -> Pen:
        return Pen(self.who, Grasp(wrist, angle, size, flip))

    def arm(self, start: Point, wrist: Point, width: float) -> str:
        """A bare forearm that runs into the wrist."""
        skin = self.pen(wrist, 0, 1).tone
        middle = ((start[0] + wrist[0]) / 2, (start[1] + wrist[1]) / 2)
        return tube_art(
            tube([start, middle, wrist], (width * 1.5, width * 1.25, width * 0.82), 20, 0.1), skin, 8, 0.32, tip=False
        )

    def sleeve(self, start: Point, stop: Point, width: float) -> str:
        """Cloth from the picture's edge to the wrist: a suit with a white cuff, or wide silk with a gilt border."""
        middle = ((start[0] + stop[0]) / 2, (start[1] + stop[1]) / 2)
        flare = 1.5 if self.old else 1.0
        shape = tube([start, middle, stop], (width * 1.2, width * 1.12, width * flare), 22, 0.1)
        out = ""
        if not self.old:
            along = (stop[0] + (stop[0] - middle[0]) * 0.16, stop[1] + (stop[1] - middle[1]) * 0.16)
            out += tube_art(tube([middle, stop, along], (width * 0.9, width * 0.9, width * 0.92), 12, 0.1), LINEN, 7)
        out += tube_art(shape, self.cloth, 8, 0.36)
        out += ink(shape.gleam(0.16, 0.1, 0.94), 14, self.cloth.light, "taper", 0.6, 16)
        for at, way in ((0.3, 0.2), (0.5, 0.14), (0.72, 0.14)):
            (a, b), (c, d) = shape.across(at), shape.across(at + way)
            out += ink([a, ((a[0] + d[0]) / 2, (a[1] + d[1]) / 2 + 14), (d[0] * 0.6 + c[0] * 0.4, d[1] * 0.6 + c[1] * 0.4)], 16, self.cloth.ink, "in", 0.7, 14)  # fmt: skip
            out += ink([b, ((b[0] + c[0]) / 2, (b[1] + c[1]) / 2 + 10), (c[0] * 0.7 + d[0] * 0.3, c[1] * 0.7 + d[1] * 0.3)], 26, self.cloth.shade, "in", 0.9, 14)  # fmt: skip
        if self.old:
            (a, b), (c, d) = shape.across(0.86), shape.across(0.99)
            out += path(polygon([a, c, d, b]), "#3a0a16", GOLD.base, 7)
        return out


def _paper(h: Holder) -> Held:
    """A page held from below on the right: fingers behind, the thumb in front."""
    pen = h.pen((300, 450), -36, 1.5)
    behind = h.sleeve((620, 880), (345, 510), 190) + flat(pen)
    heel = pen.palm([(-40, 10), (-50, -40), (-84, -104), (-60, -150), (-20, -130), (20, -60), (40, 10)], line=False)
    return Held(
        behind,
        heel + pen.finger([(-34, -56), (-88, -124), (-96, -190), (-84, -246)], 52, True, 0.3),
        "translate(-30 -60)",
    )


def _both(h: Holder) -> Held:
    """A document in both hands: a thumb on each edge."""
    behind, before = "", ""
    for side in (-1, 1):
        pen = h.pen((side * 322, 430), -side * 22, 1.36, side < 0)
        behind += h.sleeve((side * 560, 900), (side * 346, 490), 180) + flat(pen)
        before += pen.palm(
            [(-40, 10), (-54, -40), (-80, -104), (-60, -150), (-30, -130), (10, -60), (30, 10)], line=False
        )
        before += pen.finger([(-36, -50), (-84, -116), (-110, -176), (-118, -226)], 50, True, 0.3)
    return Held(behind, before, "translate(0 -70) scale(1.06)")


def _grip(h: Holder) -> Held:
    """A telephone in the palm: the thumb on one side, fingertips round the other."""
    pen = h.pen((40, 640), -4, 1.9)
    block = [(-60, 30), (-64, -40), (-108, -120), (-128, -210), (-112, -300), (0, -320), (140, -280), (150, -190), (136, -80), (74, -26), (56, 30), (0, 36)]  # fmt: skip
    behind = h.sleeve((80, 1040), (46, 690), 260) + pen.palm(block)
    tips = ""
    for y, reach in ((-80, 74), (-136, 60), (-194, 56), (-250, 66)):
        tips += pen.finger([(96, y + 22), (94, y + 4), (reach, y)], 50, True, 0.34)
    thumb = pen.finger([(-52, -40), (-112, -140), (-104, -226), (-60, -286)], 58, True, 0.08)
    return Held(behind, tips + thumb, "translate(6 -30) scale(0.94)")


def _pinched(h: Holder, wrist: Point, angle: float, size: float, move: str) -> Held:
    """Between thumb and index: three fingers folded behind, the thumb before the object."""
    pen = h.pen(wrist, angle, size)
    (ax, ay), (bx, by) = pen.grasp.place([(0, 40), (0, 330)])
    behind = h.sleeve((bx, by), (ax, ay), 118 * size)
    behind += pen.finger([(60, -110), (86, -176), (60, -226), (22, -232)], 44, True, 0.2)
    behind += pen.finger([(34, -130), (58, -214), (26, -266), (-12, -262)], 47, True, 0.2)
    behind += pen.finger([(2, -140), (20, -240), (-14, -294), (-46, -286)], 48, True, 0.2)
    behind += pen.palm([(-42, 30), (-50, -30), (-74, -92), (-74, -150), (-44, -180), (-6, -188), (34, -180), (66, -156), (78, -120), (74, -80), (50, -30), (42, 30), (0, 36)], [(40, -176), (66, -156), (78, -120), (74, -80), (50, -30), (42, 30), (14, 30), (28, -40)])  # fmt: skip
    behind += pen.finger([(-46, -150), (-44, -236), (-72, -294), (-110, -312)], 46, False, 0.24)
    return Held(behind, pen.finger([(-40, -44), (-98, -118), (-122, -196), (-112, -288)], 54, True, 0.3), move)


def _ring(h: Holder) -> Held:
    return _pinched(h, (330, 600), -24, 1.6, "translate(-26 -52) scale(0.94)")


def _stem(h: Holder) -> Held:
    return _pinched(h, (330, 620), -30, 1.45, "translate(-28 10) scale(0.98)")


def _hung(h: Holder) -> Held:
    """From above: something on a chain that swings from the fingers."""
    return _pinched(h, (160, -740), 218, 1.3, "translate(36 130) scale(1.04)")


def _offered(h: Holder) -> Held:
    """On the open palm."""
    pen = h.pen((50, 590), -6, 1.95)
    out = h.sleeve((90, 1040), (56, 650), 250) + palm_up(pen)
    return Held(out + soft((10, 190), 210, 130, "#3a1018", 0.5), "", "translate(6 130) scale(0.66)")


def _hilt(h: Holder) -> Held:
    """A fist round a grip that runs down to the right."""
    pen = h.pen((-10, 200), 40, 1.5)
    return Held("", h.sleeve((-520, 808), (-50, 248), 200) + fist(pen), "translate(-60 -130)")


def _wrist(h: Holder) -> Held:
    """A forearm across the picture, the hand hanging to the left."""
    pen = h.pen((-110, 60), -98, 1.9)
    sleeve = h.sleeve((700, -60), (280, 16), 290)
    return Held(
        h.arm((500, 0), (-116, 58), 196) + relaxed(pen) + sleeve,
        "",
        "translate(70 34) rotate(-6) scale(0.62)",
        "M-130 -196H130Q236 -120 256 0Q236 120 130 200H-130Q-250 120 -250 0Q-250 -120 -130 -196Z",
    )


def _worn(h: Holder) -> Held:
    """The writing hand on its pen."""
    pen = h.pen((338, 250), -34, 1.5)
    tips = pen.palm([(-42, 30), (-50, -30), (-74, -92), (-74, -150), (-30, -180), (34, -170), (70, -130), (74, -80), (50, -30), (42, 30), (0, 36)])  # fmt: skip
    for row in (
        [(60, -90), (60, -150), (26, -170)],
        [(36, -110), (30, -184), (-12, -196)],
        [(-6, -130), (-24, -206), (-70, -216)],
        [(-48, -120), (-90, -186), (-140, -214)],
    ):
        tips += pen.finger(row, 46, True, 0.3)
    tips += pen.finger([(-40, -44), (-92, -94), (-128, -150), (-150, -196)], 52, True, 0.3)
    return Held("", h.sleeve((700, 640), (380, 306), 190) + tips)


HOLDS: dict[str, Callable[[Holder], Held]] = {
    "letter": _paper, "photo": _paper, "cash": _paper, "contract": _both, "scroll": _both, "phone": _grip,
    "ring": _ring, "flower": _stem, "pendant": _hung, "key": _offered, "coin": _offered, "usb": _offered,
    "button": _offered, "bracelet": _offered, "badge": _offered, "knife": _hilt, "watch": _wrist, "pen": _worn,
}  # fmt: skip
"""What is held, and how; everything else lies on its surface."""


def held(kind: str, genre: str) -> Held | None:
    return HOLDS[kind](Holder(genre)) if kind in HOLDS else None


# -- inserts that are a hand


_DRAGON: list[Point] = [(70, -250), (-20, -268), (-96, -200), (-60, -104), (44, -60), (96, 24), (40, 116), (-60, 140), (-90, 214), (-30, 270), (50, 262)]  # fmt: skip


def _dragon(colour: str) -> str:
    """A serpent of light: body, mane, claws, horns and whiskers."""
    out = path(ribbon(_DRAGON, 60, "drop", 60), colour)
    for (x, y), turn in zip(_DRAGON[1:-1], (1, -1, -1, 1, 1, 1, -1, -1, 1), strict=True):
        out += ink([(x, y), (x + turn * 44, y - 20), (x + turn * 70, y - 58)], 22, colour, "in", 1, 10)
    head: Points = [(40, -282), (96, -300), (150, -276), (176, -244), (120, -234), (150, -206), (86, -214), (50, -230)]
    out += path(spline(head, closed=True), colour)
    for way in (
        [(70, -286), (40, -340), (-10, -366)],
        [(96, -292), (84, -350), (50, -396)],
        [(150, -246), (210, -226), (222, -170)],
        [(140, -270), (206, -284), (244, -250)],
    ):
        out += ink(way, 17, colour, "in", 1, 12)
    return out


def mark(genre: str) -> str:
    """A dragon that glows under the skin of a wrist."""
    holder = Holder(genre)
    pen = holder.pen((-20, -10), -8, 1.9)
    out = holder.arm((70, 900), (-18, -14), 190) + palm_up(pen)
    out += soft((24, 330), 330, 420, "#ff5a2a", 0.75)
    glow = f'<g transform="translate(22 330) scale(0.7)">{_dragon("#ffd27a")}</g>'
    edge = f'<g transform="translate(26 337) scale(0.72)">{_dragon("#a81818")}</g>'
    light = soft((24, 320), 200, 300, "#fff0b0", 0.45)
    return out + edge + glow + light + holder.sleeve((90, 1140), (66, 690), 300)


def clenched(genre: str) -> str:
    """A fist, close."""
    holder = Holder(genre)
    pen = holder.pen((0, 330), 6, 2.5)
    out = soft((-20, -10), 520, 560, "#ffb070", 0.35) + holder.sleeve((60, 1060), (6, 400), 330) + fist(pen)
    return out
