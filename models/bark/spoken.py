"""What Bark is given to say: a line's words with Bark's own cues for its emotion, in pieces within its reach.

The words are never changed: cues are signs beside them ([sighs], ..., ♪), capitals and marks. The cues are those of
Bark's README (github.com/suno-ai/bark, 'non-speech sounds'); which emotion gets which, how often, is ours. Text
only: no tokens."""

from __future__ import annotations

import math
import re
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from models import sounding
from models.bark.casting import check_language
from models.base import DELIVERIES, EMOTIONS

VERSION = 1
"""Of the cues and cuts, for the recipes of takes: raise it when the same line would be given otherwise."""
MAX_CHARACTERS = 20_000
"""Most that one line may hold."""
MAX_WORD = 100
"""A longer run without a space is no word; Bark reads 256 tokens at once, at most one a character."""
SOUNDS = ("laughs", "laughter", "sighs", "gasps", "clears throat")
"""What Bark makes of these in square brackets. A script that writes one gets it; it gets no [music]."""
LEAST_TEMPERATURE, MOST_TEMPERATURE = 0.4, 1.0
"""Under it Bark drones, over it Bark leaves the words; a profile's own setting beyond them stands."""


@dataclass(frozen=True)
class Cue:
    """An emotion in Bark's terms. `sound` leads about `share` of the lines at full arousal, none at arousal 0; from
    `stress` and `hesitate` on, of arousal, a word is in capitals and a pause becomes an ellipsis. `loose` is how far
    the temperature moves, as a share of it."""

    sound: str = ""
    share: float = 0.0
    stress: float = 2.0
    hesitate: float = 2.0
    loose: float = 0.0


CUES = {
    "neutral": Cue(),
    "joy": Cue("laughs", 0.5, stress=0.8, loose=0.10),
    "tender": Cue("sighs", 0.15, hesitate=0.7, loose=-0.05),
    "smirk": Cue("laughs", 0.35, loose=0.05),
    "anger": Cue(stress=0.5, loose=0.08),
    "rage": Cue(stress=0.2, loose=0.15),
    "fear": Cue("gasps", 0.4, hesitate=0.4, loose=0.10),
    "shock": Cue("gasps", 0.7, stress=0.7, loose=0.12),
    "grief": Cue("sighs", 0.6, hesitate=0.3, loose=0.05),
    "tears": Cue("sighs", 0.5, hesitate=0.2, loose=0.12),
    "resolve": Cue("clears throat", 0.1, stress=0.8, loose=-0.05),
    "cold": Cue(loose=-0.12),
    "plead": Cue("sighs", 0.2, stress=0.7, hesitate=0.5, loose=0.08),
    "triumph": Cue("laughs", 0.3, stress=0.4, loose=0.10),
}
QUIET = ("whisper", "inner")
"""Deliveries without capitals."""
PLAIN = ("narrator", "whisper")
"""Deliveries without sounds."""
_KEPT = frozenset(".,;:?!'’%&$£€¥+-—–…，。！？；：、·।॥¿¡")
_SOUND = rf"\[(?:{'|'.join(SOUNDS)})\]"
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff々〆\U00020000-\U0003ffff"
_BREAKS = "，。！？；：、…—।॥"
_SPOKEN = re.compile(rf"{_SOUND}|[{_CJK}]|[^\W_{_CJK}](?:[^\s{_CJK}{_BREAKS}]*[^\W_{_CJK}])?", re.IGNORECASE)
"""A word, a Chinese or Japanese character, or a sound asked for by the script."""
_OPENING = '"“‘「『《（([{<¿¡'
_SENTENCE, _CLAUSE = re.compile(r"[.!?。！？…।॥]"), re.compile(r"[,;:，；：、—–]|\s-+\s")
REACH = {2: 0.7, 1: 0.5, 0: 0.5, -1: 0.5}
"""How far from where a line would be cut into equal parts a place still counts, in parts, by its strength."""
_ABBREVIATIONS = frozenset("mr mrs ms dr st jr sr vs prof".split())
_SINGING = re.compile("[♪♫♩♬]")
_WORD = re.compile(rf"{_SOUND}|[^\W\d_]+(?:['-]\w+)*")
_SMALL = frozenset(
    "about after again also been before because being could does doing done down else even ever every from "
    "have having here into just like many more most much only other over said same should some such than that "
    "their them then there these they this those though through till until upon very was were what when where "
    "which while will with would your yours you're they're don't".split()
)
"""Words that are not put in capitals: too small to carry a sentence."""


