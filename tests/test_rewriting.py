"""A model writes over the plan step by step: good answers stand, bad ones are asked again, and the rules catch the rest."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("llguidance")
pytest.importorskip("transformers")

from engine.batching import Silent  # noqa: E402
from engine.config import load_profile  # noqa: E402
from engine.core import Series, UserError  # noqa: E402
from engine.planning import Order, plan  # noqa: E402
from engine.rewriting import Desk, arc_tasks, bible_tasks, choose, episode_tasks, fill, rewrite  # noqa: E402
from engine.store import SeriesFolder  # noqa: E402
from engine.story import outlines, overlays, proofs  # noqa: E402
from engine.story.checks import check_series  # noqa: E402
from engine.story.premise import read_premise  # noqa: E402
from engine.vault import Vault, series_lock  # noqa: E402
from engine.writing import plan_series  # noqa: E402
from models.base import Rights  # noqa: E402
from models.words import LIMITS, count  # noqa: E402
from tests.scripted_writer import (  # noqa: E402
    Answer,
    Scripted,
    echo,
    fits,
    good,
    good_arc,
    good_bible,
    good_episode,
    in_spanish,
    lines,
    no_question,
    parting,
    same_twice,
    scripted_writer,
    spoiled,
    step_of,
    tiny_writer,
    too_long,
)

torch.set_num_threads(1)

PREMISE = "A maid is the real empress."
PROFILE = load_profile("tiny")
ORDER = Order(PREMISE, "en", 3, 1)
NAME = "tiny-llama"


@pytest.fixture(scope="module")
def rules() -> Series:
    return plan_series(PREMISE, "en", 3, 1)


Finished = tuple[SeriesFolder, Series, Scripted]
NOBODY: Any = SimpleNamespace(name=NAME, attempts=1, version={}, rights=Rights("", ""))


@pytest.fixture(scope="module")
def finished(rules: Series, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A plan that a good script wrote from end to end."""
    writer, model = scripted_writer(rules, good(rules))
    found, series, fresh = plan(ORDER, tmp_path_factory.mktemp("out"), PROFILE, writer)
    assert fresh
    return found, series, model


def made(series: Series) -> dict[str, tuple[str, int]]:
    return {step.unit: (step.made_by, step.attempts) for step in series.steps}


def test_a_scripted_model_completes_every_step_and_every_line_is_its_own(rules: Series, finished: Finished) -> None:
    _, series, model = finished
    assert made(series) == {unit: (NAME, 1) for unit in ("bible", "arc", "e001", "e002", "e003")}
    assert all(not step.problem for step in series.steps) and series.writer == NAME
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


def test_the_prompts_of_a_step_share_a_long_start_and_hold_what_was_written_before(finished: Finished) -> None:
    model = finished[2]
    one, two = model.heard[2], model.heard[3]
    same = next(i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b)
    assert same > 0.6 * len(one)
    assert "The Crown Below Stairs" in one[:same] and "The maid finds the lantern of the empress." in one[:same]
    assert "English" in one[:same] and "$" not in one


FAULTS: list[tuple[Answer, str]] = [
    (in_spanish, "the lines must be in English"),
    (too_long, "words, limit 60"),
    (parting, "the last line is no cliffhanger: I am done with it. Thank you."),
    (same_twice, "this sentence is said twice"),
    (no_question, "the question is no question"),
]
THREE = {f"e{number}": spoil for number, (spoil, _) in enumerate(FAULTS[:3], 1)}


