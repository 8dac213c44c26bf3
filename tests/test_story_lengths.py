"""Every premise finds a season at every length: short ones have few episodes to spread their cliffhangers over."""

import pytest

from engine.core import Fact, Series
from engine.story.bank import load_bank
from engine.story.checks import check_series
from engine.story.engines import Step, stand_ins
from engine.story.planner import DeadEnd, plan_season
from engine.story.premise import read_premise
from engine.story.season import PATIENCE, write_season
from engine.story.slots import bind
from engine.story.state import Planned
from engine.story.told import OLD_ERAS
from engine.writing import plan_series

EMPRESS = "A maid is the real empress."
JANITOR = "A janitor is secretly the heir of the company that fired his father."
FARM = "A daughter comes home to her mother's farm and fights her uncle for the inheritance."
PREMISES = (
    EMPRESS,
    FARM,
    "A wronged queen is poisoned by her sister and reborn on her wedding day; this time she will take revenge.",
    "A young disciple with a broken spirit root finds a sword soul and defies the sect that cast him out.",
    "A princess falls in love with the general of the enemy kingdom; their love is forbidden.",
    "A detective must find her sister's killer before midnight.",
    "A broke nurse signs a one-year contract marriage with a cold billionaire to save her brother.",
    "Eight passengers wake on a train that never stops; every hour one of them must be chosen to leave.",
    "haunted bakery",
    JANITOR,
    "废后含冤而死，重生在册封前夜，这一次她要让贵妃血债血偿。",
    "被逐出宗门的少年得到上古剑魂，誓要重回仙山复仇。",
    "外卖小哥其实是首富失散多年的儿子。",
)
SHORT = [
    (EMPRESS, 6),
    (EMPRESS, 7),
    *((premise, 7 - i % 2) for i, premise in enumerate(PREMISES[2:5])),
    (PREMISES[-1], 6),
]


def planned(premise: str, length: int, seed: int) -> Series:
    series = plan_series(premise, None, length, seed)
    assert len(series.episodes) == length
    assert check_series(series) == []
    assert [turn.beat for turn in series.arc.turns] == list(range(10))
    return series


@pytest.mark.parametrize(("premise", "length"), SHORT)
def test_a_short_season_finds_its_way(premise: str, length: int) -> None:
    planned(premise, length, 1)


@pytest.mark.parametrize("length", [3, 7])
@pytest.mark.parametrize("premise", ["公主在宫里被绑架，贵妃要她的命。", "皇后被囚禁在冷宫，被贵妃陷害。"])
def test_a_threat_that_no_opening_of_its_era_shows_is_still_told(premise: str, length: int) -> None:
    told = read_premise(premise, "zh")
    assert told.threat and told.threat.kind in ("kidnap", "jail", "hunt") and told.era in OLD_ERAS
    planned(premise, length, 1)


@pytest.mark.slow
@pytest.mark.parametrize("length", [3, 4, 5, 7, 10, 14, 20])
@pytest.mark.parametrize("premise", PREMISES)
def test_every_length_finds_its_way(premise: str, length: int) -> None:
    for seed in (1, 2):
        planned(premise, length, seed)


def test_a_season_that_took_episodes_back_is_the_same_again() -> None:
    first = planned(EMPRESS, 6, 2)
    assert planned(FARM, 6, 2) != first  # another season between them: nothing comes from the cache
    assert plan_series(EMPRESS, None, 6, 2) == first


def test_a_line_that_was_refused_is_not_said_at_the_next_attempt() -> None:
    planned(FARM, 5, 52)


def test_a_quoted_line_sends_the_writer_another_way() -> None:
    premise = read_premise(FARM, "en")
    series = plan_series(FARM, "en", 3, 1)
    told = write_season(premise, series.bible, 3, 1)
    line = next(told.episodes[1].lines()).text
    again = write_season(premise, series.bible, 3, 1, (f"episode 2 line 1 is not wanted: {line}",))
    assert line not in [said.text for episode in again.episodes for said in episode.lines()]


def walked(premise: str, length: int, patience: int) -> tuple[list[Planned], list[Fact]]:
    told, bank = read_premise(premise, "en"), load_bank("en")
    binding = bind(told, plan_series(premise, "en", 3, 1).bible, bank, 1)
    threat = told.threat.kind if told.threat else ""
    return plan_season(binding, bank, told.engines(), told.era, threat, length, 1, patience=patience)


def test_a_layout_without_a_way_is_known_before_it_is_walked_and_found_by_taking_episodes_back() -> None:
    with pytest.raises(DeadEnd, match="no kind of cliffhanger free"):
        walked(EMPRESS, 6, 0)
    plan, initial = walked(EMPRESS, 6, PATIENCE)
    assert [p.step.episode for p in plan] == list(range(1, 7))
    assert {"B0", "B8"} <= {p.template.step for p in plan}
    assert any(p.template.step != p.step.kind for p in plan)  # a merged episode plays its other beat
    known = [fact for fact in initial if fact.predicate == "knows" and "_e0" in fact.object]
    assert known == [fact for p in plan for fact in p.before]  # nothing of the episodes taken back is left behind


def test_without_patience_the_first_dead_end_is_the_last() -> None:
    with pytest.raises(DeadEnd, match="no scene for"):
        walked(JANITOR, 8, 0)
    assert [p.step.episode for p in walked(JANITOR, 8, PATIENCE)[0]] == list(range(1, 9))


def test_the_wrong_and_the_face_off_are_never_only_told() -> None:
    assert stand_ins(Step(1, "B0", (0, 1, 2))) == () == stand_ins(Step(6, "B8", (8, 9)))
    assert stand_ins(Step(2, "B6", (3, 4, 5, 6))) == ("B5", "B4", "B3")
    assert stand_ins(Step(2, "B2", (2, 3))) == ("B3",)
    assert stand_ins(Step(2, "probe")) == ()
