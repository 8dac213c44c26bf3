"""The sound of a cut of footage as one ffmpeg graph: read, cut on the frame grid to the sample, levelled, mixed, limited.

Knows filters, samples and decibels; runs nothing. All that changes a track's level (gains, fades, ducking) is one curve,
written beside the graph and multiplied with the track."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import wav
from engine.core import SAMPLE_RATE
from engine.encoder import graph
from engine.ffmpeg import PROTOCOLS
from engine.footage.expressions import inside, number
from engine.footage.filters import source_input
from engine.footage.looking import Looked
from engine.footage.readings import Reading, Wanted, plan
from engine.rates import Rate
from engine.timeline import SoundClip, Timeline

NTSC_SAMPLE_RATE = 60_000
"""At 29.97 and 59.94 a frame is a whole number of samples at this rate; at all others at SAMPLE_RATE."""
NEAR_SECONDS = 120.0
"""Sound is decoded some hundred times faster than it plays: long gaps are read through."""
LEAD_SECONDS = 1
"""Before the first wanted sample: a decoder's first packet after a seek is not whole."""
CURVE_RATE = 1000
"""Values a second of a level curve."""
SILENT_DB = -120.0
DUCK_ATTACK, DUCK_RELEASE = 0.12, 0.45
"""Seconds in which music makes way before speech, and comes back after it."""
BRIDGE_SECONDS = 0.8
"""Music does not come back in a shorter pause."""
LIMITER_MS = (5, 80)
LEAST_TEMPO, MOST_TEMPO = 0.5, 100.0
"""What one `atempo` can do."""
TAIL_SECONDS = 0.2
"""Read after a clip at another speed."""

Curve = NDArray[np.float32]


@dataclass(frozen=True)
class Levels:
    """`gain_db` of the whole mix, `ceiling_db` of its peaks; music is `duck_db` lower while someone speaks (`speech`:
    timeline frames [start, stop)), and as much lower as they say in `ducks` (start, stop, dB); the deepest counts."""

    gain_db: float = 0.0
    ceiling_db: float = -1.5
    duck_db: float = 0.0
    speech: Sequence[tuple[int, int]] = field(default_factory=tuple[tuple[int, int], ...])
    ducks: Sequence[tuple[int, int, float]] = field(default_factory=tuple[tuple[int, int, float], ...])


def sample_rate(rate: Rate) -> int:
    """At which every frame of `rate` has a whole number of samples.

    >>> from fractions import Fraction
    >>> [SAMPLE_RATE / r for r in (24, 25, Fraction(24000, 1001))], sample_rate(Fraction(30000, 1001))
    ([2000.0, 1920.0, Fraction(2002, 1)], 60000)
    """
    return next(r for r in (SAMPLE_RATE, NTSC_SAMPLE_RATE) if (r / Fraction(rate)).denominator == 1)


def total_samples(timeline: Timeline) -> int:
    """Of the finished sound, at SAMPLE_RATE."""
    return round(timeline.duration * SAMPLE_RATE / Fraction(timeline.rate))


def sound(timeline: Timeline, looked: Mapping[str, Looked], levels: Levels, folder: Path) -> tuple[Any, int]:
    """The graph's node of the finished mix, and how many inputs it has. Level curves are written to `folder`."""
    tracks: list[Any] = []
    inputs = 0  # counted through all tracks: each has a number of its own
    for name in dict.fromkeys(clip.track for clip in timeline.sound):
        clips = sorted((c for c in timeline.sound if c.track == name), key=lambda c: c.start)
        node, count = _track(clips, timeline, looked, inputs)
        curve = level_curve(clips, timeline, levels if name == "MX" else Levels())
        inputs += count
        if np.any(curve != 1):
            wav.write_wav(folder / f"level_{name}.wav", np.stack([curve, curve]), CURVE_RATE, float32=True)
            level = graph.input(f"level_{name}.wav", protocol_whitelist=PROTOCOLS, format_whitelist="wav")
            node = graph.filter([node, _even(level["a"], sample_rate(timeline.rate))], "amultiply")
            inputs += 1
        tracks.append(node)
    mix = tracks[0] if len(tracks) == 1 else graph.filter(tracks, "amix", inputs=len(tracks), normalize=0)
    mix = mix.filter("volume", f"{levels.gain_db:.3f}dB") if levels.gain_db else mix
    attack, release = LIMITER_MS
    limit = number(10 ** (levels.ceiling_db / 20))
    mix = mix.filter("alimiter", limit=limit, attack=attack, release=release, level=0, latency=1)
    mix = _even(mix, SAMPLE_RATE)
    whole = total_samples(timeline)
    return mix.filter("apad", whole_len=whole).filter("atrim", end_sample=whole), inputs


