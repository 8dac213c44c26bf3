"""Shots cut into a model's calls, made in batches, joined and written: with a model that paints numbers."""

from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")

from models.base import ClipRequest, Cost, PictureRequest  # noqa: E402
from models.clips import (  # noqa: E402
    Reach,
    Remembered,
    Segment,
    Shot,
    added,
    make_clips,
    reach_of,
    recipe,
    refuse_last_frames,
    to_frames,
    to_pil,
)
from models.device import Device  # noqa: E402
from models.footage import read_frames  # noqa: E402
from models.settings import DeviceSettings  # noqa: E402

torch.set_num_threads(1)
STEP = 4
"""How much brighter each frame of the painted numbers is than the one before."""


@pytest.fixture
def device() -> Device:
    return Device(DeviceSettings(kind="cpu", dtype="float32", vram_gb=8.0))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, level in (("dark", 20), ("light", 120), ("end", 240)):
        cv2.imwrite(str(tmp_path / f"{name}.png"), np.full((64, 48, 3), level, np.uint8))
    return tmp_path


def request(folder: Path, unit: str, num_frames: int, first: str = "dark", **more) -> ClipRequest:
    picture = PictureRequest(unit, "keyframe", "", (48, 64), 1)
    return ClipRequest(unit, picture, folder / f"{first}.png", num_frames, more.pop("fps", 24), **more)


class Counter:
    """Each frame is STEP brighter than the one before; `calls` are the segments of each call."""

    def __init__(self, fits: int = 99) -> None:
        self.calls: list[list[Segment]] = []
        self.fits = fits

    def __call__(self, rows: list[Segment]) -> list[np.ndarray]:
        if len(rows) > self.fits:
            raise torch.OutOfMemoryError("no memory")
        self.calls.append(rows)
        return [np.stack([np.clip(row.first.astype(int) + STEP * n, 0, 255) for n in range(row.count)]).astype(np.uint8)
                for row in rows]  # fmt: skip


def made(device: Device, folder: Path, requests, call, reach: Reach, most: int = 8, costs=None):
    def finish(shot: Shot):
        return shot

    return make_clips(
        device, "count", requests, reach, folder / "out", call, most=most, costs=costs or {}, finish=finish
    )


REACH = Reach(8, 1, 17, 24, (32, 48))


@pytest.mark.parametrize("num_frames", [1, 2, 9, 10, 17, 18, 40])
def test_a_clip_has_exactly_the_frames_asked_for(device: Device, folder: Path, num_frames: int):
    made(device, folder, [request(folder, "s", num_frames)], Counter(), REACH)
    frames = list(read_frames(folder / "out" / "s.mp4"))
    assert len(frames) == num_frames and frames[0].shape == (48, 32, 3)


def test_a_chained_shot_goes_on_where_it_was_and_doubles_no_frame(device: Device, folder: Path):
    call = Counter()
    made(device, folder, [request(folder, "s", 40, seed=7)], call, REACH)
    rows = [batch[0] for batch in call.calls]
    assert [(r.count, r.length, r.seed) for r in rows] == [(17, 14, 7), (17, 14, 8), (17, 14, 9)]
    levels = [frame.mean() for frame in read_frames(folder / "out" / "s.mp4")]
    assert np.allclose(np.diff(levels), STEP, atol=1.5)


def test_segments_of_one_shape_share_a_call_and_answers_keep_the_order(device: Device, folder: Path):
    call = Counter()
    lengths = {"a": 9, "b": 30, "c": 8, "d": 31}
    shots = made(device, folder, [request(folder, u, n) for u, n in lengths.items()], call, REACH)
    assert [[r.request.unit for r in rows] for rows in call.calls] == [["a", "c"], ["b", "d"], ["b", "d"]]
    assert [shot.request.unit for shot in shots] == list(lengths)
    assert {u: len(list(read_frames(folder / "out" / f"{u}.mp4"))) for u in lengths} == lengths


def test_only_the_last_segment_has_the_last_frame(device: Device, folder: Path):
    call = Counter()
    shot = request(folder, "s", 30, last_frame=folder / "end.png")
    made(device, folder, [shot, request(folder, "t", 30)], call, REACH)
    rows = {(r.request.unit, r.index): r.last for batch in call.calls for r in batch}
    assert [key for key, last in rows.items() if last is not None] == [("s", 1)]
    assert rows["s", 1].shape == (48, 32, 3) and rows["s", 1].mean() == 240
    assert [len(batch) for batch in call.calls] == [2, 1, 1]


def test_out_of_memory_halves_the_batch_and_is_remembered(device: Device, folder: Path):
    call = Counter(fits=2)
    requests = [request(folder, f"s{n}", 9) for n in range(8)]
    made(device, folder, requests, call, REACH)
    assert [len(rows) for rows in call.calls] == [2, 2, 2, 2]
    made(device, folder, requests[:3], call, REACH)
    assert [len(rows) for rows in call.calls[4:]] == [2, 1]


def test_one_clip_that_does_not_fit_is_one_clear_line(device: Device, folder: Path):
    with pytest.raises(ValueError, match="count: one item does not fit into the memory that is free"):
        made(device, folder, [request(folder, "s", 9)], Counter(fits=0), REACH)


def test_a_models_own_rate_becomes_the_asked_one(device: Device, folder: Path):
    call = Counter()
    made(device, folder, [request(folder, "s", 25)], call, Reach(0, 14, 14, 7, (32, 48)))
    assert [(rows[0].count, rows[0].length) for rows in call.calls] == [(14, 8)]
    frames = list(read_frames(folder / "out" / "s.mp4"))
    assert len(frames) == 25
    assert frames[-1].mean() == pytest.approx(
        20 + STEP * 7, abs=2
    )  # the 25th frame is one second in: the model's eighth


