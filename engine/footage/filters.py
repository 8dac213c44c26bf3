"""The picture of a cut of footage as one ffmpeg graph: read, put on the frame grid, fitted, cut, moved, lit, captioned.

Knows filters and frame numbers; runs nothing. Every source is fitted once, however many clips it has: only what is in
the frame is scaled, and no clip has a scaler of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from engine.cues import WIDTH
from engine.encoder import graph
from engine.ffmpeg import FORMATS, PROTOCOLS
from engine.footage.expressions import Step, inside, number, steps_of, tree
from engine.footage.header import MOST_PIXELS
from engine.footage.kinds import Fit
from engine.footage.looking import SPARE_SECONDS, Looked
from engine.footage.motion import FOCUS, Motion, Point, View, motion
from engine.footage.readings import Reading, Wanted, plan
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
    """Size in pixels, how sources come to fill it, and where they are looked at (shares of the picture, by source)."""

    size: tuple[int, int]
    fit: Fit = "crop"
    focus: Point = FOCUS
    focuses: Mapping[str, Point] = field(default_factory=dict[str, Point])

    def focus_of(self, source: str) -> Point:
        return self.focuses.get(source, self.focus)


@dataclass(frozen=True)
class Run:
    """Frames [first, stop) among those a reading gives, from timeline frame `at` on. `hold`: the first of them stands for
    `hold` frames. `mixed` frames are blended into each, `lead` of them before the first."""

    reading: int
    at: int
    first: int
    stop: int
    hold: int = 0
    mixed: int = 0
    lead: int = 0


def picture(timeline: Timeline, looked: Mapping[str, Looked], frame: Frame, threads: int) -> tuple[Any, int]:
    """The graph's node of the finished picture without captions, and how many inputs it has."""
    clips = timeline.picture
    wanted = [_wanted(clip) for clip in clips]
    readings = plan(wanted, timeline.rate)
    moved = {clip.start: motion(timeline, clip, _placed(frame, clip)) for clip in clips}
    branches: dict[int, list[tuple[Run, Any]]] = {}
    for index, reading in enumerate(readings):
        own = [clips[n] for n in reading.wanted]
        runs = merged([run for clip in own for run in _runs(clip, index, reading)])
        source = _read(looked[reading.source], reading, index, timeline.rate, threads)
        fitted = _fitted(source, looked[reading.source], frame, _views(own, reading, moved), timeline.rate)
        for run, node in zip(runs, _split(fitted, len(runs)), strict=True):
            branches.setdefault(run.at, []).append((run, _played(node, run)))
    nodes = [node for at in sorted(branches) for _, node in branches[at]]
    joined = nodes[0] if len(nodes) == 1 else graph.filter(nodes, "concat", n=len(nodes), v=1, a=0)
    numbered = joined.filter("settb", f"1/({exact(timeline.rate)})").filter("setpts", "N")
    return _lit(_smeared(_moved(numbered, moved, frame.size), moved, frame.size), moved), len(readings)


def _placed(frame: Frame, clip: Clip) -> Point:
    """Where zooms close in, in the fitted picture: a crop has brought the focus as near to the middle as it can."""
    x, y = frame.focus_of(clip.shot)
    return (0.5, y) if frame.fit == "crop" else (x, y)


def _wanted(clip: Clip) -> Wanted:
    return Wanted(clip.shot, clip.source_start, clip.source_start + clip.used, clip.speed)


# -- the order of frames


def _runs(clip: Clip, index: int, reading: Reading) -> list[Run]:
    """A clip's frames as they are played: as they are, held, or blended."""
    begin = 0 if clip.speed != 1 else reading.place(clip.source_start)
    out: list[Run] = []
    at = 0
    spans = sorted((e for e in clip.effects if e.kind in ("hold", "blur")), key=lambda e: (e.start, e.kind))
    for effect in spans:
        start, stop = max(at, effect.start), min(clip.duration, effect.start + effect.duration)
        if stop <= start:
            continue
        if start > at:
            out.append(Run(index, clip.start + at, begin + at, begin + start))
        out.append(_special(effect, index, clip.start + start, begin + start, stop - start, start))
        at = stop
    if at < clip.duration:
        out.append(Run(index, clip.start + at, begin + at, begin + clip.duration))
    return out


