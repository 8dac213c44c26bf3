"""The arms of a figure in every pose: joints, sleeves and hands. Knows no heads and no shots.

Body units (see tailoring). In medium shots the picture ends near y 1200 and x +-390: raised hands stay inside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from models.base import POSES
from models.draft.figures.anatomy import Subject
from models.draft.figures.geometry import Point
from models.draft.figures.hands import Grasp, hand
from models.draft.figures.sleeves import Limb, Sleeve, forearm, hanging_arm, sleeve_of, upper_arm

AT_THE_FACE = ("mouth", "phone", "temple")
"""Poses with a hand beside the face; in all others nothing of the arms is above the chin."""


@dataclass(frozen=True)
class Arms:
    """SVG in body units: `behind` lies under the torso, `before` over torso, head and hanging locks."""

    behind: str
    before: str


class Dresser:
    """Places and dresses one character's arms. `near` is the side (-1 left, 1 right, as seen) that acts."""

    def __init__(self, who: Subject) -> None:
        self.who = who
        self.sleeve: Sleeve = sleeve_of(who)
        body = who.body
        self.wide = body.shoulder
        self.girth = 112 if body.female else 146
        self.size = 0.86 if body.female else 0.96
        self.near = -1 if who.turn.yaw >= 0 else 1
        self.rise = body.raise_body / body.body_scale

    def limb(self, side: int, elbow: Point, wrist: Point) -> Limb:
        shoulder = (side * (self.wide * 0.99 - self.girth * 0.5), 880.0)
        a, b, c = self.who.turn.body([shoulder, (side * elbow[0], elbow[1]), (side * wrist[0], wrist[1])])
        return Limb(a, b, c, self.girth)

    def hanging(self, side: int) -> str:
        """An arm at rest: a little away from the body, bent, the hand turned in."""
        w, g = self.wide, self.girth
        limb = self.limb(side, (w + g * 0.16, 1420), (w + g * (0.02 if side < 0 else 0.10), 1900))
        x, y = limb.wrist
        cover = hanging_arm(self.who, self.sleeve, limb)
        if self.sleeve.border:
            return (
                hand(self.who, "relaxed", Grasp((x - side * g * 0.5, y + 60), 180 + side * 4, self.size, side > 0))
                + cover
            )
        return self.joined(cover, hand(self.who, "relaxed", Grasp((x, y - 8), 180 + side * 5, self.size, side > 0)))

    def raised(self, side: int, elbow: Point, wrist: Point) -> tuple[str, str, Point]:
        """(upper arm, forearm, wrist as drawn); x counts outwards from the middle on the arm's own side."""
        limb = self.limb(side, elbow, wrist)
        return upper_arm(self.who, self.sleeve, limb), forearm(self.who, self.sleeve, limb), limb.wrist

    def acting(
        self, elbow: Point, wrist: Point, shape: str, angle: float, flip: bool = False, size: float = 1.0
    ) -> Arms:
        """The near arm does something, the other hangs. `angle` and `flip` are given for an arm on the left."""
        side = self.near
        behind, before, at = self.raised(side, elbow, wrist)
        grasp = Grasp(at, -side * angle, self.size * size, flip != (side > 0))
        return Arms(self.hanging(-side) + behind, self.joined(before, hand(self.who, shape, grasp)))

    def joined(self, cover: str, fingers: str) -> str:
        """The hand comes out of a wide sleeve, and lies over a bare arm."""
        return cover + fingers if self.sleeve.reach < 2 else fingers + cover


def _rest(d: Dresser) -> Arms:
    return Arms(d.hanging(-1) + d.hanging(1), "")


def _crossed(d: Dresser) -> Arms:
    """One forearm over the other: the upper hand lies on the far arm, the lower one is tucked in."""
    w, g, near = d.wide, d.girth, d.near
    far, under, _ = d.raised(-near, (w + g * 0.46, 1262.0), (-w * 0.60, 1250.0))
    up, over, at = d.raised(near, (w + g * 0.46, 1270.0), (-w * 0.46, 1140.0))
    fingers = hand(d.who, "relaxed", Grasp(at, -near * 70, d.size, near > 0))
    return Arms(far + up, under + d.joined(over, fingers))


def _hip(d: Dresser) -> Arms:
    w, g, side = d.wide, d.girth, d.near
    behind, before, at = d.raised(side, (min(w + g * 1.5, 640.0), 1390.0), (w * 0.78, 1640.0))
    knuckles = hand(d.who, "flat", Grasp(at, -side * 118, d.size, side < 0))
    return Arms(d.hanging(-side) + behind, d.joined(before, knuckles))


def _point(d: Dresser) -> Arms:
    return d.acting((d.wide + d.girth * 0.4, 1300.0), (d.wide * 0.22, 1090.0), "pointing", 78)


def _fist(d: Dresser) -> Arms:
    return d.acting((d.wide + d.girth * 0.35, 1390.0), (d.wide * 0.60, 1050.0), "fist", 8)


def _chest(d: Dresser) -> Arms:
    return d.acting((d.wide + d.girth * 0.3, 1370.0), (d.wide * 0.40, 1140.0), "flat", 58)


def _mouth(d: Dresser) -> Arms:
    x = 128.0 if d.who.body.female else 150.0
    return d.acting(
        (d.wide + d.girth * 0.1, 1330.0), (x, 560 + d.rise + (205 if d.who.body.female else 232)), "relaxed", 30
    )


def _temple(d: Dresser) -> Arms:
    return d.acting((d.wide + d.girth * 0.45, 1240.0), (330.0, 330 + d.rise + 330), "two", 21)


def _phone(d: Dresser) -> Arms:
    return d.acting((d.wide + d.girth * 0.4, 1290.0), (272.0, 330 + d.rise + 300), "phone", 4)


def _reach(d: Dresser) -> Arms:
    return d.acting((d.wide + d.girth * 0.4, 1330.0), (d.wide * 0.30, 1120.0), "palm", 82, size=1.22)


def _clasp(d: Dresser) -> Arms:
    w, g, behind, before = d.wide, d.girth, "", ""
    for side in (-1, 1):
        up, fore, _ = d.raised(side, (w + g * 0.3, 1370.0), (78.0, 1170.0))
        behind, before = behind + up, before + fore
    middle = d.who.turn.body([(0, 1150)])[0]
    return Arms(behind, d.joined(before, hand(d.who, "clasped", Grasp(middle, 0, d.size))))


_DRAWN: dict[str, Callable[[Dresser], Arms]] = {
    "rest": _rest, "crossed": _crossed, "hip": _hip, "point": _point, "fist": _fist, "chest": _chest,
    "mouth": _mouth, "clasp": _clasp, "phone": _phone, "reach": _reach, "temple": _temple,
}  # fmt: skip


def arms(who: Subject, pose: str) -> Arms:
    """Both arms of a character in a pose; ValueError names an unknown one."""
    if pose not in _DRAWN:
        raise ValueError(f"unknown pose '{pose}': choose from {', '.join(POSES)}")
    return _DRAWN[pose](Dresser(who))


def arms_from_behind(who: Subject) -> str:
    dresser = Dresser(who)
    return dresser.hanging(-1) + dresser.hanging(1)
