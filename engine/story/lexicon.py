"""The word tables of the premise reader, and longest-match search over them. Words only: no grammar, no story."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from engine.core import Language, Role
from models import words

HAN_SHARE = 0.3
"""Above this share of Han among letters, a text is Chinese."""
STOP_VOTES = 0.12
"""Share of English stop words from which a text counts as English."""


@dataclass(frozen=True)
class Word:
    """One table entry. `kind` is the table's own tag: a kin class, a threat kind, a plate, a prop kind, ..."""

    text: str
    kind: str = ""
    sex: str = ""
    lean: Role = "extra"


@dataclass(frozen=True)
class Match:
    """Where an entry stands in a text: half-open range and the entry."""

    start: int
    stop: int
    word: Word


class Table:
    """Entries searched at once, longest first. English matches whole words and plurals, without case."""

    def __init__(self, entries: Iterable[Word], language: Language) -> None:
        self.entries: dict[str, Word] = {}
        for entry in entries:
            self.entries.setdefault(entry.text.lower(), entry)
        keys = sorted(self.entries, key=len, reverse=True)
        body = "|".join(re.escape(key) for key in keys) or r"(?!)"
        spaced = rf"(?<![\w-])({body})(?:e?s)?(?![\w-])"
        self._pattern = re.compile(f"({body})" if language == "zh" else spaced, re.IGNORECASE)

    def find(self, text: str) -> Iterator[Match]:
        """Non-overlapping matches from left to right, forward maximum match."""
        for found in self._pattern.finditer(text):
            entry = self.entries.get(found[1].lower())  # None for look-alikes such as the long s
            if entry:
                yield Match(found.start(), found.end(), entry)

    def first(self, text: str) -> Match | None:
        return next(self.find(text), None)

    def __contains__(self, word: str) -> bool:
        return word.lower() in self.entries


@dataclass(frozen=True)
class Gift:
    """A power's written form: name, trigger, limit, cost."""

    name: str
    trigger: str
    limit: str
    cost: str


@dataclass(frozen=True)
class Lexicon:
    """All tables of one language."""

    language: Language
    people: Table  # roles and kin together; kind is the kin class or ''
    kin: Table
    roles: Table
    hides: Table
    status: Table
    threats: Table
    powers: Table
    objects: Table
    places: Table
    eras: Table
    tones: Table
    genres: Table
    training: Table
    abstract: Table
    romance: Table
    minor: Table
    goals: Table
    real: Table
    splits: tuple[str, ...]
    turns: frozenset[str]
    gifts: Mapping[str, Gift]
    secrets: Mapping[str, Mapping[str, str]]
    lessons: Mapping[str, str]
    family: Mapping[str, str]  # sex (or 'any') -> 'child word, parent word'
    things: Mapping[str, str]  # prop kind or plate -> our plain word for it
    stock: Mapping[str, str]  # notes and the stock premise
    translate: Mapping[str, str]  # English noun -> Chinese noun (Chinese tables only)
    modal: tuple[str, ...]
    engines: Mapping[str, tuple[Table, Table]]  # strong words, weak words
    surnames: frozenset[str]
    compound: tuple[str, ...]


def _split(text: str) -> list[str]:
    return [part for raw in text.split(",") if (part := raw.strip())]


def _tagged(section: Mapping[str, Any]) -> list[Word]:
    """'{kind: "a, b"}' as entries."""
    return [Word(text, kind) for kind, listed in section.items() for text in _split(listed)]


def _people(section: Iterable[Mapping[str, Any]]) -> list[Word]:
    return [
        Word(text, group.get("class", ""), group.get("sex", ""), group["lean"])
        for group in section
        for text in _split(group["words"])
    ]


@lru_cache(maxsize=2)
def lexicon(language: Language) -> Lexicon:
    """The tables of a language, read once from the package data."""
    raw = tomllib.loads((files("configs") / "lexicon" / f"{language}.toml").read_text("utf-8"))

    def table(entries: Iterable[Word]) -> Table:
        return Table(entries, language)

    def listed(text: str) -> Table:
        return table(Word(part) for part in _split(text))

    kin, roles = _people(raw["rel"]), _people(raw["role"])
    if language == "zh":  # 女工程师, 男护士
        pairs = (("女", "female"), ("男", "male"))
        roles += [Word(mark + r.text, "", sex, r.lean) for r in roles if not r.sex for mark, sex in pairs]
    return Lexicon(
        language=language,
        people=table([*kin, *roles]),
        kin=table(kin),
        roles=table(roles),
        hides=listed(raw["status"]["hides"]),
        status=listed(raw["status"]["hides"] + "," + raw["status"]["plain"]),
        threats=table(_tagged(raw["threat"])),
        powers=table(Word(cue, kind) for kind, gift in raw["power"].items() for cue in _split(gift["cues"])),
        objects=table(_tagged(raw["object"])),
        places=table(_tagged(raw["place"])),
        eras=table(_tagged(raw["era"])),
        tones=table(_tagged(raw["tone"])),
        genres=table(_tagged(raw["genre"])),
        training=listed(raw["training"]["cues"]),
        abstract=listed(raw["abstract"]["words"]),
        romance=listed(raw["romance"]["cues"]),
        minor=listed(raw["romance"]["minor"]),
        goals=listed(raw["goal"]["cues"]),
        real=listed(raw["real"]["names"]),
        splits=tuple(_split(raw["splits"])),
        turns=frozenset(_split(raw["turns"])),
        gifts={kind: Gift(g["name"], g["trigger"], g["limit"], g["cost"]) for kind, g in raw["power"].items()},
        secrets=raw["secret"],
        lessons=raw["lessons"],
        family=raw["kin"],
        things=raw["thing"],
        stock=raw["stock"],
        translate=raw.get("translate", {}),
        modal=tuple(_split(raw["training"]["modal"])),
        engines={name: (listed(words["strong"]), listed(words["weak"])) for name, words in raw["engine"].items()},
        surnames=frozenset(raw.get("surnames", "")),
        compound=tuple(_split(raw.get("compound", ""))),
    )


@lru_cache(maxsize=1)
def _stop_words() -> frozenset[str]:
    raw = tomllib.loads((files("configs") / "lexicon" / "en.toml").read_text("utf-8"))
    return frozenset(_split(raw["stop"]))


def detect_language(text: str) -> Language | None:
    """'zh' above 30 % Han, 'en' by its stop words or known words, None for a tongue we do not read.

    >>> detect_language("A baker finds a letter."), detect_language("一个面包师发现一封信")
    ('en', 'zh')
    """
    letters = sum(c.isalpha() for c in text)
    if letters and words.han(text) / letters > HAN_SHARE:
        return "zh"
    found = [word.lower() for word in words.words(text)]
    if not found:
        return None
    if sum(word in _stop_words() for word in found) / len(found) >= STOP_VOTES:
        return "en"
    t = lexicon("en")
    known = (t.people, t.places, t.objects, t.abstract, t.training, t.genres, t.status)
    return "en" if any(table.first(text) for table in known) else None


def tally(table: Table, text: str) -> dict[str, int]:
    """How often each kind of a table is named in a text."""
    counts: dict[str, int] = {}
    for match in table.find(text):
        counts[match.word.kind] = counts.get(match.word.kind, 0) + 1
    return counts
