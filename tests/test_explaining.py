"""Explaining: one line an answer, with its rule, what it heard, what it did and what lost."""

from __future__ import annotations

from fractions import Fraction
from typing import get_args

import pytest

from engine.acts import ACTS, Target
from engine.edit_rules import known_styles, load_style
from engine.explaining import explain
from engine.firing import Event, Fired, Limits, Lost, fire
from engine.rulebook import Rule

LIMITS = Limits(clip=0.5, effects_per_minute=240, whooshes_per_minute=60, sliding=True, on_cuts=True)


def rule(name: str, acts: list[dict[str, object]], **given: object) -> Rule:
    return Rule.model_validate({"name": name, "when": {"on": ["surge"]}, "do": acts, **given})


def test_a_line_tells_when_what_by_which_rule_on_what_and_what_lost() -> None:
    rules = [
        rule("punch", [{"act": "punch_in", "zoom": 0.2, "seconds": 1.5}, {"act": "hit", "kind": "riser"}], priority=70),
        rule("angle", [{"act": "cut", "to": "closer"}], priority=80),
        rule("low", [{"act": "flash"}], priority=10),
    ]
    events = [Event("surge", 5, 0.824, "surge +9 dB"), Event("surge", 1537, 0.4, "+4 dB over the last")]
    assert explain(fire(events, rules, LIMITS, [0, 1540], 1540, 24, 1), 24) == [
        "00:00:00:05  punch_in 0.2 for 1.5 s, hit riser  by punch (priority 70) on surge 0.82 (+9 dB)"
        "; not angle (too near: a cut within 0.5 s), low (priority 10 under 70)",
        "00:01:04:01  punch_in 0.2 for 1.5 s, hit riser  by punch (priority 70) on surge 0.40 (+4 dB over the last)"
        "; not angle (too near: a cut within 0.5 s), low (priority 10 under 70)",
    ]


def test_timecodes_are_of_the_cut_s_own_rate_and_many_losers_are_counted() -> None:
    won = rule("won", [{"act": "black"}])
    lost = tuple(Lost(rule(f"l{n}", [{"act": "dip"}]), "priority 1 under 50") for n in range(5))
    [line] = explain([Fired(won, Event("surge", 60, 1.0, "surge"), lost)], Fraction(30_000, 1001))
    assert line.startswith("00:00:02:00  black  by won (priority 50) on surge 1.00; not l0 (")
    assert line.endswith("l2 (priority 1 under 50) and 2 more")


@pytest.mark.parametrize("to", get_args(Target))
def test_a_cut_says_where_to(to) -> None:
    [line] = explain([Fired(rule("r", [{"act": "cut", "to": to}]), Event("surge", 1, 1.0, ""))], 24)
    assert "cut to " in line and "_" not in line


def test_every_act_of_every_shipped_style_is_told() -> None:
    told: set[str] = set()
    for style in map(load_style, known_styles()):
        for shipped in (*style.rules, *style.footage.rules):
            [line] = explain([Fired(shipped, Event(shipped.when.on[0], 24, 1.0, "x"))], 24)
            assert "\n" not in line and all(act.act in line for act in shipped.do)
            told |= {act.act for act in shipped.do}
    assert told == set(ACTS)
