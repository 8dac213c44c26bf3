"""Markers of any sound: onset, surge, peak, drop, silence, beat, each with its strength and reason. Knows curves; no files.

Kinds and reasons are those of engine.levels; new are hits (a rise within 15 ms) and rises and falls inside a passage, which
noise and music that never pause have."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.footage.beats import Grid
from engine.footage.levelling import SHORTEST, Level, Span, decibel, decibels
from engine.footage.sliding import largest, means, peaks
from engine.footage.soundtrack import FLUX_STEP, LEVEL_STEP, Curve, Passage
from engine.levels import CURVE_DB, DROP_DB, SILENCE_LEAST, STRENGTH_DB, SURGE_DB, change
from engine.rates import Rate, frame_at
from engine.timeline import Marker

HIT_STEPS = 3
"""A hit is there within 15 ms."""
HIT_DB = 6.0
"""It is so much over everything in the HIT_CLEAR seconds before."""
HIT_CLEAR = 0.15
HIT_RISE_DB = 9.0
"""And so much over what was 10 ms before it."""
HIT_FLUX = 3.0
"""And the spectrum rises so many times as much as it usually does around it."""
HITS_APART = 0.06
SPOKEN_HIT_DB = 8.0
SPOKEN_SWELL = 1.7
"""In speech a hit must stand so much over the voice, and a rise or a fall be so many times as large: words do both."""
BLIP = 0.35
"""A passage that is shorter and begins with a hit is that hit: what follows is not compared with it."""
SWELL_BEFORE, SWELL_AFTER, SWELLS_APART = 1.0, 0.5, 1.2
"""Inside a passage a rise or a fall is one between so many seconds before and after."""
SWELL_EDGE = 0.3
SWELL_SURGE_DB = SURGE_DB + 1.0
NEAR_START = 0.4
PEAK_SECONDS = 0.1
BEAT_REACH = 0.02


@dataclass(frozen=True)
class Hit:
    """A sudden sound at `step`, `rise_db` over what was before."""

    step: int
    rise_db: float
    level_db: float


def hits_of(level: Level, flux: Curve) -> list[Hit]:
    """Every sudden sound, in order."""
    if len(level.fine) < HIT_STEPS:
        return []
    after = decibels(means(np.pad(level.power, (0, HIT_STEPS)), 0, HIT_STEPS - 1)[:-HIT_STEPS])
    clear = round(HIT_CLEAR / LEVEL_STEP)
    before = _before(largest(level.levels, clear - 1, 0), 4, level.floor)
    rise = after - np.maximum(before, level.floor)
    sharp = after - np.maximum(_before(level.fine, 2, level.floor), level.floor)
    found = (rise >= HIT_DB) & (sharp >= HIT_RISE_DB) & (after > level.on)
    apart = round(HITS_APART / LEVEL_STEP)
    found &= rise >= largest(rise, apart, apart)
    steps = np.flatnonzero(found)
    steps = steps[_risen(steps, flux)] if len(steps) else steps
    return [Hit(int(s), float(rise[s]), float(after[s])) for s in steps]


def _before(values: Curve, steps: int, first: float) -> Curve:
    return np.concatenate([np.full(steps, first, np.float32), values])[: len(values)]


def _risen(steps: NDArray[np.intp], flux: Curve) -> NDArray[np.bool_]:
    """Whether the spectrum rises at these steps out of the ordinary."""
    if not len(flux):
        return np.ones(len(steps), np.bool_)
    side = round(0.5 / FLUX_STEP)
    usual = means(flux, side, side)
    top = largest(flux, 2, 2)
    at = np.minimum(np.round(steps * (LEVEL_STEP / FLUX_STEP)).astype(np.int64), len(flux) - 1)
    return top[at] >= HIT_FLUX * usual[at]


def joined(spans: Sequence[Span], hits: Sequence[Hit]) -> list[Span]:
    """Stretches of sound without the blips that are no hits: a click of the tongue ends no silence."""
    least = round(SHORTEST / LEVEL_STEP)
    steps = np.array([hit.step for hit in hits], np.int64)

    def kept(span: Span) -> bool:
        near = (steps >= span[0] - HIT_STEPS) & (steps < span[1])
        return span[1] - span[0] >= least or bool(near.any())

    return [span for span in spans if kept(span)]


def fine_beats(grids: Sequence[Grid], hits: Sequence[Hit]) -> list[Grid]:
    """The grids with every beat moved to the hit that makes it, where there is one: hits are known to 5 ms."""
    times = np.array([hit.step * LEVEL_STEP for hit in hits] or [-1.0])

    def moved(beat: float) -> float:
        nearest = float(times[np.abs(times - beat).argmin()])
        return round(nearest, 4) if abs(nearest - beat) <= BEAT_REACH else beat

    return [Grid(tuple(moved(beat) for beat in grid.beats), grid.tempo) for grid in grids]


def markers_of(
    level: Level, passages: Sequence[Passage], hits: Sequence[Hit], grids: Sequence[Grid], rate: Rate, frames: int
) -> tuple[Marker, ...]:
    """All markers in order, at most one of a kind on a frame."""
    found = [
        *_at_starts(passages, hits, rate),
        *_at_hits(hits, passages, rate),
        *_swells(level, passages, rate),
        *_silences(passages, level.seconds, rate),
        *_beats(grids, level, rate),
    ]
    inside = {(m.kind, m.frame): m for m in reversed(found) if 0 <= m.frame < frames}
    return tuple(sorted(inside.values(), key=lambda m: (m.frame, m.kind)))


def _at_starts(passages: Sequence[Passage], hits: Sequence[Hit], rate: Rate) -> list[Marker]:
    """Onset, surge or drop where a passage starts, by the level of the one before; and a surge's peak."""
    out: list[Marker] = []
    before: float | None = None
    for passage in passages:
        hit = _hit_at(passage.start, hits)
        blip = hit is not None and passage.stop - passage.start < BLIP
        kind, strength, reason = change(None if blip else before, passage.level_db)
        if kind == "onset":
            reason = _heard(passage, hit)
        out.append(Marker(kind, frame_at(passage.start, rate), round(strength, 3), reason))
        if kind == "surge":
            out.append(_peak(passage.peak, passage.peak_db, rate))
        before = before if blip else passage.level_db
    return out


