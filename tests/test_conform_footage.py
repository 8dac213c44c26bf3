"""Cuts of footage conformed: every frame and sample in its place, effects, fitting."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numbered
import numpy as np
import pytest
from footage_cuts import (
    PLAIN,
    SIZE,
    cut_of,
    effect,
    frames_of,
    grey,
    lavfi,
    made,
    ramp,
    source_of,
    two_cameras,
)
from numpy.typing import NDArray

from engine.core import UserError
from engine.cues import SNAP_FRAMES
from engine.ffmpeg import probe
from engine.footage.conform import Conforming, conform
from engine.footage.sounding import total_samples
from engine.rates import Rate
from engine.timeline import Clip, SoundClip, Source, Timeline


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Source, Source]:
    return two_cameras(tmp_path_factory.mktemp("footage"))


# -- every frame and sample


def test_cuts_between_two_cameras_back_and_forth_show_and_say_exactly_their_frames(
    two: tuple[Source, Source], tmp_path: Path
) -> None:
    cuts = [("a", 10, 20), ("a", 40, 15), ("b", 50, 12), ("a", 60, 10), ("a", 5, 9), ("b", 70, 8), ("b", 62, 6)]
    timeline = cut_of(two, cuts)
    told: list[float] = []
    result = conform(timeline, tmp_path / "cut.mp4", PLAIN, told.append)
    assert numbered.shown(result.path, SIZE) == frames_of(cuts)
    assert told == sorted(told) and told[-1] == 1.0
    assert (result.frames, result.samples) == (80, 160_000)
    assert numbered.samples(result.path).shape == (2, 160_000)
    sound = made(timeline, tmp_path / "cut.wav")
    said = numbered.said(numbered.samples(sound.path), 80, 24)
    assert np.abs(np.array(said) - frames_of(cuts)).max() <= 2  # one camera's sound went through AAC
    assert sorted(p.name for p in tmp_path.iterdir()) == ["cut.mp4", "cut.wav"]


RATES: tuple[Rate, ...] = (24, 25, Fraction(24_000, 1001), Fraction(30_000, 1001), 60)


@pytest.mark.parametrize("rate", [24, *(pytest.param(rate, marks=pytest.mark.slow) for rate in RATES[1:])], ids=str)
def test_frames_and_samples_are_exact_at_every_rate(rate: Rate, tmp_path: Path) -> None:
    source = source_of(numbered.film(tmp_path / "x.mkv", 130, rate), 130)
    cuts = [("x", 3, 11), ("x", 51, 9), ("x", 30, 10), ("x", 99, 12), ("x", 118, 12)]
    timeline = cut_of([source], cuts, rate)
    film = made(timeline, tmp_path / "film.mp4")
    assert numbered.shown(film.path, SIZE) == frames_of(cuts)
    sound = numbered.samples(made(timeline, tmp_path / "film.wav").path)
    assert sound.shape[1] == total_samples(timeline) == round(54 * 48_000 / Fraction(rate))
    assert numbered.said(sound, 54, rate) == frames_of(cuts)


def test_a_cut_lands_on_its_sample(tmp_path: Path) -> None:
    source = source_of(numbered.film(tmp_path / "x.mkv", 80), 80)
    timeline = cut_of([source], [("x", 10, 5), ("x", 60, 5)])
    sound = numbered.samples(made(timeline, tmp_path / "film.wav").path)[0] / numbered.STEP
    jump = 5 * 2000
    assert round(float(sound[jump - 1])) == 14 and round(float(sound[jump])) == 60


@pytest.mark.slow
@pytest.mark.parametrize("rate", [24, Fraction(30_000, 1001)], ids=str)
def test_thirty_and_varying_frames_a_second_fall_on_the_grid(rate: Rate, tmp_path: Path) -> None:
    varying = ["-vf", "setpts='if(lt(N,40),N/30,40/30+(N-40)/15)/TB'", "-fps_mode", "vfr", "-enc_time_base", "1/90000"]
    steady = numbered.film(tmp_path / "steady.mp4", 120, 30, sound=False)
    phone = numbered.film(tmp_path / "phone.mp4", 80, 30, sound=False, options=varying)
    frames = int(4 * rate) - 1
    sources = [source_of(path, frames, sound=False) for path in (steady, phone)]
    cuts = [("steady", 7, 20), ("phone", 5, 20), ("phone", 60, 20), ("steady", 70, 20)]
    shown = numbered.shown(made(cut_of(sources, cuts, rate), tmp_path / "film.mp4").path, SIZE)
    times = {"steady": numbered.times(steady), "phone": numbered.times(phone)}
    expected = [
        max(n for n, time in enumerate(times[name]) if round((time + Fraction(1, 500)) * rate) <= first + i)
        for name, first, count in cuts
        for i in range(count)
    ]
    assert shown == expected


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".ts", ".avi", ".mov"])
def test_formats_that_seek_badly_are_cut_as_exactly(suffix: str, tmp_path: Path) -> None:
    sound = ("-c:a", "mp2", "-b:a", "384k") if suffix == ".ts" else ("-c:a", "pcm_s16le")
    order = ("-bf", "0") if suffix == ".avi" else ()  # AVI has no place for the times of reordered frames
    path = numbered.film(tmp_path / f"x{suffix}", 500, 25, audio=sound, options=order)
    source = source_of(path, 500)
    cuts = [("x", 451, 10), ("x", 20, 10), ("x", 48, 10)]
    assert numbered.shown(made(cut_of([source], cuts, 25), tmp_path / "film.mp4").path, SIZE) == frames_of(cuts)


@pytest.mark.slow
def test_a_rerun_with_the_same_threads_is_the_same_file(two: tuple[Source, Source], tmp_path: Path) -> None:
    timeline = cut_of(two, [("a", 10, 20), ("b", 50, 12), ("a", 5, 9)])
    how = Conforming(size=SIZE, threads=2, encoder="x264")
    first, again = (made(timeline, tmp_path / f"{n}.mp4", how).path for n in "ab")
    assert first.read_bytes() == again.read_bytes()


@pytest.mark.slow
def test_only_sound_makes_sound_and_only_picture_makes_a_silent_film(
    two: tuple[Source, Source], tmp_path: Path
) -> None:
    sound = Timeline(0, 24, 30, (), (), sources=two, sound=(SoundClip("DX", "a", 0, 30, 7),))
    assert numbered.said(numbered.samples(made(sound, tmp_path / "s.wav").path), 30, 24) == list(range(7, 37))
    assert made(sound, tmp_path / "s.m4a").frames == 0
    with pytest.raises(UserError, match=r"no picture: s\.mp4 cannot be a film"):
        made(sound, tmp_path / "s.mp4")
    silent = Timeline(0, 24, 20, (Clip("a", 0, 20, 3),), (), sources=two)
    film = made(silent, tmp_path / "p.mp4")
    assert (film.samples, probe(film.path).audio) == (0, "")
    with pytest.raises(UserError, match=r"no sound: p\.wav would be empty"):
        made(silent, tmp_path / "p.wav")
    with pytest.raises(UserError, match=r"choose a name that ends in \.mp4"):
        made(silent, tmp_path / "p.exe")


# -- speed and effects


def test_speed_shows_every_second_frame_or_each_twice_and_the_sound_follows(
    two: tuple[Source, Source], tmp_path: Path
) -> None:
    clips = (Clip("a", 0, 20, 60, speed=2.0), Clip("a", 20, 20, 100, speed=0.5), Clip("a", 40, 10, 110))
    sounds = tuple(SoundClip("DX", "a", c.start, c.duration, c.source_start, speed=c.speed) for c in clips)
    timeline = Timeline(0, 24, 50, clips, (), sources=two, sound=sounds)
    wanted = [*range(60, 100, 2), *(100 + i // 2 for i in range(20)), *range(110, 120)]
    assert numbered.shown(made(timeline, tmp_path / "film.mp4").path, SIZE) == wanted
    said = numbered.said(numbered.samples(made(timeline, tmp_path / "film.wav").path), 50, 24)
    assert np.abs(np.array(said) - wanted).max() <= 2


def test_a_hold_stands_still_and_what_follows_is_in_time(two: tuple[Source, Source], tmp_path: Path) -> None:
    clips = (Clip("a", 0, 20, 10, (effect("hold", 12, 5),)), Clip("a", 20, 5, 30))
    shown = numbered.shown(made(Timeline(0, 24, 25, clips, (), sources=two), tmp_path / "film.mp4").path, SIZE)
    assert shown == [*range(10, 22), *[22] * 5, *range(27, 30), *range(30, 35)]


def test_the_slowest_clip_begins_with_its_own_frame(two: tuple[Source, Source], tmp_path: Path) -> None:
    clips = (Clip("a", 0, 20, 61, speed=0.05), Clip("a", 20, 40, 62, speed=0.05), Clip("a", 60, 5, 70))
    timeline = Timeline(0, 24, 65, clips, (), sources=two)
    shown = numbered.shown(made(timeline, tmp_path / "film.mp4").path, SIZE)
    assert shown == [*[61] * 20, *[62] * 20, *[63] * 20, *range(70, 75)]


def test_changes_of_speed_one_after_the_other_share_a_reading_and_show_their_frames(
    two: tuple[Source, Source], tmp_path: Path
) -> None:
    clips: list[Clip] = []
    wanted: list[int] = []
    for first in range(0, 210, 3):
        clips.append(Clip("a", len(wanted), 2, first, speed=1.5 if first % 2 else 0.5))
        wanted += [first, first if clips[-1].speed == 0.5 else first + 2]  # 1.5 is nearer to the next, as is a half
        clips.append(Clip("a", len(wanted), 1, first + 20))
        wanted.append(first + 20)
    timeline = Timeline(0, 24, len(wanted), tuple(clips), (), sources=two)
    result = made(timeline, tmp_path / "film.mp4")
    assert numbered.shown(result.path, SIZE) == wanted
    assert result.inputs == 2


def test_sounds_at_other_speeds_share_a_reading_too(two: tuple[Source, Source], tmp_path: Path) -> None:
    sounds: list[SoundClip] = []
    wanted: list[int] = []
    for first, speed in ((0, 2.0), (60, 0.5), (90, 1.5), (140, 1.0), (170, 1.0), (190, 1.25)):
        sounds.append(SoundClip("DX", "a", len(wanted), 20, first, speed=speed))
        wanted += [first + int(n * speed) for n in range(20)]
    result = made(Timeline(0, 24, 120, (), (), sources=two, sound=tuple(sounds)), tmp_path / "film.wav")
    said = numbered.said(numbered.samples(result.path), 120, 24)
    assert np.abs(np.array(said) - wanted).max() <= 2
    assert result.inputs == 2


def test_any_number_of_black_gaps_needs_no_more_of_the_sources(two: tuple[Source, Source], tmp_path: Path) -> None:
    clips: list[Clip] = []
    for first in range(0, 210, 3):
        gap = (effect("black", 0, 2), effect("shake", 0, 2, 14))
        clips += [Clip("b", 4 * (first // 3), 2, 0, gap, speed=0.5), Clip("a", 4 * (first // 3) + 2, 2, first)]
    timeline = Timeline(0, 24, 280, tuple(clips), (), sources=two)
    result = made(timeline, tmp_path / "film.mp4")
    lumas = numbered.lumas(result.path, SIZE)
    shown = [numbered.number_of(luma) for luma in lumas]
    assert [n for at, n in enumerate(shown) if at % 4 > 1] == [n for n in range(210) if n % 3 < 2]
    assert all(float(luma.mean()) == pytest.approx(16, abs=1) for at, luma in enumerate(lumas) if at % 4 < 2)
    assert result.inputs == 2
    nothing = Timeline(0, 24, 3, (Clip("a", 0, 3, 0, (effect("black", 0, 3),)),), (), sources=two)
    dark = numbered.lumas(made(nothing, tmp_path / "dark.mp4").path, SIZE)
    assert [float(luma.mean()) for luma in dark] == pytest.approx([16] * 3, abs=1)


def means(clip: Clip, source: Source, out: Path) -> list[float]:
    path = made(Timeline(0, 24, clip.duration, (clip,), (), sources=(source,)), out).path
    return [float(luma.mean()) for luma in numbered.lumas(path, SIZE)]


def test_light_dies_away_dips_and_goes_black_on_its_frames(tmp_path: Path) -> None:
    source = grey(tmp_path / "grey.mkv", [120] * 30)
    effects = (effect("flash", 2, 4, 0.8), effect("dip", 10, 8), effect("black", 25, 5))
    light = means(Clip("grey", 0, 30, 0, effects), source, tmp_path / "film.mp4")
    assert light[:2] == pytest.approx([120, 120], abs=2)
    assert light[2] == pytest.approx(120 + 0.8 * 115, abs=3) and light[2] > light[3] > light[4] >= light[5]
    assert light[6:10] == pytest.approx([120] * 4, abs=2)
    assert min(light[10:18]) < 25 and light[18] == pytest.approx(120, abs=2)
    assert light[25:] == pytest.approx([16] * 5, abs=2) and light[24] == pytest.approx(120, abs=2)


def test_a_blur_mixes_real_frames_of_its_clip_and_of_no_other(tmp_path: Path) -> None:
    source = grey(tmp_path / "steps.mkv", [20 + 8 * n for n in range(26)])
    light = means(Clip("steps", 0, 12, 10, (effect("blur", 4, 3, 60),)), source, tmp_path / "film.mp4")
    plain = [20 + 8 * (10 + n) for n in range(12)]
    mixed = [plain[n] - 12 for n in (4, 5, 6)]  # the mean of a frame and the three before it, 8 apart
    assert light == pytest.approx([*plain[:4], *mixed, *plain[7:]], abs=2)
    first = means(Clip("steps", 0, 12, 10, (effect("blur", 0, 3, 60),)), source, tmp_path / "first.mp4")
    assert min(first) >= plain[0] - 2, "nothing from before the cut"


def slopes(path: Path, size: tuple[int, int]) -> NDArray[np.float64]:
    """By frame: level at the left edge and its rise to the right one, by a straight line through the middle row."""
    rows = numbered.lumas(path, size)[:, size[1] // 2 - 2 : size[1] // 2 + 2].mean(axis=1)
    return np.array([np.polyfit(np.linspace(0, 1, size[0]), row, 1)[::-1] for row in rows])


@pytest.mark.slow
def test_a_slow_push_in_moves_by_parts_of_a_pixel_without_a_tremble(tmp_path: Path) -> None:
    size = (320, 180)
    bar = "geq=lum='16+200*exp(-pow((X+0.5-80)/7,2))':cb=128:cr=128,format=yuv420p"
    path = lavfi(tmp_path / "bar.mkv", "color=s=320x180:r=24:d=2", "-vf", bar, "-c:v", "libx264", "-qp", "0")
    clip = Clip("bar", 0, 48, 0, (effect("zoom", 0, 48, 0.04),))
    how = Conforming(size=size, crf=1, encoder="x264", preset="ultrafast")
    timeline = Timeline(0, 24, 48, (clip,), (), sources=(source_of(path, 48, sound=False),))
    light = numbered.lumas(made(timeline, tmp_path / "film.mp4", how).path, size)[:, 60:120].mean(axis=1) - 16.0
    light[light < 8] = 0
    places = (light * (np.arange(320) + 0.5)).sum(axis=1) / light.sum(axis=1)
    expected = np.array([160 - 80 * (1 + 0.04 * n / 48) for n in range(48)])
    assert np.abs(places - expected).max() < 0.15
    assert np.abs(np.diff(places) - np.diff(expected)).max() < 0.1, "whole pixels would jump by one"


def test_an_angle_is_cropped_from_the_sources_own_pixels_and_a_punch_in_snaps(tmp_path: Path) -> None:
    source = ramp(tmp_path / "ramp.mkv", (128, 160), frames=40)
    clips = (
        Clip("ramp", 0, 10, 0),
        Clip("ramp", 10, 10, 10, (effect("angle", 0, 10, 0.5),)),
        Clip("ramp", 20, 10, 20, (effect("punch_in", 2, 8, 0.5),)),
    )
    path = made(Timeline(0, 24, 30, clips, (), sources=(source,)), tmp_path / "film.mp4").path
    rise = slopes(path, SIZE)[:, 1]
    assert rise[:10] == pytest.approx([160] * 10, rel=0.03)
    assert rise[10:20] == pytest.approx([160 / 1.5] * 10, rel=0.03)
    assert rise[20:22] == pytest.approx([160] * 2, rel=0.03)
    assert rise[22] < 160 / 1.3 and rise[22 + SNAP_FRAMES :] == pytest.approx([160 / 1.5] * 3, rel=0.03)


def test_a_shake_and_a_whip_move_the_picture_and_stop(tmp_path: Path) -> None:
    source = ramp(tmp_path / "ramp.mkv", SIZE)
    clip = Clip("ramp", 0, 30, 0, (effect("shake", 5, 10, 40), effect("whip", 20, 5, 300)))
    path = made(Timeline(0, 24, 30, (clip,), (), sources=(source,)), tmp_path / "film.mp4").path
    lumas = numbered.lumas(path, SIZE).astype(float)
    moved = [float(np.abs(luma - lumas[0]).mean()) for luma in lumas]
    assert max(moved[:5]) < 1 and min(moved[5:8]) > 1.5 and max(moved[15:20]) < 1
    assert moved[20] > 1.5 > moved[26]


def test_an_effect_that_only_drawings_have_is_refused_by_name(two: tuple[Source, Source], tmp_path: Path) -> None:
    clip = Clip("a", 0, 10, 0, (effect("panels", 0, 5),))
    with pytest.raises(
        ValueError, match=r"frame 0 has the effect 'panels', which footage cannot have: choose from angle"
    ):
        made(Timeline(0, 24, 10, (clip,), (), sources=two), tmp_path / "film.mp4")
    assert not list(tmp_path.iterdir())


# -- fitting


@pytest.mark.parametrize(("fit", "top", "left"), [("crop", 120, 95), ("pad", 16, 40), ("blur", 120, 40)])
def test_a_landscape_picture_fills_a_tall_frame(fit: str, top: int, left: int, tmp_path: Path) -> None:
    source = ramp(tmp_path / "ramp.mkv", (320, 180), frames=4)
    how = Conforming(size=(90, 160), fit=fit, crf=4, encoder="x264")  # type: ignore[arg-type]
    path = made(Timeline(0, 24, 4, (Clip("ramp", 0, 4),), (), sources=(source,)), tmp_path / "film.mp4", how).path
    luma = numbered.lumas(path, (90, 160))[2].astype(float)
    assert luma[4, 45] == pytest.approx(top, abs=6)
    assert luma[80, 1] == pytest.approx(left, abs=6)


def test_a_crop_follows_the_focus(tmp_path: Path) -> None:
    source = ramp(tmp_path / "ramp.mkv", (320, 180), frames=4)
    timeline = Timeline(0, 24, 4, (Clip("ramp", 0, 4),), (), sources=(source,))
    how = Conforming(size=(90, 160), focus=(0.75, 0.5), crf=4, encoder="x264")
    middle = numbered.lumas(made(timeline, tmp_path / "film.mp4", how).path, (90, 160))[2][80, 45]
    assert float(middle) == pytest.approx(40 + 160 * 0.75, abs=4)
