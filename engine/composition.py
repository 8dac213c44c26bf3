"""Where faces and mouths are in every frame of a cut, and what that tells: framings, covered mouths, cut-off faces.

Numbers only, from the timeline and where faces are in each shot; no pixels, no models, no files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from engine.core import Episode
from engine.cues import HEIGHT, WIDTH, Face, frame_cues
from engine.fonts import text_width
from engine.rates import Rate
from engine.subtitles import ASS_HEIGHT, FONT_SIZE, OUTLINE, SAFE_BOTTOM, SAFE_LEFT, SAFE_RIGHT
from engine.timeline import Caption, Clip, Span, Timeline
from models.base import FrameCue

SKULL, CHIN, HALF_FACE = 0.58, 0.42, 0.34
"""From the eyes to the top of the skull, to the chin and to a cheek, in head heights."""
MOUTH_DOWN, MOUTH_HIGH, MOUTH_WIDE = 0.26, 0.05, 0.09
"""The mouth below the eyes and half its size, in head heights."""
CLOSE_HEAD = 0.36
"""A head over this share of the frame's height is a close-up, however it came about."""
EYES_ONLY = 0.8
"""And over this an extreme one: of its face, the eyes are what must be seen."""
INSIDE_SHARE = 0.9
"""Of the frames in which a shot's speaker speaks: a whip or a walk passes through the rest."""
SPARE = 0.004
MOST_HOLD, MOST_HELD = 3.0, 6.0
"""Seconds of one declared hold, and of all in an episode."""
LEAST_INSIDE = 0.95
"""Of the speaking shots, those whose speaker's face is inside the frame all along."""

Box = tuple[float, float, float, float]
"""left, top, right, bottom as fractions of the frame."""
Faces = Callable[[str, int], Mapping[str, Face]]
"""A shot and a frame of its take -> where the faces are, before the cut's own zoom."""


@dataclass(frozen=True)
class Seen:
    """A frame of the master: its number, clip, cue and the faces as they are seen in it."""

    frame: int
    clip: Clip
    cue: FrameCue
    faces: Mapping[str, Face]


def still(faces: Mapping[str, Mapping[str, Face]]) -> Faces:
    """Faces that stay where the keyframe has them."""
    return lambda shot, frame: faces[shot]


def seen_frames(timeline: Timeline, places: Mapping[str, Mapping[str, Face]], faces: Faces) -> list[Seen]:
    """Every frame with its faces. `places` is what the cut itself was aimed at."""
    out: list[Seen] = []
    for clip in timeline.picture:
        for number, cue in enumerate(frame_cues(timeline, clip, places[clip.shot]), clip.start):
            there = faces(clip.shot, cue.frame)
            out.append(Seen(number, clip, cue, {who: through(cue, face) for who, face in there.items()}))
    return out


def through(cue: FrameCue, face: Face) -> Face:
    """A face of the take as the cut's zoom and shift show it."""
    x, y, head = face
    return (
        cue.focus_x + (x - cue.focus_x) * cue.zoom + cue.dx / WIDTH,
        cue.focus_y + (y - cue.focus_y) * cue.zoom + cue.dy / HEIGHT,
        head * cue.zoom,
    )


def face_box(face: Face) -> Box:
    """From the hairline to the chin, cheek to cheek; of an extreme close-up the eyes."""
    x, y, head = face
    if head > EYES_ONLY:
        return _box(x, y, 0.2 * head, 0.08 * head, 0.08 * head)
    return _box(x, y, HALF_FACE * head, 0.3 * head, CHIN * head)


def mouth_box(face: Face) -> Box:
    x, y, head = face
    return _box(x, y + MOUTH_DOWN * head, MOUTH_WIDE * head, MOUTH_HIGH * head, MOUTH_HIGH * head)


def _box(x: float, y: float, side: float, up: float, down: float) -> Box:
    """Sides are given in fractions of the height."""
    across = side * HEIGHT / WIDTH
    return x - across, y - up, x + across, y + down


def caption_boxes(caption: Caption) -> list[Box]:
    """One box a row, as the subtitles are laid out: the lowest row ends at the text-safe area's foot."""
    middle, high = (SAFE_LEFT + SAFE_RIGHT) / 2, FONT_SIZE * ASS_HEIGHT
    out: list[Box] = []
    for above, row in enumerate(reversed(caption.rows)):
        half = text_width(row) * FONT_SIZE / 2 + OUTLINE
        low = SAFE_BOTTOM - above * high
        out.append(((middle - half) / WIDTH, (low - high) / HEIGHT, (middle + half) / WIDTH, low / HEIGHT))
    return out


