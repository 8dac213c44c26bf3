"""Weights into models: a whole checkpoint loads, every bad one is refused in one line that names weight and file."""

import json
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
diffusers = pytest.importorskip("diffusers")

from safetensors.torch import load_file, save_file  # noqa: E402

from models.loading import gigabytes, load_pretrained, load_tensors, safetensors_header, weight_files  # noqa: E402
from models.settings import Weight  # noqa: E402

torch.set_num_threads(1)
CLIP = "CLIPVisionModelWithProjection"
FIRST = "vision_model.encoder.layers.0.layer_norm1.bias"


def weight(folder: Path, name: str = "eye") -> Weight:
    return Weight(name, folder, "studio/eye", "0" * 40, "MIT", True)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a transformers model (clip), a diffusers pipeline (pipe) of a UNet and a scheduler."""
    folder = tmp_path_factory.mktemp("weights")
    config = transformers.CLIPVisionConfig(
        hidden_size=16, intermediate_size=32, projection_dim=8, num_hidden_layers=1, num_attention_heads=2,
        image_size=32, patch_size=8,
    )  # fmt: skip
    transformers.CLIPVisionModelWithProjection(config).save_pretrained(folder / "clip")
    unet = diffusers.UNet2DModel(
        sample_size=8, block_out_channels=(4, 8), norm_num_groups=2, layers_per_block=1,
        down_block_types=("DownBlock2D",) * 2, up_block_types=("UpBlock2D",) * 2,
    )  # fmt: skip
    diffusers.DDIMPipeline(unet, diffusers.DDIMScheduler()).save_pretrained(folder / "pipe")
    return folder


@pytest.fixture
def clip(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole / "clip", tmp_path / "clip"))


@pytest.fixture
def pipe(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole / "pipe", tmp_path / "pipe"))


def edit_json(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def edit_tensors(path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    tensors = dict(load_file(path))
    change(tensors)
    save_file(tensors, path, metadata={"format": "pt"})


def refusal(cls: Any, source: Path, **kw: Any) -> str:
    with pytest.raises(ValueError, match="^weights 'eye' cannot be loaded from /") as caught:
        load_pretrained(cls, weight(source), **kw)
    message = str(caught.value)
    assert "\n" not in message and str(source) in message and len(message) < 700
    return message


def test_a_model_loads_in_the_asked_precision_and_ready_to_look(clip: Path) -> None:
    model = load_pretrained(transformers.CLIPVisionModelWithProjection, weight(clip), dtype=torch.bfloat16)
    assert model.dtype == torch.bfloat16 and not model.training
    saved = load_file(clip / "model.safetensors")
    assert torch.equal(dict(model.named_parameters())[FIRST], saved[FIRST].bfloat16())


def test_a_pipeline_loads_with_each_model_checked_and_a_given_part_left_alone(pipe: Path) -> None:
    loaded = load_pretrained(diffusers.DDIMPipeline, weight(pipe), dtype=torch.float32)
    assert isinstance(loaded.scheduler, diffusers.DDIMScheduler) and not loaded.unet.training
    (pipe / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    again = load_pretrained(diffusers.DDIMPipeline, weight(pipe), unet=loaded.unet)
    assert again.unet is loaded.unet


def test_a_scheduler_loads_from_its_folder_inside(pipe: Path) -> None:
    scheduler = load_pretrained(diffusers.EulerDiscreteScheduler, weight(pipe), subfolder="scheduler")
    assert isinstance(scheduler, diffusers.EulerDiscreteScheduler)


def test_a_pipeline_of_a_related_name_loads_when_it_is_named(pipe: Path) -> None:
    assert "is for DDIMPipeline, where DDPMPipeline is needed" in refusal(diffusers.DDPMPipeline, pipe)
    other = load_pretrained(diffusers.DDPMPipeline, weight(pipe), classes=("DDIMPipeline",))
    assert isinstance(other, diffusers.DDPMPipeline)


def test_loading_leaves_the_libraries_as_talkative_as_they_were(clip: Path) -> None:
    log = transformers.utils.logging
    before = log.get_verbosity(), log.is_progress_bar_enabled()
    load_pretrained(transformers.CLIPVisionModelWithProjection, weight(clip))
    refusal(transformers.CLIPVisionModelWithProjection, clip / "nowhere")
    assert (log.get_verbosity(), log.is_progress_bar_enabled()) == before


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def pickled(path: Path) -> None:
    torch.save(load_file(path), path.with_name("pytorch_model.bin"))
    path.unlink()


BAD: dict[str, tuple[Callable[[Path], Any], str]] = {
    "missing": (Path.unlink, "no model.safetensors"),
    "pickle": (pickled, "only pickled weights are here, which are never loaded"),
    "truncated": (cut, "model.safetensors is cut or damaged"),
    "longer": (lambda p: p.write_bytes(p.read_bytes() + b"PK"), "model.safetensors is cut or damaged"),
    "empty": (lambda p: p.write_bytes(b""), "model.safetensors is no safetensors file"),
    "noise": (lambda p: p.write_bytes(b"\xff" * 400), "model.safetensors is no safetensors file"),
    "half": (lambda p: edit_tensors(p, lambda t: t.pop(FIRST)), f"tensors are missing, such as {FIRST}"),
    "foreign": (lambda p: edit_tensors(p, lambda t: t.update(odd=torch.ones(2))), "left over, such as odd"),
    "size": (lambda p: edit_tensors(p, lambda t: t.update({FIRST: torch.ones(3)})), "is of shape [3], where [16]"),
    "class": (lambda p: edit_json(p.with_name("config.json"), architectures=["CLIPModel"]), "is for CLIPModel, where"),
    "no class": (lambda p: edit_json(p.with_name("config.json"), architectures=None), "does not say which class"),
    "redirect": (lambda p: edit_json(p.with_name("config.json"), transformers_weights="x.bin"), "points to weights"),
    "adapter": (lambda p: p.with_name("adapter_config.json").write_text("{}"), "this is an adapter"),
    "no config": (lambda p: p.with_name("config.json").unlink(), "config.json is not there"),
    "bad config": (lambda p: p.with_name("config.json").write_text("{"), "config.json is not valid JSON"),
    "list config": (lambda p: p.with_name("config.json").write_text("[]"), "config.json holds no JSON object"),
    "no folder": (lambda p: shutil.rmtree(p.parent), "is not there"),
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_a_bad_checkpoint_is_refused_in_one_line(name: str, clip: Path) -> None:
    spoil, words = BAD[name]
    spoil(clip / "model.safetensors")
    assert words in refusal(getattr(transformers, CLIP), clip)


def test_what_may_lack_or_be_left_over_is_named_by_the_caller(clip: Path) -> None:
    edit_tensors(clip / "model.safetensors", lambda t: t.update(odd=torch.ones(2)))
    assert load_pretrained(transformers.CLIPVisionModelWithProjection, weight(clip), ignore=("^odd$",)) is not None


def test_an_old_position_buffer_in_a_checkpoint_is_no_reason_to_refuse_it(clip: Path) -> None:
    old = {"vision_model.embeddings.position_ids": torch.arange(17)}
    edit_tensors(clip / "model.safetensors", lambda t: t.update(old))
    assert load_pretrained(transformers.CLIPVisionModelWithProjection, weight(clip)) is not None


@pytest.mark.parametrize(
    "entry, words",
    [
        (["my_code", "UNet"], "code outside transformers and diffusers"),
        (["diffusers", "NoSuch"], "unknown class: unet = NoSuch"),
        (["diffusers", "AutoencoderKL"], "AutoencoderKL in the place of unet"),
    ],
)
def test_a_pipeline_that_asks_for_code_or_swaps_a_part_is_refused(pipe: Path, entry: list[str], words: str) -> None:
    edit_json(pipe / "model_index.json", unet=entry)
    assert words in refusal(diffusers.DDIMPipeline, pipe)


def test_a_pipeline_whose_class_comes_with_its_own_code_is_refused(pipe: Path) -> None:
    edit_json(pipe / "model_index.json", _class_name=["pipeline", "Mine"])
    (pipe / "pipeline.py").write_text("raise SystemExit('ran')")
    assert "is for pipeline or Mine" in refusal(diffusers.DDIMPipeline, pipe)


def test_a_bad_part_of_a_pipeline_is_named(pipe: Path) -> None:
    cut(pipe / "unet" / "diffusion_pytorch_model.safetensors")
    assert "unet: diffusion_pytorch_model.safetensors is cut" in refusal(diffusers.DDIMPipeline, pipe)


def test_a_diffusers_model_with_a_missing_or_misshapen_tensor_is_refused(pipe: Path) -> None:
    path = pipe / "unet" / "diffusion_pytorch_model.safetensors"
    edit_tensors(path, lambda t: t.update({"conv_in.bias": torch.ones(3)}))
    assert "conv_in.bias" in refusal(diffusers.UNet2DModel, pipe, subfolder="unet")
    edit_tensors(path, lambda t: t.pop("conv_in.bias"))
    assert "missing, such as conv_in.bias" in refusal(diffusers.UNet2DModel, pipe, subfolder="unet")


def test_shards_are_followed_within_their_folder_only(clip: Path) -> None:
    model = load_pretrained(transformers.CLIPVisionModelWithProjection, weight(clip))
    (clip / "model.safetensors").unlink()
    model.save_pretrained(clip, max_shard_size="3KB")
    assert len(weight_files(clip)) > 1
    assert load_pretrained(transformers.CLIPVisionModelWithProjection, weight(clip)) is not None
    index = clip / "model.safetensors.index.json"
    edit_json(index, weight_map={FIRST: "../secret.safetensors"})
    assert "lies outside its folder" in refusal(transformers.CLIPVisionModelWithProjection, clip)


def words_of(folder: Path) -> Path:
    """A folder with a tokenizer of four words."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel

    inner = Tokenizer(WordLevel({"a": 0, "face": 1, "text": 2, "?": 3}, unk_token="?"))
    transformers.PreTrainedTokenizerFast(tokenizer_object=inner, unk_token="?").save_pretrained(folder)
    return folder


