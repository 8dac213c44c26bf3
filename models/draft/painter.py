"""The draft painter: a picture request becomes a picture, drawn by code. The keyframe is the clip's first frame."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from models.base import Cost, FrameCue, Picture, PictureRequest, Rights
from models.draft import raster
from models.draft.cache import ART_VERSION, ArtCache, house_art
from models.draft.controls import control_maps, figure_masks
from models.draft.layout import compose_scene, faces
from models.draft.setting import Setting, composed
from models.draft.stage import Stage, to_bgr

RIGHTS = Rights("drawn by Cliffhanger's own code", "Apache-2.0")
SHEET_EMOTIONS = ("neutral", "joy", "tender", "smirk", "anger", "fear", "shock", "grief", "cold")


class DraftPainter:
    """Kinds: 'keyframe' (as the player draws frame 0), 'plate' (the place alone), 'sheet' (a character's expressions)."""

    name = "draft"
    version = ART_VERSION
    suffix = ".jpg"

    def __init__(self, art: ArtCache | None = None) -> None:
        self._art = art or house_art()
        self._last: tuple[PictureRequest, Setting] | None = None

    def paint(self, requests: Sequence[PictureRequest]) -> list[list[Picture]]:
        """Candidates per request; the drawing is certain, so each candidate is the same picture under its own seed."""
        return [self._paint(request) for request in requests]

    def faces(self, request: PictureRequest) -> dict[str, tuple[float, float, float]]:
        """The eye-line centre and head height of each figure, in fractions of the frame."""
        return faces(composed(request))

    def controls(self, request: PictureRequest, kinds: Sequence[str]) -> Mapping[str, NDArray[np.uint8]]:
        """A control map per kind, of the same composition as `paint`; of a sheet one frontal portrait."""
        return control_maps(self._setting(request), kinds)

    def masks(self, request: PictureRequest) -> Mapping[str, NDArray[np.uint8]]:
        """Where each character is seen; who is not in the picture has no mask."""
        return figure_masks(self._setting(request))

    def _setting(self, request: PictureRequest) -> Setting:
        """The request composed; the last one is held, for maps and masks are asked for in turn."""
        last = self._last
        if last is None or last[0] != request:
            last = self._last = request, Setting(request, self._art)
        return last[1]

    def _paint(self, request: PictureRequest) -> list[Picture]:
        if request.kind not in ("keyframe", "plate", "sheet"):
            raise ValueError(f"unknown picture kind {request.kind!r}: choose from keyframe, plate, sheet")
        start = time.process_time()
        pixels = self._sheet(request) if request.kind == "sheet" else self._frame(request)
        cost = Cost(core_seconds=time.process_time() - start)
        return [Picture(pixels, self.name, request.seed + k, RIGHTS, cost) for k in range(max(1, request.candidates))]

    def _frame(self, request: PictureRequest) -> NDArray[np.uint8]:
        if request.kind == "plate":
            request = replace(request, shot_size="wide", figures=(), prop="")
        frame, _ = Stage(compose_scene(request), request.size, self._art).frame(FrameCue(0))
        return to_bgr(frame)

    def _sheet(self, request: PictureRequest) -> NDArray[np.uint8]:
        """Nine expressions of the request's first figure, three in a row."""
        if not request.figures:
            raise ValueError(f"{request.unit}: a character sheet needs a figure")
        w, h = request.size[0] // 3, request.size[1] // 3
        out = np.zeros((request.size[1], request.size[0], 3), np.uint8)
        for index, emotion in enumerate(SHEET_EMOTIONS):
            figure = replace(request.figures[0], emotion=emotion, aura=False)
            shot = replace(request, kind="keyframe", shot_size="mcu", figures=(figure,), size=(w, h))
            frame, _ = Stage(compose_scene(shot), (w, h), self._art).frame(FrameCue(0))
            y, x = index // 3 * h, index % 3 * w
            out[y : y + h, x : x + w] = cv2.cvtColor(frame, cv2.COLOR_BGRA2BGR)
        return raster.frozen(out)
