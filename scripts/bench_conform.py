"""Conforming a vertical episode from 1080p footage, beside moviepy 2: core-seconds and VMAF. A table, then one JSON line.

    python scripts/bench_conform.py [--seconds 60] [--size 1080x1920] [--skip-moviepy] [--skip-naive] [--keep DIR]

Twelve clips of three cameras, every third one closer, captions, music. Ours is `engine.footage.conform` in a process of its
own, interpreter start included. VMAF is against a lossless master that plain ffmpeg makes of the same cut with another
scaler (Lanczos, moviepy's too), above the captions, whose lettering differs between the ways."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bench
import cv2
import numpy as np
from bench import Figure, measure
from numpy.typing import NDArray

from engine.ffmpeg import executable
from engine.fonts import FAMILY, font_file
from engine.footage.conform import Conforming, conform
from engine.subtitles import to_ass
from engine.timeline import Caption, Clip, Effect, SoundClip, Source, Timeline

RATE = 24
CLIPS = 12
CAMERAS = 3
CLOSER = 0.25
CAPTION_SECONDS = 2.5
CAPTION_TOP = 0.66
"""Where moviepy's captions begin; VMAF looks at what is above."""
MUSIC_DB = -14.0
PRESET = "veryfast"
"""Of moviepy's films, at x264's own quality (crf 23): moviepy's own preset, `medium`, would cost it more."""
CRF = 24
"""Ours, with the product's preset: about the VMAF of moviepy's single pass, for a larger file (both are told)."""
VMAF = re.compile(r"VMAF score: ([\d.]+)")
WORDS = ("You knew all along.", "She is not who you think.", "Open the door. Now!", "He never came back.")
STILL = (2400, 1350)
"""A painted scene, larger than the frame that pans over it."""
ROUGHNESS = 1.15
"""Amplitudes fall with frequency as those of photographs do: about 1/f (Field 1987, JOSA A 4, 2379)."""
PANS = (
    "crop=1920:1080:x='240+200*sin(t*0.7)':y='135+60*sin(t*0.5)'",
    "crop=1920:1080:x='40*t':y='100+3*sin(9*t)'",
    "crop=1920:1080:x='200+4*sin(5*t)':y='120+4*cos(6*t)'",
)


def ffmpeg(*arguments: str) -> bench.Run:
    return measure([executable(), "-v", "error", "-nostdin", "-y", *arguments])


def still(path: Path, seed: int) -> None:
    """A picture with the spectrum of a photograph, in colour."""
    rng = np.random.default_rng(seed)
    width, height = STILL
    distance = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :])
    falloff = 1 / np.maximum(distance, 1 / width) ** ROUGHNESS
    planes: list[NDArray[np.float64]] = []
    for _ in range(3):
        plane = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((height, width))) * falloff, s=(height, width))
        planes.append(plane / plane.std())
    light, warm, cool = planes
    picture = np.stack([light + 0.3 * cool, light, light + 0.3 * warm], axis=2)
    cv2.imwrite(str(path), np.clip(120 + 48 * picture, 0, 255).astype(np.uint8))


def footage(folder: Path, seconds: float) -> list[Path]:
    """Three cameras' files of 1080p with sound, and `music.wav`: a scene that a hand-held camera pans over, with grain."""
    files: list[Path] = []
    for number, pan in enumerate(PANS):
        path, scene = folder / f"camera{number}.mp4", folder / f"scene{number}.png"
        still(scene, number)
        voice = f"aevalsrc='0.3*sin(2*PI*{180 + 40 * number}*t)*pow(sin(PI*3*t),2)':s=48000:d={seconds}"
        inputs = ["-loop", "1", "-framerate", str(RATE), "-i", str(scene), "-f", "lavfi", "-i", voice]
        filters = ["-vf", f"{pan},noise=alls=3:allf=t,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"]
        coded = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-g", "48", "-c:a", "aac"]
        colours = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"]
        ffmpeg(*inputs, *filters, "-t", f"{seconds}", *coded, *colours, str(path))
        files.append(path)
    music = f"aevalsrc='0.2*sin(2*PI*110*t)|0.2*sin(2*PI*165*t)':s=48000:d={seconds}"
    ffmpeg("-f", "lavfi", "-i", music, str(folder / "music.wav"))
    return files


def clip_frames(seconds: float) -> int:
    return round(seconds * RATE / CLIPS)


