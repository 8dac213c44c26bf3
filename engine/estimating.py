"""What a run will take before it runs: GPU-seconds, dollars, memory, disk. Arithmetic over dated data; knows no model.

Work comes from configs/costs.toml, the card's sustained rates and prices from the profile. An estimate is a plan, not a
measurement: a rendered series says in its manifests what it did cost."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from engine.backends import PART_ROLES
from engine.config import Profile, data_folder
from models import catalogue
from models.settings import AnimateSettings, ModelSettings, PaintSettings

SECONDS = 60.0
"""A planned episode."""
SHOTS = 16
"""Shots of a planned episode, without a series to count them in."""
IN_PLACE = ("accelerator",)
"""Roles whose weights are loaded over another's."""


@dataclass(frozen=True)
class Estimate:
    """One episode's GPU-seconds by stage and core-seconds; the rest is of the whole run."""

    gpu_seconds: Mapping[str, float]
    core_seconds: float
    dollars: float

    @property
    def gpu_total(self) -> float:
        return sum(self.gpu_seconds.values())


@cache
def costs() -> dict[str, Any]:
    return tomllib.loads((data_folder("") / "costs.toml").read_text(encoding="utf-8"))


def picture_tflop(paint: PaintSettings) -> float:
    """One painted picture. 4 steps at 768x1344 without guidance are 48.8 with control maps on every step."""
    data = costs()["painter"]["sdxl"]
    area = paint.width * paint.height / data["pixels"]
    passes = 2 if paint.guidance > 1 else 1
    guided = data["controlnet"] * paint.control_stop if paint.controls else 0.0
    return area * (paint.steps * passes * (data["unet"] + guided) + data["vae"])


def clip_tflop(profile: Profile, animate: AnimateSettings, num_frames: int) -> float:
    """One clip of `num_frames` at the product's rate, in as many calls as the model's reach asks for."""
    table = costs()["animator"]
    data = table.get(family(profile), table["ltx"])
    frames = max(1.0, num_frames * animate.rate / profile.fps)
    out = 0.0
    while frames > 0:
        part = min(frames, animate.frames)
        x = animate.width * animate.height / data["pixels"] * part / data["frames"]
        passes = 2 if animate.guidance > 1 else 1
        out += animate.steps * passes * (data["linear"] * x + data["square"] * x * x) + data["vae"] * x + data["text"]
        frames -= part
    return out


def family(profile: Profile) -> str:
    """The row of the cost table: the adapter's, or that of its larger sister."""
    weight = profile.models.get("animator", "")
    return weight if weight in costs()["animator"] else profile.animator


def gpu_seconds(profile: Profile, tflop: float) -> float:
    """0 for a profile that plans no GPU."""
    return tflop / profile.gpu_tflops if profile.gpu_tflops else 0.0


def clip_dollars(profile: Profile, num_frames: int) -> float:
    """What one clip is expected to cost; all candidates of a first try."""
    if profile.settings is None:
        return 0.0
    animate = profile.settings.animate
    tflop = clip_tflop(profile, animate, num_frames) * animate.candidates
    return profile.dollars(0.0, gpu_seconds(profile, tflop))


def episode_estimate(
    profile: Profile, shots: int = SHOTS, clips: int | None = None, seconds: float = SECONDS
) -> Estimate:
    """One episode of `shots` shots, of which `clips` are animated by a model (None: as many as the budget pays)."""
    data, settings = costs(), profile.settings
    core = (data["machine"]["core_seconds_per_episode"] + data["voice"]["core_seconds_per_episode"]) * seconds / SECONDS
    if settings is None:
        return Estimate({}, core, profile.dollars(core))
    stages = {
        "writing": writing_seconds(profile, settings),
        "voicing": voicing_seconds(profile, settings) * seconds / SECONDS,
    }
    pictures = (shots + 4) * settings.paint.candidates  # and four for the covers
    stages["framing"] = gpu_seconds(profile, pictures * picture_tflop(settings.paint))
    judged = pictures * (data["judge"]["detector"] + data["judge"]["embedder"])
    stages["judging"] = gpu_seconds(profile, judged) if profile.judge else 0.0
    frames = round(seconds * profile.fps / shots)
    if clips is None:
        clips = affordable_clips(profile, shots, frames, profile.dollars(core, sum(stages.values())))
    each = clip_tflop(profile, settings.animate, frames) * settings.animate.candidates
    stages["animating"] = gpu_seconds(profile, clips * each)
    return Estimate(stages, core, profile.dollars(core, sum(stages.values())))


def affordable_clips(profile: Profile, shots: int, frames: int, spent: float) -> int:
    """How many clips of the same length a profile's budget pays beside what is spent already."""
    each = clip_dollars(profile, frames)
    if not profile.budget_dollars or not each:
        return shots
    return max(0, min(shots, int((profile.budget_dollars - spent) / each)))


def writing_seconds(profile: Profile, settings: ModelSettings) -> float:
    """The share of one episode in a batch that reads the weights once a token."""
    if profile.writer == "rules" or not profile.gpu_gb_per_second:
        return 0.0
    data = costs()["writer"]
    tokens = data["tokens_per_episode"]
    read = tokens * billions(profile.models.get("writer", "")) * data["gigabytes_per_billion"]
    return read / profile.gpu_gb_per_second / settings.write.batch * settings.write.candidates


def voicing_seconds(profile: Profile, settings: ModelSettings) -> float:
    """Bark's work on an episode and its reading of weights, shared by a batch; 0 for voices whose work nobody counted."""
    found = costs()["voice"].get(profile.voice)
    if found is None or not profile.gpu_gb_per_second:
        return 0.0
    read = found["steps"] * found["gigabytes"] / profile.gpu_gb_per_second / settings.speak.batch
    each = gpu_seconds(profile, found["tflop"]) + read
    return costs()["voice"]["seconds_per_episode"] * each * settings.speak.candidates


def billions(name: str) -> float:
    """Parameters of a catalogue entry in billions; 0 for one that is not in it."""
    entry = catalogue.entries().get(name)
    return entry.params if entry else 0.0


def stage_gigabytes(profile: Profile) -> dict[str, float]:
    """What each stage's weights take in the card, by their parameters; the largest must fit, all of them need not."""
    known = catalogue.entries()
    out: dict[str, float] = {}
    for stage, roles in PART_ROLES.items():
        names = dict.fromkeys(profile.models[role] for role in roles if role in profile.models and role not in IN_PLACE)
        if found := [loaded_gb(profile, known[name]) for name in names if name in known]:
            out[stage] = sum(found)
    return out


def loaded_gb(profile: Profile, entry: catalogue.Entry) -> float:
    """An entry's weights as loaded: its parameters in the profile's precision."""
    wide = profile.settings is not None and profile.settings.device.dtype == "float32"
    return entry.params * (4 if wide else 2) if entry.params else entry.gb


def weight_gigabytes(profile: Profile) -> float:
    """What the profile's weights take on disk."""
    known = catalogue.entries()
    return sum(known[name].gb for name in dict.fromkeys(profile.models.values()) if name in known)
