"""Premise -> series folder: asks the writer, then writes what a person approves (bible, arc, scripts), series.json last."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.config import Profile
from engine.core import Series, UserError
from engine.store import SeriesFolder, check_writable, find_series, identity, slug
from engine.story.scriptfile import to_markdown
from engine.vault import series_lock, write_text
from engine.writing import arc_markdown, bible_markdown, plan_series

MAX_INPUT_BYTES = 1_000_000


@dataclass(frozen=True)
class Order:
    """What a person asked to have written."""

    premise: str
    language: str | None
    length: int
    seed: int
    script: str | None = None

    @property
    def identity(self) -> str:
        return identity(self.premise, self.language, self.length, self.seed, self.script)


def read_premise_argument(argument: str, stdin: str | None) -> str:
    """The premise itself, the text of @FILE, or standard input for '-'."""
    if argument == "-":
        return stdin or ""
    if argument.startswith("@"):
        return read_text_file(Path(argument[1:]), "premise")
    return argument


def read_text_file(path: Path, what: str) -> str:
    try:
        if path.stat().st_size > MAX_INPUT_BYTES:
            raise UserError(f"the {what} file {path} is larger than {MAX_INPUT_BYTES:,} bytes")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"the {what} file {path} is not UTF-8 text") from None
    except OSError as error:
        raise UserError(f"cannot read the {what} file {path}: {error.strerror}") from error


def plan(order: Order, out: Path, profile: Profile) -> tuple[SeriesFolder, Series, bool]:
    """The series of this order and whether it was written now (False: it was there already)."""
    check_writable(out)
    existing = find_series(out, order.identity)
    if existing is not None:
        folder = SeriesFolder(existing)
        return folder, folder.load(), False
    series = plan_series(order.premise, order.language, order.length, order.seed, script=order.script)
    folder = SeriesFolder(out / f"{slug(series.title)}-{order.identity}")
    folder.root.mkdir(parents=True, exist_ok=True)
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
