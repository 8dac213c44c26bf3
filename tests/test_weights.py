"""Weights: the catalogue, checks of files on disk, pulling from a hub on this machine, conversion of pickles."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import pickle
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hub_server import Hub, Repo, serving

from models import catalogue, converting, hub, pulling, weights
from models.catalogue import COMMIT, Entry

pytest.importorskip("huggingface_hub")

AT = "a1b2c3d4e5" * 4
"""A commit."""


def tensors(**arrays: np.ndarray) -> bytes:
    """A safetensors file of float32 arrays."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    body = b""
    for name, array in arrays.items():
        data = array.astype(np.float32).tobytes()
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


WHOLE = tensors(weight=np.arange(60_000).reshape(300, 200), bias=np.ones(200))
FILES = {
    "config.json": b'{"model_type": "small"}',
    "unet/config.json": b"{}",
    "unet/model.fp16.safetensors": WHOLE,
    "unet/model.safetensors": tensors(other=np.ones(3)),
    "tokenizer/vocab.txt": "héllo\n".encode(),
    "tokenizer/spiece.model": b"\x01\x02",
    "README.md": b"# a model",
    "unet/code.py": b"print('never pulled')",
    "pytorch_model.bin": b"never pulled",
}


def small(**changes: Any) -> Entry:
    told: dict[str, Any] = {
        "name": "small",
        "what": "a test",
        "repo": "studio/small",
        "revision": AT,
        "files": ["config.json", "unet/config.json", "unet/*.fp16.safetensors", "tokenizer/*.*"],
        "gb": 0.001,
        "licence": "MIT",
        "licence_url": "https://example.org/licence",
        "commercial": "yes",
    }
    return Entry.model_validate(told | changes)


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty place for weights, no token, no pauses, and nothing beyond this machine can be reached."""
    look_up = socket.getaddrinfo

    def on_this_machine(host: Any, *rest: Any, **more: Any) -> Any:
        assert host in ("127.0.0.1", "localhost", b"127.0.0.1", b"localhost"), f"a test asked for {host!r}"
        return look_up("127.0.0.1", *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", on_this_machine)
    monkeypatch.setattr(hub, "_pause", lambda failed: None)
    for name in ("HF_TOKEN", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "token"))
    monkeypatch.setenv("CLIFFHANGER_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    know(monkeypatch, small())
    with serving({"studio/small": Repo(AT, dict(FILES))}) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.endpoint)
        yield running


def know(monkeypatch: pytest.MonkeyPatch, *entries: Entry) -> None:
    monkeypatch.setattr(catalogue, "entries", lambda: {entry.name: entry for entry in entries})


def pull(name: str = "small") -> weights.Record:
    planned = pulling.plan(name)
    assert planned is not None
    pulling.check_room([planned])
    return pulling.pull(planned, lambda line: None)


def only_repo(server: Hub) -> Repo:
    return server.repos["studio/small"]


# -- the catalogue


def test_every_entry_is_pinned_or_says_that_it_is_not() -> None:
    for entry in catalogue.entries().values():
        assert entry.made_by or COMMIT.fullmatch(entry.revision) or entry.revision == "main", entry.name
    assert {e.name for e in catalogue.entries().values() if not e.pinned} == {"ltx-13b"}


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


# -- pulling


def test_a_pull_brings_the_chosen_files_and_a_record(server: Hub, here: Path) -> None:
    record = pull()
    assert record.commit == AT and record.pinned
    assert sorted(record.files) == [
        "config.json", "tokenizer/spiece.model", "tokenizer/vocab.txt", "unet/config.json", "unet/model.fp16.safetensors",
    ]  # fmt: skip
    for name, stored in record.files.items():
        data = (here / "small" / AT / name).read_bytes()
        assert data == FILES[name]
        assert (stored.bytes, stored.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert weights.verify("small") == []
    assert json.loads((here / "small" / "record.json").read_text())["repo"] == "studio/small"
    assert not (here / "small" / ".parts").exists()


def test_pulled_weights_are_handed_out_by_role(server: Hub, monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    know(
        monkeypatch,
        small(commercial="conditions", terms="small studios", notice="Built with Small", roles={"a": "config.json"}),
    )
    pull()
    asked = len(server.seen)
    found = weights.local({"painter": "small", "vae": "small"}, "gpu-24gb")
    assert found["painter"] is found["vae"]
    weight = found["painter"]
    assert (weight.folder, weight.repo, weight.revision) == (here / "small" / AT, "studio/small", AT)
    assert weight.commercial_use and weight.notice == "Built with Small" and weight.files == {"a": "config.json"}
    assert len(server.seen) == asked, "rendering asked the network"


def test_missing_weights_name_the_command(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    know(monkeypatch, small(), small(name="other"))
    with pytest.raises(ValueError) as caught:
        weights.local({"painter": "small"}, "gpu-24gb")
    assert str(caught.value) == "weights 'small' are not here: run `cliffhanger models pull --profile gpu-24gb`"
    with pytest.raises(
        ValueError, match="weights 'small', 'other' are not here: run `cliffhanger models pull small other`"
    ):
        weights.local({"painter": "small", "vae": "other"})


def test_a_second_pull_finds_all_in_place(server: Hub) -> None:
    pull()
    server.seen.clear()
    assert pulling.plan("small") is None
    assert server.seen == []


def test_a_cut_connection_is_resumed_where_it_broke(server: Hub) -> None:
    only_repo(server).cuts = {"unet/model.fp16.safetensors": [100_000, 50_000, 0]}
    pull()
    assert server.ranges("model.fp16.safetensors") == ["", "bytes=100000-", "bytes=150000-", "bytes=150000-"]
    assert weights.verify("small") == []


def test_a_pull_that_gave_up_goes_on_in_the_next_run(server: Hub, here: Path) -> None:
    only_repo(server).cuts = {"unet/model.fp16.safetensors": [70_000] + [0] * 60}
    with pytest.raises(ValueError, match=r"cannot fetch studio/small from http://127.*run the same command to go on"):
        pull()
    assert 6 <= len(server.ranges("model.fp16.safetensors")) <= 60, "the tries are bounded"
    assert weights.read_record("small") is None
    only_repo(server).cuts = {}
    server.seen.clear()
    pull()
    assert server.ranges("model.fp16.safetensors") == ["bytes=70000-"]
    assert not [s for s in server.seen if s["path"].endswith("unet/config.json") and s["method"] == "GET"], (
        "fetched twice"
    )
    assert weights.verify("small") == []


def test_a_server_that_ignores_ranges_starts_over(server: Hub) -> None:
    only_repo(server).cuts = {"unet/model.fp16.safetensors": [90_000]}
    only_repo(server).ignores_range = True
    pull()
    assert weights.verify("small") == []


def test_a_busy_hub_is_asked_again(server: Hub) -> None:
    only_repo(server).ill = {"unet/model.fp16.safetensors": 2}
    pull()
    assert weights.verify("small") == []


@pytest.mark.parametrize("path", ["unet/model.fp16.safetensors", "config.json"])
def test_wrong_bytes_are_refused_and_removed(path: str, server: Hub, here: Path) -> None:
    only_repo(server).garbled = {path}
    with pytest.raises(ValueError, match=f"{path} of studio/small came with wrong bytes.*it was removed") as caught:
        pull()
    assert "\n" not in str(caught.value)
    assert not (here / "small" / AT / path).exists()
    assert not any(p.stat().st_size == len(FILES[path]) for p in (here / "small" / ".parts").iterdir())
    assert weights.read_record("small") is None
    only_repo(server).garbled = set()
    pull()
    assert weights.verify("small") == []


def test_a_gated_repository_is_explained(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    only_repo(server).gated = True
    for token in (None, "hf_wrong"):
        if token:
            monkeypatch.setenv("HF_TOKEN", token)
        with pytest.raises(ValueError) as caught:
            pull()
        assert str(caught.value) == (
            "studio/small is gated: accept its terms at https://huggingface.co/studio/small, then log in with "
            "`hf auth login` or set HF_TOKEN"
        )


def test_a_token_opens_a_gate_and_goes_to_the_hub_alone(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    only_repo(server).gated = True
    monkeypatch.setenv("HF_TOKEN", server.token)
    pull()
    elsewhere = [s for s in server.seen if s["host"].startswith("localhost")]
    assert elsewhere and not any(s["authorization"] for s in elsewhere)


def test_a_repository_or_revision_that_is_gone_is_told(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    know(monkeypatch, small(repo="studio/gone"), small(name="old", revision="b" * 40))
    with pytest.raises(ValueError, match="shows no studio/gone: it is gone, or it is gated"):
        pulling.plan("small")
    with pytest.raises(ValueError, match=f"studio/small has no revision {'b' * 40} at http://127"):
        pulling.plan("old")


def test_tensors_that_the_repository_lacks_are_told(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    know(monkeypatch, small(files=["config.json", "vae/*.safetensors"]))
    with pytest.raises(ValueError, match=r"studio/small has no vae/\*.safetensors"):
        pulling.plan("small")


def test_offline_fetches_nothing(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ValueError, match="HF_HUB_OFFLINE is set: nothing is downloaded"):
        pulling.plan("small")
    assert server.seen == []


def test_an_address_without_a_hub_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    know(monkeypatch, small())
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(
        ValueError, match="cannot fetch studio/small from http://127.0.0.1:9 .*HF_ENDPOINT names a mirror"
    ):
        pulling.plan("small")


def test_too_small_a_disk_is_told_before_anything_comes(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda place: shutil._ntuple_diskusage(10**9, 10**9, 500_100_000))
    planned = pulling.plan("small")
    assert planned is not None
    with pytest.raises(ValueError, match="not enough disk: 0.0 GB are needed, 0.0 GB are free in"):
        pulling.check_room([planned])
    assert not any("/cdn/" in s["path"] for s in server.seen)


def test_a_hub_that_lists_a_path_outside_is_refused(server: Hub, here: Path) -> None:
    only_repo(server).files["../../escape.json"] = b"{}"
    with pytest.raises(ValueError, match="not a path within a repository"):
        pull()
    assert not (here.parent / "escape.json").exists()


def test_one_pull_at_a_time(server: Hub) -> None:
    planned = pulling.plan("small")
    assert planned is not None
    with pulling._alone("small"), pytest.raises(ValueError, match="another pull of small is under way"):
        pulling.pull(planned, lambda line: None)


# -- first use


def test_an_unpinned_entry_keeps_the_commit_of_its_first_pull(
    server: Hub, monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    know(monkeypatch, small(revision="main"))
    record = pull()
    assert (record.commit, record.pinned) == (AT, False)
    only_repo(server).commit = "f" * 40  # the branch moves on
    assert pulling.plan("small") is None
    assert weights.local({"painter": "small"})["painter"].revision == AT


def test_the_same_commit_must_bring_the_same_bytes_again(
    server: Hub, monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    know(monkeypatch, small(revision="main"))
    pull()
    (here / "small" / AT / "unet/model.fp16.safetensors").unlink()
    only_repo(server).files["unet/model.fp16.safetensors"] = tensors(other=np.zeros(7))
    with pytest.raises(ValueError, match="is not what the first pull of this commit brought"):
        pull()


def test_a_new_pin_asks_for_a_new_pull(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    pull()
    know(monkeypatch, small(revision="c" * 40))
    assert weights.verify("small") == ["another revision than the catalogue's is here"]
    with pytest.raises(ValueError, match="weights 'small' are not here: run"):
        weights.local({"painter": "small"})


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


# -- conversion


class Trap:
    """A pickle of this runs a command when it is loaded."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> Any:
        return os.system, (f"touch {self.trace}",)


