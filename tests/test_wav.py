"""WAV files: what is written comes back, what is hostile is refused."""

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core import UserError
from engine.wav import decode_wav, encode_wav, read_wav, write_wav

TONE = (0.5 * np.sin(np.arange(4800) / 7)).astype(np.float32)


def header(kind: int = 1, channels: int = 1, rate: int = 48000, bits: int = 16, data: bytes = b"\0\0") -> bytes:
    block = channels * bits // 8
    form = struct.pack("<HHIIHH", kind, channels, rate, rate * block % 2**32, block, bits)
    body = b"WAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def test_pcm16_comes_back_within_half_a_step(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", np.stack([TONE, -TONE]))
    samples, rate = read_wav(tmp_path / "a.wav")
    assert rate == 48000 and samples.shape == (2, 4800) and samples.dtype == np.float32
    assert np.abs(samples[0] - TONE).max() <= 0.5 / 32767 + 1e-7


def test_float32_comes_back_exactly() -> None:
    samples, rate = decode_wav(encode_wav(TONE, 22050, float32=True))
    assert rate == 22050 and np.array_equal(samples[0], TONE)


def test_loud_samples_are_clipped_not_wrapped() -> None:
    samples, _ = decode_wav(encode_wav(np.array([2.0, -2.0], np.float32)))
    assert samples[0].tolist() == [1.0, -1.0]


def test_a_second_reader_agrees(tmp_path: Path) -> None:
    import wave

    write_wav(tmp_path / "a.wav", np.stack([TONE, TONE]))
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (2, 48000, 4800)


def test_samples_that_are_not_numbers_are_not_written() -> None:
    with pytest.raises(ValueError, match="finite"):
        encode_wav(np.array([np.nan], np.float32))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not a WAV"),
        (b"RIFF\0\0\0\0WAVE", "without a fmt"),
        (header(kind=2), "format 2"),
        (header(bits=24, data=b"\0\0\0"), "24 bits"),
        (header(channels=0), "channels"),
        (header(channels=9), "channels"),
        (header(rate=1), "1 Hz"),
        (header(kind=3, bits=32, data=b"\0\0\xc0\x7f"), "not numbers"),
    ],
)
def test_damaged_files_are_refused_by_name(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "bad.wav"
    path.write_bytes(data)
    with pytest.raises(UserError, match=message) as caught:
        read_wav(path)
    assert "bad.wav" in str(caught.value)


def test_a_missing_file_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="No such file"):
        read_wav(tmp_path / "none.wav")


def test_a_data_chunk_that_promises_too_much_gives_what_is_there() -> None:
    data = header(data=b"\1\0\2\0")
    samples, _ = decode_wav(data[:-4] + b"\1\0")
    assert samples.shape == (1, 1)


@given(st.binary(max_size=200))
def test_any_bytes_end_in_samples_or_a_clear_refusal(noise: bytes) -> None:
    for data in (noise, b"RIFF\0\0\0\0WAVE" + noise, header()[:36] + noise):
        try:
            samples, rate = decode_wav(data)
        except ValueError:
            continue
        assert samples.ndim == 2 and rate > 0
