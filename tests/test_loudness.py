"""Loudness and true peak against the standards' own synthetic cases, and against ffmpeg."""

import re
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from engine.loudness import (
    SILENCE_LUFS,
    integrated_lufs,
    k_weighting,
    momentary_lufs,
    short_term_lufs,
    true_peak_dbtp,
)
from engine.wav import write_wav

RATE = 48000


def sine(seconds: float, dbfs: float, hz: float = 1000.0, rate: int = RATE) -> np.ndarray:
    wave = 10 ** (dbfs / 20) * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate)
    return np.stack([wave, wave])


def levels(*parts: tuple[float, float]) -> np.ndarray:
    return np.concatenate([sine(seconds, dbfs) for seconds, dbfs in parts], axis=1)


def test_a_full_scale_997_hz_sine_in_one_channel_is_minus_3_01() -> None:
    assert integrated_lufs(sine(20, 0, 997)[0], RATE) == pytest.approx(-3.01, abs=0.01)


def test_the_48_khz_coefficients_are_those_of_the_standard() -> None:
    shelf, high_pass = k_weighting(48000)
    expected = (1.53512485958697, -2.69169618940638, 1.19839281085285, 1, -1.69065929318241, 0.73248077421585)
    assert shelf == pytest.approx(expected, abs=1e-6)
    assert high_pass[4:] == pytest.approx((-1.99004745483398, 0.99007225036621), abs=1e-6)


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
def test_the_reading_does_not_depend_on_the_rate(rate: int) -> None:
    assert integrated_lufs(sine(10, -23, 1000, rate), rate) == pytest.approx(-23.0, abs=0.05)


EBU_3341 = [
    pytest.param(((20, -23),), -23, id="case 1"),
    pytest.param(((20, -33),), -33, id="case 2"),
    pytest.param(((10, -36), (60, -23), (10, -36)), -23, id="case 3"),
    pytest.param(((10, -72), (10, -36), (60, -23), (10, -36), (10, -72)), -23, id="case 4"),
    pytest.param(((20, -26), (20.1, -20), (20, -26)), -23, id="case 5"),
]


@pytest.mark.parametrize(("parts", "expected"), EBU_3341)
def test_the_gates_follow_ebu_tech_3341(parts: tuple[tuple[float, float], ...], expected: float) -> None:
    assert integrated_lufs(levels(*parts), RATE) == pytest.approx(expected, abs=0.1)


def test_momentary_and_short_term_follow_a_step_in_level() -> None:
    sound = levels((5, -40), (5, -20))
    momentary, short = momentary_lufs(sound, RATE), short_term_lufs(sound, RATE)
    assert momentary[:40] == pytest.approx(-40, abs=0.1)
    assert momentary[-40:] == pytest.approx(-20, abs=0.1)
    assert short.max() == pytest.approx(-20, abs=0.1) and len(short) == 71


def test_silence_and_nothing_are_silence() -> None:
    assert integrated_lufs(np.zeros((2, RATE)), RATE) == SILENCE_LUFS
    assert integrated_lufs(np.zeros((2, 0)), RATE) == SILENCE_LUFS
    assert true_peak_dbtp(np.zeros((2, 100))) == SILENCE_LUFS
    assert true_peak_dbtp(np.zeros((2, 0))) == SILENCE_LUFS


def test_a_sound_shorter_than_a_gating_block_is_measured() -> None:
    assert -50 < integrated_lufs(sine(0.2, -20), RATE) < -20


@pytest.mark.parametrize(("divisor", "degrees", "dbfs"), [(4, 0, -6), (4, 45, -6), (6, 60, -6), (8, 67.5, -6)])
def test_true_peak_finds_what_lies_between_samples(divisor: int, degrees: float, dbfs: float) -> None:
    """EBU Tech 3341 cases 15 to 18: sines at a fraction of the rate; tolerance +0.2, -0.4 dB."""
    time_axis = np.arange(RATE) / divisor * 2 * np.pi + np.radians(degrees)
    wave = (
        10 ** (dbfs / 20) * np.sin(time_axis) * np.minimum(1, np.minimum(np.arange(RATE), np.arange(RATE)[::-1]) / 2400)
    )
    assert dbfs - 0.4 <= true_peak_dbtp(wave) <= dbfs + 0.2


@pytest.mark.slow
def test_a_minute_of_stereo_is_measured_in_a_tenth_of_a_second_or_so() -> None:
    sound = np.random.default_rng(0).standard_normal((2, 60 * RATE)).astype(np.float32)
    began = time.process_time()
    integrated_lufs(sound, RATE)
    assert time.process_time() - began < 0.4  # about 0.1 s on an idle core


@pytest.mark.slow
def test_ffmpeg_measures_the_same(tmp_path: Path) -> None:
    import imageio_ffmpeg

    rng = np.random.default_rng(4)
    sound = np.cumsum(rng.standard_normal((2, 30 * RATE)), axis=1)
    sound = (sound - sound.mean(axis=1, keepdims=True)) * 0.0003 + 0.05 * rng.standard_normal(sound.shape)
    sound[:, : 10 * RATE] *= 0.05
    sound = np.clip(sound, -0.99, 0.99).astype(np.float32)
    write_wav(tmp_path / "a.wav", sound)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", str(tmp_path / "a.wav")]
    command += ["-af", "ebur128=peak=true", "-f", "null", "-"]
    log = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stderr
    summary = log[log.rindex("Summary:") :]
    loudness = float(re.search(r"I:\s+(-?[\d.]+) LUFS", summary)[1])  # type: ignore[index]
    peak = float(re.search(r"Peak:\s+(-?[\d.]+) dBFS", summary)[1])  # type: ignore[index]
    assert integrated_lufs(sound, RATE) == pytest.approx(loudness, abs=0.1)
    assert true_peak_dbtp(sound) == pytest.approx(peak, abs=0.2)
