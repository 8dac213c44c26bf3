"""Clip requests -> clip takes: by a model while the purse lasts, else by a camera move over the picture.

A model's candidates are judged. One that never passes stays in the vault, marked, and its shot goes the cheaper way."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from shutil import copyfile
from typing import Any

from engine.backends import readers_faults
from engine.batching import Job, build
from engine.estimating import clip_dollars
from engine.painting import MOST_SEED, SEED_STEP, Studio, costs_of
from engine.routing import Purse, affordable
from engine.takes import Keyframe
from engine.vault import Made, Take
from models.base import Animator, Clip, ClipRequest, Judgement
from models.settings import ModelSettings

STAGE = "animating"
PASSED = Judgement({}, True)


@dataclass(frozen=True)
class Moved:
    """The clip of every shot; `spare` are a model's clips that were refused, paid for all the same."""

    clips: Mapping[str, Take]
    spare: tuple[Take, ...] = ()


def move_shots(
    studio: Studio, requests: Sequence[ClipRequest], keyframes: Mapping[str, Keyframe], purse: Purse, label: str
) -> Moved:
    """Clips of these requests, which come in order of importance."""
    animator, cheap = studio.backends.animator, studio.backends.cheap_animator
    settings = studio.settings
    if settings is None or cheap is None:
        return Moved(clip_takes(studio, animator, requests, keyframes, label))
    clips: dict[str, Take] = {}
    spare: list[Take] = []
    for batch in batches(studio, requests, purse):
        for unit, take in clip_takes(studio, animator, batch, keyframes, label).items():
            purse.pay(price(studio, take))
            if take.result.get("accepted", True):
                clips[unit] = take
            else:
                spare.append(take)
    rest = [replace(r, last_frame=None) for r in requests if r.unit not in clips]
    return Moved({**clips, **clip_takes(studio, cheap, rest, keyframes, label)}, tuple(spare))


def batches(studio: Studio, requests: Sequence[ClipRequest], purse: Purse) -> Iterator[list[ClipRequest]]:
    """What the purse pays for: one clip, then all that it pays for if they cost as much more or less than expected."""
    left, ratio = list(requests), 1.0
    while left:
        planned = Purse(purse.limit, purse.spent)
        prices = [(r.unit, ratio * clip_dollars(studio.profile, r.num_frames)) for r in left]
        chosen = set(affordable(prices, planned)[: 1 if len(left) == len(requests) else None])
        batch = [r for r in left if r.unit in chosen]
        if not batch:
            return
        before = purse.spent
        yield batch
        expected = sum(clip_dollars(studio.profile, r.num_frames) for r in batch)
        ratio = (purse.spent - before) / expected if expected else 1.0
        left = [r for r in left if r.unit not in chosen]


def price(studio: Studio, take: Take) -> float:
    """What a take cost, in dollars."""
    core, gpu = float(take.cost.get("core_seconds", 0)), float(take.cost.get("gpu_seconds", 0))
    return studio.profile.dollars(core, gpu)


def clip_takes(
    studio: Studio, animator: Animator, requests: Sequence[ClipRequest], keyframes: Mapping[str, Keyframe], label: str
) -> dict[str, Take]:
    version = {"model": animator.name, "version": getattr(animator, "version", 1)}
    jobs = [Job(r.unit, _recipe(r, keyframes[r.unit], version), animator.suffix, r) for r in requests]

    def make(missing: list[ClipRequest]) -> Iterable[Made]:
        with tempfile.TemporaryDirectory(prefix="cliffhanger-") as folder:
            if animator is studio.backends.animator and studio.settings is not None:
                prepare = getattr(animator, "prepare", None)
                if prepare is not None:  # every prompt is read before the first clip: the text encoder is loaded once
                    prepare(missing)
                made = choose_clips(studio, studio.settings, missing, Path(folder))
            else:
                clips = animator.animate(missing, Path(folder))
                made = (clip_made(clip, {"num_frames": clip.num_frames}) for clip in clips)
            for request, each in zip(missing, made, strict=True):
                yield replace(each, rights=joined(each.rights, keyframes[request.unit].take.rights))

    with readers_faults(studio.profile):
        return build(studio.vault, STAGE, jobs, make, studio.progress, label) if jobs else {}


