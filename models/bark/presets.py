"""Bark's voices as files: the official presets and our own, read with distrust, written whole. Numpy only.

A preset is a stretch of speech in Bark's own tokens, which a line continues; nothing here knows who speaks in it. Two
layouts are read: suno/bark's `speaker_embeddings_path.json`, which names three .npy files a voice (transformers,
models/bark/processing_bark.py), and one .npz a voice, as Suno's own repository has them. No pickle is ever opened: a
file's header must be that of a plain array of integers, of exactly the bytes that follow, before numpy sees it."""

from __future__ import annotations

import io
import json
import math
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]

INDEX = "speaker_embeddings_path.json"
PARTS = ("semantic_prompt", "coarse_prompt", "fine_prompt")
ROOTS = ("speaker_embeddings", "bark/assets/prompts", "")
"""Folders below the weights in which .npz files may lie: the hub's, that of Suno's own repository, none."""
ROWS = {"semantic_prompt": 0, "coarse_prompt": 2, "fine_prompt": 8}
"""Codebooks of each part; 0: one row without a codebook."""
SEMANTIC_CODES = 10_000
CODEBOOK = 1_024
SEMANTIC_RATE = 49.9
"""Semantic tokens a second; frames of codes a second (BarkSemanticGenerationConfig, BarkCoarseGenerationConfig)."""
FRAME_RATE = 75.0
LEAST_TOKENS, MOST_TOKENS = 8, 4_096
"""Semantic tokens. Less is no voice; Bark looks back at 256, so more than 80 seconds is a mistake."""
MOST_FILE = 1_000_000
"""Bytes of one file, and of all that one .npz unpacks to. The official ones are 16 to 45 kB."""
MOST_FILES = 10_000
_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,63})(?:/[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,63})){0,3}")
_HEADER = re.compile(
    rb"\{'descr': '[<>|=][iu]([1248])', 'fortran_order': (?:False|True), 'shape': \((\d{1,6}),(?: (\d{1,6}))?\), \} *\n"
)
"""An .npy header as numpy writes it for integers of one or two dimensions: bytes a number, and the counts."""
_MAGIC = b"\x93NUMPY"
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    OverflowError,
)
"""What zipfile raises for archives that are damaged, encrypted or packed in other ways."""


@dataclass(frozen=True, eq=False)
class Preset:
    """A voice: semantic int64 (n,), coarse int64 (2, t), fine int64 (8, t or one more or less), t about 1.5 n."""

    semantic: Codes
    coarse: Codes
    fine: Codes


def read_preset(weight_folder: Path, name: str) -> Preset:
    """The preset of this name ('v2/en_speaker_6') below a weights' folder, checked.

    The index comes first, where it names files that are there; else NAME.npz. ValueError, one line that names the
    preset, for an unknown one and for any file that is not what a preset must be."""
    with _named(name):
        _check_name(name)
        indexed = _index(weight_folder).get(name)
        files = _indexed_files(weight_folder, indexed) if indexed is not None else {}
        if files and all(path.is_file() for path in files.values()):
            arrays = {part: _array(_read(path), part) for part, path in files.items()}
            return check_preset(arrays["semantic_prompt"], arrays["coarse_prompt"], arrays["fine_prompt"])
        single = next((path for path in _singles(weight_folder, name) if path.is_file()), None)
        if single is not None:
            return _unpacked(_read(single))
        missing = next((path for path in files.values() if not path.is_file()), None)
        raise ValueError(
            f"{missing.name} is missing" if missing else f"there is none of that name; {_known(weight_folder)}"
        )


def load_preset(path: Path, name: str) -> Preset:
    """The preset of one .npz file, wherever it lies; `name` is what errors call it. ValueError, one line."""
    with _named(name):
        if not path.is_file():
            raise ValueError(f"{path.name} is missing")
        return _unpacked(_read(path))


