"""Measure how fast Bark speaks here: our decode loop against transformers' generate, in one run; a table, then one JSON line.

    python scripts/bench.py bark [--size small|large|tiny] [--rows 1,6] [--lines 6] [--seconds 3] [--naive 6]

Weights are random, of the published shapes, so lines never end by themselves: each is cut at its length, for both alike.
The yardstick is transformers' BarkModel.generate as its documentation shows it, a line at a time, each with a voice of its
own and drawn as the published config says. Sound is counted in seconds of the lines as asked."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

SIZES = {"small": (12, 12, 768), "large": (24, 16, 1024), "tiny": (2, 2, 16)}
"""Layers, heads, hidden size: suno/bark-small, suno/bark (their config.json), and one for trying this script."""
TOKENS_A_SECOND = 49.9 + 150
"""Semantic and coarse tokens."""
CAST = 6
"""Voices."""
SPREAD = (0.7, 1.3, 1.0, 0.8, 1.2, 1.0)
"""Lengths of lines, times --seconds."""


def build(size: str, device: str, dtype: str) -> Any:
    """A BarkModel of random weights, its generation as suno/bark publishes it."""
    import torch
    from transformers import BarkConfig, BarkModel
    from transformers.models.bark.generation_configuration_bark import (
        BarkCoarseGenerationConfig,
        BarkFineGenerationConfig,
        BarkSemanticGenerationConfig,
    )

    layers, heads, hidden = SIZES[size]
    net = {"num_layers": layers, "num_heads": heads, "hidden_size": hidden, "block_size": 1024, "bias": False}
    config = BarkConfig(
        semantic_config={**net, "input_vocab_size": 129_600, "output_vocab_size": 10_048},
        coarse_acoustics_config={**net, "input_vocab_size": 12_096, "output_vocab_size": 12_096},
        fine_acoustics_config={**net, "input_vocab_size": 1_056, "output_vocab_size": 1_056},
    )
    torch.manual_seed(1)
    with torch.device(device):
        model = BarkModel(config).eval()
    for part in (model.semantic, model.coarse_acoustics, model.fine_acoustics):
        part.to(getattr(torch, dtype))
    drawn = {"do_sample": True, "temperature": 0.7, "top_k": 50}
    told: Any = model.generation_config
    told.sample_rate, told.codebook_size = 24_000, 1_024
    told.semantic_config = BarkSemanticGenerationConfig(**drawn).to_dict()
    told.coarse_acoustics_config = BarkCoarseGenerationConfig(**drawn).to_dict()
    told.fine_acoustics_config = BarkFineGenerationConfig(temperature=0.5).to_dict()
    return model


def voices(count: int) -> list[Any]:
    """Six random presets as long as the official ones, in turn."""
    import numpy as np

    from models.bark.presets import Preset

    found: list[Any] = []
    for seed in range(CAST):
        dice = np.random.default_rng(seed)
        codes = dice.integers(0, 1_024, (8, 400))
        found.append(Preset(dice.integers(0, 10_000, 267), codes[:2], codes))
    return [found[n % CAST] for n in range(count)]


def texts(count: int) -> list[list[int]]:
    """Random token ids, twelve to thirty a line."""
    import numpy as np

    dice = np.random.default_rng(7)
    return [dice.integers(0, 100_000, int(dice.integers(12, 30))).tolist() for _ in range(count)]


def naive(model: Any, lines: int, seconds: Sequence[float], synchronize: Callable[[], None]) -> float:
    """Seconds that transformers' generate takes for the lines, one after the other."""
    import torch

    presets, asked = voices(lines), texts(lines)
    began = time.perf_counter()
    for line in range(lines):
        ids = torch.zeros((1, 256), dtype=torch.long, device=model.device)
        ids[0, : len(asked[line])] = torch.tensor(asked[line])
        mask = (torch.arange(256, device=model.device) < len(asked[line])).long()[None]
        voice = presets[line]
        history = {
            f"{name}_prompt": torch.from_numpy(getattr(voice, name)).to(model.device)
            for name in ("semantic", "coarse", "fine")
        }
        model.generate(
            input_ids=ids,
            attention_mask=mask,
            history_prompt=history,
            semantic_max_new_tokens=int(seconds[line] * 49.9),
        )
    synchronize()
    return time.perf_counter() - began


def ours(model: Any, speaker: Any, lines: int, seconds: Sequence[float], rows: int) -> float:
    """Seconds that our loop takes for the lines, `rows` at once."""
    from models.bark.stages import Line

    presets = voices(lines)
    made = [Line(text, presets[n], 0.7, 0.7, n) for n, text in enumerate(texts(lines))]
    began = time.perf_counter()
    speaker.code(made, seconds[:lines], rows)
    sound = speaker.heard([line.codes for line in made])
    spent = time.perf_counter() - began
    short = [n for n, s in enumerate(sound) if abs(len(s) / 24_000 - seconds[n]) > 0.1]
    if short:
        raise RuntimeError(f"{len(short)} lines came out of another length: the comparison would be unfair")
    return spent


