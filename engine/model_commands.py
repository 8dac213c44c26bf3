"""What `cliffhanger models list | pull | verify` do. Prints for a person; knows no flag parsing, fetches nothing itself."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from engine.config import load_profile
from engine.core import UserError
from models import catalogue, pulling, weights
from models.catalogue import Entry

HEADINGS = ("name", "for", "GB", "licence", "commercial use", "revision", "here")
ALIGN_RIGHT = HEADINGS.index("GB")


def list_models(profile: str | None) -> None:
    """A table of all weights, or of a profile's with their total size; then the terms that conditions stand for."""
    with reader_words():
        names = chosen_names(profile, ())
        own = [name for name in names if name.startswith(weights.OWN)]
        entries = [catalogue.entry(name) for name in names if name not in own]
        print_table([HEADINGS, *(row_of(entry) for entry in entries)])
        for name in own:
            print(f"{name}  your own: terms unknown to us")
        print()
        for line in terms_of(entries):
            print(line)
        if any(not entry.pinned for entry in entries):
            print(
                "first use: no commit is pinned here; the first pull trusts what the hub has, and records its commit and hashes"
            )
        print_room(entries, profile)


def pull_models(profile: str | None, names: Sequence[str], offline: bool = False) -> None:
    """Brings the weights of a profile, or those named, here; what is here and whole is only checked."""
    if not profile and not names:
        raise UserError("say what to pull: --profile gpu-24gb, or names that `cliffhanger models list` shows")
    if offline:
        os.environ["HF_HUB_OFFLINE"] = "1"
    with reader_words():
        wanted = [name for name in chosen_names(profile, names) if not name.startswith(weights.OWN)]
        for name in wanted:
            catalogue.entry(name)  # a wrong name is told before anything is fetched
        plans: list[pulling.Plan] = []
        for name in wanted:
            plan = pulling.plan(name)
            print(f"{name}: is here, every hash is right" if plan is None else announcement(plan))
            plans += [plan] if plan else []
        pulling.check_room(plans)
        for plan in plans:
            record = pulling.pull(plan, print)
            print(f"{record.name}: {len(record.files)} files at {record.commit[:12]}, every hash recorded")
        if wanted:
            print(f"{len(wanted)} of {len(wanted)} sets of weights are in {catalogue.root()}")
        else:
            print("nothing to pull: your own folders stay where they are")


def verify_models(profile: str | None, names: Sequence[str] = ()) -> bool:
    """Whether every file has the size and hash that were recorded at its pull; names each that has not, and any extra."""
    with reader_words():
        asked = chosen_names(profile, names)
        if not profile and not names:
            asked = [name for name in asked if weights.read_record(name) is not None]
        if not asked:
            raise UserError(f"no weights are in {catalogue.root()}: `cliffhanger models pull` brings them")
        return all([verified(name) for name in asked])


def verified(name: str) -> bool:
    """Whether one set is whole; prints what is wrong with it."""
    if name.startswith(weights.OWN):
        weights.weight(name)
        print(f"{name}: your own; the headers of its tensors are whole")
        return True
    faults = weights.verify(name)
    record = weights.read_record(name)
    if not faults and record is not None:
        print(f"{name}: {len(record.files)} files as pulled at {record.commit[:12]}")
    for fault in faults:
        print(f"{name}: FAILS: {fault}")
    if faults:
        print(f"  cliffhanger models pull {name}")
    return not faults


def chosen_names(profile: str | None, names: Sequence[str]) -> list[str]:
    """The weights named, and a profile's; all of the catalogue when neither is given. Each once, in order."""
    if not profile and not names:
        return list(catalogue.entries())
    told = list(load_profile(profile).models.values()) if profile else []
    if profile and not told and not names:
        raise UserError(f"profile {profile} needs no weights")
    return list(dict.fromkeys([*names, *told]))


@contextmanager
def reader_words() -> Generator[None, None, None]:
    """What goes wrong with weights, as an error for the reader."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise UserError(
            f"this needs the package '{error.name}': install with pip install 'cliffhanger[gpu]'"
        ) from error
    except ValueError as error:
        raise UserError(str(error)) from error
    except OSError as error:
        raise UserError(f"{error.strerror or error}: {error.filename or catalogue.root()}") from error


# -- words


def row_of(entry: Entry) -> tuple[str, ...]:
    return (
        entry.name, entry.what, f"{entry.gb:.2f}", entry.licence, entry.commercial, revision_of(entry), presence_of(entry),
    )  # fmt: skip


def revision_of(entry: Entry) -> str:
    """'pinned 462165984030', 'first use' before a pull, 'first use 8984fa25007f' after it, 'made here'."""
    if entry.made_by:
        return "made here"
    if entry.pinned:
        return f"pinned {entry.revision[:12]}"
    record = weights.read_record(entry.name)
    return f"first use {record.commit[:12]}" if record else "first use"


def presence_of(entry: Entry) -> str:
    record = weights.read_record(entry.name)
    if record is None:
        return "no, gated" if entry.gated else "no"
    if not weights.is_current(entry, record):
        return f"another: {record.commit[:12]}"
    return "broken" if next(weights.quick_faults(record), None) else "yes"


def terms_of(entries: Sequence[Entry]) -> list[str]:
    """A line for every licence that allows commercial use on conditions or not at all, or that wants a notice shown."""
    told = (entry for entry in entries if entry.terms or entry.notice)
    return [f"{entry.name}: {terms_line(entry)}" for entry in told]


def terms_line(entry: Entry) -> str:
    """'Apache-2.0, commercial use: yes; https://...'"""
    notice = f"; show '{entry.notice}'" if entry.notice and entry.notice not in entry.terms else ""
    terms = f" ({entry.terms})" if entry.terms else ""
    address = f"; {entry.licence_url}" if entry.licence_url else ""
    return f"{entry.licence}, commercial use: {entry.commercial}{terms}{notice}{address}"


def announcement(plan: pulling.Plan) -> str:
    """What comes, from where, under which licence: printed before it is fetched."""
    entry = plan.wanted
    if entry.made_by:
        return f"{entry.name}: {entry.what}; {terms_line(entry)}"
    how = "pinned" if entry.pinned else "not pinned: trusted on first use, then recorded"
    return (
        f"{entry.name}: {entry.what}, {plan.bytes / 1e9:.2f} GB in {len(plan.files)} files of {entry.repo} at "
        f"{plan.commit[:12]} ({how})\n  {terms_line(entry)}"
    )


def print_table(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [pad(column)(text, widths[column]) for column, text in enumerate(row)]
        print("  ".join(cells).rstrip())


def pad(column: int) -> Callable[[str, int], str]:
    return str.rjust if column == ALIGN_RIGHT else str.ljust


def print_room(entries: Sequence[Entry], profile: str | None) -> None:
    """The size of a profile's weights, how much of it is still to come, and what the disk has free."""
    place = catalogue.root()
    there = next(p for p in (place, *place.parents) if p.exists())
    free = shutil.disk_usage(Path(there)).free / 1e9
    if profile:
        missing = sum(entry.gb for entry in entries if not weights.is_here(entry))
        total = sum(entry.gb for entry in entries)
        print(f"profile {profile}: {total:.1f} GB, {missing:.1f} GB of it to pull; {free:.1f} GB are free in {place}")
    else:
        print(f"{free:.1f} GB are free in {place}")
