"""Listening: arousal against the same voice, valence from the script."""

from __future__ import annotations

import time

import numpy as np
import pytest

from engine.core import FPS
from engine.listening import VALENCE, HeardTake, listen
from models.base import EMOTIONS, TimedWord
from tests.editing import RATE, take


def test_a_higher_louder_faster_take_is_more_aroused_than_its_neutral() -> None:
    heard = listen(
        {
            "calm": take("I have no daughter here.", 1, -22.0, 180.0),
            "rage": take("I have no daughter here.", 2, -16.0, 240.0, 1.25, emotion="rage"),
            "sad": take("I have no daughter here.", 3, -27.0, 150.0, 0.8, emotion="tears"),
        }
    )
    assert heard["calm"].arousal == pytest.approx(0.5, abs=0.05)
    assert heard["rage"].arousal > 0.8
    assert heard["sad"].arousal < 0.25


def test_a_low_voice_is_not_sad_because_another_is_high() -> None:
    heard = listen(
        {"a": take("Open the door.", 1, pitch=110.0, voice="low"), "b": take("Open the door.", 2, pitch=260.0)}
    )
    assert heard["a"].arousal == pytest.approx(heard["b"].arousal, abs=0.05)


def test_without_a_neutral_take_the_tags_say_how_far_the_voice_is_from_calm() -> None:
    heard = listen({"only": take("Get out of my house.", 1, emotion="rage")})
    assert heard["only"].arousal == pytest.approx(0.95, abs=0.01)


def test_valence_comes_from_the_script_and_falls_back_on_the_tag() -> None:
    heard = listen({"a": take("Yes.", 1, emotion="joy", valence=-0.4), "b": take("Yes.", 2, emotion="joy")})
    assert heard["a"].valence == -0.4
    assert heard["b"].valence == VALENCE["joy"]


def test_every_emotion_has_a_valence() -> None:
    assert set(VALENCE) == set(EMOTIONS)


def test_a_take_keeps_its_words_and_has_a_curve_value_a_frame() -> None:
    given = take("Two numbers. Only one existed.", 4)
    heard = listen({"l": given})["l"]
    assert heard.words == given.words
    assert heard.frames == int(np.ceil(len(given.samples) / RATE * FPS))


def test_a_stop_inside_a_word_is_no_new_phrase() -> None:
    whole = take("Unbelievable.", 1)
    middle = len(whole.samples) // 2
    gap = np.zeros(int(0.2 * RATE), np.float32)
    samples = np.concatenate([whole.samples[:middle], gap, whole.samples[middle:]])
    [word] = whole.words
    longer = TimedWord(word.text, word.start, word.stop + 0.2)
    assert len(listen({"l": HeardTake(samples, RATE, (), "v")})["l"].markers) == 2
    assert len(listen({"l": HeardTake(samples, RATE, (longer,), "v")})["l"].markers) == 1


def test_an_empty_set_of_takes_hears_nothing() -> None:
    assert listen({}) == {}


def test_a_take_without_sound_is_heard_as_calm() -> None:
    silent = HeardTake(np.zeros(RATE, np.float32), RATE, (TimedWord("x", 0, 0.5),), "v")
    heard = listen({"l": silent})["l"]
    assert heard.markers == ()
    assert heard.arousal == 0.5


@pytest.mark.slow
def test_a_minute_of_speech_is_heard_in_under_two_seconds() -> None:
    x = np.concatenate([take("Somebody pays my rent every March.", n).samples for n in range(30)])
    x = np.interp(np.arange(60 * 48_000) / 48_000, np.arange(len(x)) / RATE, x)
    begin = time.process_time()
    listen({"l": HeardTake(x, 48_000, (), "v")})
    assert time.process_time() - begin < 2.0
