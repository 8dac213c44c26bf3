"""Weights into models: the one way in for every adapter. Knows the hub's folder layout, transformers and diffusers classes.

Every file is taken as hostile: safetensors only, looked at before a library reads it; no code from a repository, no
network; and a checkpoint that does not fill its model, or holds another class, is refused in one line that names weight
and file. It knows no request and no adapter."""

from __future__ import annotations

import contextlib
import inspect
import json
import re
import sys
from collections.abc import Collection, Generator, Mapping, Sequence
from importlib import import_module
from math import prod
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from models.settings import Weight

GIB = 1024**3
MOST_HEADER = 100_000_000
"""Bytes of a safetensors header: the format's own limit."""
MOST_CONFIG = 4_000_000
MOST_SHARDS = 1_000
ITEM_BYTES = {
    "F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "BF16": 2, "F16": 2, "I16": 2, "U16": 2,
    "F8_E4M3": 1, "F8_E5M2": 1, "I8": 1, "U8": 1, "BOOL": 1,
}  # fmt: skip
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
LEFTOVERS = (r"(^|\.)position_ids$", r"(^|\.)rotary_emb\.inv_freq$")
"""Buffers that older libraries wrote into checkpoints and today's compute: neither their lack nor their presence matters."""
LIBRARIES = ("transformers", "diffusers")
VOCABULARIES = (
    "tokenizer.json",
    "vocab.json",
    "vocab.txt",
    "tokenizer.model",
    "spiece.model",
    "sentencepiece.bpe.model",
)
"""Without one of these, transformers makes an empty tokenizer in silence."""
SENTENCE_PIECES = frozenset({"spiece.model", "sentencepiece.bpe.model"})
"""Vocabularies that transformers reads with two packages more; LTX-Video's repository has no other for its T5."""
PASSED_ON = (torch.OutOfMemoryError, MemoryError)
"""Not the checkpoint's fault. All else that a library raises while it reads one is (tokenizers raises bare Exceptions)."""


# -- what adapters call


def load_pretrained(
    cls: Any,
    source: Weight | Path,
    *,
    subfolder: str = "",
    dtype: torch.dtype | None = None,
    classes: Sequence[str] = (),
    ignore: Sequence[str] = (),
    **kw: Any,
) -> Any:
    """An object of `cls` from a folder in the hub's layout: a model (in eval mode, on the CPU unless `kw` says otherwise), a
    diffusers pipeline, a scheduler, a tokenizer or a processor, of either library.

    `classes` are the class names that the checkpoint may carry in its own config beside that of `cls`. `ignore` are regular
    expressions of tensor names that may lack or be left over. `kw` goes to `from_pretrained`; of a pipeline, components
    given there are not loaded. ValueError, one line: nothing there, pickles only, cut or malformed file, another class,
    tensors that are missing, left over or of another size."""
    with _one_line(source, subfolder), _quiet():
        if _is_a(cls, "DiffusionPipeline"):
            return _pipeline(cls, source, subfolder, dtype, (cls.__name__, *classes), kw)
        if _is_model(cls):
            return _model(cls, source, subfolder, dtype, (cls.__name__, *classes), (*LEFTOVERS, *ignore), kw)
        place = {"subfolder": subfolder} if subfolder else {}
        remote = {} if _is_a(cls, "ConfigMixin") else {"trust_remote_code": False}
        where = _folder(source, "")
        _check_words(cls, _folder(source, subfolder))
        return cls.from_pretrained(str(where), local_files_only=True, **place, **remote, **kw)


def load_tensors(source: Weight | Path, file: str) -> dict[str, torch.Tensor]:
    """All tensors of one safetensors file within the folder, on the CPU. ValueError, one line, as `load_pretrained`."""
    with _one_line(source, file):
        path = _inside(_folder(source, ""), file)
        safetensors_header(path)
        return load_file(path)


