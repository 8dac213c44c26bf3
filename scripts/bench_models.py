"""Full-size random checkpoints for scripts/bench_gpu.py, in the layouts that the adapters load. No weight is downloaded.

Structures are the published ones (tests/published); every tensor is drawn on the device and written as safetensors, one
file a model. What a tokenizer says is made up, but it says about as many tokens as the published one. LTX-Video is laid out
as diffusers' folders, not as Lightricks' single file: the loaded modules are the same. What equals other tensors in shape
(the few-step UNet, the second VAE) is a link to their file."""

from __future__ import annotations

import itertools
import json
import math
import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.settings import Weight

ROOT = Path(__file__).resolve().parent.parent
PUBLISHED = ROOT / "tests" / "published"
RENAMED = {"ControlNetModel_Union": "ControlNetUnionModel"}
"""Class names in published files that diffusers has under another name."""
SCHEDULER = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "steps_offset": 1}
PLUS = "sdxl_models/ip-adapter-plus_sdxl_vit-h.safetensors"
FEW_STEPS = "sdxl_lightning_4step_unet.safetensors"
DONE = "complete"
"""The file that is written last: a folder without it is made anew."""

Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Plan:
    """One checkpoint: files of random tensors (path -> names and shapes), copies of files, links to files of another."""

    tensors: Mapping[str, Shapes] = field(default_factory=dict[str, Shapes])
    copies: Mapping[str, str] = field(default_factory=dict[str, str])  # path -> below tests/published
    links: Mapping[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])  # path -> (plan, path)
    finish: Callable[[Path], None] | None = None

    def bytes(self, itemsize: int) -> int:
        return itemsize * sum(math.prod(s) for shapes in self.tensors.values() for s in shapes.values())


ROLES = {
    "writer": "llama",
    "painter": "sdxl",
    "control": "controlnet",
    "identity": "ip_adapter",
    "accelerator": "lightning",
    "vae": "vae",
    "animator": "ltx",
    "detector": "owlv2",
    "embedder": "ip_adapter",
}
KNOWN = {
    "writer": "llama-3.2-3b-instruct",
    "painter": "sdxl-base",
    "control": "controlnet-union-sdxl",
    "identity": "ip-adapter-sdxl",
    "accelerator": "sdxl-lightning",
    "vae": "sdxl-vae-fp16-fix",
    "animator": "ltx-2b",
    "detector": "owlv2",
    "embedder": "ip-adapter-sdxl",
}
"""Whose structure stands for a role at full size, by its name in the catalogue."""
TINY = {"vae": "tiny_vae"}
"""Which maker of models.tiny stands for a plan of another name."""
FILES = {
    "ip_adapter": {"adapter": PLUS, "encoder": "models/image_encoder"},
    "lightning": {"4": FEW_STEPS, "8": FEW_STEPS.replace("4step", "8step")},
}


def check_known(models: Mapping[str, str], roles: Sequence[str]) -> None:
    """ValueError for a profile whose weights have a structure that is not made here: its figures would be another's."""
    for role in roles:
        if models[role] != KNOWN.get(role):
            known = KNOWN.get(role, "nothing")
            raise ValueError(
                f"full size knows {known} as {role}, the profile has {models[role]}: choose another profile"
            )


def make_weights(folder: Path, roles: Sequence[str], size: str, dtype: str, device: str) -> dict[str, Weight]:
    """Weights by role, below `folder`; those that are there already are used again. ValueError when the disk is short."""
    wanted = {role: ROLES[role] for role in roles}
    if size == "tiny":
        places = {name: _tiny(folder, TINY.get(name, name)) for name in dict.fromkeys(wanted.values())}
    else:
        places = _full(folder, list(dict.fromkeys(wanted.values())), dtype, device)
    return {role: _weight(name, places[name], size) for role, name in wanted.items()}


def _weight(name: str, folder: Path, size: str) -> Weight:
    files = FILES.get(name)
    if name == "lightning" and size != "tiny":
        files = {"4": FEW_STEPS}
    return Weight(f"{size}-{name}", folder, f"local/{size}-{name}", "random", "none: random numbers", True, "", files)


