"""Softer figures of a finished series: how much two seeds share, how often phrases return, how long episodes play."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from engine.core import Series
from engine.story.realise import grams, normal_sentences
from engine.story.shots import planned_seconds

MARKERS: dict[str, tuple[str, ...]] = {
    "rival": ("pay", "paid", "cost", "price", "bill", "buy", "bought", "worth", "cheap", "expensive", "debt", "sell"),
    "ally": ("one", "two", "three", "four", "five", "six", "nine", "ten", "eleven", "count", "twice", "half"),
    "traitor": ("dear", "darling", "sweetheart", "one"),
    "innocent": ("?",),
}


@dataclass(frozen=True)
class Quality:
    """Figures of one series. Seconds are planned; attribution is the share of lines with the speaker's own marker."""

    worst_gram: int
    share_of_dialogue: float
    attribution: float
    seconds_low: float
    seconds_high: float


def report(series: Series) -> Quality:
    """The figures of one series."""
    names = frozenset(c.name for c in series.bible.characters)
    lines = [line for episode in series.episodes for line in episode.lines()]
    found = Counter(g for line in lines for g in grams(line.text, series.language, names))
    seconds = [sum(planned_seconds(s, series.language) for s in e.scenes) for e in series.episodes]
    roles = {c.id: c.role for c in series.bible.characters}
    marked = [m for line in lines if (m := _marked(line.text, roles.get(line.speaker, "extra"))) is not None]
    return Quality(
        worst_gram=max(found.values(), default=0),
        share_of_dialogue=sum(line.kind == "dialogue" for line in lines) / max(1, len(lines)),
        attribution=sum(marked) / max(1, len(marked)),
        seconds_low=min(seconds),
        seconds_high=max(seconds),
    )


def _marked(text: str, role: str) -> bool | None:
    """Whether a line carries its role's marker; None for roles whose voice is plainness itself."""
    markers = MARKERS.get(role)
    return None if markers is None else any(marker in text.lower() for marker in markers)


def shared_lines(a: Series, b: Series) -> float:
    """Share of the sentences of `a` that `b` also speaks."""
    ours, theirs = _sentences(a), set(_sentences(b))
    return sum(s in theirs for s in ours) / max(1, len(ours))


def _sentences(series: Series) -> list[str]:
    return [s for episode in series.episodes for line in episode.lines() for s in normal_sentences(line.text)]


def edit_distance(a: Series, b: Series) -> float:
    """Levenshtein distance between two series' scenes, 0 same to 1 different; a scene is what happens in it, names
    aside: its step and the deeds and functions of its lines."""
    x, y = _story(a), _story(b)
    row = list(range(len(y) + 1))
    for i, left in enumerate(x, 1):
        previous, row[0] = row[0], i
        for j, right in enumerate(y, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (left != right))
    return row[-1] / max(len(x), len(y), 1)


def _story(series: Series) -> list[tuple[Sequence[str], str]]:
    return [([line.function for line in e.lines()], e.cliffhanger.kind) for e in series.episodes]
