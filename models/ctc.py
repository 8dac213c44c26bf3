"""Word times and words heard, by a recogniser of transformers' Wav2Vec2ForCTC kind (also HuBERT's and WavLM's).

Forced alignment is Viterbi's path through the letters of the text over the recogniser's log-probabilities (Graves et al.
2006, 'Connectionist temporal classification', section 4.1). It knows letters, no meaning; a word whose letters the
vocabulary lacks (figures, say) is laid between its neighbours. It sets no limit and judges nothing."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, pairwise
from math import gcd
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import signal
from transformers import AutoModelForCTC

from models import sounding
from models.base import Cost, Speech, TimedWord, Timing, Utterance, Viseme
from models.device import house_device
from models.draft.aligner import laid
from models.draft.mouths import mouths
from models.draft.spoken_text import prepare
from models.loading import gigabytes, load_pretrained
from models.settings import Backing, Weight

LogProbs = NDArray[np.float32]

ROLE = "recogniser"
CLASSES = ("Wav2Vec2ForCTC", "HubertForCTC", "WavLMForCTC")
UNUSED = (r"(^|\.)masked_spec_embed$",)
"""Only training looks at it; published checkpoints lack it."""
MOST_FILE = 4_000_000
MOST_LETTERS = 100_000
MOST_SECONDS = 120.0
"""Of one take: attention grows with the square of it."""
DELIMITERS = ("|", "▁", " ")
LETTER_MOUTHS = {"y": "i", "j": "dZ", "c": "s", "x": "s", "'": ""}
"""Letters whose mouth is that of another of espeak's names; the others are their own."""


@dataclass(frozen=True)
class Vocabulary:
    """Letter -> column of the log-probabilities. `delimiter` stands between words; None where there is none."""

    letters: Mapping[str, int]
    blank: int
    delimiter: int | None

    def label(self, letter: str) -> int | None:
        """The column of a letter in either case; None where the vocabulary lacks it."""
        for form in (letter, letter.upper(), letter.lower()):
            if len(form) == 1 and form in self.letters:
                return self.letters[form]
        return None

    def labels(self, token: str) -> list[tuple[str, int]]:
        """The letters of a word that the vocabulary has, each with its column."""
        folded = unicodedata.normalize("NFKC", token.replace("’", "'"))
        found = ((letter, self.label(letter)) for letter in folded if letter.isalpha() or letter == "'")
        return [(letter, label) for letter, label in found if label is not None]

    def text(self, labels: Sequence[int]) -> str:
        """Columns frame by frame as words: repeats are one, blanks and special tokens none."""
        names = {label: letter for letter, label in self.letters.items()}
        kept = [label for label, _ in groupby(labels) if label != self.blank]
        letters = (" " if label == self.delimiter else names.get(label, "") for label in kept)
        return " ".join("".join(letter for letter in letters if len(letter) == 1).split())


