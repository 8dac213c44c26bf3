"""Every effect that a cut may ask for, by name. A seconds and a generator in, mono sound of peak 1 at 48 kHz out.

Hits keep at least a tenth of their energy above 200 Hz: a telephone's speaker has nothing below. Figures (modes,
decays, centroids) were chosen by measuring spectra; nothing here is a recording."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from models.draft.score.dsp import RATE, Samples, band, envelope, high, low, noise, peak, phase, times

Sound = NDArray[np.float32]
Generator = np.random.Generator


def _strike(time: Samples, *modes: tuple[float, float, float]) -> Samples:
    """Decaying sines: (hertz, gain, time constant)."""
    out = np.zeros(len(time))
    for hz, gain, ring in modes:
        out += gain * np.sin(2 * np.pi * hz * time) * np.exp(-time / ring)
    return out


def _add(out: Samples, sound: Samples, at: float) -> None:
    start = int(at * RATE)
    count = min(len(sound), len(out) - start)
    if count > 0:
        out[start : start + count] += sound[:count]


def _mid(rng: Generator, time: Samples) -> Samples:
    """The layer that makes a deep hit heard on a telephone."""
    raw = noise(rng, len(time))
    return peak(
        band(raw, 220, 1400, RATE) * np.exp(-time / 0.16) + 0.5 * band(raw, 1400, 5000, RATE) * np.exp(-time / 0.05)
    )


def whoosh(rng: Generator, seconds: float) -> Sound:
    """Four noise bands swept up and down; loudest at WHOOSH_PEAK of its length."""
    count = int((seconds or 0.45) * RATE)
    turn = np.arange(count) / count
    raw = noise(rng, count)
    sweep = np.sin(np.pi * turn**0.8) * 3
    out = sum(
        band(raw, hz * 0.7, hz * 1.45, RATE) * np.exp(-(((sweep - number) / 0.7) ** 2))
        for number, hz in enumerate((400, 800, 1600, 3200))
    )
    rise, fall = (turn / WHOOSH_PEAK) ** 2.5, ((1 - turn) / (1 - WHOOSH_PEAK)) ** 1.6
    return peak(out * np.where(turn < WHOOSH_PEAK, rise, fall))


def impact(rng: Generator, seconds: float) -> Sound:
    time = times(seconds or 2.6, RATE)
    raw = noise(rng, len(time))
    deep = np.sin(phase(38 + 70 * np.exp(-time / 0.05), RATE)) * np.exp(-time / 0.55)
    deep += 1.2 * low(raw, 900, RATE) * np.exp(-time / 0.09) + 0.35 * high(raw, 3000, RATE) * np.exp(-time / 0.022)
    struck = 0.5 * high(peak(np.tanh(1.8 * deep)), 34, RATE) + 0.9 * _mid(rng, time)
    return peak(struck * envelope(len(time), 0.0008, min(0.6, len(time) / RATE / 3), RATE))


def subdrop(rng: Generator, seconds: float) -> Sound:
    time = times(seconds or 1.6, RATE)
    turn = phase(32 + 58 * np.exp(-time / 0.45), RATE)
    deep = np.tanh(1.5 * (np.sin(turn) + 0.15 * np.sin(2 * turn))) * np.exp(-time / 1.1)
    growl = band(np.tanh(6 * np.sin(turn)), 200, 900, RATE) * np.exp(-time / 0.6)
    out = 0.6 * deep + 1.2 * growl + _mid(rng, time)
    return peak(out * envelope(len(time), 0.006, 0.6, RATE))


def riser(rng: Generator, seconds: float) -> Sound:
    """Noise and a tone climbing an octave, trembling faster and faster; ends at its loudest."""
    count = int((seconds or 2.5) * RATE)
    turn = np.arange(count) / count
    raw = noise(rng, count)
    out = np.zeros(count)
    for number in range(6):
        hz = 300 * 1.9**number
        out += band(raw, hz * 0.8, hz * 1.6, RATE) * np.exp(-(((turn * 5 - number) / 0.8) ** 2)) * 0.96
    climb = phase(110 * 2 ** (turn**1.5), RATE)
    tone = np.sin(climb) + 0.5 * np.sin(2.005 * climb) + 0.33 * np.sin(3.01 * climb) + 0.25 * np.sin(4.02 * climb)
    out += 0.5 * tone * (0.5 + 0.5 * turn * np.sin(phase(4 + 10 * turn**2, RATE)))
    return peak(out * turn**2.2 * envelope(count, 0.01, 0.006, RATE))


def heartbeat(rng: Generator, seconds: float, rate: float = 84.0) -> Sound:
    """Two thumps a beat; at least one beat."""
    out = np.zeros(int(max(seconds or 2.2, 60 / rate) * RATE))
    second = 0.30 * np.sqrt(60 / rate)
    time = times(0.3, RATE)

    def thump(hz: float) -> Samples:
        deep = np.sin(phase(hz * (1 + 0.6 * np.exp(-time / 0.015)), RATE)) * np.exp(-time / 0.07)
        flesh = peak(band(noise(rng, len(time)), 180, 620, RATE) * np.exp(-time / 0.035))
        return (0.7 * deep + flesh) * envelope(len(time), 0.003, 0.05, RATE)

    for at in np.arange(0, len(out) / RATE - 0.4, 60 / rate):
        _add(out, thump(58), at)
        _add(out, 0.6 * thump(74), at + second)
    return peak(out * envelope(len(out), 0.003, 0.05, RATE))


def rain(rng: Generator, seconds: float) -> Sound:
    count = int((seconds or 4.0) * RATE)
    raw = noise(rng, count)
    drops = np.zeros(count)
    drops[rng.integers(0, count, int(160 * count / RATE))] = rng.gamma(0.6, 1, int(160 * count / RATE))
    bed = 0.25 * band(raw, 900, 9000, RATE, 1) + 0.12 * low(raw, 500, RATE, 1)
    splash = 0.09 * np.asarray(signal.lfilter([1.0], [1.0, -1.62, 0.82], drops)) + 1.2 * band(drops, 3500, 7500, RATE)
    return peak((bed + splash) * envelope(count, 0.05, 0.2, RATE))


def thunder(rng: Generator, seconds: float) -> Sound:
    count = int((seconds or 4.5) * RATE)
    time = np.arange(count) / RATE
    rumble = np.exp(-time / 1.6) * (1 - np.exp(-time / 0.03))
    roll = 0.4 + 60 * np.abs(_slow(rng, count, 3.0))
    raw = noise(rng, count)
    cracks = sum(
        np.where(time >= at, np.exp(-np.maximum(time - at, 0) / 0.05), 0.0) for at in (0, 0.05, 0.11, 0.19, 0.34)
    )
    out = 4 * low(raw, 160, RATE) * rumble * roll + 0.9 * band(raw, 300, 4500, RATE) * cracks
    out += 1.2 * band(raw, 200, 800, RATE) * rumble * np.exp(-time / 0.9)
    return peak(np.tanh(2.2 * peak(out)) * envelope(count, 0.004, 0.8, RATE))


def wind(rng: Generator, seconds: float) -> Sound:
    count = int((seconds or 4.0) * RATE)
    raw = noise(rng, count)
    gust = _slow(rng, count, 0.35)
    gust = (gust - gust.min()) / max(float(np.ptp(gust)), 1e-9)
    out = 0.1 * low(raw, 250, RATE)
    for number, hz in enumerate((240, 380, 600, 950)):
        out += band(raw, hz * 0.87, hz * 1.13, RATE) * np.exp(-(((gust * 3 - number) / 0.8) ** 2)) * (0.4 + gust)
    return peak(out * envelope(count, 0.3, 0.4, RATE))


def door(rng: Generator, seconds: float) -> Sound:
    time = times(0.7, RATE)
    out = _strike(time, (92, 1, 0.09), (148, 0.7, 0.07), (231, 0.5, 0.05), (410, 0.3, 0.03))
    raw = noise(rng, len(time))
    out += 0.7 * band(raw, 200, 1800, RATE) * np.exp(-time / 0.018)
    _add(out, 0.8 * band(raw, 1800, 6000, RATE) * np.exp(-time / 0.004), 0.065)
    return peak(out * envelope(len(time), 0.001, 0.1, RATE))


def knock(rng: Generator, seconds: float) -> Sound:
    out, time = np.zeros(int(0.92 * RATE)), times(0.25, RATE)
    for number in range(3):
        bend = rng.uniform(0.98, 1.02)
        rap = _strike(
            time, (165 * bend, 1, 0.035), (310 * bend, 0.8, 0.028), (540 * bend, 0.5, 0.02), (980 * bend, 0.35, 0.012)
        )
        rap += 0.9 * band(noise(rng, len(time)), 800, 4000, RATE) * np.exp(-time / 0.003)
        _add(out, rap * rng.uniform(0.8, 1.0), 0.19 * number * rng.uniform(0.95, 1.05))
    return peak(out * envelope(len(out), 0.001, 0.05, RATE))


def footstep(rng: Generator, seconds: float) -> Sound:
    """A heel and its sole 55 ms later; several steps, 0.52 s apart, when a duration is asked."""
    steps = max(1, int((seconds or 0.0) / 0.52))
    out, time = np.zeros(int((0.35 + 0.52 * (steps - 1)) * RATE)), times(0.28, RATE)
    for number in range(steps):
        bend = rng.uniform(0.97, 1.03)
        heel = 0.8 * np.sin(2 * np.pi * 180 * bend * time) * np.exp(-time / 0.02)
        heel += band(noise(rng, len(time)), 1300, 5700, RATE) * np.exp(-time / 0.005)
        sole = 0.3 * band(noise(rng, len(time)), 2000, 7800, RATE) * np.exp(-time / 0.012)
        at = 0.52 * number * rng.uniform(0.98, 1.02)
        _add(out, heel * rng.uniform(0.85, 1.15), at)
        _add(out, sole, at + 0.055)
    return peak(out * envelope(len(out), 0.001, 0.04, RATE))


def phone(rng: Generator, seconds: float) -> Sound:
    """A telephone buzzing on wood, 0.45 s in every 1.2 s."""
    time = times(seconds or 0.9, RATE)
    on = low((np.mod(time, 1.2) < 0.45).astype(float), 40, RATE, 1)
    motor = 0.5 * np.sign(np.sin(2 * np.pi * 168 * time)) + 0.6 * np.sin(2 * np.pi * 84 * time)
    rattle = band(noise(rng, len(time)), 600, 2500, RATE) * np.maximum(0, np.sin(2 * np.pi * 168 * time)) ** 4
    return peak((band(motor, 120, 1400, RATE, 1) + 0.25 * rattle) * on * envelope(len(time), 0.004, 0.02, RATE))


def glass(rng: Generator, seconds: float) -> Sound:
    """A burst, then 34 shards."""
    time = times(1.2, RATE)
    out = band(noise(rng, len(time)), 3000, 14000, RATE) * np.exp(-time / 0.02)
    for number in range(34):
        short = times(0.35, RATE)
        hz = rng.uniform(2200, 9500)
        shard = _strike(
            short, (hz, rng.uniform(0.15, 0.7), rng.uniform(0.02, 0.12)), (hz * 1.51, 0.3 * rng.random(), 0.03)
        )
        _add(out, shard, rng.exponential(0.11) if number else 0.0)
    return peak(out * envelope(len(time), 0.0008, 0.2, RATE))


def sword(rng: Generator, seconds: float) -> Sound:
    """A scrape, then a blade's seven modes, each doubled a hair apart."""
    time = times(1.8, RATE)
    out, later = np.zeros(len(time)), times(1.7, RATE)
    modes = zip((1130, 1870, 2760, 3910, 5230, 6890, 8800), (0.5, 0.7, 1, 0.7, 0.6, 0.4, 0.25), strict=True)
    rings = (0.9, 0.75, 0.6, 0.45, 0.3, 0.2, 0.12)
    for (hz, gain), ring in zip(modes, rings, strict=True):
        _add(
            out,
            _strike(later, (hz, gain, ring), (hz * 1.0023, 0.8 * gain, ring)) * envelope(len(later), 0.003, 0.1, RATE),
            0.1,
        )
    out += 1.6 * band(noise(rng, len(time)), 2500, 11000, RATE) * np.exp(-(((time - 0.09) / 0.05) ** 2))
    return peak(out * envelope(len(time), 0.02, 0.3, RATE))


