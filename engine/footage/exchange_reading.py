"""An OTIO timeline as somebody left it -> our Timeline over its media. Knows what became of our clips; plays nothing.

Positions are rounded to frames, not lengths: nothing overlaps and nothing gapes. What another tool's cut has and ours
cannot hold is told in `notes["not_kept"]`."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import opentimelineio

from engine.core import UserError
from engine.footage.exchange_clips import (
    NUMBERLESS,
    Draft,
    Heard,
    black,
    fitted,
    merged,
    rejoined,
    sound_clip,
    timing,
)
from engine.footage.exchange_events import BUTTON
from engine.footage.exchange_media import Library, Probe
from engine.footage.exchange_pins import Lasting, cropped, one_line, ours, read_pins, text_of
from engine.footage.exchange_spread import LONGEST_SECONDS, Found, Spread, exact_rate, own_range, seconds
from engine.footage.vetting import finite
from engine.interchange import Pinned, moved, span_of
from engine.rates import Rate, frame_at, nearest_rate, parse_rate, rate_text, timecode
from engine.timeline import (
    FASTEST,
    SLOWEST,
    SOUND_TRACKS,
    Caption,
    Clip,
    Effect,
    Graphic,
    Hit,
    Marker,
    SoundClip,
    SoundTrack,
    Source,
    Span,
    Speech,
    Timeline,
)
from models.base import SOUNDS

otio: Any = opentimelineio  # it carries no types

MOST_NOTES = 200
"""Sentences of what was not kept; more are counted."""
CHECKED_NOTES = ("name", "size", "not_kept")
"""Notes that are told here, and never as a file's own notes tell them."""
NEAR = 0.001
"""A rate this near to a known one, as a share of it, is told as that."""
LARGEST = 16_384
"""Pixels a side."""
ROUNDING = 1
"""Frames by which sound may outlast the picture for rounding only."""
LONGEST_HIT = 8.0
"""Seconds of the longest sound that a rule may ask for."""


def read_timeline(root: Any, path: Path, folder: Path, probe: Probe) -> Timeline:
    """The Timeline of an OTIO timeline that was read from `path`; its media lie in `folder`. UserError as `read_cut`."""
    return _Reader(root, path, folder, probe).timeline()


@dataclass
class _Pins:
    """What is pinned anywhere, in record frames."""

    items: list[Pinned] = field(default_factory=list[Pinned])

    def of(self, kind: type[Any]) -> tuple[Any, ...]:
        return tuple(sorted((i for i in self.items if type(i) is kind), key=lambda i: span_of(i)[0]))

    def within(self, kind: type[Lasting], length: int) -> tuple[Lasting, ...]:
        """As far as it lies in the first `length` frames."""
        return tuple(inside for item in self.of(kind) if (inside := cropped(item, length)) is not None)


