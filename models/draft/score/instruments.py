"""The instruments: pad, strings plucked and bowed, piano, bell, brass, taiko, sub, swell, shimmer. Notes in, sound out.

All at MUSIC_RATE, mono unless said, peak 1 times velocity. Karplus-Strong after Jaffe and Smith (1983)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from models.draft.score.dsp import MUSIC_RATE as RATE
from models.draft.score.dsp import Samples, band, envelope, hertz, high, low, noise, peak, phase, rng_of, times

Sound = NDArray[np.float32]

_DETUNE_CENTS = (-8.0, -3.2, 3.2, 8.0)
_TABLE = 2048
_ERHU = (1, 0.75, 0.85, 0.45, 0.5, 0.28, 0.22, 0.2, 0.12, 0.1, 0.07, 0.05)
_CELLO = (1, 0.9, 0.6, 0.65, 0.4, 0.34, 0.22, 0.25, 0.14, 0.1, 0.09, 0.06, 0.05, 0.04)


@cache
def _saw(harmonics: int) -> Sound:
    """One period of a band-limited sawtooth."""
    turn = np.arange(_TABLE) / _TABLE * 2 * np.pi
    order = np.arange(1, harmonics + 1)
    return (0.6 * np.sin(turn[:, None] * order) @ (1 / order)).astype(np.float32)


def pad(notes: Sequence[int], seconds: float, cutoff: float, attack: float, release: float, key: object) -> Sound:
    """A stereo chord: four detuned saws a note, opening from 290 Hz to `cutoff` as it swells. (2, samples)."""
    count, rng = int(seconds * RATE), rng_of("pad", key, tuple(notes))
    steps = np.arange(count)
    out = np.zeros((2, count), np.float32)
    for note in notes:
        for voice, cents in enumerate(_DETUNE_CENTS):
            frequency = float(hertz(note)) * 2 ** (cents / 1200)
            table = _saw(max(1, min(60, int(8000 / frequency))))
            position = steps * (frequency * _TABLE / RATE) + rng.random() * _TABLE
            wave = table[position.astype(np.int64) & (_TABLE - 1)]
            side = voice / (len(_DETUNE_CENTS) - 1)
            out[0] += wave * np.float32(1 - 0.7 * side)
            out[1] += wave * np.float32(0.3 + 0.7 * side)
    swell = envelope(count, attack, release, RATE)
    bright = swell**1.5
    mixed = low(out, 290, RATE) * (1 - bright) + low(out, cutoff, RATE) * bright
    return np.asarray(mixed * swell / (2.5 * len(notes)), np.float32)


def string(note: float, seconds: float, velocity: float, key: object, pick: float = 0.2, t60: float = 3.0) -> Sound:
    """A plucked string: noise burst round a delay line with a two-point average."""
    frequency = float(hertz(note))
    length = RATE / frequency - 0.5
    delay, fraction = int(length), length - int(length)
    burst = rng_of("string", key, note).uniform(-1, 1, delay + 1)
    burst = low(burst, 800 + 9000 * (0.35 + 0.55 * velocity), RATE, 1)
    comb = max(1, int(pick * delay))
    burst -= 0.9 * np.concatenate([np.zeros(comb), burst[:-comb]])
    excitation = np.zeros(int(seconds * RATE))
    excitation[: delay + 1] = burst[: len(excitation)]
    loop = 10 ** (-3 / (t60 * frequency))
    poles = np.zeros(delay + 3)
    poles[0] = 1
    poles[delay : delay + 3] = -loop * 0.5 * np.array([1 - fraction, 1, fraction])
    out = np.asarray(signal.lfilter([1.0], poles, excitation))
    return peak(out * envelope(len(out), 0.001, 0.06, RATE), velocity)


def guzheng(note: float, seconds: float, velocity: float, key: object, bend: float = 0.0) -> Sound:
    """A bright string with the body's two humps; `bend` semitones pressed in after 180 ms."""
    raw = string(note, seconds, velocity, key, pick=0.11, t60=2.6)
    out = raw + 0.35 * band(raw, 900, 1500, RATE) + 0.3 * band(raw, 2600, 3800, RATE)
    if bend:
        time = np.arange(len(out)) / RATE
        pressed = bend / 12 * (1 - np.exp(-np.maximum(time - 0.18, 0) / 0.05))
        out = np.interp(np.cumsum(2**pressed), np.arange(len(out)), out, right=0.0)
        out *= envelope(len(out), 0.001, 0.1, RATE)
    return peak(out, velocity)


@dataclass(frozen=True)
class Bow:
    """A bowed instrument: harmonics, body resonances (low, high, gain), noise of the bow, vibrato (Hz, semitones)."""

    harmonics: tuple[float, ...]
    body: tuple[tuple[float, float, float], ...]
    noise: float
    vibrato: tuple[float, float]
    attack: float = 0.14
    lowpass: float = 7500.0


