"""What the figures of a clip do and when: blinks, nods, turns, leans, from the clip's mouths and cues. No pictures.

Every row begins on an even frame: figures are drawn on twos."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from models.base import ClipRequest
from models.draft.acting import LONG_AGO, twos
from models.draft.scene import Actor, Scene

BLINK_SECONDS = (2.4, 4.5)
PAUSE = 12  # frames of a closed mouth that end a stretch of speech
WIDE_OPEN = ("aa", "oh", "eh", "o", "shout")
NOD_GAP = (9, 20)
NOD_SIZE, LOUD_NOD = (1.1, 2.2), 1.5
LOUD = ("anger", "rage", "shock", "triumph", "resolve")
LEAN_BEFORE, LEAN_AFTER = 6, 8
TURN_BEFORE = 8  # frames that a speaker turns to the other before the first word
HEARD = 4  # frames until a listener turns
AVERTED = 10.0  # degrees that somebody looks past the other
LEAST_WAIT = 16  # frames before speech that leave time to look away
TURNING = ("cu", "mcu", "two", "ots", "wide")
Spans = list[tuple[int, int]]


def perform(scene: Scene, clip: ClipRequest) -> Scene:
    """The scene with everything that its figures do."""
    seen = range(len(scene.actors))
    mouths = tuple((m.frame, m.figure, m.shape) for m in clip.mouths if m.figure in seen)
    speech = [spans([(f, shape) for f, i, shape in mouths if i == index], clip.num_frames) for index in seen]
    rng = random.Random(f"performance {clip.seed}")
    scene = replace(
        scene,
        mouths=mouths,
        emotions=_seen(clip.emotions, len(scene.actors)),
        poses=_seen(clip.poses, len(scene.actors)),
        gazes=_seen(clip.gazes, len(scene.actors)),
        turns=tuple(sorted(turns(scene, speech, rng))),
        leans=tuple(sorted(leans(speech))),
    )
    return replace(
        scene,
        nods=tuple(sorted(nods(scene, speech, rng))),
        blinks=blinks(len(scene.actors), clip.num_frames, clip.fps, clip.seed),
    )


def _seen(rows: Sequence[tuple[int, int, str]], count: int) -> tuple[tuple[int, int, str], ...]:
    """The rows of figures that are in the picture, on even frames."""
    return tuple((max(0, twos(f)), i, word) for f, i, word in rows if i < count)


def spans(mouth: Sequence[tuple[int, str]], num_frames: int) -> Spans:
    """Stretches of speech: [first opening, last closing), parted by long pauses.

    >>> spans([(4, "aa"), (8, "closed"), (12, "oh"), (16, "closed"), (60, "aa"), (66, "closed")], 90)
    [(4, 16), (60, 66)]
    """
    out: Spans = []
    rows = sorted(mouth)
    for (frame, shape), (stop, _) in pairwise([*rows, (num_frames, "closed")]):
        if shape == "closed" or stop <= frame:
            continue
        if out and frame - out[-1][1] < PAUSE:
            out[-1] = (out[-1][0], stop)
        else:
            out.append((frame, stop))
    return out


def nods(scene: Scene, speech: Sequence[Spans], rng: random.Random) -> list[tuple[int, int, float]]:
    """A dip of the head on stressed openings of the mouth, never too close to one another."""
    out: list[tuple[int, int, float]] = []
    for index, stretches in enumerate(speech):
        starts = {start for start, _ in stretches}
        free = -LONG_AGO
        for frame, actor, shape in scene.mouths:
            if actor != index or frame < free or (shape not in WIDE_OPEN and frame not in starts):
                continue
            loud = LOUD_NOD if _mood(scene, index, frame) in LOUD else 1.0
            out.append((twos(frame), index, round(rng.uniform(*NOD_SIZE) * loud, 2)))
            free = frame + rng.randint(*NOD_GAP)
    return out


def _mood(scene: Scene, index: int, frame: int) -> str:
    moods = [word for f, i, word in scene.emotions if i == index and f <= frame]
    return moods[-1] if moods else scene.actors[index].emotion


def leans(speech: Sequence[Spans]) -> list[tuple[int, int, float]]:
    """Who speaks leans in, and back when done."""
    out: list[tuple[int, int, float]] = []
    for index, stretches in enumerate(speech):
        for start, stop in stretches:
            out += [(max(0, twos(start - LEAN_BEFORE)), index, 1.0), (twos(stop + LEAN_AFTER), index, 0.0)]
    return out


def turns(scene: Scene, speech: Sequence[Spans], rng: random.Random) -> list[tuple[int, int, float]]:
    """Somebody who waits looks past the other, and turns when speaking or spoken to."""
    out: list[tuple[int, int, float]] = []
    if scene.size not in TURNING:
        return out
    for index, actor in enumerate(scene.actors):
        if actor.view != "front":
            continue
        out += _between(index, scene.actors, speech) if _in_the_middle(actor) else _averted(index, actor, speech, rng)
    return out


def _in_the_middle(actor: Actor) -> bool:
    return abs(actor.yaw) < 2


def _averted(index: int, actor: Actor, speech: Sequence[Spans], rng: random.Random) -> list[tuple[int, int, float]]:
    """One turn to the other: before the own first word, or after the other's."""
    own = speech[index][0][0] - TURN_BEFORE if speech[index] else LONG_AGO
    heard = min((s[0][0] for k, s in enumerate(speech) if k != index and s), default=LONG_AGO) + HEARD
    at, wanted = min(own, heard), rng.random()
    if not LEAST_WAIT - TURN_BEFORE <= at < LONG_AGO or wanted > (0.75 if own <= heard else 0.6):
        return []
    aside = actor.yaw - AVERTED if actor.yaw > 0 else actor.yaw + AVERTED
    return [(0, index, aside), (twos(at), index, actor.yaw)]


def _between(index: int, actors: Sequence[Actor], speech: Sequence[Spans]) -> list[tuple[int, int, float]]:
    """Who stands between two others looks at whoever speaks."""
    out: list[tuple[int, int, float]] = []
    for other, stretches in enumerate(speech):
        if other != index:
            side = 1 if actors[other].x > actors[index].x else -1
            out += [(twos(start + HEARD), index, 12.0 * side) for start, _ in stretches]
    return out


def blinks(num_actors: int, num_frames: int, fps: int, seed: int) -> tuple[tuple[int, int], ...]:
    """When each figure blinks: every 2.4-4.5 s, each at its own times."""
    out: list[tuple[int, int]] = []
    for actor in range(num_actors):
        rng = random.Random(f"blink {seed} {actor}")
        at = rng.uniform(0.5, BLINK_SECONDS[1]) * fps
        while at < num_frames - 6:
            out.append((twos(int(at)), actor))
            at += rng.uniform(*BLINK_SECONDS) * fps
    return tuple(sorted(out))
