"""The bank's fact words against a world: which needs hold, and which facts a change adds and removes. No prose."""

from __future__ import annotations

import re

from engine.core import Fact
from engine.story.bank import ChangeSpec
from engine.story.slots import PROP_ROLES, Binding
from engine.story.world import WARMTH_LIMIT, World

SECRETS = ("power", "secret", "deed", "limit", "sale")


def _id(binding: Binding, word: str) -> str:
    """A role letter or prop role -> its id; other words stay."""
    if word in binding.roles:
        return binding.roles[word].id
    if word in PROP_ROLES:
        return binding.props[word].id
    return word


def meets(world: World, binding: Binding, need: str, threat: str) -> bool:
    """Whether a precondition of the bank holds, e.g. '!knows R power' or 'warm A L >= 1'. Raises ValueError if unknown."""
    if need.startswith("!"):
        return not meets(world, binding, need[1:], threat)
    verb, *rest = need.split()
    args = [_id(binding, word) for word in rest]
    if verb == "threat":
        return threat in rest
    if verb == "gift":
        return binding.words["id"] in rest
    if verb == "warm":
        value = world.number("warmth", args[0], args[1])
        return value >= int(rest[3]) if rest[2] == ">=" else value <= int(rest[3])
    if verb == "holds":
        return world.holder(args[1]) == args[0]
    simple = {
        "free": lambda: not world.captor(args[0]),
        "captive": lambda: bool(world.captor(args[0])),
        "well": lambda: world.get("hurt", args[0]) is None,
        "hurt": lambda: world.get("hurt", args[0]) is not None,
        "knows": lambda: world.knows(args[0], args[1]),
        "suspects": lambda: world.get("suspects", args[0], args[1]) is not None,
        "blocked": lambda: world.get("blocked", args[0]) is not None,
    }
    if verb not in simple:
        raise ValueError(f"unknown need {need!r}")
    return simple[verb]()


Effect = tuple[list[Fact], list[Fact], list[Fact]]


def effects(world: World, binding: Binding, spec: ChangeSpec, episode: int) -> Effect:
    """(adds, removes, facts that must have held from the start). Facts that are already true are left out."""
    adds: list[Fact] = []
    removes: list[Fact] = []
    before: list[Fact] = []
    for text in spec.facts:
        more, fewer, earlier = _effect(world, binding, text, episode)
        adds += [f for f in more if not world.holds_fact(f)]
        removes += fewer
        before += earlier
    return adds, removes, before


def _effect(world: World, binding: Binding, text: str, episode: int) -> Effect:
    verb, *rest = text.split()
    args = [_id(binding, re.sub(r"^\*(\w+)$", rf"\1_e{episode:03d}", word)) for word in rest]
    if verb not in _EFFECTS:
        raise ValueError(f"unknown fact {text!r}")
    return _EFFECTS[verb](world, binding, args, episode)


def _knows(world: World, binding: Binding, args: list[str], episode: int) -> Effect:
    who, what, how = args
    if world.knows(who, what):
        return [], [], []
    before: list[Fact] = []
    if how.startswith("told:"):
        teller = _id(binding, how.removeprefix("told:"))
        how = f"told:{teller}"
        if not world.knows(teller, what) and what not in SECRETS:
            before.append(Fact(predicate="knows", subject=teller, object=what, value="before"))
    return [Fact(predicate="knows", subject=who, object=what, value=how)], [], before


def _plain(predicate: str):
    """predicate(subject, object), with a third word as its value."""

    def effect(world: World, binding: Binding, args: list[str], episode: int) -> Effect:
        value = args[2] if len(args) > 2 else ""
        return [Fact(predicate=predicate, subject=args[0], object=args[1], value=value)], [], []

    return effect


def _holds(world: World, binding: Binding, args: list[str], episode: int) -> Effect:
    prop, person = args if args[0].startswith("prop_") else (args[1], args[0])
    holder = world.holder(prop)
    if holder == person:
        return [], [], []
    removes = [Fact(predicate="holds", subject=holder, object=prop)] if holder else []
    return [Fact(predicate="holds", subject=person, object=prop)], removes, []


def _warm(world: World, binding: Binding, args: list[str], episode: int) -> Effect:
    """Warmth moves a step; at its limit the feeling is acted on instead: a promise, or a suspicion."""
    a, b, step = args
    now = world.number("warmth", a, b)
    value = max(-WARMTH_LIMIT, min(WARMTH_LIMIT, now + int(step)))
    if value == now:
        predicate = "promise" if value > 0 else "suspects"
        return [Fact(predicate=predicate, subject=a, object=f"{b}_e{episode:03d}")], [], []
    return [Fact(predicate="warmth", subject=a, object=b, value=str(value))], [], []


def _rank(world: World, binding: Binding, args: list[str], episode: int) -> Effect:
    value = world.number("rank", args[0]) + int(args[1])
    return [Fact(predicate="rank", subject=args[0], value=str(value))], [], []


def _clock(world: World, binding: Binding, args: list[str], episode: int) -> Effect:
    value = world.number("clock", "season") + int(args[0])
    return [Fact(predicate="clock", subject="season", value=str(value))], [], []


def _free(world: World, binding: Binding, args: list[str], episode: int) -> Effect:
    captor = world.captor(args[0])
    return ([], [Fact(predicate="captive", subject=args[0], object=captor)], []) if captor else ([], [], [])


def _hurt(world: World, binding: Binding, args: list[str], episode: int) -> Effect:
    if world.get("hurt", args[0]):
        return [], [], []
    return [Fact(predicate="hurt", subject=args[0], value=args[1])], [], []


def _healed(world: World, binding: Binding, args: list[str], episode: int) -> Effect:
    wound = world.get("hurt", args[0])
    healed = Fact(predicate="healed", subject=args[0], object=f"wound_e{episode:03d}")
    return ([healed], [wound], []) if wound else ([], [], [])


def _uses(world: World, binding: Binding, args: list[str], episode: int) -> Effect:
    occasion = f"use_e{episode:03d}"
    return (
        [
            Fact(predicate="used", subject=args[0], object=occasion),
            Fact(predicate="paid", subject=args[0], object=occasion),
        ],
        [],
        [],
    )


def _blocked(world: World, binding: Binding, args: list[str], episode: int) -> Effect:
    return [Fact(predicate="blocked", subject=args[0])], [], []


def _unblocked(world: World, binding: Binding, args: list[str], episode: int) -> Effect:
    fact = world.get("blocked", args[0])
    return ([], [fact], []) if fact else ([], [], [])


_EFFECTS = {
    "knows": _knows, "holds": _holds, "warm": _warm, "rank": _rank, "clock": _clock, "free": _free, "hurt": _hurt,
    "healed": _healed, "uses": _uses, "blocked": _blocked, "unblocked": _unblocked,
    "suspects": _plain("suspects"), "believes": _plain("believes"), "lost": _plain("lost"), "won": _plain("won"),
    "captive": _plain("captive"), "promise": _plain("promise"),
}  # fmt: skip
