"""The draft animator: a clip request becomes a scene file for the player. Writes words and numbers, draws nothing."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from models.base import Clip, ClipRequest, Cost, Rights
from models.draft.cache import ART_VERSION
from models.draft.layout import compose_scene
from models.draft.scene import to_text

RIGHTS = Rights("drawn by Cliffhanger's own code", "Apache-2.0")


class DraftAnimator:
    """Figures, camera and mouths as a scene that conform draws straight into the encoder."""

    name = "draft"
    version = ART_VERSION
    suffix = ".scene.json"

    def animate(self, requests: Sequence[ClipRequest], folder: Path) -> list[Clip]:
        """One scene file per request at folder / (unit + suffix). ValueError names an unknown word."""
        return [self._animate(request, folder) for request in requests]

    def _animate(self, request: ClipRequest, folder: Path) -> Clip:
        start = time.process_time()
        path = folder / (request.unit + self.suffix)
        path.write_text(to_text(compose_scene(request.picture, request)), encoding="utf-8")
        cost = Cost(core_seconds=time.process_time() - start)
        return Clip(path, request.num_frames, self.name, RIGHTS, cost)
