"""Slots to words: the season's people, things, crime and gift, and the small grammar around them. No plot, no world."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from engine.core import Bible, Character, Language, Location, Prop
from engine.story.bank import ROLES, Bank
from engine.story.bible import location_roles, prop_roles, secret_clause
from engine.story.premise import Premise
from models.words import count

PLACE_ROLES = ("home", "lair", "seat", "shelter", "road", "stage")
BIBLE_PLACES: Mapping[str, tuple[str, ...]] = {  # first the usual place, then where else it may happen
    "home": ("home", "refuge"), "lair": ("threat", "hidden"), "seat": ("public", "home"), "shelter": ("refuge", "hidden"),
    "road": ("road",), "stage": ("public", "home"),
}  # fmt: skip
BIBLE_PROPS = {"proof": "proof", "token": "bond", "prop3": "clock"}
MAX_LESSON = {"en": 8, "zh": 16}  # longest rule that fits into a line
MAX_SPOKEN_WORDS, MAX_SPOKEN_HAN = 3, 4
SMALL_WORDS = ("a", "an", "the", "of", "in", "on", "at", "to", "for", "by", "and", "or", "with")
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
    places: Mapping[str, Location]  # by place role, the usual one
    elsewhere: Mapping[str, tuple[str, ...]]  # place role -> location ids, the usual one first
    props: Mapping[str, Prop]  # by prop role
    words: Mapping[str, str]  # plain slots
    nouns: Mapping[str, str]  # short spoken noun by location or prop id
    measures: Mapping[str, str] = field(default_factory=dict[str, str])  # zh measure word by noun
    scene: Mapping[str, str] = field(default_factory=dict[str, str])
    sees: tuple[str, ...] = ()  # openings of what the lead knows by the gift
    dated: Mapping[str, str] = field(default_factory=dict[str, str])  # modern word -> the era's own
    period: re.Pattern[str] | None = None  # finds those words
    filled: dict[tuple[str, str, str], str] = field(
        default_factory=dict[tuple[str, str, str], str], compare=False
    )  # memo of fill

    def at(self, place: str, kit: Mapping[str, Any]) -> Binding:
        extra = {k: v for k, v in kit.items() if isinstance(v, str)}
        return replace(self, scene={**extra, "place": place})

    def fill(self, text: str) -> str:
        """Replace every slot and mend the grammar around it. Raises KeyError on an unknown slot."""
        key = (text, self.scene.get("place", ""), self.scene.get("event", ""))
        if key not in self.filled:
            filled = self._fill(text)
            self.filled[key] = self.period.sub(self._dated, filled) if self.period else filled
        return self.filled[key]

    def _dated(self, match: re.Match[str]) -> str:
        word = self.dated[match.group(0).lower()]
        return word[:1].upper() + word[1:] if match.group(0)[0].isupper() else word

    def _fill(self, text: str) -> str:
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
        if self.language == "zh":
            measure = self.measures.get(noun, self.measures.get(noun[-1:], "个"))
            return {"": noun, "the": noun, "a": f"一{measure}{noun}", "mw": measure, "cap": noun}[form]
        bare = re.sub(r"^(the|a|an) ", "", noun)
        named = noun[:1].isupper()  # Lantern Street
        forms = {"": noun, "the": noun if named else f"the {bare}", "bare": bare, "mw": ""}
        forms |= {"a": f"{article(bare)} {bare}", "cap": noun[:1].upper() + noun[1:]}
        return forms[form]


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


def title_case(text: str, language: str) -> str:
    """A title with capitals on all but its small words.

    >>> title_case("the quartermaster decides", "en"), title_case("Nine of them", "en")
    ('The Quartermaster Decides', 'Nine of Them')
    """
    if language == "zh":
        return text
    words = text.split(" ")
    last = len(words) - 1
    return " ".join(w if w in SMALL_WORDS and 0 < i < last else w[:1].upper() + w[1:] for i, w in enumerate(words))


def mend(text: str, language: str) -> str:
    """Capitals after sentence ends, single spaces, no doubled articles; in Chinese no spaces and full-width marks."""
    if language == "zh":
        text = re.sub(r"\s+", "", text)
        return text.translate(str.maketrans(",?!:;", "，？！：；"))
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r"\b(the|a|an|my|your|his|her|our|their) (the|a|an) ", r"\1 ", text, flags=re.I)
    return re.sub(r"(^|[.!?…] +)([a-z])", lambda m: m.group(1) + m.group(2).upper(), text)


def _short(name: str, fallback: str, language: str) -> str:
    """A noun short enough to say: the given name, unless it is long or possessive."""
    if language == "zh":
        return name if len(name) <= MAX_SPOKEN_HAN else fallback
    short = len(name.split()) <= MAX_SPOKEN_WORDS and "'" not in name and "," not in name and "-" not in name
    return name if short else fallback


def _era(entry: Mapping[str, Any], era: str) -> bool:
    return not entry.get("eras") or era in entry["eras"]


def choose_gift(premise: Premise, bank: Bank) -> Mapping[str, Any]:
    """The gift kit whose keywords the premise's power matches; paper evidence when there is no power."""
    text = (premise.power.name if premise.power else "").lower()
    if premise.scores.get("rebirth", 0) > 0:
        text += " " + " ".join(next((g["keys"] for g in bank.gifts if g["id"] == "fate"), ()))
    matching = [g for g in bank.gifts if any(key in text for key in g.get("keys", ()))]
    if matching:
        return matching[0]
    wanted = "spirit" if premise.power else "paper"
    return next(g for g in bank.gifts if g["id"] == wanted)


