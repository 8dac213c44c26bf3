"""Camera cues: one a frame, eased, inside the picture, the same every time."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cues import (
    CENTRE,
    CHIN,
    CHIN_LOWEST,
    FADE_FRAMES,
    HALF_FACE,
    LARGEST_HEAD,
    MOST_ZOOM,
    SKULL,
    frame_cues,
    source_frames,
)
from engine.timeline import Clip, Effect, Timeline
from models.base import FrameCue

LENGTH = 48


def cues(*effects: Effect, faces: dict | None = None, more: int = 100, source: int = 0) -> list[FrameCue]:
    clip = Clip("s1", 0, LENGTH, source, tuple(effects))
    return frame_cues(Timeline(1, 24, LENGTH + more, (clip, Clip("s2", LENGTH, more)), ()), clip, faces)


def test_a_clip_without_effects_is_shown_as_it_is() -> None:
    assert cues(source=7) == [FrameCue(7 + i, focus_x=CENTRE[0], focus_y=CENTRE[1], tick=i) for i in range(LENGTH)]


def test_a_punch_in_snaps_to_its_zoom_in_five_frames_and_stays() -> None:
    zooms = [c.zoom for c in cues(Effect("punch_in", 10, 38, 0.18, focus="ivy"), faces={"ivy": (0.36, 0.4, 0.25)})]
    assert zooms[9] == 1.0 and 1.1 < zooms[10] < zooms[11] < zooms[14] == zooms[-1] == 1.18


def test_a_zoom_closes_in_on_the_face_it_names() -> None:
    for kind in ("punch_in", "angle"):
        seen = cues(Effect(kind, 0, LENGTH, 0.3, focus="ivy"), faces={"ivy": (0.36, 0.4, 0.25)})
        assert (seen[20].focus_x, seen[20].focus_y) == (0.36, 0.4)


@given(st.floats(0.05, 0.95), st.floats(0.05, 0.95), st.floats(0.05, 0.8))
def test_an_angle_brings_the_face_towards_the_middle_and_never_shows_the_edge(x, y, strength) -> None:
    cue = cues(Effect("angle", 0, LENGTH, strength, focus="ivy"), faces={"ivy": (x, y, 0.0)})[0]
    for at, shift, middle in ((x, cue.dx / 1080, 0.5), (y, cue.dy / 1920, 0.42)):
        left, right = (-at * (1 - cue.zoom) - shift) / cue.zoom, (1 - at * (1 - cue.zoom) - shift) / cue.zoom
        assert left >= -1e-4 and right <= 1 + 1e-4
        assert abs(at + shift - middle) <= abs(at - middle) + 1e-4


def test_one_of_two_is_centred_by_an_angle() -> None:
    cue = cues(Effect("angle", 0, LENGTH, 0.55, focus="ivy"), faces={"ivy": (0.36, 0.42, 0.25)})[0]
    assert cue.dx == pytest.approx(0.14 * 1080, abs=0.1)


def test_a_punch_in_within_an_angle_stays_on_its_face() -> None:
    effects = Effect("angle", 0, LENGTH, 0.5, focus="silas"), Effect("punch_in", 10, 20, 0.2, focus="ivy")
    seen = cues(*effects, faces={"ivy": (0.36, 0.4, 0.25), "silas": (0.66, 0.4, 0.25)})
    assert {c.focus_x for c in seen} == {0.66}


def test_an_angle_is_there_from_its_first_frame() -> None:
    assert {c.zoom for c in cues(Effect("angle", 0, LENGTH, 0.3))} == {1.3}


def test_shake_dies_away_and_never_shows_the_edge() -> None:
    seen = cues(Effect("shake", 0, 24, 14.0))
    sizes = [abs(c.dx) + abs(c.dy) for c in seen]
    assert max(sizes[:4]) > 8 and max(sizes[18:]) < 1
    assert all(abs(c.dx) <= (c.zoom - 1) / 2 * 1080 + 1e-9 or sizes[i] == 0 for i, c in enumerate(seen))


def test_a_burst_of_blur_swells_and_fades() -> None:
    blur = [c.blur for c in cues(Effect("blur", 4, 3, 60.0))]
    assert blur[3] == blur[7] == 0 and blur[5] == 60.0 and 0 < blur[4] < 60


def test_a_flash_begins_at_its_height() -> None:
    flash = [c.flash for c in cues(Effect("flash", 2, 4, 0.8))]
    assert flash[1] == flash[6] == 0 and flash[2] == 0.8 > flash[3] > flash[5] > 0


def test_a_hold_stays_on_its_frame_while_coming_closer() -> None:
    seen = cues(Effect("hold", 30, 18), source=100)
    assert [c.frame for c in seen[28:33]] == [128, 129, 130, 130, 130]
    assert 1.0 < seen[-1].zoom < 1.02


def test_impact_and_speed_lines_are_marked_on_their_frames_only() -> None:
    seen = cues(Effect("impact", 0, 3), Effect("speed_lines", 10, 5), Effect("focus_lines", 20, 2))
    assert [c.impact for c in seen[:4]] == [1, 2, 3, 0]
    assert [i for i, c in enumerate(seen) if c.speed_lines] == [10, 11, 12, 13, 14]
    assert [i for i, c in enumerate(seen) if c.focus_lines] == [20, 21]


@given(st.floats(0.2, 0.8), st.floats(0.38, 0.5), st.floats(0.12, 0.6), st.floats(0.0, 0.6), st.floats(0.05, 0.8))
def test_a_zoom_keeps_the_whole_face_inside_and_its_chin_above_the_subtitles(x, y, head, punch, angle) -> None:
    half = HALF_FACE * head * 1920 / 1080
    if y + CHIN * head > CHIN_LOWEST or y - SKULL * head < 0 or not half < x < 1 - half:
        return  # the shot itself is framed otherwise
    effects = Effect("angle", 0, LENGTH, angle, focus="ivy"), Effect("punch_in", 0, LENGTH, punch, focus="ivy")
    for cue in cues(*effects, faces={"ivy": (x, y, head)}):
        size = head * cue.zoom
        assert size <= max(LARGEST_HEAD, head) + 1e-6
        eyes = cue.focus_y + cue.dy / 1920
        assert eyes + CHIN * size <= CHIN_LOWEST + 0.002 and eyes - SKULL * size >= -0.002
        middle = cue.focus_x + cue.dx / 1080
        assert middle - half * cue.zoom >= -0.005 and middle + half * cue.zoom <= 1.005


def test_a_punch_in_rushes_and_then_is_clear() -> None:
    radial = [c.radial for c in cues(Effect("punch_in", 10, 38, 0.18, focus="ivy"), faces={"ivy": (0.5, 0.42, 0.4)})]
    assert radial[9] == 0 and radial[10] > radial[11] > 0 and not any(radial[12:])


def test_panels_show_who_speaks_first_and_slide_in_a_little_too_far() -> None:
    faces = {"gu": (0.7, 0.42, 0.25), "ivy": (0.3, 0.42, 0.25)}
    seen = cues(Effect("panels", 4, 28, focus="ivy"), faces=faces)
    assert seen[3].panels == seen[32].panels == ()
    assert seen[4].panels == (faces["ivy"], faces["gu"])
    slides = [c.panel_slide for c in seen[4:32]]
    assert 0 < slides[0] < slides[1] < 1 < slides[2] and slides[10] == 1 and slides[-1] < slides[-2] < 1


@pytest.mark.parametrize(("kind", "field"), [("focus", "radial"), ("leak", "leak"), ("tone", "tone")])
def test_a_share_comes_and_goes_without_a_jump(kind, field) -> None:
    values = [getattr(c, field) for c in cues(Effect(kind, 2, 44, 0.8), faces={})]
    assert values[1] == 0 and max(values) == 0.8 and 0 < values[2] < 0.8 and 0 < values[45] < 0.3 and values[46] == 0


def test_what_keeps_a_face_clear_knows_where_it_is() -> None:
    cue = cues(Effect("focus", 0, 20, focus="ivy"), faces={"ivy": (0.3, 0.4, 0.25)})[5]
    assert (cue.focus_x, cue.focus_y, cue.head, cue.zoom) == (0.3, 0.4, 0.25, 1.0)


def test_screentone_never_lies_on_a_second_face() -> None:
    two = {"ivy": (0.3, 0.42, 0.25), "gu": (0.7, 0.42, 0.25)}
    assert not any(c.tone for c in cues(Effect("tone", 0, LENGTH, focus="ivy"), faces=two))


def test_a_whip_arrives_smeared_and_settles() -> None:
    blur = [c.blur for c in cues(Effect("whip", 0, 6, 200.0))]
    assert blur[0] == 200 and all(a > b for a, b in pairwise(blur[:7])) and blur[6] == 0
    leaving = [c.blur for c in cues(Effect("whip_out", 45, 3, 200.0))]
    assert 0 < leaving[45] < leaving[46] < leaving[47] == 200


def test_a_shake_smears_along_its_way() -> None:
    seen = cues(Effect("shake", 0, 24, 30.0))
    assert seen[1].blur > 6 and seen[1].blur_angle != 0 and seen[20].blur == 0


def test_a_punch_in_that_has_arrived_stands_where_it_is() -> None:
    close = cues(Effect("close", 0, LENGTH, 0.16, focus="ivy"), faces={"ivy": (0.36, 0.4, 0.25)})
    punch = cues(Effect("punch_in", 0, LENGTH, 0.16, focus="ivy"), faces={"ivy": (0.36, 0.4, 0.25)})
    assert {(c.zoom, c.dx, c.dy) for c in close} == {(punch[-1].zoom, punch[-1].dx, punch[-1].dy)}


def test_an_unknown_effect_is_named() -> None:
    with pytest.raises(ValueError, match="unknown effect 'sparkle'"):
        cues(Effect("sparkle", 0, 4))


def test_zooms_multiply_up_to_a_limit() -> None:
    assert cues(Effect("angle", 0, LENGTH, 0.8), Effect("punch_in", 0, LENGTH, 0.6))[-1].zoom == MOST_ZOOM


def test_the_episode_fades_to_black_on_its_last_frames() -> None:
    clip = Clip("s1", 0, LENGTH)
    flash = [c.flash for c in frame_cues(Timeline(1, 24, LENGTH, (clip,), ()), clip)]
    assert flash[-1] == -1.0 and flash[-FADE_FRAMES - 1] == 0 and flash[-3] > flash[-2] > flash[-1]


def test_a_take_needs_no_frames_for_what_is_held() -> None:
    clip = Clip("s1", 0, LENGTH, 10, (Effect("hold", 8, 40),))
    assert source_frames(Timeline(1, 24, LENGTH, (clip,), ()), "s1") == 19
