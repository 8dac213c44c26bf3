"""Stills: a keyframe that a camera moves over; never an edge, never a fold, never at rest; and files that lie."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.inspection import frozen_spans
from models.base import CAMERA_MOVES, ClipRequest, Figure, FrameCue, Look, PictureRequest
from models.draft.footage_stage import MOST_BEND, FootageStage, StillStage, smooth_depth, view_of
from models.draft.layout import compose_scene
from models.draft.player import DraftPlayer
from models.draft.still_moves import Asked, track
from models.draft.stills import StillAnimator, depth_map, from_text, still_of, to_text
from models.footage import write_clip

SIZE = (180, 320)
LOOK = Look("female", 24, "long", "brown_black", "round", "amber", "fair", "suit", "sky")
IVY = Figure("ivy", LOOK, yaw=8, speaking=True)
DAN = Figure("dan", replace(LOOK, sex="male"), yaw=-8)
CLOSE = PictureRequest("u", "keyframe", "", (96, 168), 3, "cu", "office", figures=(IVY,))
TWO = replace(CLOSE, shot_size="two", figures=(IVY, DAN))


def scenery(width: int = 96, height: int = 168) -> np.ndarray:
    """A colourful picture without black, soft as a painted background."""
    small = np.random.default_rng(4).integers(60, 240, (28, 16, 3), np.uint8)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


@pytest.fixture(scope="module")
def keyframe(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("keyframes") / "k.png"
    cv2.imwrite(str(path), scenery())
    return path


@pytest.fixture(scope="module")
def make(keyframe, tmp_path_factory):
    folder = tmp_path_factory.mktemp("stills")

    def run(move="push", picture=CLOSE, num_frames=60, **more) -> Path:
        request = ClipRequest("u", picture, keyframe, num_frames, 24, move=move, **more)
        return StillAnimator().animate([request], folder)[0].path

    return run


def play(path: Path, cues, size=SIZE) -> list[np.ndarray]:
    return list(DraftPlayer().play(path, cues, size))


# -- moves


def asked(kind: str, **more) -> Asked:
    return Asked(**{"strength": 0.9, "rate": 0.06, "room": 0.16, "focus": (0.3, 0.4), "seed": 5, "kind": kind, **more})


def seen_places(camera, frame: int, depth: np.ndarray) -> np.ndarray:
    """Places of the picture along a frame's border and middle lines, for a depth at each."""
    line = np.linspace(0, 1, 9)
    places = np.stack(np.meshgrid(line, line), axis=-1).astype(np.float32)
    return camera.source(frame, places, np.broadcast_to(depth, places.shape[:2]).astype(np.float32))


