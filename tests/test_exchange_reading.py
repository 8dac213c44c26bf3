"""Reading an edited OTIO: what a person changed is what comes back, and a hostile file is refused in clear words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from engine.core import UserError
from engine.cutting import cut_episode
from engine.edit_rules import load_style
from engine.exporting import HANDLE_FRAMES
from engine.footage.exchange import for_footage, read_cut, write_cut
from engine.footage.motion import FOOTAGE_EFFECTS
from engine.interchange import pin, to_otio
from engine.timeline import Clip, Effect, Marker, SoundClip, Timeline
from tests.edited_cut import edited, external, make_media, probe, span
from tests.editing import episode, hear, series
from tests.footage_timelines import Measured


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_media(tmp_path)


def trim(clip: otio.schema.Clip, head: int, tail: int) -> None:
    old = clip.source_range
    clip.source_range = span(int(old.start_time.value) + head, int(old.duration.value) - head - tail)


def told(timeline: Timeline) -> str:
    return "\n".join(timeline.notes["not_kept"])


def test_a_trimmed_clip_keeps_its_effect_on_the_same_frames(folder) -> None:
    read = edited(folder, lambda t: trim(t.video_tracks()[0][0], 8, 20))
    assert read.picture[0] == Clip("A", 0, 12, 18, (Effect("shake", 0, 7, 14.0, "rage-shake", "peak 0.9"),), "r1", "c1")
    assert (read.duration, read.picture[1].start, read.notes["not_kept"]) == (100, 12, [])


def test_a_clip_whose_effect_was_trimmed_away_has_none(folder) -> None:
    assert edited(folder, lambda t: trim(t.video_tracks()[0][0], 15, 0)).picture[0].effects == ()


def test_what_follows_a_shortened_picture_is_black_until_the_sound_ends(folder) -> None:
    read = edited(folder, lambda t: trim(t.video_tracks()[0][0], 0, 20))
    assert [c.rule for c in read.picture] == ["r1", "r2", "r3", "gap"]
    last = read.picture[-1]
    assert (last.start, last.stop) == (80, 100)
    assert [(e.kind, e.start, e.duration, e.strength) for e in last.effects] == [("black", 0, 20, 1.0)]


def test_reordered_clips_come_back_in_their_new_order(folder) -> None:
    def swap(timeline: Any) -> None:
        track = timeline.video_tracks()[0]
        track.insert(0, track.pop(3))

    read = edited(folder, swap)
    assert [(c.rule, c.start, c.duration, c.source_start, c.speed) for c in read.picture] == [
        ("r3", 0, 30, 100, 2.0), ("r1", 30, 40, 10, 1.0), ("r2", 70, 30, 60, 1.0),
    ]  # fmt: skip


def test_captions_and_markers_move_with_the_sound_that_they_belong_to(folder) -> None:
    def later(timeline: Any) -> None:
        timeline.audio_tracks()[0].insert(0, otio.schema.Gap(source_range=span(0, 10)))

    read = edited(folder, later)
    assert [(c.start, c.stop) for c in read.captions] == [(15, 30), (55, 70)]
    assert [m.frame for m in read.markers] == [22]


def test_the_captions_of_removed_sound_are_gone(folder) -> None:
    def drop(timeline: Any) -> None:
        timeline.audio_tracks()[0].pop(0)

    assert [c.rows for c in edited(folder, drop).captions] == [("No.",)]


def test_a_freeze_that_was_made_longer_holds_longer(folder) -> None:
    def longer(timeline: Any) -> None:
        timeline.video_tracks()[0][2].source_range = span(80, 25)

    clip = edited(folder, longer).picture[1]
    assert (clip.duration, clip.effects) == (45, (Effect("hold", 20, 25, 1.0, "freeze", "drop"),))


def test_a_freeze_that_was_removed_is_no_hold_any_more(folder) -> None:
    def remove(timeline: Any) -> None:
        timeline.video_tracks()[0].pop(2)

    clip = edited(folder, remove).picture[1]
    assert (clip.duration, clip.effects) == (20, ())


def test_a_freeze_moved_away_from_its_clip_is_a_clip_that_stands(folder) -> None:
    def move(timeline: Any) -> None:
        track = timeline.video_tracks()[0]
        track.append(track.pop(2))

    last = edited(folder, move).picture[-1]
    assert (last.shot, last.duration, last.source_start) == ("B", 10, 80)
    assert last.effects == (Effect("hold", 0, 10, 1.0, "freeze", "drop"),)


def test_a_freeze_frame_of_another_tool_holds_even_the_last_frame_of_a_file(folder) -> None:
    def freeze(timeline: Any) -> None:
        clip = otio.schema.Clip("still", external(folder, "new.mp4"), span(239, 48))
        clip.effects.append(otio.schema.FreezeFrame())
        timeline.video_tracks()[0].append(clip)

    read = edited(folder, freeze)
    last = read.picture[-1]
    assert [(e.kind, e.start, e.duration) for e in last.effects] == [("hold", 0, 48)]
    assert last.source_start + last.used <= 240 and last.source_start >= 236


def test_a_gap_in_the_picture_is_black_and_is_written_as_a_gap_again(folder) -> None:
    def gap(timeline: Any) -> None:
        timeline.video_tracks()[0].insert(1, otio.schema.Gap(source_range=span(0, 24)))

    read = edited(folder, gap)
    assert [(c.start, c.duration, c.rule) for c in read.picture[:3]] == [(0, 40, "r1"), (40, 24, "gap"), (64, 30, "r2")]
    write_cut(read, folder / "again.otio", (1080, 1920), "x")
    again = otio.adapters.read_from_file(str(folder / "again.otio"))
    assert isinstance(again.video_tracks()[0][1], otio.schema.Gap)
    assert read_cut(folder / "again.otio", folder, probe).picture == read.picture


def test_black_longer_than_any_file_could_be_slowed_to_is_made_of_pieces(folder) -> None:
    def gap(timeline: Any) -> None:
        timeline.video_tracks()[0].insert(0, otio.schema.Gap(source_range=span(0, 24 * 3600)))

    read = edited(folder, gap)
    assert [c.rule for c in read.picture[:-3]].count("gap") == len(read.picture) - 3 > 1
    assert read.picture[-3].start == 24 * 3600


def test_a_dissolve_becomes_a_cut_and_is_told(folder) -> None:
    def dissolve(timeline: Any) -> None:
        time = otio.opentime.RationalTime(6, 24)
        timeline.video_tracks()[0].insert(1, otio.schema.Transition("Cross Dissolve", "SMPTE_Dissolve", time, time))

    read = edited(folder, dissolve)
    assert [c.start for c in read.picture] == [0, 40, 70]
    assert told(read) == "the transition 'Cross Dissolve' became a cut at 00:00:01:16"


def test_of_two_picture_tracks_the_upper_is_seen(folder) -> None:
    def over(timeline: Any) -> None:
        track = otio.schema.Track("V2", kind="Video")
        track.append(otio.schema.Gap(source_range=span(0, 30)))
        track.append(otio.schema.Clip("new", external(folder, "new.mp4"), span(12, 20)))
        timeline.tracks.insert(1, track)

    read = edited(folder, over)
    assert [(c.shot, c.start, c.duration, c.source_start) for c in read.picture] == [
        ("A", 0, 30, 10), ("new", 30, 20, 12), ("B", 50, 20, 70), ("A", 70, 30, 100),
    ]  # fmt: skip
    assert read.picture[2].effects == (Effect("hold", 10, 10, 1.0, "freeze", "drop"),)


def test_a_nested_timeline_is_laid_out_flat(folder) -> None:
    def nest(timeline: Any) -> None:
        track = timeline.video_tracks()[0]
        inner = otio.schema.Track("inner", kind="Video")
        inner.extend([track.pop(0), track.pop(0)])
        stack = otio.schema.Stack("nested", source_range=span(10, 50))
        stack.append(inner)
        track.insert(0, stack)

    read = edited(folder, nest)
    assert [(c.shot, c.start, c.duration, c.source_start) for c in read.picture] == [
        ("A", 0, 30, 20), ("B", 30, 30, 60), ("A", 60, 30, 100), ("A", 90, 10, 0),
    ]  # fmt: skip
    assert read.picture[0].effects == (Effect("shake", 0, 5, 14.0, "rage-shake", "peak 0.9"),)


def test_clips_at_other_rates_lie_on_the_nearest_frame_without_a_hole(folder) -> None:
    def mix(timeline: Any) -> None:
        track = timeline.video_tracks()[0]
        for rate, frames in ((29.97, 31), (25, 26), (60, 77), (23.98, 19)):
            clip = otio.schema.Clip("new", external(folder, "new.mp4"), span(10, frames, rate))
            track.insert(1, clip)

    read = edited(folder, mix)
    assert read.rate == 24 and read.notes["not_kept"] == []
    assert [c.duration for c in read.picture[1:5]] == [19, 31, 25, 25]


def test_the_timecode_that_a_camera_wrote_is_taken_off(folder) -> None:
    def clock(timeline: Any) -> None:
        day = 24 * 3600 * 10
        reference = otio.schema.ExternalReference("new.mp4", span(day, 240))
        timeline.video_tracks()[0].append(otio.schema.Clip("new", reference, span(day + 50, 20)))

    assert edited(folder, clock).picture[-1].source_start == 50


def test_speeds_of_other_tools_are_kept_and_reverse_is_told(folder) -> None:
    def warp(timeline: Any) -> None:
        for scalar in (0.5, -1.0, 100.0):
            clip = otio.schema.Clip("new", external(folder, "new.mp4"), span(0, 10))
            clip.effects.append(otio.schema.LinearTimeWarp(time_scalar=scalar))
            timeline.video_tracks()[0].append(clip)
        clip.effects.append(otio.schema.Effect(name="Gaussian Blur"))

    read = edited(folder, warp)
    assert [c.speed for c in read.picture[-3:]] == [0.5, 1.0, 20.0]
    assert "'new': playing backwards: it plays forwards" in told(read)
    assert "'new': a speed of 100" in told(read) and "'new': the effect 'Gaussian Blur'" in told(read)


def test_what_is_switched_off_is_neither_seen_nor_heard(folder) -> None:
    def off(timeline: Any) -> None:
        timeline.video_tracks()[0][0].enabled = False
        timeline.audio_tracks()[1].enabled = False

    read = edited(folder, off)
    assert read.picture[0].rule == "gap"
    assert {c.track for c in read.sound} == {"DX"}
    assert "'MX' is switched off" in told(read)


def test_more_sound_tracks_than_three_go_where_there_is_room(folder) -> None:
    def more(timeline: Any) -> None:
        for name in ("A4", "A5"):
            track = otio.schema.Track(name, kind="Audio")
            track.append(otio.schema.Gap(source_range=span(0, 20)))
            track.append(otio.schema.Clip("new", external(folder, "new.mp4"), span(0, 30)))
            timeline.tracks.append(track)

    read = edited(folder, more)
    assert [(c.track, c.start) for c in read.sound if c.source == "new"] == [("FX", 20)]
    assert told(read) == "sound of new.mp4: three tracks are full there at 00:00:00:20"


def test_sound_keeps_its_level_and_fades_within_what_is_left_of_it(folder) -> None:
    read = edited(folder, lambda t: trim(t.audio_tracks()[0][0], 0, 36))
    assert read.sound[0] == SoundClip("DX", "A", 0, 4, 10, -3.0, 2, 2)


def halves(timeline: Any, skipped: int = 0, speed: float = 1.0) -> list[otio.schema.Clip]:
    """The first sound clip in two; the second begins `skipped` frames further on in the source."""
    track = timeline.audio_tracks()[0]
    track.insert(1, track[0].deepcopy())
    track[0].source_range, track[1].source_range = span(10, 15), span(10 + 15 * speed + skipped, 25)
    return track[:2]


@pytest.mark.parametrize("speed", [1.0, 0.5])
def test_sound_that_was_only_split_plays_on_without_a_fade_at_the_split(folder, speed) -> None:
    def split(timeline: Any) -> None:
        for half in halves(timeline, speed=speed):
            half.effects.append(otio.schema.LinearTimeWarp(time_scalar=speed))

    assert edited(folder, split).sound[0] == SoundClip("DX", "A", 0, 40, 10, -3.0, 2, 3, speed)


@pytest.mark.parametrize(("level", "skipped"), [(-6.0, 0), (-3.0, 1)])
def test_sound_that_was_split_and_changed_stays_in_two(folder, level, skipped) -> None:
    def split(timeline: Any) -> None:
        halves(timeline, skipped)[1].metadata["cliffhanger"]["gain_db"] = level

    read = edited(folder, split)
    assert [(c.start, c.duration, c.source_start) for c in read.sound[:2]] == [(0, 15, 10), (15, 25, 25 + skipped)]


def test_a_part_of_the_programme_begins_with_its_picture_its_sound_and_its_markers(folder) -> None:
    def part(timeline: Any) -> None:
        timeline.tracks.source_range = span(30, 50)
        music = timeline.audio_tracks()[1]
        music.source_range = span(10, 90)
        timeline.tracks.markers.append(pin(Marker("drop", 50), 0, 24))
        music.markers.append(pin(Marker("surge", 50), 0, 24))

    read = edited(folder, part)
    assert [(c.shot, c.start, c.duration, c.source_start) for c in read.picture] == [
        ("A", 0, 10, 40), ("B", 10, 30, 60), ("A", 40, 10, 100),
    ]  # fmt: skip
    assert [(c.track, c.start, c.duration, c.source_start) for c in read.sound] == [
        ("DX", 0, 10, 40), ("DX", 10, 40, 60), ("MX", 0, 50, 40),
    ]  # fmt: skip
    assert [(m.kind, m.frame) for m in read.markers] == [("surge", 10), ("drop", 20)]
    assert [c.start for c in read.captions] == [15]


def test_a_new_file_gets_an_id_of_its_own_name(folder) -> None:
    def add(timeline: Any) -> None:
        timeline.video_tracks()[0].append(otio.schema.Clip("x", external(folder, "new.mp4"), span(0, 10)))

    read = edited(folder, add)
    assert [s.id for s in read.sources] == ["A", "B", "M", "new"]
    assert read.sources[-1].frames == 240


@pytest.mark.parametrize("form", ["absolute", "url", "localhost", "quoted", "windows", "moved"])
def test_a_file_is_found_however_it_is_named(folder, form) -> None:
    (folder / "my take.mp4").write_bytes(b"media")
    path = folder / "my take.mp4"
    names = {
        "absolute": str(path), "url": path.as_uri(), "localhost": path.as_uri().replace("//", "//localhost", 1),
        "quoted": "my%20take.mp4", "windows": "C:\\Users\\me\\my take.mp4", "moved": "/Volumes/Disk 1/my take.mp4",
    }  # fmt: skip

    def add(timeline: Any) -> None:
        reference = otio.schema.ExternalReference(names[form], span(0, 100))
        timeline.video_tracks()[0].append(otio.schema.Clip("x", reference, span(0, 10)))

    read = edited(folder, add, probe=lambda p: Measured(400 / 24) if p == path else probe(p))
    assert read.sources[-1].path == str(path)


def test_a_clip_of_a_whole_file_fits_though_its_rate_rounds_it_up(folder) -> None:
    def whole(timeline: Any) -> None:
        clip = otio.schema.Clip("x", external(folder, "new.mp4"), span(0, 250.6, 25))
        timeline.video_tracks()[0].append(clip)

    last = edited(folder, whole).picture[-1]
    assert last.source_start == 0 and last.duration == 241 and last.used <= 240


# -- an episode of ours


def exported(root: Path, media: str) -> tuple[Timeline, Path]:
    """The cut of an episode, its otio in its folder, its stems elsewhere in the series."""
    of = episode()
    heard, durations = hear(of)
    timeline = cut_episode(series(of), of, heard, durations, load_style("drama"), 1)
    target = root / "renditions" / "e001"
    (target / "nle").mkdir(parents=True)
    (root / "takes").mkdir()
    shots = {shot: media.format(shot) for shot in timeline.shots()}
    stems = {name: f"../../takes/{name}.wav" for name in ("DX", "MX", "FX")}
    for name in (*shots.values(), *stems.values()):
        (target / name).write_bytes(b"media")
    text = to_otio(timeline, shots, stems, "The Watch e001", handles=HANDLE_FRAMES)
    (target / "cut.otio").write_text(text, encoding="utf-8")
    return timeline, target / "cut.otio"


def measured(timeline: Timeline) -> Callable[[Path], Measured]:
    def probe(path: Path) -> Measured:
        if path.suffix == ".wav":
            return Measured(timeline.seconds(timeline.duration), has_picture=False)
        start, stop = timeline.shot_range(path.stem)
        return Measured(timeline.seconds(stop - start + 2 * HANDLE_FRAMES), has_sound=False)

    return probe


def test_an_exported_episode_is_read_as_a_cut_of_its_shot_files_and_stems(tmp_path) -> None:
    timeline, path = exported(tmp_path, "nle/{}.mp4")
    read = read_cut(path, tmp_path, measured(timeline))
    assert [(c.shot, c.start, c.duration, c.rule, c.cause) for c in read.picture] == [
        (c.shot, c.start, c.duration, c.rule, c.cause) for c in timeline.picture
    ]
    first = {shot: timeline.shot_range(shot)[0] for shot in timeline.shots()}
    assert [c.source_start for c in read.picture] == [HANDLE_FRAMES + c.start - first[c.shot] for c in timeline.picture]
    assert [c.effects for c in read.picture] == [c.effects for c in timeline.picture]
    assert [(c.track, c.source, c.start, c.duration) for c in read.sound] == [
        (name, name, 0, timeline.duration) for name in ("DX", "MX", "FX")
    ]
    assert (read.captions, read.speech, read.markers, read.graphics) == (
        timeline.captions, timeline.speech, timeline.markers, timeline.graphics,
    )  # fmt: skip
    assert read.notes["not_kept"] == []


def test_an_episode_that_was_not_exported_says_how_to_get_its_shot_files(tmp_path) -> None:
    timeline, path = exported(tmp_path, "../../takes/{}.jpg")
    with pytest.raises(UserError, match="export the episode with --nle"):
        read_cut(path, tmp_path, measured(timeline))


def test_an_episode_whose_media_lie_outside_the_folder_is_refused(tmp_path) -> None:
    timeline, path = exported(tmp_path, "nle/{}.mp4")
    with pytest.raises(UserError, match="outside"):
        read_cut(path, path.parent, measured(timeline))


def test_effects_that_only_drawn_pictures_have_are_left_out_for_files_and_told(tmp_path) -> None:
    timeline, path = exported(tmp_path, "nle/{}.mp4")
    read = read_cut(path, tmp_path, measured(timeline))
    inked = {e.kind for clip in read.picture for e in clip.effects} - FOOTAGE_EFFECTS
    plain = for_footage(read)
    assert inked and not {e.kind for clip in plain.picture for e in clip.effects} - FOOTAGE_EFFECTS
    assert [c.start for c in plain.picture] == [c.start for c in read.picture]
    assert all(any(f"'{kind}'" in sentence for sentence in plain.notes["not_kept"]) for kind in inked)
    assert for_footage(plain).picture == plain.picture
