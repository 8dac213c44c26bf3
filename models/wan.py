"""The animator on Wan (2.2 TI2V-5B, and image-to-video models of the 2.1 and 2.2 A14B layouts): key frames to clips through
diffusers' WanImageToVideoPipeline, one shot a call, since the pipeline takes one picture.

- frames 4k + 1; sides multiples of the VAE's factor times the network's patch (5B: 32), read off the loaded model;
- the VAE stays in float32, as the model's card loads it; the scheduler's flow shift is the repository's own (5B: 5.0);
- the 5B layout (`expand_timesteps`) puts only the first picture in and drops `last_image` without a word: a request with a
  last frame is refused. The others join both pictures to the latents: Wan 2.2 A14B (no CLIP picture states) and Wan 2.1 FLF2V
  (states of two pictures, `pos_embed_seq_len`) use a last frame; Wan 2.1 I2V was made for one picture and is refused it. It
  stands on the last frame that is made, up to three after the last one that is used.
The A14B layout is proven on tiny networks only; at full size it wants 80 GB."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKLWan, WanImageToVideoPipeline

from models.base import Clip, ClipRequest, Cost
from models.clips import (
    ClipModel,
    Frame,
    Reach,
    Remembered,
    Segment,
    Shot,
    check_pipeline,
    make_clips,
    quiet,
    reach_of,
    read_config,
    refuse_last_frames,
    to_frames,
    to_pil,
)
from models.loading import gigabytes, load_pretrained
from models.motion import motion_negative, motion_prompt
from models.settings import Backing, Weight

CLASSES = ("WanImageToVideoPipeline", "WanPipeline")
"""What model_index.json may be for: the 5B's repository names the pipeline for texts, whose parts are the same."""
VIDEO_PARTS = ("transformer", "transformer_2", "image_encoder")
TEXT_ONLY: Mapping[str, None] = dict.fromkeys(
    ("transformer", "transformer_2", "vae", "image_encoder", "image_processor")
)
MOST_TOKENS = 512
"""What Wan reads of a prompt (pipeline default, and the length that its networks were trained with)."""
DECODE_BYTES_PER_PIXEL = 22_000
"""What the VAE's decoder takes a pixel of the picture, in float32, however long the clip is: its widest maps (5B: 512 channels
at half of each side, six frames) seven times over, and the frames that each convolution remembers. Counted over the
decoder's own operations at full size: 21,760 (Wan 2.2, 704x1280), 19,610 (Wan 2.1)."""


