"""Subtitle files: what is written is read back, and text is never syntax."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.captions import clean
from engine.subtitles import from_ass, from_srt, from_vtt, to_ass, to_srt, to_vtt
from engine.timeline import Caption

GOLDEN = Path(__file__).parent / "golden"
HOSTILE = [
    r"{\an8}{\p1}m 0 0 l 100 100",
    "<b>bold</b> & <script>",
    "00:00:01,000 --> 00:00:02,000",
    r"C:\Network \N new \h row",
    "WEBVTT",
    "&lt;i&gt; &amp;",
    "Dialogue: 0,0:00:00.00,0:00:01.00,Default,,0,0,0,,x",
    "{comment",
    "NOTE nothing",
]
ROW = st.one_of(st.sampled_from(HOSTILE), st.text(min_size=1, max_size=26)).map(clean).filter(bool)


@st.composite
def captions(draw) -> list[Caption]:
    out, at = [], 0
    for rows in draw(st.lists(st.lists(ROW, min_size=1, max_size=2), max_size=6)):
        start = at + draw(st.integers(0, 2000))
        at = start + draw(st.integers(1, 200))
        out.append(Caption(start, at, tuple(rows), italic=draw(st.booleans())))
    return out


def told(found: list[Caption]) -> list[tuple[int, int, tuple[str, ...], bool]]:
    return [(c.start, c.stop, c.rows, c.italic) for c in found]


@given(captions())
@settings(max_examples=60, deadline=None)
def test_srt_is_read_back_to_the_frame(given_captions) -> None:
    assert told(from_srt(to_srt(given_captions))) == told(given_captions)


@given(captions())
@settings(max_examples=60, deadline=None)
def test_vtt_is_read_back_to_the_frame(given_captions) -> None:
    assert told(from_vtt(to_vtt(given_captions))) == told(given_captions)


@given(captions())
@settings(max_examples=60, deadline=None)
def test_ass_is_read_back_to_the_frame(given_captions) -> None:
    assert told(from_ass(to_ass(given_captions, "Sans"))) == told(given_captions)


@given(captions())
@settings(max_examples=60, deadline=None)
def test_text_is_never_ass_syntax(given_captions) -> None:
    events = [line for line in to_ass(given_captions, "Sans").splitlines() if line.startswith("Dialogue:")]
    assert len(events) == len(given_captions)
    for event, caption in zip(events, given_captions, strict=True):
        text = event.split(",", 9)[9]
        assert "{" not in text and "}" not in text
        assert text.count("\\") == text.count(r"\N") == len(caption.rows) - 1


@given(captions())
@settings(max_examples=100, deadline=None)
def test_text_is_never_vtt_or_srt_markup(given_captions) -> None:
    for text in (to_vtt(given_captions), to_srt(given_captions)):
        bare = text.replace("<i>", "").replace("</i>", "")
        assert "<" not in bare
        assert bare.count("-->") == len(given_captions)


def test_a_font_name_cannot_add_fields_or_lines() -> None:
    text = to_ass([], "Evil,99,&H00,\nDialogue: 0")
    [default] = [line for line in text.splitlines() if line.startswith("Style: Default")]
    assert default.count(",") == 22
    assert "\nDialogue" not in text


def test_a_damaged_file_is_refused_with_the_place() -> None:
    with pytest.raises(ValueError, match="subtitle 1 has no time line"):
        from_srt("1\nnot a time\nHello\n")
    with pytest.raises(ValueError, match="not a WebVTT file"):
        from_vtt("Hello")
    with pytest.raises(ValueError, match="cue 1 has no time line"):
        from_vtt("WEBVTT\n\nHello\n")
    with pytest.raises(ValueError, match="not an ASS"):
        from_ass("Dialogue: 0,x,y\n")


def test_windows_line_ends_and_a_byte_order_mark_are_read() -> None:
    text = "\ufeff" + to_srt([Caption(24, 48, ("Hello.",))]).replace("\n", "\r\n")
    assert told(from_srt(text)) == [(24, 48, ("Hello.",), False)]


@pytest.mark.parametrize(("suffix", "write"), [("srt", to_srt), ("vtt", to_vtt), ("ass", lambda c: to_ass(c, "Sans"))])
def test_the_files_look_as_they_always_did(suffix, write) -> None:
    given_captions = [
        Caption(10, 70, ("Your daughter smells", "of lilies, Conrad.")),
        Caption(300, 331, ("I have no daughter.",)),
        Caption(1440, 1500, (r"{\an8}<b>Jonah & I</b>",), italic=True),
    ]
    assert write(given_captions) == (GOLDEN / f"subtitles.{suffix}").read_text("utf-8")