def measure(chosen: argparse.Namespace) -> list[dict[str, Any]]:
    """A row of figures a batch size; the yardstick first."""
    import torch

    from models.bark.speaking import Speaker
    from models.settings import SpeakSettings

    device = "cuda" if torch.cuda.is_available() and not chosen.cpu else "cpu"
    dtype = "bfloat16" if device == "cuda" else "float32"
    synchronize = torch.cuda.synchronize if device == "cuda" else lambda: None
    if chosen.threads:
        torch.set_num_threads(chosen.threads)
    model = build(chosen.size, device, dtype)
    settings = SpeakSettings(
        batch=64, candidates=1, attempts=1, temperature=0.7, timbre_temperature=0.7, top_k=50, end_least=0.0
    )
    speaker = Speaker(model, None, settings)
    lines = max(chosen.lines, *chosen.rows)
    seconds = [chosen.seconds * SPREAD[n % len(SPREAD)] for n in range(lines)]
    found: list[dict[str, Any]] = []
    naive_rate = None
    if chosen.naive:
        naive(model, 1, [0.2], synchronize)
        spent = naive(model, chosen.naive, seconds, synchronize)
        naive_rate = sum(seconds[: chosen.naive]) / spent
        found.append(_row("transformers, line by line", 1, chosen.naive, sum(seconds[: chosen.naive]), spent, None))
        print(f"transformers: {spent:.1f} s", file=sys.stderr, flush=True)
    for rows in chosen.rows:
        count = max(chosen.lines, rows)
        if device == "cuda":
            ours(model, speaker, count, seconds, rows)  # graphs are captured the first time
        else:
            ours(model, speaker, 1, [0.2], rows)
        spent = ours(model, speaker, count, seconds, rows)
        found.append(_row("ours", rows, count, sum(seconds[:count]), spent, naive_rate))
        print(f"ours, {rows} rows: {spent:.1f} s", file=sys.stderr, flush=True)
    for row in found:
        row |= {"device": torch.cuda.get_device_name() if device == "cuda" else platform.processor() or "cpu"}
        row |= {"dtype": dtype, "size": chosen.size, "load": round(os.getloadavg()[0], 2)}
    return found


def _row(who: str, rows: int, lines: int, sound: float, spent: float, beside: float | None) -> dict[str, Any]:
    rate = sound / spent
    return {
        "who": who, "rows": rows, "lines": lines, "audio_seconds": round(sound, 2), "seconds": round(spent, 3),
        "audio_per_second": round(rate, 4), "tokens_per_second": round(rate * TOKENS_A_SECOND, 1),
        "ratio": round(rate / beside, 2) if beside else None,
    }  # fmt: skip


def show(rows: Sequence[dict[str, Any]]) -> str:
    head = f"{'who':<28} {'rows':>5} {'lines':>6} {'audio s':>8} {'seconds':>9} {'audio s/s':>10} {'tokens/s':>9} {'ratio':>7}"
    lines = [head]
    for row in rows:
        ratio = f"{row['ratio']:.2f}x" if row["ratio"] else "-"
        lines.append(
            f"{row['who']:<28} {row['rows']:>5} {row['lines']:>6} {row['audio_seconds']:>8.1f} {row['seconds']:>9.2f} "
            f"{row['audio_per_second']:>10.3f} {row['tokens_per_second']:>9.0f} {ratio:>7}"
        )
    return "\n".join(lines)


def whole(text: str) -> tuple[int, ...]:
    """'1,6,24' as numbers. ArgumentTypeError for what is none."""
    try:
        found = tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no list of numbers such as 1,6,24") from None
    if not found or min(found) < 1 or max(found) > 256:
        raise argparse.ArgumentTypeError("batch sizes are 1 to 256")
    return found


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench.py bark", description="Measure how fast Bark speaks here.")
    parser.add_argument("--size", choices=sorted(SIZES), default="small", help="shape of the random weights (small)")
    parser.add_argument("--rows", type=whole, default=(6,), help="batch sizes, such as 1,2,4,8,16,24,32,48,64 (6)")
    parser.add_argument("--lines", type=int, default=6, help="lines to speak, at least as many as rows (6)")
    parser.add_argument("--seconds", type=float, default=3.0, help="mean length of a line (3)")
    parser.add_argument("--naive", type=int, default=6, help="lines that transformers speaks, 0: none (6)")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads of torch (its own choice)")
    parser.add_argument("--cpu", action="store_true", help="on the CPU even where there is a GPU")
    chosen = parser.parse_args(arguments)
    rows = measure(chosen)
    print(show(rows))
    print(json.dumps({"bench": "bark", "rows": rows}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
