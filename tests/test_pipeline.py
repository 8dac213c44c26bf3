"""The whole factory on a small picture: render, resume, kill, edit, redo, verify."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import opentimelineio as otio
import pytest

from engine import commands
from engine.cli import run
from engine.config import Profile, load_profile
from engine.core import Series
from engine.editing import current_series
from engine.ffmpeg import probe
from engine.pipeline import Rendered, render_series
from engine.progress import Counter
from engine.store import SeriesFolder
from engine.vault import series_lock, write_text
from engine.verifying import verify_episode
from tests.small_series import small_series

pytestmark = pytest.mark.slow


def small(profile: Profile) -> Profile:
    return profile.model_copy(update={"width": 252, "height": 448, "x264_preset": "superfast"})


PROFILE = small(load_profile("draft"))


def render(folder: SeriesFolder, series: Series, numbers: tuple[int, ...] = (1,)) -> tuple[list[Rendered], Counter]:
    progress = Counter()
    with series_lock(folder.root):
        return list(render_series(folder, series, PROFILE, numbers, progress)), progress


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A series with its first episode rendered; tests that change it take a copy."""
    root = tmp_path_factory.mktemp("series") / "watch-abc123"
    folder = SeriesFolder(root)
    folder.save(small_series())
    render(folder, small_series())
    yield root


@pytest.fixture
def copied(finished: Path, tmp_path: Path) -> SeriesFolder:
    shutil.copytree(finished, tmp_path / finished.name)
    return SeriesFolder(tmp_path / finished.name)


def failures(folder: SeriesFolder, series: Series) -> list[str]:
    target = folder.episode(PROFILE, series.language, 1)
    return [f for check in verify_episode(series, series.episodes[0], target) for f in check["faults"]]


def test_every_deliverable_is_there_and_passes_every_check(finished: Path) -> None:
    folder = SeriesFolder(finished)
    assert failures(folder, folder.load()) == []


def test_the_manifest_names_model_licence_rights_and_cost_of_every_take(finished: Path) -> None:
    folder = SeriesFolder(finished)
    manifest = json.loads((folder.episode(PROFILE, "en", 1) / "manifest.json").read_text())
    assert {t["stage"] for t in manifest["takes"]} == {
        "voicing",
        "framing",
        "animating",
        "scoring",
        "conforming",
        "covering",
    }
    for take in manifest["takes"]:
        assert take["model"], take
        assert set(take["rights"]) >= {"source", "licence", "consent", "commercial_use"}
    assert manifest["cost"]["core_seconds"] > 0
    assert all(check["passed"] for check in manifest["checks"])


def test_a_second_run_makes_nothing(copied: SeriesFolder) -> None:
    before = {p: p.stat().st_mtime_ns for p in copied.root.rglob("*") if p.is_file() and p.name != ".lock"}
    done, progress = render(copied, copied.load())
    after = {p: p.stat().st_mtime_ns for p in copied.root.rglob("*") if p.is_file() and p.name != ".lock"}
    assert [r.made for r in done] == [False]
    assert progress.made == 0
    assert after == before


def test_six_speakers_of_one_episode_have_six_voices(finished: Path) -> None:
    folder = SeriesFolder(finished)
    manifest = json.loads((folder.episode(PROFILE, "en", 1) / "manifest.json").read_text())
    speakers = {line.id: line.speaker for line in folder.load().episodes[0].lines()}
    pairs = {(speakers[t["unit"]], t["voice"]) for t in manifest["takes"] if t["stage"] == "voicing"}
    assert len(pairs) == len({who for who, _ in pairs}) == len({voice for _, voice in pairs}) == 6


def test_an_edited_line_remakes_only_what_depends_on_it(copied: SeriesFolder) -> None:
    path = copied.episode(PROFILE, "en", 1) / "script.md"
    text = path.read_text(encoding="utf-8")
    assert "Jonah hated that river." in text
    write_text(path, text.replace("Jonah hated that river.", "Jonah hated that cold river."))
    with series_lock(copied.root):
        series, note = current_series(copied)
    assert "episodes 1" in note
    assert series.revision == 2
    render(copied, series)
    voiced = [p for p in (copied.root / "takes" / "voicing").glob("*.wav")]
    assert len(voiced) == sum(1 for _ in series.episodes[0].lines()) + 1
    assert failures(copied, series) == []
    assert copied.decisions()[-1]["kind"] == "edit"


@pytest.fixture
def small_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "load_profile", lambda name: PROFILE)


def files(folder: SeriesFolder) -> dict[str, int]:
    return {str(p.relative_to(folder.root)): p.stat().st_mtime_ns for p in folder.root.rglob("*") if p.is_file()}


