"""What all tiny checkpoints share: weights drawn by seed, tokenizers built on the spot. Knows no model."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from pathlib import Path

import torch
from tokenizers import Regex, Tokenizer, decoders, pre_tokenizers, processors
from tokenizers.models import BPE
from transformers import CLIPTokenizer, PreTrainedTokenizerFast, T5Tokenizer

SEED = 20261121
START, STOP = "<|startoftext|>", "<|endoftext|>"
LLAMA_SPECIALS = (
    "<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>",
    "<|finetune_right_pad_id|>",
)  # fmt: skip
LLAMA_SPLIT = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA_CHAT = (
    "{{- bos_token }}{%- for message in messages %}"
    "{{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' + message['content'] | trim + '<|eot_id|>' }}"
    "{%- endfor %}{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{%- endif %}"
)
COMMON = tuple(
    " the| and| of| to| a| in| is| you| that| her| his| she| he| with| for| not| on| it| at| who| one| from| this| as| have"
    "| episode| character| scene| line| shot| name| words| only| JSON|text|speaker|emotion|title|hook|the|you".split(
        "|"
    )
)
"""Words with a token of their own, so that prompts stay short; all other text is written in bytes."""


@contextlib.contextmanager
def seeded(offset: int = 0) -> Generator[None, None, None]:
    """Weights drawn inside are the same on every run; the caller's own random state is left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED + offset)
        yield


def awaken(module: torch.nn.Module, scale: float = 0.05) -> None:
    """Draws what a library starts at zero (a ControlNet's outputs, say): an untrained part must still show its effect."""
    with torch.no_grad():
        for parameter in module.parameters():
            if not parameter.any():
                parameter.normal_(0.0, scale)


def byte_alphabet() -> list[str]:
    """The 256 letters that byte-level BPE writes bytes with, in GPT-2's order: printable bytes first, from '!' on."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    return [chr(b) for b in printable] + [chr(256 + n) for n in range(256 - len(printable))]


def _byte_letters(text: str) -> list[str]:
    """[' a'] -> ['Ġ', 'a']: each byte of the UTF-8 text as its letter."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in set(printable)]
    table = dict(zip([*printable, *others], byte_alphabet(), strict=True))
    return [table[b] for b in text.encode()]


def _merges(words: tuple[str, ...]) -> list[tuple[str, str]]:
    """The chain of merges that builds each word from its letters: 'the' -> (t, h), (th, e)."""
    chain: dict[tuple[str, str], None] = {}
    for word in words:
        letters = _byte_letters(word)
        for at in range(1, len(letters)):
            chain["".join(letters[:at]), letters[at]] = None
    return list(chain)


def llama_tokenizer() -> PreTrainedTokenizerFast:
    """A byte-level tokenizer with Llama 3's special tokens and chat template: any UTF-8 text can be written."""
    merges = _merges(COMMON)
    tokens = dict.fromkeys([*byte_alphabet(), *("".join(pair) for pair in merges), *LLAMA_SPECIALS])
    vocabulary = {token: number for number, token in enumerate(tokens)}
    tokenizer = Tokenizer(BPE(vocab=vocabulary, merges=merges, ignore_merges=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(LLAMA_SPLIT), behavior="isolated", invert=False),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    start = LLAMA_SPECIALS[0]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{start} $A", pair=f"{start} $A {start}:1 $B:1", special_tokens=[(start, vocabulary[start])]
    )
    tokenizer.add_special_tokens(list(LLAMA_SPECIALS))
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=start,
        eos_token="<|eot_id|>",
        pad_token=LLAMA_SPECIALS[-1],
        chat_template=LLAMA_CHAT,
        model_max_length=131072,
        clean_up_tokenization_spaces=False,
    )


def clip_tokenizer(pad: str = STOP) -> CLIPTokenizer:
    """CLIP's own tokenizer over single bytes, 77 tokens long. SDXL's second one pads with '!', its token 0."""
    letters = byte_alphabet()
    tokens = [*letters, *(f"{letter}</w>" for letter in letters), START, STOP]
    return CLIPTokenizer(
        vocab={token: number for number, token in enumerate(tokens)}, merges=[], pad_token=pad, model_max_length=77
    )


def t5_tokenizer(length: int = 128) -> T5Tokenizer:
    """A unigram tokenizer over single printable characters; other characters are the unknown token."""
    letters = [chr(code) for code in range(33, 127)]
    vocabulary = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0), *((c, -4.0) for c in letters)]
    return T5Tokenizer(vocab=vocabulary, extra_ids=0, additional_special_tokens=[], model_max_length=length)


def fresh(folder: Path) -> Path:
    """The folder, made if need be. ValueError when something is in it: a checkpoint is never mixed with another."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise ValueError(f"{folder} is not empty: a tiny checkpoint is made in an empty folder")
    return folder
