"""Watch rendered episodes and measure what a viewer sees and hears. A table, then one JSON line; exit 1 on a fault.

python scripts/watch.py SERIES_DIR [--episodes 1-3] [--frames SHEET.jpg]"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import scipy.signal
from numpy.typing import NDArray

from engine import composition, ffmpeg, inspection, wav
from engine.commands import open_folder, parse_episodes
from engine.core import Episode, Series, UserError
from engine.cues import Face
from engine.manifest import MANIFEST, Manifest, read_manifest
from engine.painting import look_of
from engine.rules import platform
from engine.timeline import Span, Timeline
from engine.verifying import Subject, cut_record, stem
from models.draft.camera import Camera
from models.draft.scene import Scene, from_text
from models.draft.signature import signature
from models.looks import LEAST_COLOUR_GAP, MOST_OVERLAP

LEAST_COMPOSITIONS = 8
MOST_FROZEN = 2.0
SPEECH_BAND = (500, 4000)  # Hz
LEAST_SPEECH_DB = 15.0  # of speech over music in that band
SHEET_SECONDS, SHEET_COLUMNS, SHEET_TILE = 2, 10, (180, 320)


@dataclass(frozen=True)
class Figure:
    """One measured value, its limit and whether it is kept; `limit` None: only told."""

    episode: int
    name: str
    value: float
    unit: str
    limit: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def kept(self) -> bool:
        if self.limit is None:
            return True
        return self.value >= self.limit if self.at_least else self.value <= self.limit


def watch(series: Series, episode: Episode, folder: Path) -> list[Figure]:
    manifest = read_manifest(folder)
    if manifest is None:
        raise UserError(f"{folder} has no finished episode")
    figures = picture_figures(episode, folder, manifest)
    record = cut_record(folder, manifest)
    if record:
        figures += staging_figures(episode, *record, scenes_of(folder, manifest))
    return figures + sound_figures(Subject(series, episode, folder, manifest, platform()))


def picture_figures(episode: Episode, folder: Path, manifest: Manifest) -> list[Figure]:
    """What stands still, from the decoded master."""
    frames = inspection.luma(folder / "master.mp4")
    spans = [Span(s.kind, s.start, s.stop) for s in manifest.spans]
    holds = [(s.stop - s.start) / manifest.rate for s in spans if s.kind == "freeze"]
    planned = np.zeros(len(frames), bool)
    for span in spans:
        planned[span.start : span.stop] = True
    still = inspection.frozen_spans(frames, manifest.rate, least=2 / manifest.rate)
    free = [(int((~planned[s.start : s.stop]).sum()), s.start) for s in still]
    longest, at = max(free, default=(0, 0))
    n = episode.number
    return [
        Figure(n, "longest still picture outside holds", longest / manifest.rate, "s", MOST_FROZEN, note=f"at {at / manifest.rate:.1f} s"),
        Figure(n, "longest hold", max(holds, default=0.0), "s", composition.MOST_HOLD),
        Figure(n, "holds in all", sum(holds), "s", composition.MOST_HELD),
    ]  # fmt: skip


def scenes_of(folder: Path, manifest: Manifest) -> dict[str, Scene]:
    """The scene files of the episode's shots, when a draft drew them."""
    takes = folder.parents[2] / "takes" / "animating"
    found = [(t.unit, takes / t.file) for t in manifest.takes if t.file.endswith(".scene.json")]
    return {unit: from_text(path.read_text(encoding="utf-8")) for unit, path in found}


def moving_faces(places: Mapping[str, Mapping[str, Face]], scenes: Mapping[str, Scene]) -> composition.Faces:
    """Where faces are while the scene's own camera moves; as the keyframe has them where there is no scene."""
    wide, high = composition.WIDTH, composition.HEIGHT
    cameras = {shot: Camera(scene, wide, high) for shot, scene in scenes.items()}

    def faces(shot: str, frame: int) -> Mapping[str, Face]:
        if shot not in cameras:
            return places[shot]
        matrix = cameras[shot].matrix(cameras[shot].view(frame), "figure")
        zoom, dx, dy = matrix[0, 0], matrix[0, 2] / wide, matrix[1, 2] / high
        return {who: (zoom * x + dx, zoom * y + dy, zoom * head) for who, (x, y, head) in places[shot].items()}

    return faces


def staging_figures(
    episode: Episode, timeline: Timeline, places: Mapping[str, Mapping[str, Face]], scenes: Mapping[str, Scene]
) -> list[Figure]:
    """Framings, mouths and faces, frame by frame."""
    frames = composition.seen_frames(timeline, places, moving_faces(places, scenes))
    found = composition.compositions(episode, frames)
    covered = composition.covered_mouths(timeline, frames)
    shots = composition.speaking_shots(timeline, frames)
    cut_off = [shot for shot, whole in shots.items() if not whole]
    n = episode.number
    first = f"first at {covered[0] / timeline.rate:.1f} s" if covered else ""
    return [
        Figure(n, "distinct compositions", len(found), "", LEAST_COMPOSITIONS, at_least=True),
        Figure(n, "frames with a subtitle over a mouth", len(covered), "", 0, note=first),
        Figure(
            n, "speaking shots with the whole face", 100 * (1 - len(cut_off) / max(1, len(shots))), "%",
            100 * composition.LEAST_INSIDE, at_least=True, note=" ".join(cut_off),
        ),
    ]  # fmt: skip


# -- sound