def gigabytes(source: Weight | Path, subfolder: str = "", dtype: torch.dtype | None = None, file: str = "") -> float:
    """GiB that a model folder's (or one file's) tensors take in memory, floating ones as `dtype`; read off the headers."""
    with _one_line(source, subfolder or file):
        folder = _folder(source, subfolder)
        paths = [_inside(folder, file)] if file else weight_files(folder)
        return sum(_tensor_bytes(safetensors_header(p), dtype) for p in paths) / GIB


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files of one model folder: the single file or all shards of its index, none of another variant.

    FileNotFoundError or ValueError when there are none, an index names one that is not there or lies elsewhere."""
    for stem in ("model", "diffusion_pytorch_model"):
        if (folder / f"{stem}.safetensors").is_file():
            return [folder / f"{stem}.safetensors"]
        index = folder / f"{stem}.safetensors.index.json"
        if index.is_file():
            names = sorted(set(_json(index)["weight_map"].values()))
            if not 0 < len(names) <= MOST_SHARDS:
                raise ValueError(f"{index.name} names {len(names)} shards")
            return [_inside(folder, name) for name in names]
    if any(p.suffix in PICKLES for p in folder.glob("*")):
        raise ValueError(
            "only pickled weights are here, which are never loaded: `cliffhanger models pull` converts them"
        )
    raise FileNotFoundError("no model.safetensors or diffusion_pytorch_model.safetensors is here")


def safetensors_header(path: Path) -> Mapping[str, Any]:
    """Name -> {dtype, shape, data_offsets} of a whole safetensors file. ValueError when it is cut, longer, or no such file.

    Layout: 8 bytes little-endian header length, JSON header, tensor bytes (huggingface/safetensors, README, 'Format')."""
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 2 <= length <= min(MOST_HEADER, size - 8):
            raise ValueError(f"{path.name} is no safetensors file, or a cut one")
        header = _parsed(file.read(length), path.name)
    header.pop("__metadata__", None)
    stop = max((int(entry["data_offsets"][1]) for entry in header.values()), default=0)
    if stop != size - 8 - length:
        raise ValueError(f"{path.name} is cut or damaged: {size - 8 - length} bytes of tensors, {stop} expected")
    return header


# -- models


def _model(
    cls: Any,
    source: Weight | Path,
    subfolder: str,
    dtype: torch.dtype | None,
    classes: Sequence[str],
    ignore: Sequence[str],
    kw: dict[str, Any],
) -> Any:
    folder = _folder(source, subfolder)
    config = _json(folder / "config.json")
    if _is_auto(cls):
        classes = [*classes[1:], *_declared(config)]
    _check_class(config, classes)
    for path in weight_files(folder):
        safetensors_header(path)
    if (folder / "adapter_config.json").exists():
        raise ValueError("adapter_config.json is here: this is an adapter for a model, or would change one in silence")
    if _is_transformers(cls):
        kw = {"ignore_mismatched_sizes": True, "trust_remote_code": False, **kw}  # mismatches are refused below
    if dtype is not None:
        kw = {**kw, "dtype": dtype}
    model, info = cls.from_pretrained(
        str(folder), local_files_only=True, use_safetensors=True, output_loading_info=True, **kw
    )
    if _is_auto(cls) and type(model).__name__ not in classes:
        raise ValueError(f"holds {_listed(classes)}, where {type(model).__name__} is needed")
    _check_filled(info, ignore)
    return model.eval()


def _declared(config: Mapping[str, Any]) -> list[str]:
    """The class names a config carries: transformers' `architectures`, diffusers' `_class_name`."""
    names = config.get("architectures") or config.get("_class_name") or []
    names = [names] if isinstance(names, str) else names
    if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
        raise ValueError("config.json names its class in an odd way, as code of its own does")
    return names


def _check_class(config: Mapping[str, Any], classes: Sequence[str]) -> None:
    """Refuses another class, and a config that redirects to other files."""
    declared = _declared(config)
    if not declared:
        raise ValueError(f"config.json does not say which class it is for: {_listed(classes)} is needed")
    if not set(declared) & set(classes):
        raise ValueError(f"config.json is for {_listed(declared)}, where {_listed(classes)} is needed")
    if config.get("transformers_weights") is not None:
        raise ValueError("config.json points to weights of another name, which is refused")


def _check_filled(info: Mapping[str, Collection[Any]], ignore: Sequence[str]) -> None:
    """A model half of whose tensors stayed random must not run."""
    passed = re.compile("|".join(ignore))
    for kind, words in (
        ("missing_keys", "of the model's tensors are missing"),
        ("unexpected_keys", "tensors are left over"),
    ):
        names = sorted(str(name) for name in info[kind] if not passed.search(str(name)))
        if names:
            raise ValueError(f"{len(names)} {words}, such as {names[0]}")
    for name, found, wanted in info.get("mismatched_keys", ()):
        raise ValueError(f"{name} is of shape {list(found)}, where {list(wanted)} is needed")
    for message in info.get("error_msgs", ()):
        raise ValueError(str(message))


def _check_words(cls: Any, folder: Path) -> None:
    if "Tokenizer" not in cls.__name__:
        return
    here = {name for name in VOCABULARIES if (folder / name).is_file()}
    if not here:
        raise FileNotFoundError("no tokenizer.json or other vocabulary is here")
    if here <= SENTENCE_PIECES and not _reads_sentence_pieces():
        raise ValueError("its vocabulary needs two packages: pip install sentencepiece protobuf")


def _reads_sentence_pieces() -> bool:
    tools = import_module("transformers.utils")
    return bool(tools.is_sentencepiece_available() and tools.is_protobuf_available())


# -- pipelines


def _pipeline(
    cls: Any,
    source: Weight | Path,
    subfolder: str,
    dtype: torch.dtype | None,
    classes: Sequence[str],
    kw: dict[str, Any],
) -> Any:
    """Each model of the pipeline through `_model`, so that each is checked; the rest by the library."""
    folder = _folder(source, subfolder)
    index = _json(folder / "model_index.json")
    _check_class(index, classes)
    kw = {**kw, **_components(cls, folder, index, dtype, kw)}
    place = {} if dtype is None else {"dtype": dtype}
    return cls.from_pretrained(str(folder), local_files_only=True, use_safetensors=True, **place, **kw)


def _components(
    cls: Any, folder: Path, index: Mapping[str, Any], dtype: torch.dtype | None, given: Mapping[str, Any]
) -> dict[str, Any]:
    """The models that model_index.json names and the pipeline takes, loaded; ones that are given or null are left out."""
    takes = inspect.signature(cls.__init__).parameters
    out: dict[str, Any] = {}
    for name, entry in index.items():
        if name in given or name not in takes or not isinstance(entry, list) or entry[0] is None:
            continue
        if len(entry) != 2 or entry[0] not in LIBRARIES:
            raise ValueError(f"model_index.json asks for code outside transformers and diffusers: {name} = {entry}")
        kind = getattr(import_module(entry[0]), str(entry[1]), None)
        if kind is None:
            raise ValueError(f"model_index.json names an unknown class: {name} = {entry[1]}")
        _check_words(kind, folder / name)
        if _is_model(kind):
            _check_component(cls, name, kind)
            with _named(name):
                out[name] = _model(kind, folder, name, dtype, (kind.__name__,), LEFTOVERS, {})
    return out


def _check_component(cls: Any, name: str, kind: Any) -> None:
    """Refuses a component of a class that the pipeline does not declare for this place."""
    wanted = [t for t in cls._get_signature_types().get(name, ()) if _is_model(t)]
    if wanted and not any(issubclass(kind, t) for t in wanted):
        raise ValueError(f"model_index.json puts {kind.__name__} in the place of {name}")


# -- folders, files, words


def _is_a(cls: Any, base: str) -> bool:
    """By the names of a class's ancestors: neither library is imported to ask, and a machine may have only one of them."""
    lines = inspect.getmro(cls) if inspect.isclass(cls) else ()
    return any(c.__name__ == base and c.__module__.partition(".")[0] in LIBRARIES for c in lines)