class Recogniser:
    """A checkpoint and its vocabulary, loaded on first use. ValueError, one line, when either is unfit."""

    def __init__(self, backing: Backing) -> None:
        self._weight: Weight = backing.weight(ROLE)
        self._device = house_device(backing.settings.device)
        self._most = backing.settings.speak.batch

    @cached_property
    def _features(self) -> tuple[int, bool]:
        with self._named():
            return read_features(self._weight.folder)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        config = self._model.config
        with self._named():
            return read_vocabulary(self._weight.folder, config)

    @contextmanager
    def _named(self) -> Generator[None, None, None]:
        """Says whose file an error is about, as `load_pretrained` does."""
        try:
            yield
        except ValueError as error:
            weight = self._weight
            raise ValueError(f"weights '{weight.name}' cannot be loaded from {weight.folder}: {error}") from error

    @property
    def _model(self) -> Any:
        size = gigabytes(self._weight.folder, dtype=self._device.dtype)
        return self._device.hold(f"{ROLE} {self._weight.name}", size, self._load)

    def _load(self) -> Any:
        model = load_pretrained(AutoModelForCTC, self._weight, dtype=self._device.dtype, classes=CLASSES, ignore=UNUSED)
        if type(model).__name__ not in CLASSES:
            raise ValueError(f"weights '{self._weight.name}' hold {type(model).__name__}, not {' or '.join(CLASSES)}")
        return model.to(self._device.torch_device)

    @property
    def seconds_a_frame(self) -> float:
        return float(np.prod(self._model.config.conv_stride)) / self._features[0]

    def log_probs(self, takes: Sequence[Speech]) -> Iterator[tuple[LogProbs, Cost]]:
        """(frames, letters) of each take, in order, and its cost. Takes of like length are run together.

        A checkpoint whose first convolution is normalised over time ('group') hears the padding of a batch: its takes are
        run one by one, so that a take's result never depends on the others."""
        config = self._model.config
        sounds = [waveform(take, *self._features) for take in takes]
        order = sorted(range(len(sounds)), key=lambda n: len(sounds[n]))
        most = 1 if getattr(config, "feat_extract_norm", "layer") == "group" else self._most
        found: dict[int, tuple[LogProbs, Cost]] = {}
        answers = self._device.run(ROLE, [sounds[n] for n in order], most, self._forward)
        for n, answer in zip(order, answers, strict=True):
            found[n] = answer
        yield from (found[n] for n in range(len(takes)))

    @torch.inference_mode()
    def _forward(self, sounds: list[NDArray[np.float32]]) -> list[LogProbs]:
        model = self._model
        longest = max(len(sound) for sound in sounds)
        values = torch.zeros(len(sounds), longest)
        mask = torch.zeros(len(sounds), longest, dtype=torch.long)
        for row, sound in enumerate(sounds):
            values[row, : len(sound)] = torch.from_numpy(sound)
            mask[row, : len(sound)] = 1
        place = self._device.torch_device
        padded = {"attention_mask": mask.to(place)} if len({len(sound) for sound in sounds}) > 1 else {}
        logits = model(values.to(place, self._device.dtype), **padded).logits
        if not torch.isfinite(logits).all():
            raise ValueError(f"weights '{self._weight.name}' answer with numbers that are not finite")
        table = torch.log_softmax(logits.float(), dim=-1).cpu().numpy()
        counts = [frames_of(len(sound), model.config) for sound in sounds]
        return [table[row, :count] for row, count in enumerate(counts)]


class CtcAligner:
    """models.base.Aligner over the weights of role 'recogniser'."""

    name = "ctc"

    def __init__(self, backing: Backing) -> None:
        self._backing = backing
        self._recogniser = Recogniser(backing)

    @property
    def version(self) -> dict[str, Any]:
        """What decides a timing beside the take."""
        return self._backing.print(ROLE, part="hear")

    def align(self, utterances: Sequence[Utterance], takes: Sequence[Speech]) -> list[Timing]:
        """A timing per take; a take too short for its text is timed by syllables. ValueError: a take over MOST_SECONDS."""
        out: list[Timing] = []
        rows = self._recogniser.log_probs(takes)
        for utterance, take, (table, cost) in zip(utterances, takes, rows, strict=True):
            seconds = self._recogniser.seconds_a_frame
            words, visemes = timed(utterance, take, table, self._recogniser.vocabulary, seconds)
            out.append(Timing(words, visemes, cost))
        return out

    def transcribe(self, takes: Sequence[Speech]) -> list[tuple[str, Cost]]:
        """What the recogniser hears in each take, letter by letter without a dictionary, and its cost."""
        rows = self._recogniser.log_probs(takes)
        return [(self._recogniser.vocabulary.text(table.argmax(axis=1).tolist()), cost) for table, cost in rows]


# -- files and sounds


def read_vocabulary(folder: Path, config: Any) -> Vocabulary:
    """vocab.json of a checkpoint, letter -> column. ValueError, one line, when it is no such table."""
    letters = _table(folder / "vocab.json")
    size = int(config.vocab_size)
    whole = all(isinstance(v, int) and not isinstance(v, bool) and 0 <= v < size for v in letters.values())
    if not 2 <= len(letters) <= MOST_LETTERS or not whole or len(set(letters.values())) != len(letters):
        raise ValueError(f"vocab.json: not one column each, below {size}, for its letters")
    blank = config.pad_token_id
    if not isinstance(blank, int) or not 0 <= blank < size:
        raise ValueError(f"config.json: pad_token_id {blank} is no column, and CTC's blank is needed")
    delimiter = next((letters[mark] for mark in DELIMITERS if mark in letters), None)
    return Vocabulary(letters, blank, delimiter)


