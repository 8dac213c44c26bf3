"""Measure what the model stages of one episode cost on this machine's GPU: a table, then one JSON line.

    python scripts/bench.py gpu [--stages painter,animator] [--configuration A|B] [--work DIR] [--vendor DIR]

Weights are random, of the published sizes (scripts/bench_models.py), so nothing is downloaded; the real adapters do one
60 s episode's work with a profile's settings: 24 key frames, 12 clips of 121 frames, judging, and scripts for 20 episodes
in one batch, counted per episode. A stage's GPU-seconds are the wall seconds between two synchronisations, the card being
held; its first call (loading, compiling) stands apart. The yardstick is plain eager diffusers or transformers in the same
run, one item at a time (scripts/bench_yardsticks.py); 'ratio' is its time for an episode over ours.

Floor: the work by configs/costs.toml over the card's peak rate (790 TFLOP/s bf16 of an H200, else a matrix product
measured here), for the writer also weights over memory bandwidth. `--size tiny` runs every line on the CPU with tiny models:
there FLOP are counted while the first call runs, and all seconds are wall seconds.

JSON: date, commit, cores, load, gpu, torch, size, profile, configuration, dtype, clip, picture, shots, episodes_written,
dollars_per_gpu_hour, peak_tflops, peak_from, goals, episode (sums), stages; of a stage: stage, unit, items (an episode's),
first_seconds, seconds_per_episode, metered_seconds (what the adapter says), tflop, tflops, floor_seconds, floor_share,
peak_gb, dollars_per_episode (GPU and cores at the profile's prices), yardstick, ratio, failed, rates_from. Exit 1 when
anything failed, 2 when nothing could be measured. Knows no model: it measures, compares and tells."""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench_table import Peak, Row, Yardstick, as_json, episode_of, machine, shown, table, times

if TYPE_CHECKING:
    from bench_stages import Setup, Stage

ROOT = Path(__file__).resolve().parent.parent
SIZES = ("full", "tiny")
STAGE_NAMES = ("writer", "painter", "judge", "animator")
CONFIGURATIONS = {"A": (512, 896), "B": (704, 1216)}
"""LTX-Video 2B's clip size, beside four-step SDXL with ControlNet."""
KNOWN_PEAKS = {"H200": (790.0, 4300.0)}
"""Measured bf16 TFLOP/s and GB/s of a card whose name holds this."""
PEAK_SIDE = {"cuda": 8192, "cpu": 1024}
WORDS_MOST = 300


@dataclass
class Timing:
    """One timed call: seconds of the card (of the wall on the CPU), of all cores, and the most memory, in bytes."""

    seconds: float = 0.0
    core_seconds: float = 0.0
    peak_bytes: int = 0


# -- timing


@contextlib.contextmanager
def timed(is_cuda: bool) -> Generator[Timing]:
    import torch

    timing = Timing()
    if is_cuda:
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
    wall, core = time.perf_counter(), core_seconds()
    yield timing
    if is_cuda:
        torch.cuda.synchronize()
        timing.peak_bytes = torch.cuda.max_memory_allocated()
    timing.seconds, timing.core_seconds = time.perf_counter() - wall, core_seconds() - core


def core_seconds() -> float:
    """Of this process and its children that have ended (encoders)."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def peak_of(kind: str, asked: float | None, bandwidth: float | None) -> Peak:
    """By the card's name, or measured: the best of five products of two large matrices."""
    import torch

    name = torch.cuda.get_device_name() if kind == "cuda" else "CPU"
    known = next((rates for word, rates in KNOWN_PEAKS.items() if word in name), None)
    if asked:
        return Peak(asked, bandwidth or (known[1] if known else 0.0), "--peak")
    if known:
        return Peak(known[0], bandwidth or known[1], f"{name}, bf16, measured (SPEED)")
    side = PEAK_SIDE[kind]
    dtype = torch.bfloat16 if kind == "cuda" else torch.float32
    square = torch.randn(side, side, device=kind, dtype=dtype)
    best = float("inf")
    for _ in range(5):
        with timed(kind == "cuda") as timing:
            torch.matmul(square, square)
        best = min(best, timing.seconds)
    kind_of = "bf16" if kind == "cuda" else "float32"
    return Peak(2e-12 * side**3 / best, bandwidth or 0.0, f"{name}, {kind_of} product of {side} x {side}, this run")


def counted(call: Callable[[], Any]) -> float:
    """TFLOP that torch counts while `call` runs; elementwise work is not counted."""
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        call()
    return counter.get_total_flops() / 1e12


def release(setup: Setup) -> None:
    """Gives all memory back between two measurements, compiled code too."""
    import torch

    setup.device.release()
    if setup.device.is_cuda:
        torch.compiler.reset()
        gc.collect()
        torch.cuda.empty_cache()


def words_of(error: BaseException) -> str:
    text = " ".join(str(error).split()) or "no reason given"
    return f"{type(error).__name__}: {text}"[:WORDS_MOST]


# -- measuring


