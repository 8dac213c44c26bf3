"""Clips from a model that makes short stretches of video: plans, chains, batches and writes. Knows no model and no prompt.

A shot is cut into segments no longer than the model's reach; each further one starts from the last frame of the one
before. The segments of all shots that are due go to the model together; a finished clip is written while it works on."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import diffusers
import numpy as np
import torch
import transformers
from numpy.typing import NDArray
from PIL import Image

from models.base import Clip, ClipRequest, Cost, Rights
from models.device import Device, house_device
from models.footage import chain, fit, frames_at, join, read_picture, resample, snap_frames, snap_size, write_clip
from models.settings import Backing, Weight

Frame = NDArray[np.uint8]
T = TypeVar("T")

MOST_TEXTS = 512
"""Texts whose embeddings are kept, the newest: some MB each."""
MOST_WRITING = 2
"""Clips that wait for the encoder, whose frames fill memory meanwhile."""
SLICE = 16
"""Frames that are turned into bytes at a time, so that the float copy stays small."""


@dataclass(frozen=True)
class Reach:
    """What a model makes in one call: step * k + offset frames of `size` (width, height), `most` at most, at its own `rate`."""

    step: int
    offset: int
    most: int
    rate: int
    size: tuple[int, int]

    @property
    def longest(self) -> int:
        """The most frames of one call that the model can count. ValueError when even its least is above `most`."""
        return snap_frames(self.most, self.step, self.offset, self.most)

    def lengths(self, request: ClipRequest) -> list[int]:
        """How many frames of the model's rate each segment of a request gives."""
        return chain(frames_at(request.num_frames, request.fps, self.rate), self.longest)

    def count(self, length: int) -> int:
        """How many frames to make so that `length` are there."""
        return snap_frames(length, self.step, self.offset, self.longest)


def reach_of(width: int, height: int, multiple: int, *, step: int, offset: int, most: int, rate: int) -> Reach:
    """A Reach whose size is near the asked one, both sides multiples of `multiple`."""
    return Reach(step, offset, most, rate, snap_size(width, height, multiple))


@dataclass(frozen=True)
class Segment:
    """One row of a model call: `count` frames from `first` (BGR of the model's size), of which `length` are used; `last` is
    the picture of frame length - 1, where the shot has one."""

    request: ClipRequest
    index: int
    count: int
    length: int
    size: tuple[int, int]
    first: Frame
    last: Frame | None
    seed: int

    @property
    def shape(self) -> tuple[int, int, bool]:
        """What rows of one call share."""
        return (self.count, self.length if self.last is not None else 0, self.last is not None)


@dataclass
class Shot:
    """A clip in the making."""

    request: ClipRequest
    lengths: list[int]
    reach: Reach
    cost: Cost
    done: list[Frame] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return len(self.counts) == len(self.lengths)

    def due(self) -> Segment:
        """The next segment to make. ValueError when a picture of the request cannot be read."""
        index, size = len(self.counts), self.reach.size
        length = self.lengths[index]
        final = index == len(self.lengths) - 1
        first = self.done[-1][-1] if index else fit(read_picture(self.request.first_frame), size)
        path = self.request.last_frame if final else None
        last = fit(read_picture(path), size) if path is not None else None
        return Segment(
            self.request, index, self.reach.count(length), length, size, first, last, self.request.seed + index
        )

    def take(self, segment: Segment, frames: Frame, cost: Cost) -> None:
        """Keeps what a call gave for the segment. ValueError when it is not what was asked for."""
        width, height = segment.size
        if frames.shape != (segment.count, height, width, 3) or frames.dtype != np.uint8:
            raise ValueError(
                f"{self.request.unit}: the model gave {frames.shape} {frames.dtype} where "
                f"{segment.count} frames of {width}x{height} were asked for"
            )
        self.done.append(frames[: segment.length])
        self.counts.append(segment.count)
        self.cost = added(self.cost, cost)

    def write(self, path: Path) -> None:
        """The whole shot at the request's own rate and count; its frames are forgotten."""
        request, frames = self.request, join(self.done)
        self.done = []
        if request.fps != self.reach.rate:
            frames = resample(frames, self.reach.rate, request.fps, request.num_frames)
        write_clip(path, iter(frames[: request.num_frames]), request.fps)


def make_clips(
    device: Device,
    name: str,
    requests: Sequence[ClipRequest],
    reach: Reach,
    folder: Path,
    call: Callable[[list[Segment]], list[Frame]],
    *,
    most: int,
    costs: Mapping[str, Cost],
    finish: Callable[[Shot], Clip],
) -> list[Clip]:
    """One clip file per request, in order. `call` makes the frames (count, height, width, 3) of at most `most` segments of
    one shape; `costs` are what units cost before (their prompts, say); `finish` says what a shot's Clip is."""
    check_units(requests)
    shots = [Shot(r, reach.lengths(r), reach, costs.get(r.unit, Cost())) for r in requests]
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(1) as writer:
        writing: list[Future[None]] = []
        for shot in _made(device, name, shots, call, most):
            writing.append(writer.submit(shot.write, folder / f"{shot.request.unit}.mp4"))
            for future in writing[:-MOST_WRITING]:
                future.result()
        for future in writing:
            future.result()
    return [finish(shot) for shot in shots]


