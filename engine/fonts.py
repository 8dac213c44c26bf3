"""The one typeface: where it lies, what it covers, what it lacks. Knows the font file, not who draws with it.

A drawing library shows nothing, or an empty box, for a character that its font lacks; so text is checked here first."""

from __future__ import annotations

import struct
import unicodedata
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from engine.core import UserError

FAMILY = "Cliffhanger Sans"
"""Family name for SVG and ASS. The face is bold (weight 700); ask for 700 so that no renderer thickens it again."""

WEIGHT = 700
FILE_NAME = "CliffhangerSans-Bold.otf"
MOST_NAMED = 5
UNICODE_PLATFORMS = {(3, 1), (0, 3)}


def font_file() -> Path:
    """The font file, also from an installed wheel. UserError when the installation lost it."""
    path = Path(str(files("configs"))) / "fonts" / FILE_NAME
    if not path.is_file():
        raise UserError(f"the font {path} is missing: install cliffhanger again")
    return path


def font_folder() -> Path:
    """The folder that libass searches (`fontsdir`)."""
    return font_file().parent


def missing_glyphs(text: str) -> list[str]:
    """The characters of `text` that the typeface lacks, once each, in order. White space needs no glyph."""
    covered = coverage(font_file())
    composed = unicodedata.normalize("NFC", text)  # as the shapers do
    return [c for c in dict.fromkeys(composed) if not c.isspace() and ord(c) not in covered]


def check_glyphs(text: str, where: str) -> None:
    """UserError that names the first uncovered characters and `where` they stand ("episode 4, line 2")."""
    missing = missing_glyphs(text)
    if not missing:
        return
    named = ", ".join(f"{_shown(c)} (U+{ord(c):04X} {unicodedata.name(c, 'unnamed')})" for c in missing[:MOST_NAMED])
    more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
    raise UserError(f"{where}: no font covers {named}{more}; use other characters")


def _shown(char: str) -> str:
    return repr(char) if char.isprintable() else "a character"


def text_width(text: str) -> float:
    """Width of one row in ems (multiply by the font size), without kerning. Characters without a glyph count as 1 em."""
    glyphs, advances = coverage(font_file()), _advances(font_file())
    last = len(advances) - 1
    return float(sum(advances[min(glyphs[ord(c)], last)] if ord(c) in glyphs else 1.0 for c in text))


@cache
def coverage(path: Path) -> dict[int, int]:
    """Code point -> glyph, read from the OpenType `cmap` table, format 4 (the Basic Multilingual Plane).

    Source: OpenType 1.9, 'cmap'. UserError for a file that is no font or has no such table."""
    try:
        data = path.read_bytes()
        return _read_format_4(data, _find_subtable(data, _find_table(data, b"cmap")))
    except (OSError, struct.error, LookupError, ValueError) as error:
        raise UserError(f"the font {path} cannot be read: {error}") from None


@cache
def _advances(path: Path) -> list[float]:
    """Advance width of each glyph in ems, from `hmtx` (OpenType 1.9); the last one holds for all glyphs after it."""
    data = path.read_bytes()
    (per_em,) = struct.unpack_from(">H", data, _find_table(data, b"head") + 18)
    (count,) = struct.unpack_from(">H", data, _find_table(data, b"hhea") + 34)
    pairs = np.frombuffer(data, ">u2", 2 * count, _find_table(data, b"hmtx"))
    return (pairs[::2] / per_em).tolist()


def _find_table(data: bytes, tag: bytes) -> int:
    (count,) = struct.unpack_from(">H", data, 4)
    for i in range(count):
        name, _, offset, _ = struct.unpack_from(">4sLLL", data, 12 + 16 * i)
        if name == tag:
            return offset
    raise LookupError(f"no {tag.decode()} table")


def _find_subtable(data: bytes, cmap: int) -> int:
    (count,) = struct.unpack_from(">H", data, cmap + 2)
    for i in range(count):
        platform, encoding, offset = struct.unpack_from(">HHL", data, cmap + 4 + 8 * i)
        if (platform, encoding) in UNICODE_PLATFORMS and struct.unpack_from(">H", data, cmap + offset) == (4,):
            return cmap + offset
    raise LookupError("no Unicode character map of format 4")


def _read_format_4(data: bytes, at: int) -> dict[int, int]:
    """Segments [first, last] with a delta; a range offset of 0 means glyph = code + delta, else an array is asked."""
    length, _, doubled = struct.unpack_from(">HHH", data, at + 2)
    words = struct.unpack_from(f">{length // 2}H", data, at)
    count = doubled // 2
    starts = (7, 8 + count, 8 + 2 * count, 8 + 3 * count)  # one word of padding after the first column
    covered: dict[int, int] = {}
    for i in range(count):
        last, first, delta, offset = (words[start + i] for start in starts)
        # an offset counts bytes from its own place in the table
        array = starts[3] + i + offset // 2 - first
        for code in range(first, last + 1):
            glyph = words[array + code] if offset else code
            if glyph and (glyph + delta) % 65536:
                covered[code] = (glyph + delta) % 65536
    return covered
