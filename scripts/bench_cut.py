"""Measure cutting footage here: analysis and cut list of a long file against auto-editor's, and the silences both find.

    python scripts/bench.py cut [--seconds 600] [--size 1920x1080] [--repeat 3] [--recordings DIR] [--keep DIR]

The file is made on the spot: sentences of the espeak voice with pauses of known places over quiet noise, AAC, under a
moving test picture. Each tool runs as its own process, several times in turn, the best counts. The yardstick is Debian's
`auto-editor` (22w52a works without a network; PyPI's of that name downloads a program): `apt-get install auto-editor`.
Silences are compared where both have one threshold, no margin and one least length."""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from bench import BenchError, Run, cliffhanger, measure
from numpy.typing import NDArray
from scipy import signal

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

SAMPLE_RATE = 48_000
FPS = 24
LOOP_SECONDS = 10
PAUSES = (0.35, 2.6)
"""Seconds between two sentences, least and most."""
PEAK_DBFS, NOISE_DBFS = -3.0, -66.0
AGREED_FRAMES = 2
LEAST_SILENCE = 0.3
"""Seconds; shorter gaps lie inside words."""
LEAST = round(LEAST_SILENCE * FPS)
NEAR = LEAST - 2 * AGREED_FRAMES
"""Frames: silences are compared from LEAST on, and looked for from NEAR on."""
GOAL = 3.0
VOICES = ("en-us+f2", "en-us+m3", "en-us+m7")
SENTENCES = (
    "Tell me the truth, before the whole city hears it.", "I never left this house.", "Give me the ring!",
    "She knew your name before you told her.", "Stop. Do not open that door.", "Twenty years, and you still lie to me?",
    "My father built this company with his bare hands.", "You are not my sister.", "Run, and do not look back.",
    "Then who signed the papers that night?", "Nobody leaves until I say so.", "I saw you burn the letter.",
)  # fmt: skip
INSTALL = "auto-editor is not here: apt-get install --no-install-recommends auto-editor (Debian 12 has 22w52a)"

Samples = NDArray[np.float32]
Spans = list[tuple[float, float]]
Cut = tuple[int, int]


# -- the file


def speech(seconds: float, seed: int = 6) -> tuple[Samples, Spans]:
    """Mono sound (samples,) of `seconds` at SAMPLE_RATE, and where in it sentences are, seconds."""
    dice = np.random.default_rng(seed)
    said = sentences()
    out = dice.normal(0, 10 ** (NOISE_DBFS / 20), round(seconds * SAMPLE_RATE)).astype(np.float32)
    spans: Spans = []
    at = 0.8
    while True:
        one = said[int(dice.integers(len(said)))]
        if at + len(one) / SAMPLE_RATE + 0.5 > seconds:
            return out, spans
        first = round(at * SAMPLE_RATE)
        out[first : first + len(one)] += one
        spans.append((at, at + len(one) / SAMPLE_RATE))
        at = spans[-1][1] + float(dice.uniform(*PAUSES))


