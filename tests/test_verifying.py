"""Every planted fault is named, from the files themselves; a sound episode passes."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from engine import inspection, wav
from engine.core import SAMPLE_RATE, Episode
from engine.timeline import to_json
from engine.vault import file_sha256
from engine.verifying import verify_episode
from tests.small_delivery import RATE, SIZE, deliver, pictures, rewrite_manifest, timeline_of, tone, write_master
from tests.small_series import small_series

SERIES = small_series()
EPISODE = SERIES.episodes[0]


@pytest.fixture(autouse=True, scope="module")
def decoded_once() -> Iterator[None]:
    """The same master is decoded and looked at once for all tests: they spoil what lies beside it."""
    known: dict[Any, Any] = {}

    def remembered(name: str) -> Callable[..., Any]:
        look = getattr(inspection, name)

        def once(seen: Any, *rate: int) -> Any:
            key = name, file_sha256(seen) if isinstance(seen, Path) else id(seen)
            if key not in known:
                known[key] = look(seen, *rate), seen  # `seen` is kept, so that its id stays its own
            return known[key][0]

        return once

    with pytest.MonkeyPatch.context() as patch:
        for name in ("luma", "listen", "black_spans", "frozen_spans", "boxed_spans", "letterbox"):
            patch.setattr(inspection, name, remembered(name))
        yield


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A series folder with one sound episode; tests that spoil it take a copy."""
    root = tmp_path_factory.mktemp("sound") / "series"
    deliver(root)
    return root


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    shutil.copytree(sound, tmp_path / "series")
    return tmp_path / "series" / "renditions" / "draft-en-9x16" / "e001"


def faults(folder: Path, episode: Episode = EPISODE) -> list[str]:
    return [f"{c['check']}: {fault}" for c in verify_episode(SERIES, episode, folder) for fault in c["faults"]]


def test_a_sound_episode_passes_every_check(folder: Path) -> None:
    results = verify_episode(SERIES, EPISODE, folder)
    assert [r for r in results if r["faults"]] == []
    named = [
        "format",
        "length",
        "sound",
        "script",
        "subtitles",
        "media",
        "shots",
        "cover",
        "hashes",
        "staging",
        "picture",
    ]
    assert [r["check"] for r in results] == named
    assert all(r["passed"] for r in results)


def test_black_frozen_and_letterboxed_spans_and_silence_are_named_with_their_times(tmp_path: Path) -> None:
    grey, wave = pictures().copy(), tone()
    grey[5 * RATE : 7 * RATE] = 0
    grey[12 * RATE : 16 * RATE] = grey[12 * RATE]
    grey[20 * RATE : 24 * RATE, :20] = 0
    grey[20 * RATE : 24 * RATE, -20:] = 0
    wave[:, 30 * SAMPLE_RATE : 33 * SAMPLE_RATE] = 0
    _, folder = deliver(tmp_path / "series", grey, wave)
    silence, black, frozen, boxed = faults(folder)
    assert silence == "sound: unplanned silence from 30.00 s to 33.00 s"
    assert black == "picture: black picture from 5.00 s to 7.00 s"
    assert re.fullmatch(r"picture: frozen picture from 1[23]\.\d\d s to 16\.00 s", frozen)  # x264 refines it at first
    assert boxed == "picture: letterboxed picture from 20.00 s to 24.00 s"


def test_declared_spans_are_no_faults(tmp_path: Path) -> None:
    grey, wave = pictures().copy(), tone()
    grey[5 * RATE : 7 * RATE] = 0
    grey[12 * RATE : 15 * RATE] = grey[12 * RATE]
    wave[:, 30 * SAMPLE_RATE : 33 * SAMPLE_RATE] = 0
    _, folder = deliver(tmp_path / "series", grey, wave)
    spans = (("black", 5, 7), ("freeze", 12, 15), ("silence", 30, 33))
    change_manifest(folder, spans=[{"kind": k, "start": a * RATE, "stop": b * RATE} for k, a, b in spans])
    assert faults(folder) == []


def record_cut(folder: Path, faces: dict[str, dict[str, list[float]]]) -> None:
    """The record of a master take whose cut saw these faces."""
    record = folder.parents[2] / "takes" / "conforming" / "e001-0.mp4.json"
    record.parent.mkdir()
    record.write_text(json.dumps({"recipe": {"timeline": to_json(timeline_of(EPISODE)), "faces": faces}}))
    entry = {"unit": "e001", "stage": "conforming", "file": "e001-0.mp4", "sha256": "0"}
    change_manifest(folder, takes=[entry])


