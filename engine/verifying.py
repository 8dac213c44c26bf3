"""Re-checks every deliverable of an episode from the files themselves. Says what fails in the reader's words.

Each check is one function: a list of faults, empty when all is well. Pictures are decoded once."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import opentimelineio as otio

from engine import ffmpeg, inspection, subtitles
from engine.core import Episode, Series, UserError
from engine.rules import Platform, platform
from engine.story.checks import check_episode
from engine.timeline import Caption
from engine.vault import file_sha256
from models.words import words

MANIFEST = "manifest.json"
DURATION_TOLERANCE = 0.1  # seconds: AAC frames are 21 ms long
SUBTITLE_TOLERANCE = 0.25  # seconds between a line and the subtitle that shows it
MIN_COVER = 100_000  # pixels

Result = dict[str, Any]


@dataclass(frozen=True)
class Subject:
    """One episode's folder with what the intent and the manifest say of it."""

    series: Series
    episode: Episode
    folder: Path
    manifest: Result
    platform: Platform

    @property
    def master(self) -> Path:
        return self.folder / "master.mp4"

    @property
    def rate(self) -> int:
        return int(self.manifest["rate"])


def result(name: str, faults: Iterable[str]) -> Result:
    found = list(faults)
    return {"check": name, "passed": not found, "faults": found}


def read_manifest(path: Path) -> Result | None:
    """The manifest, or None when it is missing or damaged."""
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) and isinstance(manifest.get("files"), dict) else None


def verify_episode(series: Series, episode: Episode, folder: Path) -> list[Result]:
    """Every check of one episode. A missing or damaged manifest is the one fault then."""
    manifest = read_manifest(folder / MANIFEST)
    if manifest is None:
        return [result("manifest", [f"{folder.name} has no readable {MANIFEST}: it is not finished"])]
    subject = Subject(series, episode, folder, manifest, platform())
    missing = [name for name in manifest["files"] if not (folder / name).is_file()]
    if missing:
        return [result("files", [f"{name} is missing" for name in missing])]
    return [*light_checks(subject), *picture_checks(subject)]


def light_checks(subject: Subject) -> list[Result]:
    """All checks that need no decoded picture; their results go into the manifest."""
    checks = (
        ("format", format_faults), ("length", length_faults), ("sound", sound_faults), ("script", script_faults),
        ("subtitles", subtitle_faults), ("media", media_faults), ("shots", shots_faults), ("cover", cover_faults),
        ("hashes", hash_faults),
    )  # fmt: skip
    return [result(name, _guarded(check, subject)) for name, check in checks]


def _guarded(check: Any, subject: Subject) -> list[str]:
    """A file that cannot be read at all is a fault of its check, not a crash of the others."""
    try:
        return list(check(subject))
    except (UserError, OSError, ValueError) as error:
        return [str(error).splitlines()[0]]


def format_faults(subject: Subject) -> Iterable[str]:
    want, got = subject.platform, ffmpeg.probe(subject.master)
    pairs = (
        ("video codec", got.video, want.codec), ("profile", got.profile, want.profile),
        ("pixel format", got.pixel_format, want.pixel_format), ("audio codec", got.audio, want.audio),
        ("sample rate", got.sample_rate, want.sample_rate), ("channels", got.channels, want.channels),
        ("frame rate", got.rate, float(subject.rate)), ("size", f"{got.width}x{got.height}", subject.manifest["size"]),
    )  # fmt: skip
    yield from (f"{name} is {have}, wanted {need}" for name, have, need in pairs if have != need)
    if not ffmpeg.has_faststart(subject.master):
        yield "the index is not at the front (faststart)"
    if "aigc" not in got.tags:
        yield "the AIGC metadata tag is missing"


def length_faults(subject: Subject) -> Iterable[str]:
    seconds = ffmpeg.probe(subject.master).seconds
    planned = subject.manifest["frames"] / subject.rate
    if abs(seconds - planned) > DURATION_TOLERANCE:
        yield f"master is {seconds:.2f} s long, the timeline {planned:.2f} s"
    if not subject.platform.min_seconds <= planned <= subject.platform.max_seconds:
        low, high = subject.platform.min_seconds, subject.platform.max_seconds
        yield f"master is {planned:.1f} s long, wanted {low:.0f} to {high:.0f} s"


def sound_faults(subject: Subject) -> Iterable[str]:
    heard = inspection.listen(subject.master, subject.rate)
    want = subject.platform
    if abs(heard.loudness_lufs - want.loudness_lufs) > want.loudness_tolerance:
        yield f"loudness is {heard.loudness_lufs:.2f} LUFS, wanted {want.loudness_lufs} +-{want.loudness_tolerance}"
    if heard.true_peak_dbtp > want.true_peak_dbtp:
        yield f"true peak is {heard.true_peak_dbtp:.2f} dBTP, limit {want.true_peak_dbtp}"
    for span in heard.silences:
        if not _declared(span, subject, ("silence", "black")):
            yield f"unplanned silence from {_clock(span.start, subject)} to {_clock(span.stop, subject)}"


def script_faults(subject: Subject) -> Iterable[str]:
    """The written rules: words, last sentence, ids and all."""
    yield from (fault.message for fault in check_episode(subject.series, subject.episode))
    spoken = [line.id for line in subject.episode.lines()]
    heard = [entry["line"] for entry in subject.manifest["speech"]]
    if spoken != heard:
        yield "the master does not speak the lines of the script in their order"


