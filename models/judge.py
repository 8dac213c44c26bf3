"""The judge: candidates and their requests in, named scores and a verdict out. Knows which score matters for which shot.

Measures without a model come from `scores`, faces and likeness from `vision`. A score that does not apply (likeness
without a sheet, faces of people seen from behind) is absent, never a guess. It makes and changes no picture."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import scores
from models.base import Clip, ClipRequest, Cost, Judgement, Picture, PictureRequest
from models.device import Device, house_device
from models.footage import read_frames, read_picture
from models.scores import FaceBox, FaceFaults, Pixels, Planned
from models.settings import AcceptSettings, Backing
from models.vision import Detector, Embedder, Found, cropped

Vector = NDArray[np.float32]

VIDEO = ".mp4"
UNSEEN = ("back", "silhouette")
"""Shot sizes whose people need not show a face."""
FACED = ("photo", "mask", "badge", "phone")
"""Props that may show a face of their own."""
WRITTEN = ("letter", "contract", "book", "phone", "badge", "scroll", "cash", "medicine", "photo")
"""Props that carry writing: an insert of one is not asked to be without."""
SHEET_FACES = 9
FLICKER_WHOLE = 0.1
"""Flicker that brings a clip's rank to nothing, for `total` alone."""


@dataclass
class Row:
    """One candidate on its way to a judgement."""

    request: PictureRequest
    pixels: Pixels
    planned: Planned
    found: Found
    cost: Cost
    faults: FaceFaults | None = None
    likeness: dict[str, float] = field(default_factory=dict[str, float])


@dataclass
class Reel:
    """One clip on its way to a judgement: all frames small, first and last whole."""

    request: ClipRequest
    small: list[Pixels]
    first: Pixels
    last: Pixels
    cost: Cost
    drift: float = 0.0


