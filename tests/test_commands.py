"""What people type: episode lists, unit names, wrong usage as one line and exit 2."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import commands
from engine.cli import run
from engine.commands import locate, parse_episodes
from engine.core import UserError
from engine.store import SeriesFolder
from engine.vault import series_lock
from tests.small_delivery import deliver
from tests.small_series import small_series


def test_episode_lists_are_read() -> None:
    assert parse_episodes("1-3,7", 20) == [1, 2, 3, 7]
    assert parse_episodes(" 2 , 2-3 ", 20) == [2, 3]
    assert parse_episodes(None, 4) == [1, 2, 3, 4]


@pytest.mark.parametrize("text", ["", "0", "21", "3-1", "a", "1-", "-1", "1,,2", "1;2", "99999"])
def test_episodes_outside_the_season_are_refused(text: str) -> None:
    with pytest.raises(UserError, match="episodes"):
        parse_episodes(text, 20)


@given(st.text(max_size=30))
def test_any_text_is_a_list_or_a_clear_refusal(text: str) -> None:
    try:
        numbers = parse_episodes(text, 20)
    except UserError:
        return
    assert numbers
    assert all(1 <= n <= 20 for n in numbers)


def test_units_are_found_by_their_names() -> None:
    series = small_series()
    assert locate(series, "e002") == (2, "episode")
    assert locate(series, "e001_s01_sh010") == (1, "shot")
    assert locate(series, "e003_s01_sh010_l01") == (3, "line")
    with pytest.raises(UserError, match="no unit 'e009'"):
        locate(series, "e009")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nope"], "No such command"),
        (["plan"], "PREMISE"),
        (["plan", "x", "--length", "2"], "--length"),
        (["plan", "x", "--language", "fr"], "choose from en, zh"),
        (["plan", "@/nosuchfile"], "cannot read the premise file"),
        (["render", "/nosuchfolder"], "no such series folder: /nosuchfolder"),
        (["verify", "/nosuchfolder"], "no such series folder"),
        (["status", "/nosuchfolder"], "no such series folder"),
        (["make", "x", "--profile", "gpu-9000"], "unknown profile 'gpu-9000': choose from"),
        (["redo", "/nosuchfolder", "e001"], "no such series folder"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


def test_help_exits_0_and_every_command_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("plan", "render", "make", "status", "verify", "redo", "export", "doctor"):
        assert run([command, "--help"]) == 0
        assert f"cliffhanger {command}" in capsys.readouterr().out


def test_a_stage_that_a_unit_does_not_have_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    SeriesFolder(tmp_path).save(small_series())
    assert run(["redo", str(tmp_path), "e001_s01_sh010", "--stage", "voicing"]) == 2
    assert "a shot has no stage 'voicing': choose from framing, animating" in capsys.readouterr().err
    assert not (tmp_path / "decisions.jsonl").exists()


@pytest.fixture(scope="module")
def made_by_hand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A series whose first episode is finished (by hand, not by a render)."""
    root = tmp_path_factory.mktemp("commands") / "watch-abc123"
    series, _ = deliver(root)
    SeriesFolder(root).save(series)
    return root


@pytest.fixture
def root(made_by_hand: Path, tmp_path: Path) -> Path:
    shutil.copytree(made_by_hand, tmp_path / "watch-abc123")
    return tmp_path / "watch-abc123"


def test_status_says_what_is_written_rendered_edited_and_spent(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["status", str(root)]) == 0
    head, first, second, _, spent, folder = capsys.readouterr().out.splitlines()
    assert head.startswith("The Watch That Spoke (en, revision 1, seed 7): A florist")
    assert first.split() == "1 rendered 46 s, 2 core-s The Van: Silas kidnaps Ivy, Conrad denies her, a dead man's watch speaks.".split()  # fmt: skip
    assert second.split()[:2] == ["2", "written"]
    assert spent == "spent: 2 core-seconds, $0.0001"
    assert folder == str(root)
    path = root / "series.json"
    path.write_text(path.read_text().replace("Jonah hated that river.", "Jonah hated that sea."))
    assert run(["status", str(root)]) == 0
    assert capsys.readouterr().out.splitlines()[1].split()[1:3] == ["edited", "since"]


