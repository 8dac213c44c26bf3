"""Phoneme names in, mouth shapes out: closed aa eh ee oh oo fv grit. Knows espeak's mnemonics, no sound.

Vowels carry the picture; of the consonants only those that the eye knows count (b m p close the lips)."""

from __future__ import annotations

from collections.abc import Sequence

from models.base import Viseme

MIN_SECONDS = 3 / 24
"""A shape shorter than three frames flickers."""
SHAPES = ("closed", "aa", "eh", "ee", "oh", "oo", "fv", "grit")

_CLOSE, _VOWEL, _TEETH = 3, 2, 1
_STRESS = "',%=|"
_CONSONANTS = {
    "b": ("closed", _CLOSE), "m": ("closed", _CLOSE), "p": ("closed", _CLOSE),
    "f": ("fv", _TEETH), "v": ("fv", _TEETH),
    "s": ("grit", _TEETH), "S": ("grit", _TEETH), "z": ("grit", _TEETH), "Z": ("grit", _TEETH),
    "ts": ("grit", _TEETH), "tS": ("grit", _TEETH), "dZ": ("grit", _TEETH),
    "w": ("oo", _TEETH), "j": ("ee", _TEETH),
}  # fmt: skip
_VOWELS = {
    "a": "aa", "A": "aa", "V": "aa", "E": "eh", "e": "eh", "3": "eh", "@": "eh", "8": "eh", "I2": "ee", "i": "ee",
    "I": "ee", "O": "oh", "o": "oh", "0": "oh", "Q": "oh", "u": "oo", "U": "oo", "y": "oo", "Y": "oo",
}  # fmt: skip


def mouth_of(phoneme: str) -> tuple[str, int] | None:
    """Shape and importance of an espeak mnemonic; None where the mouth keeps what it has.

    >>> mouth_of("'aI"), mouth_of("tS"), mouth_of("_:"), mouth_of("k")
    (('aa', 2), ('grit', 1), ('closed', 3), None)
    """
    if phoneme.startswith("_") and not phoneme.startswith("_|"):
        return "closed", _CLOSE
    name = phoneme.lstrip(_STRESS)
    for table_key in (name[:2], name[:1]):
        if table_key in _CONSONANTS:
            return _CONSONANTS[table_key]
    return (_VOWELS[name[:1]], _VOWEL) if name[:1] in _VOWELS else None


def mouths(phonemes: Sequence[tuple[float, str]], stop: float) -> tuple[Viseme, ...]:
    """Shapes with their starts in seconds, each held MIN_SECONDS at least; begins and ends closed.

    Where two claim the same moment the lips' closing wins over a vowel, a vowel over teeth."""
    shown: list[tuple[float, str, int]] = [(0.0, "closed", 0)]
    heard = [(start, *mouth) for start, name in phonemes if (mouth := mouth_of(name))]
    for start, shape, weight in [*heard, (stop, "closed", _CLOSE + 1)]:
        _show(shown, start, shape, weight)
    return tuple(Viseme(shape, start) for start, shape, _ in shown)


def _show(shown: list[tuple[float, str, int]], start: float, shape: str, weight: int) -> None:
    while shown and start < shown[-1][0] + MIN_SECONDS and weight > shown[-1][2]:
        shown.pop()  # too short to be seen, and less important
    if not shown:
        shown.append((0.0, shape, weight))
    elif shape == shown[-1][1]:
        shown[-1] = (shown[-1][0], shape, max(weight, shown[-1][2]))
    elif start >= shown[-1][0] + MIN_SECONDS:
        shown.append((start, shape, weight))
