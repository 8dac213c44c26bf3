# ruff: noqa: F811
"""Pickles into safetensors: what is benign arrives whole, what is hostile is refused and leaves no trace."""

from __future__ import annotations

import hashlib
import os
import pickle
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hub_server import Hub
from small_weights import AT, here, know, only_repo, pull, server, small  # noqa: F401

from models import sandbox, weights

pytest.importorskip("huggingface_hub")


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
        sandbox.convert(tmp_path / "w.bin", tmp_path / "w.safetensors")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["w.bin"]


def test_a_truncated_pickle_is_refused(tmp_path: Path) -> None:
    source = saved(tmp_path / "w.bin", benign())
    source.write_bytes(source.read_bytes()[:-200])
    with pytest.raises(ValueError, match=r"w.bin was not converted: it is damaged"):
        sandbox.convert(source, tmp_path / "w.safetensors")
    assert not (tmp_path / "w.safetensors").exists()


def test_a_pickle_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    source = saved(tmp_path / "w.bin", benign())
    with pytest.raises(ValueError, match=r"w.bin was not converted within 0 s"):
        sandbox.convert(source, tmp_path / "w.safetensors", sandbox.Limits(seconds=0.05))
    assert not (tmp_path / "w.safetensors").exists()


@pytest.mark.slow
def test_a_pickle_that_asks_for_too_much_memory_is_stopped(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    source = saved(tmp_path / "w.bin", {"a": torch.zeros(1).expand(2**31)})  # 4 bytes stored, 8 GiB when cloned
    with pytest.raises(ValueError, match=r"w.bin was not converted: it needs more memory than the limit"):
        sandbox.convert(source, tmp_path / "w.safetensors", sandbox.Limits(memory=6 * sandbox.GIB, seconds=60))
    assert not (tmp_path / "w.safetensors").exists()


NO_NETWORK = """
import os, runpy, socket, _socket, sys, types
for name in ("torch", "safetensors", "safetensors.torch"):  # what is looked at needs neither
    sys.modules[name] = types.ModuleType(name)
sys.modules["safetensors.torch"].save_file = None
before = os.readlink("/proc/self/ns/net") if sys.platform == "linux" else ""
runpy.run_path(sys.argv[1])["cut_off"]()
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[2])), timeout=5)
except PermissionError:
    print("no sockets")
if sys.platform == "linux" and os.readlink("/proc/self/ns/net") != before:
    try:
        _socket.socket().connect(("127.0.0.1", int(sys.argv[2])))
    except OSError:
        print("no route")
else:
    print("no route: the kernel allows no namespaces here")
"""


def test_the_converter_has_no_network() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = str(listening.getsockname()[1])
        command = [sys.executable, "-I", "-c", NO_NETWORK, str(sandbox.CONVERTER), port]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert told.startswith("no sockets\nno route")
