"""Posters: painted pictures cropped, graded and lettered like a platform's covers. Knows pixels and places; no story.

Three layouts: 'face' (one face over the title), 'versus' (two faces on a slanted split), 'omen' (a thing or a shape
under the title). Letters stay inside x 90-890 and y 250-1460 of a 1080x1920 frame; other sizes scale. Faces are put
where no letter is: LAYOUTS says where."""

from __future__ import annotations

import html
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.draft import raster
from models.draft.lettering import CENTRE, GOLD, HEIGHT, NIGHT, WIDTH, measure
from models.draft.palette import ACCENTS
from models.draft.svg import Drawing, mix, rgb
from models.draft.typeface import family, require_glyphs

Pixels = NDArray[np.uint8]
Face = tuple[float, float, float]
"""x and y between the eyes and the head's height, skull to chin, in fractions of the picture."""

SAFE_LEFT, SAFE_TOP, SAFE_RIGHT, SAFE_BOTTOM = 90, 250, 890, 1460
ROW_WIDTH = 742  # of letters that lean, inside the safe width
LINE, LINE_HAN = 0.88, 1.04  # a row's height, in sizes: capitals, Han characters
MOST_ROWS = 3
MOST_WORDS = 12  # a longer title is broken by its words in pairs: the tries grow with the square
LEAN = -7
MOST_ENLARGED = 1.7
SOFT = 3  # scrims and glows are drawn at a third of the size: nothing in them is sharp
STEEL = ((0.0, "#ffffff", 1.0), (0.46, "#d8e4f4", 1.0), (0.52, "#8aa2c4", 1.0), (1.0, "#f2f8ff", 1.0))


@dataclass(frozen=True)
class Place:
    """Where a face is put: its eye line and head height, and from where to where its picture must reach, in fractions
    of the poster."""

    x: float
    y: float
    head: float
    left: float = 0.0
    right: float = 1.0


@dataclass(frozen=True)
class Layout:
    """Places of its faces, the rows of the title (top, bottom and largest size) and the tagline's first baseline.

    `drop` lowers a picture without a face, out of the title's way, by a fraction of the height."""

    faces: tuple[Place, ...]
    top: float
    bottom: float
    largest: float
    tagline: float
    steel: bool = False
    drop: float = 0.0


LAYOUTS = {
    "face": Layout((Place(0.485, 0.300, 0.40),), 1000, 1372, 230, 1438),
    "versus": Layout(
        (Place(0.275, 0.262, 0.30, right=0.62), Place(0.745, 0.372, 0.30, left=0.38)), 1040, 1372, 200, 1438, steel=True
    ),
    "omen": Layout((), 346, 650, 190, 1370, drop=0.075),
}


@dataclass(frozen=True)
class Words:
    """What stands on a poster; badge and tagline may be empty."""

    title: str
    badge: str = ""
    tagline: str = ""


@dataclass(frozen=True)
class Set:
    """A row of letters: its text, baseline and size."""

    text: str
    y: float
    size: float


