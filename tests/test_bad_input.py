"""Anything that a person can hand in ends in a valid series or in one clear line and exit 2, with nothing lost."""

from __future__ import annotations

import errno
import io
import json
import os
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import fonts, subtitles, vault
from engine.cli import run
from engine.config import load_profile
from engine.conforming import ConformInput, encoder_command
from engine.core import Series
from engine.lettering import draw_overlays
from engine.planning import write_documents
from engine.store import SeriesFolder
from engine.story.checks import check_series
from engine.timeline import Caption
from engine.writing import plan_series
from tests.small_delivery import timeline_of
from tests.small_series import small_series

SYNTAX = r"""A {\an8\pos(0,0)}baker' [0:v]drawtext=text='x':textfile=/etc/passwd; $(touch /tmp/owned) `id` %{pts} \N -vf null"""


def planned(out: Path) -> Series:
    (folder,) = [p for p in out.iterdir() if p.is_dir()]
    return SeriesFolder(folder).load()


def attempt(out: Path, *arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Exit code and what stands on standard error, of `plan` with three episodes."""
    code = run(["plan", *arguments, "--length", "3", "--out", str(out)])
    error = capsys.readouterr().err
    if code:
        assert code == 2, error
        assert error.startswith("cliffhanger: ") and error.count("\n") == 1, error
        assert "Traceback" not in error and "internal error" not in error
        assert not list(out.glob("*/series.json"))
    return code, error


@pytest.mark.parametrize(
    "premise",
    [
        "Betrayal",
        "🔥🔥🔥👑💔",
        "خادمة في القصر هي الملكة الحقيقية التي فقدت ذاكرتها.",
        "\u202eA maid is \u202dthe real empress\u202c.\u200f",
        "A maid\x00\x01\x07\x1b[31m is the real\r\nempress.\x7f\x85",
        "<script>alert(1)</script> <b>A maid</b> is the &lt;real&gt; empress. <!-- <![CDATA[ -->",
        SYNTAX,
        "-- --length 200 --out /",
        "%s %d {} {0} {title} ${HOME} {{slot}}",
        "A maid is the real empress. " * 4000,
        "女仆才是真正的皇后。" * 500,
        "1234567890",
        "?!...",
        "A" * 50_000,
        "a b c d e f g h i j k l m n o p q r s t u v w x y z",
        "A DAUGHTER OF THE CEO IS KIDNAPPED!!!",
    ],
    ids=lambda text: repr(text[:16]),
)  # fmt: skip
def test_odd_premises_end_in_a_valid_series(premise: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "premise.txt"
    file.write_text(premise, encoding="utf-8", newline="")
    code, error = attempt(tmp_path / "out", f"@{file}", capsys=capsys)
    assert code == 0, error
    series = planned(tmp_path / "out")
    assert check_series(series) == []
    for text in (series.title, *(line.text for e in series.episodes for line in e.lines())):
        assert fonts.missing_glyphs(text) == []


@pytest.mark.parametrize("premise", ["", "   ", "\n\t", "\u200b\u202e" * 3])
def test_an_empty_premise_is_one_clear_line_or_a_series(
    premise: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, error = attempt(tmp_path / "out", premise, capsys=capsys)
    assert code == 0 or "the premise is empty" in error


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=120))
def test_any_text_is_a_series_that_keeps_every_rule_or_a_clear_refusal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    out = tmp_path / "out"
    shutil.rmtree(out, ignore_errors=True)
    (tmp_path / "premise.txt").write_bytes(text.encode("utf-8", "surrogatepass"))
    code, error = attempt(out, f"@{tmp_path / 'premise.txt'}", capsys=capsys)
    assert code == 2 or check_series(planned(out)) == [], error


def test_files_that_are_no_premise_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "latin.txt").write_bytes("Ein Bäcker".encode("latin-1"))
    (tmp_path / "large.txt").write_bytes(b"x" * 1_000_001)
    for name, words in {
        "@": "",
        f"@{tmp_path / 'none.txt'}": "there is no such file",
        f"@{tmp_path}": "Is a directory",
        f"@{tmp_path / 'latin.txt'}": "is not UTF-8 text",
        f"@{tmp_path / 'large.txt'}": "is larger than 1,000,000 bytes",
        "@/dev/zero": "is larger than 1,000,000 bytes",
        "@a\x00b": "null",
        "\udcff\udcfe": "the premise is not UTF-8 text",
    }.items():
        code, error = attempt(tmp_path / "out", name, capsys=capsys)
        assert code == 2 and words in error, (name, error)


@pytest.mark.parametrize(
    ("data", "words"), [(b"\xff\xfe", "not UTF-8"), (b"", "empty"), (b"x" * 1_000_001, "larger than")]
)
def test_standard_input_that_is_no_premise_is_one_clear_line(
    data: bytes, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))
    code, error = attempt(tmp_path / "out", "-", capsys=capsys)
    assert code == 2 and words in error


@pytest.mark.parametrize("out", ["/proc/x", "/dev/null", "/dev/null/x", "/sys/x", "file", "file/below", "n" * 300])
def test_an_out_folder_that_cannot_be_written_is_one_clear_line(
    out: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("mine")
    code = run(["plan", "A maid is the real empress.", "--length", "3", "--out", str(tmp_path / out)])
    error = capsys.readouterr().err
    assert (code, error.count("\n")) == (2, 1), error
    assert "internal error" not in error
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO])
@pytest.mark.parametrize("at", [0, 3, 5, 6])
def test_a_disk_that_fails_at_any_write_is_one_clear_line_and_the_next_run_ends_well(
    code: int, at: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    replace = os.replace

    def failing(source: str | Path, target: str | Path) -> None:
        calls.append(str(target))
        if len(calls) == at + 1:
            raise OSError(code, os.strerror(code))
        replace(source, target)

    monkeypatch.setattr(vault.os, "replace", failing)
    first = run(["plan", "A maid is the real empress.", "--length", "3", "--out", str(tmp_path)])
    error = capsys.readouterr().err
    assert (first, error.count("\n")) == (2, 1), error
    assert ("disk is full" if code in (errno.ENOSPC, errno.EDQUOT) else "cannot write in") in error
    assert not list(tmp_path.rglob(".tmp-*"))
    assert run(["plan", "A maid is the real empress.", "--length", "3", "--out", str(tmp_path)]) == 0
    assert check_series(planned(tmp_path)) == []


SCRIPTS = {
    "empty": b"",
    "binary": bytes(range(256)),
    "not utf-8": "JO: J'ai été là.".encode("latin-1"),
    "no speech": b"INT. OFFICE - DAY\n\nA room.\n",
    "one endless line": b"JO: " + b"word " * 40_000,
    "thousands of people": b"".join(b"P%d: Hello number %d.\n" % (n, n) for n in range(3000)),
    "syntax": ("JO: " + SYNTAX + "\nANN: {\\b1}No.\n").encode(),
    "control": b"JO: Hello\x00\x07 there.\nANN\x1b[2J: Go.\n",
    "emoji": "JO: 🔥🔥🔥\nANN: 👑\n".encode(),
    "right to left": "JO: مرحبا بك\nANN: \u202egood\u202c day\n".encode(),
    "one line": b"JO: Who are you?\n",
    "deep": b"((((((((((" * 5000 + b"\nJO: Hi.\n",
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_hostile_script_ends_in_a_valid_series_or_one_clear_line(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "script.txt"
    path.write_bytes(SCRIPTS[name])
    code, error = attempt(tmp_path / "out", "Two people quarrel.", "--script", str(path), capsys=capsys)
    assert code == 2 or check_series(planned(tmp_path / "out")) == [], error
    assert path.read_bytes() == SCRIPTS[name]


def test_a_script_that_is_a_folder_or_missing_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (tmp_path, tmp_path / "none.txt"):
        code, error = attempt(tmp_path / "out", "A quarrel.", "--script", str(path), capsys=capsys)
        assert code == 2 and "the script file" in error and str(path) in error


@pytest.fixture
def written(tmp_path: Path) -> SeriesFolder:
    folder = SeriesFolder(tmp_path / "watch-abc123")
    write_documents(folder, small_series(), load_profile("draft"))
    folder.save(small_series())
    return folder


@pytest.mark.parametrize("command", ["render", "status", "verify", "export", "redo"])
@pytest.mark.parametrize(
    ("change", "words"),
    [({"schema_version": 9}, "schema version 9, this program reads 1"), ({"colour": "red"}, "colour: unknown key")],
)
def test_a_series_of_another_version_or_with_an_unknown_key_is_refused_and_left_as_it_is(
    command: str, change: dict[str, object], words: str, written: SeriesFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    text = json.dumps(json.loads(written.series_path.read_text()) | change)
    written.series_path.write_text(text)
    extra = {"export": ["--nle"], "redo": ["e001"]}.get(command, [])
    assert run([command, str(written.root), *extra]) == 2
    error = capsys.readouterr().err
    assert words in error and error.count("\n") == 1
    assert written.series_path.read_text() == text


def test_a_missing_font_is_named_before_anything_is_rendered(
    written: SeriesFolder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "FILE_NAME", "Nowhere.otf")
    assert run(["render", str(written.root), "--episodes", "1"]) == 2
    error = capsys.readouterr().err
    assert "Nowhere.otf is missing" in error and error.count("\n") == 1
    assert not (written.root / "takes").exists()


def test_a_glyph_that_no_font_covers_is_named_before_anything_is_rendered(
    written: SeriesFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    text = written.series_path.read_text().replace("Jonah hated that river.", "Jonah hated that 🌊 river.")
    written.series_path.write_text(text)
    assert run(["render", str(written.root), "--episodes", "1"]) == 2
    assert "U+1F30A" in capsys.readouterr().err
    assert not (written.root / "takes").exists()


def test_premise_text_is_no_syntax_of_the_subtitles_and_no_part_of_the_encoders_command(tmp_path: Path) -> None:
    series = plan_series(SYNTAX, "en", 3, 1).model_copy(update={"title": "x' [a]; {\\b1} -y $(id)"})
    timeline = timeline_of(small_series().episodes[0])
    nothing = ConformInput(
        unit="e001", timeline=timeline, clips={}, faces={}, stems=None, overlays=draw_overlays(timeline, (1080, 1920)),  # type: ignore[arg-type]
        profile=load_profile("draft"), tags={"title": series.title}, font_sha256="",
    )  # fmt: skip
    command = encoder_command(nothing, tmp_path / "master.mp4")
    at = command.index(f"title={series.title}")
    assert command[at - 1] == "-metadata"
    rest = " ".join(command[: at - 1] + command[at + 1 :])
    assert "filename=captions.ass" in rest and "fontsdir=fonts" in rest
    assert not any(mark in rest for mark in ("$(", "drawtext", "b1", "passwd", "baker"))
    rows = tuple(SYNTAX[n : n + 40] for n in range(0, len(SYNTAX), 40))
    ass = subtitles.to_ass([Caption(0, 48, rows)], "Sans")
    (event,) = [line for line in ass.splitlines() if line.startswith("Dialogue: ")]
    assert "{" not in event and "\\" not in event.replace("\\N", "")
    assert event.count("\\N") == len(rows) - 1
