"""SdxlPainter: picture requests in, candidates with their recipes out. Groups what can run as one; knows no engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from models import prompting
from models.base import Cost, Picture, PictureRequest, Rights
from models.device import Device, house_device
from models.pictures import read_picture
from models.sdxl import faces, parts, steps
from models.settings import Backing, PaintSettings

Pixels = NDArray[np.uint8]
Key = tuple[Any, ...]
FEATHER = 8.0
"""Pixels inside a repair's edge over which the new picture fades in; outside, the source stays as it is."""
UNUSED = "not used: "


@dataclass(frozen=True)
class Row:
    """One candidate of one request: what the models are given."""

    request: PictureRequest
    seed: int
    prompt: prompting.Prompt
    chunks: steps.Chunks
    negative: steps.Chunks
    cut: tuple[str, ...]
    negative_cut: tuple[str, ...]
    kinds: tuple[str, ...]  # of the control maps that are used
    slots: tuple[faces.Slot, ...]

    @property
    def key(self) -> Key:
        """Rows of one key run in one batch; it depends on the row alone, so a batch never changes a picture."""
        r = self.request
        return (r.size, len(self.chunks), self.kinds, r.change if r.source else None, r.repair is not None)


class SdxlPainter:
    """Paints with SDXL. Candidate k of a request is painted from the noise of seed `request.seed + k`, which is drawn on
    the CPU. A row of a batch equals its single run within 2/255 in the mean; on the CPU in float32 latents (of size 10)
    were measured less than 1e-4 apart."""

    name = "sdxl"
    suffix = ".png"

    def __init__(self, backing: Backing) -> None:
        self._backing = backing
        self._paint: PaintSettings = backing.settings.paint
        self._scales: dict[str, float] = {kind: scale for kind, scale in self._paint.controls.items()}
        self._faces = faces.Faces()
        self.version = {**backing.print(*parts.ROLES, part="paint"), "words": prompting.digest()}

    def paint(self, requests: Sequence[PictureRequest]) -> list[list[Picture]]:
        """`request.candidates` pictures per request, uint8 BGR of `request.size`.

        ValueError, one line: a request that cannot be painted, weights that cannot be loaded, numbers that overflowed."""
        for request in requests:
            check(request)
        device = house_device(self._backing.settings.device)
        loaded = self._loaded(device)
        rows = [self._row(loaded, request, k) for request in requests for k in range(max(1, request.candidates))]
        painted = self._run(device, loaded, rows)
        pictures = iter([self._picture(row, *painted[number]) for number, row in enumerate(rows)])
        return [[next(pictures) for _ in range(max(1, request.candidates))] for request in requests]

    # -- preparing

    def _loaded(self, device: Device) -> parts.Parts:
        size, _ = parts.gigabytes(self._backing, device.dtype)
        return device.hold(
            f"sdxl {parts.print_of(self._backing)}", size, lambda: parts.load_parts(self._backing, device)
        )

    def _row(self, loaded: parts.Parts, request: PictureRequest, candidate: int) -> Row:
        for side in request.size:
            if side <= 0 or side % loaded.cell:
                raise ValueError(f"{request.unit}: {request.size} must be multiples of {loaded.cell} pixels")
        prompt = prompting.prompt(request, self._paint.style, self._paint.negative)
        chunks, cut = steps.pack(loaded.tokenizers[0], prompt.phrases)
        negative, negative_cut = steps.pack(loaded.tokenizers[0], prompt.negative if self.guided else ())
        count = max(len(chunks), len(negative))
        return Row(
            request=request,
            seed=request.seed + candidate,
            prompt=prompt,
            chunks=steps.longer(chunks, count),
            negative=steps.longer(negative, count),
            cut=cut,
            negative_cut=negative_cut,
            kinds=self._kinds(request) if loaded.controlnet is not None else (),
            slots=faces.slots(request, request.size) if loaded.image_encoder is not None else (),
        )

    @property
    def guided(self) -> bool:
        """Whether classifier-free guidance runs; without it a negative prompt has no effect."""
        return self._paint.guidance > 1

    def _kinds(self, request: PictureRequest) -> tuple[str, ...]:
        """The maps that have a scale: one of scale 0 is left out, so that it has no effect at all."""
        return tuple(sorted(kind for kind in request.controls if self._scales.get(kind, 0.0) > 0))

    # -- painting

    def _run(self, device: Device, loaded: parts.Parts, rows: Sequence[Row]) -> dict[int, tuple[Pixels, Cost]]:
        """Pixels and cost by row number."""
        groups: dict[Key, list[int]] = {}
        done: dict[int, tuple[Pixels, Cost]] = {}
        for number, row in enumerate(rows):
            if row.request.source is not None and row.request.change == 0:
                done[number] = (sized(row.request.source, row.request.size), Cost())
            else:
                groups.setdefault(row.key, []).append(number)
        for numbers in groups.values():
            width, height = rows[numbers[0]].request.size
            batch = [rows[n] for n in numbers]
            call = lambda some: self._batch(device, loaded, some)  # noqa: E731
            results = device.run(f"sdxl {width}x{height}", batch, self._paint.batch, call)
            done.update(zip(numbers, results, strict=True))
        return done

    def _batch(self, device: Device, loaded: parts.Parts, rows: list[Row]) -> list[Pixels]:
        size = rows[0].request.size
        sources = [sized(r.request.source, size) for r in rows if r.request.source is not None]
        repairs = [faces.grey(r.request.repair, size) for r in rows if r.request.repair is not None]
        batch = steps.Batch(
            noise=self._noise(device, loaded, rows),
            prompts=[row.chunks for row in rows],
            negatives=[row.negative for row in rows] if self.guided else [],
            maps={kind: control_maps(device, rows, kind) for kind in rows[0].kinds},
            source=steps.to_latents(loaded, device, np.stack(sources)) if sources else None,
            repair=latent_masks(repairs, loaded.cell, device) if repairs else None,
            change=rows[0].request.change,
        )
        if loaded.image_encoder is not None:
            slots = [row.slots for row in rows]
            batch.faces, batch.no_faces, batch.masks = faces.stack(loaded, device, self._faces, slots, size)
        latents = steps.denoise(loaded, device, self._paint, batch)
        pictures = steps.to_pictures(loaded, latents)
        if loaded.residency == "offload":
            loaded.pipeline.maybe_free_model_hooks()
        if repairs:
            return [compose(*each) for each in zip(sources, pictures, repairs, strict=True)]
        return list(pictures)

    def _noise(self, device: Device, loaded: parts.Parts, rows: Sequence[Row]) -> torch.Tensor:
        width, height = rows[0].request.size
        shape = (1, loaded.unet.config.in_channels, height // loaded.cell, width // loaded.cell)
        drawn = [torch.randn(shape, generator=device.generator(row.seed)) for row in rows]
        return torch.cat(drawn).to(device.torch_device)

    # -- telling

    def _picture(self, row: Row, pixels: Pixels, cost: Cost) -> Picture:
        painter = self._backing.weight("painter")
        used = [self._backing.weights[role] for role in parts.ROLES if role in self._backing.weights]
        rights = Rights(
            source=", ".join(dict.fromkeys(f"{w.repo}@{w.revision}" for w in used)),
            licence=", ".join(dict.fromkeys(w.licence for w in used)),
            commercial_use=all(w.commercial_use for w in used),
        )
        return Picture(pixels, f"{self.name} {painter.repo}", row.seed, rights, cost, self._recipe(row))

    def _recipe(self, row: Row) -> dict[str, Any]:
        """How the picture can be made again, in plain data."""
        settings, request = self._paint, row.request
        recipe: dict[str, Any] = {
            "weights": self.version["weights"],
            "dtype": self._backing.settings.device.dtype,
            "steps": settings.steps,
            "guidance": settings.guidance,
            "schedule": settings.schedule,
            "size": list(request.size),
            "seed": row.seed,
            "prompt": row.prompt.text,
            "prompt_cut": list(row.cut),
            "prompt_left_out": list(row.prompt.left_out),
            "negative": ", ".join(row.prompt.negative) if self.guided else f"{UNUSED}no guidance",
            "negative_cut": list(row.negative_cut),
            "controls": {kind: self._control_recipe(row, kind) for kind in sorted(request.controls)},
            "control_stop": settings.control_stop,
            "identity": self._identity_recipe(row),
        }
        if request.source is not None:
            recipe |= {"source": faces.file_hash(request.source), "change": request.change}
        if request.repair is not None:
            recipe["repair"] = faces.file_hash(request.repair)
        if (fast := parts.accelerator(self._backing)) is not None:
            recipe["accelerator"] = parts.step_file(fast, settings.steps)
        if "lora" in self._backing.weights:
            recipe["lora_scale"] = settings.lora_scale
        return recipe

    def _control_recipe(self, row: Row, kind: str) -> dict[str, Any]:
        used = kind in row.kinds
        why = "no control weights" if "control" not in self._backing.weights else "scale 0"
        scale = self._scales[kind] if used else f"{UNUSED}{why}"
        return {"sha256": faces.file_hash(row.request.controls[kind]), "scale": scale}

    def _identity_recipe(self, row: Row) -> dict[str, Any]:
        if not row.request.identity:
            return {}
        if "identity" not in self._backing.weights:
            return {"scale": f"{UNUSED}no identity weights"}
        shown = {slot.sheet for slot in row.slots}
        sheets = {c: faces.file_hash(path) for c, path in row.request.identity.items() if path in shown}
        return {"scale": self._paint.identity_scale, "sheets": sheets}


# -- pixels


def check(request: PictureRequest) -> None:
    """ValueError for what could only be ignored in silence."""
    unknown = [kind for kind in request.controls if kind not in steps.CONTROL_TYPES]
    if unknown:
        known = ", ".join(steps.CONTROL_TYPES)
        raise ValueError(f"{request.unit}: unknown control map '{unknown[0]}': choose from {known}")
    if request.repair is not None and request.source is None:
        raise ValueError(f"{request.unit}: a repair needs the picture that it repairs (source)")
    if not 0 <= request.change <= 1:
        raise ValueError(f"{request.unit}: change must be from 0 to 1, it is {request.change}")


def sized(path: Any, size: tuple[int, int]) -> Pixels:
    """A picture file as uint8 BGR (H, W, 3) of `size` (width, height)."""
    picture = read_picture(path)
    return picture if picture.shape[1::-1] == size else cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


def control_maps(device: Device, rows: Sequence[Row], kind: str) -> torch.Tensor:
    """float32 (B, 3, H, W) in 0..1, RGB."""
    maps = np.stack([sized(row.request.controls[kind], row.request.size) for row in rows])[..., ::-1]
    return torch.from_numpy(np.ascontiguousarray(maps)).permute(0, 3, 1, 2).to(device.torch_device).float() / 255


def latent_masks(repairs: Sequence[Pixels], cell: int, device: Device) -> torch.Tensor:
    """uint8 (H, W) masks -> float32 (B, 1, h, w): 1 where any pixel of a latent's cell is to be repaired."""
    masks = np.stack(repairs) > 127
    rows, height, width = masks.shape
    cells = masks.reshape(rows, height // cell, cell, width // cell, cell).any(axis=(2, 4))
    return torch.from_numpy(cells.astype(np.float32))[:, None].to(device.torch_device)


def compose(source: Pixels, painted: Pixels, mask: Pixels) -> Pixels:
    """The painted pixels where the mask is white, fading in over FEATHER pixels; elsewhere the source, exactly."""
    depth = cv2.distanceTransform((mask > 127).astype(np.uint8), cv2.DIST_L2, 3)
    share = np.minimum(depth / FEATHER, 1.0)[..., None]
    return np.rint(source + share * (painted.astype(np.float32) - source)).astype(np.uint8)
