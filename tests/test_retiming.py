"""Captions of footage: read from a file, moved through a cut with their words, long enough to be read, never overlapping."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.captions import fits, reading_frames, row_words, tokens_of
from engine.core import UserError
from engine.footage import retiming
from engine.footage.retiming import apart, load_captions, retime, together
from engine.rates import KNOWN
from engine.subtitles import to_ass, to_srt, to_vtt
from engine.timeline import Caption, Clip, SoundClip, Source, TimedWord, Timeline

SIX = Caption(
    24,
    96,
    ("Ten million by Friday,", "or she floats."),
    tuple(
        TimedWord(text, 24 + 10 * at, 32 + 10 * at)
        for at, text in enumerate(["Ten", "million", "by", "Friday,", "or", "she", "floats."])
    ),
)
LATER = Caption(240, 280, ("Keep her.",), (TimedWord("Keep", 240, 250), TimedWord("her.", 252, 264)))


def cut(*kept: tuple[int, int], speed: float = 1.0, rate=24, tracks: str = "both") -> Timeline:
    """A timeline that keeps the source's frames [from, to), one after the other."""
    picture, sound, at = [], [], 0
    for first, last in kept:
        length = max(1, int((last - first) / speed))
        picture.append(Clip("cam", at, length, first, speed=speed))
        sound.append(SoundClip("DX", "cam", at, length, first, speed=speed))
        at += length
    source = Source("cam", "cam.mp4", 1_000_000)
    return Timeline(1, rate, at, tuple(picture), (), sources=(source,), sound=tuple(sound) if tracks == "both" else ())


def test_where_nothing_is_cut_nothing_changes() -> None:
    assert retime([SIX, LATER], cut((0, 400))) == (SIX, LATER)
    assert retime([SIX, LATER], cut((0, 60), (60, 400))) == (SIX, LATER)


def test_a_caption_that_is_cut_away_is_gone_and_the_next_moves_up() -> None:
    [found] = retime([SIX, LATER], cut((0, 20), (200, 400)))
    assert (found.start, found.stop, found.rows) == (60, 100, LATER.rows)
    assert [(w.start, w.stop) for w in found.words] == [(60, 70), (72, 84)]


def test_a_pause_taken_out_of_a_caption_leaves_one_caption() -> None:
    slow = replace(LATER, words=(TimedWord("Keep", 240, 250), TimedWord("her.", 270, 280)))
    [found] = retime([slow], cut((200, 251), (268, 400)))
    assert (found.start, found.rows) == (40, slow.rows)
    assert [(w.text, w.start, w.stop) for w in found.words] == [("Keep", 40, 50), ("her.", 53, 63)]


def test_what_is_left_of_a_caption_says_the_words_that_are_left() -> None:
    [found] = retime([SIX], cut((60, 400)))
    assert found.rows == ("or she floats.",)
    assert [(w.text, w.start) for w in found.words] == [("or", 4), ("she", 14), ("floats.", 24)]
    [found] = retime([SIX], cut((0, 44), (72, 400)))
    assert " ".join(found.rows) == "Ten million she floats."


def test_a_caption_without_times_of_words_loses_text_by_its_share() -> None:
    [found] = retime([replace(SIX, words=())], cut((0, 66)))
    assert (found.rows, found.words) == (("Ten million by Friday,",), ())


def test_a_word_stays_when_half_of_it_does_and_is_never_said_twice() -> None:
    [found] = retime([Caption(0, 40, ("one two",), (TimedWord("one", 0, 20), TimedWord("two", 20, 40)))], cut((0, 30)))
    assert found.rows == ("one two",)
    found = retime([LATER], cut((200, 245), (245, 400), (0, 10)))
    assert " ".join(row for c in found for row in c.rows) == "Keep her."


def test_at_double_speed_words_keep_their_place_and_the_text_stays_to_be_read() -> None:
    [found] = retime([SIX], cut((0, 400), speed=2.0))
    assert [(w.start, w.stop) for w in found.words] == [(round(w.start / 2), round(w.stop / 2)) for w in SIX.words]
    assert found.stop - found.start >= reading_frames(found.rows, 24) > 36


def test_a_passage_used_twice_is_captioned_twice() -> None:
    found = retime([LATER], cut((230, 300), (230, 300)))
    assert [(c.start, c.rows) for c in found] == [(10, LATER.rows), (80, LATER.rows)]


def test_captions_follow_the_sound_that_is_heard_and_else_the_picture() -> None:
    timeline = cut((0, 300))
    other = Source("wide", "wide.mp4", 1000)
    moved = replace(
        timeline,
        picture=(Clip("wide", 0, 300),),
        sources=(*timeline.sources, other),
        sound=(SoundClip("DX", "cam", 0, 270, 30),),
    )
    assert [c.start for c in retime([LATER], moved, "cam")] == [210]
    assert [c.start for c in retime([LATER], moved, "wide")] == [240]
    assert [c.start for c in retime([LATER], cut((30, 300), tracks="picture"))] == [210]