def poster(
    layout: str,
    pictures: Sequence[Pixels],
    faces: Sequence[Face | None],
    words: Words,
    genre: str,
    size: tuple[int, int],
    font: Path,
) -> Pixels:
    """A BGR poster of `size` from one picture (two for 'versus'). ValueError names an unknown layout or a bad text."""
    plan = LAYOUTS.get(layout)
    if plan is None:
        raise ValueError(f"unknown poster layout {layout!r}: choose from {', '.join(LAYOUTS)}")
    accents = ACCENTS.get(genre, ACCENTS["thriller"])
    placed = [placed_picture(p, f, plan, n, size) for n, (p, f) in enumerate(zip(pictures, faces, strict=True))]
    base = split(placed[0], placed[1], accents[0]) if len(placed) > 1 else placed[0]
    out = cv2.cvtColor(graded(base, accents, plan), cv2.COLOR_BGR2BGRA)
    soft = paint(light(plan, accents), (size[0] // SOFT, size[1] // SOFT), font)
    raster.over(out, raster.resize(soft, *size))
    raster.over(out, paint(letters(plan, words, accents, font), size, font))
    return cv2.cvtColor(out, cv2.COLOR_BGRA2BGR)


# -- the picture


def placed_picture(picture: Pixels, face: Face | None, plan: Layout, index: int, size: tuple[int, int]) -> Pixels:
    """The picture at poster size with its face on the layout's place; without a face it fills the poster."""
    if face is None or index >= len(plan.faces):
        return fill(picture, size, plan.drop)
    return put_face(picture, face, plan.faces[index], size)


def fill(picture: Pixels, size: tuple[int, int], drop: float = 0.0) -> Pixels:
    """Scaled and cut about its middle to exactly `size`, lowered by `drop` of the height."""
    scale = max(size[0] / picture.shape[1], size[1] / picture.shape[0])
    dx, dy = (size[0] - picture.shape[1] * scale) / 2, (size[1] - picture.shape[0] * scale) / 2 + drop * size[1]
    return warp(picture, scale, dx, dy, size)


def put_face(picture: Pixels, face: Face, place: Place, size: tuple[int, int]) -> Pixels:
    """Scaled and shifted so that the face stands at its place in its size, and its side of the poster is covered."""
    height, width = picture.shape[:2]
    left, right = place.left * size[0], place.right * size[0]
    least = (right - left) / width
    scale = min(max(place.head * size[1] / max(face[2] * height, 1.0), least), MOST_ENLARGED * size[1] / height)
    dx = min(left, max(right - width * scale, place.x * size[0] - face[0] * width * scale))
    dy = min(0.0, place.y * size[1] - face[1] * height * scale)
    return warp(picture, scale, dx, dy, size)


def warp(picture: Pixels, scale: float, dx: float, dy: float, size: tuple[int, int]) -> Pixels:
    """What lies outside the picture mirrors its rim: there the poster is dark."""
    matrix = np.array([[scale, 0, dx], [0, scale, dy]], np.float64)
    out = cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(out, np.uint8)


def split(left: Pixels, right: Pixels, accent: str) -> Pixels:
    """Two pictures on either side of a slanted cut: the left warm and light, the right cold, a bright edge between."""
    height, width = left.shape[:2]
    top, foot = split_line(width)
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [np.array([(0, 0), (top, 0), (foot, height), (0, height)], np.int32)], 255, cv2.LINE_AA)
    share = (mask.astype(np.float32) / 255)[..., None]
    cold = wash(right, "#0b1430", accent, 0.42).astype(np.float32) * 0.86
    out = np.asarray(left.astype(np.float32) * share + cold * (1 - share), np.uint8)
    thick = max(1, width // 90)
    glow = np.zeros_like(out)
    cv2.line(glow, (top, 0), (foot, height), rgb(accent)[::-1], thick * 3, cv2.LINE_AA)
    out = cv2.add(out, cv2.GaussianBlur(glow, (0, 0), thick * 2.5))
    cv2.line(out, (top, 0), (foot, height), (16, 8, 12), thick + max(2, thick // 2), cv2.LINE_AA)
    cv2.line(out, (top, 0), (foot, height), rgb(mix(accent, "#ffffff", 0.75))[::-1], max(1, thick // 2), cv2.LINE_AA)
    return np.asarray(out, np.uint8)


def split_line(width: int) -> tuple[int, int]:
    """Where the cut meets the upper and the lower rim."""
    return round(0.60 * width), round(0.40 * width)


def wash(picture: Pixels, dark: str, bright: str, share: float) -> Pixels:
    """A duotone mixed in: shadows go to `dark`, lights towards `bright`."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    steps = np.arange(256, dtype=np.float32)[:, None] / 255
    ends = [np.array(rgb(colour)[::-1], np.float32) for colour in (dark, mix(bright, "#ffffff", 0.35))]
    table = (ends[0] * (1 - steps) + ends[1] * steps).astype(np.uint8)
    return np.asarray(cv2.addWeighted(picture, 1 - share, table[grey], share, 0), np.uint8)


def graded(picture: Pixels, accents: tuple[str, str], plan: Layout) -> Pixels:
    """Contrast, a wash in the genre's colour, bloom and a dark rim: a poster, not a frame."""
    height, width = picture.shape[:2]
    steps = np.arange(256, dtype=np.float32) / 255
    curve = (255 * np.clip(steps + 0.05 * np.sin(2 * np.pi * (steps - 0.5)) - 0.01 * steps, 0, 1)).astype(np.uint8)
    out = wash(cv2.LUT(picture, curve), mix(accents[0], "#06030c", 0.86), accents[1], 0.15)
    bgra = raster.bloom(cv2.cvtColor(out, cv2.COLOR_BGR2BGRA), 0.07, 190)
    middle = plan.faces[0].y if len(plan.faces) == 1 else 0.46
    return cv2.cvtColor(raster.shade(bgra, raster.vignette(width, height, 0.62, cy=middle)), cv2.COLOR_BGRA2BGR)


def light(plan: Layout, accents: tuple[str, str]) -> Drawing:
    """Scrims behind the letters, the genre's glow at the title's foot, sparks."""
    draw, night = Drawing(), ground(accents[0])
    if plan.top > HEIGHT / 2:
        stops = [(0.0, night, 0.0), (0.24, night, 0.50), (0.55, night, 0.80), (0.78, night, 0.97), (1.0, night, 1.0)]
        draw.rect(-2, plan.top - 170, WIDTH + 4, HEIGHT - plan.top + 172, draw.gradient(stops))
        draw.glow(CENTRE, plan.bottom + 60, 800, 420, accents[0], 0.30)
    else:
        draw.rect(-2, -2, WIDTH + 4, 900, draw.gradient([(0.0, night, 0.86), (0.6, night, 0.50), (1.0, night, 0.0)]))
        draw.rect(-2, 1180, WIDTH + 4, 742, draw.gradient([(0.0, night, 0.0), (0.4, night, 0.66), (1.0, night, 0.94)]))
    draw.rect(-2, -2, WIDTH + 4, 260, draw.gradient([(0.0, night, 0.6), (1.0, night, 0.0)]))
    sparks(draw, accents)
    return draw


def ground(accent: str) -> str:
    """The dark of a poster: the genre's colour, almost black."""
    return mix(accent, NIGHT, 0.88)


def sparks(draw: Drawing, accents: tuple[str, str]) -> None:
    """Motes of the genre's colour near the rims, never over the middle of a face."""
    rng = random.Random("sparks")
    for _ in range(34):
        side = rng.choice((0, 1))
        x, y = (rng.uniform(10, 230) if side else rng.uniform(850, 1070)), rng.uniform(60, 1880)
        r = rng.uniform(2.0, 7.5)
        draw.glow(x, y, r * 5, r * 5, accents[0], 0.55)
        draw.ellipse(x, y, r * 0.6, r, mix(accents[1], "#ffffff", 0.5), 0.9)


# -- the letters


def letters(plan: Layout, words: Words, accents: tuple[str, str], font: Path) -> Drawing:
    """Title, badge and tagline. ValueError names a character that the font lacks."""
    if not words.title.strip():
        raise ValueError("a poster needs a title")
    require_glyphs(font, words.title + words.title.upper() + words.badge + words.badge.upper() + words.tagline)
    draw = Drawing()
    rows = lockup(words.title.upper(), plan, font)
    metal = draw.gradient(STEEL if plan.steel else GOLD)
    for row in rows:
        write(draw, font, Set(row.text, row.y + 0.055 * row.size, row.size), "#000000", "#000000", 0.17)
        write(draw, font, row, accents[0], mix(accents[0], "#000000", 0.35), 0.15)
        write(draw, font, row, NIGHT, NIGHT, 0.10)
    for row in rows:
        write(draw, font, row, metal, "#fff6d8", 0.010)
    if words.badge:
        badge(draw, words.badge.upper(), accents, font)
    if words.tagline:
        tagline(draw, words.tagline, plan, font)
    return draw


def lockup(title: str, plan: Layout, font: Path) -> list[Set]:
    """The title stacked in up to three rows, each as wide as the safe area lets it be, as large as the layout has room."""
    room, line = plan.bottom - plan.top, LINE if title.isascii() else LINE_HAN
    best: tuple[float, list[tuple[str, float]]] = (-1.0, [])
    for rows in breaks(title):
        sizes = [min(plan.largest, ROW_WIDTH / measure(row, font)) for row in rows]
        shrink = min(1.0, room / (line * sum(sizes)))
        score = min(sizes) * shrink + 0.04 * sum(sizes) * shrink
        if score > best[0]:
            best = score, [(row, points * shrink) for row, points in zip(rows, sizes, strict=True)]
    out: list[Set] = []
    y = plan.bottom if plan.top > HEIGHT / 2 else plan.top + line * sum(points for _, points in best[1])
    for text, points in reversed(best[1]):
        out.append(Set(text, y - (0.04 if title.isascii() else 0.12) * points, points))
        y -= line * points
    return out[::-1]


def breaks(title: str) -> list[list[str]]:
    """Ways to set a title in one to three rows: at spaces; without any, anywhere (Chinese)."""
    words = title.split()
    if len(words) > MOST_WORDS:
        words = [" ".join(words[at : at + 2]) for at in range(0, len(words), 2)]
    gap = " "
    if len(words) == 1 and not title.isascii() and len(title) > 4:
        words, gap = list(words[0]), ""
    out: list[list[str]] = []
    for cuts in range(min(MOST_ROWS, len(words))):
        for at in combinations(range(1, len(words)), cuts):
            edges = [0, *at, len(words)]
            out.append([gap.join(words[a:b]) for a, b in pairwise(edges)])
    return out


def badge(draw: Drawing, text: str, accents: tuple[str, str], font: Path) -> None:
    """The episode's number on a slanted plate in the upper left of the safe area."""
    points = min(46.0, 520 / measure(text, font))
    wide = measure(text, font) * points
    left, top = SAFE_LEFT + 14, SAFE_TOP + 6
    plate = [(left, top), (left + wide + 60, top), (left + wide + 44, top + 70), (left - 14, top + 70)]
    draw.poly([(x + 7, y + 8) for x, y in plate], "#000000", 0.55)
    draw.poly(plate, mix(accents[0], "#000000", 0.12))
    draw.poly(
        [plate[3], plate[2], (plate[2][0] + 1.6, plate[2][1] - 7), (plate[3][0] + 1.6, plate[3][1] - 7)], accents[1]
    )
    write(draw, font, Set(text, top + 35 + points * 0.36, points), "#ffffff", NIGHT, 0.10, left + 23 + wide / 2)


def tagline(draw: Drawing, text: str, plan: Layout, font: Path) -> None:
    """The hook's question between two thin strokes."""
    largest, lowest = (58.0, 2) if plan.top < HEIGHT / 2 else (44.0, 1)
    options = [rows for rows in breaks(text) if len(rows) <= lowest]
    sized = [(min(largest, *(ROW_WIDTH / measure(row, font) for row in rows)), -len(rows), rows) for rows in options]
    points, _, rows = max(sized)
    for index, row in enumerate(rows):
        write(draw, font, Set(row, plan.tagline + index * points * 1.24, points), "#fff4dc", NIGHT, 0.16)


def write(draw: Drawing, font: Path, row: Set, fill: str, line: str, wide: float, x: float = CENTRE) -> None:
    """One leaning row, its outline under its fill."""
    draw.group(f"translate({x:.1f} {row.y:.1f}) skewX({LEAN})")
    words = html.escape(" ".join(row.text.split()))
    draw.raw(
        f'<text font-family="{html.escape(family(font))}" font-weight="700" font-size="{row.size:.1f}" '
        f'text-anchor="middle" fill="{fill}" stroke="{line}" stroke-width="{wide * row.size:.1f}" '
        f'stroke-linejoin="round" paint-order="stroke">{words}</text>'
    )
    draw.end()


def paint(draw: Drawing, size: tuple[int, int], font: Path) -> Pixels:
    """The whole drawing at poster size, premultiplied BGRA."""
    scale = size[1] / HEIGHT
    left = (WIDTH - size[0] / scale) / 2
    return raster.render(draw.body(), (left, 0, size[0] / scale, HEIGHT), *size, [font])
