"""Props as insert pictures: one object, large, lit from the upper left, on a dark surface. Knows no shots.

Each kind draws itself around (0, 0) in a box of about 640x640; the picture is as large as a plate (1242x2208)."""

from __future__ import annotations

import html
import math
from collections.abc import Callable
from pathlib import Path

from models.base import PROPS
from models.draft import props_deeds, props_hands, props_paper, props_things, props_worn
from models.draft.palette import palette_of
from models.draft.plates import HEIGHT, MARGIN_X, MARGIN_Y, WIDTH
from models.draft.raster import Image, render
from models.draft.svg import Drawing, mix
from models.draft.typeface import family, house_font, require_glyphs

MAX_TEXT = 60
CENTRE = (540, 900)
TABLE = 1130  # where the surface begins
DRAWN: dict[str, Callable[[Drawing], None]] = {
    "watch": props_worn.watch, "ring": props_worn.ring, "pendant": props_worn.pendant, "bracelet": props_worn.bracelet,
    "hairpin": props_worn.hairpin, "mask": props_worn.mask, "badge": props_worn.badge, "coin": props_worn.coin,
    "letter": props_paper.letter, "contract": props_paper.contract, "photo": props_paper.photo, "book": props_paper.book,
    "scroll": props_paper.scroll, "phone": props_paper.phone, "seal": props_paper.seal,
    "key": props_things.key, "knife": props_things.knife, "cup": props_things.cup, "medicine": props_things.medicine,
    "box": props_things.box, "flower": props_things.flower, "usb": props_things.usb,
    "gun": props_deeds.gun, "candle": props_deeds.candle, "cash": props_deeds.cash, "pen": props_deeds.pen,
    "cloth": props_deeds.cloth, "button": props_deeds.button, "fire": props_deeds.fire,
}  # fmt: skip
BODY: dict[str, Callable[[str], str]] = {"mark": props_hands.mark, "hand": props_hands.clenched}
"""Inserts that are a part of a body."""
WRITING = {
    "letter": (0, -40, 46, -4),
    "contract": (0, -60, 44, 0),
    "phone": (0, -30, 44, 0),
    "scroll": (0, 0, 50, 0),
    "photo": (0, 268, 40, -5),
}
"""Where a text is written on a prop: x, y, size, turn in degrees."""


def draw_prop(kind: str, text: str, time: str, genre: str) -> Image:
    """The object on its surface, premultiplied BGRA (2208, 1242, 4). ValueError names an unknown kind or glyph."""
    if kind not in PROPS:
        raise ValueError(f"unknown prop {kind!r}: choose from {', '.join(PROPS)}")
    palette = palette_of(time, "clear", genre)
    draw = Drawing()
    _surface(draw, palette.tone(palette.wall), palette.sky.lamp, kind not in BODY and kind not in props_hands.HOLDS)
    x, y = CENTRE
    draw.group(f"translate({x} {y}) scale(1.34)")
    fonts = _object(draw, kind, text, genre)
    draw.end()
    _glints(draw)
    return render(draw.body(), (-MARGIN_X, -MARGIN_Y, WIDTH, HEIGHT), WIDTH, HEIGHT, fonts)


def _object(draw: Drawing, kind: str, text: str, genre: str) -> list[Path]:
    """The thing between the layers of the hand that holds it; the font files of its text."""
    if kind in BODY:
        draw.raw(BODY[kind](genre))
        return []
    held = props_hands.held(kind, genre)
    if held:
        draw.raw(held.behind)
    draw.group(held.move if held else "")
    if held and held.clip:
        draw.raw(f'<clipPath id="shown"><path d="{held.clip}"/></clipPath><g clip-path="url(#shown)">')
    DRAWN[kind](draw)
    if held and held.clip:
        draw.end()
    fonts = _write(draw, kind, text)
    draw.end()
    if held:
        draw.raw(held.before)
    return fonts


def _surface(draw: Drawing, colour: str, lamp: str, lying: bool) -> None:
    """A table edge, a pool of light, a halo behind the object and, when it lies there, its shadow."""
    left, wide, low = -MARGIN_X - 4, WIDTH + 8, HEIGHT - MARGIN_Y
    face = mix(colour, "#241610", 0.45)
    draw.glow(540, 860, 640, 700, lamp, 0.42)
    draw.rect(
        left,
        TABLE,
        wide,
        low - TABLE + 8,
        draw.gradient([(0, mix(face, lamp, 0.26), 1), (0.25, face, 1), (1, mix(face, "#000000", 0.7), 1)]),
    )
    draw.rect(left, TABLE, wide, 7, mix(face, lamp, 0.6))
    for k in range(7):
        y = TABLE + 30 + k * k * 15
        draw.ink([(left, y), (540, y + 12), (left + wide, y - 4)], 7, mix(face, "#000000", 0.35), "taper", 0.5)
    draw.glow(540, TABLE + 180, 520, 190, lamp, 0.34)
    if lying:
        draw.glow(560, TABLE + 150, 330, 74, "#000000", 0.75)


def _write(draw: Drawing, kind: str, text: str) -> list[Path]:
    """A short text on the prop, in up to three rows; the font files that it needs."""
    font = house_font()
    if not text or kind not in WRITING or font is None:
        return []
    require_glyphs(font, text)
    x, y, size, turn = WRITING[kind]
    words = _rows(text[:MAX_TEXT])
    draw.group(f"translate({x} {y}) rotate({turn})")
    for index, row in enumerate(words):
        draw.raw(
            f'<text font-family="{html.escape(family(font))}" font-weight="700" font-size="{size}" text-anchor="middle" '
            f'fill="{"#eef4ff" if kind == "phone" else "#3a2028"}" y="{index * size * 1.25:.0f}">{html.escape(row)}</text>'
        )
    draw.end()
    return [font]


def _rows(text: str, width: int = 17) -> list[str]:
    rows = [""]
    for word in text.split() if " " in text else [text[i : i + 8] for i in range(0, len(text), 8)]:
        if rows[-1] and len(rows[-1]) + 1 + len(word) > width:
            rows.append("")
        rows[-1] = (rows[-1] + " " + word).strip()
    return rows[:3]


def _glints(draw: Drawing) -> None:
    """A few motes and one four-pointed star of light: this object matters."""
    for k in range(14):
        a = k * 2.4
        r = 260 + 34 * (k % 6)
        draw.glow(540 + r * math.cos(a), 860 + r * 0.9 * math.sin(a), 16, 16, "#fff0d0", 0.55)
    x, y = 400, 700
    draw.glow(x, y, 90, 90, "#ffffff", 0.5)
    draw.path(
        f"M{x} {y - 84}L{x + 9} {y - 9}L{x + 84} {y}L{x + 9} {y + 9}L{x} {y + 84}L{x - 9} {y + 9}L{x - 84} {y}L{x - 9} {y - 9}Z",
        "#ffffff",
        0.9,
    )