@given(
    kind=st.sampled_from(CAMERA_MOVES), strength=st.floats(0, 1), x=st.floats(0, 1), y=st.floats(0, 1),
    num_frames=st.integers(1, 300), seed=st.integers(0, 2**40), subject=st.floats(0, 1), depth=st.floats(0, 1),
)  # fmt: skip
def test_no_move_of_any_length_ever_shows_the_pictures_edge(kind, strength, x, y, num_frames, seed, subject, depth):
    camera = track(asked(kind, strength=strength, focus=(x, y), seed=seed, subject=subject), num_frames, 24)
    for frame in {0, num_frames // 3, num_frames - 1}:
        places = seen_places(camera, frame, np.float32(depth))
        assert places.min() >= -1e-5 and places.max() <= 1 + 1e-5


@pytest.mark.parametrize("kind", CAMERA_MOVES)
def test_a_move_costs_little_of_the_picture_and_jumps_nowhere(kind):
    camera = track(asked(kind), 96, 24)
    assert camera.scale < 1.12
    steps = np.abs(np.diff(np.stack([camera.x, camera.y]), axis=1)).max(axis=0)
    limit = 0.045 if kind == "whip" else 0.005  # of the frame's width
    assert steps.max() < limit and np.abs(np.diff(camera.near)).max() < (0.12 if kind == "whip" else 0.004)


def test_what_is_near_moves_more_than_what_is_far():
    for kind in ("push", "pull", "pan", "tilt", "handheld"):
        camera = track(asked(kind, focus=(0.5, 0.5)), 72, 24)
        far, near = (seen_places(camera, 71, np.float32(d)) - seen_places(camera, 0, np.float32(d)) for d in (0, 1))
        assert np.abs(near).mean() > 1.5 * np.abs(far).mean()


def test_a_dolly_zoom_swells_the_world_and_keeps_its_subject():
    camera = track(asked("dolly_zoom", subject=0.7), 96, 24)
    grown = [1 / (np.ptp(seen_places(camera, 95, d)) / np.ptp(seen_places(camera, 0, d))) for d in np.float32([0, 0.7])]
    assert grown[0] > 1.12 and abs(grown[1] - 1) < 0.05


def test_push_and_pull_are_opposite_and_room_bounds_them():
    push, pull = (track(asked(kind, room=0.05), 96, 24) for kind in ("push", "pull"))
    assert push.near[0] == 1 and push.near[-1] == pytest.approx(1.05)
    assert pull.near[0] == pytest.approx(1.05) and pull.near[-1] == 1
    assert track(asked("push", room=0.16), 960, 24).near.max() <= 1.16 + 1e-9


@pytest.mark.parametrize("kind", CAMERA_MOVES)
def test_nothing_is_ever_frozen_however_long_the_shot(kind, make):
    path = make(kind, num_frames=24 * 20, strength=0.2)
    frames = play(path, [FrameCue(k) for k in range(24 * 15, 24 * 18)])
    grey = np.stack([cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY) for frame in frames])
    assert frozen_spans(grey, 24, least=1.0) == []


# -- the warp


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.sampled_from(CAMERA_MOVES), st.integers(2, 60))
def test_no_depth_map_however_torn_folds_the_picture(seed, kind, side):
    rng = np.random.default_rng(seed)
    depth = rng.integers(0, 2, (side, side)).astype(np.float32)
    camera = track(asked(kind), 48, 24)
    smooth = smooth_depth(depth, camera)
    assert smooth.min() >= 0 and smooth.max() <= 1
    steep = max(np.abs(np.diff(smooth, axis=a)).max() * smooth.shape[a] for a in (0, 1))
    assert steep * camera.bend() <= MOST_BEND + 1e-3


@pytest.mark.parametrize("kind", CAMERA_MOVES)
def test_neighbouring_pixels_stay_neighbours_in_order(kind, make, keyframe):
    still = still_of(ClipRequest("u", TWO, keyframe, 48, 24, move=kind, strength=0.9))
    stage = StillStage(still, SIZE)
    for number in (0, 3, 47):
        where = stage.source(number, (0.0, 0.0, 1.0))
        across, down = np.diff(where[..., 0], axis=1), np.diff(where[..., 1], axis=0)
        for step in (across, down):
            assert step.min() > 0.5 * np.median(step) and step.max() < 1.6 * np.median(step)


@pytest.mark.parametrize("kind", CAMERA_MOVES)
def test_a_still_stays_inside_the_picture_while_the_cut_shakes_and_zooms(kind, make):
    cues = [
        FrameCue(k, zoom=z, focus_x=x, focus_y=0.2, dx=dx, dy=-dx)
        for k in (0, 30, 59)
        for z, x, dx in ((1.0, 0.5, 40.0), (1.4, 0.0, -300.0), (2.2, 1.0, 800.0))
    ]
    for frame in play(make(kind), cues):
        assert frame.min() > 20  # scenery has no black


def test_an_upright_picture_of_another_shape_is_cut_at_its_sides_and_not_stretched(tmp_path):
    picture = np.full((168, 120, 3), 90, np.uint8)
    cv2.circle(picture, (60, 84), 20, (255, 255, 255), -1)
    cv2.imwrite(str(tmp_path / "k.png"), picture)
    request = ClipRequest("u", replace(CLOSE, figures=()), tmp_path / "k.png", 24, 24)
    frame = play(StillAnimator().animate([request], tmp_path)[0].path, [FrameCue(0)])[0]
    rows, columns = np.nonzero(frame[..., 1] > 170)
    assert abs(np.ptp(rows) - np.ptp(columns)) <= 2 and np.ptp(rows) > 36


