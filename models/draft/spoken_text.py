"""Hostile text in, clauses to speak and display tokens out. Knows punctuation and scripts, no voices.

A display token is what a caption shows: in English a run between white space, in Chinese a character with the
punctuation after it, so the tokens joined (by " " or by "") give the text back. What cannot be spoken (emoji,
markup signs, quotes) is left out of the clauses; control and formatting characters are left out of both."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

MAX_CHARACTERS = 600
"""Most that one utterance may hold."""

PAUSE_MS = {",": 140, ";": 240, ":": 240, ".": 320, "?": 360, "!": 280, "—": 90, "…": 600}
_STRENGTH = "…?!.;:,—"  # the first of these in a run of marks decides its pause and its tune
_TUNE = {"…": ".", "—": ","}  # how espeak is asked to end such a clause
_SPOKEN_MARKS = frozenset(".,;:?!'%&$£€¥+-—")
_FOLD = str.maketrans({"。": ".", "、": ",", "’": "'", "‘": "'", "–": "—", "―": "—", "…": "..."})
_RUN = re.compile(r"[.,;:?!—][.,;:?!—\s]*")
_ZH_TOKEN = re.compile(r"[A-Za-z0-9]+(?:['’.-][A-Za-z0-9]+)*|\S")
_ABBREVIATIONS = frozenset(("mr", "mrs", "ms", "dr", "st", "jr", "sr", "vs", "prof"))


@dataclass(frozen=True)
class SpokenClause:
    """A stretch between pauses: what to say, which display token each character is of, the pause after (ms)."""

    text: str
    owners: tuple[int, ...]
    pause_ms: int


@dataclass(frozen=True)
class SpokenText:
    tokens: tuple[str, ...]
    clauses: tuple[SpokenClause, ...]


def prepare(text: str, language: str) -> SpokenText:
    """Tokens and clauses of a line; ValueError if it is too long or holds nothing that can be spoken.

    >>> [(c.text, c.pause_ms) for c in prepare("No... you <b>lied</b>!", "en").clauses]
    [('No.', 600), ('you b lied b!', 0)]
    """
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"{len(text)} characters to speak at once, limit {MAX_CHARACTERS}")
    visible = "".join(c if c.isspace() or unicodedata.category(c)[0] != "C" else "" for c in text)
    raw = _ZH_TOKEN.findall(visible) if language == "zh" else visible.split()
    tokens, spoken, marks = _attach([(token, _speakable(token)) for token in raw])
    if not tokens:
        raise ValueError("nothing in the text can be spoken")
    joined, owners = _join(spoken, "" if language == "zh" else " ")
    clauses = tuple(_clauses(joined, owners))
    return SpokenText(tuple(_show(tokens, marks, language)), _silence_last(clauses))


def _speakable(token: str) -> str:
    """What of a token espeak gets: letters, digits, plain marks; other signs become spaces.

    >>> _speakable("<b>café?!")
    ' b café?!'
    """
    folded = unicodedata.normalize("NFKC", token.translate(_FOLD)).translate(_FOLD)
    kept = "".join(c if c in _SPOKEN_MARKS or unicodedata.category(c)[0] in "LNM" else " " for c in folded)
    kept = re.sub(r"--+|-$|^-$", "—", kept)
    return re.sub(r"^[-'+.,]+(?=\D)|(?<=\s)['+-]+", "", kept) if _voiced(kept) else kept


def _voiced(text: str) -> bool:
    return any(c.isalnum() for c in text)


def _attach(pairs: list[tuple[str, str]]) -> tuple[list[str], list[str], list[str]]:
    """Tokens that are voiced, their speakable forms, and the unvoiced marks that lead the whole line.

    Marks on their own ("—", emoji, Chinese punctuation) go with the voiced token before them."""
    tokens: list[str] = []
    spoken: list[str] = []
    leading: list[str] = []
    for token, said in pairs:
        if _voiced(said):
            tokens.append(token)
            spoken.append(said)
        elif tokens:
            tokens[-1] += "\0" + token
            spoken[-1] += said.strip()
        else:
            leading.append(token)
    return tokens, spoken, leading


def _show(tokens: list[str], leading: list[str], language: str) -> Iterator[str]:
    joint = "" if language == "zh" else " "
    lead = joint.join([*leading, ""])
    for index, token in enumerate(tokens):
        yield (lead if index == 0 else "") + token.replace("\0", joint)


def _join(spoken: list[str], joint: str) -> tuple[str, list[int]]:
    text, owners = "", []
    for index, said in enumerate(spoken):
        piece = re.sub(r"\s+", " ", said) + joint
        text += piece
        owners += [index] * len(piece)
    return text, owners


def _clauses(text: str, owners: list[int]) -> Iterator[SpokenClause]:
    start = 0
    for run in _RUN.finditer(text):
        if not _breaks(text, run):
            continue
        clause = _clause(text, owners, start, run.start(), _mark(run.group()))
        if clause:
            yield clause
        start = run.end()
    tail = _clause(text, owners, start, len(text), ".")
    if tail:
        yield tail


def _clause(text: str, owners: list[int], start: int, stop: int, mark: str) -> SpokenClause | None:
    while start < stop and text[start] == " ":
        start += 1
    if not _voiced(text[start:stop]):
        return None
    said = text[start:stop].rstrip()
    chars = owners[start : start + len(said)]
    return SpokenClause(said + _TUNE.get(mark, mark), (*chars, chars[-1]), PAUSE_MS[mark])


def _mark(run: str) -> str:
    """The mark that decides: '?!' -> '?', '...' -> '…', ',—' -> ','."""
    found = set(run) | ({"…"} if "..." in run else set())
    return next(mark for mark in _STRENGTH if mark in found)


def _breaks(text: str, run: re.Match[str]) -> bool:
    """Not inside a number ('3.5', '10:30') nor after an abbreviation or initial ('Mr. Shen', 'J. K.')."""
    before, after, marks = text[: run.start()], text[run.end() : run.end() + 1], run.group().strip()
    if before[-1:].isdigit() and after.isdigit() and run.group() in ".,:":
        return False
    if marks != "." or not after:
        return True
    word = re.split(r"[^A-Za-z]", before)[-1]
    return word.lower() not in _ABBREVIATIONS and not (len(word) == 1 and word != "I")


def _silence_last(clauses: tuple[SpokenClause, ...]) -> tuple[SpokenClause, ...]:
    last = clauses[-1]
    return (*clauses[:-1], SpokenClause(last.text, last.owners, 0))
