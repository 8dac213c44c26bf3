"""Interchange: what other tools read is what was cut, and script text is never their syntax."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.cutting import cut_episode
from engine.edit_rules import load_style
from engine.interchange import COLUMNS, moved, reel_names, span_of, timecode, to_edl, to_otio, to_shots_csv
from engine.timeline import Caption, Hit, Marker, Span, TimedWord, Timeline
from tests.editing import episode, hear, series

GOLDEN = Path(__file__).parent / "golden"
STEMS = {"DX": "../takes/dx.wav", "MX": "../takes/mx.wav", "FX": "../takes/fx.wav"}
EVENT = re.compile(
    r"^(\d{3})  (\w{1,8}) +(\w+) +C +(\d\d:\d\d:\d\d:\d\d) (\d\d:\d\d:\d\d:\d\d) (\d\d:\d\d:\d\d:\d\d) (\d\d:\d\d:\d\d:\d\d)$"
)


@pytest.fixture(scope="module")
def cut() -> Timeline:
    of = episode()
    heard, durations = hear(of)
    return cut_episode(series(of), of, heard, durations, load_style("drama"), 1)


def media(cut: Timeline) -> dict[str, str]:
    return {shot: f"../takes/{shot}.jpg" for shot in cut.shots()}


def opened(cut: Timeline, **given_options: int) -> otio.schema.Timeline:
    return otio.adapters.read_from_string(
        to_otio(cut, media(cut), STEMS, "The Watch e001", **given_options), "otio_json"
    )


def frames_of(code: str) -> int:
    hours, minutes, seconds, frames = map(int, code.split(":"))
    return ((hours * 60 + minutes) * 60 + seconds) * 24 + frames


def test_opentimelineio_reads_the_whole_cut(cut) -> None:
    read = opened(cut)
    assert read.duration() == otio.opentime.RationalTime(cut.duration, 24)
    picture = read.video_tracks()[0]
    assert [c.name for c in picture] == [c.shot for c in cut.picture]
    assert [int(c.range_in_parent().start_time.value) for c in picture] == [c.start for c in cut.picture]
    assert [t.name for t in read.audio_tracks()] == ["DX", "MX", "FX"]
    assert all(t.duration() == read.duration() for t in read.tracks)


@pytest.mark.parametrize("handles", [0, 12])
def test_every_range_lies_in_its_media_and_every_reference_is_relative(cut, handles) -> None:
    for clip in opened(cut, handles=handles).find_clips():
        reference = clip.media_reference
        assert not Path(reference.target_url).is_absolute()
        have, used = reference.available_range, clip.source_range
        assert have.start_time <= used.start_time
        assert used.end_time_exclusive() <= have.end_time_exclusive()


def test_handles_shift_the_source_and_lengthen_the_media(cut) -> None:
    plain, handled = (opened(cut, handles=n).video_tracks()[0][0] for n in (0, 12))
    assert handled.source_range.start_time.value == plain.source_range.start_time.value + 12
    assert (
        handled.media_reference.available_range.duration.value
        == plain.media_reference.available_range.duration.value + 24
    )


def test_markers_carry_the_rule_and_the_cause(cut) -> None:
    told = [m for c in opened(cut).find_clips() for m in c.markers if m.name == "blur"]
    assert told and {m.metadata["cliffhanger"]["rule"] for m in told} == {"rage-blur"}


def test_the_last_look_is_a_freeze_frame(cut) -> None:
    last = opened(cut).video_tracks()[0][-1]
    assert [type(e) for e in last.effects] == [otio.schema.FreezeFrame]


def test_the_dialogue_carries_its_lines_as_markers(cut) -> None:
    dialogue = opened(cut).audio_tracks()[0][0]
    lines = {m.name: int(m.marked_range.start_time.value) for m in dialogue.markers}
    assert all(lines[s.line] == s.start for s in cut.speech)


def test_edl_events_cover_the_programme_without_gap(cut) -> None:
    events = [m.groups() for m in map(EVENT.match, to_edl(cut, "x").splitlines()) if m]
    assert [int(e[0]) for e in events] == list(range(1, len(cut.picture) + 4))
    at = 3600 * 24
    for _, _, channel, source_in, source_out, record_in, record_out in events:
        assert frames_of(source_out) - frames_of(source_in) == frames_of(record_out) - frames_of(record_in)
        if channel == "V":
            assert frames_of(record_in) == at
            at = frames_of(record_out)
    assert at - 3600 * 24 == cut.duration


def test_edl_reels_are_one_per_shot(cut) -> None:
    text = to_edl(cut, "x")
    pairs = re.findall(r"^\d{3}  (\w+) +V.*\n(?:M2.*\n)?\* FROM CLIP NAME: (.*)$", text, re.M)
    assert len({reel for reel, _ in pairs}) == len({shot for _, shot in pairs}) == len(cut.shots())


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_a_title_is_one_line_of_the_edl(cut, title) -> None:
    rows = to_edl(cut, title).split("\n")
    assert rows[0].startswith("TITLE:") and rows[1] == "FCM: NON-DROP FRAME"
    assert "\r" not in rows[0] and len(rows[0]) <= 80


def table(of, cut: Timeline, **given_options: object) -> list[dict[str, str]]:
    text = to_shots_csv(series(of), of, cut, media(cut), **given_options)
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_shot_table_has_a_row_a_shot_and_all_its_columns(cut) -> None:
    rows = table(
        episode(), cut, prompts={"e001_s01_sh010": "a glove crushes a lily"}, reviews={"e001_s01_sh010": "approved"}
    )
    assert [r["id"] for r in rows] == cut.shots()
    assert tuple(rows[0]) == COLUMNS
    assert rows[0]["prompt"] == "a glove crushes a lily"
    assert [rows[0]["review"], rows[1]["review"]] == ["approved", "to review"]
    assert "Silas (cold 00:00:00:08): Your daughter smells" in rows[0]["lines"]
    assert sum(int(r["frames"]) for r in rows) == cut.duration
    assert rows[4]["characters"] == "Ivy, Silas"


@given(st.sampled_from(["=", "+", "-", "@"]), st.text(max_size=40))
@settings(max_examples=60, deadline=None)
def test_no_cell_is_a_formula_or_breaks_its_row(cut, mark, text) -> None:
    of = episode()
    scene = of.scenes[0]
    first = scene.shots[0].model_copy(update={"action": mark + text})
    changed = scene.model_copy(update={"shots": (first, *scene.shots[1:])})
    rows = table(of.model_copy(update={"scenes": (changed,)}), cut)
    assert len(rows) == len(cut.shots())
    assert not any(v.startswith(("=", "+", "-", "@", "\t", "\r")) for r in rows for v in r.values())


def test_timecode_counts_whole_frames() -> None:
    assert [timecode(f, 24) for f in (0, 23, 24, 1537, 86_400)] == [
        "00:00:00:00", "00:00:00:23", "00:00:01:00", "00:01:04:01", "01:00:00:00",
    ]  # fmt: skip


def test_the_edl_and_the_shot_table_are_what_they_always_were(cut) -> None:
    of = episode()
    assert to_edl(cut, "The Watch e001") == (GOLDEN / "cut.edl").read_text("utf-8")
    written = to_shots_csv(series(of), of, cut, media(cut)).replace("\r\n", "\n")
    assert written == (GOLDEN / "shots.csv").read_text("utf-8")


def test_captions_and_lettering_travel_as_markers_of_what_they_belong_to(cut) -> None:
    read = opened(cut)
    said = [m for m in read.audio_tracks()[0][0].markers if m.metadata["cliffhanger"].get("is") == "caption"]
    assert [int(m.marked_range.start_time.value) for m in said] == [c.start for c in cut.captions]
    assert [m.name for m in said] == [" ".join(c.rows) for c in cut.captions]
    drawn = [m for c in read.find_clips() for m in c.markers if m.metadata["cliffhanger"].get("is") == "graphic"]
    assert sorted(m.name for m in drawn) == sorted(g.text for g in cut.graphics)


def test_the_cut_tells_its_exact_rate(cut) -> None:
    ntsc = replace(cut, rate=Fraction(30000, 1001))
    read = opened(ntsc)
    assert read.metadata["cliffhanger"]["rate"] == "30000/1001"
    assert {c.source_range.duration.rate for c in read.find_clips()} == {30000 / 1001}


@given(st.lists(st.text(max_size=12), max_size=30))
@settings(max_examples=60, deadline=None)
def test_no_two_reels_of_an_edl_are_alike(names) -> None:
    reels = reel_names(names)
    assert len(reels) == len(names) == len(set(reels))
    assert all(re.fullmatch(r"[A-Z0-9]{1,8}", reel) for reel in reels)


def test_what_is_pinned_is_moved_with_all_its_parts() -> None:
    caption = Caption(5, 9, ("a b",), (TimedWord("a", 5, 6), TimedWord("b", 7, 9)))
    assert moved(caption, 10) == Caption(15, 19, ("a b",), (TimedWord("a", 15, 16), TimedWord("b", 17, 19)))
    assert moved(Marker("peak", 3), -3).frame == 0
    assert span_of(Hit("boom", 4, 1.0, 0)) == (4, 1) and span_of(Span("black", 2, 8)) == (2, 6)
