"""A cut of footage as OpenTimelineIO. Knows what of ours goes where in it; opens no media.

Clips carry `metadata["cliffhanger"]` with their source, rule and cause. Effects, captions, speech and what was heard are
markers of the clip that they belong to, so they move with it when somebody edits the cut."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any

import opentimelineio

from engine.footage.exchange_events import Event, Lane, Layout
from engine.interchange import HOURS, OURS, pin
from engine.rates import Rate, exact
from engine.timeline import Timeline

otio: Any = opentimelineio  # it carries no types


def to_otio(timeline: Timeline, layout: Layout, folder: Path, size: tuple[int, int], name: str) -> str:
    """OTIO JSON whose media are relative to `folder`. Effects, captions and what was heard are markers of the clips."""
    rate = timeline.rate
    start = otio.opentime.RationalTime(HOURS * 3600 * round(rate), float(rate))
    out = otio.schema.Timeline(name=name, global_start_time=start)
    out.metadata[OURS] = _told(timeline, folder, size)
    out.tracks.markers.extend(pin(item, 0, rate) for item in layout.loose)
    for lane in layout.lanes:
        out.tracks.append(_track(lane, timeline, folder))
    return otio.core.serialize_json_to_string(out, indent=2) + "\n"


def _told(timeline: Timeline, folder: Path, size: tuple[int, int]) -> dict[str, Any]:
    """What belongs to the whole cut. Notes only as far as JSON holds them."""
    sources = [{**asdict(source), "path": relative(source.path, folder)} for source in timeline.sources]
    told = {"episode": timeline.episode, "rate": exact(timeline.rate), "size": list(size), "sources": sources}
    return {**told, "frames": timeline.duration, "notes": plain_notes(timeline)}


def plain_notes(timeline: Timeline) -> dict[str, Any]:
    """The timeline's notes as JSON holds them; those that it does not are left out."""
    out: dict[str, Any] = {}
    for key, value in timeline.notes.items():
        with suppress(TypeError, ValueError):
            out[key] = json.loads(json.dumps(value, allow_nan=False))
    return out


def _track(lane: Lane, timeline: Timeline, folder: Path) -> Any:
    kinds = otio.schema.TrackKind
    track = otio.schema.Track(name=lane.name, kind=kinds.Video if lane.is_picture else kinds.Audio)
    at = 0
    for event in lane.events:
        if event.start > at:
            track.append(_gap(event.start - at, timeline.rate))
        track.append(_clip(event, timeline.rate, folder))
        at = event.stop
    if at < timeline.duration:
        track.append(_gap(timeline.duration - at, timeline.rate))
    return track


def _gap(frames: int, rate: Rate) -> Any:
    return otio.schema.Gap(source_range=_range(0, frames, rate))


def _clip(event: Event, rate: Rate, folder: Path) -> Any:
    source = event.source
    reference = otio.schema.ExternalReference(relative(source.path, folder), _range(0, source.frames, rate))
    reference.name = Path(source.path).name
    used = _range(event.source_start, event.duration, rate)
    out = otio.schema.Clip(name=reference.name, media_reference=reference, source_range=used)
    out.metadata[OURS] = _clip_told(event)
    if event.held:
        out.effects.append(otio.schema.FreezeFrame(name=event.held.rule))
    elif event.speed != 1:
        out.effects.append(otio.schema.LinearTimeWarp(name=event.rule, time_scalar=event.speed))
    out.markers.extend(pin(item, 0, rate) for item in event.pins)
    for marker in out.markers:
        marker.marked_range = otio.opentime.TimeRange(
            marker.marked_range.start_time + used.start_time, marker.marked_range.duration
        )
    return out


def _clip_told(event: Event) -> dict[str, Any]:
    told: dict[str, Any] = {"source": event.source.id, "number": event.number, "speed": event.speed}
    if event.sound is not None:
        return told | {k: getattr(event.sound, k) for k in ("gain_db", "fade_in", "fade_out")}
    return told | {"rule": event.rule, "cause": event.cause, "held": asdict(event.held) if event.held else None}


def _range(start: float, duration: int, rate: Rate) -> Any:
    time = otio.opentime.RationalTime
    return otio.opentime.TimeRange(time(start, float(rate)), time(duration, float(rate)))


def relative(path: str, folder: Path) -> str:
    """A media path as a file in `folder` names it; a first part with a colon is no URL."""
    found = PurePosixPath(Path(os.path.relpath(Path(path).resolve(), folder.resolve())).as_posix())
    return f"./{found}" if ":" in found.parts[0] else str(found)


def otio_losses(timeline: Timeline, layout: Layout) -> list[str]:
    """What OTIO has no place for, in sentences."""
    left = [key for key in timeline.notes if key not in plain_notes(timeline)]
    return [f"notes that are no plain data: {', '.join(left)}"] if left else []
