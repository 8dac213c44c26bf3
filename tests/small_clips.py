"""Small clip requests, their pictures, and spoilt checkpoints, for the tests of animators."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from tiny import tiny_weight

from models.base import ClipRequest, Figure, Look, MouthCue, PictureRequest
from models.footage import read_frames
from models.settings import Weight

WOMAN = Look("female", 24, "bob", "raven", "cat", "jade", "fair", "coat", "red")
SPOILT = {
    "missing": "{part}.*(is here|not there)",
    "pickle": "{part}.*only pickled weights are here, which are never loaded",
    "cut": "{part}.*is cut or damaged",
    "class": "are for StableDiffusionXLPipeline, where .*Pipeline is needed",
}
"""Ways to spoil a checkpoint, and what is said of each. `{part}` is the model folder that was touched."""


def draw_pictures(folder: Path) -> None:
    """first.png, other.png, last.png: 144x256, unlike one another."""
    for number, name in enumerate(("first", "other", "last")):
        noise = np.random.default_rng(number).integers(0, 256, (8, 6, 3), dtype=np.uint8)
        cv2.imwrite(str(folder / f"{name}.png"), cv2.resize(noise, (144, 256), interpolation=cv2.INTER_CUBIC))


def clip_request(folder: Path, unit: str, num_frames: int = 9, first: str = "first", **more) -> ClipRequest:
    figures = (Figure("a", WOMAN, emotion="anger"),)
    picture = PictureRequest(unit, "keyframe", "She waits by the door.", (144, 256), 1, figures=figures)
    mouths = (MouthCue(0, 0, "aa"),)
    if more.pop("last", False):
        more["last_frame"] = folder / "last.png"
    return ClipRequest(unit, picture, folder / f"{first}.png", num_frames, more.pop("fps", 24), mouths=mouths, **more)


def clip_frames(path: Path) -> np.ndarray:
    """All frames of a clip: uint8 (frames, height, width, 3)."""
    return np.stack(list(read_frames(path)))


def spoilt(weight: Weight, how: str, part: str, folder: Path) -> Weight:
    """A copy of the weights with one model folder spoilt, or weights of another class altogether."""
    if how == "class":
        return replace(weight, folder=tiny_weight("sdxl").folder)
    copy = folder / "spoilt"
    shutil.copytree(weight.folder, copy)
    file = next((copy / part).glob("*.safetensors"))
    if how == "pickle":
        file.with_suffix(".bin").write_bytes(b"\x80\x02]q\x00.")
    if how == "cut":
        file.write_bytes(file.read_bytes()[:-100])
    else:
        file.unlink()
    return replace(weight, folder=copy)
