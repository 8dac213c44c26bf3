"""Picture requests -> keyframe takes: the draft's layout as control maps, faces from the sheets, the best of several.

A painter that draws by rules takes requests as they are. A model is given the layout it must keep and the faces it must
keep, and its candidates are judged: the best that passes stays, failures are tried again up to the stop rule."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.backends import Backends, readers_faults
from engine.batching import Job, Progress, build
from engine.config import Profile
from engine.core import Character, UserError
from engine.pngtext import with_text
from engine.takes import Keyframe
from engine.vault import Made, Take, Vault, file_sha256
from models.base import Cost, Figure, Judgement, Look, Picture, PictureRequest, Rights
from models.pictures import read_picture
from models.settings import ModelSettings

SKETCHING = "sketching"
JPEG_QUALITY = 92
PATHS = ("controls", "identity", "masks", "source", "repair")
"""Fields of a request that are files: a recipe names them by fingerprint, not by where they lie."""
SEED_STEP = 7919
"""Between the seeds of one try and the next; candidates of a try count up by one."""
MOST_SEED = 2**31 - 1
MASKED_FROM = 2
"""With so many faces in a picture each keeps to its own place."""
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
SKETCH_RIGHTS = Rights("the layout of Cliffhanger's own draft", "Apache-2.0")


@dataclass(frozen=True)
class Studio:
    """What pictures are painted with, and where they go. `sheets` are the approved faces by character; `references` is
    the folder of the pictures that a person gave."""

    backends: Backends
    profile: Profile
    vault: Vault
    progress: Progress
    sheets: Mapping[str, Take] = field(default_factory=dict[str, Take])
    references: Path | None = None

    @property
    def settings(self) -> ModelSettings | None:
        """The settings of a painter that is a model; None for one that draws by rules."""
        return self.profile.settings if self.profile.painter != "draft" else None


@dataclass(frozen=True)
class Sketch:
    """One control map or mask that is wanted, and the picture that a person gave for it."""

    request: PictureRequest
    what: str
    given: Path | None


@dataclass(frozen=True)
class Directed:
    """A request with its files, and their fingerprints for the recipe."""

    request: PictureRequest
    prints: Mapping[str, Mapping[str, str]]
    inputs: tuple[Take, ...] = ()


def look_of(character: Character) -> Look:
    """The bible's design in the painter's words: a Design is a Look without sex and age."""
    return Look(sex=character.sex, age=character.age, **character.design.model_dump())


def paint(
    studio: Studio,
    stage: str,
    requests: Sequence[PictureRequest],
    label: str = "",
    sources: Mapping[str, Take] | None = None,
) -> dict[str, Keyframe]:
    """Keyframes by unit. `sources` are pictures to start from, by unit."""
    if not requests:
        return {}
    painter = studio.backends.painter
    directed = [from_source(d, (sources or {}).get(d.request.unit)) for d in direct(studio, requests, label)]
    version = {"model": painter.name, "version": getattr(painter, "version", 1)}
    suffix = getattr(painter, "suffix", ".jpg")
    jobs = [Job(d.request.unit, {**version, **recipe(d)}, suffix, d.request) for d in directed]

    def make(missing: list[PictureRequest]) -> Iterable[Made]:
        if studio.settings is None or studio.backends.judge is None:
            return (
                picture_made(candidates[0], {"candidates": len(candidates)}) for candidates in painter.paint(missing)
            )
        return choose(studio, studio.settings, missing)

    with readers_faults(studio.profile):
        takes = build(studio.vault, stage, jobs, make, studio.progress, label)
    return {d.request.unit: Keyframe(d.request, takes[d.request.unit], inputs=d.inputs) for d in directed}


def from_source(directed: Directed, source: Take | None) -> Directed:
    if source is None:
        return directed
    prints = {**directed.prints, "source": {"picture": source.fingerprint}}
    return replace(directed, request=replace(directed.request, source=source.path), prints=prints)


def recipe(directed: Directed) -> dict[str, Any]:
    told = {key: value for key, value in asdict(directed.request).items() if key not in PATHS}
    return {**told, **directed.prints}


# -- what a model is given beside the words


def direct(studio: Studio, requests: Sequence[PictureRequest], label: str) -> list[Directed]:
    """Requests in the model's size, with control maps of the draft's layout, faces and where each may appear."""
    if studio.settings is None:
        return [Directed(r, {}) for r in requests]
    settings = studio.settings.paint
    sized = [replace(r, size=(settings.width, settings.height), candidates=settings.candidates) for r in requests]
    sketches = sketch(studio, sized, tuple(settings.controls), label)
    return [with_files(studio, request, sketches) for request in sized]


def with_files(studio: Studio, request: PictureRequest, sketches: Mapping[str, Take]) -> Directed:
    files = {
        "controls": {k: t for k, t in _own(request, sketches).items() if not k.startswith("mask ")},
        "identity": {f.character: studio.sheets[f.character] for f in faces_of(request, studio)},
        "masks": {k[5:]: t for k, t in _own(request, sketches).items() if k.startswith("mask ")},
    }
    paths = {name: {k: take.path for k, take in takes.items()} for name, takes in files.items()}
    prints = {name: {k: take.fingerprint for k, take in takes.items()} for name, takes in files.items() if takes}
    inputs = tuple(take for takes in files.values() for take in takes.values())
    return Directed(replace(request, **paths), prints, inputs)


def faces_of(request: PictureRequest, studio: Studio) -> list[Figure]:
    """Figures whose face is seen and has a sheet."""
    if request.kind == "sheet" or request.shot_size in ("insert", "silhouette", "back"):
        return []
    seen = studio.backends.layout.faces(request)
    return [f for f in request.figures if f.character in studio.sheets and f.character in seen][:MASKED_FROM]


def sketch(studio: Studio, requests: Sequence[PictureRequest], kinds: Sequence[str], label: str) -> dict[str, Take]:
    """Control maps and masks of these requests, each a take: '<unit> <kind>' or '<unit> mask <character>' -> take.

    They come from the draft's layout, or from a picture that a person gave for this unit."""
    version = {"model": "draft", "version": getattr(studio.backends.layout, "version", 1)}
    jobs: list[Job[Sketch]] = []
    for request in requests:
        told = {key: value for key, value in asdict(request).items() if key not in (*PATHS, "candidates", "negative")}
        given = reference(studio.references, request.unit)
        if given is not None:
            told["given"] = file_sha256(given)
        for what in (*_kinds(studio, kinds, given), *_masked(request, studio)):
            unit = f"{request.unit}_{what.replace(' ', '_')}"
            jobs.append(Job(unit, {**version, **told, "what": what}, ".png", Sketch(request, what, given)))

    def make(missing: list[Sketch]) -> Iterable[Made]:
        drawn: tuple[PictureRequest | None, Mapping[str, NDArray[np.uint8]]] = (None, {})
        for wanted in missing:
            if wanted.request is not drawn[0]:
                drawn = (wanted.request, _drawn(studio, [w for w in missing if w.request is wanted.request]))
            yield sketch_made(drawn[1][wanted.what])

    with readers_faults(studio.profile):
        takes = build(studio.vault, SKETCHING, jobs, make, studio.progress, label)
    return {f"{job.request.request.unit} {job.request.what}": takes[job.unit] for job in jobs}


