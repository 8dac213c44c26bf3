"""How lettering comes into a frame: slams, slides, rises, is wiped in, glints. Knows pixels and frames; draws no letters.

Pixels are premultiplied BGRA with their left upper corner in the frame; frames are counted from the part's first."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from models.draft.lettering import HEIGHT, Lettered
from models.draft.raster import Image

ENTRANCES = ("fade", "cut", "slam", "slide", "rise", "wipe", "glint")
SLAM_FRAMES = 6
SLAM_GROWTH = 0.38
SLIDE = (0.42, 0.78, 0.93, 0.985)  # how far a band has come on its first frames: fast, then settling
RISE_FRAMES = 8
RISE_PIXELS = 46
WIPE_FRAMES = 9
GLINT_FRAMES = 14
GLINT_WIDTH = 90.0  # pixels at 1920 high
GLINT_LEAN = 0.5
GLINT_LIGHT = 0.85


def arrived(part: Lettered, since: int, size: tuple[int, int]) -> Lettered | None:
    """The part as it stands `since` frames after it came (0 is the first); None while nothing of it is seen."""
    if since < 0:
        return None
    scale = size[1] / HEIGHT
    if part.enters == "slam":
        return _slammed(part, since, size)
    if part.enters == "slide" and since < len(SLIDE):
        return _inside(part.pixels, part.x + round((SLIDE[since] - 1) * size[0]), part.y, part, size)
    if part.enters == "rise" and since < RISE_FRAMES:
        left = (1 - (since + 1) / RISE_FRAMES) ** 2
        return _inside(part.pixels, part.x, part.y + round(RISE_PIXELS * scale * left), part, size)
    if part.enters == "wipe" and since < WIPE_FRAMES:
        share = 1 - (1 - (since + 1) / WIPE_FRAMES) ** 2
        return replace(part, pixels=np.ascontiguousarray(part.pixels[:, : max(1, round(part.pixels.shape[1] * share))]))
    if part.enters == "glint":
        return _glint(part, since, scale)
    return part


def _slammed(part: Lettered, since: int, size: tuple[int, int]) -> Lettered | None:
    """From larger to its size, fast first."""
    if since + 1 >= SLAM_FRAMES:
        return part
    grow = 1 + SLAM_GROWTH * 2 ** (-7.0 * (since + 1) / SLAM_FRAMES)
    h, w = part.pixels.shape[:2]
    larger = cv2.resize(part.pixels, (round(w * grow), round(h * grow)), interpolation=cv2.INTER_LINEAR)
    x = part.x - (larger.shape[1] - w) // 2
    y = part.y - (larger.shape[0] - h) // 2
    return _inside(larger, x, y, part, size)


def _glint(part: Lettered, since: int, scale: float) -> Lettered | None:
    """A leaning band of light that crosses the letters once; it only adds light."""
    if since >= GLINT_FRAMES:
        return None
    h, w = part.pixels.shape[:2]
    middle = (since + 0.5) / GLINT_FRAMES * (w + GLINT_LEAN * h)
    x = np.arange(w, dtype=np.float32)[None, :] + GLINT_LEAN * np.arange(h, dtype=np.float32)[:, None]
    band = np.exp(-(((x - middle) / (GLINT_WIDTH * scale)) ** 2)) * (255 * GLINT_LIGHT)
    light = cv2.multiply(part.pixels, cv2.cvtColor(band.astype(np.uint8), cv2.COLOR_GRAY2BGRA), scale=1 / 255)
    light[..., 3] = 0
    return replace(part, pixels=light)


def _inside(pixels: Image, x: int, y: int, part: Lettered, size: tuple[int, int]) -> Lettered | None:
    """What of the pixels at (x, y) lies inside the frame."""
    h, w = pixels.shape[:2]
    x0, y0, x1, y1 = max(0, x), max(0, y), min(size[0], x + w), min(size[1], y + h)
    if x0 >= x1 or y0 >= y1:
        return None
    return replace(part, pixels=np.ascontiguousarray(pixels[y0 - y : y1 - y, x0 - x : x1 - x]), x=x0, y=y0)
