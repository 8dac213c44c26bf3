"""Spotting: takes and shots laid in time -> markers and events that the edit rules may answer. Changes no picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.core import FPS, Line, Scene, Shot
from engine.firing import Event
from engine.levels import SILENCE_LEAST, Heard, change, peak_marker
from engine.pacing import Pace, Placed
from engine.timeline import Marker

STEP_FRAMES = FPS // 2
AROUSAL_DB = 15.0
"""How many decibels the whole range of arousal is worth when one line is compared with the next."""

Told = tuple[str, int, float, str]  # kind, frame, strength, cause


@dataclass(frozen=True)
class ShotInTime:
    """One shot with everything that is known of it when cutting."""

    scene: Scene
    shot: Shot
    placed: Placed


def spot(markers: Sequence[Marker], shots: Sequence[ShotInTime], pace: Pace, heard: Mapping[str, Heard]) -> list[Event]:
    """Every event of an episode: what was heard before the freeze, what the script tells, and moments of no weight."""
    cues = [(m.kind, m.frame, m.strength, f"{m.kind} {m.reason}".strip()) for m in markers if m.frame < pace.freeze]
    return [_event(*cue, shots, pace, heard) for cue in [*cues, *_told(shots, pace), *_time(pace, heard)]]


def place_markers(pace: Pace, heard: Mapping[str, Heard]) -> list[Marker]:
    """The takes' markers in episode time; each line's start and the pauses between lines judged across takes."""
    out: list[Marker] = []
    before: float | None = None  # how hard the last phrase was said
    for index, speech in enumerate(pace.speech):
        found = heard[speech.line]
        last = round(found.phrases[-1].stop * FPS) if found.phrases else speech.duration
        inside = [m for m in found.markers if m.kind != "silence" or m.frame < last]
        if found.phrases:
            inside[:1] = _opening(found, before)
            before = _force(found, found.phrases[-1].level_db)
        out += [replace(m, frame=min(speech.start + m.frame, speech.stop - 1)) for m in inside]
        until = pace.speech[index + 1].start if index + 1 < len(pace.speech) else pace.freeze
        pause = (until - speech.start - last) / FPS
        if pause >= SILENCE_LEAST:
            out.append(Marker("silence", speech.start + last, min(1.0, round(pause / 2, 3)), f"{pause:.1f} s"))
    return sorted(out, key=lambda m: m.frame)


def _opening(found: Heard, before: float | None) -> list[Marker]:
    """How a line begins against the line before it; a surge has a peak."""
    first = found.phrases[0]
    if before is None:
        return [found.markers[0]]
    kind, strength, reason = change(before, _force(found, first.level_db))
    if kind == "onset":
        return [found.markers[0]]
    start = replace(found.markers[0], kind=kind, strength=round(strength, 3), reason=reason)
    return [start, peak_marker(first)] if kind == "surge" else [start]


def _force(found: Heard, level_db: float) -> float:
    """How hard something is said, in decibels: its level over what is usual for the voice, and the line's arousal,
    which is in pitch and pace too (voices, and mixes of them, differ more there than in level)."""
    return level_db - found.usual_db + AROUSAL_DB * (found.arousal - 0.5)


def _told(shots: Sequence[ShotInTime], pace: Pace) -> Iterable[Told]:
    """Events of the script: each shot, each line (the last one is the cliffhanger), the freeze."""
    for at in shots:
        yield "shot", at.placed.start, 1.0, f"shot {at.shot.id}"
    for index, speech in enumerate(pace.speech):
        kind = "cliffhanger" if index == len(pace.speech) - 1 else "line"
        yield kind, speech.start, 1.0, f"{kind} {speech.line}"
    yield "freeze", pace.freeze, 1.0, "freeze"


def _time(pace: Pace, heard: Mapping[str, Heard]) -> Iterable[Told]:
    """Moments at which a cut would not hurt: word starts while someone speaks, every half second while nobody does."""
    spoken = {f for s in pace.speech for f in range(s.start, s.stop)}
    for speech in pace.speech:
        for word in heard[speech.line].words:
            yield "time", min(speech.stop - 1, speech.start + int(word.start * FPS)), 1.0, f"at '{word.text}'"
    for placed in pace.shots:
        for frame in range(placed.start + STEP_FRAMES, min(placed.stop, pace.freeze), STEP_FRAMES):
            if frame not in spoken:
                yield "time", frame, 1.0, f"{(frame - placed.start) / FPS:.1f} s into the shot"


def _event(
    kind: str,
    frame: int,
    strength: float,
    cause: str,
    shots: Sequence[ShotInTime],
    pace: Pace,
    heard: Mapping[str, Heard],
) -> Event:
    """An event with what is known at its frame: the shot, who speaks, whether the speaker has changed."""
    at = next((s for s in shots if s.placed.start <= frame < s.placed.stop), shots[-1])
    index = next((i for i, s in enumerate(pace.speech) if s.start <= frame < s.stop), None)
    line = _line(at.shot, pace.speech[index].line) if index is not None else None
    previous = [s.speaker for s in pace.speech[:index]] if index is not None else []
    return Event(
        kind=kind,
        frame=frame,
        strength=strength,
        cause=cause,
        size=at.shot.size,
        move=at.shot.move,
        beat=at.shot.beat,
        mood=at.scene.mood,
        emotion=line.emotion if line else at.shot.emotion,
        arousal=heard[line.id].arousal if line else 0.5,
        speaking=line is not None,
        speaker_change=bool(line and previous and previous[-1] != line.speaker),
        shared=len(at.shot.characters) > 1 and (line is None or line.speaker in at.shot.characters),
        cliffhanger=index is not None and index == len(pace.speech) - 1,
        position=frame / pace.duration,
    )


def _line(shot: Shot, id: str) -> Line | None:
    return next((line for line in shot.lines if line.id == id), None)
