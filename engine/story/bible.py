"""The bible: a premise in, a cast of six, locations, props and a promise out. No plot, no drawing, no voices.

Ids tell the story's use: loc_<role>_<plate>_<time> with home, threat, public, hidden, refuge, road; and
prop_<role>_<kind> with proof, bond, clock, then extra1, extra2."""

from __future__ import annotations

import random
from collections.abc import Mapping

from engine.core import Bible, Character, Design, Language, Location, Prop, Relation, Role, UserError, VoiceDirection
from engine.story.cast import Member, draw_cast
from engine.story.design import Stylist, spread_voices
from engine.story.phrases import article, fill, phrases, pick
from engine.story.settings import PLACE_ROLES, PROP_ROLES, Place, choose_places, choose_props, place_name
from engine.story.titles import make_title
from engine.story.told import GENRES, VAGUE, Premise, Thing, told_as

__all__ = ["build_bible", "by_role", "location_roles", "make_title", "prop_roles", "secret_clause"]


def build_bible(premise: Premise, language: Language, seed: int, genre: str = "", as_written: bool = False) -> Bible:
    """The whole bible of a series, the same for the same premise, language and seed.

    `as_written` keeps the premise's names whole, as a script's cues need them.

    Raises:
        UserError: `genre` is not one of GENRES."""
    if genre and genre not in GENRES:
        raise UserError(f"unknown genre '{genre}': choose from {', '.join(GENRES)}")
    members = draw_cast(premise, language, seed, as_written)
    things = choose_props(premise, seed)
    slots = _slots(premise, members, dict(things), language)
    characters = _characters(premise, members, slots, language, seed)
    places = choose_places(premise, seed)
    return Bible(
        promise=_promise(premise, slots, language, seed),
        logline=_logline(premise, members, slots, language, seed),
        characters=tuple(characters),
        locations=tuple(_locations(premise, places, members, language, seed)),
        props=tuple(_props(premise, things, members, language)),
    )


def by_role(bible: Bible) -> dict[Role, Character]:
    """The character in each role."""
    return {c.role: c for c in bible.characters}


def location_roles(bible: Bible) -> dict[str, str]:
    """home, threat, public, hidden, refuge, road -> location id; a role a bible lacks shares another's place."""
    found = {role: x.id for role in PLACE_ROLES for x in bible.locations if x.id.startswith(f"loc_{role}_")}
    spare = [x.id for x in bible.locations]
    return {role: found.get(role, spare[i % len(spare)]) for i, role in enumerate(PLACE_ROLES)}


def prop_roles(bible: Bible) -> dict[str, str]:
    """proof, bond, clock (and extra1, extra2 when there are more) -> prop id."""
    found = {p.id.split("_")[1]: p.id for p in bible.props if p.id.count("_") >= 2}
    spare = [p.id for p in bible.props]
    return {role: found.get(role, spare[i % len(spare)]) for i, role in enumerate(PROP_ROLES)} | found


def secret_clause(premise: Premise, bible: Bible) -> str:
    """The season's secret as a finite clause with names: 'Ivy is Conrad's daughter'."""
    if premise.secret is None:
        return ""
    return premise.secret.clause.format(**{c.role: c.name for c in bible.characters})


def _slots(
    premise: Premise, members: Mapping[Role, Member], things: Mapping[str, Thing], language: Language
) -> dict[str, str]:
    """Every slot of the bible's phrases."""
    tables = phrases(language)
    lead = members["lead"]
    slots: dict[str, str] = {role: m.name for role, m in members.items()}
    pronouns = ("she", "her", "her") if lead.sex == "female" else ("he", "him", "his")
    if language == "zh":
        pronouns = ("她", "她", "她的") if lead.sex == "female" else ("他", "他", "他的")
    slots |= dict(zip(("he", "him", "his"), pronouns, strict=True))
    proof = things["proof"].noun
    slots["proof"] = proof
    slots["clock"] = premise.clock or tables["phrase"]["clock"]
    slots["stake"] = fill(tables["stake"][premise.engines()[0]], slots)
    slots["secret"] = premise.secret.clause.format(**slots) if premise.secret else slots["stake"]
    slots["power"] = premise.power.name if premise.power else ""
    slots["a_power"] = article(slots["power"]) if language == "en" and premise.power else slots["power"]
    slots["cost"] = fill(premise.power.cost, slots) if premise.power else ""
    slots["lead_is"] = slots["a_lead"] = _called(premise, members, "lead", language)
    slots["rival_is"] = _called(premise, members, "rival", language)
    slots["verb"] = tables["participle"].get(premise.threat.kind, "") if premise.threat else ""
    return slots


def _called(premise: Premise, members: Mapping[Role, Member], role: Role, language: Language) -> str:
    """'Conrad's secret daughter', 'a shy librarian', '首富的私生女'."""
    member, person = members[role], premise.person(role)
    noun = (person.noun or person.occupation) if person else ""
    if person and person.ties:
        noun = person.ties[0][1]
    noun = member.occupation if noun in VAGUE or not noun else noun.upper() if noun in ("ceo", "ai") else noun
    owner = members[person.ties[0][0]].name if person and person.ties else ""
    if language == "zh":
        return f"{owner}的{noun}" if owner else noun
    words = " ".join([*(person.status if person else ()), noun])
    return f"{owner}'s {words}" if owner else article(words)


