"""engine.footage.media: what a file holds, how long it really is, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from engine import ffmpeg
from engine.core import UserError
from engine.footage.media import open_media

PICTURE = ["-f", "lavfi", "-i", "testsrc2=s=180x100:r={rate}:d=1"]
SOUND = ["-f", "lavfi", "-i", "sine=440:r=48000:d=1"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    folder = tmp_path_factory.mktemp("media")

    def make(name: str, *arguments: str) -> Path:
        path = folder / name
        if not path.exists():
            ffmpeg.run(["-y", "-loglevel", "error", *arguments, str(path)])
        return path

    return make


def picture(rate: str = "25") -> list[str]:
    return [word.format(rate=rate) for word in PICTURE]


X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "5"]


def test_picture_and_sound_are_found_with_their_exact_rate(made: Callable[..., Path]) -> None:
    media = open_media(made("both.mp4", *picture("30000/1001"), *SOUND, *X264))
    assert (media.width, media.height, media.rate) == (180, 100, Fraction(30_000, 1_001))
    assert media.has_picture and media.has_sound
    assert media.seconds == pytest.approx(1.0, abs=0.04)


def test_a_turned_phone_video_is_as_high_as_it_is_shown(made: Callable[..., Path]) -> None:
    upright = made("flat.mp4", *picture(), *X264)
    turned = made("turned.mp4", "-display_rotation", "90", "-i", str(upright), "-c", "copy")
    assert (open_media(turned).width, open_media(turned).height) == (100, 180)


def test_wide_pixels_count_as_wide(made: Callable[..., Path]) -> None:
    media = open_media(made("wide.mkv", *picture(), "-vf", "setsar=64/45", *X264))
    assert (media.width, media.height) == (256, 100)


def test_a_file_cut_short_is_as_long_as_what_is_left(made: Callable[..., Path], tmp_path: Path) -> None:
    whole = made("long.mkv", "-f", "lavfi", "-i", "testsrc2=s=180x100:r=25:d=4", *X264).read_bytes()
    short = tmp_path / "short.mkv"
    short.write_bytes(whole[: len(whole) // 2])
    assert 0.5 < open_media(short).seconds < 3.5


def test_sound_alone_has_no_picture(made: Callable[..., Path]) -> None:
    media = open_media(made("alone.wav", *SOUND))
    assert not media.has_picture and media.seconds == pytest.approx(1.0)


def test_sound_whose_header_tells_no_length_is_as_long_as_its_packets(made: Callable[..., Path]) -> None:
    browser = made("browser.webm", *SOUND, "-c:a", "libopus", "-live", "1")
    assert "Duration: N/A" in ffmpeg.header(browser)
    assert open_media(browser).seconds == pytest.approx(1.0, abs=0.05)
    with pytest.raises(UserError, match=r"nothing\.wav has no sound in it"):
        open_media(made("nothing.wav", *SOUND, "-t", "0"))


def test_a_silent_film_of_one_short_frame_is_a_film(made: Callable[..., Path]) -> None:
    short = made("short.mkv", "-f", "lavfi", "-i", "testsrc2=s=180x100:r=500:d=0.002", *X264)
    assert "Duration: 00:00:00.00" in ffmpeg.header(short)
    assert 0 < open_media(short).seconds < 0.1


def test_the_picture_on_a_record_sleeve_is_no_footage(made: Callable[..., Path]) -> None:
    sleeve = made("sleeve.png", *picture(), "-frames:v", "1")
    song = made("song.mp3", *SOUND, "-i", str(sleeve), "-map", "0", "-map", "1", "-disposition:v", "attached_pic")
    assert not open_media(song).has_picture
    with pytest.raises(UserError, match="still picture"):
        open_media(sleeve)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.mp4", b"", "is empty"),
        ("text.mp4", b"hello " * 300, "not a media file"),
        (
            "list.m3u8",
            b"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nhttp://127.0.0.1:9/x.ts\n",
            "list of other files",
        ),
        ("list.ffconcat", b"ffconcat version 1.0\nfile '/etc/hostname'\n", "list of other files"),
        (
            "list.sdp",
            b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 9 RTP/AVP 0\n",
            "list of",
        ),
        ("list.avi", b"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nhttp://127.0.0.1:9/x.ts\n", "not a media file"),
    ],
)
def test_what_is_no_media_is_refused_in_one_line(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UserError, match=says) as told:
        open_media(path)
    assert "\n" not in str(told.value) and "0x" not in str(told.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no file .*nowhere"):
        open_media(tmp_path / "nowhere.mp4")
