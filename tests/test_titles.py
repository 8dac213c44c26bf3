"""Lettering: label, title, recap and end card, in the episode's language, when they must be."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from engine.core import FPS
from engine.pacing import Pace, Placed
from engine.timeline import Graphic, Speech
from engine.titles import TITLE_FRAMES, TITLE_LATEST_STOP, graphics, title_start
from tests.editing import episode, series


def pace(cuts: list[int], speech: list[tuple[int, int]], duration: int = 1320) -> Pace:
    edges = [0, *cuts, duration]
    placed = tuple(Placed(f"s{a}", a, b) for a, b in itertools.pairwise(edges))
    said = tuple(Speech(f"l{a}", "char_ivy", a, b - a) for a, b in speech)
    return Pace(placed, said, duration, duration - 60, 1.0)


def shown(made: tuple[Graphic, ...], kind: str) -> str:
    [graphic] = [g for g in made if g.kind == kind]
    return graphic.text


@given(
    st.lists(st.integers(1, 1000), max_size=8, unique=True).map(sorted),
    st.lists(st.tuples(st.integers(0, 300), st.integers(1, 80)), max_size=4),
)
def test_the_title_is_over_within_eight_seconds(cuts, speech) -> None:
    start = title_start(pace(cuts, [(a, a + n) for a, n in speech]))
    assert start >= 2 * FPS and start + TITLE_FRAMES <= TITLE_LATEST_STOP


def test_the_title_prefers_a_cut_that_nobody_talks_over() -> None:
    assert title_start(pace([72, 130], [(10, 70), (75, 120)])) == 130


def test_chinese_series_are_lettered_in_chinese() -> None:
    made = graphics(series(language="zh"), episode(), pace([100], []))
    assert [g.text for g in made if g.kind in ("label", "episode", "end_card")] == ["AI生成", "第1集", "未完待续"]


def test_the_last_episode_does_not_promise_another() -> None:
    last = episode(number=3)
    card = shown(graphics(series(last), last, pace([100], [])), "end_card")
    assert card == "The End"


def test_the_end_card_carries_the_cliffhanger_s_question() -> None:
    question = shown(graphics(series(), episode(), pace([100], [])), "question")
    assert question == "Whose voice is in the watch?"