def test_long_holds_covered_mouths_and_cut_off_faces_are_named_from_the_cuts_record(folder: Path) -> None:
    near = {shot.id: {c: [0.5, 0.42, 0.5] for c in shot.characters} for _, shot in EPISODE.shots()}
    record_cut(folder, near)
    assert faults(folder) == []
    low = {shot: {c: [0.97, 0.3, 0.5] for c in row} for shot, row in near.items()}
    shutil.rmtree(folder.parents[2] / "takes" / "conforming")
    record_cut(folder, low)
    change_manifest(folder, spans=[{"kind": "freeze", "start": 0, "stop": 4 * RATE}])
    held, off = faults(folder)
    assert held == "staging: a hold lasts 4.00 s, limit 3 s"
    assert re.match(r"staging: the speaker's face leaves the frame in e001_s01_sh010, ", off)


def change_manifest(folder: Path, **changes: object) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_wrong_loudness_peak_length_and_format_are_named(folder: Path) -> None:
    write_master(folder, pictures()[: 40 * RATE], tone(40, 0.99), aigc=False, fast=False)
    rewrite_manifest(folder)
    told = "\n".join(faults(folder))
    assert "format: the index is not at the front (faststart)" in told
    assert "format: the AIGC metadata tag is missing" in told
    assert "length: master is 40.0" in told and "the timeline 46.00 s" in told
    assert "sound: the sound is 40.0" in told
    assert "LUFS, wanted -14.0 +-0.5" in told
    assert "dBTP, limit -1.0" in told
    assert "picture: master has 960 frames, the timeline 1104" in told


def test_another_size_or_rate_than_the_manifest_says_is_named(folder: Path) -> None:
    change_manifest(folder, size="1080x1920")
    assert faults(folder) == [f"format: size is {SIZE[0]}x{SIZE[1]}, wanted 1080x1920"]


def test_an_episode_outside_45_to_75_seconds_is_named(folder: Path) -> None:
    change_manifest(folder, frames=44 * RATE)
    assert "length: master is 44.0 s long, wanted 45 to 75 s" in faults(folder)


def test_too_many_words_and_a_lost_last_sentence_are_named(folder: Path) -> None:
    lines = list(EPISODE.lines())
    long = lines[0].model_copy(update={"text": "word " * 30 + "end."})
    shots = EPISODE.scenes[0].shots
    changed = [s.model_copy(update={"lines": (long,)}) if s.lines[:1] == (lines[0],) else s for s in shots]
    changed[-1] = changed[-1].model_copy(update={"lines": ()})
    scene = EPISODE.scenes[0].model_copy(update={"shots": tuple(changed)})
    told = faults(folder, EPISODE.model_copy(update={"scenes": (scene,)}))
    assert any("words, limit 60" in fault for fault in told)
    assert "script: the master does not speak the lines of the script in their order" in told
    assert "subtitles: subtitles.srt does not say what the script says" in told


