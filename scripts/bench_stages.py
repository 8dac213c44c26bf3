"""What scripts/bench_gpu.py measures: one episode's work through the real adapters, and how many FLOP it should take.

A stage makes its adapter once; each call of it does so many requests and gives what the adapter says they cost. Pictures
and words are made up: how long a model works does not depend on what they show. Nothing is timed here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from engine import estimating
from engine.backends import PART_ROLES
from engine.config import Profile
from models.base import ClipRequest, Cost, Figure, Look, Picture, PictureRequest, Rights, WriteRequest
from models.device import Device, house_device
from models.settings import Backing, ModelSettings, Weight

LEAD = "lead"
LOOK = Look("female", 25, "long", "chestnut", "cat", "amber", "fair", "dress", "crimson")
FACE = (0.5, 0.35, 0.22)
"""Where the lead's face is planned, as models.base.Layout.faces gives it."""
SHARED_WORDS, OWN_WORDS = 900, 200
"""Of a writer's prompt: the story so far, which a batch shares, and what one episode is asked."""
ANSWER: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "lines": {
            "type": "array",
            "minItems": 400,
            "maxItems": 500,
            "items": {
                "type": "object",
                "properties": {
                    "speaker": {"enum": ["lead", "rival", "ally"]},
                    "emotion": {"enum": ["anger", "fear", "joy", "grief"]},
                    "text": {"type": "string", "maxLength": 80},
                },
                "required": ["speaker", "emotion", "text"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["lines"],
    "additionalProperties": False,
}
"""Lines of a script, more of them than the limit of tokens lets through: every answer is exactly that long."""
CUT_SHORT = "the answer was not finished"
"""How the writer says that an answer met its limit: here always."""

Call = Callable[[int, str], list[Cost]]
"""So many requests, of a name that keeps them apart from others; what their rows cost."""


@dataclass(frozen=True)
class Setup:
    """What all stages share. `shots` are painted and animated, `episodes` written in one go."""

    profile: Profile
    settings: ModelSettings
    weights: Mapping[str, Weight]
    folder: Path
    shots: int
    episodes: int

    @property
    def backing(self) -> Backing:
        return Backing(self.weights, self.settings)

    @property
    def device(self) -> Device:
        return house_device(self.settings.device)

    @cached_property
    def files(self) -> dict[str, Path]:
        """A sheet, a mask, a key frame and a control map of each kind, drawn once."""
        self.folder.mkdir(parents=True, exist_ok=True)
        paint = self.settings.paint
        out: dict[str, Path] = {}
        for number, kind in enumerate(("sheet", "mask", "frame", *paint.controls)):
            out[kind] = self.folder / f"{kind}.png"
            cv2.imwrite(str(out[kind]), drawing(kind, paint.width, paint.height, number))
        return out


@dataclass(frozen=True)
class Stage:
    """`requests` of `rows` items each are one measurement of `episodes` episodes; `warm` requests fill one batch."""

    name: str
    unit: str
    roles: tuple[str, ...]
    make: Callable[[Setup], Call]
    tflop: Callable[[Setup], float]  # of one item at full size, by configs/costs.toml
    rows: Callable[[ModelSettings], int]
    batch: Callable[[ModelSettings], int]
    together: bool = False  # many episodes at once

    def requests(self, setup: Setup) -> int:
        return setup.episodes if self.together else setup.shots

    def episodes(self, setup: Setup) -> int:
        return setup.episodes if self.together else 1

    def warm(self, setup: Setup) -> int:
        rows = max(1, self.rows(setup.settings))
        return min(self.requests(setup), max(1, self.batch(setup.settings) // rows))

    def items(self, setup: Setup) -> int:
        """Of one episode."""
        return self.requests(setup) * self.rows(setup.settings) // self.episodes(setup)


# -- requests


def drawing(kind: str, width: int, height: int, seed: int) -> np.ndarray:
    """uint8 BGR (height, width, 3): lines on black, a mask's white oval, or patches of colour."""
    rng = np.random.default_rng(seed)
    out = np.zeros((height, width, 3), np.uint8)
    centre = (width // 2, height // 2)
    if kind == "mask":
        return cv2.ellipse(out, centre, (width // 3, height // 2), 0, 0, 360, (255, 255, 255), -1)
    if kind in ("sheet", "frame", "depth"):
        rough = rng.integers(0, 255, (12, 8, 3), dtype=np.uint8)
        return np.asarray(cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
    points = rng.integers(0, min(width, height), (40, 2)).astype(np.int32)
    return cv2.polylines(out, [points], False, (255, 255, 255), 2)


def picture_request(setup: Setup, unit: str, seed: int) -> PictureRequest:
    """A key frame of one person, with control maps and, where the profile has an identity adapter, their sheet."""
    paint, files = setup.settings.paint, setup.files
    return PictureRequest(
        unit, "keyframe", f"She turns to the window and reads the letter, page {unit}", (paint.width, paint.height),
        seed, shot_size="mcu", plate="office", figures=(Figure(LEAD, LOOK, emotion="shock"),),
        candidates=paint.candidates, controls={kind: files[kind] for kind in paint.controls},
        identity={LEAD: files["sheet"]}, masks={LEAD: files["mask"]},
    )  # fmt: skip


def clip_request(setup: Setup, unit: str, seed: int) -> ClipRequest:
    picture = picture_request(setup, unit, seed)
    frames = setup.settings.animate.frames
    return ClipRequest(unit, picture, setup.files["frame"], frames, setup.profile.fps, move="push", seed=seed)


def write_request(setup: Setup, unit: str, seed: int) -> WriteRequest:
    """An episode's script: system words and the story so far are shared, the rest is its own."""
    system = "You write one episode of a drama. Answer with JSON only."
    shared = " ".join(("the character and the scene",) * (SHARED_WORDS // 5))
    own = " ".join((f"in episode {unit} she said to him",) * (OWN_WORDS // 7))
    return WriteRequest("episode", {}, ANSWER, "en", seed, system=system, prompt=f"{shared} {own}")


# -- stages


def writing(setup: Setup) -> Call:
    from models.llama import LlamaWriter

    writer = LlamaWriter(setup.backing)

    def call(count: int, name: str) -> list[Cost]:
        asked = [write_request(setup, f"{name}{n}", n) for n in range(count)]
        answers = [answer for each in writer.write_candidates(asked) for answer in each]
        for answer in answers:
            if answer.problem and not answer.problem.startswith(CUT_SHORT):
                raise ValueError(f"the writer: {answer.problem}")
        return [answer.cost for answer in answers]

    return call


def painting(setup: Setup) -> Call:
    from models.sdxl import SdxlPainter

    painter = SdxlPainter(setup.backing)

    def call(count: int, name: str) -> list[Cost]:
        asked = [picture_request(setup, f"{name}{n}", 100 * n) for n in range(count)]
        return [picture.cost for pictures in painter.paint(asked) for picture in pictures]

    return call


def animating(setup: Setup) -> Call:
    from models.ltx import LtxAnimator

    animator = LtxAnimator(setup.backing)

    def call(count: int, name: str) -> list[Cost]:
        asked = [clip_request(setup, f"{name}{n}", n) for n in range(count)]
        return [clip.cost for clip in animator.animate(asked, setup.folder / "clips")]

    return call


def judging(setup: Setup) -> Call:
    from models.judge import VisionJudge

    judge, paint = VisionJudge(setup.backing), setup.settings.paint
    rights = Rights("drawn here", "none")
    shown = [drawing("frame", paint.width, paint.height, seed) for seed in range(paint.candidates)]
    pictures = [Picture(pixels, "none", seed, rights) for seed, pixels in enumerate(shown)]

    def call(count: int, name: str) -> list[Cost]:
        asked = [picture_request(setup, f"{name}{n}", n) for n in range(count)]
        found = judge.judge(asked, [pictures] * count, [{LEAD: FACE}] * count)
        return [judgement.cost for judgements in found for judgement in judgements]

    return call


# -- work


def answer_tflop(setup: Setup) -> float:
    """One answer: 2 FLOP a parameter and token."""
    return 2e-3 * estimating.billions(setup.profile.models["writer"]) * setup.settings.write.max_tokens


def clip_tflop(setup: Setup) -> float:
    animate = setup.settings.animate
    return estimating.clip_tflop(setup.profile, animate, animate.frames)


def judged_tflop(setup: Setup) -> float:
    """One picture with one face."""
    data = estimating.costs()["judge"]
    return data["detector"] + data["embedder"]


def reading_seconds(setup: Setup, gigabytes_per_second: float) -> float:
    """The floor of one episode's script: weights read once a token for each batch (SPEED: Llama reads 6.43 GB a token)."""
    write, data = setup.settings.write, estimating.costs()["writer"]
    gigabytes = estimating.billions(setup.profile.models["writer"]) * data["gigabytes_per_billion"]
    batches = -(-setup.episodes * write.candidates // write.batch)
    return batches * write.max_tokens * gigabytes / gigabytes_per_second / setup.episodes


STAGES = {
    stage.name: stage
    for stage in (
        Stage(
            "writer", "answers", PART_ROLES["writer"], writing, answer_tflop,
            lambda s: s.write.candidates, lambda s: s.write.batch, together=True,
        ),
        Stage(
            "painter", "pictures", PART_ROLES["painter"], painting, lambda s: estimating.picture_tflop(s.settings.paint),
            lambda s: s.paint.candidates, lambda s: s.paint.batch,
        ),
        Stage(
            "judge", "pictures", PART_ROLES["judge"], judging, judged_tflop,
            lambda s: s.paint.candidates, lambda s: 16,
        ),
        Stage(
            "animator", "clips", PART_ROLES["animator"], animating, clip_tflop,
            lambda s: 1, lambda s: s.animate.batch,
        ),
    )
}  # fmt: skip


# -- settings


def settings_for(profile: Profile, clip_size: tuple[int, int], tiny: bool) -> ModelSettings:
    """The profile's settings at the configuration's clip size. A full-size answer has as many tokens as are planned for
    an episode; tiny ones keep what the profile says."""
    settings = profile.settings
    if settings is None:
        raise ValueError(f"profile {profile.name} has no models to measure")
    if tiny:
        return settings
    tokens = estimating.costs()["writer"]["tokens_per_episode"]
    write = settings.write.model_copy(update={"max_tokens": tokens})
    animate = settings.animate.model_copy(update={"width": clip_size[0], "height": clip_size[1]})
    return settings.model_copy(update={"write": write, "animate": animate})


def roles_of(profile: Profile, stages: Sequence[Stage]) -> list[str]:
    """The roles that the profile gives to these stages."""
    return [role for stage in stages for role in stage.roles if profile.models.get(role)]
