"""What figures do lands on its frame: lips, blinks, gazes, poses, turns, walk-ins, and nothing jumps."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.base import POSES, ClipRequest, Figure, Look, MouthCue, PictureRequest
from models.draft.acting import POSE_IN, POSE_OUT, Acting, middles
from models.draft.layout import compose_scene
from models.draft.performance import spans
from models.draft.scene import Scene

LOOK = Look("female", 24, "long", "brown_black", "round", "amber", "fair", "suit", "sky")
IVY = Figure("ivy", LOOK, yaw=10, speaking=True)
GU = Figure("gu", replace(LOOK, sex="male", hair="layered"), yaw=-10)
WORDS = tuple(MouthCue(f, 0, s) for f, s in ((30, "aa"), (34, "ee"), (38, "closed"), (44, "oh"), (50, "closed")))


def scene_of(size: str = "mcu", figures: tuple[Figure, ...] = (IVY,), frames: int = 96, **more: object) -> Scene:
    picture = PictureRequest("u", "keyframe", "", (1080, 1920), 3, size, "street", figures=figures)
    clip = ClipRequest("u", picture, Path("none"), frames, 24, **{"seed": 5, **more})  # type: ignore[arg-type]
    return compose_scene(picture, clip)


def quiet(scene: Scene) -> Scene:
    return replace(scene, blinks=(), turns=(), nods=(), leans=())


def test_lips_follow_their_cues_frame_by_frame_and_rest_after_a_pause():
    part = Acting(quiet(scene_of(mouths=WORDS)), 0)
    assert [part.mouth(f) for f in (29, 30, 33, 34, 38, 44)] == ["rest", "aa", "aa", "ee", "closed", "oh"]
    assert part.mouth(52) == "closed" and part.mouth(80) == "rest"


def test_a_gaze_changes_on_its_frame_through_half_closed_eyes():
    part = Acting(quiet(scene_of(gazes=((20, 0, "left"), (40, 0, "ahead")))), 0)
    assert [part.eyes(f) for f in (19, 20, 22, 39, 40, 42)] == ["open", "half", "left", "left", "half", "open"]


def test_a_blink_begins_on_its_frame_and_ends():
    part = Acting(replace(quiet(scene_of()), blinks=((12, 0),)), 0)
    assert [part.eyes(f) for f in range(11, 17)] == ["open", "half", "closed", "closed", "half", "open"]


def test_an_expression_changes_behind_closed_eyes():
    part = Acting(quiet(scene_of(emotions=((20, 0, "rage"),))), 0)
    assert part.emotion(19)[0] == "neutral" and part.emotion(20)[0] == "rage"
    assert part.eyes(20) == "closed" and part.eyes(23) == "open"


def test_a_new_pose_gathers_the_old_arms_and_unfolds_past_its_length():
    part = Acting(quiet(scene_of(poses=((20, 0, "crossed"),))), 0)
    before = [part.arms(20 + k) for k in range(len(POSE_OUT))]
    after = [part.arms(20 + len(POSE_OUT) + k) for k in range(len(POSE_IN) + 1)]
    assert {pose for pose, _, _ in before} == {"rest"} and {pose for pose, _, _ in after} == {"crossed"}
    assert max(s for _, s, _ in after) > 1.02 and after[-1][1] == 1.0 and after[0][1] < 0.9


def test_a_turn_passes_through_middle_angles_with_the_eyes_shut():
    scene = replace(quiet(scene_of()), turns=((0, 0, -4.0), (24, 0, 12.0)))
    part = Acting(scene, 0)
    drawn = [part.turn(f)[0] for f in range(20, 36)]
    assert drawn[0] == -4.0 and drawn[-1] == 12.0
    assert list(dict.fromkeys(drawn)) == [-4.0, *middles(-4.0, 12.0), 12.0]
    assert all(part.eyes(f) == "closed" for f in range(20, 36) if part.turn(f)[1])
    assert part.eyes(35) == "open"


@given(st.sampled_from([-12.0, -8.0, -4.0, 0.0, 4.0, 8.0, 12.0]), st.sampled_from([-12.0, 0.0, 4.0, 12.0]))
def test_middle_angles_lie_between_the_ends(old, new):
    path = [old, *middles(old, new), new]
    assert all(min(old, new) <= yaw <= max(old, new) for yaw in path)
    assert path == sorted(path, reverse=new < old)


def test_who_walks_in_comes_from_outside_slows_down_and_stops_for_good():
    scene = quiet(scene_of("wide", (IVY, replace(GU, enters=True))))
    walker = Acting(scene, 1)
    way = [walker.at(f).dx for f in range(40)]
    assert scene.actors[1].enters > 0 and scene.actors[1].x + way[0] > 1.0
    assert all(b <= a + 1e-9 for a, b in itertools.pairwise(way)) and way[30] == pytest.approx(0, abs=1e-9)
    steps = [a - b for a, b in itertools.pairwise(way)]
    assert steps[2] > steps[20] and max(walker.at(f).rise for f in range(30)) > 8
    assert walker.at(60).rise == 0


def test_a_keyframe_shows_the_one_who_walks_in_already_there():
    picture = PictureRequest(
        "u", "keyframe", "", (1080, 1920), 3, "wide", "street", figures=(replace(GU, enters=True),)
    )
    assert compose_scene(picture).actors[0].enters == 0


@pytest.mark.parametrize("emotion", ["neutral", "grief", "rage"])
def test_the_head_moves_every_second_and_never_jumps(emotion):
    part = Acting(quiet(scene_of(figures=(replace(IVY, emotion=emotion),))), 0)
    tilts = [part.at(f).tilt for f in range(0, 96, 2)]
    assert all(max(tilts[k : k + 12]) - min(tilts[k : k + 12]) > 0.12 for k in range(0, 36, 12))
    assert max(abs(b - a) for a, b in itertools.pairwise(tilts)) < 1.0


def test_figures_move_on_twos():
    part = Acting(quiet(scene_of()), 0)
    assert part.at(10) == part.at(11) and part.at(10) != part.at(12)


def test_hair_lags_behind_the_head():
    part = Acting(replace(quiet(scene_of()), nods=((30, 0, 3.0),), wind=0.0), 0)
    still = Acting(replace(quiet(scene_of()), wind=0.0), 0)
    head = [abs(part.tilt(f)[0] - still.tilt(f)[0]) for f in range(0, 80, 2)]
    hair = [abs(part.shears(f)[0] - still.shears(f)[0]) for f in range(0, 80, 2)]
    assert max(range(40), key=head.__getitem__) <= max(range(40), key=hair.__getitem__) + 1
    assert max(k for k, v in enumerate(hair) if v > 1e-6) > max(k for k, v in enumerate(head) if v > 1e-6)


def test_wind_moves_hair_and_hem_more_outside_than_inside():
    inside, outside = (Acting(replace(quiet(scene_of()), wind=w), 0) for w in (0.0, 0.9))
    for k in range(3):
        spread = [
            max(p.shears(f)[k] for f in range(96)) - min(p.shears(f)[k] for f in range(96)) for p in (inside, outside)
        ]
        assert spread[1] > 1.3 * spread[0]


def test_nods_fall_on_openings_of_the_mouth_and_keep_apart():
    scene = scene_of(mouths=WORDS)
    frames = [f for f, _, _ in scene.nods]
    assert frames and all(any(abs(f - m.frame) <= 1 for m in WORDS) for f in frames)
    assert all(b - a >= 8 for a, b in itertools.pairwise(frames))


def test_speech_has_spans():
    assert spans([(4, "aa"), (8, "closed"), (12, "oh"), (16, "closed"), (60, "aa"), (66, "closed")], 90) == [
        (4, 16),
        (60, 66),
    ]
    assert spans([], 90) == []


def test_a_listener_turns_only_after_somebody_speaks_and_ends_on_the_eyeline():
    turned = 0
    for seed in range(30):
        scene = scene_of("two", (IVY, GU), mouths=WORDS, seed=seed)
        mine = [row for row in scene.turns if row[1] == 1]
        if mine:
            turned += 1
            assert mine[0][0] == 0 and mine[-1][0] >= 30 and mine[-1][2] == scene.actors[1].yaw
    assert turned > 8


cues = st.lists(
    st.tuples(st.integers(0, 200), st.integers(0, 3), st.sampled_from(["aa", "oh", "closed", "ee"])), max_size=40
)


@given(cues, st.integers(1, 200), st.integers(0, 999))
def test_any_cues_make_finite_postures_of_known_words(rows, frames, seed):
    figures = (IVY, replace(GU, enters=True, emotion="fear"))
    mouths = tuple(MouthCue(*row) for row in rows)
    poses = tuple((f, i, POSES[f % len(POSES)]) for f, i, _ in rows)
    gazes = tuple((f, i, ("left", "down", "ahead")[f % 3]) for f, i, _ in rows)
    scene = scene_of("two", figures, frames, mouths=mouths, poses=poses, gazes=gazes, seed=seed)
    for index in (0, 1):
        part = Acting(scene, index)
        for number in range(0, frames, 7):
            posture = part.at(number)
            assert all(math.isfinite(v) for v in vars(posture).values() if isinstance(v, float))
            assert posture.pose in POSES and abs(posture.tilt) < 12 and abs(posture.back) < 0.6
            assert posture.eyes in ("open", "half", "closed", "left", "right", "down")


def test_the_same_seed_performs_the_same():
    scene = scene_of("two", (IVY, GU), mouths=WORDS)
    assert scene == scene_of("two", (IVY, GU), mouths=WORDS)