def timeline_of(files: Sequence[Path], folder: Path, seconds: float) -> Timeline:
    """Twelve clips, one camera after the other, every third one closer; captions every few seconds."""
    count = clip_frames(seconds)
    total = count * CLIPS
    sources = [Source(f"c{n}", str(path), total, offset=0) for n, path in enumerate(files)]
    closer = (Effect("angle", 0, count, CLOSER),)
    clips = tuple(
        Clip(f"c{n % CAMERAS}", n * count, count, n * count, closer if n % 3 == 2 else ()) for n in range(CLIPS)
    )
    sounds = tuple(SoundClip("DX", c.shot, c.start, c.duration, c.source_start) for c in clips)
    music = SoundClip("MX", "music", 0, total, gain_db=MUSIC_DB, fade_out=RATE)
    step = round(CAPTION_SECONDS * RATE)
    captions = tuple(
        Caption(at, at + step - RATE // 4, (WORDS[n % len(WORDS)],))
        for n, at in enumerate(range(0, total - step, step))
    )
    heard = Source("music", str(folder / "music.wav"), total, has_picture=False)
    return Timeline(0, RATE, total, clips, (), captions, sources=(*sources, heard), sound=(*sounds, music))


def plan_of(timeline: Timeline, size: tuple[int, int], folder: Path) -> dict[str, Any]:
    """The same cut in moviepy's words."""
    paths = {source.id: source.path for source in timeline.sources}
    return {
        "size": size, "rate": RATE, "preset": PRESET, "font": str(font_file()), "font_size": round(size[0] * 0.055),
        "caption_top": round(size[1] * CAPTION_TOP) + 20, "music": paths["music"], "music_volume": 10 ** (MUSIC_DB / 20),
        "joined": str(folder / "joined.mp4"),
        "clips": [
            {
                "path": paths[c.shot], "begin": c.source_start / RATE, "end": (c.source_start + c.duration) / RATE,
                "closer": CLOSER if c.effects else 0.0,
            }
            for c in timeline.picture
        ],
        "captions": [[c.start / RATE, c.stop / RATE, " ".join(c.rows)] for c in timeline.captions],
    }  # fmt: skip


def lossless(plan: dict[str, Any], out: Path) -> None:
    """The master that the others are compared with: no captions, Lanczos, lossless."""
    width, height = plan["size"]
    inputs: list[str] = []
    graph: list[str] = []
    for number, clip in enumerate(plan["clips"]):
        inputs += ["-ss", f"{clip['begin']:.6f}", "-i", clip["path"]]
        frames = round((clip["end"] - clip["begin"]) * RATE)
        zoom = 1 + clip["closer"]
        # the whole picture is scaled and then cropped: a crop of whole pixels before would change its shape
        factor = f"max({width}/iw,{height}/ih)*{zoom}"
        scaled = f"scale=w='2*round(iw*{factor}/2)':h='2*round(ih*{factor}/2)':flags=lanczos"
        graph.append(f"[{number}:v]trim=end_frame={frames},{scaled},crop={width}:{height}:exact=1,setsar=1[v{number}]")
    joined = "".join(f"[v{number}]" for number in range(len(graph)))
    whole = ";".join([*graph, f"{joined}concat=n={len(graph)}:v=1:a=0[out]"])
    coded = ["-map", "[out]", "-c:v", "libx264", "-preset", "ultrafast", "-qp", "0", "-pix_fmt", "yuv420p"]
    ffmpeg(*inputs, "-filter_complex", whole, *coded, str(out))


def vmaf(film: Path, master: Path, frames: int) -> float:
    """Mean VMAF above the captions, of the clips that are not closer: ours keep a face clear, moviepy's the middle.

    `frames`: of a clip."""
    plain = f"select='lt(mod(floor(n/{frames}),3),2)'"
    top = f"{plain},crop=iw:trunc(ih*{CAPTION_TOP}/2)*2:0:0,settb=1/{RATE},setpts=N"
    graph = f"[0:v]{top}[a];[1:v]{top}[b];[a][b]libvmaf=n_threads=2:shortest=1"
    command = [
        executable(),
        "-nostdin",
        "-i",
        str(film),
        "-i",
        str(master),
        "-filter_complex",
        graph,
        "-f",
        "null",
        "-",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = VMAF.search(done.stderr)
    if found is None:
        raise bench.BenchError("libvmaf gave no score")
    return float(found[1])


def made_by_us(job: Path) -> None:
    """What the measured process of ours does: the cut of `job`, a plan with the size and the folder."""
    told = json.loads(job.read_text(encoding="utf-8"))
    folder, size = Path(told["folder"]), (told["size"][0], told["size"][1])
    files = [folder / f"camera{number}.mp4" for number in range(CAMERAS)]
    timeline = timeline_of(files, folder, told["seconds"])
    captions = to_ass(timeline.captions, FAMILY, rate=RATE)
    how = Conforming(size=size, crf=CRF, encoder="x264", captions=captions, focus=(0.5, 0.5))
    conform(timeline, folder / "ours.mp4", how, lambda _share: None)


def naive(python: Path, plan: Path, folder: Path) -> float:
    """Core-seconds of the three generations: a file a clip, ffmpeg joins them, captions over the joined film."""
    recipe = str(Path(__file__).with_name("moviepy_footage.py"))
    parts = folder / "clips"
    parts.mkdir(exist_ok=True)
    spent = measure([str(python), recipe, "clips", str(plan), str(parts)]).core
    names = "".join(f"file '{path.resolve()}'\n" for path in sorted(parts.glob("*.mp4")))
    (folder / "clips.txt").write_text(names, encoding="utf-8")
    listed = ["-f", "concat", "-safe", "0", "-i", str(folder / "clips.txt")]
    spent += ffmpeg(*listed, "-c:v", "libx264", "-c:a", "aac", str(folder / "joined.mp4")).core
    return spent + measure([str(python), recipe, "titles", str(plan), str(folder / "naive.mp4")]).core


def figures_of(chosen: argparse.Namespace, folder: Path) -> list[Figure]:
    files = footage(folder, chosen.seconds)
    timeline = timeline_of(files, folder, chosen.seconds)
    plan = plan_of(timeline, chosen.size, folder)
    written = folder / "plan.json"
    written.write_text(json.dumps(plan), encoding="utf-8")
    job = folder / "job.json"
    job.write_text(
        json.dumps({"folder": str(folder), "size": chosen.size, "seconds": chosen.seconds}), encoding="utf-8"
    )
    lossless(plan, folder / "master.mkv")
    run = measure([sys.executable, __file__, "--made-by-us", str(job)])
    score = vmaf(folder / "ours.mp4", folder / "master.mkv", clip_frames(chosen.seconds))
    size = (folder / "ours.mp4").stat().st_size / 1e6
    figures = [
        Figure("ours, one pass", run.core, "core-s", note=f"{run.wall:.0f} s wall, {size:.1f} MB"),
        Figure("ours, peak memory", run.peak_bytes / 1e6, "MB"),
        Figure("ours, VMAF", score, ""),
    ]
    if chosen.skip_moviepy:
        return figures
    python = bench.moviepy_python(folder / "moviepy")
    recipe = str(Path(__file__).with_name("moviepy_footage.py"))
    whole = measure([str(python), recipe, "whole", str(written), str(folder / "whole.mp4")])
    seen = vmaf(folder / "whole.mp4", folder / "master.mkv", clip_frames(chosen.seconds))
    figures += beside("moviepy 2, one pass", whole.core, run.core, 5, seen, score, folder / "whole.mp4")
    if not chosen.skip_naive:
        spent = naive(python, written, folder)
        seen = vmaf(folder / "naive.mp4", folder / "master.mkv", clip_frames(chosen.seconds))
        film = folder / "naive.mp4"
        figures += beside("moviepy and ffmpeg, three generations", spent, run.core, 14, seen, score, film)
    return figures


def beside(name: str, core: float, ours: float, least: float, theirs: float, score: float, film: Path) -> list[Figure]:
    """Another way's figures; `least` times our core-seconds are promised. Limits are kept when not exceeded."""
    note = f"{film.stat().st_size / 1e6:.1f} MB; promised: {least:g} times ours"
    return [
        Figure(name, core, "core-s", note=note),
        Figure(f"ours over {name}", ours / core, "x", 1 / least, note=f"1/{core / ours:.1f}"),
        Figure(f"{name}, VMAF", theirs, "", score + 2),
    ]


def size_of(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{2,4})x(\d{2,4})", text)
    if found is None:
        raise argparse.ArgumentTypeError(f"'{text}' is no size such as 1080x1920")
    return int(found[1]), int(found[2])


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench.py conform", description="Measure a cut of footage beside moviepy 2.")
    parser.add_argument("--seconds", type=float, default=60.0, help="length of the episode (60)")
    parser.add_argument("--size", type=size_of, default=(1080, 1920), help="of the film, such as 720x1280 (1080x1920)")
    parser.add_argument("--skip-moviepy", action="store_true", help="only ours")
    parser.add_argument("--skip-naive", action="store_true", help="without the three generations")
    parser.add_argument("--keep", type=Path, help="work in this folder and keep it")
    parser.add_argument("--made-by-us", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.made_by_us:
        made_by_us(chosen.made_by_us)
        return 0
    with tempfile.TemporaryDirectory(prefix="cliffhanger-bench-") as name:
        folder = (chosen.keep or Path(name)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        figures = figures_of(chosen, folder)
    bench.show(figures)
    print(bench.as_json(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
