"""`cliffhanger estimate`: what a run will need, as a table or as JSON. Prints; the arithmetic is `estimating`'s."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.commands import gpu_name, open_folder, parse_episodes, with_budget
from engine.config import Profile, load_profile
from engine.core import Episode, UserError
from engine.estimating import SECONDS, SHOTS, Estimate, costs, episode_estimate, stage_gigabytes, weight_gigabytes
from engine.manifest import read_manifest
from engine.store import SeriesFolder
from engine.writing import DEFAULT_LENGTH
from models import catalogue, weights
from models.settings import ACTIVATIONS_GB


@dataclass(frozen=True)
class Size:
    """What is to be made: episodes, their shots and seconds on average, and how many shots a model animates."""

    episodes: int
    shots: float
    seconds: float
    clips: int


def show_estimate(
    path: Path | None, profile_name: str, episodes: str | None, budget: float | None, as_json: bool
) -> None:
    profile = with_budget(load_profile(profile_name), budget)
    count, shots, seconds = measured(path, episodes)
    estimate = episode_estimate(profile, round(shots), seconds=seconds)
    size = Size(count, shots, seconds, clips_of(profile, estimate, round(shots), seconds))
    spent = spent_so_far(path, profile)
    if as_json:
        print(json.dumps(as_data(profile, estimate, size) | {"measured": spent}))
        return
    for line in table(profile, estimate, size):
        print(line)
    if spent:
        gpu, dollars = spent["gpu_seconds"], spent["dollars"]
        print(f"measured: {gpu:.1f} GPU-s and ${dollars:.4f} an episode, of {spent['episodes']} that are rendered")


def measured(path: Path | None, episodes: str | None) -> tuple[int, float, float]:
    """(episodes, shots an episode, seconds an episode): of a series, or of a planned season."""
    if path is None:
        return (len(parse_episodes(episodes, DEFAULT_LENGTH)), float(SHOTS), SECONDS)
    folder = open_folder(path)
    series = folder.load()
    chosen = [series.episodes[n - 1] for n in parse_episodes(episodes, series.length)]
    shots = sum(len(list(e.shots())) for e in chosen) / len(chosen)
    return len(chosen), shots, draft_seconds(folder, series.language, chosen)


def spent_so_far(path: Path | None, profile: Profile) -> dict[str, float]:
    """What the rendered episodes of this series and profile cost on average; empty when there are none."""
    if path is None:
        return {}
    folder = open_folder(path)
    series = folder.load()
    found = [read_manifest(folder.episode(profile, series.language, e.number)) for e in series.episodes]
    costs_ = [m.cost for m in found if m is not None]
    if not costs_:
        return {}
    return {
        "episodes": len(costs_),
        "gpu_seconds": round(sum(c.gpu_seconds for c in costs_) / len(costs_), 3),
        "core_seconds": round(sum(c.core_seconds for c in costs_) / len(costs_), 1),
        "dollars": round(sum(c.dollars for c in costs_) / len(costs_), 6),
    }


def draft_seconds(folder: SeriesFolder, language: str, episodes: Sequence[Episode]) -> float:
    """The mean length of those episodes that have a draft; a planned episode's when none has."""
    draft = load_profile("draft")
    found = [read_manifest(folder.episode(draft, language, e.number)) for e in episodes]
    lengths = [m.frames / m.rate for m in found if m is not None]
    return sum(lengths) / len(lengths) if lengths else SECONDS


def clips_of(profile: Profile, estimate: Estimate, shots: int, seconds: float) -> int:
    """How many shots the estimate pays a model's clip for."""
    if profile.settings is None:
        return 0
    one = episode_estimate(profile, shots, 1, seconds).gpu_seconds["animating"]
    return round(estimate.gpu_seconds["animating"] / one) if one else shots


def table(profile: Profile, estimate: Estimate, size: Size) -> list[str]:
    tier = f" ({profile.settings.tier})" if profile.settings else ""
    lines = [
        f"profile {profile.name}{tier}: {profile.description}",
        f"{size.episodes} episodes of {size.seconds:.0f} s and {size.shots:.0f} shots, estimated, not measured",
        "",
        f"{'an episode':<12} {'GPU-s':>8} {'core-s':>8} {'dollars':>9}",
    ]
    for stage, seconds in estimate.gpu_seconds.items():
        lines.append(f"{stage:<12} {seconds:8.1f} {'':>8} {profile.dollars(0.0, seconds):9.4f}")
    lines.append(f"{'all':<12} {estimate.gpu_total:8.1f} {estimate.core_seconds:8.0f} {estimate.dollars:9.4f}")
    if profile.settings is not None:
        lines.append(motion(profile, size))
    return [*lines, "", *needs(profile, estimate, size)]


