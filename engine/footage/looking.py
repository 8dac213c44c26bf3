"""What ffmpeg must be told about a source before it is read: its streams, how it seeks, its colours. Decides no cut."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine import ffmpeg
from engine.core import UserError
from engine.ffmpeg import executable, last_words, safe_input
from engine.timeline import Source

_FORMAT = re.compile(r"Input #0, ([\w,]+), from")
_STREAM = re.compile(r"^  Stream #0:(\d+)[^\n]*?: (Video|Audio): ([^\n]*)", re.MULTILINE)
_SIZE = re.compile(r", (\d{1,5})x(\d{1,5})[ ,\n]")
_PIXELS = re.compile(r", ([a-z]+[a-z0-9]*)(?:\(([^)]*)\))?, \d")
_MATRIX = re.compile(r"bt709|smpte170m|bt470bg|bt2020|smpte240m|fcc|gbr|ycgco")
_TIME = re.compile(r"out_time_us=(\d+)")
INDEXED = ("mov", "matroska", "wav", "w64", "aiff")
"""Formats whose index leads to the key frame before a time; others are looked for from well before it."""
UNSOUGHT = ("avi", "h264", "hevc", "m4v", "obu", "gif", "yuv4mpegpipe")
"""Formats whose times after a jump are not those before it (B-frames in AVI), or that cannot jump: read from the start."""
STILLS = ("png_pipe", "jpeg_pipe", "webp_pipe", "bmp_pipe", "tiff_pipe")
ALPHA = ("yuva", "rgba", "argb", "bgra", "abgr", "gbrap", "ya8", "ya16", "pal8")
LEAST_SIDE = 16
MOST_PIXELS = 8192 * 8192
COUNT_SECONDS = 300
SPARE_SECONDS = 0.25
"""A header may promise so much more than there is: it is rounded. A file that lacks more is cut short, and refused."""
HD_LINES = 720
"""Where a file does not name its matrix, from so many lines on it is BT.709, below BT.601."""


@dataclass(frozen=True)
class Looked:
    """`video`, `audio`: stream numbers, -1 for none. `indexed`: a jump lands on
    the key frame before a time; `sought`: it can be jumped in at all. `matrix`: what to read the colours as ('' when the
    file says)."""

    source: Source
    path: Path
    video: int
    audio: int
    indexed: bool
    sought: bool
    still: bool
    alpha: bool
    matrix: str


def look(source: Source) -> Looked:
    """A source's header. UserError when it is missing, no media, a list of other files, or lacks what it should have."""
    path = Path(source.path)
    if not path.is_file():
        raise UserError(f"no file {path}")
    if not path.stat().st_size:
        raise UserError(f"{path} is empty")
    text = _header(path)
    name = _FORMAT.search(text)
    if name is None:
        raise UserError(f"{path} is not a media file that can be cut: {last_words(text)}")
    streams = _STREAM.findall(text)
    pictures = [s for s in streams if s[1] == "Video" and "(attached pic)" not in s[2]]
    sounds = [s for s in streams if s[1] == "Audio"]
    _check(source, path, pictures, sounds)
    told = pictures[0][2] if pictures else ""
    pixels = _PIXELS.search(told)
    return Looked(
        source,
        path.resolve(),
        int(pictures[0][0]) if pictures else -1,
        int(sounds[0][0]) if sounds else -1,
        any(part in INDEXED for part in name[1].split(",")),
        name[1] not in (*UNSOUGHT, *STILLS),
        name[1] in STILLS,
        pixels is not None and pixels[1].startswith(ALPHA),
        _matrix(told, pixels),
    )


def _header(path: Path) -> str:
    command = [executable(), "-hide_banner", "-nostdin", *safe_input(path)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=ffmpeg.PROBE_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise UserError(f"{path} could not be read within {ffmpeg.PROBE_SECONDS} s") from None
    return done.stderr.decode("utf-8", "replace")


def sound_seconds(looked: Looked) -> float:
    """Where a file's sound really ends: its packets are counted, not decoded. UserError when it cannot be read."""
    copied = ["-map", f"0:{looked.audio}", "-c", "copy", "-f", "null", "-progress", "pipe:1", "-"]
    out, _ = ffmpeg.run(["-loglevel", "error", *safe_input(looked.path), *copied], COUNT_SECONDS)
    times = _TIME.findall(out.decode("ascii", "replace"))
    return int(times[-1]) / 1e6 if times else 0.0


def _check(source: Source, path: Path, pictures: Sequence[tuple[str, ...]], sounds: Sequence[object]) -> None:
    if source.has_picture and not pictures:
        raise UserError(f"{path} has no picture, and the cut shows it")
    if source.has_sound and not sounds:
        raise UserError(f"{path} has no sound, and the cut uses it")
    if not pictures:
        return
    size = _SIZE.search(pictures[0][2] + "\n")
    if size is None:
        raise UserError(f"{path} has a picture of no size: it is damaged or cut short")
    width, height = int(size[1]), int(size[2])
    if min(width, height) < LEAST_SIDE:
        raise UserError(f"{path} is only {width}x{height} pixels: at least {LEAST_SIDE} each way are needed")
    if width * height > MOST_PIXELS:
        raise UserError(f"{path} is {width}x{height}: more than {MOST_PIXELS // 10**6} megapixels are not cut")


def _matrix(told: str, pixels: re.Match[str] | None) -> str:
    size = _SIZE.search(told + "\n")
    if size is None or (
        pixels is not None and (_MATRIX.search(pixels[2] or "") or pixels[1].startswith(("gbr", "rgb")))
    ):
        return ""
    return "bt709" if int(size[2]) >= HD_LINES else "smpte170m"
