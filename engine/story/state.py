"""What the planner carries from episode to episode: debts, decided episodes, the season so far. No choices."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.core import Change, Cliffhanger, Fact
from engine.story.bank import Bank, Button, SceneTemplate
from engine.story.engines import Step
from engine.story.realise import Memory, Said
from engine.story.slots import Binding
from engine.story.world import World

TEMPLATE_REST = 3  # episodes before a scene template may come again
Kit = Mapping[str, Any]


@dataclass(frozen=True)
class Debt:
    """An open cliffhanger: which episode asked, with which button, due when."""

    episode: int
    button: Button
    binding: Binding
    due: int


@dataclass(frozen=True)
class Planned:
    """One episode, decided: its scene, its words, what it changes and pays."""

    step: Step
    template: SceneTemplate
    binding: Binding
    place: str  # location id
    said: tuple[Said, ...]
    paid: Debt | None
    paid_event: str
    changes: tuple[Change, ...]
    cliff: Cliffhanger
    title: str
    synopsis: str
    before: tuple[Fact, ...] = ()  # what must have held before the first episode for this one to be true


@dataclass
class Season:
    """The walk so far."""

    binding: Binding
    bank: Bank
    engines: tuple[str, str]
    era: str
    threat: str
    rng: random.Random
    memory: Memory
    world: World
    initial: list[Fact] = field(default_factory=list[Fact])
    done: list[Planned] = field(default_factory=list[Planned])
    uses: Counter[str] = field(default_factory=Counter[str])
    last_use: dict[str, int] = field(default_factory=dict[str, int])
    synopses: set[str] = field(default_factory=set[str])
    titles: set[str] = field(default_factory=set[str])
    kits: list[Kit] = field(default_factory=list[Kit])
    arena_kits: dict[int, Kit] = field(default_factory=dict[int, Kit])
    debts: list[Debt] = field(default_factory=list[Debt])
    reserved: set[str] = field(default_factory=set[str])
    rest: int = TEMPLATE_REST
    sparing: bool = True  # leave the reserved kinds alone
    suiting: bool = True  # leave scenes alone that are meant for other threats than the premise's

    def copy(self) -> Season:
        """The same walk, to be continued another way; the dice are shared."""
        return replace(
            self, memory=self.memory.copy(), initial=[*self.initial], done=[*self.done], uses=self.uses.copy(),
            last_use={**self.last_use}, synopses={*self.synopses}, titles={*self.titles}, kits=[*self.kits],
            arena_kits={**self.arena_kits}, debts=[*self.debts],
        )  # fmt: skip
