"""Six people for a premise: sex, age, name, trade and kin. No looks, no wants, no plot."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from engine.core import Language, Role
from engine.story.lexicon import lexicon
from engine.story.names import Namer, sex_of, slug
from engine.story.phrases import by_sex, phrases
from engine.story.reading import CAST, INVERSE
from engine.story.told import VAGUE, Person, Premise

ADULT = 20
"""Nobody in a tie of love is younger."""
_AGES: Mapping[Role, tuple[int, int]] = {
    "lead": (22, 27), "rival": (44, 52), "ally": (28, 33), "traitor": (36, 41), "authority": (57, 66), "innocent": (8, 11),
}  # fmt: skip
_TIE_AGES: Mapping[str, tuple[int, int]] = {
    "spouse": (27, 33), "lover": (25, 30), "ex": (29, 35), "sibling": (17, 20), "friend": (24, 30), "parent": (50, 58),
    "elder": (58, 70), "mentor": (46, 54), "child": (7, 9), "young": (9, 12),
}  # fmt: skip
_PARENT_LEAD = (33, 37)
_TRAINEE = (21, 26)
GROWN = 14
"""From this age on an innocent has a trade."""
_WEIGHTY = ("ceo", "doctor", "surgeon", "detective", "captain", "general", "queen", "judge", "professor", "总裁", "将军", "医生", "皇后", "废后", "侦探", "法医")  # fmt: skip
MOST_MEN = 3
"""Where the premise leaves it open, no more than this: four grown men have too few heads of hair to be told apart."""
_LOVE = ("spouse", "lover", "ex")
_SHARES_NAME = ("parent", "child", "sibling", "spouse")


@dataclass(frozen=True)
class Member:
    """A cast member before looks: identity, age, trade and ties (role of the other, what the other is to them)."""

    role: Role
    sex: str
    age: int
    person: Person | None
    name: str = ""
    full_name: str = ""
    id: str = ""
    occupation: str = ""
    ties: tuple[tuple[Role, str], ...] = field(default_factory=tuple)


def draw_cast(premise: Premise, language: Language, seed: int, as_written: bool = False) -> dict[Role, Member]:
    """The six roles, filled by the premise's people first; `as_written` keeps a name of several words whole."""
    rng = random.Random(f"cast-{language}-{seed}-{premise.text}")
    kin: dict[Role, str] = {role: _kin_class(premise, role) for role in CAST}
    members: dict[Role, Member] = {}
    for role in CAST:
        person = premise.person(role)
        sex = _sex(rng, premise, role, kin, members)
        members[role] = Member(role, sex, _age(rng, premise, role, kin), person)
    members = _named(premise, members, kin, language, seed, as_written)
    members = {role: replace(m, occupation=_trade(rng, premise, m, language)) for role, m in members.items()}
    return {role: replace(m, ties=_ties(premise, members, role, language)) for role, m in members.items()}


def _kin_class(premise: Premise, role: Role) -> str:
    """What the person in a role is to the lead: a kin class, '' when unsaid."""
    kin = lexicon(premise.language).kin
    person, lead = premise.person(role), premise.person("lead")
    for to, noun in person.ties if person else ():
        if to == "lead" and noun in kin:
            return kin.entries[noun.lower()].kind
    for to, noun in lead.ties if lead else ():
        if to == role and noun in kin:
            return INVERSE.get(kin.entries[noun.lower()].kind, "")
    return "lover" if role == "ally" and person and person.noun in ("lover",) else ""


def _sex(
    rng: random.Random, premise: Premise, role: Role, kin: Mapping[Role, str], members: Mapping[Role, Member]
) -> str:
    """The premise's own; else by name, by the sex of a spouse or lover, by chance."""
    person = premise.person(role)
    if person and person.sex:
        return person.sex
    named = sex_of(person.name.split()[0], "en") if person and person.name else ""
    if named:
        return named
    wooed = [other.sex for other in premise.people if role == "lead" and kin[other.role] in _LOVE and other.sex]
    if wooed:
        return "male" if wooed[0] == "female" else "female"
    lead = members.get("lead")
    chances: Mapping[Role, float] = {"lead": 0.75, "rival": 0.3, "traitor": 0.65, "authority": 0.25, "innocent": 0.5}
    if role == "ally" and lead:
        return "male" if lead.sex == "female" else "female"
    grown = role != "innocent" or premise.training
    crowded = grown and _men(premise, members) >= MOST_MEN
    return "female" if crowded or rng.random() < chances[role] else "male"


def _men(premise: Premise, members: Mapping[Role, Member]) -> int:
    """Grown men of the cast so far and of those whom the premise still brings."""
    told = [person for role in CAST if role not in members and (person := premise.person(role))]
    return sum(m.sex == "male" for m in members.values()) + sum(person.sex == "male" for person in told)


def _age(rng: random.Random, premise: Premise, role: Role, kin: Mapping[Role, str]) -> int:
    low, high = _TIE_AGES.get(kin[role], _AGES[role]) if role != "lead" else _AGES["lead"]
    person = premise.person(role)
    if role == "lead":
        if "child" in (kin["innocent"], kin["ally"], kin["rival"]):
            low, high = _PARENT_LEAD
        elif person and any(word in person.occupation.lower() for word in _WEIGHTY):
            low, high = 29, 34
    if role == "innocent" and premise.training:
        low, high = _TRAINEE
    if role == "ally" and person and person.to == "rival":  # the enemy's son
        low, high = 24, 28
    return max(rng.randint(low, high), 0 if role == "innocent" else ADULT)


