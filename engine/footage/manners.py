"""How each passage of a sound is spoken or played: its level, pitch and pace, and from these its mood. Knows no markers.

Arousal is measured against the file's own median passage of speech, by the formula of engine.levels. Tension and valence are
readings of sound alone: valence above all is a hint, for joy and rage sound alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.footage.beats import Grid
from engine.footage.levelling import Level, Span, decibel
from engine.footage.marking import loudest
from engine.footage.sliding import peaks, prominent
from engine.footage.soundtrack import FLUX_STEP, LEVEL_STEP, PITCH_STEP, Curve, Passage
from engine.footage.tracing import Traces
from engine.levels import PHRASE_HEAD, Manner, arousal_of
from engine.pitch import AUDIBLE, VOICED

LEAST_VOICED, MOST_VOICED = 0.15, 0.97
"""Share of a passage in which a voice sounds: less is noise, more is an instrument or a hum."""
VOICES = (65.0, 420.0)
"""Hz of a speaking voice's middle."""
LEAST_WAVING_DB = 2.0
"""Standard deviation of the level in a passage of speech: syllables come and go."""
LEAST_SPREAD = 0.25
"""Semitones: no voice keeps one pitch."""
SHORTEST_SPEECH = 0.12
SYLLABLE_DB = 2.5
"""A syllable's top stands so much over the valleys beside it (De Jong and Wempe 2009: 2 dB)."""
SYLLABLE_LEAST, SYLLABLE_REACH = 0.08, 0.5
"""Seconds between two syllables, and how far off its valleys are looked for."""
BRIGHT_OCTAVES = 2.0
"""So many octaves brighter than the file's middle counts as all the tension that brightness can give."""
MOST_VALENCE = 0.2
"""Sound alone says no more about it than this, of -1..1."""


@dataclass(frozen=True)
class _Told:
    """What is measured of one passage, before it is compared."""

    span: Span
    manner: Manner
    level_db: float
    brightness: float
    speech: bool


def passages_of(level: Level, traces: Traces, spans: Sequence[Span], grids: Sequence[Grid]) -> tuple[Passage, ...]:
    """Every span of steps as a Passage, in order."""
    tops = _syllables(level)
    voiced = _voiced(traces)
    music = [(grid.beats[0], grid.beats[-1]) for grid in grids]
    told = [_told(level, traces, voiced, tops, span, music) for span in spans]
    usual = _median([t for t in told if t.speech] or told)
    return tuple(_passage(level, one, *usual) for one in told)


def _voiced(traces: Traces) -> Curve:
    """Hz where a voice or a tone is sure, 0 elsewhere."""
    loud = np.sqrt(traces.voice_power)
    clear = (traces.sure > VOICED) & (loud > AUDIBLE * float(np.percentile(loud, 99)) if len(loud) else False)
    return np.where(clear, traces.pitch, 0.0).astype(np.float32)


def pitch_of(traces: Traces) -> Curve:
    """Hz every PITCH_STEP, 0 where nothing has a pitch."""
    return _voiced(traces)


def _syllables(level: Level) -> Curve:
    """Seconds of the tops of syllables in the whole file."""
    if len(level.levels) < 3:
        return np.zeros(0, np.float32)
    levels = level.levels.astype(np.float64)
    tops = peaks(levels, level.on, round(SYLLABLE_LEAST / LEVEL_STEP))
    tops = prominent(levels, tops, SYLLABLE_DB, round(SYLLABLE_REACH / LEVEL_STEP))
    return (tops * LEVEL_STEP).astype(np.float32)


def _told(
    level: Level, traces: Traces, voiced: Curve, tops: Curve, span: Span, music: Sequence[tuple[float, float]]
) -> _Told:
    start, stop = span[0] * LEVEL_STEP, span[1] * LEVEL_STEP
    hertz = _cut(voiced, start, stop, PITCH_STEP)
    sung = hertz[hertz > 0]
    sung.sort()
    power = level.power[span[0] : span[1]]
    head = power[: round(PHRASE_HEAD / LEVEL_STEP)]
    count = int(np.searchsorted(tops, stop) - np.searchsorted(tops, start))
    manner = Manner(
        pitch=_quantile(sung, 0.5),
        spread=12 * math.log2(_quantile(sung, 0.9) / _quantile(sung, 0.1)) if len(sung) else 0.0,
        level_db=_mean_db(power),
        rate=count / (stop - start) if count > 1 else 0.0,
    )
    share = len(sung) / max(1, len(hertz))
    waving = float(np.maximum(level.levels[span[0] : span[1]], level.off).std())
    within = any(a <= (start + stop) / 2 <= b for a, b in music)
    speech = not within and stop - start >= SHORTEST_SPEECH and _spoken(manner, share, waving)
    bright = np.sort(_cut(traces.brightness, start, stop, FLUX_STEP))
    return _Told(span, manner, _mean_db(head), _quantile(bright, 0.5), speech)


