"""The GPU benchmark at tiny size on the CPU: every stage measured, told and compared; what fails is said, the rest runs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")
pytest.importorskip("transformers")

import bench  # noqa: E402
import bench_gpu  # noqa: E402
import bench_models  # noqa: E402
import bench_stages  # noqa: E402
import bench_yardsticks  # noqa: E402
from bench_table import Peak, Row, Yardstick, as_json, episode_of, goals_of, table  # noqa: E402

from engine.config import load_profile  # noqa: E402
from models.settings import Weight  # noqa: E402
from tests.tiny import tiny_folder  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::UserWarning")
ABOUT = {
    "date", "commit", "cores", "load", "gpu", "torch", "size", "profile", "configuration", "dtype", "clip", "picture",
    "shots", "episodes_written", "dollars_per_gpu_hour", "peak_tflops", "peak_from", "goals", "episode", "stages",
}  # fmt: skip
POSITIVE = (
    "first_seconds",
    "seconds_per_episode",
    "tflop",
    "tflops",
    "floor_seconds",
    "floor_share",
    "dollars_per_episode",
    "ratio",
)


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiny checkpoints that other tests have made already."""
    monkeypatch.setattr(bench_models, "_tiny", lambda folder, name: tiny_folder(name))


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str], dict[str, Any]]:
    code = bench_gpu.main(["--size", "tiny", *arguments])
    lines = capsys.readouterr().out.strip().splitlines()
    return code, lines, json.loads(lines[-1])


@pytest.mark.slow
@pytest.mark.usefixtures("ready")
def test_every_stage_stands_in_the_table_and_in_the_json_with_positive_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, lines, told = run(capsys, "--work", str(tmp_path))
    assert code == 0 and set(told) == ABOUT
    assert [stage["stage"] for stage in told["stages"]] == list(bench_gpu.STAGE_NAMES)
    starts = [line.split()[0] for line in lines if line]
    assert all(starts.count(name) == 1 and f"{name}:" in starts for name in bench_gpu.STAGE_NAMES)
    for stage in told["stages"]:
        assert stage["failed"] == "" and stage["yardstick"]["failed"] == "" and stage["items"] >= 1
        assert all(stage[key] > 0 for key in POSITIVE), stage
        assert stage["yardstick"]["load_seconds"] > 0 and stage["yardstick"]["seconds_per_item"] > 0
        assert stage["ratio"] == pytest.approx(
            stage["yardstick"]["seconds_per_episode"] / stage["seconds_per_episode"], rel=1e-3
        )
    assert told["episode"]["seconds"] == pytest.approx(sum(s["seconds_per_episode"] for s in told["stages"]), rel=1e-3)
    assert "wall s/episode" in "\n".join(lines) and "GPU-s" not in "\n".join(lines)
    assert len(list((tmp_path / "run" / "clips").glob("steady*.mp4"))) == 2


