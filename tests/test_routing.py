"""Which shots a budget pays a model's clip for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.routing import Purse, affordable, by_importance
from tests.small_delivery import timeline_of
from tests.small_series import small_series

PRICES = st.lists(st.floats(0.001, 10), max_size=30)


@given(PRICES, st.floats(0.001, 40))
def test_what_is_chosen_never_costs_more_than_the_purse_holds(prices: list[float], limit: float) -> None:
    shots = [(f"s{n}", dollars) for n, dollars in enumerate(prices)]
    chosen = affordable(shots, Purse(limit))
    assert sum(dict(shots)[s] for s in chosen) <= limit + 1e-9
    assert [s for s, _ in shots if s in chosen] == chosen


@given(PRICES, st.floats(0.001, 40))
def test_a_shot_is_left_out_only_when_it_could_not_be_paid_when_its_turn_came(
    prices: list[float], limit: float
) -> None:
    shots = [(f"s{n}", dollars) for n, dollars in enumerate(prices)]
    chosen, paid = affordable(shots, Purse(limit)), 0.0
    for shot, dollars in shots:
        if shot in chosen:
            paid += dollars
        else:
            assert paid + dollars > limit


def test_without_a_limit_every_shot_is_paid() -> None:
    assert affordable([("a", 1e9), ("b", 1.0)], Purse(0.0)) == ["a", "b"]


def test_the_hook_and_the_last_shot_come_before_what_lies_between() -> None:
    episode = small_series().episodes[0]
    shots = [shot.id for _, shot in episode.shots()]
    order = by_importance(episode, timeline_of(episode))
    assert sorted(order) == sorted(shots)
    assert shots[-1] in order[:2] and shots[0] in order[: len(shots) // 2 + 1]
