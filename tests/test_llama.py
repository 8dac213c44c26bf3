"""The writer on a random Llama: always whole JSON, each row by its own seed, prompts read once, bad folders refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("llguidance")
pytest.importorskip("transformers")

from models.base import WriteRequest  # noqa: E402
from models.device import Device  # noqa: E402
from models.llama import LlamaWriter, Row, chat_tokens, draw, end_tokens, sample, shared_length  # noqa: E402
from models.settings import WriteSettings  # noqa: E402
from tests.tiny import tiny_backing, tiny_folder, tiny_settings, tiny_weight  # noqa: E402

torch.set_num_threads(1)

TEXT: dict[str, Any] = {"type": "string", "pattern": "^[A-Za-z ,.?!']+$", "minLength": 1, "maxLength": 24}
SCHEMA: dict[str, Any] = {
    "type": "object", "additionalProperties": False, "required": ["emotion", "text"],
    "properties": {"emotion": {"enum": ["joy", "rage", "cold"]}, "text": TEXT},
}  # fmt: skip
SETTINGS = WriteSettings(candidates=2, attempts=2, temperature=1.0, top_p=0.95, max_tokens=80, batch=8)


@pytest.fixture(scope="module")
def folder() -> Path:
    return tiny_folder("llama")


def writer(folder: Path, **changes: Any) -> LlamaWriter:
    return LlamaWriter(
        tiny_backing(writer=tiny_weight("llama", folder=folder), write={**SETTINGS.model_dump(), **changes})
    )


def request(number: int, prompt: str = "Write line", **changes: Any) -> WriteRequest:
    asked = WriteRequest("episode", {}, SCHEMA, "en", seed=number, system="You write.", prompt=f"{prompt} {number}.")
    return replace(asked, **changes)


def requests(count: int) -> list[WriteRequest]:
    """Prompts of different lengths with a long common start."""
    return [request(n, "The bible. " * 20 + "Line" + " again" * n) for n in range(count)]


def test_what_a_random_model_says_is_always_whole_json_of_the_schema(folder: Path) -> None:
    for answers in writer(folder).write_candidates(requests(5)):
        assert len(answers) == 2
        for answer in answers:
            assert not answer.problem and answer.model == "tiny-llama"
            assert list(answer.data) == ["emotion", "text"] and answer.data["emotion"] in ("joy", "rage", "cold")
            assert 1 <= len(answer.data["text"]) <= 24


def test_a_batch_says_what_each_row_says_alone(folder: Path) -> None:
    asked = requests(4)
    together = [answer.data for answer in writer(folder).write(asked)]
    assert together == [writer(folder).write([each])[0].data for each in asked]
    assert together == [answer.data for answer in writer(folder, batch=3).write(asked)]
    assert len({json.dumps(d) for d in together}) == len(together)


def test_seeds_repeat_and_candidates_differ(folder: Path) -> None:
    first, again = (next(writer(folder).write_candidates([request(7)])) for _ in range(2))
    assert [a.data for a in first] == [a.data for a in again] and first[0].data != first[1].data
    assert writer(folder).write([request(7, seed=8)])[0].data != first[0].data
    assert writer(folder).write([request(7)])[0].data == first[0].data


def test_reading_the_common_start_once_changes_nothing(folder: Path) -> None:
    each = writer(folder)
    loaded = each._load()
    rows = [Row(chat_tokens(loaded.tokenizer, r.system, r.prompt), SCHEMA, r.seed) for r in requests(3)]
    assert shared_length([row.tokens for row in rows]) > 100
    assert sample(loaded, rows, SETTINGS) == sample(loaded, rows, SETTINGS, share=False)


def test_logits_after_padded_and_shared_prompts_are_those_of_each_prompt_alone(folder: Path) -> None:
    from models.llama import _Reader

    loaded = writer(folder)._load()
    prompts = [chat_tokens(loaded.tokenizer, r.system, r.prompt) for r in requests(3)]
    with torch.inference_mode():
        shared, alone = _Reader(loaded.model, prompts, True), _Reader(loaded.model, prompts, False)
        plain = torch.stack([loaded.model(torch.tensor([p])).logits[0, -1] for p in prompts])
        for reader in (shared, alone):
            assert torch.allclose(reader.start(), plain, atol=1e-4)
        more = [[65], [66, 67, 68], [69, 70]]
        after = torch.stack(
            [loaded.model(torch.tensor([[*p, *m, 71]])).logits[0, -1] for p, m in zip(prompts, more, strict=True)]
        )
        for reader in (shared, alone):
            reader.step(more)
            assert torch.allclose(reader.step([[71]] * 3), after, atol=1e-4)


def test_an_answer_that_is_not_finished_is_a_problem_of_its_own_row_only(folder: Path) -> None:
    long = {**TEXT, "minLength": 200, "maxLength": 300}
    wide = {**SCHEMA, "properties": {**SCHEMA["properties"], "text": long}}
    cut, whole = writer(folder).write([request(1, schema=wide), request(2)])
    assert cut.problem == "the answer was not finished after 80 tokens" and cut.data == {}
    assert not whole.problem and whole.data["text"]


def test_a_prompt_that_is_longer_than_the_model_reads_is_a_problem(folder: Path) -> None:
    each = writer(folder)
    short = replace(each._load(), longest=60)
    each._load = lambda: short  # type: ignore[method-assign]
    long, fits = each.write([request(1, "word " * 40), request(2, "")])
    assert "the model reads 60" in long.problem and long.data == {}
    assert "was not finished after" in fits.problem or fits.data


def test_nothing_asked_is_nothing_answered(folder: Path) -> None:
    assert writer(folder).write([]) == [] and list(writer(folder).write_candidates([])) == []


def test_its_name_version_and_rights_are_those_of_the_weights_and_settings(folder: Path) -> None:
    each, hotter = writer(folder), writer(folder, temperature=1.5)
    assert each.name == "tiny-llama" and each.attempts == 2
    assert each.version != hotter.version and each.version == writer(folder).version
    assert each.rights.licence == "Apache-2.0" and each.rights.commercial_use


def test_out_of_memory_halves_the_batch_and_loses_no_row(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import models.llama as module

    each, whole, sizes = writer(folder), module.sample, []

    def tight(loaded: Any, rows: Sequence[Row], settings: WriteSettings) -> list[tuple[str, str]]:
        sizes.append(len(rows))
        if len(rows) > 2:
            raise torch.OutOfMemoryError
        return whole(loaded, rows, settings)

    expected = [answer.data for answer in each.write(requests(5))]
    each._device = Device(tiny_settings().device)
    monkeypatch.setattr(module, "sample", tight)
    assert [answer.data for answer in each.write(requests(5))] == expected
    assert sizes == [5, 2, 2, 1]


# -- sampling


def test_the_nucleus_holds_the_likeliest_tokens_and_no_others() -> None:
    scores = torch.log(torch.tensor([[0.5, 0.3, 0.15, 0.05]])).repeat(200, 1)
    chance = torch.linspace(0, 1, 200)
    drawn = draw(scores, 1.0, 0.7, chance)
    assert set(drawn.tolist()) == {0, 1}
    assert abs(float((drawn == 0).float().mean()) - 0.5 / 0.8) < 0.02
    assert set(draw(scores, 1.0, 1.0, chance).tolist()) == {0, 1, 2, 3}
    assert set(draw(scores, 0.05, 0.999, chance).tolist()) == {0}


def test_a_forbidden_token_is_never_drawn_even_by_the_last_chance() -> None:
    scores = torch.tensor([[float("-inf"), 0.0, float("-inf")]]).repeat(3, 1)
    assert draw(scores, 1.0, 1.0, torch.tensor([0.0, 0.5, 1.0])).tolist() == [1, 1, 1]


def test_the_common_start_leaves_every_row_a_token() -> None:
    assert shared_length([[1, 2, 3]]) == 2
    assert shared_length([[1, 2], [1, 2, 3]]) == 1
    assert shared_length([[1, 2], [3, 2]]) == 0


# -- tokenizers and folders


class Turns:
    """A tokenizer whose template shows what it was given."""

    eos_token_id = 3

    def apply_chat_template(self, turns: list[dict[str, str]], **given: Any) -> list[int]:
        self.seen = given
        return [len(turns)]


def test_the_template_is_told_a_fixed_date_and_not_to_think_aloud() -> None:
    turns = Turns()
    assert chat_tokens(turns, "s", "p") == (2,)
    assert turns.seen["date_string"] == "01 Jan 2026" and turns.seen["enable_thinking"] is False
    assert turns.seen["add_generation_prompt"] is True


def test_every_token_that_ends_a_turn_is_known() -> None:
    model = SimpleNamespace(generation_config=SimpleNamespace(eos_token_id=[3, 9]))
    assert end_tokens(Turns(), model) == [3, 9]
    nameless = SimpleNamespace(generation_config=SimpleNamespace(eos_token_id=None))
    with pytest.raises(ValueError, match="names no token that ends a text"):
        end_tokens(SimpleNamespace(eos_token_id=None), nameless)


def damage(folder: Path, how: str) -> None:
    weights = folder / "model.safetensors"
    if how == "missing":
        weights.unlink()
    elif how == "pickle":
        weights.rename(folder / "pytorch_model.bin")
    elif how == "cut":
        weights.write_bytes(weights.read_bytes()[:-1000])
    elif how == "class":
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(config | {"architectures": ["BertModel"], "model_type": "bert"}))
    elif how == "tokenizer":
        for path in folder.glob("*token*"):
            path.unlink()
    elif how == "template":
        (folder / "chat_template.jinja").unlink()


@pytest.mark.parametrize("how", ["missing", "pickle", "cut", "class", "tokenizer", "template"])
def test_a_bad_checkpoint_is_refused_in_one_clear_line(folder: Path, tmp_path: Path, how: str) -> None:
    bad = tmp_path / how
    shutil.copytree(folder, bad)
    damage(bad, how)
    with pytest.raises(ValueError) as caught:
        writer(bad).write([request(1)])
    message = str(caught.value)
    assert "\n" not in message and "tiny-llama" in message and len(message) < 600


def test_weights_that_give_no_numbers_are_refused(folder: Path) -> None:
    each = writer(folder)
    loaded = each._load()
    weight = loaded.model.model.norm.weight
    kept = weight.detach().clone()
    try:
        with torch.no_grad():
            weight.fill_(float("nan"))
        with pytest.raises(ValueError, match="no finite numbers"):
            each.write([request(1)])
    finally:
        with torch.no_grad():
            weight.copy_(kept)
