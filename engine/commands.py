"""What each command does, in terms of the pipeline. Prints for a person; knows no flag parsing."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from engine import ffmpeg, fonts
from engine.backends import load_backends, load_writer
from engine.batching import core_seconds
from engine.config import Profile, default_out, load_profile
from engine.core import Episode, Series, UserError
from engine.editing import current_series, require_valid
from engine.exporting import export_episode
from engine.gallery import write_gallery
from engine.manifest import DELIVERABLES, Manifest, read_manifest, script_print
from engine.pipeline import Rendered, render_series
from engine.planning import Order, plan, read_premise_argument, read_text_file
from engine.progress import Counter, reporter
from engine.store import SeriesFolder, find_series
from engine.vault import series_lock
from engine.verifying import verify_episode
from models import catalogue, weights
from models.base import Utterance, VoiceProfile

Row = tuple[str, bool, str]
"""A thing, whether it is fine, and a word on it."""

FONT_SAMPLE = "Aa中文，"
VOICE_SAMPLES = (("en", "Can you hear me?"), ("zh", "你听见了吗？"))
GPU_PACKAGES = (
    "torch", "transformers", "diffusers", "accelerate", "safetensors", "huggingface_hub", "peft", "llguidance", "ftfy",
    "sentencepiece",
)  # fmt: skip
FREE_BYTES_PER_EPISODE = 120_000_000
"""Takes, stems and master of one draft episode, measured, with room to spare."""

STAGES_OF = {
    "line": ("voicing",),
    "shot": ("framing", "animating"),
    "character": ("casting",),
    "episode": ("cutting", "scoring", "covering"),
}


def plan_order(
    premise: str,
    script: Path | None,
    length: int | None,
    language: str | None,
    seed: int,
    out: Path | None,
    profile: str,
) -> tuple[SeriesFolder, Series, bool]:
    if language not in (None, "en", "zh"):
        raise UserError(f"unknown language '{language}': choose from en, zh")
    chosen = load_profile(profile)
    text = read_premise_argument(premise, sys.stdin.buffer)
    source = read_text_file(script, "script") if script else None
    model = chosen.models.get("writer", chosen.writer) if chosen.writer != "rules" and source is None else ""
    order = Order(text, language, length, seed, source, model)
    place = out or default_out()
    writer = load_writer(chosen) if model and find_series(place, order.identity) is None else None
    progress = reporter()
    try:
        return plan(order, place, chosen, writer, progress)
    finally:
        progress.close()


def open_folder(path: Path) -> SeriesFolder:
    folder = SeriesFolder(path)
    if not path.is_dir():
        raise UserError(f"no such series folder: {path}")
    folder.load()
    return folder


def parse_episodes(text: str | None, length: int) -> list[int]:
    """'1-3,7' -> [1, 2, 3, 7]; None -> all. UserError for anything outside the season."""
    if text is None:
        return list(range(1, length + 1))
    chosen: set[int] = set()
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{1,4})(?:\s*-\s*(\d{1,4}))?\s*", part)
        if match is None:
            raise UserError(f"cannot read episodes '{text}': write 3, 1-20 or 1-3,7")
        first, last = int(match[1]), int(match[2] or match[1])
        if not 1 <= first <= last <= length:
            raise UserError(f"episodes '{part.strip()}' are not in this series: it has 1-{length}")
        chosen.update(range(first, last + 1))
    return sorted(chosen)


def render_folder(
    path: Path,
    profile_name: str,
    episodes: str | None,
    as_json: bool,
    started: float | None = None,
    budget: float | None = None,
) -> None:
    """Renders, tells what happened, ends with the folder's name or one JSON object."""
    started = time.monotonic() if started is None else started
    profile = with_budget(load_profile(profile_name), budget)
    folder = open_folder(path)
    with working(folder) as (series, progress):
        numbers = parse_episodes(episodes, series.length)
        done = render_numbers(folder, series, profile, numbers, progress)
    report(folder, series, profile, done, progress, as_json, time.monotonic() - started)


