"""Keyframes + timeline -> clip requests: one a shot, as long as the cut uses it, mouths from the dialogue's visemes.

Who animates them, a model or a camera move, is for `moving` to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.blocking import Blocking, block_scene
from engine.core import Episode, Series, Shot
from engine.cues import source_frames
from engine.moving import STAGE, Moved, move_shots, price
from engine.painting import Studio
from engine.routing import Purse, by_importance
from engine.store import unit_seed
from engine.takes import DialogueTake, Keyframe
from engine.timeline import Speech, Timeline
from models.base import ClipRequest, MouthCue

STRENGTHS = {"hold": 0.2, "handheld": 0.4, "push": 0.6, "pull": 0.5, "pan": 0.5, "tilt": 0.5}
GESTURE_LEADS = {"pose": 0.17, "gaze": 0.3}
"""Seconds that hands and eyes come before the word."""
REACTS_AFTER = 0.5
"""Seconds until somebody silent does something."""
FULL_STRENGTH = 0.9  # whip and dolly_zoom: moves that are meant to be noticed


def animate_episode(
    studio: Studio,
    series: Series,
    episode: Episode,
    timeline: Timeline,
    keyframes: Mapping[str, Keyframe],
    dialogue: Mapping[str, DialogueTake],
    redo: Mapping[tuple[str, str], int],
) -> Moved:
    """Clip takes by shot id, and what else was made on the way."""
    rate = studio.profile.fps
    placed = {s.line: s for s in timeline.speech}
    blocking = {id: part for scene in episode.scenes for id, part in block_scene(scene, series.seed).items()}
    requests: dict[str, ClipRequest] = {}
    for _, shot in episode.shots():
        seed = unit_seed(series.seed, STAGE, shot.id, redo)
        request = clip_request(shot, timeline, keyframes[shot.id], dialogue, placed, rate, seed)
        starts = {line.id: placed[line.id].start - timeline.shot_range(shot.id)[0] for line in shot.lines}
        gestures = {line.id: starts[line.id] + stressed(dialogue[line.id], rate) for line in shot.lines}
        poses = stance_changes(shot, blocking[shot.id], gestures, "pose", rate)
        gazes = stance_changes(shot, blocking[shot.id], starts, "gaze", rate)
        requests[shot.id] = replace(request, poses=poses, gazes=gazes)
    purse = Purse(studio.profile.budget_dollars, spent=spent_before(studio, episode, keyframes, dialogue))
    wanted = [requests[shot] for shot in by_importance(episode, timeline)]
    return move_shots(studio, wanted, keyframes, purse, f"e{episode.number:03d}")


def spent_before(
    studio: Studio, episode: Episode, keyframes: Mapping[str, Keyframe], dialogue: Mapping[str, DialogueTake]
) -> float:
    """Dollars that this episode's voices and pictures cost."""
    takes = [keyframe.take for keyframe in keyframes.values()]
    takes += [keyframe.last for keyframe in keyframes.values() if keyframe.last is not None]
    takes += [dialogue[line.id].take for line in episode.lines()]
    return sum(price(studio, take) for take in takes)


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
        last_frame=keyframe.last.path if keyframe.last is not None else None,
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
