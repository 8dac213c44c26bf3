"""Frame rates as exact numbers: 24, 25, 30, 23.976 (24000/1001), 29.97, 60. Frames in, seconds and timecode out."""

from __future__ import annotations

import re
from fractions import Fraction

from engine.core import UserError

Rate = int | Fraction
"""Frames a second; a whole one is an int."""
NTSC = 1001
KNOWN: tuple[Rate, ...] = (
    Fraction(24_000, NTSC), 24, 25, Fraction(30_000, NTSC), 30, 48, 50, Fraction(60_000, NTSC), 60,
)  # fmt: skip
SLACK = 0.003
"""A rate this near to a known one, as a share of it, is that one: containers round them."""
_WRITTEN = re.compile(r"[0-9]{1,6}(\.[0-9]{1,20}|/[1-9][0-9]{0,5})?")
"""How rates are written. Fraction would take 1e999999999, too, and never come to an end."""


def nearest_rate(fps: float) -> Rate:
    """The known rate that a container's number stands for; of an odd one (15, 12.5, a phone's 28.7) the nearest over it.

    >>> nearest_rate(29.97), nearest_rate(24.0), nearest_rate(15.0), nearest_rate(28.7)
    (Fraction(30000, 1001), 24, 24, 30)
    """
    nearest = min(KNOWN, key=lambda rate: abs(fps / float(rate) - 1))  # 24 is within the slack of 23.976 too
    if abs(fps / float(nearest) - 1) < SLACK / 3:
        return nearest
    whole = [rate for rate in KNOWN if isinstance(rate, int)]
    return next((rate for rate in whole if rate >= fps * (1 - SLACK)), whole[-1])


def parse_rate(text: str) -> Rate:
    """'24', '23.976', '30000/1001'. UserError for a rate that is not one of the known."""
    wanted = float(Fraction(text)) if _WRITTEN.fullmatch(text.strip()) else 0.0
    for rate in KNOWN:
        if wanted > 0 and abs(wanted / float(rate) - 1) < SLACK / 10:
            return rate
    raise UserError(f"no frame rate '{text[:20]}': choose from {', '.join(rate_text(r) for r in KNOWN)}")


def rate_text(rate: Rate) -> str:
    """'24', '23.976'.

    >>> rate_text(Fraction(60000, 1001))
    '59.94'
    """
    return str(rate) if isinstance(rate, int) else f"{float(rate):.3f}".rstrip("0")


def exact(rate: Rate) -> str:
    """'24', '30000/1001': as ffmpeg and JSON read it."""
    return str(rate)


def from_exact(text: str | int) -> Rate:
    """The reverse of `exact`. ValueError for what is no rate over zero."""
    rate = Fraction(text if _WRITTEN.fullmatch(str(text)) else 0)
    if rate <= 0:
        raise ValueError(f"no frame rate: {text}")
    return int(rate) if rate.denominator == 1 else rate


def frame_at(seconds: float, rate: Rate) -> int:
    """The frame whose start is nearest to a time, never before the first."""
    return max(0, round(seconds * rate))


def seconds_of(frames: int, rate: Rate) -> float:
    return float(frames / rate)


def timecode(frame: int, rate: Rate) -> str:
    """HH:MM:SS:FF without dropped numbers (SMPTE ST 12-1): at 29.97 it counts thirty a second.

    >>> timecode(1537, 24)
    '00:01:04:01'
    """
    seconds, frames = divmod(frame, round(rate))
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}:{frames:02d}"