class _Reader:
    """One file being read."""

    def __init__(self, root: Any, path: Path, folder: Path, probe: Probe) -> None:
        self.root = root
        self.path = path
        self.told = ours(root)
        self.lost: list[str] = []
        self.rate = self._rate()
        listed = [cast("dict[str, Any]", e) for e in _list(self.told.get("sources")) if isinstance(e, dict)]
        known = {text_of(entry, "id"): entry for entry in listed}
        self.library = Library(path, folder, self.rate, probe, known)
        self.spread = Spread()
        self.pins = _Pins()

    def timeline(self) -> Timeline:
        seen = [d for found in self.spread.picture(self.root.tracks) if (d := self._draft(found)) is not None]
        heard = self._sounds()
        self.library.check()
        if not seen and not heard:
            raise UserError(f"{self.path} holds no clip")
        length = self._length(seen, heard)
        clips = [fitted(draft, self._where(draft)) for draft in merged(_until(seen, length))]
        sound = self._folded(heard, length)
        self._loose()
        sources = self._sources(clips, sound)
        picture = tuple(self._without_holes(clips, length, sources)) if clips else ()
        return self._checked(length, picture, sources, sound)

    def _checked(
        self, length: int, picture: tuple[Clip, ...], sources: tuple[Source, ...], sound: tuple[SoundClip, ...]
    ) -> Timeline:
        fields: dict[str, Any] = {
            "speech": self.pins.within(Speech, length),
            "captions": tuple(self._captions(length)),
            "graphics": self.pins.within(Graphic, length),
            "markers": tuple(m for m in self.pins.of(Marker) if 0 <= m.frame < length),
            "hits": tuple(self._hits(length)),
            "spans": tuple(s for s in self.pins.within(Span, length) if s.kind != BUTTON),
            "button": next((s.start for s in self.pins.within(Span, length) if s.kind == BUTTON), None),
            "notes": self._notes(),
        }
        episode = int(finite(self.told.get("episode"), 0, 10_000, 0))
        try:
            return Timeline(episode, self.rate, length, picture, sources=sources, sound=sound, **fields)
        except ValueError as error:
            raise UserError(f"{self.path} cannot be conformed: {error}") from None

    # -- the clock

    def _rate(self) -> Rate:
        """Ours, else that of the first clip with a rate of pictures, else of the programme's start."""
        told = text_of(self.told, "rate")
        if told:
            return parse_rate(told)
        found = self._told_rate()
        rate = nearest_rate(float(found))
        if abs(float(rate) / float(found) - 1) > NEAR:
            self.lost.append(f"the rate {float(found):.6g}: the cut is laid out at {rate_text(rate)}")
        return rate

    def _told_rate(self) -> Fraction:
        tracks = [t for t in self.root.tracks if getattr(t, "kind", "") == otio.schema.TrackKind.Video]
        for item in (item for track in tracks for item in track):
            if isinstance(item, otio.schema.Clip) and item.source_range is not None:
                return exact_rate(float(item.source_range.duration.rate))
        start = self.root.global_start_time
        return exact_rate(float(start.rate)) if start is not None else Fraction(24)

    def _frame(self, time: Fraction) -> int:
        return round(time * self.rate)

    def _length(self, seen: Sequence[Draft], heard: Sequence[Heard]) -> int:
        """Frames of the programme: its longest track; of sound that outlasts the picture for rounding only, the picture."""
        whole = self._frame(own_range(self.root.tracks)[1])
        picture = max((d.stop for d in seen), default=0)
        length = max([whole, picture, *(h.draft.stop for h in heard)])
        if length > LONGEST_SECONDS * self.rate:
            hours = f"{float(length / self.rate) / 3600:.1f}"
            raise UserError(f"{self.path} lasts {hours} hours: a cut has at most {LONGEST_SECONDS // 3600}")
        return picture if picture and length - picture <= ROUNDING else length

    def _where(self, draft: Draft) -> str:
        return f"{self.path}: the clip of {Path(draft.source.path).name} at {timecode(max(0, draft.start), self.rate)}"

    # -- clips

    def _draft(self, found: Found) -> Draft | None:
        """A clip with its source, in frames; None for black, for what is missing, and for less than half a frame."""
        clip, told = found.clip, ours(found.clip)
        name = one_line(clip.name)
        start, stop = self._frame(found.at), self._frame(found.end)
        reference = clip.media_reference
        if isinstance(reference, otio.schema.GeneratorReference):
            self._lose(start, f"the generator '{one_line(reference.generator_kind)}' became black or silence")
            return None
        if stop <= start:
            self._lose(start, f"'{name}' is shorter than a frame")
            return None
        source = self.library.of(reference, text_of(told, "source") or text_of(told, "shot"), name)
        if source is None:
            return None
        speed, still, lost = timing(clip, finite(told.get("speed"), SLOWEST, FASTEST, 1.0))
        for sentence in lost:
            self._lose(start, f"'{name}': {sentence}")
        own = own_range(clip)[0]
        began = seconds(reference.available_range.start_time) if _has_range(reference) else Fraction(0)
        moves = Fraction(0) if still else (found.first - own) * Fraction(speed)
        draft = Draft(source, start, stop - start, float((own - began + moves) * self.rate), speed, still)
        return self._pinned(replace(draft, **_our_words(told)), found, told)

    def _pinned(self, draft: Draft, found: Found, told: dict[str, Any]) -> Draft:
        """The draft with its effects; whatever else is pinned to the clip goes to its record frame."""
        effects: list[Effect] = []
        for at, item in read_pins(found.clip.markers, found.first, self.rate):
            if item is None:
                self._foreign(found.clip)
            elif isinstance(item, Effect):
                effects.append(moved(item, at))
            elif 0 <= at < draft.duration:
                self.pins.items.append(moved(item, draft.start + at))
        holds = (_hold(told, draft),) if draft.still else ()
        return replace(draft, effects=tuple(effects), holds=holds)

    def _foreign(self, item: Any) -> None:
        if not ours(item):
            self._lose(None, f"markers of '{one_line(item.name)}' that are not ours")

    def _without_holes(self, clips: Sequence[Clip], length: int, sources: Sequence[Source]) -> Iterable[Clip]:
        """The picture with black where nothing was."""
        used = {clip.shot for clip in clips}
        longest = max((s for s in sources if s.id in used), key=lambda s: s.frames)
        at = 0
        for clip in clips:
            yield from black(at, clip.start, longest)
            yield clip
            at = clip.stop
        yield from black(at, length, longest)

    # -- sound

    def _sounds(self) -> list[Heard]:
        """Every stretch of sound on the track that its name or place gives it."""
        out: list[Heard] = []
        kind = otio.schema.TrackKind.Audio
        tracks = [item for item in self.root.tracks if not isinstance(item, otio.schema.Track) or item.kind == kind]
        for track, name in zip(tracks, _track_names([one_line(t.name).upper() for t in tracks]), strict=True):
            parts: list[Heard] = []
            for found in self.spread.sound(self.root.tracks, track):
                draft = self._draft(found)
                if draft is not None and draft.still:
                    self._lose(draft.start, "sound cannot stand still: it plays on")
                if draft is not None:
                    parts.append(Heard(name, draft, ours(found.clip)))
            out += rejoined(parts)
        return out

    def _folded(self, heard: Sequence[Heard], length: int) -> tuple[SoundClip, ...]:
        """The sound on our three tracks: what does not fit on its own goes where there is room."""
        taken: dict[SoundTrack, list[tuple[int, int]]] = {name: [] for name in SOUND_TRACKS}
        out: list[SoundClip] = []
        for item in heard:
            draft = next(iter(_until([item.draft], length)), None)
            if draft is None:
                continue
            wished = (item.track, *reversed(SOUND_TRACKS))
            free: list[SoundTrack] = [t for t in wished if t and _is_free(taken[t], draft.start, draft.stop)]
            if not free:
                self._lose(draft.start, f"sound of {Path(draft.source.path).name}: three tracks are full there")
                continue
            insort(taken[free[0]], (draft.start, draft.stop))
            out.append(sound_clip(replace(item, draft=draft), free[0], self._where(draft)))
        return tuple(sorted(out, key=lambda c: (SOUND_TRACKS.index(c.track), c.start)))

    # -- the rest

    def _loose(self) -> None:
        """What is pinned to the programme itself. A track's own time begins inside that of the programme."""
        root = self.root.tracks
        first = own_range(root)[0]
        for holder in (root, *root):
            zero = first if holder is root else first + own_range(holder)[0]
            for at, item in read_pins(holder.markers, zero, self.rate):
                if item is None or isinstance(item, Effect):
                    self._foreign(holder)
                else:
                    self.pins.items.append(moved(item, at))

    def _hits(self, length: int) -> Iterable[Hit]:
        """The sounds that can be made, where there is a programme."""
        longest = frame_at(LONGEST_HIT, self.rate)
        for hit in self.pins.of(Hit):
            if hit.kind not in SOUNDS:
                self._lose(hit.frame, f"the sound '{hit.kind}', which nobody here makes")
            elif 0 <= hit.frame < length:
                yield replace(hit, duration=max(0, min(hit.duration, longest)))

    def _captions(self, length: int) -> Iterable[Caption]:
        """Captions in order, none past the end or into the next."""
        found = [c for c in self.pins.of(Caption) if 0 <= c.start < length]
        for n, caption in enumerate(found):
            then = found[n + 1].start if n + 1 < len(found) else length
            stop = min(caption.stop, then)
            if stop > caption.start:
                yield replace(caption, stop=stop)

    def _sources(self, clips: Sequence[Clip], sound: Sequence[SoundClip]) -> tuple[Source, ...]:
        """Those that are used and those that our file lists, in its order."""
        for id, told in self.library.listed.items():
            url = told.get("path")
            try:
                path = self.library.locate(url, id) if isinstance(url, str) else None
                if path is not None:
                    self.library.source(path, id)
            except UserError as error:
                self._lose(None, f"the source '{id}', which is not used: {error}")
        order = {id: n for n, id in enumerate(self.library.listed)}
        return tuple(sorted(self.library.found.values(), key=lambda s: order.get(s.id, len(order))))

    def _lose(self, frame: int | None, sentence: str) -> None:
        at = f" at {timecode(max(0, frame), self.rate)}" if frame is not None else ""
        self.lost.append(f"{sentence}{at}")

    def _notes(self) -> dict[str, Any]:
        """What our file told, and what was not kept: every sentence once."""
        for at, sentence in self.spread.remarks:
            self._lose(None if at is None else self._frame(at), sentence)
        lost = list(dict.fromkeys(self.lost))
        if len(lost) > MOST_NOTES:
            lost = [*lost[:MOST_NOTES], f"and {len(lost) - MOST_NOTES} more"]
        notes = self.told.get("notes")
        kept = cast("dict[str, Any]", notes) if isinstance(notes, dict) else {}
        kept = {key: value for key, value in kept.items() if key not in CHECKED_NOTES}
        size = [int(finite(v, 2, LARGEST, 0)) for v in _list(self.told.get("size"))]
        shape = {"size": size} if len(size) == 2 and all(size) else {}
        return {**kept, "name": one_line(self.root.name), **shape, "not_kept": lost}


