"""One ffmpeg at work: progress, stops and limits; nothing runs on and nothing is left."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.core import UserError
from engine.ffmpeg import executable
from engine.footage import running
from engine.footage.conform import Conforming, conform
from engine.footage.running import Cancelled, Limits, encoder_of, parse_progress, work
from engine.timeline import Clip, Source, Timeline

LONG = "testsrc2=s=640x360:r=25:d=600"


def command(out: Path, source: str = LONG, *options: str) -> list[str]:
    shared = ["-v", "error", "-nostdin", "-progress", "pipe:1", "-nostats", "-stats_period", "0.1", "-y"]
    return [
        executable(),
        *shared,
        "-f",
        "lavfi",
        "-i",
        source,
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        *options,
        str(out),
    ]


def children() -> set[str]:
    tasks = Path(f"/proc/{os.getpid()}/task")
    return {child for task in tasks.iterdir() for child in (task / "children").read_text().split()}


def nothing(_counters: dict[str, int]) -> None:
    """Progress that nobody looks at."""


def test_the_counter_is_ffmpegs_own_and_ends_at_the_last_frame(tmp_path: Path) -> None:
    told: list[int] = []
    done = work(
        command(tmp_path / "a.mp4", "testsrc2=s=320x180:r=25:d=2"),
        tmp_path / "a.mp4",
        Limits(60),
        lambda counters: told.append(counters.get("frame", 0)),
    )
    assert done.frames == 50 and told == sorted(told) and told[-1] == 50
    assert done.core_seconds > 0
    assert parse_progress([b"frame=7", b"speed=2.1x", b"out_time_us=N/A", b"junk"]) == {"frame": 7}


def stopped(out: Path, cancelled: Callable[[], bool], tell: Callable[[dict[str, int]], None] = nothing) -> float:
    """Seconds from the wish to stop to the return."""
    wished: list[float] = []

    def asked() -> bool:
        if cancelled():
            wished.append(time.monotonic())
        return bool(wished)

    with pytest.raises(Cancelled, match="stopped; no file was left behind"):
        work(command(out), out, Limits(60), tell, asked)
    return time.monotonic() - wished[0]


def test_a_cancel_ends_the_process_within_a_second(tmp_path: Path) -> None:
    before = children()
    started = time.monotonic()
    assert stopped(tmp_path / "a.mp4", lambda: time.monotonic() > started + 0.5) < 1.0
    assert children() <= before


def test_an_interrupt_passes_through_and_ends_the_process(tmp_path: Path) -> None:
    before = children()

    def interrupt(_counters: dict[str, int]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work(command(tmp_path / "a.mp4"), tmp_path / "a.mp4", Limits(60), interrupt)
    assert children() <= before


def test_limits_of_time_and_size_stop_it_with_their_reason(tmp_path: Path) -> None:
    before = children()
    with pytest.raises(UserError, match=r"longer than 0\.4 s to make and was stopped; raise the time limit"):
        work(command(tmp_path / "a.mp4"), tmp_path / "a.mp4", Limits(0.4), nothing)
    with pytest.raises(UserError, match=r"grew over 0\.2 MB and was stopped: raise the size limit"):
        work(command(tmp_path / "b.mp4"), tmp_path / "b.mp4", Limits(60, 200_000), nothing)
    small = "testsrc2=s=320x180:r=25:d=1"
    with pytest.raises(UserError, match=r"grew over 0\.001 MB"):
        work(command(tmp_path / "c.mp4", small), tmp_path / "c.mp4", Limits(60, 1000), nothing)
    assert children() <= before


def test_a_failure_is_told_in_ffmpegs_last_words(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="could not make the film: .*nosuchfilter"):
        work(command(tmp_path / "a.mp4", LONG, "-vf", "nosuchfilter"), tmp_path / "a.mp4", Limits(60), nothing)


def test_a_full_disk_is_named_as_such(tmp_path: Path) -> None:
    full = ["sh", "-c", "echo 'av_interleaved_write_frame(): No space left on device' >&2; exit 228"]
    with pytest.raises(UserError, match=f"the disk of {tmp_path} is full"):
        work(full, tmp_path / "x.mp4", Limits(60), nothing)


@pytest.mark.slow
def test_a_stopped_cut_leaves_no_file_and_keeps_the_old_one(tmp_path: Path) -> None:
    source = tmp_path / "x.mkv"
    work(command(source, "testsrc2=s=320x180:r=24:d=8"), source, Limits(60), nothing)
    timeline = Timeline(0, 24, 190, (Clip("x", 0, 190),), (), sources=(Source("x", str(source), 190, has_sound=False),))
    out = tmp_path / "film.mp4"
    out.write_bytes(b"the one before")
    shares: list[float] = []
    how = Conforming(size=(540, 960), preset="slow", encoder="x264", cancelled=lambda: bool(shares))
    with pytest.raises(Cancelled):
        conform(timeline, out, how, shares.append)
    with pytest.raises(UserError, match="grew over"):
        conform(timeline, out, Conforming(size=(180, 320), bytes_limit=5000, encoder="x264"), lambda _share: None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["film.mp4", "x.mkv"]
    assert out.read_bytes() == b"the one before"


def test_an_encoder_is_used_only_when_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    assert encoder_of("x264") == "x264"
    monkeypatch.setattr(running, "nvenc_works", lambda: False)
    assert encoder_of("auto") == "x264"
    with pytest.raises(UserError, match="nvenc does not work on this machine"):
        encoder_of("nvenc")
    monkeypatch.setattr(running, "nvenc_works", lambda: True)
    assert encoder_of("auto") == encoder_of("nvenc") == "nvenc"
    with pytest.raises(UserError, match="no encoder 'av1'"):
        encoder_of("av1")


def test_the_test_encode_gives_an_answer_on_any_machine() -> None:
    assert running.nvenc_works() in (True, False)
