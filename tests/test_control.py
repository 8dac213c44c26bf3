"""Maps of a reference picture: weight-free ones by their own arithmetic, depth and pose through real tiny checkpoints."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.control import control_map
from models.settings import DeviceSettings, Weight
from models.skeleton import draw_skeletons

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
torch.set_num_threads(1)

PICTURE = np.full((160, 96, 3), 210, np.uint8)
cv2.circle(PICTURE, (48, 50), 24, (60, 60, 60), 3)
cv2.rectangle(PICTURE, (20, 90), (76, 156), (40, 80, 160), -1)


def weight(folder: Path, name: str) -> Weight:
    return Weight(name, folder / name, f"someone/{name}", "0" * 40, "Apache-2.0", True)


def make_depth(folder: Path) -> None:
    torch.manual_seed(1)
    backbone = transformers.Dinov2Config(
        hidden_size=16, num_hidden_layers=4, num_attention_heads=2, mlp_ratio=2, image_size=56, patch_size=14,
        out_features=["stage1", "stage2", "stage3", "stage4"], reshape_hidden_states=False, apply_layernorm=True,
    )  # fmt: skip
    config = transformers.DepthAnythingConfig(
        backbone_config=backbone, reassemble_hidden_size=16, patch_size=14, neck_hidden_sizes=[4, 8, 8, 8],
        fusion_hidden_size=8, head_hidden_size=4, reassemble_factors=[4, 2, 1, 0.5],
    )  # fmt: skip
    model = transformers.DepthAnythingForDepthEstimation(config)
    with torch.no_grad():  # as drawn by chance the answers differ by less than a float can tell
        for tensor in model.parameters():
            tensor.copy_(torch.randn(tensor.shape) * 0.3)
        model.head.conv3.bias.fill_(50.0)  # the head ends in a ReLU
    model.save_pretrained(folder / "depth")


def make_pose(folder: Path, experts: int = 1) -> None:
    torch.manual_seed(2)
    backbone = transformers.VitPoseBackboneConfig(
        image_size=[64, 48], patch_size=[16, 16], hidden_size=16, num_hidden_layers=2, num_attention_heads=2, mlp_ratio=2,
        num_experts=experts, part_features=4 if experts > 1 else 0, out_indices=[2],
    )  # fmt: skip
    config = transformers.VitPoseConfig(backbone_config=backbone, num_labels=17, use_simple_decoder=True)
    transformers.VitPoseForPoseEstimation(config).save_pretrained(folder / "pose")


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Weight]:
    folder = tmp_path_factory.mktemp("annotators")
    make_depth(folder)
    make_pose(folder)
    return {name: weight(folder, name) for name in ("depth", "pose")}


@pytest.fixture
def device():
    from models.device import Device

    return Device(DeviceSettings(kind="cpu", dtype="float32", vram_gb=8, threads=1))


def test_canny_is_opencvs():
    expected = cv2.Canny(cv2.cvtColor(PICTURE, cv2.COLOR_BGR2GRAY), 100, 200)
    drawn = control_map("canny", PICTURE)
    assert np.array_equal(drawn[..., 1], expected) and expected.any()


def test_lineart_is_white_where_ink_was_and_black_on_paper():
    paper = np.full((512, 320, 3), 210, np.uint8)
    cv2.circle(paper, (160, 200), 90, (60, 60, 60), 3)
    drawn = control_map("lineart", paper)
    assert drawn.shape == paper.shape and drawn.dtype == np.uint8
    assert drawn[200, 70].min() > 100 and drawn[200, 250].min() > 100
    assert drawn[200, 160].max() < 12 and drawn[450, 160].max() < 12


def test_a_blank_picture_has_no_lines():
    assert not control_map("lineart", np.full((64, 64, 3), 128, np.uint8)).any()


@pytest.mark.parametrize("size", [(96, 160), (160, 96), (301, 77)])
def test_depth_is_a_grey_picture_of_the_same_size_that_uses_the_whole_range(size, weights, device):
    picture = cv2.resize(PICTURE, size)
    drawn = control_map("depth", picture, weights, device)
    assert drawn.shape == picture.shape and drawn.dtype == np.uint8
    assert np.array_equal(drawn[..., 0], drawn[..., 2])
    assert drawn.min() < 12 and drawn.max() > 240
    assert np.array_equal(drawn, control_map("depth", picture, weights, device))


def test_a_pose_is_drawn_where_the_heat_is(weights, device, monkeypatch):
    """The model's answer is replaced, the way there and back is the real one."""
    from transformers.models.vitpose import modeling_vitpose

    def heat(self, pixel_values, **_):
        out = torch.zeros(len(pixel_values), 17, 16, 12)
        out[:, 0, 6, 7] = 1.0  # the nose, on a heat map of 12 x 16
        return modeling_vitpose.VitPoseEstimatorOutput(heatmaps=out)

    monkeypatch.setattr(modeling_vitpose.VitPoseForPoseEstimation, "forward", heat)
    square = cv2.resize(PICTURE, (96, 128))  # as tall for its width as the model sees
    drawn = control_map("pose", square, weights, device)
    wide, high = 96 * 1.25 / 11, 128 * 1.25 / 15  # pixels between two places on the heat map
    assert np.array_equal(drawn, draw_skeletons([{"nose": (7 * wide - 12, 6 * high - 16)}], 96, 128))
    assert drawn.any()


