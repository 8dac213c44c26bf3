"""Control maps of a reference picture that a user gives: canny, lineart, depth, pose. Knows no requests and no painters.

Canny and lineart need no weights. Lineart is the ControlNet annotators' "lineart standard" (as in controlnet-aux 0.0.10,
https://github.com/huggingface/controlnet_aux) in OpenCV: that package cannot be imported without torchvision, timm, einops
and scikit-image. Depth and pose run transformers' Depth Anything and ViTPose; torch loads with the first of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.settings import CONTROL_KINDS, Backing, Weight
from models.skeleton import Point, draw_skeletons, from_coco

if TYPE_CHECKING:
    from torch import Tensor

    from models.device import Device

Pixels = NDArray[np.uint8]
CANNY = (100, 200)
NARROWEST = 8
"""The longer side over the shorter one, up to which a picture has a map."""
LINE_SIDE, LINE_GRID = 512, 64
"""Pixels of the shorter side that lines are sought at, and what both sides are a multiple of."""
LINE_SIGMA, LINE_FAINT, LINE_LEAST, LINE_LEVEL = 6.0, 8.0, 16.0, 127.0
MEAN, SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""ImageNet's, of red, green and blue in 0..1."""
LEAST_SCORE = 0.3
"""A key point scored lower is not there."""
ENOUGH, MARGIN = 4, 0.15
"""Key points that show where the person is, and the room around them when they are looked at again."""

Box = tuple[float, float, float, float]


class ReferenceMaps:
    """Control maps of pictures that a user gives, for the painter: roles 'depth' and 'pose' name weights, if any."""

    name = "reference"

    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds that can be made with the weights there are."""
        return tuple(k for k in CONTROL_KINDS if k in ("canny", "lineart") or k in self._backing.weights)

    def controls(self, picture: Pixels, kinds: Sequence[str]) -> dict[str, Pixels]:
        """A map per kind, in the picture's size."""
        device = self._device() if set(kinds) & {"depth", "pose"} else None
        return {kind: control_map(kind, picture, self._backing.weights, device) for kind in kinds}

    def _device(self) -> Device:
        from models.device import house_device

        return house_device(self._backing.settings.device)


def control_map(
    kind: str, picture: Pixels, weights: Mapping[str, Weight] | None = None, device: Device | None = None
) -> Pixels:
    """The map of `kind` (pose, lineart, depth, canny) of a uint8 BGR picture (height, width, 3), in its size and type.

    Depth (white is near) and pose need their weights, by kind, and a device; a pose is that of one person. ValueError for an
    unknown kind, a picture of another shape, or weights that are not there or not whole."""
    if kind not in CONTROL_KINDS:
        raise ValueError(f"unknown control kind {kind!r}: choose from {', '.join(CONTROL_KINDS)}")
    _check(picture)
    if kind == "canny":
        return _spread(cv2.Canny(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), *CANNY))
    if kind == "lineart":
        return lineart(picture)
    if device is None or weights is None or kind not in weights:
        raise ValueError(f"a {kind} map of a reference picture needs weights for '{kind}': add them below [models]")
    return (_depth if kind == "depth" else _pose)(picture, weights[kind], device)


def _check(picture: Pixels) -> None:
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3 or picture.size == 0:
        raise ValueError(f"a reference picture is uint8 (height, width, 3), got {picture.dtype} {picture.shape}")
    short, long = sorted(picture.shape[:2])
    if long > NARROWEST * short:
        raise ValueError(f"a reference picture of {picture.shape[1]}x{picture.shape[0]} pixels is too narrow for a map")


def _spread(grey: Pixels) -> Pixels:
    return cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)


def lineart(picture: Pixels) -> Pixels:
    """White lines on black where a picture is darker than its surroundings in every colour."""
    height, width = picture.shape[:2]
    share = LINE_SIDE / min(height, width)
    size = [max(1, round(side * share / LINE_GRID)) * LINE_GRID for side in (width, height)]
    how = cv2.INTER_LANCZOS4 if share > 1 else cv2.INTER_AREA
    tone = cv2.resize(picture, size, interpolation=how).astype(np.float32)
    darker = np.clip((cv2.GaussianBlur(tone, (0, 0), LINE_SIGMA) - tone).min(axis=2), 0, 255)
    clear = darker[darker > LINE_FAINT]
    usual = max(LINE_LEAST, float(np.median(clear))) if clear.size else LINE_LEAST
    lines = np.clip(darker * (LINE_LEVEL / usual), 0, 255).astype(np.uint8)
    return _spread(cv2.resize(lines, (width, height), interpolation=cv2.INTER_CUBIC))


# -- depth


