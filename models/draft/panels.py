"""Split panels: faces of one shot share the frame, parted by slanted white gutters. Knows geometry and cues, no scene.

Places are fractions of the frame. Faces stand where subtitles leave room: no mouth lies below y 0.67."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from models.base import FrameCue
from models.draft.raster import Image

HEIGHT = 1920
GUTTER = 20  # pixels of white
INK_EDGE = 5  # pixels of ink on either side of it
INK = (24, 10, 30, 255)
WHITE = (255, 255, 255, 255)
MOST_ZOOM = 2.6
BEYOND = 0.12  # panels are this much wider than the frame, so that an overshoot shows no end
LEAN = 0.06  # a face stands this far from the middle, on its own side

Face = tuple[float, float, float]  # x, y, head height


@dataclass(frozen=True)
class Panel:
    """A slanted strip: its upper edge at the left and right border, its lower edge, the eye line and head inside it."""

    top: tuple[float, float]
    bottom: tuple[float, float]
    eyes: float
    head: float


ALONE = (  # the eyes, and the face itself below
    Panel((-0.1, -0.1), (0.300, 0.245), 0.150, 0.90),
    Panel((0.300, 0.245), (1.1, 1.1), 0.475, 0.44),
)
LAYOUTS = {
    2: (Panel((-0.1, -0.1), (0.425, 0.375), 0.205, 0.30), Panel((0.425, 0.375), (1.1, 1.1), 0.555, 0.265)),
    3: (
        Panel((-0.1, -0.1), (0.300, 0.260), 0.155, 0.22),
        Panel((0.300, 0.260), (0.555, 0.595), 0.425, 0.22),
        Panel((0.555, 0.595), (1.1, 1.1), 0.690, 0.20),
    ),
}


def layout(faces: Sequence[Face]) -> list[tuple[Panel, Face]]:
    """Which panel shows which face; one face gets its eyes as a strip of their own."""
    if len(faces) == 1:
        return [(panel, faces[0]) for panel in ALONE]
    shown = faces[:3]
    return list(zip(LAYOUTS[len(shown)], shown, strict=True))


def panel_cue(cue: FrameCue, panel: Panel, face: Face) -> FrameCue:
    """The framing of the shot that puts the face, and nobody else's, where the panel wants it."""
    x, y, head = face
    zoom = min(MOST_ZOOM, max(1.0, panel.head / head if head else 1.0))
    wanted = 0.5 + (LEAN if x > 0.5 else -LEAN if x < 0.5 else 0.0)
    return replace(
        cue, zoom=zoom, focus_x=x, focus_y=y, dx=(wanted - x) * 1080, dy=(panel.eyes - y) * HEIGHT, panels=(face,)
    )


def lay_panels(base: Image, shots: Sequence[tuple[Panel, Image]], slide: float) -> Image:
    """The panels over `base`, each as far along from its side (left, right, left) as `slide` says."""
    w = base.shape[1]
    out = base.copy()
    for index, (panel, shot) in enumerate(shots):
        shift = (1 - slide) * w * (1 + BEYOND) * (-1 if index % 2 == 0 else 1)
        _lay_panel(out, panel, shot, round(shift))
    return out


def _lay_panel(out: Image, panel: Panel, shot: Image, shift: int) -> None:
    h, w = out.shape[:2]
    top, bottom = max(0, int(min(panel.top) * h)), min(h, int(max(panel.bottom) * h) + 1)
    part = shot[top:bottom]
    if shift:
        matrix = np.array([[1, 0, shift], [0, 1, 0]], np.float32)
        part = cv2.warpAffine(part, matrix, (w, bottom - top), borderMode=cv2.BORDER_REFLECT_101)
    edges = [_edge(panel.top, w, h, shift, top), _edge(panel.bottom, w, h, shift, top)]
    corners = np.array([*edges[0], *edges[1][::-1]], np.int32)
    mask = np.zeros((bottom - top, w), np.uint8)
    cv2.fillConvexPoly(mask, corners, 255)
    cv2.copyTo(part, mask, out[top:bottom])
    for colour, width in ((INK, GUTTER + 2 * INK_EDGE), (WHITE, GUTTER)):
        cv2.polylines(out[top:bottom], [corners], True, colour, max(1, round(width * h / HEIGHT)), cv2.LINE_AA)


def _edge(at: tuple[float, float], w: int, h: int, shift: int, top: int) -> list[tuple[int, int]]:
    """An edge's two ends, a little beyond the frame's sides."""
    rise = (at[1] - at[0]) * BEYOND
    return [
        (round(-BEYOND * w) + shift, round((at[0] - rise) * h) - top),
        (round((1 + BEYOND) * w) + shift, round((at[1] + rise) * h) - top),
    ]
