"""What a profile tells a model-backed adapter: settings, checked on construction, and the weights on disk.

Torch-free data; no defaults that depend on a tier: those are data, in configs/tiers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

CONTROL_KINDS = ("pose", "lineart", "depth", "canny")
Tier = Literal["fast", "quality"]
ACTIVATIONS_GB = 4.0
"""Kept free beside the weights: what a batch needs while it runs, before the batch is halved."""


class Part(BaseModel):
    """Frozen, and refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DeviceSettings(Part):
    """Where models run. `vram_gb` is what the profile plans for; a machine with less free memory is planned smaller."""

    kind: Literal["cuda", "cpu"] = "cuda"
    dtype: Literal["bfloat16", "float16", "float32"] = "bfloat16"
    vram_gb: float = Field(gt=0, le=1024)
    compile: bool = False
    threads: int = Field(default=0, ge=0, le=256)  # CPU threads of torch; 0: torch's own choice


class WriteSettings(Part):
    """Sampling of the writer. `attempts` bounds the retries of one step, each a batch of `candidates` an episode."""

    candidates: int = Field(ge=1, le=16)
    attempts: int = Field(ge=1, le=8)
    temperature: float = Field(gt=0, le=2)
    top_p: float = Field(gt=0, le=1)
    max_tokens: int = Field(ge=16, le=8192)
    batch: int = Field(ge=1, le=256)


class PaintSettings(Part):
    """Keyframes, plates and sheets. `schedule` names how the few-step or the full model is sampled."""

    width: int = Field(ge=64, le=2048, multiple_of=8)
    height: int = Field(ge=64, le=2048, multiple_of=8)
    steps: int = Field(ge=1, le=100)
    guidance: float = Field(ge=0, le=20)  # 1 or less: without classifier-free guidance
    schedule: Literal["lightning", "euler", "dpm"]
    candidates: int = Field(ge=1, le=16)
    batch: int = Field(ge=1, le=64)
    controls: dict[Literal["pose", "lineart", "depth", "canny"], float]  # kind -> conditioning scale
    control_stop: float = Field(ge=0, le=1)  # share of the steps that control maps guide
    identity_scale: float = Field(ge=0, le=2)
    lora_scale: float = Field(default=0.8, ge=0, le=2)
    style: str  # put before every prompt
    negative: str  # what must not be seen


class AnimateSettings(Part):
    """Clips. `frames` is the longest single call; longer shots are chained. `rate` is the model's own frame rate."""

    width: int = Field(ge=32, le=2048, multiple_of=8)
    height: int = Field(ge=32, le=2048, multiple_of=8)
    steps: int = Field(ge=1, le=100)
    guidance: float = Field(ge=0, le=20)
    frames: int = Field(ge=2, le=257)
    rate: int = Field(ge=4, le=60)
    batch: int = Field(ge=1, le=16)
    candidates: int = Field(ge=1, le=8)
    last_frame: bool = False  # paint and use each shot's last frame; refused for a model that would ignore it
    style: str = ""
    negative: str = ""


class AcceptSettings(Part):
    """When a candidate passes. Each limit's meaning and unit stand in models/scores; `attempts` is the stop rule."""

    attempts: int = Field(ge=1, le=8)
    sharpness_least: float = Field(ge=0)
    exposure_least: float = Field(ge=0, le=1)
    exposure_most: float = Field(ge=0, le=1)
    clipped_most: float = Field(ge=0, le=1)
    faces: bool  # whether the faces found must be those of the shot
    face_size_least: float = Field(ge=0, le=4)  # of the planned face height
    face_size_most: float = Field(ge=0, le=16)
    identity_least: float = Field(ge=-1, le=1)  # cosine to the sheet
    text_most: float = Field(ge=0, le=1)
    flicker_most: float = Field(ge=0)
    frozen_most: float = Field(ge=0, le=1)
    drift_most: float = Field(ge=0, le=2)
    jump_most: float = Field(default=1.0, ge=0, le=1)  # a cut inside a clip