def reference(folder: Path | None, name: str) -> Path | None:
    """The picture that a person put into the series' `references` for this name, if any."""
    if folder is None:
        return None
    return next((p for suffix in SUFFIXES if (p := folder / f"{name}{suffix}").is_file()), None)


def read_reference(path: Path) -> NDArray[np.uint8]:
    """uint8 BGR. UserError names a picture that cannot be read."""
    try:
        return read_picture(path)
    except ValueError as error:
        raise UserError(f"the reference picture {path}: {error}") from error


def given_controls(maps: Any, given: Path, kinds: Sequence[str]) -> Mapping[str, NDArray[np.uint8]]:
    """Control maps of a person's picture. UserError names one that is no use."""
    pixels = read_reference(given)
    try:
        return maps.controls(pixels, kinds)
    except ValueError as error:
        raise UserError(f"the reference picture {given}: {error}") from error


def _kinds(studio: Studio, kinds: Sequence[str], given: Path | None) -> list[str]:
    """Control maps that can be had: of a given picture only those that need no weights, or whose weights there are."""
    if given is None or studio.backends.reference is None:
        return list(kinds)
    return [kind for kind in kinds if kind in studio.backends.reference.kinds]


def _masked(request: PictureRequest, studio: Studio) -> list[str]:
    seen = faces_of(request, studio)
    return [f"mask {figure.character}" for figure in seen] if len(seen) >= MASKED_FROM else []


def _own(request: PictureRequest, sketches: Mapping[str, Take]) -> dict[str, Take]:
    head = f"{request.unit} "
    return {key[len(head) :]: take for key, take in sketches.items() if key.startswith(head)}