def _even(node: Any, rate: int) -> Any:
    return node.filter("aresample", rate).filter("aformat", sample_fmts="fltp", channel_layouts="stereo")


# -- one track


def _track(
    clips: Sequence[SoundClip], timeline: Timeline, looked: Mapping[str, Looked], before: int
) -> tuple[Any, int]:
    """Its clips end to end, silence between them, exactly as long as the timeline. `before`: inputs so far."""
    per_frame = int(sample_rate(timeline.rate) / Fraction(timeline.rate))
    near = dict.fromkeys(looked, NEAR_SECONDS)
    readings = plan([_wanted(clip, timeline.rate) for clip in clips], timeline.rate, near)
    parts: dict[int, Any] = {}
    for index, reading in enumerate(readings, before):
        source = _read(looked[reading.source], reading, index, timeline.rate)
        runs = _runs([clips[n] for n in reading.wanted])
        nodes = [source]
        if len(runs) > 1:
            copies = source.filter_multi_output("asplit", len(runs))
            nodes = [copies[n] for n in range(len(runs))]
        for run, node in zip(runs, nodes, strict=True):
            parts[run[0].start] = _played(node, run, reading, timeline.rate)
    ordered = _with_silence(parts, clips, timeline, per_frame)
    return (ordered[0] if len(ordered) == 1 else graph.filter(ordered, "concat", n=len(ordered), v=0, a=1)), len(
        readings
    )


def _wanted(clip: SoundClip, rate: Rate) -> Wanted:
    """A clip at another speed is read a little further: the stretcher gives its last samples late."""
    tail = 0 if clip.speed == 1 else ceil(TAIL_SECONDS * rate * max(1.0, clip.speed))
    return Wanted(clip.source, clip.source_start, clip.source_start + clip.used + tail, clip.speed)


def _runs(clips: Sequence[SoundClip]) -> list[list[SoundClip]]:
    """Clips of one reading, together where they touch in the timeline at speed 1."""
    out: list[list[SoundClip]] = []
    for clip in clips:
        if out and out[-1][-1].stop == clip.start and clip.speed == 1:
            out[-1].append(clip)
        else:
            out.append([clip])
    return out


def _read(looked: Looked, reading: Reading, index: int, rate: Rate) -> Any:
    """The wanted stretches of a reading end to end, in packets of one frame each."""
    samples = sample_rate(rate)
    lead = ceil(LEAD_SECONDS * rate) if looked.indexed else reading.first
    entered = max(0, reading.first - lead)
    node = source_input(looked, index, float(entered / rate), 1, accurate=True)[f"{looked.audio}"]
    node = node.filter("aresample", samples, **{"async": 1, "first_pts": 0})
    node = node.filter("aformat", sample_fmts="fltp", channel_layouts="stereo")
    per_frame = int(samples / Fraction(rate))
    node = node.filter("apad").filter("atrim", end_sample=(reading.stop - entered) * per_frame)
    node = node.filter("asetnsamples", n=per_frame, p=0)
    ranges = [(first - entered, stop - entered) for first, stop in reading.ranges]
    if ranges != [(0, ranges[-1][1])]:
        node = node.filter("aselect", inside(ranges))
    return node.filter("asetpts", "N/SR/TB")


def _played(node: Any, run: Sequence[SoundClip], reading: Reading, rate: Rate) -> Any:
    """A run's samples, at its speed, exactly as many as its frames take."""
    per_frame = int(sample_rate(rate) / Fraction(rate))
    first = reading.place(run[0].source_start)
    wanted = [_wanted(clip, rate) for clip in run]
    count = sum(one.stop - one.first for one in wanted)
    node = node.filter("atrim", start_sample=first * per_frame, end_sample=(first + count) * per_frame)
    node = node.filter("asetpts", "PTS-STARTPTS")
    if run[0].speed == 1:
        return node
    for tempo in tempos(run[0].speed):
        node = node.filter("atempo", number(tempo))
    whole = run[0].duration * per_frame
    return node.filter("apad", whole_len=whole).filter("atrim", end_sample=whole)


