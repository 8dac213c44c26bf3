"""Ink over a finished frame: focus and speed lines, the impact frame, screentone, gloom lines, the eye band's frame.

Frames are (height, width, 4) uint8 and opaque; nothing here writes into the frame it is given. Lines and dots are
layers without alpha: amounts of light that are added, or taken away where the ink is dark. Lengths are pixels at
1920 high; layers are drawn once and kept."""

from __future__ import annotations

import math
import random
from functools import lru_cache

import cv2
import numpy as np

from models.draft.glow import Spot, flash, mixed, rim_mask
from models.draft.particles import fall
from models.draft.raster import Image, render
from models.draft.svg import Drawing, mix, ribbon

HEIGHT = 1920
WIDTH = 1080
SEEDS = 3  # sets of lines that are swapped
SWAP = 3  # frames one set is seen
WEDGES = 118
SPEED = 3000.0  # pixels a second
SPEED_SLANT = -0.16
BARS = 90
INK_LUMA = 112
INK = (20, 6, 26)  # blue, green, red
PAPER = (246, 250, 255)
DOT_CELL = 20.0
SHIFT = 4  # bits of sub-pixel places in OpenCV's drawing


def _layer(mask: Image, tint: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> Image:
    """One channel of ink as amounts of blue, green and red; alpha 0."""
    parts = [mask if t == 1 else cv2.convertScaleAbs(mask, alpha=t) for t in tint]
    return cv2.merge([*parts, np.zeros_like(mask)])


def _poly(mask: Image, points: list[tuple[float, float]], level: float) -> None:
    fixed = np.array([[(round(x * 16), round(y * 16)) for x, y in points]], np.int32)
    cv2.fillPoly(mask, fixed, level, cv2.LINE_AA, SHIFT)


@lru_cache(maxsize=SEEDS + 1)
def focus_lines(width: int, height: int, spot: Spot, seed: int, wedges: int = WEDGES) -> Image:
    """Wedges from the frame's edge to the rim of the spot, in uneven bundles; (height, width, 4), alpha 0."""
    rng = random.Random(f"focus {seed}")
    mask = np.zeros((height, width), np.uint8)
    scale = height / HEIGHT
    far = math.hypot(max(spot.x, width - spot.x), max(spot.y, height - spot.y)) * 1.02
    for k in range(wedges):
        angle = (k + rng.uniform(-0.5, 0.5) + 0.8 * math.sin(k * 0.9 + seed)) / wedges * 2 * math.pi
        ca, sa = math.cos(angle), math.sin(angle)
        room = spot.rx * spot.ry / math.hypot(spot.ry * ca, spot.rx * sa)
        near = room * (1.0 + 0.55 * rng.random() ** 1.6)
        half = rng.choice((5, 7, 9, 12, 16, 26)) * rng.uniform(0.7, 1.2) * scale
        if near >= far:
            continue
        bx, by = spot.x + ca * far, spot.y + sa * far
        tip = (spot.x + ca * near, spot.y + sa * near)
        _poly(mask, [tip, (bx - sa * half, by + ca * half), (bx + sa * half, by - ca * half)], rng.uniform(150, 255))
    return _layer(mask)


def lined(frame: Image, spot: Spot, number: int, dark: bool) -> Image:
    """Focus lines over the frame's rim, white or black, another set every three frames."""
    h, w = frame.shape[:2]
    lines = focus_lines(w, h, spot, number // SWAP % SEEDS)
    return cv2.subtract(frame, lines) if dark else cv2.add(frame, lines)


def rushed(frame: Image, spot: Spot, seconds: float, dark: bool, sign: int = -1) -> Image:
    """Parallel speed lines that race past on both sides of the spot."""
    h, w = frame.shape[:2]
    travelled = sign * SPEED * h / HEIGHT * seconds
    bars = np.zeros_like(frame)
    fall(bars, _speed_tile(w, h), travelled, travelled * SPEED_SLANT)
    bars = cv2.multiply(bars, _aside(w, h, spot), scale=1 / 255)
    return cv2.subtract(frame, bars) if dark else cv2.add(frame, bars)


@lru_cache(maxsize=2)
def _aside(width: int, height: int, spot: Spot) -> Image:
    """Where speed lines run: above and below a face, thinner beside it."""
    return _layer(rim_mask(width, height, Spot(spot.x, spot.y, spot.rx * 2, spot.ry), 0.9, 0.5))


@lru_cache(maxsize=2)
def _speed_tile(width: int, height: int) -> Image:
    """Tapered bars that repeat in both directions."""
    rng = random.Random("speed")
    mask = np.zeros((height, width), np.uint8)
    scale = height / HEIGHT
    for _ in range(BARS):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        length, half = rng.uniform(300, 1300) * scale, rng.choice((1.5, 2, 3, 4, 6, 9)) * scale
        level = rng.uniform(110, 255)
        for dx in (-2 * width, -width, 0, width):
            for dy in (-height, 0, height):
                _bar(mask, x + dx, y + dy, length, half, level)
    return _layer(mask)


def _bar(mask: Image, x: float, y: float, length: float, half: float, level: float) -> None:
    """A blunt head and a long thin tail along the slant."""
    rise = SPEED_SLANT * length
    head = (x + length * 0.12, y + rise * 0.12)
    _poly(mask, [(x, y), (head[0], head[1] - half), (x + length, y + rise), (head[0], head[1] + half)], level)


def impact(frame: Image, spot: Spot, at: int, number: int, accent: tuple[int, int, int]) -> Image:
    """Frame `at` (from 1) of an impact: first a negative on the accent (red, green, blue), then ink on paper."""
    h, w = frame.shape[:2]
    level = ink_level(frame)
    if at == 1:
        out = cv2.add(_between(cv2.bitwise_not(level), INK, accent[::-1]), focus_lines(w, h, spot, number % SEEDS))
        return cv2.subtract(out, _dots(w, h, (0.4, 0.4, 0.4)))
    out = cv2.subtract(_between(level, INK, PAPER), _dots(w, h, tuple((255 - c) / 255 for c in accent[::-1])))
    return cv2.subtract(out, focus_lines(w, h, spot, number % SEEDS))


def ink_level(frame: Image) -> Image:
    """What is paper (255) and what is ink (0): shapes by their own lightness, and every dark line among light."""
    h, w = frame.shape[:2]
    grey = cv2.cvtColor(frame, cv2.COLOR_BGRA2GRAY)
    around = cv2.resize(grey, (max(1, w // 8), max(1, h // 8)), interpolation=cv2.INTER_AREA)
    around = cv2.resize(cv2.GaussianBlur(around, (0, 0), h / 8 / 60), (w, h), interpolation=cv2.INTER_LINEAR)
    wanted = cv2.addWeighted(around, 0.72, around, 0, 0.28 * INK_LUMA - 12)
    grey = cv2.GaussianBlur(grey, (3, 3), 0)
    return cv2.convertScaleAbs(cv2.subtract(grey, wanted), alpha=21)


def _between(level: Image, low: tuple[int, ...], high: tuple[int, ...]) -> Image:
    """`low` (blue, green, red) where the level is 0, `high` where it is 255."""
    parts = [cv2.convertScaleAbs(level, alpha=(b - a) / 255, beta=a) for a, b in zip(low, high, strict=True)]
    return cv2.merge([*parts, np.full_like(level, 255)])


def flashed(frame: Image, amount: float) -> Image:
    """A white flash that fades through an ink drawing of the frame: white, ink on paper, the frame."""
    if amount >= 1:
        return flash(frame, 1.0)
    drawing = _between(ink_level(frame), INK, PAPER)
    return flash(drawing, 2 * amount - 1) if amount > 0.5 else mixed(frame, drawing, 2 * amount)


@lru_cache(maxsize=4)
def _dots(width: int, height: int, tint: tuple[float, float, float]) -> Image:
    """A 45 degree halftone whose dots grow towards the bottom, as ink to take away."""
    y = np.arange(height, dtype=np.float32)[:, None] / height
    return _layer(_halftone(width, height, np.clip((y - 0.55) * 1.1, 0, 0.62), 235), tint)


def _halftone(width: int, height: int, radius: np.ndarray, level: float) -> Image:
    """Dots on a 45 degree grid; `radius` in cells, anything that broadcasts to (height, width)."""
    cell = DOT_CELL * height / HEIGHT
    x = np.arange(width, dtype=np.float32)[None, :]
    y = np.arange(height, dtype=np.float32)[:, None]
    u, v = (x + y) * (0.70711 / cell), (y - x) * (0.70711 / cell)
    u -= np.round(u)
    v -= np.round(v)
    return (np.clip((radius - np.sqrt(u * u + v * v)) * cell + 0.5, 0, 1) * (radius > 0.04) * level).astype(np.uint8)


def toned(frame: Image, spot: Spot, amount: float, dread: bool) -> Image:
    """Screentone over the rim, never over the spot; for dread with gloom lines from above and a dark rim."""
    h, w = frame.shape[:2]
    ink = _dread(w, h, spot) if dread else _tone(w, h, spot)
    return cv2.subtract(frame, ink if amount >= 1 else cv2.convertScaleAbs(ink, alpha=amount))


@lru_cache(maxsize=2)
def _tone(width: int, height: int, spot: Spot) -> Image:
    rim = rim_mask(width, height, spot, 1.05, 1.15).astype(np.float32) / 255
    return _layer(_halftone(width, height, rim * 0.48, 125), (0.62, 0.9, 0.8))


@lru_cache(maxsize=2)
def _dread(width: int, height: int, spot: Spot) -> Image:
    """Cold ink: the tone, gloom lines that hang from the top, and a rim that goes dark."""
    rim = rim_mask(width, height, spot, 0.95, 1.5)
    shade = cv2.convertScaleAbs(rim, alpha=0.42)
    lines = np.zeros((height, width), np.uint8)
    rng = random.Random("gloom")
    scale = height / HEIGHT
    for k in range(54):
        x = (k + rng.uniform(-0.4, 0.4)) * width / 53
        aside = min(1.0, abs(x - spot.x) / max(1.0, 1.5 * spot.rx))
        length = (260 + 820 * aside**1.4 + rng.uniform(-120, 260)) * scale
        half = rng.choice((1.6, 2.2, 3.2, 5.0)) * scale
        _poly(lines, [(x - half, -2), (x + half, -2), (x, length)], rng.uniform(120, 200))
    lines = cv2.multiply(lines, rim_mask(width, height, spot, 0.9, 0.6), scale=1 / 255)
    dots = _halftone(width, height, rim.astype(np.float32) / 255 * 0.5, 110)
    return _layer(cv2.add(cv2.max(shade, lines), cv2.convertScaleAbs(dots, alpha=0.6)), (0.72, 0.95, 1.0))


BAND_DARK = "#2a1b39"  # clear of broadcast black, so that a held band is no letterbox
BANDS = 4
"""Ways to frame a pair of eyes: two slants, two grounds."""


def eye_band(width: int, height: int, colour: str, variant: int = 0) -> Image:
    """The slanted frame of an extreme close-up: dark above and below, white edges, and on the dark either streaks in
    `colour` or a halftone of it that thins away from the eyes."""
    rng = random.Random(f"band {variant}")
    draw = Drawing()
    if variant % 2:
        draw.group(f"translate({WIDTH} 0) scale(-1 1)")
    upper, lower = draw.gradient([(0, BAND_DARK, 1), (1, mix(BAND_DARK, colour, 0.22), 1)]), BAND_DARK
    draw.poly([(-20, -20), (1100, -20), (1100, 530), (-20, 670)], upper if variant // 2 % 2 else lower)
    draw.poly([(-20, 1250), (1100, 1110), (1100, 1940), (-20, 1940)], lower)
    if variant // 2 % 2:
        _dotted(draw, colour)
    else:
        _streaked(draw, colour, rng)
    draw.line(-20, 670, 1100, 530, "#fff6ee", 9)
    draw.line(-20, 1250, 1100, 1110, "#fff6ee", 9)
    if variant % 2:
        draw.end()
    return render(draw.body(), (0, 0, WIDTH, HEIGHT), width, height)


def _streaked(draw: Drawing, colour: str, rng: random.Random) -> None:
    for k in range(96):
        top = k % 2 == 0
        x, length, thick = rng.uniform(-300, 900), rng.uniform(300, 1100), rng.uniform(2, 11)
        y = rng.uniform(20, 470) if top else rng.uniform(1300, 1900)
        slant = -0.125 * length
        draw.poly(
            ribbon([(x, y), (x + length / 2, y + slant / 2), (x + length, y + slant)], thick, "taper", 10),
            colour,
            rng.uniform(0.35, 0.95),
        )


def _dotted(draw: Drawing, colour: str) -> None:
    """Dots on a 45 degree raster, largest beside the white edges; none of the ground is left bare."""
    step = 44
    for row in range(-4, 60):
        for column in range(-2, 30):
            x = column * step + (row % 2) * step / 2
            y = row * step / 2 * 1.7
            edge = 670 - 0.125 * x
            away = edge - y if y < edge else y - (edge + 580)
            near = max(0.0, 1 - away / 520)
            if away > 26:
                radius = 4 + 13 * near
                draw.ellipse(x, y, radius, radius, colour, 0.45 + 0.35 * near)
