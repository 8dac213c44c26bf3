"""Covers: who and what is painted for them, and that they are takes like any other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.backends import load_backends
from engine.batching import Silent
from engine.config import load_profile
from engine.covering import cover_episode, face_request, lead_of, omen_request, opponent_of, versus_requests
from engine.painting import Studio
from engine.vault import Vault
from models.base import Picture, PictureRequest, Rights
from tests.small_series import small_series

PROFILE = load_profile("draft")


class Painter:
    name = "test"

    def __init__(self) -> None:
        self.asked: list[PictureRequest] = []

    def paint(self, requests: list[PictureRequest]) -> list[list[Picture]]:
        self.asked += requests
        pixels = np.full((64, 36, 3), 80, np.uint8)
        return [[Picture(pixels, self.name, r.seed, Rights("a test", "CC0-1.0"))] for r in requests]

    def faces(self, request: PictureRequest) -> Mapping[str, tuple[float, float, float]]:
        return {f.character: (0.5, 0.4, 0.4) for f in request.figures}


def test_the_first_cover_is_the_lead_at_the_height_of_feeling_with_the_power_that_shows() -> None:
    series = small_series()
    asked = face_request(series, series.episodes[0], PROFILE)
    assert [f.character for f in asked.figures] == [lead_of(series, series.episodes[0]).id] == ["char_ivy"]
    assert asked.figures[0].emotion == "shock" and asked.figures[0].aura
    assert (asked.kind, asked.shot_size) == ("keyframe", "mcu")


def test_the_second_cover_has_the_rival_face_the_lead() -> None:
    series = small_series()
    lead, rival = versus_requests(series, series.episodes[0], PROFILE)
    assert lead.figures[0].character == "char_ivy" and rival.figures[0].character == "char_silas"
    assert lead.figures[0].yaw > 0 > rival.figures[0].yaw
    assert opponent_of(series, series.episodes[0], series.character("char_ivy")) == series.character("char_silas")


def test_the_third_cover_is_the_thing_shown_last_or_else_a_shape() -> None:
    series = small_series()
    episode = series.episodes[0]
    thing = omen_request(series, episode, PROFILE)
    assert (thing.shot_size, thing.prop, thing.figures) == ("insert", "watch", ())
    scene = episode.scenes[0]
    bare = scene.model_copy(update={"shots": tuple(s.model_copy(update={"prop": None}) for s in scene.shots)})
    shape = omen_request(series, episode.model_copy(update={"scenes": (bare,)}), PROFILE)
    assert shape.shot_size == "silhouette" and shape.figures[0].character == "char_ivy"


def test_covers_are_takes_that_a_second_run_finds_and_a_redo_makes_again(tmp_path: Path) -> None:
    series, painter = small_series(), Painter()
    vault = Vault(tmp_path)

    def covers(redo: Mapping[tuple[str, str], int]):
        backends = replace(load_backends(PROFILE), painter=painter, layout=painter)
        return cover_episode(Studio(backends, PROFILE, vault, Silent()), series, series.episodes[0], redo)

    made = covers({})
    assert [p.layout for p in made] == ["face", "versus", "omen"]
    assert [k.request.unit for p in made for k in p.pictures] == [
        "e001_cover1a", "e001_cover2a", "e001_cover2b", "e001_cover3a",
    ]  # fmt: skip
    assert made[0].faces == ((0.5, 0.4, 0.4),) and made[2].faces == (None,)
    assert len(painter.asked) == 4
    assert covers({}) == made and len(painter.asked) == 4
    assert covers({("covering", "e001"): 1}) != made and len(painter.asked) == 8
