"""The writer on a causal chat model (Llama, Qwen, ...): prompts and schemas in, sampled JSON answers out. No story.

The rows of a batch share the start of their prompts: it is read once, and its cache laid out for every row. Each row is
sampled from its own seed, so what it says does not depend on who else is in the batch (up to rounding)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from llguidance import LLTokenizer
from transformers import AutoModelForCausalLM, AutoTokenizer, DynamicCache

from models.base import Cost, Rights, WriteRequest, Written
from models.constrain import SchemaConstraint, grammar_tokenizer
from models.device import house_device
from models.loading import gigabytes, load_pretrained
from models.settings import Backing, WriteSettings

TODAY = "01 Jan 2026"
"""Some chat templates print the date: a fixed one, so that a prompt is the same tomorrow."""
CANDIDATE_STEP = 1_000_003
"""Between the seeds of two candidates of one request."""


@dataclass(frozen=True)
class Row:
    """One answer to sample: its prompt as tokens, its schema, its seed. `problem` when it cannot be asked at all."""

    tokens: tuple[int, ...]
    schema: Mapping[str, Any]
    seed: int
    problem: str = ""


@dataclass(frozen=True)
class _Loaded:
    model: Any
    tokenizer: Any
    grammar: LLTokenizer
    longest: int  # tokens that the model reads, prompt and answer together


class LlamaWriter:
    """A `models.base.Writer`. Also gives several candidates a request, for the engine to choose from."""

    def __init__(self, backing: Backing) -> None:
        self._weight = backing.weight("writer")
        self._settings: WriteSettings = backing.settings.write
        self._device = house_device(backing.settings.device)
        self.name = self._weight.name
        self.version = backing.print("writer", part="write")
        self.attempts = self._settings.attempts
        self.rights = Rights(self._weight.repo, self._weight.licence, commercial_use=self._weight.commercial_use)

    def write(self, requests: Sequence[WriteRequest]) -> list[Written]:
        """One answer per request, all in as few batches as fit."""
        return [answers[0] for answers in self._answers(requests, 1)]

    def write_candidates(self, requests: Sequence[WriteRequest]) -> Iterator[list[Written]]:
        """The candidates of each request, in order, as their batches finish. An answer that came to no whole JSON has
        its `problem` said and no data."""
        return self._answers(requests, self._settings.candidates)

    def _answers(self, requests: Sequence[WriteRequest], candidates: int) -> Iterator[list[Written]]:
        if not requests:
            return
        loaded = self._load()
        rows = [
            self._row(loaded, request, request.seed + CANDIDATE_STEP * n)
            for request in requests
            for n in range(candidates)
        ]
        found: list[Written] = []
        for (text, problem), cost in self._device.run(
            f"write {self.name}", rows, self._settings.batch, lambda batch: sample(loaded, batch, self._settings)
        ):
            found.append(_written(text, problem, self.name, cost))
            if len(found) == candidates:
                yield found
                found = []

    def _row(self, loaded: _Loaded, request: WriteRequest, seed: int) -> Row:
        tokens = chat_tokens(loaded.tokenizer, request.system, request.prompt)
        room = loaded.longest - len(tokens)
        problem = "" if room > 0 else f"the prompt has {len(tokens)} tokens, the model reads {loaded.longest}"
        return Row(tokens, request.schema, seed, problem)

    def _load(self) -> _Loaded:
        return self._device.hold(f"writer {self._weight.folder}", self._gigabytes(), self._read)

    def _gigabytes(self) -> float:
        return gigabytes(self._weight, dtype=self._device.dtype)

    def _read(self) -> _Loaded:
        folder = self._weight.folder
        tokenizer = load_pretrained(AutoTokenizer, self._weight)
        if not getattr(tokenizer, "chat_template", None):
            raise ValueError(f"{self.name}: {folder} has no chat template: the writer needs an instruct model")
        model = load_pretrained(AutoModelForCausalLM, self._weight, dtype=self._device.dtype)
        model = model.to(self._device.torch_device).eval()
        width = int(model.get_output_embeddings().weight.shape[0])
        grammar = grammar_tokenizer(tokenizer, width, end_tokens(tokenizer, model))
        return _Loaded(model, tokenizer, grammar, int(getattr(model.config, "max_position_embeddings", 2**17)))


def end_tokens(tokenizer: Any, model: Any) -> list[int]:
    """The ids that end a turn: the tokenizer's own first, then those of the generation config. ValueError for none."""
    told = getattr(model.generation_config, "eos_token_id", None)
    more = told if isinstance(told, list) else [told]
    ids = [id for id in dict.fromkeys([tokenizer.eos_token_id, *more]) if id is not None]
    if not ids:
        raise ValueError("this tokenizer names no token that ends a text")
    return ids


def chat_tokens(tokenizer: Any, system: str, prompt: str) -> tuple[int, ...]:
    """The prompt as the model was taught to read it: system and user turn, then the opening of its own."""
    turns = [{"role": "system", "content": system}, {"role": "user", "content": prompt}]
    return tuple(
        tokenizer.apply_chat_template(
            turns, add_generation_prompt=True, return_dict=False, enable_thinking=False, date_string=TODAY
        )
    )


def shared_length(rows: Sequence[Sequence[int]]) -> int:
    """How many tokens all rows begin with, leaving each at least its last one.

    >>> shared_length([[1, 2, 3, 4], [1, 2, 5, 6]]), shared_length([[1, 2], [1, 2]])
    (2, 1)
    """
    low, high = min(rows), max(rows)
    same = next((i for i, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), len(low))
    return min(same, min(len(row) for row in rows) - 1)


