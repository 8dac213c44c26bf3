"""The recogniser: planted frames are found exactly, a batch row equals its single run, unfit files are refused."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
from models import ctc  # noqa: E402
from models.base import Rights, Speech, Utterance  # noqa: E402
from models.ctc import CtcAligner, Vocabulary, forced, frames_of, read_features, read_vocabulary, timed  # noqa: E402
from models.listening import SpeechListener  # noqa: E402
from models.settings import Backing, Weight  # noqa: E402
from models.tiny.hearing import LETTERS, make_wav2vec2  # noqa: E402
from tests.studio import model_profile  # noqa: E402

torch.set_num_threads(1)
RATE = 16_000
VOCABULARY = Vocabulary({letter: n for n, letter in enumerate(LETTERS)}, 0, LETTERS.index("|"))
CONFIG = SimpleNamespace(vocab_size=len(LETTERS), pad_token_id=0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("weights") / "recogniser"
    make_wav2vec2(out)
    return out


def backing(folder: Path, batch: int = 8) -> Backing:
    settings = model_profile().settings
    assert settings is not None
    device = settings.device.model_copy(update={"kind": "cpu", "dtype": "float32", "threads": 1})
    speak = settings.speak.model_copy(update={"batch": batch})
    weight = Weight("tiny ear", folder, "studio/ear", "0" * 40, "MIT", True)
    return Backing({"recogniser": weight}, settings.model_copy(update={"device": device, "speak": speak}))


def sound(seconds: float, seed: int = 0, rate: int = 48_000) -> Speech:
    samples = np.random.default_rng(seed).standard_normal(round(seconds * rate)).astype(np.float32) * 0.1
    return Speech(samples, rate, (), (), "noise", Rights("a test", "CC0-1.0"))


def line(text: str, language: str = "en") -> Utterance:
    return Utterance("u", text, language, "v")


def planted(runs: list[tuple[str, int]]) -> np.ndarray:
    """Log-probabilities that are sure of these letters for so many frames each; '' is the blank."""
    labels = [VOCABULARY.letters[letter] if letter else 0 for letter, count in runs for _ in range(count)]
    table = np.full((len(labels), len(LETTERS)), -9.0, np.float32)
    table[np.arange(len(labels)), labels] = -0.01
    return table


# -- alignment


def test_planted_letters_are_found_at_their_exact_frames() -> None:
    table = planted([("", 3), ("H", 2), ("", 1), ("I", 4), ("|", 2), ("", 5), ("Y", 1), ("O", 3)])
    labels = [VOCABULARY.letters[c] for c in "HI|YO"]
    assert forced(table, labels, 0) == [(3, 5), (6, 10), (10, 12), (17, 18), (18, 21)]


def test_a_doubled_letter_needs_its_blank_and_the_path_keeps_it() -> None:
    table = planted([("L", 2), ("", 1), ("L", 3)])
    assert forced(table, [VOCABULARY.letters["L"]] * 2, 0) == [(0, 2), (3, 6)]
    assert forced(planted([("L", 2)]), [VOCABULARY.letters["L"]] * 2, 0) is None
    assert forced(table, [], 0) is None


def best_score(table: np.ndarray, labels: list[int]) -> float:
    """The best path by trying all: each frame's state, one after the other."""
    states = [0, *[s for label in labels for s in (label, 0)]]
    paths = {0: float(table[0, 0]), 1: float(table[0, states[1]])}
    for row in table[1:]:
        new: dict[int, float] = {}
        for state, total in paths.items():
            for step in (0, 1, 2):
                to = state + step
                if to < len(states) and not (step == 2 and (states[to] == 0 or states[to] == states[state])):
                    new[to] = max(new.get(to, -np.inf), total + float(row[states[to]]))
        paths = new
    return max(total for state, total in paths.items() if state >= len(states) - 2)


