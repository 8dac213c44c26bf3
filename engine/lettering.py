"""Lettering laid over frames and covers: label, title, recap, end card. Knows when and how it fades; the draft draws the letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine import fonts
from engine.core import Episode, Series, UserError
from engine.takes import Poster
from engine.timeline import Graphic, Timeline
from models.draft import lettering, posters, titling

FADE_FRAMES = 4
WHOLE = ("slide", "wipe")
"""What comes in these ways needs no fade."""
OPAQUE = 255

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Overlay:
    """Premultiplied BGRA pixels at (x, y) of the frame while its graphic is shown; `enters` and `delay` are how they come."""

    graphic: Graphic
    pixels: Pixels
    x: int
    y: int
    enters: str = "fade"
    delay: int = 0

    def since(self, frame: int) -> int:
        """Frames since the pixels came; negative before."""
        return frame - self.graphic.start - self.delay

    def strength(self, frame: int) -> float:
        """0..1: fades in and out over FADE_FRAMES, but for the label, which is whole from its first frame."""
        if self.graphic.kind == "label":
            return 1.0
        since = FADE_FRAMES if self.enters in WHOLE else self.since(frame) + 1
        left = self.graphic.start + self.graphic.duration - frame
        if self.graphic.kind in ("end_card", "question"):
            left = FADE_FRAMES
        return max(0.0, min(1.0, since / FADE_FRAMES, left / FADE_FRAMES))


def draw_overlays(timeline: Timeline, size: tuple[int, int]) -> tuple[Overlay, ...]:
    """Every graphic of the timeline as pixels; title and episode number, end card and question come in parts."""
    text = {graphic.kind: graphic.text for graphic in timeline.graphics}
    out: list[Overlay] = []
    for graphic in timeline.graphics:
        fonts.check_glyphs(graphic.text, f"the {graphic.kind.replace('_', ' ')} of episode {timeline.episode}")
        parts = _parts(graphic, text, size)
        out += [Overlay(graphic, part.pixels, part.x, part.y, part.enters, part.delay) for part in parts]
    return tuple(out)


def _parts(graphic: Graphic, text: Mapping[str, str], size: tuple[int, int]) -> Sequence[lettering.Lettered]:
    font = fonts.font_file()
    if graphic.kind == "label":
        return (lettering.label(graphic.text, size, font),)
    if graphic.kind == "recap":
        return (lettering.recap(graphic.text, size, font),)
    if graphic.kind == "title":
        return lettering.title_card(graphic.text, text.get("episode", ""), size, font)
    if graphic.kind == "end_card":
        return lettering.end_card(graphic.text, text.get("question", ""), size, font)
    return ()


def overlays_at(overlays: Sequence[Overlay], frame: int) -> list[Overlay]:
    return [o for o in overlays if o.graphic.start <= frame < o.graphic.start + o.graphic.duration]


def blend(frame: Pixels, overlays: Sequence[Overlay], number: int) -> Pixels:
    """A copy of the BGR frame with the overlays on it."""
    out = frame.copy()
    size = frame.shape[1], frame.shape[0]
    for overlay in overlays:
        part = lettering.Lettered(overlay.pixels, overlay.x, overlay.y, overlay.enters, overlay.delay)
        shown = titling.arrived(part, overlay.since(number), size)
        if shown is not None:
            lay(out, shown.pixels, shown.x, shown.y, overlay.strength(number))
    return out


def lay(frame: Pixels, pixels: Pixels, x: int, y: int, strength: float = 1.0) -> None:
    """Premultiplied BGRA over a BGR frame, in place: frame * (1 - alpha) + colour, in 8 bits."""
    height, width = pixels.shape[:2]
    region = frame[y : y + height, x : x + width]
    if region.shape[:2] != (height, width):
        raise UserError(f"lettering of {width}x{height} at ({x}, {y}) does not fit the frame")
    source = pixels if strength >= 1 else cv2.convertScaleAbs(pixels, alpha=strength)
    keep = cv2.cvtColor(OPAQUE - source[:, :, 3], cv2.COLOR_GRAY2BGR)
    cv2.add(cv2.multiply(region, keep, scale=1 / OPAQUE), np.ascontiguousarray(source[:, :, :3]), dst=region)


def draw_cover(poster: Poster, series: Series, episode: Episode, size: tuple[int, int]) -> Pixels:
    """The poster's pictures cropped, graded and under the series' title, with the question that the episode leaves."""
    label = {"en": f"Episode {episode.number}", "zh": f"第{episode.number}集"}[series.language]
    words = posters.Words(series.title, label, episode.cliffhanger.question)
    fonts.check_glyphs(words.title + words.badge + words.tagline, f"the covers of episode {episode.number}")
    pictures = [read_picture(keyframe.take.path) for keyframe in poster.pictures]
    return posters.poster(poster.layout, pictures, poster.faces, words, series.genre, size, fonts.font_file())


def read_picture(path: Path) -> Pixels:
    picture = cv2.imread(str(path))
    if picture is None:
        raise UserError(f"the picture {path} cannot be read")
    return np.asarray(picture, np.uint8)
