"""engine.footage.laying: decisions become a timeline that holds."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from footage import passage, piece, scene, single
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.footage.keeping import Stretch
from engine.footage.laying import Layout, Plan, Ramp, View
from engine.footage.material import Material
from engine.footage.motion import FOCUS, motion
from engine.timeline import Effect, Timeline

HEARD = [passage(0, 10)]


def laid(material: Material, plan: Plan) -> Timeline:
    layout = Layout(material, plan)
    return Timeline(
        1, material.rate, layout.duration, layout.picture(), (), sources=material.listed(), sound=layout.sound()
    )


def two(first: tuple[int, int] = (0, 48), second: tuple[int, int] = (96, 144), **more: object) -> Plan:
    reasons = (("", ""), ("silence", "2.0 s"))
    return replace(Plan((Stretch(*first), Stretch(*second)), reasons), **more)


def test_picture_and_sound_jump_together_over_a_silence() -> None:
    made = laid(single(10, HEARD), two())
    assert [(c.start, c.duration, c.source_start) for c in made.picture] == [(0, 48, 0), (48, 48, 96)]
    assert [(c.start, c.duration, c.source_start) for c in made.sound] == [(0, 48, 0), (48, 48, 96)]
    assert (made.picture[1].rule, made.picture[1].cause) == ("silence", "2.0 s")


def test_a_view_changes_the_camera_and_comes_closer() -> None:
    material = scene(10, HEARD)
    views = (
        View(24, material.pictures[2], 0.0, "speaker", "onset"),
        View(60, material.pictures[0], 0.3, "closer", "peak"),
    )
    made = laid(material, two(views=views))
    assert [(c.shot, c.start, c.rule) for c in made.picture] == [
        ("A1", 0, ""), ("A3", 24, "speaker"), ("A3", 48, "silence"), ("A1", 60, "closer"),
    ]  # fmt: skip
    assert made.picture[3].effects == (Effect("angle", 0, 36, 0.3, "closer", "peak"),)
    assert [c.source for c in made.sound] == ["A1", "A1"]


def test_a_camera_that_was_off_is_not_shown() -> None:
    long, short = piece(0, 10, HEARD), piece(1, 2, HEARD, begins=24)
    material = Material(24, 240, (long, short), (long,), long)
    made = laid(material, Plan((Stretch(0, 240),), (("", ""),), views=(View(100, short, 0.0, "cut", "onset"),)))
    assert {c.shot for c in made.picture} == {"A1"}


@pytest.mark.parametrize(("lead", "source_start"), [(6, 102), (-6, 90)])
def test_the_picture_follows_or_leads_the_sound_at_a_join(lead: int, source_start: int) -> None:
    made = laid(single(10, HEARD), two(leads={1: lead}))
    assert made.picture[1].start == 48 + lead and made.picture[1].source_start == source_start
    assert made.sound[1].start == 48


def test_slow_motion_takes_longer_and_sound_goes_with_it() -> None:
    ramp = Ramp(24, 36, 0.5, "slow", "peak")
    made = laid(single(10, HEARD), Plan((Stretch(0, 72),), (("", ""),), ramps=(ramp,)))
    assert made.duration == 84
    assert [(c.start, c.duration, c.speed) for c in made.picture] == [(0, 24, 1.0), (24, 24, 0.5), (48, 36, 1.0)]
    assert [(c.start, c.duration, c.source_start) for c in made.sound] == [(0, 24, 0), (24, 24, 24), (48, 36, 36)]
    assert made.picture[1].rule == "slow"


def test_an_effect_stays_in_its_clip_and_never_meets_its_like() -> None:
    effects = ((40, Effect("punch_in", 0, 30, 0.2, "a", "x")), (44, Effect("punch_in", 0, 9, 0.2, "b", "y")))
    made = laid(single(10, HEARD), two(effects=effects))
    assert made.picture[0].effects == (Effect("punch_in", 40, 8, 0.2, "a", "x"),)


def lights(made: Timeline) -> list[float]:
    return [
        motion(made, clip, FOCUS).lights.get(clip.start + i, 0.0) for clip in made.picture for i in range(clip.duration)
    ]


@pytest.mark.parametrize("at", [3, 30, 48, 93])
def test_a_dip_is_darkest_at_its_event_on_a_cut_or_not_and_light_again_around(at: int) -> None:
    seen = lights(laid(single(10, HEARD), two(effects=((at, Effect("dip", -7, 14)),))))
    assert min(seen[at - 1 : at + 1]) < -0.85
    assert all(light == 0 for n, light in enumerate(seen) if abs(n + 0.5 - at) > 7)
    assert all(a >= b for a, b in pairwise(seen[:at])) and all(a <= b for a, b in pairwise(seen[at:]))


def test_sound_alone_has_no_picture() -> None:
    one = piece(0, 10, HEARD, picture=False)
    made = laid(Material(24, 240, (), (one,)), two())
    assert made.picture == () and len(made.sound) == 2


def test_music_lies_under_all_and_fades() -> None:
    material = replace(single(10, HEARD), music=piece(1, 3, HEARD, picture=False))
    music = [c for c in laid(material, two()).sound if c.track == "MX"]
    assert [(c.start, c.duration, c.fade_out) for c in music] == [(0, 72, 24)]


@st.composite
def plans(draw: st.DrawFn) -> tuple[Material, Plan]:
    cameras = draw(st.integers(1, 3))
    material = scene(20, HEARD, cameras) if cameras > 1 else single(20, HEARD)
    edges = sorted(draw(st.sets(st.integers(0, 480), min_size=2, max_size=10)))
    stretches = [Stretch(a, b) for a, b in zip(edges[::2], edges[1::2], strict=False)]
    total = sum(s.frames for s in stretches)
    frame = st.integers(0, max(0, total - 1))
    views = [View(f, draw(st.sampled_from(material.pictures)), 0.2) for f in sorted(draw(st.sets(frame, max_size=6)))]
    spots = sorted(draw(st.sets(frame, max_size=6)))
    ramps = [Ramp(a, b, draw(st.floats(0.25, 4))) for a, b in zip(spots[::2], spots[1::2], strict=False)]
    effects = [(draw(frame), Effect("shake", 0, draw(st.integers(0, 30)), 4.0)) for _ in range(draw(st.integers(0, 4)))]
    leads = {n: draw(st.integers(-12, 12)) for n in range(1, len(stretches)) if draw(st.booleans())}
    return material, Plan(stretches, [("", "")] * len(stretches), views, effects, ramps, leads)


@settings(max_examples=150, deadline=None)
@given(plans())
def test_every_plan_is_a_timeline_without_gap_overlap_or_missing_media(made: tuple[Material, Plan]) -> None:
    timeline = laid(*made)
    assert timeline.picture[-1].stop == timeline.duration
    assert sum(c.duration for c in timeline.sound if c.track == "DX") == timeline.duration
