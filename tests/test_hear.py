"""The measuring scripts against sounds whose figures are known."""

import numpy as np
import pytest
from hear import SENTENCES, common, in_room, manner, voice_id
from mix_figures import Figures, Stems, clearance, fold_loss, measure, seconds_of

from engine.core import SAMPLE_RATE as RATE


def tone(seconds: float, level: float, hz: float = 1000.0) -> np.ndarray:
    one = level * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE)) / RATE)
    return np.stack([one, one]).astype(np.float32)


def test_sentences_of_the_grammar_differ_and_words_are_counted_in_order() -> None:
    assert len(set(SENTENCES)) == 32
    assert common("a b c d".split(), "b x d".split()) == 2 and common([], ["a"]) == 0


def test_speech_ten_times_the_music_is_twenty_decibels_clear() -> None:
    speech, music = tone(3, 0.2), tone(3, 0.02)
    assert clearance(speech, music, [(0, RATE), (RATE, 3 * RATE)]) == pytest.approx([20, 20], abs=0.2)
    assert clearance(speech, np.zeros_like(music), [(0, RATE)]) == [120.0]
    assert clearance(speech, tone(3, 0.2, 60), [(RATE, 2 * RATE)])[0] > 30  # a bass covers no word


def test_the_seconds_of_a_line_overlap_by_half() -> None:
    assert seconds_of([(0, 2 * RATE), (9 * RATE, 9 * RATE + 100)]) == [
        (0, RATE),
        (RATE // 2, 3 * RATE // 2),
        (RATE, 2 * RATE),
    ]


def test_what_folds_to_nothing_is_found() -> None:
    same = tone(1, 0.1)
    assert fold_loss(same) == pytest.approx(0, abs=0.01) and fold_loss(same * [[1], [-1]]) > 40
    assert fold_loss(np.random.default_rng(0).standard_normal((2, RATE))) == pytest.approx(3.0, abs=0.1)


def test_a_loud_gap_and_a_covered_line_are_faults() -> None:
    speech, music = tone(3, 0.2), tone(3, 0.1)
    figures = measure(Stems(speech, music, 0 * music, speech + music, ((0, RATE),), ((RATE, 2 * RATE),)), limited=0.04)
    assert {"worst_line", "gap", "limited"} <= set(figures.faults())
    good = Figures("", -14.0, -1.5, 16.0, 20.0, 15.0, 12.0, 0.5, -100.0, 0, 0.01, 2.0)
    assert good.faults() == []


def test_a_room_adds_a_tail_and_leaves_the_dry_word_clear() -> None:
    word = np.random.default_rng(0).standard_normal(RATE).astype(np.float32) * 0.1
    heard = in_room(word, "palace", "voice", RATE)
    wet = heard[:RATE] - word
    after = heard[RATE : RATE + RATE // 2]
    under, tail = (10 * np.log10(np.mean(part**2) / np.mean(word**2)) for part in (wet[RATE // 2 :], after))
    assert under < -17 and tail > -28 and in_room(word, "palace", "phone", RATE) is word


@pytest.mark.parametrize(
    ("emotion", "higher", "louder", "faster"),
    [("rage", 4, 1.5, 1.15), ("joy", 2.5, 0.5, 1.05), ("tears", -1.5, -3, 0.85), ("cold", -2.5, -1, 0.95)],
)
def test_an_emotion_is_heard_in_pitch_level_and_pace(emotion: str, higher: float, louder: float, faster: float) -> None:
    plain, acted = manner(voice_id("f2"), "neutral"), manner(voice_id("f2"), emotion)
    sign = 1 if higher > 0 else -1
    assert sign * 12 * np.log2(acted.f0 / plain.f0) >= sign * higher
    assert sign * (acted.level - plain.level) >= sign * louder
    assert sign * plain.seconds / acted.seconds >= sign * faster