def _special(effect: Effect, index: int, at: int, first: int, count: int, before: int) -> Run:
    """A hold or a blur of `count` frames; `before` frames of its clip come before it."""
    if effect.kind == "hold":
        return Run(index, at, first, first + 1, hold=count)
    mixed = min(MOST_MIXED, max(LEAST_MIXED, 1 + round(effect.strength / PIXELS_A_MIXED_FRAME)))
    return Run(index, at, first, first + count, mixed=mixed, lead=min(before, mixed - 1))


def merged(runs: Sequence[Run]) -> list[Run]:
    """Plain runs that go on in both their reading and the timeline are one."""
    out: list[Run] = []
    for run in runs:
        last = out[-1] if out else None
        plain = last is not None and not (run.hold or run.mixed or last.hold or last.mixed)
        if last is not None and plain and last.stop == run.first and last.at + last.stop - last.first == run.at:
            out[-1] = Run(run.reading, last.at, last.first, run.stop)
        else:
            out.append(run)
    return out


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


def _read(looked: Looked, reading: Reading, index: int, rate: Rate, threads: int) -> Any:
    """The wanted frames of a reading and no others, numbered from 0, on the timeline's frame grid."""
    lead = 0 if looked.indexed else ceil(LEAD_SECONDS * rate)
    entered = max(0, reading.first - lead) if looked.sought else 0
    node = source_input(looked, index, float(entered / rate), threads, accurate=False)[f"{looked.video}"]
    node = node.filter("settb", "1/1000000").filter("setpts", f"PTS+{NUDGE_US}")
    if reading.speed != 1:  # one clip, whose frames count from 0 as they are shown
        before = round((reading.first - entered) / rate * 1_000_000)
        node = node.filter("setpts", f"(PTS-{before})/{number(reading.speed)}")
    node = node.filter("fps", fps=exact(rate), start_time=0, round="near")
    spare = -1 if looked.still else ceil(SPARE_SECONDS * rate / min(1.0, reading.speed))
    node = node.filter("tpad", stop_mode="clone", stop=spare)
    ranges = [(first - entered, stop - entered) for first, stop in reading.ranges]
    if reading.speed != 1:
        ranges = [(0, ceil((reading.stop - reading.first) / reading.speed) + 1)]
    node = node.filter("trim", end_frame=ranges[-1][1])
    if ranges != [(0, ranges[-1][1])]:
        node = node.filter("select", inside(ranges))
    return node.filter("setpts", "N")


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


def _views(clips: Sequence[Clip], reading: Reading, moved: Mapping[int, Motion]) -> list[tuple[int, View]]:
    """From which wanted frame on which part of the picture is seen."""
    out: list[tuple[int, View]] = []
    for clip in clips:
        view = moved[clip.start].base
        if not out or out[-1][1] != view:
            out.append((0 if clip.speed != 1 else reading.place(clip.source_start), view))
    return out


def _fitted(node: Any, looked: Looked, frame: Frame, views: Sequence[tuple[int, View]], rate: Rate) -> Any:
    """A source's frames in the size wanted, each seen from its view, in 8-bit 4:2:0 BT.709."""
    if looked.alpha:  # what is transparent is black
        node = node.filter("format", "gbrap").filter("premultiply", inplace=1)
    width, height = frame.size
    if frame.fit == "crop":
        x, y = frame.focus_of(looked.source.id)
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


def ranges_of(frames: Sequence[int]) -> list[tuple[int, int]]:
    """Rising frame numbers as ranges [start, stop)."""
    out: list[tuple[int, int]] = []
    for frame in frames:
        if out and out[-1][1] == frame:
            out[-1] = (out[-1][0], frame + 1)
        else:
            out.append((frame, frame + 1))
    return out


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
    strength = tree(kept)
    return node.filter(
        "eq", contrast=strength, saturation=strength, brightness=tree(lift), eval="frame", enable=inside(spans)
    )
