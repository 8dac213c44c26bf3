"""A cut of footage -> its master, in one ffmpeg pass: no file in between, no process a clip. Knows the encoder's settings.

The result is checked before it gets its name: every frame and every sample of the timeline, or an error that says why."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine import vault
from engine.core import SAMPLE_RATE, UserError
from engine.encoder import graph
from engine.ffmpeg import PROTOCOLS, executable
from engine.fonts import font_folder
from engine.footage.filters import Frame, picture
from engine.footage.kinds import MASTERS, PICTURES, SOUND_CODECS, Encoder, Fit
from engine.footage.looking import SPARE_SECONDS, Looked, look, sound_seconds
from engine.footage.motion import FOCUS, Point, check_effects
from engine.footage.running import Finished, Limits, encoder_of, work
from engine.footage.sounding import Levels, sound, total_samples
from engine.rates import Rate, exact
from engine.timeline import Timeline

COLOUR = {"colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709", "color_range": "tv"}
"""Footage of today is BT.709; what is not is converted."""
X264 = "rc-lookahead=0:mbtree=0:b-adapt=0:sync-lookahead=0"
"""With grainy footage, superfast without a look ahead takes four fifths of veryfast's time, for an eighth more bytes and the
same VMAF within 0.1; every cut still gets a key frame."""
KEY_SECONDS = 2
AUDIO_KBPS = 192
MOST_SIDE = 8192
REPORT_SECONDS = 0.2


@dataclass(frozen=True)
class Conforming:
    """How a master is made. `size` in pixels; `fit`: crop about the `focus` (shares of the picture), pad with black, or
    blur (the whole picture over a blurred one). `captions` is ASS text. `gain_db` is added to the whole mix, whose peaks
    stay under `ceiling_db`; music is `duck_db` lower while someone speaks, and as much lower as they say in the timeline's
    spans of kind 'duck'. Limits: wall seconds, and bytes of the file (0: none). `cancelled` is asked ten times a
    second."""

    size: tuple[int, int] = (1080, 1920)
    fit: Fit = "crop"
    focus: Point = FOCUS
    preset: str = "superfast"
    crf: int = 20
    threads: int = 2
    encoder: Encoder = "auto"
    captions: str | None = None
    gain_db: float = 0.0
    ceiling_db: float = -1.5
    duck_db: float = 0.0
    seconds_limit: float = 3600.0
    bytes_limit: int = 0
    cancelled: Callable[[], bool] | None = None


@dataclass(frozen=True)
class Conformed:
    """The master. `frames` 0 without picture, `samples` (at 48 kHz) 0 without sound; `encoder` x264, nvenc or ''.
    `core_seconds` are ffmpeg's."""

    path: Path
    frames: int
    samples: int
    seconds: float
    encoder: str
    inputs: int
    core_seconds: float


def conform(timeline: Timeline, out: Path, how: Conforming, tell: Callable[[float], None]) -> Conformed:
    """Writes the master of a timeline whose `sources` are files; `tell` gets 0..1.

    UserError for a source that cannot be used, a limit that was met, or a file that proves shorter than it says; nothing
    is left behind then. ValueError for an effect that footage cannot have."""
    check_effects(timeline)
    _check(timeline, out, how)
    if out.suffix.lower() in SOUND_CODECS:
        timeline = replace(timeline, picture=())
    used = {clip.shot for clip in timeline.picture} | {clip.source for clip in timeline.sound}
    looked = {source.id: look(source) for source in timeline.sources if source.id in used}
    _check_sounds(timeline, looked)
    encoder = encoder_of(how.encoder) if timeline.picture else ""
    if out.resolve() in {one.path for one in looked.values()}:
        raise UserError(f"{out} is one of the sources: give the film another name")
    with vault.atomic(out) as temp, tempfile.TemporaryDirectory(prefix="cliffhanger-") as name:
        folder = Path(name)
        command, inputs = _command(timeline, looked, how, encoder, temp.resolve(), folder)

        def told(counters: dict[str, int]) -> None:
            tell(min(1.0, _share(counters, timeline)))

        limits = Limits(how.seconds_limit, how.bytes_limit)
        finished = work(command, temp, limits, told, how.cancelled, folder)
        _check_whole(finished, timeline)
    samples = total_samples(timeline) if timeline.sound else 0
    frames = timeline.duration if timeline.picture else 0
    tell(1.0)
    seconds = timeline.seconds(timeline.duration)
    return Conformed(out, frames, samples, seconds, encoder, inputs, finished.core_seconds)


def _share(counters: Mapping[str, int], timeline: Timeline) -> float:
    if timeline.picture:
        return counters.get("frame", 0) / timeline.duration
    return counters.get("out_time_us", 0) / 1e6 / timeline.seconds(timeline.duration)


def _check(timeline: Timeline, out: Path, how: Conforming) -> None:
    """UserError for a wish that cannot be met."""
    suffix = out.suffix.lower()
    if suffix not in MASTERS:
        raise UserError(f"{out.name}: choose a name that ends in {', '.join(MASTERS)}")
    if suffix in PICTURES and not timeline.picture:
        raise UserError(f"the cut has no picture: {out.name} cannot be a film; choose a name that ends in .wav or .m4a")
    if suffix in SOUND_CODECS and not timeline.sound:
        raise UserError(f"the cut has no sound: {out.name} would be empty")
    if not timeline.sources:
        raise ValueError("the timeline names no source files")
    width, height = how.size
    if width % 2 or height % 2 or not 16 <= min(how.size) <= max(how.size) <= MOST_SIDE:
        raise UserError(f"a picture of {width}x{height} cannot be made: even numbers from 16 to {MOST_SIDE} can")


