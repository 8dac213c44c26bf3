"""Weather, particles and comic effects on a finished frame: rain, snow, petals, embers, dust, flash, smear, ink.

Frames are (height, width, 4) uint8 and opaque. Everything follows from a seed and a frame number; lengths are
pixels at 1920 high. Effects step on twos, like the figures, so that a resting shot can repeat its frames."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from models.draft.raster import Image, blend, render, resize
from models.draft.svg import Drawing, mix, ribbon

HEIGHT = 1920
WIDTH = 1080
STEP = 2  # frames between two positions
RAIN_SPEED = 1900.0  # pixels a second
SNOW_SPEEDS = (150.0, 260.0)
INK_LUMA = 112
INK = (20, 6, 26)  # blue, green, red
PAPER = (246, 250, 255)
TURNS = 12  # drawn rotations of a particle
PARTICLES = ("petals", "embers", "dust", "leaves")


@dataclass(frozen=True)
class Particle:
    """A thing in the air: start, speed in pixels a second, size, first turn, sway."""

    x: float
    y: float
    vx: float
    vy: float
    size: int
    turn: float
    spin: float
    sway: float


class Weather:
    """One moving effect over the whole frame."""

    def __init__(self, kind: str, size: tuple[int, int], seed: int) -> None:
        self.kind = kind
        self.width, self.height = size
        self.scale = self.height / HEIGHT
        self.seed = seed
        self._particles = _scatter(kind, seed) if kind in PARTICLES else ()

    def draw(self, frame: Image, number: int, fps: int) -> None:
        """Draw frame `number`'s state over `frame`, in place."""
        seconds = number // STEP * STEP / fps
        if self.kind == "rain":
            self._fall(frame, _rain_tile(self.width, self.height, self.seed), RAIN_SPEED, seconds, 0.16)
        elif self.kind == "snow":
            for index, speed in enumerate(SNOW_SPEEDS):
                tile = _snow_tile(self.width, self.height, self.seed + index, index)
                self._fall(frame, tile, speed, seconds, 0.12 * math.sin(seconds * 0.7 + index))
        else:
            self._float(frame, seconds)

    def _fall(self, frame: Image, tile: Image, speed: float, seconds: float, lean: float) -> None:
        travelled = speed * self.scale * seconds
        loops = int(travelled // self.height)
        y = int(travelled % self.height)
        x = int(-lean * (travelled % self.height) + 397 * loops) % self.width
        for sy, dy, h in ((0, y, self.height - y), (self.height - y, 0, y)):
            for sx, dx, w in ((0, x, self.width - x), (self.width - x, 0, x)):
                if h > 0 and w > 0:
                    part = frame[dy : dy + h, dx : dx + w]
                    cv2.add(part, tile[sy : sy + h, sx : sx + w], dst=part)

    def _float(self, frame: Image, seconds: float) -> None:
        for p in self._particles:
            x = (p.x + p.vx * seconds + p.sway * math.sin(seconds * 1.3 + p.turn)) % (WIDTH + 160) - 80
            y = (p.y + p.vy * seconds) % (HEIGHT + 160) - 80
            turn = int((p.turn + p.spin * seconds) / (2 * math.pi) * TURNS) % TURNS
            image = _sprite(self.kind, max(2, round(p.size * self.scale)), turn)
            _stamp(frame, image, round(x * self.scale), round(y * self.scale))


def _stamp(frame: Image, image: Image, x: int, y: int) -> None:
    h, w = frame.shape[:2]
    x, y = x - image.shape[1] // 2, y - image.shape[0] // 2
    x0, y0, x1, y1 = max(0, x), max(0, y), min(w, x + image.shape[1]), min(h, y + image.shape[0])
    if x0 < x1 and y0 < y1:
        blend(frame[y0:y1, x0:x1], np.ascontiguousarray(image[y0 - y : y1 - y, x0 - x : x1 - x]))


def _scatter(kind: str, seed: int) -> tuple[Particle, ...]:
    rng = random.Random(f"{kind} {seed}")
    num, sizes, fall, drift = {
        "petals": (26, (26, 34, 44, 44, 84), (90, 160), (-60, -20)),
        "leaves": (18, (30, 40, 52), (80, 150), (-70, -20)),
        "embers": (34, (10, 14, 20, 30), (-190, -80), (-20, 40)),
        "dust": (30, (8, 12, 18, 46), (-16, 12), (-14, 14)),
    }[kind]
    return tuple(
        Particle(
            rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT), rng.uniform(*drift), rng.uniform(*fall),
            rng.choice(sizes), rng.uniform(0, 6.28), rng.uniform(-0.9, 0.9), rng.uniform(6, 30),
        )
        for _ in range(num)
    )  # fmt: skip


