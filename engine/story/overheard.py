"""What a script's words give away: how a line is felt and spoken, which cliffhanger it is. Word tables only, no plot."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from engine.core import CliffKind, Language
from engine.story.fountain import Speech
from engine.story.markup import unword
from engine.story.phrases import listed, phrases
from models.base import EMOTIONS
from models.words import count

QUOTE_LIMITS = {"en": 9, "zh": 20}
"""Words (characters) of a line that stand for it in titles and synopses."""
_WIDE = str.maketrans(",.?!:;", "，。？！：；")
_CLIFFS: tuple[CliffKind, ...] = (
    "impossible", "betrayal", "identity", "slip", "clock", "choice", "object", "offer", "peril", "arrival",
)  # fmt: skip


def felt(speech: Speech, language: Language) -> tuple[str, str]:
    """Emotion and delivery by the bracketed words; an exclamation without any is anger, the rest neutral."""
    how = speech.parenthetical.lower()
    tables = phrases(language)
    spoken: Mapping[str, str] = tables["spoken_as"]
    delivery = next((d for d, words in spoken.items() if _any(how, listed(words), language)), "voice")
    direct = unword(language, re.split(r"[,，/]", how)[0], EMOTIONS)
    felt: Mapping[str, str] = tables["felt"]
    named = (
        direct
        if direct in EMOTIONS
        else next((e for e, words in felt.items() if _any(how, listed(words), language)), "")
    )
    shouted = speech.text.rstrip('”"').endswith(("!", "！"))
    return named or ("anger" if shouted else "neutral"), delivery


def hearing(speech: Speech, emotion: str, delivery: str, language: Language) -> str:
    """What the bracketed direction says beside the emotion and the delivery it was read as."""
    tables = phrases(language)
    told = {emotion, *listed(tables["felt"].get(emotion, "")), *listed(tables["spoken_as"].get(delivery, ""))}
    parts = [part.strip() for part in re.split(r"[,，、]", speech.parenthetical)]
    kept = [part for part in parts if part and part.lower() not in told]
    return ("，" if language == "zh" else ", ").join(kept)[:200]


def _any(text: str, words: Sequence[str], language: Language) -> bool:
    if language == "zh":
        return any(word in text for word in words)
    return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) for word in words)


def cliff_kind(text: str, rest: Sequence[CliffKind], language: Language) -> CliffKind:
    """The kind whose words the last line names most, none of the last two episodes' kinds."""
    table: Mapping[str, str] = phrases(language)["cliff"]
    low = text.lower()
    scores = {kind: sum(_any(low, [word], language) for word in listed(table[kind])) for kind in _CLIFFS}
    free: list[CliffKind] = [kind for kind in _CLIFFS if kind not in rest]
    best = sorted(free, key=lambda kind: -scores[kind])[0]
    return best if scores[best] else ("slip" if "slip" in free else free[-1])


def quote(text: str, language: Language, room: int | None = None) -> str:
    """The first words of a line, with a mark where it is cut."""
    plain = text.strip(' .。“”"')
    room = min(room or 99, QUOTE_LIMITS[language])
    if count(plain, language) <= room:
        return plain
    if language == "zh":
        return plain[: room - 1] + "…"
    parts = plain.split()
    while len(parts) > 1 and count(" ".join(parts), language) > room:
        parts.pop()
    return " ".join(parts).rstrip(",;:") + "…"


def full_width(text: str, language: Language) -> str:
    """In Chinese, half-width marks beside Han become full-width."""
    if language == "en":
        return text
    return re.sub(r"(?<=[㐀-鿿”])[,.?!:;]|[,.?!:;](?=[㐀-鿿“])", lambda m: m[0].translate(_WIDE), text)
