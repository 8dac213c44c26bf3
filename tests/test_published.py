"""The published checkpoints' structures build through the real libraries, at their known sizes and with their weight names.

The configurations in tests/published are laid out as on the hub (its README says where each comes from). Everything is
built on the meta device: no memory, no weights. Sizes are in billions of parameters."""

from __future__ import annotations

import hashlib
import inspect
import json
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
diffusers = pytest.importorskip("diffusers")
transformers = pytest.importorskip("transformers")

PUBLISHED = Path(__file__).resolve().parent / "published"
RENAMED = {"ControlNetModel_Union": "ControlNetUnionModel"}
"""Class names in published files that the library has under another name."""

SIZES = {
    "sdxl-base/unet/config.json": 2.57,
    "sdxl-base/text_encoder/config.json": 0.123,
    "sdxl-base/text_encoder_2/config.json": 0.695,
    "sdxl-base/vae/config.json": 0.0837,
    "controlnet-union/config.json": 1.25,
    "controlnet-union/config_promax.json": 1.25,
    "ip-adapter/models/image_encoder/config.json": 0.632,
    "taesdxl/config.json": 0.00245,
    "wan-2.2-5b/transformer/config.json": 5.0,
    "wan-2.2-5b/text_encoder/config.json": 5.68,
    "wan-2.2-5b/vae/config.json": 0.705,
    "ltx-2b/transformer/config.json": 1.92,
    "ltx-2b/text_encoder/config.json": 4.76,
    "ltx-2b/vae/config.json": 1.247,
    "ltx-13b/transformer/config.json": 13.04,
    "svd-xt/unet/config.json": 1.52,
    "svd-xt/image_encoder/config.json": 0.632,
    "svd-xt/vae/config.json": 0.0977,
    "llama-3.2-3b/config.json": 3.21,
    "qwen3-4b/config.json": 4.02,
    "bark/config.json": 1.10,
    "owlv2/config.json": 0.155,
}