@lru_cache(maxsize=256)
def _sprite(kind: str, size: int, turn: int) -> Image:
    draw = Drawing()
    draw.group(f"rotate({turn * 360 / TURNS})")
    if kind in ("petals", "leaves"):
        base, edge = ("#ffb8cc", "#d8809a") if kind == "petals" else ("#c89a3e", "#8a5a1c")
        squash = 0.55 + 0.45 * abs(math.cos(turn * math.pi / TURNS * 2))
        draw.path(
            f"M0 -44C{34 * squash:.0f} -30 {34 * squash:.0f} 24 0 44C-{34 * squash:.0f} 24 -{34 * squash:.0f} -30 0 -44Z",
            base,
            0.9,
            edge,
            3,
        )
        draw.line(0, -36, 0, 10, mix(base, "#ffffff", 0.5), 4, 0.8)
    elif kind == "embers":
        draw.glow(0, 0, 50, 50, "#ff7a30", 0.75)
        draw.ellipse(0, 0, 13, 16, "#ffe2a0")
    else:
        draw.glow(0, 0, 48, 48, "#f4ead8", 0.42 if size < 30 else 0.16)
    draw.end()
    return render(draw.body(), (-50, -50, 100, 100), size, size)


@lru_cache(maxsize=4)
def _rain_tile(width: int, height: int, seed: int) -> Image:
    """150 leaning strokes of light that repeat downwards and sideways; alpha 0, because rain only adds light."""
    rng = random.Random(f"rain {seed}")
    tile = np.zeros((height, width, 4), np.uint8)
    scale = height / HEIGHT
    for _ in range(150):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        length, light = rng.uniform(70, 190) * scale, rng.uniform(0.10, 0.42)
        colour = (255 * light, 244 * light, 226 * light, 0)
        thick = max(1, round(rng.uniform(1.2, 3.4) * scale))
        for dx in (0, -width):
            for dy in (0, -height):
                a = (int((x + dx) * 16), int((y + dy) * 16))
                b = (int((x + dx - 0.16 * length) * 16), int((y + dy + length) * 16))
                cv2.line(tile, a, b, colour, thick, cv2.LINE_AA, 4)
    return tile


@lru_cache(maxsize=6)
def _snow_tile(width: int, height: int, seed: int, near: int) -> Image:
    rng = random.Random(f"snow {seed}")
    tile = np.zeros((height, width, 4), np.uint8)
    scale = height / HEIGHT
    for _ in range(70 if near else 130):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        radius = rng.uniform(4, 9) * scale if near else rng.uniform(1.6, 4) * scale
        light = rng.uniform(0.45, 0.95)
        for dx in (0, -width):
            for dy in (0, -height):
                at = (int((x + dx) * 16), int((y + dy) * 16))
                cv2.circle(tile, at, int(radius * 16), (255 * light, 250 * light, 244 * light, 0), -1, cv2.LINE_AA, 4)
    return cv2.GaussianBlur(tile, (0, 0), 1.0 + 1.4 * near)


def flash(frame: Image, amount: float) -> Image:
    """Towards white (amount 0..1) or black (0..-1)."""
    if amount >= 0:
        return cv2.convertScaleAbs(frame, alpha=1 - min(amount, 1.0), beta=255 * min(amount, 1.0))
    return cv2.convertScaleAbs(frame, alpha=1 - min(-amount, 1.0))


