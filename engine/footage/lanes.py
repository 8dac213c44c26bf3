"""The rows under a plot's chart: speech, markers by kind, cameras, effects. Knows what is shown; no curves, no files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from engine.footage import ink
from engine.footage.placing import Span
from engine.footage.sheet import LEFT, SMALL, Sheet
from engine.rates import seconds_of, timecode
from engine.timeline import Marker

ROW, THIN_ROW = 17.0, 14.0
"""Heights, pixels."""
MARKER_SPACE = 6.0
"""Markers of one kind closer together than this, in pixels, are drawn as the strongest of them."""
MOST_CAMERAS = 6
KINDS = ("onset", "surge", "peak", "drop", "silence", "beat")
MOST_OTHER_KINDS = 2
EFFECTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "framing": (ink.GREEN, ("angle", "punch_in", "close", "zoom")),
    "movement": (ink.ORANGE, ("shake", "blur", "whip", "whip_out", "hold")),
    "light": (ink.YELLOW, ("flash", "black", "leak", "dip", "fade_in", "fade_out")),
    "other": (ink.PINK, ()),
}
"""Rows of effects: colour and kinds; what no other row names is in the last."""


@dataclass(frozen=True)
class Lane:
    """A row; `draw` is given its top. `count` stands behind its name, `sign` is the marker drawn beside it."""

    name: str
    height: float
    draw: Callable[[float], list[str]]
    count: int = 0
    sign: str = ""

    def named(self, y: float) -> list[str]:
        """Its name, for a top of `y`."""
        middle = y + self.height / 2
        name = f"{self.name} {self.count}" if self.count else self.name
        sign = ink.shape(self.sign, LEFT - 14, middle, 0.95) if self.sign else ""
        right = LEFT - (26 if self.sign else 8)
        return [sign, ink.words(right, middle + 4, name, SMALL, fill=ink.QUIET, anchor="end", width=right - 6)]


def lanes_of(sheet: Sheet) -> list[Lane]:
    """From top to bottom; what there is nothing of has no row."""
    return [*_speech(sheet), *_markers(sheet), *_cameras(sheet), *_effects(sheet)]


def _speech(sheet: Sheet) -> list[Lane]:
    """Passages that sound like a voice are solid, other sound is thin."""

    def draw(y: float) -> list[str]:
        out: list[str] = []
        for passage in sheet.sound.passages:
            top, bottom, seen = (y + 3, y + 14, 0.95) if passage.speech else (y + 7, y + 10, 0.6)
            out.append(sheet.across((passage.start, passage.stop), top, bottom, ink.GREEN, seen))
        return out

    return [Lane("speech", ROW, draw)] if sheet.sound.passages else []


def _markers(sheet: Sheet) -> list[Lane]:
    counts = Counter(marker.kind for marker in sheet.sound.markers)
    others = [kind for kind, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if kind not in KINDS]
    kinds = [kind for kind in (*KINDS, *others[:MOST_OTHER_KINDS]) if kind in counts]
    return [_marker_lane(sheet, kind, counts[kind]) for kind in kinds]


def _marker_lane(sheet: Sheet, kind: str, count: int) -> Lane:
    def draw(y: float) -> list[str]:
        out: list[str] = []
        for x, marker in strongest([m for m in sheet.sound.markers if m.kind == kind], sheet):
            hint = f"{timecode(marker.frame, sheet.sound.rate)} {marker.reason or kind}"
            out.append(ink.shape(kind, x, y + ROW / 2, 0.6 + 0.5 * _share(marker.strength), hint))
        return out

    return Lane(kind, ROW, draw, count, kind)


def strongest(markers: Sequence[Marker], sheet: Sheet) -> list[tuple[float, Marker]]:
    """Where to draw which markers, in order, so that none hides a stronger one (of equals, the earlier)."""
    chosen: dict[int, tuple[float, Marker]] = {}
    for marker in sorted(markers, key=lambda m: (-_share(m.strength), m.frame)):
        x = sheet.x(seconds_of(marker.frame, sheet.sound.rate))
        column = int(x / MARKER_SPACE)
        near = [chosen[n] for n in (column - 1, column, column + 1) if n in chosen]
        if all(abs(other - x) >= MARKER_SPACE for other, _ in near):
            chosen[column] = (x, marker)
    return [chosen[column] for column in sorted(chosen)]


def _share(value: float) -> float:
    return min(max(value, 0.0), 1.0) if value == value else 0.0


def _cameras(sheet: Sheet) -> list[Lane]:
    """Which source is on screen; the rarest of many share the last lane."""
    seen: Counter[str] = Counter()
    for clip in sheet.timeline.picture:
        seen[clip.shot] += clip.duration
    names = {s.id: f"{s.id} {PurePath(s.path).name}" for s in sheet.timeline.sources}
    order = [s.id for s in sheet.timeline.sources if s.id in seen]
    own = order
    if len(order) > MOST_CAMERAS:
        often = {name for name, _ in seen.most_common(MOST_CAMERAS - 1)}
        own = [name for name in order if name in often]
    groups = [(names[id_], {id_}) for id_ in own]
    if rest := set(order) - set(own):
        groups.append((f"{len(rest)} others", rest))
    return [_camera_lane(sheet, name, ids, ink.SOURCES[n]) for n, (name, ids) in enumerate(groups)]


def _camera_lane(sheet: Sheet, name: str, ids: set[str], colour: str) -> Lane:
    def draw(y: float) -> list[str]:
        clips = [c for c in sheet.timeline.picture if c.shot in ids]
        spans = joined(span for clip in clips for span in sheet.spans(clip.start, clip.stop))
        return [sheet.across(span, y + 3, y + 14, colour, 0.9) for span in spans]

    return Lane(name, ROW, draw)


def joined(spans: Iterable[Span]) -> list[Span]:
    """Spans that touch, as one; in order.

    >>> joined([(2, 3), (0, 1), (1, 2), (5, 6)])
    [(0, 3), (5, 6)]
    """
    out: list[Span] = []
    for start, stop in sorted(spans):
        if out and start <= out[-1][1] + 1e-6:
            out[-1] = (out[-1][0], max(stop, out[-1][1]))
        else:
            out.append((start, stop))
    return out


def _effects(sheet: Sheet) -> list[Lane]:
    rows: dict[str, list[tuple[Span, str]]] = {name: [] for name in EFFECTS}
    counts: Counter[str] = Counter()
    for clip in sheet.timeline.picture:
        for effect in clip.effects:
            row = next((name for name, (_, kinds) in EFFECTS.items() if effect.kind in kinds), "other")
            start = clip.start + effect.start
            stop = min(start + max(effect.duration, 1), clip.stop)
            hint = f"{effect.kind}: {effect.rule} {effect.cause}"
            rows[row] += [(span, hint) for span in sheet.spans(start, stop)]
            counts[row] += 1
    return [_effect_lane(sheet, name, rows[name], counts[name]) for name in EFFECTS if counts[name]]


def _effect_lane(sheet: Sheet, name: str, bars: Sequence[tuple[Span, str]], count: int) -> Lane:
    colour = EFFECTS[name][0]

    def draw(y: float) -> list[str]:
        return [
            ink.box(sheet.x(a), y + 3.5, max(sheet.x(b) - sheet.x(a), 1.2), 7, colour, opacity=0.9, hint=hint)
            for (a, b), hint in bars
        ]

    return Lane(name, THIN_ROW, draw, count)
