"""The series folder: series.json with its history, decisions, readable documents, edits made by hand.

`series.json` is the intent; `history/` keeps every revision; `decisions.jsonl` is append-only. A hand edit of
series.json or of an episode's script.md is found by comparing with the last recorded revision."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from engine.config import Profile, first_fault
from engine.core import SCHEMA_VERSION, Series, UserError
from engine.vault import Vault, disk_error, write_text

MAX_SERIES_BYTES = 64_000_000
MAX_SCRIPT_BYTES = 200_000
MAX_DECISION_BYTES = 64_000_000
MAX_SLUG = 48


def slug(title: str) -> str:
    """A folder name of ASCII letters, digits and hyphens; 'series' when the title has none."""
    ascii_ = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_).strip("-")[:MAX_SLUG].strip("-") or "series"


def identity(
    premise: str, language: str | None, length: int | None, seed: int, script: str | None, writer: str = ""
) -> str:
    """Six hex digits: the same command finds the same series, another seed or writer never overwrites it.

    `writer` is '' for the rules."""
    told: list[str | int | None] = [premise, language or "auto", length, seed, script or ""]
    text = json.dumps([*told, writer] if writer else told, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:6]


def find_series(out: Path, ident: str) -> Path | None:
    """The folder below `out` that this command made before, if any."""
    try:
        found = [p for p in out.glob(f"*-{ident}") if (p / "series.json").is_file()]
    except OSError as error:
        raise disk_error(error, out / "x") from error
    return min(found, default=None)


def check_writable(out: Path) -> None:
    """UserError when no series can be made below `out`."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / f".tmp-{os.getpid()}-writable"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        known = disk_error(error, out / "x")
        raise known if isinstance(known, UserError) else UserError(f"cannot use {out}: {error.strerror}") from error


def series_text(series: Series) -> str:
    return json.dumps(series.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n"


def parse_series(text: str, where: str) -> Series:
    """The series of a JSON text; UserError names the place of the first fault in the reader's words."""
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{where} is not valid JSON: {error}") from error
    version = cast(dict[str, Any], data).get("schema_version") if isinstance(data, dict) else None
    if version != SCHEMA_VERSION:
        raise UserError(f"{where} has schema version {version}, this program reads {SCHEMA_VERSION}")
    try:
        return Series.model_validate(data)
    except ValidationError as error:
        raise UserError(f"{where}: {_named(error, data)}") from error


def _named(error: ValidationError, data: Any) -> str:
    """'episode 4: ...' instead of 'episodes.3: ...'."""
    text = first_fault(error)
    match = re.match(r"episodes\.(\d+)\.?", text)
    return f"episode {int(match[1]) + 1}, {text[match.end() :]}" if match else text


@dataclass(frozen=True)
class SeriesFolder:
    """A series on disk. Reading and writing of intent; results live in its vault and renditions."""

    root: Path

    @property
    def vault(self) -> Vault:
        return Vault(self.root / "takes")

    @property
    def series_path(self) -> Path:
        return self.root / "series.json"

    def rendition(self, profile: Profile, language: str) -> Path:
        return self.root / "renditions" / profile.rendition(language)

    def episode(self, profile: Profile, language: str, number: int) -> Path:
        return self.rendition(profile, language) / f"e{number:03d}"

    def load(self) -> Series:
        """The intent as it stands in series.json (perhaps edited by hand, not yet checked)."""
        try:
            return parse_series(read_text(self.series_path, MAX_SERIES_BYTES), str(self.series_path))
        except FileNotFoundError:
            raise UserError(f"no series in {self.root}: it has no series.json") from None

    def recorded(self) -> Series | None:
        """The last revision that this program recorded."""
        revisions = sorted((self.root / "history").glob("series-r*.json"))
        if not revisions:
            return None
        return parse_series(read_text(revisions[-1], MAX_SERIES_BYTES), str(revisions[-1]))

    def save(self, series: Series) -> None:
        """Records a revision: series.json, then the record in history that says it was checked."""
        write_text(self.series_path, series_text(series))
        write_text(self.root / "history" / f"series-r{series.revision:04d}.json", series_text(series))

    def decide(self, kind: str, **what: Any) -> None:
        """Appends a person's decision, fsynced."""
        entry = {"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "kind": kind, **what}
        path = self.root / "decisions.jsonl"
        try:
            _end_last_line(path)
            with path.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(entry, ensure_ascii=False) + "\n")
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise disk_error(error, path) from error

    def decisions(self) -> list[dict[str, Any]]:
        """Every whole decision; a last line cut off by a power loss is left out."""
        path = self.root / "decisions.jsonl"
        try:
            lines = read_text(path, MAX_DECISION_BYTES).split("\n")
        except FileNotFoundError:
            return []
        entries: list[dict[str, Any]] = []
        for number, line in enumerate(lines, 1):
            if not line.strip() or (number == len(lines) and not _whole(line)):
                continue
            if not _whole(line):
                raise UserError(f"{path} line {number} is no decision: {line[:60]}")
            entries.append(json.loads(line))
        return entries

    def redo_seeds(self) -> Mapping[tuple[str, str], int]:
        """(stage, unit) -> the seed that the latest `redo` asked for."""
        redone = [d for d in self.decisions() if d["kind"] == "redo"]
        try:
            return {(d["stage"], d["unit"]): int(d["seed"]) for d in redone}
        except (KeyError, ValueError, TypeError) as error:
            raise UserError(f"{self.root / 'decisions.jsonl'}: a redo without stage, unit or seed") from error


def _whole(line: str) -> bool:
    """Whether a line of decisions.jsonl is one decision."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(entry, dict) and isinstance(entry.get("kind"), str)


def _end_last_line(path: Path) -> None:
    """Makes room for a new line: what a power loss left of the last one is cut off, a missing newline added."""
    if not path.exists():
        return
    with path.open("r+b") as stream:
        data = stream.read()
        if not data or data.endswith(b"\n"):
            return
        start = data.rfind(b"\n") + 1
        if _whole(data[start:].decode("utf-8", "replace")):
            stream.write(b"\n")
        else:
            stream.truncate(start)


def read_text(path: Path, limit: int) -> str:
    """A UTF-8 file of at most `limit` bytes. UserError names what is wrong; FileNotFoundError when there is none."""
    try:
        with path.open("rb") as stream:
            data = stream.read(limit + 1)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileNotFoundError(str(path)) from error
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
    if len(data) > limit:
        raise UserError(f"{path} is larger than {limit:,} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 text: {error.reason} at byte {error.start}") from None


def unit_seed(series_seed: int, stage: str, unit: str, redo: Mapping[tuple[str, str], int]) -> int:
    """A unit's noise: stable, another for each stage and unit, replaced by a redo."""
    chosen = redo.get((stage, unit))
    text = f"{series_seed}:{stage}:{unit}" if chosen is None else f"redo:{chosen}:{stage}:{unit}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


ScriptWriter = Callable[[Series, int], str]


def edited_scripts(recorded: Series, scripts: Mapping[int, Path], to_text: ScriptWriter) -> dict[int, str]:
    """Episodes whose script.md no longer says what the recorded revision says, with the new text."""
    edits: dict[int, str] = {}
    for number, path in scripts.items():
        try:
            text = read_text(path, MAX_SCRIPT_BYTES)
        except FileNotFoundError:
            continue
        if text.replace("\r\n", "\n") != to_text(recorded, number):
            edits[number] = text
    return edits
