"""The call sheet: voice, listen, cut, frame, animate, score, conform, deliver. Running again is resuming.

Cutting comes right after listening: the cut decides from the sound alone how long each shot is, so only frames that
are used get animated and music and effects land on cuts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine import edit_rules, verifying
from engine.animating import animate_episode
from engine.batching import Progress, core_seconds
from engine.config import Profile
from engine.conforming import ConformInput, aigc_tag, conform_episode
from engine.core import SAMPLE_RATE, Episode, Series, UserError
from engine.covering import cover_episode
from engine.cutting import cut_episode
from engine.delivering import Delivery, build_print, deliver_episode
from engine.fonts import check_glyphs, font_file
from engine.framing import frame_episode
from engine.lettering import draw_overlays
from engine.listening import HeardTake, listen
from engine.manifest import parse_manifest, read_manifest
from engine.rules import platform
from engine.scoring import score_episode
from engine.store import SeriesFolder, unit_seed
from engine.takes import DialogueTake, Keyframe, Stems
from engine.timeline import Timeline
from engine.vault import Take, Vault, file_sha256, fingerprint, sweep
from engine.voicing import voice_series
from models import registry

WAVE = 5
"""Episodes voiced in one batch: large enough to share the voice's start, small enough for a soon first episode."""

PRODUCER = "Cliffhanger"


@dataclass(frozen=True)
class Rendered:
    """One finished episode of a run."""

    number: int
    master: Path
    made: bool
    core_seconds: float


@dataclass(frozen=True)
class Backends:
    """The adapters of a profile, loaded on first use."""

    voice: Any
    painter: Any
    animator: Any
    player: Any
    composer: Any


def load_backends(profile: Profile) -> Backends:
    try:
        return Backends(
            voice=registry.load("voice", profile.voice),
            painter=registry.load("painter", profile.painter),
            animator=registry.load("animator", profile.animator),
            player=registry.load("player", profile.player),
            composer=registry.load("composer", profile.composer),
        )
    except (ValueError, ImportError) as error:
        raise UserError(f"profile {profile.name}: {error}") from error


def render_series(
    folder: SeriesFolder, series: Series, profile: Profile, numbers: Sequence[int], progress: Progress
) -> Iterator[Rendered]:
    """Renders these episodes in waves and yields each when it is delivered. The caller holds the series lock."""
    sweep(folder.root)
    chosen = [e for e in series.episodes if e.number in set(numbers)]
    for episode in chosen:
        check_text(series, episode)
    run = start_run(folder, series, profile, progress)
    for at in range(0, len(chosen), WAVE):
        wave = chosen[at : at + WAVE]
        before = core_seconds()
        dialogue = voice(run, wave)
        share = (core_seconds() - before) / len(wave)
        for episode in wave:
            yield render_episode(run, episode, dialogue, share)


def check_text(series: Series, episode: Episode) -> None:
    """A glyph that the font lacks is named before anything is drawn."""
    check_glyphs(series.title, "the title")
    for line in episode.lines():
        check_glyphs(line.text, f"episode {episode.number}, line {line.id}")


@dataclass(frozen=True)
class Assembly:
    """Everything of one episode up to its encode."""

    timeline: Timeline
    keyframes: Mapping[str, Keyframe]
    clips: Mapping[str, Take]
    stems: Stems


@dataclass(frozen=True)
class Run:
    """What stays the same over one run."""

    folder: SeriesFolder
    series: Series
    profile: Profile
    backends: Backends
    redo: Mapping[tuple[str, str], int]
    progress: Progress

    @property
    def vault(self) -> Vault:
        return self.folder.vault


def start_run(folder: SeriesFolder, series: Series, profile: Profile, progress: Progress) -> Run:
    return Run(folder, series, profile, load_backends(profile), folder.redo_seeds(), progress)


def voice(run: Run, episodes: Sequence[Episode]) -> dict[str, DialogueTake]:
    return voice_series(run.series, episodes, run.backends.voice, run.vault, run.redo, run.progress)