def write_preset(path: Path, preset: Preset) -> None:
    """One .npz of uint16 arrays, checked first, put in place whole. ValueError for what could not be read back."""
    if path.suffix != ".npz":
        raise ValueError(f"a preset is written as .npz, not '{path.name}'")
    with _named(path.stem):
        checked = check_preset(preset.semantic, preset.coarse, preset.fine)
    arrays = zip(PARTS, (checked.semantic, checked.coarse, checked.fine), strict=True)
    packed = io.BytesIO()
    np.savez(packed, **{part: array.astype(np.uint16) for part, array in arrays})  # type: ignore[arg-type]
    temp = path.with_name(f".tmp-{os.getpid()}-{path.name}")
    temp.write_bytes(packed.getvalue())
    temp.replace(path)


def check_preset(semantic: NDArray[np.generic], coarse: NDArray[np.generic], fine: NDArray[np.generic]) -> Preset:
    """The three arrays as a Preset of int64. ValueError says what is wrong: type, shape, range or lengths.

    Coarse need not be the first two rows of fine: Bark looks at each for itself. Their lengths may differ by one
    frame, 13 ms, which no history notices. Coarse must be as long as semantic says (75 frames to 49.9 tokens), else
    the model would hear other sounds than it is told: Suno's own code asks the same to about a thirtieth; here it is
    a twenty-fifth and, for short presets, four frames."""
    parts = (_checked(semantic, "semantic_prompt"), _checked(coarse, "coarse_prompt"), _checked(fine, "fine_prompt"))
    tokens, frames, fine_frames = (part.shape[-1] for part in parts)
    if not LEAST_TOKENS <= tokens <= MOST_TOKENS:
        raise ValueError(f"{tokens} semantic tokens, must be {LEAST_TOKENS} to {MOST_TOKENS}")
    if abs(frames - fine_frames) > 1:
        raise ValueError(f"coarse_prompt has {frames} frames, fine_prompt {fine_frames}")
    expected = tokens * FRAME_RATE / SEMANTIC_RATE
    if abs(frames - expected) > expected / 25 + 4:
        raise ValueError(f"{frames} frames of codes for {tokens} semantic tokens, expected about {expected:.0f}")
    return Preset(*parts)


def preset_names(weight_folder: Path) -> list[str]:
    """Every voice that the index or a .npz file names, in order of number ('..._2' before '..._10'); unchecked.

    ValueError, one line, for an index that cannot be read."""
    names = set(_index(weight_folder))
    for root in ROOTS:
        base = weight_folder / root
        found = (path for pattern in ("*.npz", "*/*.npz") for path in base.glob(pattern))
        names.update(path.relative_to(base).as_posix().removesuffix(".npz") for path in _first(found))
    nested = tuple(root + "/" for root in ROOTS if root)
    return sorted((n for n in names if _NAME.fullmatch(n) and not n.startswith(nested)), key=_by_number)


# -- names and places


@contextmanager
def _named(name: str) -> Generator[None, None, None]:
    """Errors within are told as of this preset."""
    shown = name if name.isprintable() and len(name) <= 80 else ascii(name[:60])
    try:
        yield
    except OSError as error:
        raise ValueError(f"Bark's preset '{shown}': {error.strerror or 'it cannot be read'}") from error
    except ValueError as error:
        raise ValueError(f"Bark's preset '{shown}': {error}") from error


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or ".." in name:
        raise ValueError("no name for a preset; one looks like v2/en_speaker_6")


def _first(paths: Iterator[Path]) -> list[Path]:
    return [path for _, path in zip(range(MOST_FILES), paths, strict=False)]


def _by_number(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"([0-9]+)", name)]


def _known(folder: Path) -> str:
    names = preset_names(folder)
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return f"choose from {', '.join(names[:12])}{more}" if names else f"no presets lie in '{folder.name}'"


def _singles(folder: Path, name: str) -> Iterator[Path]:
    return (folder / root / f"{name}.npz" for root in ROOTS)


def _index(folder: Path) -> dict[str, object]:
    """Name -> what the index says of it; empty without an index."""
    path = folder / INDEX
    if not path.is_file():
        return {}
    try:
        told = json.loads(_read(path).decode("utf-8"))
    except (ValueError, RecursionError):
        raise ValueError(f"{INDEX} is not valid JSON") from None
    if not isinstance(told, dict):
        raise ValueError(f"{INDEX} is not a table of presets")
    return {name: entry for name, entry in told.items() if name != "repo_or_path"}


