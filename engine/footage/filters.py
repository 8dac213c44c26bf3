"""The picture of a cut of footage as one ffmpeg graph: read, put on the frame grid, fitted, cut, moved, lit, captioned.

Knows filters and frame numbers; runs nothing. What is read of a source in one go is fitted once, however many clips it
has: only what is in the frame is scaled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil
from typing import Any

from engine.cues import WIDTH
from engine.encoder import graph
from engine.ffmpeg import FORMATS, PROTOCOLS
from engine.footage.expressions import Step, changes, inside, number, ranges_of, steps_of, tree
from engine.footage.header import MOST_PIXELS
from engine.footage.kinds import Fit
from engine.footage.looking import SPARE_SECONDS, Looked
from engine.footage.motion import FOCUS, Motion, Point, View, motion
from engine.footage.readings import NEAR_SECONDS, Reading, Wanted, plan
from engine.rates import Rate, exact
from engine.timeline import Clip, Effect, Timeline

NUDGE_US = 2000
"""Microseconds added to every time stamp, so that one half way between two frames of the grid, rounded by its container to
milliseconds, always falls to the same side."""
LEAD_SECONDS = 12
"""How long before a wanted frame a format without an index is entered: longer than between two key frames."""
PIXEL = 0.02
"""Views are followed to this part of a pixel."""
SMEAR_STEP = 1.4
"""Smears of lengths nearer than this ratio are one."""
LEAST_QUEUE = 8
"""Packets that wait between a file and its decoder."""
BACKDROP_SHARE = 8
"""A blurred backdrop is worked out at this part of the size."""
BACKDROP_SIGMA = 6
PIXELS_A_MIXED_FRAME = 20.0
LEAST_MIXED, MOST_MIXED = 3, 7
"""A blur of so many pixels at 1080 wide mixes one more frame, within these."""
WHITE = (235 - 127.5) / 255
BLACK = (127.5 - 16) / 255
"""From the middle of the luma scale to video white and black (ITU-R BT.709, 8 bits), as `eq` counts brightness."""


@dataclass(frozen=True)
class Frame:
    """Size in pixels, how sources come to fill it, and where they are looked at (shares of the picture)."""

    size: tuple[int, int]
    fit: Fit = "crop"
    focus: Point = FOCUS


@dataclass(frozen=True)
class Run:
    """Frames [first, stop) among those a node gives, from timeline frame `at` on. `hold`: the first of them stands for
    `hold` frames. `mixed` frames are blended into each, `lead` of them before the first."""

    at: int
    first: int
    stop: int
    hold: int = 0
    mixed: int = 0
    lead: int = 0


def picture(timeline: Timeline, looked: Mapping[str, Looked], frame: Frame, threads: int) -> tuple[Any, int]:
    """The graph's node of the finished picture without captions, and how many inputs it has."""
    clips = [clip for clip in timeline.picture if not _is_black(clip)]
    near = {source: _near(one) for source, one in looked.items()}
    readings = plan([_wanted(clip) for clip in clips], timeline.rate, near)
    moved = {clip.start: motion(timeline, clip, _placed(frame)) for clip in clips}
    parts: dict[int, Any] = {}
    for index, reading in enumerate(readings):
        own = [clips[n] for n in reading.wanted]
        places = _places(own, reading)
        source = _read(looked[reading.source], reading, own, index, timeline.rate, threads)
        fitted = _fitted(source, looked[reading.source], frame, _views(own, places, moved), timeline.rate)
        parts |= _parts(fitted, [run for clip, place in zip(own, places, strict=True) for run in _runs(clip, place)])
    dark = [clip for clip in timeline.picture if _is_black(clip)]
    if dark:
        parts |= _parts(_black(frame.size, timeline.rate), _end_to_end(dark))
    nodes = [parts[at] for at in sorted(parts)]
    joined = nodes[0] if len(nodes) == 1 else graph.filter(nodes, "concat", n=len(nodes), v=1, a=0)
    numbered = joined.filter("settb", f"1/({exact(timeline.rate)})").filter("setpts", "N")
    lit = _lit(_smeared(_moved(numbered, moved, frame.size), moved, frame.size), moved)
    return lit, len(readings) + bool(dark)


def _near(looked: Looked) -> float:
    """Seconds of a file that are rather read through than jumped over: what has no index is entered well before, what
    cannot be jumped in is read once."""
    if not looked.sought:
        return float("inf")
    return NEAR_SECONDS if looked.indexed else NEAR_SECONDS + LEAD_SECONDS


def _placed(frame: Frame) -> Point:
    """Where zooms close in, in the fitted picture: a crop has brought the focus as near to the middle as it can."""
    x, y = frame.focus
    return (0.5, y) if frame.fit == "crop" else (x, y)


