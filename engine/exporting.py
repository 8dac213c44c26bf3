"""Textless shot files with handles for an editor; cut.otio then refers to them. Knows the encoder, not the story."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import ffmpeg

from engine import interchange
from engine.batching import Progress
from engine.config import Profile
from engine.core import Episode, Series, UserError
from engine.cues import frame_cues
from engine.delivering import MANIFEST, relative
from engine.encoder import COLOUR, encode_frames
from engine.ffmpeg import executable
from engine.pipeline import assemble, start_run, voice
from engine.store import SeriesFolder
from engine.timeline import Timeline
from engine.vault import atomic, file_sha256, write_json, write_text
from engine.verifying import read_manifest
from models.base import FrameCue, Player

HANDLE_FRAMES = 12
SHOT_CRF = 16


def export_episode(
    folder: SeriesFolder, series: Series, episode: Episode, profile: Profile, progress: Progress
) -> None:
    """Writes nle/<shot>.mp4 for every shot and points cut.otio at them. The episode must be rendered."""
    target = folder.episode(profile, series.language, episode.number)
    manifest = read_manifest(target / MANIFEST)
    if manifest is None:
        raise UserError(f"episode {episode.number} is not rendered yet: render it first")
    run = start_run(folder, series, profile, progress)
    made = assemble(run, episode, voice(run, [episode]))
    shots = made.timeline.shots()
    progress.start("exporting", len(shots), target.name)
    media: dict[str, str] = {}
    for shot in shots:
        path = target / "nle" / f"{shot}.mp4"
        cues = list(shot_cues(made.timeline, shot))
        with atomic(path) as temp:
            encode_shot(run.backends.player, made.clips[shot].path, cues, profile, temp)
        media[shot] = relative(path, target)
        progress.advance("exporting", made=True)
    stems = {name: relative(path, target) for name, path in made.stems.paths().items()}
    name = f"{series.title} e{episode.number:03d}"
    write_text(target / "cut.otio", interchange.to_otio(made.timeline, media, stems, name, handles=HANDLE_FRAMES))
    manifest["files"]["cut.otio"] = {
        "bytes": (target / "cut.otio").stat().st_size,
        "sha256": file_sha256(target / "cut.otio"),
    }
    write_json(target / MANIFEST, manifest)


def shot_cues(timeline: Timeline, shot: str) -> Iterator[FrameCue]:
    """The shot's record frames without effects, with HANDLE_FRAMES more at both ends (held at the take's own ends)."""
    clips = [replace(clip, effects=()) for clip in timeline.picture if clip.shot == shot]
    cues = [replace(cue, flash=0.0) for clip in clips for cue in frame_cues(timeline, clip)]  # no end fade either
    last = max(cue.frame for cue in cues)
    head = [replace(cues[0], frame=max(0, cues[0].frame - n)) for n in range(HANDLE_FRAMES, 0, -1)]
    tail = [replace(cues[-1], frame=min(last, cues[-1].frame + n)) for n in range(1, HANDLE_FRAMES + 1)]
    yield from (*head, *cues, *tail)


def encode_shot(player: Player, take: Path, cues: list[FrameCue], profile: Profile, path: Path) -> None:
    """One shot without lettering or sound, at editing quality."""
    picture = ffmpeg.input(
        "pipe:", format="rawvideo", pix_fmt="yuv420p", s=f"{profile.width}x{profile.height}", r=profile.fps
    )
    output = ffmpeg.output(
        picture,
        f"file:{path.resolve()}",
        vcodec="libx264",
        preset=profile.x264_preset,
        crf=SHOT_CRF,
        threads=profile.x264_threads,
        pix_fmt="yuv420p",
        movflags="+faststart",
        **COLOUR,
    ).global_args("-hide_banner", "-loglevel", "error", "-protocol_whitelist", "file,pipe", "-y")
    command = ffmpeg.compile(output, cmd=executable())
    encode_frames(command, player.play(take, cues, profile.size), path.parent, path.name)
