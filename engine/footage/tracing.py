"""Sound in blocks becomes curves: power every 5 ms, spectral flux and brightness every 10 ms, pitch every 20 ms.

Knows samples and steps; no files, no thresholds, no markers. Filters are matrix products and transforms come in batches:
a minute of stereo takes some 20 ms. What is kept of an hour is a few megabytes of curves."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import pitch
from engine.footage.soundtrack import FLUX_STEP, LEVEL_STEP, PITCH_STEP
from engine.loudness import Regular

Block = NDArray[np.float32]
Curve = NDArray[np.float32]

WORKING_RATE = 12_000
"""Flux and pitch are found in sound brought down to near this: hits and voices have most of their power under 6 kHz."""
PITCH_RATE = 6_000
SPECTRUM = 256
"""Samples in a spectrum: 21 ms at WORKING_RATE."""
QUIET = 1e-3
"""Sound of less root-mean-square than this (-60 dBFS) is not asked for its pitch."""
UNLIKE = 0.9
"""Every other channel weighs this when channels are added: a channel and its mirror image do not cancel out."""
_STEADY_BINS = 2
"""Bins at the bottom of a spectrum (under 70 Hz) that a constant offset reaches."""
_ROW = 16
_TAPS_A_STEP = 8
_PASSED = 0.85
"""Share of the band that is left after bringing sound down; the filter's slope ends a little over its edge."""


@dataclass(frozen=True)
class Traces:
    """`power` mean square every LEVEL_STEP, mean of the channels, offset taken out; `flux` (a 0..1 full-scale sine that
    starts gives about 1) and `brightness` (Hz, the spectrum's centre) every FLUX_STEP; `pitch` Hz and how sure, 0..1, and
    `voice_power` every PITCH_STEP. Values stand for the stretch around their time, those of `power` for that after it."""

    seconds: float
    power: Curve
    flux: Curve
    brightness: Curve
    pitch: Curve
    sure: Curve
    voice_power: Curve


class Tracer:
    """Feed it blocks (channels, samples) of finite samples, then `finish`."""

    def __init__(self, sample_rate: int, channels: int) -> None:
        self._rate = sample_rate
        self._samples = 0
        self._power = _Power(sample_rate, channels)
        self._narrow = _Narrow(sample_rate)
        self._spectra = _Spectra(sample_rate / self._narrow.factor)
        self._voice = _Voice(sample_rate / self._narrow.factor)
        self._mix = np.where(np.arange(channels) % 2, UNLIKE, 1.0).astype(np.float32) / channels

    def feed(self, block: Block) -> None:
        self._samples += block.shape[1]
        self._power.feed(block)
        narrow = self._narrow.feed(_single(self._mix @ block))
        self._spectra.feed(narrow)
        self._voice.feed(narrow)

    def finish(self) -> Traces:
        rest = self._narrow.finish()
        self._spectra.feed(rest)
        self._voice.feed(rest)
        flux, brightness = self._spectra.finish()
        hertz, sure, power = self._voice.finish()
        return Traces(self._samples / self._rate, self._power.finish(), flux, brightness, hertz, sure, power)


class _Power:
    """Mean square and mean of every step. A constant offset is taken out at the end, when it is known."""

    def __init__(self, sample_rate: int, channels: int) -> None:
        a_second = round(1 / LEVEL_STEP)
        unit = sample_rate // math.gcd(sample_rate, a_second)
        self._steps = unit * a_second // sample_rate  # in a unit
        self._even = unit // self._steps if unit % self._steps == 0 else 0
        self._starts: NDArray[np.intp] = _places(np.arange(self._steps + 1) * (sample_rate / a_second))
        self._regular = Regular(unit, channels)
        self._square: list[Curve] = []
        self._mean: list[Curve] = []

    def feed(self, block: Block) -> None:
        for whole in self._regular.feed(block):
            self._measure(whole)

    def finish(self) -> Curve:
        rest = self._regular.rest
        if rest.shape[1]:
            unit = self._regular.size
            self._measure(np.pad(rest, ((0, 0), (0, unit - rest.shape[1]))))
            over = self._steps - int(np.count_nonzero(self._starts < rest.shape[1]))
            self._square[-1], self._mean[-1] = (
                part[..., : part.shape[-1] - over] for part in (self._square[-1], self._mean[-1])
            )
        if not self._square:
            return np.zeros(0, np.float32)
        square, mean = np.concatenate(self._square), np.concatenate(self._mean, axis=1)
        offset = np.median(mean, axis=1, keepdims=True).astype(np.float32)
        power = square + np.mean(offset**2 - 2 * offset * mean, axis=0)
        return np.maximum(power, 0.0).astype(np.float32)

    def _measure(self, block: Block) -> None:
        if self._even:
            share = np.full(self._even, 1 / self._even, np.float32)
            cuts = [channel.reshape(-1, self._even) for channel in block]
            square = np.stack([np.vecdot(cut, cut) for cut in cuts]) / self._even
            mean = np.stack([cut @ share for cut in cuts])
        else:
            units = block.shape[1] // self._regular.size
            first: NDArray[np.intp] = np.arange(units, dtype=np.intp) * self._regular.size
            starts = np.add.outer(first, self._starts[:-1]).reshape(-1)
            sizes = np.tile(np.diff(self._starts), units).astype(np.float32)
            square = np.add.reduceat(block * block, starts, axis=1) / sizes
            mean = np.add.reduceat(block, starts, axis=1) / sizes
        self._square.append(_single(square.mean(axis=0)))
        self._mean.append(_single(mean))