def _check_sounds(timeline: Timeline, looked: Mapping[str, Looked]) -> None:
    """A sound file that was cut short would end in silence. (A film's sound may end before its picture.)"""
    for one in looked.values():
        ends = [c.source_start + c.used for c in timeline.sound if c.source == one.source.id]
        if one.video >= 0 or not ends:
            continue
        needed, real = timeline.seconds(max(ends)), sound_seconds(one)
        if real < needed - SPARE_SECONDS:
            raise UserError(f"{one.path} ends after {real:.1f} s: the cut uses it up to {needed:.1f} s")


def _check_whole(finished: Finished, timeline: Timeline) -> None:
    """A source that ended early must not become a short film."""
    if timeline.picture and finished.frames != timeline.duration:
        raise UserError(
            f"a source ends before its header says: only {finished.frames} of {timeline.duration} frames could be made"
        )


# -- the command


def _command(
    timeline: Timeline, looked: Mapping[str, Looked], how: Conforming, encoder: str, out: Path, folder: Path
) -> tuple[list[str], int]:
    """ffmpeg's command line, to be run in `folder` (plain names there, so no path becomes filter syntax), and how many
    inputs it has."""
    streams: list[Any] = []
    inputs = 0
    if timeline.picture:
        node, count = picture(timeline, looked, Frame(how.size, how.fit, how.focus), how.threads)
        streams.append(_captioned(node, how, folder))
        inputs += count
    if timeline.sound:
        speech = tuple((s.start, s.stop) for s in timeline.speech)
        ducks = tuple((s.start, s.stop, s.strength) for s in timeline.spans if s.kind == "duck")
        levels = Levels(how.gain_db, how.ceiling_db, how.duck_db, speech, ducks)
        node, count = sound(timeline, looked, levels, folder)
        streams.append(node)
        inputs += count
    options = _picture_options(how, encoder, timeline.rate) if timeline.picture else {}
    if timeline.sound:
        options |= _sound_options(how, out)
    output = graph.output(*streams, f"file:{out}", **options, **_file_options(out))
    return _compiled(output, how, folder), inputs


def _captioned(node: Any, how: Conforming, folder: Path) -> Any:
    if not how.captions:
        return node
    (folder / "captions.ass").write_text(how.captions, encoding="utf-8")
    (folder / "fonts").symlink_to(font_folder().resolve())
    return node.filter("ass", filename="captions.ass", fontsdir="fonts")


def _picture_options(how: Conforming, encoder: str, rate: Rate) -> dict[str, Any]:
    shared: dict[str, Any] = {
        "r": exact(rate), "pix_fmt": "yuv420p", "profile:v": "high", "flags:v": "+bitexact",
        "g": round(rate * KEY_SECONDS), **COLOUR,
    }  # fmt: skip
    if encoder == "nvenc":
        return {**shared, "vcodec": "h264_nvenc", "preset": "p4", "rc": "vbr", "cq": how.crf, "b:v": 0}
    return {
        **shared,
        "vcodec": "libx264",
        "preset": how.preset,
        "crf": how.crf,
        "threads": how.threads,
        "x264-params": X264,
    }


def _sound_options(how: Conforming, out: Path) -> dict[str, Any]:
    codec = SOUND_CODECS.get(out.suffix.lower(), "aac")
    options: dict[str, Any] = {"acodec": codec, "ar": SAMPLE_RATE, "ac": 2, "flags:a": "+bitexact"}
    if codec == "aac":
        options |= {"aac_pns": 0, "aac_is": 0}  # noise substitution and intensity stereo lift true peaks
    if codec in ("aac", "libmp3lame"):
        options["audio_bitrate"] = f"{AUDIO_KBPS}k"
    return options


def _file_options(out: Path) -> dict[str, Any]:
    options: dict[str, Any] = {"map_metadata": -1, "map_chapters": -1, "fflags": "+bitexact"}
    if out.suffix.lower() in (".mp4", ".mov", ".m4v", ".m4a"):
        options["movflags"] = "+faststart"
    return options


def _compiled(output: Any, how: Conforming, folder: Path) -> list[str]:
    """The graph goes into a file: an argument may have 128 KiB at most, and a cut of hundreds of clips has more."""
    before = ("-hide_banner", "-nostdin", "-loglevel", "error", "-progress", "pipe:1", "-nostats")
    limits = ("-stats_period", str(REPORT_SECONDS), "-filter_complex_threads", str(how.threads), "-y")
    command: list[str] = graph.compile(
        output.global_args(*before, *limits, "-protocol_whitelist", PROTOCOLS), cmd=executable()
    )
    at = command.index("-filter_complex")
    (folder / "graph.txt").write_text(command[at + 1], encoding="utf-8")
    command[at : at + 2] = ["-/filter_complex", "graph.txt"]
    return command
