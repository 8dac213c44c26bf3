"""The animator on LTX-Video (2B and 13B): key frames, first and last, to clips through diffusers' LTXConditionPipeline.

Rows of one batch are different shots. Sampling follows the published settings:
- frames 8k + 1, sides multiples of 32, frame rate as a condition (Lightricks/LTX-Video, README, 'General tips');
- few-step checkpoints (no guidance, up to 8 steps) run on the sigmas that they were distilled on, `allowed_inference_steps`
  of ltxv-2b-0.9.6-distilled and -0.9.8-distilled; others on the linear-quadratic schedule of ltx_video/schedulers/rf.py
  (since 0.9.5) or, where the scheduler's config says so, shifted by the clip's size (up to 0.9.1). The schedule is given to
  the pipeline whole, since it passes no `mu` to a scheduler that asks for one;
- VAEs with a timestep decode at 0.05 with noise 0.025 (configs/ltxv-*.yaml);
- a single picture may condition any frame (ComfyUI, LTXVAddGuide), so a last frame stands on the last one that is used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import FlowMatchEulerDiscreteScheduler
from diffusers.pipelines.ltx.pipeline_ltx_condition import LTXVideoCondition, calculate_shift, linear_quadratic_schedule
from diffusers.utils.torch_utils import randn_tensor

from models.base import Clip, ClipRequest, Cost
from models.clips import (
    ClipModel,
    Frame,
    Reach,
    Remembered,
    Segment,
    Shot,
    make_clips,
    quiet,
    reach_of,
    to_frames,
    to_pil,
)
from models.ltx_weights import Video, load_text, load_video, text_gigabytes, video_gigabytes
from models.motion import motion_negative, motion_prompt
from models.settings import Backing, Weight

FRAME_STEP, SIDE = 8, 32
DISTILLED_SIGMAS = (1.0, 0.9937, 0.9875, 0.9812, 0.9750, 0.9094, 0.7250, 0.4219)
CONDITION_NOISE = 0.15
"""Noise on the key frame's latents while they guide (diffusers' and Lightricks' default); none on few-step checkpoints,
whose last step is so early that it would stay in the picture."""
DECODE_TIMESTEP, DECODE_NOISE = 0.05, 0.025
DECODE_BYTES_PER_PIXEL = 100
"""What the VAE's decoder takes a pixel of the clip: about six maps of 128 channels at a quarter of each side, in 16 bits."""

Embedded = tuple[torch.Tensor, torch.Tensor]
"""A text's T5 states (tokens, channels) and its mask (tokens), on the CPU."""


@dataclass(frozen=True)
class Words:
    prompt: str
    negative: str