@pytest.mark.parametrize(("spoil", "told"), FAULTS, ids=[f[0].__name__ for f in FAULTS])
def test_each_fault_of_an_answer_is_found_and_named(rules: Series, tmp_path: Path, spoil: Answer, told: str) -> None:
    task = episode_tasks(Desk(NOBODY, Vault(tmp_path), Silent(), rules, None), rules)[1]
    answer = good_episode(rules, 2)
    sound, faults = choose(rules, task, [{"data": answer}])
    assert sound is not None and faults == []
    found, faults = choose(rules, task, [{"data": spoil(json.loads(json.dumps(answer)))}])
    assert found is None and any(told in fault for fault in faults)
    assert choose(rules, task, [{"data": {}}])[1] == ["the answer does not fit: 'question' is empty"]
    assert choose(rules, task, [])[1] == ["there was no answer"]


def labelled(finished: Finished, folder: Path) -> Vault:
    """A vault that has the finished bible and arc, and no episode."""
    for path in (finished[0].root / "takes" / "writing").iterdir():
        if not path.name.startswith("e0"):
            (folder / "writing").mkdir(exist_ok=True)
            shutil.copy(path, folder / "writing")
    return Vault(folder)


def test_faults_are_told_to_the_model_and_better_answers_stand(
    rules: Series, tmp_path: Path, finished: Finished
) -> None:
    writer, model = scripted_writer(rules, spoiled(rules, THREE, times=1))
    series = rewrite(rules, writer, labelled(finished, tmp_path))
    assert [step_of(text) for text in model.heard] == ["e1", "e2", "e3", "e1", "e2", "e3"]
    for (_, told), first, second in zip(FAULTS[:3], model.heard[:3], model.heard[3:], strict=True):
        assert told not in first and told in second and "Your last answer could not be used" in second
    assert made(series) == {"bible": (NAME, 1), "arc": (NAME, 1), **{f"e00{n}": (NAME, 2) for n in (1, 2, 3)}}
    assert all(not step.problem for step in series.steps) and check_series(series) == []


def test_after_the_last_attempt_the_rules_version_of_a_step_stands(
    rules: Series, tmp_path: Path, finished: Finished
) -> None:
    writer, _ = scripted_writer(rules, spoiled(rules, THREE))
    series = rewrite(rules, writer, labelled(finished, tmp_path))
    assert made(series) == {"bible": (NAME, 1), "arc": (NAME, 1), **{f"e00{n}": ("rules", 2) for n in (1, 2, 3)}}
    for (_, told), step, episode, before in zip(
        FAULTS[:3], series.steps[2:], series.episodes, rules.episodes, strict=True
    ):
        assert told in step.problem and list(episode.lines()) == list(before.lines())
        assert episode.title == good_arc(rules)[f"e{episode.number}"]["title"]
    assert check_series(series) == []


def test_steps_that_clash_only_together_go_back_to_the_rules(rules: Series, tmp_path: Path) -> None:
    told = read_premise(PREMISE, "en").nouns
    assert told and check_series(rules, read_premise(PREMISE, "en")) == []

    def without(prompt: str) -> Mapping[str, Any]:
        answer = json.dumps(good(rules)(prompt))
        for noun in told:
            answer = re.sub(noun, "woman", answer, flags=re.I)
        return json.loads(answer)

    writer, _ = scripted_writer(rules, without)
    series = rewrite(rules, writer, Vault(tmp_path))
    assert check_series(series, read_premise(PREMISE, "en")) == []
    returned = [step for step in series.steps if step.made_by == "rules"]
    assert 1 <= len(returned) < 5 and all("never appear" in step.problem for step in returned)


def test_a_colour_that_the_drawing_has_not_is_a_fault_of_the_bible(rules: Series, tmp_path: Path) -> None:
    task = bible_tasks(Desk(NOBODY, Vault(tmp_path), Silent(), rules, None), rules)[0]
    answer = good_bible(rules)
    who = rules.bible.characters[0]
    for colour, faults in ((who.design.outfit_colour, []), ("magenta", [f"{who.id}'s wardrobe says magenta, which"])):
        answer["characters"][who.id]["wardrobe"] = f"a {colour} gown of the court"
        found = choose(rules, task, [{"data": answer}])[1]
        assert len(found) == len(faults) and all(a.startswith(b) for a, b in zip(found, faults, strict=True))


