"""Lettering as pictures: title, label, recap, end card. Knows a font file, the text-safe area and paint; not when they show.

Each function returns premultiplied BGRA pixels and where their left upper corner lies in the frame. Text stays
inside x 90-890 and y 250-1460 of a 1080x1920 frame (other sizes scale). ValueError names a missing glyph, or the
font when nothing was drawn, because the renderer itself draws nothing in silence."""

from __future__ import annotations

import html
import random
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from models.draft.raster import Image, render, trim
from models.draft.svg import Drawing, ribbon
from models.draft.typeface import family, require_glyphs

WIDTH, HEIGHT = 1080, 1920
CENTRE = 490  # of the text-safe area
MAX_WIDTH = 800
LABEL_SIZE = 58  # the visible AI label asks for 5 % of the short side: 54
MAX_TEXT = 200
WORTH_BREAKING = 1.15  # two rows only when they can be so much larger than one
WEIGHT = 700
GOLD = (
    (0.0, "#fff6d2", 1.0),
    (0.42, "#f6c458", 1.0),
    (0.5, "#e0a038", 1.0),
    (0.52, "#a8641a", 1.0),
    (1.0, "#ffe6a4", 1.0),
)
NIGHT = "#12060e"


@dataclass(frozen=True)
class Lettered:
    """Premultiplied BGRA pixels (height, width, 4) whose left upper corner is (x, y) in the frame.

    `enters` says how they come (models.draft.titling), `delay` how many frames after their graphic."""

    pixels: Image
    x: int
    y: int
    enters: str = "fade"
    delay: int = 0


@dataclass(frozen=True)
class Row:
    """One row of text on its baseline, centred at `x`."""

    text: str
    x: float
    y: float
    size: float
    fill: str
    line: str = NIGHT
    line_width: float = 0.0
    spacing: float = 0.0
    narrow: float = 1.0
    skew: float = 0.0


def title_card(text: str, episode_label: str, size: tuple[int, int], font: Path) -> tuple[Lettered, ...]:
    """The series' title in gold, farthest part first: a dark rise with embers, the title that slams in and glints, the
    line below it, the episode."""
    _ready(font, text, episode_label)
    rows, points = fit(text.upper(), font, 208, 2)
    top = 1290 - points * 0.98 * len(rows)
    ground = Drawing()
    _scrim(ground, top - 190, 1600)
    _embers(ground, top)
    letters, gleam = Drawing(), Drawing()
    _title_rows(letters, font, rows, points, letters.gradient(GOLD), True)
    _title_rows(gleam, font, rows, points, "#fffbe6", False)
    rule = Drawing()
    rule.poly(ribbon([(150, 1294), (CENTRE, 1284), (830, 1294)], 11), "#e9b84a")
    parts = [
        _part(ground, size, font, (top - 190, 1600), "fade"),
        _part(letters, size, font, (top - 60, 1300), "slam"),
        _part(rule, size, font, (1270, 1310), "wipe", 4),
        _part(gleam, size, font, (top - 60, 1300), "glint", 8),
    ]
    if episode_label:
        number = Drawing()
        _row(number, font, Row(episode_label.upper(), CENTRE, 1366, 50, "#ffffff", NIGHT, 8, 9))
        parts.append(_part(number, size, font, (1300, 1420), "rise", 5))
    return tuple(parts)


def _title_rows(draw: Drawing, font: Path, rows: list[str], points: float, fill: str, solid: bool) -> None:
    """The rows of a title; solid ones have a shadow and an outline under their fill."""
    under = (("#000000", "#000000", 0.17), (NIGHT, NIGHT, 0.13)) if solid else ()
    for index, row in enumerate(rows):
        y = 1240 - (len(rows) - 1 - index) * points * 0.98
        for paint, line, width in (*under, (fill, "#fff3c4" if solid else fill, 0.012)):
            shift = 0.05 * points if paint == "#000000" else 0.0
            at = CENTRE + shift * 0.6, y + shift
            _row(draw, font, Row(row, *at, points, paint, line, width * points, 0, 0.92, -8))


