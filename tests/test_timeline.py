"""The timeline: no gap, no overlap, every clip inside its media, sound inside the picture; JSON holds all of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.timeline import (
    Caption,
    Clip,
    SoundClip,
    Source,
    Speech,
    Timeline,
    check_sound,
    check_track,
    from_json,
    to_json,
)  # fmt: skip
from tests.footage_timelines import timelines

FOLDER = Path("/media")
FEW = settings(max_examples=15, deadline=None)
CUTS = timelines(FOLDER)
EPISODE_FIELDS = {"sources", "sound"}


@given(CUTS)
@FEW
def test_the_picture_has_no_gap_and_no_overlap_and_every_clip_lies_in_its_media(timeline) -> None:
    covered = [frame for clip in timeline.picture for frame in range(clip.start, clip.stop)]
    assert covered == list(range(timeline.duration))
    frames = {source.id: source.frames for source in timeline.sources}
    for clip in timeline.picture:
        last = clip.source_start + (clip.duration - 1) * clip.speed
        assert clip.source_start >= 0 and last < frames[clip.shot]


@given(CUTS)
@FEW
def test_no_two_sounds_of_a_track_meet_and_none_outlasts_the_picture(timeline) -> None:
    for track in ("DX", "MX", "FX"):
        heard = [frame for c in timeline.sound if c.track == track for frame in range(c.start, c.stop)]
        assert len(heard) == len(set(heard))
        assert all(0 <= frame < timeline.duration for frame in heard)


@given(CUTS)
@FEW
def test_json_holds_a_timeline_of_footage_and_gives_it_back(timeline) -> None:
    assert from_json(json.loads(json.dumps(to_json(timeline)))) == timeline


@given(CUTS)
@FEW
def test_json_of_an_episode_from_before_there_were_sources_is_still_read(timeline) -> None:
    timeline = replace(timeline, sources=(), sound=())
    data = {key: value for key, value in to_json(timeline).items() if key not in EPISODE_FIELDS}
    assert from_json(json.loads(json.dumps(data))) == timeline


@given(CUTS, st.data())
@FEW
def test_a_clip_moved_lengthened_or_taken_away_is_refused(timeline, data) -> None:
    at = data.draw(st.integers(0, len(timeline.picture) - 1))
    clip, others = timeline.picture[at], [c for c in timeline.picture]
    by = data.draw(st.integers(1, 9))
    for changed in ([replace(clip, start=clip.start + by)], [replace(clip, duration=clip.duration + by)], []):
        with pytest.raises(ValueError, match=r"gap|overlap|picture ends"):
            check_track([*others[:at], *changed, *others[at + 1 :]], timeline.duration)


@given(CUTS, st.data())
@FEW
def test_a_clip_past_the_end_of_its_media_is_refused(timeline, data) -> None:
    at = data.draw(st.integers(0, len(timeline.picture) - 1))
    clip = timeline.picture[at]
    frames = {source.id: source.frames for source in timeline.sources}[clip.shot]
    for start in (frames - clip.used + 1, -1):
        changed = (*timeline.picture[:at], replace(clip, source_start=start), *timeline.picture[at + 1 :])
        with pytest.raises(ValueError, match="wants frames"):
            replace(timeline, picture=changed)


@pytest.mark.parametrize(
    ("duration", "speed", "used"), [(10, 1.0, 10), (10, 2.0, 20), (10, 0.5, 5), (3, 0.4, 2), (1, 0.1, 1)]
)
def test_a_clip_uses_as_many_frames_as_its_speed_runs_over(duration, speed, used) -> None:
    assert Clip("a", 0, duration, speed=speed).used == used
    assert SoundClip("DX", "a", 0, duration, speed=speed).used == used


@pytest.mark.parametrize(
    ("duration", "speed", "frames"), [(30, 0.1, 3), (10, 1.1, 11), (100, 0.07, 7), (49, 1 / 49, 1)]
)
def test_a_speed_that_binary_numbers_round_asks_for_no_frame_more(duration, speed, frames) -> None:
    assert Clip("a", 0, duration, speed=speed).used == frames


A = Source("A", "a.mp4", 100)
SILENT = Source("S", "s.mp4", 100, has_sound=False)
VOICE = Source("V", "v.wav", 100, has_picture=False)


@pytest.mark.parametrize(
    ("clip", "words"),
    [
        (Clip("B", 0, 10), "is no source"),
        (Clip("V", 0, 10), "what it does not have"),
        (Clip("A", 0, 10, speed=0.01), "0.05 to 20 can be"),
        (Clip("A", 0, 10, speed=21), "0.05 to 20 can be"),
        (Clip("A", 0, 10, speed=float("nan")), "0.05 to 20 can be"),
        (Clip("A", 0, 10, speed=-1), "0.05 to 20 can be"),
        (Clip("A", 0, 10, 91), r"\[91, 101\)"),
        (Clip("A", 0, 10, 85, speed=2), r"\[85, 105\)"),
    ],
)
def test_a_clip_that_its_source_cannot_give_is_refused_by_name(clip, words) -> None:
    with pytest.raises(ValueError, match=words):
        Timeline(0, 24, 10, (clip,), (), sources=(A, SILENT, VOICE))


@pytest.mark.parametrize(
    ("sound", "words"),
    [
        (SoundClip("DX", "S", 0, 5), "what it does not have"),
        (SoundClip("DX", "A", 6, 5), "outside"),
        (SoundClip("DX", "A", -1, 5), "outside"),
        (SoundClip("DX", "A", 0, 0), "outside"),
        (SoundClip("DX", "A", 0, 5, fade_in=3, fade_out=3), "shorter than its fades"),
        (SoundClip("DX", "A", 0, 5, fade_in=-1), "shorter than its fades"),
    ],
)
def test_sound_that_is_outside_or_not_there_is_refused(sound, words) -> None:
    with pytest.raises(ValueError, match=words):
        Timeline(0, 24, 10, (Clip("A", 0, 10),), (), sources=(A, SILENT, VOICE), sound=(sound,))


def test_sounds_overlap_only_on_tracks_of_their_own() -> None:
    first, then = SoundClip("DX", "A", 0, 6), SoundClip("MX", "A", 3, 6)
    check_sound([then, first], 10)
    with pytest.raises(ValueError, match="overlaps what is before it on DX"):
        check_sound([replace(then, track="DX"), first], 10)


def test_two_sources_of_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="one id"):
        Timeline(0, 24, 10, (Clip("A", 0, 10),), (), sources=(A, A))


def test_a_cut_without_picture_needs_sound() -> None:
    assert Timeline(0, 24, 10, (), (), sources=(VOICE,), sound=(SoundClip("DX", "V", 2, 5),)).duration == 10
    with pytest.raises(ValueError, match="picture ends at 0"):
        Timeline(0, 24, 10, (), ())


@pytest.mark.parametrize("item", [{"speech": (Speech("l", "s", 5, 6),)}, {"captions": (Caption(4, 4, ("x",)),)}])
def test_what_is_said_and_read_lies_inside_the_cut(item) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        Timeline(0, 24, 10, (Clip("a", 0, 10),), item.get("speech", ()), item.get("captions", ()))
