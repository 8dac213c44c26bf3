"""Elements of a drawing as SVG text: words, boxes, lines, markers' shapes, the palette. Knows no timeline and no sound.

Every string is escaped here and cut to what fits, so nobody's file name can end an element. Numbers have one decimal:
equal drawings are equal bytes. Colours after Okabe and Ito (2008), told apart with any colour vision, on a dark ground."""

from __future__ import annotations

import re
from html import escape

from engine.fonts import FAMILY, WEIGHT, text_width

GROUND, PANEL, LINE = "#0c0810", "#17111d", "#3a3042"
INK, QUIET = "#f3ecdf", "#b3abba"
ORANGE, SKY, GREEN, YELLOW = "#e69f00", "#56b4e9", "#1fb58b", "#f0e442"
VERMILION, PINK, GREY = "#ff7a33", "#e08fc0", "#9a93a1"
SOURCES = (SKY, ORANGE, GREEN, PINK, YELLOW, VERMILION)
"""Colours of cameras, in turn."""
SHAPES = {
    "onset": ("M-4,-5L5,0L-4,5Z", YELLOW),
    "surge": ("M0,-5.5L5.5,4.5L-5.5,4.5Z", ORANGE),
    "peak": ("M0,-6L5,0L0,6L-5,0Z", VERMILION),
    "drop": ("M0,5.5L5.5,-4.5L-5.5,-4.5Z", SKY),
    "silence": ("M-5,-4H5V4H-5Z M-2.8,-1.8V1.8H2.8V-1.8Z", GREY),
    "beat": ("M-1.2,-5H1.2V5H-1.2Z", PINK),
}
OTHER_SHAPE = ("M-5,-1.5H-1.5V-5H1.5V-1.5H5V1.5H1.5V5H-1.5V1.5H-5Z", INK)
MOST_CHARACTERS = 400
"""Of any one string, before it is measured."""
_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
"""What XML forbids (XML 1.0, Char), control characters, and marks that turn the reading direction of what follows."""


def clean(text: str) -> str:
    """One row of printable text.

    >>> clean("a\\nb\\x00")
    'a b'
    """
    return " ".join(_UNPRINTABLE.sub("", text[:MOST_CHARACTERS]).split())


def fitted(text: str, size: float, width: float) -> str:
    """The text, or as much of its beginning as fits into `width` pixels, with an ellipsis."""
    text = clean(text)
    if text_width(text) * size <= width:
        return text
    left, kept = width / size - text_width("…"), 0
    while (left := left - text_width(text[kept])) >= 0:  # it ends: the whole text is too wide
        kept += 1
    return text[:kept].rstrip() + "…" if kept else ""


def words(
    x: float, y: float, text: str, size: float, *, fill: str = INK, anchor: str = "start", width: float = 1e9
) -> str:
    """One row of text whose baseline begins (or ends, or has its middle) at x, y."""
    shown = escape(fitted(text, size, width))
    place = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{fill}"{place}>{shown}</text>' if shown else ""


def box(x: float, y: float, width: float, height: float, fill: str, *, opacity: float = 1.0, hint: str = "") -> str:
    seen = "" if opacity == 1 else f' opacity="{opacity:.2f}"'
    return _closed(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"{seen}', hint)


def line(
    x1: float, y1: float, x2: float, y2: float, colour: str, *, width: float = 1.0, dash: str = "", hint: str = ""
) -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    data = f"M{x1:.1f},{y1:.1f}L{x2:.1f},{y2:.1f}"
    return _closed(f'<path d="{data}" stroke="{colour}" stroke-width="{width:g}"{dashed}', hint)


def shape(kind: str, x: float, y: float, size: float, hint: str = "") -> str:
    """A marker's sign, `size` times its drawn size (about 11 px)."""
    data, colour = SHAPES.get(kind, OTHER_SHAPE)
    place = f"translate({x:.1f},{y:.1f}) scale({size:.2f})"
    return _closed(f'<path d="{data}" fill="{colour}" fill-rule="evenodd" transform="{place}"', hint)


def document(body: list[str], width: int, height: int, title: str) -> str:
    """A whole SVG file. A viewer without the typeface takes its own."""
    hatch = (
        '<defs><pattern id="removed" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<rect width="7" height="7" fill="{GROUND}" opacity=".72"/><rect width="1.6" height="7" fill="{GREY}" '
        'opacity=".6"/></pattern></defs>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'font-family="{FAMILY}, Arial, sans-serif" font-weight="{WEIGHT}">\n<title>{escape(clean(title))}</title>\n'
        f"{hatch}\n" + "\n".join(part for part in body if part) + "\n</svg>\n"
    )


def _closed(element: str, hint: str) -> str:
    """An element with the words that a viewer shows when it is pointed at."""
    return f"{element}><title>{escape(clean(hint))}</title></{element[1:5]}>" if hint else f"{element}/>"
