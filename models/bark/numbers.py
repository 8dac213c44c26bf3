"""Bark's fixed numbers, as its generation config tells them: token ids, rates, lengths. Knows no weights.

Names and meanings: transformers, BarkSemanticGenerationConfig, BarkCoarseGenerationConfig, BarkFineGenerationConfig."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Numbers:
    """Ids and lengths in tokens, rates in tokens a second."""

    text_offset: int
    text_pad: int
    text_length: int  # tokens of text that are read, and of semantic history
    semantic_vocabulary: int
    semantic_end: int  # also what pads a history
    semantic_infer: int
    semantic_rate: float
    semantic_most: int
    coarse_pad: int
    coarse_infer: int
    coarse_rate: float
    coarse_books: int
    coarse_input: int
    coarse_history: int
    coarse_window: int
    fine_history: int
    fine_input: int
    fine_books: int
    fine_temperature: float
    codebook: int
    sample_rate: int

    @property
    def ratio(self) -> float:
        """Coarse tokens a semantic token."""
        return self.coarse_rate / self.semantic_rate * self.coarse_books

    @property
    def semantic_history(self) -> int:
        """Semantic tokens that the coarse network looks back at."""
        return int(self.coarse_history / self.ratio)

    def coarse_length(self, semantic: int) -> int:
        """Coarse tokens, all books together, for so many semantic ones: whole frames, rounded down."""
        return round(int(semantic * self.ratio / self.coarse_books) * self.coarse_books)

    def seconds(self, semantic: int) -> float:
        return semantic / self.semantic_rate


def numbers_of(generation: Any) -> Numbers:
    """From a BarkGenerationConfig. ValueError, one line, when a number is missing or out of its range."""
    semantic, coarse, fine = (
        _table(generation, part) for part in ("semantic_config", "coarse_acoustics_config", "fine_acoustics_config")
    )
    try:
        found = Numbers(
            text_offset=int(semantic["text_encoding_offset"]),
            text_pad=int(semantic["text_pad_token"]),
            text_length=int(semantic["max_input_semantic_length"]),
            semantic_vocabulary=int(semantic["semantic_vocab_size"]),
            semantic_end=int(semantic["eos_token_id"]),
            semantic_infer=int(semantic["semantic_infer_token"]),
            semantic_rate=float(semantic["semantic_rate_hz"]),
            semantic_most=int(semantic["max_new_tokens"]),
            coarse_pad=int(coarse["coarse_semantic_pad_token"]),
            coarse_infer=int(coarse["coarse_infer_token"]),
            coarse_rate=float(coarse["coarse_rate_hz"]),
            coarse_books=int(coarse["n_coarse_codebooks"]),
            coarse_input=int(coarse["max_coarse_input_length"]),
            coarse_history=int(coarse["max_coarse_history"]),
            coarse_window=int(coarse["sliding_window_len"]),
            fine_history=int(fine["max_fine_history_length"]),
            fine_input=int(fine["max_fine_input_length"]),
            fine_books=int(fine["n_fine_codebooks"]),
            fine_temperature=float(fine.get("temperature") or 1.0),
            codebook=int(generation.codebook_size),
            sample_rate=int(generation.sample_rate),
        )
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"generation_config.json lacks or garbles {error}") from None
    wrong = [name for name, value in vars(found).items() if not 0 < value <= 1_000_000]
    if wrong or found.semantic_end != found.semantic_vocabulary or found.coarse_books != 2:
        raise ValueError(f"generation_config.json is not Bark's: see {', '.join(wrong) or 'its token ids'}")
    return found


def _table(generation: Any, part: str) -> dict[str, Any]:
    found = getattr(generation, part, {})
    return found if isinstance(found, dict) else found.to_dict()
