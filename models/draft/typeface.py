"""One font file: its family name and the characters it covers, read from OpenType tables. Draws nothing.

Source: OpenType 1.9, tables 'name' (record 16, else 1) and 'cmap' (formats 4 and 12)."""

from __future__ import annotations

import struct
import unicodedata
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

FAMILY_RECORDS = (16, 1)
WINDOWS, UNICODE = 3, 0
SHOWN = 5  # characters named in an error


def require_glyphs(font: Path, text: str) -> None:
    """ValueError that names the font and the characters of `text` it lacks. White space needs no glyph."""
    covered = coverage(font)
    missing = [
        c for c in dict.fromkeys(unicodedata.normalize("NFC", text)) if not c.isspace() and ord(c) not in covered
    ]
    if missing:
        names = ", ".join(f"U+{ord(c):04X}" for c in missing[:SHOWN])
        raise ValueError(f"the font {font.name} has no glyph for {names}")


@lru_cache(maxsize=8)
def family(font: Path) -> str:
    """The family name by which a renderer finds the font. ValueError for a file that is no font."""
    table = _table(font, b"name")
    count, strings = struct.unpack(">HH", table[2:6])
    found: dict[int, str] = {}
    for i in range(count):
        platform, _, _, kind, length, offset = struct.unpack(">6H", table[6 + 12 * i : 18 + 12 * i])
        if platform in (WINDOWS, UNICODE) and kind in FAMILY_RECORDS:
            raw = table[strings + offset : strings + offset + length]
            found.setdefault(kind, raw.decode("utf-16-be", errors="replace"))
    for kind in FAMILY_RECORDS:
        if kind in found:
            return found[kind]
    raise ValueError(f"the font {font.name} names no family")


@lru_cache(maxsize=8)
def coverage(font: Path) -> frozenset[int]:
    """Code points with a glyph."""
    table = _table(font, b"cmap")
    points: set[int] = set()
    for i in range(struct.unpack(">H", table[2:4])[0]):
        offset = struct.unpack(">I", table[8 + 8 * i : 12 + 8 * i])[0]
        part = table[offset:]
        kind = struct.unpack(">H", part[:2])[0]
        if kind == 4:
            points |= _segments(part)
        elif kind == 12:
            points |= _groups(part)
    return frozenset(points)


def _table(font: Path, tag: bytes) -> bytes:
    try:
        data = font.read_bytes()
    except OSError as error:
        raise ValueError(f"the font {font} cannot be read: {error.strerror}") from None
    try:
        for i in range(struct.unpack(">H", data[4:6])[0]):
            name, _, offset, length = struct.unpack(">4sIII", data[12 + 16 * i : 28 + 16 * i])
            if name == tag:
                return data[offset : offset + length]
    except struct.error:
        raise ValueError(f"the font {font.name} is damaged") from None
    raise ValueError(f"the font {font.name} has no table {tag.decode()!r}")


def _segments(part: bytes) -> set[int]:
    count = struct.unpack(">H", part[6:8])[0] // 2
    ends = struct.unpack(f">{count}H", part[14 : 14 + 2 * count])
    starts = struct.unpack(f">{count}H", part[16 + 2 * count : 16 + 4 * count])
    deltas = struct.unpack(f">{count}H", part[16 + 4 * count : 16 + 6 * count])
    at = 16 + 6 * count
    ranges = struct.unpack(f">{count}H", part[at : at + 2 * count])
    points: set[int] = set()
    for i, (start, end, delta, jump) in enumerate(zip(starts, ends, deltas, ranges, strict=True)):
        for code in range(start, min(end, 0xFFFE) + 1):
            if jump == 0:
                glyph = code + delta
            else:
                where = at + 2 * i + jump + 2 * (code - start)
                glyph = struct.unpack(">H", part[where : where + 2])[0]
            if glyph & 0xFFFF:
                points.add(code)
    return points


def _groups(part: bytes) -> set[int]:
    count = struct.unpack(">I", part[12:16])[0]
    points: set[int] = set()
    for i in range(count):
        start, end, _ = struct.unpack(">III", part[16 + 12 * i : 28 + 12 * i])
        points.update(range(start, end + 1))
    return points


@lru_cache(maxsize=1)
def house_font() -> Path | None:
    """The typeface that is shipped as data, if this installation has it."""
    try:
        folder = Path(str(files("configs"))) / "fonts"
    except ModuleNotFoundError:
        return None
    return next((p for p in sorted(folder.glob("*.[ot]tf")) if p.is_file()), None)
