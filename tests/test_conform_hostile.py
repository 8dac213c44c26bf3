"""Hostile and odd media conformed: a clear error or the right film; captions and memory of many clips."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import numbered
import numpy as np
import pytest
from footage_cuts import (
    SIZE,
    cut_of,
    frames_of,
    grey,
    lavfi,
    made,
    ramp,
    rms,
    source_of,
    tone,
    two_cameras,
)

from engine.core import UserError
from engine.ffmpeg import executable
from engine.footage.conform import Conforming, conform
from engine.footage.looking import look
from engine.rates import Rate
from engine.timeline import Clip, SoundClip, Source, Timeline


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Source, Source]:
    return two_cameras(tmp_path_factory.mktemp("footage"))


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
