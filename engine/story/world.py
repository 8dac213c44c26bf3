"""The world state: facts over ids, changed only by recorded Changes, and the invariants I1-I12. No words, no plot.

Facts (core.Fact: predicate, subject, object, value); a captive, wounded or dead person is the subject:
at(person, place) holds(holder, prop) knows(person, secret)=saw|overheard|deduced|told:teller suspects(person, secret)
believes(person, claim) warmth(a, b)=-3..3 rank(person)=n captive(person, captor) hurt(person)=wound dead(person)
missing(person) promise(from, to)=what clock(what)=steps left used(person, occasion) paid(person, occasion)
lost(person, what) won(person, what) blocked(person) healed(person, occasion)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from engine.core import Change, Fact

AUDIENCE = "audience"
PREDICATES = (
    "at", "holds", "knows", "suspects", "believes", "warmth", "rank", "captive", "hurt", "dead", "missing",
    "promise", "clock", "used", "paid", "lost", "won", "blocked", "healed",
)  # fmt: skip
PERSON_SUBJECT = frozenset(PREDICATES) - {"holds", "clock"}
WARMTH_LIMIT = 3
LEARNT = ("before", "saw", "overheard", "deduced")

Key = tuple[str, str, str]


def key_of(fact: Fact) -> Key:
    """What a fact is about: two facts of one key exclude each other (one place a person, one holder an object)."""
    if fact.predicate == "holds":
        return ("holds", fact.object, "")
    if fact.predicate in ("at", "captive", "hurt", "dead", "missing", "rank", "clock", "blocked"):
        return (fact.predicate, fact.subject, "")
    return (fact.predicate, fact.subject, fact.object)


@dataclass(frozen=True)
class World:
    """All facts that hold at one moment; `apply` returns the next moment."""

    facts: Mapping[Key, Fact] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> World:
        return cls(MappingProxyType({key_of(f): f for f in facts}))

    def apply(self, change: Change) -> World:
        """The world after a change: removals first, then additions."""
        facts = dict(self.facts)
        for fact in change.removes:
            facts.pop(key_of(fact), None)
        for fact in change.adds:
            facts[key_of(fact)] = fact
        return World(MappingProxyType(facts))

    def get(self, predicate: str, subject: str, object: str = "") -> Fact | None:
        return self.facts.get((predicate, subject, object))

    def holds_fact(self, fact: Fact) -> bool:
        """Whether exactly this fact is true now."""
        return self.facts.get(key_of(fact)) == fact

    def place(self, person: str) -> str:
        fact = self.get("at", person)
        return fact.object if fact else ""

    def holder(self, prop: str) -> str:
        fact = self.facts.get(("holds", prop, ""))
        return fact.subject if fact else ""

    def knows(self, person: str, secret: str) -> bool:
        return self.get("knows", person, secret) is not None

    def captor(self, person: str) -> str:
        fact = self.get("captive", person)
        return fact.object if fact else ""

    def number(self, predicate: str, subject: str, object: str = "") -> int:
        """The value of a numeric fact (warmth, rank, clock); 0 when unknown."""
        fact = self.get(predicate, subject, object)
        return int(fact.value) if fact and fact.value.lstrip("-").isdigit() else 0


def _knowledge(world: World, fact: Fact, change: Change) -> Iterator[tuple[str, str]]:
    if world.knows(fact.subject, fact.object):
        yield "I1", f"{fact.subject} learns {fact.object} a second time"
    if fact.value.startswith("told:"):
        teller = fact.value.removeprefix("told:")
        if not world.knows(teller, fact.object):
            yield "I5", f"{teller} tells {fact.object} without knowing it"
    elif fact.value not in LEARNT:
        yield "I5", f"{fact.subject} learns {fact.object} in an unknown way: {fact.value!r}"


def _transfer(world: World, fact: Fact, change: Change) -> Iterator[tuple[str, str]]:
    holder = world.holder(fact.object)
    released = any(f.predicate == "holds" and f.object == fact.object for f in change.removes)
    if holder and holder != fact.subject and not released:
        yield "I4", f"{fact.object} is held by {holder} and cannot also be held by {fact.subject}"


def _movement(world: World, fact: Fact, change: Change) -> Iterator[tuple[str, str]]:
    captor = world.captor(fact.subject)
    freed = any(f.predicate == "captive" and f.subject == fact.subject for f in change.removes)
    taken = any(f.predicate == "at" and f.subject == captor and f.object == fact.object for f in change.adds)
    moved = world.place(fact.subject) not in ("", fact.object)
    if captor and moved and not freed and not taken and world.place(captor) != fact.object:
        yield "I6", f"{fact.subject} is held by {captor} and cannot move to {fact.object}"


def _use(world: World, fact: Fact, change: Change) -> Iterator[tuple[str, str]]:
    if not any(f.predicate in ("paid", "lost") and f.subject == fact.subject for f in change.adds):
        yield "I7", f"{fact.subject} uses the gift without paying for it"
    if world.get("blocked", fact.subject):
        yield "I7", f"{fact.subject} uses the gift while it is blocked"


def _falling(world: World, fact: Fact, change: Change) -> Iterator[tuple[str, str]]:
    before = world.get("clock", fact.subject)
    if before and int(before.value) < int(fact.value):
        yield "I9", f"the clock of {fact.subject} runs backwards, from {before.value} to {fact.value}"


_ADDED = {"knows": _knowledge, "holds": _transfer, "at": _movement, "used": _use, "clock": _falling}


def violations(world: World, change: Change) -> Iterator[tuple[str, str]]:
    """(invariant, message) for everything that `change` breaks when it happens in `world`."""
    for fact in change.adds:
        if fact.predicate not in PREDICATES:
            yield "facts", f"unknown predicate {fact.predicate!r}"
        if (
            fact.predicate in PERSON_SUBJECT
            and fact.predicate not in ("lost", "blocked")
            and _dead(world, fact.subject)
        ):
            yield "I2", f"{fact.subject} is dead and cannot act"
        check = _ADDED.get(fact.predicate)
        if check:
            yield from check(world, fact, change)
    for fact in change.removes:
        yield from _removal(world, fact, change)


def _dead(world: World, person: str) -> bool:
    return world.get("dead", person) is not None


def _removal(world: World, fact: Fact, change: Change) -> Iterator[tuple[str, str]]:
    healed = any(f.predicate == "healed" and f.subject == fact.subject for f in change.adds)
    if key_of(fact) not in world.facts:
        yield "facts", f"{fact.predicate}({fact.subject}) is removed but does not hold"
    elif fact.predicate == "hurt" and not healed:
        yield "I10", f"{fact.subject}'s wound vanishes without healing"
    elif fact.predicate == "dead":
        yield "I2", f"{fact.subject} comes back from the dead"


def counts(world: World, change: Change) -> bool:
    """Whether a change really alters the world (moving about alone does not count)."""
    fresh = [f for f in change.adds if f.predicate != "at" and not world.holds_fact(f)]
    return bool(fresh) or any(f.predicate != "at" and key_of(f) in world.facts for f in change.removes)
