"""A cut as one picture: intensity, loudness, silences, speech, markers, cuts and their rules, cameras, effects.

Knows the timeline and what was heard; opens no media. Time runs along the heard file, so that what was left out is seen
too: greyed. The same cut gives the same bytes. A PNG is the SVG drawn by resvg with the shipped typeface alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import resvg_py
from numpy.typing import NDArray

from engine import vault
from engine.core import UserError
from engine.fonts import font_file, missing_glyphs, text_width
from engine.footage import ink
from engine.footage.lanes import lanes_of
from engine.footage.placing import Span
from engine.footage.sheet import LABEL_PITCH, LABEL_TOP, LARGE, LEFT, RIGHT, SIZE, SMALL, USUAL, Sheet, sheet_of
from engine.footage.soundtrack import LOUDNESS_STEP, Curve, Soundtrack
from engine.rates import Rate, rate_text, seconds_of, timecode
from engine.timeline import Timeline

resvg: Any = resvg_py  # it carries no types

TICK_HEIGHT = 9.0
"""Of every cut's tick at the top of the chart."""
CLEAR_CUTS = 60
"""Up to so many cuts have lines of full strength through the chart; more fade, so that the curves are still seen."""
FAINTEST = 0.16
AXIS_TOP = 672.0
MARGIN = 16.0
LUFS: Span = (-60.0, 0.0)
"""The loudness scale's ends."""
LEAST_HATCHED = 12.0
"""Pixels."""
LEAST_SILENCE = 0.3
"""Seconds without any passage that are shaded."""
TICK_SPACE = 104.0
"""Pixels between two timecodes."""
TICK_SECONDS = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800)
MOST_RULES = 6
"""Rules counted in the head."""


def plot_kind(path: Path) -> str:
    """'svg' or 'png'. UserError for another ending."""
    kind = path.suffix.lower().lstrip(".")
    if kind not in ("svg", "png"):
        raise UserError(f"a plot is drawn as .svg or .png, not as '{ink.clean(path.name)}'")
    return kind


def write_plot(path: Path, timeline: Timeline, soundtrack: Soundtrack, title: str, heard: str = "") -> None:
    """`to_svg` as a file, whole or not at all; pixels when `path` ends in .png. UserError when the disk refuses."""
    kind = plot_kind(path)
    svg = to_svg(timeline, soundtrack, title, heard)
    if kind == "svg":
        return vault.write_text(path, svg)
    png = to_png(svg)
    with vault.atomic(path) as temp:
        temp.write_bytes(png)


def to_png(svg: str) -> bytes:
    """What `to_svg` gave, as pixels. Characters that the typeface lacks become question marks."""
    svg = svg.translate({ord(lacking): "?" for lacking in missing_glyphs(svg)})
    return bytes(resvg.svg_to_bytes(svg_string=svg, skip_system_fonts=True, font_files=[str(font_file())]))


def to_svg(timeline: Timeline, soundtrack: Soundtrack, title: str, heard: str = "") -> str:
    """The picture, 1600 x 700. `heard`: the id of the source that `soundtrack` is of; empty where that is of all files on
    their own clock (as `joining.whole_sound` gives both)."""
    sheet = sheet_of(timeline, soundtrack, heard)
    lanes = lanes_of(sheet)
    bottom = AXIS_TOP - sum(lane.height for lane in lanes) - 4
    body = [ink.box(0, 0, *SIZE, ink.GROUND), *_head(sheet, title), *_axis(sheet), *_chart(sheet, bottom)]
    body += [_greyed(sheet, span) for span in sheet.removed]
    y = bottom + 4
    for lane in lanes:
        body += [ink.line(LEFT, y, RIGHT, y, ink.LINE, width=0.5), *lane.named(y), *lane.draw(y)]
        y += lane.height
    return ink.document([*body, *_cuts(sheet)], *SIZE, title)


def _greyed(sheet: Sheet, span: Span) -> str:
    """What was left out: hatched where it is wide enough to see the hatching, else dark."""
    if sheet.x(span[1]) - sheet.x(span[0]) < LEAST_HATCHED:
        return sheet.across(span, sheet.top, AXIS_TOP, ink.GROUND, 0.72)
    return sheet.across(span, sheet.top, AXIS_TOP, "url(#removed)")


# -- the head and the axis


def _head(sheet: Sheet, title: str) -> list[str]:
    facts, right = _facts(sheet), SIZE[0] - MARGIN
    room = right - MARGIN - text_width(facts) * USUAL - 40
    signs, x = _legend(sheet)
    rules = ", ".join(f"{name} {count}" for name, count in _most_used([cut.rule for cut in sheet.cuts if cut.rule]))
    return [
        ink.words(MARGIN, 33, title, LARGE, width=room),
        ink.words(right, 32, facts, USUAL, fill=ink.QUIET, anchor="end"),
        *signs,
        ink.words(right, 62, rules, SMALL, fill=ink.INK, anchor="end", width=right - x),
    ]


