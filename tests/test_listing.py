"""Markers and cuts as JSON: the promised keys in their order, whole frames, readable by anything, written whole."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from engine.core import UserError
from engine.footage import listing
from engine.timeline import Clip, Effect, Marker, SoundClip, Source, Timeline

NTSC = Fraction(30_000, 1001)
MARKERS = (Marker("surge", 90, 0.123456, "6.1 dB over before"), Marker("onset", 30), Marker("beat", 30, 0.5, "120 bpm"))
CUT = Timeline(
    1,
    NTSC,
    100,
    (
        Clip("A1", 0, 60, 10, (Effect("hold", 50, 10, 1.0, "still", "peak at frame 50"),)),
        Clip("A2", 60, 40, 70, (), "speaker-change", "onset at frame 60", 1.5),
    ),
    (),
    sources=(Source("A1", "/home/someone/one.mp4", 500), Source("A2", "/home/someone/two.mp4", 500)),
    sound=(SoundClip("DX", "A1", 0, 100, 10),),
)


def test_markers_are_listed_in_order_of_time_with_the_promised_keys() -> None:
    assert listing.markers_json(MARKERS, NTSC) == [
        {"kind": "beat", "frame": 30, "seconds": 1.001, "strength": 0.5, "reason": "120 bpm"},
        {"kind": "onset", "frame": 30, "seconds": 1.001, "strength": 1.0, "reason": ""},
        {"kind": "surge", "frame": 90, "seconds": 3.003, "strength": 0.1235, "reason": "6.1 dB over before"},
    ]
    assert list(listing.markers_json(MARKERS, 24)[0]) == ["kind", "frame", "seconds", "strength", "reason"]


def test_every_clip_is_listed_with_its_source_its_rule_and_its_effects() -> None:
    first, second = listing.cuts_json(CUT)
    assert second == {
        "frame": 60, "seconds": 2.002, "duration": 40, "source": "A2", "file": "two.mp4", "source_frame": 70,
        "speed": 1.5, "rule": "speaker-change", "cause": "onset at frame 60", "effects": [],
    }  # fmt: skip
    assert list(first) == list(second)
    assert first["effects"] == [
        {
            "kind": "hold", "frame": 50, "seconds": 1.668333, "duration": 10, "strength": 1.0, "rule": "still",
            "cause": "peak at frame 50",
        }
    ]  # fmt: skip
    assert (first["rule"], first["cause"]) == ("", "")


def test_of_sound_alone_its_stretches_are_listed() -> None:
    sound = (SoundClip("DX", "A1", 50, 50, 300), SoundClip("DX", "A1", 0, 50, 100))
    found = listing.cuts_json(replace(CUT, picture=(), sound=sound))
    assert [(c["frame"], c["source_frame"], c["effects"]) for c in found] == [(0, 100, []), (50, 300, [])]


def test_an_episodes_own_timeline_needs_no_sources() -> None:
    episode = replace(CUT, sources=(), sound=())
    assert [c["file"] for c in listing.cuts_json(episode)] == ["", ""]


def test_files_hold_plain_json_and_the_same_bytes_again(tmp_path: Path) -> None:
    listing.write_markers(tmp_path / "m.json", MARKERS, NTSC)
    listing.write_cuts(tmp_path / "deep" / "c.json", CUT)
    before = (tmp_path / "deep" / "c.json").read_bytes()
    listing.write_cuts(tmp_path / "deep" / "c.json", CUT)
    assert (tmp_path / "deep" / "c.json").read_bytes() == before
    assert json.loads(before) == listing.cuts_json(CUT)
    assert json.loads((tmp_path / "m.json").read_text("utf-8")) == listing.markers_json(MARKERS, NTSC)
    assert not [p for p in tmp_path.rglob("*") if p.name.startswith(".tmp")]


def test_a_refusing_disk_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot write in"):
        listing.write_cuts(tmp_path / "file" / "c.json", CUT)


def test_names_that_are_no_text_are_still_written(tmp_path: Path) -> None:
    odd = replace(CUT, sources=(Source("A1", "/x/caf\udce9 「一」.mp4", 500), CUT.sources[1]))
    listing.write_cuts(tmp_path / "c.json", odd)
    assert json.loads((tmp_path / "c.json").read_text("utf-8"))[0]["file"] == "caf? 「一」.mp4"


def test_a_strength_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        listing.markers_json([Marker("peak", 1, float("nan"))], 24)
