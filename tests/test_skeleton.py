"""The OpenPose picture: limbs between joints that are there, colours of the published annotator, COCO's points renamed."""

from __future__ import annotations

import numpy as np
import pytest

from models.skeleton import COCO_JOINTS, COLOURS, JOINTS, LIMBS, draw_skeletons, from_coco, thickness

BODY = {
    "nose": (100.0, 40.0), "neck": (100.0, 80.0), "right_shoulder": (70.0, 82.0), "right_elbow": (50.0, 130.0),
    "right_wrist": (60.0, 180.0), "left_shoulder": (130.0, 82.0), "left_elbow": (150.0, 130.0), "left_wrist": (140.0, 180.0),
}  # fmt: skip


def bgr(index: int, light: float = 1.0) -> list[int]:
    return [int(c * light) for c in reversed(COLOURS[index])]


def test_each_joint_is_a_disc_of_its_own_colour_and_each_limb_a_darker_ellipse():
    picture = draw_skeletons([BODY], 200, 300)
    for name, (x, y) in BODY.items():
        assert picture[int(y), int(x)].tolist() == bgr(JOINTS.index(name))
    limb = LIMBS.index(("neck", "right_shoulder"))
    assert picture[81, 85].tolist() == bgr(limb, 0.6)


def test_a_joint_outside_the_picture_takes_its_limbs_with_it():
    far = {**BODY, "right_elbow": (-3.0, 130.0)}
    picture = draw_skeletons([far], 200, 300)
    assert not picture[100:170, :66].any() and picture[180, 60].any()


def test_nobody_is_a_black_picture_and_two_people_are_both_drawn():
    assert not draw_skeletons([], 40, 60).any()
    other = {name: (x + 200, y) for name, (x, y) in BODY.items()}
    both, one = draw_skeletons([BODY, other], 400, 300), draw_skeletons([BODY], 400, 300)
    assert np.array_equal(both[:, :200], one[:, :200]) and both[:, 200:].any() and not one[:, 200:].any()


@pytest.mark.parametrize(
    ("size", "times"), [((144, 256), 1), ((768, 999), 2), ((768, 1344), 3), ((1080, 1920), 3), ((1200, 2000), 4)]
)
def test_limbs_grow_with_the_picture(size: tuple[int, int], times: int):
    assert thickness(*size) == times


def test_coco_points_become_openpose_joints_with_a_neck_between_the_shoulders():
    points = [(float(i), 2.0 * i) for i in range(len(COCO_JOINTS))]
    joints = from_coco(points, [1.0] * len(points), 0.5)
    assert set(joints) == set(JOINTS)
    assert joints["left_wrist"] == points[COCO_JOINTS.index("left_wrist")]
    assert joints["neck"] == (5.5, 11.0)


def test_points_that_are_not_sure_are_left_out_and_without_a_shoulder_there_is_no_neck():
    scores = [1.0] * len(COCO_JOINTS)
    scores[COCO_JOINTS.index("left_shoulder")] = 0.1
    joints = from_coco([(1.0, 1.0)] * len(COCO_JOINTS), scores, 0.3)
    assert "left_shoulder" not in joints and "neck" not in joints and "right_shoulder" in joints


def test_another_number_of_points_is_refused():
    with pytest.raises(ValueError, match="17 key points, got 3"):
        from_coco([(0.0, 0.0)] * 3, [1.0] * 3, 0.3)