def end_card(text: str, question: str, size: tuple[int, int], font: Path) -> tuple[Lettered, ...]:
    """'To be continued', farthest part first: a dark rise, a tilted red band that slides in, the open question under it."""
    _ready(font, text, question)
    ground = Drawing()
    _scrim(ground, 560, 1920)
    parts = [
        _part(ground, size, font, (560, 1920), "fade"),
        _part(_band(text, font), size, font, (850, 1260), "slide", 2),
    ]
    if question:
        asked = Drawing()
        rows, points = fit(question, font, 58, 2)
        for index, row in enumerate(rows):
            _row(asked, font, Row(row, CENTRE, 1348 + index * points * 1.25, points, "#ffe0a0", NIGHT, 11))
        parts.append(_part(asked, size, font, (1280, 1480), "rise", 12))
    return tuple(parts)


def _band(text: str, font: Path) -> Drawing:
    """The words on their red band."""
    draw = Drawing()
    draw.poly([(-30, 980), (1110, 880), (1110, 1150), (-30, 1250)], "#000000", 0.45)
    draw.poly([(-30, 960), (1110, 860), (1110, 1130), (-30, 1230)], "#c8202c")
    draw.poly([(-30, 1090), (1110, 990), (1110, 1130), (-30, 1230)], "#8a1020", 0.55)
    for k in range(14):  # screentone along the lower edge, in the band's own slant
        draw.ellipse(40 + 80 * k, 1196 - 100 * (70 + 80 * k) / 1140, 11, 11, "#5e0814", 0.5)
    for y in (942, 1248):
        draw.line(-30, y, 1110, y - 100, "#ffffff", 6)
    rows, points = fit(text.upper(), font, 132, 1)
    points = min(points, 0.94 * MAX_WIDTH / measure(rows[0], font))
    draw.group(f"rotate(-5 {CENTRE} 1050)")
    _row(draw, font, Row(rows[0], CENTRE, 1050 + points * 0.36, points, "#ffffff", "#3a060e", 16, 2, 0.96, -8))
    draw.end()
    return draw


def label(text: str, size: tuple[int, int], font: Path) -> Lettered:
    """The AI label: a quiet plate in the upper left of the text-safe area, letters 5 % of the short side."""
    _ready(font, text)
    width = min(measure(text, font) * LABEL_SIZE, MAX_WIDTH - 52)
    points = width / measure(text, font)
    draw = Drawing()
    draw.rect(91, 251, width + 52, 92, NIGHT, 0.62, "#ffffff", 2, 14)
    _row(draw, font, Row(text, 91 + 26 + width / 2, 297 + points * 0.36, points, "#ffffff"))
    return _paint(draw, size, font, 246, 350)


def recap(text: str, size: tuple[int, int], font: Path) -> Lettered:
    """A recap caption: one or two rows on a slanted ink stroke in the upper part."""
    _ready(font, text)
    rows, points = fit(text, font, 62, 2)
    tall = len(rows) * points * 1.25 + 46
    draw = Drawing()
    draw.poly([(60, 392), (930, 372), (910, 372 + tall), (74, 392 + tall)], NIGHT, 0.72)
    draw.poly([(60, 392), (76, 391), (90, 392 + tall), (74, 392 + tall)], "#e9b84a")
    for index, row in enumerate(rows):
        _row(draw, font, Row(row, CENTRE, 392 + 20 + points * (0.86 + 1.25 * index), points, "#fff6e0", NIGHT, 6))
    return _paint(draw, size, font, 360, 400 + tall)


def fit(text: str, font: Path, largest: float, most_rows: int) -> tuple[list[str], float]:
    """The rows (at most `most_rows`) and the size, at most `largest`, at which they fill the safe width best."""
    best: tuple[list[str], float] = ([text], min(largest, MAX_WIDTH / measure(text, font)))
    if most_rows < 2:
        return best
    options = [(*_two_rows(left, right, font, largest), [left, right]) for left, right in _splits(text)]
    if options:
        points, _, rows = max(options, key=lambda option: option[:2])
        if points > best[1] * WORTH_BREAKING:
            return rows, points
    return best


def _two_rows(left: str, right: str, font: Path, largest: float) -> tuple[float, float]:
    """The size at which both rows fit, and how alike their widths are (0 is equal)."""
    widths = measure(left, font), measure(right, font)
    return min(largest, MAX_WIDTH / max(widths)), -abs(widths[0] - widths[1])


