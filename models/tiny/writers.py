"""A tiny chat model in Llama 3.2's layout: random weights, a byte-level tokenizer with the real chat template."""

from __future__ import annotations

from pathlib import Path

from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM

from models.tiny.shared import fresh, llama_tokenizer, seeded


def make_llama(folder: Path) -> None:
    """LlamaForCausalLM, hidden 32, 2 layers, tied embeddings; config, generation config and tokenizer at the root."""
    tokenizer = llama_tokenizer()
    start, stop, turn, pad = (
        tokenizer.convert_tokens_to_ids(t)
        for t in ("<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>", "<|finetune_right_pad_id|>")
    )
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
        max_position_embeddings=131072,
        rms_norm_eps=1e-5,
        tie_word_embeddings=True,
        bos_token_id=start,
        eos_token_id=[stop, turn],
        pad_token_id=pad,
        dtype="float32",
    )
    with seeded():
        model = LlamaForCausalLM(config)
    model.generation_config = GenerationConfig(
        bos_token_id=start, eos_token_id=[stop, turn], pad_token_id=pad, do_sample=True, temperature=0.6, top_p=0.9
    )
    model.save_pretrained(fresh(folder))
    tokenizer.save_pretrained(folder)
