"""How loud a sound is: BS.1770-5 loudness and true peak in numpy. Knows no files, no stems, no targets.

Formulas: ITU-R BS.1770-5, EBU Tech 3341 and 3342. The functions take a whole sound of one or two channels (weights 1.0);
a `Meter` is fed block by block, of any layout, and its memory does not grow with the sound but by 8 bytes a 100 ms."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.weighting import LENGTH, Weighting, k_weighting

Samples = NDArray[np.floating[Any]]
Curve = NDArray[np.float64]
Block = NDArray[np.float32]

SILENCE_LUFS = -120.0
"""What digital silence measures here; the formula says minus infinity."""
ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0
MOMENTARY_SECONDS = 0.4
SHORT_TERM_SECONDS = 3.0
STEP_SECONDS = 0.1
RANGE_GATE_LU = -20.0
RANGE_PERCENTILES = (10.0, 95.0)
"""EBU Tech 3342: the loudness range lies between these, of what is over the gates."""
TRUE_PEAK_OVERSAMPLING = 4
_PEAK_TAPS = 20
_NOT_DENORMAL = 1e-12  # filters that ring out into exact zeros slow down tenfold


def _power(samples: Samples, sample_rate: int, seconds: float) -> Curve:
    """K-weighted power, summed over channels, of windows of `seconds` every STEP_SECONDS."""
    from scipy import signal  # loading it takes a second, and a Meter does without

    sound = np.atleast_2d(samples).astype(np.float64) + _NOT_DENORMAL
    weighted: Curve = np.asarray(signal.sosfilt(k_weighting(sample_rate), sound, axis=-1))
    step = round(STEP_SECONDS * sample_rate)
    steps = round(seconds / STEP_SECONDS)
    whole = weighted.shape[-1] // step
    if whole < steps:
        return np.zeros(0)
    blocks = weighted[:, : whole * step].reshape(weighted.shape[0], whole, step)
    power = np.einsum("cws,cws->w", blocks, blocks) / step
    total = np.concatenate(([0.0], np.cumsum(power)))
    return np.maximum(total[steps:] - total[:-steps], 0.0) / steps


def _lufs(power: Curve) -> Curve:
    return -0.691 + 10 * np.log10(np.maximum(power, 10 ** ((SILENCE_LUFS + 0.691) / 10)))


def integrated_lufs(samples: Samples, sample_rate: int) -> float:
    """Gated programme loudness of (samples,) or (channels, samples); SILENCE_LUFS when all is below the gate.

    A sound shorter than a gating block is measured as one block, padded with silence."""
    shortest = round(MOMENTARY_SECONDS * sample_rate)
    sound = np.atleast_2d(samples)
    if sound.shape[-1] < shortest:
        sound = np.pad(sound, ((0, 0), (0, shortest - sound.shape[-1])))
    return gated_lufs(momentary_lufs(sound, sample_rate))


def gated_lufs(momentary: Samples) -> float:
    """Programme loudness of 400 ms windows: the mean power of those over both gates (BS.1770-5, annex 1); SILENCE_LUFS when
    there are none."""
    loud = momentary[momentary > ABSOLUTE_GATE_LUFS]
    return _mean_lufs(loud[loud > _mean_lufs(loud) + RELATIVE_GATE_LU]) if len(loud) else SILENCE_LUFS


def _mean_lufs(lufs: Samples) -> float:
    return 10 * math.log10(float(np.mean(10 ** (np.asarray(lufs, np.float64) / 10))))


def loudness_range(short_term: Samples) -> float:
    """LU between the 10th and the 95th percentile of short-term loudness over both gates (EBU Tech 3342); 0 for silence."""
    loud = short_term[short_term > ABSOLUTE_GATE_LUFS]
    if not len(loud):
        return 0.0
    low, high = np.percentile(loud[loud > _mean_lufs(loud) + RANGE_GATE_LU], RANGE_PERCENTILES)
    return float(high - low)


def momentary_lufs(samples: Samples, sample_rate: int) -> Curve:
    """Loudness of 400 ms windows, one every 100 ms."""
    return _lufs(_power(samples, sample_rate, MOMENTARY_SECONDS))


def short_term_lufs(samples: Samples, sample_rate: int) -> Curve:
    """Loudness of 3 s windows, one every 100 ms."""
    return _lufs(_power(samples, sample_rate, SHORT_TERM_SECONDS))


def true_peak_dbtp(samples: Samples) -> float:
    """Largest inter-sample peak by four-fold oversampling (BS.1770-5 annex 2); SILENCE_LUFS for digital silence."""
    return _dbtp(max((_oversampled_peak(channel) for channel in np.atleast_2d(samples)), default=0.0))


def _dbtp(peak: float) -> float:
    return 20 * math.log10(peak) if peak > 1e-6 else SILENCE_LUFS


@cache
def _between() -> NDArray[np.float32]:
    """Windowed-sinc phases (phase, tap) that give the signal at 1/4, 1/2 and 3/4 between two samples."""
    taps = np.arange(-_PEAK_TAPS // 2 + 1, _PEAK_TAPS // 2 + 1)
    fractions = np.arange(1, TRUE_PEAK_OVERSAMPLING)[:, None] / TRUE_PEAK_OVERSAMPLING
    distance = taps - fractions
    window = np.i0(5 * np.sqrt(np.maximum(1 - (distance / (_PEAK_TAPS / 2)) ** 2, 0))) / np.i0(5.0)
    kernel = np.sinc(distance) * window
    return (kernel / kernel.sum(axis=1, keepdims=True)).astype(np.float32)


def _oversampled_peak(channel: Samples) -> float:
    """Oversamples only blocks with a sample within 6 dB of the largest: an overshoot is never that large."""
    block, margin = 256, _PEAK_TAPS
    sound = np.pad(channel.astype(np.float32), (margin, margin + -len(channel) % block))
    peaks = np.abs(sound[margin:-margin].reshape(-1, block)).max(axis=1)
    largest = float(peaks.max(initial=0.0))
    if not largest:
        return 0.0
    width = block + 2 * margin
    windows = np.lib.stride_tricks.sliding_window_view(sound, width)[::block][peaks > largest / 2]
    joined = windows.reshape(-1)
    for phase in _between():
        inner = np.asarray(np.convolve(joined, phase, "same"), np.float32).reshape(-1, width)[:, margin:-margin]
        largest = max(largest, float(np.abs(inner).max()))
    return largest


# -- a sound that comes in blocks


@dataclass(frozen=True)
class Reading:
    """LUFS, LU, dBTP; and LUFS of the 400 ms (`momentary`) and the 3 s (`short_term`) that end at 0.1 s, 0.2 s ...: what
    lies before the first sample counts as silence there."""

    integrated_lufs: float
    range_lu: float
    true_peak_dbtp: float
    momentary: Curve
    short_term: Curve


SURROUND_WEIGHT = 1.41
"""Of channels beside and behind the listener."""
_LOW_FREQUENCY = 1 << 3 | 1 << 35
_SURROUND = 1 << 4 | 1 << 5 | 1 << 8 | 1 << 9 | 1 << 10 | 1 << 15 | 1 << 16 | 1 << 17
"""Speakers as in a WAV file's channel mask: back left and right, back centre, sides, and those over the back."""
_USUAL_MASKS = {4: 0x107, 5: 0x37, 6: 0x3F, 7: 0x70F, 8: 0x63F}
"""Of a file that does not say: 4.0, 5.0, 5.1, 6.1, 7.1 in ffmpeg's order."""


