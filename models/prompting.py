"""What a picture model is told: a PictureRequest in, phrases out. The words are data (configs/prompts); no torch, no
tokens, no models.

Phrases come most important first, so that a painter that can read only so much cuts from the end and says what it cut."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from models.base import Figure, Look, PictureRequest
from models.words import han

Words = Mapping[str, Mapping[str, Any]]

TABLES = ("people", "places", "camera")
TURNED = 5.0
"""Degrees of yaw from which a head is said to be turned."""
WITHOUT_PEOPLE = ("insert",)
"""Shot sizes in which a request's figures are not seen."""
_SENTENCE = re.compile(r"(?<=[.!?。！？;；])\s*")


@dataclass(frozen=True)
class Prompt:
    """`phrases` most important first; `left_out`: what of the description this model's language has no words for."""

    phrases: tuple[str, ...]
    negative: tuple[str, ...]
    left_out: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All phrases, as CLIP-reading painters take them."""
        return ", ".join(self.phrases)

    @property
    def prose(self) -> str:
        """All phrases as sentences, for models that read with T5."""
        return " ".join(phrase[:1].upper() + phrase[1:] + "." for phrase in self.phrases)


@cache
def words(table: str) -> Words:
    """One of TABLES."""
    path = files("configs") / "prompts" / f"{table}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def digest() -> str:
    """A print of all word tables: pictures painted with other words are other pictures."""
    text = "".join((files("configs") / "prompts" / f"{table}.toml").read_text(encoding="utf-8") for table in TABLES)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def prompt(request: PictureRequest, style: str = "", negative: str = "") -> Prompt:
    """The prompt of one request: style, frame, people, what happens, thing, place, light.

    `style` goes before everything and `negative` before the request's own. ValueError names a word without an entry."""
    seen = seen_figures(request)
    told, left_out = told_in_latin(request.description)
    phrases = (
        style,
        *frame(request, seen),
        *(phrase for figure in seen for phrase in person(figure, len(seen), speaking_back(request))),
        *thing(request),
        *told,
        *place(request),
    )
    bodies = len(seen) + (request.shot_size == "ots" and len(seen) == 1)  # the shoulder is somebody's too
    avoided = (negative, request.negative, entry("camera", "avoid", _count(bodies)))
    return Prompt(_tidy(phrases), _tidy(avoided), left_out)


def seen_figures(request: PictureRequest) -> tuple[Figure, ...]:
    """Whom the picture shows: nobody in a plate or an insert."""
    return () if request.kind == "plate" or request.shot_size in WITHOUT_PEOPLE else request.figures


def speaking_back(request: PictureRequest) -> bool:
    """Whether faces are turned away, so that their expression is not worth words."""
    return request.shot_size in ("back", "silhouette") and request.kind != "sheet"


def frame(request: PictureRequest, seen: tuple[Figure, ...]) -> tuple[str, ...]:
    """What kind of picture, how much of it a body fills, how many people."""
    if request.kind == "sheet":
        return (entry("camera", "kind", "sheet"),)
    alone = request.shot_size == "two" and len(seen) == 1
    size = entry("camera", "size" if seen else "empty", "mcu" if alone else request.shot_size)
    empty = () if request.prop or request.shot_size in WITHOUT_PEOPLE else (entry("camera", "kind", "plate"),)
    return (size, entry("camera", "people", _count(len(seen)))) if seen else (size, *empty)


def person(figure: Figure, of: int, faceless: bool = False) -> tuple[str, ...]:
    """A figure in up to three phrases: body and clothes; face; arms. `of` is how many are seen."""
    where = entry("camera", "place", _place(figure.x)) if of > 1 else ""
    body = ", ".join(p for p in (where, looks(figure.look)) if p)
    if faceless:
        return (body, entry("people", "pose", figure.pose))
    gaze = entry("people", "gaze", figure.gaze) if figure.gaze != "ahead" else ""
    face = (strength(figure.arousal), entry("people", "emotion", figure.emotion), _turn(figure.yaw), gaze)
    return (body, ", ".join(p for p in face if p), entry("people", "pose", figure.pose))


def strength(arousal: float) -> str:
    """How strongly a face shows what it feels: the words of the highest level that the voice reached."""
    rows = words("people")["strength"]["rows"]
    return str(next(row[1] for row in rows if arousal <= row[0]))


def looks(look: Look) -> str:
    """A design in words: age and sex, hair, eyes, skin, outfit, what is worn.

    >>> looks(Look("female", 24, "bob", "raven", "cat", "jade", "fair", "coat", "red"))
    '24-year-old woman with raven black bob haircut, upturned jade-green eyes, fair skin, wearing a red long coat'
    """
    hair = entry("people", "hair", look.hair).format(colour=entry("people", "hair_colour", look.hair_colour))
    eyes = entry("people", "eyes", look.eyes).format(colour=entry("people", "eye_colour", look.eye_colour))
    outfit = entry("people", "outfit", look.outfit).format(colour=entry("people", "colour", look.outfit_colour))
    worn = [entry("people", "accessory", word) for word in look.accessories]
    parts = (f"{age(look)} with {hair}", eyes, entry("people", "skin", look.skin), entry("people", "build", look.build))
    return ", ".join([*(p for p in parts if p), f"wearing {_article(outfit)} {outfit}", *worn])


def age(look: Look) -> str:
    """'24-year-old woman', by the table's own age limits."""
    row = next(row for row in words("people")["age"]["rows"] if look.age <= row[0] or row[0] >= 200)
    return str(row[1 if look.sex == "female" else 2]).format(age=look.age)


def thing(request: PictureRequest) -> tuple[str, ...]:
    return (entry("places", "prop", request.prop),) if request.prop else ()


def place(request: PictureRequest) -> tuple[str, ...]:
    """Where and when, and the palette of genre and mood. A sheet stands before its own plain ground."""
    if request.kind == "sheet":
        return ()
    return (
        entry("places", "plate", request.plate) if request.plate else "",
        entry("places", "time", request.time),
        entry("places", "weather", request.weather),
        entry("places", "mood", request.mood),
        entry("places", "genre", request.genre),
    )


def told_in_latin(description: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A description's sentences that CLIP can read, and those with Han characters, which it cannot."""
    parts = [part.strip(" .;,") for part in _SENTENCE.split(description)]
    readable = tuple(p for p in parts if p and not han(p))
    return readable, tuple(p for p in parts if p and han(p))


def entry(table: str, section: str, word: str) -> str:
    """The words for a word. ValueError lists the known ones."""
    known = words(table)[section]
    if word not in known:
        raise ValueError(f"no prompt words for {section} '{word}': choose from {', '.join(sorted(known))}")
    return str(known[word])


def _count(people: int) -> str:
    return ("nobody", "one", "two")[people] if people < 3 else "more"


def _place(x: float) -> str:
    return "left" if x < 0.45 else "right" if x > 0.55 else "middle"


def _turn(yaw: float) -> str:
    return entry("people", "turn", "right" if yaw > TURNED else "left" if yaw < -TURNED else "ahead")


def _article(noun: str) -> str:
    return "an" if noun[:1] in "aeiou" else "a"


def _tidy(phrases: Iterable[str]) -> tuple[str, ...]:
    """Without empty phrases, without white space at the ends, each once."""
    return tuple(dict.fromkeys(p.strip(" ,") for p in phrases if p.strip(" ,")))
