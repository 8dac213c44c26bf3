"""A loaded Bark at work: pieces of text in, 24 kHz sound out, all of them together through each stage. Knows no engine's words.

Text to semantic tokens, these to coarse codes, these to all codes, codes to sound; decoders and their graphs are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoTokenizer, BarkModel

from models.bark.decoding import Decoder
from models.bark.network import Causal, Fine
from models.bark.numbers import Numbers, numbers_of
from models.bark.stages import Line, coarse_rules, refine, say, semantic_rules, sound
from models.loading import load_pretrained
from models.settings import SpeakSettings, Weight

CODEC_FRAMES = 6_000
"""Frames that are turned into sound in one call: 80 s, about 2 GB of the codec's widest maps."""


class Speaker:
    """Bark's four networks on one device. Not safe for use from several threads."""

    def __init__(self, model: Any, tokenizer: Any, settings: SpeakSettings) -> None:
        self.tokenizer, self.settings = tokenizer, settings
        self.numbers: Numbers = numbers_of(model.generation_config)
        n = self.numbers
        self.semantic = Causal(model.semantic, 0, n.semantic_end + 1)
        self.coarse = Causal(model.coarse_acoustics, n.semantic_vocabulary, model.coarse_acoustics.lm_head.out_features)
        self.fine = Fine(model.fine_acoustics, n.codebook)
        self.codec = model.codec_model
        self._decoders: dict[tuple[str, int], Decoder] = {}

    @staticmethod
    def load(weight: Weight, settings: SpeakSettings, dtype: torch.dtype, device: torch.device) -> Speaker:
        """From a folder in suno/bark's layout. The codec stays in float32. ValueError, one line, as `load_pretrained`."""
        model = load_pretrained(BarkModel, weight, dtype=torch.float32)
        for part in (model.semantic, model.coarse_acoustics, model.fine_acoustics):
            part.to(dtype)
        tokenizer = load_pretrained(AutoTokenizer, weight)
        try:
            return Speaker(model.to(device), tokenizer, settings)
        except ValueError as error:
            raise ValueError(f"weights '{weight.name}': {error}") from None

    def tokens(self, text: str) -> list[int]:
        """The text's token ids, as many as Bark reads."""
        return self.tokenizer(text, add_special_tokens=False)["input_ids"][: self.numbers.text_length]

    def code(self, lines: Sequence[Line], seconds: Sequence[float], rows: int) -> None:
        """Fills the codes of every line, none longer than so many seconds, `rows` at once."""
        if self.fine.device.type == "cpu":
            rows = min(rows, max(1, len(lines)))  # on CUDA a few lines use the large decoder's small graphs
        most = [max(1, int(s * self.numbers.semantic_rate)) for s in seconds]
        say(self._decoder("semantic", rows), lines, self.numbers, most)
        sound(self._decoder("coarse", rows), lines, self.numbers)
        refine(self.fine, lines, self.numbers, rows)

    def _decoder(self, stage: str, rows: int) -> Decoder:
        """The stage's decoder for so many rows; one of another size is dropped."""
        n, settings = self.numbers, self.settings
        found = self._decoders.get((stage, rows))
        if found is None:
            self._decoders = {key: d for key, d in self._decoders.items() if key[0] != stage}
            if stage == "semantic":
                rules = semantic_rules(n, settings.end_least, settings.top_k)
                found = Decoder(self.semantic, rows, n.semantic_most, rules)
            else:
                found = Decoder(self.coarse, rows, n.coarse_window, coarse_rules(self.coarse, n, settings.top_k))
            self._decoders[stage, rows] = found
        return found

    def forget(self) -> None:
        """Gives back the decoders' memory."""
        self._decoders.clear()
        if self.fine.device.type == "cuda":
            torch.cuda.empty_cache()

    @torch.inference_mode()
    def heard(self, codes: Sequence[NDArray[np.int64]]) -> list[NDArray[np.float32]]:
        """Sound of each (8, frames) of codes: float32 (samples,) at the codec's rate; nothing for no frames.

        Rows of a batch are padded behind: EnCodec's decoder looks back only, so what comes after changes nothing."""
        out: list[NDArray[np.float32]] = [np.zeros(0, np.float32)] * len(codes)
        order = sorted((at for at, c in enumerate(codes) if c.shape[1]), key=lambda at: -codes[at].shape[1])
        while order:
            longest = codes[order[0]].shape[1]
            batch, order = _split(order, max(1, CODEC_FRAMES // longest))
            for at, samples in zip(batch, self._decoded([codes[at] for at in batch], longest), strict=True):
                out[at] = samples
        return out

    def _decoded(self, codes: Sequence[NDArray[np.int64]], longest: int) -> list[NDArray[np.float32]]:
        padded = np.stack([np.pad(c, ((0, 0), (0, longest - c.shape[1]))) for c in codes], axis=1)
        held = self.codec.quantizer.decode(torch.from_numpy(padded).to(self.fine.device))
        samples = self.codec.decoder(held).squeeze(1).float().cpu().numpy()
        hop = samples.shape[1] // longest
        return [np.ascontiguousarray(row[: c.shape[1] * hop]) for row, c in zip(samples, codes, strict=True)]


def _split(order: list[int], count: int) -> tuple[list[int], list[int]]:
    return order[:count], order[count:]
