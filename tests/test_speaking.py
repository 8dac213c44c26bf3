"""Candidates of spoken lines: which is kept, what is said again, what is told of it, whose words are timed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from engine.speaking import BATCHES, SEED_STEP, choose_speech, timed
from models.base import Cost, Judgement, Rights, Speech, TimedWord, Timing, Utterance, Viseme
from models.draft.aligner import DraftAligner
from models.draft.voice import DraftVoice
from models.listening import SpeechListener
from models.settings import Backing, ModelSettings
from tests.studio import model_profile

RIGHTS = Rights("a test", "CC0-1.0")


@dataclass
class Quick:
    """A voice that is done at once: a take holds its seed."""

    name: str = "quick"
    asked: list[list[Utterance]] = field(default_factory=list)

    def speak(self, utterances: Sequence[Utterance]) -> list[Speech]:
        self.asked.append(list(utterances))
        return [take(u.seed) for u in utterances]


@dataclass
class Ear:
    """A listener that passes takes by their seed; the total counts down from 1 by the seed's last digit."""

    good: Callable[[int], bool] = lambda seed: True
    name: str = "ear"
    asked: int = 0

    def judge(self, utterances: Sequence[Utterance], takes: Sequence[Speech]) -> list[Judgement]:
        self.asked += 1
        return [self._one(int(t.samples[0])) for t in takes]

    def _one(self, seed: int) -> Judgement:
        passed = self.good(seed)
        scores = {"pace": 1.0, "total": 1 - (seed % 10) / 10}
        return Judgement(scores, passed, "" if passed else "runaway 3.00 is over 1", Cost(core_seconds=0.5))


def take(seed: int, words: tuple[TimedWord, ...] = ()) -> Speech:
    return Speech(np.full(4, seed, np.float32), 48_000, words, (), "quick", RIGHTS, Cost(1.0, 2.0, 3), {"seed": seed})


def settings(**speak: int) -> ModelSettings:
    base = model_profile().settings
    assert base is not None
    return base.model_copy(update={"speak": base.speak.model_copy(update=speak)})


def lines(*seeds: int) -> list[Utterance]:
    return [Utterance(f"l{n}", "Tell me the truth.", "en", "v", seed=seed) for n, seed in enumerate(seeds)]


def test_the_best_candidate_that_passes_is_kept_with_all_that_was_tried_and_paid() -> None:
    voice, ear = Quick(), Ear(good=lambda seed: seed != 100)
    found = list(choose_speech(voice, ear, settings(candidates=3, attempts=2), lines(100)))
    (utterance, speech, result), *rest = found
    assert not rest and utterance.seed == 100 and speech.recipe == {"seed": 101}
    assert result["accepted"] and result["seed"] == 101 and result["reason"] == ""
    assert result["candidates"] == 3 and result["attempts"] == 1 and result["scores"]["total"] == 0.9
    assert [(t["seed"], t["passed"]) for t in result["tried"]] == [(100, False), (101, True), (102, True)]
    assert speech.cost == Cost(3.0, 7.5, 3)


def test_all_candidates_of_all_lines_are_one_call_of_the_voice_and_of_the_listener() -> None:
    voice, ear = Quick(), Ear()
    list(choose_speech(voice, ear, settings(candidates=2, attempts=3, batch=4), lines(10, 20, 30)))
    assert [[u.seed for u in call] for call in voice.asked] == [[10, 11, 20, 21, 30, 31]] and ear.asked == 1


def test_only_failures_are_said_again_with_new_seeds_until_the_stop_rule() -> None:
    voice = Quick()
    found = list(
        choose_speech(voice, Ear(lambda s: s >= SEED_STEP), settings(candidates=2, attempts=3), lines(1, 9000))
    )
    assert [[u.unit for u in call] for call in voice.asked] == [["l0", "l0", "l1", "l1"], ["l0", "l0"]]
    assert [u.seed for u in voice.asked[1]] == [1 + SEED_STEP, 2 + SEED_STEP]
    assert [r["attempts"] for _, _, r in found] == [2, 1] and all(r["accepted"] for _, _, r in found)


