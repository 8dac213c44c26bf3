"""Firing: one rule an event, in order, kept rare; what lost is told; the same at every rate and for the same seed."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core import FPS
from engine.edit_rules import EditStyle, known_styles, load_style, parse_style
from engine.firing import Event, Fired, Limits, fire, matches
from engine.rulebook import Rule, When
from tests.editing import RULE, style

LOOSE = Limits(clip=0.5, effects_per_minute=240, whooshes_per_minute=60, sliding=True, on_cuts=True)
RATES = (24, 25, Fraction(30_000, 1001), 60)


def surge(frame: int, **given: object) -> Event:
    return Event("surge", frame, 0.8, "surge +9 dB", **given)


def drawn(events: Iterable[Event], of: EditStyle, boundaries: Sequence[int], seed: int) -> list[Fired]:
    """The answers in an episode of a minute."""
    return fire(events, of.rules, of.episode_limits, boundaries, 1440, FPS, seed)


def rule(name: str = "r", on: str = "surge", do: object = None, priority: int = 50, **given: object) -> Rule:
    acts = do or [{"act": "punch_in"}]
    when = {"on": [on], **given.pop("when", {})}
    return Rule.model_validate({"name": name, "priority": priority, "when": when, "do": acts, **given})


CUT = [{"act": "cut", "to": "closer"}]
DUCK = [{"act": "duck"}]


@given(st.lists(st.integers(0, 1400), max_size=60))
@settings(max_examples=60, deadline=None)
def test_cooldown_and_share_of_the_minute_are_kept(frames) -> None:
    chosen = style(extra="cooldown = 4\nper_minute = 6\n")
    fired = [f.event.frame for f in drawn([surge(f) for f in frames], chosen, [0, 1440], 1)]
    assert len(fired) <= 6
    assert all(b - a >= 4 * FPS for a, b in itertools.pairwise(fired))


@given(st.lists(st.integers(0, 1439), max_size=60), st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_cuts_keep_their_distance_from_every_other_cut(frames, seed) -> None:
    chosen = style(do='{ act = "cut", to = "closer" }')
    shots = [0, 300, 420, 900, 1440]
    fired = [f.event.frame for f in drawn([surge(f) for f in frames], chosen, shots, seed)]
    cuts = sorted([*fired, *shots])
    assert all(b - a >= 18 for a, b in itertools.pairwise(cuts))


def test_the_higher_priority_answers() -> None:
    two = "".join(
        RULE.format(when='on = ["surge"]', do='{ act = "flash" }', extra=f"priority = {p}\n").replace('"r"', f'"{n}"')
        for n, p in (("low", 10), ("high", 90))
    )
    fired = drawn([surge(100)], parse_style('name = "t"\n' + two, "t.toml"), [0, 1440], 1)
    assert [f.rule.name for f in fired] == ["high"]


def test_whooshes_are_rationed_over_all_rules() -> None:
    chosen = style(do='{ act = "hit", kind = "whoosh" }', head="[limits]\nwhooshes_per_minute = 4\n")
    assert len(drawn([surge(f) for f in range(0, 1440, 40)], chosen, [0, 1440], 1)) == 4


def test_panels_are_rationed_over_all_rules_and_wait_for_room_before_the_next_cut() -> None:
    chosen = style(do='{ act = "panels", seconds = 1.0 }')
    assert len(drawn([surge(f) for f in range(0, 1440, 40)], chosen, [0, 1440], 1)) == 2
    assert [f.event.frame for f in drawn([surge(470), surge(500)], chosen, [0, 480, 1440], 1)] == [500]


def test_nothing_else_is_seen_while_panels_stand() -> None:
    two = RULE.format(
        when='on = ["surge"]', do='{ act = "panels", seconds = 1.0 }', extra="cooldown = 20\npriority = 40\n"
    )
    two += RULE.format(when='on = ["peak"]', do='{ act = "flash" }', extra="priority = 90\n").replace('"r"', '"s"')
    events = [surge(100), Event("peak", 115, 1.0, "peak"), Event("peak", 130, 1.0, "peak")]
    fired = drawn(events, parse_style('name = "t"\n' + two, "t.toml"), [0, 1440], 1)
    assert [(f.rule.name, f.event.frame) for f in fired] == [("r", 100), ("s", 130)]


def test_frozen_looks_never_add_up_to_more_than_six_seconds() -> None:
    chosen = style(do='{ act = "hold", seconds = 1.5 }', head="[pacing]\nhold = 2.5\n")
    assert len(drawn([surge(f) for f in range(0, 1440, 40)], chosen, [0, 1440], 1)) == 2


def test_the_seed_decides_chances_and_the_same_seed_decides_the_same() -> None:
    chosen = style(when='on = ["surge"], chance = 0.5', do='{ act = "hit", kind = "impact" }')
    events = [surge(f) for f in range(0, 1440, 40)]
    answers = {seed: [f.event.frame for f in drawn(events, chosen, [0, 1440], seed)] for seed in range(6)}
    assert answers[0] == [f.event.frame for f in drawn(events, chosen, [0, 1440], 0)]
    assert len({tuple(a) for a in answers.values()}) > 1


@pytest.mark.parametrize(
    ("when", "given_event", "holds"),
    [
        ({"sizes": ("cu",)}, {"size": "cu"}, True),
        ({"sizes": ("cu",)}, {"size": "wide"}, False),
        ({"emotions": ("rage",)}, {"emotion": "joy"}, False),
        ({"speaker_change": True}, {"speaker_change": False}, False),
        ({"cliffhanger": False}, {"cliffhanger": True}, False),
        ({"position": (0.5, 1.0)}, {"position": 0.4}, False),
        ({"arousal": (0.7, 1.0)}, {"arousal": 0.9}, True),
        ({"since_cut": 2.1}, {}, False),
        ({"strength": (0.9, 1.0)}, {}, False),
    ],
)
def test_all_that_a_rule_asks_must_hold(when, given_event, holds) -> None:
    assert matches(When(on=("surge",), **when), surge(48, **given_event), since_cut=2.0) is holds


# -- footage


@given(st.lists(st.integers(0, 7199), max_size=80), st.sampled_from([0.5, 3, 7.5]), st.sampled_from(RATES))
@settings(max_examples=60, deadline=None)
def test_no_minute_of_footage_has_more_of_anything_than_its_share(frames, share, rate) -> None:
    found = [
        f.event.frame
        for f in fire([surge(f) for f in frames], [rule(per_minute=share)], LOOSE, [0, 7200], 7200, rate, 1)
    ]
    window = 60 * rate if share >= 1 else 60 / share * rate
    for at in found:
        assert sum(at <= f < at + window for f in found) <= max(1, share)


@given(st.lists(st.integers(1, 7199), max_size=60), st.lists(st.integers(1, 7199), max_size=12), st.sampled_from(RATES))
@settings(max_examples=60, deadline=None)
def test_rules_never_cut_more_often_than_the_style_allows_nor_nearer_than_its_shortest_clip(
    frames, given_cuts, rate
) -> None:
    limits = replace(LOOSE, cuts_per_minute=6.0, clip=2.0)
    bounds = sorted({0, *given_cuts, 7200})
    fired = [f.event.frame for f in fire([surge(f) for f in frames], [rule(do=CUT)], limits, bounds, 7200, rate, 1)]
    new = [f for f in fired if f not in bounds]
    assert len(fired) == len(set(fired))
    cuts = sorted({*bounds, *new})
    for f in new:
        assert min(abs(f - c) for c in cuts if c != f) >= round(2 * rate)
        inner = [c for c in cuts if 0 < c < 7200]
        for first in (c for c in inner if f - 60 * rate < c <= f):
            assert sum(first <= c < first + 60 * rate for c in inner) <= 6


def test_footage_may_change_its_angle_where_it_is_cut_already() -> None:
    events = [replace(surge(100), kind="passage"), surge(100), surge(104)]
    rules = [rule("a", "passage", CUT), rule("b", "surge", CUT, priority=90)]
    fired = fire(events, rules, replace(LOOSE, cuts_per_minute=1.0), [0, 100, 480], 480, 24, 1)
    assert [(f.rule.name, f.event.frame) for f in fired] == [("a", 100)]
    assert fire(events, rules, replace(LOOSE, on_cuts=False), [0, 100, 480], 480, 24, 1) == []


def test_a_cut_on_sound_that_begins_a_margin_after_its_silence_went_is_moved_onto_that_cut() -> None:
    limits = replace(LOOSE, snap=0.12)
    rules = [rule("a", "passage", CUT), rule("b")]
    events = [Event("passage", 103, 1.0, "passage"), surge(243), Event("passage", 305, 1.0, "passage")]
    fired = fire(events, rules, limits, [0, 100, 240, 300, 480], 480, 24, 1)
    assert [(f.rule.name, f.event.frame) for f in fired] == [("a", 100), ("b", 243)]


def test_what_makes_no_cut_waits_from_the_cut_just_before_it_and_is_told_from_its_own_frame() -> None:
    limits = replace(LOOSE, snap=0.2)
    waits = rule("flash", do=[{"act": "flash"}], when={"since_cut": 2.0})
    assert fire([surge(243)], [waits], limits, [0, 240, 480], 480, 24, 1) == []
    rules = [rule("flash", do=[{"act": "flash"}]), rule("late", "passage", CUT)]
    events = [surge(243), Event("passage", 244, 1.0, "passage")]
    fired = fire(events, [*rules, rule("sound", "passage", DUCK, priority=1)], limits, [0, 240, 480], 480, 24, 1)
    assert fired[1].lost[0].why == "too near: 0.12 s before flash"


def test_of_the_events_of_one_frame_the_best_rule_for_any_goes_first_in_footage() -> None:
    rules = [
        rule("low", "onset", CUT, priority=10),
        rule("high", "passage", CUT),
        rule("sound", "onset", DUCK, priority=5),
    ]
    events = [Event("onset", 100, 1.0, "onset"), Event("passage", 100, 1.0, "passage")]
    together = fire(events, rules, replace(LOOSE, together=True), [0, 480], 480, 24, 1)
    assert [f.rule.name for f in together] == ["high", "sound"]
    assert together[1].lost[0].rule.name == "low"
    assert [f.rule.name for f in fire(events, rules, LOOSE, [0, 480], 480, 24, 1)] == ["low"]


def test_a_rule_answers_one_event_of_a_frame() -> None:
    heard = rule("r", "onset", DUCK, when={"on": ["onset", "surge"]})
    events = [Event("onset", 100, 1.0, "onset"), surge(100)]
    assert len(fire(events, [heard], replace(LOOSE, together=True), [0, 480], 480, 24, 1)) == 1


def test_time_since_a_cut_on_a_cut_is_that_since_the_one_before_in_footage() -> None:
    waits = [rule(when={"since_cut": 2.0})]
    bounds = [0, 60, 100, 480]
    assert [f.event.frame for f in fire([surge(60), surge(100)], waits, LOOSE, bounds, 480, 24, 1)] == [60]
    assert fire([surge(60), surge(100)], waits, replace(LOOSE, on_cuts=False), bounds, 480, 24, 1) == []


def test_a_cut_to_another_camera_waits_for_one_and_a_lower_rule_answers_instead() -> None:
    rules = [rule("other", do=[{"act": "cut", "to": "reaction"}], priority=80), rule("alone", do=CUT, priority=20)]
    events = [surge(100), surge(200, angles=2)]
    assert [f.rule.name for f in fire(events, rules, LOOSE, [0, 480], 480, 24, 1)] == ["alone", "other"]


def test_held_looks_are_rationed_by_the_minute() -> None:
    hold = [rule(do=[{"act": "hold", "seconds": 1.5}])]
    limits = replace(LOOSE, most_held=3.0)
    fired = fire([surge(f) for f in range(24, 24 * 120, 48)], hold, limits, [0, 2880], 2880, 24, 1)
    assert [f.event.frame for f in fired] == [24, 72, 24 + 1440, 72 + 1440]


@pytest.mark.parametrize("rate", RATES)
def test_answers_are_as_far_apart_in_seconds_at_every_rate(rate) -> None:
    events = [surge(f) for f in range(0, 600)]
    fired = [f.event.frame for f in fire(events, [rule()], LOOSE, [0, 600], 600, rate, 1)]
    assert {b - a for a, b in itertools.pairwise(fired)} == {round(rate / 2)}


def test_what_lost_is_told_with_its_reason() -> None:
    rules = [
        rule("rare", priority=90, cooldown=20),
        rule("poor", priority=80, per_minute=0.5),
        rule("far", priority=70, do=CUT),
        rule("wins", priority=60, do=[{"act": "hit", "kind": "impact"}]),
        rule("low", priority=10),
        rule("other", "peak", priority=99),
        rule("never", priority=95, when={"position": [0.9, 1.0]}),
    ]
    first, second, third = fire([surge(10), surge(100), surge(106)], rules, LOOSE, [0, 480], 480, 24, 1)
    assert (first.rule.name, second.rule.name, third.rule.name) == ("rare", "poor", "wins")
    assert [(lost.rule.name, lost.why) for lost in first.lost][-1] == ("low", "priority 10 under 90")
    assert [(lost.rule.name, lost.why) for lost in third.lost] == [
        ("rare", "cooldown: 4.0 of 20 s"),
        ("poor", "budget: its own share, 0.5 a minute"),
        ("far", "too near: 0.25 s after poor"),
        ("low", "priority 10 under 60"),
    ]


@pytest.mark.parametrize(
    ("limits", "acts", "at", "why"),
    [
        ({"whooshes_per_minute": 0.1}, [{"act": "hit", "kind": "whoosh"}], 100, "budget: whooshes, 0.1 a minute"),
        ({"effects_per_minute": 1}, [{"act": "flash"}], 100, "budget: effects, 1 a minute"),
        ({"most_held": 1.0}, [{"act": "hold", "seconds": 0.6}], 100, "budget: held looks, 1 s a minute"),
        ({"cuts_per_minute": 1}, CUT, 100, "budget: cuts, 1 a minute"),
        ({"clip": 3.0}, CUT, 440, "too near: a cut within 3 s"),
        ({"panels_per_minute": 6}, [{"act": "panels"}], 40, "too near: split panels stand"),
        ({"panels_per_minute": 6}, [{"act": "panels"}], 460, "too near: a cut comes before split panels end"),
    ],
)
def test_each_limit_has_its_reason(limits, acts, at, why) -> None:
    rules = [rule("r", do=acts, priority=90), rule("quiet", do=[{"act": "duck"}], priority=1)]
    events = [surge(30 if at < 200 else 400), surge(at)]
    found = fire(events, rules, replace(LOOSE, **limits), [0, 480], 480, 24, 1)
    assert (found[-1].rule.name, [lost.why for lost in found[-1].lost]) == ("quiet", [why])


@pytest.mark.parametrize("name", known_styles())
def test_four_minutes_of_every_sort_of_event_keep_every_limit_of_a_shipped_style(name) -> None:
    footage = load_style(name).footage
    kinds = ("onset", "surge", "peak", "drop", "silence", "time", "beat", "passage")
    end = 240 * 25
    events = [
        Event(
            kinds[n % 8], frame, 1.0 if n % 8 == 5 else (n * 37 % 100) / 100, kinds[n % 8], arousal=(n * 53 % 100) / 100,
            tension=(n * 29 % 100) / 100, speech=n % 3 > 0, speaker_change=n % 5 == 0, position=frame / end, angles=1 + n % 3,
        )
        for n, frame in enumerate(range(5, end, 5))
    ]  # fmt: skip
    fired = fire(events, footage.rules, footage.limits, [0, end], end, 25, 3)
    cuts = [f.event.frame for f in fired if any(act.act == "cut" for act in f.rule.do)]
    assert len(cuts) > 10
    assert all(b - a >= round(footage.clip * 25) for a, b in itertools.pairwise(cuts))
    assert all(sum(a <= c < a + 1500 for c in cuts) <= footage.cuts_per_minute for a in cuts)
    assert fired == fire(events, footage.rules, footage.limits, [0, end], end, 25, 3)


def test_tension_voice_and_cameras_can_be_asked_for() -> None:
    quiet = surge(48, tension=0.2, speech=False, angles=1)
    tense = surge(48, tension=0.7, speech=True, angles=3)
    for when in ({"tension": (0.5, 1.0)}, {"speech": True}, {"angles": 2}):
        assert matches(When(on=("surge",), **when), tense, 2.0)
        assert not matches(When(on=("surge",), **when), quiet, 2.0)
