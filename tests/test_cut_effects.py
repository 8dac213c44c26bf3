"""engine.cut_effects: the sounds of a cut's hits, made where they are and nowhere else."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cut_effects import LONGEST, spans_of, with_hits
from engine.rates import Rate
from engine.timeline import Hit, SoundClip, Source, Timeline
from engine.wav import read_wav

HOUR = 3600


def timeline(rate: Rate, frames: int, *hits: Hit) -> Timeline:
    talk = Source("A1", "talk.wav", frames, has_picture=False)
    return Timeline(1, rate, frames, (), (), hits=hits, sources=(talk,), sound=(SoundClip("DX", "A1", 0, frames),))


@pytest.mark.parametrize("rate", [24, Fraction(30_000, 1001)])
def test_a_hit_late_in_a_long_cut_sounds_at_its_frame_from_a_short_file(rate: Rate, tmp_path: Path) -> None:
    first, last = 240, round(HOUR * rate)
    made = with_hits(timeline(rate, 2 * last, Hit("impact", first), Hit("glass", last)), tmp_path)
    clips = [c for c in made.sound if c.track == "FX"]
    samples, sample_rate = read_wav(tmp_path / "effects.wav")
    assert len(clips) == 2 and samples.shape[1] == round(made.sources[-1].frames * sample_rate / rate) < 30 * 48_000
    for clip, hit in zip(clips, made.hits, strict=True):
        at = round((clip.source_start + hit.frame - clip.start) * sample_rate / rate)
        assert np.abs(samples[:, at : at + 4800]).max() > 0.05
        assert np.abs(samples[:, at - 4800 : at - 50]).max() < 0.01


def test_a_riser_ends_on_its_frame(tmp_path: Path) -> None:
    made = with_hits(timeline(24, 480, Hit("riser", 240, 1.0, 48)), tmp_path)
    clip = made.sound[-1]
    samples, rate = read_wav(tmp_path / "effects.wav")
    at = round((clip.source_start + 240 - clip.start) * rate / 24)
    assert np.abs(samples[:, at - 9600 : at]).max() > 3 * np.abs(samples[:, at + 48_000 :]).max()


def test_without_hits_nothing_is_made(tmp_path: Path) -> None:
    given = timeline(24, 240)
    assert with_hits(given, tmp_path) is given and not list(tmp_path.iterdir())


hits = st.builds(Hit, st.just("whoosh"), st.integers(0, 40_000), st.just(1.0), st.integers(0, 60))


@given(st.lists(hits, min_size=1, max_size=40), st.integers(40_001, 50_000), st.sampled_from([24, 25, 60]))
def test_spans_hold_every_hit_in_order_and_apart(hits: list[Hit], duration: int, rate: int) -> None:
    spans = spans_of(hits, duration, rate)
    assert all(any(a <= h.frame < b for a, b in spans) for h in hits)
    assert all(a < b <= c for (a, b), (c, _) in pairwise(spans))
    assert spans[0][0] >= 0 and spans[-1][1] <= duration
    assert all(b - a < (LONGEST + 30) * rate for a, b in spans)