ERHU = Bow(_ERHU, ((650, 1050, 0.5), (2300, 3200, 0.6)), 0.14, (5.6, 0.28))
CELLO = Bow(_CELLO, ((220, 420, 0.6), (900, 1400, 0.4)), 0.05, (5.0, 0.16), attack=0.2, lowpass=4200.0)


def bowed(bow: Bow, notes: Sequence[tuple[int, float]], velocity: float, key: object) -> Sound:
    """A bowed phrase of (note, seconds): 70 ms portamento, vibrato that waits 220 ms, bow noise."""
    counts = [int(seconds * RATE) for _, seconds in notes]
    pitch = np.concatenate([np.full(count, float(note)) for (note, _), count in zip(notes, counts, strict=True)])
    reach = int(0.035 * RATE)
    window = np.hanning(2 * reach + 3)[1:-1]
    pitch = signal.fftconvolve(np.pad(pitch, reach, mode="edge"), window / window.sum(), "valid")
    time = np.arange(len(pitch)) / RATE
    late = np.concatenate([np.clip((np.arange(count) / RATE - 0.22) / 0.35, 0, 1) for count in counts])
    hz, depth = bow.vibrato
    turn = phase(hertz(pitch + depth * late * np.sin(2 * np.pi * hz * time)), RATE)
    tone = _harmonics(turn, bow.harmonics)
    rng = rng_of("bow", key)
    body = tone + sum(gain * band(tone, lower, upper, RATE) for lower, upper, gain in bow.body)
    rosin = bow.noise * high(noise(rng, len(tone)), 2500, RATE) * (1 + 0.4 * np.sin(turn))
    pressure = 1 + 2.5 * low(noise(rng, len(tone)), 4, RATE)
    sound = low(body + rosin, bow.lowpass, RATE) * pressure * envelope(len(tone), bow.attack, 0.25, RATE)
    return peak(sound, velocity)


def _harmonics(turn: Samples, gains: Sequence[float]) -> Samples:
    """A periodic wave read from a table of one period, phases scattered so that it has no spike."""
    order = np.arange(1, len(gains) + 1)
    angle = np.arange(4 * _TABLE) / (4 * _TABLE) * 2 * np.pi
    table = np.sin(angle[:, None] * order + 0.3 * order**2) @ np.asarray(gains)
    return table[(turn * (4 * _TABLE / (2 * np.pi))).astype(np.int64) & (4 * _TABLE - 1)]


def bell(note: float, seconds: float, velocity: float, key: object) -> Sound:
    """A small metal bar: inharmonic partials that die from the top down, each doubled so that it beats."""
    time, frequency = times(seconds, RATE), float(hertz(note))
    out = np.zeros(len(time))
    for ratio, gain, ring in (
        (1, 1, 1.1),
        (2.01, 0.28, 0.7),
        (2.76, 0.4 * velocity, 0.45),
        (5.4, 0.22 * velocity, 0.16),
    ):
        hz = frequency * ratio
        if hz < RATE * 0.42:
            pair = np.sin(2 * np.pi * hz * time) + 0.5 * np.sin(2 * np.pi * hz * 1.0016 * time)
            out += gain * pair * np.exp(-time / ring)
    out[: int(0.01 * RATE)] += 0.1 * band(noise(rng_of("mallet", key, note), int(0.01 * RATE)), 1500, 8000, RATE)
    return peak(out * envelope(len(out), 0.0015, 0.12, RATE), velocity)


def brass(notes: Sequence[int], seconds: float, velocity: float, attack: float = 0.09) -> Sound:
    """A section that swells: two players a note, apart by cents and by place, brighter as they blow. (2, samples)."""
    count = int(seconds * RATE)
    steps = np.arange(count)
    scoop = 1 - 0.012 * np.exp(-steps / (0.05 * RATE))
    out = np.zeros((2, count), np.float32)
    for number, note in enumerate(notes):
        for player, cents in enumerate((-4.0, 5.0)):
            frequency = float(hertz(note)) * 2 ** (cents / 1200)
            table = _saw(max(1, min(40, int(6000 / frequency))))
            position = np.cumsum(scoop) * (frequency * _TABLE / RATE) + 700 * (number + 3 * player)
            wave = table[position.astype(np.int64) & (_TABLE - 1)]
            side = 0.25 + 0.5 * (player if number % 2 else 1 - player)
            out[0] += wave * np.float32(1 - side)
            out[1] += wave * np.float32(side)
    blown = envelope(count, attack, min(0.35, seconds / 3), RATE)
    bright = blown**2 * velocity
    mixed = low(out, 420, RATE) * (1 - bright) + low(out, 2600, RATE, 1) * bright
    return peak((mixed + 0.3 * band(mixed, 900, 1500, RATE)) * blown, velocity)


