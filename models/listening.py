"""The listener: takes and what they were to say in, named scores and a verdict out. Without torch, and without weights.

Measures come from `speech_scores`; with weights for the role 'recogniser' it also counts the words that are heard right.
It makes and changes no take."""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np

from models import speech_scores
from models.base import Cost, Judgement, Speech, Utterance
from models.settings import Backing

ROLE = "recogniser"


class SpeechListener:
    """models.base.Listener. Scores as in `speech_scores.score`; words: share heard right, 0..1, where there is a
    recogniser."""

    name = "speech"

    def __init__(self, backing: Backing) -> None:
        self._backing = backing
        self._recogniser: Any = None
        if ROLE in backing.weights:
            from models.ctc import CtcAligner  # brings torch: only where there are weights for it

            self._recogniser = CtcAligner(backing)

    @property
    def version(self) -> dict[str, Any]:
        """What decides a judgement beside the take."""
        return {"scores": speech_scores.VERSION, **self._backing.print(ROLE, part="hear")}

    def judge(self, utterances: Sequence[Utterance], takes: Sequence[Speech]) -> list[Judgement]:
        """A judgement per take. ValueError names the unit of a take that is not finite mono sound."""
        heard = self._recogniser.transcribe(takes) if self._recogniser is not None else [None] * len(takes)
        return [self._judged(u, t, words) for u, t, words in zip(utterances, takes, heard, strict=True)]

    def _judged(self, utterance: Utterance, take: Speech, heard: tuple[str, Cost] | None) -> Judgement:
        began = time.process_time()
        try:
            values = speech_scores.score(
                utterance.text, utterance.language, take.samples, take.sample_rate, utterance.pace
            )
        except ValueError as error:
            raise ValueError(f"{utterance.unit}: {error}") from error
        cost = Cost()
        if heard is not None:
            text, cost = heard
            values["words"] = word_share(text, utterance.text)
            values["total"] = speech_scores.total(values)
        reason = speech_scores.failures(values, self._backing.settings.hear)
        spent = Cost(cost.gpu_seconds, cost.core_seconds + time.process_time() - began, cost.peak_bytes)
        return Judgement(values, not reason, reason, spent)


def word_share(heard: str, text: str) -> float:
    """1 - word error rate, 0..1: insertions, deletions and changes over the words of the text (Han characters count as
    words); 1 for a text without words.

    >>> word_share("I NEVER LIED TO YOU", "I never lied, to you!"), word_share("你好吗", "你好。")
    (1.0, 0.5)
    """
    said, wanted = units(heard), units(text)
    if not wanted:
        return 1.0
    return round(max(0.0, 1 - edits(said, wanted) / len(wanted)), 4)


def units(text: str) -> list[str]:
    """What is counted: words in lower case without marks; of Han characters each."""
    folded = unicodedata.normalize("NFKC", text).replace("’", "'").lower()
    return re.findall(r"[㐀-鿿豈-﫿]|(?:(?![㐀-鿿豈-﫿])[^\W_])+(?:'[^\W_]+)*", folded)


def edits(one: Sequence[str], other: Sequence[str]) -> int:
    """The least number of insertions, deletions and changes between two sequences (Levenshtein 1966).

    >>> edits(["a", "b", "c"], ["a", "c", "d"])
    2
    """
    numbers = {word: n for n, word in enumerate({*one, *other})}
    columns = np.array([numbers[word] for word in other], np.int64)
    steps = np.arange(len(other) + 1)
    row = steps.copy()
    for count, word in enumerate(one, 1):
        new = np.concatenate(([count], np.minimum(row[1:] + 1, row[:-1] + (columns != numbers[word]))))
        row = np.minimum.accumulate(new - steps) + steps
    return int(row[-1])
