"""Profiles, platforms and label rules: data that checks itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from engine import config, rules
from engine.config import Profile, default_out, first_fault, load_profile, profile_names
from engine.core import FPS, SAMPLE_RATE, UserError
from engine.pipeline import load_backends


def test_every_shipped_profile_loads_with_its_adapters() -> None:
    assert "draft" in profile_names()
    for name in profile_names():
        profile = load_profile(name)
        assert profile.fps == FPS
        backends = load_backends(profile)
        assert hasattr(backends.voice, "speak") and hasattr(backends.player, "play")


def test_an_unknown_profile_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UserError, match=r"unknown profile 'best': choose from .*draft"):
        load_profile("best")
    with pytest.raises(UserError, match="unknown profile"):
        load_profile("../platforms/default")


def test_an_unknown_adapter_is_refused_with_the_known_ones() -> None:
    profile = load_profile("draft").model_copy(update={"voice": "brak"})
    with pytest.raises(UserError, match=r"profile draft: unknown voice 'brak': choose from espeak"):
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
