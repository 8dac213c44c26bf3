"""Exchange: what other editors read is what was cut, and an edited OTIO comes back as a timeline that can be conformed."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import opentimelineio as otio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import ffmpeg
from engine.core import UserError
from engine.footage.exchange import FORMATS, read_cut, write_cut
from engine.footage.exchange_spread import exact_rate
from engine.footage.kinds import CUTS
from engine.rates import Rate
from engine.timeline import Caption, Clip, Effect, Hit, Marker, SoundClip, Source, Span, Speech, Timeline
from tests.footage_timelines import measures, timelines, words

SIZE = (1080, 1920)
FEW = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that random timelines name."""
    out = tmp_path_factory.mktemp("media").resolve()
    for n in range(4):
        (out / f"take {n} #{n}.mp4").write_bytes(b"media")
    return out


def there_and_back(timeline: Timeline, folder: Path) -> Timeline:
    write_cut(timeline, folder / "cut.otio", SIZE, "name")
    return read_cut(folder / "cut.otio", folder, measures(timeline).__getitem__)


@given(st.data())
@FEW
def test_a_timeline_comes_back_from_otio_as_it_went(folder, data) -> None:
    timeline = data.draw(timelines(folder))
    read = there_and_back(timeline, folder)
    assert read.notes == {**timeline.notes, "name": "name", "size": list(SIZE), "not_kept": []}
    assert replace(read, notes=timeline.notes) == timeline


# -- other formats, read back with their own readers


def cut(folder: Path, rate: Rate = 24) -> Timeline:
    """Five clips: plain, twice as fast, with a hold at its end, black, and held at half speed; three sound tracks."""
    sources = (
        Source("A1", str(folder / "cam a & <b>.mp4"), 400),
        Source("A2", str(folder / "b'q\".mov"), 300, offset=3),
        Source("A3", str(folder / "music.wav"), 500, has_picture=False),
    )
    picture = (
        Clip("A1", 0, 40, 10, (Effect("shake", 5, 10, 14.0, "rage-shake", "peak 0.9"),)),
        Clip("A2", 40, 30, 60, (), "cut-on-peak\n002  X", "peak <0.8> & more", 2.0),
        Clip("A1", 70, 30, 100, (Effect("hold", 20, 10, 1.0, "freeze", "drop"),), "r", "c"),
        Clip("A1", 100, 20, 0, (Effect("black", 0, 20, 1.0, "gap", "nothing was here"),), "gap", "nothing was here"),
        Clip("A2", 120, 24, 7, (Effect("hold", 0, 24, 1.0, "f", "c"),), "r2", "c2", 0.5),
    )
    sound = (
        SoundClip("DX", "A1", 0, 40, 10, -3.0, 2, 3),
        SoundClip("DX", "A2", 50, 60, 100, speed=1.5),
        SoundClip("MX", "A3", 0, 144, 20, -12.0, 0, 24),
        SoundClip("FX", "A3", 10, 5, 0),
    )
    heard = (Marker("peak", 12, 0.83, "6 dB over\nbefore"), Marker("drop", 110, 0.5, "x"))
    captions = (Caption(1, 20, ("Hello",)),)
    return Timeline(0, rate, 144, picture, (), captions, (), heard, sources=sources, sound=sound)


NTSC = [24, 25, Fraction(24000, 1001), Fraction(30000, 1001)]
PLACED = [(0, 40), (40, 30), (70, 20), (90, 10), (120, 24)]
"""Start and length of what is to be seen of `cut`: its third clip is two, its fourth is black."""
SOUNDED = {"DX": [(0, 40), (50, 60)], "MX": [(0, 144)], "FX": [(10, 5)]}


def written(timeline: Timeline, folder: Path, suffix: str, name: str = "A <cut>") -> Path:
    path = folder / f"cut{suffix}"
    write_cut(timeline, path, SIZE, name)
    return path


def places(track: otio.schema.Track) -> list[tuple[int, int]]:
    """(start, frames) in the programme of a track's clips."""
    ranges = [clip.range_in_parent() for clip in track if isinstance(clip, otio.schema.Clip)]
    return [(int(r.start_time.value), int(r.duration.value)) for r in ranges]


def firsts(track: otio.schema.Track) -> list[int]:
    return [int(clip.source_range.start_time.value) for clip in track if isinstance(clip, otio.schema.Clip)]


