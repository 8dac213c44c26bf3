"""The tiny checkpoints: hub layout, safetensors only, the same bytes each time, and each runs through the real libraries."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
diffusers = pytest.importorskip("diffusers")
transformers = pytest.importorskip("transformers")

from PIL import Image  # noqa: E402
from safetensors import safe_open  # noqa: E402

from models.tiny import MAKERS  # noqa: E402
from models.tiny.shared import awaken, llama_tokenizer, seeded  # noqa: E402
from tests.tiny import ROLES, SETTINGS, tiny_backing, tiny_folder, tiny_settings, tiny_weight  # noqa: E402

torch.set_num_threads(1)
# Third parties': diffusers' schedulers hand torch tensors to numpy 2 the old way.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")
LOCAL = {"use_safetensors": True, "local_files_only": True}


def digests(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def picture(width: int, height: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8))


def noise() -> torch.Generator:
    return torch.Generator().manual_seed(0)


# -- files


@pytest.mark.parametrize("name", MAKERS)
def test_a_checkpoint_made_again_has_the_same_bytes(name: str, tmp_path: Path) -> None:
    torch.manual_seed(len(name))  # the caller's random state decides nothing
    MAKERS[name](tmp_path / name)
    assert digests(tmp_path / name) == digests(tiny_folder(name))


@pytest.mark.parametrize("name", MAKERS)
def test_a_checkpoint_holds_readable_safetensors_and_text_and_nothing_else(name: str) -> None:
    files = [p for p in tiny_folder(name).rglob("*") if p.is_file()]
    assert {p.suffix for p in files} <= {".safetensors", ".json", ".jinja", ".npy"}
    weights = [p for p in files if p.suffix == ".safetensors"]
    assert weights
    for path in weights:
        with safe_open(path, framework="pt") as opened:
            assert all(torch.isfinite(opened.get_tensor(key)).all() for key in opened.keys())  # noqa: SIM118
    assert sum(p.stat().st_size for p in files) < (8_000_000 if name != "bark" else 20_000_000)


@pytest.mark.parametrize("name", MAKERS)
def test_a_checkpoint_names_no_path_of_the_machine_that_made_it(name: str) -> None:
    for path in tiny_folder(name).rglob("*.json"):
        assert str(tiny_folder(name).parent) not in path.read_text()
        assert "/tmp/" not in path.read_text()


def test_a_checkpoint_is_made_in_an_empty_folder_only(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ValueError, match="is not empty"):
        MAKERS["clip"](tmp_path)


def test_making_a_checkpoint_leaves_the_callers_random_state_alone() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    with seeded(1):
        torch.rand(10)
    assert torch.equal(torch.rand(3), expected)


def test_awakening_changes_only_what_a_library_starts_at_zero() -> None:
    layer = torch.nn.Linear(2, 2)
    torch.nn.init.zeros_(layer.bias)
    before = layer.weight.clone()
    awaken(layer)
    assert layer.bias.any() and torch.equal(layer.weight, before)


# -- the writer


def test_llama_writes_any_text_and_keeps_the_chat_apart() -> None:
    tokenizer = transformers.AutoTokenizer.from_pretrained(tiny_folder("llama"), local_files_only=True)
    text = '{"text": "她说 — the ending 😀"}\n\t'
    assert tokenizer.decode(tokenizer(text, add_special_tokens=False).input_ids) == text
    chat = [{"role": "system", "content": "rules"}, {"role": "user", "content": "idea"}]
    shown = tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
    assert shown == (
        "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nrules<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nidea<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n"
    )


def test_common_words_are_one_token_and_everything_else_falls_back_to_bytes() -> None:
    tokenizer = llama_tokenizer()
    assert len(tokenizer(" the", add_special_tokens=False).input_ids) == 1
    assert len(tokenizer("她", add_special_tokens=False).input_ids) == 3


def test_llama_generates_from_its_folder() -> None:
    model, found = transformers.AutoModelForCausalLM.from_pretrained(
        tiny_folder("llama"), output_loading_info=True, **LOCAL
    )
    assert not found["missing_keys"] and not found["unexpected_keys"]
    out = model.generate(
        torch.tensor([[1, 2, 3]]), attention_mask=torch.ones(1, 3), max_new_tokens=4, min_new_tokens=4, do_sample=False
    )
    assert out.shape == (1, 7)


# -- pictures


def painter() -> diffusers.StableDiffusionXLControlNetUnionPipeline:
    control = diffusers.ControlNetUnionModel.from_pretrained(tiny_folder("controlnet"), **LOCAL)
    pipeline = diffusers.StableDiffusionXLControlNetUnionPipeline.from_pretrained(
        tiny_folder("sdxl"), controlnet=control, **LOCAL
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def paint(pipeline: diffusers.DiffusionPipeline, **changes: object) -> torch.Tensor:
    asked = {"prompt": "a face", "width": 72, "height": 128, "num_inference_steps": 2, "guidance_scale": 0.0}
    return pipeline(**(asked | {"output_type": "pt", "generator": noise()} | changes)).images


def test_sdxl_paints_and_the_control_map_changes_the_picture() -> None:
    pipeline = painter()
    common = {"control_image": [picture(72, 128)], "control_mode": [0]}
    with_map = paint(pipeline, **common)
    assert with_map.shape == (1, 3, 128, 72) and torch.isfinite(with_map).all()
    without = paint(pipeline, controlnet_conditioning_scale=0.0, **common)
    assert (with_map - without).abs().max() > 1e-3


@pytest.mark.parametrize("kind", ["ip-adapter", "ip-adapter-plus", "ip-adapter-plus-face"])
def test_an_identity_adapter_changes_the_picture_by_its_reference(kind: str) -> None:
    pipeline = diffusers.StableDiffusionXLPipeline.from_pretrained(tiny_folder("sdxl"), **LOCAL)
    pipeline.set_progress_bar_config(disable=True)
    pipeline.load_ip_adapter(
        str(tiny_folder("ip_adapter")),
        subfolder="sdxl_models",
        weight_name=f"{kind}_sdxl_vit-h.safetensors",
        image_encoder_folder="models/image_encoder",
        local_files_only=True,
    )
    one = paint(pipeline, ip_adapter_image=picture(40, 40))
    two = paint(pipeline, ip_adapter_image=Image.new("RGB", (40, 40), "red"))
    assert (one - two).abs().max() > 1e-3


@pytest.mark.parametrize("steps", [4, 8])
def test_lightnings_weights_are_the_unets_own_by_name_and_shape(steps: int) -> None:
    from safetensors.torch import load_file

    unet = diffusers.UNet2DConditionModel.from_pretrained(tiny_folder("sdxl"), subfolder="unet", **LOCAL)
    state = load_file(tiny_folder("lightning") / f"sdxl_lightning_{steps}step_unet.safetensors")
    before = unet.conv_in.weight.clone()
    unet.load_state_dict(state)  # strict: every name, every shape
    assert not torch.equal(unet.conv_in.weight, before)


def test_the_tiny_vae_takes_the_place_of_the_full_one() -> None:
    pipeline = diffusers.StableDiffusionXLPipeline.from_pretrained(tiny_folder("sdxl"), **LOCAL)
    pipeline.set_progress_bar_config(disable=True)
    full = paint(pipeline)
    pipeline.vae = diffusers.AutoencoderTiny.from_pretrained(tiny_folder("tiny_vae"), **LOCAL)
    assert paint(pipeline).shape == full.shape


# -- clips


def test_ltx_takes_a_first_and_a_last_frame() -> None:
    from diffusers.pipelines.ltx.pipeline_ltx_condition import LTXVideoCondition

    pipeline = diffusers.LTXConditionPipeline.from_pretrained(tiny_folder("ltx"), **LOCAL)
    pipeline.set_progress_bar_config(disable=True)

    def shoot(last: Image.Image) -> torch.Tensor:
        ends = [LTXVideoCondition(image=picture(64, 96), frame_index=0), LTXVideoCondition(image=last, frame_index=16)]
        return pipeline(
            conditions=ends, prompt="a", width=64, height=96, num_frames=17, num_inference_steps=2, guidance_scale=1.0,
            decode_timestep=0.05, decode_noise_scale=0.025, generator=noise(), output_type="pt",
        ).frames  # fmt: skip

    one, two = shoot(picture(64, 96)), shoot(Image.new("RGB", (64, 96), "red"))
    assert one.shape == (1, 17, 3, 96, 64) and torch.isfinite(one).all()
    assert (one - two).abs().max() > 1e-3


def test_wan_brings_a_picture_to_life() -> None:
    pytest.importorskip("ftfy")
    pipeline = diffusers.WanImageToVideoPipeline.from_pretrained(tiny_folder("wan"), **LOCAL)
    assert pipeline.config.expand_timesteps
    pipeline.set_progress_bar_config(disable=True)
    frames = pipeline(
        image=picture(64, 96), prompt="a", width=64, height=96, num_frames=9, num_inference_steps=2, guidance_scale=1.0,
        generator=noise(), output_type="pt",
    ).frames  # fmt: skip
    assert frames.shape == (1, 9, 3, 96, 64) and torch.isfinite(frames).all()


def test_svd_brings_a_picture_to_life() -> None:
    pipeline = diffusers.StableVideoDiffusionPipeline.from_pretrained(tiny_folder("svd"), **LOCAL)
    pipeline.set_progress_bar_config(disable=True)
    frames = pipeline(
        picture(64, 96), width=64, height=96, num_frames=3, num_inference_steps=1, generator=noise(), output_type="pt"
    ).frames
    assert frames.shape == (1, 3, 3, 96, 64) and torch.isfinite(frames).all()


# -- eyes


def test_owlv2_finds_boxes_by_words() -> None:
    folder = tiny_folder("owlv2")
    processor = transformers.Owlv2Processor.from_pretrained(folder, local_files_only=True)
    model = transformers.Owlv2ForObjectDetection.from_pretrained(folder, **LOCAL)
    inputs = processor(text=[["a face", "text"]], images=[picture(64, 96)], return_tensors="pt")
    with torch.no_grad():
        found = processor.post_process_grounded_object_detection(model(**inputs), 0.0, target_sizes=[(96, 64)])[0]
    assert found["boxes"].shape == (16, 4)


def test_the_image_encoder_tells_pictures_apart() -> None:
    encoder = transformers.CLIPVisionModelWithProjection.from_pretrained(tiny_folder("clip"), **LOCAL)
    with torch.no_grad():
        embedded = encoder(torch.stack([torch.zeros(3, 32, 32), torch.ones(3, 32, 32)])).image_embeds
    assert embedded.shape == (2, 16)
    assert not torch.allclose(embedded[0], embedded[1])


# -- the helper


def test_a_backing_has_every_role_and_takes_changes() -> None:
    backing = tiny_backing(animator="svd", identity=None, paint={"steps": 7}, tier="quality")
    assert set(backing.weights) == set(ROLES) - {"identity"}
    assert json.loads((backing.weight("animator").folder / "model_index.json").read_text())["_class_name"] == (
        "StableVideoDiffusionPipeline"
    )
    assert backing.settings.paint.steps == 7 and backing.settings.tier == "quality"
    assert backing.settings.paint.width == SETTINGS["paint"]["width"]


def test_a_backing_refuses_a_word_that_is_neither_role_nor_setting() -> None:
    with pytest.raises(TypeError, match="pianter"):
        tiny_backing(pianter="sdxl")


def test_settings_refuse_a_value_that_is_not_one() -> None:
    with pytest.raises(ValueError, match="stepz"):
        tiny_settings(paint={"stepz": 3})


@pytest.mark.parametrize("name", ["ip_adapter", "lightning"])
def test_a_weights_files_exist(name: str) -> None:
    weight = tiny_weight(name)
    assert weight.files and all((weight.folder / path).exists() for path in weight.files.values())
