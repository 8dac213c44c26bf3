"""Tiny random checkpoints for tests: made once a machine, shared by all tests and workers, remade when their makers change.

weight = tiny_weight("sdxl")                          # a Weight whose folder is complete
backing = tiny_backing(animator="svd")                # every role; this one by a maker's name
backing = tiny_backing(identity=None, paint={"steps": 4, "candidates": 2}, tier="quality")
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import os
import shutil
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from models.settings import Backing, ModelSettings, Weight

ROOT = Path(__file__).resolve().parent.parent
LIBRARIES = ("torch", "transformers", "diffusers", "tokenizers", "safetensors")
ROLES = {
    "writer": "llama",
    "painter": "sdxl",
    "control": "controlnet",
    "identity": "ip_adapter",
    "accelerator": "lightning",
    "vae": "tiny_vae",
    "animator": "ltx",
    "voice": "bark",
    "detector": "owlv2",
    "embedder": "ip_adapter",
}
"""Which checkpoint plays which role, unless a test says otherwise: as in configs/profiles/tiny.toml."""
FILES: dict[str, dict[str, str]] = {
    "ip_adapter": {"adapter": "sdxl_models/ip-adapter-plus_sdxl_vit-h.safetensors", "encoder": "models/image_encoder"},
    "lightning": {"4": "sdxl_lightning_4step_unet.safetensors", "8": "sdxl_lightning_8step_unet.safetensors"},
}
SETTINGS: dict[str, Any] = {
    "tier": "fast",
    "device": {"kind": "cpu", "dtype": "float32", "vram_gb": 8.0, "threads": 1},
    "write": {"candidates": 1, "attempts": 2, "temperature": 0.8, "top_p": 0.95, "max_tokens": 64, "batch": 4},
    "paint": {
        "width": 144,
        "height": 256,
        "steps": 2,
        "guidance": 0.0,
        "schedule": "lightning",
        "candidates": 1,
        "batch": 2,
        "controls": {"pose": 0.7, "lineart": 0.55},
        "control_stop": 0.8,
        "identity_scale": 0.6,
        "style": "ink line art",
        "negative": "watermark",
    },
    "animate": {
        "width": 64,
        "height": 96,
        "steps": 2,
        "guidance": 1.0,
        "frames": 25,
        "rate": 24,
        "batch": 2,
        "candidates": 1,
        "style": "2D animation",
        "negative": "flicker",
    },
    "accept": {
        "attempts": 1,
        "sharpness_least": 0.0,
        "exposure_least": 0.0,
        "exposure_most": 1.0,
        "clipped_most": 1.0,
        "faces": False,
        "face_size_least": 0.0,
        "face_size_most": 16.0,
        "identity_least": -1.0,
        "text_most": 1.0,
        "flicker_most": 1000.0,
        "frozen_most": 1.0,
        "drift_most": 2.0,
    },
    "speak": {
        "batch": 8,
        "candidates": 1,
        "attempts": 1,
        "temperature": 0.7,
        "timbre_temperature": 0.7,
        "top_k": 50,
        "end_least": 0.2,
        "longest": 0.5,
    },
    "hear": {
        "pace_least": 0.0,
        "pace_most": 100.0,
        "silence_most": 1.0,
        "clipped_most": 1.0,
        "level_least": -120.0,
        "runaway_most": 60.0,
        "repeat_most": 1.0,
        "words_least": 0.0,
    },
}


def tiny_folder(name: str) -> Path:
    """The complete folder of this maker's checkpoint. Tests read it only: to spoil one, copy it first."""
    home = ROOT / ".pytest_cache" / "cliffhanger-tiny" / _print()
    home.mkdir(parents=True, exist_ok=True)
    folder = home / name
    if not folder.is_dir():
        with open(home / f"{name}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.is_dir():
                _make(name, folder)
    return folder


def tiny_weight(name: str, **changes: Any) -> Weight:
    """The checkpoint `name` of models.tiny.MAKERS as weights on this disk; `changes` replace fields of the Weight."""
    fields: dict[str, Any] = {
        "name": f"tiny-{name.replace('_', '-')}",
        "folder": tiny_folder(name),
        "repo": f"local/tiny-{name.replace('_', '-')}",
        "revision": _print(),
        "licence": "Apache-2.0",
        "commercial_use": True,
        "files": FILES.get(name),
    }
    return Weight(**(fields | changes))


def tiny_settings(**parts: Mapping[str, Any] | str) -> ModelSettings:
    """Small settings on the CPU; `paint={"steps": 4}` changes single values of a part, `tier="quality"` the tier."""
    merged = {
        part: {**values, **parts.get(part, {})} if isinstance(values, dict) else parts.get(part, values)
        for part, values in SETTINGS.items()
    }
    return ModelSettings.model_validate(merged)


def tiny_backing(**overrides: Any) -> Backing:
    """Weights for every role and small settings. A role takes a maker's name, a Weight, or None to leave it out; a part
    of the settings takes the values to change. TypeError for any other word."""
    unknown = sorted(set(overrides) - set(ROLES) - set(SETTINGS))
    if unknown:
        raise TypeError(f"neither a role nor a part of the settings: {', '.join(unknown)}")
    chosen = {role: overrides.get(role, name) for role, name in ROLES.items()}
    weights = {role: w if isinstance(w, Weight) else tiny_weight(w) for role, w in chosen.items() if w is not None}
    return Backing(weights, tiny_settings(**{part: overrides[part] for part in SETTINGS if part in overrides}))


@cache
def _print() -> str:
    """What decides the checkpoints' bytes: the makers' source and the libraries that write them."""
    sources = sorted((ROOT / "models" / "tiny").glob("*.py"))
    parts = [s.read_bytes() for s in sources] + [importlib.metadata.version(name).encode() for name in LIBRARIES]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def _make(name: str, folder: Path) -> None:
    """Makes the checkpoint beside `folder` and renames it there when it is whole."""
    from models.tiny import MAKERS

    draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f"{name}-"))
    try:
        MAKERS[name](draft)
        os.rename(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
