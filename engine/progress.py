"""Says what a run is doing: live bars with ETA on a terminal, plain lines otherwise. Knows stages by name only."""

from __future__ import annotations

import sys
import time
from threading import Lock
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn


class Counter:
    """Counts what was made and what was found; the base of both faces."""

    def __init__(self) -> None:
        self.made = 0
        self.found = 0
        self.lock = Lock()  # pictures and score are made side by side

    def start(self, stage: str, total: int, label: str = "") -> None:
        del stage, total, label

    def advance(self, stage: str, made: bool) -> None:
        del stage
        with self.lock:
            self.made += made
            self.found += not made

    def within(self, stage: str, fraction: float) -> None:
        del stage, fraction

    def note(self, text: str) -> None:
        del text

    def close(self) -> None:
        """Ends any live display."""


class Plain(Counter):
    """One line when a stage of an episode has made something, with the seconds it took."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self.stream = stream
        self.total: dict[str, tuple[int, int, int, str, float]] = {}

    def start(self, stage: str, total: int, label: str = "") -> None:
        self.total[stage] = (total, 0, 0, label, time.monotonic())

    def advance(self, stage: str, made: bool) -> None:
        super().advance(stage, made)
        total, done, fresh, label, started = self.total[stage]
        done, fresh = done + 1, fresh + made
        self.total[stage] = (total, done, fresh, label, started)
        if done == total and fresh:
            seconds = time.monotonic() - started
            self.note(f"{label + ' ' if label else ''}{stage}: {fresh} made, {total - fresh} found, {seconds:.1f} s")

    def note(self, text: str) -> None:
        print(text, file=self.stream, flush=True)


class Live(Counter):
    """Bars per stage with elapsed time and ETA."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self.bars = Progress(
            TextColumn("{task.description:<22}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
        )
        self.tasks: dict[str, TaskID] = {}
        self.bars.start()

    def start(self, stage: str, total: int, label: str = "") -> None:
        text = f"{stage} {label}".strip()
        if stage in self.tasks:
            self.bars.reset(self.tasks[stage], total=total, description=text)
        else:
            self.tasks[stage] = self.bars.add_task(text, total=total)

    def advance(self, stage: str, made: bool) -> None:
        super().advance(stage, made)
        task = self.bars.tasks[self.bars.task_ids.index(self.tasks[stage])]
        self.bars.update(self.tasks[stage], completed=int(task.completed) + 1)

    def within(self, stage: str, fraction: float) -> None:
        self.bars.update(self.tasks[stage], completed=fraction)

    def note(self, text: str) -> None:
        self.bars.console.print(text, highlight=False, markup=False)

    def close(self) -> None:
        self.bars.stop()


def reporter(quiet: bool = False) -> Counter:
    """Live on a terminal, plain lines otherwise; standard error either way, so that standard output stays clean."""
    if quiet:
        return Counter()
    if sys.stderr.isatty():
        return Live(Console(stderr=True))
    return Plain(sys.stderr)
