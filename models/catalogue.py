"""Which weights the product knows: where they come from, what they weigh, what their licence allows. Data, no network.

The entries are configs/models/*.toml. An entry is pulled from a hub repository at a commit, or made on the spot (the tiny
random checkpoints). Torch-free, and needs no hub package."""

from __future__ import annotations

import os
import re
import tomllib
from functools import cache
from importlib import resources
from pathlib import Path, PurePosixPath
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

COMMIT = re.compile(r"[0-9a-f]{40}")
KINDS = (".safetensors", ".json", ".txt", ".model", ".jinja", ".npy")
"""What a pulled folder may hold: tensors, settings, vocabularies, sentence pieces, chat templates, plain arrays."""

Commercial = Literal["yes", "no", "conditions"]


class Entry(BaseModel):
    """One set of weights. Sizes are decimal gigabytes of the chosen files, for planning; a pull counts the real bytes.

    `files` are patterns within the repository ('*' never crosses a '/'); `convert` maps a pickle of the repository to the
    safetensors file that is made of it; `roles` names files for an adapter where a repository holds many. A file's `variant`
    is dropped from its name here, and `stored_as` renames single files, so that what was pulled loads by its plain names.
    `params` are billions of parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"[a-z0-9][a-z0-9.-]*")
    what: str = Field(min_length=3)
    repo: str = Field(default="", pattern=r"([\w.-]+/[\w.-]+)?")
    revision: str = Field(default="main", pattern=r"[\w.-]+")
    files: tuple[str, ...] = ()
    convert: dict[str, str] = Field(default_factory=dict[str, str])
    roles: dict[str, str] = Field(default_factory=dict[str, str])
    made_by: str = Field(default="", pattern=r"(models\.tiny:make_\w+)?")
    variant: str = Field(default="", pattern=r"[a-z0-9]*")
    stored_as: dict[str, str] = Field(default_factory=dict[str, str])
    gb: float = Field(gt=0)
    params: float = Field(default=0.0, ge=0)
    licence: str
    licence_url: str = ""
    commercial: Commercial
    terms: str = ""
    gated: bool = False
    notice: str = ""

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if bool(self.repo) == bool(self.made_by):
            raise ValueError(f"'{self.name}' needs a repo or made_by, and not both")
        if self.repo and not (self.files and self.licence_url):
            raise ValueError(f"'{self.name}' needs files and licence_url")
        wrong = [f for f in self.files if PurePosixPath(f).suffix not in (*KINDS, ".*")]
        if wrong:
            raise ValueError(f"'{self.name}' asks for {wrong[0]}: only {' '.join(KINDS)} are pulled")
        return self

    def place(self, path: str) -> str:
        """Where a file of the repository is stored: 'unet/model.fp16.safetensors' -> 'unet/model.safetensors'."""
        if path in self.stored_as:
            return self.stored_as[path]
        return path.replace(f".{self.variant}.", ".") if self.variant else path

    @property
    def pinned(self) -> bool:
        """Whether the catalogue itself fixes the bytes: a commit, or made here."""
        return bool(self.made_by) or COMMIT.fullmatch(self.revision) is not None

    @property
    def commercial_use(self) -> bool:
        """Whether commercial use is allowed at all; `terms` says under which conditions."""
        return self.commercial != "no"


@cache
def entries() -> dict[str, Entry]:
    """Every entry by name, in the order of the files. ValueError names the faulty one."""
    found: dict[str, Entry] = {}
    folder = Path(str(resources.files("configs"))) / "models"
    for path in sorted(folder.glob("*.toml")):
        for told in tomllib.loads(path.read_text(encoding="utf-8"))["model"]:
            entry = _entry(path, told)
            if entry.name in found:
                raise ValueError(f"{path.name}: '{entry.name}' is there twice")
            found[entry.name] = entry
    return found


def _entry(path: Path, told: dict[str, object]) -> Entry:
    try:
        return Entry.model_validate(told)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise ValueError(f"{path.name}: {told.get('name')}: {where}: {fault['msg']}") from error


def entry(name: str) -> Entry:
    """The entry of this name; ValueError lists the known names."""
    if name not in entries():
        raise ValueError(f"unknown weights '{name}': choose from {', '.join(entries())}, or path:FOLDER for your own")
    return entries()[name]


def root() -> Path:
    """Where weights live: $CLIFFHANGER_MODELS, or a folder of the user's cache."""
    chosen = os.environ.get("CLIFFHANGER_MODELS")
    return Path(chosen).expanduser() if chosen else Path.home() / ".cache" / "cliffhanger" / "models"
