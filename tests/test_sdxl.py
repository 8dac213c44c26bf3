"""The SDXL painter on tiny random checkpoints: what it is held to is diffusers' own pipelines, and the request."""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models.base import Figure, Look, Picture, PictureRequest
from tests.tiny import tiny_backing, tiny_settings, tiny_weight

torch = pytest.importorskip("torch")
diffusers = pytest.importorskip("diffusers")
pytest.importorskip("transformers")
pytest.importorskip("accelerate")

from models.device import Device, house_device  # noqa: E402
from models.sdxl import SdxlPainter, faces, painter, parts, steps  # noqa: E402
from models.sdxl.parts import Parts  # noqa: E402
from models.settings import Backing, Weight  # noqa: E402

torch.set_num_threads(1)
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"  # diffusers' sigma tables
)

SIZE = (64, 96)
SMALL = {"width": 64, "height": 96, "steps": 2, "batch": 4, "style": "ink"}
GUIDED = {"guidance": 4.0, "schedule": "dpm", "steps": 3}
MIA = Look("female", 24, "bob", "raven", "cat", "jade", "fair", "coat", "red")
Pixels = NDArray[np.uint8]
Spoil = Callable[[Path], None]


def make(**overrides: Any) -> SdxlPainter:
    return SdxlPainter(backing(**overrides))


WEIGHTS = cache(lambda: tiny_backing().weights)


def backing(paint: Mapping[str, Any] | None = None, device: Mapping[str, Any] | None = None, **roles: Any) -> Backing:
    """All roles of the tiny profile, small pictures; a role takes a Weight, or None to leave it out."""
    weights = {role: weight for role, weight in {**WEIGHTS(), **roles}.items() if weight is not None}
    return Backing(weights, tiny_settings(paint={**SMALL, **(paint or {})}, device=device or {}))


def plain(**paint: Any) -> SdxlPainter:
    """Without maps and faces: the cheapest painter."""
    return make(control=None, identity=None, paint=paint)


def request(**fields: Any) -> PictureRequest:
    figure = Figure("mia", MIA)
    told = {
        "unit": "e001",
        "kind": "keyframe",
        "description": "Mia waits",
        "size": SIZE,
        "seed": 1,
        "figures": (figure,),
    }
    return PictureRequest(**(told | fields))


def two(**fields: Any) -> PictureRequest:
    return request(figures=(Figure("mia", MIA, x=0.3), Figure("bo", MIA, x=0.7)), shot_size="two", **fields)


def one(painter: SdxlPainter, **fields: Any) -> Picture:
    return painter.paint([request(**fields)])[0][0]


def apart(a: Pixels, b: Pixels) -> float:
    """Mean difference in levels."""
    return float(np.abs(a.astype(float) - b.astype(float)).mean())


class Watch:
    """Keeps the latents that become pictures: a random decoder hides what the networks do."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seen: list[Any] = []
        whole = steps.to_pictures
        monkeypatch.setattr(
            steps, "to_pictures", lambda parts, latents: self.seen.extend(latents) or whole(parts, latents)
        )

    def __call__(self, painter: SdxlPainter, *requests: PictureRequest) -> Any:
        """Latents of each request's only candidate, (rows, 4, h, w); requests that run in one batch keep their order."""
        self.seen.clear()
        painter.paint(requests)
        return torch.stack(self.seen)


@pytest.fixture
def latents(monkeypatch: pytest.MonkeyPatch) -> Watch:
    return Watch(monkeypatch)


def far(a: Any, b: Any) -> float:
    """Mean difference of latents; two seeds are about 10 apart at the first noise level."""
    return float((a - b).abs().mean())


@pytest.fixture
def art(tmp_path: Path) -> Callable[..., Path]:
    """Writes a picture file: noise by seed, or the given pixels."""

    def draw(name: str, pixels: Pixels | int) -> Path:
        path = tmp_path / f"{name}.png"
        noise = (
            np.random.default_rng(pixels).integers(0, 255, (96, 64, 3), np.uint8) if isinstance(pixels, int) else pixels
        )
        cv2.imwrite(str(path), noise)
        return path

    return draw


Art = Callable[[str, Pixels | int], Path]


def loaded(backing: Backing) -> tuple[Parts, Device]:
    device = house_device(backing.settings.device)
    return SdxlPainter(backing)._loaded(device), device


# -- one row, many rows


