"""Edit rules: checked when loaded, fired in order, kept rare."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core import FPS, UserError
from engine.edit_rules import EditStyle, Event, When, fire, known_styles, load_style, matches, parse_style

RULE = '[[rules]]\nname = "r"\n{extra}when = {{ {when} }}\ndo = [{do}]\n'


def style(when: str = 'on = ["surge"]', do: str = '{ act = "punch_in" }', extra: str = "", head: str = "") -> EditStyle:
    return parse_style(f'name = "t"\n{head}\n' + RULE.format(when=when, do=do, extra=extra), "t.toml")


def surge(frame: int, **given: object) -> Event:
    return Event("surge", frame, 0.8, "surge +9 dB", **given)


@pytest.mark.parametrize("name", known_styles())
def test_every_shipped_style_loads_and_says_what_it_is_for(name) -> None:
    loaded = load_style(name)
    assert loaded.name == name
    assert loaded.about
    assert len(loaded.rules) >= 5


def test_there_are_styles_for_drama_thriller_and_calm() -> None:
    assert {"drama", "thriller", "calm"} <= set(known_styles())


def test_the_calm_style_never_flashes_shakes_or_blurs() -> None:
    acts = {act.act for rule in load_style("calm").rules for act in rule.do}
    assert not acts & {"flash", "shake", "blur", "impact", "whip", "panels", "tone", "speed_lines", "focus_lines"}


def test_an_unknown_style_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UserError, match=r"unknown edit style 'dramma': choose from calm, drama, thriller"):
        load_style("dramma")


def test_a_style_file_of_one_s_own_is_loaded(tmp_path) -> None:
    (tmp_path / "mine.toml").write_text('name = "mine"\n')
    assert load_style(str(tmp_path / "mine.toml")).name == "mine"
    with pytest.raises(UserError, match="no edit style at"):
        load_style(str(tmp_path / "other.toml"))


@pytest.mark.parametrize(
    ("made", "told"),
    [
        ({"when": 'on = ["surge"], markr = 1'}, r"^t.toml: rules.0.when.markr: "),
        ({"when": 'on = ["surge"], strength = [0.9, 0.1]'}, r"^t.toml: rules.0.when.strength: .*can never hold"),
        ({"when": "on = []"}, r"^t.toml: rules.0.when.on: "),
        ({"when": 'on = ["bang"]'}, r"^t.toml: rules.0.when.on.0: "),
        ({"when": 'on = ["shot"], sizes = ["huge"]'}, r"^t.toml: rules.0.when: unknown size 'huge': choose from ecu"),
        ({"do": '{ act = "explode" }'}, r"^t.toml: rules.0.do.0: "),
        ({"do": '{ act = "blur", burst = 6, every = 6 }'}, r"^t.toml: rules.0.do.0.blur: .*never ends"),
        ({"do": '{ act = "stop", before = 0.0 }'}, r"^t.toml: rules.0.do.0.stop: .*does nothing"),
        ({"do": '{ act = "cut", to = "all" }, { act = "cut", to = "closer" }'}, r"can cut only once"),
        ({"do": '{ act = "panels", seconds = 3.0 }'}, r"^t.toml: rules.0.do.0.panels.seconds: "),
        ({"do": '{ act = "panels" }, { act = "leak" }'}, r"split panels stand alone"),
        ({"do": '{ act = "panels" }, { act = "cut", to = "closer" }'}, r"split panels stand alone"),
        (
            {"do": '{ act = "leak" }, { act = "tone" }, { act = "focus" }'},
            r"3 effects over the picture at once, at most 2",
        ),
        ({"do": '{ act = "leak", amount = 1.5 }'}, r"^t.toml: rules.0.do.0.leak.amount: "),
        ({"do": '{ act = "flash", delay = 99 }'}, r"^t.toml: rules.0.do.0.flash.delay: "),
        ({"head": "[pacing]\nhold = 3.5\n"}, r"held over 3 s has stalled"),
        ({"extra": "cooldown = 30\nper_minute = 10\n"}, r"cannot be reached with a cooldown"),
        ({"extra": "priority = 200\n"}, r"^t.toml: rules.0.priority: "),
        ({"head": "[limits]\nclip = 3.0\n"}, r"limits.clip is longer than the shortest shot"),
        ({"head": "[pacing]\ngap = [1.0, 0.1]\n"}, r"^t.toml: pacing: gap = \[1, 0.1\]"),
        ({"head": "volume = 11\n"}, r"^t.toml: volume: "),
        ({"head": "= broken"}, r"^t.toml: "),
    ],
)
def test_a_faulty_style_is_refused_with_file_key_and_reason(made, told) -> None:
    with pytest.raises(UserError, match=told) as error:
        style(**made)
    assert "\n" not in str(error.value)


def test_two_rules_of_one_name_are_refused() -> None:
    text = 'name = "t"\n' + 2 * RULE.format(when='on = ["surge"]', do='{ act = "flash" }', extra="")
    with pytest.raises(UserError, match="two rules are named 'r'"):
        parse_style(text, "t.toml")


@given(st.lists(st.integers(0, 1400), max_size=60))
@settings(max_examples=60, deadline=None)
def test_cooldown_and_share_of_the_minute_are_kept(frames) -> None:
    chosen = style(extra="cooldown = 4\nper_minute = 6\n")
    fired = [f.event.frame for f in fire([surge(f) for f in frames], chosen, [0, 1440], 1440, 1)]
    assert len(fired) <= 6
    assert all(b - a >= 4 * FPS for a, b in itertools.pairwise(fired))


@given(st.lists(st.integers(0, 1439), max_size=60), st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_cuts_keep_their_distance_from_every_other_cut(frames, seed) -> None:
    chosen = style(do='{ act = "cut", to = "closer" }')
    shots = [0, 300, 420, 900, 1440]
    fired = [f.event.frame for f in fire([surge(f) for f in frames], chosen, shots, 1440, seed)]
    cuts = sorted([*fired, *shots])
    assert all(b - a >= 18 for a, b in itertools.pairwise(cuts))


def test_the_higher_priority_answers() -> None:
    two = "".join(
        RULE.format(when='on = ["surge"]', do='{ act = "flash" }', extra=f"priority = {p}\n").replace('"r"', f'"{n}"')
        for n, p in (("low", 10), ("high", 90))
    )
    fired = fire([surge(100)], parse_style('name = "t"\n' + two, "t.toml"), [0, 1440], 1440, 1)
    assert [f.rule.name for f in fired] == ["high"]


def test_whooshes_are_rationed_over_all_rules() -> None:
    chosen = style(do='{ act = "hit", kind = "whoosh" }', head="[limits]\nwhooshes_per_minute = 4\n")
    assert len(fire([surge(f) for f in range(0, 1440, 40)], chosen, [0, 1440], 1440, 1)) == 4


def test_panels_are_rationed_over_all_rules_and_wait_for_room_before_the_next_cut() -> None:
    chosen = style(do='{ act = "panels", seconds = 1.0 }')
    assert len(fire([surge(f) for f in range(0, 1440, 40)], chosen, [0, 1440], 1440, 1)) == 2
    assert [f.event.frame for f in fire([surge(470), surge(500)], chosen, [0, 480, 1440], 1440, 1)] == [500]


def test_nothing_else_is_seen_while_panels_stand() -> None:
    two = RULE.format(
        when='on = ["surge"]', do='{ act = "panels", seconds = 1.0 }', extra="cooldown = 20\npriority = 40\n"
    )
    two += RULE.format(when='on = ["peak"]', do='{ act = "flash" }', extra="priority = 90\n").replace('"r"', '"s"')
    events = [surge(100), Event("peak", 115, 1.0, "peak"), Event("peak", 130, 1.0, "peak")]
    fired = fire(events, parse_style('name = "t"\n' + two, "t.toml"), [0, 1440], 1440, 1)
    assert [(f.rule.name, f.event.frame) for f in fired] == [("r", 100), ("s", 130)]


def test_frozen_looks_never_add_up_to_more_than_six_seconds() -> None:
    chosen = style(do='{ act = "hold", seconds = 1.5 }', head="[pacing]\nhold = 2.5\n")
    assert len(fire([surge(f) for f in range(0, 1440, 40)], chosen, [0, 1440], 1440, 1)) == 2


def test_the_seed_decides_chances_and_the_same_seed_decides_the_same() -> None:
    chosen = style(when='on = ["surge"], chance = 0.5', do='{ act = "hit", kind = "impact" }')
    events = [surge(f) for f in range(0, 1440, 40)]
    answers = {seed: [f.event.frame for f in fire(events, chosen, [0, 1440], 1440, seed)] for seed in range(6)}
    assert answers[0] == [f.event.frame for f in fire(events, chosen, [0, 1440], 1440, 0)]
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