class VisionJudge:
    """Scores of a picture: sharpness, exposure, clipped, text; faces (1: as planned), face_size.NAME (of the planned),
    identity.NAME (cosine to the sheet, -1..1); total 0..1, by which candidates are ranked, higher is better.

    Scores of a clip: flicker, frozen, jump, palette, drift (1 - cosine of first to last, 0..2); total. See `scores`."""

    name = "vision"

    def __init__(self, backing: Backing) -> None:
        self._backing = backing
        self._accept: AcceptSettings = backing.settings.accept
        self._device: Device = house_device(backing.settings.device)
        self._detector = Detector(self._device, backing.weight("detector"))
        self._embedder = Embedder(self._device, backing.weight("embedder"))
        self._sheets: dict[str, Vector] = {}

    @property
    def version(self) -> dict[str, Any]:
        """What decides a judgement beside the request."""
        return self._backing.print("detector", "embedder", part="accept")

    # -- pictures

    def judge(
        self,
        requests: Sequence[PictureRequest],
        candidates: Sequence[Sequence[Picture]],
        faces: Sequence[Planned],
    ) -> list[list[Judgement]]:
        """A judgement per candidate of each request, all seen in common batches. ValueError: a sheet cannot be read."""
        asked = [
            (request, picture.pixels, planned)
            for request, pictures, planned in zip(requests, candidates, faces, strict=True)
            for picture in pictures
        ]
        seen = self._detector.find([pixels for _, pixels, _ in asked])
        rows = [Row(*each, found, cost) for each, (found, cost) in zip(asked, seen, strict=True)]
        for row in rows:
            row.faults = self._faults(row)
        self._compare(rows)
        judged = iter([self._judged(row) for row in rows])
        return [[next(judged) for _ in pictures] for pictures in candidates]

    def _faults(self, row: Row) -> FaceFaults | None:
        """None where faces are not part of what was asked."""
        request = row.request
        if request.kind == "sheet" or request.shot_size in UNSEEN or (not row.planned and request.prop in FACED):
            return None
        h, w = row.pixels.shape[:2]
        return scores.face_faults(row.found.faces, row.planned, self._accept, w / h)

    def _compare(self, rows: Sequence[Row]) -> None:
        """Fills in how like its sheet each planned face is."""
        wanted = [
            (row, name, row.request.identity[name])
            for row in rows
            if row.faults is not None
            for name in row.planned
            if name in row.request.identity
        ]
        sheets, spent = self._sheet_vectors({path for _, _, path in wanted})
        faces = self._embedder.embed([cropped(row.pixels, face_of(row, name)) for row, name, _ in wanted])
        for (row, name, path), (vector, cost) in zip(wanted, faces, strict=True):
            row.likeness[name] = round(float(vector @ sheets[path]), 4)
            row.cost = plus(row.cost, cost, share(spent, len(wanted)))

    def _sheet_vectors(self, paths: set[Path]) -> tuple[dict[Path, Vector], Cost]:
        """The mean direction of the faces on each sheet (of the whole sheet, when none is found), kept by content; and
        what the new ones cost."""
        keys = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(paths)}
        new = {key: path for path, key in keys.items() if key not in self._sheets}
        pictures = [read_picture(path) for path in new.values()]
        found = self._detector.find(pictures)
        crops = [
            [cropped(p, face) for face in seen.faces[:SHEET_FACES]] or [p]
            for p, (seen, _) in zip(pictures, found, strict=True)
        ]
        vectors = self._embedder.embed([crop for each in crops for crop in each])
        rest = iter(vectors)
        for key, each in zip(new, crops, strict=True):
            mean = np.mean([next(rest)[0] for _ in each], axis=0)
            self._sheets[key] = mean / max(float(np.linalg.norm(mean)), 1e-9)
        spent = plus(Cost(), *(cost for _, cost in (*found, *vectors)))
        return {path: self._sheets[key] for path, key in keys.items()}, spent

    def _judged(self, row: Row) -> Judgement:
        small = scores.working(row.pixels, scores.SIDE)
        values = {
            "sharpness": scores.sharpness(small),
            "exposure": scores.exposure(small),
            "clipped": scores.clipped(small),
            "text": round(max(scores.text(small), row.found.lettering), 4),
        }
        good = [values["sharpness"], 1 - values["text"], *(max(0.0, v) for v in row.likeness.values())]
        if row.faults is not None:
            values["faces"] = row.faults.fit
            values |= {f"face_size.{name}": size for name, size in row.faults.sizes.items()}
            good.append(row.faults.fit)
        values |= {f"identity.{name}": value for name, value in row.likeness.items()}
        values["total"] = round(float(np.mean(good)), 4)
        reason = next(iter(self._complaints(row, values)), "")
        return Judgement(values, not reason, reason, row.cost)

    def _complaints(self, row: Row, values: Mapping[str, float]) -> list[str]:
        """What speaks against the picture, the plainest first."""
        limits = self._accept
        out = [
            *under(values, "sharpness", limits.sharpness_least),
            *under(values, "exposure", limits.exposure_least),
            *over(values, "exposure", limits.exposure_most),
            *over(values, "clipped", limits.clipped_most),
        ]
        if limits.faces and row.faults is not None:
            out += row.faults.reasons
        if not (row.request.prop_text or (row.request.shot_size == "insert" and row.request.prop in WRITTEN)):
            out += over(values, "text", limits.text_most)
        for name, value in row.likeness.items():
            if value < limits.identity_least:
                out.append(f"identity {value:.2f} is under {limits.identity_least:g} for {name}")
        return out

    # -- clips

    def judge_clips(self, requests: Sequence[ClipRequest], clips: Sequence[Clip]) -> list[Judgement]:
        """A judgement per clip. One that is not yet frames (a scene or a still that conform will move) passes without
        scores. ValueError names a clip that cannot be read."""
        reels = {
            index: self._reel(request, clip)
            for index, (request, clip) in enumerate(zip(requests, clips, strict=True))
            if clip.path.suffix == VIDEO
        }
        self._follow(list(reels.values()))
        return [self._judged_clip(reels[i]) if i in reels else Judgement({}, True) for i in range(len(clips))]

    def _reel(self, request: ClipRequest, clip: Clip) -> Reel:
        """Reads a clip frame by frame: a long one never stands in memory at its full size."""
        small: list[Pixels] = []
        ends: list[Pixels] = []
        with self._device.metered() as meter:
            for frame in read_frames(clip.path):
                ends = [*ends[:1], frame]
                small.append(scores.working(frame, scores.CLIP_SIDE))
        return Reel(request, small, ends[0], ends[-1], meter.share(1))

    def _follow(self, reels: Sequence[Reel]) -> None:
        """Fills in how far the faces (or the whole frame) of each last frame are from those of the first."""
        ends = self._detector.find([frame for reel in reels for frame in (reel.first, reel.last)])
        views: list[tuple[list[Pixels], list[Pixels]]] = []
        for index, reel in enumerate(reels):
            (first, cost_a), (last, cost_b) = ends[2 * index : 2 * index + 2]
            reel.cost = plus(reel.cost, cost_a, cost_b)
            views.append(views_of(reel, first, last))
        vectors = iter(self._embedder.embed([crop for pair in views for side in pair for crop in side]))
        for reel, pair in zip(reels, views, strict=True):
            sides = [[next(vectors) for _ in side] for side in pair]
            reel.cost = plus(reel.cost, *(cost for side in sides for _, cost in side))
            first, last = (np.stack([vector for vector, _ in side]) for side in sides)
            reel.drift = round(max(0.0, 1 - float((first @ last.T).max(axis=1).mean())), 4)

    def _judged_clip(self, reel: Reel) -> Judgement:
        values = {
            "flicker": scores.flicker(reel.small),
            "frozen": scores.frozen(reel.small),
            "jump": scores.jump(reel.small),
            "palette": scores.drift(reel.small),
            "drift": reel.drift,
        }
        bad = [values["flicker"] / FLICKER_WHOLE, values["frozen"], values["jump"], values["drift"]]
        values["total"] = round(1 - float(np.mean([min(1.0, value) for value in bad])), 4)
        limits = self._accept
        complaints = [
            *over(values, "flicker", limits.flicker_most),
            *over(values, "frozen", limits.frozen_most),
            *over(values, "jump", limits.jump_most),
            *over(values, "drift", limits.drift_most),
        ]
        reason = next(iter(complaints), "")
        return Judgement(values, not reason, reason, reel.cost)


