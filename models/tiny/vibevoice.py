"""A tiny speech model in the layout of VibeVoice's conversion for transformers: random weights, a byte-level tokenizer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, pre_tokenizers
from tokenizers.models import BPE
from transformers import (
    PreTrainedTokenizerFast,
    VibeVoiceAcousticTokenizerFeatureExtractor,
    VibeVoiceConfig,
    VibeVoiceForConditionalGeneration,
    VibeVoiceProcessor,
)

from models.tiny.shared import byte_alphabet, fresh, seeded

END, BEGIN_SOUND, END_SOUND, SOUND = "<|endoftext|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>"
CODEC = {"num_filters": 2, "depths": [1, 1, 1, 1], "downsampling_ratios": [8, 20, 20]}
CHAT = (
    "{{ ' Transform the text provided by various speakers into speech output, utilizing the distinct voice of each"
    " respective speaker.\n' }}"
    "{%- set voiced = messages | selectattr('content') | list %}"
    "{%- for message in voiced %}{%- if message['content'] | selectattr('type', 'equalto', 'audio') | list %}"
    "{{ ' Voice input:\n Speaker ' ~ message['role'] ~ ':<|vision_start|><|vision_pad|><|vision_end|>\n' }}"
    "{%- endif %}{%- endfor %}{{ ' Text input:\n' }}"
    "{%- for message in voiced %}{%- for item in message['content'] %}{%- if item['type'] == 'text' %}"
    "{{ ' Speaker ' ~ message['role'] ~ ': ' ~ item['text'] ~ '\n' }}{%- endif %}{%- endfor %}{%- endfor %}"
    "{{ ' Speech output:\n<|vision_start|>' }}"
)
"""The prompt that VibeVoice was trained on: one line a speaker, a voice in place of its one sound token."""


def make_vibevoice(folder: Path) -> None:
    """VibeVoiceForConditionalGeneration, hidden 32, 2 layers, a codec of 3,200 samples a token in three strides (the
    real one takes six); config, generation config, processor, tokenizer and chat template at the root. Lines end where noise says."""
    tokenizer = _tokenizer()
    end, begin_sound, end_sound, sound = (
        tokenizer.convert_tokens_to_ids(t) for t in (END, BEGIN_SOUND, END_SOUND, SOUND)
    )
    config = VibeVoiceConfig(
        text_config={
            "model_type": "qwen2",
            "vocab_size": len(tokenizer),
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "max_position_embeddings": 65536,
            "tie_word_embeddings": True,
        },
        audio_config={"model_type": "vibevoice_acoustic_tokenizer", "hidden_size": 8, **CODEC},
        semantic_model_config={"model_type": "vibevoice_acoustic_tokenizer_encoder", "hidden_size": 16, **CODEC},
        diffusion_head_config={
            "hidden_size": 32,
            "latent_size": 8,
            "num_hidden_layers": 1,
            "intermediate_size": 64,
            "frequency_embedding_size": 16,
        },
        pad_token_id=end,
        eos_token_id=end,
        audio_bos_token_id=begin_sound,
        audio_eos_token_id=end_sound,
        audio_token_id=sound,
        dtype="float32",
    )
    with seeded(6), torch.no_grad():  # a draw whose lines end at different lengths
        model = VibeVoiceForConditionalGeneration(config)
        for parameter in model.parameters():  # as the library draws them, all dies away and nothing is heard
            if parameter.dim() > 1:
                parameter.normal_(0.0, parameter[0].numel() ** -0.5)
    settings: Any = model.generation_config  # the library knows some of these by name alone, as in the published file
    settings.max_new_tokens, settings.guidance_scale, settings.do_sample = 64, 1.3, False
    settings.noise_scheduler_class = "DPMSolverMultistepScheduler"
    settings.noise_scheduler_config = {"beta_schedule": "squaredcos_cap_v2", "prediction_type": "v_prediction"}
    model.save_pretrained(fresh(folder))
    processor = VibeVoiceProcessor(VibeVoiceAcousticTokenizerFeatureExtractor(), tokenizer, chat_template=CHAT)
    processor.save_pretrained(folder)


def _tokenizer() -> PreTrainedTokenizerFast:
    tokens = [*byte_alphabet(), END, BEGIN_SOUND, END_SOUND, SOUND]
    made = Tokenizer(BPE(vocab={token: number for number, token in enumerate(tokens)}, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([END, BEGIN_SOUND, END_SOUND, SOUND])
    return PreTrainedTokenizerFast(
        tokenizer_object=made, eos_token=END, pad_token=END, additional_special_tokens=[BEGIN_SOUND, END_SOUND, SOUND]
    )