def _drawn(studio: Studio, wanted: Sequence[Sketch]) -> dict[str, NDArray[np.uint8]]:
    """All maps and masks of one request."""
    layout, request, given = studio.backends.layout, wanted[0].request, wanted[0].given
    kinds = [w.what for w in wanted if not w.what.startswith("mask ")]
    out: dict[str, NDArray[np.uint8]] = {}
    if kinds and given is not None and studio.backends.reference is not None:
        out |= given_controls(studio.backends.reference, given, kinds)
    elif kinds:
        out |= layout.controls(request, kinds)
    if len(kinds) < len(wanted):
        out |= {f"mask {character}": mask for character, mask in layout.masks(request).items()}
    return out


def sketch_made(pixels: NDArray[np.uint8]) -> Made:
    def write(path: Path) -> None:
        path.write_bytes(encoded(pixels, ".png", []))

    return Made(write, "draft", asdict(SKETCH_RIGHTS))


# -- candidates


@dataclass(frozen=True)
class Tried:
    picture: Picture
    judgement: Judgement
    attempt: int


def choose(studio: Studio, settings: ModelSettings, requests: Sequence[PictureRequest]) -> Iterator[Made]:
    """The best candidate of each request, in order, a batch at a time so that a stopped run keeps what was chosen."""
    for at in range(0, len(requests), settings.paint.batch):
        batch = requests[at : at + settings.paint.batch]
        tried: dict[str, list[Tried]] = {r.unit: [] for r in batch}
        for attempt in range(settings.accept.attempts):
            open_ = [r for r in batch if not any(t.judgement.passed for t in tried[r.unit])]
            if not open_:
                break
            for unit, row in attempt_all(studio, open_, attempt):
                tried[unit] += row
        yield from (chosen_made(tried[r.unit]) for r in batch)


def attempt_all(studio: Studio, requests: Sequence[PictureRequest], attempt: int) -> Iterator[tuple[str, list[Tried]]]:
    """Candidates of one try for all of these requests, painted and judged in batches."""
    judge, layout = studio.backends.judge, studio.backends.layout
    assert judge is not None
    seeded = [replace(r, seed=(r.seed + SEED_STEP * attempt) % MOST_SEED) for r in requests]
    painted = studio.backends.painter.paint(seeded)
    judged = judge.judge(seeded, painted, [layout.faces(r) for r in seeded])
    for request, pictures, judgements in zip(requests, painted, judged, strict=True):
        yield request.unit, [Tried(p, j, attempt + 1) for p, j in zip(pictures, judgements, strict=True)]


def rank(tried: Tried) -> tuple[bool, float]:
    return tried.judgement.passed, tried.judgement.scores.get("total", 0.0)


def chosen_made(tried: Sequence[Tried]) -> Made:
    """The best of all tries; what was tried, with every score and cost, goes into the record."""
    best = max(tried, key=rank)
    result: dict[str, Any] = {
        "candidates": len(tried),
        "attempts": max(t.attempt for t in tried),
        "accepted": best.judgement.passed,
        "reason": best.judgement.reason,
        "scores": dict(best.judgement.scores),
        "tried": [
            {"seed": t.picture.seed, "passed": t.judgement.passed, "reason": t.judgement.reason,
             "scores": dict(t.judgement.scores)}
            for t in tried
        ],
    }  # fmt: skip
    cost = costs_of([t.picture.cost for t in tried] + [t.judgement.cost for t in tried])
    return replace(picture_made(best.picture, result), cost=cost)


def costs_of(costs: Sequence[Cost]) -> dict[str, Any]:
    """What all of them took together; the highest peak."""
    return {
        "gpu_seconds": sum(c.gpu_seconds for c in costs),
        "core_seconds": sum(c.core_seconds for c in costs),
        "peak_bytes": max((c.peak_bytes for c in costs), default=0),
    }


def picture_made(picture: Picture, result: Mapping[str, Any]) -> Made:
    """A picture on its way into the vault: a JPEG, or with a model's recipe a PNG that has the recipe inside."""

    def write(path: Path) -> None:
        if path.suffix == ".png":
            told = {"model": picture.model, "seed": picture.seed, **picture.recipe}
            text = json.dumps(told, sort_keys=True, ensure_ascii=False, default=str)
            path.write_bytes(with_text(encoded(picture.pixels, ".png", []), text))
        else:
            path.write_bytes(encoded(picture.pixels, ".jpg", [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]))

    told = {"seed": picture.seed, **result}
    if picture.recipe:
        told["recipe"] = dict(picture.recipe)
    return Made(write, picture.model, asdict(picture.rights), asdict(picture.cost), told)


def encoded(pixels: NDArray[np.uint8], suffix: str, options: Sequence[int]) -> bytes:
    ok, data = cv2.imencode(suffix, pixels, list(options))
    if not ok:
        raise ValueError(f"a picture could not be encoded as {suffix}")
    return data.tobytes()
