"""Every rule a script must keep, whoever wrote it: sizes, vocabulary, cliffhangers, debts, the world's invariants.

Reads a finished Series; changes nothing. A Fault names episode, line and rule in the reader's words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.core import Change, Episode, Line, Series, Shot
from engine.story.premise import Premise
from engine.story.realise import normal_sentences
from engine.story.world import PREDICATES, World, counts, violations
from models import base
from models.words import LIMITS, count

MIN_SHOTS, MAX_SHOTS = 9, 14
MIN_CHANGES = 3
CLIFF_REST = 2
PLACE_RUN = 3
OPEN_DEBTS = 3
HOOK_LIMITS = {"en": 9, "zh": 16}  # words; characters with punctuation
SYNOPSIS_LIMITS = {"en": 16, "zh": 40}
LINE_WIDTH = {"en": 20, "zh": 40}  # far above what the rule writer aims at: a hard stop for any writer
COVERAGE = 0.9
CAST_SIZE, LOCATION_COUNT, PROP_COUNT = (4, 6), (3, 6), (2, 5)
INVERSE = {
    "father": ("daughter", "son", "child"), "mother": ("daughter", "son", "child"), "husband": ("wife",),
    "wife": ("husband",), "brother": ("brother", "sister"), "sister": ("brother", "sister"), "twin": ("twin",),
    "父亲": ("女儿", "儿子"), "母亲": ("女儿", "儿子"), "丈夫": ("妻子",), "妻子": ("丈夫",),
}  # fmt: skip
_HALF_WIDTH = re.compile(r"(?<=[㐀-鿿])[,.!?;:]|[,.!?;:](?=[㐀-鿿])")
_SLOT = re.compile(r"\{\w*[^}]*\}")
_BAD_ARTICLE = re.compile(r"\ba (?=[aeio]\w)(?!one\b|once\b)|\ban (?=[bcdfgjklmnpqrstvwxz])", re.I)


@dataclass(frozen=True)
class Fault:
    """One broken rule. `episode` 0 is the series itself; `line` counts the episode's spoken lines from 1."""

    episode: int
    line: int | None
    rule: str
    message: str


def check_series(series: Series, premise: Premise | None = None) -> list[Fault]:
    """Every fault of a series, in story order; an empty list means it may be produced."""
    faults = [*_bible(series), *_numbering(series)]
    for episode in series.episodes:
        faults += check_episode(series, episode)
    faults += [*_repeats(series), *_cliffs(series), *_debts(series), *_places(series), *_world(series)]
    if premise:
        faults += _coverage(series, premise)
    return sorted(faults, key=lambda f: (f.episode, f.line or 0))


def check_episode(series: Series, episode: Episode) -> list[Fault]:
    """What can be judged without the other episodes."""
    lines = list(episode.lines())
    found = [*_size(series, episode, lines), *_shots(series, episode), *_ending(episode, lines)]
    for number, line in enumerate(lines, 1):
        found += _line(series, episode, number, line)
    return [*found, *_labels(series, episode)]


# -- the series


def _numbering(series: Series) -> Iterator[Fault]:
    if len(series.episodes) != series.length:
        yield Fault(0, None, "length", f"the series has {len(series.episodes)} episodes, not {series.length}")
    for place, episode in enumerate(series.episodes, 1):
        if episode.number != place:
            yield Fault(place, None, "number", f"episode {place} is numbered {episode.number}")
    for what, values in (("synopsis", [e.synopsis for e in series.episodes]),):
        for value, times in Counter(values).items():
            if times > 1:
                yield Fault(0, None, what, f"the {what} {value!r} is used {times} times")


def _bible(series: Series) -> Iterator[Fault]:
    bible = series.bible
    sizes = (("characters", len(bible.characters), CAST_SIZE), ("locations", len(bible.locations), LOCATION_COUNT))
    for what, number, (low, high) in (*sizes, ("props", len(bible.props), PROP_COUNT)):
        if not low <= number <= high:
            yield Fault(0, None, "bible", f"the bible has {number} {what}, not {low} to {high}")
    ids = [x.id for x in (*bible.characters, *bible.locations, *bible.props)]
    for id, times in Counter(ids).items():
        if times > 1:
            yield Fault(0, None, "bible", f"the id {id} is used {times} times")
    yield from _designs(series)
    yield from _kin(series)


