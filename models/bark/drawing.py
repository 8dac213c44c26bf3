"""A token a row from logits: greedy, or by each row's own luck. Runs inside the decode step, without a look at the host."""

from __future__ import annotations

import torch

Tensor = torch.Tensor


def draw(logits: Tensor, temperature: Tensor, chance: Tensor, top_k: int = 0) -> Tensor:
    """Indices (rows,) by inverse transform sampling (Devroye 1986, ch. III.2) of softmax(logits / temperature).

    `logits` (rows, words); `temperature` (rows,), 0 for the likeliest word; `chance` uniform numbers 0..1 (rows,), one
    a row: what a row draws does not depend on the others. `top_k` keeps the likeliest words only, 0 all of them."""
    scaled = logits.float() / temperature.clamp(min=1e-6).unsqueeze(-1)
    if 0 < top_k < logits.shape[-1]:
        scaled, words = scaled.topk(top_k, dim=-1)
        at = words.gather(-1, _reached(scaled, chance))
    else:
        at = _reached(scaled, chance)
    return torch.where(temperature > 0, at.squeeze(-1), logits.argmax(-1))


def _reached(scaled: Tensor, chance: Tensor) -> Tensor:
    """(rows, 1): the first index where the summed probability passes the row's chance."""
    odds = torch.softmax(scaled, dim=-1)
    reach = odds.cumsum(-1)
    at = (reach <= chance.unsqueeze(-1) * reach[:, -1:]).sum(-1, keepdim=True)
    last = torch.where(odds > 0, torch.arange(odds.shape[-1], device=odds.device), 0).amax(-1, keepdim=True)
    return torch.minimum(at, last)


def end_early(logits: Tensor, end: int, least: float) -> Tensor:
    """Logits (rows, words) in which only the end is left for rows that give it more than `least` probability; 0: never.

    Stops the babble that Bark adds after a line (its authors' min_eos_p, suno-ai/bark, generation.py)."""
    if not least:
        return logits
    over = torch.softmax(logits.float(), dim=-1)[:, end : end + 1] > least
    others = torch.arange(logits.shape[-1], device=logits.device) != end
    return logits.masked_fill(over & others, -torch.inf)


def chances(seed: int, count: int, offset: int = 0) -> Tensor:
    """A row's luck: uniform float32 numbers 0..1 (count,), drawn on the CPU from its seed alone."""
    return torch.rand(count, generator=torch.Generator("cpu").manual_seed((seed * 3 + offset) % 2**63))
