"""The one word counter, used by engine and models alike. Text in, counts out: no story, no models."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()


def spoken_number(digits: str) -> list[str]:
    """English words for a run of digits as spoken: '42' -> ['forty', 'two']; 10+ digits are read one by one."""
    if len(digits) > 9 or (digits.startswith("0") and len(digits) > 1):
        return [_ONES[int(d)] for d in digits]
    value = int(digits)
    if value < 20:
        return [_ONES[value]]
    if value < 100:
        return [_TENS[value // 10]] + ([_ONES[value % 10]] if value % 10 else [])
    for size, name in ((1_000_000, "million"), (1_000, "thousand"), (100, "hundred")):
        if value >= size:
            rest = value % size
            return spoken_number(str(value // size)) + [name] + (spoken_number(str(rest)) if rest else [])
    raise AssertionError(digits)


def words(text: str) -> list[str]:
    """Spoken words of an English line: letter runs with inner apostrophes; hyphenated words are their parts.

    >>> words("It's a well-kept 42.")
    ["It's", 'a', 'well', 'kept', 'forty', 'two']
    """
    out: list[str] = []
    for token in _WORD.findall(unicodedata.normalize("NFKC", text)):
        for part in re.findall(r"\d+|[^\d]+", token):
            if part.isascii() and part.isdigit():
                out.extend(spoken_number(part))
            else:
                out.append(part)
    return out


def han(text: str) -> int:
    """Number of Han characters."""
    return len(_HAN.findall(text))


def characters(text: str) -> int:
    """Characters of a Chinese line with punctuation, without white space."""
    return sum(not c.isspace() for c in text)


def count(text: str, language: str) -> int:
    """The budgeted size of a spoken line: words in English, characters with punctuation in Chinese."""
    return characters(text) if language == "zh" else len(words(text))


LIMITS = {"en": 60, "zh": 200}
"""Most that one episode may speak, by language (words; characters with punctuation)."""