def _designs(series: Series) -> Iterator[Fault]:
    tables = (
        ("hair", base.HAIR_STYLES), ("hair_colour", base.HAIR_COLOURS), ("eyes", base.EYES),
        ("eye_colour", base.EYE_COLOURS), ("skin", base.SKINS), ("outfit", base.OUTFITS), ("outfit_colour", base.COLOURS),
    )  # fmt: skip
    for who in series.bible.characters:
        for name, table in tables:
            yield from _word(0, None, f"{who.id}'s {name}", getattr(who.design, name), table)
        for item in who.design.accessories:
            yield from _word(0, None, f"{who.id}'s accessory", item, base.ACCESSORIES)
    for place in series.bible.locations:
        yield from _word(0, None, f"{place.id}'s plate", place.plate, base.PLATES)
        yield from _word(0, None, f"{place.id}'s time", place.time, base.TIMES)
        yield from _word(0, None, f"{place.id}'s weather", place.weather, base.WEATHERS)
    for prop in series.bible.props:
        yield from _word(0, None, f"{prop.id}'s kind", prop.kind, base.PROPS)


def _word(episode: int, line: int | None, what: str, value: str, table: Sequence[str]) -> Iterator[Fault]:
    if value not in table:
        yield Fault(episode, line, "vocabulary", f"{what} is {value!r}: choose from {', '.join(filter(None, table))}")


def _kin(series: Series) -> Iterator[Fault]:
    """I8: who has a father is that person's child."""
    back = {(c.id, r.to): r.kind for c in series.bible.characters for r in c.relations}
    for (who, to), kind in back.items():
        allowed = INVERSE.get(kind.lower())
        if allowed and back.get((to, who), "").lower() not in allowed:
            yield Fault(
                0, None, "I8", f"{who} names {to} as {kind}, but {to} does not name {who} as {' or '.join(allowed)}"
            )


def _coverage(series: Series, premise: Premise) -> Iterator[Fault]:
    """At least nine in ten of the premise's nouns are spoken or shown."""
    if not premise.nouns:
        return
    text = series.model_dump_json(exclude={"premise"}).lower()
    missing = [n for n in premise.nouns if n.lower() not in text]
    if len(missing) > (1 - COVERAGE) * len(premise.nouns):
        yield Fault(0, None, "coverage", f"the premise's {', '.join(missing)} never appear")


# -- one episode


def _size(series: Series, episode: Episode, lines: Sequence[Line]) -> Iterator[Fault]:
    number, language = episode.number, series.language
    unit = "words" if language == "en" else "characters"
    size = sum(count(line.text, language) for line in lines)
    if size > LIMITS[language]:
        yield Fault(number, None, "size", f"episode {number} has {size} {unit}, limit {LIMITS[language]}")
    if lines and count(lines[0].text, language) > HOOK_LIMITS[language]:
        hook = count(lines[0].text, language)
        yield Fault(number, 1, "hook", f"episode {number} opens with {hook} {unit}, limit {HOOK_LIMITS[language]}")
    if count(episode.synopsis, language) > SYNOPSIS_LIMITS[language]:
        yield Fault(number, None, "synopsis", f"episode {number}'s synopsis is over {SYNOPSIS_LIMITS[language]} {unit}")


def _ending(episode: Episode, lines: Sequence[Line]) -> Iterator[Fault]:
    number = episode.number
    if not lines:
        yield Fault(number, None, "lines", f"episode {number} has no spoken line")
        return
    if lines[-1].kind != "dialogue" and lines[-1].delivery != "voice":
        yield Fault(number, len(lines), "cliffhanger", f"episode {number} does not end on a spoken line")
    cliff = episode.cliffhanger
    if not cliff.question.strip():
        yield Fault(number, len(lines), "cliffhanger", f"episode {number}'s cliffhanger leaves no question")
    if len(set(cliff.answers)) < 2:
        yield Fault(number, len(lines), "cliffhanger", f"episode {number}'s cliffhanger needs two possible answers")