def motion(profile: Profile, size: Size) -> str:
    """'14 of 16 shots are animated by ltx-2b within $0.05; the others are camera moves over their pictures (still)'"""
    limit = f"within ${profile.budget_dollars:g}" if profile.budget_dollars else "without a limit"
    animator = profile.models.get("animator", profile.animator)
    told = f"{size.clips} of {size.shots:.0f} shots are animated by {animator} {limit}"
    left = size.clips < round(size.shots)
    return f"{told}; the others are camera moves over their pictures ({profile.cheap_animator})" if left else told


def needs(profile: Profile, estimate: Estimate, size: Size) -> list[str]:
    machine = costs()["machine"]
    hours = size.episodes * max(estimate.gpu_total, estimate.core_seconds / 2) / 3600
    time = f"{hours:.1f} hours" if hours >= 1 else f"{max(1, round(60 * hours))} minutes"
    lines = [f"time: {time} on {'one GPU and ' if profile.settings else ''}two cores"]
    if profile.settings is not None:
        lines.append(f"memory: {memory(profile, profile.settings.device.vram_gb)}; here: {gpu_name() or 'no GPU'}")
        missing = missing_weights(profile)
        own = [name for name in missing if name.startswith(weights.OWN)]
        bring = f"; {len(missing)} are not here: cliffhanger models pull --profile {profile.asked}" if missing else ""
        bring = (
            f"; cannot be used: {', '.join(own)} (cliffhanger models verify --profile {profile.asked})"
            if own
            else bring
        )
        lines.append(f"weights: {weight_gigabytes(profile):.1f} GB on disk{bring}")
    lines.append(f"disk: {size.episodes * machine['disk_gb_per_episode']:.1f} GB for the series")
    price = f"${profile.dollars_per_gpu_hour:g} a GPU-hour and " if profile.settings else ""
    price += f"${profile.dollars_per_core_hour:g} a core-hour"
    lines.append(f"dollars: {size.episodes * estimate.dollars:.2f} at {price}")
    return lines


def memory(profile: Profile, planned: float) -> str:
    """What each stage's weights take, and whether they stay loaded, take turns, or come in parts."""
    stages = stage_gigabytes(profile)
    told = ", ".join(f"{stage} {gb:.1f}" for stage, gb in stages.items())
    room = planned - ACTIVATIONS_GB
    if sum(stages.values()) <= room:
        how = "all stay loaded"
    elif max(stages.values(), default=0.0) <= room:
        how = "loaded stage by stage"
    else:
        how = f"{', '.join(s for s, gb in stages.items() if gb > room)} in parts, which is slower"
    return f"weights of {told} GB beside {ACTIVATIONS_GB:g} GB to work in, {planned:g} GB planned: {how}"


def missing_weights(profile: Profile) -> list[str]:
    """Weights of the profile that are not whole on this machine. UserError for a name that nothing has."""
    missing: list[str] = []
    known = catalogue.entries()
    for name in profile.models.values():
        if name not in known and not name.startswith(weights.OWN):
            raise UserError(
                f"profile {profile.name}: unknown weights '{name}': `cliffhanger models list` shows the known"
            )
    for role, name in profile.models.items():
        try:
            weights.local({role: name}, profile.name)
        except ValueError:
            missing.append(name)
    return list(dict.fromkeys(missing))


def as_data(profile: Profile, estimate: Estimate, size: Size) -> dict[str, Any]:
    data: dict[str, Any] = {
        "profile": profile.name,
        "episodes": size.episodes,
        "shots": round(size.shots, 1),
        "clips": size.clips,
        "gpu_seconds": {stage: round(seconds, 3) for stage, seconds in estimate.gpu_seconds.items()},
        "core_seconds": round(estimate.core_seconds, 1),
        "dollars_per_episode": round(estimate.dollars, 6),
        "dollars": round(estimate.dollars * size.episodes, 6),
        "disk_gb": round(size.episodes * costs()["machine"]["disk_gb_per_episode"], 2),
    }
    if profile.settings is not None:
        data["vram_gb"] = {stage: round(gb, 2) for stage, gb in stage_gigabytes(profile).items()}
        data["weights_gb"] = round(weight_gigabytes(profile), 2)
        data["missing_weights"] = missing_weights(profile)
    return data
