"""What SDXL is made of: a Backing in, checked modules out, where the device has room for them. Knows no requests."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import warnings
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from accelerate import init_empty_weights
from diffusers import (
    AutoencoderKL,
    AutoencoderTiny,
    ControlNetUnionModel,
    StableDiffusionXLControlNetUnionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from diffusers.models.attention_processor import FusedAttnProcessor2_0
from diffusers.utils import logging as diffusers_log
from transformers import (
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    CLIPVisionModelWithProjection,
)

from models import loading
from models.device import Device
from models.settings import Backing, Weight

ROLES = ("painter", "control", "identity", "accelerator", "vae", "lora")
CONTROL_CLASSES = ("ControlNetModel_Union",)
"""What the published weights call diffusers' ControlNetUnionModel in their config."""
VAE_CLASSES = {"AutoencoderKL": AutoencoderKL, "AutoencoderTiny": AutoencoderTiny}
TILE_BELOW_GB = 10.0
"""Memory below which a picture is decoded in tiles."""
_STEPS = re.compile(r"(\d+)[-_ ]?steps?", re.IGNORECASE)


@dataclass
class Parts:
    """The modules of one painter. `pipeline` only keeps them together (offload hooks, LoRA); nobody calls it."""

    pipeline: Any
    unet: Any
    controlnet: Any  # or None
    vae: Any
    tokenizers: tuple[Any, Any]
    text_encoders: tuple[Any, Any]
    image_encoder: Any  # or None: then no identity
    schedule: Mapping[str, Any]
    zero_negative: bool  # whether an empty negative prompt is zeros
    residency: str

    @property
    def cell(self) -> int:
        """Pixels of a picture along one latent's side."""
        return int(self.pipeline.vae_scale_factor)


def gigabytes(backing: Backing, dtype: torch.dtype) -> tuple[float, float]:
    """(GiB of everything as loaded, GiB of the largest part that runs at once: UNet and ControlNet)."""
    weight = backing.weights.get
    painter = backing.weight("painter")
    size = loading.gigabytes
    unet = size(painter, "unet", dtype)
    control = weight("control")
    together = unet + (size(control, "", dtype) if control else 0.0)
    rest = size(painter, "text_encoder", dtype) + size(painter, "text_encoder_2", dtype)
    rest += size(vae, "", dtype) if (vae := weight("vae")) else size(painter, "vae", dtype)
    if identity := weight("identity"):
        adapter, encoder = identity_files(identity)
        rest += size(identity, encoder, dtype) + size(identity, "", dtype, adapter)
    return together + rest, together


def print_of(backing: Backing) -> str:
    """What decides the loaded modules: two painters of one print share them."""
    paint, device = backing.settings.paint, backing.settings.device
    folders = {role: str(weight.folder) for role, weight in backing.weights.items() if role in ROLES}
    fast = accelerator(backing)
    file = step_file(fast, paint.steps) if fast is not None else ""
    told = [folders, file, paint.lora_scale, paint.identity_scale, device.dtype, device.compile]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:12]


def load_parts(backing: Backing, device: Device) -> Parts:
    """All modules, checked, in the profile's precision, where there is room. ValueError in one line for a bad checkpoint."""
    painter = backing.weight("painter")
    pipeline = _pipeline(backing, device.dtype)
    _add_loras(pipeline, backing)
    _add_identity(pipeline, backing, device.dtype)
    residency = device.residency(*gigabytes(backing, device.dtype))
    _settle(pipeline, device, residency)
    scheduler = _json(painter.folder / "scheduler" / "scheduler_config.json", painter)
    index = _json(painter.folder / "model_index.json", painter)
    return Parts(
        pipeline=pipeline,
        unet=pipeline.unet,
        controlnet=getattr(pipeline, "controlnet", None),
        vae=pipeline.vae,
        tokenizers=(pipeline.tokenizer, pipeline.tokenizer_2),
        text_encoders=(pipeline.text_encoder, pipeline.text_encoder_2),
        image_encoder=pipeline.image_encoder,
        schedule=scheduler,
        zero_negative=bool(index.get("force_zeros_for_empty_prompt", True)),
        residency=residency,
    )