@pytest.mark.usefixtures("small_profile")
def test_a_second_run_from_the_command_line_says_that_nothing_is_to_be_made(
    copied: SeriesFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["render", str(copied.root), "--episodes", "1"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "nothing to make: 1 episodes were finished already"
    assert told[1] == "2 episodes are written but not rendered; for all of them:"
    assert told[-1] == str(copied.root)
    assert run(["render", str(copied.root), "--episodes", "1", "--json"]) == 0
    told = capsys.readouterr().out.splitlines()
    result = json.loads(told[-1])
    assert set(result) == {"series", "episodes", "seconds", "core_seconds", "gpu_seconds", "dollars"}
    (episode,) = result["episodes"]
    assert episode == {"number": 1, "master": str(copied.episode(PROFILE, "en", 1) / "master.mp4")}
    assert len(told) == 1


@pytest.mark.usefixtures("small_profile")
@pytest.mark.parametrize(
    ("unit", "stage", "remade", "kept"),
    [
        ("e001_s01_sh010_l01", "voicing", {"voicing/e001_s01_sh010_l01-"}, {"framing/"}),
        ("e001_s01_sh030", "framing", {"framing/e001_s01_sh030-"}, {"voicing/", "scoring/"}),
        ("e001", "scoring", {"scoring/e001_mx-"}, {"voicing/", "framing/", "animating/"}),
    ],
)
def test_redo_makes_one_unit_again_and_what_depends_on_it(
    copied: SeriesFolder, unit: str, stage: str, remade: set[str], kept: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(copied)
    assert run(["redo", str(copied.root), unit, "--stage", stage]) == 0, capsys.readouterr().err
    assert "1 episodes made" in capsys.readouterr().out
    new = [name.removeprefix("takes/") for name in files(copied) if name not in before and name.startswith("takes/")]
    assert all(any(name.startswith(start) for name in new) for start in remade), new
    assert not any(name.startswith(tuple(kept)) for name in new), new
    assert any(name.startswith("conforming/") for name in new)
    assert {name: t for name, t in files(copied).items() if name in before and name.startswith("takes/")} == {
        name: t for name, t in before.items() if name.startswith("takes/")
    }
    assert [(d["unit"], d["stage"], d["seed"]) for d in copied.decisions()] == [(unit, stage, 1)]
    assert failures(copied, copied.load()) == []


@pytest.mark.usefixtures("small_profile")
def test_an_export_gives_an_editor_textless_shots_with_handles_and_still_verifies(
    copied: SeriesFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["export", str(copied.root), "--nle", "--episodes", "1"]) == 0, capsys.readouterr().err
    target = copied.episode(PROFILE, "en", 1)
    assert failures(copied, copied.load()) == []
    frames: dict[str, int] = {}
    for clip in otio.adapters.read_from_file(str(target / "cut.otio")).video_tracks()[0].find_clips():
        frames[clip.media_reference.target_url] = int(clip.media_reference.available_range.duration.value)
    assert len(frames) == 12
    for name, count in frames.items():
        seen = probe(target / name)
        assert (seen.width, seen.height, seen.rate, seen.audio) == (252, 448, 24.0, "")
        assert abs(seen.seconds * 24 - count) < 1
    assert run(["render", str(copied.root), "--episodes", "1"]) == 0
    assert "nothing to make" in capsys.readouterr().out


def test_a_changed_master_is_named_by_verify(copied: SeriesFolder) -> None:
    master = copied.episode(PROFILE, "en", 1) / "master.mp4"
    data = bytearray(master.read_bytes())
    data[len(data) // 2] ^= 0xFF
    master.unlink()
    master.write_bytes(bytes(data))
    assert "master.mp4 has changed since it was delivered" in failures(copied, copied.load())


def test_a_missing_deliverable_is_named_and_made_again(copied: SeriesFolder) -> None:
    (copied.episode(PROFILE, "en", 1) / "subtitles.srt").unlink()
    assert failures(copied, copied.load()) == ["subtitles.srt is missing"]
    render(copied, copied.load())
    assert failures(copied, copied.load()) == []


RUNNER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from tests.test_pipeline import PROFILE
from engine.pipeline import render_series
from engine.progress import Counter
from engine.store import SeriesFolder
from engine.vault import series_lock
folder = SeriesFolder(Path(sys.argv[1]))
with series_lock(folder.root):
    list(render_series(folder, folder.load(), PROFILE, (1,), Counter()))
"""


def test_kills_lose_nothing_and_the_next_run_ends_the_same(finished: Path, tmp_path: Path) -> None:
    folder = SeriesFolder(tmp_path / "watch-abc123")
    folder.save(small_series())
    kept: dict[Path, int] = {}
    for stage in ("voicing", "conforming"):
        killed_in(stage, folder)
        now = {p: p.stat().st_mtime_ns for p in (folder.root / "takes").rglob("*.json") if p.name[0] != "."}
        assert kept.items() <= now.items(), "a finished take was made again"
        kept = now
    render(folder, folder.load())
    assert all(p.stat().st_mtime_ns == t for p, t in kept.items()), "a finished take was made again"
    assert not list(folder.root.rglob(".tmp-*"))
    assert failures(folder, folder.load()) == []
    again, first = (f.episode(PROFILE, "en", 1) / "master.mp4" for f in (folder, SeriesFolder(finished)))
    assert again.read_bytes() == first.read_bytes()


def killed_in(stage: str, folder: SeriesFolder) -> None:
    command = [sys.executable, "-c", RUNNER, str(folder.root), str(Path(__file__).parent.parent)]
    process = subprocess.Popen(command, start_new_session=True)
    wait_for_stage(folder.root / "takes" / stage, process)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_for_stage(takes: Path, process: subprocess.Popen[bytes]) -> None:
    """Until the stage has begun to write."""
    deadline = time.monotonic() + 120
    while not takes.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert process.poll() is None, "the run ended before it could be killed"
