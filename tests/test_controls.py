"""Control maps of the draft's composition: skeletons lie on bodies, lines are clean, masks and depth agree with faces."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest

from models.base import POSES, SHOT_SIZES, Figure, Layout, Look, PictureRequest
from models.draft.cache import house_art
from models.draft.controls import control_maps, figure_masks
from models.draft.linework import lines_of, outline_of, without_specks
from models.draft.painter import DraftPainter
from models.draft.setting import Setting
from models.skeleton import FACE_JOINTS

KINDS = ("pose", "lineart", "depth", "canny")
SMALL = (144, 256)
MIDDLE = (288, 512)
IVY = Look("female", 24, "long", "brown_black", "round", "amber", "fair", "blazer", "sky")
GU = Look("male", 45, "slick", "raven", "narrow", "steel", "male", "suit", "black")
PIP = Look("female", 9, "twin_tails", "chestnut", "round", "amber", "fair", "school", "rose")
PEOPLE = (Figure("ivy", IVY, yaw=10, speaking=True), Figure("gu", GU, yaw=-10), Figure("pip", PIP, yaw=-10))


def request(shot: str = "mcu", count: int = 1, **more: object) -> PictureRequest:
    figures = PEOPLE[: max(count, 2 if shot in ("two", "ots") else 1)] if shot != "insert" else ()
    plain = PictureRequest("u", "keyframe", "", SMALL, 5, shot, "office", figures=figures)
    return replace(plain, prop="key" if shot == "insert" else "", **more)  # type: ignore[arg-type]


def of(asked: PictureRequest) -> Setting:
    return Setting(asked, house_art())


@cache
def drawn(shot: str) -> dict[str, np.ndarray]:
    return control_maps(of(request(shot)), KINDS)


def grey(picture: np.ndarray) -> np.ndarray:
    assert np.array_equal(picture[..., 0], picture[..., 2])
    return picture[..., 0]


def edge_of(mask: np.ndarray) -> np.ndarray:
    """The border of a shape, but for where the frame cuts it."""
    solid = (mask > 128).astype(np.uint8)
    edge = solid - cv2.erode(solid, np.ones((3, 3), np.uint8), borderValue=1)
    edge[[0, 1, -1, -2]] = 0
    edge[:, [0, 1, -1, -2]] = 0
    return edge


@pytest.mark.parametrize("shot", SHOT_SIZES)
def test_every_shot_size_has_every_map_in_the_requests_size(shot: str):
    for kind, picture in drawn(shot).items():
        assert picture.shape == (256, 144, 3) and picture.dtype == np.uint8, kind
        assert picture.any() or (kind == "pose" and shot == "insert"), kind


def test_the_same_request_gives_the_same_maps_and_masks_again():
    asked = request("two")
    first, again = of(asked), of(asked)
    maps, others = control_maps(first, KINDS), control_maps(again, KINDS[::-1])
    assert all(np.array_equal(maps[kind], others[kind]) for kind in KINDS)
    assert all(np.array_equal(mask, figure_masks(again)[name]) for name, mask in figure_masks(first).items())


def test_an_unknown_kind_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="unknown control kind 'hed': choose from pose, lineart, depth, canny"):
        DraftPainter().controls(request(), ["pose", "hed"])
    with pytest.raises(ValueError, match="unknown picture kind 'poster'"):
        DraftPainter().masks(replace(request(), kind="poster"))


def test_the_draft_painter_is_a_layout_and_writes_jpegs():
    painter: Layout = DraftPainter()
    assert set(painter.controls(request(), ("pose",))) == {"pose"}
    assert list(painter.masks(request())) == ["ivy"]
    assert DraftPainter.suffix == ".jpg"


# -- pose


@pytest.mark.parametrize("shot", ["ecu", "cu", "mcu", "two", "wide"])
@pytest.mark.parametrize("size", [SMALL, (192, 336)])
def test_eyes_are_where_faces_says(shot: str, size: tuple[int, int]):
    asked = request(shot, 3 if shot == "wide" else 1, size=size)
    places = DraftPainter().faces(asked)
    for figure in of(asked).figures:
        x, y, head = places[figure.character]
        left, right = figure.joints["left_eye"], figure.joints["right_eye"]
        assert abs((left[0] + right[0]) / 2 - x * size[0]) < 0.06 * head * size[1] + 0.008 * size[1]
        assert abs((left[1] + right[1]) / 2 - y * size[1]) < 0.06 * head * size[1] + 0.008 * size[1]
        assert 0.2 < (left[0] - right[0]) / (head * size[1]) < 0.5


@pytest.mark.parametrize("pose", POSES)
@pytest.mark.parametrize("look", [IVY, GU, PIP], ids=["ivy", "gu", "pip"])
def test_the_skeleton_lies_on_the_body(pose: str, look: Look):
    asked = request("wide", figures=(Figure("one", look, yaw=-10, pose=pose),), size=MIDDLE)
    setting = of(asked)
    mask = cv2.dilate(figure_masks(replace_near(setting))["one"], np.ones((5, 5), np.uint8))
    inside = 0
    for name, (x, y) in setting.figures[0].joints.items():
        if 0 <= x < MIDDLE[0] and 0 <= y < MIDDLE[1]:
            assert mask[int(y), int(x)] > 128, name
            inside += 1
    assert inside >= 12


def replace_near(setting: Setting) -> Setting:
    """The same without what stands before the figures."""
    setting.__dict__["near"] = None
    return setting


def test_each_pose_of_the_arms_gives_another_skeleton():
    pictures = {
        control_maps(of(request("wide", figures=(Figure("one", IVY, pose=pose),))), ("pose",))["pose"].tobytes()
        for pose in POSES
    }
    assert len(pictures) == len(POSES)


def test_the_persons_right_is_on_our_left_and_from_behind_on_our_right():
    front, back = of(request("mcu")).figures[0].joints, of(request("back")).figures[0].joints
    assert front["right_shoulder"][0] < front["left_shoulder"][0] and front["right_eye"][0] < front["left_eye"][0]
    assert back["right_shoulder"][0] > back["left_shoulder"][0]


def test_nobody_seen_from_behind_has_a_face():
    for shot in ("back", "silhouette"):
        assert not set(of(request(shot)).figures[0].joints) & set(FACE_JOINTS)
    lead, near = of(request("ots")).figures
    assert set(FACE_JOINTS) <= set(lead.joints) and not set(FACE_JOINTS) & set(near.joints)


def test_a_turned_head_moves_the_nose_to_the_side_it_looks_to():
    def lean(yaw: float) -> float:
        joints = of(request("mcu", figures=(Figure("one", IVY, yaw=yaw),))).figures[0].joints
        return joints["nose"][0] - (joints["left_ear"][0] + joints["right_ear"][0]) / 2

    assert lean(-12) < -2 < 2 < lean(12)


# -- masks


def test_masks_show_who_is_before_whom():
    asked = request("two", 2, size=MIDDLE)
    setting = of(asked)
    masks = figure_masks(setting)
    both = np.minimum(masks["ivy"], masks["gu"])
    assert (both > 128).mean() < 0.001
    nearest = setting.figures[-1]
    assert np.array_equal(masks[nearest.character], nearest.alpha)
    for name, (x, y, _) in DraftPainter().faces(asked).items():
        assert masks[name][int(y * 512), int(x * 288)] == 255


def test_a_mask_is_the_same_shape_at_every_size():
    small = figure_masks(of(request("mcu")))["ivy"]
    large = cv2.resize(figure_masks(of(request("mcu", size=(576, 1024))))["ivy"], SMALL, interpolation=cv2.INTER_AREA)
    a, b = small > 128, large > 128
    assert (a & b).sum() / (a | b).sum() > 0.97


def test_an_insert_and_a_plate_have_no_masks():
    assert figure_masks(of(request("insert"))) == {}
    assert figure_masks(of(replace(request("mcu"), kind="plate"))) == {}


# -- lines


@pytest.mark.parametrize("shot", SHOT_SIZES)
def test_lines_are_white_on_black_and_few(shot: str):
    lines = grey(drawn(shot)["lineart"])
    assert lines.max() == 255
    assert 0.01 < (lines > 128).mean() < 0.30
    assert (lines == 0).mean() > 0.55


@pytest.mark.parametrize("shot", ["mcu", "two", "wide", "back", "silhouette"])
def test_every_figure_has_its_outline(shot: str):
    setting = of(request(shot, size=MIDDLE))
    lines = cv2.dilate(grey(control_maps(setting, ("lineart",))["lineart"]), np.ones((3, 3), np.uint8))
    for mask in figure_masks(setting).values():
        edge = edge_of(mask).astype(bool)
        assert (lines[edge] > 100).mean() > 0.95


def test_a_silhouette_is_an_outline_with_nothing_in_it():
    setting = replace_near(of(request("silhouette", size=MIDDLE)))
    mask = cv2.erode(setting.figures[0].alpha, np.ones((9, 9), np.uint8))
    assert not grey(control_maps(setting, ("lineart",))["lineart"])[mask > 128].any()


def test_a_blurred_background_still_gives_lines():
    setting = of(request("cu", size=MIDDLE))
    behind = cv2.dilate(setting.figures[0].alpha, np.ones((5, 5), np.uint8)) == 0
    assert setting.scene.backdrop.blur > 5
    assert (grey(control_maps(setting, ("lineart",))["lineart"])[behind] > 128).mean() > 0.01


def test_an_extreme_close_up_shows_the_whole_face_and_no_band():
    lines = grey(drawn("ecu")["lineart"])
    assert (lines[150:250] > 128).mean() > 0.01  # where the band hides mouth and chin
    assert lines[60:130].max() == 255


def test_signs_of_a_mood_are_not_drawn_as_things():
    def image(emotion: str) -> np.ndarray:
        return of(request("mcu", figures=(Figure("one", GU, emotion, yaw=0),), size=MIDDLE)).figures[0].alpha

    plain, afraid = image("neutral") > 128, image("fear") > 128  # fear shivers beside the head
    x, y, head = DraftPainter().faces(request("mcu", figures=(Figure("one", GU, yaw=0),)))["one"]
    side = slice(int((y - 0.2 * head) * 512), int((y + 0.3 * head) * 512)), slice(0, int(x * 288 - 0.45 * head * 512))
    assert afraid[side].sum() <= plain[side].sum() + 4


def test_ink_gives_one_line_and_dirt_none():
    paper = np.full((120, 120, 3), 230, np.uint8)
    cv2.line(paper, (10, 60), (110, 60), (30, 20, 40), 2)
    cv2.circle(paper, (60, 20), 1, (30, 20, 40), -1)
    lines = lines_of(paper, 0.7)
    assert lines[59:62, 20:100].max(axis=0).min() == 255
    assert not lines[:45].any() and not lines[75:].any()


def test_specks_are_told_by_their_length():
    dots = np.zeros((60, 60), np.uint8)
    dots[10, 10:14] = 255
    dots[30, 10:40] = 255
    kept = without_specks(dots, 12)
    assert not kept[10].any() and kept[30, 10:40].all()
    assert not without_specks(np.zeros((9, 9), np.uint8), 3).any()


def test_an_outline_is_inside_its_shape():
    alpha = np.zeros((60, 60), np.uint8)
    alpha[20:40, 20:40] = 255
    edge = outline_of(alpha)
    assert edge[20, 30] == 255 and not edge[30, 30] and not edge[alpha == 0].any()


# -- depth and canny


def test_figures_are_nearer_than_the_place_and_the_shoulder_nearer_than_who_is_seen_over_it():
    setting = of(request("ots", size=MIDDLE))
    depth, masks = grey(control_maps(setting, ("depth",))["depth"]), figure_masks(setting)
    behind = (setting.figures[0].alpha == 0) & (setting.figures[1].alpha == 0)
    lead, near = (np.median(depth[masks[name] > 250]) for name in ("ivy", "gu"))
    assert np.median(depth[behind]) < 0.6 * lead and lead < near and near > 200


def test_a_body_is_round_and_a_face_comes_forward():
    setting = of(request("mcu", size=MIDDLE))
    depth = grey(control_maps(setting, ("depth",))["depth"]).astype(int)
    x, y, head = DraftPainter().faces(request("mcu"))["ivy"]
    face = depth[int((y + 0.1 * head) * 512), int(x * 288)]
    edge = cv2.erode(edge_of(setting.figures[0].alpha), np.ones((1, 1), np.uint8)).astype(bool)
    assert face == depth.max() and np.median(depth[edge]) < face - 15


def test_the_floor_of_a_plate_rises_to_the_camera():
    depth = grey(control_maps(of(replace(request("wide"), kind="plate", plate="rooftop")), ("depth",))["depth"]).astype(
        int
    )
    middle = depth[:, 60:84].mean(axis=1)
    assert middle[252] > middle[215] + 20 > middle[190] + 20


def test_an_inserts_object_stands_out_of_its_table():
    setting = of(request("insert", size=MIDDLE))
    depth = grey(control_maps(setting, ("depth",))["depth"]).astype(int)
    thing = cv2.erode(setting.prop[..., 3], np.ones((5, 5), np.uint8)) > 250
    assert thing.any() and np.median(depth[thing]) > 225
    assert depth[int(setting.table_row) + 20].max() < depth[-4].min() + 60


def test_canny_is_opencvs_on_the_frame_without_effects():
    setting = of(request("cu"))
    expected = cv2.Canny(cv2.cvtColor(setting.frame(), cv2.COLOR_BGR2GRAY), 100, 200)
    assert np.array_equal(grey(control_maps(setting, ("canny",))["canny"]), expected)
    glowing = of(request("cu", figures=(replace(PEOPLE[0], aura=True),), mood="mystery"))
    assert glowing.scene.effects and np.array_equal(glowing.frame(), of(request("cu", mood="mystery")).frame())


# -- sheets and plates


def test_a_sheet_is_one_frontal_portrait_on_nothing():
    asked = replace(
        request("mcu", figures=(replace(PEOPLE[0], pose="fist", yaw=-14, aura=True),), size=MIDDLE), kind="sheet"
    )
    setting = of(asked)
    (figure,) = setting.figures
    joints, (x, _, head) = figure.joints, DraftPainter().faces(asked)["ivy"]
    for left, right in (("left_ear", "right_ear"), ("left_eye", "right_eye")):
        assert abs(joints[left][0] + joints[right][0] - 2 * joints["nose"][0]) < 0.03 * head * 512
    assert abs(joints["nose"][0] - x * 288) < 4
    lines = grey(control_maps(setting, ("lineart",))["lineart"])
    assert not lines[figure.alpha == 0].any()
    assert list(figure_masks(setting)) == ["ivy"]


def test_a_sheet_without_a_figure_is_refused():
    with pytest.raises(ValueError, match="a character sheet needs a figure"):
        DraftPainter().controls(replace(request(), kind="sheet", figures=()), ("pose",))


def test_a_plate_has_its_lines_and_nobody():
    asked = replace(request("mcu"), kind="plate")
    maps = control_maps(of(asked), ("pose", "lineart"))
    assert not maps["pose"].any() and (grey(maps["lineart"]) > 128).mean() > 0.02
    assert DraftPainter().faces(asked) == {}


def test_the_last_request_is_held_but_never_taken_for_another():
    painter, other = DraftPainter(), request("cu")
    first = painter.masks(request("mcu"))["ivy"]
    assert not np.array_equal(first, painter.masks(other)["ivy"])
    assert np.array_equal(first, painter.masks(request("mcu"))["ivy"])
