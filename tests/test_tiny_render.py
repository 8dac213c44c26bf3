"""A series rendered by models: random tiny checkpoints through the real libraries, from the plan to the master."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

for _library in ("torch", "transformers", "diffusers", "llguidance"):
    pytest.importorskip(_library)

from engine import backends, verifying  # noqa: E402
from engine.batching import Silent  # noqa: E402
from engine.config import Profile, data_folder, load_profile  # noqa: E402
from engine.core import Episode, Series  # noqa: E402
from engine.manifest import parse_manifest  # noqa: E402
from engine.pipeline import Run, assemble, render_group, start_run, voice  # noqa: E402
from engine.planning import Order, plan  # noqa: E402
from engine.pngtext import text_of  # noqa: E402
from engine.rules import platform  # noqa: E402
from engine.store import SeriesFolder  # noqa: E402
from models.settings import Weight  # noqa: E402
from tests.small_series import small_series  # noqa: E402
from tests.tiny import tiny_weight  # noqa: E402

NEURAL = {"casting": "sdxl", "framing": "sdxl", "covering": "sdxl", "animating": "ltx"}
LEAST_NEURAL = 0.9
MAKERS = {"tiny-vae": "tiny_vae"}


@pytest.fixture(autouse=True, scope="module")
def tiny_weights(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Weights of the tiny profile, from the tests' own cache instead of the machine's."""

    def local(names: Mapping[str, str], profile: str | None = None) -> Mapping[str, Weight]:
        return {r: tiny_weight(MAKERS.get(n, n.removeprefix("tiny-").replace("-", "_"))) for r, n in names.items()}

    patch = pytest.MonkeyPatch()
    patch.setattr(backends.weights, "local", local)
    yield
    patch.undo()


def two_shots() -> tuple[Series, Episode]:
    """The small series with an episode of two shots: someone speaks, someone answers."""
    series = small_series()
    scene = series.episodes[0].scenes[0]
    spoken = [shot for shot in scene.shots if shot.lines and shot.characters][:2]
    episode = series.episodes[0].model_copy(update={"scenes": (scene.model_copy(update={"shots": tuple(spoken)}),)})
    return series.model_copy(update={"episodes": (episode, *series.episodes[1:])}), episode


def short_style(folder: Path) -> Path:
    """The house's cut for an episode of a few seconds."""
    text = (data_folder("edit") / "drama.toml").read_text()
    short = re.sub(r"(?m)^aim = .*$", "aim = [5.0, 7.0]", re.sub(r"(?m)^total = .*$", "total = [3.0, 12.0]", text))
    assert short != text
    path = folder / "short.toml"
    path.write_text(short)
    return path


def run_of(root: Path, profile: Profile) -> tuple[Run, Episode]:
    series, episode = two_shots()
    folder = SeriesFolder(root)
    folder.root.mkdir(parents=True, exist_ok=True)
    profile = profile.model_copy(update={"style": str(short_style(root))})
    return start_run(folder, series, profile, Silent()), episode


def test_an_episode_of_two_shots_is_written_painted_and_animated_by_models(tmp_path: Path) -> None:
    profile = load_profile("tiny")
    run, episode = run_of(tmp_path / "series", profile)
    (done,) = render_group(run, [episode], voice(run, [episode]), 0.0)
    manifest = json.loads((done.master.parent / "manifest.json").read_text())
    assert 3 * 24 <= manifest["frames"] <= 12 * 24
    for stage, model in NEURAL.items():
        row = manifest["stages"][stage]
        neural = sum(count for name, count in row["made_by"].items() if model in name)
        assert neural >= LEAST_NEURAL * row["takes"] and row["attempts"] >= row["takes"], stage
    subject = verifying.Subject(run.series, episode, done.master.parent, parse_manifest(manifest), platform())
    failed = [c for c in verifying.light_checks(subject) if not c["passed"]]
    assert {c["check"] for c in failed} <= {"length", "script"}, failed  # two shots are no whole episode
    assert not list(verifying.picture_faults(subject))
    keyframe = next(t for t in manifest["takes"] if t["stage"] == "framing")
    inside = json.loads(text_of((run.vault.root / "framing" / keyframe["file"]).read_bytes()) or "{}")
    assert {"prompt", "steps", "dtype", "seed", "controls", "identity"} <= inside.keys()
    assert inside["seed"] == keyframe["seed"] and inside["prompt"] == keyframe["recipe"]["prompt"]