def face_of(row: Row, name: str) -> FaceBox:
    """The face found where this character's was planned, or that place itself."""
    if row.faults is not None and name in row.faults.matched:
        return row.faults.matched[name]
    x, y, head = row.planned[name]
    h, w = row.pixels.shape[:2]
    half = head * h / w / 2
    top = y - scores.EYE_LINE * head
    return FaceBox(x - half, top, x + half, top + head, 0.0)


def views_of(reel: Reel, first: Found, last: Found) -> tuple[list[Pixels], list[Pixels]]:
    """The planned number of faces at both ends, largest first; the whole frames when either end shows none."""
    picture = reel.request.picture
    count = 0 if picture.shot_size in UNSEEN else len(picture.figures)
    sides = [sorted(found.faces, key=lambda face: -face.height)[:count] for found in (first, last)]
    if not all(sides):
        return [reel.first], [reel.last]
    return [cropped(reel.first, face) for face in sides[0]], [cropped(reel.last, face) for face in sides[1]]


def under(values: Mapping[str, float], name: str, least: float) -> list[str]:
    return [f"{name} {values[name]:.2f} is under {least:g}"] if values[name] < least else []


def over(values: Mapping[str, float], name: str, most: float) -> list[str]:
    return [f"{name} {values[name]:.2f} is over {most:g}"] if values[name] > most else []


def plus(*costs: Cost) -> Cost:
    """The sum of the seconds, the highest peak."""
    return Cost(sum(c.gpu_seconds for c in costs), sum(c.core_seconds for c in costs), max(c.peak_bytes for c in costs))


def share(cost: Cost, count: int) -> Cost:
    """One of `count` equal parts of a common cost."""
    return Cost(cost.gpu_seconds / count, cost.core_seconds / count, cost.peak_bytes)