def bark_text(text: str, emotion: str, delivery: str, language: str, arousal: float) -> str:
    """A line as Bark reads it, with its emotion's cues; the words and their order are the text's own.

    A sound leads some lines of its emotion, drawn by the text itself: the same text has always the same cues.
    `arousal` 0..1. ValueError, one line: unknown emotion, delivery or language, or nothing in the text can be spoken.

    >>> bark_text("You lied to me, all of you.", "rage", "voice", "en", 0.8)
    'You LIED to me, all of you.'
    """
    way = _way(text, emotion, delivery, language, arousal)
    return _acted(text, way, way.sound)


def pieces(
    text: str, emotion: str, delivery: str, language: str, arousal: float, seconds_most: float
) -> list[tuple[str, str]]:
    """(the line's own words, the same as Bark reads them) for each piece that `clauses` cuts; a sound leads one."""
    way = _way(text, emotion, delivery, language, arousal)
    parts = clauses(text, language, seconds_most)
    return [(part, _acted(part, way, way.sound if place == 0 else "")) for place, part in enumerate(parts)]


def temperature_of(emotion: str, arousal: float, base: float) -> float:
    """How freely a line is drawn: `base` moved by its emotion, further with arousal (0.5 is the table), within
    LEAST_TEMPERATURE and MOST_TEMPERATURE. ValueError for an unknown emotion."""
    moved = base * (1 + _cue(emotion).loose * (0.4 + 1.2 * min(1.0, max(0.0, arousal))))
    return min(max(moved, min(base, LEAST_TEMPERATURE)), max(base, MOST_TEMPERATURE))


def expected_seconds(text: str, language: str) -> float:
    """How long a line usually takes to say: the estimate by which takes are judged too (models.sounding).

    That counts syllables at a rate for English and Mandarin and at the English one for all others. Measured on espeak
    at 165 words a minute (Mandarin 206), four lines a language: said in 0.98 of it in English, 0.99 in Mandarin, 0.97
    German, 0.78 French, 0.77 Spanish, 0.70 Italian, 0.84 Portuguese, 0.96 Polish, 0.53 Russian, 0.96 Turkish, 1.06
    Hindi, 0.82 Korean, 1.00 Japanese: too long rather than too short. ValueError for an unknown language."""
    check_language(language)
    return sounding.expected_seconds(text, language)


def clauses(text: str, language: str, seconds_most: float) -> list[str]:
    """The line in pieces of at most `seconds_most` expected seconds, single words excepted; whole where it fits.

    Cut at sentence ends, where none is near at commas and the like, else between words; in pieces of about equal
    length, for Bark babbles after a lone word. The pieces joined are the text, but for white space and unseen
    characters. ValueError: unknown language, no time at all, nothing to be spoken, a text or a word beyond all
    measure."""
    check_language(language)
    if not seconds_most > 0:
        raise ValueError(f"pieces of {seconds_most:g} seconds cannot be spoken")
    seen = _seen(text)
    words = [found.span() for found in _SPOKEN.finditer(seen) if _voiced(found.group())]
    if not words:
        raise ValueError("nothing in the text can be spoken")
    longest = max(stop - start for start, stop in words)
    if longest > MAX_WORD:
        raise ValueError(f"a word of {longest} characters, limit {MAX_WORD}")
    cuts = [_cut(seen, left[1], right[0]) for left, right in pairwise(words)]
    weights = [max(1, sounding.syllables(seen[start:stop])) for start, stop in words]
    line = _Line(seen, language, seconds_most, cuts, weights)
    spans = _joined(line, _divide(line, 0, len(words)))
    return [" ".join(seen[start:stop].split()) for start, stop in spans]


