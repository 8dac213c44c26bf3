"""Dated label rules and platform presets, read from configs and checked. Data in, frozen models out."""

from __future__ import annotations

import tomllib
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.config import data_folder, first_fault
from engine.core import Language, UserError


class LabelRule(BaseModel):
    """A dated rule on labelling AI-generated content."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    date: str
    source: str
    seconds: float = Field(gt=0)
    text_share: float = Field(ge=0, le=0.5)
    metadata_key: str
    text: dict[Language, str]


class Platform(BaseModel):
    """What a master must be to be accepted."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    date: str
    source: str
    codec: str
    profile: str
    pixel_format: str
    audio: str
    sample_rate: int
    channels: str
    min_seconds: float
    max_seconds: float
    loudness_lufs: float
    loudness_tolerance: float
    true_peak_dbtp: float
    safe: tuple[float, float, float, float]


M = TypeVar("M", bound=BaseModel)


def _read(model: type[M], folder: str, name: str) -> M:
    path = data_folder(folder) / f"{name}.toml"
    try:
        return model.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (ValidationError, tomllib.TOMLDecodeError, OSError) as error:
        raise UserError(f"{folder}/{name}.toml: {first_fault(error)}") from error


def label_rules() -> list[LabelRule]:
    """Every label rule that we ship, oldest first."""
    names = [p.stem for p in data_folder("labels").glob("*.toml")]
    return sorted((_read(LabelRule, "labels", name) for name in names), key=lambda rule: (rule.date, rule.name))


def label_text(language: Language) -> str:
    return label_rules()[0].text[language]


def platform(name: str = "default") -> Platform:
    return _read(Platform, "platforms", name)
