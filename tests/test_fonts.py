"""The typeface: real drawing, coverage against fontTools, and the words of its errors."""

import subprocess
from pathlib import Path

import cv2
import imageio_ffmpeg
import numpy as np
import pytest
import resvg_py
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import fonts
from engine.core import UserError

ENGLISH = "She knows… “don’t” — é ♪"
CHINESE = "总裁的秘密女儿，被绑架！"


def drawn_by_resvg(text: str) -> np.ndarray:
    """Where `text` is black, drawn at 24 px by resvg with our file alone."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="60"><rect width="400" height="60" fill="white"/>'
        f'<text x="5" y="40" font-family="{fonts.FAMILY}" font-weight="700" font-size="24">{text}</text></svg>'
    )
    png = bytes(resvg_py.svg_to_bytes(svg_string=svg, font_files=[str(fonts.font_file())], skip_system_fonts=True))
    return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE) < 64


def test_our_cmap_reader_agrees_with_fonttools() -> None:
    reference = TTFont(fonts.font_file())
    order = {name: i for i, name in enumerate(reference.getGlyphOrder())}
    assert fonts.coverage(fonts.font_file()) == {c: order[name] for c, name in reference.getBestCmap().items()}


def test_the_subset_covers_gb2312_latin_and_the_signs_that_scripts_use() -> None:
    gb2312 = bytes(b for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF) for b in (high, low))
    assert fonts.missing_glyphs(gb2312.decode("gb2312", errors="ignore")) == []
    assert fonts.missing_glyphs(bytes(range(0xA0, 0x100)).decode("latin-1").replace("\xad", "")) == []
    assert fonts.missing_glyphs("♪…—·“”‘’「」《》【】！？，。：；、ＡＢ１２～玥喆\n\t ") == []


def test_font_is_small_renamed_and_beside_its_licence() -> None:
    assert fonts.font_file().stat().st_size < 4_000_000
    names = [str(n) for n in TTFont(fonts.font_file())["name"].names if n.nameID in (1, 4, 6, 16)]
    assert names and not any("Source" in n or "Noto" in n for n in names)
    assert "SIL OPEN FONT LICENSE Version 1.1" in (fonts.font_folder() / "OFL.txt").read_text()


@pytest.mark.parametrize("text", [ENGLISH, CHINESE])
def test_resvg_draws_it(text: str) -> None:
    assert np.count_nonzero(drawn_by_resvg(text)) > 1000


def test_libass_draws_it_and_not_another_family(tmp_path: Path) -> None:
    style = (
        f"Style: D,{fonts.FAMILY},40,&H00FFFFFF,&H00FFFFFF,&H00000000,&H00000000,-1,0,0,0,100,100,0,0,1,0,0,5,0,0,0,1"
    )
    (tmp_path / "t.ass").write_text(
        "[Script Info]\nScriptType: v4.00+\nPlayResX: 400\nPlayResY: 80\n[V4+ Styles]\nFormat: Name, Fontname, "
        "Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, "
        "ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding\n"
        f"{style}\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
        f"Dialogue: 0,0:00:00.00,0:00:05.00,D,,0,0,0,,{CHINESE[:8]} don’t\n"
    )
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-f", "lavfi", "-i", "color=black:s=400x80:d=1"]
    command += ["-vf", f"ass=t.ass:fontsdir={fonts.font_folder()}", "-frames:v", "1", "t.png"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert f"({fonts.FAMILY}, 700, 0) -> CliffhangerSans-Bold" in done.stderr
    assert np.count_nonzero(cv2.imread(str(tmp_path / "t.png"))[..., 0] > 192) > 1000


def test_uncovered_character_is_named_with_its_place() -> None:
    with pytest.raises(UserError, match=r"episode 4, line 2: no font covers '😀' \(U\+1F600 GRINNING FACE\)"):
        fonts.check_glyphs("Run 😀 now", "episode 4, line 2")
    with pytest.raises(UserError, match=r"and 3 more"):
        fonts.check_glyphs("אבגדהוזח", "title")
    fonts.check_glyphs("e\u0301 " + ENGLISH + CHINESE, "title")


def test_control_characters_are_named_without_being_printed() -> None:
    with pytest.raises(UserError) as caught:
        fonts.check_glyphs("a\x1b[31m", "premise")
    assert "\x1b" not in str(caught.value) and "U+001B" in str(caught.value)


@given(st.text())
@settings(max_examples=100)
def test_every_reported_character_is_in_the_text_and_lacks_a_glyph(text: str) -> None:
    covered = fonts.coverage(fonts.font_file())
    assert all(ord(c) not in covered for c in fonts.missing_glyphs(text))


def test_widths_are_those_of_the_font() -> None:
    assert fonts.text_width("总裁") == 2.0
    assert fonts.text_width("") == 0.0
    assert 0.3 < fonts.text_width("’") + fonts.text_width("i") < 0.8
    assert fonts.text_width("WWW") > fonts.text_width("iii") * 2


def test_quotes_are_narrow_between_letters_and_wide_between_ideographs() -> None:
    def inked_width(text: str) -> int:
        columns = np.flatnonzero(drawn_by_resvg(text).any(axis=0))
        return int(columns[-1] - columns[0])

    assert inked_width("口”口") - inked_width("口口") == 24
    assert inked_width("o”o") - inked_width("oo") < 16
    assert inked_width("口……口") - inked_width("口口") == 48


def test_damaged_font_is_one_clear_line(tmp_path: Path) -> None:
    for content in (b"", b"OTTO\x00\x01" + bytes(40), bytes(1000)):
        broken = tmp_path / f"{len(content)}.otf"
        broken.write_bytes(content)
        with pytest.raises(UserError, match="cannot be read"):
            fonts.coverage(broken)
