"""Takes by fingerprint, atomic files, the series lock. Knows files; not what a stage does.

A take is `<unit>-<fingerprint>.<ext>` with its record `.json` beside it. The record is written last (temp file, fsync,
rename), so a record that exists means a whole take, and a kill at any moment loses nothing that was finished."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import socket
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.core import UserError

TEMP_PREFIX = ".tmp-"
FINGERPRINT_LENGTH = 16  # hex digits of a sha256: 64 bits, far beyond any season's number of takes
MAX_RECORD_BYTES = 16_000_000


def canonical(data: Any) -> str:
    """JSON with sorted keys and no spaces: equal data gives equal text."""
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)


def fingerprint(*parts: Any) -> str:
    """Hex digest over everything that goes into a take."""
    return hashlib.sha256(canonical(parts).encode()).hexdigest()[:FINGERPRINT_LENGTH]


def file_sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


UNWRITABLE = (
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.EIO,
    errno.EFBIG, errno.ELOOP, errno.ESTALE,
)  # fmt: skip
"""What a disk or a folder can refuse; other errors are a program's own."""


def _fsync_path(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def atomic(path: Path) -> Generator[Path, None, None]:
    """A temp path beside `path` with the same suffix; renamed onto it, fsynced, when the block ends well.

    A full or unwritable disk becomes a UserError; a stopped block leaves no file."""
    temp = path.with_name(f"{TEMP_PREFIX}{os.getpid()}-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temp
        _fsync_path(temp)
        os.replace(temp, path)
        _fsync_path(path.parent)
    except OSError as error:
        raise disk_error(error, path) from error
    finally:
        with contextlib.suppress(OSError):  # gone already, or on a disk whose error is told above; a sweep finds it
            temp.unlink()


def disk_error(error: OSError, path: Path) -> Exception:
    """The reader's words for what a disk can do wrong; anything else stays what it was."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return UserError(f"the disk is full: {path.parent} (nothing finished was lost; free space and run again)")
    if error.errno in UNWRITABLE:
        return UserError(f"cannot write in {path.parent}: {error.strerror}")
    return error


def write_text(path: Path, text: str) -> None:
    with atomic(path) as temp:
        temp.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: Path, data: Any) -> None:
    write_text(path, json.dumps(data, ensure_ascii=False, indent=1) + "\n")


def sweep(root: Path) -> int:
    """Removes temp files that a killed run left behind. Only the holder of the series lock may call it."""
    strays = [p for p in root.rglob(f"{TEMP_PREFIX}*") if p.is_file()]
    for stray in strays:
        stray.unlink(missing_ok=True)
    return len(strays)


@dataclass(frozen=True)
class Take:
    """One file that one model made for one unit, with its recipe, what came with it, rights and cost."""

    stage: str
    unit: str
    fingerprint: str
    path: Path
    sha256: str
    bytes: int
    recipe: Mapping[str, Any]
    result: Mapping[str, Any]
    model: str
    rights: Mapping[str, Any]
    cost: Mapping[str, Any]


@dataclass(frozen=True)
class Made:
    """A freshly made take on its way into the vault: `write` fills the file at the path it is given."""

    write: Callable[[Path], None]
    model: str
    rights: Mapping[str, Any]
    cost: Mapping[str, Any] = field(default_factory=dict[str, Any])
    result: Mapping[str, Any] = field(default_factory=dict[str, Any])


class Vault:
    """The takes of one series, below `<series>/takes`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, stage: str, unit: str, print_: str, suffix: str) -> Path:
        return self.root / stage / f"{unit}-{print_}{suffix}"

    def find(self, stage: str, unit: str, recipe: Mapping[str, Any], suffix: str) -> Take | None:
        """The whole take of this recipe, or None. A file of another size than its record says is not whole."""
        print_ = fingerprint(stage, unit, recipe)
        path = self.path(stage, unit, print_, suffix)
        record_path = path.with_name(path.name + ".json")
        try:
            if record_path.stat().st_size > MAX_RECORD_BYTES:
                return None
            record = json.loads(record_path.read_text(encoding="utf-8"))
            return _take(record, path) if path.stat().st_size == record["bytes"] else None
        except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError):
            return None

    def takes(self, stage: str) -> list[Take]:
        """Every whole take of a stage, by file name."""
        found: list[Take] = []
        for record_path in sorted((self.root / stage).glob("*.json")):
            path = record_path.with_suffix("")
            try:
                record = json.loads(record_path.read_text(encoding="utf-8"))
                if path.is_file() and path.stat().st_size == record["bytes"]:
                    found.append(_take(record, path))
            except (OSError, ValueError, KeyError, TypeError):
                continue  # not a record: a take's own JSON, or one that a disk has damaged
        return found

    def put(self, stage: str, unit: str, recipe: Mapping[str, Any], suffix: str, made: Made) -> Take:
        """Writes the file, then its record."""
        print_ = fingerprint(stage, unit, recipe)
        path = self.path(stage, unit, print_, suffix)
        with atomic(path) as temp:
            made.write(temp)
        record = {
            "stage": stage,
            "unit": unit,
            "fingerprint": print_,
            "bytes": path.stat().st_size,
            "sha256": file_sha256(path),
            "model": made.model,
            "rights": dict(made.rights),
            "cost": dict(made.cost),
            "recipe": recipe,
            "result": dict(made.result),
        }
        write_text(path.with_name(path.name + ".json"), canonical(record))
        return _take(json.loads(canonical(record)), path)


def _take(record: Mapping[str, Any], path: Path) -> Take:
    return Take(
        stage=record["stage"],
        unit=record["unit"],
        fingerprint=record["fingerprint"],
        path=path,
        sha256=record["sha256"],
        bytes=record["bytes"],
        recipe=record["recipe"],
        result=record["result"],
        model=record["model"],
        rights=record["rights"],
        cost=record["cost"],
    )


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return "unknown"


@contextlib.contextmanager
def series_lock(folder: Path) -> Generator[None, None, None]:
    """One process at a time on one series. The kernel drops the lock with its process, so a stale one is recovered.

    The file names host, pid and boot id. A name from another boot of another host is refused: on a network file system
    the kernel may not see that host's lock. UserError names the holder."""
    path = folder / ".lock"
    mine = {"host": socket.gethostname(), "pid": os.getpid(), "boot_id": _boot_id()}
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise disk_error(error, path) from error
    try:
        _claim(handle, path, mine)
        try:
            yield
        finally:
            os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def _claim(handle: int, path: Path, mine: Mapping[str, Any]) -> None:
    holder = _holder(handle)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UserError(_busy(path, holder)) from None
    holder = _holder(handle)
    if holder and holder["host"] != mine["host"] and holder["boot_id"] != mine["boot_id"]:
        raise UserError(_busy(path, holder) + f"; if that process is gone, remove {path}")
    os.ftruncate(handle, 0)
    os.pwrite(handle, (json.dumps(mine) + "\n").encode(), 0)
    os.fsync(handle)


def _holder(handle: int) -> dict[str, Any] | None:
    try:
        data = json.loads(os.pread(handle, 4096, 0) or b"null")
        return {k: data[k] for k in ("host", "pid", "boot_id")} if data else None
    except (ValueError, KeyError, TypeError):
        return None


def _busy(path: Path, holder: Mapping[str, Any] | None) -> str:
    who = f"host {holder['host']}, pid {holder['pid']}, boot {holder['boot_id']}" if holder else "another process"
    return f"{path.parent} is being worked on by {who}: wait for it or stop it"
