"""HuBERT's features into Bark's semantic tokens: the community's quantiser network, from safetensors. No audio, no Bark.

Structure and tensor names are those of gitmylo's bark-voice-cloning HuBERT quantiser (MIT, 2023): two LSTM layers over
features of HuBERT base, then one linear layer (format 0) or two (format 1) to Bark's 10,000 semantic tokens. Everything
about its size stands in the tensors' shapes; quantiser.json beside them says which layer of HuBERT they were trained on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from torch import nn

from models.loading import load_tensors
from models.settings import Weight

TENSORS, SETTINGS = "quantiser.safetensors", "quantiser.json"
SEMANTIC_TOKENS = 10_000
"""Bark's semantic vocabulary without its control tokens."""
LSTM_LAYERS = 2
MOST_WIDE = 8192
MOST_SETTINGS = 100_000
PARTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


class QuantiserSettings(BaseModel):
    """`layer` counts HuBERT's transformer layers from 1; the published quantisers were trained on the output of the ninth."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    layer: int = Field(default=9, ge=1, le=48)
    source: str = Field(default="", max_length=300)
    source_sha256: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")
    licence: str = Field(default="", max_length=300)


@dataclass(frozen=True)
class Sizes:
    """Widths of the features, the LSTM and the layer between (0: none, format 0)."""

    features: int
    hidden: int
    middle: int = 0

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name -> shape of every tensor, as the published files have them."""
        found: dict[str, tuple[int, ...]] = {}
        for layer in range(LSTM_LAYERS):
            sides = (self.hidden if layer else self.features, self.hidden)
            found |= {f"lstm.{p}_l{layer}": (4 * self.hidden, n) for p, n in zip(PARTS[:2], sides, strict=True)}
            found |= {f"lstm.{p}_l{layer}": (4 * self.hidden,) for p in PARTS[2:]}
        if self.middle:
            found |= {"intermediate.weight": (self.middle, self.hidden), "intermediate.bias": (self.middle,)}
        last = self.middle or self.hidden
        return found | {"fc.weight": (SEMANTIC_TOKENS, last), "fc.bias": (SEMANTIC_TOKENS,)}


class Quantiser(nn.Module):
    """Features in, tokens out. The two linear layers of format 1 have nothing between them: so they were trained."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.lstm = nn.LSTM(sizes.features, sizes.hidden, LSTM_LAYERS, batch_first=True)
        self.intermediate = nn.Linear(sizes.hidden, sizes.middle) if sizes.middle else nn.Identity()
        self.fc = nn.Linear(sizes.middle or sizes.hidden, SEMANTIC_TOKENS)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Logits (frames, 10000) of float features (frames, width)."""
        out, _ = self.lstm(features)
        return self.fc(self.intermediate(out))

    def tokens(self, features: torch.Tensor) -> torch.Tensor:
        """int64 (frames,): the likeliest token of each frame of float features (frames, width)."""
        with torch.inference_mode():
            return self(features).argmax(dim=-1)


def load_quantiser(source: Weight | Path) -> tuple[Quantiser, int]:
    """The network in eval mode on the CPU, and the HuBERT layer that it wants. ValueError, one line, for another file."""
    tensors = load_tensors(source, TENSORS)
    name, folder = (source.name, source.folder) if isinstance(source, Weight) else (source.name, source)
    try:
        settings = read_settings(folder)
        model = Quantiser(sizes_of({key: tuple(value.shape) for key, value in tensors.items()}))
        _check_values(tensors)
    except ValueError as error:
        raise ValueError(f"weights '{name}' cannot be loaded from {folder / TENSORS}: {error}") from None
    model.load_state_dict({key: value.float() for key, value in tensors.items()})
    return model.eval(), settings.layer


def sizes_of(shapes: Mapping[str, tuple[int, ...]]) -> Sizes:
    """What the shapes of a file's tensors say. ValueError unless they are exactly those of a quantiser."""
    first, second = shapes.get("lstm.weight_ih_l0", ()), shapes.get("lstm.weight_hh_l0", ())
    middle = shapes.get("intermediate.weight", (0,))
    if not (len(first) == len(second) == 2) or min(*first, *second) < 1 or max(*first, *second, *middle) > MOST_WIDE:
        raise ValueError("this is no quantiser: an LSTM over features, then linear layers, is needed")
    sizes = Sizes(first[1], second[1], middle[0])
    wanted = sizes.shapes()
    for key in sorted(wanted.keys() | shapes.keys()):
        if key not in shapes:
            raise ValueError(f"this is no quantiser: {key} is missing")
        if key not in wanted:
            raise ValueError(f"this is no quantiser: {key[:80]} is left over")
        if shapes[key] != wanted[key]:
            raise ValueError(f"{key} is of shape {list(shapes[key])}, where {list(wanted[key])} is needed")
    return sizes


def read_settings(folder: Path) -> QuantiserSettings:
    """quantiser.json, or its defaults when there is none. ValueError for one that says anything else."""
    path = folder / SETTINGS
    if not path.exists():
        return QuantiserSettings()
    if not path.is_file() or path.stat().st_size > MOST_SETTINGS:
        raise ValueError(f"{SETTINGS} is too large or no file")
    try:
        told = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise ValueError(f"{SETTINGS} is not valid JSON") from None
    return settings_of(told)


def settings_of(told: object) -> QuantiserSettings:
    """Checked settings; ValueError in one line."""
    try:
        return QuantiserSettings.model_validate(told)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in fault["loc"])[:80]
        raise ValueError(f"{SETTINGS}: {f'{where}: ' if where else ''}{fault['msg']}") from None


def _check_values(tensors: Mapping[str, torch.Tensor]) -> None:
    for key, value in tensors.items():
        if not value.is_floating_point():
            raise ValueError(f"{key} is of {value.dtype}, where floating-point numbers are needed")
        if not bool(torch.isfinite(value).all()):
            raise ValueError(f"{key} holds numbers that are not finite")
