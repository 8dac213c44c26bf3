"""Word times without weights, against espeak's own times for other voices, moods and paces; and what cannot be warped."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

from models import sounding
from models.base import DELIVERIES, EMOTIONS, Rights, Speech, Timing, Utterance
from models.draft.aligner import DraftAligner, halted, laid, pitch_of, shortest
from models.draft.mouths import MIN_SECONDS, SHAPES
from models.draft.voice import DraftVoice

RATE = 48_000
EN = (
    "You lied to me for ten whole years.", "I never wanted your money, Daniel.", "She's gone. And you let her go.",
    "Nobody walks away from the Shen family alive.", "The contract was signed before the wedding.",
    "Put the knife down, slowly.", "I'm not your daughter... am I?", "The doctor said I have three months to live.",
    "Wait! There is one more thing you should know.", "Twenty years ago, a fire took my parents.",
    "Open the door or I will break it down!", "Tomorrow at midnight, everyone will know your name.",
)  # fmt: skip
ZH = (
    "你骗了我整整十年。", "我从来没有想要过你的钱。", "告诉我真相，不然就滚出这个家！", "没有人能活着离开沈家。",
    "合同在婚礼之前就签好了。", "把刀放下，慢慢地。", "我不是你的女儿……对吗？", "医生说我只剩三个月了。",
    "等一下！还有一件事你应该知道。", "二十年前，一场大火带走了我的父母。", "开门，不然我就砸了它！",
    "明天午夜，所有人都会知道你的名字。",
)  # fmt: skip
OTHERS = ("m1", "f1", "victor", "f5", "grandpa", "anika", "john", "m8", "Storm", "ed", "f4", "Denis")
"""Not m3 and f2, which are the references."""
Pairs = list[tuple[Utterance, Speech]]


@pytest.fixture(scope="module")
def aligner() -> Iterator[DraftAligner]:
    out = DraftAligner()
    yield out
    out.close()


@pytest.fixture(scope="module")
def takes() -> Iterator[Pairs]:
    """48 lines in two languages, twelve voices, all emotions and deliveries, three paces."""
    asked = [
        Utterance(
            f"{language}{n}", lines[n % 12], language, f"{code}+{OTHERS[(n * 5) % 12]}:{(42, 50, 56)[n % 3]}",
            EMOTIONS[n % 14], delivery=DELIVERIES[n // 2 % 6] if n % 2 else "voice", pace=(1, 0.85, 1.15)[n % 3], seed=n,
        )
        for language, code, lines in (("en", "en-us", EN), ("zh", "cmn", ZH))
        for n in range(24)
    ]  # fmt: skip
    voice = DraftVoice()
    yield list(zip(asked, voice.speak(asked), strict=True))
    voice.close()


@pytest.fixture(scope="module")
def aligned(aligner: DraftAligner, takes: Pairs) -> tuple[list[Timing], float]:
    """Timings of all takes, and our seconds of CPU for five seconds of sound."""
    began = time.process_time()
    timings = aligner.align([u for u, _ in takes], [bare(t) for _, t in takes])
    return timings, (time.process_time() - began) / sum(len(t.samples) for _, t in takes) * RATE * 5


def errors(found: list[np.ndarray], truth: list[np.ndarray]) -> tuple[float, float]:
    """Median and 90th percentile of the word starts' errors, in milliseconds."""
    off = 1000 * np.abs(np.concatenate(found) - np.concatenate(truth))
    return float(np.median(off)), float(np.percentile(off, 90))


def starts(words) -> np.ndarray:  # type: ignore[no-untyped-def]
    return np.array([w.start for w in words])