def _shots(series: Series, episode: Episode) -> Iterator[Fault]:
    number = episode.number
    shots = [shot for _, shot in episode.shots()]
    people = {c.id for c in series.bible.characters}
    props = {p.id for p in series.bible.props}
    if not MIN_SHOTS <= len(shots) <= MAX_SHOTS:
        yield Fault(number, None, "shots", f"episode {number} has {len(shots)} shots, not {MIN_SHOTS} to {MAX_SHOTS}")
    for scene in episode.scenes:
        if scene.location not in {loc.id for loc in series.bible.locations}:
            yield Fault(number, None, "ids", f"scene {scene.id} plays in the unknown location {scene.location}")
        yield from _word(number, None, f"scene {scene.id}'s mood", scene.mood, base.MOODS)
    ids = Counter(shot.id for shot in shots)
    for shot in shots:
        yield from _shot_words(number, shot)
        unknown = [who for who in shot.characters if who not in people]
        unknown += [shot.prop] if shot.prop and shot.prop not in props else []
        for id in unknown:
            yield Fault(number, None, "ids", f"shot {shot.id} shows the unknown {id}")
        if ids[shot.id] > 1:
            yield Fault(number, None, "ids", f"the shot id {shot.id} is used twice")


def _shot_words(number: int, shot: Shot) -> Iterator[Fault]:
    of = f"shot {shot.id}'s"
    table = (("size", shot.size, base.SHOT_SIZES), ("move", shot.move, base.CAMERA_MOVES), ("emotion", shot.emotion, base.EMOTIONS),
             ("sound", shot.sound, ("", *base.SOUNDS)), ("thing in sight", shot.shows, ("", *base.PROPS)))  # fmt: skip
    for what, word, known in table:
        yield from _word(number, None, f"{of} {what}", word, known)


def _line(series: Series, episode: Episode, place: int, line: Line) -> Iterator[Fault]:
    number = episode.number
    if line.speaker not in {c.id for c in series.bible.characters}:
        yield Fault(number, place, "speaker", f"episode {number} line {place} is spoken by the unknown {line.speaker}")
    yield from _word(number, place, f"line {line.id}'s emotion", line.emotion, base.EMOTIONS)
    yield from _word(number, place, f"line {line.id}'s delivery", line.delivery, base.DELIVERIES)
    size = count(line.text, series.language)
    if not size:
        yield Fault(number, place, "line", f"episode {number} line {place} says nothing")
    if size > LINE_WIDTH[series.language]:
        yield Fault(
            number,
            place,
            "line",
            f"episode {number} line {place} has {size} words, limit {LINE_WIDTH[series.language]}",
        )
    if series.language == "zh" and _HALF_WIDTH.search(line.text):
        yield Fault(
            number, place, "marks", f"episode {number} line {place} uses half-width marks in Chinese: {line.text}"
        )
    if series.language == "en" and _BAD_ARTICLE.search(line.text):
        yield Fault(number, place, "article", f"episode {number} line {place} has a wrong article: {line.text}")


def _labels(series: Series, episode: Episode) -> Iterator[Fault]:
    number = episode.number
    texts = [
        episode.title,
        episode.synopsis,
        *(line.text for line in episode.lines()),
        *(c.event for c in episode.changes),
    ]
    for text in texts:
        if _SLOT.search(text):
            yield Fault(number, None, "slots", f"episode {number} still holds a blank: {text}")
    if not episode.title.strip() or not episode.synopsis.strip():
        yield Fault(number, None, "title", f"episode {number} needs a title and a synopsis")


# -- across episodes


def _repeats(series: Series) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for episode in series.episodes:
        for place, line in enumerate(episode.lines(), 1):
            for sentence in normal_sentences(line.text):
                if sentence in seen:
                    message = f"episode {episode.number} line {place} repeats a sentence of episode {seen[sentence]}: {sentence}"
                    yield Fault(episode.number, place, "repeat", message)
                seen.setdefault(sentence, episode.number)