def _pipeline(backing: Backing, dtype: torch.dtype) -> Any:
    painter, control = backing.weight("painter"), backing.weights.get("control")
    parts = {
        "unet": _unet(backing, dtype),
        "vae": _vae(backing, dtype),
        "text_encoder": loading.load_pretrained(CLIPTextModel, painter, subfolder="text_encoder", dtype=dtype),
        "text_encoder_2": loading.load_pretrained(
            CLIPTextModelWithProjection, painter, subfolder="text_encoder_2", dtype=dtype
        ),
        "tokenizer": loading.load_pretrained(CLIPTokenizer, painter, subfolder="tokenizer"),
        "tokenizer_2": loading.load_pretrained(CLIPTokenizer, painter, subfolder="tokenizer_2"),
        "scheduler": None,
        "add_watermarker": False,
    }
    if control is None:
        return StableDiffusionXLPipeline(**parts)
    net = loading.load_pretrained(ControlNetUnionModel, control, dtype=dtype, classes=CONTROL_CLASSES)
    with fitting(control):
        _check_twin(net, parts["unet"])
    return StableDiffusionXLControlNetUnionPipeline(controlnet=net, **parts)


def _check_twin(controlnet: Any, unet: Any) -> None:
    """A ControlNet is a copy of half its UNet: one of another shape is refused now, not at the first step."""
    for field in ("cross_attention_dim", "block_out_channels", "addition_time_embed_dim"):
        own, painters = (str(net.config[field]).strip("()[]") for net in (controlnet, unet))
        if own != painters:
            raise ValueError(f"its {field} is {own}, the painter's is {painters}")


def _unet(backing: Backing, dtype: torch.dtype) -> Any:
    """The painter's UNet, or the accelerator's tensors in the painter's UNet layout."""
    painter, fast = backing.weight("painter"), accelerator(backing)
    if fast is not None:
        state = loading.load_tensors(fast, step_file(fast, backing.settings.paint.steps))
        if not is_lora(state):
            return _filled_unet(painter, fast, state, dtype)
    return loading.load_pretrained(UNet2DConditionModel, painter, subfolder="unet", dtype=dtype)


def _filled_unet(painter: Weight, fast: Weight, state: dict[str, torch.Tensor], dtype: torch.dtype) -> Any:
    config = _json(painter.folder / "unet" / "config.json", painter)
    with fitting(fast):
        with init_empty_weights():
            unet: Any = UNet2DConditionModel.from_config(config)
        unet.load_state_dict({name: tensor.to(dtype) for name, tensor in state.items()}, strict=True, assign=True)
    return unet.eval().requires_grad_(False)


def _vae(backing: Backing, dtype: torch.dtype) -> Any:
    """The profile's VAE or the painter's own; in float32 where it would overflow in float16."""
    weight, folder = backing.weights.get("vae"), ""
    if weight is None:
        weight, folder = backing.weight("painter"), "vae"
    config = _json(weight.folder / folder / "config.json", weight)
    kind = VAE_CLASSES.get(str(config.get("_class_name")), AutoencoderKL)
    if config.get("latents_mean") is not None:
        raise ValueError(f"weights '{weight.name}': a VAE with latents_mean is of another model than SDXL")
    wide = dtype == torch.float16 and bool(config.get("force_upcast", kind is AutoencoderKL))
    return loading.load_pretrained(kind, weight, subfolder=folder, dtype=torch.float32 if wide else dtype)


# -- LoRA and identity


def _add_loras(pipeline: Any, backing: Backing) -> None:
    """Fuses the accelerator's LoRA (at 1) and the series' (at its scale) into the weights: no cost while painting."""
    paint = backing.settings.paint
    scales: dict[str, float] = {}
    weights = {"accelerator": accelerator(backing), "lora": backing.weights.get("lora")}
    for role, scale in (("accelerator", 1.0), ("lora", paint.lora_scale)):
        weight = weights[role]
        if weight is None:
            continue
        state = loading.load_tensors(
            weight, step_file(weight, paint.steps) if role == "accelerator" else only_file(weight)
        )
        if is_lora(state):
            with fitting(weight):
                pipeline.load_lora_weights(state, adapter_name=role)
            _check_lora(pipeline, weight, role)
            scales[role] = scale
        elif role == "lora":
            raise ValueError(f"weights '{weight.name}' hold no LoRA: none of their tensors is named lora")
    if scales:
        pipeline.set_adapters(list(scales), list(scales.values()))
        pipeline.fuse_lora(adapter_names=list(scales))
        pipeline.unload_lora_weights()