def test_candidates_are_whole_finite_pictures_that_differ_by_seed() -> None:
    pictures = make().paint([request(candidates=3, seed=40)])[0]
    assert [p.pixels.shape for p in pictures] == [(96, 64, 3)] * 3
    assert {p.pixels.dtype for p in pictures} == {np.dtype(np.uint8)}
    assert [p.seed for p in pictures] == [40, 41, 42]
    assert min(apart(pictures[0].pixels, p.pixels) for p in pictures[1:]) > 0
    assert all(p.pixels.std() > 1 for p in pictures)


def test_a_row_of_a_batch_is_the_picture_that_it_is_alone(art: Art, latents: Watch) -> None:
    painter = make(paint=GUIDED)
    pose = {"pose": art("pose", 1)}
    rows = [
        request(seed=9, controls=pose),
        request(seed=3, controls={"pose": art("other", 2)}, identity={"mia": art("mia", 3)}),
        two(seed=5, controls=pose, identity={"mia": art("a", 4), "bo": art("b", 5)}, masks=halves(art)),
    ]
    batch = latents(painter, *rows)
    alone = [latents(painter, row)[0] for row in rows]
    assert len(batch) == 3 and far(batch[0], batch[1]) > 0.1
    assert max(far(b, a) for b, a in zip(batch, alone, strict=True)) < 1e-4
    pictures = [p[0].pixels for p in painter.paint(rows)]
    singles = [painter.paint([row])[0][0].pixels for row in rows]
    assert max(apart(b, a) for b, a in zip(pictures, singles, strict=True)) <= 2


def test_a_seed_paints_the_same_picture_again_and_candidate_k_is_seed_plus_k() -> None:
    painter = plain()
    assert np.array_equal(one(painter, seed=7).pixels, one(plain(), seed=7).pixels)
    assert apart(painter.paint([request(seed=6, candidates=2)])[0][1].pixels, one(painter, seed=7).pixels) <= 1


def test_answers_come_in_the_order_of_the_requests() -> None:
    sizes = [(64, 96), (96, 64), (64, 96)]
    pictures = plain().paint([request(unit=str(n), size=size, seed=n) for n, size in enumerate(sizes)])
    assert [p[0].pixels.shape[1::-1] for p in pictures] == sizes
    assert [p[0].seed for p in pictures] == [0, 1, 2]


def test_out_of_memory_halves_the_batch_and_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    painter_ = plain(batch=4)
    before = painter_.paint([request(candidates=4)])[0]
    sizes: list[int] = []
    whole = steps.denoise

    def short_of_memory(parts: Any, device: Any, settings: Any, batch: steps.Batch) -> Any:
        sizes.append(len(batch.noise))
        if len(sizes) == 1:
            raise torch.OutOfMemoryError
        return whole(parts, device, settings, batch)

    monkeypatch.setattr(steps, "denoise", short_of_memory)
    after = painter_.paint([request(candidates=4)])[0]
    house_device(painter_._backing.settings.device)._batches.clear()
    assert sizes == [4, 2, 2]
    assert max(apart(a.pixels, b.pixels) for a, b in zip(before, after, strict=True)) <= 1


# -- the pipelines' own results


def short_batch(loaded_: Parts, device: Device, rows: int = 2, guided: bool = False) -> steps.Batch:
    noise = torch.cat([torch.randn(1, 4, 12, 8, generator=device.generator(n)) for n in range(rows)])
    told = [steps.pack(loaded_.tokenizers[0], ("a cat", "at night"))[0]] * rows
    avoided = [steps.pack(loaded_.tokenizers[0], ("text",))[0]] * rows
    return steps.Batch(noise, told, avoided if guided else [])


def by_pipeline(loaded_: Parts, paint: Any, row: int, kind: str = "", **call: Any) -> Any:
    """The latents that diffusers' pipeline makes for one row of `short_batch`. (It takes no face per row: with several
    prompts it repeats the embeddings, and each row looks at all of them.)"""
    cls = getattr(diffusers, f"StableDiffusionXLControlNetUnion{kind}Pipeline")
    modules = dict(loaded_.pipeline.components) | {"scheduler": steps.schedule(paint, loaded_.schedule)}
    pipeline = cls(**modules, add_watermarker=False)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline(
        prompt="a cat, at night",
        negative_prompt="text",
        num_inference_steps=paint.steps,
        guidance_scale=paint.guidance,
        generator=torch.Generator().manual_seed(row),
        output_type="latent",
        height=96,
        width=64,
        **call,
    ).images[0]


