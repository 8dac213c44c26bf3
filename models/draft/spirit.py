"""Spirit power: flames of light that rise from a silhouette, in phases that loop. Knows an outline, draws no figure.

Everything is small (the caller enlarges it), additive (no alpha) and the same for the same outline."""

from __future__ import annotations

import math
import random

import cv2
import numpy as np
from numpy.typing import NDArray

from models.draft.raster import Image

PHASES = 8
REACH = 0.36  # how far tongues rise above the outline, in widths of the figure
REACHES = (34.0, 92.0)  # in pixels of the small picture, at least and at most
ASIDE = 0.16  # of the reach, how far the light stands off at the sides
STEPS = 9
TONGUE = 30  # width of the coarsest tongues
LOOP = 128  # rows that the flames climb in one loop
SPARKS = 56
BRIGHT = 0.9

Floats = NDArray[np.float32]


def flames(outline: Image, outer: tuple[int, int, int], inner: tuple[int, int, int]) -> list[Image]:
    """The phases of an aura around `outline` (height, width; 255 inside): colours are red, green, blue."""
    reach = _reach(outline)
    noise = _noise(outline.shape[1])
    return [_phase(outline, reach, noise, phase, outer, inner) for phase in range(PHASES)]


def _reach(outline: Image) -> Floats:
    """1 in the outline, falling to 0 upwards over the reach and sideways over a part of it."""
    out = outline.astype(np.float32) / 255
    lit = np.flatnonzero(outline.max(axis=0))
    reach = min(max(REACH * lit.size, REACHES[0]), REACHES[1])
    size = 2 * max(1, round(ASIDE * reach)) + 1
    wide = cv2.dilate(outline, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
    for step in range(STEPS + 1):
        share = step / STEPS
        part = _raised(wide, reach * share, 1 - 0.12 * share)
        part = cv2.GaussianBlur(part, (0, 0), 3 + 0.09 * reach * share).astype(np.float32) / 255
        out = np.maximum(out, part * (1 - share) ** 0.8)
    return out.astype(np.float32)


def _raised(outline: Image, rise: float, narrow: float) -> Image:
    """The outline moved up and drawn together towards its middle: flames lean inwards."""
    h, w = outline.shape
    matrix = np.array([[narrow, 0, w / 2 * (1 - narrow)], [0, 1, -rise]], np.float32)
    return cv2.warpAffine(outline, matrix, (w, h), borderMode=cv2.BORDER_REPLICATE)


def _noise(width: int) -> Floats:
    """0..1, upright tongues, repeating every LOOP rows."""
    rng = np.random.default_rng(7)
    out = np.zeros((LOOP, width), np.float32)
    for across, along, weight in ((TONGUE, 4, 0.6), (TONGUE // 2, 8, 0.3), (TONGUE // 4, 16, 0.1)):
        grid = rng.random((along, max(2, width // across)), np.float32)
        tall = cv2.resize(np.vstack([grid, grid, grid]), (width, 3 * LOOP), interpolation=cv2.INTER_CUBIC)
        out += weight * tall[LOOP : 2 * LOOP]
    return np.clip((out - 0.25) * 2.0, 0, 1).astype(np.float32)


def _phase(
    outline: Image,
    reach: Floats,
    noise: Floats,
    phase: int,
    outer: tuple[int, int, int],
    inner: tuple[int, int, int],
) -> Image:
    h, w = outline.shape
    rows = (np.arange(h) + LOOP * phase // PHASES) % LOOP
    y = np.arange(h, dtype=np.float32)[:, None]
    lean = (6 * np.sin(2 * math.pi * (y / 90 + phase / PHASES))).astype(np.float32)
    x = np.arange(w, dtype=np.float32)[None, :] + lean
    tongues = cv2.remap(noise[rows], x, np.repeat(y, w, axis=1), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    flame = np.clip(reach * 1.45 - 0.95 * (1 - tongues), 0, 1)
    core = flame**5
    parts = [flame * _deep(a) + core * (b * 0.13) for a, b in zip(outer[::-1], inner[::-1], strict=True)]
    light = (np.dstack([*parts, np.zeros_like(flame)]) * BRIGHT).clip(0, 255).astype(np.uint8)
    _sparks(light, outline, phase, inner)
    return light


def _deep(channel: int) -> float:
    """A colour's channel with more saturation: light that is added whitens soon enough."""
    return 0.72 * channel * (channel / 255) ** 0.9


def _sparks(light: Image, outline: Image, phase: int, colour: tuple[int, int, int]) -> None:
    """Motes that rise beside and above the outline; each lives for one loop."""
    rng = random.Random("sparks")
    h, w = outline.shape
    lit = np.flatnonzero(outline.max(axis=0))
    left, right = (int(lit[0]), int(lit[-1])) if lit.size else (0, w - 1)
    layer = np.zeros_like(light)
    for _ in range(SPARKS):
        age = (phase / PHASES + rng.random()) % 1
        x = rng.uniform(left - 30, right + 30) + 5 * math.sin(6.28 * age)
        y = rng.uniform(0.15, 1.0) * h - age * rng.uniform(60, 120)
        glow = math.sin(math.pi * age)
        paint = tuple(c * glow for c in colour[::-1])
        cv2.circle(layer, (round(x * 16), round(y * 16)), round(rng.uniform(0.8, 2.2) * 16), paint, -1, cv2.LINE_AA, 4)
    cv2.add(light, cv2.add(layer, cv2.GaussianBlur(layer, (0, 0), 2.5)), dst=light)
