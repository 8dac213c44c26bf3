"""The mix: placed lines, music and effects in; one master and three stems that sum to it out. Knows levels, no story.

Stems are levelled apart (dialogue -16, music -22, effects -25 LUFS), music and effects duck under every line and are
carved in the speech band, then one bus limiter and one linear gain make the master -14 LUFS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from engine.core import SAMPLE_RATE
from engine.dynamics import compressor_gain, duck_db, gate, limiter_gain
from engine.loudness import SILENCE_LUFS, integrated_lufs, true_peak_dbtp
from engine.rooms import reverberated, room_of

Samples = NDArray[np.floating[Any]]
Stem = NDArray[np.float32]

TARGET_LUFS = -14.0
CEILING_DBTP = -2.0
"""A decibel under what is promised: the AAC encoder overshoots by up to 0.7 dB (measured at 128 kbit/s)."""
DIALOGUE_LUFS, MUSIC_LUFS, EFFECTS_LUFS = -16.0, -22.0, -25.0
DIALOGUE_PEAK_DB, MUSIC_PEAK_DB, EFFECTS_PEAK_DB = -16.0 + 9.5, -9.0, -12.0
LINE_LEVELLING = 0.6
"""How much of a line's distance from the others is taken away; the rest is acting."""
MAX_LINE_GAIN_DB = 12.0
MAX_STEM_GAIN_DB = 24.0
MUSIC_DUCK_DB, EFFECTS_DUCK_DB, DEEPEST_DUCK_DB = 7.0, 3.0, 24.0
CLEAR_OF_MUSIC_DB, CLEAR_OF_EFFECTS_DB = 16.5, 12.0
"""Speech over music and over effects in the speech band, during each line; deeper ducking where it is less."""
SECOND_SLACK_DB = 1.0
"""No second of a line may be worse than the line's own limit by more than this."""
CARVE = 0.5
SPEECH_BAND_HZ = (500.0, 4000.0)
CARVE_BAND_HZ = (900.0, 3600.0)
LIMITED_DB = 1.0
CUT_SECONDS = 0.012
EDGE_SECONDS = 0.005
CLOSE_ENOUGH_LU = 0.1
_MAX_PASSES = 6
_NOT_DENORMAL = np.float32(1e-12)  # filters that ring out into exact zeros slow down tenfold


@dataclass(frozen=True)
class PlacedSpeech:
    """A dry mono take and where it is heard: start in samples, a room of models.base.ROOMS, a delivery, a gain."""

    samples: Samples
    start_sample: int
    room: str = "dry"
    delivery: str = "voice"
    gain_db: float = 0.0


@dataclass(frozen=True)
class Mix:
    """(2, samples) stems, already ducked and scaled, and their sum; measured figures of the master.

    `limited_fraction`: share of samples turned down by more than LIMITED_DB. `speech_to_music_db`: of the line where
    music comes nearest, in SPEECH_BAND_HZ; infinite without music or speech."""

    dx: Stem
    mx: Stem
    fx: Stem
    master: Stem
    loudness_lufs: float
    true_peak_dbtp: float
    limited_fraction: float
    speech_to_music_db: float


def mix_episode(
    speech: Sequence[PlacedSpeech], music: Samples, effects: Samples, num_samples: int,
    sample_rate: int = SAMPLE_RATE, silences: Sequence[tuple[int, int]] = (),
) -> Mix:  # fmt: skip
    """Mix an episode of `num_samples`; `silences` are sample ranges that stay digitally silent.

    ValueError if a line does not fit, a room is unknown or a stem is not (2, num_samples)."""
    spans = [_span(line, num_samples) for line in speech]
    dx = _levelled(_dialogue(speech, num_samples, sample_rate), sample_rate, DIALOGUE_LUFS, DIALOGUE_PEAK_DB)
    mx = _levelled(_stereo(music, num_samples), sample_rate, MUSIC_LUFS, MUSIC_PEAK_DB)
    fx = _levelled(_stereo(effects, num_samples), sample_rate, EFFECTS_LUFS, EFFECTS_PEAK_DB)
    _duck(dx, mx, fx, spans, sample_rate)
    stems = (dx, mx, fx)
    edges = ((0, 0), (num_samples, num_samples))
    for stem in stems:
        gate(stem, silences, int(CUT_SECONDS * sample_rate))
        gate(stem, edges, int(EDGE_SECONDS * sample_rate))
    clear = min(_clearance(dx, mx, spans, sample_rate), default=float("inf"))
    return _mastered(stems, sample_rate, clear)


def _span(line: PlacedSpeech, num_samples: int) -> tuple[int, int]:
    start, stop = line.start_sample, line.start_sample + len(line.samples)
    if line.samples.ndim != 1 or start < 0 or stop > num_samples:
        raise ValueError(f"a line at samples {start}-{stop} does not fit in {num_samples}")
    return start, stop


def _stereo(stem: Samples, num_samples: int) -> Stem:
    if stem.shape != (2, num_samples) or not np.all(np.isfinite(stem)):
        raise ValueError(f"a stem of shape {stem.shape}: want finite (2, {num_samples})")
    return np.array(stem, np.float32)


