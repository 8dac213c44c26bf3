"""Voices of the reader's own, cloned with consent: their folders, their records, and whether one may speak now. No audio.

`<root>/<name>/` holds preset.npz (the voice in its engine's own arrays), consent.toml (what the person agreed to, as it was
given) and record.json, which is written last: a record that exists means a whole voice. Everything is checked each time a
voice is used, so that a consent which ended, was withdrawn or was changed silences the voice at once. Torch-free."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    ValidationError,
    model_validator,
)

from models.base import Rights
from models.catalogue import root as models_root

OWN = "own/"
"""A voice id that begins so is a voice of the reader's own: 'own/mei'."""
NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
PRESET, CONSENT, RECORD = "preset.npz", "consent.toml", "record.json"
MOST_PRESET, MOST_CONSENT, MOST_RECORD = 1_000_000, 64_000, 64_000
"""Bytes. Thirty seconds of voice are 50 kB."""
SHA256 = r"^[0-9a-f]{64}$"


def _one_line(text: str) -> str:
    """Names and terms are printed and stand in manifests: one line, nothing unseen."""
    if not text.isprintable():
        raise ValueError("must be one line of plain text")
    return text


def _plain(text: str) -> str:
    if not all(line.isprintable() for line in text.replace("\t", " ").splitlines()):
        raise ValueError("must be plain text")
    return text


def _dated(told: object) -> object:
    """TOML's own dates, or '2026-11-20': a bare number is no date, though pydantic would take it for seconds."""
    if not isinstance(told, str | dt.date):
        raise ValueError("must be a date, such as 2026-11-20")
    return told


STRIPPED = StringConstraints(strip_whitespace=True)
Line = Annotated[str, STRIPPED, AfterValidator(_one_line)]
Text = Annotated[str, STRIPPED, AfterValidator(_plain)]
Day = Annotated[dt.date, BeforeValidator(_dated)]


class Consent(BaseModel):
    """What a person agreed to. `statement` is in their words, `contact` how they are reached, `expires` the last day.

    Without `commercial = true` the voice is for non-commercial use."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    person: Line = Field(min_length=2, max_length=120)
    date: Day
    statement: Text = Field(min_length=20, max_length=8000)
    contact: Line = Field(min_length=3, max_length=300)
    expires: Day | None = None
    scope: Text = Field(default="", max_length=2000)
    commercial: StrictBool = False

    @model_validator(mode="after")
    def _ends_after_it_began(self) -> Self:
        if self.expires is not None and self.expires < self.date:
            raise ValueError(f"it expires on {self.expires}, before its own date {self.date}")
        return self

    def check(self, today: dt.date) -> None:
        """ValueError when it does not hold on this day."""
        if self.date > today:
            raise ValueError(f"the consent of {self.person} is dated {self.date}, which is still to come")
        if self.expires is not None and self.expires < today:
            raise ValueError(f"the consent of {self.person} expired on {self.expires}")


class Record(BaseModel):
    """What was kept when the voice was added. `seal` is the sha256 of all the rest; `made_with` is role -> repo@revision."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    licence: Line = Field(min_length=2, max_length=200)
    commercial_use: StrictBool
    seconds: float = Field(gt=0, le=60)
    audio_sha256: str = Field(pattern=SHA256)
    consent_sha256: str = Field(pattern=SHA256)
    preset_sha256: str = Field(pattern=SHA256)
    added: str = Field(max_length=40)
    made_with: dict[str, str]
    seal: str = ""

    def sealed(self) -> Record:
        return self.model_copy(update={"seal": self._rest()})

    @property
    def is_sealed(self) -> bool:
        return self.seal == self._rest()

    def _rest(self) -> str:
        text = json.dumps(self.model_dump(mode="json", exclude={"seal"}), sort_keys=True, ensure_ascii=False)
        return sha256(text.encode())


@dataclass(frozen=True)
class OwnVoice:
    """A voice that may speak today."""

    record: Record
    consent: Consent
    folder: Path

    @property
    def id(self) -> str:
        return OWN + self.record.name

    @property
    def preset(self) -> Path:
        return self.folder / PRESET

    @property
    def print(self) -> str:
        """What decides how it sounds and what may be done with it: belongs in the recipe of every take, since the name may
        be given anew, and a take carries its rights."""
        record = self.record
        parts = (
            record.preset_sha256,
            record.audio_sha256,
            record.consent_sha256,
            record.licence,
            record.commercial_use,
        )
        return sha256(json.dumps(parts).encode())[:16]

    @property
    def rights(self) -> Rights:
        """Where the voice comes from and what may be done with it."""
        consent, record = self.consent, self.record
        until = f", until {consent.expires}" if consent.expires else ""
        return Rights(
            source=f"voice '{self.id}', cloned from a recording (sha256 {record.audio_sha256})",
            licence=record.licence,
            consent=f"consent of {consent.person}, {consent.date}{until}, sha256 {record.consent_sha256}",
            commercial_use=record.commercial_use and consent.commercial,
        )