@pytest.mark.parametrize("rate", NTSC)
def test_an_edl_is_read_back_with_every_range_speed_and_freeze(tmp_path, rate) -> None:
    path = written(cut(tmp_path, rate), tmp_path, ".edl")
    read = otio.adapters.read_from_file(str(path), rate=float(rate))
    tracks = {track.name: track for track in read.tracks}
    assert places(tracks["V"]) == PLACED
    assert firsts(tracks["V"]) == [10, 60, 100, 120, 7]
    clips = [clip for clip in tracks["V"] if isinstance(clip, otio.schema.Clip)]
    assert [[type(e).__name__ for e in clip.effects] for clip in clips] == [
        [], ["LinearTimeWarp"], [], ["FreezeFrame"], ["FreezeFrame"],
    ]  # fmt: skip
    assert clips[1].effects[0].time_scalar == pytest.approx(2.0, abs=0.01)
    # a CMX track begins with its first event: what is before is told by the track's own start
    sound = {"DX": tracks["A1"], "MX": tracks["A2"], "FX": tracks["NONE"]}
    assert {name: [length for _, length in places(track)] for name, track in sound.items()} == {
        name: [length for _, length in spans] for name, spans in SOUNDED.items()
    }
    assert [m.name for m in clips[0].markers] == ["shake 14: rage-shake on peak 0.9"]
    assert clips[0].name == "cam a & <b>.mp4"


@given(words, words, words)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_of_a_person_becomes_a_row_of_an_edl(tmp_path, name, rule, reason) -> None:
    timeline = cut(tmp_path)
    clip = replace(timeline.picture[0], rule=f"{rule}\n001  X V C", cause=f"\r{reason}\x85\u2028002")
    heard = Marker("peak", 3, 1.0, f"{reason}\n* LOC: 00")
    timeline = replace(timeline, picture=(clip, *timeline.picture[1:]), markers=(heard,))
    rows = written(timeline, tmp_path, ".edl", f"{name}\nTITLE: x").read_text("utf-8").splitlines()
    begins = re.compile(r"\d{3}  |M2   |\* |AUD  3$|TITLE: |FCM: NON-DROP FRAME$|$")
    assert all(begins.match(row) for row in rows)
    assert sum(row.startswith("TITLE:") for row in rows) == 1
    assert len([row for row in rows if re.match(r"\d{3}  ", row)]) == 9


@pytest.mark.parametrize("rate", NTSC)
def test_fcp7_xml_is_read_back_with_every_range_at_its_exact_rate_and_size(tmp_path, rate) -> None:
    path = written(cut(tmp_path, rate), tmp_path, ".xml")
    read = otio.adapters.read_from_file(str(path))
    assert read.name == "A <cut>"
    picture, *sound = read.tracks
    assert places(picture) == PLACED
    assert firsts(picture) == [10, 30, 100, 120, 7]  # at twice the speed frame 60 is the thirtieth
    assert {track.name: places(track) for track in sound} == SOUNDED
    assert [m.name for m in read.tracks.markers] == ["peak", "drop"]
    clip = next(iter(picture))
    assert clip.media_reference.target_url == (tmp_path / "cam a & <b>.mp4").as_uri().replace("//", "//localhost", 1)
    tree = ElementTree.parse(path)
    assert {r.findtext("ntsc") for r in tree.iter("rate")} == {"FALSE" if isinstance(rate, int) else "TRUE"}
    assert {r.findtext("timebase") for r in tree.iter("rate")} == {str(round(rate))}
    shape = tree.find(".//video/format/samplecharacteristics")
    assert shape is not None and (shape.findtext("width"), shape.findtext("height")) == ("1080", "1920")
    speeds = [p.findtext("value") for p in tree.iter("parameter") if p.findtext("parameterid") == "speed"]
    assert speeds == ["200", "0", "0", "150"]
    frozen = [
        [k.findtext("value") for k in g.iter("keyframe")]
        for g in tree.iter("parameter")
        if g.find("keyframe") is not None
    ]
    assert frozen == [["120", "120"], ["7", "7"]]
    assert "rage-shake on peak 0.9" in path.read_text("utf-8")


def exact(text: str | None, rate: Rate) -> Fraction:
    """Frames of an fcpxml time."""
    return Fraction((text or "0s").removesuffix("s")) * rate


