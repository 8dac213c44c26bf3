"""Spoken words in, timed captions out, and SRT, ASS and VTT at the edges. Knows columns and frames; draws nothing.

A caption has at most two rows of 26 columns (13 Han characters), breaks where phrases do, begins with its first word
and stays until after its last. Text is never syntax: control characters go, and what a format could read is replaced."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from engine.core import FPS
from engine.fonts import text_width
from engine.timeline import Caption, Speech, TimedWord
from models.base import TimedWord as HeardWord

MAX_COLUMNS = 26
MAX_EMS = 14.6
"""Widest row: 788 pixels at 54 pixels an em, the text-safe area less the outline."""
MAX_ROWS = 2
MAX_SPEED = 20.0
"""Columns a second that can be read in comfort; nine Han characters take 18."""
HAN_SPEED = 18.0
LEAST_FRAMES = round(0.8 * FPS)
LINGER_FRAMES = 6
"""A caption stays this long after its last word where there is room."""
LONGEST_LINGER = 2 * FPS
CAPTION_COST, HURRY_COST, UNEVEN_ROW, PHRASE_COST = 2.5, 0.6, 0.06, 2.5
"""What a caption more, a column a second too many, a column of difference between rows, and a bad break weigh."""

_WIDE = {"W", "F"}
_PIECE = re.compile(r"[⺀-鿿豈-﫿぀-ヿ가-힯]|[^\s⺀-鿿豈-﫿぀-ヿ가-힯]+|\s+")
_OPENING = "“‘「『（《〈【(["
_ENDS = re.compile(r"[.!?…。！？][”’」』）)\"']*$")
_PAUSES = re.compile(r"[,;:—–，、；：][”’」』）)\"']*$")
_TRAILING_ZH = "，。、；："
_LEADING_WORDS = frozenset(
    [
        "and",
        "but",
        "or",
        "because",
        "so",
        "if",
        "when",
        "who",
        "that",
        "which",
        "with",
        "for",
        "to",
        "in",
        "on",
        "at",
        "of",
        "the",
        "a",
        "an",
        "my",
        "your",
        "his",
        "her",
    ]
)


@dataclass(frozen=True)
class Token:
    """The smallest thing that is not broken: an English word or a Han character with its punctuation."""

    text: str
    space: bool  # whether white space comes before it
    start: int = 0
    stop: int = 0


def columns(text: str) -> int:
    """Width in columns: East Asian wide characters are two, combining marks none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in _WIDE else 1 for c in text)


@lru_cache(maxsize=8192)
def fits(row: str) -> bool:
    """Whether a row keeps to the columns, and as drawn to the text-safe area (capitals are wide)."""
    return columns(row) <= MAX_COLUMNS and text_width(row) <= MAX_EMS


def clean(text: str) -> str:
    """One line of drawable text: no control, format or private characters, single spaces, full-width ASCII narrowed."""
    kept = (_narrow(c) for c in unicodedata.normalize("NFC", text))
    shown = "".join(" " if c.isspace() else c for c in kept if c.isspace() or unicodedata.category(c)[0] != "C")
    return " ".join(shown.split())


def _narrow(character: str) -> str:
    return chr(ord(character) - 0xFEE0) if character in "＜＞｛｝＼＆" else character


# -- from speech to captions


def caption_line(
    text: str, words: Sequence[HeardWord], speech: Speech, until: int, *, italic: bool = False, rate: int = FPS
) -> list[Caption]:
    """Captions of one spoken line, none reaching past frame `until` (the next line's first word, or the end)."""
    tokens = _timed(_tokens(clean(text)), words, speech, rate)
    if not tokens:
        return []
    groups = _grouped(tokens, rate)
    starts = [group[0].start for group in groups] + [max(until, groups[-1][-1].stop)]
    out: list[Caption] = []
    for index, group in enumerate(groups):
        stop = _stop(group, starts[index], starts[index + 1], rate)
        timed = tuple(TimedWord(t.text, t.start, t.stop) for t in group)
        out.append(Caption(starts[index], stop, _rows(group), timed, speech.line, italic))
    return out


def _tokens(text: str) -> list[Token]:
    """Words and Han characters; closing marks stay with what they follow, opening ones with what comes next."""
    out: list[Token] = []
    space, opening = False, ""
    for piece in _PIECE.findall(text):
        if piece.isspace():
            space = True
            continue
        for part in _short(piece):
            if all(c in _OPENING for c in part) and fits(opening + part):
                opening += part
            elif out and not space and not opening and _closes(part) and fits(out[-1].text + part):
                out[-1] = Token(out[-1].text + part, out[-1].space)
            else:
                kept = opening if fits(opening + part) else ""
                out.append(Token(kept + part, space and bool(out)))
                space, opening = False, ""
    if opening:
        out.append(Token(opening, space and bool(out)))
    return out


def _closes(part: str) -> bool:
    return not any(c.isalnum() for c in part)