@pytest.mark.parametrize(
    "paint", [{"steps": 4}, GUIDED, {**GUIDED, "schedule": "euler"}], ids=["lightning", "dpm", "euler"]
)
def test_the_loop_makes_what_the_pipeline_makes_with_a_map_and_faces(paint: dict[str, Any]) -> None:
    own = backing(paint={"control_stop": 0.5, **paint})
    loaded_, device = loaded(own)
    settings = own.settings.paint
    batch = short_batch(loaded_, device, guided=settings.guidance > 1)
    generator = torch.Generator().manual_seed(5)
    batch.maps = {"pose": torch.rand(2, 3, 96, 64, generator=generator)}
    batch.faces = torch.randn(2, 1, 17, 32, generator=generator)
    batch.no_faces = torch.randn(2, 1, 17, 32, generator=generator)
    batch.masks = torch.ones(2, 1, 96, 64)
    ours = steps.denoise(loaded_, device, settings, batch)
    halves = [batch.no_faces, batch.faces] if settings.guidance > 1 else [batch.faces]
    for row in range(2):
        theirs = by_pipeline(
            loaded_,
            settings,
            row,
            control_image=[batch.maps["pose"][row : row + 1]],
            control_mode=[0],
            controlnet_conditioning_scale=settings.controls["pose"],
            control_guidance_end=settings.control_stop,
            ip_adapter_image_embeds=[torch.cat([half[row : row + 1] for half in halves])],
        )
        assert far(ours[row], theirs) < 1e-4


def test_two_maps_at_once_are_what_the_pipeline_makes_of_them() -> None:
    own = backing(identity=None, paint={"control_stop": 1.0})
    loaded_, device = loaded(own)
    batch = short_batch(loaded_, device, rows=1)
    batch.maps = {"lineart": torch.rand(1, 3, 96, 64), "pose": torch.rand(1, 3, 96, 64)}
    ours = steps.denoise(loaded_, device, own.settings.paint, batch)
    scales = own.settings.paint.controls
    theirs = by_pipeline(
        loaded_,
        own.settings.paint,
        0,
        control_image=list(batch.maps.values()),
        control_mode=[3, 0],
        controlnet_conditioning_scale=[scales["lineart"], scales["pose"]],
    )
    assert far(ours[0], theirs) < 1e-4


@pytest.mark.parametrize("schedule", ["lightning", "dpm"])
def test_a_changed_picture_is_what_the_image_to_image_pipeline_makes(schedule: str) -> None:
    own = backing(identity=None, paint={"steps": 4, "schedule": schedule, "control_stop": 1.0})
    loaded_, device = loaded(own)
    batch = short_batch(loaded_, device, rows=1)
    batch.maps = {"pose": torch.rand(1, 3, 96, 64)}
    batch.source, batch.change = torch.randn(1, 4, 12, 8), 0.6
    ours = steps.denoise(loaded_, device, own.settings.paint, batch)
    theirs = by_pipeline(
        loaded_,
        own.settings.paint,
        0,
        "Img2Img",
        image=batch.source,
        strength=0.6,
        control_image=[batch.maps["pose"]],
        control_mode=[0],
        controlnet_conditioning_scale=own.settings.paint.controls["pose"],
    )
    assert far(ours[0], theirs) < 1e-4


def test_short_text_is_encoded_as_the_pipeline_encodes_it() -> None:
    loaded_, device = loaded(backing(control=None, identity=None))
    chunks, cut = steps.pack(loaded_.tokenizers[0], ("a cat", "at night"))
    ours = steps.encode_text(loaded_, device, [chunks, chunks])
    theirs = loaded_.pipeline.encode_prompt(
        "a cat, at night", device=device.torch_device, do_classifier_free_guidance=False
    )
    assert cut == ()
    assert torch.allclose(ours[0][1:], theirs[0], atol=1e-5) and torch.allclose(ours[1][:1], theirs[2], atol=1e-5)


# -- text


