"""The manifest of a finished episode: its name, its form, reading it back. A damaged one is no manifest.

Reads only what the program itself needs; other keys are for people and later programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.core import Episode, Series
from engine.vault import fingerprint

MANIFEST = "manifest.json"
MANIFEST_VERSION = 1
MAX_MANIFEST_BYTES = 16_000_000
COVERS = ("cover-1.jpg", "cover-2.jpg", "cover-3.jpg")
"""The lead's face, the two who face each other, the omen."""
DELIVERABLES = (
    "master.mp4", "subtitles.srt", "subtitles.ass", "subtitles.vtt", "cover.jpg", *COVERS, "cut.otio", "cut.edl",
    "shots.csv", "script.md",
)  # fmt: skip
"""cover.jpg is the first of the covers, under the name that uploaders look for."""
SHOT_FILES = "nle"
"""The folder of textless shot files inside an episode's folder, when they were exported."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class FileEntry(_Part):
    bytes: int = Field(ge=0)
    sha256: str


class SpanEntry(_Part):
    """A declared stretch of frames: 'freeze', 'silence' or 'black'."""

    kind: str
    start: int
    stop: int


class SpeechEntry(_Part):
    """Where a line is spoken, in frames."""

    line: str
    start: int
    stop: int


class TakeEntry(_Part):
    unit: str
    stage: str
    file: str
    sha256: str
    voice: str = ""


class CheckEntry(_Part):
    check: str
    passed: bool
    faults: tuple[str, ...] = ()


class CostEntry(_Part):
    core_seconds: float = Field(ge=0)
    gpu_seconds: float = Field(ge=0)
    dollars: float = Field(ge=0)


class Manifest(_Part):
    """What a finished episode says of itself."""

    manifest_version: Literal[1]
    build: str
    script: str
    frames: int = Field(ge=1)
    rate: int = Field(ge=1, le=240)
    size: str
    cost: CostEntry
    spans: tuple[SpanEntry, ...]
    speech: tuple[SpeechEntry, ...]
    takes: tuple[TakeEntry, ...]
    files: dict[str, FileEntry]
    checks: tuple[CheckEntry, ...] = ()

    def failed(self) -> list[str]:
        return [entry.check for entry in self.checks if not entry.passed]


def parse_manifest(data: Any) -> Manifest:
    """ValueError when the data has not the form of a manifest."""
    return Manifest.model_validate(data)


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of an episode's folder, or None when it is missing or damaged."""
    path = folder / MANIFEST
    try:
        if path.stat().st_size > MAX_MANIFEST_BYTES:
            return None
        return Manifest.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def script_print(series: Series, episode: Episode) -> str:
    """What a person can edit of an episode, as a fingerprint: equal means rendered from these words."""
    return fingerprint(series.title, series.bible.model_dump(mode="json"), episode.model_dump(mode="json"))
