"""Requests become scenes: sizes, places, moves, blinks; scene files read back exactly and refuse damage."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.base import CAMERA_MOVES, SHOT_SIZES, ClipRequest, Figure, Look, MouthCue, PictureRequest
from models.draft.animator import DraftAnimator
from models.draft.camera import ease, view_at
from models.draft.layout import compose_scene, faces, sides
from models.draft.scene import from_text, to_text

LOOK = Look("female", 24, "long", "brown_black", "round", "amber", "fair", "suit", "sky")
IVY = Figure("ivy", LOOK, yaw=10, speaking=True)
GU = Figure("gu", replace(LOOK, sex="male", hair="layered"), yaw=-10)


def picture(size: str = "mcu", figures: tuple[Figure, ...] = (IVY,), **words: str) -> PictureRequest:
    return PictureRequest("e001_s01_sh010", "keyframe", "", (1080, 1920), 3, size, "office", figures=figures, **words)


def clip(request: PictureRequest, move: str = "push", frames: int = 72, **more: object) -> ClipRequest:
    return ClipRequest("e001_s01_sh010", request, Path("none.jpg"), frames, 24, move, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", SHOT_SIZES)
@pytest.mark.parametrize("move", CAMERA_MOVES)
def test_every_size_and_move_makes_a_scene_that_reads_back(size, move):
    scene = compose_scene(picture(size, (IVY, GU)), clip(picture(size, (IVY, GU)), move))
    assert from_text(to_text(scene)) == scene


def test_who_looks_right_stands_on_the_left_in_either_order():
    assert sides((IVY, GU)) == [-1.0, 1.0]
    assert sides((GU, IVY)) == [1.0, -1.0]


def test_faces_stay_apart_and_inside_the_frame_in_a_group():
    actors = compose_scene(
        picture("wide", (IVY, GU, replace(IVY, character="old"), replace(GU, character="mei")))
    ).actors
    xs = sorted(a.x for a in actors)
    assert xs[0] >= 0.08 and xs[-1] <= 0.92
    assert min(b - a for a, b in itertools.pairwise(xs)) > 0.15


def test_the_shoulder_in_front_is_on_the_side_the_subject_looks_to():
    lead, near = compose_scene(picture("ots", (IVY, GU))).actors
    assert near.part == "near" and near.view == "back" and near.x > lead.x
    lead, near = compose_scene(picture("ots", (GU, IVY))).actors
    assert near.x < lead.x


def test_faces_are_where_the_scene_puts_them_and_a_turned_back_has_none():
    assert faces(picture("ots", (IVY, GU))).keys() == {"ivy"}
    two = faces(picture("two", (IVY, GU)))
    assert two["ivy"][0] < 0.4 and two["gu"][0] > 0.6


def test_an_insert_shows_the_prop_and_nobody():
    scene = compose_scene(picture("insert", (IVY,), prop="watch"))
    assert scene.actors == () and scene.prop == "watch"


def test_rain_falls_outside_only():
    assert compose_scene(picture(weather="rain")).effects == ()
    outside = replace(picture(weather="rain"), plate="street")
    assert compose_scene(outside).effects == ("rain",)


def test_petals_leaves_and_fireflies_are_seen_only_where_they_live():
    def air(mood: str, plate: str, time: str = "night") -> tuple[str, ...]:
        return compose_scene(replace(picture(mood=mood, time=time), plate=plate)).effects

    assert air("tender", "lakeside") == ("petals",) and air("tender", "office") == ()
    assert air("grief", "forest") == ("leaves",) and air("grief", "street") == ()
    assert air("mystery", "forest") == ("fireflies",) and air("mystery", "office") == ("dust",)
    assert air("mystery", "forest", "day") == ("dust",) and air("triumph", "office") == ("embers",)


def test_blinks_are_seeded_and_a_few_seconds_apart():
    request = clip(picture(), frames=480, seed=5)
    first = compose_scene(picture(), request).blinks
    assert first == compose_scene(picture(), request).blinks
    assert first != compose_scene(picture(), replace(request, seed=6)).blinks
    frames = [f for f, _ in first]
    assert all(50 <= b - a <= 110 for a, b in itertools.pairwise(frames))


def test_cues_for_figures_that_are_not_seen_are_dropped():
    request = clip(picture("insert"), mouths=(MouthCue(3, 0, "aa"),), emotions=((5, 0, "rage"),))
    scene = compose_scene(picture("insert"), request)
    assert scene.mouths == () and scene.emotions == ()


@pytest.mark.parametrize(
    "words", [{"shot_size": "giant"}, {"plate": "moon"}], ids=["size", "plate"]
)  # fmt: skip
def test_unknown_words_are_named(words):
    with pytest.raises(ValueError, match=next(iter(words.values()))):
        compose_scene(replace(picture(), **words))


def test_an_unknown_move_is_named():
    with pytest.raises(ValueError, match="teleport"):
        compose_scene(picture(), clip(picture(), "teleport"))


@pytest.mark.parametrize(
    "change",
    [
        {"format": "other"}, {"version": 99}, {"num_frames": 0}, {"fps": -1}, {"actors": [{"x": 1}]},
        {"mouths": [[0, 7, "aa"]]}, {"unknown": 1}, {"move": {}}, {"num_frames": 10**9},
    ],
)  # fmt: skip
def test_a_damaged_scene_is_refused_with_one_line(change):
    data = {**json.loads(to_text(compose_scene(picture()))), **change}
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        from_text(json.dumps(data))


@given(st.text(max_size=60))
def test_any_text_is_a_scene_or_refused(text):
    with pytest.raises(ValueError):
        from_text(text)


@given(st.floats(0, 1), st.sampled_from(["cubic", "whip"]))
def test_easing_stays_between_start_and_end(t, kind):
    assert 0.0 <= ease(kind, t) <= 1.0
    assert ease(kind, 0.0) < 0.01 and ease(kind, 1.0) == 1.0


def test_a_push_comes_closer_smoothly():
    move = compose_scene(picture(), clip(picture(), "push")).move
    zooms = [view_at(move, f, 72, 24, 1).zoom for f in range(72)]
    steps = [b - a for a, b in itertools.pairwise(zooms)]
    assert zooms[-1] > zooms[0] and min(steps) >= 0 and max(steps) < 0.003


def test_the_animator_writes_one_file_a_request_and_the_same_bytes(tmp_path):
    request = clip(picture(), seed=4)
    first = DraftAnimator().animate([request], tmp_path)[0]
    text = first.path.read_bytes()
    assert first.path.name == "e001_s01_sh010.scene.json" and first.num_frames == 72
    DraftAnimator().animate([request], tmp_path)
    assert first.path.read_bytes() == text
