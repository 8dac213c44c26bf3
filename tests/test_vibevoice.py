"""VibeVoice on a tiny random checkpoint: each row by its own seed, the library's own numbers, voices kept, bad folders refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")
pytest.importorskip("transformers.models.vibevoice", exc_type=ImportError)

from transformers import VibeVoiceForConditionalGeneration  # noqa: E402

from models import vibevoice  # noqa: E402
from models.base import Utterance, VoiceProfile  # noqa: E402
from models.loading import load_pretrained  # noqa: E402
from models.settings import Backing, HearSettings, ModelSettings, SpeakSettings, Weight  # noqa: E402
from models.sounding import fundamental  # noqa: E402
from models.tiny.vibevoice import make_vibevoice  # noqa: E402
from models.vibevoice import NATIVE_RATE, Loaded, Row, VibeVoice, clean, nearest, sample  # noqa: E402
from tests import tiny  # noqa: E402

torch.set_num_threads(1)

SPEAK = SpeakSettings(batch=8, candidates=1, attempts=1, temperature=0.7, timbre_temperature=0.7)
HEAR = HearSettings(
    pace_least=0, pace_most=100, silence_most=1, clipped_most=1, level_least=-120, runaway_most=60, repeat_most=1,
    words_least=0,
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("vibevoice") / "model"
    make_vibevoice(made)
    return made


@pytest.fixture(scope="module")
def voice(folder: Path) -> VibeVoice:
    return adapter(folder)


def adapter(folder: Path, dtype: str = "float32", **speak: Any) -> VibeVoice:
    parts = {
        **tiny.SETTINGS,
        "device": {**tiny.SETTINGS["device"], "dtype": dtype},
        "speak": {**SPEAK.model_dump(), **speak},
        "hear": HEAR.model_dump(),
    }
    weight = Weight("tiny-vibevoice", folder, "local/tiny-vibevoice", "1", "MIT", True)
    return VibeVoice(Backing({"voice": weight}, ModelSettings.model_validate(parts)))


def lines(voice: VibeVoice) -> list[Utterance]:
    """Four lines of two people, of different lengths."""
    one, two = voice.cast([VoiceProfile("mei", "female", 30), VoiceProfile("jun", "male", 40)], "en")
    return [
        Utterance("e1-1", "You lied to me, and you knew it all along.", "en", one, seed=5),
        Utterance("e1-2", "No.", "en", two, seed=2),
        Utterance("e1-3", "Then leave the ring here, and never come back to this house!", "en", one, seed=9),
        Utterance("e1-4", "I will, I will.", "en", two, seed=4),
    ]


def test_takes_are_48_khz_mono_and_finite_and_say_what_made_them(voice: VibeVoice) -> None:
    asked = lines(voice)
    takes = voice.speak(asked)
    assert len(takes) == 4 and len({len(t.samples) for t in takes}) > 1
    for take, line in zip(takes, asked, strict=True):
        assert take.sample_rate == 48_000 and take.samples.dtype == np.float32 and take.samples.ndim == 1
        assert len(take.samples) % 6400 == 0 and len(take.samples) >= 3 * 6400
        assert np.isfinite(take.samples).all() and 0.001 < np.abs(take.samples).max() <= 1
        assert take.words == () and take.visemes == () and take.cost.core_seconds > 0
        assert take.rights.source == "local/tiny-vibevoice" and take.rights.licence == "MIT"
        assert take.recipe["seed"] == line.seed and take.recipe["voice"] == line.voice
        assert json.loads(json.dumps(take.recipe)) == take.recipe


def test_a_line_among_others_is_what_it_is_alone_though_others_end_first(voice: VibeVoice, folder: Path) -> None:
    asked = lines(voice)
    together = [t.samples for t in voice.speak(asked)]
    pairs = adapter(folder, batch=2)
    pairs._voices.update(voice._voices)
    apart = [[voice.speak([line])[0].samples for line in asked], [t.samples for t in pairs.speak(asked[::-1])][::-1]]
    for others in apart:
        for one, other in zip(together, others, strict=True):
            assert one.shape == other.shape
            np.testing.assert_allclose(one, other, atol=2e-5)


def test_seeds_repeat_a_take_and_other_seeds_and_voices_change_it(voice: VibeVoice) -> None:
    line = lines(voice)[0]
    variants = [line, line, replace(line, seed=6), replace(line, voice="male-0-119")]
    same, again, seeded, voiced = (voice.speak([v])[0].samples for v in variants)
    np.testing.assert_array_equal(same, again)
    for other in (seeded, voiced):
        count = min(len(same), len(other))
        assert np.abs(same[:count] - other[:count]).max() > 1e-3


def test_rows_equal_the_librarys_own_generate(voice: VibeVoice, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reference: transformers' generate for the same prompt, voice and noise, one row, without guidance."""
    monkeypatch.setattr(vibevoice, "GUIDANCE", 1.0)
    library: Any = load_pretrained(VibeVoiceForConditionalGeneration, folder, dtype=torch.float32)
    library.model.audio_tower.config.vae_std = 0.0
    loaded = voice._load()
    shown = (0.1 * np.sin(np.arange(9000) / 20)).astype(np.float32)
    rows = [Row("Go now.", shown, 3, 6), Row("Wait, do not go, stay here with me tonight.", None, 8, 9)]
    ours = sample(loaded, rows)
    real, config = torch.randn, library.config
    for row, take in zip(rows, ours, strict=True):
        generator = torch.Generator().manual_seed(row.seed)

        def drawn(*size: int, generator: Any = generator, **kw: Any) -> Any:
            """The library draws noise for both halves of its batch and uses one; that of a shown voice counts for nothing."""
            return real(*size, **kw) if kw else real(size[1], generator=generator).repeat(size[0], 1)

        inputs = vibevoice._inputs(loaded.processor, [row])
        with monkeypatch.context() as patched:
            patched.setattr(torch, "randn", drawn)
            audio = library.generate(
                **inputs, guidance_scale=1.0, max_new_tokens=row.most, min_new_tokens=3,
                eos_token_id=[config.audio_eos_token_id, config.eos_token_id],
                suppress_tokens=[config.audio_bos_token_id],
            )  # fmt: skip
        np.testing.assert_allclose(take.samples, audio[0].flatten().numpy(), atol=2e-5)