@pytest.mark.parametrize("begins", [30, 0, -30])
def test_in_a_scene_captions_of_the_first_camera_follow_the_one_sound_whichever_camera_is_shown(begins: int) -> None:
    sources = (
        Source("cam", "cam.mp4", 1000),
        Source("wide", "wide.mp4", 1000, offset=12),
        Source("mic", "mic.wav", 1000, has_picture=False, offset=begins),
    )
    picture = (Clip("cam", 0, 100, 50), Clip("wide", 100, 100, 138), Clip("cam", 200, 100, 250))
    sound = (SoundClip("DX", "mic", 0, 300, 50 - begins), SoundClip("MX", "music", 0, 300))
    music = Source("music", "music.wav", 1000, has_picture=False)
    timeline = Timeline(1, 24, 300, picture, (), sources=(*sources, music), sound=sound)
    early, first = Caption(10, 40, ("Gone.",)), Caption(60, 100, ("While I am seen.",))
    assert [c.start for c in retime([early, first, LATER], timeline)] == [10, 190]
    unseen = replace(timeline, picture=(Clip("wide", 0, 300, 38),))
    assert [c.start for c in retime([early, first, LATER], unseen)] == [10, 190]


def test_two_rests_too_short_to_read_become_one_caption() -> None:
    given_captions = [
        Caption(0, 48, ("I have no daughter",), ()),
        Caption(48, 96, ("any more.",), ()),
    ]
    assert [c.rows for c in retime(given_captions, cut((0, 96), speed=6.0))] == [("I have no", "daughter any more.")]


def test_a_comma_that_a_rows_end_had_dropped_comes_back_inside_a_row() -> None:
    first = Caption(0, 10, ("没有",), (TimedWord("没有，", 0, 10),))
    second = Caption(10, 20, ("没有",), (TimedWord("没有，", 10, 20),))
    both = together(first, second)
    assert both is not None and both.rows == ("没有，没有",) and row_words(both) is not None


def test_a_rest_that_would_only_flash_by_is_dropped() -> None:
    near = [Caption(0, 10, ("Extraordinarily", "complicated matters"), ()), LATER]
    assert [c.rows for c in retime(near, cut((230, 290), (0, 2)))] == [LATER.rows]


WORDS = st.lists(
    st.sampled_from(["no", "daughter", "我", "没有，", "שלום", "هل", "extraordinarily", "👍🏽"]), min_size=1, max_size=5
)


@st.composite
def scenes(draw) -> tuple[list[Caption], Timeline]:
    """Captions of a source and a cut of it: stretches in any order, at any speed and rate."""
    out, at = [], 0
    for texts in draw(st.lists(WORDS, min_size=1, max_size=5)):
        start = at = at + draw(st.integers(0, 40))
        words = []
        for text in texts:
            first = at + draw(st.integers(0, 5))
            at = first + draw(st.integers(1, 20))
            words.append(TimedWord(text, first, at))
        half = (len(texts) + 1) // 2
        rows = tuple(" ".join(part) for part in (texts[:half], texts[half:]) if part)
        at += draw(st.integers(0, 10))
        if all(map(fits, rows)):
            out.append(Caption(start, at, rows, tuple(words) if draw(st.booleans()) else ()))
    kept = [
        (a, a + n)
        for a, n in draw(st.lists(st.tuples(st.integers(0, 300), st.integers(1, 90)), min_size=1, max_size=6))
    ]
    return out, cut(*kept, speed=draw(st.sampled_from([0.5, 1.0, 1.0, 2.5])), rate=draw(st.sampled_from(KNOWN)))


def said(captions) -> set[str]:
    """Words, and Han characters one by one, without the commas that a row's end may drop."""
    return {token.text.rstrip("，") for c in captions for row in c.rows for token in tokens_of(row)}


@given(scenes())
@settings(max_examples=30, deadline=None)
def test_moved_captions_are_in_order_apart_inside_the_cut_and_say_nothing_new(scene) -> None:
    given_captions, timeline = scene
    found = retime(given_captions, timeline)
    replace(timeline, captions=found)  # a timeline refuses captions outside it
    assert all(a.stop <= b.start for a, b in pairwise(found))
    assert said(found) <= said(given_captions)
    for caption in found:
        assert 1 <= len(caption.rows) <= 2 and all(map(fits, caption.rows))
        assert not caption.words or row_words(caption) is not None
        assert all(caption.start <= w.start <= w.stop <= caption.stop for w in caption.words)


