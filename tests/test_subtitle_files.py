"""Subtitle files of other programs: read where that is safe, refused with the place where it is not."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import subtitles
from engine.subtitles import from_ass, from_srt, from_vtt, to_ass, to_srt, to_vtt
from engine.timeline import Caption, TimedWord


def told(found: list[Caption]) -> list[tuple[int, int, tuple[str, ...], bool]]:
    return [(c.start, c.stop, c.rows, c.italic) for c in found]


def test_srt_of_other_programs_is_read() -> None:
    text = (
        "\ufeff\r\n1\r\n0:00:01,5 --> 00:00:02.000  X1:10 Y1:20\r\n"
        '{\\an8}<font color="#fff">Hello <b>there</b></font>\r\n\r\n'
        "00:00:03,000 --> 00:00:04,000\r\n<i>No number</i>\r\n \r\n"
        "3\r\n00:00:05,000 --> 00:00:06,000\r\n\r\n4\r\n00:07,000 --> 00:08,000\r\na < b > c\r\n"
    )
    assert told(from_srt(text)) == [
        (36, 48, ("Hello there",), False),
        (72, 96, ("No number",), True),
        (168, 192, ("a < b > c",), False),
    ]


def test_vtt_of_other_programs_is_read() -> None:
    text = (
        "WEBVTT - a title\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:x\n\nNOTE\nof nobody\n\n"
        "intro\n00:01.000 --> 00:02.000 align:start position:0%\n<v Roger Bingham><c.loud>We &amp; you</c>\n\n"
        "00:00:03.000 --> 00:00:05.000\n<00:00:03.500><c>Two</c><00:00:04.000><c> words</c>\n"
    )
    found = from_vtt(text)
    assert told(found) == [(24, 48, ("We & you",), False), (72, 120, ("Two words",), False)]
    assert found[1].words == (TimedWord("Two", 84, 96), TimedWord("words", 96, 120))


def test_ass_of_other_programs_is_read() -> None:
    text = (
        "[Script Info]\nWrapStyle: 0\n[V4+ Styles]\nFormat: Name, Fontname, Italic\nStyle: Thought,Arial,-1\n"
        "[Fonts]\nfontname: x\n[Events]\nFormat: Start, End, Style, Text\n"
        "Comment: 0:00:00.00,0:00:09.00,Default,not shown\n"
        r"Dialogue:0:00:01.00,0:00:02.00,Default,{\pos(1,2)\c&HFF&}Hello, {\b1}you{\b0}\Nand\hme\nthere" + "\n"
        r"Dialogue: 0:00:02.00,0:00:03.00,Thought,Hm" + "\n"
        r"Dialogue: 0:00:03.00,0:00:04.00,Default,{\p1}m 0 0 l 9 9{\p0}" + "\n"
        r"Dialogue: 0:00:04.00,0:00:06.00,Default,{\kf50}sing {\K50}it" + "\n"
    )
    found = from_ass(text)
    assert told(found) == [
        (24, 48, ("Hello, you", "and me there"), False),
        (48, 72, ("Hm",), True),
        (96, 144, ("sing it",), False),
    ]
    assert found[2].words == (TimedWord("sing", 96, 108), TimedWord("it", 108, 120))


@pytest.mark.parametrize(
    ("times", "said"),
    [
        ("-00:00:01,000 --> 00:00:02,000", "subtitle 1 (line 1): a time before zero"),
        ("00:00:02,000 --> 00:00:01,000", "subtitle 1 (line 1): it ends before it begins"),
        ("100:00:00,000 --> 100:00:01,000", "subtitle 1 (line 1): a time of 100 hours or more"),
        ("999999999:00:00,000 --> 00:00:01,000", "subtitle 1 (line 1): a time of 100 hours or more"),
        ("00:61:00,000 --> 00:62:00,000", "subtitle 1 (line 1): no time: 61:00"),
    ],
)
def test_times_that_cannot_be_are_refused_with_the_place(times, said) -> None:
    with pytest.raises(ValueError) as refused:
        from_srt(f"1\n{times}\nHello\n")
    assert str(refused.value) == said


def test_unsorted_and_overlapping_cues_are_read_as_they_stand() -> None:
    given_captions = [Caption(50, 90, ("b",)), Caption(0, 60, ("a",)), Caption(0, 60, ("a",))]
    for found in (
        from_srt(to_srt(given_captions)),
        from_vtt(to_vtt(given_captions)),
        from_ass(to_ass(given_captions, "x")),
    ):
        assert told(found) == told(given_captions)


@pytest.mark.parametrize("read", [from_srt, from_vtt, from_ass])
@given(st.text(max_size=300).map(lambda t: "WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.000\n" + t))
@settings(max_examples=25, deadline=None)
def test_a_reader_reads_or_refuses_any_text(read, text) -> None:
    try:
        assert all(c.rows and c.start < c.stop for c in read(text))
    except ValueError as error:
        assert len(str(error).splitlines()) == 1


def test_too_many_cues_and_too_long_ones_are_refused(monkeypatch) -> None:
    monkeypatch.setattr(subtitles.rows, "MOST_CUES", 3)
    many = [Caption(n, n + 1, ("x",)) for n in range(4)]
    for read, text in ((from_srt, to_srt(many)), (from_vtt, to_vtt(many)), (from_ass, to_ass(many, "x"))):
        with pytest.raises(ValueError, match="more than 3 subtitles"):
            read(text)
    with pytest.raises(ValueError, match=r"subtitle 1 \(line 1\): more than 2,000 characters"):
        from_srt("1\n00:00:01,000 --> 00:00:02,000\n" + "x" * 3000)


@pytest.mark.slow
def test_a_hundred_thousand_cues_are_read_in_seconds() -> None:
    many = [Caption(n * 30, n * 30 + 24, ("Ten million by Friday,", "别碰那碗")) for n in range(subtitles.MOST_CUES)]
    before = process_time()
    assert len(from_srt(to_srt(many))) == len(many)
    assert process_time() - before < 15
