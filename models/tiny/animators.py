"""Tiny video models in the layouts of LTX-Video 0.9.5, Wan2.2-TI2V-5B and Stable Video Diffusion XT."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from diffusers import (
    AutoencoderKLLTXVideo,
    AutoencoderKLTemporalDecoder,
    AutoencoderKLWan,
    EulerDiscreteScheduler,
    FlowMatchEulerDiscreteScheduler,
    LTXConditionPipeline,
    LTXVideoTransformer3DModel,
    StableVideoDiffusionPipeline,
    UNetSpatioTemporalConditionModel,
    UniPCMultistepScheduler,
    WanPipeline,
    WanTransformer3DModel,
)
from transformers import (
    CLIPImageProcessorPil,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
    T5Config,
    T5EncoderModel,
    UMT5Config,
    UMT5EncoderModel,
)

from models.tiny.shared import fresh, seeded, t5_tokenizer

TEXT = 16


def _t5(vocabulary: int) -> dict[str, Any]:
    """The shape of a text encoder of either family: gated GELU as in T5 v1.1."""
    return {
        "vocab_size": vocabulary,
        "d_model": TEXT,
        "d_kv": 8,
        "d_ff": 32,
        "num_layers": 1,
        "num_heads": 2,
        "feed_forward_proj": "gated-gelu",
        "is_encoder_decoder": False,
        "use_cache": False,
    }


def make_ltx(folder: Path) -> None:
    """A whole LTXConditionPipeline: 1 layer, VAE of factor 32 in space and 8 in time with a timestep, as since 0.9.5."""
    tokenizer = t5_tokenizer()
    with seeded(20):
        pipeline = LTXConditionPipeline(
            scheduler=FlowMatchEulerDiscreteScheduler(),
            vae=_ltx_vae(),
            text_encoder=T5EncoderModel(T5Config(**_t5(len(tokenizer)))),
            tokenizer=tokenizer,
            transformer=LTXVideoTransformer3DModel(
                in_channels=8,
                out_channels=8,
                num_attention_heads=2,
                attention_head_dim=8,
                cross_attention_dim=16,
                num_layers=1,
                caption_channels=TEXT,
            ),
        )
    pipeline.save_pretrained(fresh(folder), safe_serialization=True)


def _ltx_vae() -> AutoencoderKLLTXVideo:
    return AutoencoderKLLTXVideo(
        latent_channels=8,
        block_out_channels=(8, 8, 8, 8, 8),
        down_block_types=("LTXVideo095DownBlock3D",) * 4,
        decoder_block_out_channels=(16, 32, 64),  # halves each time, and the smallest half unfolds into 2x2x2
        layers_per_block=(1, 1, 1, 1, 1),
        decoder_layers_per_block=(1, 1, 1, 1),
        spatio_temporal_scaling=(True,) * 4,
        decoder_spatio_temporal_scaling=(True,) * 3,
        decoder_inject_noise=(False,) * 4,
        downsample_type=("spatial", "temporal", "spatiotemporal", "spatiotemporal"),
        upsample_residual=(True,) * 3,
        upsample_factor=(2,) * 3,
        timestep_conditioning=True,
        spatial_compression_ratio=32,
        temporal_compression_ratio=8,
    )


def make_wan(folder: Path) -> None:
    """A whole WanPipeline as Wan2.2-TI2V-5B: one timestep a token, residual VAE of factor 16 in space and 4 in time."""
    tokenizer = t5_tokenizer(512)
    with seeded(21):
        pipeline = WanPipeline(
            tokenizer=tokenizer,
            text_encoder=UMT5EncoderModel(UMT5Config(**_t5(len(tokenizer)))),
            vae=_wan_vae(),
            scheduler=UniPCMultistepScheduler(
                prediction_type="flow_prediction", use_flow_sigmas=True, num_train_timesteps=1000, flow_shift=5.0
            ),
            transformer=WanTransformer3DModel(
                num_attention_heads=2,
                attention_head_dim=12,
                in_channels=4,
                out_channels=4,
                text_dim=TEXT,
                freq_dim=16,
                ffn_dim=32,
                num_layers=1,
            ),
            expand_timesteps=True,
        )
    pipeline.save_pretrained(fresh(folder), safe_serialization=True)


def _wan_vae() -> AutoencoderKLWan:
    return AutoencoderKLWan(
        base_dim=4,
        decoder_base_dim=4,
        z_dim=4,
        dim_mult=[1, 1, 1, 1],
        num_res_blocks=1,
        temperal_downsample=[False, True, True],
        latents_mean=[0.0] * 4,
        latents_std=[1.0] * 4,
        is_residual=True,
        in_channels=12,
        out_channels=12,
        patch_size=2,
        scale_factor_temporal=4,
        scale_factor_spatial=16,
    )


def make_svd(folder: Path) -> None:
    """A whole StableVideoDiffusionPipeline: channels (32, 64), VAE of factor 8, image encoder at its fixed 224 pixels."""
    with seeded(22):
        pipeline = StableVideoDiffusionPipeline(
            vae=AutoencoderKLTemporalDecoder(
                down_block_types=("DownEncoderBlock2D",) * 4, block_out_channels=(32,) * 4, sample_size=96
            ),
            image_encoder=CLIPVisionModelWithProjection(
                CLIPVisionConfig(
                    hidden_size=32,
                    intermediate_size=32,
                    num_hidden_layers=1,
                    num_attention_heads=2,
                    image_size=224,
                    patch_size=32,
                    projection_dim=32,
                )
            ),
            unet=_svd_unet(),
            scheduler=EulerDiscreteScheduler(
                beta_start=0.00085,
                beta_end=0.012,
                beta_schedule="scaled_linear",
                interpolation_type="linear",
                prediction_type="v_prediction",
                sigma_min=0.002,
                sigma_max=700.0,
                steps_offset=1,
                timestep_spacing="leading",
                timestep_type="continuous",
                use_karras_sigmas=True,
            ),
            feature_extractor=CLIPImageProcessorPil(size={"shortest_edge": 224}, crop_size=224),
        )
    pipeline.save_pretrained(fresh(folder), safe_serialization=True)
    _publish_class(folder / "model_index.json", "CLIPImageProcessorPil", "CLIPImageProcessor")


def _svd_unet() -> UNetSpatioTemporalConditionModel:
    return UNetSpatioTemporalConditionModel(
        sample_size=32,
        down_block_types=("CrossAttnDownBlockSpatioTemporal", "DownBlockSpatioTemporal"),
        up_block_types=("UpBlockSpatioTemporal", "CrossAttnUpBlockSpatioTemporal"),
        block_out_channels=(32, 64),
        addition_time_embed_dim=32,
        projection_class_embeddings_input_dim=96,
        layers_per_block=1,
        cross_attention_dim=32,
        num_attention_heads=(2, 4),
        num_frames=14,
    )


def _publish_class(index: Path, here: str, published: str) -> None:
    """Names a component as published checkpoints do, where this machine's library calls its class otherwise."""
    parts: dict[str, Any] = json.loads(index.read_text())
    named = {k: [v[0], published] if isinstance(v, list) and v[1] == here else v for k, v in parts.items()}
    index.write_text(json.dumps(named, indent=2) + "\n")
