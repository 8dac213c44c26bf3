"""Make the one typeface we ship: a GB2312 and Big5 subset of Noto Sans CJK SC Bold, renamed as its licence asks.

Knows fontTools (dev extra) and Debian's package `fonts-noto-cjk`; nothing at run time needs either.

    python scripts/make_font.py [--source NotoSansCJK-Bold.ttc]

Without --source the package is taken with `apt-get download` into a temporary folder. The result is byte-identical
for the same source and fontTools version."""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FACE = 2  # Noto Sans CJK SC in the collection
FAMILY = "Cliffhanger Sans"
STYLE = "Bold"
FOLDER = Path(__file__).resolve().parent.parent / "configs" / "fonts"
MOST_BYTES = 4_000_000
INSIDE_DEB = "usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"

RANGES = (
    (0x20, 0x7E),  # Latin
    (0xA0, 0x17F),  # Latin-1 and Extended-A
    (0x18F, 0x18F), (0x1A0, 0x1A1), (0x1AF, 0x1B0), (0x1CD, 0x1DC),  # Vietnamese and pinyin letters
    (0x300, 0x304), (0x306, 0x309), (0x30C, 0x30C), (0x323, 0x323), (0x327, 0x328),  # combining marks
    (0x370, 0x3FF), (0x400, 0x45F),  # Greek, Cyrillic
    (0x1EA0, 0x1EF9),  # Vietnamese
    (0x2010, 0x2027), (0x2030, 0x205E), (0x20A0, 0x20BF),  # punctuation, currency
    (0x2100, 0x214F), (0x2150, 0x218F), (0x2190, 0x2199), (0x2200, 0x22FF),  # letterlike, numbers, arrows, mathematics
    (0x2460, 0x2473), (0x2500, 0x257F), (0x25A0, 0x25FF), (0x2600, 0x266F), (0x2713, 0x2717),  # circled, boxes, symbols
    (0x3000, 0x303F), (0x3041, 0x30FF),  # CJK punctuation, kana
    (0xFE30, 0xFE4F), (0xFF01, 0xFF5E), (0xFFE0, 0xFFE6),  # vertical and full-width forms
)  # fmt: skip

GIVEN_NAMES = (
    "玥喆璟珺晞淏堃祎翀琰瑀珩昳晔暄煊焜熠燚烨沄洺渟湉滢潆澍濛芃苒莜菡葳蘅昇淼垚犇骉鑫皛赟翾頔玘玙珵琇琎琤瑄瑧璁璇璐璠彧旸昉昕昶晗晙暕朏杺栩桢梣棽楒榕沚泠浠"
    "涑淩渼溦滪濙炘焓煜牧玎玓玦珂珈珑珞珣珮琋琛琪琬瑜瑢瑭瑾璎璞瓒畇皓盺睿矞砚祺禛秣穗筠筱粲紘絜缦羲翊翎翙翚翛翯聿胤舜芊芮芷苡苓茉茗荃荏莀莞萱葭蓁蓓薇蕙蕤藜"
    "衍裕訾诩谌谞谡谧贇赪跃轩辕迩逸遥郦郗鄢酆醴钰钧铠铭锴镕阆隽雯霁霏霖靓韫韬韶颀颢飏飒馥骁骐骞骢鸢鸾麒黛霂霈湫滟姝姮娅娉娆娓婠婳媖媛嫄嫣嬅孚孜宓寔屹岑岚峣崟嵘"
    "嵩巽帧彤彦徕忻怿恺悦惇惜愫慜懿扬捷攸敉斐旎旻昊昙昫晏晖晟晢曦朗杳柠桦梓梵棠樾歆殷毓汐汶沐沛沨泓泱泽洵浔浚涵淇淳渊湄湛溪漪潇澈澜澹瀚灏炜炫炯炽烁焱熙"
    "琊嘚怹祂妳甯囧啵喵嘢冇唔嘅咗哋喺乜嚟啲瞓攞裇靚"
)
"""Characters of given names and of colloquial speech, most of them outside GB2312."""


def gb2312() -> set[int]:
    """Every character of GB 2312: rows 16-87 are the 6,763 ideographs, rows 1-9 signs and letters."""
    found: set[int] = set()
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            char = bytes((high, low)).decode("gb2312", errors="ignore")
            found.update(map(ord, char))
    return found


def big5_frequent() -> set[int]:
    """The 5,401 ideographs of Big5's first level: names and premises in traditional characters."""
    found: set[int] = set()
    for high in range(0xA4, 0xC7):
        for low in (*range(0x40, 0x7F), *range(0xA1, 0xFF)):
            found.update(map(ord, bytes((high, low)).decode("big5", errors="ignore")))
    return found


def wanted() -> set[int]:
    listed = {code for first, last in RANGES for code in range(first, last + 1)}
    return gb2312() | big5_frequent() | listed | set(map(ord, GIVEN_NAMES))


QUOTES = (0x2018, 0x2019, 0x201C, 0x201D, 0x2026)
"""Quotes, apostrophe and ellipsis: wide among ideographs, proportional in Latin text; Unicode has one code for both."""

