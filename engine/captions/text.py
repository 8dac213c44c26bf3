"""What a caption's text is made of: drawable characters, columns, widths, direction. Knows Unicode; no time."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from engine.fonts import coverage, font_file, text_width

MAX_COLUMNS = 26
MAX_EMS = 14.6
"""Widest row: 788 pixels at 54 pixels an em, the text-safe area less the outline."""
MAX_ROWS = 2
MOST_MARKS = 4
"""Accents and points on one letter: the most that any living script stacks; more would climb out of the row."""

HEBREW_EM, ARABIC_EM, LONG_ARABIC_EM, SLIM_ARABIC_EM, PICTURE_EM, OTHER_EM = 0.95, 0.85, 1.3, 0.55, 1.35, 1.0
"""Room kept for a character that our typeface lacks, in ems: what a system's font draws at this size (measured on
rows of DejaVu Sans Bold, the widest of the usual ones: Hebrew 0.74 on average, Arabic 0.6 to 1.7, emoji 1.2)."""
_LONG_ARABIC, _LONG_AT_THE_END = frozenset("سشصض"), frozenset("بتثپفكىئيکی")
_SLIM_ARABIC = frozenset("اأإآل")

_WIDE = {"W", "F"}
_MARKS = {"Mn", "Me", "Cf"}
_RIGHT = {"R", "AL"}
_JOINERS = "\u200c\u200d"
_FIRST_PICTURE, _LAST_PICTURE = 0x1F000, 0x1FBFF
_SKINS = range(0x1F3FB, 0x1F400)
_FLAGS = range(0x1F1E6, 0x1F200)
_SYMBOLS = range(0x2190, 0x2C00)
_INDIC = range(0x0900, 0x0E00)


def columns(text: str) -> int:
    """Width in columns: East Asian wide characters are two, combining marks and joiners none."""
    return sum(0 if unicodedata.category(c) in _MARKS else 2 if is_wide(c) else 1 for c in text)


def is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in _WIDE or is_picture(character)


def joint(before: str, after: str) -> str:
    """What stands between two rows' texts when they become one: nothing between Chinese or Japanese, else a space."""
    return "" if before and after and _is_unspaced(before[-1]) and _is_unspaced(after[0]) else " "


def _is_unspaced(character: str) -> bool:
    code = ord(character)
    return 0x2E80 <= code < 0xA000 or 0xF900 <= code < 0xFB00 or 0xFF00 <= code < 0xFFF0


def is_picture(character: str) -> bool:
    """Whether it lies where emoji are, also those younger than this Python's Unicode tables."""
    return _FIRST_PICTURE <= ord(character) <= _LAST_PICTURE


@lru_cache(maxsize=8192)
def fits(row: str) -> bool:
    """Whether a row keeps to the columns, and as drawn to the text-safe area (capitals are wide)."""
    return columns(row) <= MAX_COLUMNS and ems(row) <= MAX_EMS


def ems(row: str) -> float:
    """Width of a row in ems: measured where our typeface has the characters, else with room for a system's font."""
    covered = coverage(font_file())
    known = "".join(c for c in row if ord(c) in covered)
    return text_width(known) + sum(_room(c, row[at + 1 : at + 2]) for at, c in enumerate(row) if ord(c) not in covered)


def _room(character: str, after: str) -> float:
    if unicodedata.category(character) in _MARKS:
        return 0.0
    if is_wide(character):
        return PICTURE_EM
    if character in _LONG_ARABIC or (character in _LONG_AT_THE_END and not after.isalpha()):
        return LONG_ARABIC_EM
    if character in _SLIM_ARABIC:
        return SLIM_ARABIC_EM
    side = unicodedata.bidirectional(character)
    return {"R": HEBREW_EM, "AL": ARABIC_EM}.get(side, OTHER_EM)


def clean(text: str) -> str:
    """One line of drawable text: no control, format or private characters, single spaces, full-width ASCII narrowed.

    Marks of direction go (the writers set their own); a joiner stays where letters or emoji need it."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept = [_narrow(c) for c in unicodedata.normalize("NFC", text)]
    kept = [" " if c.isspace() else c for c in kept if _is_shown(c)]
    shown = "".join(_unstacked(_needed_joiners(kept)))
    return unicodedata.normalize("NFC", " ".join(shown.split()))


def _narrow(character: str) -> str:
    return chr(ord(character) - 0xFEE0) if character in "＜＞｛｝＼＆" else character


def _is_shown(character: str) -> bool:
    if character.isspace() or character in _JOINERS:
        return True
    category = unicodedata.category(character)
    return category[0] != "C" or (category == "Cn" and is_picture(character))


def _needed_joiners(characters: Sequence[str]) -> list[str]:
    """Without the joiners that join nothing."""
    out: list[str] = []
    for at, character in enumerate(characters):
        if character not in _JOINERS:
            out.append(character)
            continue
        after = characters[at + 1] if at + 1 < len(characters) else ""
        if out and after and _joins(out[-1], character) and _joins(after, character):
            out.append(character)
    return out


def _joins(neighbour: str, joiner: str) -> bool:
    if neighbour in _JOINERS:
        return False
    if unicodedata.bidirectional(neighbour) == "AL" or ord(neighbour) in _INDIC:
        return True
    symbol = is_picture(neighbour) or ord(neighbour) in _SYMBOLS or neighbour == "\ufe0f"
    return joiner == "\u200d" and symbol


def _unstacked(characters: Iterable[str]) -> list[str]:
    """No more than MOST_MARKS marks in a row, none without a letter."""
    out: list[str] = []
    marks = MOST_MARKS
    for character in characters:
        is_mark = unicodedata.category(character) in {"Mn", "Me"}
        marks = marks + 1 if is_mark else (MOST_MARKS if character == " " else 0)
        if marks <= MOST_MARKS or not is_mark:
            out.append(character)
    return out


def clusters(text: str) -> list[str]:
    """What is never torn apart: a letter with its marks, an emoji with its skin, joined emoji, the two halves of a flag."""
    out: list[str] = []
    for character in text:
        if out and _sticks(out[-1], character):
            out[-1] += character
        else:
            out.append(character)
    return out


def _sticks(before: str, character: str) -> bool:
    if unicodedata.category(character) in {*_MARKS, "Mc"} or ord(character) in _SKINS or before[-1] == "\u200d":
        return True
    return ord(character) in _FLAGS and len(before) == 1 and ord(before) in _FLAGS


def has_right_to_left(text: str) -> bool:
    return any(unicodedata.bidirectional(c) in _RIGHT for c in text)


def runs_right_to_left(text: str) -> bool:
    """Whether a caption as a whole reads from the right: when at least half of its words do (a foreign name that opens
    a sentence does not turn it)."""
    sides = [side for side in map(_side, text.split()) if side]
    return bool(sides) and 2 * sides.count("R") >= len(sides)


def _side(word: str) -> str:
    """'R' or 'L', by a word's first letter that has a direction; '' when none has."""
    found = (unicodedata.bidirectional(c) for c in word)
    return next(("R" if side in _RIGHT else "L" for side in found if side in {*_RIGHT, "L"}), "")
