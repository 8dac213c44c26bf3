"""What a media file says of itself, checked: its format, its streams, and on asking how many packets really are there.

Knows ffmpeg's words; decides nothing, decodes nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from engine import ffmpeg
from engine.core import UserError
from engine.ffmpeg import last_words, safe_input

COUNT_SECONDS = 300
MOST_PIXELS = 8192 * 8192
STILLS = ("png_pipe", "jpeg_pipe", "webp_pipe", "bmp_pipe", "tiff_pipe")
_FORMAT = re.compile(r"Input #0, ([\w,]+), from")
_STREAM = re.compile(r"^  Stream #0:(\d+)[^\n]*?: (Video|Audio): ([^\n]*(?:\n {4,}[^\n]*)*)", re.MULTILINE)
_SIZE = re.compile(r", (\d{1,5})x(\d{1,5})(?:[ ,\n]|$)")
_TIME = re.compile(r"out_time_us=(\d+)")
_FRAMES = re.compile(r"frame=\s*(\d+)")


@dataclass(frozen=True)
class Stream:
    """A stream's number in its file, and all that ffmpeg tells of it."""

    number: int
    told: str


@dataclass(frozen=True)
class Header:
    """`format`: ffmpeg's names of the container. Pictures on a sleeve are not among the `pictures`."""

    path: Path
    format: str
    text: str
    pictures: tuple[Stream, ...]
    sounds: tuple[Stream, ...]

    @property
    def is_still(self) -> bool:
        return self.format in STILLS

    def size(self) -> tuple[int, int]:
        """Width and height of the first picture as stored. UserError when it has none, or is too large."""
        found = _SIZE.search(self.pictures[0].told)
        width, height = (int(found[1]), int(found[2])) if found else (0, 0)
        if not width * height:
            raise UserError(f"{self.path} has a picture of no size: it is damaged or cut short")
        if width * height > MOST_PIXELS:
            raise UserError(f"{self.path} is {width}x{height}: more than {MOST_PIXELS // 10**6} megapixels are not cut")
        return width, height


def read_header(path: Path) -> Header:
    """UserError when the file is missing, empty, no media, or a list of other files."""
    if not path.is_file():
        raise UserError(f"no file {path}")
    if not path.stat().st_size:
        raise UserError(f"{path} is empty")
    text = ffmpeg.header(path)
    name = _FORMAT.search(text)
    if name is None:
        raise UserError(f"{path} is not a media file that can be cut: {_why(text)}")
    found = [(kind, Stream(int(number), told)) for number, kind, told in _STREAM.findall(text)]
    pictures = tuple(s for kind, s in found if kind == "Video" and "(attached pic)" not in s.told)
    return Header(path, name[1], text, pictures, tuple(s for kind, s in found if kind == "Audio"))


def _why(text: str) -> str:
    if "not on whitelist" in text.lower():
        return "it is a list of other files, or a format that is not opened for safety"
    if "moov atom not found" in text:
        return "its index is missing: it is cut short, or no video at all"
    said = re.sub(r"\[[^\]]* @ 0x[0-9a-f]+\] ", "", last_words(text)).split(" | ")
    return said[0].removeprefix("Error opening input: ")


def counted(path: Path, stream: int) -> tuple[int, float]:
    """Packets of a stream that are really there (of sound: 0), and the seconds at which the last one ends, not decoded.

    UserError when nothing of it can be read."""
    copied = ["-map", f"0:{stream}", "-c", "copy", "-f", "null", "-progress", "pipe:1", "-"]
    out, _ = ffmpeg.run(["-loglevel", "error", *safe_input(path), *copied], COUNT_SECONDS)
    text = out.decode("utf-8", "replace")
    frames, times = _FRAMES.findall(text), _TIME.findall(text)
    return int(frames[-1]) if frames else 0, int(times[-1]) / 1e6 if times else 0.0
