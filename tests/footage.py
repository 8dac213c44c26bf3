"""Material for the tests of footage: files that were never opened, with sounds that were never heard."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine.footage.material import Material, Piece
from engine.footage.media import Media
from engine.footage.soundtrack import LEVEL_STEP, Loudness, Passage, Soundtrack
from engine.rates import Rate, frame_at
from engine.timeline import Marker

LOUD, QUIET = -20.0, -70.0


def passage(start: float, stop: float, **more: float) -> Passage:
    known = {"level_db": LOUD, "peak": (start + stop) / 2, "peak_db": LOUD + 6, "pitch": 150.0, "spread": 3.0}
    known |= {"arousal": 0.5, "tension": 0.4, "valence": 0.0}
    return Passage(start=start, stop=stop, speech=True, **(known | more))


def soundtrack(
    seconds: float, passages: Sequence[Passage], rate: Rate = 24, markers: Sequence[Marker] = ()
) -> Soundtrack:
    """Loud in the passages, else quiet."""
    levels = np.full(round(seconds / LEVEL_STEP), QUIET, np.float32)
    frames = frame_at(seconds, rate)
    intensity = np.zeros(frames, np.float32)
    for p in passages:
        levels[round(p.start / LEVEL_STEP) : round(p.stop / LEVEL_STEP)] = p.level_db
        intensity[frame_at(p.start, rate) : frame_at(p.stop, rate)] = p.arousal
    nothing = np.zeros(0, np.float32)
    loudness = Loudness(-20.0, 4.0, -3.0, np.full(round(seconds * 10), -20.0, np.float32), nothing)
    return Soundtrack(
        seconds, 48_000, 2, rate, loudness, levels, QUIET, nothing, nothing, intensity, tuple(passages), (), 0.0,
        tuple(markers),
    )  # fmt: skip


def piece(
    index: int, seconds: float, passages: Sequence[Passage] | None = (), begins: int = 0, picture: bool = True,
    rate: Rate = 24, markers: Sequence[Marker] = (),
) -> Piece:  # fmt: skip
    """A file of so many seconds; `passages` None: without sound."""
    media = Media(
        Path(f"file{index + 1}.mp4"), seconds, 1280 if picture else 0, 720 if picture else 0, rate,
        0 if picture else -1, 1 if passages is not None else -1,
    )  # fmt: skip
    heard = soundtrack(seconds, passages, rate, markers) if passages is not None else None
    return Piece(index, media, heard, frame_at(seconds, rate), begins)


def single(
    seconds: float, passages: Sequence[Passage] | None, rate: Rate = 24, markers: Sequence[Marker] = ()
) -> Material:
    one = piece(0, seconds, passages, rate=rate, markers=markers)
    return Material(rate, one.frames, (one,), (one,) if one.heard else ())


def scene(seconds: float, passages: Sequence[Passage], cameras: int = 3, markers: Sequence[Marker] = ()) -> Material:
    """Several cameras of one scene; the first one's sound is the scene's."""
    pieces = tuple(piece(n, seconds, passages, markers=markers) for n in range(cameras))
    return Material(24, pieces[0].frames, pieces, (pieces[0],), pieces[0])
