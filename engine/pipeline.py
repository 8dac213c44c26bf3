"""The call sheet: voice, listen, cut, frame, animate, score, conform, deliver. Running again is resuming.

Cutting comes right after listening: the cut decides from the sound alone how long each shot is, so only frames that
are used get animated and music and effects land on cuts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine import edit_rules, verifying
from engine.animating import animate_episode
from engine.backends import Backends, load_backends, readers_faults
from engine.batching import Progress, core_seconds
from engine.casting import cast_sheets
from engine.config import Profile
from engine.conforming import ConformInput, aigc_tag, conform_episode
from engine.core import SAMPLE_RATE, Episode, Series
from engine.covering import cover_episode
from engine.cues import source_frames
from engine.cutting import cut_episode
from engine.delivering import WRITING, Delivery, build_print, deliver_episode
from engine.estimating import clip_dollars, episode_estimate
from engine.fonts import check_glyphs, font_file
from engine.framing import frame_episodes
from engine.lettering import draw_overlays
from engine.levels import Heard
from engine.listening import HeardTake, listen
from engine.manifest import parse_manifest, read_manifest
from engine.moving import Moved
from engine.painting import Studio
from engine.routing import Purse, affordable, by_importance
from engine.rules import platform
from engine.scoring import score_episode
from engine.store import SeriesFolder, unit_seed
from engine.takes import DialogueTake, Keyframe, Poster, Stems
from engine.timeline import Timeline
from engine.vault import Take, Vault, file_sha256, fingerprint, sweep
from engine.voicing import Booth, Performers, lock_voices, voice_series

WAVE = 5
"""Episodes voiced in one batch: large enough to share the voice's start, small enough for a soon first episode."""

LONG_JOB = 5
"""Episodes from which compiling models is worth its time."""

PRODUCER = "Cliffhanger"
REFERENCES = "references"
"""Where a person puts pictures: of a character in a sheet's place, of a shot for its composition."""


@dataclass(frozen=True)
class Rendered:
    """One finished episode of a run."""

    number: int
    master: Path
    made: bool
    core_seconds: float
    gpu_seconds: float = 0.0


def render_series(
    folder: SeriesFolder, series: Series, profile: Profile, numbers: Sequence[int], progress: Progress
) -> Iterator[Rendered]:
    """Renders these episodes in waves and yields each when it is delivered. The caller holds the series lock."""
    sweep(folder.root)
    chosen = [e for e in series.episodes if e.number in set(numbers)]
    for episode in chosen:
        check_text(series, episode)
    run = cast_locked(start_run(folder, series, for_job(profile, len(chosen)), progress))
    for wave in chunks(chosen, max(WAVE, profile.wave)):
        before = core_seconds()
        dialogue = voice(run, wave)
        share = (core_seconds() - before) / len(wave)
        for group in chunks(wave, profile.wave):
            yield from render_group(run, group, dialogue, share)


def for_job(profile: Profile, episodes: int) -> Profile:
    """The profile for so many episodes: a short job does not compile its models, that would cost more than it gains."""
    settings = profile.settings
    if settings is None or not settings.device.compile or episodes >= LONG_JOB:
        return profile
    device = settings.device.model_copy(update={"compile": False})
    return profile.model_copy(update={"settings": settings.model_copy(update={"device": device})})


def chunks(episodes: Sequence[Episode], size: int) -> Iterator[Sequence[Episode]]:
    return (episodes[at : at + size] for at in range(0, len(episodes), size))


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
    moved: Moved
    posters: tuple[Poster, ...]
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

    @property
    def booth(self) -> Booth:
        backends, settings = self.backends, self.profile.settings
        if settings is None or backends.listener is None or backends.aligner is None:
            return Booth(backends.voice)
        model = Performers(backends.voice, self.profile.voice, settings, backends.listener, backends.aligner)
        return Booth(backends.voice, model)

    @property
    def studio(self) -> Studio:
        references = self.folder.root / REFERENCES
        return Studio(self.backends, self.profile, self.vault, self.progress, references=references)


def start_run(folder: SeriesFolder, series: Series, profile: Profile, progress: Progress) -> Run:
    edit_rules.load_style(profile.style)  # a style that cannot be read must not be found after everybody has spoken
    return Run(folder, series, profile, load_backends(profile), folder.redo_seeds(), progress)


def cast_locked(run: Run) -> Run:
    """The run with the voices of its cast in the bible, recorded when they were not there yet."""
    with readers_faults(run.profile):
        series = lock_voices(run.series, run.booth)
    if series is run.series:
        return run
    run.folder.save(series)
    return replace(run, series=series)


def voice(run: Run, episodes: Sequence[Episode]) -> dict[str, DialogueTake]:
    with readers_faults(run.profile):
        return voice_series(run.series, episodes, run.booth, run.vault, run.redo, run.progress)