NAMES: dict[str, dict[str, tuple[int, ...]]] = {
    "sdxl-base/unet/config.json": {
        "add_embedding.linear_1.weight": (1280, 2816),
        "down_blocks.1.attentions.0.transformer_blocks.1.attn2.to_k.weight": (640, 2048),
        "mid_block.attentions.0.transformer_blocks.9.ff.net.0.proj.weight": (10240, 1280),
        "up_blocks.0.attentions.2.transformer_blocks.9.attn1.to_out.0.weight": (1280, 1280),
    },
    "sdxl-base/text_encoder_2/config.json": {
        "text_model.encoder.layers.31.mlp.fc1.weight": (5120, 1280),
        "text_projection.weight": (1280, 1280),
    },
    "sdxl-base/vae/config.json": {
        "decoder.mid_block.attentions.0.to_q.weight": (512, 512),
        "post_quant_conv.weight": (4, 4, 1, 1),
    },
    "controlnet-union/config.json": {"task_embedding": (6, 320)},
    "controlnet-union/config_promax.json": {
        "task_embedding": (8, 320),
        "transformer_layes.0.attn.in_proj_weight": (960, 320),
        "spatial_ch_projs.weight": (320, 320),
        "control_add_embedding.linear_1.weight": (1280, 2048),
        "controlnet_cond_embedding.conv_in.weight": (16, 3, 3, 3),
        "controlnet_mid_block.weight": (1280, 1280, 1, 1),
    },
    "ip-adapter/models/image_encoder/config.json": {
        "vision_model.pre_layrnorm.weight": (1280,),
        "vision_model.encoder.layers.31.mlp.fc1.weight": (5120, 1280),
        "visual_projection.weight": (1024, 1280),
    },
    "taesdxl/config.json": {
        "encoder.layers.0.weight": (64, 3, 3, 3),
        "decoder.layers.0.weight": (64, 4, 3, 3),
    },
    "wan-2.2-5b/transformer/config.json": {
        "patch_embedding.weight": (3072, 48, 1, 2, 2),
        "condition_embedder.time_proj.weight": (18432, 3072),
        "condition_embedder.text_embedder.linear_1.weight": (3072, 4096),
        "blocks.29.attn2.to_k.weight": (3072, 3072),
        "blocks.29.ffn.net.0.proj.weight": (14336, 3072),
        "blocks.29.scale_shift_table": (1, 6, 3072),
    },
    "wan-2.2-5b/text_encoder/config.json": {
        "shared.weight": (256384, 4096),
        "encoder.block.23.layer.0.SelfAttention.relative_attention_bias.weight": (32, 64),
        "encoder.block.23.layer.1.DenseReluDense.wi_0.weight": (10240, 4096),
    },
    "wan-2.2-5b/vae/config.json": {
        "encoder.conv_in.weight": (160, 12, 3, 3, 3),
        "decoder.up_blocks.0.upsampler.time_conv.weight": (2048, 1024, 3, 1, 1),
        "quant_conv.weight": (96, 96, 1, 1, 1),
    },
    "ltx-2b/transformer/config.json": {
        "caption_projection.linear_1.weight": (2048, 4096),
        "time_embed.emb.timestep_embedder.linear_1.weight": (2048, 256),
        "transformer_blocks.27.attn2.to_k.weight": (2048, 2048),
        "transformer_blocks.27.scale_shift_table": (6, 2048),
    },
    "ltx-2b/text_encoder/config.json": {
        "shared.weight": (32128, 4096),
        "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight": (32, 64),
        "encoder.block.23.layer.1.DenseReluDense.wi_0.weight": (10240, 4096),
        "encoder.final_layer_norm.weight": (4096,),
    },
    "ltx-2b/vae/config.json": {
        "latents_mean": (128,),
        "decoder.timestep_scale_multiplier": (),
        "decoder.time_embedder.timestep_embedder.linear_1.weight": (256, 256),
        "encoder.down_blocks.3.downsamplers.0.conv.conv.weight": (256, 1024, 3, 3, 3),
    },
    "ltx-13b/transformer/config.json": {
        "caption_projection.linear_1.weight": (4096, 4096),
        "transformer_blocks.47.attn1.norm_q.weight": (4096,),
    },
    "svd-xt/unet/config.json": {
        "add_embedding.linear_1.weight": (1280, 768),
        "down_blocks.0.attentions.0.temporal_transformer_blocks.0.attn1.to_q.weight": (320, 320),
        "down_blocks.0.attentions.0.time_mixer.mix_factor": (1,),
        "down_blocks.0.resnets.0.spatial_res_block.conv1.weight": (320, 320, 3, 3),
    },
    "svd-xt/vae/config.json": {
        "decoder.time_conv_out.weight": (3, 3, 3, 1, 1),
        "decoder.mid_block.resnets.0.temporal_res_block.conv1.weight": (512, 512, 3, 1, 1),
    },
    "llama-3.2-3b/config.json": {
        "model.embed_tokens.weight": (128256, 3072),
        "model.layers.27.self_attn.q_proj.weight": (3072, 3072),
        "model.layers.27.self_attn.k_proj.weight": (1024, 3072),
        "model.layers.27.mlp.gate_proj.weight": (8192, 3072),
    },
    "qwen3-4b/config.json": {
        "model.layers.35.self_attn.q_norm.weight": (128,),
        "model.layers.35.self_attn.q_proj.weight": (4096, 2560),
    },
    "bark/config.json": {
        "semantic.input_embeds_layer.weight": (129600, 1024),
        "semantic.layers.23.attn.att_proj.weight": (3072, 1024),
        "semantic.lm_head.weight": (10048, 1024),
        "coarse_acoustics.lm_head.weight": (12096, 1024),
        "fine_acoustics.input_embeds_layers.7.weight": (1056, 1024),
        "fine_acoustics.lm_heads.6.weight": (1056, 1024),
    },
    "owlv2/config.json": {
        "owlv2.vision_model.embeddings.patch_embedding.weight": (768, 3, 16, 16),
        "class_head.dense0.weight": (512, 768),
        "objectness_head.dense2.weight": (1, 768),
    },
}
"""Weights of the published files, by name, with their shapes."""

EXPECTED: dict[str, dict[str, str]] = {
    "sdxl-base": {
        "": "StableDiffusionXLPipeline",
        "scheduler": "EulerDiscreteScheduler",
        "text_encoder": "CLIPTextModel",
        "text_encoder_2": "CLIPTextModelWithProjection",
        "tokenizer": "CLIPTokenizer",
        "tokenizer_2": "CLIPTokenizer",
        "unet": "UNet2DConditionModel",
        "vae": "AutoencoderKL",
    },
    "wan-2.2-5b": {
        "": "WanPipeline",
        "scheduler": "UniPCMultistepScheduler",
        "text_encoder": "UMT5EncoderModel",
        "tokenizer": "T5TokenizerFast",
        "transformer": "WanTransformer3DModel",
        "vae": "AutoencoderKLWan",
    },
    "ltx-2b": {
        "": "LTXConditionPipeline",
        "scheduler": "FlowMatchEulerDiscreteScheduler",
        "text_encoder": "T5EncoderModel",
        "tokenizer": "T5Tokenizer",
        "transformer": "LTXVideoTransformer3DModel",
        "vae": "AutoencoderKLLTXVideo",
    },
    "svd-xt": {
        "": "StableVideoDiffusionPipeline",
        "feature_extractor": "CLIPImageProcessor",
        "image_encoder": "CLIPVisionModelWithProjection",
        "scheduler": "EulerDiscreteScheduler",
        "unet": "UNetSpatioTemporalConditionModel",
        "vae": "AutoencoderKLTemporalDecoder",
    },
}
EXPECTED["ltx-13b"] = EXPECTED["ltx-2b"]
"""The classes that the adapters load, by component; '' is the pipeline."""

