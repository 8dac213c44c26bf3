"""The draft voice: what is said, when each word is heard, how the mouth moves, who sounds like whom."""

import itertools
import os
import signal
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.base import DELIVERIES, EMOTIONS, Speech, Utterance, VoiceProfile
from models.draft import espeak
from models.draft.casting_table import HIGHEST_F0, VARIANTS, cast, distinct, parse
from models.draft.espeak import Clause, EspeakProcess, WorkerError
from models.draft.mouths import MIN_SECONDS, SHAPES, mouth_of, mouths
from models.draft.spoken_text import MAX_CHARACTERS, prepare
from models.draft.voice import ACTING, DraftVoice, acting_of

RATE = 48_000


@pytest.fixture(scope="module")
def voice():
    voice = DraftVoice()
    yield voice
    voice.close()


def line(text: str, **changes) -> Utterance:
    fields = {"unit": "l1", "text": text, "language": "en", "voice": "en-us+f2:52"} | changes
    return Utterance(**fields)


def say(speaker: DraftVoice, text: str, **changes) -> Speech:
    return speaker.speak([line(text, **changes)])[0]


def loudness(take: Speech) -> float:
    return 20 * np.log10(np.sqrt(np.mean(take.samples**2)))


# -- text


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("No. I did it.", [("No.", 320), ("I did it.", 0)]),
        ("Mr. Shen owns 3.5 of 10:30.", [("Mr. Shen owns 3.5 of 10:30.", 0)]),
        ("You... lied?!", [("You.", 600), ("lied?", 0)]),
        ("Stop -- now", [("Stop,", 90), ("now.", 0)]),
        ("I never—wait; no: yes, go!", [("I never,", 90), ("wait;", 240), ("no:", 240), ("yes,", 140), ("go!", 0)]),
        ("“It's <b>mine</b>” 😀", [("It's b mine b.", 0)]),
    ],
)
def test_a_line_is_cut_at_its_punctuation(text: str, clauses: list[tuple[str, int]]) -> None:
    said = [(" ".join(c.text.split()).replace(" .", "."), c.pause_ms) for c in prepare(text, "en").clauses]
    assert said == clauses


def test_chinese_is_cut_at_full_width_punctuation() -> None:
    said = prepare("你为什么……不早说？我恨你！", "zh")
    assert [(c.text, c.pause_ms) for c in said.clauses] == [("你为什么.", 600), ("不早说?", 360), ("我恨你!", 0)]
    assert said.tokens[3:5] == ("么……", "不")


@pytest.mark.parametrize("text", ["", "   ", "...", "😀🎬", "\x00\x01\x02", "<>/\\|", "—", "\u202e\u200b"])
def test_what_cannot_be_spoken_is_refused_with_the_unit(voice: DraftVoice, text: str) -> None:
    with pytest.raises(ValueError, match="e001_l01: nothing in the text can be spoken"):
        say(voice, text, unit="e001_l01")


def test_a_line_that_never_ends_is_refused(voice: DraftVoice) -> None:
    with pytest.raises(ValueError, match=f"l1: 601 characters to speak at once, limit {MAX_CHARACTERS}"):
        say(voice, "a" * 601)


@given(st.text(max_size=80), st.sampled_from(["en", "zh"]))
@settings(max_examples=300, deadline=None)
def test_any_text_becomes_clean_clauses_or_a_refusal(text: str, language: str) -> None:
    try:
        said = prepare(text, language)
    except ValueError:
        return
    for clause in said.clauses:
        assert len(clause.text) == len(clause.owners)
        assert all(c.isprintable() for c in clause.text) and not set(clause.text) & set("<>[]{}\\|\x01")
        assert max(clause.owners) < len(said.tokens)
    assert {owner for clause in said.clauses for owner in clause.owners} == set(range(len(said.tokens)))


@given(st.lists(st.sampled_from(["You", "didn't,", "well-known", "42", "—", "“No!”", "...so"]), min_size=1, max_size=8))
def test_english_tokens_joined_give_the_text_back(words: list[str]) -> None:
    text = " ".join(words)
    try:
        assert " ".join(prepare(text, "en").tokens) == text
    except ValueError:
        assert set(words) == {"—"}


# -- speaking


def test_words_are_the_texts_own_in_order_inside_the_take(voice: DraftVoice) -> None:
    text = "You signed of the papers 42 times, and it's well-known — “never” told."
    take = say(voice, text)
    assert " ".join(word.text for word in take.words) == text
    assert take.sample_rate == RATE and take.samples.dtype == np.float32 and take.samples.ndim == 1
    for before, after in itertools.pairwise(take.words):
        assert before.start < before.stop <= after.start + 1e-9
    assert take.words[0].start >= 0 and take.words[-1].stop <= len(take.samples) / RATE


