"""Pictures and sound judged from decoded frames: planted faults are found, sound pictures pass."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine import inspection
from engine.core import SAMPLE_RATE

RATE = 24


def moving(count: int) -> NDArray[np.uint8]:
    """Frames of noise: never black, never still, no bars."""
    return np.random.default_rng(1).integers(40, 220, (count, 64, 36), dtype=np.uint8)


def test_moving_pictures_have_no_fault() -> None:
    frames = moving(72)
    assert inspection.black_spans(frames, RATE) == []
    assert inspection.frozen_spans(frames, RATE) == []
    assert inspection.letterbox(frames) == (0.0, 0.0)


@given(start=st.integers(1, 60), length=st.integers(12, 40))
def test_a_black_stretch_is_found_to_the_frame(start: int, length: int) -> None:
    frames = moving(110)
    frames[start : start + length] = 16
    assert inspection.black_spans(frames, RATE) == [inspection.Stretch("black", start, start + length)]


@given(start=st.integers(1, 40), length=st.integers(50, 60))
def test_a_frozen_stretch_is_found_to_the_frame(start: int, length: int) -> None:
    frames = moving(110)
    frames[start : start + length] = frames[start]
    assert inspection.frozen_spans(frames, RATE) == [inspection.Stretch("frozen", start, start + length)]


def test_a_short_hold_is_not_a_freeze() -> None:
    frames = moving(60)
    frames[10:40] = frames[10]
    assert inspection.frozen_spans(frames, RATE) == []


def test_bars_that_stay_are_a_letterbox_and_dark_shots_are_not() -> None:
    frames = moving(30)
    frames[5:10] = 16
    assert inspection.letterbox(frames) == (0.0, 0.0)
    frames[:, :8] = 16
    assert inspection.letterbox(frames)[0] == pytest.approx(8 / 64)


def test_a_planted_silence_is_found_within_a_window() -> None:
    samples = np.random.default_rng(2).normal(0, 0.1, (2, 5 * SAMPLE_RATE)).astype(np.float32)
    samples[:, 2 * SAMPLE_RATE : int(3.5 * SAMPLE_RATE)] = 0
    (span,) = inspection.silences(samples, RATE)
    assert abs(span.start - 48) <= 1
    assert abs(span.stop - 84) <= 1


@given(st.lists(st.booleans(), max_size=40))
def test_runs_cover_exactly_the_true_values(flags: list[bool]) -> None:
    inside = {i for a, b in inspection.runs(flags) for i in range(a, b)}
    assert inside == {i for i, flag in enumerate(flags) if flag}


@pytest.mark.parametrize(("axis", "kind"), [(1, "letterboxed"), (2, "pillarboxed")])
def test_bars_for_a_second_are_found_to_the_frame_and_only_as_a_pair(axis: int, kind: str) -> None:
    frames = moving(90)
    both = [slice(20, 60), slice(None), slice(None)]
    for edge in (slice(None, 5), slice(-5, None)):
        frames[(*both[:axis], edge, *both[axis + 1 :])] = 16
    assert inspection.boxed_spans(frames, RATE) == [inspection.Stretch(kind, 20, 60)]
    frames = moving(90)
    frames[20:60, :9] = 16  # a dark sky is no letterbox
    assert inspection.boxed_spans(frames, RATE) == []
    frames = moving(90)
    frames[20:60] = 16  # nor is a black picture
    assert inspection.boxed_spans(frames, RATE) == []


def test_speech_in_a_stem_is_found_by_frame_and_its_floor_is_not() -> None:
    samples = np.random.default_rng(2).normal(0, 0.0005, (2, 4 * SAMPLE_RATE)).astype(np.float32)
    samples[:, SAMPLE_RATE : 2 * SAMPLE_RATE] *= 200
    loud = inspection.speaking(samples, 5 * RATE, RATE)
    assert inspection.runs(loud) == [(RATE, 2 * RATE)]
    assert not inspection.speaking(np.zeros((2, 100), np.float32), RATE, RATE).any()
