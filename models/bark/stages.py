"""Bark's stages as tasks of the decode loop: text to semantic tokens, these to coarse codes, these to all eight codebooks.

Follows transformers' BarkSemanticModel, BarkCoarseModel and BarkFineModel.generate row by row, histories and windows
included; every row has a voice and a length of its own. Knows no text and no sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from models.bark.decoding import Decoder, Rules, Task
from models.bark.drawing import chances, draw, end_early
from models.bark.network import Causal, Fine
from models.bark.numbers import Numbers
from models.bark.presets import Preset

Tensor = torch.Tensor
Codes = NDArray[np.int64]

SEMANTIC_LUCK, COARSE_LUCK, FINE_LUCK = 0, 1, 2
"""Each stage draws from a stream of its own."""


@dataclass
class Line:
    """One piece of text on its way through: token ids of the text, the voice it continues, how freely it is drawn
    (temperature 0: the likeliest). Filled from the top: semantic (n,), coarse (2, frames), codes (8, frames)."""

    text: Sequence[int]
    history: Preset | None
    temperature: float
    timbre_temperature: float
    seed: int
    semantic: list[int] = field(default_factory=list[int])
    coarse: list[int] = field(default_factory=list[int])
    codes: Codes = field(default_factory=lambda: np.zeros((8, 0), np.int64))


# -- text to semantic tokens


class Saying:
    """A line's semantic tokens."""

    def __init__(self, line: Line, network: Causal, numbers: Numbers, most: int) -> None:
        self._line, self._network, self._numbers = line, network, numbers
        self.most = min(most, numbers.semantic_most)
        self.temperature = line.temperature

    @property
    def luck(self) -> Tensor:
        return chances(self._line.seed, self.most, SEMANTIC_LUCK)

    def prompt(self) -> Tensor:
        """Text and history are laid over one another, the sign to begin comes last."""
        n, words = self._numbers, self._network.words
        text = [token + n.text_offset for token in self._line.text[: n.text_length]]
        text += [n.text_pad] * (n.text_length - len(text))
        past = self._line.history.semantic[-n.text_length :].tolist() if self._line.history else []
        past += [n.semantic_end] * (n.text_length - len(past))
        laid = words[_ids(text, words)] + words[_ids(past, words)]
        return torch.cat([laid, words[_ids([n.semantic_infer], words)]])

    def take(self, tokens: list[int]) -> None:
        self._line.semantic = tokens


def say(decoder: Decoder, lines: Sequence[Line], numbers: Numbers, most: Sequence[int]) -> None:
    """Fills `semantic` of every line, at most so many tokens each; long texts first, so that none is left alone late."""
    pairs = sorted(zip(lines, most, strict=True), key=lambda pair: -len(pair[0].text))
    decoder.run([Saying(line, decoder.network, numbers, m) for line, m in pairs])


def semantic_rules(numbers: Numbers, end_least: float, top_k: int) -> Rules:
    end = numbers.semantic_end
    return Rules(lambda logits, _: end_early(logits, end, end_least), end, top_k)


# -- semantic tokens to coarse codes


class Window:
    """The next stretch of a line's coarse codes; asks for the one after it."""

    def __init__(self, line: Line, network: Causal, numbers: Numbers) -> None:
        self._line, self._network, self._numbers = line, network, numbers
        past_semantic, past = coarse_history(line.history, numbers)
        self._base = len(past_semantic)
        self._semantic = [*past_semantic, *line.semantic]
        self._past = len(past)
        self._codes = list(past)
        self._wanted = numbers.coarse_length(len(line.semantic))
        self.temperature = line.timbre_temperature
        self._luck = chances(line.seed, max(1, self._wanted), COARSE_LUCK)

    @property
    def wanted(self) -> int:
        return self._wanted

    @property
    def _made(self) -> int:
        return len(self._codes) - self._past

    @property
    def most(self) -> int:
        return min(self._numbers.coarse_window, self._wanted - self._made)

    @property
    def luck(self) -> Tensor:
        return self._luck[self._made : self._made + self.most]

    def prompt(self) -> Tensor:
        n, words = self._numbers, self._network.words
        at = self._base + round(self._made / n.ratio)
        meant = self._semantic[max(0, at - n.semantic_history) :][: n.coarse_input]
        meant += [n.coarse_pad] * (n.coarse_input - len(meant))
        return words[_ids([*meant, n.coarse_infer, *self._codes[-n.coarse_history :]], words)]

    def take(self, tokens: list[int]) -> Task | None:
        self._codes += tokens
        if self._made < self._wanted:
            return self
        self._line.coarse = self._codes[self._past :]
        return None


def sound(decoder: Decoder, lines: Sequence[Line], numbers: Numbers) -> None:
    """Fills `coarse` of every line that says something, longest first."""
    tasks = [Window(line, decoder.network, numbers) for line in lines if line.semantic]
    decoder.run(sorted((t for t in tasks if t.wanted), key=lambda task: -task.wanted))


def coarse_rules(network: Causal, numbers: Numbers, top_k: int) -> Rules:
    """First and second codebook take turns; the second one's words reach to the end of the vocabulary."""
    words = torch.arange(network.head.shape[0], device=network.device)
    first = words < numbers.codebook
    barred = torch.stack([~first, first])
    return Rules(
        lambda logits, counts: logits.masked_fill(barred[counts % numbers.coarse_books], -torch.inf), -1, top_k
    )