def murmur(rng: Generator, seconds: float) -> Sound:
    """A room of people: seven throats buzzing through moving vowels, no word in it."""
    slow = RATE // 4
    count = int((seconds or 4.0) * slow)
    out = np.zeros(count)
    for _ in range(7):
        base, at = rng.uniform(95, 215), int(rng.uniform(0, 0.3) * slow)
        while at < count:
            length = int(rng.uniform(0.12, 0.3) * slow)
            out[at : at + length] += _syllable(rng, base, length, slow)[: count - at]
            at += length + int(slow * (rng.uniform(0.25, 0.8) if rng.random() < 0.15 else rng.uniform(0, 0.05)))
    raised = signal.resample_poly(band(out, 180, 2600, slow, 1), 4, 1)
    return peak(np.asarray(raised) * envelope(len(raised), 0.2, 0.4, RATE))


def _syllable(rng: Generator, base: float, count: int, rate: int) -> Samples:
    time = np.arange(count) / rate
    buzz = signal.sawtooth(phase(base * (1 + rng.uniform(-0.12, 0.12) * time / 0.2), rate))
    first, second = rng.uniform(300, 800), rng.uniform(900, 2300)
    vowel = band(buzz, first * 0.85, first * 1.15, rate, 1) + 0.5 * band(buzz, second * 0.9, second * 1.1, rate, 1)
    return vowel * envelope(count, 0.03, 0.06, rate) * rng.uniform(0.4, 1.0)


