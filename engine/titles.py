"""Lettering over the picture: what is written, when and for how long. Knows words and frames; draws nothing."""

from __future__ import annotations

import math

from engine.core import FPS, Episode, Series
from engine.pacing import Pace
from engine.rules import label_rules, label_text
from engine.timeline import Graphic

LABEL_SPARE_FRAMES = FPS // 2
"""The label shows this much longer than the strictest rule asks, so that no player's start-up eats into it."""
TITLE_FRAMES = round(1.5 * FPS)
TITLE_LATEST_STOP = 8 * FPS
TITLE_EARLIEST = 2 * FPS
RECAP_FRAMES = round(2.2 * FPS)
END_CARD_DELAY = 10
"""The stinger's impact is seen before the card covers it."""

WORDS = {
    "en": {"episode": "Episode {number}", "end": "To be continued", "finale": "The End"},
    "zh": {"episode": "第{number}集", "end": "未完待续", "finale": "全剧终"},
}


def graphics(series: Series, episode: Episode, pace: Pace) -> tuple[Graphic, ...]:
    """Label, recap, title with the episode's number, end card; in that order of appearance."""
    words = WORDS[series.language]
    out = [Graphic("label", label_text(series.language), 0, label_frames())]
    if episode.caption:
        out.append(Graphic("recap", episode.caption, FPS // 2, RECAP_FRAMES))
    start = title_start(pace)
    out.append(Graphic("title", series.title, start, TITLE_FRAMES))
    out.append(Graphic("episode", words["episode"].format(number=episode.number), start, TITLE_FRAMES))
    card = pace.freeze + END_CARD_DELAY
    end = "finale" if episode.number == series.length else "end"
    out.append(Graphic("end_card", words[end], card, pace.duration - card))
    if episode.cliffhanger.question:
        out.append(Graphic("question", episode.cliffhanger.question, card, pace.duration - card))
    return tuple(out)


def label_frames() -> int:
    """How long the AI label shows, by the dated rules in configs/labels."""
    return math.ceil(max(rule.seconds for rule in label_rules()) * FPS) + LABEL_SPARE_FRAMES


def title_start(pace: Pace) -> int:
    """Over the longest wordless stretch of the first eight seconds, best on a cut; never before two seconds."""
    latest = TITLE_LATEST_STOP - TITLE_FRAMES
    cuts = [s.start for s in pace.shots if TITLE_EARLIEST <= s.start <= latest]
    ends = [s.stop for s in pace.speech if TITLE_EARLIEST <= s.stop <= latest]
    options = [(_talked_over(start, pace), rank, start) for rank, group in enumerate((cuts, ends)) for start in group]
    return min(options)[2] if options else TITLE_EARLIEST


def _talked_over(start: int, pace: Pace) -> int:
    """Frames of speech under a title that starts at `start`."""
    return sum(max(0, min(s.stop, start + TITLE_FRAMES) - max(s.start, start)) for s in pace.speech)