def test_phrases_are_packed_whole_and_what_has_no_room_is_named() -> None:
    tokenizer = loaded(backing(control=None, identity=None))[0].tokenizers[0]
    chunks, cut = steps.pack(tokenizer, ("a" * 60, "b" * 40, "c" * 160, "d"))
    assert [len(chunk) for chunk in chunks] == [61, 41] and cut == ("c" * 160, "d")
    assert [len(chunk) for chunk in steps.pack(tokenizer, ("a" * 160,))[0]] == [75, 75, 10]
    assert steps.pack(tokenizer, ()) == (((),), ())


def test_words_beyond_the_first_77_tokens_still_count(latents: Watch) -> None:
    painter_ = plain(style="")
    told = {"kind": "plate", "description": "", "shot_size": "back", "figures": ()}
    assert one(painter_, **told).recipe["prompt_cut"] == []
    assert far(latents(painter_, request(**told)), latents(painter_, request(**told, genre="horror"))) > 1e-3


# -- maps


def test_a_map_changes_the_picture_and_with_scale_zero_it_does_not(art: Art, latents: Watch) -> None:
    strong, none = make(identity=None), make(identity=None, paint={"controls": {"pose": 0.0}})
    told = request(controls={"pose": art("pose", 1)})
    assert far(latents(strong, request()), latents(strong, told)) > 0.05
    assert torch.equal(latents(none, request()), latents(none, told))
    assert none.paint([told])[0][0].recipe["controls"]["pose"]["scale"] == "not used: scale 0"


def test_a_map_without_control_weights_is_said_to_be_unused(art: Art) -> None:
    recipe = one(plain(), controls={"pose": art("pose", 1)}).recipe
    assert recipe["controls"]["pose"]["scale"] == "not used: no control weights"


# -- faces


def test_a_sheet_changes_the_picture_and_with_scale_zero_it_does_not(art: Art, latents: Watch) -> None:
    strong, none = make(control=None), make(control=None, paint={"identity_scale": 0.0})
    told, other = request(identity={"mia": art("mia", 1)}), request(identity={"mia": art("bo", 2)})
    assert far(latents(strong, request()), latents(strong, told)) > 0.05
    assert far(latents(strong, other), latents(strong, told)) > 0.01
    assert torch.equal(latents(none, request()), latents(none, told))


@pytest.mark.parametrize("adapter", ["ip-adapter", "ip-adapter-plus-face"])
def test_each_kind_of_adapter_paints(adapter: str, art: Art, latents: Watch) -> None:
    files = {"adapter": f"sdxl_models/{adapter}_sdxl_vit-h.safetensors", "encoder": "models/image_encoder"}
    own = make(control=None, identity=tiny_weight("ip_adapter", files=files), paint=GUIDED)
    assert far(latents(own, request()), latents(own, request(identity={"mia": art("mia", 1)}))) > 0.05


def test_adapter_files_are_found_without_being_named() -> None:
    found = parts.identity_files(tiny_weight("ip_adapter", files=None))
    assert found == ("sdxl_models/ip-adapter-plus-face_sdxl_vit-h.safetensors", "models/image_encoder")


def halves(art: Art) -> dict[str, Path]:
    left = np.zeros((96, 64, 3), np.uint8)
    left[:, :32] = 255
    return {"mia": art("left", left), "bo": art("right", 255 - left)}


@pytest.mark.parametrize(("who", "half"), [("mia", "left"), ("bo", "right")])
def test_of_two_faces_each_acts_in_its_own_half_alone(who: str, half: str, art: Art, latents: Watch) -> None:
    own, masks, sheets = make(control=None, paint={"steps": 1}), halves(art), {"mia": art("mia", 1), "bo": art("bo", 2)}
    attended: list[Any] = []
    unet = own._loaded(house_device(own._backing.settings.device)).unet
    attention = unet.down_blocks[1].attentions[0].transformer_blocks[0].attn2  # the first that sees faces
    hook = attention.register_forward_hook(lambda module, given, out: attended.append(out.reshape(6, 4, -1)))
    before = latents(own, two(masks=masks, identity=sheets))
    after = latents(own, two(masks=masks, identity=sheets | {who: art("new", 3)}))
    hook.remove()
    moved = (attended[1] - attended[0]).abs().sum(-1)
    own_columns, others = (moved[:, :2], moved[:, 2:]) if half == "left" else (moved[:, 2:], moved[:, :2])
    assert own_columns.min() > 1e-4 and others.max() == 0
    assert far(before, after) > 0.01


