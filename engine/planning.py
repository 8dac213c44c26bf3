"""Premise -> series folder: asks the writer, then writes what a person approves (bible, arc, scripts), series.json last.

A language model's answers are kept in a hidden folder named by the order until the series has a title and so a folder."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from engine.batching import Progress
from engine.config import Profile
from engine.core import Series, UserError
from engine.rewriting import rewrite
from engine.store import SeriesFolder, check_writable, find_series, identity, read_text, slug
from engine.story.scriptfile import to_markdown
from engine.vault import Vault, atomic, disk_error, series_lock, sweep, write_text
from engine.writing import arc_markdown, bible_markdown, plan_series
from models.base import CandidateWriter

MAX_INPUT_BYTES = 1_000_000
TAKES = "takes"


@dataclass(frozen=True)
class Order:
    """What a person asked to have written."""

    premise: str
    language: str | None
    length: int | None
    seed: int
    script: str | None = None
    writer: str = ""
    """The language model that is to write; '' for the rules."""

    @property
    def identity(self) -> str:
        return identity(self.premise, self.language, self.length, self.seed, self.script, self.writer)


def read_premise_argument(argument: str, stdin: BinaryIO) -> str:
    """The premise itself, the text of @FILE, or standard input for '-'. UserError when it is no text."""
    if argument == "-":
        return _decode(stdin.read(MAX_INPUT_BYTES + 1), "the premise on standard input")
    if argument.startswith("@"):
        return read_text_file(Path(argument[1:]), "premise")
    return _decode(argument.encode("utf-8", "surrogateescape"), "the premise")


def _decode(data: bytes, what: str) -> str:
    if len(data) > MAX_INPUT_BYTES:
        raise UserError(f"{what} is larger than {MAX_INPUT_BYTES:,} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{what} is not UTF-8 text") from None


def read_text_file(path: Path, what: str) -> str:
    try:
        return read_text(path, MAX_INPUT_BYTES)
    except FileNotFoundError:
        raise UserError(f"cannot read the {what} file {path}: there is no such file") from None
    except (UserError, ValueError) as error:
        raise UserError(f"the {what} file: {error}") from None


def plan(
    order: Order,
    out: Path,
    profile: Profile,
    writer: CandidateWriter | None = None,
    progress: Progress | None = None,
) -> tuple[SeriesFolder, Series, bool]:
    """The series of this order and whether it was written now (False: it was there already).

    `writer` None is the rules; a person's own script is never rewritten."""
    check_writable(out)
    existing = find_series(out, order.identity)
    if existing is not None:
        _clear_desk(out, order)
        return SeriesFolder(existing), SeriesFolder(existing).load(), False
    series = plan_series(order.premise, order.language, order.length, order.seed, script=order.script)
    if writer is None or order.script is not None:
        return _kept(order, out, profile, series), series, True
    with _desk(out, order) as desk:
        series = rewrite(series, writer, Vault(desk / TAKES), progress)
        folder = _kept(order, out, profile, series, desk / TAKES)
    _clear_desk(out, order)
    return folder, series, True


def _kept(order: Order, out: Path, profile: Profile, series: Series, takes: Path | None = None) -> SeriesFolder:
    """The series in its folder, with the takes of its writing; series.json is written last."""
    folder = SeriesFolder(out / f"{slug(series.title)}-{order.identity}")
    try:
        folder.root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise disk_error(error, folder.root) from error
    with series_lock(folder.root):
        if takes is not None:
            _copy(takes, folder.root / TAKES)
        write_documents(folder, series, profile)
        folder.save(series)
    return folder


def _copy(takes: Path, target: Path) -> None:
    """Takes and their records, each record after its file."""
    for path in sorted(p for p in takes.rglob("*") if p.is_file()):
        with atomic(target / path.relative_to(takes)) as temp:
            shutil.copyfile(path, temp)


@contextmanager
def _desk(out: Path, order: Order) -> Generator[Path, None, None]:
    """The hidden folder of an order that is being written: one process at a time."""
    desk = _desk_path(out, order)
    try:
        desk.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise disk_error(error, desk) from error
    with series_lock(desk):
        sweep(desk)
        yield desk


def _desk_path(out: Path, order: Order) -> Path:
    return out / f".writing-{order.identity}"


def _clear_desk(out: Path, order: Order) -> None:
    """Its takes lie in the series' folder now. One that somebody else writes at stays."""
    desk = _desk_path(out, order)
    with suppress(UserError):
        if desk.is_dir():
            with series_lock(desk):
                shutil.rmtree(desk, ignore_errors=True)


def write_documents(folder: SeriesFolder, series: Series, profile: Profile) -> None:
    """bible.md, arc.md and every episode's script.md in the rendition's folders."""
    write_text(folder.root / "bible.md", bible_markdown(series))
    write_text(folder.root / "arc.md", arc_markdown(series))
    for episode in series.episodes:
        path = folder.episode(profile, series.language, episode.number) / "script.md"
        write_text(path, to_markdown(series, episode.number))
