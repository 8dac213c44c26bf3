"""Camera moves over one picture with depth: where the camera is at every frame. Knows numbers, no pixels.

A point of the picture at depth d (0 far, 1 near) is seen at focus + (point - focus) * zoom(d) + shift(d): what is near
moves and grows more than what is far. Places and shifts are fractions of the frame's width and height."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.base import CAMERA_MOVES

Numbers = NDArray[np.float64]

FAR_SHARE = 0.4
"""How much of a shift the farthest point shows, and of a push."""
DRIFT, DRIFT_SECONDS = (14 / 1080, 11 / 1920), 6.0
"""Every camera is carried by a person: a slow ellipse of even speed, so that no picture ever stands still."""
HOLD_PER_SECOND, HOLD_MOST = 0.006, 0.03
PULL_PER_SECOND = 0.04
PAN_PER_SECOND, PAN_MOST = 60 / 1080, 84 / 1080
TILT_SHARE = 0.75  # of the same angle in the taller direction
WHIP, WHIP_HALF_LIFE = 160 / 1080, 2.2  # frame widths; frames
WHIP_MARGIN = 2.3  # zoom per width of shift: the picture's edge stays outside
SWAY = 7 / 1080
DOLLY_PER_SECOND, DOLLY_MOST = 0.10, 0.20
DOLLY_KEEPS, DOLLY_BACK, LEAST_SUBJECT = 0.12, 0.07, 0.4
"""How much of the world's swelling the subject shares, how much what is nearer may shrink (the picture has to be that much
larger than the frame), and the least nearness that a subject is taken to have."""
CENTRE = (0.5, 0.5)


@dataclass(frozen=True)
class Track:
    """The camera of one shot: an array (frames,) each for the shift of what is near and the zoom of what is far and near.

    `scale`, `at_x` and `at_y` place the picture under it so that its edge is never seen."""

    focus: tuple[float, float]
    x: Numbers
    y: Numbers
    far: Numbers
    near: Numbers
    scale: float = 1.0
    at_x: float = 0.0
    at_y: float = 0.0

    def source(self, frame: int, places: NDArray[np.float32], depth: NDArray[np.float32]) -> NDArray[np.float32]:
        """Which place of the picture is seen at `places` (..., 2) of a frame, given the depth (...) that is there."""
        focus = np.array(self.focus)
        share = (FAR_SHARE + (1 - FAR_SHARE) * depth)[..., None]
        zoom = (self.far[frame] + (self.near[frame] - self.far[frame]) * depth)[..., None]
        bare = (places - focus - share * np.array([self.x[frame], self.y[frame]])) / zoom
        return (np.array([self.at_x, self.at_y]) + bare / self.scale).astype(np.float32)

    def speed(self, frame: int) -> float:
        """How far a near point has come since the frame before, sideways, in frame widths; positive to the right."""
        return float(self.x[frame] - self.x[frame - 1]) if frame > 0 else float(self.x[1] - self.x[0])

    def bend(self) -> float:
        """How far, at most, one unit of depth moves a point of the picture, in fractions of the frame."""
        shift = (1 - FAR_SHARE) * max(np.abs(self.x).max(), np.abs(self.y).max())
        return float(shift + np.abs(self.near - self.far).max()) / self.scale


@dataclass(frozen=True)
class Asked:
    """A move as it is asked for. `rate` is what a push grows by in a second, `room` the most that the picture may grow,
    `subject` the depth of what the camera looks at."""

    kind: str
    strength: float
    rate: float
    room: float
    focus: tuple[float, float]
    seed: int
    subject: float = 1.0

    @property
    def power(self) -> float:
        return 0.6 + 0.8 * self.strength

    @property
    def way(self) -> int:
        """To which side: 1 or -1."""
        return random.Random(f"move {self.seed}").choice((-1, 1))


def track(asked: Asked, num_frames: int, fps: int) -> Track:
    """The camera of a move. ValueError on an unknown one."""
    if asked.kind not in CAMERA_MOVES:
        raise ValueError(f"unknown camera move {asked.kind!r}: choose from {', '.join(CAMERA_MOVES)}")
    seconds = np.arange(max(2, num_frames)) / fps
    still = np.ones(len(seconds))
    turn = 2 * math.pi * seconds / DRIFT_SECONDS + asked.seed % 97
    rest = Track(asked.focus, DRIFT[0] * asked.way * np.cos(turn), DRIFT[1] * np.sin(turn), still, still)
    return _covered(_MOVES[asked.kind](rest, seconds, asked))


def _eased(seconds: Numbers) -> Numbers:
    """0..1 over the shot, softly begun and ended, but nowhere at rest."""
    t = seconds / seconds[-1]
    return 0.4 * t + 0.6 * t * t * (3 - 2 * t)


def _grown(rest: Track, growth: Numbers) -> Track:
    return replace(rest, near=1 + growth, far=1 + FAR_SHARE * growth)


def _hold(rest: Track, seconds: Numbers, asked: Asked) -> Track:
    most = min(HOLD_MOST, asked.room, HOLD_PER_SECOND * seconds[-1])
    return _grown(rest, most * seconds / seconds[-1])


def _push(rest: Track, seconds: Numbers, asked: Asked) -> Track:
    return _grown(rest, min(asked.room, asked.rate * asked.power * seconds[-1]) * _eased(seconds))


def _pull(rest: Track, seconds: Numbers, asked: Asked) -> Track:
    return _grown(rest, min(asked.room, PULL_PER_SECOND * asked.power * seconds[-1]) * (1 - _eased(seconds)))


def _across(seconds: Numbers, power: float) -> Numbers:
    """From minus half of a pan's way to plus half."""
    return min(PAN_MOST, PAN_PER_SECOND * power * seconds[-1]) * (_eased(seconds) - 0.5)


