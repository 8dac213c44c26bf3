# ruff: noqa: F811
"""The weights on this disk: the catalogue, what makes a file or a folder fit to load, what verify finds."""

from __future__ import annotations

import ast
import json
import pickle
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hub_server import Hub
from small_weights import AT, WHOLE, here, know, pull, server, small, tensors  # noqa: F401

from models import catalogue, weights
from models.catalogue import COMMIT

pytest.importorskip("huggingface_hub")


# -- the catalogue


def test_every_entry_is_pinned_or_says_that_it_is_not() -> None:
    for entry in catalogue.entries().values():
        assert entry.made_by or COMMIT.fullmatch(entry.revision) or entry.revision == "main", entry.name
    assert {e.name for e in catalogue.entries().values() if not e.pinned} == set()


def test_every_entry_tells_its_terms() -> None:
    for entry in catalogue.entries().values():
        assert entry.licence
        assert (entry.commercial == "yes") is not bool(entry.terms), entry.name
        assert all(role in "48" or Path(path).parts for role, path in entry.roles.items())
    assert catalogue.entry("llama-3.2-3b-instruct").gated
    assert catalogue.entry("llama-3.2-3b-instruct").notice == "Built with Llama"


def test_every_role_is_a_file_that_is_pulled_or_a_folder_of_some() -> None:
    for entry in catalogue.entries().values():
        for path in entry.roles.values():
            if entry.repo:
                assert any(pattern == path or pattern.startswith(f"{path}/") for pattern in entry.files), entry.name


def test_an_entry_cannot_ask_for_pickles_or_code() -> None:
    for wrong in ("pytorch_model.bin", "model.pt", "x.ckpt", "run.py", "weights/*"):
        with pytest.raises(ValueError, match="are pulled"):
            small(files=[wrong])


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match="unknown weights 'sdxl': choose from llama-3.2-3b-instruct, qwen3-4b, "):
        catalogue.entry("sdxl")


