"""A scene file: everything the player needs to draw one shot, as versioned JSON. Knows words and numbers, no pixels.

Lengths are pixels of a frame 1080 wide and 1920 high (other sizes scale by their height), places are fractions."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from models.base import GAZES, POSES, Look

FORMAT = "cliffhanger.scene"
VERSION = 2
MAX_BYTES = 2_000_000
MAX_FRAMES = 24 * 60 * 10
MAX_ACTORS = 8
MAX_NUMBER = 1e6


@dataclass(frozen=True)
class Actor:
    """A figure on its place: (x, y) is the point between the eyes, `head` the height of the head in pixels.

    `part` says how it is lit: 'lead', 'other' (listening, a little darker), 'near' (dark, blurred, foreground)
    or 'shape' (a silhouette). `enters` is how far from their place they start to walk, in
    frame widths, negative to the left; 0: they are there."""

    character: str
    look: Look
    emotion: str
    x: float
    y: float
    yaw: float
    head: float
    view: str = "front"
    part: str = "lead"
    aura: bool = False
    speaking: bool = False
    pose: str = "rest"
    gaze: str = "ahead"
    enters: float = 0.0


@dataclass(frozen=True)
class Backdrop:
    """A plate and how it is seen: `zoom` about (x, y), `blur` in pixels, `light` below 1 darkens, `lift` lowers
    the horizon by a share of the frame."""

    plate: str
    time: str
    weather: str
    mood: str
    genre: str
    seed: int
    zoom: float = 1.0
    x: float = 0.5
    y: float = 0.5
    blur: float = 0.0
    light: float = 1.0
    near: bool = True
    lift: float = 0.0


@dataclass(frozen=True)
class Move:
    """A camera move from (zoom0, x0, y0) to (zoom1, x1, y1) about a focus; x and y in pixels of picture shift."""

    kind: str
    zoom0: float
    zoom1: float
    x0: float
    x1: float
    y0: float
    y1: float
    focus_x: float
    focus_y: float
    ease: str = "cubic"
    sway: float = 0.0
    back_zoom0: float = 1.0
    back_zoom1: float = 1.0


@dataclass(frozen=True)
class Scene:
    """One shot. Rows (frame, actor, ...) say what changes from that frame on; `wind` 0..1 moves hair and cloth.

    `turns` are head angles in degrees, `nods` dips of the head in degrees, `leans` how far (-1..1) a body leans in."""

    unit: str
    size: str
    num_frames: int
    fps: int
    seed: int
    backdrop: Backdrop
    actors: tuple[Actor, ...]
    move: Move
    prop: str = ""
    prop_text: str = ""
    mouths: tuple[tuple[int, int, str], ...] = ()  # (frame, actor, shape)
    emotions: tuple[tuple[int, int, str], ...] = ()  # (frame, actor, emotion)
    blinks: tuple[tuple[int, int], ...] = ()  # (frame, actor): when a blink begins
    effects: tuple[str, ...] = ()
    poses: tuple[tuple[int, int, str], ...] = ()
    gazes: tuple[tuple[int, int, str], ...] = ()
    turns: tuple[tuple[int, int, float], ...] = ()
    nods: tuple[tuple[int, int, float], ...] = ()
    leans: tuple[tuple[int, int, float], ...] = ()
    wind: float = 0.0


def to_text(scene: Scene) -> str:
    """The file's text: stable, so that equal scenes are equal bytes."""
    head: dict[str, Any] = {"format": FORMAT, "version": VERSION}
    return json.dumps({**head, **asdict(scene)}, ensure_ascii=False, indent=1) + "\n"


def from_text(text: str) -> Scene:
    """The reverse of to_text. ValueError with one clear line on anything else."""
    if len(text) > MAX_BYTES:
        raise ValueError(f"a scene file over {MAX_BYTES} characters is refused")
    try:
        data = json.loads(text)
    except ValueError as error:
        raise ValueError(f"the scene file is not JSON: {error}") from None
    if not isinstance(data, dict) or data.pop("format", None) != FORMAT:
        raise ValueError("the file is not a Cliffhanger scene")
    if (version := data.pop("version", None)) != VERSION:
        raise ValueError(f"scene file of version {version}, this program reads version {VERSION}")
    try:
        scene = _build(data)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"the scene file is damaged: {error}") from None
    return _checked(scene)


def _build(data: Mapping[str, Any]) -> Scene:
    rows: dict[str, Any] = {
        "actors": tuple(_actor(a) for a in data["actors"]),
        "backdrop": Backdrop(**data["backdrop"]),
        "move": Move(**data["move"]),
        "blinks": tuple((int(f), int(a)) for f, a in data["blinks"]),
        "effects": tuple(str(e) for e in data["effects"]),
    }
    for name in ("mouths", "emotions", "poses", "gazes"):
        rows[name] = tuple((int(f), int(a), str(word)) for f, a, word in data[name])
    for name in ("turns", "nods", "leans"):
        rows[name] = tuple((int(f), int(a), float(value)) for f, a, value in data[name])
    return Scene(**{**data, **rows})


def _actor(data: Mapping[str, Any]) -> Actor:
    look = Look(**{**data["look"], "accessories": tuple(data["look"]["accessories"])})
    return Actor(**{**data, "look": look})


def _numbers(value: object) -> Iterator[float]:
    """Every number inside plain data."""
    if isinstance(value, float):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _numbers(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _numbers(part)


def _checked(scene: Scene) -> Scene:
    if not 0 < scene.num_frames <= MAX_FRAMES or not 0 < scene.fps <= 120:
        raise ValueError(f"a scene of {scene.num_frames} frames at {scene.fps} a second is refused")
    if len(scene.actors) > MAX_ACTORS:
        raise ValueError(f"{len(scene.actors)} figures in one shot, at most {MAX_ACTORS} are drawn")
    changes = (*scene.mouths, *scene.emotions, *scene.poses, *scene.gazes, *scene.turns, *scene.nods, *scene.leans)
    for row in (*changes, *scene.blinks):
        if not 0 <= row[1] < len(scene.actors):
            raise ValueError(f"the scene names figure {row[1]}, but has {len(scene.actors)}")
    if not all(math.isfinite(number) and abs(number) <= MAX_NUMBER for number in _numbers(asdict(scene))):
        raise ValueError("the scene has a number that is no place in a picture")
    _words("pose", [a.pose for a in scene.actors] + [row[2] for row in scene.poses], POSES)
    _words("gaze", [a.gaze for a in scene.actors] + [row[2] for row in scene.gazes], GAZES)
    return scene


def _words(kind: str, words: list[str], choices: tuple[str, ...]) -> None:
    for word in words:
        if word not in choices:
            raise ValueError(f"unknown {kind} {word!r}: choose from {', '.join(choices)}")
