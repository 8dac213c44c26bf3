"""Control maps and masks of a request, from the draft's own composition: what a painting model is to keep.

Every map is of the request's own size and the same in every run. Knows pixels and perspective, no models."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from models.draft import raster
from models.draft.linework import lines_of, outline_of
from models.draft.plates import INDOORS
from models.draft.plates.scenery import VANISH_X, VANISH_Y
from models.draft.raster import Image
from models.draft.setting import Figure, Setting
from models.skeleton import draw_skeletons

Grey = NDArray[np.uint8]
Map = NDArray[np.float32]
FAR = 0.03
WALL = 0.42
"""How near the distance and a back wall are: 1 is the floor at the foot of an unzoomed plate."""
FLOOR_SPAN = 1920 - VANISH_Y
RELIEF = 0.12
"""How much farther a body's edge is than its middle, of its own nearness."""
DOME, FACE = 0.10, (0.30, 0.38, 0.10)
"""How much nearer the middle of a face is; its half width, half height and drop below the eyes, in head heights."""
BEFORE = 1.15
"""What stands between camera and figures is this much nearer than the nearest of them."""
SOLID = 128
SLENDER, STEP = 0.36, 0.07
"""The share of the frame's width up to which a thing is one that stands; how far others come out of the box."""
WALLED = (*INDOORS, "street", "alley", "passage")
"""Places whose sides come towards the camera."""
PLATE_SPECK = 44.0  # places have more small dirt than figures have small lines
CANNY = (100, 200)


def control_maps(setting: Setting, kinds: Sequence[str]) -> dict[str, NDArray[np.uint8]]:
    """A BGR map per kind. ValueError lists the kinds that there are."""
    for kind in kinds:
        if kind not in MAPS:
            raise ValueError(f"unknown control kind {kind!r}: choose from {', '.join(MAPS)}")
    return {kind: raster.frozen(MAPS[kind](setting)) for kind in kinds}


def figure_masks(setting: Setting) -> dict[str, Grey]:
    """Where each character is seen: their silhouette without what stands before it. Who is not in the shot has none."""
    out: dict[str, Grey] = {}
    hidden = setting.near_alpha
    for figure in reversed(setting.figures):
        seen = cv2.subtract(figure.alpha, hidden)
        out[figure.character] = cv2.max(seen, out[figure.character]) if figure.character in out else seen
        hidden = cv2.max(hidden, figure.alpha)
    return {name: raster.frozen(mask) for name, mask in out.items()}


# -- the maps


def pose(setting: Setting) -> NDArray[np.uint8]:
    """The skeletons, as OpenPose draws them."""
    return draw_skeletons((f.joints for f in setting.figures), setting.width, setting.height)


def canny(setting: Setting) -> NDArray[np.uint8]:
    """OpenCV's edges of the frame."""
    return _bgr(cv2.Canny(cv2.cvtColor(setting.frame(), cv2.COLOR_BGR2GRAY), *CANNY))


def lineart(setting: Setting) -> NDArray[np.uint8]:
    """White lines on black: the place behind, then each figure over what it hides, then what stands before them."""
    lines = _place_lines(setting)
    if setting.prop is not None:
        lines = _over(lines, setting.prop, setting.scale)
    for figure in setting.figures:
        shape = figure.part == "shape"
        lines = _over(lines, figure.image, setting.scale, inner=0.0 if shape else 0.5 if figure.part == "near" else 1.0)
    if setting.near is not None:
        lines = _over(lines, setting.near, setting.scale)
    return _bgr(lines)


def _over(under: Grey, image: Image, scale: float, inner: float = 1.0) -> Grey:
    """Lines of a premultiplied BGRA image laid over others that it hides; `inner` is the strength of what is inside."""
    alpha = cv2.extractChannel(image, 3)
    x, y, w, h = cv2.boundingRect(alpha)
    if not w:
        return under
    image, alpha = np.ascontiguousarray(image[y : y + h, x : x + w]), np.ascontiguousarray(alpha[y : y + h, x : x + w])
    own = outline_of(alpha, scale)
    if inner:
        paper = cv2.cvtColor(cv2.bitwise_not(alpha), cv2.COLOR_GRAY2BGR)
        drawing = lines_of(cv2.add(cv2.cvtColor(image, cv2.COLOR_BGRA2BGR), paper), scale)
        own = cv2.max(own, cv2.convertScaleAbs(drawing, alpha=inner))
    part = under[y : y + h, x : x + w]
    under[y : y + h, x : x + w] = cv2.max(cv2.multiply(part, cv2.bitwise_not(alpha), scale=1 / 255), own)
    return under


def _place_lines(setting: Setting) -> Grey:
    if setting.place is None:
        return np.zeros((setting.height, setting.width), np.uint8)
    lines = lines_of(setting.on_plate(setting.place.colours, endless=True), setting.scale, PLATE_SPECK)
    if setting.prop is not None:
        row = round(setting.table_row)
        lines[max(0, row) :] = 0
        cv2.line(lines, (0, row), (setting.width, row), 255, max(1, round(2.2 * setting.scale)), cv2.LINE_AA)
    return lines


