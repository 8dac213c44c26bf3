"""What scripts/bench_gpu.py compares with: plain eager diffusers and transformers on the same weights, one item at a time,
loaded and called as their documentation shows. None of our adapters is used.

Each yardstick loads when it is made and gives a function that does one item: one picture with control maps and a face,
one clip (not yet encoded), one answer (not held to a schema), one picture judged (detector, then one face's embedding)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from bench_stages import Setup, clip_request, picture_request, write_request
from PIL import Image

from models import motion, prompting
from models.settings import Weight
from models.vision import QUERIES

Item = Callable[[int], Any]

MODES = {"pose": 0, "depth": 1, "lineart": 3, "canny": 3}
LOCAL: dict[str, Any] = {"local_files_only": True, "use_safetensors": True}
WARM_TOKENS = 16


def opened(path: Path, size: tuple[int, int]) -> Image.Image:
    return Image.open(path).convert("RGB").resize(size)


def painter(setup: Setup) -> Item:
    """StableDiffusionXLControlNetUnionPipeline as in its example, on the card; the few-step UNet as in SDXL-Lightning's
    model card; faces as in diffusers' guide to IP-Adapter."""
    from diffusers import EulerDiscreteScheduler, StableDiffusionXLControlNetUnionPipeline

    weights, paint, dtype = setup.weights, setup.settings.paint, setup.device.dtype
    parts = _painter_parts(setup)
    pipe: Any = StableDiffusionXLControlNetUnionPipeline.from_pretrained(
        str(weights["painter"].folder), **parts, dtype=dtype, add_watermarker=False, **LOCAL
    )
    pipe.scheduler = EulerDiscreteScheduler.from_config(pipe.scheduler.config, timestep_spacing="trailing")
    extra: dict[str, Any] = {}
    if (identity := weights.get("identity")) is not None:
        _add_faces(pipe, identity, paint.identity_scale)
        extra["ip_adapter_image"] = opened(setup.files["sheet"], (512, 512))
    pipe.to(setup.device.torch_device)
    pipe.set_progress_bar_config(disable=True)
    size = (paint.width, paint.height)
    kinds = sorted(paint.controls)
    maps = [opened(setup.files[kind], size) for kind in kinds]

    def item(number: int) -> Any:
        told = prompting.prompt(picture_request(setup, f"y{number}", number), paint.style, paint.negative)
        return pipe(
            told.text, control_image=list(maps), control_mode=[MODES[kind] for kind in kinds],
            controlnet_conditioning_scale=[paint.controls[kind] for kind in kinds],  # pyright: ignore[reportArgumentType]
            control_guidance_end=paint.control_stop, width=size[0], height=size[1], num_inference_steps=paint.steps,
            guidance_scale=paint.guidance, generator=torch.Generator("cpu").manual_seed(number), **extra,
        ).images  # fmt: skip

    return item


def _painter_parts(setup: Setup) -> dict[str, Any]:
    from diffusers import AutoModel, ControlNetUnionModel, UNet2DConditionModel
    from safetensors.torch import load_file

    weights, dtype = setup.weights, setup.device.dtype
    parts: dict[str, Any] = {
        "controlnet": ControlNetUnionModel.from_pretrained(str(weights["control"].folder), dtype=dtype, **LOCAL)
    }
    if (vae := weights.get("vae")) is not None:
        parts["vae"] = AutoModel.from_pretrained(str(vae.folder), dtype=dtype, **LOCAL)
    if (fast := weights.get("accelerator")) is not None:
        config = UNet2DConditionModel.load_config(
            str(weights["painter"].folder), subfolder="unet", local_files_only=True
        )
        unet: Any = UNet2DConditionModel.from_config(config)
        unet = unet.to(setup.device.torch_device, dtype)
        files = fast.files or {}
        unet.load_state_dict(load_file(fast.folder / files["4"], device=str(setup.device.torch_device)))
        parts["unet"] = unet
    return parts


def _add_faces(pipe: Any, identity: Weight, scale: float) -> None:
    files = identity.files or {}
    folder, _, name = files["adapter"].rpartition("/")
    pipe.load_ip_adapter(
        str(identity.folder), subfolder=folder, weight_name=name, image_encoder_folder=files["encoder"],
        local_files_only=True,
    )  # fmt: skip
    pipe.set_ip_adapter_scale(scale)


