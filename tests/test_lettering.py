"""Lettering over frames: where it stands, how it fades, that it is exact and fits."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import lettering
from engine.core import UserError
from engine.lettering import Overlay, blend, draw_cover, draw_overlays, lay, overlays_at
from engine.takes import Keyframe, Poster
from engine.timeline import Graphic, Timeline
from engine.vault import Take
from models.base import PictureRequest
from tests.small_delivery import timeline_of
from tests.small_series import small_series

SIZE = (360, 640)


def overlay(kind: str, start: int = 10, duration: int = 20) -> Overlay:
    pixels = np.zeros((4, 6, 4), np.uint8)
    pixels[:, :, 2], pixels[:, :, 3] = 200, 255  # opaque red, premultiplied
    return Overlay(Graphic(kind, "x", start, duration), pixels, 1, 2)


def test_graphics_fade_in_and_out_but_the_label_is_whole_from_its_first_frame() -> None:
    title, label, end = overlay("title"), overlay("label"), overlay("end_card")
    assert [title.strength(n) for n in (10, 11, 12, 13, 20)] == [0.25, 0.5, 0.75, 1.0, 1.0]
    assert [title.strength(n) for n in (26, 27, 28, 29)] == [1.0, 0.75, 0.5, 0.25]
    assert label.strength(10) == label.strength(29) == 1.0
    assert end.strength(29) == 1.0


def test_a_graphic_is_shown_exactly_while_it_lasts() -> None:
    shown = [n for n in range(60) if overlays_at([overlay("title")], n)]
    assert shown == list(range(10, 30))


def test_what_lies_under_opaque_letters_is_replaced_and_the_rest_untouched() -> None:
    frame = np.full((12, 16, 3), 90, np.uint8)
    out = blend(frame, [overlay("label")], 15)
    assert (frame == 90).all()
    assert (out[2:6, 1:7] == (0, 0, 200)).all()
    out[2:6, 1:7] = 90
    assert (out == 90).all()


@given(alpha=st.integers(0, 255), under=st.integers(0, 255), strength=st.floats(0.1, 1.0))
def test_blending_is_premultiplied_over_within_a_rounding(alpha: int, under: int, strength: float) -> None:
    frame = np.full((2, 2, 3), under, np.uint8)
    pixels = np.full((2, 2, 4), alpha // 2, np.uint8)
    pixels[:, :, 3] = alpha
    lay(frame, pixels, 0, 0, strength)
    wanted = under * (1 - alpha / 255 * strength) + alpha // 2 * strength
    assert np.abs(frame.astype(float) - wanted).max() <= 2


def test_lettering_that_does_not_fit_the_frame_is_refused() -> None:
    with pytest.raises(UserError, match="does not fit the frame"):
        lay(np.zeros((4, 4, 3), np.uint8), np.zeros((4, 6, 4), np.uint8), 0, 0)


def with_graphics(*graphics: Graphic) -> Timeline:
    plain = timeline_of(small_series().episodes[0])
    return Timeline(1, plain.rate, plain.duration, plain.picture, plain.speech, plain.captions, graphics)


def test_every_kind_of_graphic_is_drawn_inside_the_frame() -> None:
    kinds = ("label", "recap", "title", "episode", "end_card", "question")
    drawn = draw_overlays(with_graphics(*(Graphic(k, f"A {k} text", 5, 40) for k in kinds)), SIZE)
    assert {o.graphic.kind for o in drawn} == {"label", "recap", "title", "end_card"}
    for item in drawn:
        height, width = item.pixels.shape[:2]
        assert item.x >= 0 and item.y >= 0 and item.x + width <= SIZE[0] and item.y + height <= SIZE[1]
        assert item.pixels[:, :, 3].max() > 150


def test_a_glyph_that_is_missing_is_named_with_its_graphic() -> None:
    with pytest.raises(UserError, match=r"the end card of episode 1: no font covers .*U\+1F451"):
        draw_overlays(with_graphics(Graphic("end_card", "crown 👑", 5, 40)), SIZE)


def test_a_cover_carries_the_title_and_leaves_its_picture_alone(tmp_path: Path) -> None:
    series = small_series()
    cv2.imwrite(str(tmp_path / "p.jpg"), np.full((640, 360, 3), 120, np.uint8))
    before = (tmp_path / "p.jpg").read_bytes()
    take = Take("covering", "e001_cover1a", "0", tmp_path / "p.jpg", "", 1, {}, {}, "test", {}, {})
    poster = Poster("face", (Keyframe(PictureRequest("x", "keyframe", "", SIZE, 1), take),), ((0.5, 0.4, 0.4),))
    cover = draw_cover(poster, series, series.episodes[0], SIZE)
    assert cover.shape == (640, 360, 3) and cover.std() > 10
    chinese = series.model_copy(update={"language": "zh", "title": "亡者之表"})
    assert (draw_cover(poster, chinese, series.episodes[1], SIZE) != cover).any()
    assert (tmp_path / "p.jpg").read_bytes() == before


def test_a_lost_poster_picture_is_named() -> None:
    with pytest.raises(UserError, match="gone.jpg cannot be read"):
        lettering.read_picture(Path("gone.jpg"))
