"""Measure what the product promises on this machine: a table, then one JSON line. Knows the command line, no module of it.

    python scripts/bench.py [--skip-moviepy] [--skip-long] [--keep DIR]
    python scripts/bench.py gpu [...]                 the model stages: scripts/bench_gpu.py
    python scripts/bench.py bark [...]                voices against transformers' own: scripts/bench_bark.py
    python scripts/bench.py hearing [...]             loudness and markers: scripts/bench_hearing.py
    python scripts/bench.py cut [...]                 analysis and cut list against auto-editor: scripts/bench_cut.py
    python scripts/bench.py conform [...]             one pass against moviepy: scripts/bench_conform.py

Core-seconds are user + system time of a command and its children. The yardstick is one x264 veryfast encode of the
episode's own master, its decoding subtracted, in the same run on the same machine. Ratios hold on a
busy machine; wall seconds only on an idle one, so the load stands beside them."""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

from engine import ffmpeg
from engine.config import Profile, load_profile

PREMISE = (
    "A CEO's secret daughter is kidnapped by her billionaire father's rival, but she has a hidden spiritual power."
)
PREMISE_ZH = "总裁的私生女被父亲的商业死敌绑架，可没人知道她身怀通灵之力。"
LIMIT_SECONDS = 1800
SAMPLE_SECONDS = 0.1
EPISODE_SECONDS = 60
ZOOM_A_SECOND = 0.025
MOVIEPY = "moviepy>=2.1,<3"
IMAGES = {".png", ".jpg", ".jpeg"}


class BenchError(Exception):
    """A command failed: its last words."""


@dataclass(frozen=True)
class Run:
    """One command: wall and core seconds, peak resident bytes of its whole process tree, what it printed."""

    wall: float
    core: float
    peak_bytes: int
    output: str


@dataclass(frozen=True)
class Figure:
    """A measured number with its limit, if one was promised."""

    name: str
    value: float | None
    unit: str
    limit: float | None = None
    note: str = ""

    @property
    def kept(self) -> bool | None:
        if self.value is None or self.limit is None:
            return None
        return self.value <= self.limit


def measure(command: list[str], **environment: str) -> Run:
    """Runs a command to its end. BenchError with its last words when it fails or takes too long."""
    with tempfile.TemporaryFile("w+") as stream:
        started = time.monotonic()
        process = subprocess.Popen(command, stdout=stream, stderr=subprocess.STDOUT, env={**os.environ, **environment})
        peak = 0
        while True:
            peak = max(peak, resident_bytes(process.pid))
            elapsed = time.monotonic() - started
            time.sleep(SAMPLE_SECONDS if elapsed > 2 else SAMPLE_SECONDS / 10)
            if elapsed > LIMIT_SECONDS:
                process.kill()
            done, status, usage = os.wait4(process.pid, os.WNOHANG)
            if done:
                break
        wall = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        stream.seek(0)
        output = stream.read()
    if process.returncode:
        raise BenchError(
            f"{' '.join(command[:3])} ...: exit {process.returncode}: {' | '.join(output.splitlines()[-3:])}"
        )
    return Run(wall, usage.ru_utime + usage.ru_stime, peak, output)