def test_a_sheet_is_looked_at_once(art: Art, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    whole = faces._embed
    monkeypatch.setattr(faces, "_embed", lambda *a: looked.append(1) or whole(*a))
    own, sheet = make(control=None), art("mia", 1)
    own.paint([request(seed=n, identity={"mia": sheet}) for n in range(3)])
    copy = shutil.copy(sheet, sheet.with_name("copy.png"))
    own.paint([request(identity={"mia": copy})])
    assert len(looked) == 1


def test_the_middle_of_a_sheet_is_its_face() -> None:
    sheet = np.zeros((96, 64, 3), np.uint8)
    sheet[16:80] = 9
    assert faces.centre_square(sheet).shape == (64, 64, 3) and faces.centre_square(sheet).min() == 9


def test_an_insert_takes_nobodys_face(art: Art) -> None:
    picture = one(make(control=None), shot_size="insert", prop="ring", identity={"mia": art("mia", 1)})
    assert picture.recipe["identity"] == {"scale": 0.6, "sheets": {}}


def test_two_faces_without_masks_are_refused(art: Art) -> None:
    with pytest.raises(ValueError, match="2 characters in one picture, and no mask says where mia is"):
        make(control=None).paint([two(identity={"mia": art("a", 1), "bo": art("b", 2)})])


def test_faces_fused_for_speed_are_still_faces(art: Art) -> None:
    own = backing(control=None)
    device = house_device(own.settings.device)
    loaded_ = parts.load_parts(own, device)
    batch = short_batch(loaded_, device)
    batch.faces, batch.no_faces, batch.masks = torch.randn(2, 1, 17, 32), None, torch.ones(2, 1, 96, 64)
    before = steps.denoise(loaded_, device, own.settings.paint, batch)
    assert parts.fuse_self_attention(loaded_.unet) > 0
    assert torch.allclose(before, steps.denoise(loaded_, device, own.settings.paint, batch), atol=1e-3)
    assert not [name for name, _ in loaded_.unet.named_parameters() if "attn1.to_q." in name], "kept twice in memory"


# -- changing and repairing pictures


def test_no_change_leaves_the_source(art: Art) -> None:
    source = art("source", 5)
    assert np.array_equal(one(plain(), source=source, change=0.0).pixels, cv2.imread(str(source)))


def test_little_change_starts_at_little_noise() -> None:
    own = backing(control=None, identity=None, paint={"steps": 8})
    loaded_, device = loaded(own)
    batch = short_batch(loaded_, device)
    batch.source = torch.randn(2, 4, 12, 8)
    moved: list[float] = []
    for change in (0.01, 0.5, 1.0):
        batch.change = change
        moved.append(float((steps.denoise(loaded_, device, own.settings.paint, batch) - batch.source).abs().mean()))
    assert moved == sorted(moved) and moved[0] < 0.5 * moved[2]


def test_a_repair_keeps_every_pixel_outside_its_mask(art: Art) -> None:
    mask = np.zeros((96, 64, 3), np.uint8)
    mask[30:60, 10:40] = 255
    source = art("source", 5)
    picture = one(plain(steps=4), source=source, repair=art("mask", mask), change=1.0).pixels
    before = cv2.imread(str(source))
    outside = mask[..., 0] == 0
    assert np.array_equal(picture[outside], before[outside])
    assert apart(picture[38:52, 18:32], before[38:52, 18:32]) > 5


def test_latents_outside_a_repair_end_as_the_sources() -> None:
    own = backing(control=None, identity=None, paint={"steps": 4})
    loaded_, device = loaded(own)
    batch = short_batch(loaded_, device)
    batch.source, batch.repair = torch.randn(2, 4, 12, 8), torch.zeros(2, 1, 12, 8)
    batch.repair[:, :, 4:8] = 1
    latents = steps.denoise(loaded_, device, own.settings.paint, batch)
    assert torch.equal(latents[:, :, :4], batch.source[:, :, :4])
    assert not torch.equal(latents[:, :, 4:8], batch.source[:, :, 4:8])


def test_a_latent_is_repaired_when_any_of_its_pixels_is() -> None:
    mask = np.zeros((16, 16), np.uint8)
    mask[7, 8] = 255
    cells = painter.latent_masks([mask], 8, house_device(backing().settings.device))
    assert cells[0, 0].tolist() == [[0, 1], [0, 0]]


# -- the ways to be fast, and the slow one


def test_lightnings_own_unet_is_what_paints(latents: Watch) -> None:
    fast, slow = plain(), make(control=None, identity=None, accelerator=None)
    assert far(latents(fast, request()), latents(slow, request())) > 0.05
    assert one(fast).recipe["accelerator"] == "sdxl_lightning_4step_unet.safetensors"
    assert "accelerator" not in one(slow).recipe


def test_full_schedules_leave_lightning_alone(latents: Watch) -> None:
    guided, without = plain(**GUIDED), make(control=None, identity=None, accelerator=None, paint=GUIDED)
    assert torch.equal(latents(guided, request()), latents(without, request()))
    assert "accelerator" not in one(guided).recipe


@pytest.mark.parametrize(("count", "file"), [(2, "4step"), (4, "4step"), (5, "8step"), (8, "8step")])
def test_the_few_step_file_is_that_for_the_profiles_steps(count: int, file: str) -> None:
    assert parts.step_file(tiny_weight("lightning"), count) == f"sdxl_lightning_{file}_unet.safetensors"
    assert parts.step_file(tiny_weight("lightning", files=None), count) == f"sdxl_lightning_{file}_unet.safetensors"


def test_more_steps_than_the_few_step_weights_are_made_for_are_refused() -> None:
    with pytest.raises(ValueError, match="'tiny-lightning' are for 4, 8 steps, the profile paints with 9"):
        plain(steps=9).paint([request()])


def test_guidance_hears_the_negative_prompt_and_without_it_the_recipe_says_so(latents: Watch) -> None:
    guided, unguided, no_hats = plain(**GUIDED), plain(), request(negative="hats")
    assert far(latents(guided, request()), latents(guided, no_hats)) > 1e-3
    assert torch.equal(latents(unguided, request()), latents(unguided, no_hats))
    assert one(guided, negative="hats").recipe["negative"].startswith("watermark, hats")
    assert one(unguided).recipe["negative"] == "not used: no guidance"


def test_the_painters_own_vae_and_the_tiny_one_both_paint(art: Art) -> None:
    own, source = make(control=None, identity=None, vae=None), art("source", 5)
    assert apart(one(own).pixels, one(plain()).pixels) > 0
    assert one(own, source=source, change=0.5).pixels.std() > 0


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_paints_and_a_vae_that_would_overflow_stays_wide(dtype: str) -> None:
    others = {} if dtype == "bfloat16" else {"control": None, "identity": None}
    own = make(vae=None, device={"dtype": dtype}, **others)
    assert one(own).pixels.std() > 0
    vae = own._loaded(house_device(own._backing.settings.device)).vae
    assert vae.dtype == (torch.float32 if dtype == "float16" else torch.bfloat16)


def test_numbers_that_overflow_are_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "denoise", lambda p, d, s, batch: batch.noise * float("nan"))
    with pytest.raises(ValueError, match="overflowed .not finite.: use dtype bfloat16"):
        plain().paint([request()])


