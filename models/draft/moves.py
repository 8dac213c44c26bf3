"""Camera moves: a word, a length and a strength become a start and an end. Knows numbers, no pictures."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from models.base import CAMERA_MOVES, ClipRequest, PictureRequest
from models.draft.scene import Actor, Move

PUSH_PER_SECOND = 0.025
EMOTIONAL_PUSH_PER_SECOND = 0.06
PULL_PER_SECOND = 0.04
PAN_PIXELS_PER_SECOND = 60.0
MAX_TRAVEL = 0.16  # of zoom within one shot
MAX_PAN = 110.0
WHIP_PIXELS = 520.0
HELD_ZOOM = 1.012  # a little inside the picture's edge
DOLLY_ZOOM, DOLLY_PER_SECOND, MOST_DOLLY = 1.05, 0.14, 0.3
HANDHELD_PIXELS = 7.0
LOUD = ("rage", "shock", "fear", "triumph")
LOWEST_CHIN = 1290
"""Pixels from the top: what a push may bring the chin down to."""
CHIN = 0.439  # eye line to chin, in head heights
CENTRE = (0.5, 0.48)


def move(clip: ClipRequest | None, picture: PictureRequest, actors: Sequence[Actor]) -> Move:
    """The camera's start and end; a keyframe is a clip whose camera rests at the start."""
    focus = (actors[0].x, actors[0].y) if actors else CENTRE
    kind = clip.move if clip else "hold"
    if kind not in CAMERA_MOVES:
        raise ValueError(f"unknown camera move {kind!r}: choose from {', '.join(CAMERA_MOVES)}")
    still = Move(kind, 1.0, 1.0, 0, 0, 0, 0, *focus)
    if clip is None or kind == "hold":
        return replace(still, zoom0=HELD_ZOOM, zoom1=HELD_ZOOM)
    seconds = clip.num_frames / clip.fps
    travel = min(MAX_TRAVEL, _room(picture, actors))
    return _moving(still, seconds, 0.6 + 0.8 * clip.strength, picture, travel)


def _room(picture: PictureRequest, actors: Sequence[Actor]) -> float:
    """How much a close-up may grow before its chin reaches the subtitles."""
    if picture.shot_size not in ("cu", "mcu") or not actors:
        return MAX_TRAVEL
    lead = actors[0]
    return max(0.02, (LOWEST_CHIN - lead.y * 1920) / (CHIN * lead.head) - 1)


def _moving(still: Move, seconds: float, power: float, picture: PictureRequest, travel: float) -> Move:
    lead = picture.figures[0] if picture.figures else None
    rate = EMOTIONAL_PUSH_PER_SECOND if lead and lead.emotion in LOUD else PUSH_PER_SECOND
    sign = random.Random(f"move {picture.seed}").choice((-1, 1))
    pan = min(MAX_PAN, PAN_PIXELS_PER_SECOND * power * seconds) / 2
    if still.kind == "push":
        return replace(still, zoom1=1 + min(travel, rate * power * seconds))
    if still.kind == "pull":
        return replace(still, zoom0=1 + min(travel, PULL_PER_SECOND * power * seconds))
    if still.kind == "pan":
        return replace(still, zoom0=1.05, zoom1=1.05, x0=-sign * pan, x1=sign * pan)
    if still.kind == "tilt":
        return replace(still, zoom0=1.05, zoom1=1.05, y0=-pan, y1=pan * 0.4)
    if still.kind == "whip":
        return replace(still, zoom0=1.04, zoom1=1.04, x0=-sign * WHIP_PIXELS, ease="whip")
    if still.kind == "dolly_zoom":
        return replace(still, zoom1=DOLLY_ZOOM, back_zoom1=1 + min(MOST_DOLLY, DOLLY_PER_SECOND * power * seconds))
    return replace(still, zoom0=1.03, zoom1=1.04, sway=HANDHELD_PIXELS * power)