def animator(setup: Setup) -> Item:
    """LTXConditionPipeline as in its example, at the few-step settings of Lightricks' README."""
    from diffusers import LTXConditionPipeline
    from diffusers.pipelines.ltx.pipeline_ltx_condition import LTXVideoCondition

    animate = setup.settings.animate
    pipe: Any = LTXConditionPipeline.from_pretrained(
        str(setup.weights["animator"].folder), dtype=setup.device.dtype, **LOCAL
    )
    pipe.to(setup.device.torch_device)
    pipe.set_progress_bar_config(disable=True)
    first = opened(setup.files["frame"], (animate.width, animate.height))

    def item(number: int) -> Any:
        prompt = motion.motion_prompt(clip_request(setup, f"y{number}", number), animate.style)
        return pipe(
            conditions=[LTXVideoCondition(image=first, frame_index=0)], prompt=prompt, width=animate.width,
            height=animate.height, num_frames=animate.frames, frame_rate=animate.rate,
            num_inference_steps=animate.steps, guidance_scale=1.0, decode_timestep=0.05, decode_noise_scale=0.025,
            generator=torch.Generator("cpu").manual_seed(number),
        ).frames[0]  # fmt: skip

    return item


def writer(setup: Setup) -> Item:
    """AutoModelForCausalLM.generate as in transformers' guide to chat models."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder, write, where = setup.weights["writer"].folder, setup.settings.write, setup.device.torch_device
    tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=setup.device.dtype, **LOCAL).to(where)

    def item(number: int) -> Any:
        asked = write_request(setup, f"y{number}", number)
        turns = [{"role": "system", "content": asked.system}, {"role": "user", "content": asked.prompt}]
        inputs = tokenizer.apply_chat_template(
            turns, add_generation_prompt=True, return_tensors="pt", return_dict=True
        ).to(where)
        torch.manual_seed(number)
        tokens = write.max_tokens if number else WARM_TOKENS
        return model.generate(
            **inputs, max_new_tokens=tokens, min_new_tokens=tokens, do_sample=True,
            temperature=write.temperature, top_p=write.top_p,
        ).cpu()  # fmt: skip

    return item


def judge(setup: Setup) -> Item:
    """Owlv2ForObjectDetection with its processor, then CLIPVisionModelWithProjection with its own, as in their guides."""
    from transformers import CLIPImageProcessor, CLIPVisionModelWithProjection, Owlv2ForObjectDetection, Owlv2Processor

    where, dtype = setup.device.torch_device, setup.device.dtype
    detector, embedder = setup.weights["detector"], setup.weights["embedder"]
    encoder = (embedder.files or {}).get("encoder", "")
    finder: Any = Owlv2ForObjectDetection.from_pretrained(detector.folder, dtype=dtype, **LOCAL).to(where)
    processor: Any = Owlv2Processor.from_pretrained(detector.folder, local_files_only=True)
    seer: Any = CLIPVisionModelWithProjection.from_pretrained(embedder.folder / encoder, dtype=dtype, **LOCAL).to(where)
    side = int(seer.config.image_size)
    crops = CLIPImageProcessor(size={"shortest_edge": side}, crop_size={"height": side, "width": side})
    paint = setup.settings.paint
    picture = opened(setup.files["frame"], (paint.width, paint.height))
    face = picture.crop((0, 0, paint.width // 2, paint.width // 2))

    def item(number: int) -> Any:
        with torch.no_grad():
            asked = processor(text=[list(QUERIES)], images=picture, return_tensors="pt")
            seen = finder(**{k: v.to(where, dtype) if v.is_floating_point() else v.to(where) for k, v in asked.items()})
            pixels = crops(images=face, return_tensors="pt")["pixel_values"].to(where, dtype)
            return seen.logits.cpu(), seer(pixel_values=pixels).image_embeds.cpu()

    return item


YARDSTICKS: dict[str, tuple[str, Callable[[Setup], Item], int]] = {
    "writer": ("transformers generate, no schema", writer, 1),
    "painter": ("diffusers SDXL ControlNet-Union + IP-Adapter", painter, 3),
    "judge": ("transformers OWLv2 + CLIP", judge, 6),
    "animator": ("diffusers LTXConditionPipeline, not encoded", animator, 2),
}
"""Stage -> what it is, how it is made, how many items are timed after one that is not."""
