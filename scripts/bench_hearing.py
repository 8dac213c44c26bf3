"""Measure how fast sound is heard here: every part of the analysis, beside pyloudnorm and ffmpeg's ebur128; a table, then
one JSON line.

    python scripts/bench_hearing.py [--seconds 60] [--repeats 5] [--rate 48000] [--file MEDIA]

Milliseconds of core time (user + system) on one thread, the least of the repeats; the load of the machine stands beside
them. The yardsticks measure loudness alone: pyloudnorm (when it is installed) the integrated loudness and the range of
samples in memory, ffmpeg both and the true peak of a WAV file, whose decoding takes next to nothing."""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[variable] = "1"  # read when numpy is loaded
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np  # noqa: E402
from scipy import signal  # noqa: E402

from engine import ffmpeg  # noqa: E402
from engine.footage import hearing, levelling, manners, marking, tracing  # noqa: E402
from engine.footage.beats import beats_of  # noqa: E402
from engine.footage.streaming import BLOCK_SECONDS, open_sound  # noqa: E402
from engine.loudness import Meter, k_weighting  # noqa: E402
from engine.wav import write_wav  # noqa: E402

FRAMES_A_SECOND = 24
GOAL_MS = 60.0
"""For a minute of 48 kHz stereo on an idle core."""
Block = Any


def made(seconds: float, rate: int) -> Block:
    """Bursts of voiced sound, hits and pauses over noise, in stereo: (2, samples) float32."""
    dice = np.random.default_rng(3)
    time_axis = np.arange(round(seconds * rate)) / rate
    turns = np.cumsum(140 * (1 + 0.2 * np.sin(2.1 * time_axis))) / rate
    voice = signal.lfilter(*signal.iirpeak(900, 2.0, fs=rate), np.diff(np.floor(turns), prepend=0.0))
    voice *= np.maximum(0.3, np.sin(2 * np.pi * 4 * time_axis)) * (np.sin(2 * np.pi * time_axis / 4.3) > -0.3)
    hits = np.zeros(len(time_axis))
    for at in dice.integers(0, max(1, len(hits) - rate // 4), int(seconds)):
        decay = np.exp(-np.arange(rate // 4) / (0.04 * rate))
        hits[at : at + len(decay)] += (dice.standard_normal(len(decay)) * decay)[: len(hits) - at]
    noise = dice.standard_normal((2, len(hits)))
    return (0.5 * voice / np.abs(voice).max() + 0.15 * hits + 0.001 * noise).astype(np.float32)


def read(path: Path, seconds: float) -> tuple[Block, int]:
    with open_sound(path, seconds) as sound:
        return np.concatenate(list(sound.blocks), axis=1), sound.sample_rate


def least(work: Callable[[], Any], repeats: int) -> float:
    """Milliseconds of core time."""
    best = float("inf")
    for _ in range(repeats):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return 1000 * best


def fed(listener: Any, blocks: Sequence[Block]) -> Any:
    for block in blocks:
        listener.feed(block)
    return listener


def parts(samples: Block, rate: int, repeats: int) -> list[tuple[str, float]]:
    """Every part of the analysis, and at first the whole."""
    channels, size = len(samples), round(BLOCK_SECONDS * rate)
    seconds = samples.shape[1] / rate
    blocks = [samples[:, at : at + size] for at in range(0, samples.shape[1], size)]
    traces = fed(tracing.Tracer(rate, channels), blocks).finish()
    level = levelling.level_of(traces.power, seconds)
    hits, grids = marking.hits_of(level, traces.flux), beats_of(traces.flux)
    spans = marking.joined(levelling.stretches(level), hits)
    passages = manners.passages_of(level, traces, spans, grids)
    frames = round(seconds * FRAMES_A_SECOND)

    def decided() -> None:
        marking.hits_of(levelling.level_of(traces.power, seconds), traces.flux)
        marking.markers_of(level, passages, hits, grids, FRAMES_A_SECOND, frames)
        levelling.intensity(level, FRAMES_A_SECOND, frames)

    works: list[tuple[str, Callable[[], Any]]] = [
        ("all of it", lambda: hearing.hear_samples(samples, rate, FRAMES_A_SECOND)),
        ("loudness, range, true peak", lambda: fed(Meter(rate, channels), blocks).finish()),
        ("levels, flux, pitch", lambda: fed(tracing.Tracer(rate, channels), blocks).finish()),
        ("beats", lambda: beats_of(traces.flux)),
        ("passages", lambda: manners.passages_of(level, traces, spans, grids)),
        ("markers, intensity", decided),
    ]
    return [(name, least(work, repeats)) for name, work in works]


def yardsticks(samples: Block, rate: int, repeats: int) -> list[tuple[str, float]]:
    out = [
        (
            "scipy: K-weighting alone",
            least(lambda: signal.sosfilt(k_weighting(rate), samples, axis=-1), min(repeats, 2)),
        )
    ]
    try:
        import pyloudnorm  # pyright: ignore[reportMissingImports]
    except ImportError:
        print("pyloudnorm is not installed: left out", file=sys.stderr)
    else:
        turned, meter = samples.T.astype(np.float64), pyloudnorm.Meter(rate)
        out.append(("pyloudnorm: loudness", least(lambda: meter.integrated_loudness(turned), min(repeats, 3))))
        out.append(("pyloudnorm: range", least(lambda: meter.loudness_range(turned), min(repeats, 2))))
    out.append(("ffmpeg ebur128: all three", _ffmpeg(samples, rate, min(repeats, 3))))
    return out


def _ffmpeg(samples: Block, rate: int, repeats: int) -> float:
    """Milliseconds of ffmpeg's own core time, those of reading the file subtracted."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.wav"
        write_wav(path, np.clip(samples, -1, 1), rate, float32=True)

        def core(*filters: str) -> float:
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            ffmpeg.run(["-threads", "1", *ffmpeg.safe_input(path), *filters, "-f", "null", "-"])
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)

        measured = min(core("-af", "ebur128=peak=true:framelog=quiet") for _ in range(repeats))
        return measured - min(core() for _ in range(repeats))


def show(rows: Sequence[tuple[str, float]], seconds: float) -> str:
    whole = rows[0][1]
    lines = [f"{'part':<28} {'core ms':>9} {'of the whole':>13} {'x real time':>12}"]
    for name, took in rows:
        lines.append(f"{name:<28} {took:>9.1f} {took / whole:>12.2f}x {1000 * seconds / max(took, 1e-6):>12.0f}")
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench_hearing.py", description="Measure how fast sound is heard here.")
    parser.add_argument("--seconds", type=float, default=60.0, help="length of the sound (60)")
    parser.add_argument("--repeats", type=int, default=5, help="times each part is run; the least counts (5)")
    parser.add_argument("--rate", type=int, default=48_000, help="sample rate of the made sound (48000)")
    parser.add_argument("--file", type=Path, help="a media file to hear instead of made sound")
    chosen = parser.parse_args(arguments)
    samples, rate = (
        read(chosen.file, chosen.seconds) if chosen.file else (made(chosen.seconds, chosen.rate), chosen.rate)
    )
    seconds = samples.shape[1] / rate
    rows = parts(samples, rate, chosen.repeats) + yardsticks(samples, rate, chosen.repeats)
    print(show(rows, seconds))
    figures = {name: round(took, 1) for name, took in rows}
    told = {"seconds": round(seconds, 2), "rate": rate, "channels": len(samples), "load": round(os.getloadavg()[0], 2)}
    print(json.dumps({"bench": "hearing", **told, "goal_ms": round(GOAL_MS * seconds / 60, 1), "core_ms": figures}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
