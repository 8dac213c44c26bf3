"""The yardstick of `cliffhanger cut`: its file has the pauses it says, and silences are compared as promised."""

from __future__ import annotations

import argparse
import itertools
import subprocess
from pathlib import Path

import bench_cut
import get_samples
import numpy as np
import pytest


def test_the_made_speech_has_its_pauses_where_it_says() -> None:
    samples, spans = bench_cut.speech(15)
    rate = bench_cut.SAMPLE_RATE
    assert len(samples) == 15 * rate
    assert len(spans) >= 3
    for (_, stop), (start, _) in itertools.pairwise(spans):
        pause = samples[round(stop * rate) : round(start * rate)]
        assert 20 * np.log10(np.sqrt(np.mean(pause**2))) == pytest.approx(bench_cut.NOISE_DBFS, abs=0.5)
    assert np.abs(samples).max() == pytest.approx(10 ** (bench_cut.PEAK_DBFS / 20), abs=0.01)


def test_silences_are_the_same_when_they_overlap_each_other_alone() -> None:
    ours = [(0, 20), (50, 60), (100, 140), (200, 206), (300, 304)]
    theirs = [(1, 22), (47, 60), (100, 115), (120, 140), (200, 207)]
    found = bench_cut.compare(ours, theirs)
    assert (found.first, found.second) == (3, 5)
    assert (found.same, found.agreed, found.largest) == (3, 2, 3)
    assert found.alone == 3  # one of ours was cut in two by them


def test_what_was_kept_leaves_the_silences() -> None:
    assert bench_cut.between([(2, 5), (5, 7)], 9) == [(0, 2), (7, 9)]
    assert bench_cut.between([], 9) == [(0, 9)]


def test_auto_editors_clips_after_the_first_begin_a_frame_late() -> None:
    clips = [{"offset": 10, "dur": 20}, {"offset": 51, "dur": 30}]
    assert bench_cut.their_silences({"timeline": {"a": [clips]}}, 100) == [(0, 10), (30, 50), (80, 100)]


def test_a_level_becomes_the_share_of_the_loudest_sample() -> None:
    noise = np.random.default_rng(1).normal(0, 10 ** (-60 / 20), (500, bench_cut.SAMPLE_RATE // bench_cut.FPS))
    largest = np.median(np.abs(noise).max(axis=1)) / 10 ** (bench_cut.PEAK_DBFS / 20)
    assert bench_cut.as_threshold(-60) == pytest.approx(largest, rel=0.15)


def test_without_auto_editor_the_bench_says_so_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = bench_cut.Run(1.0, 2.0, 3_000_000, "")
    monkeypatch.setattr(bench_cut.shutil, "which", lambda name: None)
    monkeypatch.setattr(bench_cut, "make_file", lambda folder, seconds, size: (Path(__file__), [(1.0, 9.0)]))
    monkeypatch.setattr(bench_cut, "our_silences", lambda path: ([(0, 24), (216, 240)], -60.0))
    monkeypatch.setattr(bench_cut, "run_ours", lambda path, folder: run)
    assert bench_cut.main(["--seconds", "10", "--keep", str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert "apt-get install" in told.err
    assert '"auto_editor": null' in told.out.splitlines()[-1]
    assert "ours against the pauses made" in told.out


def test_a_size_that_is_none_is_refused() -> None:
    assert bench_cut.size_of("1920x1080") == "1920x1080"
    for text in ("1920", "0x10", "ax9", "99999x10"):
        with pytest.raises(argparse.ArgumentTypeError, match="no size"):
            bench_cut.size_of(text)


def test_a_package_that_cannot_be_had_is_told_and_the_others_are_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def answer(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 100, "", "E: no such package\n")

    monkeypatch.setattr(get_samples.subprocess, "run", answer)
    assert get_samples.main([str(tmp_path / "new"), "--only", "speech"]) == 1
    assert "not fetched: apt-get download: E: no such package" in capsys.readouterr().out


def test_every_recording_names_its_maker_and_an_open_licence() -> None:
    for sample in get_samples.SAMPLES:
        assert sample.package.licence.startswith("CC BY")
        assert sample.package.maker
