"""A cut of footage for other editors, and back: OpenTimelineIO, CMX 3600, Final Cut Pro 7 and X. Knows files, plays none.

Read back is OpenTimelineIO only: it holds all that we write and what others change of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from engine.core import UserError
from engine.footage.edl import edl_losses, to_edl
from engine.footage.exchange_events import Layout, lay_out
from engine.footage.exchange_media import Probe
from engine.footage.exchange_otio import otio_losses, to_otio
from engine.footage.exchange_reading import read_timeline
from engine.footage.fcp7 import fcp7_losses, to_fcp7
from engine.footage.fcpx import fcpx_losses, to_fcpx
from engine.footage.media import open_media
from engine.footage.motion import FOOTAGE_EFFECTS
from engine.footage.vetting import read_otio
from engine.interchange import plain
from engine.timeline import Timeline
from engine.vault import write_text

Size = tuple[int, int]
LONGEST_NAME = 200


def write_cut(timeline: Timeline, path: Path, size: Size, name: str) -> list[str]:
    """Writes a cut of footage in the format of `path`'s suffix (FORMATS). `size` is the picture's width and height; relative
    paths of sources are from the working directory. Returns what the format cannot hold, a sentence each.

    UserError for another suffix, a timeline without sources, or more events than the format counts."""
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise UserError(f"'{path.name}' is no cut that can be written: choose from {', '.join(FORMATS)}")
    if not timeline.sources:
        raise UserError("this timeline names no media files: only a cut of footage is written so")
    write, losses = FORMATS[suffix]
    shown = plain(name, LONGEST_NAME) or "cut"
    layout = lay_out(timeline)
    write_text(path, write(timeline, layout, path.parent, size, shown))
    return losses(timeline, layout)


def read_cut(path: Path, folder: Path, probe: Probe = open_media) -> Timeline:
    """The timeline of an OTIO file, of footage or of an episode, as somebody left it. Media lie relative to the file, and
    all in `folder`; `probe` tells of each its seconds and whether it has picture and sound.

    `notes["not_kept"]` lists in sentences what could not be kept; `notes["name"]` and, when it is our file,
    `notes["size"]` come with it. What is black is a clip of rule 'gap' under an effect 'black'.
    UserError for a file that is no OTIO or hostile, media that are missing, remote or elsewhere, and cuts of nothing."""
    return read_timeline(read_otio(path), path, folder, probe)


def for_footage(timeline: Timeline) -> Timeline:
    """The timeline with only those effects that files can have; `notes["not_kept"]` counts the others by kind.

    The shot files of an episode are pictures without ink: panels or speed lines of its own cut cannot be drawn on them."""
    lost = Counter(e.kind for clip in timeline.picture for e in clip.effects if e.kind not in FOOTAGE_EFFECTS)
    clips = tuple(
        replace(clip, effects=tuple(e for e in clip.effects if e.kind in FOOTAGE_EFFECTS)) for clip in timeline.picture
    )
    told = [f"{count} times the drawn effect '{kind}', which footage cannot have" for kind, count in lost.items()]
    notes = {**timeline.notes, "not_kept": [*timeline.notes.get("not_kept", []), *told]}
    return replace(timeline, picture=clips, notes=notes)


Writer = Callable[[Timeline, Layout, Path, Size, str], str]
Losses = Callable[[Timeline, Layout], list[str]]
FORMATS: dict[str, tuple[Writer, Losses]] = {
    ".otio": (to_otio, otio_losses),
    ".edl": (to_edl, edl_losses),
    ".xml": (to_fcp7, fcp7_losses),
    ".fcpxml": (to_fcpx, fcpx_losses),
}
"""Suffixes that `write_cut` knows."""
