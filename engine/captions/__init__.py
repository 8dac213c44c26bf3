"""Spoken words in, timed captions out. Knows columns and frames; draws nothing.

A caption has at most two rows of 26 columns (13 Han characters), breaks where phrases do, begins with its first word
and stays until after its last. Text is never syntax: control characters go, and what a format could read is replaced."""

from __future__ import annotations

from engine.captions.breaking import (
    HAN_SPEED,
    LEAST_FRAMES,
    LEAST_SECONDS,
    MAX_SPEED,
    Token,
    ends_sentence,
    pauses,
    reading_frames,
    rows_of,
    speed_limit,
    split_rows,
    tokens_of,
)
from engine.captions.text import (
    MAX_COLUMNS,
    MAX_EMS,
    MAX_ROWS,
    clean,
    clusters,
    columns,
    ems,
    fits,
    has_right_to_left,
    joint,
    runs_right_to_left,
)
from engine.captions.timing import (
    Piece,
    caption_line,
    is_laid_out,
    reading_speed,
    refit,
    row_words,
    spread_words,
    wanted_frames,
)

__all__ = [
    "HAN_SPEED",
    "LEAST_FRAMES",
    "LEAST_SECONDS",
    "MAX_COLUMNS",
    "MAX_EMS",
    "MAX_ROWS",
    "MAX_SPEED",
    "Piece",
    "Token",
    "caption_line",
    "clean",
    "clusters",
    "columns",
    "ems",
    "ends_sentence",
    "fits",
    "has_right_to_left",
    "is_laid_out",
    "joint",
    "pauses",
    "reading_frames",
    "reading_speed",
    "refit",
    "row_words",
    "rows_of",
    "runs_right_to_left",
    "speed_limit",
    "split_rows",
    "spread_words",
    "tokens_of",
    "wanted_frames",
]
