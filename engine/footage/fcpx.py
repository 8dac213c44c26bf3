"""A cut of footage as Final Cut Pro X XML (fcpxml 1.8). Knows the format's clock and order of elements; opens no media.

Every time is an exact fraction of a second. The picture is the spine; sound hangs below it in lanes -1 (DX), -2 (MX) and
-3 (FX), each stretch on the picture that it begins under. Format: Apple, FCPXML Reference, version 1.8."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from engine.footage.edl import told
from engine.footage.exchange_events import Event, Layout, left_out
from engine.interchange import HOURS, Pinned, name_of, plain, span_of
from engine.timeline import SOUND_TRACKS, Effect, Marker, Timeline

VERSION = "1.8"
LONGEST = 400
"""Characters of a name or note."""
ROLES = {"DX": "dialogue", "MX": "music", "FX": "effects"}
FINEST = 1_000_000
"""A time inside a clip of another speed is told to a millionth of a frame."""


@dataclass(frozen=True)
class _Placed:
    """An element of the spine over record frames [start, stop); `first`: its own clock there, in frames."""

    element: Element
    start: int
    stop: int
    first: Fraction


def to_fcpx(timeline: Timeline, layout: Layout, folder: Path, size: tuple[int, int], name: str) -> str:
    """The project in the size of the picture. Media are absolute file URLs: the format knows no others."""
    return _Writer(timeline, size).document(layout, name)


def fcpx_losses(timeline: Timeline, layout: Layout) -> list[str]:
    """What this format has no place for, in sentences."""
    return left_out(timeline, levels=True, fades=True)


class _Writer:
    """One document: r1 is the picture's format, r2 and on are the media."""

    def __init__(self, timeline: Timeline, size: tuple[int, int]) -> None:
        self.timeline = timeline
        self.size = size
        self.ids = {source.id: f"r{n}" for n, source in enumerate(timeline.sources, 2)}

    def document(self, layout: Layout, name: str) -> str:
        root = Element("fcpxml", version=VERSION)
        self._resources(SubElement(root, "resources"))
        project = _add(root, "project", name=name)
        whole = self._time(self.timeline.duration)
        code = {"tcStart": f"{HOURS * 3600}s", "tcFormat": "NDF", "audioLayout": "stereo", "audioRate": "48k"}
        sequence = _add(project, "sequence", format="r1", duration=whole, **code)
        self._spine(SubElement(sequence, "spine"), layout)
        indent(root)
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n{tostring(root, encoding="unicode")}\n'

    def _resources(self, resources: Element) -> None:
        width, height = self.size
        _add(resources, "format", id="r1", frameDuration=self._time(1), width=width, height=height)
        for source in self.timeline.sources:
            path = Path(source.path).resolve()
            out = _add(resources, "asset", id=self.ids[source.id], name=path.name, start="0s")
            out.set("src", path.as_uri())
            out.set("duration", self._time(source.frames))
            for key, has in (("hasVideo", source.has_picture), ("hasAudio", source.has_sound)):
                if has:
                    out.set(key, "1")

    def _spine(self, spine: Element, layout: Layout) -> None:
        placed: list[_Placed] = []
        at = 0
        for event in layout.picture:
            if event.start > at:
                placed.append(self._gap(spine, at, event.start))
            placed.append(self._picture(spine, event))
            at = event.stop
        if at < self.timeline.duration:
            placed.append(self._gap(spine, at, self.timeline.duration))
        for lane in layout.sounds:
            for event in lane.events:
                self._sound(_under(placed, event.start), event, lane.name)
        for event, place in zip(layout.picture, (p for p in placed if p.element.tag != "gap"), strict=True):
            self._markers(place.element, event.pins, place.first)
        for item in layout.loose:
            place = _under(placed, span_of(item)[0])
            self._markers(place.element, [item], place.first - place.start)

    def _gap(self, spine: Element, start: int, stop: int) -> _Placed:
        times = {"offset": self._time(start), "start": "0s", "duration": self._time(stop - start)}
        return _Placed(_add(spine, "gap", name="Gap", **times), start, stop, Fraction(0))

    def _picture(self, spine: Element, event: Event) -> _Placed:
        element, first = self._clip(spine, event, Fraction(event.start))
        if event.source.has_sound:
            element.set("srcEnable", "video")
        return _Placed(element, event.start, event.stop, first)

    def _sound(self, parent: _Placed, event: Event, lane: str) -> None:
        element, first = self._clip(parent.element, event, parent.first + event.start - parent.start)
        if event.source.has_picture:
            element.set("srcEnable", "audio")
        element.set("lane", str(-1 - [*SOUND_TRACKS].index(lane)))
        element.set("audioRole", ROLES[lane])
        self._volume(element, event)
        self._markers(element, event.pins, first)

    def _clip(self, parent: Element, event: Event, offset: Fraction) -> tuple[Element, Fraction]:
        """The clip and where its own clock begins, in frames: of one whose speed changes at 0, else in its media."""
        name = Path(event.source.path).name
        plays = not event.held and event.speed == 1
        first = _fraction(event.source_start) if plays else Fraction(0)
        out = _add(parent, "asset-clip", ref=self.ids[event.source.id], name=name, offset=self._time(offset))
        out.set("start", self._time(first))
        out.set("duration", self._time(event.duration))
        if event.why:
            SubElement(out, "note").text = plain(event.why, LONGEST)
        if not plays:
            start = _fraction(event.source_start)
            stop = start if event.held else start + event.duration * _fraction(event.speed)
            curve = SubElement(out, "timeMap")
            for at, value in ((Fraction(0), start), (Fraction(event.duration), stop)):
                _add(curve, "timept", time=self._time(at), value=self._time(value), interp="linear")
        return out, first

    def _volume(self, clip: Element, event: Event) -> None:
        sound = event.sound
        if sound is None or not (sound.gain_db or sound.fade_in or sound.fade_out):
            return
        volume = _add(clip, "adjust-volume", amount=f"{sound.gain_db:.6g}dB")
        if sound.fade_in or sound.fade_out:
            fades = _add(volume, "param", name="amount")
            for tag, frames in (("fadeIn", sound.fade_in), ("fadeOut", sound.fade_out)):
                if frames:
                    _add(fades, tag, type="linear", duration=self._time(frames))

    def _markers(self, clip: Element, pins: Iterable[Pinned], first: Fraction) -> None:
        for item in pins:
            if isinstance(item, Effect | Marker):
                start, length = span_of(item)
                times = {"start": self._time(first + start), "duration": self._time(length)}
                _add(clip, "marker", **times, value=name_of(item), note=told(item))

    def _time(self, frames: int | Fraction) -> str:
        """Exact seconds: 24 frames of 24000/1001 are '1001/1000s'."""
        seconds = Fraction(frames) / self.timeline.rate
        return f"{seconds.numerator}s" if seconds.denominator == 1 else f"{seconds.numerator}/{seconds.denominator}s"


def _fraction(value: float) -> Fraction:
    return Fraction(value).limit_denominator(FINEST)


def _under(placed: list[_Placed], frame: int) -> _Placed:
    """The part of the spine that a record frame lies under; past the end the last."""
    return placed[min(len(placed) - 1, bisect_right(placed, frame, key=lambda place: place.stop))]


def _add(parent: Element, tag: str, **fields: object) -> Element:
    """A child with attributes. Nothing that is no character of XML gets in."""
    return SubElement(parent, tag, {key: plain(str(value), LONGEST) for key, value in fields.items()})
