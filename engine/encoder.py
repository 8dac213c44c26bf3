"""Feeds drawn frames to one ffmpeg's pipe. Knows pixels, pipes and time limits; no timeline.

Colour: OpenCV's I420 conversion computes the BT.601 matrix in limited range, so that is what streams are tagged."""

from __future__ import annotations

import fcntl
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core import UserError
from engine.ffmpeg import RUN_SECONDS, last_words

F_SETPIPE_SZ = 1031  # fcntl(2), Linux
PIPE_BYTES = 1 << 20
REFUSED = (1, 22)  # EPERM, EINVAL

Frame = NDArray[np.uint8]

COLOUR = {"colorspace": "smpte170m", "color_primaries": "bt709", "color_trc": "bt709", "color_range": "tv"}


def encode_frames(command: Sequence[str], frames: Iterable[Frame], cwd: Path, what: str) -> None:
    """Runs an ffmpeg that reads raw yuv420p from its standard input. Frames are uint8 BGR (height, width, 3).

    UserError with ffmpeg's last words when it fails; the process never outlives an exception here."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=errors, cwd=cwd)
        watchdog = threading.Timer(RUN_SECONDS, process.kill)
        watchdog.start()
        try:
            _feed(process, frames)
        except BaseException:
            process.kill()
            process.wait()
            raise
        finally:
            watchdog.cancel()
        if process.returncode:
            errors.seek(0)
            words = last_words(errors.read().decode("utf-8", "replace"))
            raise UserError(f"ffmpeg could not encode {what}: {words or 'it was stopped'}")


def _feed(process: subprocess.Popen[bytes], frames: Iterable[Frame]) -> None:
    pipe = process.stdin
    if pipe is None:
        raise RuntimeError("the encoder has no input pipe")
    _widen(pipe)
    before: Frame | None = None
    planes = b""
    try:
        for frame in frames:
            if frame is not before:
                planes = cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_I420).tobytes()
                before = frame
            pipe.write(planes)
        pipe.close()
    except BrokenPipeError:
        process.kill()  # it stopped reading: its exit status says why
    process.wait()


def _widen(pipe: IO[bytes]) -> None:
    """A pipe of a third of a frame instead of 64 KiB; a kernel that refuses keeps the small one, only slower."""
    try:
        fcntl.fcntl(pipe.fileno(), F_SETPIPE_SZ, PIPE_BYTES)
    except OSError as error:
        if error.errno not in REFUSED:
            raise
