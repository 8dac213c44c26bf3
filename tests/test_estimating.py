"""Estimates against the counted figures, and what budget and profile do to them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import costing
from engine.config import Profile, load_profile
from engine.core import UserError
from engine.estimating import (
    clip_dollars,
    clip_tflop,
    episode_estimate,
    picture_tflop,
    stage_gigabytes,
    weight_gigabytes,
)
from engine.planning import Order, plan
from models.settings import ModelSettings


def settings_of(name: str) -> tuple[Profile, ModelSettings]:
    profile = load_profile(name)
    assert profile.settings is not None
    return profile, profile.settings


@pytest.mark.parametrize(("steps", "guidance", "tflop"), [(30, 5.5, 587), (8, 0.0, 87), (4, 0.0, 48.8)])
def test_a_key_frame_is_the_work_that_was_counted(steps: int, guidance: float, tflop: float) -> None:
    paint = settings_of("gpu-24gb")[1].paint.model_copy(
        update={"steps": steps, "guidance": guidance, "control_stop": 1.0}
    )
    assert picture_tflop(paint) == pytest.approx(tflop, rel=0.01)


@pytest.mark.parametrize(
    ("name", "weight", "size", "tflop"),
    [
        ("ltx", "ltx-2b", (512, 896), 359), ("ltx", "ltx-2b", (704, 1216), 821),
        ("ltx", "ltx-13b", (512, 896), 1700), ("ltx", "ltx-13b", (704, 1216), 3690),
    ],
)  # fmt: skip
def test_a_clip_is_the_work_that_was_counted(name: str, weight: str, size: tuple[int, int], tflop: float) -> None:
    profile, settings = settings_of("gpu-24gb")
    profile = profile.model_copy(update={"animator": name, "models": {**profile.models, "animator": weight}})
    animate = settings.animate.model_copy(update={"width": size[0], "height": size[1]})
    assert clip_tflop(profile, animate, 121) == pytest.approx(tflop, rel=0.03)


@given(st.integers(1, 400), st.integers(1, 400))
def test_a_longer_clip_never_costs_less(first: int, second: int) -> None:
    profile, settings = settings_of("gpu-24gb")
    costs = [clip_tflop(profile, settings.animate, n) for n in sorted((first, second))]
    assert costs[0] <= costs[1] * 1.0001


@given(st.floats(0.001, 1.0))
def test_the_estimate_keeps_to_the_budget_once_the_pictures_are_paid(budget: float) -> None:
    profile = load_profile("gpu-24gb").model_copy(update={"budget_dollars": budget})
    pictures = episode_estimate(profile, clips=0).dollars
    whole = episode_estimate(profile).dollars
    assert pictures <= whole <= max(budget, pictures) + 1e-9


def test_the_draft_needs_no_gpu_and_a_data_centre_card_is_faster() -> None:
    draft = episode_estimate(load_profile("draft"))
    assert draft.gpu_total == 0 and draft.dollars < 0.01
    small, large = load_profile("gpu-24gb"), load_profile("gpu-80gb")
    assert episode_estimate(large, clips=4).gpu_total < episode_estimate(small, clips=4).gpu_total
    assert clip_dollars(draft_profile := load_profile("draft"), 48) == 0.0 and draft_profile.settings is None


def test_weights_on_disk_are_counted_once_though_two_roles_use_them() -> None:
    profile = load_profile("gpu-24gb")
    assert profile.models["identity"] == profile.models["embedder"]
    one_less = {role: name for role, name in profile.models.items() if role != "embedder"}
    assert weight_gigabytes(profile) == weight_gigabytes(profile.model_copy(update={"models": one_less}))


def test_every_stage_of_a_24_gb_profile_fits_its_card_alone() -> None:
    profile, settings = settings_of("gpu-24gb")
    assert {"writer", "voice", "painter", "animator", "judge", "reference"} == set(stage_gigabytes(profile))
    assert max(stage_gigabytes(profile).values()) < settings.device.vram_gb


def test_the_command_says_time_memory_disk_and_dollars(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLIFFHANGER_MODELS", str(tmp_path / "none"))
    costing.show_estimate(None, "gpu-24gb", None, 0.02, as_json=False)
    told = capsys.readouterr().out
    for words in (
        "20 episodes",
        "animating",
        "within $0.02",
        "22.5 GB planned: loaded stage by stage",
        "models pull --profile gpu-24gb",
        "disk:",
    ):
        assert words in told
    folder, series, _ = plan(Order("A maid is the real empress.", "en", 3, 1), tmp_path, load_profile("draft"))
    costing.show_estimate(folder.root, "gpu-80gb", "1-2", None, as_json=True)
    data = json.loads(capsys.readouterr().out)
    shots = sum(len(list(e.shots())) for e in series.episodes[:2]) / 2
    assert (data["episodes"], data["shots"]) == (2, round(shots, 1))
    assert data["dollars"] == pytest.approx(2 * data["dollars_per_episode"], abs=1e-5)
    assert "sdxl-base" in data["missing_weights"] and data["vram_gb"]["painter"] > 5


@pytest.mark.parametrize(
    ("planned", "how"),
    [(8, "in parts"), (12, "in parts"), (16, "in parts"), (22.5, "stage by stage"), (46, "all stay loaded"), (141, "all stay loaded")],
)  # fmt: skip
def test_memory_is_planned_for_cards_of_every_size(planned: float, how: str) -> None:
    assert how in costing.memory(load_profile("gpu-24gb"), planned)


def test_an_estimate_names_unknown_weights_and_does_not_offer_to_pull_ones_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLIFFHANGER_MODELS", str(tmp_path / "none"))
    mine = tmp_path / "mine.toml"
    mine.write_text('extends = "tiny"\n[models]\npainter = "tiny-sdxk"')
    with pytest.raises(UserError, match="profile mine: unknown weights 'tiny-sdxk'"):
        costing.show_estimate(None, str(mine), None, None, as_json=False)
    mine.write_text('extends = "tiny"\n[models]\npainter = "path:/no/where"\nanimator = ""')
    costing.show_estimate(None, str(mine), None, None, as_json=False)
    told = capsys.readouterr().out
    assert "cannot be used: path:/no/where" in told and f"models verify --profile {mine}" in told


def test_an_estimate_speaks_of_other_shots_only_when_there_are_some(capsys: pytest.CaptureFixture[str]) -> None:
    costing.show_estimate(None, "gpu-24gb", "1-2", 0.0, as_json=False)
    assert "the others" not in (told := capsys.readouterr().out) and " minutes on one GPU" in told
    costing.show_estimate(None, "gpu-24gb", "1-2", 0.000001, as_json=False)
    assert "0 of 16 shots" in (told := capsys.readouterr().out) and "the others are camera moves" in told


def test_voices_of_a_model_have_their_share_of_the_estimate() -> None:
    def voicing(name: str) -> float:
        return episode_estimate(load_profile(name)).gpu_seconds.get("voicing", 0.0)

    assert voicing("draft") == 0
    assert 0 < voicing("gpu-80gb") < voicing("gpu-24gb") < 20
    assert voicing("quality") == pytest.approx(3 * voicing("gpu-80gb"), rel=0.01), "three takes a line"