def test_a_tokenizer_loads_and_one_without_words_is_never_made_up(tmp_path: Path) -> None:
    folder = words_of(tmp_path / "words")
    assert load_pretrained(transformers.AutoTokenizer, weight(folder)).encode("face") == [1]
    (folder / "tokenizer.json").write_text('{"version": "1.0", "added_tokens": [], "model": {"type": "Nope"}}')
    refusal(transformers.AutoTokenizer, folder)
    (folder / "tokenizer.json").unlink()
    assert "no tokenizer.json" in refusal(transformers.AutoTokenizer, folder)


T5_WORDS = [("<pad>", 3), ("</s>", 3), ("<unk>", 2), ("\u2581", 1), ("\u2581face", 1), ("\u2581text", 1), ("s", 1)]
"""Piece and kind (1 normal, 2 unknown, 3 control), as sentencepiece_model.proto numbers them."""


def sentence_pieces() -> bytes:
    """A SentencePiece unigram model of T5_WORDS, as protobuf: pieces = 1 {piece = 1, score = 2, type = 3}."""

    def piece(text: str, kind: int) -> bytes:
        name = text.encode()
        return b"\x0a" + bytes([len(name)]) + name + b"\x15" + struct.pack("<f", -1.0) + b"\x18" + bytes([kind])

    return b"".join(b"\x0a" + bytes([len(p)]) + p for p in (piece(*word) for word in T5_WORDS))


