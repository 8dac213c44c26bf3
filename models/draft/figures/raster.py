"""SVG text -> premultiplied BGRA sprites in a figure's pixel space. Knows resvg and pixels, no drawing."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import resvg_py
from numpy.typing import NDArray

from models.draft.figures.geometry import Point

Box = tuple[float, float, float, float]
"""left, top, right, bottom in head units."""
Window = tuple[int, int, int, int]
"""left, top, width, height in pixels."""
SKETCH, SKETCHED = 8, 60_000
"""How many times smaller a sketch is, and from how many pixels on a window is sketched first."""


@dataclass(frozen=True)
class Sprite:
    """Premultiplied BGRA uint8 pixels (height, width, 4), cropped to alpha; (x, y) is their top-left pixel."""

    pixels: NDArray[np.uint8]
    x: int
    y: int


@dataclass(frozen=True)
class Canvas:
    """The window of head units that a figure is drawn in, at `scale` pixels a unit."""

    left: float
    top: float
    scale: float
    width: int
    height: int

    def pixel(self, point: Point) -> Point:
        return ((point[0] - self.left) * self.scale, (point[1] - self.top) * self.scale)

    def shows(self, box: Box) -> bool:
        """Whether any of the box lies in the window."""
        right, low = self.left + self.width / self.scale, self.top + self.height / self.scale
        return box[0] < right and box[2] > self.left and box[1] < low and box[3] > self.top

    def _rectangle(self, box: Box | None) -> Window:
        if box is None:
            return 0, 0, self.width, self.height
        (x0, y0), (x1, y1) = self.pixel(box[:2]), self.pixel(box[2:])
        left, top = max(0, math.floor(x0)), max(0, math.floor(y0))
        right, bottom = min(self.width, math.ceil(x1)), min(self.height, math.ceil(y1))
        return left, top, max(1, right - left), max(1, bottom - top)

    def render(self, inner: str, box: Box | None = None) -> Sprite:
        """Draw SVG elements given in head units; `box` limits the work to where they lie.

        A drawing costs by its window more than by its shapes, so a large one is sought in a small sketch first."""
        window = self._rectangle(box)
        if window[2] * window[3] > SKETCHED:
            window = self._inked(inner, window)
        x, y, width, height = window
        return cropped(self._drawn(inner, window, width, height), x, y)

    def _inked(self, inner: str, window: Window) -> Window:
        """The part of a window that a drawing touches, by a sketch an eighth as large, with a margin."""
        x, y, width, height = window
        sketch = self._drawn(inner, window, max(1, width // SKETCH), max(1, height // SKETCH))
        left, top, wide, high = cv2.boundingRect(sketch[..., 3])
        x0, y0 = max(0, (left - 2) * SKETCH), max(0, (top - 2) * SKETCH)
        x1, y1 = min(width, (left + wide + 3) * SKETCH), min(height, (top + high + 3) * SKETCH)
        return (x + x0, y + y0, x1 - x0, y1 - y0) if wide else (x, y, 1, 1)

    def _drawn(self, inner: str, window: Window, width: int, height: int) -> NDArray[np.uint8]:
        """A window of the canvas (x, y, width, height in its pixels) at any size."""
        x, y, wide, high = window
        view = f"{self.left + x / self.scale:.4f} {self.top + y / self.scale:.4f}"
        view += f" {wide / self.scale:.4f} {high / self.scale:.4f}"
        document = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" width="{width}" height="{height}" '
            f'preserveAspectRatio="none">{inner}</svg>'
        )
        return decoded(resvg_py.svg_to_bytes(svg_string=document, skip_system_fonts=True))


def decoded(png: bytes) -> NDArray[np.uint8]:
    """PNG bytes with straight alpha -> premultiplied BGRA."""
    image = cv2.imdecode(np.frombuffer(bytes(png), np.uint8), cv2.IMREAD_UNCHANGED)
    if image is None or image.ndim != 3 or image.shape[2] != 4:
        raise RuntimeError("resvg returned no RGBA picture")
    return cv2.cvtColor(image, cv2.COLOR_RGBA2mRGBA)  # pyright: ignore[reportReturnType]  (the same sum in any channel order)


def cropped(pixels: NDArray[np.uint8], x: int, y: int) -> Sprite:
    """The smallest sprite that holds all alpha; one transparent pixel when there is none."""
    left, top, width, height = cv2.boundingRect(pixels[..., 3])
    if not width:
        return Sprite(np.zeros((1, 1, 4), np.uint8), x, y)
    return Sprite(np.ascontiguousarray(pixels[top : top + height, left : left + width]), x + left, y + top)


def nothing() -> Sprite:
    return Sprite(np.zeros((1, 1, 4), np.uint8), 0, 0)
