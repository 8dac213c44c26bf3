"""The weights on this disk: their records, what makes a folder fit to load, and what rendering is handed. No network.

`<root>/<name>/<commit>/...` holds the files in the hub's own layout, `<root>/<name>/record.json` says what they are; it is
written last, so a record that exists means a whole pull. Every file is taken for hostile until its header was read."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from models.catalogue import COMMIT, KINDS, Entry, entry, root
from models.settings import Weight

RECORD = "record.json"
OWN = "path:"
"""A weight name that begins so is a folder of the reader's own, such as a fine-tuned model."""

MAX_RECORD_BYTES = 4_000_000
MAX_HEADER_BYTES = 100_000_000  # the safetensors format's own limit
DTYPE_BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E4M3": 8, "F8_E5M2": 8, "U16": 16, "I16": 16, "F16": 16, "BF16": 16,
    "U32": 32, "I32": 32, "F32": 32, "U64": 64, "I64": 64, "F64": 64, "C64": 64,
}  # fmt: skip
"""The bits of an element, by the safetensors format's names."""

HARMLESS = (".md", ".png", ".jpg", ".jpeg", ".webp", ".log", ".csv", ".gitattributes", ".gitignore", "")
"""What an own folder may hold besides: model cards, samples, logs. Nothing loads them."""


class StoredFile(BaseModel):
    """Size in bytes, and the sha256 of what was stored."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bytes: int = Field(ge=0)
    sha256: str = Field(pattern=r"[0-9a-f]{64}")


class Converted(BaseModel):
    """Which file a stored one was made of, and that file's sha256; the source itself is not kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    sha256: str = Field(pattern=r"[0-9a-f]{64}")


class Record(BaseModel):
    """What was pulled. `commit` names the folder; `pinned` whether the catalogue had fixed it before the pull."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    repo: str
    commit: str = Field(pattern=r"[0-9a-f]{40}")
    pinned: bool
    licence: str
    licence_url: str = ""
    commercial: str
    notice: str = ""
    files: dict[str, StoredFile]
    converted: dict[str, Converted] = Field(default_factory=dict[str, Converted])

    @model_validator(mode="after")
    def _has_safe_paths(self) -> Self:
        for name in (*self.files, *self.converted):
            check_path(name)
        return self


def check_path(name: str) -> None:
    """A path that stays within its folder, in the hub's notation; ValueError otherwise."""
    parts = name.split("/")
    if not name or any(part in ("", ".", "..") for part in parts) or any(c in name for c in "\\:\0\n"):
        raise ValueError(f"not a path within a repository: {name!r}")


# -- what rendering is handed


def local(names: Mapping[str, str], profile: str | None = None) -> Mapping[str, Weight]:
    """The weights on this disk by role, checked: every recorded file with its size, safe kinds only, whole headers.

    Nothing is ever downloaded here. ValueError names what is missing and the command that brings it."""
    missing = [n for n in dict.fromkeys(names.values()) if not n.startswith(OWN) and not is_here(entry(n))]
    if missing:
        raise ValueError(_absent(missing, profile))
    found = {name: weight(name) for name in dict.fromkeys(names.values())}
    return {role: found[name] for role, name in names.items()}


def _absent(missing: list[str], profile: str | None) -> str:
    what = f"--profile {profile}" if profile else " ".join(missing)
    named = ", ".join(f"'{name}'" for name in missing)
    return f"weights {named} are not here: run `cliffhanger models pull {what}`"


def is_here(wanted: Entry) -> bool:
    """Whether a whole pull of the commit that the catalogue asks for is recorded."""
    record = read_record(wanted.name)
    return record is not None and is_current(wanted, record)


def is_current(wanted: Entry, record: Record) -> bool:
    return record.repo == source_of(wanted) and (
        COMMIT.fullmatch(wanted.revision) is None or record.commit == wanted.revision
    )


def source_of(wanted: Entry) -> str:
    return wanted.repo or wanted.made_by


