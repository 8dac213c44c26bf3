"""`pop`: which words come up together, from when to when, how large. Knows words and widths; writes no format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from engine.captions import columns, ems, joint, pauses, row_words, spread_words
from engine.rates import Rate
from engine.subtitles.page import POP_GROWN, POP_OUTLINE, POP_SIZE, SAFE_LEFT, SAFE_RIGHT
from engine.timeline import Caption, TimedWord

MOST_COLUMNS = 14
"""Words come up together while they are this short: two or three in English, up to seven Han characters."""
MOST_WORDS = 3
UNSEEN = 1000
"""Weighs against a group that would begin with the next one, and so never be seen."""
BREAK_SECONDS = 0.4
"""A pause as long as this parts words."""
LINGER_SECONDS = 0.5


@dataclass(frozen=True)
class Popped:
    """Words shown together, frames [start, stop), at `size` pixels an em."""

    text: str
    start: int
    stop: int
    size: int


@dataclass(frozen=True)
class _Said:
    """A word as it stands in its row, whether a space comes before it, and whether the phrase ends after it."""

    text: str
    space: bool
    start: int
    stop: int
    ends: bool


def popped(caption: Caption, rate: Rate) -> list[Popped]:
    """A caption's words in the groups that come up together. Words without times share the caption's by their length."""
    groups = [group for phrase in _phrases(_words(caption), rate) for group in _shared(phrase)]
    out: list[Popped] = []
    for at, group in enumerate(groups):
        start = group[0].start
        until = groups[at + 1][0].start if at + 1 < len(groups) else caption.stop
        stop = min(until, max(group[-1].stop, start) + round(LINGER_SECONDS * rate))
        text = _joined(group)
        if stop > start:
            out.append(Popped(text, start, stop, size_of(text)))
    return out


def _words(caption: Caption) -> list[_Said]:
    """The words in their order, none beginning before the one before it."""
    spread = spread_words(caption)
    out: list[_Said] = []
    at, space = caption.start, False
    for row in row_words(spread) or [[(" ".join(caption.rows), TimedWord("", caption.start, caption.stop))]]:
        begins = True
        for text, word in row:
            if word is None:
                space = True
                continue
            at = min(max(word.start, at), caption.stop - 1)
            if begins and out:
                space = bool(joint(out[-1].text, text))
            out.append(_Said(text, space and bool(out), at, min(word.stop, caption.stop), pauses(word.text)))
            space = begins = False
    return out


def _phrases(words: Sequence[_Said], rate: Rate) -> list[list[_Said]]:
    """Words parted where the voice or the writing pauses."""
    out: list[list[_Said]] = []
    for word in words:
        before = out[-1][-1] if out else None
        if before is None or before.ends or word.start - before.stop > BREAK_SECONDS * rate:
            out.append([])
        out[-1].append(word)
    return out


def _shared(phrase: Sequence[_Said]) -> list[list[_Said]]:
    """A phrase in as few groups as can be, of even width, each long enough in time to be seen."""
    best: list[tuple[int, int, int]] = [(0, 0, 0)]
    for end in range(1, len(phrase) + 1):
        options: list[tuple[int, int, int]] = []
        for start in range(end - 1, -1, -1):
            group = phrase[start:end]
            unseen = end < len(phrase) and phrase[end].start <= group[0].start
            if len(group) > 1 and not _together(group):
                break
            count, uneven, _ = best[start]
            width = columns(_joined(group))
            options.append((count + 1 + UNSEEN * unseen, uneven + width * width, start))
        best.append(min(options))
    cuts = [len(phrase)]
    while cuts[-1]:
        cuts.append(best[cuts[-1]][2])
    return [list(phrase[a:b]) for a, b in pairwise(reversed(cuts))]


def _together(group: Sequence[_Said]) -> bool:
    """Whether words can come up together: short and few, or all at once."""
    if group[0].start == group[-1].start:
        return True
    text = _joined(group)
    few = sum(word.space for word in group[1:]) < MOST_WORDS
    return few and columns(text) <= MOST_COLUMNS and size_of(text) >= POP_SIZE


def _joined(group: Sequence[_Said]) -> str:
    return "".join((" " if word.space and at else "") + word.text for at, word in enumerate(group))


def size_of(text: str) -> int:
    """Pixels an em at which a row stays inside the safe area, grown and outlined; POP_SIZE at most."""
    room = SAFE_RIGHT - SAFE_LEFT - 2 * POP_OUTLINE
    return min(POP_SIZE, int(room / POP_GROWN / max(ems(text), 0.1)))
