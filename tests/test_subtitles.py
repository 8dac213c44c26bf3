"""Subtitle files: what is written is read back, and text is never syntax."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import ffmpeg, subtitles
from engine.captions import caption_line, clean, ems, row_words, rows_of, tokens_of
from engine.config import Profile, load_profile
from engine.fonts import FAMILY, font_folder
from engine.rates import KNOWN
from engine.subtitles import SAFE_BOTTOM, SAFE_LEFT, SAFE_RIGHT, from_ass, from_srt, from_vtt, to_ass, to_srt, to_vtt
from engine.subtitles.popping import popped
from engine.timeline import Caption, Speech, TimedWord
from models.base import TimedWord as HeardWord

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
    "STYLE",
    "7",
    "<00:00:01.000>",
    r"{\k20}sung",
    "שלום, <i>Owen</i>!",
    "یک\u200cدو",
    "👩\u200d👧",
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
@settings(max_examples=30, deadline=None)
def test_srt_is_read_back_to_the_frame(given_captions) -> None:
    assert told(from_srt(to_srt(given_captions))) == told(given_captions)


@given(captions())
@settings(max_examples=30, deadline=None)
def test_vtt_is_read_back_to_the_frame(given_captions) -> None:
    assert told(from_vtt(to_vtt(given_captions))) == told(given_captions)


@given(captions())
@settings(max_examples=30, deadline=None)
def test_ass_is_read_back_to_the_frame(given_captions) -> None:
    assert told(from_ass(to_ass(given_captions, "Sans"))) == told(given_captions)


@given(captions())
@settings(max_examples=30, deadline=None)
def test_text_is_never_ass_syntax(given_captions) -> None:
    events = [line for line in to_ass(given_captions, "Sans").splitlines() if line.startswith("Dialogue:")]
    assert len(events) == len(given_captions)
    for event, caption in zip(events, given_captions, strict=True):
        text = event.split(",", 9)[9]
        assert "{" not in text and "}" not in text
        assert text.count("\\") == text.count(r"\N") == len(caption.rows) - 1


@given(captions())
@settings(max_examples=25, deadline=None)
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
    with pytest.raises(ValueError, match="line 1: not an ASS event"):
        from_ass("Dialogue: 0,x,y\n")
    with pytest.raises(ValueError, match="line 2: not an ASS time: '0:00'"):
        from_ass("\nDialogue: 0,0:00,0:00:01.00,Default,,0,0,0,,x\n")


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


# -- the times of words

RATES = st.sampled_from(KNOWN)
WORD = st.one_of(
    st.sampled_from(
        ["<b>", r"{\k9}", r"\N", "-->", "&amp;", "a,b", "שלום", "هل", "我", "👩\u200d👧", "<00:00:01.000>"]
    ),
    st.text(min_size=1, max_size=9),
).map(lambda text: "".join(clean(text).split()))


@st.composite
def sung(draw) -> list[Caption]:
    """Captions with words that follow one another, with and without gaps, some without a frame of their own."""
    out, at = [], draw(st.integers(0, 300_000))
    for _ in range(draw(st.integers(0, 4))):
        texts = [w for w in draw(st.lists(WORD, min_size=1, max_size=7)) if w]
        tokens = [t for text in texts for t in tokens_of(text + " ")]
        start = at = at + draw(st.integers(0, 50))
        words = []
        for token in tokens:
            first = at + draw(st.sampled_from([0, 0, 1, 7]))
            at = first + draw(st.sampled_from([0, 1, 2, 11]))
            words.append(TimedWord(token.text, first, at))
        at += draw(st.integers(1, 9))
        half = (len(tokens) + 1) // 2
        parts = [" ".join(t.text for t in part) for part in (tokens[:half], tokens[half:]) if part]
        caption = Caption(start, at, tuple(parts), tuple(words), italic=draw(st.booleans()))
        if (
            row_words(caption)
            and all(clean(row) == row for row in parts)
            and all(clean(w.text) == w.text for w in words)
        ):
            out.append(caption)
    return out


FORMS = {
    "vtt": (lambda c, rate: to_vtt(c, rate, words=True), from_vtt),
    "karaoke": (lambda c, rate: to_ass(c, "Sans", rate=rate, style="karaoke"), from_ass),
    "pop": (lambda c, rate: to_ass(c, "Sans", rate=rate, style="pop"), from_ass),
}


@pytest.mark.parametrize("form", FORMS)
@given(sung(), RATES)
@settings(max_examples=25, deadline=None)
def test_words_are_read_back_to_the_frame_at_every_rate(form, given_captions, rate) -> None:
    write, read = FORMS[form]
    assert read(write(given_captions, rate), rate) == given_captions


@given(captions(), RATES, st.sampled_from(subtitles.STYLES))
@settings(max_examples=25, deadline=None)
def test_captions_without_words_are_read_back_in_every_style_and_rate(given_captions, rate, style) -> None:
    assert told(from_ass(to_ass(given_captions, "Sans", rate=rate, style=style), rate)) == told(given_captions)
    assert told(from_srt(to_srt(given_captions, rate), rate)) == told(given_captions)
    assert told(from_vtt(to_vtt(given_captions, rate, words=True), rate)) == told(given_captions)


@pytest.mark.parametrize("rate", KNOWN)
def test_every_frame_is_told_apart_at_every_rate(rate) -> None:
    given_captions = [Caption(n, n + 1, ("x",)) for n in [*range(200), *range(172_000, 172_200)]]
    for found in (
        from_srt(to_srt(given_captions, rate), rate),
        from_vtt(to_vtt(given_captions, rate), rate),
        from_ass(to_ass(given_captions, "Sans", rate=rate), rate),
    ):
        assert told(found) == told(given_captions)


@given(st.lists(st.text(max_size=40), max_size=3), st.sampled_from(subtitles.STYLES))
@settings(max_examples=30, deadline=None)
def test_no_text_breaks_out_of_its_cue(rows, style) -> None:
    given_captions = [Caption(0, 9, tuple(rows)), Caption(9, 18, ("a\n\n2\n00:00:05,000 --> 00:00:06,000\nb",))]
    kept = tuple(row for row in map(clean, rows) if row)
    wanted = [(0, 9, kept, False)] if kept else []
    for found in (
        from_srt(to_srt(given_captions)),
        from_vtt(to_vtt(given_captions)),
        from_ass(to_ass(given_captions, "x", style=style)),
    ):
        assert told(found)[:-1] == wanted
        assert len(found[-1].rows) == 1


# -- the three styles

LINE = Caption(
    24,
    72,
    ("Keep her,", "Conrad."),
    (TimedWord("Keep", 24, 36), TimedWord("her,", 38, 44), TimedWord("Conrad.", 56, 68)),
)


def dialogues(text: str) -> list[str]:
    return [line.split(",", 9)[9] for line in text.splitlines() if line.startswith("Dialogue:")]


def test_karaoke_lights_each_word_while_it_is_said() -> None:
    [text] = dialogues(to_ass([LINE], "Sans", style="karaoke"))
    lit = r"\1c&H3FD2FF&\t({0},{0},\1c&HFFFFFF&)"
    assert text == (
        rf"{{\k50{lit.format(580)}}}Keep {{\k8}}{{\k25{lit.format(830)}}}her,\N"
        rf"{{\k50}}{{\k50{lit.format(1830)}}}Conrad."
    )


def test_a_profile_may_name_every_style_and_draws_two_rows_unless_it_does() -> None:
    assert get_args(Profile.model_fields["captions"].annotation) == subtitles.STYLES
    assert load_profile("draft").captions == "bottom"


def test_pop_shows_short_groups_each_in_its_own_time() -> None:
    assert [(p.text, p.start, p.stop) for p in popped(LINE, 24)] == [("Keep her,", 24, 56), ("Conrad.", 56, 72)]
    assert [t.rsplit("}", 1)[1] for t in dialogues(to_ass([LINE], "Sans", style="pop"))] == ["Keep her,", "Conrad."]


@given(st.one_of(st.lists(st.text("abcdeWM.,?我没有שלוםهل😀", min_size=1, max_size=14), max_size=12)), RATES)
@settings(max_examples=12, deadline=None)
def test_pop_never_shows_two_groups_at_once_nor_loses_a_word(parts, rate) -> None:
    text = clean(" ".join(parts))
    tokens = tokens_of(text)
    heard = [HeardWord(t.text, i * 0.2, i * 0.2 + 0.15) for i, t in enumerate(tokens)]
    for caption in caption_line(
        text, heard, Speech("", "", 0, max(1, round(len(tokens) * rate / 5))), 10_000, rate=rate
    ):
        shown = popped(caption, rate)
        assert all(caption.start <= p.start < p.stop <= caption.stop for p in shown)
        assert all(a.stop <= b.start for a, b in pairwise(shown))
        assert all(p.size * subtitles.page.POP_GROWN * ems(p.text) <= SAFE_RIGHT - SAFE_LEFT for p in shown)
        assert "".join(p.text for p in shown).replace(" ", "") == "".join(caption.rows).replace(" ", "")


def test_pop_of_chinese_keeps_phrases_together() -> None:
    text = "这碗燕窝我一口没动，让给你。"
    words = [HeardWord(t.text, i * 0.3, i * 0.3 + 0.3) for i, t in enumerate(tokens_of(text))]
    [caption] = caption_line(text, words, Speech("", "", 0, 90), 100)
    assert [p.text for p in popped(caption, 24)] == ["这碗燕窝", "我一口没动", "让给你"]


def test_rows_from_the_right_are_marked_in_every_format() -> None:
    caption = Caption(0, 24, ("Netflix قال", "12!"))
    for text in (to_srt([caption]), to_vtt([caption]), to_ass([caption], "Sans")):
        assert "\u202bNetflix قال\u202c" in text
        assert "\u202b12!\u202c" in text
    assert "\u202aHe said שלום.\u202c" in to_srt([Caption(0, 24, ("He said שלום.",))])


def drawn(text: str, folder: Path, frames: int) -> np.ndarray:
    """Frames of grey with an ASS file over them, luma."""
    (folder / "x.ass").write_text(text, "utf-8")
    (folder / "fonts").symlink_to(font_folder())
    source = ["-f", "lavfi", "-i", f"color=gray:size=270x480:rate=24:duration={frames / 24}"]
    filters = ["-vf", "ass=x.ass:fontsdir=fonts,format=gray", "-f", "rawvideo", "-"]
    return np.frombuffer(ffmpeg.run([*source, *filters], cwd=folder)[0], np.uint8).reshape(-1, 480, 270)


@pytest.mark.parametrize("style", subtitles.STYLES)
def test_every_style_is_drawn_inside_the_safe_area(style, tmp_path) -> None:
    texts = ["MAMMOTH WOMEN WHAM!", "这碗燕窝我一口没动让给你吧", "Kindly go, jumping gypsy.", "W" * 15]
    given_captions = []
    for number, text in enumerate(texts):
        tokens = tokens_of(text)
        words = tuple(TimedWord(t.text, 8 * number + i % 8, 8 * number + i % 8 + 1) for i, t in enumerate(tokens[:1]))
        given_captions.append(Caption(8 * number, 8 * number + 8, rows_of(tokens), words if len(tokens) == 1 else ()))
    pixels = np.abs(drawn(to_ass(given_captions, FAMILY, style=style), tmp_path, 32).astype(int) - 126) > 8
    assert all(frame.any() for frame in pixels)
    rows, across = np.flatnonzero(pixels.any((0, 2))), np.flatnonzero(pixels.any((0, 1)))
    assert across[0] * 4 >= SAFE_LEFT - 4 and across[-1] * 4 <= SAFE_RIGHT
    assert rows[0] * 4 >= 0.13 * 1920 and rows[-1] * 4 <= SAFE_BOTTOM


@pytest.mark.parametrize("rate", [24, 25, 60, Fraction(24_000, 1_001), Fraction(60_000, 1_001)])
def test_an_ass_caption_is_there_on_its_first_frame_and_gone_on_its_last(rate) -> None:
    for start in range(1, 400, 7):
        event = to_ass([Caption(start, start + 30, ("Now.",))], "Sans", rate=rate).splitlines()[-1]
        begin, end = (float(field.split(":")[-1]) + 60 * int(field.split(":")[1]) for field in event.split(",")[1:3])
        assert (start - 1) / rate < begin <= start / rate
        assert (start + 29) / rate < end <= (start + 30) / rate
