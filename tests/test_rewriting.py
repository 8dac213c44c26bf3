"""A model writes over the plan step by step: good answers stand, bad ones are asked again, and the rules catch the rest."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("llguidance")
pytest.importorskip("transformers")

from engine.config import load_profile  # noqa: E402
from engine.core import Series, UserError  # noqa: E402
from engine.planning import Order, plan  # noqa: E402
from engine.rewriting import fill, rewrite  # noqa: E402
from engine.story import outlines, overlays, proofs  # noqa: E402
from engine.story.checks import check_series  # noqa: E402
from engine.vault import Vault, series_lock  # noqa: E402
from engine.writing import plan_series  # noqa: E402
from models.words import LIMITS, count  # noqa: E402
from tests.scripted_writer import good, good_arc, good_episode, scripted_writer, step_of, tiny_writer  # noqa: E402

torch.set_num_threads(1)

PREMISE = "A maid is the real empress."
PROFILE = load_profile("tiny")
ORDER = Order(PREMISE, "en", 3, 1)
Answer = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.fixture(scope="module")
def rules() -> Series:
    return plan_series(PREMISE, "en", 3, 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("writer")


def made(series: Series) -> dict[str, tuple[str, int]]:
    return {step.unit: (step.made_by, step.attempts) for step in series.steps}


def test_a_scripted_model_completes_every_step_and_every_line_is_its_own(
    rules: Series, folder: Path, tmp_path: Path
) -> None:
    writer, model = scripted_writer(folder, rules, good(rules))
    series = rewrite(rules, writer, Vault(tmp_path))
    assert made(series) == {unit: ("tiny-llama", 1) for unit in ("bible", "arc", "e001", "e002", "e003")}
    assert all(not step.problem for step in series.steps) and series.writer == "tiny-llama"
    assert check_series(series) == []
    assert series.title == "The Crown Below Stairs" and series.arc.question == good_arc(rules)["question"]
    for episode, before in zip(series.episodes, rules.episodes, strict=True):
        told = good_episode(rules, episode.number)
        for key, part in overlays.parts(episode):
            assert (part.action == told[key]) if key[0] == "s" else (part.text == told[key]["text"])  # type: ignore[union-attr]
        assert episode.cliffhanger.question == told["question"]
        assert sum(count(line.text, "en") for line in episode.lines()) <= LIMITS["en"]
        assert [x.speaker for x in episode.lines()] == [x.speaker for x in before.lines()]
        assert (episode.changes, episode.caption) == (before.changes, before.caption)
    assert [step_of(text) for text in model.heard] == ["bible", "arc", "e1", "e2", "e3"]


def test_the_prompts_of_a_step_share_a_long_start_and_hold_what_was_written_before(
    rules: Series, folder: Path, tmp_path: Path
) -> None:
    writer, model = scripted_writer(folder, rules, good(rules))
    rewrite(rules, writer, Vault(tmp_path))
    one, two = model.heard[2], model.heard[3]
    same = next(i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b)
    assert same > 0.6 * len(one)
    assert "The Crown Below Stairs" in one[:same] and "The maid finds the lantern of the empress." in one[:same]
    assert "English" in one[:same] and "$" not in one


def spoiled(rules: Series, step: str, spoil: Answer, times: int = 99) -> Callable[[str], Mapping[str, Any]]:
    """Good answers, but for one step that is spoiled the first `times` times."""
    fine, left = good(rules), [times]

    def script(prompt: str) -> Mapping[str, Any]:
        answer = dict(fine(prompt))
        if step_of(prompt) == step and left[0]:
            left[0] -= 1
            return spoil(json.loads(json.dumps(answer)))
        return answer

    return script


def lines(answer: dict[str, Any]) -> list[dict[str, str]]:
    return [value for key, value in answer.items() if key[0] == "l"]


def in_spanish(answer: dict[str, Any]) -> dict[str, Any]:
    for number, line in enumerate(lines(answer)):
        line["text"] = f"Abre esa puerta vieja, madre {number}."
    return answer


def too_long(answer: dict[str, Any]) -> dict[str, Any]:
    for line in lines(answer):
        line["text"] = line["text"].replace(" now.", " now, before they come and take it away.")
    lines(answer)[0]["text"] = "You are late."
    return answer


def parting(answer: dict[str, Any]) -> dict[str, Any]:
    lines(answer)[-1]["text"] = "I am done with it. Thank you."
    return answer


def same_twice(answer: dict[str, Any]) -> dict[str, Any]:
    lines(answer)[2]["text"] = lines(answer)[1]["text"]
    return answer


def no_question(answer: dict[str, Any]) -> dict[str, Any]:
    return answer | {"question": "She goes home."}


FAULTS = [
    (in_spanish, "the lines must be in English"),
    (too_long, "words, limit 60"),
    (parting, "the last line is no cliffhanger: I am done with it. Thank you."),
    (same_twice, "this sentence is said twice"),
    (no_question, "the question is no question"),
]


@pytest.mark.parametrize(("spoil", "told"), FAULTS, ids=[f[0].__name__ for f in FAULTS])
def test_a_fault_is_told_to_the_model_and_a_better_answer_stands(
    rules: Series, folder: Path, tmp_path: Path, spoil: Answer, told: str
) -> None:
    writer, model = scripted_writer(folder, rules, spoiled(rules, "e2", spoil, times=1))
    series = rewrite(rules, writer, Vault(tmp_path))
    assert [step_of(text) for text in model.heard] == ["bible", "arc", "e1", "e2", "e3", "e2"]
    first, second = model.heard[3], model.heard[5]
    assert told not in first and told in second and "Your last answer could not be used" in second
    assert made(series)["e002"] == ("tiny-llama", 2) and made(series)["e001"] == ("tiny-llama", 1)
    assert check_series(series) == []


@pytest.mark.parametrize(("spoil", "told"), FAULTS[:3], ids=[f[0].__name__ for f in FAULTS[:3]])
def test_after_the_last_attempt_the_rules_version_of_that_step_stands(
    rules: Series, folder: Path, tmp_path: Path, spoil: Answer, told: str
) -> None:
    writer, _ = scripted_writer(folder, rules, spoiled(rules, "e2", spoil))
    series = rewrite(rules, writer, Vault(tmp_path))
    assert made(series)["e002"] == ("rules", 2) and made(series)["e003"] == ("tiny-llama", 1)
    assert told in next(step.problem for step in series.steps if step.unit == "e002")
    assert list(series.episodes[1].lines()) == list(rules.episodes[1].lines())
    assert series.episodes[1].title == good_arc(rules)["e2"]["title"]
    assert check_series(series) == []


def test_a_colour_that_the_drawing_has_not_sends_the_bible_back(rules: Series, folder: Path, tmp_path: Path) -> None:
    def repainted(answer: dict[str, Any]) -> dict[str, Any]:
        answer["characters"][rules.bible.characters[0].id]["wardrobe"] = "a magenta gown of the court"
        return answer

    writer, _ = scripted_writer(folder, rules, spoiled(rules, "bible", repainted))
    series = rewrite(rules, writer, Vault(tmp_path))
    assert made(series)["bible"] == ("rules", 2) and made(series)["arc"] == ("tiny-llama", 1)
    assert "magenta" in series.steps[0].problem and series.bible == rules.bible and series.title == rules.title


def test_the_better_of_two_sound_candidates_is_chosen(rules: Series, folder: Path, tmp_path: Path) -> None:
    fine, turn = good(rules), [0]

    def script(prompt: str) -> Mapping[str, Any]:
        answer = json.loads(json.dumps(fine(prompt)))
        if step_of(prompt) == "e1":
            turn[0] += 1
            if turn[0] == 1:  # the plan's own words: sound, but nothing of the model's
                spoken = list(rules.episodes[0].lines())
                for told, line in zip(lines(answer), spoken, strict=True):
                    told["text"] = line.text
        return answer

    writer, _ = scripted_writer(folder, rules, script, candidates=2)
    series = rewrite(rules, writer, Vault(tmp_path))
    assert [x.text for x in series.episodes[0].lines()] == [x["text"] for x in lines(good_episode(rules, 1))]


def test_a_random_model_leaves_a_faultless_series_to_the_rules_and_says_so(
    rules: Series, folder: Path, tmp_path: Path
) -> None:
    series = rewrite(rules, tiny_writer(folder, max_tokens=16, attempts=1), Vault(tmp_path))
    assert made(series) == {unit: ("rules", 1) for unit in ("bible", "arc", "e001", "e002", "e003")}
    assert all("was not finished after 16 tokens" in step.problem for step in series.steps)
    assert check_series(series) == [] and series.writer == "tiny-llama"
    assert series.model_copy(update={"steps": (), "writer": "rules"}) == rules


# -- takes


class Stopped(Exception):
    """A kill, as far as the run is concerned."""


def stopping(script: Callable[[str], Mapping[str, Any]], at: str) -> Callable[[str], Mapping[str, Any]]:
    def run(prompt: str) -> Mapping[str, Any]:
        if step_of(prompt) == at:
            raise Stopped
        return script(prompt)

    return run


def test_a_stopped_plan_goes_on_without_asking_again_what_was_answered(
    rules: Series, folder: Path, tmp_path: Path
) -> None:
    whole, _ = scripted_writer(folder, rules, good(rules), batch=1)
    expected, *_ = plan(ORDER, tmp_path / "whole", PROFILE, whole)
    cut, first = scripted_writer(folder, rules, stopping(good(rules), "e2"), batch=1)
    with pytest.raises(Stopped):
        plan(ORDER, tmp_path / "cut", PROFILE, cut)
    assert [step_of(text) for text in first.heard] == ["bible", "arc", "e1", "e2"]
    assert (tmp_path / "cut" / f".writing-{ORDER.identity}").is_dir()
    again, second = scripted_writer(folder, rules, good(rules), batch=1)
    found, series, fresh = plan(ORDER, tmp_path / "cut", PROFILE, again)
    assert [step_of(text) for text in second.heard] == ["e2", "e3"]
    assert fresh and series == expected.load() == found.load()
    assert [p.name for p in (tmp_path / "cut").iterdir()] == [found.root.name]


def test_the_answers_are_takes_of_the_series_with_their_recipe(rules: Series, folder: Path, tmp_path: Path) -> None:
    writer, _ = scripted_writer(folder, rules, good(rules))
    found, series, _ = plan(ORDER, tmp_path, PROFILE, writer)
    records = [json.loads(p.read_text()) for p in (found.root / "takes" / "writing").glob("*.json.json")]
    assert {r["unit"] for r in records} == {step.unit for step in series.steps}
    assert all({"model", "version", "prompt", "schema", "seed", "attempt"} <= set(r["recipe"]) for r in records)
    assert all(r["rights"]["licence"] == "random weights" for r in records)
    assert found.root.name.startswith("the-crown-below-stairs-")
    silent, model = scripted_writer(folder, rules, good(rules))
    assert plan(ORDER, tmp_path, PROFILE, silent)[1:] == (series, False) and model.heard == []


def test_a_plan_that_was_stopped_while_it_was_put_in_its_folder_is_finished(
    rules: Series, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise Stopped

    writer, _ = scripted_writer(folder, rules, good(rules))
    with monkeypatch.context() as patch:
        patch.setattr("engine.planning.write_documents", stop)
        with pytest.raises(Stopped):
            plan(ORDER, tmp_path, PROFILE, writer)
    again, model = scripted_writer(folder, rules, good(rules))
    found, series, fresh = plan(ORDER, tmp_path, PROFILE, again)
    assert fresh and model.heard == [] and found.load() == series
    assert [p.name for p in tmp_path.iterdir()] == [found.root.name]


def test_two_runs_of_one_order_do_not_write_side_by_side(rules: Series, folder: Path, tmp_path: Path) -> None:
    desk = tmp_path / f".writing-{ORDER.identity}"
    desk.mkdir()
    writer, _ = scripted_writer(folder, rules, good(rules))
    with series_lock(desk), pytest.raises(UserError, match="is being worked on by"):
        plan(ORDER, tmp_path, PROFILE, writer)


def test_a_damaged_answer_on_disk_is_only_a_failed_attempt(rules: Series, folder: Path, tmp_path: Path) -> None:
    writer, _ = scripted_writer(folder, rules, good(rules))
    rewrite(rules, writer, Vault(tmp_path))
    take = next(p for p in tmp_path.rglob("e003-*.json") if not p.name.endswith(".json.json"))
    take.write_text("#" * take.stat().st_size)
    series = rewrite(rules, scripted_writer(folder, rules, good(rules))[0], Vault(tmp_path))
    assert made(series)["e003"] == ("tiny-llama", 2)


# -- words over the plan


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_rules_own_words_pass_the_checks_that_a_model_must_pass(language: str) -> None:
    for premise in (PREMISE, "A CEO's secret daughter is kidnapped by her billionaire father's rival."):
        series = plan_series(premise, language, 12, 3)
        assert list(proofs.bible_faults(series, series)) == []
        for number in range(1, 13):
            assert list(proofs.episode_faults(series, series, number)) == []
        labels = [text for e in series.episodes for text in (e.title, e.synopsis)]
        assert list(proofs.tongue_faults(series, [("labels", labels)])) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Mach die Tür auf. Was hat sie dir gesagt? Der Mann war im Haus, und du hast es gewusst."),
        ("en", "Ouvre la porte. Ne me dis pas que tu ne sais pas, on a vu le roi. Il a dit non."),
        ("en", "你不松手，就换团儿跪，挑吧。"),
        ("en", "shspeak hook Uitt wkith epiode lspe namespea chook thaho episo onlc spea hok tiwt"),
        ("zh", "Open the door and tell me what you did with the ring."),
        ("zh", "ドアを開けてください。あなたは誰ですか。"),
        ("zh", "垄鑫焱淼犇羴骉毳掱赑昍晶磊森"),
    ],
)  # fmt: skip
def test_another_language_and_gibberish_are_recognised(language: str, text: str) -> None:
    assert proofs.language_fault(language, text, "the lines") is not None


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_answer_of_the_plans_own_words_lays_down_the_plan(language: str) -> None:
    series = plan_series(PREMISE, language, 24, 2)
    for episode in series.episodes:
        answer: dict[str, Any] = {"question": episode.cliffhanger.question}
        for key, part in overlays.parts(episode):
            answer[key] = part.action if key[0] == "s" else {"emotion": part.emotion, "text": part.text}  # type: ignore[union-attr]
        assert set(answer) == set(overlays.episode_schema(series, episode.number)["required"])
        assert overlays.with_episode(series, answer, episode.number) == series


def test_a_changed_emotion_takes_its_own_colour_of_voice_and_keeps_how_it_is_sent(rules: Series) -> None:
    line = next(x for e in rules.episodes for x in e.lines()).model_copy(update={"hearing": "flat, by phone"})
    changed = overlays._spoken(line, "Go.", "joy" if line.emotion != "joy" else "rage")
    assert changed.hearing == "by phone" and changed.valence != line.valence and changed.id == line.id
    assert overlays._spoken(line, "Go.", line.emotion).hearing == "flat, by phone"


def test_a_long_season_is_labelled_in_blocks_and_every_episode_once(folder: Path, tmp_path: Path) -> None:
    from engine.batching import Silent
    from engine.rewriting import Desk, arc_tasks

    series = plan_series(PREMISE, "en", 45, 1)
    tasks = arc_tasks(Desk(tiny_writer(folder), Vault(tmp_path), Silent(), series, None), series)
    assert [task.unit for task in tasks] == ["arc", "arc_e021", "arc_e041"]
    assert [n for task in tasks for n in task.numbers] == list(range(1, 46))
    assert ["question" in task.schema["properties"] for task in tasks] == [True, False, False]


def test_an_outline_has_every_key_of_the_answer_and_the_words_to_write_over(rules: Series) -> None:
    text = outlines.episode_text(rules, 1)
    for key, part in overlays.parts(rules.episodes[0]):
        assert f"{key}: " in text and (part.action if key[0] == "s" else part.text) in text  # type: ignore[union-attr]
    assert rules.episodes[0].cliffhanger.question in text


def test_a_prompt_with_a_blank_left_is_refused() -> None:
    with pytest.raises(ValueError, match=r"prompt retry\.md wants \['faults'\], got \[\]"):
        fill("retry")
    assert "- too $long" in fill("retry", faults="- too $long")
