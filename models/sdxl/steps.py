"""From words and noise to latents and back to pixels: text encoding, the denoising loop, the VAE. Knows modules and
tensors, no requests and no files.

The loop is written out, not a pipeline's `__call__`, so that text, picture changes, repairs, faces per row and maps go
through one place; the tests hold it to the pipelines' own results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from diffusers import DPMSolverMultistepScheduler, EulerDiscreteScheduler
from numpy.typing import NDArray
from torch import Tensor

from models.device import Device
from models.sdxl.parts import Parts
from models.settings import PaintSettings

CHUNK = 75
"""Tokens that one pass of CLIP reads beside its start and stop."""
MOST_CHUNKS = 3
CONTROL_TYPES = {"pose": 0, "depth": 1, "lineart": 3, "canny": 3}
"""ControlNet-Union's numbers: 0 openpose, 1 depth, 2 hed/pidi/scribble/ted, 3 canny/lineart/anime_lineart/mlsd, 4 normal,
5 segment (xinsir/controlnet-union-sdxl-1.0, model card)."""

Chunks = tuple[tuple[int, ...], ...]


@dataclass
class Batch:
    """Rows that run as one. All tensors are on the device; B rows, pictures of H x W pixels, latents of h x w."""

    noise: Tensor  # float32 (B, 4, h, w)
    prompts: list[Chunks]  # all of one length
    negatives: list[Chunks]  # empty without guidance
    maps: dict[str, Tensor] = field(default_factory=dict[str, Tensor])  # kind -> (B, 3, H, W) in 0..1
    faces: Tensor | None = None  # (B, n, ...) embeddings; a slot whose mask is black does nothing
    no_faces: Tensor | None = None  # what the unguided half sees instead, (B, n, ...)
    masks: Tensor | None = None  # (B, n, H, W) in 0..1
    source: Tensor | None = None  # latents to start from, (B, 4, h, w)
    repair: Tensor | None = None  # 1 where latents change, (B, 1, h, w)
    change: float = 1.0


# -- text


def pack(tokenizer: Any, phrases: Sequence[str], most: int = MOST_CHUNKS) -> tuple[Chunks, tuple[str, ...]]:
    """Phrases as chunks of at most 75 tokens, none broken over two chunks that fits into one; and what had no room.

    Phrases come most important first: once one does not fit, those after it are left out too."""
    chunks: list[list[int]] = [[]]
    for number, phrase in enumerate(phrases):
        text = phrase + ("," if number + 1 < len(phrases) else "")
        ids = tokenizer(text, add_special_tokens=False, verbose=False).input_ids
        pieces = [ids[at : at + CHUNK] for at in range(0, len(ids), CHUNK)]
        if len(chunks[-1]) + len(ids) <= CHUNK:
            chunks[-1] += ids
        elif len(chunks) - (not chunks[-1]) + len(pieces) > most:
            return _closed(chunks), tuple(phrases[number:])
        else:
            chunks += pieces
    return _closed(chunks), ()


def _closed(chunks: Sequence[Sequence[int]]) -> Chunks:
    filled = [tuple(chunk) for chunk in chunks if chunk]
    return tuple(filled) or ((),)


def longer(chunks: Chunks, count: int) -> Chunks:
    """The same text, filled with empty chunks up to `count`: prompt and negative must be of one length."""
    return (*chunks, *((),) * (count - len(chunks)))


@torch.no_grad()
def encode_text(parts: Parts, device: Device, prompts: Sequence[Chunks]) -> tuple[Tensor, Tensor]:
    """Both encoders' last but one states side by side, (B, 77 n, D), and the second's pooled first chunk, (B, P).

    Equal prompts are encoded once. Podell et al., SDXL, arXiv:2307.01952, section 2.1."""
    unique = list(dict.fromkeys(prompts))
    states: list[Tensor] = []
    pooled = torch.empty(0)
    for tokenizer, encoder in zip(parts.tokenizers, parts.text_encoders, strict=True):
        ids = torch.tensor([_framed(tokenizer, chunk) for prompt in unique for chunk in prompt])
        out = encoder(ids.to(device.torch_device), output_hidden_states=True)
        states.append(out.hidden_states[-2])
        pooled = out[0]
    joined = torch.cat(states, dim=-1)
    joined = joined.reshape(len(unique), -1, joined.shape[-1])
    pooled = pooled.reshape(len(unique), -1, pooled.shape[-1])[:, 0]
    rows = [unique.index(prompt) for prompt in prompts]
    return joined[rows], pooled[rows]


def _framed(tokenizer: Any, chunk: Sequence[int]) -> list[int]:
    ids = [tokenizer.bos_token_id, *chunk, tokenizer.eos_token_id]
    return ids + [tokenizer.pad_token_id] * (CHUNK + 2 - len(ids))


# -- the loop


def schedule(settings: PaintSettings, config: Mapping[str, Any]) -> Any:
    """The sampler. Lightning's few steps end on the last noise level and so need 'trailing' spacing (its model card)."""
    if settings.schedule == "lightning":
        return EulerDiscreteScheduler.from_config(config, timestep_spacing="trailing")
    if settings.schedule == "euler":
        return EulerDiscreteScheduler.from_config(config)
    return DPMSolverMultistepScheduler.from_config(config, algorithm_type="dpmsolver++", use_karras_sigmas=True)


