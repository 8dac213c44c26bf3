"""A picture's recipe inside its PNG."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.pngtext import text_of, with_text


def png() -> bytes:
    ok, data = cv2.imencode(".png", np.arange(48, dtype=np.uint8).reshape(4, 4, 3))
    assert ok
    return data.tobytes()


@given(st.text(max_size=300).filter(lambda t: t.isprintable()))
def test_a_text_comes_back_and_the_pixels_stay(text: str) -> None:
    told = with_text(png(), text)
    assert text_of(told) == text
    pixels = cv2.imdecode(np.frombuffer(told, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None and (pixels == np.arange(48, dtype=np.uint8).reshape(4, 4, 3)).all()


def test_a_picture_without_the_text_has_none() -> None:
    assert text_of(png()) is None
    assert text_of(with_text(png(), "x", "other")) is None


@pytest.mark.parametrize("data", [b"", b"GIF89a", png()[:40]])
def test_what_is_no_whole_png_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a PNG|cut off"):
        with_text(data, "x")
