"""LTX-Video's weights into diffusers' pipelines: a whole repository, or one whose network and VAE are a single file. Knows
layouts, no sampling.

Lightricks publishes each distilled 2B version as one safetensors file (network and VAE, in its own names) beside the first
version's folders; text encoder, tokenizer and scheduler are those of the folders. The weight's role 'single' names the file.
Names are turned by diffusers' own converters; every tensor must find its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from accelerate import init_empty_weights
from diffusers import (
    AutoencoderKLLTXVideo,
    FlowMatchEulerDiscreteScheduler,
    LTXConditionPipeline,
    LTXVideoTransformer3DModel,
)
from diffusers.loaders.single_file_utils import (
    convert_ltx_transformer_checkpoint_to_diffusers,
    convert_ltx_vae_checkpoint_to_diffusers,
)

from models.clips import check_pipeline, read_config
from models.loading import gigabytes, load_pretrained, load_tensors
from models.settings import Weight

CLASSES = ("LTXConditionPipeline", "LTXImageToVideoPipeline", "LTXPipeline")
"""What model_index.json may be for: all of these have the same parts."""
SINGLE = "single"
"""The role of a file that holds network and VAE."""
NETWORK_NAMES, VAE_NAMES = "model.diffusion_model.", "vae."
"""How the names of a single file's tensors begin."""
VAE_095: Mapping[str, Any] = {
    "in_channels": 3, "out_channels": 3, "latent_channels": 128,
    "block_out_channels": (128, 256, 512, 1024, 2048), "layers_per_block": (4, 6, 6, 2, 2),
    "down_block_types": ("LTXVideo095DownBlock3D",) * 4,
    "downsample_type": ("spatial", "temporal", "spatiotemporal", "spatiotemporal"),
    "spatio_temporal_scaling": (True,) * 4,
    "decoder_block_out_channels": (256, 512, 1024), "decoder_layers_per_block": (5, 5, 5, 5),
    "decoder_spatio_temporal_scaling": (True,) * 3, "decoder_inject_noise": (False,) * 4,
    "upsample_residual": (True,) * 3, "upsample_factor": (2, 2, 2), "timestep_conditioning": True,
    "patch_size": 4, "patch_size_t": 1, "resnet_norm_eps": 1e-6, "scaling_factor": 1.0,
    "encoder_causal": True, "decoder_causal": False, "spatial_compression_ratio": 32, "temporal_compression_ratio": 8,
}  # fmt: skip
"""The VAE since 0.9.5, which a single file of 0.9.5 to 0.9.8 holds (diffusers, scripts/convert_ltx_to_diffusers.py, '0.9.5')."""
WIDE_VAE = ("vae.encoder.conv_out.conv.weight", 2048)
"""What tells that VAE from older ones: the input channels of this tensor (diffusers, single_file_utils)."""


@dataclass(frozen=True)
class Video:
    """A pipeline without its text encoder. `asked` is the config of the scheduler that came with it; the one in the pipeline
    takes timesteps as they are given."""

    pipeline: Any
    asked: Mapping[str, Any]


def load_text(weight: Weight, dtype: torch.dtype) -> Any:
    """The pipeline with text encoder and tokenizer alone, on the CPU. ValueError, one line, on bad weights."""
    return load_pretrained(LTXConditionPipeline, weight, dtype=dtype, classes=CLASSES, transformer=None, vae=None)


def load_video(weight: Weight, dtype: torch.dtype) -> Video:
    """The pipeline with network and VAE, on the CPU. ValueError, one line, on bad weights."""
    parts = single_parts(weight, dtype) if single_file(weight) else {}
    pipeline = load_pretrained(
        LTXConditionPipeline, weight, dtype=dtype, classes=CLASSES, text_encoder=None, tokenizer=None, **parts
    )
    asked = dict(pipeline.scheduler.config)
    plain = {"use_dynamic_shifting": False, "shift": 1.0, "shift_terminal": None, "stochastic_sampling": False}
    pipeline.scheduler = FlowMatchEulerDiscreteScheduler.from_config(pipeline.scheduler.config, **plain)
    return Video(pipeline, asked)


def text_gigabytes(weight: Weight, dtype: torch.dtype) -> float:
    """GiB of the text encoder as loaded. ValueError, one line, on weights of another pipeline."""
    check_pipeline(weight, CLASSES)
    return gigabytes(weight, "text_encoder", dtype)


def video_gigabytes(weight: Weight, dtype: torch.dtype) -> float:
    """GiB of network and VAE as loaded. ValueError, one line, on weights of another pipeline."""
    check_pipeline(weight, CLASSES)
    single = single_file(weight)
    if single:
        return gigabytes(weight, dtype=dtype, file=single)
    return gigabytes(weight, "transformer", dtype) + gigabytes(weight, "vae", dtype)


def single_file(weight: Weight) -> str:
    """The file that holds network and VAE, or nothing where the folders do."""
    return (weight.files or {}).get(SINGLE, "")


def single_parts(weight: Weight, dtype: torch.dtype) -> dict[str, Any]:
    """Network and VAE of the single file, in eval mode on the CPU, by their names in the pipeline."""
    tensors = load_tensors(weight, single_file(weight))
    width = tensors[WIDE_VAE[0]].shape[1] if WIDE_VAE[0] in tensors else 0
    network = {k: v for k, v in tensors.items() if k.startswith(NETWORK_NAMES)}
    vae = {k: v for k, v in tensors.items() if k.startswith(VAE_NAMES)}
    if not width or not network or len(network) + len(vae) != len(tensors):
        raise ValueError(f"weights '{weight.name}': {single_file(weight)} holds no LTX-Video network and VAE")
    config = VAE_095 if width == WIDE_VAE[1] else _config(weight, "vae")
    return {
        "transformer": filled(
            LTXVideoTransformer3DModel, _config(weight, "transformer"),
            convert_ltx_transformer_checkpoint_to_diffusers(network), dtype, weight.name,
        ),
        "vae": filled(
            AutoencoderKLLTXVideo, config, convert_ltx_vae_checkpoint_to_diffusers(vae), dtype, weight.name
        ),
    }  # fmt: skip


def filled(
    cls: Any, config: Mapping[str, Any], tensors: Mapping[str, torch.Tensor], dtype: torch.dtype, name: str
) -> Any:
    """A model of `cls` made of these tensors and no others. ValueError names one that is missing, left over or misshapen."""
    with init_empty_weights(include_buffers=False):
        model = cls.from_config(dict(config))
    wanted = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    for label, names in (
        ("lacks", sorted(wanted.keys() - tensors.keys())),
        ("has left over", _beyond(tensors, wanted)),
    ):
        if names:
            raise ValueError(f"weights '{name}': {cls.__name__} {label} {len(names)} tensors, such as {names[0]}")
    for key, tensor in tensors.items():
        if tensor.shape != wanted[key].shape:
            raise ValueError(
                f"weights '{name}': {cls.__name__} has {key} of {list(tensor.shape)}, not {list(wanted[key].shape)}"
            )
    model.load_state_dict({key: tensor.to(dtype) for key, tensor in tensors.items()}, assign=True)
    return model.eval()


def _beyond(tensors: Mapping[str, Any], wanted: Mapping[str, Any]) -> Sequence[str]:
    return sorted(tensors.keys() - wanted.keys())


def _config(weight: Weight, part: str) -> Mapping[str, Any]:
    """The config of one part's folder, without what its library wrote about itself."""
    config = read_config(weight, f"{part}/config.json")
    return {key: value for key, value in config.items() if not key.startswith("_")}
