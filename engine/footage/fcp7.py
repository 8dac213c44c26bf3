"""A cut of footage as Final Cut Pro 7 XML (xmeml 5), as Premiere Pro and DaVinci Resolve read it. Opens no media.

Times are whole frames: `start` and `end` of the sequence, `in` and `out` of the clip at its changed speed. Speeds and
freeze frames are 'Time Remap' filters. Format: Apple, Final Cut Pro XML Interchange Format, version 5."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from engine.core import SAMPLE_RATE
from engine.footage.edl import told
from engine.footage.exchange_events import Event, Layout, changes_speed, left_out
from engine.interchange import HOURS, plain, span_of
from engine.interchange import name_of as item_name
from engine.rates import Rate, timecode
from engine.timeline import Effect, Marker, Source, Timeline

VERSION = "5"
LONGEST = 400
"""Characters of a name or comment."""
LOUDEST_DB = 12.0
"""The format's highest level."""


def to_fcp7(timeline: Timeline, layout: Layout, folder: Path, size: tuple[int, int], name: str) -> str:
    """The sequence in the size of the picture. Media are absolute file URLs: the format knows no others."""
    return _Writer(timeline, size).document(layout, name)


def fcp7_losses(timeline: Timeline, layout: Layout) -> list[str]:
    """What this format has no place for, in sentences."""
    out = [*left_out(timeline, levels=True, fades=False), *_too_loud(layout)]
    sentence = "clips of another speed begin at the nearest frame that the format can name"
    return [*out, sentence] if changes_speed(layout) else out


def _too_loud(layout: Layout) -> list[str]:
    """A sentence of the clips that are over the format's highest level, by file and track."""
    over: dict[str, float] = {}
    for lane in layout.sounds:
        for event in lane.events:
            lost = event.sound.gain_db - LOUDEST_DB if event.sound else 0.0
            clip = f"{plain(Path(event.source.path).name, LONGEST)} on {lane.name}"
            if lost > 0:
                over[clip] = max(lost, over.get(clip, 0.0))
    lose = ", ".join(f"{clip} loses up to {lost:.3g} dB" for clip, lost in over.items())
    return [f"levels stop at +{LOUDEST_DB:g} dB: {lose}"] if over else []


class _Writer:
    """One document: media are described once and then named by id."""

    def __init__(self, timeline: Timeline, size: tuple[int, int]) -> None:
        self.timeline = timeline
        self.rate = timeline.rate
        self.size = size
        self.described: set[str] = set()
        self.clips = 0

    def document(self, layout: Layout, name: str) -> str:
        root = Element("xmeml", version=VERSION)
        sequence = SubElement(root, "sequence", id="sequence-1")
        _texts(sequence, name=name, duration=self.timeline.duration)
        _rate(sequence, self.rate)
        self._timecode(sequence)
        media = SubElement(sequence, "media")
        self._video(SubElement(media, "video"), layout)
        self._audio(SubElement(media, "audio"), layout)
        for marker in self.timeline.markers:
            _marker(sequence, marker, 0)
        indent(root)
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n{tostring(root, encoding="unicode")}\n'

    def _timecode(self, sequence: Element) -> None:
        code = SubElement(sequence, "timecode")
        _rate(code, self.rate)
        first = HOURS * 3600 * round(self.rate)
        _texts(code, string=timecode(first, self.rate), frame=first, displayformat="NDF")

    def _video(self, video: Element, layout: Layout) -> None:
        shape = SubElement(SubElement(video, "format"), "samplecharacteristics")
        _rate(shape, self.rate)
        width, height = self.size
        _texts(shape, width=width, height=height, anamorphic="FALSE", pixelaspectratio="square", fielddominance="none")
        track = SubElement(video, "track")
        for event in layout.picture:
            self._clip(track, event, "video")

    def _audio(self, audio: Element, layout: Layout) -> None:
        _texts(audio, numOutputChannels=2)
        _texts(SubElement(SubElement(audio, "format"), "samplecharacteristics"), depth=16, samplerate=SAMPLE_RATE)
        for lane in layout.sounds:
            track = SubElement(audio, "track")
            _texts(track, name=lane.name)
            for event in lane.events:
                self._clip(track, event, "audio")

    def _clip(self, track: Element, event: Event, kind: str) -> None:
        self.clips += 1
        clip = SubElement(track, "clipitem", id=f"clipitem-{self.clips}")
        speed = 1.0 if event.held else event.speed
        first = round(event.source_start / speed)
        length = max(first + event.duration, round(event.source.frames / speed))
        _texts(clip, name=Path(event.source.path).name, enabled="TRUE", duration=length)
        _rate(clip, self.rate)
        _texts(clip, start=event.start, end=event.stop, **{"in": first, "out": first + event.duration})
        self._file(clip, event.source)
        if event.held:
            _remap(clip, kind, 0.0, round(event.source_start), event.duration)
        elif speed != 1:
            _remap(clip, kind, speed, first, event.duration)
        _texts(SubElement(clip, "sourcetrack"), mediatype=kind, trackindex=1)
        if event.sound is not None and event.sound.gain_db:
            _level(clip, event.sound.gain_db)
        for item in event.pins:
            if isinstance(item, Effect):
                _marker(clip, item, first)
        if event.rule:
            _texts(SubElement(clip, "comments"), mastercomment1=event.why)

    def _file(self, clip: Element, source: Source) -> None:
        number = [s.id for s in self.timeline.sources].index(source.id) + 1
        out = SubElement(clip, "file", id=f"file-{number}")
        if source.id in self.described:
            return
        self.described.add(source.id)
        path = Path(source.path).resolve()
        _texts(out, name=path.name)
        SubElement(out, "pathurl").text = path.as_uri().replace("file://", "file://localhost", 1)
        _rate(out, self.rate)
        _texts(out, duration=source.frames)
        media = SubElement(out, "media")
        for kind, has in (("video", source.has_picture), ("audio", source.has_sound)):
            if has:
                SubElement(media, kind)