@given(st.lists(st.integers(1, 3), min_size=1, max_size=4), st.integers(0, 5), st.integers(0, 10_000))
def test_the_path_is_the_likeliest_of_all(labels: list[int], spare: int, seed: int) -> None:
    count = len(labels) + sum(a == b for a, b in pairwise(labels)) + spare
    table = np.log(np.random.default_rng(seed).dirichlet(np.ones(4), count))
    spans = forced(table, labels, 0)
    assert spans is not None
    path = np.zeros(count, int)
    for (first, last), label in zip(spans, labels, strict=True):
        assert first < last
        path[first:last] = label
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert table[np.arange(count), path].sum() == pytest.approx(best_score(table, labels), abs=1e-9)


def test_words_get_the_frames_of_their_letters_and_others_the_gap_between() -> None:
    table = planted([("", 5), ("H", 2), ("I", 3), ("|", 10), ("", 5), ("Y", 2), ("O", 10)])
    words, shapes = timed(line("Hi, 7 yo!"), sound(0.74), table, VOCABULARY, 0.02)
    assert [w.text for w in words] == ["Hi,", "7", "yo!"]
    assert np.allclose([(w.start, w.stop) for w in words], [(0.1, 0.2), (0.2, 0.5), (0.5, 0.74)])
    assert shapes[0].shape == shapes[-1].shape == "closed" and {"ee", "oh"} <= {s.shape for s in shapes}


def test_chinese_characters_are_aligned_one_by_one_without_a_mark_between() -> None:
    table = planted([("", 4), ("我", 3), ("", 2), ("恨", 4), ("你", 5), ("", 12)])
    words, shapes = timed(line("我恨你！", "zh"), sound(0.6), table, VOCABULARY, 0.02)
    assert [(w.text, round(w.start, 3)) for w in words] == [("我", 0.08), ("恨", 0.18), ("你！", 0.26)]
    assert "aa" in {s.shape for s in shapes}


@pytest.mark.parametrize("text", ["2026 1999", "こんにちは", "", "a" * 700])
def test_a_text_that_cannot_be_spelled_is_laid_over_the_take(text: str) -> None:
    words, shapes = timed(line(text), sound(1.0), planted([("", 50)]), VOCABULARY, 0.02)
    assert "".join(w.text for w in words) == text.replace(" ", "")
    assert all(0 <= w.start <= w.stop <= 1.0 for w in words) and shapes[0].start == 0.0


# -- the checkpoint


def test_a_row_of_a_batch_equals_its_single_run(folder: Path) -> None:
    takes = [sound(0.9, 1), sound(0.31, 2), sound(0.6, 3, 24_000), sound(0.01, 4)]
    together = [table for table, _ in ctc.Recogniser(backing(folder)).log_probs(takes)]
    alone = [next(ctc.Recogniser(backing(folder, batch=1)).log_probs([take]))[0] for take in takes]
    for one, other in zip(together, alone, strict=True):
        assert one.shape == other.shape and np.abs(one - other).max() < 1e-4
        assert np.allclose(np.exp(one).sum(axis=1), 1, atol=1e-4)
    assert len(together[0]) == frames_of(round(0.9 * RATE), SimpleNamespace(**CONVOLUTIONS))


CONVOLUTIONS = {"conv_kernel": (10, 3, 3, 3, 3, 2, 2), "conv_stride": (5, 2, 2, 2, 2, 2, 2)}


def test_timings_cover_the_words_in_order_whatever_the_batch(folder: Path) -> None:
    texts = ["Tell me the truth.", "No.", "You lied to me for 10 years."]
    takes = [sound(1.2, n) for n in range(3)]
    timings = CtcAligner(backing(folder)).align([line(text) for text in texts], takes)
    for text, take, timing in zip(texts, takes, timings, strict=True):
        assert [w.text for w in timing.words] == text.split()
        edges = [t for w in timing.words for t in (w.start, w.stop)]
        assert edges == sorted(edges) and edges[0] >= 0 and edges[-1] <= len(take.samples) / 48_000
    single = CtcAligner(backing(folder)).align([line(texts[1])], takes[1:2])[0]
    assert single.words == timings[1].words and CtcAligner(backing(folder)).align([], []) == []