def first_step(steps: int, change: float) -> int:
    """Where a changed picture enters the schedule: its last `change` part, at least one step.

    >>> [first_step(4, c) for c in (1.0, 0.6, 0.3, 0.01)]
    [0, 2, 3, 3]
    """
    return min(max(steps - int(steps * change), 0), steps - 1)


@torch.no_grad()
def denoise(parts: Parts, device: Device, settings: PaintSettings, batch: Batch) -> Tensor:
    """Clean latents, float32 (B, 4, h, w)."""
    guided = settings.guidance > 1
    twice = 2 if guided else 1
    sampler = schedule(settings, parts.schedule)
    sampler.set_timesteps(settings.steps, device=device.torch_device)
    start = first_step(settings.steps, batch.change) if batch.source is not None else 0
    sampler.set_begin_index(start)
    times = sampler.timesteps[start:]
    latents = _begin(sampler, batch, times)
    words = _words(parts, device, batch, guided)
    for number, time in enumerate(times):
        entering = sampler.scale_model_input(torch.cat([latents] * twice), time).to(device.dtype)
        residuals = {}
        if batch.maps and (number + 1) / len(times) <= settings.control_stop:
            residuals = _control(parts, settings, batch, entering, time, words)
        out = _predict(parts, batch, entering, time, words, residuals, guided).float()
        if guided:
            plain, told = out.chunk(2)
            out = plain + settings.guidance * (told - plain)
        latents = sampler.step(out, time, latents, return_dict=False)[0]
        if batch.repair is not None and batch.source is not None:
            after = times[number + 1 : number + 2]
            known = sampler.add_noise(batch.source, batch.noise, after) if len(after) else batch.source
            latents = torch.where(batch.repair > 0.5, latents, known)
    return latents


def _begin(sampler: Any, batch: Batch, times: Tensor) -> Tensor:
    if batch.source is None:
        return batch.noise * sampler.init_noise_sigma
    return sampler.add_noise(batch.source, batch.noise, times[:1])


@dataclass
class _Words:
    text: Tensor
    added: dict[str, Tensor]


