"""The writing stage: whole seasons that keep every rule, the same for the same premise and seed."""

import pytest

from engine.core import Series, UserError
from engine.story.checks import check_series
from engine.story.quality import edit_distance, report
from engine.writing import arc_markdown, bible_markdown, plan_series
from models.words import count

PREMISE = (
    "A CEO's secret daughter is kidnapped by her billionaire father's rival, but she has a hidden spiritual power."
)
PREMISES = (
    PREMISE,
    "A wronged queen is poisoned by her sister and reborn on her wedding day; this time she will take revenge.",
    "A broke nurse signs a one-year contract marriage with a cold billionaire to save her brother.",
    "haunted bakery",
    "Onboarding training: staff must always check the sender before opening a link. Never share a password.",
)


@pytest.fixture(scope="module")
def season() -> Series:
    return plan_series(PREMISE, None, 20, 1)


def test_twenty_episodes_keep_every_rule(season: Series) -> None:
    assert season.language == "en" and len(season.episodes) == 20
    assert check_series(season) == []


def test_the_same_premise_and_seed_give_the_same_series(season: Series) -> None:
    assert plan_series(PREMISE, None, 20, 1) == season


def test_another_seed_tells_it_differently(season: Series) -> None:
    other = plan_series(PREMISE, None, 20, 2)
    assert edit_distance(season, other) >= 0.4


def test_episodes_aim_at_the_size_that_fills_half_a_minute(season: Series) -> None:
    sizes = [sum(count(line.text, "en") for line in episode.lines()) for episode in season.episodes]
    assert max(sizes) <= 60 and min(sizes) >= 50


def test_the_season_can_be_retold_from_its_synopses(season: Series) -> None:
    assert len({episode.synopsis for episode in season.episodes}) == 20
    assert all(count(episode.synopsis, "en") <= 16 for episode in season.episodes)


def test_turning_points_are_listed_with_what_happens(season: Series) -> None:
    assert [turn.beat for turn in season.arc.turns] == list(range(10))
    assert season.arc.engine == "supernatural"


def test_the_documents_name_everybody_and_every_episode(season: Series) -> None:
    bible, arc = bible_markdown(season), arc_markdown(season)
    assert all(character.full_name in bible for character in season.bible.characters)
    assert all(episode.title in arc and episode.cliffhanger.question in arc for episode in season.episodes)


def test_quality_figures_are_within_reach(season: Series) -> None:
    found = report(season)
    assert (
        found.worst_gram <= 3
        and found.share_of_dialogue >= 0.85
        and 50 <= found.seconds_low <= found.seconds_high <= 66
    )


@pytest.mark.parametrize(("length", "language"), [(2, None), (121, None), (20, "fr")])
def test_bad_orders_are_one_clear_line(length: int, language: str | None) -> None:
    with pytest.raises(UserError, match="choose"):
        plan_series(PREMISE, language, length, 1)


@pytest.mark.slow
@pytest.mark.parametrize("premise", PREMISES)
@pytest.mark.parametrize("length", [3, 5, 8, 20, 31])
def test_any_premise_and_length_has_no_fault(premise: str, length: int) -> None:
    for seed in (1, 2):
        assert check_series(plan_series(premise, None, length, seed)) == []


@pytest.mark.slow
@pytest.mark.parametrize("premise", [PREMISE, "废后含冤而死，重生在册封前夜，这一次她要让贵妃血债血偿。"])
@pytest.mark.parametrize("length", [60, 100, 120])
def test_long_seasons_have_no_fault(premise: str, length: int) -> None:
    assert check_series(plan_series(premise, None, length, 5)) == []
