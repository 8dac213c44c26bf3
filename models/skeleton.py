"""The OpenPose body picture: joints in, the coloured skeleton that pose ControlNets were trained on out. Knows no models.

Joint order, limb order, colours and the ellipse limbs are those of OpenPose's 18-joint COCO body as the ControlNet
annotators draw it; limbs grow with the picture as the SDXL pose ControlNets and ControlNet-Union expect."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
JOINTS = (
    "nose", "neck", "right_shoulder", "right_elbow", "right_wrist", "left_shoulder", "left_elbow", "left_wrist",
    "right_hip", "right_knee", "right_ankle", "left_hip", "left_knee", "left_ankle",
    "right_eye", "left_eye", "right_ear", "left_ear",
)  # fmt: skip
"""Left and right are the person's own."""
FACE_JOINTS = ("nose", "right_eye", "left_eye", "right_ear", "left_ear")
LIMBS = (
    ("neck", "right_shoulder"), ("neck", "left_shoulder"), ("right_shoulder", "right_elbow"),
    ("right_elbow", "right_wrist"), ("left_shoulder", "left_elbow"), ("left_elbow", "left_wrist"),
    ("neck", "right_hip"), ("right_hip", "right_knee"), ("right_knee", "right_ankle"), ("neck", "left_hip"),
    ("left_hip", "left_knee"), ("left_knee", "left_ankle"), ("neck", "nose"), ("nose", "right_eye"),
    ("right_eye", "right_ear"), ("nose", "left_eye"), ("left_eye", "left_ear"),
)  # fmt: skip
COLOURS = (
    (255, 0, 0), (255, 85, 0), (255, 170, 0), (255, 255, 0), (170, 255, 0), (85, 255, 0), (0, 255, 0), (0, 255, 85),
    (0, 255, 170), (0, 255, 255), (0, 170, 255), (0, 85, 255), (0, 0, 255), (85, 0, 255), (170, 0, 255), (255, 0, 255),
    (255, 0, 170), (255, 0, 85),
)  # fmt: skip
"""Red, green, blue: of each joint in order, and the first seventeen of each limb."""
LIMB_LIGHT = 0.6
HALF_WIDTH = 4
"""Half the width of a limb and the radius of a joint in a picture under 500 pixels."""
COCO_JOINTS = (
    "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder", "left_elbow",
    "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle",
    "right_ankle",
)  # fmt: skip
"""The 17 key points of COCO in the order of its detectors."""


def thickness(width: int, height: int) -> int:
    """How many times thicker limbs are than HALF_WIDTH: 1 below 500 pixels, 2 below 1000, then one more each 1000."""
    longest = max(width, height)
    return 1 if longest < 500 else min(7, 2 + longest // 1000)


def draw_skeletons(people: Iterable[Mapping[str, Point]], width: int, height: int) -> NDArray[np.uint8]:
    """A uint8 BGR picture (height, width, 3): each person's joints in pixels, those outside the picture left out.

    A limb is drawn when both of its ends are there."""
    out = np.zeros((height, width, 3), np.uint8)
    for person in people:
        seen = {name: p for name, p in person.items() if 0 <= p[0] < width and 0 <= p[1] < height}
        _draw(out, seen, HALF_WIDTH * thickness(width, height))
    return out


def _draw(out: NDArray[np.uint8], joints: Mapping[str, Point], half: int) -> None:
    for (a, b), colour in zip(LIMBS, COLOURS, strict=False):
        if a in joints and b in joints:
            (x0, y0), (x1, y1) = joints[a], joints[b]
            middle = int((x0 + x1) / 2), int((y0 + y1) / 2)
            angle = int(math.degrees(math.atan2(y0 - y1, x0 - x1)))
            reach = int(math.hypot(x0 - x1, y0 - y1) / 2)
            limb = cv2.ellipse2Poly(middle, (reach, half), angle, 0, 360, 1)
            cv2.fillConvexPoly(out, limb, [int(c * LIMB_LIGHT) for c in reversed(colour)])
    for name, colour in zip(JOINTS, COLOURS, strict=True):
        if name in joints:
            x, y = joints[name]
            cv2.circle(out, (int(x), int(y)), half, colour[::-1], thickness=-1)


def from_coco(points: Sequence[Sequence[float]], scores: Sequence[float], least: float) -> dict[str, Point]:
    """COCO's 17 key points (x, y) in pixels as OpenPose joints, those scored under `least` left out.

    The neck is the middle between the shoulders. ValueError for another number of points."""
    if len(points) != len(COCO_JOINTS) or len(scores) != len(COCO_JOINTS):
        raise ValueError(f"a COCO pose has {len(COCO_JOINTS)} key points, got {len(points)} with {len(scores)} scores")
    out: dict[str, Point] = {
        name: (float(point[0]), float(point[1]))
        for name, point, score in zip(COCO_JOINTS, points, scores, strict=True)
        if score >= least
    }
    if "left_shoulder" in out and "right_shoulder" in out:
        out["neck"] = midway(out["left_shoulder"], out["right_shoulder"])
    return out


def midway(a: Point, b: Point) -> Point:
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
