"""What a language model may write over a finished plan, as schemas, and how its answers are laid over the plan.

Names, ids, order, speakers, facts and camera stay; words change. Raises ValueError where an answer does not fit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from engine.core import Bible, Character, Episode, Line, Scene, Series, Shot
from engine.story.shots import VALENCE
from models.base import EMOTIONS

ALPHABETS = {
    "en": " !'(),\\-.0-9:;?A-Za-zÀ-ɏ‘’“”–—…",
    "zh": "0-9A-Za-z一-鿿、，。！？：；…—“”‘’《》（）·",
}
"""Inside of a regular expression's brackets: what the words of a series may be written with, beside its names."""
PERSON = ("occupation", "look", "wardrobe", "want", "wound", "secret", "voice_notes", "quirk")
HEAD = ("title", "promise", "logline")
SIZES = {
    "title": 48, "promise": 160, "logline": 240, "summary": 140, "synopsis": 100, "question": 90, "action": 130,
    "person": 110, "text": 120, "episode_title": 40,
}  # fmt: skip
"""Most characters of a text, in English; words are counted afterwards."""
HAN_PART = 0.42
"""A Han character says what two or three letters say."""

Schema = dict[str, Any]


# -- schemas


def bible_schema(series: Series) -> Schema:
    """The head of the bible; of each person eight texts, of each place and thing its look."""
    bible, say = series.bible, _Sayer(series)
    look = {"look": say("person")}
    return _object(
        {key: say(key) for key in HEAD}
        | {
            "characters": _object({c.id: _object({key: say("person") for key in PERSON}) for c in bible.characters}),
            "locations": _object({x.id: _object(look) for x in bible.locations}),
            "props": _object({p.id: _object(look) for p in bible.props}),
        }
    )


def arc_schema(series: Series, numbers: Sequence[int]) -> Schema:
    """Title and synopsis of these episodes and what turns in them; the first block also asks the season's question."""
    say = _Sayer(series)
    turning = {t.episode for t in series.arc.turns}
    fields: Schema = {"question": say("question")} if 1 in numbers else {}
    for number in numbers:
        turn = {"turn": say("summary")} if number in turning else {}
        fields[f"e{number}"] = _object({"title": say("episode_title"), "synopsis": say("synopsis"), **turn})
    return _object(fields)


def episode_schema(series: Series, number: int) -> Schema:
    """In story order: an action a shot, emotion and words a line; then the question that the end leaves."""
    say = _Sayer(series)
    fields: Schema = {}
    for key, part in parts(_episode(series, number)):
        if isinstance(part, Shot):
            fields[key] = say("action")
        else:
            fields[key] = _object({"emotion": {"enum": list(EMOTIONS)}, "text": say("text")})
    return _object({**fields, "question": say("question")})


def parts(episode: Episode) -> Iterator[tuple[str, Shot | Line]]:
    """Shots s1, s2, ... and lines l1, l2, ... in the order they are seen and heard: the keys of an answer."""
    heard = 0
    for place, (_, shot) in enumerate(episode.shots(), 1):
        yield f"s{place}", shot
        for line in shot.lines:
            heard += 1
            yield f"l{heard}", line


class _Sayer:
    """Schemas of strings in a series' own alphabet."""

    def __init__(self, series: Series) -> None:
        base = ALPHABETS[series.language]
        names = "".join(c.name + c.full_name for c in series.bible.characters)
        more = sorted({c for c in names if c.isalpha() and not re.match(f"[{base}]", c)})
        self.pattern = f"^[{base}{''.join(more)}]+$"
        self.part = HAN_PART if series.language == "zh" else 1.0

    def __call__(self, kind: str) -> Schema:
        return {"type": "string", "pattern": self.pattern, "minLength": 1, "maxLength": round(SIZES[kind] * self.part)}


def _object(fields: Mapping[str, Any]) -> Schema:
    return {
        "type": "object", "additionalProperties": False, "required": list(fields), "properties": dict(fields),
    }  # fmt: skip


# -- laying over


def with_bible(series: Series, data: Mapping[str, Any]) -> Series:
    """The series with the bible's words replaced."""
    people, places, things = (_part(data, key) for key in ("characters", "locations", "props"))
    bible = series.bible.model_copy(
        update={
            "promise": _text(data, "promise"),
            "logline": _text(data, "logline"),
            "characters": tuple(_person(c, _part(people, c.id)) for c in series.bible.characters),
            "locations": tuple(_seen(x, places) for x in series.bible.locations),
            "props": tuple(_seen(p, things) for p in series.bible.props),
        }
    )
    bible = Bible.model_validate(bible.model_dump())
    return _checked(series.model_copy(update={"title": _text(data, "title"), "bible": bible}))


