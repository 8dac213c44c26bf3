"""Compositions: everything inside the frame, chins above the subtitles, the line kept, cameras smooth, depth visible."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.base import CAMERA_MOVES, PLATES, ClipRequest, Figure, Look, PictureRequest
from models.draft.backdrops import stand
from models.draft.camera import Camera
from models.draft.cast import then
from models.draft.layout import CHIN, FRAMINGS, compose_scene, faces, half_body
from models.draft.plates import HEIGHT as PLATE_HEIGHT
from models.draft.plates import WIDTH as PLATE_WIDTH

LOOK = Look("female", 24, "long", "brown_black", "round", "amber", "fair", "suit", "sky")
IVY = Figure("ivy", LOOK, yaw=10, speaking=True)
GU = Figure("gu", replace(LOOK, sex="male", hair="layered", build="broad"), yaw=-10)
CROWD = (IVY, GU, replace(IVY, character="old"), replace(GU, character="mei"))
seeds = st.integers(0, 100_000)


def picture(size: str, figures: tuple[Figure, ...], seed: int = 3, plate: str = "office") -> PictureRequest:
    return PictureRequest("u", "keyframe", "", (1080, 1920), seed, size, plate, figures=figures)


def clip(request: PictureRequest, move: str, frames: int = 72) -> ClipRequest:
    return ClipRequest("u", request, Path("none"), frames, 24, move, 0.9, seed=5)


@given(seeds, st.integers(2, 4), st.permutations(CROWD))
def test_a_group_fits_inside_the_frame_by_its_shoulders_and_faces_stay_apart(seed, count, people):
    figures = tuple(people[:count])
    actors = compose_scene(picture("wide", figures, seed)).actors
    for actor, figure in zip(actors, figures, strict=True):
        half = half_body(figure) * actor.head / 1080
        assert actor.x - half >= 0 and actor.x + half <= 1
    xs = sorted(a.x for a in actors)
    assert min(b - a for a, b in itertools.pairwise(xs)) > 0.12


@given(seeds, st.sampled_from(["cu", "mcu"]), st.sampled_from([IVY, GU]), st.sampled_from(CAMERA_MOVES))
def test_a_close_up_keeps_the_face_in_the_frame_and_the_chin_above_the_subtitles(seed, size, figure, move):
    request = picture(size, (figure,), seed)
    scene = compose_scene(request, clip(request, move, 120))
    actor, zoom = scene.actors[0], max(scene.move.zoom0, scene.move.zoom1)
    assert actor.y * 1920 + CHIN[figure.look.sex] * actor.head * zoom <= 1292
    assert actor.x * 1080 - 0.36 * actor.head > 0 and actor.x * 1080 + 0.36 * actor.head < 1080
    assert actor.y * 1920 - 0.59 * actor.head > 0


@given(seeds)
def test_the_line_is_kept_whoever_is_named_first(seed):
    for size in ("two", "wide", "ots"):
        for figures in ((IVY, GU), (GU, IVY)):
            places = {a.character: a.x for a in compose_scene(picture(size, figures, seed)).actors}
            assert places["ivy"] < places["gu"]


@given(seeds)
def test_the_shoulder_in_front_leaves_most_of_the_frame_to_the_face(seed):
    lead, near = compose_scene(picture("ots", (IVY, GU), seed)).actors
    assert near.x - 0.36 * near.head / 1080 > 0.6
    assert lead.x + 0.36 * lead.head / 1080 < near.x - 0.30 * near.head / 1080


def test_shots_of_one_size_are_composed_in_several_ways():
    for size in ("cu", "mcu", "wide", "ots", "two"):
        figures = (IVY, GU) if size in ("two", "ots") else (IVY,)
        seen = {
            tuple(
                (round(a.x, 1), round(a.y, 2), round(a.head / 60))
                for a in compose_scene(picture(size, figures, k)).actors
            )
            for k in range(40)
        }
        assert len(seen) >= 4, size


@given(seeds, st.sampled_from(sorted(FRAMINGS)))
def test_keyframe_clip_and_faces_agree(seed, size):
    request = picture(size, (IVY, GU), seed)
    still, moving = compose_scene(request), compose_scene(request, clip(request, "push"))
    assert [(a.x, a.y, a.head) for a in still.actors] == [(a.x, a.y, a.head) for a in moving.actors]
    assert all((a.x, a.y) == faces(request)[a.character][:2] for a in still.actors if a.part != "near")


@pytest.mark.parametrize("move", CAMERA_MOVES)
@pytest.mark.parametrize("size", ["cu", "wide"])
def test_a_camera_moves_without_a_jump(move, size):
    """Second differences of a point's way through the frame stay small; one-way moves never turn back."""
    request = picture(size, (IVY,))
    scene = compose_scene(request, clip(request, move))
    camera = Camera(scene, 1080, 1920)
    for depth in ("far", "mid", "figure", "near"):
        points = np.array([camera.matrix(camera.view(f), depth) @ (200.0, 300.0, 1.0) for f in range(72)])
        speed = np.diff(points, axis=0)
        if move != "whip":
            assert np.abs(np.diff(speed, axis=0)).max() < 0.6
            assert np.abs(speed).max() < 12
        if move != "handheld":
            assert all((s >= -1e-9).all() or (s <= 1e-9).all() for s in speed.T)


def test_near_things_move_more_than_far_ones():
    request = picture("wide", (IVY,))
    for move in ("pan", "push", "tilt"):
        camera = Camera(compose_scene(request, clip(request, move)), 1080, 1920)
        ways = []
        for depth in ("far", "mid", "figure", "near"):
            ends = [camera.matrix(camera.view(f), depth) @ (100.0, 100.0, 1.0) for f in (0, 71)]
            ways.append(float(np.abs(ends[1] - ends[0]).sum()))
        assert ways == sorted(ways) and ways[0] > 0 and ways[3] > 2 * ways[1]


def test_a_dolly_zoom_grows_the_place_and_not_the_face():
    request = picture("cu", (IVY,))
    camera = Camera(compose_scene(request, clip(request, "dolly_zoom")), 1080, 1920)
    last = camera.view(71)
    assert camera.matrix(last, "far")[0, 0] > 1.2 > 1.08 > camera.matrix(last, "figure")[0, 0]


@given(seeds, st.sampled_from(sorted(FRAMINGS)), st.sampled_from([m for m in CAMERA_MOVES if m != "whip"]))
def test_the_plate_covers_the_frame_through_every_move(seed, size, move):
    request = picture(size, (IVY,), seed, PLATES[seed % len(PLATES)])
    scene = compose_scene(request, clip(request, move, 96))
    camera, base = Camera(scene, 1080, 1920), stand(scene, 1080, 1920)
    for frame in (0, 48, 95):
        for depth in ("far", "mid"):
            matrix = then(base, camera.matrix(camera.view(frame), depth))
            left, top = matrix[:, 2]
            right, low = matrix @ (PLATE_WIDTH, PLATE_HEIGHT, 1.0)
            assert left <= 1 and top <= 1 and right >= 1079 and low >= 1919, (depth, left, top, right, low)
