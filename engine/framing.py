"""Shots + emotions -> keyframe takes: the first frame of every shot, with the layout that motion will keep."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from engine.blocking import Blocking, Stance, block_scene
from engine.config import Profile
from engine.core import Episode, Scene, Series, Shot
from engine.painting import Studio, look_of, paint
from engine.store import unit_seed
from engine.takes import Keyframe
from engine.vault import Take
from models.base import Figure, PictureRequest

STAGE = "framing"
AROUSAL_STEP = 0.25
LAST_CHANGE = 0.55
"""How far a shot's last frame may be from its first, 0..1 of img2img strength."""

SIDES = (0.36, 0.66)
"""Where two figures of a shot stand, in fractions of the width; the first-named of the scene is always on the left."""


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


def figures_of(
    series: Series, scene: Scene, shot: Shot, arousal: Mapping[str, float] | None = None
) -> tuple[Figure, ...]:
    """Who is seen, placed so that the scene's first character always looks right and the second left.

    `arousal` is how strongly each line was heard to be spoken, 0..1."""
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
                arousal=felt(shot, id, arousal or {}),
            )
        )
    return tuple(figures)


def felt(shot: Shot, character: str, arousal: Mapping[str, float]) -> float:
    """How strongly a character feels at the start of a shot, in steps: a slightly other take is no other picture."""
    heard = [arousal[line.id] for line in shot.lines if line.speaker == character and line.id in arousal]
    return round(heard[0] / AROUSAL_STEP) * AROUSAL_STEP if heard else 0.5


def describe(series: Series, scene: Scene, shot: Shot) -> str:
    """What the request's figures, plate, time and weather do not say already: what happens, what is special here."""
    location = series.location(scene.location)
    prop = f"{(p := series.prop(shot.prop)).name}, {p.look}" if shot.prop else ""
    parts = [shot.action, prop, f"{location.name}, {location.look}" if location.look else location.name]
    return ". ".join(part for part in parts if part)


def picture_request(
    series: Series,
    scene: Scene,
    shot: Shot,
    profile: Profile,
    redo: Mapping[tuple[str, str], int],
    arousal: Mapping[str, float] | None = None,
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
        figures=figures_of(series, scene, shot, arousal),
        prop=prop.kind if prop else shot.shows,
    )


def frame_episodes(
    studio: Studio,
    series: Series,
    episodes: Sequence[Episode],
    redo: Mapping[tuple[str, str], int],
    moving: Mapping[int, Collection[str]] | None = None,
    arousal: Mapping[str, float] | None = None,
) -> dict[int, dict[str, Keyframe]]:
    """Keyframes by episode and shot id, all episodes in one batch.

    `moving` names the shots of each episode that a model will animate: those get a last frame too, where the animator
    uses one. `arousal` is how strongly each line was heard to be spoken."""
    felt_by = arousal if studio.settings is not None else None  # a drawn face shows the script's feeling alone
    requests = {
        e.number: [picture_request(series, scene, shot, studio.profile, redo, felt_by) for scene, shot in e.shots()]
        for e in episodes
    }
    label = ", ".join(f"e{number:03d}" for number in requests)
    painted = paint(studio, STAGE, [r for rows in requests.values() for r in rows], label)
    lasts = last_frames(studio, series, episodes, painted, moving or {}, label)
    return {
        number: {r.unit: replace(painted[r.unit], last=lasts.get(r.unit)) for r in rows}
        for number, rows in requests.items()
    }


def last_frames(
    studio: Studio,
    series: Series,
    episodes: Sequence[Episode],
    painted: Mapping[str, Keyframe],
    moving: Mapping[int, Collection[str]],
    label: str,
) -> dict[str, Take]:
    """Last frames by shot id, painted over the first ones."""
    settings = studio.settings
    if settings is None or not settings.animate.last_frame or not studio.backends.animator.uses_last_frame:
        return {}
    asked: dict[str, PictureRequest] = {}
    for episode in episodes:
        for scene, shot in episode.shots():
            if shot.id in moving.get(episode.number, ()) and shot.characters:
                blocking = block_scene(scene, series.seed)[shot.id]
                asked[shot.id] = last_request(painted[shot.id].request, shot, blocking)
    sources = {request.unit: painted[shot].take for shot, request in asked.items()}
    made = paint(studio, STAGE, list(asked.values()), f"{label} last frames", sources)
    return {shot: made[request.unit].take for shot, request in asked.items()}


def last_request(first: PictureRequest, shot: Shot, blocking: Blocking) -> PictureRequest:
    """The same picture when the shot ends: the last feeling, the last pose and look."""
    feelings = {line.speaker: line.emotion for line in shot.lines}
    stances = {character: stance for (_, character), stance in blocking.changes.items()}
    figures = tuple(
        replace(
            f,
            emotion=feelings.get(f.character, f.emotion),
            pose=stances[f.character].pose if f.character in stances else f.pose,
            gaze=stances[f.character].gaze if f.character in stances else f.gaze,
            enters=False,
        )
        for f in first.figures
    )
    plain = replace(first, controls={}, identity={}, masks={})
    return replace(plain, unit=f"{first.unit}_last", figures=figures, change=LAST_CHANGE)