def assemble(run: Run, episode: Episode, dialogue: Mapping[str, DialogueTake]) -> Assembly:
    """Cut, frame, animate, score one episode from its dialogue takes."""
    series, profile, backends, redo, progress = run.series, run.profile, run.backends, run.redo, run.progress
    timeline = cut(run, episode, dialogue)
    with ThreadPoolExecutor(1) as beside:  # the score needs no picture: it is made on the other core meanwhile
        scored = beside.submit(
            score_episode, series, episode, timeline, dialogue, backends.composer, run.vault, redo, progress
        )
        keyframes = frame_episode(series, episode, backends.painter, profile, run.vault, redo, progress)
        clips = animate_episode(
            series, episode, timeline, keyframes, dialogue, backends.animator, profile, run.vault, redo, progress
        )
        stems = scored.result()
    return Assembly(timeline, keyframes, clips, stems)


def render_episode(run: Run, episode: Episode, dialogue: Mapping[str, DialogueTake], voicing_cost: float) -> Rendered:
    """One episode from its dialogue takes to its manifest."""
    before = core_seconds()
    series, profile = run.series, run.profile
    made = assemble(run, episode, dialogue)
    item = ConformInput(
        unit=f"e{episode.number:03d}",
        timeline=made.timeline,
        clips=made.clips,
        faces={shot: run.backends.painter.faces(k.request) for shot, k in made.keyframes.items()},
        stems=made.stems,
        overlays=draw_overlays(made.timeline, profile.size),
        profile=profile,
        tags={"title": f"{series.title} {episode.number}", "AIGC": aigc_tag(PRODUCER, content_id(series, episode))},
        font_sha256=file_sha256(font_file()),
    )
    master = conform_episode(item, run.backends.player, run.vault, run.progress)
    posters = cover_episode(series, episode, run.backends.painter, profile, run.vault, run.redo, run.progress)
    spent = voicing_cost + core_seconds() - before
    used = {line.id: dialogue[line.id] for line in episode.lines()}
    delivery = Delivery(
        series, episode, profile, made.timeline, master, made.stems, used, made.keyframes, made.clips, posters, spent
    )
    target = run.folder.episode(profile, series.language, episode.number)
    if is_delivered(delivery, target):
        return Rendered(episode.number, target / "master.mp4", made=False, core_seconds=0.0)
    run.progress.start("delivering", 1, item.unit)
    deliver_episode(delivery, target, lambda manifest: check_delivery(series, episode, target, manifest))
    run.progress.advance("delivering", made=True)
    return Rendered(episode.number, target / "master.mp4", made=True, core_seconds=spent)


def content_id(series: Series, episode: Episode) -> str:
    return f"{fingerprint(series.title, series.premise, series.seed)}-e{episode.number:03d}"


def cut(run: Run, episode: Episode, dialogue: Mapping[str, DialogueTake]) -> Timeline:
    """Listens to the episode's takes and cuts it."""
    takes = {
        line.id: HeardTake(
            samples=dialogue[line.id].samples(),
            sample_rate=SAMPLE_RATE,
            words=dialogue[line.id].words,
            voice=dialogue[line.id].voice,
            emotion=line.emotion,
            valence=line.valence,
        )
        for line in episode.lines()
    }
    heard = listen(takes)
    durations = {id: dialogue[id].seconds for id in takes}
    style = edit_rules.load_style(run.profile.style)
    seed = unit_seed(run.series.seed, "cutting", f"e{episode.number:03d}", run.redo)
    return cut_episode(run.series, episode, heard, durations, style, seed)


def check_delivery(series: Series, episode: Episode, target: Path, manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """The checks that need no decoded picture, for the manifest."""
    subject = verifying.Subject(series, episode, target, parse_manifest(manifest), platform())
    return verifying.light_checks(subject)


def is_delivered(delivery: Delivery, folder: Path) -> bool:
    """Whether the manifest is of this very build and every deliverable is there in its size."""
    manifest = read_manifest(folder)
    if manifest is None or manifest.build != build_print(delivery):
        return False
    return all(_size(folder / name) == entry.bytes for name, entry in manifest.files.items())


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1
