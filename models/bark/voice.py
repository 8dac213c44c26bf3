"""The voice on Bark: lines in, dry 48 kHz takes out, all speakers of all lines in one batch. When words are heard it does
not know: an aligner finds them.

A line over Bark's reach is spoken in pieces, each of which continues all that was said before it, so that the voice stays."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import signal

from models.bark import casting, spoken
from models.bark.presets import Preset, load_preset, preset_names, read_preset
from models.bark.speaking import Speaker
from models.bark.stages import Line
from models.base import Cost, Rights, Speech, Utterance, VoiceProfile
from models.device import house_device
from models.loading import gigabytes
from models.own_voices import OWN
from models.own_voices import voice as own_voice
from models.settings import Backing, Weight

SAMPLE_RATE = 48_000
PIECE_STEP = 1_000_003
"""Between the seeds of two pieces of a line."""
SILENCE_SECONDS = 0.25
"""What a take lasts in which nothing was said at all: it is judged, and redone, like any other."""
HISTORY_TOKENS = 1_000
"""Semantic tokens, 20 s, that a piece is given of what came before: more than any of Bark's networks looks back at."""


@dataclass
class _Spoken:
    """A line on its way: what it is to say, its voice, and what was said so far."""

    utterance: Utterance
    pieces: list[tuple[str, str]]
    voice: Preset
    rights: Rights
    lines: list[Line] = field(default_factory=list[Line])

    @property
    def codes(self) -> NDArray[np.int64]:
        return np.concatenate([line.codes for line in self.lines], axis=1)


class BarkVoice:
    """A `models.base.Voice`."""

    def __init__(self, backing: Backing) -> None:
        self._weight = backing.weight("voice")
        self._settings = backing.settings.speak
        self._device = house_device(backing.settings.device)
        self._rows = self._settings.batch
        self._presets: dict[str, Preset] = {}
        self.name = self._weight.name
        self.version = {**backing.print("voice", part="speak"), "cues": spoken.VERSION}
        self.rights = Rights(
            f"{self._weight.repo}, a voice preset of its publisher", self._weight.licence,
            commercial_use=self._weight.commercial_use,
        )  # fmt: skip

    def cast(
        self, profiles: Sequence[VoiceProfile], language: str, locked: Mapping[str, str] | None = None
    ) -> list[str]:
        """A preset a character, no two alike; `locked` ones, by character, keep theirs. ValueError: unknown language."""
        return casting.cast(profiles, language, locked or {}, available=preset_names(self._weight.folder))

    def print_of(self, voice: str) -> str:
        """What a voice id stands for today, where it can be given anew: of a cloned voice, '' for a preset. ValueError, one
        line, when it may not be used."""
        return own_voice(voice).print if voice.startswith(OWN) else ""

    def speak(self, utterances: Sequence[Utterance]) -> list[Speech]:
        """One take a line. Batches shrink when memory ends. ValueError, one line, names the unit that cannot be spoken."""
        if not utterances:
            return []
        spoken_ = [self._begun(u) for u in utterances]
        speaker = self._device.hold(f"voice {self._weight.folder}", self._gigabytes(), self._load)
        with self._device.metered() as meter:
            samples = self._heard(speaker, spoken_)
        whole = sum(map(len, samples))
        return [
            self._speech(s, sound, Cost(
                meter.gpu_seconds * len(sound) / whole, meter.core_seconds * len(sound) / whole, meter.peak_bytes
            ))
            for s, sound in zip(spoken_, samples, strict=True)
        ]  # fmt: skip

    def _gigabytes(self) -> float:
        """Weights, and the caches of the two networks that decode."""
        held = gigabytes(self._weight, dtype=self._device.dtype)
        return held + cache_gigabytes(self._weight, self._rows, self._device.dtype.itemsize)

    def _load(self) -> Speaker:
        return Speaker.load(self._weight, self._settings, self._device.dtype, self._device.torch_device)

    # -- what is to be said, and with which voice

    def _begun(self, utterance: Utterance) -> _Spoken:
        u = utterance
        try:
            most = self._settings.seconds_most
            pieces = spoken.pieces(u.text, u.emotion, u.delivery, u.language, u.arousal, most)
            voice, rights = self._voice(u.voice)
        except ValueError as error:
            raise ValueError(f"{u.unit}: {error}") from error
        return _Spoken(u, pieces, voice, rights)

    def _voice(self, name: str) -> tuple[Preset, Rights]:
        """The preset of a voice id and its rights; those of a cloned voice are looked at anew each time."""
        if name.startswith(OWN):
            own = own_voice(name)
            return load_preset(own.preset, name), own.rights
        if name not in self._presets:
            self._presets[name] = read_preset(self._weight.folder, name)
        return self._presets[name], self.rights

    # -- saying it

    def _heard(self, speaker: Speaker, lines: Sequence[_Spoken]) -> list[NDArray[np.float32]]:
        """Sound at the codec's rate; with half as many rows each time that memory ends."""
        while True:
            try:
                for s in lines:
                    s.lines = []
                self._coded(speaker, lines)
                return speaker.heard([s.codes for s in lines])
            except torch.OutOfMemoryError:
                if self._rows == 1:
                    raise ValueError(
                        f"{self.name}: one line does not fit into the memory that is free: free some, "
                        "or choose a profile for less memory"
                    ) from None
                self._rows //= 2
                speaker.forget()

    def _coded(self, speaker: Speaker, lines: Sequence[_Spoken]) -> None:
        """The n-th pieces of all lines together, one n after the other."""
        for index in range(max(len(s.pieces) for s in lines)):
            due = [s for s in lines if index < len(s.pieces)]
            for s in due:
                s.lines.append(self._line(speaker, s, index))
            seconds = [self._longest(s, index) for s in due]
            speaker.code([s.lines[-1] for s in due], seconds, self._rows)

    def _line(self, speaker: Speaker, s: _Spoken, index: int) -> Line:
        u = s.utterance
        return Line(
            text=speaker.tokens(s.pieces[index][1]),
            history=continued(s.voice, s.lines, speaker),
            temperature=spoken.temperature_of(u.emotion, u.arousal, self._settings.temperature),
            timbre_temperature=self._settings.timbre_temperature,
            seed=u.seed + PIECE_STEP * index,
        )

    def _longest(self, s: _Spoken, index: int) -> float:
        """Seconds after which a piece is cut off: what comes then is babble. A second more a time beyond the first."""
        longest = self._settings.longest
        return spoken.expected_seconds(s.pieces[index][0], s.utterance.language) * longest + max(0.0, longest - 1)

    def _speech(self, s: _Spoken, samples: NDArray[np.float32], cost: Cost) -> Speech:
        if not len(samples):
            raised = np.zeros(int(SILENCE_SECONDS * SAMPLE_RATE), np.float32)
        else:
            raised = signal.resample_poly(samples, SAMPLE_RATE, RATE).astype(np.float32)
        u = s.utterance
        recipe: dict[str, Any] = {
            "model": f"{self._weight.repo}@{self._weight.revision}",
            "dtype": self._device.settings.dtype,
            "voice": u.voice,
            "text": [asked for _, asked in s.pieces],
            "temperature": round(spoken.temperature_of(u.emotion, u.arousal, self._settings.temperature), 4),
            "timbre_temperature": self._settings.timbre_temperature,
            "seed": u.seed,
        }
        return Speech(np.clip(raised, -1, 1), SAMPLE_RATE, (), (), f"{self.name} {u.voice}", s.rights, cost, recipe)