USED = {
    "sdxl-base": ("StableDiffusionXLControlNetUnionPipeline", "StableDiffusionXLInpaintPipeline"),
    "wan-2.2-5b": ("WanImageToVideoPipeline",),
    "ltx-2b": ("LTXConditionPipeline",),
    "ltx-13b": ("LTXConditionPipeline",),
    "svd-xt": ("StableVideoDiffusionPipeline",),
}
"""The pipelines that the adapters make of these components."""
TINY = {"sdxl-base": "sdxl", "wan-2.2-5b": "wan", "ltx-2b": "ltx", "svd-xt": "svd"}


def read(path: str) -> dict[str, Any]:
    return json.loads((PUBLISHED / path).read_text())


def build(path: str) -> Any:
    """The published model on the meta device."""
    config = read(path)
    with torch.device("meta"):
        if "_class_name" in config:
            name = config["_class_name"]
            return getattr(diffusers, RENAMED.get(name, name)).from_config(config)
        kind = getattr(transformers, config["architectures"][0])
        return kind(kind.config_class.from_dict(config))


def classes(index: dict[str, Any]) -> dict[str, str]:
    parts = {k: v[1] for k, v in index.items() if isinstance(v, list) and v[1] is not None}
    return {"": index["_class_name"], **parts}


@pytest.mark.parametrize("path", SIZES)
def test_a_published_model_has_its_known_size_and_weight_names(path: str) -> None:
    model = build(path)
    billions = sum(parameter.numel() for parameter in model.parameters()) / 1e9
    assert billions == pytest.approx(SIZES[path], rel=0.01)
    shapes = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    wanted = NAMES.get(path, {})
    assert {name: shapes.get(name) for name in wanted} == wanted


@pytest.mark.parametrize("path", [path for path in SIZES if "_class_name" in read(path)])
def test_diffusers_drops_no_setting_of_a_published_model(path: str) -> None:
    config = read(path)
    name = config["_class_name"]
    known = set(inspect.signature(getattr(diffusers, RENAMED.get(name, name)).__init__).parameters)
    assert {key for key in config if not key.startswith("_")} <= known


def test_every_published_configuration_is_checked_and_the_readme_gives_its_source() -> None:
    there = {str(p.relative_to(PUBLISHED)) for p in PUBLISHED.rglob("config*.json")}
    assert there == set(SIZES)
    readme = (PUBLISHED / "README.md").read_text()
    folders = {p.name for p in PUBLISHED.iterdir() if p.is_dir()}
    assert [name for name in sorted(folders) if f"`{name}`" not in readme] == []


@pytest.mark.parametrize("name", EXPECTED)
def test_a_pipeline_index_names_the_classes_that_the_adapters_load(name: str) -> None:
    named = classes(read(f"{name}/model_index.json"))
    assert named == EXPECTED[name]
    for part, kind in named.items():
        library = transformers if part.startswith(("tok", "text", "image", "feature")) else diffusers
        assert getattr(library, kind, None) is not None, kind


@pytest.mark.parametrize("name", USED)
def test_the_pipelines_in_use_take_those_components(name: str) -> None:
    parts = set(EXPECTED[name]) - {""}
    for kind in USED[name]:
        assert parts <= set(inspect.signature(getattr(diffusers, kind).__init__).parameters), kind


@pytest.mark.parametrize("name", TINY)
def test_the_tiny_checkpoints_have_the_published_structure(name: str) -> None:
    from tests.tiny import tiny_folder

    index = json.loads((tiny_folder(TINY[name]) / "model_index.json").read_text())
    published = classes(read(f"{name}/model_index.json"))
    same = {"T5TokenizerFast": "T5Tokenizer"}  # one class since transformers 5
    assert classes(index) == {part: same.get(kind, kind) for part, kind in published.items()}


@pytest.mark.parametrize(
    ("path", "digest"),
    [
        ("sdxl-base/model_index.json", "a40ca00944bb33ea9281580f50d009d1e23a434173c0e4e234bb90bd75178874"),
        ("sdxl-base/unet/config.json", "30ebc70750223e59006f7f2b4e1e6c102570aa19a9c4ae3e1fbe7591332dbae6"),
        ("sdxl-base/text_encoder/config.json", "39b8b2e4b1949e36969caa425b6c81c68bace99198dd9078ce05d16ad401fe7f"),
    ],
)
def test_sdxls_configurations_are_the_published_bytes(path: str, digest: str) -> None:
    assert hashlib.sha256((PUBLISHED / path).read_bytes()).hexdigest() == digest


def test_text_encoder_weights_under_their_published_names_are_all_used() -> None:
    from safetensors.torch import load_file

    from tests.tiny import tiny_folder

    folder = tiny_folder("sdxl") / "text_encoder"
    assert all(name.startswith("text_model.") for name in load_file(folder / "model.safetensors"))
    _, found = transformers.CLIPTextModel.from_pretrained(folder, output_loading_info=True, use_safetensors=True)
    assert not found["missing_keys"] and not found["unexpected_keys"]