@pytest.mark.usefixtures("ready")
def test_a_stage_that_fails_is_told_with_its_reason_and_the_others_still_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(setup: bench_stages.Setup) -> Any:
        raise RuntimeError("the card\nfell out")

    stage = bench_stages.STAGES["judge"]
    monkeypatch.setitem(bench_stages.STAGES, "judge", bench_stages.Stage(**{**vars(stage), "make": broken}))
    monkeypatch.setitem(bench_yardsticks.YARDSTICKS, "judge", ("nothing", broken, 1))
    code, lines, told = run(capsys, "--stages", "judge,writer", "--no-yardstick", "--work", str(tmp_path))
    writer, judge = told["stages"]
    assert code == 1 and judge["failed"] == "RuntimeError: the card fell out"
    assert judge["seconds_per_episode"] is None and told["episode"]["seconds"] is None
    assert writer["failed"] == "" and writer["seconds_per_episode"] > 0 and writer["yardstick"] is None
    assert "  FAILED: RuntimeError: the card fell out" in lines
    row = Row("judge", "pictures", 2, seconds_per_episode=1.0)
    setup: Any = SimpleNamespace(device=SimpleNamespace(is_cuda=False, release=lambda: None))
    bench_gpu.compare(row, setup)
    assert row.yardstick is not None and row.yardstick.failed == judge["failed"] and row.ratio is None
    assert "  yardstick FAILED: RuntimeError: the card fell out" in table([row], False)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--stages", "painter,dancer"], "unknown stage 'dancer': choose from writer, painter, judge, animator"),
        (["--stages", ","], "unknown stage ''"),
        (["--profile", "nobody"], "unknown profile 'nobody'"),
        (["--profile", "draft"], "profile draft has no models to measure"),
        (["--size", "full", "--profile", "quality"], "full size knows ltx-2b as animator, the profile has ltx-13b"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_one_line_before_anything_is_made(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench_gpu.main(["--size", "tiny", "--work", str(tmp_path / "work"), *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and words in said.err
    assert not (tmp_path / "work").exists()


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_full_size_without_a_gpu_is_refused_before_a_byte_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["bench.py", "gpu", "--work", str(tmp_path / "work")])
    assert bench.main() == 2
    assert "needs a CUDA GPU and torch sees none: --size tiny" in capsys.readouterr().err
    assert not (tmp_path / "work").exists()


# -- full size


def test_full_size_takes_as_much_disk_as_the_published_weights() -> None:
    plans = {name: bench_models.PLANS[name]() for name in ("controlnet", "ip_adapter", "owlv2", "llama", "lightning")}
    gigabytes = {name: plan.bytes(2) / 1e9 for name, plan in plans.items()}
    assert gigabytes == pytest.approx(
        {"controlnet": 2.51, "ip_adapter": 2.11, "owlv2": 0.31, "llama": 6.43, "lightning": 0.0}, abs=0.01
    )
    shapes = plans["llama"].tensors["model.safetensors"]
    assert shapes["model.embed_tokens.weight"] == (128256, 3072) and "lm_head.weight" not in shapes  # tied: saved once


def test_a_short_disk_is_refused_with_the_need_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=3e9))
    with pytest.raises(ValueError, match="5 GB and two to spare are needed in .*: name a larger disk with --work"):
        bench_models.make_weights(tmp_path / "weights", ["control", "identity"], "full", "bfloat16", "cpu")
    assert "4.6 GB to write" in capsys.readouterr().out
    assert list((tmp_path / "weights").iterdir()) == []


def small_published(folder: Path) -> Path:
    """The configurations of the tiny checkpoints, laid out as the published ones."""
    for theirs, ours, parts in (
        ("sdxl-base", "sdxl", ("unet/", "vae/", "text_encoder/", "text_encoder_2/")),
        ("ltx-2b", "ltx", ("transformer/", "vae/", "text_encoder/")),
        ("ip-adapter", "ip_adapter", ("models/image_encoder/",)),
        ("llama-3.2-3b", "llama", ("",)),
        ("owlv2", "owlv2", ("",)),
        ("controlnet-union", "controlnet", ("",)),
    ):
        for part in parts:
            to = folder / theirs / part / ("config_promax.json" if ours == "controlnet" else "config.json")
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(tiny_folder(ours) / part / "config.json", to)
    for theirs, ours in (("sdxl-base", "sdxl"), ("ltx-2b", "ltx")):
        shutil.copy(tiny_folder(ours) / "model_index.json", folder / theirs)
    for config in (*folder.rglob("text_encoder*/config.json"), folder / "llama-3.2-3b" / "config.json"):
        widen(config)
    widen(folder / "owlv2" / "config.json", "text_config")
    return folder


def widen(config: Path, part: str = "") -> None:
    """A vocabulary that has room for the made-up tokenizers."""
    told = json.loads(config.read_text())
    (told[part] if part else told)["vocab_size"] = 4000
    config.write_text(json.dumps(told))


@pytest.mark.slow
def test_the_checkpoints_of_full_size_are_laid_out_as_the_adapters_load_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench_models, "PUBLISHED", small_published(tmp_path / "published"))
    monkeypatch.setattr(bench_models, "KNOWN", load_profile("tiny").models)
    monkeypatch.setattr(bench_stages, "settings_for", lambda profile, size, tiny: profile.settings)
    arguments = ["--size", "full", "--profile", "tiny", "--shots", "1", "--episodes", "1", "--work", str(tmp_path)]
    code = bench_gpu.main(arguments)
    lines = capsys.readouterr().out.strip().splitlines()
    told = json.loads(lines[-1])
    assert [(s["failed"], s["yardstick"]["failed"]) for s in told["stages"]] == [("", "")] * 4 and code == 0
    assert all(stage["rates_from"] == "configs/costs.toml" and stage["ratio"] > 0 for stage in told["stages"])
    made = tmp_path / "weights"
    linked = made / "full-lightning-float32" / bench_models.FEW_STEPS
    assert linked.samefile(made / "full-sdxl-float32" / "unet" / "diffusion_pytorch_model.safetensors")
    before = linked.stat().st_mtime_ns
    weights = bench_models.make_weights(made, ["accelerator"], "full", "float32", "cpu")
    assert isinstance(weights["accelerator"], Weight) and linked.stat().st_mtime_ns == before  # kept, not made anew


