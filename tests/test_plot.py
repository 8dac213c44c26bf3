"""The picture of a cut: what is drawn where, for ten seconds and two hours, for hostile names, byte for byte the same."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core import UserError
from engine.footage import ink, joining, plot, sheet
from engine.footage.lanes import joined, lanes_of, strongest
from engine.footage.material import Material, Piece
from engine.footage.media import Media
from engine.footage.placing import Place, heard_at, heard_spans, places_of, removed
from engine.footage.soundtrack import Loudness, Passage, Soundtrack
from engine.loudness import SILENCE_LUFS, gated_lufs, loudness_range
from engine.rates import Rate
from engine.timeline import Clip, Effect, Marker, SoundClip, Source, Timeline

SVG = "{http://www.w3.org/2000/svg}"
NONE = np.zeros(0, np.float32)


def heard(seconds: float, rate: Rate = 24, *, spans: tuple[tuple[float, float], ...] = (), markers=()) -> Soundtrack:
    """Sound at -20 LUFS that is loud inside `spans` and silent elsewhere."""
    frames = round(seconds * rate)
    intensity = np.zeros(frames, np.float32)
    for start, stop in spans:
        intensity[round(start * rate) : round(stop * rate)] = 0.8
    level = np.full(round(seconds / 0.1), -20, np.float32)
    passages = tuple(Passage(a, b, -20, (a + b) / 2, -12, True, 180, 4, 0.5, 0.5, 0) for a, b in spans)
    loud = Loudness(-20.0, 3.0, -1.0, level, level)
    return Soundtrack(seconds, 48_000, 2, rate, loud, NONE, -60, NONE, NONE, intensity, passages, (), 0, tuple(markers))


def cut(frames: int, at: tuple[int, ...] = (), *, rate: Rate = 24, rule: str = "surge", cameras: int = 1) -> Timeline:
    """Cameras in turn, cut at frames `at`, under the first one's sound."""
    edges = [0, *at, frames]
    clips = tuple(
        Clip(f"A{n % cameras + 1}", a, b - a, a, (), rule if n else "", f"surge at frame {a}")
        for n, (a, b) in enumerate(pairwise(edges))
    )
    sources = tuple(Source(f"A{n + 1}", f"/somewhere/cam{n + 1}.mp4", frames) for n in range(cameras))
    return Timeline(1, rate, frames, clips, (), sources=sources, sound=(SoundClip("DX", "A1", 0, frames),))


def tightened(frames: int, kept: tuple[tuple[int, int], ...]) -> Timeline:
    """One file of `frames` of which only `kept` is left."""
    clips: list[Clip] = []
    sounds: list[SoundClip] = []
    at = 0
    for start, stop in kept:
        clips.append(Clip("A1", at, stop - start, start, (), "silence" if clips else "", "2.0 s of silence"))
        sounds.append(SoundClip("DX", "A1", at, stop - start, start))
        at += stop - start
    return Timeline(1, 24, at, tuple(clips), (), sources=(Source("A1", "talk.mp4", frames),), sound=tuple(sounds))


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter(f"{SVG}text")]


# -- where things lie


def test_a_cut_that_leaves_nothing_out_lies_where_it_was_heard() -> None:
    places = places_of(cut(240, (60, 120)))
    assert places == (Place(0, 240, 0),)
    assert removed(places, 240) == []
    assert heard_at(places, 60) == 60


def test_frames_after_a_removed_silence_are_found_in_the_file() -> None:
    places = places_of(tightened(480, ((24, 100), (200, 300))))
    assert heard_at(places, 76) == 200
    assert heard_spans(places, 70, 80) == [(94, 100), (200, 204)]
    assert removed(places, 480) == [(0, 24), (100, 200), (300, 480)]