def test_costs_of_segments_and_prompts_add_up(device: Device, folder: Path):
    before = {"s": Cost(1.0, 100.0, 5)}
    shot = made(device, folder, [request(folder, "s", 40)], Counter(), REACH, costs=before)[0]
    assert shot.cost.core_seconds >= 100.0 and shot.cost.gpu_seconds == 1.0 and shot.cost.peak_bytes == 5
    assert added(Cost(1, 2, 3), Cost(4, 5, 2)) == Cost(5, 7, 3)


def test_two_clips_of_one_name_are_refused(device: Device, folder: Path):
    with pytest.raises(ValueError, match="two clips are called s: they would overwrite each other"):
        made(device, folder, [request(folder, "s", 9), request(folder, "s", 9)], Counter(), REACH)


def test_a_model_that_gives_the_wrong_count_is_caught(device: Device, folder: Path):
    def short(rows: list[Segment]) -> list[np.ndarray]:
        return [np.zeros((row.count - 1, 48, 32, 3), np.uint8) for row in rows]

    with pytest.raises(ValueError, match="s: the model gave .* where 9 frames of 32x48 were asked for"):
        made(device, folder, [request(folder, "s", 9)], short, REACH)


def test_a_picture_that_is_none_is_refused_by_name(device: Device, folder: Path):
    (folder / "bad.png").write_bytes(b"not a picture")
    with pytest.raises(ValueError, match="bad.png cannot be used as a picture"):
        made(device, folder, [request(folder, "s", 9, first="bad")], Counter(), REACH)


def test_a_clip_that_cannot_be_written_is_an_error_and_leaves_nothing(device: Device, folder: Path):
    with pytest.raises(ValueError, match="both sides must be even"):
        made(device, folder, [request(folder, "s", 9)], Counter(), Reach(8, 1, 17, 24, (33, 48)))
    assert not list((folder / "out").iterdir())


def test_last_frames_are_refused_in_one_line(folder: Path):
    refuse_last_frames([request(folder, "s", 9)], "svd")
    with pytest.raises(ValueError, match="s: svd does not use a last frame: set last_frame = false") as error:
        refuse_last_frames([request(folder, "s", 9, last_frame=folder / "end.png")], "svd")
    assert "\n" not in str(error.value)


def test_sizes_and_counts_snap_to_what_the_model_takes():
    reach = reach_of(500, 890, 32, step=8, offset=1, most=120, rate=24)
    assert reach.size == (512, 896) and reach.longest == 113
    assert [reach.count(n) for n in (1, 2, 9, 10, 113)] == [1, 9, 9, 17, 113]
    with pytest.raises(ValueError, match="no frame count of the form 0k \\+ 25 is within 24"):
        _ = Reach(0, 25, 24, 7, (64, 64)).longest


def test_a_recipe_says_seeds_counts_and_the_pictures_hashes(device: Device, folder: Path):
    import hashlib
    import json

    shot = made(device, folder, [request(folder, "s", 30, seed=5, last_frame=folder / "end.png")], Counter(), REACH)[0]
    text = recipe(shot, "a/b@c", "float32", steps=4)
    assert json.loads(json.dumps(text)) == text
    assert text["seeds"] == [5, 6] and text["generated"] == [17, 17] and text["used"] == [16, 15]
    assert text["model"] == "a/b@c" and text["steps"] == 4 and text["size"] == [32, 48]
    assert text["conditions"]["last"] == hashlib.sha256((folder / "end.png").read_bytes()).hexdigest()


def test_texts_are_computed_once_and_cost_whom_they_are_first_for():
    kept: Remembered[int] = Remembered(most=3)
    asked: list[list[str]] = []

    def compute(texts: list[str]):
        asked.append(texts)
        return [(len(text), Cost(gpu_seconds=len(text))) for text in texts]

    costs = kept.read({"u": ["aa", "n"], "v": ["aaaa", "n"]}, compute)
    assert {u: c.gpu_seconds for u, c in costs.items()} == {"u": 3, "v": 4}
    assert kept.read({"w": ["n", "aa"]}, compute) == {}
    assert asked == [["aa", "n", "aaaa"]]
    wide = kept.read({"x": list("bcdef")}, compute)
    assert wide["x"].gpu_seconds == 5 and [kept.of(t) for t in "bcdef"] == [1] * 5


def test_pixels_are_blue_first_and_rounded_and_numbers_that_are_none_are_refused():
    video = torch.zeros(3, 20, 2, 2)
    video[0] = 1.0  # red
    video[2] = -3.0
    frames = to_frames(video)
    assert frames.shape == (20, 2, 2, 3) and frames.dtype == np.uint8
    assert frames[19, 0, 0].tolist() == [0, 128, 255]
    assert to_pil(frames[0]).getpixel((0, 0)) == (255, 128, 0)
    video[1, 17, 0, 0] = float("nan")
    with pytest.raises(ValueError, match="not finite"):
        to_frames(video)


def test_room_is_made_by_dropping_the_oldest_models_but_never_the_kept_ones(device: Device):
    for name in ("old", "mine", "new"):
        device.hold(name, 1.0, object)
    device.spare(6.0, "mine")
    assert sorted(device._held) == ["mine", "new"]
    device.spare(99.0, "mine")
    assert sorted(device._held) == ["mine"]
