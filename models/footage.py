"""Frames of video clips: counts and sizes a model accepts, rates, files. Knows numpy, OpenCV and one ffmpeg process.

No model, no torch, no request. Frames are uint8 BGR (height, width, 3) everywhere. A clip file is a mezzanine: H.264 of
high quality, with the colour of OpenCV's I420 conversion (BT.601 matrix, limited range) said in its tags."""

from __future__ import annotations

import os
import select
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import IO

import cv2
import numpy as np
from numpy.typing import NDArray

cv2.setNumThreads(1)  # measured motion would depend on the number

Frame = NDArray[np.uint8]
Field = NDArray[np.float32]

RUN_SECONDS = 900
STALL_SECONDS = 60  # the longest wait for one frame of a file
MOST_PIXELS = 4096 * 4096
MOST_FRAMES = 24 * 60 * 10
MOST_BYTES = 2_000_000_000
MEZZANINE_CRF = 14
THREADS = 2  # x264's bytes depend on it
FLOW_SIDE = 512  # pixels of the short side that motion is measured at
Y4M_HEADER = 256  # bytes of the longest header that is read
COLOUR = "-colorspace smpte170m -color_primaries bt709 -color_trc bt709 -color_range tv".split()


# -- counts and sizes


def snap_frames(wanted: int, step: int, offset: int, most: int) -> int:
    """The least count of the form step * k + offset that has `wanted` frames, or the largest within `most`.

    LTX counts 8k + 1, Wan 4k + 1; a model of one fixed count has step 0 and that count as offset. ValueError when
    no such count is within `most`."""
    if offset > most or offset < 1 or step < 0:
        raise ValueError(f"no frame count of the form {step}k + {offset} is within {most}")
    if step == 0:
        return offset
    highest = (most - offset) // step
    return offset + step * min(highest, max(0, -(-(wanted - offset) // step)))


def snap_size(width: int, height: int, multiple: int, most: int = 0) -> tuple[int, int]:
    """(width, height) near the asked shape, both multiples of `multiple`, at most `most` pixels in all (0: no limit)."""
    if min(width, height, multiple) < 1 or (most and most < multiple * multiple):
        raise ValueError(f"no size of multiples of {multiple} is near {width}x{height} within {most} pixels")
    scale = min(1.0, (most / (width * height)) ** 0.5) if most else 1.0
    w, h = (max(1, round(side * scale / multiple)) for side in (width, height))
    while most and w * h * multiple * multiple > most:
        w, h = (w - 1, h) if w > 1 and (h == 1 or w * height >= h * width) else (w, h - 1)
    return w * multiple, h * multiple


def frames_at(num_frames: int, rate: float, own_rate: float) -> int:
    """How many frames of a model's own rate cover `num_frames` at `rate`, first and last included."""
    if num_frames < 1:
        raise ValueError(f"a clip of {num_frames} frames is refused")
    return -(-(num_frames - 1) * _ratio(own_rate, rate) // 1) + 1


def chain(num_frames: int, reach: int) -> list[int]:
    """Lengths of the segments that a shot is made in when a model reaches `reach` frames, even in length.

    Each further segment begins with the last frame of the one before, which `join` drops again:
    chain(201, 121) => [101, 101]; chain(121, 121) => [121]. ValueError when a segment could not go on (reach below 2)."""
    if num_frames < 1 or reach < 1 or (num_frames > 1 and reach < 2):
        raise ValueError(f"{num_frames} frames cannot be made in segments of {reach}")
    steps = num_frames - 1
    count = max(1, -(-steps // max(1, reach - 1)))
    return [steps // count + (1 if index < steps % count else 0) + 1 for index in range(count)]


def join(segments: Sequence[Frame]) -> Frame:
    """The frames (n, height, width, 3) of chained segments as one shot, none doubled."""
    return np.concatenate([segments[0], *(segment[1:] for segment in segments[1:])])


def kept_part(width: int, height: int, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Left, top, width and height of what a frame of `size` shows of a picture that covers it: all, but for the sides or for
    top and bottom. A place (x, y) of the picture stands at 0.5 + (x - 0.5) * width / kept width of the frame: 768x1344
    in 1080x1920 keeps 756x1344. ValueError on an empty size."""
    w, h = size
    if min(w, h, width, height) < 1:
        raise ValueError(f"a picture of {width}x{height} cannot fill {w}x{h}")
    kept_w, kept_h = min(width, max(1, round(height * w / h))), min(height, max(1, round(width * h / w)))
    return (width - kept_w) // 2, (height - kept_h) // 2, kept_w, kept_h


def fit(picture: Frame, size: tuple[int, int]) -> Frame:
    """The picture scaled to cover (width, height), what stands over cut off evenly on both sides."""
    x, y, w, h = kept_part(picture.shape[1], picture.shape[0], size)
    how = cv2.INTER_AREA if w > size[0] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture[y : y + h, x : x + w], size, interpolation=how), np.uint8)


# -- rates


def _ratio(rate_from: float, rate_to: float) -> Fraction:
    if not (0 < rate_from <= 1000 and 0 < rate_to <= 1000):
        raise ValueError(f"frame rates {rate_from} and {rate_to} are refused")
    return Fraction(rate_from).limit_denominator(1001) / Fraction(rate_to).limit_denominator(1001)


def resample(frames: Frame, rate_from: float, rate_to: float, num_frames: int) -> Frame:
    """`num_frames` frames at `rate_to` from frames (n, height, width, 3) at `rate_from`; the first frame is kept.

    A moment that is a frame stays that frame; one in between is drawn from its neighbours by their motion. Past the last
    frame, the last is held. ValueError on no frames or a count below 1."""
    if not len(frames) or num_frames < 1:
        raise ValueError(f"{num_frames} frames cannot be made of {len(frames)}")
    ratio, last = _ratio(rate_from, rate_to), len(frames) - 1
    out = np.empty((num_frames, *frames.shape[1:]), np.uint8)
    motion: tuple[int, Field, Field] | None = None
    for index in range(num_frames):
        at, part = divmod(index * ratio, 1)
        if at >= last or not part:
            out[index] = frames[min(int(at), last)]
            continue
        if motion is None or motion[0] != at:
            motion = int(at), *_motion(frames[int(at)], frames[int(at) + 1])
        out[index] = _between(frames[int(at)], frames[int(at) + 1], motion[1], motion[2], float(part))
    return out


def _motion(before: Frame, after: Frame) -> tuple[Field, Field]:
    """Optical flow both ways, (height, width, 2) in pixels."""
    h, w = before.shape[:2]
    shrink = min(1.0, FLOW_SIDE / min(h, w))
    size = max(16, round(w * shrink)), max(16, round(h * shrink))
    first, second = (
        cv2.resize(cv2.cvtColor(f, cv2.COLOR_BGR2GRAY), size, interpolation=cv2.INTER_AREA) for f in (before, after)
    )
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    scale = np.array([w / size[0], h / size[1]], np.float32)
    pair = [flow.calc(a, b, None) for a, b in ((first, second), (second, first))]
    forth, back = (cv2.resize(field, (w, h), interpolation=cv2.INTER_LINEAR) * scale for field in pair)
    return forth, back


def _between(before: Frame, after: Frame, forth: Field, back: Field, t: float) -> Frame:
    """The picture at `t` of the way: both neighbours moved there and blended. Flow at the moment between as in Jiang et al.,
    Super SloMo (2018), equation 4."""
    h, w = before.shape[:2]
    grid = np.stack(np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32)), axis=-1)
    to_before = grid - (1 - t) * t * forth + t * t * back
    to_after = grid + (1 - t) * (1 - t) * forth - t * (1 - t) * back
    moved = [
        cv2.remap(frame, np.asarray(at, np.float32), None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        for frame, at in ((before, to_before), (after, to_after))
    ]
    return np.asarray(cv2.addWeighted(moved[0], 1 - t, moved[1], t, 0), np.uint8)


# -- files


@cache
def executable() -> str:
    """$CLIFFHANGER_FFMPEG when set, else the one that imageio-ffmpeg ships. ffmpeg is a GPL program: always a process."""
    chosen = os.environ.get("CLIFFHANGER_FFMPEG")
    if chosen:
        return chosen
    import imageio_ffmpeg

    return imageio_ffmpeg.get_ffmpeg_exe()


def write_clip(path: Path, frames: Iterable[Frame], fps: float, crf: int = MEZZANINE_CRF) -> int:
    """Writes frames of one even size as an H.264 clip and says how many there were. The same frames are the same bytes.

    ValueError with one line on an odd size, no frames, frames of two sizes, or ffmpeg's own complaint; what was written
    of a failed clip is removed."""
    stream = iter(frames)
    first = next(stream, None)
    if first is None:
        raise ValueError(f"{path.name}: a clip without frames is refused")
    h, w = first.shape[:2]
    if h % 2 or w % 2:
        raise ValueError(f"{path.name}: a clip of {w}x{h} is refused, both sides must be even")
    rate = Fraction(fps).limit_denominator(1001)
    command = [
        executable(), "-hide_banner", "-loglevel", "error", "-protocol_whitelist", "file,pipe", "-y",
        "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{w}x{h}", "-r", str(rate), *COLOUR, "-i", "pipe:0",
        "-c:v", "libx264", "-preset", "fast", "-crf", str(crf), "-threads", str(THREADS), "-g", str(max(1, round(rate))),
        "-pix_fmt", "yuv420p", *COLOUR, "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact",
        "-movflags", "+faststart", "-f", "mp4", f"file:{path}",
    ]  # fmt: skip
    try:
        return _encode(command, _whole(first, stream, path.name), path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _whole(first: Frame, rest: Iterator[Frame], name: str) -> Iterator[Frame]:
    """Every frame, once it is known to be like the first."""
    yield first
    for number, frame in enumerate(rest, 1):
        if frame.shape != first.shape:
            raise ValueError(f"{name}: frame {number} is of shape {frame.shape}, the first of {first.shape}")
        yield frame


def _encode(command: Sequence[str], frames: Iterator[Frame], path: Path) -> int:
    """Feeds an ffmpeg; the process never outlives this call."""
    count = 0
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors)
        watchdog = threading.Timer(RUN_SECONDS, process.kill)
        watchdog.start()
        try:
            for frame in frames:
                _input(process).write(cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_I420).tobytes())
                count += 1
            _input(process).close()
            process.wait()
        except BrokenPipeError:
            process.wait()  # its last words say why
        finally:
            watchdog.cancel()
            _end(process)
        if process.returncode:
            raise ValueError(f"ffmpeg could not write {path.name}: {_last_words(errors, path)}")
    return count


def _input(process: subprocess.Popen[bytes]) -> IO[bytes]:
    if process.stdin is None:
        raise RuntimeError("the encoder has no input pipe")
    return process.stdin


def _end(process: subprocess.Popen[bytes]) -> None:
    """Stops the process if it still runs and closes our ends of its pipes."""
    if process.poll() is None:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except BrokenPipeError:
                continue  # what a dead reader never took


def _last_words(errors: IO[bytes], path: Path) -> str:
    """What ffmpeg said last, without where the file lies."""
    errors.seek(0)
    text = errors.read(20_000).decode("utf-8", "replace").strip().replace(f"file:{path}", path.name)
    return " | ".join(text.splitlines()[-2:])[-300:] or "it was stopped"


def read_frames(path: Path) -> Iterator[Frame]:
    """The frames of an MP4 in order, read one at a time by a process of its own. Nothing in the file can name another.

    ValueError with one line on a file that is too large, is no MP4, has no picture, is damaged, or hangs."""
    if (size := path.stat().st_size) > MOST_BYTES:
        raise ValueError(f"{path.name} is too large for a clip: {size} bytes")
    command = [
        executable(), "-hide_banner", "-nostdin", "-loglevel", "error", "-protocol_whitelist", "file,pipe",
        "-xerror", "-max_pixels", str(MOST_PIXELS), "-threads", str(THREADS), "-f", "mp4", "-i", f"file:{path}",
        "-map", "0:v:0", "-an", "-sn", "-dn", "-vf", "scale=out_color_matrix=smpte170m:out_range=tv",
        "-pix_fmt", "yuv420p", "-fps_mode", "passthrough", "-f", "yuv4mpegpipe", "pipe:1",
    ]  # fmt: skip
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, bufsize=0)
        try:
            count = 0
            for frame in _planes(process, path.name):
                count += 1
                yield cv2.cvtColor(frame, cv2.COLOR_YUV2BGR_I420)
            process.wait(STALL_SECONDS)
            if process.returncode or not count:
                raise ValueError(f"{path.name} is no clip that can be read: {_last_words(errors, path)}")
        finally:
            _end(process)


def _planes(process: subprocess.Popen[bytes], name: str) -> Iterator[Frame]:
    """I420 pictures (height * 3 / 2, width) of a YUV4MPEG2 stream, which tells its own size."""
    if process.stdout is None:
        raise RuntimeError("the decoder has no output pipe")
    pipe = process.stdout
    header = _line(pipe, name)
    if not header:
        return
    w, h = _size_of(header, name)
    for _ in range(MOST_FRAMES):
        mark = _line(pipe, name)
        if not mark:
            return
        planes = _taken(pipe, w * h * 3 // 2, name)
        if not mark.startswith(b"FRAME") or len(planes) < w * h * 3 // 2:
            raise ValueError(f"{name} is damaged: it ends within a picture")
        yield np.frombuffer(planes, np.uint8).reshape(h * 3 // 2, w)
    raise ValueError(f"{name} has more than {MOST_FRAMES} frames")


def _size_of(header: bytes, name: str) -> tuple[int, int]:
    """(width, height) of a YUV4MPEG2 header: fields parted by spaces, W and H among them."""
    fields = {word[:1]: word[1:] for word in header.split()[1:]}
    w, h = int(fields.get(b"W", b"0")), int(fields.get(b"H", b"0"))
    if not header.startswith(b"YUV4MPEG2") or min(w, h) < 2 or w * h > MOST_PIXELS:
        raise ValueError(f"{name}: a picture of {w}x{h} is refused")
    if w % 2 or h % 2:
        raise ValueError(f"{name}: a clip of {w}x{h} is refused, both sides must be even")
    return w, h


def _line(pipe: IO[bytes], name: str) -> bytes:
    """Up to the next line's end; empty at the end of the stream."""
    out = b""
    while len(out) < Y4M_HEADER:
        byte = _taken(pipe, 1, name)
        if not byte or byte == b"\n":
            return out
        out += byte
    raise ValueError(f"{name} is damaged: no picture begins where one should")


def _taken(pipe: IO[bytes], length: int, name: str) -> bytes:
    """`length` bytes, fewer only at the end of the stream. ValueError when nothing comes for STALL_SECONDS."""
    out = bytearray()
    while len(out) < length:
        if not select.select([pipe], [], [], STALL_SECONDS)[0]:
            raise ValueError(f"{name} gave no picture for {STALL_SECONDS} s")
        part = os.read(pipe.fileno(), length - len(out))
        if not part:
            break
        out += part
    return bytes(out)


# -- pictures


def picture_size(data: bytes) -> tuple[int, int]:
    """(width, height) that a PNG or a JPEG says it has, read from its header alone. ValueError on anything else."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and data[12:16] == b"IHDR" and len(data) >= 24:
        return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    if data[:2] == b"\xff\xd8":
        return _jpeg_size(data)
    raise ValueError("a picture that is neither PNG nor JPEG is refused")


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """From the frame header (SOF0..SOF15 without DHT, JPG and DAC): ITU-T T.81, B.2.2."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        kind, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if kind == 0xFF:  # fill byte
            at += 1
        elif 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        else:
            at += 2 + max(2, length)
    raise ValueError("the JPEG has no frame header")


def decode_picture(data: bytes, most_pixels: int = MOST_PIXELS) -> Frame:
    """A PNG or JPEG as BGR (height, width, 3), its size checked before it is unpacked. ValueError in one line."""
    w, h = picture_size(data)
    if not 0 < w * h <= most_pixels:
        raise ValueError(f"a picture of {w}x{h} is refused")
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    if picture is None or picture.shape[:2] != (h, w):
        raise ValueError("the picture is damaged")
    return np.asarray(picture, np.uint8)


def read_picture(path: Path, most_pixels: int = MOST_PIXELS) -> Frame:
    """A PNG or JPEG file as BGR (height, width, 3). ValueError names the file."""
    try:
        if path.stat().st_size > 8 * most_pixels:
            raise ValueError("it is too large")
        return decode_picture(path.read_bytes(), most_pixels)
    except (OSError, ValueError) as error:
        raise ValueError(f"{path.name} cannot be used as a picture: {error}") from None