def test_a_camera_that_began_later_is_laid_on_the_clock_of_the_sound() -> None:
    sources = (Source("A1", "a", 500, offset=-48), Source("A2", "b", 400, has_sound=False, offset=10))
    sound = (SoundClip("DX", "A1", 0, 100, 60),)
    timeline = Timeline(1, 24, 100, (Clip("A2", 0, 100, 2),), (), sources=sources, sound=sound)
    assert places_of(timeline, "A1") == (Place(0, 100, 60),)
    silent = replace(timeline, sound=())
    assert places_of(silent, "A1") == (Place(0, 100, 60),)
    assert places_of(silent) == (Place(0, 100, 12),)


def test_files_one_after_the_other_lie_on_one_clock() -> None:
    sources = (Source("A1", "a", 100), Source("A2", "b", 100, offset=100))
    clips = (Clip("A1", 0, 40, 10), Clip("A2", 40, 50, 20))
    sound = (SoundClip("DX", "A1", 0, 40, 10), SoundClip("DX", "A2", 40, 50, 20), SoundClip("MX", "A1", 0, 90))
    places = places_of(Timeline(1, 24, 90, clips, (), sources=sources, sound=sound))
    assert places == (Place(0, 40, 10), Place(40, 90, 120))
    assert removed(places, 200) == [(0, 10), (50, 120), (170, 200)]


def test_a_sped_up_stretch_takes_more_of_the_file() -> None:
    sound = (SoundClip("DX", "A1", 0, 50, 0, speed=2.0), SoundClip("DX", "A1", 50, 50, 100))
    clips = (Clip("A1", 0, 50, 0, speed=2.0), Clip("A1", 50, 50, 100))
    places = places_of(Timeline(1, 24, 100, clips, (), sources=(Source("A1", "a", 200),), sound=sound))
    assert heard_at(places, 25) == 50
    assert removed(places, 200) == [(150, 200)]


def test_where_no_sound_plays_a_cut_stays_at_the_end_of_what_played() -> None:
    places = (Place(10, 20, 100), Place(30, 40, 200))
    assert [heard_at(places, frame) for frame in (0, 10, 25, 30, 99)] == [100, 100, 110, 200, 210]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 40), min_size=2, max_size=20))
def test_what_is_kept_and_what_is_left_out_make_the_whole(lengths: list[int]) -> None:
    edges = np.cumsum([0, *lengths]).tolist()
    kept = tuple(zip(edges[:-1:2], edges[1::2], strict=False))
    gone = removed(places_of(tightened(edges[-1], kept)), edges[-1])
    assert sum(b - a for a, b in gone) + sum(b - a for a, b in kept) == edges[-1]
    assert all(b <= c for (_, b), (c, _) in pairwise(gone))


# -- what is drawn


def test_a_picture_has_its_title_timecodes_rules_cameras_and_figures() -> None:
    svg = plot.to_svg(cut(240, (60, 120), cameras=2), heard(10, spans=((1, 4),)), "talk.mp4")
    found = texts(svg)
    assert found[0] == "talk.mp4"
    assert "10.0 s · 2 cuts (12.0 a minute) · -20.0 LUFS, 3.0 LU · 24 fps" in found
    assert [text for text in found if text.startswith("00:00:0")] == [f"00:00:0{n}:00" for n in range(10)]
    assert found.count("surge") == 2
    assert {"A1 cam1.mp4", "A2 cam2.mp4", "speech", "intensity", "LUFS"} <= set(found)
    assert "left out" not in found


@pytest.mark.parametrize(
    ("seconds", "rate", "step"),
    [
        (1, 24, 12),
        (10, 24, 24),
        (60, 25, 125),
        (600, Fraction(30_000, 1001), 1800),
        (7200, 24, 24 * 600),
        (0.04, 24, 12),
    ],
)
def test_timecodes_stand_apart_at_any_length(seconds: float, rate: Rate, step: int) -> None:
    frames = seconds * float(rate)
    assert plot.tick_frames(frames, rate) == step
    assert frames / step * plot.TICK_SPACE <= sheet.RIGHT - sheet.LEFT


