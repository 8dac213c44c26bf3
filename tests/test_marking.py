"""Markers against mixes whose events are known: within a frame at every rate, and none where nothing happens."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from planted_sound import CALM_DB, Planted, Score, faded, hit, plant, scaled, score, speech

from engine.footage.beats import beats_of
from engine.footage.hearing import hear_samples
from engine.footage.levelling import level_of
from engine.footage.soundtrack import FLUX_STEP
from engine.timeline import Marker

RATE = 48_000
FPS = (24, 25, Fraction(30_000, 1001), 60)
KINDS = ("onset", "surge", "peak", "drop", "silence", "beat")


def heard(*parts: np.ndarray, noise_db: float = -70.0) -> tuple[Marker, ...]:
    sound = np.concatenate(parts)
    noise = np.random.default_rng(1).standard_normal(len(sound)) * 10 ** (noise_db / 20)
    return hear_samples((sound + noise).astype(np.float32), RATE, 24).markers


def gap(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * RATE))


def totals(mixes: Sequence[Planted], fps: int | Fraction) -> dict[str, Score]:
    out = {kind: Score(0, 0, 0) for kind in KINDS}
    for mix in mixes:
        for kind, one in score(mix, hear_samples(mix.samples, mix.sample_rate, fps).markers, float(fps)).items():
            before = out[kind]
            out[kind] = Score(before.planted + one.planted, before.found + one.found, before.false + one.false)
    return out


def check(mixes: Sequence[Planted], fps: int | Fraction) -> None:
    found = totals(mixes, fps)
    print(f"{float(fps):.2f} fps:", {kind: (s.planted, s.found, s.false) for kind, s in found.items()})
    for kind, one in found.items():
        assert one.planted and one.found >= 0.95 * one.planted, f"{kind}: {one}"
        assert one.false < 0.05 * one.planted, f"{kind}: {one}"


@pytest.fixture(scope="module")
def mixes() -> list[Planted]:
    return [plant(seed, parts=12, rate=rate) for seed, rate in ((11, 48_000), (12, 44_100))]


@pytest.mark.parametrize("fps", FPS)
def test_planted_events_are_found_within_a_frame_at_20_db_over_noise(mixes: list[Planted], fps: int | Fraction) -> None:
    check(mixes, fps)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [200, 202])
def test_planted_events_of_more_mixes_are_found(seed: int) -> None:
    mix = [plant(seed, rate=(48_000, 44_100, 16_000)[seed % 3])]
    check(mix, 24)
    check(mix, 60)


def test_markers_stand_in_order_and_say_why(mixes: list[Planted]) -> None:
    found = hear_samples(mixes[0].samples, RATE, 24).markers
    assert list(found) == sorted(found, key=lambda m: (m.frame, m.kind))
    assert len({(m.kind, m.frame) for m in found}) == len(found)
    assert all(m.reason and 0 <= m.strength <= 1 for m in found)
    said = {m.kind: m.reason for m in found}
    assert said["silence"].endswith(" s") and said["beat"].endswith(" a minute")
    assert said["surge"].startswith("+") and said["drop"].startswith("-") and said["peak"].endswith(" dB")


def test_a_rise_and_a_fall_inside_a_passage_are_marked_at_their_frame() -> None:
    dice = np.random.default_rng(3)
    bed = dice.standard_normal(9 * RATE)
    bed[: 3 * RATE] *= 0.02
    bed[3 * RATE : 6 * RATE] *= 0.08
    bed[6 * RATE :] *= 0.02
    found = {m.kind: m.frame for m in heard(gap(1), bed, gap(1))}
    assert abs(found["surge"] - 4 * 24) <= 1 and abs(found["drop"] - 7 * 24) <= 1
    assert found["silence"] == 10 * 24


def test_a_blip_ends_no_silence_but_a_hit_does() -> None:
    tick = faded(0.01 * np.sin(np.arange(round(0.05 * RATE)) / 8), RATE, 0.025)
    bang = hit(np.random.default_rng(0), RATE) * 0.3
    soft = heard(gap(1), tick, gap(1.5))
    assert [(m.kind, m.frame, m.reason) for m in soft if m.frame == 0] == [("silence", 0, "2.5 s")]
    loud = heard(gap(1), bang, gap(1.5))
    assert [m.kind for m in loud] == ["silence", "onset", "silence"]
    assert loud[1].frame == 24 and loud[1].reason.startswith("hit, +")


def test_a_hit_does_not_make_the_voice_after_it_a_drop() -> None:
    dice = np.random.default_rng(4)
    voice = [faded(scaled(speech(dice, 1.0, RATE), -30), RATE) for _ in range(2)]
    found = heard(gap(0.5), voice[0], gap(0.5), hit(dice, RATE) * 0.4, gap(0.5), voice[1], gap(0.5))
    assert "drop" not in {m.kind for m in found}


def test_a_shot_in_running_speech_is_an_onset() -> None:
    dice = np.random.default_rng(6)
    voice = faded(scaled(speech(dice, 3.0, RATE), -34), RATE)
    bang = hit(dice, RATE)
    voice[RATE : RATE + len(bang)] += 0.5 * bang
    found = [m.frame for m in heard(gap(1), voice, gap(1)) if m.reason.startswith("hit")]
    assert [abs(frame - 48) <= 1 for frame in found] == [True]


def test_music_without_a_pause_and_steady_noise_have_no_onsets_but_the_first() -> None:
    time = np.arange(8 * RATE) / RATE
    pad = sum(np.sin(2 * np.pi * hertz * time) for hertz in (220, 277.2, 329.6)) * (1 + 0.3 * np.sin(time)) * 0.05
    assert [m.kind for m in heard(np.asarray(pad))] == ["onset"]
    assert [m.kind for m in heard(gap(6), noise_db=-30)] == ["onset"]


def test_speech_has_no_beat_and_neither_has_an_uneven_drum() -> None:
    dice = np.random.default_rng(7)
    talk = [
        part for _ in range(9) for part in (scaled(speech(dice, 1.5, RATE), -30), gap(float(dice.uniform(0.2, 0.7))))
    ]
    assert "beat" not in {m.kind for m in heard(*talk)}
    drum = hit(dice, RATE)[: RATE // 5]
    uneven = [part for _ in range(30) for part in (drum * 0.3, gap(float(dice.uniform(0.1, 0.8))))]
    assert "beat" not in {m.kind for m in heard(*uneven)}


@pytest.mark.parametrize("tempo", [72, 96, 118, 160])
def test_the_tempo_of_a_drum_is_found(tempo: int) -> None:
    flux = np.full(2_000, 0.1, np.float32)
    flux[np.round(np.arange(0.5, 19.5, 60 / tempo) / FLUX_STEP).astype(int)] = 3.0
    (grid,) = beats_of(flux)
    assert grid.tempo == pytest.approx(tempo, rel=0.005)
    assert np.diff(grid.beats) == pytest.approx(60 / tempo, abs=0.011)


def test_the_last_beats_of_a_song_are_found_whatever_its_length() -> None:
    flux = np.full(990, 0.1, np.float32)
    places = np.arange(50, 990, 50)
    flux[places] = 3.0
    (grid,) = beats_of(flux)
    assert np.round(np.array(grid.beats) / FLUX_STEP).tolist() == places.tolist()


def test_a_beat_that_is_left_out_is_filled_in() -> None:
    flux = np.full(2_000, 0.1, np.float32)
    places = np.arange(50, 1_950, 50)
    flux[places] = 3.0
    flux[[500, 1_000, 1_050]] = 0.1
    (grid,) = beats_of(flux)
    assert np.round(np.array(grid.beats) / FLUX_STEP).tolist() == places.tolist()


def test_thresholds_follow_the_noise() -> None:
    def power(*levels_db: float) -> np.ndarray:
        return np.repeat(10 ** (np.array(levels_db) / 10), 200).astype(np.float32)

    loud_noise, clean = level_of(power(-40, CALM_DB + 14, -40), 3.0), level_of(power(-90, -20, -90), 3.0)
    assert loud_noise.floor == pytest.approx(-40, abs=0.1) and -40 < loud_noise.off < loud_noise.on < -28
    assert clean.floor == pytest.approx(-90, abs=0.1) and clean.on == -60
