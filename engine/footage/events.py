"""What the rules may answer: heard markers, passages, half seconds and the end, on the clock of the cut. Decides nothing."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from engine.firing import Event
from engine.footage.keeping import Clock
from engine.footage.material import Material, Piece
from engine.footage.soundtrack import Passage
from engine.rates import frame_at
from engine.timeline import Marker

HALF_SECOND = 0.5
ENDING_SECONDS = 1.0
"""The last sound is an end only where the picture ends so soon after it: what goes dark then stays dark."""
LOUD_DB = (-50.0, -10.0)
"""Levels that count as strength 0 and 1."""


@dataclass(frozen=True)
class Said:
    """A passage on the clock of the cut: frames [start, stop), and the camera nearest to who speaks (None: unknown)."""

    start: int
    stop: int
    passage: Passage
    nearest: Piece | None = None


def events_of(material: Material, clock: Clock, heard: Sequence[Marker], said: Sequence[Said]) -> list[Event]:
    """All events of the cut in order: of its markers, passages, half seconds, and its end."""
    found = [(m.kind, m.frame, m.strength, f"{m.kind} {m.reason}".strip()) for m in heard]
    found += [("passage", s.start, _strength(s.passage), f"passage at {s.passage.level_db:.0f} dB") for s in said]
    taken = {frame for _, frame, _, _ in found}
    found += [("time", at, 1.0, "half a second") for at in _halves(clock, material) if at not in taken]
    if said and 0 < clock.duration - said[-1].stop <= ENDING_SECONDS * material.rate:
        found.append(("end", said[-1].stop, 1.0, "the last sound has died away"))
    starts = [s.start for s in said]
    out: list[Event] = []
    for one in sorted(found, key=lambda f: (f[1], f[0])):
        at = bisect_right(starts, one[1])
        event = _event(*one, said[max(0, at - 2) : at], clock, material)
        out.append(replace(event, cliffhanger=event.kind == "end" or (at > 0 and at == len(said))))
    return out


def markers_of(material: Material, clock: Clock) -> list[Marker]:
    """What was heard, on the clock of the cut; what fell into a part that went is left out."""
    out: list[Marker] = []
    for marker in material.markers():
        at = clock.compact(marker.frame)
        if at is not None:
            out.append(Marker(marker.kind, at, marker.strength, marker.reason))
    return out


def passages_of(material: Material, clock: Clock) -> list[Said]:
    """Passages of the sound that is cut, as far as they are kept."""
    out: list[Said] = []
    for piece in material.sounds:
        for passage in piece.heard.passages if piece.heard else ():
            start, stop = (piece.begins + frame_at(t, material.rate) for t in (passage.start, passage.stop))
            kept = clock.kept(start, stop)
            if kept is not None:
                nearest = material.nearest_to_speaker(clock.program(kept[0])) if material.is_scene else None
                out.append(Said(*kept, passage, nearest))
    return sorted(out, key=lambda s: s.start)


def _halves(clock: Clock, material: Material) -> Iterable[int]:
    step = HALF_SECOND * material.rate
    return (round(n * step) for n in range(1, int(clock.duration / step)))


def _event(
    kind: str,
    frame: int,
    strength: float,
    cause: str,
    said: Sequence[Said],
    clock: Clock,
    material: Material,
) -> Event:
    """`said`: the passage that began last, after the one before it."""
    now = said[-1] if said else None
    before = said[-2] if len(said) > 1 else None
    program = clock.program(frame)
    return Event(
        kind, frame, round(min(1.0, max(0.0, strength)), 3), cause,
        arousal=now.passage.arousal if now else 0.5,
        tension=now.passage.tension if now else 0.0,
        speech=now.passage.speech if now else False,
        speaking=now is not None and frame < now.stop,
        speaker_change=bool(now and before and kind == "passage" and _differ(now, before)),
        position=min(1.0, frame / max(1, clock.duration)),
        angles=len(material.angles(program, program + 1)),
    )  # fmt: skip


def _differ(now: Said, before: Said) -> bool:
    return now.nearest is not None and before.nearest is not None and now.nearest.id != before.nearest.id


def _strength(passage: Passage) -> float:
    low, high = LOUD_DB
    return (passage.level_db - low) / (high - low)
