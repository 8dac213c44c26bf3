"""Names for a cast: pools by language, era, sex and age; first letters or characters all differ. No roles, no looks."""

from __future__ import annotations

import random
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files

from engine.core import Language
from engine.story.told import OLD_ERAS

CHILD_AGE, ELDER_AGE = 14, 50
"""Below the first a nickname is given; from the second on, a name of that generation (Chinese)."""


@lru_cache(maxsize=2)
def _pools(language: Language) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    raw = tomllib.loads((files("configs") / "names" / f"{language}.toml").read_text("utf-8"))
    return {
        era: {part: tuple(name.strip() for name in listed.split(",")) for part, listed in pools.items()}
        for era, pools in raw.items()
    }


def initial(name: str) -> str:
    """What must differ within a cast: the first letter without accents, or the first character.

    >>> initial("Élan"), initial("沈知意")
    ('E', '沈')
    """
    return unicodedata.normalize("NFD", name.strip())[:1].upper()


def sex_of(name: str, language: Language) -> str:
    """The sex a first name belongs to by the pools, or by a final -a; '' when open.

    >>> sex_of("Mara", "en"), sex_of("Conrad", "en"), sex_of("Quetzal", "en")
    ('female', 'male', '')
    """
    for pools in _pools(language).values():
        for sex in ("female", "male"):
            if name in pools[sex]:
                return sex
    return "female" if language == "en" and name.endswith("a") else ""


class Namer:
    """Draws names without replacement for one cast; `taken` are the premise's own."""

    def __init__(self, language: Language, era: str, seed: str, taken: Iterable[str] = ()) -> None:
        self.language = language
        self.pools = _pools(language)["old" if era in OLD_ERAS else "now"]
        self.random = random.Random(f"names-{language}-{seed}")
        self.initials = {initial(name) for name in taken}
        self.names = set(taken)

    def surname(self) -> str:
        """A surname nobody in the cast has; in Chinese its first character is new too."""
        return self._draw("surname", self.language == "zh")

    def given(self, sex: str, age: int) -> str:
        """A given name; in English its initial is new to the cast."""
        return self._draw(self._pool(sex, age), self.language == "en" or age < CHILD_AGE)

    def _pool(self, sex: str, age: int) -> str:
        if age < CHILD_AGE:
            return "young" if self.language == "zh" else f"young_{sex}"
        if age >= ELDER_AGE and self.language == "zh":
            return "elder" if sex == "male" else "elder_female"
        return sex

    def _draw(self, pool: str, new_initial: bool) -> str:
        names = list(self.pools[pool])
        self.random.shuffle(names)
        apart = new_initial or self.language == "zh"  # a Chinese given name must not double a surname: 简简宁
        free = [n for n in names if n not in self.names and not (apart and initial(n) in self.initials)]
        name = free[0] if free else next(n for n in names if n not in self.names)
        self.names.add(name)
        if new_initial:
            self.initials.add(initial(name))
        return name


def slug(name: str) -> str:
    """A lower-case ASCII word for ids: letters without accents; '' for names in other scripts.

    >>> slug("Inês Prado"), slug("沈知意")
    ('ines_prado', '')
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "_".join("".join(c if c.isalnum() else " " for c in plain).split())