def coarse_history(history: Preset | None, numbers: Numbers) -> tuple[list[int], list[int]]:
    """Semantic tokens and interleaved coarse tokens of a voice that the coarse network looks back at: trimmed to equal
    time, and the codes two tokens shorter, as Bark's authors found it to sound better."""
    if history is None:
        return [], []
    semantic = history.semantic
    offsets = numbers.semantic_vocabulary + numbers.codebook * np.arange(numbers.coarse_books)
    codes = (history.coarse + offsets[:, None]).T.reshape(-1)
    count = min(numbers.semantic_history, len(semantic) - len(semantic) % 2, int(len(codes) / numbers.ratio))
    length = round(count * numbers.ratio)
    return semantic[-count:].tolist() if count else [], codes[-length:][:-2].tolist() if length else []


# -- coarse codes to all codebooks


@dataclass
class _Canvas:
    """A line's codes with its history before and padding behind, (frames, 8), and which windows are filled."""

    line: Line
    codes: Tensor
    past: int
    frames: int

    def windows(self, numbers: Numbers) -> int:
        over = self.frames - (numbers.fine_input - self.past)
        return max(0, -(-over // numbers.fine_history)) + 1

    def window(self, index: int, numbers: Numbers) -> tuple[int, int]:
        """Where window `index` begins, and from which of its frames on it is filled."""
        total = self.codes.shape[0]
        start = min(index * numbers.fine_history, total - numbers.fine_input)
        return start, min(self.past + index * numbers.fine_history, total - numbers.fine_history) - start


@torch.inference_mode()
def refine(network: Fine, lines: Sequence[Line], numbers: Numbers, batch: int) -> None:
    """Fills `codes` of every line that has coarse ones; the n-th windows of all lines together, `batch` at once."""
    canvases = [_canvas(line, numbers, network.device) for line in lines if line.coarse]
    batch = batch if network.device.type == "cuda" else 1  # a processor at its peak gains nothing from a batch
    index = 0
    while due := [c for c in canvases if index < c.windows(numbers)]:
        for at in range(0, len(due), batch):
            _fill(network, due[at : at + batch], index, numbers)
        index += 1
    for canvas in canvases:
        made = canvas.codes[canvas.past : canvas.past + canvas.frames]
        canvas.line.codes = made.T.cpu().numpy().astype(np.int64)


def _canvas(line: Line, numbers: Numbers, device: torch.device) -> _Canvas:
    codes = torch.tensor(line.coarse, device=device).view(-1, numbers.coarse_books) - numbers.semantic_vocabulary
    frames = len(codes)
    empty = numbers.codebook
    own = F.pad(codes % numbers.codebook, (0, numbers.fine_books - numbers.coarse_books), value=empty)
    past = torch.zeros((0, numbers.fine_books), dtype=torch.long, device=device)
    if line.history is not None:
        past = torch.from_numpy(line.history.fine[:, -numbers.fine_history :].T.copy()).to(device)
    whole = torch.cat([past, own])
    return _Canvas(
        line, F.pad(whole, (0, 0, 0, max(0, numbers.fine_input - len(whole))), value=empty), len(past), frames
    )


def _fill(network: Fine, canvases: Sequence[_Canvas], index: int, numbers: Numbers) -> None:
    spans = [c.window(index, numbers) for c in canvases]
    codes = torch.stack([c.codes[s : s + numbers.fine_input] for c, (s, _) in zip(canvases, spans, strict=True)])
    begins = torch.tensor([begin for _, begin in spans], device=codes.device)
    first = int(begins.min())
    open_ = torch.arange(first, numbers.fine_input, device=codes.device) >= begins[:, None]
    before = network.embedded(codes[..., 0], 0)
    for book in range(1, numbers.coarse_books):
        before = before + network.embedded(codes[..., book], book)
    temperature = numbers.fine_temperature if numbers.fine_temperature != 1.0 else 0.0
    for book in range(numbers.coarse_books, numbers.fine_books):
        logits = network.logits(before + network.embedded(codes[..., book], book), book, first)
        found = _drawn(logits, temperature, [_luck(c, index, book, numbers)[first:] for c in canvases])
        codes[:, first:, book] = torch.where(open_, found, codes[:, first:, book])
        before = before + network.embedded(codes[..., book], book)
    for canvas, (start, _), row in zip(canvases, spans, codes, strict=True):
        canvas.codes[start : start + numbers.fine_input] = row


def _drawn(logits: Tensor, temperature: float, luck: Sequence[Tensor]) -> Tensor:
    rows, frames, words = logits.shape
    if not temperature:
        return logits.argmax(-1)
    heat = torch.full((rows * frames,), temperature, device=logits.device)
    chance = torch.cat(list(luck)).to(logits.device)
    return draw(logits.reshape(-1, words), heat, chance).view(rows, frames)


def _luck(canvas: _Canvas, index: int, book: int, numbers: Numbers) -> Tensor:
    turn = index * numbers.fine_books + book
    return chances(canvas.line.seed + 7919 * turn, numbers.fine_input, FINE_LUCK)


def _ids(ids: Sequence[int], words: Tensor) -> Tensor:
    return torch.tensor(list(ids), device=words.device)