def piano(note: float, seconds: float, velocity: float, key: object) -> Sound:
    """Stretched partials that each ring out in their own time, and a hammer."""
    frequency = float(hertz(note))
    order = np.arange(1, int(min(14, 9000 / frequency)) + 1)
    gains = (np.abs(np.sin(np.pi * order / 8)) + 0.05) * order ** -(1.6 - 0.7 * velocity)
    rings = np.maximum(0.25, min(9, 4.5 * (261 / frequency) ** 0.45) / (1 + 0.18 * (order - 1)))
    tuned = frequency * order * np.sqrt(1 + 3.5e-4 * order**2)
    count = int(seconds * RATE)
    out = np.zeros(count)
    for gain, ring, hz in zip(gains, rings, tuned, strict=True):
        turn, radius = 2 * np.pi * hz / RATE, np.exp(-6.9 / (ring * RATE))
        impulse = np.zeros(count)
        impulse[0] = gain * np.sin(turn)
        out += np.asarray(signal.lfilter([1.0], [1.0, -2 * radius * np.cos(turn), radius * radius], impulse))
    hammer = band(noise(rng_of("hammer", key, note), int(0.03 * RATE)), 200, 2500, RATE)
    hammer *= np.exp(-times(0.03, RATE) / 0.006) * 0.25 * velocity * np.abs(out).max() / max(np.abs(hammer).max(), 1e-9)
    out[: len(hammer)] += hammer[:count]
    return peak(out * envelope(count, 0.003, 0.08, RATE), velocity)


def taiko(velocity: float, key: object) -> Sound:
    """A drum that falls in pitch, three modes, skin noise and a mid body that a phone's speaker can carry."""
    time, rng = times(1.2, RATE), rng_of("taiko", key)
    fall = 62 * rng.uniform(0.97, 1.03) * (1 + 1.1 * np.exp(-time / 0.018))
    out = np.zeros(len(time))
    for ratio, gain, ring in ((1, 1, 0.28), (1.59, 0.4, 0.12), (2.14, 0.22, 0.07)):
        out += gain * np.sin(phase(fall * ratio, RATE)) * np.exp(-time / ring)
    raw = noise(rng, len(time))
    out += 0.5 * band(raw, 300, 2200, RATE) * np.exp(-time / 0.012)
    body = peak(band(raw, 220, 1400, RATE) * np.exp(-time / 0.14))
    struck = peak(np.tanh(1.6 * out)) + 0.45 * body
    return peak(struck * envelope(len(time), 0.001, 0.3, RATE), velocity)


def sub(note: float, seconds: float) -> Sound:
    """A breathing drone with enough second and third harmonic to be heard on small speakers."""
    time = times(seconds, RATE)
    turn = 2 * np.pi * float(hertz(note)) * time
    out = np.sin(turn) + 0.25 * np.sin(2 * turn) + 0.10 * np.sin(3 * turn)
    fade = min(1.5, seconds / 3)
    return peak(np.tanh(out * (1 + 0.12 * np.sin(2 * np.pi * 0.23 * time))) * envelope(len(time), fade, fade, RATE))


def reverse_swell(notes: Sequence[int], seconds: float, velocity: float, key: object) -> Sound:
    """A piano chord backwards, ending on its attack."""
    chord = np.sum([piano(note, seconds + 1, 0.9, key) for note in notes], axis=0)
    out = chord[::-1][-int(seconds * RATE) :]
    ramp = np.arange(len(out)) / len(out)
    return peak(out * ramp**1.5 * envelope(len(out), 0.01, 0.004, RATE), velocity)


def shimmer(notes: Sequence[int], seconds: float, velocity: float, key: object, density: float = 9.0) -> Sound:
    """Scattered glassy tones two and three octaves up. (2, samples)."""
    rng, count = rng_of("shimmer", key), int(seconds * RATE)
    out = np.zeros((2, count))
    time = times(0.9, RATE)
    fade = envelope(len(time), 0.01, 0.05, RATE)
    for _ in range(int(density * seconds)):
        hz = float(hertz(rng.choice(np.asarray(notes)) + 12 * rng.integers(2, 4)))
        tone = sum(
            gain
            * np.sin(2 * np.pi * min(hz * k * np.sqrt(1 + 0.002 * k * k), 11000) * time)
            * np.exp(-6.9 * time / ring)
            for k, gain, ring in ((1, 1, 0.8), (2, 0.25, 0.4), (3, 0.12, 0.2))
        )
        at, pan, gain = int(rng.integers(0, max(1, count - len(time)))), rng.random(), rng.uniform(0.3, 1)
        size = min(len(time), count - at)
        out[:, at : at + size] += np.outer((1 - pan, pan), (tone * fade * gain)[:size])
    return peak(out, velocity)


class Orchestra:
    """Plays notes, each rendered once: asked again in the same way, the same sound comes from memory."""

    def __init__(self) -> None:
        self._rendered: dict[tuple[object, ...], Sound] = {}

    def play(self, instrument: Callable[..., Sound], *arguments: object, **named: object) -> Sound:
        key = (instrument.__name__, repr(arguments), repr(named))
        if key not in self._rendered:
            self._rendered[key] = instrument(*arguments, **named)
        return self._rendered[key]

    def __len__(self) -> int:
        return len(self._rendered)
