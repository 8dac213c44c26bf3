"""Master + timeline -> the deliverables of an episode. The manifest is written last: it means "complete"."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2

from engine import interchange, subtitles
from engine.config import Profile
from engine.core import Episode, Series
from engine.fonts import FAMILY, font_file
from engine.lettering import draw_cover
from engine.manifest import COVERS, DELIVERABLES, MANIFEST, MANIFEST_VERSION, SHOT_FILES, script_print
from engine.story.scriptfile import to_markdown
from engine.takes import DialogueTake, Keyframe, Poster, Stems
from engine.timeline import Timeline
from engine.vault import Take, atomic, file_sha256, fingerprint, write_json, write_text
from models import catalogue
from models.base import Rights

WRITING = "writing"
COVER_QUALITY = 90
COVER_VERSION = 1  # of the crop, the grade and the letters
FONT_RIGHTS = Rights(source="subset of Noto Sans CJK SC 2.004, see configs/fonts/OFL.txt", licence="OFL-1.1")


@dataclass(frozen=True)
class Delivery:
    """Everything that the deliverables of one episode are made from."""

    series: Series
    episode: Episode
    profile: Profile
    timeline: Timeline
    master: Take
    stems: Stems
    dialogue: Mapping[str, DialogueTake]
    keyframes: Mapping[str, Keyframe]
    clips: Mapping[str, Take]
    posters: tuple[Poster, ...]
    core_seconds: float
    spare: tuple[Take, ...] = ()
    writing: tuple[Take, ...] = ()
    """What a language model wrote for this episode, and for the whole series."""

    def pictures(self) -> list[Take]:
        """What was painted: sheets and control maps first, each once."""
        keyframes = [*self.keyframes.values(), *(k for poster in self.posters for k in poster.pictures)]
        inputs = {take.fingerprint: take for keyframe in keyframes for take in keyframe.inputs}
        shots = [shot.id for _, shot in self.episode.shots()]
        lasts = [self.keyframes[id].last for id in shots]
        return [
            *inputs.values(),
            *(self.keyframes[id].take for id in shots),
            *(take for take in lasts if take is not None),
        ]

    def takes(self) -> list[Take]:
        lines = [line.id for line in self.episode.lines()]
        shots = [shot.id for _, shot in self.episode.shots()]
        return [
            *self.writing,
            *(self.dialogue[id].take for id in lines),
            *self.pictures(),
            *(self.clips[id] for id in shots),
            *self.spare,
            *(keyframe.take for poster in self.posters for keyframe in poster.pictures),
            self.stems.dialogue,
            self.stems.music,
            self.stems.effects,
            self.master,
        ]


def build_print(delivery: Delivery) -> str:
    """The fingerprint of a whole episode: equal means nothing is to be delivered again."""
    return fingerprint(
        MANIFEST_VERSION,
        COVER_VERSION,
        [take.fingerprint for take in delivery.takes()],
        script_print(delivery.series, delivery.episode),
        delivery.profile.name,
    )


def deliver_episode(
    delivery: Delivery, folder: Path, check: Callable[[dict[str, Any]], list[dict[str, Any]]]
) -> dict[str, Any]:
    """Writes every deliverable, then the manifest with `check`'s results; returns the manifest.

    An older manifest goes first: it must not vouch for a mixture of old and new files."""
    withdraw(folder)
    link(delivery.master.path, folder / "master.mp4")
    captions, rate = delivery.timeline.captions, delivery.timeline.rate
    write_text(folder / "subtitles.srt", subtitles.to_srt(captions, rate))
    write_text(folder / "subtitles.vtt", subtitles.to_vtt(captions, rate))
    write_text(folder / "subtitles.ass", subtitles.to_ass(captions, FAMILY, rate=rate, style=delivery.profile.captions))
    write_covers(delivery, folder)
    write_interchange(delivery, folder)
    write_text(folder / "script.md", to_markdown(delivery.series, delivery.episode.number))
    manifest = make_manifest(delivery, folder)
    manifest["checks"] = check(manifest)
    write_json(folder / MANIFEST, manifest)
    return manifest


def withdraw(folder: Path) -> None:
    """Takes the manifest away, and shot files exported from what is now replaced."""
    (folder / MANIFEST).unlink(missing_ok=True)
    shutil.rmtree(folder / SHOT_FILES, ignore_errors=True)


def link(source: Path, target: Path) -> None:
    """The take under its deliverable name: a hard link, or a copy where links are not to be had."""
    with atomic(target) as temp:
        try:
            os.link(source, temp)
        except OSError:
            shutil.copyfile(source, temp)


def write_covers(delivery: Delivery, folder: Path) -> None:
    """The three posters; the first is also the cover that a platform takes when it takes one."""
    for name, poster in zip(COVERS, delivery.posters, strict=True):
        picture = draw_cover(poster, delivery.series, delivery.episode, delivery.profile.size)
        ok, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, COVER_QUALITY])
        if not ok:
            raise ValueError(f"{name} could not be encoded as JPEG")
        with atomic(folder / name) as temp:
            temp.write_bytes(data.tobytes())
    link(folder / COVERS[0], folder / "cover.jpg")


def write_interchange(delivery: Delivery, folder: Path) -> None:
    media = {shot: relative(keyframe.take.path, folder) for shot, keyframe in delivery.keyframes.items()}
    stems = {name: relative(path, folder) for name, path in delivery.stems.paths().items()}
    name = f"{delivery.series.title} e{delivery.episode.number:03d}"
    write_text(folder / "cut.otio", interchange.to_otio(delivery.timeline, media, stems, name))
    write_text(folder / "cut.edl", interchange.to_edl(delivery.timeline, name))
    prompts = {shot: keyframe.request.description for shot, keyframe in delivery.keyframes.items()}
    table = interchange.to_shots_csv(delivery.series, delivery.episode, delivery.timeline, media, prompts)
    write_text(folder / "shots.csv", table)


def relative(path: Path, folder: Path) -> str:
    """A media reference that survives moving the series folder."""
    return Path(os.path.relpath(path, folder)).as_posix()


def make_manifest(delivery: Delivery, folder: Path) -> dict[str, Any]:
    """Every take with model, licence, rights, seed and cost; every deliverable with its hash."""
    takes = [take_entry(take) for take in delivery.takes()]
    files = {n: {"bytes": (folder / n).stat().st_size, "sha256": file_sha256(folder / n)} for n in DELIVERABLES}
    gpu, core = spent(delivery)
    return {
        "manifest_version": MANIFEST_VERSION,
        "series": delivery.series.title,
        "episode": delivery.episode.number,
        "title": delivery.episode.title,
        "language": delivery.series.language,
        "revision": delivery.series.revision,
        "profile": delivery.profile.name,
        "writer": delivery.series.writer,
        "seed": delivery.series.seed,
        "build": build_print(delivery),
        "script": script_print(delivery.series, delivery.episode),
        "frames": delivery.timeline.duration,
        "rate": delivery.timeline.rate,
        "size": f"{delivery.profile.width}x{delivery.profile.height}",
        "cost": {
            "core_seconds": round(core, 2),
            "gpu_seconds": round(gpu, 2),
            "dollars": round(delivery.profile.dollars(core, gpu), 6),
        },
        "font": {"file": font_file().name, **asdict(FONT_RIGHTS)},
        "spans": [{"kind": s.kind, "start": s.start, "stop": s.stop} for s in delivery.timeline.spans],
        "speech": [{"line": s.line, "start": s.start, "stop": s.stop} for s in delivery.timeline.speech],
        "stages": stages_of(delivery),
        "notices": notices(delivery),
        "takes": takes,
        "files": files,
    }


def stages_of(delivery: Delivery) -> dict[str, dict[str, Any]]:
    """For each stage: who made how many takes, the attempts that took, how many were accepted."""
    stages: dict[str, dict[str, Any]] = {}
    number = delivery.episode.number
    for step in delivery.series.steps:
        if step.unit in ("bible", "arc", f"e{number:03d}"):
            _count(stages, "writing", step.made_by, step.attempts, not step.problem)
    for take in delivery.takes()[len(delivery.writing) :]:
        _count(stages, take.stage, take.model, int(take.result.get("attempts", 1)), take.result.get("accepted", True))
    return stages


def _count(stages: dict[str, dict[str, Any]], stage: str, made_by: str, attempts: int, accepted: bool) -> None:
    row = stages.setdefault(stage, {"made_by": {}, "takes": 0, "attempts": 0, "accepted": 0})
    row["made_by"][made_by] = row["made_by"].get(made_by, 0) + 1
    row["takes"] += 1
    row["attempts"] += attempts
    row["accepted"] += bool(accepted)


def notices(delivery: Delivery) -> list[str]:
    """Lines that the licences of the models want shown, of the one that wrote and of those that rendered."""
    known = catalogue.entries()
    rendered = [name for role, name in delivery.profile.models.items() if role != "writer"]
    entries = [known.get(name) for name in dict.fromkeys((delivery.series.writer, *rendered))]
    return [entry.notice for entry in entries if entry is not None and entry.notice]


def spent(delivery: Delivery) -> tuple[float, float]:
    """(GPU-seconds, core-seconds) of an episode: what its takes cost, or more where this run measured more.

    Takes carry their cost, so an episode finished by a second run does not look free."""
    own = f"e{delivery.episode.number:03d}"
    gpu = core = 0.0
    for take in delivery.takes():
        whole_series = take.stage == WRITING and take.unit != own  # bible and arc: every episode bears its share
        share = 1 / delivery.series.length if whole_series else 1.0
        gpu += share * float(take.cost.get("gpu_seconds", 0))
        core += share * float(take.cost.get("core_seconds", 0))
    return gpu, max(core, delivery.core_seconds)


def take_entry(take: Take) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "unit": take.unit,
        "stage": take.stage,
        "file": take.path.name,
        "fingerprint": take.fingerprint,
        "sha256": take.sha256,
        "model": take.model,
        "seed": take.result.get("seed", take.recipe.get("seed")),
        "rights": dict(take.rights),
        "cost": dict(take.cost),
    }
    if "voice" in take.recipe:
        entry["voice"] = take.recipe["voice"]
    told = ("candidates", "attempts", "accepted", "reason", "scores", "tried", "recipe")
    return entry | {name: take.result[name] for name in told if name in take.result}
