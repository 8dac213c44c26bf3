"""Where the camera is at a frame, and the matrices that follow from it. Knows moves and parallax, draws nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from models.base import FrameCue
from models.draft.compositor import Matrix
from models.draft.scene import Move, Scene

HEIGHT = 1920
PARALLAX = {"far": 0.3, "mid": 0.6, "figure": 1.0, "near": 1.7}
"""How much of the camera's movement each depth shows."""


@dataclass(frozen=True)
class View:
    """The camera at one frame: zoom, shift in pixels at 1920 high, zoom of the background alone."""

    zoom: float
    x: float
    y: float
    back: float


def ease(kind: str, t: float) -> float:
    """0..1 to 0..1: slow in and out; 'whip' arrives at once and settles."""
    t = min(max(t, 0.0), 1.0)
    if kind == "whip":
        return 1 - 2 ** (-16 * t) if t < 1 else 1.0
    return t * t * (3 - 2 * t)


def view_at(move: Move, frame: int, num_frames: int, fps: int, seed: int) -> View:
    """Where the camera is."""
    span = max(1, num_frames - 1)
    t = ease(move.ease, frame / span)
    x, y = move.x0 + (move.x1 - move.x0) * t, move.y0 + (move.y1 - move.y0) * t
    if move.sway:
        s = frame / fps
        x += move.sway * (math.sin(1.9 * s + seed % 7) + 0.5 * math.sin(4.3 * s + seed % 5))
        y += move.sway * (0.8 * math.sin(2.3 * s + seed % 3) + 0.4 * math.sin(5.1 * s))
    zoom = move.zoom0 + (move.zoom1 - move.zoom0) * t
    return View(zoom, x, y, move.back_zoom0 + (move.back_zoom1 - move.back_zoom0) * t)


class Camera:
    """The camera of a scene at one frame size."""

    def __init__(self, scene: Scene, width: int, height: int) -> None:
        self._scene, self._move = scene, scene.move
        self.width, self.height = width, height
        self.scale = height / HEIGHT

    def view(self, number: int) -> View:
        scene = self._scene
        return view_at(self._move, number, scene.num_frames, scene.fps, scene.seed)

    def matrix(self, view: View, depth: str) -> Matrix:
        """Zoom about the move's focus and shift, both by the depth's share; far and mid also grow in a dolly zoom."""
        factor = PARALLAX[depth]
        z = (1 + (view.zoom - 1) * factor) * (view.back if depth in ("far", "mid") else 1.0)
        fx, fy = self._move.focus_x * self.width, self._move.focus_y * self.height
        dx, dy = view.x * factor * self.scale, view.y * factor * self.scale
        return np.array([[z, 0, fx * (1 - z) + dx], [0, z, fy * (1 - z) + dy]])

    def cut(self, cue: FrameCue) -> Matrix:
        """What the cut does to the whole picture."""
        fx, fy = cue.focus_x * self.width, cue.focus_y * self.height
        z = cue.zoom
        return np.array([[z, 0, fx * (1 - z) + cue.dx * self.scale], [0, z, fy * (1 - z) + cue.dy * self.scale]])