def _tiny(folder: Path, name: str) -> Path:
    from models.tiny import MAKERS

    place = folder / f"tiny-{name}"
    if not (place / DONE).exists():
        shutil.rmtree(place, ignore_errors=True)
        MAKERS[name](place)
        (place / DONE).touch()
    return place


def _full(folder: Path, names: list[str], dtype: str, device: str) -> dict[str, Path]:
    if "lightning" in names or "vae" in names:
        names = ["sdxl", *(n for n in names if n != "sdxl")]
    places = {name: folder / f"full-{name}-{dtype}" for name in names}
    plans = {name: PLANS[name]() for name in names if not (places[name] / DONE).exists()}
    need = sum(plan.bytes(2 if dtype != "float32" else 4) for plan in plans.values())
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    print(f"random weights: {need / 1e9:.1f} GB to write in {folder}, {free / 1e9:.1f} GB free there", flush=True)
    if need + 2e9 > free:
        raise ValueError(f"{need / 1e9:.0f} GB and two to spare are needed in {folder}: name a larger disk with --work")
    for name, plan in plans.items():
        shutil.rmtree(places[name], ignore_errors=True)
        _write(plan, places, places[name], dtype, device)
        (places[name] / DONE).touch()
    return places


def _write(plan: Plan, places: Mapping[str, Path], place: Path, dtype: str, device: str) -> None:
    from safetensors.torch import save_file

    for file in (*plan.tensors, *plan.copies, *plan.links):
        (place / file).parent.mkdir(parents=True, exist_ok=True)
    for file, source in plan.copies.items():
        shutil.copy(PUBLISHED / source, place / file)
    for file, shapes in plan.tensors.items():
        save_file(draw(shapes, dtype, device), place / file, metadata={"format": "pt"})
    for file, (other, source) in plan.links.items():
        _link(places[other] / source, place / file)
    if plan.finish is not None:
        plan.finish(place)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy(source, target)


def draw(shapes: Shapes, dtype: str, device: str) -> dict[str, Any]:
    """Random tensors, drawn on the device, on the CPU: norms and deviations 1, biases and means 0, weights of variance 1
    over the number of inputs, so that numbers stay finite through every layer."""
    import torch

    generator = torch.Generator(device).manual_seed(1)
    kind = getattr(torch, dtype)
    out: dict[str, Any] = {}
    for name, shape in shapes.items():
        tensor = torch.empty(shape, dtype=kind, device=device)
        if name.endswith(("bias", "mean", "means")):
            tensor.zero_()
        elif len(shape) < 2:
            tensor.fill_(1.0)
        else:
            tensor.normal_(0.0, math.prod(shape[1:]) ** -0.5, generator=generator)
        out[name] = tensor.cpu()
    return out


# -- structures


def structure(config: str) -> Any:
    """The published model on the meta device: shapes without memory."""
    import diffusers
    import torch
    import transformers

    told = json.loads((PUBLISHED / config).read_text(encoding="utf-8"))
    with torch.device("meta"):
        if "_class_name" in told:
            return getattr(diffusers, RENAMED.get(told["_class_name"], told["_class_name"])).from_config(told)
        kind = getattr(transformers, told["architectures"][0])
        return kind(kind.config_class.from_dict(told))


def shapes_of(config: str) -> Shapes:
    """Every tensor that its library would save, tied ones once."""
    model = structure(config)
    kept = model.state_dict().keys()
    named = itertools.chain(model.named_parameters(), ((n, b) for n, b in model.named_buffers() if n in kept))
    return {name: tuple(tensor.shape) for name, tensor in named}


def _models(folder: str, parts: Mapping[str, str]) -> tuple[dict[str, Shapes], dict[str, str]]:
    """Tensors and configs of a repository's models: `parts` maps a part to the name of its weight file."""
    tensors = {
        f"{part}/{stem}.safetensors".lstrip("/"): shapes_of(f"{folder}/{part}/config.json")
        for part, stem in parts.items()
    }
    return tensors, {f"{part}/config.json".lstrip("/"): f"{folder}/{part}/config.json" for part in parts}