def test_the_first_frame_is_nearly_the_keyframe(make):
    frame = play(make("hold"), [FrameCue(0)], (96, 168))[0]
    plain = cv2.resize(scenery(), (96, 168))
    shifted = np.roll(plain, 20, axis=1)
    assert np.abs(frame.astype(int) - plain).mean() < 0.4 * np.abs(shifted.astype(int) - plain).mean()


def test_a_whip_arrives_blurred_and_settles_sharp(make):
    frames = play(make("whip", strength=0.9), [FrameCue(0), FrameCue(30)])
    detail = [np.abs(np.diff(frame.astype(int), axis=1)).mean() for frame in frames]
    assert detail[0] < 0.9 * detail[1]


# -- depth


def test_a_figure_stands_before_its_place_and_the_floor_comes_closer():
    close, wide = (
        depth_map(compose_scene(CLOSE)),
        depth_map(compose_scene(replace(CLOSE, shot_size="wide", figures=()))),
    )
    assert close.shape == (96, 54) and close.min() >= 0 and close.max() <= 1
    actor = compose_scene(CLOSE).actors[0]
    assert close[int(actor.y * 96), int(actor.x * 54)] > close[2, 2] + 0.3
    assert wide[95, 27] > wide[20, 27] + 0.3 and np.abs(np.diff(close, axis=1)).max() < 0.15


def test_of_two_figures_the_near_back_is_nearest():
    scene = compose_scene(replace(CLOSE, shot_size="ots", figures=(IVY, DAN)))
    lead, near = scene.actors
    depth = depth_map(scene)
    column = min(53, max(0, int(near.x * 54)))
    assert depth[int(near.y * 96) + 10, column] > depth[int(lead.y * 96), int(lead.x * 54)]


def test_an_inserts_object_stands_out():
    depth = depth_map(compose_scene(replace(CLOSE, shot_size="insert", figures=(), prop="watch")))
    assert depth[48, 27] > depth[48, 1] + 0.2


# -- the file


def test_the_same_request_is_the_same_bytes_and_reads_back(make, keyframe, tmp_path):
    request = ClipRequest("a", CLOSE, keyframe, 30, 24, move="pan")
    clip = StillAnimator().animate([request], tmp_path)[0]
    again = StillAnimator().animate([replace(request, unit="a")], tmp_path)[0]
    text = clip.path.read_text()
    assert clip.path.name == "a.still.json" and text == again.path.read_text()
    assert to_text(from_text(text)) == text and clip.recipe["move"] == "pan" and clip.num_frames == 30


def test_a_still_needs_nothing_but_its_file(make, tmp_path, keyframe):
    own = tmp_path / "own.png"
    own.write_bytes(keyframe.read_bytes())
    clip = StillAnimator().animate([ClipRequest("u", CLOSE, own, 24, 24)], tmp_path)[0]
    own.unlink()
    assert len(play(clip.path, [FrameCue(3)])) == 1


def test_what_a_still_cannot_do_is_refused_by_name(keyframe, tmp_path):
    request = ClipRequest("u", CLOSE, keyframe, 24, 24)
    with pytest.raises(ValueError, match="no use for a last frame"):
        StillAnimator().animate([replace(request, last_frame=keyframe)], tmp_path)
    with pytest.raises(ValueError, match="unknown camera move 'fly': choose from hold"):
        StillAnimator().animate([replace(request, move="fly")], tmp_path)
    with pytest.raises(ValueError, match=r"gone\.png cannot be used"):
        StillAnimator().animate([replace(request, first_frame=tmp_path / "gone.png")], tmp_path)


def png(width: int, height: int) -> str:
    return base64.b64encode(cv2.imencode(".png", np.zeros((height, width), np.uint8))[1].tobytes()).decode()


