"""The premise reader: a paragraph in, its people, secret, power, threat, things and tone out. No plot, no cast design."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Mapping

from engine.core import Language, Role, UserError
from engine.story import facets
from engine.story.lexicon import Lexicon, detect_language, lexicon
from engine.story.phrases import by_sex, phrases
from engine.story.reading import ROMANTIC, Reading, assign_roles
from engine.story.reading_en import read_english
from engine.story.reading_zh import read_chinese
from engine.story.told import ENGINES, ERAS, GENRES, THREATS, VAGUE, Person, Power, Premise, Secret, Thing, Threat

__all__ = [
    "ENGINES", "ERAS", "GENRES", "MAX_CHARACTERS", "THREATS", "Person", "Power", "Premise", "Secret", "Thing", "Threat",
    "clean_premise", "read_premise",
]  # fmt: skip

MAX_CHARACTERS = 4_000
"""Most of a premise that is read; the rest is left out with a note."""
FEW = 60
"""Characters up to which a premise without people is noted as thin."""
_MARKUP = re.compile(r"<[^<>]{0,200}>|\{[^{}]{0,200}\}|\\[a-zA-Z]+|[\\{}<>\[\]|^`~*_#=@]+")
_SPACE = re.compile(r"\s+")
_TONES = ("dread", "action", "tension", "triumph", "mystery", "tender", "grief")
_GENRES = ("xianxia", "palace", "horror", "romance", "revenge", "fantasy", "thriller", "action", "family")
_GENRE_ENGINE = {
    "romance": "contract", "revenge": "revenge", "palace": "palace", "xianxia": "supernatural", "thriller": "revenge",
    "horror": "supernatural", "fantasy": "supernatural", "family": "identity", "action": "survival",
}  # fmt: skip
_ENGINE_GENRE = {
    "revenge": "revenge", "identity": "family", "supernatural": "fantasy", "contract": "romance", "rebirth": "revenge",
    "forbidden": "romance", "palace": "palace", "survival": "action", "inquiry": "thriller",
}  # fmt: skip
_GIFTED_GENRES = {"xianxia": "sword", "horror": "ghosts", "fantasy": "fire"}


def clean_premise(text: str) -> str:
    r"""NFC text without control, format or bidi characters, markup or filter syntax; spaces folded, at most 4,000.

    >>> clean_premise("A <b>baker</b> {\\an8}finds\x07 a letter")
    'A baker finds a letter'
    """
    head = unicodedata.normalize("NFC", text[: MAX_CHARACTERS * 2])
    kept = "".join(_plain(c) for c in head)
    return _SPACE.sub(" ", _MARKUP.sub(" ", kept)).strip()[:MAX_CHARACTERS].strip()


def _plain(character: str) -> str:
    if unicodedata.category(character)[0] != "C":
        return character
    return " " if character.isspace() else ""


def read_premise(text: str, language: Language | None = None) -> Premise:
    """The premise of a paragraph in English or Chinese; `language` is the series' own (the text's when None).

    Raises:
        UserError: the text is empty."""
    if not text.strip():
        raise UserError("the premise is empty: write a sentence about somebody and what happens to them")
    cleaned, notes = clean_premise(text), list[str]()
    spoken = detect_language(cleaned)
    tongue: Language = language or spoken or "en"
    stock = lexicon(tongue).stock
    if len(text) > MAX_CHARACTERS:
        notes.append(stock["cut"].format(count=len(text), limit=MAX_CHARACTERS))
    if not any(c.isalnum() for c in cleaned):
        cleaned, spoken = stock["nobody"], tongue
        notes.append(stock["wordless"].format(premise=cleaned))
    tables = lexicon(spoken or "en")
    premise = _assemble(_calm(cleaned), tables, notes)
    if spoken is None:
        premise = _foreign(premise, stock, keep_names=tongue == "en")
    if (spoken or "en") != tongue:
        premise = _translate(premise, tongue)
    return dataclasses.replace(premise, text=cleaned, language=tongue)


def _calm(text: str) -> str:
    """Shouted text in lower case, so that capitals can mean names."""
    letters = [c for c in text if c.isalpha()]
    return text.lower() if letters and sum(c.isupper() for c in letters) > len(letters) * 0.6 else text


def _assemble(text: str, tables: Lexicon, notes: list[str]) -> Premise:
    reading = read_chinese(text, tables) if tables.language == "zh" else read_english(text, tables)
    roles = assign_roles(reading)
    spans = [(e.start, e.stop) for e in reading.entities]
    places = facets.things(text, tables.places, spans)
    objects = _objects(text, tables, spans, places)
    scores = facets.scores_of(text, reading.twist, tables)
    lessons = facets.lessons_of(text, tables)
    genre = facets.strongest(tables.genres, text, _GENRES, "")
    power = None if lessons else facets.power_of(text, tables, "lead")
    if power:
        scores["supernatural"] = max(facets.STRONG, scores.get("supernatural", 0) + facets.TWIST)
    scores = _scores(scores, genre, bool(lessons))
    engine = max(scores, key=lambda name: scores[name])
    roles = _wed(reading, roles, stock=tables.stock) if engine == "contract" else roles
    people = _people(reading, roles)
    own = _ENGINE_GENRE[engine]  # wins a draw: a marriage contract with a curse in it is a romance
    genre = "thriller" if lessons else facets.strongest(tables.genres, text, (own, *_GENRES), own)
    era = facets.strongest(tables.eras, text, ERAS, "now")
    threat = facets.threat_of(reading, roles)
    if engine == "supernatural" and not power:
        power = facets.gift(_GIFTED_GENRES.get(genre, "touch"), tables)
    _remark(text, tables, reading, roles, notes)
    secret = facets.secret_of(tables, people, threat, objects, engine, era)
    if not people and not objects and not places and tables.abstract.first(text):
        told = tables.secrets["abstract"]
        secret = Secret(told["noun"], told["clause"])
    heads = _head_nouns(reading, roles, tables)
    return Premise(
        text=text, language=tables.language, people=people, secret=secret, power=power, threat=threat,
        objects=objects, places=places, clock=reading.clock, era=era,
        tone=facets.strongest(tables.tones, text, _TONES, "tension"), genre=genre, goal=reading.goal,
        twist=reading.twist, lessons=lessons, absent=_absent(reading),
        nouns=facets.nouns_of(text, heads, [*_drawn(objects, 5), *_drawn(places, 6)], power), scores=scores, notes=tuple(notes),
    )  # fmt: skip


def _drawn(things: tuple[Thing, ...], most: int) -> list[Thing]:
    """The things that a bible can hold: one of a kind."""
    return list({thing.kind: thing for thing in reversed(things)}.values())[::-1][:most]


def _objects(text: str, tables: Lexicon, spans: list[tuple[int, int]], places: tuple[Thing, ...]) -> tuple[Thing, ...]:
    where = [(m.start, m.stop) for m in tables.places.find(text)]
    objects = facets.things(text, tables.objects, [*spans, *where])
    found = facets.found_thing(text, tables)
    known = {t.noun for t in (*objects, *places)}
    return (*objects, found) if found and found.noun not in known else objects


def _scores(scores: dict[str, int], genre: str, training: bool) -> dict[str, int]:
    """At least one engine scores; training always leads with the inquiry and takes no violent or romantic second."""
    if training:
        return {"inquiry": max(3, scores.get("inquiry", 0))}
    scores = {name: points for name, points in scores.items() if name != "inquiry" or points >= facets.STRONG}
    if not scores:
        return {_GENRE_ENGINE.get(genre, "identity"): 1}
    return scores


def _wed(reading: Reading, roles: dict[int, Role], stock: Mapping[str, str]) -> dict[int, Role]:
    """In a contract marriage the one who is married for money is the adversary, of the other sex when the text is silent."""
    match = next((i for i, role in roles.items() if role == "ally" and reading.entities[i].kind in ROMANTIC), None)
    if match is None or reading.lead is None or "rival" in roles.values():
        return roles
    lead, spouse = reading.entities[reading.lead], reading.entities[match]
    spouse.sex = spouse.sex or {"female": "male", "male": "female"}.get(lead.sex, "")
    if spouse.sex and not spouse.ties:
        spouse.ties.append((reading.lead, spouse.kind, stock[f"betrothed_{spouse.sex}"]))
    return {**roles, match: "rival"}


def _people(reading: Reading, roles: Mapping[int, Role]) -> tuple[Person, ...]:
    out: list[Person] = []
    for index, role in sorted(roles.items(), key=lambda item: item[0] != reading.lead):
        entity = reading.entities[index]
        ties: tuple[tuple[Role, str], ...] = tuple((roles[o], noun) for o, _, noun in entity.ties if o in roles)
        to: Role | None = ties[0][0] if ties else None
        status = tuple(dict.fromkeys(entity.status))
        out.append(Person(role, entity.noun, to, status, entity.occupation, entity.name, entity.sex, ties))
    return tuple(out)


def _absent(reading: Reading) -> tuple[str, ...]:
    """Family who are dead before the story starts."""
    return tuple(e.noun for e in reading.entities if e.dead and e.kind and e.noun)[:1]


def _head_nouns(reading: Reading, roles: Mapping[int, Role], tables: Lexicon) -> list[str]:
    """Nouns of the cast and of the dead, the lead's first; an occupation beside a kin noun counts, a vague noun does not."""
    order = sorted(range(len(reading.entities)), key=lambda i: (i != reading.lead, i not in roles, i))
    out: list[str] = []
    for index in order:
        entity = reading.entities[index]
        if index not in roles and not (entity.dead and entity.kind):
            continue
        if entity.occupation and not entity.occupation.lower().startswith(entity.noun or " "):
            out.append(entity.occupation.lower())
        plain = ("spouse", "child", "sibling") if tables.language == "en" else ("spouse", "child")
        family = entity.kind in plain and entity.sex
        out.append(by_sex(phrases(tables.language)["tie"][entity.kind], entity.sex) if family else entity.noun)
    return [noun for noun in out if noun and noun not in VAGUE]