def _characters(
    premise: Premise, members: Mapping[Role, Member], slots: Mapping[str, str], language: Language, seed: int
) -> list[Character]:
    tables = phrases(language)
    stylist = Stylist(language, premise.era, f"{seed}-{premise.text}", tables["outfit_of"])
    designs = stylist.cast([(m.role, m.sex, m.age, m.occupation) for m in members.values()])
    timbres: dict[Role, str] = {role: tables[role]["timbre"] for role in members}
    voices = spread_voices([(r, m.age, m.sex) for r, m in members.items()], timbres)
    rng = random.Random(f"bible-{language}-{seed}-{premise.text}")
    out: list[Character] = []
    for (role, member), voice in zip(members.items(), voices, strict=True):
        ties = tuple(Relation(to=members[other].id, kind=kind) for other, kind in member.ties)
        colour = tables["look"]["colour"][designs[role].outfit_colour]
        seen = {"worn": _worn(tables, designs[role]), "outfit_colour": colour}
        words = _inner(premise, role, rng, {**slots, **seen}, language)
        out.append(_character(member, designs[role], voice, ties, words, language))
    return out


def _inner(
    premise: Premise, role: Role, rng: random.Random, slots: Mapping[str, str], language: Language
) -> dict[str, str | tuple[str, ...]]:
    """Want, wound, secret, quirk, voice notes and what must never change."""
    told = phrases(language)[role]
    training: dict[str, str] = phrases(language)["training"]
    drawn = {key: pick(rng, told[key], slots) for key in ("want", "wound", "secret", "quirk", "voice")}
    plain = {key: training[key] for key in ("want", "wound", "secret") if premise.training and role != "rival"}
    if role == "lead" and premise.absent:
        drawn["wound"] = fill(phrases(language)["phrase"]["absent"], {**slots, "absent": premise.absent[0]})
    forbidden = () if premise.training else tuple(fill(rule, slots) for rule in told["forbidden"])
    return {**drawn, **plain, "forbidden": forbidden}


def _worn(tables: Mapping[str, Mapping[str, Mapping[str, str]]], design: Design) -> str:
    return tables["look"]["worn"][design.accessories[0] if design.accessories else "none"]


def _character(
    member: Member, design: Design, voice: VoiceDirection, ties: tuple[Relation, ...],
    words: Mapping[str, str | tuple[str, ...]], language: Language,
) -> Character:  # fmt: skip
    look = phrases(language)["look"]
    seen = {
        key: look[key][getattr(design, key)] for key in ("build", "hair", "hair_colour", "eyes", "eye_colour", "outfit")
    }
    seen["outfit_colour"] = look["colour"][design.outfit_colour]
    extra = fill(look["extra"], {"accessory": look["accessory"][design.accessories[0]]}) if design.accessories else ""
    slots = {**seen, "age": str(member.age), "extra": extra, "worn": _worn(phrases(language), design)}
    return Character(
        id=member.id, name=member.name, full_name=member.full_name, role=member.role,
        sex="female" if member.sex == "female" else "male", age=member.age, occupation=member.occupation,
        look=fill(look["pattern"], slots), wardrobe=fill(look["wardrobe"], slots), design=design, voice=voice,
        voice_notes=str(words["voice"]), want=str(words["want"]), wound=str(words["wound"]),
        secret=str(words["secret"]), quirk=str(words["quirk"]), relations=ties, forbidden=tuple(words["forbidden"]),
    )  # fmt: skip


def _locations(
    premise: Premise, places: list[Place], members: Mapping[Role, Member], language: Language, seed: int
) -> list[Location]:
    rng = random.Random(f"names-{seed}-{premise.text}")
    looks = phrases(language)["place_look"]
    owners: Mapping[str, Role] = {"home": "lead", "threat": "rival", "public": "authority", "road": "rival"}
    out: list[Location] = []
    for place in places:
        owner = members[owners.get(place.role, "lead")].name
        out.append(
            Location(
                id=f"loc_{place.role}_{place.plate}_{place.time}",
                name=place_name(place, premise, language, owner, rng),
                plate=place.plate,
                time=place.time,
                weather=place.weather,
                look=looks[place.plate],
            )
        )
    return out


def _props(
    premise: Premise, things: list[tuple[str, Thing]], members: Mapping[Role, Member], language: Language
) -> list[Prop]:
    """Props with the one who holds them at the start: the proof is the traitor's unless the premise's lead has it."""
    finder: Role = "lead" if premise.objects else "traitor"
    holders: dict[str, Role] = {"proof": finder, "bond": "ally", "clock": "rival"}
    keeper: Role = "authority"
    looks = phrases(language)["prop_look"]
    return [
        Prop(
            id=f"prop_{role}_{thing.kind}", name=thing.noun, kind=thing.kind, look=looks[thing.kind],
            holder=members[holders.get(role, keeper)].id,
        )
        for role, thing in things
    ]  # fmt: skip


def _promise(premise: Premise, slots: Mapping[str, str], language: Language, seed: int) -> str:
    rng = random.Random(f"promise-{seed}")
    return pick(rng, phrases(language)["promise"][told_as(premise)], slots)


def _logline(
    premise: Premise, members: Mapping[Role, Member], slots: Mapping[str, str], language: Language, seed: int
) -> str:
    """The threat told of its victim with the turn after it, else the engine's own sentence."""
    tables = phrases(language)
    rng = random.Random(f"logline-{seed}")
    threat = premise.threat
    told = threat and premise.person("rival") and premise.person("lead")
    if threat and told and not premise.training and slots["verb"] and (threat.by, threat.on) == ("rival", "lead"):
        but = fill(tables["but"]["power" if premise.power else "secret"], slots)
        return pick(rng, tables["logline"]["threat"], {**slots, "but": but})
    return pick(rng, tables["logline"][told_as(premise)], slots)