def _indexed_files(folder: Path, entry: object) -> dict[str, Path]:
    if not isinstance(entry, dict) or not all(isinstance(entry.get(part), str) for part in PARTS):
        raise ValueError(f"{INDEX} does not name its {', '.join(PARTS)}")
    return {part: folder / _inside(entry[part]) for part in PARTS}


def _inside(place: str) -> PurePosixPath:
    """A path that cannot leave its folder, judged by its words alone: the hub's own cache is full of links that do."""
    path = PurePosixPath(place)
    if (
        path.is_absolute()
        or ".." in path.parts
        or not re.fullmatch(r"[\w./-]{1,300}", place, re.ASCII)
        or path.suffix != ".npy"
    ):
        raise ValueError(f"{INDEX} points to {place[:80]!a}: a path to an .npy file below it is expected")
    return path


# -- bytes


def _read(path: Path) -> bytes:
    with path.open("rb") as stream:
        data = stream.read(MOST_FILE + 1)
    if len(data) > MOST_FILE:
        raise ValueError(f"{path.name} is larger than {MOST_FILE // 1000} kB")
    return data


def _unpacked(data: bytes) -> Preset:
    """A preset from the bytes of an .npz; what its members unpack to is counted before any is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = _members(archive)
            arrays = {part: _array(_member(archive, info), part) for part, info in members.items()}
    except _BROKEN as error:
        raise ValueError(
            f"not a whole .npz file ({' '.join(str(error).split())[:80] or type(error).__name__})"
        ) from None
    return check_preset(arrays["semantic_prompt"], arrays["coarse_prompt"], arrays["fine_prompt"])


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    found = {info.filename: info for info in archive.infolist()}
    missing = next((part for part in PARTS if f"{part}.npy" not in found), None)
    if missing:
        raise ValueError(f"it has no {missing}")
    members = {part: found[f"{part}.npy"] for part in PARTS}
    for part, info in members.items():
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError(f"{part} is packed in a way that numpy never uses")
    if sum(info.file_size for info in members.values()) > MOST_FILE:
        raise ValueError(f"it unpacks to more than {MOST_FILE // 1000} kB")
    return members


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as stream:
        data = stream.read(MOST_FILE + 1)
    if len(data) > MOST_FILE:
        raise ValueError(f"it unpacks to more than {MOST_FILE // 1000} kB")
    return data


def _array(data: bytes, part: str) -> NDArray[np.generic]:
    """The array of an .npy file's bytes: plain integers of one or two dimensions, no byte missing and none too many."""
    start, stop = _header_at(data, part)
    told = _HEADER.fullmatch(data, start, stop)
    if told is None:
        raise ValueError(f"{part} is not a plain array of integers")
    size, *counts = (int(number) for number in told.groups() if number is not None)
    if len(data) - stop != size * math.prod(counts):
        raise ValueError(f"{part} does not hold as many numbers as it says")
    return np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)


def _header_at(data: bytes, part: str) -> tuple[int, int]:
    """Where the header's text begins and ends (numpy's .npy format, versions 1 and 2)."""
    version = data[6:8]
    if data[:6] != _MAGIC or version not in (b"\x01\x00", b"\x02\x00"):
        raise ValueError(f"{part} is not an .npy file")
    width = 2 if version == b"\x01\x00" else 4
    start = 8 + width
    length = int.from_bytes(data[8:start], "little")
    if not 0 < length <= 2_000 or len(data) < start + length:
        raise ValueError(f"{part} is not a whole .npy file")
    return start, start + length


def _checked(array: NDArray[np.generic], part: str) -> Codes:
    rows = ROWS[part]
    if array.dtype.kind not in "iu":
        raise ValueError(f"{part} holds {array.dtype}, not integers")
    if array.ndim != (2 if rows else 1) or (rows and array.shape[0] != rows):
        raise ValueError(f"{part} has shape {array.shape}, expected ({f'{rows}, frames' if rows else 'tokens,'})")
    most = (CODEBOOK if rows else SEMANTIC_CODES) - 1
    if array.size and (int(array.min()) < 0 or int(array.max()) > most):
        raise ValueError(f"{part} has codes outside 0 to {most}")
    return np.ascontiguousarray(array, dtype=np.int64)