class SpeakSettings(Part):
    """Sampling of voices. `batch` is how many lines are decoded at once; `candidates` takes a line, the best of which is
    kept; `attempts` bounds the tries of a line none of whose takes passes."""

    batch: int = Field(ge=1, le=256)
    candidates: int = Field(ge=1, le=8)
    attempts: int = Field(ge=1, le=8)
    temperature: float = Field(gt=0, le=2)  # of what is said and how; emotion moves it
    timbre_temperature: float = Field(gt=0, le=2)  # of the sound: coarse and fine codes
    top_k: int = Field(default=0, ge=0, le=10_000)  # 0: all
    end_least: float = Field(
        default=0.2, ge=0, le=1
    )  # probability of the end from which a line ends; 0: only when drawn
    seconds_most: float = Field(default=13.0, ge=1, le=30)  # longer lines are split at clauses
    longest: float = Field(default=2.5, ge=0.1, le=10)  # a piece is cut off after so many times its expected length


class HearSettings(Part):
    """When a spoken take passes. Each limit's meaning and unit stand in models/speech_scores."""

    pace_least: float = Field(ge=0, le=1)  # of the pace expected of the text
    pace_most: float = Field(ge=1, le=100)
    silence_most: float = Field(ge=0, le=1)
    clipped_most: float = Field(ge=0, le=1)
    level_least: float = Field(ge=-120, le=0)  # dBFS of the spoken parts
    runaway_most: float = Field(ge=0, le=60)  # seconds of sound after the line's end
    repeat_most: float = Field(ge=0, le=1)
    words_least: float = Field(ge=0, le=1)  # share of words that a recogniser hears right, where its weights are


class EndpointSettings(Part):
    """A speech endpoint that speaks OpenAI's API, on the local network. Off unless a profile has a section [endpoint]."""

    url: str = Field(max_length=500)  # up to the version: http://192.168.1.20:8880/v1
    model: str = Field(min_length=1, max_length=200)
    voices: dict[Literal["female", "male"], tuple[Annotated[str, StringConstraints(min_length=1, max_length=200)], ...]]
    languages: tuple[Literal["en", "zh"], ...] = ("en", "zh")
    timeout_seconds: float = Field(default=60.0, gt=0, le=600)  # of one request, all in all
    parallel: int = Field(default=4, ge=1, le=64)
    public: bool = False  # whether the url may lead out of the local network
    commercial_use: bool = False  # what the operator declares; goes into the manifest

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        names = [name for each in self.voices.values() for name in each]
        if not names or len(set(names)) != len(names):
            raise ValueError("voices must name at least one voice, and none of them twice")
        return self


class ModelSettings(Part):
    """Everything that a profile says to model-backed adapters."""

    tier: Tier
    device: DeviceSettings
    write: WriteSettings
    paint: PaintSettings
    animate: AnimateSettings
    accept: AcceptSettings
    speak: SpeakSettings
    hear: HearSettings
    endpoint: EndpointSettings | None = None


@dataclass(frozen=True)
class Weight:
    """Weights on this disk, in the hub's own layout below `folder`. `revision` is the commit they were pulled at."""

    name: str
    folder: Path
    repo: str
    revision: str
    licence: str
    commercial_use: bool
    notice: str = ""  # a line that the licence wants shown, such as 'Built with Llama'
    files: Mapping[str, str] | None = None  # role of a file within the folder -> its path, where a repository has many


@dataclass(frozen=True)
class Backing:
    """What a model-backed adapter is made with: weights by role, and the profile's settings."""

    weights: Mapping[str, Weight]
    settings: ModelSettings

    def weight(self, role: str) -> Weight:
        """ValueError when the profile gives no weights for this role."""
        if role not in self.weights:
            raise ValueError(f"the profile names no weights for '{role}': add it below [models]")
        return self.weights[role]

    def print(self, *roles: str, part: str) -> dict[str, Any]:
        """What decides an adapter's results beside the request: weights of these roles and one part of the settings."""
        settings = self.settings.model_dump(mode="json")
        weights = {r: f"{self.weights[r].repo}@{self.weights[r].revision}" for r in roles if r in self.weights}
        text = json.dumps([weights, settings[part], settings["device"]["dtype"]], sort_keys=True)
        return {"weights": weights, "settings": hashlib.sha256(text.encode()).hexdigest()[:16]}
