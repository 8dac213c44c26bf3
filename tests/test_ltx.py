"""LTX-Video on a tiny random checkpoint: counts, batches, first and last frames, schedules, both layouts of its weights."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")
pytest.importorskip("transformers")

from accelerate import init_empty_weights  # noqa: E402
from diffusers import AutoencoderKLLTXVideo, FlowMatchEulerDiscreteScheduler, LTXVideoTransformer3DModel  # noqa: E402
from diffusers.loaders.single_file_utils import (  # noqa: E402
    convert_ltx_transformer_checkpoint_to_diffusers,
    convert_ltx_vae_checkpoint_to_diffusers,
)
from safetensors.torch import save_file  # noqa: E402
from small_clips import SPOILT, clip_frames, clip_request, draw_pictures, spoilt  # noqa: E402
from tiny import tiny_backing, tiny_folder, tiny_weight  # noqa: E402

import models.ltx  # noqa: E402
from models.base import Cost  # noqa: E402
from models.clips import Segment  # noqa: E402
from models.ltx import DISTILLED_SIGMAS, LtxAnimator, few_steps, schedule  # noqa: E402
from models.ltx_weights import VAE_095, Video, filled, load_video  # noqa: E402

torch.set_num_threads(1)
SIZE = (64, 96)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ltx")
    draw_pictures(folder)
    return folder


@pytest.fixture(scope="module")
def animator() -> LtxAnimator:
    return LtxAnimator(tiny_backing(animate={"batch": 4}))


def latents_of(
    animator: LtxAnimator, requests, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> dict[str, torch.Tensor]:
    """What the network made of each request of one segment, before the decoder."""
    seen: list[torch.Tensor] = []
    decode = models.ltx.decode

    def spy(pipeline, latents, generator):
        seen.append(latents.clone())
        return decode(pipeline, latents, generator)

    monkeypatch.setattr(models.ltx, "decode", spy)
    animator.animate(requests, folder)
    monkeypatch.setattr(models.ltx, "decode", decode)
    return {request.unit: latents for request, latents in zip(requests, seen, strict=True)}


@pytest.mark.parametrize("num_frames, generated", [(1, [1]), (8, [9]), (24, [25]), (40, [25, 25])])
def test_a_clip_has_exactly_its_frames_whatever_the_model_counts_in(animator, home, tmp_path, num_frames, generated):
    clip = animator.animate([clip_request(home, "s", num_frames)], tmp_path)[0]
    assert clip_frames(clip.path).shape == (num_frames, 96, 64, 3)
    assert clip.num_frames == num_frames and clip.recipe["generated"] == generated


def test_a_row_of_a_batch_is_what_it_is_alone(animator, home, tmp_path, monkeypatch):
    rows = [clip_request(home, "a", seed=3), clip_request(home, "b", first="other", seed=4, move="push")]
    both = latents_of(animator, rows, monkeypatch, tmp_path / "both")
    alone = {r.unit: latents_of(animator, [r], monkeypatch, tmp_path / "one")[r.unit] for r in rows}
    for unit, latents in both.items():
        assert torch.allclose(latents, alone[unit], atol=1e-5)
    assert not torch.allclose(both["a"], both["b"], atol=0.1)
    for unit in "ab":
        together, single = (clip_frames(tmp_path / where / f"{unit}.mp4").astype(int) for where in ("both", "one"))
        assert np.abs(together - single).max() <= 2


def test_a_seed_repeats_and_another_differs(animator, home, tmp_path):
    def made(folder: str, seed: int) -> bytes:
        return animator.animate([clip_request(home, "s", seed=seed)], tmp_path / folder)[0].path.read_bytes()

    assert made("a", 1) == made("b", 1) != made("c", 2)


def test_the_key_frame_stays_in_the_first_latents_and_the_rest_is_made(animator, home, tmp_path, monkeypatch):
    requests = [clip_request(home, "calm", 17), clip_request(home, "wild", 17, move="whip", strength=0.9)]
    got = latents_of(animator, requests, monkeypatch, tmp_path)
    assert torch.equal(got["calm"][:, :, 0], got["wild"][:, :, 0])
    assert not torch.allclose(got["calm"][:, :, 1:], got["wild"][:, :, 1:], atol=1e-3)


def test_a_last_frame_changes_the_clip_and_its_own_picture_matters(animator, home, tmp_path, monkeypatch):
    free = clip_request(home, "free", 17)
    rows = [replace(free, unit=unit, last_frame=home / f"{name}.png") for unit, name in (("x", "last"), ("y", "other"))]
    got = latents_of(animator, [free, *rows], monkeypatch, tmp_path)
    end = {unit: latents[:, :, -1] for unit, latents in got.items()}
    assert all((end["free"] - end[unit]).abs().max() > 1e-3 for unit in "xy")
    assert (end["x"] - end["y"]).abs().max() > 1e-3
    assert torch.allclose(got["free"][:, :, 0], got["x"][:, :, 0], atol=1e-5)


def test_a_last_frame_stands_on_the_last_frame_that_is_used(home):
    picture = np.zeros((96, 64, 3), np.uint8)
    row = Segment(clip_request(home, "s", 20, last=True), 0, 25, 20, SIZE, picture, picture, 0)
    assert [(c.frame_index, len(c.image)) for c in models.ltx.conditions([row, row])] == [(0, 2), (19, 2)]


def test_the_recipe_says_what_made_the_clip(animator, home, tmp_path):
    clip = animator.animate([clip_request(home, "s", 40, seed=5, last=True)], tmp_path)[0]
    weight, text = tiny_weight("ltx"), clip.recipe
    assert json.loads(json.dumps(text)) == text
    assert text["model"] == f"{weight.repo}@{weight.revision}" and text["dtype"] == "float32"
    assert text["steps"] == 2 and text["guidance"] == 1.0 and text["seeds"] == [5, 6] and text["size"] == [64, 96]
    assert "talks, lips moving" in text["prompt"] and "2D animation." in text["prompt"] and text["negative"] == ""
    assert sorted(text["conditions"]) == ["first", "last"]
    assert clip.rights.licence == "Apache-2.0" and clip.rights.source == weight.repo
    assert clip.cost.core_seconds > 0 and clip.model == "tiny-ltx"


def test_guided_sampling_uses_the_negative_words_and_is_finite(home, tmp_path):
    made = {}
    for negative in ("flicker", "blue"):
        settings = {"guidance": 3.0, "steps": 3, "negative": negative}
        guided = LtxAnimator(tiny_backing(animate=settings))
        clip = guided.animate([clip_request(home, "s")], tmp_path)[0]
        made[negative] = clip_frames(clip.path)
        assert clip.recipe["negative"] == negative
    assert not np.array_equal(made["flicker"], made["blue"])


def test_out_of_memory_halves_the_batch(home, tmp_path, monkeypatch):
    tight = LtxAnimator(tiny_backing(animate={"batch": 4}))
    sizes: list[int] = []
    sample = LtxAnimator._sample

    def limited(self, video, rows):
        if len(rows) > 2:
            raise torch.OutOfMemoryError("no memory")
        sizes.append(len(rows))
        return sample(self, video, rows)

    monkeypatch.setattr(LtxAnimator, "_sample", limited)
    clips = tight.animate([clip_request(home, f"s{n}", seed=n) for n in range(4)], tmp_path)
    assert sizes == [2, 2] and all(clip.path.exists() for clip in clips)


def test_prompts_are_read_once_and_the_text_encoder_is_a_group_of_its_own(home, tmp_path, monkeypatch):
    fresh = LtxAnimator(tiny_backing(device={"vram_gb": 4.00001}))
    requests = [clip_request(home, "s"), clip_request(home, "t", move="pan")]
    fresh.prepare(requests)
    assert set(fresh._owed) == {"s", "t"}
    monkeypatch.setattr(fresh, "_text", lambda: pytest.fail("the text encoder was loaded again"))
    fresh._owed["s"] = Cost(gpu_seconds=7.0)
    assert [clip.cost.gpu_seconds for clip in fresh.animate(requests, tmp_path)] == [7.0, 0.0] and not fresh._owed
    assert [name.split()[1] for name in fresh._device._held] == ["video"]


def test_tiles_are_used_where_the_profiles_memory_is_small(home, tmp_path):
    small = LtxAnimator(tiny_backing(device={"vram_gb": 0.001}))
    clip = small.animate([clip_request(home, "s")], tmp_path)[0]
    assert clip.recipe["tiled"] and small._video().pipeline.vae.use_tiling


def test_a_model_that_the_profiles_card_cannot_hold_is_refused_before_it_is_loaded(home, tmp_path, monkeypatch):
    small = LtxAnimator(tiny_backing(device={"vram_gb": 0.00001}))
    monkeypatch.setattr(type(small._device), "is_cuda", property(lambda _: True))
    with pytest.raises(ValueError, match="weights 'tiny-ltx': the text model takes .* the profile plans for 1e-05 GB"):
        small.prepare([clip_request(home, "s")])


def test_a_profile_that_compiles_compiles_the_networks_blocks(home, monkeypatch):
    compiled: list[str] = []
    monkeypatch.setattr(
        LTXVideoTransformer3DModel, "compile_repeated_blocks", lambda self: compiled.append(type(self).__name__)
    )
    LtxAnimator(tiny_backing(device={"compile": True}))._video()
    assert compiled == ["LTXVideoTransformer3DModel"]


def test_the_cards_layout_of_the_decoder_gives_the_same_picture():
    vae = load_video(tiny_weight("ltx"), torch.float32).pipeline.vae
    latents, moment = torch.randn(1, 8, 2, 3, 2, generator=torch.Generator().manual_seed(1)), torch.tensor([0.05])
    with torch.inference_mode():
        plain = vae.decode(latents, moment, return_dict=False)[0]
        models.ltx.channels_last(vae)
        assert torch.allclose(vae.decode(latents, moment, return_dict=False)[0], plain, atol=1e-4)


@pytest.mark.parametrize("how", SPOILT)
@pytest.mark.parametrize("part", ["transformer", "text_encoder"])
def test_a_bad_checkpoint_is_one_clear_line(home, tmp_path, how, part):
    bad = LtxAnimator(tiny_backing(animator=spoilt(tiny_weight("ltx"), how, part, tmp_path)))
    with pytest.raises(ValueError, match=SPOILT[how].format(part=part)) as error:
        bad.animate([clip_request(home, "s")], tmp_path / "out")
    assert "\n" not in str(error.value) and "tiny-ltx" in str(error.value)


def test_nothing_to_animate_loads_nothing(tmp_path):
    idle = LtxAnimator(tiny_backing(animator=replace(tiny_weight("ltx"), folder=tmp_path / "nowhere")))
    assert idle.animate([], tmp_path) == []


# -- schedules


def video(**config) -> Video:
    folder = tiny_folder("ltx")
    loaded = load_video(replace(tiny_weight("ltx"), folder=folder), torch.float32)
    return Video(loaded.pipeline, {**loaded.asked, **config})


def segment(count: int = 25) -> Segment:
    picture = np.zeros((96, 64, 3), np.uint8)
    return Segment(clip_request(Path(), "s", count), 0, count, count, SIZE, picture, None, 0)


def test_few_step_settings_run_on_the_distilled_sigmas():
    assert schedule(video(), 8, 1.0, segment()) == [sigma * 1000 for sigma in DISTILLED_SIGMAS]
    four = schedule(video(), 4, 1.0, segment())
    assert four[0] == 1000 and four[-1] == 421.9 and four == sorted(four, reverse=True) and len(set(four)) == 4
    assert few_steps(8, 1.0) and not few_steps(9, 1.0) and not few_steps(8, 3.0)


def test_a_scheduler_that_asks_for_shifting_is_shifted_by_the_clips_size():
    asks = video(use_dynamic_shifting=True, base_shift=0.95, max_shift=2.05, shift_terminal=0.1)
    steps = schedule(asks, 10, 3.0, segment())
    own = FlowMatchEulerDiscreteScheduler.from_config(dict(asks.asked))
    latents, low, high = 4 * 3 * 2, asks.asked["base_image_seq_len"], asks.asked["max_image_seq_len"]
    mu = 0.95 + (latents - low) * (2.05 - 0.95) / (high - low)
    own.set_timesteps(sigmas=np.linspace(1.0, 0.1, 10).tolist(), mu=mu)
    assert steps == pytest.approx(own.timesteps.tolist())
    assert steps[-1] == pytest.approx(100.0)
    assert steps != schedule(asks, 10, 3.0, segment(257))


def test_other_schedulers_take_the_linear_quadratic_steps():
    steps = schedule(video(use_dynamic_shifting=False), 10, 3.0, segment())
    assert steps[0] == 1000 and steps[1] == pytest.approx(995.0) and len(steps) == 10
    assert np.all(np.diff(steps) < 0)


def test_the_pipelines_scheduler_takes_the_steps_as_they_are(animator, home, tmp_path):
    animator.animate([clip_request(home, "s")], tmp_path)
    scheduler = animator._video().pipeline.scheduler
    assert scheduler.timesteps.tolist() == pytest.approx([1000.0, 421.9])
    assert scheduler.sigmas.tolist() == pytest.approx([1.0, 0.4219, 0.0])


# -- weights in one file

NETWORK_NAMES = {"time_embed": "adaln_single", "norm_q": "q_norm", "norm_k": "k_norm"}


def published_network(name: str) -> str:
    """diffusers' name of a network's tensor as Lightricks writes it."""
    for ours, theirs in NETWORK_NAMES.items():
        name = name.replace(ours, theirs)
    return "model.diffusion_model." + re.sub(r"^proj_in", "patchify_proj", name)


def published_vae(name: str) -> str:
    """diffusers' name of a tensor of the VAE since 0.9.5 as Lightricks writes it: blocks and samplers in one row."""
    if name.startswith("latents_"):
        return f"vae.per_channel_statistics.{ {'mean': 'mean-of-means', 'std': 'std-of-means'}[name[8:]] }"
    name = name.replace("decoder.time_embedder", "decoder.last_time_embedder")
    name = re.sub(r"^decoder.scale_shift_table", "decoder.last_scale_shift_table", name)
    name = re.sub(r"up_blocks\.(\d)\.upsamplers\.0", lambda m: f"UP.{2 * int(m[1]) + 1}", name)
    name = re.sub(r"up_blocks\.(\d)", lambda m: f"UP.{2 * int(m[1]) + 2}", name)
    name = re.sub(r"down_blocks\.(\d)\.downsamplers\.0", lambda m: f"DOWN.{2 * int(m[1]) + 1}", name)
    name = re.sub(r"down_blocks\.(\d)", lambda m: f"DOWN.{2 * int(m[1])}", name)
    name = name.replace("decoder.mid_block", "decoder.UP.0").replace("encoder.mid_block", "encoder.DOWN.8")
    return "vae." + name.replace("UP", "up_blocks").replace("DOWN", "down_blocks").replace("resnets", "res_blocks")


