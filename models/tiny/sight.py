"""A tiny open-vocabulary detector in OWLv2's layout: random weights, real processor files."""

from __future__ import annotations

from pathlib import Path

from transformers import Owlv2Config, Owlv2ForObjectDetection, Owlv2ImageProcessorPil, Owlv2Processor

from models.tiny.shared import clip_tokenizer, fresh, seeded


def make_owlv2(folder: Path) -> None:
    """Owlv2ForObjectDetection at 64x64 pixels, 16 patches, with tokenizer and image processor at the folder's root."""
    tokenizer = clip_tokenizer(pad="!")
    tokenizer.model_max_length = 16
    config = Owlv2Config(
        text_config={
            "vocab_size": len(tokenizer),
            "hidden_size": 16,
            "intermediate_size": 32,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "max_position_embeddings": 16,
            "pad_token_id": tokenizer.pad_token_id,
            "bos_token_id": tokenizer.bos_token_id,
            "eos_token_id": tokenizer.eos_token_id,
        },
        vision_config={
            "hidden_size": 16,
            "intermediate_size": 32,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "image_size": 64,
            "patch_size": 16,
        },
        projection_dim=16,
    )
    with seeded(30):
        model = Owlv2ForObjectDetection(config)
    model.save_pretrained(fresh(folder))
    Owlv2Processor(Owlv2ImageProcessorPil(size={"height": 64, "width": 64}), tokenizer).save_pretrained(folder)
