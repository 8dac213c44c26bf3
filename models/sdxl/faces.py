"""Whose face goes where: character sheets in, what an IP-Adapter looks at out. Knows images and masks, no prompts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.base import PictureRequest
from models.device import Device
from models.pictures import read_picture
from models.prompting import seen_figures
from models.sdxl.parts import Parts, reads_hidden

MEAN = (0.48145466, 0.4578275, 0.40821073)
DEVIATION = (0.26862954, 0.26130258, 0.27577711)
"""Of RGB, as CLIP was trained (Radford et al., arXiv:2103.00020; openai/CLIP's preprocessing)."""


@dataclass(frozen=True)
class Slot:
    """One character of one row: the sheet that shows them, and where they stand (uint8 0..255, (H, W); None: anywhere)."""

    sheet: Path
    mask: NDArray[np.uint8] | None


@dataclass
class Faces:
    """Embeddings of sheets, each computed once and known again by its bytes."""

    seen: dict[str, tuple[Tensor, Tensor]] = field(default_factory=dict[str, tuple[Tensor, Tensor]])

    def embed(self, parts: Parts, device: Device, sheet: Path) -> tuple[Tensor, Tensor]:
        """(what the adapter looks at, what it looks at for nobody), float32 on the CPU: (D,), or (tokens, D) for 'plus'."""
        key = file_hash(sheet)
        if key not in self.seen:
            self.seen[key] = _embed(parts, device, centre_square(read_picture(sheet)))
        return self.seen[key]


@torch.no_grad()
def _embed(parts: Parts, device: Device, face: NDArray[np.uint8]) -> tuple[Tensor, Tensor]:
    encoder = parts.image_encoder
    pixels = clip_pixels(face, encoder.config.image_size).to(device.torch_device, encoder.dtype)
    if not reads_hidden(parts.unet):
        embedding = encoder(pixels).image_embeds[0].float().cpu()
        return embedding, torch.zeros_like(embedding)
    both = encoder(torch.cat([pixels, torch.zeros_like(pixels)]), output_hidden_states=True).hidden_states[-2]
    return both[0].float().cpu(), both[1].float().cpu()


def centre_square(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The middle of a sheet, where the face is: (H, W, 3) -> (s, s, 3) with s the shorter side."""
    height, width = picture.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return picture[top : top + side, left : left + side]


def clip_pixels(picture: NDArray[np.uint8], side: int) -> Tensor:
    """uint8 BGR (s, s, 3) -> float32 (1, 3, side, side) as CLIP reads pictures."""
    how = cv2.INTER_AREA if picture.shape[0] > side else cv2.INTER_CUBIC
    rgb = cv2.resize(picture, (side, side), interpolation=how)[..., ::-1].astype(np.float32) / 255
    scaled = (rgb - np.array(MEAN, np.float32)) / np.array(DEVIATION, np.float32)
    return torch.from_numpy(np.ascontiguousarray(scaled.transpose(2, 0, 1)))[None]


def slots(request: PictureRequest, size: tuple[int, int]) -> tuple[Slot, ...]:
    """The characters seen that have a sheet. ValueError when two share a picture and one of them has no mask."""
    seen = {figure.character for figure in seen_figures(request)}
    who = [c for c in request.identity if not request.figures or c in seen]
    for character in who:
        if len(who) > 1 and character not in request.masks:
            raise ValueError(
                f"{request.unit}: {len(who)} characters in one picture, and no mask says where {character} is"
            )
    return tuple(Slot(request.identity[c], _mask(request.masks.get(c), size)) for c in who)


def _mask(path: Path | None, size: tuple[int, int]) -> NDArray[np.uint8] | None:
    return None if path is None else grey(path, size)


def grey(path: Path, size: tuple[int, int]) -> NDArray[np.uint8]:
    """A mask file as uint8 (H, W) of `size` (width, height)."""
    plain = read_picture(path).max(axis=2)
    return plain if plain.shape == size[::-1] else cv2.resize(plain, size, interpolation=cv2.INTER_AREA)


def stack(
    parts: Parts, device: Device, faces: Faces, rows: Sequence[tuple[Slot, ...]], size: tuple[int, int]
) -> tuple[Tensor, Tensor, Tensor]:
    """(embeddings (B, n, ...), those of nobody, masks (B, n, H, W) in 0..1) for rows with up to n characters.

    A row with fewer has slots with a black mask: they add exactly nothing, whatever the other rows are."""
    width, height = size
    count = max(1, *(len(row) for row in rows))
    known = [[faces.embed(parts, device, slot.sheet) for slot in row] for row in rows]
    blank = next((pair[0] for row in known for pair in row), None)
    blank = _blank(parts) if blank is None else torch.zeros_like(blank)
    masks = torch.zeros(len(rows), count, height, width)
    for at, row in enumerate(rows):
        for number, slot in enumerate(row):
            masks[at, number] = 1.0 if slot.mask is None else torch.from_numpy(slot.mask.astype(np.float32) / 255)
    halves = [
        torch.stack([torch.stack([pair[half] for pair in row] + [blank] * (count - len(row))) for row in known])
        for half in (0, 1)
    ]
    where = device.torch_device
    return halves[0].to(where), halves[1].to(where), masks.to(where)


def _blank(parts: Parts) -> Tensor:
    """Zeros in the shape of an embedding."""
    config = parts.image_encoder.config
    if not reads_hidden(parts.unet):
        return torch.zeros(config.projection_dim)
    return torch.zeros((config.image_size // config.patch_size) ** 2 + 1, config.hidden_size)


def file_hash(path: Path) -> str:
    """sha256 of a file's bytes. ValueError when it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from None