def _remark(text: str, tables: Lexicon, reading: Reading, roles: Mapping[int, Role], notes: list[str]) -> None:
    """Notes on what was read otherwise than written: real people, minors, few words, a crowd."""
    real = list(dict.fromkeys(text[m.start : m.stop] for m in tables.real.find(text)))
    if real:
        notes.append(tables.stock["real"].format(names=", ".join(real)))
    if tables.minor.first(text) and tables.romance.first(text):
        notes.append(tables.stock["adults"])
    crowd = [e.noun or e.name for i, e in enumerate(reading.entities) if i not in roles and not e.gone]
    if crowd:
        notes.append(tables.stock["extra"].format(names=", ".join(dict.fromkeys(crowd))))
    if not roles and len(text) <= FEW and not facets.lessons_of(text, tables):
        notes.append(tables.stock["few"].format(thing=text))


def _foreign(premise: Premise, stock: Mapping[str, str], keep_names: bool) -> Premise:
    """An unknown tongue keeps its names (in an English series) and loses everything else."""
    names = [p.name for p in premise.people if p.name]
    note = stock["unknown"].format(names=", ".join(names) or "-")
    people = tuple(p for p in premise.people if p.name) if keep_names else ()
    return Premise(
        text=premise.text, language=premise.language, people=people, secret=premise.secret, genre=premise.genre,
        scores=premise.scores, notes=(*premise.notes, note),
    )  # fmt: skip


