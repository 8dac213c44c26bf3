"""When the words of a take are heard, without weights: espeak says the same text, and that is warped onto the take.

The method of aeneas (readbeyond/aeneas, 'how it works'): a synthetic voice whose word times are known, cepstral features
of both sounds, dynamic time warping between them (Sakoe and Chiba 1978, 'Dynamic programming algorithm optimization for
spoken word recognition'). Where that cannot be done the words are laid over the parts that sound, by syllables. It
knows no model and does not judge the take."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from models import sounding
from models.base import Cost, Speech, TimedWord, Timing, Utterance, Viseme
from models.draft.clauses import Joined, joined
from models.draft.espeak import NATIVE_RATE, Clause, EspeakProcess, WorkerError
from models.draft.mouths import mouths
from models.draft.spoken_text import SpokenText, prepare
from models.sounding import HOP, Floats, Samples

MAX_UTTERANCES = 5_000
"""Most lines in one call."""
MOST_SECONDS = 60.0
"""A longer take is not warped: at this length the tables take 0.4 GB."""
VOICES = {"en": ("en-us+m3", "en-us+f2"), "zh": ("cmn+m3", "cmn+f2")}
"""The reference of a low and of a high voice: the espeak variants nearest to the middle of their sex."""
RATES = {"en": 165, "zh": 206}
HIGH_VOICE = 150.0
"""Hz."""
CEPSTRA = 12
STEP = 2
"""Frames of `sounding` from one warped frame to the next: 20 ms, between which times are interpolated."""
KEPT_PAUSE = 0.06
"""Seconds of each pause that are warped along: readers pause for as long as they like."""
BAND = 0.25
"""How far the path may stray from the straight line, as a share of the take."""
ASIDE = 0.35
"""Added to a step that halts one of the two sounds, in standard deviations of the features' distance."""
OUTSIDE = 1e6
"""The distance of a pair outside the band."""
MOST_HALT = 0.35
"""Share of the take in which the path stands still: from here up it is lost."""


@dataclass(frozen=True)
class _Line:
    """One take on its way to its timing: its text cut up, or none where it cannot be spoken."""

    utterance: Utterance
    take: Speech
    text: SpokenText | None
    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class Warp:
    """Pairs of times, both rising: `there` in the reference, `here` in the take."""

    there: Floats
    here: Floats

    def __call__(self, seconds: float) -> float:
        return float(np.interp(seconds, self.there, self.here))


class DraftAligner:
    """models.base.Aligner on espeak-ng: no weights, English and Mandarin; other languages by syllables alone."""

    name = "espeak"
    version = 1

    def __init__(self) -> None:
        self._worker = EspeakProcess()

    def align(self, utterances: Sequence[Utterance], takes: Sequence[Speech]) -> list[Timing]:
        """A timing per take. All lines are spoken in one batch; a line's timing does not depend on the others."""
        if len(utterances) > MAX_UTTERANCES:
            raise ValueError(f"{len(utterances)} lines in one call, limit {MAX_UTTERANCES}")
        began = time.process_time()
        lines = [_line(u, t) for u, t in zip(utterances, takes, strict=True)]
        references, spoken = self._references(lines)
        found = [_timed(line, reference) for line, reference in zip(lines, references, strict=True)]
        share = Cost(core_seconds=(time.process_time() - began + spoken) / max(1, len(lines)))
        return [Timing(words, visemes, share) for words, visemes in found]

    def close(self) -> None:
        """End the worker process; the next call starts another."""
        self._worker.close()

    def _references(self, lines: Sequence[_Line]) -> tuple[list[Joined | None], float]:
        """What espeak makes of each line, None where it fails, and the worker's core-seconds."""
        failed: set[int] = set()
        while True:
            wanted = [(n, clause) for n, line in enumerate(lines) if n not in failed for clause in line.clauses]
            try:
                spoken = self._worker.say([clause for _, clause in wanted])
            except WorkerError as error:
                failed.add(wanted[error.index][0])
                continue
            break
        rows: dict[int, list[int]] = {}
        for at, (n, _) in enumerate(wanted):
            rows.setdefault(n, []).append(at)
        out = [
            joined(line.text, [spoken[at] for at in rows[n]], 1.0) if line.text is not None and n in rows else None
            for n, line in enumerate(lines)
        ]
        return out, sum(each.core_seconds for each in spoken)


