"""engine.footage.syncing: when several recorders of one scene began."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.footage.soundtrack import LEVEL_STEP
from engine.footage.syncing import sync, sync_all

Curve = NDArray[np.float32]


def talk(seconds: float, seed: int) -> Curve:
    """Levels of somebody talking: bursts of words with pauses, dBFS."""
    dice = np.random.default_rng(seed)
    count = round(seconds / LEVEL_STEP)
    levels, at = np.full(count, -60.0), 0
    while at < count:
        length = min(int(dice.integers(10, 60)), count - at)
        levels[at : at + length] = -30 + dice.normal(0, 6) + np.cumsum(dice.normal(0, 1, length))
        at += length + int(dice.integers(3, 80))
    return levels.astype(np.float32)


def recorded(levels: Curve, late: float, noise: float, seed: int) -> Curve:
    """The same scene on another recorder that began `late` seconds later, farther away."""
    dice = np.random.default_rng(seed)
    part = levels[round(late / LEVEL_STEP) :]
    return (part * 0.8 - 8 + dice.normal(0, noise, len(part))).astype(np.float32)


@settings(max_examples=12, deadline=None)
@given(late=st.floats(0, 25), noise=st.floats(0, 4), seed=st.integers(0, 999))
def test_a_later_start_is_found_to_a_hundredth_of_a_second(late: float, noise: float, seed: int) -> None:
    scene = talk(60, seed)
    found = sync(recorded(scene, 0, noise, seed + 1), recorded(scene, late, noise, seed + 2))
    assert found.found
    assert found.seconds == pytest.approx(late, abs=0.01)


def test_an_earlier_start_is_negative() -> None:
    scene = talk(40, 5)
    assert sync(recorded(scene, 7.25, 2, 1), recorded(scene, 0, 2, 2)).seconds == pytest.approx(-7.25, abs=0.01)


@pytest.mark.parametrize("seed", range(12))
def test_two_scenes_are_not_in_step(seed: int) -> None:
    assert not sync(talk(60, seed), talk(50, seed + 100)).found


@pytest.mark.parametrize("levels", [np.zeros(0, np.float32), np.zeros(3, np.float32), np.full(4000, -70, np.float32)])
def test_silence_and_nothing_are_in_step_with_nothing(levels: Curve) -> None:
    assert not sync(talk(20, 3), levels).found
    assert not sync(levels, talk(20, 3)).found


def test_every_recorder_is_measured_against_the_first() -> None:
    scene = talk(50, 9)
    found = sync_all([scene, recorded(scene, 3, 1, 1), recorded(scene, 12.5, 1, 2)])
    assert [round(f.seconds, 1) for f in found] == [0.0, 3.0, 12.5]
    assert sync_all([]) == []
