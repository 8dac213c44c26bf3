"""Stills and video files made ready to play: any frame as a cue asks for it, finished like a drawn one. Draws no figures.

The cut's zoom and shift are kept inside the picture, so that its edge is never seen."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Generator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.base import FrameCue
from models.draft import glow
from models.draft.camera import HEIGHT
from models.draft.finish import Finish
from models.draft.raster import Image
from models.draft.scene import MAX_FRAMES, Backdrop, Move, Scene
from models.draft.still_moves import Asked, Track, track
from models.draft.stills import Depth, Still
from models.footage import fit, kept_part, read_frames

WIDTH = 1080
GRID = 16  # pixels: a still's warp is computed on this grid, and is smooth in between
FINE = (
    1.25  # a still is enlarged to this many pixels a frame pixel, where straight interpolation looks as good as cubic
)
FINER, BESIDE = (
    1.2,
    3,
)  # a part of a video frame is enlarged by this more than it is shown, with so many pixels around it
DEPTH_SIDE = (216, 384)
DEPTH_BLUR = 4.0  # pixels of that
MOST_BEND = 0.35
"""How much nearer or farther neighbouring points may come by depth: at 1, a picture would fold."""
STEPS = 3  # towards the depth of the point that is really seen
LEAST_SMEAR = 8.0  # pixels a frame at 1080 wide: faster is smeared, as a shutter does
KEPT = 6  # frames of a video that can be gone back to: split panels look back by one or two
View = tuple[float, float, float]  # the part of the frame that a cue shows: left, top, and its size


def view_of(cue: FrameCue, size: tuple[int, int]) -> View:
    """What part of the uncut frame a cue shows, in fractions; at its edge a shift ends.

    Split panels may look beyond the upper or lower edge: they show only the rows around a face."""
    scale = size[1] / HEIGHT
    part = 1 / max(1.0, cue.zoom)
    x = cue.focus_x - (cue.focus_x + cue.dx * scale / size[0]) * part
    y = cue.focus_y - (cue.focus_y + cue.dy * scale / size[1]) * part
    x = min(max(x, 0.0), 1 - part)
    return x, y if cue.panels else min(max(y, 0.0), 1 - part), part


class Shown(ABC):
    """A picture that moves by itself, cut and finished."""

    def __init__(self, size: tuple[int, int], scene: Scene) -> None:
        self.size = size
        self._finish = Finish(scene, size, self.view)
        self._finished: object = None

    def frame(self, cue: FrameCue) -> tuple[Image, bool]:
        """The opaque BGRA frame for a cue, and whether it differs from the one before. Valid until the next call."""
        number = self._number(cue)
        if cue.panels:
            state = self._finish.panel_state(number, cue)
            changed, self._finished = state != self._finished, state
            return self._finish.panels(number, cue), changed
        composed, fresh = self._composed(cue)
        state = self._finish.state(number, cue)
        changed, self._finished = fresh or state != self._finished, state
        return self._finish.draw(composed, number, cue), changed

    def view(self, cue: FrameCue) -> Image:
        """The picture as a cue frames it, without effects. Valid until the next call."""
        return self._composed(cue)[0]

    @abstractmethod
    def _number(self, cue: FrameCue) -> int:
        """Which frame of its own a cue shows."""

    @abstractmethod
    def _composed(self, cue: FrameCue) -> tuple[Image, bool]:
        """The framed picture, BGRA, and whether it is another than at the last call."""


def bare_scene(unit: str, num_frames: int, fps: int, seed: int, mood: str, genre: str) -> Scene:
    """A scene without figures and weather: what the finish needs to know of a picture that is not drawn."""
    back = Backdrop("street", "day", "clear", mood, genre, seed)
    return Scene(unit, "mcu", num_frames, fps, seed, back, (), Move("hold", 1, 1, 0, 0, 0, 0, 0.5, 0.5))


# -- stills


class StillStage(Shown):
    """A camera move over one picture with depth."""

    def __init__(self, still: Still, size: tuple[int, int]) -> None:
        """ValueError when the still's pictures cannot be used."""
        super().__init__(size, bare_scene(still.unit, still.num_frames, still.fps, still.seed, still.mood, still.genre))
        self._last = still.num_frames - 1
        depth, focus = still.nearness(), (still.focus_x, still.focus_y)
        asked = Asked(
            still.move, still.strength, still.rate, still.room, focus, still.seed, subject_depth(depth, still.focus_y)
        )
        self._track = track(asked, still.num_frames, still.fps)
        picture = still.picture()
        _, _, kept_w, kept_h = kept_part(picture.shape[1], picture.shape[0], size)
        self._kept = np.array([kept_w / picture.shape[1], kept_h / picture.shape[0]], np.float32)
        large = fit(picture, (round(size[0] * FINE), round(size[1] * FINE)))
        self._picture: Image = np.asarray(cv2.cvtColor(large, cv2.COLOR_BGR2BGRA), np.uint8)
        self._depth = smooth_depth(depth, self._track)
        self._places = _grid(size)
        self._canvas: Image = np.zeros((size[1], size[0], 4), np.uint8)
        self._drawn: object = None

    def _number(self, cue: FrameCue) -> int:
        return min(max(cue.frame, 0), self._last)

    def _composed(self, cue: FrameCue) -> tuple[Image, bool]:
        number, view = self._number(cue), view_of(cue, self.size)
        key = number, tuple(round(v, 7) for v in view)
        fresh = key != self._drawn
        if fresh:
            w, h = self.size
            where = cv2.resize(self.source(number, view), None, fx=GRID, fy=GRID, interpolation=cv2.INTER_LINEAR)
            where = where[GRID : GRID + h, GRID : GRID + w]
            cv2.remap(self._picture, where, None, cv2.INTER_LINEAR, dst=self._canvas, borderMode=cv2.BORDER_REFLECT_101)
            self._canvas = self._smeared(number, view)
            self._drawn = key
        return self._canvas, fresh

    def source(self, number: int, view: View) -> NDArray[np.float32]:
        """Which pixel of the picture is seen at each place of the grid, (rows, columns, 2)."""
        wanted = np.array(view[:2], np.float32) + self._places * view[2]
        seen = wanted
        for _ in range(STEPS):
            seen = self._track.source(number, wanted, self._depth_at(seen))
        high, wide = self._picture.shape[:2]
        return (seen * np.array([wide, high]) - 0.5).astype(np.float32)

    def _depth_at(self, places: NDArray[np.float32]) -> Depth:
        """Depth at places of the frame, which shows the middle of the picture."""
        h, w = self._depth.shape
        where = ((0.5 + (places - 0.5) * self._kept) * np.array([w, h]) - 0.5).astype(np.float32)
        return cv2.remap(self._depth, where, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

    def _smeared(self, number: int, view: View) -> Image:
        pixels = abs(self._track.speed(number)) * self.size[0] / view[2]
        return glow.smear(self._canvas, pixels) if pixels >= LEAST_SMEAR * self.size[0] / WIDTH else self._canvas


def subject_depth(depth: Depth, focus_y: float) -> float:
    """The nearest depth in the row that the camera looks at: of the faces, when there are any."""
    h = depth.shape[0]
    return float(depth[min(h - 1, int(focus_y * h))].max())


def smooth_depth(depth: Depth, camera: Track) -> Depth:
    """The depth finer, softer, and so flat that this camera nowhere folds or tears the picture."""
    out = cv2.GaussianBlur(cv2.resize(depth, DEPTH_SIDE, interpolation=cv2.INTER_LINEAR), (0, 0), DEPTH_BLUR)
    steep = max(np.abs(np.diff(out, axis=1)).max() * DEPTH_SIDE[0], np.abs(np.diff(out, axis=0)).max() * DEPTH_SIDE[1])
    flat = min(1.0, MOST_BEND / max(1e-6, float(steep) * camera.bend()))
    mean = float(out.mean())
    return np.asarray(mean + (out - mean) * flat, np.float32)


def _grid(size: tuple[int, int]) -> NDArray[np.float32]:
    """Places (rows, columns, 2) of the frame at the middles of the grid's cells, one cell beyond each edge."""
    columns, rows = (-(-side // GRID) + 2 for side in size)
    x, y = np.meshgrid((np.arange(columns) - 0.5) * GRID / size[0], (np.arange(rows) - 0.5) * GRID / size[1])
    return np.stack([x, y], axis=-1).astype(np.float32)


# -- footage


class Reel:
    """A video's frames by number: forward as they come, a few steps back from memory, farther back by reading again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._frames: Generator[Image] | None = None
        self._kept: deque[tuple[int, Image]] = deque(maxlen=KEPT)
        self._ended = False

    def at(self, number: int) -> tuple[int, Image]:
        """(which frame it is, BGRA): the last one when the video is shorter. ValueError when it cannot be read."""
        wanted = max(0, number)
        if self._frames is None or not self._kept or wanted < self._kept[0][0]:
            self.close()
            self._frames = self._read()
        while not self._ended and (not self._kept or self._kept[-1][0] < wanted):
            self._next(self._frames)
        if not self._kept:
            raise ValueError(f"{self._path.name} gave no frame")
        return next(row for row in reversed(self._kept) if row[0] <= wanted)

    def _next(self, frames: Generator[Image]) -> None:
        frame = next(frames, None)
        if frame is None:
            self._ended = True
            return
        self._kept.append((self._kept[-1][0] + 1 if self._kept else 0, frame))

    def _read(self) -> Generator[Image]:
        for frame in read_frames(self._path):
            yield np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2BGRA), np.uint8)

    def close(self) -> None:
        """Ends the reading process."""
        if self._frames is not None:
            self._frames.close()
        self._frames, self._ended = None, False
        self._kept.clear()


class FootageStage(Shown):
    """A model's video clip, enlarged to the frame."""

    def __init__(self, path: Path, size: tuple[int, int], fps: int = 24) -> None:
        super().__init__(size, bare_scene(path.name, MAX_FRAMES, fps, 0, "tension", "thriller"))
        self._reel = Reel(path)
        self._canvas: Image = np.zeros((size[1], size[0], 4), np.uint8)
        self._drawn: object = None

    def close(self) -> None:
        self._reel.close()

    def _number(self, cue: FrameCue) -> int:
        return self._reel.at(cue.frame)[0]

    def _composed(self, cue: FrameCue) -> tuple[Image, bool]:
        (number, picture), view = self._reel.at(cue.frame), view_of(cue, self.size)
        key = number, tuple(round(v, 7) for v in view)
        fresh = key != self._drawn
        if fresh:
            self._drawn = key
            self._draw(number, picture, view)
        return self._canvas, fresh

    def _draw(self, number: int, picture: Image, view: View) -> None:
        """The whole frame straight from the video; a part of it enlarged a little too much, then set to the hair's breadth."""
        w, h = self.size
        if view == (0.0, 0.0, 1.0):
            self._canvas = fit(picture, self.size)
            return
        left, top, kept_w, kept_h = kept_part(picture.shape[1], picture.shape[0], self.size)
        x, y = left + view[0] * kept_w, top + view[1] * kept_h  # what is seen, in pixels of the video
        zoom_x, zoom_y = w / (view[2] * kept_w), h / (view[2] * kept_h)
        x0, x1 = _around(x, w / zoom_x, picture.shape[1])
        y0, y1 = _around(y, h / zoom_y, picture.shape[0])
        fine = max(
            0.5, math.ceil(2 * FINER * max(zoom_x, zoom_y)) / 2
        )  # of even sizes: whole, and the same grid every frame
        size = int((x1 - x0) * fine), int((y1 - y0) * fine)
        part = cv2.resize(picture[y0:y1, x0:x1], size, interpolation=cv2.INTER_CUBIC)
        zx, zy = zoom_x / fine, zoom_y / fine
        matrix = np.array([[zx, 0, (x0 - x) * zoom_x + (zx - 1) / 2], [0, zy, (y0 - y) * zoom_y + (zy - 1) / 2]])
        self._canvas = np.asarray(cv2.warpAffine(part, matrix, (w, h), borderMode=cv2.BORDER_REFLECT_101), np.uint8)


def _around(start: float, length: float, end: int) -> tuple[int, int]:
    """Even pixels that hold a stretch, and a few more for what is interpolated; `end` is even."""
    first = min(max(0, int(start) - BESIDE), end - 2) // 2 * 2
    return first, min(end, max(first + 2, (int(start + length) + 2 + BESIDE) // 2 * 2))