def big_png() -> str:
    """A PNG that says it is enormous."""
    data = bytearray(base64.b64decode(png(8, 8)))
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    return base64.b64encode(bytes(data)).decode()


HOSTILE = {
    "another format": {"format": "cliffhanger.scene"},
    "another version": {"version": 2},
    "an unknown move": {"move": "fly"},
    "an unknown mood": {"mood": "bored"},
    "an unknown key": {"shell": "rm"},
    "a number beyond numbers": {"strength": float("nan")},
    "an endless number": {"rate": float("inf")},
    "a number as text": {"num_frames": "12"},
    "no frames": {"num_frames": 0},
    "too many frames": {"num_frames": 10**9},
    "a huge seed": {"seed": 10**400},
    "a focus outside": {"focus_x": 1.5},
    "keyframe of no alphabet": {"keyframe": "§§§§"},
    "keyframe of no picture": {"keyframe": base64.b64encode(b"GIF89a").decode()},
    "a keyframe that lies": {"keyframe": big_png()},
    "a keyframe too wide": {"keyframe": png(4000, 4)},
    "a depth map too fine": {"depth": png(900, 900)},
    "a depth map that lies": {"depth": big_png()},
    "an empty depth map": {"depth": ""},
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_still_file_that_lies_is_refused_in_one_line(what, make, tmp_path):
    data = json.loads(make().read_text())
    path = tmp_path / "x.still.json"
    path.write_text(json.dumps({**data, **HOSTILE[what]}))
    with pytest.raises(ValueError) as caught:
        play(path, [FrameCue(0)])
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 330


def test_a_keyframe_of_an_absurd_shape_costs_no_more_than_another(make):
    data = json.loads(make().read_text())
    still = from_text(json.dumps({**data, "keyframe": png(2, 2048), "depth": png(256, 2)}))
    stage = StillStage(still, SIZE)
    assert stage.frame(FrameCue(0))[0].shape == (320, 180, 4)
    assert stage._picture.nbytes <= 2 * 4 * 180 * 320


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "nonsense", "[" * 100_000, '{"format": "cliffhanger.still"}', "\ud800"]
)
def test_text_that_is_no_still_is_refused_in_one_line(text):
    with pytest.raises(ValueError) as caught:
        from_text(text)
    assert "\n" not in str(caught.value)


def test_files_too_large_or_not_text_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "x.still.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="not text"):
        play(path, [FrameCue(0)])
    monkeypatch.setattr("models.draft.stills.MOST_CHARACTERS", 2)
    with pytest.raises(ValueError, match="too large"):
        play(path, [FrameCue(0)])


# -- playing stills and videos


@pytest.fixture(scope="module")
def video(tmp_path_factory) -> Path:
    """Twelve frames, each a picture of its own."""
    path = tmp_path_factory.mktemp("videos") / "v.mp4"
    write_clip(path, [np.full((168, 96, 3), 20 * k + 10, np.uint8) for k in range(12)], 24)
    return path


def levels(frames) -> list[int]:
    return [round((float(frame.mean()) - 10) / 20) for frame in frames]


def test_a_video_is_played_by_the_cues_forward_held_and_back(video):
    order = [0, 1, 1, 5, 4, 3, 11, 2, 11]
    assert levels(play(video, [FrameCue(k) for k in order])) == order


def test_a_video_shorter_than_the_cut_holds_its_last_frame(video):
    frames = play(video, [FrameCue(11), FrameCue(40), FrameCue(41)])
    assert levels(frames) == [11, 11, 11] and frames[0] is frames[1] is frames[2]


def test_looking_back_a_little_does_not_read_the_video_again(video, monkeypatch):
    opened: list[Path] = []
    real = FootageStage.__init__.__globals__["read_frames"]

    def counted(path):
        opened.append(path)
        return real(path)

    monkeypatch.setattr("models.draft.footage_stage.read_frames", counted)
    play(video, [FrameCue(k) for k in (6, 7, 6, 8, 5, 9)])
    assert len(opened) == 1
    play(video, [FrameCue(k) for k in (9, 1)])
    assert len(opened) == 3


