"""The bible's own words by language, and small joins over them. Words only: no people, no places."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from engine.core import Language


@lru_cache(maxsize=2)
def phrases(language: Language) -> Mapping[str, Any]:
    """The tables of configs/cast of a language."""
    return tomllib.loads((files("configs") / "cast" / f"{language}.toml").read_text("utf-8"))


def listed(text: str) -> list[str]:
    """'a, b' as ['a', 'b']."""
    return [part.strip() for part in text.split(",") if part.strip()]


def pick(rng: random.Random, options: list[str], slots: Mapping[str, str]) -> str:
    """One of the options with its slots filled."""
    return fill(rng.choice(options), slots)


def fill(pattern: str, slots: Mapping[str, str]) -> str:
    """A pattern with {slots} replaced, twice, since a slot's words may hold slots. Unknown slots stay a KeyError.

    >>> fill("{a} b", {"a": "x{c}", "c": "y"})
    'xy b'
    """
    once = pattern.format_map(slots)
    return once.format_map(slots) if "{" in once else once


def by_sex(pair: str, sex: str) -> str:
    """'father, mother' by the sex of who is named."""
    male, female = listed(pair)
    return female if sex == "female" else male


def article(noun: str) -> str:
    """'an heir', 'a baker'.

    >>> article("honest baker"), article("AI")
    ('an honest baker', 'an AI')
    """
    low = noun.lower()
    vowel = low[:1] in tuple("aeiou") and not low.startswith(("uni", "use", "eu", "one", "once"))
    return f"{'an' if vowel or low.startswith(('hour', 'honest', 'heir', 'honour')) else 'a'} {noun}"
