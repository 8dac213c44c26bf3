"""Light and lens over a finished frame: flash and black, smear, focus blur, light leaks. Knows pixels, not why.

Frames are (height, width, 4) uint8 and opaque; nothing here writes into the frame it is given. What is soft is made
small and enlarged, where it looks the same and costs a tenth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from models.draft.raster import Image, resize

SMALL = 4  # soft light is made at a quarter of the size
SMEAR_STEPS = 4  # doublings: 16 taps
RADIAL_STEPS = 4  # doublings: 16 taps
RADIAL_REACH = 0.28  # of the distance from the focus, smeared at full strength
LEAK_SMALL = 12
DIP_GAMMA = 2.4  # going to black, the middle tones fall before the lights


@dataclass(frozen=True)
class Spot:
    """The oval of the frame that stays clear: a face, in pixels."""

    x: int
    y: int
    rx: int
    ry: int

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies in the oval."""
        return ((x - self.x) / max(1, self.rx)) ** 2 + ((y - self.y) / max(1, self.ry)) ** 2 < 1


def flash(frame: Image, amount: float) -> Image:
    """Towards white (amount 0..1) or black (0..-1); black comes as on film, the lights last."""
    if amount >= 0:
        return cv2.convertScaleAbs(frame, alpha=1 - min(amount, 1.0), beta=255 * min(amount, 1.0))
    return cv2.LUT(frame, _dip(round(min(-amount, 1.0) * 48)))


@lru_cache(maxsize=64)
def _dip(step: int) -> Image:
    part = step / 48
    level = np.arange(256, dtype=np.float32) / 255
    curve = level ** (1 + DIP_GAMMA * part) * (1 - part) * 255
    return curve.round().astype(np.uint8)


def mixed(a: Image, b: Image, share: float) -> Image:
    """`share` of b in a."""
    return cv2.addWeighted(a, 1 - share, b, share, 0)


def smear(frame: Image, length: float, angle: float = 0.0) -> Image:
    """Motion blur of `length` pixels along `angle` degrees: means of moved copies, doubled, at half size."""
    h, w = frame.shape[:2]
    out = cv2.resize(frame, (max(1, w // 2), max(1, h // 2)), interpolation=cv2.INTER_AREA)
    ux, uy = math.cos(math.radians(angle)) * length / 2, math.sin(math.radians(angle)) * length / 2
    for step in range(SMEAR_STEPS):
        part = 0.5 ** (step + 2)
        out = _doubled(out, round(ux * part), round(uy * part))
    return resize(out, w, h)


def _doubled(image: Image, dx: int, dy: int) -> Image:
    """The mean of the image moved by (dx, dy) and the other way."""
    if dx == dy == 0:
        return image
    h, w = image.shape[:2]
    x, y = abs(dx), abs(dy)
    wide = cv2.copyMakeBorder(image, y, y, x, x, cv2.BORDER_REPLICATE)
    there, back = wide[y - dy : y - dy + h, x - dx : x - dx + w], wide[y + dy : y + dy + h, x + dx : x + dx + w]
    return cv2.addWeighted(there, 0.5, back, 0.5, 0)


def radial(frame: Image, spot: Spot, amount: float) -> Image:
    """The rim rushes towards the spot (zoom blur), the spot itself stays sharp."""
    h, w = frame.shape[:2]
    small = cv2.resize(frame, (max(1, w // 2), max(1, h // 2)), interpolation=cv2.INTER_AREA)
    small = cv2.resize(small, (max(1, w // SMALL), max(1, h // SMALL)), interpolation=cv2.INTER_AREA)
    cx, cy = spot.x / SMALL, spot.y / SMALL
    for step in range(RADIAL_STEPS):
        zoom = 1 + RADIAL_REACH * min(amount, 1.0) * 0.5 ** (step + 1)
        matrix = np.array([[zoom, 0, cx * (1 - zoom)], [0, zoom, cy * (1 - zoom)]], np.float32)
        small = cv2.addWeighted(
            small, 0.5, cv2.warpAffine(small, matrix, small.shape[1::-1], borderMode=cv2.BORDER_REPLICATE), 0.5, 0
        )
    keep, lose = _rim(w, h, spot)
    return cv2.add(cv2.multiply(resize(small, w, h), lose, scale=1 / 255), cv2.multiply(frame, keep, scale=1 / 255))


@lru_cache(maxsize=2)
def _rim(width: int, height: int, spot: Spot) -> tuple[Image, Image]:
    """What stays sharp and what blurs, 0..255 in four channels."""
    rim = rim_mask(width, height, spot, 1.0, 0.9)
    lose = cv2.cvtColor(rim, cv2.COLOR_GRAY2BGRA)
    lose[..., 3] = rim
    return cv2.bitwise_not(lose), lose


def rim_mask(width: int, height: int, spot: Spot, start: float, span: float) -> Image:
    """0 inside `start` radii of the spot, 255 from `start + span` on; one channel."""
    w, h = max(1, width // SMALL), max(1, height // SMALL)
    x = (np.arange(w, dtype=np.float32) * SMALL - spot.x) / spot.rx
    y = (np.arange(h, dtype=np.float32) * SMALL - spot.y) / spot.ry
    t = np.clip((np.sqrt(x[None, :] ** 2 + y[:, None] ** 2) - start) / span, 0, 1)
    small = (t * t * (3 - 2 * t) * 255).astype(np.uint8)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)


LEAKS = (  # blue, green, red; where (fractions), size (of the height), how it drifts (seconds, share of the width)
    ((40, 110, 255), (1.02, 0.16), 0.34, 5.2, 0.16),
    ((90, 70, 255), (-0.06, 0.72), 0.30, 6.8, 0.14),
    ((70, 190, 255), (0.96, 0.30), 0.17, 3.9, 0.20),
)


def leak(frame: Image, seconds: float, amount: float) -> Image:
    """Warm light that drifts in from the edges, screened over the frame."""
    h, w = frame.shape[:2]
    light = resize(_leak_light(w // LEAK_SMALL, h // LEAK_SMALL, seconds, amount), w, h)
    return cv2.add(frame, cv2.multiply(light, cv2.bitwise_not(frame), scale=1 / 255))


def _leak_light(width: int, height: int, seconds: float, amount: float) -> Image:
    x, y = np.arange(width, dtype=np.float32)[None, :] / width, np.arange(height, dtype=np.float32)[:, None] / height
    out = np.zeros((height, width, 4), np.float32)
    for index, (colour, (px, py), size, period, drift) in enumerate(LEAKS):
        swing = math.sin(2 * math.pi * seconds / period + 1.9 * index)
        cx, cy = px + drift * swing * (-1 if px > 0.5 else 1), py + 0.06 * math.cos(seconds * 0.9 + index)
        wide = size * height / width
        glow = np.exp(-(((x - cx) / wide) ** 2) * 2.2 - ((y - cy) / size) ** 2 * 1.6)
        out[..., :3] += glow[..., None] * np.array(colour, np.float32) * (0.85 + 0.15 * swing)
    return (out * min(amount, 1.0)).clip(0, 255).astype(np.uint8)
