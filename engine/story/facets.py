"""The facets of a premise beside its people: things, power, secret, clock, tone, scores, nouns, lessons. No grammar."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from engine.core import Role
from engine.story.lexicon import Lexicon, Match, Table, tally
from engine.story.reading import Reading
from engine.story.told import ENGINES, Person, Power, Secret, Thing, Threat

MAX_NOUNS = 12
"""Most content nouns that a season must cover."""
STRONG, WEAK, TWIST = 3, 1, 2
"""Weights of an engine's own words, its lesser words, and of the clause after 'but'."""
SHORT_TEXT = 40
"""Characters up to which a single training word makes training."""
GENERIC_GIFTS = (
    "power", "powers", "gift", "ability", "magic", "magical", "medium", "core", "wolf", "dragon", "beast", "visions",
    "heal", "heals", "healing", "cures", "spells", "flames", "genius", "hacker", "loops", "same day", "vampire",
    "werewolf", "mermaid", "psychic", "phoenix", "能力", "天赋", "功夫", "天才", "药方",
)  # fmt: skip
_GIVEN = re.compile(
    r"(?:\b(?:has|have|had|with|her|his|a|an|gains?|gets?|discovers?|awakens?|hidden|secret|strange|can|born|is|own|uses?)"
    r"(?:\s+[\w-]+){0,2}\s*|[有能会的])$",
    re.IGNORECASE,
)
_FOUND = re.compile(
    r"\b(?:finds?|steals?|inherits?|receives?|discovers?|buys?|hides?|loses|opens)\s+(?:a|an|the|her|his)\s+"
    r"(?:[\w-]+\s){0,2}?([a-z]{4,})(?=\s*(?:[,.;!?]|$|\b(?:of|in|on|at|that|who|and|from|with|to|under)\b))"
)


def things(text: str, table: Table, taken: Sequence[tuple[int, int]]) -> tuple[Thing, ...]:
    """Objects or places named outside the people's own words, each kind of noun once."""
    out: dict[str, Thing] = {}
    for match in table.find(text):
        if not any(match.start < stop and start < match.stop for start, stop in taken):
            out.setdefault(match.word.text, Thing(match.word.text, match.word.kind))
    return tuple(out.values())


def found_thing(text: str, lexicon: Lexicon) -> Thing | None:
    """'finds a violin': an object no table knows, drawn as a box."""
    found = _FOUND.search(text)
    if (
        not found
        or found[1].endswith(("ed", "ing"))
        or any(found[1] in t for t in (lexicon.people, lexicon.places, lexicon.abstract, lexicon.status))
    ):
        return None
    return Thing(found[1], "box")


def power_of(text: str, lexicon: Lexicon, owner: Role) -> Power | None:
    """The gift a text gives somebody; a word like 'power' counts only after has, with, hidden, ..."""
    matches = [m for m in lexicon.powers.find(text) if _given(text, m)]
    if not matches:
        return None
    best = max(matches, key=lambda m: (m.word.kind != "touch", m.stop - m.start))
    return gift(best.word.kind, lexicon, owner, best.word.text)


def _given(text: str, match: Match) -> bool:
    return match.word.text not in GENERIC_GIFTS or bool(_GIVEN.search(text[: match.start]))


def gift(kind: str, lexicon: Lexicon, owner: Role = "lead", written: str = "") -> Power:
    """A power of a kind; its name as written when that is a noun phrase, with 'hidden' and the like left off."""
    told = lexicon.gifts[kind]
    name = re.sub(r"^(?:hidden|secret|strange|隐藏的)\s*", "", written)
    noun = re.fullmatch(
        r"[\w ]*(?:power|ability|gift|magic|spirit|qi|core|root|memory|力|术|眼|根|魂|灵|意|骨|丹)", name
    )
    return Power(
        name if noun and name not in GENERIC_GIFTS else told.name, told.trigger, told.limit, told.cost, owner, kind
    )


def threat_of(reading: Reading, roles: Mapping[int, Role]) -> Threat | None:
    """The first deed done to the lead, else the first deed of all."""
    if not reading.deeds:
        return None
    on_lead = [d for d in reading.deeds if d.on is not None and roles.get(d.on) == "lead"]
    deed = next(iter(on_lead or reading.deeds))
    by = roles.get(deed.by, "rival") if deed.by is not None else "rival"
    on = roles.get(deed.on, "lead") if deed.on is not None else "lead"
    return Threat(deed.kind, deed.verb, "rival" if by == on else by, on)


