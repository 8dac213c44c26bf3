"""Find or make: asks the vault first, hands only what is missing to a model in one batch, stores each as it comes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from engine.vault import Made, Take, Vault

T = TypeVar("T")


@dataclass(frozen=True)
class Job(Generic[T]):
    """A take that is wanted: its unit, everything that decides it (`recipe`), and what the model needs (`request`)."""

    unit: str
    recipe: Mapping[str, Any]
    suffix: str
    request: T


def core_seconds() -> float:
    """CPU seconds of this process and its finished children, over all cores."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


class Progress(Protocol):
    """Told what happens; says it to a person."""

    def start(self, stage: str, total: int, label: str = "") -> None: ...
    def advance(self, stage: str, made: bool) -> None: ...
    def within(self, stage: str, fraction: float) -> None: ...
    def note(self, text: str) -> None: ...


class Silent:
    """For tests and library use."""

    def start(self, stage: str, total: int, label: str = "") -> None:
        del stage, total, label

    def advance(self, stage: str, made: bool) -> None:
        del stage, made

    def within(self, stage: str, fraction: float) -> None:
        del stage, fraction

    def note(self, text: str) -> None:
        del text


def build(
    vault: Vault,
    stage: str,
    jobs: Sequence[Job[T]],
    make: Callable[[list[T]], Iterable[Made]],
    progress: Progress,
    label: str = "",
) -> dict[str, Take]:
    """Takes by unit. `make` gets the requests of the missing takes, in order, and yields one Made each."""
    progress.start(stage, len(jobs), label)
    takes: dict[str, Take] = {}
    missing: list[Job[T]] = []
    for job in jobs:
        take = vault.find(stage, job.unit, job.recipe, job.suffix)
        if take is None:
            missing.append(job)
        else:
            takes[job.unit] = take
            progress.advance(stage, made=False)
    if missing:
        for job, made in _paired(missing, make([j.request for j in missing])):
            takes[job.unit] = vault.put(stage, job.unit, job.recipe, job.suffix, made)
            progress.advance(stage, made=True)
    return takes


def _paired(jobs: Sequence[Job[T]], made: Iterable[Made]) -> Iterator[tuple[Job[T], Made]]:
    yield from zip(jobs, made, strict=True)
