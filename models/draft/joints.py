"""Where a drawn figure's joints are: face from its anatomy, arms from its pose, hips and legs from its pattern.

The arms' joints are noted while the drawing's own tailor places them, so a skeleton lies on the body it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from models.base import Look
from models.draft.cast import Joints, Puppet, stepped, then
from models.draft.compositor import Matrix
from models.draft.figures import arms as drawn_arms
from models.draft.figures.anatomy import Subject, subject
from models.draft.figures.arms import Dresser
from models.draft.figures.expression import EXPRESSIONS
from models.draft.figures.geometry import Point
from models.draft.figures.sheet import HAIR_ROOT, MAX_YAW, SHOULDER, WAIST
from models.draft.figures.sleeves import Limb
from models.draft.figures.tailoring import ANKLE, HIP, KNEE, Tailor
from models.skeleton import midway

EAR_DROP, EAR_OUT, EAR_DEPTH = 8.0, 8.0, -10.0
NOSE_DEPTH = 225.0
LEG_APART = {"hip": 0.54, "knee": 0.56, "ankle": 0.54}
"""From the middle, in half hip widths."""
Places = dict[str, Point]


class _Noting(Dresser):
    """A dresser that remembers where it put each arm, by the side of the picture."""

    def __init__(self, who: Subject) -> None:
        super().__init__(who)
        self.placed: dict[int, Limb] = {}

    def limb(self, side: int, elbow: Point, wrist: Point) -> Limb:
        self.placed[side] = super().limb(side, elbow, wrist)
        return self.placed[side]


def joints_of(puppet: Puppet, joints: Joints, matrix: Matrix) -> Places:
    """OpenPose joints in frame pixels; `joints` is the figure's posture, `matrix` puts its pixels into the frame.

    From behind there is no face, and left and right change sides."""
    actor = puppet.actor
    front = actor.view == "front"
    yaw = max(-MAX_YAW, min(MAX_YAW, stepped(actor.yaw))) if front else 0.0
    who = _subject(actor.look, yaw, actor.character)
    limbs = _limbs(actor.look, yaw, actor.character, actor.pose if front else "")
    out = _moved(_face(puppet, who), then(joints.head, matrix)) if front else {}
    out |= _moved(_arms(puppet, limbs, front), then(joints.arms, matrix))
    out |= _moved(_legs(puppet, who, front), then(joints.torso, matrix))
    return out | {"neck": midway(out["left_shoulder"], out["right_shoulder"])}


def _subject(look: Look, yaw: float, character: str) -> Subject:
    return subject(look, "neutral", EXPRESSIONS["neutral"], yaw, character)


@lru_cache(maxsize=256)
def _limbs(look: Look, yaw: float, character: str, pose: str) -> Mapping[int, Limb]:
    """Both arms in body units by the side of the picture; without a pose as seen from behind."""
    noting = _Noting(_subject(look, yaw, character))
    if pose:
        drawn_arms._DRAWN[pose](noting)
    else:
        for side in (-1, 1):
            noting.hanging(side)
    return noting.placed


def _face(puppet: Puppet, who: Subject) -> Places:
    body, at = who.body, who.turn.face
    edge = body.contour[4][0] + EAR_OUT
    points = {"nose": at(0, body.nose_y, NOSE_DEPTH)}
    for side, name in ((-1, "right"), (1, "left")):
        points[f"{name}_eye"] = at(side * body.eye_x, body.eye_y)
        points[f"{name}_ear"] = at(side * edge, body.eye_y + EAR_DROP, EAR_DEPTH)
    root, unit = puppet.place.root, puppet.place.unit
    return {name: (root[0] + x * unit, root[1] + (y - HAIR_ROOT) * unit) for name, (x, y) in points.items()}


def _arms(puppet: Puppet, limbs: Mapping[int, Limb], front: bool) -> Places:
    points: Places = {}
    for side, limb in limbs.items():
        own = _own_side(side, front)
        points |= {f"{own}_shoulder": limb.shoulder, f"{own}_elbow": limb.elbow, f"{own}_wrist": limb.wrist}
    return _on_body(puppet, points)


def _legs(puppet: Puppet, who: Subject, front: bool) -> Places:
    half = Tailor(who).hip
    points: Places = {}
    for side in (-1, 1):
        own = _own_side(side, front)
        for name, y in (("hip", HIP), ("knee", KNEE), ("ankle", ANKLE)):
            points[f"{own}_{name}"] = (side * half * LEG_APART[name], y)
    return _on_body(puppet, points)


def _own_side(side: int, front: bool) -> str:
    """Whose arm is seen on a side of the picture: a person who faces us has their right on our left."""
    return "right" if (side < 0) == front else "left"


def _on_body(puppet: Puppet, points: Places) -> Places:
    """Points of the body's pattern in the figure's pixels: children wear it smaller."""
    middle, top = puppet.place.shoulder
    unit = (puppet.place.waist[1] - top) / (WAIST - SHOULDER)
    return {name: (middle + x * unit, top + (y - SHOULDER) * unit) for name, (x, y) in points.items()}


def _moved(points: Places, matrix: Matrix) -> Places:
    rows = np.array(list(points.values())) @ matrix[:, :2].T + matrix[:, 2]
    return {name: (float(x), float(y)) for name, (x, y) in zip(points, rows, strict=True)}