def _heard(passage: Passage, hit: Hit | None) -> str:
    if passage.speech:
        return f"speech at {passage.level_db:.0f} dB"
    return f"hit, {hit.rise_db:+.0f} dB" if hit else f"sound at {passage.level_db:.0f} dB"


def _hit_at(seconds: float, hits: Sequence[Hit]) -> Hit | None:
    at = bisect_left(hits, seconds - HITS_APART, key=lambda hit: hit.step * LEVEL_STEP)
    return hits[at] if at < len(hits) and hits[at].step * LEVEL_STEP < seconds + HITS_APART else None


def _at_hits(hits: Sequence[Hit], passages: Sequence[Passage], rate: Rate) -> list[Marker]:
    """Onsets of the hits that no passage starts with; in speech only of those that stand over it: not of every p and t."""
    out: list[Marker] = []
    starts = [passage.start for passage in passages]
    for hit in hits:
        seconds = hit.step * LEVEL_STEP
        at = bisect_left(starts, seconds + HITS_APART) - 1
        within = passages[at] if at >= 0 else None
        if within and seconds - within.start < HITS_APART:
            continue
        if within and within.speech and seconds < within.stop and hit.level_db < within.level_db + SPOKEN_HIT_DB:
            continue
        out.append(Marker("onset", frame_at(seconds, rate), _strength(hit.level_db), f"hit, {hit.rise_db:+.0f} dB"))
    return out


def _silences(passages: Sequence[Passage], seconds: float, rate: Rate) -> list[Marker]:
    """Where nothing is heard for SILENCE_LEAST and more; the start of the file counts, too."""
    starts = [0.0, *(passage.stop for passage in passages)]
    stops = [*(passage.start for passage in passages), seconds]
    pairs = [(a, b - a) for a, b in zip(starts, stops, strict=True) if b - a >= SILENCE_LEAST]
    return [Marker("silence", frame_at(a, rate), min(1.0, round(long / 2, 3)), f"{long:.1f} s") for a, long in pairs]


