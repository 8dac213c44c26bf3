"""Captions of the original media, read from a file and moved through a cut. Knows captions and timelines; no formats, no media."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine.captions import (
    Token,
    joint,
    reading_frames,
    refit,
    row_words,
    rows_of,
    split_rows,
    spread_words,
    wanted_frames,
)
from engine.core import UserError
from engine.rates import Rate
from engine.subtitles import from_ass, from_srt, from_vtt
from engine.timeline import Caption, Clip, SoundClip, TimedWord, Timeline

MOST_BYTES = 10_000_000
"""Of a subtitle file: a film's has 200,000."""
READERS = {".srt": from_srt, ".vtt": from_vtt, ".ass": from_ass, ".ssa": from_ass}
JOIN_SECONDS = 0.5
"""What is left of one caption on both sides of a cut is shown as one, when no more than this lies between."""
REST_SECONDS = 0.3
"""A shorter rest joins its neighbour where two rows hold both."""
GLIMPSE_SECONDS = 0.12
"""A rest that could be seen no longer is dropped: three frames at 24."""


# -- from a file


def load_captions(path: Path, rate: Rate) -> tuple[Caption, ...]:
    """Captions of an .srt, .vtt or .ass file in frames of `rate`: in order, apart, two rows that fit; words where timed.

    UserError for another kind of file, one too large, not Unicode, or with a block that cannot be read (which it names)."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise UserError(f"{path.name} is no subtitle file: choose from {', '.join(READERS)}")
    try:
        found = reader(_text_of(path), rate)
    except ValueError as error:
        raise UserError(f"{path.name}: {error}") from None
    laid_out = [c for caption in found for c in refit(caption, rate)]
    return tuple(apart(laid_out))


def _text_of(path: Path) -> str:
    if path.exists() and not path.is_file():
        raise UserError(f"{path.name} is no file")
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise UserError(f"{path.name} cannot be read: {error.strerror}") from None
    if len(data) > MOST_BYTES:
        raise UserError(f"{path.name} is larger than {MOST_BYTES:,} bytes")
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        return data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{path.name} is not Unicode text: save it as UTF-8") from None


def apart(captions: Iterable[Caption]) -> list[Caption]:
    """In order, none while another is shown: the earlier one goes; two that begin together are one, or share their time."""
    out: list[Caption] = []
    for caption in sorted(captions, key=lambda c: (c.start, c.stop)):
        while out and out[-1].stop > caption.start:
            before = out.pop()
            if before.start < caption.start:
                out.append(_within(before, before.start, caption.start))
                break
            both = together(before, caption)
            if both is not None:
                caption = both
                continue
            middle = (before.start + max(before.stop, caption.stop)) // 2
            if middle > before.start:
                out.append(_within(before, before.start, middle))
                caption = _within(caption, middle, max(caption.stop, middle + 1))
            break
        out.append(caption)
    return out


def _within(caption: Caption, start: int, stop: int) -> Caption:
    """A caption in other frames, its words moved into them."""
    words = tuple(
        TimedWord(w.text, min(max(w.start, start), stop), min(max(w.stop, start), stop)) for w in caption.words
    )
    return replace(caption, start=start, stop=stop, words=words)


def together(first: Caption, second: Caption) -> Caption | None:
    """Two captions as one, when two rows hold them and both speak alike; with words only where both have them."""
    after = _tokens(second)
    space = bool(joint(first.rows[-1], second.rows[0]))
    tokens = [*_tokens(first), *(replace(t, space=t.space if at else space) for at, t in enumerate(after))]
    if first.italic != second.italic or split_rows(tuple(tokens)) is None:
        return None
    words = (*first.words, *second.words) if first.words and second.words else ()
    start, stop = min(first.start, second.start), max(first.stop, second.stop)
    return replace(first, start=start, stop=stop, rows=rows_of(tokens), words=words)


def _tokens(caption: Caption) -> list[Token]:
    """A caption's words as they stand in its rows; without frames, which decide nothing here."""
    spread = spread_words(caption)
    return _kept_tokens(spread, range(len(spread.words)))