def _quantile(ordered: Curve, share: float) -> float:
    """Of values in order, with a straight line between two; 0 of none. numpy's own takes ten times as long for so few."""
    if not len(ordered):
        return 0.0
    at = share * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return float(ordered[low] + (at - low) * (ordered[high] - ordered[low]))


def _spoken(manner: Manner, share: float, waving: float) -> bool:
    """Whether a passage sounds like a voice that speaks: mostly voiced, of a voice's pitch, never quite steady."""
    return (
        LEAST_VOICED <= share <= MOST_VOICED
        and VOICES[0] <= manner.pitch <= VOICES[1]
        and manner.spread >= LEAST_SPREAD
        and waving >= LEAST_WAVING_DB
    )


def _cut(curve: Curve, start: float, stop: float, step: float) -> Curve:
    return curve[round(start / step) : max(round(start / step) + 1, round(stop / step))]


def _mean_db(power: Curve) -> float:
    return decibel(float(power.mean()) if len(power) else 0.0)


def _median(told: Sequence[_Told]) -> tuple[Manner, float]:
    """The file's middle passage, by each measure of its own."""

    def middle(values: list[float]) -> float:
        known = [value for value in values if value > 0] or [0.0]
        return float(np.median(known))

    manner = Manner(
        pitch=middle([t.manner.pitch for t in told]),
        spread=middle([t.manner.spread for t in told]),
        level_db=float(np.median([t.manner.level_db for t in told])) if told else 0.0,
        rate=middle([t.manner.rate for t in told]),
    )
    return manner, middle([t.brightness for t in told])


def _passage(level: Level, one: _Told, usual: Manner, brightness: float) -> Passage:
    peak, peak_db = loudest(level, *one.span)
    arousal = arousal_of(one.manner, usual)
    return Passage(
        start=round(one.span[0] * LEVEL_STEP, 4),
        stop=round(min(one.span[1] * LEVEL_STEP, level.seconds), 4),
        level_db=round(one.level_db, 2),
        peak=round(peak, 4),
        peak_db=round(peak_db, 2),
        speech=one.speech,
        pitch=round(one.manner.pitch, 2),
        spread=round(one.manner.spread, 2),
        arousal=arousal,
        tension=tension_of(arousal, one.manner, usual, one.brightness, brightness),
        valence=valence_of(one.manner, usual),
    )


def tension_of(arousal: float, manner: Manner, usual: Manner, brightness: float, usual_brightness: float) -> float:
    """0..1: how pressed it sounds. Half is arousal, the rest a harder (brighter) and a more level (less melodious) tone than
    the file's middle one, which is 0.5. A choice of ours, not measured against listeners."""
    harder = (
        float(np.log2(brightness / usual_brightness)) / BRIGHT_OCTAVES if brightness > 0 < usual_brightness else 0.0
    )
    level = (usual.spread - manner.spread) / max(usual.spread, 1.0) if manner.pitch > 0 else 0.0
    lifted = 0.5 * (arousal - 0.5) + 0.3 * max(-1.0, min(1.0, harder)) + 0.1 * max(-1.0, min(1.0, level))
    return round(max(0.0, min(1.0, 0.5 + lifted)), 4)


def valence_of(manner: Manner, usual: Manner) -> float:
    """-MOST_VALENCE..MOST_VALENCE: a hint only. A melody wider and higher than usual leans to the bright side, a flat and low
    one to the dark; anger and joy cannot be told apart by it."""
    if manner.pitch <= 0 or usual.pitch <= 0:
        return 0.0
    wider = (manner.spread - usual.spread) / max(usual.spread, 1.0)
    higher = 2 * math.log2(manner.pitch / usual.pitch)
    return round(MOST_VALENCE * math.tanh(0.5 * wider + 0.5 * higher), 4)