FIRST_CJK = 0x2E80


def characters(font: TTFont) -> dict[int, str]:
    """Code point -> glyph name."""
    return font.getBestCmap() or {}


def narrow_forms(font: TTFont) -> dict[str, str]:
    """The face's wide quotes -> their proportional forms (its own `pwid` feature)."""
    table = font["GSUB"].table
    chosen = next(r.Feature for r in table.FeatureList.FeatureRecord if r.FeatureTag == "pwid")
    mapping: dict[str, str] = {}
    for index in chosen.LookupListIndex:
        for part in table.LookupList.Lookup[index].SubTable:
            mapping.update(getattr(part, "ExtSubTable", part).mapping)
    return {wide: mapping[wide] for wide in (characters(font)[code] for code in QUOTES)}


def make_quotes_proportional(font: TTFont, narrow: dict[str, str]) -> None:
    proportional = {code: narrow[characters(font)[code]] for code in QUOTES}
    for table in font["cmap"].tables:
        if table.isUnicode() and table.format != 14:
            table.cmap.update(proportional)


def widen_quotes_beside_ideographs(font: TTFont, narrow: dict[str, str]) -> None:
    """A `ccmp` rule, which every shaper applies: `don’t…` stays narrow, `“你好……”` becomes wide."""
    cjk = sorted({glyph for code, glyph in characters(font).items() if code >= FIRST_CJK} | set(narrow))
    ellipsis = characters(font)[0x2026]
    swaps = "\n".join(f"sub {thin} by {wide};" for wide, thin in narrow.items())
    addOpenTypeFeaturesFromString(
        font,
        f"""
        @CJK = [{" ".join(cjk)}];
        @QUOTE = [{" ".join(narrow.values())}];
        lookup WIDEN {{ {swaps} }} WIDEN;
        feature ccmp {{
            sub @CJK @QUOTE' lookup WIDEN;
            sub @QUOTE' lookup WIDEN @CJK;
            sub {ellipsis}' lookup WIDEN {ellipsis};
        }} ccmp;
        """,
        tables=["GSUB"],
    )


def subset(font: TTFont, glyphs: Iterable[str]) -> None:
    options = Options()
    options.hinting = False
    options.layout_features = ["kern", "mark", "mkmk"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14]
    options.name_languages = [0x409]
    options.notdef_outline = True
    options.recalc_timestamp = False
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE"]  # horizontal text only
    subsetter: Any = Subsetter(options)
    subsetter.populate(unicodes=wanted(), glyphs=glyphs)
    subsetter.subset(font)


def rename(font: TTFont) -> None:
    """OFL 1.1, condition 3: a modified version bears a name of its own ('Source' is reserved, 'Noto' a trademark)."""
    postscript = f"{FAMILY.replace(' ', '')}-{STYLE}"
    version = str(font["name"].getDebugName(5)).split(";")[0]
    names = {
        1: FAMILY,
        2: STYLE,
        3: f"{version};{postscript}",
        4: f"{FAMILY} {STYLE}",
        6: postscript,
        10: "A subset of Noto Sans CJK SC Bold (Source Han Sans), renamed as the SIL Open Font License asks.",
    }
    for identifier, text in names.items():
        font["name"].setName(text, identifier, 3, 1, 0x409)
    cff = font["CFF "].cff
    cff.fontNames = [postscript]
    top = cff.topDictIndex[0]
    top.FullName, top.FamilyName = f"{FAMILY} {STYLE}", FAMILY


def debian_source(folder: Path) -> Path:
    """Download and unpack fonts-noto-cjk into `folder`; the path of the bold collection."""
    subprocess.run(["apt-get", "download", "fonts-noto-cjk"], cwd=folder, check=True)
    package = next(folder.glob("fonts-noto-cjk_*.deb"))
    subprocess.run(["dpkg-deb", "-x", package.name, "."], cwd=folder, check=True)
    return folder / INSIDE_DEB


def build(source: Path, target: Path) -> None:
    font = TTFont(source, fontNumber=FACE, recalcTimestamp=False)
    narrow = narrow_forms(font)
    make_quotes_proportional(font, narrow)
    subset(font, narrow)
    widen_quotes_beside_ideographs(font, narrow)
    rename(font)
    font.save(target)
    size = target.stat().st_size
    if size >= MOST_BYTES:
        raise SystemExit(f"{target} has {size} bytes, the limit is {MOST_BYTES}")
    print(f"{target}: {size} bytes, {len(characters(TTFont(target)))} characters")


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the typeface in configs/fonts.")
    parser.add_argument("--source", type=Path, help="NotoSansCJK-Bold.ttc; default: from Debian's fonts-noto-cjk")
    source = parser.parse_args().source
    target = FOLDER / "CliffhangerSans-Bold.otf"
    with tempfile.TemporaryDirectory() as scratch:
        build(source or debian_source(Path(scratch)), target)


if __name__ == "__main__":
    main()
