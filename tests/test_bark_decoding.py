"""Our decode loop says what transformers' own generate says, row by row, whoever else is in the batch."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from tiny import tiny_folder  # noqa: E402
from transformers import AutoTokenizer, BarkModel  # noqa: E402
from transformers.models.bark.generation_configuration_bark import (  # noqa: E402
    BarkCoarseGenerationConfig,
    BarkFineGenerationConfig,
    BarkSemanticGenerationConfig,
)

from models.bark.decoding import Decoder  # noqa: E402
from models.bark.drawing import chances, draw, end_early  # noqa: E402
from models.bark.network import Causal, Fine  # noqa: E402
from models.bark.numbers import Numbers, numbers_of  # noqa: E402
from models.bark.presets import Preset, read_preset  # noqa: E402
from models.bark.speaking import Speaker  # noqa: E402
from models.bark.stages import (  # noqa: E402
    Line,
    coarse_history,
    coarse_rules,
    refine,
    say,
    semantic_rules,
    sound,
)
from models.loading import load_pretrained  # noqa: E402

TEXTS = ("Who are you?", "I never left the house, mother.", "Run.", "Put the ring down!", "She lied to us.", "No.")
VOICES = ("v2/en_speaker_0", "v2/en_speaker_1", "v2/zh_speaker_2", "v2/en_speaker_3", "v2/en_speaker_4", None)
LENGTHS = (9, 22, 6, 15, 28, 11)


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@cache
def bark() -> Any:
    """The tiny model with its generation made greedy."""
    model = load_pretrained(BarkModel, tiny_folder("bark"))
    told = model.generation_config
    for part in ("semantic_config", "coarse_acoustics_config", "fine_acoustics_config"):
        values = {k: v for k, v in getattr(told, part).items() if k != "top_k"}
        setattr(told, part, {**values, "do_sample": False, "temperature": 1.0})
    return model


@cache
def words() -> Any:
    return load_pretrained(AutoTokenizer, tiny_folder("bark"))


def preset(name: str | None) -> Preset | None:
    return read_preset(tiny_folder("bark"), name) if name else None


def short(voice: Preset, tokens: int) -> Preset:
    """The end of a voice: as the official v2/zh_speaker_5, 6 and 9, less than Bark looks back at."""
    frames = int(tokens * 75 / 49.9)
    return Preset(voice.semantic[-tokens:], voice.coarse[:, -frames:], voice.fine[:, -frames:])


def reference(
    model: Any, text: str, voice: Preset | None, most: int, end_least: float | None = None
) -> tuple[list[int], list[int], np.ndarray, Any]:
    """What transformers says for one line alone: semantic tokens, coarse codes, all codes, samples."""
    told = model.generation_config
    configs = (
        BarkSemanticGenerationConfig(**told.semantic_config),
        BarkCoarseGenerationConfig(**told.coarse_acoustics_config),
        BarkFineGenerationConfig(**told.fine_acoustics_config),
    )
    asked = words()(text, padding="max_length", max_length=256, add_special_tokens=False, return_tensors="pt")
    history = None
    if voice is not None:
        arrays = {"semantic_prompt": voice.semantic, "coarse_prompt": voice.coarse, "fine_prompt": voice.fine}
        history = {key: torch.from_numpy(array.copy()) for key, array in arrays.items()}
    shared: dict[str, Any] = {"history_prompt": history, "semantic_generation_config": configs[0]}
    semantic = model.semantic.generate(
        asked["input_ids"], attention_mask=asked["attention_mask"], max_new_tokens=most, min_eos_p=end_least, **shared
    )
    said = [t for t in semantic[0].tolist() if t != 10_000]
    shared |= {"coarse_generation_config": configs[1], "codebook_size": 1024}
    coarse = model.coarse_acoustics.generate(semantic, **shared)
    codes = model.fine_acoustics.generate(coarse, fine_generation_config=configs[2], **shared)
    return said, coarse[0].tolist(), codes[0].numpy(), model.codec_decode(codes)[0].detach()


def ours(
    model: Any, texts: Sequence[str], voices: Sequence[Preset | None], most: Sequence[int], rows: int, **told: float
) -> list[Line]:
    n = numbers_of(model.generation_config)
    heat = told.get("temperature", 0.0)
    lines = [
        Line(words()(text, add_special_tokens=False)["input_ids"], voice, heat, heat, seed)
        for seed, (text, voice) in enumerate(zip(texts, voices, strict=True))
    ]
    semantic, coarse = Causal(model.semantic, 0, 10_001), Causal(model.coarse_acoustics, 10_000, 12_096)
    say(
        Decoder(
            semantic, rows, n.semantic_most, semantic_rules(n, told.get("end_least", 0.0), int(told.get("top_k", 0)))
        ),
        lines,
        n,
        most,
    )
    rules = coarse_rules(coarse, n, int(told.get("top_k", 0)))
    sound(Decoder(coarse, rows, n.coarse_window, rules), lines, n)
    refine(Fine(model.fine_acoustics, 1024), lines, n, rows)
    return lines


@cache
def references() -> list[tuple[list[int], list[int], np.ndarray, Any]]:
    rows = zip(TEXTS, VOICES, LENGTHS, strict=True)
    return [reference(bark(), text, preset(voice), most) for text, voice, most in rows]


@pytest.mark.parametrize("rows", [1, 4, 6])
def test_greedy_tokens_of_six_voices_and_uneven_lengths_equal_those_of_transformers(rows: int) -> None:
    lines = ours(bark(), TEXTS, [preset(v) for v in VOICES], LENGTHS, rows)
    for line, (said, coarse, codes, _) in zip(lines, references(), strict=True):
        assert line.semantic == said
        assert line.coarse == coarse
        assert np.array_equal(line.codes, codes)


def test_sound_of_a_batch_of_uneven_lengths_equals_that_of_transformers() -> None:
    speaker = Speaker(bark(), words(), _settings())
    found = speaker.heard([codes for _, _, codes, _ in references()])
    for samples, (_, _, _, wanted) in zip(found, references(), strict=True):
        assert samples.shape == tuple(wanted.shape)
        assert np.abs(samples - wanted.numpy()).max() < 1e-5


def test_short_voices_stand_beside_long_ones() -> None:
    voices = [short(preset("v2/en_speaker_0") or pytest.fail(), 60), preset("v2/en_speaker_1")]
    wanted = [reference(bark(), t, v, 25) for t, v in zip(TEXTS, voices, strict=False)]
    lines = ours(bark(), TEXTS[:2], voices, (25, 25), 2)
    for line, (said, coarse, codes, _) in zip(lines, wanted, strict=True):
        assert (line.semantic, line.coarse) == (said, coarse)
        assert np.array_equal(line.codes, codes)


@pytest.mark.slow
def test_a_line_over_two_fine_windows_equals_that_of_transformers() -> None:
    wanted = reference(bark(), TEXTS[1], preset(VOICES[0]), 420)
    (line,) = ours(bark(), TEXTS[1:2], [preset(VOICES[0])], (420,), 1)
    assert line.codes.shape[1] > 512
    assert line.coarse == wanted[1] and np.array_equal(line.codes, wanted[2])


@pytest.fixture(scope="module")
def ending() -> Any:
    """A model that ends its lines: the end's head is that of a word which it says sooner or later."""
    model = copy.deepcopy(bark())
    said = references()[4][0]
    head = model.semantic.lm_head.weight.data
    head[10_000] = 1.5 * head[max(set(said), key=said.count)]
    return model


