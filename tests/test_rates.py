"""Rates: exact numbers for what containers round, frames and timecode without drift."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core import UserError
from engine.rates import (
    KNOWN,
    exact,
    frame_at,
    from_exact,
    nearest_rate,
    parse_rate,
    rate_text,
    seconds_of,
    timecode,
)  # fmt: skip

known = st.sampled_from(KNOWN)
MOST = 10 * 3600 * 60
"""Ten hours at sixty frames a second."""


@pytest.mark.parametrize("rate", KNOWN)
def test_every_known_rate_is_its_own_nearest_and_is_told_and_read_back(rate) -> None:
    assert nearest_rate(float(rate)) == rate
    assert nearest_rate(round(float(rate), 2)) == rate
    assert parse_rate(rate_text(rate)) == parse_rate(exact(rate)) == from_exact(exact(rate)) == rate


@pytest.mark.parametrize(
    ("fps", "rate"), [(15, 24), (12.5, 24), (28.7, 30), (24.3, 25), (59, 60), (120, 60), (1000, 60)]
)
def test_an_odd_rate_is_laid_out_at_the_known_one_over_it(fps, rate) -> None:
    assert nearest_rate(fps) == rate


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "0",
        "-24",
        "1/0",
        "nan",
        "inf",
        "1e400",
        "23",
        "61",
        "24 fps",
        "24000/1000.5",
        "1e999999999",
        "24/0",
        "9" * 5000,
    ],
)
def test_a_rate_that_is_none_is_refused_with_those_that_are(text) -> None:
    with pytest.raises(UserError, match=r"choose from 23\.976, 24, 25, 29\.97"):
        parse_rate(text)


@pytest.mark.parametrize("text", ["0", "-1", "x", "24/0", "1e999999999"])
def test_a_record_with_no_rate_in_it_is_refused(text) -> None:
    with pytest.raises(ValueError):
        from_exact(text)


@given(known, st.integers(0, MOST))
@settings(max_examples=60, deadline=None)
def test_a_frame_is_found_again_at_its_own_time(rate, frame) -> None:
    assert frame_at(seconds_of(frame, rate), rate) == frame


@given(known, st.floats(0, 36_000))
@settings(max_examples=60, deadline=None)
def test_a_time_is_at_most_half_a_frame_from_its_frame(rate, seconds) -> None:
    assert abs(frame_at(seconds, rate) / Fraction(rate) - Fraction(seconds)) <= Fraction(1, 2) / Fraction(
        rate
    ) + Fraction(1, 10**9)


def test_no_frame_is_before_the_first() -> None:
    assert frame_at(-3.0, 24) == 0


@given(known, st.integers(0, MOST))
@settings(max_examples=60, deadline=None)
def test_timecode_counts_every_frame_once(rate, frame) -> None:
    hours, minutes, seconds, frames = map(int, timecode(frame, rate).split(":"))
    assert 0 <= minutes < 60 and 0 <= seconds < 60 and 0 <= frames < round(rate)
    assert ((hours * 60 + minutes) * 60 + seconds) * round(rate) + frames == frame


def test_an_hour_of_2997_is_3_6_seconds_short_of_its_timecode() -> None:
    rate = Fraction(30_000, 1001)
    assert timecode(107_892, rate) == "00:59:56:12"
    assert seconds_of(107_892, rate) == pytest.approx(3600.0, abs=0.01)