def _cliffs(series: Series) -> Iterator[Fault]:
    kinds = [e.cliffhanger.kind for e in series.episodes]
    for i, kind in enumerate(kinds):
        if kind in kinds[max(0, i - CLIFF_REST) : i]:
            message = f"episode {i + 1}'s {kind} cliffhanger comes within {CLIFF_REST} episodes of another"
            yield Fault(i + 1, None, "cliffhanger", message)


def _debts(series: Series) -> Iterator[Fault]:
    """Every question but the last is paid by an event of a later episode, when due, and at most three are open."""
    for episode in series.episodes[:-1]:
        cliff, number = episode.cliffhanger, episode.number
        if cliff.paid_in is None or not cliff.paid_by.strip():
            yield Fault(number, None, "debt", f"episode {number}'s question is never paid: {cliff.question}")
        elif not number < cliff.paid_in <= min(cliff.due, series.length):
            yield Fault(
                number, None, "debt", f"episode {number}'s question is due by {cliff.due}, paid in {cliff.paid_in}"
            )
        elif cliff.paid_by not in {c.event for c in series.episodes[cliff.paid_in - 1].changes}:
            yield Fault(number, None, "debt", f"episode {cliff.paid_in} holds no event that pays episode {number}")
    for number in range(1, series.length + 1):
        unpaid = [e for e in series.episodes[:number] if (e.cliffhanger.paid_in or series.length + 1) > number]
        if len(unpaid) > OPEN_DEBTS:
            yield Fault(
                number, None, "debt", f"{len(unpaid)} questions are open after episode {number}, limit {OPEN_DEBTS}"
            )


def _places(series: Series) -> Iterator[Fault]:
    run, last = 0, ""
    for episode in series.episodes:
        place = episode.scenes[0].location if episode.scenes else ""
        run = run + 1 if place == last else 1
        last = place
        if run > PLACE_RUN:
            yield Fault(episode.number, None, "place", f"episode {episode.number} is the {run}th running in {place}")


# -- the world


def _world(series: Series) -> Iterator[Fault]:
    world = World.of(series.initial)
    known = {x.id for x in (*series.bible.characters, *series.bible.locations, *series.bible.props)}
    for episode in series.episodes:
        solid = 0
        for change in episode.changes:
            yield from (Fault(episode.number, _place(change), rule, m) for rule, m in violations(world, change))
            yield from _ids(episode.number, change, known)
            solid += counts(world, change)
            world = world.apply(change)
        number = episode.number
        if solid < MIN_CHANGES:
            yield Fault(number, None, "changes", f"episode {number} changes {solid} facts, needs {MIN_CHANGES}")
        if not any(c.irreversible for c in episode.changes):
            yield Fault(number, None, "changes", f"nothing in episode {number} is irreversible")
        yield from _presence(episode, world)
    for fact in world.facts.values():
        if fact.predicate == "missing":
            yield Fault(series.length, None, "I11", f"{fact.subject} is missing to the end: nobody finds out")


def _place(change: Change) -> int | None:
    return None if change.line is None else change.line + 1


def _ids(number: int, change: Change, known: set[str]) -> Iterator[Fault]:
    if not change.event.strip():
        yield Fault(number, _place(change), "changes", f"episode {number} has a change without an event")
    for fact in (*change.adds, *change.removes):
        if fact.predicate in PREDICATES and fact.predicate != "clock" and fact.subject not in known:
            yield Fault(number, _place(change), "ids", f"episode {number} changes a fact of the unknown {fact.subject}")


def _presence(episode: Episode, world: World) -> Iterator[Fault]:
    """I2: the dead are silent. I3: whoever speaks is there, or on a working line."""
    for scene in episode.scenes:
        lines = [line for shot in scene.shots for line in shot.lines]
        for place, line in enumerate(lines, 1):
            if world.get("dead", line.speaker) and not re.search("recording|flashback|录音|回忆", line.hearing):
                yield Fault(
                    episode.number, place, "I2", f"{line.speaker} is dead and speaks in episode {episode.number}"
                )
            there = world.place(line.speaker)
            if line.delivery in ("voice", "whisper", "shout") and there and there != scene.location:
                yield Fault(episode.number, place, "I3", f"{line.speaker} speaks in {scene.location} but is at {there}")