def channel_weights(channels: int, mask: int = 0) -> Curve:
    """BS.1770's weight of every channel, given the speakers as bits of a WAV file's mask (0: the usual ones).

    >>> channel_weights(6).tolist()
    [1.0, 1.0, 1.0, 0.0, 1.41, 1.41]
    """
    mask = mask or _USUAL_MASKS.get(channels, 0)
    speakers = [1 << bit for bit in range(64) if mask >> bit & 1]
    if len(speakers) != channels:
        return np.ones(channels)
    return np.array([0.0 if s & _LOW_FREQUENCY else SURROUND_WEIGHT if s & _SURROUND else 1.0 for s in speakers])


class Regular:
    """Blocks of any length in, blocks of whole multiples of `size` samples out; `rest` has what is over at the end."""

    def __init__(self, size: int, channels: int) -> None:
        self.size = size
        self.rest: Block = np.zeros((channels, 0), np.float32)

    def feed(self, block: Block) -> Iterator[Block]:
        if self.rest.shape[1]:
            lacking = min(self.size - self.rest.shape[1], block.shape[1])
            self.rest = np.concatenate([self.rest, block[:, :lacking]], axis=1)
            block = block[:, lacking:]
            if self.rest.shape[1] < self.size:
                return
            yield self.rest
        whole = block.shape[1] // self.size * self.size
        self.rest = block[:, whole:].copy()
        if whole:
            yield block[:, :whole]