class LtxAnimator(ClipModel):
    """A `models.base.Animator`."""

    uses_last_frame = True

    def __init__(self, backing: Backing) -> None:
        super().__init__(backing)
        check_steps(self._weight, self._settings.steps, self._settings.guidance)
        self._texts: Remembered[Embedded] = Remembered()

    # -- what the engine calls

    def animate(self, requests: Sequence[ClipRequest], folder: Path) -> list[Clip]:
        """One clip per request at folder / (unit + '.mp4'), exactly num_frames at its fps, of the profile's size.

        ValueError in one line: bad weights, a picture that cannot be read, a clip that does not fit into memory."""
        if not requests:
            return []
        settings = self._settings
        reach = reach_of(
            settings.width, settings.height, SIDE, step=FRAME_STEP, offset=1, most=settings.frames, rate=settings.rate
        )
        self.prepare(requests)
        video = self._video()
        self._device.spare(self._decode_gb(reach), self._hold_name("video"))
        return make_clips(
            self._device, f"animate {self.name}", requests, reach, folder,
            lambda rows: self._sample(video, rows), most=settings.batch, costs=self._spent(requests),
            finish=lambda shot: self._finish(shot, folder),
        )  # fmt: skip

    def prepare(self, requests: Sequence[ClipRequest]) -> None:
        """Reads the prompts of requests that will come, so that the text encoder (T5-XXL, 9.5 GB) is loaded once for all of
        them and makes room for the video model. What it costs is said with the clips."""
        self._owe(self._texts.read({r.unit: self._needed(self._words(r)) for r in requests}, self._read))

    def _finish(self, shot: Shot, folder: Path) -> Clip:
        settings, words = self._settings, self._words(shot.request)
        return self._clip(
            shot, folder, steps=settings.steps, guidance=settings.guidance, prompt=words.prompt,
            negative=words.negative, tiled=self._tiled(),
        )  # fmt: skip

    # -- words

    def _words(self, request: ClipRequest) -> Words:
        prompt = motion_prompt(request, self._settings.style)
        return Words(prompt, motion_negative(request, self._settings.negative) if self._guided else "")

    @property
    def _guided(self) -> bool:
        return self._settings.guidance > 1

    def _needed(self, words: Words) -> tuple[str, ...]:
        return (words.prompt, words.negative) if self._guided else (words.prompt,)

    def _read(self, texts: list[str]) -> Iterable[tuple[Embedded, Cost]]:
        pipeline = self._text()
        return self._device.run(f"read {self.name}", texts, 1, lambda rows: [self._embed(pipeline, rows[0])])

    def _embed(self, pipeline: Any, text: str) -> Embedded:
        """One text at a time: its states are the same in every batch, and reading is a matter of milliseconds."""
        with torch.inference_mode(), quiet():
            states, mask, _, _ = pipeline.encode_prompt(prompt=[text], do_classifier_free_guidance=False)
        return states[0].cpu(), mask[0].cpu()

    # -- models

    def _text(self) -> Any:
        def load() -> Any:
            return self._settle(load_text(self._weight, self._device.dtype))

        size = text_gigabytes(self._weight, self._device.dtype)
        return self._hold("text", size, load)

    def _video(self) -> Video:
        def load() -> Video:
            video = load_video(self._weight, self._device.dtype)
            if self._tiled():
                video.pipeline.vae.enable_tiling()
            if self._device.is_cuda:
                channels_last(video.pipeline.vae)
            self._settle(video.pipeline)
            return video

        size = video_gigabytes(self._weight, self._device.dtype)
        return self._hold("video", size, load)

    def _tiled(self) -> bool:
        """Whether the decoder works tile by tile: where the profile's memory does not hold weights and a whole decode. By
        the profile, not by what is free now: a clip is the same on every run."""
        settings = self._settings
        pixels = settings.width * settings.height * settings.frames
        whole = video_gigabytes(self._weight, self._device.dtype) + pixels * DECODE_BYTES_PER_PIXEL / 1024**3
        return whole > self._device.settings.vram_gb

    def _decode_gb(self, reach: Reach) -> float:
        width, height = reach.size
        whole = width * height * reach.longest * DECODE_BYTES_PER_PIXEL / 1024**3
        return min(whole, 4.0) if self._tiled() else whole

    # -- sampling

    def _sample(self, video: Video, rows: list[Segment]) -> list[Frame]:
        """Frames of segments of one shape: latents of all together, pictures one by one (the decoder is what fills memory).

        Each row draws from its own generator alone: it is the same in every batch up to rounding (1e-6 in float32)."""
        settings, first, pipeline = self._settings, rows[0], video.pipeline
        width, height = first.size
        generators = [self._device.generator(row.seed) for row in rows]
        with torch.inference_mode(), quiet():
            timesteps = schedule(video, settings.steps, settings.guidance, first)
            latents = pipeline(
                conditions=conditions(rows), **self._embeddings(rows), height=height, width=width,
                num_frames=first.count, frame_rate=settings.rate, timesteps=timesteps,
                num_inference_steps=len(timesteps), guidance_scale=settings.guidance if self._guided else 1.0,
                image_cond_noise_scale=0.0 if few_steps(settings.steps, settings.guidance) else CONDITION_NOISE,
                generator=generators, output_type="latent",
            ).frames  # fmt: skip
            return [decode(pipeline, latents[at : at + 1], generators[at]) for at in range(len(rows))]

    def _embeddings(self, rows: Sequence[Segment]) -> dict[str, torch.Tensor]:
        """The pipeline's text arguments: (rows, tokens, channels) and masks (rows, tokens)."""
        words = [self._words(row.request) for row in rows]
        kinds = {"": [w.prompt for w in words]}
        if self._guided:
            kinds["negative_"] = [w.negative for w in words]
        place = self._device.torch_device
        out: dict[str, torch.Tensor] = {}
        for kind, texts in kinds.items():
            states, masks = zip(*(self._texts.of(text) for text in texts), strict=True)
            out[f"{kind}prompt_embeds"] = torch.stack(states).to(place)
            out[f"{kind}prompt_attention_mask"] = torch.stack(masks).to(place)
        return out


