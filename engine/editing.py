"""Edits made by hand: finds them, checks them, records them as a revision. A refused edit leaves every file untouched.

Order of writing: documents and scripts, series.json, the decision, and last the record in history. A kill in between
leaves the record as it was, so the next run finds the same edit again and ends in the same files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.core import Episode, Series, UserError
from engine.store import SeriesFolder, edited_scripts
from engine.story.checks import Fault, check_series
from engine.story.scriptfile import apply_markdown, to_markdown
from engine.vault import write_text
from engine.writing import arc_markdown, bible_markdown

MOST_FAULTS = 3


def current_series(folder: SeriesFolder) -> tuple[Series, str]:
    """The series as a person left it, checked and recorded, and one line on what changed ('' when nothing did).

    UserError names episode, line and rule of an edit that breaks one. The caller holds the series lock."""
    series = folder.load()
    recorded = folder.recorded()
    if recorded is None:
        require_valid(series, "series.json")
        folder.save(series)
        return series, ""
    edited = _apply_scripts(folder, series, recorded)
    if _same(edited, recorded):
        if series.revision != recorded.revision:
            folder.save(recorded)
        return recorded, ""
    require_valid(edited, "the edit")
    revised = edited.model_copy(update={"revision": recorded.revision + 1})
    changed = changed_episodes(recorded, revised)
    _rewrite_documents(folder, recorded, revised)
    rewrite_scripts(folder, revised)
    _decide_once(folder, revised.revision, changed)
    folder.save(revised)
    what = f"episodes {', '.join(map(str, changed))}" if changed else "the bible"
    return revised, f"revision {revised.revision}: your edit of {what} was checked and recorded"


def require_valid(series: Series, where: str) -> None:
    faults = check_series(series)
    if faults:
        raise UserError(f"{where} breaks a rule: {spell(faults)}; nothing was changed")


def spell(faults: Sequence[Fault]) -> str:
    """At most three faults in one line."""
    texts = list(dict.fromkeys(fault.message for fault in faults))
    more = f" (and {len(texts) - MOST_FAULTS} more)" if len(texts) > MOST_FAULTS else ""
    return "; ".join(texts[:MOST_FAULTS]) + more


def changed_episodes(before: Series, after: Series) -> list[int]:
    old = {e.number: e for e in before.episodes}
    return [e.number for e in after.episodes if old.get(e.number) != e]


def script_paths(folder: SeriesFolder, series: Series) -> list[dict[int, Path]]:
    """Per rendition of the series' language: script.md by episode number."""
    found: list[dict[int, Path]] = []
    for rendition in sorted((folder.root / "renditions").glob(f"*-{series.language}-*")):
        found.append({e.number: rendition / f"e{e.number:03d}" / "script.md" for e in series.episodes})
    return found


def rewrite_scripts(folder: SeriesFolder, series: Series) -> None:
    """Brings every existing script.md to what the series says."""
    for scripts in script_paths(folder, series):
        for number, path in scripts.items():
            text = to_markdown(series, number)
            if path.is_file() and path.read_text(encoding="utf-8-sig") != text:
                write_text(path, text)


def _same(a: Series, b: Series) -> bool:
    return a.model_copy(update={"revision": 0}) == b.model_copy(update={"revision": 0})


def _apply_scripts(folder: SeriesFolder, series: Series, recorded: Series) -> Series:
    """`series` with every edited script.md applied. Two different edits of one episode are refused."""
    told = _by_number(series)
    before = _by_number(recorded)
    places = {number: "series.json" for number in told if told[number] != before.get(number)}
    for scripts in script_paths(folder, recorded):
        for number, text in edited_scripts(recorded, scripts, to_markdown).items():
            name = str(scripts[number].relative_to(folder.root))
            episode = _read_script(series, recorded, number, text)
            if number in places and episode != told[number]:
                raise UserError(f"episode {number} was edited in two places, {places[number]} and {name}: keep one")
            told[number] = episode
            places.setdefault(number, name)
    episodes = tuple(told[e.number] for e in series.episodes)
    return series.model_copy(update={"episodes": episodes})


def _by_number(series: Series) -> dict[int, Episode]:
    return {episode.number: episode for episode in series.episodes}


def _read_script(series: Series, recorded: Series, number: int, text: str) -> Episode:
    """An edited script.md, written from the recorded revision; or from series.json, when a run was killed after it had
    brought the script to what an edit of series.json says."""
    try:
        return _by_number(apply_markdown(recorded, number, text))[number]
    except UserError:
        if _same(series, recorded) or number not in _by_number(series):
            raise
        return _by_number(apply_markdown(series, number, text))[number]


def _rewrite_documents(folder: SeriesFolder, recorded: Series, revised: Series) -> None:
    """bible.md and arc.md follow, unless a person wrote into them."""
    documents: Mapping[str, tuple[str, str]] = {
        "bible.md": (bible_markdown(recorded), bible_markdown(revised)),
        "arc.md": (arc_markdown(recorded), arc_markdown(revised)),
    }
    for name, (old, new) in documents.items():
        path = folder.root / name
        if old != new and path.is_file() and path.read_bytes() == old.encode():
            write_text(path, new)


def _decide_once(folder: SeriesFolder, revision: int, episodes: list[int]) -> None:
    """The edit among the decisions; not again when a run was killed right after it."""
    if not any(d["kind"] == "edit" and d.get("revision") == revision for d in folder.decisions()):
        folder.decide("edit", revision=revision, episodes=episodes)
