"""Light on a drawn place: hour and lamps on its surfaces, beams, mirroring floors, snow, mist. Knows pixels only.

Light is computed at an eighth of the size, where it is as smooth as it should be, and a fixed grain keeps it from banding."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from models.draft import raster
from models.draft.plates.scenery import Beam, Floor, Light
from models.draft.raster import Image
from models.draft.svg import rgb

Map = NDArray[np.float32]
COARSE_WIDTH, COARSE_HEIGHT = 156, 276
GRAIN = 1.1  # levels
MOST_GAIN = 1.5
HAZE = {"sun": 0.10, "moon": 0.14, "window": 0.16}  # how much of a light hangs in the air
LAMP_HAZE = 0.36
SHADOW = 0.5  # under things that stand on a floor
REFLECTION_DETAIL = 3  # a mirror image needs this many times fewer pixels
SNOW_CAP = 13.0  # pixels of snow on a ledge


@dataclass(frozen=True)
class Field:
    """The area that a picture shows: left upper corner and size in frame pixels."""

    x: float
    y: float
    width: float
    height: float

    def grid(self, width: int, height: int) -> tuple[Map, Map]:
        """Frame coordinates of each pixel's middle of a picture of this size: a row and a column."""
        xs = self.x + (np.arange(width, dtype=np.float32) + 0.5) * np.float32(self.width / width)
        ys = self.y + (np.arange(height, dtype=np.float32) + 0.5) * np.float32(self.height / height)
        return xs[None, :], ys[:, None]

    def outline(self, points: tuple[tuple[float, float], ...], width: int, height: int) -> NDArray[np.int32]:
        places = [((x - self.x) / self.width * width, (y - self.y) / self.height * height) for x, y in points]
        return np.array(places, np.float32).round().astype(np.int32)


@lru_cache(maxsize=4)
def grain(width: int, height: int) -> Map:
    """A fixed fine noise for four channels; alpha is left alone."""
    noise = np.random.default_rng(7).uniform(-GRAIN, GRAIN, (height, width, 1)).astype(np.float32)
    return np.concatenate([noise, noise, noise, np.zeros_like(noise)], axis=2)


def bgr(colour: str) -> Map:
    r, g, b = rgb(colour)
    return np.array([b, g, r], np.float32) / 255


def falloff(light: Light, xs: Map, ys: Map) -> Map:
    """1 at the source, 0 at its reach."""
    distance = np.sqrt((xs - light.x) ** 2 + (ys - light.y) ** 2) / light.reach
    return np.clip(1 - distance, 0, 1) ** 2


def gains(lights: list[Light], ambient: Map, view: Field, sink: float) -> Map:
    """What light falls on each place: the hour's own, darker above and below by `sink`, and each lamp's."""
    xs, ys = view.grid(COARSE_WIDTH, COARSE_HEIGHT)
    middle = np.clip(np.abs(ys - 860) / 1150, 0, 1) ** 1.6
    out = ambient[None, None, :] * (1 - sink * middle)[..., None]
    out = np.broadcast_to(out, (COARSE_HEIGHT, COARSE_WIDTH, 3)).astype(np.float32)
    for light in lights:
        out = out + falloff(light, xs, ys)[..., None] * (bgr(light.colour) * light.power)
    return np.clip(out, 0, MOST_GAIN).astype(np.float32)


def lit(image: Image, gain: Map, noise: bool = True) -> Image:
    """The picture under the gains, with grain so that no step shows."""
    h, w = image.shape[:2]
    full = cv2.resize(gain, (w, h), interpolation=cv2.INTER_LINEAR)
    full = cv2.merge([*cv2.split(full), np.ones((h, w), np.float32)])
    if not noise:
        return bounded(cv2.multiply(image, full, dtype=cv2.CV_8U))
    return bounded(cv2.add(cv2.multiply(image, full, dtype=cv2.CV_32F), grain(w, h), dtype=cv2.CV_8U))


def bounded(image: Image) -> Image:
    """No colour above its alpha."""
    alpha = cv2.extractChannel(image, 3)
    return cv2.min(image, cv2.merge([alpha] * 4))


def shade_under(gain: Map, things: Image) -> Map:
    """Soft shadows on what is behind and below things."""
    small = cv2.resize(cv2.extractChannel(things, 3), (COARSE_WIDTH, COARSE_HEIGHT), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), 3.2).astype(np.float32) / 255
    soft = cv2.warpAffine(soft, np.array([[1, 0, 1.5], [0, 1, 3.0]], np.float32), (COARSE_WIDTH, COARSE_HEIGHT))
    return gain * (1 - SHADOW * soft)[..., None]


def haze(lights: list[Light], beams: list[Beam], view: Field) -> Image:
    """Light that hangs in the air: halos round lamps and shafts, as a premultiplied layer at coarse size."""
    xs, ys = view.grid(COARSE_WIDTH, COARSE_HEIGHT)
    air = np.zeros((COARSE_HEIGHT, COARSE_WIDTH, 3), np.float32)
    for light in lights:
        core = falloff(light._replace(reach=light.reach * 0.75), xs, ys)
        air += core[..., None] * (bgr(light.colour) * (light.power * HAZE.get(light.kind, LAMP_HAZE)))
    for beam in beams:
        mask = np.zeros((COARSE_HEIGHT, COARSE_WIDTH), np.float32)
        outline = view.outline(beam.outline, COARSE_WIDTH, COARSE_HEIGHT)
        cv2.fillPoly(mask, [outline], 1.0)
        fade = np.clip(1.15 - (ys - outline_top(beam)) / 1500, 0.1, 1)
        air += (cv2.GaussianBlur(mask, (0, 0), 2.6) * fade)[..., None] * (bgr(beam.colour) * beam.power)
    return light_layer(air)


