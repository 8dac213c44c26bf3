"""English premise grammar: X's adj REL, passive and active harm, names, pronouns, clocks. Patterns only: no casting."""

from __future__ import annotations

import re

from engine.core import Role
from engine.story.capitals import FUNCTION, find_names
from engine.story.lexicon import Lexicon, Match
from engine.story.reading import INVERSE, Deed, Entity, Reading, choose_lead, fits, merge_inverses

GONE = ("late", "dead", "deceased", "murdered", "departed")
PRONOUNS = {"her": "female", "she": "female", "hers": "female", "his": "male", "he": "male", "him": "male"}
BE = re.compile(r"\b(?:is|was|are|were|be|been|being|gets|got|has been|have been)\b(?:\s+\w+){0,2}\s*$", re.IGNORECASE)
PEOPLE_ENDING = ("er", "or", "ist", "ian", "man", "woman", "ess", "eer", "smith", "maker", "keeper")
UNKNOWN_PERSON = re.compile(
    r"\b(?:a|an|the|one)\s+((?:[\w-]+\s+){0,3}?)([a-z][\w-]{3,})"
    r"(?=\s+(?:who|is|was|has|must|can|at|in|on|from|named|\w{3,}s)\b)",
    re.IGNORECASE,
)
SAVE = re.compile(
    r"\b(?:save|protect|rescue|cure|free|feed|heal)\s+(?:her|his|their|the)\s+(?:[\w-]+\s+){0,2}$", re.IGNORECASE
)
DEATH = re.compile(r"[’']s?\s+(?:\w+\s+)?(?:death|murder|funeral|killing)\b", re.IGNORECASE)
OPENING = re.compile(r"(?:[A-Z][\w-]+ (?:\w+ )?and )?$")  # before the participle that opens a sentence
BESIDE = re.compile(r"\b(?:her|his|their)\s+(?:own\s+)?(?:[\w-]+\s+){0,3}?$", re.IGNORECASE)
CLOCK = re.compile(
    r"\b(?:before|by|until|at)\s+(?:the\s+)?(midnight|dawn|sunrise|sunset|dusk|noon|nightfall|friday|monday|tuesday|"
    r"wednesday|thursday|saturday|sunday|christmas|wedding|trial|auction|funeral|coronation|election|full moon)\b"
    r"|\b(?:in|within|for|only|next|has|have|lasts)\s+(?:the\s+|just\s+|only\s+)*(?:next\s+)?([\w-]+)\s+"
    r"(minute|hour|day|night|week|month|year)s?\b",
    re.IGNORECASE,
)
DUE = {"minute": "midnight", "hour": "midnight", "day": "Friday", "night": "dawn", "week": "Friday"}
NAMED_DUE = ("midnight", "dawn", "sunrise", "sunset", "dusk", "noon", "nightfall")


def read_english(text: str, lexicon: Lexicon) -> Reading:
    """People, deeds, names, twist, goal and clock of an English text."""
    reading = Reading()
    reading.entities = _noun_phrases(text, lexicon)
    _unknown_people(text, lexicon, reading)
    find_names(text, lexicon, reading)
    reading.entities.sort(key=lambda e: e.start)
    _appositions(text, reading)
    _possessors(text, reading)
    _crowds(text, reading)
    _deeds(text, lexicon, reading)
    reading.lead = choose_lead(reading)
    _first_person(text, reading)
    _pronoun_sex(text, reading)
    _loves(text, reading)
    _pronoun_owners(text, reading)
    _bare_kin(text, reading)
    _predicates(text, reading)
    _saved(text, reading)
    merge_inverses(reading)
    reading.twist = _twist(text, lexicon)
    reading.goal = _goal(text, lexicon)
    reading.clock = clock_english(text)
    return reading


def _noun_phrases(text: str, lexicon: Lexicon) -> list[Entity]:
    """Person nouns with their adjectives; 'billionaire father' is one person, the first noun an occupation."""
    out: list[Entity] = []
    for match in lexicon.people.find(text):
        last = out[-1] if out else None
        if last and last.stop + 1 == match.start and text[last.stop] == " " and _joins(last, match):
            first, whole = text[last.start : last.stop], text[last.start : match.stop].lower()
            last.occupation, last.noun, last.stop = first if match.word.kind else whole, match.word.text, match.stop
            last.kind, last.sex = match.word.kind, match.word.sex or last.sex
            last.lean = last.lean if last.lean != "lead" and not match.word.kind else match.word.lean
            continue
        out.append(_entity(text, match, lexicon))
    gifts = [(m.start, m.stop) for m in lexicon.powers.find(text)]
    return [e for e in out if not _other_use(text, e) and not any(a <= e.start and e.stop <= b for a, b in gifts)]


