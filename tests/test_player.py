"""Scenes played as frames: repeatable, as asked, with the cut's effects, at any size."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.base import PROPS, ClipRequest, Figure, FrameCue, Look, MouthCue, PictureRequest
from models.draft import particles
from models.draft.animator import DraftAnimator
from models.draft.cache import ArtCache
from models.draft.painter import DraftPainter
from models.draft.plates import draw_plate
from models.draft.player import DraftPlayer
from models.draft.props import draw_prop
from models.draft.stage import Stage
from models.draft.stills import StillAnimator
from models.footage import write_clip

SIZE = (180, 320)
LOOK = Look("female", 24, "long", "brown_black", "round", "amber", "fair", "suit", "sky")
IVY = Figure("ivy", LOOK, yaw=8, speaking=True)
REST = PictureRequest("u", "keyframe", "", SIZE, 3, "cu", "office", figures=(IVY,))


@pytest.fixture(scope="module")
def art(tmp_path_factory):
    return ArtCache(tmp_path_factory.mktemp("art"))


@pytest.fixture(scope="module")
def play(art, tmp_path_factory):
    folder = tmp_path_factory.mktemp("scenes")

    def run(cues, request=REST, size=SIZE, **more):
        clip = ClipRequest("u", request, Path("none"), 48, 24, **{"move": "hold", "seed": 2, **more})
        path = DraftAnimator().animate([clip], folder)[0].path
        return list(DraftPlayer(art).play(path, cues, size))

    return run


def test_one_frame_a_cue_in_bgr(play):
    frames = play([FrameCue(0), FrameCue(5), FrameCue(5)])
    assert [f.shape for f in frames] == [(320, 180, 3)] * 3 and frames[0].dtype == np.uint8


def test_the_same_scene_plays_the_same_bytes(play):
    cues = [FrameCue(k) for k in range(6)]
    for a, b in zip(play(cues, move="push"), play(cues, move="push"), strict=True):
        assert np.array_equal(a, b)


def test_the_keyframe_is_the_first_frame(play, art):
    painted = DraftPainter(art).paint([REST])[0][0].pixels
    assert np.array_equal(painted, play([FrameCue(0)])[0])


def test_a_frame_does_not_depend_on_what_was_played_before(play):
    alone = play([FrameCue(20)], move="push")[0]
    assert np.array_equal(alone, play([FrameCue(k) for k in (3, 40, 20)], move="push")[2])


def test_a_frame_that_did_not_change_is_the_same_array_and_cannot_be_written(play):
    frames = play([FrameCue(0), FrameCue(1)])
    assert frames[0] is frames[1]
    with pytest.raises(ValueError):
        frames[0][0, 0] = 1


def test_a_speaking_mouth_changes_the_picture(play):
    cues = [FrameCue(4)]
    silent = play(cues)[0]
    speaking = play(cues, mouths=(MouthCue(2, 0, "aa"),))[0]
    assert not np.array_equal(silent, speaking)


def test_a_changed_emotion_changes_the_face(play):
    before, after = play([FrameCue(4), FrameCue(30)], emotions=((10, 0, "shock"),))
    assert np.abs(before[80:200].astype(int) - after[80:200]).mean() > 1


def test_zoom_keeps_its_focus_in_place(play):
    near = play([FrameCue(0, zoom=1.3, focus_x=0.5, focus_y=0.42)])[0]
    far = play([FrameCue(0)])[0]
    y, x = int(0.42 * 320), 90
    assert np.abs(near[y, x].astype(int) - far[y, x]).max() < 90
    assert not np.array_equal(near, far)


def test_flash_goes_to_white_and_black(play):
    white, black = play([FrameCue(0, flash=1.0), FrameCue(0, flash=-1.0)])
    assert white.min() == 255 and black.max() == 0


def test_an_impact_is_ink_on_paper(play):
    frame = play([FrameCue(0, impact=2)])[0]
    dark, light = (frame.max(axis=2) < 60).mean(), (frame.min(axis=2) > 200).mean()
    assert dark + light > 0.55 and dark > 0.05 and light > 0.05


@pytest.mark.parametrize("cue", [FrameCue(0, blur=40), FrameCue(0, speed_lines=True), FrameCue(0, dx=20)])
def test_each_effect_changes_the_frame(play, cue):
    assert not np.array_equal(play([FrameCue(0)])[0], play([cue])[0])


@pytest.mark.parametrize("kind", ["rain", "snow", "petals", "leaves", "embers", "dust", "fireflies"])
def test_weather_moves_and_repeats_by_its_seed(kind):
    frames = []
    for number in (0, 10, 10):
        frame = np.full((320, 180, 4), 60, np.uint8)
        particles.Weather(kind, SIZE, 4).draw(frame, number, 24)
        frames.append(frame)
    assert not np.array_equal(frames[0], frames[1]) and np.array_equal(frames[1], frames[2])
    assert frames[0].max() > 60


def test_frames_beyond_the_clip_hold_its_last_frame(play):
    last, beyond = play([FrameCue(47), FrameCue(400)])
    assert np.array_equal(last, beyond)


def test_a_file_that_is_no_scene_is_refused(tmp_path, art):
    path = tmp_path / "x.scene.json"
    path.write_text("{}")
    with pytest.raises(ValueError, match="scene"):
        list(DraftPlayer(art).play(path, [FrameCue(0)], SIZE))


def test_the_painter_paints_plates_and_sheets_and_names_unknown_kinds(art):
    painter = DraftPainter(art)
    plate, sheet = painter.paint([replace(REST, kind="plate"), replace(REST, kind="sheet")])
    assert plate[0].pixels.shape == sheet[0].pixels.shape == (320, 180, 3)
    with pytest.raises(ValueError, match="hologram"):
        painter.paint([replace(REST, kind="hologram")])


def test_candidates_share_everything_but_the_seed(art):
    pictures = DraftPainter(art).paint([replace(REST, candidates=3)])[0]
    assert [p.seed for p in pictures] == [3, 4, 5]


def test_unknown_places_and_props_are_named():
    with pytest.raises(ValueError, match="moon"):
        draw_plate("moon", "day", "clear", "action", 1)
    with pytest.raises(ValueError, match="noon"):
        draw_plate("office", "noon", "clear", "action", 1)
    with pytest.raises(ValueError, match="sword"):
        draw_prop("sword", "", "day", "action")


@pytest.mark.slow
@pytest.mark.parametrize("kind", PROPS)
def test_every_prop_is_drawn_large_in_the_middle(kind):
    image = draw_prop(kind, "", "day", "thriller")
    middle = image[700:1400, 350:900]
    assert (middle[..., 3] > 250).mean() > 0.2 and middle[..., :3].std() > 15


def test_an_aura_adds_light_around_the_figure(art):
    plain = DraftPainter(art).paint([REST])[0][0].pixels
    lit = DraftPainter(art).paint([replace(REST, figures=(replace(IVY, aura=True),))])[0][0].pixels
    assert lit.astype(int).sum() > plain.astype(int).sum()


def test_a_stage_of_another_aspect_fills_its_frame(art):
    from models.draft.layout import compose_scene

    frame, _ = Stage(compose_scene(replace(REST, size=(320, 320))), (320, 320), art).frame(FrameCue(0))
    assert frame.shape == (320, 320, 4) and frame[..., :3].any(axis=2).mean() > 0.9


def test_a_held_shot_of_somebody_silent_stirs_several_times_a_second(play):
    frames = play([FrameCue(k) for k in range(48)])
    for second in (frames[:24], frames[24:]):
        assert len({id(frame) for frame in second}) >= 8
        assert np.abs(second[0].astype(int) - second[-1]).max() > 30


def test_the_stage_shows_the_same_scene_as_another_cue_frames_it(art):
    from models.draft.layout import compose_scene

    stage = Stage(compose_scene(REST), SIZE, art)
    whole = stage.view(FrameCue(0)).copy()
    close = stage.view(FrameCue(0, zoom=1.8, focus_x=0.5, focus_y=0.42)).copy()
    assert whole.shape == close.shape and not np.array_equal(whole, close)
    assert np.array_equal(stage.frame(FrameCue(0))[0], whole)


def test_a_gesture_and_a_glance_change_the_picture_on_their_frames(play):
    still = play([FrameCue(k) for k in (18, 24)])
    moved = play([FrameCue(k) for k in (18, 24)], poses=((20, 0, "mouth"),))
    glance = play([FrameCue(k) for k in (18, 24)], gazes=((20, 0, "left"),))
    for changed in (moved, glance):
        assert np.array_equal(still[0], changed[0]) and not np.array_equal(still[1], changed[1])


def test_one_player_plays_drawn_scenes_stills_and_videos(art, tmp_path):
    keyframe = tmp_path / "k.png"
    cv2.imwrite(str(keyframe), DraftPainter(art).paint([REST])[0][0].pixels)
    request = ClipRequest("u", REST, keyframe, 24, 24, move="push")
    drawn, still = (maker.animate([request], tmp_path)[0].path for maker in (DraftAnimator(), StillAnimator()))
    player, cues = DraftPlayer(art), [FrameCue(0), FrameCue(12)]
    write_clip(tmp_path / "u.mp4", player.play(drawn, cues, SIZE), 24)
    shown, *others = (next(iter(player.play(path, cues, SIZE))) for path in (drawn, still, tmp_path / "u.mp4"))
    mirrored = np.abs(shown[:, ::-1].astype(int) - shown).mean()
    for frame in others:
        assert frame.shape == (320, 180, 3) and np.abs(frame.astype(int) - shown).mean() < mirrored / 2
