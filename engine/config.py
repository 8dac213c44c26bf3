"""Profiles and settings, checked on construction. Data comes from the configs package; no stage knowledge."""

from __future__ import annotations

import os
import tomllib
from importlib import resources
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.core import UserError


class Profile(BaseModel):
    """Which adapters render a series, at which size, rate and price."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    description: str
    writer: str
    voice: str
    painter: str
    animator: str
    player: str
    composer: str
    style: str
    width: int = Field(ge=360, le=2160, multiple_of=2)
    height: int = Field(ge=640, le=3840, multiple_of=2)
    fps: int = Field(ge=24, le=24)
    x264_preset: str
    x264_crf: int = Field(ge=0, le=51)
    x264_threads: int = Field(ge=1, le=64)
    audio_kbps: int = Field(ge=64, le=512)
    dollars_per_core_hour: float = Field(ge=0)
    dollars_per_gpu_hour: float = Field(ge=0)

    @property
    def size(self) -> tuple[int, int]:
        return self.width, self.height

    def rendition(self, language: str) -> str:
        """profile x language x aspect: the name of a rendition's folder."""
        return f"{self.name}-{language}-9x16"

    def dollars(self, core_seconds: float, gpu_seconds: float = 0.0) -> float:
        return (core_seconds * self.dollars_per_core_hour + gpu_seconds * self.dollars_per_gpu_hour) / 3600


def data_folder(name: str) -> Path:
    """A folder of the configs package as a real path (the package is never zipped)."""
    return Path(str(resources.files("configs"))) / name


def profile_names() -> list[str]:
    return sorted(p.stem for p in data_folder("profiles").glob("*.toml"))


def load_profile(name: str) -> Profile:
    """The profile of this name; UserError lists the known ones or names the wrong key."""
    if name not in profile_names():
        raise UserError(f"unknown profile '{name}': choose from {', '.join(profile_names())}")
    path = data_folder("profiles") / f"{name}.toml"
    try:
        return Profile(name=name, **tomllib.loads(path.read_text(encoding="utf-8")))
    except (ValidationError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"profile {path.name}: {first_fault(error)}") from error


def first_fault(error: Exception) -> str:
    """One line for the first thing wrong: 'episodes.3.title: field required'."""
    if isinstance(error, ValidationError):
        fault = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in fault["loc"])
        what = "unknown key" if fault["type"] == "extra_forbidden" else fault["msg"]
        return f"{where}: {what}" if where else what
    return str(error).splitlines()[0]


def default_out() -> Path:
    """Where series are made when --out is not given: $CLIFFHANGER_OUT or ./out."""
    return Path(os.environ.get("CLIFFHANGER_OUT", "out"))