def pieces_folder(folder: Path) -> Path:
    """A T5 tokenizer as older repositories have it, LTX-Video's for one: no tokenizer.json."""
    folder.mkdir()
    (folder / "spiece.model").write_bytes(sentence_pieces())
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "T5Tokenizer", "extra_ids": 0}')
    return folder


def test_a_vocabulary_of_sentence_pieces_loads_with_its_two_packages(tmp_path: Path) -> None:
    for package in ("sentencepiece", "google.protobuf"):
        pytest.importorskip(package)
    loaded_ = load_pretrained(transformers.T5Tokenizer, weight(pieces_folder(tmp_path / "t5")))
    assert loaded_("text faces").input_ids == [5, 4, 6, 1]


def test_without_them_the_packages_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("sentencepiece", "protobuf"):
        monkeypatch.setattr(f"transformers.utils.is_{package}_available", lambda: False)
    told = refusal(transformers.T5Tokenizer, pieces_folder(tmp_path / "t5"))
    assert "pip install sentencepiece protobuf" in told


def test_running_out_of_memory_is_not_called_a_bad_checkpoint(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: Any, **kw: Any) -> None:
        raise torch.OutOfMemoryError("test")

    monkeypatch.setattr(transformers.CLIPVisionModelWithProjection, "from_pretrained", full)
    with pytest.raises(torch.OutOfMemoryError):
        load_pretrained(transformers.CLIPVisionModelWithProjection, weight(clip))


def test_single_files_load_as_tensors_and_bad_ones_are_refused(clip: Path) -> None:
    tensors = load_tensors(weight(clip), "model.safetensors")
    assert tensors.keys() == safetensors_header(clip / "model.safetensors").keys()
    for name, words in (("no.safetensors", "is not there"), ("../x.safetensors", "lies outside its folder")):
        with pytest.raises(ValueError, match=words):
            load_tensors(weight(clip), name)
    cut(clip / "model.safetensors")
    with pytest.raises(
        ValueError, match="weights 'eye' cannot be loaded from .*model.safetensors: .* is cut or damaged"
    ):
        load_tensors(weight(clip), "model.safetensors")


def test_a_size_is_read_off_the_headers_in_the_asked_precision(clip: Path) -> None:
    count = sum(t.numel() for t in load_tensors(clip, "model.safetensors").values())
    assert gigabytes(clip) == pytest.approx(count * 4 / 1024**3)
    assert gigabytes(weight(clip), dtype=torch.bfloat16) == pytest.approx(count * 2 / 1024**3)
    assert gigabytes(clip, file="model.safetensors") == gigabytes(clip)
