"""A recogniser listens to the voices that casting may use: slow, needs the dev extra pocketsphinx.

scripts/hear.py measures everything; here every voice is heard once, and each way of losing words in a few voices."""

import hear
import pytest
from hear import LEAST_ACCURACY, WETTEST, Trial, voice_id

from models.base import DELIVERIES, EMOTIONS, ROOMS
from models.draft.casting_table import VARIANTS

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


@pytest.mark.parametrize(("name", "delivery"), [(("grandpa", "f1")[n % 2], d) for n, d in enumerate(DELIVERIES)])
def test_deliveries_do_not_cost_the_words(name: str, delivery: str) -> None:
    assert understood(Trial(voice_id(name), delivery=delivery)) >= LEAST_ACCURACY


@pytest.mark.parametrize(("name", "room"), [(("f1", "john")[n % 2], r) for n, r in enumerate(ROOMS)])
def test_rooms_do_not_cost_the_words(name: str, room: str) -> None:
    assert understood(Trial(voice_id(name), room=room)) >= LEAST_ACCURACY


@pytest.mark.parametrize("name", ["m1", "victor", "f2", "f5"])
@pytest.mark.parametrize("emotion", ["rage", "shock"])
def test_a_shout_of_feeling_in_a_palace_is_still_words(name: str, emotion: str) -> None:
    assert understood(Trial(voice_id(name), emotion, room=WETTEST)) >= LEAST_ACCURACY


@pytest.mark.parametrize("name", ["f5", "f4"])
def test_the_ends_of_the_pitches_are_understood(name: str) -> None:
    for pitch in hear.pitch_ends(name):
        assert understood(Trial(voice_id(name, pitch))) >= LEAST_ACCURACY


@pytest.mark.parametrize(("name", "emotion"), [("f4", "rage"), ("f5", "joy"), ("ed", "tender")])
def test_the_worst_that_was_measured_is_understood(name: str, emotion: str) -> None:
    """In the palace at the highest pitch that casting uses."""
    assert understood(Trial(voice_id(name, hear.pitch_ends(name)[1]), emotion, room=WETTEST)) >= LEAST_ACCURACY
