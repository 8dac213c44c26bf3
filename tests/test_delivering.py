"""Deliverables: what the manifest says of takes, rights and cost; the covers, what goes first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from engine.config import load_profile
from engine.core import Series
from engine.delivering import Delivery, build_print, deliver_episode, link, spent
from engine.manifest import COVERS, DELIVERABLES, read_manifest
from engine.pipeline import is_delivered
from engine.takes import DialogueTake, Keyframe, Poster, Stems
from engine.vault import Made, Take, Vault
from models.base import PictureRequest, Rights
from tests.small_delivery import timeline_of
from tests.small_series import small_series


def take(vault: Vault, stage: str, unit: str, suffix: str, data: bytes, seconds: float = 0.5) -> Take:
    rights = vars(Rights("made for a test", "CC0-1.0"))
    made = Made(lambda path: path.write_bytes(data) and None, "test", rights, {"core_seconds": seconds})
    recipe: Mapping[str, Any] = {"seed": 3, "voice": "v1"} if stage == "voicing" else {"seed": 3}
    return vault.put(stage, unit, recipe, suffix, made)


def delivery_of(root: Path, series: Series) -> Delivery:
    vault = Vault(root / "takes")
    episode = series.episodes[0]
    picture = cv2.imencode(".jpg", np.full((640, 360, 3), 90, np.uint8))[1].tobytes()
    shots = [shot.id for _, shot in episode.shots()]
    return Delivery(
        series=series,
        episode=episode,
        profile=load_profile("draft"),
        timeline=timeline_of(episode),
        master=take(vault, "conforming", "e001", ".mp4", b"a master", 40.0),
        stems=Stems(*(take(vault, "scoring", f"e001_{k}", ".wav", k.encode()) for k in ("dx", "mx", "fx"))),
        dialogue={
            line.id: DialogueTake(take(vault, "voicing", line.id, ".wav", b"voice"), 1.0, (), (), "v1")
            for line in episode.lines()
        },
        keyframes={
            id: Keyframe(PictureRequest(id, "keyframe", "a look", (360, 640), 3), take(vault, "framing", id, ".jpg", picture))
            for id in shots
        },
        clips={id: take(vault, "animating", id, ".scene.json", b"{}") for id in shots},
        posters=tuple(
            Poster(layout, tuple(Keyframe(PictureRequest(f"e001_{layout}", "keyframe", "a look", (360, 640), 3), take(vault, "covering", f"e001_{layout}{n}", ".jpg", picture)) for n in range(count)), (None,) * count)
            for layout, count in (("face", 1), ("versus", 2), ("omen", 1))
        ),
        core_seconds=2.0,
    )  # fmt: skip


@pytest.fixture
def delivery(tmp_path: Path) -> Delivery:
    return delivery_of(tmp_path, small_series())


def test_everything_is_delivered_and_the_manifest_names_every_take_with_its_rights(
    delivery: Delivery, tmp_path: Path
) -> None:
    told = deliver_episode(delivery, tmp_path / "e001", lambda _: [{"check": "x", "passed": False, "faults": ["bad"]}])
    assert {p.name for p in (tmp_path / "e001").iterdir()} == {*DELIVERABLES, "manifest.json"}
    assert len(told["takes"]) == 10 + 12 + 12 + 3 + 1 + 4
    for entry in told["takes"]:
        assert set(entry["rights"]) == {"source", "licence", "consent", "commercial_use"}
    assert set(told["font"]) == {"file", "source", "licence", "consent", "commercial_use"}
    assert {e["voice"] for e in told["takes"] if e["stage"] == "voicing"} == {"v1"}
    manifest = read_manifest(tmp_path / "e001")
    assert manifest is not None and manifest.failed() == ["x"]
    assert is_delivered(delivery, tmp_path / "e001")
    covers = {(tmp_path / "e001" / name).read_bytes() for name in COVERS}
    assert len(covers) == 3 and (tmp_path / "e001" / "cover.jpg").read_bytes() in covers


def test_an_episode_finished_by_a_second_run_costs_what_its_takes_cost(delivery: Delivery) -> None:
    assert spent(delivery) == (0.0, 40.0 + 0.5 * 41)
    assert spent(replace(delivery, core_seconds=500.0)) == (0.0, 500.0)


def test_a_delivery_that_stops_half_way_leaves_no_manifest_of_the_old_files(
    delivery: Delivery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "e001"
    deliver_episode(delivery, folder, lambda _: [])
    (folder / "nle").mkdir()
    (folder / "nle" / "e001_s01_sh010.mp4").write_bytes(b"old")
    monkeypatch.setattr("engine.delivering.write_covers", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        deliver_episode(delivery, folder, lambda _: [])
    assert read_manifest(folder) is None
    assert not (folder / "nle").exists()
    assert not is_delivered(delivery, folder)


def test_a_file_of_another_size_is_not_delivered(delivery: Delivery, tmp_path: Path) -> None:
    deliver_episode(delivery, tmp_path / "e001", lambda _: [])
    (tmp_path / "e001" / "cut.edl").write_text("TITLE: other")
    assert not is_delivered(delivery, tmp_path / "e001")


def test_the_build_changes_with_words_title_and_takes(delivery: Delivery, tmp_path: Path) -> None:
    vault = Vault(tmp_path / "other")
    others = [
        replace(delivery, series=delivery.series.model_copy(update={"title": "Other"})),
        replace(delivery, episode=delivery.episode.model_copy(update={"synopsis": "Other."})),
        replace(delivery, master=take(vault, "conforming", "e002", ".mp4", b"x")),
    ]
    bible = delivery.series.bible.model_copy(
        update={"promise": "Another."}
    )  # status reads it: it must come right again
    others.append(replace(delivery, series=delivery.series.model_copy(update={"bible": bible})))
    prints = {build_print(d) for d in (delivery, *others)}
    assert len(prints) == 5
    assert build_print(replace(delivery, core_seconds=9.0)) == build_print(delivery)


def test_a_deliverable_is_a_link_or_else_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "take.mp4").write_bytes(b"x")
    link(tmp_path / "take.mp4", tmp_path / "a" / "master.mp4")
    assert (tmp_path / "a" / "master.mp4").stat().st_ino == (tmp_path / "take.mp4").stat().st_ino
    monkeypatch.setattr("engine.delivering.os.link", lambda *_: (_ for _ in ()).throw(OSError(95, "no links here")))
    link(tmp_path / "take.mp4", tmp_path / "b" / "master.mp4")
    assert (tmp_path / "b" / "master.mp4").read_bytes() == b"x"
