"""engine.footage.deciding: what the rules answer becomes cameras, framings, effects, ramps and jumps to music."""

from __future__ import annotations

from dataclasses import replace

import pytest
from footage import passage, piece, scene, single
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.edit_rules import EditStyle, known_styles, load_style, parse_style
from engine.footage.assembling import assemble
from engine.footage.deciding import Decided, Wish, decide
from engine.footage.material import Material
from engine.timeline import Marker, Timeline

HEAD = "[footage]\nsilence_seconds = 0.7\nmargin_before = 0.1\nmargin_after = 0.2\nclip = 0.8\n"


def style(rules: str) -> EditStyle:
    return parse_style('name = "mine"\n' + HEAD + rules, "mine.toml")


def rule(name: str, when: str, do: str, more: str = "") -> str:
    return f'[[footage.rules]]\nname = "{name}"\n{more}\nwhen = {{ {when} }}\ndo = [{do}]\n'


def cut(material: Material, wish: Wish) -> tuple[Decided, Timeline]:
    decided = decide(material, wish)
    return decided, assemble(material, decided, target_lufs=-14.0, notes={})


TALK = [passage(0.5, 4), passage(6, 9), passage(11, 14, arousal=0.9, level_db=-12.0)]
MARKS = [Marker("onset", 12, 0.5, "speech"), Marker("onset", 144, 0.5, "speech"), Marker("surge", 264, 0.8, "+8 dB")]


def test_without_rules_only_the_silences_go_and_each_join_says_so() -> None:
    _, made = cut(single(16, TALK, markers=MARKS), Wish(style("")))
    assert [c.rule for c in made.picture] == ["", "silence", "silence"]
    assert made.picture[1].cause == "1.7 s of silence went"
    assert made.seconds(made.duration) == pytest.approx(9.5 + 0.9, abs=0.1)


def test_kept_silence_keeps_everything() -> None:
    _, made = cut(single(16, TALK), Wish(style(""), keep_silence=True))
    assert made.duration == 16 * 24 and len(made.picture) == 1


def test_a_cut_lands_on_the_frame_of_its_marker() -> None:
    rules = rule("closer", 'on = ["surge"]', '{ act = "cut", to = "closer", zoom = 0.2 }')
    decided, made = cut(single(16, TALK, markers=MARKS), Wish(style(rules), keep_silence=True))
    assert [f.event.frame for f in decided.fired] == [264]
    assert [(c.start, c.rule, c.cause) for c in made.picture] == [(0, "", ""), (264, "closer", "surge +8 dB")]
    assert made.picture[1].effects[0].kind == "angle" and made.picture[1].effects[0].strength == 0.2


def test_cameras_change_and_one_camera_comes_closer_instead() -> None:
    rules = rule("answer", 'on = ["passage"], angles = 2', '{ act = "cut", to = "next_angle" }', "priority = 60")
    rules += rule("closer", 'on = ["passage"]', '{ act = "cut", to = "closer" }')
    _, three = cut(scene(16, TALK), Wish(style(rules), keep_silence=True))
    assert [c.shot for c in three.picture] == ["A1", "A2", "A3"]
    _, one = cut(single(16, TALK), Wish(style(rules), keep_silence=True))
    assert {c.shot for c in one.picture} == {"A1"} and any(e.kind == "angle" for c in one.picture for e in c.effects)


def test_acts_become_effects_ramps_hits_and_ducks() -> None:
    rules = rule(
        "all-at-once", 'on = ["surge"]',
        '{ act = "punch_in", zoom = 0.2, seconds = 1.0 }, { act = "shake", pixels = 9, length = 12 }, '
        '{ act = "speed", factor = 0.5, seconds = 0.5 }, { act = "duck", db = 6, seconds = 1.0 }, '
        '{ act = "hit", kind = "impact", strength = 0.5 }',
    )  # fmt: skip
    material = replace(single(16, TALK, markers=MARKS), music=piece(1, 60, [], picture=False))
    decided, made = cut(material, Wish(style(rules), keep_silence=True))
    kinds = {e.kind for c in made.picture for e in c.effects}
    assert kinds == {"punch_in", "shake"}
    assert [c.speed for c in made.picture] == [1.0, 0.5, 1.0] and made.duration == 16 * 24 + 6
    assert [(h.kind, h.frame) for h in made.hits] == [("impact", 264)]
    assert [s.kind for s in made.spans] == ["duck"] and decided.ducks


