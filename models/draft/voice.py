"""The draft voice: espeak-ng variants acted by tables. Lines in, dry takes with word and mouth times out.

Knows emotions, deliveries, pauses; not where a line stands in an episode, and no room. All clauses of a call go to
the worker in one batch. Rates, pitches and pauses per emotion were tuned by ear and by recogniser."""

from __future__ import annotations

import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import signal

from models.base import Cost, Rights, Speech, TimedWord, Utterance, VoiceProfile
from models.draft import casting_table, treatment
from models.draft.casting_table import CastVoice
from models.draft.clauses import joined
from models.draft.espeak import NATIVE_RATE, Clause, EspeakProcess, Spoken, WorkerError
from models.draft.mouths import mouths
from models.draft.spoken_text import SpokenText, prepare

SAMPLE_RATE = 48_000
MIN_RATE, MAX_RATE = 80, 330
MAX_UTTERANCES = 5_000
"""Most lines in one call."""
_HEADROOM_DB = -3.0  # so that rage does not clip
_TAIL_SECONDS = 0.06
_CHINESE_RATE = 1.25
_RIGHTS = Rights("espeak-ng formant synthesis, no recorded person", "GPL-3.0-or-later program; its output is free")


_NO_TILT = treatment.Tilt()


@dataclass(frozen=True)
class Acting:
    """An emotion in espeak's terms: words a minute, pitch and range around 50, volume, pause factor, colour."""

    rate: int
    pitch: int
    range: int
    volume: int
    pauses: float = 1.0
    colour: treatment.Tilt = _NO_TILT


ACTING = {
    "neutral": Acting(165, 50, 50, 85),
    "joy": Acting(182, 66, 85, 92, 0.8),
    "tender": Acting(138, 46, 38, 60, 1.3, treatment.Tilt(shelf_db=-3)),
    "smirk": Acting(142, 40, 62, 78, 1.3),
    "anger": Acting(192, 62, 80, 100, 0.7, treatment.Tilt(shelf_db=3)),
    "rage": Acting(200, 74, 95, 100, 0.5, treatment.Tilt(shelf_db=5, tremolo_hz=7, tremolo_depth=0.06)),
    "fear": Acting(195, 72, 35, 70, 0.8, treatment.Tilt(2, 8, 0.08, breath=True)),
    "shock": Acting(150, 78, 95, 95),
    "grief": Acting(118, 42, 45, 68, 1.8, treatment.Tilt(-3, 5, 0.10, breath=True)),
    "tears": Acting(128, 40, 26, 60, 1.5, treatment.Tilt(-3, 5, 0.08, breath=True)),
    "resolve": Acting(156, 45, 40, 94, 1.2, treatment.Tilt(shelf_db=1)),
    "cold": Acting(148, 36, 22, 78, 1.4),
    "plead": Acting(164, 64, 75, 80, 1.0, treatment.Tilt(tremolo_hz=5.5, tremolo_depth=0.05)),
    "triumph": Acting(158, 56, 88, 98, 1.1),
}
_MIN_CHINESE_RANGE = 20  # below it the tones flatten


@dataclass(frozen=True)
class _Plan:
    """One line made ready: its text cut up, its voice, how it is acted, what the worker is asked."""

    utterance: Utterance
    voice: CastVoice
    text: SpokenText
    acting: Acting
    clauses: tuple[Clause, ...]


class DraftVoice:
    """models.base.Voice on espeak-ng."""

    name = "espeak"
    version = 5

    def __init__(self) -> None:
        self._worker = EspeakProcess()

    def cast(self, profiles: Sequence[VoiceProfile], language: str) -> list[str]:
        """Voice ids such as 'en-us+f2:54' that fully describe the voice."""
        return [str(voice) for voice in casting_table.cast(profiles, language)]

    def speak(self, utterances: Sequence[Utterance]) -> list[Speech]:
        """All lines in one batch. ValueError names the unit whose text, voice or direction cannot be spoken."""
        if len(utterances) > MAX_UTTERANCES:
            raise ValueError(f"{len(utterances)} lines in one call, limit {MAX_UTTERANCES}")
        began = time.process_time()
        plans = [_plan(utterance) for utterance in utterances]
        owners = [plan.utterance.unit for plan in plans for _ in plan.clauses]
        try:
            spoken = self._worker.say([clause for plan in plans for clause in plan.clauses])
        except WorkerError as error:
            raise ValueError(f"{owners[error.index]}: {error}") from error
        takes, at = [], 0
        for plan in plans:
            takes.append(_take(plan, spoken[at : at + len(plan.clauses)]))
            at += len(plan.clauses)
        spent = time.process_time() - began + sum(clause.core_seconds for clause in spoken)
        share = Cost(core_seconds=spent / max(len(takes), 1))
        return [replace(take, cost=share) for take in takes]

    def close(self) -> None:
        """End the worker process; the next call starts another."""
        self._worker.close()


