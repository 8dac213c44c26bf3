"""The one derived structure: whole frames over a rate, picture clips, sound placements, captions. No media, no models.

Renderers, subtitles and exporters meet here. Ranges are half-open: a clip at 24 for 12 frames is [24, 36)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Effect:
    """A change of one clip's picture, made by the rule named in `rule` on the marker named in `cause`.

    `start` counts from the clip's first frame. Kinds, and what `strength` is:
    framing: angle (cut closer), punch_in (snap closer), close (where a punch-in has arrived): the zoom added
    movement: shake, blur, whip (and whip_out before it): pixels at 1080 wide; hold: the frame stands
    light: flash -1 black..1 white, black, leak (a warm light leak) 0..1
    ink: impact, speed_lines, focus_lines, tone (screentone over the rim) 0..1, focus (rim blurred towards the face) 0..1,
    panels (the faces of a shot in split panels).
    `focus` is the character that an effect closes in on or keeps clear; empty: the shot's subject."""

    kind: str
    start: int
    duration: int
    strength: float = 1.0
    rule: str = ""
    cause: str = ""
    focus: str = ""


@dataclass(frozen=True)
class Clip:
    """A stretch of picture: `duration` frames of shot `shot`'s take from `source_start`, shown at `start`."""

    shot: str
    start: int
    duration: int
    source_start: int = 0
    effects: tuple[Effect, ...] = ()
    rule: str = ""
    cause: str = ""

    @property
    def stop(self) -> int:
        return self.start + self.duration


@dataclass(frozen=True)
class Speech:
    """A dialogue take placed at `start` (frames) for `duration` frames."""

    line: str
    speaker: str
    start: int
    duration: int

    @property
    def stop(self) -> int:
        return self.start + self.duration


@dataclass(frozen=True)
class TimedWord:
    text: str
    start: int
    stop: int


@dataclass(frozen=True)
class Caption:
    """A subtitle: at most two rows, frames [start, stop), with its words' own frames."""

    start: int
    stop: int
    rows: tuple[str, ...]
    words: tuple[TimedWord, ...] = ()
    line: str = ""
    italic: bool = False


@dataclass(frozen=True)
class Graphic:
    """Lettering over the picture: title, episode, label, end card, recap caption."""

    kind: str
    text: str
    start: int
    duration: int


@dataclass(frozen=True)
class Marker:
    """Something heard: onset, surge, peak, drop, silence; or a declared span: hold, black."""

    kind: str
    frame: int
    strength: float = 1.0
    reason: str = ""


@dataclass(frozen=True)
class Hit:
    """A sound effect placed at a frame."""

    kind: str
    frame: int
    strength: float = 1.0
    duration: int = 0


@dataclass(frozen=True)
class Span:
    """A named stretch of frames: 'freeze' (a declared hold), 'silence' (planned), 'black'."""

    kind: str
    start: int
    stop: int


@dataclass(frozen=True)
class Timeline:
    episode: int
    rate: int
    duration: int
    picture: tuple[Clip, ...]
    speech: tuple[Speech, ...]
    captions: tuple[Caption, ...] = ()
    graphics: tuple[Graphic, ...] = ()
    markers: tuple[Marker, ...] = ()
    hits: tuple[Hit, ...] = ()
    spans: tuple[Span, ...] = ()
    button: int | None = None
    notes: dict[str, Any] = field(default_factory=dict[str, Any])

    def __post_init__(self) -> None:
        check_track(self.picture, self.duration)
        for item in (*self.speech, *self.captions):
            if item.start < 0 or item.stop > self.duration or item.stop <= item.start:
                raise ValueError(f"{item} does not fit in [0, {self.duration})")

    def seconds(self, frames: int) -> float:
        return frames / self.rate

    def shot_range(self, shot: str) -> tuple[int, int]:
        """First and last (exclusive) record frame of a shot over all its clips."""
        clips = [c for c in self.picture if c.shot == shot]
        return min(c.start for c in clips), max(c.stop for c in clips)

    def shots(self) -> list[str]:
        return list(dict.fromkeys(c.shot for c in self.picture))


def check_track(clips: Sequence[Clip], duration: int) -> None:
    """No gap, no overlap, exactly `duration` frames. ValueError names the clip."""
    at = 0
    for clip in clips:
        if clip.duration <= 0:
            raise ValueError(f"clip of {clip.shot} at {clip.start} has {clip.duration} frames")
        if clip.start != at:
            word = "gap" if clip.start > at else "overlap"
            raise ValueError(f"{word} before the clip of {clip.shot}: expected frame {at}, found {clip.start}")
        at = clip.stop
    if at != duration:
        raise ValueError(f"picture ends at {at}, the timeline at {duration}")


def to_json(timeline: Timeline) -> dict[str, Any]:
    return asdict(timeline)


def from_json(data: dict[str, Any]) -> Timeline:
    """The reverse of to_json; KeyError or TypeError on a damaged record."""
    return Timeline(
        episode=data["episode"],
        rate=data["rate"],
        duration=data["duration"],
        picture=tuple(_clip(c) for c in data["picture"]),
        speech=tuple(Speech(**s) for s in data["speech"]),
        captions=tuple(_caption(c) for c in data["captions"]),
        graphics=tuple(Graphic(**g) for g in data["graphics"]),
        markers=tuple(Marker(**m) for m in data["markers"]),
        hits=tuple(Hit(**h) for h in data["hits"]),
        spans=tuple(Span(**s) for s in data["spans"]),
        button=data["button"],
        notes=data["notes"],
    )


def _clip(data: dict[str, Any]) -> Clip:
    fields: dict[str, Any] = {**data, "effects": tuple(Effect(**e) for e in data["effects"])}
    return Clip(**fields)


def _caption(data: dict[str, Any]) -> Caption:
    words = tuple(TimedWord(**w) for w in data["words"])
    fields: dict[str, Any] = {**data, "rows": tuple(data["rows"]), "words": words}
    return Caption(**fields)