def test_a_second_run_makes_nothing(tmp_path: Path) -> None:
    profile = load_profile("tiny").model_copy(update={"animator": "still"})
    run, episode = run_of(tmp_path / "series", profile)
    (first,) = render_group(run, [episode], voice(run, [episode]), 0.0)
    before = first.master.stat().st_mtime_ns
    run, episode = run_of(tmp_path / "series", profile)
    (again,) = render_group(run, [episode], voice(run, [episode]), 0.0)
    assert first.made and not again.made and again.master.stat().st_mtime_ns == before


@pytest.mark.parametrize("name", ["wan", "svd"])
def test_the_other_animators_take_the_same_pictures(name: str, tmp_path: Path) -> None:
    profile = load_profile("tiny")
    assert profile.settings is not None
    animate = profile.settings.animate.model_copy(update={"frames": 5, "rate": 4, "steps": 1})
    profile = profile.model_copy(
        update={
            "animator": name,
            "models": {**profile.models, "animator": f"tiny-{name}"},
            "settings": profile.settings.model_copy(update={"animate": animate}),
        }
    )
    run, episode = run_of(tmp_path / "series", profile)
    made = assemble(run, [episode], voice(run, [episode]))[episode.number]
    assert {take.path.suffix for take in made.moved.clips.values()} == {".mp4"} and not made.moved.spare
    assert all(take.result["num_frames"] > 24 and name in take.model for take in made.moved.clips.values())


def test_a_budget_of_nothing_moves_every_picture_by_camera(tmp_path: Path) -> None:
    profile = load_profile("tiny").model_copy(update={"budget_dollars": 1e-9, "dollars_per_gpu_hour": 1.0})
    run, episode = run_of(tmp_path / "series", profile)
    made = assemble(run, [episode], voice(run, [episode]))[episode.number]
    assert {take.model for take in made.moved.clips.values()} == {"still"}


def test_a_random_writer_leaves_the_plan_to_the_rules_and_the_plan_says_so(tmp_path: Path) -> None:
    profile = load_profile("tiny")
    order = Order("A maid is the real empress.", "en", 3, 1)
    folder, series, fresh = plan(order, tmp_path, profile, backends.load_writer(profile))
    assert fresh and series.writer != "rules"
    assert [step.unit for step in series.steps] == ["bible", "arc", "e001", "e002", "e003"]
    assert all(step.made_by == "rules" and step.problem for step in series.steps)
    assert folder.load() == series
    takes = folder.vault.takes("writing")
    assert {take.unit for take in takes} == {step.unit for step in series.steps}
    assert all(take.model == series.writer and take.cost["core_seconds"] > 0 for take in takes)


@pytest.mark.slow
def test_a_whole_episode_of_the_tiny_profile_passes_every_check(tmp_path: Path) -> None:
    from engine import commands

    folder, series, _ = commands.plan_order("A maid is the real empress.", None, 3, "en", 1, tmp_path, "tiny")
    commands.render_folder(folder.root, "tiny", "1", as_json=True)
    assert commands.verify_folder(folder.root, "tiny", "1", as_json=True)
    manifest = json.loads((folder.episode(load_profile("tiny"), "en", 1) / "manifest.json").read_text())
    assert all(row["accepted"] >= LEAST_NEURAL * row["takes"] for s, row in manifest["stages"].items() if s in NEURAL)
    assert manifest["writer"] == series.writer and manifest["stages"]["writing"]["takes"] == 3
    assert {t["unit"] for t in manifest["takes"] if t["stage"] == "writing"} == {"bible", "arc", "e001"}
