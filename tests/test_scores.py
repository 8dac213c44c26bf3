"""Measures without a model, on pictures and clips whose answers are known, and on the draft's own frames."""

import itertools
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

from models import scores
from models.base import Figure, Look, PictureRequest
from models.draft.painter import DraftPainter
from models.scores import FaceBox, Pixels, face_faults, match_faces

GREY = np.full((512, 288, 3), 120, np.uint8)
TALL = 9 / 16


def noise(seed: int = 1, shape: tuple[int, ...] = (512, 288, 3)) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def scene(seed: int = 1, scale: int = 1) -> Pixels:
    """Soft light with discs and bars, drawn `scale` times as large."""
    rng = np.random.default_rng(seed)
    out = np.full((512 * scale, 288 * scale, 3), 90, np.uint8)
    for x, y, r, c in zip(*rng.integers((20, 20, 8, 0), (268, 492, 60, 255), (30, 4)).T, strict=True):
        cv2.circle(
            out, (int(x) * scale, int(y) * scale), int(r) * scale, (int(c), int(255 - c), int(r) * 4), -1, cv2.LINE_AA
        )
    return out


def lettered(picture: Pixels, lines: int = 6, words: str = "DO NOT SIGN IT") -> Pixels:
    out = picture.copy()
    for row in range(lines):
        at = (10, int((row + 1) / (lines + 1) * out.shape[0]))
        cv2.putText(out, words, at, cv2.FONT_HERSHEY_SIMPLEX, 0.9, (0, 0, 0), 7, cv2.LINE_AA)
        cv2.putText(out, words, at, cv2.FONT_HERSHEY_SIMPLEX, 0.9, (255, 255, 255), 2, cv2.LINE_AA)
    return out


# -- pictures


@pytest.mark.parametrize("picture", [noise(), scene()], ids=["noise", "scene"])
def test_each_stronger_blur_lowers_the_sharpness(picture: Pixels) -> None:
    values = [scores.sharpness(picture)]
    for sigma in (0.6, 1.2, 2.4, 4.8):
        values.append(scores.sharpness(np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma))))
    assert all(a > b for a, b in itertools.pairwise(values)), values
    assert values[0] > 0.55 and values[-1] < 0.6 * values[0]


def test_the_worked_examples_of_sharpness_hold() -> None:
    assert scores.sharpness(noise()) == pytest.approx(0.88, abs=0.03)
    assert scores.sharpness(GREY) == 0.0
    assert scores.sharpness(np.asarray(cv2.GaussianBlur(noise(), (0, 0), 10))) < 0.15


def test_a_picture_scores_alike_at_any_size_from_the_working_size_up() -> None:
    small, large = scene(scale=2), scene(scale=4)
    assert scores.sharpness(small) == pytest.approx(scores.sharpness(large), abs=0.06)
    assert scores.exposure(small) == pytest.approx(scores.exposure(large), abs=0.01)
    written = lettered(scene())
    twice, thrice = (np.asarray(cv2.resize(written, None, fx=f, fy=f, interpolation=cv2.INTER_CUBIC)) for f in (2, 3))
    assert scores.text(twice) == pytest.approx(scores.text(thrice), abs=0.05)
    assert scores.text(twice) > 0.5


def test_a_smear_of_one_direction_lowers_sharpness_too() -> None:
    assert scores.sharpness(np.asarray(cv2.blur(scene(), (21, 1)))) < 0.6 * scores.sharpness(scene())


def test_exposure_is_the_mean_light_and_clipping_the_share_without_drawing() -> None:
    half = GREY.copy()
    half[:256], half[256:] = 0, 255
    assert scores.exposure(half) == pytest.approx(0.5, abs=0.002)
    assert scores.clipped(half) == 1.0
    bar = GREY.copy()
    bar[:128] = 0
    assert scores.clipped(bar) == 0.25
    assert (scores.clipped(GREY), scores.exposure(GREY)) == (0.0, pytest.approx(120 / 255, abs=1e-4))
    blue = GREY.copy()
    blue[:] = (255, 0, 0)  # full in one channel only: drawn, not clipped
    assert scores.clipped(blue) == 0.0


def test_lettering_raises_suspicion_and_more_of_it_more() -> None:
    plain, few, many = (scores.text(p) for p in (scene(), lettered(scene(), 2), lettered(scene(), 8)))
    assert plain < few < many
    assert many > 0.6
    assert scores.text(GREY) == 0.0


