"""Candidates, judging, control maps and sheets around a painter that is a model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import pytest

from engine.casting import cast_sheets
from engine.config import load_profile
from engine.core import UserError
from engine.framing import frame_episodes, last_request, picture_request
from engine.painting import paint
from engine.pngtext import text_of
from engine.vault import file_sha256
from models.base import PictureRequest
from tests.small_series import small_series
from tests.studio import Animator, Judge, Painter, model_profile, quick_studio


def requests(count: int) -> list[PictureRequest]:
    return [PictureRequest(f"u{n}", "keyframe", f"picture {n}", (1080, 1920), seed=100 * n) for n in range(count)]


def test_the_first_candidate_that_passes_is_kept_and_the_others_are_told(tmp_path: Path) -> None:
    studio = quick_studio(tmp_path, judge=Judge(good=lambda seed: seed % 2 == 1))
    take = paint(studio, "framing", requests(1))["u0"].take
    assert take.result["seed"] == 1 and take.result["accepted"] and take.result["attempts"] == 1
    assert [t["passed"] for t in take.result["tried"]] == [False, True]
    assert take.cost["gpu_seconds"] == 2.0  # both candidates were paid for


def test_only_failures_are_painted_again_with_another_seed_until_the_stop_rule(tmp_path: Path) -> None:
    painter, profile = Painter(), model_profile(attempts=3)
    studio = quick_studio(tmp_path, profile, painter=painter, judge=Judge(good=lambda seed: seed >= 7919))
    takes = paint(studio, "framing", [requests(1)[0], replace(requests(1)[0], unit="good", seed=9000)])
    assert [r.unit for r in painter.asked] == ["u0", "good", "u0"]
    assert takes["u0"].take.result["attempts"] == 2 and takes["good"].take.result["attempts"] == 1
    never = quick_studio(tmp_path / "never", profile, judge=Judge(good=lambda seed: False))
    worst = paint(never, "framing", requests(1))["u0"].take.result
    assert not worst["accepted"] and worst["attempts"] == 3 and worst["candidates"] == 6
    assert worst["reason"] == "sharpness 0.5 is under 0.6"


def test_what_was_chosen_is_found_again_and_a_stopped_run_keeps_its_finished_batches(tmp_path: Path) -> None:
    class Stops(Painter):
        def paint(self, requests):  # type: ignore[no-untyped-def]
            if len(self.asked) >= 2:
                raise RuntimeError("the power went")
            return super().paint(requests)

    with pytest.raises(RuntimeError):
        paint(quick_studio(tmp_path, painter=Stops()), "framing", requests(5))
    painter = Painter()
    paint(quick_studio(tmp_path, painter=painter), "framing", requests(5))
    assert [r.unit for r in painter.asked] == ["u2", "u3", "u4"]


def test_weights_that_turn_out_unfit_are_the_readers_and_a_fault_of_ours_stays_one(tmp_path: Path) -> None:
    class Breaks(Painter):
        def paint(self, requests):  # type: ignore[no-untyped-def]
            raise ValueError(self.name)

    unfit = Breaks(name="weights 'mine' cannot be loaded from /there: no unet is here")
    with pytest.raises(UserError, match="^profile tiny: weights 'mine' cannot be loaded from /there"):
        paint(quick_studio(tmp_path, painter=unfit), "framing", requests(1))
    with pytest.raises(ValueError, match="^operands could not be broadcast$"):
        paint(quick_studio(tmp_path, painter=Breaks(name="operands could not be broadcast")), "framing", requests(1))


def test_the_recipe_is_in_the_record_and_inside_the_png(tmp_path: Path) -> None:
    take = paint(quick_studio(tmp_path), "framing", requests(1))["u0"].take
    assert take.path.suffix == ".png" and take.result["recipe"] == {"prompt": "picture 0"}
    assert '"prompt": "picture 0"' in (text_of(take.path.read_bytes()) or "")


def test_a_model_paints_in_its_own_size_over_the_drafts_layout(tmp_path: Path) -> None:
    series, painter = small_series(), Painter()
    studio = quick_studio(tmp_path, painter=painter)
    studio = cast_sheets(studio, series, series.episodes[:1], {})
    framed = frame_episodes(studio, series, series.episodes[:1], {})[1]
    shots = {shot.id: shot for _, shot in series.episodes[0].shots()}
    asked = {r.unit: r for r in painter.asked}
    assert framed.keys() == shots.keys()
    for unit, shot in shots.items():
        assert asked[unit].size == (144, 256) and set(asked[unit].controls) == {"pose", "lineart"}
        if shot.size not in ("insert", "silhouette", "back"):
            assert set(asked[unit].identity) == set(shot.characters[:2])
        assert bool(asked[unit].masks) == (len(asked[unit].identity) > 1)
    inputs = {take.stage for keyframe in framed.values() for take in keyframe.inputs}
    assert inputs == {"sketching", "casting"}


def test_another_face_makes_every_picture_of_it_again_and_no_other(tmp_path: Path) -> None:
    series, first, second = small_series(), Painter(), Painter()
    for painter, redo in ((first, {}), (second, {("casting", "char_ivy_sheet"): 1})):
        studio = cast_sheets(quick_studio(tmp_path, painter=painter), series, series.episodes[:1], redo)
        frame_episodes(studio, series, series.episodes[:1], {})
    again = {r.unit for r in second.asked} - {"char_ivy_sheet"}
    assert again and again == {r.unit for r in first.asked if "char_ivy" in r.identity}


def test_a_given_reference_stands_in_for_a_sheet_and_a_bad_one_is_named(tmp_path: Path) -> None:
    series, painter = small_series(), Painter()
    given = paint(quick_studio(tmp_path / "other"), "framing", requests(1))["u0"].take.path
    folder = tmp_path / "references"
    folder.mkdir()
    (folder / "char_ivy.png").write_bytes(given.read_bytes())
    studio = replace(quick_studio(tmp_path, painter=painter), references=folder)
    studio = cast_sheets(studio, series, series.episodes[:1], {})
    assert studio.sheets["char_ivy"].recipe == {"given": file_sha256(given)}
    assert studio.sheets["char_ivy"].rights["consent"] == "as declared by the user"
    assert "char_ivy_sheet" not in {r.unit for r in painter.asked}
    (folder / "char_ivy.png").write_bytes(b"no picture")
    with pytest.raises(UserError, match=r"the reference picture .*char_ivy.png"):
        cast_sheets(replace(studio, sheets={}), series, series.episodes[:1], {})


def test_a_reference_that_names_nobody_is_told_before_anything_is_painted(tmp_path: Path) -> None:
    series, painter, folder = small_series(), Painter(), tmp_path / "references"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    (folder / "ivy.png").write_bytes(b"a picture")
    studio = replace(quick_studio(tmp_path, painter=painter), references=folder)
    with pytest.raises(UserError, match=r"ivy.png is of no character or shot: name it after one of .*char_ivy"):
        cast_sheets(studio, series, series.episodes[:1], {})
    assert not painter.asked


def test_a_picture_given_for_a_shot_gives_its_composition(tmp_path: Path) -> None:
    class Maps:
        kinds = ("lineart",)

        def controls(self, picture, kinds):  # type: ignore[no-untyped-def]
            return {kind: picture // 2 for kind in kinds}

    given = paint(quick_studio(tmp_path / "other"), "framing", requests(2))["u1"].take.path
    folder, painter = tmp_path / "references", Painter()
    folder.mkdir()
    (folder / "u0.png").write_bytes(given.read_bytes())
    studio = replace(quick_studio(tmp_path, painter=painter, reference=Maps()), references=folder)
    paint(studio, "framing", requests(2))
    assert [set(r.controls) for r in painter.asked] == [{"lineart"}, {"pose", "lineart"}]
    drawn, asked = cv2.imread(str(painter.asked[0].controls["lineart"])), cv2.imread(str(given))
    assert drawn is not None and asked is not None and (drawn == asked // 2).all()


def test_a_shot_that_a_model_animates_gets_a_last_frame_where_the_animator_uses_one(tmp_path: Path) -> None:
    series, profile = small_series(), model_profile()
    assert profile.settings is not None
    animate = profile.settings.animate.model_copy(update={"last_frame": True})
    profile = profile.model_copy(update={"settings": profile.settings.model_copy(update={"animate": animate})})
    shot = next(shot.id for _, shot in series.episodes[0].shots() if shot.characters)
    for uses, expected in ((True, [shot]), (False, [])):
        studio = quick_studio(tmp_path / str(uses), profile, animator=Animator(uses_last_frame=uses))
        framed = frame_episodes(studio, series, series.episodes[:1], {}, {1: [shot]})[1]
        assert [id for id, keyframe in framed.items() if keyframe.last is not None] == expected


def test_how_strongly_a_line_is_spoken_is_told_to_a_model_and_to_no_drawing(tmp_path: Path) -> None:
    series = small_series()
    shot, line = next(
        (s, s.lines[0]) for _, s in series.episodes[0].shots() if s.lines and s.lines[0].speaker in s.characters
    )
    told: list[float] = []
    for profile in (model_profile(), load_profile("draft")):
        studio = quick_studio(tmp_path / profile.name, profile)
        framed = frame_episodes(studio, series, series.episodes[:1], {}, arousal={line.id: 0.93})[1]
        figures = framed[shot.id].request.figures
        told.append(next(f.arousal for f in figures if f.character == line.speaker))
    assert told == [1.0, 0.5]


def test_a_last_frame_shows_the_last_feeling_over_the_first_picture() -> None:
    from engine.blocking import block_scene

    series = small_series()
    scene, shot = next((sc, sh) for sc, sh in series.episodes[0].shots() if len(sh.lines) > 0 and sh.characters)
    first = picture_request(series, scene, shot, model_profile(), {})
    last = last_request(first, shot, block_scene(scene, series.seed)[shot.id])
    feelings = {line.speaker: line.emotion for line in shot.lines}
    assert last.unit == f"{shot.id}_last"
    assert [f.emotion for f in last.figures] == [feelings.get(f.character, f.emotion) for f in first.figures]
