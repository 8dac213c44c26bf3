"""Lines -> dialogue takes. All voices of all episodes of the wave in one batch; knows no sound beyond the take.

A voice that is a model has its takes judged and chosen from, its words timed, and its cast locked in the bible."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine import wav
from engine.batching import Job, Progress, build
from engine.core import SAMPLE_RATE, Character, Episode, Series, UserError
from engine.speaking import perform
from engine.store import unit_seed
from engine.takes import DialogueTake
from engine.vault import Made, Take, Vault
from models.base import Aligner, Listener, ModelVoice, Speech, TimedWord, Utterance, Viseme, Voice, VoiceProfile
from models.settings import ModelSettings

STAGE = "voicing"


@dataclass(frozen=True)
class Booth:
    """Who speaks; of a voice that is a model also who judges its takes and who times their words."""

    voice: Voice
    model: Performers | None = None


@dataclass(frozen=True)
class Performers:
    """What a voice that is a model works with. `engine` is its word in a profile, by which the bible locks a cast."""

    voice: ModelVoice
    engine: str
    settings: ModelSettings
    listener: Listener
    aligner: Aligner


def profile_of(character: Character) -> VoiceProfile:
    return VoiceProfile(
        character=character.id,
        sex=character.sex,
        age=character.age,
        pitch=character.voice.pitch,
        pace=character.voice.pace,
        timbre=character.voice.timbre,
    )


def cast_voices(series: Series, booth: Booth) -> dict[str, str]:
    """A voice id per character, in the bible's order; no two alike. A model's voices keep what the bible has locked.

    UserError: a locked voice that may not be used, no voice left."""
    cast = series.bible.characters
    profiles = [profile_of(c) for c in cast]
    if booth.model is None:
        assigned = booth.voice.cast(profiles, series.language)
    else:
        engine = booth.model.engine
        locked = {c.id: c.voice.cast[engine] for c in cast if engine in c.voice.cast}
        try:
            assigned = booth.model.voice.cast(profiles, series.language, locked)
        except ValueError as error:
            raise UserError(f"the cast's voices: {error}") from error
    return {profile.character: id for profile, id in zip(profiles, assigned, strict=True)}


def lock_voices(series: Series, booth: Booth) -> Series:
    """The series with every character's voice in its bible, as a new revision; unchanged where all are there, or where
    the voice is no model."""
    if booth.model is None:
        return series
    cast, engine = cast_voices(series, booth), booth.model.engine
    characters = tuple(_locked(c, engine, cast[c.id]) for c in series.bible.characters)
    if characters == series.bible.characters:
        return series
    bible = series.bible.model_copy(update={"characters": characters})
    return series.model_copy(update={"bible": bible, "revision": series.revision + 1})


def _locked(character: Character, engine: str, voice: str) -> Character:
    direction = character.voice.model_copy(update={"cast": {**character.voice.cast, engine: voice}})
    return character.model_copy(update={"voice": direction})


def voice_series(
    series: Series,
    episodes: Sequence[Episode],
    booth: Booth,
    vault: Vault,
    redo: Mapping[tuple[str, str], int],
    progress: Progress,
) -> dict[str, DialogueTake]:
    """Dialogue takes by line id for every line of these episodes. UserError for a cloned voice that may not speak today."""
    cast = cast_voices(series, booth)
    paces = {c.id: c.voice.pace for c in series.bible.characters}
    version = _version(booth, set(cast.values()))
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
            jobs.append(Job(line.id, {**version(utterance.voice), **asdict(utterance)}, ".wav", utterance))

    def make(utterances: list[Utterance]) -> Iterable[Made]:
        model = booth.model
        if model is None:
            return (_made(speech, {}) for speech in booth.voice.speak(utterances))
        performed = perform(booth.voice, model.listener, model.aligner, model.settings, utterances)
        return (_made(speech, result) for speech, result in performed)

    takes = build(vault, STAGE, jobs, make, progress)
    return {unit: _dialogue(take) for unit, take in takes.items()}


def _version(booth: Booth, voices: Collection[str]) -> Callable[[str], dict[str, Any]]:
    """What decides a take beside its line, by voice: the model, who times it, and what a cloned voice is today."""
    told = {"model": booth.voice.name, "version": getattr(booth.voice, "version", 1)}
    prints: dict[str, str] = {}
    if booth.model is not None:
        told["words"] = [booth.model.aligner.name, getattr(booth.model.aligner, "version", 1)]
        try:
            prints = {voice: booth.model.voice.print_of(voice) for voice in voices}
        except ValueError as error:
            raise UserError(str(error)) from error
    return lambda voice: {**told, "voice_print": prints[voice]} if prints.get(voice) else told


def _delivery(kind: str, delivery: str) -> str:
    """Narration and inner voice have a treatment of their own unless the line asks for another."""
    if delivery != "voice" or kind == "dialogue":
        return delivery
    return "narrator" if kind == "narration" else "inner"


def _made(speech: Speech, chosen: Mapping[str, Any]) -> Made:
    def write(path: Path) -> None:
        wav.write_wav(path, speech.samples[np.newaxis], speech.sample_rate)

    if speech.sample_rate != SAMPLE_RATE:
        raise ValueError(f"{speech.model} speaks at {speech.sample_rate} Hz, the product at {SAMPLE_RATE}")
    result: dict[str, Any] = {
        "seconds": len(speech.samples) / speech.sample_rate,
        "words": [[w.text, round(w.start, 4), round(w.stop, 4)] for w in speech.words],
        "visemes": [[v.shape, round(v.start, 4)] for v in speech.visemes],
        **chosen,
    }
    if speech.recipe:
        result["recipe"] = dict(speech.recipe)
    return Made(write, speech.model, asdict(speech.rights), asdict(speech.cost), result)


def _dialogue(take: Take) -> DialogueTake:
    return DialogueTake(
        take=take,
        seconds=take.result["seconds"],
        words=tuple(TimedWord(t, a, b) for t, a, b in take.result["words"]),
        visemes=tuple(Viseme(s, a) for s, a in take.result["visemes"]),
        voice=take.recipe["voice"],
    )
