"""What a cut's effects do to each frame of footage: where the picture is seen from, smears, light. Numbers only, no ffmpeg.

The eased numbers are those of drawn episodes (engine.cues), so that footage moves like them. What every frame of a clip
has in common (an angle) is told apart from what moves: the first is cropped from the source's own pixels."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engine.cues import FACE, FADE_FRAMES, HEIGHT, MOST_ZOOM, WIDTH, Face, flash, frame_cues
from engine.timeline import Clip, Effect, Timeline
from models.base import FrameCue

Point = tuple[float, float]
STATIC = ("angle", "close")
LIT = ("flash", "black", "dip", "fade_in", "fade_out")
SMEARED = ("whip", "whip_out")
TIMED = ("hold", "blur")
"""What these do is done to the order of frames."""
FOOTAGE_EFFECTS = frozenset((*STATIC, *LIT, *SMEARED, *TIMED, "punch_in", "zoom", "shake"))
STILL = 1e-4
"""A view nearer to the whole picture than this share of it is the whole picture."""


@dataclass(frozen=True)
class View:
    """The part of a picture that fills the frame: its left and top edge as shares of it, and how much larger it is shown."""

    left: float = 0.0
    top: float = 0.0
    zoom: float = 1.0

    @property
    def whole(self) -> bool:
        return abs(self.zoom - 1) < STILL and abs(self.left) < STILL and abs(self.top) < STILL


WHOLE = View()


@dataclass(frozen=True)
class Motion:
    """Of one clip: the view that all its frames share, and by timeline frame what is seen of that, the smear in pixels at
    1080 wide, and the light (-1 black to 1 white)."""

    base: View
    views: Mapping[int, View]
    smears: Mapping[int, float]
    lights: Mapping[int, float]


def check_effects(timeline: Timeline) -> None:
    """ValueError that names the first effect that only a drawn picture can have."""
    for clip in timeline.picture:
        for effect in clip.effects:
            if effect.kind not in FOOTAGE_EFFECTS:
                raise ValueError(
                    f"the clip at frame {clip.start} has the effect '{effect.kind}', which footage cannot have: "
                    f"choose from {', '.join(sorted(FOOTAGE_EFFECTS))}"
                )


def motion(timeline: Timeline, clip: Clip, focus: Point) -> Motion:
    """Everything that moves in one clip; `focus` is where zooms close in, as shares of the frame."""
    shared = tuple(
        e for e in clip.effects if e.kind in STATIC and e.start <= 0 and e.start + e.duration >= clip.duration
    )
    base = view_of(_cues(timeline, clip, shared, focus)[0])
    moving = any(e.kind not in (*LIT, *SMEARED, "blur") and e not in shared for e in clip.effects)
    kept = tuple(e for e in clip.effects if e.kind not in ("zoom", *LIT, *SMEARED, "blur"))
    cues = _pushed(_cues(timeline, clip, kept, focus), clip, focus) if moving else []
    views = {clip.start + i: within(base, view_of(cue)) for i, cue in enumerate(cues)}
    return Motion(
        base,
        {frame: view for frame, view in views.items() if not view.whole},
        _smears(timeline, clip, focus),
        _lights(clip),
    )


def _cues(timeline: Timeline, clip: Clip, effects: Sequence[Effect], focus: Point) -> list[FrameCue]:
    """As a drawn clip would have them. An episode ends in a fade; footage does not, so the cut is told to go on."""
    length = timeline.duration + FADE_FRAMES
    longer = replace(timeline, duration=length, picture=(Clip(clip.shot, 0, length),), sources=(), sound=())
    face: Face = (*focus, 0.0)
    names = {effect.focus for effect in effects} | {""}
    return frame_cues(longer, replace(clip, effects=tuple(effects)), dict.fromkeys(names, face))


def _pushed(cues: list[FrameCue], clip: Clip, focus: Point) -> list[FrameCue]:
    """With the slow push-ins, which drawn shots have from their own cameras."""
    out = list(cues)
    for effect in clip.effects:
        if effect.kind != "zoom":
            continue
        for i in range(max(0, effect.start), min(clip.duration, effect.start + effect.duration)):
            zoom = min(MOST_ZOOM, out[i].zoom * (1 + effect.strength * (i - effect.start) / effect.duration))
            at = focus if out[i].zoom == 1 else (out[i].focus_x, out[i].focus_y)
            out[i] = replace(out[i], zoom=zoom, focus_x=at[0], focus_y=at[1])
    return out


def view_of(cue: FrameCue) -> View:
    """The picture is zoomed about the cue's focus, then moved by dx and dy."""
    zoom = max(1.0, cue.zoom)
    left = cue.focus_x - (cue.focus_x + cue.dx / WIDTH) / zoom
    top = cue.focus_y - (cue.focus_y + cue.dy / HEIGHT) / zoom
    room = 1 - 1 / zoom
    return View(min(max(left, 0.0), room), min(max(top, 0.0), room), zoom)


def within(base: View, view: View) -> View:
    """`view` of the whole picture as seen from inside `base`, kept inside it."""
    zoom = max(1.0, view.zoom / base.zoom)
    room = 1 - 1 / zoom
    left, top = (view.left - base.left) * base.zoom, (view.top - base.top) * base.zoom
    return View(min(max(left, 0.0), room), min(max(top, 0.0), room), zoom)


def _smears(timeline: Timeline, clip: Clip, focus: Point) -> dict[int, float]:
    whips = tuple(e for e in clip.effects if e.kind in SMEARED)
    if not whips:
        return {}
    return {clip.start + i: cue.blur for i, cue in enumerate(_cues(timeline, clip, whips, focus)) if cue.blur > 0}


def _lights(clip: Clip) -> dict[int, float]:
    """The strongest light of each frame."""
    out: dict[int, float] = {}
    for effect in clip.effects:
        if effect.kind not in LIT:
            continue
        for i in range(max(0, effect.start), min(clip.duration, effect.start + effect.duration)):
            value = _light(effect, i - effect.start)
            if abs(value) > abs(out.get(clip.start + i, 0.0)):
                out[clip.start + i] = value
    return out


def _light(effect: Effect, at: int) -> float:
    """A flash dies away as in drawn episodes; a dip is darkest half way; fades are its halves."""
    if effect.kind == "flash":
        return flash(effect, at)
    if effect.kind == "black":
        return -1.0
    begin, share = {"dip": (0.0, 1.0), "fade_out": (0.0, 0.5), "fade_in": (0.5, 0.5)}[effect.kind]
    return -abs(effect.strength) * math.sin(math.pi * (begin + share * (at + 0.5) / effect.duration)) ** 2


FOCUS: Point = (FACE[0], FACE[1])
"""Where nothing else is said: in the middle, at the height of a face."""
