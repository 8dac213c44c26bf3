"""The art cache: drawn images by the hash of everything that drew them, in memory and on disk. Knows no shots.

An entry is one file: a magic line, the SHA-256 of the rest, a JSON head, then the images as PNGs. A damaged or
half-written entry is thrown away and drawn again. Both levels have a named size limit and drop the oldest first."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from models.draft.raster import Image, decode, encode

ART_VERSION = 4
"""Raised whenever the same arguments draw different pixels."""
DRAWING_MODULES = (
    "raster",
    "svg",
    "palette",
    "props",
    "props_deeds",
    "props_paper",
    "props_hands",
    "props_worn",
    "props_things",
    "backdrops",
    "inkwork",
    "typeface",
)
DISK_LIMIT_BYTES = 2 * 1024**3
MEMORY_LIMIT_BYTES = 192 * 1024**2
SWEEP_EVERY = 64  # new entries between two looks at the folder's size
FOLDER_VARIABLE = "CLIFFHANGER_CACHE"
MAGIC = b"cliffhanger art 1\n"
DIGEST_BYTES = 32


@dataclass(frozen=True)
class Art:
    """Named images and the few numbers that place them."""

    images: Mapping[str, Image]
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def num_bytes(self) -> int:
        return sum(image.nbytes for image in self.images.values())


@lru_cache(maxsize=1)
def house_art() -> ArtCache:
    """The one cache of this process, shared by painter and player: what the keyframe drew, the clip finds in memory."""
    return ArtCache()


def default_folder() -> Path:
    """Where art is kept: CLIFFHANGER_CACHE, else the user's cache folder."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    if chosen:
        return Path(chosen) / "art"
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "cliffhanger" / "art"


@lru_cache(maxsize=1)
def drawing_code() -> str:
    """A hash of the source that draws, so that art of an older program is never shown by a newer one."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(p for p in here.rglob("*.py") if p.parent != here or p.stem in DRAWING_MODULES):
        digest.update(path.relative_to(here).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def key_of(kind: str, arguments: Any) -> str:
    """A hash of kind, arguments (JSON values), ART_VERSION and the drawing code."""
    text = json.dumps([ART_VERSION, drawing_code(), kind, arguments], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def pack(art: Art) -> bytes:
    """Art to the bytes of an entry."""
    blobs = {name: encode(image) for name, image in art.images.items()}
    head = json.dumps({"sizes": {name: len(blob) for name, blob in blobs.items()}, "facts": art.facts}).encode()
    body = len(head).to_bytes(4, "big") + head + b"".join(blobs.values())
    return MAGIC + hashlib.sha256(body).digest() + body


def unpack(data: bytes) -> Art:
    """The reverse of pack; ValueError on anything else."""
    start = len(MAGIC) + DIGEST_BYTES
    body = data[start:]
    if not data.startswith(MAGIC) or hashlib.sha256(body).digest() != data[len(MAGIC) : start]:
        raise ValueError("damaged art entry")
    at = 4 + int.from_bytes(body[:4], "big")
    head = json.loads(body[4:at])
    images: dict[str, Image] = {}
    for name, size in head["sizes"].items():
        images[name] = decode(body[at : at + size])
        at += size
    return Art(images, head["facts"])


class ArtCache:
    """Memory over disk. A folder that cannot be written only costs speed, never a picture."""

    def __init__(
        self, folder: Path | None = None, disk_limit: int = DISK_LIMIT_BYTES, memory_limit: int = MEMORY_LIMIT_BYTES
    ) -> None:
        self.folder = folder if folder is not None else default_folder()
        self.disk_limit = disk_limit
        self.memory_limit = memory_limit
        self._memory: OrderedDict[str, Art] = OrderedDict()
        self._held = 0
        self._new = 0

    def get(self, kind: str, arguments: Any, draw: Callable[[], Art], keep: bool = True) -> Art:
        """The art for these arguments: remembered, read or drawn. `keep=False` leaves it out of memory."""
        key = key_of(kind, arguments)
        art = self._memory.get(key)
        if art is not None:
            self._memory.move_to_end(key)
            return art
        art = self._read(key)
        if art is None:
            art = draw()
            self._write(key, art)
        if keep:
            self._remember(key, art)
        return art

    @property
    def held_bytes(self) -> int:
        """Bytes of images remembered."""
        return self._held

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.art"

    def _read(self, key: str) -> Art | None:
        path = self._path(key)
        try:
            art = unpack(path.read_bytes())
            os.utime(path)
            return art
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            return None  # damaged or unreadable: it is drawn again and written over

    def _write(self, key: str, art: Art) -> None:
        path = self._path(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(pack(art))
                os.replace(name, path)
            except OSError:
                os.unlink(name)
                raise
        except OSError:
            return  # a full or read-only disk: the picture itself is in memory
        self._new += 1
        if self._new % SWEEP_EVERY == 1:
            self.sweep()

    def _remember(self, key: str, art: Art) -> None:
        self._memory[key] = art
        self._held += art.num_bytes
        while self._held > self.memory_limit and len(self._memory) > 1:
            _, oldest = self._memory.popitem(last=False)
            self._held -= oldest.num_bytes

    def sweep(self) -> int:
        """Delete the entries used longest ago until the folder fits its limit; stray temporary files too. Bytes freed."""
        entries = []
        for path in self.folder.glob("*/*"):
            try:
                stat = path.stat()
            except OSError:
                continue  # another process deleted it first
            entries.append((stat.st_mtime, str(path), stat.st_size))
        held, freed = sum(size for _, _, size in entries), 0
        for _, name, size in sorted(entries):
            if held - freed <= self.disk_limit:
                break
            Path(name).unlink(missing_ok=True)
            freed += size
        return freed
