"""One media file, checked: what it holds and how long it really is. Knows ffmpeg's words; decides nothing.

A header can lie (a file cut short, a variable rate): the picture's packets are counted without decoding them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine import ffmpeg
from engine.core import UserError
from engine.ffmpeg import executable, last_words, safe_input
from engine.rates import Rate, nearest_rate

COUNT_SECONDS = 300
LONGEST_SECONDS = 6 * 3600
MOST_PIXELS = 8192 * 8192
_FORMAT = re.compile(r"Input #0, ([\w,]+), from")
_STREAM = re.compile(r"^  Stream #0:(\d+)[^\n]*?: (Video|Audio): ([^\n]*)((?:\n {4,}[^\n]*)*)", re.MULTILINE)
_SIZE = re.compile(r", (\d{1,5})x(\d{1,5})[ ,]")
_ASPECT = re.compile(r"SAR (\d+):(\d+)")
_TURN = re.compile(r"rotation of (-?[\d.]+) degrees")
_RATE = re.compile(r"([\d.]+k?) (?:fps|tbr)")
_TIME = re.compile(r"out_time_us=(\d+)")
_FRAMES = re.compile(r"frame=\s*(\d+)")
STILLS = ("png_pipe", "jpeg_pipe", "webp_pipe", "bmp_pipe", "tiff_pipe")


@dataclass(frozen=True)
class Media:
    """A file that can be cut. `width` and `height` as shown: turned and with square pixels; 0 without picture. `seconds` of
    picture where there is one, else of sound; `video` and `audio` are stream numbers, -1 for none."""

    path: Path
    seconds: float
    width: int
    height: int
    rate: Rate
    video: int
    audio: int

    @property
    def has_picture(self) -> bool:
        return self.video >= 0

    @property
    def has_sound(self) -> bool:
        return self.audio >= 0

    @property
    def name(self) -> str:
        return self.path.name


def open_media(path: Path) -> Media:
    """The file at `path`, looked into. UserError when it is missing, empty, no media, a list of other files, or too long."""
    if not path.is_file():
        raise UserError(f"no file {path}")
    if not path.stat().st_size:
        raise UserError(f"{path} is empty")
    text = _header(path)
    found = _STREAM.findall(text)
    pictures = [s for s in found if s[1] == "Video" and "(attached pic)" not in s[2]]
    sounds = [s for s in found if s[1] == "Audio"]
    if not pictures and not sounds:
        raise UserError(f"{path} has neither picture nor sound")
    format_name = _FORMAT.search(text)
    if format_name and format_name[1] in STILLS:
        raise UserError(f"{path} is a still picture, not footage")
    width, height, rate = _picture(pictures[0][2] + pictures[0][3], path) if pictures else (0, 0, 24)
    video, audio = (int(group[0][0]) if group else -1 for group in (pictures, sounds))
    seconds = _declared(text, path)
    if pictures:
        seconds = min(seconds, _counted(path, video, pictures[0][2], rate))
    if seconds > LONGEST_SECONDS:
        raise UserError(f"{path} is {seconds / 3600:.1f} hours long: at most {LONGEST_SECONDS // 3600} can be cut")
    return Media(path, seconds, width, height, rate, video, audio)


def _header(path: Path) -> str:
    command = [executable(), "-hide_banner", "-nostdin", *safe_input(path)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=ffmpeg.PROBE_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise UserError(f"{path} could not be read within {ffmpeg.PROBE_SECONDS} s") from None
    text = done.stderr.decode("utf-8", "replace")
    if _FORMAT.search(text) is None:
        raise UserError(f"{path} is not a media file that can be cut: {_why(text)}")
    return text


def _why(text: str) -> str:
    if "not on whitelist" in text.lower():
        return "it is a list of other files, or a format that is not opened for safety"
    if "moov atom not found" in text:
        return "its index is missing: it is cut short, or no video at all"
    said = re.sub(r"\[[^\]]* @ 0x[0-9a-f]+\] ", "", last_words(text)).split(" | ")
    return said[0].removeprefix("Error opening input: ")


def _picture(told: str, path: Path) -> tuple[int, int, Rate]:
    """Shown width and height, and the rate."""
    size = _SIZE.search(told)
    if size is None or not int(size[1]) * int(size[2]):
        raise UserError(f"{path} has a picture of no size: it is damaged or cut short")
    width, height = int(size[1]), int(size[2])
    if width * height > MOST_PIXELS:
        raise UserError(f"{path} is {width}x{height}: more than {MOST_PIXELS // 10**6} megapixels are not cut")
    aspect = _ASPECT.search(told)
    if aspect and int(aspect[1]) and int(aspect[2]):
        width = max(1, round(width * int(aspect[1]) / int(aspect[2])))
    turn = _TURN.search(told)
    if turn and round(float(turn[1]) / 90) % 2:
        width, height = height, width
    fps = _RATE.search(told)
    return width, height, nearest_rate(_number(fps[1])) if fps else 24


def _number(text: str) -> float:
    return float(text.removesuffix("k")) * (1000 if text.endswith("k") else 1)


def _counted(path: Path, stream: int, told: str, rate: Rate) -> float:
    """Seconds of picture that are really there: the last packet's time, or the packets at the stated mean rate."""
    copied = ["-map", f"0:{stream}", "-c", "copy", "-f", "null", "-progress", "pipe:1", "-"]
    out, errors = ffmpeg.run(["-loglevel", "error", *safe_input(path), *copied], COUNT_SECONDS)
    text = out.decode("utf-8", "replace")
    frames, times = _FRAMES.findall(text), _TIME.findall(text)
    if not frames or not int(frames[-1]):
        raise UserError(f"{path} has no frame that can be read: {last_words(errors) or 'it is cut short'}")
    fps = _RATE.search(told)
    mean = int(frames[-1]) / _number(fps[1]) if fps and _number(fps[1]) else 0.0
    return max(int(times[-1]) / 1e6 if times else 0.0, mean, 1 / float(rate))


def _declared(text: str, path: Path) -> float:
    hours = re.search(r"Duration: (\d+):(\d+):([\d.]+)", text)
    if hours is None:
        return float(LONGEST_SECONDS)  # a raw stream does not say: it is read to its end
    seconds = int(hours[1]) * 3600 + int(hours[2]) * 60 + float(hours[3])
    if not seconds:
        raise UserError(f"{path} has no sound in it")
    return seconds


def open_all(paths: Sequence[Path]) -> list[Media]:
    """Every file; the first fault is told."""
    return [open_media(path) for path in paths]
