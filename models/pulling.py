"""Brings weights here: from the hub, or made on the spot; pickles converted; the record written last.

Knows the catalogue, the hub and the layout on disk. Running it again resumes; what is whole is only checked."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib import import_module
from pathlib import Path, PurePosixPath

from models import hub, weights
from models.catalogue import KINDS, Entry, entry, root
from models.hub import HubFile
from models.sandbox import convert
from models.weights import Converted, Record, StoredFile

SPARE_BYTES = 500_000_000
"""Left free on the disk by a pull."""

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What a pull will do. `files` are all that the entry needs, sources of conversions included; none when it is made
    here. `before` is the record of an earlier pull of this very commit."""

    wanted: Entry
    commit: str = ""
    files: tuple[HubFile, ...] = ()
    before: Record | None = None

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)

    @property
    def room(self) -> int:
        """Bytes that the disk still has to take: what is not here yet, and what conversions write."""
        if not self.files:
            return int(self.wanted.gb * 1e9)
        base = _base(self.wanted.name)
        here = sum(_size(base / self.commit / self.wanted.place(f.path)) + _size(_part(self, f)) for f in self.files)
        return max(0, self.bytes - here) + sum(f.bytes for f in self.files if f.path in self.wanted.convert)


def plan(name: str) -> Plan | None:
    """What a pull of this entry would do; None when it is here and every hash is right. Asks the hub what it holds.

    An entry that the catalogue does not pin keeps the commit of its first pull."""
    wanted = entry(name)
    record = weights.read_record(name)
    if record is not None and not weights.is_current(wanted, record):
        record = None
    if record is not None and not weights.verify(name):
        return None
    if wanted.made_by:
        return Plan(wanted)
    commit, files = hub.files_of(wanted.repo, record.commit if record else wanted.revision)
    return Plan(wanted, commit, tuple(chosen(wanted, files)), record)


def chosen(wanted: Entry, files: Sequence[HubFile]) -> list[HubFile]:
    """The files of the repository that the entry wants. ValueError when tensors that it names are not there."""
    patterns = (*wanted.files, *wanted.convert)
    for pattern in patterns:
        if _is_needed(pattern) and not any(_matches(file.path, pattern) for file in files):
            raise ValueError(f"{wanted.repo} has no {pattern} at {wanted.revision}")
    safe = [f for f in files if PurePosixPath(f.path).suffix in KINDS or f.path in wanted.convert]
    taken = [file for file in safe if any(_matches(file.path, pattern) for pattern in patterns)]
    if len({wanted.place(file.path) for file in taken}) < len(taken):
        raise ValueError(f"'{wanted.name}' would store two files of {wanted.repo} in one place")
    return taken


def _is_needed(pattern: str) -> bool:
    """Tensors, pickles to convert and configs must be there; of vocabularies each repository has its own few."""
    path = PurePosixPath(pattern)
    return path.suffix not in (*KINDS[1:], ".*") or path.name in ("config.json", "model_index.json")


def _matches(path: str, pattern: str) -> bool:
    """'unet/*.json' matches 'unet/config.json'; a '*' never crosses a '/'."""
    parts, wanted = path.split("/"), pattern.split("/")
    return len(parts) == len(wanted) and all(fnmatchcase(p, w) for p, w in zip(parts, wanted, strict=True))


def check_room(plans: Sequence[Plan]) -> None:
    """ValueError, before anything is fetched, when the disk cannot take it all."""
    place = next(p for p in (root(), *root().parents) if p.exists())
    free, need = shutil.disk_usage(place).free - SPARE_BYTES, sum(p.room for p in plans)
    if need > free:
        raise ValueError(
            f"not enough disk: {need / 1e9:.1f} GB are needed, {max(0, free) / 1e9:.1f} GB are free in {place}: make room, "
            "or set CLIFFHANGER_MODELS to a folder on another disk"
        )


def pull(planned: Plan, tell: Tell) -> Record:
    """Carries a plan out and writes the record. ValueError, one line, when it cannot; what came is kept for the next run."""
    name = planned.wanted.name
    with _alone(name):
        record = _fetched(planned, tell) if planned.files else _made(planned, tell)
        folder = weights.folder_of(record)
        faults = [*weights.quick_faults(record), *weights.header_faults(folder, record.files)]
        if faults:
            raise ValueError(f"{name} is not fit to load: {faults[0]}")
        _sweep(folder, record, tell)
        weights.write_record(record)
        shutil.rmtree(_base(name) / ".parts", ignore_errors=True)
    return record


