"""Feeds drawn frames to one ffmpeg's pipe. Knows pixels, pipes and time limits; no timeline.

Colour: OpenCV's I420 conversion computes the BT.601 matrix in limited range, so that is what streams are tagged."""

from __future__ import annotations

import contextlib
import fcntl
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, Any

import cv2
import ffmpeg
import numpy as np
from numpy.typing import NDArray

from engine.core import UserError
from engine.ffmpeg import PROTOCOLS, RUN_SECONDS, executable, last_words

graph: Any = ffmpeg  # it carries no types
F_SETPIPE_SZ = 1031  # fcntl(2), Linux
PIPE_BYTES = 1 << 20
REFUSED = (1, 22)  # EPERM, EINVAL

Frame = NDArray[np.uint8]

COLOUR = {"colorspace": "smpte170m", "color_primaries": "bt709", "color_trc": "bt709", "color_range": "tv"}


def picture_input(size: tuple[int, int], rate: int) -> Any:
    """The graph's node for the frames that encode_frames pipes in."""
    return graph.input("pipe:", format="rawvideo", pix_fmt="yuv420p", s=f"{size[0]}x{size[1]}", r=rate)


def compiled(output: Any) -> list[str]:
    """The command line of an output node: a list, never a shell's string."""
    return graph.compile(
        output.global_args("-hide_banner", "-loglevel", "error", "-protocol_whitelist", PROTOCOLS, "-y"),
        cmd=executable(),
    )


def encode_frames(command: Sequence[str], frames: Iterable[Frame], size: tuple[int, int], cwd: Path, what: str) -> None:
    """Runs an ffmpeg that reads raw yuv420p from its standard input. Frames are uint8 BGR (height, width, 3).

    `size` is (width, height): a frame of another is a ValueError, as the encoder would show it as torn rows.
    UserError with ffmpeg's last words when it fails; the process never outlives an exception here."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors, cwd=cwd)
        watchdog = threading.Timer(RUN_SECONDS, process.kill)
        watchdog.start()
        try:
            whole = _feed(process, frames, size)
        except BaseException:
            process.kill()
            process.wait()
            _close(process)
            raise
        finally:
            watchdog.cancel()
        if process.returncode or not whole:
            errors.seek(0)
            words = last_words(errors.read().decode("utf-8", "replace"))
            raise UserError(f"ffmpeg could not encode {what}: {words or 'it was stopped'}")


def _feed(process: subprocess.Popen[bytes], frames: Iterable[Frame], size: tuple[int, int]) -> bool:
    """Whether the encoder took every frame."""
    pipe = process.stdin
    if pipe is None:
        raise RuntimeError("the encoder has no input pipe")
    _widen(pipe)
    before: Frame | None = None
    planes = b""
    try:
        for frame in frames:
            if frame is not before:
                if frame.shape != (size[1], size[0], 3):
                    raise ValueError(f"a frame of shape {frame.shape} came for a picture of {size[0]}x{size[1]}")
                planes = cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_I420).tobytes()
                before = frame
            pipe.write(planes)
        pipe.close()
        whole = True
    except BrokenPipeError:
        _close(process)  # it stopped reading: its last words say why
        whole = False
    process.wait()
    return whole


def _close(process: subprocess.Popen[bytes]) -> None:
    """Closes our end of the pipe; what a dead reader never took is dropped."""
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()


def _widen(pipe: IO[bytes]) -> None:
    """A pipe of a third of a frame instead of 64 KiB; a kernel that refuses keeps the small one, only slower."""
    try:
        fcntl.fcntl(pipe.fileno(), F_SETPIPE_SZ, PIPE_BYTES)
    except OSError as error:
        if error.errno not in REFUSED:
            raise