def test_every_tiny_entry_has_its_maker() -> None:
    source = (
        Path(catalogue.__file__).parent / "tiny" / "__init__.py"
    )  # read, not imported: it brings torch and diffusers
    known = {
        alias.name
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    asked = {entry.made_by.partition(":")[2] for entry in catalogue.entries().values() if entry.made_by}
    assert asked and asked <= known


# -- safetensors headers


def test_a_header_gives_dtypes_and_shapes(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(WHOLE)
    assert weights.check_safetensors(path) == {"weight": ("F32", (300, 200)), "bias": ("F32", (200,))}


def header(table: Any, body: bytes = b"") -> bytes:
    text = table if isinstance(table, bytes) else json.dumps(table).encode()
    return len(text).to_bytes(8, "little") + text + body


def one(dtype: Any, shape: Any, span: Any) -> dict[str, Any]:
    return {"a": {"dtype": dtype, "shape": shape, "data_offsets": span}}


HOSTILE = {
    "empty": (b"", "not a safetensors file"),
    "short": (b"\x10\0\0", "not a safetensors file"),
    "pickle": (pickle.dumps({"a": 1}, protocol=4) + bytes(50), "not a safetensors file"),
    "huge header": ((1 << 62).to_bytes(8, "little") + b"{}", "not a safetensors file"),
    "header beyond the end": ((400).to_bytes(8, "little") + b"{}", "cut short"),
    "no json": (header(b"{]"), "not a safetensors file"),
    "deep json": (header(b"[" * 200_000), "not a safetensors file"),
    "a list": (header([1]), "not a safetensors file"),
    "tensors cut": (WHOLE[:-1], "cut short"),
    "extra bytes": (WHOLE + b"x", "extra bytes"),
    "a hole": (header(one("U8", [2], [1, 3]), b"abc"), "holes"),
    "overlap": (header({**one("U8", [2], [0, 2]), "b": one("U8", [2], [1, 3])["a"]}, b"abc"), "overlap"),
    "negative": (header(one("U8", [-1], [0, 1]), b"a"), "wrong about tensor 'a'"),
    "a lie about the shape": (header(one("F32", [9], [0, 4]), b"abcd"), "wrong about tensor 'a'"),
    "an unknown dtype": (header(one("PY", [1], [0, 1]), b"a"), "wrong about tensor 'a'"),
    "a dtype that is a list": (header(one(["F32"], [1], [0, 4]), b"abcd"), "wrong about tensor 'a'"),
    "no table": (header({"a": 3}), "wrong about tensor 'a'"),
    "a true side": (header(one("U8", [True], [0, 1]), b"a"), "wrong about tensor 'a'"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_bad_safetensors_file_is_refused_in_one_line(case: str, tmp_path: Path) -> None:
    data, says = HOSTILE[case]
    (tmp_path / "a.safetensors").write_bytes(data)
    with pytest.raises(ValueError, match=says) as caught:
        weights.check_safetensors(tmp_path / "a.safetensors")
    assert "\n" not in str(caught.value)


def test_the_real_library_reads_what_passes() -> None:
    load = pytest.importorskip("safetensors.numpy").load
    assert np.array_equal(load(WHOLE)["bias"], np.ones(200))


# -- what is on disk


def test_verify_names_every_changed_missing_and_extra_file(server: Hub, here: Path) -> None:
    pull()
    folder = here / "small" / AT
    path = folder / "unet/model.fp16.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"!")  # same size, another byte
    (folder / "config.json").write_bytes(b"{}")
    (folder / "tokenizer/vocab.txt").unlink()
    (folder / "unet/evil.bin").write_bytes(b"x")
    assert sorted(weights.verify("small")) == [
        "config.json has 2 bytes, not 23",
        "tokenizer/vocab.txt is missing",
        "unet/evil.bin was not pulled",
        "unet/model.fp16.safetensors has another sha256 than was pulled",
    ]
    pull()
    assert weights.verify("small") == [], "a pull mends what verify names"


def changed(folder: Path, how: str) -> None:
    path = folder / "unet/model.fp16.safetensors"
    if how == "cut":
        path.write_bytes(WHOLE[:-5])
    elif how == "gone":
        path.unlink()
    elif how == "a link":
        shutil.copy(path, folder.parent / "copy")
        path.unlink()
        path.symlink_to(folder.parent / "copy")
    elif how == "a pickle beside":
        (folder / "training_args.bin").write_bytes(pickle.dumps({}))
    elif how == "a program beside":
        (folder / "modeling.py").write_text("")
    else:
        path.write_bytes(b"\0" * len(WHOLE))


@pytest.mark.parametrize(
    ("how", "says"),
    {
        "cut": "unet/model.fp16.safetensors has [0-9,]+ bytes, not [0-9,]+",
        "gone": "unet/model.fp16.safetensors is missing",
        "a link": "unet/model.fp16.safetensors is a link",
        "a pickle beside": "training_args.bin is not one of .*: pickles and programs are never loaded",
        "a program beside": "modeling.py is not one of .*",
        "zeros": "unet/model.fp16.safetensors: this is not a safetensors file",
    }.items(),
)
def test_weights_that_changed_are_not_handed_out(how: str, says: str, server: Hub, here: Path) -> None:
    pull()
    changed(here / "small" / AT, how)
    with pytest.raises(
        ValueError, match=f"weights 'small' cannot be used: {says}: run `cliffhanger models pull small`"
    ):
        weights.local({"painter": "small"}, "gpu-24gb")


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"name": "small"}', "[" * 100_000, '{"name": "small", "files": {"../x": 1}}'],
)
def test_a_record_that_cannot_be_read_counts_as_none(text: str, here: Path) -> None:
    (here / "small").mkdir(parents=True)
    (here / "small" / "record.json").write_text(text)
    assert weights.read_record("small") is None


def test_a_record_cannot_point_outside(server: Hub, here: Path) -> None:
    pull()
    path = here / "small" / "record.json"
    told = json.loads(path.read_text())
    told["files"]["../../secret.json"] = {"bytes": 1, "sha256": "0" * 64}
    path.write_text(json.dumps(told))
    assert weights.read_record("small") is None


def test_an_object_array_is_a_pickle(tmp_path: Path) -> None:
    np.save(tmp_path / "plain.npy", np.arange(5, dtype=np.uint16))
    np.save(tmp_path / "objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    (tmp_path / "cut.npy").write_bytes((tmp_path / "plain.npy").read_bytes()[:-1])
    assert list(weights.header_faults(tmp_path, ["plain.npy"])) == []
    assert list(weights.header_faults(tmp_path, ["objects.npy", "cut.npy"])) == [
        "objects.npy: the array holds Python objects: pickles are never loaded",
        "cut.npy: the array is cut short",
    ]


# -- a folder of one's own


def own(folder: Path) -> Path:
    (folder / "unet").mkdir(parents=True)
    (folder / "unet" / "model.safetensors").write_bytes(WHOLE)
    (folder / "config.json").write_text("{}")
    (folder / "README.md").write_text("mine")
    return folder


def test_a_fine_tuned_folder_needs_no_record(tmp_path: Path) -> None:
    weight = weights.local({"painter": f"path:{own(tmp_path / 'mine')}"}, "gpu-24gb")["painter"]
    assert weight.folder == tmp_path / "mine"
    assert weight.licence == "unknown: your own"
    before = weight.revision
    (tmp_path / "mine/unet/model.safetensors").write_bytes(tensors(other=np.ones(4)))
    assert weights.weight(weight.name).revision != before, "other tensors, the same print"


def test_a_folder_of_ones_own_is_checked_too(tmp_path: Path) -> None:
    folder = own(tmp_path / "mine")
    (folder / "optimizer.pt").write_bytes(b"x")
    with pytest.raises(ValueError, match="cannot be used: optimizer.pt is not one of"):
        weights.local({"painter": f"path:{folder}"})
    (folder / "optimizer.pt").rename(folder / "notes.txt")
    (folder / "unet/model.safetensors.index.json").write_text('{"weight_map": {"a": "model-2.safetensors"}}')
    with pytest.raises(ValueError, match=r"index.json: it names model-2.safetensors, which is not here$"):
        weights.local({"painter": f"path:{folder}"})
    with pytest.raises(ValueError, match="no such folder of weights: /nowhere"):
        weights.local({"painter": "path:/nowhere"})
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match=r"it holds no .safetensors file"):
        weights.local({"painter": f"path:{tmp_path / 'empty'}"})