def _named(
    premise: Premise,
    members: Mapping[Role, Member],
    kin: Mapping[Role, str],
    language: Language,
    seed: int,
    as_written: bool,
) -> dict[Role, Member]:
    """Names for all; the premise's own are kept, relatives share a surname unless a hidden tie is the story."""
    given = {role: m.person.name for role, m in members.items() if m.person and m.person.name}
    namer = Namer(language, premise.era, f"{seed}-{premise.text}", [name.split()[0] for name in given.values()])
    family = _surname(given.get("lead", ""), language) or namer.surname()
    lead = premise.person("lead")
    hidden = bool(lead and any(s in lexicon(premise.language).hides for s in lead.status))
    out: dict[Role, Member] = {}
    for role, member in members.items():
        shares = role == "lead" or (
            kin[role] in _SHARES_NAME and not hidden and not (language == "zh" and kin[role] == "spouse")
        )
        told = given.get(role, "")
        name, full = _name(told, member, family if shares else "", role == "lead", namer, language)
        if told and as_written:
            name = full = told
        out[role] = replace(member, name=name[:40], full_name=full, id=f"char_{_id(name, role)}")
    return out


def _id(name: str, role: Role) -> str:
    return slug(name)[:40] or role


def _surname(name: str, language: Language) -> str:
    if language == "en":
        return name.split()[-1] if len(name.split()) > 1 else ""
    compound = next((c for c in lexicon("zh").compound if name.startswith(c)), "")
    return compound or name[:1]


def _name(told: str, member: Member, family: str, lead: bool, namer: Namer, language: Language) -> tuple[str, str]:
    """(what people call them, full name)."""
    if told:
        whole = language == "zh" or " " in told
        return (told if language == "zh" else told.split()[0]), told if whole else f"{told} {family or namer.surname()}"
    given = namer.given(member.sex, member.age)
    if language == "en":
        return given, f"{given} {family or namer.surname()}"
    if member.age < GROWN:  # a child goes by a nickname
        return given, (family or namer.surname()) + given.lstrip("小阿")
    if family and not lead:  # a relative of the same surname goes by the given name
        return given, family + given
    surname = family or namer.surname()
    return surname + given, surname + given


def _trade(rng: random.Random, premise: Premise, member: Member, language: Language) -> str:
    """The premise's occupation, else one of the role's own."""
    told = member.person.occupation if member.person else ""
    if told and told.lower() not in VAGUE:
        return told
    tables = phrases(language)
    if premise.training:
        return rng.choice(tables["training"][member.role])
    if member.role == "innocent" and member.age >= GROWN:
        return rng.choice(tables["innocent"]["grown"])
    era = tables["trade"].get(premise.era, {})
    women = era.get(f"{member.role}_female") if member.sex == "female" else None
    return rng.choice(women or era.get(member.role) or tables[member.role]["occupation"])


def _ties(
    premise: Premise, members: Mapping[Role, Member], role: Role, language: Language
) -> tuple[tuple[Role, str], ...]:
    """What each other person is to the one in `role`: kin from the premise both ways, then the story's own ties."""
    words = phrases(language)["tie"]
    found: dict[Role, str] = {}
    for other, member in members.items():
        for to, noun in member.person.ties if member.person else ():
            if to == role and other != role:
                found[other] = _plain_kin(noun, member, language)
            elif other == role and to != role:
                found.setdefault(to, _seen_back(noun, members[to], language))
    usual: Mapping[Role, tuple[tuple[Role, str], ...]] = {
        "lead": (("rival", "enemy"), ("ally", "guard")),
        "rival": (("lead", "enemy"), ("ally", "debtor")),
        "ally": (("lead", "guarded"), ("rival", "creditor"), ("innocent", "ward")),
        "traitor": (("authority", "employer"),),
        "authority": (("traitor", "adviser"),),
        "innocent": (("ally", "guardian"),),
    }
    for other, word in usual[role]:
        found.setdefault(other, words["employer" if premise.training and word in ("debtor", "creditor") else word])
    return tuple(found.items())


def _seen_back(noun: str, other: Member, language: Language) -> str:
    """What `other` is to the one who is `noun` to them: the daughter's other side is the father."""
    words, kin = phrases(language)["tie"], lexicon(language).kin
    inverse = INVERSE.get(kin.entries[noun.lower()].kind, "") if noun in kin else ""
    told = other.person.noun if other.person else ""
    if told in kin and kin.entries[told.lower()].kind == inverse:
        return _plain_kin(told, other, language)
    if inverse in ("", "enemy", "employer"):
        return words["enemy" if inverse == "" else inverse]
    return by_sex(words[inverse], other.sex)


def _plain_kin(noun: str, who: Member, language: Language) -> str:
    """私生女 is a 女儿, a twin a sister: family ties in the plain words that both sides share; parents keep theirs."""
    kin, words = lexicon(language).kin, phrases(language)["tie"]
    kind = kin.entries[noun.lower()].kind if noun in kin else ""
    plain = ("child", "sibling", "spouse") if language == "en" else ("child", "spouse")
    return by_sex(words[kind], who.sex) if kind in plain else noun
