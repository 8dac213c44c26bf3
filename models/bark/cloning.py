"""A recording into a Bark voice: EnCodec's codes of it, and semantic tokens of it by HuBERT and the quantiser.

Knows models and samples; nothing of files, people or consent, which stand before it (engine/voice_library). A preset is what
Bark continues when it speaks: its last 256 semantic tokens and last 315 frames of codes, so the end of a recording counts.

Recordings are taken one at a time: HuBERT's first layer normalises over a recording's whole length (group norm), so that rows
padded to one length would each hear the padding."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import BarkModel, HubertModel

from models.bark.presets import Preset, check_preset, write_preset
from models.device import Device, house_device
from models.loading import gigabytes, load_pretrained
from models.quantiser import TENSORS, Quantiser, load_quantiser
from models.settings import Backing, Weight

Samples = NDArray[np.float32]

CODEC_RATE, HUBERT_RATE = 24_000, 16_000
BANDWIDTH = 6.0
"""kbit/s: eight codebooks of 10 bits at 75 Hz, which is what Bark's fine stage writes."""
BOOKS, COARSE_BOOKS = 8, 2
LEAST_SECONDS, MOST_SECONDS = 1.0, 60.0
DTYPE = torch.float32
"""The networks are small and a voice is made once: no rounding."""


class BarkCloner:
    """Weights: 'voice' (a Bark, for its codec), 'hubert', 'quantiser'. Loaded on first use."""

    name = "bark"

    def __init__(self, backing: Backing) -> None:
        self._device = house_device(backing.settings.device)
        self._voice, self._hubert, self._quantiser = (backing.weight(role) for role in ("voice", "hubert", "quantiser"))

    @property
    def made_with(self) -> dict[str, str]:
        """Role -> 'repo@revision' of the weights that make a voice."""
        weights = {"voice": self._voice, "hubert": self._hubert, "quantiser": self._quantiser}
        return {role: f"{weight.repo}@{weight.revision}" for role, weight in weights.items()}

    def clone(self, samples_24k: Sequence[Samples], samples_16k: Sequence[Samples]) -> list[Preset]:
        """A voice of each recording, given as float32 mono samples (n,) in -1..1 at 24 kHz and the same at 16 kHz.

        ValueError: lists of different lengths, samples that are none, shorter than 1 s or longer than 60 s, or weights
        that do not belong together."""
        if len(samples_24k) != len(samples_16k):
            raise ValueError(
                f"{len(samples_24k)} recordings at 24 kHz, {len(samples_16k)} at 16 kHz: each is needed at both"
            )
        for samples, rate in (*((s, CODEC_RATE) for s in samples_24k), *((s, HUBERT_RATE) for s in samples_16k)):
            check_samples(samples, rate)
        codec, hubert, quantiser = self._models()
        semantic = [_tokens(self._device, hubert, quantiser, samples) for samples in samples_16k]
        fine = [_codes(self._device, codec, samples) for samples in samples_24k]
        return [preset_of(tokens, codes) for tokens, codes in zip(semantic, fine, strict=True)]

    def write(self, path: Path, preset: Preset) -> None:
        """One voice as Bark's own .npz of three arrays."""
        write_preset(path, preset)

    def _models(self) -> tuple[Any, Any, Quantiser]:
        """On the device, all three at once: half a gigabyte."""
        return self._device.hold("cloning", self._gigabytes(), self._load)

    def _load(self) -> tuple[Any, Any, Quantiser]:
        codec = load_codec(self._voice)
        quantiser, layer = load_quantiser(self._quantiser)
        hubert = load_hubert(self._hubert, layer)
        if hubert.config.hidden_size != quantiser.lstm.input_size:
            raise ValueError(
                f"weights '{self._quantiser.name}' are for features of width {quantiser.lstm.input_size}, "
                f"'{self._hubert.name}' gives {hubert.config.hidden_size}"
            )
        codec, hubert, quantiser = (model.to(self._device.torch_device) for model in (codec, hubert, quantiser))
        return codec, hubert, quantiser

    def _gigabytes(self) -> float:
        return gigabytes(self._hubert, dtype=DTYPE) + gigabytes(self._quantiser, dtype=DTYPE, file=TENSORS) + 0.1


def load_codec(weight: Weight) -> Any:
    """The EnCodec of a Bark, on the CPU. ValueError when it does not give eight codebooks at 24 kHz."""
    codec = load_pretrained(BarkModel, weight, dtype=DTYPE).codec_model.eval()
    config = codec.config
    if config.sampling_rate != CODEC_RATE or BANDWIDTH not in config.target_bandwidths or config.audio_channels != 1:
        raise ValueError(f"weights '{weight.name}' hold another codec than Bark's: 24 kHz mono at 6 kbit/s is needed")
    return codec


def load_hubert(weight: Weight, layer: int) -> Any:
    """A HuBERT that ends after its transformer layer `layer`, counted from 1, on the CPU."""
    hubert = load_pretrained(HubertModel, weight, dtype=DTYPE)
    if hubert.config.do_stable_layer_norm:
        raise ValueError(f"weights '{weight.name}' are not of HuBERT base, whose features the quantiser reads")
    if layer > len(hubert.encoder.layers):
        raise ValueError(f"weights '{weight.name}' have {len(hubert.encoder.layers)} layers, the {layer}th is needed")
    hubert.encoder.layers = hubert.encoder.layers[:layer]
    return hubert


def preset_of(semantic: NDArray[np.int64], fine: NDArray[np.int64]) -> Preset:
    """The preset of semantic tokens (n,) and codes (8, t), checked; its coarse codes are the first two rows."""
    return check_preset(semantic, fine[:COARSE_BOOKS], fine)


def check_samples(samples: Samples, rate: int) -> None:
    """ValueError unless these are finite float32 mono samples of a length that can be a voice."""
    if samples.ndim != 1 or samples.dtype != np.float32 or not np.isfinite(samples).all():
        raise ValueError(f"samples of shape {samples.shape} and type {samples.dtype}: finite float32 (n,) are needed")
    if not LEAST_SECONDS <= len(samples) / rate <= MOST_SECONDS:
        raise ValueError(f"a voice is made of 1 to 60 s of speech, not of {len(samples) / rate:.1f} s")


def _tokens(device: Device, hubert: Any, quantiser: Quantiser, samples: Samples) -> NDArray[np.int64]:
    """Semantic tokens (n,), 50 a second. HuBERT hears the samples as they are: its quantiser was trained so."""
    with torch.inference_mode():
        features = hubert(torch.from_numpy(samples)[None].to(device.torch_device)).last_hidden_state[0]
    return quantiser.tokens(features).cpu().numpy()


def _codes(device: Device, codec: Any, samples: Samples) -> NDArray[np.int64]:
    """EnCodec's codes (8, t), 75 frames a second."""
    with torch.inference_mode():
        codes = codec.encode(torch.from_numpy(samples)[None, None].to(device.torch_device), bandwidth=BANDWIDTH)
    found = codes.audio_codes[:, 0]  # (chunks, books, frames): a 24 kHz codec has one chunk
    if found.shape[:2] != (1, BOOKS):
        raise ValueError(
            f"the codec gave {found.shape[1]} codebooks in {found.shape[0]} chunks: {BOOKS} in one are needed"
        )
    return found[0].cpu().numpy()
