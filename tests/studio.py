"""Painters, judges and animators that are done at once, with a profile of models, for tests of the stages around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.backends import Backends, load_backends
from engine.batching import Silent
from engine.config import Profile, load_profile
from engine.painting import Studio
from engine.vault import Vault
from models.base import Clip, ClipRequest, Cost, Judgement, Picture, PictureRequest, Rights

RIGHTS = Rights("a test", "CC0-1.0")


def model_profile(**accept: Any) -> Profile:
    """The tiny profile with a batch of two and other limits of acceptance."""
    profile = load_profile("tiny")
    assert profile.settings is not None
    settings = profile.settings
    paint = settings.paint.model_copy(update={"candidates": 2, "batch": 2})
    animate = settings.animate.model_copy(update={"batch": 1})
    limits = settings.accept.model_copy(update=accept)
    settings = settings.model_copy(update={"paint": paint, "animate": animate, "accept": limits})
    return profile.model_copy(update={"settings": settings, "dollars_per_gpu_hour": 3600.0})


@dataclass
class Painter:
    """Fills each picture with its seed; remembers what it was asked."""

    name: str = "quick"
    suffix: str = ".png"
    asked: list[PictureRequest] = field(default_factory=list[PictureRequest])

    def paint(self, requests: Sequence[PictureRequest]) -> list[list[Picture]]:
        self.asked += requests
        return [[self._one(r, r.seed + k) for k in range(r.candidates)] for r in requests]

    def _one(self, request: PictureRequest, seed: int) -> Picture:
        pixels = np.full((32, 18, 3), seed % 251, np.uint8)
        return Picture(pixels, self.name, seed, RIGHTS, Cost(gpu_seconds=1.0), {"prompt": request.description})


class Layout:
    """Control maps of one grey, and everybody's face in the middle."""

    version = 1

    def controls(self, request: PictureRequest, kinds: Sequence[str]) -> Mapping[str, NDArray[np.uint8]]:
        return {kind: np.full((16, 9, 3), 128, np.uint8) for kind in kinds}

    def masks(self, request: PictureRequest) -> Mapping[str, NDArray[np.uint8]]:
        return {f.character: np.full((16, 9), 255, np.uint8) for f in request.figures}

    def faces(self, request: PictureRequest) -> Mapping[str, tuple[float, float, float]]:
        return {f.character: (0.5, 0.4, 0.4) for f in request.figures}


@dataclass
class Judge:
    """Passes what has one of the good seeds, or everything."""

    good: Any = None
    name: str = "quick"

    def judge(
        self,
        requests: Sequence[PictureRequest],
        candidates: Sequence[Sequence[Picture]],
        faces: Sequence[Mapping[str, tuple[float, float, float]]],
    ) -> list[list[Judgement]]:
        return [[self._of(p.seed) for p in row] for row in candidates]

    def judge_clips(self, requests: Sequence[ClipRequest], clips: Sequence[Clip]) -> list[Judgement]:
        return [self._of(r.seed) for r in requests]

    def _of(self, seed: int) -> Judgement:
        passed = self.good is None or self.good(seed)
        return Judgement({"sharpness": 0.5}, passed, "" if passed else "sharpness 0.5 is under 0.6")


@dataclass
class Animator:
    """Writes a file of a few bytes for each clip."""

    name: str = "quick"
    suffix: str = ".mp4"
    uses_last_frame: bool = False
    gpu_seconds: float = 1.0
    asked: list[ClipRequest] = field(default_factory=list[ClipRequest])

    def animate(self, requests: Sequence[ClipRequest], folder: Path) -> list[Clip]:
        self.asked += requests
        return [self._one(r, folder / f"{r.unit}{self.suffix}") for r in requests]

    def _one(self, request: ClipRequest, path: Path) -> Clip:
        path.write_bytes(b"clip %d" % request.seed)
        return Clip(path, request.num_frames, self.name, RIGHTS, Cost(gpu_seconds=self.gpu_seconds))


def quick_studio(root: Path, profile: Profile | None = None, **parts: Any) -> Studio:
    """A studio of these parts in an empty vault below `root`."""
    given: dict[str, Any] = {
        "layout": Layout(), "painter": Painter(), "judge": Judge(), "animator": Animator(),
        "cheap_animator": Animator(name="cheap", suffix=".still.json", gpu_seconds=0.0),
    }  # fmt: skip
    backends: Backends = replace(load_backends(load_profile("draft")), **(given | parts))
    return Studio(backends, profile or model_profile(), Vault(root), Silent())
