"""Profiles, platforms and label rules: data that checks itself."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from pydantic import ValidationError

from engine import config, rules, voice_commands
from engine.backends import PART_ROLES, load_backends
from engine.config import Profile, default_out, first_fault, load_profile, profile_names
from engine.core import FPS, SAMPLE_RATE, UserError
from models import catalogue, registry
from models.settings import AcceptSettings


def test_every_shipped_profile_loads_with_its_adapters() -> None:
    backends = load_backends(load_profile("draft"))
    assert hasattr(backends.voice, "speak") and hasattr(backends.player, "play")
    assert {"draft", "gpu-24gb", "gpu-48gb", "gpu-80gb", "mandarin", "quality", "tiny"} == set(profile_names())
    for name in profile_names():
        profile = load_profile(name)
        assert profile.fps == FPS
        for kind in ("voice", "painter", "animator", "player", "composer"):
            assert isinstance(registry.needs_weights(kind, getattr(profile, kind)), bool)
        assert set(profile.models.values()) <= set(catalogue.entries())


def test_a_profile_extends_another_and_a_tier_gives_what_it_leaves_out() -> None:
    small, large, best = load_profile("gpu-24gb"), load_profile("gpu-80gb"), load_profile("quality")
    assert small.settings is not None and large.settings is not None and best.settings is not None
    assert (small.settings.animate.width, large.settings.animate.width) == (512, 704)
    assert large.models == small.models and best.models["animator"] == "ltx-13b"
    assert best.models["painter"] == small.models["painter"]
    assert (small.settings.paint.steps, best.settings.paint.steps) == (4, 30)


def test_another_animator_brings_its_own_sizes_and_rate(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('extends = "gpu-24gb"\nanimator = "svd"\n[animate]\nsteps = 10')
    settings = load_profile(str(path)).settings
    assert settings is not None
    assert (settings.animate.rate, settings.animate.frames, settings.animate.steps) == (7, 25, 10)


def test_tiny_lowers_every_limit_of_acceptance_by_name_and_nothing_else_does() -> None:
    told = tomllib.loads((config.data_folder("profiles") / "tiny.toml").read_text())
    assert set(told["accept"]) == set(AcceptSettings.model_fields)
    for name in set(profile_names()) - {"tiny"}:
        assert "accept" not in config.read_profile(name)


def test_weights_that_are_not_here_name_the_command_that_brings_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLIFFHANGER_MODELS", str(tmp_path))
    with pytest.raises(UserError, match="cliffhanger models pull --profile gpu-24gb"):
        load_backends(load_profile("gpu-24gb"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('extends = "gpu-24gb"\n[paint]\nstep = 4', "paint.step: unknown key"),
        ('extends = "gpu-24gb"\ntier = "best"', "unknown tier 'best': choose from fast, quality"),
        ('extends = "nobody"', "unknown profile 'nobody'"),
        ('extends = "draft"\n[paint]\nsteps = 4', r"\[paint\] needs a tier"),
        ('extends = "mine.toml"', "more than 4 profiles stand on one another|no such profile file"),
        ('extends = "tiny"\nmodels = "tiny-sdxl"', r"profile mine.toml: models: write a table, \[models\]"),
        ('extends = "tiny"\n[models]\npaintr = "tiny-sdxl"', "models.paintr: unknown key: choose from writer, painter"),
        ('extends = "tiny"\n[models]\npainter = 3', "models.painter: Input should be a valid string"),
        ('extends = "tiny"\ndollars_per_gpu_hour = inf', "dollars_per_gpu_hour: Input should be a finite number"),
        ('extends = "tiny"\nbudget_dollars = nan', "budget_dollars: Input should be a"),
        ('extends = "tiny"\nname = "draft"', "profile mine.toml: name: unknown key"),
    ],
)
def test_a_profile_of_ones_own_is_a_file_and_its_faults_are_named(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text.replace("mine.toml", str(path)))
    with pytest.raises(UserError, match=words):
        load_profile(str(path))
    path.write_text('extends = "gpu-24gb"\n[paint]\nsteps = 8')
    mine = load_profile(str(path))
    assert mine.name == "mine" and mine.settings is not None and mine.settings.paint.steps == 8


def test_every_role_of_weights_that_an_adapter_reads_may_be_named() -> None:
    read = {role for roles in PART_ROLES.values() for role in roles}
    assert set(config.ROLES) == read | set(voice_commands.ROLES)


def test_a_file_extends_the_file_beside_it_wherever_the_command_runs(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text('extends = "tiny"\nwave = 7')
    (tmp_path / "mine.toml").write_text('extends = "base.toml"')
    assert load_profile(str(tmp_path / "mine.toml")).wave == 7


def test_a_file_never_takes_the_renditions_of_a_profile_of_ours(tmp_path: Path) -> None:
    (tmp_path / "draft.toml").write_text('extends = "tiny"')
    with pytest.raises(UserError, match="'draft' is a profile of ours.*rename the file"):
        load_profile(str(tmp_path / "draft.toml"))


def test_commands_that_are_told_name_the_file_as_it_was_given(tmp_path: Path) -> None:
    path = tmp_path / "my look.toml"
    path.write_text('extends = "tiny"')
    assert load_profile(str(path)).asked == f"'{path}'" and load_profile("tiny").asked == "tiny"


def test_an_unknown_profile_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UserError, match=r"unknown profile 'best': choose from .*draft"):
        load_profile("best")
    with pytest.raises(UserError, match="unknown profile"):
        load_profile("../platforms/default")


def test_an_unknown_adapter_is_refused_with_the_known_ones() -> None:
    profile = load_profile("draft").model_copy(update={"voice": "brak"})
    with pytest.raises(UserError, match=r"profile draft: unknown voice 'brak': choose from .*espeak"):
        load_backends(profile)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("colour = 1", "unknown key|required"),
        ("width = 1081", "width|required"),
        ("= broken", "profile odd.toml: "),
    ],
)
def test_a_wrong_profile_names_file_and_key(
    text: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "odd.toml").write_text(text)
    monkeypatch.setattr(config, "data_folder", lambda name: tmp_path / name)
    with pytest.raises(UserError, match=words):
        load_profile("odd")


@pytest.mark.parametrize("change", [{"width": 1081}, {"fps": 25}, {"x264_crf": 60}, {"fast": True}, {"height": 100}])
def test_a_profile_checks_itself(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as refused:
        Profile.model_validate(load_profile("draft").model_dump() | change)
    assert first_fault(refused.value).startswith(next(iter(change)))


def test_a_rendition_is_named_by_profile_language_and_aspect() -> None:
    assert load_profile("draft").rendition("zh") == "draft-zh-9x16"


def test_dollars_follow_the_hours() -> None:
    profile = load_profile("draft").model_copy(update={"dollars_per_core_hour": 0.02, "dollars_per_gpu_hour": 3.0})
    assert profile.dollars(3600) == pytest.approx(0.02)
    assert profile.dollars(1800, 1200) == pytest.approx(1.01)


def test_the_out_folder_comes_from_the_environment_when_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert default_out() == Path("out")
    monkeypatch.setenv("CLIFFHANGER_OUT", "/data/series")
    assert default_out() == Path("/data/series")


def test_the_default_platform_is_what_the_issue_promises() -> None:
    platform = rules.platform()
    assert (platform.codec, platform.profile, platform.pixel_format) == ("h264", "High", "yuv420p")
    assert (platform.audio, platform.sample_rate, platform.channels) == ("aac", SAMPLE_RATE, "stereo")
    assert (platform.loudness_lufs, platform.loudness_tolerance, platform.true_peak_dbtp) == (-14.0, 0.5, -1.0)
    assert (platform.min_seconds, platform.max_seconds) == (45.0, 75.0)


def test_every_label_rule_is_dated_sourced_and_speaks_both_languages() -> None:
    found = rules.label_rules()
    assert found == sorted(found, key=lambda rule: (rule.date, rule.name))
    for rule in found:
        assert rule.date and rule.source
        assert {"en", "zh"} <= set(rule.text)
        assert rule.seconds >= 2


def test_an_unknown_platform_is_one_clear_line() -> None:
    with pytest.raises(UserError, match=r"platforms/nowhere\.toml"):
        rules.platform("nowhere")
