"""README's pictures from a rendered series: a storyboard strip (JPEG) and a short looping preview (WebP).

python scripts/preview.py SERIES_DIR     writes scripts/readme/storyboard.jpg and scripts/readme/preview.webp"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine import ffmpeg
from engine.core import UserError
from engine.manifest import Manifest, read_manifest
from engine.timeline import Clip, Timeline
from engine.verifying import cut_record

HERE = Path(__file__).resolve().parent / "readme"
STRIP_FRAMES, STRIP_TILE, GAP = 8, (240, 426), 6
LOOP_SIZE, LOOP_RATE = (270, 480), 12
LOOP_SHOTS, LOOP_SECONDS = 4, 1.3
MOST_BYTES = 1_500_000
QUALITIES = (70, 60, 50, 40, 30)
STRIP_QUALITY = 88

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Finished:
    """A rendered episode: its master and its cut."""

    master: Path
    manifest: Manifest
    cut: Timeline


def finished(series: Path) -> list[Finished]:
    """The rendered episodes of a series folder, in order. UserError when there are none."""
    found: list[Finished] = []
    for path in sorted(series.glob("renditions/*/e*/master.mp4")):
        manifest = read_manifest(path.parent)
        record = cut_record(path.parent, manifest) if manifest else None
        if manifest and record:
            found.append(Finished(path, manifest, record[0]))
    if not found:
        raise UserError(f"{series} has no rendered episode")
    return found


def telling(episode: Finished, count: int) -> list[Clip]:
    """Clips spread over an episode, its hook and its last look among them, the longer of neighbours."""
    clips = [c for c in episode.cut.picture if c.duration > 8]
    parts = np.array_split(np.arange(len(clips)), min(count, len(clips)))
    return [max((clips[i] for i in part), key=lambda c: c.duration) for part in parts]


def frame_at(episode: Finished, number: int, size: tuple[int, int]) -> Picture:
    """One frame of a master, exact to the frame."""
    seconds = (number + 0.25) / episode.manifest.rate
    scale = f"scale={size[0]}:{size[1]}:flags=lanczos"
    command = ["-ss", f"{seconds:.4f}", *ffmpeg.safe_input(episode.master), "-an", "-frames:v", "1", "-vf", scale]
    raw, _ = ffmpeg.run([*command, "-pix_fmt", "bgr24", "-f", "rawvideo", "-"])
    return np.frombuffer(raw, np.uint8).reshape(size[1], size[0], 3)


def strip(episodes: Sequence[Finished]) -> Picture:
    """Eight frames in a row, as many of each of the first episodes as there is room for."""
    shown = episodes[:4]
    counts = [len(part) for part in np.array_split(np.arange(STRIP_FRAMES), len(shown))]
    tiles: list[Picture] = []
    for episode, count in zip(shown, counts, strict=True):
        tiles += [frame_at(episode, c.start + c.duration // 2, STRIP_TILE) for c in telling(episode, count)]
    blank = np.full((STRIP_TILE[1], GAP, 3), 255, np.uint8)
    return np.hstack([part for tile in tiles for part in (tile, blank)][:-1])


def loop_frames(episode: Finished) -> Iterator[Picture]:
    """A second and more of some shots, at the loop's own rate."""
    step = episode.manifest.rate // LOOP_RATE
    for clip in telling(episode, LOOP_SHOTS):
        length = min(clip.duration, round(LOOP_SECONDS * episode.manifest.rate))
        start = clip.start + (clip.duration - length) // 2
        seconds = (start + 0.25) / episode.manifest.rate
        wide, high = LOOP_SIZE
        filters = f"select=not(mod(n\\,{step})),scale={wide}:{high}:flags=lanczos"
        command = [
            "-ss",
            f"{seconds:.4f}",
            *ffmpeg.safe_input(episode.master),
            "-an",
            "-vf",
            filters,
            "-fps_mode",
            "vfr",
        ]
        raw, _ = ffmpeg.run([*command, "-frames:v", str(length // step), "-pix_fmt", "bgr24", "-f", "rawvideo", "-"])
        yield from np.frombuffer(raw, np.uint8).reshape(-1, high, wide, 3)


def write_loop(frames: Sequence[Picture], path: Path) -> int:
    """An endless WebP within MOST_BYTES, as good as that allows; its bytes."""
    with tempfile.TemporaryDirectory() as name:
        for number, frame in enumerate(frames):
            cv2.imwrite(f"{name}/{number:03d}.png", frame)
        source = ["-framerate", str(LOOP_RATE), "-i", f"{name}/%03d.png"]
        for quality in QUALITIES:
            options = ["-c:v", "libwebp_anim", "-loop", "0", "-quality", str(quality), "-compression_level", "6"]
            ffmpeg.run([*source, *options, "-y", f"file:{path}"])
            if path.stat().st_size <= MOST_BYTES:
                return path.stat().st_size
    raise UserError(f"{path} does not fit into {MOST_BYTES} bytes")


def main() -> int:
    parser = argparse.ArgumentParser(description="Make README's pictures from a rendered series.")
    parser.add_argument("series", type=Path, help="a series folder with at least one rendered episode")
    parser.add_argument("--out", type=Path, default=HERE, help="where they go (default: scripts/readme)")
    chosen = parser.parse_args()
    try:
        episodes = finished(chosen.series)
        chosen.out.mkdir(parents=True, exist_ok=True)
        board = chosen.out / "storyboard.jpg"
        cv2.imwrite(str(board), strip(episodes), [cv2.IMWRITE_JPEG_QUALITY, STRIP_QUALITY])
        loop = chosen.out / "preview.webp"
        size = write_loop(list(loop_frames(episodes[0])), loop)
    except UserError as error:
        print(f"preview: {error}", file=sys.stderr)
        return 2
    print(f"{board}  {board.stat().st_size // 1000} kB\n{loop}  {size // 1000} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