def sentences() -> list[Samples]:
    """Every sentence in every voice, without silence around it, the loudest sample at PEAK_DBFS."""
    from models.draft.espeak import NATIVE_RATE, Clause, EspeakProcess

    process = EspeakProcess()
    try:
        clauses = [Clause(text, voice, 165, 50, 50, 85) for voice in VOICES for text in SENTENCES]
        spoken = process.say(clauses)
    finally:
        process.close()
    step = math.gcd(SAMPLE_RATE, NATIVE_RATE)
    out: list[Samples] = []
    for one in spoken:
        raised = signal.resample_poly(one.samples, SAMPLE_RATE // step, NATIVE_RATE // step)
        loud = np.flatnonzero(np.abs(raised) > 10 ** (NOISE_DBFS / 20))
        kept = raised[loud[0] : loud[-1] + 1]
        out.append((kept * 10 ** (PEAK_DBFS / 20) / np.abs(kept).max()).astype(np.float32))
    return out


def make_file(folder: Path, seconds: float, size: str) -> tuple[Path, Spans]:
    """The file to be cut, and where its sentences are. A few seconds of picture are encoded once and repeated."""
    from engine import ffmpeg, wav

    loop, sound, path = folder / "loop.mp4", folder / "sound.wav", folder / "talk.mp4"
    samples, spans = speech(seconds)
    wav.write_wav(sound, samples)
    picture = ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate={FPS}:duration={LOOP_SECONDS}"]
    x264 = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "26", "-pix_fmt", "yuv420p"]
    ffmpeg.run(["-v", "error", "-y", *picture, *x264, str(loop)])
    repeated = ["-stream_loop", str(math.ceil(seconds / LOOP_SECONDS) - 1), "-i", str(loop), "-i", str(sound)]
    coded = ["-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac", "-b:a", "160k", "-ac", "2"]
    ffmpeg.run(["-v", "error", "-y", *repeated, *coded, "-t", f"{seconds}", str(path)])
    return path, spans


# -- both tools


def run_ours(path: Path, folder: Path) -> Run:
    cuts, markers = folder / "cuts.json", folder / "markers.json"
    for old in (cuts, markers):
        old.unlink(missing_ok=True)
    return measure(cliffhanger("cut", str(path), "--cuts", str(cuts), "--markers", str(markers)))


def run_theirs(program: str, path: Path, folder: Path, threshold: float) -> Run:
    """auto-editor's JSON timeline without rendering. Its cache lies beside its temporary folder: a new one each time."""
    scratch = Path(tempfile.mkdtemp(dir=folder))
    asked = ["--edit", f"audio:threshold={threshold:.6f}", "--time-base", f"{FPS}"]
    asked += ["--margin", "0", "--min-cut", str(NEAR), "--min-clip", "0"]
    written = ["--export", "json", "--output", str(scratch / "theirs.json"), "--no-open", "--quiet"]
    try:
        run = measure([program, str(path), *asked, *written], TMPDIR=str(scratch))
        shutil.copy(scratch / "theirs.json", folder / "theirs.json")
        return run
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def their_silences(timeline: dict[str, Any], frames: int) -> list[Cut]:
    """What auto-editor left out. Its clips after the first begin one frame later than what it kept (22w52a, `clipify`)."""
    clips = timeline["timeline"]["a"][0]
    kept = [(c["offset"] - (n > 0), c["offset"] - (n > 0) + c["dur"]) for n, c in enumerate(clips)]
    return between(kept, frames)


def between(kept: Sequence[Cut], frames: int) -> list[Cut]:
    """The gaps of [0, frames) that `kept`, in order, leaves.

    >>> between([(2, 5), (5, 7)], 9)
    [(0, 2), (7, 9)]
    """
    edges = [0, *(edge for span in kept for edge in span), frames]
    return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b > a]


# -- do they agree


@dataclass(frozen=True)
class Agreement:
    """Silences of LEAST frames and longer that each found, `first` and `second`; `same`: pairs of which one is so long,
    that overlap each other and no other; of those `agreed` begin and end within AGREED_FRAMES; `largest`: frames between
    two edges of a pair at the most; `alone`: long silences without a pair."""

    first: int
    second: int
    same: int
    agreed: int
    largest: int
    alone: int


def compare(first: Sequence[Cut], second: Sequence[Cut]) -> Agreement:
    """Lists of silences, also shorter ones: what is just long enough for one may be just too short for the other."""
    pairs: list[tuple[Cut, Cut]] = []
    for a in first:
        over = [b for b in second if overlap(a, b)]
        if len(over) == 1 and sum(overlap(c, over[0]) for c in first) == 1 and max(length(a), length(over[0])) >= LEAST:
            pairs.append((a, over[0]))
    apart = [max(abs(a[0] - b[0]), abs(a[1] - b[1])) for a, b in pairs]
    long = [[span for span in spans if length(span) >= LEAST] for spans in (first, second)]
    alone = sum(a not in [p[0] for p in pairs] for a in long[0]) + sum(b not in [p[1] for p in pairs] for b in long[1])
    agreed = sum(n <= AGREED_FRAMES for n in apart)
    return Agreement(len(long[0]), len(long[1]), len(pairs), agreed, max(apart, default=0), alone)