def _most_used(rules: Sequence[str]) -> list[tuple[str, int]]:
    return sorted(Counter(rules).items(), key=lambda item: (-item[1], item[0]))[:MOST_RULES]


def _facts(sheet: Sheet) -> str:
    rate, cuts = sheet.timeline.rate, len(sheet.cuts)
    kept = sheet.timeline.seconds(sheet.timeline.duration)
    length = f"{clock(sheet.seconds)} cut to {clock(kept)}" if sheet.removed else clock(kept)
    pace = f" ({cuts * 60 / kept:.1f} a minute)" if cuts and kept else ""
    loud = sheet.sound.loudness
    heard = f"{loud.integrated_lufs:.1f} LUFS, {loud.range_lu:.1f} LU" if loud.integrated_lufs > LUFS[0] else "silent"
    count = "no cuts" if not cuts else "1 cut" if cuts == 1 else f"{cuts} cuts"
    return f"{length} · {count}{pace} · {heard} · {rate_text(rate)} fps"


def clock(seconds: float) -> str:
    """A length to read.

    >>> clock(9.54), clock(90), clock(3723.4)
    ('9.5 s', '1:30', '1:02:03')
    """
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}" if minutes >= 60 else f"{minutes}:{rest:02d}"


def _legend(sheet: Sheet) -> tuple[list[str], float]:
    """Signs of the chart (lanes are named where they are), and where they end."""
    y, x = 62.0, MARGIN
    signs: list[tuple[str, Callable[[float], str]]] = [
        ("intensity", lambda x: ink.box(x, y - 10, 18, 11, ink.ORANGE, opacity=0.6)),
        ("loudness, short term", lambda x: ink.line(x, y - 4, x + 18, y - 4, ink.SKY, width=2)),
        ("integrated", lambda x: ink.line(x, y - 4, x + 18, y - 4, ink.SKY, width=1.2, dash="5 4")),
        ("silence", lambda x: ink.box(x, y - 10, 18, 11, ink.QUIET, opacity=0.3)),
        ("cut, with its rule", lambda x: ink.line(x + 9, y - 12, x + 9, y + 3, ink.INK, width=1.5)),
    ]
    if sheet.removed:
        signs.append(("left out", lambda x: ink.box(x, y - 10, 18, 11, "url(#removed)")))
    out: list[str] = []
    for name, draw in signs:
        out += [draw(x), ink.words(x + 24, y, name, SMALL, fill=ink.QUIET)]
        x += 24 + text_width(name) * SMALL + 26
    return out, x


def tick_frames(frames: float, rate: Rate) -> int:
    """Frames between two timecodes, so that over `frames` in all they stand apart."""
    most = (RIGHT - LEFT) / TICK_SPACE
    steps = [max(1, round(step * round(rate))) for step in TICK_SECONDS]
    return next((step for step in steps if frames / step <= most), steps[-1])


def _axis(sheet: Sheet) -> list[str]:
    """Timecodes stand exactly where their frame begins, also at 29.97."""
    rate = sheet.timeline.rate
    frames = sheet.seconds * float(rate)
    out = [ink.box(LEFT, sheet.top, RIGHT - LEFT, AXIS_TOP - sheet.top, ink.PANEL)]
    for frame in range(0, int(frames) + 1, tick_frames(frames, rate)):
        x = sheet.x(seconds_of(frame, rate))
        out.append(ink.line(x, sheet.top, x, AXIS_TOP + 5, ink.LINE))
        out.append(ink.words(x, AXIS_TOP + 19, timecode(frame, rate), SMALL, fill=ink.QUIET, anchor="middle"))
    return out


# -- the chart


def _chart(sheet: Sheet, bottom: float) -> list[str]:
    silences = [sheet.across(span, sheet.top, bottom, ink.QUIET, 0.2) for span in silent_spans(sheet)]
    return [*silences, *_intensity(sheet, bottom), *_loudness(sheet, bottom)]


def silent_spans(sheet: Sheet) -> list[Span]:
    """Seconds [start, stop) between passages, LEAST_SILENCE or longer."""
    edges = [0.0, *(t for p in sheet.sound.passages for t in (p.start, p.stop)), sheet.seconds]
    return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= LEAST_SILENCE]


