"""Markers and cuts as JSON lists for other programs. Knows the timeline; no media, no rules.

Numbers are plain: whole frames at the timeline's rate, seconds to the microsecond. Keys always stand in one order."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine import vault
from engine.rates import Rate, seconds_of
from engine.timeline import Clip, Effect, Marker, SoundClip, Timeline

SECOND_DIGITS = 6
STRENGTH_DIGITS = 4


def markers_json(markers: Sequence[Marker], rate: Rate) -> list[dict[str, Any]]:
    """`[{"kind", "frame", "seconds", "strength", "reason"}]` in order of time; frames count at `rate`.

    ValueError for a strength that is no number."""
    return [
        {
            "kind": _text(marker.kind),
            "frame": marker.frame,
            "seconds": _seconds(marker.frame, rate),
            "strength": _number(marker.strength),
            "reason": _text(marker.reason),
        }
        for marker in sorted(markers, key=lambda m: (m.frame, m.kind, -m.strength))
    ]


def cuts_json(timeline: Timeline) -> list[dict[str, Any]]:
    """One entry a clip, the opening one included (its rule is empty unless one chose it).

    `frame`, `duration` and the effects' frames count in the cut; `source_frame` in the file, at the timeline's rate.
    `file` is the source's name without its folder. Of sound alone: its clips, which have no effects."""
    files = {source.id: Path(source.path).name for source in timeline.sources}
    if timeline.picture:
        return [_cut(clip, timeline.rate, files) for clip in timeline.picture]
    return [_sound(clip, timeline.rate, files) for clip in sorted(timeline.sound, key=lambda c: (c.start, c.track))]


def write_markers(path: Path, markers: Sequence[Marker], rate: Rate) -> None:
    """`markers_json` as a file, whole or not at all. UserError when the disk refuses."""
    vault.write_json(path, markers_json(markers, rate))


def write_cuts(path: Path, timeline: Timeline) -> None:
    """`cuts_json` as a file, whole or not at all. UserError when the disk refuses."""
    vault.write_json(path, cuts_json(timeline))


def _cut(clip: Clip, rate: Rate, files: Mapping[str, str]) -> dict[str, Any]:
    told = {"rule": _text(clip.rule), "cause": _text(clip.cause)}
    effects = [_effect(effect, clip.start, rate) for effect in clip.effects]
    return {**_place(clip, clip.shot, rate, files), **told, "effects": effects}


def _sound(clip: SoundClip, rate: Rate, files: Mapping[str, str]) -> dict[str, Any]:
    return {**_place(clip, clip.source, rate, files), "rule": "", "cause": "", "effects": []}


def _place(clip: Clip | SoundClip, source: str, rate: Rate, files: Mapping[str, str]) -> dict[str, Any]:
    return {
        "frame": clip.start,
        "seconds": _seconds(clip.start, rate),
        "duration": clip.duration,
        "source": _text(source),
        "file": _text(files.get(source, "")),
        "source_frame": clip.source_start,
        "speed": _number(clip.speed),
    }


def _effect(effect: Effect, clip_start: int, rate: Rate) -> dict[str, Any]:
    frame = clip_start + effect.start
    return {
        "kind": _text(effect.kind),
        "frame": frame,
        "seconds": _seconds(frame, rate),
        "duration": effect.duration,
        "strength": _number(effect.strength),
        "rule": _text(effect.rule),
        "cause": _text(effect.cause),
    }


def _seconds(frame: int, rate: Rate) -> float:
    return round(seconds_of(frame, rate), SECOND_DIGITS)


def _number(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError(f"{value} cannot be written as JSON")
    return round(float(value), STRENGTH_DIGITS)


def _text(value: str) -> str:
    """Names of files may hold bytes that are no UTF-8; they are written as question marks."""
    return value.encode("utf-8", "replace").decode("utf-8")
