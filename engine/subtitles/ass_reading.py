"""Advanced SubStation read: our own three styles, and what other programs wrote. Knows its tags; draws nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from engine.core import FPS
from engine.rates import Rate
from engine.subtitles.ass import DRAWN_EFFECT, EVENT_FORMAT, KARAOKE_EFFECT
from engine.subtitles.rows import Segment, caption_of, check_count, frame_of, lines_of
from engine.timeline import Caption

ROUNDED = Fraction(3, 10)
SHOWN_CHARACTERS = 60
"""How much of a damaged line an error shows."""
_TIME = re.compile(r"\s*(\d{1,9}):(\d{1,2}):(\d{1,2})[.:,](\d{1,3})\s*")
_BLOCK = re.compile(r"\{([^{}]*)\}")
_KARAOKE = re.compile(r"\\(?:kf|ko|k|K)\s*(\d{1,9})")
_DRAWING = re.compile(r"\\p([1-9])")
_ITALIC = re.compile(r"\\i1(?!\d)")
_MOST_HUNDREDTHS = 36_000_000


@dataclass
class _Sheet:
    """What a file's lines said so far: the order of an event's fields, italic styles, and how it wraps."""

    fields: Sequence[str]
    styles: Sequence[str]
    italic: set[str]
    breaks: bool = False
    section: str = ""


def from_ass(text: str, rate: Rate = FPS) -> list[Caption]:
    """Captions of ASS text, in the file's order, with their words where \\k tags time them.

    Other tags, drawings and comments are dropped. ValueError names a damaged line."""
    sheet = _Sheet(_names(EVENT_FORMAT.removeprefix("Format:")), (), {"inner"})
    out: list[Caption] = []
    for number, line in enumerate(lines_of(text), 1):
        kind, colon, rest = line.partition(":")
        kind = kind.strip().lower()
        if line.lstrip().startswith("["):
            sheet.section = line.strip().lower()
        elif colon and kind in {"dialogue", "comment"}:
            caption = _event(kind, rest, sheet, f"line {number}", rate)
            if caption:
                out.append(caption)
                check_count(out)
        elif colon:
            _note(sheet, kind, rest)
    return out


def _names(text: str) -> list[str]:
    return [name.strip().lower() for name in text.split(",")]


def _note(sheet: _Sheet, kind: str, rest: str) -> None:
    """Keeps what a line that is no event says of the events."""
    if kind == "wrapstyle":
        sheet.breaks = rest.strip() == "2"
    elif kind == "format" and "event" in sheet.section:
        sheet.fields = _names(rest)
    elif kind == "format" and "style" in sheet.section:
        sheet.styles = _names(rest)
    elif kind == "style" and sheet.styles:
        told = dict(zip(sheet.styles, (v.strip() for v in rest.split(",")), strict=False))
        if told.get("italic") in {"-1", "1"}:
            sheet.italic.add(told.get("name", "").lower())


def _event(kind: str, rest: str, sheet: _Sheet, where: str, rate: Rate) -> Caption | None:
    """The caption of an event's fields; None for what shows no text of its own."""
    fields = [field if at else field.lstrip() for at, field in enumerate(rest.split(",", len(sheet.fields) - 1))]
    event = dict(zip(sheet.fields, fields, strict=False))
    if len(fields) != len(sheet.fields) or not {"start", "end", "text"} <= event.keys():
        if kind == "comment":
            return None
        raise ValueError(f"{where}: not an ASS event: {rest.strip()[:SHOWN_CHARACTERS]!r}")
    effect = event.get("effect", "").strip().lower()
    if effect == DRAWN_EFFECT or (kind == "comment" and effect != KARAOKE_EFFECT):
        return None
    try:
        return _caption(event, sheet, rate)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def _caption(event: Mapping[str, str], sheet: _Sheet, rate: Rate) -> Caption | None:
    first, last = _hundredths(event["start"]), _hundredths(event["end"])
    if last < first:
        raise ValueError("it ends before it begins")
    text = _with_breaks(event["text"], sheet.breaks)
    segments, timed = _segments(text, first, last, rate)
    opening = _BLOCK.match(text)
    italic = event.get("style", "").strip().lstrip("*").lower() in sheet.italic
    italic = italic or bool(opening and _ITALIC.search(opening[1]))
    start, stop = _frame(first, rate), _frame(last, rate)
    return caption_of(start, stop, segments, timed=timed, italic=italic)


def _with_breaks(text: str, breaks: bool) -> str:
    return text.replace(r"\N", "\n").replace(r"\n", "\n" if breaks else " ").replace(r"\h", " ")


def _segments(text: str, first: int, last: int, rate: Rate) -> tuple[list[Segment], bool]:
    """Text from \\k tag to \\k tag in frames, and whether there are any; drawings are left out."""
    texts, marks = [""], [first]
    until, drawing, timed = first, False, False
    for at, part in enumerate(_BLOCK.split(text)):
        if not at % 2:
            texts[-1] += "" if drawing else part
            continue
        drawing = bool(_DRAWING.search(part)) or (drawing and r"\p0" not in part)
        for length in _KARAOKE.findall(part):
            timed = True
            texts.append("")
            marks.append(until)
            until = min(until + int(length), last)
    ends = [*marks[1:], until if timed else last]
    return [Segment(t, _frame(a, rate), _frame(b, rate)) for t, a, b in zip(texts, marks, ends, strict=True)], timed


def _hundredths(field: str) -> int:
    found = _TIME.fullmatch(field)
    if not found:
        raise ValueError(f"not an ASS time: {field.strip()[:SHOWN_CHARACTERS]!r}")
    return frame_of(found[1], found[2], found[3], found[4], 100)


def _frame(hundredths: int, rate: Rate) -> int:
    """The frame that begins in a hundredth, or ROUNDED of a frame before it: programs that round write a little late."""
    return max(0, ceil(Fraction(min(hundredths, _MOST_HUNDREDTHS)) * rate / 100 - ROUNDED))