@pytest.mark.parametrize("kind", ["still", "video"])
def test_an_unchanged_frame_is_the_same_array_and_every_asked_effect_changes_it(kind, make, video):
    path = make("pan") if kind == "still" else video
    base = FrameCue(5, focus_x=0.5, focus_y=0.42, head=0.4, tick=5)
    frames = play(path, [base, replace(base, tick=9), FrameCue(6), base])
    assert frames[0] is frames[1] and not frames[0].flags.writeable
    assert not np.array_equal(frames[1], frames[2]) and np.array_equal(frames[3], frames[0])
    for change in ({"flash": 0.5}, {"impact": 2}, {"speed_lines": True}, {"tone": 1.0}, {"leak": 1.0}):
        before, after = play(path, [base, replace(base, **change)])
        assert not np.array_equal(before, after)


@pytest.mark.parametrize("kind", ["still", "video"])
def test_split_panels_show_the_faces_and_leave_the_next_frame_whole(kind, make, tmp_path, video):
    path = make("hold", TWO) if kind == "still" else video
    faces = ((0.27, 0.42, 0.25), (0.73, 0.42, 0.25))
    alone = play(path, [FrameCue(4)])[0]
    frames = play(
        path, [FrameCue(4), FrameCue(4, panels=faces), FrameCue(5, panels=faces, panel_slide=0.4), FrameCue(4)]
    )
    assert (frames[1].min(axis=2) == 255).any() and not np.array_equal(frames[0], frames[1])
    assert np.array_equal(frames[0], alone) and np.array_equal(frames[3], alone)


def test_a_zoom_keeps_its_focus_in_place(tmp_path):
    picture = np.full((336, 192, 3), 80, np.uint8)
    cv2.circle(picture, (64, 134), 8, (255, 255, 255), -1)
    write_clip(tmp_path / "dot.mp4", [picture] * 2, 24)
    for zoom in (1.0, 1.01, 1.3, 2.0):
        frame = play(tmp_path / "dot.mp4", [FrameCue(0, zoom=zoom, focus_x=1 / 3, focus_y=0.4)])[0]
        rows, columns = np.nonzero(frame[..., 1] > 170)
        assert abs(rows.mean() / 320 - 0.4) < 0.006 and abs(columns.mean() / 180 - 1 / 3) < 0.012
        assert np.ptp(rows) / 320 == pytest.approx(16 / 336 * zoom, abs=0.012)


@given(
    st.floats(0.5, 4), st.floats(0, 1), st.floats(0, 1), st.floats(-2000, 2000), st.floats(-2000, 2000)
)  # fmt: skip
def test_what_a_cue_shows_lies_inside_the_frame(zoom, x, y, dx, dy):
    left, top, part = view_of(FrameCue(0, zoom=zoom, focus_x=x, focus_y=y, dx=dx, dy=dy), SIZE)
    assert 0 <= left <= 1 - part + 1e-9 and 0 <= top <= 1 - part + 1e-9 and 0 < part <= 1


def test_a_drift_of_the_cut_is_smooth_over_a_held_video_frame(tmp_path):
    write_clip(tmp_path / "held.mp4", [scenery(192, 336)] * 2, 24)
    cues = [FrameCue(0, zoom=1 + 0.0006 * k, focus_x=0.5, focus_y=0.42) for k in range(1, 30)]
    steps = [np.abs(b.astype(int) - a).mean() for a, b in pairwise(play(tmp_path / "held.mp4", cues))]
    assert max(steps) < 3 * np.median(steps) and min(steps) > 0


def test_a_take_whose_name_says_no_kind_is_refused(tmp_path):
    (tmp_path / "x.gif").write_bytes(b"GIF89a")
    with pytest.raises(ValueError, match=r"x\.gif is no clip"):
        play(tmp_path / "x.gif", [FrameCue(0)])
