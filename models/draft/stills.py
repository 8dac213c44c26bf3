"""Stills: a painted keyframe, its depth and a camera move as one self-contained file. Knows the file, draws no frame.

The cheap way to bring a model's keyframe to life: the player moves a camera over it, near parts more than far ones. The
depth is a guess from the draft's layout, which the keyframe was painted on."""

from __future__ import annotations

import base64
import binascii
import hashlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from models.base import CAMERA_MOVES, MOODS, Clip, ClipRequest, Cost, PictureRequest, Rights
from models.draft import moves
from models.draft.layout import BODY_FACTOR, HALF_BODY, compose_scene
from models.draft.scene import MAX_FRAMES, Actor, Scene
from models.footage import Frame, decode_picture, picture_size, read_picture

VERSION = 1
SUFFIX = ".still.json"
MOST_CHARACTERS = 24_000_000
MOST_SIDE = 2048  # pixels of a keyframe's longer side
JPEG_QUALITY = 95
MOST_UNIT = 200
MOST_ROOM = 0.16  # of growth within one shot
LEAST_ROOM = 0.02
PUSH_PER_SECOND, EMOTIONAL_PUSH_PER_SECOND = 0.035, 0.06

DEPTH_SIZE = (54, 96)
MOST_DEPTH_SIDE = 256
FAR, FLOOR_NEAR, HORIZON = 0.12, 0.62, 0.60
FIGURE, PER_HEAD = 0.42, 0.6
"""A figure's nearness: of somebody far away, and added for a head as high as the frame."""
RELIEF = 0.12  # of nearness between the middle of a face and its rim
SOFT = 0.045  # of the frame's width: what a step in depth is blurred by
RIGHTS = Rights("a camera move over its keyframe, by Cliffhanger's own code", "as its keyframe")

Share = Annotated[float, Field(ge=0, le=1)]
Depth = NDArray[np.float32]


class Still(BaseModel):
    """One shot: the keyframe (base64 of a JPEG), its depth (base64 of a grey PNG, near is white), and the camera.

    `rate` is what a push grows by in a second, `room` the most the picture may grow; `focus` is where the camera looks."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    format: Literal["cliffhanger.still"] = "cliffhanger.still"
    version: int = VERSION
    unit: str = Field(max_length=MOST_UNIT)
    num_frames: int = Field(ge=1, le=MAX_FRAMES)
    fps: int = Field(ge=1, le=120)
    seed: int = Field(ge=-(2**63), lt=2**64)
    move: str
    strength: Share
    rate: float = Field(ge=0, le=0.5)
    room: float = Field(ge=0, le=0.5)
    focus_x: Share
    focus_y: Share
    mood: str
    genre: str = Field(max_length=40)
    keyframe: str
    depth: str

    @field_validator("version")
    @classmethod
    def _known_version(cls, value: int) -> int:
        if value != VERSION:
            raise ValueError(f"still file of version {value}, this program reads version {VERSION}")
        return value

    @field_validator("move")
    @classmethod
    def _known_move(cls, value: str) -> str:
        return _word("move", value, CAMERA_MOVES)

    @field_validator("mood")
    @classmethod
    def _known_mood(cls, value: str) -> str:
        return _word("mood", value, MOODS)

    def picture(self) -> Frame:
        """The keyframe: uint8 BGR (height, width, 3). ValueError when it is too large or damaged."""
        data = _bytes(self.keyframe, "keyframe")
        if max(picture_size(data)) > MOST_SIDE or min(picture_size(data)) < 2:
            raise ValueError("a keyframe of {}x{} is refused".format(*picture_size(data)))
        return decode_picture(data)

    def nearness(self) -> Depth:
        """The depth map: float32 0 (far) .. 1 (near), (height, width). ValueError when it is too large or damaged."""
        data = _bytes(self.depth, "depth map")
        if max(picture_size(data)) > MOST_DEPTH_SIDE or min(picture_size(data)) < 2:
            raise ValueError("a depth map of {}x{} is refused".format(*picture_size(data)))
        return np.asarray(decode_picture(data)[..., 0], np.float32) / 255


def _word(kind: str, word: str, choices: Sequence[str]) -> str:
    if word not in choices:
        raise ValueError(f"unknown {kind} {word[:40]!r}: choose from {', '.join(choices)}")
    return word


def _bytes(text: str, what: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"the {what} is not base64") from None


def to_text(still: Still) -> str:
    """The file's text: stable, so that equal stills are equal bytes."""
    return still.model_dump_json(indent=1) + "\n"