def sound_figures(subject: Subject) -> list[Figure]:
    heard = inspection.listen(subject.master, subject.rate)
    n = subject.episode.number
    speech, rate = wav.read_wav(stem(subject, "DX"))
    music, _ = wav.read_wav(stem(subject, "MX"))
    lines = [(s.start / subject.rate, s.stop / subject.rate) for s in subject.manifest.speech]
    over = [speech_over_music(speech, music, span, rate) for span in lines]
    return [
        Figure(n, "speech over music, worst line", min(over, default=99.0), "dB", LEAST_SPEECH_DB, at_least=True),
        Figure(n, "loudness away from -14 LUFS", abs(heard.loudness_lufs + 14), "LU", 0.5),
        Figure(n, "true peak", heard.true_peak_dbtp, "dBTP", -1.0),
    ]


def speech_over_music(
    speech: NDArray[np.float32], music: NDArray[np.float32], span: tuple[float, float], rate: int
) -> float:
    """dB between two stems in the band of speech while a line is spoken."""
    at = slice(round(span[0] * rate), round(span[1] * rate))
    band = scipy.signal.butter(4, SPEECH_BAND, "bandpass", fs=rate, output="sos")
    power = [np.square(scipy.signal.sosfilt(band, stem[:, at])).mean() + 1e-12 for stem in (speech, music)]
    return float(10 * np.log10(power[0] / power[1]))


# -- the cast


def cast_figures(series: Series) -> list[Figure]:
    """How far apart the two most alike of the cast are, as drawn."""
    drawn = {c.name: signature(look_of(c), c.id) for c in series.bible.characters}
    pairs = list(itertools.combinations(drawn, 2))
    gap, nearest = min((drawn[a].colour_gap(drawn[b]), f"{a}, {b}") for a, b in pairs)
    alike, twins = max((drawn[a].overlap(drawn[b]), f"{a}, {b}") for a, b in pairs)
    return [
        Figure(0, "least colour distance of two", gap, "dE00", LEAST_COLOUR_GAP, at_least=True, note=nearest),
        Figure(0, "most alike outlines", alike, "IoU", MOST_OVERLAP, note=twins),
    ]


# -- looking at it


def contact_sheet(masters: list[Path], path: Path) -> None:
    """A frame every two seconds of every episode, its second written on it."""
    tiles: list[NDArray[np.uint8]] = []
    for master in masters:
        rows = [tile(picture, n * SHEET_SECONDS, master.parent.name) for n, picture in enumerate(samples(master))]
        blank = np.full_like(rows[0], 24)
        tiles += [*rows, *([blank] * (-len(rows) % SHEET_COLUMNS))]
    lines = [np.hstack(tiles[i : i + SHEET_COLUMNS]) for i in range(0, len(tiles), SHEET_COLUMNS)]
    if not cv2.imwrite(str(path), np.vstack(lines), [cv2.IMWRITE_JPEG_QUALITY, 88]):
        raise UserError(f"{path} could not be written")


def samples(master: Path) -> NDArray[np.uint8]:
    """(n, height, width, 3) BGR frames, one every SHEET_SECONDS."""
    width, height = SHEET_TILE
    filters = f"fps=1/{SHEET_SECONDS}:start_time=0:round=up,scale={width}:{height}:flags=area"
    raw, _ = ffmpeg.run([*ffmpeg.safe_input(master), "-an", "-vf", filters, "-pix_fmt", "bgr24", "-f", "rawvideo", "-"])
    return np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3)


def tile(picture: NDArray[np.uint8], second: int, name: str) -> NDArray[np.uint8]:
    out = picture.copy()
    for colour, thick in (((0, 0, 0), 3), ((255, 255, 255), 1)):
        cv2.putText(out, f"{name} {second} s", (4, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.42, colour, thick, cv2.LINE_AA)
    return out


# -- saying it


def show(figures: list[Figure]) -> None:
    for f in figures:
        limit = "" if f.limit is None else f"{'>=' if f.at_least else '<='} {f.limit:g}"
        word = "kept" if f.kept else "MISSED"
        where = f"e{f.episode:03d}" if f.episode else "cast"
        print(f"{where:<5} {f.name:<38} {f.value:>8.2f} {f.unit:<5} {limit:<8} {word:<7} {f.note}".rstrip())


def as_json(figures: list[Figure]) -> str:
    rows: list[dict[str, Any]] = [{**asdict(f), "value": round(f.value, 3), "kept": f.kept} for f in figures]
    return json.dumps({"figures": rows, "passed": all(f.kept for f in figures)})


def measure(root: Path, wanted: str, rendition: str, sheet: Path | None) -> list[Figure]:
    """Every figure of the finished episodes that are wanted. UserError when there are none."""
    series = open_folder(root).load()
    home = root / "renditions" / (rendition or f"draft-{series.language}-9x16")
    numbers = parse_episodes(wanted or None, series.length)
    folders = {n: home / f"e{n:03d}" for n in numbers if (home / f"e{n:03d}" / MANIFEST).is_file()}
    if not folders:
        raise UserError(f"{home} has no finished episode of those")
    figures = cast_figures(series)
    for number, folder in folders.items():
        figures += watch(series, series.episodes[number - 1], folder)
    if sheet:
        contact_sheet([folder / "master.mp4" for folder in folders.values()], sheet)
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure what a viewer sees and hears.")
    parser.add_argument("series", type=Path, help="a series folder")
    parser.add_argument("--episodes", default="", help="3, 1-20 or 1-3,7 (default: all that are finished)")
    parser.add_argument("--rendition", default="", help="which rendition (default: the draft's)")
    parser.add_argument("--frames", type=Path, help="also write a sheet with a frame every 2 s")
    chosen = parser.parse_args()
    try:
        figures = measure(chosen.series, chosen.episodes, chosen.rendition, chosen.frames)
    except UserError as error:
        print(f"watch: {error}", file=sys.stderr)
        return 2
    show(figures)
    print(as_json(figures))
    return int(not all(f.kept for f in figures))


if __name__ == "__main__":
    sys.exit(main())