def measure(stage: Stage, setup: Setup, peak: Peak, tiny: bool) -> Row:
    """One stage: a first call, then an episode's work. What goes wrong is the row's `failed`."""
    row = Row(stage.name, stage.unit, stage.items(setup))
    try:
        _measure(stage, setup, peak, tiny, row)
    except Exception as error:
        row.failed = words_of(error)
    release(setup)
    return row


def _measure(stage: Stage, setup: Setup, peak: Peak, tiny: bool, row: Row) -> None:
    device, rows = setup.device, stage.rows(setup.settings)
    warm = stage.warm(setup)
    done: list[float] = []
    with timed(device.is_cuda) as first:
        call = stage.make(setup)
        if tiny:
            done.append(counted(lambda: call(warm, "first")))
        else:
            call(warm, "first")
    row.first_seconds = first.seconds
    requests, episodes = stage.requests(setup), stage.episodes(setup)
    with timed(device.is_cuda) as steady:
        costs = call(requests, "steady")
    if len(costs) != requests * rows:
        raise ValueError(f"{len(costs)} results for {requests * rows} items")
    row.seconds_per_episode = steady.seconds / episodes
    row.metered_seconds = sum(cost.gpu_seconds for cost in costs) / episodes if device.is_cuda else None
    most = max(first.peak_bytes, steady.peak_bytes, *(cost.peak_bytes for cost in costs))
    row.peak_gb = most / 1024**3 if device.is_cuda else None
    gpu = row.seconds_per_episode if device.is_cuda else 0.0
    row.dollars_per_episode = setup.profile.dollars(steady.core_seconds / episodes, gpu)
    each = done[0] / (warm * rows) if done else stage.tflop(setup)
    row.rates_from = "counted in the first call" if done else row.rates_from
    _compare_with_floor(stage, setup, peak, row, each * row.items, reads=not tiny)


def _compare_with_floor(stage: Stage, setup: Setup, peak: Peak, row: Row, tflop: float, reads: bool) -> None:
    from bench_stages import reading_seconds

    seconds = row.seconds_per_episode or 0.0
    row.tflop, row.tflops = tflop, tflop / seconds
    row.floor_seconds = tflop / peak.tflops
    if stage.name == "writer" and reads and peak.gigabytes_per_second:
        row.floor_seconds = max(row.floor_seconds, reading_seconds(setup, peak.gigabytes_per_second))
    row.floor_share = row.floor_seconds / seconds


def compare(row: Row, setup: Setup) -> None:
    """Fills in the yardstick of a row, and the ratio where both were measured."""
    from bench_yardsticks import YARDSTICKS

    name, load, items = YARDSTICKS[row.stage]
    found = row.yardstick = Yardstick(name)
    try:
        _yardstick(found, lambda: load(setup), items, setup.device.is_cuda)
        found.seconds_per_episode = (found.seconds_per_item or 0.0) * row.items
        if row.seconds_per_episode and not row.failed:
            row.ratio = found.seconds_per_episode / row.seconds_per_episode
    except Exception as error:
        found.failed = words_of(error)
    release(setup)


def _yardstick(found: Yardstick, load: Callable[[], Callable[[int], Any]], items: int, is_cuda: bool) -> None:
    with timed(is_cuda) as loading:
        item = load()
    with timed(is_cuda) as first:
        item(0)
    with timed(is_cuda) as steady:
        for number in range(items):
            item(number + 1)
    found.items, found.load_seconds, found.first_seconds = items, loading.seconds, first.seconds
    found.seconds_per_item = steady.seconds / items
    found.peak_gb = max(first.peak_bytes, steady.peak_bytes) / 1024**3 if is_cuda else None


# -- the command


def parser() -> argparse.ArgumentParser:
    out = argparse.ArgumentParser(
        prog="bench.py gpu", description="Measure the model stages of one episode with random weights of full size."
    )
    out.add_argument("--stages", default=",".join(STAGE_NAMES), help="some of: %(default)s")
    out.add_argument(
        "--size", choices=SIZES, default="full", help="full: about 34 GB of random weights; tiny: on the CPU"
    )
    out.add_argument(
        "--configuration", choices=sorted(CONFIGURATIONS), default="A", help="clip size: A 512x896, B 704x1216"
    )
    out.add_argument("--profile", help="whose settings and price (gpu-80gb, or tiny at that size)")
    out.add_argument("--shots", type=int, help="of the episode (12; tiny 2)")
    out.add_argument("--episodes", type=int, help="whose scripts are written in one go (20; tiny 2)")
    out.add_argument("--work", type=Path, help="where weights are made and kept (else a folder that is deleted)")
    out.add_argument("--peak", type=float, help="TFLOP/s that the floor is counted with")
    out.add_argument("--bandwidth", type=float, help="GB/s that the writer's floor is counted with")
    out.add_argument("--no-yardstick", action="store_true", help="without the comparison")
    out.add_argument("--vendor", type=Path, help="a folder of unpacked wheels to import from first")
    return out