def columns(curve: Curve, most: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The curve (n,) in at most `most` columns: the mean and the largest value of each. What is no number is the least."""
    values = np.nan_to_num(np.asarray(curve, np.float64), nan=-1e3, posinf=1e3, neginf=-1e3)
    if len(values) <= most:
        return values, values
    starts = np.arange(most) * len(values) // most
    counts = np.diff([*starts.tolist(), len(values)])
    return np.add.reduceat(values, starts) / counts, np.maximum.reduceat(values, starts)


def _intensity(sheet: Sheet, bottom: float) -> list[str]:
    """Where a pixel stands for several frames: their mean solid, their peak lighter behind it."""
    levels = [(f"{share:g}", _height(sheet, share, (0, 1), bottom)) for share in (0.0, 0.5, 1.0)]
    out = [ink.words(LEFT - 8, y + 4, text, SMALL, fill=ink.ORANGE, anchor="end") for text, y in levels]
    curve, step = sheet.sound.intensity, 1 / float(sheet.sound.rate)
    mean, peak = columns(curve, int(RIGHT - LEFT))
    for values, opacity in ((peak, 0.3), (mean, 0.4)):
        if points := _points(sheet, values, step * len(curve), (0, 1), bottom):
            area = f"M{points[0][0]:.1f},{bottom:.1f}{_path(points)}L{points[-1][0]:.1f},{bottom:.1f}Z"
            out.append(f'<path d="{area}" fill="{ink.ORANGE}" fill-opacity="{opacity}"/>')
    return out


def _loudness(sheet: Sheet, bottom: float) -> list[str]:
    out: list[str] = []
    for lufs in range(int(LUFS[0]), int(LUFS[1]) + 1, 10):
        y = _height(sheet, lufs, LUFS, bottom)
        out.append(ink.line(LEFT, y, RIGHT, y, ink.LINE, width=0.6))
        out.append(ink.words(RIGHT + 8, y + 4, f"{lufs}", SMALL, fill=ink.SKY))
    loud = sheet.sound.loudness
    _, most = columns(loud.short_term, int(RIGHT - LEFT))
    if points := _points(sheet, most, LOUDNESS_STEP * len(loud.short_term), LUFS, bottom):
        data = "M" + _path(points)[1:]
        out.append(f'<path d="{data}" fill="none" stroke="{ink.GROUND}" stroke-width="4" stroke-opacity=".6"/>')
        out.append(f'<path d="{data}" fill="none" stroke="{ink.SKY}" stroke-width="1.8"/>')
    if loud.integrated_lufs > LUFS[0]:
        y = _height(sheet, loud.integrated_lufs, LUFS, bottom)
        out.append(ink.line(LEFT, y, RIGHT, y, ink.SKY, width=1.2, dash="5 4"))
    return [*out, _scale_name(sheet, bottom)]


def _scale_name(sheet: Sheet, bottom: float) -> str:
    middle = (sheet.top + bottom) / 2
    turned = f'<g transform="translate({SIZE[0] - 8:.1f},{middle:.1f}) rotate(-90)">'
    return turned + ink.words(0, 0, "LUFS", SMALL, fill=ink.SKY, anchor="middle") + "</g>"


def _height(sheet: Sheet, value: float, ends: Span, bottom: float) -> float:
    share = (value - ends[0]) / (ends[1] - ends[0])
    return bottom - min(max(share, 0.0), 1.0) * (bottom - sheet.top - TICK_HEIGHT - 3)


def _points(
    sheet: Sheet, values: NDArray[np.float64], seconds: float, ends: Span, bottom: float
) -> list[tuple[float, float]]:
    """Pixels of values that stand evenly over `seconds`, each in the middle of its share."""
    apart = seconds / max(len(values), 1)
    return [(sheet.x((n + 0.5) * apart), _height(sheet, float(v), ends, bottom)) for n, v in enumerate(values)]


def _path(points: Iterable[tuple[float, float]]) -> str:
    return "".join(f"L{x:.1f},{y:.1f}" for x, y in points)


# -- cuts


def _cuts(sheet: Sheet) -> list[str]:
    """A tick a cut at the top of the chart, a line through it, and its rule's name where there is room for it."""
    xs = [int(sheet.x(cut.seconds)) + 0.5 for cut in sheet.cuts]  # the middle of a pixel: a sharp line
    foot = sheet.top + TICK_HEIGHT
    opacity = min(0.9, max(FAINTEST, 0.9 * CLEAR_CUTS / max(len(xs), 1)))
    out = [_lines(xs, foot, AXIS_TOP, opacity)]
    for cut, x in zip(sheet.cuts, xs, strict=True):
        y = sheet.top if cut.row is None else LABEL_TOP + cut.row * LABEL_PITCH
        out.append(ink.line(x, y if cut.row is None else y - 10, x, foot, ink.INK, hint=cut.hint))
        if cut.row is not None:
            out.append(ink.words(x + 4, y, cut.rule, SMALL, width=SIZE[0] - 8 - x))
    return out


def _lines(xs: Sequence[float], top: float, bottom: float, opacity: float) -> str:
    """All the lines as one element, so that two of one pixel are no brighter than one."""
    data = "".join(dict.fromkeys(f"M{x:.1f},{top:.1f}V{bottom:.1f}" for x in xs))
    return f'<path d="{data}" stroke="{ink.INK}" stroke-opacity="{opacity:.2f}"/>' if data else ""