class WanAnimator(ClipModel):
    """A `models.base.Animator`."""

    def __init__(self, backing: Backing) -> None:
        super().__init__(backing)
        self.uses_last_frame = joins_last_frame(self._weight)
        self._texts: Remembered[torch.Tensor] = Remembered()

    # -- what the engine calls

    def animate(self, requests: Sequence[ClipRequest], folder: Path) -> list[Clip]:
        """One clip per request at folder / (unit + '.mp4'), exactly num_frames at its fps, of the profile's size.

        ValueError in one line: a last frame where the model has no use for it, bad weights, a picture that cannot be read,
        a clip that does not fit into memory."""
        if not requests:
            return []
        if not self.uses_last_frame:
            refuse_last_frames(requests, self.name)
        check_pipeline(self._weight, CLASSES)
        self.prepare(requests)
        pipeline = self._video()
        reach = self._reach(pipeline)
        width, height = reach.size
        whole = width * height * DECODE_BYTES_PER_PIXEL / 1024**3
        self._device.spare(min(whole, 4.0) if self._tiled() else whole, self._hold_name("video"))
        return make_clips(
            self._device, f"animate {self.name}", requests, reach, folder,
            lambda rows: [self._sample(pipeline, row) for row in rows], most=1, costs=self._spent(requests),
            finish=lambda shot: self._finish(shot, folder),
        )  # fmt: skip

    def prepare(self, requests: Sequence[ClipRequest]) -> None:
        """Reads the prompts of requests that will come, so that the text encoder (UMT5-XXL, 11.4 GB) is loaded once for all
        of them and makes room for the video model. What it costs is said with the clips."""
        self._owe(self._texts.read({r.unit: self._needed(r) for r in requests}, self._read))

    def _finish(self, shot: Shot, folder: Path) -> Clip:
        settings, (prompt, *negative) = self._settings, self._needed(shot.request)
        return self._clip(
            shot, folder, steps=settings.steps, guidance=settings.guidance, prompt=prompt, negative="".join(negative),
            tiled=self._tiled(),
        )  # fmt: skip

    # -- words

    @property
    def _guided(self) -> bool:
        return self._settings.guidance > 1

    def _needed(self, request: ClipRequest) -> tuple[str, ...]:
        """The prompt and, where guidance uses it, the negative one. UMT5 reads Chinese."""
        prompt = motion_prompt(request, self._settings.style, reads_han=True)
        return (prompt, motion_negative(request, self._settings.negative)) if self._guided else (prompt,)

    def _read(self, texts: list[str]) -> Iterable[tuple[torch.Tensor, Cost]]:
        pipeline = self._text()
        return self._device.run(f"read {self.name}", texts, 1, lambda rows: [self._embed(pipeline, rows[0])])

    def _embed(self, pipeline: Any, text: str) -> torch.Tensor:
        """(tokens, channels) on the CPU; one text at a time, so that its states are the same in every batch."""
        with torch.inference_mode(), quiet():
            states, _ = pipeline.encode_prompt(
                prompt=[text], do_classifier_free_guidance=False, max_sequence_length=MOST_TOKENS
            )
        return states[0].cpu()

    # -- models

    def _text(self) -> Any:
        def load() -> Any:
            pipeline = load_pretrained(
                WanImageToVideoPipeline, self._weight, dtype=self._device.dtype, classes=CLASSES, **TEXT_ONLY
            )
            return self._settle(pipeline)

        return self._hold("text", gigabytes(self._weight, "text_encoder", self._device.dtype), load)

    def _video(self) -> Any:
        def load() -> Any:
            pipeline = load_video(self._weight, self._device.dtype)
            if self._tiled():
                pipeline.vae.enable_tiling()
            return self._settle(pipeline)

        return self._hold("video", self._video_gb(), load)

    def _video_gb(self) -> float:
        parts = [part for part in VIDEO_PARTS if (self._weight.folder / part).is_dir()]
        networks = sum(gigabytes(self._weight, part, self._device.dtype) for part in parts)
        return networks + gigabytes(self._weight, "vae", torch.float32)

    def _tiled(self) -> bool:
        """Whether the decoder works tile by tile: where the profile's memory does not hold weights and a whole decode."""
        pixels = self._settings.width * self._settings.height
        return self._video_gb() + pixels * DECODE_BYTES_PER_PIXEL / 1024**3 > self._device.settings.vram_gb

    def _reach(self, pipeline: Any) -> Reach:
        settings = self._settings
        patch = pipeline.transformer.config.patch_size[1]
        return reach_of(
            settings.width, settings.height, pipeline.vae_scale_factor_spatial * patch,
            step=pipeline.vae_scale_factor_temporal, offset=1, most=settings.frames, rate=settings.rate,
        )  # fmt: skip

    # -- sampling

    def _sample(self, pipeline: Any, row: Segment) -> Frame:
        """The frames of one segment; its noise is its own seed's."""
        settings, (width, height) = self._settings, row.size
        states = [self._texts.of(text)[None].to(self._device.torch_device) for text in self._needed(row.request)]
        with torch.inference_mode(), quiet():
            latents = pipeline(
                image=to_pil(row.first), last_image=to_pil(row.last) if row.last is not None else None,
                prompt_embeds=states[0], negative_prompt_embeds=states[1] if self._guided else None,
                height=height, width=width, num_frames=row.count, num_inference_steps=settings.steps,
                guidance_scale=settings.guidance if self._guided else 1.0,
                generator=self._device.generator(row.seed), output_type="latent",
            ).frames  # fmt: skip
            return decode(pipeline.vae, latents)


def load_video(weight: Weight, dtype: torch.dtype) -> Any:
    """The pipeline without its text encoder, on the CPU. ValueError, one line, on bad weights or a model for texts alone."""
    vae = load_pretrained(AutoencoderKLWan, weight, subfolder="vae", dtype=torch.float32)
    pipeline = load_pretrained(
        WanImageToVideoPipeline, weight, dtype=dtype, classes=CLASSES, text_encoder=None, tokenizer=None, vae=vae
    )
    takes, gives = pipeline.transformer.config.in_channels, vae.config.z_dim
    if not pipeline.config.expand_timesteps and takes <= gives:
        raise ValueError(f"weights '{weight.name}' are a Wan model for texts: a key frame has no place in it")
    return pipeline


def joins_last_frame(weight: Weight) -> bool:
    """Whether this Wan model really uses a last picture, as the module's docstring says; read off the configs alone. What
    cannot be read is refused when it is loaded."""
    try:
        index, network = (read_config(weight, name) for name in ("model_index.json", "transformer/config.json"))
    except ValueError:
        return False
    if index.get("expand_timesteps", False) or network.get("in_channels", 0) <= network.get("out_channels", 0):
        return False
    return network.get("image_dim") is None or network.get("pos_embed_seq_len") is not None


def decode(vae: Any, latents: torch.Tensor) -> Frame:
    """Latents (1, channels, frames, height, width) as the pipeline leaves them, to uint8 BGR frames; as its own last step."""
    latents = latents.to(vae.device, vae.dtype)
    shape = (1, vae.config.z_dim, 1, 1, 1)
    mean, std = (
        torch.tensor(values, device=latents.device, dtype=latents.dtype).view(shape)
        for values in (vae.config.latents_mean, vae.config.latents_std)
    )
    return to_frames(vae.decode(latents * std + mean, return_dict=False)[0][0])
