"""A clip's effects as per-frame camera cues: eased, whole frames, no chance. Knows numbers only; the player draws.

Pixels are given for a picture 1080 wide; a player of another size scales them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from engine.timeline import Clip, Effect, Timeline
from models.base import FrameCue

SNAP_FRAMES = 5
"""A punch-in arrives in five frames, fast first."""
HOLD_DRIFT_PER_FRAME = 0.0006
HOLD_DRIFT_FRAMES = 18
"""A frozen frame still comes closer for a moment, then stands: a look that is held, not a stalled player."""
FADE_FRAMES = 6
"""The episode's last frames fade to black."""
SHAKE_DECAY = 0.82
WIDTH, HEIGHT = 1080, 1920
SHAKE_MARGIN = 2.2 / WIDTH
"""Zoom added per pixel of shake, so that the picture's edge never shows."""
FACE = (0.5, 0.42)
CENTRE = (0.5, 0.5)
MOST_ZOOM = 2.2

Face = tuple[float, ...]


def frame_cues(timeline: Timeline, clip: Clip, faces: Mapping[str, Face] | None = None) -> list[FrameCue]:
    """One cue per frame of `clip`, in order. `faces` maps characters to their face's place in the frame's fractions."""
    places = faces or {}
    calm = [FrameCue(frame=clip.source_start + i, focus_x=CENTRE[0], focus_y=CENTRE[1]) for i in range(clip.duration)]
    for effect in sorted(clip.effects, key=lambda e: (e.kind != "angle", e.kind == "hold", e.start, e.kind)):
        for i in range(max(0, effect.start), min(clip.duration, effect.start + effect.duration)):
            calm[i] = _apply(calm[i], effect, i - effect.start, clip, places)
    faded = [_fade(cue, timeline.duration - clip.start - i) for i, cue in enumerate(calm)]
    return [replace(cue, zoom=min(MOST_ZOOM, cue.zoom)) for cue in faded]


def source_frames(timeline: Timeline, shot: str) -> int:
    """Frames that a shot's take must have for the cut: held frames need no more than the one that is held."""
    return max(cue.frame + 1 for clip in timeline.picture if clip.shot == shot for cue in frame_cues(timeline, clip))


def _fade(cue: FrameCue, left: int) -> FrameCue:
    """Darker over the last frames; `left` counts this frame too."""
    return replace(cue, flash=(left - 1) / FADE_FRAMES - 1) if left <= FADE_FRAMES else cue


def _apply(cue: FrameCue, effect: Effect, at: int, clip: Clip, faces: Mapping[str, Face]) -> FrameCue:
    share = at / effect.duration
    if effect.kind == "angle":
        return _framed(cue, 1 + effect.strength, *faces.get(effect.focus, FACE)[:2])
    if effect.kind == "punch_in":
        x, y = (cue.focus_x, cue.focus_y) if cue.zoom > 1 else faces.get(effect.focus, FACE)[:2]
        return replace(cue, zoom=cue.zoom * (1 + effect.strength * _snap(at)), focus_x=x, focus_y=y)
    if effect.kind == "shake":
        size = effect.strength * SHAKE_DECAY**at
        dx, dy = size * math.sin(at * 2.3 + clip.start), size * math.cos(at * 3.1 + clip.start)
        return replace(cue, dx=cue.dx + dx, dy=cue.dy + dy, zoom=cue.zoom * (1 + SHAKE_MARGIN * effect.strength))
    if effect.kind == "blur":
        return replace(cue, blur=max(cue.blur, effect.strength * math.sin(math.pi * (at + 1) / (effect.duration + 1))))
    if effect.kind == "flash":
        return replace(cue, flash=effect.strength * (1 - share) ** 2)
    if effect.kind == "black":
        return replace(cue, flash=-1.0)
    if effect.kind == "hold":
        still = clip.source_start + effect.start
        return replace(cue, frame=still, zoom=cue.zoom * (1 + HOLD_DRIFT_PER_FRAME * min(at, HOLD_DRIFT_FRAMES)))
    return replace(
        cue, impact=cue.impact or effect.kind == "impact", speed_lines=cue.speed_lines or effect.kind == "speed_lines"
    )


def _framed(cue: FrameCue, zoom: float, x: float, y: float) -> FrameCue:
    """Closer on the face at (x, y), and the face moved towards the middle as far as the picture's edge allows."""
    dx, dy = _towards(FACE[0], x, zoom) * WIDTH, _towards(FACE[1], y, zoom) * HEIGHT
    return replace(cue, zoom=zoom, focus_x=x, focus_y=y, dx=round(dx, 2), dy=round(dy, 2))


def _towards(wanted: float, at: float, zoom: float) -> float:
    """Shift that brings `at` to `wanted`; what a zoom about `at` leaves outside the frame is all there is to spend."""
    return min(at * (zoom - 1), max(-(1 - at) * (zoom - 1), wanted - at))


def _snap(at: int) -> float:
    """Exponential ease-out over SNAP_FRAMES: 0.75 after the first frame, 1 from the fifth on."""
    if at + 1 >= SNAP_FRAMES:
        return 1.0
    return 1 - 2.0 ** (-10 * (at + 1) / SNAP_FRAMES)