def overlap(a: Cut, b: Cut) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def length(span: Cut) -> int:
    return span[1] - span[0]


def our_silences(path: Path) -> tuple[list[Cut], float]:
    """What our silence removal leaves out without margin, and the level (dBFS) under which it hears nothing."""
    from engine.footage.keeping import without_silence
    from engine.footage.levelling import OFF_OVER_DB
    from engine.footage.material import gather
    from engine.footage.media import open_media

    material = gather([open_media(path)], None, FPS)
    heard = material.sounds[0].heard
    if heard is None:
        raise BenchError("nothing was heard in the file")
    kept = [(s.start, s.stop) for s in without_silence(material, NEAR / FPS, (0.0, 0.0))]
    return between(kept, material.frames), heard.floor + OFF_OVER_DB[1]


def as_threshold(level: float, peak: float = PEAK_DBFS) -> float:
    """A level (dBFS, RMS) as auto-editor's threshold: the largest sample of a picture frame over that of the file, `peak`.

    Of n samples of noise the largest is about sqrt(2 ln n) times their RMS."""
    crest = 10 * math.log10(2 * math.log(SAMPLE_RATE / FPS))
    return 10 ** ((level + crest - peak) / 20)


# -- measuring


def timed(program: str | None, path: Path, folder: Path, threshold: float, repeat: int) -> list[dict[str, Any]]:
    """A row a tool; they take turns, so that a busy machine is busy for both."""
    ours: list[Run] = []
    theirs: list[Run] = []
    for _ in range(repeat):
        ours.append(run_ours(path, folder))
        if program:
            theirs.append(run_theirs(program, path, folder, threshold))
    found = [("cliffhanger cut", ours), *([("auto-editor", theirs)] if program else [])]
    return [
        {
            "who": who,
            "wall_seconds": round(min(run.wall for run in runs), 2),
            "core_seconds": round(min(run.core for run in runs), 2),
            "peak_mb": round(max(run.peak_bytes for run in runs) / 1e6),
        }
        for who, runs in found
    ]


def agreed(program: str | None, path: Path, folder: Path, truth: Spans, frames: int) -> list[dict[str, Any]]:
    """A row a comparison of silences of LEAST_SILENCE and longer; the truth is where the pauses were put."""
    ours, level = our_silences(path)
    put = between([(round(a * FPS), round(b * FPS)) for a, b in truth], frames)
    rows = [("ours against the pauses made", ours, put)]
    for name, threshold in (("one threshold", as_threshold(level)), ("its usual 4 %", 0.04)):
        if program:
            run_theirs(program, path, folder, threshold)
            theirs = their_silences(json.loads((folder / "theirs.json").read_text()), frames)
            rows.append((f"ours against auto-editor, {name} ({threshold:.4f})", ours, theirs))
            rows.append((f"auto-editor, {name}, against the pauses made", theirs, put))
    return [{"what": what, **vars(compare(first, second))} for what, first, second in rows]


def recorded(program: str | None, recordings: Path, folder: Path) -> list[dict[str, Any]]:
    """The same for real speech, speech*.wav of a folder as get_samples.py makes it, both with one threshold."""
    from engine import wav

    rows: list[dict[str, Any]] = []
    for path in sorted(recordings.glob("speech*.wav")) if program else []:
        samples, rate = wav.read_wav(path)
        frames = int(samples.shape[1] / rate * FPS)
        ours, level = our_silences(path)
        threshold = as_threshold(level, 20 * math.log10(float(np.abs(samples).max())))
        run_theirs(str(program), path, folder, threshold)
        theirs = their_silences(json.loads((folder / "theirs.json").read_text()), frames)
        found = compare(ours, theirs)
        rows.append({"what": f"ours against auto-editor, one threshold, {path.stem}", **vars(found)})
    return rows


