"""The writing steps of a language model: bible, arc and episodes, each written over a season that the rules planned.

What happens, to whom and when is the plan's; the words are the model's. Every answer is a take, so a stopped run goes on
where it was. Answers that break a rule are asked for again with the rule; a step that never keeps them stays the
rules'. Knows no model: a writer gives candidates, this chooses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any, cast

from engine.batching import Job, Progress, Silent, build
from engine.core import Series, WrittenStep
from engine.story import outlines, overlays, proofs
from engine.story.checks import HOOK_LIMITS, LINE_WIDTH, SYNOPSIS_LIMITS, Fault, check_episode, check_series
from engine.story.premise import Premise, read_premise
from engine.vault import Made, Vault, canonical, fingerprint
from models.base import CandidateWriter, Cost, WriteRequest
from models.words import LIMITS

STAGE = "writing"
BLOCK = 20
"""Episodes whose titles and synopses are written in one answer."""
FAULTS_TOLD = 4
FAULT_LENGTH = 160
SEED_BITS = 31


@dataclass(frozen=True)
class Task:
    """One step to write: what is asked, how an answer is laid over the series, what is wrong with it, how good it is.

    `numbers` are the episodes that it writes about."""

    unit: str
    step: str
    numbers: tuple[int, ...]
    schema: Mapping[str, Any]
    prompt: str
    lay: Callable[[Series, Mapping[str, Any]], Series]
    faults: Callable[[Series], list[str]]
    score: Callable[[Series], float]


@dataclass(frozen=True)
class Desk:
    """Where a series is written: by whom, over which plan, and where answers are kept."""

    writer: CandidateWriter
    vault: Vault
    progress: Progress
    plan: Series
    premise: Premise | None  # None where the plan itself leaves out words of the premise


def rewrite(plan: Series, writer: CandidateWriter, vault: Vault, progress: Progress | None = None) -> Series:
    """The plan in the model's words, faultless by `check_series`; `steps` says who wrote what and why."""
    premise = read_premise(plan.premise, plan.language)
    desk = Desk(writer, vault, progress or Silent(), plan, None if check_series(plan, premise) else premise)
    series, steps, tasks = plan, list[WrittenStep](), list[Task]()
    for tasks_of in (bible_tasks, arc_tasks, episode_tasks):
        round_ = tasks_of(desk, series)
        series, written = _write_round(desk, series, round_)
        steps += written
        tasks += round_
    series, steps = _settled(desk, series, tasks, steps)
    return series.model_copy(update={"writer": writer.name, "steps": tuple(steps)})


# -- what is asked


def bible_tasks(desk: Desk, series: Series) -> list[Task]:
    prompt = fill(
        "bible",
        premise=series.premise,
        cast=outlines.cast_text(series),
        events=outlines.events_text(series),
        language=outlines.LANGUAGES[series.language],
    )
    return [
        Task(
            "bible", "bible", (), overlays.bible_schema(series), prompt, overlays.with_bible,
            lambda found: [*proofs.bible_faults(desk.plan, found), *_rule_faults(desk, found)],
            lambda found: proofs.bible_score(desk.plan, found),
        )
    ]  # fmt: skip


def arc_tasks(desk: Desk, series: Series) -> list[Task]:
    """One task a block of episodes, so that a long season does not outgrow an answer."""
    starts = range(1, series.length + 1, BLOCK)
    return [_arc_task(desk, series, tuple(range(at, min(at + BLOCK, series.length + 1)))) for at in starts]


def _arc_task(desk: Desk, series: Series, numbers: tuple[int, ...]) -> Task:
    prompt = fill(
        "arc",
        cast=outlines.cast_text(series),
        season=outlines.season_text(series),
        events=outlines.events_text(series),
        language=outlines.LANGUAGES[series.language],
        synopsis=str(SYNOPSIS_LIMITS[series.language]),
        unit=outlines.SHOWN_WORDS[series.language],
        numbers=f"{numbers[0]} to {numbers[-1]}",
    )

    def faults(found: Series) -> list[str]:
        told = [e for e in found.episodes if e.number in numbers]
        groups = [("titles and synopses", [text for e in told for text in (e.title, e.synopsis)])]
        return [*proofs.tongue_faults(found, groups), *_rule_faults(desk, found)]

    return Task(
        "arc" if numbers[0] == 1 else f"arc_e{numbers[0]:03d}", "arc", numbers,
        overlays.arc_schema(series, numbers), prompt, lambda now, data: overlays.with_arc(now, data, numbers), faults,
        lambda found: proofs.arc_score(desk.plan, found, numbers),
    )  # fmt: skip