def _texts(parent: Element, **fields: object) -> None:
    """A child with a text for each field. Nothing that is no character of XML gets in."""
    for key, value in fields.items():
        SubElement(parent, key).text = plain(str(value), LONGEST)


def _rate(parent: Element, rate: Rate) -> None:
    _texts(SubElement(parent, "rate"), timebase=round(rate), ntsc="FALSE" if isinstance(rate, int) else "TRUE")


def _marker(parent: Element, item: Effect | Marker, first: int) -> None:
    start, length = span_of(item)
    out = first + start + length if isinstance(item, Effect) else -1  # a marker of no length has out -1
    _texts(SubElement(parent, "marker"), name=item_name(item), comment=told(item), **{"in": first + start, "out": out})


def _remap(clip: Element, kind: str, speed: float, first: int, length: int) -> None:
    """Time Remap: a constant speed in per cent, or two keyframes of one value: the picture stands."""
    effect = SubElement(SubElement(clip, "filter"), "effect")
    _texts(
        effect, name="Time Remap", effectid="timeremap", effectcategory="motion", effecttype="motion", mediatype=kind
    )
    _parameter(effect, "variablespeed", "0" if speed else "1", 0, 1)
    _parameter(effect, "speed", f"{speed * 100:.10g}", -100_000, 100_000)
    _parameter(effect, "reverse", "FALSE")
    _parameter(effect, "frameblending", "FALSE")
    if not speed:
        graph = _parameter(effect, "graphdict", None, 0, first + length)
        for when in (0, first + length):
            _texts(SubElement(graph, "keyframe"), when=when, value=first, speedvirtualkf="TRUE")
        _texts(SubElement(graph, "interpolation"), name="linear")


def _level(clip: Element, gain_db: float) -> None:
    """Audio Levels: the level is a factor, at most that of LOUDEST_DB."""
    loudest = 10 ** (LOUDEST_DB / 20)
    effect = SubElement(SubElement(clip, "filter"), "effect")
    _texts(effect, name="Audio Levels", effectid="audiolevels", effectcategory="audiolevels")
    _texts(effect, effecttype="audiolevels", mediatype="audio")
    _parameter(effect, "level", f"{min(loudest, 10 ** (gain_db / 20)):.6g}", 0, round(loudest, 5))


def _parameter(effect: Element, name: str, value: str | None, least: float = 0, most: float = 0) -> Element:
    out = SubElement(effect, "parameter")
    _texts(out, parameterid=name, name=name)
    if most:
        _texts(out, valuemin=least, valuemax=most)
    if value is not None:
        _texts(out, value=value)
    return out
