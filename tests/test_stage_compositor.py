"""The compositor draws what laying whole layers over one another would draw, only cheaper."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.draft import raster
from models.draft.compositor import GRID, Layer, canvas, compose, find_runs, lay

WIDTH, HEIGHT = 270, 480


def plate() -> np.ndarray:
    noise = np.random.default_rng(1).integers(0, 255, (560, 310, 4), dtype=np.uint8)
    out = cv2.GaussianBlur(noise, (0, 0), 3)
    out[..., 3] = 255
    return out


def figure() -> np.ndarray:
    out = np.zeros((400, 200, 4), np.uint8)
    cv2.ellipse(out, (100, 120), (70, 100), 0, 0, 360, (180, 200, 250, 255), -1, cv2.LINE_AA)
    cv2.rectangle(out, (20, 220), (180, 399), (90, 40, 20, 255), -1)
    return out


PLATE, FIGURE = plate(), figure()


@settings(max_examples=40, deadline=None)
@given(
    st.floats(0.6, 1.9),
    st.floats(-0.02, 0.02),
    st.floats(-120, 200),
    st.floats(-150, 300),
    st.floats(-40, 0),
    st.floats(-60, 0),
)
def test_composing_in_pieces_equals_laying_whole_warped_layers(zoom, turn, x, y, back_x, back_y):
    back = np.array([[1.0, 0, back_x], [0, 1.0, back_y]])
    front = np.array([[zoom, -turn, x], [turn, zoom, y]])
    frame = canvas(WIDTH, HEIGHT)
    compose(frame, [(Layer.of(PLATE, endless=True), back), (Layer.of(FIGURE), front)])
    whole = cv2.warpAffine(PLATE, back, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
    lay(whole, cv2.warpAffine(FIGURE, front, (WIDTH, HEIGHT)))
    difference = cv2.absdiff(np.ascontiguousarray(frame[:, :WIDTH, :3]), np.ascontiguousarray(whole[..., :3]))
    assert int(difference.max()) <= 2


def test_a_canvas_row_is_padded_to_the_grid():
    assert canvas(1080, 4).shape == (4, 1088, 4)
    assert canvas(1080, 4).shape[1] % GRID == 0


def test_runs_name_ink_and_the_longest_opaque_stretch():
    image = np.zeros((64, 100, 4), np.uint8)
    image[:, 10:90, 3] = 120
    image[:, 30:70, 3] = 255
    assert find_runs(image).tolist() == [[10, 30, 70, 90]]


def test_pure_light_has_ink_though_its_alpha_is_zero():
    image = np.zeros((64, 100, 4), np.uint8)
    image[:, 20:40, 2] = 80
    assert find_runs(image).tolist() == [[20, 0, 0, 40]]


def test_a_blank_band_has_no_ink():
    start, _, _, stop = find_runs(np.zeros((64, 100, 4), np.uint8))[0].tolist()
    assert start >= stop


def test_light_is_added_and_paint_covers():
    under = np.full((2, 2, 4), 100, np.uint8)
    lay(under, np.full((2, 2, 4), (50, 0, 0, 0), np.uint8))
    assert under[0, 0, :3].tolist() == [150, 100, 100]
    lay(under, np.full((2, 2, 4), (10, 20, 30, 255), np.uint8))
    assert under[0, 0, :3].tolist() == [10, 20, 30]


def test_tinting_never_makes_colour_brighter_than_alpha():
    image = np.full((4, 4, 4), 128, np.uint8)
    assert raster.tint(image, (2.0, 2.0, 2.0))[..., :3].max() <= 128


def test_text_that_is_no_png_is_refused():
    with pytest.raises(ValueError, match="PNG"):
        raster.decode(b"not a picture")