@pytest.mark.parametrize("rate", NTSC)
def test_fcpxml_has_every_range_speed_and_size_as_exact_fractions(tmp_path, rate) -> None:
    tree = ElementTree.parse(written(cut(tmp_path, rate), tmp_path, ".fcpxml"))
    shape = tree.find("resources/format")
    assert shape is not None and (shape.get("width"), shape.get("height")) == ("1080", "1920")
    assert exact(shape.get("frameDuration"), rate) == 1
    spine = tree.findall(".//spine/*")
    assert [(exact(e.get("offset"), rate), exact(e.get("duration"), rate)) for e in spine if e.tag != "gap"] == PLACED
    assert [e.tag for e in spine].index("gap") == 4
    assert [exact(e.get("start"), rate) for e in spine] == [10, 0, 100, 0, 0, 0]
    maps = [[exact(t.get("value"), rate) for t in e.findall("timeMap/timept")] for e in spine]
    assert maps == [[], [60, 120], [], [120, 120], [], [7, 7]]
    heard: dict[str, list[tuple[Fraction, Fraction]]] = {}
    for parent in spine:
        zero = exact(parent.get("offset"), rate) - exact(parent.get("start"), rate)
        for child in parent.findall("asset-clip"):
            place = (zero + exact(child.get("offset"), rate), exact(child.get("duration"), rate))
            heard.setdefault(str(child.get("lane")), []).append(place)
    assert heard == {"-1": SOUNDED["DX"], "-2": SOUNDED["MX"], "-3": SOUNDED["FX"]}
    assert next(m.get("note") for m in tree.iter("marker")) == "peak 0.83: 6 dB over before"


@pytest.mark.parametrize("rate", [24, 25])
def test_fcpxml_is_read_back_by_opentimelineio(tmp_path, rate) -> None:
    """At whole rates: its reader takes 23.976 for 23."""
    read = otio.adapters.read_from_file(str(written(cut(tmp_path, rate), tmp_path, ".fcpxml")))
    tracks = {track.name: track for track in read.tracks}
    assert places(tracks["0"]) == PLACED
    assert {name: places(tracks[lane]) for lane, name in (("-1", "DX"), ("-2", "MX"), ("-3", "FX"))} == SOUNDED
    assert next(iter(tracks["-2"])).media_reference.target_url == (tmp_path / "music.wav").as_uri()


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=60), st.sampled_from([".xml", ".fcpxml"]))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_leaves_the_xml_well_formed(tmp_path, text, suffix) -> None:
    timeline = cut(tmp_path)
    effect = replace(timeline.picture[0].effects[0], rule=text, cause=text)
    clip = replace(timeline.picture[0], rule=text or "r", cause=text, effects=(effect,))
    timeline = replace(timeline, picture=(clip, *timeline.picture[1:]), markers=(Marker("peak", 1, 1.0, text),))
    tree = ElementTree.parse(written(timeline, tmp_path, suffix, text))
    assert len(list(tree.iter("clipitem"))) == 9 or len(list(tree.iter("asset-clip"))) == 9


@pytest.mark.parametrize("suffix", [".edl", ".xml", ".fcpxml"])
def test_what_a_format_cannot_hold_is_told(tmp_path, suffix) -> None:
    losses = write_cut(cut(tmp_path), tmp_path / f"cut{suffix}", SIZE, "x")
    assert any("captions" in sentence for sentence in losses)
    assert write_cut(replace(cut(tmp_path), captions=()), tmp_path / "cut.fcpxml", SIZE, "x") == []


@pytest.mark.parametrize("suffix", [".otio", ".edl", ".xml", ".fcpxml"])
def test_sounds_speech_and_ducking_that_a_format_cannot_hold_are_told(tmp_path, suffix) -> None:
    plain = replace(cut(tmp_path), captions=())
    timeline = replace(
        plain, hits=(Hit("impact", 5),), speech=(Speech("l", "s", 0, 9),), spans=(Span("duck", 0, 9, 12.0),)
    )
    told = " ".join(write_cut(timeline, tmp_path / f"cut{suffix}", SIZE, "x"))
    before = " ".join(write_cut(plain, tmp_path / f"cut{suffix}", SIZE, "x"))
    for word in ("sound effects", "speech", "ducking"):
        assert (word in told) == (suffix != ".otio") and word not in before


def test_fcp7_tells_which_clips_it_makes_quieter_and_by_how_much(tmp_path) -> None:
    timeline = replace(cut(tmp_path), captions=())
    gains = (12.0, 20.5, 30.0, 30.0)
    loud = replace(
        timeline, sound=tuple(replace(c, gain_db=g, fade_in=0) for c, g in zip(timeline.sound, gains, strict=True))
    )
    told = "\n".join(write_cut(loud, tmp_path / "cut.xml", SIZE, "x"))
    assert "levels stop at +12 dB: b'q\".mov on DX loses up to 8.5 dB, music.wav on MX loses up to 18 dB, " in told
    assert "music.wav on FX loses up to 18 dB" in told and "cam a" not in told
    assert "+12 dB" not in "\n".join(write_cut(timeline, tmp_path / "cut.xml", SIZE, "x"))


