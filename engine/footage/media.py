"""One media file, checked: what it holds and how long it really is. Decides nothing.

A header can lie (a file cut short, a variable rate): the picture's packets are counted without decoding them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

from engine.core import UserError
from engine.footage.header import Header, counted, read_header
from engine.rates import Rate, nearest_rate

LONGEST_SECONDS = 6 * 3600
_ASPECT = re.compile(r"SAR (\d+):(\d+)")
_TURN = re.compile(r"rotation of (-?[\d.]+) degrees")
_RATE = re.compile(r"([\d.]+k?) (?:fps|tbr)")
_DURATION = re.compile(r"Duration: (\d+):(\d+):([\d.]+)")


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
    header = read_header(path)
    if not header.pictures and not header.sounds:
        raise UserError(f"{path} has neither picture nor sound")
    if header.is_still:
        raise UserError(f"{path} is a still picture, not footage")
    width, height = _shown(header) if header.pictures else (0, 0)
    fps = _fps(header)
    rate = nearest_rate(fps) if fps else 24
    seconds = min(_declared(header), _counted(header, fps, rate)) if header.pictures else _sounding(header)
    if seconds > LONGEST_SECONDS:
        raise UserError(f"{path} is {seconds / 3600:.1f} hours long: at most {LONGEST_SECONDS // 3600} can be cut")
    video, audio = (streams[0].number if streams else -1 for streams in (header.pictures, header.sounds))
    return Media(path, seconds, width, height, rate, video, audio)


def _shown(header: Header) -> tuple[int, int]:
    """Width and height as shown: square pixels, turned."""
    width, height = header.size()
    told = header.pictures[0].told
    aspect = _ASPECT.search(told)
    if aspect and int(aspect[1]) and int(aspect[2]):
        width = max(1, round(width * int(aspect[1]) / int(aspect[2])))
    turn = _TURN.search(told)
    return (height, width) if turn and round(float(turn[1]) / 90) % 2 else (width, height)


def _fps(header: Header) -> float:
    """Frames a second as stated, the mean of a variable rate; 0 when there are none."""
    found = _RATE.search(header.pictures[0].told) if header.pictures else None
    return float(found[1].removesuffix("k")) * (1000 if found[1].endswith("k") else 1) if found else 0.0


def _counted(header: Header, fps: float, rate: Rate) -> float:
    """Seconds of picture that are really there: the last packet's time, or the packets at the stated mean rate."""
    packets, seconds = counted(header.path, header.pictures[0].number)
    if not packets:
        raise UserError(f"{header.path} has no frame that can be read: it is cut short")
    return max(seconds, packets / fps if fps else 0.0, 1 / float(rate))


def _sounding(header: Header) -> float:
    """Seconds of a file that has sound only: as declared, else its packets are counted."""
    seconds = _declared(header)
    if math.isinf(seconds):
        seconds = counted(header.path, header.sounds[0].number)[1]
    if not seconds:
        raise UserError(f"{header.path} has no sound in it")
    return seconds


def _declared(header: Header) -> float:
    """Seconds as the header tells them; without end where it tells none (a stream, a browser's recording) or 0.00."""
    found = _DURATION.search(header.text)
    seconds = int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3]) if found else 0.0
    return seconds or math.inf
