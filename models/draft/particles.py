"""What falls, drifts and glows in the air of a shot: rain, snow, petals, leaves, embers, dust, fireflies.

Frames are (height, width, 4) uint8 and opaque. Everything follows from a seed and a frame number; lengths are pixels
at 1920 high. It steps on twos, like the figures, so that a resting shot can repeat its frames."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from models.draft.glow import Spot
from models.draft.raster import Image, blend, render
from models.draft.svg import Drawing, mix

HEIGHT = 1920
WIDTH = 1080
STEP = 2  # frames between two positions
RAIN_SPEEDS = (2300.0, 1500.0)  # pixels a second: near, far
RAIN_LEAN = 0.16
SNOW_SPEEDS = (150.0, 260.0)
TURNS = 12  # drawn rotations of a particle
EDGE = 100  # particles leave the frame this far before they come back on the other side
PULSES = (0.15, 0.35, 0.6, 0.85, 1.0)  # brightness levels that glowing things are drawn at
SPLASHES = 26
SPLASH_STEPS = 5
GROUND = 1730  # splashes lie below this row


@dataclass(frozen=True)
class Kind:
    """How many, their sizes, speeds down and across (pixels a second), how far they sway."""

    count: int
    sizes: tuple[int, ...]
    fall: tuple[float, float]
    drift: tuple[float, float]
    sway: tuple[float, float] = (6, 30)
    glows: bool = False


PARTICLES = {
    "petals": Kind(30, (30, 38, 48, 48, 60, 130), (90, 170), (-80, -30), (10, 40)),
    "leaves": Kind(20, (44, 56, 70, 120), (90, 170), (-90, -30), (14, 50)),
    "embers": Kind(46, (14, 18, 24, 32, 54), (-230, -90), (-30, 50), (6, 30), glows=True),
    "dust": Kind(34, (8, 12, 16, 22, 60), (-16, 12), (-16, 16), glows=True),
    "fireflies": Kind(30, (40, 56, 76, 110), (-26, 18), (-24, 24), (30, 90), glows=True),
}
WEATHERS = ("rain", "snow", *PARTICLES)


@dataclass(frozen=True)
class Particle:
    """A thing in the air: start, speed in pixels a second, size, first turn, spin, sway."""

    x: float
    y: float
    vx: float
    vy: float
    size: int
    turn: float
    spin: float
    sway: float


class Weather:
    """One moving effect over the whole frame; `ground` says that rain is seen to hit something."""

    def __init__(self, kind: str, size: tuple[int, int], seed: int, ground: bool = False) -> None:
        self.kind = kind
        self.width, self.height = size
        self.scale = self.height / HEIGHT
        self.seed = seed
        self.ground = ground
        self._particles = scatter(kind, seed) if kind in PARTICLES else ()

    def draw(self, frame: Image, number: int, fps: int, faces: Sequence[Spot] = ()) -> None:
        """Draw frame `number`'s state over `frame`, in place; what floats keeps off `faces`."""
        seconds = number // STEP * STEP / fps
        if self.kind == "rain":
            self._rain(frame, number // STEP, seconds)
        elif self.kind == "snow":
            for index, speed in enumerate(SNOW_SPEEDS):
                tile = _snow_tile(self.width, self.height, self.seed + index, index)
                travelled = speed * self.scale * seconds
                fall(frame, tile, -0.12 * math.sin(seconds * 0.7 + index) * travelled, travelled)
        else:
            self._float(frame, seconds, faces)

    def _rain(self, frame: Image, step: int, seconds: float) -> None:
        for near, speed in enumerate(RAIN_SPEEDS[::-1]):
            travelled = speed * self.scale * seconds
            fall(frame, _rain_tile(self.width, self.height, self.seed, near), -RAIN_LEAN * travelled, travelled)
        if self.ground:
            splashes(frame, step, self.seed, self.scale)

    def _float(self, frame: Image, seconds: float, faces: Sequence[Spot]) -> None:
        width = self.width / self.scale
        for p in self._particles:
            swing = p.sway * math.sin(seconds * (0.7 + 0.5 * (p.turn % 1)) + p.turn)
            x = (p.x * width / WIDTH + p.vx * seconds + swing) % (width + 2 * EDGE) - EDGE
            y = (p.y + p.vy * seconds + 0.3 * swing) % (HEIGHT + 2 * EDGE) - EDGE
            turn = int((p.turn + p.spin * seconds) / (2 * math.pi) * TURNS) % TURNS
            size = max(2, round(p.size * self.scale))
            at = round(x * self.scale), round(y * self.scale)
            if any(face.holds(*at) for face in faces):
                continue
            if PARTICLES[self.kind].glows:
                _light(frame, _glow(self.kind, size, _pulse(self.kind, p, seconds)), *at)
            else:
                _stamp(frame, _sprite(self.kind, size, turn), *at)


def fall(frame: Image, tile: Image, dx: float, dy: float) -> None:
    """Add a tile that repeats in both directions, shifted by (dx, dy)."""
    h, w = frame.shape[:2]
    x, y = int(dx) % w, int(dy) % h
    for sy, top, tall in ((0, y, h - y), (h - y, 0, y)):
        for sx, left, wide in ((0, x, w - x), (w - x, 0, x)):
            if tall > 0 and wide > 0:
                part = frame[top : top + tall, left : left + wide]
                cv2.add(part, tile[sy : sy + tall, sx : sx + wide], dst=part)


def scatter(kind: str, seed: int) -> tuple[Particle, ...]:
    """The particles of a kind at their start."""
    rng = random.Random(f"{kind} {seed}")
    of = PARTICLES[kind]
    return tuple(
        Particle(
            rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT), rng.uniform(*of.drift), rng.uniform(*of.fall),
            rng.choice(of.sizes), rng.uniform(0, 6.28), rng.uniform(-1.6, 1.6), rng.uniform(*of.sway),
        )
        for _ in range(of.count)
    )  # fmt: skip


