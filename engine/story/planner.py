"""The season planner: walks the layout, picks scenes whose needs hold, keeps the debt ledger; takes episodes back when a
later one finds no scene. Words come from realise."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from engine.core import Change, Cliffhanger, Fact
from engine.story.bank import Bank, Button, ChangeSpec, SceneTemplate, Spoken, parse_change
from engine.story.effects import effects
from engine.story.engines import ARENA, GAPS, Step, lay_out, stand_ins
from engine.story.realise import GRAM_LIMIT, TIRED_GRAM_LIMIT, Memory, Said, realise
from engine.story.selection import CLIFF_REST, buttons, choose_kit, choose_place, passable, payments, ranked, reserve
from engine.story.slots import Binding, title_case
from engine.story.state import TEMPLATE_REST, Debt, Planned, Season
from engine.story.world import World, counts, violations
from models.words import count

FRESH_REST = 40  # a gap scene comes back after so many episodes, as long as others are left
BRIDGE = 0.4  # how often a captive lead gets out at the first chance
MIN_CHANGES = 3
AFTER_REST = 1  # the few scenes after the face-off may come back sooner
TRIALS = 14  # templates tried per episode before the step is relaxed
SYNOPSIS_LIMIT = {"en": 16, "zh": 40}


class DeadEnd(Exception):
    """No scene fits here; the caller plans again with another seed."""


def plan_season(
    binding: Binding, bank: Bank, engines: tuple[str, str], era: str, threat: str, length: int, seed: int,
    tired: bool = False, patience: int = 0,
) -> tuple[list[Planned], list[Fact]]:  # fmt: skip
    """Every episode decided, and the facts that hold before the first. Raises DeadEnd when the bank runs dry.

    `tired` lets a run of words come back more often: for seasons that found no way under the first limit. `patience` is
    how many dead ends may be left by taking an episode back and telling it another way; with any, a merged episode may
    also play another of its beats, and an episode that no scene suits one meant for other threats. 0 stops at the first dead end."""
    rng = random.Random(f"plan-{seed}-{length}")
    initial = _initial(binding)
    memory = Memory(binding.language, binding.names(), gram_limit=TIRED_GRAM_LIMIT if tired else GRAM_LIMIT)
    season = Season(binding, bank, engines, era, threat, rng, memory, World.of(initial), initial)
    steps = lay_out(length, seed)
    if not patience and not passable(season, steps):
        raise DeadEnd("the turning points leave no kind of cliffhanger free")
    season = _walk(season, steps, patience)
    return season.done, season.initial


def _walk(season: Season, steps: Sequence[Step], patience: int) -> Season:
    """The season after its last step: depth first, the first way of every episode that leads to the end."""
    searching = patience > 0
    trail = [(season, _ways(season, steps, 0, searching))]
    while True:
        season, ways = trail[-1]
        try:
            planned = next(ways)
        except DeadEnd:
            trail.pop()
            patience -= 1
            if patience < 0 or not trail:
                raise
            continue
        season = season.copy() if searching else season
        _commit(season, planned)
        if len(trail) == len(steps):
            return season
        trail.append((season, _ways(season, steps, len(trail), searching)))


def _initial(binding: Binding) -> list[Fact]:
    """Where everybody and everything is before episode 1, and who knows what."""
    ids = {letter: who.id for letter, who in binding.roles.items()}
    home, seat = binding.places["home"].id, binding.places["seat"].id
    spots = {"L": home, "A": home, "N": home, "R": seat, "T": seat, "U": seat}
    facts = [Fact(predicate="at", subject=ids[letter], object=place) for letter, place in spots.items()]
    facts += [Fact(predicate="holds", subject=p.holder, object=p.id) for p in binding.props.values() if p.holder]
    known = [("T", "deed"), ("T", "sale"), ("T", "limit"), ("L", "power"), ("L", "limit"), ("L", "secret")]
    facts += [Fact(predicate="knows", subject=ids[who], object=what, value="before") for who, what in known]
    warm = [("L", "U", 1), ("L", "T", 1), ("U", "T", 2), ("L", "R", -1), ("R", "L", -1), ("A", "N", 2)]
    facts += [Fact(predicate="warmth", subject=ids[a], object=ids[b], value=str(n)) for a, b, n in warm]
    ranks = {"L": 0, "R": 3, "A": 1, "T": 2, "U": 4, "N": 0}
    facts += [Fact(predicate="rank", subject=ids[letter], value=str(n)) for letter, n in ranks.items()]
    return [*facts, Fact(predicate="clock", subject="season", value="40")]


# -- one episode


def _ways(season: Season, steps: Sequence[Step], index: int, searching: bool) -> Iterator[Planned]:
    """Every way to tell one episode, best first, each scene once a kind of cliffhanger. Raises DeadEnd after the last."""
    step = steps[index]
    season.reserved = reserve(season, steps[index + 1 : index + 1 + CLIFF_REST])
    told: set[tuple[str, str]] = set()
    relaxations = [*_relaxations(season, step)]
    if searching:
        relaxations += [((kind,), TEMPLATE_REST) for kind in stand_ins(step)]
    for suiting, (kinds, rest), keep in product((True, False) if searching else (True,), relaxations, (True, False)):
        if told and not suiting:
            break
        season.suiting, season.sparing, season.rest = suiting, keep, rest
        templates = ranked(season, step, kinds)
        for template in templates[:TRIALS]:
            yield from _tellings(season, step, template, told)
    raise DeadEnd(f"episode {step.episode}: no scene for {step.kind}")


def _relaxations(season: Season, step: Step) -> Iterator[tuple[tuple[str, ...], int]]:
    """Kinds of scene, and how long such a scene must have rested: the step asked for, then what may stand in for it."""
    captive = bool(season.world.captor(season.binding.roles["L"].id))
    if captive and step.kind not in ("B0", "B1", "B2") and step.kind not in GAPS:
        raise DeadEnd("the lead is still captive")
    if captive and step.kind in GAPS and (season.rng.random() < BRIDGE or step.episode > 2):
        yield ("bridge",), TEMPLATE_REST
    if step.kind in GAPS:
        yield (step.kind,), FRESH_REST
        yield GAPS, FRESH_REST
    yield (step.kind,), TEMPLATE_REST
    if step.kind == "after":
        yield (step.kind,), AFTER_REST
    if not step.beats and (step.kind != "after" or season.engines[0] == "inquiry"):
        yield GAPS, TEMPLATE_REST
        yield ARENA, TEMPLATE_REST
        yield ("bridge",), TEMPLATE_REST


def _tellings(season: Season, step: Step, template: SceneTemplate, told: set[tuple[str, str]]) -> Iterator[Planned]:
    """The ways to play one scene now; `told` holds the scenes and kinds of cliffhanger already given, and grows."""
    place = choose_place(season, template)
    binding = season.binding.at(place, choose_kit(season, step))
    for debt, pay in payments(season, template):
        for button in buttons(season, template):
            if (template.id, button.kind) in told:
                continue
            spoken = _aside(pay, debt)
            said = realise(
                template, button, spoken, binding, season.memory, step.episode, season.rng, season.bank
            )  # fmt: skip
            if said:
                planned = _assemble(season, step, template, button, binding, place, said, debt, spoken)
                if planned:
                    told.add((template.id, button.kind))
                    yield planned


def _aside(pay: Spoken | None, debt: Debt | None) -> Spoken | None:
    """The pay line with the kit words of the episode that asked already filled in."""
    if not pay or not debt:
        return None
    scene = debt.binding.scene
    nouns = debt.binding.nouns
    words = [w.replace("{place}", nouns[scene["place"]]) for w in pay.wordings]
    for name in ("event", "thing", "keeper", "rule", "test", "prize", "slur", "lever"):
        words = [w.replace(f"{{{name}}}", str(scene.get(name, ""))) for w in words]
    delivery = "phone" if pay.delivery == "phone" else pay.delivery
    return Spoken(pay.speaker, pay.function, pay.emotion, delivery, tuple(words))


def _assemble(
    season: Season,
    step: Step,
    template: SceneTemplate,
    button: Button,
    binding: Binding,
    place: str,
    said: list[Said],
    debt: Debt | None,
    pay: Spoken | None,
) -> Planned | None:
    """Resolve the changes against the world; None when an invariant would break or too little would change."""
    specs: list[tuple[ChangeSpec, Binding, int | None]] = []
    if debt:
        specs.append((debt.button.paid, debt.binding, 0 if pay else None))
    for spec in [*template.changes, *_owed(season, step)]:
        specs.append((spec, binding, _carrier(said, spec.line)))
    played = _changes(season, step, template, place, specs)
    synopsis = _fresh(season, [binding.fill(s) for s in template.synopsis], season.synopses)
    if played is None or synopsis is None:
        return None
    changes, extra = played
    titles = [title_case(binding.fill(t), binding.language) for t in template.title]
    title = _fresh(season, titles, season.titles) or titles[0]
    due = step.episode + 1
    cliff = Cliffhanger(
        kind=button.kind, question=binding.fill(button.ask), answers=tuple(binding.fill(a) for a in button.answers),
        due=due, strength=button.strength,
    )  # fmt: skip
    event = _paid_event(debt) if debt else ""
    return Planned(
        step, template, binding, place, tuple(said), debt, event, tuple(changes), cliff, title, synopsis, tuple(extra)
    )


def _carrier(said: Sequence[Said], number: int) -> int | None:
    """Index of the spoken line that carries a change: the template's line, or the next that was kept."""
    if number == 0:
        return None
    return next((i for i, line in enumerate(said) if line.source >= number), len(said) - 1)