RATE = 24_000
"""Samples a second of EnCodec 24 kHz, the codec that Bark was trained on."""


def cache_gigabytes(weight: Weight, rows: int, bytes_: int) -> float:
    """GiB of keys and values of so many rows, in both networks. ValueError, one line, for a config that is not Bark's."""
    try:
        told = json.loads((weight.folder / "config.json").read_bytes())
        parts = [told[part] for part in ("semantic_config", "coarse_acoustics_config")]
        count = sum(p["num_layers"] * p["hidden_size"] * p["block_size"] for p in parts)
    except (OSError, ValueError, KeyError, TypeError):
        raise ValueError(f"weights '{weight.name}': config.json is missing, damaged or not Bark's") from None
    return 2 * rows * count * bytes_ / 1024**3


def continued(voice: Preset, said: Sequence[Line], speaker: Speaker) -> Preset:
    """The voice with what it has just said behind it: the history of a line's next piece."""
    made = [line for line in said if line.semantic and line.coarse]
    if not made:
        return voice
    n = speaker.numbers
    codes = [np.array(line.coarse, np.int64).reshape(-1, n.coarse_books).T - n.semantic_vocabulary for line in made]
    semantic = np.concatenate([voice.semantic, *(np.array(line.semantic, np.int64) for line in made)])
    coarse = np.concatenate([voice.coarse, *(c % n.codebook for c in codes)], axis=1)
    fine = np.concatenate([voice.fine, *(line.codes for line in made)], axis=1)
    frames = int(HISTORY_TOKENS * n.ratio / n.coarse_books)
    return Preset(semantic[-HISTORY_TOKENS:], coarse[:, -frames:], fine[:, -frames:])
