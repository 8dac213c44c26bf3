"""A tiny HuBERT in facebook/hubert-base-ls960's layout, and a quantiser of its features beside it: random weights.

The quantiser's tensors are named here by hand, as the published file has them, not by the module that reads them."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import HubertConfig, HubertModel

from models.tiny.shared import fresh, seeded

WIDTH, HIDDEN, MIDDLE, TOKENS = 16, 8, 12, 10_000
LAYER = 2
"""Of three: the quantiser reads before the last one, as the published one does."""


def make_hubert(folder: Path) -> None:
    """HubertModel of three layers of 16 at 16 kHz, 50 features a second; quantiser.safetensors, quantiser.json."""
    config = HubertConfig(
        hidden_size=WIDTH,
        num_hidden_layers=3,
        num_attention_heads=2,
        intermediate_size=32,
        conv_dim=(8,) * 7,
        num_conv_pos_embeddings=16,
        num_conv_pos_embedding_groups=4,
        hidden_dropout=0.0,
        layerdrop=0.0,
    )
    with seeded(51):
        model = HubertModel(config)
    model.save_pretrained(fresh(folder))
    save_file(quantiser_tensors(), folder / "quantiser.safetensors", {"format": "pt"})
    (folder / "quantiser.json").write_text(json.dumps({"layer": LAYER, "licence": "Apache-2.0"}) + "\n")


def quantiser_tensors(middle: int = MIDDLE) -> dict[str, torch.Tensor]:
    """Format 1 of the published quantisers; format 0 when `middle` is 0."""
    shapes: dict[str, tuple[int, ...]] = {}
    for layer, width in enumerate((WIDTH, HIDDEN)):
        shapes[f"lstm.weight_ih_l{layer}"] = (4 * HIDDEN, width)
        shapes[f"lstm.weight_hh_l{layer}"] = (4 * HIDDEN, HIDDEN)
        shapes[f"lstm.bias_ih_l{layer}"] = shapes[f"lstm.bias_hh_l{layer}"] = (4 * HIDDEN,)
    if middle:
        shapes |= {"intermediate.weight": (middle, HIDDEN), "intermediate.bias": (middle,)}
    shapes |= {"fc.weight": (TOKENS, middle or HIDDEN), "fc.bias": (TOKENS,)}
    with seeded(52):
        return {name: torch.randn(shape) for name, shape in shapes.items()}
