"""Which characters of a caption no font on this machine draws, so that none becomes a silent box. Asks libass; draws nothing.

libass draws with our typeface, and with the system's fonts what that lacks (Arabic, Hebrew, emoji in one
colour: colour fonts are pictures, which libass passes over)."""

from __future__ import annotations

import re
import tempfile
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from engine import ffmpeg
from engine.captions import clean
from engine.fonts import FAMILY, MOST_NAMED, font_folder, missing_glyphs
from engine.subtitles import to_ass
from engine.timeline import Caption, TimedWord

ASK_SECONDS = 60
MOST_ASKED = 5_000
"""Characters that one call asks for; a film with more scripts than that gets no second look."""
ROW = 40
_UNFOUND = re.compile(r"failed to find any fallback with glyph 0x([0-9A-Fa-f]{1,6})")
_UNDRAWN = {"Cf", "Mn", "Me"}


def drawable(captions: Sequence[Caption]) -> tuple[tuple[Caption, ...], str]:
    """(captions without the characters that cannot be drawn here, one line that names them; '' when all can be).

    For the picture only: subtitle files keep the text, since players bring fonts of their own."""
    missing = undrawable(row for caption in captions for row in caption.rows)
    if not missing:
        return tuple(captions), ""
    named = ", ".join(f"{c} (U+{ord(c):04X} {unicodedata.name(c, 'unnamed')})" for c in missing[:MOST_NAMED])
    more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
    told = (
        f"captions: no font on this machine draws {named}{more}: left out of the picture, kept in the subtitle files; "
        "install an outline font that has them (for emoji one in a single colour, such as Noto Emoji)"
    )
    return without(captions, missing), told


def undrawable(texts: Iterable[str]) -> list[str]:
    """The characters that neither our typeface nor a system's font has, once each, in order."""
    return unfound([c for c in missing_glyphs("".join(texts)) if unicodedata.category(c) not in _UNDRAWN])


def unfound(characters: Sequence[str]) -> list[str]:
    """Those of the characters for which libass finds no font. One short ffmpeg call, none for no characters."""
    if not characters:
        return []
    asked = characters[:MOST_ASKED]
    rows = ["".join(asked[at : at + ROW]) for at in range(0, len(asked), ROW)]
    text = to_ass([], FAMILY) + "".join(f"Dialogue: 0,0:00:00.00,0:00:09.00,Default,,0,0,0,,{row}\n" for row in rows)
    with tempfile.TemporaryDirectory(prefix="cliffhanger-") as name:
        work = Path(name)
        (work / "asked.ass").write_text(text, encoding="utf-8")
        (work / "fonts").symlink_to(font_folder())
        source = ["-f", "lavfi", "-i", "color=black:size=64x64:rate=1:duration=1"]
        drawn = ["-vf", "ass=asked.ass:fontsdir=fonts", "-frames:v", "1", "-f", "null", "-"]
        _, said = ffmpeg.run(["-v", "verbose", *source, *drawn], ASK_SECONDS, work)
    codes = {int(code, 16) for code in _UNFOUND.findall(said)}
    return [c for c in asked if ord(c) in codes]


def without(captions: Iterable[Caption], characters: Collection[str]) -> tuple[Caption, ...]:
    """Captions less some characters; words, rows and captions that held nothing else are gone."""
    gone = str.maketrans(dict.fromkeys(characters, ""))
    out: list[Caption] = []
    for caption in captions:
        rows = tuple(row for row in (clean(row.translate(gone)) for row in caption.rows) if row)
        words = ((clean(w.text.translate(gone)), w) for w in caption.words)
        kept = tuple(TimedWord(text, w.start, w.stop) for text, w in words if text)
        if rows:
            out.append(replace(caption, rows=rows, words=kept))
    return tuple(out)