def measured(folder: Path, chosen: argparse.Namespace) -> dict[str, Any]:
    program = shutil.which("auto-editor")
    if program is None:
        print(INSTALL, file=sys.stderr, flush=True)
    path, truth = make_file(folder, chosen.seconds, chosen.size)
    frames = round(chosen.seconds * FPS)
    silences = agreed(program, path, folder, truth, frames)
    if chosen.recordings:
        silences += recorded(program, chosen.recordings, folder)
    speed = timed(program, path, folder, 0.04, chosen.repeat)
    ratio = {}
    if program:
        ours, theirs = speed
        ratio = {key: round(theirs[f"{key}_seconds"] / ours[f"{key}_seconds"], 2) for key in ("wall", "core")}
    return {
        "bench": "cut", "seconds": chosen.seconds, "size": chosen.size, "megabytes": round(path.stat().st_size / 1e6),
        "auto_editor": version_of(program), "speed": speed, "faster": ratio, "goal": GOAL, "silences": silences,
        "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 2),
    }  # fmt: skip


def version_of(program: str | None) -> str | None:
    return measure([program, "--version"]).output.strip() if program else None


def show(found: dict[str, Any]) -> str:
    lines = [f"{'analysis and cut list':<62} {'wall s':>8} {'core s':>8} {'peak MB':>8}"]
    for row in found["speed"]:
        lines.append(f"{row['who']:<62} {row['wall_seconds']:>8.2f} {row['core_seconds']:>8.2f} {row['peak_mb']:>8}")
    for key, ratio in found["faster"].items():
        word = "kept" if ratio >= GOAL else "MISSED"
        lines.append(f"{f'faster than auto-editor, {key} seconds':<62} {ratio:>7.2f}x  goal {GOAL:g}x  {word}")
    head = f"{f'silences of {LEAST_SILENCE:g} s and longer':<62} {'first':>6} {'second':>6} {'same':>6}"
    lines += ["", f"{head} {f'<= {AGREED_FRAMES} fr':>8} {'largest':>8} {'alone':>6}"]
    for row in found["silences"]:
        counts = f"{row['first']:>6} {row['second']:>6} {row['same']:>6} {row['agreed']:>8} {row['largest']:>8} {row['alone']:>6}"
        lines.append(f"{row['what']:<62} {counts}")
    return "\n".join(lines)


def size_of(text: str) -> str:
    """'1920x1080'. ArgumentTypeError for what is no size."""
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal() and 16 <= int(width) <= 7680 and 16 <= int(height) <= 7680):
        raise argparse.ArgumentTypeError(f"'{text}' is no size such as 1920x1080")
    return f"{int(width)}x{int(height)}"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench.py cut", description="Measure cutting footage here.")
    parser.add_argument("--seconds", type=float, default=600.0, help="length of the file, 10 at least (600)")
    parser.add_argument("--size", type=size_of, default="1920x1080", help="its picture (1920x1080)")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each tool (3)")
    parser.add_argument(
        "--recordings", type=Path, help="a folder of real speech too (scripts/get_samples.py makes one)"
    )
    parser.add_argument("--keep", type=Path, help="work in this folder and keep it")
    chosen = parser.parse_args(arguments)
    if chosen.seconds < 10 or chosen.repeat < 1:
        parser.error("at least 10 seconds and 1 run")
    folder = chosen.keep or Path(tempfile.mkdtemp(prefix="cliffhanger-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        found = measured(folder, chosen)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    finally:
        if not chosen.keep:
            shutil.rmtree(folder, ignore_errors=True)
    print(show(found))
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
