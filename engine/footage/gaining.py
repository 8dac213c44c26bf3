"""How much louder a cut must be made: one gain for what was recorded, one for the music. Knows loudness curves, no files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.footage.material import Material, Piece
from engine.footage.soundtrack import LOUDNESS_STEP
from engine.loudness import SILENCE_LUFS, gated_lufs
from engine.rates import seconds_of
from engine.timeline import SoundClip

MUSIC_UNDER_LU = 8.0
"""Music under somebody who talks."""
MOST_GAIN_DB = 30.0


def levelled(sound: Sequence[SoundClip], material: Material, target_lufs: float) -> tuple[SoundClip, ...]:
    """The clips with the gain that brings what is kept of the recordings to `target_lufs`, music under it (or to it, when
    there is nothing else)."""
    pieces = {p.id: p for p in (*material.sounds, *((material.music,) if material.music else ()))}
    spoken = [c for c in sound if c.track == "DX"]
    music = [c for c in sound if c.track == "MX"]
    gains = {
        "DX": _gain(spoken, pieces, target_lufs, material),
        "MX": _gain(music, pieces, target_lufs - MUSIC_UNDER_LU * bool(spoken), material),
    }
    return tuple(replace(clip, gain_db=round(gains.get(clip.track, 0.0), 2)) for clip in sound)


def _gain(clips: Sequence[SoundClip], pieces: dict[str, Piece], target: float, material: Material) -> float:
    heard = [part for clip in clips if len(part := _momentary(clip, pieces[clip.source], material))]
    loudness = gated_lufs(np.concatenate(heard)) if heard else SILENCE_LUFS
    return 0.0 if loudness <= SILENCE_LUFS else float(np.clip(target - loudness, -MOST_GAIN_DB, MOST_GAIN_DB))


def _momentary(clip: SoundClip, piece: Piece, material: Material) -> NDArray[np.float32]:
    """The windows that lie inside what a clip uses (at least one)."""
    if piece.heard is None:
        return np.zeros(0, np.float32)
    start, stop = (seconds_of(f, material.rate) for f in (clip.source_start, clip.source_start + clip.used))
    first = round(start / LOUDNESS_STEP)
    return piece.heard.loudness.momentary[first : max(first + 1, round(stop / LOUDNESS_STEP) - 3)]
