"""The sound of a cut of footage: gains, fades, ducks and peaks."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numbered
import numpy as np
import pytest
from footage_cuts import (
    made,
    rms,
    tone,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.footage.conform import Conforming
from engine.footage.sounding import Levels, duck_curve, level_curve, sample_rate, tempos
from engine.rates import KNOWN, Rate
from engine.timeline import SoundClip, Source, Speech, Timeline


@pytest.mark.slow
def test_gains_fades_gaps_ducking_and_the_final_gain_add_up(tmp_path: Path) -> None:
    music, voice = tone(tmp_path / "music.wav", 5, 0.25, 2), tone(tmp_path / "voice.wav", 2, 0.001, 2)
    clips = (
        SoundClip("MX", "music", 0, 96, 0, gain_db=-6, fade_in=12, fade_out=12),
        SoundClip("DX", "voice", 48, 24),
    )
    timeline = Timeline(0, 24, 120, (), (Speech("", "", 48, 24),), sources=(music, voice), sound=clips)
    how = Conforming(gain_db=3, duck_db=9)
    sound = numbered.samples(made(timeline, tmp_path / "mix.wav", how).path)
    level = 20 * np.log10(0.25 / np.sqrt(2)) - 6 + 3
    assert rms(sound, 20, 40) == pytest.approx(level, abs=0.1)
    assert rms(sound, 50, 70) == pytest.approx(level - 9, abs=0.2)
    assert rms(sound, 0, 1) < level - 20 and rms(sound, 97, 119) < -90
    assert sound.shape[1] == 120 * 2000


@pytest.mark.slow
def test_peaks_stay_under_the_ceiling(tmp_path: Path) -> None:
    loud = tone(tmp_path / "loud.wav", 2, 0.9, 2)
    timeline = Timeline(0, 24, 48, (), (), sources=(loud,), sound=(SoundClip("FX", "loud", 0, 48),))
    sound = numbered.samples(made(timeline, tmp_path / "mix.wav", Conforming(gain_db=12, ceiling_db=-3)).path)
    assert np.abs(sound).max() <= 10 ** (-3 / 20) + 0.005
    assert rms(sound, 10, 40) > -7


def test_level_curves_know_their_clips_and_speech() -> None:
    clips = (SoundClip("MX", "m", 24, 48, gain_db=-6.0, fade_in=12),)
    timeline = Timeline(0, 24, 96, (), (), sources=(Source("m", "m.wav", 96),), sound=clips)
    curve = level_curve(clips, timeline, Levels())
    assert curve[:1000].max() == 0 and curve[1000] < 0.01
    assert curve[1500:3000] == pytest.approx(10 ** (-6 / 20)) and curve[3000:].max() == 0
    duck = duck_curve([(24, 48), (50, 60)], 10, 24, 5000)
    assert duck[0] == 0 and duck[1000:2500] == pytest.approx(-10) and duck[-1] == 0
    assert [round(float(np.prod(tempos(s))), 6) for s in (0.05, 0.3, 1.7, 20.0)] == [0.05, 0.3, 1.7, 20.0]
    assert [sample_rate(rate) for rate in (24, 25, 30, Fraction(30_000, 1001))] == [48_000, 48_000, 48_000, 60_000]


def test_the_deepest_of_ducks_and_speech_counts_and_only_of_music() -> None:
    clips = (SoundClip("MX", "m", 0, 240),)
    timeline = Timeline(0, 24, 240, (), (), sources=(Source("m", "m.wav", 240),), sound=clips)
    levels = Levels(duck_db=6, speech=[(48, 96)], ducks=[(48, 72, 20.0), (144, 168, 3.0)])
    curve = 20 * np.log10(level_curve(clips, timeline, levels))
    assert [curve[at] for at in (0, 2500, 3900, 6500, 9900)] == pytest.approx([0, -20, -6, -3, 0], abs=0.01)


@settings(max_examples=200, deadline=None)
@given(
    rate=st.sampled_from(KNOWN),
    start=st.integers(0, 5000),
    length=st.integers(1, 300),
    fades=st.tuples(st.integers(0, 300), st.integers(0, 300)),
    gain=st.integers(-30, 12),
)
@example(rate=24, start=100, length=19, fades=(0, 19), gain=0)
def test_fades_of_any_length_stay_inside_their_clip(
    rate: Rate, start: int, length: int, fades: tuple[int, int], gain: int
) -> None:
    rise = min(fades[0], length)
    clip = SoundClip("MX", "m", start, length, 0, gain, rise, min(fades[1], length - rise))
    timeline = Timeline(0, rate, start + length + 50, (), (), sources=(Source("m", "m.wav", 300),), sound=(clip,))
    curve = level_curve([clip], timeline, Levels())
    edges = (start, start + rise, clip.stop - clip.fade_out, clip.stop)
    first, risen, falling, last = (round(frame * 1000 / Fraction(rate)) for frame in edges)
    level = 10 ** (gain / 20)
    assert not curve[:first].any() and not curve[last:].any()
    assert curve[risen:falling] == pytest.approx(level)
    assert (np.diff(curve[first:risen]) >= 0).all() and (np.diff(curve[falling:last]) <= 0).all()
    assert curve.min() >= 0 and curve.max() <= level * 1.0001
