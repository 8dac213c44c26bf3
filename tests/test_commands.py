"""What people type: episode lists, unit names, wrong usage as one line and exit 2."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cli import run
from engine.commands import locate, parse_episodes
from engine.core import UserError
from engine.store import SeriesFolder
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
