"""WAV files in and out: PCM16 and float32, one or two channels. Knows RIFF, no loudness and no places."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.core import SAMPLE_RATE, UserError

Samples = NDArray[np.float32]

MAX_SECONDS = 3600
MAX_CHANNELS = 8
MIN_RATE, MAX_RATE = 8_000, 192_000
MAX_BYTES = MAX_SECONDS * SAMPLE_RATE * 2 * 4
"""An hour of 48 kHz stereo float32."""
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE


def encode_wav(samples: Samples, sample_rate: int = SAMPLE_RATE, *, float32: bool = False) -> bytes:
    """The bytes of a WAV file from (samples,) or (channels, samples) in -1..1. ValueError for anything else.

    PCM16 is rounded without dither, so equal samples give equal bytes."""
    channels = np.atleast_2d(samples)
    if channels.ndim != 2 or channels.shape[0] > MAX_CHANNELS or not np.all(np.isfinite(channels)):
        raise ValueError(
            f"cannot write samples of shape {samples.shape}: want finite (samples,) or (channels, samples)"
        )
    frames = np.ascontiguousarray(channels.T)
    if float32:
        kind, width, data = _FLOAT, 4, frames.astype("<f4").tobytes()
    else:
        kind, width, data = _PCM, 2, np.rint(np.clip(frames, -1, 1) * 32767).astype("<i2").tobytes()
    count = channels.shape[0]
    head = struct.pack("<HHIIHH", kind, count, sample_rate, sample_rate * count * width, count * width, width * 8)
    riff_size = 4 + 8 + len(head) + 8 + len(data)
    format_chunk = b"fmt " + struct.pack("<I", len(head)) + head
    return (
        b"RIFF" + struct.pack("<I", riff_size) + b"WAVE" + format_chunk + b"data" + struct.pack("<I", len(data)) + data
    )


def write_wav(path: Path, samples: Samples, sample_rate: int = SAMPLE_RATE, *, float32: bool = False) -> None:
    """Write to `path` in one go; the caller gives a temporary path and renames it."""
    path.write_bytes(encode_wav(samples, sample_rate, float32=float32))


def read_wav(path: Path) -> tuple[Samples, int]:
    """(channels, samples) float32 and the rate. UserError names a file that is not a WAV we accept."""
    try:
        if path.stat().st_size > MAX_BYTES + 65536:
            raise UserError(f"{path}: larger than {MAX_BYTES} bytes")
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}") from error
    try:
        return decode_wav(data)
    except ValueError as error:
        raise UserError(f"{path}: {error}") from error


def decode_wav(data: bytes) -> tuple[Samples, int]:
    """(channels, samples) float32 and the rate; ValueError says what is wrong with the bytes."""
    if len(data) < 12 or data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise ValueError("not a WAV file")
    chunks = _chunks(data)
    if b"fmt " not in chunks or b"data" not in chunks:
        raise ValueError("a WAV file without a fmt or data chunk")
    kind, channels, rate, width = _format(chunks[b"fmt "])
    body = chunks[b"data"]
    body = body[: len(body) // (channels * width) * channels * width]
    if len(body) > MAX_SECONDS * rate * channels * width:
        raise ValueError(f"longer than {MAX_SECONDS} s")
    if kind == _PCM:
        frames = np.frombuffer(body, "<i2").astype(np.float32) / np.float32(32767)
    else:
        frames = np.frombuffer(body, "<f4").astype(np.float32)
        if not np.all(np.isfinite(frames)):
            raise ValueError("samples that are not numbers")
    return np.ascontiguousarray(frames.reshape(-1, channels).T), rate


def _chunks(data: bytes) -> dict[bytes, bytes]:
    """First chunk of each name; a data chunk cut short is kept as far as it goes."""
    chunks: dict[bytes, bytes] = {}
    at = 12
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        chunks.setdefault(name, data[at + 8 : at + 8 + size])
        at += 8 + size + size % 2
    return chunks


def _format(chunk: bytes) -> tuple[int, int, int, int]:
    """Kind (1 PCM, 3 float), channels, rate, bytes a sample."""
    if len(chunk) < 16:
        raise ValueError("a WAV file with a damaged fmt chunk")
    kind, channels, rate, _, _, bits = struct.unpack("<HHIIHH", chunk[:16])
    if kind == _EXTENSIBLE and len(chunk) >= 26:
        kind = int.from_bytes(chunk[24:26], "little")
    if (kind, bits) not in ((_PCM, 16), (_FLOAT, 32)):
        raise ValueError(f"WAV format {kind} with {bits} bits: want 16-bit PCM or 32-bit float")
    if not 1 <= channels <= MAX_CHANNELS:
        raise ValueError(f"{channels} channels: want 1 to {MAX_CHANNELS}")
    if not MIN_RATE <= rate <= MAX_RATE:
        raise ValueError(f"{rate} Hz: want {MIN_RATE} to {MAX_RATE}")
    return kind, channels, rate, bits // 8
