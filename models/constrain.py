"""Keeps a language model to a JSON schema: llguidance as a transformers LogitsProcessor. Knows tokens, not stories.

Every row of a batch has its own schema. Between the parts of an answer no free white space is allowed, so an answer
cannot be endless as long as its strings have a `maxLength` and its arrays a `maxItems`; after the answer, only the end
of text is. A row that is done stays done."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from llguidance import LLExecutor, LLMatcher, LLTokenizer
from llguidance.hf import from_tokenizer
from llguidance.numpy import allocate_token_bitmask, fill_next_token_bitmask, fill_next_token_bitmask_par
from transformers import LogitsProcessor

COMPACT = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}
"""How an answer is set: on one line, with the one space after ',' and ':' that models are used to."""
BITS = 32
MANY = 4
"""Rows from which several threads fill the masks sooner than one."""


def grammar_tokenizer(tokenizer: Any, vocabulary: int, ends: Sequence[int]) -> LLTokenizer:
    """The tokenizer as llguidance knows it, about a second for a full vocabulary: make it once.

    `vocabulary` is the width of the model's logits, `ends` the tokens that end an answer. ValueError for a tokenizer
    that is not of the fast kind."""
    try:
        return from_tokenizer(tokenizer, n_vocab=vocabulary, eos_token=list(ends))
    except (ValueError, AttributeError, TypeError) as error:
        raise ValueError(f"this tokenizer cannot be held to a schema: {_line(str(error))}") from None


def schema_grammar(schema: Mapping[str, Any], tokenizer: LLTokenizer) -> str:
    """A schema compiled to a grammar. ValueError when llguidance does not know how to keep it."""
    grammar = LLMatcher.grammar_from_json_schema(json.dumps(schema, ensure_ascii=False), overrides=COMPACT)  # pyright: ignore[reportArgumentType]
    problem = LLMatcher.validate_grammar(grammar, tokenizer)
    if problem:
        raise ValueError(f"this schema cannot be kept: {_line(problem)}")
    return grammar


class SchemaConstraint(LogitsProcessor):
    """Lets each row say only what its schema allows next.

    Driven by hand: `mask` the logits, choose a token a row, `accept` the tokens. As a processor of `generate`, the
    tokens after the prompt are accepted as they come."""

    def __init__(self, tokenizer: LLTokenizer, schemas: Sequence[Mapping[str, Any]]) -> None:
        compiled: dict[str, LLMatcher] = {}
        self.rows: list[LLMatcher] = []
        for schema in schemas:
            key = json.dumps(schema, sort_keys=True, ensure_ascii=False)
            if key not in compiled:
                compiled[key] = LLMatcher(tokenizer, schema_grammar(schema, tokenizer), log_level=0)
            self.rows.append(compiled[key].deep_copy())
        self.done = [False] * len(self.rows)
        self.problems = [""] * len(self.rows)
        self.end = tokenizer.eos_token
        self._bits = allocate_token_bitmask(len(self.rows), tokenizer.vocab_size)
        self._closed = _only(self.end, self._bits.shape[1])
        self._executor = LLExecutor()
        self._prompt: int | None = None

    def mask(self, logits: torch.Tensor) -> torch.Tensor:
        """Float logits (rows, vocabulary) with minus infinity wherever a row's schema forbids the token."""
        open_ = [(matcher, i) for i, matcher in enumerate(self.rows) if not self.done[i]]
        if len(open_) < MANY:
            for matcher, i in open_:
                fill_next_token_bitmask(matcher, self._bits, i)
        else:
            fill_next_token_bitmask_par(self._executor, open_, self._bits)
        for i, done in enumerate(self.done):
            if done:
                self._bits[i] = self._closed
        return _apply(logits, torch.from_numpy(self._bits))

    def accept(self, tokens: Sequence[int]) -> None:
        """Takes one chosen token a row; a row whose answer is whole, or that its matcher gives up on, is done."""
        for i, (matcher, token) in enumerate(zip(self.rows, tokens, strict=True)):
            if self.done[i]:
                continue
            if not matcher.consume_token(int(token)):
                self.problems[i] = f"the answer left its schema: {_line(matcher.get_error())}"
                self.done[i] = True
            else:
                self.done[i] = matcher.is_accepting() or matcher.is_stopped()

    def forced(self) -> list[list[int]]:
        """The tokens that each row must say next, taken at once: where a schema leaves no choice, no model is asked."""
        out: list[list[int]] = []
        for i, matcher in enumerate(self.rows):
            tokens = [] if self.done[i] else matcher.compute_ff_tokens()
            if tokens and not matcher.consume_tokens(tokens):
                self.stop(i, f"the answer left its schema: {_line(matcher.get_error())}")
            self.done[i] = self.done[i] or matcher.is_accepting() or matcher.is_stopped()
            out.append(tokens)
        return out

    def stop(self, row: int, problem: str) -> None:
        """Ends a row before its answer is whole."""
        self.done[row], self.problems[row] = True, problem

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """What `generate` calls: token ids (rows, length so far) and logits (rows, vocabulary) in, masked logits out."""
        if self._prompt is not None and input_ids.shape[1] > self._prompt:
            self.accept(input_ids[:, -1].tolist())
        self._prompt = input_ids.shape[1]
        return self.mask(scores)


def _only(token: int, width: int) -> Any:
    """A row of the bit mask that allows one token."""
    row = allocate_token_bitmask(1, width * BITS)[0]
    row[:] = 0
    row[token // BITS] = 1 << (token % BITS) if token % BITS < BITS - 1 else -(1 << (BITS - 1))
    return row


def _apply(logits: torch.Tensor, bits: torch.Tensor) -> torch.Tensor:
    """The bits of (rows, vocabulary / 32) spread over the logits, on the logits' own device."""
    bits = bits.to(logits.device)
    shifts = torch.arange(BITS, device=logits.device, dtype=torch.int32)
    allowed = ((bits.unsqueeze(-1) >> shifts) & 1).view(bits.shape[0], -1)[:, : logits.shape[1]].bool()
    if allowed.shape[1] < logits.shape[1]:
        allowed = torch.nn.functional.pad(allowed, (0, logits.shape[1] - allowed.shape[1]))
    return logits.masked_fill(~allowed, float("-inf"))


def _line(text: str) -> str:
    return text.strip().splitlines()[0] if text.strip() else "no reason given"
