"""Cutting: whole frames, no gap or overlap, every effect with its rule and cause, the same again for the same seed."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core import FPS, UserError
from engine.cues import frame_cues
from engine.cutting import OVERLAYS, cut_episode
from engine.edit_rules import known_styles, load_style
from engine.timeline import Effect, Timeline, from_json, to_json
from models.base import EMOTIONS, MOODS, SHOT_SIZES
from tests.editing import VAN, episode, hear, series
from tests.editing import style as style_of

GOLDEN = Path(__file__).parent / "golden" / "cut.txt"
BEATS = ("hook", "pressure", "turn", "button", "establish", "reaction", "insert", "act", "breath")
CAST = ("char_ivy", "char_silas", "char_conrad")

lines = st.lists(
    st.tuples(
        st.sampled_from(CAST),
        st.sampled_from(EMOTIONS),
        st.sampled_from(["No.", "Who gave you that name?", "Ten million by Friday, or she floats."]),
    ),
    max_size=2,
).map(tuple)
shots = st.lists(
    st.tuples(
        st.sampled_from(SHOT_SIZES),
        st.sampled_from(BEATS),
        st.lists(st.sampled_from(CAST), max_size=2, unique=True).map(tuple),
        st.sampled_from(["", "door", "phone"]),
        lines,
    ),
    min_size=10,
    max_size=14,
)


def cut(of, style: str = "drama", seed: int = 1) -> Timeline:
    heard, durations = hear(of)
    return cut_episode(series(of), of, heard, durations, load_style(style), seed)


@pytest.fixture(scope="module")
def drama() -> Timeline:
    return cut(episode())


@pytest.fixture(scope="module")
def said() -> tuple:
    return (episode(), *hear(episode()))


def told(effects: Iterable[Effect]) -> str:
    return "; ".join(f"{e.kind} by {e.rule} on {e.cause}" for e in effects)


def checked(made: Timeline) -> None:
    assert made.duration == sum(c.duration for c in made.picture)
    assert 45 * FPS <= made.duration <= 75 * FPS
    for clip in made.picture:
        assert all(e.start >= 0 and e.start + e.duration <= clip.duration and e.duration > 0 for e in clip.effects)
        assert clip.source_start == clip.start - made.shot_range(clip.shot)[0]
    assert all(a.stop <= b.start for a, b in pairwise(made.captions))
    for quiet in (s for s in made.spans if s.kind == "silence"):
        assert 0 <= quiet.start < quiet.stop <= made.duration
        assert not any(s.start < quiet.stop and quiet.start < s.stop for s in made.speech)
    assert all(0 <= h.frame < made.duration for h in made.hits)
    assert all(g.start >= 0 and g.duration > 0 and g.start + g.duration <= made.duration for g in made.graphics)


@given(shots, st.sampled_from(known_styles()), st.sampled_from(MOODS), st.integers(0, 9))
@settings(max_examples=12, deadline=None)
def test_any_episode_that_can_be_paced_is_cut_whole(given_shots, style, mood, seed) -> None:
    given_shots[-1] = (*given_shots[-1][:4], (("char_ivy", "resolve", "He's asking for his watch."),))
    of = episode(tuple(given_shots))
    scene = of.scenes[0].model_copy(update={"mood": mood})
    of = of.model_copy(update={"scenes": (scene,)})
    try:
        made = cut(of, style, seed)
    except UserError as error:
        assert str(error).startswith("episode 1 ")
        return
    checked(made)


def test_every_cut_inside_a_shot_and_every_effect_names_its_rule_and_cause(drama) -> None:
    first = {drama.shot_range(shot)[0] for shot in drama.shots()} | {drama.button}
    for clip in drama.picture:
        assert clip.start in first or (clip.rule and clip.cause)
        assert all(e.rule and e.cause for e in clip.effects)


def test_no_two_cuts_are_closer_than_the_style_allows(drama) -> None:
    least = round(load_style("drama").limits.clip * FPS)
    assert all(b.start - a.start >= least for a, b in pairwise(drama.picture))


def test_one_seed_gives_one_cut() -> None:
    assert cut(episode(), seed=3) == cut(episode(), seed=3)


def test_rage_is_blurred_on_a_grid_and_shaken(drama) -> None:
    [clip] = [c for c in drama.picture if c.shot == "e001_s01_sh070" and c.source_start == 0]
    bursts = [e.start for e in clip.effects if e.kind == "blur"]
    assert [b - a for a, b in pairwise(bursts)] == [6, 6]
    assert any(e.kind == "shake" for e in clip.effects)


def test_a_shot_of_two_is_cut_to_the_one_who_listens_or_answers(drama) -> None:
    angles = {e.focus for c in drama.picture if c.shot == "e001_s01_sh050" for e in c.effects if e.kind == "angle"}
    assert "char_silas" in angles


def test_sound_stops_before_the_last_line_and_before_the_freeze(drama) -> None:
    quiet = [s for s in drama.spans if s.kind == "silence"]
    assert drama.speech[-1].start in {s.stop for s in quiet}
    assert drama.button in {s.stop for s in quiet}
    assert all(s.stop - s.start >= 8 for s in quiet)


def test_the_last_look_is_a_declared_freeze_under_the_end_card(drama) -> None:
    frozen = next(s for s in drama.spans if s.kind == "freeze" and s.stop == drama.duration)
    assert frozen.start == drama.button == drama.picture[-1].start
    card = next(g for g in drama.graphics if g.kind == "end_card")
    assert card.start >= frozen.start and card.start + card.duration == drama.duration
    assert all(s.stop <= drama.button for s in drama.speech)


@pytest.mark.parametrize("name", known_styles())
def test_at_most_two_effects_are_drawn_over_the_picture_at_once_and_panels_alone(name) -> None:
    for clip in cut(episode(), name).picture:
        drawn = [e for e in clip.effects if e.kind in OVERLAYS]
        for i in range(clip.duration):
            kinds = [e.kind for e in drawn if e.start <= i < e.start + e.duration]
            assert len(kinds) <= 2 and ("panels" not in kinds or len(kinds) == 1)


def test_a_surge_among_two_is_split_into_panels(drama) -> None:
    [panels] = [e for c in drama.picture if c.shot == "e001_s01_sh050" for e in c.effects if e.kind == "panels"]
    assert panels.focus == "char_ivy" and 0.8 * FPS <= panels.duration <= 1.6 * FPS


def test_shock_is_an_impact_then_a_flash_and_a_rush_towards_the_face(drama) -> None:
    effects = {e.kind: e for c in drama.picture if c.shot == "e001_s01_sh090" for e in c.effects}
    assert effects["impact"].start + effects["impact"].duration == effects["flash"].start == effects["focus"].start
    assert effects["focus"].focus == "char_ivy"


def test_the_shot_before_a_whip_leaves_smeared() -> None:
    of = episode()
    scene = of.scenes[0]
    moved = [s.model_copy(update={"move": "whip"}) if i == 3 else s for i, s in enumerate(scene.shots)]
    of = of.model_copy(update={"scenes": (scene.model_copy(update={"shots": tuple(moved)}),)})
    made = cut(of)
    whipped = next(i for i, c in enumerate(made.picture) if any(e.kind == "whip" for e in c.effects))
    leave = [e for e in made.picture[whipped - 1].effects if e.kind == "whip_out"]
    assert [e.start + e.duration for e in leave] == [made.picture[whipped - 1].duration]


@pytest.mark.parametrize("name", known_styles())
def test_holds_are_short_and_few(name) -> None:
    held = [e.duration for c in cut(episode(), name).picture for e in c.effects if e.kind == "hold"]
    assert max(held) <= 3 * FPS and sum(held) <= 6 * FPS


def test_the_freeze_keeps_the_framing_of_the_frame_before_it(drama) -> None:
    before, frozen = (frame_cues(drama, clip) for clip in drama.picture[-2:])
    assert frozen[0].frame == before[-1].frame + 1
    steady = frozen[20]  # after the shake
    assert steady.zoom == pytest.approx(before[-1].zoom, rel=0.02)
    assert (steady.focus_x, steady.focus_y) == (before[-1].focus_x, before[-1].focus_y)


def test_every_held_look_is_declared(drama) -> None:
    holds = {(c.start + e.start) for c in drama.picture for e in c.effects if e.kind == "hold"}
    assert holds == {s.start for s in drama.spans if s.kind == "freeze"}


def test_label_title_and_end_card_come_when_they_must(drama) -> None:
    by_kind = {g.kind: g for g in drama.graphics}
    assert by_kind["label"].start == 0 and by_kind["label"].duration >= 2 * FPS
    title = by_kind["title"]
    assert title.duration <= 1.5 * FPS and title.start + title.duration <= 8 * FPS
    assert by_kind["episode"].start == title.start


def test_a_recap_caption_is_shown_when_the_episode_has_one() -> None:
    made = cut(episode(caption="Vera has the ring"))
    [recap] = [g for g in made.graphics if g.kind == "recap"]
    assert recap.text == "Vera has the ring"


def test_the_first_word_is_heard_within_half_a_second(drama) -> None:
    assert drama.captions[0].words[0].start <= FPS / 2


def test_foley_follows_its_shot(drama) -> None:
    at = {h.kind: h.frame for h in drama.hits}
    assert at["door"] == drama.shot_range("e001_s01_sh080")[0] + 4


def test_music_is_told_an_intensity_for_every_shot(drama) -> None:
    told = drama.notes["intensity"]
    assert set(told) == set(drama.shots())
    assert all(0 <= v <= 1 for v in told.values())
    assert told["e001_s01_sh100"] > told["e001_s01_sh020"]


def test_a_louder_line_after_a_quiet_one_is_a_surge_with_a_peak() -> None:
    quiet, loud = (("char_ivy", e, "Who gave you that name?") for e in ("neutral", "rage"))
    said = tuple(("cu", "pressure", ("char_ivy",), "", (x,)) for x in (quiet, loud))
    made = cut(episode((*said, *VAN)))
    first, second = made.speech[:2]
    kinds = [m.kind for m in made.markers if second.start <= m.frame < second.stop]
    assert kinds[:2] == ["surge", "peak"]
    assert next(m.kind for m in made.markers if first.start <= m.frame < first.stop) == "onset"


def test_the_styles_cut_at_a_pace_of_their_own_and_the_trailer_stops_for_the_last_line() -> None:
    made = {name: cut(episode(), name) for name in known_styles()}
    rates = {name: (len(m.picture) - 1) / m.duration for name, m in made.items()}
    assert rates["calm"] <= rates["thriller"] < rates["drama"] < rates["comic"] < rates["trailer"]
    assert made["trailer"].duration < made["comic"].duration < made["drama"].duration
    last = made["trailer"].speech[-1].start
    assert any(s.kind == "silence" and s.stop == last and s.stop - s.start >= FPS / 2 for s in made["trailer"].spans)


def test_a_look_that_is_held_for_a_laugh_is_silent_too() -> None:
    made = cut(episode(), "comic")
    looks = [c.start + e.start for c in made.picture for e in c.effects if e.rule == "deadpan"]
    assert looks
    assert any(
        s.kind == "silence" and s.stop - s.start >= 12 for s in made.spans if s.stop < made.speech[-1].start - FPS
    )


@given(st.floats(0, 1.5), st.floats(0.1, 1.5), st.sampled_from(["line", "silence", "shot", "peak"]))
@settings(max_examples=8, deadline=None)
def test_no_stop_silences_a_word(said, before, after, on) -> None:
    of, heard, durations = said
    chosen = style_of(f'on = ["{on}"]', f'{{ act = "stop", before = {before:.3f}, after = {after:.3f} }}')
    made = cut_episode(series(of), of, heard, durations, chosen, 1)
    checked(made)


def test_the_cut_survives_json(drama) -> None:
    assert from_json(to_json(drama)) == drama


def test_a_line_without_a_take_is_refused() -> None:
    of = episode()
    heard, durations = hear(of)
    durations.pop("e001_s01_sh040_l01")
    with pytest.raises(UserError, match="episode 1: line e001_s01_sh040_l01 has no spoken take"):
        cut_episode(series(of), of, heard, durations, load_style("drama"), 1)


def test_the_cut_list_is_what_it_always_was(drama) -> None:
    rows = [
        f"{c.start:5d} {c.duration:4d} {c.shot} +{c.source_start:<4d} {c.rule or '-':28s} {told(c.effects)}".rstrip()
        for c in drama.picture
    ]
    assert "\n".join(rows) + "\n" == GOLDEN.read_text("utf-8")
