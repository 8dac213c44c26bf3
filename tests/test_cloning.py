# ruff: noqa: F811
"""Recordings into Bark voices on tiny checkpoints; the quantiser against its equations; its pickle through the sandbox."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections import OrderedDict
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

import convert_quantiser  # noqa: E402
from hub_server import Hub  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402
from small_weights import here, know, only_repo, pull, server, small  # noqa: E402, F401
from transformers import HubertConfig, HubertModel  # noqa: E402

from engine import voice_library  # noqa: E402
from engine.config import load_profile  # noqa: E402
from models import own_voices, weights  # noqa: E402
from models.bark import cloning  # noqa: E402
from models.bark.cloning import BarkCloner  # noqa: E402
from models.bark.presets import check_preset, load_preset  # noqa: E402
from models.base import Utterance  # noqa: E402
from models.device import house_device  # noqa: E402
from models.quantiser import Quantiser, Sizes, load_quantiser, read_settings, sizes_of  # noqa: E402
from models.settings import Backing, Weight  # noqa: E402
from models.tiny.hubert import HIDDEN, LAYER, WIDTH, make_hubert, quantiser_tensors  # noqa: E402
from models.tiny.voices import make_bark  # noqa: E402

torch.set_num_threads(1)


def weight(folder: Path) -> Weight:
    return Weight(f"tiny-{folder.name}", folder, f"local/{folder.name}", "1", "Apache-2.0", True)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny Bark whose codec tells sounds apart, and a tiny HuBERT with its quantiser."""
    base = tmp_path_factory.mktemp("voices")
    for name, make in (("bark", make_bark), ("hubert", make_hubert)):
        (base / name).mkdir()
        make(base / name)
    tensors = load_file(base / "bark" / "model.safetensors")
    dice = torch.Generator().manual_seed(1)
    for key, value in tensors.items():
        if key.endswith("codebook.embed"):
            tensors[key] = torch.randn(value.shape, generator=dice)
        elif key.startswith("codec_model.encoder.") and key.endswith("bias"):
            tensors[key] = torch.zeros_like(value)  # else its output hardly depends on its input
        elif key.startswith("codec_model.encoder.layers.15.") and key.endswith(("original0", "weight_g")):
            tensors[key] = value * 5_000
    save_file(tensors, base / "bark" / "model.safetensors", {"format": "pt"})
    return base


def backing(home: Path, **changes: Weight) -> Backing:
    found = {"voice": weight(home / "bark"), "hubert": weight(home / "hubert"), "quantiser": weight(home / "hubert")}
    settings = load_profile("tiny").settings
    assert settings is not None
    house_device(settings.device).release()
    return Backing(found | changes, settings)


@pytest.fixture(scope="module")
def cloner(home: Path) -> BarkCloner:
    return BarkCloner(backing(home))


def speech(seconds: float, rate: int, pitch: float = 140.0) -> np.ndarray:
    x = np.arange(round(seconds * rate)) / rate
    return (0.3 * np.sin(2 * np.pi * pitch * x + 4 * np.sin(18 * x)) * (0.6 + 0.4 * np.sin(16 * x))).astype(np.float32)


def pair(seconds: float, pitch: float = 140.0) -> tuple[np.ndarray, np.ndarray]:
    return speech(seconds, 24_000, pitch), speech(seconds, 16_000, pitch)


# -- a recording becomes a voice


