"""Footage: counts and sizes that models accept, rates, clip files that come back as they went, and files that lie."""

from __future__ import annotations

import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import footage
from models.footage import (
    chain,
    decode_picture,
    executable,
    fit,
    frames_at,
    join,
    picture_size,
    read_frames,
    read_picture,
    resample,
    snap_frames,
    snap_size,
    write_clip,
)


def scenery(width: int, height: int, seed: int = 1) -> np.ndarray:
    """A soft, colourful picture."""
    rng = np.random.default_rng(seed)
    small = rng.integers(30, 226, (8, 6, 3), np.uint8)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


def panned(count: int, step: float, size: tuple[int, int] = (96, 160)) -> np.ndarray:
    """Frames of a camera that moves `step` pixels a frame over one picture."""
    wide = scenery(size[0] * 3, size[1])
    shifts = [np.array([[1, 0, -20 - step * i], [0, 1, 0]], np.float64) for i in range(count)]
    return np.stack([cv2.warpAffine(wide, m, size) for m in shifts])


# -- counts and sizes


@given(st.integers(1, 4000), st.sampled_from([(8, 1), (4, 1), (1, 1), (8, 9)]), st.integers(9, 300))
def test_snapped_counts_have_the_models_form_and_hold_what_is_wanted_unless_that_is_too_much(wanted, form, most):
    step, offset = form
    count = snap_frames(wanted, step, offset, most)
    assert (count - offset) % step == 0 and offset <= count <= most
    assert count >= wanted or count + step > most
    assert count == offset or count - step < wanted


def test_a_model_of_one_fixed_count_always_makes_that_many():
    assert [snap_frames(wanted, 0, 25, 25) for wanted in (1, 25, 80)] == [25, 25, 25]
    with pytest.raises(ValueError, match="within 5"):
        snap_frames(10, 8, 9, 5)


@given(st.integers(1, 3000), st.integers(2, 200))
def test_chained_segments_add_up_with_no_frame_doubled_and_are_even(num_frames, reach):
    segments = chain(num_frames, reach)
    assert sum(segments) - (len(segments) - 1) == num_frames
    assert max(segments) <= reach and max(segments) - min(segments) <= 1
    assert num_frames == 1 or min(segments) >= 2
    assert len(segments) == 1 or (len(segments) - 1) * (reach - 1) < num_frames - 1


def test_chained_segments_join_to_one_shot_without_the_doubled_frame():
    whole = np.arange(11, dtype=np.uint8).reshape(11, 1, 1, 1)
    lengths, at, parts = chain(11, 5), 0, []
    for length in lengths:
        parts.append(whole[at : at + length])
        at += length - 1
    assert lengths == [5, 4, 4] and np.array_equal(join(parts), whole)
    with pytest.raises(ValueError, match="segments of 1"):
        chain(10, 1)


@given(st.integers(16, 3000), st.integers(16, 3000), st.sampled_from([8, 16, 32, 64]), st.integers(4096, 2_000_000))
def test_snapped_sizes_are_multiples_within_the_limit(width, height, multiple, most):
    w, h = snap_size(width, height, multiple, most)
    assert w % multiple == h % multiple == 0 and w * h <= most and min(w, h) >= multiple
    assert w <= width + multiple / 2 or w == multiple


def test_sizes_keep_the_shape_of_a_vertical_keyframe():
    assert snap_size(768, 1344, 32) == (768, 1344)
    assert snap_size(768, 1344, 32, 512 * 896) == (512, 896)
    assert snap_size(1080, 1920, 64, 576 * 1024) == (576, 1024)


@given(st.integers(1, 400), st.sampled_from([7, 8, 16, 24, 25, 30]))
def test_a_models_own_frames_reach_to_the_last_one_that_is_wanted(num_frames, rate):
    own = frames_at(num_frames, 24, rate)
    assert (own - 1) / rate >= (num_frames - 1) / 24 - 1e-9 and (own - 2) / rate < (num_frames - 1) / 24


