"""Stable Video Diffusion on a tiny random checkpoint: its fixed count, its own rate, motion by number."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")
pytest.importorskip("transformers")

from small_clips import SPOILT, clip_frames, clip_request, draw_pictures, spoilt  # noqa: E402
from tiny import tiny_backing, tiny_weight  # noqa: E402

from models.svd import DECODE_BYTES_PER_PIXEL, SvdAnimator  # noqa: E402

torch.set_num_threads(1)
SMALL = {"width": 64, "height": 64, "rate": 7, "steps": 1}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("svd")
    draw_pictures(folder)
    return folder


@pytest.fixture(scope="module")
def animator() -> SvdAnimator:
    return SvdAnimator(tiny_backing(animator="svd", animate=SMALL))


@pytest.mark.parametrize("num_frames, generated, used", [(2, [14], [2]), (48, [14, 14], [8, 8])])
def test_a_clip_has_exactly_its_frames_at_its_own_rate(animator, home, tmp_path, num_frames, generated, used):
    clip = animator.animate([clip_request(home, "s", num_frames)], tmp_path)[0]
    assert clip_frames(clip.path).shape == (num_frames, 64, 64, 3)
    assert clip.recipe["generated"] == generated and clip.recipe["used"] == used and clip.recipe["rate"] == 7


def test_a_clip_among_others_is_what_it_is_alone_and_seeds_repeat(animator, home, tmp_path):
    rows = [clip_request(home, "a", 3, seed=3), clip_request(home, "b", 3, first="other", seed=4)]
    both = [clip.path.read_bytes() for clip in animator.animate(rows, tmp_path / "both")]
    alone = animator.animate(rows[1:], tmp_path / "one")[0].path.read_bytes()
    assert both[1] == alone != both[0]
    other = animator.animate([replace(rows[0], seed=9)], tmp_path / "two")[0].path.read_bytes()
    assert other != both[0]


def test_the_strength_of_a_shot_is_told_to_the_model(animator, home, tmp_path):
    rows = [clip_request(home, "calm", 9, strength=0.2), clip_request(home, "wild", 9, strength=0.9)]
    calm, wild = animator.animate(rows, tmp_path)
    assert (calm.recipe["motion_bucket"], calm.recipe["noise_aug"]) == (66, 0.02)
    assert (wild.recipe["motion_bucket"], wild.recipe["noise_aug"]) == (192, 0.068)
    assert not np.array_equal(clip_frames(calm.path)[1], clip_frames(wild.path)[1])


def test_a_last_frame_is_refused(animator, home, tmp_path):
    assert not animator.uses_last_frame
    with pytest.raises(ValueError, match="s: tiny-svd does not use a last frame: set last_frame = false") as error:
        animator.animate([clip_request(home, "s", last=True)], tmp_path)
    assert "\n" not in str(error.value) and not list(tmp_path.iterdir())


def test_the_recipe_says_what_made_the_clip(home, tmp_path):
    guided = SvdAnimator(tiny_backing(animator="svd", animate={**SMALL, "height": 88, "guidance": 3.0}))
    clip = guided.animate([clip_request(home, "s", 3, seed=5)], tmp_path)[0]
    weight, text = tiny_weight("svd"), clip.recipe
    assert json.loads(json.dumps(text)) == text
    assert text["model"] == f"{weight.repo}@{weight.revision}" and text["guidance"] == 3.0 and text["prompt"] == ""
    assert text["size"] == [64, 64] and text["seeds"] == [5] and list(text["conditions"]) == ["first"]
    assert text["decoded_at_once"] == 14 and clip.cost.core_seconds > 0


def test_fewer_frames_are_decoded_at_once_where_the_profiles_memory_is_small(home, tmp_path):
    gigabytes = SvdAnimator(tiny_backing(animator="svd", animate=SMALL))._gigabytes()
    room = 2 * 3.5 * 64 * 64 * DECODE_BYTES_PER_PIXEL / 1024**3
    small = SvdAnimator(tiny_backing(animator="svd", animate=SMALL, device={"vram_gb": gigabytes + room}))
    clip = small.animate([clip_request(home, "s", 3)], tmp_path)[0]
    assert clip.recipe["decoded_at_once"] == 3 and clip_frames(clip.path).shape == (3, 64, 64, 3)


def test_one_clip_that_does_not_fit_is_one_clear_line(home, tmp_path, monkeypatch):
    tight = SvdAnimator(tiny_backing(animator="svd", animate=SMALL))

    def full(*_):
        raise torch.OutOfMemoryError("no memory")

    monkeypatch.setattr(tight, "_sample", full)
    with pytest.raises(ValueError, match="animate tiny-svd: one item does not fit into the memory that is free"):
        tight.animate([clip_request(home, "s")], tmp_path)


@pytest.mark.parametrize("how, part", [("missing", "unet"), ("pickle", "vae"), ("cut", "image_encoder"), ("class", "")])
def test_a_bad_checkpoint_is_one_clear_line(home, tmp_path, how, part):
    bad = SvdAnimator(tiny_backing(animator=spoilt(tiny_weight("svd"), how, part, tmp_path), animate=SMALL))
    with pytest.raises(ValueError, match=SPOILT[how].format(part=part)) as error:
        bad.animate([clip_request(home, "s")], tmp_path / "out")
    assert "\n" not in str(error.value) and "tiny-svd" in str(error.value)
