"""Profiles and settings, checked on construction. Data comes from the configs package; no stage knowledge.

A profile of models names a tier, which gives every setting of writing, painting, animating and accepting a value; the
profile overrides what it wants to. It may extend another profile. A name that ends in .toml is a file of the reader's."""

from __future__ import annotations

import os
import shlex
import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.core import UserError
from models.settings import ModelSettings

PARTS = tuple(name for name in ModelSettings.model_fields if name != "tier")
MOST_EXTENDED = 4
"""How many profiles may stand on one another."""
MAX_PROFILE_BYTES = 100_000
MOST_DOLLARS = 100_000.0
"""More is no limit of an episode but a slip."""
ROLES = (
    "writer", "painter", "control", "accelerator", "vae", "identity", "lora", "animator", "detector", "embedder", "depth",
    "pose", "voice", "recogniser", "hubert", "quantiser",
)  # fmt: skip
"""What [models] may name weights for."""


class Profile(BaseModel):
    """Which adapters render a series, at which size, rate and price."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str
    file: str = ""
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
    captions: Literal["bottom", "karaoke", "pop"] = "bottom"
    dollars_per_core_hour: float = Field(ge=0)
    dollars_per_gpu_hour: float = Field(ge=0)
    judge: str = ""
    aligner: str = "espeak"
    cheap_animator: str = ""
    wave: int = Field(default=1, ge=1, le=120)
    budget_dollars: float = Field(default=0.0, ge=0, le=MOST_DOLLARS)
    gpu_tflops: float = Field(default=0.0, ge=0)
    gpu_gb_per_second: float = Field(default=0.0, ge=0)
    models: dict[str, str] = Field(default_factory=dict[str, str])
    settings: ModelSettings | None = None

    @property
    def size(self) -> tuple[int, int]:
        return self.width, self.height

    @property
    def asked(self) -> str:
        """What to type after --profile for this one."""
        return shlex.quote(self.file or self.name)

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
    """The profile of this name, or of this file when it ends in .toml.

    UserError lists the known ones or names the wrong key."""
    told = read_profile(name)
    label, file = (Path(name).stem, name) if name.endswith(".toml") else (name, "")
    if file and label in profile_names():
        raise UserError(
            f"{name}: '{label}' is a profile of ours, whose renditions yours would replace: rename the file"
        )
    tier = told.pop("tier", None)
    parts = {part: told.pop(part) for part in PARTS if part in told}
    try:
        told["models"] = _weights_of(told.get("models", {}))
        if own := next((key for key in ("name", "file") if key in told), None):
            raise ValueError(f"{own}: unknown key")
        if tier is not None:
            animator = str(told.get("animator", ""))
            told["settings"] = ModelSettings.model_validate(_with_tier(str(tier), animator, parts))
        elif parts:
            raise ValueError(f"[{next(iter(parts))}] needs a tier: choose from {', '.join(tier_names())}")
        return Profile(name=label, file=file, **told)
    except (ValidationError, ValueError, TypeError) as error:
        raise UserError(f"profile {label}.toml: {first_fault(error)}") from error


def read_profile(name: str, depth: int = 0) -> dict[str, Any]:
    """A profile's text as data, over what it extends."""
    if depth > MOST_EXTENDED:
        raise UserError(f"profile {name}: more than {MOST_EXTENDED} profiles stand on one another")
    path = Path(name) if name.endswith(".toml") else data_folder("profiles") / f"{name}.toml"
    if name.endswith(".toml") and not path.is_file():
        raise UserError(f"no such profile file: {path}")
    if not name.endswith(".toml") and name not in profile_names():
        raise UserError(f"unknown profile '{name}': choose from {', '.join(profile_names())}, or name a .toml file")
    told = _read_toml(path, "profile")
    base = told.pop("extends", None)
    return _merged(read_profile(_beside(path, str(base)), depth + 1), told) if base is not None else told


def _beside(path: Path, base: str) -> str:
    """What a profile extends: a name, or a file found from where the profile lies."""
    return str(path.parent / base) if base.endswith(".toml") else base


def _weights_of(told: object) -> dict[str, Any]:
    """[models] without the roles that an empty name takes away. ValueError for what is no role."""
    if not isinstance(told, dict):
        raise ValueError("models: write a table, [models]")
    named = cast(dict[str, Any], told)
    if unknown := next((role for role in named if role not in ROLES), None):
        raise ValueError(f"models.{unknown}: unknown key: choose from {', '.join(ROLES)}")
    return {role: name for role, name in named.items() if name != ""}


def tier_names() -> list[str]:
    return sorted(p.stem for p in data_folder("tiers").glob("*.toml"))


def _with_tier(tier: str, animator: str, parts: Mapping[str, Any]) -> dict[str, Any]:
    """A tier's settings, what it has for this animator over them, and a profile's over those."""
    if tier not in tier_names():
        raise ValueError(f"unknown tier '{tier}': choose from {', '.join(tier_names())}")
    told = _read_toml(data_folder("tiers") / f"{tier}.toml", "tier")
    own = told.pop("animators", {}).get(animator, {})
    return _merged(_merged(told, {"animate": own}), {"tier": tier, **parts})


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Tables merge key by key (controls, models and whole parts too); anything else is replaced."""
    out = dict(under)
    for key, value in over.items():
        below: Any = out.get(key)
        both = isinstance(value, dict) and isinstance(below, dict)
        out[key] = _merged(cast(dict[str, Any], below), cast(dict[str, Any], value)) if both else value
    return out


def _read_toml(path: Path, what: str) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_PROFILE_BYTES:
            raise UserError(f"{what} {path.name} is larger than {MAX_PROFILE_BYTES:,} bytes")
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"{what} {path.name}: {first_fault(error)}") from error


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
