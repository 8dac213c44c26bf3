"""Where captions and their rows break: at phrases, evenly, slow enough to read. Knows tokens in frames; no formats."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import ceil

from engine.captions.text import clusters, columns, fits, is_wide
from engine.core import FPS
from engine.rates import Rate

MAX_SPEED = 20
"""Columns a second that can be read in comfort."""
HAN_SPEED = 18
"""The same where a text has wide characters: nine Han characters a second."""
LEAST_SECONDS = 0.8
LEAST_FRAMES = round(LEAST_SECONDS * FPS)
CAPTION_COST, HURRY_COST, UNEVEN_ROW, PHRASE_COST = 2.5, 0.6, 0.06, 2.5
"""What a caption more, a column a second too many, a column of difference between rows, and a bad break weigh."""
UNSEEN = 1_000_000
"""Weighs against a caption that would begin together with the next one."""

_PIECE = re.compile(r"[⺀-鿿豈-﫿぀-ヿ가-힯]|[^\s⺀-鿿豈-﫿぀-ヿ가-힯]+|\s+")
_OPENING = "“‘「『（《〈【(["
_ENDS = re.compile(r"[.!?…。！？؟۔][”’」』）)\"']*$")
_PAUSES = re.compile(r"[,;:—–，、；：،؛][”’」』）)\"']*$")
TRAILING_ZH = "，。、；："
_LEADING_WORDS = frozenset(
    ("and but or because so if when who that which with for to in on at of the a an my your his her").split()
)


@dataclass(frozen=True)
class Token:
    """The smallest thing that is not broken: an English word or a Han character with its punctuation."""

    text: str
    space: bool  # whether white space comes before it
    start: int = 0
    stop: int = 0


def tokens_of(text: str) -> list[Token]:
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
    if fits(piece):
        return [piece]
    out = [""]
    for cluster in clusters(piece):
        for part in [cluster] if fits(cluster) else cluster:
            if not fits(out[-1] + part):
                out.append("")
            out[-1] += part
    return out


def group_tokens(tokens: Sequence[Token], rate: Rate, until: int) -> list[list[Token]]:
    """The cheapest split into captions: few, of even size, broken at phrases, slow enough to read.

    A split that hurries the reader is only taken when none hurries less: where frames are there to read, they are used."""
    cuts = _cheapest(tokens, lambda a, b, rows: (0, _cost(tokens, a, b, rows, rate)))
    if _lacking(tokens, cuts, rate, until):
        cuts = _cheapest(
            tokens,
            lambda a, b, rows: (_lack(tokens, a, b, rate, until), _cost(tokens, a, b, rows, rate)),
        )
    return [list(tokens[a:b]) for a, b in pairwise(cuts)]


def _cheapest(tokens: Sequence[Token], cost: Callable[[int, int, tuple[float, int]], tuple[int, float]]) -> list[int]:
    """Where to cut, from 0 to the end, for the least sum of costs."""
    best: list[tuple[int, float, int]] = [(0, 0.0, 0)]
    for end in range(1, len(tokens) + 1):
        options: list[tuple[int, float, int]] = []
        for start in range(end - 1, -1, -1):
            rows = split_rows(tuple(tokens[start:end]))
            if rows is None:
                break
            lack, price = cost(start, end, rows)
            options.append((best[start][0] + lack, best[start][1] + price, start))
        best.append(min(options))
    cuts = [len(tokens)]
    while cuts[-1]:
        cuts.append(best[cuts[-1]][2])
    return cuts[::-1]


def _lacking(tokens: Sequence[Token], cuts: Sequence[int], rate: Rate, until: int) -> int:
    return sum(_lack(tokens, a, b, rate, until) for a, b in pairwise(cuts))


def _lack(tokens: Sequence[Token], start: int, end: int, rate: Rate, until: int) -> int:
    """Frames too few to read tokens [start, end) before the next caption begins."""
    stop = tokens[end].start if end < len(tokens) else max(until, tokens[-1].stop)
    room = stop - tokens[start].start
    return max(0, reading_frames(rows_of(tokens[start:end]), rate) - max(1, room)) + (0 if room > 0 else UNSEEN)


def reading_frames(rows: Sequence[str], rate: Rate) -> int:
    """Frames that reading takes: MAX_SPEED columns a second, HAN_SPEED where there are wide characters."""
    width = sum(columns(row) for row in rows)
    return ceil(width * rate / speed_limit(rows))


def speed_limit(rows: Sequence[str]) -> int:
    return HAN_SPEED if any(is_wide(c) for row in rows for c in row) else MAX_SPEED


def _cost(tokens: Sequence[Token], start: int, end: int, rows: tuple[float, int], rate: Rate) -> float:
    group, least = tokens[start:end], round(LEAST_SECONDS * rate)
    until = tokens[end].start if end < len(tokens) else group[-1].stop + least
    seconds = float(max(1, until - group[0].start) / rate)
    width = columns(join(group))
    hurry = max(0.0, width / seconds - MAX_SPEED)
    flash = max(0.0, float(least / rate) - seconds) * 10
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


def ends_sentence(text: str) -> bool:
    return bool(_ENDS.search(text))


def pauses(text: str) -> bool:
    return bool(_ENDS.search(text) or _PAUSES.search(text))


@lru_cache(maxsize=4096)
def split_rows(group: tuple[Token, ...]) -> tuple[float, int] | None:
    """Cost of the best rows and the index of the second row's first token; None when two rows cannot hold it."""
    if fits(join(group)):
        return 0.0, len(group)
    options: list[tuple[float, int]] = []
    for at in range(1, len(group)):
        top, bottom = join(group[:at]), join(group[at:])
        if fits(top) and fits(bottom):
            options.append(
                (0.5 + abs(columns(top) - columns(bottom)) * UNEVEN_ROW + _break_cost(group[at - 1], group[at]), at)
            )
    return min(options) if options else None


def rows_of(group: Sequence[Token]) -> tuple[str, ...]:
    """A caption's one or two rows."""
    found = split_rows(tuple(group))
    at = found[1] if found else len(group)
    rows = [join(group[:at]), join(group[at:])]
    return tuple(_dressed(row) for row in rows if row)


def _dressed(row: str) -> str:
    """Chinese captions carry no comma or full stop at a row's end."""
    bare = row.rstrip(TRAILING_ZH)
    return bare or row


def join(group: Sequence[Token]) -> str:
    return "".join((" " if t.space and i else "") + t.text for i, t in enumerate(group))