def test_a_line_that_never_passes_keeps_its_best_take_and_the_reason() -> None:
    found = list(choose_speech(Quick(), Ear(lambda s: False), settings(candidates=2, attempts=3), lines(5)))
    _, speech, result = found[0]
    assert not result["accepted"] and result["attempts"] == 3 and result["candidates"] == 6
    assert result["reason"] == "runaway 3.00 is over 1"
    best = max(result["tried"], key=lambda t: t["scores"]["total"])
    assert speech.recipe["seed"] == result["seed"] == best["seed"] and speech.cost.gpu_seconds == 6.0


def test_a_stopped_run_keeps_what_was_chosen_before() -> None:
    @dataclass
    class Stops(Quick):
        def speak(self, utterances: Sequence[Utterance]) -> list[Speech]:
            if self.asked:
                raise RuntimeError("the power went")
            return super().speak(utterances)

    chosen: list[str] = []
    with pytest.raises(RuntimeError):
        for utterance, _, _ in choose_speech(Stops(), Ear(), settings(batch=1), lines(*range(BATCHES + 1))):
            chosen.append(utterance.unit)
    assert chosen == [f"l{n}" for n in range(BATCHES)]


def test_a_voice_that_loses_a_line_is_told_by_name() -> None:
    @dataclass
    class Loses(Quick):
        def speak(self, utterances: Sequence[Utterance]) -> list[Speech]:
            return super().speak(utterances)[1:]

    with pytest.raises(ValueError, match="^quick answered 1 of 2 lines$"):
        list(choose_speech(Loses(), Ear(), settings(candidates=1), lines(1, 2)))


def test_only_takes_without_words_are_aligned_in_one_call_and_pay_for_it() -> None:
    class Finds:
        name = "finds"
        calls = 0

        def align(self, utterances: Sequence[Utterance], takes: Sequence[Speech]) -> list[Timing]:
            self.calls += 1
            return [Timing((TimedWord(u.unit, 0, 1),), (Viseme("aa", 0),), Cost(core_seconds=4)) for u in utterances]

    aligner, known = Finds(), (TimedWord("known", 0.0, 0.1),)
    out = timed(aligner, list(zip(lines(1, 2, 3), [take(1), take(2, known), take(3)], strict=True)))
    assert [s.words[0].text for s in out] == ["l0", "known", "l2"] and aligner.calls == 1
    assert [s.cost.core_seconds for s in out] == [6.0, 2.0, 6.0] and out[0].visemes == (Viseme("aa", 0),)
    assert timed(aligner, [(lines(2)[0], out[1])]) == [out[1]] and aligner.calls == 1


def test_from_line_to_timed_take_with_the_draft_voice() -> None:
    """Espeak without its words: judged by measures, accepted, and its words found again."""
    voice, aligner = DraftVoice(), DraftAligner()
    listener = SpeechListener(Backing({}, listener_settings()))
    asked = [
        Utterance("a", "You lied to me for ten whole years.", "en", "en-us+m8:52", "anger", seed=1),
        Utterance("b", "你骗了我整整十年。", "zh", "cmn+f5:50", "tears", seed=2),
    ]
    found = list(choose_speech(voice, listener, listener_settings(), asked))
    assert all(result["accepted"] for _, _, result in found), [r["reason"] for _, _, r in found]
    truth = [speech.words for _, speech, _ in found]
    bare = [(u, replace(speech, words=(), visemes=())) for u, speech, _ in found]
    for speech, words in zip(timed(aligner, bare), truth, strict=True):
        assert [w.text for w in speech.words] == [w.text for w in words]
        assert np.median([abs(a.start - b.start) for a, b in zip(speech.words, words, strict=True)]) < 0.08
        assert len({v.shape for v in speech.visemes}) > 2
    voice.close()
    aligner.close()


def listener_settings() -> ModelSettings:
    return settings(candidates=2, attempts=2, batch=8)
