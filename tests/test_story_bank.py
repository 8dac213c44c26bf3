"""The phrase bank: its format, and that every scene of both languages keeps the promises the planner relies on."""

import re

import pytest

from engine.story.bank import FUNCTIONS, STEPS, load_bank, parse_change, parse_scene, parse_spoken
from engine.story.engines import ARENA, GAPS
from models import base

KINDS = {"identity", "slip", "arrival", "clock", "choice", "betrayal", "object", "peril", "offer", "impossible"}


def test_a_spoken_line_reads_with_its_wordings() -> None:
    line = parse_spoken("~U deny cold phone: No child. | Never had one.")
    assert (line.speaker, line.function, line.delivery, line.optional) == ("U", "deny", "phone", True)
    assert line.wordings == ("No child.", "Never had one.")


def test_a_change_reads_its_line_mark_and_facts() -> None:
    change = parse_change("4! {L} runs :: free L; hurt L arm")
    assert (change.line, change.irreversible, change.facts) == (4, True, ("free L", "hurt L arm"))


@pytest.mark.parametrize("text", ["X deny cold: no such role", "L deny cold", "nonsense"])
def test_a_malformed_line_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text[:6])):
        parse_spoken(text)


def test_a_malformed_scene_is_named() -> None:
    with pytest.raises(ValueError, match="scene b7_broken"):
        parse_scene({"id": "b7_broken", "step": "B7"})


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_scene_uses_known_words(language: str) -> None:
    for scene in load_bank(language).scenes:
        lines = [*scene.lines, *(b.say for b in scene.buttons), *(p for b in scene.buttons for p in b.pay)]
        assert scene.step in STEPS and scene.mood in base.MOODS, scene.id
        for line in lines:
            assert line.function in FUNCTIONS and line.emotion in base.EMOTIONS, (scene.id, line)
            assert line.delivery in base.DELIVERIES, (scene.id, line)
        assert {line.speaker for line in (*scene.lines, *(b.say for b in scene.buttons))} <= set(scene.people), scene.id
        assert {b.kind for b in scene.buttons} <= KINDS, scene.id
        assert len(scene.changes) >= 3 and any(c.irreversible for c in scene.changes), scene.id


def test_english_has_scenes_for_every_step_and_enough_stock_lines() -> None:
    bank = load_bank("en")
    for step in (*(f"B{n}" for n in range(10)), *GAPS, *ARENA, "after", "bridge"):
        assert len(bank.of_step(step)) >= 2, step
    assert all(len(bank.phrases["fill"][function]) >= 12 for function in FUNCTIONS)
