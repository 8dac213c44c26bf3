"""`cliffhanger models list | pull | verify`, against a hub on this machine: what a person reads, and when it fails."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hub_server import Hub, Repo, serving

from engine import model_commands
from engine.core import UserError
from engine.model_commands import list_models, pull_models, verify_models
from models import catalogue, hub, weights
from models.catalogue import Entry

pytest.importorskip("huggingface_hub")

AT = "0123456789abcdef" * 2 + "01234567"
HEADER = b'{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}'
TENSOR = len(HEADER).to_bytes(8, "little") + HEADER + b"abcd"


def told(name: str, **changes: Any) -> Entry:
    data: dict[str, Any] = {
        "name": name,
        "what": f"the {name}",
        "repo": f"studio/{name}",
        "revision": AT,
        "files": ["config.json", "model.safetensors"],
        "gb": 1.5,
        "licence": "MIT",
        "licence_url": f"https://example.org/{name}",
        "commercial": "yes",
    }
    return Entry.model_validate(data | changes)


ENTRIES = (
    told("writer"),
    told(
        "painter",
        revision="main",
        licence="Open RAIL",
        commercial="conditions",
        terms="no harm",
        notice="Built with Paint",
    ),
    told("shut", gated=True, commercial="no", terms="research only"),
)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    look_up = socket.getaddrinfo

    def on_this_machine(host: Any, *rest: Any, **more: Any) -> Any:
        assert host in ("127.0.0.1", "localhost", b"127.0.0.1", b"localhost"), f"a test asked for {host!r}"
        return look_up("127.0.0.1", *rest, **more)

    files = {"config.json": b"{}", "model.safetensors": TENSOR}
    repos = {f"studio/{e.name}": Repo(AT, dict(files), gated=e.gated) for e in ENTRIES}
    with serving(repos) as running:
        monkeypatch.setattr(socket, "getaddrinfo", on_this_machine)
        monkeypatch.setattr(hub, "_pause", lambda failed: None)
        monkeypatch.setattr(catalogue, "entries", lambda: {e.name: e for e in ENTRIES})
        monkeypatch.setattr(model_commands, "load_profile", profile)
        monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "token"))
        for name in ("HF_TOKEN", "TRANSFORMERS_OFFLINE"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HF_HUB_OFFLINE", "0")
        monkeypatch.setenv("HF_ENDPOINT", running.endpoint)
        monkeypatch.setenv("CLIFFHANGER_MODELS", str(tmp_path / "models"))
        yield running


def profile(name: str) -> Any:
    models = {"studio": {"writer": "writer", "painter": "painter", "vae": "painter"}, "draft": {}}[name]
    return type("Profile", (), {"models": models})()


def row(text: str, name: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(f"{name} "))


def test_the_list_shows_sizes_terms_revisions_and_what_is_here(server: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    pull_models(None, ["painter"])
    capsys.readouterr()
    list_models(None)
    text = capsys.readouterr().out
    assert row(text, "name").split() == ["name", "for", "GB", "licence", "commercial", "use", "revision", "here"]
    assert row(text, "writer").split() == ["writer", "the", "writer", "1.50", "MIT", "yes", "pinned", AT[:12], "no"]
    assert row(text, "painter").endswith(f"1.50  Open RAIL  conditions      first use {AT[:12]}  yes")
    assert row(text, "shut").endswith("no, gated")
    assert (
        "painter: Open RAIL, commercial use: conditions (no harm); show 'Built with Paint'; https://example.org/painter"
    ) in text
    assert "shut: MIT, commercial use: no (research only); https://example.org/shut" in text
    assert "first use: no commit is pinned here; the first pull trusts what the hub has" in text
    assert " GB are free in " in text


def test_a_profiles_list_has_its_models_alone_and_their_size(
    server: Hub, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    list_models("studio")
    text = capsys.readouterr().out
    assert "shut" not in text
    assert "profile studio: 3.0 GB, 3.0 GB of it to pull; " in text
    pull_models(None, ["writer"])
    capsys.readouterr()
    list_models("studio")
    assert "profile studio: 3.0 GB, 1.5 GB of it to pull; " in capsys.readouterr().out


def test_pull_list_verify_from_end_to_end(server: Hub, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pull_models("studio", [])
    text = capsys.readouterr().out
    assert f"writer: the writer, 0.00 GB in 2 files of studio/writer at {AT[:12]} (pinned)" in text
    assert "  MIT, commercial use: yes; https://example.org/writer" in text
    assert "(not pinned: trusted on first use, then recorded)" in text
    assert f"painter: 2 files at {AT[:12]}, every hash recorded" in text
    assert text.index("Open RAIL, commercial") < text.index("painter: model.safetensors"), "terms come after the bytes"
    assert verify_models("studio")
    assert capsys.readouterr().out.count(f"2 files as pulled at {AT[:12]}") == 2
    pull_models("studio", [])
    assert capsys.readouterr().out.count("is here, every hash is right") == 2


def test_verify_names_what_was_tampered_with(server: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    pull_models("studio", [])
    capsys.readouterr()
    path = catalogue.root() / "writer" / AT / "model.safetensors"
    path.write_bytes(TENSOR[:-1] + b"X")
    assert not verify_models(None)
    assert capsys.readouterr().out.splitlines() == [
        "writer: FAILS: model.safetensors has another sha256 than was pulled",
        "  cliffhanger models pull writer",
        f"painter: 2 files as pulled at {AT[:12]}",
    ]


def test_verify_tells_a_profiles_missing_weights(server: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    pull_models(None, ["writer"])
    assert not verify_models("studio")
    assert "painter: FAILS: not here" in capsys.readouterr().out
    assert verify_models(None, ["writer"])


def test_a_gate_is_explained_in_one_line(server: Hub) -> None:
    with pytest.raises(UserError, match="^studio/shut is gated: accept its terms at .* or set HF_TOKEN$"):
        pull_models(None, ["shut"])


def test_offline_pulls_nothing(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="HF_HUB_OFFLINE is set: nothing is downloaded"):
        pull_models(None, ["writer"], offline=True)
    assert os.environ["HF_HUB_OFFLINE"] == "1"
    assert server.seen == []


def test_wrong_usage_is_told_before_anything_is_asked(server: Hub) -> None:
    for profile_name, names, says in (
        (None, [], "say what to pull: --profile gpu-24gb, or names"),
        (None, ["writer", "wirter"], "unknown weights 'wirter': choose from writer, painter, shut"),
        ("draft", [], "profile draft needs no weights"),
    ):
        with pytest.raises(UserError, match=says):
            pull_models(profile_name, names)
    with pytest.raises(UserError, match="no weights are in .*: `cliffhanger models pull` brings them"):
        verify_models(None)
    assert server.seen == []


def test_a_folder_of_ones_own_is_listed_and_checked_and_never_pulled(
    server: Hub, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "model.safetensors").write_bytes(TENSOR)
    name = f"path:{tmp_path / 'mine'}"
    own = type("Profile", (), {"models": {"writer": name}})()
    monkeypatch.setattr(model_commands, "load_profile", lambda asked: own)
    list_models("studio")
    assert f"{name}  your own: terms unknown to us" in capsys.readouterr().out
    pull_models("studio", [])
    assert "nothing to pull: your own folders stay where they are" in capsys.readouterr().out
    assert server.seen == []
    assert verify_models("studio")
    (tmp_path / "mine" / "model.safetensors").write_bytes(TENSOR[:-1])
    with pytest.raises(UserError, match="model.safetensors: the file is cut short"):
        verify_models("studio")


def test_a_full_disk_is_a_line_for_the_reader(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device", "/models/writer")

    monkeypatch.setattr(weights, "write_record", full)
    with pytest.raises(UserError, match="^No space left on device: /models/writer$"):
        pull_models(None, ["writer"])


def test_every_profile_names_weights_that_the_catalogue_has() -> None:
    from engine.config import load_profile, profile_names

    for name in profile_names():
        for role, weight in load_profile(name).models.items():
            assert weight in catalogue.entries(), f"{name}: {role}"
