"""What the three formats share: safe rows, direction, clock times, timed words, limits. Knows captions; no one format."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from engine.captions import clean, has_right_to_left, row_words, runs_right_to_left
from engine.rates import Rate
from engine.timeline import Caption, TimedWord

MOST_CUES = 100_000
MOST_HOURS = 100
"""A later time is damage: no master is that long."""
MOST_CHARACTERS = 2_000
"""Of one cue: more than a minute of speech is no subtitle."""
TWINS = str.maketrans("<>{}\\", "＜＞｛｝＼")
"""No format spells every character that it treats as syntax; its full-width twin reads the same. `clean` turns it back."""
RIGHT_TO_LEFT, LEFT_TO_RIGHT, POP_DIRECTION = "\u202b", "\u202a", "\u202c"
"""Unicode's embeddings, older than isolates: libass, browsers and players all know them."""


@dataclass(frozen=True)
class Segment:
    """A stretch of a cue's text from one time mark to the next, frames. Its text may run over rows ('\\n')."""

    text: str
    start: int
    stop: int


def safe(captions: Iterable[Caption]) -> list[Caption]:
    """Captions whose rows cannot be read as lines, blocks or control characters; those without text are left out."""
    out: list[Caption] = []
    for caption in captions:
        rows = tuple(row for row in map(clean, caption.rows) if row)
        if rows:
            out.append(caption if rows == caption.rows else replace(caption, rows=rows))
    return out


def directions(caption: Caption) -> list[tuple[str, str]]:
    """What to write before and after each row, so that punctuation stands at the right end."""
    text = " ".join(caption.rows)
    if not has_right_to_left(text):
        return [("", "")] * len(caption.rows)
    from_right = runs_right_to_left(text)
    mark = RIGHT_TO_LEFT if from_right else LEFT_TO_RIGHT
    return [(mark, POP_DIRECTION) if from_right or has_right_to_left(row) else ("", "") for row in caption.rows]


def timed_rows(caption: Caption) -> list[list[Segment]] | None:
    """Rows as segments that follow one another from the caption's start: words, and '' or spaces for what lies between.

    None when a caption has no words, or not those of its rows. Words that overlap begin one after the other."""
    rows = row_words(caption) if caption.words else None
    if rows is None:
        return None
    out: list[list[Segment]] = []
    at = caption.start
    for row in rows:
        segments: list[Segment] = []
        for text, word in row:
            if word is None:
                segments.append(Segment(text, at, at))
                continue
            start = min(max(word.start, at), caption.stop)
            stop = min(max(word.stop, start), caption.stop)
            if start > at:
                segments.append(Segment("", at, start))
            segments.append(Segment(text, start, stop))
            at = stop
        out.append(segments)
    return out


# -- reading


def blocks(text: str) -> list[tuple[int, list[str]]]:
    """Runs of lines that are not blank, each with its first line's number, for any line ends, without a byte order mark."""
    out: list[tuple[int, list[str]]] = []
    open_block = False
    for number, line in enumerate(lines_of(text), 1):
        if not line.strip():
            open_block = False
        elif open_block:
            out[-1][1].append(line)
        else:
            out.append((number, [line]))
            open_block = True
    return out


def lines_of(text: str) -> list[str]:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def clock(frame: int, rate: Rate, mark: str) -> str:
    """`hours:minutes:seconds,milliseconds` of a frame's start."""
    ms = round(frame * 1000 / rate)
    return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}{mark}{ms % 1000:03d}"


def frame_of(hours: str | None, minutes: str, seconds: str, part: str, rate: Rate) -> int:
    """The frame of a clock time; `part`: the digits after the seconds. ValueError for what no clock shows."""
    if len(hours or "") > len(str(MOST_HOURS)) or int(hours or 0) >= MOST_HOURS:
        raise ValueError(f"a time of {MOST_HOURS} hours or more")
    if int(minutes) > 59 or int(seconds) > 59:
        raise ValueError(f"no time: {minutes}:{seconds}")
    whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    return round((whole * 1000 + int(part.ljust(3, "0")[:3])) * rate / 1000)


def caption_of(start: int, stop: int, segments: Sequence[Segment], *, timed: bool, italic: bool) -> Caption | None:
    """The caption of a cue's segments; None for one without text. ValueError when it ends before it begins."""
    if stop < start:
        raise ValueError("it ends before it begins")
    text = "".join(s.text for s in segments)
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"more than {MOST_CHARACTERS:,} characters")
    rows = tuple(row for row in map(clean, text.split("\n")) if row)
    if not rows:
        return None
    words = tuple(_words(segments)) if timed else ()
    return Caption(start, max(stop, start + 1), rows, words, italic=italic)


def _words(segments: Iterable[Segment]) -> Iterable[TimedWord]:
    """One word a segment; one that runs over rows is shared out by length."""
    for segment in segments:
        parts = [part for part in map(clean, segment.text.split("\n")) if part]
        total, done = sum(map(len, parts)), 0
        marks = [segment.start]
        for part in parts:
            done += len(part)
            marks.append(segment.start + round((segment.stop - segment.start) * done / total))
        for part, (start, stop) in zip(parts, pairwise(marks), strict=True):
            yield TimedWord(part, start, stop)


def check_count(found: Sequence[object]) -> None:
    """ValueError when a file has more cues than a film could."""
    if len(found) > MOST_CUES:
        raise ValueError(f"more than {MOST_CUES:,} subtitles")
