"""The rule writer: answers the writing steps (bible, arc, episode) without weights. Deterministic by premise and seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, get_args

from engine.core import Bible, Language, Prop, Role
from engine.story.bible import build_bible, by_role, make_title, prop_roles
from engine.story.premise import Premise, read_premise
from engine.story.season import SeasonScript, write_season
from models.base import WriteRequest, Written

MODEL = "rules-1"
HOLDERS: Mapping[str, Role] = {
    "proof": "rival",
    "bond": "lead",
    "clock": "traitor",
}  # who has what when the story begins
SEASONS_KEPT = 4


class RuleWriter:
    """A `models.base.Writer` whose world model, plot engines and phrase bank stand in for a language model.

    Context keys: every step `premise` (text) and `length`; arc and episode also `bible`; episode also `number`; all may
    carry `attempt`, which asks for another solution, and `faults`: what was wrong with the one before."""

    name = "rules"

    def write(self, requests: Sequence[WriteRequest]) -> list[Written]:
        """One answer per request. Raises ValueError for an unknown step or language."""
        return [Written(_answer(request), MODEL) for request in requests]


def _answer(request: WriteRequest) -> Mapping[str, Any]:
    if request.language not in get_args(Language):
        raise ValueError(
            f"the rule writer does not write {request.language!r}: choose from {', '.join(get_args(Language))}"
        )
    if request.step == "bible":
        return _bible(request)
    if request.step == "arc":
        return _season(request).arc.model_dump(mode="json")
    if request.step == "episode":
        season = _season(request)
        episode = season.episodes[int(request.context["number"]) - 1]
        data = episode.model_dump(mode="json")
        return data | {"initial": [f.model_dump(mode="json") for f in season.initial]} if episode.number == 1 else data
    raise ValueError(f"unknown writing step {request.step!r}: choose from bible, arc, episode")


def _premise(request: WriteRequest) -> Premise:
    language: Language = "zh" if request.language == "zh" else "en"
    return read_premise(str(request.context["premise"]), language)


def _bible(request: WriteRequest) -> Mapping[str, Any]:
    premise = _premise(request)
    bible = build_bible(premise, premise.language, request.seed, premise.genre)
    bible = bible.model_copy(update={"props": _held(bible)})
    title = make_title(premise, bible, premise.language, request.seed)
    return bible.model_dump(mode="json") | {"title": title, "genre": premise.genre}


def _held(bible: Bible) -> tuple[Prop, ...]:
    """The props with the holders that the plots start from."""
    cast, roles = by_role(bible), {id: role for role, id in prop_roles(bible).items() if role in HOLDERS}
    return tuple(
        p.model_copy(update={"holder": cast[HOLDERS[roles[p.id]]].id}) if p.id in roles else p for p in bible.props
    )


def _season(request: WriteRequest) -> SeasonScript:
    bible = Bible.model_validate(request.context["bible"]).model_dump_json()
    attempt = int(request.context.get("attempt", 0))
    length = int(request.context["length"])
    faults = tuple(str(fault) for fault in request.context.get("faults", ()))
    seed = request.seed + 104_729 * attempt
    return _written(str(request.context["premise"]), request.language, length, seed, bible, faults)


@lru_cache(maxsize=SEASONS_KEPT)
def _written(text: str, language: str, length: int, seed: int, bible: str, faults: tuple[str, ...]) -> SeasonScript:
    premise = read_premise(text, "zh" if language == "zh" else "en")
    return write_season(premise, Bible.model_validate_json(bible), length, seed, faults)
