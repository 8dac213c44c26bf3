"""Where the ten beats fall."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.story.engines import ARENA, lay_out, place_beats, round_half_down


def test_halves_round_down() -> None:
    assert [round_half_down(Fraction(n, 4)) for n in (9, 10, 11)] == [2, 2, 3]


def test_twenty_episodes_turn_where_the_trade_turns_them() -> None:
    placed = {beat: episode for episode, beats in place_beats(20).items() for beat in beats}
    assert placed == {0: 1, 1: 3, 2: 4, 3: 7, 4: 10, 5: 13, 6: 15, 7: 17, 8: 19, 9: 20}


@given(st.integers(3, 120))
def test_every_beat_is_played_once_in_order_and_the_last_closes_the_season(length: int) -> None:
    placed = place_beats(length)
    assert [beat for beats in placed.values() for beat in beats] == list(range(10))
    assert list(placed) == sorted(placed) and max(placed) == length and min(placed) == 1


@given(st.integers(3, 120), st.integers(0, 50))
def test_a_layout_has_one_step_an_episode(length: int, seed: int) -> None:
    assert [step.episode for step in lay_out(length, seed)] == list(range(1, length + 1))


def test_long_seasons_are_made_of_whole_arenas_between_turns() -> None:
    steps = lay_out(100, 3)
    arenas = {s.arena for s in steps if s.arena}
    assert len(arenas) > 10
    for number in arenas:
        assert tuple(s.kind for s in steps if s.arena == number) == ARENA


def test_a_season_of_two_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 3"):
        place_beats(2)