def test_what_is_heard_is_the_likeliest_letter_of_each_frame(folder: Path) -> None:
    table = planted([("", 2), ("H", 3), ("I", 1), ("|", 2), ("L", 2), ("", 1), ("L", 1), ("<unk>", 2), ("|", 1)])
    assert VOCABULARY.text(table.argmax(axis=1).tolist()) == "HI LL"
    take = sound(0.8)
    heard, cost = CtcAligner(backing(folder)).transcribe([take])[0]
    (rows, _), *_ = ctc.Recogniser(backing(folder)).log_probs([take])
    assert heard == VOCABULARY.text(rows.argmax(axis=1).tolist()) and cost.gpu_seconds == 0


def test_a_listener_with_a_recogniser_also_scores_the_words(folder: Path) -> None:
    listener = SpeechListener(backing(folder))
    verdict = listener.judge([line("Tell me the truth.")], [sound(1.1)])[0]
    assert 0 <= verdict.scores["words"] <= 1 and "recogniser" in listener.version["weights"]
    assert (
        "words" not in SpeechListener(Backing({}, backing(folder).settings)).judge([line("No.")], [sound(1)])[0].scores
    )


def test_a_model_that_hears_its_padding_is_run_row_by_row(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recogniser = ctc.Recogniser(backing(folder))
    monkeypatch.setattr(recogniser._model.config, "feat_extract_norm", "group")
    sizes: list[int] = []
    forward = recogniser._forward
    monkeypatch.setattr(recogniser, "_forward", lambda sounds: (sizes.append(len(sounds)), forward(sounds))[1])
    list(recogniser.log_probs([sound(0.3, 1), sound(0.4, 2)]))
    assert sizes == [1, 1]


# -- hostile files


def test_unfit_files_are_refused_in_one_line(folder: Path, tmp_path: Path) -> None:
    for name, content, words in [
        ("vocab.json", '{"a": 1', "not valid JSON"),
        ("vocab.json", "[1, 2]", "holds no JSON object"),
        ("vocab.json", '{"a": 1, "b": 1}', "not one column each"),
        ("vocab.json", '{"a": 1, "b": 4000}', "not one column each"),
        ("vocab.json", '{"eng": {"a": 1}, "cmn": {"b": 2}}', "not one column each"),
        ("preprocessor_config.json", '{"sampling_rate": "16k"}', "is no rate of speech"),
        ("config.json", '{"architectures": ["LlamaForCausalLM"], "model_type": "llama"}', "cannot be loaded"),
    ]:
        bad = tmp_path / f"bad{len(list(tmp_path.iterdir()))}"
        shutil.copytree(folder, bad)
        (bad / name).write_text(content, encoding="utf-8")
        with pytest.raises(ValueError, match=words) as caught:
            CtcAligner(replace_folder(bad)).transcribe([sound(0.3)])
        assert str(caught.value).startswith(f"weights '{bad.name}' cannot be loaded from") and "\n" not in str(
            caught.value
        )


def replace_folder(folder: Path) -> Backing:
    """Under a name of its own: a loaded model is kept by name."""
    made = backing(folder)
    return replace(made, weights={"recogniser": replace(made.weights["recogniser"], name=folder.name)})


@given(st.dictionaries(st.text(max_size=3), st.one_of(st.integers(-2, 60), st.none(), st.text(max_size=2)), max_size=6))
def test_any_vocabulary_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, told: dict) -> None:  # type: ignore[type-arg]
    folder = tmp_path_factory.mktemp("v")
    (folder / "vocab.json").write_text(json.dumps(told), encoding="utf-8")
    try:
        found = read_vocabulary(folder, CONFIG)
    except ValueError as error:
        assert "vocab.json" in str(error)
        return
    assert all(0 <= label < len(LETTERS) for label in found.letters.values())
    assert isinstance(found.text(list(found.letters.values())), str)


def test_a_checkpoint_without_feature_settings_gets_the_usual_ones(tmp_path: Path) -> None:
    assert read_features(tmp_path) == (16_000, True)
    (tmp_path / "preprocessor_config.json").write_text('{"sampling_rate": 8000, "do_normalize": false}')
    assert read_features(tmp_path) == (8_000, False)


def test_a_take_that_is_too_long_to_listen_to_is_refused() -> None:
    with pytest.raises(ValueError, match="more than 120 seconds"):
        ctc.waveform(sound(121, rate=8_000), RATE, True)