def from_text(text: str) -> Still:
    """The reverse of to_text. ValueError with one clear line on anything else; pictures are checked when they are asked for."""
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"a still file over {MOST_CHARACTERS} characters is refused")
    try:
        return Still.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"])[:80]
        raise ValueError(f"the still file is damaged: {place}: {first['msg']}"[:300]) from None


def read_still(path: Path) -> Still:
    """The still of a file. ValueError with one clear line when it cannot be read."""
    if path.stat().st_size > MOST_CHARACTERS:
        raise ValueError(f"{path.name} is too large for a still file")
    try:
        return from_text(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise ValueError(f"{path.name} is not a still file: it is not text") from None


# -- animator


class StillAnimator:
    """A camera move over the painted keyframe. Nobody moves and no mouth speaks: for shots that can bear it."""

    name = "still"
    version = VERSION
    suffix = SUFFIX
    uses_last_frame = False

    def animate(self, requests: Sequence[ClipRequest], folder: Path) -> list[Clip]:
        """One still file per request at folder / (unit + suffix).

        ValueError names an unknown word, a keyframe that cannot be read, or a last frame, which a still has no use for."""
        return [self._animate(request, folder) for request in requests]

    def _animate(self, request: ClipRequest, folder: Path) -> Clip:
        start = time.process_time()
        if request.last_frame is not None:
            raise ValueError(f"{request.unit}: a still has no use for a last frame")
        still = still_of(request)
        path = folder / (request.unit + self.suffix)
        path.write_text(to_text(still), encoding="utf-8")
        cost = Cost(core_seconds=time.process_time() - start)
        pictures = hashlib.sha256(still.keyframe.encode()).hexdigest()
        recipe = {"version": VERSION, "move": still.move, "strength": still.strength, "keyframe_sha256": pictures}
        return Clip(path, request.num_frames, self.name, RIGHTS, cost, recipe)


def still_of(request: ClipRequest) -> Still:
    """The still of a clip request: its keyframe, and depth and camera from the draft's layout of its picture."""
    scene = compose_scene(request.picture)
    focus = _focus(scene.actors)
    return Still(
        unit=request.unit[:MOST_UNIT], num_frames=request.num_frames, fps=request.fps, seed=request.picture.seed,
        move=_word("camera move", request.move, CAMERA_MOVES), strength=min(max(float(request.strength), 0.0), 1.0),
        rate=_rate(request.picture), room=_room(request.picture, scene.actors),
        focus_x=min(max(focus[0], 0.0), 1.0), focus_y=min(max(focus[1], 0.0), 1.0),
        mood=request.picture.mood, genre=request.picture.genre[:40],
        keyframe=_keyframe(read_picture(request.first_frame)), depth=_depth_text(depth_map(scene)),
    )  # fmt: skip


def _focus(actors: Sequence[Actor]) -> tuple[float, float]:
    """Between the faces that are seen, so that no move drives one of them out; or the middle."""
    seen = [(a.x, a.y) for a in actors if a.part != "near"] or [moves.CENTRE]
    return sum(x for x, _ in seen) / len(seen), sum(y for _, y in seen) / len(seen)


def _rate(picture: PictureRequest) -> float:
    loud = picture.figures and picture.figures[0].emotion in moves.LOUD
    return EMOTIONAL_PUSH_PER_SECOND if loud else PUSH_PER_SECOND


def _room(picture: PictureRequest, actors: Sequence[Actor]) -> float:
    """How much a close-up may grow before its chin reaches the subtitles."""
    if picture.shot_size not in ("cu", "mcu") or not actors:
        return MOST_ROOM
    lead = actors[0]
    return min(MOST_ROOM, max(LEAST_ROOM, (moves.LOWEST_CHIN - lead.y * 1920) / (moves.CHIN * lead.head) - 1))


def _keyframe(picture: Frame) -> str:
    h, w = picture.shape[:2]
    if max(h, w) > MOST_SIDE:
        shrink = MOST_SIDE / max(h, w)
        size = max(2, round(w * shrink)), max(2, round(h * shrink))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    return _packed(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])