def _words(parts: Parts, device: Device, batch: Batch, guided: bool) -> _Words:
    """Text and size conditions; with guidance the negative half comes first, as the pipelines have it."""
    text, pooled = encode_text(parts, device, batch.prompts)
    if guided:
        empty = parts.zero_negative and not any(any(chunks) for chunks in batch.negatives)
        negative = (text * 0, pooled * 0) if empty else encode_text(parts, device, batch.negatives)
        text, pooled = torch.cat([negative[0], text]), torch.cat([negative[1], pooled])
    height, width = (side * parts.cell for side in batch.noise.shape[-2:])
    sizes = torch.tensor([[height, width, 0, 0, height, width]], device=device.torch_device, dtype=device.dtype)
    dtype = device.dtype
    return _Words(text.to(dtype), {"text_embeds": pooled.to(dtype), "time_ids": sizes.repeat(len(text), 1)})


def _control(
    parts: Parts, settings: PaintSettings, batch: Batch, entering: Tensor, time: Tensor, words: _Words
) -> dict[str, Any]:
    """What the maps add to the UNet at this step."""
    kinds = list(batch.maps)
    numbers = [CONTROL_TYPES[kind] for kind in kinds]
    net, rows = parts.controlnet, len(entering)
    types = torch.zeros(rows, net.config.num_control_type, device=entering.device, dtype=entering.dtype)
    types[:, numbers] = 1
    repeat = rows // len(batch.noise)
    down, middle = net(
        entering,
        time,
        encoder_hidden_states=words.text,
        controlnet_cond=[batch.maps[kind].to(entering.dtype).repeat(repeat, 1, 1, 1) for kind in kinds],
        control_type=types,
        control_type_idx=numbers,
        conditioning_scale=[float(settings.controls[kind]) for kind in kinds],
        added_cond_kwargs=words.added,
        return_dict=False,
    )
    return {"down_block_additional_residuals": down, "mid_block_additional_residual": middle}


def _predict(
    parts: Parts, batch: Batch, entering: Tensor, time: Tensor, words: _Words, residuals: dict[str, Any], guided: bool
) -> Tensor:
    added: dict[str, Any] = dict(words.added)
    extra: dict[str, Any] = {}
    if batch.faces is not None and batch.masks is not None:
        halves = [batch.no_faces, batch.faces] if guided else [batch.faces]
        added["image_embeds"] = [torch.cat([h for h in halves if h is not None]).to(entering.dtype)]
        extra["cross_attention_kwargs"] = {"ip_adapter_masks": [batch.masks.repeat(len(halves), 1, 1, 1)]}
    return parts.unet(
        entering,
        time,
        encoder_hidden_states=words.text,
        added_cond_kwargs=added,
        return_dict=False,
        **residuals,
        **extra,
    )[0]


# -- pictures


@torch.no_grad()
def to_latents(parts: Parts, device: Device, pictures: NDArray[np.uint8]) -> Tensor:
    """uint8 BGR (B, H, W, 3) -> float32 latents (B, 4, h, w): the mean of what the VAE sees, without its noise."""
    rgb = torch.from_numpy(np.ascontiguousarray(pictures[..., ::-1])).permute(0, 3, 1, 2)
    pixels = (rgb.to(device.torch_device, torch.float32) / 127.5 - 1).to(parts.vae.dtype)
    seen = parts.vae.encode(pixels)
    latents = seen.latent_dist.mode() if hasattr(seen, "latent_dist") else seen.latents
    return latents.float() * parts.vae.config.scaling_factor


@torch.no_grad()
def to_pictures(parts: Parts, latents: Tensor) -> NDArray[np.uint8]:
    """Latents (B, 4, h, w) -> uint8 BGR (B, H, W, 3). ValueError when a value is not finite."""
    scaled = (latents / parts.vae.config.scaling_factor).to(parts.vae.dtype)
    pixels = parts.vae.decode(scaled, return_dict=False)[0].float()
    if not bool(torch.isfinite(pixels).all()):
        raise ValueError(
            "the painter's numbers overflowed (not finite): use dtype bfloat16, or the VAE that was fixed for float16"
        )
    levels = ((pixels / 2 + 0.5).clamp(0, 1) * 255).round().to(torch.uint8)
    return np.ascontiguousarray(levels.permute(0, 2, 3, 1).flip(-1).cpu().numpy())
