"""A small set of weights, and a hub on this machine that has it: what the tests of weights share."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hub_server import Hub, Repo, serving

from models import catalogue, hub, pulling, weights
from models.catalogue import Entry

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
