"""Textless shot files with handles for an editor; cut.otio then refers to them. Knows the encoder, not the story."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from engine import interchange
from engine.batching import Progress
from engine.config import Profile
from engine.core import Episode, Series, UserError
from engine.cues import frame_cues, source_frames
from engine.delivering import relative
from engine.encoder import COLOUR, compiled, encode_frames, graph, picture_input
from engine.manifest import MANIFEST, SHOT_FILES, read_manifest, script_print
from engine.pipeline import assemble, start_run, voice
from engine.store import SeriesFolder
from engine.timeline import Timeline
from engine.vault import atomic, file_sha256, write_json, write_text
from models.base import FrameCue, Player

HANDLE_FRAMES = 12
SHOT_CRF = 16


def export_episode(
    folder: SeriesFolder, series: Series, episode: Episode, profile: Profile, progress: Progress
) -> None:
    """Writes nle/<shot>.mp4 for every shot and points cut.otio at them. The episode must be rendered."""
    target = folder.episode(profile, series.language, episode.number)
    manifest = read_manifest(target)
    if manifest is None:
        raise UserError(f"episode {episode.number} is not rendered yet: render it first")
    if manifest.script != script_print(series, episode):
        raise UserError(f"episode {episode.number} was edited since it was rendered: render it first")
    run = start_run(folder, series, profile, progress)
    made = assemble(run, [episode], voice(run, [episode]))[episode.number]
    shots = made.timeline.shots()
    progress.start("exporting", len(shots), target.name)
    media: dict[str, str] = {}
    for shot in shots:
        path = target / SHOT_FILES / f"{shot}.mp4"
        cues = list(shot_cues(made.timeline, shot))
        with atomic(path) as temp:
            encode_shot(run.backends.player, made.moved.clips[shot].path, cues, profile, temp)
        media[shot] = relative(path, target)
        progress.advance("exporting", made=True)
    stems = {name: relative(path, target) for name, path in made.stems.paths().items()}
    name = f"{series.title} e{episode.number:03d}"
    cut = interchange.to_otio(made.timeline, media, stems, name, handles=HANDLE_FRAMES)
    record_export(target, cut, list(media.values()))


def record_export(target: Path, cut: str, shots: list[str]) -> None:
    """Replaces cut.otio; the manifest is away while it does not tell the truth, and comes back last."""
    told = json.loads((target / MANIFEST).read_text(encoding="utf-8"))
    (target / MANIFEST).unlink()
    write_text(target / "cut.otio", cut)
    for name in ("cut.otio", *shots):
        told["files"][name] = {"bytes": (target / name).stat().st_size, "sha256": file_sha256(target / name)}
    write_json(target / MANIFEST, told)


def shot_cues(timeline: Timeline, shot: str) -> Iterator[FrameCue]:
    """The shot's record frames without effects, with HANDLE_FRAMES more at both ends.

    Where the take has no more frames its first or last one is held."""
    last = source_frames(timeline, shot) - 1
    clips = [replace(clip, effects=()) for clip in timeline.picture if clip.shot == shot]
    cues = [replace(cue, flash=0.0) for clip in clips for cue in frame_cues(timeline, clip)]  # no end fade either
    head = [replace(cues[0], frame=cues[0].frame - n) for n in range(HANDLE_FRAMES, 0, -1)]
    tail = [replace(cues[-1], frame=cues[-1].frame + n) for n in range(1, HANDLE_FRAMES + 1)]
    for cue in (*head, *cues, *tail):
        yield replace(cue, frame=min(last, max(0, cue.frame)))


def encode_shot(player: Player, take: Path, cues: list[FrameCue], profile: Profile, path: Path) -> None:
    """One shot without lettering or sound, at editing quality."""
    output = graph.output(
        picture_input(profile.size, profile.fps),
        f"file:{path.resolve()}",
        vcodec="libx264",
        preset=profile.x264_preset,
        crf=SHOT_CRF,
        threads=profile.x264_threads,
        pix_fmt="yuv420p",
        movflags="+faststart",
        **COLOUR,
    )
    encode_frames(compiled(output), player.play(take, cues, profile.size), profile.size, path.parent, path.name)
