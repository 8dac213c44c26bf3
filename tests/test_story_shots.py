"""The shot table of the rule writer's episodes."""

import itertools

import pytest

from engine.core import Series
from engine.story.shots import planned_seconds
from engine.writing import plan_series
from models.base import PROPS


@pytest.fixture(scope="module")
def season() -> Series:
    return plan_series("A maid in the imperial palace is framed for poisoning the heir.", "en", 8, 2)


def test_episodes_open_on_the_hook_and_close_on_the_button(season: Series) -> None:
    for episode in season.episodes:
        shots = [shot for _, shot in episode.shots()]
        assert shots[0].beat == "hook" and shots[0].lines
        assert [s.beat for s in shots if s.lines][-1] == "button"
        assert shots[-1].beat == "breath" and not shots[-1].lines


def test_silence_brings_the_speech_to_about_a_minute(season: Series) -> None:
    for episode in season.episodes:
        assert 50 <= sum(planned_seconds(s, "en") for s in episode.scenes) <= 66


def test_no_size_comes_twice_running(season: Series) -> None:
    for episode in season.episodes:
        sizes = [shot.size for _, shot in episode.shots()]
        assert all(a != b for a, b in itertools.pairwise(sizes)), sizes


def test_whoever_is_in_the_picture_is_in_the_place(season: Series) -> None:
    for episode in season.episodes:
        seen = {who for _, shot in episode.shots() for who in shot.characters}
        voices = {line.speaker for line in episode.lines() if line.delivery != "phone"}
        assert voices <= seen


def test_inserts_show_a_thing_of_the_bible_or_one_that_can_be_drawn(season: Series) -> None:
    props = {prop.id for prop in season.bible.props}
    inserts = [shot for e in season.episodes for _, shot in e.shots() if shot.size == "insert"]
    assert inserts and all((shot.prop in props) != (shot.shows in PROPS) for shot in inserts)
    assert any(shot.shows for shot in inserts), "a gun on a palm is a gun, not the bible's telephone"


def test_episodes_do_not_all_look_the_same(season: Series) -> None:
    openings = {tuple((s.size, s.move) for _, s in e.shots())[:3] for e in season.episodes}
    assert len(openings) > len(season.episodes) // 2
    moves = {shot.move for e in season.episodes for _, shot in e.shots()}
    assert {"push", "pull", "pan", "tilt", "hold"} <= moves, moves


def test_who_stands_with_their_back_to_us_is_not_said_to_move_the_eyes(season: Series) -> None:
    turned = [
        s for e in season.episodes for _, s in e.shots() if s.size in ("back", "silhouette") and s.beat == "reaction"
    ]
    assert turned and all("does not turn" in shot.action for shot in turned)