def read_features(folder: Path) -> tuple[int, bool]:
    """preprocessor_config.json: sampling_rate in Hz and do_normalize, or transformers' defaults for them."""
    path = folder / "preprocessor_config.json"
    told = _table(path) if path.is_file() else {}
    rate = told.get("sampling_rate", 16_000)
    if not isinstance(rate, int) or not 4_000 <= rate <= 192_000:
        raise ValueError(f"{path.name}: sampling_rate {rate!r} is no rate of speech")
    return rate, bool(told.get("do_normalize", True))


def _table(path: Path) -> dict[str, Any]:
    if not path.is_file() or path.stat().st_size > MOST_FILE:
        raise ValueError(f"{path.name}: not there, or over {MOST_FILE:,} bytes")
    try:
        told = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise ValueError(f"{path.name}: not valid JSON") from None
    if not isinstance(told, dict):
        raise ValueError(f"{path.name}: holds no JSON object")
    return told


def waveform(take: Speech, rate: int, normalised: bool) -> NDArray[np.float32]:
    """The take at the recogniser's rate, at least a twentieth of a second; mean 0 and deviation 1 where it was trained so."""
    if len(take.samples) > MOST_SECONDS * take.sample_rate:
        raise ValueError(f"a take of more than {MOST_SECONDS:g} seconds cannot be listened to at once")
    common = gcd(rate, take.sample_rate)
    sound = np.asarray(take.samples, np.float32)
    if rate != take.sample_rate:
        sound = signal.resample_poly(sound, rate // common, take.sample_rate // common).astype(np.float32)
    sound = np.pad(sound, (0, max(0, rate // 20 - len(sound))))
    return (sound - sound.mean()) / np.sqrt(sound.var() + np.float32(1e-7)) if normalised else sound


def frames_of(samples: int, config: Any) -> int:
    """How many frames the recogniser's convolutions make of so many samples."""
    for kernel, stride in zip(config.conv_kernel, config.conv_stride, strict=True):
        samples = (samples - kernel) // stride + 1
    return samples


# -- alignment


def forced(table: LogProbs, labels: Sequence[int], blank: int) -> list[tuple[int, int]] | None:
    """(first, last + 1) frames of each label on the likeliest path that says them all in order; None when there are too
    few frames for them.

    Graves' states: blank, label, blank, ..., blank. A frame stays, goes on by one, or skips the blank between two labels
    that differ."""
    if not labels or len(table) < len(labels) + sum(a == b for a, b in pairwise(labels)):
        return None
    states = np.full(2 * len(labels) + 1, blank)
    states[1::2] = labels
    skips = np.zeros(len(states), bool)
    skips[3::2] = states[3::2] != states[1:-2:2]
    best = np.full(len(states), -np.inf)
    best[:2] = table[0, states[:2]]
    steps = np.zeros((len(table), len(states)), np.int8)
    for frame in range(1, len(table)):
        ways = np.full((3, len(states)), -np.inf)
        ways[0], ways[1, 1:] = best, best[:-1]
        ways[2, 2:] = np.where(skips[2:], best[:-2], -np.inf)
        steps[frame] = ways.argmax(axis=0)
        best = ways.max(axis=0) + table[frame, states]
    return _spans(steps, len(states) - 1 if best[-1] >= best[-2] else len(states) - 2)


def _spans(steps: NDArray[np.int8], state: int) -> list[tuple[int, int]]:
    """Back along the path from its last state: the frames that each label holds."""
    path = np.empty(len(steps), np.int64)
    for frame in range(len(steps) - 1, -1, -1):
        path[frame] = state
        state -= int(steps[frame, state])
    first = np.searchsorted(path, np.arange(1, steps.shape[1], 2), "left")
    last = np.searchsorted(path, np.arange(1, steps.shape[1], 2), "right")
    return [(int(a), int(b)) for a, b in zip(first, last, strict=True)]


def timed(
    utterance: Utterance, take: Speech, table: LogProbs, vocabulary: Vocabulary, seconds: float
) -> tuple[tuple[TimedWord, ...], tuple[Viseme, ...]]:
    """Words and mouth shapes of a take from its log-probabilities, `seconds` a frame."""
    tokens = _tokens(utterance)
    parts = sounding.sounding_parts(take.samples, take.sample_rate)
    spelled = [vocabulary.labels(token) for token in tokens]
    spans = forced(table, _joined(spelled, vocabulary, utterance.language), vocabulary.blank)
    if spans is None:
        words = laid(tokens, sounding.spread(tokens, parts))
        return words, _mouths(words, [[] for _ in words])
    length = len(take.samples) / take.sample_rate
    letters = _letters(spelled, spans, vocabulary, utterance.language, seconds)
    known = [(row[0][0], row[-1][1]) if row else None for row in letters]
    edges = (parts[0][0], parts[-1][1]) if parts else (0.0, length)
    times = [(min(a, length), min(b, length)) for a, b in between(tokens, known, edges)]
    words = laid(tokens, times)
    return words, _mouths(words, [[(a, letter) for a, _, letter in row] for row in letters])


def _tokens(utterance: Utterance) -> tuple[str, ...]:
    try:
        return prepare(utterance.text, utterance.language).tokens
    except ValueError:
        return tuple(utterance.text.split())


def _is_delimited(vocabulary: Vocabulary, language: str) -> bool:
    return vocabulary.delimiter is not None and language != "zh"


def _joined(spelled: Sequence[Sequence[tuple[str, int]]], vocabulary: Vocabulary, language: str) -> list[int]:
    """All columns of a line, the delimiter between words that have any."""
    out: list[int] = []
    for word in spelled:
        if word and out and vocabulary.delimiter is not None and _is_delimited(vocabulary, language):
            out.append(vocabulary.delimiter)
        out += [label for _, label in word]
    return out


def _letters(
    spelled: Sequence[Sequence[tuple[str, int]]],
    spans: Sequence[tuple[int, int]],
    vocabulary: Vocabulary,
    language: str,
    seconds: float,
) -> list[list[tuple[float, float, str]]]:
    """(start, stop, letter) of each word's letters, in seconds; none for a word without any."""
    out: list[list[tuple[float, float, str]]] = []
    at = 0
    for word in spelled:
        at += bool(word and at and _is_delimited(vocabulary, language))
        held = spans[at : at + len(word)]
        out.append([(a * seconds, b * seconds, c) for (a, b), (c, _) in zip(held, word, strict=True)])
        at += len(word)
    return out


def between(
    tokens: Sequence[str], known: Sequence[tuple[float, float] | None], edges: tuple[float, float]
) -> list[tuple[float, float]]:
    """Times of all words; those unknown share the gap between their neighbours (or the edges) by syllables.

    >>> between(["a", "7", "b"], [(0.0, 0.2), None, (0.6, 0.8)], (0.0, 1.0))
    [(0.0, 0.2), (0.2, 0.6), (0.6, 0.8)]
    """
    out: list[tuple[float, float]] = []
    for lacks, group in groupby(range(len(tokens)), key=lambda n: known[n] is None):
        rows = list(group)
        if not lacks:
            out += [span for n in rows if (span := known[n]) is not None]
            continue
        after = known[rows[-1] + 1] if rows[-1] + 1 < len(tokens) else None
        start = out[-1][1] if out else min(edges[0], after[0] if after else edges[0])
        stop = max(start, after[0] if after else edges[1])
        out += sounding.spread([tokens[n] for n in rows], [(start, stop)])
    return out


def _mouths(words: Sequence[TimedWord], letters: Sequence[Sequence[tuple[float, str]]]) -> tuple[Viseme, ...]:
    """Shapes by the letters' sounds; a word without Latin letters opens, and closes partly."""
    heard: list[tuple[float, str]] = []
    for word, row in zip(words, letters, strict=True):
        latin = [(start, letter.lower()) for start, letter in row if letter.isascii()]
        opening = [(word.start, "a"), (word.start + 0.6 * (word.stop - word.start), "I")]
        heard += [(start, LETTER_MOUTHS.get(letter, letter)) for start, letter in latin] or opening
    return mouths(heard, words[-1].stop if words else 0.0)