def test_a_recording_becomes_a_preset_of_its_length(cloner: BarkCloner) -> None:
    a, b = pair(3.0), pair(5.013, 200.0)
    voices = cloner.clone([a[0], b[0]], [a[1], b[1]])
    for voice, seconds in zip(voices, (3.0, 5.013), strict=True):
        check_preset(voice.semantic, voice.coarse, voice.fine)
        assert voice.fine.shape == (8, -(-round(seconds * 24_000) // 320))
        assert voice.semantic.shape == ((round(seconds * 16_000) - 400) // 320 + 1,)
        assert np.array_equal(voice.coarse, voice.fine[:2])
        assert len(np.unique(voice.semantic)) > 1 and all(len(np.unique(row)) > 1 for row in voice.fine)
    assert not np.array_equal(voices[0].fine[:, :200], voices[1].fine[:, :200])


def test_voices_made_together_are_those_made_alone(cloner: BarkCloner) -> None:
    pairs = [pair(3.0), pair(4.4, 180.0), pair(3.0, 220.0)]
    together = cloner.clone([p[0] for p in pairs], [p[1] for p in pairs])
    for (a, b), voice in zip(pairs, together, strict=True):
        (alone,) = cloner.clone([a], [b])
        assert np.array_equal(alone.semantic, voice.semantic) and np.array_equal(alone.fine, voice.fine)
    assert cloner.clone([], []) == []


def test_a_voice_is_written_and_read_back(cloner: BarkCloner, tmp_path: Path) -> None:
    (voice,) = cloner.clone(*([s] for s in pair(3.0)))
    cloner.write(tmp_path / "preset.npz", voice)
    back = load_preset(tmp_path / "preset.npz", "own/mei")
    assert np.array_equal(back.semantic, voice.semantic) and np.array_equal(back.fine, voice.fine)
    first = (tmp_path / "preset.npz").read_bytes()
    cloner.write(tmp_path / "preset.npz", voice)
    assert (tmp_path / "preset.npz").read_bytes() == first


def test_a_cloned_voice_speaks_and_its_takes_carry_the_consent(
    cloner: BarkCloner, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from models.bark import BarkVoice

    monkeypatch.setenv("CLIFFHANGER_VOICES", str(tmp_path / "voices"))
    text = b"person = 'Mei Lin'\ndate = 2026-01-02\nstatement = 'You may clone my voice.'\ncontact = 'mei@example.org'"
    agreed = voice_library.Agreed(text, own_voices.read_consent(text, dt.date(2027, 1, 1)))
    high, low = pair(3.0)
    (voice,) = cloner.clone([high], [low])
    heard = voice_library.Recording(high, low, 3.0, "a" * 64)
    kept = voice_library.add(
        "mei", heard, agreed, "ours", True, cloner.made_with, lambda path: cloner.write(path, voice)
    )
    speaker, line = BarkVoice(backing(home)), Utterance("e1_l1", "Hello there.", "en", "own/mei")
    (take,) = speaker.speak([line])
    assert take.rights == kept.rights and not take.rights.commercial_use
    assert take.rights.consent == f"consent of Mei Lin, 2026-01-02, sha256 {own_voices.sha256(text)}"
    (kept.folder / "consent.toml").write_bytes(text + b"\ncommercial = true")
    with pytest.raises(ValueError, match="voice 'own/mei' may not be used: its consent record was changed"):
        speaker.speak([line])


def test_codes_and_features_are_those_of_the_libraries_own_models(cloner: BarkCloner, home: Path) -> None:
    from transformers import BarkModel

    high, low = pair(3.0)
    (voice,) = cloner.clone([high], [low])
    codec = BarkModel.from_pretrained(home / "bark").codec_model.eval()
    hubert = HubertModel.from_pretrained(home / "hubert").eval()
    kept: list[Any] = []
    hubert.encoder.layers[LAYER - 1].register_forward_hook(lambda module, given, out: kept.append(out))
    with torch.inference_mode():
        codes = codec.encode(torch.from_numpy(high)[None, None], bandwidth=6.0).audio_codes
        hubert(torch.from_numpy(low)[None])
        features = kept[0] if isinstance(kept[0], torch.Tensor) else kept[0][0]
        tokens = load_quantiser(home / "hubert")[0].tokens(features[0])
    assert np.array_equal(codes[0, 0].numpy(), voice.fine)
    assert np.array_equal(tokens.numpy(), voice.semantic)


@pytest.mark.parametrize(
    ("high", "low", "says"),
    [
        (speech(0.5, 24_000), speech(3, 16_000), "a voice is made of 1 to 60 s of speech, not of 0.5 s"),
        (speech(3, 24_000), speech(61, 16_000), "not of 61.0 s"),
        (speech(3, 24_000)[None], speech(3, 16_000), r"samples of shape \(1, 72000\)"),
        (speech(3, 24_000).astype(np.float64), speech(3, 16_000), "type float64: finite float32"),
        (speech(3, 24_000) * np.float32(np.nan), speech(3, 16_000), "finite float32"),
    ],
)
def test_samples_that_are_none_are_refused(cloner: BarkCloner, high: Any, low: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        cloner.clone([high], [low])


def test_recordings_at_one_rate_alone_are_refused(cloner: BarkCloner) -> None:
    with pytest.raises(ValueError, match="1 recordings at 24 kHz, 0 at 16 kHz"):
        cloner.clone([pair(3)[0]], [])


def test_what_made_a_voice_is_told(cloner: BarkCloner) -> None:
    assert cloner.made_with == {"voice": "local/bark@1", "hubert": "local/hubert@1", "quantiser": "local/hubert@1"}


# -- checkpoints that do not belong together


def test_a_missing_role_is_named(home: Path) -> None:
    whole = backing(home)
    with pytest.raises(ValueError, match="the profile names no weights for 'quantiser'"):
        BarkCloner(Backing({k: w for k, w in whole.weights.items() if k != "quantiser"}, whole.settings))


def spoilt(home: Path, folder: Path, **changes: Any) -> Weight:
    shutil.copytree(home / "hubert", folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | changes))
    return weight(folder)


def test_a_hubert_with_too_few_layers_or_another_build_is_refused(home: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="weights 'tiny-hubert' have 3 layers, the 9th is needed"):
        cloning.load_hubert(weight(home / "hubert"), 9)
    with pytest.raises(ValueError, match="weights 'tiny-large' are not of HuBERT base"):
        cloning.load_hubert(spoilt(home, tmp_path / "large", do_stable_layer_norm=True), LAYER)


def test_a_quantiser_of_other_features_is_refused(home: Path, tmp_path: Path) -> None:
    tensors = quantiser_tensors()
    tensors["lstm.weight_ih_l0"] = torch.zeros(4 * HIDDEN, WIDTH + 1)
    save_file(tensors, tmp_path / "quantiser.safetensors")
    shutil.copy(home / "hubert" / "quantiser.json", tmp_path)
    other = BarkCloner(backing(home, quantiser=weight(tmp_path)))
    with pytest.raises(ValueError, match="are for features of width 17, 'tiny-hubert' gives 16"):
        other.clone(*([s] for s in pair(3.0)))


def test_hubert_loads_from_the_names_that_its_published_pickle_has(home: Path, tmp_path: Path) -> None:
    """facebook/hubert-base-ls960 is of 2021: its positional convolution has weight_g and weight_v."""
    shutil.copytree(home / "hubert", tmp_path / "old")
    path = tmp_path / "old" / "model.safetensors"
    place = "encoder.pos_conv_embed.conv"
    names = {f"{place}.parametrizations.weight.original{n}": f"{place}.weight_{c}" for n, c in enumerate("gv")}
    tensors = load_file(path)
    assert names.keys() <= tensors.keys()
    save_file({names.get(key, key): value for key, value in tensors.items()}, path, {"format": "pt"})
    old, new = (cloning.load_hubert(weight(f), LAYER) for f in (tmp_path / "old", home / "hubert"))
    assert all(torch.equal(a, b) for a, b in zip(old.parameters(), new.parameters(), strict=True))


def test_the_published_hubert_base_has_94_million_weights_and_twelve_layers() -> None:
    with torch.device("meta"):
        model = HubertModel(HubertConfig())
    assert sum(p.numel() for p in model.parameters()) == 94_371_712
    assert len(model.encoder.layers) == 12 and not model.config.do_stable_layer_norm


# -- the quantiser


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def by_hand(tensors: dict[str, Any], features: np.ndarray) -> np.ndarray:
    """The LSTM's equations (Hochreiter and Schmidhuber's with a forget gate; gates in torch's order i, f, g, o)."""
    t = {key: value.double().numpy() for key, value in tensors.items()}
    for layer in range(2):
        h = c = np.zeros(HIDDEN)
        out = []
        for x in features:
            gates = t[f"lstm.weight_ih_l{layer}"] @ x + t[f"lstm.bias_ih_l{layer}"]
            gates += t[f"lstm.weight_hh_l{layer}"] @ h + t[f"lstm.bias_hh_l{layer}"]
            i, f, g, o = np.split(gates, 4)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
            out.append(h)
        features = np.array(out)
    if "intermediate.weight" in t:
        features = features @ t["intermediate.weight"].T + t["intermediate.bias"]
    return features @ t["fc.weight"].T + t["fc.bias"]


@pytest.mark.parametrize("middle", [0, 12])
def test_tokens_are_those_of_the_equations_in_both_formats(tmp_path: Path, middle: int) -> None:
    tensors = quantiser_tensors(middle)
    save_file(tensors, tmp_path / "quantiser.safetensors")
    model, layer = load_quantiser(tmp_path)
    assert layer == 9, "the published quantisers read the ninth layer"
    features = np.random.default_rng(3).normal(size=(40, WIDTH)).astype(np.float32)
    logits = by_hand(tensors, features)
    found = model(torch.from_numpy(features)).detach().numpy()
    assert np.allclose(found, logits, atol=1e-4)
    assert np.array_equal(model.tokens(torch.from_numpy(features)).numpy(), logits.argmax(axis=1))


@pytest.mark.parametrize(("middle", "megabytes"), [(0, 104), (4096, 244)])
def test_the_published_quantisers_sizes_follow_from_their_shapes(middle: int, megabytes: int) -> None:
    """As the hub lists quantifier_hubert_base_ls960_14.pth (format 0) and quantifier_V1_hubert_base_ls960_23.pth (1)."""
    sizes = Sizes(768, 1024, middle)
    with torch.device("meta"):
        model = Quantiser(sizes)
    assert {key: tuple(value.shape) for key, value in model.state_dict().items()} == sizes.shapes()
    assert sum(p.numel() for p in model.parameters()) * 4 / 1e6 == pytest.approx(megabytes, rel=0.01)
    assert sizes_of(sizes.shapes()) == sizes


def changed(name: str, value: Any) -> dict[str, Any]:
    return {k: v for k, v in (quantiser_tensors() | {name: value}).items() if v is not None}


@pytest.mark.parametrize(
    ("tensors", "says"),
    [
        ({"a": torch.zeros(2)}, "this is no quantiser: an LSTM over features"),
        (changed("fc.bias", None), "this is no quantiser: fc.bias is missing"),
        (changed("more", torch.zeros(2)), "this is no quantiser: more is left over"),
        (
            changed("fc.weight", torch.zeros(9_999, 12)),
            r"fc.weight is of shape \[9999, 12\], where \[10000, 12\] is needed",
        ),
        (changed("fc.bias", torch.full((10_000,), torch.inf)), "fc.bias holds numbers that are not finite"),
        (changed("fc.bias", torch.zeros(10_000, dtype=torch.int64)), "fc.bias is of torch.int64"),
        (changed("lstm.weight_hh_l0", torch.zeros(0, 0)), "this is no quantiser: an LSTM"),
        (changed("lstm.weight_ih_l0", torch.zeros(4, 9_000)), "this is no quantiser"),
    ],
)
def test_tensors_that_are_no_quantiser_are_refused(tensors: dict[str, Any], says: str, tmp_path: Path) -> None:
    save_file(tensors, tmp_path / "quantiser.safetensors")
    with pytest.raises(ValueError, match=says) as caught:
        load_quantiser(weight(tmp_path))
    assert "cannot be loaded from" in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["{", '{"layer": 0}', '{"layer": 9, "more": 1}', "[]", '{"layer": "nine"}', "[" * 9_000]
)
def test_settings_that_say_anything_else_are_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "quantiser.json").write_text(text)
    with pytest.raises(ValueError, match="^quantiser.json"):
        read_settings(tmp_path)


# -- its pickle


class Trap:
    """A pickle of this runs a command when it is loaded."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> Any:
        return os.system, (f"touch {self.trace}",)


def published(path: Path, told: Any) -> Path:
    """A quantiser's file as its authors write it: torch's zip, and in format 1 their note of its sizes in the same zip."""
    torch.save(told, path)
    with ZipFile(path, "a") as archive:
        archive.writestr(f"{path.stem}/.info", json.dumps({"input_size": WIDTH, "version": 1}))
    return path


def test_a_published_pickle_becomes_a_folder_that_the_product_loads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tensors = quantiser_tensors()
    source = published(tmp_path / "q.pth", OrderedDict(tensors))
    arguments = [str(source), str(tmp_path / "to" / "q"), "--licence", "MIT", "--layer", str(LAYER)]
    assert convert_quantiser.main(arguments) == 0
    assert "layer 2 of HuBERT, from q.pth" in capsys.readouterr().out
    folder = tmp_path / "to" / "q"
    assert sorted(p.name for p in folder.iterdir()) == ["quantiser.json", "quantiser.safetensors"]
    model, layer = load_quantiser(folder)
    assert layer == LAYER and all(torch.equal(v, model.state_dict()[k]) for k, v in tensors.items())
    told = json.loads((folder / "quantiser.json").read_text())
    assert (told["source"], told["licence"]) == ("q.pth", "MIT")
    assert told["source_sha256"] == weights.file_sha256(source)
    assert weights.weight(f"path:{folder}").folder == folder, "the product takes it as weights of one's own"
    assert convert_quantiser.main(arguments) == 2
    assert "is not empty" in capsys.readouterr().err


def test_a_malicious_pickle_is_refused_and_leaves_no_trace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trace = tmp_path / "trace"
    source = published(tmp_path / "evil.pth", quantiser_tensors() | {"fc.bias": Trap(trace)})
    assert convert_quantiser.main([str(source), str(tmp_path / "q"), "--licence", "MIT"]) == 2
    told = capsys.readouterr().err
    assert "refused: it holds more than tensors" in told and told.count("\n") == 1
    assert not trace.exists() and os.listdir(tmp_path) == ["evil.pth"]


@pytest.mark.slow
def test_a_pickle_of_other_tensors_leaves_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = published(tmp_path / "other.pth", {"weight": torch.zeros(3)})
    assert convert_quantiser.main([str(source), str(tmp_path / "q"), "--licence", "MIT"]) == 2
    assert "this is no quantiser" in capsys.readouterr().err
    assert os.listdir(tmp_path) == ["other.pth"]


@pytest.mark.slow
def test_a_pull_of_a_repository_that_has_the_pickle_alone_loads(
    server: Hub,
    monkeypatch: pytest.MonkeyPatch,
    here: Path,
    tmp_path: Path,
) -> None:
    """As the catalogue's entry of the quantiser asks for it: no config is there, none is needed."""
    pytest.importorskip("huggingface_hub")
    repo = only_repo(server)
    repo.files.clear()
    repo.files["q.pth"] = published(tmp_path / "q.pth", OrderedDict(quantiser_tensors())).read_bytes()
    know(
        monkeypatch,
        small(files=["*.json"], convert={"q.pth": "quantiser.safetensors"}, variant="", stored_as={}, roles={}),
    )
    assert sorted(pull().files) == ["quantiser.safetensors"]
    model, layer = load_quantiser(weights.local({"quantiser": "small"})["quantiser"])
    assert layer == 9 and model.fc.out_features == 10_000


def test_wrong_usage_of_the_recipe_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "q.pth").touch()
    for arguments in ([str(tmp_path / "none.pth")], [str(tmp_path / "q.pth"), "--layer", "0"]):
        assert convert_quantiser.main([*arguments[:1], str(tmp_path / "q"), *arguments[1:], "--licence", "MIT"]) == 2
        told = capsys.readouterr().err
        assert told.startswith("convert_quantiser: ") and told.count("\n") == 1, told
