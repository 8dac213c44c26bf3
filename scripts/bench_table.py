"""What scripts/bench_gpu.py says: rows of figures in, a table and one JSON line out. It measures nothing."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
GOALS = {"now": 30.0, "later": 12.0}
"""GPU-seconds an episode of configuration A, all stages, on an H200."""


@dataclass
class Yardstick:
    name: str
    items: int = 0
    load_seconds: float | None = None
    first_seconds: float | None = None
    seconds_per_item: float | None = None
    seconds_per_episode: float | None = None
    peak_gb: float | None = None
    failed: str = ""


@dataclass
class Row:
    """What was measured of a stage. None: not measured, or not to be had here."""

    stage: str
    unit: str
    items: int
    first_seconds: float | None = None
    seconds_per_episode: float | None = None
    metered_seconds: float | None = None
    tflop: float | None = None
    tflops: float | None = None
    floor_seconds: float | None = None
    floor_share: float | None = None
    peak_gb: float | None = None
    dollars_per_episode: float | None = None
    yardstick: Yardstick | None = None
    ratio: float | None = None
    failed: str = ""
    rates_from: str = "configs/costs.toml"


@dataclass(frozen=True)
class Peak:
    """The most this machine could do: TFLOP/s, and GB/s of memory (0: not known)."""

    tflops: float
    gigabytes_per_second: float
    source: str


# -- table


def shown(value: float | None, digits: int = 2) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def table(rows: Sequence[Row], is_cuda: bool) -> str:
    """A line a stage; one that failed says why."""
    seconds = "GPU-s" if is_cuda else "wall s"
    head = (
        f"{'stage':<10} {'items':>6} {'first s':>8} {seconds + '/episode':>14} {'TFLOP/s':>9} {'of floor':>9} "
        f"{'peak GB':>8} {'$/episode':>10} {'yardstick ' + seconds:>17} {'ratio':>7}"
    )
    lines = [head]
    for row in rows:
        beside = row.yardstick.seconds_per_episode if row.yardstick else None
        lines.append(
            f"{row.stage:<10} {row.items:>6} {shown(row.first_seconds):>8} {shown(row.seconds_per_episode, 3):>14} "
            f"{shown(row.tflops, 1 if is_cuda else 4):>9} {percent(row.floor_share):>9} {shown(row.peak_gb, 1):>8} "
            f"{shown(row.dollars_per_episode, 6):>10} {shown(beside, 3):>17} {times(row.ratio):>7}"
        )
        lines += [f"  FAILED: {row.failed}"] if row.failed else []
        lines += [f"  yardstick FAILED: {row.yardstick.failed}"] if row.yardstick and row.yardstick.failed else []
    return "\n".join(lines)


def percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.2g}%"


def times(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}x"


def episode_of(rows: Sequence[Row]) -> dict[str, float | None]:
    """The sums over the stages measured; None where one of them failed."""
    whole = not any(row.failed for row in rows)
    beside = [row.yardstick.seconds_per_episode if row.yardstick else None for row in rows]
    known = [seconds for seconds in beside if seconds is not None]
    total = sum(row.seconds_per_episode or 0.0 for row in rows) if whole else None
    yardstick = sum(known) if len(known) == len(rows) else None
    return {
        "seconds": total,
        "floor_seconds": sum(row.floor_seconds or 0.0 for row in rows) if whole else None,
        "dollars": sum(row.dollars_per_episode or 0.0 for row in rows) if whole else None,
        "yardstick_seconds": yardstick,
        "ratio": yardstick / total if yardstick and total else None,
    }


def goals_of(total: float | None, applies: bool) -> list[dict[str, Any]]:
    """Whether the goals are kept; None where they are not set for what was measured."""
    return [
        {"goal": name, "seconds": limit, "kept": total <= limit if applies and total is not None else None}
        for name, limit in GOALS.items()
    ]


def machine() -> dict[str, Any]:
    import torch

    command = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    return {
        "date": time.strftime("%Y-%m-%d"),
        "commit": commit.stdout.strip(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "torch": torch.__version__,
    }


def rounded(value: Any) -> Any:
    """Six figures of every number, in all that is nested."""
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [rounded(each) for each in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def as_json(about: Mapping[str, Any], rows: Sequence[Row], peak: Peak, goals_apply: bool) -> str:
    """`about` says what was run; the rest as the docstring of bench_gpu lists it."""
    episode = episode_of(rows)
    told = {
        **about,
        "peak_tflops": peak.tflops,
        "peak_from": peak.source,
        "goals": goals_of(episode["seconds"], goals_apply),
        "episode": episode,
        "stages": [asdict(row) for row in rows],
    }
    return json.dumps(rounded(told))
