"""Pictures that come from outside: read with limits, checked before they are decoded. Knows no models and no shots.

A file is judged by its own first bytes, never by its name; its size in pixels is read from the header, so that a small
file that unpacks to gigabytes is refused before it is unpacked."""

from __future__ import annotations

import struct
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

MAX_BYTES = 32 * 1024**2
MAX_PIXELS = 40_000_000
MAX_SIDE = 12_000
MIN_SIDE = 16
_PNG, _PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND"
_JPEG, _JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"
_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE_MARKERS = frozenset({0x01, *range(0xD0, 0xD8)})
_ANIMATED = 0x02

Size = tuple[int, int]


def read_picture(path: Path) -> NDArray[np.uint8]:
    """A PNG, JPEG or WebP file as uint8 BGR (height, width, 3), turned as its EXIF says, clear parts on white.

    ValueError in one line for anything else: no file, too large, another format, damaged."""
    return decode_picture(_bytes_of(path), path.name)


def decode_picture(data: bytes, name: str = "the picture") -> NDArray[np.uint8]:
    """The bytes of a PNG, JPEG or WebP file as `read_picture` gives them; `name` is what errors call it."""
    if len(data) > MAX_BYTES:
        raise ValueError(f"{name} is larger than {MAX_BYTES >> 20} MiB: give a smaller picture")
    width, height = picture_size(data, name)
    _check_size(width, height, name)
    image = _decoded(data)
    if image is None or sorted(image.shape[:2]) != sorted((width, height)):
        raise ValueError(f"{name} is damaged: it cannot be decoded")
    return _plain(image)


def picture_size(data: bytes, name: str = "the picture") -> Size:
    """(width, height) from the header alone. ValueError for what is no whole PNG, JPEG or WebP file."""
    try:
        if data.startswith(_PNG):
            size = _png_size(data)
        elif data.startswith(_JPEG):
            size = _jpeg_size(data)
        elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            size = _webp_size(data)
        else:
            raise ValueError(f"{name} is not a PNG, JPEG or WebP picture")
    except (struct.error, IndexError):
        size = None
    if size is None:
        raise ValueError(f"{name} is damaged or cut off: its header cannot be read")
    return size


def _bytes_of(path: Path) -> bytes:
    if not path.is_file():
        raise ValueError(f"no picture at {path}")
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ValueError(f"{path.name} cannot be read: {error.strerror}") from None


def _check_size(width: int, height: int, name: str) -> None:
    if min(width, height) < MIN_SIDE:
        raise ValueError(f"{name} is {width}x{height} pixels: at least {MIN_SIDE} a side are needed")
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        limit = f"{MAX_PIXELS // 1_000_000} megapixels and {MAX_SIDE} pixels a side"
        raise ValueError(f"{name} is {width}x{height} pixels: more than {limit}")


def _png_size(data: bytes) -> Size | None:
    """From the IHDR chunk, which is first; a file without its last chunk is cut off."""
    if data[12:16] != b"IHDR" or _PNG_END not in data[-64:]:
        return None
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def _jpeg_size(data: bytes) -> Size | None:
    """From the first frame header; a file without its end marker is cut off."""
    at = 2
    while data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF or marker in _BARE_MARKERS:
            at += 1 if marker == 0xFF else 2
            continue
        if marker in _FRAME_MARKERS:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return (width, height) if data.rfind(_JPEG_END) > at else None
        at += 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
    return None


def _webp_size(data: bytes) -> Size | None:
    """From the first chunk: lossy, lossless or extended. An animation is no picture."""
    if len(data) < struct.unpack("<I", data[4:8])[0] + 8:
        return None
    kind = data[12:16]
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", data[26:30])
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L" and data[20] == 0x2F:
        bits = struct.unpack("<I", data[21:25])[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8X" and not data[20] & _ANIMATED:
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    return None


def _decoded(data: bytes) -> NDArray[np.uint8] | None:
    """Pixels as stored, with alpha where the file has it; a JPEG is turned as its EXIF says."""
    how = cv2.IMREAD_COLOR if data.startswith(_JPEG) else cv2.IMREAD_UNCHANGED
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), how)
    except cv2.error:
        return None
    if image is None:
        return None
    return (image >> 8).astype(np.uint8) if image.dtype == np.uint16 else image.astype(np.uint8, copy=False)


def _plain(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Three channels: grey is spread, clear parts are laid on white."""
    if image.ndim == 2 or image.shape[2] == 1:
        return cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
    if image.shape[2] == 2:
        image = np.ascontiguousarray(image[..., [0, 0, 0, 1]])
    if image.shape[2] == 3:
        return image
    alpha = cv2.merge([image[..., 3]] * 3)
    paper = cv2.bitwise_not(alpha)
    return cv2.add(cv2.multiply(np.ascontiguousarray(image[..., :3]), alpha, scale=1 / 255), paper)
