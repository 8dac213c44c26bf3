"""The mix: levels kept, speech clear, silences silent, stems that sum to the master."""

import numpy as np
import pytest
from scipy import signal

from engine.dynamics import compressor_gain, duck_db, gate, limiter_gain
from engine.loudness import integrated_lufs, true_peak_dbtp
from engine.mixing import PlacedSpeech, mix_episode
from engine.rooms import ROOMS, impulse_response, room_of
from models.base import DELIVERIES
from models.base import ROOMS as ROOM_NAMES

RATE = 48000


def babble(seconds: float, seed: int = 0) -> np.ndarray:
    """Something with the crest and band of speech: pulses through two formants, four syllables a second."""
    rng = np.random.default_rng(seed)
    count = int(seconds * RATE)
    pulses = np.zeros(count)
    pulses[:: RATE // 130] = 1
    voice = sum(
        signal.sosfilt(signal.butter(2, (hz * 0.8, hz * 1.2), "bandpass", fs=RATE, output="sos"), pulses)
        for hz in (500, 1500, 2600)
    )
    syllables = np.abs(np.sin(np.pi * 4 * np.arange(count) / RATE)) ** 0.5
    voice = voice * syllables + 0.001 * rng.standard_normal(count)
    return (0.5 * voice / np.abs(voice).max()).astype(np.float32)


def bed(seconds: float, seed: int = 1) -> np.ndarray:
    noise = np.random.default_rng(seed).standard_normal((2, int(seconds * RATE)))
    return (0.1 * signal.sosfilt(signal.butter(1, 2000, fs=RATE, output="sos"), noise)).astype(np.float32)


@pytest.fixture(scope="module")
def episode():
    seconds = 12
    lines = [
        PlacedSpeech(babble(2, 1), 1 * RATE, "office"),
        PlacedSpeech(0.2 * babble(2, 2), 4 * RATE, "palace", "whisper"),
        PlacedSpeech(babble(1.5, 3), 8 * RATE, "car", "inner"),
    ]
    effects = np.zeros((2, seconds * RATE), np.float32)
    effects[:, 7 * RATE : 7 * RATE + 9600] = bed(0.2, 9) * 5
    silences = [(int(10.5 * RATE), int(11 * RATE))]
    mix = mix_episode(lines, bed(seconds), effects, seconds * RATE, silences=silences)
    return lines, mix, silences


def test_the_master_has_the_loudness_and_peak_that_are_promised(episode) -> None:
    _, mix, _ = episode
    assert integrated_lufs(mix.master, RATE) == pytest.approx(-14, abs=0.2)
    assert true_peak_dbtp(mix.master) <= -1.2
    assert mix.loudness_lufs == pytest.approx(integrated_lufs(mix.master, RATE), abs=0.01)
    assert mix.limited_fraction < 0.03


def test_the_stems_sum_to_the_master(episode) -> None:
    _, mix, _ = episode
    assert np.allclose(mix.dx + mix.mx + mix.fx, mix.master, atol=1e-6)


def test_speech_stands_clear_of_the_music_in_every_line(episode) -> None:
    lines, mix, _ = episode
    band = signal.butter(2, (500, 4000), "bandpass", fs=RATE, output="sos")
    for line in lines:
        span = slice(line.start_sample, line.start_sample + len(line.samples))
        speech, music = (np.mean(signal.sosfilt(band, stem[:, span], axis=1) ** 2) for stem in (mix.dx, mix.mx))
        assert 10 * np.log10(speech / music) >= 15
    assert mix.speech_to_music_db >= 15


def test_music_is_louder_again_where_nobody_speaks(episode) -> None:
    _, mix, _ = episode
    under = np.mean(mix.mx[:, int(1.5 * RATE) : int(2.5 * RATE)] ** 2)
    between = np.mean(mix.mx[:, int(7.3 * RATE) : int(7.7 * RATE)] ** 2)
    assert 10 * np.log10(between / under) > 6


def test_planned_silence_is_digital_silence(episode) -> None:
    _, mix, [(start, stop)] = episode
    assert not np.any(mix.master[:, start:stop])


def test_the_same_input_gives_the_same_samples() -> None:
    lines = [PlacedSpeech(babble(1), RATE // 2, "living")]
    quiet = np.zeros((2, 3 * RATE), np.float32)
    first, second = (mix_episode(lines, bed(3), quiet, 3 * RATE) for _ in range(2))
    assert np.array_equal(first.master, second.master)


def test_an_episode_without_speech_or_without_any_sound_is_mixed() -> None:
    quiet = np.zeros((2, 2 * RATE), np.float32)
    music_only = mix_episode([], bed(2), quiet, 2 * RATE)
    assert music_only.loudness_lufs == pytest.approx(-14, abs=0.2)
    assert not np.any(mix_episode([], quiet, quiet, 2 * RATE).master)


def test_lines_that_overlap_both_sound() -> None:
    quiet = np.zeros((2, 3 * RATE), np.float32)
    lines = [PlacedSpeech(babble(2, 1), 0), PlacedSpeech(babble(2, 2), RATE // 2, "hall")]
    mix = mix_episode(lines, quiet, quiet, 3 * RATE)
    assert np.isfinite(mix.master).all() and mix.speech_to_music_db == float("inf")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (PlacedSpeech(np.zeros(2000, np.float32), 47_000), "does not fit"),
        (PlacedSpeech(np.zeros(10, np.float32), -1), "does not fit"),
        (PlacedSpeech(np.zeros(10, np.float32), 0, "cave"), "unknown room 'cave'"),
    ],
)
def test_what_cannot_be_placed_is_refused(line: PlacedSpeech, message: str) -> None:
    quiet = np.zeros((2, RATE), np.float32)
    with pytest.raises(ValueError, match=message):
        mix_episode([line], quiet, quiet, RATE)


def test_a_stem_of_the_wrong_shape_or_with_nan_is_refused() -> None:
    quiet = np.zeros((2, RATE), np.float32)
    with pytest.raises(ValueError, match="stem"):
        mix_episode([], quiet[:, 1:], quiet, RATE)
    with pytest.raises(ValueError, match="stem"):
        mix_episode([], quiet, np.full_like(quiet, np.nan), RATE)


def test_every_room_and_delivery_of_the_contract_has_a_sound() -> None:
    assert set(ROOMS) == set(ROOM_NAMES)
    for name in ROOM_NAMES:
        for delivery in DELIVERIES:
            room = room_of(name, delivery)
            if room:
                assert room.wet_db <= -9
                assert np.sum(impulse_response(room, RATE) ** 2, axis=1) == pytest.approx([1, 1], rel=1e-3)


def test_the_limiter_keeps_its_ceiling_and_leaves_quiet_sound_alone() -> None:
    sound = bed(1) * 8
    gain = limiter_gain(sound, RATE, -6)
    assert np.abs(sound * gain).max() <= 10 ** (-6 / 20) * 1.001
    assert np.all(limiter_gain(bed(1) * 0.01, RATE, -6) == 1)


def test_the_compressor_narrows_levels_by_its_ratio() -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)
    loud, soft = (20 * np.log10(compressor_gain(tone * level, RATE, -22, 3.0)[RATE // 2]) for level in (0.5, 0.02))
    assert loud == pytest.approx(-(2 / 3) * (20 * np.log10(0.5) - 3.01 + 22), abs=0.3) and soft == 0


def test_ducking_is_down_before_the_word_and_up_after_the_release() -> None:
    curve = duck_db([(2 * RATE, 3 * RATE, 7.0)], 6 * RATE, RATE)
    assert curve[2 * RATE] == pytest.approx(7, abs=0.2) and curve[3 * RATE] == pytest.approx(7, abs=0.2)
    assert curve[RATE] == 0 and curve[int(4.2 * RATE)] == pytest.approx(0, abs=0.1)
    assert np.abs(np.diff(curve)).max() < 0.01


def test_a_gate_fades_instead_of_clicking() -> None:
    sound = np.ones((2, 1000), np.float32)
    gate(sound, [(400, 600)], 100)
    assert not np.any(sound[:, 400:600]) and np.abs(np.diff(sound[0])).max() <= 0.011
