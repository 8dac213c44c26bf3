"""A whole season from a premise and a bible: plans it, retrying on dead ends, and returns arc, episodes, first facts."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from engine.core import Arc, Bible, Episode, Fact, Turn
from engine.story.bank import Bank, load_bank
from engine.story.planner import DeadEnd, plan_season
from engine.story.premise import Premise
from engine.story.shots import build_scene
from engine.story.slots import Binding, bind
from engine.story.state import Planned

ATTEMPTS = 12
FRESH_ATTEMPTS = 3
SEARCHES = 3  # after those: walks that take episodes back
PATIENCE = 150  # dead ends of such a walk
NOUNS_BY = 3  # every noun of the premise is seen by this episode


@dataclass(frozen=True)
class SeasonScript:
    """What the rule writer makes: the arc, every episode, and the world before episode 1."""

    arc: Arc
    episodes: tuple[Episode, ...]
    initial: tuple[Fact, ...]


def write_season(premise: Premise, bible: Bible, length: int, seed: int, faults: Sequence[str] = ()) -> SeasonScript:
    """Deterministic by its arguments; a line that one of `faults` (of an earlier attempt) quotes is not said again.

    Raises ValueError when the bank has no way through."""
    bank = load_bank(premise.language)
    threat = premise.threat.kind if premise.threat else ""
    problem = ""
    for attempt in range(ATTEMPTS + SEARCHES):
        binding = bind(premise, bible, bank, seed)
        try:
            plan, initial = plan_season(
                binding, bank, premise.engines(), premise.era, threat, length, seed + 7919 * attempt,
                tired=attempt >= FRESH_ATTEMPTS, patience=PATIENCE if attempt >= ATTEMPTS else 0,
            )  # fmt: skip
        except DeadEnd as dead:
            problem = str(dead)
            continue
        quoted = [line.text for p in plan for line in p.said if any(f.endswith(f": {line.text}") for f in faults)]
        if quoted:
            problem = f"it has only the faulty line {quoted[0]!r}"
            continue
        return _script(plan, initial, premise, bible, bank, binding, seed)
    raise ValueError(f"the rule writer found no way through this premise: {problem}")


def _script(
    plan: list[Planned], initial: list[Fact], premise: Premise, bible: Bible, bank: Bank, binding: Binding, seed: int
) -> SeasonScript:
    engines = premise.engines()
    paid = {p.paid.episode: (p.step.episode, p.paid_event) for p in plan if p.paid}
    rng = random.Random(f"shots-{seed}")
    episodes = tuple(_episode(p, paid.get(p.step.episode), rng) for p in plan)
    episodes = _shown(episodes, _missing(premise, bible, episodes), bank)
    turns = tuple(Turn(beat=b, episode=p.step.episode, summary=p.synopsis) for p in plan for b in p.step.beats)
    question = binding.fill(bank.phrases["questions"][engines[0]])
    arc = Arc(engine=engines[0], second_engine=engines[1], question=question, turns=turns)
    return SeasonScript(arc, episodes, tuple(initial))


def _episode(planned: Planned, paid: tuple[int, str] | None, rng: random.Random) -> Episode:
    scene = build_scene(planned, rng)
    cliff = planned.cliff
    if paid:
        cliff = cliff.model_copy(update={"paid_in": paid[0], "paid_by": paid[1], "due": max(cliff.due, paid[0])})
    beats = planned.step.beats
    return Episode(
        number=planned.step.episode,
        title=planned.title,
        synopsis=planned.synopsis,
        beat=beats[-1] if beats else None,
        gap="" if beats else planned.template.step,
        scenes=(scene,),
        changes=planned.changes,
        cliffhanger=cliff,
    )


def _missing(premise: Premise, bible: Bible, episodes: tuple[Episode, ...]) -> list[str]:
    """Nouns of the premise that neither the bible nor any episode holds."""
    text = (bible.model_dump_json() + "".join(e.model_dump_json() for e in episodes)).lower()
    return [noun for noun in premise.nouns if noun.lower() not in text]


def _shown(episodes: tuple[Episode, ...], nouns: list[str], bank: Bank) -> tuple[Episode, ...]:
    """The first episodes with those nouns put at the edge of their wide shots: what a premise names is seen."""
    changed = list(episodes)
    for i, noun in enumerate(nouns):
        index = i % min(NOUNS_BY, len(episodes))
        scene = changed[index].scenes[0]
        at = next(k for k, shot in enumerate(scene.shots) if not shot.lines)
        at = next((k for k, shot in enumerate(scene.shots) if shot.size == "wide"), at)
        action = bank.phrases["words"]["act_extra"].format(action=scene.shots[at].action, noun=noun)
        shots = (*scene.shots[:at], scene.shots[at].model_copy(update={"action": action}), *scene.shots[at + 1 :])
        scenes = (scene.model_copy(update={"shots": shots}), *changed[index].scenes[1:])
        changed[index] = changed[index].model_copy(update={"scenes": scenes})
    return tuple(changed)