def _kept_tokens(caption: Caption, kept: Iterable[int]) -> list[Token]:
    """Some of a caption's words, by their place, with the spaces before them."""
    wanted = set(kept)
    places = {id(word): at for at, word in enumerate(caption.words)}
    out: list[Token] = []
    for number, row in enumerate(row_words(caption) or []):
        space = bool(number) and bool(joint(caption.rows[number - 1], caption.rows[number]))
        for _, word in row:
            if word is not None and places[id(word)] in wanted:
                out.append(Token(word.text, space))  # with the comma that a row's end has dropped
            space = word is None
    return out


# -- through a cut


@dataclass(frozen=True)
class Stretch:
    """Source frames [source_start, source_stop) shown at [start, stop), `speed` times as fast."""

    start: int
    stop: int
    source_start: int
    speed: float

    @property
    def source_stop(self) -> float:
        return self.source_at(self.stop)

    def source_at(self, frame: int) -> float:
        """The source frame shown at a frame of the cut."""
        return self.source_start + (frame - self.start) * self.speed

    def at(self, frame: float) -> int:
        """Where a source frame is shown, inside the stretch."""
        return min(max(round(self.start + (frame - self.source_start) / self.speed), self.start), self.stop)


@dataclass(frozen=True)
class Rest:
    """What a stretch leaves of a caption: frames of the cut, and the words that are still said, by place, with theirs."""

    caption: int
    start: int
    stop: int
    words: tuple[tuple[int, TimedWord], ...]


def retime(captions: Sequence[Caption], timeline: Timeline, source: str = "") -> tuple[Caption, ...]:
    """Captions in the time of one source (frames of the timeline's rate, from that file's start), moved through the cut.

    `source`: whose captions they are, the first of the timeline's when empty. They follow its sound where the cut uses
    that, else the dialogue that was recorded beside it, else its picture. A word stays when half of it does, with its own
    frames; captions without timed words lose text by their words' share of the letters. Rests are shown long enough to be
    read where the cut leaves room; where it does not (a cut or a speed-up faster than reading), they join a neighbour, or
    stay as they are. A rest that would only flash by is dropped."""
    name = source or next((s.id for s in timeline.sources), "")
    given = apart(c for c in captions if c.rows)
    whole = [spread_words(c) for c in given]
    rests: list[Rest] = []
    for stretch in stretches(timeline, name):
        first = bisect_right(whole, stretch.source_start, key=lambda c: c.stop)
        last = bisect_left(whole, stretch.source_stop, key=lambda c: c.start)
        found = (_rest(at, whole[at], stretch) for at in range(first, last))
        for rest in found:
            if rest is not None and not (rests and _goes_on(rests[-1], rest, timeline.rate)):
                rests.append(rest)
            elif rest is not None:
                rests[-1] = replace(rests[-1], stop=rest.stop, words=(*rests[-1].words, *rest.words))
    moved = [_moved(whole[r.caption], r, timed=bool(given[r.caption].words)) for r in rests]
    return tuple(_readable(apart(moved), timeline.duration, timeline.rate))


def stretches(timeline: Timeline, source: str) -> list[Stretch]:
    """Where the cut uses a source, in order: its dialogue, else its other sound, else (in its frames) the dialogue that
    another file recorded beside it, else its picture; whole where nothing is cut."""
    heard = [c for c in timeline.sound if c.source == source]
    spoken = [c for c in heard if c.track == "DX"] or [c for c in heard if c.track == heard[0].track]
    if spoken:
        return _joined(_stretch(c) for c in spoken)
    begins = {s.id: s.offset for s in timeline.sources}
    later = {name: begin - begins.get(source, 0) for name, begin in begins.items()}
    shown = _joined(_stretch(c) for c in timeline.picture if c.shot == source)
    beside = _joined(_stretch(c, later.get(c.source, 0)) for c in timeline.sound if c.track == "DX")
    return beside if beside and _in_step(shown, beside) else shown


def _stretch(clip: Clip | SoundClip, later: int = 0) -> Stretch:
    """A clip in the frames of a file that began to record `later` frames before its own."""
    return Stretch(clip.start, clip.stop, clip.source_start + later, clip.speed)


