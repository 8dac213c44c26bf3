"""The small grammar of script.md: escapes, words in the series' language, cue lines and shot heads. No series, no files."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.core import Language
from engine.story.phrases import phrases

DOT = " · "
_JOINER = "\u200d"  # inside emoji
_CODED = re.compile(r"\\u\{([0-9a-f]{1,6})\}")
_CUE = re.compile(r"(?P<who>[^:：(（]+?)\s*(?:[(（](?P<how>[^)）]*)[)）])?\s*[:：] ?(?P<text>.*)", re.DOTALL)
_LEADS = ("#", ">", "*", "-")


@dataclass(frozen=True)
class Cue:
    """`NAME (emotion/delivery, hearing): text` taken apart; `how` None when there are no brackets."""

    who: str
    how: str | None
    text: str


def escape(text: str, also: str = "") -> str:
    r"""One printable line: control, bidi and edge space characters, the backslash and those in `also` become \u{..}.

    >>> escape("a\nb ", "(")
    'a\\u{a}b\\u{20}'
    """
    last = len(text) - 1
    return "".join(
        f"\\u{{{ord(c):x}}}" if _coded(c, also) or (i in (0, last) and c.isspace()) else c for i, c in enumerate(text)
    )


def _coded(character: str, also: str) -> bool:
    kind = unicodedata.category(character)
    hidden = kind in ("Cc", "Cf", "Cs", "Zl", "Zp") and character != _JOINER
    return hidden or character == "\\" or character in also


def unescape(text: str) -> str:
    r"""The text that `escape` was given; a backslash without braces stays as it is.

    >>> unescape("a\\u{a}b\\n")
    'a\nb\\n'
    """
    return _CODED.sub(lambda found: chr(min(int(found[1], 16), 0x10FFFF)), text)


def say(language: Language, key: str, **slots: object) -> str:
    """A phrase of the readable script with its slots."""
    return str(phrases(language)["script"][key]).format(**slots)


def word(language: Language, value: str, also: str = "") -> str:
    """A vocabulary word as the script writes it; an unknown one as it is, escaped."""
    words: Mapping[str, str] = phrases(language).get("script_words", {})
    return words.get(value) or escape(value, also)


def unword(language: Language, written: str, vocabulary: Sequence[str]) -> str:
    """The vocabulary word behind a written one, in either language; what is none comes back unescaped."""
    words: Mapping[str, str] = phrases(language).get("script_words", {})
    plain = unescape(written.strip())
    if plain.lower() in vocabulary:
        return plain.lower()
    return next((value for value in vocabulary if words.get(value) == plain), plain)


def plain_label(name: str) -> bool:
    """Whether a name can stand before a colon as it is."""
    return bool(name.strip()) and escape(name, ":：()（）") == name and not name.startswith(_LEADS)


def read_cue(row: str) -> Cue | None:
    """A cue line taken apart, None when it is none.

    >>> read_cue("沈知意（柔，近）：姐姐来得真巧。")
    Cue(who='沈知意', how='柔，近', text='姐姐来得真巧。')
    """
    found = _CUE.fullmatch(row)
    if not found or row.startswith(_LEADS):
        return None
    return Cue(found["who"].strip(), found["how"], found["text"])


def split_how(how: str) -> tuple[list[str], str]:
    """'cold/phone, soft, far' -> (['cold', 'phone'], 'soft, far'); the full-width comma counts too."""
    head, _, rest = re.sub(r"[,，]", ",", how, count=1).partition(",")
    return [part.strip() for part in re.split(r"[/／]", head)], rest.removeprefix(" ")
