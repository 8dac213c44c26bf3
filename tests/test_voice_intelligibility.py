"""A recogniser listens to the voices that casting may use: slow, needs the dev extra pocketsphinx.

scripts/hear.py measures everything; here every voice is heard once, and each way of losing words in a few voices."""

import hear
import pytest
from hear import LEAST_ACCURACY, WETTEST, Trial, voice_id

from models.base import DELIVERIES, EMOTIONS, ROOMS
from models.draft.casting_table import PITCHES, VARIANTS

pytest.importorskip("pocketsphinx")
pytestmark = pytest.mark.slow

SENTENCES = 8
NAMES = [variant.name for variant in VARIANTS]


def understood(trial: Trial) -> float:
    share = hear.accuracy(trial, SENTENCES)
    print(f"{trial}: {share:.3f}")
    return share


@pytest.mark.parametrize("name", NAMES)
def test_every_voice_that_casting_uses_is_understood(name: str) -> None:
    assert understood(Trial(voice_id(name))) >= LEAST_ACCURACY


@pytest.mark.parametrize(("name", "emotion"), [(NAMES[n % len(NAMES)], e) for n, e in enumerate(EMOTIONS)])
def test_acting_does_not_cost_the_words(name: str, emotion: str) -> None:
    assert understood(Trial(voice_id(name), emotion)) >= LEAST_ACCURACY


@pytest.mark.parametrize("delivery", DELIVERIES)
@pytest.mark.parametrize("name", ["grandpa", "f1"])
def test_deliveries_do_not_cost_the_words(name: str, delivery: str) -> None:
    assert understood(Trial(voice_id(name), delivery=delivery)) >= LEAST_ACCURACY


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("name", ["john", "f1"])
def test_rooms_do_not_cost_the_words(name: str, room: str) -> None:
    assert understood(Trial(voice_id(name), room=room)) >= LEAST_ACCURACY


@pytest.mark.parametrize("name", ["m1", "victor", "f2", "f5"])
@pytest.mark.parametrize("emotion", ["rage", "shock"])
def test_a_shout_of_feeling_in_a_palace_is_still_words(name: str, emotion: str) -> None:
    assert understood(Trial(voice_id(name), emotion, room=WETTEST)) >= LEAST_ACCURACY


@pytest.mark.parametrize("pitch", [min(PITCHES), max(PITCHES)])
def test_the_ends_of_the_pitches_are_understood(pitch: int) -> None:
    assert understood(Trial(voice_id("f5", pitch))) >= LEAST_ACCURACY
