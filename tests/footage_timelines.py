"""Random valid timelines over sources, for property tests."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from hypothesis import strategies as st

from engine.rates import KNOWN, Rate
from engine.timeline import (
    Caption,
    Clip,
    Effect,
    Graphic,
    Hit,
    Marker,
    SoundClip,
    Source,
    Span,
    Speech,
    TimedWord,
    Timeline,
)  # fmt: skip

SPEEDS = (1.0, 1.0, 1.0, 0.5, 2.0, 0.37, 1.25, 7.5)
PLAIN_KINDS = ("shake", "zoom", "flash", "punch_in", "blur", "whip")


def numbers(least: float, most: float) -> st.SearchStrategy[float]:
    """Of a few digits: OpenTimelineIO's parser rounds the last bit of those that have seventeen."""
    return st.floats(least, most).map(lambda x: round(x, 4))


words = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=30)


@dataclass(frozen=True)
class Measured:
    """What a probe would tell of a file."""

    seconds: float
    has_picture: bool = True
    has_sound: bool = True


def measures(timeline: Timeline) -> dict[Path, Measured]:
    return {
        Path(s.path): Measured(float(s.frames / Fraction(timeline.rate)), s.has_picture, s.has_sound)
        for s in timeline.sources
    }


@st.composite
def effects(draw: st.DrawFn, duration: int) -> tuple[Effect, ...]:
    out: list[Effect] = []
    for _ in range(draw(st.integers(0, 2))):
        start = draw(st.integers(0, duration - 1))
        length = draw(st.integers(1, duration - start))
        kind = draw(st.sampled_from(PLAIN_KINDS))
        out.append(Effect(kind, start, length, draw(numbers(-50, 400)), draw(words), draw(words), draw(words)))
    if draw(st.booleans()):
        start = draw(st.integers(0, duration - 1))
        out.insert(0, Effect("hold", start, draw(st.integers(1, duration - start)), 1.0, draw(words), draw(words)))
    return tuple(out)


@st.composite
def clips(draw: st.DrawFn, sources: list[Source]) -> tuple[Clip, ...]:
    out: list[Clip] = []
    at = 0
    for _ in range(draw(st.integers(1, 5))):
        source = draw(st.sampled_from([s for s in sources if s.has_picture]))
        speed = draw(st.sampled_from(SPEEDS))
        duration = draw(st.integers(1, max(1, min(90, int(source.frames / speed)))))
        if Clip(source.id, 0, duration, speed=speed).used > source.frames:
            continue
        first = draw(st.integers(0, source.frames - Clip(source.id, 0, duration, speed=speed).used))
        out.append(Clip(source.id, at, duration, first, draw(effects(duration)), draw(words), draw(words), speed))
        at += duration
    return tuple(out) or (Clip(sources[0].id, 0, 1),)


@st.composite
def sounds(draw: st.DrawFn, sources: list[Source], length: int) -> tuple[SoundClip, ...]:
    out: list[SoundClip] = []
    for track in ("DX", "MX", "FX"):
        at = draw(st.integers(0, length))
        while at < length and draw(st.booleans()):
            source = draw(st.sampled_from([s for s in sources if s.has_sound]))
            speed = draw(st.sampled_from(SPEEDS))
            duration = min(length - at, draw(st.integers(1, 60)))
            used = SoundClip(track, source.id, 0, duration, speed=speed).used
            if used > source.frames:
                break
            first = draw(st.integers(0, source.frames - used))
            fades = (draw(st.integers(0, duration // 2)), draw(st.integers(0, duration // 2)))
            out.append(SoundClip(track, source.id, at, duration, first, draw(numbers(-40, 12)), *fades, speed))
            at += duration + draw(st.integers(0, 20))
    return tuple(out)


@st.composite
def captions(draw: st.DrawFn, length: int) -> tuple[Caption, ...]:
    out: list[Caption] = []
    at = 0
    while at < length - 2 and draw(st.booleans()):
        start = draw(st.integers(at, length - 2))
        stop = draw(st.integers(start + 1, length))
        rows = tuple(draw(st.lists(words, min_size=1, max_size=2)))
        out.append(Caption(start, stop, rows, (TimedWord(draw(words), start, stop),), draw(words), draw(st.booleans())))
        at = stop
    return tuple(out)


@st.composite
def timelines(draw: st.DrawFn, folder: Path, rates: tuple[Rate, ...] = KNOWN) -> Timeline:
    """A cut of up to four files of `folder` (they need not be there)."""
    count = draw(st.integers(1, 4))
    sources = [
        Source(
            f"A{n}",
            str(folder / f"take {n} #{n}.mp4"),
            draw(st.integers(20, 400)),
            n == 0 or draw(st.booleans()),
            n == 0 or draw(st.booleans()),
            draw(st.integers(0, 9)),
        )
        for n in range(count)
    ]
    picture = draw(clips(sources))
    length = picture[-1].stop
    frame = st.integers(0, length - 1)
    heard = sorted(draw(st.lists(frame, max_size=4)))
    start, lettered = draw(frame), draw(frame)
    return Timeline(
        draw(st.integers(0, 9)),
        draw(st.sampled_from(rates)),
        length,
        picture,
        (Speech(draw(words), draw(words), start, length - start),),
        draw(captions(length)),
        (Graphic("title", draw(words), lettered, min(5, length - lettered)),),
        tuple(Marker("peak", f, draw(numbers(0, 1)), draw(words)) for f in heard),
        (Hit("impact", draw(frame), 0.5, 7),),
        (Span("silence", start, length), Span("duck", start, length, draw(numbers(1, 60)))),
        draw(st.none() | frame),
        {"style": "drama", "seed": draw(st.integers(0, 9))},
        tuple(sources),
        draw(sounds(sources, length)),
    )