def test_a_folder_without_its_last_file_is_made_anew(tmp_path: Path) -> None:
    broken = tmp_path / "tiny-tiny_vae"
    broken.mkdir()
    (broken / "half").touch()
    assert bench_models._tiny(tmp_path, "tiny_vae") == broken
    assert (broken / "config.json").exists() and not (broken / "half").exists()


def test_drawn_tensors_are_finite_in_every_kind() -> None:
    drawn = bench_models.draw(
        {"a.weight": (8, 4), "n.weight": (8,), "n.bias": (8,), "latents_std": (3,)}, "bfloat16", "cpu"
    )
    assert drawn["a.weight"].dtype is torch.bfloat16 and 0.2 < float(drawn["a.weight"].float().std()) < 0.9
    assert drawn["n.weight"].eq(1).all() and drawn["latents_std"].eq(1).all() and drawn["n.bias"].eq(0).all()


def test_made_up_tokenizers_say_a_word_of_ours_in_one_token_and_fill_the_vocabulary() -> None:
    clip = bench_models.clip_words()
    assert (
        len(clip("clean ink line art").input_ids) == 6 and clip.eos_token_id == len(clip) - 1
    )  # CLIP pools at the highest
    assert len(bench_models.llama_words(3000)) == 3000


# -- work and words


def full_setup() -> bench_stages.Setup:
    profile = load_profile("gpu-80gb")
    return bench_stages.Setup(profile, bench_stages.settings_for(profile, (512, 896), False), {}, Path(), 12, 20)


def test_configuration_a_is_the_work_that_the_floor_was_counted_for() -> None:
    setup = full_setup()
    work = {name: (stage.items(setup), stage.tflop(setup)) for name, stage in bench_stages.STAGES.items()}
    assert work["painter"] == (24, pytest.approx(48.8, rel=0.06))
    assert work["animator"] == (12, pytest.approx(363.5, rel=0.02))
    assert work["writer"] == (2, pytest.approx(5.78, rel=0.01)) and work["judge"][0] == 24
    assert bench_stages.reading_seconds(setup, 4300) == pytest.approx(2 * 900 * 6.42 / 4300 / 20, rel=0.01)
    tflop = sum(count * each for name, (count, each) in work.items() if name != "writer")
    assert tflop / 790 == pytest.approx(7.1, abs=0.3)


def test_a_first_call_fills_one_batch() -> None:
    warm = {name: stage.warm(full_setup()) for name, stage in bench_stages.STAGES.items()}
    assert warm == {"writer": 10, "painter": 4, "judge": 8, "animator": 2}


def test_an_episode_is_the_sum_of_its_stages_and_the_goals_are_held_against_it() -> None:
    rows = [
        Row("painter", "pictures", 24, seconds_per_episode=20.0, floor_seconds=1.0, dollars_per_episode=0.01,
            yardstick=Yardstick("y", seconds_per_episode=60.0)),
        Row("animator", "clips", 12, seconds_per_episode=5.0, floor_seconds=2.0, dollars_per_episode=0.02,
            yardstick=Yardstick("y", seconds_per_episode=15.0)),
    ]  # fmt: skip
    assert episode_of(rows) == pytest.approx(
        {"seconds": 25.0, "floor_seconds": 3.0, "dollars": 0.03, "yardstick_seconds": 75.0, "ratio": 3.0}
    )
    assert [goal["kept"] for goal in goals_of(25.0, True)] == [True, False]
    assert [goal["kept"] for goal in goals_of(25.0, False)] == [None, None]
    told = json.loads(as_json({"gpu": "H200"}, rows, Peak(790.0, 4300.0, "given"), True))
    assert told["goals"][0] == {"goal": "now", "seconds": 30.0, "kept": True} and told["peak_tflops"] == 790.0


def test_the_peak_is_the_reader_s_own_or_measured_here() -> None:
    given = bench_gpu.peak_of("cpu", 5.0, None)
    assert (given.tflops, given.source) == (5.0, "--peak")
    found = bench_gpu.peak_of("cpu", None, None)
    assert found.tflops > 1e-4 and "this run" in found.source
    assert bench_gpu.counted(lambda: torch.ones(10, 20) @ torch.ones(20, 30)) == pytest.approx(2 * 10 * 20 * 30 / 1e12)