def _beats(grids: Sequence[Grid], level: Level, rate: Rate) -> list[Marker]:
    out: list[Marker] = []
    for grid in grids:
        for beat in grid.beats:
            step = min(round(beat / LEVEL_STEP), len(level.levels) - 1)
            strength = _strength(float(level.levels[step : step + 20].max(initial=CURVE_DB[0])))
            out.append(Marker("beat", frame_at(beat, rate), strength, f"{grid.tempo:.0f} a minute"))
    return out


def _peak(seconds: float, level_db: float, rate: Rate) -> Marker:
    return Marker("peak", frame_at(seconds, rate), _strength(level_db), f"{level_db:.0f} dB")


def _strength(level_db: float) -> float:
    low, high = CURVE_DB
    return round(min(1.0, max(0.0, (level_db - low) / (high - low))), 3)


# -- inside a passage


def _swells(level: Level, passages: Sequence[Passage], rate: Rate) -> list[Marker]:
    """Rises and falls between the second before and the half second after, far from a passage's own ends."""
    out: list[Marker] = []
    before, after = round(SWELL_BEFORE / LEVEL_STEP), round(SWELL_AFTER / LEVEL_STEP)
    for passage in passages:
        first, last = round(passage.start / LEVEL_STEP), min(len(level.fine), round(passage.stop / LEVEL_STEP))
        if last - first < before + after:
            continue
        fine = np.maximum(level.fine[first:last], level.floor).astype(np.float64)
        total = np.concatenate([[0.0], np.cumsum(fine)])
        at = np.arange(before, len(fine) - after + 1)
        step_db = (total[at + after] - total[at]) / after - (total[at] - total[at - before]) / before
        for place in _extremes(step_db / (SPOKEN_SWELL if passage.speech else 1.0)):
            edge = _edge(fine, int(at[place]), float(step_db[place]))
            if edge > NEAR_START / LEVEL_STEP:
                out.extend(_swell(level, first + edge, float(step_db[place]), rate))
    return out


def _extremes(step_db: NDArray[np.float64]) -> list[int]:
    """Places of the largest rises and falls, SWELLS_APART seconds from one another."""
    over = np.where(step_db > 0, step_db / SWELL_SURGE_DB, step_db / DROP_DB)
    apart = max(1, round(SWELLS_APART / LEVEL_STEP))
    padded = np.concatenate([[0.0], over, [0.0]])  # the first and the last may be the largest
    return [int(place) - 1 for place in peaks(padded, 1.0, apart)]


def _edge(fine: NDArray[np.float64], at: int, step_db: float) -> int:
    """The step near `at` where the level changes most at once."""
    reach, side = round(SWELL_EDGE / LEVEL_STEP), 12
    first, last = max(side, at - reach), min(len(fine) - side, at + reach)
    if last <= first:
        return at
    total = np.concatenate([[0.0], np.cumsum(fine)])
    places = np.arange(first, last)
    jump = (total[places + side] - 2 * total[places] + total[places - side]) * np.sign(step_db)
    return int(places[jump.argmax()])


def _swell(level: Level, step: int, step_db: float, rate: Rate) -> list[Marker]:
    kind = "surge" if step_db > 0 else "drop"
    strength = round(min(1.0, abs(step_db) / STRENGTH_DB), 3)
    found = [Marker(kind, frame_at(step * LEVEL_STEP, rate), strength, f"{step_db:+.0f} dB")]
    if kind == "surge":
        found.append(_peak(*loudest(level, step, step + round(SWELLS_APART / LEVEL_STEP)), rate))
    return found


def loudest(level: Level, first: int, last: int) -> tuple[float, float]:
    """Seconds of the middle of the loudest 100 ms in these steps, and its level."""
    power = level.power[first:last].astype(np.float64)
    width = max(1, min(len(power), round(PEAK_SECONDS / LEVEL_STEP)))
    total = np.concatenate([[0.0], np.cumsum(power)])
    means = (total[width:] - total[:-width]) / width
    best = int(means.argmax()) if len(means) else 0
    level_db = decibel(float(means[best])) if len(means) else level.floor
    return (first + best + width / 2) * LEVEL_STEP, level_db