def _pan(rest: Track, seconds: Numbers, asked: Asked) -> Track:
    return replace(rest, x=rest.x + asked.way * _across(seconds, asked.power))


def _tilt(rest: Track, seconds: Numbers, asked: Asked) -> Track:
    """From the feet up: the picture comes down."""
    return replace(rest, y=rest.y + TILT_SHARE * _across(seconds, asked.power))


def _whip(rest: Track, seconds: Numbers, asked: Asked) -> Track:
    """Arrives at once and settles, closer on the way, so that there is picture to come from."""
    swing = WHIP * 2 ** (-np.arange(len(seconds)) / WHIP_HALF_LIFE)
    growth = 1 + WHIP_MARGIN * swing
    return replace(rest, focus=CENTRE, x=rest.x - asked.way * swing, near=growth, far=growth)


def _dolly_zoom(rest: Track, seconds: Numbers, asked: Asked) -> Track:
    """The camera draws back while the lens closes in: the subject hardly grows, the world behind it swells."""
    away = (1 - DOLLY_KEEPS) / max(LEAST_SUBJECT, asked.subject)
    room = DOLLY_BACK / max(away - 1, 1e-6)
    swell = min(DOLLY_MOST, room, DOLLY_PER_SECOND * asked.power * seconds[-1]) * _eased(seconds)
    return replace(rest, far=1 + swell, near=1 + swell * (1 - away))


def _handheld(rest: Track, seconds: Numbers, asked: Asked) -> Track:
    s, size = seconds, SWAY * asked.power
    x = size * (np.sin(1.9 * s + asked.seed % 7) + 0.5 * np.sin(4.3 * s + asked.seed % 5))
    y = size * 1080 / 1920 * (0.8 * np.sin(2.3 * s + asked.seed % 3) + 0.4 * np.sin(5.1 * s))
    return replace(_hold(rest, seconds, asked), x=rest.x + x, y=rest.y + y)


_MOVES = {
    "hold": _hold, "push": _push, "pull": _pull, "pan": _pan, "tilt": _tilt, "whip": _whip,
    "dolly_zoom": _dolly_zoom, "handheld": _handheld,
}  # fmt: skip


def _covered(bare: Track) -> Track:
    """The same camera over a picture that is just large enough, its focus as near its place as the edge allows."""
    ends: list[tuple[float, float]] = []
    for axis, shift in ((0, bare.x), (1, bare.y)):
        seen = [
            (corner - bare.focus[axis] - share * shift) / zoom
            for corner in (0.0, 1.0)
            for share, zoom in ((FAR_SHARE, bare.far), (1.0, bare.near))
        ]
        ends.append((float(np.min(seen)), float(np.max(seen))))
    scale = max(1.0, *(high - low for low, high in ends))
    at = [min(max(f, -low / scale), 1 - high / scale) for f, (low, high) in zip(bare.focus, ends, strict=True)]
    return replace(bare, scale=scale, at_x=at[0], at_y=at[1])