def _until(drafts: Iterable[Draft], length: int) -> Iterable[Draft]:
    """What lies in the first `length` frames."""
    for draft in drafts:
        if draft.start < length:
            yield replace(draft, duration=min(draft.stop, length) - draft.start)


def _list(value: object) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []


def _has_range(reference: Any) -> bool:
    return getattr(reference, "available_range", None) is not None


def _our_words(told: dict[str, Any]) -> dict[str, Any]:
    number = int(finite(told.get("number"), NUMBERLESS, 10**9, NUMBERLESS))
    return {"rule": text_of(told, "rule"), "cause": text_of(told, "cause"), "number": number}


def _hold(told: dict[str, Any], draft: Draft) -> Effect:
    """The hold that a still clip is: of ours with its rule and cause."""
    held = told.get("held")
    of = cast("dict[str, Any]", held) if isinstance(held, dict) else {"cause": "a freeze frame of the edit"}
    strength = finite(of.get("strength"), 0.0, 1.0, 1.0)
    return Effect("hold", 0, draft.duration, strength, text_of(of, "rule"), text_of(of, "cause"), text_of(of, "focus"))


def _track_names(names: Sequence[str]) -> list[SoundTrack | None]:
    """DX, MX or FX for each track: by its name, else the next that no track is named; None when all are given away.

    >>> _track_names(["A1", "MX", "A2", "A3"])
    ['DX', 'MX', 'FX', None]
    """
    named: dict[str, SoundTrack] = {track: track for track in SOUND_TRACKS}
    free: list[SoundTrack] = [track for track in SOUND_TRACKS if track not in names]
    return [named.get(name) or (free.pop(0) if free else None) for name in names]


def _is_free(taken: Sequence[tuple[int, int]], start: int, stop: int) -> bool:
    """Whether nothing of `taken`, in order, lies in [start, stop)."""
    at = bisect_left(taken, (stop, 0))
    return at == 0 or taken[at - 1][1] <= start
