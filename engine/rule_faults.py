"""What is wrong with an edit style, in one line of a person's words: file, line, rule, key, reason. Knows no rules' sense."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, cast

from pydantic import BaseModel, ValidationError

from engine.acts import ACTS, DRAWN_ACTS, FOOTAGE_ACTS, SHARED_ACTS
from engine.rulebook import (
    DRAWN_ASKED,
    DRAWN_EVENTS,
    FOOTAGE_ASKED,
    FOOTAGE_EVENTS,
    SHARED_EVENTS,
    Faulty,
    Key,
)
from engine.toml_lines import lines_of

_PLACE = re.compile(r" ?\((?:at line (\d+), column \d+|at end of document)\)$")
_QUOTED = re.compile(r"'([^']+)'")
RANGES = ("strength", "arousal", "tension", "position")
LONGEST_INPUT = 40
"""Characters of a faulty value that are repeated."""


def told_fault(
    error: tomllib.TOMLDecodeError | ValidationError, text: str, source: str, nouns: Mapping[str, type[BaseModel]]
) -> str:
    """One line: `mine.toml:37: rules.3 'punch': unknown key 'stregth'; did you mean 'strength'?`. Rules count from 1.

    `nouns`: the model of the table that a key of this name holds; "" is the whole file."""
    if isinstance(error, tomllib.TOMLDecodeError):
        return _unreadable(str(error), text, source)
    data = tomllib.loads(text)
    first = cast(dict[str, Any], error.errors()[0])
    loc = _loc(first)
    path = _path(loc, data)
    lines = lines_of(text)
    line = next(lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in lines)
    return f"{source}:{line}: {_where(first, loc, data)}{_reason(first, loc, nouns)}"


def _unreadable(told: str, text: str, source: str) -> str:
    """tomllib's own words; at the end of the document is the last line."""
    found = _PLACE.search(told)
    line = int(found[1]) if found and found[1] else text.count("\n", 0, len(text.rstrip("\n"))) + 1
    reason = _PLACE.sub("", told)
    return f"{source}:{line}: {reason[:1].lower()}{reason[1:]}"


def _loc(first: Mapping[str, Any]) -> Key:
    """Where the fault is: pydantic's place without the act's name (it puts one behind do.N), and a Faulty's key."""
    loc = tuple(first["loc"])
    plain = tuple(
        part for n, part in enumerate(loc) if not (n >= 2 and loc[n - 2] == "do" and isinstance(loc[n - 1], int))
    )
    fault = first.get("ctx", {}).get("error")
    return (*plain, *fault.key) if isinstance(fault, Faulty) else plain


def _path(loc: Key, data: Any) -> Key:
    """As much of `loc` as is in the file: a missing key is told at its table."""
    out: list[str | int] = []
    for part in loc:
        try:
            data = data[part]
        except (LookupError, TypeError):
            break
        out.append(part)
    return tuple(out)


def _where(first: Mapping[str, Any], loc: Key, data: Any) -> str:
    """`rules.3 'punch': when.on.1: `, without the key that the reason names; elements count from 1."""
    shown = loc[:-1] if first["type"] in ("extra_forbidden", "missing") else loc
    words: list[str] = []
    for n, part in enumerate(shown):
        words.append(str(part + 1 if isinstance(part, int) else part))
        if n and shown[n - 1] == "rules" and isinstance(part, int):
            name = _path_value(data, (*shown[: n + 1], "name"))
            head = ".".join(words) + (f" '{name}'" if isinstance(name, str) and len(name) <= LONGEST_INPUT else "")
            rest = ".".join(str(p + 1 if isinstance(p, int) else p) for p in shown[n + 1 :])
            return f"{head}: {rest}: " if rest else f"{head}: "
    return ".".join(words) + ": " if words else ""


def _path_value(data: Any, loc: Key) -> Any:
    for part in loc:
        try:
            data = data[part]
        except (LookupError, TypeError):
            return None
    return data


def _reason(first: Mapping[str, Any], loc: Key, nouns: Mapping[str, type[BaseModel]]) -> str:
    footage = loc[:1] == ("footage",)
    if listed := _of_a_list(first, loc):
        return listed
    match first["type"]:
        case "extra_forbidden":
            return f"unknown key '{loc[-1]}'{_hint(str(loc[-1]), _known_keys(first, loc, nouns))}"
        case "missing":
            return f"'{loc[-1]}' is missing"
        case "union_tag_invalid":
            acts = (*SHARED_ACTS, *(FOOTAGE_ACTS if footage else DRAWN_ACTS))
            wrong = str(first["ctx"]["tag"])
            return f"unknown act '{wrong}'{_hint(wrong, acts)}"
        case "union_tag_not_found":
            return "an act is { act = ..., ... }: its 'act' is missing"
        case "literal_error":
            wrong = str(first["input"])[:LONGEST_INPUT]
            return f"unknown word '{wrong}'{_hint(wrong, _known_words(first, loc, footage))}"
        case "value_error" | "assertion_error":
            return str(first["msg"]).removeprefix("Value error, ")
        case _:
            return f"{str(first['msg']).replace('Input should', 'should')}, not {_short(first['input'])}"


def _of_a_list(first: Mapping[str, Any], loc: Key) -> str:
    """What is wrong with a list as a whole; empty for another fault."""
    if set(RANGES) & set(loc[-2:]) and first["type"] in ("missing", "too_long", "tuple_type"):
        return f"a least and a most are wanted, as in [0.2, 1.0], not {_short(first['input'])}"
    match first["type"]:
        case "too_short":
            return "at least one is wanted, not []"
        case "too_long":
            return f"at most {first['ctx']['max_length']} are read"
        case "tuple_type":
            return f"a list is wanted, [...], not {_short(first['input'])}"
        case _:
            return ""


def _known_keys(first: Mapping[str, Any], loc: Key, nouns: Mapping[str, type[BaseModel]]) -> list[str]:
    """Keys of the table in which an unknown one stands."""
    given = tuple(first["loc"])
    if len(given) >= 4 and given[-4] == "do":
        return list(ACTS[str(given[-2])].model_fields)
    holder = next((str(part) for part in reversed(loc[:-1]) if isinstance(part, str)), "")
    other = DRAWN_ASKED if loc[:1] == ("footage",) else FOOTAGE_ASKED
    known = nouns[holder].model_fields if holder in nouns else {}
    return [key for key in known if holder != "when" or key not in other]


def _known_words(first: Mapping[str, Any], loc: Key, footage: bool) -> list[str]:
    if "on" in loc:
        return [*SHARED_EVENTS, *(FOOTAGE_EVENTS if footage else DRAWN_EVENTS)]
    return _QUOTED.findall(str(first["ctx"]["expected"]))


def _hint(wrong: str, known: Iterable[str]) -> str:
    """'; did you mean ...?' when a known word is near, or all of them."""
    words = list(known)
    near = get_close_matches(wrong, words, n=1)
    if near:
        return f"; did you mean '{near[0]}'?"
    return f": choose from {', '.join(words)}" if words else ""


def _short(value: object) -> str:
    told = repr(value)
    return told if len(told) <= LONGEST_INPUT else f"{told[: LONGEST_INPUT - 3]}..."