def test_a_fitted_picture_covers_the_frame_from_its_middle():
    picture = np.zeros((100, 100, 3), np.uint8)
    picture[:, 25:75] = 200
    out = fit(picture, (90, 180))
    assert out.shape == (180, 90, 3) and out.min() > 180


# -- rates


@given(st.integers(1, 9), st.sampled_from([6, 7, 8, 12, 16, 24, 25, 30, 48]), st.integers(1, 24))
def test_resampling_gives_exactly_the_frames_asked_for_and_keeps_the_first(count, rate, wanted):
    frames = panned(count, 2, (32, 48))
    out = resample(frames, rate, 24, wanted)
    assert out.shape == (wanted, 48, 32, 3) and out.dtype == np.uint8
    assert np.array_equal(out[0], frames[0])


def test_equal_rates_and_multiples_take_frames_as_they_are():
    frames = panned(9, 2)
    assert np.array_equal(resample(frames, 24, 24, 9), frames)
    assert np.array_equal(resample(frames, 48, 24, 5), frames[::2])
    assert np.array_equal(resample(frames, 24, 24, 11)[8:], frames[[8, 8, 8]])


def test_moments_between_frames_follow_the_motion():
    truth, sparse = panned(22, 2), panned(8, 6)
    made = resample(sparse, 8, 24, 22)
    inner = np.s_[:, 16:-16, 16:-16]
    nearest = np.stack([sparse[round(i / 3)] for i in range(22)])
    assert np.abs(made.astype(int) - truth)[inner].mean() < 0.25 * np.abs(nearest.astype(int) - truth)[inner].mean()


def test_no_frames_and_odd_rates_are_refused():
    for frames, rate, wanted in ((panned(2, 1)[:0], 24, 5), (panned(2, 1), 0, 5), (panned(2, 1), 24, 0)):
        with pytest.raises(ValueError):
            resample(frames, rate, 24, wanted)


# -- files


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("clips") / "pan.mp4"
    assert write_clip(path, panned(12, 3), 24) == 12
    return path


def test_a_clip_comes_back_nearly_as_it_went(clip):
    frames = list(read_frames(clip))
    assert len(frames) == 12 and frames[0].shape == (160, 96, 3)
    assert max(np.abs(a.astype(int) - b).mean() for a, b in zip(frames, panned(12, 3), strict=True)) < 2.5


def test_the_same_frames_are_the_same_bytes_from_a_list_or_one_by_one(clip, tmp_path):
    again = tmp_path / "pan.mp4"
    write_clip(again, iter(panned(12, 3)), 24)
    assert again.read_bytes() == clip.read_bytes()


def test_a_clip_says_which_colours_it_has(clip):
    said = subprocess.run([executable(), "-i", str(clip)], capture_output=True, text=True, check=False).stderr
    assert "smpte170m/bt709/bt709" in said and "24 fps" in said


def test_colours_of_another_matrix_are_read_as_what_they_are(tmp_path):
    path = tmp_path / "hd.mp4"
    source = ["-f", "lavfi", "-i", "color=c=0xE02040:s=64x64:r=24:d=0.2", "-vf", "scale=out_color_matrix=bt709"]
    tags = ["-colorspace", "bt709", "-color_range", "tv"]
    subprocess.run([executable(), "-loglevel", "error", *source, *tags, "-pix_fmt", "yuv420p", str(path)], check=True)
    blue, green, red = next(read_frames(path))[32, 32].astype(int)
    assert abs(red - 0xE0) < 6 and abs(green - 0x20) < 6 and abs(blue - 0x40) < 6