def smear(frame: Image, length: float, angle_across: bool = True) -> Image:
    """Motion blur of `length` pixels along x (or y), made at half size."""
    h, w = frame.shape[:2]
    small = cv2.resize(frame, (w // 2, h // 2), interpolation=cv2.INTER_LINEAR)
    taps = max(1, int(length / 2)) | 1
    small = cv2.blur(small, (taps, 1) if angle_across else (1, taps))
    return cv2.resize(small, (w, h), interpolation=cv2.INTER_LINEAR)


@lru_cache(maxsize=6)
def focus_lines(width: int, height: int, seed: int, colour: str, num: int, inner: float) -> Image:
    """Wedges that point at (50 %, 42 %) of the frame from its edges."""
    rng = random.Random(f"focus {seed}")
    cx, cy = WIDTH * 0.5, HEIGHT * 0.42
    parts = []
    for k in range(num):
        angle = (k + rng.uniform(-0.45, 0.45)) / num * 2 * math.pi
        ca, sa = math.cos(angle), math.sin(angle)
        near = inner * rng.uniform(0.85, 1.35) * math.hypot(ca, 1.35 * sa)
        half = rng.uniform(4, 26)
        ax, ay, bx, by = cx + ca * near, cy + sa * near, cx + ca * 1700, cy + sa * 1700
        parts.append(
            f"M{ax:.0f} {ay:.0f}L{bx - sa * half:.0f} {by + ca * half:.0f}L{bx + sa * half:.0f} {by - ca * half:.0f}Z"
        )
    draw = Drawing()
    draw.path("".join(parts), colour)
    half = render(draw.body(), (0, 0, WIDTH, HEIGHT), max(1, width // 2), max(1, height // 2))
    return resize(half, width, height)


def speed_lines(frame: Image, number: int, seed: int) -> None:
    """Focus lines over the frame's rim, another set every three frames, in place."""
    h, w = frame.shape[:2]
    blend(frame, focus_lines(w, h, seed % 5 + number // 3 % 3, "#ffffff", 84, 560))


def impact(frame: Image, number: int, accent: tuple[int, int, int]) -> Image:
    """The frame as ink on paper: luma threshold, halftone towards the bottom in `accent` (red, green, blue), dark lines."""
    h, w = frame.shape[:2]
    grey = cv2.GaussianBlur(cv2.cvtColor(frame, cv2.COLOR_BGRA2GRAY), (0, 0), 1.2)
    level = cv2.convertScaleAbs(cv2.subtract(grey, float(INK_LUMA - 6)), alpha=21)
    table = np.linspace(INK, PAPER, 256).round().astype(np.uint8)
    out = cv2.LUT(cv2.cvtColor(level, cv2.COLOR_GRAY2BGR), table[:, None, :].transpose(1, 0, 2))
    out = cv2.cvtColor(out, cv2.COLOR_BGR2BGRA)
    blend(out, _dots(w, h, accent))
    blend(out, focus_lines(w, h, number // 2 % 3, "#1a0614", 110, 600))
    return out


@lru_cache(maxsize=4)
def _dots(width: int, height: int, accent: tuple[int, int, int]) -> Image:
    """A 45 degree halftone whose dots grow towards the bottom."""
    cell = 20 * height / HEIGHT
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    u, v = (x + y) * 0.7071 / cell, (y - x) * 0.7071 / cell
    distance = np.hypot(u - np.round(u), v - np.round(v))
    radius = np.clip((y / height - 0.55) * 1.2, 0, 0.7) * 0.75
    alpha = np.clip((radius - distance) * cell, 0, 1) * 0.85
    paint = np.array([*accent[::-1], 255], np.float32)
    return (alpha[..., None] * paint).astype(np.uint8)


def eye_band(width: int, height: int, colour: str) -> Image:
    """The slanted frame of an extreme close-up: dark above and below, white edges, streaks in `colour`."""
    rng = random.Random("band")
    draw = Drawing()
    draw.poly([(-20, -20), (1100, -20), (1100, 530), (-20, 670)], "#0d0712")
    draw.poly([(-20, 1250), (1100, 1110), (1100, 1940), (-20, 1940)], "#0d0712")
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
    draw.line(-20, 670, 1100, 530, "#fff6ee", 9)
    draw.line(-20, 1250, 1100, 1110, "#fff6ee", 9)
    return render(draw.body(), (0, 0, WIDTH, HEIGHT), width, height)
