"""WebVTT: written with or without the times of words, and read also from other programs' files. No fonts.

Format: W3C WebVTT, sections 4 (syntax) and 6 (parsing)."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from engine.core import FPS
from engine.rates import Rate
from engine.subtitles.page import PLAY_SIZE, SAFE_BOTTOM, centre
from engine.subtitles.rows import (
    Segment,
    blocks,
    caption_of,
    check_count,
    clock,
    directions,
    frame_of,
    safe,
    timed_rows,
)
from engine.subtitles.srt import TIMES, frames_of
from engine.timeline import Caption

_NOT_CUES = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")
_HEADER = re.compile(r"WEBVTT(?:[ \t]|$)")
_TAG = re.compile(r"<([^<>]*)>")
_STAMP = re.compile(r"(?:(\d{1,9}):)?(\d{2}):(\d{2})\.(\d{3})")


def to_vtt(captions: Sequence[Caption], rate: Rate = FPS, *, words: bool = False) -> str:
    """WebVTT text, placed at the bottom of the text-safe area; `words`: with a time mark at each timed word."""
    line = f"line:{100 * SAFE_BOTTOM // PLAY_SIZE[1]}%,end position:{centre()}%,center align:center"
    found = ["WEBVTT\n"]
    for caption in safe(captions):
        text = "\n".join(_timed(caption, rate) if words else _plain(caption))
        text = f"<i>{text}</i>" if caption.italic else text
        found.append(f"{clock(caption.start, rate, '.')} --> {clock(caption.stop, rate, '.')} {line}\n{text}\n")
    return "\n".join(found)


def _plain(caption: Caption) -> list[str]:
    rows = zip(caption.rows, directions(caption), strict=True)
    return [f"{before}{html.escape(row, quote=False)}{after}" for row, (before, after) in rows]


def _timed(caption: Caption, rate: Rate) -> list[str]:
    """Rows with a mark wherever a word begins or ends at another time than the text before it."""
    rows = timed_rows(caption)
    if rows is None:
        return _plain(caption)
    out: list[str] = []
    marked = False
    for segments, (before, after) in zip(rows, directions(caption), strict=True):
        text = before
        for segment in segments:
            between = segment.text and not segment.text.strip()
            if marked and not between:
                text += f"<{clock(segment.start, rate, '.')}>"
            marked = marked or not between
            text += html.escape(segment.text, quote=False)
        out.append(text + after)
    return _closed(out, caption, rows, rate)


def _closed(rows: list[str], caption: Caption, segments: Sequence[Sequence[Segment]], rate: Rate) -> list[str]:
    """With the last word's end where it is not the cue's, and a mark for a cue of one word, which else had none."""
    last = max(s.stop for row in segments for s in row)
    if last < caption.stop:
        return [*rows[:-1], f"{rows[-1]}<{clock(last, rate, '.')}>"]
    if not any(_TAG.search(row) for row in rows):
        return [f"<{clock(caption.start, rate, '.')}>{rows[0]}", *rows[1:]]
    return rows


def from_vtt(text: str, rate: Rate = FPS) -> list[Caption]:
    """Captions of WebVTT text, in the file's order, with their words where it times them.

    Notes, styles, regions, cue settings and tags are dropped. ValueError names the cue that is not one."""
    found = blocks(text)
    if not found or found[0][0] != 1 or not _HEADER.match(found[0][1][0]):
        raise ValueError("not a WebVTT file")
    out: list[Caption] = []
    number = 0
    for line, rows in found[1:]:
        if _NOT_CUES.match(rows[0]) and not any("-->" in row for row in rows[:2]):
            continue
        number += 1
        caption = _cue(rows, number, line, rate)
        if caption:
            out.append(caption)
            check_count(out)
    return out


def _cue(rows: Sequence[str], number: int, line: int, rate: Rate) -> Caption | None:
    at = 0 if "-->" in rows[0] else 1
    times = TIMES.match(rows[at]) if len(rows) > at else None
    if times is None:
        raise ValueError(f"cue {number} has no time line")
    where = f"cue {number} (line {line})"
    start, stop = frames_of(times, rate, where)
    raw = "\n".join(rows[at + 1 :])
    try:
        segments, timed = _segments(raw, start, stop, rate)
        return caption_of(start, stop, segments, timed=timed, italic=raw.lstrip().startswith("<i>"))
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def _segments(raw: str, start: int, stop: int, rate: Rate) -> tuple[list[Segment], bool]:
    """A cue's text from time mark to time mark, and whether there are any. Marks outside the cue are moved into it."""
    texts, marks = [""], [start]
    for at, part in enumerate(_TAG.split(raw)):
        stamp = _STAMP.fullmatch(part) if at % 2 else None
        if stamp:
            marks.append(min(max(frame_of(stamp[1], stamp[2], stamp[3], stamp[4], rate), marks[-1]), max(stop, start)))
            texts.append("")
        elif not at % 2:
            texts[-1] += html.unescape(part)
    ends = [*marks[1:], max(stop, start)]
    return [Segment(t, a, b) for t, a, b in zip(texts, marks, ends, strict=True)], len(marks) > 1
