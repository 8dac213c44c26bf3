"""Tiny picture models in the layouts of SDXL, ControlNet-Union, IP-Adapter, SDXL-Lightning and TAESDXL."""

from __future__ import annotations

from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderTiny,
    ControlNetUnionModel,
    EulerDiscreteScheduler,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from safetensors.torch import load_file, save_file
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
)

from models.tiny.shared import awaken, clip_tokenizer, fresh, seeded

TEXT = 16  # width of each of the two text encoders; SDXL joins them
CROSS = 2 * TEXT
CHANNELS = (4, 8)
TIME_IDS = 8
PROJECTED = 6 * TIME_IDS + TEXT  # six time ids and the pooled text
VISION, EMBEDDED = 32, 16  # the image encoder's width and that of its embedding
IMAGE_TOKENS = 4


def _unet() -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=32,
        in_channels=4,
        out_channels=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        block_out_channels=CHANNELS,
        layers_per_block=1,
        norm_num_groups=2,
        attention_head_dim=(1, 2),
        use_linear_projection=True,
        cross_attention_dim=CROSS,
        transformer_layers_per_block=(1, 1),
        addition_embed_type="text_time",
        addition_time_embed_dim=TIME_IDS,
        projection_class_embeddings_input_dim=PROJECTED,
    )


def _vae() -> AutoencoderKL:
    """Four levels: one latent is 8 pixels wide, as in SDXL."""
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(4, 4, 4, 4),
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=2,
        sample_size=256,
        scaling_factor=0.13025,
    )


def _text_config(end: int, size: int) -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=size,
        hidden_size=TEXT,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=77,
        projection_dim=TEXT,
        bos_token_id=end - 1,
        eos_token_id=end,
        pad_token_id=end,
        hidden_act="quick_gelu",
    )


def make_sdxl(folder: Path) -> None:
    """A whole StableDiffusionXLPipeline: UNet channels (4, 8), VAE of factor 8, two text encoders of width 16."""
    tokenizers = clip_tokenizer(), clip_tokenizer(pad="!")
    config = _text_config(tokenizers[0].eos_token_id, len(tokenizers[0]))
    with seeded():
        pipeline = StableDiffusionXLPipeline(
            vae=_vae(),
            text_encoder=CLIPTextModel(config),
            text_encoder_2=CLIPTextModelWithProjection(config),
            tokenizer=tokenizers[0],
            tokenizer_2=tokenizers[1],
            unet=_unet(),
            scheduler=EulerDiscreteScheduler(
                beta_start=0.00085,
                beta_end=0.012,
                beta_schedule="scaled_linear",
                steps_offset=1,
                timestep_spacing="leading",
            ),
            force_zeros_for_empty_prompt=True,
            add_watermarker=False,
        )
    pipeline.save_pretrained(fresh(folder), safe_serialization=True)
    _publish_names(folder / "text_encoder" / "model.safetensors", "text_model.")


def _publish_names(file: Path, prefix: str) -> None:
    """Names the weights as published checkpoints do: transformers 5 leaves out the prefix when it saves."""
    state = {prefix + name.removeprefix(prefix): tensor for name, tensor in load_file(file).items()}
    save_file(state, file, metadata={"format": "pt"})


def make_controlnet(folder: Path) -> None:
    """ControlNetUnionModel for that UNet, with the eight control types of the 'promax' weights, at the folder's root."""
    with seeded(1):
        model = ControlNetUnionModel(
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            block_out_channels=CHANNELS,
            layers_per_block=1,
            norm_num_groups=2,
            attention_head_dim=(1, 2),
            use_linear_projection=True,
            cross_attention_dim=CROSS,
            transformer_layers_per_block=(1, 1),
            addition_embed_type="text_time",
            addition_time_embed_dim=TIME_IDS,
            projection_class_embeddings_input_dim=PROJECTED,
            conditioning_embedding_out_channels=(4, 4, 4, 4),
            num_control_type=8,
            num_trans_channel=CHANNELS[0],
            num_trans_head=2,
            num_proj_channel=CHANNELS[0],
        )
        awaken(model)
    model.save_pretrained(fresh(folder), safe_serialization=True)


def make_lightning(folder: Path) -> None:
    """UNet weights alone, one float16 file for each number of steps, as ByteDance/SDXL-Lightning publishes them."""
    fresh(folder)
    for steps in (4, 8):
        with seeded(steps):
            state = {name: tensor.half().contiguous() for name, tensor in _unet().state_dict().items()}
        save_file(state, folder / f"sdxl_lightning_{steps}step_unet.safetensors")