def bare(take: Speech, samples: np.ndarray | None = None) -> Speech:
    return replace(take, words=(), visemes=(), samples=take.samples if samples is None else samples.astype(np.float32))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_words_of_other_voices_are_found_within_80_ms(
    language: str, aligned: tuple[list[Timing], float], takes: Pairs
) -> None:
    pairs = [pair for pair in takes if pair[0].language == language]
    timings = [t for t, (u, _) in zip(aligned[0], takes, strict=True) if u.language == language]
    truth = [starts(t.words) for _, t in pairs]
    for (_, take), timing in zip(pairs, timings, strict=True):
        assert [w.text for w in timing.words] == [w.text for w in take.words]
    median, most = errors([starts(t.words) for t in timings], truth)
    laid_out = [sounding.spread([w.text for w in t.words], sounding.sounding_parts(t.samples, RATE)) for _, t in pairs]
    rough, rough_most = errors([np.array([a for a, _ in each]) for each in laid_out], truth)
    print(f"{language}: warped {median:.0f} / {most:.0f} ms, by syllables {rough:.0f} / {rough_most:.0f} ms")
    assert median <= 20 and most <= 80 and median < rough <= 180 and rough_most <= 500


def test_words_are_found_in_noise_in_a_room_and_at_a_pace_that_wanders(aligner: DraftAligner, takes: Pairs) -> None:
    """The pace goes between 0.8 and 1.25 within the line, pitch and formants with it; 25 dB of noise, and an echo."""
    rng = np.random.default_rng(5)
    pairs, spoiled, truth = takes[::4], [], []
    for _, take in pairs:
        count = len(take.samples)
        speed = np.interp(np.arange(count), np.linspace(0, count, 8), np.exp(rng.uniform(-0.22, 0.22, 8)))
        at = np.concatenate(([0.0], np.cumsum(1 / speed)))[:-1]  # where each sample goes
        bent = np.interp(np.arange(0, at[-1]), at, take.samples)
        echo = np.exp(-np.arange(6000) / 1200) * rng.standard_normal(6000)
        wet = bent + 0.3 * signal.fftconvolve(bent, echo / np.linalg.norm(echo))[: len(bent)]
        noisy = wet + rng.standard_normal(len(wet)) * np.sqrt(np.mean(wet**2)) * 10 ** (-25 / 20)
        spoiled.append(bare(take, np.pad(noisy, (RATE // 3, RATE // 2))))
        truth.append(np.interp(starts(take.words) * RATE, np.arange(count), at) / RATE + 1 / 3)
    timings = aligner.align([u for u, _ in pairs], spoiled)
    median, most = errors([starts(t.words) for t in timings], truth)
    print(f"bent, in a room, in noise: {median:.0f} / {most:.0f} ms")
    assert median <= 40 and most <= 150


def test_mouth_shapes_follow_the_take(aligned: tuple[list[Timing], float], takes: Pairs) -> None:
    for (_, take), timing in list(zip(takes, aligned[0], strict=True))[::6]:
        moments = [v.start for v in timing.visemes]
        assert all(b - a >= MIN_SECONDS - 1e-3 for a, b in pairwise(moments[:-1]))
        assert {v.shape for v in timing.visemes} <= set(SHAPES) and timing.visemes[-1].shape == "closed"
        grid = np.arange(0, take.words[-1].stop, 0.02)
        assert np.mean([shape_at(take, m) == shape_at(timing, m) for m in grid]) > 0.6


def shape_at(what, moment: float) -> str:  # type: ignore[no-untyped-def]
    return next((v.shape for v in reversed(what.visemes) if v.start <= moment), "closed")


def test_a_timing_does_not_depend_on_the_other_lines(
    aligner: DraftAligner, aligned: tuple[list[Timing], float], takes: Pairs
) -> None:
    for n in (0, 13, 40):
        alone = aligner.align([takes[n][0]], [bare(takes[n][1])])[0]
        assert (alone.words, alone.visemes) == (aligned[0][n].words, aligned[0][n].visemes)
    assert aligner.align([], []) == []


@pytest.mark.parametrize(
    ("text", "language"),
    [("", "en"), ("😀🎬", "en"), ("word " * 200, "en"), ("Ich habe dich nie geliebt.", "de"), ("...", "zh")],
)
def test_what_espeak_cannot_say_is_laid_over_the_sound(text: str, language: str, aligner: DraftAligner) -> None:
    noise = np.random.default_rng(0).standard_normal(2 * RATE) * 0.1
    take = Speech(np.pad(noise, RATE).astype(np.float32), RATE, (), (), "x", Rights("a test", "CC0-1.0"))
    timing = aligner.align([Utterance("u", text, language, "v")], [take])[0]
    assert [w.text for w in timing.words] == text.split()
    assert all(0.9 <= w.start <= w.stop <= 3.1 for w in timing.words) and timing.visemes[0].start == 0.0


@pytest.mark.parametrize("kind", ["silent", "empty", "click", "noise"])
def test_a_take_without_speech_still_has_all_its_words(kind: str, aligner: DraftAligner) -> None:
    samples = {"silent": np.zeros(RATE), "empty": np.zeros(0), "click": np.eye(1, RATE, 900)[0]}.get(
        kind, np.random.default_rng(1).standard_normal(RATE) * 0.2
    )
    take = Speech(samples.astype(np.float32), RATE, (), (), "x", Rights("a test", "CC0-1.0"))
    words = aligner.align([Utterance("u", "Tell me the truth.", "en", "v")], [take])[0].words
    assert [w.text for w in words] == ["Tell", "me", "the", "truth."]
    edges = [t for w in words for t in (w.start, w.stop)]
    assert edges == sorted(edges) and edges[0] >= 0 and edges[-1] <= 1.0


def test_a_line_takes_less_than_a_twentieth_of_a_second_of_our_time(aligned: tuple[list[Timing], float]) -> None:
    """Per five seconds of sound, without the worker's own; the bound leaves room for a loaded machine."""
    print(f"{1000 * aligned[1]:.0f} ms of CPU for 5 s")
    assert aligned[1] < 0.1


# -- the path


def slow_path(cost: np.ndarray, aside: float) -> float:
    table = np.full(cost.shape, np.inf)
    for i in range(cost.shape[0]):
        for j in range(cost.shape[1]):
            ways = [0.0 if i == j == 0 else np.inf]
            ways += [table[i - 1, j - 1] + cost[i, j]] if i and j else []
            ways += [table[i - 1, j] + aside] if i else []
            ways += [table[i, j - 1] + aside] if j else []
            table[i, j] = min(ways) + cost[i, j]
    return float(table[-1, -1])


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 10_000))
def test_the_path_is_the_cheapest_from_corner_to_corner(n: int, m: int, seed: int) -> None:
    from models.draft.aligner import ASIDE

    cost = np.random.default_rng(seed).random((n, m))
    path = shortest(cost)
    steps = np.diff(path, axis=0)
    assert tuple(path[0]) == (0, 0) and tuple(path[-1]) == (n - 1, m - 1)
    assert not len(steps) or (steps.min() >= 0 and steps.max() <= 1 and (steps.sum(axis=1) > 0).all())
    diagonal = (steps.sum(axis=1) == 2) if len(steps) else np.zeros(0, bool)
    cells = cost[path[1:, 0], path[1:, 1]]
    spent = cost[0, 0] + np.where(diagonal, 2 * cells, cells + ASIDE).sum()
    assert spent == pytest.approx(slow_path(cost, ASIDE))


def test_a_path_that_stands_still_is_seen() -> None:
    straight = np.stack([np.arange(10)] * 2, axis=1)
    assert halted(straight) == pytest.approx(0.1)
    stuck = np.array([(0, 0), *((0, n) for n in range(1, 8)), (1, 8), (2, 9)])
    assert halted(stuck) == pytest.approx(0.8)


@given(st.lists(st.tuples(st.floats(0, 9), st.floats(0, 9)), max_size=8))
def test_laid_words_never_overlap(times: list[tuple[float, float]]) -> None:
    words = laid([str(n) for n in range(len(times))], times)
    edges = [t for w in words for t in (w.start, w.stop)]
    assert edges == sorted(edges)


@pytest.mark.parametrize("hertz", [90, 120, 210, 300])
def test_the_pitch_of_a_buzz_is_heard(hertz: int) -> None:
    buzz = signal.sawtooth(2 * np.pi * hertz * np.arange(RATE) / RATE).astype(np.float32) * 0.2
    assert pitch_of(buzz, RATE) == pytest.approx(hertz, rel=0.03)
    assert pitch_of(np.zeros(RATE, np.float32), RATE) == 0.0 == pitch_of(buzz[:100], RATE)