def _depth_text(depth: Depth) -> str:
    return _packed(".png", np.asarray(np.rint(depth * 255), np.uint8), [])


def _packed(kind: str, pixels: Frame, options: list[int]) -> str:
    ok, data = cv2.imencode(kind, pixels, options)
    if not ok:
        raise ValueError(f"a picture of shape {pixels.shape} could not be stored")
    return base64.b64encode(data.tobytes()).decode("ascii")


# -- depth


def depth_map(scene: Scene, size: tuple[int, int] = DEPTH_SIZE) -> Depth:
    """Nearness 0..1, (height, width), smooth: a floor that comes closer, who stands on it, and what an insert shows."""
    w, h = size
    depth = np.repeat(_floor(scene, h)[:, None], w, axis=1)
    if scene.size == "insert" and scene.prop:
        _laid(depth, _ellipse(size, (0.5, 0.5), (0.34, 0.24)), 0.8, SOFT * w * 2)
    for actor in sorted(scene.actors, key=lambda a: (a.part == "near", a.head)):
        _stand(depth, actor)
    return np.clip(cv2.GaussianBlur(depth, (0, 0), SOFT * w / 2, borderType=cv2.BORDER_REPLICATE), 0, 1)


def _floor(scene: Scene, rows: int) -> Depth:
    """Nearness of each row of the place itself: even above the horizon, rising below it."""
    horizon = min(0.9, HORIZON + scene.backdrop.lift)
    y = (np.arange(rows, dtype=np.float32) + 0.5) / rows
    below = np.clip((y - horizon) / (1 - horizon), 0, 1)
    return (FAR + (FLOOR_NEAR - FAR) * below**1.3).astype(np.float32)


def _stand(depth: Depth, actor: Actor) -> None:
    """One figure: a body, a head before it, and a face that rises towards its middle."""
    h, w = depth.shape
    high = actor.head / 1920
    wide = actor.head / 1080
    near = 1.0 if actor.part == "near" else min(1.0, FIGURE + PER_HEAD * high)
    soft = max(SOFT * w, 0.10 * high * h)
    half = HALF_BODY.get(actor.look.sex, 0.84) * BODY_FACTOR.get(actor.look.build, 1.0) * 0.9 * wide
    _laid(depth, _body((w, h), actor.x, actor.y, high, half), near - RELIEF / 2, soft)
    place, size = (actor.x, actor.y + 0.02 * high), (0.40 * wide, 0.54 * high)
    _laid(depth, _ellipse((w, h), place, size), near - RELIEF, soft)
    dome = cv2.GaussianBlur(_ellipse((w, h), place, (size[0] * 0.6, size[1] * 0.6)), (0, 0), max(soft, 0.16 * high * h))
    depth += RELIEF * dome


def _laid(depth: Depth, mask: Depth, near: float, soft: float) -> None:
    """Brings what the softened mask covers to a nearness."""
    edge = cv2.GaussianBlur(mask, (0, 0), max(0.5, soft), borderType=cv2.BORDER_REPLICATE)
    depth += edge * (near - depth)


def _ellipse(size: tuple[int, int], place: tuple[float, float], radii: tuple[float, float]) -> Depth:
    w, h = size
    x = ((np.arange(w) + 0.5) / w - place[0]) / max(radii[0], 0.5 / w)
    y = ((np.arange(h) + 0.5) / h - place[1]) / max(radii[1], 0.5 / h)
    return (y[:, None] ** 2 + x[None, :] ** 2 <= 1).astype(np.float32)


def _body(size: tuple[int, int], x: float, y: float, high: float, half: float) -> Depth:
    """Shoulders, and all below them as wide, down to the feet or the frame's foot."""
    w, h = size
    rows = (np.arange(h) + 0.5) / h
    top, shoulders, feet = y + 0.40 * high, y + 0.75 * high, y + 6.6 * high
    reach = np.interp(rows, [top, shoulders, feet], [0.35 * half, half, half * 0.8], left=0, right=0)
    columns = (np.arange(w) + 0.5) / w
    return (np.abs(columns[None, :] - x) <= reach[:, None]).astype(np.float32)