def test_at_29_97_a_timecode_stands_where_its_frame_begins() -> None:
    rate = Fraction(30_000, 1001)
    svg = plot.to_svg(cut(17_982, rate=rate), heard(600, rate), "a")
    found = re.search(r'<text x="([\d.]+)"[^>]*>00:05:00:00<', svg)
    assert found is not None
    at = sheet.LEFT + (sheet.RIGHT - sheet.LEFT) * 9000 * 1001 / 30_000 / 600
    assert float(found[1]) == pytest.approx(at, abs=0.06)


def test_what_was_left_out_is_hatched_and_counted() -> None:
    svg = plot.to_svg(tightened(480, ((24, 100), (200, 480))), heard(20), "a")
    assert "20.0 s cut to 14.8 s · 1 cut" in " ".join(texts(svg))
    assert "left out" in texts(svg)
    hatched = re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="5[\d.]+" fill="url\(#removed\)"', svg)
    scale = (sheet.RIGHT - sheet.LEFT) / 20
    assert [(float(x), float(w)) for x, w in hatched] == [
        (pytest.approx(sheet.LEFT, abs=0.1), pytest.approx(scale, abs=0.1)),
        (pytest.approx(sheet.LEFT + scale * 100 / 24, abs=0.1), pytest.approx(scale * 100 / 24, abs=0.1)),
    ]


def test_silences_between_passages_are_shaded_but_breaths_are_not() -> None:
    shown = sheet.sheet_of(cut(240), heard(10, spans=((1, 4), (4.2, 6), (8, 10))))
    assert plot.silent_spans(shown) == [(0, 1), (6, 8)]


def test_without_cuts_the_picture_says_so_and_the_chart_takes_the_room() -> None:
    none = sheet.sheet_of(cut(240), heard(10))
    assert "no cuts" in " ".join(texts(plot.to_svg(none.timeline, none.sound, "a")))
    assert none.top < sheet.sheet_of(cut(240, (60,)), heard(10)).top


def test_labels_of_many_cuts_never_overlap_and_stand_evenly() -> None:
    at = tuple(range(20, 14_380, 48))
    labelled = [c for c in sheet.sheet_of(cut(14_400, at, rule="speaker-change"), heard(600)).cuts if c.row is not None]
    assert 30 < len(labelled) < 80
    for row in range(sheet.LABEL_ROWS):
        starts = [c.seconds for c in labelled if c.row == row]
        assert min(np.diff(starts)) * (sheet.RIGHT - sheet.LEFT) / 600 > 90
    quarters = np.histogram([c.seconds for c in labelled], 4, (0, 600))[0]
    assert quarters.max() - quarters.min() <= 2


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1400), st.floats(0, 200)), max_size=60))
def test_no_label_covers_another_or_the_line_of_another(labels: list[tuple[float, float]]) -> None:
    labels.sort()
    rows = sheet.label_rows(labels)
    placed = [(x, width, row) for (x, width), row in zip(labels, rows, strict=True) if row is not None]
    assert all(width > 0 for _, width, _ in placed)
    for x, width, row in placed:
        others = [o for o in placed if o != (x, width, row)]
        assert not any(o[2] == row and x <= o[0] < x + width for o in others)
        assert not any(o[2] < row and x < o[0] < x + width for o in others)


def test_of_markers_in_one_place_the_strongest_is_drawn_and_all_are_counted() -> None:
    markers = [Marker("peak", 100, 0.2), Marker("peak", 101, 0.9), Marker("peak", 200, 0.1), Marker("beat", 5)]
    shown = sheet.sheet_of(cut(14_400), heard(600, markers=markers))
    assert [m.strength for _, m in strongest(markers[:3], shown)] == [0.9, 0.1]
    assert [(lane.name, lane.count) for lane in lanes_of(shown)][:2] == [("peak", 3), ("beat", 1)]


def test_every_kind_of_marker_has_its_own_shape() -> None:
    drawn = {ink.shape(kind, 0, 0, 1) for kind in (*ink.SHAPES, "unheard-of")}
    assert len({re.search(' d="([^"]+)"', one)[1] for one in drawn}) == len(ink.SHAPES) + 1  # type: ignore[index]


