"""An OpenTimelineIO file that may be hostile -> its objects, or a clear refusal. Knows JSON and limits; no media, no cut.

Only the format's own objects are read, with the library's core: no adapter, hook or plug-in of this machine runs."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn, cast

import opentimelineio

from engine.core import UserError

otio: Any = opentimelineio  # it carries no types

MOST_BYTES = 64 << 20
"""A cut of two hours in 5000 clips, with captions and a marker a second, has 31 MB."""
MOST_DEPTH = 100
"""A clip of a plain cut lies 9 deep in the JSON, its captions' words 15; every nesting adds 4."""
MOST_NUMBER = 1e12
"""No frame, time or strength is larger; beyond 2^53 floats are no frames any more."""
SHARED = "SerializableObjectRef"


def read_otio(path: Path) -> Any:
    """The one OTIO timeline of a file. UserError for what is none, or might do harm."""
    if path.exists() and not path.is_file():
        raise UserError(f"{path} is no file")
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise UserError(f"{path} has {size >> 20} MB: a cut has at most {MOST_BYTES >> 20}")
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UserError(f"no file {path}") from None
    except (OSError, ValueError) as error:
        raise UserError(f"{path} cannot be read: {error}") from None
    return only_timeline(_objects(vetted(text, path), path), path)


def vetted(text: str, path: Path) -> dict[str, Any]:
    """The file's JSON, with no number, depth or reference that could harm the library that reads it next."""
    try:
        data: object = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is no OpenTimelineIO file: {_brief(error)}") from None
    if not isinstance(data, dict) or "OTIO_SCHEMA" not in data:
        raise UserError(f"{path} is no OpenTimelineIO file: it has no schema")
    checked = cast("dict[str, Any]", data)
    for value, depth in _values(checked):
        if depth > MOST_DEPTH:
            raise UserError(f"{path} is nested more than {MOST_DEPTH} deep")
        if isinstance(value, int | float) and not abs(value) <= MOST_NUMBER:
            raise UserError(f"{path} has the number {str(value)[:20]}, which is no time")
        if isinstance(value, str) and "\0" in value:
            raise UserError(f"{path} has a text with a NUL in it")
        if isinstance(value, str) and value.startswith(SHARED):
            raise UserError(f"{path} has an object that stands in two places; such files are not read")
    return checked


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"'{name}' is not a number")


def _brief(error: Exception) -> str:
    """The library's words without its own names of types."""
    return "it is nested too deep" if isinstance(error, RecursionError) else str(error).rsplit("): ", 1)[-1][:120]


def _values(data: object) -> Iterator[tuple[object, int]]:
    """Every value in the file with its depth, no recursion."""
    waiting: list[tuple[object, int]] = [(data, 0)]
    while waiting:
        value, depth = waiting.pop()
        yield value, depth
        if isinstance(value, dict):
            waiting += [(v, depth + 1) for v in cast("dict[str, object]", value).values()]
        elif isinstance(value, list):
            waiting += [(v, depth + 1) for v in cast("list[object]", value)]


def _objects(data: dict[str, Any], path: Path) -> Any:
    """What the library makes of it. It is given our own JSON: of two equal keys it sees the one that was checked."""
    try:
        return otio.core.deserialize_json_from_string(json.dumps(data))
    except (otio.exceptions.OTIOError, ValueError, LookupError, TypeError) as error:
        raise UserError(f"{path} is no OpenTimelineIO file that can be read: {_brief(error)}") from None


def only_timeline(root: Any, path: Path) -> Any:
    """The timeline itself, or the only one of a collection. UserError when there is none or a choice."""
    if isinstance(root, otio.schema.SerializableCollection):
        found = [item for item in root if isinstance(item, otio.schema.Timeline)]
        if len(found) != 1:
            raise UserError(f"{path} holds {len(found)} timelines: save the one to conform in a file of its own")
        return found[0]
    if not isinstance(root, otio.schema.Timeline) or root.tracks is None:
        raise UserError(f"{path} holds no timeline")
    return root


def finite(value: object, least: float, most: float, otherwise: float) -> float:
    """A number that a file tells, inside its limits; `otherwise` where it tells none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return otherwise
    return min(most, max(least, float(value)))