def _line(utterance: Utterance, take: Speech) -> _Line:
    try:
        text = prepare(utterance.text, utterance.language)
    except ValueError:
        return _Line(utterance, take, None, ())
    voices = VOICES.get(utterance.language)
    if voices is None or len(take.samples) > MOST_SECONDS * take.sample_rate:
        return _Line(utterance, take, text, ())
    name = voices[pitch_of(take.samples, take.sample_rate) > HIGH_VOICE]
    rate = RATES[utterance.language]
    return _Line(utterance, take, text, tuple(Clause(c.text, name, rate, 50, 50, 85) for c in text.clauses))


def _timed(line: _Line, reference: Joined | None) -> tuple[tuple[TimedWord, ...], tuple[Viseme, ...]]:
    samples, rate = line.take.samples, line.take.sample_rate
    tokens = line.text.tokens if line.text is not None else tuple(line.utterance.text.split())
    parts = sounding.sounding_parts(samples, rate)
    warp = warped(reference, samples, rate) if reference is not None and reference.is_heard and parts else None
    if reference is None or warp is None:
        words = laid(tokens, sounding.spread(tokens, parts))
        return words, opened(words)
    words = laid(tokens, [(warp(start), warp(stop)) for start, stop in reference.words])
    shapes = mouths([(warp(start), name) for start, name in reference.phonemes], words[-1].stop)
    return words, shapes


def laid(tokens: Sequence[str], times: Sequence[tuple[float, float]]) -> tuple[TimedWord, ...]:
    """Words in order: none begins before the one before it, or stops after the next begins.

    >>> [(w.start, w.stop) for w in laid(["a", "b"], [(0.0, 0.6), (0.5, 0.9)])]
    [(0.0, 0.5), (0.5, 0.9)]
    """
    starts = np.maximum.accumulate([start for start, _ in times]) if times else np.zeros(0)
    following = [*starts[1:], np.inf][: len(starts)]
    return tuple(
        TimedWord(token, round(float(start), 4), round(float(min(max(stop, start), after)), 4))
        for token, start, (_, stop), after in zip(tokens, starts, times, following, strict=True)
    )


def opened(words: Sequence[TimedWord]) -> tuple[Viseme, ...]:
    """Mouth shapes where no phonemes are known: open through the first part of each word, then nearly closed."""
    if not words:
        return (Viseme("closed", 0.0),)
    halves = [(word.start, word.start + 0.6 * (word.stop - word.start)) for word in words]
    return mouths([pair for a, b in halves for pair in ((a, "a"), (b, "I"))], words[-1].stop)


# -- warping


def warped(reference: Joined, samples: Samples, rate: int) -> Warp | None:
    """The reference's time over the take's; None when either holds no sound, or the path is lost."""
    there, said = features(np.asarray(reference.samples, np.float32), NATIVE_RATE)
    here, heard = features(samples, rate)
    if len(said) < 4 or len(heard) < 4:
        return None
    path = shortest(distances(there, here))
    if halted(path) > MOST_HALT:
        return None
    middles = np.bincount(path[:, 0], path[:, 1]) / np.bincount(path[:, 0])
    times = np.interp(middles, np.arange(len(heard)), heard)
    return Warp(said, np.maximum.accumulate(times))