def secret_of(
    lexicon: Lexicon, people: Sequence[Person], threat: Threat | None, objects: Sequence[Thing], engine: str, era: str
) -> Secret:
    """What the premise hides, by its strongest hint: a hidden child, a hidden rank, a crime, a paper, the engine."""
    lead = next((p for p in people if p.role == "lead"), None)
    hidden = _hidden_person(lexicon, lead, people)
    crime = _crime(lexicon, threat, objects, engine, era)
    told = lexicon.secrets[hidden or crime]
    child = lexicon.family[lead.sex or "any" if lead else "any"].split(",")[0].strip()
    authority = next((p for p in people if p.role == "authority"), None)
    parent = lexicon.family[authority.sex or "any" if authority else "any"].split(",")[1].strip()
    words = {"{object}": objects[0].noun if objects else "", "{child}": child, "{parent}": parent}
    noun, clause = told["noun"], told["clause"]
    for slot, word in words.items():
        noun, clause = noun.replace(slot, word), clause.replace(slot, word)
    return Secret(noun, clause)


def _hidden_person(lexicon: Lexicon, lead: Person | None, people: Sequence[Person]) -> str:
    """'child', 'rank' or 'baby' when somebody is called secret, lost or false; '' otherwise."""
    if lead and any(s in lexicon.hides for s in lead.status):
        kin = any(to == "authority" and noun in lexicon.kin for to, noun in lead.ties)
        return "child" if kin else "rank"
    hidden = (
        p for p in people if p.role == "innocent" and any(s in lexicon.hides for s in p.status) and _child(p, lexicon)
    )
    return "baby" if next(hidden, None) else ""


def _child(person: Person, lexicon: Lexicon) -> bool:
    return any(
        to == "lead" and noun in lexicon.kin and lexicon.kin.entries[noun.lower()].kind == "child"
        for to, noun in person.ties
    )


def _crime(lexicon: Lexicon, threat: Threat | None, objects: Sequence[Thing], engine: str, era: str) -> str:
    """The table entry of the secret behind the threat, the paper or the engine."""
    kind = threat.kind if threat else ""
    if engine == "inquiry":
        return "inquiry"
    if era == "palace" and kind in ("kill", "poison", "frame"):
        return "palace"
    if kind in lexicon.secrets:
        return kind
    paper = objects and objects[0].kind in ("letter", "photo", "book", "box", "scroll")
    return "letter" if paper and engine in ("identity", "revenge", "supernatural", "forbidden") else engine


def scores_of(text: str, twist: str, lexicon: Lexicon) -> dict[str, int]:
    """Keyword score per plot engine; words of the clause after 'but' count double on top."""
    scores: dict[str, int] = {}
    for name in ENGINES:
        strong, weak = lexicon.engines[name]
        total = sum(
            weight * (STRONG * _distinct(strong, part) + WEAK * _distinct(weak, part))
            for part, weight in ((text, 1), (twist, TWIST))
        )
        if total:
            scores[name] = total
    return scores


def _distinct(table: Table, text: str) -> int:
    return len({match.word.text for match in table.find(text)})


def strongest(table: Table, text: str, order: Sequence[str], fallback: str) -> str:
    """The kind of a table named most often; earlier in `order` wins a draw."""
    counts = tally(table, text)
    return max(counts, key=lambda kind: (counts[kind], -_place(order, kind)), default=fallback)


def _place(order: Sequence[str], kind: str) -> int:
    return order.index(kind) if kind in order else len(order)


def nouns_of(text: str, people: Sequence[str], named: Sequence[Thing], power: Power | None) -> tuple[str, ...]:
    """Content nouns to cover: people, things, places, the gift; each once."""
    out = dict.fromkeys([*people, *(t.noun for t in named)])
    if power and power.name in text.lower():
        out[power.name] = None
    return tuple(out)[:MAX_NOUNS]


def lessons_of(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Whole sentences with must, never, always in a training premise; the topic's own lesson when it states none."""
    cue = lexicon.training.first(text)
    bare = re.search(r"\btraining\b(?!\s+(?:for|to|as|with|hard|under)\b)|\bsafety\b", text, re.IGNORECASE)
    topical = cue is not None and cue.word.text != "training"
    if not topical and not (bare and (len(text) <= SHORT_TEXT or _modal(text, lexicon))):
        return ()
    sentences = [s.strip() for s in re.split(r"(?<=[.!?。！？])\s*|\n", text) if s.strip()]
    rules = tuple(s[0].upper() + s[1:] for s in sentences if _modal(s, lexicon))
    return rules or (next(rule for topic, rule in lexicon.lessons.items() if topic in text.lower()),)


def _modal(sentence: str, lexicon: Lexicon) -> bool:
    low = sentence.lower()
    if lexicon.language == "zh":
        return any(word in low for word in lexicon.modal)
    return any(re.search(rf"\b{re.escape(word)}\b", low) for word in lexicon.modal)
