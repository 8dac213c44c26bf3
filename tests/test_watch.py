"""What watching measures: still pictures, speech over music, figures and their limits, the sheet of frames."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import watch
from watch import Figure, as_json, contact_sheet, moving_faces, picture_figures, samples, speech_over_music

from engine.core import SAMPLE_RATE, UserError
from engine.cues import Face
from engine.manifest import SpanEntry, read_manifest
from models.base import ClipRequest, Look, PictureRequest
from models.base import Figure as Person
from models.draft.layout import compose_scene, faces
from tests.small_delivery import RATE, deliver, pictures
from tests.small_series import small_series

EPISODE = small_series().episodes[0]
LOOK = Look("female", 25, "long", "chestnut", "cat", "amber", "fair", "dress", "crimson")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    grey = pictures().copy()
    grey[12 * RATE : 15 * RATE] = grey[12 * RATE]
    return deliver(tmp_path_factory.mktemp("watch") / "series", grey)[1]


def test_the_longest_still_picture_is_measured_outside_declared_holds(folder: Path) -> None:
    manifest = read_manifest(folder)
    assert manifest is not None
    still, hold, held = picture_figures(EPISODE, folder, manifest)
    assert still.value == pytest.approx(3, abs=0.3) and not still.kept and still.note.startswith("at 12.")
    assert (hold.value, held.value) == (0, 0)
    spans = (SpanEntry(kind="freeze", start=12 * RATE, stop=15 * RATE),)
    still, hold, _ = picture_figures(EPISODE, folder, manifest.model_copy(update={"spans": spans}))
    assert still.value < 0.5 and still.kept and hold.value == 3


def test_speech_over_music_is_judged_in_the_band_of_speech_and_while_it_lasts() -> None:
    t = np.arange(4 * SAMPLE_RATE) / SAMPLE_RATE
    voice, bass = np.sin(2 * np.pi * 1000 * t), np.sin(2 * np.pi * 60 * t)
    quiet = 0.1 * np.sin(2 * np.pi * 1500 * t)
    speech = np.stack([voice, voice]).astype(np.float32)
    music = np.stack([bass + quiet, bass + quiet]).astype(np.float32)
    assert speech_over_music(speech, music, (1.0, 3.0), SAMPLE_RATE) == pytest.approx(20, abs=0.5)
    music[:, : 2 * SAMPLE_RATE] = 0
    assert speech_over_music(speech, music, (0.0, 1.5), SAMPLE_RATE) > 90


def test_a_figure_is_kept_up_to_its_limit_and_told_in_one_line_of_json() -> None:
    high, low = Figure(1, "a", 2.0, "s", 2.0), Figure(1, "b", 7.0, "", 8, at_least=True)
    assert high.kept and not low.kept and Figure(0, "c", 9, "").kept
    told = json.loads(as_json([high, low]))
    assert told["passed"] is False and [f["kept"] for f in told["figures"]] == [True, False]


def test_the_sheet_has_a_frame_every_two_seconds(folder: Path, tmp_path: Path) -> None:
    master = folder / "master.mp4"
    assert len(samples(master)) == 23
    contact_sheet([master, master], tmp_path / "sheet.jpg")
    sheet = cv2.imread(str(tmp_path / "sheet.jpg"))
    assert sheet is not None and sheet.shape == (6 * 320, 10 * 180, 3)


def test_faces_follow_the_cameras_push(tmp_path: Path) -> None:
    request = PictureRequest("shot", "keyframe", "", (1080, 1920), 1, "mcu", "office", figures=(Person("ivy", LOOK),))
    places = {"shot": faces(request)}
    scene = compose_scene(request, ClipRequest("shot", request, tmp_path, 96, 24, "push", 0.9))
    seen = moving_faces(places, {"shot": scene})
    first: Face = seen("shot", 0)["ivy"]
    last: Face = seen("shot", 95)["ivy"]
    assert last[2] > 1.03 * first[2] and last[:2] == pytest.approx(first[:2], abs=0.05)
    assert moving_faces(places, {})("shot", 95) == places["shot"]


def test_a_folder_without_a_finished_episode_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["watch.py", str(tmp_path)])
    assert watch.main() == 2
    assert capsys.readouterr().err.startswith("watch: ")
    with pytest.raises(UserError):
        watch.measure(tmp_path, "", "", None)
