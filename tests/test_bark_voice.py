"""The Bark adapter: lines to takes, long lines in pieces, voices told apart, bad checkpoints and bad lines refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from tiny import tiny_backing, tiny_folder, tiny_weight  # noqa: E402

from models.bark import BarkVoice  # noqa: E402
from models.bark.drawing import draw  # noqa: E402
from models.bark.speaking import Speaker  # noqa: E402
from models.bark.voice import PIECE_STEP  # noqa: E402
from models.base import Utterance, VoiceProfile  # noqa: E402

CAST = [VoiceProfile("a", "female", 25), VoiceProfile("b", "male", 40), VoiceProfile("c", "female", 60)]


def line(unit: str, text: str, voice: str = "v2/en_speaker_6", **told: object) -> Utterance:
    return Utterance(**{"unit": unit, "text": text, "language": "en", "voice": voice, "seed": 3} | told)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def voice() -> BarkVoice:
    torch.set_num_threads(1)
    return BarkVoice(tiny_backing(voice="bark", speak={"longest": 0.3}))


def test_takes_are_finite_48_khz_mono_without_words(voice: BarkVoice) -> None:
    (take,) = voice.speak([line("l1", "Who are you?")])
    assert take.sample_rate == 48_000 and take.samples.dtype == np.float32 and take.samples.ndim == 1
    assert np.isfinite(take.samples).all() and 0.01 < np.abs(take.samples).max() <= 1
    assert take.words == () and take.visemes == ()
    assert take.recipe["voice"] == "v2/en_speaker_6" and take.recipe["seed"] == 3
    assert take.rights.licence == "Apache-2.0"
    assert take.cost.core_seconds > 0


def test_a_take_is_the_same_alone_in_a_batch_and_again(voice: BarkVoice) -> None:
    lines = [
        line("l1", "Run!"),
        line("l2", "She lied to us.", "v2/zh_speaker_4", emotion="rage", seed=9),
        line("l3", "你好", "v2/zh_speaker_0", language="zh"),
    ]
    together = voice.speak(lines)
    for asked, take in zip(lines, together, strict=True):
        (alone,) = voice.speak([asked])
        assert alone.samples.shape == take.samples.shape
        assert np.abs(alone.samples - take.samples).max() < 1e-5
    assert not np.array_equal(voice.speak([line("l1", "Run!", seed=4)])[0].samples, together[0].samples)


def test_voices_and_seeds_are_heard(voice: BarkVoice) -> None:
    one, other = voice.speak([line("l1", "Run!"), line("l1", "Run!", "v2/en_speaker_1")])
    count = min(len(one.samples), len(other.samples))
    assert not np.allclose(one.samples[:count], other.samples[:count])


def test_a_long_line_is_spoken_in_pieces_each_after_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    voice = BarkVoice(tiny_backing(voice="bark", speak={"longest": 0.1, "seconds_most": 1.0}))
    seen: list[tuple[int, int, int]] = []
    code = Speaker.code

    def watched(self: Speaker, lines: list, seconds: list, rows: int) -> None:  # type: ignore[type-arg]
        seen.extend((each.seed, len(each.history.semantic), len(seconds)) for each in lines)
        code(self, lines, seconds, rows)

    monkeypatch.setattr(Speaker, "code", watched)
    long, short = voice.speak([line("l1", "You lied to me, mother. I never lied. Not once."), line("l2", "No.")])
    pieces = long.recipe["text"]
    assert len(pieces) >= 2
    own = [row for row in seen if row[0] in {3 + PIECE_STEP * n for n in range(len(pieces))}]
    assert [rows for _, _, rows in seen[:2]] == [2, 2], "first pieces share a batch"
    lengths = [length for seed, length, _ in own if seed != 3]
    assert lengths == sorted(lengths) and lengths[0] > 240, "what was said joins the history"
    assert len(long.samples) > len(short.samples)


def test_a_cast_has_a_voice_each_and_locked_ones_stay(voice: BarkVoice) -> None:
    cast = voice.cast(CAST, "en")
    assert len(set(cast)) == 3
    locked = voice.cast(CAST, "en", {"b": cast[0]})
    assert locked[1] == cast[0] and len(set(locked)) == 3
    assert voice.print_of(cast[0]) == ""


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (line("l1", ""), "l1: nothing in the text can be spoken"),
        (line("l1", "🙂🙂"), "l1: nothing in the text can be spoken"),
        (line("l1", "Hello", language="xx"), "l1: Bark has no voices for language 'xx'"),
        (line("l1", "Hello", voice="v2/nobody"), "l1: .*v2/nobody"),
        (line("l1", "Hello", voice="../../etc/passwd"), "l1: "),
        (line("l1", "Hello", voice="own/nobody"), "l1: voice 'own/nobody' may not be used"),
        (line("l1", "Hello", emotion="bored"), "l1: unknown emotion 'bored'"),
    ],
)
def test_what_cannot_be_spoken_is_named_with_its_line(
    asked: Utterance, told: str, voice: BarkVoice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLIFFHANGER_VOICES", str(tmp_path))
    with pytest.raises(ValueError, match=told) as error:
        voice.speak([asked])
    assert "\n" not in str(error.value)


def test_memory_that_ends_halves_the_rows_and_the_line_is_still_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    voice = BarkVoice(tiny_backing(voice="bark", speak={"longest": 0.1, "batch": 4}))
    code, rows = Speaker.code, list[int]()

    def full(self: Speaker, lines: list, seconds: list, most: int) -> None:  # type: ignore[type-arg]
        rows.append(most)
        if most > 1:
            raise torch.OutOfMemoryError("full")
        code(self, lines, seconds, most)

    monkeypatch.setattr(Speaker, "code", full)
    takes = voice.speak([line("l1", "Run!"), line("l2", "No.")])
    assert rows == [4, 2, 1] and all(len(t.samples) for t in takes)
    monkeypatch.setattr(Speaker, "code", lambda *_: (_ for _ in ()).throw(torch.OutOfMemoryError("full")))
    with pytest.raises(ValueError, match="one line does not fit into the memory"):
        voice.speak([line("l1", "Run!")])


@pytest.mark.parametrize("fault", ["missing", "pickle", "class", "cut", "numbers"])
def test_a_bad_checkpoint_is_refused_in_one_line(fault: str, tmp_path: Path) -> None:
    folder = tmp_path / "bark"
    shutil.copytree(tiny_folder("bark"), folder)
    weights = folder / "model.safetensors"
    if fault == "missing":
        weights.unlink()
    elif fault == "pickle":
        weights.rename(folder / "pytorch_model.bin")
    elif fault == "cut":
        weights.write_bytes(weights.read_bytes()[:-1000])
    else:
        file = folder / ("config.json" if fault == "class" else "generation_config.json")
        told = json.loads(file.read_text())
        file.write_text(json.dumps(told | {"architectures": ["LlamaForCausalLM"], "codebook_size": -1}))
    broken = BarkVoice(tiny_backing(voice=tiny_weight("bark", folder=folder)))
    with pytest.raises(ValueError, match="weights 'tiny-bark'") as error:
        broken.speak([line("l1", "Run!")])
    assert "\n" not in str(error.value)


@given(
    logits=st.lists(st.floats(-30, 30), min_size=2, max_size=12),
    luck=st.floats(0, 1, exclude_max=True, width=32),
    heat=st.floats(0, 2),
    top_k=st.integers(0, 12),
)
@settings(max_examples=200, deadline=None)
def test_a_drawn_word_is_always_one_of_those_kept(logits: list[float], luck: float, heat: float, top_k: int) -> None:
    row = torch.tensor([logits])
    word = int(draw(row, torch.tensor([heat]), torch.tensor([luck]), top_k))
    kept = sorted(row[0].tolist(), reverse=True)[: top_k or len(logits)]
    assert row[0, word] >= kept[-1]
    if heat == 0:
        assert row[0, word] == row.max()