def test_compiling_finds_the_repeated_blocks_of_both_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[Any] = []
    monkeypatch.setattr(torch.nn.Module, "compile", lambda self, **kw: compiled.append(self))
    loaded_, _ = loaded(backing(identity=None, device={"compile": True}))
    assert {type(block).__name__ for block in compiled} == {"BasicTransformerBlock"}
    assert parts.compile_blocks(loaded_.unet) + parts.compile_blocks(loaded_.controlnet) == len(compiled) // 2


# -- LoRA


@pytest.fixture(scope="module")
def lora(tmp_path_factory: pytest.TempPathFactory) -> Weight:
    """A LoRA of the tiny UNet as peft trains and diffusers saves it."""
    peft = pytest.importorskip("peft")
    folder = tmp_path_factory.mktemp("lora")
    unet = diffusers.UNet2DConditionModel.from_pretrained(tiny_weight("sdxl").folder, subfolder="unet")
    unet.add_adapter(peft.LoraConfig(r=2, target_modules=["to_q", "to_v"], init_lora_weights=False))
    state = diffusers.utils.convert_state_dict_to_diffusers(peft.get_peft_model_state_dict(unet))
    diffusers.StableDiffusionXLPipeline.save_lora_weights(folder, unet_lora_layers=state)
    return Weight("my-lora", folder, "local/lora", "1", "MIT", False)