def test_the_better_of_two_sound_candidates_is_chosen(rules: Series, tmp_path: Path) -> None:
    task = episode_tasks(Desk(NOBODY, Vault(tmp_path), Silent(), rules, None), rules)[0]
    own, copied = good_episode(rules, 1), good_episode(rules, 1)
    for told, line in zip(lines(copied), rules.episodes[0].lines(), strict=True):
        told["text"] = line.text
    for order in ([own, copied], [copied, own]):
        chosen, faults = choose(rules, task, [{"data": answer} for answer in order])
        assert chosen is not None and faults == []
        assert [x.text for x in chosen.episodes[0].lines()] == [x["text"] for x in lines(own)]


def test_a_random_model_leaves_a_faultless_series_to_the_rules_and_says_so(rules: Series, tmp_path: Path) -> None:
    series = rewrite(rules, tiny_writer(max_tokens=16, attempts=1), Vault(tmp_path))
    assert made(series) == {unit: ("rules", 1) for unit in ("bible", "arc", "e001", "e002", "e003")}
    assert all("was not finished after 16 tokens" in step.problem for step in series.steps)
    assert check_series(series) == [] and series.writer == NAME
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
    rules: Series, tmp_path: Path, finished: Finished
) -> None:
    cut, first = scripted_writer(rules, stopping(good(rules), "e2"), batch=1)
    with pytest.raises(Stopped):
        plan(ORDER, tmp_path, PROFILE, cut)
    assert [step_of(text) for text in first.heard] == ["bible", "arc", "e1", "e2"]
    assert (tmp_path / f".writing-{ORDER.identity}").is_dir()
    again, second = scripted_writer(rules, good(rules), batch=1)
    found, series, fresh = plan(ORDER, tmp_path, PROFILE, again)
    assert [step_of(text) for text in second.heard] == ["e2", "e3"]
    assert fresh and series == finished[1] == found.load()
    assert [p.name for p in tmp_path.iterdir()] == [found.root.name]


def test_the_answers_are_takes_of_the_series_with_their_recipe(rules: Series, finished: Finished) -> None:
    found, series, _ = finished
    records = [json.loads(p.read_text()) for p in (found.root / "takes" / "writing").glob("*.json.json")]
    assert {r["unit"] for r in records} == {step.unit for step in series.steps}
    assert all({"model", "version", "prompt", "schema", "seed", "attempt"} <= set(r["recipe"]) for r in records)
    assert all(r["rights"]["licence"] == "Apache-2.0" for r in records)
    assert found.root.name.startswith("the-crown-below-stairs-")
    silent, model = scripted_writer(rules, good(rules))
    assert plan(ORDER, found.root.parent, PROFILE, silent)[1:] == (series, False) and model.heard == []


def test_a_plan_that_was_stopped_while_it_was_put_in_its_folder_is_finished(
    rules: Series, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, finished: Finished
) -> None:
    def stop(*_: object) -> None:
        raise Stopped

    shutil.copytree(finished[0].root / "takes", tmp_path / f".writing-{ORDER.identity}" / "takes")
    writer, model = scripted_writer(rules, good(rules))
    with monkeypatch.context() as patch:
        patch.setattr("engine.planning.write_documents", stop)
        with pytest.raises(Stopped):
            plan(ORDER, tmp_path, PROFILE, writer)
    found, series, fresh = plan(ORDER, tmp_path, PROFILE, writer)
    assert fresh and model.heard == [] and found.load() == series == finished[1]
    assert [p.name for p in tmp_path.iterdir()] == [found.root.name]


def test_two_runs_of_one_order_do_not_write_side_by_side(rules: Series, tmp_path: Path) -> None:
    desk = tmp_path / f".writing-{ORDER.identity}"
    desk.mkdir()
    writer, _ = scripted_writer(rules, good(rules))
    with series_lock(desk), pytest.raises(UserError, match="is being worked on by"):
        plan(ORDER, tmp_path, PROFILE, writer)