def with_budget(profile: Profile, budget: float | None) -> Profile:
    """The profile with another limit of dollars an episode."""
    return profile if budget is None else profile.model_copy(update={"budget_dollars": budget})


@contextmanager
def working(folder: SeriesFolder) -> Generator[tuple[Series, Counter], None, None]:
    """The locked series with hand edits recorded, and the progress display; both end with the block."""
    with series_lock(folder.root):
        series, note = current_series(folder)
        progress = reporter()
        try:
            if note:
                progress.note(note)
            yield series, progress
        finally:
            progress.close()


def render_numbers(
    folder: SeriesFolder, series: Series, profile: Profile, numbers: Sequence[int], progress: Counter
) -> list[Rendered]:
    done: list[Rendered] = []
    for rendered in render_series(folder, series, profile, numbers, progress):
        done.append(rendered)
        if rendered.made:
            progress.note(f"episode {rendered.number}: {rendered.master}")
    return done


def report(
    folder: SeriesFolder,
    series: Series,
    profile: Profile,
    done: Sequence[Rendered],
    progress: Counter,
    as_json: bool,
    seconds: float,
) -> None:
    spent, gpu = core_seconds(), sum(r.gpu_seconds for r in done)
    dollars = profile.dollars(spent, gpu)
    made = [r.number for r in done if r.made]
    out = sys.stderr if as_json else sys.stdout
    if not made:
        print(f"nothing to make: {len(done)} episodes were finished already", file=out)
    else:
        on_gpu = f"{gpu / len(made):.1f} GPU-seconds, " if gpu else ""
        each = f"{on_gpu}{spent / len(made):.0f} core-seconds, ${dollars / len(made):.4f} an episode"
        print(f"{len(made)} episodes made in {seconds:.0f} s ({each}); {progress.found} takes reused", file=out)
    left = [e.number for e in series.episodes if state_of(folder, series, profile, e)[0] != "rendered"]
    if left:
        print(f"{len(left)} episodes are written but not rendered; for all of them:", file=out)
        print(f"  cliffhanger render {folder.root} --profile {profile.name}", file=out)
    if not as_json:
        print(folder.root)
        return
    result: dict[str, Any] = {
        "series": str(folder.root),
        "episodes": [{"number": r.number, "master": str(r.master)} for r in done],
        "seconds": round(seconds, 2),
        "core_seconds": round(spent, 2),
        "gpu_seconds": round(gpu, 2),
        "dollars": round(dollars, 6),
    }
    print(json.dumps(result, ensure_ascii=False))


def state_of(folder: SeriesFolder, series: Series, profile: Profile, episode: Episode) -> tuple[str, Manifest | None]:
    """'written', 'rendered' or 'edited since', with the manifest when there is one."""
    manifest = read_manifest(folder.episode(profile, series.language, episode.number))
    if manifest is None:
        return "written", None
    return ("rendered" if manifest.script == script_print(series, episode) else "edited since"), manifest


def has_media(folder: SeriesFolder, series: Series, profile: Profile, number: int) -> bool:
    """Whether anything was delivered for this episode, complete or not (script.md is there once it is written)."""
    target = folder.episode(profile, series.language, number)
    return any((target / name).exists() for name in DELIVERABLES if name != "script.md")


def show_status(path: Path, profile_name: str) -> None:
    profile = load_profile(profile_name)
    folder = open_folder(path)
    series = folder.load()
    spent = dollars = 0.0
    print(f"{series.title} ({series.language}, revision {series.revision}, seed {series.seed}): {series.premise}")
    for episode in series.episodes:
        state, manifest = state_of(folder, series, profile, episode)
        if manifest is not None:
            spent += manifest.cost.core_seconds
            dollars += manifest.cost.dollars
            state += f" {manifest.frames / manifest.rate:.0f} s, {manifest.cost.core_seconds:.0f} core-s"
            state += f", FAILS {', '.join(manifest.failed())}" if manifest.failed() else ""
        print(f"{episode.number:4d}  {state:<28}  {episode.title}: {episode.synopsis}")
    print(f"spent: {spent:.0f} core-seconds, ${dollars:.4f}")
    print(folder.root)


