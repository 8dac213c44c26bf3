"""The timeline for other people's tools: OpenTimelineIO, a CMX 3600 EDL, the shot table. Knows formats; opens no media.

Media references are relative to the file that holds them. Text from scripts is data: it can neither end a line of the
EDL nor become a formula in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

import opentimelineio

from engine.core import Episode, Line, Scene, Series, Shot
from engine.rates import Rate, exact, timecode
from engine.timeline import (
    SOUND_TRACKS,
    Caption,
    Clip,
    Effect,
    Graphic,
    Hit,
    Marker,
    Span,
    Speech,
    TimedWord,
    Timeline,
)

otio: Any = opentimelineio  # it carries no types

HOURS = 1
"""Programmes start at 01:00:00:00, as editors expect."""
EDL_CHANNELS = {"DX": "A", "MX": "A2", "FX": "NONE"}
EDL_THIRD = "AUD  3"
"""CMX 3600 names two channels of sound; a third is declared after an event of channel NONE."""
TITLE_LENGTH = 70
RESERVED_REELS = ("AX", "BL", "BLACK", "BARS")
"""What an EDL means by these is no file: something auxiliary, black, colour bars."""
COLUMNS = (
    "number", "id", "start", "seconds", "frames", "cuts", "characters", "setting", "mood", "action", "camera", "lines",
    "prompt", "file", "review",
)  # fmt: skip
UNREVIEWED = "to review"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
Pinned = Caption | Effect | Graphic | Hit | Marker | Span | Speech
"""What lies on a timeline beside its clips: it travels as a marker of the clip that it belongs to."""
OURS = "cliffhanger"
"""The key of what is ours in OTIO metadata."""


# -- OpenTimelineIO


def to_otio(
    timeline: Timeline, media: Mapping[str, str], stems: Mapping[str, str], name: str, *, handles: int = 0
) -> str:
    """OTIO JSON: one picture track, a track per stem. `media` is a path by shot, `stems` one by DX, MX and FX.

    `handles` frames come before and after each shot in its file."""
    out = otio.schema.Timeline(name=name, global_start_time=_time(HOURS * 3600 * round(timeline.rate), timeline.rate))
    out.metadata[OURS] = {"episode": timeline.episode, "rate": exact(timeline.rate), **_spans(timeline)}
    picture = otio.schema.Track(name="V1", kind=otio.schema.TrackKind.Video)
    picture.extend([_otio_clip(timeline, clip, media[clip.shot], handles) for clip in timeline.picture])
    out.tracks.append(picture)
    for stem in SOUND_TRACKS:
        if stem in stems:
            out.tracks.append(_stem_track(timeline, stem, stems[stem]))
    return otio.adapters.write_to_string(out, "otio_json", indent=2) + "\n"


def _spans(timeline: Timeline) -> dict[str, list[list[int]]]:
    """Declared holds, silences and blacks as [start, stop) by kind."""
    kinds = dict.fromkeys(s.kind for s in timeline.spans)
    return {kind: [[s.start, s.stop] for s in timeline.spans if s.kind == kind] for kind in kinds}


def _otio_clip(timeline: Timeline, clip: Clip, path: str, handles: int) -> Any:
    start, stop = timeline.shot_range(clip.shot)
    reference = otio.schema.ExternalReference(path, _range(0, stop - start + 2 * handles, timeline.rate))
    source = _range(handles + clip.start - start, clip.duration, timeline.rate)
    out = otio.schema.Clip(name=clip.shot, media_reference=reference, source_range=source)
    out.metadata[OURS] = {"shot": clip.shot, "rule": clip.rule, "cause": clip.cause}
    first = int(source.start_time.value)
    if clip.rule:
        out.markers.append(otio_marker(clip.rule, first, 1, timeline.rate, {"cause": clip.cause}))
    for effect in clip.effects:
        out.markers.append(pin(effect, first, timeline.rate))
        if _freezes(effect, clip):
            out.effects.append(otio.schema.FreezeFrame(name=effect.rule))
    return out


def _freezes(effect: Effect, clip: Clip) -> bool:
    return effect.kind == "hold" and effect.start == 0 and effect.duration == clip.duration


def _stem_track(timeline: Timeline, stem: str, path: str) -> Any:
    """One clip as long as the episode; the dialogue's carries lines, captions, lettering and what was heard as markers."""
    whole = _range(0, timeline.duration, timeline.rate)
    clip = otio.schema.Clip(name=stem, media_reference=otio.schema.ExternalReference(path, whole), source_range=whole)
    clip.metadata[OURS] = {"source": stem}
    if stem == "DX":
        pinned = (*timeline.speech, *timeline.markers, *timeline.captions, *timeline.graphics)
        clip.markers.extend(pin(item, 0, timeline.rate) for item in pinned)
    track = otio.schema.Track(name=stem, kind=otio.schema.TrackKind.Audio)
    track.append(clip)
    return track


