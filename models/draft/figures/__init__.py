"""Characters as code: a look, a mood and an angle in, layered sprites out. Knows no plates, shots or time."""

from models.draft.figures.raster import Sprite
from models.draft.figures.sheet import EYE_STATES, MOUTHS, REACH, FigureSheet, HeadParts, Place, Sitter, draw_figure

__all__ = ["EYE_STATES", "MOUTHS", "REACH", "FigureSheet", "HeadParts", "Place", "Sitter", "Sprite", "draw_figure"]