def test_windows_bricks_dots_and_noise_are_not_lettering() -> None:
    windows, dots = GREY.copy(), GREY.copy()
    for y in range(30, 500, 40):
        for x in range(10, 280, 24):
            windows[y : y + 20, x : x + 14] = 20
            cv2.circle(dots, (x, y), 6, (250, 250, 250), -1, cv2.LINE_AA)
    assert scores.text(windows) == 0.0
    assert scores.text(dots) == 0.0
    assert scores.text(np.asarray(cv2.GaussianBlur(noise(), (0, 0), 2))) < 0.3


LOOKS = (
    Look("female", 23, "bob", "blond", "round", "amber", "fair", "blazer", "sky"),
    Look("male", 45, "slick", "raven", "narrow", "steel", "male", "suit", "violet"),
)
DRAFTS = (("cu", "office", 1), ("wide", "street", 2))


@pytest.fixture(scope="module")
def drafts() -> list[Pixels]:
    requests = [
        PictureRequest(
            f"u{n}", "keyframe", "", (288, 512), n, shot_size=size, plate=plate,
            figures=tuple(Figure(f"c{i}", LOOKS[i], yaw=10 - 20 * i) for i in range(count)),
        )
        for n, (size, plate, count) in enumerate(DRAFTS)
    ]  # fmt: skip
    return [candidates[0].pixels for candidates in DraftPainter().paint(requests)]


def test_the_drafts_own_frames_stand_well_within_the_quality_limits(drafts: list[Pixels]) -> None:
    for frame in drafts:
        assert 0.45 < scores.sharpness(frame) < 0.9
        assert 0.15 < scores.exposure(frame) < 0.85
        assert scores.clipped(frame) < 0.1
        assert scores.text(frame) < 0.5


def test_a_draft_frame_covered_with_text_is_more_suspect_than_without(drafts: list[Pixels]) -> None:
    for frame in drafts:
        assert scores.text(lettered(frame)) > max(0.5, scores.text(frame))
        assert scores.sharpness(np.asarray(cv2.GaussianBlur(frame, (0, 0), 3))) < 0.7 * scores.sharpness(frame)


# -- faces


LIMITS = SimpleNamespace(face_size_least=0.6, face_size_most=1.6)


def face(x: float, y: float, head: float, score: float = 0.9) -> FaceBox:
    """A face whose eyes are at (x, y) and that is `head` of the frame high, in a 9:16 frame."""
    top, half = y - scores.EYE_LINE * head, head / TALL / 2
    return FaceBox(x - half, top, x + half, top + head, score)


def test_faces_in_their_places_are_no_fault() -> None:
    planned = {"a": (0.3, 0.4, 0.2), "b": (0.7, 0.42, 0.2)}
    faults = face_faults([face(0.69, 0.42, 0.22), face(0.31, 0.4, 0.19)], planned, LIMITS, TALL)
    assert (faults.missing, faults.extra, faults.reasons, faults.fit) == ((), 0, (), 1.0)
    assert faults.sizes == {"a": pytest.approx(0.95), "b": pytest.approx(1.1)}


def test_the_nearest_pairs_match_first_and_each_face_once() -> None:
    planned = {"a": (0.4, 0.4, 0.3), "b": (0.6, 0.4, 0.3)}
    only = face(0.57, 0.4, 0.3)
    assert match_faces([only], planned, TALL) == {"b": only}
    assert face_faults([only], planned, LIMITS, TALL).missing == ("a",)


def test_distance_is_counted_in_heads_of_the_true_frame() -> None:
    planned = {"a": (0.5, 0.4, 0.1)}
    aside = face(0.5 + 0.12, 0.4, 0.1)  # 0.12 of the width: 0.675 heads in a tall frame, 1.2 in a square one
    assert match_faces([aside], planned, TALL) and not match_faces([aside], planned, 1.0)


def test_too_many_too_large_and_misplaced_faces_are_each_a_reason() -> None:
    planned = {"a": (0.5, 0.4, 0.2)}
    assert face_faults([], planned, LIMITS, TALL).reasons == ("the face of a is not where it was planned",)
    two = face_faults([face(0.5, 0.4, 0.2), face(0.2, 0.8, 0.15), face(0.8, 0.8, 0.15)], planned, LIMITS, TALL)
    assert (two.extra, two.reasons[0]) == (2, "2 faces too many")
    large = face_faults([face(0.5, 0.4, 0.5)], planned, LIMITS, TALL)
    assert large.reasons == ("the face of a is 2.50 times its planned size, outside 0.6..1.6",)
    assert (two.fit, large.fit) == (pytest.approx(1 / 3, abs=1e-3), 0.0)


