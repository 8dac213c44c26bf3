"""Markers of an edited OTIO file -> what we pinned to its clips, checked. Knows our metadata; trusts none of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from engine.footage.exchange_spread import MOST_FRAMES, seconds
from engine.interchange import OURS, Pinned, moved, span_of
from engine.rates import Rate
from engine.timeline import Caption, Effect, Graphic, Hit, Marker, Span, Speech

KINDS: dict[str, TypeAdapter[Any]] = {
    kind.__name__.lower(): TypeAdapter(kind) for kind in (Caption, Effect, Graphic, Hit, Marker, Span, Speech)
}
LONGEST_TEXT = 400
STRONGEST = 10_000.0
MOST_WORDS = 200
BREAKING = ("Cc", "Cs", "Zl", "Zp")
"""Categories of characters that end lines or are none; joiners and marks of direction are text."""
Lasting = TypeVar("Lasting", Effect, Graphic, Span, Speech)
_KIND = re.compile(r"^[a-z][a-z0-9_-]{0,31}$")


def plain_data(value: Any) -> Any:
    """OTIO's metadata as dicts and lists of Python."""
    if isinstance(value, str | int | float) or value is None:
        return value
    if hasattr(value, "items"):
        pairs: list[tuple[Any, Any]] = list(value.items())
        return {str(key): plain_data(item) for key, item in pairs}
    items: list[Any] = list(value) if hasattr(value, "__iter__") else []
    return [plain_data(item) for item in items]


def ours(item: Any) -> dict[str, Any]:
    """What of ours an OTIO object carries; empty for what others made."""
    told = plain_data(item.metadata.get(OURS, {}))
    return cast("dict[str, Any]", told) if isinstance(told, dict) else {}


def text_of(told: Mapping[str, Any], key: str) -> str:
    """A text that a file tells, one printable line."""
    value = told.get(key, "")
    return one_line(value) if isinstance(value, str) else ""


def one_line(text: str) -> str:
    return "".join(" " if unicodedata.category(c) in BREAKING else c for c in text)[:LONGEST_TEXT]


def read_pins(markers: Iterable[Any], zero: Fraction, rate: Rate) -> Iterator[tuple[int, Pinned | None]]:
    """(frame, what is pinned there), counted from `zero` seconds of the marked item's own clock; None for a marker that is
    not ours, or damaged."""
    for marker in markers:
        yield round((seconds(marker.marked_range.start_time) - zero) * rate), read_pin(ours(marker))


def read_pin(told: Mapping[str, Any]) -> Pinned | None:
    """The item that our metadata tells, its frames from its own start; None when it tells none that could be."""
    kind = KINDS.get(str(told.get("is", "")))
    if kind is None:
        return None
    try:
        item: Pinned = kind.validate_python(dict(told))
    except ValidationError:
        return None
    start, length = span_of(item)
    if not 1 <= length <= MOST_FRAMES or abs(start) > MOST_FRAMES or not _sound(item):
        return None
    return moved(item, -start)


def _sound(item: Pinned) -> bool:
    """Whether what it says is what we could have said."""
    texts = [value for value in vars(item).values() if isinstance(value, str)]
    if isinstance(item, Caption):
        texts += [*item.rows, *(word.text for word in item.words)]
        if not item.rows or len(item.words) > MOST_WORDS:
            return False
    if isinstance(item, Effect | Marker | Hit | Span | Graphic) and not _KIND.match(item.kind):
        return False
    strength = getattr(item, "strength", 0.0)
    if isinstance(item, Graphic):
        texts = item.text.split("\n")  # lettering has lines of its own
    return abs(strength) <= STRONGEST and all(text == one_line(text) for text in texts)


def cropped(item: Lasting, length: int) -> Lasting | None:
    """What of it lies in the first `length` frames of its clip or of the programme; None: nothing."""
    first, lasts = span_of(item)
    start, stop = max(0, first), min(length, first + lasts)
    if stop <= start:
        return None
    if isinstance(item, Span):
        return replace(item, start=start, stop=stop)
    return replace(item, start=start, duration=stop - start)