def subtitle_faults(subject: Subject) -> Iterable[str]:
    """Every form says the same words as the script, while they are spoken."""
    forms = {
        "srt": subtitles.from_srt(_text(subject, "subtitles.srt"), subject.rate),
        "vtt": subtitles.from_vtt(_text(subject, "subtitles.vtt"), subject.rate),
        "ass": subtitles.from_ass(_text(subject, "subtitles.ass"), subject.rate),
    }
    said = [w for line in subject.episode.lines() for w in _words(line.text, subject)]
    for name, captions in forms.items():
        shown = [w for caption in captions for w in _words(" ".join(caption.rows), subject)]
        if shown != said:
            yield f"subtitles.{name} does not say what the script says"
    yield from _sync_faults(forms["srt"], subject)


def _words(text: str, subject: Subject) -> list[str]:
    if subject.series.language == "zh":
        return [c for c in text if c.isalnum()]
    return [w.lower() for w in words(text)]


def _sync_faults(captions: list[Caption], subject: Subject) -> Iterable[str]:
    slack = round(SUBTITLE_TOLERANCE * subject.rate)
    speech = subject.manifest["speech"]
    for entry in speech:
        if not any(c.start <= entry["start"] + slack and c.stop > entry["start"] for c in captions):
            yield f"line {entry['line']} at {_clock(entry['start'], subject)} has no subtitle while it begins"
    for caption in captions:
        if not any(e["start"] - slack <= caption.start < e["stop"] for e in speech):
            yield f"subtitle '{' '.join(caption.rows)}' at {_clock(caption.start, subject)} shows while nobody speaks"
    for before, after in pairwise(captions):
        if after.start < before.stop:
            yield f"two subtitles overlap at {_clock(after.start, subject)}"


def media_faults(subject: Subject) -> Iterable[str]:
    """cut.otio opens and every media reference resolves; the EDL is one we would read."""
    cut = otio.adapters.read_from_file(str(subject.folder / "cut.otio"))
    if not isinstance(cut, otio.schema.Timeline):
        yield "cut.otio holds no timeline"
        return
    for clip in cut.find_clips():
        reference = clip.media_reference
        if isinstance(reference, otio.schema.ExternalReference):
            if not (subject.folder / reference.target_url).resolve().is_file():
                yield f"cut.otio: {reference.target_url} is missing"
        elif not isinstance(reference, otio.schema.MissingReference):
            continue
        else:
            yield f"cut.otio: clip {clip.name} has no media"
    if not _text(subject, "cut.edl").startswith("TITLE:"):
        yield "cut.edl has no title line"


def shots_faults(subject: Subject) -> Iterable[str]:
    rows = list(csv.DictReader(io.StringIO(_text(subject, "shots.csv"))))
    planned = sum(1 for _ in subject.episode.shots())
    if len(rows) != planned:
        yield f"shots.csv has {len(rows)} shots, the episode {planned}"


def cover_faults(subject: Subject) -> Iterable[str]:
    picture = cv2.imread(str(subject.folder / "cover.jpg"))
    if picture is None:
        yield "cover.jpg cannot be read"
    elif picture.shape[0] <= picture.shape[1] or picture.shape[0] * picture.shape[1] < MIN_COVER:
        yield f"cover.jpg is {picture.shape[1]}x{picture.shape[0]}, wanted an upright picture"


def hash_faults(subject: Subject) -> Iterable[str]:
    for name, entry in subject.manifest["files"].items():
        if file_sha256(subject.folder / name) != entry["sha256"]:
            yield f"{name} has changed since it was delivered"


def picture_checks(subject: Subject) -> list[Result]:
    try:
        frames = inspection.luma(subject.master)
    except (UserError, ValueError) as error:
        return [result("picture", [f"master.mp4 cannot be decoded: {error}"])]
    return [result("picture", _picture_faults(frames, subject))]


def _picture_faults(frames: Any, subject: Subject) -> Iterable[str]:
    if len(frames) != subject.manifest["frames"]:
        yield f"master has {len(frames)} frames, the timeline {subject.manifest['frames']}"
    for span in inspection.black_spans(frames, subject.rate):
        if not _declared(span, subject, ("black",)):
            yield f"black picture from {_clock(span.start, subject)} to {_clock(span.stop, subject)}"
    for span in inspection.frozen_spans(frames, subject.rate):
        if not _declared(span, subject, ("freeze", "black")):
            yield f"frozen picture from {_clock(span.start, subject)} to {_clock(span.stop, subject)}"
    high, wide = inspection.letterbox(frames)
    if max(high, wide) > inspection.BAR_SHARE:
        yield f"letterboxed: {high:.0%} of the height and {wide:.0%} of the width is always black"


def _declared(span: inspection.Stretch, subject: Subject, kinds: tuple[str, ...]) -> bool:
    """Whether the timeline planned this: within a declared span, half a second of slack."""
    slack = subject.rate // 2
    return any(
        s["kind"] in kinds and s["start"] - slack <= span.start and span.stop <= s["stop"] + slack
        for s in subject.manifest["spans"]
    )


def _clock(frame: int, subject: Subject) -> str:
    return f"{frame / subject.rate:.2f} s"


def _text(subject: Subject, name: str) -> str:
    return (subject.folder / name).read_text(encoding="utf-8")