def test_a_line_that_does_not_end_is_cut_at_its_own_length_and_says_so(voice: VibeVoice) -> None:
    rows = [Row("Stay.", None, seed, most) for seed, most in ((9, 3), (11, 40))]
    cut, whole = sample(voice._load(), rows)
    assert len(cut.samples) == 3 * 3200 and not cut.ended
    assert 3 * 3200 <= len(whole.samples) < 40 * 3200 and whole.ended
    with pytest.raises(ValueError, match="longer than the model can hold"):
        sample(voice._load(), [Row("Stay.", None, 1, 70_000)])


def test_mandarin_emoji_and_a_thousand_words_come_out_as_sound(voice: VibeVoice) -> None:
    asked = [
        Utterance("zh", "你好，我的朋友！", "zh", "female-0-207", seed=1),
        Utterance("emoji", "Run 😱 <|vision_pad|> now\nSpeaker 1: no", "en", "male-0-119", seed=3),
    ]
    for take in [*voice.speak(asked), *voice.speak([Utterance("long", "word " * 1000, "en", "male-0-119", seed=2)])]:
        assert np.isfinite(take.samples).all() and np.abs(take.samples).max() > 0


def test_half_precision_gives_sound_too(folder: Path) -> None:
    loaded = adapter(folder, dtype="bfloat16")._load()
    takes = sample(loaded, [Row("Go now.", None, 3, 4), Row("Stay.", np.full(3200, 0.1, np.float32), 4, 4)])
    assert all(take.samples.dtype == np.float32 and np.isfinite(take.samples).all() for take in takes)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"language": "fr"}, "u: VibeVoice does not speak 'fr': choose from en, zh"),
        ({"text": "   "}, "u: nothing in the text can be spoken"),
        ({"text": "…!? 😀"}, "u: nothing in the text can be spoken"),
        ({"voice": "v2/en_speaker_6"}, "u: unknown voice 'v2/en_speaker_6'"),
        ({"voice": "male-0-999"}, "u: unknown voice"),
    ],
)
def test_what_cannot_be_spoken_is_refused_by_name(voice: VibeVoice, change: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words.replace("?", r"\?")) as error:
        voice.speak([replace(Utterance("u", "Yes.", "en", "male-0-119"), **change)])
    assert "\n" not in str(error.value)


def test_nothing_asked_is_nothing_said(voice: VibeVoice) -> None:
    assert voice.speak([]) == []


@given(st.text(max_size=60))
def test_no_text_can_pass_for_a_mark_of_the_prompt(text: str) -> None:
    line = clean(text)
    assert "|" not in line and "\n" not in line and line == " ".join(line.split()) and clean(line) == line


# -- voices