def pin(item: Pinned, first: int, rate: Rate) -> Any:
    """An OTIO marker that holds all of `item`. `first`: the marked frame where the item's clock has its zero.

    What is told counts from the item's own start: the marker may be moved with its clip, or by hand."""
    start, length = span_of(item)
    told = {"is": type(item).__name__.lower(), **asdict(moved(item, -start))}
    return otio_marker(name_of(item), first + start, length, rate, told)


def span_of(item: Pinned) -> tuple[int, int]:
    """First frame and frames of what lies on a timeline; what has no length takes one."""
    if isinstance(item, Marker | Hit):
        return item.frame, max(1, getattr(item, "duration", 1))
    if isinstance(item, Span | Caption):
        return item.start, item.stop - item.start
    return item.start, item.duration


def name_of(item: Pinned) -> str:
    """What an editor reads beside the marker."""
    if isinstance(item, Caption | Graphic):
        return " ".join(item.rows) if isinstance(item, Caption) else item.text
    return item.line if isinstance(item, Speech) else item.kind


def moved(item: Pinned, by: int) -> Any:
    """The same item `by` frames later."""
    if isinstance(item, Caption):
        words = tuple(TimedWord(w.text, w.start + by, w.stop + by) for w in item.words)
        return replace(item, start=item.start + by, stop=item.stop + by, words=words)
    if isinstance(item, Marker | Hit):
        return replace(item, frame=item.frame + by)
    if isinstance(item, Span):
        return replace(item, start=item.start + by, stop=item.stop + by)
    return replace(item, start=item.start + by)


def otio_marker(name: str, start: int, duration: int, rate: Rate, told: Mapping[str, object]) -> Any:
    return otio.schema.Marker(name=name, marked_range=_range(start, duration, rate), metadata={OURS: dict(told)})


def _time(frame: int, rate: Rate) -> Any:
    return otio.opentime.RationalTime(frame, float(rate))


def _range(start: int, duration: int, rate: Rate) -> Any:
    return otio.opentime.TimeRange(_time(start, rate), _time(duration, rate))


# -- CMX 3600


def to_edl(timeline: Timeline, name: str) -> str:
    """A CMX 3600 edit list: a V event per clip, an audio event per stem, comments with clip, rule and cause."""
    rows = [f"TITLE: {plain(name, TITLE_LENGTH)}", "FCM: NON-DROP FRAME", ""]
    shots = timeline.shots()
    reels = dict(zip(shots, reel_names(re.sub(r"^e\d+_", "", shot) for shot in shots), strict=True))
    number = 0
    for clip in timeline.picture:
        number += 1
        rows += _edl_event(timeline, clip, number, reels[clip.shot])
    for stem in SOUND_TRACKS:
        number += 1
        whole = (0, timeline.duration)
        rows.append(event_row(timeline.rate, number, stem, EDL_CHANNELS[stem], whole, whole))
        rows += [EDL_THIRD] if EDL_CHANNELS[stem] == "NONE" else []
        rows.append(f"* FROM CLIP NAME: {stem}")
    return "\n".join(rows) + "\n"