def test_a_file_named_as_an_edl_names_black_is_no_black(tmp_path) -> None:
    names = ("bl.mp4", "ax.mp4", "BLACK.mov", "bars.mov")
    sources = tuple(Source(f"A{n}", str(tmp_path / name), 100) for n, name in enumerate(names))
    clips = tuple(Clip(source.id, 10 * n, 10) for n, source in enumerate(sources))
    path = written(Timeline(0, 24, 40, clips, (), sources=sources), tmp_path, ".edl")
    reels = [row[5:13].strip() for row in path.read_text("utf-8").splitlines() if re.match(r"\d{3}  ", row)]
    assert len(set(reels)) == 4 and not {"BL", "AX", "BLACK", "BARS"} & set(reels)
    read = otio.adapters.read_from_file(str(path), rate=24.0)
    assert not any(isinstance(clip.media_reference, otio.schema.GeneratorReference) for clip in read.find_clips())


def test_the_formats_a_person_may_choose_are_those_that_are_written() -> None:
    assert tuple(FORMATS) == CUTS


def test_an_edl_of_more_events_than_it_can_number_is_refused(tmp_path) -> None:
    source = Source("A", str(tmp_path / "a.mp4"), 10)
    clips = tuple(Clip("A", n, 1) for n in range(1000))
    timeline = Timeline(0, 24, 1000, clips, (), sources=(source,))
    with pytest.raises(UserError, match=r"1000 events, an EDL holds 999: write \.otio"):
        write_cut(timeline, tmp_path / "cut.edl", SIZE, "x")


def test_another_suffix_and_a_timeline_without_media_are_refused(tmp_path) -> None:
    with pytest.raises(UserError, match=r"choose from \.otio, \.edl, \.xml, \.fcpxml"):
        write_cut(cut(tmp_path), tmp_path / "cut.aaf", SIZE, "x")
    with pytest.raises(UserError, match="names no media"):
        write_cut(Timeline(1, 24, 4, (Clip("a", 0, 4),), ()), tmp_path / "cut.otio", SIZE, "x")


def test_sound_alone_is_written_in_every_format_and_comes_back(tmp_path) -> None:
    folder = tmp_path.resolve()
    (folder / "music.wav").write_bytes(b"x")
    source = Source("M", str(folder / "music.wav"), 500, has_picture=False)
    timeline = Timeline(0, 25, 80, (), (), sources=(source,), sound=(SoundClip("MX", "M", 10, 50, 5),))
    for suffix in (".edl", ".xml", ".fcpxml"):
        assert "music" in written(timeline, folder, suffix).read_text("utf-8")
    read = there_and_back(timeline, folder)
    assert (read.picture, read.sound, read.duration) == ((), timeline.sound, 80)


def test_a_real_file_is_probed_when_its_cut_is_read(tmp_path) -> None:
    folder = tmp_path.resolve()
    media = folder / "take.mp4"
    picture = ["-f", "lavfi", "-i", "testsrc=size=64x112:rate=25:duration=2", "-f", "lavfi", "-i", "sine=duration=2"]
    ffmpeg.run([*picture, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-shortest", f"file:{media}"])
    source = Source("A", str(media), 50)
    clip, sound = Clip("A", 0, 20, 30, speed=1.0), SoundClip("DX", "A", 0, 20, 30)
    timeline = Timeline(0, 25, 20, (clip,), (), sources=(source,), sound=(sound,))
    write_cut(timeline, folder / "cut.otio", (64, 112), "x")
    read = read_cut(folder / "cut.otio", folder)
    assert (read.picture, read.sound, read.sources) == ((clip,), (sound,), (source,))


def test_rates_that_files_round_are_the_exact_ones() -> None:
    assert [str(exact_rate(r)) for r in (23.976, 23.98, 29.97, 59.94, 119.88, 24.0, 25.0, 48000.0, 12.5)] == [
        "24000/1001", "24000/1001", "30000/1001", "60000/1001", "120000/1001", "24", "25", "48000", "25/2",
    ]  # fmt: skip


def test_a_cut_in_a_folder_beside_its_media_names_them_relatively(tmp_path) -> None:
    folder = tmp_path.resolve()
    (folder / "cuts").mkdir()
    (folder / "a:b.mp4").write_bytes(b"x")
    timeline = Timeline(0, 24, 9, (Clip("A", 0, 9),), (), sources=(Source("A", str(folder / "a:b.mp4"), 24),))
    for path, url in ((folder / "cuts" / "cut.otio", "../a:b.mp4"), (folder / "cut.otio", "./a:b.mp4")):
        write_cut(timeline, path, SIZE, "x")
        clip = otio.adapters.read_from_file(str(path)).video_tracks()[0][0]
        assert clip.media_reference.target_url == url
        assert read_cut(path, folder, measures(timeline).__getitem__).picture == timeline.picture
