"""Captions in time: when each begins and goes, and when each of its words is said. Knows frames; no formats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from math import ceil

from engine.captions.breaking import (
    LEAST_SECONDS,
    TRAILING_ZH,
    Token,
    group_tokens,
    join,
    reading_frames,
    rows_of,
    tokens_of,
)
from engine.captions.text import MAX_ROWS, clean, columns, fits, joint
from engine.core import FPS
from engine.rates import Rate
from engine.timeline import Caption, Speech, TimedWord
from models.base import TimedWord as HeardWord

LINGER_SECONDS = 0.25
"""A caption stays this long after its last word where there is room."""
Piece = tuple[str, TimedWord | None]
"""A stretch of a row: a word's letters with the word, or what lies between words."""


def caption_line(
    text: str, words: Sequence[HeardWord], speech: Speech, until: int, *, italic: bool = False, rate: Rate = FPS
) -> list[Caption]:
    """Captions of one spoken line, none reaching past frame `until` (the next line's first word, or the end).

    Each begins with its first word and can be read at MAX_SPEED (Chinese: HAN_SPEED) columns a second, wherever some
    split of the line leaves the frames for it. Speech that is faster than that is followed word by word: the split is
    the one that lacks the fewest frames, and each caption stays until the next begins."""
    tokens = _timed(tokens_of(clean(text)), words, speech, rate)
    if not tokens:
        return []
    groups = group_tokens(tokens, rate, until)
    starts = [group[0].start for group in groups] + [max(until, groups[-1][-1].stop)]
    for index in range(1, len(groups)):
        starts[index] = max(starts[index], starts[index - 1] + 1)  # words without frames of their own
    out: list[Caption] = []
    for index, group in enumerate(groups):
        if starts[index] >= starts[-1]:
            break
        stop = _stop(group, starts[index], starts[index + 1], rate)
        timed = tuple(TimedWord(t.text, t.start, t.stop) for t in group)
        out.append(Caption(starts[index], stop, rows_of(group), timed, speech.line, italic))
    return out


def _timed(tokens: Sequence[Token], words: Sequence[HeardWord], speech: Speech, rate: Rate) -> list[Token]:
    """Tokens with frames, matched to the heard words by their share of the letters (exact when the words agree)."""
    edges = _edges(words, speech, rate)
    letters = [max(1, sum(c.isalnum() for c in t.text)) for t in tokens]
    total, at = sum(letters), 0
    out: list[Token] = []
    for token, size in zip(tokens, letters, strict=True):
        start, stop = _when(edges, at / total, after=True), _when(edges, (at + size) / total, after=False)
        at += size
        first = min(max(round(start), speech.start), speech.stop - 1)
        if out:
            first = max(first, out[-1].start)
        last = min(max(first + 1, round(stop)), speech.stop)
        out.append(Token(token.text, token.space, first, max(last, first + 1)))
    return out


def _edges(words: Sequence[HeardWord], speech: Speech, rate: Rate) -> list[tuple[float, float, float, float]]:
    """Per heard word: its share of the letters [from, to) and its frames [start, stop)."""
    sized = [(w, max(1, sum(c.isalnum() for c in w.text))) for w in words]
    total, at = sum(n for _, n in sized), 0
    if not total:
        return [(0.0, 1.0, float(speech.start), float(speech.stop))]
    out: list[tuple[float, float, float, float]] = []
    for word, size in sized:
        first, last = speech.start + word.start * rate, speech.start + word.stop * rate
        out.append((at / total, (at + size) / total, float(first), float(last)))
        at += size
    return out


def _when(edges: Sequence[tuple[float, float, float, float]], share: float, *, after: bool) -> float:
    """The frame at which `share` of the letters is spoken; at a word's edge, `after` picks the next word's start."""
    slack = 1e-9
    for low, high, start, stop in edges:
        inside = share < high - slack if after else share <= high + slack
        if inside:
            part = max(0.0, share - low) / (high - low)
            return start + min(1.0, part) * (stop - start)
    return edges[-1][3]


def _stop(group: Sequence[Token], start: int, until: int, rate: Rate) -> int:
    """After the last word and long enough to be read, where the next caption leaves room."""
    last = group[-1].stop
    read = start + reading_frames([join(group)], rate)
    wanted = max(last + round(LINGER_SECONDS * rate), start + round(LEAST_SECONDS * rate), read)
    return max(start + 1, min(wanted, until))


def reading_speed(caption: Caption, rate: Rate = FPS) -> float:
    """Columns a second that the viewer has to read."""
    return float(sum(columns(row) for row in caption.rows) * rate / (caption.stop - caption.start))


# -- words of captions


def row_words(caption: Caption) -> list[list[Piece]] | None:
    """A caption's rows cut at its words, in reading order; None when its words are not those of its rows."""
    left = list(caption.words)
    out: list[list[Piece]] = []
    for row in caption.rows:
        pieces: list[Piece] = []
        at = 0
        while at < len(row):
            gap = len(row) - at - len(row[at:].lstrip())
            if gap:
                pieces.append((row[at : at + gap], None))
                at += gap
                continue
            said = _said(row, at, left[0]) if left else ""
            if not said:
                return None
            pieces.append((said, left.pop(0)))
            at += len(said)
        while left and not left[0].text.strip(TRAILING_ZH):
            left.pop(0)  # a comma that the row's end has dropped
        out.append(pieces)
    return out if out and not left else None


def _said(row: str, at: int, word: TimedWord) -> str:
    """How a word stands in a row: whole, or at the row's end without its comma; '' when it does not."""
    if word.text and row.startswith(word.text, at):
        return word.text
    bare = word.text.rstrip(TRAILING_ZH)
    return bare if bare and row[at:] == bare else ""


def spread_words(caption: Caption) -> Caption:
    """A caption whose words are timed; where they are not, by their share of the letters (an estimate, not heard)."""
    if row_words(caption) is not None:
        return caption
    tokens = [token for row in caption.rows for token in tokens_of(row)]
    speech = Speech(caption.line, "", caption.start, caption.stop - caption.start)
    timed = _timed(tokens, (), speech, FPS)
    words: list[TimedWord] = []
    for at, token in enumerate(timed):
        stop = timed[at + 1].start if at + 1 < len(timed) else caption.stop
        words.append(TimedWord(token.text, token.start, max(token.start, stop)))
    return replace(caption, words=tuple(words))


def refit(caption: Caption, rate: Rate) -> list[Caption]:
    """A caption of any text as captions of two rows that fit, in the same frames; none where it has no text."""
    rows = tuple(row for row in map(clean, caption.rows) if row)
    if rows == caption.rows and is_laid_out(caption):
        return [caption]
    speech = Speech(caption.line, "", caption.start, caption.stop - caption.start)
    text = reduce(lambda before, after: before + joint(before, after) + after, rows, "")
    heard = tuple(
        HeardWord(w.text, float((w.start - caption.start) / rate), float((w.stop - caption.start) / rate))
        for w in caption.words
    )
    found = caption_line(text, heard, speech, caption.stop, italic=caption.italic, rate=rate)
    return found if caption.words else [replace(c, words=()) for c in found]


def is_laid_out(caption: Caption) -> bool:
    """Whether its rows are at most two and fit."""
    return 1 <= len(caption.rows) <= MAX_ROWS and all(map(fits, caption.rows))


def wanted_frames(rows: Sequence[str], rate: Rate) -> int:
    """Frames that a caption should be seen: long enough to read, and no flash."""
    return max(reading_frames(rows, rate), ceil(LEAST_SECONDS * rate))