def _pick(rng: random.Random, values: Any) -> str:
    return str(rng.choice(cast(list[str], values))) if isinstance(values, list) else str(values)


def _of_era(values: Any, era: str) -> Any:
    """A pool, or the part of it for this era."""
    if not isinstance(values, dict):
        return values
    by_era = cast(Mapping[str, Any], values)
    return by_era.get(era) or by_era["now"]


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
        words.setdefault(name, _pick(rng, _of_era(values, era)))
    words |= {"secret": secret_clause(premise, bible) or words["secret"]} | (
        {"clock": premise.clock} if premise.clock else {}
    )
    words |= _kin_words(roles, bank)
    lessons = [
        x.rstrip(".。!！") for x in premise.lessons if count(x, premise.language) <= MAX_LESSON[premise.language]
    ]
    words |= {"lesson": lessons[0]} if lessons else {}
    places = location_roles(bible)
    located = {loc.id: loc for loc in bible.locations}
    elsewhere = {role: tuple(dict.fromkeys(places[name] for name in names)) for role, names in BIBLE_PLACES.items()}
    props = prop_roles(bible)
    things = {p.id: p for p in bible.props}
    dated: Mapping[str, str] = bank.phrases.get("period", {}).get(era, {})
    return Binding(
        premise.language, roles, {role: located[ids[0]] for role, ids in elsewhere.items()}, elsewhere,
        {role: things[props[name]] for role, name in BIBLE_PROPS.items()}, words, _nouns(bible, bank),
        bank.phrases.get("measures", {}), {}, tuple(gift["sees"]), dated, _period(dated),
    )  # fmt: skip


def _period(dated: Mapping[str, str]) -> re.Pattern[str] | None:
    words = sorted(dated, key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(map(re.escape, words)) + r")\b", re.IGNORECASE) if words else None


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


def _nouns(bible: Bible, bank: Bank) -> dict[str, str]:
    plates, kinds = bank.phrases["plates"], bank.phrases["props"]
    found = {loc.id: _short(loc.name, plates[loc.plate], bank.language) for loc in bible.locations}
    return found | {p.id: _short(p.name.lower(), kinds[p.kind], bank.language) for p in bible.props}
