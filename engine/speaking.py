"""Spoken lines: several takes a line, judged, the best kept, failures said again; words timed where the voice cannot.

It knows candidates, seeds and verdicts; no vault, no file and no particular voice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from models.base import Aligner, Cost, Judgement, Listener, Speech, Utterance, Voice
from models.settings import ModelSettings

SEED_STEP = 7919
"""Between the seeds of one try and the next; candidates of a try count up by one."""
MOST_SEED = 2**31 - 1
BATCHES = 8
"""So many of the profile's batches go to the voice in one call: one that refills its batch as lines end stays full, and a
stopped run loses no more than these."""


@dataclass(frozen=True)
class Tried:
    speech: Speech
    judgement: Judgement
    attempt: int
    seed: int


Chosen = tuple[Utterance, Speech, dict[str, Any]]


def choose_speech(
    voice: Voice, listener: Listener, settings: ModelSettings, utterances: Sequence[Utterance]
) -> Iterator[Chosen]:
    """The best take of each line, in order, and what was tried for it; BATCHES at a time, so that a stopped run keeps what
    was chosen. The take carries the cost of all that were tried."""
    size = settings.speak.batch * BATCHES
    for at in range(0, len(utterances), size):
        batch = utterances[at : at + size]
        tried: list[list[Tried]] = [[] for _ in batch]
        for attempt in range(settings.speak.attempts):
            open_ = [n for n, row in enumerate(tried) if not any(t.judgement.passed for t in row)]
            if not open_:
                break
            rows = attempt_all(voice, listener, [batch[n] for n in open_], attempt, settings.speak.candidates)
            for n, row in zip(open_, rows, strict=True):
                tried[n] += row
        for utterance, row in zip(batch, tried, strict=True):
            speech, result = chosen(row)
            yield utterance, speech, result


def attempt_all(
    voice: Voice, listener: Listener, utterances: Sequence[Utterance], attempt: int, candidates: int
) -> list[list[Tried]]:
    """`candidates` takes of each of these lines, spoken in one call of the voice and judged in one of the listener."""
    seeded = [
        replace(utterance, seed=(utterance.seed + SEED_STEP * attempt + number) % MOST_SEED)
        for utterance in utterances
        for number in range(candidates)
    ]
    takes = voice.speak(seeded)
    if len(takes) != len(seeded):
        raise ValueError(f"{voice.name} answered {len(takes)} of {len(seeded)} lines")
    judged = listener.judge(seeded, takes)
    rows = [Tried(t, j, attempt + 1, u.seed) for u, t, j in zip(seeded, takes, judged, strict=True)]
    return [rows[at : at + candidates] for at in range(0, len(rows), candidates)]


def rank(tried: Tried) -> tuple[bool, float]:
    return tried.judgement.passed, tried.judgement.scores.get("total", 0.0)


def chosen(tried: Sequence[Tried]) -> tuple[Speech, dict[str, Any]]:
    """The best of all tries, the first of equals; every seed and score goes into the record."""
    best = max(tried, key=rank)
    result: dict[str, Any] = {
        "seed": best.seed,
        "candidates": len(tried),
        "attempts": max(t.attempt for t in tried),
        "accepted": best.judgement.passed,
        "reason": best.judgement.reason,
        "scores": dict(best.judgement.scores),
        "tried": [
            {"seed": t.seed, "passed": t.judgement.passed, "reason": t.judgement.reason,
             "scores": dict(t.judgement.scores)}
            for t in tried
        ],
    }  # fmt: skip
    spent = summed([t.speech.cost for t in tried] + [t.judgement.cost for t in tried])
    return replace(best.speech, cost=spent), result


def timed(aligner: Aligner, pairs: Sequence[tuple[Utterance, Speech]]) -> list[Speech]:
    """The takes with words and visemes, in order: those without are given to the aligner, in one call, at their cost."""
    open_ = [pair for pair in pairs if not pair[1].words]
    timings = iter(aligner.align([u for u, _ in open_], [s for _, s in open_]) if open_ else [])
    out: list[Speech] = []
    for _, speech in pairs:
        if not speech.words:
            found = next(timings)
            cost = summed([speech.cost, found.cost])
            speech = replace(speech, words=found.words, visemes=found.visemes, cost=cost)
        out.append(speech)
    return out


def summed(costs: Sequence[Cost]) -> Cost:
    """What all of them took together; the highest peak."""
    return Cost(
        gpu_seconds=sum(c.gpu_seconds for c in costs),
        core_seconds=sum(c.core_seconds for c in costs),
        peak_bytes=max((c.peak_bytes for c in costs), default=0),
    )


def perform(
    voice: Voice, listener: Listener, aligner: Aligner, settings: ModelSettings, utterances: Sequence[Utterance]
) -> Iterator[tuple[Speech, dict[str, Any]]]:
    """The chosen take of each line with its words timed, in order, and what was tried for it; BATCHES at a time."""
    size = settings.speak.batch * BATCHES
    for at in range(0, len(utterances), size):
        chosen_ = list(choose_speech(voice, listener, settings, utterances[at : at + size]))
        speeches = timed(aligner, [(utterance, speech) for utterance, speech, _ in chosen_])
        yield from ((speech, result) for speech, (_, _, result) in zip(speeches, chosen_, strict=True))