@pytest.mark.parametrize(
    ("frames", "words"),
    [
        ([], "without frames"),
        ([np.zeros((6, 5, 3), np.uint8)], "even"),
        ([np.zeros((16, 16, 3), np.uint8), np.zeros((16, 18, 3), np.uint8)], "frame 1 is of shape"),
    ],
)
def test_frames_that_make_no_clip_are_refused_and_leave_nothing_behind(tmp_path, frames, words):
    with pytest.raises(ValueError, match=words):
        write_clip(tmp_path / "x.mp4", frames, 24)
    assert not list(tmp_path.iterdir())


def test_an_encoder_that_fails_says_why_in_one_line(tmp_path):
    with pytest.raises(ValueError, match=r"could not write x\.mp4: .*") as caught:
        write_clip(tmp_path / "nowhere" / "x.mp4", [np.zeros((16, 16, 3), np.uint8)], 24)
    assert "\n" not in str(caught.value)


def test_a_reader_that_is_left_early_leaves_no_process(clip, monkeypatch):
    started: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen

    def remembered(*arguments, **more):
        started.append(real(*arguments, **more))
        return started[-1]

    monkeypatch.setattr(footage.subprocess, "Popen", remembered)
    frames = read_frames(clip)
    next(frames)
    frames.close()
    assert len(started) == 1 and started[0].poll() is not None


HOSTILE = {
    "empty": lambda data: b"",
    "cut": lambda data: data[: len(data) * 2 // 3],
    "zeroed": lambda data: data[:40] + bytes(len(data) - 40),
    "playlist": lambda data: b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
    "concat": lambda data: b"ffconcat version 1.0\nfile pan.mp4\n",
    "text": lambda data: b"no film at all",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_file_that_is_no_whole_clip_is_refused_in_one_line_that_names_it(kind, clip, tmp_path):
    path = tmp_path / "bad.mp4"
    path.write_bytes(HOSTILE[kind](clip.read_bytes()))
    with pytest.raises(ValueError, match=r"bad\.mp4") as caught:
        list(read_frames(path))
    assert "\n" not in str(caught.value) and str(tmp_path) not in str(caught.value)


def test_a_clip_over_the_limits_is_refused(clip, monkeypatch):
    for name, limit in (("MOST_BYTES", 100), ("MOST_PIXELS", 64 * 64), ("MOST_FRAMES", 3)):
        with monkeypatch.context() as patch:
            patch.setattr(footage, name, limit)
            with pytest.raises(ValueError, match=r"pan\.mp4"):
                list(read_frames(clip))


def test_a_decoder_that_hangs_is_given_up(clip, monkeypatch, tmp_path):
    sleeper = tmp_path / "sleeper"
    sleeper.write_text("#!/bin/sh\nexec sleep 30\n")
    sleeper.chmod(0o755)
    monkeypatch.setattr(footage, "executable", lambda: str(sleeper))
    monkeypatch.setattr(footage, "STALL_SECONDS", 0.2)
    with pytest.raises(ValueError, match="no picture for"):
        next(read_frames(clip))


# -- pictures


@pytest.mark.parametrize("kind", [".png", ".jpg"])
def test_a_pictures_size_is_known_before_it_is_unpacked(kind, tmp_path):
    picture = scenery(46, 70)
    data = cv2.imencode(kind, picture)[1].tobytes()
    assert picture_size(data) == (46, 70)
    assert np.abs(decode_picture(data).astype(int) - picture).mean() < 4
    with pytest.raises(ValueError, match="46x70"):
        decode_picture(data, most_pixels=1000)
    path = tmp_path / f"a{kind}"
    path.write_bytes(data)
    assert read_picture(path).shape == (70, 46, 3)


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a....", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n" + bytes(4) + b"IHDR" + bytes(8)]
)
def test_what_is_no_picture_is_refused_by_name(data, tmp_path):
    path = tmp_path / "face.png"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"face\.png cannot be used"):
        read_picture(path)


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_header_reader(data):
    for start in (b"\xff\xd8", b"\x89PNG\r\n\x1a\n"):
        try:
            w, h = picture_size(start + data)
        except ValueError:
            continue
        assert w >= 0 and h >= 0
