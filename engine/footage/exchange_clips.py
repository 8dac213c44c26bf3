"""Clips of an edited cut, made to fit their media and our limits. Knows frames, speeds and holds; reads no file.

Another editor writes a held frame as a clip of its own: what we wrote so becomes one clip with its hold again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import opentimelineio

from engine.core import UserError
from engine.footage.exchange_events import GAP_RULE
from engine.footage.exchange_pins import cropped
from engine.footage.vetting import finite
from engine.timeline import FASTEST, SLIVER, SLOWEST, Clip, Effect, SoundClip, SoundTrack, Source

otio: Any = opentimelineio  # it carries no types

SPARE = 2
"""Frames past the end of a file that come from rounding between rates: the clip is moved or slowed by them."""
NUMBERLESS = -1
"""Of a clip that is no part of one that we wrote."""
QUIETEST, LOUDEST = -100.0, 40.0
STILL_SLACK, SPLIT_SLACK = 1.0, 0.5
"""Frames by which a part may begin elsewhere than the part before ends: a held one, and one that was only split."""


@dataclass(frozen=True)
class Draft:
    """A clip as it was found: `position` is its frame of the source, not yet whole; `still`: it holds that frame. `number`
    is the clip of ours that it is a part of. `effects` are pinned to it, `holds` are its still parts."""

    source: Source
    start: int
    duration: int
    position: float
    speed: float
    still: bool = False
    rule: str = ""
    cause: str = ""
    number: int = NUMBERLESS
    effects: tuple[Effect, ...] = ()
    holds: tuple[Effect, ...] = ()

    @property
    def stop(self) -> int:
        return self.start + self.duration

    @property
    def used(self) -> int:
        return Clip("", 0, self.duration, speed=self.speed).used


def timing(clip: Any, usual: float) -> tuple[float, bool, list[str]]:
    """(speed, whether it stands still, what is not kept) of an OTIO clip. `usual` is the speed that a still clip had."""
    speed, still, lost = 1.0, False, list[str]()
    for effect in clip.effects:
        if isinstance(effect, otio.schema.FreezeFrame):
            still = True
        elif isinstance(effect, otio.schema.LinearTimeWarp):
            speed *= float(effect.time_scalar)
        else:
            lost.append(f"the effect '{effect.name or effect.effect_name}'")
    if still or speed == 0:
        return usual, True, lost
    if speed < 0:
        lost.append("playing backwards: it plays forwards")
    if not SLOWEST <= abs(speed) <= FASTEST:
        lost.append(f"a speed of {abs(speed):g}: it is held to {SLOWEST:g} to {FASTEST:g}")
    return min(FASTEST, max(SLOWEST, abs(speed))), False, lost


def merged(drafts: Iterable[Draft]) -> Iterator[Draft]:
    """Parts of one clip of ours that still follow one another become that clip again."""
    last: Draft | None = None
    for draft in drafts:
        if last is not None and _continues(last, draft):
            last = _joined(last, draft)
            continue
        if last is not None:
            yield last
        last = draft
    if last is not None:
        yield last


def _continues(first: Draft, then: Draft) -> bool:
    return (then.still or bool(first.holds)) and _follows(first, then, STILL_SLACK)


def _follows(first: Draft, then: Draft, slack: float) -> bool:
    """Whether `then` goes on where `first` ends, in the programme and in the source: both are parts of one clip of ours."""
    whole = _joined(first, then)
    return (
        first.number == then.number != NUMBERLESS
        and first.source.id == then.source.id
        and first.stop == then.start
        and abs(first.speed - then.speed) < SLIVER
        and abs(first.position + first.duration * first.speed - then.position) <= slack
        and round(whole.position) + whole.used <= whole.source.frames
    )


def _joined(first: Draft, then: Draft) -> Draft:
    by = then.start - first.start
    return replace(
        first,
        duration=first.duration + then.duration,
        effects=(*first.effects, *(replace(e, start=e.start + by) for e in then.effects)),
        holds=(*first.holds, *(replace(e, start=e.start + by) for e in then.holds)),
    )


def fitted(draft: Draft, where: str) -> Clip:
    """The clip inside its source. UserError, that begins with `where`, when it is of frames that the file does not have."""
    start, speed = _inside(draft, where)
    return Clip(
        draft.source.id, draft.start, draft.duration, start, tuple(_effects(draft)), draft.rule, draft.cause, speed
    )


def _inside(draft: Draft, where: str) -> tuple[int, float]:
    """First frame of the source and speed. A frame that stands alone needs no more of the file than a slow clip does."""
    start, frames, used = round(draft.position), draft.source.frames, draft.used
    if start >= 0 and start + used <= frames:
        return start, draft.speed
    stands = draft.still and len(draft.holds) == 1 and draft.holds[0].duration >= draft.duration
    if stands and 0 <= start < frames + SPARE:
        start = min(start, frames - 1)
        speed = max(SLOWEST, (frames - start) / draft.duration * (1 - SLIVER))
        used = replace(draft, speed=speed).used
        return max(0, min(start, frames - used)), speed if used <= frames else SLOWEST
    if start < -SPARE or start + used > frames + SPARE:
        raise UserError(f"{where} wants frames {start} to {start + used} of a file that has {frames}")
    start = max(0, min(start, frames - used))
    return start, min(draft.speed, max(SLOWEST, (frames - start) / draft.duration * (1 - SLIVER)))


def _effects(draft: Draft) -> Iterator[Effect]:
    """What is pinned, inside the clip. Of our own clips a hold lasts as long as its still part was left."""
    stills = list(draft.holds)
    for effect in draft.effects:
        kept: Effect | None = effect
        if effect.kind == "hold":
            still = next(
                (s for s in stills if s.start < effect.start + effect.duration and effect.start < _end(s)), None
            )
            if still is not None:
                stills.remove(still)
            if draft.number != NUMBERLESS:
                kept = replace(effect, start=still.start, duration=still.duration) if still else None
        inside = cropped(kept, draft.duration) if kept else None
        if inside:
            yield inside
    yield from stills


def _end(effect: Effect) -> int:
    return effect.start + effect.duration


def black(start: int, stop: int, source: Source) -> Iterator[Clip]:
    """Record frames [start, stop) in black: a timeline has no hole, so frames of a source lie under an effect."""
    longest = max(1, int(source.frames / SLOWEST * (1 - SLIVER)))
    for at in range(start, stop, longest):
        length = min(longest, stop - at)
        speed = min(1.0, max(SLOWEST, source.frames / length * (1 - SLIVER)))
        effect = Effect("black", 0, length, 1.0, GAP_RULE, "nothing was here")
        yield Clip(source.id, at, length, 0, (effect,), GAP_RULE, "nothing was here", speed)


@dataclass(frozen=True)
class Heard:
    """A stretch of sound, the track it would lie on (None: any), and what our metadata tells of it."""

    track: SoundTrack | None
    draft: Draft
    told: dict[str, Any]


def rejoined(heard: Iterable[Heard]) -> list[Heard]:
    """Sound of one track in order; what was only split plays on: both parts carry the fades of the whole."""
    out: list[Heard] = []
    for then in heard:
        last = out[-1] if out else None
        if (
            last
            and last.told.get("gain_db") == then.told.get("gain_db")
            and _follows(last.draft, then.draft, SPLIT_SLACK)
        ):
            told = {**last.told, "fade_out": then.told.get("fade_out")}
            out[-1] = replace(last, draft=_joined(last.draft, then.draft), told=told)
        else:
            out.append(then)
    return out


def sound_clip(heard: Heard, track: SoundTrack, where: str) -> SoundClip:
    """A stretch of sound with the level and fades that our metadata tells, inside its source. UserError as `fitted`."""
    draft, told = heard.draft, heard.told
    start, speed = _inside(replace(draft, still=False), where)
    fade_in = int(finite(told.get("fade_in"), 0, draft.duration, 0))
    fade_out = int(finite(told.get("fade_out"), 0, draft.duration - fade_in, 0))
    gain = finite(told.get("gain_db"), QUIETEST, LOUDEST, 0.0)
    return SoundClip(track, draft.source.id, draft.start, draft.duration, start, gain, fade_in, fade_out, speed)
