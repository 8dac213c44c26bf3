"""The listener of spoken takes: its verdicts, what a recogniser adds, and that it needs neither weights nor torch."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.base import Cost, Rights, Speech, Utterance
from models.draft.voice import DraftVoice
from models.listening import SpeechListener, edits, units, word_share
from models.settings import Backing
from tests.studio import model_profile

LIMITS = {
    "pace_least": 0.45, "pace_most": 2.2, "silence_most": 0.5, "clipped_most": 0.002, "level_least": -40.0,
    "runaway_most": 1.0, "repeat_most": 0.6, "words_least": 0.6,
}  # fmt: skip


def listener(**limits: float) -> SpeechListener:
    settings = model_profile().settings
    assert settings is not None
    hear = settings.hear.model_copy(update=LIMITS | limits)
    return SpeechListener(Backing({}, settings.model_copy(update={"hear": hear})))


def spoken(*texts: str) -> tuple[list[Utterance], list[Speech]]:
    asked = [Utterance(f"l{n}", text, "en", "en-us+f2:50") for n, text in enumerate(texts)]
    voice = DraftVoice()
    takes = voice.speak(asked)
    voice.close()
    return asked, takes


def take(samples: np.ndarray) -> Speech:
    return Speech(samples, 48_000, (), (), "x", Rights("a test", "CC0-1.0"))


class Recogniser:
    """Hears what it is told to."""

    def __init__(self, *texts: str) -> None:
        self.texts = texts

    def transcribe(self, takes: Sequence[Speech]) -> list[tuple[str, Cost]]:
        return [(text, Cost(1.0, 2.0, 3)) for text in self.texts]


def test_each_take_is_judged_by_the_profiles_limits() -> None:
    asked, takes = spoken("Tell me the truth.", "You lied to me for ten whole years.")
    takes[1] = take(np.concatenate([takes[1].samples] * 3))
    good, bad = listener().judge(asked, takes)
    assert good.passed and good.reason == "" and "words" not in good.scores
    assert not bad.passed and bad.reason.startswith("repeat ") and bad.scores["total"] < good.scores["total"]
    strict = listener(pace_least=1.0, pace_most=1.0).judge(asked[:1], takes[:1])[0]
    assert strict.reason.startswith("pace ") and strict.scores == good.scores
    assert listener().judge([], []) == []


def test_a_recogniser_adds_the_share_of_words_and_its_cost() -> None:
    asked, takes = spoken("Tell me the truth.", "Tell me the truth.")
    ear = listener(words_least=0.6)
    plain = ear.judge(asked, takes)[0]
    ear._recogniser = Recogniser("tell me the truth", "sell knee a tooth")
    good, bad = ear.judge(asked, takes)
    assert good.passed and good.scores["words"] == 1.0 and good.scores["total"] > plain.scores["total"]
    assert bad.reason == "words 0.00 is under 0.6" and bad.scores["total"] < plain.scores["total"]
    assert good.cost.gpu_seconds == 1.0 and good.cost.core_seconds > 2.0 and good.cost.peak_bytes == 3


def test_a_broken_take_is_named_by_its_unit() -> None:
    broken = take(np.full(48_000, np.inf, np.float32))
    with pytest.raises(ValueError, match="^l7: a take to be judged must be finite mono sound"):
        listener().judge([Utterance("l7", "No.", "en", "v")], [broken])


def test_the_version_changes_with_the_limits() -> None:
    assert listener().version == listener().version != listener(pace_least=0.2).version


def test_it_starts_without_torch() -> None:
    code = "import sys, models.listening, models.draft.aligner, engine.speaking; print('torch' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("heard", "text", "share"),
    [
        ("I NEVER LIED", "I never lied!", 1.0),
        ("I never", "I never lied to", 0.5),
        ("one two three four five six", "one", 0.0),
        ("don't", "Don’t", 1.0),
        ("你骗我", "你骗了我。", 0.75),
        ("", "Stop.", 0.0),
        ("anything", "…", 1.0),
    ],
)
def test_the_share_of_words_is_one_less_the_word_error_rate(heard: str, text: str, share: float) -> None:
    assert word_share(heard, text) == share


def test_words_and_han_characters_are_counted() -> None:
    assert units("OK，我们走 don't stop_it 3.5") == ["ok", "我", "们", "走", "don't", "stop", "it", "3", "5"]


def slow_edits(one: Sequence[str], other: Sequence[str]) -> int:
    if not one or not other:
        return len(one) + len(other)
    changed = slow_edits(one[1:], other[1:]) + (one[0] != other[0])
    return min(changed, slow_edits(one[1:], other) + 1, slow_edits(one, other[1:]) + 1)


@given(st.lists(st.sampled_from("abc"), max_size=5), st.lists(st.sampled_from("abc"), max_size=5))
def test_edits_are_the_fewest(one: list[str], other: list[str]) -> None:
    assert edits(one, other) == slow_edits(one, other)
