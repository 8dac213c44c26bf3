"""The writing stage: a premise in, a whole checked Series out, by any Writer; and the documents a person approves.

Knows steps and schemas, not how a writer writes. A writer whose script breaks a rule is asked again, then refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from engine.core import Arc, Bible, Episode, Fact, Language, Series, UserError
from engine.story.checks import Fault, check_series
from engine.story.premise import Premise, read_premise
from engine.story.rules import RuleWriter
from engine.story.screenplay import read_screenplay, to_series
from models.base import Writer, WriteRequest
from models.words import LIMITS

MIN_LENGTH, MAX_LENGTH = 3, 120
DEFAULT_LENGTH = 20
ATTEMPTS = 4
FAULTS_TOLD = 5  # faults given back to a writer that is asked again


def plan_series(
    premise: str,
    language: str | None,
    length: int | None,
    seed: int,
    writer: Writer | None = None,
    script: str | None = None,
) -> Series:
    """Bible, arc and every episode of a series that passes every check.

    `language` None reads it from the premise; `length` None is DEFAULT_LENGTH, or what a person's own `script` has.
    Raises UserError when length or language is out of range, or when the writer cannot produce a script that keeps
    the rules."""
    if script is not None:
        return _from_script(script, premise, language, length, seed)
    length = DEFAULT_LENGTH if length is None else length
    told = _read(premise, language, length)
    writer = writer or RuleWriter()
    faults: list[Fault] = []
    problem = ""
    for attempt in range(ATTEMPTS):
        try:
            series = _ask(writer, told, length, seed, attempt, faults)
        except (ValidationError, ValueError, KeyError) as error:
            problem = str(error).splitlines()[0]
            continue
        faults = check_series(series, told)
        if not faults:
            return series
        problem = faults[0].message
    raise UserError(f"the writer {writer.name!r} could not keep the rules: {problem}")


def _from_script(script: str, premise: str, language: str | None, length: int | None, seed: int) -> Series:
    """A person's own script as a series; what breaks a rule is named, nothing is rewritten."""
    told = _read(premise, language, MIN_LENGTH if length is None else length)
    screenplay = read_screenplay(script)
    series = to_series(screenplay, told.language if language else screenplay.language, seed, length)
    series = series.model_copy(update={"premise": told.text})
    faults = check_series(series)
    if faults:
        raise UserError(f"the script breaks a rule: {faults[0].message}")
    return series


def _read(premise: str, language: str | None, length: int) -> Premise:
    if not MIN_LENGTH <= length <= MAX_LENGTH:
        raise UserError(f"length {length} is out of range: choose {MIN_LENGTH} to {MAX_LENGTH} episodes")
    if language not in (None, "en", "zh"):
        raise UserError(f"unknown language '{language}': choose from en, zh")
    chosen: Language | None = "zh" if language == "zh" else "en" if language == "en" else None
    return read_premise(premise, chosen)


def _ask(writer: Writer, premise: Premise, length: int, seed: int, attempt: int, faults: list[Fault]) -> Series:
    context: dict[str, Any] = {"premise": premise.text, "length": length, "attempt": attempt}
    if faults:
        context["faults"] = [fault.message for fault in faults[:FAULTS_TOLD]]
    head = dict(_write(writer, "bible", context, Bible, premise.language, seed))
    title, genre = str(head.pop("title", "")) or premise.text[:60], str(head.pop("genre", premise.genre))
    bible = Bible.model_validate(head)
    context["bible"] = bible.model_dump(mode="json")
    arc = Arc.model_validate(_write(writer, "arc", context, Arc, premise.language, seed))
    context["arc"] = arc.model_dump(mode="json")
    requests = [
        _request("episode", context | {"number": number}, Episode, premise.language, seed)
        for number in range(1, length + 1)
    ]
    answers = [dict(answer.data) for answer in writer.write(requests)]
    initial = tuple(Fact.model_validate(fact) for fact in answers[0].pop("initial", ()))
    return Series(
        title=title, premise=premise.text, language=premise.language, length=length, seed=seed, genre=genre,
        writer=writer.name, initial=initial, bible=bible, arc=arc,
        episodes=tuple(Episode.model_validate(answer) for answer in answers),
    )  # fmt: skip


def _write(
    writer: Writer, step: str, context: Mapping[str, Any], noun: type[Bible] | type[Arc], language: Language, seed: int
) -> Mapping[str, Any]:
    return writer.write([_request(step, context, noun, language, seed)])[0].data


def _request(
    step: str,
    context: Mapping[str, Any],
    noun: type[Bible] | type[Arc] | type[Episode],
    language: Language,
    seed: int,
) -> WriteRequest:
    return WriteRequest(step, context, noun.model_json_schema(), language, seed, LIMITS[language])


# -- documents to approve


def bible_markdown(series: Series) -> str:
    """The bible as a document: promise, people, places, things."""
    bible = series.bible
    names = {c.id: c.name for c in bible.characters} | {x.id: x.name for x in bible.locations}
    out = [
        f"# {series.title}",
        "",
        f"*{bible.promise}*",
        "",
        bible.logline,
        "",
        f"> {series.premise}",
        "",
        "## Cast",
        "",
    ]
    for who in bible.characters:
        out += [
            f"### {who.full_name} ({who.name})",
            "",
            f"{who.role}, {who.sex}, {who.age}. {who.occupation}".strip(),
            "",
        ]
        rows = (
            ("Look", who.look), ("Wardrobe", who.wardrobe), ("Voice", who.voice_notes), ("Speech", who.quirk),
            ("Want", who.want), ("Wound", who.wound), ("Secret", who.secret),
            ("Relations", "; ".join(f"{names.get(r.to, r.to)}: {r.kind}" for r in who.relations)),
            ("Must never change", "; ".join(who.forbidden)),
        )  # fmt: skip
        out += [f"- **{label}**: {text}" for label, text in rows if text] + [""]
    out += ["## Places", ""]
    out += [f"- **{x.name}** ({x.plate}, {x.time}, {x.weather}): {x.look}" for x in bible.locations]
    out += ["", "## Things", ""]
    out += [f"- **{p.name}**: {p.look}; with {names.get(p.holder, p.holder) or 'nobody'}" for p in bible.props]
    return "\n".join(out) + "\n"


def arc_markdown(series: Series) -> str:
    """The season as a document: the question, the turns, and every episode with its cliffhanger and what pays it."""
    arc = series.arc
    second = f", with {arc.second_engine}" if arc.second_engine else ""
    out = [f"# {series.title}: the season", "", f"**{arc.question}** ({arc.engine}{second})", ""]
    for episode in series.episodes:
        turn = f"B{episode.beat}" if episode.beat is not None else episode.gap
        cliff = episode.cliffhanger
        last = list(episode.lines())[-1]
        paid = f"paid in {cliff.paid_in}: {cliff.paid_by}" if cliff.paid_in else "left open"
        out += [f"## {episode.number}. {episode.title} [{turn}]", "", episode.synopsis, ""]
        out += [
            f"- Last line: {last.text}",
            f"- {cliff.kind}, strength {cliff.strength}: {cliff.question} ({paid})",
            "",
        ]
    return "\n".join(out)