def replace_in(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")

    return change


def write(name: str, data: bytes) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(data) and None


def lose_stem(folder: Path) -> None:
    (folder / "../../../takes/MX.wav").unlink()


def change_stem(folder: Path) -> None:
    wav.write_wav(folder / "../../../takes/MX.wav", tone(2), SAMPLE_RATE)


def mute_a_line(folder: Path) -> None:
    """Takes the second line out of the dialogue stem."""
    path = folder / "../../../takes/DX.wav"
    samples, _ = wav.read_wav(path)
    samples[:, 5 * SAMPLE_RATE : 7 * SAMPLE_RATE] = 0
    wav.write_wav(path, samples, SAMPLE_RATE)


def speak_more(folder: Path) -> None:
    """Doubles the dialogue stem with a voice that no subtitle shows."""
    path = folder / "../../../takes/DX.wav"
    samples, _ = wav.read_wav(path)
    samples[:, 42 * SAMPLE_RATE : 44 * SAMPLE_RATE] = 0.3
    wav.write_wav(path, samples, SAMPLE_RATE)


def lie_about_a_shot(folder: Path) -> None:
    rows = (folder / "shots.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "shots.csv").write_text("".join(rows[:-1]), encoding="utf-8", newline="")


def truncate_master(folder: Path) -> None:
    data = (folder / "master.mp4").read_bytes()
    (folder / "master.mp4").write_bytes(data[: len(data) * 2 // 3])


def lay_the_cover_down(folder: Path) -> None:
    cv2.imwrite(str(folder / "cover.jpg"), np.full((270, 480, 3), 99, np.uint8))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (replace_in("subtitles.srt", "river", "lake"), "subtitles: subtitles.srt does not say what the script says"),
        (replace_in("subtitles.vtt", "river", "lake"), "subtitles: subtitles.vtt does not say what the script says"),
        (replace_in("subtitles.ass", "river", "lake"), "subtitles: subtitles.ass does not say what the script says"),
        (replace_in("subtitles.srt", "00:00:05,000 -->", "00:00:06,500 -->"), "subtitles: line e001_s01_sh040_l01 at"),
        (replace_in("subtitles.srt", "--> 00:00:03,250", "--> 00:00:05,500"), "subtitles: two subtitles overlap at 5.00 s"),
        (write("subtitles.srt", b"1\nnonsense\n"), "subtitles: cannot be read: subtitle 1 has no time line"),
        (write("subtitles.vtt", b""), "subtitles: cannot be read: not a WebVTT file"),
        (write("subtitles.ass", b"\xff\xfe"), "subtitles: cannot be read"),
        (write("cut.otio", b"{"), "media: cannot be read"),
        (write("cut.otio", b"[]"), "media: cannot be read"),
        (write("cut.otio", b'{"OTIO_SCHEMA": "Clip.1"}'), "media: cannot be read: cut.otio holds no timeline"),
        (write("cut.otio", b'{"OTIO_SCHEMA": "Timeline.1"}'), "media: cannot be read"),
        (replace_in("cut.otio", "../../../takes/MX.wav", "/nowhere/x.wav"), "media: cut.otio: /nowhere/x.wav is missing"),
        (lose_stem, "media: cut.otio: ../../../takes/MX.wav is missing"),
        (change_stem, "media: cut.otio: ../../../takes/MX.wav has changed since it was made"),
        (mute_a_line, "subtitles: line e001_s01_sh040_l01 at 5.00 s cannot be heard"),
        (speak_more, "subtitles: speech from 42.00 s to 44.00 s has no subtitle"),
        (replace_in("cut.edl", "TITLE:", "TITEL:"), "media: cut.edl has no title line"),
        (lie_about_a_shot, "shots: shots.csv has 11 shots, the episode 12"),
        (write("cover.jpg", b"no picture"), "cover: cover.jpg cannot be read"),
        (lay_the_cover_down, "cover: cover.jpg is 480x270, wanted an upright picture"),
        (truncate_master, "picture: master has"),
        (write("master.mp4", b""), "format: cannot be read"),
    ],
)  # fmt: skip
def test_a_spoilt_file_is_named(folder: Path, spoil: Callable[[Path], None], words: str) -> None:
    spoil(folder)
    rewrite_manifest(folder)
    told = faults(folder)
    assert any(fault.startswith(words) for fault in told), told
    assert not any(fault.startswith("hashes") for fault in told), told


def test_a_file_that_changed_after_its_delivery_is_named(folder: Path) -> None:
    replace_in("script.md", "river", "lake")(folder)
    assert faults(folder) == ["hashes: script.md has changed since it was delivered"]


@pytest.mark.parametrize("name", ["master.mp4", "subtitles.srt", "cover.jpg", "cut.otio", "shots.csv"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert faults(folder) == [f"files: {name} is missing"]


@pytest.mark.parametrize(
    "text", [None, "", "{", "null", "[]", '{"files": {}}', '{"manifest_version": 2}', "[" * 100_000, "\x00"]
)
def test_an_episode_without_a_readable_manifest_is_not_finished(folder: Path, text: str | None) -> None:
    (folder / "manifest.json").unlink()
    if text is not None:
        (folder / "manifest.json").write_text(text)
    assert faults(folder) == ["manifest: e001 has no readable manifest.json: it is not finished"]


def test_a_manifest_that_leaves_a_deliverable_out_is_named(folder: Path) -> None:
    told = json.loads((folder / "manifest.json").read_text())
    del told["files"]["cut.edl"]
    (folder / "manifest.json").write_text(json.dumps(told))
    assert faults(folder) == ["hashes: the manifest has no hash of cut.edl"]
