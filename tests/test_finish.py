"""Finishing a frame: nothing unasked, faces left clear, the same again, cheap enough, the composed picture untouched."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from models.base import FrameCue, Look, PictureRequest
from models.draft import glow, inkwork, panels, particles
from models.draft.finish import Finish
from models.draft.glow import Spot
from models.draft.layout import compose_scene
from models.draft.raster import Image
from models.draft.scene import Actor

SIZE = (180, 320)
FACE = FrameCue(0, focus_x=0.5, focus_y=0.42, head=0.4)
EFFECTS = [
    replace(FACE, speed_lines=True),
    replace(FACE, focus_lines=True),
    replace(FACE, radial=1.0),
    replace(FACE, tone=1.0),
    replace(FACE, leak=1.0),
    replace(FACE, impact=1),
    replace(FACE, impact=2),
    replace(FACE, flash=0.4),
    replace(FACE, flash=-0.4),
    replace(FACE, blur=40.0),
]


def finish(mood: str = "tension", effects: tuple[str, ...] = (), size: tuple[int, int] = SIZE) -> Finish:
    request = PictureRequest("s", "keyframe", "", (1080, 1920), 3, "wide", "office", mood=mood)
    scene = replace(compose_scene(request), effects=effects)
    return Finish(scene, size, lambda cue: picture(size))


def picture(size: tuple[int, int] = SIZE, seed: int = 1) -> Image:
    """A soft, colourful, opaque frame."""
    rng = np.random.default_rng(seed)
    frame = np.kron(rng.integers(40, 220, (20, 20, 4), np.uint8), np.ones((size[1] // 20, size[0] // 20, 1), np.uint8))
    frame[..., 3] = 255
    return np.ascontiguousarray(frame)


def test_a_frame_of_which_nothing_is_asked_is_handed_on_as_it_is() -> None:
    composed = picture()
    assert finish().draw(composed, 3, FACE) is composed


@pytest.mark.parametrize("cue", EFFECTS)
def test_every_effect_changes_the_frame_the_same_way_again_and_leaves_the_composed_one_alone(cue) -> None:
    composed = picture()
    first, again = finish().draw(composed, 3, cue), finish().draw(composed, 3, cue)
    assert np.array_equal(composed, picture())
    assert np.array_equal(first, again)
    assert first.shape == composed.shape and np.abs(first.astype(int) - composed).mean() > 0.5


@pytest.mark.parametrize("mood", ["tension", "dread"])
@pytest.mark.parametrize("effect", [{"focus_lines": True}, {"radial": 1.0}, {"tone": 1.0}])
def test_a_face_stays_as_it_was(mood, effect) -> None:
    composed = picture()
    out = finish(mood).draw(composed, 0, replace(FACE, **effect))
    x, y = 90, round(0.42 * 320)
    face = np.s_[y - 30 : y + 30, x - 24 : x + 24, :3]
    assert np.abs(out[face].astype(int) - composed[face]).max() <= 3


def test_the_clear_oval_follows_the_face_through_zoom_and_shift() -> None:
    still = finish().spot(FACE)
    moved = finish().spot(replace(FACE, dx=200.0, zoom=1.2))
    assert moved.x > still.x and moved.rx >= still.rx and finish().spot(FrameCue(0)).rx > 0


def test_lines_are_black_in_dread_and_white_elsewhere() -> None:
    grey = np.full((320, 180, 4), 120, np.uint8)
    light = finish("action").draw(grey, 0, replace(FACE, focus_lines=True))
    dark = finish("dread").draw(grey, 0, replace(FACE, focus_lines=True))
    assert light[..., :3].mean() > 121 and dark[..., :3].mean() < 119


def test_focus_lines_swap_every_three_frames() -> None:
    frames = [finish().draw(picture(), 0, replace(FACE, focus_lines=True, tick=t)) for t in (0, 2, 3, 9)]
    assert np.array_equal(frames[0], frames[1]) and np.array_equal(frames[0], frames[3])
    assert not np.array_equal(frames[0], frames[2])


def test_an_impact_is_first_a_negative_then_ink_on_paper() -> None:
    split = picture()
    split[:, :90, :3], split[:, 90:, :3] = 30, 220
    negative, ink = (inkwork.impact(split, Spot(90, 134, 60, 80), n, 0, (230, 60, 40)) for n in (1, 2))
    middle = np.s_[110:160, 60:120]
    left, right = np.s_[110:160, 60:88, :3], np.s_[110:160, 92:120, :3]
    assert ink[left].mean() < 80 < 200 < ink[right].mean()
    assert negative[right].mean() < 60 < negative[left][..., 2].mean()
    assert negative[middle].shape == ink[middle].shape


def test_a_flash_is_white_at_its_height_and_fades_through_ink() -> None:
    frame = picture()
    assert inkwork.flashed(frame, 1.0)[..., :3].min() == 255
    half = inkwork.flashed(frame, 0.5)[..., :3]
    assert np.abs(half.max(axis=2).astype(int) - half.min(axis=2)).mean() < 25  # no colour but the paper's
    assert np.abs(inkwork.flashed(frame, 0.02).astype(int) - frame).mean() < 8


def test_a_dip_to_black_keeps_the_lights_longest() -> None:
    dip = glow.flash(np.array([[[60, 120, 240, 255]]], np.uint8), -0.5)[0, 0, :3].astype(float)
    assert dip[0] / 60 < dip[1] / 120 < dip[2] / 240 < 0.51
    assert glow.flash(picture(), -1.0)[..., :3].max() == 0


@pytest.mark.parametrize("angle", [0.0, 90.0, 37.0])
def test_a_smear_runs_along_its_angle(angle) -> None:
    dot = np.zeros((200, 200, 4), np.uint8)
    dot[98:102, 98:102] = 255
    ys, xs = np.nonzero(glow.smear(dot, 80.0, angle)[..., 0])
    way = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    along = (xs - 99.5) * way[0] + (ys - 99.5) * way[1]
    across = (ys - 99.5) * way[0] - (xs - 99.5) * way[1]
    assert 55 < np.ptp(along) < 95 and np.ptp(across) < 14


def test_a_leak_only_adds_light_and_drifts() -> None:
    frame = picture()
    leaks = [glow.leak(frame, seconds, 1.0) for seconds in (0.0, 1.5)]
    assert all((lit.astype(int) >= frame.astype(int) - 1).all() for lit in leaks)
    assert not np.array_equal(*leaks)


def test_panels_slide_in_over_the_shot_and_keep_mouths_above_the_subtitles() -> None:
    base, shot = np.zeros((320, 180, 4), np.uint8), picture()
    faces = ((0.3, 0.42, 0.25), (0.7, 0.42, 0.25))
    shown = panels.layout(faces)
    covered = [(panels.lay_panels(base, [(p, shot) for p, _ in shown], s)[..., 0] > 0).mean() for s in (0.0, 0.5, 1.0)]
    assert covered[0] < 0.05 < covered[1] < 0.75 < covered[2]
    for panel, face in shown:
        cue = panels.panel_cue(FrameCue(0), panel, face)
        eyes = face[1] + cue.dy / 1920
        assert eyes == pytest.approx(panel.eyes) and eyes + 0.42 * face[2] * cue.zoom < 1300 / 1920


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_panels_fill_the_frame_from_top_to_bottom_without_a_gap(count) -> None:
    shown = [p for p, _ in panels.layout(((0.5, 0.4, 0.3),) * count)]
    assert shown[0].top[0] < 0 and shown[-1].bottom[0] > 1
    assert all(a.bottom == b.top for a, b in pairwise(shown))


def test_a_panel_asks_the_stage_for_its_own_face_alone() -> None:
    asked: list[FrameCue] = []

    def view(cue: FrameCue) -> Image:
        asked.append(cue)
        return picture()

    made = finish()
    made._view = view
    faces = ((0.3, 0.42, 0.25), (0.7, 0.42, 0.25))
    made.panels(4, FrameCue(4, panels=faces))
    made.panels(5, FrameCue(5, panels=faces))  # on twos: drawn once
    assert [cue.panels for cue in asked] == [(faces[0],), (faces[1],)]


@pytest.mark.parametrize("kind", particles.WEATHERS)
def test_what_is_in_the_air_stays_over_a_minute(kind) -> None:
    for number in (0, 24 * 60):
        frame = np.full((320, 180, 4), 60, np.uint8)
        particles.Weather(kind, SIZE, 4, ground=True).draw(frame, number, 24)
        assert (frame != 60).any()


def test_rain_splashes_only_where_there_is_ground_without_people() -> None:
    assert finish(effects=("rain",))._weather[0].ground
    request = PictureRequest("s", "keyframe", "", (1080, 1920), 3, "wide", "street")
    look = Look("female", 24, "long", "raven", "cat", "jade", "fair", "coat", "navy")
    scene = replace(
        compose_scene(request), effects=("rain",), actors=(Actor("ivy", look, "neutral", 0.5, 0.4, 0, 300),)
    )
    assert not Finish(scene, SIZE, lambda cue: picture())._weather[0].ground


@pytest.mark.slow
@pytest.mark.parametrize("cue", EFFECTS)
def test_no_effect_costs_more_than_a_few_frames_worth_at_full_size(cue) -> None:
    made, frame = finish(size=(1080, 1920)), picture((1080, 1920))
    made.draw(frame, 0, cue)  # layers are drawn once and kept
    spent = []
    for number in range(5):
        start = time.process_time()
        made.draw(frame, number, cue)
        spent.append(time.process_time() - start)
    assert min(spent) < 0.045  # 15 ms on a quiet machine


@pytest.mark.parametrize("kind", ["dust", "embers", "petals", "fireflies"])
def test_what_floats_in_the_air_keeps_off_faces(kind: str) -> None:
    width, height = SIZE
    face = Spot(width // 2, height // 2, width // 2, height // 3)
    y, x = np.mgrid[0:height, 0:width]
    inside = ((x - face.x) / (face.rx * 0.7)) ** 2 + ((y - face.y) / (face.ry * 0.7)) ** 2 < 1
    plain = picture()
    for number in range(0, 96, 8):
        free, kept = plain.copy(), plain.copy()
        weather = particles.Weather(kind, SIZE, 4)
        weather.draw(free, number, 24)
        weather.draw(kept, number, 24, [face])
        assert (kept[inside] == plain[inside]).all()
        assert (free != plain).any()
