"""What stages hand one another: takes with their meaning. Sits below the stages; knows files, not models."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine import wav
from engine.vault import Take
from models.base import PictureRequest, TimedWord, Viseme


@dataclass(frozen=True)
class DialogueTake:
    """A spoken line on disk: mono 48 kHz, word and mouth times in seconds from its start."""

    take: Take
    seconds: float
    words: tuple[TimedWord, ...]
    visemes: tuple[Viseme, ...]
    voice: str

    def samples(self) -> NDArray[np.float32]:
        """Mono float32 samples in -1..1."""
        samples, _ = wav.read_wav(self.take.path)
        return samples[0]


@dataclass(frozen=True)
class Keyframe:
    """A painted first frame and the request it came from; `last` is the shot's last frame, where a model uses one.
    `inputs` are the control maps and sheets that it was painted from."""

    request: PictureRequest
    take: Take
    last: Take | None = None
    inputs: tuple[Take, ...] = ()


@dataclass(frozen=True)
class Poster:
    """What a cover is made from: the layout's name, its pictures, and where each one's face is (None: it has none)."""

    layout: str
    pictures: tuple[Keyframe, ...]
    faces: tuple[tuple[float, float, float] | None, ...]


@dataclass(frozen=True)
class Stems:
    """Ducked and levelled stems of one episode (stereo 48 kHz wav): their sum is the mix."""

    dialogue: Take
    music: Take
    effects: Take

    def paths(self) -> dict[str, Path]:
        return {"DX": self.dialogue.path, "MX": self.music.path, "FX": self.effects.path}
