"""The judge: every score for every candidate, one verdict each, and the reason in words; on tiny random models."""

import math
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("diffusers")

from models import judge as judging  # noqa: E402
from models import vision  # noqa: E402
from models.base import Clip, ClipRequest, Cost, Figure, Judgement, Look, Picture, PictureRequest, Rights  # noqa: E402
from models.device import Device  # noqa: E402
from models.footage import write_clip  # noqa: E402
from models.judge import VisionJudge  # noqa: E402
from models.scores import FaceBox  # noqa: E402
from models.settings import Backing, Weight  # noqa: E402
from models.vision import Detector, Embedder, Found, cropped, read_boxes, squared  # noqa: E402
from tests.tiny import tiny_folder, tiny_settings, tiny_weight  # noqa: E402

torch.set_num_threads(1)
OURS = Rights("test", "Apache-2.0")
LOOK = Look("female", 24, "bob", "blond", "round", "amber", "fair", "suit", "navy")
PLANNED = {"char_ivy": (0.5, 0.4, 0.3)}
HERE = FaceBox(0.3, 0.265, 0.7, 0.565, 0.9)  # eyes at (0.5, 0.4), as high as planned


def noise(seed: int, size: tuple[int, int] = (144, 256)) -> np.ndarray[Any, Any]:
    small = np.random.default_rng(seed).integers(0, 256, (size[1] // 8, size[0] // 8, 3), np.uint8)
    return np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_NEAREST), np.uint8)


def picture(seed: int, size: tuple[int, int] = (144, 256)) -> Picture:
    return Picture(noise(seed, size), "test", seed, OURS)


def request(sheet: Path | None = None, **changes: Any) -> PictureRequest:
    fields: dict[str, Any] = {
        "unit": "sh1", "kind": "keyframe", "description": "", "size": (144, 256), "seed": 1, "shot_size": "cu",
        "figures": (Figure("char_ivy", LOOK),), "identity": {"char_ivy": sheet} if sheet else {},
    }  # fmt: skip
    return PictureRequest(**(fields | changes))


@pytest.fixture(scope="module")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sheets") / "ivy.png"
    cv2.imwrite(str(path), noise(99, (96, 96)))
    return path


@cache
def weights() -> dict[str, Weight]:
    return {"detector": tiny_weight("owlv2"), "embedder": tiny_weight("ip_adapter")}


def vision_judge(accept: dict[str, Any] | None = None, **changed: Weight) -> VisionJudge:
    return VisionJudge(Backing({**weights(), **changed}, tiny_settings(accept=accept or {})))


def seeing(judge: VisionJudge, monkeypatch: pytest.MonkeyPatch, *faces: FaceBox, lettering: float = 0.0) -> VisionJudge:
    """The judge with a detector that finds these faces in every picture."""
    monkeypatch.setattr(judge._detector, "find", lambda pictures: [(Found(faces, lettering), Cost())] * len(pictures))
    return judge


def one(judge: VisionJudge, asked: PictureRequest, planned: Any = PLANNED, seed: int = 1) -> Judgement:
    return judge.judge([asked], [[picture(seed)]], [planned])[0][0]


def test_every_candidate_gets_finite_scores_and_passes_the_tiny_limits(sheet: Path) -> None:
    judge = vision_judge()
    judged = judge.judge([request(sheet), request(sheet)], [[picture(1), picture(2)], [picture(3)]], [PLANNED, PLANNED])
    assert [len(row) for row in judged] == [2, 1]
    for judgement in (j for row in judged for j in row):
        assert judgement.passed and judgement.reason == ""
        assert all(math.isfinite(v) for v in judgement.scores.values())
        assert {"sharpness", "exposure", "clipped", "text", "faces", "identity.char_ivy", "total"} <= set(
            judgement.scores
        )
        assert judgement.cost.core_seconds > 0


def test_a_batch_judges_as_each_picture_alone_and_the_same_every_time(sheet: Path) -> None:
    judge = vision_judge()
    pictures = [picture(1), picture(2, (96, 160)), picture(3)]
    together = judge.judge([request(sheet)], [pictures], [PLANNED])[0]
    again = vision_judge().judge([request(sheet)], [pictures], [PLANNED])[0]
    for each, mine, other in zip(pictures, together, again, strict=True):
        alone = judge.judge([request(sheet)], [[each]], [PLANNED])[0][0]
        assert mine.scores == other.scores
        assert alone.scores == pytest.approx(mine.scores, abs=2e-4)  # scores are rounded to 4 places
    seeded = judge.judge([request(sheet, seed=5)], [[replace(pictures[0], seed=77)]], [PLANNED])[0][0]
    assert seeded.scores == pytest.approx(together[0].scores, abs=2e-4)