# -- cutting


@dataclass(frozen=True)
class _Line:
    """A text with the places between its words, (character, strength) each, and every word's weight in syllables."""

    text: str
    language: str
    most: float
    cuts: list[tuple[int, int]]
    weights: list[int]

    def fits(self, start: int, stop: int) -> bool:
        return expected_seconds(self.text[start:stop], self.language) <= self.most

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Characters of the words first..last-1 with the marks that belong to them."""
        start = self.cuts[first - 1][0] if first else 0
        return start, self.cuts[last - 1][0] if last <= len(self.cuts) else len(self.text)


def _joined(line: _Line, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Neighbours that fit together made one: each seam is a risk to the voice."""
    out = spans[:1]
    for start, stop in spans[1:]:
        if line.fits(out[-1][0], stop):
            out[-1] = (out[-1][0], stop)
        else:
            out.append((start, stop))
    return out


def _divide(line: _Line, first: int, last: int) -> list[tuple[int, int]]:
    """Words first..last-1 as one span, or cut in two and each half divided again."""
    start, stop = line.span(first, last)
    if last - first == 1 or line.fits(start, stop):
        return [(start, stop)]
    parts = expected_seconds(line.text[start:stop], line.language) / line.most
    middle = _best_cut(line, first, last, math.ceil(min(parts, last - first)))
    return _divide(line, first, middle) + _divide(line, middle, last)


