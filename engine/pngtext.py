"""Text inside a PNG: how a picture was made travels with it. Knows chunks, not pictures.

PNG specification, third edition (W3C, 2025), sections 5.3 (chunk layout) and 11.3.3.4 (iTXt)."""

from __future__ import annotations

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEYWORD = "cliffhanger"
MAX_TEXT = 1_000_000


def with_text(png: bytes, text: str, keyword: str = KEYWORD) -> bytes:
    """The PNG with an iTXt chunk before its first image data. ValueError when it is no PNG."""
    at = _first(png, b"IDAT")
    body = keyword.encode("latin-1") + b"\0\0\0\0\0" + text.encode("utf-8")
    return png[:at] + _chunk(b"iTXt", body) + png[at:]


def text_of(png: bytes, keyword: str = KEYWORD) -> str | None:
    """The uncompressed text of this keyword, or None. ValueError when the file is no PNG or is cut off."""
    want = keyword.encode("latin-1") + b"\0\0\0\0\0"
    for kind, start, length in _chunks(png):
        if kind == b"iTXt" and png[start : start + len(want)] == want and length <= MAX_TEXT:
            return png[start + len(want) : start + length].decode("utf-8")
    return None


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _first(png: bytes, wanted: bytes) -> int:
    for kind, start, _ in _chunks(png):
        if kind == wanted:
            return start - 8
    raise ValueError("the PNG has no image data")


def _chunks(png: bytes) -> list[tuple[bytes, int, int]]:
    """(kind, start of its body, length) of every chunk."""
    if not png.startswith(SIGNATURE):
        raise ValueError("the file is not a PNG")
    out: list[tuple[bytes, int, int]] = []
    at = len(SIGNATURE)
    while at < len(png):
        if at + 12 > len(png):
            raise ValueError("the PNG is cut off")
        (length,) = struct.unpack(">I", png[at : at + 4])
        if at + 12 + length > len(png):
            raise ValueError("the PNG is cut off")
        out.append((png[at + 4 : at + 8], at + 8, length))
        at += 12 + length
    return out
