"""A finished episode made by hand for tests: 46 s of noise and tones with every deliverable, in a second or two."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine import interchange, subtitles, wav
from engine.core import SAMPLE_RATE, Episode, Series
from engine.encoder import compiled, encode_frames, graph, picture_input
from engine.manifest import COVERS, DELIVERABLES, MANIFEST, script_print
from engine.story.scriptfile import to_markdown
from engine.timeline import Caption, Clip, Speech, Timeline
from engine.vault import file_sha256
from tests.small_series import small_series

RATE = 24
SIZE = (90, 160)
FRAMES = 46 * RATE
LOUD = 10 ** (-14 / 20)  # a 997 Hz sine of this amplitude in both channels is -14 LUFS

Frames = NDArray[np.uint8]


def timeline_of(episode: Episode) -> Timeline:
    """Twelve shots of equal length; each line is spoken for two seconds under a subtitle of its own."""
    shots = [shot.id for _, shot in episode.shots()]
    length = FRAMES // len(shots)
    clips = [Clip(shot, n * length, length) for n, shot in enumerate(shots)]
    clips[-1] = Clip(shots[-1], clips[-1].start, FRAMES - clips[-1].start)
    speech = [
        Speech(line.id, line.speaker, 24 + n * 4 * RATE, 2 * RATE)
        for n, line in enumerate(episode.lines())  # one every four seconds
    ]
    texts = {line.id: line.text for line in episode.lines()}
    captions = [Caption(s.start, s.stop + 6, (texts[s.line],), line=s.line) for s in speech]
    return Timeline(episode.number, RATE, FRAMES, tuple(clips), tuple(speech), tuple(captions))


def pictures() -> Frames:
    """(FRAMES, 160, 90) grey noise in coarse blocks that moves every frame."""
    coarse = np.random.default_rng(3).integers(60, 200, (20, 12), dtype=np.uint8)
    still = cv2.resize(coarse, (SIZE[0] + 40, SIZE[1]), interpolation=cv2.INTER_LINEAR)
    return np.stack([still[:, n % 40 : n % 40 + SIZE[0]] for n in range(FRAMES)])


def tone(seconds: float = FRAMES / RATE, amplitude: float = LOUD) -> NDArray[np.float32]:
    wave = amplitude * np.sin(2 * np.pi * 997 * np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE)
    return np.stack([wave, wave]).astype(np.float32)


def write_master(
    folder: Path, grey: Frames, sound: NDArray[np.float32], *, aigc: bool = True, fast: bool = True
) -> None:
    wav.write_wav(folder / "mix.wav", sound, SAMPLE_RATE)
    output = graph.output(
        picture_input(SIZE, RATE), graph.input(f"file:{folder / 'mix.wav'}"), f"file:{folder / 'master.mp4'}",
        vcodec="libx264", preset="ultrafast", crf=34, threads=1, pix_fmt="yuv420p", acodec="aac", ar=SAMPLE_RATE, ac=2,
        movflags=("+faststart" if fast else "") + "+use_metadata_tags", **{"profile:v": "high", "x264-params": "8x8dct=1"},
    )  # fmt: skip
    command = compiled(output)
    at = command.index(f"file:{folder / 'master.mp4'}")
    command[at:at] = ["-metadata", "AIGC={}"] if aigc else []

    def frames() -> Iterator[Frames]:
        for picture in grey:
            yield cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)

    encode_frames(command, frames(), SIZE, folder, "the test's master")
    (folder / "mix.wav").unlink()


def deliver(root: Path, grey: Frames | None = None, sound: NDArray[np.float32] | None = None) -> tuple[Series, Path]:
    """The series and the folder of its finished first episode, below `root`."""
    series = small_series()
    episode = series.episodes[0]
    folder = root / "renditions" / "draft-en-9x16" / "e001"
    folder.mkdir(parents=True)
    write_master(folder, pictures() if grey is None else grey, tone() if sound is None else sound)
    timeline = timeline_of(episode)
    for name, text in {
        "subtitles.srt": subtitles.to_srt(timeline.captions),
        "subtitles.vtt": subtitles.to_vtt(timeline.captions),
        "subtitles.ass": subtitles.to_ass(timeline.captions, "Sans"),
        "script.md": to_markdown(series, 1),
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    media = _takes(root, timeline)
    stems = {name: media.pop(name) for name in ("DX", "MX", "FX")}
    (folder / "cut.otio").write_text(interchange.to_otio(timeline, media, stems, "test"))
    (folder / "cut.edl").write_text(interchange.to_edl(timeline, "test"))
    (folder / "shots.csv").write_text(interchange.to_shots_csv(series, episode, timeline, media), newline="")
    for name in ("cover.jpg", *COVERS):
        cv2.imwrite(str(folder / name), np.full((480, 270, 3), 128, np.uint8))
    rewrite_manifest(folder, manifest_of(series, episode, timeline, root))
    return series, folder


def _takes(root: Path, timeline: Timeline) -> dict[str, str]:
    """Tiny takes on disk; their paths as seen from the episode's folder."""
    takes = root / "takes"
    takes.mkdir()
    paths: dict[str, str] = {}
    for shot in timeline.shots():
        (takes / f"{shot}.jpg").write_bytes(shot.encode())
        paths[shot] = f"../../../takes/{shot}.jpg"
    voice = tone(amplitude=0.001)
    for said in timeline.speech:
        at = slice(said.start * SAMPLE_RATE // RATE, said.stop * SAMPLE_RATE // RATE)
        voice[:, at] *= 200
    for name, samples in {"DX": voice, "MX": tone(1), "FX": tone(1)}.items():
        wav.write_wav(takes / f"{name}.wav", samples, SAMPLE_RATE)
        paths[name] = f"../../../takes/{name}.wav"
    return paths


def manifest_of(series: Series, episode: Episode, timeline: Timeline, root: Path) -> dict[str, Any]:
    takes = [p for p in sorted((root / "takes").iterdir())]
    return {
        "manifest_version": 1,
        "build": "0" * 16,
        "script": script_print(series, episode),
        "frames": timeline.duration,
        "rate": timeline.rate,
        "size": f"{SIZE[0]}x{SIZE[1]}",
        "cost": {"core_seconds": 1.5, "gpu_seconds": 0.0, "dollars": 0.0001},
        "spans": [],
        "speech": [{"line": s.line, "start": s.start, "stop": s.stop} for s in timeline.speech],
        "takes": [{"unit": p.stem, "stage": "test", "file": p.name, "sha256": file_sha256(p)} for p in takes],
        "checks": [],
    }


def rewrite_manifest(folder: Path, manifest: dict[str, Any] | None = None) -> None:
    """The manifest with the hashes of what lies there now; for a planted fault that is not about hashes."""
    told = manifest or json.loads((folder / MANIFEST).read_text())
    there = [folder / name for name in DELIVERABLES if (folder / name).is_file()]
    told["files"] = {p.name: {"bytes": p.stat().st_size, "sha256": file_sha256(p)} for p in there}
    (folder / MANIFEST).write_text(json.dumps(told))