def test_a_damaged_answer_on_disk_is_only_a_failed_attempt(rules: Series, tmp_path: Path, finished: Finished) -> None:
    shutil.copytree(finished[0].root / "takes", tmp_path, dirs_exist_ok=True)
    take = next(p for p in tmp_path.rglob("e003-*.json") if not p.name.endswith(".json.json"))
    take.write_text("#" * take.stat().st_size)
    writer, model = scripted_writer(rules, good(rules))
    series = rewrite(rules, writer, Vault(tmp_path))
    assert made(series)["e003"] == (NAME, 2) and [step_of(text) for text in model.heard] == ["e3"]
    assert "the stored answer is damaged" in model.heard[0]


def test_a_persons_own_script_is_not_rewritten(tmp_path: Path) -> None:
    script = "".join(f"{'JO' if n % 2 else 'ANN'}: Door number {n} hides the heir number {n}.\n" for n in range(20))
    order = Order(PREMISE, None, None, 1, script)
    assert plan(order, tmp_path, PROFILE, NOBODY)[1].steps == ()


# -- words over the plan


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_rules_own_words_pass_the_checks_that_a_model_must_pass(language: str) -> None:
    for premise in (PREMISE, "A CEO's secret daughter is kidnapped by her billionaire father's rival."):
        series = plan_series(premise, language, 8, 3)
        assert list(proofs.bible_faults(series, series)) == []
        for number in range(1, 9):
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
def test_the_plans_own_words_fit_every_schema_and_lay_down_the_plan(language: str, tmp_path: Path) -> None:
    series = plan_series("Zoë Łukasz, a nurse, is the real heiress.", language, 21, 4)
    desk = Desk(NOBODY, Vault(tmp_path), Silent(), series, None)
    for task in (*bible_tasks(desk, series), *arc_tasks(desk, series), *episode_tasks(desk, series)):
        answer = echo(series, task.unit, task.numbers)
        assert fits(answer, task.schema) == []
        assert task.lay(series, answer) == series and task.faults(series) == []
    pattern = overlays.episode_schema(series, 1)["properties"]["question"]["pattern"]
    assert not any(re.match(pattern, text) for text in ('a "quoted" word', "a {slot}", "two\nlines", "a<b>"))


def test_a_chinese_series_is_written_step_by_step_too(tmp_path: Path) -> None:
    series = plan_series("宫女才是真皇后。", "zh", 3, 1)

    def script(prompt: str) -> Mapping[str, Any]:
        step = step_of(prompt)
        return echo(series, step, (1, 2, 3) if step == "arc" else (int(step[1:]),) if step[0] == "e" else ())

    writer, model = scripted_writer(series, script)
    written = rewrite(series, writer, Vault(tmp_path))
    assert [step.made_by for step in written.steps] == [NAME] * 5
    assert written.model_copy(update={"steps": (), "writer": "rules"}) == series
    assert all("Chinese (Simplified" in text for text in model.heard)


def test_a_changed_emotion_takes_its_own_colour_of_voice_and_keeps_how_it_is_sent(rules: Series) -> None:
    line = next(x for e in rules.episodes for x in e.lines()).model_copy(update={"hearing": "flat, by phone"})
    changed = overlays._spoken(line, "Go.", "joy" if line.emotion != "joy" else "rage")
    assert changed.hearing == "by phone" and changed.valence != line.valence and changed.id == line.id
    assert overlays._spoken(line, "Go.", line.emotion).hearing == "flat, by phone"


def test_a_long_season_is_labelled_in_blocks_and_every_episode_once(tmp_path: Path) -> None:
    series = plan_series(PREMISE, "en", 45, 1)
    tasks = arc_tasks(Desk(NOBODY, Vault(tmp_path), Silent(), series, None), series)
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