def _splits(text: str) -> list[tuple[str, str]]:
    """Ways to break a text in two: at spaces; without any, in the middle (Chinese)."""
    words = text.split()
    if len(words) > 1:
        return [(" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words))]
    half = (len(text) + 1) // 2
    return [(text[:half], text[half:])] if len(text) > 6 else []


@lru_cache(maxsize=256)
def measure(text: str, font: Path) -> float:
    """Width of the ink of one row, in sizes (multiply by the size in pixels). ValueError when nothing is drawn."""
    draw = Drawing()
    _row(draw, font, Row(text, 20 * len(text) + 20, 40, 32, "#ffffff"))
    image, _, _ = trim(render(draw.body(), (0, 0, 40 * len(text) + 40, 60), 40 * len(text) + 40, 60, [font]))
    if not image.any():
        raise ValueError(f"the font {font.name} drew nothing for {text!r}")
    return image.shape[1] / 32 * 1.02


def _ready(font: Path, *texts: str) -> None:
    if not texts[0].strip():
        raise ValueError("lettering needs a text")
    for text in texts:
        if len(text) > MAX_TEXT:
            raise ValueError(f"lettering of {len(text)} characters, at most {MAX_TEXT} fit")
        require_glyphs(font, text + text.upper())


def _row(draw: Drawing, font: Path, row: Row) -> None:
    """Outline under the fill, so that strokes never thin the letters."""
    draw.group(f"translate({row.x:.1f} {row.y:.1f}) skewX({row.skew}) scale({row.narrow} 1)")
    base = (
        f'font-family="{html.escape(family(font))}" font-weight="{WEIGHT}" font-size="{row.size:.1f}" '
        f'text-anchor="middle" letter-spacing="{row.spacing}"'
    )
    words = html.escape(" ".join(row.text.split()))
    if row.line_width:
        draw.raw(
            f'<text {base} fill="{row.line}" stroke="{row.line}" stroke-width="{row.line_width:.1f}" stroke-linejoin="round">{words}</text>'
        )
    draw.raw(f'<text {base} fill="{row.fill}">{words}</text>')
    draw.end()


def _scrim(draw: Drawing, top: float, bottom: float) -> None:
    """A dark rise behind letters: clear at its top, and at its bottom when that lies inside the frame."""
    stops = [
        (0.0, NIGHT, 0.0),
        (0.35, NIGHT, 0.62),
        (0.7, NIGHT, 0.72),
        (1.0, NIGHT, 0.78 if bottom >= HEIGHT else 0.0),
    ]
    draw.rect(-2, top, WIDTH + 4, bottom - top, draw.gradient(stops))


def _embers(draw: Drawing, top: float) -> None:
    rng = random.Random("embers")
    for _ in range(22):
        x, y, r = rng.uniform(40, 1040), rng.uniform(top - 120, 1460), rng.uniform(2.5, 8)
        draw.glow(x, y, r * 4, r * 4, "#ff7a30", 0.5)
        draw.ellipse(x, y, r * 0.7, r, "#ffe2a0", 0.95)


def _part(
    draw: Drawing, size: tuple[int, int], font: Path, rows: tuple[float, float], enters: str, delay: int = 0
) -> Lettered:
    """What lies between two rows of the frame, and how it comes."""
    return replace(_paint(draw, size, font, *rows), enters=enters, delay=delay)


def _paint(draw: Drawing, size: tuple[int, int], font: Path, top: float, bottom: float) -> Lettered:
    """Render the rows of the frame between `top` and `bottom` (design pixels) and cut to what is drawn."""
    width, height = size
    scale = height / HEIGHT
    y0, y1 = max(0, int(top * scale)), min(height, int(bottom * scale + 0.999))
    left = (WIDTH - width / scale) / 2
    image, x, y = trim(
        render(draw.body(), (left, y0 / scale, width / scale, (y1 - y0) / scale), width, y1 - y0, [font])
    )
    if not image.any():
        raise ValueError(f"the font {font.name} drew nothing")
    return Lettered(image, x, y0 + y)
