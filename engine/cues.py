"""A clip's effects as per-frame camera cues: eased, whole frames, no chance. Knows numbers only; the player draws.

Pixels are given for a picture 1080 wide; a player of another size scales them. Whatever zooms keeps the face that it
closes in on inside the frame, and its chin above the subtitles."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

from engine.timeline import Clip, Effect, Timeline
from models.base import FrameCue

SNAP_FRAMES = 5
"""A punch-in arrives in five frames, fast first."""
SNAP_RADIAL = 4.0
"""Focus blur of a punch-in: this times the zoom that one frame adds."""
LEAST_RADIAL = 0.1
HOLD_DRIFT_PER_FRAME = 0.0006
HOLD_DRIFT_FRAMES = 60
"""A frozen frame still comes closer: a look that is held, not a stalled player."""
FADE_FRAMES = 6
"""The episode's last frames fade to black."""
SHAKE_DECAY = 0.82
SHAKE_SMEAR = 0.7
LEAST_SMEAR = 6.0
"""A shake smears along its way by this share of it, when that is so many pixels at least."""
WHIP_DECAY = 0.6
WHIP_OUT = (0.3, 0.65, 1.0)
"""Smear of the last frames before a whip, as shares of the whip's."""
WIDTH, HEIGHT = 1080, 1920
SHAKE_MARGIN = 2.2 / WIDTH
"""Zoom added per pixel of shake, so that the picture's edge never shows."""
CENTRE = (0.5, 0.5)
MOST_ZOOM = 2.2

Face = tuple[float, float, float]
"""Between the eyes (x, y) and the head's height, as fractions of the frame; 0 high: nobody's."""
FACE: Face = (0.5, 0.42, 0.0)
CHIN = 0.42
SKULL = 0.58
"""From the eyes down to the chin and up to the top of the skull, in head heights."""
HALF_FACE = 0.36
"""Half a face's width, in head heights."""
CHIN_LOWEST = 1290 / HEIGHT
"""Subtitles stand below this row; no chin does when a zoom can help it."""
LARGEST_HEAD = 0.62
"""The largest head that fits between the frame's top and the subtitles."""
EYES_ONLY = 0.8
EYES_ZOOM = 1.12
"""A head over this height is an extreme close-up: it may still come a little closer."""
MOVE_SPARE = 1.06
"""Room for the camera's own push-in on top of the cut's zoom."""
SIDE = 0.015

PANEL_SLIDE = (0.35, 0.82, 1.05, 1.02, 1.0)
"""How far panels have slid in on their first frames: fast, a little too far, back."""
PANEL_LEAVE = (0.9, 0.55)
"""And on their last frames."""
AIMED = ("focus", "tone", "focus_lines", "speed_lines", "impact")
"""Kinds that keep a face clear."""
ENVELOPES = {"focus": (2, 6), "tone": (4, 6), "leak": (8, 14)}
"""Frames that an effect takes to come and to go."""


def frame_cues(timeline: Timeline, clip: Clip, faces: Mapping[str, Face] | None = None) -> list[FrameCue]:
    """One cue per frame of `clip`, in order. `faces` maps characters to their face's place and head height."""
    places = faces or {}
    out = [FrameCue(clip.source_start + i, focus_x=CENTRE[0], focus_y=CENTRE[1], tick=i) for i in range(clip.duration)]
    for effect in sorted(clip.effects, key=_order):
        for i in range(max(0, effect.start), min(clip.duration, effect.start + effect.duration)):
            out[i] = _apply(out[i], effect, i - effect.start, clip, places)
    return [_fade(_kept(cue), timeline.duration - clip.start - i) for i, cue in enumerate(out)]


def source_frames(timeline: Timeline, shot: str) -> int:
    """Frames that a shot's take must have for the cut: held frames need no more than the one that is held."""
    return max(cue.frame + 1 for clip in timeline.picture if clip.shot == shot for cue in frame_cues(timeline, clip))


def _order(effect: Effect) -> tuple[int, int, str]:
    """The framing first, then what looks for the face, then what moves it; a hold after all."""
    rank = 0 if effect.kind in ("angle", "close") else 1 if effect.kind in AIMED else 3 if effect.kind == "hold" else 2
    return rank, effect.start, effect.kind


def _fade(cue: FrameCue, left: int) -> FrameCue:
    """Darker over the last frames; `left` counts this frame too."""
    return replace(cue, flash=(left - 1) / FADE_FRAMES - 1) if left <= FADE_FRAMES else cue