def test_verify_json_is_one_object_with_every_check(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", str(root), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["series"], told["passed"]) == (str(root), True)
    (episode,) = told["episodes"]
    assert episode["number"] == 1
    assert all(set(check) == {"check", "passed", "faults"} for check in episode["checks"])


def test_verify_names_what_fails_and_exits_1(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "renditions" / "draft-en-9x16" / "e001" / "cover.jpg").unlink()
    assert run(["verify", str(root)]) == 1
    assert capsys.readouterr().out.splitlines() == ["episode 1: 1 checks, FAILED", "  files: cover.jpg is missing"]


def test_an_episode_whose_manifest_is_gone_is_not_passed_over(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "renditions" / "draft-en-9x16" / "e001" / "manifest.json").unlink()
    assert run(["verify", str(root)]) == 1
    assert "e001 has no readable manifest.json" in capsys.readouterr().out


def test_verify_of_nothing_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    SeriesFolder(tmp_path).save(small_series())
    assert run(["verify", str(tmp_path)]) == 2
    assert "nothing is rendered" in capsys.readouterr().err
    assert run(["export", str(tmp_path), "--nle"]) == 2
    assert "nothing is rendered" in capsys.readouterr().err
    assert run(["export", str(tmp_path)]) == 2
    assert "say what to export: --nle" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["render"], ["redo", "e001"], ["export", "--nle"]])
def test_a_series_in_use_is_refused_with_its_holder_and_nothing_is_decided(
    command: list[str], root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with series_lock(root):
        assert run([command[0], str(root), *command[1:]]) == 2
    error = capsys.readouterr().err
    assert f"pid {os.getpid()}" in error and error.count("\n") == 1
    assert not (root / "decisions.jsonl").exists()


def test_a_stale_lock_is_no_hindrance(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    holder = {"host": os.uname().nodename, "pid": 999_999, "boot_id": "an earlier boot"}
    (root / ".lock").write_text(json.dumps(holder))
    assert run(["redo", str(root), "e009"]) == 2
    assert "no unit 'e009'" in capsys.readouterr().err
    assert (root / ".lock").read_text() == ""


def test_doctor_passes_here(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert all(row.startswith("ok") for row in rows)
    for part in (
        "ffmpeg",
        "encoder libx264",
        "filter ass",
        "font",
        "voices en",
        "voices zh",
        "GPU",
        "GPU packages",
        "weights",
        "disk",
    ):
        assert any(row[9:].startswith(part) for row in rows), part


def test_doctor_exits_1_when_ffmpeg_lacks_a_part(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(commands.ffmpeg, "features", lambda: {"encoder aac": True, "filter ass": False})
    assert run(["doctor"]) == 1
    assert "MISSING  filter ass" in capsys.readouterr().out.splitlines()


def test_doctor_goes_on_without_ffmpeg_font_and_voices(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def gone(*_: object) -> None:
        raise UserError("it is gone")

    monkeypatch.setattr(commands.ffmpeg, "version", gone)
    monkeypatch.setattr(commands.fonts, "missing_glyphs", gone)
    monkeypatch.setattr(commands, "load_backends", gone)
    assert run(["doctor"]) == 1
    rows = capsys.readouterr().out.splitlines()
    assert [row.split()[1] for row in rows if row.startswith("MISSING")] == ["ffmpeg", "font", "voices"]


def test_output_into_a_closed_pipe_ends_quietly(root: Path) -> None:
    program = f"import sys; from engine.cli import main; sys.argv = ['cliffhanger', 'status', {str(root)!r}]; main()"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_an_error_of_our_own_is_one_line_too(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(commands, "show_status", lambda *_: 1 / 0)
    assert run(["status", str(root)]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "internal error: ZeroDivisionError" in error
    report = Path(error.split("details in ")[1].rstrip(")\n"))
    assert "Traceback" in report.read_text()
    report.unlink()
