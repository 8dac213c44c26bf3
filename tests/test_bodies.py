"""Bodies and clothes: every outfit wears every pose, hands stay in the picture, skirts hang apart from the trunk."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from models import base
from models.draft.figures.anatomy import Subject, subject
from models.draft.figures.arms import Arms, arms
from models.draft.figures.expression import EXPRESSIONS
from models.draft.figures.geometry import Point
from models.draft.figures.hands import SHAPES, Grasp, hand
from models.draft.figures.outfits import OUTFITS_DRAWN
from models.draft.figures.raster import Canvas

WOMAN = base.Look("female", 24, "long", "brown_black", "round", "amber", "fair", "suit", "sky")
MAN = base.Look("male", 31, "layered", "blue_black", "narrow", "steel", "male", "suit", "navy")
RAISED = ("point", "fist", "chest", "mouth", "clasp", "phone", "reach", "temple")
FRAME_SIDE, FRAME_LOW = 405.0, 1230.0
"""What a medium shot shows of a figure, in body units."""
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
SCALE = 0.08


def drawn(look: base.Look, yaw: float = 8) -> Subject:
    return subject(look, "neutral", EXPRESSIONS["neutral"], yaw, "Ivy")


def ink_of(svg: str) -> np.ndarray:
    """Which pixels of a small picture of the body a drawing covers."""
    sprite = Canvas(-900, -300, SCALE, round(1800 * SCALE), round(4500 * SCALE)).render(svg)
    mask = np.zeros((round(4500 * SCALE), round(1800 * SCALE)), bool)
    rows, columns = sprite.pixels.shape[:2]
    mask[sprite.y : sprite.y + rows, sprite.x : sprite.x + columns] = sprite.pixels[..., 3] > 128
    return mask


def covered(art: Arms) -> np.ndarray:
    return ink_of(art.behind) | (ink_of(art.before) if art.before else False)


@pytest.mark.parametrize("outfit", base.OUTFITS)
@pytest.mark.parametrize("look", [WOMAN, MAN], ids=["woman", "man"])
def test_every_outfit_wears_every_pose_with_sound_numbers(look: base.Look, outfit: str) -> None:
    who = drawn(replace(look, outfit=outfit))
    for pose in base.POSES:
        art = arms(who, pose)
        assert art.behind, pose
        assert bool(art.before) == (pose != "rest"), pose
        assert "nan" not in art.behind + art.before and "inf" not in art.behind + art.before


@pytest.mark.parametrize("look", [WOMAN, MAN], ids=["woman", "man"])
def test_poses_differ_in_what_they_cover(look: base.Look) -> None:
    masks = {pose: covered(arms(drawn(look), pose)) for pose in base.POSES}
    for first, second in combinations(base.POSES, 2):
        assert (masks[first] ^ masks[second]).sum() > 0.02 * masks["rest"].sum(), f"{first} and {second} look alike"


def test_crossed_arms_and_a_hand_on_the_hip_change_the_silhouette() -> None:
    who = drawn(MAN)
    trunk = ink_of(OUTFITS_DRAWN["suit"](who).torso)
    rest = trunk | covered(arms(who, "rest"))
    for pose in ("crossed", "hip"):
        changed = trunk | covered(arms(who, pose))
        assert (rest ^ changed).sum() > 0.04 * rest.sum(), pose


@pytest.mark.parametrize("pose", RAISED)
@pytest.mark.parametrize("yaw", [-8.0, 8.0])
def test_raised_hands_are_inside_a_medium_shot(monkeypatch: pytest.MonkeyPatch, pose: str, yaw: float) -> None:
    placed: list[Point] = []

    def noted(who: Subject, shape: str, grasp: Grasp) -> str:
        if grasp.wrist[1] < FRAME_LOW + 100:  # the other hand hangs far below
            placed.extend(grasp.place([(0, -40), (0, -300)]))
        return hand(who, shape, grasp)

    monkeypatch.setattr("models.draft.figures.arms.hand", noted)
    for look in (WOMAN, MAN):
        placed.clear()
        arms(drawn(look, yaw), pose)
        assert placed
        assert all(abs(x) < FRAME_SIDE and y < FRAME_LOW for x, y in placed), placed


@pytest.mark.parametrize("shape", SHAPES)
def test_a_hand_is_as_long_as_three_quarters_of_a_face(shape: str) -> None:
    numbers = ink_of(hand(drawn(MAN), shape, Grasp((0, 1000), 0)))
    rows = np.flatnonzero(numbers.any(axis=1))
    assert 150 * SCALE < rows[-1] - rows[0] < 430 * SCALE


def test_light_falls_from_the_left_on_a_hand_turned_either_way() -> None:
    who = drawn(MAN)
    left, right = (hand(who, "flat", Grasp((0, 0), 0, flip=flip)) for flip in (False, True))
    assert left != right
    for svg in (left, right):
        shade = next(part for part in svg.split("<path") if f'fill="{who.skin.shade}"' in part and "C" in part)
        numbers = [float(n) for n in _NUMBER.findall(shade.split('"')[1])]
        assert np.mean(numbers[::2]) > 0, "the palm's shadow lies on the right"


@pytest.mark.parametrize("outfit", ["blazer", "gown", "hanfu", "school", "robe", "dress"])
def test_what_a_woman_wears_below_the_waist_hangs_apart(outfit: str) -> None:
    art = OUTFITS_DRAWN[outfit](drawn(replace(WOMAN, outfit=outfit)))
    rows = np.flatnonzero(ink_of(art.hem).any(axis=1)) / SCALE - 300
    assert rows[-1] > 2400
    assert np.flatnonzero(ink_of(art.torso).any(axis=1))[-1] / SCALE - 300 < rows[-1]


def test_trousers_belong_to_the_trunk() -> None:
    art = OUTFITS_DRAWN["suit"](drawn(MAN))
    assert not art.hem
    assert np.flatnonzero(ink_of(art.torso).any(axis=1))[-1] / SCALE - 300 > 3800


def test_gloves_cover_the_skin_of_both_hands() -> None:
    bare, gloved = (hand(drawn(replace(MAN, accessories=worn)), "fist", Grasp((0, 0), 0)) for worn in ((), ("gloves",)))
    skin = drawn(MAN).skin.base
    assert skin in bare and skin not in gloved


def test_the_arm_that_acts_is_the_one_towards_the_viewer() -> None:
    left, right = (ink_of(arms(drawn(MAN, yaw), "fist").before) for yaw in (8, -8))
    columns = [np.flatnonzero(mask.any(axis=0)).mean() for mask in (left, right)]
    assert columns[0] < columns[1]


def test_an_unknown_pose_or_hand_is_refused_with_the_choices() -> None:
    with pytest.raises(ValueError, match="unknown pose 'wave': choose from rest, crossed"):
        arms(drawn(MAN), "wave")
    with pytest.raises(ValueError, match="unknown hand 'claw': choose from relaxed"):
        hand(drawn(MAN), "claw", Grasp((0, 0), 0))
