"""The timeline for other people's tools: OpenTimelineIO, a CMX 3600 EDL, the shot table. Knows formats; opens no media.

Media references are relative to the file that holds them. Text from scripts is data: it can neither end a line of the
EDL nor become a formula in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

import opentimelineio

from engine.core import Episode, Line, Scene, Series, Shot
from engine.timeline import Clip, Effect, Speech, Timeline

otio: Any = opentimelineio  # it carries no types

HOURS = 1
"""Programmes start at 01:00:00:00, as editors expect."""
TRACKS = ("DX", "MX", "FX")
EDL_CHANNELS = {"DX": "A", "MX": "A2", "FX": "NONE"}
EDL_THIRD = "AUD  3"
"""CMX 3600 names two channels of sound; a third is declared after an event of channel NONE."""
TITLE_LENGTH = 70
COLUMNS = (
    "number", "id", "start", "seconds", "frames", "cuts", "characters", "setting", "mood", "action", "camera", "lines",
    "prompt", "file", "review",
)  # fmt: skip
UNREVIEWED = "to review"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


# -- OpenTimelineIO


def to_otio(
    timeline: Timeline, media: Mapping[str, str], stems: Mapping[str, str], name: str, *, handles: int = 0
) -> str:
    """OTIO JSON: one picture track, a track per stem. `media` is a path by shot, `stems` one by DX, MX and FX.

    `handles` frames come before and after each shot in its file."""
    out = otio.schema.Timeline(name=name, global_start_time=_time(HOURS * 3600 * timeline.rate, timeline.rate))
    out.metadata["cliffhanger"] = {"episode": timeline.episode, **_spans(timeline)}
    picture = otio.schema.Track(name="V1", kind=otio.schema.TrackKind.Video)
    picture.extend([_otio_clip(timeline, clip, media[clip.shot], handles) for clip in timeline.picture])
    out.tracks.append(picture)
    for stem in TRACKS:
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
    out.metadata["cliffhanger"] = {"shot": clip.shot, "rule": clip.rule, "cause": clip.cause}
    if clip.rule:
        out.markers.append(_marker(clip.rule, source.start_time.value, 1, timeline.rate, {"cause": clip.cause}))
    for effect in clip.effects:
        at = source.start_time.value + effect.start
        told = {"rule": effect.rule, "cause": effect.cause, "strength": effect.strength, "focus": effect.focus}
        out.markers.append(_marker(effect.kind, at, effect.duration, timeline.rate, told))
        if _freezes(effect, clip):
            out.effects.append(otio.schema.FreezeFrame(name=effect.rule))
    return out


def _freezes(effect: Effect, clip: Clip) -> bool:
    return effect.kind == "hold" and effect.start == 0 and effect.duration == clip.duration


def _stem_track(timeline: Timeline, stem: str, path: str) -> Any:
    """One clip as long as the episode; the dialogue's carries its lines and what was heard as markers."""
    whole = _range(0, timeline.duration, timeline.rate)
    clip = otio.schema.Clip(name=stem, media_reference=otio.schema.ExternalReference(path, whole), source_range=whole)
    if stem == "DX":
        for said in timeline.speech:
            told = {"speaker": said.speaker}
            clip.markers.append(_marker(said.line, said.start, said.duration, timeline.rate, told))
        for heard in timeline.markers:
            told = {"strength": heard.strength, "reason": heard.reason}
            clip.markers.append(_marker(heard.kind, heard.frame, 1, timeline.rate, told))
    track = otio.schema.Track(name=stem, kind=otio.schema.TrackKind.Audio)
    track.append(clip)
    return track


def _marker(name: str, start: float, duration: int, rate: int, told: Mapping[str, object]) -> Any:
    return otio.schema.Marker(
        name=name, marked_range=_range(round(start), duration, rate), metadata={"cliffhanger": dict(told)}
    )


def _time(frame: int, rate: int) -> Any:
    return otio.opentime.RationalTime(frame, rate)


def _range(start: int, duration: int, rate: int) -> Any:
    return otio.opentime.TimeRange(_time(start, rate), _time(duration, rate))


# -- CMX 3600


def to_edl(timeline: Timeline, name: str) -> str:
    """A CMX 3600 edit list: a V event per clip, an audio event per stem, comments with clip, rule and cause."""
    rows = [f"TITLE: {_plain(name, TITLE_LENGTH)}", "FCM: NON-DROP FRAME", ""]
    reels = _reels(timeline)
    number = 0
    for clip in timeline.picture:
        number += 1
        rows += _edl_event(timeline, clip, number, reels[clip.shot])
    for stem in TRACKS:
        number += 1
        rows.append(_event_row(timeline, number, stem, EDL_CHANNELS[stem], 0, 0, timeline.duration))
        rows += [EDL_THIRD] if EDL_CHANNELS[stem] == "NONE" else []
        rows.append(f"* FROM CLIP NAME: {stem}")
    return "\n".join(rows) + "\n"


def _edl_event(timeline: Timeline, clip: Clip, number: int, reel: str) -> Iterator[str]:
    source = clip.start - timeline.shot_range(clip.shot)[0]
    yield _event_row(timeline, number, reel, "V", source, clip.start, clip.duration)
    if any(_freezes(e, clip) for e in clip.effects):
        yield f"M2   {reel:<8s}       000.0                {timecode(source, timeline.rate)}"
    yield f"* FROM CLIP NAME: {_plain(clip.shot, TITLE_LENGTH)}"
    if clip.rule:
        yield f"* COMMENT: {_plain(f'{clip.rule} on {clip.cause}', TITLE_LENGTH)}"


def _event_row(timeline: Timeline, number: int, reel: str, channel: str, source: int, record: int, length: int) -> str:
    offset = HOURS * 3600 * timeline.rate
    frames = (source, source + length, offset + record, offset + record + length)
    times = " ".join(timecode(f, timeline.rate) for f in frames)
    return f"{number:03d}  {reel:<8s} {channel:<5s} C        {times}"


def timecode(frame: int, rate: int) -> str:
    """Non-drop HH:MM:SS:FF.

    >>> timecode(1537, 24)
    '00:01:04:01'
    """
    seconds, frames = divmod(frame, rate)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}:{frames:02d}"


def _reels(timeline: Timeline) -> dict[str, str]:
    """A reel of at most eight letters and digits per shot, no two alike: e001_s02_sh030 -> S02SH030."""
    out: dict[str, str] = {}
    for shot in timeline.shots():
        short = re.sub(r"[^A-Z0-9]", "", re.sub(r"^e\d+_", "", shot).upper())[:8] or "SHOT"
        number = 1
        reel = short
        while reel in out.values():
            number += 1
            reel = f"{short[: 8 - len(str(number))]}{number}"
        out[shot] = reel
    return out


def _plain(text: str, length: int) -> str:
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
        "seconds": f"{(stop - start) / timeline.rate:.2f}",
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
