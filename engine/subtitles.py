"""Captions at the edges: SRT, ASS and VTT, written and read back. Knows formats and their hostile characters; no fonts.

No format offers a safe way to spell every character that it treats as syntax, so SRT and ASS show the full-width twin
of such a character (which reads the same) and the readers turn it back; VTT has entities."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Sequence

from engine.core import FPS
from engine.timeline import Caption

PLAY_SIZE = (1080, 1920)
SAFE_LEFT, SAFE_RIGHT, SAFE_BOTTOM = 90, 890, 1460
"""The text-safe area that fits all platforms, in pixels of PLAY_SIZE."""
FONT_SIZE = 54
"""Height of an em in pixels of PLAY_SIZE."""
ASS_HEIGHT = 1.448
"""ASS counts a font's whole line (the face's Windows ascent + descent, 1160 + 288 of 1000) as its size."""
OUTLINE = 6
DESCENT = 14
"""What descenders and outline of the lower row need to stay inside the safe area."""

_TWINS = str.maketrans("<>{}\\", "＜＞｛｝＼")
_BACK = str.maketrans("＜＞｛｝＼", "<>{}\\")
_SRT_TIME = re.compile(r"(\d+):(\d\d):(\d\d)[,.](\d{3}) --> (\d+):(\d\d):(\d\d)[,.](\d{3})")
_ITALIC = re.compile(r"</?i>")
_ASS_STYLE = (
    "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, "
    "Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, "
    "MarginL, MarginR, MarginV, Encoding"
)
_ASS_EVENT = "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"
_FAMILY = re.compile(r"[^\w .+-]")


def to_srt(captions: Sequence[Caption], rate: int = FPS) -> str:
    """SubRip text; inner voices in italics."""
    blocks: list[str] = []
    for number, caption in enumerate(captions, 1):
        text = "\n".join(row.translate(_TWINS) for row in caption.rows)
        text = f"<i>{text}</i>" if caption.italic else text
        blocks.append(f"{number}\n{_clock(caption.start, rate, ',')} --> {_clock(caption.stop, rate, ',')}\n{text}\n")
    return "\n".join(blocks)


def from_srt(text: str, rate: int = FPS) -> list[Caption]:
    """Captions of SubRip text. ValueError names the block that is not one."""
    out: list[Caption] = []
    for number, block in enumerate(_blocks(text), 1):
        lines = block.split("\n")
        found = _SRT_TIME.search(lines[1]) if len(lines) > 1 else None
        if not found:
            raise ValueError(f"subtitle {number} has no time line")
        out.append(_caption(found, lines[2:], rate, _untwinned))
    return out


def to_vtt(captions: Sequence[Caption], rate: int = FPS) -> str:
    """WebVTT text, placed at the bottom of the text-safe area."""
    line = f"line:{100 * SAFE_BOTTOM // PLAY_SIZE[1]}%,end position:{_centre()}%,center align:center"
    blocks = ["WEBVTT\n"]
    for caption in captions:
        text = "\n".join(html.escape(row, quote=False) for row in caption.rows)
        text = f"<i>{text}</i>" if caption.italic else text
        blocks.append(f"{_clock(caption.start, rate, '.')} --> {_clock(caption.stop, rate, '.')} {line}\n{text}\n")
    return "\n".join(blocks)


def from_vtt(text: str, rate: int = FPS) -> list[Caption]:
    """Captions of WebVTT text as written by to_vtt. ValueError names the cue that is not one."""
    blocks = _blocks(text)
    if not blocks or not blocks[0].startswith("WEBVTT"):
        raise ValueError("not a WebVTT file")
    out: list[Caption] = []
    for number, block in enumerate(blocks[1:], 1):
        lines = block.split("\n")
        found = _SRT_TIME.search(lines[0])
        if not found:
            raise ValueError(f"cue {number} has no time line")
        out.append(_caption(found, lines[1:], rate, html.unescape))
    return out


def to_ass(captions: Sequence[Caption], family: str, size: int = FONT_SIZE, rate: int = FPS) -> str:
    """Advanced SubStation text at 1080x1920: bottom of the text-safe area, outlined, no override tags."""
    family = _FAMILY.sub("", family) or "sans-serif"
    width, height = PLAY_SIZE
    head = f"[Script Info]\nScriptType: v4.00+\nPlayResX: {width}\nPlayResY: {height}\nWrapStyle: 2\nScaledBorderAndShadow: yes\n"
    styles = "\n".join(_style(name, family, size, italic) for name, italic in (("Default", 0), ("Inner", -1)))
    events = "\n".join(_event(c, rate) for c in captions)
    return f"{head}\n[V4+ Styles]\n{_ASS_STYLE}\n{styles}\n\n[Events]\n{_ASS_EVENT}\n{events}\n"


def from_ass(text: str, rate: int = FPS) -> list[Caption]:
    """Captions of ASS text as written by to_ass. ValueError names a damaged line."""
    out: list[Caption] = []
    for line in text.splitlines():
        if not line.startswith("Dialogue: "):
            continue
        fields = line.removeprefix("Dialogue: ").split(",", 9)
        if len(fields) != 10:
            raise ValueError(f"not an ASS event: {line[:60]!r}")
        start, stop = (_ass_frames(field, rate) for field in fields[1:3])
        rows = tuple(row.translate(_BACK) for row in fields[9].split(r"\N"))
        out.append(Caption(start, stop, rows, italic=fields[3] == "Inner"))
    return out


def _style(name: str, family: str, size: int, italic: int) -> str:
    left, right, bottom = SAFE_LEFT, PLAY_SIZE[0] - SAFE_RIGHT, PLAY_SIZE[1] - SAFE_BOTTOM + DESCENT
    colours = "&H00FFFFFF,&H00FFFFFF,&H00180C12,&H80000000"
    return f"Style: {name},{family},{round(size * ASS_HEIGHT)},{colours},-1,{italic},0,0,100,100,0,0,1,{OUTLINE},0,2,{left},{right},{bottom},1"


def _event(caption: Caption, rate: int) -> str:
    text = r"\N".join(row.translate(_TWINS) for row in caption.rows)
    style = "Inner" if caption.italic else "Default"
    return f"Dialogue: 0,{_ass_clock(caption.start, rate)},{_ass_clock(caption.stop, rate)},{style},,0,0,0,,{text}"


def _clock(frame: int, rate: int, mark: str) -> str:
    """`hours:minutes:seconds,milliseconds` of a frame's start."""
    ms = round(frame * 1000 / rate)
    return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}{mark}{ms % 1000:03d}"


