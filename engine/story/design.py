"""How a cast looks and sounds: six drawn designs told apart at a glance, six voices told apart by ear. No story."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from engine.core import Design, Language, Role, VoiceDirection
from engine.story.told import OLD_ERAS
from models.base import COLOURS, Look
from models.looks import LEAST_COLOUR_GAP, MOST_OVERLAP, differences, hair_gap, outfit_gap, overlap

ELDER, CHILD = 55, 14
MIN_SEMITONES, MIN_YEARS = 3.0, 8
"""Two voices differ by at least one of these."""
MIN_DIFFERENCES = 3
"""Of the six traits of models.looks.differences, between any two of a cast."""
OVERLAPS = (0.82, 0.84, MOST_OVERLAP, 0.9, 1.0)
"""How alike two outlines of a cast may be: the first that lets everybody have a fitting head of hair."""
GAPS = (LEAST_COLOUR_GAP + 3, LEAST_COLOUR_GAP, 0.0)
"""How far apart two of a cast are in colour: the first that can be had."""
PLAINER = {"school": ("dress", "street"), "hospital": ("coat", "coat"), "armour": ("robe", "coat")}
"""What to wear (woman, man) where an outfit has one colour whatever is asked, and somebody has it already."""
MOST_STEPS = 20_000
"""Tries of one search before the next, easier limit."""

HAIR: Mapping[str, tuple[str, ...]] = {
    "female": ("long", "bob", "wavy", "ponytail", "layered", "curtain", "twin_tails"),
    "male": ("layered", "curtain", "undercut", "slick"),
    "female_old": ("palace_bun", "long", "wavy", "ponytail", "twin_tails"),
    "male_old": ("topknot", "long", "ponytail", "wavy"),
    "female_child": ("twin_tails", "bob", "ponytail", "curtain"),
    "male_child": ("curtain", "layered", "undercut", "slick"),
    "female_elder": ("granny_bun", "bob", "curtain", "layered"),
    "female_elder_old": ("granny_bun", "palace_bun", "wavy", "ponytail"),
    "male_elder": ("slick", "undercut", "curtain", "layered"),
    "male_elder_old": ("topknot", "long", "ponytail", "wavy"),
}
"""Heads of hair that fit, the likeliest first; no pins and buns of women for men."""
LAST_RESORTS: Mapping[str, tuple[str, ...]] = {
    "female": (), "male": ("ponytail", "long"),
    "female_old": ("curtain", "layered", "bob"), "male_old": ("slick", "layered", "curtain", "undercut"),
}  # fmt: skip
"""What is out of fashion, worn only when nothing that fits is left to tell people apart by."""
LIKELY = 4
FORMAL = ("suit", "uniform", "coat", "blazer")
GIRLISH, GIRL = ("twin_tails",), 24
"""What no woman over that age wears."""
DARK, MIDDLE = ("raven", "blue_black", "brown_black"), ("chestnut", "auburn")
BRIGHT = ("blond", "silver", "crimson", "violet")
"""Hair that one in a cast may have; grey elders do not count."""
HUES: Mapping[Role, tuple[str, ...]] = {
    "lead": ("crimson", "teal", "emerald", "violet", "sky", "red"),
    "rival": ("black", "navy", "grey"),
    "ally": ("brown", "grey", "teal", "navy"),
    "traitor": ("cream", "rose", "white"),
    "authority": ("navy", "black", "grey", "violet"),
    "innocent": ("gold", "sky", "red", "white"),
}
ACCESSORIES: Mapping[Role, tuple[str, ...]] = {
    "lead": ("pendant", "hairpin", "earrings", "glasses"),
    "rival": ("gloves", "tattoo", "scar"),
    "ally": ("tattoo", "scar", "pendant"),
    "traitor": ("earrings", "glasses", "hairpin", "pendant"),
    "authority": ("beard", "crown", "glasses", "hairpin", "veil", "earrings"),
    "innocent": (),
}
WOMEN_ONLY, MEN_ONLY, MODERN_ONLY = ("earrings", "hairpin", "veil"), ("beard",), ("glasses",)
EYES: Mapping[Role, tuple[str, ...]] = {
    "lead": ("round", "cat"), "rival": ("narrow", "cat"), "ally": ("hooded", "round"),
    "traitor": ("cat", "hooded"), "authority": ("hooded", "narrow"), "innocent": ("round",),
}  # fmt: skip
PITCH: Mapping[Role, float] = {
    "lead": 0.0, "rival": -3.0, "ally": -1.0, "traitor": 2.0, "authority": -4.0, "innocent": 3.0,
}  # fmt: skip
PACE: Mapping[Role, float] = {
    "lead": 1.0, "rival": 0.9, "ally": 1.1, "traitor": 0.96, "authority": 0.9, "innocent": 1.04,
}  # fmt: skip


MEN: Mapping[Role, str] = {
    "lead": "street", "ally": "street", "rival": "suit", "traitor": "suit", "authority": "coat", "innocent": "coat",
}  # fmt: skip
WOMEN: Mapping[Role, str] = {
    "lead": "dress", "ally": "street", "rival": "gown", "traitor": "blazer", "authority": "coat", "innocent": "coat",
}  # fmt: skip


T = TypeVar("T")
FIRST: tuple[Role, ...] = ("innocent", "lead", "authority")
"""Who chooses first: the child has least choice of hair, the lead the best claim."""
Person = tuple[Role, str, int, str]
"""Role, sex, age and trade of one to design."""


def look_of(design: Design, sex: str, age: int) -> Look:
    """A design as something that can be measured."""
    return Look(sex=sex, age=age, **design.model_dump())


def search(options: Sequence[Sequence[T]], fits: Callable[[T, T], bool], most: int = MOST_STEPS) -> list[T] | None:
    """One of each row so that any two fit, earlier ones preferred; None when there is none within `most` tries."""
    chosen: list[T] = []
    at = [0] * len(options)
    for _ in range(most):
        if len(chosen) == len(options):
            return chosen
        row = len(chosen)
        if at[row] == len(options[row]):
            if not chosen:
                return None
            at[row] = 0
            chosen.pop()
            continue
        wanted = options[row][at[row]]
        at[row] += 1
        if all(fits(other, wanted) for other in chosen):
            chosen.append(wanted)
    return None


class Stylist:
    """Designs one cast whose outlines and colours are told apart; no accessory, hair or cloth colour is given twice."""

    def __init__(self, language: Language, era: str, seed: str, outfits: Mapping[str, str]) -> None:
        self.language, self.era, self.outfits = language, era, outfits
        self.random = random.Random(f"design-{language}-{seed}")
        self.used: set[str] = set()

    def cast(self, people: Sequence[Person]) -> dict[Role, Design]:
        """A design for each, no two alike."""
        order = sorted(people, key=lambda p: FIRST.index(p[0]) if p[0] in FIRST else len(FIRST))
        sketches = [(self._sketch(*person), person[1], person[2]) for person in order]
        combed = self._combed(sketches)
        coloured = self._coloured([p[0] for p in order], combed)
        return {person[0]: design for person, design in zip(order, coloured, strict=True)}

    def _sketch(self, role: Role, sex: str, age: int, occupation: str) -> Design:
        """A design whose hair and colours are still to be chosen."""
        accessory = self._accessory(role, sex)
        return Design(
            hair="",
            hair_colour="raven",
            eyes=EYES[role][0],
            eye_colour=self.random.choice(("amber", "steel", "jade", "wine")),
            skin=self._skin(sex, age),
            outfit=self._outfit(role, sex, age, occupation),
            outfit_colour=HUES[role][0],
            accessories=(accessory,) if accessory else (),
            build=self._build(role, sex, age),
        )

    def _build(self, role: Role, sex: str, age: int) -> str:
        """Men who guard and rule are broad, the young and the sly slight."""
        if age < CHILD or (sex == "female" and role in ("innocent", "traitor")):
            return "slight"
        return "broad" if sex == "male" and role in ("ally", "authority") else "medium"

    def _combed(self, sketches: Sequence[tuple[Design, str, int]]) -> list[Look]:
        """Heads of hair with outlines as different as can be had; what is out of fashion only where nothing else is."""
        heads = [_kempt(self._hairs(sex, age), design.outfit) for design, sex, age in sketches]
        strange = [self._last_resorts(sex, heads[k]) for k, (_, sex, _) in enumerate(sketches)]

        def options(most: bool) -> list[list[Look]]:
            return [
                [
                    look_of(design.model_copy(update={"hair": hair}), sex, age)
                    for hair in (*own, *(extra if most else ()))
                ]
                for (design, sex, age), own, extra in zip(sketches, heads, strange, strict=True)
            ]

        def fits(limit: float) -> Callable[[Look, Look], bool]:
            return lambda a, b: (a.hair != b.hair or _generations(a, b)) and overlap(a, b) <= limit

        tries = [(limit, False) for limit in OVERLAPS if limit <= MOST_OVERLAP]
        tries += [(limit, True) for limit in OVERLAPS if limit >= MOST_OVERLAP]
        found = (row for limit, most in tries if (row := search(options(most), fits(limit))))
        return next(found, None) or [row[0] for row in options(False)]

    def _coloured(self, roles: Sequence[Role], looks: Sequence[Look]) -> list[Design]:
        """Colours of hair and cloth, and eyes, so that nobody is taken for another."""
        options = [self._colours(role, look) for role, look in zip(roles, looks, strict=True)]

        def fits(gap: float) -> Callable[[Look, Look], bool]:
            return lambda a, b: max(hair_gap(a, b), outfit_gap(a, b)) >= gap and _apart(a, b) and not _both_bright(a, b)

        found = next((row for gap in GAPS if (row := search(options, fits(gap)))), None)
        return [_design(look) for look in found or [row[0] for row in options]]

    def _colours(self, role: Role, look: Look) -> list[Look]:
        """A look in every colour and with the eyes that suit the role: the role's own colours first."""
        own, rest = self._shuffled(HUES[role]), self._shuffled([c for c in COLOURS if c not in HUES[role]])
        hair = self._hair_colours(role, look.age)
        eyes = self._shuffled(EYES[role])
        return [
            replace(look, outfit=outfit, outfit_colour=cloth, hair_colour=colour, eyes=eye)
            for outfit in self._wearable(look)
            for cloth in (*own, *rest)
            for colour in hair
            for eye in eyes
        ]

    def _wearable(self, look: Look) -> list[str]:
        plainer = PLAINER.get(look.outfit)
        return [look.outfit, self._of_era(plainer[look.sex == "male"], look.sex)] if plainer else [look.outfit]

    def _shuffled(self, words: Sequence[str]) -> list[str]:
        return self.random.sample(list(words), len(words))

    def _fresh(self, words: Sequence[str]) -> str:
        """The first word nobody wears yet; the first of all when every one is taken."""
        word = next((w for w in words if w not in self.used), words[0])
        self.used.add(word)
        return word

    def _hairs(self, sex: str, age: int) -> list[str]:
        """Heads of hair for a sex, an age and the era: the likely ones in chance order, then the others."""
        old = self._old
        kind = "_child" if age < CHILD else "_elder" if age >= ELDER else old
        own = HAIR.get(f"{sex}{kind}{old}", HAIR[sex + kind])
        likely = list(own[:LIKELY]) if kind in ("_elder", "_child") else self._shuffled(own[:LIKELY])
        rest = [hair for hair in HAIR[sex + old] if hair not in own]
        return [hair for hair in (*likely, *own[LIKELY:], *rest) if hair not in GIRLISH or age <= GIRL]

    @property
    def _old(self) -> str:
        return "_old" if self.era in OLD_ERAS else ""

    def _last_resorts(self, sex: str, own: Sequence[str]) -> list[str]:
        return [hair for hair in LAST_RESORTS[sex + self._old] if hair not in own]

    def _hair_colours(self, role: Role, age: int) -> list[str]:
        """In the order of preference: dark hair is likelier than bright, and never bright first for a lead."""
        if age >= ELDER:
            return ["silver"]
        if self.language == "zh" and self.era != "fantasy":
            return list(dict.fromkeys(self._shuffled((*DARK, *DARK, "chestnut"))))
        bright = BRIGHT if self.era == "fantasy" else ("blond",)
        found = list(dict.fromkeys(self._shuffled((*3 * DARK, *3 * MIDDLE, *bright))))
        return sorted(found, key=lambda colour: colour in BRIGHT) if role == "lead" else found

    def _skin(self, sex: str, age: int) -> str:
        if age >= ELDER:
            return "old"
        if self.language == "en" and self.era not in OLD_ERAS and self.random.random() < 0.25:
            return "deep"
        return "male" if sex == "male" and age >= CHILD else self.random.choice(("fair", "pale"))

    def _accessory(self, role: Role, sex: str) -> str:
        barred = (*(MEN_ONLY if sex == "female" else WOMEN_ONLY), *(MODERN_ONLY if self.era in OLD_ERAS else ()))
        barred = barred if self.era in OLD_ERAS else (*barred, "crown", "veil")
        wanted = ACCESSORIES[role] if role in ("rival", "ally") else self._shuffled(ACCESSORIES[role])
        fitting = [a for a in wanted if a not in barred and a not in self.used]
        if not ACCESSORIES[role]:
            return ""
        spare = [a for a in ("scar", "tattoo", "pendant", "gloves", "glasses") if a not in (*barred, *self.used)]
        return self._fresh(fitting or spare)

    def _outfit(self, role: Role, sex: str, age: int, occupation: str) -> str:
        for outfit, words in self.outfits.items():
            if any(word.strip() in occupation.lower() for word in words.split(",")):
                return self._of_era(outfit, sex)
        if self.era in OLD_ERAS:
            return self._of_era("robe" if sex == "male" or role == "authority" else "gown", sex)
        if age < CHILD:
            return "school"
        if sex == "male":
            return MEN[role]
        return WOMEN[role]

    def _of_era(self, outfit: str, sex: str) -> str:
        if self.era == "palace" and self.language == "zh" and outfit in ("gown", "dress", "hospital", "street", "suit"):
            return "hanfu"
        if self.era in OLD_ERAS:
            swaps = {"suit": "robe", "hospital": "robe", "uniform": "armour", "street": "coat", "blazer": "robe"}
            outfit = swaps.get(outfit, outfit)
            return "hanfu" if self.language == "zh" and outfit in ("gown", "dress") else outfit
        return {"suit": "blazer"}.get(outfit, outfit) if sex == "female" else {"gown": "suit"}.get(outfit, outfit)


