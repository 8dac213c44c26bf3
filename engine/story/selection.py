"""Choosing for one episode: which scenes fit the world, where they play, how they end and which debt they pay."""

from __future__ import annotations

from collections.abc import Sequence

from engine.story.bank import Button, SceneTemplate, Spoken
from engine.story.effects import meets
from engine.story.engines import ARENA, SECOND_ENGINE_BEATS, Step
from engine.story.state import Debt, Kit, Season
from engine.story.told import OLD_ERAS

CLIFF_REST = 2  # episodes before a kind of cliffhanger may come again
PLACE_RUN = 3  # most episodes running in one place
ELSEWHERE = 0.7  # how often a scene moves on when the last one played in the same place


def ranked(season: Season, step: Step, kinds: Sequence[str]) -> list[SceneTemplate]:
    """Templates that may be played now, best first."""
    found = [t for t in season.bank.scenes if t.step in kinds and _fits(season, step, t)]
    return sorted(found, key=lambda t: -_score(season, step, t))


def passable(season: Season, steps: Sequence[Step]) -> bool:
    """Whether the kinds of cliffhanger leave a way through, whatever happens: False means that no walk can succeed."""
    ways: set[tuple[str, ...]] = {()}  # the last kinds of every way so far
    for step in steps:
        scenes = [t for t in season.bank.scenes if t.step == step.kind or not step.beats]
        kinds = {b.kind for t in scenes if _suits(season, step, t) for b in t.buttons}
        ways = {(*way, kind)[-CLIFF_REST:] for way in ways for kind in kinds if kind not in way}
    return bool(ways)


def _fits(season: Season, step: Step, template: SceneTemplate) -> bool:
    if not _suits(season, step, template):
        return False
    if step.episode - season.last_use.get(template.id, -99) <= season.rest:
        return False
    wishes = ("?",) if season.suiting else ("?", "!threat")
    return _reachable(season, template) and all(
        meets(season.world, season.binding, n, season.threat) for n in template.needs if not n.startswith(wishes)
    )


def _suits(season: Season, step: Step, template: SceneTemplate) -> bool:
    """Whether a scene may play in this premise and act at all."""
    lead, second = season.engines
    if template.engines and not {lead, second} & set(template.engines):
        return False
    if not template.engines and lead == "inquiry" and template.step not in ARENA:
        return False
    if template.eras and season.era not in template.eras:
        return False
    if template.acts and step.act not in template.acts:
        return False
    return not (template.distant and season.era in OLD_ERAS)


def _reachable(season: Season, template: SceneTemplate) -> bool:
    """A captive lead appears only with the captor; others come and go."""
    captor = season.world.captor(season.binding.roles["L"].id)
    if not captor or "L" not in template.people:
        return not any(n.startswith("captive L") for n in template.needs) or bool(captor)
    return any(n.startswith("captive L") for n in template.needs) or template.step == "bridge"


def _score(season: Season, step: Step, template: SceneTemplate) -> float:
    score = season.rng.uniform(0, 3)
    lead, second = season.engines
    lent = any(b in SECOND_ENGINE_BEATS for b in step.beats)
    score += 4.0 * (lead in template.engines) + (4.0 if lent else 1.5) * (second in template.engines)
    score += 3 * sum(_wish(season, n) for n in template.needs)
    score -= 4 * season.uses[template.id]
    score += 1.5 if any(p.speaker in template.people for d in season.debts for p in d.button.pay) else 0
    if season.done:
        before = season.done[-1].template
        score -= 1.5 if set(before.cast) == set(template.cast) else 0
        score -= 1.0 if before.mood == template.mood else 0
    return score


def _wish(season: Season, need: str) -> bool:
    """Whether a scene suits the premise: a met 'threat ...' need, or a met wish ('?threat ...')."""
    plain = need.removeprefix("?")
    return plain.startswith(("threat", "gift")) and meets(season.world, season.binding, plain, season.threat)


def choose_kit(season: Season, step: Step) -> Kit:
    """The arena's kit, or the next one of the shuffled deck."""
    if step.arena and step.arena in season.arena_kits:
        return season.arena_kits[step.arena]
    if not season.kits:
        season.kits = [k for k in season.bank.kits if not k.get("eras") or season.era in k["eras"]]
        season.rng.shuffle(season.kits)
    kit = season.kits.pop()
    if step.arena:
        season.arena_kits[step.arena] = kit
    return kit


def choose_place(season: Season, template: SceneTemplate) -> str:
    """Where the scene plays: where it usually does, or elsewhere; never more than three running in one place."""
    recent = [p.place for p in season.done[-PLACE_RUN:]]
    stuck = recent[0] if len(recent) == PLACE_RUN and len(set(recent)) == 1 else ""
    lead = season.binding.roles["L"].id
    wanted = list(season.binding.elsewhere[template.where]) if template.where else []
    captor = season.world.captor(lead)
    if captor and "L" in template.cast and ("R" not in template.cast or not wanted):
        wanted = [season.world.place(lead)]
    fitting = [place for place in wanted if place != stuck]
    if len(fitting) > 1 and fitting[0] in recent[-1:] and season.rng.random() < ELSEWHERE:
        return fitting[1]
    if fitting:
        return fitting[0]
    others = sorted({loc.id for loc in season.binding.places.values()} - set(recent[-1:]) - {stuck})
    return season.rng.choice(others)


def buttons(season: Season, template: SceneTemplate) -> list[Button]:
    recent = {p.cliff.kind for p in season.done[-CLIFF_REST:]}
    found = [b for b in template.buttons if b.kind not in recent]
    season.rng.shuffle(found)
    return [b for b in found if b.kind not in season.reserved] if season.sparing else found


def reserve(season: Season, steps: Sequence[Step]) -> set[str]:
    """Kinds of cliffhanger that turning points within the next two episodes will want."""
    kinds = [step.kind for step in steps if step.beats]
    return {b.kind for t in season.bank.scenes if t.step in kinds for b in t.buttons}


def payments(season: Season, template: SceneTemplate) -> list[tuple[Debt | None, Spoken | None]]:
    """Ways to open: the oldest debt paid by somebody present, else by a silent event."""
    if not season.debts:
        return [(None, None)]
    debt = season.debts[0]
    spoken = [p for p in debt.button.pay if p.speaker in template.cast]
    spoken += [p for p in debt.button.pay if p.speaker in template.phone]
    season.rng.shuffle(spoken)
    spoken.sort(key=lambda p: p.speaker == template.lines[0].speaker)
    return [*((debt, p) for p in spoken), (debt, None)]
