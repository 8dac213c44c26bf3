"""Slots to words: the season's people, things, crime and gift, and the small grammar around them. No plot, no world."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.core import Bible, Character, Language, Location, Prop
from engine.story.bank import ROLES, Bank
from engine.story.premise import Premise

PLACE_ROLES = ("home", "lair", "seat", "shelter", "road", "stage")
PLACE_PREFERENCES: Mapping[str, tuple[str, ...]] = {
    "home": ("mansion", "bedroom", "penthouse", "lakeside", "school", "palace", "office", "street"),
    "lair": ("warehouse", "alley", "rooftop", "car", "forest", "temple", "street", "penthouse"),
    "seat": ("office", "palace", "penthouse", "courtroom", "mansion", "school", "hospital", "temple"),
    "shelter": ("temple", "lakeside", "forest", "hospital", "bedroom", "alley", "school", "warehouse"),
    "road": ("car", "street", "alley", "forest", "rooftop", "lakeside", "warehouse", "hospital"),
    "stage": ("courtroom", "rooftop", "palace", "office", "mansion", "school", "temple", "penthouse"),
}
PROP_ROLES = ("proof", "token", "prop3")
_SLOT = re.compile(r"\{(\w+)(?:\.(\w+))?\}")
_PRONOUNS = {
    "female": {"he": "she", "him": "her", "his": "her", "child": "daughter", "girl": "girl", "woman": "woman", "self": "herself"},
    "male": {"he": "he", "him": "him", "his": "his", "child": "son", "girl": "boy", "woman": "man", "self": "himself"},
}  # fmt: skip
_PRONOUNS_ZH = {
    "female": {"he": "她", "him": "她", "his": "她的", "child": "女儿", "girl": "丫头", "woman": "女人", "self": "她自己"},
    "male": {"he": "他", "him": "他", "his": "他的", "child": "儿子", "girl": "小子", "woman": "男人", "self": "他自己"},
}  # fmt: skip


@dataclass(frozen=True)
class Binding:
    """What every slot of one season means; `at` gives the view from one scene (its place and arena kit)."""

    language: Language
    roles: Mapping[str, Character]  # by letter
    places: Mapping[str, Location]  # by place role
    props: Mapping[str, Prop]  # by prop role
    words: Mapping[str, str]  # plain slots
    nouns: Mapping[str, str]  # short spoken noun by location or prop id
    measures: Mapping[str, str] = field(default_factory=dict)  # zh measure word by noun
    scene: Mapping[str, str] = field(default_factory=dict)
    sees: tuple[str, ...] = ()  # openings of what the lead knows by the gift

    def at(self, place: str, kit: Mapping[str, Any]) -> Binding:
        extra = {k: v for k, v in kit.items() if isinstance(v, str)}
        return replace(self, scene={**extra, "place": place})

    def fill(self, text: str) -> str:
        """Replace every slot and mend the grammar around it. Raises KeyError on an unknown slot."""
        for _ in range(3):  # a slot's words may hold slots themselves
            if "{" not in text:
                break
            text = _SLOT.sub(lambda m: self._slot(m.group(1), m.group(2) or ""), text)
        return mend(text, self.language)

    def names(self) -> frozenset[str]:
        return frozenset(c.name for c in self.roles.values()) | {self.words.get("victim", "")}

    def _slot(self, name: str, form: str) -> str:
        if name in ROLES:
            return self._person(self.roles[name], form)
        if name == "victim" and form:
            return self._pronoun(self.words["victim_sex"], form)
        if name in PROP_ROLES:
            return self._noun(self.nouns[self.props[name].id], form)
        if name in PLACE_ROLES:
            return self._noun(self.nouns[self.places[name].id], form)
        if name == "place":
            return self._noun(self.nouns[self.scene["place"]], form)
        return self._noun(self.scene.get(name) or self.words[name], form)

    def _person(self, who: Character, form: str) -> str:
        if not form:
            return who.name
        if form == "full":
            return who.full_name
        if form in ("your", "my"):
            return self.words.get(f"{form}_{who.id}", who.name)
        return self._pronoun(who.sex, form)

    def _pronoun(self, sex: str, form: str) -> str:
        table = _PRONOUNS_ZH if self.language == "zh" else _PRONOUNS
        word = table[sex][form.lower()]
        return word.capitalize() if form[0].isupper() else word

    def _noun(self, noun: str, form: str) -> str:
        if not form:
            return noun
        if self.language == "zh":
            measure = self.measures.get(noun, self.measures.get(noun[-1:], "个"))
            return {"the": noun, "a": f"一{measure}{noun}", "mw": measure}[form]
        bare = re.sub(r"^(the|a|an) ", "", noun)
        return {"the": f"the {bare}", "a": f"{article(bare)} {bare}", "mw": "", "cap": noun[:1].upper() + noun[1:]}[
            form
        ]


def article(noun: str) -> str:
    """'a' or 'an' by sound, for the words this writer uses.

    >>> article("office"), article("unit"), article("hour"), article("key")
    ('an', 'a', 'an', 'a')
    """
    low = noun.lower()
    if low.startswith(("hour", "honest", "heir", "honour")):
        return "an"
    if low.startswith(("uni", "use", "usb", "eu", "one", "ute")):
        return "a"
    return "an" if low[:1] in "aeiou" else "a"


def mend(text: str, language: str) -> str:
    """Capitals after sentence ends, single spaces, no doubled articles; in Chinese no spaces and full-width marks."""
    if language == "zh":
        text = re.sub(r"\s+", "", text)
        return text.translate(str.maketrans(",?!:;", "，？！：；"))
    text = re.sub(r"\b(the|a|an|my|your|his|her|our|their|this|that) (the|a|an) ", r"\1 ", text, flags=re.I)
    text = re.sub(r"\s+", " ", text).strip()
    return re.sub(r"(^|[.!?…] +)([a-z])", lambda m: m.group(1) + m.group(2).upper(), text)


def place_roles(locations: Sequence[Location]) -> dict[str, Location]:
    """Every place role gets a location; different ones as long as there are enough."""
    chosen: dict[str, Location] = {}
    free = list(locations)
    for role in PLACE_ROLES:
        pool = free or list(locations)
        ranks = PLACE_PREFERENCES[role]
        best = min(pool, key=lambda loc: ranks.index(loc.plate) if loc.plate in ranks else len(ranks))
        chosen[role] = best
        free = [loc for loc in free if loc.id != best.id]
    return chosen


def _prop_roles(props: Sequence[Prop]) -> dict[str, Prop]:
    return {role: props[min(i, len(props) - 1)] for i, role in enumerate(PROP_ROLES)}


def _short(name: str, fallback: str, language: str) -> str:
    """A noun short enough to say: the given name, unless it is long or possessive."""
    if language == "zh":
        return name if len(name) <= 3 else fallback
    plain = re.sub(r"^(the|a|an) ", "", name, flags=re.I)
    return plain.lower() if len(plain.split()) <= 2 and "'" not in plain and "," not in plain else fallback


def _era(entry: Mapping[str, Any], era: str) -> bool:
    return not entry.get("eras") or era in entry["eras"]


def choose_gift(premise: Premise, bank: Bank) -> Mapping[str, Any]:
    """The gift kit whose keywords the premise's power matches; paper evidence when there is no power."""
    text = (premise.power.name if premise.power else "").lower()
    if premise.engines()[0] == "rebirth":
        text += " " + " ".join(next((g["keys"] for g in bank.gifts if g["id"] == "fate"), ()))
    matching = [g for g in bank.gifts if any(key in text for key in g.get("keys", ()))]
    if matching:
        return matching[0]
    wanted = "spirit" if premise.power else "paper"
    return next(g for g in bank.gifts if g["id"] == wanted)