def _in_step(shown: Sequence[Stretch], heard: Sequence[Stretch]) -> bool:
    """Whether some picture is shown with the sound of its moment, as in a scene; no picture contradicts nothing."""
    middles = [((s.start + s.stop) // 2, s) for s in shown]
    return not shown or any(
        h.start <= at < h.stop and abs(h.source_at(at) - s.source_at(at)) <= 1 for at, s in middles for h in heard
    )


def _joined(found: Iterable[Stretch]) -> list[Stretch]:
    """In order; what runs on is one."""
    out: list[Stretch] = []
    for stretch in sorted(found, key=lambda s: s.start):
        last = out[-1] if out else None
        runs_on = last is not None and last.stop == stretch.start and last.speed == stretch.speed
        if last is not None and runs_on and round(last.source_stop) == stretch.source_start:
            out[-1] = replace(last, stop=stretch.stop)
        else:
            out.append(stretch)
    return out


def _rest(at: int, caption: Caption, stretch: Stretch) -> Rest | None:
    """What a stretch leaves of a caption; None when no word of it."""
    first, last = max(caption.start, stretch.source_start), min(caption.stop, stretch.source_stop)
    if last <= first:
        return None
    words = tuple(
        (place, TimedWord(w.text, stretch.at(w.start), stretch.at(w.stop)))
        for place, w in enumerate(caption.words)
        if _is_heard(w, stretch)
    )
    start, stop = stretch.at(first), stretch.at(last)
    return Rest(at, start, stop, words) if words and stop > start else None


def _is_heard(word: TimedWord, stretch: Stretch) -> bool:
    """Whether at least half of a word is in a stretch (of one cut in the middle, the half that begins it)."""
    inside = min(word.stop, stretch.source_stop) - max(word.start, stretch.source_start)
    length = max(word.stop - word.start, 0)
    begins = stretch.source_start <= word.start < stretch.source_stop
    return inside * 2 > length or (inside * 2 == length and begins)


def _goes_on(before: Rest, after: Rest, rate: Rate) -> bool:
    """Whether a rest is the same caption's, a little later."""
    near = 0 <= after.start - before.stop <= JOIN_SECONDS * rate
    return before.caption == after.caption and near and before.words[-1][0] < after.words[0][0]


def _moved(caption: Caption, rest: Rest, *, timed: bool) -> Caption:
    """A caption with the words and frames that a cut leaves it."""
    rows = caption.rows
    if len(rest.words) < len(caption.words):
        tokens = _kept_tokens(caption, (place for place, _ in rest.words))
        rows = rows_of(tokens) if split_rows(tuple(tokens)) is not None else rows
    words = tuple(word for _, word in rest.words) if timed else ()
    return replace(caption, start=rest.start, stop=rest.stop, rows=rows, words=words)


# -- long enough to be read


def _readable(captions: Sequence[Caption], duration: int, rate: Rate) -> list[Caption]:
    """Captions that stay as long as reading takes where there is room, joined where there is not."""
    out: list[Caption] = []
    for caption in captions:
        before = out[-1] if out else None
        if before is not None and _should_join(before, caption, rate):
            both = together(before, caption)
            if both is not None and _lack(both, both.stop, rate) <= _lack(before, caption.start, rate) + _lack(
                caption, caption.stop, rate
            ):
                out[-1] = both
                continue
        out.append(caption)
    return _stayed(out, duration, rate)


def _stayed(captions: Sequence[Caption], duration: int, rate: Rate) -> list[Caption]:
    """Each until it can be read or the next begins; those without the time to be seen leave it to the one before."""
    out: list[Caption] = []
    limit = duration
    for caption in reversed(captions):
        wanted = caption.start + wanted_frames(caption.rows, rate)
        stayed = replace(caption, stop=max(caption.stop, min(wanted, limit)))
        if stayed.stop - stayed.start >= GLIMPSE_SECONDS * rate:
            out.append(stayed)
            limit = stayed.start
    return out[::-1]


def _should_join(before: Caption, after: Caption, rate: Rate) -> bool:
    """Whether one of two neighbours is too short by itself, and they are near."""
    if after.start - before.stop > JOIN_SECONDS * rate:
        return False
    rests = ((before, after.start), (after, after.stop))
    return any(stop - c.start < REST_SECONDS * rate or _lack(c, stop, rate) > 0 for c, stop in rests)


def _lack(caption: Caption, stop: int, rate: Rate) -> int:
    """Frames too few to read a caption that goes at `stop`."""
    return max(0, reading_frames(caption.rows, rate) - (stop - caption.start))