def _pulse(kind: str, p: Particle, seconds: float) -> int:
    """Which of PULSES a glowing thing has: fireflies breathe, embers flicker, dust hardly changes."""
    if kind == "fireflies":
        level = max(0.0, math.sin(seconds * (1.1 + 0.3 * (p.turn % 1)) + p.turn * 3)) ** 0.7
    elif kind == "embers":
        level = 0.6 + 0.4 * math.sin(seconds * 9 + p.turn * 7)
    else:
        level = 0.7 + 0.3 * math.sin(seconds + p.turn)
    return min(len(PULSES) - 1, int(level * len(PULSES)))


def _window(frame: Image, image: Image, x: int, y: int) -> tuple[Image, Image] | None:
    """The part of the frame under an image that is centred on (x, y), and the part of the image that is inside."""
    h, w = frame.shape[:2]
    x, y = x - image.shape[1] // 2, y - image.shape[0] // 2
    x0, y0, x1, y1 = max(0, x), max(0, y), min(w, x + image.shape[1]), min(h, y + image.shape[0])
    if x0 >= x1 or y0 >= y1:
        return None
    return frame[y0:y1, x0:x1], np.ascontiguousarray(image[y0 - y : y1 - y, x0 - x : x1 - x])


def _stamp(frame: Image, image: Image, x: int, y: int) -> None:
    if (found := _window(frame, image, x, y)) is not None:
        blend(*found)


def _light(frame: Image, image: Image, x: int, y: int) -> None:
    if (found := _window(frame, image, x, y)) is not None:
        cv2.add(found[0], found[1], dst=found[0])


@lru_cache(maxsize=256)
def _sprite(kind: str, size: int, turn: int) -> Image:
    """A petal or leaf in one of its turns, which also flip it over; a large one is near the lens and soft."""
    base, edge, vein = ("#ffb8cc", "#d8809a", "#ffe4ec") if kind == "petals" else ("#d8883a", "#8a4a1c", "#f4c87a")
    squash = 0.38 + 0.62 * abs(math.cos(turn * 2 * math.pi / TURNS))
    r = 34 * squash
    draw = Drawing()
    draw.group(f"rotate({turn * 360 / TURNS})")
    tip = "L6 40L0 34L-6 40" if kind == "petals" else "L0 48"
    draw.path(f"M0 -44C{r:.0f} -30 {r:.0f} 22 4 42{tip}C{-r:.0f} 22 {-r:.0f} -30 0 -44Z", base, 0.92, edge, 2.5)
    draw.path(f"M0 -38C{-r * 0.8:.0f} -24 {-r * 0.8:.0f} 16 -2 34Z", mix(base, edge, 0.45), 0.55)
    draw.line(0, -34, 0, 26, vein, 3, 0.8)
    draw.end()
    image = render(draw.body(), (-60, -60, 120, 120), size, size)
    return cv2.convertScaleAbs(cv2.GaussianBlur(image, (0, 0), size / 22), alpha=0.72) if size > 60 else image


GLOWS = {"embers": ("#ff6a20", "#ffe2a0"), "dust": ("#f4ead8", "#fff8ec"), "fireflies": ("#b8e84a", "#fbffd8")}