def verify_folder(path: Path, profile_name: str, episodes: str | None, as_json: bool) -> bool:
    """Whether every check of every asked (or else every rendered) episode passed."""
    profile = load_profile(profile_name)
    folder = open_folder(path)
    series = folder.load()
    if len(series.episodes) != series.length:
        require_valid(series, "series.json")
    numbers = parse_episodes(episodes, series.length)
    if episodes is None:
        numbers = [n for n in numbers if has_media(folder, series, profile, n)]
    if not numbers:
        raise UserError(f"nothing is rendered in {folder.root} with profile {profile.name}")
    results: dict[int, list[dict[str, Any]]] = {}
    for number in numbers:
        target = folder.episode(profile, series.language, number)
        results[number] = verify_episode(series, series.episodes[number - 1], target)
    passed = all(check["passed"] for checks in results.values() for check in checks)
    if as_json:
        data = [{"number": n, "checks": checks} for n, checks in results.items()]
        print(json.dumps({"series": str(folder.root), "passed": passed, "episodes": data}, ensure_ascii=False))
        return passed
    for number, checks in results.items():
        faults = [f"{check['check']}: {fault}" for check in checks for fault in check["faults"]]
        print(f"episode {number}: {len(checks)} checks, {'all passed' if not faults else 'FAILED'}")
        for fault in faults:
            print(f"  {fault}")
    return passed


def redo_unit(path: Path, unit: str, stage: str | None, seed: int | None, profile_name: str) -> None:
    """Records the decision, then renders the unit's episode."""
    started = time.monotonic()
    profile = load_profile(profile_name)
    folder = open_folder(path)
    with working(folder) as (series, progress):
        number, kind = locate(series, unit)
        stages = STAGES_OF[kind]
        if stage is not None and stage not in stages:
            raise UserError(f"a {kind} has no stage '{stage}': choose from {', '.join(stages)}")
        for name in [stage] if stage else stages:
            previous = folder.redo_seeds().get((name, unit), 0)
            folder.decide("redo", unit=unit, stage=name, seed=previous + 1 if seed is None else seed)
        done = render_numbers(folder, series, profile, [number], progress)
    report(folder, series, profile, done, progress, False, time.monotonic() - started)


def locate(series: Series, unit: str) -> tuple[int, str]:
    """(episode number, 'line' | 'shot' | 'episode' | 'character') of a unit id; a sheet is of the first episode that
    shows its character."""
    for episode in series.episodes:
        if any(unit == f"{id}_sheet" for _, shot in episode.shots() for id in shot.characters):
            return episode.number, "character"
        if unit == f"e{episode.number:03d}":
            return episode.number, "episode"
        for _, shot in episode.shots():
            if unit == shot.id:
                return episode.number, "shot"
            if any(unit == line.id for line in shot.lines):
                return episode.number, "line"
    raise UserError(
        f"no unit '{unit}' in this series: name a line, a shot or an episode such as e001_s01_sh010 or e001"
    )


def export_nle(path: Path, profile_name: str, episodes: str | None) -> None:
    profile = load_profile(profile_name)
    folder = open_folder(path)
    with working(folder) as (series, progress):
        numbers = parse_episodes(episodes, series.length)
        if episodes is None:
            numbers = [n for n in numbers if has_media(folder, series, profile, n)]
        if not numbers:
            raise UserError(f"nothing is rendered in {folder.root} with profile {profile.name}")
        for number in numbers:
            export_episode(folder, series, series.episodes[number - 1], profile, progress)
    print(f"{len(numbers)} episodes exported: open each episode's cut.otio")
    print(folder.root)