def test_small_faces_in_the_background_are_no_fault() -> None:
    planned = {"a": (0.5, 0.4, 0.2)}
    assert face_faults([face(0.5, 0.4, 0.2), face(0.1, 0.5, 0.08)], planned, LIMITS, TALL).extra == 0
    assert face_faults([face(0.1, 0.5, 0.05)], {}, LIMITS, TALL).fit == 1.0
    assert face_faults([face(0.1, 0.5, 0.3)], {}, LIMITS, TALL).extra == 1


def test_a_face_larger_than_the_frame_is_measured_by_what_is_seen_of_it() -> None:
    planned = {"a": (0.5, 0.46, 1.4)}
    seen = FaceBox(0.0, 0.0, 1.0, 1.0, 0.9)
    assert face_faults([seen], planned, LIMITS, TALL).sizes == {"a": 1.0}
    assert face_faults([], {"a": (1.2, 0.4, 0.2)}, LIMITS, TALL).fit == 1.0  # planned outside the frame


# -- clips


def pan(count: int = 24, step: int = 2) -> list[Pixels]:
    wide = np.asarray(cv2.GaussianBlur(noise(3, (170, 96 + step * count, 3)), (0, 0), 3))
    return [np.ascontiguousarray(wide[:, step * i : step * i + 96]) for i in range(count)]


def lit(frames: list[Pixels], gains: Any) -> list[Pixels]:
    return [np.clip(f.astype(float) + g, 0, 255).astype(np.uint8) for f, g in zip(frames, gains, strict=True)]


def test_trembling_light_counts_and_a_fade_does_not() -> None:
    steady, count = pan(), 24
    shaken = scores.flicker(lit(steady, [10 if i % 2 else 0 for i in range(count)]))
    faded = scores.flicker(lit(steady, np.linspace(-30, 30, count)))
    assert shaken == pytest.approx(5 / 255, abs=0.003)
    assert scores.flicker(steady) < 0.2 * shaken and faded < 0.2 * shaken
    harder = scores.flicker(lit(steady, [40 if i % 2 else 0 for i in range(count)]))
    assert harder > 3 * shaken


def test_the_worked_example_of_flicker_holds() -> None:
    frames = [np.full((64, 64, 3), 110 if i % 2 else 100, np.uint8) for i in range(20)]
    assert scores.flicker(frames) == pytest.approx(0.0196, abs=1e-4)
    assert scores.flicker(frames[:2]) == 0.0


def test_a_held_picture_is_frozen_a_moving_one_is_not_and_doubled_frames_are_half() -> None:
    moving = pan(12)
    assert scores.frozen([moving[0]] * 12) == 1.0
    assert scores.frozen(moving) == 0.0
    assert scores.frozen([f for f in moving for _ in range(2)]) == pytest.approx(12 / 23, abs=1e-4)
    assert scores.frozen(moving[:1]) == 1.0
    grain = [np.clip(moving[0].astype(int) + noise(i, moving[0].shape) % 2, 0, 255).astype(np.uint8) for i in range(4)]
    assert (
        scores.frozen([np.asarray(cv2.resize(g, (960, 1700))) for g in grain]) < 1.0
    )  # grain as large as that is seen


def test_a_cut_stands_out_and_a_fade_or_a_pan_does_not() -> None:
    black, white = np.zeros((64, 64, 3), np.uint8), np.full((64, 64, 3), 255, np.uint8)
    assert scores.jump([black] * 5 + [white] * 5) == 1.0
    assert scores.jump([np.full((64, 64, 3), v, np.uint8) for v in range(0, 250, 25)]) == 0.0
    assert scores.jump(pan()) < 0.02
    assert scores.jump(pan(12) + [f // 2 for f in pan(12)]) > 0.1
    assert scores.jump([black]) == 0.0


def test_drift_sees_another_palette_and_not_another_place() -> None:
    black, white = np.zeros((64, 64, 3), np.uint8), np.full((64, 64, 3), 255, np.uint8)
    assert scores.drift([black, white]) == pytest.approx(1.0, abs=0.01)
    moving = pan()
    assert scores.drift(moving) < 0.05
    assert scores.drift([moving[0], np.ascontiguousarray(moving[0][:, ::-1])]) == 0.0
    warm = moving[0].copy()
    warm[..., 2] = np.clip(warm[..., 2].astype(int) + 60, 0, 255)
    assert scores.drift([moving[0], moving[5], warm]) > 0.08
    assert scores.drift([black]) == 0.0


def test_clips_score_alike_at_two_sizes() -> None:
    small = lit(pan(), [12 if i % 2 else 0 for i in range(24)])
    large = [np.asarray(cv2.resize(f, None, fx=3, fy=3, interpolation=cv2.INTER_NEAREST)) for f in small]
    for measure in (scores.flicker, scores.frozen, scores.jump, scores.drift):
        assert measure(large) == pytest.approx(measure(small), abs=0.002)