RAISED: dict[str, tuple[dict[str, Any], str]] = {
    "sharpness": ({"sharpness_least": 5.0}, r"^sharpness 0\.\d\d is under 5$"),
    "exposure low": ({"exposure_least": 0.9}, r"^exposure 0\.\d\d is under 0\.9$"),
    "exposure high": ({"exposure_most": 0.1}, r"^exposure 0\.\d\d is over 0\.1$"),
    "identity": ({"identity_least": 1.0}, r"^identity -?0\.\d\d is under 1 for char_ivy$"),
    "text": ({"text_most": 0.0}, r"^text 0\.\d\d is over 0$"),
}


@pytest.mark.parametrize("name", sorted(RAISED))
def test_a_raised_limit_fails_the_picture_and_is_named(name: str, sheet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limits, words = RAISED[name]
    judged = one(seeing(vision_judge(limits), monkeypatch, HERE, lettering=0.3), request(sheet))
    assert not judged.passed
    assert re.search(words, judged.reason), judged.reason


def test_a_wholly_black_picture_is_clipped() -> None:
    black = Picture(np.zeros((256, 144, 3), np.uint8), "test", 0, OURS)
    judged = vision_judge({"clipped_most": 0.5}).judge([request()], [[black]], [PLANNED])[0][0]
    assert (judged.passed, judged.reason) == (False, "clipped 1.00 is over 0.5")
    assert judged.scores["clipped"] == 1.0


STRICT = {"faces": True, "face_size_least": 0.6, "face_size_most": 1.6}


@pytest.mark.parametrize(
    "faces, reason",
    [
        ([HERE], ""),
        ([], "the face of char_ivy is not where it was planned"),
        ([FaceBox(0.0, 0.8, 0.2, 1.0, 0.9)], "the face of char_ivy is not where it was planned"),
        ([HERE, FaceBox(0.0, 0.7, 0.3, 0.95, 0.9)], "1 face too many"),
        (
            [FaceBox(0.45, 0.36, 0.55, 0.44, 0.9)],
            "the face of char_ivy is 0.27 times its planned size, outside 0.6..1.6",
        ),
    ],
)
def test_faces_are_held_against_the_shot(faces: list[FaceBox], reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    judged = one(seeing(vision_judge(STRICT), monkeypatch, *faces), request())
    assert (judged.reason, judged.passed) == (reason, not reason)
    assert (judged.scores["faces"] == 1.0) == (not reason)


@pytest.mark.parametrize(
    "changes, planned",
    [
        ({"shot_size": "back"}, PLANNED),
        ({"shot_size": "silhouette"}, PLANNED),
        ({"kind": "sheet"}, {}),
        ({"shot_size": "insert", "prop": "photo", "figures": ()}, {}),
    ],
)
def test_faces_are_not_asked_of_backs_sheets_and_photographs(
    changes: dict[str, Any], planned: Any, sheet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = [FaceBox(0, 0, 0.5, 0.5, 0.9), FaceBox(0.5, 0.5, 1, 1, 0.9)]
    judged = one(seeing(vision_judge(STRICT), monkeypatch, *crowd), request(sheet, **changes), planned)
    assert judged.passed
    assert not [name for name in judged.scores if name.startswith(("faces", "face_size", "identity"))]


def test_a_face_in_a_plate_is_one_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    judge = seeing(vision_judge(STRICT), monkeypatch, HERE)
    assert one(judge, request(kind="plate", figures=()), {}).reason == "1 face too many"


@pytest.mark.parametrize("changes", [{"prop_text": "I know."}, {"shot_size": "insert", "prop": "letter"}])
def test_writing_that_the_shot_asks_for_is_no_fault(changes: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    judge = seeing(vision_judge({"text_most": 0.5}), monkeypatch, HERE, lettering=0.9)
    assert one(judge, request()).reason == "text 0.90 is over 0.5"
    judged = one(judge, request(**changes))
    assert judged.passed and judged.scores["text"] == 0.9


def test_likeness_is_absent_without_a_sheet_and_one_to_the_sheet_itself(
    sheet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = seeing(vision_judge(), monkeypatch)
    assert "identity.char_ivy" not in one(judge, request()).scores
    own = Picture(noise(99, (96, 96)), "test", 0, OURS)
    whole = {"char_ivy": (0.5, 0.45, 1.0)}  # the face is the frame
    same, other = judge.judge([request(sheet)], [[own, picture(1)]], [whole])[0]
    assert same.scores["identity.char_ivy"] == pytest.approx(1.0, abs=1e-3)
    assert other.scores["identity.char_ivy"] < same.scores["identity.char_ivy"]
    assert same.scores["total"] > other.scores["total"]


def test_a_sheet_is_looked_at_once_and_again_when_its_picture_changes(sheet: Path, tmp_path: Path) -> None:
    judge = vision_judge()
    copy = tmp_path / "copy.png"
    shutil.copy(sheet, copy)
    one(judge, request(sheet))
    one(judge, request(copy))
    assert len(judge._sheets) == 1
    cv2.imwrite(str(copy), noise(5, (96, 96)))
    one(judge, request(copy))
    assert len(judge._sheets) == 2


def test_a_sheet_that_is_no_picture_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "ivy.png").write_bytes(b"GIF89a")
    with pytest.raises(ValueError, match=r"^ivy\.png cannot be used as a picture"):
        one(vision_judge(), request(tmp_path / "ivy.png"))


def test_requests_without_candidates_are_answered_with_none() -> None:
    judge = vision_judge()
    assert judge.judge([], [], []) == []
    assert judge.judge([request()], [[]], [PLANNED]) == [[]]
    assert judge.judge_clips([], []) == []


# -- clips


def clip_of(folder: Path, name: str, frames: list[Any], **changes: Any) -> tuple[ClipRequest, Clip]:
    write_clip(folder / f"{name}.mp4", frames, 24)
    asked = ClipRequest(name, request(**changes), folder / "first.png", len(frames), 24)
    return asked, Clip(folder / f"{name}.mp4", len(frames), "test", OURS)


@pytest.fixture(scope="module")
def reels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[ClipRequest, Clip]]:
    folder = tmp_path_factory.mktemp("clips")
    wide = cv2.GaussianBlur(noise(3, (240, 256)), (0, 0), 3)
    pan = [np.ascontiguousarray(wide[:, 4 * i : 4 * i + 144]) for i in range(12)]
    shaken = [np.clip(f.astype(int) + (30 if i % 2 else -30), 0, 255).astype(np.uint8) for i, f in enumerate(pan)]
    return {
        "pan": clip_of(folder, "pan", pan),
        "held": clip_of(folder, "held", [pan[0]] * 12),
        "shaken": clip_of(folder, "shaken", shaken),
        "cut": clip_of(folder, "cut", pan[:6] + [255 - f for f in pan[6:]]),
    }


def judge_reels(judge: VisionJudge, reels: dict[str, tuple[ClipRequest, Clip]], *names: str) -> dict[str, Judgement]:
    rows = [reels[name] for name in names]
    return dict(zip(names, judge.judge_clips([r for r, _ in rows], [c for _, c in rows]), strict=True))


def test_clips_are_measured_and_pass_the_tiny_limits(reels: Any) -> None:
    judged = judge_reels(vision_judge(), reels, "pan", "held", "shaken", "cut")
    assert all(j.passed and j.cost.core_seconds > 0 for j in judged.values())
    measured = {name: j.scores for name, j in judged.items()}
    assert measured["held"]["frozen"] == 1.0 and measured["pan"]["frozen"] == 0.0
    assert measured["held"]["drift"] < 0.001 < measured["pan"]["drift"]
    assert measured["shaken"]["flicker"] > 0.05 > 5 * measured["pan"]["flicker"]
    assert measured["cut"]["jump"] > 0.1 > 5 * measured["pan"]["jump"]
    assert max(measured, key=lambda name: measured[name]["total"]) == "pan"
    alone = judge_reels(vision_judge(), reels, "cut")["cut"]
    assert alone.scores == pytest.approx(measured["cut"], abs=2e-4)


@pytest.mark.parametrize(
    "name, limits, reason",
    [
        ("shaken", {"flicker_most": 0.02}, r"flicker 0.\d\d is over 0.02"),
        ("held", {"frozen_most": 0.9}, r"frozen 1.00 is over 0.9"),
        ("cut", {"jump_most": 0.1}, r"jump 0.\d\d is over 0.1"),
        ("cut", {"drift_most": 0.0}, r"drift \d.\d\d is over 0"),
    ],
)
def test_a_raised_limit_fails_the_clip_and_is_named(
    name: str, limits: dict[str, float], reason: str, reels: Any
) -> None:
    judged = judge_reels(vision_judge(limits), reels, name)[name]
    assert not judged.passed
    assert re.fullmatch(reason, judged.reason), judged.reason


def test_drift_follows_the_faces_when_both_ends_show_them(reels: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    judge = vision_judge()
    crops: list[tuple[int, ...]] = []
    embed = judge._embedder.embed
    monkeypatch.setattr(judge._embedder, "embed", lambda p: crops.extend(x.shape for x in p) or embed(p))
    judge_reels(seeing(judge, monkeypatch, HERE), reels, "held")
    judge_reels(seeing(judge, monkeypatch), reels, "held")
    face, whole = crops[:2], crops[2:]
    assert whole == [(256, 144, 3)] * 2 and all(h < 256 for h, _, _ in face) and len(face) == 2


def test_a_scene_that_is_not_yet_frames_passes_without_scores(reels: Any, tmp_path: Path) -> None:
    asked, _ = reels["pan"]
    scene = Clip(tmp_path / "a.scene.json", 12, "draft", OURS)
    assert vision_judge().judge_clips([asked], [scene]) == [Judgement({}, True)]


def test_a_damaged_clip_is_refused_by_name(reels: Any, tmp_path: Path) -> None:
    asked, clip = reels["pan"]
    (tmp_path / "broken.mp4").write_bytes(clip.path.read_bytes()[:900])
    with pytest.raises(ValueError, match=r"broken\.mp4"):
        vision_judge().judge_clips([asked], [replace(clip, path=tmp_path / "broken.mp4")])


# -- the two models


@pytest.fixture(scope="module")
def device() -> Device:
    return Device(tiny_settings().device)


def test_the_detector_answers_any_mix_of_sizes_in_order(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    detector = Detector(device, tiny_weight("owlv2"))
    pictures = [noise(1), noise(2, (64, 48)), noise(3, (300, 100))]
    monkeypatch.setattr(vision, "FACE_LEAST", 0.0)
    together = [found for found, _ in detector.find(pictures)]
    for each, found in zip(pictures, together, strict=True):
        alone = detector.find([each])[0][0]
        assert found.lettering == pytest.approx(alone.lettering, abs=1e-5)
        assert [vars(f) for f in found.faces] == [pytest.approx(vars(f), abs=1e-5) for f in alone.faces]
        assert all(0 <= f.left <= f.right <= 1 and 0 <= f.top <= f.bottom <= 1 for f in found.faces)


def test_the_embedder_gives_unit_vectors_that_a_batch_does_not_change(device: Device) -> None:
    embedder = Embedder(device, tiny_weight("ip_adapter"))
    pictures = [noise(seed, (40 + seed, 60)) for seed in range(5)]
    together = np.stack([v for v, _ in embedder.embed(pictures)])
    alone = np.stack([embedder.embed([p])[0][0] for p in pictures])
    assert np.abs(together - alone).max() < 1e-5
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert np.abs(together[0] - together[1]).max() > 1e-3


def test_both_models_see_in_half_precision_nearly_what_they_see_in_full(device: Device) -> None:
    half = Device(tiny_settings(device={"dtype": "bfloat16"}).device)
    pictures = [noise(1), noise(2)]
    for (low, _), (full, _) in zip(
        Embedder(half, tiny_weight("ip_adapter")).embed(pictures),
        Embedder(device, tiny_weight("ip_adapter")).embed(pictures),
        strict=True,
    ):
        assert float(low @ full) > 0.99
    seen = [Detector(where, tiny_weight("owlv2")).find(pictures)[0][0].lettering for where in (half, device)]
    assert seen[0] == pytest.approx(seen[1], abs=0.05)


def test_out_of_memory_halves_the_batch_and_changes_nothing(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = Embedder(device, tiny_weight("ip_adapter"))
    pictures = [noise(seed, (48, 48)) for seed in range(4)]
    whole = [v for v, _ in embedder.embed(pictures)]
    real, sizes = vision.tensor_of, []

    def scarce(batch: Any, where: Device) -> Any:
        sizes.append(len(batch))
        if len(batch) > 2:
            raise torch.OutOfMemoryError("test")
        return real(batch, where)

    monkeypatch.setattr(vision, "tensor_of", scarce)
    halved = [v for v, _ in embedder.embed(pictures)]
    assert sizes == [4, 2, 2]
    assert np.allclose(np.stack(whole), np.stack(halved), atol=1e-5)


def test_boxes_of_the_square_become_boxes_of_the_picture_and_doubles_go() -> None:
    sure = np.array([[0.9, 0.1], [0.8, 0.1], [0.3, 0.6], [0.1, 0.0]], np.float32)  # a face, its double, text, nothing
    boxes = np.array([[0.25, 0.5, 0.1, 0.2]] * 2 + [[0.1, 0.9, 0.02, 0.02]] + [[0.9, 0.5, 0.1, 0.1]], np.float32)
    found = read_boxes(sure, boxes, (200, 100))
    assert len(found.faces) == 1
    face = found.faces[0]
    assert (face.left, face.top, face.right, face.bottom) == pytest.approx((0.4, 0.4, 0.6, 0.6))
    assert face.score == pytest.approx(0.9)
    # text of 0.04 x 0.02 of the frame: 0.6 * sqrt(0.0008 / 0.01); the face's own text score: 0.1
    assert found.lettering == pytest.approx(0.6 * 0.08**0.5, abs=1e-4)


def test_a_picture_is_squared_without_changing_its_proportions() -> None:
    out = squared(np.full((200, 100, 3), 255, np.uint8), 64)
    assert out.shape == (64, 64, 3)
    assert (out[:, :32] == 255).all() and (out[:, 32:] == vision.GREY).all()


def test_a_crop_at_the_rim_stays_within_the_frame() -> None:
    pixels = noise(1)
    assert cropped(pixels, FaceBox(-0.5, -0.4, 0.1, 0.05, 0)).size > 0
    assert cropped(pixels, FaceBox(2.0, 2.0, 2.1, 2.1, 0)).size > 0
    assert cropped(pixels, FaceBox(0.25, 0.4, 0.75, 0.6, 0)).shape == (94, 94, 3)


SPOILS: dict[str, tuple[Callable[[Path], Any], str]] = {
    "missing": (Path.unlink, "no model.safetensors"),
    "pickle": (lambda p: p.rename(p.with_name("pytorch_model.bin")), "only pickled weights"),
    "class": (lambda p: p.with_name("config.json").write_text('{"architectures": ["BertModel"]}'), "is for BertModel"),
    "truncated": (lambda p: p.write_bytes(p.read_bytes()[:-9]), "cut or damaged"),
}


@pytest.mark.parametrize("name", sorted(SPOILS))
@pytest.mark.parametrize(
    "role, maker, inner", [("detector", "owlv2", ""), ("embedder", "ip_adapter", "models/image_encoder")]
)
def test_a_bad_checkpoint_is_refused_in_one_line(
    name: str, role: str, maker: str, inner: str, tmp_path: Path, sheet: Path
) -> None:
    folder = Path(shutil.copytree(tiny_folder(maker), tmp_path / "spoilt"))
    spoil, words = SPOILS[name]
    spoil(folder / inner / "model.safetensors")
    weight = replace(weights()[role], folder=folder, revision=name, name=f"spoilt-{maker}")
    with pytest.raises(ValueError, match=f"^weights 'spoilt-.*{words}") as caught:
        one(vision_judge(None, **{role: weight}), request(sheet))
    assert "\n" not in str(caught.value) and str(folder) in str(caught.value)


def test_a_role_without_weights_is_named() -> None:
    with pytest.raises(ValueError, match="no weights for 'embedder'"):
        VisionJudge(Backing({"detector": weights()["detector"]}, tiny_settings()))


def test_the_version_follows_the_limits_and_the_weights() -> None:
    plain = vision_judge().version
    assert plain == vision_judge().version
    assert vision_judge({"text_most": 0.5}).version != plain
    other = replace(weights()["detector"], revision="other")
    assert vision_judge(detector=other).version != plain


def test_costs_add_up_and_keep_the_highest_peak() -> None:
    assert judging.plus(Cost(1, 2, 30), Cost(3, 4, 20)) == Cost(4, 6, 30)
    assert judging.share(Cost(4, 2, 30), 2) == Cost(2, 1, 30)
