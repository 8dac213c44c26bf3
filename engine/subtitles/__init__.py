"""Captions at the edges: SRT, ASS and VTT, written and read back. Knows formats and their hostile characters; no fonts.

SRT and ASS show the full-width twin of a character that they would treat as syntax (which reads the same) and the
readers turn it back; VTT has entities. The words' own times are kept by ASS (`karaoke`, `pop`) and VTT (`words`)."""

from __future__ import annotations

from engine.subtitles.ass import to_ass
from engine.subtitles.ass_reading import from_ass
from engine.subtitles.page import (
    ASS_HEIGHT,
    DESCENT,
    FONT_SIZE,
    OUTLINE,
    PLAY_SIZE,
    SAFE_BOTTOM,
    SAFE_LEFT,
    SAFE_RIGHT,
    STYLES,
    CaptionStyle,
    page_for,
)
from engine.subtitles.rows import MOST_CUES
from engine.subtitles.srt import from_srt, to_srt
from engine.subtitles.vtt import from_vtt, to_vtt

__all__ = [
    "ASS_HEIGHT",
    "DESCENT",
    "FONT_SIZE",
    "MOST_CUES",
    "OUTLINE",
    "PLAY_SIZE",
    "SAFE_BOTTOM",
    "SAFE_LEFT",
    "SAFE_RIGHT",
    "STYLES",
    "CaptionStyle",
    "from_ass",
    "from_srt",
    "from_vtt",
    "page_for",
    "to_ass",
    "to_srt",
    "to_vtt",
]