@contextlib.contextmanager
def _alone(name: str) -> Generator[None, None, None]:
    """One pull of an entry at a time; the lock ends with the process."""
    _base(name).mkdir(parents=True, exist_ok=True)
    with (_base(name) / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ValueError(f"another pull of {name} is under way") from error
        yield


def _base(name: str) -> Path:
    return root() / name


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _part(planned: Plan, file: HubFile) -> Path:
    """Where a file grows: named by its contents, so that another commit's bytes never join it."""
    token = hashlib.sha256(f"{file.path}\n{file.sha256 or file.blob}".encode()).hexdigest()[:24]
    return _base(planned.wanted.name) / ".parts" / token


# -- from the hub


def _fetched(planned: Plan, tell: Tell) -> Record:
    wanted, folder = planned.wanted, _base(planned.wanted.name) / planned.commit
    stored: dict[str, StoredFile] = {}
    converted: dict[str, Converted] = {}
    for file in planned.files:
        if file.path in wanted.convert:
            result = wanted.convert[file.path]
            stored[result], converted[result] = _converted(planned, file, folder / result, tell)
        else:
            place = wanted.place(file.path)
            digest = _present(file, folder / place) or _get(planned, file, folder / place, tell)
            stored[place] = StoredFile(bytes=file.bytes, sha256=digest)
    return _record(planned, planned.commit, stored, converted)


def _present(file: HubFile, path: Path) -> str | None:
    """The sha256 of a file that an earlier run left here, when it is what the hub says."""
    return hub.right_digest(file, path) if path.is_file() and not path.is_symlink() else None


def _get(planned: Plan, file: HubFile, path: Path, tell: Tell) -> str:
    """Fetches one file; at the commit of an earlier pull it must be the same bytes as then."""
    tell(f"{planned.wanted.name}: {file.path} ({file.bytes / 1e6:,.1f} MB)")
    if path.is_symlink() or path.is_dir():
        raise ValueError(f"{path} is in the way: remove it")
    digest = hub.fetch(planned.wanted.repo, planned.commit, file, path, _part(planned, file))
    if digest != _first_digest(planned, file, digest):
        path.unlink()
        raise ValueError(f"{file.path} of {planned.wanted.repo} is not what the first pull of this commit brought")
    return digest


def _first_digest(planned: Plan, file: HubFile, otherwise: str) -> str:
    """The sha256 that an earlier pull of this commit recorded for a file, as stored or as the source of a conversion."""
    if planned.before is None:
        return otherwise
    sources = {each.source: each.sha256 for each in planned.before.converted.values()}
    stored = planned.before.files.get(planned.wanted.place(file.path))
    return stored.sha256 if stored else sources.get(file.path, otherwise)


def _kept(planned: Plan, relative: str, result: Path) -> tuple[StoredFile, Converted] | None:
    """What an earlier pull converted, when it is still here unchanged."""
    before = planned.before
    if before is None or relative not in before.files or relative not in before.converted or not result.is_file():
        return None
    same = weights.file_sha256(result) == before.files[relative].sha256
    return (before.files[relative], before.converted[relative]) if same else None


def _converted(planned: Plan, file: HubFile, result: Path, tell: Tell) -> tuple[StoredFile, Converted]:
    """The safetensors file made of a pickle; the pickle is deleted, whether it could be converted or not."""
    relative = planned.wanted.convert[file.path]
    kept = _kept(planned, relative, result)
    if kept is not None:
        return kept
    pickle = _part(planned, file).with_suffix(".whole")
    digest = _get(planned, file, pickle, tell)
    tell(f"{planned.wanted.name}: {file.path} is a pickle: converting it, without network, to {relative}")
    result.parent.mkdir(parents=True, exist_ok=True)
    temp = pickle.with_suffix(".safetensors")
    try:
        convert(pickle, temp)
        weights.check_safetensors(temp)
    except ValueError as error:
        temp.unlink(missing_ok=True)
        raise ValueError(f"{planned.wanted.name}: {file.path}: {error}".replace(pickle.name, "it")) from error
    finally:
        pickle.unlink()
    temp.replace(result)
    stored = StoredFile(bytes=result.stat().st_size, sha256=weights.file_sha256(result))
    return stored, Converted(source=file.path, sha256=digest)


# -- made here


def _made(planned: Plan, tell: Tell) -> Record:
    """A tiny random checkpoint; its 'commit' is a hash of what was made."""
    wanted, base = planned.wanted, _base(planned.wanted.name)
    tell(f"{wanted.name}: made on the spot")
    temp = base / ".making"
    shutil.rmtree(temp, ignore_errors=True)
    temp.mkdir(parents=True)
    module, _, function = wanted.made_by.partition(":")
    getattr(import_module(module), function)(temp)
    paths = sorted(p for p in temp.rglob("*") if p.is_file())
    stored = {
        p.relative_to(temp).as_posix(): StoredFile(bytes=p.stat().st_size, sha256=weights.file_sha256(p)) for p in paths
    }
    text = "\n".join(f"{name} {file.sha256}" for name, file in stored.items())
    commit = hashlib.sha256(text.encode()).hexdigest()[:40]
    shutil.rmtree(base / commit, ignore_errors=True)
    temp.replace(base / commit)
    return _record(planned, commit, stored, {})


def _record(planned: Plan, commit: str, stored: dict[str, StoredFile], converted: dict[str, Converted]) -> Record:
    wanted = planned.wanted
    return Record(
        name=wanted.name,
        repo=weights.source_of(wanted),
        commit=commit,
        pinned=wanted.pinned,
        licence=wanted.licence,
        licence_url=wanted.licence_url,
        commercial=wanted.commercial,
        notice=wanted.notice,
        files=stored,
        converted=converted,
    )


def _sweep(folder: Path, record: Record, tell: Tell) -> None:
    """Removes from the folder what was not pulled, and says so."""
    for here, _, files in os.walk(folder, topdown=False):
        for file in files:
            path = Path(here) / file
            if path.relative_to(folder).as_posix() not in record.files:
                tell(f"{record.name}: removed {path.relative_to(folder)}, which was not pulled")
                path.unlink()