def _apply(cue: FrameCue, effect: Effect, at: int, clip: Clip, faces: Mapping[str, Face]) -> FrameCue:
    if effect.kind == "tone" and len(faces) > 1:
        return cue  # it keeps one face clear, and dots belong on none
    if effect.kind in AIMED:
        cue = _aimed(cue, faces.get(effect.focus, FACE))
    if effect.kind in _CAMERA:
        return _CAMERA[effect.kind](cue, effect, at, faces)
    if effect.kind == "shake":
        return _shake(cue, effect, at, clip.start)
    if effect.kind == "hold":
        return _hold(cue, clip.source_start + effect.start, at)
    return replace(cue, **_drawn(cue, effect, at))


def _drawn(cue: FrameCue, effect: Effect, at: int) -> dict[str, float]:
    """What is drawn over the picture at frame `at` of an effect, as fields of its cue."""
    if effect.kind == "flash":
        return {"flash": flash(effect, at)}
    if effect.kind == "black":
        return {"flash": -1.0}
    if effect.kind == "impact":
        return {"impact": at + 1}
    if effect.kind in ("speed_lines", "focus_lines"):
        return {effect.kind: True}
    if effect.kind in ENVELOPES:
        key = "radial" if effect.kind == "focus" else effect.kind
        return {key: max(getattr(cue, key), round(effect.strength * envelope(effect, at), 3))}
    raise ValueError(f"unknown effect '{effect.kind}'")


def flash(effect: Effect, at: int) -> float:
    """How white it is at frame `at`: it dies away."""
    return effect.strength * (1 - at / effect.duration) ** 2


def envelope(effect: Effect, at: int) -> float:
    """0..1: comes and goes smoothly over the kind's frames."""
    rise, fall = ENVELOPES[effect.kind]
    t = min(1.0, (at + 1) / rise, (effect.duration - at) / (fall + 1))
    return t * t * (3 - 2 * t)


# -- camera


def _angle(cue: FrameCue, effect: Effect, _at: int, faces: Mapping[str, Face]) -> FrameCue:
    return _framed(cue, 1 + effect.strength, faces.get(effect.focus, FACE))


def _close(cue: FrameCue, effect: Effect, _at: int, faces: Mapping[str, Face]) -> FrameCue:
    """Where a punch-in has arrived."""
    x, y, head = (cue.focus_x, cue.focus_y, cue.head) if cue.zoom > 1 else faces.get(effect.focus, FACE)
    return replace(cue, zoom=cue.zoom * (1 + effect.strength), focus_x=x, focus_y=y, head=head)


def _punch_in(cue: FrameCue, effect: Effect, at: int, faces: Mapping[str, Face]) -> FrameCue:
    x, y, head = (cue.focus_x, cue.focus_y, cue.head) if cue.zoom > 1 else faces.get(effect.focus, FACE)
    rush = SNAP_RADIAL * effect.strength * (_snap(at) - (_snap(at - 1) if at else 0.0))
    radial = max(cue.radial, round(min(1.0, rush), 3) if rush >= LEAST_RADIAL else 0.0)
    return replace(
        cue, zoom=cue.zoom * (1 + effect.strength * _snap(at)), focus_x=x, focus_y=y, head=head, radial=radial
    )


def _blur(cue: FrameCue, effect: Effect, at: int, _faces: Mapping[str, Face]) -> FrameCue:
    return _smeared(cue, effect.strength * math.sin(math.pi * (at + 1) / (effect.duration + 1)), 0.0)


def _whip(cue: FrameCue, effect: Effect, at: int, _faces: Mapping[str, Face]) -> FrameCue:
    return _smeared(cue, effect.strength * WHIP_DECAY**at, 0.0)


def _whip_out(cue: FrameCue, effect: Effect, at: int, _faces: Mapping[str, Face]) -> FrameCue:
    """The last frames before a whip are already on their way."""
    left = effect.duration - at
    return _smeared(cue, effect.strength * WHIP_OUT[max(0, len(WHIP_OUT) - left)], 0.0)


def _panels(cue: FrameCue, effect: Effect, at: int, faces: Mapping[str, Face]) -> FrameCue:
    """Whoever speaks first, then the others; a face alone is shown with its eyes."""
    known = {name: face for name, face in faces.items() if face[2] > 0}
    shown = sorted(known, key=lambda name: name != effect.focus)
    left = effect.duration - at
    slide = PANEL_SLIDE[at] if at < len(PANEL_SLIDE) else 1.0
    if left <= len(PANEL_LEAVE):
        slide = PANEL_LEAVE[len(PANEL_LEAVE) - left]
    return replace(cue, panels=tuple(known[name] for name in shown), panel_slide=slide)


