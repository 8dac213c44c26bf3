"""engine.footage.deciding: what the rules answer becomes cameras, framings, effects, ramps and jumps to music."""

from __future__ import annotations

from dataclasses import replace

import pytest
from footage import passage, piece, scene, single
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.acts import Cut
from engine.edit_rules import EditStyle, known_styles, load_style, parse_style
from engine.footage.assembling import assemble
from engine.footage.deciding import Decided, Wish, decide
from engine.footage.keeping import Clock, Stretch
from engine.footage.laying import Layout
from engine.footage.material import Material
from engine.footage.telling import done, joins
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


def test_music_goes_down_as_far_as_the_rule_says_and_no_further_than_the_cut_is_long() -> None:
    rules = rule("hush", 'on = ["surge"]', '{ act = "duck", db = 48, seconds = 9.0 }')
    material = replace(single(16, TALK, markers=MARKS), music=piece(1, 60, [], picture=False))
    _, made = cut(material, Wish(style(rules), keep_silence=True))
    assert [(s.kind, s.start, s.stop, s.strength) for s in made.spans] == [("duck", 264, 16 * 24, 48)]


def test_without_music_nothing_is_ducked_nor_said_to_be() -> None:
    rules = rule("hush", 'on = ["surge"]', '{ act = "duck", db = 48, seconds = 1.0 }')
    material = single(16, TALK, markers=MARKS)
    decided, made = cut(material, Wish(style(rules), keep_silence=True))
    assert made.spans == () and done(decided, Layout(material, decided.plan)) == []


BEATS = [Marker("beat", n * 12, 0.6, "120 a minute") for n in range(1, 60)]
ON_BEATS = rule("on-the-beat", 'on = ["beat"], since_cut = 1.9', '{ act = "cut", to = "next_angle" }')


def test_the_markers_of_a_cut_to_music_are_the_musics_at_its_own_frames() -> None:
    song = piece(1, 30, [passage(0, 30)], picture=False, markers=BEATS)
    decided, made = cut(replace(single(90, None), music=song), Wish(style(ON_BEATS)))
    assert [m.frame for m in made.markers] == [m.frame for m in BEATS]
    assert made.speech == () and decided.said == ()


def test_files_shorter_than_the_beat_leave_every_cut_on_it() -> None:
    song = piece(10, 8, [passage(0, 8)], picture=False, markers=BEATS[:15])
    files = tuple(piece(n, 1, None, begins=24 * n) for n in range(10))
    material = Material(24, 240, files, (), None, song)
    decided, made = cut(material, Wish(style(ON_BEATS)))
    on_beats = [c for c in made.picture if c.rule == "on-the-beat"]
    assert len(on_beats) >= 3 and all(c.start % 48 == 0 for c in on_beats) and made.duration == 192
    told = done(decided, Layout(material, decided.plan))
    assert {act.to for f in told for act in f.rule.acts(Cut)} == {"elsewhere"}
    assert {rule for _, rule, _ in joins(decided, Layout(material, decided.plan))} == {"next-file"}


def test_a_quiet_sound_file_under_music_is_a_cut_without_picture() -> None:
    quiet, song = piece(0, 10, [], picture=False), piece(1, 8, [passage(0, 8)], picture=False, markers=BEATS[:15])
    _, made = cut(Material(24, 240, (), (quiet,), None, song), Wish(style(ON_BEATS)))
    assert made.picture == () and made.duration == 192


def test_the_joins_of_sound_alone_are_told() -> None:
    one = piece(0, 16, TALK, picture=False)
    material = Material(24, one.frames, (), (one,))
    decided, _ = cut(material, Wish(style("")))
    assert [rule for _, rule, _ in joins(decided, Layout(material, decided.plan))] == ["silence", "silence"]


def test_what_a_rule_wished_and_the_cut_could_not_do_is_not_told() -> None:
    rules = rule("wishes", 'on = ["surge"]', '{ act = "cut", to = "all" }, { act = "lead" }, { act = "flash" }')
    material = single(16, TALK, markers=MARKS)
    decided, _ = cut(material, Wish(style(rules), keep_silence=True))
    told = done(decided, Layout(material, decided.plan))
    assert [[act.act for act in f.rule.do] for f in told] == [["flash"]]


def test_where_no_camera_ran_the_cut_jumps_and_says_so() -> None:
    recorder = piece(2, 60, [passage(1, 59)], picture=False)
    cameras = (piece(0, 20, [passage(1, 20)]), piece(1, 20, [passage(0, 19)], begins=40 * 24))
    material = Material(24, 60 * 24, cameras, (recorder,), recorder)
    for wish in (Wish(style("")), Wish(style(""), keep_silence=True), Wish(style(""), frames=24 * 30)):
        _, made = cut(material, wish)
        assert {c.shot for c in made.picture} == {"A1", "A2"}
    _, made = cut(material, Wish(style(""), keep_silence=True))
    assert [(c.rule, c.cause) for c in made.picture[1:]] == [("no-camera", "no camera ran for 20.0 s")]


def test_a_passage_whose_middle_went_is_spoken_in_all_its_parts() -> None:
    clock = Clock([Stretch(0, 48), Stretch(96, 144), Stretch(200, 224)])
    assert [clock.kept(24, 240), clock.kept(50, 90), clock.kept(110, 120), clock.kept(130, 210)] == [
        (24, 120), None, (62, 72), (82, 106),
    ]  # fmt: skip


def test_a_held_look_that_a_cut_ends_is_told_as_long_as_it_is_seen() -> None:
    rules = rule("look", 'on = ["surge"]', '{ act = "hold", seconds = 1.5 }, { act = "zoom", seconds = 0.5 }')
    late = [Marker("surge", round(3.5 * 24), 0.8, "+8 dB")]
    decided, _ = cut(material := single(16, TALK, markers=late), Wish(style(rules)))
    (told,) = done(decided, Layout(material, decided.plan))
    assert [(act.act, act.seconds) for act in told.rule.do] == [("hold", 0.71), ("zoom", 0.5)]