def test_seven_cameras_share_six_lanes() -> None:
    shown = sheet.sheet_of(cut(700, tuple(range(100, 700, 100)), cameras=7), heard(700 / 24))
    names = [lane.name for lane in lanes_of(shown)]
    assert len(names) == 6
    assert names[-1] == "2 others"


def test_effects_are_bars_in_the_row_of_their_kind() -> None:
    effects = (Effect("punch_in", 0, 5), Effect("shake", 10, 400), Effect("dip", 0, 4), Effect("unheard-of", 0, 2))
    timeline = replace(cut(240), picture=(Clip("A1", 0, 240, 0, effects),))
    lanes = {lane.name: lane for lane in lanes_of(sheet.sheet_of(timeline, heard(10)))}
    assert {"framing", "movement", "light", "other"} <= set(lanes)
    x, width = re.search(r'x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', lanes["movement"].draw(0)[0]).groups()  # type: ignore[union-attr]
    assert float(x) + float(width) == pytest.approx(sheet.RIGHT, abs=0.2)


def test_touching_spans_are_one() -> None:
    assert joined([(5.0, 6.0), (0.0, 1.0), (1.0, 2.0)]) == [(0, 2), (5, 6)]


def test_a_long_curve_keeps_its_peaks_and_what_is_no_number_is_the_least() -> None:
    curve = np.zeros(50_000, np.float32)
    curve[777], curve[778] = 1, np.nan
    mean, peak = plot.columns(curve, 1000)
    assert len(mean) == len(peak) == 1000
    assert peak.max() == 1
    assert mean.max() < 0.1
    svg = plot.to_svg(cut(240), replace(heard(10), intensity=np.full(240, np.nan, np.float32)), "a")
    assert "nan" not in svg


# -- hostile words, files


@pytest.mark.parametrize(
    "title",
    ["</text><script>alert(1)</script>&\"'", "a\nb\x00\x1b[31m\u202egpj.exe\udcff", "长" * 5000, "😀", "", "مرحبا"],
)
def test_no_title_or_rule_can_break_the_picture(title: str) -> None:
    timeline = cut(240, (60, 120), rule=title)
    timeline = replace(timeline, sources=(Source("A1", f"/x/{title}", 240),))
    markers = [Marker(title, 50, float("nan"), title)]
    svg = plot.to_svg(timeline, heard(10, spans=((1, 2),), markers=markers), title)
    tags = {element.tag.removeprefix(SVG) for element in ET.fromstring(svg.encode()).iter()}
    assert tags <= {"svg", "title", "defs", "pattern", "rect", "path", "text", "g"}
    assert len(svg) < 60_000
    assert plot.to_png(svg)[:4] == b"\x89PNG"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.floats(20, 400))
def test_words_fit_their_room(text: str, width: float) -> None:
    assert ink.text_width(ink.fitted(text, 12, width)) * 12 <= width


def test_the_same_cut_gives_the_same_bytes() -> None:
    markers = [Marker(kind, 20 * n, 0.5) for n, kind in enumerate(("odd", "onset", "strange", "surge"))]
    made = [plot.to_svg(cut(240, (60,), cameras=2), heard(10, spans=((1, 4),), markers=markers), "a") for _ in range(2)]
    assert made[0] == made[1]
    assert plot.to_png(made[0]) == plot.to_png(made[1])


def test_svg_and_png_are_written_whole_and_other_endings_are_refused(tmp_path: Path) -> None:
    timeline, sound = cut(240, (60,)), heard(10)
    plot.write_plot(tmp_path / "a.svg", timeline, sound, "a")
    plot.write_plot(tmp_path / "a.PNG", timeline, sound, "a")
    assert (tmp_path / "a.svg").read_text("utf-8") == plot.to_svg(timeline, sound, "a")
    picture = cv2.imread(str(tmp_path / "a.PNG"))
    assert picture is not None and picture.shape == (700, 1600, 3)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.PNG", "a.svg"]
    with pytest.raises(UserError, match=re.escape("a plot is drawn as .svg or .png, not as 'a.jpg'")):
        plot.write_plot(tmp_path / "a.jpg", timeline, sound, "a")