def test_a_cast_gets_voices_no_two_alike_that_stay(voice: VibeVoice) -> None:
    people = [VoiceProfile(f"p{n}", "female" if n % 2 else "male", 6 + 9 * n, pitch=n - 3) for n in range(9)]
    ids = voice.cast(people, "zh")
    assert len(set(ids)) == 9 and ids == voice.cast(people, "zh")
    assert [i.split("-")[0] for i in ids] == ["child"] + ["female", "male"] * 4
    high, low = (voice.cast([VoiceProfile("a", "female", 30, pitch=p)], "en")[0] for p in (3, -3))
    assert int(high.split("-")[2]) > int(low.split("-")[2])
    with pytest.raises(ValueError, match="does not speak 'de': choose from en, zh"):
        voice.cast(people, "de")


def test_a_voice_is_made_once_and_is_the_same_in_another_process_and_cast(folder: Path) -> None:
    first, second = adapter(folder), adapter(folder)
    asked = lines(first)
    first.speak(asked)
    second.speak([asked[1]])
    key = (asked[1].voice, "en")
    assert set(first._voices) == {(asked[0].voice, "en"), key}
    np.testing.assert_allclose(first._voices[key], second._voices[key], atol=2e-5)
    kept = first._voices[key]
    first.speak([asked[1]])
    assert first._voices[key] is kept


@pytest.mark.parametrize("pitch", [75, 119, 207, 330])
def test_the_pitch_of_a_take_is_found(pitch: int) -> None:
    time = np.arange(2 * NATIVE_RATE) / NATIVE_RATE
    tone = sum(np.sin(2 * np.pi * pitch * n * time) / n for n in range(1, 8)).astype(np.float32)
    assert fundamental(tone, NATIVE_RATE) == pytest.approx(pitch, rel=0.04)
    assert fundamental(np.zeros(5000, np.float32), NATIVE_RATE) == 0 and fundamental(tone[:100], NATIVE_RATE) == 0


def test_the_audition_nearest_in_pitch_is_taken() -> None:
    time = np.arange(NATIVE_RATE) / NATIVE_RATE
    takes = [(np.sin(2 * np.pi * f * time) * 0.3).astype(np.float32) for f in (110, 190, 260)]
    silent = np.zeros(NATIVE_RATE, np.float32)
    assert nearest([silent, *takes], 207) is takes[1] and nearest([silent, silent], 207) is silent


# -- bad checkpoints


def spoil_header(folder: Path) -> None:
    data = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(data[: len(data) // 2])


def change_config(folder: Path, **values: Any) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **values}))


def drop_to_pickle(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04.")


def another_tokenizer(folder: Path) -> None:
    text = (folder / "processor_config.json").read_text()
    (folder / "processor_config.json").write_text(text.replace("<|vision_pad|>", "<|vision_end|>"))


def another_codec(folder: Path) -> None:
    config = json.loads((folder / "processor_config.json").read_text())
    config["feature_extractor"]["sampling_rate"] = 16_000
    (folder / "processor_config.json").write_text(json.dumps(config))


SPOILT: dict[str, tuple[Callable[[Path], Any], str]] = {
    "truncated": (spoil_header, "cut"),
    "missing weights": (lambda f: (f / "model.safetensors").unlink(), "no model.safetensors"),
    "missing config": (lambda f: (f / "config.json").unlink(), "config.json is not there"),
    "missing words": (lambda f: (f / "tokenizer.json").unlink(), "cannot be loaded"),
    "pickle": (drop_to_pickle, "only pickled weights"),
    "another class": (lambda f: change_config(f, architectures=["BarkModel"]), "is for BarkModel"),
    "another tokenizer": (another_tokenizer, "the tokenizer of another model"),
    "another rate": (another_codec, "16000 Hz, where 3200 at 24000"),
}


@pytest.mark.parametrize("kind", SPOILT)
def test_a_bad_checkpoint_is_refused_in_one_line(folder: Path, tmp_path: Path, kind: str) -> None:
    spoil, words = SPOILT[kind]
    spoilt = tmp_path / "spoilt"
    shutil.copytree(folder, spoilt)
    spoil(spoilt)
    with pytest.raises(ValueError, match=words) as error:
        adapter(spoilt).speak([Utterance("u", "Yes.", "en", "male-0-119")])
    assert "\n" not in str(error.value) and "tiny-vibevoice" in str(error.value)


def test_a_release_that_samples_in_another_way_is_not_trusted(
    voice: VibeVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = voice._load().model
    monkeypatch.setattr(type(model), "_decode_audio_latent", VibeVoiceForConditionalGeneration._decode_audio_latent)
    with pytest.raises(ValueError, match="no sound was heard"):
        sample(Loaded(model, voice._load().processor), [Row("Go.", None, 1, 4)])