def _ass_clock(frame: int, rate: int) -> str:
    cs = round(frame * 100 / rate)
    return f"{cs // 360_000}:{cs // 6000 % 60:02d}:{cs // 100 % 60:02d}.{cs % 100:02d}"


def _ass_frames(field: str, rate: int) -> int:
    found = re.fullmatch(r"\s*(\d+):(\d\d):(\d\d)\.(\d\d)\s*", field)
    if not found:
        raise ValueError(f"not an ASS time: {field!r}")
    hours, minutes, seconds, cs = map(int, found.groups())
    return round(((hours * 60 + minutes) * 60 + seconds + cs / 100) * rate)


def _blocks(text: str) -> list[str]:
    return [b.strip("\n") for b in re.split(r"\n{2,}", text.replace("\r\n", "\n").removeprefix("﻿")) if b.strip("\n")]


def _caption(found: re.Match[str], rows: Iterable[str], rate: int, plain: Callable[[str], str]) -> Caption:
    numbers = [int(x) for x in found.groups()]
    start, stop = (round((((h * 60 + m) * 60) + s + ms / 1000) * rate) for h, m, s, ms in (numbers[:4], numbers[4:]))
    raw = list(rows)
    italic = bool(raw) and raw[0].startswith("<i>")
    return Caption(start, stop, tuple(plain(_ITALIC.sub("", row)) for row in raw), italic=italic)


def _untwinned(row: str) -> str:
    return row.translate(_BACK)


def _centre() -> int:
    return round(100 * (SAFE_LEFT + SAFE_RIGHT) / 2 / PLAY_SIZE[0])