def _translate(premise: Premise, tongue: Language) -> Premise:
    """Nouns through the kinds that both languages share; names are left to the pools."""
    target = lexicon(tongue)
    pairs = lexicon("zh").translate
    table = pairs if tongue == "zh" else {chinese: english for english, chinese in pairs.items()}

    def things(items: tuple[Thing, ...]) -> tuple[Thing, ...]:
        return tuple(Thing(target.things[t.kind], t.kind) for t in items)

    people = tuple(
        dataclasses.replace(
            p, noun=table.get(p.noun.lower(), ""), occupation=table.get(p.occupation.lower(), ""), name="", status=(),
            ties=tuple((to, table[noun]) for to, noun in p.ties if noun in table),
        )
        for p in premise.people
    )  # fmt: skip
    objects, places = things(premise.objects), things(premise.places)
    engine = premise.engines()[0]
    return dataclasses.replace(
        premise, people=people, objects=objects, places=places, clock="", goal="", twist="",
        power=_same_gift(premise, target), secret=facets.secret_of(target, people, premise.threat, objects, engine, premise.era),
        lessons=(target.lessons[""],) if premise.lessons else (),
        nouns=tuple(dict.fromkeys([p.noun for p in people if p.noun and p.noun not in VAGUE] + [t.noun for t in (*objects, *places)])),
        notes=(*premise.notes, target.stock["translated"]),
    )  # fmt: skip


def _same_gift(premise: Premise, target: Lexicon) -> Power | None:
    """The same kind of gift in the other language."""
    if premise.power is None:
        return None
    return facets.gift(premise.power.kind, target)