class _Narrow:
    """One channel brought down to near WORKING_RATE by a whole factor, without delay."""

    def __init__(self, sample_rate: int) -> None:
        self.factor = max(1, round(sample_rate / WORKING_RATE))
        self._taps = _TAPS_A_STEP * self.factor
        self._first, self._second = _narrowing(self.factor)
        self._unit = _ROW * self.factor
        self._kept: Block = np.zeros(self._taps // 2, np.float32)

    def feed(self, samples: Block) -> Block:
        if self.factor == 1:
            return samples
        joined = np.concatenate([self._kept, samples])
        rows = max(0, (len(joined) - self._taps) // self._unit)
        self._kept = joined[rows * self._unit :].copy()
        if not rows:
            return samples[:0]
        cut = joined[: rows * self._unit].reshape(rows, self._unit)
        out = cut @ self._first
        out[:-1] += cut[1:, : self._taps] @ self._second
        out[-1] += joined[rows * self._unit :][: self._taps] @ self._second
        return out.reshape(-1)

    def finish(self) -> Block:
        """What the last samples give, with silence behind them."""
        if self.factor == 1:
            return np.zeros(0, np.float32)
        left = -(-(len(self._kept) - self._taps // 2) // self.factor)
        return self.feed(np.zeros(self._taps + self._unit, np.float32))[: max(0, left)]


@cache
def _narrowing(factor: int) -> tuple[Block, Block]:
    """What a row of _ROW * factor samples gives of its _ROW values, and what the head of the next row adds to them."""
    taps = _TAPS_A_STEP * factor
    places, edge = np.arange(taps - 1) - (taps - 2) / 2, _PASSED / factor
    kernel = np.append(np.sinc(edge * places) * np.kaiser(taps - 1, 5.0), 0.0)
    kernel /= kernel.sum()
    matrix = np.zeros((_ROW * factor + taps, _ROW))
    for value in range(_ROW):
        matrix[value * factor + 1 : value * factor + 1 + taps, value] = kernel[: len(matrix) - value * factor - 1]
    single = matrix.astype(np.float32)
    return single[: _ROW * factor].copy(), single[_ROW * factor :].copy()


class _Frames:
    """Windows of `size` samples around times a step apart, from samples that come in blocks."""

    def __init__(self, size: int, hop: float) -> None:
        self.size, self.hop = size, float(hop)
        self._kept: Block = np.zeros(size // 2, np.float32)
        self._dropped = 0
        self._count = 0

    def feed(self, samples: Block) -> Block:
        """(windows, size), as many as are complete; only to be read."""
        joined = np.concatenate([self._kept, samples])
        last = (
            int((self._dropped + len(joined) - self.size) / self.hop) if len(joined) >= self.size else self._count - 1
        )
        starts = _places(np.arange(self._count, last + 1) * self.hop) - self._dropped
        starts = starts[starts + self.size <= len(joined)]
        self._count += len(starts)
        following = max(0, round(self._count * self.hop) - self._dropped)
        self._kept, self._dropped = joined[following:], self._dropped + min(following, len(joined))
        if not len(starts):
            return np.zeros((0, self.size), np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(joined, self.size)
        return windows[starts[0] : starts[-1] + 1 : int(self.hop)] if self.hop.is_integer() else windows[starts]

    def finish(self) -> Block:
        """The windows around the last samples, with silence behind them."""
        return self.feed(np.zeros(self.size // 2, np.float32))


class _Spectra:
    """Spectral flux (Bello et al. 2005, section III-B: rises of all bins, falls left out) of magnitudes under a square root,
    which lets a quiet hit show beside loud music; and the centre of the spectrum."""

    def __init__(self, rate: float) -> None:
        self._frames = _Frames(SPECTRUM, FLUX_STEP * rate)
        self._even, self._odd = _turning()
        self._hertz = np.fft.rfftfreq(SPECTRUM, 1 / rate).astype(np.float32)[_STEADY_BINS:]
        self._last: Block = np.zeros((1, len(self._hertz)), np.float32)
        self._flux: list[Curve] = []
        self._bright: list[Curve] = []

    def feed(self, samples: Block) -> None:
        self._measure(self._frames.feed(samples))

    def finish(self) -> tuple[Curve, Curve]:
        self._measure(self._frames.finish())
        return _joined(self._flux), _joined(self._bright)

    def _measure(self, frames: Block) -> None:
        if not len(frames):
            return
        half = SPECTRUM // 2
        early, late = frames[:, 1:half], frames[:, :half:-1]
        folded = np.empty((len(frames), half), np.float32)
        np.add(early, late, out=folded[:, :-1])
        folded[:, -1] = frames[:, half]
        power, turned = _single(folded @ self._even), _single((early - late) @ self._odd)
        power *= power
        turned *= turned
        power += turned
        total = power.sum(axis=1)
        self._bright.append((power @ self._hertz) / np.maximum(total, 1e-12))
        root = np.concatenate([self._last, power])
        np.sqrt(root[1:], out=root[1:])
        np.sqrt(root[1:], out=root[1:])
        self._last = root[-1:].copy()
        rise = np.subtract(root[1:], root[:-1], out=power)
        self._flux.append(np.maximum(rise, 0.0, out=rise).sum(axis=1))


@cache
def _turning() -> tuple[Block, Block]:
    """What turns a window's even part (values 1 to half of SPECTRUM, each with its mirror image added) into the real part of
    its spectrum from _STEADY_BINS on, and its odd part (without the last) into the imaginary one; Hann's window is in it."""
    half = SPECTRUM // 2
    window = np.hanning(SPECTRUM + 1)[:-1]  # its first value is 0
    scaled = window[1 : half + 1, None] / window.sum() * 2
    turns = 2 * np.pi * np.outer(np.arange(1, half + 1), np.arange(_STEADY_BINS, half + 1)) / SPECTRUM
    return (np.cos(turns) * scaled).astype(np.float32), (np.sin(turns) * scaled)[:-1].astype(np.float32)


class _Voice:
    """The fundamental of every audible window of 40 ms."""

    def __init__(self, rate: float) -> None:
        self._factor = max(1, round(rate / PITCH_RATE))
        self._rate = rate / self._factor
        self._frames = _Frames(round(pitch.WINDOW * self._rate), PITCH_STEP * self._rate)
        self._left: Block = np.zeros(0, np.float32)
        self._found: list[tuple[Curve, Curve, Curve]] = []

    def feed(self, samples: Block) -> None:
        joined = np.concatenate([self._left, samples])
        whole = len(joined) // self._factor * self._factor
        self._left = joined[whole:]
        narrow = joined[0 : whole : self._factor].copy()
        for phase in range(1, self._factor):
            narrow += joined[phase : whole : self._factor]
        self._measure(self._frames.feed(_single(narrow / self._factor)))

    def finish(self) -> tuple[Curve, Curve, Curve]:
        self._measure(self._frames.finish())
        hertz, sure, power = (_joined([found[n] for found in self._found]) for n in range(3))
        return hertz, sure, power

    def _measure(self, frames: Block) -> None:
        frames = frames - frames.mean(axis=1, keepdims=True)
        power = np.vecdot(frames, frames) / frames.shape[1]
        audible = power > QUIET**2
        hertz, sure = np.zeros(len(frames), np.float32), np.zeros(len(frames), np.float32)
        if audible.any():
            hertz[audible], sure[audible] = pitch.fundamentals(frames[audible], self._rate)
        self._found.append((hertz, sure, power))


def _single(values: NDArray[Any]) -> Block:
    """For the type checker: products of single precision are of single precision."""
    return values


def _places(at: NDArray[np.floating[Any]] | NDArray[np.integer[Any]]) -> NDArray[np.intp]:
    """Sample numbers nearest to these."""
    return np.asarray(np.round(at), np.intp)


def _joined(parts: list[Curve]) -> Curve:
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)
