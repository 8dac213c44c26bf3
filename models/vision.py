"""Two seeing models: a detector that finds faces and lettering, and an embedder that says how alike two faces are.

Lists of pictures in, results in the same order out, in batches. It knows nothing of shots, characters or limits.
Detector: OWLv2 (Minderer et al., 'Scaling open-vocabulary object detection', 2023), which is asked in words and so finds
drawn faces as well as filmed ones. Embedder: the CLIP vision tower that the IP-Adapter itself looks through."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoTokenizer, CLIPVisionModelWithProjection, Owlv2ForObjectDetection

from models.base import Cost
from models.device import Device
from models.loading import gigabytes, load_pretrained
from models.scores import FaceBox, Pixels
from models.settings import Weight

QUERIES = ("a face", "text", "a watermark", "a logo")
FACE = 0
DETECT_BATCH, EMBED_BATCH = 16, 64
FACE_LEAST = 0.25
"""Least score of a face. OWLv2's scores run low: its makers show boxes from 0.1, sure ones stand above 0.3."""
FACES_MOST = 12
OVERLAP = 0.5  # intersection over union from which two boxes are one face
TEXT_AREA = 0.01
"""Of the frame: lettering as large counts with its whole score, less of it with less."""
CROP = 1.3
"""Side of a face's crop, in box sides."""
MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
"""RGB, from CLIP's training (openai/CLIP, clip.py); OWLv2's and the IP-Adapter's encoder keep them."""
GREY = 127  # what squares a picture for the detector, as OWLv2's own preparation does


@dataclass(frozen=True)
class Found:
    """What one picture shows: faces, surest first, and lettering 0..1 (the surest box, small ones less)."""

    faces: tuple[FaceBox, ...]
    lettering: float


class Detector:
    """OWLv2 with four fixed questions."""

    def __init__(self, device: Device, weight: Weight) -> None:
        self._device, self._weight = device, weight

    def find(self, pictures: Sequence[Pixels]) -> list[tuple[Found, Cost]]:
        """What each picture (height, width, 3; any sizes) shows, with its share of the cost."""
        if not pictures:
            return []
        model, words = self._held()
        side = int(model.config.vision_config.image_size)

        def call(batch: list[Pixels]) -> list[Found]:
            pixels = tensor_of([squared(p, side) for p in batch], self._device)
            asked = {name: value.repeat(len(batch), 1) for name, value in words.items()}
            with torch.inference_mode():
                out = model(pixel_values=pixels, **asked)
            sure, boxes = out.logits.float().sigmoid().cpu().numpy(), out.pred_boxes.float().cpu().numpy()
            return [read_boxes(s, b, p.shape) for s, b, p in zip(sure, boxes, batch, strict=True)]

        return list(self._device.run("detector", pictures, DETECT_BATCH, call))

    def _held(self) -> tuple[Any, dict[str, torch.Tensor]]:
        weight = self._weight
        size = gigabytes(weight, dtype=self._device.dtype)
        return self._device.hold(f"detector {weight.repo}@{weight.revision}", size, self._load)

    def _load(self) -> tuple[Any, dict[str, torch.Tensor]]:
        where = self._device.torch_device
        model = load_pretrained(Owlv2ForObjectDetection, self._weight, dtype=self._device.dtype).to(where)
        tokenizer = load_pretrained(AutoTokenizer, self._weight)
        length = int(model.config.text_config.max_position_embeddings)
        words = tokenizer(list(QUERIES), padding="max_length", max_length=length, truncation=True, return_tensors="pt")
        return model, {name: words[name].to(where) for name in ("input_ids", "attention_mask")}


class Embedder:
    """CLIP's image embedding, of length one."""

    def __init__(self, device: Device, weight: Weight) -> None:
        self._device, self._weight = device, weight
        self._subfolder = (weight.files or {}).get("encoder", "")

    def embed(self, pictures: Sequence[Pixels]) -> list[tuple[NDArray[np.float32], Cost]]:
        """A unit vector (projection,) for each picture, which is seen whole, squeezed to a square."""
        if not pictures:
            return []
        model = self._held()
        side = int(model.config.image_size)

        def call(batch: list[Pixels]) -> list[NDArray[np.float32]]:
            pixels = tensor_of([resized(p, (side, side)) for p in batch], self._device)
            with torch.inference_mode():
                out = model(pixel_values=pixels).image_embeds.float()
            return list(torch.nn.functional.normalize(out, dim=-1).cpu().numpy())

        return list(self._device.run("embedder", pictures, EMBED_BATCH, call))

    def _held(self) -> Any:
        weight, device = self._weight, self._device
        size = gigabytes(weight, self._subfolder, device.dtype)
        name = f"embedder {weight.repo}@{weight.revision}"
        return device.hold(name, size, lambda: self._load().to(device.torch_device))

    def _load(self) -> Any:
        kind = CLIPVisionModelWithProjection
        return load_pretrained(kind, self._weight, subfolder=self._subfolder, dtype=self._device.dtype)


