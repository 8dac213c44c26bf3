"""How a cast looks and sounds: six drawn designs told apart at a glance, six voices told apart by ear. No story."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from functools import partial

from engine.core import Design, Language, Role, VoiceDirection

OLD_ERAS = ("palace", "fantasy")
ELDER, CHILD = 55, 14
MIN_SEMITONES, MIN_YEARS = 3.0, 8
"""Two voices differ by at least one of these."""
MIN_DIFFERENCES = 3
"""Of hair silhouette, hair value, outfit hue, eye shape and accessory, between any two of a cast."""

HAIR: Mapping[str, tuple[str, ...]] = {
    "female": ("long", "bob", "wavy", "ponytail", "layered", "curtain"),
    "male": ("layered", "curtain", "undercut", "slick", "long", "ponytail"),
    "female_old": ("palace_bun", "long", "wavy", "ponytail", "twin_tails", "curtain"),
    "male_old": ("topknot", "long", "ponytail", "layered", "slick", "curtain"),
    "female_child": ("twin_tails", "bob", "ponytail"),
    "male_child": ("curtain", "layered", "undercut"),
    "female_elder": ("granny_bun", "palace_bun", "bob"),
    "male_elder": ("slick", "curtain", "layered"),
}
DARK, MIDDLE, LIGHT = ("raven", "blue_black", "brown_black"), ("chestnut", "auburn"), ("blond", "silver")
VALUE = {**dict.fromkeys(DARK, 0), **dict.fromkeys((*MIDDLE, "violet", "crimson"), 1), **dict.fromkeys(LIGHT, 2)}
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


def differences(a: Design, b: Design) -> int:
    """In how many of the five visible traits two designs differ."""
    return sum(
        (
            a.hair != b.hair,
            VALUE[a.hair_colour] != VALUE[b.hair_colour],
            a.outfit_colour != b.outfit_colour,
            a.eyes != b.eyes,
            a.accessories != b.accessories,
        )
    )


class Stylist:
    """Designs one cast; hair, hue and accessory are never given twice."""

    def __init__(self, language: Language, era: str, seed: str, outfits: Mapping[str, str]) -> None:
        self.language, self.era, self.outfits = language, era, outfits
        self.random = random.Random(f"design-{language}-{seed}")
        self.used: set[str] = set()

    def design(self, role: Role, sex: str, age: int, occupation: str) -> Design:
        accessory = self._accessory(role, sex)
        return Design(
            hair=self._hair(sex, age),
            hair_colour=self._hair_colour(age),
            eyes=self.random.choice(EYES[role]),
            eye_colour=self.random.choice(("amber", "steel", "jade", "wine")),
            skin=self._skin(sex, age),
            outfit=self._outfit(role, sex, age, occupation),
            outfit_colour=self._fresh(self._shuffled(HUES[role])),
            accessories=(accessory,) if accessory else (),
            build="slight"
            if age < CHILD
            else ("broad" if sex == "male" and role in ("ally", "authority") else "medium"),
        )

    def _shuffled(self, words: Sequence[str]) -> list[str]:
        return self.random.sample(list(words), len(words))

    def _fresh(self, words: Sequence[str]) -> str:
        """The first word nobody wears yet; the first of all when every one is taken."""
        word = next((w for w in words if w not in self.used), words[0])
        self.used.add(word)
        return word

    def _hair(self, sex: str, age: int) -> str:
        kind = "_child" if age < CHILD else "_elder" if age >= ELDER else "_old" if self.era in OLD_ERAS else ""
        own = list(HAIR[sex + kind])
        rest = [h for h in HAIR[f"{sex}_old" if self.era in OLD_ERAS else sex] if h not in own]
        head = own if kind in ("_elder", "_child") else self._shuffled(own[:4]) + own[4:]
        return self._fresh([*head, *rest])

    def _hair_colour(self, age: int) -> str:
        if age >= ELDER:
            return "silver"
        if self.language == "zh" and self.era != "fantasy":
            return self.random.choice((*DARK, *DARK, "chestnut"))
        if self.era == "fantasy":
            return self.random.choice((*DARK, "silver", "crimson", "violet", "blond"))
        return self.random.choice((*DARK, *MIDDLE, *MIDDLE, "blond"))

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
