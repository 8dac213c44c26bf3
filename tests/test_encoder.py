"""Frames through ffmpeg's pipe: the same bytes every time, a clear end when the encoder or the frames are wrong."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.core import UserError
from engine.encoder import compiled, encode_frames, graph, picture_input
from engine.ffmpeg import probe

SIZE = (64, 96)


def noise(count: int, size: tuple[int, int] = SIZE) -> Iterator[NDArray[np.uint8]]:
    rng = np.random.default_rng(5)
    for _ in range(count):
        yield rng.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)


def command(path: Path) -> list[str]:
    output = graph.output(picture_input(SIZE, 24), f"file:{path}", vcodec="libx264", threads=2, fflags="+bitexact")
    return compiled(output)


def test_the_same_frames_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        encode_frames(command(tmp_path / name), noise(48), SIZE, tmp_path, name)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    assert probe(tmp_path / "a.mp4").seconds == 2.0


def test_a_frame_shown_twice_is_encoded_twice(tmp_path: Path) -> None:
    frame = next(noise(1))
    encode_frames(command(tmp_path / "a.mp4"), [frame] * 24, SIZE, tmp_path, "a")
    assert probe(tmp_path / "a.mp4").seconds == 1.0


def test_a_frame_of_another_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"shape \(64, 96, 3\) came for a picture of 64x96"):
        encode_frames(command(tmp_path / "a.mp4"), noise(3, (96, 64)), SIZE, tmp_path, "a")


def test_an_encoder_that_fails_is_told_in_its_own_last_words(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"could not encode e001: .*No such file or directory"):
        encode_frames(command(tmp_path / "no" / "a.mp4"), noise(500), SIZE, tmp_path, "e001")


@pytest.mark.parametrize("last", ["raise SystemExit(3)", "import os; os.kill(os.getpid(), 9)", ""])
def test_an_encoder_that_stops_reading_is_an_error_even_when_it_says_all_is_well(tmp_path: Path, last: str) -> None:
    program = [sys.executable, "-c", f"import sys; sys.stdin.buffer.read(1000)\n{last}"]
    with pytest.raises(UserError, match="could not encode e001: it was stopped"):
        encode_frames(program, noise(2000), SIZE, tmp_path, "e001")


def test_an_encoder_that_hangs_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.encoder.RUN_SECONDS", 0.3)
    with pytest.raises(UserError, match="could not encode e001: it was stopped"):
        encode_frames([sys.executable, "-c", "import time; time.sleep(60)"], noise(2000), SIZE, tmp_path, "e001")


def test_a_player_that_dies_takes_the_encoder_with_it(tmp_path: Path) -> None:
    def frames() -> Iterator[NDArray[np.uint8]]:
        yield from noise(2)
        raise RuntimeError("the scene is damaged")

    with pytest.raises(RuntimeError, match="the scene is damaged"):
        encode_frames(command(tmp_path / "a.mp4"), frames(), SIZE, tmp_path, "a")