def depth(setting: Setting) -> NDArray[np.uint8]:
    """Nearness (what depth estimators give): white is near. Floors rise to the camera in perspective, bodies are round."""
    near = _place_nearness(setting)
    if setting.prop is not None:
        _lay_object(near, setting)
    most = float(near.max())
    for figure in setting.figures:
        level = _figure_nearness(setting, figure)
        near = _laid(near, figure.alpha, level * (_relief(figure.alpha) + _dome(setting, figure)))
        most = max(most, level)
    if setting.near is not None:
        near = _laid(near, setting.near_alpha, np.full_like(near, most * BEFORE))
    near = cv2.GaussianBlur(near, (0, 0), max(0.6, 1.6 * setting.scale))
    return _bgr(cv2.convertScaleAbs(near, alpha=255 / max(1e-6, float(near.max()))))


def _figure_nearness(setting: Setting, figure: Figure) -> float:
    """How near a figure stands by the row of its feet, mostly below the frame, on the plate's floor."""
    feet = max(figure.joints["left_ankle"][1], figure.joints["right_ankle"][1])
    if setting.place is None:
        return 1.0
    row = (feet - setting.plate_matrix[1, 2]) / setting.plate_matrix[1, 1]
    return max(2 * WALL, (row - VANISH_Y) / FLOOR_SPAN)


def _place_nearness(setting: Setting) -> Map:
    """A box in perspective: nearness grows with the distance from the vanishing point; things stand upright on it."""
    if setting.place is None:
        return np.full((setting.height, setting.width), FAR, np.float32)
    m = setting.plate_matrix
    x = np.abs((np.arange(setting.width, dtype=np.float32) - m[0, 2]) / m[0, 0] - VANISH_X) / 540
    y = ((np.arange(setting.height, dtype=np.float32) - m[1, 2]) / m[1, 1] - VANISH_Y) / FLOOR_SPAN
    rows = np.where(y > 0, y, -y * FLOOR_SPAN / VANISH_Y)[:, None]
    box = np.maximum(np.maximum(rows, np.minimum(x, 1.4)[None, :]), WALL).astype(np.float32)
    ground = np.maximum(y, FAR)[:, None] + np.zeros_like(box)
    if setting.scene.backdrop.plate not in WALLED:
        box = np.maximum(ground, WALL)
    out = _laid(ground.astype(np.float32), setting.on_plate(setting.place.solid, endless=True), box)
    things = setting.on_plate(setting.place.things)
    return _laid(out, things, _standing(things, y, box))


def _standing(things: Grey, rows: NDArray[np.float32], box: Map) -> Map:
    """The nearness of things: of the floor where a slender one stands, a step before the box where wide ones merge."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats((things > SOLID).astype(np.uint8), connectivity=8)
    low = np.minimum(stats[:, cv2.CC_STAT_TOP] + stats[:, cv2.CC_STAT_HEIGHT] - 1, len(rows) - 1)
    levels = np.maximum(rows[low], WALL).astype(np.float32)
    levels[stats[:, cv2.CC_STAT_WIDTH] > SLENDER * things.shape[1]] = 0
    levels[0] = 0
    return np.maximum(levels[labels], box + STEP)


def _lay_object(near: Map, setting: Setting) -> None:
    """An insert's table, rising to the camera, and the object upon it; in place."""
    row = min(max(0, round(setting.table_row)), setting.height)
    near[:row] = np.minimum(near[:row], WALL) * 0.5
    near[row:] = np.linspace(0.4, 1.0, setting.height - row, dtype=np.float32)[:, None]
    alpha = cv2.extractChannel(setting.prop, 3)
    near[:] = _laid(near, alpha, 1.1 * _relief(alpha))


def _laid(under: Map, alpha: Grey, level: Map) -> Map:
    part = alpha.astype(np.float32) / 255
    return under + (level - under) * part


def _relief(alpha: Grey) -> Map:
    """1 in the middle of a shape, falling to 1 - RELIEF at its edge like the side of a cylinder."""
    h, w = alpha.shape
    small = cv2.resize(alpha, (max(1, w // 4), max(1, h // 4)), interpolation=cv2.INTER_AREA)
    away = cv2.distanceTransform((small > SOLID).astype(np.uint8), cv2.DIST_L2, 3)
    share = np.minimum(away / max(1.0, 0.75 * float(away.max())), 1.0)
    round_ = np.sqrt(1 - (1 - share) ** 2)
    round_ = cv2.GaussianBlur(round_.astype(np.float32), (0, 0), max(1.0, h / 4 / 90))
    return 1 - RELIEF + RELIEF * cv2.resize(round_, (w, h), interpolation=cv2.INTER_LINEAR)


def _dome(setting: Setting, figure: Figure) -> Map | float:
    """How far a face comes out of its head."""
    if figure.face is None:
        return 0.0
    (x, y), head = figure.face
    across = np.exp(-(((np.arange(setting.width) - x) / (FACE[0] * head)) ** 2))
    down = np.exp(-((((np.arange(setting.height) - y) / head - FACE[2]) / FACE[1]) ** 2))
    return (DOME * np.outer(down, across)).astype(np.float32)


def _bgr(grey: Grey) -> NDArray[np.uint8]:
    return cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)


MAPS: dict[str, Callable[[Setting], NDArray[np.uint8]]] = {
    "pose": pose, "lineart": lineart, "depth": depth, "canny": canny,
}  # fmt: skip
