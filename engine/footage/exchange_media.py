"""The media that an edited cut refers to, found on this machine. Knows paths and URLs; nothing outside one folder opens.

Somebody else's file names them: relative, absolute, as a URL, or as another machine knew them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import opentimelineio

from engine.core import UserError
from engine.footage.exchange_spread import MOST_FRAMES
from engine.footage.vetting import finite
from engine.rates import Rate
from engine.timeline import Source

otio: Any = opentimelineio  # it carries no types

STILLS = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".exr", ".dpx")
MOST_SOURCES = 2_000
LONGEST_PATH = 4_000
_DRIVE = re.compile(r"^[A-Za-z]:[\\/]")


class Measured(Protocol):
    """What is to be known of a media file."""

    @property
    def seconds(self) -> float: ...
    @property
    def has_picture(self) -> bool: ...
    @property
    def has_sound(self) -> bool: ...


Probe = Callable[[Path], Measured]


class Library:
    """The sources of a cut that is being read: each file is probed once and has one id.

    `listed` is what our own file tells of them, by id; of what it tells only ids, offsets and one frame are believed."""

    def __init__(
        self, path: Path, folder: Path, rate: Rate, probe: Probe, listed: Mapping[str, dict[str, Any]]
    ) -> None:
        self.file = path
        self.folder = folder.resolve()
        self.rate = rate
        self.probe = probe
        self.listed = listed
        self.found: dict[Path, Source] = {}
        self.missing: dict[str, None] = {}

    def of(self, reference: Any, wanted: str, clip: str) -> Source | None:
        """The source that a clip's reference names; `wanted` is the id that our own metadata gives it. None: it is missing,
        and told of by `check`."""
        url = str(reference.target_url) if isinstance(reference, otio.schema.ExternalReference) else ""
        if not url and isinstance(reference, otio.schema.MissingReference) and wanted in self.listed:
            url = str(self.listed[wanted].get("path", ""))
        if not url:
            raise UserError(f"{self.file}: '{clip}' has no media file")
        path = self.locate(url, clip)
        if path is None:
            self.missing[url] = None
            return None
        return self.source(path, wanted)

    def check(self) -> None:
        """UserError when media were missing: it names the first."""
        if self.missing:
            names = list(self.missing)
            more = f" and {len(names) - 3} more" if len(names) > 3 else ""
            raise UserError(f"{self.file}: no file {', '.join(names[:3])}{more}; looked beside it and in {self.folder}")

    def source(self, path: Path, wanted: str) -> Source:
        known = self.found.get(path)
        if known is not None:
            return known
        if len(self.found) >= MOST_SOURCES:
            raise UserError(f"{self.file} names more than {MOST_SOURCES} media files")
        if path.suffix.lower() in STILLS:
            raise UserError(f"{path.name} is a still picture: export the episode with --nle, then edit that cut.otio")
        measured = self.probe(path)
        frames = max(1, round(measured.seconds * self.rate))
        told = self.listed.get(wanted, {})
        if abs(finite(told.get("frames"), 1, MOST_FRAMES, frames) - frames) <= 1:  # rounded another way
            frames = int(finite(told.get("frames"), 1, MOST_FRAMES, frames))
        offset = int(finite(told.get("offset"), -MOST_FRAMES, MOST_FRAMES, 0))
        source = Source(self._id(path, wanted), str(path), frames, measured.has_picture, measured.has_sound, offset)
        self.found[path] = source
        return source

    def _id(self, path: Path, wanted: str) -> str:
        """The wanted id, else the file's name; with a number where it is taken."""
        taken = {source.id for source in self.found.values()}
        first = wanted or path.stem
        return next(
            name for n in range(1, MOST_SOURCES + 2) if (name := first if n == 1 else f"{first}-{n}") not in taken
        )

    # -- paths

    def locate(self, url: str, clip: str) -> Path | None:
        """The file, with all links followed; None when it is nowhere. UserError when it is remote or outside the folder."""
        if len(url) > LONGEST_PATH or "\0" in unquote(url):
            raise UserError(f"{self.file}: '{clip}' has a media path that is none")
        outside = None
        for candidate in self._candidates(url, clip):
            try:
                path = candidate.resolve()
                inside = path.is_relative_to(self.folder)
                if inside and path.is_file():
                    return path
            except (OSError, RuntimeError):
                continue
            outside = outside or (None if inside else path)
        if outside is not None:
            raise UserError(
                f"{self.file}: '{clip}' wants {outside}, which is outside {self.folder}: name the folder of all media (--media)"
            )
        return None

    def _candidates(self, url: str, clip: str) -> list[Path]:
        """Where the file may lie: as it is named, then by its name beside the cut and in the folder."""
        named = [text.replace("\\", "/") if _DRIVE.match(text) else text for text in self._texts(url, clip)]
        named += [text.replace("\\", "/") for text in named if "\\" in text]
        paths = [self.file.parent / text for text in named if not _DRIVE.match(text)]
        names = [name for text in named if (name := text.rsplit("/", 1)[-1]) not in ("", ".", "..")]
        return [*paths, *(folder / name for name in names for folder in (self.file.parent, self.folder))]

    def _texts(self, url: str, clip: str) -> list[str]:
        """A URL's path as it stands, and with its %20 read. UserError for any protocol but file."""
        if _DRIVE.match(url):
            return [url]
        try:
            parts = urlsplit(url)
        except ValueError:
            return [url]
        if not parts.scheme:
            return [url] if unquote(url) == url else [url, unquote(url)]
        if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
            raise UserError(
                f"{self.file}: '{clip}' has media at {parts.scheme}://...: only files of this machine are read"
            )
        path = unquote(parts.path)
        return [path[1:] if _DRIVE.match(path[1:]) else path]
