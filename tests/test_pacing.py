"""Pacing: whole frames, no gap or overlap, silence within its limits, the length that was aimed at."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from engine.core import FPS, UserError
from engine.pacing import FIRST_WORD_FRAME, Pace, PaceLimits, Take, pace_episode
from tests.editing import VAN, episode

LIMITS = PaceLimits()
SIZES = ("cu", "wide", "two", "insert")

shots = st.lists(
    st.tuples(
        st.sampled_from(SIZES),
        st.just("pressure"),
        st.just(("char_ivy",)),
        st.just(""),
        st.lists(st.just(("char_ivy", "neutral", "Some words.")), max_size=3).map(tuple),
    ),
    min_size=8,
    max_size=14,
)


def takes_of(of, length: int, first_word: int = 2) -> dict[str, Take]:
    return {line.id: Take(length, first_word, 30) for line in of.lines()}


def checked(of, pace: Pace, takes: dict[str, Take]) -> None:
    assert [p.shot for p in pace.shots] == [shot.id for _, shot in of.shots()]
    assert pace.shots[0].start == 0
    assert all(a.stop == b.start for a, b in zip(pace.shots, pace.shots[1:], strict=False))
    assert pace.shots[-1].stop == pace.duration
    assert LIMITS.total[0] * FPS <= pace.duration <= LIMITS.total[1] * FPS
    for said in pace.speech:
        home = next(p for p in pace.shots if p.shot == said.line.rsplit("_l", 1)[0])
        assert home.start <= said.start < said.stop <= home.stop
        assert said.duration == takes[said.line].frames
    assert all(a.stop <= b.start for a, b in zip(pace.speech, pace.speech[1:], strict=False))


@given(shots, st.integers(12, 80))
@settings(max_examples=60, deadline=None)
def test_every_paced_episode_is_whole_and_every_refusal_names_its_episode(given_shots, length) -> None:
    given_shots[-1] = (*given_shots[-1][:4], (("char_ivy", "neutral", "The last line."),))
    of = episode(tuple(given_shots), number=3)
    takes = takes_of(of, length)
    try:
        pace = pace_episode(of, takes, LIMITS)
    except UserError as error:
        assert str(error).startswith("episode 3 ")
        return
    checked(of, pace, takes)


@given(st.integers(24, 90))
@settings(max_examples=60, deadline=None)
def test_silent_shots_stay_within_their_limits(length) -> None:
    of = episode()
    pace = pace_episode(of, takes_of(of, length), LIMITS)
    silent = {shot.id for _, shot in of.shots() if not shot.lines}
    for placed in pace.shots:
        seconds = (placed.stop - placed.start) / FPS
        assert seconds >= LIMITS.shot[0]
        if placed.shot in silent:
            assert seconds <= LIMITS.shot[1]


@given(st.integers(40, 80))
@settings(max_examples=40, deadline=None)
def test_an_ordinary_episode_lasts_what_is_aimed_at(length) -> None:
    of = episode()
    assert LIMITS.aim[0] <= pace_episode(of, takes_of(of, length), LIMITS).duration / FPS <= LIMITS.aim[1]


def test_the_first_word_is_heard_within_half_a_second() -> None:
    of = episode()
    for first_word in (0, 5, 10, 14):
        pace = pace_episode(of, takes_of(of, 60, first_word), LIMITS)
        assert pace.speech[0].start + first_word == max(FIRST_WORD_FRAME, first_word)


def test_there_is_a_breath_before_the_last_line_and_a_freeze_after_it() -> None:
    of = episode()
    pace = pace_episode(of, takes_of(of, 60), LIMITS)
    last = pace.speech[-1]
    home = pace.shots[-1]
    assert last.start - home.start >= LIMITS.breath[0] * FPS
    assert pace.freeze - last.stop == round(LIMITS.settle * FPS)
    assert pace.duration - pace.freeze == round(LIMITS.hold * FPS)


def test_silent_shots_may_follow_the_last_line() -> None:
    of = episode((*VAN, ("insert", "button", (), "", ())))
    pace = pace_episode(of, takes_of(of, 60), LIMITS)
    assert pace.freeze > pace.shots[-1].start


def test_a_line_that_is_long_to_read_is_given_time() -> None:
    of = episode()
    takes = takes_of(of, 30)
    fast = {id: Take(30, 2, 50) for id in takes}
    first = pace_episode(of, fast, LIMITS)
    second_shot_line, third = first.speech[2], first.speech[3]
    assert third.start - second_shot_line.start >= 50 / LIMITS.reading * FPS


def test_an_episode_that_speaks_too_long_is_refused_in_the_readers_words() -> None:
    of = episode(number=4)
    with pytest.raises(UserError, match=r"^episode 4 speaks for 90 s .* the limit is 75 s: shorten its lines$"):
        pace_episode(of, takes_of(of, 240), LIMITS)


def test_an_episode_with_too_little_in_it_is_refused_in_the_readers_words() -> None:
    of = episode(VAN[:3], number=5)
    with pytest.raises(UserError, match=r"^episode 5 can fill only .* add shots or lines$"):
        pace_episode(of, takes_of(of, 20), LIMITS)


def test_limits_that_cannot_hold_are_refused() -> None:
    for bad in ({"gap": (0.9, 0.1)}, {"aim": (40.0, 50.0)}, {"typo": 1}):
        with pytest.raises(ValidationError):
            PaceLimits(**bad)


def test_sizes_that_bear_little_time_get_little_while_others_can_have_it() -> None:
    of = episode()
    limits = PaceLimits(bearable={"insert": 1.6})
    pace = pace_episode(of, takes_of(of, 50), limits)
    insert = next(p for p in pace.shots if p.shot == "e001_s01_sh060")
    assert insert.stop - insert.start <= 1.6 * FPS
    assert pace.duration >= limits.total[0] * FPS


def test_pacing_again_gives_the_same() -> None:
    of = episode()
    assert pace_episode(of, takes_of(of, 57), LIMITS) == pace_episode(of, takes_of(of, 57), LIMITS)
