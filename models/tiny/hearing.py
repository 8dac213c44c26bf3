"""Tiny speech recognisers in the hub's layout: random weights, real vocabulary and feature settings."""

from __future__ import annotations

import json
from pathlib import Path

from transformers import Wav2Vec2Config, Wav2Vec2CTCTokenizer, Wav2Vec2FeatureExtractor, Wav2Vec2ForCTC

from models.tiny.shared import fresh, seeded

LETTERS = ("<pad>", "<s>", "</s>", "<unk>", "|", *"ETAONIHSRDLUMWCFGYPBVK'XJQZ", *"你我他不是的了在爱恨")
"""The vocabulary of wav2vec2-base-960h, and a few Han characters."""


def make_wav2vec2(folder: Path) -> None:
    """Wav2Vec2ForCTC whose convolutions are normalised by layer, as the large multilingual ones are: 320 samples a frame at
    16 kHz, 2 layers of 32."""
    config = Wav2Vec2Config(
        vocab_size=len(LETTERS),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        conv_dim=(16,) * 7,
        feat_extract_norm="layer",
        do_stable_layer_norm=True,
        conv_bias=True,
        num_conv_pos_embeddings=16,
        num_conv_pos_embedding_groups=4,
        pad_token_id=0,
    )
    with seeded(40):
        model = Wav2Vec2ForCTC(config)
    model.save_pretrained(fresh(folder))
    words = folder / "vocab.json"
    words.write_text(json.dumps({letter: n for n, letter in enumerate(LETTERS)}, ensure_ascii=False), encoding="utf-8")
    Wav2Vec2CTCTokenizer(str(words)).save_pretrained(folder)
    Wav2Vec2FeatureExtractor(return_attention_mask=True).save_pretrained(folder)