def _appositions(text: str, reading: Reading) -> None:
    """'her boss, CEO Damian Cross' is one person; so is 'the girl' after 'the governor's daughter'."""
    kept: list[Entity] = []
    for entity in reading.entities:
        last = kept[-1] if kept else None
        bare = last and not entity.kind and text[last.stop : entity.start] == ", " and last.noun
        if last and bare and fits(last.sex, entity.sex):
            last.occupation, last.name, last.stop = entity.occupation, last.name or entity.name, entity.stop
        elif not _again(text, entity, kept):
            kept.append(entity)
    reading.entities = kept


def _again(text: str, entity: Entity, earlier: list[Entity]) -> bool:
    """A definite noun that names somebody again: 'the girl', 'the baker'."""
    if not re.search(r"\bthe\s+$", text[: entity.start], re.IGNORECASE) or entity.kind:
        return False
    vague = entity.noun in ("girl", "woman", "man", "boy", "child", "stranger", "couple")
    if vague:
        return any(fits(e.sex, entity.sex) for e in earlier)
    return any(e.noun == entity.noun or e.occupation.lower() == entity.noun for e in earlier)


def _crowds(text: str, reading: Reading) -> None:
    """'Ten strangers': a crowd is nobody's role while one person is named."""
    crowd = [e for e in reading.entities if text[e.start : e.stop].endswith("s") and not e.noun.endswith("s")]
    crowd = [e for e in crowd if not re.match(r"[’']", text[e.stop :]) and not e.name]
    if len(crowd) < len(reading.entities):
        for entity in crowd:
            entity.gone = True


def _loves(text: str, reading: Reading) -> None:
    """'falls in love with the son of ...': the loved one is a lover, whatever else."""
    found = re.search(
        r"\b(?:in love with|falls? for|fell for|loves?|marr(?:y|ies|ied)|(?:marriage|engagement)(?: contract)? (?:with|to)|"
        r"engaged to|(?:bride|groom|wife|husband) (?:of|to)|affair with|dates)\b",
        text,
        re.I,
    )
    if not found or reading.lead is None:
        return
    index = _object(text, reading, found.end())
    if index is not None and index != reading.lead and not reading.entities[index].gone:
        entity = reading.entities[index]
        entity.lean, entity.kind = "ally", "lover"
        entity.noun = entity.noun or "lover"


def _predicates(text: str, reading: Reading) -> None:
    """'she is the secret daughter of the king': no new person; its ties and status are the subject's."""
    for index, entity in enumerate(reading.entities):
        frame = r"\b(?:is|was|be|becomes?|as|becoming)\s+(?:really |actually |secretly )?(?:a|an|the|his|her)\s+(?:[\w-]+\s+){0,2}?$"
        if (
            index == reading.lead
            or entity.name
            or entity.lean == "rival"
            or not re.search(frame, text[: entity.start], re.IGNORECASE)
        ):
            continue
        subject = _subject(reading, entity.start) if reading.lead is None else reading.lead
        pronoun = re.search(r"\b(he|she)\s+(?:is|was)\s+[\w\s-]*$", text[: entity.start], re.IGNORECASE)
        sex = PRONOUNS[pronoun[1].lower()] if pronoun else entity.sex
        if subject is not None and not fits(reading.entities[subject].sex, sex):
            others = [i for i in range(index) if i != subject and fits(reading.entities[i].sex, sex)]
            subject = others[-1] if others else None
        if subject is None or subject == index:
            continue
        same = reading.entities[subject]
        same.ties += [tie for tie in entity.ties if tie[0] != subject]
        same.status += entity.status
        same.sex = same.sex or sex
        same.occupation = same.occupation if same.occupation not in ("", same.noun) else entity.occupation or same.noun
        entity.gone = True


def _joins(last: Entity, match: Match) -> bool:
    return not last.kind or last.noun == "rival" or last.kind == match.word.kind


def _other_use(text: str, entity: Entity) -> bool:
    """'the host' stays, 'a guard rail' or 'must witness' does not: a verb slot before the noun drops it."""
    before = text[: entity.start].rstrip().rsplit(" ", 1)[-1].lower()
    plain = entity.noun in ("witness", "master", "model", "patient", "guard", "cook", "partner", "ally", "judge", "don")
    return plain and (before in ("must", "to", "can", "will") or (entity.noun == "patient" and before in ("is", "be")))


def _entity(text: str, match: Match, lexicon: Lexicon) -> Entity:
    word = match.word
    status = _adjectives(text[: match.start], lexicon)
    lean: Role = word.lean
    written = text[match.start : match.stop]
    trade = not word.kind or word.text in lexicon.roles
    occupation = (written if written.isupper() else word.text) if trade else ""
    entity = Entity(word.text, match.start, match.stop, word.sex, lean, word.kind, status, occupation)
    entity.gone = entity.dead = any(s in GONE for s in status) or bool(DEATH.match(text[match.stop :]))
    entity.beside = entity.kind != "enemy" and bool(BESIDE.search(text[: match.start]))
    return entity