def _is_auto(cls: Any) -> bool:
    return hasattr(cls, "_model_mapping")


def _is_transformers(cls: Any) -> bool:
    return _is_auto(cls) or _is_a(cls, "PreTrainedModel")


def _is_model(cls: Any) -> bool:
    return _is_transformers(cls) or _is_a(cls, "ModelMixin")


def _folder(source: Weight | Path, subfolder: str) -> Path:
    base = source.folder if isinstance(source, Weight) else source
    folder = base / subfolder
    if not folder.is_dir():
        raise FileNotFoundError(f"the folder {folder} is not there")
    return folder


def _inside(folder: Path, name: str) -> Path:
    """The file `name` of the folder. Links are followed, as the hub's cache is made of them; names that climb are not."""
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise ValueError(f"{name} lies outside its folder, which is refused")
    if not (folder / name).is_file():
        raise FileNotFoundError(f"{name} is not there")
    return folder / name


def _json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise FileNotFoundError(f"{path.name} is not there")
    if path.stat().st_size > MOST_CONFIG and not path.name.endswith(".index.json"):
        raise ValueError(f"{path.name} is too large to be a config")
    return _parsed(path.read_bytes(), path.name)


def _parsed(data: bytes, name: str) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        raise ValueError(f"{name} is not valid JSON") from None
    if not isinstance(value, dict):
        raise ValueError(f"{name} holds no JSON object")
    return value


def _tensor_bytes(header: Mapping[str, Any], dtype: torch.dtype | None) -> int:
    total = 0
    for entry in header.values():
        kind = str(entry["dtype"])
        size = dtype.itemsize if dtype is not None and kind.startswith(("F", "BF")) else ITEM_BYTES.get(kind, 4)
        total += prod(int(n) for n in entry["shape"]) * size
    return total


def _listed(names: Sequence[str]) -> str:
    return " or ".join(names) or "nothing"


@contextlib.contextmanager
def _named(part: str) -> Generator[None]:
    """Says which component of a pipeline an error is about."""
    try:
        yield
    except PASSED_ON:
        raise
    except Exception as error:
        raise ValueError(f"{part}: {error}") from error


@contextlib.contextmanager
def _one_line(source: Weight | Path, part: str) -> Generator[None]:
    """Turns what the libraries raise on a bad checkpoint into one line; running out of memory stays what it is."""
    try:
        yield
    except PASSED_ON:
        raise
    except Exception as error:
        name, folder = (source.name, source.folder) if isinstance(source, Weight) else (source.name, source)
        words = " ".join(str(error).split()) or type(error).__name__
        where = folder / part if part else folder
        raise ValueError(f"weights '{name}' cannot be loaded from {where}: {words[:400]}") from error


@contextlib.contextmanager
def _quiet() -> Generator[None]:
    """Without the libraries' progress bars and reports: what matters of them is an error here."""
    logs = [import_module(f"{name}.utils.logging") for name in LIBRARIES if name in sys.modules]
    before = [log.get_verbosity() for log in logs]
    bars = [log.is_progress_bar_enabled() for log in logs]
    try:
        for log in logs:
            log.set_verbosity(log.CRITICAL)
            log.disable_progress_bar()
        yield
    finally:
        for log, level, bar in zip(logs, before, bars, strict=True):
            log.set_verbosity(level)
            if bar:
                log.enable_progress_bar()
