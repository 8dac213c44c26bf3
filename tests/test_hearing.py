"""Hearing media files of every kind: made on the spot with ffmpeg's own generators, good ones and damaged ones."""

import os
import struct
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from planted_sound import faded, plant, scaled, speech

from engine.core import UserError
from engine.ffmpeg import executable
from engine.footage.hearing import Listener, hear, hear_samples
from engine.footage.soundtrack import FLUX_STEP, LEVEL_STEP, PITCH_STEP, Soundtrack
from engine.wav import write_wav

RATE = 48_000


def make(path: Path, *arguments: str) -> Path:
    command = [executable(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y", *arguments, str(path)]
    subprocess.run(command, check=True, timeout=60)
    return path


def tone(path: Path, seconds: float = 2.0, rate: int = RATE, layout: str = "mono", *more: str) -> Path:
    source = f"sine=frequency=220:sample_rate={rate}:duration={seconds},volume=0dB,aformat=channel_layouts={layout}"
    return make(path, "-f", "lavfi", "-i", source, *more)


def same(one: Soundtrack, other: Soundtrack) -> bool:
    return (
        one.markers == other.markers and one.passages == other.passages and np.allclose(one.flux, other.flux, atol=1e-3)
    )


@pytest.mark.parametrize(
    ("rate", "layout", "channels"),
    [(8_000, "mono", 1), (11_025, "stereo", 2), (44_100, "5.1", 6), (48_000, "7.1", 8), (192_000, "stereo", 2)],
)
def test_any_rate_and_number_of_channels_is_heard(tmp_path: Path, rate: int, layout: str, channels: int) -> None:
    heard = hear(tone(tmp_path / "a.wav", 1.5, rate, layout), 24, 1.5)
    assert (heard.sample_rate, heard.channels) == (rate, channels)
    assert (len(heard.levels), len(heard.intensity)) == (round(1.5 / LEVEL_STEP), 36)
    assert abs(len(heard.flux) * FLUX_STEP - 1.5) < 0.03 and abs(len(heard.pitch) * PITCH_STEP - 1.5) < 0.05
    assert np.median(heard.pitch[5:-5]) == pytest.approx(220, rel=0.01)
    assert heard.markers[0].kind == "onset" and heard.markers[0].frame == 0


def test_a_video_is_heard_as_its_sound_alone_is(tmp_path: Path) -> None:
    sound = plant(1, parts=3).samples[:, : 8 * RATE]
    write_wav(tmp_path / "a.wav", sound, RATE, float32=True)
    picture = ("-f", "lavfi", "-i", "color=size=64x96:rate=25")
    make(tmp_path / "a.mkv", "-i", str(tmp_path / "a.wav"), *picture, "-shortest", "-c:a", "flac", "-sample_fmt", "s32")
    seconds = sound.shape[1] / RATE
    heard = hear(tmp_path / "a.mkv", 25, seconds)
    assert [(m.kind, m.frame) for m in heard.markers] == [
        (m.kind, m.frame) for m in hear_samples(sound, RATE, 25).markers
    ]
    assert heard.loudness.integrated_lufs == pytest.approx(
        hear_samples(sound, RATE, 25).loudness.integrated_lufs, abs=0.01
    )


def test_blocks_of_any_length_give_the_same_as_one(tmp_path: Path) -> None:
    sound = plant(2, parts=3, rate=44_100).samples[:, : 8 * 44_100]
    listener = Listener(44_100, 2)
    for start in range(0, sound.shape[1], 30_011):
        listener.feed(sound[:, start : start + 30_011])
    seconds = sound.shape[1] / 44_100
    assert same(listener.finish(24, seconds), hear_samples(sound, 44_100, 24))


def test_sound_that_begins_late_or_ends_early_has_silence_there(tmp_path: Path) -> None:
    tone(tmp_path / "a.m4a", 1.0)
    picture = ("-f", "lavfi", "-i", "color=size=64x96:rate=25:duration=4")
    make(tmp_path / "a.mp4", "-itsoffset", "1.5", "-i", str(tmp_path / "a.m4a"), *picture, "-map", "1:v", "-map", "0:a")
    heard = hear(tmp_path / "a.mp4", 25, 4.0)
    assert len(heard.intensity) == 100
    kinds = [(m.kind, m.frame) for m in heard.markers]
    assert kinds[0] == ("silence", 0)
    assert abs(kinds[1][1] - 37) <= 1 and kinds[1][0] == "onset"
    assert kinds[2][0] == "silence" and abs(kinds[2][1] - 62) <= 2


def test_a_file_cut_short_is_heard_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = tone(tmp_path / "a.mp3", 3.0).read_bytes()
    (tmp_path / "b.mp3").write_bytes(whole[: len(whole) // 2])
    heard = hear(tmp_path / "b.mp3", 24, 3.0)
    assert heard.seconds == 3.0 and len(heard.levels) == 600
    assert heard.levels[100] > -30 and heard.levels[500] < -90


def test_a_file_without_sound_is_refused_in_plain_words(tmp_path: Path) -> None:
    make(tmp_path / "a.mp4", "-f", "lavfi", "-i", "color=size=64x96:rate=25:duration=1")
    with pytest.raises(UserError, match="a.mp4 has no sound in it"):
        hear(tmp_path / "a.mp4", 24, 1.0)


@pytest.mark.parametrize("content", [b"", b"not media at all", b"RIFF\x10\0\0\0WAVE"])
def test_what_is_no_sound_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(UserError, match="cannot be read"):
        hear(tmp_path / "a.wav", 24, 1.0)


def test_a_header_without_a_sample_is_silence(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", np.zeros((1, 0), np.float32))
    heard = hear(tmp_path / "a.wav", 24, 1.0)
    assert heard.passages == () and [m.kind for m in heard.markers] == ["silence"]
    assert heard.loudness.integrated_lufs == -120


def test_numbers_that_are_none_are_silence(tmp_path: Path) -> None:
    sound = 0.1 * np.sin(np.arange(RATE) / 20).astype("<f4")
    sound[1_000:1_100] = np.nan
    sound[2_000] = np.inf
    sound[3_000] = -1e30
    data = sound.tobytes()
    head = (
        b"RIFF"
        + struct.pack("<I", 36 + len(data))
        + b"WAVEfmt "
        + struct.pack("<IHHIIHH", 16, 3, 1, RATE, RATE * 4, 4, 32)
    )
    (tmp_path / "a.wav").write_bytes(head + b"data" + struct.pack("<I", len(data)) + data)
    heard = hear(tmp_path / "a.wav", 24, 1.0)
    curves = (heard.levels, heard.flux, heard.pitch, heard.intensity, heard.loudness.momentary)
    assert all(np.isfinite(curve).all() for curve in curves)
    assert heard.loudness.true_peak_dbtp < 40


def test_an_offset_is_not_taken_for_sound() -> None:
    silent = np.full(2 * RATE, 0.3, np.float32)
    assert hear_samples(silent, RATE, 24).passages == ()
    sound = 0.05 * faded(np.sin(np.arange(2 * RATE) / 30), RATE, 0.01)
    padded = np.concatenate([np.zeros(3 * RATE), sound, np.zeros(3 * RATE)]).astype(np.float32)
    plain, offset = (hear_samples(padded + by, RATE, 24) for by in (0.0, 0.2))
    assert [(m.kind, m.frame) for m in plain.markers] == [(m.kind, m.frame) for m in offset.markers]


def test_clipped_noise_is_one_passage_and_no_voice() -> None:
    noise = np.clip(np.random.default_rng(0).standard_normal((2, 4 * RATE)), -0.7, 0.7).astype(np.float32)
    heard = hear_samples(noise, RATE, 24)
    assert len(heard.passages) == 1 and not heard.passages[0].speech and heard.beats == ()
    assert [m.kind for m in heard.markers] == ["onset"]


def test_silence_alone_is_one_silence() -> None:
    heard = hear_samples(np.zeros((2, 5 * RATE), np.float32), RATE, Fraction(30_000, 1001))
    assert [(m.kind, m.frame, m.reason) for m in heard.markers] == [("silence", 0, "5.0 s")]
    assert heard.passages == () and not heard.intensity.any() and heard.tempo == 0


def test_nothing_at_all_is_heard_as_one_silent_frame() -> None:
    heard = hear_samples(np.zeros((1, 0), np.float32), RATE, 24)
    assert heard.markers == () and heard.frames == 1 and heard.seconds == 0


def test_a_raised_voice_has_more_arousal_than_a_calm_one() -> None:
    said, gap = speech(np.random.default_rng(5), 1.2, RATE), np.zeros(RATE // 2)
    calm, loud = scaled(said, -30), scaled(said, -18)
    parts = [gap, calm, gap, calm, gap, loud, gap, calm, gap]
    heard = hear_samples(np.concatenate(parts).astype(np.float32), RATE, 24)
    assert len(heard.passages) == 4
    arousals = [p.arousal for p in heard.passages]
    assert arousals[2] == pytest.approx(0.5 + 0.035 * 12, abs=0.02)
    assert [arousals[n] for n in (0, 1, 3)] == pytest.approx([0.5] * 3, abs=0.02)
    assert all(0 <= p.tension <= 1 and abs(p.valence) <= 0.2 for p in heard.passages)


@pytest.mark.slow
def test_two_hours_are_heard_within_300_megabytes(tmp_path: Path) -> None:
    source = "aevalsrc='0.2*sin(2*PI*180*t)*gt(mod(t\\,3)\\,1)+0.002*random(0)':s=8000:d=60"
    make(tmp_path / "minute.wav", "-f", "lavfi", "-i", source)
    make(tmp_path / "a.wav", "-stream_loop", "119", "-i", str(tmp_path / "minute.wav"), "-c", "copy")
    script = (
        "import re, sys; from pathlib import Path; from engine.footage.hearing import hear; "
        "heard = hear(Path(sys.argv[1]), 24, 7200.0); "
        "peak = re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1]; "  # rusage counts the parent's
        "print(len(heard.passages), len(heard.intensity), peak)"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "a.wav")]
    alone = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120, env=alone)
    passages, frames, kilobytes = (int(word) for word in done.stdout.split())
    assert (passages, frames) == (2_400, 7_200 * 24)
    assert kilobytes < 300 * 1024


def test_what_hears_a_file_starts_without_scipy() -> None:
    code = "import sys, engine.cut_commands, engine.footage.hearing; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "numpy" in loaded
    assert not loaded & {"scipy", "cv2", "opentimelineio", "rich"}