def _dialogue(speech: Sequence[PlacedSpeech], num_samples: int, rate: int) -> Stem:
    """Lines levelled, compressed and put into their rooms."""
    out = np.zeros((2, num_samples), np.float32)
    for line in speech:
        dry = _line(line, rate)
        out[:, line.start_sample : line.start_sample + len(dry)] += dry
        room = room_of(line.room, line.delivery)
        if room and len(dry):
            wet = reverberated(dry, room, rate)[:, : num_samples - line.start_sample]
            out[:, line.start_sample : line.start_sample + wet.shape[1]] += wet
    return out


def _line(line: PlacedSpeech, rate: int) -> Stem:
    dry = line.samples.astype(np.float32)
    loudness = integrated_lufs(dry, rate)
    if loudness <= SILENCE_LUFS:
        return dry
    gain = np.clip(LINE_LEVELLING * (DIALOGUE_LUFS - loudness), -MAX_LINE_GAIN_DB, MAX_LINE_GAIN_DB)
    dry = dry * np.float32(10 ** ((gain + line.gain_db) / 20))
    return dry * compressor_gain(dry, rate, threshold_db=-22.0, ratio=3.0)


def _levelled(stem: Stem, rate: int, lufs: float, peak_db: float) -> Stem:
    """The stem at `lufs`, its peaks limited, at `lufs` again."""
    for limited in (True, False):
        loudness = integrated_lufs(stem, rate)
        if loudness <= SILENCE_LUFS:
            return stem
        stem *= np.float32(10 ** (min(lufs - loudness, MAX_STEM_GAIN_DB) / 20))
        if limited:
            stem *= limiter_gain(stem, rate, peak_db, release=0.06)
    return stem


def _duck(dx: Stem, mx: Stem, fx: Stem, spans: Sequence[tuple[int, int]], rate: int) -> None:
    """Music and effects down under the lines, in place: deeper under those that they would still cover."""
    if not spans:
        return
    count = dx.shape[1]
    presence = duck_db([(start, stop, 1.0) for start, stop in spans], count, rate)
    mx -= band(mx, CARVE_BAND_HZ, 1, rate) * presence * np.float32(CARVE)
    for stem, least, clear in ((mx, MUSIC_DUCK_DB, CLEAR_OF_MUSIC_DB), (fx, EFFECTS_DUCK_DB, CLEAR_OF_EFFECTS_DB)):
        ratios = _least_clearance(dx, stem, spans, rate)
        depths = [min(max(least, clear - ratio), DEEPEST_DUCK_DB) for ratio in ratios]
        curve = duck_db([(*span, depth) for span, depth in zip(spans, depths, strict=True)], count, rate)
        stem *= np.power(10.0, -curve / 20, dtype=np.float32)


def _least_clearance(dx: Stem, other: Stem, spans: Sequence[tuple[int, int]], rate: int) -> list[float]:
    """Per line, its clearance, or SECOND_SLACK_DB over that of its worst second if that is less."""
    out: list[float] = []
    for line, ratio in zip(spans, _clearance(dx, other, spans, rate), strict=True):
        seconds = [(at, at + rate) for at in range(line[0], line[1] - rate + 1, rate // 2)]
        out.append(min([ratio, *(worst + SECOND_SLACK_DB for worst in _clearance(dx, other, seconds, rate))]))
    return out


def _clearance(dx: Stem, other: Stem, spans: Sequence[tuple[int, int]], rate: int) -> list[float]:
    """Per line, speech over `other` in the speech band, dB; infinite where the other is silent."""
    out: list[float] = []
    for start, stop in spans:
        speech, rest = (
            float(np.mean(np.square(band(stem[:, start:stop], SPEECH_BAND_HZ, 2, rate)))) for stem in (dx, other)
        )
        out.append(10 * np.log10(max(speech, 1e-12) / rest) if rest > 1e-11 else float("inf"))
    return out


def band(sound: Stem, edges: tuple[float, float], order: int, rate: int) -> Stem:
    """A stem's share between two frequencies."""
    padded = sound + _NOT_DENORMAL
    filtered = signal.sosfilt(signal.butter(order, edges, "bandpass", fs=rate, output="sos"), padded, axis=1)
    return np.asarray(filtered, np.float32)


def _mastered(stems: tuple[Stem, Stem, Stem], rate: int, clear: float) -> Mix:
    """Limit the sum, set one linear gain; the ceiling moves until loudness and true peak both hold."""
    total = stems[0] + stems[1] + stems[2]
    loudness = integrated_lufs(total, rate)
    if loudness <= SILENCE_LUFS:
        return Mix(*stems, total, loudness, true_peak_dbtp(total), 0.0, clear)
    gain_db, ceiling = TARGET_LUFS - loudness, CEILING_DBTP - 0.4
    limited = scale = np.ones(total.shape[1], np.float32)
    peak = 0.0
    for _ in range(_MAX_PASSES):
        limited = limiter_gain(total, rate, ceiling - gain_db)
        scale = limited * np.float32(10 ** (gain_db / 20))
        loudness, peak = integrated_lufs(total * scale, rate), true_peak_dbtp(total * scale)
        if abs(loudness - TARGET_LUFS) < CLOSE_ENOUGH_LU and peak <= CEILING_DBTP + CLOSE_ENOUGH_LU:
            break
        gain_db += TARGET_LUFS - loudness
        ceiling -= max(0.0, peak - CEILING_DBTP)
    dx, mx, fx = (np.asarray(stem * scale, np.float32) for stem in stems)
    fraction = float(np.mean(limited < 10 ** (-LIMITED_DB / 20)))
    return Mix(dx, mx, fx, dx + mx + fx, loudness, peak, fraction, clear)
