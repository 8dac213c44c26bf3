"""Edit styles: checked when loaded; what is wrong is told with file, line, rule and reason."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.acts import DRAWN_ACTS, FOOTAGE_ACTS
from engine.core import UserError
from engine.edit_rules import known_styles, load_style, parse_style
from tests.editing import RULE, style

NAMES = ("calm", "comic", "drama", "thriller", "trailer")


def footage(when: str = 'on = ["surge"]', do: str = '{ act = "punch_in" }', extra: str = "", head: str = ""):
    """A style with one footage rule, whose table begins on line 3 when there is no head."""
    rule = RULE.format(when=when, do=do, extra=extra).replace("[[rules]]", "[[footage.rules]]")
    return parse_style(f'name = "t"\n{head}\n' + rule, "t.toml")


def test_the_five_styles_are_there() -> None:
    assert tuple(known_styles()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_style_loads_says_what_it_is_for_and_has_rules_for_episodes_and_footage(name) -> None:
    loaded = load_style(name)
    assert loaded.name == name
    assert loaded.about
    assert len(loaded.rules) >= 5
    assert len(loaded.footage.rules) >= 5


@pytest.mark.parametrize("name", NAMES)
def test_with_one_camera_and_no_music_every_style_still_has_a_rule_that_cuts(name) -> None:
    alone = [r for r in load_style(name).footage.rules if r.angles < 2 and set(r.when.on) - {"beat"}]
    assert any(act.act == "cut" for rule in alone for act in rule.do)


def test_the_styles_have_a_pace_of_their_own_from_calm_to_trailer() -> None:
    order = [load_style(name).footage for name in ("calm", "thriller", "drama", "comic", "trailer")]
    for key, slower in (("cuts_per_minute", False), ("effects_per_minute", False), ("clip", True)):
        values = [getattr(f, key) for f in order]
        assert values == sorted(values, reverse=slower) and len(set(values)) == len(values)


def test_the_calm_style_never_flashes_shakes_or_blurs() -> None:
    loaded = load_style("calm")
    acts = {act.act for rule in (*loaded.rules, *loaded.footage.rules) for act in rule.do}
    ink = {"impact", "panels", "tone", "speed_lines", "focus_lines"}
    assert not acts & {"flash", "shake", "blur", "whip", "black", "speed", *ink}


def test_an_unknown_style_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UserError, match=r"unknown edit style 'dramma': choose from calm, comic, drama, thriller, tr"):
        load_style("dramma")


def test_a_style_file_of_one_s_own_is_loaded(tmp_path) -> None:
    (tmp_path / "mine.toml").write_text('name = "mine"\n')
    assert load_style(str(tmp_path / "mine.toml")).name == "mine"
    with pytest.raises(UserError, match="no edit style at"):
        load_style(str(tmp_path / "other.toml"))
    (tmp_path / "raw.toml").write_bytes(b'name = "\xff"')
    with pytest.raises(UserError, match=r"raw.toml: not a text file in UTF-8"):
        load_style(str(tmp_path / "raw.toml"))


# In each, the rule's table is on line 3, its `when` on 5 and its `do` on 6, a line later for each line before.
@pytest.mark.parametrize(
    ("made", "told"),
    [
        ({"when": 'on = ["surge"], markr = 1'}, "t.toml:5: rules.1 'r': when: unknown key 'markr': choose from on, "),
        ({"when": 'on = ["surge"], stregth = [0, 1]'}, "unknown key 'stregth'; did you mean 'strength'?"),
        ({"when": 'on = ["surge"], strength = [0.9, 0.1]'}, "t.toml:5: rules.1 'r': when.strength: [0.9, 0.1] can ne"),
        ({"when": "on = []"}, "t.toml:5: rules.1 'r': when.on: at least one is wanted"),
        ({"when": 'on = ["shot",\n "bang"]'}, "t.toml:6: rules.1 'r': when.on.2: unknown word 'bang': choose from on"),
        ({"when": 'on = "surge"'}, "when.on: a list is wanted, [...], not 'surge'"),
        (
            {"when": 'on = ["surge"], strength = [0.5]'},
            "strength: a least and a most are wanted, as in [0.2, 1.0], not",
        ),
        ({"when": 'on = ["surge"], arousal = [0, 0.5, 1]'}, "arousal: a least and a most are wanted, as in [0.2, 1.0]"),
        ({"when": 'on = ["surge"], tension = 0.5'}, "a least and a most are wanted, as in [0.2, 1.0], not 0.5"),
        ({"when": 'on = ["surg"]'}, "when.on.1: unknown word 'surg'; did you mean 'surge'?"),
        ({"when": 'on = ["shot"], sizes = ["cu",\n "huge"]'}, "t.toml:6: rules.1 'r': when.sizes.2: unknown size 'hu"),
        (
            {"when": 'on = ["surge"], position = [0.5, 1.5]'},
            "when.position.2: should be less than or equal to 1, not 1.",
        ),
        ({"when": 'on = ["surge"], since_cut = nan'}, "when.since_cut: should be"),
        ({"when": 'on = ["surge"], chance = 0.0'}, "t.toml:5: rules.1 'r': when.chance: a chance of 0 never comes"),
        (
            {"do": '{ act = "explode" }'},
            "t.toml:6: rules.1 'r': do.1: unknown act 'explode': choose from cut, punch_in",
        ),
        ({"do": '{ act = "panel" }'}, "unknown act 'panel'; did you mean 'panels'?"),
        ({"do": '{ akt = "cut" }'}, "t.toml:6: rules.1 'r': do.1: an act is { act = ..., ... }: its 'act' is missing"),
        (
            {"do": '\n{ act = "leak" },\n{ act = "shake", pixel = 4 }'},
            "t.toml:8: rules.1 'r': do.2: unknown key 'pixel'",
        ),
        (
            {"do": '{ act = "blur", burst = 6, every = 6 }'},
            "t.toml:6: rules.1 'r': do.1: a burst of 6 frames every 6 nev",
        ),
        ({"do": '{ act = "stop", before = 0.0 }'}, "a stop of no length does nothing"),
        ({"do": '{ act = "cut", to = "al" }'}, "do.1.to: unknown word 'al'; did you mean 'all'?"),
        (
            {"do": '{ act = "hit", kind = "boom" }'},
            "t.toml:6: rules.1 'r': do.1.kind: unknown sound 'boom': choose from",
        ),
        ({"do": '{ act = "panels", seconds = 3.0 }'}, "do.1.seconds: should be less than or equal to 1.6, not 3.0"),
        ({"do": '{ act = "flash", delay = 99 }'}, "do.1.delay: should be"),
        (
            {"extra": "priority = 200\n"},
            "t.toml:5: rules.1 'r': priority: should be less than or equal to 100, not 200",
        ),
        ({"extra": 'priority = "high"\n'}, "priority: should be a valid integer, unable to parse string as an integer"),
        (
            {"head": "[pacing]\nhold = 3.5\n"},
            "t.toml:3: pacing.hold: pacing.hold = 3.5: a look held over 3 s has stall",
        ),
        ({"head": "[limits]\n\nclip = 3.0\n"}, "t.toml:4: limits.clip: limits.clip is longer than the shortest shot"),
        ({"head": "[pacing]\ngap = [1.0, 0.1]\n"}, "t.toml:2: pacing: gap = [1, 0.1]"),
        ({"head": "[limits]\nclips = 1\n"}, "t.toml:3: limits: unknown key 'clips'; did you mean 'clip'?"),
        (
            {"head": "volume = 11\n"},
            "t.toml:2: unknown key 'volume': choose from name, about, pacing, limits, rules, foo",
        ),
        ({"head": "[footage]\nclip = 1\nmargin = 2"}, "t.toml:4: footage: unknown key 'margin'; did you mean 'margin_"),
        ({"head": "\n\n= broken"}, "t.toml:4: invalid statement"),
        ({"head": "rules = 3\n[x]"}, "t.toml:4: "),
    ],
)
def test_a_faulty_style_is_refused_with_file_line_rule_and_reason(made, told) -> None:
    with pytest.raises(UserError) as error:
        style(**made)
    assert told in str(error.value)
    assert str(error.value).startswith("t.toml:")
    assert "\n" not in str(error.value)


def test_the_file_s_own_example_of_a_fault() -> None:
    rules = "".join(
        RULE.format(when='on = ["surge"]', do='{ act = "flash" }', extra="").replace('"r"', f'"r{n}"') for n in "12"
    )
    wrong = RULE.format(when='on = ["surge"], stregth = [0, 1]', do='{ act = "flash" }', extra="").replace(
        '"r"', '"punch"'
    )
    with pytest.raises(UserError) as error:
        parse_style(f'name = "t"\n{rules}{wrong}', "mine.toml")
    assert str(error.value) == "mine.toml:12: rules.3 'punch': when: unknown key 'stregth'; did you mean 'strength'?"


@pytest.mark.parametrize("text", ['name = "t', "a = [1,\n2", "[", 'name = "t"\nx = {a = 1,}\n'])
def test_a_text_that_is_no_toml_is_refused_on_its_line(text) -> None:
    with pytest.raises(UserError, match=r"^t\.toml:[12]: [a-z]"):
        parse_style(text, "t.toml")


def test_lists_in_lists_without_end_are_refused() -> None:
    with pytest.raises(UserError, match="nested too deeply"):
        parse_style("a = " + "[" * 50_000, "t.toml")


@given(st.text("[]{}=\"'\n#.,abr1 ", max_size=60))
@settings(max_examples=60, deadline=None)
def test_whatever_is_in_a_file_it_is_a_style_or_told_in_one_line(text) -> None:
    try:
        parse_style('name = "t"\n' + text, "t.toml")
    except UserError as error:
        assert str(error).startswith("t.toml:") and "\n" not in str(error)


def test_two_rules_of_one_name_are_refused_at_the_second() -> None:
    text = 'name = "t"\n' + 2 * RULE.format(when='on = ["surge"]', do='{ act = "flash" }', extra="")
    with pytest.raises(UserError, match=r"^t\.toml:7: rules\.2 'r': name: two rules are named 'r'"):
        parse_style(text, "t.toml")


@pytest.mark.parametrize(
    ("head", "told"),
    [
        (
            "[footage]\nmargin_before = 0.4\nmargin_after = 0.3\nsilence_seconds = 0.7",
            "t.toml:5: .*leave nothing of a sil",
        ),
        ("[footage]\nclip = 2\ncuts_per_minute = 40", r"t.toml:4: footage.cuts_per_minute: 40 cuts a minute cannot be"),
        ("[footage]\nclip = 0", "t.toml:3: footage.clip: should be greater than or equal to 0.1, not 0"),
        ("[footage]\ncrossfade = 1.5", "t.toml:3: footage.crossfade: should be a valid integer"),
    ],
)
def test_impossible_settings_of_footage_are_refused(head, told) -> None:
    with pytest.raises(UserError, match=told):
        parse_style(f'name = "t"\n{head}\n', "t.toml")


@pytest.mark.parametrize("act", DRAWN_ACTS)
def test_acts_of_drawn_pictures_are_refused_in_footage(act) -> None:
    needed = ", seconds = 1.0" if act in ("speed_lines", "focus_lines") else ""
    with pytest.raises(
        UserError, match=rf"^t\.toml:6: footage\.rules\.1 'r': do\.1\.act: footage cannot have '{act}': "
    ):
        footage(do=f'{{ act = "{act}"{needed} }}')


@pytest.mark.parametrize("act", FOOTAGE_ACTS)
def test_acts_of_footage_are_refused_in_an_episode(act) -> None:
    needed = ", factor = 2.0" if act == "speed" else ""
    with pytest.raises(UserError, match=rf"^t\.toml:6: rules\.1 'r': do\.1\.act: an episode cannot have '{act}': "):
        style(do=f'{{ act = "{act}"{needed} }}')


@pytest.mark.parametrize("make", [footage, style])
def test_a_word_of_neither_kind_is_refused_with_the_words_of_this_one(make) -> None:
    with pytest.raises(UserError) as error:
        make(do='{ act = "explode" }')
    assert ("zoom" in str(error.value)) == (make is footage) and ("panels" in str(error.value)) == (make is style)


def test_one_s_own_footage_rules_are_read_with_all_they_can_say() -> None:
    made = footage(
        when='on = ["beat", "passage"], speech = true, tension = [0.2, 1.0], angles = 2, since_cut = 1.0, chance = 0.5',
        do='{ act = "cut", to = "reaction" }, { act = "lead", seconds = 0.3 }, { act = "zoom" }, { act = "dip" }, '
        '{ act = "speed", factor = 2.0 }, { act = "duck" }',
    )
    [rule] = made.footage.rules
    assert [act.act for act in rule.do] == ["cut", "lead", "zoom", "dip", "speed", "duck"]
    assert rule.angles == 2 and rule.when.speech and rule.when.tension == (0.2, 1.0)


@pytest.mark.parametrize(
    ("made", "told"),
    [
        ({"extra": "per_minute = 120\ncooldown = 2\n"}, "120 a minute cannot be reached with a cooldown of 2 s"),
        ({"extra": "per_minute = 60\ncooldown = 10\n"}, "60 a minute cannot be reached with a cooldown of 10 s"),
        ({"when": 'on = ["onset"], speaker_change = true'}, "who speaks changes at a 'passage' only"),
    ],
)
def test_a_footage_rule_that_never_answers_is_refused(made, told) -> None:
    with pytest.raises(UserError, match=re.escape(told)):
        footage(**made)


def test_a_cooldown_alone_is_no_impossible_share() -> None:
    assert footage(extra="cooldown = 10\n").footage.rules[0].cooldown == 10
