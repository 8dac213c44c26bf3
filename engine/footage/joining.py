"""What was heard in all the files of a cut, as one soundtrack. Knows material; hears nothing itself.

Loudness of the whole is measured anew from the files' own momentary and short-term values; only the blocks that would
lie over a join are missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.footage.material import Material
from engine.footage.soundtrack import (
    FLUX_STEP,
    LEVEL_STEP,
    LOUDNESS_STEP,
    PITCH_STEP,
    Curve,
    Loudness,
    Passage,
    Soundtrack,
)
from engine.loudness import SILENCE_LUFS, gated_lufs, loudness_range
from engine.rates import Rate, seconds_of

Part = tuple[int, Soundtrack]


def whole_sound(material: Material) -> tuple[Soundtrack, str]:
    """The soundtrack that decides a cut, and the id of its source: the scene's, or the music's where nothing is heard in
    the files; an empty id where it is that of all files, one after the other, on the material's own clock."""
    music = material.music
    if material.master is not None and material.master.heard is not None:
        return material.master.heard, material.master.id
    parts = [(piece.begins, piece.heard) for piece in material.sounds if piece.heard is not None]
    if music is not None and music.heard is not None and not any(heard.passages for _, heard in parts):
        return music.heard, music.id
    return (lasting(joined(parts), material.frames) if parts else silence(material.frames, material.rate)), ""


def lasting(sound: Soundtrack, frames: int) -> Soundtrack:
    """The soundtrack with silence after it up to `frames`: files without sound may follow."""
    if frames <= sound.frames:
        return sound
    seconds = seconds_of(frames, sound.rate)

    def longer(curve: Curve, step: float, empty: float) -> Curve:
        return np.pad(curve, (0, max(0, round(seconds / step) - len(curve))), constant_values=empty)

    return replace(
        sound,
        seconds=seconds,
        levels=longer(sound.levels, LEVEL_STEP, SILENCE_LUFS),
        flux=longer(sound.flux, FLUX_STEP, 0.0),
        pitch=longer(sound.pitch, PITCH_STEP, 0.0),
        intensity=np.pad(sound.intensity, (0, frames - sound.frames)),
        loudness=replace(
            sound.loudness,
            momentary=longer(sound.loudness.momentary, LOUDNESS_STEP, SILENCE_LUFS),
            short_term=longer(sound.loudness.short_term, LOUDNESS_STEP, SILENCE_LUFS),
        ),
    )


def silence(frames: int, rate: Rate) -> Soundtrack:
    """The soundtrack of files without sound: no passages, no markers."""
    none = np.zeros(0, np.float32)
    quiet = Loudness(SILENCE_LUFS, 0.0, SILENCE_LUFS, none, none)
    flat = np.zeros(frames, np.float32)
    return Soundtrack(
        seconds_of(frames, rate), 0, 0, rate, quiet, none, SILENCE_LUFS, none, none, flat, (), (), 0.0, ()
    )


def joined(parts: Sequence[Part]) -> Soundtrack:
    """One soundtrack of `parts` (first frame, soundtrack), which have one rate and do not overlap; in order, at least one.

    A beat is not carried over joins: the whole has none of its own, its markers have. ValueError for no parts."""
    if not parts:
        raise ValueError("no soundtracks to join")
    last, end = parts[-1][1], parts[-1][0] + parts[-1][1].frames
    if len(parts) == 1 and parts[0][0] == 0:
        return last
    seconds = seconds_of(parts[-1][0], last.rate) + last.seconds
    return replace(
        last,
        seconds=seconds,
        loudness=_loudness(parts, seconds),
        levels=_curve(parts, [s.levels for _, s in parts], seconds, LEVEL_STEP, SILENCE_LUFS),
        floor=min(s.floor for _, s in parts),
        flux=_curve(parts, [s.flux for _, s in parts], seconds, FLUX_STEP, 0.0),
        pitch=_curve(parts, [s.pitch for _, s in parts], seconds, PITCH_STEP, 0.0),
        intensity=_intensity(parts, end),
        passages=tuple(_moved(p, seconds_of(at, s.rate)) for at, s in parts for p in s.passages),
        beats=(),
        tempo=0.0,
        markers=tuple(replace(m, frame=m.frame + at) for at, s in parts for m in s.markers),
    )


def _moved(passage: Passage, by: float) -> Passage:
    return replace(passage, start=passage.start + by, stop=passage.stop + by, peak=passage.peak + by)


def _curve(parts: Sequence[Part], curves: Sequence[Curve], seconds: float, step: float, empty: float) -> Curve:
    """Values every `step` seconds from those of the parts; `empty` where there is none."""
    out = np.full(round(seconds / step), empty, np.float32)
    for (at, sound), curve in zip(parts, curves, strict=True):
        first = min(round(seconds_of(at, sound.rate) / step), len(out))
        taken = curve[: len(out) - first]
        out[first : first + len(taken)] = taken
    return out


def _intensity(parts: Sequence[Part], frames: int) -> Curve:
    out = np.zeros(frames, np.float32)
    for at, sound in parts:
        out[at : at + sound.frames] = sound.intensity
    return out


def _loudness(parts: Sequence[Part], seconds: float) -> Loudness:
    momentary = _curve(parts, [s.loudness.momentary for _, s in parts], seconds, LOUDNESS_STEP, SILENCE_LUFS)
    short_term = _curve(parts, [s.loudness.short_term for _, s in parts], seconds, LOUDNESS_STEP, SILENCE_LUFS)
    peak = max(s.loudness.true_peak_dbtp for _, s in parts)
    return Loudness(gated_lufs(momentary), loudness_range(short_term), peak, momentary, short_term)