def features(samples: Samples, rate: int) -> tuple[Floats, Floats]:
    """(frames, 2 * CEPSTRA + 2) cepstra, level and their slopes of the frames that are warped, each of mean 0 and deviation
    1 over the take, which takes out voice and microphone; and the seconds at which these frames stand."""
    mel = sounding.log_mel(samples, rate, STEP * HOP)
    kept = np.flatnonzero(kept_frames(sounding.sounding(sounding.levels(samples, rate)))[STEP // 2 :: STEP])
    mel = np.maximum(mel, mel.max(initial=-20.0) - 9.0)
    cepstra = fft.dct(mel, axis=1, norm="ortho")[kept, : CEPSTRA + 1]
    both = np.concatenate([cepstra, slopes(cepstra)], axis=1)
    both = (both - both.mean(axis=0)) / np.maximum(both.std(axis=0), 1e-6) if len(kept) else both
    return both, (kept + 0.5) * STEP * HOP


def kept_frames(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The frames that sound, and KEPT_PAUSE of each pause between them, half at either end; nothing before and after."""
    half = round(KEPT_PAUSE / HOP / 2)
    out = mask.copy()
    found = sounding.runs(mask)
    for (_, stop), (start, _) in pairwise(found):
        out[stop : min(stop + half, start)] = True
        out[max(start - half, stop) : start] = True
    return out


def slopes(values: Floats) -> Floats:
    """Change a frame over two frames either side (the usual delta of speech recognition)."""
    padded = np.pad(values, ((2, 2), (0, 0)), mode="edge")
    return (2 * (padded[4:] - padded[:-4]) + padded[3:-1] - padded[1:-3]) / 10


def distances(there: Floats, here: Floats) -> Floats:
    """(n, m) Euclidean distances, in units of their own standard deviation; infinite outside the band."""
    out = (there**2).sum(1)[:, None] + (here**2).sum(1)[None] - 2 * there @ here.T
    np.sqrt(np.maximum(out, 0, out=out), out=out)
    out /= max(float(out.std()), 1e-9)
    straight = np.arange(len(there))[:, None] / len(there) - np.arange(len(here))[None] / len(here)
    out[np.abs(straight) > BAND] = OUTSIDE
    return out


def shortest(cost: Floats) -> NDArray[np.int64]:
    """(steps, 2) pairs of the cheapest path from corner to corner, a step down, right or both; a diagonal step counts its
    cell twice, as in Sakoe and Chiba's symmetric form, and a halt costs ASIDE more.

    Row by row: what comes from the left is a running minimum once the row's running sum is taken off."""
    side = cost + ASIDE
    done = np.cumsum(side, axis=1)
    table = np.empty_like(cost)
    table[0] = done[0] + cost[0, 0] - ASIDE
    for row in range(1, len(cost)):
        above = table[row - 1] + side[row]
        np.minimum(above[1:], table[row - 1, :-1] + 2 * cost[row, 1:], out=above[1:])
        above -= done[row]
        np.add(np.minimum.accumulate(above), done[row], out=table[row])
    return _walked(table, cost)


def _walked(table: Floats, cost: Floats) -> NDArray[np.int64]:
    """Back from the last corner, always to the cell that the cheapest way came from."""
    row, column = table.shape[0] - 1, table.shape[1] - 1
    path = [(row, column)]
    while row and column:
        both = table[row - 1, column - 1] + cost[row, column] - ASIDE
        up, left = table[row - 1, column], table[row, column - 1]
        if both <= up and both <= left:
            row, column = row - 1, column - 1
        elif up <= left:
            row -= 1
        else:
            column -= 1
        path.append((row, column))
    path += [(n, 0) for n in range(row - 1, -1, -1)] + [(0, n) for n in range(column - 1, -1, -1)]
    return np.array(path[::-1])


def halted(path: NDArray[np.int64]) -> float:
    """The longest stand of the path, in the reference or in the take, as a share of the whole: 1 / count at best."""
    longest = 0.0
    for axis in (0, 1):
        _, counts = np.unique(path[:, axis], return_counts=True)
        longest = max(longest, float(counts.max()) / (path[-1, 1 - axis] + 1))
    return longest


def pitch_of(samples: Samples, rate: int) -> float:
    """The median pitch of a take in Hz, 60 to 400, by autocorrelation of its low band; 0 where nothing is voiced."""
    step = max(1, rate // 8_000)
    low = samples[: len(samples) // step * step].reshape(-1, step).mean(axis=1)
    rate //= step
    width = round(0.04 * rate)
    if len(low) < 2 * width:
        return 0.0
    cuts = np.lib.stride_tricks.sliding_window_view(low, width)[:: round(0.03 * rate)]
    power = np.abs(np.fft.rfft(cuts - cuts.mean(axis=1, keepdims=True), 2 * width)) ** 2
    alike = np.fft.irfft(power)[:, :width]
    lags = slice(round(rate / 400), min(round(rate / 60), width - 1))
    first = alike[:, 0]
    best = alike[:, lags].max(axis=1) / np.maximum(first, 1e-12)
    voiced = (best > 0.4) & (first > 0.05 * first.max())
    if not voiced.any():
        return 0.0
    return float(np.median(rate / (alike[voiced][:, lags].argmax(axis=1) + lags.start)))