def assemble(run: Run, episodes: Sequence[Episode], dialogue: Mapping[str, DialogueTake]) -> dict[int, Assembly]:
    """Cut, frame, animate, score these episodes from their dialogue takes: every stage for all of them at once, so that
    each model is loaded once."""
    heard = {e.number: hear(e, dialogue) for e in episodes}
    timelines = {e.number: cut(run, e, dialogue, heard[e.number]) for e in episodes}
    arousal = {line: found.arousal for lines in heard.values() for line, found in lines.items()}
    with ThreadPoolExecutor(1) as beside:  # scores need no picture: they are made on another core meanwhile
        scored = {
            e.number: beside.submit(
                score_episode, run.series, e, timelines[e.number], dialogue, run.backends.composer, run.vault, run.redo,
                run.progress,
            )
            for e in episodes
        }  # fmt: skip
        studio = cast_sheets(run.studio, run.series, episodes, run.redo)
        moving = {e.number: will_move(run, e, timelines[e.number]) for e in episodes}
        framed = frame_episodes(studio, run.series, episodes, run.redo, moving, arousal)
        posters = {e.number: cover_episode(studio, run.series, e, run.redo) for e in episodes}
        moved = {
            e.number: animate_episode(
                studio, run.series, e, timelines[e.number], framed[e.number], dialogue, run.redo
            )
            for e in episodes
        }  # fmt: skip
        return {
            n: Assembly(timelines[n], framed[n], moved[n], posters[n], scored[n].result()) for n in timelines
        }  # fmt: skip


def will_move(run: Run, episode: Episode, timeline: Timeline) -> list[str]:
    """Shots that the budget is expected to pay a model's clip for: those get what only such a clip needs."""
    planned = episode_estimate(run.profile, len(timeline.shots()), clips=0)
    wanted = [
        (shot, clip_dollars(run.profile, source_frames(timeline, shot))) for shot in by_importance(episode, timeline)
    ]
    return affordable(wanted, Purse(run.profile.budget_dollars, planned.dollars))


def render_group(
    run: Run, episodes: Sequence[Episode], dialogue: Mapping[str, DialogueTake], voicing_cost: float
) -> Iterator[Rendered]:
    """These episodes from their dialogue takes to their manifests."""
    before = core_seconds()
    made = assemble(run, episodes, dialogue)
    share = voicing_cost + (core_seconds() - before) / len(episodes)
    for episode in episodes:
        yield render_episode(run, episode, made[episode.number], dialogue, share)


def render_episode(
    run: Run, episode: Episode, made: Assembly, dialogue: Mapping[str, DialogueTake], spent_before: float
) -> Rendered:
    """One assembled episode to its manifest."""
    before = core_seconds()
    series, profile = run.series, run.profile
    item = ConformInput(
        unit=f"e{episode.number:03d}",
        timeline=made.timeline,
        clips=made.moved.clips,
        faces={shot: run.backends.layout.faces(k.request) for shot, k in made.keyframes.items()},
        stems=made.stems,
        overlays=draw_overlays(made.timeline, profile.size),
        profile=profile,
        tags={"title": f"{series.title} {episode.number}", "AIGC": aigc_tag(PRODUCER, content_id(series, episode))},
        font_sha256=file_sha256(font_file()),
    )
    master = conform_episode(item, run.backends.player, run.vault, run.progress)
    spent = spent_before + core_seconds() - before
    used = {line.id: dialogue[line.id] for line in episode.lines()}
    delivery = Delivery(
        series, episode, profile, made.timeline, master, made.stems, used, made.keyframes, made.moved.clips,
        made.posters, spent, made.moved.spare, written(run, episode),
    )  # fmt: skip
    target = run.folder.episode(profile, series.language, episode.number)
    if is_delivered(delivery, target):
        return Rendered(episode.number, target / "master.mp4", made=False, core_seconds=0.0)
    run.progress.start("delivering", 1, item.unit)
    manifest = deliver_episode(delivery, target, lambda m: check_delivery(series, episode, target, m))
    run.progress.advance("delivering", made=True)
    gpu = float(manifest["cost"]["gpu_seconds"])
    return Rendered(episode.number, target / "master.mp4", made=True, core_seconds=spent, gpu_seconds=gpu)


def written(run: Run, episode: Episode) -> tuple[Take, ...]:
    """What a language model wrote for the series and for this episode."""
    others = {f"e{e.number:03d}" for e in run.series.episodes} - {f"e{episode.number:03d}"}
    return tuple(take for take in run.vault.takes(WRITING) if take.unit not in others)


def content_id(series: Series, episode: Episode) -> str:
    return f"{fingerprint(series.title, series.premise, series.seed)}-e{episode.number:03d}"


def hear(episode: Episode, dialogue: Mapping[str, DialogueTake]) -> dict[str, Heard]:
    """What is heard in the episode's takes, by line."""
    return listen(
        {
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
    )


def cut(run: Run, episode: Episode, dialogue: Mapping[str, DialogueTake], heard: Mapping[str, Heard]) -> Timeline:
    """Cuts the episode from what was heard."""
    durations = {line.id: dialogue[line.id].seconds for line in episode.lines()}
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