def _paid_event(debt: Debt) -> str:
    """What paid a debt, in words."""
    return debt.binding.fill(debt.button.paid.event)


def _fresh(season: Season, wordings: list[str], taken: set[str]) -> str | None:
    fits = [
        w
        for w in wordings
        if w not in taken and count(w, season.binding.language) <= SYNOPSIS_LIMIT[season.binding.language]
    ]
    return season.rng.choice(fits) if fits else None


def _owed(season: Season, step: Step) -> list[ChangeSpec]:
    """What the beats of a merged episode must leave behind, told as events between the scenes."""
    table: Mapping[str, list[str]] = season.bank.phrases.get("owed", {})
    return [parse_change(row, line=0) for beat in step.beats for row in table.get(f"B{beat}", ())]


def _changes(
    season: Season,
    step: Step,
    template: SceneTemplate,
    place: str,
    specs: Sequence[tuple[ChangeSpec, Binding, int | None]],
) -> tuple[list[Change], list[Fact]] | None:
    """Resolved changes in order and the facts that must have held from the start; None when a rule would break."""
    extra: list[Fact] = []
    world = season.world
    done: list[Change] = []
    arrival = _arrival(season, template, place)
    if arrival:
        if any(violations(world, arrival)):
            return None
        world = world.apply(arrival)
        done.append(arrival)
    solid = 0
    for spec, binding, line in specs:
        adds, removes, before = effects(world, binding, spec, step.episode)
        for fact in before:
            extra.append(fact)
            world = World.of([*world.facts.values(), fact])
        if not adds and not removes:
            continue
        change = Change(
            event=binding.fill(spec.event), adds=tuple(adds), removes=tuple(removes), line=line, irreversible=spec.irreversible
        )  # fmt: skip
        if any(violations(world, change)):
            return None
        solid += counts(world, change)
        world = world.apply(change)
        done.append(change)
    enough = solid >= MIN_CHANGES and any(c.irreversible for c in done)
    return (done, extra) if enough else None


