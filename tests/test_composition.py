"""Where faces are in a cut: framings are counted, covered mouths and cut-off faces are named."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import composition
from engine.composition import (
    caption_boxes,
    compositions,
    covered_mouths,
    face_box,
    hold_faults,
    mouth_box,
    seen_frames,
    speaking_shots,
    staging_faults,
    still,
    through,
)
from engine.cues import HEIGHT, WIDTH, Face
from engine.subtitles import SAFE_BOTTOM, SAFE_LEFT, SAFE_RIGHT
from engine.timeline import Caption, Clip, Effect, Span, Speech, Timeline
from models.base import FrameCue
from tests.small_series import small_series

EPISODE = small_series().episodes[0]
SHOTS = [shot.id for _, shot in EPISODE.shots()]
LINE = next(EPISODE.lines())
MIDDLE: Face = (0.5, 0.42, 0.5)


def timeline(*clips: Clip, captions: tuple[Caption, ...] = ()) -> Timeline:
    """Silas speaks all along."""
    end = clips[-1].stop
    return Timeline(1, 24, end, clips, (Speech(LINE.id, LINE.speaker, 0, end),), captions)


def staged(cut: Timeline, *faces: Face) -> list[composition.Seen]:
    places = {shot: {LINE.speaker: face} for shot, face in zip(cut.shots(), faces, strict=True)}
    return seen_frames(cut, places, still(places))


def test_a_zoom_moves_what_is_away_from_its_focus_and_makes_it_larger() -> None:
    cue = FrameCue(0, zoom=2.0, focus_x=0.5, focus_y=0.4, dx=108.0)
    assert through(cue, (0.5, 0.4, 0.2)) == pytest.approx((0.6, 0.4, 0.4))
    assert through(cue, (0.6, 0.3, 0.2)) == pytest.approx((0.8, 0.2, 0.4))


def test_a_mouth_lies_in_the_lower_face_and_a_face_in_its_frame() -> None:
    left, top, right, bottom = mouth_box(MIDDLE)
    face = face_box(MIDDLE)
    assert face[0] < left < 0.5 < right < face[2] and 0.42 < top < bottom < face[3]
    assert (right - left) * WIDTH == pytest.approx(0.18 * 0.5 * HEIGHT)


@given(st.lists(st.text("abcdefgh WM", min_size=1, max_size=14), min_size=1, max_size=2))
def test_caption_boxes_stack_upwards_from_the_safe_areas_foot(rows: list[str]) -> None:
    boxes = caption_boxes(Caption(0, 24, tuple(rows)))
    assert len(boxes) == len(rows)
    assert boxes[0][3] * HEIGHT == pytest.approx(SAFE_BOTTOM)
    for left, top, right, bottom in boxes:
        assert top < bottom and (left + right) / 2 * WIDTH == pytest.approx((SAFE_LEFT + SAFE_RIGHT) / 2)
    assert all(upper[3] == pytest.approx(lower[1]) for lower, upper in itertools.pairwise(boxes))


def test_a_subtitle_over_a_mouth_is_named_with_its_time() -> None:
    low: Face = (0.45, 0.62, 0.5)
    captions = (Caption(30, 48, ("A rather long subtitle",)),)
    cut = timeline(Clip(SHOTS[0], 0, 24), Clip(SHOTS[1], 24, 48), captions=captions)
    frames = staged(cut, low, low)
    assert covered_mouths(cut, frames) == list(range(30, 48))
    assert staging_faults(cut, frames)[0] == "a subtitle covers a mouth in 18 frames, first at 1.25 s"
    assert covered_mouths(cut, staged(cut, MIDDLE, MIDDLE)) == []
    small: Face = (0.45, 0.73, 0.15)
    assert covered_mouths(cut, staged(cut, small, small)) == []  # no close-up


def test_a_speakers_face_that_leaves_the_frame_is_named() -> None:
    cut = timeline(Clip(SHOTS[0], 0, 24), Clip(SHOTS[1], 24, 24))
    frames = staged(cut, (0.95, 0.42, 0.4), MIDDLE)
    assert speaking_shots(cut, frames) == {SHOTS[0]: False, SHOTS[1]: True}
    assert staging_faults(cut, frames) == [f"the speaker's face leaves the frame in {SHOTS[0]}"]
    assert staging_faults(cut, staged(cut, MIDDLE, MIDDLE)) == []


def test_framings_are_told_apart_by_size_place_person_and_the_cuts_own_zoom() -> None:
    angle = Effect("angle", 0, 24, 0.4, "rule", "peak", LINE.speaker)
    cut = timeline(
        Clip(SHOTS[0], 0, 24), Clip(SHOTS[0], 24, 24, 24, (angle,)), Clip(SHOTS[1], 48, 24), Clip(SHOTS[4], 72, 24)
    )
    frames = staged(cut, (0.25, 0.42, 0.2), MIDDLE, MIDDLE)
    assert compositions(EPISODE, frames) == ["cu silas left", "cu silas middle x1.4", "mcu silas middle"]


def test_long_holds_are_named_one_by_one_and_together() -> None:
    spans = [Span("freeze", 0, 72), Span("freeze", 100, 180), Span("silence", 0, 900)]
    assert hold_faults(spans, 24) == ["a hold lasts 3.33 s, limit 3 s", "holds last 6.33 s in all, limit 6 s"]
    assert hold_faults(spans[:1], 24) == []
