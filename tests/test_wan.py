"""Wan on tiny random checkpoints: the 5B's layout, which knows no last frame, and the layout that does."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")
pytest.importorskip("transformers")
pytest.importorskip("ftfy")

from diffusers import WanTransformer3DModel  # noqa: E402
from small_clips import SPOILT, clip_frames, clip_request, draw_pictures, spoilt  # noqa: E402
from tiny import tiny_backing, tiny_folder, tiny_weight  # noqa: E402

from models.settings import Weight  # noqa: E402
from models.wan import WanAnimator, joins_last_frame  # noqa: E402

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wan")
    draw_pictures(folder)
    return folder


@pytest.fixture(scope="module")
def animator() -> WanAnimator:
    return WanAnimator(tiny_backing(animator="wan"))


def relaid(home: Path, name: str, **network) -> Weight:
    """Tiny Wan weights of the layout that joins pictures to the latents, as the 14B models have it."""
    folder = home / name
    if not folder.exists():
        shutil.copytree(tiny_folder("wan"), folder)
        index = json.loads((folder / "model_index.json").read_text())
        changed = {**index, "expand_timesteps": False, "_class_name": "WanImageToVideoPipeline"}
        (folder / "model_index.json").write_text(json.dumps(changed))
        shutil.rmtree(folder / "transformer")
        config = json.loads((tiny_folder("wan") / "transformer" / "config.json").read_text())
        config = {k: v for k, v in config.items() if not k.startswith("_")}
        torch.manual_seed(5)
        WanTransformer3DModel(**{**config, **network}).save_pretrained(folder / "transformer")
    return tiny_weight("wan", folder=folder)


@pytest.fixture(scope="module")
def both_ends(home: Path) -> WanAnimator:
    return WanAnimator(tiny_backing(animator=relaid(home, "a14b", in_channels=12)))


@pytest.mark.parametrize("num_frames, generated", [(1, [1]), (8, [9]), (40, [21, 21])])
def test_a_clip_has_exactly_its_frames_whatever_the_model_counts_in(animator, home, tmp_path, num_frames, generated):
    clip = animator.animate([clip_request(home, "s", num_frames)], tmp_path)[0]
    assert clip_frames(clip.path).shape == (num_frames, 96, 64, 3)
    assert clip.num_frames == num_frames and clip.recipe["generated"] == generated


def test_a_clip_among_others_is_what_it_is_alone_and_seeds_repeat(animator, home, tmp_path):
    rows = [clip_request(home, "a", seed=3), clip_request(home, "b", first="other", seed=4)]
    both = [clip.path.read_bytes() for clip in animator.animate(rows, tmp_path / "both")]
    alone = [animator.animate([row], tmp_path / "one")[0].path.read_bytes() for row in rows]
    assert both == alone and both[0] != both[1]
    other = animator.animate([replace(rows[0], seed=9)], tmp_path / "two")[0].path.read_bytes()
    assert other != both[0]


def test_the_first_picture_decides_what_is_seen(animator, home, tmp_path):
    rows = [clip_request(home, "a", seed=3), clip_request(home, "b", first="other", seed=3)]
    first, other = (clip_frames(clip.path) for clip in animator.animate(rows, tmp_path))
    assert not np.array_equal(first[0], other[0])


def test_the_5b_layout_refuses_a_last_frame_that_it_would_ignore(animator, home, tmp_path):
    assert not animator.uses_last_frame
    with pytest.raises(ValueError, match="s: tiny-wan does not use a last frame: set last_frame = false") as error:
        animator.animate([clip_request(home, "s", last=True)], tmp_path)
    assert "\n" not in str(error.value) and not list(tmp_path.iterdir())


def test_a_layout_that_joins_both_pictures_uses_a_last_frame(both_ends, home, tmp_path):
    assert both_ends.uses_last_frame
    free = clip_request(home, "free")
    rows = [replace(free, unit=unit, last_frame=home / f"{name}.png") for unit, name in (("x", "last"), ("y", "other"))]
    clips = both_ends.animate([free, *rows], tmp_path)
    ends = [clip_frames(clip.path)[-1] for clip in clips]
    assert not np.array_equal(ends[0], ends[1]) and not np.array_equal(ends[1], ends[2])
    assert sorted(clips[1].recipe["conditions"]) == ["first", "last"]


def test_whether_a_last_frame_is_used_is_read_off_the_configs(home, tmp_path):
    assert not joins_last_frame(tiny_weight("wan"))
    one_picture = {"in_channels": 12, "image_dim": 32, "added_kv_proj_dim": 24}
    assert not joins_last_frame(relaid(home, "i2v", **one_picture))
    assert joins_last_frame(relaid(home, "flf", **one_picture, pos_embed_seq_len=514))
    assert not joins_last_frame(replace(tiny_weight("wan"), folder=tmp_path))
    (tmp_path / "model_index.json").write_text("[]")
    assert not joins_last_frame(replace(tiny_weight("wan"), folder=tmp_path))


def test_a_model_for_texts_is_refused(home, tmp_path):
    texts = WanAnimator(tiny_backing(animator=relaid(home, "t2v")))
    with pytest.raises(
        ValueError, match="weights 'tiny-wan' are a Wan model for texts: a key frame has no place in it"
    ):
        texts.animate([clip_request(home, "s")], tmp_path)


def test_the_recipe_says_what_made_the_clip(home, tmp_path):
    guided = WanAnimator(tiny_backing(animator="wan", animate={"guidance": 3.0, "steps": 3}))
    request = clip_request(home, "s", 40, seed=5)
    request = replace(request, picture=replace(request.picture, description="她在门口等。"))
    clip = guided.animate([request], tmp_path)[0]
    weight, text = tiny_weight("wan"), clip.recipe
    assert json.loads(json.dumps(text)) == text
    assert text["model"] == f"{weight.repo}@{weight.revision}" and text["steps"] == 3 and text["guidance"] == 3.0
    assert text["seeds"] == [5, 6] and text["negative"] == "flicker" and list(text["conditions"]) == ["first"]
    assert "她在门口等" in text["prompt"] and clip.cost.core_seconds > 0 and clip.rights.commercial_use


def test_the_vae_stays_in_float32_whatever_the_profiles_dtype(home, tmp_path):
    half = WanAnimator(tiny_backing(animator="wan", device={"dtype": "bfloat16"}))
    clip = half.animate([clip_request(home, "s")], tmp_path)[0]
    pipeline = half._video()
    assert pipeline.vae.dtype == torch.float32 and pipeline.transformer.dtype == torch.bfloat16
    assert clip_frames(clip.path).shape == (9, 96, 64, 3) and clip.recipe["dtype"] == "bfloat16"


def test_sizes_are_multiples_of_what_network_and_vae_take(home, tmp_path):
    odd = WanAnimator(tiny_backing(animator="wan", animate={"width": 72, "height": 104}))
    assert clip_frames(odd.animate([clip_request(home, "s", 5)], tmp_path)[0].path).shape == (5, 96, 64, 3)


def test_one_clip_that_does_not_fit_is_one_clear_line(home, tmp_path, monkeypatch):
    tight = WanAnimator(tiny_backing(animator="wan"))

    def full(*_):
        raise torch.OutOfMemoryError("no memory")

    monkeypatch.setattr(tight, "_sample", full)
    with pytest.raises(ValueError, match="animate tiny-wan: one item does not fit into the memory that is free"):
        tight.animate([clip_request(home, "s")], tmp_path)


def test_tiles_are_used_where_the_profiles_memory_is_small(home, tmp_path):
    small = WanAnimator(tiny_backing(animator="wan", device={"vram_gb": 0.001}))
    clip = small.animate([clip_request(home, "s", 5)], tmp_path)[0]
    assert clip.recipe["tiled"] and small._video().vae.use_tiling


@pytest.mark.parametrize("vram_gb, tiled", [(22.5, True), (46.0, False)])
def test_at_full_size_a_24_gb_card_decodes_in_tiles(monkeypatch, vram_gb, tiled):
    """The 5B's weights take 12 GiB, its decoder 18 at 704x1280: together more than such a card has."""
    sizes = {"width": 704, "height": 1280}
    animator = WanAnimator(tiny_backing(animator="wan", device={"vram_gb": vram_gb}, animate=sizes))
    monkeypatch.setattr(animator, "_video_gb", lambda: 11.9)
    assert animator._tiled() is tiled


@pytest.mark.parametrize(
    "how, part", [("missing", "vae"), ("pickle", "transformer"), ("cut", "text_encoder"), ("class", "")]
)
def test_a_bad_checkpoint_is_one_clear_line(home, tmp_path, how, part):
    bad = WanAnimator(tiny_backing(animator=spoilt(tiny_weight("wan"), how, part, tmp_path)))
    with pytest.raises(ValueError, match=SPOILT[how].format(part=part)) as error:
        bad.animate([clip_request(home, "s")], tmp_path / "out")
    assert "\n" not in str(error.value) and "tiny-wan" in str(error.value)