def _kempt(hairs: Sequence[str], outfit: str) -> list[str]:
    """Windswept hair comes last where the clothes are formal."""
    return sorted(hairs, key=lambda hair: outfit in FORMAL and hair == "layered")


def _apart(a: Look, b: Look) -> bool:
    return a.outfit_colour != b.outfit_colour and differences(a, b) >= MIN_DIFFERENCES


def _both_bright(a: Look, b: Look) -> bool:
    return all(look.hair_colour in BRIGHT and look.age < ELDER for look in (a, b))


def _generations(a: Look, b: Look) -> bool:
    """A child and a grown one: a son may wear his father's cut, and is not taken for him."""
    return (a.age < CHILD) != (b.age < CHILD)


def _design(look: Look) -> Design:
    """The reverse of look_of: a Design is a Look without sex and age."""
    return Design(**{name: getattr(look, name) for name in Design.model_fields})


def _distance(base: float, pitch: int) -> tuple[float, int]:
    return abs(pitch - base), pitch


def spread_voices(cast: Sequence[tuple[Role, int, str]], timbres: Mapping[Role, str]) -> list[VoiceDirection]:
    """Pitches (semitones) so that any two of (role, age, sex) differ by 3 semitones or 8 years; `timbres` are words."""
    out: list[VoiceDirection] = []
    for index, (role, age, _) in enumerate(cast):
        earlier = [(out[i].pitch, cast[i][1]) for i in range(index)]
        nearest = sorted(range(-12, 13), key=partial(_distance, PITCH[role]))
        pitch = next(
            float(p)
            for p in nearest
            if all(abs(p - other) >= MIN_SEMITONES or abs(age - years) >= MIN_YEARS for other, years in earlier)
        )
        out.append(VoiceDirection(pitch=pitch, pace=PACE[role], timbre=timbres[role]))
    return out
