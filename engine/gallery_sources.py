"""What of a series is there to show: its intent beside each episode's manifest, takes and cut.

Reads files that anybody may have changed: names that lead out of the vault and damaged cuts count as missing. Knows no
page and makes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.batching import Progress
from engine.config import Profile
from engine.core import Episode, Series
from engine.manifest import Manifest, TakeEntry, read_manifest, script_print
from engine.rates import Rate
from engine.store import SeriesFolder

HEARD = ("onset", "surge", "peak", "drop", "silence")
MAX_CUT_BYTES = 16_000_000


@dataclass(frozen=True)
class Cut:
    """Where a shot stands in the master, in seconds, and what the cut does to it."""

    at: float
    seconds: float
    effects: tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """One episode with what is rendered of it."""

    episode: Episode
    folder: Path
    manifest: Manifest | None
    state: str
    cuts: Mapping[str, Cut]


@dataclass(frozen=True)
class Show:
    """The series that is shown."""

    folder: SeriesFolder
    series: Series
    profile: Profile
    shown: tuple[Shown, ...]
    progress: Progress


def look_at(folder: SeriesFolder, series: Series, profile: Profile, episode: Episode) -> Shown:
    place = folder.episode(profile, series.language, episode.number)
    manifest = read_manifest(place)
    if manifest is None:
        return Shown(episode, place, None, "written", {})
    state = "rendered" if manifest.script == script_print(series, episode) else "edited since"
    return Shown(episode, place, manifest, state, read_cuts(place / "cut.otio", manifest.rate))


def read_cuts(path: Path, rate: Rate) -> dict[str, Cut]:
    """Shots of a cut.otio by id; nothing when it is missing or damaged (verify says so)."""
    try:
        if path.stat().st_size > MAX_CUT_BYTES:
            return {}
        tracks = json.loads(path.read_bytes())["tracks"]["children"]
        clips = next(track["children"] for track in tracks if track["kind"] == "Video")
        return shots_of(clips, rate)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, StopIteration, RecursionError):
        return {}


def shots_of(clips: Iterable[Mapping[str, Any]], rate: Rate) -> dict[str, Cut]:
    cuts: dict[str, Cut] = {}
    at = 0.0
    for clip in clips:
        seconds = float(clip["source_range"]["duration"]["value"]) / rate
        told = [effect_words(marker) for marker in clip["markers"]]
        before = cuts.get(str(clip["name"]), Cut(at, 0.0, ()))
        effects = tuple(dict.fromkeys((*before.effects, *told)))
        cuts[str(clip["name"])] = Cut(before.at, before.seconds + seconds, effects)
        at += seconds
    return cuts


def effect_words(marker: Mapping[str, Any]) -> str:
    """'punch in on surge' of a marker that an edit rule left; causes that are no sound stay with the cut."""
    cause = str(marker["metadata"]["cliffhanger"].get("cause") or "").split(" ")[0]
    name = str(marker["name"]).replace("_", " ").replace("-", " ")
    return f"{name} on {cause}" if cause in HEARD else name


def take_path(show: Show, entry: TakeEntry) -> Path | None:
    """The file of a manifest's take; None when it is gone or its name would lead out of the vault."""
    stage, name = Path(entry.stage).name, Path(entry.file).name
    if (stage, name) != (entry.stage, entry.file) or stage.startswith(".") or name.startswith("."):
        return None
    path = show.folder.vault.root / stage / name
    return path if path.is_file() else None


def takes_of(show: Show, shown: Shown, stage: str) -> dict[str, Path]:
    """Files by unit of one stage of a rendered episode."""
    entries = shown.manifest.takes if shown.manifest else ()
    paths = {entry.unit: take_path(show, entry) for entry in entries if entry.stage == stage}
    return {unit: path for unit, path in paths.items() if path is not None}