def test_every_tensor_of_a_published_single_file_finds_its_place_at_full_size():
    with init_empty_weights():
        network, vae = LTXVideoTransformer3DModel(), AutoencoderKLLTXVideo(**VAE_095)
    theirs = {published_network(k): v for k, v in network.state_dict().items()}
    theirs |= {published_vae(k): v for k, v in vae.state_dict().items()}
    for cls, config, names, convert in (
        (LTXVideoTransformer3DModel, network.config, "model.", convert_ltx_transformer_checkpoint_to_diffusers),
        (AutoencoderKLLTXVideo, VAE_095, "vae.", convert_ltx_vae_checkpoint_to_diffusers),
    ):
        part = {k: v for k, v in theirs.items() if k.startswith(names)}
        config = {k: v for k, v in config.items() if not k.startswith("_")}
        filled(cls, config, convert(part), torch.bfloat16, "ltx-2b")
    assert sum(p.numel() for p in network.parameters()) == pytest.approx(1.92e9, rel=0.01)


@pytest.fixture
def single(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Tiny weights whose network and VAE are one file, and its tensors. The VAE's layout is told by a width that a tiny one
    cannot have: the test says that it is there."""
    folder = tmp_path / "single"
    shutil.copytree(tiny_folder("ltx"), folder)
    loaded = load_video(tiny_weight("ltx"), torch.float32).pipeline
    tensors = {published_network(k): v.contiguous() for k, v in loaded.transformer.state_dict().items()}
    tensors |= {published_vae(k): v.contiguous() for k, v in loaded.vae.state_dict().items()}
    for part in ("transformer", "vae"):
        next((folder / part).glob("*.safetensors")).unlink()

    def named(part):
        wide = torch.empty(1, 2048, device="meta")
        key = "vae.encoder.conv_out.conv.weight"
        kept = part[key]
        out = convert_ltx_vae_checkpoint_to_diffusers({**part, key: wide})
        return {**out, "encoder.conv_out.conv.weight": kept}

    monkeypatch.setattr("models.ltx_weights.convert_ltx_vae_checkpoint_to_diffusers", named)
    save_file(tensors, folder / "all.safetensors")
    return tiny_weight("ltx", folder=folder, files={"single": "all.safetensors"}), tensors


def test_a_single_file_makes_the_same_clip_as_the_folders(animator, single, home, tmp_path):
    weight, _ = single
    one = LtxAnimator(tiny_backing(animator=weight, animate={"batch": 4}))
    pair = [a.animate([clip_request(home, "s", seed=2)], tmp_path / str(n))[0] for n, a in enumerate((animator, one))]
    assert pair[0].path.read_bytes() == pair[1].path.read_bytes()


def without_one(tensors):
    return {k: v for k, v in tensors.items() if "proj_out.weight" not in k}


def with_a_foreign_one(tensors):
    return {**tensors, "model.diffusion_model.audio.weight": torch.zeros(1)}


def with_a_wide_one(tensors):
    return {**tensors, "model.diffusion_model.proj_out.bias": torch.zeros(999)}


def of_another_kind(tensors):
    return {"lora.weight": torch.zeros(1)}


@pytest.mark.parametrize(
    "change, said",
    [
        (without_one, "lacks 1 tensors, such as proj_out.weight"),
        (with_a_foreign_one, "has left over 1 tensors, such as audio.weight"),
        (with_a_wide_one, r"has proj_out.bias of \[999\], not \[8\]"),
        (of_another_kind, "all.safetensors holds no LTX-Video network and VAE"),
    ],
)
def test_a_single_file_that_does_not_fit_is_one_clear_line(single, change, said):
    weight, tensors = single
    save_file(change(tensors), weight.folder / "all.safetensors")
    with pytest.raises(ValueError, match=said) as error:
        load_video(weight, torch.float32)
    assert "\n" not in str(error.value)


def test_a_distilled_checkpoint_is_not_asked_for_what_it_was_not_distilled_for() -> None:
    weight = tiny_weight("ltx", repo="somebody/ltx-distilled")
    LtxAnimator(tiny_backing(animator=weight, animate={"steps": 8, "guidance": 1.0}))
    for changes in ({"steps": 30}, {"guidance": 3.0}):
        with pytest.raises(ValueError, match="is distilled: it takes up to 8 steps and a guidance of 1 or less"):
            LtxAnimator(tiny_backing(animator=weight, animate=changes))
