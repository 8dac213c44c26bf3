"""Loudness and true peak against the standards' own synthetic cases, and against ffmpeg."""

import re
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from planted_sound import plant
from scipy import signal

from engine.loudness import (
    SILENCE_LUFS,
    Meter,
    Reading,
    channel_weights,
    integrated_lufs,
    k_weighting,
    momentary_lufs,
    short_term_lufs,
    true_peak_dbtp,
)
from engine.wav import write_wav
from engine.weighting import LENGTH, Weighting

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


# -- the meter for blocks


def metered(sound: np.ndarray, rate: int = RATE, size: int = 50_000, weights: list[float] | None = None) -> Reading:
    meter = Meter(rate, len(sound), weights)
    for start in range(0, sound.shape[1], size):
        meter.feed(sound[:, start : start + size].astype(np.float32))
    return meter.finish()


@pytest.mark.parametrize("rate", [8_000, 11_025, 44_057, 44_100, 48_000, 96_000, 192_000])
def test_the_fast_filter_is_the_plain_one_in_blocks_and_over_an_offset(rate: int) -> None:
    sound = (np.random.default_rng(0).standard_normal((2, 40_000 // LENGTH * LENGTH)) * 0.1 + 0.5).astype(np.float32)
    weighting, middle = Weighting(rate, 2), 777 * LENGTH
    found = np.concatenate(
        [weighting(sound[:, :LENGTH]), weighting(sound[:, LENGTH:middle]), weighting(sound[:, middle:])], 1
    )
    assert np.abs(found - signal.sosfilt(k_weighting(rate), sound.astype(np.float64), axis=-1)).max() < 2e-6


@pytest.mark.parametrize("size", [997, 4_800, 100_000])
def test_blocks_are_measured_as_the_whole_is(size: int) -> None:
    sound = plant(5, parts=3).samples[:, : 9 * RATE]
    found = metered(sound, size=size)
    assert found.integrated_lufs == pytest.approx(integrated_lufs(sound, RATE), abs=0.001)
    assert found.true_peak_dbtp == pytest.approx(true_peak_dbtp(sound), abs=0.001)
    assert found.momentary[3:] == pytest.approx(momentary_lufs(sound, RATE), abs=0.01)
    assert found.short_term[29:] == pytest.approx(short_term_lufs(sound, RATE), abs=0.01)
    assert len(found.momentary) == len(found.short_term) == sound.shape[1] // 4_800


EBU_3342 = [((20, -20), (20, -30)), ((20, -20), (20, -15)), ((20, -40), (20, -20)), ((20, -50), (20, -35), (20, -20), (20, -35), (20, -50))]  # fmt: skip


@pytest.mark.parametrize(("parts", "expected"), list(zip(EBU_3342, (10, 5, 20, 15), strict=True)))
def test_the_range_follows_ebu_tech_3342(parts: tuple[tuple[float, float], ...], expected: float) -> None:
    rate = 8_000
    sound = np.concatenate([sine(seconds, dbfs, 1000, rate) for seconds, dbfs in parts], axis=1)
    assert metered(sound, rate).range_lu == pytest.approx(expected, abs=1)


@pytest.mark.parametrize(("divisor", "degrees"), [(4, 0), (4, 45), (6, 60), (8, 67.5)])
def test_the_meter_finds_peaks_between_samples_and_at_the_seams_of_blocks(divisor: int, degrees: float) -> None:
    ramp = np.minimum(1, np.minimum(np.arange(RATE), np.arange(RATE)[::-1]) / 2400)
    wave = 0.5 * np.sin(np.arange(RATE) / divisor * 2 * np.pi + np.radians(degrees)) * ramp
    for size in (63, 4_801, RATE):
        assert -6.4 <= metered(wave[None], size=size).true_peak_dbtp <= -5.8


@pytest.mark.parametrize(("channels", "weights"), [
    (1, [1]), (2, [1, 1]), (3, [1, 1, 1]), (5, [1, 1, 1, 1.41, 1.41]), (6, [1, 1, 1, 0, 1.41, 1.41]),
    (8, [1, 1, 1, 0, 1.41, 1.41, 1.41, 1.41]),
])  # fmt: skip
def test_channels_weigh_as_bs_1770_says(channels: int, weights: list[float]) -> None:
    assert channel_weights(channels).tolist() == weights


def test_a_mask_says_which_speakers_there_are() -> None:
    assert channel_weights(3, 0b1011).tolist() == [1, 1, 0]  # 2.1
    assert channel_weights(4, 0x33).tolist() == [1, 1, 1.41, 1.41]  # quadraphonic


def test_silence_and_less_than_a_window_are_measured_by_the_meter() -> None:
    quiet = metered(np.zeros((2, RATE)))
    assert (quiet.integrated_lufs, quiet.range_lu, quiet.true_peak_dbtp) == (SILENCE_LUFS, 0.0, SILENCE_LUFS)
    nothing = Meter(RATE, 2).finish()
    assert nothing.integrated_lufs == SILENCE_LUFS and len(nothing.momentary) == 4
    assert metered(sine(0.2, -20)).integrated_lufs == pytest.approx(integrated_lufs(sine(0.2, -20), RATE), abs=0.01)


def test_the_meter_refuses_what_it_cannot_measure() -> None:
    with pytest.raises(ValueError, match="cannot be measured"):
        Meter(4_000, 2)
    with pytest.raises(ValueError, match="2 channels"):
        Meter(RATE, 2).feed(np.zeros((1, 100), np.float32))


def ebur128(path: Path) -> tuple[float, float, float]:
    """ffmpeg's loudness, range and true peak of a file."""
    import imageio_ffmpeg

    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostats", "-i", str(path)]
    command += ["-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-"]
    log = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stderr
    summary = log[log.rindex("Summary:") :]
    found = (re.search(pattern, summary) for pattern in (r"I:\s+(-?[\d.]+) LUFS", r"LRA:\s+(-?[\d.]+) LU", r"Peak:\s+(-?[\d.]+) dBFS"))  # fmt: skip
    integrated, loudness_range, peak = (float(match[1]) for match in found if match)
    return integrated, loudness_range, peak


def spoken() -> np.ndarray:
    """The draft voice in four moods, some twelve seconds: (1, samples) at 48 kHz."""
    from models.base import Utterance
    from models.draft.voice import DraftVoice

    text = "You signed the papers yourself. Now tell me, whose child is it?"
    moods = ("neutral", "tender", "rage", "fear")
    takes = DraftVoice().speak([Utterance(mood, text, "en", "en-us+f2:50", mood) for mood in moods])
    return np.concatenate([take.samples for take in takes])[None]


def test_the_meter_and_ffmpeg_agree_on_a_voice(tmp_path: Path) -> None:
    sound = spoken()
    write_wav(tmp_path / "a.wav", sound, RATE, float32=True)
    integrated, loudness_range, peak = ebur128(tmp_path / "a.wav")
    found = metered(sound)
    assert found.integrated_lufs == pytest.approx(integrated, abs=0.1)
    assert found.range_lu == pytest.approx(loudness_range, abs=0.1)
    assert found.true_peak_dbtp == pytest.approx(peak, abs=0.1)


def test_the_meter_and_pyloudnorm_agree_on_a_voice_and_on_a_mix() -> None:
    pyloudnorm = pytest.importorskip("pyloudnorm")
    for sound in (spoken(), plant(7, parts=3).samples.astype(np.float64)):
        found = metered(sound)
        assert found.integrated_lufs == pytest.approx(pyloudnorm.Meter(RATE).integrated_loudness(sound.T), abs=0.1)


@pytest.mark.parametrize("layout", ["mono", "stereo", "5.1", "7.1"])
def test_the_meter_and_ffmpeg_agree_on_every_layout(tmp_path: Path, layout: str) -> None:
    import imageio_ffmpeg

    channels = {"mono": 1, "stereo": 2, "5.1": 6, "7.1": 8}[layout]
    path, quiet = tmp_path / "a.wav", np.linspace(0.3, 1, channels)[:, None]
    mix = plant(6, parts=3).samples[0, : 8 * RATE]
    sound = np.stack([np.roll(mix, n * 9_000) for n in range(channels)]) * quiet
    raw = sound.T.astype("<f4").tobytes()
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-f", "f32le", "-ar", str(RATE)]
    command += ["-ch_layout", layout, "-i", "-", "-c:a", "pcm_f32le", str(path)]
    subprocess.run(command, input=raw, check=True, timeout=60)
    integrated, _, peak = ebur128(path)
    found = metered(sound)
    assert found.integrated_lufs == pytest.approx(integrated, abs=0.1)
    assert found.true_peak_dbtp == pytest.approx(peak, abs=0.1)
