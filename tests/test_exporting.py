"""Shot files for an editor: handles, frames that exist, a cut.otio and a manifest that tell the truth."""

from __future__ import annotations

import json
from pathlib import Path

import opentimelineio as otio
import pytest

from engine import interchange
from engine.config import load_profile
from engine.core import UserError
from engine.cues import source_frames
from engine.exporting import HANDLE_FRAMES, export_episode, record_export, shot_cues
from engine.manifest import read_manifest
from engine.progress import Counter
from engine.store import SeriesFolder
from engine.timeline import Clip, Effect, Timeline
from engine.verifying import verify_episode
from tests.small_delivery import SIZE, deliver, timeline_of

PROFILE = load_profile("draft")


def two_shots() -> Timeline:
    """'a' is cut into three clips, the last frozen; 'b' follows."""
    hold = Effect("hold", 0, 20)
    clips = (Clip("a", 0, 30), Clip("a", 30, 10, 30, (Effect("punch_in", 0, 10),)), Clip("a", 40, 20, 40, (hold,)))
    return Timeline(1, 24, 100, (*clips, Clip("b", 60, 40)), ())


def test_a_shot_file_has_handles_at_both_ends_and_every_frame_of_the_cut() -> None:
    timeline = two_shots()
    for shot in ("a", "b"):
        start, stop = timeline.shot_range(shot)
        cues = list(shot_cues(timeline, shot))
        assert len(cues) == stop - start + 2 * HANDLE_FRAMES
        assert [c.frame for c in cues[HANDLE_FRAMES : HANDLE_FRAMES + 30]] == list(range(30))


def test_a_shot_file_asks_only_for_frames_that_the_take_has() -> None:
    timeline = two_shots()
    for shot in ("a", "b"):
        frames = [cue.frame for cue in shot_cues(timeline, shot)]
        assert min(frames) == 0 and max(frames) == source_frames(timeline, shot) - 1


def test_a_shot_file_is_plain_no_punch_in_no_fade() -> None:
    for shot in ("a", "b"):
        assert all((c.zoom, c.flash, c.blur) == (1.0, 0.0, 0.0) for c in shot_cues(two_shots(), shot))


def exported(root: Path) -> tuple[SeriesFolder, Path]:
    """A hand-made episode with shot files of some bytes, recorded as an export."""
    series, folder = deliver(root)
    timeline = timeline_of(series.episodes[0])
    media = {shot: f"nle/{shot}.mp4" for shot in timeline.shots()}
    (folder / "nle").mkdir()
    for name in media.values():
        (folder / name).write_bytes(name.encode())
    stems = {name: f"../../../takes/{name}.wav" for name in ("DX", "MX", "FX")}
    cut = interchange.to_otio(timeline, media, stems, "test", handles=HANDLE_FRAMES)
    record_export(folder, cut, list(media.values()))
    store = SeriesFolder(root)
    store.save(series)
    return store, folder


def test_an_exported_episode_still_verifies_and_its_cut_refers_to_the_shot_files(tmp_path: Path) -> None:
    store, folder = exported(tmp_path / "series")
    series = store.load()
    faults = [f for c in verify_episode(series, series.episodes[0], folder) for f in c["faults"]]
    assert faults == []
    cut = otio.adapters.read_from_file(str(folder / "cut.otio"))
    for clip in cut.video_tracks()[0].find_clips():
        assert (folder / clip.media_reference.target_url).is_file()
        assert clip.source_range.start_time.value >= HANDLE_FRAMES
        spare = clip.media_reference.available_range.duration.value - clip.source_range.duration.value
        assert spare == 2 * HANDLE_FRAMES
    (folder / "nle" / "e001_s01_sh010.mp4").unlink()
    faults = [f for c in verify_episode(series, series.episodes[0], folder) for f in c["faults"]]
    assert faults == ["nle/e001_s01_sh010.mp4 is missing"]


def test_a_kill_while_the_export_is_recorded_leaves_an_episode_that_is_not_called_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, folder = deliver(tmp_path / "series")
    monkeypatch.setattr("engine.exporting.write_json", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        record_export(folder, "{}", [])
    assert read_manifest(folder) is None


def test_only_what_is_rendered_and_not_edited_since_is_exported(tmp_path: Path) -> None:
    series, folder = deliver(tmp_path / "series")
    store = SeriesFolder(tmp_path / "series")
    with pytest.raises(UserError, match="episode 2 is not rendered yet: render it first"):
        export_episode(store, series, series.episodes[1], PROFILE, Counter())
    edited = series.model_copy(update={"title": "Another title"})
    with pytest.raises(UserError, match="episode 1 was edited since it was rendered: render it first"):
        export_episode(store, edited, series.episodes[0], PROFILE, Counter())
    assert json.loads((folder / "manifest.json").read_text())["size"] == f"{SIZE[0]}x{SIZE[1]}"