class ClipModel:
    """What the animators on video models share: weights, settings, device, and what they say of themselves."""

    suffix = ".mp4"
    uses_last_frame = False

    def __init__(self, backing: Backing) -> None:
        self._weight = backing.weight("animator")
        self._settings = backing.settings.animate
        self._device = house_device(backing.settings.device)
        self.name = self._weight.name
        self.version = backing.print("animator", part="animate")
        self.rights = Rights(self._weight.repo, self._weight.licence, commercial_use=self._weight.commercial_use)
        self._owed: dict[str, Cost] = {}

    def _owe(self, costs: Mapping[str, Cost]) -> None:
        """Remembers what was spent on units ahead of their clips."""
        for unit, cost in costs.items():
            self._owed[unit] = added(self._owed.get(unit, Cost()), cost)

    def _spent(self, requests: Sequence[ClipRequest]) -> dict[str, Cost]:
        """What was spent ahead on these requests; it is said once."""
        return {r.unit: self._owed.pop(r.unit) for r in requests if r.unit in self._owed}

    def _hold_name(self, part: str) -> str:
        return f"animator {part} {self._weight.folder}"

    def _hold(self, part: str, size: float, load: Callable[[], T]) -> T:
        """A group of models of `size` GiB on the device. ValueError, one line, when the profile's memory cannot hold it."""
        room = self._device.settings.vram_gb
        if self._device.is_cuda and size > room:
            raise ValueError(
                f"weights '{self.name}': the {part} model takes {size:.1f} GB and the profile plans for {room:g} GB: "
                "choose a smaller animator, or a profile for more memory"
            )
        return self._device.hold(self._hold_name(part), size, load)

    def _settle(self, pipeline: Any) -> Any:
        """The pipeline on the device, without progress bars, its repeated blocks compiled where the profile says so."""
        pipeline.set_progress_bar_config(disable=True)
        networks = (getattr(pipeline, name, None) for name in ("transformer", "transformer_2"))
        for network in networks if self._device.settings.compile else ():
            if network is not None:
                network.compile_repeated_blocks()
        return pipeline.to(self._device.torch_device)

    def _clip(self, shot: Shot, folder: Path, **made: Any) -> Clip:
        """The Clip of a shot that is written; `made` joins its recipe."""
        device, weight = self._device.settings, self._weight
        text = recipe(shot, f"{weight.repo}@{weight.revision}", device.dtype, **made)
        path = folder / f"{shot.request.unit}{self.suffix}"
        return Clip(path, shot.request.num_frames, self.name, self.rights, shot.cost, text)


def check_pipeline(weight: Weight, classes: Sequence[str]) -> None:
    """ValueError, one line, unless model_index.json is for one of these classes; before anything is measured or loaded."""
    kind = read_config(weight, "model_index.json").get("_class_name")
    if kind not in classes:
        raise ValueError(f"weights '{weight.name}' are for {kind}, where {' or '.join(classes)} is needed")


def read_config(weight: Weight, file: str) -> dict[str, Any]:
    """A config of the weights' folder. ValueError, one line, when it is missing or no JSON object."""
    try:
        config = json.loads((weight.folder / file).read_bytes())
    except (OSError, ValueError, RecursionError):
        raise ValueError(f"weights '{weight.name}': {weight.folder / file} is missing or damaged") from None
    if not isinstance(config, dict):
        raise ValueError(f"weights '{weight.name}': {weight.folder / file} holds no JSON object")
    return config


def check_units(requests: Sequence[ClipRequest]) -> None:
    """ValueError when two requests would write one file."""
    units = [request.unit for request in requests]
    for unit in units:
        if units.count(unit) > 1:
            raise ValueError(f"two clips are called {unit}: they would overwrite each other")


def refuse_last_frames(requests: Sequence[ClipRequest], name: str) -> None:
    """ValueError for a model that would ignore a last frame in silence."""
    for request in requests:
        if request.last_frame is not None:
            raise ValueError(
                f"{request.unit}: {name} does not use a last frame: set last_frame = false below [animate], "
                "or choose an animator that does, such as ltx"
            )


def _made(
    device: Device, name: str, shots: Sequence[Shot], call: Callable[[list[Segment]], list[Frame]], most: int
) -> Iterator[Shot]:
    """Each shot once it is complete: first the first segments of all, then the second ones, equal shapes together."""
    waiting = list(shots)
    while waiting:
        for group in _alike(waiting):
            due = [shot.due() for shot in group]
            for shot, segment, (frames, cost) in zip(group, due, device.run(name, due, most, call), strict=True):
                shot.take(segment, frames, cost)
                if shot.complete:
                    yield shot
        waiting = [shot for shot in waiting if not shot.complete]