def _adjectives(before: str, lexicon: Lexicon) -> list[str]:
    """Known status words straight before a noun, nearest last."""
    out: list[str] = []
    for token in reversed(re.findall(r"[\w’'-]+|[^\w\s]", before[-60:])):
        if token.lower() not in lexicon.status and token.lower() not in GONE:
            break
        out.insert(0, token.lower())
    return out


def _unknown_people(text: str, lexicon: Lexicon, reading: Reading) -> None:
    """'a beekeeper finds ...': an unknown subject noun that looks like a person's."""
    for found in UNKNOWN_PERSON.finditer(text):
        noun, at = found[2].lower(), found.start(2)
        covered = any(e.start <= at < e.stop for e in reading.entities)
        other = noun in lexicon.places or noun in lexicon.objects or noun in lexicon.abstract or noun in FUNCTION
        plain = found[0].endswith((" who", " must")) or re.match(r"\s+(?:who|must)\b", text[found.end() :])
        if not covered and not other and (noun.endswith(PEOPLE_ENDING) or (plain and not reading.entities)):
            status = _adjectives(text[:at], lexicon)
            reading.entities.append(Entity(noun, at, found.end(2), "", "lead", "", status, noun))


def _first_person(text: str, reading: Reading) -> None:
    """'My brother sold our house': the one who tells it leads."""
    if re.search(r"\b(?:my|i|me)\b", text, re.IGNORECASE) and reading.entities:
        lead = reading.imply_lead("")
        for entity in reading.entities:
            if re.search(r"\b(?:my|our)\s+(?:[\w-]+\s+){0,2}$", text[: entity.start], re.IGNORECASE):
                _tie(entity, lead)


def _bare_kin(text: str, reading: Reading) -> None:
    """'the daughter he lost': family without an owner is the lead's."""
    for index, entity in enumerate(reading.entities):
        family = entity.kind in ("child", "parent", "sibling", "elder", "young") and not entity.owner_only
        definite = re.search(r"\bthe\s+(?:[\w-]+\s+){0,2}$", text[: entity.start], re.IGNORECASE)
        if reading.lead is not None and index != reading.lead and family and definite and not entity.ties:
            _tie(entity, reading.lead)


def _saved(text: str, reading: Reading) -> None:
    """'save her mother's life from the loan shark': an innocent, and from whom."""
    for entity in reading.entities:
        before, after = text[: entity.start], text[entity.stop :]
        entity.saved = bool(SAVE.search(before)) and (not entity.owner_only or after.startswith(("'s life", "’s life")))
        rescued = re.search(
            r"\b(?:save|protect|rescue|free)\b[^.,;]{0,40}\bfrom\s+[^.,;]{0,30}$", before, re.IGNORECASE
        )
        if rescued and not entity.owner_only:
            entity.lean = "rival"


def _possessors(text: str, reading: Reading) -> None:
    """'A CEO's secret daughter', 'the daughter of a CEO': kin nouns are tied to their owner."""
    for index, entity in enumerate(reading.entities):
        between = re.compile(r"[’']s?\s+(?:[\w-]+\s+){0,4}?$")
        for owner, other in enumerate(reading.entities[:index]):
            if between.fullmatch(text[other.stop : entity.start]):
                other.owner_only = True
                _tie(entity, owner)
    for index, entity in enumerate(reading.entities[:-1]):
        following = index + 1
        gap = text[entity.stop : reading.entities[following].start]
        if entity.kind and re.fullmatch(r"\s+of\s+(?:[\w-]+\s+){0,3}", gap):
            while reading.entities[following].owner_only and following + 1 < len(reading.entities):
                following += 1
            reading.entities[following].owner_only = True
            _tie(entity, following)


def _tie(entity: Entity, owner: int) -> None:
    if entity.kind in INVERSE and not entity.ties:
        entity.ties.append((owner, entity.kind, entity.noun))


def _pronoun_sex(text: str, reading: Reading) -> None:
    """The first pronoun that nobody else of that sex can own tells the lead's sex."""
    lead = reading.entities[reading.lead] if reading.lead is not None else None
    if lead is None or lead.sex:
        return
    for found in re.finditer(r"\b(?:her|she|his|he|him)\b", text, re.IGNORECASE):
        sex = PRONOUNS[found[0].lower()]
        others = (e for e in reading.entities if e is not lead and not e.owner_only and e.stop < found.start())
        if not any(e.sex == sex and not e.gone for e in others):
            lead.sex = sex
            return