def weight(name: str) -> Weight:
    """One set of weights, checked. `name` is the catalogue's, or path:FOLDER."""
    if name.startswith(OWN):
        return _own(name)
    wanted = entry(name)
    record = read_record(name)
    if record is None:
        raise ValueError(_absent([name], None))
    folder = folder_of(record)
    for fault in (*quick_faults(record), *kind_faults(folder, ()), *header_faults(folder, record.files)):
        _unfit(name, fault)
    roles = dict(wanted.roles) or None
    return Weight(
        name, folder, record.repo, record.commit, wanted.licence, wanted.commercial_use, wanted.notice, roles,
    )  # fmt: skip


def _own(name: str) -> Weight:
    """A folder of the reader's: no record, the same checks; its print is its path and the size and age of its tensors."""
    folder = Path(name.removeprefix(OWN)).expanduser()
    if not folder.is_dir():
        raise ValueError(f"no such folder of weights: {folder}")
    files = sorted(_walk(folder))
    tensors = [f for f in files if f.endswith(".safetensors")]
    for fault in (*kind_faults(folder, HARMLESS), *header_faults(folder, files)):
        _unfit(name, fault)
    if not tensors:
        _unfit(name, "it holds no .safetensors file")
    stamp = hashlib.sha256()
    for file in tensors:
        stat = (folder / file).stat()
        stamp.update(f"{file} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return Weight(name, folder, str(folder.resolve()), stamp.hexdigest()[:40], "unknown: your own", True)


def _unfit(name: str, fault: str) -> NoReturn:
    cure = "" if name.startswith(OWN) else f": run `cliffhanger models pull {name}`"
    raise ValueError(f"weights '{name}' cannot be used: {fault}{cure}")


# -- records


def folder_of(record: Record) -> Path:
    return root() / record.name / record.commit


def read_record(name: str) -> Record | None:
    """The record of a whole pull; None when there is none. A record that cannot be read counts as none."""
    path = root() / name / RECORD
    try:
        if path.stat().st_size > MAX_RECORD_BYTES:
            return None
        record = Record.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
    return record if record.name == name else None


def write_record(record: Record) -> None:
    """Temp file, fsync, rename: a kill leaves the old record or the new one."""
    path = root() / record.name / RECORD
    temp = path.with_name(f".tmp-{os.getpid()}-{RECORD}")
    with temp.open("wb") as stream:
        stream.write(json.dumps(record.model_dump(mode="json"), indent=1, sort_keys=True).encode())
        stream.flush()
        os.fsync(stream.fileno())
    temp.replace(path)


def file_sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


# -- checks


def verify(name: str) -> list[str]:
    """Every fault of what was pulled, all files hashed anew: wrong, missing or extra files by name. Empty: all is well."""
    wanted = entry(name)
    record = read_record(name)
    if record is None or not is_current(wanted, record):
        return ["not here" if record is None else "another revision than the catalogue's is here"]
    folder = folder_of(record)
    faults: list[str] = []
    for file, stored in record.files.items():
        fault = _size_fault(folder / file, stored)
        if fault is None and file_sha256(folder / file) != stored.sha256:
            fault = "has another sha256 than was pulled"
        faults += [f"{file} {fault}"] if fault else []
    faults += [f"{file} was not pulled" for file in sorted(_walk(folder)) if file not in record.files]
    return faults + list(header_faults(folder, record.files))


def quick_faults(record: Record) -> Iterator[str]:
    """Recorded files that are missing, are links, or have another size."""
    folder = folder_of(record)
    for file, stored in record.files.items():
        fault = _size_fault(folder / file, stored)
        if fault:
            yield f"{file} {fault}"


def _size_fault(path: Path, stored: StoredFile) -> str | None:
    if path.is_symlink():
        return "is a link"
    if not path.is_file():
        return "is missing"
    size = path.stat().st_size
    return None if size == stored.bytes else f"has {size:,} bytes, not {stored.bytes:,}"


def kind_faults(folder: Path, also: tuple[str, ...]) -> Iterator[str]:
    """Files of a kind that must not be there: pickles, programs, anything unknown."""
    for file in sorted(_walk(folder)):
        suffix = PurePosixPath(file).suffix.lower()
        if suffix not in KINDS and suffix not in also:
            yield f"{file} is not one of {' '.join(KINDS)}: pickles and programs are never loaded"


def header_faults(folder: Path, files: Iterable[str]) -> Iterator[str]:
    """What is wrong with the tensors, arrays and shard lists among `files`; missing ones are told elsewhere."""
    for file in files:
        path = folder / file
        check = next((c for suffix, c in _CHECKS.items() if file.endswith(suffix)), None)
        if check is None or not path.is_file():
            continue
        try:
            check(path)
        except (ValueError, OSError) as error:
            yield f"{file}: {error}"


def _walk(folder: Path) -> Iterator[str]:
    """Every file below the folder in the hub's notation; what the hub's own tools cache beside them is not ours."""
    for here, folders, files in os.walk(folder):
        folders[:] = [f for f in folders if f not in (".cache", ".git")]
        for file in files:
            yield (Path(here) / file).relative_to(folder).as_posix()


def check_safetensors(path: Path) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Dtype and shape of each tensor, from the header alone: 8 bytes of length, JSON, offsets that tile the rest.

    ValueError when the file is truncated, is no safetensors, or its header lies. The format:
    https://github.com/huggingface/safetensors#format"""
    size = path.stat().st_size
    with path.open("rb") as stream:
        start = stream.read(8)
        length = int.from_bytes(start, "little")
        if len(start) < 8 or not 2 <= length <= MAX_HEADER_BYTES:
            raise ValueError("this is not a safetensors file")
        text = stream.read(length)
    if len(text) < length:
        raise ValueError("the file is cut short within its header")
    return _read_header(text, size - 8 - length)


def _read_header(text: bytes, room: int) -> dict[str, tuple[str, tuple[int, ...]]]:
    try:
        header: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError("this is not a safetensors file: its header is no JSON") from error
    if not isinstance(header, dict):
        raise ValueError("this is not a safetensors file: its header is no table")
    header.pop("__metadata__", None)
    spans: list[tuple[int, int]] = []
    found: dict[str, tuple[str, tuple[int, ...]]] = {}
    for name, told in header.items():
        dtype, shape, span = _read_tensor(name, told)
        spans.append(span)
        found[name] = (dtype, shape)
    end = 0
    for start, stop in sorted(spans):
        if start != end:
            raise ValueError("the safetensors header has tensors that overlap or leave holes")
        end = stop
    if end != room:
        raise ValueError(
            f"the file is cut short: {room:,} bytes of tensors, not {end:,}" if room < end else "extra bytes"
        )
    return found


def _read_tensor(name: str, told: Any) -> tuple[str, tuple[int, ...], tuple[int, int]]:
    """Dtype, shape and span of one entry of the header; the span must be exactly as long as dtype and shape say."""
    try:
        bits = DTYPE_BITS[told["dtype"]]
        shape = tuple(told["shape"])
        start, stop = told["data_offsets"]
        count = bits
        for side in (*shape, start, stop):
            if not isinstance(side, int) or isinstance(side, bool) or side < 0:
                raise ValueError(side)
        for side in shape:
            count *= side
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"the safetensors header is wrong about tensor {str(name)[:80]!r}") from error
    if (stop - start) * 8 != count:
        raise ValueError(f"the safetensors header is wrong about tensor {str(name)[:80]!r}")
    return told["dtype"], shape, (start, stop)


def _check_npy(path: Path) -> None:
    """A plain array: one that holds Python objects is a pickle."""
    with path.open("rb") as stream:
        version = np.lib.format.read_magic(stream)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = read(stream)
        rest = path.stat().st_size - stream.tell()
    if dtype.hasobject:
        raise ValueError("the array holds Python objects: pickles are never loaded")
    if rest != dtype.itemsize * int(np.prod(shape, dtype=np.int64)):
        raise ValueError("the array is cut short")


def _check_index(path: Path) -> None:
    """A shard list: every file that it names stands beside it."""
    try:
        told: Any = json.loads(path.read_bytes())
        shards = set(told["weight_map"].values())
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise ValueError("this is not a list of shards") from error
    absent = sorted(str(shard) for shard in shards if not (path.parent / str(shard)).is_file())
    if absent:
        raise ValueError(f"it names {absent[0]}, which is not here")


_CHECKS = {".safetensors": check_safetensors, ".npy": _check_npy, ".safetensors.index.json": _check_index}