def _alike(shots: Sequence[Shot]) -> list[list[Shot]]:
    """Shots whose next segments have one shape, groups in order of their first member."""
    groups: dict[tuple[int, int, bool], list[Shot]] = {}
    for shot in shots:
        index = len(shot.counts)
        length = shot.lengths[index]
        last = shot.request.last_frame is not None and index == len(shot.lengths) - 1
        groups.setdefault((shot.reach.count(length), length if last else 0, last), []).append(shot)
    return list(groups.values())


# -- texts


class Remembered(Generic[T]):
    """What was computed of texts, kept for the run by the text's hash."""

    def __init__(self, most: int = MOST_TEXTS) -> None:
        self._most = most
        self._kept: dict[str, T] = {}

    def missing(self, texts: Iterable[str]) -> list[str]:
        """The texts that nothing is kept of, each once."""
        return [text for text in dict.fromkeys(texts) if hashed(text) not in self._kept]

    def keep(self, text: str, value: T, needed: int = 0) -> None:
        """Keeps a value; the oldest go, but never one of the newest `needed`."""
        while len(self._kept) >= max(self._most, needed):
            del self._kept[next(iter(self._kept))]
        self._kept[hashed(text)] = value

    def of(self, text: str) -> T:
        return self._kept[hashed(text)]

    def read(
        self, texts: Mapping[str, Sequence[str]], compute: Callable[[list[str]], Iterable[tuple[T, Cost]]]
    ) -> dict[str, Cost]:
        """Computes what nothing is kept of. `texts` by unit; what each unit's new ones cost (a shared one: the first's)."""
        wanted = list(dict.fromkeys(text for row in texts.values() for text in row))
        missing = self.missing(wanted)
        unit_of = {text: unit for unit, row in reversed(texts.items()) for text in row}
        costs: dict[str, Cost] = {}
        for text, (value, cost) in zip(missing, compute(missing) if missing else (), strict=True):
            self.keep(text, value, len(wanted) + len(missing))
            costs[unit_of[text]] = added(costs.get(unit_of[text], Cost()), cost)
        return costs


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# -- recipes


def recipe(shot: Shot, model: str, dtype: str, **more: Any) -> dict[str, Any]:
    """What made a clip, as plain JSON: model and what the adapter adds; seeds, counts and lengths by segment; pictures."""
    request = shot.request
    pictures = {"first": request.first_frame, "last": request.last_frame}
    return {
        "model": model,
        "dtype": dtype,
        **more,
        "size": list(shot.reach.size),
        "rate": shot.reach.rate,
        "frames": request.num_frames,
        "fps": request.fps,
        "seeds": [request.seed + index for index in range(len(shot.lengths))],
        "generated": list(shot.counts),
        "used": list(shot.lengths),
        "conditions": {k: hashlib.sha256(p.read_bytes()).hexdigest() for k, p in pictures.items() if p is not None},
    }


def added(first: Cost, second: Cost) -> Cost:
    """Seconds add up; the peak is the higher one."""
    return Cost(
        first.gpu_seconds + second.gpu_seconds,
        first.core_seconds + second.core_seconds,
        max(first.peak_bytes, second.peak_bytes),
    )


# -- pipelines


@contextlib.contextmanager
def quiet() -> Generator[None]:
    """Without the warnings that pipelines log about arguments that are meant."""
    logs = (diffusers.utils.logging, transformers.utils.logging)
    before = [log.get_verbosity() for log in logs]
    try:
        for log in logs:
            log.set_verbosity_error()
        yield
    finally:
        for log, level in zip(logs, before, strict=True):
            log.set_verbosity(level)


# -- pixels


def to_frames(video: torch.Tensor) -> Frame:
    """RGB (3, frames, height, width) in -1..1, on any device, to uint8 BGR (frames, height, width, 3) on the CPU. Bytes are
    made where the video is, so that a quarter is copied. ValueError when a value is not a finite number."""
    out = torch.empty((video.shape[1], *video.shape[2:], 3), dtype=torch.uint8, device=video.device)
    for at in range(0, video.shape[1], SLICE):
        part = video[:, at : at + SLICE].float()
        if not bool(torch.isfinite(part).all()):
            raise ValueError("the model's picture holds numbers that are not finite: try dtype float32 below [device]")
        scaled = (part / 2 + 0.5).clamp(0, 1) * 255
        out[at : at + SLICE] = scaled.round().to(torch.uint8).permute(1, 2, 3, 0).flip(-1)
    return np.asarray(out.cpu().numpy(), np.uint8)


def to_pil(picture: Frame) -> Image.Image:
    """uint8 BGR (height, width, 3) as the RGB picture that diffusers' pipelines take."""
    return Image.fromarray(np.ascontiguousarray(picture[..., ::-1]))
