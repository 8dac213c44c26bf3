"""Looks at a finished video file: black, frozen and letterboxed spans, loudness, true peak, silence. No story."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine import ffmpeg, loudness
from engine.core import SAMPLE_RATE
from engine.rates import Rate

WIDTH, HEIGHT = 180, 320  # the size pictures are judged at
DECODE_SECONDS = 300
LONGEST_SECONDS = 600  # of a file: no more is decoded
BLACK_LUMA = 22  # 8-bit limited range: 16 is black
BLACK_SHARE = 0.98
BLACK_SECONDS = 0.5
FROZEN_DIFFERENCE = (
    0.12  # mean absolute difference of 8-bit luma between frames; x264 refines a still by less, art moves by more
)
FROZEN_SECONDS = 2.0
BAR_SHARE = 0.04  # a bar higher than this share of the frame, all episode long, is a letterbox
BOXED_SECONDS = 1.0
SPEECH_DB = -35.0  # below the loudest moment of the dialogue stem
SILENCE_DBFS = -60.0
SILENCE_SECONDS = 1.0
WINDOW_SECONDS = 0.05


@dataclass(frozen=True)
class Stretch:
    """Frames [start, stop) where something was seen or heard."""

    kind: str
    start: int
    stop: int


@dataclass(frozen=True)
class Heard:
    seconds: float
    loudness_lufs: float
    true_peak_dbtp: float
    silences: tuple[Stretch, ...]


def luma(path: Path) -> NDArray[np.uint8]:
    """(frames, 320, 180) grey pictures of the whole file."""
    filters = f"scale={WIDTH}:{HEIGHT}:flags=area"
    arguments = [
        "-t",
        str(LONGEST_SECONDS),
        *ffmpeg.safe_input(path),
        "-an",
        "-vf",
        filters,
        "-pix_fmt",
        "gray",
        "-f",
        "rawvideo",
        "-",
    ]
    data, _ = ffmpeg.run(["-loglevel", "error", *arguments], DECODE_SECONDS)
    return np.frombuffer(data, np.uint8).reshape(-1, HEIGHT, WIDTH)


def sound(path: Path) -> NDArray[np.float32]:
    """(2, samples) at 48 kHz, decoded from the file."""
    limits = ["-loglevel", "error", "-t", str(LONGEST_SECONDS)]
    arguments = [*ffmpeg.safe_input(path), "-vn", "-ac", "2", "-ar", str(SAMPLE_RATE), "-f", "f32le", "-"]
    data, _ = ffmpeg.run([*limits, *arguments], DECODE_SECONDS)
    return np.frombuffer(data, np.float32).reshape(-1, 2).T


def runs(flags: Sequence[bool] | NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Half-open runs of true values: [0,1,1,0,1] -> [(1,3),(4,5)]."""
    padded = np.concatenate([[False], np.asarray(flags, bool), [False]])
    edges = np.flatnonzero(np.diff(padded.astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def black_spans(frames: NDArray[np.uint8], rate: Rate) -> list[Stretch]:
    dark = (frames <= BLACK_LUMA).reshape(len(frames), -1).mean(axis=1) >= BLACK_SHARE
    return [Stretch("black", a, b) for a, b in runs(dark) if b - a >= BLACK_SECONDS * rate]


def frozen_spans(frames: NDArray[np.uint8], rate: Rate, least: float = FROZEN_SECONDS) -> list[Stretch]:
    """Stretches of `least` seconds in which no frame differs from the one before it."""
    if len(frames) < 2:
        return []
    still = np.fromiter(
        (np.abs(b.astype(np.int16) - a).mean() <= FROZEN_DIFFERENCE for a, b in pairwise(frames)),
        bool,
    )
    return [Stretch("frozen", a, b + 1) for a, b in runs(still) if b - a >= least * rate]


def letterbox(frames: NDArray[np.uint8]) -> tuple[float, float]:
    """Share of the frame's height and width that is black bars in every frame."""
    brightest = frames.max(axis=0)
    rows, columns = brightest.max(axis=1) <= BLACK_LUMA, brightest.max(axis=0) <= BLACK_LUMA
    return _bars(rows), _bars(columns)


def _bars(dark: NDArray[np.bool_]) -> float:
    if dark.all():
        return 1.0
    lit = np.flatnonzero(~dark)
    return float(lit[0] + len(dark) - 1 - lit[-1]) / len(dark)


def boxed_spans(frames: NDArray[np.uint8], rate: Rate) -> list[Stretch]:
    """Stretches in which black bars of one size stand above and below, or left and right, of a picture."""
    spans: list[Stretch] = []
    for axis, kind in ((2, "letterboxed"), (1, "pillarboxed")):
        lit = frames.max(axis=axis) > BLACK_LUMA  # (frames, rows or columns)
        first, last = lit.argmax(axis=1), lit[:, ::-1].argmax(axis=1)
        boxed = lit.any(axis=1) & (np.minimum(first, last) >= lit.shape[1] * BAR_SHARE / 2)
        changed = np.flatnonzero((np.diff(first) != 0) | (np.diff(last) != 0)) + 1
        for part in np.split(np.arange(len(frames)), changed):
            if len(part) >= BOXED_SECONDS * rate and boxed[part[0]]:
                spans.append(Stretch(kind, int(part[0]), int(part[-1]) + 1))
    return sorted(spans, key=lambda s: s.start)


def listen(path: Path, rate: Rate) -> Heard:
    samples = sound(path)
    return Heard(
        samples.shape[1] / SAMPLE_RATE,
        loudness.integrated_lufs(samples, SAMPLE_RATE),
        loudness.true_peak_dbtp(samples),
        tuple(silences(samples, rate)),
    )


def silences(samples: NDArray[np.float32], rate: Rate) -> list[Stretch]:
    """Stretches below SILENCE_DBFS for at least SILENCE_SECONDS."""
    window = round(WINDOW_SECONDS * SAMPLE_RATE)
    count = samples.shape[1] // window
    power = np.square(samples[:, : count * window]).mean(axis=0).reshape(count, window).mean(axis=1)
    quiet = 10 * np.log10(power + 1e-12) < SILENCE_DBFS
    spans = [(a * WINDOW_SECONDS, b * WINDOW_SECONDS) for a, b in runs(quiet)]
    return [Stretch("silence", round(a * rate), round(b * rate)) for a, b in spans if b - a >= SILENCE_SECONDS]


def speaking(samples: NDArray[np.float32], num_frames: int, rate: Rate) -> NDArray[np.bool_]:
    """Per picture frame whether a dialogue stem at SAMPLE_RATE speaks: within SPEECH_DB of its loudest frame."""
    window = SAMPLE_RATE // rate
    mono = np.zeros(num_frames * window, np.float32)
    heard = samples.mean(axis=0)[: len(mono)]
    mono[: len(heard)] = heard
    level = 10 * np.log10(np.square(mono).reshape(num_frames, window).mean(axis=1) + 1e-12)
    return (level > level.max(initial=SILENCE_DBFS) + SPEECH_DB) & (level > SILENCE_DBFS)