_CAMERA: dict[str, Callable[[FrameCue, Effect, int, Mapping[str, Face]], FrameCue]] = {
    "angle": _angle,
    "close": _close,
    "punch_in": _punch_in,
    "blur": _blur,
    "whip": _whip,
    "whip_out": _whip_out,
    "panels": _panels,
}


def _shake(cue: FrameCue, effect: Effect, at: int, seed: int) -> FrameCue:
    """Out at once, dying away, smeared along the way from the frame before."""
    dx, dy = _shaken(effect.strength, at, seed)
    before = _shaken(effect.strength, at - 1, seed) if at else (0.0, 0.0)
    way = math.hypot(dx - before[0], dy - before[1]) * SHAKE_SMEAR
    angle = math.degrees(math.atan2(dy - before[1], dx - before[0]))
    cue = replace(cue, dx=cue.dx + dx, dy=cue.dy + dy, zoom=cue.zoom * (1 + SHAKE_MARGIN * effect.strength))
    return _smeared(cue, way, angle) if way >= LEAST_SMEAR else cue


def _shaken(size: float, at: int, seed: int) -> tuple[float, float]:
    size *= SHAKE_DECAY**at
    return size * math.sin(at * 2.3 + seed), size * math.cos(at * 3.1 + seed)


def _smeared(cue: FrameCue, length: float, angle: float) -> FrameCue:
    """The longer of two smears is seen."""
    return replace(cue, blur=length, blur_angle=round(angle, 1)) if length > cue.blur else cue


def _hold(cue: FrameCue, still: int, at: int) -> FrameCue:
    return replace(cue, frame=still, zoom=cue.zoom * (1 + HOLD_DRIFT_PER_FRAME * min(at, HOLD_DRIFT_FRAMES)))


# -- faces


def _aimed(cue: FrameCue, face: Face) -> FrameCue:
    """The face that an effect keeps clear is the cue's focus, unless a zoom has one already."""
    return cue if cue.zoom > 1 or cue.head else replace(cue, focus_x=face[0], focus_y=face[1], head=face[2])


def _framed(cue: FrameCue, zoom: float, face: Face) -> FrameCue:
    """Closer on a face, and the face moved towards the middle as far as the picture's edge allows."""
    x, y, head = face
    zoom = _closest(zoom, head)
    eyes = min(FACE[1], CHIN_LOWEST - CHIN * head * zoom * MOVE_SPARE)
    dx, dy = _towards(FACE[0], x, zoom) * WIDTH, _towards(eyes, y, zoom) * HEIGHT
    return replace(cue, zoom=zoom, focus_x=x, focus_y=y, head=head, dx=round(dx, 2), dy=round(dy, 2))


def _kept(cue: FrameCue) -> FrameCue:
    """The zoom no closer than the face allows, and the face moved back inside where the zoom has pushed it out."""
    zoom = _closest(cue.zoom, cue.head)
    if cue.head <= 0 or cue.panels or zoom <= 1:
        return replace(cue, zoom=zoom)
    size = cue.head * zoom * MOVE_SPARE
    side = HALF_FACE * size * HEIGHT / WIDTH
    x, y = cue.focus_x + cue.dx / WIDTH, cue.focus_y + cue.dy / HEIGHT
    wanted_x = min(max(x, SIDE + side), 1 - SIDE - side) if side < 0.5 - SIDE else 0.5
    wanted_y = min(max(y, SKULL * size), CHIN_LOWEST - CHIN * size) if size < EYES_ONLY else y
    dx, dy = cue.dx, cue.dy
    if wanted_x != x:
        dx = round(_towards(wanted_x, cue.focus_x, zoom) * WIDTH, 2)
    if wanted_y != y:
        dy = round(_towards(wanted_y, cue.focus_y, zoom) * HEIGHT, 2)
    return replace(cue, zoom=zoom, dx=dx, dy=dy)


def _closest(zoom: float, head: float) -> float:
    """The zoom, as far as a head of this height can bear it."""
    if head <= 0:
        return min(MOST_ZOOM, zoom)
    return min(MOST_ZOOM, zoom, EYES_ZOOM if head > EYES_ONLY else max(1.0, LARGEST_HEAD / head))


def _towards(wanted: float, at: float, zoom: float) -> float:
    """Shift that brings `at` to `wanted`; what a zoom about `at` leaves outside the frame is all there is to spend."""
    return min(at * (zoom - 1), max(-(1 - at) * (zoom - 1), wanted - at))


def _snap(at: int) -> float:
    """Exponential ease-out over SNAP_FRAMES: 0.75 after the first frame, 1 from the fifth on."""
    if at + 1 >= SNAP_FRAMES:
        return 1.0
    return 1 - 2.0 ** (-10 * (at + 1) / SNAP_FRAMES)
