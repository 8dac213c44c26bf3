"""`cliffhanger cut` and `cliffhanger conform`, as a person types them, on files made on the spot."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from engine import cli, ffmpeg, wav
from engine.footage.media import open_media

RATE = 25
SAMPLE_RATE = 48_000
TALK = [(0.5, 1.8), (3.6, 5.0), (5.4, 6.6)]
"""Seconds at which somebody makes a noise like speech, in a file of eight seconds."""


def sound(seconds: float, bursts: list[tuple[float, float]], late: float = 0.0) -> np.ndarray:
    """(1, samples): noise in syllables over a quiet room, as a recorder that began `late` hears it."""
    dice = np.random.default_rng(5)
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    carrier = np.convolve(dice.normal(0, 1, len(time)), np.ones(24) / 24, "same")
    loud = np.zeros(len(time))
    for number, (start, stop) in enumerate(bursts):
        syllables = 0.55 + 0.45 * np.sin(2 * np.pi * (3.1 + number) * (time - start))
        loud += np.where((time >= start) & (time < stop), syllables * (0.25 + 0.15 * number), 0.0)
    heard = carrier * loud + np.random.default_rng(round(late * 1000)).normal(0, 2e-4, len(time))
    return heard[round(late * SAMPLE_RATE) :][None].astype(np.float32)


def film(path: Path, heard: np.ndarray, colour: str, picture: bool = True) -> Path:
    """A file of one colour with a counter of frames, and a sound."""
    seconds = heard.shape[1] / SAMPLE_RATE
    wav.write_wav(path.with_suffix(".tmp.wav"), np.repeat(heard, 2, axis=0), SAMPLE_RATE)
    source = f"color={colour}:s=320x180:r={RATE}:d={seconds:.3f}"
    arguments = ["-f", "lavfi", "-i", source] if picture else []
    arguments += ["-i", str(path.with_suffix(".tmp.wav")), "-c:v", "libx264", "-preset", "ultrafast", "-g", "12"]
    ffmpeg.run(["-y", "-loglevel", "error", *arguments, str(path)])
    path.with_suffix(".tmp.wav").unlink()
    return path


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film(tmp_path_factory.mktemp("cut") / "talk.mp4", sound(8, TALK), "gray")


@pytest.fixture(scope="module")
def cameras(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("cameras")
    return [film(folder / f"{c}.mp4", sound(8, TALK, late), c) for c, late in (("red", 0.0), ("blue", 0.8))]


def run(*words: object) -> int:
    return cli.run([str(word) for word in words])


def test_silence_goes_and_the_master_is_as_long_as_its_cut_list(
    talk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    master, cuts, marks = (tmp_path / name for name in ("master.mp4", "cuts.json", "marks.json"))
    assert (
        run("cut", talk, "-o", master, "--cuts", cuts, "--markers", marks, "--size", "180x320", "--json", "--explain")
        == 0
    )
    printed = capsys.readouterr().out
    told = json.loads(printed.splitlines()[-1])
    listed = json.loads(cuts.read_text())
    assert told["seconds"] < 6 and len(listed) == told["clips"] > 1
    assert any(b["source_frame"] > a["source_frame"] + a["duration"] + 10 for a, b in pairwise(listed))
    assert all(cut["rule"] for cut in listed[1:]) and "(priority" in printed
    media = open_media(master)
    assert (media.width, media.height, media.rate) == (180, 320, RATE)
    assert round(media.seconds * RATE) == told["frames"]
    first = json.loads(marks.read_text())[0]
    assert set(first) == {"kind", "frame", "seconds", "strength", "reason"}
    assert first["kind"] == "onset" and first["frame"] <= 8


def test_the_same_cut_is_made_twice_to_the_byte(talk: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "a.mp4", tmp_path / "b.mp4"
    for path in (first, second):
        assert run("cut", talk, "-o", path, "--size", "180x320", "--style", "calm") == 0
    assert first.read_bytes() == second.read_bytes()


def test_cameras_are_put_in_step_and_a_person_s_edit_is_conformed(
    cameras: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit, master = cameras[0].parent / "cut.otio", tmp_path / "master.mp4"
    assert run("cut", *cameras, "-o", edit, "--style", "thriller", "--json", "--overwrite") == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["is_scene"] and told["angles"] == 2
    assert run("conform", edit, "-o", master, "--size", "180x320", "--json") == 0
    frames = json.loads(capsys.readouterr().out.splitlines()[-1])["frames"]
    assert frames == told["frames"] == round(open_media(master).seconds * RATE)


def test_highlights_are_as_long_as_asked(talk: Path, tmp_path: Path) -> None:
    assert run("cut", talk, "--length", 2, "-o", tmp_path / "best.mp4", "--size", "180x320", "--style", "calm") == 0
    assert open_media(tmp_path / "best.mp4").seconds == pytest.approx(2, abs=0.05)


def test_sound_alone_is_cut_to_sound(talk: Path, tmp_path: Path) -> None:
    alone = film(tmp_path / "alone.wav", sound(8, TALK), "gray", picture=False)
    assert run("cut", alone, "-o", tmp_path / "short.wav") == 0
    assert 3 < wav.read_wav(tmp_path / "short.wav")[0].shape[1] / SAMPLE_RATE < 6


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["{talk}"], "say what to make"),
        (["{talk}", "-o", "{talk}"], "it would be lost"),
        (["{talk}", "-o", "x.txt"], "must end in"),
        (["{talk}", "--plot", "x.pdf"], "must end in"),
        (["{talk}", "--cuts", "x.json", "--markers", "x.json"], "named twice"),
        (["{talk}", "--explain", "--style", "noir"], "choose from calm, comic, drama, thriller, trailer"),
        (["{talk}", "--explain", "--rate", "26"], "no frame rate '26'"),
        (["{talk}", "--explain", "--size", "big"], "such as 1080x1920"),
        (["{talk}", "--explain", "--order", "random"], "choose from auto, angles, sequence"),
        (["nowhere.mp4", "--explain"], "no file nowhere.mp4"),
        (["{talk}", "-o", "x.mp4", "--fit", "squeeze"], "--fit squeeze: choose from crop, pad, blur"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    words: list[str],
    says: str,
    talk: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("cut", *(word.format(talk=talk) for word in words)) == 2
    told = capsys.readouterr().err
    assert says in told and told.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_there_is_not_replaced_unasked(
    talk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cuts = tmp_path / "cuts.json"
    cuts.write_text("mine")
    assert run("cut", talk, "--cuts", cuts) == 2 and "is there already" in capsys.readouterr().err
    assert cuts.read_text() == "mine"
    assert run("cut", talk, "--cuts", cuts, "--overwrite") == 0 and json.loads(cuts.read_text())