def test_a_word_is_heard_when_its_time_says(voice: DraftVoice) -> None:
    take = say(voice, "Wait. Stop.")
    stop = take.words[1]
    before = take.samples[int((take.words[0].stop + 0.02) * RATE) : int((stop.start - 0.01) * RATE)]
    during = take.samples[int(stop.start * RATE) : int(stop.stop * RATE)]
    assert np.abs(before).max() < 0.01 < np.abs(during).max()
    assert stop.start - take.words[0].stop == pytest.approx(0.32, abs=0.01)


def test_chinese_words_are_characters(voice: DraftVoice) -> None:
    take = say(voice, "你为什么不早点告诉我？DNA报告是假的！", language="zh", voice="cmn+m3:50")
    assert [w.text for w in take.words][:3] == ["你", "为", "什"] and "DNA" in [w.text for w in take.words]
    assert "".join(w.text for w in take.words) == "你为什么不早点告诉我？DNA报告是假的！"


def test_markup_is_spoken_as_text_not_obeyed(voice: DraftVoice) -> None:
    plain = say(voice, "prosody rate slow help")
    marked = say(voice, '<prosody rate="slow">help')
    assert len(marked.samples) < 1.3 * len(plain.samples)


def test_the_same_line_gives_the_same_samples_whatever_was_said_before(voice: DraftVoice) -> None:
    first, _, second = voice.speak(
        [line("It was never yours.", emotion="fear", delivery=d) for d in ("whisper", "voice", "whisper")]
    )
    assert np.array_equal(first.samples, second.samples)
    other = DraftVoice()
    assert np.array_equal(say(other, "It was never yours.", emotion="fear", delivery="whisper").samples, first.samples)
    other.close()


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_every_emotion_has_a_way_of_speaking(voice: DraftVoice, emotion: str) -> None:
    take = say(voice, "You knew about this all along.", emotion=emotion)
    assert np.isfinite(take.samples).all() and 0.05 < np.abs(take.samples).max() <= 1.0


def test_rage_is_faster_and_louder_than_grief(voice: DraftVoice) -> None:
    rage, grief = voice.speak([line("You knew. You always knew.", emotion=e) for e in ("rage", "grief")])
    assert len(rage.samples) < 0.75 * len(grief.samples)
    assert loudness(rage) > loudness(grief) + 3


def test_arousal_pulls_towards_or_beyond_the_emotion() -> None:
    calm, full = acting_of("rage", 0.0), acting_of("rage", 1.0)
    assert ACTING["neutral"].rate < calm.rate < ACTING["rage"].rate < full.rate
    assert acting_of("rage", 0.5) == ACTING["rage"]


@pytest.mark.parametrize("delivery", DELIVERIES)
def test_every_delivery_is_heard(voice: DraftVoice, delivery: str) -> None:
    take = say(voice, "Nobody must ever know.", delivery=delivery)
    assert np.isfinite(take.samples).all() and np.abs(take.samples).max() > 0.02


