"""Decisions laid out as a timeline: which stretch, which camera, how fast, what is done to it. Decides nothing itself.

Two clocks: program frames (the material's) and compact frames (the kept stretches end to end). A third, the record's,
differs from the compact one only where the speed changes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from engine.footage.keeping import Clock, Stretch
from engine.footage.material import Material, Piece
from engine.timeline import Clip, Effect, SoundClip

MUSIC_FADE_SECONDS = 1.5


@dataclass(frozen=True)
class View:
    """A camera from a compact frame on; `zoom` closer than it was taken; `rule` and `cause` of the change."""

    frame: int
    piece: Piece | None
    zoom: float = 0.0
    rule: str = ""
    cause: str = ""


@dataclass(frozen=True)
class Ramp:
    """Compact frames [start, stop) that run `speed` times as fast."""

    start: int
    stop: int
    speed: float
    rule: str = ""
    cause: str = ""


@dataclass(frozen=True)
class Plan:
    """All that was decided, in compact frames. `reasons`: (rule, cause) of the join before each stretch. `leads`: by join
    (index of the stretch after it) the frames by which the picture changes after the sound; negative: before it.
    `effects`: (frame, effect), lengths as wanted; a dip is darkest at its frame. `ramps`: in order, apart. `fade`: frames over which sound comes and goes at a join."""

    stretches: Sequence[Stretch]
    reasons: Sequence[tuple[str, str]]
    views: Sequence[View] = ()
    effects: Sequence[tuple[int, Effect]] = ()
    ramps: Sequence[Ramp] = ()
    leads: dict[int, int] = field(default_factory=dict[int, int])
    fade: int = 1


@dataclass(frozen=True)
class _Part:
    """Compact frames [start, stop) that show program frames [start + shift, stop + shift); `stretch` is its number."""

    start: int
    stop: int
    shift: int
    stretch: int


class Layout:
    """A plan over its material, measured."""

    def __init__(self, material: Material, plan: Plan) -> None:
        self.material, self.plan = material, plan
        clock = Clock(plan.stretches)
        self.starts, self.compact = clock.starts, clock.duration
        self._knots = self._measured()
        self._edges = self._moved_edges()
        self._moved = dict(zip(self.starts, self._edges, strict=True))
        self._views = [replace(view, frame=self._moved.get(view.frame, view.frame)) for view in plan.views]
        self.duration = self.record(self.compact)

    # -- clocks

    def _measured(self) -> list[tuple[int, int, float]]:
        """(compact frame, record frame, speed from there on), where the speed changes."""
        knots, at, record = [(0, 0, 1.0)], 0, 0
        for ramp in self.plan.ramps:
            record += ramp.start - at
            length = max(1, round((ramp.stop - ramp.start) / ramp.speed))
            knots.append((ramp.start, record, (ramp.stop - ramp.start) / length))
            record, at = record + length, ramp.stop
            knots.append((at, record, 1.0))
        return knots

    def record(self, frame: int) -> int:
        """The record frame at which a compact one is shown."""
        compact, record, speed = self._knots[bisect_right([k[0] for k in self._knots], frame) - 1]
        return record + round((frame - compact) / speed)

    def _pace(self, begin: int, end: int) -> float:
        """Speed of [begin, end), which no change of speed divides: exactly what its whole frames come to."""
        is_plain = self._knots[bisect_right([k[0] for k in self._knots], begin) - 1][2] == 1.0
        return 1.0 if is_plain else (end - begin) / max(1, self.record(end) - self.record(begin))

    def is_moved(self, frame: int) -> bool:
        """Whether picture and sound change apart at a join."""
        return self._moved.get(frame, frame) != frame

    # -- picture

    def picture(self) -> tuple[Clip, ...]:
        """Clips without gap or overlap; empty for sound alone."""
        if not self.material.pictures:
            return ()
        return tuple(clip for part in self._shown() for clip in self._clips(part))

    def _shown(self) -> list[_Part]:
        """The stretches as the picture shows them: joins moved where the sound leads or lags."""
        shifts = [s.start - at for s, at in zip(self.plan.stretches, self.starts, strict=False)]
        return [_Part(a, b, shifts[n], n) for n, (a, b) in enumerate(pairwise(self._edges)) if b > a]

    def _moved_edges(self) -> list[int]:
        """Where the picture of each stretch begins, and the end: a camera that changes at a join moves with it."""
        edges = list(self.starts)
        for join, lead in self.plan.leads.items():
            if 0 < join < len(edges) - 1 and self._can_move(join, lead):
                edges[join] += lead
        return edges

    def _can_move(self, join: int, lead: int) -> bool:
        """Whether both stretches at a join are longer than the move, and there is picture for it."""
        before, after = self.plan.stretches[join - 1 : join + 1]
        if min(before.frames, after.frames) <= 2 * abs(lead):
            return False
        wanted = (before.stop, before.stop + lead) if lead > 0 else (after.start + lead, after.start)
        near = before if lead > 0 else after
        return any(p.has(*wanted) and p.has(near.start, near.stop) for p in self.material.pictures)

    def _clips(self, part: _Part) -> Iterable[Clip]:
        inside = [v.frame for v in self._views if part.start < v.frame < part.stop]
        bends = [k[0] for k in self._knots if part.start < k[0] < part.stop]
        for begin, end in pairwise(sorted({part.start, part.stop, *inside, *bends})):
            view = self._view(begin)
            camera = self._camera(view, begin + part.shift, end + part.shift)
            start, stop = self.record(begin), self.record(end)
            if stop <= start:
                continue
            rule, cause = self._reason(begin, part, view)
            speed = self._pace(begin, end)
            clip = Clip(camera.id, start, stop - start, begin + part.shift - camera.begins, (), rule, cause, speed)
            yield replace(clip, effects=self._effects(clip, view))

    def _view(self, frame: int) -> View | None:
        """The view that holds at a frame: the last one wished for."""
        before = [v for v in self._views if v.frame <= frame]
        return before[-1] if before else None

    def _camera(self, view: View | None, start: int, stop: int) -> Piece:
        """The camera that was wished for, where it has the picture, else the first that has."""
        if view is not None and view.piece is not None and view.piece.has(start, stop):
            return view.piece
        having = self.material.angles(start, stop)
        if not having:
            raise ValueError(f"no picture for program frames [{start}, {stop})")
        return having[0]

    def _reason(self, frame: int, part: _Part, view: View | None) -> tuple[str, str]:
        """Why a clip begins: a rule's wish, the join before its stretch, or a change of speed."""
        if view is not None and view.frame == frame and view.rule:
            return view.rule, view.cause
        if frame == part.start:
            return self.plan.reasons[part.stretch] if part.stretch < len(self.plan.reasons) else ("", "")
        ramp = next((r for r in self.plan.ramps if frame in (r.start, r.stop)), None)
        return (ramp.rule, ramp.cause) if ramp else ("", "")

    def _effects(self, clip: Clip, view: View | None) -> tuple[Effect, ...]:
        out = [Effect("angle", 0, clip.duration, view.zoom, view.rule, view.cause)] if view and view.zoom else []
        for frame, effect in self.plan.effects:
            at = self.record(self._moved.get(frame, frame)) - clip.start
            if effect.kind == "dip":
                out += _dipped(effect, at, clip.duration)
                continue
            at = self.record(frame) - clip.start + effect.start
            if 0 <= at < clip.duration:
                out.append(
                    replace(effect, start=at, duration=min(effect.duration or clip.duration, clip.duration - at))
                )
        return tuple(_apart(out))

    # -- sound

    def sound(self) -> tuple[SoundClip, ...]:
        """Every stretch's own sound on DX, faded where it is not whole, and music on MX."""
        out: list[SoundClip] = []
        for number, stretch in enumerate(self.plan.stretches):
            start, stop = self.starts[number : number + 2]
            bends = [k[0] for k in self._knots if start < k[0] < stop]
            source = self.material.sound_at(stretch.start)
            for begin, end in pairwise(sorted({start, stop, *bends})):
                begins = stretch.start + begin - start
                if source is not None and source.has(begins, begins + end - begin):
                    out += self._heard(source, begin, end, begins)
        return (*out, *self._music())

    def _heard(self, source: Piece, begin: int, end: int, program: int) -> list[SoundClip]:
        start, stop = self.record(begin), self.record(end)
        if stop <= start:
            return []
        fade = self.plan.fade if stop - start > 2 * self.plan.fade else 0
        fades = (fade * (not self._goes_on(begin)), fade * (not self._goes_on(end)))
        return [
            SoundClip(
                "DX", source.id, start, stop - start, program - source.begins, 0.0, *fades, self._pace(begin, end)
            )
        ]

    def _goes_on(self, frame: int) -> bool:
        """Whether the sound runs on over a compact frame as it was recorded."""
        if any(k[0] == frame for k in self._knots[1:]) or frame not in self.starts[1:-1]:
            return False
        at = self.starts.index(frame)
        before, after = self.plan.stretches[at - 1 : at + 1]
        return before.stop == after.start and self.material.master is not None

    def _music(self) -> list[SoundClip]:
        music = self.material.music
        if music is None:
            return []
        length = min(self.duration, music.frames)
        fade = min(length // 3, round(MUSIC_FADE_SECONDS * self.material.rate))
        return [SoundClip("MX", music.id, 0, length, 0, 0.0, 0, fade)]


def _dipped(dip: Effect, at: int, length: int) -> list[Effect]:
    """What a clip of `length` frames shows of a dip that is darkest at its frame `at`: at its beginning or its end, half."""
    half = min(dip.duration // 2, length)
    if at == 0:
        return [replace(dip, kind="fade_in", start=0, duration=half)]
    if at == length:
        return [replace(dip, kind="fade_out", start=length - half, duration=half)]
    half = min(half, at, length - at)
    return [replace(dip, start=at - half, duration=2 * half)] if half > 0 else []


def _apart(effects: Sequence[Effect]) -> list[Effect]:
    """Effects in order, none while another of its kind still runs."""
    out: list[Effect] = []
    for effect in sorted(effects, key=lambda e: e.start):
        running = any(e.kind == effect.kind and effect.start < e.start + e.duration for e in out)
        if not running:
            out.append(effect)
    return out