def _check_lora(pipeline: Any, weight: Weight, name: str) -> None:
    known = {adapter for names in pipeline.get_list_adapters().values() for adapter in names}
    if name not in known:
        raise ValueError(f"weights '{weight.name}' change no part of this painter: they are a LoRA for another model")


def _add_identity(pipeline: Any, backing: Backing, dtype: torch.dtype) -> None:
    weight = backing.weights.get("identity")
    if weight is None:
        return
    adapter, encoder = identity_files(weight)
    tensors = loading.load_tensors(weight, adapter)
    state: dict[str, dict[str, torch.Tensor]] = {"image_proj": {}, "ip_adapter": {}}
    for name, tensor in tensors.items():
        part, _, rest = name.partition(".")
        if part not in state:
            raise ValueError(f"weights '{weight.name}' are no IP-Adapter: {adapter} holds {name}")
        state[part][rest] = tensor.to(dtype)
    image_encoder = loading.load_pretrained(CLIPVisionModelWithProjection, weight, subfolder=encoder, dtype=dtype)
    with fitting(weight):
        pipeline.unet._load_ip_adapter_weights([state])
        _try_face(pipeline.unet, image_encoder)
    pipeline.register_modules(image_encoder=image_encoder)
    pipeline.set_ip_adapter_scale(backing.settings.paint.identity_scale)


@torch.no_grad()
def _try_face(unet: Any, image_encoder: Any) -> None:
    """An adapter made for another image encoder is refused now, not in the middle of an episode."""
    side = image_encoder.config.image_size
    seen = image_encoder(torch.zeros(1, 3, side, side, dtype=image_encoder.dtype), output_hidden_states=True)
    embeds = seen.hidden_states[-2] if reads_hidden(unet) else seen.image_embeds
    unet.encoder_hid_proj([embeds[:, None]])


def reads_hidden(unet: Any) -> bool:
    """Whether the adapter looks at the encoder's last but one hidden state ('plus'), not at its embedding."""
    return type(unet.encoder_hid_proj.image_projection_layers[0]).__name__ != "ImageProjection"


def identity_files(weight: Weight) -> tuple[str, str]:
    """(adapter file, image encoder folder). By the profile's `files`; else as h94/IP-Adapter lays them out: the faces'
    'plus' adapter before others, and the ViT-H encoder for what is named so."""
    files = weight.files or {}
    adapter = files.get("adapter", "")
    if not adapter:
        found = _safetensors(weight, "sdxl_models") or _safetensors(weight)
        adapter = min(found, key=lambda name: ("plus-face" not in name, "plus" not in name, name), default="")
    if not adapter:
        raise ValueError(f"weights '{weight.name}' have no IP-Adapter file: *.safetensors below {weight.folder}")
    own = "models/image_encoder" if "vit-h" in adapter else "sdxl_models/image_encoder"
    return adapter, files.get("encoder", own)


# -- files


def accelerator(backing: Backing) -> Weight | None:
    """The few-step weights, where the schedule is theirs: other schedules paint with the painter's own UNet."""
    return backing.weights.get("accelerator") if backing.settings.paint.schedule == "lightning" else None


def step_file(weight: Weight, steps: int) -> str:
    """The few-step file for this number of steps, or the next one made for more. ValueError when all are for fewer."""
    names = list((weight.files or {}).values()) or _safetensors(weight)
    made_for = {name: int(match[1]) for name in names if (match := _STEPS.search(Path(name).name))}
    enough = [name for name in made_for if made_for[name] >= steps]
    if made_for and not enough:
        known = ", ".join(str(n) for n in sorted(set(made_for.values())))
        raise ValueError(f"weights '{weight.name}' are for {known} steps, the profile paints with {steps}")
    least = min((made_for[name] for name in enough), default=0)
    return _one(weight, [name for name in enough if made_for[name] == least] or names)