def _is_black(clip: Clip) -> bool:
    """Whether nothing of its source is seen: how a timeline, which has no hole, shows a gap."""
    return any(e.kind == "black" and e.start <= 0 and e.start + e.duration >= clip.duration for e in clip.effects)


def _black(size: tuple[int, int], rate: Rate) -> Any:
    """Black without end, made and not read: all that is black shares it."""
    node = graph.input(f"color=black:s={size[0]}x{size[1]}:r={exact(rate)}", format="lavfi")["v"]
    return node.filter("format", "yuv420p").filter("setparams", range="tv", colorspace="bt709").filter("setsar", "1")


def _wanted(clip: Clip) -> Wanted:
    return Wanted(clip.shot, clip.source_start, clip.source_start + clip.used, clip.speed)


# -- the order of frames


def _places(clips: Sequence[Clip], reading: Reading) -> list[int]:
    """Where each clip's first frame comes among those of its reading: what is paced has been laid end to end."""
    if reading.paced:
        return [run.first for run in _end_to_end(clips)]
    return [reading.place(clip.source_start) for clip in clips]


def _end_to_end(clips: Sequence[Clip]) -> list[Run]:
    """Clips whose frames, as they are shown, follow one another in a node of their own."""
    ends = list(accumulate(clip.duration for clip in clips))
    return [Run(clip.start, end - clip.duration, end) for clip, end in zip(clips, ends, strict=True)]


def _runs(clip: Clip, begin: int) -> list[Run]:
    """A clip's frames as they are played: as they are, held, or blended. `begin`: where its reading has the first."""
    out: list[Run] = []
    at = 0
    spans = sorted((e for e in clip.effects if e.kind in ("hold", "blur")), key=lambda e: (e.start, e.kind))
    for effect in spans:
        start, stop = max(at, effect.start), min(clip.duration, effect.start + effect.duration)
        if stop <= start:
            continue
        if start > at:
            out.append(Run(clip.start + at, begin + at, begin + start))
        out.append(_special(effect, clip.start + start, begin + start, stop - start, start))
        at = stop
    if at < clip.duration:
        out.append(Run(clip.start + at, begin + at, begin + clip.duration))
    return out


def _special(effect: Effect, at: int, first: int, count: int, before: int) -> Run:
    """A hold or a blur of `count` frames; `before` frames of its clip come before it."""
    if effect.kind == "hold":
        return Run(at, first, first + 1, hold=count)
    mixed = min(MOST_MIXED, max(LEAST_MIXED, 1 + round(effect.strength / PIXELS_A_MIXED_FRAME)))
    return Run(at, first, first + count, mixed=mixed, lead=min(before, mixed - 1))


def merged(runs: Sequence[Run]) -> list[Run]:
    """Of one reading: plain runs that go on in both it and the timeline are one."""
    out: list[Run] = []
    for run in runs:
        last = out[-1] if out else None
        plain = last is not None and not (run.hold or run.mixed or last.hold or last.mixed)
        if last is not None and plain and last.stop == run.first and last.at + last.stop - last.first == run.at:
            out[-1] = Run(last.at, last.first, run.stop)
        else:
            out.append(run)
    return out


def _parts(node: Any, runs: Sequence[Run]) -> dict[int, Any]:
    """What is played of a node, by timeline frame."""
    joined = merged(runs)
    return {run.at: _played(part, run) for run, part in zip(joined, _split(node, len(joined)), strict=True)}


def _played(node: Any, run: Run) -> Any:
    node = node.filter("trim", start_frame=run.first - run.lead, end_frame=run.stop)
    if run.mixed:
        node = node.filter("tmix", frames=run.mixed)
        node = node.filter("trim", start_frame=run.lead) if run.lead else node
    node = node.filter("setpts", "PTS-STARTPTS")
    if run.hold:
        node = node.filter("tpad", stop_mode="clone", stop=run.hold - 1)
    return node


def _split(node: Any, count: int) -> list[Any]:
    if count == 1:
        return [node]
    parts = node.filter_multi_output("split", count)
    return [parts[n] for n in range(count)]


# -- one source


def _read(looked: Looked, reading: Reading, clips: Sequence[Clip], index: int, rate: Rate, threads: int) -> Any:
    """The wanted frames of a reading and no others, numbered from 0, on the timeline's frame grid: of what is paced, the
    clips' frames as they are shown."""
    lead = 0 if looked.indexed else ceil(LEAD_SECONDS * rate)
    entered = max(0, reading.first - lead) if looked.sought else 0
    node = source_input(looked, index, float(entered / rate), threads, accurate=False)[f"{looked.video}"]
    node = node.filter("settb", "1/1000000").filter("setpts", f"PTS+{NUDGE_US}")
    ranges = [(first - entered, stop - entered) for first, stop in reading.ranges]
    if reading.paced:
        ranges = [(0, sum(clip.duration for clip in clips))]
        node = node if looked.still else node.filter("setpts", _pace(clips, entered, rate))
    node = node.filter("fps", fps=exact(rate), start_time=0, round="near")
    spare = -1 if looked.still else ceil(SPARE_SECONDS * rate / min(1.0, clips[-1].speed))
    node = node.filter("tpad", stop_mode="clone", stop=spare)
    node = node.filter("trim", end_frame=ranges[-1][1])
    if ranges != [(0, ranges[-1][1])]:
        node = node.filter("select", inside(ranges))
    return node.filter("setpts", "N")