def _short(piece: str) -> list[str]:
    """A piece that no row could hold, cut to pieces that do."""
    out = [""]
    for character in piece:
        if not fits(out[-1] + character):
            out.append("")
        out[-1] += character
    return out


def _timed(tokens: Sequence[Token], words: Sequence[HeardWord], speech: Speech, rate: int) -> list[Token]:
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


def _edges(words: Sequence[HeardWord], speech: Speech, rate: int) -> list[tuple[float, float, float, float]]:
    """Per heard word: its share of the letters [from, to) and its frames [start, stop)."""
    sized = [(w, max(1, sum(c.isalnum() for c in w.text))) for w in words]
    total, at = sum(n for _, n in sized), 0
    if not total:
        return [(0.0, 1.0, float(speech.start), float(speech.stop))]
    out: list[tuple[float, float, float, float]] = []
    for word, size in sized:
        out.append((at / total, (at + size) / total, speech.start + word.start * rate, speech.start + word.stop * rate))
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


# -- where to break


def _grouped(tokens: Sequence[Token], rate: int) -> list[list[Token]]:
    """The cheapest split into captions: few, of even size, broken at phrases, slow enough to read."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(tokens) + 1):
        options: list[tuple[float, int]] = []
        for start in range(end - 1, -1, -1):
            rows = _split(tuple(tokens[start:end]))
            if rows is None:
                break
            options.append((best[start][0] + _cost(tokens, start, end, rows, rate), start))
        best.append(min(options))
    cuts = [len(tokens)]
    while cuts[-1]:
        cuts.append(best[cuts[-1]][1])
    cuts.reverse()
    return [list(tokens[a:b]) for a, b in pairwise(cuts)]


def _cost(tokens: Sequence[Token], start: int, end: int, rows: tuple[float, int], rate: int) -> float:
    group = tokens[start:end]
    until = tokens[end].start if end < len(tokens) else group[-1].stop + LEAST_FRAMES
    seconds = max(1, until - group[0].start) / rate
    width = columns(_join(group))
    hurry = max(0.0, width / seconds - MAX_SPEED)
    flash = max(0.0, LEAST_FRAMES / rate - seconds) * 10
    stub = 3.0 if width < 8 and len(group) < len(tokens) else 0.0
    end_cost = 0.0 if end == len(tokens) else _break_cost(tokens[end - 1], tokens[end])
    return CAPTION_COST + hurry * HURRY_COST + flash + stub + PHRASE_COST * end_cost + rows[0]


def _break_cost(before: Token, after: Token) -> float:
    """How bad it is to break here: nothing after a sentence, little after a comma, most inside a phrase."""
    if _ENDS.search(before.text):
        return 0.0
    if _PAUSES.search(before.text):
        return 0.4
    last = "".join(c for c in before.text.casefold() if c.isalpha())
    if last in _LEADING_WORDS:
        return 3.0
    if columns(before.text[-1]) == 2 and not after.space:
        return 4.0  # between two Han characters: most likely inside a word
    first = "".join(c for c in after.text.casefold() if c.isalpha())
    return 1.0 if first in _LEADING_WORDS else 1.6


@lru_cache(maxsize=4096)
def _split(group: tuple[Token, ...]) -> tuple[float, int] | None:
    """Cost of the best rows and the index of the second row's first token; None when two rows cannot hold it."""
    if fits(_join(group)):
        return 0.0, len(group)
    options: list[tuple[float, int]] = []
    for at in range(1, len(group)):
        top, bottom = _join(group[:at]), _join(group[at:])
        if fits(top) and fits(bottom):
            options.append(
                (0.5 + abs(columns(top) - columns(bottom)) * UNEVEN_ROW + _break_cost(group[at - 1], group[at]), at)
            )
    return min(options) if options else None


def _rows(group: Sequence[Token]) -> tuple[str, ...]:
    found = _split(tuple(group))
    at = found[1] if found else len(group)
    rows = [_join(group[:at]), _join(group[at:])]
    return tuple(_dressed(row) for row in rows if row)


def _dressed(row: str) -> str:
    """Chinese captions carry no comma or full stop at a row's end."""
    bare = row.rstrip(_TRAILING_ZH)
    return bare or row


def _join(group: Sequence[Token]) -> str:
    return "".join((" " if t.space and i else "") + t.text for i, t in enumerate(group))


def _stop(group: Sequence[Token], start: int, until: int, rate: int) -> int:
    """After the last word and long enough to be read, where the next caption leaves room."""
    last = group[-1].stop
    speed = HAN_SPEED if any(columns(c) == 2 for t in group for c in t.text) else MAX_SPEED
    read = start + int(columns(_join(group)) / speed * rate) + 1
    wanted = max(last + LINGER_FRAMES, start + LEAST_FRAMES, min(read, last + LONGEST_LINGER))
    return max(start + 1, min(wanted, until))


def reading_speed(caption: Caption, rate: int = FPS) -> float:
    """Columns a second that the viewer has to read."""
    return sum(columns(row) for row in caption.rows) * rate / (caption.stop - caption.start)
