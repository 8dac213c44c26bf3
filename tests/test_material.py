"""engine.footage.material: files on one clock."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from footage import passage, piece, soundtrack

from engine.core import UserError
from engine.footage import material
from engine.footage.material import Order, gather
from engine.footage.media import Media
from engine.footage.syncing import Sync

HEARD = [passage(1, 9)]


def files(*seconds: float, picture: Sequence[bool] = ()) -> list[Media]:
    shown = [*picture, *[True] * len(seconds)]
    return [piece(n, s, HEARD, picture=shown[n]).media for n, s in enumerate(seconds)]


@pytest.fixture
def begin(monkeypatch: pytest.MonkeyPatch):
    """Files that are heard without being opened, and found to begin at these seconds of the first one's clock."""

    def set_to(*begins: float | None) -> None:
        monkeypatch.setattr(material, "hear", lambda path, rate, seconds: soundtrack(seconds, HEARD, rate))
        found = [Sync(at or 0.0, 1.0 if at is not None else 0.0, at is not None) for at in begins]
        monkeypatch.setattr(material, "sync_all", lambda levels: found[: len(levels)])

    return set_to


def test_of_two_recorders_the_longer_is_cut_from_its_own_beginning(begin) -> None:
    begin(0.0, 3.0)
    made = gather(files(10, 20, picture=[False, False]), None, 24)
    assert made.master is not None and (made.master.begins, made.frames) == (0, 20 * 24)


def test_a_scene_begins_where_picture_and_sound_both_have(begin) -> None:
    begin(0.0, 2.0, -1.0)
    made = gather(files(30, 20), files(40, picture=[False])[0], 24)
    assert [p.begins for p in made.pictures] == [0, 48] and made.frames == 30 * 24


@pytest.mark.parametrize(("begins", "lengths"), [((0.0, 100.0, 40.0), (10, 10, 20)), ((0.0, 50.0, 20.0), (10, 10, 20))])
def test_cameras_that_never_ran_with_the_sound_are_refused(begin, begins, lengths) -> None:
    begin(*begins)
    with pytest.raises(UserError, match="never run at the same time"):
        gather(files(*lengths[:2]), files(lengths[2], picture=[False])[0], 24)


@pytest.mark.parametrize(
    ("count", "told"), [(1, "one file has no other angle"), (2, "these files are not of one scene")]
)
def test_angles_that_are_none_are_refused_with_the_reason(begin, count: int, told: str) -> None:
    begin(*[None] * count)
    order: Order = "angles"
    with pytest.raises(UserError, match=told):
        gather(files(*[10] * count), None, 24, order)