def _edl_event(timeline: Timeline, clip: Clip, number: int, reel: str) -> Iterator[str]:
    source = clip.start - timeline.shot_range(clip.shot)[0]
    used = (source, source + clip.duration)
    yield event_row(timeline.rate, number, reel, "V", used, (clip.start, clip.stop))
    if any(_freezes(e, clip) for e in clip.effects):
        yield f"M2   {reel:<8s}       000.0                {timecode(source, timeline.rate)}"
    yield f"* FROM CLIP NAME: {plain(clip.shot, TITLE_LENGTH)}"
    if clip.rule:
        yield f"* COMMENT: {plain(f'{clip.rule} on {clip.cause}', TITLE_LENGTH)}"


def event_row(
    rate: Rate, number: int, reel: str, channel: str, source: tuple[int, int], record: tuple[int, int]
) -> str:
    """A cut's row. `source` and `record` are frames [start, stop); the programme starts at HOURS."""
    offset = HOURS * 3600 * round(rate)
    times = " ".join(timecode(f, rate) for f in (*source, *(offset + f for f in record)))
    return f"{number:03d}  {reel:<8s} {channel:<5s} C        {times}"


def reel_names(names: Iterable[str]) -> list[str]:
    """A reel of at most eight letters and digits for each name, no two alike: s02_sh030 -> S02SH030."""
    out: list[str] = []
    for name in names:
        short = re.sub(r"[^A-Z0-9]", "", name.upper())[:8] or "SHOT"
        number, reel = 1, short
        while reel in out or reel in RESERVED_REELS:
            number += 1
            reel = f"{short[: 8 - len(str(number))]}{number}"
        out.append(reel)
    return out


def plain(text: str, length: int) -> str:
    """One printable line."""
    shown = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(shown.split())[:length]


# -- the shot table


def to_shots_csv(
    series: Series,
    episode: Episode,
    timeline: Timeline,
    media: Mapping[str, str],
    prompts: Mapping[str, str] | None = None,
    reviews: Mapping[str, str] | None = None,
) -> str:
    """The shot table that a production works from, one row a shot in order of the cut. `media`, `prompts` (what the
    painter was told) and `reviews` are by shot id."""
    out = io.StringIO()
    writer: csv.DictWriter[str] = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    said = {s.line: s for s in timeline.speech}
    for number, (scene, shot) in enumerate(episode.shots(), 1):
        row = _row(series, scene, shot, timeline, said)
        row |= {"number": number, "file": media.get(shot.id, ""), "prompt": (prompts or {}).get(shot.id, "")}
        row["review"] = (reviews or {}).get(shot.id, UNREVIEWED)
        writer.writerow({key: _cell(value) for key, value in row.items()})
    return out.getvalue()


def _row(series: Series, scene: Scene, shot: Shot, timeline: Timeline, said: Mapping[str, Speech]) -> dict[str, object]:
    start, stop = timeline.shot_range(shot.id)
    place = series.location(scene.location)
    return {
        "id": shot.id,
        "start": timecode(start, timeline.rate),
        "seconds": f"{timeline.seconds(stop - start):.2f}",
        "frames": stop - start,
        "cuts": sum(c.shot == shot.id for c in timeline.picture),
        "characters": ", ".join(series.character(c).name for c in shot.characters),
        "setting": f"{place.name}, {place.time}, {place.weather}",
        "mood": scene.mood,
        "action": shot.action,
        "camera": f"{shot.size}, {shot.move}",
        "lines": " / ".join(_spoken(series, line, timeline, said) for line in shot.lines),
    }


def _spoken(series: Series, line: Line, timeline: Timeline, said: Mapping[str, Speech]) -> str:
    at = f" {timecode(said[line.id].start, timeline.rate)}" if line.id in said else ""
    return f"{series.character(line.speaker).name} ({line.emotion}{at}): {line.text}"


def _cell(value: object) -> str:
    """One line that no spreadsheet takes for a formula."""
    text = " ".join(str(value).split())
    return f"'{text}" if text.startswith(_FORMULA) else text