def episode_tasks(desk: Desk, series: Series) -> list[Task]:
    """One task an episode; their prompts differ only at the end."""
    language = series.language
    head: dict[str, str] = {
        "cast": outlines.cast_text(series),
        "season": outlines.season_text(series),
        "language": outlines.LANGUAGES[language],
        "unit": outlines.SHOWN_WORDS[language],
        "hook": str(HOOK_LIMITS[language]),
        "width": str(LINE_WIDTH[language]),
        "budget": str(LIMITS[language]),
    }
    return [_episode_task(desk, series, e.number, head) for e in series.episodes]


def _episode_task(desk: Desk, series: Series, number: int, head: Mapping[str, str]) -> Task:
    def faults(found: Series) -> list[str]:
        episode = found.episodes[number - 1]
        rules = [fault.message for fault in check_episode(found, episode)]
        return [*rules, *proofs.episode_faults(desk.plan, found, number)]

    return Task(
        f"e{number:03d}", "episode", (number,), overlays.episode_schema(series, number),
        fill("episode", **head, outline=outlines.episode_text(series, number)),
        lambda now, data: overlays.with_episode(now, data, number), faults,
        lambda found: proofs.episode_score(desk.plan, found, number),
    )  # fmt: skip


def _rule_faults(desk: Desk, found: Series) -> list[str]:
    return [fault.message for fault in check_series(found, desk.premise)]


def fill(name: str, **values: str) -> str:
    """A prompt of engine/prompts with every placeholder filled. ValueError when one is missing or too many."""
    template = Template((resources.files("engine") / "prompts" / f"{name}.md").read_text(encoding="utf-8"))
    wanted = set(template.get_identifiers())
    if wanted != set(values):
        raise ValueError(f"prompt {name}.md wants {sorted(wanted)}, got {sorted(values)}")
    return template.substitute(values)


# -- asking, choosing, asking again


def _write_round(desk: Desk, series: Series, tasks: Sequence[Task]) -> tuple[Series, list[WrittenStep]]:
    """All tasks of a step, asked side by side; those whose answers have faults are asked again with them."""
    problems: dict[str, list[str]] = {}
    attempts = {task.unit: 0 for task in tasks}
    waiting = list(tasks)
    for attempt in range(desk.writer.attempts):
        answers = _ask(desk, waiting, problems, attempt)
        for task in list(waiting):
            attempts[task.unit] += 1
            better, faults = choose(series, task, answers[task.unit])
            problems[task.unit] = faults
            if better is not None:
                series = better
                waiting.remove(task)
        if not waiting:
            break
    left = {task.unit for task in waiting}
    return series, [_step(desk, unit, attempts[unit], problems[unit] if unit in left else []) for unit in attempts]


def _step(desk: Desk, unit: str, attempts: int, problems: Sequence[str]) -> WrittenStep:
    made_by = "rules" if problems else desk.writer.name
    return WrittenStep(unit=unit, made_by=made_by, attempts=attempts, problem="; ".join(problems)[:400])


def choose(series: Series, task: Task, answers: Sequence[Mapping[str, Any]]) -> tuple[Series | None, list[str]]:
    """The series with the best answer that has no fault; or None and the faults of the answer that has fewest."""
    sound: list[tuple[float, Series]] = []
    least: list[str] = []
    for answer in answers:
        found, faults = _judged(series, task, answer)
        if found is not None and not faults:
            sound.append((task.score(found), found))
        elif not least or len(faults) < len(least):
            least = faults
    if sound:
        return max(sound, key=lambda pair: pair[0])[1], []
    return None, [fault[:FAULT_LENGTH] for fault in (least or ["there was no answer"])[:FAULTS_TOLD]]


