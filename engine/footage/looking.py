"""What ffmpeg must be told about a source before it is read: its streams, how it seeks, its colours. Decides no cut."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from engine.core import UserError
from engine.footage.header import Header, counted, read_header
from engine.timeline import Source

_PIXELS = re.compile(r", ([a-z]+[a-z0-9]*)(?:\(([^)]*)\))?, \d")
_MATRIX = re.compile(r"(?:^|, )(?:bt709|smpte170m|bt470bg|bt2020|smpte240m|fcc|gbr|ycgco)")
"""As told before primaries and transfer (`tv, bt709/unknown/unknown`), or for all three in one word (`tv, bt709`)."""
INDEXED = ("mov", "matroska", "wav", "w64", "aiff")
"""Formats whose index leads to the key frame before a time; others are looked for from well before it."""
UNSOUGHT = ("avi", "h264", "hevc", "m4v", "obu", "gif", "yuv4mpegpipe")
"""Formats whose times after a jump are not those before it (B-frames in AVI), or that cannot jump: read from the start."""
ALPHA = ("yuva", "rgba", "argb", "bgra", "abgr", "gbrap", "ya8", "ya16", "pal8")
LEAST_SIDE = 16
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
    header = read_header(Path(source.path))
    _check(source, header)
    told = header.pictures[0].told if header.pictures else ""
    pixels = _PIXELS.search(told)
    return Looked(
        source,
        header.path.resolve(),
        header.pictures[0].number if header.pictures else -1,
        header.sounds[0].number if header.sounds else -1,
        any(part in INDEXED for part in header.format.split(",")),
        header.format not in UNSOUGHT and not header.is_still,
        header.is_still,
        pixels is not None and pixels[1].startswith(ALPHA),
        _matrix(header, pixels) if header.pictures else "",
    )


def sound_seconds(looked: Looked) -> float:
    """Where a file's sound really ends: its packets are counted, not decoded. UserError when it cannot be read."""
    return counted(looked.path, looked.audio)[1]


def _check(source: Source, header: Header) -> None:
    if source.has_picture and not header.pictures:
        raise UserError(f"{header.path} has no picture, and the cut shows it")
    if source.has_sound and not header.sounds:
        raise UserError(f"{header.path} has no sound, and the cut uses it")
    if not header.pictures:
        return
    width, height = header.size()
    if min(width, height) < LEAST_SIDE:
        raise UserError(f"{header.path} is only {width}x{height} pixels: at least {LEAST_SIDE} each way are needed")


def _matrix(header: Header, pixels: re.Match[str] | None) -> str:
    """What colours are to be read as where the file does not say."""
    if pixels is not None and (_MATRIX.search(pixels[2] or "") or pixels[1].startswith(("gbr", "rgb"))):
        return ""
    return "bt709" if header.size()[1] >= HD_LINES else "smpte170m"
