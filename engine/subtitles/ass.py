"""Advanced SubStation: captions in three styles, as libass burns them in. Knows its tags; no fonts but a family's name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import floor

from engine.captions import has_right_to_left
from engine.core import FPS
from engine.rates import Rate
from engine.subtitles.page import (
    ASS_HEIGHT,
    DESCENT,
    FONT_SIZE,
    LIT,
    OUTLINE,
    POP_GROWN,
    POP_OUTLINE,
    POP_SIZE,
    UNLIT,
    UPRIGHT,
    CaptionStyle,
    Page,
)
from engine.subtitles.popping import Popped, popped
from engine.subtitles.rows import TWINS, Segment, directions, safe, timed_rows
from engine.timeline import Caption

STYLE_FORMAT = (
    "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, "
    "Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, "
    "MarginL, MarginR, MarginV, Encoding"
)
EVENT_FORMAT = "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"
KARAOKE_EFFECT, DRAWN_EFFECT = "karaoke", "fx"
"""As Aegisub's templates do: the words as they were are a comment, what is drawn of them is marked, and not read back."""
BRIDGED_SECONDS = 0.2
"""A word stays lit over a shorter gap: light that flickers between words is tiring."""
SPRING = (60, 140)
"""Milliseconds at which a word of `pop` is largest, and at rest."""
SPRING_FROM = 78
"""Percent of its size at which it comes up."""
_FAMILY = re.compile(r"[^\w .+-]")


def to_ass(
    captions: Sequence[Caption],
    family: str,
    size: int = FONT_SIZE,
    rate: Rate = FPS,
    style: CaptionStyle = "bottom",
    page: Page = UPRIGHT,
) -> str:
    """Advanced SubStation text for a page (1080x1920), outlined, inside the text-safe area; CaptionStyle says what each style is.

    `bottom` has no override tags; the others time every word that the captions time, to the hundredth of a second."""
    family = _FAMILY.sub("", family) or "sans-serif"
    head = f"[Script Info]\nScriptType: v4.00+\nPlayResX: {page.width}\nPlayResY: {page.height}\nWrapStyle: 2\nScaledBorderAndShadow: yes\n"
    names = [("Default", 0), ("Inner", -1)]
    foot = page.height - page.bottom + DESCENT
    styles = [_style_line(name, family, size, italic, OUTLINE, foot, page) for name, italic in names]
    if style == "pop":
        foot = page.height - page.pop_bottom
        styles += [_style_line(f"Pop{name}", family, POP_SIZE, i, POP_OUTLINE, foot, page) for name, i in names]
    write = {"bottom": _plain_events, "karaoke": _karaoke_events, "pop": _pop_events}[style]
    sheet = "\n".join(styles)
    events = "\n".join(line for c in safe(captions) for line in write(c, rate))
    return f"{head}\n[V4+ Styles]\n{STYLE_FORMAT}\n{sheet}\n\n[Events]\n{EVENT_FORMAT}\n{events}\n"


def _style_line(name: str, family: str, size: int, italic: int, outline: int, foot: int, page: Page) -> str:
    left, right = page.left, page.width - page.right
    colours = "&H00FFFFFF,&H00FFFFFF,&H00180C12,&H80000000"
    return f"Style: {name},{family},{round(size * ASS_HEIGHT)},{colours},-1,{italic},0,0,100,100,0,0,1,{outline},0,2,{left},{right},{foot},1"


# -- events


def _plain_events(caption: Caption, rate: Rate) -> list[str]:
    return [_event("Dialogue", caption, caption.start, caption.stop, _plain(caption), rate)]


def _plain(caption: Caption) -> str:
    rows = zip(caption.rows, directions(caption), strict=True)
    return r"\N".join(f"{before}{row.translate(TWINS)}{after}" for row, (before, after) in rows)


def _event(
    kind: str, caption: Caption, start: int, stop: int, text: str, rate: Rate, style: str = "", effect: str = ""
) -> str:
    name = style + ("Inner" if caption.italic else "Default")
    return f"{kind}: 0,{_clock(start, rate)},{_clock(stop, rate)},{name},,0,0,0,{effect},{text}"


