"""WAV files from elsewhere: bytes in, mono samples out. Every length is checked before it is used."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

MOST_SECONDS = 600
OPEN_ENDED = 0x7FFF_0000
"""A WAV that is made while it is sent gives lengths from here on, or none."""


def parse_wav(data: bytes) -> tuple[Samples, int]:
    """Mono float32 samples and their rate, from 16-bit PCM or 32-bit float, 1 to 8 channels, 8 to 192 kHz. ValueError says
    what is wrong. (RIFF WAVE, Multimedia Programming Interface and Data Specifications 1.0; lengths that a stream leaves
    open are read to the end.)"""
    if len(data) < 12 or data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise ValueError("the answer is no WAV file")
    chunks = _chunks(data)
    if b"fmt " not in chunks or b"data" not in chunks:
        raise ValueError("the WAV has no format or no samples")
    kind, channels, rate = _format(chunks[b"fmt "])
    width = channels * (2 if kind == 1 else 4)
    body = chunks[b"data"]
    frames = len(body) // width
    if not 0 < frames <= MOST_SECONDS * rate:
        raise ValueError(
            f"the WAV is {frames / rate:.0f} s long: up to {MOST_SECONDS} s, and more than nothing, is taken"
        )
    flat = np.frombuffer(body[: frames * width], "<i2" if kind == 1 else "<f4").astype(np.float32)
    if not np.isfinite(flat).all():
        raise ValueError("the WAV holds samples that are not numbers")
    flat = flat / np.float32(32768) if kind == 1 else np.clip(flat, -1, 1)
    return flat.reshape(-1, channels).mean(axis=1, dtype=np.float32), rate


def _chunks(data: bytes) -> dict[bytes, bytes]:
    """The first chunk of each name. ValueError when one is cut."""
    found: dict[bytes, bytes] = {}
    at = 12
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        rest = len(data) - at - 8
        if name == b"data" and (size >= OPEN_ENDED or size == 0):
            size = rest
        if size > rest:
            raise ValueError(f"the WAV is cut: {rest} of {size} bytes are there")
        found.setdefault(name, data[at + 8 : at + 8 + size])
        at += 8 + size + size % 2
    return found


def _format(chunk: bytes) -> tuple[int, int, int]:
    """Kind (1: PCM of 16 bits, 3: float of 32), channels, rate."""
    if len(chunk) < 16:
        raise ValueError("the WAV's format is cut")
    kind, channels, rate, _, _, bits = struct.unpack("<HHIIHH", chunk[:16])
    if kind == 0xFFFE and len(chunk) >= 26:
        kind = int.from_bytes(chunk[24:26], "little")
    if (kind, bits) not in ((1, 16), (3, 32)):
        raise ValueError(f"the WAV is of kind {kind} with {bits} bits: 16-bit PCM and 32-bit float are taken")
    if not 1 <= channels <= 8 or not 8_000 <= rate <= 192_000:
        raise ValueError(f"the WAV has {channels} channels at {rate} Hz: 1 to 8 at 8000 to 192000 are taken")
    return kind, channels, rate