@lru_cache(maxsize=256)
def _glow(kind: str, size: int, pulse: int) -> Image:
    """Light without alpha: it is only added."""
    outer, core = GLOWS[kind]
    draw = Drawing()
    if kind == "dust":
        draw.glow(0, 0, 48, 48, outer, 0.42 if size < 40 else 0.14)
    elif kind == "embers":
        draw.glow(0, 0, 50, 50, outer, 0.7)
        draw.ellipse(0, 0, 9, 16, core)
    else:
        draw.glow(0, 0, 50, 50, outer, 0.5)
        draw.glow(0, 0, 18, 18, core, 1.0)
        draw.ellipse(0, 0, 7, 7, core)
    image = render(draw.body(), (-50, -50, 100, 100), size, size)
    image[..., 3] = 0
    return cv2.convertScaleAbs(image, alpha=PULSES[pulse])


@lru_cache(maxsize=4)
def _rain_tile(width: int, height: int, seed: int, near: int) -> Image:
    """Leaning strokes of light that repeat downwards and sideways; alpha 0, because rain only adds light."""
    rng = random.Random(f"rain {seed} {near}")
    tile = np.zeros((height, width, 4), np.uint8)
    scale = height / HEIGHT
    lengths, lights, thicks = ((110, 250), (0.14, 0.4), (2.0, 4.2)) if near else ((50, 120), (0.07, 0.22), (1.0, 1.8))
    for _ in range(70 if near else 190):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        length, light = rng.uniform(*lengths) * scale, rng.uniform(*lights)
        thick = max(1, round(rng.uniform(*thicks) * scale))
        for dx in (0, -width, width):
            for dy in (0, -height):
                a, b = (x + dx, y + dy), (x + dx - RAIN_LEAN * length, y + dy + length)
                _stroke(tile, a, b, light, thick)
    return cv2.GaussianBlur(tile, (0, 0), 1.1 * max(0.4, scale)) if near else tile


def _stroke(tile: Image, a: tuple[float, float], b: tuple[float, float], light: float, thick: int) -> None:
    """A streak that is brightest at its lower end."""
    middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
    for start, stop, part in ((a, middle, 0.5), (middle, b, 1.0)):
        colour = (255 * light * part, 244 * light * part, 226 * light * part, 0)
        ends = [(int(px * 16), int(py * 16)) for px, py in (start, stop)]
        cv2.line(tile, ends[0], ends[1], colour, thick, cv2.LINE_AA, 4)


def splashes(frame: Image, step: int, seed: int, scale: float) -> None:
    """Rings and crowns of drops where rain hits the ground, each for a few steps, then elsewhere."""
    width = frame.shape[1] / scale
    for k in range(SPLASHES):
        life, age = divmod(step + k * 3, SPLASH_STEPS + 2)
        if age >= SPLASH_STEPS:
            continue
        rng = random.Random(f"splash {seed} {k} {life}")
        depth = rng.random()
        x, y = rng.uniform(0, width), GROUND + (HEIGHT - GROUND) * depth
        _splash(frame, x, y, (0.5 + depth) * (10 + 11 * age), 1 - age / SPLASH_STEPS, scale)


def _splash(frame: Image, x: float, y: float, radius: float, fade: float, scale: float) -> None:
    """One ring with drops above it, added as light to its own small window."""
    half = max(4, int((radius * 1.4 + 8) * scale))
    tile = np.zeros((2 * half, 2 * half, 4), np.uint8)
    light = (150 * fade, 142 * fade, 130 * fade, 0)
    r = radius * scale
    thick = max(1, round(2.4 * scale))
    centre = (half, half + half // 3)
    cv2.ellipse(tile, centre, (max(1, int(r)), max(1, int(r * 0.3))), 0, 0, 360, light, thick, cv2.LINE_AA)
    for side in (-0.7, -0.2, 0.35, 0.8):
        top = (int(centre[0] + side * r), int(centre[1] - r * (0.7 - 0.4 * abs(side))))
        cv2.line(tile, (int(centre[0] + side * r * 0.7), centre[1] - int(r * 0.1)), top, light, thick, cv2.LINE_AA)
    _light(frame, tile, round(x * scale), round(y * scale))


@lru_cache(maxsize=6)
def _snow_tile(width: int, height: int, seed: int, near: int) -> Image:
    rng = random.Random(f"snow {seed}")
    tile = np.zeros((height, width, 4), np.uint8)
    scale = height / HEIGHT
    for _ in range(70 if near else 150):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        radius = rng.uniform(4, 10) * scale if near else rng.uniform(1.6, 4) * scale
        light = rng.uniform(0.45, 0.95)
        for dx in (0, -width):
            for dy in (0, -height):
                at = (int((x + dx) * 16), int((y + dy) * 16))
                cv2.circle(tile, at, int(radius * 16), (255 * light, 250 * light, 244 * light, 0), -1, cv2.LINE_AA, 4)
    return cv2.GaussianBlur(tile, (0, 0), 1.0 + 1.6 * near)
