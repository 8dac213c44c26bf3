"""The decode loop: prompts in, tokens out, many rows at once, each at its own place.

Continuous batching (Yu et al. 2022, Orca): a row that is done gives its slot to the next prompt at once, and when nothing
waits the batch shrinks. On CUDA each shape of step is captured once and replayed as a graph; on the CPU it is plain code.
Nothing is read back from the device inside a stretch of steps. Knows tokens and rows, no audio."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch

from models.bark.drawing import draw
from models.bark.network import Causal

Tensor = torch.Tensor

GRAPH_ROWS = (1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256)
"""Batch sizes that graphs are captured for; in between, rows idle."""
GRAPH_REACH, PLAIN_REACH = 256, 64
"""The part of the cache that is looked at grows in such steps."""
STRETCH = 8
"""Steps on CUDA between two looks at which rows have ended."""


class Task(Protocol):
    """One prompt to continue. `most` tokens at most; `temperature` 0 for the likeliest; `luck` (most,) uniform numbers."""

    most: int
    temperature: float

    @property
    def luck(self) -> Tensor: ...
    def prompt(self) -> Tensor:
        """Embeddings (tokens, hidden)."""
        ...

    def take(self, tokens: list[int]) -> Task | None:
        """The tokens that were said, without the one that ends; what the same line asks for next."""
        ...


@dataclass(frozen=True)
class Rules:
    """How logits become a token: `shape` changes logits (rows, words) by how many tokens each row has said (rows,);
    `end` is the token that ends a row, -1 for none."""

    shape: Callable[[Tensor, Tensor], Tensor]
    end: int = -1
    top_k: int = 0


class Decoder:
    """A network with room for `rows` rows of up to `longest` tokens each."""

    def __init__(self, network: Causal, rows: int, longest: int, rules: Rules) -> None:
        self.network, self.rules = network, rules
        self.is_cuda = network.device.type == "cuda"
        self.rows = _rung(rows) if self.is_cuda else rows
        self.cache = network.cache(self.rows)
        self.places_most = network.places.shape[0]

        def whole(*shape: int) -> Tensor:
            return torch.zeros(shape, dtype=torch.long, device=network.device)

        self.tokens, self.places, self.counts = whole(self.rows), whole(self.rows), whole(self.rows)
        self.said = whole(self.rows, longest)
        self.luck = torch.zeros((self.rows, longest), device=network.device)
        self.temperature = torch.ones(self.rows, device=network.device)
        self.number = torch.arange(self.rows, device=network.device)
        self.graphs: dict[tuple[int, int], torch.cuda.CUDAGraph] = {}
        self.pool: Any = torch.cuda.graph_pool_handle() if self.is_cuda else None  # graphs run one at a time: one pool

    # -- the loop

    @torch.inference_mode()
    def run(self, tasks: Sequence[Task]) -> None:
        """Every task, and what it asks for next, to its end."""
        waiting = deque(tasks)
        slots: list[Task | None] = [None] * self.rows
        while waiting or any(slots):
            self._fill(slots, waiting)
            slots = self._shrunk(slots, bool(waiting))
            self._stretch(slots)
            self._collect(slots, waiting)

    def _fill(self, slots: list[Task | None], waiting: deque[Task]) -> None:
        """Waiting prompts into free slots, read in one call; on the CPU one by one, as a batch gains nothing there and its
        large buffers cost page faults."""
        free = [at for at, task in enumerate(slots) if task is None][: len(waiting)]
        if not free:
            return
        tasks = [waiting.popleft() for _ in free]
        prompts = [task.prompt() for task in tasks]
        lengths = torch.tensor([len(p) for p in prompts], device=self.network.device)
        at = torch.tensor(free, device=self.network.device)
        luck = torch.stack([_fitted(task.luck, self.luck.shape[1]) for task in tasks])
        self.luck[at] = luck.to(self.luck.device)
        self.temperature[at] = torch.tensor([task.temperature for task in tasks], device=at.device)
        self.counts[at] = 0
        self.places[at] = lengths
        for part in torch.arange(len(free)).split(len(free) if self.is_cuda else 1):
            padded = torch.nn.utils.rnn.pad_sequence([prompts[n] for n in part], batch_first=True)
            part = part.to(at.device)
            self._say(at[part], self.network.read(padded, lengths[part], self.cache, at[part]))
        for slot, task in zip(free, tasks, strict=True):
            slots[slot] = task

    def _say(self, at: Tensor, logits: Tensor) -> None:
        """One more token of the rows `at`, drawn from their logits."""
        counts = self.counts[at]
        shaped = self.rules.shape(logits, counts)
        index = counts.clamp(max=self.said.shape[1] - 1)
        drawn = draw(shaped, self.temperature[at], self.luck[at, index], self.rules.top_k) + self.network.first
        self.said[at, index] = drawn
        self.tokens[at] = drawn
        self.counts[at] = counts + 1

    def _shrunk(self, slots: list[Task | None], waiting: bool) -> list[Task | None]:
        """Rows that still speak moved to the front, when nothing waits for the others' slots."""
        held = [at for at, task in enumerate(slots) if task is not None]
        if waiting or held == list(range(len(held))):
            return slots
        self.cache.keep(held)
        order = torch.tensor(held, device=self.network.device)
        for state in (self.tokens, self.places, self.counts, self.said, self.luck, self.temperature):
            state[: len(held)] = state[order]
        return [slots[at] for at in held] + [None] * (len(slots) - len(held))

    def _stretch(self, slots: Sequence[Task | None]) -> None:
        """Steps that no row can be past its end in by length."""
        held = [at for at, task in enumerate(slots) if task is not None]
        most = torch.tensor([_most(slots[at]) for at in held])
        counts, places = self.counts[held].cpu(), self.places[held].cpu()
        steps = int((most - counts).min())
        if self.rules.end >= 0:
            steps = min(steps, STRETCH if self.is_cuda else 1)
        rows = _rung(held[-1] + 1) if self.is_cuda else held[-1] + 1
        for step in range(steps):
            self._step(rows, int(places.max()) + step + 1)

    def _step(self, rows: int, needed: int) -> None:
        grain = GRAPH_REACH if self.is_cuda else PLAIN_REACH
        reach = min(-(-needed // grain) * grain, self.places_most)
        if not self.is_cuda:
            self._once(rows, reach)
            return
        if (rows, reach) not in self.graphs:
            self.graphs[rows, reach] = self._captured(rows, reach)
        self.graphs[rows, reach].replay()

    def _once(self, rows: int, reach: int) -> None:
        at = self.number[:rows]
        places = self.places[:rows]
        logits = self.network.step(self.tokens[:rows], places, self.cache, at, reach)
        self._say(at, logits)
        places.add_(1).clamp_(max=self.places_most - 1)

    def _captured(self, rows: int, reach: int) -> torch.cuda.CUDAGraph:
        """A step as a graph. It runs thrice before, on the side, as capture wants; the rows' state is put back after."""
        state = (self.tokens, self.places, self.counts, self.said)
        before = [s.clone() for s in state]
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                self._once(rows, reach)
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=self.pool):
            self._once(rows, reach)
        for kept, old in zip(state, before, strict=True):
            kept.copy_(old)
        return graph

    def _collect(self, slots: list[Task | None], waiting: deque[Task]) -> None:
        """What rows have said to the tasks that are done; what those ask for next goes first."""
        counts, said = self.counts.tolist(), self.said.cpu()
        follow: list[Task] = []
        for at, task in enumerate(slots):
            if task is None:
                continue
            tokens = said[at, : counts[at]].tolist()
            ended = self.rules.end in tokens
            if not ended and counts[at] < task.most:
                continue
            slots[at] = None
            more = task.take(tokens[: tokens.index(self.rules.end)] if ended else tokens[: task.most])
            follow += [more] if more is not None else []
        waiting.extendleft(reversed(follow))


def _most(task: Task | None) -> int:
    return task.most if task is not None else 0


def _fitted(luck: Tensor, count: int) -> Tensor:
    return torch.nn.functional.pad(luck[:count], (0, max(0, count - len(luck))))


def _rung(rows: int) -> int:
    """The least graph size that holds so many rows; past the last one the number itself."""
    return next((rung for rung in GRAPH_ROWS if rung >= rows), rows)
