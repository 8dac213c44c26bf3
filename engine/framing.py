"""Shots + emotions -> keyframe takes: the first frame of every shot, with the layout that motion will keep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2

from engine.batching import Job, Progress, build
from engine.blocking import Stance, block_scene
from engine.config import Profile
from engine.core import Character, Episode, Scene, Series, Shot
from engine.store import unit_seed
from engine.takes import Keyframe
from engine.vault import Made, Vault
from models.base import Figure, Look, Painter, Picture, PictureRequest

STAGE = "framing"
JPEG_QUALITY = 92

SIDES = (0.36, 0.66)
"""Where two figures of a shot stand, in fractions of the width; the first-named of the scene is always on the left."""


def look_of(character: Character) -> Look:
    """The bible's design in the painter's words: a Design is a Look without sex and age."""
    return Look(sex=character.sex, age=character.age, **character.design.model_dump())


def _order(scene: Scene) -> list[str]:
    """Characters of a scene in order of first appearance: decides who looks which way (the 180-degree line)."""
    seen = dict.fromkeys(c for shot in scene.shots for c in shot.characters)
    return list(seen)


def shot_emotion(shot: Shot, character: str) -> str:
    """A character's emotion at the start of a shot: of the first line they speak, else the shot's own."""
    spoken = [line.emotion for line in shot.lines if line.speaker == character]
    if spoken:
        return spoken[0]
    return shot.emotion if shot.characters[:1] == (character,) else "neutral"


def figures_of(series: Series, scene: Scene, shot: Shot) -> tuple[Figure, ...]:
    """Who is seen, placed so that the scene's first character always looks right and the second left."""
    order = _order(scene)
    stances = block_scene(scene, series.seed)[shot.id].start
    figures: list[Figure] = []
    for index, id in enumerate(shot.characters):
        character = series.character(id)
        left = order.index(id) % 2 == 0
        alone = len(shot.characters) == 1
        x = (0.47 if left else 0.53) if alone else SIDES[0 if left else 1]
        stance = stances.get(id, Stance())
        figures.append(
            Figure(
                character=id,
                look=look_of(character),
                emotion=shot_emotion(shot, id),
                x=x,
                yaw=10.0 if left else -10.0,
                speaking=any(line.speaker == id for line in shot.lines),
                aura=index == 0 and shot.sound == "magic" and character.role == "lead",
                pose=stance.pose,
                gaze=stance.gaze,
                enters=stance.enters,
            )
        )
    return tuple(figures)


def describe(series: Series, scene: Scene, shot: Shot) -> str:
    """The model-agnostic picture description: what a painter that reads prompts is told."""
    location = series.location(scene.location)
    people = "; ".join(f"{c.name}: {c.look}, {c.wardrobe}" for c in map(series.character, shot.characters))
    parts = [shot.action, people, f"{location.name}, {location.look}, {location.time}, {location.weather}"]
    return ". ".join(part for part in parts if part)


def picture_request(
    series: Series, scene: Scene, shot: Shot, profile: Profile, redo: Mapping[tuple[str, str], int]
) -> PictureRequest:
    location = series.location(scene.location)
    prop = series.prop(shot.prop) if shot.prop else None
    return PictureRequest(
        unit=shot.id,
        kind="keyframe",
        description=describe(series, scene, shot),
        size=profile.size,
        seed=unit_seed(series.seed, STAGE, shot.id, redo),
        shot_size=shot.size,
        plate=location.plate,
        time=location.time,
        weather=location.weather,
        mood=scene.mood,
        genre=series.genre,
        figures=figures_of(series, scene, shot),
        prop=prop.kind if prop else shot.shows,
    )


def frame_episode(
    series: Series,
    episode: Episode,
    painter: Painter,
    profile: Profile,
    vault: Vault,
    redo: Mapping[tuple[str, str], int],
    progress: Progress,
) -> dict[str, Keyframe]:
    """Keyframes by shot id."""
    requests = [picture_request(series, scene, shot, profile, redo) for scene, shot in episode.shots()]
    version = {"model": painter.name, "version": getattr(painter, "version", 1)}
    jobs = [Job(r.unit, {**version, **asdict(r)}, ".jpg", r) for r in requests]

    def make(missing: list[PictureRequest]) -> Iterable[Made]:
        for candidates in painter.paint(missing):
            yield picture_made(candidates)

    takes = build(vault, STAGE, jobs, make, progress, f"e{episode.number:03d}")
    return {r.unit: Keyframe(r, takes[r.unit]) for r in requests}


def picture_made(candidates: Sequence[Picture]) -> Made:
    """The first candidate on its way into the vault, as a JPEG."""
    best = candidates[0]

    def write(path: Path) -> None:
        ok, data = cv2.imencode(".jpg", best.pixels, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        if not ok:
            raise ValueError("the keyframe could not be encoded as JPEG")
        path.write_bytes(data.tobytes())

    result: dict[str, Any] = {"seed": best.seed, "candidates": len(candidates)}
    return Made(write, best.model, asdict(best.rights), asdict(best.cost), result)
