"""Levels: markers to the frame on synthetic sound, the curve, pitch and arousal."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import pitch
from engine.core import FPS
from engine.levels import (
    Manner,
    arousal_of,
    change,
    envelope,
    from_json,
    intensity,
    manner_of,
    markers,
    phrases,
    to_json,
)
from engine.listening import HeardTake, listen
from models.base import TimedWord

RATE = 16_000
LEVELS = {"quiet": -34.0, "plain": -24.0, "loud": -12.0}


def tone(frames: int, level_db: float, hz: float = 220.0) -> np.ndarray:
    t = np.arange(frames * RATE // FPS) / RATE
    return np.sin(2 * np.pi * hz * t) * 10 ** (level_db / 20) * np.sqrt(2)


def planted(bursts: list[tuple[int, int, float]], tail: int = 12, noise_db: float = -70.0) -> np.ndarray:
    """Bursts of (frames of silence before, frames of tone, level); the sound, with a little noise over all of it."""
    parts = [x for gap, length, level in bursts for x in (np.zeros(gap * RATE // FPS), tone(length, level))]
    x = np.concatenate([*parts, np.zeros(tail * RATE // FPS)])
    return x + np.random.default_rng(1).normal(0, 10 ** (noise_db / 20), len(x))


def starts(bursts: list[tuple[int, int, float]]) -> list[int]:
    at, out = 0, []
    for gap, length, _ in bursts:
        out.append(at + gap)
        at += gap + length
    return out


BURSTS = st.lists(
    st.tuples(st.integers(6, 40), st.integers(6, 30), st.sampled_from(sorted(LEVELS.values()))), min_size=1, max_size=6
)


@given(BURSTS, st.sampled_from([-62.0, -75.0, -110.0]))
@settings(max_examples=60, deadline=None)
def test_every_burst_is_marked_within_one_frame_of_where_it_was_planted(bursts, noise) -> None:
    bursts = [(max(6, bursts[0][0]), *bursts[0][1:]), *bursts[1:]]
    found = [
        m for m in markers(envelope(planted(bursts, noise_db=noise), RATE)) if m.kind in ("onset", "surge", "drop")
    ]
    assert len(found) == len(bursts)
    for marker, planted_at in zip(found, starts(bursts), strict=True):
        assert abs(marker.frame - planted_at) <= 1


@given(BURSTS)
@settings(max_examples=60, deadline=None)
def test_surge_and_drop_follow_the_step_in_level(bursts) -> None:
    found = [m for m in markers(envelope(planted(bursts), RATE)) if m.kind in ("onset", "surge", "drop")]
    kinds = ["onset"]
    for (_, _, before), (_, _, after) in itertools.pairwise(bursts):
        kinds.append("surge" if after - before >= 5 else "drop" if after - before <= -8 else "onset")
    assert [m.kind for m in found] == kinds


@given(st.integers(18, 60), st.integers(6, 30))
@settings(max_examples=40, deadline=None)
def test_a_long_pause_is_a_silence_within_one_frame_of_the_last_sound(pause, length) -> None:
    sound = envelope(planted([(10, length, -20.0), (pause, 12, -20.0)]), RATE)
    [silence] = [m for m in markers(sound) if m.kind == "silence"]
    assert abs(silence.frame - (10 + length)) <= 1


def test_a_short_pause_is_no_silence() -> None:
    kinds = [m.kind for m in markers(envelope(planted([(10, 20, -20.0), (12, 20, -20.0)]), RATE))]
    assert "silence" not in kinds


def test_the_peak_of_a_surge_is_its_loudest_moment() -> None:
    x = np.concatenate([planted([(6, 24, -30.0), (8, 24, -16.0)], tail=0), tone(6, -6.0), tone(12, -20.0)])
    [peak] = [m for m in markers(envelope(x, RATE)) if m.kind == "peak"]
    assert 62 <= peak.frame < 68


def test_a_wobble_between_the_thresholds_makes_one_phrase() -> None:
    wobble = [tone(2, level) for level in (-45.0, -52.0) * 10]
    x = np.concatenate([np.zeros(RATE // 2), tone(6, -40.0), *wobble, np.zeros(RATE // 2)])
    assert len(phrases(envelope(x, RATE))) == 1


def test_speech_without_a_pause_is_still_heard() -> None:
    assert [m.kind for m in markers(envelope(tone(48, -20.0), RATE))] == ["onset"]


def test_silence_has_no_markers_and_a_flat_curve() -> None:
    sound = envelope(np.zeros(RATE), RATE)
    assert markers(sound) == []
    assert set(intensity(sound)) == {0.0}


@given(st.integers(1, 3 * RATE), st.sampled_from([8000, 22_050, 48_000]))
@settings(max_examples=60, deadline=None)
def test_the_curve_has_one_value_between_0_and_1_a_frame(num_samples, rate) -> None:
    x = np.random.default_rng(num_samples).normal(0, 0.1, num_samples)
    curve = intensity(envelope(x, rate))
    assert len(curve) == max(1, int(np.ceil(num_samples / rate * FPS - 1e-9)))
    assert all(0 <= v <= 1 for v in curve)


def test_the_curve_is_loud_where_the_sound_is() -> None:
    curve = np.array(intensity(envelope(planted([(24, 24, -20.0)], tail=24), RATE)))
    assert curve[25:47].min() > 0.7
    assert curve[:23].max() == curve[50:].max() == 0


def test_sound_that_is_not_finite_mono_is_refused() -> None:
    for bad in (np.zeros((2, 10)), np.array([0.0, np.nan])):
        with pytest.raises(ValueError, match="one channel of finite samples"):
            envelope(bad, RATE)


def test_a_change_says_how_many_decibels() -> None:
    assert change(-20.0, -10.0) == ("surge", 10 / 15, "+10 dB")
    assert change(-20.0, -28.0)[0] == "drop"
    assert change(-20.0, -24.0)[0] == "onset"


@given(st.floats(80, 400), st.sampled_from([8000, 16_000, 22_050, 48_000]))
@settings(max_examples=40, deadline=None)
def test_pitch_is_right_within_half_a_semitone(hz, rate) -> None:
    t = np.arange(rate // 2) / rate
    x = sum(np.sin(2 * np.pi * hz * k * t) / k for k in (1, 2, 3, 4))
    found = pitch.track(0.2 * x, rate)
    assert np.mean(np.abs(12 * np.log2(found[found > 0] / hz)) < 0.5) > 0.95


def test_noise_has_no_pitch() -> None:
    found = pitch.track(np.random.default_rng(0).normal(0, 0.1, RATE), RATE)
    assert np.mean(found > 0) < 0.05


def test_arousal_follows_the_formula_and_stays_within_0_and_1() -> None:
    calm = Manner(200.0, 4.0, -22.0, 12.0)
    rage = Manner(200.0 * 2 ** (5.8 / 12), 6.4, -22.0 + 2.3, 12.0 * 1.27)
    assert arousal_of(calm, calm) == 0.5
    assert arousal_of(rage, calm) == pytest.approx(0.5 + 0.04 * 5.8 + 0.035 * 2.3 + 0.5 * 0.27, abs=1e-3)
    assert arousal_of(Manner(1000.0, 4.0, 0.0, 40.0), calm) == 1.0
    assert arousal_of(Manner(0.0, 0.0, -22.0, 0.0), calm) == 0.5


def test_manner_measures_pitch_level_and_letters_a_second() -> None:
    x = planted([(6, 48, -20.0)])
    manner = manner_of(envelope(x, RATE), x, RATE, (TimedWord("letters", 0.25, 2.25),))
    assert manner.pitch == pytest.approx(220, rel=0.01)
    assert manner.level_db == pytest.approx(-20, abs=0.5)
    assert manner.rate == pytest.approx(3.5)


def test_what_was_heard_survives_json() -> None:
    take = HeardTake(planted([(6, 24, -30.0), (20, 24, -10.0)]), RATE, (TimedWord("No", 0.25, 1.25),), "v", "rage")
    heard = listen({"l": take})
    assert from_json(to_json(heard)) == heard
