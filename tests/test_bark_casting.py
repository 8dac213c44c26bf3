"""Casting on Bark's presets: sex before language before pitch, nobody's voice twice, the locked keep theirs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("torch")  # which the package's front door imports

from models.bark.casting import cast, languages, voices
from models.base import VoiceProfile
from models.sounding import fundamental


def person(name: str, sex: str = "female", age: int = 30, pitch: float = 0.0, timbre: str = "") -> VoiceProfile:
    return VoiceProfile(name, sex, age, pitch, timbre=timbre)


def crowd(count: int, sex: str) -> list[VoiceProfile]:
    return [person(f"{sex}{n}", sex) for n in range(count)]


SEX = {voice.name: voice.sex for voice in voices("en")}


def test_the_table_holds_every_preset_of_thirteen_languages_once() -> None:
    assert set(languages()) == {"en", "zh", "de", "es", "fr", "hi", "it", "ja", "ko", "pl", "pt", "ru", "tr"}
    for language in languages():
        found = voices(language)
        assert len({voice.name for voice in found}) == len(found) == 130
        assert [voice.language for voice in found[:10]] == [language] * 10
        assert all(voice.notes <= {"noise", "room", "grainy", "short", "favourite"} for voice in found)
    assert sum(voice.sex == "female" for voice in voices("en")) == 37


def test_a_cast_speaks_its_own_language_with_voices_of_its_sexes() -> None:
    profiles = [person("mei"), person("li", "male"), person("bo", "male", 60), person("hua", age=8)]
    found = cast(profiles, "zh", {})
    assert all(name.startswith("v2/zh_") for name in found) and len(set(found)) == 4
    assert [SEX[name] for name in found] == ["female", "male", "male", "female"]


def test_the_first_woman_gets_the_only_english_one_and_the_next_an_accent_never_a_man() -> None:
    found = cast([person("a"), person("b"), person("c", "male")], "en", {})
    assert found[0] == "v2/en_speaker_9" and found[2].startswith("v2/en_")
    assert SEX[found[1]] == "female" and not found[1].startswith("v2/en_")


def test_sex_is_crossed_only_when_every_voice_of_it_is_taken() -> None:
    found = cast(crowd(38, "female"), "en", {})
    assert [SEX[name] for name in found[:37]] == ["female"] * 37 and SEX[found[37]] == "male"
    assert len(set(found)) == 38


def test_someone_without_a_sex_never_takes_the_voice_that_a_woman_needs() -> None:
    pair = ["v2/en_speaker_9", "v2/de_speaker_0"]
    assert cast([person("spirit", "unknown"), person("mei")], "en", {}, pair) == [pair[1], pair[0]]
    found = cast([person("spirit", "unknown"), *crowd(37, "female")], "en", {})
    assert {SEX[name] for name in found[1:]} == {"female"}


def test_more_characters_than_voices_are_refused_by_name() -> None:
    assert len(set(cast(crowd(130, "male"), "en", {}))) == 130
    with pytest.raises(ValueError, match="no voice left for 'male130', after 130 others"):
        cast(crowd(131, "male"), "en", {})


def test_an_unknown_language_is_answered_with_the_known_ones() -> None:
    for language in ("xx", "", "EN", "en-us"):
        with pytest.raises(ValueError, match="choose from en, zh, de, es"):
            cast([person("a")], language, {})


def test_locked_characters_keep_their_voices_and_the_others_choose_around_them() -> None:
    profiles = [person("a"), person("b"), person("c", "male")]
    locked = {"b": "v2/en_speaker_9", "c": "own/chen", "absent": "v2/de_speaker_3"}
    found = cast(profiles, "en", locked)
    assert found[1:] == ["v2/en_speaker_9", "own/chen"]
    assert found[0] not in locked.values() and SEX[found[0]] == "female"


def test_two_characters_locked_to_one_voice_are_refused() -> None:
    with pytest.raises(ValueError, match="'a' and 'b' are both locked to the voice 'own/x'"):
        cast([person("a"), person("b")], "en", {"a": "own/x", "b": "own/x"})
    with pytest.raises(ValueError, match="without a name"):
        cast([person("a")], "en", {"a": ""})


def test_only_presets_at_hand_are_given() -> None:
    at_hand = ["v2/en_speaker_3", "v2/ja_speaker_0", "custom"]
    assert cast([person("a"), person("b", "male")], "en", {}, at_hand) == ["v2/ja_speaker_0", "v2/en_speaker_3"]
    with pytest.raises(ValueError, match="no voice left for 'c'"):
        cast([person("a"), person("b"), person("c")], "en", {}, at_hand)


def test_recordings_with_noise_come_last_of_their_language() -> None:
    women = cast(crowd(4, "female"), "zh", {})
    assert set(women[:2]) == {"v2/zh_speaker_4", "v2/zh_speaker_7"} and women[3] == "v2/zh_speaker_6"
    assert cast([person("a", "male")], "en", {}) == ["v2/en_speaker_6"]
    assert cast(crowd(9, "male"), "en", {})[-1] == "v2/en_speaker_5"


def test_measured_pitches_follow_age_direction_and_timbre() -> None:
    low, mid, high = "v2/en_speaker_0", "v2/en_speaker_1", "v2/en_speaker_2"
    pitches = {low: 85.0, mid: 110.0, high: 165.0}

    def given_to(**direction: object) -> str:
        return cast([person("a", "male", **direction)], "en", {}, tuple(pitches), pitches)[0]

    assert given_to(age=40) == mid
    assert (
        given_to(age=40, pitch=-4.0) == low == given_to(age=40, timbre="deep, dark") == given_to(age=40, timbre="低沉")
    )
    assert given_to(age=8) == high == given_to(age=16, timbre="bright")


def test_measured_voices_that_lie_close_together_are_kept_apart() -> None:
    names = [f"v2/en_speaker_{n}" for n in range(4)]
    pitches = dict(zip(names, (110.0, 111.0, 112.0, 124.0), strict=True))
    assert cast(crowd(2, "male"), "en", {}, names, pitches)[1] == names[3]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["male", "female", "other", ""]), st.integers(0, 120)), min_size=1, max_size=14),
    st.sampled_from(languages()),
)
def test_casting_is_stable_and_a_newcomer_changes_nobody_with_a_sex(people, language) -> None:
    profiles = [person(f"p{n}", sex, age) for n, (sex, age) in enumerate(people)]
    found = cast(profiles, language, {})
    assert found == cast(profiles, language, {}) and len(set(found)) == len(found)
    more = cast([*profiles, person("new", "male")], language, {})
    kept = [n for n, profile in enumerate(profiles) if profile.sex in ("male", "female")]
    assert [more[n] for n in kept] == [found[n] for n in kept]
    locked = {profile.character: name for profile, name in zip(profiles, found, strict=True)}
    assert cast([*profiles, person("new")], language, locked)[:-1] == found


@pytest.mark.parametrize("hertz", [70.0, 110.0, 205.0, 330.0])
@pytest.mark.parametrize("rate", [24_000, 48_000])
def test_the_fundamental_of_a_buzz_is_heard_under_noise(hertz: float, rate: int) -> None:
    time = np.arange(rate) / rate
    buzz = sum(np.sin(2 * np.pi * hertz * k * time) / k for k in range(1, 12))
    noisy = buzz + 0.1 * np.random.default_rng(1).normal(size=rate)
    assert fundamental(noisy.astype(np.float32), rate) == pytest.approx(hertz, rel=0.02)


def test_silence_noise_and_a_click_have_no_fundamental() -> None:
    luck = np.random.default_rng(2)
    for samples in (np.zeros(24_000), luck.normal(size=24_000), np.zeros(10), np.eye(1, 24_000, 12_000)[0]):
        assert fundamental(samples.astype(np.float32), 24_000) == 0.0