def _pace(clips: Sequence[Clip], entered: int, rate: Rate) -> str:
    """When a file's frame is shown, in microseconds as it is told: clips end to end at their speeds, nothing between them.

    What the file has before a clip counts as its first frame: the last of that stands until another comes."""
    steps: list[Step] = []
    turn = 0
    for clip, run in zip(clips, _end_to_end(clips), strict=True):
        shown = round(run.first / rate * 1_000_000 + NUDGE_US / max(1.0, clip.speed))  # not times 20 where it is slow
        begin = round((clip.source_start - entered) / rate * 1_000_000) + NUDGE_US
        steps.append((turn, f"{shown}+max(0,PTS-{begin})/{number(clip.speed)}"))
        turn = begin + round((clip.duration - 0.5) * clip.speed / rate * 1_000_000)
    return tree(steps, "PTS")


def source_input(looked: Looked, index: int, at: float, threads: int, accurate: bool) -> Any:
    """An input that opens this file only, entered at `at` seconds. Not `accurate`: from the key frame before, whose times
    are then negative, so that the frame that stands at `at` is known even when it began earlier.

    `index` sets a queue's length apart: to ffmpeg-python two inputs with equal words are one."""
    options: dict[str, Any] = {"protocol_whitelist": PROTOCOLS, "format_whitelist": FORMATS}
    options |= {"max_pixels": MOST_PIXELS, "threads": threads, "thread_queue_size": LEAST_QUEUE + index}
    if at > 0:
        options["ss"] = f"{at:.6f}"
        if not accurate:
            options["noaccurate_seek"] = None
    return graph.input(f"file:{looked.path}", **options)


def _views(clips: Sequence[Clip], places: Sequence[int], moved: Mapping[int, Motion]) -> list[tuple[int, View]]:
    """From which wanted frame on which part of the picture is seen."""
    out: list[tuple[int, View]] = []
    for clip, place in zip(clips, places, strict=True):
        view = moved[clip.start].base
        if not out or out[-1][1] != view:
            out.append((place, view))
    return out


def _fitted(node: Any, looked: Looked, frame: Frame, views: Sequence[tuple[int, View]], rate: Rate) -> Any:
    """A source's frames in the size wanted, each seen from its view, in 8-bit 4:2:0 BT.709."""
    if looked.alpha:  # what is transparent is black
        node = node.filter("format", "gbrap").filter("premultiply", inplace=1)
    width, height = frame.size
    if frame.fit == "crop":
        x, y = frame.focus
        node = node.filter(
            "crop",
            w=f"min(iw,ih*{width}/{height}/sar)",
            h=f"min(ih,iw*sar*{height}/{width})",
            x=f"clip({number(x)}*iw-ow/2,0,iw-ow)",
            y=f"clip({number(y)}*ih-oh/2,0,ih-oh)",
        )
        return _seen(node, frame.size, views, looked.matrix, rate)
    node = _padded(node, looked, frame) if frame.fit == "pad" else _backed(node, looked, frame)
    return node if all(view.whole for _, view in views) else _seen(node, frame.size, views, "", rate)


def _seen(node: Any, size: tuple[int, int], views: Sequence[tuple[int, View]], matrix: str, rate: Rate) -> Any:
    """Scaled by each view's zoom, and the view cut out of it."""
    width, height = size
    if all(view.whole for _, view in views):
        return _scaled(node, str(width), str(height), matrix)
    wide = [(at, max(width, 2 * round(width * view.zoom / 2))) for at, view in views]
    high = [(at, max(height, 2 * round(height * view.zoom / 2))) for at, view in views]
    x = [(at, min(round(v.left * w), w - width)) for (at, v), (_, w) in zip(views, wide, strict=True)]
    y = [(at, min(round(v.top * h), h - height)) for (at, v), (_, h) in zip(views, high, strict=True)]
    # `scale` counts frames from 1 and `crop` from 0: told by their time, both mean the same one
    node = _scaled(node, _stepped(wide, rate), _stepped(high, rate), matrix, each=len(views) > 1)
    return node.filter("crop", w=width, h=height, x=_stepped(x, rate), y=_stepped(y, rate), exact=1)


