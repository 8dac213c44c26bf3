"""A media file's sound in, everything that is heard in it out: loudness, curves, passages, beats, markers. Streamed.

The call sheet of the analysis: each block is metered and traced while ffmpeg decodes the next one; of an hour only curves
are kept. Knows no picture and no edit."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.footage.beats import Grid, beats_of
from engine.footage.levelling import intensity, level_of, stretches
from engine.footage.manners import passages_of, pitch_of
from engine.footage.marking import fine_beats, hits_of, joined, markers_of
from engine.footage.soundtrack import LEVEL_STEP, Loudness, Soundtrack
from engine.footage.streaming import BLOCK_SECONDS, cleaned, open_sound
from engine.footage.tracing import Tracer, Traces
from engine.loudness import Meter, Reading, channel_weights
from engine.rates import Rate

Block = NDArray[np.float32]


def hear(path: Path, rate: Rate, seconds: float) -> Soundtrack:
    """What is heard in the first `seconds` of a media file, with frames of `rate`. Where its sound ends before, or begins
    later, there is silence. UserError when it has no sound or none that can be decoded."""
    with open_sound(path, seconds) as sound:
        listener = Listener(sound.sample_rate, sound.channels, sound.mask)
        for block in sound.blocks:
            listener.feed(block)
        return listener.finish(rate, seconds)


def hear_samples(samples: NDArray[np.floating], sample_rate: int, rate: Rate) -> Soundtrack:
    """The same of samples (n,) or (channels, n) in -1..1."""
    sound = np.atleast_2d(np.asarray(samples, np.float32))
    listener = Listener(sample_rate, len(sound))
    size = round(BLOCK_SECONDS * sample_rate)
    for start in range(0, sound.shape[1], size):
        listener.feed(cleaned(sound[:, start : start + size]))
    return listener.finish(rate, sound.shape[1] / sample_rate)


class Listener:
    """Hears blocks (channels, samples) of finite samples, in order. ValueError for a rate outside of 8 to 192 kHz."""

    def __init__(self, sample_rate: int, channels: int, mask: int = 0) -> None:
        self.sample_rate, self.channels = sample_rate, channels
        self._meter = Meter(sample_rate, channels, channel_weights(channels, mask))
        self._tracer = Tracer(sample_rate, channels)

    def feed(self, block: Block) -> None:
        self._meter.feed(block)
        self._tracer.feed(block)

    def finish(self, rate: Rate, seconds: float) -> Soundtrack:
        """Everything heard, as long as `seconds`."""
        return _soundtrack(self._tracer.finish(), self._meter.finish(), self.sample_rate, self.channels, rate, seconds)


def _soundtrack(
    traces: Traces, reading: Reading, sample_rate: int, channels: int, rate: Rate, seconds: float
) -> Soundtrack:
    level = level_of(_lasting(traces.power, seconds), seconds)
    hits = hits_of(level, traces.flux)
    grids = fine_beats(beats_of(traces.flux), hits)
    spans = joined(stretches(level), hits)
    passages = passages_of(level, traces, spans, grids)
    frames = max(1, math.ceil(seconds * float(rate) - 1e-6))
    longest = max(grids, key=lambda grid: len(grid.beats), default=Grid((), 0.0))
    return Soundtrack(
        seconds=seconds,
        sample_rate=sample_rate,
        channels=channels,
        rate=rate,
        loudness=_loudness(reading),
        levels=level.levels,
        floor=round(level.floor, 2),
        flux=traces.flux,
        pitch=pitch_of(traces),
        intensity=intensity(level, rate, frames),
        passages=passages,
        beats=tuple(beat for grid in grids for beat in grid.beats),
        tempo=longest.tempo,
        markers=markers_of(level, passages, hits, grids, rate, frames),
    )


def _lasting(power: Block, seconds: float) -> Block:
    """The curve for exactly so long: silence where sound lacks."""
    steps = math.ceil(seconds / LEVEL_STEP - 1e-6)
    return np.pad(power[:steps], (0, max(0, steps - len(power))))


def _loudness(reading: Reading) -> Loudness:
    return Loudness(
        integrated_lufs=round(reading.integrated_lufs, 3),
        range_lu=round(reading.range_lu, 3),
        true_peak_dbtp=round(reading.true_peak_dbtp, 3),
        momentary=reading.momentary.astype(np.float32),
        short_term=reading.short_term.astype(np.float32),
    )
