"""Premise -> series folder: asks the writer, then writes what a person approves (bible, arc, scripts), series.json last."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from engine.config import Profile
from engine.core import Series, UserError
from engine.store import SeriesFolder, check_writable, find_series, identity, read_text, slug
from engine.story.scriptfile import to_markdown
from engine.vault import disk_error, series_lock, write_text
from engine.writing import arc_markdown, bible_markdown, plan_series

MAX_INPUT_BYTES = 1_000_000


@dataclass(frozen=True)
class Order:
    """What a person asked to have written."""

    premise: str
    language: str | None
    length: int | None
    seed: int
    script: str | None = None

    @property
    def identity(self) -> str:
        return identity(self.premise, self.language, self.length, self.seed, self.script)


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


def plan(order: Order, out: Path, profile: Profile) -> tuple[SeriesFolder, Series, bool]:
    """The series of this order and whether it was written now (False: it was there already)."""
    check_writable(out)
    existing = find_series(out, order.identity)
    if existing is not None:
        folder = SeriesFolder(existing)
        return folder, folder.load(), False
    series = plan_series(order.premise, order.language, order.length, order.seed, script=order.script)
    folder = SeriesFolder(out / f"{slug(series.title)}-{order.identity}")
    try:
        folder.root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise disk_error(error, folder.root) from error
    with series_lock(folder.root):
        write_documents(folder, series, profile)
        folder.save(series)
    return folder, series, True


def write_documents(folder: SeriesFolder, series: Series, profile: Profile) -> None:
    """bible.md, arc.md and every episode's script.md in the rendition's folders."""
    write_text(folder.root / "bible.md", bible_markdown(series))
    write_text(folder.root / "arc.md", arc_markdown(series))
    for episode in series.episodes:
        path = folder.episode(profile, series.language, episode.number) / "script.md"
        write_text(path, to_markdown(series, episode.number))