def outline_top(beam: Beam) -> float:
    return min(y for _, y in beam.outline)


def light_layer(air: Map) -> Image:
    """Light as a layer to be laid over: as opaque as its brightest channel."""
    air = np.clip(air, 0, 0.85)
    out = np.concatenate([air, air.max(axis=2, keepdims=True)], axis=2)
    return (out * 255).round().astype(np.uint8)


def laid(image: Image, coarse: Image) -> Image:
    """The picture under a coarse layer, smoothly enlarged."""
    h, w = image.shape[:2]
    out = image.copy()
    raster.blend(out, cv2.resize(coarse, (w, h), interpolation=cv2.INTER_LINEAR))
    return out


def mirrored(shell: Image, scene: Image, floor: Floor, view: Field, seed: int) -> Image:
    """The shell with its floor mirroring the whole scene behind it, smeared downwards; puddles mirror most."""
    h, w = shell.shape[:2]
    sh, sw = h // REFLECTION_DETAIL, w // REFLECTION_DETAIL
    small = cv2.resize(scene, (sw, sh), interpolation=cv2.INTER_AREA)
    line = round((floor.top - view.y) / view.height * sh)
    depth = sh - line
    if depth <= 2 or line <= depth:
        return shell
    image = small[line - depth : line][::-1]
    image = cv2.GaussianBlur(image, (0, 0), sigmaX=1.4, sigmaY=7)
    weight = np.zeros((sh, sw), np.float32)
    cv2.fillPoly(weight, [view.outline(floor.outline, sw, sh)], 1.0)
    weight = cv2.GaussianBlur(weight, (0, 0), 1.2)[line:]
    weight *= floor.gloss * np.linspace(1.1, 0.35, depth, dtype=np.float32)[:, None]
    if floor.puddles:
        weight *= puddles(sw, depth, seed)
    part = np.clip(weight, 0, 0.9)
    mirror = np.concatenate([image[..., :3] * part[..., None], 255 * part[..., None]], axis=2)
    full = cv2.resize(mirror.clip(0, 255).astype(np.uint8), (w, h - line * REFLECTION_DETAIL))
    out = shell.copy()
    raster.over(out, full, 0, line * REFLECTION_DETAIL)
    return out


def puddles(width: int, depth: int, seed: int) -> Map:
    """Wet patches, flat and wide far away and large near: 0.45 on damp ground, 1.3 in water."""
    rng = np.random.default_rng(seed)
    noise = cv2.resize(rng.random((14, 9)).astype(np.float32), (width, 256), interpolation=cv2.INTER_CUBIC)
    rows = (np.linspace(0, 1, depth, dtype=np.float32) ** 0.55 * 255).astype(np.int32)
    ground = noise[rows]
    return 0.45 + 0.85 * np.clip((ground - 0.42) * 7, 0, 1)


def snowed(image: Image, scale: float, ground: float | None, view: Field) -> Image:
    """Snow on every upper edge, and on the ground from the line `ground` down."""
    h, w = image.shape[:2]
    alpha = cv2.extractChannel(image, 3)
    cap = SNOW_CAP * scale
    wave = np.random.default_rng(5).random((1, w // 9 + 2)).astype(np.float32)
    drop = cv2.resize(wave, (w, 1), interpolation=cv2.INTER_CUBIC) * cap + cap * 0.5
    ys = np.broadcast_to(np.arange(h, dtype=np.float32)[:, None], (h, w))
    xs = np.broadcast_to(np.arange(w, dtype=np.float32)[None, :], (h, w))
    below = cv2.remap(alpha, xs, ys - drop, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
    white = cv2.subtract(alpha, below).astype(np.float32) / 255
    if ground is not None:
        start = (ground - view.y) / view.height * h
        fall = np.clip((ys[:, :1] - start) / (40 * scale), 0, 1) * 0.72
        white = np.maximum(white, fall * (alpha > 250))
    tone = np.array([255, 248, 238], np.float32)
    out = image.astype(np.float32)
    out[..., :3] += (tone - out[..., :3]) * white[..., None] * 0.92
    return bounded(out.clip(0, 255).astype(np.uint8))


def misted(view: Field, colour: str, level: float, power: float, seed: int) -> Image:
    """Banks of mist about the height `level`, as a premultiplied coarse layer."""
    rng = np.random.default_rng(seed)
    rough = cv2.resize(
        rng.random((16, 5)).astype(np.float32), (COARSE_WIDTH, COARSE_HEIGHT), interpolation=cv2.INTER_CUBIC
    )
    _, ys = view.grid(COARSE_WIDTH, COARSE_HEIGHT)
    height = np.exp(-(((ys - level) / 300) ** 2)) + 0.28 * (ys > level - 700)
    alpha = np.clip(height * (0.35 + 0.9 * rough) * power, 0, 0.88)
    alpha = cv2.GaussianBlur(alpha.astype(np.float32), (0, 0), 3)
    tone = np.append(bgr(colour), 1).astype(np.float32)
    return (alpha[..., None] * tone * 255).round().astype(np.uint8)