def resident_bytes(pid: int) -> int:
    """Resident bytes of a process and all its descendants; 0 for one that is gone."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        children = [c for task in Path(f"/proc/{pid}/task").iterdir() for c in (task / "children").read_text().split()]
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") + sum(resident_bytes(int(child)) for child in children)


def cliffhanger(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "engine.cli", *arguments]


def last_json(run: Run) -> dict[str, Any]:
    return json.loads(run.output.strip().splitlines()[-1])


# -- what is measured


def best(code: list[str], tries: int = 3) -> float:
    return min(measure([sys.executable, *code]).wall for _ in range(tries))


def start_figures() -> list[Figure]:
    return [
        Figure("import engine", best(["-c", "import engine"]), "s", 0.5),
        Figure("cliffhanger --help", best(["-m", "engine.cli", "--help"]), "s", 1.0),
        Figure("base install", base_bytes() / 1e6, "MB", 600),
    ]


def base_bytes() -> int:
    """Bytes of the base package, everything it requires and pip, without bytecode and extras."""
    seen: set[str] = set()
    waiting, total = ["cliffhanger", "pip", "setuptools"], 0
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            package = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        for requirement in package.requires or []:
            if "extra ==" not in requirement:
                waiting.extend(re.findall(r"^[\w.-]+", requirement))
        files = [Path(str(f.locate())) for f in package.files or [] if f.suffix != ".pyc"]
        total += sum(f.stat().st_size for f in files if f.is_file())
    return total


def plan_figures(scratch: Path) -> list[Figure]:
    figures: list[Figure] = []
    for language, premise in (("en", PREMISE), ("zh", PREMISE_ZH)):
        run = measure(cliffhanger("plan", premise, "--length", "100", "--language", language, "--out", str(scratch)))
        figures.append(Figure(f"plan --length 100, {language}", run.wall, "s", 60))
    return figures


def episode_figures(scratch: Path, profile: Profile) -> tuple[list[Figure], Path]:
    """One episode from nothing (cold), then in another folder with the art already drawn (warm); its folder."""
    art = {"CLIFFHANGER_CACHE": str(scratch / "art")}
    cold = measure(cliffhanger("make", PREMISE, "--episodes", "1", "--json", "--out", str(scratch / "cold")), **art)
    plan = measure(cliffhanger("plan", PREMISE, "--out", str(scratch / "warm")), **art)
    series = plan.output.strip().splitlines()[-1]
    warm = measure(cliffhanger("render", series, "--episodes", "1", "--json"), **art)
    master = Path(last_json(warm)["episodes"][0]["master"])
    encode, seconds = encode_yardstick(master, profile)
    cold_core = cold.core - plan.core
    cast = Path(__file__).with_name("cast_art.py")
    drawn = measure([sys.executable, str(cast), series, str(scratch / "cast")])
    return [
        Figure("episode length", seconds, "s"),
        Figure("first finished episode, from nothing", cold.wall, "s"),
        Figure("episode, art warm", warm.wall, "s"),
        Figure("episode, art warm", warm.core, "core-s", note=f"{warm.core * EPISODE_SECONDS / seconds:.0f} per 60 s"),
        Figure("episode, art cold", cold_core, "core-s"),
        Figure("art of a cast of six, cold", float(drawn.output.split()[-1]), "core-s", 40),
        Figure("one x264 veryfast encode of its master", encode, "core-s"),
        Figure("episode over encode", warm.core / encode, "x", 3.3),
        Figure("peak memory", max(cold.peak_bytes, warm.peak_bytes) / 1e6, "MB", 1500),
    ], master


def encode_yardstick(master: Path, profile: Profile) -> tuple[float, float]:
    """Core-seconds of encoding the master's picture once, and its length in seconds."""
    source = [ffmpeg.executable(), "-v", "error", "-nostdin", "-i", str(master), "-map", "0:v"]
    decode = measure([*source, "-f", "null", "-"])
    options = ["-preset", "veryfast", "-threads", str(profile.x264_threads)]
    both = measure([*source, "-c:v", "libx264", *options, "-f", "mp4", "-y", os.devnull])
    with (master.parent / "manifest.json").open(encoding="utf-8") as stream:
        manifest = json.load(stream)
    return both.core - decode.core, manifest["frames"] / manifest["rate"]


def moviepy_figures(scratch: Path, master: Path, ours: float) -> list[Figure]:
    """The same pictures, subtitles and sound put together by moviepy 2 in an environment of its own."""
    name = "moviepy 2, the same shots"
    try:
        python = moviepy_python(scratch / "moviepy")
    except BenchError as error:
        return [Figure(name, None, "core-s", note=f"skipped, cannot be installed: {error}")]
    sound = scratch / "sound.wav"
    measure([ffmpeg.executable(), "-v", "error", "-nostdin", "-y", "-i", str(master), "-vn", str(sound)])
    shots = scratch / "shots.json"
    recipe = Path(__file__).with_name("moviepy_yardstick.py")
    table = pictures(master.parent)
    figures: list[Figure] = []
    for what, rows in (("still", [(*row[:2], 0.0) for row in table]), ("moving", table)):
        shots.write_text(json.dumps(rows))
        run = measure(
            [str(python), str(recipe), str(shots), str(sound), str(master.parent / "subtitles.srt"), str(scratch)]
        )
        figures.append(Figure(f"moviepy 2, the same shots, {what}", run.core, "core-s", note=f"{run.wall:.0f} s wall"))
        figures.append(Figure(f"moviepy ({what}) over ours", run.core / ours, "x"))
    return figures


