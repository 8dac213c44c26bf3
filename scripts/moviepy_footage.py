"""The yardsticks of `bench.py conform`: moviepy 2 cutting footage, in one pass or as most tools do. Runs where moviepy is.

    python moviepy_footage.py (whole|clips|titles) PLAN.json OUT

`whole` cuts, crops, captions and mixes in one write. `clips` writes every clip to a file of its own in folder OUT, and
`titles` lays captions and sound over the joined film PLAN["joined"]: with ffmpeg's joining between them, three x264
generations."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from moviepy import (  # pyright: ignore[reportMissingImports]
    AudioFileClip,
    CompositeAudioClip,
    CompositeVideoClip,
    TextClip,
    VideoFileClip,
    concatenate_videoclips,
)


def cut(plan: dict[str, Any], clip: dict[str, Any]) -> Any:
    """One clip of a source, cropped about its middle and scaled."""
    width, height = plan["size"]
    source = VideoFileClip(clip["path"]).subclipped(clip["begin"], clip["end"])
    scale = min(source.w / width, source.h / height) / (1 + clip["closer"])
    middle = {"x_center": source.w / 2, "y_center": source.h / 2}
    return source.cropped(width=round(width * scale), height=round(height * scale), **middle).resized((width, height))


def dressed(plan: dict[str, Any], film: Any) -> Any:
    """With captions, and music under its own sound."""
    words = [
        TextClip(font=plan["font"], text=text, font_size=plan["font_size"], color="white", stroke_color="black", stroke_width=3)
        .with_start(begin).with_duration(end - begin).with_position(("center", plan["caption_top"]))
        for begin, end, text in plan["captions"]
    ]  # fmt: skip
    music = AudioFileClip(plan["music"])
    music = music.subclipped(0, min(film.duration, music.duration)).with_volume_scaled(plan["music_volume"])
    sound = CompositeAudioClip([film.audio, music])
    return CompositeVideoClip([film, *words], size=tuple(plan["size"])).with_duration(film.duration).with_audio(sound)


def main() -> None:
    way, plan_path, out = sys.argv[1:4]
    plan = json.loads(Path(plan_path).read_text(encoding="utf-8"))
    writing: dict[str, Any] = {"fps": plan["rate"], "codec": "libx264", "audio_codec": "aac", "logger": None}
    # the sound that it writes beside its film would else lie in whatever folder this was started from
    writing["temp_audiofile_path"] = str(Path(plan_path).parent)
    if way == "whole":
        film = concatenate_videoclips([cut(plan, clip) for clip in plan["clips"]])
        dressed(plan, film).write_videofile(out, preset=plan["preset"], **writing)
    elif way == "clips":
        for number, clip in enumerate(plan["clips"]):
            cut(plan, clip).write_videofile(str(Path(out) / f"{number:03d}.mp4"), **writing)
    else:
        dressed(plan, VideoFileClip(plan["joined"])).write_videofile(out, **writing)


if __name__ == "__main__":
    main()
