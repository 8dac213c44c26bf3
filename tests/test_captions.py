"""Captions: two short rows, in time with the words, readable, never overlapping, and never anybody's syntax."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise
from string import ascii_letters

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.captions import (
    HAN_SPEED,
    LEAST_FRAMES,
    MAX_SPEED,
    caption_line,
    clean,
    clusters,
    columns,
    ems,
    fits,
    reading_speed,
    refit,
    row_words,
    rows_of,
    runs_right_to_left,
    speed_limit,
    split_rows,
    spread_words,
    tokens_of,
)
from engine.core import FPS
from engine.rates import KNOWN
from engine.timeline import Caption, Speech
from engine.timeline import TimedWord as ShownWord
from models.base import TimedWord
from models.words import words as spoken

ANYTHING = st.text(max_size=120)
WORD = st.builds(
    str.__add__, st.text(ascii_letters, min_size=1, max_size=12), st.sampled_from(["", "", "", ",", ".", "?"])
)
WORDS = st.lists(WORD, min_size=1, max_size=14).map(" ".join)
HAN = st.text("我没有女儿你为什么还戴着他的表谁告诉了那条河，。？！", min_size=1, max_size=30)


def heard(text: str, seconds_a_word: float = 0.3) -> tuple[tuple[TimedWord, ...], int]:
    """Word times at an even pace after a tenth of a second, and the frames of the take."""
    tokens = spoken(text) if text.isascii() else [c for c in text if c.isalnum()]
    out = tuple(TimedWord(w, 0.1 + i * seconds_a_word, 0.1 + (i + 1) * seconds_a_word) for i, w in enumerate(tokens))
    return out, max(1, round((0.3 + len(tokens) * seconds_a_word) * FPS))


def captions_of(text: str, start: int = 100, room: int = 40, pace: float = 0.3):
    times, length = heard(text, pace)
    speech = Speech("l1", "char_ivy", start, length)
    return caption_line(text, times, speech, speech.stop + room), speech


@given(st.one_of(ANYTHING, WORDS, HAN))
@settings(max_examples=30, deadline=None)
def test_any_text_makes_at_most_two_rows_that_fit_and_never_overlap(text) -> None:
    found, speech = captions_of(text)
    for caption in found:
        assert 1 <= len(caption.rows) <= 2
        assert all(fits(row) for row in caption.rows)
        assert speech.start <= caption.start < caption.stop <= speech.stop + 40
    assert all(a.stop <= b.start for a, b in pairwise(found))


@given(WORDS)
@settings(max_examples=30, deadline=None)
def test_a_caption_begins_with_its_first_word_and_stays_until_after_its_last(text) -> None:
    found, _ = captions_of(text)
    for caption in found:
        assert caption.start <= caption.words[0].start
        assert caption.stop >= caption.words[-1].stop
        assert all(a.start <= b.start for a, b in pairwise(caption.words))


@given(WORDS)
@settings(max_examples=30, deadline=None)
def test_no_word_is_lost_or_added(text) -> None:
    found, _ = captions_of(text)
    assert " ".join(row for c in found for row in c.rows).split() == text.split()


@given(HAN)
@settings(max_examples=30, deadline=None)
def test_no_character_is_lost_but_commas_and_stops_at_a_row_s_end(text) -> None:
    found, _ = captions_of(text)
    shown = [c for caption in found for row in caption.rows for c in row]
    dropped = [c for c in text if c not in "，。"]
    assert [c for c in shown if c not in "，。"] == dropped


@given(WORDS)
@settings(max_examples=25, deadline=None)
def test_captions_at_an_ordinary_pace_can_be_read(text) -> None:
    found, _ = captions_of(text, room=80, pace=0.5)
    letters = [columns(w) for w in text.split()]
    if max(letters) <= 9:
        assert all(reading_speed(c) <= MAX_SPEED * 1.35 for c in found)
    assert all(c.stop - c.start >= LEAST_FRAMES for c in found[-1:])


def test_words_that_agree_are_timed_to_the_frame() -> None:
    [caption], speech = captions_of("Your daughter smells of lilies, Conrad.")
    starts = [round(speech.start + (0.1 + i * 0.3) * FPS) for i in range(6)]
    assert [w.start for w in caption.words] == starts
    assert [w.text for w in caption.words][-2:] == ["lilies,", "Conrad."]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("WHAM! WHAM! MAMMOTH WOMEN WOMEN WHAM", [("WHAM! WHAM! MAMMOTH", "WOMEN WOMEN WHAM")]),
        ("I have no daughter.", [("I have no daughter.",)]),
        ("Your daughter smells of lilies, Conrad.", [("Your daughter smells", "of lilies, Conrad.")]),
        ("Ten million by Friday, or she floats.", [("Ten million by Friday,", "or she floats.")]),
        ("You have the wrong girl. Keep her.", [("You have the wrong girl.", "Keep her.")]),
        ("这碗燕窝我一口没动，让给你。", [("这碗燕窝我一口没动", "让给你")]),
        ("别碰那碗。朕已经看你死过一次了。", [("别碰那碗", "朕已经看你死过一次了")]),
    ],
)
def test_rows_break_where_phrases_do(text, rows) -> None:
    assert [c.rows for c in captions_of(text)[0]] == rows


def test_a_long_line_becomes_captions_that_end_with_phrases() -> None:
    text = "Two numbers, Owen. Only one existed before Monday, and you wrote the other one yourself."
    found, _ = captions_of(text, pace=0.33)
    assert len(found) >= 2
    assert all(c.rows[-1][-1] in ".,?!" for c in found)


def test_the_next_line_is_never_covered() -> None:
    found, speech = captions_of("No.", room=0)
    assert found[0].stop <= speech.stop


def test_text_without_anything_to_show_has_no_caption() -> None:
    for text in ("", "   ", "\x00\x07", "\u200b"):
        assert captions_of(text)[0] == []


@given(ANYTHING)
@settings(max_examples=30)
def test_clean_text_has_no_control_characters_and_stays_clean(text) -> None:
    once = clean(text)
    assert clean(once) == once
    assert not any(c.isspace() and c != " " for c in once)
    assert all(c.isprintable() or c in "\u200c\u200d" or "\U0001f000" <= c <= "\U0001fbff" for c in once)


# -- every script

ARABIC = st.lists(st.text("ابتثجحخدذرزسشصضطظعغفقكلمنهوي", min_size=1, max_size=7), min_size=1, max_size=12).map(
    " ".join
)
HEBREW = st.lists(st.text("אבגדהוזחטיכלמנסעפצקרשת", min_size=1, max_size=7), min_size=1, max_size=12).map(" ".join)
EMOJI = st.lists(st.sampled_from(["😀", "👍🏽", "👩‍👩‍👧", "❤️", "🇺🇳", "🎉"]), min_size=1, max_size=9).map("".join)
MIXED = st.lists(st.one_of(WORD, ARABIC, HEBREW, EMOJI, HAN), min_size=1, max_size=5).map(" ".join)
SCRIPTS = st.one_of(WORDS, HAN, ARABIC, HEBREW, EMOJI, MIXED, ANYTHING)
RATES = st.sampled_from(KNOWN)


def said(text: str, rate=FPS, pace: float = 0.3, room: float = 0.0) -> list[Caption]:
    """Captions of a text whose every token takes `pace` seconds."""
    tokens = tokens_of(clean(text))
    words = [TimedWord(t.text, i * pace, (i + 1) * pace) for i, t in enumerate(tokens)]
    speech = Speech("l1", "char_ivy", 100, max(1, round(len(tokens) * pace * rate)))
    return caption_line(text, words, speech, speech.stop + round(room * rate), rate=rate)


@given(SCRIPTS, RATES, st.sampled_from([0.01, 0.1, 0.3, 0.6]))
@settings(max_examples=30, deadline=None)
def test_every_script_fits_two_rows_in_the_safe_area_and_captions_stay_apart(text, rate, pace) -> None:
    found = said(text, rate, pace)
    for caption in found:
        assert 1 <= len(caption.rows) <= 2
        assert all(columns(row) <= 26 and ems(row) <= 14.6 for row in caption.rows)
        assert caption.start < caption.stop
    assert all(a.stop <= b.start for a, b in pairwise(found))


def best_possible(text: str, pace: float, rate) -> bool:
    """Whether some way of cutting the tokens leaves every caption the frames to be read: all ways are tried."""
    tokens = tokens_of(clean(text))
    edges = [100 + round(i * pace * rate) for i in range(len(tokens) + 1)]
    edges[-1] = max(edges[-1], 100 + max(1, round(len(tokens) * pace * rate)))
    for count in range(len(tokens)):
        for inner in combinations(range(1, len(tokens)), count):
            cuts = [0, *inner, len(tokens)]
            if all(_readable(tokens[a:b], edges[b] - edges[a], rate) for a, b in pairwise(cuts)):
                return True
    return False


def _readable(group, frames: int, rate) -> bool:
    if frames < 1 or split_rows(tuple(group)) is None:
        return False
    rows = rows_of(group)
    return sum(map(columns, rows)) * rate <= speed_limit(rows) * frames


SHORT = st.lists(WORD, min_size=1, max_size=8).map(" ".join)


@given(
    st.one_of(SHORT, st.text("我没有女儿，。", min_size=1, max_size=8)), RATES, st.sampled_from([0.12, 0.25, 0.3, 0.4])
)
@settings(max_examples=25, deadline=None)
def test_captions_can_be_read_wherever_any_way_of_cutting_leaves_the_time(text, rate, pace) -> None:
    found = said(text, rate, pace)
    slow = all(reading_speed(c, rate) <= speed_limit(c.rows) + 1e-9 for c in found)
    assert slow or not best_possible(text, pace, rate)


def test_speech_faster_than_reading_is_followed_and_each_caption_stays_until_the_next() -> None:
    found = said("extraordinarily complicated circumstances notwithstanding everybody everywhere", pace=0.1)
    assert any(reading_speed(c) > MAX_SPEED for c in found)
    assert all(a.stop == b.start for a, b in pairwise(found))


def test_chinese_is_read_at_nine_characters_a_second() -> None:
    [caption] = said("别碰那碗朕已经看你死过", pace=0.05, room=3)
    assert sum(map(len, caption.rows)) * FPS / (caption.stop - caption.start) <= HAN_SPEED / 2


@pytest.mark.parametrize("rate", KNOWN)
def test_a_caption_stays_as_many_seconds_at_every_rate(rate) -> None:
    [caption] = said("No.", rate, room=3)
    assert (caption.stop - caption.start) / rate == pytest.approx(0.8, abs=0.03)


def test_rows_of_right_to_left_text_break_in_the_order_of_reading() -> None:
    [caption] = said("مرحبا يا صديقي، هل رأيت ابنتي اليوم؟")
    assert caption.rows == ("مرحبا يا صديقي،", "هل رأيت ابنتي اليوم؟")
    assert runs_right_to_left(" ".join(caption.rows))


@pytest.mark.parametrize(
    ("text", "from_right"),
    [
        ("Netflix قال إن الحلقة جاهزة", True),
        ("שלום (12)!", True),
        ("He only said שלום to me", False),
        ("12 + 7!", False),
    ],
)
def test_a_caption_runs_as_most_of_its_letters_do(text, from_right) -> None:
    assert runs_right_to_left(text) is from_right


def test_joiners_stay_where_letters_and_emoji_need_them_and_marks_of_direction_go() -> None:
    assert clean("می\u200cخواهم") == "می\u200cخواهم"
    assert clean("👩\u200d👧 a\u200db \u200d") == "👩\u200d👧 ab"
    assert clean("\u202eevil\u202c \u2067x\u2069\u200f") == "evil x"
    assert clean("Z" + "\u0335" * 50) == "Z" + "\u0335" * 4


def test_emoji_are_not_torn() -> None:
    assert clusters("👍🏽👩\u200d👧🇺🇳❤\ufe0fé") == ["👍🏽", "👩\u200d👧", "🇺🇳", "❤\ufe0f", "é"]
    rows = [row for c in said("👩\u200d👧" * 9) for row in c.rows]
    assert all(row.count("\u200d") * 2 == sum(c in "👩👧" for c in row) for row in rows)


# -- words of captions


@given(SCRIPTS)
@settings(max_examples=25, deadline=None)
def test_a_caption_s_words_are_found_in_its_rows(text) -> None:
    for caption in said(text):
        rows = row_words(caption)
        assert rows is not None
        assert tuple("".join(part for part, _ in row) for row in rows) == caption.rows


def test_words_of_another_text_are_not_found() -> None:
    caption = Caption(0, 24, ("Hello there",), (ShownWord("Hello", 0, 9),))
    assert row_words(caption) is None
    assert row_words(replace(caption, words=())) is None


def test_words_without_times_share_the_caption_s_by_their_letters() -> None:
    found = spread_words(Caption(10, 34, ("one three",))).words
    assert [(w.text, w.start, w.stop) for w in found] == [("one", 10, 19), ("three", 19, 34)]


@given(SCRIPTS)
@settings(max_examples=30, deadline=None)
def test_any_caption_is_laid_out_anew_in_its_own_frames(text) -> None:
    found = refit(Caption(50, 250, (text,)), 24)
    assert all(50 <= c.start < c.stop <= 250 and len(c.rows) <= 2 and all(map(fits, c.rows)) for c in found)
    assert bool(found) == bool(clean(text))


def test_rows_in_chinese_become_one_without_a_space() -> None:
    [caption] = refit(Caption(0, 96, ("别碰那", "碗", "朕已经看你")), 24)
    assert "".join(caption.rows) == "别碰那碗朕已经看你"
