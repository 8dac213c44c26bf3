"""The Mandarin phrase bank: every template complete, within size and in Chinese marks; whole seasons keep every rule."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from engine.story.bank import FUNCTIONS, STEPS, SceneTemplate, Spoken, load_bank
from engine.writing import plan_series
from models.base import DELIVERIES, EMOTIONS, MOODS
from models.words import han

BANK = load_bank("zh")
PREMISES = (
    "废后含冤而死，重生在册封前夜。",
    "总裁的私生女被父亲的死对头绑架，但她有隐藏的灵力。",
    "她与仇人签下一年契约婚姻，只为救弟弟。",
)
MIN_PER_STEP = 3
MIN_PER_GAP = 8
PARTICLES = re.compile("[吗呢吧啊呀嘛]")
SLOT = re.compile(r"\{[^}]*\}")
LONGEST_LINE = 20  # Han characters of a wording, slots counted as three


def spoken(scene: SceneTemplate) -> list[Spoken]:
    return [*scene.lines, *(line for b in scene.buttons for line in (b.say, *b.pay))]


def bare(wording: str) -> str:
    """A wording with three characters for every slot."""
    return SLOT.sub("某某某", wording)


def test_every_step_has_enough_templates() -> None:
    steps = Counter(scene.step for scene in BANK.scenes)
    assert {step for step in STEPS if steps[step] < MIN_PER_STEP} == set()
    busy = ("probe", "setback", "clue", "test", "enter", "lose", "lever", "win", "pay")
    assert {step for step in busy if steps[step] < MIN_PER_GAP} == set()
    assert steps["after"] >= MIN_PER_STEP


def test_every_line_uses_known_words_and_has_three_wordings() -> None:
    for scene in BANK.scenes:
        assert scene.mood in MOODS
        for line in spoken(scene):
            assert line.function in FUNCTIONS and line.emotion in EMOTIONS and line.delivery in DELIVERIES, scene.id
        for line in (*scene.lines, *(b.say for b in scene.buttons)):
            assert len(line.wordings) >= 3, (scene.id, line.wordings)


def test_no_wording_is_too_long_or_uses_half_width_marks() -> None:
    for scene in BANK.scenes:
        for line in spoken(scene):
            for wording in line.wordings:
                text = bare(wording)
                assert han(text) <= LONGEST_LINE + 4, (scene.id, wording)
                assert not re.search(r"[,.!?:;A-Za-z]", text), (scene.id, wording)


def test_the_lead_never_ends_on_a_modal_particle() -> None:
    guilty = [
        (s.id, w) for s in BANK.scenes for x in spoken(s) if x.speaker == "L" for w in x.wordings if PARTICLES.search(w)
    ]
    assert guilty == []


def test_the_traitor_never_says_i() -> None:
    assert [w for s in BANK.scenes for x in spoken(s) if x.speaker == "T" for w in x.wordings if "我" in w] == []


def test_every_scene_changes_the_world_three_times_and_once_for_good() -> None:
    for scene in BANK.scenes:
        assert len(scene.changes) >= 3 and any(c.irreversible for c in scene.changes), scene.id
        assert max(c.line for c in scene.changes if c.line != 99) <= len(scene.lines), scene.id


def test_there_are_enough_arena_kits_for_each_era() -> None:
    assert sum("now" in kit["eras"] for kit in BANK.kits) >= 25
    assert sum("palace" in kit["eras"] for kit in BANK.kits) >= 15


def test_stock_lines_cover_every_function() -> None:
    assert {f for f in FUNCTIONS if len(BANK.phrases["fill"][f]) < 12} == set()


@pytest.mark.parametrize("premise", PREMISES)
def test_a_season_of_twelve_passes_every_check(premise: str) -> None:
    series = plan_series(premise, "zh", 12, 1)
    assert len(series.episodes) == 12


@pytest.mark.slow
@pytest.mark.parametrize("premise", PREMISES)
def test_a_season_of_a_hundred_never_repeats_a_sentence(premise: str) -> None:
    series = plan_series(premise, "zh", 100, 1)
    texts = [line.text for episode in series.episodes for line in episode.lines()]
    assert len(texts) == len(set(texts))