def test_a_lora_changes_the_pictures_by_its_scale(lora: Weight, latents: Watch) -> None:
    own = {s: make(control=None, identity=None, lora=lora, paint={"lora_scale": s}) for s in (0.0, 1.0)}
    before = latents(plain(), request())
    moved = [far(latents(painter_, request()), before) for painter_ in own.values()]
    assert moved[0] < 1e-4 and moved[1] > 0.01
    picture = one(own[1.0])
    assert picture.recipe["lora_scale"] == 1.0
    assert picture.rights.licence == "Apache-2.0, MIT" and not picture.rights.commercial_use


def test_a_few_step_lora_and_a_series_lora_work_together_with_faces(lora: Weight, art: Art) -> None:
    own = make(accelerator=replace(lora, name="fast-lora"), lora=lora)
    assert one(own, identity={"mia": art("mia", 1)}, controls={"pose": art("pose", 2)}).pixels.std() > 0


def test_a_lora_that_is_none_is_refused(tmp_path: Path) -> None:
    shutil.copy(tiny_weight("tiny_vae").folder / "diffusion_pytorch_model.safetensors", tmp_path / "x.safetensors")
    wrong = Weight("no-lora", tmp_path, "local/x", "1", "MIT", True)
    with pytest.raises(ValueError, match="'no-lora' hold no LoRA"):
        make(control=None, identity=None, lora=wrong).paint([request()])


# -- what is told of a picture


def test_the_recipe_says_all_that_made_the_picture(art: Art) -> None:
    pose, sheet = art("pose", 1), art("mia", 2)
    own = make()
    picture = one(own, seed=12, controls={"pose": pose}, identity={"mia": sheet})
    recipe = json.loads(json.dumps(picture.recipe))
    assert recipe["weights"]["painter"].startswith("local/tiny-sdxl@")
    assert set(recipe["weights"]) == {"painter", "control", "identity", "accelerator", "vae"}
    assert recipe["controls"] == {"pose": {"sha256": faces.file_hash(pose), "scale": 0.7}}
    assert recipe["identity"] == {"scale": 0.6, "sheets": {"mia": faces.file_hash(sheet)}}
    assert {k: recipe[k] for k in ("dtype", "steps", "guidance", "schedule", "seed", "size")} == {
        "dtype": "float32", "steps": 2, "guidance": 0.0, "schedule": "lightning", "seed": 12, "size": [64, 96],
    }  # fmt: skip
    assert recipe["prompt"].startswith("ink, wide establishing shot")
    assert picture.model == "sdxl local/tiny-sdxl" and picture.rights.licence == "Apache-2.0"
    assert picture.cost.core_seconds > 0


def test_the_version_changes_with_weights_and_settings() -> None:
    assert plain().version == plain().version
    assert plain().version != plain(steps=4).version
    assert plain().version != make(identity=None).version


# -- requests and checkpoints that are refused


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"size": (60, 96)}, r"\(60, 96\) must be multiples of 8 pixels"),
        ({"repair": Path("x.png")}, "a repair needs the picture that it repairs"),
        (
            {"controls": {"normal": Path("x.png")}},
            "unknown control map 'normal': choose from pose, depth, lineart, canny",
        ),
        ({"change": 1.5}, "change must be from 0 to 1, it is 1.5"),
        ({"source": Path("nowhere.png")}, "nowhere.png"),
    ],
)
def test_a_request_that_cannot_be_painted_is_refused(fields: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        plain().paint([request(**fields)])


def lose(folder: Path) -> None:
    for path in folder.rglob("*.safetensors"):
        path.unlink()


def pickle_only(folder: Path) -> None:
    for path in folder.rglob("*.safetensors"):
        path.rename(path.with_suffix(".bin"))


def cut(folder: Path) -> None:
    for path in folder.rglob("*.safetensors"):
        path.write_bytes(path.read_bytes()[:-9])


def other_class(folder: Path) -> None:
    for path in folder.rglob("config.json"):
        config = json.loads(path.read_text())
        path.write_text(json.dumps(config | {"_class_name": "FluxTransformer2DModel", "architectures": ["BertModel"]}))


def other_tensors(folder: Path) -> None:
    stranger = tiny_weight("clip").folder / "model.safetensors"
    for path in folder.rglob("*.safetensors"):
        shutil.copyfile(stranger, path)


BAD = {
    "lost": lose,
    "pickled": pickle_only,
    "cut": cut,
    "of another class": other_class,
    "of other tensors": other_tensors,
}
NO_CONFIG = {("accelerator", "of another class"), ("identity", "of another class")}


@pytest.mark.parametrize(
    ("role", "how"),
    [(role, how) for role in ("painter", "control", "identity", "accelerator", "vae") for how in BAD if (role, how) not in NO_CONFIG],
)  # fmt: skip
def test_every_bad_checkpoint_is_refused_in_one_line(role: str, how: str, tmp_path: Path) -> None:
    good = WEIGHTS()[role]
    folder = tmp_path / "bad"
    shutil.copytree(good.folder, folder)
    BAD[how](folder)
    roles = {"control": None, "identity": None, role: replace(good, name="bad-one", folder=folder)}
    with pytest.raises(ValueError) as caught:
        make(**roles).paint([request()])
    assert "bad-one" in str(caught.value) and "\n" not in str(caught.value)


def test_control_weights_under_their_published_class_name_are_taken(tmp_path: Path) -> None:
    folder = tmp_path / "union"
    shutil.copytree(tiny_weight("controlnet").folder, folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"_class_name": "ControlNetModel_Union"}))
    own = make(identity=None, control=replace(tiny_weight("controlnet"), folder=folder))
    assert one(own).pixels.std() > 0