def moviepy_python(folder: Path) -> Path:
    measure([sys.executable, "-m", "venv", str(folder)])
    python = folder / "bin" / "python"
    measure([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", MOVIEPY])
    return python


def pictures(folder: Path) -> list[tuple[str, float, float]]:
    """Picture, seconds and zoom a second of each shot, from the episode's shot table."""
    with (folder / "shots.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = [(folder / row["file"], float(row["seconds"]), row["camera"]) for row in csv.DictReader(stream)]
    found = [
        (str(path.resolve()), seconds, 0.0 if camera.endswith("hold") else ZOOM_A_SECOND)
        for path, seconds, camera in rows
        if path.suffix in IMAGES and path.is_file()
    ]
    if not found:
        raise BenchError(f"{folder / 'shots.csv'} names no pictures")
    return found


# -- saying it


def show(figures: list[Figure]) -> None:
    for figure in figures:
        value = "-" if figure.value is None else f"{figure.value:.2f}"
        limit = "" if figure.limit is None else f"<= {figure.limit:.1f}"
        word = {True: "kept", False: "MISSED", None: ""}[figure.kept]
        print(f"{figure.name:<44} {value:>9} {figure.unit:<7} {limit:<10} {word:<7} {figure.note}".rstrip(), flush=True)


def as_json(figures: list[Figure]) -> str:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return json.dumps(
        {
            "date": time.strftime("%Y-%m-%d"),
            "commit": commit.stdout.strip(),
            "cores": os.cpu_count(),
            "load": round(os.getloadavg()[0], 2),
            "python": platform.python_version(),
            "figures": [
                {"name": f.name, "value": round(f.value, 3), "unit": f.unit, "limit": f.limit, "kept": f.kept}
                for f in figures
                if f.value is not None
            ],
        }
    )


def bench(scratch: Path, skip_moviepy: bool, skip_long: bool) -> list[Figure]:
    figures: list[Figure] = []

    def add(new: list[Figure]) -> None:
        figures.extend(new)
        show(new)

    add(start_figures())
    if not skip_long:
        add(plan_figures(scratch / "long"))
    episode, master = episode_figures(scratch, load_profile("draft"))
    add(episode)
    if not skip_moviepy:
        ours = next(f.value for f in episode if f.name == "episode, art warm" and f.unit == "core-s")
        add(moviepy_figures(scratch, master, ours or 0.0))
    return figures


OTHERS = {name: f"bench_{name}" for name in ("gpu", "bark", "hearing", "cut", "conform")}


def main() -> int:
    if sys.argv[1:2] and sys.argv[1] in OTHERS:
        return import_module(OTHERS[sys.argv[1]]).main(sys.argv[2:])
    parser = argparse.ArgumentParser(
        description="Measure speed, memory and size. `bench.py gpu --help`: the model stages on a GPU."
    )
    parser.add_argument("--skip-moviepy", action="store_true", help="without the comparison with moviepy 2 (minutes)")
    parser.add_argument("--skip-long", action="store_true", help="without the 100-episode plans")
    parser.add_argument("--keep", type=Path, help="work in this folder and keep it")
    chosen = parser.parse_args()
    scratch = chosen.keep or Path(tempfile.mkdtemp(prefix="cliffhanger-bench-"))
    scratch.mkdir(parents=True, exist_ok=True)
    try:
        figures = bench(scratch, chosen.skip_moviepy, chosen.skip_long)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    finally:
        if not chosen.keep:
            shutil.rmtree(scratch, ignore_errors=True)
    print(as_json(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
