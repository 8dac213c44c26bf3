"""The animator on Stable Video Diffusion: key frames to clips through diffusers' StableVideoDiffusionPipeline, one shot a
call. It reads no text: how much moves is a number, what moves is the model's own choice.

- 14 frames (img2vid) or 25 (xt), the count that the network's config says; sides multiples of 64 (two of the VAE's eight
  and three halvings of the network); longer shots are chained;
- `rate` is a condition; 7 frames a second is the default (pipeline; 'conditioned on fps - 1'), what is between is drawn by
  motion (models/footage.resample);
- the strength becomes the motion bucket and the noise on the picture (models/motion); guidance rises from 1 on the first
  frame to the profile's on the last (3 by default);
- the decoder joins frames in time, so it takes as many at once as the profile's memory holds;
- there is no last frame: a request with one is refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from diffusers import StableVideoDiffusionPipeline

from models.base import Clip, ClipRequest
from models.clips import (
    ClipModel,
    Frame,
    Segment,
    Shot,
    check_pipeline,
    make_clips,
    quiet,
    reach_of,
    refuse_last_frames,
    to_frames,
    to_pil,
)
from models.loading import gigabytes, load_pretrained
from models.motion import motion_bucket, noise_aug

CLASSES = ("StableVideoDiffusionPipeline",)
"""What model_index.json may be for."""
PARTS = ("unet", "vae", "image_encoder")
SIDE = 64
LEAST_GUIDANCE = 1.0
DECODE_BYTES_PER_PIXEL = 2048
"""What the VAE's decoder takes a pixel of one frame: eight maps of 128 channels in 16 bits."""
DECODE_SHARE = 0.5
"""Of the memory beside the weights, what the decoder may take."""


class SvdAnimator(ClipModel):
    """A `models.base.Animator`."""

    def animate(self, requests: Sequence[ClipRequest], folder: Path) -> list[Clip]:
        """One clip per request at folder / (unit + '.mp4'), exactly num_frames at its fps, of the profile's size.

        ValueError in one line: a last frame, bad weights, a picture that cannot be read, a clip that does not fit into
        memory."""
        if not requests:
            return []
        refuse_last_frames(requests, self.name)
        check_pipeline(self._weight, CLASSES)
        settings, pipeline = self._settings, self._load()
        count = int(pipeline.unet.config.num_frames)
        reach = reach_of(settings.width, settings.height, SIDE, step=0, offset=count, most=count, rate=settings.rate)
        chunk = self._chunk(reach.size, count)
        self._device.spare(chunk * self._decode_gb(reach.size), self._hold_name("video"))
        return make_clips(
            self._device, f"animate {self.name}", requests, reach, folder,
            lambda rows: [self._sample(pipeline, row, chunk) for row in rows], most=1, costs={},
            finish=lambda shot: self._finish(shot, folder, chunk),
        )  # fmt: skip

    def _finish(self, shot: Shot, folder: Path, chunk: int) -> Clip:
        settings, strength = self._settings, shot.request.strength
        return self._clip(
            shot, folder, steps=settings.steps, guidance=settings.guidance, prompt="", negative="",
            motion_bucket=motion_bucket(strength), noise_aug=noise_aug(strength), decoded_at_once=chunk,
        )  # fmt: skip

    # -- models

    def _gigabytes(self) -> float:
        return sum(gigabytes(self._weight, part, self._device.dtype) for part in PARTS)

    def _load(self) -> Any:
        def load() -> Any:
            return self._settle(load_pretrained(StableVideoDiffusionPipeline, self._weight, dtype=self._device.dtype))

        return self._hold("video", self._gigabytes(), load)

    def _decode_gb(self, size: tuple[int, int]) -> float:
        return size[0] * size[1] * DECODE_BYTES_PER_PIXEL / 1024**3

    def _chunk(self, size: tuple[int, int], count: int) -> int:
        """How many frames are decoded at once: by the profile, not by what is free now, so that a clip is the same on every
        run."""
        room = max(0.0, self._device.settings.vram_gb - self._gigabytes()) * DECODE_SHARE
        return max(1, min(count, int(room / self._decode_gb(size))))

    # -- sampling

    def _sample(self, pipeline: Any, row: Segment, chunk: int) -> Frame:
        """The frames of one segment; its noise is its own seed's."""
        settings, (width, height) = self._settings, row.size
        with torch.inference_mode(), quiet():
            latents = pipeline(
                image=to_pil(row.first), height=height, width=width, num_frames=row.count,
                num_inference_steps=settings.steps, min_guidance_scale=LEAST_GUIDANCE,
                max_guidance_scale=max(LEAST_GUIDANCE, settings.guidance), fps=settings.rate,
                motion_bucket_id=motion_bucket(row.request.strength),
                noise_aug_strength=noise_aug(row.request.strength),
                generator=self._device.generator(row.seed), output_type="latent",
            ).frames  # fmt: skip
            video = pipeline.decode_latents(latents.to(pipeline.vae.dtype), row.count, chunk)
            return to_frames(video[0])
