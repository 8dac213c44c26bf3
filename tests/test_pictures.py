"""Pictures from outside: three formats by their bytes, sizes known before decoding, everything else refused in a line."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from models import pictures
from models.pictures import decode_picture, picture_size, read_picture

RAMP = np.dstack([np.tile(np.linspace(0, 255, 48), (32, 1)), np.full((32, 48), 90), np.full((32, 48), 200)]).astype(
    np.uint8
)


def encoded(kind: str, image: np.ndarray = RAMP, *options: int) -> bytes:
    return cv2.imencode(kind, image, list(options))[1].tobytes()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(width: int, height: int) -> bytes:
    """A PNG that says it is huge and holds next to nothing."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", [".png", ".jpg", ".webp"])
def test_the_three_formats_are_read_whatever_the_file_is_called(kind: str, tmp_path: Path):
    (tmp_path / "face.txt").write_bytes(encoded(kind))
    read = read_picture(tmp_path / "face.txt")
    assert read.shape == (32, 48, 3) and read.dtype == np.uint8
    assert np.abs(read.astype(int) - RAMP).mean() < 4


@pytest.mark.parametrize("options", [(), (cv2.IMWRITE_WEBP_QUALITY, 101), (cv2.IMWRITE_WEBP_QUALITY, 40)])
def test_every_kind_of_webp_tells_its_size(options: tuple[int, ...]):
    assert picture_size(encoded(".webp", RAMP, *options)) == (48, 32)
    clear = cv2.cvtColor(RAMP, cv2.COLOR_BGR2BGRA)
    clear[:8, :, 3] = 0
    assert picture_size(encoded(".webp", clear, *options)) == (48, 32)


def test_clear_parts_lie_on_white_and_grey_becomes_colour():
    clear = cv2.cvtColor(RAMP, cv2.COLOR_BGR2BGRA)
    clear[:16, :, 3] = 0
    read = decode_picture(encoded(".png", clear))
    assert (read[:16] == 255).all() and np.array_equal(read[16:], RAMP[16:])
    grey = decode_picture(encoded(".png", RAMP[..., 0].copy()))
    assert grey.shape == (32, 48, 3) and np.array_equal(grey[..., 2], RAMP[..., 0])


def test_sixteen_bits_become_eight():
    read = decode_picture(encoded(".png", RAMP.astype(np.uint16) * 257))
    assert read.dtype == np.uint8 and np.array_equal(read, RAMP)


def test_a_photograph_on_its_side_is_turned_as_its_exif_says():
    turned = (
        b"\xff\xe1"
        + struct.pack(">H", 34)
        + b"Exif\0\0"
        + b"MM\0*\0\0\0\x08\0\x01"
        + struct.pack(">HHIHH", 0x112, 3, 1, 6, 0)
    )
    data = encoded(".jpg")
    assert decode_picture(data[:2] + turned + bytes(4) + data[2:]).shape == (48, 32, 3)


def test_a_picture_that_unpacks_to_gigabytes_is_refused_by_its_header():
    with pytest.raises(ValueError, match="30000x30000 pixels: more than 40 megapixels"):
        decode_picture(bomb(30_000, 30_000), "sheet.png")
    with pytest.raises(ValueError, match="at least 16 a side"):
        decode_picture(bomb(3, 400))


def test_a_large_file_is_not_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pictures, "MAX_BYTES", 1 << 20)
    (tmp_path / "big.png").write_bytes(encoded(".png") + bytes(2 << 20))
    with pytest.raises(ValueError, match="big.png is larger than 1 MiB"):
        read_picture(tmp_path / "big.png")


@pytest.mark.parametrize("kind", [".png", ".jpg", ".webp"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_a_cut_file_is_refused(kind: str, share: float):
    data = encoded(kind)
    with pytest.raises(ValueError, match="damaged|not a PNG"):
        decode_picture(data[: max(5, int(share * len(data)))])


def test_a_header_that_lies_about_the_size_is_refused():
    with pytest.raises(ValueError, match="damaged"):
        decode_picture(bomb(400, 300))


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a" + bytes(60), b"<svg/>", b"\x80\x04\x95pickle", b"RIFF\0\0\0\0WAVE" + bytes(40)]
)
def test_other_formats_are_refused(data: bytes):
    with pytest.raises(ValueError, match="not a PNG, JPEG or WebP picture"):
        decode_picture(data, "x")


def test_no_file_a_folder_and_a_random_tail_are_refused_in_one_line(tmp_path: Path):
    for path in (tmp_path / "gone.png", tmp_path):
        with pytest.raises(ValueError, match="no picture at"):
            read_picture(path)
    rng = np.random.default_rng(3)
    for kind in (".png", ".jpg", ".webp"):
        for at in range(0, 60, 3):
            data = bytearray(encoded(kind))
            data[at : at + 3] = rng.integers(0, 256, 3, np.uint8).tobytes()
            try:
                assert decode_picture(bytes(data)).ndim == 3
            except ValueError as error:
                assert "\n" not in str(error)
