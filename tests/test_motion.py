"""What a video model is told about movement, and how much of it."""

from pathlib import Path

import pytest

from models.base import (
    CAMERA_MOVES,
    EMOTIONS,
    GAZES,
    POSES,
    WEATHERS,
    ClipRequest,
    Figure,
    Look,
    MouthCue,
    PictureRequest,
)
from models.motion import (
    amount,
    camera,
    motion_bucket,
    motion_negative,
    motion_prompt,
    noise_aug,
    talkers,
    who,
)
from models.prompting import entry

WOMAN = Look("female", 24, "bob", "raven", "cat", "jade", "fair", "coat", "red")
MAN = Look("male", 45, "slick", "chestnut", "narrow", "steel", "male", "suit", "navy")


def picture(*figures: Figure, **more) -> PictureRequest:
    kind = {"unit": "s1", "kind": "keyframe", "description": "She waits. 她在等。", "size": (64, 96), "seed": 1, **more}
    return PictureRequest(figures=figures, **kind)


def clip(*figures: Figure, of: PictureRequest | None = None, **more) -> ClipRequest:
    return ClipRequest("s1", of or picture(*figures), Path("first.png"), 24, 24, **more)


TWO = (Figure("a", WOMAN, x=0.3), Figure("b", MAN, emotion="cold", x=0.7))


def test_every_word_of_a_request_has_motion_words():
    tables = {"move": CAMERA_MOVES, "emotion": EMOTIONS, "pose": POSES, "gaze": GAZES, "air": WEATHERS}
    for section, known in tables.items():
        assert all(entry("motion", section, word) for word in known)


def test_the_speaker_talks_and_the_other_listens():
    text = motion_prompt(clip(*TWO, mouths=(MouthCue(0, 1, "aa"), MouthCue(4, 1, "closed"))))
    assert "the woman on the left listens, mouth closed" in text.lower()
    assert "the man on the right talks, lips moving, stares" in text.lower()


def test_nobody_is_said_to_talk_or_listen_when_no_mouth_moves():
    text = motion_prompt(clip(*TWO, mouths=(MouthCue(0, 0, "closed"),)))
    assert "talks" not in text and "listens" not in text


def test_talking_is_a_negative_only_where_somebody_silent_is_seen():
    said = entry("motion", "avoid", "silent")
    assert motion_negative(clip(*TWO), "flicker") == f"flicker, {said}"
    assert said not in motion_negative(clip(*TWO, mouths=(MouthCue(0, 0, "aa"),)), "flicker")
    assert motion_negative(clip(), "flicker, ") == "flicker"


def test_changes_inside_the_clip_come_in_order_of_time_and_only_where_something_changes():
    changes = ((30, 0, "tears"), (10, 0, "anger"), (20, 0, "anger"), (5, 1, "cold"))
    text = motion_prompt(clip(*TWO, emotions=changes))
    anger, tears = entry("motion", "emotion", "anger"), entry("motion", "emotion", "tears")
    assert text.index(f"then {anger}") < text.index(f"then {tears}")
    assert text.count(f"then {anger}") == 1
    assert f"then {entry('motion', 'emotion', 'cold')}" not in text


def test_gestures_and_glances_are_told():
    text = motion_prompt(clip(*TWO, poses=((8, 1, "fist"),), gazes=((2, 0, "down"),)))
    assert "then raises a fist" in text and "then looks down" in text


def test_each_camera_move_is_told_in_its_own_words():
    told = {camera(clip(move=move)) for move in CAMERA_MOVES}
    assert len(told) == len(CAMERA_MOVES)
    assert all(c.lower() in motion_prompt(clip(move=m)).lower() for m in CAMERA_MOVES for c in [camera(clip(move=m))])


def test_an_unknown_move_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="no prompt words for move 'orbit': choose from dolly_zoom, handheld"):
        motion_prompt(clip(move="orbit"))


def test_a_place_without_people_has_its_weather_move():
    assert "rain keeps falling" in motion_prompt(clip(of=picture(weather="rain"))).lower()
    assert "rain keeps falling" not in motion_prompt(clip(*TWO)).lower()


def test_chinese_is_kept_for_encoders_that_read_it_and_left_out_for_the_rest():
    assert "她在等" in motion_prompt(clip(*TWO), reads_han=True)
    text = motion_prompt(clip(*TWO), style="2D animation")
    assert "她" not in text and "She waits." in text and "2D animation." in text


def test_what_happens_comes_before_camera_and_style_and_those_before_what_the_picture_shows():
    text = motion_prompt(clip(*TWO, move="push"), style="2D animation").lower()
    order = [
        text.index(part) for part in ("breathes calmly", "pushes in", "2d", "she waits", "wearing a red long coat")
    ]
    assert order == sorted(order)


def test_the_amount_of_movement_grows_with_the_strength():
    assert len({amount(s) for s in (0.1, 0.5, 0.9)}) == 3
    assert amount(7.0) == amount(1.0)
    buckets = [motion_bucket(s / 10) for s in range(11)]
    assert buckets == sorted(set(buckets)) and buckets[5] == 120 and motion_bucket(9) == 210 and motion_bucket(-1) == 30
    assert noise_aug(0.2) == noise_aug(0.5) == 0.02 and noise_aug(1.0) == 0.08 and noise_aug(0.75) == 0.05


def test_figures_are_told_apart_by_age_sex_and_place():
    girl = Figure("c", Look("female", 9, "bob", "raven", "cat", "jade", "fair", "coat", "red"), x=0.5)
    assert [who(f, 3) for f in (*TWO, girl)] == [
        "the woman on the left",
        "the man on the right",
        "the girl in the middle",
    ]
    assert who(TWO[0], 1) == "the woman"


def test_only_open_mouths_make_a_talker():
    cues = (MouthCue(0, 0, "closed"), MouthCue(3, 1, "oo"))
    assert talkers(clip(*TWO, mouths=cues)) == {1}


def test_an_insert_shows_its_thing_and_nobody():
    text = motion_prompt(clip(of=picture(*TWO, shot_size="insert", prop="ring")))
    assert "the woman" not in text.lower() and entry("places", "prop", "ring").lower() in text.lower()