def joined(clip: Mapping[str, Any], picture: Mapping[str, Any]) -> dict[str, Any]:
    """A clip may be used as far as it and its picture may; both are named."""
    if clip == picture:
        return dict(clip)
    both = {name: "; ".join(dict.fromkeys((clip[name], picture[name]))) for name in ("source", "licence", "consent")}
    return both | {"commercial_use": bool(clip["commercial_use"] and picture["commercial_use"])}


def _recipe(request: ClipRequest, keyframe: Keyframe, version: Mapping[str, object]) -> dict[str, object]:
    """Everything that decides the clip; its pictures by their fingerprints, not by where they lie."""
    recipe = {**version, **asdict(request), "first_frame": keyframe.take.fingerprint}
    recipe["picture"] = keyframe.take.fingerprint
    recipe["last_frame"] = keyframe.last.fingerprint if request.last_frame and keyframe.last else None
    return recipe


@dataclass(frozen=True)
class Tried:
    clip: Clip
    judgement: Judgement
    seed: int
    attempt: int


def choose_clips(
    studio: Studio, settings: ModelSettings, requests: Sequence[ClipRequest], folder: Path
) -> Iterator[Made]:
    """The best candidate of each request, in order; failures are tried again up to the stop rule."""
    size = settings.animate.batch
    for at in range(0, len(requests), size):
        batch = requests[at : at + size]
        tried: dict[str, list[Tried]] = {r.unit: [] for r in batch}
        for attempt in range(settings.accept.attempts):
            open_ = [r for r in batch if not any(t.judgement.passed for t in tried[r.unit])]
            for candidate in range(settings.animate.candidates if open_ else 0):
                seed = SEED_STEP * attempt + candidate
                seeded = [replace(r, seed=(r.seed + seed) % MOST_SEED) for r in open_]
                place = folder / f"{at}-{attempt}-{candidate}"
                place.mkdir()
                for request, one in zip(seeded, attempt_clips(studio, seeded, place, attempt + 1), strict=True):
                    tried[request.unit].append(one)
        for request in batch:
            yield chosen_made(tried[request.unit])


def attempt_clips(studio: Studio, requests: Sequence[ClipRequest], folder: Path, attempt: int) -> list[Tried]:
    clips = studio.backends.animator.animate(requests, folder)
    judge = studio.backends.judge
    judged = judge.judge_clips(requests, clips) if judge is not None else [PASSED] * len(clips)
    return [Tried(c, j, r.seed, attempt) for r, c, j in zip(requests, clips, judged, strict=True)]


def chosen_made(tried: Sequence[Tried]) -> Made:
    best = max(tried, key=lambda t: (t.judgement.passed, t.judgement.scores.get("total", 0.0)))
    result: dict[str, Any] = {
        "num_frames": best.clip.num_frames,
        "seed": best.seed,
        "candidates": len(tried),
        "attempts": max(t.attempt for t in tried),
        "accepted": best.judgement.passed,
        "reason": best.judgement.reason,
        "scores": dict(best.judgement.scores),
        "tried": [
            {"seed": t.seed, "passed": t.judgement.passed, "reason": t.judgement.reason, "scores": dict(t.judgement.scores)}
            for t in tried
        ],
    }  # fmt: skip
    cost = costs_of([t.clip.cost for t in tried] + [t.judgement.cost for t in tried])
    return replace(clip_made(best.clip, result), cost=cost)


def clip_made(clip: Clip, result: Mapping[str, Any]) -> Made:
    def write(path: Path) -> None:
        copyfile(clip.path, path)

    told = {**result, "recipe": dict(clip.recipe)} if clip.recipe else dict(result)
    return Made(write, clip.model, asdict(clip.rights), asdict(clip.cost), told)
