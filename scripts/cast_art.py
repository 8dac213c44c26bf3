"""Draw what an episode shows of a series' six characters, from nothing. Knows the painter; `make bench` times it.

    python scripts/cast_art.py SERIES_DIR CACHE_DIR

Each character: three moods in a medium close-up and one close-up, a wide shot and one from behind, on a plain plate."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

from engine.painting import look_of
from engine.store import SeriesFolder
from models.base import Figure, PictureRequest
from models.draft.cache import ArtCache
from models.draft.painter import DraftPainter

SHOTS = (
    ("mcu", "neutral"), ("mcu", "anger"), ("mcu", "tender"), ("cu", "shock"), ("wide", "neutral"), ("back", "neutral"),
)  # fmt: skip
SIZE = (1080, 1920)
CAST = 6


def main() -> int:
    series, folder = SeriesFolder(Path(sys.argv[1])).load(), Path(sys.argv[2])
    painter = DraftPainter(ArtCache(folder))
    plate = PictureRequest("plate", "plate", "", SIZE, 1, plate="office")
    painter.paint([replace(plate, unit=size, shot_size=size) for size in {size for size, _ in SHOTS}])
    for size, _ in SHOTS:  # the plate at each shot's blur is not the cast's
        painter.paint([replace(plate, kind="keyframe", shot_size=size)])
    began = time.process_time()
    for character in series.bible.characters[:CAST]:
        figure = Figure(character.id, look_of(character))
        for size, mood in SHOTS:
            shot = replace(plate, unit=f"{character.id}_{size}", kind="keyframe", shot_size=size)
            painter.paint([replace(shot, figures=(replace(figure, emotion=mood),))])
    print(round(time.process_time() - began, 2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