# -- the pipeline's arguments


def few_steps(steps: int, guidance: float) -> bool:
    """Whether the settings are those of a distilled checkpoint."""
    return guidance <= 1 and steps <= len(DISTILLED_SIGMAS)


def check_steps(weight: Weight, steps: int, guidance: float) -> None:
    """ValueError when a distilled checkpoint is asked for what it was not distilled for: it would paint badly, unsaid."""
    told = f"{weight.repo} {(weight.files or {}).get('single', '')}"
    if "distilled" in told and not few_steps(steps, guidance):
        raise ValueError(
            f"{weight.name} is distilled: it takes up to {len(DISTILLED_SIGMAS)} steps and a guidance of 1 or less, "
            f"not {steps} steps and {guidance:g}"
        )


def schedule(video: Video, steps: int, guidance: float, segment: Segment) -> list[float]:
    """The timesteps, from 1000 downwards, as the module's docstring says."""
    if few_steps(steps, guidance):
        picked = np.linspace(0, len(DISTILLED_SIGMAS) - 1, steps).round().astype(int)
        sigmas = [DISTILLED_SIGMAS[index] for index in picked]
    elif video.asked.get("use_dynamic_shifting"):
        sigmas = shifted(video, steps, segment)
    else:
        sigmas = linear_quadratic_schedule(steps).tolist()
    return [sigma * video.asked.get("num_train_timesteps", 1000) for sigma in sigmas]


def shifted(video: Video, steps: int, segment: Segment) -> list[float]:
    """Sigmas of LTX-Video up to 0.9.1: even ones, shifted by how many latents the clip has (diffusers, LTXPipeline)."""
    asked, (width, height) = video.asked, segment.size
    space, time = video.pipeline.vae_spatial_compression_ratio, video.pipeline.vae_temporal_compression_ratio
    latents = ((segment.count - 1) // time + 1) * (height // space) * (width // space)
    names = ("base_image_seq_len", "max_image_seq_len", "base_shift", "max_shift")
    scheduler: Any = FlowMatchEulerDiscreteScheduler.from_config(dict(asked))
    mu = calculate_shift(latents, *(asked[name] for name in names))
    scheduler.set_timesteps(sigmas=np.linspace(1.0, 1 / steps, steps).tolist(), mu=mu)
    return scheduler.sigmas[:-1].tolist()


def conditions(rows: Sequence[Segment]) -> list[LTXVideoCondition]:
    """The first pictures of all rows at frame 0 and, where the rows have them, the last ones at the last frame used."""
    out = [LTXVideoCondition(image=[to_pil(row.first) for row in rows], frame_index=0)]
    last = [to_pil(row.last) for row in rows if row.last is not None]
    if last:
        out.append(LTXVideoCondition(image=last, frame_index=rows[0].length - 1))
    return out


def channels_last(vae: torch.nn.Module) -> None:
    """The layout in which cards run three-dimensional convolutions fastest; the same numbers up to rounding."""
    vae.to(memory_format=torch.channels_last_3d)


def decode(pipeline: Any, latents: torch.Tensor, generator: torch.Generator) -> Frame:
    """Latents (1, channels, frames, height, width) as the pipeline leaves them, to uint8 BGR frames; as its own last step."""
    vae = pipeline.vae
    latents = pipeline._denormalize_latents(latents, vae.latents_mean, vae.latents_std, vae.config.scaling_factor)
    latents, timestep = latents.to(vae.dtype), None
    if vae.config.timestep_conditioning:
        noise = randn_tensor(latents.shape, generator=generator, device=latents.device, dtype=latents.dtype)
        timestep = torch.tensor([DECODE_TIMESTEP], device=latents.device, dtype=latents.dtype)
        latents = (1 - DECODE_NOISE) * latents + DECODE_NOISE * noise
    return to_frames(vae.decode(latents, timestep, return_dict=False)[0][0])