def _sdxl() -> Plan:
    net, text = "diffusion_pytorch_model", "model"
    tensors, copies = _models("sdxl-base", {"unet": net, "vae": net, "text_encoder": text, "text_encoder_2": text})
    copies["model_index.json"] = "sdxl-base/model_index.json"

    def finish(place: Path) -> None:
        from diffusers import EulerDiscreteScheduler

        EulerDiscreteScheduler(**SCHEDULER, timestep_spacing="leading").save_pretrained(place / "scheduler")
        clip_words().save_pretrained(place / "tokenizer")
        clip_words(pad="!").save_pretrained(place / "tokenizer_2")

    return Plan(tensors, copies, finish=finish)


def _controlnet() -> Plan:
    config = "controlnet-union/config_promax.json"
    return Plan({"diffusion_pytorch_model.safetensors": shapes_of(config)}, {"config.json": config})


def _lightning() -> Plan:
    return Plan(links={FEW_STEPS: ("sdxl", "unet/diffusion_pytorch_model.safetensors")})


def _vae() -> Plan:
    """The painter's VAE as the copy that needs no float32."""

    def finish(place: Path) -> None:
        told = json.loads((PUBLISHED / "sdxl-base/vae/config.json").read_text(encoding="utf-8"))
        (place / "config.json").write_text(json.dumps({**told, "force_upcast": False}))

    return Plan(
        links={"diffusion_pytorch_model.safetensors": ("sdxl", "vae/diffusion_pytorch_model.safetensors")},
        finish=finish,
    )


def _ip_adapter() -> Plan:
    tensors, copies = _models("ip-adapter", {"models/image_encoder": "model"})
    unet, encoder = structure("sdxl-base/unet/config.json"), structure("ip-adapter/models/image_encoder/config.json")
    projection = _resampler(encoder.config.hidden_size, unet.config.cross_attention_dim)
    return Plan({**tensors, PLUS: {**projection, **_image_attention(unet)}}, copies)


def _resampler(seen: int, out: int, width: int = 1280, tokens: int = 16, layers: int = 4) -> Shapes:
    """h94/IP-Adapter's 'plus' projection (tencent-ailab/IP-Adapter, resampler.py), 20 heads of 64: from the encoder's
    states, `seen` wide, to what the UNet's cross-attention reads, `out` wide."""
    shapes: dict[str, tuple[int, ...]] = {
        "latents": (1, tokens, width), "proj_in.weight": (width, seen), "proj_in.bias": (width,),
        "proj_out.weight": (out, width), "proj_out.bias": (out,), "norm_out.weight": (out,), "norm_out.bias": (out,),
    }  # fmt: skip
    for layer in range(layers):
        for norm in ("0.norm1", "0.norm2", "1.0"):
            shapes |= {f"layers.{layer}.{norm}.{part}": (width,) for part in ("weight", "bias")}
        for name, rows, columns in (
            ("0.to_q", width, width),
            ("0.to_kv", 2 * width, width),
            ("0.to_out", width, width),
            ("1.1", 4 * width, width),
            ("1.3", width, 4 * width),
        ):
            shapes[f"layers.{layer}.{name}.weight"] = (rows, columns)
    return {f"image_proj.{name}": shape for name, shape in shapes.items()}


def _image_attention(unet: Any) -> Shapes:
    """Keys and values of the image's tokens at each cross-attention of the UNet, numbered 1, 3, 5, ... among all."""
    cross = unet.config.cross_attention_dim
    shapes: dict[str, tuple[int, ...]] = {}
    for number, name in enumerate(unet.attn_processors):
        if name.endswith("attn2.processor"):
            width = unet.get_submodule(name.removesuffix(".processor")).to_q.weight.shape[0]
            shapes |= {f"ip_adapter.{number}.{part}_ip.weight": (width, cross) for part in ("to_k", "to_v")}
    return shapes


def _ltx() -> Plan:
    net = "diffusion_pytorch_model"
    tensors, copies = _models("ltx-2b", {"transformer": net, "vae": net, "text_encoder": "model"})
    copies["model_index.json"] = "ltx-2b/model_index.json"

    def finish(place: Path) -> None:
        from diffusers import FlowMatchEulerDiscreteScheduler

        from models.tiny.shared import t5_tokenizer

        FlowMatchEulerDiscreteScheduler().save_pretrained(place / "scheduler")
        t5_tokenizer().save_pretrained(place / "tokenizer")

    return Plan(tensors, copies, finish=finish)


