"""Films whose every frame shows its own number in bars, and whose sound is the frame's number as a level."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine import wav
from engine.ffmpeg import executable
from engine.rates import Rate, exact

BITS = 10
DARK, BRIGHT = 48, 200
STEP = 1 / 1024
"""Level of sound a frame."""
SAMPLE_RATE = 48_000


def frame(number: int, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Luma (height, width): bars from top to bottom, the highest bit first."""
    bits = [BRIGHT if number >> (BITS - 1 - bit) & 1 else DARK for bit in range(BITS)]
    rows = np.array(bits, dtype=np.uint8)[np.arange(size[1]) * BITS // size[1]]
    return np.repeat(rows[:, None], size[0], axis=1)


def number_of(luma: NDArray[np.uint8]) -> int:
    """The number that a frame shows, whatever its size; -1 for one that shows none clearly."""
    height = luma.shape[0]
    levels = [float(luma[int((bit + 0.5) * height / BITS)].mean()) for bit in range(BITS)]
    if any(DARK + 40 < level < BRIGHT - 40 for level in levels):
        return -1
    return sum((level > (DARK + BRIGHT) / 2) << (BITS - 1 - bit) for bit, level in enumerate(levels))


def film(
    path: Path,
    frames: int,
    rate: Rate = 24,
    size: tuple[int, int] = (64, 80),
    sound: bool = True,
    options: Sequence[str] = (),
    audio: Sequence[str] = ("-c:a", "pcm_s16le"),
) -> Path:
    """`frames` numbered frames, with their sound when wanted; x264 with B-frames and a key frame every 50."""
    planes = b"".join(
        frame(n, size).tobytes() + bytes([128]) * (2 * ((size[0] + 1) // 2) * ((size[1] + 1) // 2))
        for n in range(frames)
    )
    said = path.with_suffix(".said.wav")
    extra: list[str] = []
    if sound:
        wav.write_wav(said, levels(frames, rate), SAMPLE_RATE)
        extra = ["-i", str(said), *audio]
    source = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{size[0]}x{size[1]}", "-r", exact(rate), "-i", "pipe:"]
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-qp", "8", "-g", "50", "-bf", "2", "-threads", "1"]
    command = [executable(), "-v", "error", "-y", *source, *extra, *coded, *options, str(path)]
    subprocess.run(command, input=planes, check=True, timeout=60)
    said.unlink(missing_ok=True)
    return path


def levels(frames: int, rate: Rate) -> NDArray[np.float32]:
    """Stereo samples: frame n is STEP * n loud from its first to its last sample."""
    edges = [round(n * SAMPLE_RATE / Fraction(rate)) for n in range(frames + 1)]
    return np.tile(np.repeat(np.arange(frames) * STEP, np.diff(edges)).astype(np.float32), (2, 1))


def shown(path: Path, size: tuple[int, int]) -> list[int]:
    """The number of every frame of a film."""
    return [number_of(luma) for luma in lumas(path, size)]


def lumas(path: Path, size: tuple[int, int]) -> NDArray[np.uint8]:
    """(frames, height, width)."""
    raw = ["-map", "0:v", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-fps_mode", "passthrough", "pipe:1"]
    done = subprocess.run(
        [executable(), "-v", "error", "-i", str(path), *raw], capture_output=True, check=True, timeout=60
    )
    whole = np.frombuffer(done.stdout, np.uint8).reshape(-1, size[0] * size[1] * 3 // 2)
    return whole[:, : size[0] * size[1]].reshape(-1, size[1], size[0])


def samples(path: Path) -> NDArray[np.float32]:
    """(channels, samples) at 48 kHz."""
    raw = ["-map", "0:a", "-f", "f32le", "-ac", "2", "-ar", str(SAMPLE_RATE), "pipe:1"]
    done = subprocess.run(
        [executable(), "-v", "error", "-i", str(path), *raw], capture_output=True, check=True, timeout=60
    )
    return np.frombuffer(done.stdout, np.float32).reshape(-1, 2).T


def said(sound: NDArray[np.float32], frames: int, rate: Rate) -> list[int]:
    """The number that the sound says in the middle of every frame."""
    middles = [round((n + 0.5) * SAMPLE_RATE / Fraction(rate)) for n in range(frames)]
    return [round(float(np.median(sound[0, max(0, m - 200) : m + 200])) / STEP) for m in middles]


def times(path: Path) -> list[Fraction]:
    """The time of every frame, in seconds."""
    told = ["-map", "0:v", "-fps_mode", "passthrough", "-copyts", "-f", "framecrc", "-"]
    done = subprocess.run(
        [executable(), "-v", "error", "-i", str(path), *told], capture_output=True, check=True, timeout=60
    )
    lines = done.stdout.decode().splitlines()
    unit = next(Fraction(line.split(": ")[1]) for line in lines if line.startswith("#tb 0"))
    return [int(line.split(",")[2]) * unit for line in lines if not line.startswith("#")]
