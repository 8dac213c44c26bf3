"""What is asked of the composer beside the words: moods that last, motifs with a shape, sounds for what is seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine import foley
from engine.core import FPS, Episode, Location
from engine.timeline import Clip, Effect, Hit, Span, Timeline
from models.base import MOODS, MOTIF_VARIANTS, PLATES, ROOMS, TIMES, WEATHERS
from models.draft.score.ambience import BEDS
from tests.small_series import small_series

SHOT_FRAMES = 4 * FPS


def laid(episode: Episode, effects: tuple[Effect, ...] = (), **fields) -> Timeline:
    """Every shot for four seconds, the effects in the second one."""
    shots = [shot for _, shot in episode.shots()]
    picture = tuple(
        Clip(shot.id, n * SHOT_FRAMES, SHOT_FRAMES, effects=effects if n == 1 else ()) for n, shot in enumerate(shots)
    )
    return Timeline(1, FPS, len(shots) * SHOT_FRAMES, picture, (), **fields)


def with_shots(episode: Episode, **fields) -> Episode:
    """The episode with every shot silent, neutral and changed."""
    plain = {"lines": (), "emotion": "neutral", "sound": "", "beat": "pressure"} | fields
    scenes = tuple(
        scene.model_copy(update={"shots": tuple(shot.model_copy(update=plain) for shot in scene.shots)})
        for scene in episode.scenes
    )
    return episode.model_copy(update={"scenes": scenes})


def changed(episode: Episode, numbers: range, **fields) -> Episode:
    """The episode with the shots of these numbers changed."""
    chosen = {shot.id for n, (_, shot) in enumerate(episode.shots()) if n in numbers}
    scenes = tuple(
        scene.model_copy(
            update={"shots": tuple(s.model_copy(update=fields) if s.id in chosen else s for s in scene.shots)}
        )
        for scene in episode.scenes
    )
    return episode.model_copy(update={"scenes": scenes})


SERIES = small_series()
QUIET = with_shots(SERIES.episodes[0])


def test_a_scene_keeps_its_mood_until_something_strong_lasts() -> None:
    scene = QUIET.scenes[0].mood
    count = len(list(QUIET.shots()))
    plain = foley.mood_spans(QUIET, laid(QUIET))
    assert len(plain) == count and plain[0].mood == scene and all(span.mood in MOODS for span in plain)
    grieved = foley.mood_spans(changed(QUIET, range(2, 4), emotion="grief"), laid(QUIET))
    assert [span.mood for span in grieved[:4]] == [scene, scene, "grief", "grief"]


def test_a_mood_of_one_short_shot_does_not_change_the_music() -> None:
    fleeting = changed(changed(QUIET, range(2, 3), emotion="rage"), range(3, 4), emotion="tender")
    moods = [span.mood for span in foley.mood_spans(fleeting, laid(QUIET))]
    assert moods[2] == moods[1] and "tender" in moods[3:]


def test_music_does_not_triumph_into_a_cliffhanger() -> None:
    glad = changed(changed(QUIET, range(1, 9), emotion="triumph"), range(9, 30), beat="button", emotion="neutral")
    moods = [span.mood for span in foley.mood_spans(glad, laid(QUIET))]
    assert "triumph" in moods and moods[-1] == "tension"


def test_everyone_who_matters_is_announced_once_and_when_things_turn_on_them() -> None:
    cues = foley.motif_cues(SERIES, QUIET, laid(QUIET))
    subjects = [shot.characters[0] for _, shot in QUIET.shots() if shot.characters]
    assert [cue.character for cue in cues] == list(dict.fromkeys(subjects))
    first = next(n for n, (_, shot) in enumerate(QUIET.shots()) if shot.characters and shot.characters[0] == "char_ivy")
    turn = changed(QUIET, range(first + 4, 30), beat="turn", emotion="grief", characters=("char_ivy",))
    again = [cue for cue in foley.motif_cues(SERIES, turn, laid(turn)) if cue.character == "char_ivy"]
    assert len(again) >= 2 and again[1].variant == "augmented" and again[1].time - again[0].time >= foley.MOTIF_AGAIN


@pytest.mark.parametrize(
    ("role", "emotion", "variant"),
    [
        ("lead", "smirk", "inverted"),
        ("rival", "smirk", "plain"),
        ("rival", "fear", "truncated"),
        ("lead", "joy", "plain"),
    ],
)
def test_a_motif_takes_the_shape_of_the_feeling(role: str, emotion: str, variant: str) -> None:
    found = changed(QUIET, range(30), emotion=emotion)
    cue = next(cue for cue in foley.motif_cues(SERIES, found, laid(found)) if cue.role == role)
    assert cue.variant == variant and set(foley.VARIANTS.values()) <= set(MOTIF_VARIANTS)


def test_no_motif_is_asked_for_after_the_button() -> None:
    cues = foley.motif_cues(SERIES, QUIET, laid(QUIET, button=SHOT_FRAMES // 2))
    assert all(cue.time < 2 for cue in cues)


def kinds(episode: Episode, timeline: Timeline) -> list[str]:
    return [hit.kind for hit in foley.hits(SERIES, episode, timeline)]


def test_a_whip_is_heard_at_its_most_smeared_frame_and_only_once() -> None:
    still = changed(QUIET, range(30), size="cu")
    whip = Effect("blur", 10, 6, 160.0)
    found = foley.hits(SERIES, still, laid(still, (whip, replace(whip, start=18))))
    assert [(hit.kind, hit.time) for hit in found if hit.kind == "whoosh"] == [
        ("whoosh", pytest.approx((SHOT_FRAMES + 13) / FPS))
    ]
    told = laid(still, (whip,), hits=(Hit("whoosh", SHOT_FRAMES + 11),))
    assert kinds(still, told).count("whoosh") == 1


def test_an_inked_frame_is_a_blow_but_not_in_a_planned_silence() -> None:
    still = changed(QUIET, range(30), size="cu")
    ink = (Effect("impact", 5, 3),)
    assert kinds(still, laid(still, ink)).count("impact") == 1
    hushed = laid(still, ink, spans=(Span("silence", SHOT_FRAMES, SHOT_FRAMES + 20),))
    assert "impact" not in kinds(still, hushed)


def test_who_walks_into_a_scene_is_heard_but_who_speaks_at_once_is_not() -> None:
    start = changed(QUIET, range(30), size="cu", characters=("char_silas",))
    walked = changed(start, range(1, 2), size="wide", characters=("char_ivy",))
    assert kinds(walked, laid(walked)).count("footstep") == 1
    spoken = changed(walked, range(1, 2), lines=SERIES.episodes[0].scenes[0].shots[0].lines)
    assert "footstep" not in kinds(spoken, laid(spoken))


def test_a_heart_beats_under_fear_seen_from_very_near() -> None:
    near = changed(QUIET, range(30), size="cu")
    afraid = changed(near, range(1, 3), size="ecu", emotion="fear")
    assert kinds(near, laid(near)).count("heartbeat") == 0 and kinds(afraid, laid(afraid)).count("heartbeat") == 1


def test_every_place_has_a_room_and_an_air_that_the_composer_knows() -> None:
    for plate in PLATES:
        for time in TIMES:
            for weather in WEATHERS:
                location = Location(id="loc_x", name="x", plate=plate, time=time, weather=weather)
                assert foley.room_of(location) in ROOMS
                assert foley._air(location) and set(foley._air(location)) <= set(BEDS)
