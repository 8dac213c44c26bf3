"""What no font draws is named and left out of the picture: never a silent box."""

from __future__ import annotations

import pytest

from engine import drawable as subject
from engine.drawable import drawable, undrawable, unfound, without
from engine.timeline import Caption, TimedWord

PRIVATE = "\U0010fffd"
"""A private-use character: no font has it."""


def test_libass_is_asked_which_characters_it_finds_no_font_for() -> None:
    assert unfound(["a", PRIVATE, "我"]) == [PRIVATE]


def test_text_of_our_own_typeface_needs_no_call(monkeypatch) -> None:
    monkeypatch.setattr(subject.ffmpeg, "run", None)
    assert undrawable(["Your daughter smells of lilies.", "这碗燕窝我一口没动，让给你。", "e\u0301\ufe0f\u200d"]) == []


def test_captions_lose_what_cannot_be_drawn_and_the_line_names_it(monkeypatch) -> None:
    monkeypatch.setattr(subject, "unfound", lambda characters: [c for c in characters if c in "👍🏽🎉"])
    words = (TimedWord("Yes", 0, 9), TimedWord("👍🏽", 9, 20))
    shown, told = drawable([Caption(0, 24, ("Yes 👍🏽",), words), Caption(24, 48, ("🎉",))])
    assert shown == (Caption(0, 24, ("Yes",), (TimedWord("Yes", 0, 9),)),)
    assert told.startswith("captions: no font on this machine draws 👍 (U+1F44D THUMBS UP SIGN), 🏽 (U+1F3FD")
    assert "left out of the picture, kept in the subtitle files" in told
    assert len(told.splitlines()) == 1


def test_captions_that_can_be_drawn_stay_as_they_are() -> None:
    given = (Caption(0, 24, ("Keep her.",)),)
    assert drawable(given) == (given, "")


@pytest.mark.parametrize(("rows", "left"), [(("👩\u200d👧 go", "👩"), ("go",)), (("❤\ufe0f",), ())])
def test_nothing_of_a_joined_emoji_stays_behind(rows, left) -> None:
    assert [c.rows for c in without([Caption(0, 9, rows)], "👩👧❤")] == ([left] if left else [])