def make_gallery(path: Path, output: Path | None, profile_name: str, episodes: str | None) -> None:
    """Writes the series' page and says how large it is and how many episodes play in it."""
    profile = load_profile(profile_name)
    folder = open_folder(path)
    if output is not None and output.is_dir():
        raise UserError(f"{output} is a folder: name the page's file")
    with series_lock(folder.root):
        series = folder.load()
        numbers = [n for n in parse_episodes(episodes, series.length) if n <= len(series.episodes)]
        progress = reporter()
        try:
            page, playing = write_gallery(folder, series, profile, numbers, output, progress)
        finally:
            progress.close()
    print(f"{len(numbers)} episodes shown, {playing} play in the page; {page.stat().st_size / 1e6:.1f} MB")
    print(page)


def doctor() -> bool:
    """Prints what this machine has; False when something that rendering needs is missing."""
    parts: tuple[tuple[str, Callable[[], list[Row]]], ...] = (
        ("ffmpeg", ffmpeg_rows), ("font", font_rows), ("voices", voice_rows), ("GPU", gpu_rows), ("disk", disk_rows),
    )  # fmt: skip
    rows: list[Row] = []
    for name, look in parts:
        try:
            rows += look()
        except (UserError, OSError, ValueError, RuntimeError, subprocess.SubprocessError) as error:
            rows.append((name, False, str(error)))
    for name, fine, detail in rows:
        print(f"{'ok     ' if fine else 'MISSING'}  {name:<16} {detail}".rstrip())
    return all(fine for _, fine, _ in rows)


def ffmpeg_rows() -> list[Row]:
    rows: list[Row] = [("ffmpeg", True, f"{ffmpeg.version()} at {ffmpeg.executable()}")]
    return rows + [(name, present, "") for name, present in ffmpeg.features().items()]


def font_rows() -> list[Row]:
    missing = fonts.missing_glyphs(FONT_SAMPLE)
    return [("font", not missing, f"{fonts.font_file().name}{' lacks ' + ''.join(missing) if missing else ''}")]


def voice_rows() -> list[Row]:
    """Casts and speaks one line in each language."""
    voice = load_backends(load_profile("draft")).voice
    rows: list[Row] = []
    for language, text in VOICE_SAMPLES:
        id = voice.cast([VoiceProfile("char_test", "female", 25)], language)[0]
        speech = voice.speak([Utterance("doctor", text, language, id)])[0]
        rows.append((f"voices {language}", len(speech.samples) > 0, f"{speech.model} speaks as {id}"))
    return rows


def gpu_rows() -> list[Row]:
    """Nothing of this is needed by the draft, so nothing of it is ever missing."""
    packages = [name for name in GPU_PACKAGES if find_spec(name) is None]
    told = f"without {', '.join(packages)}: pip install 'cliffhanger[gpu]'" if packages else "installed"
    here = [name for name, entry in catalogue.entries().items() if weights.is_here(entry)]
    return [
        ("GPU", True, gpu_name() or "none: the draft profile needs none"),
        ("GPU packages", True, told),
        ("weights", True, f"{', '.join(here) or 'none'} in {catalogue.root()}"),
    ]


def disk_rows() -> list[Row]:
    place = default_out() if default_out().exists() else Path.cwd()
    free = shutil.disk_usage(place).free
    room = free // FREE_BYTES_PER_EPISODE
    return [("disk", room > 0, f"{free / 1e9:.1f} GB free at {place}: room for about {room} episodes")]


def gpu_name() -> str:
    """The first CUDA GPU, asked from the driver's own tool; '' when there is none."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return ""
    done = subprocess.run(
        [tool, "--query-gpu=name,memory.total", "--format=csv,noheader"], capture_output=True, timeout=20, check=False
    )
    return done.stdout.decode().splitlines()[0] if done.returncode == 0 and done.stdout else ""
