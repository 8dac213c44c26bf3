"""Lines -> dialogue takes. All voices of all episodes of the wave in one batch; knows no sound beyond the take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from engine import wav
from engine.batching import Job, Progress, build
from engine.core import SAMPLE_RATE, Character, Episode, Series
from engine.store import unit_seed
from engine.takes import DialogueTake
from engine.vault import Made, Take, Vault
from models.base import Speech, TimedWord, Utterance, Viseme, Voice, VoiceProfile

STAGE = "voicing"


def profile_of(character: Character) -> VoiceProfile:
    return VoiceProfile(
        character=character.id,
        sex=character.sex,
        age=character.age,
        pitch=character.voice.pitch,
        pace=character.voice.pace,
        timbre=character.voice.timbre,
    )


def cast_voices(series: Series, voice: Voice) -> dict[str, str]:
    """A voice id per character, in the bible's order; no two alike."""
    profiles = [profile_of(c) for c in series.bible.characters]
    assigned = voice.cast(profiles, series.language)
    return {profile.character: id for profile, id in zip(profiles, assigned, strict=True)}


def voice_series(
    series: Series,
    episodes: Sequence[Episode],
    voice: Voice,
    vault: Vault,
    redo: Mapping[tuple[str, str], int],
    progress: Progress,
) -> dict[str, DialogueTake]:
    """Dialogue takes by line id for every line of these episodes."""
    cast = cast_voices(series, voice)
    paces = {c.id: c.voice.pace for c in series.bible.characters}
    jobs: list[Job[Utterance]] = []
    for episode in episodes:
        for line in episode.lines():
            utterance = Utterance(
                unit=line.id,
                text=line.text,
                language=series.language,
                voice=cast[line.speaker],
                emotion=line.emotion,
                delivery=_delivery(line.kind, line.delivery),
                pace=paces[line.speaker],
                seed=unit_seed(series.seed, STAGE, line.id, redo),
            )
            recipe = {"model": voice.name, "version": getattr(voice, "version", 1), **asdict(utterance)}
            jobs.append(Job(line.id, recipe, ".wav", utterance))

    def make(utterances: list[Utterance]) -> Iterable[Made]:
        for speech in voice.speak(utterances):
            yield _made(speech)

    takes = build(vault, STAGE, jobs, make, progress)
    return {unit: _dialogue(take) for unit, take in takes.items()}


def _delivery(kind: str, delivery: str) -> str:
    """Narration and inner voice have a treatment of their own unless the line asks for another."""
    if delivery != "voice" or kind == "dialogue":
        return delivery
    return "narrator" if kind == "narration" else "inner"


def _made(speech: Speech) -> Made:
    def write(path: Path) -> None:
        wav.write_wav(path, speech.samples[np.newaxis], speech.sample_rate)

    if speech.sample_rate != SAMPLE_RATE:
        raise ValueError(f"{speech.model} speaks at {speech.sample_rate} Hz, the product at {SAMPLE_RATE}")
    result: dict[str, Any] = {
        "seconds": len(speech.samples) / speech.sample_rate,
        "words": [[w.text, round(w.start, 4), round(w.stop, 4)] for w in speech.words],
        "visemes": [[v.shape, round(v.start, 4)] for v in speech.visemes],
    }
    return Made(write, speech.model, asdict(speech.rights), asdict(speech.cost), result)


def _dialogue(take: Take) -> DialogueTake:
    return DialogueTake(
        take=take,
        seconds=take.result["seconds"],
        words=tuple(TimedWord(t, a, b) for t, a, b in take.result["words"]),
        visemes=tuple(Viseme(s, a) for s, a in take.result["visemes"]),
        voice=take.recipe["voice"],
    )