def _judged(series: Series, task: Task, answer: Mapping[str, Any]) -> tuple[Series | None, list[str]]:
    if answer.get("problem"):
        return None, [str(answer["problem"])]
    try:
        found = task.lay(series, cast(Mapping[str, Any], answer["data"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:  # pydantic's ValidationError is a ValueError
        return None, [f"the answer does not fit: {' '.join(str(error).split())}"]
    return found, task.faults(found)


def _ask(
    desk: Desk, tasks: Sequence[Task], problems: Mapping[str, Sequence[str]], attempt: int
) -> dict[str, list[Mapping[str, Any]]]:
    """The candidates of each task, from the vault or from the writer."""
    requests = [_request(desk, task, problems.get(task.unit, ()), attempt) for task in tasks]
    jobs = [
        Job(task.unit, _recipe(desk, request, attempt), ".json", request)
        for task, request in zip(tasks, requests, strict=True)
    ]
    label = tasks[0].step if not attempt else f"{tasks[0].step}, attempt {attempt + 1}"
    takes = build(desk.vault, STAGE, jobs, lambda missing: _made(desk, missing), desk.progress, label)
    return {unit: _read(take.path) for unit, take in takes.items()}


def _request(desk: Desk, task: Task, problems: Sequence[str], attempt: int) -> WriteRequest:
    plan = desk.plan
    faults = "\n".join(f"- {problem}" for problem in problems)
    return WriteRequest(
        step=task.step,
        context={"unit": task.unit, "attempt": attempt},
        schema=task.schema,
        language=plan.language,
        seed=int(fingerprint(plan.seed, task.unit, attempt), 16) % 2**SEED_BITS,
        budget=LIMITS[plan.language],
        system=fill("system", language=outlines.LANGUAGES[plan.language]),
        prompt=task.prompt + (fill("retry", faults=faults) if problems else ""),
    )


def _recipe(desk: Desk, request: WriteRequest, attempt: int) -> dict[str, Any]:
    return {
        "model": desk.writer.name,
        "version": desk.writer.version,
        "step": request.step,
        "attempt": attempt,
        "seed": request.seed,
        "prompt": fingerprint(request.system, request.prompt),
        "schema": fingerprint(request.schema),
    }


def _made(desk: Desk, requests: Sequence[WriteRequest]) -> Iterator[Made]:
    for answers in desk.writer.write_candidates(requests):
        data = [{"problem": a.problem} if a.problem else {"data": a.data} for a in answers]
        costs = [a.cost for a in answers]
        total = Cost(
            sum(c.gpu_seconds for c in costs),
            sum(c.core_seconds for c in costs),
            max((c.peak_bytes for c in costs), default=0),
        )
        yield Made(_writes(canonical(data)), desk.writer.name, asdict(desk.writer.rights), asdict(total))


def _writes(text: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_text(text + "\n", encoding="utf-8")

    return write


def _read(path: Path) -> list[Mapping[str, Any]]:
    """The candidates of a take; one that is no longer what was written is a problem like any other."""
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
        return [cast(Mapping[str, Any], a) for a in data if isinstance(a, Mapping)]
    except (ValueError, TypeError):
        return [{"problem": "the stored answer is damaged"}]


# -- the whole


def _settled(
    desk: Desk, series: Series, tasks: Sequence[Task], steps: list[WrittenStep]
) -> tuple[Series, list[WrittenStep]]:
    """What is sound step by step may clash as a whole: the step that a fault names goes back to the rules, until there
    is no fault. At worst that is the plan itself, which has none."""
    own = {step.unit for step in steps if step.made_by != "rules"}
    while own and (faults := check_series(series, desk.premise)):
        task = _blamed(desk, series, [t for t in tasks if t.unit in own], faults[0])
        series = overlays.restored(series, desk.plan, task.unit, task.numbers)
        own.remove(task.unit)
        why = f"with the other steps: {faults[0].message}"
        steps = [_returned(step, why) if step.unit == task.unit else step for step in steps]
    return series, steps


def _returned(step: WrittenStep, problem: str) -> WrittenStep:
    return step.model_copy(update={"made_by": "rules", "problem": problem[:400]})


def _blamed(desk: Desk, series: Series, tasks: Sequence[Task], fault: Fault) -> Task:
    """The model's step without which there is no such fault: those of its episode first, then the latest."""
    likely = sorted(reversed(tasks), key=lambda task: fault.episode not in task.numbers)
    for task in likely:
        without = overlays.restored(series, desk.plan, task.unit, task.numbers)
        if fault.message not in _rule_faults(desk, without):
            return task
    return likely[0]