def test_control_weights_of_another_width_are_refused(tmp_path: Path) -> None:
    net = diffusers.ControlNetUnionModel.from_pretrained(tiny_weight("controlnet").folder)
    other = diffusers.ControlNetUnionModel(**{**net.config, "cross_attention_dim": 24})
    other.save_pretrained(tmp_path)
    with pytest.raises(ValueError, match="weights 'wide' do not fit this painter: its cross_attention_dim is 24, the"):
        make(identity=None, control=replace(tiny_weight("controlnet"), name="wide", folder=tmp_path)).paint([request()])


def test_an_adapter_for_another_image_encoder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    shutil.copytree(tiny_weight("ip_adapter").folder, folder)
    path = folder / "sdxl_models" / "ip-adapter-plus_sdxl_vit-h.safetensors"
    from safetensors.torch import load_file, save_file

    state = load_file(path)
    save_file(state | {"image_proj.proj_in.weight": torch.zeros(64, 48)}, path)
    with pytest.raises(ValueError, match="weights 'mixed' do not fit this painter"):
        make(control=None, identity=replace(tiny_weight("ip_adapter"), name="mixed", folder=folder)).paint([request()])


# -- where it runs


@pytest.mark.parametrize(("free", "plan"), [(30.0, "resident"), (12.0, "offload"), (6.0, "sequential")])
def test_where_models_live_follows_from_what_is_free(free: float, plan: str, monkeypatch: pytest.MonkeyPatch) -> None:
    device = Device(backing().settings.device)
    assert device.residency(1000.0, 1000.0) == "resident"  # main memory swaps by itself
    monkeypatch.setattr(Device, "is_cuda", True)
    monkeypatch.setattr(Device, "free_gb", lambda self: free)
    assert device.residency(11.5, 7.7) == plan


def test_offloaded_parts_paint_the_same(art: Art, monkeypatch: pytest.MonkeyPatch) -> None:
    told = request(identity={"mia": art("mia", 1)}, controls={"pose": art("pose", 2)}, source=art("source", 3))
    resident = make().paint([told])[0][0].pixels
    own = make(device={"vram_gb": 7.0})
    monkeypatch.setattr(Device, "residency", lambda self, gigabytes, largest: "offload")
    pictures = [own.paint([told])[0][0].pixels for _ in range(2)]
    assert own._loaded(house_device(own._backing.settings.device)).residency == "offload"
    assert max(apart(resident, pixels) for pixels in pictures) <= 1


def test_the_size_of_all_parts_is_read_off_their_files() -> None:
    whole, largest = parts.gigabytes(backing(), torch.float32)
    half, _ = parts.gigabytes(backing(), torch.bfloat16)
    loaded_, _ = loaded(backing())
    modules = (loaded_.unet, loaded_.controlnet, loaded_.vae, *loaded_.text_encoders, loaded_.image_encoder)
    held = sum(p.numel() * p.element_size() for m in modules for p in m.parameters()) / 1024**3
    assert whole == pytest.approx(held, rel=0.02) and half == pytest.approx(whole / 2, rel=0.01) and largest < whole