@pytest.mark.parametrize("end_least", [0.0, 0.0005])
def test_rows_that_end_early_leave_the_others_as_they_are(ending: Any, end_least: float) -> None:
    voices, lengths = [preset(v) for v in VOICES[1:5]], LENGTHS[1:5]
    wanted = [reference(ending, t, v, m, end_least or None) for t, v, m in zip(TEXTS, voices, lengths, strict=False)]
    assert any(0 < len(said) < most for (said, *_), most in zip(wanted, lengths, strict=True))
    lines = ours(ending, TEXTS[:4], voices, lengths, 2, end_least=end_least)
    for line, (said, coarse, _, _) in zip(lines, wanted, strict=True):
        assert (line.semantic, line.coarse) == (said, coarse)


def test_what_a_row_draws_does_not_depend_on_its_neighbours() -> None:
    voices = [preset(v) for v in VOICES]
    together = ours(bark(), TEXTS, voices, LENGTHS, 6, temperature=0.7, top_k=50)
    refilled = ours(bark(), TEXTS, voices, LENGTHS, 2, temperature=0.7, top_k=50)
    again = ours(bark(), TEXTS, voices, LENGTHS, 6, temperature=0.7, top_k=50)
    for a, b, c in zip(together, refilled, again, strict=True):
        assert a.semantic == b.semantic == c.semantic and a.coarse == b.coarse == c.coarse
        assert np.array_equal(a.codes, b.codes) and np.array_equal(a.codes, c.codes)
    assert together[0].semantic != references()[0][0], "drawn, not the likeliest"