@given(scenes())
@settings(max_examples=30, deadline=None)
def test_a_moved_caption_is_shown_long_enough_where_the_next_leaves_room(scene) -> None:
    given_captions, timeline = scene
    found = retime(given_captions, timeline)
    limits = [*(c.start for c in found[1:]), timeline.duration][: len(found)]
    for caption, limit in zip(found, limits, strict=True):
        needed = reading_frames(caption.rows, timeline.rate)
        assert caption.stop - caption.start >= min(needed, limit - caption.start)


# -- from a file


@pytest.mark.parametrize("rate", KNOWN)
@pytest.mark.parametrize("suffix", [".srt", ".vtt", ".ass", ".ASS"])
def test_a_file_of_our_own_is_loaded_as_it_was_written(suffix, rate, tmp_path) -> None:
    given_captions = (SIX, LATER) if suffix != ".srt" else (replace(SIX, words=()), replace(LATER, words=()))
    text = {
        ".srt": lambda: to_srt(given_captions, rate),
        ".vtt": lambda: to_vtt(given_captions, rate, words=True),
        ".ass": lambda: to_ass(given_captions, "Sans", rate=rate, style="karaoke"),
    }[suffix.lower()]()
    path = tmp_path / f"x{suffix}"
    path.write_text(text, "utf-8")
    assert load_captions(path, rate) == given_captions


def test_long_cues_are_laid_out_and_overlapping_ones_come_apart(tmp_path) -> None:
    path = tmp_path / "x.srt"
    path.write_text(
        "2\n00:00:09,000 --> 00:00:12,000\nYes.\n\n"
        "1\n00:00:01,000 --> 00:00:07,000\nIn the beginning nobody on this river knew what the old ferryman had hidden under it.\n\n"
        "3\n00:00:10,000 --> 00:00:13,000\nNo!\n\n4\n00:00:10,000 --> 00:00:13,000\nWhy?\n",
        "utf-16",
    )
    found = load_captions(path, 24)
    assert all(len(c.rows) <= 2 and all(map(fits, c.rows)) and not c.words for c in found)
    assert all(a.stop <= b.start for a, b in pairwise(found))
    assert [(c.start, c.stop, c.rows) for c in found[-2:]] == [(216, 240, ("Yes.",)), (240, 312, ("No! Why?",))]
    assert found[0].start == 24 and found[-3].stop <= 168


def test_captions_that_begin_together_and_do_not_fit_together_share_their_time() -> None:
    two = [
        Caption(0, 48, ("Extraordinarily", "complicated"), ()),
        Caption(0, 48, ("Matters everywhere", "and always"), ()),
    ]
    assert [(c.start, c.stop) for c in apart(two)] == [(0, 24), (24, 48)]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("x.txt", b"", "x.txt is no subtitle file: choose from .srt, .vtt, .ass, .ssa"),
        ("x.srt", b"\xff\x00\x81", "x.srt is not Unicode text: save it as UTF-8"),
        ("x.srt", b"1\nnonsense\n", "x.srt: subtitle 1 has no time line"),
        ("x.vtt", b"hello", "x.vtt: not a WebVTT file"),
        ("x.ass", b"Dialogue: 0,0:00:01.00\n", "x.ass: line 1: not an ASS event: '0,0:00:01.00'"),
        ("x.srt", b"1\n00:00:02,000 --> 00:00:01,000\nx\n", "x.srt: subtitle 1 (line 1): it ends before it begins"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_one_line(name, data, said, tmp_path) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(UserError) as refused:
        load_captions(path, 24)
    assert str(refused.value) == said


def test_a_missing_file_a_folder_and_a_huge_one_are_refused(tmp_path: Path, monkeypatch) -> None:
    with pytest.raises(UserError, match="x.srt cannot be read: No such file"):
        load_captions(tmp_path / "x.srt", 24)
    (tmp_path / "d.srt").mkdir()
    with pytest.raises(UserError, match="d.srt is no file"):
        load_captions(tmp_path / "d.srt", 24)
    monkeypatch.setattr(retiming, "MOST_BYTES", 10)
    (tmp_path / "y.srt").write_bytes(b"x" * 11)
    with pytest.raises(UserError, match="y.srt is larger than 10 bytes"):
        load_captions(tmp_path / "y.srt", 24)


@pytest.mark.slow
def test_twenty_thousand_captions_through_two_hundred_cuts_take_seconds() -> None:
    many = [Caption(n * 8, n * 8 + 7, ("Keep her.",)) for n in range(20_000)]
    timeline = cut(*((n * 800, n * 800 + 700) for n in range(200)))
    before = process_time()
    assert len(retime(many, timeline)) > 2_000
    assert process_time() - before < 10
