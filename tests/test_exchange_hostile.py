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
from pydantic import ValidationError

from engine.acts import HitSound
from engine.core import UserError
from engine.footage.exchange import read_cut, write_cut
from engine.footage.exchange_reading import LONGEST_HIT
from engine.interchange import Pinned, pin
from engine.timeline import Graphic, Hit, Marker, Span, Speech, Timeline
from tests.edited_cut import Edit, cut, edited, make_media, probe, span


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
        ("a%00b.mp4", "a media path that is none"),
        ("file:///a%00b.mp4", "a media path that is none"),
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


def test_all_missing_files_are_told_at_once(folder) -> None:
    def lose(timeline: Any) -> None:
        for n, clip in enumerate(timeline.find_clips()):
            clip.media_reference.target_url = f"gone{n}.mp4"

    with pytest.raises(UserError, match=r"gone0\.mp4, gone1\.mp4, gone2\.mp4 and 4 more"):
        edited(folder, lose)


def test_a_clip_past_the_end_of_its_file_is_refused_with_its_place(folder) -> None:
    def past(timeline: Any) -> None:
        timeline.video_tracks()[0][0].source_range = span(390, 40)

    with pytest.raises(UserError, match=r"clip of a\.mp4 at 00:00:00:00 wants frames 390 to 430 .* has 400"):
        edited(folder, past)


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


def pinned(folder: Path, *items: Pinned) -> Timeline:
    """The cut of 100 frames with more that is pinned to the programme."""
    return edited(folder, lambda t: t.tracks.markers.extend(pin(item, 0, 24) for item in items))


def test_what_is_pinned_is_cropped_to_the_programme_or_gone(folder) -> None:
    read = pinned(
        folder, Span("duck", 90, 5_184_000, 12.0), Span("duck", -5, 5), Span("duck", 100, 110), Marker("peak", 100),
        Hit("riser", 95, 1.0, 5_000_000), Hit("impact", -1), Hit("knock", 9, 1.0, -9), Graphic("title", "x", 98, 50), Graphic("label", "y", 101, 5),
        Speech("l1", "s", 95, 50), Span("button", 500, 501),
    )  # fmt: skip
    assert read.spans == (Span("duck", 0, 5), Span("duck", 90, 100, 12.0))
    assert read.hits == (Hit("knock", 9), Hit("riser", 95, 1.0, 8 * 24))
    assert read.graphics == (Graphic("title", "x", 98, 2),)
    assert (read.markers, read.speech) == ((Marker("peak", 12),), (Speech("l1", "s", 95, 5),))
    assert read.button is None


def test_the_longest_sound_of_a_file_is_the_longest_that_a_rule_asks_for() -> None:
    assert HitSound(act="hit", kind="riser", seconds=LONGEST_HIT).seconds == LONGEST_HIT
    with pytest.raises(ValidationError):
        HitSound(act="hit", kind="riser", seconds=LONGEST_HIT + 0.1)


def test_a_sound_that_nobody_can_make_is_left_out_and_told(folder) -> None:
    read = pinned(folder, Hit("boom", 48), Hit("impact", 50))
    assert read.hits == (Hit("impact", 50),)
    assert read.notes["not_kept"] == ["the sound 'boom', which nobody here makes at 00:00:02:00"]


def test_how_far_music_goes_down_comes_back(folder) -> None:
    assert pinned(folder, Span("duck", 10, 40, 14.5)).spans == (Span("duck", 10, 40, 14.5),)


def test_a_programme_longer_than_a_day_is_refused_though_every_part_is_shorter(folder) -> None:
    def wait(timeline: Any) -> None:
        gap = otio.schema.Gap(source_range=span(0, 23 * 3600 * 24))
        timeline.audio_tracks()[1].extend([gap, gap.deepcopy()])

    with pytest.raises(UserError, match=r"lasts 46\.0 hours: a cut has at most 24"):
        edited(folder, wait)


def test_a_file_whose_rate_would_never_be_worked_out_is_refused(folder) -> None:
    def edit(data: dict[str, Any]) -> None:
        data["metadata"]["cliffhanger"]["rate"] = "1e999999999"

    with pytest.raises(UserError, match="no frame rate '1e999999999'"):
        read_cut(changed(folder, edit), folder, probe)


@pytest.mark.parametrize("size", ["ab", [0, 0], [1080], {}])
def test_of_the_notes_of_a_file_none_stands_for_what_is_checked(folder, size) -> None:
    def edit(data: dict[str, Any]) -> None:
        told = data["metadata"]["cliffhanger"]
        told.pop("size")
        told["notes"] = {"size": size, "name": 5, "not_kept": "nothing", "style": "drama"}

    read = read_cut(changed(folder, edit), folder, probe)
    assert read.notes == {"style": "drama", "name": "x", "not_kept": []}


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