def test_half_precision_gives_the_logits_of_transformers_within_its_rounding() -> None:
    model = copy.deepcopy(bark()).to(torch.bfloat16)
    network = Causal(model.coarse_acoustics, 10_000, 12_096)
    dice = torch.Generator().manual_seed(3)
    ids = torch.randint(0, 12_000, (2, 40), generator=dice)
    with torch.inference_mode():
        wanted = model.coarse_acoustics(input_ids=ids).logits[:, -1, 10_000:12_096].float()
        cache = network.cache(2)
        network.read(network.words[ids[:, :39]], torch.tensor([39, 39]), cache, torch.arange(2))
        found = network.step(ids[:, 39], torch.tensor([39, 39]), cache, torch.arange(2), 64).float()
    spread = float(wanted.std())
    assert float((found - wanted).abs().max()) < 0.1 * spread


def test_a_drawn_word_comes_as_often_as_its_probability_says() -> None:
    logits = torch.tensor([[2.0, 1.0, 0.0, -1.0]]).repeat(20_000, 1)
    heat = torch.full((20_000,), 0.7)
    for top_k in (0, 3):
        kept = logits[0].clone()
        kept[3 if top_k else 4 :] = -torch.inf
        wanted = torch.softmax(kept / 0.7, -1)
        found = torch.bincount(draw(logits, heat, chances(5, 20_000), top_k), minlength=4) / 20_000
        assert float((found - wanted).abs().max()) < 0.01


def test_luck_at_its_ends_never_draws_an_impossible_word() -> None:
    logits = torch.tensor([[0.0, 1.0, -torch.inf], [-torch.inf, 0.0, 1.0]])
    for luck in (0.0, 1.0 - 2**-24):
        found = draw(logits, torch.ones(2), torch.full((2,), luck))
        assert torch.isfinite(logits.gather(-1, found[:, None])).all()


def test_a_likely_end_is_taken_at_once() -> None:
    logits = torch.tensor([[1.0, 0.0, 0.9], [3.0, 0.0, 0.1]])
    shaped = end_early(logits, 2, 0.2)
    assert shaped.argmax(-1).tolist() == [2, 0]
    assert end_early(logits, 2, 0.0) is logits


def test_histories_are_trimmed_to_equal_time_and_are_those_of_transformers() -> None:
    model, n = bark(), _numbers()
    for tokens in (240, 101, 60, 8):
        voice = short(preset("v2/en_speaker_0") or pytest.fail(), tokens)
        told = {
            "semantic_prompt": torch.from_numpy(voice.semantic.copy()),
            "coarse_prompt": torch.from_numpy(voice.coarse.copy()),
        }
        config = BarkSemanticGenerationConfig(**model.generation_config.semantic_config)
        semantic, coarse = model.coarse_acoustics.preprocess_histories(n.coarse_history, n.ratio, 1, config, 1024, told)
        assert coarse_history(voice, n) == (semantic[0].tolist(), coarse[0].tolist())


def test_numbers_that_are_not_barks_are_refused() -> None:
    told = copy.deepcopy(bark().generation_config)
    told.semantic_config = {**told.semantic_config, "semantic_rate_hz": "fast"}
    with pytest.raises(ValueError, match="garbles"):
        numbers_of(told)
    told.semantic_config = {k: v for k, v in bark().generation_config.semantic_config.items() if k != "eos_token_id"}
    with pytest.raises(ValueError, match="eos_token_id"):
        numbers_of(told)


def _numbers() -> Numbers:
    return numbers_of(bark().generation_config)


def _settings() -> Any:
    from tiny import tiny_settings

    return tiny_settings().speak
