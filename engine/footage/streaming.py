"""A file's sound as blocks of samples, decoded through ffmpeg's pipe while they are being used. Knows no loudness.

ffmpeg writes a WAV stream whose header says rate, channels and speakers; the sizes in it mean nothing on a pipe."""

from __future__ import annotations

import struct
import subprocess
import tempfile
import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from engine.core import UserError
from engine.ffmpeg import executable, last_words, safe_input

Block = NDArray[np.float32]

BLOCK_SECONDS = 8.0
MOST_BLOCK_BYTES = 8 * 2**20
"""A block holds as many seconds as fit in this: 8 channels at 192 kHz would be 50 MB."""
LEAST_RATE, MOST_RATE = 8_000, 192_000
USUAL_RATE = 48_000
"""What a rate outside of those is turned into."""
MOST_CHANNELS = 16
LOUDEST = 32.0
"""A float sample beyond this (+30 dB over full scale) is damage, and is cut down to it."""
FRAME_SAMPLES = 16_384
"""What ffmpeg passes on at once: a codec's own frames of a thousand make it wake its threads ten times as often."""
LEAST_PATIENCE = 300.0
PATIENCE_SHARE = 0.5
"""Seconds ffmpeg may take, and those it may take for each second of sound."""
MOST_ERROR_BYTES = 64 * 1024
_EXTENSIBLE = 0xFFFE
_NO_STREAM = "matches no streams"


@dataclass(frozen=True)
class Sound:
    """A file's first sound stream as it comes. `mask` has the speakers as in a WAV header, 0 when not said; `blocks` are
    (channels, samples) float32, finite, in order, and can be read once."""

    sample_rate: int
    channels: int
    mask: int
    blocks: Iterator[Block]


@contextmanager
def open_sound(path: Path, seconds: float) -> Generator[Sound]:
    """The sound of a media file from its start for at most `seconds`; what begins late is preceded by silence.

    UserError when there is no sound in it, or none that can be decoded. A stream that breaks off ends there."""
    with _decoding(path, seconds, []) as (pipe, errors):
        rate, channels, mask = _header(pipe, path, errors)
        if LEAST_RATE <= rate <= MOST_RATE:
            yield Sound(rate, channels, mask, _blocks(pipe, rate, channels))
            return
    with _decoding(path, seconds, ["-ar", str(USUAL_RATE)]) as (pipe, errors):
        rate, channels, mask = _header(pipe, path, errors)
        yield Sound(rate, channels, mask, _blocks(pipe, rate, channels))


@contextmanager
def _decoding(path: Path, seconds: float, changed: list[str]) -> Generator[tuple[IO[bytes], IO[bytes]]]:
    """ffmpeg's output and what it said, while it runs. It is stopped on the way out, and after its time limit."""
    command = [
        executable(),
        "-hide_banner",
        "-nostdin",
        "-loglevel",
        "error",
        *safe_input(path),
        "-map",
        "0:a:0",
        "-vn",
    ]
    command += [
        "-af",
        f"aresample=async=1:first_pts=0,asetnsamples={FRAME_SAMPLES}:pad=0",
        "-t",
        f"{seconds:.6f}",
        *changed,
    ]
    command += ["-c:a", "pcm_f32le", "-f", "wav", "pipe:1"]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, stdin=subprocess.DEVNULL)
        watch = threading.Timer(LEAST_PATIENCE + PATIENCE_SHARE * seconds, process.kill)
        watch.daemon = True
        watch.start()
        try:
            assert process.stdout is not None
            yield process.stdout, errors
        finally:
            watch.cancel()
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


def _header(pipe: IO[bytes], path: Path, errors: IO[bytes]) -> tuple[int, int, int]:
    """Rate, channels, speakers; the pipe then stands at the first sample. UserError when no sound comes."""
    if pipe.read(12)[:4] != b"RIFF":
        raise UserError(_why_not(path, errors))
    rate = channels = mask = 0
    while True:
        head = pipe.read(8)
        if len(head) < 8:
            raise UserError(_why_not(path, errors))
        name, size = struct.unpack("<4sI", head)
        if name == b"data":
            break
        body = pipe.read(size + size % 2)
        if name == b"fmt ":
            kind, channels, rate = struct.unpack("<HHI", body[:8])
            mask = struct.unpack("<I", body[20:24])[0] if kind == _EXTENSIBLE and len(body) >= 24 else 0
    if not 1 <= channels <= MOST_CHANNELS:
        raise UserError(f"{path} has {channels} channels of sound: at most {MOST_CHANNELS} can be heard")
    return rate, channels, mask


def _why_not(path: Path, errors: IO[bytes]) -> str:
    errors.seek(0)
    said = errors.read(MOST_ERROR_BYTES).decode("utf-8", "replace")
    if _NO_STREAM in said:
        return f"{path} has no sound in it"
    return f"the sound of {path} cannot be read: {last_words(said) or 'nothing came of it'}"


def _blocks(pipe: IO[bytes], rate: int, channels: int) -> Iterator[Block]:
    size = min(round(BLOCK_SECONDS * rate), MOST_BLOCK_BYTES // (4 * channels)) * 4 * channels
    buffer = bytearray(size)
    whole = np.frombuffer(buffer, "<f4").reshape(-1, channels)

    def following() -> Block | None:
        count = _filled(pipe, memoryview(buffer)) // (4 * channels)
        return cleaned(np.array(whole[:count].T, order="C")) if count else None

    yield from _ahead(following)


def _filled(pipe: Any, buffer: memoryview) -> int:
    """How many bytes came from a buffered `pipe`; fewer than `buffer` holds only at the end."""
    done = 0
    while done < len(buffer):
        came: int = pipe.readinto(buffer[done:])
        if not came:
            break
        done += came
    return done


def _ahead(following: Callable[[], Block | None]) -> Iterator[Block]:
    """Every block up to None; the next one is read while this one is being used."""
    pool = ThreadPoolExecutor(1)
    try:
        coming = pool.submit(following)
        while (block := coming.result()) is not None:
            coming = pool.submit(following)
            yield block
    finally:
        pool.shutdown(wait=False)  # a read that is under way ends with ffmpeg


def cleaned(block: Block) -> Block:
    """The block without what is no number, nor beyond LOUDEST; the same array when there is nothing to do."""
    low, high = float(block.min(initial=0.0)), float(block.max(initial=0.0))
    if low >= -LOUDEST and high <= LOUDEST:  # false for what is no number, too
        return block
    return np.clip(np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0), -LOUDEST, LOUDEST)
