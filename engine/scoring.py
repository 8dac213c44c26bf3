"""Moods, markers and hits -> music and effects; then the levelled DX, MX and FX stems that sum to the mix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import foley, wav
from engine.batching import Job, Progress, build
from engine.core import SAMPLE_RATE, Episode, Series
from engine.mixing import Mix, PlacedSpeech, mix_episode
from engine.store import unit_seed
from engine.takes import DialogueTake, Stems
from engine.timeline import Timeline
from engine.vault import Made, Take, Vault
from models.base import Composer, Score, ScoreRequest

STAGE = "scoring"
MIX_VERSION = 5


def score_request(
    series: Series, episode: Episode, timeline: Timeline, redo: Mapping[tuple[str, str], int]
) -> ScoreRequest:
    """What the composer is told: moods and their intensity, where speech is, what hits when, whose motif is due."""
    second = timeline.seconds
    return ScoreRequest(
        unit=f"e{episode.number:03d}",
        duration=second(timeline.duration),
        sample_rate=SAMPLE_RATE,
        genre=series.genre,
        series_seed=series.seed,
        seed=unit_seed(series.seed, STAGE, f"e{episode.number:03d}", redo),
        moods=tuple(foley.mood_spans(episode, timeline)),
        speech=tuple((second(s.start), second(s.stop)) for s in timeline.speech),
        hits=tuple(foley.hits(series, episode, timeline)),
        ambience=tuple(foley.ambience_spans(series, episode, timeline)),
        button=second(timeline.button) if timeline.button is not None else None,
        silences=tuple((second(s.start), second(s.stop)) for s in timeline.spans if s.kind == "silence"),
        motifs=tuple(foley.motif_cues(series, episode, timeline)),
    )


def score_episode(
    series: Series,
    episode: Episode,
    timeline: Timeline,
    dialogue: Mapping[str, DialogueTake],
    composer: Composer,
    vault: Vault,
    redo: Mapping[tuple[str, str], int],
    progress: Progress,
) -> Stems:
    """The three stems of the episode, made together."""
    request = score_request(series, episode, timeline, redo)
    placed = place_speech(series, episode, timeline, dialogue)
    recipe: dict[str, Any] = {
        "model": composer.name,
        "version": [getattr(composer, "version", 1), MIX_VERSION],
        "request": asdict(request),
        "speech": [[p["fingerprint"], p["start"], p["room"], p["delivery"]] for p in placed],
    }
    units = {kind: f"{request.unit}_{kind}" for kind in ("dx", "mx", "fx")}
    jobs = [Job(unit, {**recipe, "stem": kind}, ".wav", kind) for kind, unit in units.items()]

    def make(kinds: list[str]) -> Iterable[Made]:
        score = composer.compose([request])[0]
        mix = _mix(placed, score, request)
        for kind in kinds:
            yield _made(getattr(mix, kind), mix, score, kind)

    takes = build(vault, STAGE, jobs, make, progress, request.unit)
    return Stems(takes[units["dx"]], takes[units["mx"]], takes[units["fx"]])


def place_speech(
    series: Series, episode: Episode, timeline: Timeline, dialogue: Mapping[str, DialogueTake]
) -> list[dict[str, Any]]:
    starts = {s.line: s.start for s in timeline.speech}
    placed: list[dict[str, Any]] = []
    for scene, shot in episode.shots():
        room = foley.room_of(series.location(scene.location))
        for line in shot.lines:
            take = dialogue[line.id]
            placed.append(
                {
                    "take": take,
                    "fingerprint": take.take.fingerprint,
                    "start": round(timeline.seconds(starts[line.id]) * SAMPLE_RATE),
                    "room": room,
                    "delivery": take.take.recipe["delivery"],
                }
            )
    return placed


def _mix(placed: list[dict[str, Any]], score: Score, request: ScoreRequest) -> Mix:
    speech = [PlacedSpeech(p["take"].samples(), p["start"], p["room"], p["delivery"]) for p in placed]
    silences = [(round(a * SAMPLE_RATE), round(b * SAMPLE_RATE)) for a, b in request.silences]
    num_samples = round(request.duration * SAMPLE_RATE)
    return mix_episode(speech, score.music, score.effects, num_samples, SAMPLE_RATE, silences)


def _made(samples: NDArray[np.float32], mix: Mix, score: Score, kind: str) -> Made:
    def write(path: Path) -> None:
        wav.write_wav(path, samples, SAMPLE_RATE)

    result = {
        "loudness_lufs": round(mix.loudness_lufs, 3),
        "true_peak_dbtp": round(mix.true_peak_dbtp, 3),
        "limited_fraction": round(mix.limited_fraction, 5),
        "speech_to_music_db": round(mix.speech_to_music_db, 2),
    }
    rights = asdict(score.rights)
    model = score.model
    if kind == "dx":
        model, rights = "mix", rights | {"source": "mixed from this episode's dialogue takes"}
    return Made(write, model, rights, asdict(score.cost) if kind == "mx" else {}, result)


def stem_takes(stems: Stems) -> list[Take]:
    return [stems.dialogue, stems.music, stems.effects]
