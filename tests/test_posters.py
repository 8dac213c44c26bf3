"""Posters: letters stay in the safe area and off the face, faces go where they are put, three layouts that differ."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.draft import posters
from models.draft.typeface import house_font

FONT = house_font()
SIZE = (270, 480)
TITLES = (
    "Crown",
    "The Watch That Spoke",
    "The secret daughter of the man who sold the moon",
    "灰烬王冠",
    "重生之我在皇宫里当真正的女皇",
)


def bright(layout: str, words: posters.Words) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of all that the letters' layer draws, at 1080x1920."""
    drawn = posters.paint(posters.letters(posters.LAYOUTS[layout], words, ("#3fb8e8", "#ffe0b0"), FONT), SIZE, FONT)
    solid = drawn[..., :3].min(axis=2) > 120
    ys, xs = np.nonzero(solid)
    return tuple(int(v) * 4 for v in (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1))


@pytest.mark.parametrize("layout", posters.LAYOUTS)
@pytest.mark.parametrize("title", TITLES)
def test_letters_stay_in_the_safe_area(layout: str, title: str) -> None:
    left, top, right, bottom = bright(
        layout, posters.Words(title, "Episode 117", "Who told the whole palace about the seal before dawn?")
    )
    assert left >= posters.SAFE_LEFT and right <= posters.SAFE_RIGHT
    assert top >= posters.SAFE_TOP and bottom <= posters.SAFE_BOTTOM


@pytest.mark.parametrize("layout", ["face", "versus"])
@pytest.mark.parametrize("title", TITLES)
def test_no_letter_of_the_title_lies_on_a_face(layout: str, title: str) -> None:
    plan = posters.LAYOUTS[layout]
    highest = min(row.y - row.size for row in posters.lockup(title.upper(), plan, FONT))
    for place in plan.faces:
        assert (place.y + place.head / 2) * posters.HEIGHT <= highest + 4
        assert place.y - place.head / 2 >= 0


@given(x=st.floats(0.3, 0.7), y=st.floats(0.35, 0.5), head=st.floats(0.3, 0.45))
def test_a_face_is_put_on_its_place_and_never_cut(x: float, y: float, head: float) -> None:
    picture = np.zeros((480, 270, 3), np.uint8)
    cv2.circle(picture, (round(x * 270), round(y * 480)), 4, (255, 255, 255), -1)
    place = posters.LAYOUTS["face"].faces[0]
    out = posters.put_face(picture, (x, y, head), place, SIZE)
    ys, xs = np.nonzero(out[..., 0] > 128)
    assert abs(ys.mean() - place.y * 480) <= 0.1 * 480
    assert 0.2 * 270 < xs.mean() < 0.8 * 270


def test_three_layouts_make_three_different_posters() -> None:
    rng = np.random.default_rng(1)
    picture = cv2.resize(rng.integers(40, 220, (20, 12, 3), dtype=np.uint8), SIZE, interpolation=cv2.INTER_CUBIC)
    words = posters.Words("The Watch That Spoke", "Episode 1", "Who spoke?")
    face = (0.5, 0.43, 0.4)
    made = [
        posters.poster("face", [picture], [face], words, "thriller", SIZE, FONT),
        posters.poster("versus", [picture, picture], [face, face], words, "thriller", SIZE, FONT),
        posters.poster("omen", [picture], [None], words, "thriller", SIZE, FONT),
    ]
    assert all(p.shape == (480, 270, 3) and p.dtype == np.uint8 for p in made)
    for a, b in ((0, 1), (1, 2), (0, 2)):
        assert cv2.absdiff(made[a], made[b]).mean() > 8
    other = posters.poster("face", [picture], [face], words, "revenge", SIZE, FONT)
    assert cv2.absdiff(other, made[0]).mean() > 1


def test_an_unknown_layout_and_an_empty_title_are_refused() -> None:
    picture = np.zeros((480, 270, 3), np.uint8)
    with pytest.raises(ValueError, match="choose from face, versus, omen"):
        posters.poster("banner", [picture], [None], posters.Words("x"), "thriller", SIZE, FONT)
    with pytest.raises(ValueError, match="needs a title"):
        posters.poster("omen", [picture], [None], posters.Words(" "), "thriller", SIZE, FONT)


@given(st.text(alphabet="ab <&'中文", min_size=1, max_size=30).filter(str.strip))
def test_every_way_to_break_a_title_keeps_all_of_it(title: str) -> None:
    for rows in posters.breaks(title):
        assert 1 <= len(rows) <= posters.MOST_ROWS
        assert "".join("".join(rows).split()) == "".join(title.split())