def only_file(weight: Weight) -> str:
    """The only safetensors file of these weights."""
    return _one(weight, list((weight.files or {}).values()) or _safetensors(weight))


def _one(weight: Weight, names: list[str]) -> str:
    if len(names) != 1:
        found = ", ".join(sorted(names)) or "none"
        raise ValueError(f"weights '{weight.name}' need one safetensors file, found {found}: name it in the profile")
    return names[0]


def _safetensors(weight: Weight, below: str = "") -> list[str]:
    folder = weight.folder / below
    return sorted(str(path.relative_to(weight.folder)) for path in folder.glob("*.safetensors"))


def is_lora(state: Mapping[str, Any]) -> bool:
    return any("lora" in name.lower() for name in state)


def _json(path: Path, weight: Weight) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"weights '{weight.name}': {path} cannot be read as JSON: {error}") from None
    if not isinstance(value, dict):
        raise ValueError(f"weights '{weight.name}': {path} holds no JSON object")
    return value


@contextlib.contextmanager
def fitting(weight: Weight) -> Generator[None, None, None]:
    """What the libraries raise when tensors do not fit a module, as one line that names the weights; what they only
    remark (LoRA without text encoders, a second LoRA) stays unsaid."""
    level = diffusers_log.get_verbosity()
    diffusers_log.set_verbosity_error()
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Already found a `peft_config` attribute", category=UserWarning)
            yield
    except torch.OutOfMemoryError:
        raise
    except (ValueError, RuntimeError, KeyError, AttributeError, IndexError, TypeError) as error:
        words = " ".join(str(error).split())[:300]
        raise ValueError(f"weights '{weight.name}' do not fit this painter: {words}") from error
    finally:
        diffusers_log.set_verbosity(level)


# -- the device


def _settle(pipeline: Any, device: Device, residency: str) -> None:
    """Makes the modules fast, and puts them where they run."""
    nets = [net for net in (pipeline.unet, getattr(pipeline, "controlnet", None)) if net is not None]
    if device.is_cuda:
        _suit_cuda([*nets, pipeline.vae], device.settings.vram_gb)
    if device.is_cuda or device.settings.compile:
        for net in nets:
            fuse_self_attention(net)
    if device.settings.compile and residency == "resident":
        for net in nets:
            compile_blocks(net)
    _place(pipeline, device, residency)


def _suit_cuda(modules: list[Any], vram_gb: float) -> None:
    for module in modules:
        module.to(memory_format=torch.channels_last)
    modules[-1].enable_slicing()  # 1.5 GB a picture at 768x1344; one alone keeps a card busy
    if vram_gb < TILE_BELOW_GB:
        modules[-1].enable_tiling()


def _place(pipeline: Any, device: Device, residency: str) -> None:
    if residency == "offload":
        pipeline.enable_model_cpu_offload(device=device.torch_device)
    elif residency == "sequential":
        pipeline.enable_sequential_cpu_offload(device=device.torch_device)
    else:
        for module in pipeline.components.values():
            if isinstance(module, torch.nn.Module):
                module.to(device.torch_device)


@torch.no_grad()
def fuse_self_attention(net: Any) -> int:
    """One matrix for query, key and value of every self-attention; how many. diffusers' own `fuse_qkv_projections` would
    put its processor into the cross-attentions too, and an IP-Adapter's faces would be lost without a word."""
    found = [m for name, m in net.named_modules() if name.endswith("attn1") and hasattr(m, "fuse_projections")]
    for attention in found:
        attention.fuse_projections(fuse=True)
        attention.set_processor(FusedAttnProcessor2_0())
        for part in ("to_q", "to_k", "to_v"):  # 0.8 GB that nothing reads any more
            delattr(attention, part)
    return len(found)


def compile_blocks(net: Any) -> int:
    """Compiles the repeated transformer blocks, once for all that are alike; how many."""
    found = [m for m in net.modules() if type(m).__name__ == "BasicTransformerBlock"]
    for block in found:
        block.compile(dynamic=None)
    return len(found)
