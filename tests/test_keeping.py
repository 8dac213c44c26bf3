"""engine.footage.keeping: silences go, highlights stay."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from footage import passage, piece, scene, single
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.footage.keeping import Stretch, highlights, moments, whole, without_silence
from engine.footage.material import Material
from engine.footage.soundtrack import LEVEL_STEP, Passage

MARGIN = (0.1, 0.2)


def test_a_silence_goes_but_its_margins_stay() -> None:
    kept = without_silence(single(10, [passage(1, 3), passage(6, 9)]), 0.7, MARGIN)
    assert kept == [Stretch(round(0.9 * 24), round(3.2 * 24)), Stretch(round(5.9 * 24), round(9.2 * 24))]


def test_a_breath_stays() -> None:
    assert len(without_silence(single(10, [passage(1, 3), passage(3.5, 9)]), 0.7, MARGIN)) == 1


@pytest.mark.parametrize("heard", [None, []])
def test_what_was_never_heard_is_kept_whole(heard: list[object] | None) -> None:
    assert without_silence(single(5, None if heard is None else []), 0.7, MARGIN) == [Stretch(0, 120)]


def test_files_one_after_the_other_are_never_joined() -> None:
    first, second = piece(0, 4, [passage(0, 4)]), piece(1, 4, [passage(0, 4)], begins=96)
    material = Material(24, 192, (first, second), (first, second))
    assert without_silence(material, 0.7, MARGIN) == [Stretch(0, 96), Stretch(96, 192)]
    assert whole(material) == [Stretch(0, 96), Stretch(96, 192)]


def test_the_strongest_moments_are_chosen_in_their_order() -> None:
    heard = [
        passage(1, 5, arousal=0.9, tension=0.8),
        passage(10, 14, arousal=0.1),
        passage(20, 24, arousal=1.0, tension=0.9),
    ]
    kept = highlights(single(30, heard), 24 * 8)
    assert sum(s.frames for s in kept) == 24 * 8
    assert all(not (240 <= s.start < 340) for s in kept) and kept[0].start < kept[-1].start


def test_a_long_passage_is_taken_apart_to_choose_from() -> None:
    parts = moments(single(60, [passage(0, 40)]))
    assert len(parts) > 4 and all(m.stop - m.start <= 24 * 9 for m in parts)


def test_highlights_of_something_silent_are_even_samples() -> None:
    kept = highlights(single(60, None), 240)
    assert sum(s.frames for s in kept) == 240 and kept[0].start == 0 and kept[-1].stop == 60 * 24


@st.composite
def talks(draw: st.DrawFn) -> Material:
    """Passages anywhere, at any rate, one file or three cameras."""
    rate = draw(st.sampled_from([24, 25, 60, Fraction(30_000, 1_001)]))
    at, heard = 0.0, []
    for _ in range(draw(st.integers(0, 8))):
        at += draw(st.floats(0.05, 4))
        length = draw(st.floats(0.1, 12))
        heard.append(passage(at, at + length, arousal=draw(st.floats(0, 1))))
        at += length
    seconds = at + draw(st.floats(0.1, 3))
    return scene(seconds, heard) if draw(st.booleans()) else single(seconds, heard, rate)


def in_order(kept: list[Stretch], material: Material) -> bool:
    inside = all(0 <= s.start < s.stop <= material.frames for s in kept)
    return inside and all(a.stop <= b.start for a, b in pairwise(kept))


@settings(max_examples=60, deadline=None)
@given(material=talks(), least=st.floats(0.1, 3), seconds=st.floats(1, 40))
def test_what_is_kept_is_in_order_and_inside(material: Material, least: float, seconds: float) -> None:
    quiet = without_silence(material, least, MARGIN)
    assert in_order(quiet, material) and quiet
    best = highlights(material, max(1, round(seconds * material.rate)))
    assert in_order(best, material) and best
    assert sum(s.frames for s in best) <= max(round(seconds * material.rate), 1) + 1


def test_gaps_that_stayed_are_taken_off_many_stretches_not_one() -> None:
    heard, at = [], 0.0
    for n in range(90):
        heard.append(passage(at, at + 1.5, arousal=0.1 if n % 3 == 2 else 0.9))
        at += 2.05
    kept = highlights(single(at, heard), 114 * 24)
    assert sum(s.frames for s in kept) == 114 * 24
    assert min(s.frames for s in kept) > 24


@pytest.mark.parametrize(("heard", "seconds"), [([passage(57, 59)], 20), ([passage(45, 59)], 30)])
def test_highlights_grow_backwards_where_nothing_follows(heard: list[Passage], seconds: int) -> None:
    assert sum(s.frames for s in highlights(single(60, heard), seconds * 24)) == seconds * 24


def test_even_samples_are_as_long_as_asked_to_the_frame() -> None:
    for frames in (61, 239, 241, 1000):
        assert sum(s.frames for s in highlights(single(60, None), frames)) == frames


def test_what_is_too_long_for_what_is_left_is_left_in_a_pause() -> None:
    material = single(30, [passage(2, 9.5), passage(20, 27.5, arousal=0.9)])
    heard = material.sounds[0].heard
    assert heard is not None
    heard.levels[round(4.9 / LEVEL_STEP) : round(5.1 / LEVEL_STEP)] = -60.0
    kept = highlights(material, round(12.0 * 24))
    assert sum(s.frames for s in kept) == 288
    assert any(s.start < 2 * 24 and abs(s.stop - 5 * 24) <= 3 for s in kept)