def test_a_png_shows_the_curve_the_lanes_and_the_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    plot.write_plot(path, cut(240, (120,)), heard(10, spans=((0, 5),)), "a")
    pixels = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB).astype(int)  # type: ignore[arg-type]
    middle = round((sheet.LEFT + sheet.RIGHT) / 2)
    assert pixels[500, middle].min() > 150  # the cut's line
    assert pixels[500, middle - 300, 0] - pixels[500, middle - 300, 2] > 80  # intensity is orange
    assert np.ptp(pixels[500, middle + 300]) < 40  # and there is none after the speech


# -- several files, no sound


def piece(index: int, begins: int, sound: Soundtrack | None) -> Piece:
    media = Media(Path(f"/x/{index}.mp4"), 10.0, 180, 320, 24, 0, 1 if sound else -1)
    return Piece(index, media, sound, 240, begins)


def test_the_scenes_sound_is_named_and_that_of_files_in_a_row_is_joined() -> None:
    first = heard(10, spans=((1, 2),), markers=[Marker("onset", 24)])
    second = heard(10, spans=((3, 4),), markers=[Marker("onset", 72)])
    a, b = piece(0, 0, first), piece(1, 240, second)
    assert joining.whole_sound(Material(24, 240, (a,), (a,), a)) == (first, "A1")
    whole, name = joining.whole_sound(Material(24, 480, (a, b), (a, b)))
    assert name == ""
    assert (whole.seconds, whole.frames, len(whole.loudness.short_term)) == (20, 480, 200)
    assert [m.frame for m in whole.markers] == [24, 312]
    assert [(p.start, p.stop) for p in whole.passages] == [(1, 2), (13, 14)]
    assert whole.intensity[330] == pytest.approx(0.8)
    assert whole.loudness.integrated_lufs == pytest.approx(-20, abs=0.01)
    with pytest.raises(ValueError, match="no soundtracks"):
        joining.joined([])


def test_a_file_without_sound_between_others_is_a_silence() -> None:
    whole = joining.joined([(0, heard(5)), (360, heard(5))])
    assert whole.seconds == 20
    assert whole.loudness.short_term[100] == SILENCE_LUFS
    assert whole.loudness.integrated_lufs == pytest.approx(-20, abs=0.01)


def test_gated_loudness_and_its_range_follow_the_standards() -> None:
    blocks = np.array([-20.0] * 50 + [-30.0] * 50 + [-80.0] * 100, np.float32)
    power = 10 * np.log10((10**-2 + 10**-3) / 2)
    assert gated_lufs(blocks) == pytest.approx(power, abs=1e-4)
    assert gated_lufs(np.append(blocks, np.full(50, -45, np.float32))) == pytest.approx(power, abs=1e-4)
    assert loudness_range(blocks) == pytest.approx(10, abs=1e-4)
    assert gated_lufs(NONE) == SILENCE_LUFS
    assert loudness_range(NONE) == 0


def test_footage_without_any_sound_is_drawn_too(tmp_path: Path) -> None:
    silent = piece(0, 0, None)
    sound, name = joining.whole_sound(Material(24, 240, (silent,), ()))
    timeline = replace(cut(240, (100,)), sources=(Source("A1", "a", 240, has_sound=False),), sound=())
    plot.write_plot(tmp_path / "a.png", timeline, sound, "a", name)
    assert "silent" in " ".join(texts(plot.to_svg(timeline, sound, "a", name)))
    music = heard(10)
    assert joining.whole_sound(Material(24, 240, (silent,), (), None, piece(1, 0, music))) == (music, "A2")
    mute = piece(0, 0, heard(10))
    assert joining.whole_sound(Material(24, 240, (mute,), (mute,), None, piece(1, 0, music)))[1] == "A2"
    assert joining.whole_sound(Material(24, 240, (mute,), (mute,)))[1] == ""
