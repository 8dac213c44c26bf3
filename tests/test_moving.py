"""Clips by a model while the purse lasts, by a camera move after that."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine import moving
from engine.moving import move_shots
from engine.painting import Studio, paint
from engine.routing import Purse
from engine.takes import Keyframe
from models.base import ClipRequest, PictureRequest
from tests.studio import Animator, Judge, model_profile, quick_studio


def wanted(studio: Studio, count: int) -> tuple[list[ClipRequest], dict[str, Keyframe]]:
    pictures = [PictureRequest(f"u{n}", "keyframe", "a picture", (9, 16), seed=n) for n in range(count)]
    frames = paint(studio, "framing", pictures)
    clips = [
        ClipRequest(f"u{n}", frames[f"u{n}"].request, frames[f"u{n}"].take.path, 24, 24, seed=n) for n in range(count)
    ]
    return clips, frames


@pytest.fixture(autouse=True)
def one_dollar_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clip is expected to cost a dollar; the quick animator's GPU-second does."""
    monkeypatch.setattr(moving, "clip_dollars", lambda profile, frames: 1.0)


def test_the_first_shots_get_the_model_until_the_money_ends_and_no_shot_is_left_out(tmp_path: Path) -> None:
    studio = quick_studio(tmp_path)
    clips, frames = wanted(studio, 5)
    moved = move_shots(studio, clips, frames, Purse(2.5), "e001")
    assert {u: t.model for u, t in moved.clips.items()} == {
        "u0": "quick", "u1": "quick", "u2": "cheap", "u3": "cheap", "u4": "cheap",
    }  # fmt: skip


def test_what_clips_really_cost_decides_not_what_was_expected(tmp_path: Path) -> None:
    studio = quick_studio(tmp_path, animator=Animator(gpu_seconds=2.0))
    clips, frames = wanted(studio, 5)
    moved = move_shots(studio, clips, frames, Purse(5.5), "e001")
    assert [u for u, t in moved.clips.items() if t.model == "quick"] == ["u0", "u1"]


def test_running_again_finds_the_same_clips_and_pays_nothing(tmp_path: Path) -> None:
    studio = quick_studio(tmp_path)
    clips, frames = wanted(studio, 4)
    first = move_shots(studio, clips, frames, Purse(2.5), "e001")
    animator = Animator()
    again = move_shots(quick_studio(tmp_path, animator=animator), clips, frames, Purse(2.5), "e001")
    assert not animator.asked and again == first


def test_a_clip_that_never_passes_is_kept_apart_and_its_shot_goes_the_cheap_way(tmp_path: Path) -> None:
    animator = Animator()
    studio = quick_studio(
        tmp_path, model_profile(attempts=2), animator=animator, judge=Judge(good=lambda seed: seed % 7919 != 1)
    )
    clips, frames = wanted(replace(studio, backends=replace(studio.backends, judge=Judge())), 3)
    moved = move_shots(studio, clips, frames, Purse(0.0), "e001")
    assert [r.seed for r in animator.asked if r.unit == "u1"] == [1, 7920]
    assert moved.clips["u1"].model == "cheap" and moved.clips["u0"].model == "quick"
    assert [t.unit for t in moved.spare] == ["u1"] and moved.spare[0].cost["gpu_seconds"] == 2.0
    animator.asked.clear()
    assert move_shots(studio, clips, frames, Purse(0.0), "e001") == moved and not animator.asked


def test_the_cheap_way_is_never_given_a_last_frame(tmp_path: Path) -> None:
    cheap = Animator(name="cheap", suffix=".still.json")
    studio = quick_studio(tmp_path, cheap_animator=cheap)
    clips, frames = wanted(studio, 1)
    last = replace(clips[0], last_frame=frames["u0"].take.path)
    frames = {"u0": replace(frames["u0"], last=frames["u0"].take)}
    move_shots(studio, [last], frames, Purse(0.5), "e001")
    assert cheap.asked[0].last_frame is None
