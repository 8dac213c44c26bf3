"""A cut of footage as a CMX 3600 edit list. Knows the format's rows, numbers and comments; opens no media.

The format counts whole frames without dropped numbers, has one picture and three sound channels, and at most 999
events. A person's words stand in comments only: one printable line each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.core import UserError
from engine.footage.exchange_events import Event, Lane, Layout, changes_speed, left_out
from engine.interchange import (
    EDL_CHANNELS,
    EDL_THIRD,
    HOURS,
    TITLE_LENGTH,
    Pinned,
    event_row,
    name_of,
    plain,
    reel_names,
    span_of,
)
from engine.rates import Rate, timecode
from engine.timeline import Effect, Marker, Timeline

MOST_EVENTS = 999
"""Event numbers have three digits."""
COLOURS = {Effect: "GREEN", Marker: "YELLOW"}
"""Of the locators: what was done, and what was heard."""


def to_edl(timeline: Timeline, layout: Layout, folder: Path, size: tuple[int, int], name: str) -> str:
    """The edit list. UserError when it has more events than the format numbers. Paths and size are not the format's."""
    count = sum(len(lane.events) for lane in layout.lanes)
    if count > MOST_EVENTS:
        raise UserError(
            f"this cut has {count} events, an EDL holds {MOST_EVENTS}: write .otio, .xml or .fcpxml instead"
        )
    names = [Path(source.path).name for source in timeline.sources]
    reels = dict(zip((s.id for s in timeline.sources), reel_names(Path(n).stem for n in names), strict=True))
    rows = [f"TITLE: {plain(name, TITLE_LENGTH)}", "FCM: NON-DROP FRAME", ""]
    number = 0
    for lane in layout.lanes:
        for event in lane.events:
            number += 1
            rows += _event(lane, event, number, reels[event.source.id], timeline.rate)
    rows += _locators(layout.loose, 0, timeline.rate)
    return "\n".join(rows) + "\n"


def edl_losses(timeline: Timeline, layout: Layout) -> list[str]:
    """What CMX 3600 has no place for, in sentences."""
    out = ["an EDL holds names of media, not their paths, and no picture size"]
    out += left_out(timeline, levels=False, fades=False)
    return [*out, "speeds are told to a tenth of a frame a second"] if changes_speed(layout) else out


def _event(lane: Lane, event: Event, number: int, reel: str, rate: Rate) -> Iterator[str]:
    channel = "V" if lane.is_picture else EDL_CHANNELS[lane.name]
    first = round(event.source_start)
    used = (first, first + max(1, round(event.used)))
    yield event_row(rate, number, reel, channel, used, (event.start, event.stop))
    if event.held or event.speed != 1:
        speed = 0.0 if event.held else float(rate) * event.speed
        yield f"M2   {reel:<8s}       {speed:05.1f}                {timecode(first, rate)}"
    if channel == "NONE":
        yield EDL_THIRD
    yield f"* FROM CLIP NAME: {plain(Path(event.source.path).name, TITLE_LENGTH)}"
    if event.held:
        yield "* * FREEZE FRAME"
    if event.rule:
        yield f"* COMMENT: {plain(event.why, TITLE_LENGTH)}"
    yield from _locators(event.pins, event.start, rate)


def _locators(pins: Iterable[Pinned], start: int, rate: Rate) -> Iterator[str]:
    """Effects and heard markers, at their record time; the pins count from record frame `start`."""
    zero = HOURS * 3600 * round(rate) + start
    for item in pins:
        if isinstance(item, Effect | Marker):
            at = timecode(max(0, zero + span_of(item)[0]), rate)
            yield f"* LOC: {at} {COLOURS[type(item)]:<7s} {plain(told(item), TITLE_LENGTH)}"


def told(item: Effect | Marker) -> str:
    """An effect or a heard marker in words: 'shake 14: rage-shake on peak 0.9', 'peak 0.83: 6 dB over what was before'."""
    why = item.reason if isinstance(item, Marker) else " on ".join(text for text in (item.rule, item.cause) if text)
    return f"{name_of(item)} {item.strength:g}" + (f": {why}" if why else "")
