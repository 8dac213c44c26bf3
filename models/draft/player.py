"""The draft player: a clip take and the cut's cues in, BGR frames out, one pass, drawn as asked. Knows no encoder."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.base import FrameCue
from models.draft.cache import ART_VERSION, ArtCache, house_art
from models.draft.footage_stage import FootageStage, Shown, StillStage
from models.draft.scene import MAX_BYTES, from_text
from models.draft.stage import Stage, to_bgr
from models.draft.stills import SUFFIX as STILL
from models.draft.stills import read_still

SCENE, VIDEO = ".scene.json", ".mp4"


class DraftPlayer:
    """Plays '.scene.json', '.still.json' and '.mp4' takes. Art is kept between takes in `art`."""

    name = "draft"
    version = ART_VERSION

    def __init__(self, art: ArtCache | None = None) -> None:
        self._art = art or house_art()

    def play(self, path: Path, cues: Sequence[FrameCue], size: tuple[int, int]) -> Iterator[NDArray[np.uint8]]:
        """uint8 BGR frames (height, width, 3), one per cue; `size` is (width, height).

        Frames are read-only; a frame equal to the one before is the same array again, so `is` tells that nothing
        moved. Raises ValueError when the take cannot be read or its name says no kind."""
        with self._staged(path, size) as stage:
            shown: NDArray[np.uint8] | None = None
            for cue in cues:
                frame, changed = stage.frame(cue)
                if shown is None or changed:
                    shown = to_bgr(frame)
                yield shown

    @contextmanager
    def _staged(self, path: Path, size: tuple[int, int]) -> Generator[Stage | Shown]:
        """What draws a take's frames, for as long as it is played."""
        if path.name.endswith(VIDEO):
            stage = FootageStage(path, size)
            try:
                yield stage
            finally:
                stage.close()
        elif path.name.endswith(STILL):
            yield StillStage(read_still(path), size)
        elif path.name.endswith(SCENE):
            if path.stat().st_size > 4 * MAX_BYTES:
                raise ValueError(f"{path.name} is too large for a scene file")
            yield Stage(from_text(path.read_text(encoding="utf-8")), size, self._art)
        else:
            raise ValueError(f"{path.name} is no clip: its name ends in none of {SCENE}, {STILL}, {VIDEO}")
