"""What a conform plans before ffmpeg runs: readings, expressions, views."""

from __future__ import annotations

import pytest
from footage_cuts import (
    effect,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core import UserError
from engine.footage.expressions import changes, inside, ranges_of, steps_of, tree
from engine.footage.filters import merged
from engine.footage.motion import FOOTAGE_EFFECTS, check_effects, motion, view_of, within
from engine.footage.readings import MOST_INPUTS, Wanted, plan
from engine.timeline import Clip, Source, Timeline


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(0, 3000), st.integers(1, 60), st.sampled_from([1.0, 0.5, 3.0])),
        min_size=1,
        max_size=40,
    )
)
def test_a_plan_reads_every_wanted_frame_once_in_order_from_few_inputs(cuts: list[tuple[str, int, int, float]]) -> None:
    wanted = [Wanted(name, first, first + count, speed) for name, first, count, speed in cuts]
    readings = plan(wanted, 24)
    assert len(readings) <= MOST_INPUTS
    assert sorted(n for r in readings for n in r.wanted) == list(range(len(wanted)))
    for reading in readings:
        edges = [edge for pair in reading.ranges for edge in pair]
        assert edges == sorted(edges)
        assert {wanted[n].speed == 1 for n in reading.wanted} == {not reading.paced}
        for n in reading.wanted:
            place = reading.place(wanted[n].first)
            assert reading.place(wanted[n].stop - 1) - place == wanted[n].stop - 1 - wanted[n].first


def test_wide_gaps_are_jumped_while_few_files_are_open_and_never_in_a_file_that_cannot_be() -> None:
    wanted = [Wanted("abc"[n % 3], 120 * n, 120 * n + 120) for n in range(12)]
    assert len(plan(wanted, 24)) == 12
    assert len(plan(wanted, 24, {"a": float("inf")})) == 9
    hour = [Wanted("abc"[n % 3], 120 * n, 120 * n + 120) for n in range(720)]
    assert len(plan(hour, 24)) == 3
    assert len(plan([Wanted("a", 60 * n, 60 * n + 24) for n in range(40)], 24)) == 1


def test_a_cut_that_jumps_back_without_end_is_refused() -> None:
    with pytest.raises(UserError, match=r"open 100 times at once .* at most 64"):
        plan([Wanted("a", 1000 - 10 * n, 1005 - 10 * n) for n in range(100)], 24)
    speeds = [Wanted("a", 10 * n, 10 * n + 10, 1 + n % 3) for n in range(300)]
    assert len(plan(speeds, 24)) == 2


def test_expressions_choose_the_piece_whose_frame_has_come() -> None:
    assert inside([(0, 5), (5, 9), (20, 30)]).count("if") == 4
    assert ranges_of([1, 2, 3, 7, 9, 10]) == [(1, 4), (7, 8), (9, 11)]
    assert steps_of([0, 1, 2, 3, 3, 3], 10, 0.01) == [(10, "0+(1.000000000)*(n-10)"), (14, "3")]
    deep = tree([(n, str(n)) for n in range(500)])
    assert max(deep[:n].count("(") - deep[:n].count(")") for n in range(0, len(deep), 7)) < 25
    assert merged([]) == []
    assert changes([(n, "0" if n < 86_000 else "1") for n in range(86_400)]) == [(0, "0"), (86_000, "1")]


def test_views_inside_a_closer_view_stay_inside_it() -> None:
    clip = Clip("a", 0, 20, 0, (effect("angle", 0, 20, 0.3), effect("shake", 5, 10, 14)))
    timeline = Timeline(0, 24, 20, (clip,), (), sources=(Source("a", "a.mp4", 20),))
    check_effects(timeline)
    moved = motion(timeline, clip, (0.5, 0.42))
    assert moved.base.zoom == pytest.approx(1.3) and set(moved.views) == set(range(5, 15))
    for view in moved.views.values():
        assert 0 <= view.left <= 1 - 1 / view.zoom + 1e-9 and 0 <= view.top <= 1 - 1 / view.zoom + 1e-9
    assert within(moved.base, moved.base).whole and view_of.__doc__
    assert "panels" not in FOOTAGE_EFFECTS
