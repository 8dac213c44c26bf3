"""The one derived structure: whole frames over a rate, picture clips, sound placements, captions. No media, no models.

Renderers, subtitles and exporters meet here. Ranges are half-open: a clip at 24 for 12 frames is [24, 36)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from math import ceil
from typing import Any, Literal, get_args

from engine.rates import Rate, exact, from_exact, seconds_of

SoundTrack = Literal["DX", "MX", "FX"]
SOUND_TRACKS: tuple[SoundTrack, ...] = get_args(SoundTrack)
SLOWEST, FASTEST = 0.05, 20.0
"""Speeds that a clip may have."""
SLIVER = 1e-6


@dataclass(frozen=True)
class Effect:
    """A change of one clip's picture, made by the rule named in `rule` on the marker named in `cause`.

    `start` counts from the clip's first frame. Kinds, and what `strength` is:
    framing: angle (cut closer), punch_in (snap closer), close (where a punch-in has arrived): the zoom added
    movement: shake, blur, whip (and whip_out before it): pixels at 1080 wide; hold: the frame stands
    light: flash -1 black..1 white, black, leak (a warm light leak) 0..1
    ink: impact, speed_lines, focus_lines, tone (screentone over the rim) 0..1, focus (rim blurred towards the face) 0..1,
    panels (the faces of a shot in split panels).
    of footage also: zoom (a slow push-in, the zoom added), dip (to black and back).
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
    """A stretch of picture: `duration` frames of shot `shot`'s take (or of a source file) from `source_start`, shown at
    `start`, `speed` times as fast as it was taken."""

    shot: str
    start: int
    duration: int
    source_start: int = 0
    effects: tuple[Effect, ...] = ()
    rule: str = ""
    cause: str = ""
    speed: float = 1.0

    @property
    def stop(self) -> int:
        return self.start + self.duration

    @property
    def used(self) -> int:
        """Frames of the source that are needed."""
        return max(1, ceil(self.duration * self.speed - SLIVER))


@dataclass(frozen=True)
class Source:
    """A media file that clips are taken from. `frames`: its length at the timeline's rate; `offset`: how many frames
    after the first source it began to record (several cameras, one scene)."""

    id: str
    path: str
    frames: int
    has_picture: bool = True
    has_sound: bool = True
    offset: int = 0


@dataclass(frozen=True)
class SoundClip:
    """A stretch of a source's sound on one track, placed as a Clip is. Fades are frames inside it."""

    track: SoundTrack
    source: str
    start: int
    duration: int
    source_start: int = 0
    gain_db: float = 0.0
    fade_in: int = 0
    fade_out: int = 0
    speed: float = 1.0

    @property
    def stop(self) -> int:
        return self.start + self.duration

    @property
    def used(self) -> int:
        """Frames of the source that are needed."""
        return max(1, ceil(self.duration * self.speed - SLIVER))


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
    """Something heard: onset, surge, peak, drop, silence, beat; or a declared span: hold, black."""

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
    """A named stretch of frames: 'freeze' (a declared hold), 'silence' (planned), 'black', 'duck' (music goes down by
    `strength` dB)."""

    kind: str
    start: int
    stop: int
    strength: float = 1.0


@dataclass(frozen=True)
class Timeline:
    """The cut. An episode's sound is its stems; a cut of footage names its `sources` and lays out their `sound`."""

    episode: int
    rate: Rate
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
    sources: tuple[Source, ...] = ()
    sound: tuple[SoundClip, ...] = ()

    def __post_init__(self) -> None:
        if self.picture or not self.sound:
            check_track(self.picture, self.duration)
        check_sound(self.sound, self.duration)
        if self.sources:
            check_media((*self.picture, *self.sound), self.sources)
        for item in (*self.speech, *self.captions):
            if item.start < 0 or item.stop > self.duration or item.stop <= item.start:
                raise ValueError(f"{item} does not fit in [0, {self.duration})")

    def seconds(self, frames: int) -> float:
        return seconds_of(frames, self.rate)

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


def check_sound(clips: Sequence[SoundClip], duration: int) -> None:
    """No two stretches of a track overlap, none is empty or outside [0, duration). ValueError names the stretch."""
    ends: defaultdict[str, int] = defaultdict(int)
    for clip in sorted(clips, key=lambda c: (c.track, c.start)):
        if clip.duration <= 0 or clip.start < 0 or clip.stop > duration:
            raise ValueError(f"sound of {clip.source} at {clip.start} for {clip.duration} is outside [0, {duration})")
        if clip.start < ends[clip.track]:
            raise ValueError(f"sound of {clip.source} at {clip.start} overlaps what is before it on {clip.track}")
        if clip.fade_in < 0 or clip.fade_out < 0 or clip.fade_in + clip.fade_out > clip.duration:
            raise ValueError(f"sound of {clip.source} at {clip.start} is shorter than its fades")
        ends[clip.track] = clip.stop


def check_media(clips: Sequence[Clip | SoundClip], sources: Sequence[Source]) -> None:
    """Every clip lies inside its source, which has what the clip shows. ValueError names the clip."""
    known = {source.id: source for source in sources}
    if len(known) != len(sources):
        raise ValueError("two sources have one id")
    for clip in clips:
        name = clip.shot if isinstance(clip, Clip) else clip.source
        source = known.get(name)
        if source is None:
            raise ValueError(f"a clip at {clip.start} is of '{name}', which is no source")
        if not (source.has_picture if isinstance(clip, Clip) else source.has_sound):
            raise ValueError(f"a clip at {clip.start} wants of '{name}' what it does not have")
        if not SLOWEST <= clip.speed <= FASTEST:
            limits = f"{SLOWEST:g} to {FASTEST:g}"
            raise ValueError(f"a clip at {clip.start} runs at {clip.speed:g} times its speed: {limits} can be")
        if clip.source_start < 0 or clip.source_start + clip.used > source.frames:
            wanted = f"[{clip.source_start}, {clip.source_start + clip.used})"
            raise ValueError(f"a clip at {clip.start} wants frames {wanted} of '{name}', which has {source.frames}")


def to_json(timeline: Timeline) -> dict[str, Any]:
    return {**asdict(timeline), "rate": exact(timeline.rate)}


def from_json(data: dict[str, Any]) -> Timeline:
    """The reverse of to_json; KeyError or TypeError on a damaged record."""
    return Timeline(
        episode=data["episode"],
        rate=from_exact(data["rate"]),
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
        sources=tuple(Source(**s) for s in data.get("sources", ())),
        sound=tuple(SoundClip(**s) for s in data.get("sound", ())),
    )


def _clip(data: dict[str, Any]) -> Clip:
    fields: dict[str, Any] = {**data, "effects": tuple(Effect(**e) for e in data["effects"])}
    return Clip(**fields)


def _caption(data: dict[str, Any]) -> Caption:
    words = tuple(TimedWord(**w) for w in data["words"])
    fields: dict[str, Any] = {**data, "rows": tuple(data["rows"]), "words": words}
    return Caption(**fields)
