"""The figures of rendered mixes: stems and masters in, levels out. Reads a series folder; knows no composer.

Speech and music are compared line by line, and second by second inside the lines, in the band that carries words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import ffmpeg, wav
from engine.core import SAMPLE_RATE
from engine.loudness import integrated_lufs, true_peak_dbtp
from engine.manifest import MANIFEST, read_manifest
from engine.mixing import SPEECH_BAND_HZ, band

LUFS, LUFS_SLACK, PEAK_DBTP, LIMITED, CLEAR_DB, FOLD_DB, GAP_DBFS = -14.0, 0.2, -1.0, 0.03, 15.0, 3.0, -70.0
EDGE_SECONDS = 0.005

Stem = NDArray[np.float32]
Span = tuple[int, int]


@dataclass(frozen=True)
class Stems:
    """One episode's sound, (2, samples) each, and where it speaks and is silent, in samples."""

    dx: Stem
    mx: Stem
    fx: Stem
    master: Stem
    speech: tuple[Span, ...]
    silences: tuple[Span, ...]


@dataclass(frozen=True)
class Figures:
    """What a mix measures. Clearances are decibels of speech over music in SPEECH_BAND_HZ."""

    episode: str
    lufs: float
    true_peak: float
    worst_line: float
    median_line: float
    worst_second: float
    worst_line_effects: float
    fold_loss: float
    gap: float
    clipped: int
    limited: float
    core_seconds: float

    def faults(self) -> list[str]:
        """Names of what is outside its limit."""
        bad = {
            "lufs": abs(self.lufs - LUFS) > LUFS_SLACK,
            "true_peak": self.true_peak > PEAK_DBTP,
            "worst_line": self.worst_line < CLEAR_DB,
            "fold_loss": self.fold_loss >= FOLD_DB,
            "gap": self.gap >= GAP_DBFS,
            "clipped": self.clipped > 0,
            "limited": self.limited >= LIMITED,
        }
        return [name for name, wrong in bad.items() if wrong]


def decibels(power: float) -> float:
    return float(10 * np.log10(max(power, 1e-12)))


def clearance(dx: Stem, other: Stem, spans: Iterable[Span]) -> list[float]:
    """Per span, speech over the other stem in the speech band; 120 where the other is silent."""
    speech, rest = band(dx, SPEECH_BAND_HZ, 2, SAMPLE_RATE), band(other, SPEECH_BAND_HZ, 2, SAMPLE_RATE)
    powers = [(float(np.mean(speech[:, a:b] ** 2)), float(np.mean(rest[:, a:b] ** 2))) for a, b in spans if b > a]
    return [decibels(over) - decibels(under) if under > 1e-11 else 120.0 for over, under in powers]


def seconds_of(spans: Sequence[Span]) -> list[Span]:
    """Every whole second inside the spans, half overlapping."""
    step = SAMPLE_RATE // 2
    return [(at, at + 2 * step) for a, b in spans for at in range(a, b - 2 * step + 1, step)]


def fold_loss(stereo: Stem) -> float:
    """What is lost when both channels become one."""
    return decibels(float(np.mean(stereo**2))) - decibels(float(np.mean(stereo.mean(axis=0) ** 2)))


def measure(stems: Stems, name: str = "", limited: float = 0.0, core_seconds: float = 0.0) -> Figures:
    """The figures of one mix; `limited` and `core_seconds` are what its making recorded."""
    lines = clearance(stems.dx, stems.mx, stems.speech) or [120.0]
    moments = clearance(stems.dx, stems.mx, seconds_of(stems.speech)) or lines
    edge = int(EDGE_SECONDS * SAMPLE_RATE)
    gaps = [decibels(float(np.mean(stems.master[:, a + edge : b - edge] ** 2))) for a, b in stems.silences]
    return Figures(
        name,
        round(integrated_lufs(stems.master, SAMPLE_RATE), 2),
        round(true_peak_dbtp(stems.master), 2),
        round(min(lines), 1),
        round(float(np.median(lines)), 1),
        round(min(moments), 1),
        round(min(clearance(stems.dx, stems.fx, stems.speech), default=120.0), 1),
        round(max(fold_loss(stem) for stem in (stems.master, stems.dx, stems.mx)), 2),
        round(max(gaps, default=-120.0), 1),
        int(np.sum(np.abs(stems.master) >= 1.0)),
        round(limited, 4),
        round(core_seconds, 2),
    )


def mix_table(folder: Path) -> dict[str, Any]:
    """Prints a row per rendered episode of a series; their figures and how many miss a limit."""
    rows = [_figures(folder, path.parent) for path in sorted(folder.glob(f"renditions/*/e*/{MANIFEST}"))]
    if not rows:
        raise SystemExit(f"{folder}: no rendered episode here")
    for row in rows:
        words = " ".join(f"{key} {value}" for key, value in asdict(row).items() if key != "episode")
        print(f"{row.episode}: {words}   {'FAILS ' + ', '.join(row.faults()) if row.faults() else 'ok'}")
    return {"episodes": [asdict(row) for row in rows], "below": sum(bool(row.faults()) for row in rows)}


def _figures(folder: Path, episode: Path) -> Figures:
    manifest = read_manifest(episode)
    if manifest is None:
        raise SystemExit(f"{episode}: its manifest is damaged")
    paths = {
        take.unit.rpartition("_")[2]: folder / "takes" / take.stage / take.file
        for take in manifest.takes
        if take.stage == "scoring"
    }
    dx, mx, fx = (wav.read_wav(paths[kind])[0] for kind in ("dx", "mx", "fx"))
    a_frame = SAMPLE_RATE // manifest.rate
    speech = tuple((line.start * a_frame, line.stop * a_frame) for line in manifest.speech)
    silences = tuple((s.start * a_frame, s.stop * a_frame) for s in manifest.spans if s.kind == "silence")
    stems = Stems(dx, mx, fx, decoded(episode / "master.mp4"), speech, silences)
    record = json.loads(paths["mx"].with_name(paths["mx"].name + ".json").read_text("utf-8"))
    name = f"{folder.name}/{episode.name}"
    return measure(stems, name, record["result"]["limited_fraction"], record["cost"]["core_seconds"])


def decoded(master: Path) -> Stem:
    """A master's sound as a player hears it."""
    output = ["-map", "0:a:0", "-ac", "2", "-ar", str(SAMPLE_RATE), "-f", "f32le", "-"]
    raw, _ = ffmpeg.run([*ffmpeg.safe_input(master), *output])
    return np.frombuffer(raw, np.float32).reshape(-1, 2).T
