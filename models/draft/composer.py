"""The draft composer: a synthesised score and effects for an episode. Requests in, stereo stems out; numpy alone.

Knows how a request becomes two stems; what is played is in `score/`. The same request gives the same samples."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from models.base import MOODS, Cost, Rights, Score, ScoreRequest, SoundHit
from models.draft.score import arrangement, effects
from models.draft.score.ambience import BEDS, bed
from models.draft.score.dsp import RATE, Canvas, envelope, reverberate, rng_of
from models.draft.score.harmony import GENRES
from models.draft.score.music import compose_music

MAX_SECONDS = 900.0
MAX_HITS = 2_000
HOOK_KIND, HOOK_STRENGTH, HOOK_BEFORE = "impact", 0.35, 0.25
"""An episode that opens in silence gets this hit on its first frame."""
_VARIANTS = 3
_HALL_WET = 0.16
_CUT_SECONDS = 0.012
_BED_FADE_SECONDS = 0.4
_RIGHTS = Rights("synthesised by Cliffhanger's own score engine", "Apache-2.0")


class DraftComposer:
    """models.base.Composer without weights."""

    name = "draft"
    version = 3

    def compose(self, requests: Sequence[ScoreRequest]) -> list[Score]:
        """A score per request. ValueError names the unit and what is wrong with it."""
        for request in requests:
            _check(request)
        return [_compose(request) for request in requests]


def _compose(request: ScoreRequest) -> Score:
    began = time.thread_time()
    music, sounds = compose_music(request), compose_effects(request)
    return Score(music, sounds, DraftComposer.name, _RIGHTS, Cost(core_seconds=time.thread_time() - began))


def _check(request: ScoreRequest) -> None:
    problems = [
        (request.sample_rate != RATE, f"{request.sample_rate} Hz asked: this composer works at {RATE}"),
        (not 0 < request.duration <= MAX_SECONDS, f"{request.duration} s asked: from 0 to {MAX_SECONDS:.0f}"),
        (len(request.hits) > MAX_HITS, f"{len(request.hits)} hits: limit {MAX_HITS}"),
    ]
    problems += _unknown("genre", (request.genre,), GENRES)
    problems += _unknown("mood", (span.mood for span in request.moods), MOODS)
    problems += _unknown("effect", (hit.kind for hit in request.hits), effects.EFFECTS)
    problems += _unknown("ambience", (kind for _, _, kind in request.ambience), BEDS)
    for wrong, message in problems:
        if wrong:
            raise ValueError(f"{request.unit}: {message}")


def _unknown(what: str, words: Iterable[str], known: Collection[str]) -> list[tuple[bool, str]]:
    choices = ", ".join(known)
    return [(word not in known, f"unknown {what} {word!r}: choose from {choices}") for word in words]


def compose_effects(request: ScoreRequest) -> NDArray[np.float32]:
    """The effects stem, (2, samples): hits in a small hall, beds of the place, the button's riser and impact."""
    hits = Canvas(request.duration, RATE)
    rendered: dict[tuple[str, float, int], NDArray[np.float32]] = {}
    for number, hit in enumerate(_all_hits(request)):
        rng = rng_of("hit", request.seed, number)
        key = (hit.kind, round(hit.duration, 2), number % _VARIANTS)
        if key not in rendered:
            rendered[key] = effects.EFFECTS[hit.kind](rng_of("effect", request.series_seed, *key), hit.duration)
        gain = effects.GAINS[hit.kind] * hit.strength * 10 ** (rng.uniform(-1.5, 1.5) / 20)
        hits.put(rendered[key], hit.time - _anchor(hit, len(rendered[key])), gain, rng.uniform(0.42, 0.58))
    reverberate(hits, 0.5, 4500, _HALL_WET)
    for number, (start, stop, kind) in enumerate(request.ambience):
        if stop - start > 0.1:
            fade = min(_BED_FADE_SECONDS, (stop - start) / 3)
            sound = bed(kind, stop - start + fade, rng_of("bed", request.series_seed, kind))
            faded = sound * envelope(len(sound), fade, fade, RATE)
            hits.put(faded, start - fade / 2, pan=0.45 + 0.1 * (number % 2))
    _silence(hits, request)
    return hits.samples


def _anchor(hit: SoundHit, count: int) -> float:
    """Where in the sound its moment lies: a riser ends on it, a whoosh peaks on it, the rest begin there."""
    seconds = count / RATE
    if hit.kind == "riser":
        return seconds
    return effects.WHOOSH_PEAK * seconds if hit.kind == "whoosh" else 0.0


def _all_hits(request: ScoreRequest) -> list[SoundHit]:
    """The request's hits, a hook on the first frame, and the button's riser and impact."""
    out = list(request.hits)
    heard = [hit.time for hit in request.hits] + [start for start, _ in request.speech]
    if min(heard, default=request.duration) > HOOK_BEFORE:
        out.append(SoundHit(HOOK_KIND, 0.04, HOOK_STRENGTH))
    if request.button is not None:
        gap = request.button - arrangement.BUTTON_GAP
        out = [hit for hit in out if hit.time < gap or hit.time >= request.button]
        out.append(SoundHit("riser", gap, 1.0, min(arrangement.RISER_SECONDS, max(gap, 0.3))))
        out.append(SoundHit("impact", request.button, 1.0))
    return out


def _silence(canvas: Canvas, request: ScoreRequest) -> None:
    """Nothing sounds in planned silences nor in the gap; no bed plays on under the frozen last look."""
    for start, stop in request.silences:
        canvas.shape(start, stop, _CUT_SECONDS, _CUT_SECONDS)
    if request.button is not None:
        canvas.shape(request.button - arrangement.BUTTON_GAP, request.button, _CUT_SECONDS, 0.001)
    canvas.shape(request.duration, request.duration, 0.05, 0.0)