def test_highlights_are_as_long_as_asked() -> None:
    _, made = cut(
        single(60, [passage(n * 6, n * 6 + 4, arousal=n / 10) for n in range(10)]), Wish(style(""), frames=240)
    )
    assert made.duration == 240
    assert {c.rule for c in made.picture[1:]} == {"highlight"}


def test_silent_footage_is_cut_to_the_music() -> None:
    beats = [Marker("beat", n * 12, 0.6, "120 a minute") for n in range(1, 60)]
    song = piece(1, 30, [passage(0, 30)], picture=False, markers=beats)
    material = replace(single(90, None), music=song)
    rules = rule("on-the-beat", 'on = ["beat"], since_cut = 0.9', '{ act = "cut", to = "next_angle" }')
    _, made = cut(material, Wish(style(rules)))
    assert made.duration == 30 * 24
    assert len(made.picture) > 10 and all(c.start % 12 == 0 for c in made.picture)
    assert [c.track for c in made.sound] == ["MX"]
    starts = [c.source_start for c in made.picture]
    assert starts == sorted(starts) and starts[-1] > 60 * 24


def test_who_speaks_is_shown_when_the_microphones_tell() -> None:
    first = [passage(0, 5), passage(5.5, 10, level_db=-35.0)]
    second = [passage(0, 5, level_db=-35.0), passage(5.5, 10)]
    cameras = (piece(0, 10, first), piece(1, 10, second))
    material = Material(24, 240, cameras, (cameras[0],), cameras[0])
    rules = rule("speaker", 'on = ["passage"], angles = 2', '{ act = "cut", to = "next_angle" }')
    _, made = cut(material, Wish(style(rules), keep_silence=True))
    assert [c.shot for c in made.picture] == ["A1", "A2"]


@pytest.mark.parametrize("name", known_styles())
@pytest.mark.parametrize("cameras", [1, 3])
def test_every_style_cuts_and_keeps_to_its_pace(name: str, cameras: int) -> None:
    heard = [passage(n * 4, n * 4 + 3, arousal=0.3 + (n % 5) / 8, level_db=-24.0 + (n % 4) * 4) for n in range(30)]
    kinds = ("onset", "surge", "peak", "drop")
    marks = [Marker(kinds[n % 4], n * 96 + 10, 0.2 + (n % 7) / 9, "x") for n in range(30)]
    material = scene(120, heard, markers=marks) if cameras > 1 else single(120, heard, markers=marks)
    wanted = load_style(name)
    decided, made = cut(material, Wish(wanted))
    minutes = made.seconds(made.duration) / 60
    own = [c for c in made.picture if c.rule and c.rule != "silence"]
    assert decided.fired and len(own) <= wanted.footage.cuts_per_minute * minutes + 1


def test_the_same_material_style_and_seed_make_the_same_cut() -> None:
    material, wish = scene(16, TALK, markers=MARKS), Wish(load_style("thriller"), seed=7)
    assert cut(material, wish) == cut(material, wish)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_talk_in_any_style_is_a_whole_timeline(data: st.DataObject) -> None:
    at, heard, marks = 0.0, [], []
    for _ in range(data.draw(st.integers(0, 6))):
        at += data.draw(st.floats(0.1, 3))
        length = data.draw(st.floats(0.3, 6))
        heard.append(passage(at, at + length, arousal=data.draw(st.floats(0, 1)), tension=data.draw(st.floats(0, 1))))
        kind = data.draw(st.sampled_from(["onset", "surge", "peak", "drop", "beat"]))
        marks.append(Marker(kind, round(at * 24), data.draw(st.floats(0, 1)), "x"))
        at += length
    material = scene(at + 1, heard, markers=marks) if data.draw(st.booleans()) else single(at + 1, heard, markers=marks)
    name = data.draw(st.sampled_from(known_styles()))
    frames = data.draw(st.none() | st.integers(24, 400))
    decided, made = cut(
        material, Wish(load_style(name), data.draw(st.booleans()), frames, data.draw(st.integers(0, 99)))
    )
    assert made.picture[-1].stop == made.duration
    assert all(f.rule.name for f in decided.fired)
