"""Rules that fired become a plan: cameras, closer framings, effects, ramps, and what is heard under them. Lays nothing out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from engine.acts import (
    Black,
    Blur,
    Cut,
    Dip,
    Duck,
    Flash,
    HitSound,
    Hold,
    PunchIn,
    Shake,
    Shifted,
    Speed,
    Whip,
    Zoom,
    counted,
)
from engine.edit_rules import EditStyle, FootageStyle
from engine.firing import Fired, cuts, fire
from engine.footage.events import Said, events_of, markers_of, passages_of
from engine.footage.keeping import Clock, Stretch, divided, highlights, whole, without_silence
from engine.footage.laying import Plan, Ramp, View
from engine.footage.material import Material, Piece
from engine.rates import Rate, frame_at, seconds_of
from engine.timeline import Effect, Hit, Marker, Span

SILENCE_RULE = "silence"
JUMP_RULE = "highlight"
FILE_RULE = "next-file"
CAMERA_RULE = "no-camera"


@dataclass(frozen=True)
class Wish:
    """What is asked of a cut: `frames` for the strongest moments only (None: everything)."""

    style: EditStyle
    keep_silence: bool = False
    frames: int | None = None
    seed: int = 1


@dataclass(frozen=True)
class Decided:
    """A plan with the answers behind it, in compact frames: what was heard in what is left, the passages among it, sounds
    to add and stretches to duck."""

    plan: Plan
    fired: tuple[Fired, ...]
    heard: tuple[Marker, ...]
    said: tuple[Said, ...]
    hits: tuple[Hit, ...]
    ducks: tuple[Span, ...]


def decide(material: Material, wish: Wish) -> Decided:
    """The plan of a cut. Same material, style and seed: same plan."""
    if material.music is not None and not any(p.heard and p.heard.passages for p in material.sounds):
        return _to_music(material, wish)
    stretches = _kept(material, wish)
    clock = Clock(stretches)
    heard, said = markers_of(material, clock), passages_of(material, clock)
    events, footage = events_of(material, clock, heard, said), wish.style.footage
    fired = fire(events, footage.rules, footage.limits, clock.starts, clock.duration, material.rate, wish.seed)
    plan = Plan(
        stretches, _reasons(stretches, material, wish), _views(fired, said, clock, material, footage),
        _effects(fired, material.rate), _ramps(fired, clock, material.rate), _leads(fired, clock, material.rate),
        footage.crossfade,
    )  # fmt: skip
    hits, ducks = _hits(fired, clock, material.rate), _ducks(fired, material.rate)
    return Decided(plan, tuple(fired), tuple(heard), tuple(said), tuple(hits), tuple(ducks if material.music else ()))


def _kept(material: Material, wish: Wish) -> list[Stretch]:
    if wish.frames is not None:
        return highlights(material, wish.frames)
    if wish.keep_silence:
        return whole(material)
    footage = wish.style.footage
    return without_silence(material, footage.silence_seconds, (footage.margin_before, footage.margin_after))


def _reasons(stretches: Sequence[Stretch], material: Material, wish: Wish) -> list[tuple[str, str]]:
    """Why each stretch begins where it does: the first has no reason."""
    out = [("", "")]
    for before, after in pairwise(stretches):
        gone = seconds_of(after.start - before.stop, material.rate)
        if material.master is None and material.file_at(before.stop - 1) != material.file_at(after.start):
            out.append((FILE_RULE, "the file before it ends"))
        elif not gone:
            out.append(("", ""))
        elif material.pictures and not material.angles(before.stop, before.stop + 1):
            out.append((CAMERA_RULE, f"no camera ran for {gone:.1f} s"))
        elif wish.frames is not None:
            out.append((JUMP_RULE, f"the next strong moment, {gone:.1f} s on"))
        else:
            out.append((SILENCE_RULE, f"{gone:.1f} s of silence went"))
    return out


# -- to music


def _to_music(material: Material, wish: Wish) -> Decided:
    """Footage without a voice follows the music: every cut of the rules jumps ahead in the footage. Nothing is said over
    the music that it should make way for."""
    music = material.music
    if music is None or music.heard is None:
        raise ValueError("no music to cut to")
    frames = min(material.frames, music.frames, wish.frames or material.frames)
    guide = replace(material, frames=frames, sounds=(replace(music, begins=0),), master=replace(music, begins=0))
    clock = Clock([Stretch(0, frames)])
    heard, said = markers_of(guide, clock), passages_of(guide, clock)
    footage = wish.style.footage
    events = [replace(e, angles=max(2, e.angles)) for e in events_of(guide, clock, heard, said)]  # another place is one
    fired = fire(events, footage.rules, footage.limits, [0, frames], frames, material.rate, wish.seed)
    jumps = {f.event.frame: f for f in fired if cuts(f.rule) and f.event.frame}
    stretches, reasons = list[Stretch](), list[tuple[str, str]]()
    for start, stop in pairwise(sorted({0, *jumps, frames})):
        parts = _ahead(material, start, stop, frames)
        stretches += parts
        reasons.append((jumps[start].rule.name, jumps[start].event.cause) if start else ("", ""))
        reasons += [(FILE_RULE, "the file before it ends")] * (len(parts) - 1)
    plan = Plan(stretches, reasons, (), _effects(fired, material.rate), (), {}, footage.crossfade)
    return Decided(plan, tuple(fired), tuple(heard), (), tuple(_hits(fired, clock, material.rate)), ())


def _ahead(material: Material, start: int, stop: int, frames: int) -> list[Stretch]:
    """Footage for cut frames [start, stop): as far into it as they are into the music, in one file if it is long enough."""
    length = stop - start
    at = min(round(start * material.frames / frames), material.frames - length)
    piece = next((p for p in material.pictures if p.has(at, at + 1) and p.frames >= length), None)
    if piece is not None:
        at = min(at, piece.ends - length)
    return divided([Stretch(at, at + length)], material)


# -- what rules do


def _views(
    fired: Sequence[Fired], said: Sequence[Said], clock: Clock, material: Material, footage: FootageStyle
) -> list[View]:
    """Where the camera or the framing changes."""
    out: list[View] = []
    now, zoom = (material.pictures[0] if material.pictures else None), 0.0
    for found in fired:
        for act in found.rule.acts(Cut):
            frame = found.event.frame
            camera, closer = _wanted(act, now, zoom, frame, said, clock, material)
            closer = min(closer, footage.most_zoom)
            if (camera, closer) != (now, zoom):
                out.append(View(frame, camera, closer, found.rule.name, found.event.cause))
                now, zoom = camera, closer
    return out


def _wanted(
    act: Cut, now: Piece | None, zoom: float, frame: int, said: Sequence[Said], clock: Clock, material: Material
) -> tuple[Piece | None, float]:
    """The camera and the zoom that a cut asks for. A second `closer` goes back to the whole picture."""
    if act.to == "all":
        return now, 0.0
    if act.to == "closer" or not material.is_scene:
        return now, 0.0 if zoom else act.zoom
    program = clock.program(frame)
    having = material.angles(program, program + 1)
    others = [p for p in having if now is None or p.id != now.id]
    if not others:
        return now, 0.0 if zoom else act.zoom
    speaker = next((s.nearest for s in reversed(said) if s.start <= frame), None)
    if act.to == "reaction":
        quiet = [p for p in others if speaker is None or p.id != speaker.id]
        return (quiet or others)[0], 0.0
    if speaker is not None and any(p.id == speaker.id for p in others):
        return speaker, 0.0
    ids = [p.id for p in having]
    at = ids.index(now.id) if now is not None and now.id in ids else -1
    return having[(at + 1) % len(having)], 0.0


def _effects(fired: Sequence[Fired], rate: Rate) -> list[tuple[int, Effect]]:
    out: list[tuple[int, Effect]] = []
    for found in fired:
        drawn = [e for act in found.rule.do for e in _drawn(act, rate)]
        for effect in _ended(drawn) if found.event.kind == "end" else drawn:
            out.append((found.event.frame, replace(effect, rule=found.rule.name, cause=found.event.cause)))
    return out


def _ended(drawn: Sequence[Effect]) -> list[Effect]:
    """What goes dark at the end stays dark."""
    dark = [e for e in drawn if e.kind in ("black", "dip") or (e.kind == "flash" and e.strength < 0)]
    kept = [e for e in drawn if e not in dark or e.kind == "dip"]
    return [*kept, Effect("black", 0, 0)] if dark else kept


def _drawn(act: object, rate: Rate) -> list[Effect]:
    """An act as effects from its event on; a length of 0 lasts to the next cut."""
    match act:
        case PunchIn() | Zoom():
            return [Effect(act.act, 0, frame_at(act.seconds, rate), act.zoom)]
        case Hold():
            return [Effect("hold", 0, max(1, frame_at(act.seconds, rate)))]
        case Dip():
            half = max(1, frame_at(act.seconds / 2, rate))
            return [Effect("dip", -half, 2 * half)]
        case Blur():
            starts = (counted(act.every * turn, rate) for turn in range(act.times))
            return [Effect("blur", start, counted(act.burst, rate), act.pixels) for start in starts]
        case _:
            return _brief(act, rate)


def _brief(act: object, rate: Rate) -> list[Effect]:
    """Acts of a few frames."""
    match act:
        case Shake():
            return [Effect("shake", counted(act.delay, rate), counted(act.length, rate), act.pixels)]
        case Flash():
            return [Effect("flash", counted(act.delay, rate), counted(act.length, rate), act.level)]
        case Black():
            return [Effect("black", counted(act.delay, rate), counted(act.length, rate))]
        case Whip():
            return [Effect("whip", 0, counted(act.length, rate), act.pixels)]
        case _:
            return []


def _ramps(fired: Sequence[Fired], clock: Clock, rate: Rate) -> list[Ramp]:
    """Changes of speed, none over a join, none over another."""
    out: list[Ramp] = []
    for found in fired:
        for act in found.rule.acts(Speed):
            start = found.event.frame
            stop = start + max(1, round(act.seconds * rate * act.factor))
            crossed = any(start < at < stop for at in clock.starts) or stop > clock.duration
            if not crossed and (not out or out[-1].stop <= start):
                out.append(Ramp(start, stop, act.factor, found.rule.name, found.event.cause))
    return out


def _leads(fired: Sequence[Fired], clock: Clock, rate: Rate) -> dict[int, int]:
    """By join, how many frames the picture changes after its sound (`lead`) or before it (`lag`)."""
    out: dict[int, int] = {}
    for found in fired:
        for act in found.rule.acts(Shifted):
            if found.event.frame in clock.starts[1:-1]:
                frames = frame_at(act.seconds, rate)
                out[clock.starts.index(found.event.frame)] = frames if act.act == "lead" else -frames
    return out


def _hits(fired: Sequence[Fired], clock: Clock, rate: Rate) -> Iterable[Hit]:
    for found in fired:
        for act in found.rule.acts(HitSound):
            frame = found.event.frame + round(act.offset * rate)
            yield Hit(act.kind, min(clock.duration - 1, max(0, frame)), act.strength, frame_at(act.seconds, rate))


def _ducks(fired: Sequence[Fired], rate: Rate) -> Iterable[Span]:
    for found in fired:
        for act in found.rule.acts(Duck):
            yield Span("duck", found.event.frame, found.event.frame + max(1, frame_at(act.seconds, rate)), act.db)
