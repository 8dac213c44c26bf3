"""Keyframes + timeline -> clip takes: one a shot, as long as the cut uses it, mouths from the dialogue's visemes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from shutil import copyfile

from engine.batching import Job, Progress, build
from engine.blocking import Blocking, block_scene
from engine.config import Profile
from engine.core import Episode, Series, Shot
from engine.cues import source_frames
from engine.store import unit_seed
from engine.takes import DialogueTake, Keyframe
from engine.timeline import Speech, Timeline
from engine.vault import Made, Take, Vault
from models.base import Animator, Clip, ClipRequest, MouthCue

STAGE = "animating"

STRENGTHS = {"hold": 0.2, "handheld": 0.4, "push": 0.6, "pull": 0.5, "pan": 0.5, "tilt": 0.5}
GESTURE_LEADS = {"pose": 0.17, "gaze": 0.3}
"""Seconds that hands and eyes come before the word."""
REACTS_AFTER = 0.5
"""Seconds until somebody silent does something."""
FULL_STRENGTH = 0.9  # whip and dolly_zoom: moves that are meant to be noticed


def animate_episode(
    series: Series,
    episode: Episode,
    timeline: Timeline,
    keyframes: Mapping[str, Keyframe],
    dialogue: Mapping[str, DialogueTake],
    animator: Animator,
    profile: Profile,
    vault: Vault,
    redo: Mapping[tuple[str, str], int],
    progress: Progress,
) -> dict[str, Take]:
    """Clip takes by shot id."""
    placed = {s.line: s for s in timeline.speech}
    blocking = {id: part for scene in episode.scenes for id, part in block_scene(scene, series.seed).items()}
    requests: list[ClipRequest] = []
    for _, shot in episode.shots():
        seed = unit_seed(series.seed, STAGE, shot.id, redo)
        request = clip_request(shot, timeline, keyframes[shot.id], dialogue, placed, profile.fps, seed)
        starts = {line.id: placed[line.id].start - timeline.shot_range(shot.id)[0] for line in shot.lines}
        gestures = {line.id: starts[line.id] + stressed(dialogue[line.id], profile.fps) for line in shot.lines}
        poses = stance_changes(shot, blocking[shot.id], gestures, "pose", profile.fps)
        gazes = stance_changes(shot, blocking[shot.id], starts, "gaze", profile.fps)
        requests.append(replace(request, poses=poses, gazes=gazes))
    version = {"model": animator.name, "version": getattr(animator, "version", 1)}
    jobs = [Job(r.unit, _recipe(r, keyframes[r.unit], version), animator.suffix, r) for r in requests]

    def make(missing: list[ClipRequest]) -> Iterable[Made]:
        with tempfile.TemporaryDirectory(prefix="cliffhanger-") as folder:
            for clip in animator.animate(missing, Path(folder)):
                yield _made(clip)

    return build(vault, STAGE, jobs, make, progress, f"e{episode.number:03d}")


def _recipe(request: ClipRequest, keyframe: Keyframe, version: Mapping[str, object]) -> dict[str, object]:
    """Everything that decides the clip; the keyframe by its fingerprint, not by where it lies."""
    recipe = {**version, **asdict(request), "first_frame": keyframe.take.fingerprint}
    recipe["picture"] = keyframe.take.fingerprint
    return recipe


def clip_request(
    shot: Shot,
    timeline: Timeline,
    keyframe: Keyframe,
    dialogue: Mapping[str, DialogueTake],
    placed: Mapping[str, Speech],
    fps: int,
    seed: int,
) -> ClipRequest:
    start, _ = timeline.shot_range(shot.id)
    figures = {id: index for index, id in enumerate(shot.characters)}
    mouths: list[MouthCue] = []
    emotions: list[tuple[int, int, str]] = []
    for line in shot.lines:
        figure = figures.get(line.speaker)
        if figure is None or line.kind != "dialogue":
            continue
        at = placed[line.id].start - start
        mouths += mouth_cues(dialogue[line.id], figure, at, fps)
        emotions.append((max(0, at - fps // 4), figure, line.emotion))
    return ClipRequest(
        unit=shot.id,
        picture=keyframe.request,
        first_frame=keyframe.take.path,
        num_frames=source_frames(timeline, shot.id),
        fps=fps,
        move=shot.move,
        strength=STRENGTHS.get(shot.move, FULL_STRENGTH),
        mouths=tuple(mouths),
        emotions=tuple(emotions),
        seed=seed,
    )


def stressed(dialogue: DialogueTake, fps: int) -> int:
    """Frames into a line at which its longest word of the first half begins: where a gesture lands."""
    half = [word for word in dialogue.words if word.start <= dialogue.seconds / 2]
    if not half:
        return 0
    return round(max(half, key=lambda word: word.stop - word.start).start * fps)


def stance_changes(
    shot: Shot, blocking: Blocking, starts: Mapping[str, int], part: str, fps: int
) -> tuple[tuple[int, int, str], ...]:
    """Rows (frame, figure, word) of what changes in poses or gazes, a little ahead of the word it comes with."""
    lead = round(GESTURE_LEADS[part] * fps)
    rows = [
        (
            max(1, starts[line] - lead) if line else round(REACTS_AFTER * fps),
            shot.characters.index(id),
            getattr(stance, part),
        )
        for (line, id), stance in blocking.changes.items()
    ]
    return tuple(sorted(rows))


def mouth_cues(dialogue: DialogueTake, figure: int, start: int, fps: int) -> list[MouthCue]:
    """A line's visemes as whole frames of the clip, closed again when the take ends.

    >>> # a take that starts at frame 12, with 'aa' from 0.1 s on, at 24 fps -> MouthCue(14, 0, 'aa')
    """
    cues = [MouthCue(start + round(v.start * fps), figure, v.shape) for v in dialogue.visemes]
    return [*cues, MouthCue(start + round(dialogue.seconds * fps), figure, "closed")]


def _made(clip: Clip) -> Made:
    def write(path: Path) -> None:
        copyfile(clip.path, path)

    return Made(write, clip.model, asdict(clip.rights), asdict(clip.cost), {"num_frames": clip.num_frames})
