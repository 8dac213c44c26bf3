"""Letters are really drawn, stay where every platform shows them, and missing glyphs are named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.draft import lettering, titling
from models.draft.typeface import coverage, family, house_font, require_glyphs

FONT = house_font()
SIZE = (270, 480)
pytestmark = pytest.mark.skipif(FONT is None, reason="the typeface is not installed")


def bright(drawn: lettering.Lettered) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of what is bright and solid (letters, not scrims), at 1080x1920."""
    ys, xs = np.nonzero((drawn.pixels[..., :3].min(axis=2) > 150) & (drawn.pixels[..., 3] > 230))
    return tuple(int(v * 4) for v in (xs.min() + drawn.x, ys.min() + drawn.y, xs.max() + drawn.x, ys.max() + drawn.y))


def test_the_family_is_read_from_the_file():
    assert family(FONT) == "Cliffhanger Sans"


def test_latin_and_chinese_are_covered_and_emoji_are_named():
    require_glyphs(FONT, "To be continued 未完待续")
    assert ord("A") in coverage(FONT)
    with pytest.raises(ValueError, match=r"U\+1F600"):
        require_glyphs(FONT, "\U0001f600")


@pytest.mark.parametrize("text", ["AI-generated", "AI生成"])
def test_a_label_is_in_the_safe_area_and_five_percent_tall(text):
    drawn = lettering.label(text, SIZE, FONT)
    left, top, right, bottom = bright(drawn)
    assert left >= 88 and right <= 892 and top >= 248 and bottom <= 360
    assert drawn.pixels.shape[0] * 4 >= 54


@pytest.mark.parametrize("draw", ["title", "end", "recap"])
@pytest.mark.parametrize("text", ["Crown", "The secret daughter of the man who sold the moon", "灰烬王冠"])
def test_letters_stay_in_the_safe_area_and_cards_in_the_frame(draw, text):
    parts = {
        "title": lambda: lettering.title_card(text, "Episode 12", SIZE, FONT),
        "end": lambda: lettering.end_card(text, "Who sent it?", SIZE, FONT),
        "recap": lambda: (lettering.recap(text, SIZE, FONT),),
    }[draw]()
    for drawn in parts:
        assert drawn.x >= 0 and drawn.y >= 0
        assert drawn.x + drawn.pixels.shape[1] <= 270 and drawn.y + drawn.pixels.shape[0] <= 480
    if draw == "recap":
        left, top, right, bottom = bright(parts[0])
        assert left >= 84 and right <= 896 and top >= 250 and bottom <= 1460


def test_markup_is_drawn_as_letters():
    assert lettering.recap('<b>&amp; "quoted"</b>', SIZE, FONT).pixels.any()


def test_no_text_too_much_text_and_no_font_are_refused():
    with pytest.raises(ValueError, match="needs a text"):
        lettering.label("  ", SIZE, FONT)
    with pytest.raises(ValueError, match="at most"):
        lettering.label("x" * 900, SIZE, FONT)
    with pytest.raises(ValueError, match=r"no\.otf"):
        lettering.label("x", SIZE, Path("no.otf"))


def test_a_file_that_is_no_font_is_refused(tmp_path):
    path = tmp_path / "bad.otf"
    path.write_bytes(b"\x00\x01\x00\x00\x00\x40junk")
    with pytest.raises(ValueError, match="bad"):
        lettering.label("x", SIZE, path)


def still(part: lettering.Lettered, since: int) -> lettering.Lettered:
    shown = titling.arrived(part, since, SIZE)
    assert shown is not None
    return shown


@pytest.mark.parametrize("draw", [lettering.title_card, lettering.end_card])
def test_every_part_comes_in_its_own_way_inside_the_frame_and_then_stands(draw):
    for part in draw("The Crown", "Episode 2", SIZE, FONT):
        assert part.enters in titling.ENTRANCES and titling.arrived(part, -1, SIZE) is None
        for since in range(40):
            shown = titling.arrived(part, since, SIZE)
            if shown is not None:
                h, w = shown.pixels.shape[:2]
                assert shown.x >= 0 and shown.y >= 0 and shown.x + w <= SIZE[0] and shown.y + h <= SIZE[1]
        if part.enters != "glint":
            assert still(part, 39) is part


def test_the_band_slides_in_from_the_left():
    [band] = [p for p in lettering.end_card("To be continued", "", SIZE, FONT) if p.enters == "slide"]
    widths = [still(band, n).pixels.shape[1] for n in range(6)]
    assert widths[0] < widths[1] < widths[2] < widths[4] == band.pixels.shape[1]


def test_a_title_slams_from_larger_to_its_size():
    [letters] = [p for p in lettering.title_card("Crown", "", SIZE, FONT) if p.enters == "slam"]
    heights = [still(letters, n).pixels.shape[0] for n in range(titling.SLAM_FRAMES)]
    assert heights == sorted(heights, reverse=True) and heights[0] > heights[-1] == letters.pixels.shape[0]


def test_a_glint_adds_light_to_letters_only_and_passes():
    [gleam] = [p for p in lettering.title_card("Crown", "", SIZE, FONT) if p.enters == "glint"]
    middle = still(gleam, titling.GLINT_FRAMES // 2)
    assert middle.pixels[..., :3].any() and not middle.pixels[..., 3].any()
    assert not middle.pixels[gleam.pixels[..., 3] == 0].any()
    assert titling.arrived(gleam, titling.GLINT_FRAMES, SIZE) is None
