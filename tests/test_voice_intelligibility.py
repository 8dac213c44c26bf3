"""A recogniser listens to every voice that casting may use: slow, needs the dev extra pocketsphinx."""

import numpy as np
import pytest
from scipy import signal

from models.base import EMOTIONS, Utterance
from models.draft.casting_table import VARIANTS
from models.draft.voice import DraftVoice

pocketsphinx = pytest.importorskip("pocketsphinx")
pytestmark = pytest.mark.slow

SLOTS = (
    ("the doctor", "my father", "her sister", "our lawyer", "that driver", "your mother", "the captain", "his brother"),
    ("signed", "burned", "stole", "opened", "dropped", "found", "sold", "carried"),
    ("seven", "fourteen", "twenty", "nine", "thirty", "eleven", "six", "forty"),
    ("letters", "bottles", "diamonds", "papers", "candles", "pictures", "weapons", "flowers"),
    (
        "yesterday",
        "at midnight",
        "in london",
        "on monday",
        "before dinner",
        "without us",
        "in the kitchen",
        "after school",
    ),
)
GRAMMAR = "#JSGF V1.0; grammar line; public <line> = " + " ".join(f"({' | '.join(slot)})" for slot in SLOTS) + ";"
SENTENCES = [" ".join(slot[(3 * n + 5 * k) % 8] for k, slot in enumerate(SLOTS)) for n in range(8)]
LEAST_ACCURACY = 0.93
LEAST_ACTED = 0.9


@pytest.fixture(scope="module")
def voice():
    voice = DraftVoice()
    yield voice
    voice.close()


@pytest.fixture(scope="module")
def decoder():
    decoder = pocketsphinx.Decoder(pocketsphinx.Config(samprate=16000, loglevel="FATAL", lm=None, cmn="batch"))
    decoder.add_jsgf_string("line", GRAMMAR)
    decoder.activate_search("line")
    return decoder


def heard(decoder, samples: np.ndarray) -> list[str]:
    """Words recognised in a 48 kHz take, with a little air and noise round it."""
    sound = signal.resample_poly(samples, 1, 3)
    padded = np.pad(0.6 * sound / np.abs(sound).max(), 4800)
    padded = padded + 0.0015 * np.random.default_rng(1).standard_normal(len(padded))
    decoder.start_utt()
    decoder.process_raw((np.clip(padded, -1, 1) * 32767).astype(np.int16).tobytes(), full_utt=True)
    decoder.end_utt()
    guess = decoder.hyp()
    return guess.hypstr.split() if guess else []


def accuracy(decoder, speaker: DraftVoice, sentences: list[str], **fields) -> float:
    """Share of words recognised in order (longest common subsequence)."""
    lines = [Utterance(f"l{n}", text + ".", "en", **fields) for n, text in enumerate(sentences)]
    right = total = 0
    for take, sentence in zip(speaker.speak(lines), sentences, strict=True):
        said = sentence.split()
        right += common(said, heard(decoder, take.samples))
        total += len(said)
    return right / total


def common(one: list[str], other: list[str]) -> int:
    row = [0] * (len(other) + 1)
    for word in one:
        previous = row
        row = [0]
        for column, candidate in enumerate(other):
            row.append(previous[column] + 1 if word == candidate else max(previous[column + 1], row[column]))
    return row[-1]


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_every_voice_that_casting_uses_is_understood(decoder, voice: DraftVoice, variant) -> None:
    score = accuracy(decoder, voice, SENTENCES, voice=f"en-us+{variant.name}:50")
    print(f"{variant.name}: {score:.3f}")
    assert score >= LEAST_ACCURACY


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_acting_does_not_cost_the_words(decoder, voice: DraftVoice, emotion: str) -> None:
    score = accuracy(decoder, voice, SENTENCES[:4], voice="en-us+f2:52", emotion=emotion)
    print(f"{emotion}: {score:.3f}")
    assert score >= LEAST_ACTED


@pytest.mark.parametrize("delivery", ["whisper", "shout", "phone", "inner", "narrator"])
def test_deliveries_do_not_cost_the_words(decoder, voice: DraftVoice, delivery: str) -> None:
    score = accuracy(decoder, voice, SENTENCES[:4], voice="en-us+m3:50", delivery=delivery)
    print(f"{delivery}: {score:.3f}")
    assert score >= LEAST_ACTED
