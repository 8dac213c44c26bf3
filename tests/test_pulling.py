# ruff: noqa: F811
"""Pulling weights: from a hub on this machine that cuts lines, lies and shuts gates, and checkpoints made on the spot."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hub_server import Hub
from small_weights import AT, FILES, WHOLE, here, know, only_repo, pull, server, small, tensors  # noqa: F401

from models import pulling, weights

pytest.importorskip("huggingface_hub")


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


def test_variants_and_odd_names_are_stored_plainly(server: Hub, monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    changes = {"variant": "fp16", "stored_as": {"unet/config.json": "unet/settings.json"}}
    know(monkeypatch, small(**changes))
    record = pull()
    assert {"unet/model.safetensors", "unet/settings.json"} <= record.files.keys()
    assert (here / "small" / AT / "unet/model.safetensors").read_bytes() == WHOLE
    assert weights.verify("small") == [] and pulling.plan("small") is None
    (here / "small" / AT / "unet/model.safetensors").write_bytes(b"")
    pull()
    assert weights.verify("small") == []
    know(monkeypatch, small(files=["unet/*.safetensors"], variant="fp16", revision="main"))
    (here / "small" / "record.json").unlink()
    with pytest.raises(ValueError, match="'small' would store two files of studio/small in one place"):
        pulling.plan("small")


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
