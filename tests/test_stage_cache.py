"""Art is drawn once, read back exactly, redrawn when damaged and swept when too much."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from models.draft.cache import Art, ArtCache, default_folder, key_of, pack, unpack


def art(value: int = 7, size: int = 20) -> Art:
    image = np.zeros((size, size, 4), np.uint8)
    image[3:9, 2:7] = (value, value // 2, 1, 200)
    return Art({"body": image}, {"face": [1.5, 2.0]})


def files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.glob("*/*") if p.is_file())


def test_an_entry_reads_back_exactly():
    again = unpack(pack(art()))
    assert np.array_equal(again.images["body"], art().images["body"])
    assert again.facts == {"face": [1.5, 2.0]}


def test_the_same_arguments_are_drawn_once(tmp_path):
    drawn = []

    def draw() -> Art:
        drawn.append(1)
        return art()

    for _ in range(2):
        for cache in (ArtCache(tmp_path), ArtCache(tmp_path)):
            cache.get("figure", ["ivy", 3], draw)
    assert len(drawn) == 1


def test_other_arguments_or_kinds_have_other_keys():
    assert len({key_of("a", [1]), key_of("a", [2]), key_of("b", [1])}) == 3


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-9], lambda b: b[:60] + b"x" + b[61:], lambda b: b"", lambda b: b"junk"]
)
def test_a_damaged_entry_is_drawn_again(tmp_path, damage):
    ArtCache(tmp_path).get("figure", 1, art)
    path = files(tmp_path)[0]
    path.write_bytes(damage(path.read_bytes()))
    again = ArtCache(tmp_path).get("figure", 1, lambda: art(9))
    assert again.images["body"].max() == 200 and again.images["body"][4, 4, 0] == 9
    assert unpack(path.read_bytes()).images["body"][4, 4, 0] == 9


def test_no_temporary_file_stays_behind(tmp_path):
    ArtCache(tmp_path).get("figure", 1, art)
    assert [p.suffix for p in files(tmp_path)] == [".art"]


def test_the_oldest_entries_are_swept_first(tmp_path):
    cache = ArtCache(tmp_path, disk_limit=10**9)
    for k in range(4):
        cache.get("figure", k, art)
    paths = [tmp_path / key_of("figure", k)[:2] / f"{key_of('figure', k)}.art" for k in range(4)]
    for age, path in enumerate(paths):
        os.utime(path, (1000 + age, 1000 + age))
    cache.disk_limit = sum(p.stat().st_size for p in paths[2:])
    assert cache.sweep() > 0
    assert [p.exists() for p in paths] == [False, False, True, True]


def test_memory_stays_under_its_limit(tmp_path):
    cache = ArtCache(tmp_path, memory_limit=5000)
    for k in range(10):
        cache.get("figure", k, art)
    assert cache.held_bytes <= 5000


def test_a_folder_that_cannot_be_written_only_costs_speed(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert ArtCache(blocked / "art").get("figure", 1, art).images["body"].shape == (20, 20, 4)


def test_the_folder_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("CLIFFHANGER_CACHE", str(tmp_path))
    assert default_folder() == tmp_path / "art"
    monkeypatch.delenv("CLIFFHANGER_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
    assert default_folder() == tmp_path / "x" / "cliffhanger" / "art"