def touch(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def inside(box: Box) -> bool:
    return min(box[:2]) >= -SPARE and max(box[2:]) <= 1 + SPARE


# -- what a cut is held to


def compositions(episode: Episode, frames: Sequence[Seen]) -> list[str]:
    """The distinct framings: shot size, who is seen, the subject's place (thirds) and how close the cut has come."""
    sizes = {shot.id: shot.size for _, shot in episode.shots()}
    found: dict[str, None] = {}
    for at in _firsts(frames):
        subject = next(iter(at.faces.values()), None)
        place = "centre" if subject is None else ("left", "middle", "right")[min(2, max(0, int(3 * subject[0])))]
        who = "+".join(name.removeprefix("char_") for name in at.faces)
        close = f"x{at.cue.zoom:.1f}" if at.cue.zoom > 1.05 else ""
        split = "panels" if at.cue.panels else ""
        found[" ".join(filter(None, (sizes[at.clip.shot], who, place, close, split)))] = None
    return list(found)


def _firsts(frames: Sequence[Seen]) -> list[Seen]:
    """The middle frame of each clip: where its framing has settled."""
    middles = {clip.start + clip.duration // 2 for clip in {at.clip for at in frames}}
    return [at for at in frames if at.frame in middles]


def covered_mouths(timeline: Timeline, frames: Sequence[Seen]) -> list[int]:
    """Frames in which a subtitle lies over a mouth of a close-up."""
    shown = {n: c for c in timeline.captions for n in range(c.start, c.stop)}
    return [at.frame for at in frames if at.frame in shown and not at.cue.panels and _covers(shown[at.frame], at)]


def _covers(caption: Caption, at: Seen) -> bool:
    """An extreme close-up shows a band of eyes and no mouth."""
    mouths = [mouth_box(face) for face in at.faces.values() if CLOSE_HEAD < face[2] <= EYES_ONLY]
    return any(touch(row, mouth) for row in caption_boxes(caption) for mouth in mouths)


def speaking_shots(timeline: Timeline, frames: Sequence[Seen]) -> dict[str, bool]:
    """Per shot in which somebody seen speaks: whether that face is inside the frame while they speak.

    A framing that the cut aims at a listener does not count."""
    by_frame = {at.frame: at for at in frames}
    found: dict[str, list[bool]] = {}
    for said in timeline.speech:
        for at in (by_frame[n] for n in range(said.start, said.stop) if n in by_frame):
            if said.speaker in at.faces and not at.cue.panels and not _aimed_away(at.clip, said.speaker):
                found.setdefault(at.clip.shot, []).append(inside(face_box(at.faces[said.speaker])))
    return {shot: sum(row) >= INSIDE_SHARE * len(row) for shot, row in found.items()}


def _aimed_away(clip: Clip, speaker: str) -> bool:
    return any(e.kind == "angle" and e.focus not in ("", speaker) for e in clip.effects)


def hold_faults(spans: Sequence[Span], rate: Rate) -> list[str]:
    """Declared holds that are too long, one by one or together."""
    lengths = [(s.stop - s.start) / rate for s in spans if s.kind == "freeze"]
    out = [f"a hold lasts {length:.2f} s, limit {MOST_HOLD:.0f} s" for length in lengths if length > MOST_HOLD]
    if sum(lengths) > MOST_HELD:
        out.append(f"holds last {sum(lengths):.2f} s in all, limit {MOST_HELD:.0f} s")
    return out


def staging_faults(timeline: Timeline, frames: Sequence[Seen]) -> list[str]:
    """Mouths under subtitles, and speakers whose faces leave the frame in too many shots."""
    out: list[str] = []
    covered = covered_mouths(timeline, frames)
    if covered:
        out.append(f"a subtitle covers a mouth in {len(covered)} frames, first at {timeline.seconds(covered[0]):.2f} s")
    shots = speaking_shots(timeline, frames)
    if shots and sum(shots.values()) < LEAST_INSIDE * len(shots):
        cut_off = ", ".join(shot for shot, whole in shots.items() if not whole)
        out.append(f"the speaker's face leaves the frame in {cut_off}")
    return out
