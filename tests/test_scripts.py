"""Recipes: the environment maker against a package index of two files, the bench's own instruments."""

import hashlib
import os
import sys
from pathlib import Path

import bench
import make_venv
import pytest
import readme_tree


def index(folder: Path, digest: str | None = None) -> str:
    """A package index page listing an older and a newer pip; `digest` replaces the newer one's sha256."""
    links = ""
    for version in ("9.0.3", "23.10.1"):
        wheel = folder / f"pip-{version}-py3-none-any.whl"
        wheel.write_bytes(version.encode())
        links += f'<a href="{wheel.as_uri()}#sha256={digest or hashlib.sha256(version.encode()).hexdigest()}">x</a>\n'
    (folder / "index.html").write_text(links)
    return (folder / "index.html").as_uri()


def test_newest_pip_of_an_index_is_fetched_and_its_hash_checked(tmp_path: Path) -> None:
    page = index(tmp_path)
    (tmp_path / "into").mkdir()
    assert make_venv.newest_pip(page, tmp_path / "into").read_bytes() == b"23.10.1"
    with pytest.raises(ValueError, match="another sha256"):
        make_venv.newest_pip(index(tmp_path, "0" * 64), tmp_path / "into")


def test_a_page_without_pip_or_without_protocol_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.html").write_text("<html></html>")
    with pytest.raises(ValueError, match="no pip is listed"):
        make_venv.newest_pip((tmp_path / "empty.html").as_uri(), tmp_path)
    with pytest.raises(ValueError, match="no web address"):
        make_venv.newest_pip("/etc/passwd", tmp_path)


def test_no_way_to_pip_ends_in_one_line_and_exit_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(make_venv, "WAYS", (lambda folder: False,))
    monkeypatch.setattr(sys, "argv", ["make_venv.py", str(tmp_path / "env")])
    assert make_venv.main() == 2
    assert capsys.readouterr().out.count("\n") == 1


def test_measuring_counts_children_time_and_memory() -> None:
    child = "x = bytearray(200_000_000); sum(range(3_000_000))"
    run = bench.measure(
        [sys.executable, "-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', '{child}'])"]
    )
    assert run.core > 0.05
    assert run.peak_bytes > 200_000_000
    assert bench.resident_bytes(os.getpid()) > 10_000_000


def test_a_failing_command_ends_the_measurement_with_its_last_words() -> None:
    with pytest.raises(bench.BenchError, match="exit 3: gone"):
        bench.measure([sys.executable, "-c", "print('gone'); raise SystemExit(3)"])


def test_base_install_is_counted_without_the_extras() -> None:
    assert 300e6 < bench.base_bytes() < 600e6


def test_a_limit_is_kept_missed_or_was_never_promised() -> None:
    assert bench.Figure("a", 2.0, "s", 3.0).kept is True
    assert bench.Figure("a", 4.0, "s", 3.0).kept is False
    assert bench.Figure("a", None, "s", 3.0).kept is None


def test_shot_table_gives_pictures_and_lengths(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"")
    rows = [
        "number,seconds,camera,file",
        '1,2.5,"cu, push",a.png',
        '2,1.0,"cu, hold",a.png',
        '3,1.0,"cu, hold",gone.png',
    ]
    (tmp_path / "shots.csv").write_text("\n".join(rows))
    picture = str(tmp_path / "a.png")
    assert bench.pictures(tmp_path) == [(picture, 2.5, bench.ZOOM_A_SECOND), (picture, 1.0, 0.0)]


def test_first_sentences_come_from_the_files_themselves() -> None:
    assert readme_tree.first_sentence(Path("engine/timeline.py")).startswith("The one derived structure")
    assert readme_tree.first_sentence(Path("LICENSE")) == "Apache-2.0"
    assert "configs/fonts" not in readme_tree.tree() and "  fonts/" in readme_tree.tree()