def _best_cut(line: _Line, first: int, last: int, parts: int) -> int:
    """The word before which to cut what will be so many parts: the strongest place near the middle, or the nearest one.

    Near is within REACH of a part, so that each keeps a good length."""
    total = sum(line.weights[first:last])
    wanted = (parts // 2) / parts
    best, chosen, so_far = (-3, 0.0), first + 1, 0
    for word in range(first + 1, last):
        so_far += line.weights[word - 1]
        off = abs(so_far / total - wanted)
        strength = line.cuts[word - 1][1]
        strength = strength if off <= REACH[strength] / parts else -2
        if (strength, -off) > best:
            best, chosen = (strength, -off), word
    return chosen


def _cut(text: str, stop: int, start: int) -> tuple[int, int]:
    """Where to cut between two words: after the marks of the first, before the opening ones of the second; how strong
    the place is: 2 a sentence's end, 1 a clause's, 0 between words, -1 between a title and its name."""
    gap = text[stop:start]
    spaces = [found.end() for found in re.finditer(r"\s+", gap)]
    place = spaces[-1] if spaces else len(gap.rstrip(_OPENING))
    if _SENTENCE.search(gap):
        before = re.split(r"[^A-Za-z]", text[max(0, stop - 12) : stop])[-1]
        title = gap.strip() == "." and (before.lower() in _ABBREVIATIONS or (len(before) == 1 and before != "I"))
        return stop + place, -1 if title else 2
    return stop + place, 1 if _CLAUSE.search(gap) else 0


# -- acting


@dataclass(frozen=True)
class _Way:
    """How a line is acted: the sound that leads it or none, and what is done to its words."""

    sound: str
    sings: bool
    hesitates: bool
    stresses: bool
    shouts: bool


def _way(text: str, emotion: str, delivery: str, language: str, arousal: float) -> _Way:
    cue = _cue(emotion)
    if delivery not in DELIVERIES:
        raise ValueError(f"unknown delivery {delivery!r}: choose from {', '.join(DELIVERIES)}")
    check_language(language)
    felt = min(1.0, max(0.0, arousal))
    asked = delivery in PLAIN or re.search(_SOUND, text, re.IGNORECASE) is not None
    drawn = zlib.crc32(f"{cue.sound} {' '.join(text.split())}".encode("utf-8", "replace")) / 2**32
    return _Way(
        sound=cue.sound if drawn < cue.share * felt and not asked else "",
        sings=_SINGING.search(text) is not None,
        hesitates=felt >= cue.hesitate,
        stresses=language == "en" and delivery not in QUIET and (felt >= cue.stress or delivery == "shout"),
        shouts=delivery == "shout",
    )


def _cue(emotion: str) -> Cue:
    if emotion not in CUES:
        raise ValueError(f"unknown emotion {emotion!r}: choose from {', '.join(EMOTIONS)}")
    return CUES[emotion]


def _acted(text: str, way: _Way, sound: str) -> str:
    said = _clean(text)
    if not _voiced(said):
        raise ValueError("nothing in the text can be spoken")
    if way.sings:
        return f"♪ {said} ♪"
    if way.hesitates:
        said = _hesitating(said)
    if way.stresses:
        said = _stressed(said)
    if way.shouts:
        said = re.sub(r"(?<![.。])([.。])$", lambda mark: "！" if mark.group() == "。" else "!", said)
    return f"[{sound}] {said}" if sound else said


def _seen(text: str) -> str:
    """Without control and formatting characters. ValueError for a text beyond all measure."""
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"{len(text)} characters to speak at once, limit {MAX_CHARACTERS}")
    return "".join(c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")


def _voiced(text: str) -> bool:
    return any(c.isalnum() for c in unicodedata.normalize("NFKC", text))


def _clean(text: str) -> str:
    """Words, digits and plain marks; emoji, markup and other signs become spaces; known sounds stay in their brackets.

    >>> _clean("<b>No</b> 😂 [Sighs] you [music] lied…  !")
    'b No b [sighs] you music lied…!'
    """
    parts: list[str] = []
    for part in re.split(f"({_SOUND})", _seen(text), flags=re.IGNORECASE):
        parts.append(f" {part.lower()} " if re.fullmatch(_SOUND, part, re.IGNORECASE) else "".join(map(_letter, part)))
    said = " ".join(unicodedata.normalize("NFC", "".join(parts)).split())
    return re.sub(r"\s+(?=[.,;:?!，。！？；：、…]+(?:\s|$))", "", said).strip(" -–")


def _letter(c: str) -> str:
    if c in _KEPT:
        return "'" if c == "’" else c
    return unicodedata.normalize("NFKC", c) if unicodedata.category(c)[0] in "LNM" else " "


def _hesitating(said: str) -> str:
    """The first comma becomes an ellipsis; a line without one begins with it, if it has words enough to hesitate over.

    >>> _hesitating("I waited, and nobody came."), _hesitating("Do not leave me here."), _hesitating("No.")
    ('I waited... and nobody came.', '... Do not leave me here.', 'No.')
    """
    if "..." in said or "…" in said:
        return said
    paused = re.sub(r"(?<=\w)(?:,(?=\s)|，|、)", "...", said, count=1)
    if paused != said or len(_SPOKEN.findall(said)) < 4:
        return paused
    return f"... {said}"


def _stressed(said: str) -> str:
    """One word of each of the first two sentences in capitals, its longest (the first of equals) that is not a small
    one.

    >>> _stressed("Get out of my house. I never want to see you again!")
    'Get out of my HOUSE. I NEVER want to see you again!'
    """
    out, spent = "", 0
    for sentence in _sentences(said):
        words = [word for word in _WORD.finditer(sentence) if word.group().lower() not in _SMALL]
        words = [word for word in words if word.group().isalpha()]
        already = any(word.group().isupper() and len(word.group()) > 1 for word in words)
        word = max(words, key=lambda found: len(found.group()), default=None)
        if word and len(word.group()) >= 4 and not already and spent < 2:
            sentence = sentence[: word.start()] + word.group().upper() + sentence[word.end() :]
            spent += 1
        out += sentence
    return out


def _sentences(text: str) -> Iterator[str]:
    return (found.group() for found in re.finditer(r".+?(?:[.!?]+(?=\s|$)\s*|$)", text, re.DOTALL))