def magic(rng: Generator, seconds: float) -> Sound:
    """A pentatonic shimmer that swells and goes."""
    length = seconds or 1.6
    time, out = times(length, RATE), np.zeros(int(length * RATE))
    short = times(0.9, RATE)
    fade = envelope(len(short), 0.01, 0.05, RATE)
    for _ in range(int(22 * length)):
        hz = 440 * 2 ** ((rng.choice([60, 62, 64, 67, 69]) - 69) / 12 + rng.integers(2, 4))
        tone = _strike(short, (hz, 1, 0.12), (hz * 2.008, 0.25, 0.06), (hz * 3.03, 0.12, 0.03))
        _add(out, tone * fade * rng.uniform(0.3, 1), rng.uniform(0, max(length - 0.5, 0.05)))
    return peak(out * np.exp(-(((time - 0.38 * length) / (0.35 * length)) ** 2)) * envelope(len(out), 0.01, 0.1, RATE))


def page(rng: Generator, seconds: float) -> Sound:
    count = int(0.42 * RATE)
    turn = np.arange(count) / count
    flutter = np.abs(low(noise(rng, count), 55, RATE)) * 20
    out = band(noise(rng, count), 1200, 8500, RATE) * flutter * np.sin(np.pi * turn) ** 1.2 * (0.5 + turn)
    return peak(out * envelope(count, 0.01, 0.02, RATE))