def benign() -> dict[str, Any]:
    torch = pytest.importorskip("torch")
    shared = torch.arange(12, dtype=torch.float32).reshape(3, 4)
    return {"a": shared, "tied": shared, "view": shared[1:, ::2], "half": torch.ones(5, dtype=torch.float16)}


def saved(path: Path, told: Any) -> Path:
    pytest.importorskip("torch").save(told, path)
    return path


def test_a_pickle_is_converted_once_at_its_pull(server: Hub, monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    load = pytest.importorskip("safetensors.torch").load_file
    source = saved(here.parent / "w.bin", benign())
    only_repo(server).files["pytorch_model.bin"] = source.read_bytes()
    know(monkeypatch, small(files=["config.json"], convert={"pytorch_model.bin": "model.safetensors"}))
    record = pull()
    found = load(here / "small" / AT / "model.safetensors")
    assert found.keys() == benign().keys()
    assert all(tensor.equal(found[name]) and tensor.dtype == found[name].dtype for name, tensor in benign().items())
    assert sorted(record.files) == ["config.json", "model.safetensors"]
    made = record.converted["model.safetensors"]
    assert (made.source, made.sha256) == ("pytorch_model.bin", hashlib.sha256(source.read_bytes()).hexdigest())
    assert not list(here.rglob("*.bin")) and not (here / "small" / ".parts").exists(), "the pickle is kept"
    assert weights.verify("small") == []
    assert weights.local({"voice": "small"})["voice"].folder == here / "small" / AT


def test_a_malicious_pickle_is_refused_and_leaves_no_trace(
    server: Hub, monkeypatch: pytest.MonkeyPatch, here: Path, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    pickle.loads(pickle.dumps(Trap(tmp_path / "armed")))
    assert (tmp_path / "armed").exists(), "the trap does not even work"
    only_repo(server).files["pytorch_model.bin"] = saved(tmp_path / "evil.bin", {"a": Trap(trace)}).read_bytes()
    know(monkeypatch, small(files=["config.json"], convert={"pytorch_model.bin": "model.safetensors"}))
    with pytest.raises(ValueError, match=r"pytorch_model.bin: .*refused: it holds more than tensors") as caught:
        pull()
    assert "\n" not in str(caught.value)
    assert not trace.exists()
    assert weights.read_record("small") is None
    left = [p.name for p in here.rglob("*") if p.is_file()]
    assert sorted(left) == [".lock", "config.json"]


@pytest.mark.slow
def test_a_bare_pickle_that_runs_a_command_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    (tmp_path / "w.bin").write_bytes(pickle.dumps(Trap(tmp_path / "trace"), protocol=2))
    with pytest.raises(ValueError, match=r"w.bin was not converted: it is "):
        converting.convert(tmp_path / "w.bin", tmp_path / "w.safetensors")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["w.bin"]


def test_a_truncated_pickle_is_refused(tmp_path: Path) -> None:
    source = saved(tmp_path / "w.bin", benign())
    source.write_bytes(source.read_bytes()[:-200])
    with pytest.raises(ValueError, match=r"w.bin was not converted: it is damaged"):
        converting.convert(source, tmp_path / "w.safetensors")
    assert not (tmp_path / "w.safetensors").exists()


def test_a_pickle_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    source = saved(tmp_path / "w.bin", benign())
    with pytest.raises(ValueError, match=r"w.bin was not converted within 0 s"):
        converting.convert(source, tmp_path / "w.safetensors", converting.Limits(seconds=0.05))
    assert not (tmp_path / "w.safetensors").exists()


@pytest.mark.slow
def test_a_pickle_that_asks_for_too_much_memory_is_stopped(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    source = saved(tmp_path / "w.bin", {"a": torch.zeros(1).expand(2**31)})  # 4 bytes stored, 8 GiB when cloned
    with pytest.raises(ValueError, match=r"w.bin was not converted: it needs more memory than the limit"):
        converting.convert(source, tmp_path / "w.safetensors", converting.Limits(memory=6 * converting.GIB, seconds=60))
    assert not (tmp_path / "w.safetensors").exists()


def test_the_converter_has_no_network() -> None:
    pid = os.fork()
    if pid == 0:  # a child: what is cut off here stays cut off
        code = 1
        try:
            converting._cut_off()
            socket.socket()
        except PermissionError:
            code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


# -- made here


def test_a_tiny_checkpoint_is_made_without_a_network(monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(
        "models.pulling.import_module", lambda name: type("Tiny", (), {"make_dot": staticmethod(make_dot)})
    )
    know(monkeypatch, small(repo="", revision="main", files=[], made_by="models.tiny:make_dot"))
    record = pull()
    assert record.repo == "models.tiny:make_dot" and record.pinned
    assert weights.local({"painter": "small"})["painter"].folder == here / "small" / record.commit
    assert pulling.plan("small") is None
    (here / "small" / record.commit / "config.json").write_text("[]")
    assert pull().commit == record.commit, "the same checkpoint has another name"
    assert weights.verify("small") == []


def make_dot(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(WHOLE)
    (folder / "config.json").write_text("{}")


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
