"""ffmpeg behind its pipe: probing, errors in words, hostile files."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import ffmpeg
from engine.core import UserError

REPORT = """Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'file:x.mp4':
  Metadata:
    major_brand     : isom
    title           : The Hidden Heiress 1
    AIGC            : {"Label": "1"}
  Duration: 00:01:02.50, start: 0.000000, bitrate: 1000 kb/s
  Stream #0:0[0x1](und): Video: h264 (High) (avc1 / 0x31637661), yuv420p(tv, smpte170m/bt709/bt709, progressive), 1080x1920, 900 kb/s, 24 fps, 24 tbr, 12288 tbn (default)
  Stream #0:1[0x2](und): Audio: aac (LC) (mp4a / 0x6134706D), 48000 Hz, stereo, fltp, 192 kb/s (default)
"""


def test_a_probe_reads_what_ffmpeg_prints() -> None:
    probe = ffmpeg.parse_probe(REPORT, Path("x.mp4"))
    assert (probe.video, probe.profile, probe.pixel_format, probe.width, probe.height) == (
        "h264",
        "High",
        "yuv420p",
        1080,
        1920,
    )
    assert (probe.rate, probe.seconds) == (24.0, 62.5)
    assert (probe.audio, probe.sample_rate, probe.channels) == ("aac", 48000, "stereo")
    assert probe.tags["aigc"] == '{"Label": "1"}'


def test_a_file_that_is_no_media_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.mp4"
    path.write_text("not a film")
    with pytest.raises(UserError, match=r"notes\.mp4 is not a media file"):
        ffmpeg.probe(path)


def test_a_playlist_cannot_reach_beyond_files_and_pipes(tmp_path: Path) -> None:
    path = tmp_path / "list.m3u8"
    path.write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n")
    with pytest.raises(UserError):
        ffmpeg.probe(path)


def test_a_failing_call_ends_in_ffmpegs_own_last_words() -> None:
    with pytest.raises(UserError, match="ffmpeg failed: .*nosuchfile"):
        ffmpeg.run(["-i", "file:/nosuchfile.mp4", "-f", "null", "-"])


def test_a_call_that_takes_too_long_is_stopped() -> None:
    source = ["-f", "lavfi", "-i", "testsrc=s=1920x1080:d=3600", "-f", "null", "-"]
    with pytest.raises(UserError, match="longer than 0 s"):
        ffmpeg.run(source, timeout=0.2)


def test_a_configured_ffmpeg_that_cannot_run_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    ffmpeg.executable.cache_clear()
    monkeypatch.setenv("CLIFFHANGER_FFMPEG", "/nowhere/ffmpeg")
    with pytest.raises(UserError, match="CLIFFHANGER_FFMPEG names /nowhere/ffmpeg"):
        ffmpeg.executable()
    ffmpeg.executable.cache_clear()


def test_this_ffmpeg_has_what_rendering_needs() -> None:
    assert all(ffmpeg.features().values()), ffmpeg.features()


@pytest.mark.parametrize(("flags", "wanted"), [("+faststart", True), ("0", False)])
def test_faststart_is_seen_in_the_file(tmp_path: Path, flags: str, wanted: bool) -> None:
    path = tmp_path / "a.mp4"
    source = ["-f", "lavfi", "-i", "color=s=32x32:d=0.2", "-movflags", flags, f"file:{path}"]
    ffmpeg.run(source)
    assert ffmpeg.has_faststart(path) is wanted
