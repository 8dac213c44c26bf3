"""Own voices: consent that holds or does not, recordings fit or not, records that cannot be tampered with in silence."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from engine import ffmpeg, voice_library, wav
from engine.core import UserError
from engine.voice_library import Agreed, Recording, add, hear, read_consent, refuse_unfit, remove, rights_of
from models import own_voices
from models.own_voices import Consent, OwnVoice, voice

TODAY = dt.date.today()
CONSENT = f"""
person = "Mei Lin"
date = {TODAY - dt.timedelta(days=10)}
statement = "I agree that my voice is cloned from my recording and speaks in your dramas."
contact = "mei@example.org"
commercial = true
"""
HEARD = Recording(np.zeros(24_000 * 3, np.float32), np.zeros(16_000 * 3, np.float32), 3.0, "a" * 64)
MADE_WITH = {"voice": "suno/bark@1", "hubert": "facebook/hubert@2", "quantiser": "x/y@3"}
RATE = 48_000


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLIFFHANGER_VOICES", str(tmp_path / "voices"))
    return tmp_path / "voices"


def agreed(text: str = CONSENT) -> Agreed:
    return Agreed(text.encode(), own_voices.read_consent(text.encode(), TODAY))


def added(name: str = "mei", text: str = CONSENT, commercial: bool = True, licence: str = "for our dramas") -> OwnVoice:
    return add(name, HEARD, agreed(text), licence, commercial, MADE_WITH, lambda path: path.write_bytes(b"the voice"))


def speech(seconds: float, level: float = 0.3) -> np.ndarray:
    """Something that rises and falls as speech does, float32 at 48 kHz."""
    x = np.arange(int(seconds * RATE)) / RATE
    tone = np.sin(2 * np.pi * 140 * x + 4 * np.sin(2 * np.pi * 3 * x)) * (0.6 + 0.4 * np.sin(2 * np.pi * 2.5 * x))
    return (level * tone).astype(np.float32)


def written(path: Path, samples: np.ndarray) -> Path:
    wav.write_wav(path, samples[np.newaxis], RATE)
    return path


# -- consent


def test_a_consent_record_says_who_when_and_for_what() -> None:
    consent = agreed(CONSENT + 'scope = "two seasons"\nexpires = 2199-01-01\n').consent
    assert (consent.person, consent.contact, consent.commercial) == ("Mei Lin", "mei@example.org", True)
    assert (consent.scope, consent.expires) == ("two seasons", dt.date(2199, 1, 1))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            ("commercial = true", "commercial = true\nnickname = 'M'"),
            "'nickname' is not one of person, date, statement",
        ),
        (('person = "Mei Lin"', ""), "not complete: 'person' is missing"),
        (('contact = "mei@example.org"', ""), "'contact' is missing"),
        (('"Mei Lin"', '"   "'), "person: "),
        (('"Mei Lin"', '"Mei\\nLin"'), "person: must be one line of plain text"),
        (("I agree that my voice is cloned from my recording and speaks in your dramas.", "ok"), "statement: "),
        (("commercial = true", 'commercial = "yes"'), "commercial: "),
        ((f"date = {TODAY - dt.timedelta(days=10)}", "date = 0"), "date: must be a date, such as 2026-11-20"),
        ((f"date = {TODAY - dt.timedelta(days=10)}", f"date = {TODAY + dt.timedelta(days=2)}"), "still to come"),
        (("commercial = true", "expires = 2001-01-01"), "before its own date"),
        (("commercial = true", f"expires = {TODAY - dt.timedelta(days=1)}"), "the consent of Mei Lin expired on"),
        (('"Mei Lin"', "Mei Lin"), "not valid TOML"),
    ],
)
def test_a_consent_record_that_does_not_hold_is_refused_in_one_line(change: tuple[str, str], says: str) -> None:
    text = CONSENT.replace(*change)
    assert text != CONSENT
    with pytest.raises(ValueError) as caught:
        own_voices.read_consent(text.encode(), TODAY)
    assert says in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("data", [b"", b" \n", b"\xff\xfe", b"[" * 5000, b"a=" + b"[" * 20_000, b"x = 1" + b"0" * 6000])
def test_what_is_no_text_is_no_consent(data: bytes) -> None:
    with pytest.raises(ValueError, match="the consent record is (empty|not UTF-8|not valid TOML|not complete)"):
        own_voices.read_consent(data, TODAY)


def test_a_huge_or_missing_consent_record_is_refused(tmp_path: Path) -> None:
    (tmp_path / "big.toml").write_text(CONSENT + "#" * 70_000)
    with pytest.raises(UserError, match="larger than 64 kB"):
        read_consent(tmp_path / "big.toml")
    with pytest.raises(UserError, match="none.toml cannot be read: No such file"):
        read_consent(tmp_path / "none.toml")
    with pytest.raises(UserError, match="cannot be read: Is a directory"):
        read_consent(tmp_path)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_consent_or_one_line(data: bytes) -> None:
    try:
        own_voices.read_consent(data, TODAY)
    except ValueError as error:
        assert "\n" not in str(error) and str(error).startswith("the consent")


KEYS = st.sampled_from([*Consent.model_fields, "else"])
VALUES = st.one_of(
    st.text(max_size=40),
    st.integers(),
    st.booleans(),
    st.floats(allow_nan=False),
    st.dates(),
    st.lists(st.integers(), max_size=2),
)


@given(st.dictionaries(KEYS, VALUES, max_size=7))
def test_any_table_is_a_consent_with_all_that_is_asked_or_none(told: dict[str, object]) -> None:
    try:
        consent = Consent.model_validate(told)
    except ValidationError as error:
        assert "\n" not in own_voices.first_fault(error)
        return
    assert len(consent.person) >= 2 and consent.person.isprintable() and len(consent.statement) >= 20
    assert "else" not in told


# -- keeping a voice


def test_a_voice_is_kept_with_its_consent_and_without_the_recording(home: Path) -> None:
    kept = added()
    assert sorted(p.name for p in (home / "mei").iterdir()) == ["consent.toml", "preset.npz", "record.json"]
    assert (home / "mei" / "consent.toml").read_text() == CONSENT
    assert (home / "mei").stat().st_mode & 0o077 == 0, "others can read whose voice it is"
    assert voice("own/mei").preset.read_bytes() == b"the voice"
    assert own_voices.names() == ["mei"] and kept.id == "own/mei" and kept.record.made_with == MADE_WITH


def test_the_rights_of_a_voice_name_person_day_and_record() -> None:
    added(text=CONSENT + "expires = 2199-01-01")
    rights = rights_of("own/mei")
    assert rights == rights_of("mei")
    assert rights.source == f"voice 'own/mei', cloned from a recording (sha256 {'a' * 64})"
    assert rights.licence == "for our dramas" and rights.commercial_use
    day = TODAY - dt.timedelta(days=10)
    assert rights.consent.startswith(f"consent of Mei Lin, {day}, until 2199-01-01, sha256 ")
    assert rights.consent.endswith(own_voices.sha256((CONSENT + "expires = 2199-01-01").encode()))


@pytest.mark.parametrize(
    ("text", "flag", "allowed"),
    [(CONSENT, True, True), (CONSENT, False, False), (CONSENT.replace("commercial = true", ""), True, False)],
)
def test_commercial_use_needs_the_consent_and_the_owner_of_the_series(text: str, flag: bool, allowed: bool) -> None:
    added(text=text, commercial=flag)
    assert rights_of("mei").commercial_use is allowed


def test_a_name_is_given_once_and_names_no_other_folder(home: Path) -> None:
    added()
    with pytest.raises(UserError, match="there is a voice 'mei' already: `cliffhanger voices remove mei`"):
        added()
    for name in ("", "Mei", "../mei", "a/b", ".mei", "mei-", "x" * 41, "mei\n"):
        with pytest.raises(UserError, match="is no name for a voice"):
            added(name)
    assert os.listdir(home) == ["mei"]


def test_terms_that_cannot_stand_in_a_manifest_are_refused_and_nothing_is_left(home: Path) -> None:
    for licence in ("", "a\nb", "x" * 300):
        with pytest.raises(UserError, match="^licence: "):
            added(licence=licence)
    assert not any(home.iterdir())


def test_a_stopped_addition_leaves_nothing(home: Path) -> None:
    def stopped(path: Path) -> None:
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        add("mei", HEARD, agreed(), "ours", True, MADE_WITH, stopped)
    assert list(home.iterdir()) == [] and own_voices.names() == []


def test_a_name_that_another_run_took_meanwhile_is_told(home: Path) -> None:
    def slow(path: Path) -> None:
        path.write_bytes(b"late")
        added()

    with pytest.raises(UserError, match="there is a voice 'mei' already"):
        add("mei", HEARD, agreed(), "ours", True, MADE_WITH, slow)
    assert voice("mei").preset.read_bytes() == b"the voice" and os.listdir(home) == ["mei"]


def test_a_removed_voice_is_gone_and_refused(home: Path) -> None:
    added()
    assert remove("own/mei") == home / "mei"
    assert list(home.iterdir()) == []
    with pytest.raises(UserError, match="voice 'own/mei' may not be used: there is no such voice here"):
        refuse_unfit(["own/mei"])
    with pytest.raises(UserError, match="there is no voice 'mei' here"):
        remove("mei")
    with pytest.raises(UserError, match="no name for a voice"):
        remove("../../etc")


# -- refusing a voice


def test_voices_of_the_engines_own_and_whole_own_ones_are_let_through() -> None:
    added()
    refuse_unfit(["v2/en_speaker_6", "own/mei", "en-us+f2:54"])


def linked(folder: Path) -> None:
    (folder / "preset.npz").rename(folder.parent / "elsewhere")
    (folder / "preset.npz").symlink_to(folder.parent / "elsewhere")


def record_with(folder: Path, **changes: object) -> None:
    record = json.loads((folder / "record.json").read_text())
    (folder / "record.json").write_text(json.dumps(record | changes))


TAMPER: dict[str, Callable[[Path], object]] = {
    "consent": lambda folder: (folder / "consent.toml").write_text(CONSENT.replace("Mei", "May")),
    "no consent": lambda folder: (folder / "consent.toml").unlink(),
    "preset": lambda folder: (folder / "preset.npz").write_bytes(b"another"),
    "link": linked,
    "licence": lambda folder: record_with(folder, licence="anything goes"),
    "extra": lambda folder: record_with(folder, more=1),
    "no record": lambda folder: (folder / "record.json").unlink(),
    "huge": lambda folder: (folder / "record.json").write_text(" " * 70_000),
    "renamed": lambda folder: folder.rename(folder.parent / "may"),
}


@pytest.mark.parametrize(
    ("how", "name", "says"),
    [
        ("consent", "mei", "its consent record was changed"),
        ("no consent", "mei", r"its consent record \(consent.toml\) is missing"),
        ("preset", "mei", "its preset was changed"),
        ("link", "mei", r"its preset \(preset.npz\) is missing"),
        ("licence", "mei", "its record was changed after the voice was added"),
        ("extra", "mei", "its record was changed: "),
        ("no record", "mei", r"its record \(record.json\) is missing"),
        ("huge", "mei", "too large"),
        ("renamed", "may", "its record is that of 'mei'"),
    ],
)
def test_a_voice_whose_folder_was_tampered_with_may_not_speak(home: Path, how: str, name: str, says: str) -> None:
    added()
    TAMPER[how](home / "mei")
    with pytest.raises(UserError, match=f"^voice 'own/{name}' may not be used: .*{says}") as caught:
        refuse_unfit([f"own/{name}"])
    assert "\n" not in str(caught.value)


def test_a_voice_falls_silent_the_day_after_its_consent_ends() -> None:
    added(text=CONSENT + f"expires = {TODAY}")
    assert voice("mei", TODAY).consent.expires == TODAY
    with pytest.raises(ValueError, match=f"voice 'own/mei' may not be used: the consent of Mei Lin expired on {TODAY}"):
        voice("mei", TODAY + dt.timedelta(days=1))


def test_every_unfit_voice_of_a_cast_is_named() -> None:
    added()
    with pytest.raises(UserError, match="voice 'own/ann' .* voice 'own/bob' "):
        refuse_unfit(["own/ann", "own/mei", "own/bob", "own/ann"])


def test_a_name_given_anew_to_another_voice_or_other_terms_has_another_print() -> None:
    prints = [added().print]
    for change in ({}, {"commercial": False}, {"licence": "other terms"}, {"text": CONSENT + "scope = 'less'"}):
        remove("mei")
        prints.append(added(**change).print)  # type: ignore[arg-type]
    remove("mei")
    prints.append(add("mei", HEARD, agreed(), "for our dramas", True, {}, lambda path: path.write_bytes(b"new")).print)
    assert prints[0] == prints[1], "takes are made again although nothing has changed"
    assert len(set(prints[1:])) == 5


def test_voices_lie_beside_the_weights_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CLIFFHANGER_VOICES")
    monkeypatch.setenv("CLIFFHANGER_MODELS", str(tmp_path / "disk" / "models"))
    assert own_voices.root() == tmp_path / "disk" / "voices"
    assert own_voices.names() == []


# -- recordings


def test_a_recording_is_trimmed_levelled_and_told_at_both_rates(tmp_path: Path) -> None:
    silence = np.zeros(RATE, np.float32)
    path = written(tmp_path / "a.wav", np.concatenate([silence, speech(4, 0.05), silence, silence]))
    heard = hear(path)
    assert heard.seconds == pytest.approx(4.2, abs=0.05)  # a tenth of a second stays at either end
    assert len(heard.at_24k) == pytest.approx(24_000 * heard.seconds, abs=2)
    assert len(heard.at_16k) == pytest.approx(16_000 * heard.seconds, abs=2)
    assert heard.at_24k.dtype == heard.at_16k.dtype == np.float32
    assert voice_library.spoken_level(speech(4, 0.05)) < -30
    loud = np.sqrt(np.mean(np.square(heard.at_24k[3000:-3000])))
    assert 20 * np.log10(loud) == pytest.approx(-20, abs=1)
    assert heard.sha256 == own_voices.sha256(path.read_bytes())


def test_the_same_tone_is_heard_at_both_rates(tmp_path: Path) -> None:
    heard = hear(written(tmp_path / "a.wav", speech(3.5)))
    for samples, rate in ((heard.at_24k, 24_000), (heard.at_16k, 16_000)):
        power = np.abs(np.fft.rfft(samples))
        assert np.argmax(power) * rate / len(samples) == pytest.approx(140, abs=20)


def test_any_container_that_ffmpeg_reads_is_a_recording(tmp_path: Path) -> None:
    source = written(tmp_path / "a.wav", speech(3.5))
    ffmpeg.run(["-y", "-i", str(source), "-ac", "2", "-ar", "22050", "-c:a", "aac", str(tmp_path / "a.m4a")], 60)
    heard = hear(tmp_path / "a.m4a")
    assert heard.seconds == pytest.approx(3.5, abs=0.1)


@pytest.mark.parametrize(
    ("samples", "says"),
    [
        (speech(2.5), "2.5 s between its first and last sound: 3 to 30 s of one person speaking are needed"),
        (speech(31), "31.0 s between its first and last sound"),
        (speech(4, 0.004), "too quiet: -5. dBFS, at least -45 are needed"),
        (np.clip(speech(4, 2.0), -1, 1), "it is clipped: .*% of its samples stand at full scale"),
        (np.zeros(4 * RATE, np.float32), "there is only silence in it"),
        (speech(0.001), "there is only silence in it"),
    ],
)
def test_a_recording_that_is_not_fit_is_refused_with_what_would_be(
    samples: np.ndarray, says: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=says) as caught:
        hear(written(tmp_path / "a.wav", samples))
    assert "a.wav" in str(caught.value) and "\n" not in str(caught.value)


def test_a_loud_recording_with_peaks_alone_at_full_scale_is_not_clipped() -> None:
    assert voice_library.clipped_share(np.array([0.5, 1, 1, 1, 0.2], np.float32)) == pytest.approx(0.6)
    assert voice_library.clipped_share(np.array([0.5, 1, 0.5, -1, -1, 0.2], np.float32)) == 0
    assert voice_library.clipped_share(speech(3, 0.97)) == 0


def test_files_that_hold_no_sound_are_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("not a sound")
    (tmp_path / "empty.wav").touch()
    (tmp_path / "list.wav").write_text("#EXTM3U\n#EXTINF:5,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")
    (tmp_path / "cut.wav").write_bytes(written(tmp_path / "a.wav", speech(4)).read_bytes()[:50_000])
    ffmpeg.run(["-f", "lavfi", "-i", "color=s=64x64:d=1", str(tmp_path / "mute.mp4")], 60)
    for name, says in (
        ("text.wav", "not a media file"),
        ("empty.wav", "not a media file"),
        ("list.wav", "not a media file"),
        ("cut.wav", "0.5 s between"),
        ("mute.mp4", "has no sound in it"),
        ("none.wav", "there is no recording"),
        ("", "there is no recording"),
    ):
        with pytest.raises(UserError, match=says) as caught:
            hear(tmp_path / name)
        assert "\n" not in str(caught.value)


def test_samples_that_are_no_numbers_are_refused() -> None:
    samples = speech(4)
    samples[5] = np.nan
    with pytest.raises(ValueError, match="damaged"):
        voice_library.checked(samples)
