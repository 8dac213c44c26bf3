"""Tiny random checkpoints in the hub's own layouts: what tests and the tiny profile run on, made in a second or two.

`MAKERS` maps a model's short name to the function that fills an empty folder. Same library versions, same bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from models.tiny.animators import make_ltx, make_svd, make_wan
from models.tiny.hearing import make_wav2vec2
from models.tiny.hubert import make_hubert
from models.tiny.painters import (
    make_clip,
    make_controlnet,
    make_ip_adapter,
    make_lightning,
    make_sdxl,
    make_tiny_vae,
)
from models.tiny.sight import make_owlv2
from models.tiny.vibevoice import make_vibevoice
from models.tiny.voices import make_bark
from models.tiny.writers import make_llama

MAKERS: dict[str, Callable[[Path], None]] = {
    "llama": make_llama,
    "sdxl": make_sdxl,
    "controlnet": make_controlnet,
    "ip_adapter": make_ip_adapter,
    "clip": make_clip,
    "lightning": make_lightning,
    "tiny_vae": make_tiny_vae,
    "ltx": make_ltx,
    "wan": make_wan,
    "svd": make_svd,
    "owlv2": make_owlv2,
    "bark": make_bark,
    "hubert": make_hubert,
    "wav2vec2": make_wav2vec2,
    "vibevoice": make_vibevoice,
}
