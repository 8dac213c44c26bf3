"""Given names in English text: capitals inside a clause, 'named X', 'X, a baker,'. Knows no grammar beyond that."""

from __future__ import annotations

import re

from engine.story.lexicon import Lexicon
from engine.story.names import sex_of
from engine.story.reading import Entity, Reading

CAPITALS = re.compile(r"\b[A-Z][a-zà-öø-ÿ]+(?:\s[A-Z][a-zà-öø-ÿ]+)?\b")
FINITE = re.compile(r"^(?:[’']s\s|,?\s*(?:is|was|has|had|must|can|will|and)\b|\s+\w+s\b|,\s+(?:a|an|the|her|his)\b)")
FUNCTION = frozenset(
    """
    i a an the this that these those he she it they we you his her their its my our your when while after before once
    one two three four five six seven eight nine ten if in on at by for from with without but and or so yet because
    until every everyone everything nobody somebody someone nothing something what who where why how there here then
    now all some no not only just as to of after during between under over into monday tuesday wednesday thursday
    friday saturday sunday january february march april may june july august september october november december
    ceo ai gdpr english chinese american christmas god earth mars write make create tell story
    """.split()
)


def find_names(text: str, lexicon: Lexicon, reading: Reading) -> None:
    """Capitals inside a clause, 'named X', 'X, a baker,' become names; a name next to a noun belongs to it."""
    for found in CAPITALS.finditer(text):
        name = _real_name(found[0], text, found.start(), found.end(), lexicon)
        if name:
            start = found.start() + found[0].index(name)
            _give_name(text, reading, name, start, start + len(name))


def _real_name(raw: str, text: str, start: int, stop: int, lexicon: Lexicon) -> str:
    """The part of a capitalised run that is a name, '' when none is."""
    parts = [p for p in raw.split() if p.lower() not in FUNCTION]
    parts = [p for p in parts if not any(p in t for t in (lexicon.people, lexicon.places, lexicon.objects))]
    parts = [p for p in parts if p not in lexicon.abstract and p not in lexicon.status and p not in lexicon.threats]
    name = " ".join(parts)
    if not name or name not in raw or lexicon.real.first(name):
        return ""
    opens = start == 0 or text[:start].rstrip()[-1:] in ".!?\n"
    if opens and raw.startswith(name) and " " not in name and not FINITE.match(text[stop:]):
        return ""
    return name


def _give_name(text: str, reading: Reading, name: str, start: int, stop: int) -> None:
    for entity in reading.entities:
        if entity.name and entity.name.split()[0] == name.split()[0]:
            return
    for entity in reading.entities:
        before = text[entity.stop : start] if entity.stop <= start else None
        after = text[stop : entity.start] if stop <= entity.start else None
        titled = before is not None and re.fullmatch(r"\s|,?\s*(?:named|called)\s|,\s", before)
        renamed = after is not None and re.fullmatch(r"(?:,| is| was)\s+(?:a|an|the)\s+(?:[\w-]+\s){0,3}", after)
        if (titled or renamed) and not entity.name:
            entity.name, entity.start, entity.stop = name, min(start, entity.start), max(stop, entity.stop)
            entity.sex = entity.sex or sex_of(name.split()[0], "en")
            return
    if not any(e.start <= start < e.stop for e in reading.entities):
        reading.entities.append(Entity("", start, stop, sex_of(name.split()[0], "en"), "lead", name=name))
