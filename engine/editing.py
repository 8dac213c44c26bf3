"""Edits made by hand: finds them, checks them, records them as a revision. A refused edit leaves every file untouched.

Order of writing: scripts, then history, then series.json; a kill in between is healed by the next run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.core import Series, UserError
from engine.store import SeriesFolder, edited_scripts
from engine.story.checks import Fault, check_series
from engine.story.scriptfile import apply_markdown, to_markdown
from engine.vault import write_text

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
    if _same(series, recorded) or _stale(folder, series, recorded):
        series = recorded
    edited, scripts = _apply_scripts(folder, series, recorded)
    if _same(edited, recorded):
        if folder.load().revision != recorded.revision:
            folder.save(recorded)
        return recorded, ""
    require_valid(edited, "the edit")
    revised = edited.model_copy(update={"revision": recorded.revision + 1})
    changed = changed_episodes(recorded, revised)
    rewrite_scripts(folder, revised)
    folder.save(revised)
    folder.decide("edit", revision=revised.revision, episodes=changed, scripts=[str(p) for p in scripts])
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


def _same(a: Series, b: Series) -> bool:
    return a.model_copy(update={"revision": 0}) == b.model_copy(update={"revision": 0})


def _stale(folder: SeriesFolder, series: Series, recorded: Series) -> bool:
    """Whether series.json is simply the revision before: a run was killed between the two writes."""
    before = folder.root / "history" / f"series-r{recorded.revision - 1:04d}.json"
    return (
        series.revision < recorded.revision
        and before.is_file()
        and folder.series_path.read_bytes() == before.read_bytes()
    )


def script_paths(folder: SeriesFolder, series: Series) -> list[dict[int, Path]]:
    """Per rendition of the series' language: script.md by episode number."""
    found: list[dict[int, Path]] = []
    for rendition in sorted((folder.root / "renditions").glob(f"*-{series.language}-*")):
        found.append({e.number: rendition / f"e{e.number:03d}" / "script.md" for e in series.episodes})
    return found


def _apply_scripts(folder: SeriesFolder, series: Series, recorded: Series) -> tuple[Series, list[Path]]:
    """The series with every edited script.md applied; two different edits of one episode are refused."""
    seen: dict[int, tuple[str, Path]] = {}
    for scripts in script_paths(folder, recorded):
        for number, text in edited_scripts(recorded, scripts, to_markdown).items():
            path = scripts[number]
            if number in seen and seen[number][0] != text:
                raise UserError(f"episode {number} was edited in two places, {seen[number][1]} and {path}: keep one")
            seen[number] = (text, path)
    for number, (text, _) in sorted(seen.items()):
        series = apply_markdown(series, number, text)
    return series, [path.relative_to(folder.root) for _, path in seen.values()]


def rewrite_scripts(folder: SeriesFolder, series: Series) -> None:
    """Brings every existing script.md to what the series says."""
    for scripts in script_paths(folder, series):
        for number, path in scripts.items():
            text = to_markdown(series, number)
            if path.is_file() and path.read_text(encoding="utf-8") != text:
                write_text(path, text)


def changed_episodes(before: Series, after: Series) -> list[int]:
    old = {e.number: e for e in before.episodes}
    return [e.number for e in after.episodes if old.get(e.number) != e]