def _pronoun_owners(text: str, reading: Reading) -> None:
    """'her billionaire father': the nearest earlier subject of that sex owns the kin noun."""
    for index, entity in enumerate(reading.entities):
        found = re.search(
            r"\b(her|his|their|my|our)\s+(?:own\s+)?(?:[\w-]+\s+){0,3}?$", text[: entity.start], re.IGNORECASE
        )
        listed = re.search(
            r"\b(her|his|their|my|our)\s+[\w\s-]{0,40}\band\s+(?:[\w-]+\s+){0,2}?$", text[: entity.start], re.IGNORECASE
        )
        found = found or listed
        if not found or entity.ties:
            continue
        sex = PRONOUNS.get(found[1].lower(), "")
        lead = reading.lead
        if lead is not None and lead != index and fits(reading.entities[lead].sex, sex):
            _tie(entity, lead)
            continue
        owners = [i for i, e in enumerate(reading.entities[:index]) if not e.owner_only and fits(e.sex, sex)]
        if owners:
            _tie(entity, owners[-1])


def _deeds(text: str, lexicon: Lexicon, reading: Reading) -> None:
    for match in lexicon.threats.find(text):
        verb = text[match.start : match.stop]
        if any(e.start <= match.start < e.stop for e in reading.entities):
            continue
        deed = Deed(match.word.kind, verb.lower(), match.start)
        after = re.match(r"\s+(?:[\w-]+\s+){0,2}?by\b", text[match.stop : match.stop + 30])
        opens = verb.lower().endswith("ed") and OPENING.match(text[: match.start]) and "," in text[match.stop :]
        if after or opens or BE.search(text[: match.start]):
            deed.on, deed.passive = (None if opens else _subject(reading, match.start)), True
            deed.by = reading.next(match.stop) if after else None
            if deed.on is None:
                deed.on = reading.next(text.find(",", match.stop)) if "," in text[match.stop :] else None
        else:
            deed.by, deed.on = _subject(reading, match.start), _object(text, reading, match.stop, lexicon)
        reading.deeds.append(deed)
        _second_agent(text, reading, deed)


def _subject(reading: Reading, position: int) -> int | None:
    """The nearest earlier person who is a subject, not an owner."""
    before = [i for i, e in enumerate(reading.entities) if e.stop <= position and not e.owner_only and not e.gone]
    return before[-1] if before else reading.nearest(position)


def _object(text: str, reading: Reading, position: int, lexicon: Lexicon | None = None) -> int | None:
    """The head of the next noun phrase ('steals the governor's daughter': the daughter), or the subject by pronoun."""
    if re.match(r"\s+(?:her|him|them)\b(?!\s+\w+\s+(?:son|daughter))", text[position:]):
        return 0 if reading.entities else None
    index = reading.next(position)
    if index is None or reading.entities[index].start - position > 40:
        return None
    between = text[position : reading.entities[index].start]
    if lexicon and (lexicon.objects.first(between) or lexicon.places.first(between)):
        return None
    while reading.entities[index].owner_only and index + 1 < len(reading.entities):
        index += 1
    return index


def _second_agent(text: str, reading: Reading, deed: Deed) -> None:
    """'by her husband and best friend': owners give way to the head, and the second name is an accomplice."""
    if deed.by is None:
        return
    while reading.entities[deed.by].owner_only and deed.by + 1 < len(reading.entities):
        deed.by += 1
    follower = deed.by + 1
    if follower < len(reading.entities) and deed.start < reading.entities[deed.by].start:
        gap = text[reading.entities[deed.by].stop : reading.entities[follower].start]
        if re.fullmatch(r"\s+and\s+(?:[\w-]+\s+){0,3}", gap):
            reading.deeds.append(Deed(deed.kind, deed.verb, deed.start, follower, deed.on, deed.passive))


def _twist(text: str, lexicon: Lexicon) -> str:
    turns = "|".join(sorted(lexicon.turns, key=len, reverse=True))
    found = re.search(rf"\b(?:{turns})\b[\s,]*([^.!?;]+)", text, re.IGNORECASE)
    return found[1].strip(" ,") if found else ""


def _goal(text: str, lexicon: Lexicon) -> str:
    """The bare verb phrase after 'must', 'vows to', ...; at most eight words."""
    match = lexicon.goals.first(text)
    if match is None:
        return ""
    splits = "|".join(lexicon.splits)
    tail = re.split(rf"[.,;:!?—]|\b(?:{splits})\b", text[match.stop :])[0].split()
    lead_in = ["save"] if match.word.text == "to save" else []
    return " ".join([*lead_in, *tail][:8])


def clock_english(text: str) -> str:
    """A point in time for the slot {C}.

    >>> clock_english("They must marry within thirty days"), clock_english("Pay before midnight")
    ('Friday', 'midnight')
    """
    found = CLOCK.search(text)
    if not found:
        return ""
    if found[1]:
        word = found[1].lower()
        return word if word in NAMED_DUE else (word.capitalize() if word.endswith("day") else f"the {word}")
    return DUE.get(found[3].lower(), "the first of the month")