# -- what rendering asks


def voice(name: str, today: dt.date | None = None) -> OwnVoice:
    """The voice of this name ('mei' or 'own/mei'), checked. ValueError, one line that names it: no such voice, a record
    that is missing or changed, a consent that is missing, changed or expired."""
    bare = name.removeprefix(OWN)
    try:
        return _checked(bare, today or dt.date.today())
    except (ValueError, OSError) as error:
        told = error.strerror if isinstance(error, OSError) else str(error)
        raise ValueError(f"voice '{OWN}{bare}' may not be used: {told}") from error


def rights_of(name: str) -> Rights:
    """The rights of a voice that may speak today; ValueError as `voice`."""
    return voice(name).rights


def names() -> list[str]:
    """Every voice that has a folder, whole or not, in order."""
    home = root()
    return sorted(p.name for p in home.iterdir() if p.is_dir() and NAME.fullmatch(p.name)) if home.is_dir() else []


def root() -> Path:
    """Where own voices live: $CLIFFHANGER_VOICES, or a folder beside that of the weights."""
    chosen = os.environ.get("CLIFFHANGER_VOICES")
    return Path(chosen).expanduser() if chosen else models_root().parent / "voices"


def folder_of(name: str) -> Path:
    """Where the voice of this name is or would be; ValueError for a name that none can have."""
    if not NAME.fullmatch(name):
        raise ValueError(f"'{name[:60]}' is no name for a voice: 1 to 40 of a-z, 0-9 and -, such as mei-lin")
    return root() / name


# -- reading


def read_consent(data: bytes, today: dt.date) -> Consent:
    """The consent of a TOML file's bytes, valid on this day. ValueError, one line, for anything else."""
    if not data.strip():
        raise ValueError("the consent record is empty")
    if len(data) > MOST_CONSENT:
        raise ValueError(f"the consent record is larger than {MOST_CONSENT // 1000} kB")
    try:
        told = tomllib.loads(data.decode("utf-8-sig"))
        consent = Consent.model_validate(told)
    except UnicodeDecodeError:
        raise ValueError("the consent record is not UTF-8 text") from None
    except ValidationError as error:
        raise ValueError(f"the consent record is not complete: {first_fault(error)}") from None
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the consent record is not valid TOML: {' '.join(str(error).split())[:200]}") from None
    consent.check(today)
    return consent


def read_record(data: bytes) -> Record:
    """ValueError when it is not what was written."""
    try:
        record = Record.model_validate_json(data)
    except ValidationError as error:
        raise ValueError(f"its record was changed: {first_fault(error)}") from None
    if not record.is_sealed:
        raise ValueError("its record was changed after the voice was added")
    return record


def first_fault(error: ValidationError) -> str:
    """'statement: String should have at least 20 characters' of the first fault that pydantic found."""
    fault = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in fault["loc"])[:80]
    if fault["type"] == "missing":
        return f"'{where}' is missing"
    if fault["type"] == "extra_forbidden":
        return f"'{where}' is not one of {', '.join(Consent.model_fields)}"
    words = " ".join(fault["msg"].removeprefix("Value error, ").split())
    return f"{where}: {words}" if where else words


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _checked(name: str, today: dt.date) -> OwnVoice:
    folder = folder_of(name)
    if not folder.is_dir():
        known = ", ".join(OWN + each for each in names()) or "none"
        raise ValueError(f"there is no such voice here (there are: {known})")
    record = read_record(_read(folder / RECORD, MOST_RECORD, "its record"))
    if record.name != name:
        raise ValueError(f"its record is that of '{record.name[:40]}'")
    data = _read(folder / CONSENT, MOST_CONSENT, "its consent record")
    if sha256(data) != record.consent_sha256:
        raise ValueError("its consent record was changed after the voice was added")
    consent = read_consent(data, today)
    if sha256(_read(folder / PRESET, MOST_PRESET, "its preset")) != record.preset_sha256:
        raise ValueError("its preset was changed after the voice was added")
    return OwnVoice(record, consent, folder)


def _read(path: Path, most: int, what: str) -> bytes:
    if path.is_symlink() or not path.is_file():
        raise ValueError(f"{what} ({path.name}) is missing")
    with path.open("rb") as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise ValueError(f"{what} ({path.name}) is too large")
    return data