class Meter:
    """Measures a sound that comes in blocks (channels, samples) of any length. Samples must be finite.

    ValueError for a rate outside of 8 to 192 kHz or a block of another number of channels."""

    def __init__(self, sample_rate: int, channels: int, weights: Sequence[float] | Curve | None = None) -> None:
        if not 8_000 <= sample_rate <= 192_000 or channels < 1:
            raise ValueError(f"{channels} channels at {sample_rate} Hz cannot be measured")
        self.step = round(STEP_SECONDS * sample_rate)
        self.channels = channels
        self.weights = channel_weights(channels) if weights is None else np.asarray(weights, np.float64)
        self._regular = Regular(math.lcm(self.step, LENGTH), channels)
        self._weighting = Weighting(sample_rate, channels)
        self._peaks = _Peaks(channels)
        self._power: list[Curve] = []

    @property
    def unit(self) -> int:
        """Blocks whose length is a whole multiple of this are not copied."""
        return self._regular.size

    def feed(self, block: Samples) -> None:
        if block.ndim != 2 or block.shape[0] != self.channels:
            raise ValueError(f"a block of {self.channels} channels is wanted, not of shape {block.shape}")
        for whole in self._regular.feed(np.asarray(block, np.float32)):
            self._measure(whole, whole.shape[1] // self.step)

    def finish(self) -> Reading:
        """The reading of all that was fed. A sound shorter than 400 ms counts as one window, padded with silence."""
        rest = self._regular.rest
        lacking = round(MOMENTARY_SECONDS / STEP_SECONDS) - sum(map(len, self._power))
        steps = max(rest.shape[1] // self.step, lacking)
        padded = max(rest.shape[1], steps * self.step)
        self._measure(np.pad(rest, ((0, 0), (0, padded - rest.shape[1] + -padded % LENGTH))), steps)
        return _reading(np.concatenate(self._power), self._peaks.largest())

    def _measure(self, block: Block, steps: int) -> None:
        self._peaks.feed(block)
        heard = self._weighting(block)[:, : steps * self.step].reshape(self.channels * steps, self.step)
        power = np.vecdot(heard, heard).reshape(self.channels, steps).astype(np.float64)
        self._power.append(self.weights @ power / self.step)


def _reading(power: Curve, peak: float) -> Reading:
    momentary, short = _last(power, MOMENTARY_SECONDS), _last(power, SHORT_TERM_SECONDS)
    whole = _lufs(momentary[round(MOMENTARY_SECONDS / STEP_SECONDS) - 1 :])
    return Reading(
        integrated_lufs=gated_lufs(whole),
        range_lu=loudness_range(_lufs(short[round(SHORT_TERM_SECONDS / STEP_SECONDS) - 1 :])),
        true_peak_dbtp=_dbtp(peak),
        momentary=_lufs(momentary),
        short_term=_lufs(short),
    )


def _last(power: Curve, seconds: float) -> Curve:
    """Mean power of the `seconds` that end with each step."""
    steps = round(seconds / STEP_SECONDS)
    total = np.concatenate([np.zeros(steps), np.cumsum(power)])
    return np.maximum(total[steps:] - total[:-steps], 0.0) / steps


_ROW = 1024
_OVERSHOOT = 2.0
"""No inter-sample peak is this many times the larger of the samples beside it (of tones so near half the rate that one
could be, the samples beat: elsewhere one is as large)."""
_FIRST = 2
"""The loudest rows are looked at before the others where they hold the loudest sample so far: it spares most of those."""


class _Peaks:
    """The largest true peak so far. Oversamples only beside samples from where the largest could be beaten."""

    def __init__(self, channels: int) -> None:
        self._largest = 0.0
        self._before: Block = np.zeros((channels, 2 * _PEAK_TAPS), np.float32)

    def feed(self, block: Block) -> None:
        """(channels, samples). The last samples are looked at again with the block that follows."""
        joint = np.concatenate([self._before, block[:, : 2 * _PEAK_TAPS]], axis=1)
        self._everywhere(joint)
        self._before = np.concatenate([self._before, block[:, -2 * _PEAK_TAPS :]], axis=1)[:, -2 * _PEAK_TAPS :]
        whole = block.shape[1] // _ROW * _ROW
        if block.shape[1] < _ROW + 2 * _PEAK_TAPS:
            self._everywhere(block)
            return
        if whole < block.shape[1]:
            self._everywhere(block[:, whole - _PEAK_TAPS :])
        rows = block[:, :whole].reshape(len(block), -1, _ROW)
        peaks = np.maximum(rows.max(axis=2), -rows.min(axis=2))
        self._largest = max(self._largest, float(peaks.max()))
        for channel, heights in zip(block, peaks, strict=True):
            self._inside(channel, heights)

    def largest(self) -> float:
        """With what follows the last sample counted as silence."""
        self._everywhere(np.pad(self._before, ((0, 0), (0, _PEAK_TAPS))))
        return self._largest

    def _inside(self, channel: Block, heights: Block) -> None:
        """One channel, given the largest sample of each of its rows."""
        places = np.flatnonzero(heights > self._largest / _OVERSHOOT)
        loudest = places[np.argsort(-heights[places])]
        if len(loudest) and heights[loudest[0]] >= self._largest:
            self._rows(channel, loudest[:_FIRST], heights)
            loudest = loudest[_FIRST:]
        self._rows(channel, loudest[heights[loudest] > self._largest / _OVERSHOOT], heights)

    def _rows(self, channel: Block, places: NDArray[np.intp], heights: Block) -> None:
        """Looks beside the samples of these rows from where the bend of the wave could carry it over the largest."""
        if not len(places):
            return
        width = _ROW + 2 * _PEAK_TAPS
        starts = np.clip(places * _ROW - _PEAK_TAPS, 0, len(channel) - width)
        rows = _windows(channel, width)[starts]
        share, curve = _bounds()
        slope = rows[:, 1:] - rows[:, :-1]
        bent = slope[:, 1:] - slope[:, :-1]
        bend = np.maximum(bent.max(axis=1), -bent.min(axis=1))
        least = np.maximum(self._largest / _OVERSHOOT, (self._largest - curve * bend) / share)
        near = np.flatnonzero(heights[places] >= least)  # in most rows no sample comes near
        starts, over = starts[near], np.abs(rows[near]) >= least[near, None]
        row, column = np.nonzero(over[:, :-1] | over[:, 1:])
        beside = starts[row] + column - (_PEAK_TAPS // 2 - 1)
        beside = beside[(beside >= 0) & (beside <= len(channel) - _PEAK_TAPS)]
        self._look(_windows(channel, _PEAK_TAPS)[beside])

    def _everywhere(self, sound: Block) -> None:
        if sound.shape[1] >= _PEAK_TAPS:
            self._largest = max(self._largest, float(np.abs(sound).max()))
            for channel in sound:
                self._look(_windows(channel, _PEAK_TAPS))

    def _look(self, windows: Block) -> None:
        """Values between the two samples in the middle of each window (windows, taps)."""
        self._largest = max(self._largest, float(np.abs(windows @ _between().T).max(initial=0.0)))


def _windows(channel: Block, width: int) -> Block:
    """Every stretch of `width` samples, only to be read: what sliding_window_view gives, in a tenth of its time."""
    shape, step = (len(channel) - width + 1, width), channel.strides[0]
    return np.lib.stride_tricks.as_strided(channel, shape, (step, step), writeable=False)


@cache
def _bounds() -> tuple[float, float]:
    """How far a value between two samples may lie over the larger one: a share of it, and a share of the largest second
    difference near it. Taps are straight-line interpolation plus a rest, summed twice."""
    share, bent = 1.0, 0.0
    for phase, taps in enumerate(_between().astype(np.float64), start=1):
        rest, fraction = taps.copy(), phase / TRUE_PEAK_OVERSAMPLING
        middle = _PEAK_TAPS // 2 - 1
        rest[middle] -= 1 - fraction
        rest[middle + 1] -= fraction
        twice = np.cumsum(np.cumsum(rest))
        share = max(share, 1 + 2 * abs(float(twice[-1])))
        bent = max(bent, float(np.abs(twice[:-1]).sum()))
    return share, bent
