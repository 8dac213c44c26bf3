"""Bark's networks over the weights of transformers' BarkModel: fused attention, a cache of fixed size, heads cut to the words
that can be said. Same results as transformers' own modules, up to rounding. Knows tokens, no audio and no voices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional as F

Tensor = torch.Tensor


@dataclass(frozen=True)
class Block:
    """One layer's weights: norms (weight, bias), attention in and out, feed-forward in and out (weight, bias)."""

    norm_1: tuple[Tensor, Tensor | None]
    norm_2: tuple[Tensor, Tensor | None]
    attend: tuple[Tensor, Tensor | None]
    attended: tuple[Tensor, Tensor | None]
    widen: tuple[Tensor, Tensor | None]
    narrow: tuple[Tensor, Tensor | None]
    heads: int
    epsilon: float

    @staticmethod
    def of(layer: Any) -> Block:
        def pair(module: Any) -> tuple[Tensor, Tensor | None]:
            return module.weight, module.bias

        return Block(
            pair(layer.layernorm_1), pair(layer.layernorm_2), pair(layer.attn.att_proj), pair(layer.attn.out_proj),
            pair(layer.mlp.in_proj), pair(layer.mlp.out_proj), layer.attn.num_heads, layer.layernorm_1.eps,
        )  # fmt: skip

    def asked(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Query, key and value (rows, heads, tokens, width) of states (rows, tokens, hidden)."""
        rows, tokens, hidden = x.shape
        mixed = F.linear(F.layer_norm(x, (hidden,), *self.norm_1, self.epsilon), *self.attend)
        q, k, v = mixed.view(rows, tokens, 3, self.heads, hidden // self.heads).permute(2, 0, 3, 1, 4)
        return q, k, v

    def answered(self, x: Tensor, seen: Tensor) -> Tensor:
        """The states after what attention saw (rows, heads, tokens, width) and the feed-forward part."""
        x = x + F.linear(seen.transpose(1, 2).flatten(2), *self.attended)
        inner = F.linear(F.layer_norm(x, (x.shape[-1],), *self.norm_2, self.epsilon), *self.widen)
        return x + F.linear(F.gelu(inner), *self.narrow)


class Causal:
    """The semantic or the coarse network. `first` and `last` bound the words that its head is cut to."""

    def __init__(self, model: Any, first: int, last: int) -> None:
        self.words = model.input_embeds_layer.weight
        self.places = model.position_embeds_layer.weight
        self.blocks = [Block.of(layer) for layer in model.layers]
        self.norm: tuple[Tensor, Tensor | None] = (model.layernorm_final.weight, model.layernorm_final.bias)
        self.epsilon: float = model.layernorm_final.eps
        self.head = model.lm_head.weight[first:last]
        self.first = first

    @property
    def device(self) -> torch.device:
        return self.words.device

    def cache(self, rows: int) -> Cache:
        block = self.blocks[0]
        shape = (rows, block.heads, self.places.shape[0], self.words.shape[1] // block.heads)
        kept = [torch.zeros(2, *shape, dtype=self.words.dtype, device=self.device) for _ in self.blocks]
        return Cache(kept)

    def read(self, x: Tensor, lengths: Tensor, cache: Cache, slots: Tensor) -> Tensor:
        """Logits (rows, words) after prompts: embeddings (rows, tokens, hidden), padded on the right, of these `lengths`.
        What they leave behind goes into the cache's `slots`."""
        count = x.shape[1]
        x = x + self.places[:count]
        for at, block in enumerate(self.blocks[:-1]):
            q, k, v = cache.put(at, slots, *block.asked(x))
            x = block.answered(x, F.scaled_dot_product_attention(q, k, v, is_causal=True))
        last = self.blocks[-1]  # of whose states only those are needed that each prompt ends with
        q, k, v = cache.put(len(self.blocks) - 1, slots, *last.asked(x))
        row, ends = torch.arange(len(lengths), device=x.device), lengths - 1
        mask = (torch.arange(count, device=x.device) <= ends[:, None])[:, None, None]
        seen = F.scaled_dot_product_attention(q[row, :, ends].unsqueeze(2), k, v, attn_mask=mask)
        return self._said(last.answered(x[row, ends].unsqueeze(1), seen).squeeze(1))

    def step(self, tokens: Tensor, places: Tensor, cache: Cache, rows: Tensor, reach: int) -> Tensor:
        """Logits (rows, words) after one more token (rows,) at its place (rows,), for the cache's first rows. `reach` is
        how much of the cache is looked at: more than the highest place."""
        x = (self.words[tokens] + self.places[places]).unsqueeze(1)
        mask = (torch.arange(reach, device=x.device) <= places.unsqueeze(-1))[:, None, None]
        count = len(rows)
        for at, block in enumerate(self.blocks):
            q, k, v = block.asked(x)
            keys, values = cache.kept[at][0, :count], cache.kept[at][1, :count]
            keys[rows, :, places] = k.squeeze(2)
            values[rows, :, places] = v.squeeze(2)
            seen = F.scaled_dot_product_attention(q, keys[:, :, :reach], values[:, :, :reach], attn_mask=mask)
            x = block.answered(x, seen)
        return self._said(x.squeeze(1))

    def _said(self, x: Tensor) -> Tensor:
        return F.linear(F.layer_norm(x, (x.shape[-1],), *self.norm, self.epsilon), self.head)


@dataclass(frozen=True)
class Cache:
    """Keys and values of every layer: (2, rows, heads, places, width)."""

    kept: list[Tensor]

    def put(self, layer: int, slots: Tensor, q: Tensor, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Keeps keys and values (rows, heads, tokens, width) from the first place on; all three are given back."""
        self.kept[layer][0, slots, :, : k.shape[2]] = k
        self.kept[layer][1, slots, :, : v.shape[2]] = v
        return q, k, v

    def keep(self, slots: Sequence[int]) -> None:
        """Moves these rows to the front, in order."""
        order = torch.tensor(list(slots), device=self.kept[0].device)
        for kept in self.kept:
            kept[:, : len(order)] = kept[:, order]

    @property
    def gigabytes(self) -> float:
        return sum(k.numel() * k.element_size() for k in self.kept) / 1024**3


class Fine:
    """The fine network: looks both ways, one codebook a call."""

    def __init__(self, model: Any, codebook: int) -> None:
        self.books = [layer.weight for layer in model.input_embeds_layers]
        self.places = model.position_embeds_layer.weight
        self.blocks = [Block.of(layer) for layer in model.layers]
        self.norm: tuple[Tensor, Tensor | None] = (model.layernorm_final.weight, model.layernorm_final.bias)
        self.epsilon: float = model.layernorm_final.eps
        given = int(model.config.n_codes_given)
        self.heads = {book: head.weight[:codebook] for book, head in enumerate(model.lm_heads, start=given)}

    @property
    def device(self) -> torch.device:
        return self.places.device

    def embedded(self, codes: Tensor, book: int) -> Tensor:
        """(rows, frames, hidden) of one codebook's codes (rows, frames)."""
        return F.embedding(codes, self.books[book])

    def logits(self, x: Tensor, book: int, start: int) -> Tensor:
        """(rows, frames from `start` on, codes) of a codebook, from the summed embeddings of it and those before it."""
        x = x + self.places[: x.shape[1]]
        for block in self.blocks[:-1]:
            x = block.answered(x, F.scaled_dot_product_attention(*block.asked(x)))
        last = self.blocks[-1]
        q, k, v = last.asked(x)
        x = last.answered(x[:, start:], F.scaled_dot_product_attention(q[:, :, start:], k, v))
        return F.linear(F.layer_norm(x, (x.shape[-1],), *self.norm, self.epsilon), self.heads[book])
