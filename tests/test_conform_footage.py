"""Cuts of footage conformed: every frame and sample in its place, effects, hostile media, bounded memory."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numbered
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine import wav
from engine.core import UserError
from engine.cues import SNAP_FRAMES
from engine.ffmpeg import executable, probe
from engine.footage.conform import Conformed, Conforming, conform
from engine.footage.expressions import changes, inside, ranges_of, steps_of, tree
from engine.footage.filters import merged
from engine.footage.looking import look
from engine.footage.motion import FOOTAGE_EFFECTS, check_effects, motion, view_of, within
from engine.footage.readings import MOST_INPUTS, Wanted, plan
from engine.footage.sounding import Levels, duck_curve, level_curve, sample_rate, tempos, total_samples
from engine.rates import KNOWN, Rate
from engine.timeline import Clip, Effect, SoundClip, Source, Speech, Timeline

SIZE = (64, 80)
PLAIN = Conforming(size=SIZE, preset="ultrafast", crf=8, encoder="x264", threads=1)
Cut = tuple[str, int, int]
"""Source, its first frame, how many."""


def quiet(_share: float) -> None:
    """Progress that nobody looks at."""


def source_of(path: Path, frames: int, sound: bool = True, picture: bool = True) -> Source:
    return Source(path.name.split(".")[0], str(path), frames, has_picture=picture, has_sound=sound)


def cut_of(sources: Sequence[Source], cuts: Sequence[Cut], rate: Rate = 24) -> Timeline:
    """Picture and sound of `cuts`, end to end."""
    clips: list[Clip] = []
    sounds: list[SoundClip] = []
    at = 0
    has_sound = {s.id for s in sources if s.has_sound}
    for name, first, count in cuts:
        clips.append(Clip(name, at, count, first))
        if name in has_sound:
            sounds.append(SoundClip("DX", name, at, count, first))
        at += count
    return Timeline(0, rate, at, tuple(clips), (), sources=tuple(sources), sound=tuple(sounds))


def frames_of(cuts: Sequence[Cut]) -> list[int]:
    return [first + i for _, first, count in cuts for i in range(count)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("footage")


@pytest.fixture(scope="module")
def two(folder: Path) -> tuple[Source, Source]:
    """Two cameras: 240 and 120 numbered frames at 24."""
    a = numbered.film(folder / "a.mkv", 240)
    b = numbered.film(folder / "b.mp4", 120, audio=("-c:a", "aac", "-b:a", "320k"))
    return source_of(a, 240), source_of(b, 120)


def made(timeline: Timeline, out: Path, how: Conforming = PLAIN) -> Conformed:
    return conform(timeline, out, how, quiet)


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


def effect(kind: str, start: int, duration: int, strength: float = 1.0) -> Effect:
    return Effect(kind, start, duration, strength)


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


def grey(path: Path, levels: Sequence[int], size: tuple[int, int] = SIZE) -> Source:
    """A film of flat grey frames."""
    planes = b"".join(
        bytes([level]) * (size[0] * size[1]) + bytes([128]) * (size[0] * size[1] // 2) for level in levels
    )
    head = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{size[0]}x{size[1]}", "-r", "24", "-i", "pipe:"]
    coded = ["-c:v", "libx264", "-qp", "0", "-preset", "ultrafast"]
    subprocess.run([executable(), "-v", "error", "-y", *head, *coded, str(path)], input=planes, check=True, timeout=60)
    return source_of(path, len(levels), sound=False)


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


def ramp(path: Path, size: tuple[int, int], options: Sequence[str] = (), frames: int = 30) -> Source:
    """Brightness rises from left (40) to right (200), so that a place can be read from a level."""
    filters = "geq=lum='40+160*X/(W-1)':cb=128:cr=128,format=yuv420p"
    source = ["-f", "lavfi", "-i", f"color=s={size[0]}x{size[1]}:r=24:d={frames / 24}", "-vf", filters]
    coded = ["-c:v", "libx264", "-qp", "0", "-preset", "ultrafast"]
    command = [executable(), "-v", "error", "-y", *source, *coded, *options, str(path)]
    subprocess.run(command, check=True, timeout=60)
    return source_of(path, frames, sound=False)


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


# -- sound


def tone(path: Path, seconds: float, level: float = 0.25, channels: int = 1, rate: int = 48_000) -> Source:
    t = np.arange(round(seconds * rate)) / rate
    wav.write_wav(path, np.tile((level * np.sin(2 * np.pi * 440 * t)).astype(np.float32), (channels, 1)), rate)
    return source_of(path, int(seconds * 24), picture=False)


def rms(sound: NDArray[np.float32], first: float, last: float) -> float:
    part = sound[0, round(first * 2000) : round(last * 2000)]
    return float(20 * np.log10(max(1e-9, np.sqrt(np.mean(part.astype(float) ** 2)))))


@pytest.mark.slow
def test_gains_fades_gaps_ducking_and_the_final_gain_add_up(tmp_path: Path) -> None:
    music, voice = tone(tmp_path / "music.wav", 5, 0.25, 2), tone(tmp_path / "voice.wav", 2, 0.001, 2)
    clips = (
        SoundClip("MX", "music", 0, 96, 0, gain_db=-6, fade_in=12, fade_out=12),
        SoundClip("DX", "voice", 48, 24),
    )
    timeline = Timeline(0, 24, 120, (), (Speech("", "", 48, 24),), sources=(music, voice), sound=clips)
    how = Conforming(gain_db=3, duck_db=9)
    sound = numbered.samples(made(timeline, tmp_path / "mix.wav", how).path)
    level = 20 * np.log10(0.25 / np.sqrt(2)) - 6 + 3
    assert rms(sound, 20, 40) == pytest.approx(level, abs=0.1)
    assert rms(sound, 50, 70) == pytest.approx(level - 9, abs=0.2)
    assert rms(sound, 0, 1) < level - 20 and rms(sound, 97, 119) < -90
    assert sound.shape[1] == 120 * 2000


@pytest.mark.slow
def test_peaks_stay_under_the_ceiling(tmp_path: Path) -> None:
    loud = tone(tmp_path / "loud.wav", 2, 0.9, 2)
    timeline = Timeline(0, 24, 48, (), (), sources=(loud,), sound=(SoundClip("FX", "loud", 0, 48),))
    sound = numbered.samples(made(timeline, tmp_path / "mix.wav", Conforming(gain_db=12, ceiling_db=-3)).path)
    assert np.abs(sound).max() <= 10 ** (-3 / 20) + 0.005
    assert rms(sound, 10, 40) > -7


def test_level_curves_know_their_clips_and_speech() -> None:
    clips = (SoundClip("MX", "m", 24, 48, gain_db=-6.0, fade_in=12),)
    timeline = Timeline(0, 24, 96, (), (), sources=(Source("m", "m.wav", 96),), sound=clips)
    curve = level_curve(clips, timeline, Levels())
    assert curve[:1000].max() == 0 and curve[1000] < 0.01
    assert curve[1500:3000] == pytest.approx(10 ** (-6 / 20)) and curve[3000:].max() == 0
    duck = duck_curve([(24, 48), (50, 60)], 10, 24, 5000)
    assert duck[0] == 0 and duck[1000:2500] == pytest.approx(-10) and duck[-1] == 0
    assert [round(float(np.prod(tempos(s))), 6) for s in (0.05, 0.3, 1.7, 20.0)] == [0.05, 0.3, 1.7, 20.0]
    assert [sample_rate(rate) for rate in (24, 25, 30, Fraction(30_000, 1001))] == [48_000, 48_000, 48_000, 60_000]


def test_the_deepest_of_ducks_and_speech_counts_and_only_of_music() -> None:
    clips = (SoundClip("MX", "m", 0, 240),)
    timeline = Timeline(0, 24, 240, (), (), sources=(Source("m", "m.wav", 240),), sound=clips)
    levels = Levels(duck_db=6, speech=[(48, 96)], ducks=[(48, 72, 20.0), (144, 168, 3.0)])
    curve = 20 * np.log10(level_curve(clips, timeline, levels))
    assert [curve[at] for at in (0, 2500, 3900, 6500, 9900)] == pytest.approx([0, -20, -6, -3, 0], abs=0.01)


@settings(max_examples=200, deadline=None)
@given(
    rate=st.sampled_from(KNOWN),
    start=st.integers(0, 5000),
    length=st.integers(1, 300),
    fades=st.tuples(st.integers(0, 300), st.integers(0, 300)),
    gain=st.integers(-30, 12),
)
@example(rate=24, start=100, length=19, fades=(0, 19), gain=0)
def test_fades_of_any_length_stay_inside_their_clip(
    rate: Rate, start: int, length: int, fades: tuple[int, int], gain: int
) -> None:
    rise = min(fades[0], length)
    clip = SoundClip("MX", "m", start, length, 0, gain, rise, min(fades[1], length - rise))
    timeline = Timeline(0, rate, start + length + 50, (), (), sources=(Source("m", "m.wav", 300),), sound=(clip,))
    curve = level_curve([clip], timeline, Levels())
    edges = (start, start + rise, clip.stop - clip.fade_out, clip.stop)
    first, risen, falling, last = (round(frame * 1000 / Fraction(rate)) for frame in edges)
    level = 10 ** (gain / 20)
    assert not curve[:first].any() and not curve[last:].any()
    assert curve[risen:falling] == pytest.approx(level)
    assert (np.diff(curve[first:risen]) >= 0).all() and (np.diff(curve[falling:last]) <= 0).all()
    assert curve.min() >= 0 and curve.max() <= level * 1.0001


# -- planning


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(0, 3000), st.integers(1, 60), st.sampled_from([1.0, 0.5, 3.0])),
        min_size=1,
        max_size=40,
    )
)
def test_a_plan_reads_every_wanted_frame_once_in_order_from_few_inputs(cuts: list[tuple[str, int, int, float]]) -> None:
    wanted = [Wanted(name, first, first + count, speed) for name, first, count, speed in cuts]
    readings = plan(wanted, 24)
    assert len(readings) <= MOST_INPUTS
    assert sorted(n for r in readings for n in r.wanted) == list(range(len(wanted)))
    for reading in readings:
        edges = [edge for pair in reading.ranges for edge in pair]
        assert edges == sorted(edges)
        assert {wanted[n].speed == 1 for n in reading.wanted} == {not reading.paced}
        for n in reading.wanted:
            place = reading.place(wanted[n].first)
            assert reading.place(wanted[n].stop - 1) - place == wanted[n].stop - 1 - wanted[n].first


def test_wide_gaps_are_jumped_while_few_files_are_open_and_never_in_a_file_that_cannot_be() -> None:
    wanted = [Wanted("abc"[n % 3], 120 * n, 120 * n + 120) for n in range(12)]
    assert len(plan(wanted, 24)) == 12
    assert len(plan(wanted, 24, {"a": float("inf")})) == 9
    hour = [Wanted("abc"[n % 3], 120 * n, 120 * n + 120) for n in range(720)]
    assert len(plan(hour, 24)) == 3
    assert len(plan([Wanted("a", 60 * n, 60 * n + 24) for n in range(40)], 24)) == 1


def test_a_cut_that_jumps_back_without_end_is_refused() -> None:
    with pytest.raises(UserError, match=r"open 100 times at once .* at most 64"):
        plan([Wanted("a", 1000 - 10 * n, 1005 - 10 * n) for n in range(100)], 24)
    speeds = [Wanted("a", 10 * n, 10 * n + 10, 1 + n % 3) for n in range(300)]
    assert len(plan(speeds, 24)) == 2


def test_expressions_choose_the_piece_whose_frame_has_come() -> None:
    assert inside([(0, 5), (5, 9), (20, 30)]).count("if") == 4
    assert ranges_of([1, 2, 3, 7, 9, 10]) == [(1, 4), (7, 8), (9, 11)]
    assert steps_of([0, 1, 2, 3, 3, 3], 10, 0.01) == [(10, "0+(1.000000000)*(n-10)"), (14, "3")]
    deep = tree([(n, str(n)) for n in range(500)])
    assert max(deep[:n].count("(") - deep[:n].count(")") for n in range(0, len(deep), 7)) < 25
    assert merged([]) == []
    assert changes([(n, "0" if n < 86_000 else "1") for n in range(86_400)]) == [(0, "0"), (86_000, "1")]


def test_views_inside_a_closer_view_stay_inside_it() -> None:
    clip = Clip("a", 0, 20, 0, (effect("angle", 0, 20, 0.3), effect("shake", 5, 10, 14)))
    timeline = Timeline(0, 24, 20, (clip,), (), sources=(Source("a", "a.mp4", 20),))
    check_effects(timeline)
    moved = motion(timeline, clip, (0.5, 0.42))
    assert moved.base.zoom == pytest.approx(1.3) and set(moved.views) == set(range(5, 15))
    for view in moved.views.values():
        assert 0 <= view.left <= 1 - 1 / view.zoom + 1e-9 and 0 <= view.top <= 1 - 1 / view.zoom + 1e-9
    assert within(moved.base, moved.base).whole and view_of.__doc__
    assert "panels" not in FOOTAGE_EFFECTS


# -- hostile media


def lavfi(path: Path, source: str, *options: str) -> Path:
    command = [executable(), "-v", "error", "-y", "-f", "lavfi", "-i", source, *options, str(path)]
    subprocess.run(command, check=True, timeout=60)
    return path


def one(path: Path, frames: int, sound: bool = False, rate: Rate = 24) -> Timeline:
    return cut_of([source_of(path, frames, sound)], [(path.name.split(".")[0], 0, frames)], rate)


LISTS = {
    "hls.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nx.ts\n#EXT-X-ENDLIST\n",
    "remote.mp4": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n",
    "concat.mp4": "ffconcat version 1.0\nfile x.ts\n",
    "plain.ffconcat": "ffconcat version 1.0\nfile /etc/passwd\n",
    "call.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n",
    "dash.mpd": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period/></MPD>',
    "asx.asx": '<asx version="3.0"><entry><ref href="http://127.0.0.1:9/x"/></entry></asx>',
    "text.mov": "not a film",
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_other_files_is_refused_whatever_it_is_called(name: str, tmp_path: Path) -> None:
    numbered.film(tmp_path / "x.ts", 24, sound=False)
    path = tmp_path / name
    path.write_text(LISTS[name])
    with pytest.raises(UserError, match=rf"{name} is not a media file"):
        made(one(path, 10), tmp_path / "out.mp4")
    assert not (tmp_path / "out.mp4").exists()


def test_no_connection_is_opened_for_a_playlist_that_asks_for_one(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/x.ts"
        for name in ("a.m3u8", "b.mp4"):
            (tmp_path / name).write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{url}\n#EXT-X-ENDLIST\n")
            with pytest.raises(UserError):
                made(one(tmp_path / name, 10), tmp_path / "out.mp4")
        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_name_full_of_syntax_is_only_a_name(tmp_path: Path) -> None:
    plain = numbered.film(tmp_path / "plain.mkv", 12, sound=False)
    odd = plain.rename(tmp_path / "it's a [film]; 100%d, x=1:y\\2.mkv")
    out = made(one(odd, 12), tmp_path / "o'ut [1]; %03d.mp4").path
    assert out.is_file() and numbered.shown(out, SIZE) == list(range(12))


def test_a_film_cut_short_is_an_error_and_not_a_shorter_film(tmp_path: Path) -> None:
    whole = numbered.film(tmp_path / "whole.mp4", 200, sound=False, options=("-movflags", "+faststart"))
    data = whole.read_bytes()
    (tmp_path / "half.mp4").write_bytes(data[: len(data) // 2])
    with pytest.raises(UserError, match=r"ends before its header says: only \d+ of 200"):
        made(one(tmp_path / "half.mp4", 200), tmp_path / "out.mp4")
    (tmp_path / "head.mp4").write_bytes(data[:100])
    with pytest.raises(UserError, match="head.mp4"):
        made(one(tmp_path / "head.mp4", 200), tmp_path / "out.mp4")
    (tmp_path / "none.mp4").write_bytes(b"")
    with pytest.raises(UserError, match=r"none\.mp4 is empty"):
        made(one(tmp_path / "none.mp4", 200), tmp_path / "out.mp4")
    with pytest.raises(UserError, match=r"no file .*gone\.mp4"):
        made(one(tmp_path / "gone.mp4", 200), tmp_path / "out.mp4")
    assert not (tmp_path / "out.mp4").exists()


def test_a_sound_cut_short_is_an_error(tmp_path: Path) -> None:
    voice = tone(tmp_path / "voice.wav", 4)
    (tmp_path / "voice.wav").write_bytes((tmp_path / "voice.wav").read_bytes()[:100_000])
    timeline = Timeline(0, 24, 90, (), (), sources=(voice,), sound=(SoundClip("DX", "voice", 0, 90),))
    with pytest.raises(UserError, match=r"voice\.wav ends after 1\.0 s: the cut uses it up to 3\.8 s"):
        made(timeline, tmp_path / "out.wav")


@pytest.mark.slow
def test_a_wrong_ending_odd_sizes_ten_bits_and_one_frame_are_read_as_what_they_are(tmp_path: Path) -> None:
    film = numbered.film(tmp_path / "film.mp4", 20, sound=False)
    film.rename(tmp_path / "film.avi")
    assert numbered.shown(made(one(tmp_path / "film.avi", 20), tmp_path / "a.mp4").path, SIZE) == list(range(20))
    odd = numbered.film(tmp_path / "odd.mkv", 12, size=(65, 81), sound=False, options=("-pix_fmt", "yuv444p10le"))
    assert numbered.shown(made(one(odd, 12), tmp_path / "b.mp4").path, SIZE) == list(range(12))
    single = numbered.film(tmp_path / "single.mkv", 1, sound=False)
    assert numbered.shown(made(one(single, 1), tmp_path / "c.mp4").path, SIZE) == [0]
    tiny = lavfi(tmp_path / "tiny.mkv", "color=s=2x2:d=1:r=24", "-c:v", "ffv1")
    with pytest.raises(UserError, match=r"only 2x2 pixels"):
        made(one(tiny, 24), tmp_path / "d.mp4")


@pytest.mark.slow
def test_a_turned_phone_video_stands_upright_and_wide_pixels_are_made_square(tmp_path: Path) -> None:
    flat = ramp(tmp_path / "flat.mp4", (160, 120), frames=4)
    turned = tmp_path / "turned.mp4"
    turn = ["-display_rotation", "90", "-i", flat.path, "-c", "copy", str(turned)]
    subprocess.run([executable(), "-v", "error", "-y", *turn], check=True, timeout=60)
    how = Conforming(size=(120, 160), crf=4, encoder="x264")
    path = made(one(turned, 4), tmp_path / "a.mp4", how).path
    luma = numbered.lumas(path, (120, 160))[1].astype(float)
    assert abs(luma[80, 4] - luma[80, -4]) < 6 and abs(luma[4, 60] - luma[-4, 60]) > 130
    wide = ramp(tmp_path / "wide.mp4", (160, 120), ("-aspect", "8:3"), frames=4)  # shown 320x120
    how = Conforming(size=(160, 160), fit="pad", crf=4, encoder="x264")
    luma = numbered.lumas(made(one(Path(wide.path), 4), tmp_path / "b.mp4", how).path, (160, 160))[1]
    lit = np.flatnonzero(luma[:, 80] > 60)
    assert (int(lit[0]), int(lit[-1])) == (50, 109), "60 of 160 rows"


@pytest.mark.slow
def test_eight_channels_and_192_khz_become_stereo_at_48(tmp_path: Path) -> None:
    path = Path(tone(tmp_path / "wide.wav", 1, 0.2, 8, 192_000).path)
    source = source_of(path, 24, picture=False)
    timeline = Timeline(0, 24, 20, (), (), sources=(source,), sound=(SoundClip("DX", "wide", 0, 20, 4),))
    sound = numbered.samples(made(timeline, tmp_path / "out.wav").path)
    assert sound.shape == (2, 40_000) and rms(sound, 5, 15) > -20


def test_a_still_stands_as_long_as_it_is_wanted_and_what_is_clear_is_black(tmp_path: Path) -> None:
    still = lavfi(tmp_path / "still.png", "color=white@0.0:s=64x80,format=rgba", "-frames:v", "1")
    luma = numbered.lumas(made(one(still, 30), tmp_path / "a.mp4").path, SIZE)
    assert len(luma) == 30 and float(luma.mean()) < 20
    clips = (Clip("still", 0, 10, 40, speed=0.5), Clip("still", 10, 10, 100, speed=2.0), Clip("still", 20, 10, 5))
    paced = Timeline(0, 24, 30, clips, (), sources=(source_of(still, 900, sound=False),))
    assert made(paced, tmp_path / "paced.mp4").frames == 30
    moving = lavfi(tmp_path / "moving.gif", "testsrc=s=64x80:d=1:r=10")
    assert len(numbered.lumas(made(one(moving, 24), tmp_path / "b.mp4").path, SIZE)) == 24


def test_colours_are_read_by_the_matrix_the_file_names_and_not_by_its_primaries(tmp_path: Path) -> None:
    small = ("-frames:v", "1", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-x264-params")
    named = {"colorprim=bt709:transfer=bt709": "smpte170m", "colormatrix=bt709": "", "colormatrix=smpte170m": ""}
    named["range=tv:colorprim=bt709:transfer=bt709:colormatrix=bt709"] = ""
    for options, matrix in named.items():
        path = lavfi(tmp_path / "x.mkv", "testsrc2=s=64x80:d=1", *small, options)
        assert look(source_of(path, 1, sound=False)).matrix == matrix, options


def test_what_a_source_lacks_is_told(two: tuple[Source, Source], tmp_path: Path) -> None:
    silent = numbered.film(tmp_path / "silent.mkv", 10, sound=False)
    with pytest.raises(UserError, match=r"silent\.mkv has no sound"):
        look(source_of(silent, 10, sound=True))
    voice = tone(tmp_path / "voice.wav", 1)
    with pytest.raises(UserError, match=r"voice\.wav has no picture"):
        look(source_of(Path(voice.path), 10))
    with pytest.raises(UserError, match="is one of the sources"):
        made(cut_of(two, [("a", 0, 5)]), Path(two[0].path))
    with pytest.raises(UserError, match="even numbers from 16"):
        made(cut_of(two, [("a", 0, 5)]), tmp_path / "x.mp4", Conforming(size=(101, 200)))


@pytest.mark.slow
def test_captions_are_drawn_in_the_same_pass(two: tuple[Source, Source], tmp_path: Path) -> None:
    from engine.fonts import FAMILY
    from engine.subtitles import to_ass
    from engine.timeline import Caption

    text = to_ass([Caption(6, 12, ("NO! {\\an8}",))], FAMILY, size=300)
    source = grey(tmp_path / "grey.mkv", [60] * 15)
    timeline = Timeline(0, 24, 15, (Clip("grey", 0, 15),), (), sources=(source,))
    how = Conforming(size=SIZE, captions=text, encoder="x264", crf=4)
    bright = [float(luma.max()) for luma in numbered.lumas(made(timeline, tmp_path / "film.mp4", how).path, SIZE)]
    assert max(bright[:6]) < 80 and min(bright[6:12]) > 180 and max(bright[12:]) < 80


@pytest.mark.slow
def test_hundreds_of_clips_are_made_in_bounded_memory(tmp_path: Path) -> None:
    films = [numbered.film(tmp_path / f"{name}.mp4", 720, size=(160, 90), audio=("-c:a", "aac")) for name in "xy"]
    cuts = [("xy"[n % 2], 3 * n, 2) for n in range(240)]
    how = Conforming(size=(90, 160), preset="ultrafast", crf=8, encoder="x264")
    peaks: list[int] = []
    timeline = cut_of([source_of(path, 720) for path in films], cuts)
    result = conform(timeline, tmp_path / "cut.mp4", how, lambda _share: peaks.append(most_memory_of_children()))
    assert numbered.shown(result.path, (90, 160)) == frames_of(cuts)
    assert result.inputs == 4 and 0 < max(peaks) < 200_000


def most_memory_of_children() -> int:
    """KiB that a child of this process has had at most."""
    tasks = Path(f"/proc/{os.getpid()}/task")
    pids = [pid for task in tasks.iterdir() for pid in (task / "children").read_text().split()]
    told = [Path(f"/proc/{pid}/status").read_text() for pid in pids if Path(f"/proc/{pid}").exists()]
    return max(
        [int(line.split()[1]) for text in told for line in text.splitlines() if line.startswith("VmHWM")], default=0
    )
