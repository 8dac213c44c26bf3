"""One ffmpeg at work: its own counter as progress, a stop at any moment, limits of time and size. Knows no pictures.

A process never outlives the call: a cancel, an interrupt or a limit kills it. What it wrote is the caller's to remove."""

from __future__ import annotations

import os
import resource
import selectors
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

from engine import ffmpeg
from engine.core import UserError
from engine.ffmpeg import executable, last_words

LOOK_SECONDS = 0.1
"""How often a cancel and the limits are looked at."""
READ_BYTES = 1 << 16
FULL = "No space left on device"
NVENC_TRIAL = (
    "-f", "lavfi", "-i", "color=s=256x256:r=24:d=0.25", "-c:v", "h264_nvenc", "-pix_fmt", "yuv420p", "-f", "null", "-",
)  # fmt: skip


class Cancelled(UserError):
    """Someone asked to stop; nothing is left behind."""


@dataclass(frozen=True)
class Limits:
    """Wall seconds, and bytes of the file (0: none)."""

    seconds: float
    bytes: int = 0


@dataclass(frozen=True)
class Finished:
    """What ffmpeg's counter said last, and the processor seconds it took."""

    frames: int
    core_seconds: float


def work(
    command: Sequence[str],
    writes: Path,
    limits: Limits,
    tell: Callable[[dict[str, int]], None],
    cancelled: Callable[[], bool] | None = None,
    cwd: Path | None = None,
) -> Finished:
    """Runs an ffmpeg that has `-progress pipe:1` to its end; `tell` gets its counters (frame, out_time_us, ...).

    UserError with its last words when it fails, when it takes too long, or when the file it writes grows too large.
    Cancelled when `cancelled()` says so, within LOOK_SECONDS."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, cwd=cwd, bufsize=0
        )
        try:
            counters, usage = _watch(process, writes, limits, tell, cancelled)
        except BaseException:
            process.kill()
            process.wait()
            raise
        finally:
            if process.stdout is not None:
                process.stdout.close()
        if process.returncode:
            errors.seek(0)
            words = last_words(errors.read().decode("utf-8", "replace"))
            if FULL in words:
                raise UserError(f"the disk of {writes.parent} is full: the film needs more room")
            raise UserError(f"ffmpeg could not make the film: {words or f'it ended with {process.returncode}'}")
    return Finished(counters.get("frame", 0), usage.ru_utime + usage.ru_stime)


def _watch(
    process: subprocess.Popen[bytes],
    writes: Path,
    limits: Limits,
    tell: Callable[[dict[str, int]], None],
    cancelled: Callable[[], bool] | None,
) -> tuple[dict[str, int], resource.struct_rusage]:
    """Its last counters, and what it used."""
    pipe = process.stdout
    if pipe is None:
        raise RuntimeError("ffmpeg has no progress pipe")
    started = time.monotonic()
    counters: dict[str, int] = {}
    left = b""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            left, more = _read(selector, pipe, left, counters, tell)
            _keep(limits, time.monotonic() - started, writes, cancelled)
            if not more:
                break
    return counters, _ended(process, limits, started, writes, cancelled)


def _read(
    selector: selectors.BaseSelector,
    pipe: IO[bytes],
    left: bytes,
    counters: dict[str, int],
    tell: Callable[[dict[str, int]], None],
) -> tuple[bytes, bool]:
    """What has come so far of the next block of counters, and whether more can come."""
    if not selector.select(LOOK_SECONDS):
        return left, True
    told = os.read(pipe.fileno(), READ_BYTES)
    if not told:
        return left, False
    lines = (left + told).split(b"\n")
    counters.update(parse_progress(lines[:-1]))
    tell(dict(counters))
    return lines[-1], True


def parse_progress(lines: Sequence[bytes]) -> dict[str, int]:
    """The whole numbers of `key=value` lines; 'N/A' and words are left out.

    >>> parse_progress([b"frame=12", b"out_time_us=N/A", b"progress=continue"])
    {'frame': 12}
    """
    out: dict[str, int] = {}
    for line in lines:
        key, _, value = line.decode("ascii", "replace").partition("=")
        if value.strip().isdigit():
            out[key.strip()] = int(value)
    return out


def _keep(limits: Limits, spent: float, writes: Path, cancelled: Callable[[], bool] | None) -> None:
    if cancelled is not None and cancelled():
        raise Cancelled("stopped; no file was left behind")
    if spent > limits.seconds:
        raise UserError(f"the film took longer than {limits.seconds:g} s to make and was stopped; raise the time limit")
    if limits.bytes and writes.is_file() and writes.stat().st_size > limits.bytes:
        raise UserError(
            f"the film grew over {limits.bytes / 1e6:g} MB and was stopped: raise the size limit, or make it smaller"
        )


def _ended(
    process: subprocess.Popen[bytes],
    limits: Limits,
    started: float,
    writes: Path,
    cancelled: Callable[[], bool] | None,
) -> resource.struct_rusage:
    """Waits for the end after the pipe has closed (an index is still being written); what it used."""
    while True:
        done, status, usage = os.wait4(process.pid, os.WNOHANG)
        if done:
            process.returncode = os.waitstatus_to_exitcode(status)
            break
        _keep(limits, time.monotonic() - started, writes, cancelled)
        time.sleep(LOOK_SECONDS / 10)
    _keep(Limits(float("inf"), limits.bytes), 0.0, writes, None)
    return usage


@cache
def nvenc_works() -> bool:
    """Whether a test encode on the graphics card succeeds; tried once."""
    command = [executable(), "-hide_banner", "-nostdin", "-loglevel", "error", *NVENC_TRIAL]
    try:
        done = subprocess.run(command, capture_output=True, timeout=ffmpeg.PROBE_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def encoder_of(wanted: str) -> str:
    """'x264' or 'nvenc' for auto, x264, nvenc. UserError when nvenc is asked for and does not work here."""
    if wanted == "x264" or (wanted == "auto" and not nvenc_works()):
        return "x264"
    if wanted not in ("auto", "nvenc"):
        raise UserError(f"no encoder '{wanted}': choose from auto, x264, nvenc")
    if not nvenc_works():
        raise UserError("nvenc does not work on this machine: a test encode failed; choose x264 or auto")
    return "nvenc"
