"""Spotting: takes' markers in episode time, and every moment that a rule may answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.core import Episode
from engine.levels import Heard
from engine.pacing import Pace, PaceLimits, Take, pace_episode
from engine.spotting import ShotInTime, place_markers, spot
from tests.editing import episode, hear


def paced(of: Episode) -> tuple[Pace, dict[str, Heard]]:
    heard, durations = hear(of)
    takes = {id: Take(round(seconds * 24), 2, 20) for id, seconds in durations.items()}
    return pace_episode(of, takes, PaceLimits()), heard


@pytest.fixture(scope="module")
def given() -> tuple[Episode, Pace, dict[str, Heard]]:
    return (episode(), *paced(episode()))


def events(given):
    of, pace, heard = given
    shots = [ShotInTime(scene, shot, p) for (scene, shot), p in zip(of.shots(), pace.shots, strict=True)]
    return spot(place_markers(pace, heard), shots, pace, heard)


def test_markers_lie_in_their_line_or_in_the_pause_after_it(given) -> None:
    _, pace, heard = given
    for marker in place_markers(pace, heard):
        assert 0 <= marker.frame <= pace.freeze
        if marker.kind != "silence":
            assert any(s.start <= marker.frame < s.stop for s in pace.speech)


def test_a_pause_between_lines_is_a_silence_from_the_last_sound_on(given) -> None:
    _, pace, heard = given
    quiet = [m.frame for m in place_markers(pace, heard) if m.kind == "silence"]
    for said, following in zip(pace.speech, pace.speech[1:], strict=False):
        if following.start - said.stop > 24:
            assert any(said.start < q <= said.stop for q in quiet)


def test_a_line_said_with_more_force_than_the_one_before_is_a_surge_even_at_one_level(given) -> None:
    _, pace, heard = given
    first, second = pace.speech[0].line, pace.speech[1].line
    level = heard[first].phrases[0].level_db - heard[first].usual_db
    phrase = replace(heard[second].phrases[0], level_db=heard[second].usual_db + level)
    felt = replace(heard[second], phrases=(phrase,), arousal=0.95)
    calm = replace(heard[second], phrases=(phrase,), arousal=heard[first].arousal)
    for line, kind in ((felt, "surge"), (calm, "onset")):
        found = place_markers(pace, {**heard, second: line})
        start = pace.speech[1].start
        assert next(m.kind for m in found if start <= m.frame) == kind


def test_every_shot_line_and_the_freeze_is_an_event(given) -> None:
    _, pace, _ = given
    found = events(given)
    assert [e.frame for e in found if e.kind == "shot"] == [p.start for p in pace.shots]
    lines = [e for e in found if e.kind in ("line", "cliffhanger")]
    assert [e.frame for e in lines] == [s.start for s in pace.speech]
    assert [e.kind for e in lines] == ["line"] * (len(lines) - 1) + ["cliffhanger"]
    assert [e.frame for e in found if e.kind == "freeze"] == [pace.freeze]


def test_an_event_knows_who_speaks_how_and_whether_that_is_new(given) -> None:
    by_cause = {e.cause: e for e in events(given)}
    rage = by_cause["line e001_s01_sh070_l01"]
    assert (rage.emotion, rage.speaking, rage.speaker_change, rage.shared, rage.size) == (
        "rage",
        True,
        True,
        True,
        "ots",
    )
    assert rage.arousal > 0.6
    assert not by_cause["line e001_s01_sh040_l01"].shared


def test_moments_of_no_weight_are_word_starts_and_half_seconds_of_silence(given) -> None:
    _, pace, heard = given
    moments = [e for e in events(given) if e.kind == "time"]
    spoken = sum(len(heard[s.line].words) for s in pace.speech)
    assert sum(e.cause.startswith("at '") for e in moments) == spoken
    assert all(e.frame < pace.freeze for e in moments)
