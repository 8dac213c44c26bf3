"""The ffmpeg program behind a pipe: find it, probe a file, run it with a time limit. Knows no story and no timeline.

ffmpeg is a GPL program: always a separate process. Every call names its protocols (file, pipe), reads no standard
input but our pipe, and has a time limit; no text of a user's ever becomes part of a filter graph."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine.core import UserError

PROTOCOLS = "file,pipe"
FORMATS = (
    "mov,matroska,avi,mpegts,mpeg,mxf,flv,asf,ogg,nut,ivf,dv,gif,m4v,h264,hevc,obu,yuv4mpegpipe,"
    "wav,w64,flac,mp3,aac,ac3,eac3,aiff,au,caf,amr,ape,wv,tta,png_pipe,jpeg_pipe,webp_pipe,bmp_pipe,tiff_pipe"
)
"""What is opened: media in one file. Playlists and lists of other files (hls, dash, concat, sdp, image2) are not."""
PROBE_SECONDS = 30
RUN_SECONDS = 900
MAX_ERROR_CHARACTERS = 600


@cache
def executable() -> str:
    """$CLIFFHANGER_FFMPEG when set, else the one that imageio-ffmpeg ships."""
    chosen = os.environ.get("CLIFFHANGER_FFMPEG")
    if chosen:
        if not os.access(chosen, os.X_OK):
            raise UserError(f"CLIFFHANGER_FFMPEG names {chosen}, which is not a program that can be run")
        return chosen
    import imageio_ffmpeg

    try:
        return imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError as error:
        raise UserError(f"no ffmpeg: {error}; install imageio-ffmpeg or set CLIFFHANGER_FFMPEG") from error


def run(arguments: Sequence[str], timeout: float = RUN_SECONDS, cwd: Path | None = None) -> tuple[bytes, str]:
    """(stdout, stderr) of one ffmpeg call; UserError with ffmpeg's last words when it fails or takes too long."""
    command = [executable(), "-hide_banner", "-nostdin", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, timeout=timeout, cwd=cwd, check=False)
    except subprocess.TimeoutExpired:
        raise UserError(f"ffmpeg took longer than {timeout:.0f} s and was stopped") from None
    errors = done.stderr.decode("utf-8", "replace")
    if done.returncode:
        raise UserError(f"ffmpeg failed: {last_words(errors)}")
    return done.stdout, errors


def last_words(errors: str) -> str:
    return " | ".join(errors.strip().splitlines()[-3:])[-MAX_ERROR_CHARACTERS:]


def safe_input(path: Path) -> list[str]:
    """Input arguments for a file that may be hostile."""
    return ["-protocol_whitelist", PROTOCOLS, "-format_whitelist", FORMATS, "-i", f"file:{path}"]


@dataclass(frozen=True)
class Probe:
    """What a media file says of itself. Seconds; 0 or '' where a stream is absent."""

    seconds: float
    video: str
    profile: str
    pixel_format: str
    width: int
    height: int
    rate: float
    audio: str
    sample_rate: int
    channels: str
    tags: dict[str, str]


_VIDEO = re.compile(r"Stream #\d+:\d+.*?: Video: (\w+)(?: \((\w[\w ]*)\))?.*?, (\w+)(?:\([^)]*\))?,.*? (\d+)x(\d+)")
_RATE = re.compile(r"([\d.]+) fps")
_AUDIO = re.compile(r"Stream #\d+:\d+.*?: Audio: (\w+).*?, (\d+) Hz, (\w+)")
_DURATION = re.compile(r"Duration: (\d+):(\d+):(\d+\.\d+)")
_TAG = re.compile(r"^ {4}([\w-]+)\s*: (.*)$", re.MULTILINE)


def probe(path: Path) -> Probe:
    """Reads a media file's header with ffmpeg itself. UserError when it is no media file."""
    return parse_probe(header(path), path)


def header(path: Path) -> str:
    """All that ffmpeg tells of a file without decoding it, errors among it. UserError when that takes too long."""
    command = [executable(), "-hide_banner", "-nostdin", *safe_input(path)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=PROBE_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise UserError(f"{path} could not be read within {PROBE_SECONDS} s") from None
    return done.stderr.decode("utf-8", "replace")


def parse_probe(text: str, path: Path) -> Probe:
    duration = _DURATION.search(text)
    if duration is None:
        raise UserError(f"{path} is not a media file that ffmpeg can read: {last_words(text)}")
    hours, minutes, seconds = duration.groups()
    video, audio = _VIDEO.search(text), _AUDIO.search(text)
    rate = _RATE.search(text) if video else None
    return Probe(
        seconds=int(hours) * 3600 + int(minutes) * 60 + float(seconds),
        video=video[1] if video else "",
        profile=(video[2] or "") if video else "",
        pixel_format=video[3] if video else "",
        width=int(video[4]) if video else 0,
        height=int(video[5]) if video else 0,
        rate=float(rate[1]) if rate else 0.0,
        audio=audio[1] if audio else "",
        sample_rate=int(audio[2]) if audio else 0,
        channels=audio[3] if audio else "",
        tags={key.lower(): value for key, value in _TAG.findall(text)},
    )


def has_faststart(path: Path) -> bool:
    """Whether an MP4's index (moov) comes before its media (mdat): ISO/IEC 14496-12, section 4.2, box header."""
    with path.open("rb") as stream:
        size = path.stat().st_size
        at = 0
        while at + 8 <= size:
            stream.seek(at)
            header = stream.read(16)
            length, kind = int.from_bytes(header[:4], "big"), header[4:8]
            if kind == b"moov":
                return True
            if kind == b"mdat":
                return False
            if length == 1:
                length = int.from_bytes(header[8:16], "big")
            if length < 8:
                return False
            at += length
    return False


@cache
def features() -> dict[str, bool]:
    """Which parts that we use this ffmpeg has."""
    encoders = run(["-encoders"], PROBE_SECONDS)[0].decode()
    filters = run(["-filters"], PROBE_SECONDS)[0].decode()
    wanted = {f"encoder {name}": f" {name} " in encoders for name in ("libx264", "aac")}
    return wanted | {f"filter {name}": f" {name} " in filters for name in ("ass", "ebur128", "scale")}


@cache
def version() -> str:
    return run(["-version"], PROBE_SECONDS)[0].decode().split()[2]
