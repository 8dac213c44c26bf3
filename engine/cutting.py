"""The editor: what was heard and the rules in, the timeline out. Knows shots, frames and markers; no media, no models.

Runs right after listening: it needs only sound, and it decides how long every shot is and where it is hit, so that
only frames that are used get animated, and effects and music land on cuts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from engine import captions, titles
from engine.acts import (
    MOST_OVERLAYS,
    Blur,
    Cut,
    Flash,
    Focus,
    HitSound,
    Hold,
    Impact,
    Leak,
    Lines,
    Panels,
    PunchIn,
    Shake,
    Stop,
    Tone,
    Whip,
)
from engine.core import FPS, Episode, Line, Series, UserError
from engine.cues import FADE_FRAMES
from engine.edit_rules import EditStyle
from engine.firing import Fired, fire
from engine.levels import Heard
from engine.pacing import Pace, Take, frames, pace_episode
from engine.spotting import ShotInTime, place_markers, spot
from engine.timeline import Caption, Clip, Effect, Hit, Span, Speech, Timeline

FOLEY_DELAY = 4
"""A foley sound comes this many frames after its shot's cut: the eye first."""
CENTRE = "centre"
"""What a closer framing of a shot without people closes in on."""
AIMED = ("punch_in", "focus", "tone", "focus_lines", "speed_lines", "impact", "panels")
"""Effects that close in on whoever speaks, or keep them clear."""
OVERLAYS = ("blur", "whip", "flash", "impact", "speed_lines", "focus_lines", "focus", "leak", "tone", "panels")
"""Effects drawn over the picture; split panels stand alone."""
LEAVING_FRAMES = 3
"""A whip is seen to leave in the last frames before it."""
QUIET_INTENSITY = 0.3
RISE = 0.35
LOUD_SHARE = 0.35


def cut_episode(
    series: Series,
    episode: Episode,
    heard: Mapping[str, Heard],
    durations: Mapping[str, float],
    style: EditStyle,
    seed: int,
) -> Timeline:
    """The cut of one episode. `heard` and `durations` (seconds of each take) are by line id.

    UserError when the episode cannot be as long as an episode must be, or a line was never spoken."""
    takes = {line.id: _take(episode, line, heard, durations) for line in episode.lines()}
    pace = pace_episode(episode, takes, style.pacing)
    shots = [ShotInTime(scene, shot, p) for (scene, shot), p in zip(episode.shots(), pace.shots, strict=True)]
    markers = place_markers(pace, heard)
    events = spot(markers, shots, pace, heard)
    boundaries = [p.start for p in pace.shots] + [pace.freeze, pace.duration]
    fired = fire(events, style.rules, style.episode_limits, boundaries, pace.duration, FPS, seed)
    picture = _picture(shots, fired, pace)
    return Timeline(
        episode=episode.number,
        rate=FPS,
        duration=pace.duration,
        picture=picture,
        speech=pace.speech,
        captions=_captions(episode, pace, heard),
        graphics=titles.graphics(series, episode, pace),
        markers=tuple(markers),
        hits=_hits(shots, fired, pace),
        spans=_spans(fired, picture, pace),
        button=pace.freeze,
        notes={
            "style": style.name,
            "seed": seed,
            "silence_scale": round(pace.scale, 4),
            "intensity": _intensity(shots, pace, heard),
            "scenes": _scenes(shots),
        },
    )