def draw(scores: torch.Tensor, temperature: float, top_p: float, chance: torch.Tensor) -> torch.Tensor:
    """A token a row, by inverse transform sampling of the nucleus (Holtzman et al. 2020, arXiv:1904.09751).

    `scores`: float logits (rows, vocabulary); `chance`: uniform numbers 0..1 (rows,), one for each row's draw."""
    ordered, order = torch.softmax(scores / temperature, dim=-1).sort(dim=-1, descending=True, stable=True)
    before = ordered.cumsum(-1) - ordered
    kept = ordered.masked_fill(before >= top_p, 0.0)
    reach = kept.cumsum(-1)
    at = (reach <= chance.unsqueeze(-1) * reach[:, -1:]).sum(-1, keepdim=True)
    last = (kept > 0).sum(-1, keepdim=True) - 1
    return order.gather(-1, torch.minimum(at, last.clamp(min=0))).squeeze(-1)


def sample(loaded: _Loaded, rows: Sequence[Row], settings: WriteSettings, share: bool = True) -> list[tuple[str, str]]:
    """The text of each row and what is wrong with it ('' for a whole answer). `share` False reads each prompt alone."""
    asked = [row for row in rows if not row.problem]
    said = iter(_decode(loaded, asked, settings, share) if asked else [])
    return [("", row.problem) if row.problem else next(said) for row in rows]


@torch.inference_mode()
def _decode(loaded: _Loaded, rows: Sequence[Row], settings: WriteSettings, share: bool) -> list[tuple[str, str]]:
    reader = _Reader(loaded.model, [row.tokens for row in rows], share)
    constraint = SchemaConstraint(loaded.grammar, [row.schema for row in rows])
    most = [min(settings.max_tokens, loaded.longest - len(row.tokens)) for row in rows]
    chance = torch.stack([_chance(row.seed, settings.max_tokens) for row in rows])
    said: list[list[int]] = [[] for _ in rows]
    logits = reader.start()
    if not bool(torch.isfinite(logits).all()):
        raise ValueError("the writer's weights give no finite numbers: run `cliffhanger models verify`")
    for step in range(max(most)):
        scores = constraint.mask(logits.float())
        tokens = draw(scores, settings.temperature, settings.top_p, chance[:, step].to(scores.device)).tolist()
        fresh = _say(constraint, tokens, said, most)
        if all(constraint.done):
            break
        logits = reader.step(fresh)
    return [(_text(loaded, s), constraint.problems[i]) for i, s in enumerate(said)]


def _say(
    constraint: SchemaConstraint, tokens: Sequence[int], said: list[list[int]], most: Sequence[int]
) -> list[list[int]]:
    """What each row says with its drawn token: that, and what its schema then forces. A row that is done says nothing."""
    spoke = [not done for done in constraint.done]
    constraint.accept(tokens)
    fresh = [
        [token, *forced] if here else [] for token, forced, here in zip(tokens, constraint.forced(), spoke, strict=True)
    ]
    for i, more in enumerate(fresh):
        said[i] += more
        if len(said[i]) >= most[i] and not constraint.done[i]:
            constraint.stop(i, f"the answer was not finished after {most[i]} tokens")
    return [[] if constraint.done[i] else more for i, more in enumerate(fresh)]


def _chance(seed: int, count: int) -> torch.Tensor:
    """A row's own luck, a number 0..1 a token, drawn on the CPU: the same on every card and in every batch."""
    return torch.rand(count, generator=torch.Generator("cpu").manual_seed(seed % 2**63))


def _text(loaded: _Loaded, tokens: list[int]) -> str:
    return loaded.tokenizer.decode(tokens, skip_special_tokens=True)


class _Reader:
    """The model at work on a batch: reads the prompts (what they share only once), then what each row says, in step."""

    def __init__(self, model: Any, prompts: Sequence[Sequence[int]], share: bool) -> None:
        self.model = model
        self.device = model.device
        self.prompts = prompts
        self.shared = shared_length(prompts) if share else 0
        self.cache: Any = DynamicCache(config=model.config)
        self.lengths = torch.full((len(prompts), 1), self.shared, device=self.device)
        self.mask = torch.ones((len(prompts), self.shared), dtype=torch.long, device=self.device)

    def start(self) -> torch.Tensor:
        """Logits (rows, vocabulary) after the prompts."""
        if self.shared:
            head = torch.tensor([self.prompts[0][: self.shared]], device=self.device)
            self.model(input_ids=head, past_key_values=self.cache, use_cache=True, logits_to_keep=1)
            self.cache.batch_repeat_interleave(len(self.prompts))
        return self.step([prompt[self.shared :] for prompt in self.prompts])

    def step(self, more: Sequence[Sequence[int]]) -> torch.Tensor:
        """Logits (rows, vocabulary) after more tokens a row. Rows with fewer are padded on the left, unseen; of a row
        without any the logits mean nothing."""
        width = max(map(len, more))
        tokens = torch.tensor([[0] * (width - len(row)) + list(row) for row in more], device=self.device)
        seen = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in more], device=self.device)
        places = self.lengths + (seen.cumsum(-1) - 1).clamp(min=0)
        self.lengths += seen.sum(-1, keepdim=True)
        self.mask = torch.cat([self.mask, seen], dim=-1)
        found = self.model(
            input_ids=tokens,
            attention_mask=self.mask,
            position_ids=places,
            past_key_values=self.cache,
            use_cache=True,
            logits_to_keep=1,
        )
        return found.logits[:, -1]


def _written(text: str, problem: str, model: str, cost: Cost) -> Written:
    """The answer as data; what is no whole JSON object is a problem, never data."""
    if not problem:
        try:
            data = json.loads(text)
            if isinstance(data, dict):
                return Written(data, model, cost)
            problem = "the answer is no JSON object"
        except (ValueError, RecursionError) as error:
            problem = f"the answer is no JSON: {error}"
    return Written({}, model, cost, problem=problem)
