"""Residency, batches that halve, and metering, on the CPU."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from models.device import Device, house_device  # noqa: E402
from models.settings import ACTIVATIONS_GB, DeviceSettings  # noqa: E402


def device(vram_gb: float = 24.0) -> Device:
    return Device(DeviceSettings(kind="cpu", dtype="float32", vram_gb=vram_gb))


def fits(most: int, seen: list[int]) -> Callable[[list[int]], list[int]]:
    """A model that runs out of memory above `most` rows."""

    def call(rows: list[int]) -> list[int]:
        seen.append(len(rows))
        if len(rows) > most:
            raise torch.OutOfMemoryError("no room")
        return [row * 10 for row in rows]

    return call


@given(st.integers(0, 40), st.integers(1, 16), st.integers(1, 16))
def test_every_row_is_answered_in_order_whatever_fits(rows: int, asked: int, most: int) -> None:
    answers = list(device().run("m", range(rows), asked, fits(most, [])))
    assert [answer for answer, _ in answers] == [row * 10 for row in range(rows)]


def test_out_of_memory_halves_the_batch_and_what_fitted_is_remembered() -> None:
    house, seen = device(), list[int]()
    list(house.run("m", range(10), 8, fits(3, seen)))
    assert seen == [8, 4, 2, 2, 2, 2, 2]
    seen.clear()
    list(house.run("m", range(4), 8, fits(3, seen)))
    assert seen == [2, 2]


def test_one_row_that_does_not_fit_is_told_in_the_readers_words() -> None:
    with pytest.raises(ValueError, match="painter: one item does not fit .* choose a smaller size"):
        list(device().run("painter", [1], 1, fits(0, [])))


def test_for_a_single_row_idle_models_make_room_and_the_one_in_use_stays() -> None:
    house = device(100.0)
    for name in ("writer", "painter", "animator"):
        house.hold(name, 4, lambda: "model")

    def call(rows: list[int]) -> list[int]:
        if house.held_gb() > 4:
            raise torch.OutOfMemoryError("no room")
        return rows

    assert [answer for answer, _ in house.run("clip", [1, 2], 1, call)] == [1, 2]
    house.hold("animator", 4, lambda: pytest.fail("the model in use was dropped"))


@pytest.mark.parametrize(
    ("free", "used", "kept", "room"),
    [(20, 0, 0, 20), (4, 6, 13, 16.5), (1, 11, 5, 6), (50, 0, 0, 22.5), (30, 10, 0, 12.5)],
    ids=["a display takes some", "kept from the last batch", "others take some", "a larger card", "within the plan"],
)
def test_a_gpus_free_memory_counts_what_torch_keeps_and_not_what_others_take(
    monkeypatch: pytest.MonkeyPatch, free: float, used: float, kept: float, room: float
) -> None:
    gib = 1024**3
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (free * gib, 80 * gib))
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda: used * gib)
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda: (used + kept) * gib)
    assert Device(DeviceSettings(vram_gb=22.5)).free_gb() == room


def test_a_model_that_loses_rows_is_an_error() -> None:
    with pytest.raises(ValueError, match="answered 1 of 2 rows"):
        list(device().run("m", [1, 2], 2, lambda rows: rows[:1]))


def test_models_stay_while_they_fit_and_the_longest_unused_goes_first() -> None:
    house, loaded = device(ACTIVATIONS_GB + 10), list[str]()

    def hold(name: str, gigabytes: float) -> None:
        house.hold(name, gigabytes, lambda: loaded.append(name) or name)

    for name in ("writer", "painter", "writer"):
        hold(name, 4)
    assert loaded == ["writer", "painter"] and house.held_gb() == 8
    hold("animator", 6)  # the painter was not used for longest
    hold("writer", 4)
    assert loaded == ["writer", "painter", "animator"]
    house.release()
    assert house.held_gb() == 0


def test_a_model_that_runs_out_of_memory_while_it_loads_has_the_card_to_itself_once() -> None:
    house, tries = device(), list[float]()
    house.hold("idle", 2, lambda: "idle")

    def load(needs_all: bool) -> str:
        tries.append(house.held_gb())
        if house.held_gb() or not needs_all:
            raise torch.OutOfMemoryError("no room")
        return "big"

    assert house.hold("big", 4, lambda: load(True)) == "big" and tries == [2, 0]
    with pytest.raises(ValueError, match="huge does not fit .* choose a profile for less memory"):
        house.hold("huge", 4, lambda: load(False))


def test_a_block_is_metered_and_shared_among_its_rows() -> None:
    with device().metered() as meter:
        sum(n * n for n in range(200_000))
    assert meter.core_seconds >= 0 and meter.gpu_seconds == 0
    meter.gpu_seconds = 8.0
    assert meter.share(4).gpu_seconds == 2.0


def test_noise_is_the_seeds_own() -> None:
    first, again, other = (torch.randn(4, generator=device().generator(seed)) for seed in (7, 7, 8))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_the_house_has_one_device_for_one_setting() -> None:
    settings = DeviceSettings(kind="cpu", dtype="float32", vram_gb=8)
    assert house_device(settings) is house_device(settings)
    assert house_device(settings) is not house_device(settings.model_copy(update={"vram_gb": 9.0}))


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_profile_without_a_gpu_says_so() -> None:
    with pytest.raises(ValueError, match="needs a CUDA GPU and torch sees none"):
        Device(DeviceSettings(vram_gb=24))
