"""Captions: two short rows, in time with the words, readable, never overlapping, and never anybody's syntax."""

from __future__ import annotations

from itertools import pairwise
from string import ascii_letters

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.captions import LEAST_FRAMES, MAX_SPEED, caption_line, clean, columns, fits, reading_speed
from engine.core import FPS
from engine.timeline import Speech
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
@settings(max_examples=60, deadline=None)
def test_any_text_makes_at_most_two_rows_that_fit_and_never_overlap(text) -> None:
    found, speech = captions_of(text)
    for caption in found:
        assert 1 <= len(caption.rows) <= 2
        assert all(fits(row) for row in caption.rows)
        assert speech.start <= caption.start < caption.stop <= speech.stop + 40
    assert all(a.stop <= b.start for a, b in pairwise(found))


@given(WORDS)
@settings(max_examples=60, deadline=None)
def test_a_caption_begins_with_its_first_word_and_stays_until_after_its_last(text) -> None:
    found, _ = captions_of(text)
    for caption in found:
        assert caption.start <= caption.words[0].start
        assert caption.stop >= caption.words[-1].stop
        assert all(a.start <= b.start for a, b in pairwise(caption.words))


@given(WORDS)
@settings(max_examples=60, deadline=None)
def test_no_word_is_lost_or_added(text) -> None:
    found, _ = captions_of(text)
    assert " ".join(row for c in found for row in c.rows).split() == text.split()


@given(HAN)
@settings(max_examples=60, deadline=None)
def test_no_character_is_lost_but_commas_and_stops_at_a_row_s_end(text) -> None:
    found, _ = captions_of(text)
    shown = [c for caption in found for row in caption.rows for c in row]
    dropped = [c for c in text if c not in "，。"]
    assert [c for c in shown if c not in "，。"] == dropped


@given(WORDS)
@settings(max_examples=100, deadline=None)
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
    found, _ = captions_of(text)
    assert len(found) >= 2
    assert all(c.rows[-1][-1] in ".,?!" for c in found)


def test_the_next_line_is_never_covered() -> None:
    found, speech = captions_of("No.", room=0)
    assert found[0].stop <= speech.stop


def test_text_without_anything_to_show_has_no_caption() -> None:
    for text in ("", "   ", "\x00\x07", "\u200b"):
        assert captions_of(text)[0] == []


@given(ANYTHING)
@settings(max_examples=60)
def test_clean_text_has_no_control_characters_and_stays_clean(text) -> None:
    once = clean(text)
    assert clean(once) == once
    assert once.isprintable() or not once
