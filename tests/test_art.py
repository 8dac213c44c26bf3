"""The sheets of everything drawn: every page draws every word of its tables, labelled, through the product's code."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import art
import cv2
import numpy as np
import preview
import pytest

from engine.core import UserError
from models import base
from models.draft.figures import MOUTHS


def test_a_page_has_a_labelled_place_for_every_tile() -> None:
    tiles = [art.Tile(str(n), np.full((40, 30, 3), (10, 200, 90), np.uint8)) for n in range(5)]
    sheet = art.page(tiles, 2)
    assert sheet.shape == (3 * (40 + art.STRIP), 2 * 34, 3)
    assert (sheet == (10, 200, 90)).all(axis=2).sum() == 5 * 40 * 30
    assert sheet[: art.STRIP, :34].max() > 100  # a label


def test_an_unknown_page_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["art.py", "nowhere", "--only", "casts"])
    with pytest.raises(SystemExit):
        art.main()
    assert "unknown page 'casts': choose from cast, " in capsys.readouterr().err


@pytest.mark.slow
def test_props_and_every_mouth_have_their_drawing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIFFHANGER_CACHE", str(tmp_path / "cache"))
    drawn = list(islice(art.props(), 3))  # tests of the props themselves draw them all
    assert [tile.label for tile in drawn] == list(base.PROPS)[:3]
    assert all(tile.picture.std() > 5 for tile in drawn)
    faces = list(islice(art.faces_close(), len(MOUTHS)))  # of one body: the other bodies take half a minute
    assert [tile.label for tile in faces] == [f"woman {mouth}" for mouth in MOUTHS]
    monkeypatch.setitem(art.PAGES, "faces", (lambda: iter(faces), len(MOUTHS)))
    art.write_pages(tmp_path / "out", ["faces"])
    assert cv2.imread(str(tmp_path / "out" / "faces.jpg")) is not None


def test_a_loop_is_written_as_an_endless_picture_within_its_size(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    frames = [cv2.resize(rng.integers(0, 255, (24, 14, 3), dtype=np.uint8), (54, 96)) for _ in range(6)]
    size = preview.write_loop(frames, tmp_path / "loop.webp")
    data = (tmp_path / "loop.webp").read_bytes()
    assert size == len(data) <= preview.MOST_BYTES
    assert data[:4] == b"RIFF" and data[8:12] == b"WEBP" and data.count(b"ANMF") == 6


def test_a_folder_without_an_episode_has_no_preview(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no rendered episode"):
        preview.finished(tmp_path)