def _take(episode: Episode, line: Line, heard: Mapping[str, Heard], durations: Mapping[str, float]) -> Take:
    if line.id not in heard or line.id not in durations:
        raise UserError(f"episode {episode.number}: line {line.id} has no spoken take")
    words = heard[line.id].words
    length = max(1, -(-round(durations[line.id] * 1000) * FPS // 1000))
    first = min(length - 1, int(words[0].start * FPS)) if words else 0
    return Take(length, first, captions.columns(captions.clean(line.text)))


# -- picture


def _picture(shots: Sequence[ShotInTime], fired: Sequence[Fired], pace: Pace) -> tuple[Clip, ...]:
    """Clips without gap or overlap: one a shot, split where a rule cuts and where the last look freezes."""
    return _leaving([clip for at in shots for clip in _clips(at, fired, pace)])


def _leaving(clips: Sequence[Clip]) -> tuple[Clip, ...]:
    """Clips that a whip follows leave smeared, unless they stand still."""
    out = list(clips)
    for index, (before, after) in enumerate(pairwise(clips)):
        whip = next((e for e in after.effects if e.kind == "whip" and e.start == 0), None)
        if whip and before.duration > LEAVING_FRAMES and not any(e.kind == "hold" for e in before.effects):
            start = before.duration - LEAVING_FRAMES
            leave = replace(whip, kind="whip_out", start=start, duration=LEAVING_FRAMES)
            out[index] = replace(before, effects=(*before.effects, leave))
    return tuple(out)


def _clips(at: ShotInTime, fired: Sequence[Fired], pace: Pace) -> Iterable[Clip]:
    """The clips of one shot: a new one where the framing changes, and one for the freeze."""
    start, stop = at.placed.start, at.placed.stop
    inside = [f for f in fired if start <= f.event.frame < stop]
    framings = _framings(at, inside, pace)
    edges = sorted({start, stop, *framings} | ({pace.freeze} if start < pace.freeze < stop else set()))
    angle: Effect | None = None
    closer: list[Effect] = []
    for begin, end in pairwise(edges):
        effects: list[Effect] = []
        rule, cause = "", ""
        if begin in framings:
            found, angle = framings[begin]
            rule, cause = found.rule.name, found.event.cause
        if angle:
            effects.append(replace(angle, duration=end - begin))
        if begin == pace.freeze:
            effects.append(Effect("hold", 0, end - begin, 1.0, "freeze", "end of the episode"))
        effects += [replace(punch, kind="close", start=0, duration=end - begin) for punch in closer]
        effects = [*effects, *_effects(inside, begin, end, at, pace)]
        clip = Clip(at.shot.id, begin, end - begin, begin - start, _apart(effects), rule, cause)
        yield clip
        if end == pace.freeze:  # the freeze keeps the framing that a punch-in before it has come to
            closer = [e for e in clip.effects if e.kind == "punch_in" and e.start + e.duration == clip.duration]


def _framings(at: ShotInTime, fired: Sequence[Fired], pace: Pace) -> dict[int, tuple[Fired, Effect | None]]:
    """Frames where a rule changes the framing, and to what; a cut to the framing that is already there is none."""
    out: dict[int, tuple[Fired, Effect | None]] = {}
    focus = ""  # the whole picture
    for found in fired:
        for act in found.rule.do:
            if not isinstance(act, Cut):
                continue
            wanted = _focus(at, act, found, pace, focus)
            if wanted != focus:
                angle = Effect("angle", 0, 0, act.zoom, found.rule.name, found.event.cause, wanted)
                out[found.event.frame] = (found, angle if wanted else None)
                focus = wanted
    return out


def _focus(at: ShotInTime, act: Cut, found: Fired, pace: Pace, now: str) -> str:
    """The character that a cut closes in on; empty for the whole picture (also the way back from a closer one)."""
    if act.to == "all" or (act.to == "closer" and now):
        return ""
    speaker = _speaker(found.event.frame, pace)
    others = [c for c in at.shot.characters if c != speaker]
    if act.to == "listener":
        return others[0] if others else now
    return speaker if speaker in at.shot.characters else (at.shot.characters or (CENTRE,))[0]


def _speaker(frame: int, pace: Pace) -> str:
    """Who speaks at a frame, or spoke last."""
    before = [s.speaker for s in pace.speech if s.start <= frame]
    return before[-1] if before else ""


def _effects(fired: Sequence[Fired], begin: int, end: int, at: ShotInTime, pace: Pace) -> list[Effect]:
    """What the rules do to the clip [begin, end)."""
    out: list[Effect] = []
    for found in fired:
        if not begin <= found.event.frame < end:
            continue
        start, room = found.event.frame - begin, end - found.event.frame
        speaker = _speaker(found.event.frame, pace)
        focus = speaker if speaker in at.shot.characters else "".join(at.shot.characters[:1])
        for effect in (e for act in found.rule.do for e in _effect(act, start, room)):
            aim = focus if effect.kind in AIMED else ""
            out.append(replace(effect, rule=found.rule.name, cause=found.event.cause, focus=aim))
    return out


def _effect(act: object, start: int, room: int) -> list[Effect]:
    """An act as effects from frame `start` of a clip that has `room` frames left."""
    match act:
        case PunchIn():
            return [Effect("punch_in", start, min(room, frames(act.seconds) or room), act.zoom)]
        case Blur():
            begins = range(0, min(room - act.burst + 1, act.every * act.times), act.every)
            return [Effect("blur", start + b, act.burst, act.pixels) for b in begins]
        case Whip():
            return [Effect("whip", start, min(room, act.length), act.pixels)]
        case Flash() | Shake():
            level = act.level if isinstance(act, Flash) else act.pixels
            return _late(act.act, act.delay, act.length, level, start, room)
        case Impact():
            return [Effect("impact", start, min(room, act.length))]
        case Lines():
            return _late(act.act, act.delay, frames(act.seconds), 1.0, start, room)
        case Focus() | Leak() | Tone():
            return _late(act.act, act.delay, frames(act.seconds), act.amount, start, room)
        case _:
            return _standing(act, start, room)


def _late(kind: str, delay: int, length: int, strength: float, start: int, room: int) -> list[Effect]:
    """An effect that begins `delay` frames later, if its clip lasts so long."""
    return [Effect(kind, start + delay, min(room - delay, length), strength)] if delay < room else []


def _standing(act: object, start: int, room: int) -> list[Effect]:
    """Acts that take the whole picture: split panels, unless the clip is too short for them, and held looks."""
    if isinstance(act, Panels):
        return [Effect("panels", start, frames(act.seconds))] if room >= frames(act.seconds) else []
    if isinstance(act, Hold):
        length = min(room, frames(act.seconds))
        return [Effect("hold", start + room - length, length)]
    return []


def _apart(effects: Sequence[Effect]) -> tuple[Effect, ...]:
    """Effects in order of time, without one that starts while another of its kind still runs, and never more over the
    picture at once than can be read."""
    out: list[Effect] = []
    for effect in sorted(effects, key=lambda e: e.start):
        running = [e for e in out if e.start < effect.start + effect.duration and effect.start < e.start + e.duration]
        if all(e.kind != effect.kind for e in running) and not _crowded(effect, running):
            out.append(effect)
    return tuple(out)


def _crowded(effect: Effect, running: Sequence[Effect]) -> bool:
    """Whether what is drawn over the picture leaves no place for one more."""
    drawn = [e.kind for e in running if e.kind in OVERLAYS]
    if effect.kind not in OVERLAYS or not drawn:
        return False
    return len(drawn) >= MOST_OVERLAYS or "panels" in (effect.kind, *drawn)


# -- sound, captions, notes


def _hits(shots: Sequence[ShotInTime], fired: Sequence[Fired], pace: Pace) -> tuple[Hit, ...]:
    """Foley of the shots and the rules' hits, in order; nothing inside a planned silence but what ends it."""
    out = [Hit(at.shot.sound, min(at.placed.start + FOLEY_DELAY, at.placed.stop - 1)) for at in shots if at.shot.sound]
    for found in fired:
        for act in found.rule.do:
            if isinstance(act, HitSound):
                frame = min(pace.duration - 1, max(0, found.event.frame + frames(act.offset)))
                out.append(Hit(act.kind, frame, act.strength, frames(act.seconds)))
    return tuple(sorted(dict.fromkeys(out), key=lambda h: (h.frame, h.kind)))


def _spans(fired: Sequence[Fired], picture: Sequence[Clip], pace: Pace) -> tuple[Span, ...]:
    """Declared stretches: frozen looks, the fade at the end, and the planned silences (never while someone speaks)."""
    holds = [(clip.start + e.start, e.duration) for clip in picture for e in clip.effects if e.kind == "hold"]
    out = [Span("freeze", start, start + length) for start, length in holds]
    out.append(Span("black", pace.duration - FADE_FRAMES, pace.duration))
    for found in fired:
        for act in found.rule.acts(Stop):
            out += [Span("silence", start, stop) for start, stop in _quiet(found.event.frame, act, pace)]
    return tuple(sorted(set(out), key=lambda s: (s.start, s.kind)))


def _quiet(frame: int, act: Stop, pace: Pace) -> Iterable[tuple[int, int]]:
    """What a stop at `frame` silences: from the last word before it, and on from it or from the word that it falls into,
    up to the next one."""
    start = max(0, frame - frames(act.before), _spoken_until(frame, pace))
    begin = max([frame, *(s.stop for s in pace.speech if s.start <= frame < s.stop)])
    end = min([pace.duration, frame + frames(act.after), *(s.start for s in pace.speech if s.start > frame)])
    parts = ((start, end),) if begin == frame and end > frame else ((start, frame), (begin, end))
    return (part for part in parts if part[0] < part[1])


def _spoken_until(frame: int, pace: Pace) -> int:
    """Where the last speech before `frame` ends."""
    return max((min(s.stop, frame) for s in pace.speech if s.start < frame), default=0)


def _captions(episode: Episode, pace: Pace, heard: Mapping[str, Heard]) -> tuple[Caption, ...]:
    lines = {line.id: line for line in episode.lines()}
    out: list[Caption] = []
    for index, speech in enumerate(pace.speech):
        line = lines[speech.line]
        until = _first_word(pace.speech[index + 1], heard) if index + 1 < len(pace.speech) else pace.freeze
        out += captions.caption_line(
            line.text, heard[line.id].words, speech, until, italic=line.kind == "inner", rate=FPS
        )
    return tuple(out)


def _first_word(speech: Speech, heard: Mapping[str, Heard]) -> int:
    words = heard[speech.line].words
    return speech.start + (int(words[0].start * FPS) if words else 0)


def _intensity(shots: Sequence[ShotInTime], pace: Pace, heard: Mapping[str, Heard]) -> dict[str, float]:
    """How hard the music may play under each shot, 0..1: rises to the cliffhanger, moved by how people speak."""
    out: dict[str, float] = {}
    for at in shots:
        moved = [heard[s.line].arousal for s in pace.speech if at.placed.start <= s.start < at.placed.stop]
        level = QUIET_INTENSITY + RISE * at.placed.start / pace.duration
        out[at.shot.id] = round(min(1.0, level + LOUD_SHARE * (max(moved) if moved else 0.3)), 3)
    return out


def _scenes(shots: Sequence[ShotInTime]) -> list[dict[str, object]]:
    """Scene ranges for the score: mood and place, in frames."""
    out: list[dict[str, object]] = []
    for scene in dict.fromkeys(at.scene.id for at in shots):
        group = [at for at in shots if at.scene.id == scene]
        first, last = group[0], group[-1]
        out.append(
            {
                "id": scene,
                "start": first.placed.start,
                "stop": last.placed.stop,
                "mood": first.scene.mood,
                "location": first.scene.location,
            }
        )
    return out