# -- pixels


def resized(picture: Pixels, size: tuple[int, int]) -> Pixels:
    """Squeezed or stretched to (width, height)."""
    how = cv2.INTER_AREA if picture.shape[0] > size[1] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, size, interpolation=how), np.uint8)


def squared(picture: Pixels, side: int) -> Pixels:
    """The whole picture at the top left of a grey square, (side, side, 3): its proportions stay."""
    h, w = picture.shape[:2]
    scale = side / max(h, w)
    size = max(1, round(w * scale)), max(1, round(h * scale))
    out = np.full((side, side, 3), GREY, np.uint8)
    out[: size[1], : size[0]] = resized(picture, size)
    return out


def tensor_of(pictures: Sequence[Pixels], device: Device) -> torch.Tensor:
    """(n, 3, side, side) RGB as CLIP was trained on, on the device."""
    rgb = np.stack(pictures)[..., ::-1].astype(np.float32) / 255
    rgb = (rgb - np.array(MEAN, np.float32)) / np.array(STD, np.float32)
    flat = torch.from_numpy(np.ascontiguousarray(rgb.transpose(0, 3, 1, 2)))
    return flat.to(device.torch_device, device.dtype)


def cropped(picture: Pixels, box: FaceBox) -> Pixels:
    """A square about a face, as far as the frame goes."""
    h, w = picture.shape[:2]
    half = max(4.0, CROP / 2 * max((box.right - box.left) * w, box.height * h))
    x, y = (box.left + box.right) / 2 * w, (box.top + box.bottom) / 2 * h
    x, y = min(max(x, 0.0), w - 1.0), min(max(y, 0.0), h - 1.0)
    left, top = max(0, round(x - half)), max(0, round(y - half))
    return picture[top : max(top + 1, min(h, round(y + half))), left : max(left + 1, min(w, round(x + half)))]


# -- boxes


def read_boxes(sure: NDArray[np.float32], boxes: NDArray[np.float32], shape: Sequence[int]) -> Found:
    """Scores (patches, queries) and boxes (patches, 4: centre x, y, width, height in fractions of the square) of one
    picture, as fractions of the picture itself."""
    h, w = shape[:2]
    scale = np.array([max(h, w) / w, max(h, w) / h])
    low, high = (boxes[:, :2] - boxes[:, 2:] / 2) * scale, (boxes[:, :2] + boxes[:, 2:] / 2) * scale
    edges = np.clip(np.concatenate([low, high], axis=1), 0, 1)
    area = np.prod(edges[:, 2:] - edges[:, :2], axis=1)
    words = np.delete(sure, FACE, axis=1).max(axis=1) * np.sqrt(np.minimum(1, area / TEXT_AREA))
    is_face = (sure.argmax(axis=1) == FACE) & (sure[:, FACE] >= FACE_LEAST) & (area > 0)
    faces = [FaceBox(*map(float, e), float(s)) for e, s in zip(edges[is_face], sure[is_face, FACE], strict=True)]
    return Found(apart(faces), float(words.max(initial=0)))


def apart(faces: Iterable[FaceBox]) -> tuple[FaceBox, ...]:
    """The surest of boxes that mean the same face, at most twelve."""
    kept: list[FaceBox] = []
    for face in sorted(faces, key=lambda f: -f.score):
        if len(kept) < FACES_MOST and all(overlap(face, other) < OVERLAP for other in kept):
            kept.append(face)
    return tuple(kept)


def overlap(a: FaceBox, b: FaceBox) -> float:
    """Intersection over union, 0..1."""
    wide = min(a.right, b.right) - max(a.left, b.left)
    high = min(a.bottom, b.bottom) - max(a.top, b.top)
    both = max(0.0, wide) * max(0.0, high)
    union = sum((f.right - f.left) * f.height for f in (a, b)) - both
    return both / union if union > 0 else 0.0
