"""Cuts of small numbered films, and the other small sources that tests of the conform read."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import numbered
import numpy as np
from numpy.typing import NDArray

from engine import wav
from engine.ffmpeg import executable
from engine.footage.conform import Conformed, Conforming, conform
from engine.rates import Rate
from engine.timeline import Clip, Effect, SoundClip, Source, Timeline

SIZE = (64, 80)
PLAIN = Conforming(size=SIZE, preset="ultrafast", crf=8, encoder="x264", threads=1)
Cut = tuple[str, int, int]
"""Source, its first frame, how many."""


def quiet(_share: float) -> None:
    """Progress that nobody looks at."""


def source_of(path: Path, frames: int, sound: bool = True, picture: bool = True) -> Source:
    return Source(path.name.split(".")[0], str(path), frames, has_picture=picture, has_sound=sound)


def cut_of(sources: Sequence[Source], cuts: Sequence[Cut], rate: Rate = 24) -> Timeline:
    """Picture and sound of `cuts`, end to end."""
    clips: list[Clip] = []
    sounds: list[SoundClip] = []
    at = 0
    has_sound = {s.id for s in sources if s.has_sound}
    for name, first, count in cuts:
        clips.append(Clip(name, at, count, first))
        if name in has_sound:
            sounds.append(SoundClip("DX", name, at, count, first))
        at += count
    return Timeline(0, rate, at, tuple(clips), (), sources=tuple(sources), sound=tuple(sounds))


def frames_of(cuts: Sequence[Cut]) -> list[int]:
    return [first + i for _, first, count in cuts for i in range(count)]


def two_cameras(folder: Path) -> tuple[Source, Source]:
    """240 and 120 numbered frames at 24."""
    a = numbered.film(folder / "a.mkv", 240)
    b = numbered.film(folder / "b.mp4", 120, audio=("-c:a", "aac", "-b:a", "320k"))
    return source_of(a, 240), source_of(b, 120)


def made(timeline: Timeline, out: Path, how: Conforming = PLAIN) -> Conformed:
    return conform(timeline, out, how, quiet)


def effect(kind: str, start: int, duration: int, strength: float = 1.0) -> Effect:
    return Effect(kind, start, duration, strength)


def grey(path: Path, levels: Sequence[int], size: tuple[int, int] = SIZE) -> Source:
    """A film of flat grey frames."""
    planes = b"".join(
        bytes([level]) * (size[0] * size[1]) + bytes([128]) * (size[0] * size[1] // 2) for level in levels
    )
    head = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{size[0]}x{size[1]}", "-r", "24", "-i", "pipe:"]
    coded = ["-c:v", "libx264", "-qp", "0", "-preset", "ultrafast"]
    subprocess.run([executable(), "-v", "error", "-y", *head, *coded, str(path)], input=planes, check=True, timeout=60)
    return source_of(path, len(levels), sound=False)


def ramp(path: Path, size: tuple[int, int], options: Sequence[str] = (), frames: int = 30) -> Source:
    """Brightness rises from left (40) to right (200), so that a place can be read from a level."""
    filters = "geq=lum='40+160*X/(W-1)':cb=128:cr=128,format=yuv420p"
    source = ["-f", "lavfi", "-i", f"color=s={size[0]}x{size[1]}:r=24:d={frames / 24}", "-vf", filters]
    coded = ["-c:v", "libx264", "-qp", "0", "-preset", "ultrafast"]
    command = [executable(), "-v", "error", "-y", *source, *coded, *options, str(path)]
    subprocess.run(command, check=True, timeout=60)
    return source_of(path, frames, sound=False)


def tone(path: Path, seconds: float, level: float = 0.25, channels: int = 1, rate: int = 48_000) -> Source:
    t = np.arange(round(seconds * rate)) / rate
    wav.write_wav(path, np.tile((level * np.sin(2 * np.pi * 440 * t)).astype(np.float32), (channels, 1)), rate)
    return source_of(path, int(seconds * 24), picture=False)


def rms(sound: NDArray[np.float32], first: float, last: float) -> float:
    part = sound[0, round(first * 2000) : round(last * 2000)]
    return float(20 * np.log10(max(1e-9, np.sqrt(np.mean(part.astype(float) ** 2)))))


def lavfi(path: Path, source: str, *options: str) -> Path:
    command = [executable(), "-v", "error", "-y", "-f", "lavfi", "-i", source, *options, str(path)]
    subprocess.run(command, check=True, timeout=60)
    return path