def tempos(speed: float) -> list[float]:
    """Factors that `atempo` can do, whose product is `speed`.

    >>> tempos(0.1)
    [0.5, 0.5, 0.5, 0.8]
    """
    out: list[float] = []
    while speed < LEAST_TEMPO:
        out.append(LEAST_TEMPO)
        speed /= LEAST_TEMPO
    return [*out, min(speed, MOST_TEMPO)]


def _with_silence(
    parts: Mapping[int, Any], clips: Sequence[SoundClip], timeline: Timeline, per_frame: int
) -> list[Any]:
    """The parts in order, with silence of whole frames before, between and after them."""
    out: list[Any] = []
    at = 0
    for clip in clips:
        gap = (clip.start - at) * per_frame
        if clip.start in parts:
            part = parts[clip.start]
            if gap and out:
                out[-1] = out[-1].filter("apad", pad_len=gap)
            elif gap:
                part = part.filter("adelay", delays=f"{gap}S", all=1)
            out.append(part)
        at = clip.stop
    if at < timeline.duration:
        out[-1] = out[-1].filter("apad", pad_len=(timeline.duration - at) * per_frame)
    return out


# -- levels


def level_curve(clips: Sequence[SoundClip], timeline: Timeline, levels: Levels) -> Curve:
    """Linear gain CURVE_RATE times a second: each clip's gain and fades, 0 between clips, music down under speech."""
    count = ceil(timeline.duration * CURVE_RATE / Fraction(timeline.rate)) + CURVE_RATE
    out = np.zeros(count, dtype=np.float64)
    for clip in clips:
        edges = (clip.start, clip.start + clip.fade_in, clip.stop - clip.fade_out, clip.stop)
        start, risen, falling, stop = (round(frame * CURVE_RATE / Fraction(timeline.rate)) for frame in edges)
        out[start:stop] = 10 ** (clip.gain_db / 20)
        out[start:risen] *= _ramp(risen - start)
        out[falling:stop] *= _ramp(stop - falling)[::-1]
    last = round(timeline.duration * CURVE_RATE / Fraction(timeline.rate))
    out[last:] = out[last - 1]  # the track ends there; the curve must not fall before it does
    down = duck_curve(levels.speech, levels.duck_db, timeline.rate, count)
    for start, stop, depth in levels.ducks:
        down = np.minimum(down, duck_curve([(start, stop)], depth, timeline.rate, count))
    return (out * 10 ** (down / 20)).astype(np.float32)


def _ramp(count: int) -> NDArray[np.float64]:
    """0 to 1 as half a cosine."""
    return 0.5 - 0.5 * np.cos(np.pi * (np.arange(count) + 0.5) / max(1, count))


def duck_curve(speech: Sequence[tuple[int, int]], depth_db: float, rate: Rate, count: int) -> NDArray[np.float64]:
    """Decibels (0 to -depth): down before each stretch of speech, held over short pauses, up again after."""
    out = np.zeros(count)
    depth = -abs(depth_db)
    attack, release = round(DUCK_ATTACK * CURVE_RATE), round(DUCK_RELEASE * CURVE_RATE)
    for start, stop in _bridged(speech, rate):
        down = depth * _ramp(attack)
        up = depth * _ramp(release)[::-1]
        shape = np.concatenate([down, np.full(max(0, stop - start), depth), up])
        first = start - attack
        a, b = max(0, first), min(count, first + len(shape))
        if b > a:
            out[a:b] = np.minimum(out[a:b], shape[a - first : b - first])
    return out


def _bridged(speech: Sequence[tuple[int, int]], rate: Rate) -> list[tuple[int, int]]:
    """Stretches in curve steps, joined over pauses that are too short to come back in."""
    out: list[tuple[int, int]] = []
    for start, stop in sorted(speech):
        a, b = (round(frame * CURVE_RATE / Fraction(rate)) for frame in (start, stop))
        if out and a - out[-1][1] < BRIDGE_SECONDS * CURVE_RATE:
            out[-1] = (out[-1][0], max(b, out[-1][1]))
        else:
            out.append((a, b))
    return out