def test_a_phone_has_no_bass_and_a_whisper_no_pitch(voice: DraftVoice) -> None:
    text = "I am calling you about our mother."
    plain, phone, whisper = voice.speak([line(text, delivery=d) for d in ("voice", "phone", "whisper")])

    def low(take: Speech) -> float:
        power = np.abs(np.fft.rfft(take.samples)) ** 2
        hz = np.fft.rfftfreq(len(take.samples), 1 / RATE)
        return float(power[hz < 250].sum() / power.sum())

    assert low(phone) < 0.25 * low(plain) and low(whisper) < 0.25 * low(plain)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"voice": "en-us+nobody:50"}, "l1: unknown voice 'en-us\\+nobody:50'"),
        ({"voice": "fr+m1:50"}, "unknown voice"),
        ({"voice": "en-us+f2:100"}, "unknown voice"),
        ({"emotion": "bored"}, "l1: unknown emotion 'bored': choose from neutral"),
        ({"delivery": "sung"}, "l1: unknown delivery 'sung': choose from voice"),
    ],
)
def test_unknown_directions_are_refused_with_the_known_ones(voice: DraftVoice, changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        say(voice, "Hello.", **changes)


def test_hundreds_of_lines_are_one_batch_and_quick(voice: DraftVoice) -> None:
    say(voice, "Warm.")
    began = time.process_time()
    takes = voice.speak([line(f"This is line number {n} of the season.", unit=f"l{n}") for n in range(60)])
    assert len(takes) == 60 and time.process_time() - began < 6.0


# -- the worker


def test_a_worker_that_was_killed_is_started_again() -> None:
    process = EspeakProcess()
    clause = Clause("hello there.", "en-us+f2", 165, 50, 50, 85)
    first = process.say([clause])[0]
    os.kill(process.pid, signal.SIGKILL)
    assert np.array_equal(process.say([clause])[0].samples, first.samples)
    process.close()
    assert process.pid is None


def test_a_worker_that_hangs_is_killed_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(espeak, "BATCH_SECONDS", 0.3)
    process = EspeakProcess()
    clause = Clause("hello.", "en-us+f2", 165, 50, 50, 85)
    monkeypatch.setattr(espeak, "_COMMAND", ["sleep", "60"])
    began = time.monotonic()
    with pytest.raises(WorkerError, match="ran out of time") as caught:
        process.say([clause])
    assert caught.value.index == 0 and time.monotonic() - began < 5


def test_a_voice_that_espeak_lacks_is_an_error_and_the_worker_goes_on() -> None:
    process = EspeakProcess()
    with pytest.raises(WorkerError, match="no voice") as caught:
        process.say([Clause("a.", "en-us", 165, 50, 50, 85), Clause("b.", "zz-none", 165, 50, 50, 85)])
    assert caught.value.index == 1
    assert len(process.say([Clause("c.", "en-us", 165, 50, 50, 85)])) == 1
    process.close()


# -- mouths


def test_mouths_close_on_the_lips_and_open_on_vowels(voice: DraftVoice) -> None:
    take = say(voice, "Mama, stop that, please.")
    assert {"closed", "aa"} <= {v.shape for v in take.visemes} <= set(SHAPES)
    assert take.visemes[-1].shape == "closed"
    for before, after in itertools.pairwise(take.visemes):
        assert after.start - before.start >= MIN_SECONDS - 1e-9 and before.shape != after.shape


def test_lips_win_over_a_vowel_that_has_no_time() -> None:
    shown = mouths([(0.5, "a"), (0.55, "m"), (0.8, "i")], 1.0)
    assert [(v.shape, v.start) for v in shown] == [("closed", 0.0), ("ee", 0.8), ("closed", 1.0)]


@pytest.mark.parametrize(
    ("name", "shape"), [("'aI", "aa"), ("oU", "oh"), ("u:", "oo"), ("tS", "grit"), ("_:", "closed")]
)
def test_a_phoneme_has_a_shape(name: str, shape: str) -> None:
    mouth = mouth_of(name)
    assert mouth and mouth[0] == shape


# -- casting

SIX = [
    VoiceProfile("ivy", "female", 26),
    VoiceProfile("lin", "male", 32),
    VoiceProfile("boss", "male", 51, timbre="cold"),
    VoiceProfile("mother", "female", 52),
    VoiceProfile("grandmother", "female", 70),
    VoiceProfile("brother", "male", 21),
]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("crowd", [SIX, [VoiceProfile(f"w{n}", "female", 25) for n in range(6)]])
def test_six_characters_get_six_voices_that_are_told_apart(language: str, crowd: list[VoiceProfile]) -> None:
    voices = cast(crowd, language)
    assert all(distinct(one, other) for one, other in itertools.combinations(voices, 2))
    assert [v.variant.sex for v in voices] == [p.sex for p in crowd]


def test_a_crowd_of_women_gets_no_mans_voice() -> None:
    voices = cast([VoiceProfile(f"w{n}", "female", 20 + n) for n in range(12)], "en")
    assert {v.variant.sex for v in voices} == {"female"} and len(set(map(str, voices))) == 12


def test_casting_is_stable_and_its_ids_describe_the_voice(voice: DraftVoice) -> None:
    ids = voice.cast(SIX, "en")
    assert ids == voice.cast(SIX, "en") and len(set(ids)) == 6
    assert [str(parse(id)) for id in ids] == ids
    assert ids[:3] == voice.cast(SIX[:3], "en")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_casting_keeps_to_pitches_at_which_words_survive(language: str) -> None:
    voices = cast([VoiceProfile(f"g{n}", "female", 78, pitch=3) for n in range(12)], language)
    assert all(v.pitch <= v.variant.most_pitch and v.f0 <= HIGHEST_F0 for v in voices)
    assert any(v.variant.name == "f4" for v in voices)


def test_pitch_direction_raises_and_lowers_the_voice() -> None:
    low, plain, high = (cast([VoiceProfile("a", "female", 28, pitch=p)], "en")[0].f0 for p in (-3, 0, 3))
    assert low < plain * 0.9 and high > plain * 1.1


def test_a_crowd_beyond_the_distinct_voices_still_gets_its_own() -> None:
    voices = cast([VoiceProfile(f"c{n}", "male", 30) for n in range(24)], "en")
    assert len({str(v) for v in voices}) == 24


def test_an_unknown_language_is_refused(voice: DraftVoice) -> None:
    with pytest.raises(ValueError, match="no espeak voices for language 'fr': choose from en, zh"):
        voice.cast(SIX, "fr")


def test_every_variant_speaks_both_languages(voice: DraftVoice) -> None:
    takes = voice.speak(
        [line("Yes.", unit=v.name, voice=f"en-us+{v.name}:50") for v in VARIANTS]
        + [line("好的。", unit=v.name, voice=f"cmn+{v.name}:50", language="zh") for v in VARIANTS]
    )
    assert all(np.abs(take.samples).max() > 0.02 for take in takes)