def _arrival(season: Season, template: SceneTemplate, place: str) -> Change | None:
    """Everybody who is seen, or heard at the door, comes to the scene's place."""
    people = [season.binding.roles[x] for x in template.people if x not in template.distant]
    movers = [p for p in people if season.world.place(p.id) != place]
    if not movers:
        return None
    movers.sort(key=lambda p: p.role == "lead")  # a captor arrives before the captive
    words = season.bank.phrases["words"]
    names = words["and"].join(p.name for p in movers)
    event = words["arrive"].format(names=names, place=season.binding.nouns[place])
    return Change(event=event, adds=tuple(Fact(predicate="at", subject=p.id, object=place) for p in movers))


def _commit(season: Season, planned: Planned) -> None:
    episode = planned.step.episode
    season.initial += planned.before
    before = {(f.predicate, f.subject, f.object) for f in season.world.facts.values()}
    late = [f for f in season.initial if (f.predicate, f.subject, f.object) not in before and f.value == "before"]
    season.world = World.of([*season.world.facts.values(), *late])
    for change in planned.changes:
        season.world = season.world.apply(change)
    season.memory.remember(planned.said, episode)
    season.uses[planned.template.id] += 1
    season.last_use[planned.template.id] = episode
    season.synopses.add(planned.synopsis)
    season.titles.add(planned.title)
    if planned.paid:
        season.debts.remove(planned.paid)
    button = next(b for b in planned.template.buttons if b.kind == planned.cliff.kind)
    season.debts.append(Debt(episode, button, planned.binding, planned.cliff.due))
    season.done.append(planned)