def make_tiny_vae(folder: Path) -> None:
    """AutoencoderTiny, as madebyollin/taesdxl: config and weights at the folder's root."""
    with seeded(2):
        model = AutoencoderTiny(
            encoder_block_out_channels=(4, 4, 4, 4),
            decoder_block_out_channels=(4, 4, 4, 4),
            num_encoder_blocks=(1, 1, 1, 1),
            num_decoder_blocks=(1, 1, 1, 1),
            latent_channels=4,
        )
    model.save_pretrained(fresh(folder), safe_serialization=True)


# -- identity


def _vision() -> CLIPVisionModelWithProjection:
    return CLIPVisionModelWithProjection(
        CLIPVisionConfig(
            hidden_size=VISION,
            intermediate_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            image_size=32,
            patch_size=8,
            projection_dim=EMBEDDED,
            hidden_act="gelu",
        )
    )


def make_clip(folder: Path) -> None:
    """CLIPVisionModelWithProjection at 32x32 pixels, embedding of 16: an IP-Adapter's image encoder by itself."""
    with seeded(3):
        model = _vision()
    model.save_pretrained(fresh(folder))


def make_ip_adapter(folder: Path) -> None:
    """h94/IP-Adapter's layout: the encoder in models/image_encoder; plain, plus and plus-face weights in sdxl_models."""
    make_clip(fresh(folder) / "models" / "image_encoder")
    (folder / "sdxl_models").mkdir()
    for number, (name, projection) in enumerate(
        {"ip-adapter": _plain_projection, "ip-adapter-plus": _resampler, "ip-adapter-plus-face": _resampler}.items()
    ):
        with seeded(10 + number):
            state = {f"image_proj.{key}": value for key, value in projection().items()} | _image_attention()
        save_file(state, folder / "sdxl_models" / f"{name}_sdxl_vit-h.safetensors")


def _plain_projection() -> dict[str, torch.Tensor]:
    """The embedding becomes four tokens: a linear layer and a norm."""
    return {
        "proj.weight": torch.randn(IMAGE_TOKENS * CROSS, EMBEDDED) * 0.2,
        "proj.bias": torch.zeros(IMAGE_TOKENS * CROSS),
        "norm.weight": torch.ones(CROSS),
        "norm.bias": torch.zeros(CROSS),
    }


def _resampler(width: int = 64, layers: int = 4) -> dict[str, torch.Tensor]:
    """Learned queries look at the encoder's last but one hidden state: one attention head of 64 a layer."""
    state = {
        "latents": torch.randn(1, IMAGE_TOKENS, width) * width**-0.5,
        "proj_in.weight": torch.randn(width, VISION) * VISION**-0.5,
        "proj_in.bias": torch.zeros(width),
        "proj_out.weight": torch.randn(CROSS, width) * width**-0.5,
        "proj_out.bias": torch.zeros(CROSS),
        "norm_out.weight": torch.ones(CROSS),
        "norm_out.bias": torch.zeros(CROSS),
    }
    for layer in range(layers):
        at = f"layers.{layer}"
        for norm in ("0.norm1", "0.norm2", "1.0"):
            state |= {f"{at}.{norm}.weight": torch.ones(width), f"{at}.{norm}.bias": torch.zeros(width)}
        shapes = {"0.to_q": 64, "0.to_kv": 128, "0.to_out": width, "1.1": 4 * width, "1.3": width}
        for name, out in shapes.items():
            into = 4 * width if name == "1.3" else width
            state[f"{at}.{name}.weight"] = torch.randn(out, into) * into**-0.5
    return state


def _image_attention() -> dict[str, torch.Tensor]:
    """Keys and values for the image's tokens at each of the UNet's cross-attentions, numbered 1, 3, 5, ... among all."""
    unet = _unet()
    weights = unet.state_dict()
    state: dict[str, torch.Tensor] = {}
    for number, name in enumerate(unet.attn_processors):
        if name.endswith("attn2.processor"):
            width = weights[name.replace("processor", "to_q.weight")].shape[0]
            for part in ("to_k_ip", "to_v_ip"):
                state[f"ip_adapter.{number}.{part}.weight"] = torch.randn(width, CROSS) * CROSS**-0.5
    return state
