"""A whole season from a premise and a bible: plans it, retrying on dead ends, and returns arc, episodes, first facts."""

from __future__ import annotations

import random
from dataclasses import dataclass

from engine.core import Arc, Bible, Episode, Fact, Turn
from engine.story.bank import Bank, load_bank
from engine.story.planner import DeadEnd, Planned, plan_season
from engine.story.premise import Premise
from engine.story.shots import build_scene
from engine.story.slots import Binding, bind

ATTEMPTS = 12


@dataclass(frozen=True)
class SeasonScript:
    """What the rule writer makes: the arc, every episode, and the world before episode 1."""

    arc: Arc
    episodes: tuple[Episode, ...]
    initial: tuple[Fact, ...]


def write_season(premise: Premise, bible: Bible, length: int, seed: int) -> SeasonScript:
    """Deterministic by premise, bible, length and seed. Raises ValueError when the bank has no way through."""
    bank = load_bank(premise.language)
    engines = premise.engines()
    threat = premise.threat.kind if premise.threat else ""
    problem = ""
    for attempt in range(ATTEMPTS):
        binding = bind(premise, bible, bank, seed)
        try:
            plan, initial = plan_season(binding, bank, engines, premise.era, threat, length, seed + 7919 * attempt)
        except DeadEnd as dead:
            problem = str(dead)
            continue
        return _script(plan, initial, engines, bank, binding, seed)
    raise ValueError(f"the rule writer found no way through this premise: {problem}")


def _script(
    plan: list[Planned], initial: list[Fact], engines: tuple[str, str], bank: Bank, binding: Binding, seed: int
) -> SeasonScript:
    paid = {p.paid.episode: (p.step.episode, p.paid_event) for p in plan if p.paid}
    rng = random.Random(f"shots-{seed}")
    episodes = tuple(_episode(p, paid.get(p.step.episode), rng) for p in plan)
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
