"""SubRip: written, and read also from other programs' files. Knows its marks; no fonts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.core import FPS
from engine.rates import Rate
from engine.subtitles.rows import (
    TWINS,
    Segment,
    blocks,
    caption_of,
    check_count,
    clock,
    directions,
    frame_of,
    safe,
)
from engine.timeline import Caption

_MOMENT = r"(-?)(?:(\d{1,9}):)?(\d{1,2}):(\d{1,2})[,.](\d{1,9})"
TIMES = re.compile(rf"^\s*{_MOMENT}\s*-->\s*{_MOMENT}(?:\s|$)")
_MARKUP = re.compile(r"</?(?:i|b|u|s|em|strong|font)(?:\s[^<>]*)?>|\{\\[^{}]*\}", re.IGNORECASE)
_ITALIC = re.compile(r"\s*(?:\{\\[^{}]*\})*<i>", re.IGNORECASE)


def to_srt(captions: Sequence[Caption], rate: Rate = FPS) -> str:
    """SubRip text; inner voices in italics. The format has no times of words."""
    found: list[str] = []
    for number, caption in enumerate(safe(captions), 1):
        marks = directions(caption)
        rows = zip(caption.rows, marks, strict=True)
        text = "\n".join(f"{before}{row.translate(TWINS)}{after}" for row, (before, after) in rows)
        text = f"<i>{text}</i>" if caption.italic else text
        found.append(f"{number}\n{clock(caption.start, rate, ',')} --> {clock(caption.stop, rate, ',')}\n{text}\n")
    return "\n".join(found)


def from_srt(text: str, rate: Rate = FPS) -> list[Caption]:
    """Captions of SubRip text, in the file's order. Numbers may be missing, markup and positions are dropped.

    ValueError names the block that has no times, or ones that cannot be."""
    out: list[Caption] = []
    for number, (line, rows) in enumerate(blocks(text), 1):
        where = f"subtitle {number} (line {line})"
        at = 0 if TIMES.match(rows[0]) else 1
        caption = read_cue(rows[at:], where, rate, f"subtitle {number} has no time line")
        if caption:
            out.append(caption)
            check_count(out)
    return out


def read_cue(lines: Sequence[str], where: str, rate: Rate, missing: str) -> Caption | None:
    """The caption of a time line and its rows; None for one without text."""
    times = TIMES.match(lines[0]) if lines else None
    if times is None:
        raise ValueError(missing)
    start, stop = frames_of(times, rate, where)
    raw = "\n".join(lines[1:])
    plain = Segment(_MARKUP.sub("", raw), start, stop)
    try:
        return caption_of(start, stop, [plain], timed=False, italic=bool(_ITALIC.match(raw)))
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def frames_of(times: re.Match[str], rate: Rate, where: str) -> tuple[int, int]:
    """(start, stop) of a matched time line. ValueError for times that cannot be."""
    if times[1] or times[6]:
        raise ValueError(f"{where}: a time before zero")
    try:
        return (
            frame_of(times[2], times[3], times[4], times[5], rate),
            frame_of(times[7], times[8], times[9], times[10], rate),
        )
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None
