"""Media of the series' page: pictures and small copies of masters and voices, as takes and as data URIs.

Knows files, sizes and what a page may weigh; not what the page says."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

import cv2

from engine import ffmpeg
from engine.batching import Job, build, core_seconds
from engine.gallery_sources import Show, Shown
from engine.painting import picture_made
from engine.vault import Made, Take, file_sha256
from models.base import Painter, PictureRequest

STAGE = "gallery"
MOST_EMBEDDED = 20
MOST_EMBEDDED_BYTES = 40_000_000
"""Episodes that play in the page, and what their copies may weigh in all; further ones are links to their masters."""
PROXY_SIZE = (360, 640)
PROXY_CRF, PROXY_KBPS, PROXY_AUDIO_KBPS = 29, 190, 48
SAMPLE_KBPS = 56
QUALITY = 76
COPY_RIGHTS = {
    "source": "a smaller copy of the series' own take",
    "licence": "as the take's",
    "consent": "as the take's",
    "commercial_use": True,
}


def data_uri(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def picture_uri(path: Path | None, width: int) -> str:
    """A picture at `width`, as WebP; '' when there is none or it cannot be read."""
    image = cv2.imread(str(path)) if path is not None and path.is_file() else None
    if image is None:
        return ""
    height = max(1, round(image.shape[0] * width / image.shape[1]))
    small = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    ok, data = cv2.imencode(".webp", small, [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
    return data_uri("image/webp", data.tobytes()) if ok else ""


def make_proxies(show: Show, wanted: Sequence[Shown]) -> dict[int, Take]:
    """Small copies by episode, as many as the page may hold."""
    with_master = [s for s in wanted if s.manifest is not None and (s.folder / "master.mp4").is_file()]
    proxies: dict[int, Take] = {}
    weight = 0
    show.progress.start(STAGE, min(len(with_master), MOST_EMBEDDED), "copies")
    for shown in with_master[:MOST_EMBEDDED]:
        take = make_copy(show, f"e{shown.episode.number:03d}", shown.folder / "master.mp4", ".mp4", PROXY_OPTIONS)
        weight += take.bytes
        if weight > MOST_EMBEDDED_BYTES:
            break
        proxies[shown.episode.number] = take
    return proxies


PROXY_OPTIONS = (
    "-vf", f"scale={PROXY_SIZE[0]}:{PROXY_SIZE[1]}", "-c:v", "libx264", "-preset", "fast", "-crf", str(PROXY_CRF),
    "-maxrate", f"{PROXY_KBPS}k", "-bufsize", f"{2 * PROXY_KBPS}k", "-pix_fmt", "yuv420p", "-threads", "2",
    "-c:a", "aac", "-b:a", f"{PROXY_AUDIO_KBPS}k", "-ac", "2", "-ar", "44100", "-movflags", "+faststart",
)  # fmt: skip
SAMPLE_OPTIONS = ("-vn", "-c:a", "aac", "-b:a", f"{SAMPLE_KBPS}k", "-ac", "1", "-movflags", "+faststart")


def make_copy(show: Show, unit: str, source: Path, suffix: str, options: Sequence[str]) -> Take:
    """A smaller copy of a media file, found again by what it was made from."""
    recipe = {"source": file_sha256(source), "options": list(options)}
    found = show.folder.vault.find(STAGE, unit, recipe, suffix)
    if found is not None:
        show.progress.advance(STAGE, made=False)
        return found
    cost: dict[str, float] = {}

    def write(path: Path) -> None:
        before = core_seconds()
        ffmpeg.run(["-y", *ffmpeg.safe_input(source), "-map_metadata", "-1", *options, f"file:{path}"])
        cost["core_seconds"] = round(core_seconds() - before, 3)

    made = show.folder.vault.put(STAGE, unit, recipe, suffix, Made(write, "ffmpeg", COPY_RIGHTS, cost))
    show.progress.advance(STAGE, made=True)
    return made


def paint(show: Show, painter: Painter, requests: Sequence[PictureRequest]) -> dict[str, Path]:
    """Pictures by unit, as takes."""
    version = {"model": painter.name, "version": getattr(painter, "version", 1)}
    jobs = [Job(r.unit, {**version, **asdict(r)}, ".jpg", r) for r in requests]

    def make(missing: list[PictureRequest]) -> Iterable[Made]:
        return (picture_made(p[0], {}) for request in missing for p in painter.paint([request]))

    takes = build(show.folder.vault, STAGE, jobs, make, show.progress, "sheets and plates")
    return {unit: take.path for unit, take in takes.items()}
