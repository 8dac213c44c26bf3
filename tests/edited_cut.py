"""A cut of three files, written as OTIO and edited as a person would: for tests of reading it back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import opentimelineio as otio

from engine.footage.exchange import read_cut, write_cut
from engine.timeline import Caption, Clip, Effect, Marker, SoundClip, Source, Timeline
from tests.footage_timelines import Measured

Edit = Callable[[Any], None]
LENGTHS = {"a.mp4": 400, "b.mp4": 300, "m.wav": 500, "new.mp4": 240}
"""Frames at 24."""


def probe(path: Path) -> Measured:
    return Measured(LENGTHS[path.name] / 24, has_picture=path.suffix != ".wav")


def make_media(folder: Path) -> Path:
    """`folder` with the files of the cut."""
    for name in LENGTHS:
        (folder / name).write_bytes(b"media")
    return folder.resolve()


def cut(folder: Path) -> Timeline:
    """Three clips: with a shake, with a hold of its last ten frames, at double speed; dialogue and music."""
    sources = (
        Source("A", str(folder / "a.mp4"), 400),
        Source("B", str(folder / "b.mp4"), 300),
        Source("M", str(folder / "m.wav"), 500, has_picture=False),
    )
    picture = (
        Clip("A", 0, 40, 10, (Effect("shake", 5, 10, 14.0, "rage-shake", "peak 0.9"),), "r1", "c1"),
        Clip("B", 40, 30, 60, (Effect("hold", 20, 10, 1.0, "freeze", "drop"),), "r2", "c2"),
        Clip("A", 70, 30, 100, (), "r3", "c3", 2.0),
    )
    sound = (
        SoundClip("DX", "A", 0, 40, 10, -3.0, 2, 3), SoundClip("DX", "B", 40, 60, 60), SoundClip("MX", "M", 0, 100, 0),
    )  # fmt: skip
    captions = (Caption(5, 20, ("Come here.",)), Caption(45, 60, ("No.",)))
    return Timeline(0, 24, 100, picture, (), captions, (), (Marker("peak", 12),), sources=sources, sound=sound)


def edited(folder: Path, edit: Edit, **given: Any) -> Timeline:
    """The cut after `edit` of its OTIO timeline."""
    path = folder / "cut.otio"
    write_cut(cut(folder), path, (1080, 1920), "x")
    timeline = otio.adapters.read_from_file(str(path))
    edit(timeline)
    otio.adapters.write_to_file(timeline, str(path))
    return read_cut(path, folder, given.get("probe", probe))


def span(start: float, frames: float, rate: float = 24.0) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(otio.opentime.RationalTime(start, rate), otio.opentime.RationalTime(frames, rate))


def external(folder: Path, name: str, start: int = 0) -> otio.schema.ExternalReference:
    return otio.schema.ExternalReference(name, span(start, LENGTHS[Path(name).name]))
