"""A hostile or damaged OTIO file is refused in clear words: remote media, files elsewhere, impossible numbers, no plug-ins."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.core import UserError
from engine.footage.exchange import read_cut, write_cut
from tests.edited_cut import Edit, cut, edited, make_media, probe


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_media(tmp_path)


def referring(url: str) -> Edit:
    def edit(timeline: Any) -> None:
        timeline.video_tracks()[0][0].media_reference.target_url = url

    return edit


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://example.com/a.mp4", "media at https://...: only files of this machine"),
        ("rtmp://example.com/live", "media at rtmp://"),
        ("data:video/mp4;base64,AAAA", "media at data://"),
        ("file://server/share/c.mp4", "media at file://"),
        ("concat:a.mp4|/etc/passwd", "media at concat://"),
        ("gone.mp4", "no file gone.mp4; looked beside it"),
        ("../secret.mp4", "outside"),
        ("/etc/passwd", "outside"),
        ("link.mp4", "outside"),
        ("x" * 5000, "a media path that is none"),
        ("", "has no media file"),
        (".", "no file ."),
        ("page.jpg", "is a still picture: export the episode with --nle"),
        ("m.wav", "wants of 'A' what it does not have"),
    ],
)  # fmt: skip
def test_media_that_are_remote_missing_or_elsewhere_are_refused(folder, url, words) -> None:
    (folder / "page.jpg").write_bytes(b"jpeg")
    (folder / "link.mp4").symlink_to("/etc/passwd")
    with pytest.raises(UserError) as caught:
        edited(folder, referring(url))
    assert words in str(caught.value)


def changed(folder: Path, edit: Callable[[dict[str, Any]], Any]) -> Path:
    path = folder / "cut.otio"
    write_cut(cut(folder), path, (1080, 1920), "x")
    data = json.loads(path.read_text("utf-8"))
    data = edit(data) or data
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def first_clip(data: dict[str, Any]) -> dict[str, Any]:
    return data["tracks"]["children"][0]["children"][0]


def set_range(start: object, length: object, rate: object = 24.0) -> Callable[[dict[str, Any]], None]:
    def edit(data: dict[str, Any]) -> None:
        given = first_clip(data)["source_range"]
        given["start_time"].update(value=start, rate=rate)
        given["duration"].update(value=length, rate=rate)

    return edit


@pytest.mark.parametrize(
    ("start", "length", "rate"),
    [
        (0, -5, 24.0), (-500, 40, 24.0), (1e15, 40, 24.0), (0, 1e11, 24.0), (0, 40, 0.0), (0, 40, -24.0),
        (0, 40, 1e-9), (0, 40, 1e9), (float("nan"), 40, 24.0), (float("inf"), 40, 24.0), ("0", 40, 24.0), (None, 4, 24.0),
        (10**400, 40, 24.0), ([], {}, 24.0),
    ],
)  # fmt: skip
def test_ranges_that_are_no_time_are_refused(folder, start, length, rate) -> None:
    with pytest.raises(UserError):
        read_cut(changed(folder, set_range(start, length, rate)), folder, probe)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no OpenTimelineIO file"), ("[]", "it has no schema"), ("{}", "it has no schema"), ("nonsense", "no OpenTi"),
        (otio.core.serialize_json_to_string(otio.schema.Clip("x")), "holds no timeline"), ('{"OTIO_SCHEMA": "Timeline.999"}', "can be read"),
        ('{"OTIO_SCHEMA": "Timeline.1", "tracks": null}', "holds no timeline"),
        ('{"OTIO_SCHEMA": "Timeline.1", "tracks": {"OTIO_SCHEMA": "Stack.1", "children": []}}', "holds no clip"),
        ('{"OTIO_SCHEMA": "Timeline.1", "tracks": {"OTIO_SCHEMA": "Stack.1", "children": [null]}}', "can be read"),
        ('{"OTIO_SCHEMA": "SerializableCollection.1", "children": []}', "holds 0 timelines"),
        ('{"OTIO_SCHEMA": "Timeline.1", "x": ' + "[" * 200 + "]" * 200 + "}", "nested more than 100 deep"),
        ("[" * 100_000, "nested too deep"), ('{"OTIO_SCHEMA": "Timeline.1", "x": NaN}', "'NaN' is not a number"),
        ('{"OTIO_SCHEMA": "Timeline.1", "x": 1e999}', "which is no time"),
        ('{"OTIO_SCHEMA": "Timeline.1", "x": "a\\u0000b"}', "a text with a NUL"),
        ('{"OTIO_SCHEMA": "Timeline.1", "tracks": {"OTIO_SCHEMA": "SerializableObjectRef.1", "id": "a"}}', "two places"),
    ],
)  # fmt: skip
def test_files_that_are_none_or_harmful_are_refused(folder, text, words) -> None:
    path = folder / "cut.otio"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        read_cut(path, folder, probe)
    assert words in str(caught.value)


def test_a_file_that_is_missing_no_text_or_too_large_is_refused(folder, monkeypatch) -> None:
    with pytest.raises(UserError, match="no file"):
        read_cut(folder / "none.otio", folder, probe)
    (folder / "bytes.otio").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="cannot be read"):
        read_cut(folder / "bytes.otio", folder, probe)
    with (folder / "large.otio").open("wb") as stream:
        stream.truncate(65 << 20)
    with pytest.raises(UserError, match="has 65 MB"):
        read_cut(folder / "large.otio", folder, probe)


def test_no_plug_in_of_the_machine_runs_when_a_cut_is_read(folder, monkeypatch) -> None:
    path = changed(folder, lambda data: None)
    monkeypatch.setattr(otio.adapters, "read_from_file", None)
    monkeypatch.setattr(otio.adapters, "read_from_string", None)
    monkeypatch.setattr(otio.plugins, "ActiveManifest", None)
    assert read_cut(path, folder, probe).duration == 100


@given(st.data())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_file_is_read_or_refused_but_never_crashes(folder, data) -> None:
    """Any value of the file is replaced by another."""

    def damage(whole: dict[str, Any]) -> None:
        for _ in range(data.draw(st.integers(1, 3))):
            places = [(holder, key) for holder, key in holders(whole)]
            holder, key = data.draw(st.sampled_from(places))
            holder[key] = data.draw(
                st.none()
                | st.booleans()
                | st.integers()
                | st.floats()
                | st.text(max_size=9)
                | st.just([])
                | st.just({})
            )

    path = changed(folder, damage)
    try:
        read = read_cut(path, folder, probe)
    except UserError:
        return
    assert read.duration > 0


def holders(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) of a JSON value."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    return [pair for key in keys for pair in ((value, key), *holders(value[key]))]
