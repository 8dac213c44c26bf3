"""Gestures, glances and walk-ins follow from the script, vary, and land on their lines."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.animating import stance_changes, stressed
from engine.blocking import BY_EMOTION, BY_FUNCTION, UNHANDED, Blocking, Stance, block_scene
from engine.core import Line, Scene, Shot
from engine.story.bank import FUNCTIONS
from engine.takes import DialogueTake
from models.base import EMOTIONS, GAZES, POSES, SHOT_SIZES, TimedWord


def line(id: str, speaker: str, **more: str) -> Line:
    return Line(id=id, speaker=speaker, text="No.", **more)  # pyright: ignore[reportArgumentType]


def shot(number: int, size: str, who: tuple[str, ...], *lines: Line, **more: object) -> Shot:
    id = f"e001_s01_sh{number:03d}"
    return Shot(id=id, size=size, beat="pressure", characters=who, lines=lines, **more)  # pyright: ignore[reportArgumentType]


def scene(*shots: Shot) -> Scene:
    return Scene(id="e001_s01", location="loc_a", mood="tension", shots=shots)


def talk(count: int) -> Scene:
    people = ("ivy", "gu")
    return scene(
        *(
            shot(10 * k, ("cu", "mcu", "two", "ots")[k % 4], (people[k % 2], people[1 - k % 2]) if k % 4 > 1 else (people[k % 2],),
                 line(f"l{k}", people[k % 2], emotion=EMOTIONS[k % len(EMOTIONS)], function=FUNCTIONS[k % len(FUNCTIONS)]))
            for k in range(1, count)
        )
    )  # fmt: skip


def test_every_function_and_emotion_has_gestures_that_can_be_drawn():
    assert set(BY_FUNCTION) == set(FUNCTIONS) and set(BY_EMOTION) == set(EMOTIONS)
    assert all(
        len(words) >= 2 and set(words) <= set(POSES) for table in (BY_FUNCTION, BY_EMOTION) for words in table.values()
    )


@given(st.integers(0, 10_000))
def test_nobody_makes_the_same_gesture_twice_running_and_about_half_the_shots_have_none(seed):
    played = block_scene(talk(40), seed)
    for who in ("ivy", "gu"):
        made = [
            s.pose for part in played.values() for (_, id), s in part.changes.items() if id == who and s.pose != "rest"
        ]
        assert all(a != b for a, b in pairwise(made))
    resting = [all(s.pose == "rest" for s in (*p.start.values(), *p.changes.values())) for p in played.values()]
    assert 0.15 < sum(resting) / len(resting) < 0.8


@given(st.integers(0, 10_000), st.sampled_from(SHOT_SIZES))
def test_stances_are_words_of_the_tables_and_the_same_again(seed, size):
    played = scene(shot(10, size, ("ivy", "gu"), line("a", "ivy", emotion="grief", function="confess"), emotion="fear"))
    first = block_scene(played, seed)
    assert first == block_scene(played, seed)
    for stance in (*first["e001_s01_sh010"].start.values(), *first["e001_s01_sh010"].changes.values()):
        assert stance.pose in POSES and stance.gaze in GAZES
        assert stance.pose == "rest" or size not in UNHANDED


def test_the_phone_stays_at_the_ear_of_the_one_who_is_seen():
    call = scene(
        shot(10, "mcu", ("ivy",), line("a", "boss", delivery="phone")),
        shot(20, "cu", ("ivy",), line("b", "ivy", emotion="anger", function="accuse")),
        shot(30, "mcu", ("ivy",), line("c", "boss", delivery="phone")),
    )
    for part in block_scene(call, 3).values():
        assert part.start["ivy"].pose == "phone"
        assert all(stance.pose == "phone" for (_, who), stance in part.changes.items() if who == "ivy")


@pytest.mark.parametrize("action", ["Gu walks in and says nothing", "顾走进大厅"])
def test_the_direction_brings_somebody_into_a_wide(action):
    played = scene(shot(10, "cu", ("ivy",), line("a", "ivy")), shot(20, "wide", ("ivy", "gu"), action=action))
    starts = block_scene(played, 1)["e001_s01_sh020"].start
    assert starts["gu"].enters and not starts["ivy"].enters


def test_somebody_who_speaks_in_the_wide_is_there_already():
    played = scene(shot(10, "wide", ("ivy", "gu"), line("a", "gu")))
    starts = block_scene(played, 1)["e001_s01_sh010"].start
    assert starts["ivy"].enters and not starts["gu"].enters


def test_after_an_insert_the_eyes_are_down_and_come_up():
    played = scene(shot(10, "insert", ()), shot(20, "cu", ("ivy",), line("a", "ivy")))
    part = block_scene(played, 1)["e001_s01_sh020"]
    assert part.start["ivy"].gaze == "down" and part.changes["a", "ivy"].gaze == "ahead"


def test_changes_land_a_little_ahead_of_their_line_and_silent_ones_half_a_second_in():
    part = Blocking({}, {("a", "gu"): Stance("fist", "left"), ("", "ivy"): Stance("mouth")})
    played = shot(10, "two", ("ivy", "gu"), line("a", "gu"))
    assert stance_changes(played, part, {"a": 40}, "pose", 24) == ((12, 0, "mouth"), (36, 1, "fist"))
    assert stance_changes(played, part, {"a": 2}, "gaze", 24)[0] == (1, 1, "left")


def test_a_gesture_lands_on_the_longest_word_of_the_first_half():
    words = (TimedWord("I", 0.1, 0.2), TimedWord("never", 0.25, 0.8), TimedWord("signed", 0.9, 2.0))
    take = DialogueTake(None, 1.6, words, (), "v")  # pyright: ignore[reportArgumentType]
    assert stressed(take, 24) == 6
    assert stressed(DialogueTake(None, 1.6, (), (), "v"), 24) == 0  # pyright: ignore[reportArgumentType]


def test_nobody_speaks_behind_a_hand() -> None:
    for emotion in EMOTIONS:
        for seed in range(12):
            line = Line(id="e001_s01_sh010_l01", speaker="a", text="No.", emotion=emotion, function="confess")
            shot = Shot(id="e001_s01_sh010", size="cu", beat="pressure", characters=("a",), lines=(line,))
            blocked = block_scene(Scene(id="e001_s01", location="l", mood="tension", shots=(shot,)), seed)[shot.id]
            assert "mouth" not in {blocked.start["a"].pose, blocked.changes[line.id, "a"].pose}