def stage_names(text: str) -> list[str]:
    """ValueError names an unknown stage."""
    names = [name for name in (part.strip() for part in text.split(",")) if name]
    unknown = [name for name in names if name not in STAGE_NAMES]
    if unknown or not names:
        raise ValueError(f"unknown stage '{', '.join(unknown)}': choose from {', '.join(STAGE_NAMES)}")
    return [name for name in STAGE_NAMES if name in names]


def setup_for(chosen: argparse.Namespace, names: Sequence[str], work: Path) -> Setup:
    """Settings and weights. ValueError, one line: no GPU, no such profile, not enough disk."""
    import torch
    from bench_models import check_known, make_weights
    from bench_stages import STAGES, Setup, roles_of, settings_for

    from engine.config import load_profile
    from engine.core import UserError

    tiny = chosen.size == "tiny"
    try:
        profile = load_profile(chosen.profile or ("tiny" if tiny else "gpu-80gb"))
    except UserError as error:
        raise ValueError(str(error)) from error
    settings = settings_for(profile, CONFIGURATIONS[chosen.configuration], tiny)
    roles = roles_of(profile, [STAGES[name] for name in names])
    if not tiny:
        check_known(profile.models, roles)
    kind, dtype = settings.device.kind, settings.device.dtype
    if kind == "cuda" and not torch.cuda.is_available():
        raise ValueError(f"profile {profile.name} needs a CUDA GPU and torch sees none: --size tiny runs on the CPU")
    weights = make_weights(work / "weights", roles, chosen.size, dtype, kind)
    shots, episodes = chosen.shots or (2 if tiny else 12), chosen.episodes or (2 if tiny else 20)
    return Setup(profile, settings, weights, work / "run", shots, episodes)


def about(chosen: argparse.Namespace, setup: Setup) -> dict[str, Any]:
    """What was run, where and at which price."""
    animate, paint = setup.settings.animate, setup.settings.paint
    return {
        **machine(),
        "size": chosen.size,
        "profile": setup.profile.name,
        "configuration": chosen.configuration if chosen.size == "full" else None,
        "dtype": setup.settings.device.dtype,
        "clip": [animate.width, animate.height, animate.frames, animate.steps],
        "picture": [paint.width, paint.height, paint.steps],
        "shots": setup.shots,
        "episodes_written": setup.episodes,
        "dollars_per_gpu_hour": setup.profile.dollars_per_gpu_hour,
    }


@contextlib.contextmanager
def hushed() -> Generator[None]:
    """Without the libraries' bars and remarks, which would stand between the figures."""
    import diffusers
    import transformers

    logs = (diffusers.utils.logging, transformers.utils.logging)
    before = [(log.get_verbosity(), log.is_progress_bar_enabled()) for log in logs]
    try:
        for log in logs:
            log.set_verbosity_error()
            log.disable_progress_bar()
        yield
    finally:
        for log, (level, bar) in zip(logs, before, strict=True):
            log.set_verbosity(level)
            (log.enable_progress_bar if bar else log.disable_progress_bar)()


def bench(chosen: argparse.Namespace, names: Sequence[str], work: Path) -> int:
    """Measures, says each stage as it is done, and ends with table and JSON. 1 when anything failed."""
    from bench_stages import STAGES

    setup = setup_for(chosen, names, work)
    peak = peak_of(setup.settings.device.kind, chosen.peak, chosen.bandwidth)
    print(f"floor: {peak.tflops:.3g} TFLOP/s ({peak.source})", flush=True)
    rows: list[Row] = []
    for name in names:
        row = measure(STAGES[name], setup, peak, chosen.size == "tiny")
        if not chosen.no_yardstick:
            compare(row, setup)
        rows.append(row)
        print(f"{name}: {row.failed or shown(row.seconds_per_episode, 3) + ' s an episode'}", flush=True)
    tell(rows, setup, peak, chosen)
    return 1 if any(row.failed or (row.yardstick and row.yardstick.failed) for row in rows) else 0


def tell(rows: Sequence[Row], setup: Setup, peak: Peak, chosen: argparse.Namespace) -> None:
    """The table, the episode's sum, and everything as one JSON line."""
    whole = about(chosen, setup)
    episode = episode_of(rows)
    print(table(rows, setup.device.is_cuda))
    print(f"episode: {shown(episode['seconds'], 3)} s, floor {shown(episode['floor_seconds'], 3)} s, ", end="")
    print(f"${shown(episode['dollars'], 6)}, yardstick over ours {times(episode['ratio'])}")
    applies = chosen.size == "full" and chosen.configuration == "A" and "H200" in (whole["gpu"] or "")
    print(as_json(whole, rows, peak, applies and len(rows) == len(STAGE_NAMES)), flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = parser().parse_args(arguments)
    sys.path[:0] = [str(path) for path in (chosen.vendor, ROOT) if path and str(path) not in sys.path]
    work: Path = chosen.work or Path(tempfile.mkdtemp(prefix="cliffhanger-bench-gpu-"))
    try:
        names = stage_names(chosen.stages)
        with hushed():
            return bench(chosen, names, work)
    except (ValueError, ImportError, OSError) as error:
        print(f"bench gpu: {error}", file=sys.stderr)
        return 2
    finally:
        if not chosen.work:
            shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
