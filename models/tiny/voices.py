"""A tiny Bark in suno/bark's layout: real vocabularies, rates and lengths, random weights, two voices."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import WordPiece
from transformers import BarkConfig, BarkModel, BertTokenizer, EncodecConfig, GenerationConfig
from transformers.models.bark.generation_configuration_bark import (
    BarkCoarseGenerationConfig,
    BarkFineGenerationConfig,
    BarkSemanticGenerationConfig,
)

from models.tiny.shared import SEED, fresh, seeded

NETWORK = {"num_layers": 2, "num_heads": 2, "hidden_size": 16, "block_size": 1024, "bias": False, "dropout": 0.0}
PRESETS = tuple(f"v2/{language}_speaker_{n}" for language in ("en", "zh") for n in range(10))
SEMANTIC, COARSE_RATE, SEMANTIC_RATE = 240, 75, 49.9
HAN = ("\u4e00", "\u9fa5")


def make_bark(folder: Path) -> None:
    """BarkModel, two layers of 16, with an EnCodec of 24 kHz and 8 codebooks; tokenizer and presets as suno/bark has them."""
    with seeded(41):
        model = BarkModel(bark_config())
        for layer in model.codec_model.quantizer.layers:
            layer.codebook.embed.normal_()  # zeros as they come: every code would sound the same
    write_bark(model, fresh(folder))
    tokenizer().save_pretrained(folder)
    write_presets(folder, PRESETS)


def bark_config() -> BarkConfig:
    return BarkConfig(
        semantic_config={**NETWORK, "input_vocab_size": 129_600, "output_vocab_size": 10_048},
        coarse_acoustics_config={**NETWORK, "input_vocab_size": 12_096, "output_vocab_size": 12_096},
        fine_acoustics_config={
            **NETWORK, "input_vocab_size": 1_056, "output_vocab_size": 1_056, "n_codes_given": 1, "n_codes_total": 8,
        },
        codec_config=EncodecConfig(
            num_filters=2, hidden_size=8, codebook_dim=8, num_residual_layers=1, num_lstm_layers=1, kernel_size=3,
        ).to_dict(),
    )  # fmt: skip


def write_bark(model: BarkModel, folder: Path) -> None:
    """Weights and configs; the generation config by hand, since transformers cannot write its nested parts. Temperatures as
    suno/bark publishes them."""
    drawn = {"do_sample": True, "temperature": 0.7, "top_k": 50}
    parts = {
        "semantic_config": BarkSemanticGenerationConfig(**drawn),
        "coarse_acoustics_config": BarkCoarseGenerationConfig(**drawn),
        "fine_acoustics_config": BarkFineGenerationConfig(temperature=0.5),
    }
    model.generation_config = GenerationConfig()
    model.save_pretrained(folder)
    told = {name: {k: v for k, v in part.to_dict().items() if v is not None} for name, part in parts.items()}
    text = {"model_type": "bark", "sample_rate": 24_000, "codebook_size": 1_024, **told}
    (folder / "generation_config.json").write_text(json.dumps(text, indent=1, default=str) + "\n")


def tokenizer() -> BertTokenizer:
    """WordPiece over single characters, ASCII and the first thousand Chinese ones, cased as BERT's multilingual one."""
    letters = [chr(code) for code in range(33, 127)] + [chr(ord(HAN[0]) + n) for n in range(1000)]
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{letter}" for letter in letters[:94])]
    words = {token: at for at, token in enumerate(tokens)}
    whole = Tokenizer(WordPiece(words, unk_token="[UNK]", max_input_chars_per_word=100))
    whole.normalizer = normalizers.BertNormalizer(lowercase=False, strip_accents=False)
    whole.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return BertTokenizer(tokenizer_object=whole, do_lower_case=False)


def write_presets(folder: Path, names: tuple[str, ...]) -> None:
    """Random voices; like Suno's, a few arrays are uint16."""
    table: dict[str, object] = {"repo_or_path": "suno/bark"}
    for at, name in enumerate(names):
        dice = np.random.default_rng(SEED + at)
        frames = int(SEMANTIC * COARSE_RATE / SEMANTIC_RATE)
        arrays = {
            "semantic_prompt": dice.integers(0, 10_000, SEMANTIC).astype(np.uint16 if at % 3 == 1 else np.int64),
            "fine_prompt": dice.integers(0, 1_024, (8, frames)),
        }
        arrays["coarse_prompt"] = arrays["fine_prompt"][:2]
        table[name] = {key: f"speaker_embeddings/{name}_{key}.npy" for key in arrays}
        for key, array in arrays.items():
            path = folder / f"speaker_embeddings/{name}_{key}.npy"
            path.parent.mkdir(parents=True, exist_ok=True)
            np.save(path, array, allow_pickle=False)
    (folder / "speaker_embeddings_path.json").write_text(json.dumps(table, indent=1) + "\n")