def _person(who: Character, data: Mapping[str, Any]) -> Character:
    return who.model_copy(update={key: _text(data, key) for key in PERSON})


def _seen(thing: Any, data: Mapping[str, Any]) -> Any:
    return thing.model_copy(update={"look": _text(_part(data, thing.id), "look")})


def with_arc(series: Series, data: Mapping[str, Any], numbers: Sequence[int]) -> Series:
    """The series with the titles, synopses and turns of these episodes replaced."""
    told = {number: _part(data, f"e{number}") for number in numbers}
    turns = tuple(
        t.model_copy(update={"summary": _text(told[t.episode], "turn")}) if t.episode in told else t
        for t in series.arc.turns
    )
    question = _text(data, "question") if 1 in numbers else series.arc.question
    arc = series.arc.model_copy(update={"question": question, "turns": turns})
    episodes = tuple(
        e.model_copy(
            update={"title": _text(told[e.number], "title"), "synopsis": _text(told[e.number], "synopsis")}
        )
        if e.number in told
        else e
        for e in series.episodes
    )  # fmt: skip
    return _checked(series.model_copy(update={"arc": arc, "episodes": episodes}))


def with_episode(series: Series, data: Mapping[str, Any], number: int) -> Series:
    """The series with one episode's actions, lines and last question replaced."""
    episode = _episode(series, number)
    keys = {part.id: key for key, part in parts(episode)}

    def heard(line: Line) -> Line:
        told = _part(data, keys[line.id])
        return _spoken(line, _text(told, "text"), _text(told, "emotion"))

    def seen(shot: Shot) -> Shot:
        lines = tuple(heard(line) for line in shot.lines)
        return shot.model_copy(update={"action": _text(data, keys[shot.id]), "lines": lines})

    def played(scene: Scene) -> Scene:
        return scene.model_copy(update={"shots": tuple(seen(shot) for shot in scene.shots)})

    cliff = episode.cliffhanger.model_copy(update={"question": _text(data, "question")})
    scenes = tuple(played(scene) for scene in episode.scenes)
    return with_whole(series, episode.model_copy(update={"scenes": scenes, "cliffhanger": cliff}))


def _spoken(line: Line, text: str, emotion: str) -> Line:
    """The line in other words; another emotion takes its own valence and leaves of the hearing only how it is sent."""
    if emotion == line.emotion:
        return line.model_copy(update={"text": text})
    sent = ", ".join(part.strip() for part in re.split("[,，]", line.hearing)[1:])
    return line.model_copy(
        update={"text": text, "emotion": emotion, "valence": VALENCE.get(emotion, 0.0), "hearing": sent}
    )


def with_whole(series: Series, episode: Episode) -> Series:
    """The series with one episode replaced by another of its number."""
    episodes = tuple(episode if e.number == episode.number else e for e in series.episodes)
    return _checked(series.model_copy(update={"episodes": episodes}))


def restored(series: Series, plan: Series, unit: str, numbers: Sequence[int] = ()) -> Series:
    """The series with one step as the plan has it: 'bible', an 'arc...' of these episodes, or the episode numbers[0]."""
    if unit == "bible":
        return series.model_copy(update={"title": plan.title, "bible": plan.bible})
    kept = {e.number: e for e in plan.episodes if e.number in numbers}
    if not unit.startswith("arc"):
        mine = _episode(series, numbers[0])
        own = kept[numbers[0]].model_copy(update={"title": mine.title, "synopsis": mine.synopsis})
        return with_whole(series, own)
    for number, episode in kept.items():
        labels = {"title": episode.title, "synopsis": episode.synopsis}
        series = with_whole(series, _episode(series, number).model_copy(update=labels))
    before = {(t.beat, t.episode): t for t in plan.arc.turns if t.episode in kept}
    turns = tuple(before.get((t.beat, t.episode), t) for t in series.arc.turns)
    question = plan.arc.question if 1 in numbers else series.arc.question
    return series.model_copy(update={"arc": series.arc.model_copy(update={"question": question, "turns": turns})})


def _checked(series: Series) -> Series:
    """The same series through every limit of its nouns. Raises ValueError (pydantic's) where a text is too long."""
    return Series.model_validate(series.model_dump())


def _episode(series: Series, number: int) -> Episode:
    return next(e for e in series.episodes if e.number == number)


def _part(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = data.get(key)
    if not isinstance(value, Mapping):
        raise ValueError(f"'{key}' is missing")
    return cast(Mapping[str, Any], value)


def _text(data: Mapping[str, Any], key: str) -> str:
    """A text of the answer on one line. ValueError when it is missing or blank."""
    value = data.get(key)
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if not text:
        raise ValueError(f"'{key}' is empty")
    return text