def acting_of(emotion: str, arousal: float) -> Acting:
    """The emotion's table row, drawn towards neutral at low arousal and beyond it at high (0.5 is the table)."""
    target, neutral = ACTING[emotion], ACTING["neutral"]
    weight = 0.7 + 0.6 * min(1.0, max(0.0, arousal))

    def mix(a: float, b: float) -> float:
        return a + (b - a) * weight

    return Acting(
        rate=round(mix(neutral.rate, target.rate)),
        pitch=round(mix(neutral.pitch, target.pitch)),
        range=round(mix(neutral.range, target.range)),
        volume=min(100, round(mix(neutral.volume, target.volume))),
        pauses=target.pauses,
        colour=target.colour,
    )


def _plan(utterance: Utterance) -> _Plan:
    try:
        voice = casting_table.parse(utterance.voice)
        if utterance.emotion not in ACTING:
            raise ValueError(f"unknown emotion {utterance.emotion!r}: choose from {', '.join(ACTING)}")
        if utterance.delivery not in treatment.DELIVERIES:
            known = ", ".join(treatment.DELIVERIES)
            raise ValueError(f"unknown delivery {utterance.delivery!r}: choose from {known}")
        text = prepare(utterance.text, utterance.language)
    except ValueError as error:
        raise ValueError(f"{utterance.unit}: {error}") from error
    acting = acting_of(utterance.emotion, min(utterance.arousal, voice.variant.most_arousal))
    return _Plan(utterance, voice, text, acting, tuple(_clauses(utterance, voice, text, acting)))


def _clauses(utterance: Utterance, voice: CastVoice, text: SpokenText, acting: Acting) -> list[Clause]:
    speed = utterance.pace * voice.variant.pace * (_CHINESE_RATE if voice.language == "zh" else 1.0)
    speed *= 0.92 if utterance.delivery == "narrator" else 1.0
    name = str(voice).partition(":")[0]
    floor = _MIN_CHINESE_RANGE if voice.language == "zh" else 0
    settings = {
        "rate": int(np.clip(acting.rate * speed, MIN_RATE, MAX_RATE)),
        "pitch": int(np.clip(voice.pitch + acting.pitch - 50, 0, voice.variant.most_acted)),
        "range": int(np.clip(acting.range * voice.variant.range / 50, floor, 99)),
        "volume": acting.volume,
    }
    return [Clause(clause.text, name, **settings) for clause in text.clauses]


def _take(plan: _Plan, spoken: Sequence[Spoken]) -> Speech:
    """Clauses joined by their pauses, treated, breathed and raised to 48 kHz, with every time carried along."""
    line = joined(plan.text, spoken, plan.acting.pauses)
    if not line.is_heard:
        raise ValueError(f"{plan.utterance.unit}: nothing in the text can be spoken")
    treated, lead = _treated(plan, line.samples)
    lead_seconds = lead / NATIVE_RATE
    words = tuple(
        TimedWord(token, lead_seconds + start, lead_seconds + stop)
        for token, (start, stop) in zip(plan.text.tokens, line.words, strict=True)
    )
    shapes = mouths([(lead_seconds + start, name) for start, name in line.phonemes], words[-1].stop)
    samples = signal.resample_poly(treated, 320, 147).astype(np.float32)
    return Speech(np.clip(samples, -1, 1), SAMPLE_RATE, words, shapes, f"espeak-ng {plan.voice}", _RIGHTS)


def _treated(plan: _Plan, voice: np.ndarray) -> tuple[np.ndarray, int]:
    """The acted line with its tail, and how many samples of breath lead it."""
    seed = zlib.crc32(f"{plan.utterance.unit} {plan.utterance.seed}".encode())
    levelled = voice * 10 ** ((plan.voice.variant.gain_db + _HEADROOM_DB) / 20)
    out = treatment.tilt(levelled, NATIVE_RATE, plan.acting.colour)
    out = treatment.deliver(out, NATIVE_RATE, plan.utterance.delivery, seed)
    tail = np.zeros(int(_TAIL_SECONDS * NATIVE_RATE))
    long = len(voice) > treatment.BREATH_AFTER_SECONDS * NATIVE_RATE
    if not (long or plan.acting.colour.breath) or plan.utterance.delivery == "phone":
        return np.concatenate([out, tail]), 0
    breath = treatment.breath(treatment.rms(out), NATIVE_RATE, seed)
    return np.concatenate([breath, out, tail]), len(breath)
