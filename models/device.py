"""The device manager: where a model runs, in what precision, which models stay loaded, what it cost. Knows no model.

One model group at a time is used ('stage-major'); the others stay resident while they fit, and are dropped, least
recently used first, when they do not. Out of memory halves the batch, and what fitted is remembered."""

from __future__ import annotations

import contextlib
import gc
import os
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import torch

from models.base import Cost
from models.settings import ACTIVATIONS_GB, DeviceSettings

T = TypeVar("T")
R = TypeVar("R")
Residency = Literal["resident", "offload", "sequential"]

GIB = 1024**3


@dataclass
class Meter:
    """What a metered block spent; filled when the block ends."""

    gpu_seconds: float = 0.0
    core_seconds: float = 0.0
    peak_bytes: int = 0

    def share(self, count: int) -> Cost:
        """The cost of one of `count` rows."""
        return Cost(self.gpu_seconds / max(1, count), self.core_seconds / max(1, count), self.peak_bytes)


@dataclass
class _Held:
    model: Any
    gigabytes: float
    used: int


class Device:
    """One accelerator, or the CPU. Not safe for use from several threads."""

    def __init__(self, settings: DeviceSettings) -> None:
        if settings.kind == "cuda" and not torch.cuda.is_available():
            raise ValueError(
                "this profile needs a CUDA GPU and torch sees none: `cliffhanger doctor` shows what is here, "
                "profile 'draft' needs none"
            )
        self.settings = settings
        self.torch_device = torch.device(settings.kind)
        self.dtype: torch.dtype = getattr(torch, settings.dtype)
        if settings.compile:  # compiled code outlives the process
            os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(_cache() / "compiled"))
        if settings.threads:
            torch.set_num_threads(settings.threads)
        self._held: dict[str, _Held] = {}
        self._batches: dict[str, int] = {}
        self._clock = 0

    @property
    def is_cuda(self) -> bool:
        return self.torch_device.type == "cuda"

    def free_gb(self) -> float:
        """Memory that models may use: what is free now, within the profile's plan for this process.

        The driver counts as taken what torch keeps from earlier batches for later ones; that is free to us, since torch
        gives it back before it runs out. What other programs take lessens what is free, not the plan."""
        if not self.is_cuda:
            return self.settings.vram_gb - self.held_gb()
        free, used = torch.cuda.mem_get_info()[0], torch.cuda.memory_allocated()
        kept = torch.cuda.memory_reserved() - used
        return min((free + kept) / GIB, max(0.0, self.settings.vram_gb - used / GIB))

    def held_gb(self) -> float:
        return sum(h.gigabytes for h in self._held.values())

    # -- residency

    def hold(self, name: str, gigabytes: float, load: Callable[[], T]) -> T:
        """The model group `name`, loaded on first use and kept; others are dropped when there is no room.

        `gigabytes` is the weights' size as loaded. `load` puts the model where it belongs (`place`)."""
        self._clock += 1
        held = self._held.get(name)
        if held is None:
            self._make_room(gigabytes)
            held = self._held[name] = _Held(self._loaded(name, load), gigabytes, self._clock)
        held.used = self._clock
        return held.model

    def _loaded(self, name: str, load: Callable[[], T]) -> T:
        """The loaded model; when memory ends on the way, once more with nothing else loaded."""
        with contextlib.suppress(torch.OutOfMemoryError):
            return load()
        self.release()
        try:
            return load()
        except torch.OutOfMemoryError:
            raise ValueError(
                f"{name} does not fit into the memory that is free: free some, or choose a profile for less memory"
            ) from None

    def residency(self, gigabytes: float, largest: float) -> Residency:
        """Where a model group of `gigabytes` can live: all on the card; each part there while it runs, when the `largest`
        fits; or layer by layer. Ask inside `hold`'s `load`, when room has been made."""
        free = self.free_gb()
        if not self.is_cuda or free >= gigabytes + ACTIVATIONS_GB:
            return "resident"
        return "offload" if free >= largest + ACTIVATIONS_GB else "sequential"

    def _make_room(self, gigabytes: float) -> None:
        while self._held and self.free_gb() < gigabytes + ACTIVATIONS_GB:
            self.release(min(self._held, key=lambda name: self._held[name].used))

    def spare(self, gigabytes: float, *keep: str) -> None:
        """Drops model groups, least recently used first and never those in `keep`, until this much is free: what a call
        that needs more than ACTIVATIONS_GB asks for before it runs."""
        while (others := [name for name in self._held if name not in keep]) and self.free_gb() < gigabytes:
            self.release(min(others, key=lambda name: self._held[name].used))

    def release(self, name: str | None = None) -> None:
        """Drops one model group, or all."""
        for each in [name] if name else list(self._held):
            self._held.pop(each, None)
        gc.collect()
        if self.is_cuda:
            torch.cuda.empty_cache()

    # -- batches

    def run(
        self, name: str, items: Sequence[T], most: int, call: Callable[[list[T]], list[R]]
    ) -> Iterator[tuple[R, Cost]]:
        """`call` over `items` in batches of at most `most`, each result with its share of the batch's cost.

        Out of memory halves the batch, which is remembered under `name`. For a single item all models but the one used
        last make room; when it does not fit then either, that is an error."""
        at = 0
        while at < len(items):
            size = min(most, self._batches.get(name, most), len(items) - at)
            batch = list(items[at : at + size])
            try:
                with self.metered() as meter:
                    results = call(batch)
            except torch.OutOfMemoryError:
                if self.is_cuda:
                    torch.cuda.empty_cache()
                if size > 1:
                    self._batches[name] = size // 2
                elif not self._drop_idle():
                    raise ValueError(
                        f"{name}: one item does not fit into the memory that is free: "
                        "choose a smaller size in the profile, or a profile for less memory"
                    ) from None
                continue
            if len(results) != size:
                raise ValueError(f"{name} answered {len(results)} of {size} rows")
            for result in results:
                yield result, meter.share(size)
            at += size

    def _drop_idle(self) -> bool:
        """Drops every model group but the one used last; whether there were any."""
        idle = sorted(self._held, key=lambda name: self._held[name].used)[:-1]
        for name in idle:
            self.release(name)
        return bool(idle)

    # -- metering

    @contextlib.contextmanager
    def metered(self) -> Generator[Meter, None, None]:
        """GPU-seconds (wall time between two synchronisations), core-seconds and peak memory of the block."""
        meter = Meter()
        if self.is_cuda:
            torch.cuda.synchronize()
            torch.cuda.reset_peak_memory_stats()
        wall, core = time.perf_counter(), _core_seconds()
        try:
            yield meter
        finally:
            if self.is_cuda:
                torch.cuda.synchronize()
                meter.gpu_seconds = time.perf_counter() - wall
                meter.peak_bytes = torch.cuda.max_memory_allocated()
            meter.core_seconds = _core_seconds() - core

    def generator(self, seed: int) -> torch.Generator:
        """Noise by seed, drawn on the CPU: the same on every card and in every batch."""
        return torch.Generator("cpu").manual_seed(seed)


def _cache() -> Path:
    shared = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("CLIFFHANGER_CACHE") or Path(shared) / "cliffhanger")


def _core_seconds() -> float:
    times = os.times()
    return times.user + times.system


_house: Device | None = None


def house_device(settings: DeviceSettings) -> Device:
    """The device that all adapters of this process share. Another setting starts anew."""
    global _house
    if _house is None or _house.settings != settings:
        if _house is not None:
            _house.release()
        _house = Device(settings)
    return _house