def test_a_pose_of_random_weights_is_a_picture_of_the_same_size_and_the_same_twice(weights, device):
    drawn = control_map("pose", PICTURE, weights, device)
    assert drawn.shape == PICTURE.shape and drawn.dtype == np.uint8
    assert np.array_equal(drawn, control_map("pose", PICTURE, weights, device))


def test_the_person_is_looked_at_again_close_up(weights, device, monkeypatch):
    boxes: list[tuple[float, ...]] = []
    far = {"nose": (40.0, 30.0), "neck": (40.0, 50.0), "left_shoulder": (50.0, 50.0), "right_shoulder": (30.0, 50.0)}

    def seen(model, picture, box, device):
        boxes.append(box)
        return far if len(boxes) == 1 else {**far, "nose": (41.0, 31.0)}

    monkeypatch.setattr("models.control._joints", seen)
    drawn = control_map("pose", PICTURE, weights, device)
    assert boxes == [(0.0, 0.0, 96.0, 160.0), (27.0, 27.0, 26.0, 26.0)]
    assert np.array_equal(drawn, draw_skeletons([{**far, "nose": (41.0, 31.0)}], 96, 160))


def test_a_pose_model_of_several_data_sets_is_asked_for_the_first(tmp_path, device):
    make_pose(tmp_path, experts=2)
    drawn = control_map("pose", PICTURE, {"pose": weight(tmp_path, "pose")}, device)
    assert drawn.shape == PICTURE.shape


def test_models_stay_loaded(weights, device):
    control_map("depth", PICTURE, weights, device)
    before = device.held_gb()
    control_map("depth", PICTURE, weights, device)
    assert before == device.held_gb() > 0


def test_unknown_kinds_and_missing_weights_are_named(weights, device):
    with pytest.raises(ValueError, match="unknown control kind 'hed': choose from pose, lineart, depth, canny"):
        control_map("hed", PICTURE)
    for given in (None, {}, {"pose": weights["pose"]}):
        with pytest.raises(ValueError, match="needs weights for 'depth'"):
            control_map("depth", PICTURE, given, device)


@pytest.mark.parametrize(
    "picture",
    [PICTURE[..., 0], PICTURE.astype(np.float32), np.zeros((0, 4, 3), np.uint8), np.zeros((8, 900, 3), np.uint8)],
)
def test_a_picture_of_another_shape_is_refused(picture):
    with pytest.raises(ValueError, match="a reference picture"):
        control_map("lineart", picture)


@pytest.mark.parametrize("harm", ["gone", "pickle", "cut", "another"])
def test_bad_checkpoints_are_refused_in_one_line_that_names_them(harm, weights, device, tmp_path):
    folder = tmp_path / "depth"
    shutil.copytree(weights["depth"].folder, folder)
    file = folder / "model.safetensors"
    if harm == "gone":
        file.unlink()
    elif harm == "pickle":
        file.rename(folder / "pytorch_model.bin")
    elif harm == "cut":
        file.write_bytes(file.read_bytes()[:-100])
    else:
        shutil.copy(weights["pose"].folder / "config.json", folder)
    with pytest.raises(ValueError, match="weights 'depth' cannot be loaded") as error:
        control_map("depth", PICTURE, {"depth": weight(tmp_path, "depth")}, device)
    assert "\n" not in str(error.value)


def test_weights_that_answer_with_no_number_are_refused(weights, device, tmp_path):
    from safetensors.torch import load_file, save_file

    shutil.copytree(weights["depth"].folder, tmp_path / "depth")
    file = tmp_path / "depth" / "model.safetensors"
    tensors = load_file(file)
    tensors["head.conv1.weight"].fill_(float("nan"))
    save_file(tensors, file, metadata={"format": "pt"})
    with pytest.raises(ValueError, match="tell no depth"):
        control_map("depth", PICTURE, {"depth": weight(tmp_path, "depth")}, device)
