"""script.md: what a person reads comes back exactly, hand edits become intent, and everything else is refused by row."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core import Line, Series, Shot, UserError
from engine.story.bible import build_bible
from engine.story.markup import escape, read_cue, unescape
from engine.story.premise import read_premise
from engine.story.scriptfile import apply_markdown, to_markdown
from models.base import CAMERA_MOVES, DELIVERIES, EMOTIONS, SHOT_SIZES
from tests.small_series import small_series

SERIES = small_series()


def edit(old: str, new: str, number: int = 1) -> Series:
    text = to_markdown(SERIES, number)
    assert old in text, text
    return apply_markdown(SERIES, number, text.replace(old, new, 1))


def lines(series: Series, number: int = 1) -> list[Line]:
    return list(series.episodes[number - 1].lines())


@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_unedited_script_changes_nothing(number: int) -> None:
    assert apply_markdown(SERIES, number, to_markdown(SERIES, number)) == SERIES


def test_the_script_reads_like_one() -> None:
    text = to_markdown(SERIES, 1)
    assert "Episode 1: The Van" in text and "### sh010 · cu · 0.6 s · push" in text
    assert "SILAS (cold): Your daughter smells of lilies, Conrad." in text
    assert "CONRAD (cold/phone): I have no daughter." in text
    assert "of 60 words" in text and "- Change: Silas kidnaps Ivy (cannot be undone)" in text
    assert "- Cliffhanger (impossible" in text


def test_an_edited_line_keeps_its_id() -> None:
    after = edit("I have no daughter.", "I never had a daughter.")
    assert [x.id for x in lines(after)] == [x.id for x in lines(SERIES)]
    assert lines(after)[1].text == "I never had a daughter."
    assert after.episodes[1:] == SERIES.episodes[1:]
    assert after.episodes[0].cliffhanger == SERIES.episodes[0].cliffhanger


def test_an_edited_emotion_moves_the_valence_and_a_new_speaker_stays_in_place() -> None:
    after = lines(edit("CONRAD (cold/phone): I have", "TEO (rage/shout, from the door): I have"))[1]
    assert (after.speaker, after.emotion, after.delivery, after.hearing) == (
        "char_teo",
        "rage",
        "shout",
        "from the door",
    )
    assert after.valence < -0.5 and after.id == lines(SERIES)[1].id


def test_an_added_line_gets_the_next_number_and_a_removed_one_takes_its_id_along() -> None:
    after = edit("I have no daughter.", "I have no daughter.\nIvy: You do.")
    ids = [x.id for x in lines(after)]
    assert len(ids) == len(set(ids)) == len(lines(SERIES)) + 1
    assert ids[2] == "e001_s01_sh040_l02" and lines(after)[2].emotion == "neutral"
    gone = edit("CONRAD (cold/phone): I have no daughter.\n", "")
    assert [x.id for x in lines(gone)] == [x.id for x in lines(SERIES) if x.text != "I have no daughter."]


def test_changes_follow_the_line_that_carries_them() -> None:
    carried = SERIES.episodes[0].changes[0].model_copy(update={"line": 1})
    episode = SERIES.episodes[0].model_copy(update={"changes": (carried, *SERIES.episodes[0].changes[1:])})
    series = SERIES.model_copy(update={"episodes": (episode, *SERIES.episodes[1:])})
    text = to_markdown(series, 1)
    first = "SILAS (cold): Your daughter smells of lilies, Conrad.\n"
    assert apply_markdown(series, 1, text.replace(first, "")).episodes[0].changes[0].line == 0
    second = "CONRAD (cold/phone): I have no daughter.\n"
    assert apply_markdown(series, 1, text.replace(second, "")).episodes[0].changes[0].line is None


def test_of_a_shot_the_size_length_camera_and_action_can_be_edited() -> None:
    after = edit("### sh010 · cu · 0.6 s · push\n", "### sh010 · ecu · 1.25 s · whip\n")
    shot = after.episodes[0].scenes[0].shots[0]
    assert (shot.size, shot.seconds, shot.move) == ("ecu", 1.25, "whip")
    acted = edit("*cu of silas*", "*A glove crushes the lily.*")
    assert acted.episodes[0].scenes[0].shots[0].action == "A glove crushes the lily."


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("SILAS (cold): Your", "NOBODY (cold): Your", "nobody is called 'NOBODY'"),
        ("SILAS (cold): Your", "SILAS (chilly): Your", "unknown emotion 'chilly'"),
        ("SILAS (cold): Your daughter smells of lilies, Conrad.", "SILAS (cold):", "says nothing"),
        ("SILAS (cold): Your", "just words Your", "neither 'NAME"),
        ("· cu · 0.6 s", "· huge · 0.6 s", "unknown size 'huge'"),
        ("· cu · 0.6 s", "· cu · soon", "no length in seconds"),
        ("· cu · 0.6 s", "· cu · 99 s", "less than or equal to 12"),
        ("· cu · 0.6 s · push", "· cu · 0.6 s · orbit", "unknown camera 'orbit'"),
        ("Episode 1: The Van", "Episode 1: The Bus", "cannot be edited here"),
        ("### sh020", "### sh025", "cannot be added, removed or moved"),
        ("*cu of silas*", "*cu of silas", "an action reads"),
        ("Your daughter", "x" * 401, "at most 400"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_row(old: str, new: str, why: str) -> None:
    text = to_markdown(SERIES, 1)
    row = text[: text.index(old)].count("\n") + 1
    with pytest.raises(UserError, match=rf"^episode 1, script.md line {row}: .*{why}") as refusal:
        edit(old, new)
    assert "\n" not in str(refusal.value)


def test_a_script_cut_short_is_refused() -> None:
    text = to_markdown(SERIES, 1)
    with pytest.raises(UserError, match="the shot sh050 is missing"):
        apply_markdown(SERIES, 1, text[: text.index("### sh050")])
    with pytest.raises(UserError, match="row is missing"):
        apply_markdown(SERIES, 1, text[: text.index("---")])
    with pytest.raises(UserError):
        apply_markdown(SERIES, 1, "")


def test_an_episode_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UserError, match="no episode 9: choose 1 to 3"):
        to_markdown(SERIES, 9)


def chinese() -> Series:
    """The small series with a Mandarin cast and Mandarin marks."""
    bible = build_bible(read_premise("总裁的私生女被父亲的死对头绑架，但她有隐藏的灵力。"), "zh", 1)
    ids = {old.id: new.id for old, new in zip(SERIES.bible.characters, bible.characters, strict=True)}
    places = SERIES.bible.locations
    text = SERIES.model_copy(update={"language": "zh"}).model_dump_json()
    for old, new in ids.items():
        text = text.replace(f'"{old}"', f'"{new}"')
    series = Series.model_validate_json(text)
    both = {"characters": bible.characters, "locations": places, "props": SERIES.bible.props}
    return series.model_copy(update={"bible": bible.model_copy(update=both)})


def test_mandarin_uses_full_width_marks_and_reads_both() -> None:
    series = chinese()
    text = to_markdown(series, 1)
    assert apply_markdown(series, 1, text) == series
    rival, lead = series.bible.characters[1].name, series.bible.characters[0].name
    assert "（冷/电话）：" in text and "特写" in text and "秒" in text
    row = next(r for r in text.split("\n") if r.startswith(rival))
    edited = apply_markdown(series, 1, text.replace(row, f"{lead}(rage, 近): 别动。"))
    first = next(edited.episodes[0].lines())
    assert (first.text, first.emotion, first.hearing) == ("别动。", "rage", "近")


def test_cue_lines_come_apart() -> None:
    cue = read_cue("SILAS (soft, to phone): Ten: no more.")
    assert cue and (cue.who, cue.how, cue.text) == ("SILAS", "soft, to phone", "Ten: no more.")
    assert read_cue("no cue here") is None and read_cue("- Ivy: x") is None


TEXT = st.text(min_size=1, max_size=60).filter(lambda t: bool(t.strip()))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80), st.text(alphabet="(),:/", max_size=3))
def test_escapes_come_back_and_stay_on_one_row(text: str, also: str) -> None:
    coded = escape(text, also)
    assert unescape(coded) == text
    assert len(coded.splitlines()) <= 1 and coded == coded.strip()


@st.composite
def any_series(draw: st.DrawFn) -> Series:
    """The small series with one shot and its lines drawn freely within the vocabularies."""
    shot = SERIES.episodes[0].scenes[0].shots[6]
    drawn = tuple(
        line.model_copy(
            update={
                "speaker": draw(st.sampled_from([c.id for c in SERIES.bible.characters])),
                "text": draw(TEXT),
                "hearing": draw(st.text(max_size=30)),
                "emotion": draw(st.sampled_from(EMOTIONS)),
                "delivery": draw(st.sampled_from(DELIVERIES)),
                "kind": draw(st.sampled_from(["dialogue", "inner", "narration"])),
                "valence": draw(st.floats(-1, 1)),
            }
        )
        for line in shot.lines
    )
    changed = Shot.model_validate(
        dict(shot) | {
            "lines": drawn, "action": draw(st.text(max_size=40)), "size": draw(st.sampled_from(SHOT_SIZES)),
            "move": draw(st.sampled_from(CAMERA_MOVES)), "seconds": draw(st.floats(0, 12)), "sound": draw(st.text(max_size=9)),
        }
    )  # fmt: skip
    scene = SERIES.episodes[0].scenes[0]
    shots = (*scene.shots[:6], changed, *scene.shots[7:])
    episode = SERIES.episodes[0].model_copy(
        update={
            "scenes": (scene.model_copy(update={"shots": shots}),),
            "title": draw(TEXT),
            "synopsis": draw(st.text(max_size=30)),
        }
    )
    language = draw(st.sampled_from(["en", "zh"]))
    return SERIES.model_copy(update={"episodes": (episode, *SERIES.episodes[1:]), "language": language})


@settings(max_examples=60, deadline=None)
@given(any_series())
def test_any_episode_comes_back_exactly(series: Series) -> None:
    assert apply_markdown(series, 1, to_markdown(series, 1)) == series


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_any_mangled_script_is_read_or_refused_in_one_line(data: st.DataObject) -> None:
    rows = to_markdown(SERIES, 1).split("\n")
    at = data.draw(st.integers(0, len(rows) - 1))
    rows[at] = data.draw(st.text(max_size=40))
    try:
        apply_markdown(SERIES, 1, "\n".join(rows))
    except UserError as refusal:
        assert str(refusal).startswith("episode 1, script.md line") and "\n" not in str(refusal)
