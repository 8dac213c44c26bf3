"""Characters drawn as code: every word draws, moods differ, the same call gives the same bytes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from models import base
from models.draft.figures import EYE_STATES, MOUTHS, FigureSheet, draw_figure
from models.draft.figures.sheet import BOXES, HAIR_ROOT, Place, Sitter

HEAD = 48
WOMAN = base.Look("female", 24, "long", "brown_black", "round", "amber", "fair", "blazer", "sky")
MAN = base.Look("male", 31, "layered", "blue_black", "narrow", "steel", "male", "suit", "navy")


def composed(sheet: FigureSheet, eye: str = "open", mouth: str = "rest") -> NDArray[np.int16]:
    width, height = sheet.place.size
    frame = np.full((height, width, 3), 90.0, np.float32)
    for sprite in sheet.layers(eye, mouth):
        rows, columns = sprite.pixels.shape[:2]
        part = frame[sprite.y : sprite.y + rows, sprite.x : sprite.x + columns]
        part *= 1 - sprite.pixels[..., 3:].astype(np.float32) / 255
        part += sprite.pixels[..., :3]
    return frame.astype(np.int16)


def face_of(sheet: FigureSheet) -> NDArray[np.int16]:
    x, y = (round(v) for v in sheet.place.face)
    reach = round(sheet.place.head_px * 0.45)
    return composed(sheet)[y - reach : y + reach, x - reach : x + reach]


def assert_sound(sheet: FigureSheet) -> None:
    width, height = sheet.place.size
    for sprite in [*sheet.layers(), *sheet.head.eyes.values(), *sheet.head.mouths.values()]:
        rows, columns = sprite.pixels.shape[:2]
        assert sprite.pixels.dtype == np.uint8
        assert sprite.x >= 0 and sprite.y >= 0
        assert sprite.x + columns <= width and sprite.y + rows <= height
        assert (sprite.pixels[..., :3] <= sprite.pixels[..., 3:]).all(), "not premultiplied"
    assert (sheet.body.torso.pixels[..., 3] == 255).mean() > 0.2


def words() -> list[tuple[str, str]]:
    tables: Mapping[str, tuple[str, ...]] = {
        "hair": base.HAIR_STYLES, "hair_colour": base.HAIR_COLOURS, "eyes": base.EYES, "eye_colour": base.EYE_COLOURS,
        "skin": base.SKINS, "outfit": base.OUTFITS, "outfit_colour": base.COLOURS,
    }  # fmt: skip
    return [(field, word) for field, table in tables.items() for word in table]


@pytest.mark.parametrize(("field", "word"), words())
def test_every_word_of_a_look_draws_a_figure_within_its_size(field: str, word: str) -> None:
    for look in (WOMAN, MAN):
        assert_sound(draw_figure(replace(look, **{field: word}), "neutral", 8, HEAD))


@pytest.mark.parametrize("outfit", base.OUTFITS)
def test_every_outfit_is_drawn_from_behind_without_a_face(outfit: str) -> None:
    sheet = draw_figure(replace(MAN, outfit=outfit), "neutral", 0, HEAD, view="back")
    assert (sheet.body.torso.pixels[..., 3] == 255).mean() > 0.2
    assert not sheet.head.eyes and not sheet.head.mouths


@pytest.mark.parametrize("word", base.ACCESSORIES)
def test_every_accessory_changes_the_picture(word: str) -> None:
    look = replace(WOMAN, outfit="gown")
    plain, worn = draw_figure(look, "neutral", 8, 96), draw_figure(replace(look, accessories=(word,)), "neutral", 8, 96)
    assert np.abs(composed(plain) - composed(worn)).max() > 40


SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    "look",
    [
        WOMAN,
        MAN,
        pytest.param(replace(MAN, age=70, skin="old"), marks=SLOW),
        pytest.param(replace(WOMAN, age=8), marks=SLOW),
    ],
)
def test_emotions_differ_pairwise_around_the_face(look: base.Look) -> None:
    faces = {mood: face_of(draw_figure(look, mood, 8, 64, character="Ivy")) for mood in base.EMOTIONS}
    for first, second in combinations(base.EMOTIONS, 2):
        changed = (np.abs(faces[first] - faces[second]).max(axis=2) > 24).mean()
        assert changed > 0.004, f"{first} and {second} look alike"


def head_alone(look: base.Look, mood: str, px: int = 120) -> tuple[NDArray[np.float32], Place]:
    """The head on black with open eyes, and where its points are; cheaper than a whole figure."""
    sitter = Sitter(look, px, "Ivy")
    parts, place = sitter.head(mood, 8), sitter.place(8)
    frame = np.zeros((place.size[1] + 2, place.size[0] + 2, 3), np.float32)
    for sprite in (parts.head, parts.eyes["open"], parts.mouths["rest"], parts.over):
        rows, columns = sprite.pixels.shape[:2]
        part = frame[sprite.y : sprite.y + rows, sprite.x : sprite.x + columns]
        part *= 1 - sprite.pixels[..., 3:].astype(np.float32) / 255
        part += sprite.pixels[..., :3]
    return frame, place


def test_every_mood_changes_a_face_far_more_than_rounding_would() -> None:
    plain = head_alone(WOMAN, "neutral", 60)[0]
    face = (plain.max(axis=2) > 0).sum()
    for mood in base.EMOTIONS[1:]:
        changed = (np.abs(head_alone(WOMAN, mood, 60)[0] - plain).max(axis=2) > 40).sum() / face
        assert changed > 0.012, f"{mood} is hardly to be seen"


@pytest.mark.parametrize("mood", base.EMOTIONS)
def test_skin_stays_warm_in_every_mood(mood: str) -> None:
    frame, place = head_alone(replace(WOMAN, hair="palace_bun"), mood)
    x, y = (round(v) for v in place.face)
    forehead = frame[y - 30 : y - 24, x - 16 : x - 4].reshape(-1, 3).mean(axis=0)
    assert forehead[2] > forehead[0] + 3, "the veil is blue, not tinted"
    assert forehead.min() > 150, "the veil is too dark"


def wet_cheeks(look: base.Look, mood: str) -> int:
    """Pale blue pixels below the eyes, between the temples."""
    frame, place = head_alone(look, mood)
    x, y = (round(v) for v in place.face)
    part = frame[y + 10 : y + 46, x - 28 : x + 28]
    return int(((part[..., 0] > 215) & (part[..., 0] > part[..., 2] + 12)).sum())


@pytest.mark.parametrize("look", [WOMAN, MAN])
def test_only_who_weeps_has_tears_on_the_cheeks_and_weeping_has_more_than_grief(look: base.Look) -> None:
    wet = {mood: wet_cheeks(look, mood) for mood in base.EMOTIONS}
    assert wet["tears"] > wet["grief"] > 0
    assert not any(count for mood, count in wet.items() if mood not in ("tears", "grief"))


def iris_middle(look: base.Look, mood: str, state: str) -> tuple[float, float]:
    """The middle between the edges of the amber of both eyes, in pixels of a head of 240."""
    sprite = Sitter(look, 240, "Ivy").eyes(mood, 8, state)
    blue, red, alpha = (sprite.pixels[..., k].astype(int) for k in (0, 2, 3))
    rows, columns = np.nonzero((alpha == 255) & (red - blue > 70) & (red > 100))
    assert len(rows) > 40, "no iris to be seen"
    seen = np.unique(columns)
    gap = int(np.argmax(np.diff(seen)))
    edges = (seen[0], seen[gap], seen[gap + 1], seen[-1])
    return sprite.x + float(np.mean(edges)), sprite.y + float(rows.mean())


@pytest.mark.parametrize("mood", ["neutral", "anger", "shock", "tender", "cold"])
@pytest.mark.parametrize("look", [WOMAN, replace(WOMAN, age=8)])
def test_a_gaze_moves_the_irises_to_the_named_side(look: base.Look, mood: str) -> None:
    ahead, left, right, down = (iris_middle(look, mood, state) for state in ("open", "left", "right", "down"))
    assert left[0] + 3 < ahead[0] < right[0] + 2 and left[0] + 8 < right[0]
    assert down[1] > ahead[1] + 1


def test_joy_narrows_the_eyes_from_below_and_shock_tears_them_open() -> None:
    def white(mood: str) -> int:
        pixels = Sitter(MAN, 240).eyes(mood, 8, "open").pixels
        return int((pixels.min(axis=2) > 200).sum())

    assert white("shock") > 1.5 * white("neutral") > 1.5 * white("joy")


def test_the_far_eye_is_narrower_than_the_near_one() -> None:
    pixels = Sitter(WOMAN, 240).eyes("neutral", 16, "open").pixels
    columns = np.nonzero(pixels[..., 3].max(axis=0) == 255)[0]
    gap = int(np.argmax(np.diff(columns)))
    near, far = columns[gap] - columns[0], columns[-1] - columns[gap + 1]
    assert far < 0.88 * near


@pytest.mark.parametrize("hair", base.HAIR_STYLES)
@pytest.mark.parametrize("look", [WOMAN, MAN])
def test_no_head_is_cut_by_the_box_it_is_drawn_in(hair: str, look: base.Look) -> None:
    sitter = Sitter(replace(look, hair=hair), HEAD)
    place = sitter.place()
    left, top, right, low = BOXES["head"]
    for yaw in (-16, 16):
        sprite = sitter.head("neutral", yaw, passing=True).head
        rows, columns = sprite.pixels.shape[:2]
        x, y = (sprite.x - place.root[0]) / place.unit, (sprite.y - place.root[1]) / place.unit + HAIR_ROOT
        assert x > left + 12 and y > top + 12
        assert x + columns / place.unit < right - 12 and y + rows / place.unit < low - 12


def test_clenched_teeth_show_and_a_pursed_mouth_hides_them() -> None:
    mouths = Sitter(WOMAN, 240).head("neutral", 8).mouths
    teeth = {shape: int((sprite.pixels[..., :3].min(axis=2) > 225).sum()) for shape, sprite in mouths.items()}
    assert teeth["grit"] > teeth["eh"] > teeth["oo"]
    assert teeth["closed"] < 0.1 * teeth["grit"]


def test_the_same_call_gives_the_same_bytes() -> None:
    first, second = (draw_figure(WOMAN, "tears", -12, HEAD, character="Ivy") for _ in range(2))
    assert first.place == second.place
    pairs = zip(*([*s.layers(), *s.head.eyes.values(), *s.head.mouths.values()] for s in (first, second)), strict=True)
    assert all(a.pixels.tobytes() == b.pixels.tobytes() and (a.x, a.y) == (b.x, b.y) for a, b in pairs)


def test_two_looks_and_two_names_are_measurably_different() -> None:
    ivy, mei = (face_of(draw_figure(WOMAN, "neutral", 8, 96, character=name)) for name in ("Ivy", "Mei"))
    man = face_of(draw_figure(MAN, "neutral", 8, 96, character="Ivy"))
    assert (np.abs(ivy - mei).max(axis=2) > 24).mean() > 0.01
    assert (np.abs(ivy - man).max(axis=2) > 24).mean() > 0.2


def test_a_child_and_an_elder_differ_from_a_grown_character() -> None:
    faces = [face_of(draw_figure(replace(WOMAN, age=age), "neutral", 8, 96)) for age in (8, 24, 70)]
    for first, second in combinations(faces, 2):
        assert (np.abs(first - second).max(axis=2) > 24).mean() > 0.1


def test_eyes_and_mouths_are_small_patches_that_all_differ() -> None:
    sheet = draw_figure(WOMAN, "neutral", 8, 240)
    assert tuple(sheet.head.eyes) == EYE_STATES[:3] and tuple(sheet.head.mouths) == MOUTHS
    area = sheet.head.head.pixels[..., 3].size
    assert all(
        sprite.pixels[..., 3].size < area / 4 for sprite in [*sheet.head.eyes.values(), *sheet.head.mouths.values()]
    )
    views = [composed(sheet, eye=state) for state in EYE_STATES[:3]]
    assert all(np.abs(a - b).max() > 60 for a, b in combinations(views, 2))
    shapes = [composed(sheet, mouth=shape) for shape in MOUTHS[1:]]
    assert all(np.abs(a - b).max() > 40 for a, b in combinations(shapes, 2))


def test_the_face_is_where_the_sheet_says_and_turns_with_the_yaw() -> None:
    left, right = draw_figure(WOMAN, "neutral", -16, 96), draw_figure(WOMAN, "neutral", 16, 96)
    assert left.place.face[0] < right.place.face[0]
    eyes = right.head.eyes["open"]
    assert eyes.y < right.place.face[1] < eyes.y + eyes.pixels.shape[0]
    assert draw_figure(WOMAN, "neutral", 90, 96).place == right.place


def test_small_figures_reach_the_floor_and_close_ups_stop_at_what_a_shot_can_show() -> None:
    small, close = draw_figure(MAN, "neutral", 8, 60), draw_figure(MAN, "neutral", 8, 600)
    below = max(s.y + s.pixels.shape[0] for s in small.layers()) - small.place.face[1]
    assert below / small.place.head_px > 5.5
    assert close.place.size[1] - close.place.face[1] < 1400


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hair": "mohawk"}, "unknown hair 'mohawk': choose from long, layered"),
        ({"outfit": "toga"}, "unknown outfit 'toga': choose from suit"),
        ({"accessories": ("cigar",)}, "unknown accessory 'cigar': choose from glasses"),
        ({"sex": "f"}, "unknown sex 'f': choose from female, male"),
    ],
)
def test_an_unknown_word_is_refused_with_the_choices(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        draw_figure(replace(WOMAN, **change), "neutral", 0, HEAD)  # pyright: ignore[reportArgumentType]


def test_an_unknown_emotion_view_or_size_is_refused() -> None:
    for arguments in (("bored", 0, HEAD, "front"), ("neutral", 0, HEAD, "side"), ("neutral", 0, 0, "front")):
        with pytest.raises(ValueError, match=r"choose from|head_px"):
            draw_figure(WOMAN, *arguments)