def _stepped(values: Sequence[tuple[int, int]], rate: Rate) -> str:
    return tree([(at, str(value)) for at, value in values], f"round(t*{exact(rate)})")


def _scaled(node: Any, width: str, height: str, matrix: str, each: bool = False, kernel: str = "lanczos") -> Any:
    options = {"w": width, "h": height, "flags": kernel, "out_color_matrix": "bt709", "out_range": "tv"}
    if matrix:
        options["in_color_matrix"] = matrix
    if each:
        options["eval"] = "frame"
    return node.filter("scale", **options).filter("format", "yuv420p").filter("setsar", "1")


def _inner(size: tuple[int, int]) -> tuple[str, str]:
    """The largest even size of the source's shape that fits in `size`."""
    width, height = size
    return f"max(2,2*round(min({width},{height}*dar)/2))", f"max(2,2*round(min({height},{width}/dar)/2))"


def _padded(node: Any, looked: Looked, frame: Frame) -> Any:
    width, height = frame.size
    return _scaled(node, *_inner(frame.size), looked.matrix).filter(
        "pad", w=width, h=height, x="(ow-iw)/2", y="(oh-ih)/2"
    )


def _backed(node: Any, looked: Looked, frame: Frame) -> Any:
    """The whole picture over a blurred one that fills the frame."""
    width, height = frame.size
    back, front = _split(node, 2)
    small = tuple(2 * max(4, side // BACKDROP_SHARE // 2) for side in frame.size)
    back = back.filter("crop", w=f"min(iw,ih*{width}/{height}/sar)", h=f"min(ih,iw*sar*{height}/{width})")
    back = _scaled(back, str(small[0]), str(small[1]), looked.matrix, kernel="area").filter(
        "gblur", sigma=BACKDROP_SIGMA
    )
    back = back.filter("scale", w=width, h=height, flags="bilinear").filter("setsar", "1")
    front = _scaled(front, *_inner(frame.size), looked.matrix)
    return graph.overlay(back, front, x="(W-w)/2", y="(H-h)/2", format="yuv420").filter("format", "yuv420p")


# -- the whole cut


def _moved(node: Any, moved: Mapping[int, Motion], size: tuple[int, int]) -> Any:
    """Seen through moving windows, to a part of a pixel: a window of whole pixels would tremble."""
    views = {frame: view for one in moved.values() for frame, view in one.views.items()}
    if not views:
        return node
    width, height = size
    edges: list[list[Step]] = [[], [], [], []]
    spans = ranges_of(sorted(views))
    for start, stop in spans:
        shown = [views[frame] for frame in range(start, stop)]
        columns = (
            [width * v.left for v in shown],
            [height * v.top for v in shown],
            [width * (v.left + 1 / v.zoom) for v in shown],
            [height * (v.top + 1 / v.zoom) for v in shown],
        )
        for column, values in zip(edges, columns, strict=True):
            column += steps_of(values, start, PIXEL, "(in-1)")
    left, top, right, bottom = (tree(steps, "(in-1)") for steps in edges)
    return node.filter(
        "perspective", x0=left, y0=top, x1=right, y1=top, x2=left, y2=bottom, x3=right, y3=bottom,
        interpolation="linear", eval="frame", enable=inside(spans),
    )  # fmt: skip


def _smeared(node: Any, moved: Mapping[int, Motion], size: tuple[int, int]) -> Any:
    """Sideways; one filter for each length of smear, switched on where it is wanted."""
    groups: dict[int, list[int]] = {}
    for one in moved.values():
        for frame, pixels in one.smears.items():
            length = pixels * size[0] / WIDTH / 2
            if length >= 1:
                groups.setdefault(_grade(length), []).append(frame)
    for grade, frames in sorted(groups.items()):
        node = node.filter("dblur", angle=0, radius=number(SMEAR_STEP**grade), enable=inside(ranges_of(sorted(frames))))
    return node


def _grade(length: float) -> int:
    grade = 0
    while SMEAR_STEP ** (grade + 0.5) < length:
        grade += 1
    return grade


def _lit(node: Any, moved: Mapping[int, Motion]) -> Any:
    """Towards white or black: every plane is drawn to that colour's value."""
    lights = {frame: light for one in moved.values() for frame, light in one.lights.items() if light}
    if not lights:
        return node
    spans = ranges_of(sorted(lights))
    kept: list[Step] = []
    lift: list[Step] = []
    for start, stop in spans:
        for frame in range(start, stop):
            light = min(1.0, max(-1.0, lights[frame]))
            kept.append((frame, number(1 - abs(light))))
            lift.append((frame, number(light * (WHITE if light > 0 else BLACK))))
    strength = tree(changes(kept))
    return node.filter(
        "eq", contrast=strength, saturation=strength, brightness=tree(changes(lift)), eval="frame", enable=inside(spans)
    )