def _karaoke_events(caption: Caption, rate: Rate) -> list[str]:
    text = _timed(caption, rate, lit=True)
    return [_event("Dialogue", caption, caption.start, caption.stop, text, rate)]


def _timed(caption: Caption, rate: Rate, *, lit: bool) -> str:
    """Rows with a \\k tag, hundredths of a second, before every word and every gap; plain where words have no times."""
    rows = timed_rows(caption)
    if rows is None:
        return _plain(caption)
    flat = [segment for row in rows for segment in row]
    ends = _lit_until(flat, rate)
    written: list[str] = []
    at = 0
    for row, (before, after) in zip(rows, directions(caption), strict=True):
        parts = [_tagged(s, ends[at + i] if lit else None, caption, rate) for i, s in enumerate(row)]
        at += len(row)
        written.append(before + "".join(parts) + after)
    return _whole_lines(caption) + r"\N".join(written)


def _whole_lines(caption: Caption) -> str:
    """Where letters run from the right: the tag by which libass orders a row as one, not each tagged stretch by itself."""
    return r"{\fe-1}" if has_right_to_left("".join(caption.rows)) else ""


def _lit_until(segments: Sequence[Segment], rate: Rate) -> list[int]:
    """Where each segment's light goes out: at its end, or where the next word begins if that is soon."""
    out: list[int] = []
    for at, segment in enumerate(segments):
        after = next((s.start for s in segments[at + 1 :] if s.text.strip()), segment.stop)
        out.append(after if 0 <= after - segment.stop <= BRIDGED_SECONDS * rate else segment.stop)
    return out


def _tagged(segment: Segment, until: int | None, caption: Caption, rate: Rate) -> str:
    """A segment with its tags: lit (the colour after \\k's moment) from its start, and white again from `until` on."""
    text = segment.text.translate(TWINS)
    if text and not text.strip():
        return text
    start, stop = _hundredths(segment.start, rate), _hundredths(segment.stop, rate)
    tags = rf"\k{stop - start}"
    if until is not None and text:
        out = 10 * (_hundredths(until, rate) - _hundredths(caption.start, rate))
        tags += rf"\1c{LIT}\t({out},{out},\1c{UNLIT})"
    return f"{{{tags}}}{text}"


def _pop_events(caption: Caption, rate: Rate) -> list[str]:
    """The words as they were (a comment, which nobody draws), then each group in its own time."""
    whole = _timed(caption, rate, lit=False)
    out = [_event("Comment", caption, caption.start, caption.stop, whole, rate, effect=KARAOKE_EFFECT)]
    for shown in popped(caption, rate):
        out.append(_event("Dialogue", caption, shown.start, shown.stop, _springing(shown), rate, "Pop", DRAWN_EFFECT))
    return out


def _springing(shown: Popped) -> str:
    """A group with its size, growing past it and back."""
    grown, size = round(100 * POP_GROWN), f"\\fs{round(shown.size * ASS_HEIGHT)}" if shown.size < POP_SIZE else ""
    spring = (
        rf"\fscx{SPRING_FROM}\fscy{SPRING_FROM}\t(0,{SPRING[0]},\fscx{grown}\fscy{grown})"
        rf"\t({SPRING[0]},{SPRING[1]},\fscx100\fscy100)"
    )
    [(before, after)] = directions(Caption(shown.start, shown.stop, (shown.text,)))
    return f"{{{size}{spring}}}{before}{shown.text.translate(TWINS)}{after}"


def _clock(frame: int, rate: Rate) -> str:
    cs = _hundredths(frame, rate)
    return f"{cs // 360_000}:{cs // 6000 % 60:02d}:{cs // 100 % 60:02d}.{cs % 100:02d}"


def _hundredths(frame: int, rate: Rate) -> int:
    """The last hundredth that is not after a frame's start: one later, and libass would show the frame without it."""
    return floor(frame * 100 / rate)