def _llama() -> Plan:
    config = "llama-3.2-3b/config.json"
    vocabulary = json.loads((PUBLISHED / config).read_text(encoding="utf-8"))["vocab_size"]

    def finish(place: Path) -> None:
        from transformers import GenerationConfig

        tokenizer = llama_words(vocabulary)
        tokenizer.save_pretrained(place)
        ids = {"bos_token_id": tokenizer.bos_token_id, "pad_token_id": tokenizer.pad_token_id}
        GenerationConfig(**ids, eos_token_id=tokenizer.eos_token_id, do_sample=True).save_pretrained(place)

    return Plan({"model.safetensors": shapes_of(config)}, {"config.json": config}, finish=finish)


def _owlv2() -> Plan:
    config = "owlv2/config.json"

    def finish(place: Path) -> None:
        from transformers import Owlv2ImageProcessorPil, Owlv2Processor

        words = clip_words(pad="!")
        words.model_max_length = 16
        side = json.loads((PUBLISHED / config).read_text(encoding="utf-8"))["vision_config"]["image_size"]
        Owlv2Processor(Owlv2ImageProcessorPil(size={"height": side, "width": side}), words).save_pretrained(place)

    return Plan({"model.safetensors": shapes_of(config)}, {"config.json": config}, finish=finish)


PLANS: dict[str, Callable[[], Plan]] = {
    "sdxl": _sdxl,
    "controlnet": _controlnet,
    "lightning": _lightning,
    "vae": _vae,
    "ip_adapter": _ip_adapter,
    "ltx": _ltx,
    "llama": _llama,
    "owlv2": _owlv2,
}


# -- tokenizers


def clip_words(pad: str = "<|endoftext|>") -> Any:
    """CLIP's tokenizer with a token for most words of our prompts; other words are written in letters."""
    from tokenizers import Tokenizer
    from tokenizers.models import BPE
    from tokenizers.trainers import BpeTrainer
    from transformers import CLIPTokenizer

    from models.tiny.shared import START, STOP, byte_alphabet

    files = sorted(p for folder in ("prompts", "tiers") for p in (ROOT / "configs" / folder).glob("*.toml"))
    text = " ".join(p.read_text(encoding="utf-8") for p in files)
    learner = Tokenizer(BPE(end_of_word_suffix="</w>"))
    trainer = BpeTrainer(vocab_size=20_000, min_frequency=1, end_of_word_suffix="</w>", show_progress=False)
    learner.train_from_iterator(sorted(set(re.findall(r"[a-z]{2,}", text.lower()))), trainer)
    chain = [tuple(pair) for pair in json.loads(learner.to_str())["model"]["merges"]]
    letters = byte_alphabet()
    tokens = dict.fromkeys([*letters, *(f"{c}</w>" for c in letters), *("".join(pair) for pair in chain), START, STOP])
    vocabulary = {token: number for number, token in enumerate(tokens)}
    return CLIPTokenizer(vocab=vocabulary, merges=chain, pad_token=pad, model_max_length=77)


def llama_words(size: int) -> Any:
    """The tiny tokenizer, filled up to `size` tokens with runs of small letters: a grammar has as many to choose from as
    with the published vocabulary."""
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast

    from models.tiny.shared import LLAMA_CHAT, llama_tokenizer

    tiny = llama_tokenizer()
    told = json.loads(tiny.backend_tokenizer.to_str())
    vocabulary, merges = told["model"]["vocab"], told["model"]["merges"]
    letters = "etaoinshrdlucmfwypvbgkjqxz"
    runs = (("".join(head), tail) for n in range(1, 5) for *head, tail in itertools.product(letters, repeat=n + 1))
    for head, tail in runs:
        if len(vocabulary) >= size:
            break
        if head + tail not in vocabulary:
            vocabulary[head + tail] = len(vocabulary)
            merges.append([head, tail])
    return PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(json.dumps(told)),
        bos_token=tiny.bos_token,
        eos_token=tiny.eos_token,
        pad_token=tiny.pad_token,
        chat_template=LLAMA_CHAT,
        model_max_length=131072,
        clean_up_tokenization_spaces=False,
    )