def shutter(rng: Generator, seconds: float) -> Sound:
    out, time = np.zeros(int(0.2 * RATE)), times(0.12, RATE)
    for at, gain, ring in ((0, 1, 0.002), (0.012, 0.5, 0.004), (0.062, 0.85, 0.0025), (0.071, 0.5, 0.006)):
        click = band(noise(rng, len(time)), 1500, 9000, RATE) * np.exp(-time / ring)
        _add(out, gain * (click + _strike(time, (2100, 0.4, 0.004))), at)
    return peak(out * envelope(len(out), 0.0005, 0.02, RATE))


def clock(rng: Generator, seconds: float) -> Sound:
    """Tick and tock, two a second."""
    out, time = np.zeros(int(max(seconds or 2.0, 0.5) * RATE)), times(0.08, RATE)
    for number in range(int(len(out) / RATE * 2)):
        hz = (2350, 1760)[number % 2] * rng.uniform(0.99, 1.01)
        tick = _strike(time, (hz, 1, 0.006), (hz * 1.83, 0.6, 0.004), (420, 0.35, 0.012))
        tick += band(noise(rng, len(time)), 2000, 9000, RATE) * np.exp(-time / 0.0012)
        _add(out, tick * (1, 0.8)[number % 2] * rng.uniform(0.85, 1.0), 0.5 * number)
    return peak(out * envelope(len(out), 0.0005, 0.02, RATE))


def _slow(rng: Generator, count: int, hz: float) -> Samples:
    """A wandering control signal below `hz`, made at a low rate and drawn out."""
    step = int(RATE / (hz * 16))
    points = low(noise(rng, count // step + 8), hz, int(hz * 16), 1)
    return np.interp(np.arange(count) / step, np.arange(len(points)), points)


WHOOSH_PEAK = 0.55
EFFECTS: dict[str, Callable[[Generator, float], Sound]] = {
    effect.__name__: effect
    for effect in (
        whoosh, impact, subdrop, riser, heartbeat, rain, thunder, wind, door, knock, footstep, phone, glass, sword,
        murmur, magic, page, shutter, clock,
    )
}  # fmt: skip
"""Kinds of models.base.SoundHit."""
GAINS = {
    "whoosh": 0.35, "impact": 0.6, "subdrop": 0.5, "riser": 0.45, "heartbeat": 0.5, "rain": 0.2, "thunder": 0.4,
    "wind": 0.2, "door": 0.45, "knock": 0.45, "footstep": 0.35, "phone": 0.4, "glass": 0.4, "sword": 0.3,
    "murmur": 0.25, "magic": 0.35, "page": 0.35, "shutter": 0.4, "clock": 0.3,
}  # fmt: skip
"""Peak of each at strength 1."""
ANCHORS = {"whoosh": 0.45 * WHOOSH_PEAK}
"""Seconds into the sound of the moment that is meant by its time; a riser's is its end."""
