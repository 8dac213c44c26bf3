"""Series titles: catchy, short, true to the premise. Words only."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from engine.core import Bible, Language
from engine.story.lexicon import lexicon
from engine.story.phrases import fill, listed, phrases
from engine.story.told import VAGUE, Premise, told_as

MAX_TITLE = 80


def make_title(premise: Premise, bible: Bible, language: Language, seed: int) -> str:
    """One of the patterns that fit the engine, the cast's sexes and the era."""
    words = _words(premise, bible, language)
    tables = phrases(language)["title"]
    patterns = list(tables[told_as(premise)])
    if premise.places and not premise.people and not premise.training:
        patterns = list(tables["place"])
    if words["Word"]:
        patterns = list(tables["abstract"])
    fitting = [p for p in patterns if _fits(p, premise, bible, language)] or patterns
    return fill(random.Random(f"title-{seed}-{premise.text}").choice(fitting), words)[:MAX_TITLE]


def _words(premise: Premise, bible: Bible, language: Language) -> Mapping[str, str]:
    cast = {c.role: c.name for c in bible.characters}
    word = next((m.word.text for m in lexicon(premise.language).abstract.find(premise.text)), "")
    abstract = word if not premise.people and not premise.places and not premise.objects else ""
    return {
        **cast,
        "Lead_noun": _title(_noun(premise, bible, "lead", language), language),
        "Ally_noun": _title(_noun(premise, bible, "ally", language), language),
        "Proof": _title(bible.props[0].name, language),
        "Place": _title(premise.places[0].noun if premise.places else bible.locations[0].name, language),
        "Word": _title(abstract, language),
    }


def _noun(premise: Premise, bible: Bible, role: str, language: Language) -> str:
    """The premise's word for somebody; a vague or missing one becomes the trade, or heir and child words."""
    person = next((p for p in premise.people if p.role == role), None)
    if person and person.noun and person.noun not in VAGUE:
        return person.noun
    who = next(c for c in bible.characters if c.role == role)
    if role == "ally":
        return listed(phrases(language)["kin"][who.sex])[0]
    return who.occupation


def _title(text: str, language: Language) -> str:
    if language == "zh":
        return text
    small = ("of", "the", "in", "a")
    plain = text.removeprefix("the ")
    return " ".join(w if w in small or w.isupper() else w[:1].upper() + w[1:] for w in plain.split())


def _fits(pattern: str, premise: Premise, bible: Bible, language: Language) -> bool:
    rules: Mapping[str, Sequence[str]] = phrases(language)["title_rules"]
    sexes = {c.role: c.sex for c in bible.characters}
    barred: list[str] = []
    barred += rules["woman"] if sexes["lead"] == "male" else ()
    barred += rules["father"] if sexes["authority"] == "female" else ()
    barred += rules["palace"] if premise.era != "palace" else ()
    return not any(word in pattern for word in barred)
