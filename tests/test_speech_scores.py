"""What is measured of spoken takes: real lines pass, and each planted fault is found by its own name."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.config import data_folder
from models import sounding
from models.base import EMOTIONS, Speech, Utterance
from models.draft.voice import DraftVoice
from models.settings import HearSettings
from models.sounding import Samples, spread, syllables
from models.speech_scores import expected_seconds, failures, repeated_words, score, total

RATE = 48_000
EN = ("You lied to me for ten whole years.", "She's gone. And you let her go.", "No, no, no, this cannot be happening.")
ZH = ("合同在婚礼之前就签好了。", "告诉我真相，不然就滚出这个家！", "你哥哥还活着，他要回家了。")
VOICES = ("m1", "f1", "victor", "f5", "grandpa", "anika", "john", "f2")
Takes = list[tuple[Utterance, Speech]]


@pytest.fixture(scope="module")
def limits() -> HearSettings:
    """Those of the fast tier, as they are shipped."""
    return HearSettings(**tomllib.loads((data_folder("tiers") / "fast.toml").read_text(encoding="utf-8"))["hear"])


@pytest.fixture(scope="module")
def takes() -> Iterator[Takes]:
    """A line in every emotion and both languages, by several voices."""
    asked = [
        Utterance(f"{language}{n}", lines[n % 3], language, f"{code}+{VOICES[n % 8]}:50", emotion)
        for language, code, lines in (("en", "en-us", EN), ("zh", "cmn", ZH))
        for n, emotion in enumerate(EMOTIONS)
    ]
    voice = DraftVoice()
    yield list(zip(asked, voice.speak(asked), strict=True))
    voice.close()


def judged(utterance: Utterance, samples: Samples, limits: HearSettings) -> str:
    scores = score(utterance.text, utterance.language, samples.astype(np.float32), RATE)
    return failures(scores, limits)


def test_the_draft_voice_passes_in_every_emotion_and_both_languages(takes: Takes, limits: HearSettings) -> None:
    faults = {(u.text, u.emotion): judged(u, t.samples, limits) for u, t in takes}
    assert not {key: fault for key, fault in faults.items() if fault}


FAULTS: dict[str, tuple[str, Callable[[Samples, Samples], Samples]]] = {
    "babble": ("runaway", lambda x, other: np.concatenate([x, np.zeros(RATE // 2), other, other[:RATE]])),
    "babble at once": ("runaway", lambda x, other: np.concatenate([x, other, other[::-1]])),
    "looped": ("repeat", lambda x, other: np.concatenate([x, x])),
    "looped with a pause": ("repeat", lambda x, other: np.concatenate([x, np.zeros(15_333), x])),
    "padded": ("silence", lambda x, other: np.pad(x, (RATE // 4, 2 * len(x)))),
    "clipped": ("clipped", lambda x, other: np.clip(x * (8 / np.abs(x).max()), -1, 1)),
    "clipped and turned down": ("clipped", lambda x, other: 0.3 * np.clip(x * (8 / np.abs(x).max()), -1, 1)),
    "far too quiet": ("level", lambda x, other: x * 0.003),
    "silent": ("level", lambda x, other: x * 0),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_fails_by_its_own_name(name: str, takes: Takes, limits: HearSettings) -> None:
    wanted, spoil = FAULTS[name]
    for n in range(0, len(takes), 5):
        utterance, take = takes[n]
        reason = judged(utterance, spoil(take.samples, takes[(n + 5) % len(takes)][1].samples), limits)
        assert reason.split(" ")[0] == wanted, f"{utterance}: {reason or 'passes'}"


def test_a_take_cut_to_a_third_is_too_fast_for_its_text(takes: Takes, limits: HearSettings) -> None:
    """Unless its reader is slow: the third of a line said in tears may be the half of one said in anger."""
    for utterance, take in takes[::2]:
        if utterance.emotion not in ("grief", "tears", "tender"):
            reason = judged(utterance, take.samples[: len(take.samples) // 3], limits)
            assert reason.startswith("pace") and "is over" in reason, f"{utterance}: {reason}"


def test_a_held_vowel_and_a_steady_tone_are_no_repetition(takes: Takes) -> None:
    time = np.arange(2 * RATE) / RATE
    vowel = sum(np.sin(2 * np.pi * 140 * k * time) / k for k in range(1, 30)).astype(np.float32) * 0.1
    assert score("No", "en", vowel, RATE)["repeat"] < 0.2


def test_words_that_the_text_repeats_may_repeat(limits: HearSettings) -> None:
    assert repeated_words("No, no, no!", "en") == 1.0 and repeated_words("不，不，这不可能", "zh") == 0.5
    voice = DraftVoice()
    take = voice.speak([Utterance("u", "Never. Never. Never. Never.", "en", "en-us+m1:50")])[0]
    voice.close()
    assert judged(Utterance("u", "Never. Never. Never. Never.", "en", "v"), take.samples, limits) == ""
    assert judged(Utterance("u", "I will never go there.", "en", "v"), take.samples, limits).startswith("repeat")


def test_scores_are_the_same_at_another_rate_and_level(takes: Takes) -> None:
    utterance, take = takes[0]
    here = score(utterance.text, "en", take.samples, RATE)
    there = score(utterance.text, "en", take.samples[::2] * np.float32(0.5), RATE // 2)
    assert there["level"] == pytest.approx(here["level"] - 6.02, abs=0.3)
    assert all(there[name] == pytest.approx(here[name], abs=0.03) for name in ("pace", "silence", "repeat", "runaway"))


def test_a_slow_speaker_is_asked_for_a_slow_pace(takes: Takes) -> None:
    utterance, take = takes[0]
    usual = score(utterance.text, "en", take.samples, RATE)["pace"]
    assert score(utterance.text, "en", take.samples, RATE, pace=0.5)["pace"] == pytest.approx(2 * usual, rel=1e-3)


def test_a_better_take_ranks_higher(takes: Takes) -> None:
    utterance, take = takes[0]
    good = score(utterance.text, "en", take.samples, RATE)
    for wanted, spoil in FAULTS.values():
        worse = score(utterance.text, "en", spoil(take.samples, takes[5][1].samples).astype(np.float32), RATE)
        assert worse["total"] < good["total"], wanted
    assert total({**good, "words": 0.2}) < total({**good, "words": 0.9})


@pytest.mark.parametrize("samples", [np.full(RATE, np.nan, np.float32), np.zeros((2, RATE), np.float32)])
def test_what_is_no_finite_mono_sound_is_refused(samples: Samples) -> None:
    with pytest.raises(ValueError, match="must be finite mono sound at 8 kHz or more"):
        score("Hello", "en", samples, RATE)


@pytest.mark.parametrize("length", [0, 1, 7, 400, 20_000])
def test_takes_of_any_length_are_measured(length: int, limits: HearSettings) -> None:
    noise = np.random.default_rng(0).standard_normal(length).astype(np.float32) * 0.1
    scores = score("Tell me.", "en", noise, RATE)
    assert all(np.isfinite(value) for value in scores.values()) and 0 <= scores["total"] <= 1


def test_every_limit_names_its_score_and_a_missing_one_is_not_asked_for(limits: HearSettings) -> None:
    good = {"level": -20.0, "pace": 1.0, "silence": 0.1, "clipped": 0.0, "runaway": 0.0, "repeat": 0.0}
    assert failures(good, limits) == "" == failures({**good, "words": 0.9}, limits)
    for name, bad in {
        "level": -90.0,
        "pace": 9.0,
        "silence": 0.99,
        "clipped": 0.5,
        "runaway": 9.0,
        "repeat": 1.0,
    }.items():
        assert failures({**good, name: bad}, limits).split(" ")[0] == name
    assert failures({**good, "pace": 0.1}, limits) == f"pace 0.10 is under {limits.pace_least:g}"
    assert failures({**good, "words": 0.1}, limits) == f"words 0.10 is under {limits.words_least:g}"


# -- text


@pytest.mark.parametrize(
    ("word", "count"),
    [("you", 1), ("lied", 1), ("whole", 1), ("wanted", 2), ("promised", 2), ("houses", 2), ("alive", 2), ("table", 2),
     ("family", 3), ("remember", 3), ("don't", 1), ("café", 2), ("…", 0), ("你好", 2), ("42", 3), ("ÀÉ", 1)],
)  # fmt: skip
def test_syllables_are_about_right(word: str, count: int) -> None:
    assert abs(syllables(word) - count) <= (0 if word.isalpha() and word.isascii() else 1)


def test_a_longer_text_takes_longer_and_its_marks_are_pauses() -> None:
    assert expected_seconds("", "en") == expected_seconds("...", "zh") == 0.0
    assert 1.5 < expected_seconds("You lied to me for ten whole years.", "en") < 3.0
    assert expected_seconds("Yes... no.", "en") > expected_seconds("Yes no.", "en") + 0.5
    assert expected_seconds("Yes... no.", "en", pauses=False) < expected_seconds("Yes... no.", "en")
    assert expected_seconds("It costs 3.5.", "en") == expected_seconds("It costs 35.", "en")


@given(st.text(max_size=60), st.sampled_from(["en", "zh", "de"]))
def test_any_text_has_a_finite_time_that_grows_with_it(text: str, language: str) -> None:
    assert 0 <= expected_seconds(text, language) <= expected_seconds(f"{text} 你好 hello there", language) < 200


@given(st.lists(st.sampled_from(["no", "never", "table", "—", "你"]), max_size=8), st.integers(1, 4))
def test_words_are_spread_in_order_and_only_where_it_sounds(tokens: list[str], count: int) -> None:
    parts = [(2.0 * n, 2.0 * n + 1) for n in range(count)]
    times = spread(tokens, parts)
    assert len(times) == len(tokens)
    edges = [t for pair in times for t in pair]
    assert edges == sorted(edges)
    assert not tokens or (times[0][0] == 0.0 and times[-1][1] == pytest.approx(parts[-1][1]))
    assert all(any(a - 1e-6 <= t <= b + 1e-6 for a, b in parts) for t in edges)


def test_sounding_parts_are_found_where_they_were_put() -> None:
    tone = np.sin(np.arange(RATE) * 0.05).astype(np.float32) * 0.3
    samples = np.concatenate([np.zeros(RATE // 2), tone, np.zeros(RATE), tone]).astype(np.float32)
    assert np.allclose(sounding.sounding_parts(samples, RATE), [(0.5, 1.5), (2.5, 3.5)], atol=0.03)
    assert sounding.sounding_parts(np.zeros(RATE, np.float32), RATE) == []
