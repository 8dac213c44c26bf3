"""Schemas kept token by token, whatever a model would rather say."""

from __future__ import annotations

import json
from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("llguidance")
pytest.importorskip("transformers")

from transformers import LlamaConfig, LlamaForCausalLM, LogitsProcessorList  # noqa: E402

from models.constrain import SchemaConstraint, grammar_tokenizer, schema_grammar  # noqa: E402
from models.tiny.shared import llama_tokenizer  # noqa: E402

torch.set_num_threads(1)

SHORT: dict[str, Any] = {"type": "string", "pattern": "^[a-z ]+$", "minLength": 1, "maxLength": 6}
CUE: dict[str, Any] = {
    "type": "object", "additionalProperties": False, "required": ["emotion", "text"],
    "properties": {"emotion": {"enum": ["joy", "rage"]}, "text": SHORT},
}  # fmt: skip
PAIR: dict[str, Any] = {"type": "array", "minItems": 2, "maxItems": 2, "items": {"enum": ["yes", "no"]}}
WIDTH = 1024  # wider than the tokenizer, as published checkpoints are


@pytest.fixture(scope="module")
def words() -> Any:
    return llama_tokenizer()


@pytest.fixture(scope="module")
def grammar(words: Any) -> Any:
    return grammar_tokenizer(words, WIDTH, [words.eos_token_id])


def drive(constraint: SchemaConstraint, count: int, wish: Any, steps: int = 80) -> list[list[int]]:
    """Each row takes its most wished allowed token until all are done."""
    said: list[list[int]] = [[] for _ in range(count)]
    for _ in range(steps):
        tokens = constraint.mask(wish).argmax(-1).tolist()
        for i, token in enumerate(tokens):
            if not constraint.done[i]:
                said[i].append(token)
        constraint.accept(tokens)
        if all(constraint.done):
            return said
    raise AssertionError("an answer did not end")


def test_rows_of_one_batch_keep_each_their_own_schema(grammar: Any, words: Any) -> None:
    wish = torch.randn(2, WIDTH, generator=torch.Generator().manual_seed(1))
    said = drive(SchemaConstraint(grammar, [CUE, PAIR]), 2, wish)
    cue, pair = (json.loads(words.decode(row)) for row in said)
    assert set(cue) == {"emotion", "text"} and cue["emotion"] in ("joy", "rage") and 1 <= len(cue["text"]) <= 6
    assert len(pair) == 2 and set(pair) <= {"yes", "no"}


def test_a_model_that_only_wants_white_space_still_ends(grammar: Any, words: Any) -> None:
    wish = torch.zeros(1, WIDTH)
    for text in (" ", "\n", "\t", "  "):
        wish[0, words.encode(text, add_special_tokens=False)] = 50.0
    said = drive(SchemaConstraint(grammar, [CUE]), 1, wish)
    assert json.loads(words.decode(said[0]))["text"] == " " * 6


def test_a_finished_row_may_only_end_and_stays_done(grammar: Any, words: Any) -> None:
    constraint = SchemaConstraint(grammar, [PAIR, CUE])
    for token in words.encode('["yes", "no"]', add_special_tokens=False):
        allowed = constraint.mask(torch.zeros(2, WIDTH))[0].isfinite()
        assert bool(allowed[token])
        constraint.accept([token, int(constraint.mask(torch.zeros(2, WIDTH))[1].argmax())])
    assert constraint.done[0] and not constraint.problems[0]
    allowed = constraint.mask(torch.zeros(2, WIDTH))[0].isfinite().nonzero().flatten().tolist()
    assert allowed == [words.eos_token_id]


def test_what_a_schema_forces_is_said_without_asking(grammar: Any, words: Any) -> None:
    constraint = SchemaConstraint(grammar, [CUE, PAIR])
    start = constraint.forced()
    assert words.decode(start[0]).startswith('{"emotion": ') and words.decode(start[1]).startswith('["')
    said, asked = list(start[0]), 0
    wish = torch.randn(2, WIDTH, generator=torch.Generator().manual_seed(2))
    while not all(constraint.done):
        tokens = constraint.mask(wish).argmax(-1).tolist()
        open_ = not constraint.done[0]
        constraint.accept(tokens)
        said += [tokens[0], *constraint.forced()[0]] if open_ else []
        asked += open_
        assert asked < 40
    answer = json.loads(words.decode(said))
    assert answer["emotion"] in ("joy", "rage") and asked < len(said) / 2


def test_nothing_outside_the_vocabulary_is_allowed(grammar: Any, words: Any) -> None:
    allowed = SchemaConstraint(grammar, [CUE]).mask(torch.zeros(1, WIDTH))[0].isfinite()
    assert not allowed[len(words) :].any() and allowed.any()


def test_a_token_against_the_schema_is_named_as_a_problem(grammar: Any, words: Any) -> None:
    constraint = SchemaConstraint(grammar, [PAIR])
    constraint.accept(words.encode("x", add_special_tokens=False))
    assert constraint.done == [True] and "left its schema" in constraint.problems[0]


def test_it_is_a_logits_processor_of_generate(grammar: Any, words: Any) -> None:
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=WIDTH, hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2,
        num_key_value_heads=1, max_position_embeddings=256, pad_token_id=0, eos_token_id=words.eos_token_id,
    )  # fmt: skip
    model = LlamaForCausalLM(config).eval()
    prompt = torch.tensor([[5, 6, 7], [8, 9, 10]])
    said = model.generate(
        prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=60, do_sample=True,
        logits_processor=LogitsProcessorList([SchemaConstraint(grammar, [CUE, PAIR])]),
    )  # fmt: skip
    for row in said[:, 3:].tolist():
        assert words.eos_token_id in row
        json.loads(words.decode(row[: row.index(words.eos_token_id)]))


def test_a_schema_that_cannot_be_kept_is_refused(grammar: Any) -> None:
    with pytest.raises(ValueError, match="this schema cannot be kept: "):
        schema_grammar({"type": "object", "properties": {"a": {"type": "never"}}}, grammar)


def test_a_tokenizer_that_is_not_fast_is_refused() -> None:
    with pytest.raises(ValueError, match="this tokenizer cannot be held to a schema"):
        grammar_tokenizer(object(), 10, [1])
