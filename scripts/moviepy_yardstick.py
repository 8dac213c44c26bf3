"""The yardstick of `make bench`: moviepy 2 putting pictures, captions and sound together. Runs where moviepy is installed.

    python moviepy_yardstick.py SHOTS.json SOUND.wav SUBTITLES.srt FOLDER

SHOTS.json lists [picture, seconds, zoom a second]. A shot whose camera moves in our cut is zoomed here, the others stand
still; no mouth moves, nothing falls and there is no motion blur: less than we do ourselves."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from moviepy import (  # pyright: ignore[reportMissingImports]
    AudioFileClip,
    CompositeVideoClip,
    ImageClip,
    TextClip,
    concatenate_videoclips,
)

SIZE = (1080, 1920)
FPS = 24
FONT = Path(__file__).resolve().parent.parent / "configs" / "fonts" / "CliffhangerSans-Bold.otf"
CUE = re.compile(r"(\d+):(\d+):(\d+)[,.](\d+) --> (\d+):(\d+):(\d+)[,.](\d+)[^\n]*\n(.*?)(?:\n\n|\Z)", re.DOTALL)


def cues(text: str) -> list[tuple[float, float, str]]:
    """(start, stop, words) of an SRT file, in seconds."""
    found: list[tuple[float, float, str]] = []
    for match in CUE.finditer(text.replace("\r", "")):
        numbers = [int(n) for n in match.groups()[:8]]
        start, stop = (h * 3600 + m * 60 + s + ms / 1000 for h, m, s, ms in (numbers[:4], numbers[4:]))
        found.append((start, stop, re.sub(r"<[^>]*>|\{[^}]*\}", "", match[9]).strip()))
    return found


def caption(start: float, stop: float, words: str) -> object:
    clip = TextClip(font=str(FONT), text=words, font_size=64, color="white", stroke_color="black", stroke_width=4)
    return clip.with_start(start).with_duration(stop - start).with_position(("center", 1300))


def shot(path: str, seconds: float, zoom: float) -> object:
    """A picture, slowly zoomed about its middle when its camera moves: the usual way to do it in moviepy."""
    still = ImageClip(path).resized(SIZE).with_duration(seconds)
    if not zoom:
        return still
    moved = still.resized(lambda t: 1 + zoom * t).with_position("center")
    return CompositeVideoClip([moved], size=SIZE).with_duration(seconds)


def main() -> None:
    shots, sound, subtitles, folder = (Path(argument) for argument in sys.argv[1:5])
    picture = concatenate_videoclips([shot(*row) for row in json.loads(shots.read_text())])
    captions = [caption(*cue) for cue in cues(subtitles.read_text(encoding="utf-8"))]
    film = CompositeVideoClip([picture, *captions], size=SIZE).with_audio(AudioFileClip(str(sound)))
    film.write_videofile(str(folder / "moviepy.mp4"), fps=FPS, codec="libx264", preset="veryfast", logger=None)


if __name__ == "__main__":
    main()