def _depth(picture: Pixels, weight: Weight, device: Device) -> Pixels:
    """Nearness as Depth Anything tells it, spread over 0..255."""
    import torch
    from transformers import DepthAnythingForDepthEstimation

    model = _held(DepthAnythingForDepthEstimation, weight, device)
    height, width = picture.shape[:2]
    size = _patched(width, height, _side(model.config.backbone_config), int(model.config.patch_size))
    shrinks = size[0] < width
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
    with torch.inference_mode():
        near = model(pixel_values=_normal(small, device)).predicted_depth[0].float().cpu().numpy()
    return _spread(cv2.resize(_levels(near, weight), (width, height), interpolation=cv2.INTER_CUBIC))


def _side(backbone: Any) -> int:
    size = backbone.image_size
    return int(size if isinstance(size, int) else min(size))


def _patched(width: int, height: int, side: int, patch: int) -> tuple[int, int]:
    """The size a picture is seen at: one side as long as the model's own, the other as its shape wants, whole patches.

    Which side is the one that changes less, as DPT's image processor has it."""
    scales = side / width, side / height
    scale = min(scales, key=lambda s: abs(1 - s))
    return max(1, round(scale * width / patch)) * patch, max(1, round(scale * height / patch)) * patch


def _levels(near: NDArray[np.float32], weight: Weight) -> Pixels:
    low, high = float(near.min()), float(near.max())
    if not np.isfinite(low + high):
        raise ValueError(f"weights '{weight.name}' tell no depth: their answer is not a number")
    return ((near - low) * (255 / max(high - low, 1e-6))).astype(np.uint8)


# -- pose


def _pose(picture: Pixels, weight: Weight, device: Device) -> Pixels:
    """The skeleton of one person as ViTPose finds it: in the whole picture first, then close around what was found."""
    from transformers import VitPoseForPoseEstimation

    model = _held(VitPoseForPoseEstimation, weight, device)
    height, width = picture.shape[:2]
    joints = _joints(model, picture, (0.0, 0.0, float(width), float(height)), device)
    if len(joints) >= ENOUGH:
        closer = _joints(model, picture, _around(joints, width, height), device)
        joints = closer if len(closer) >= len(joints) else joints
    return draw_skeletons([joints], width, height)


def _joints(model: Any, picture: Pixels, box: Box, device: Device) -> dict[str, Point]:
    """OpenPose joints of the person within a box of x, y, width, height."""
    import torch
    from transformers import VitPoseImageProcessorPil

    high, wide = (int(n) for n in model.config.backbone_config.image_size)
    boxes = [[list(box)]]
    processor = VitPoseImageProcessorPil(size={"height": high, "width": wide})
    seen = processor(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), boxes=boxes, return_tensors="pt")["pixel_values"]
    more = {}
    if getattr(model.config.backbone_config, "num_experts", 1) > 1:
        more["dataset_index"] = torch.zeros(1, dtype=torch.long, device=device.torch_device)
    with torch.inference_mode():
        answer = model(pixel_values=seen.to(device.torch_device, device.dtype), **more)
    answer.heatmaps = answer.heatmaps.float()
    person = processor.post_process_pose_estimation(answer, boxes=boxes)[0][0]
    return from_coco(person["keypoints"].tolist(), person["scores"].tolist(), LEAST_SCORE)


def _around(joints: Mapping[str, Point], width: int, height: int) -> Box:
    """The box of a person, with room, within the picture."""
    places = np.array(list(joints.values()))
    low, high = places.min(axis=0), places.max(axis=0)
    room = MARGIN * float((high - low).max())
    left, top = np.maximum(low - room, 0)
    right, bottom = np.minimum(high + room, (width, height))
    return float(left), float(top), max(1.0, float(right - left)), max(1.0, float(bottom - top))


# -- models


def _held(cls: Any, weight: Weight, device: Device) -> Any:
    """The model of these weights, loaded on first use and kept while there is room."""
    from models.loading import gigabytes, load_pretrained

    def load() -> Any:
        return load_pretrained(cls, weight, dtype=device.dtype).to(device.torch_device)

    return device.hold(f"control {weight.name}@{weight.revision}", gigabytes(weight, dtype=device.dtype), load)


def _normal(picture: Pixels, device: Device) -> Tensor:
    """A batch of one in the model's own colours: (1, 3, height, width)."""
    import torch

    colours = (cv2.cvtColor(picture, cv2.COLOR_BGR2RGB).astype(np.float32) / 255 - MEAN) / SPREAD
    return torch.from_numpy(colours.astype(np.float32)).permute(2, 0, 1)[None].to(device.torch_device, device.dtype)