def _pick(rng: random.Random, values: Any) -> str:
    return rng.choice(values) if isinstance(values, list) else str(values)


def bind(premise: Premise, bible: Bible, bank: Bank, seed: int) -> Binding:
    """Choose the season's crime, gift and pool words and join them with the bible's people, places and things."""
    rng = random.Random(f"bind-{seed}-{premise.text}")
    roles = {letter: next(c for c in bible.characters if c.role == role) for letter, role in ROLES.items()}
    era = premise.era
    crime = rng.choice([c for c in bank.crimes if _era(c, era)] or list(bank.crimes))
    taken = {c.name[:1] for c in roles.values()}
    victims = [n for n in crime["names"] if n[:1] not in taken] or crime["names"]
    words: dict[str, str] = dict(bank.phrases["words"])
    words |= {k: _pick(rng, v) for k, v in crime.items() if k not in ("names", "eras", "id")}
    words["victim"] = rng.choice(victims)
    words["victim_sex"] = crime.get("sex", "male")
    gift = choose_gift(premise, bank)
    words |= {k: _pick(rng, v) for k, v in gift.items() if k not in ("keys", "eras", "sees")}
    for name, values in bank.pools.items():
        pool = values.get(era) or values["now"] if isinstance(values, dict) else values
        words.setdefault(name, _pick(rng, pool))
    words |= _from_premise(premise, roles, words)
    words |= _kin_words(roles, bank)
    nouns = _nouns(bible, bank, words)
    return Binding(
        premise.language, roles, place_roles(bible.locations), _prop_roles(bible.props), words, nouns,
        bank.phrases.get("measures", {}), {}, tuple(gift["sees"]),
    )  # fmt: skip


def _from_premise(premise: Premise, roles: Mapping[str, Character], words: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    names = {role: roles[letter].name for letter, role in ROLES.items()}
    if premise.secret:
        found["secret"] = premise.secret.clause.format(**names).rstrip(".。")
    if premise.clock:
        found["clock"] = premise.clock
    return found


def _kin_words(roles: Mapping[str, Character], bank: Bank) -> dict[str, str]:
    """'your father', 'my father' for whoever the lead has a named relation to."""
    spoken: Mapping[str, str] = bank.phrases.get("kin", {})
    found: dict[str, str] = {}
    for relation in roles["L"].relations:
        noun = spoken.get(relation.kind.lower())
        if noun:
            found[f"your_{relation.to}"] = bank.phrases["words"]["your"].format(noun)
            found[f"my_{relation.to}"] = bank.phrases["words"]["my"].format(noun)
    return found


def _nouns(bible: Bible, bank: Bank, words: Mapping[str, str]) -> dict[str, str]:
    plates, kinds = bank.phrases["plates"], bank.phrases["props"]
    found = {loc.id: plates[loc.plate] for loc in bible.locations}
    return found | {p.id: _short(p.name, kinds[p.kind], bank.language) for p in bible.props}
