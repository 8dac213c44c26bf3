"""Re-checks every deliverable of an episode from the files themselves. Says what fails in the reader's words.

Each check is one function: a list of faults, empty when all is well. Pictures are decoded once."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import opentimelineio
from numpy.typing import NDArray

from engine import composition, ffmpeg, inspection, subtitles, wav
from engine.core import SAMPLE_RATE, Episode, Series, UserError
from engine.cues import Face
from engine.manifest import COVERS, DELIVERABLES, MANIFEST, Manifest, read_manifest
from engine.rules import Platform, platform
from engine.story.checks import check_episode
from engine.timeline import Caption, Span, Timeline, from_json
from engine.vault import file_sha256
from models.words import words

otio: Any = opentimelineio  # it carries no types

DURATION_TOLERANCE = 0.1  # seconds: AAC frames are 21 ms long
SUBTITLE_TOLERANCE = 0.25  # seconds between a line and the subtitle that shows it
UNCAPTIONED_SECONDS = 0.4  # speech without a subtitle that is long enough to be a word
ROOM_SECONDS = 0.6  # what a large room adds to the end of a line
MASTER_STAGE = "conforming"
MIN_COVER = 100_000  # pixels
MOST_CHARACTERS = 200  # of a library's own words in a fault
UNREADABLE = (UserError, OSError, ValueError, LookupError, TypeError, csv.Error, otio.exceptions.OTIOError)
"""What the readers of damaged files raise."""

Result = dict[str, Any]


@dataclass(frozen=True)
class Subject:
    """One episode's folder with what the intent and the manifest say of it."""

    series: Series
    episode: Episode
    folder: Path
    manifest: Manifest
    platform: Platform

    @property
    def master(self) -> Path:
        return self.folder / "master.mp4"

    @property
    def rate(self) -> int:
        return self.manifest.rate


def result(name: str, faults: Iterable[str]) -> Result:
    found = list(faults)
    return {"check": name, "passed": not found, "faults": found}


def verify_episode(series: Series, episode: Episode, folder: Path) -> list[Result]:
    """Every check of one episode. A missing or damaged manifest, or missing files, are the only faults then."""
    manifest = read_manifest(folder)
    if manifest is None:
        return [result("manifest", [f"{folder.name} has no readable {MANIFEST}: it is not finished"])]
    named = dict.fromkeys((*DELIVERABLES, *manifest.files))
    missing = [name for name in named if not (folder / name).is_file()]
    if missing:
        return [result("files", [f"{name} is missing" for name in missing])]
    subject = Subject(series, episode, folder, manifest, platform())
    return [*light_checks(subject), result("picture", _guarded(picture_faults, subject))]


def light_checks(subject: Subject) -> list[Result]:
    """All checks that need no decoded picture; their results go into the manifest."""
    checks = (
        ("format", format_faults), ("length", length_faults), ("sound", sound_faults), ("script", script_faults),
        ("subtitles", subtitle_faults), ("media", media_faults), ("shots", shots_faults), ("cover", cover_faults),
        ("hashes", hash_faults), ("staging", staging_faults),
    )  # fmt: skip
    return [result(name, _guarded(check, subject)) for name, check in checks]


def _guarded(check: Callable[[Subject], Iterable[str]], subject: Subject) -> list[str]:
    """A file that cannot be read at all is a fault of its check, not a crash of the others."""
    faults: list[str] = []
    try:
        faults.extend(check(subject))
    except UNREADABLE as error:
        words = " ".join(str(error).split()) or type(error).__name__
        faults.append(f"cannot be read: {words[:MOST_CHARACTERS]}")
    return faults


def format_faults(subject: Subject) -> Iterable[str]:
    want, got = subject.platform, ffmpeg.probe(subject.master)
    pairs = (
        ("video codec", got.video, want.codec), ("profile", got.profile, want.profile),
        ("pixel format", got.pixel_format, want.pixel_format), ("audio codec", got.audio, want.audio),
        ("sample rate", got.sample_rate, want.sample_rate), ("channels", got.channels, want.channels),
        ("frame rate", got.rate, float(subject.rate)), ("size", f"{got.width}x{got.height}", subject.manifest.size),
    )  # fmt: skip
    yield from (f"{name} is {have}, wanted {need}" for name, have, need in pairs if have != need)
    if not ffmpeg.has_faststart(subject.master):
        yield "the index is not at the front (faststart)"
    if "aigc" not in got.tags:
        yield "the AIGC metadata tag is missing"


def length_faults(subject: Subject) -> Iterable[str]:
    seconds = ffmpeg.probe(subject.master).seconds
    planned = subject.manifest.frames / subject.rate
    if abs(seconds - planned) > DURATION_TOLERANCE:
        yield f"master is {seconds:.2f} s long, the timeline {planned:.2f} s"
    if not subject.platform.min_seconds <= planned <= subject.platform.max_seconds:
        low, high = subject.platform.min_seconds, subject.platform.max_seconds
        yield f"master is {planned:.1f} s long, wanted {low:.0f} to {high:.0f} s"


def sound_faults(subject: Subject) -> Iterable[str]:
    heard = inspection.listen(subject.master, subject.rate)
    want = subject.platform
    planned = subject.manifest.frames / subject.rate
    if abs(heard.seconds - planned) > DURATION_TOLERANCE:
        yield f"the sound is {heard.seconds:.2f} s long, the timeline {planned:.2f} s"
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
    heard = [entry.line for entry in subject.manifest.speech]
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
    yield from _heard_faults(forms["srt"], subject)


def _words(text: str, subject: Subject) -> list[str]:
    if subject.series.language == "zh":
        return [c for c in text if c.isalnum()]
    return [w.lower() for w in words(text)]


def _sync_faults(captions: list[Caption], subject: Subject) -> Iterable[str]:
    """Subtitles against where the manifest says that lines are spoken."""
    slack = round(SUBTITLE_TOLERANCE * subject.rate)
    speech = subject.manifest.speech
    for entry in speech:
        if not any(c.start <= entry.start + slack and c.stop > entry.start for c in captions):
            yield f"line {entry.line} at {_clock(entry.start, subject)} has no subtitle while it begins"
    for caption in captions:
        if not any(e.start - slack <= caption.start < e.stop for e in speech):
            yield f"subtitle '{' '.join(caption.rows)}' at {_clock(caption.start, subject)} shows while nobody speaks"
    for before, after in pairwise(captions):
        if after.start < before.stop:
            yield f"two subtitles overlap at {_clock(after.start, subject)}"


def _heard_faults(captions: list[Caption], subject: Subject) -> Iterable[str]:
    """Subtitles against the voices themselves, as the dialogue stem has them."""
    samples, sample_rate = wav.read_wav(stem(subject, "DX"))
    if sample_rate != SAMPLE_RATE:
        yield f"the dialogue stem has {sample_rate} Hz, wanted {SAMPLE_RATE}"
        return
    loud = inspection.speaking(samples, subject.manifest.frames, subject.rate)
    for entry in subject.manifest.speech:
        if not loud[max(0, entry.start) : entry.stop].any():
            yield f"line {entry.line} at {_clock(entry.start, subject)} cannot be heard"
    for start, stop in inspection.runs(loud & ~_shown(captions, subject)):
        if stop - start >= UNCAPTIONED_SECONDS * subject.rate:
            yield f"speech from {_clock(start, subject)} to {_clock(stop, subject)} has no subtitle"


def _shown(captions: list[Caption], subject: Subject) -> NDArray[np.bool_]:
    """Per frame whether a subtitle stands for what is heard, the room's answer included."""
    before, after = round(SUBTITLE_TOLERANCE * subject.rate), round(ROOM_SECONDS * subject.rate)
    shown = np.zeros(subject.manifest.frames, bool)
    for caption in captions:
        shown[max(0, caption.start - before) : caption.stop + after] = True
    return shown


def stem(subject: Subject, track: str) -> Path:
    """The file of a sound track of cut.otio: DX, MX or FX. UserError when there is none."""
    cut = _cut(subject)  # held by a name: its tracks go with it
    for found in cut.tracks:
        for clip in found.find_clips() if found.name == track else ():
            if isinstance(clip.media_reference, otio.schema.ExternalReference):
                return subject.folder / str(clip.media_reference.target_url)
    raise UserError(f"cut.otio names no stem on track {track}")


def _cut(subject: Subject) -> Any:
    cut = otio.adapters.read_from_file(str(subject.folder / "cut.otio"))
    if not isinstance(cut, otio.schema.Timeline):
        raise UserError("cut.otio holds no timeline")
    return cut


def media_faults(subject: Subject) -> Iterable[str]:
    """cut.otio opens, every media reference resolves to the very take, and the EDL is one we would read."""
    takes = {take.file: take.sha256 for take in subject.manifest.takes}
    found, cut = 0, _cut(subject)
    for clip in cut.find_clips():
        found += 1
        reference = clip.media_reference
        if isinstance(reference, otio.schema.ExternalReference):
            yield from _reference_faults(str(reference.target_url), takes, subject)
        else:
            yield f"cut.otio: clip {clip.name} has no media"
    if not found:
        yield "cut.otio holds no clip"
    if not _text(subject, "cut.edl").startswith("TITLE:"):
        yield "cut.edl has no title line"


def _reference_faults(url: str, takes: Mapping[str, str], subject: Subject) -> Iterable[str]:
    path = (subject.folder / url).resolve()
    if not path.is_file():
        yield f"cut.otio: {url} is missing"
    elif path.name in takes and file_sha256(path) != takes[path.name]:
        yield f"cut.otio: {url} has changed since it was made"


def shots_faults(subject: Subject) -> Iterable[str]:
    rows = list(csv.DictReader(io.StringIO(_text(subject, "shots.csv"))))
    planned = sum(1 for _ in subject.episode.shots())
    if len(rows) != planned:
        yield f"shots.csv has {len(rows)} shots, the episode {planned}"


def cover_faults(subject: Subject) -> Iterable[str]:
    for name in ("cover.jpg", *COVERS):
        picture = cv2.imread(str(subject.folder / name))
        if picture is None:
            yield f"{name} cannot be read"
        elif picture.shape[0] <= picture.shape[1] or picture.shape[0] * picture.shape[1] < MIN_COVER:
            yield f"{name} is {picture.shape[1]}x{picture.shape[0]}, wanted an upright picture"


def hash_faults(subject: Subject) -> Iterable[str]:
    yield from (f"the manifest has no hash of {name}" for name in DELIVERABLES if name not in subject.manifest.files)
    for name, entry in subject.manifest.files.items():
        if file_sha256(subject.folder / name) != entry.sha256:
            yield f"{name} has changed since it was delivered"


def staging_faults(subject: Subject) -> Iterable[str]:
    """How long looks are held, and from the cut's own record: mouths under subtitles, faces that leave the frame."""
    yield from composition.hold_faults([Span(s.kind, s.start, s.stop) for s in subject.manifest.spans], subject.rate)
    record = cut_record(subject.folder, subject.manifest)
    if record:
        timeline, faces = record
        frames = composition.seen_frames(timeline, faces, composition.still(faces))
        yield from composition.staging_faults(timeline, frames)


def cut_record(folder: Path, manifest: Manifest) -> tuple[Timeline, dict[str, dict[str, Face]]] | None:
    """The timeline that the master was made from and the faces it was aimed at; None where no record has both."""
    entry = next((take for take in manifest.takes if take.stage == MASTER_STAGE), None)
    if entry is None:
        return None
    path = folder.parents[2] / "takes" / MASTER_STAGE / f"{entry.file}.json"
    recipe = json.loads(path.read_text(encoding="utf-8"))["recipe"]
    if "faces" not in recipe:
        return None
    faces = {shot: {who: _face(at) for who, at in row.items()} for shot, row in recipe["faces"].items()}
    return from_json(recipe["timeline"]), faces


def _face(numbers: list[float]) -> Face:
    x, y, head = numbers
    return x, y, head


def picture_faults(subject: Subject) -> Iterable[str]:
    """What is seen, decoded once from the master."""
    frames = inspection.luma(subject.master)
    if len(frames) != subject.manifest.frames:
        yield f"master has {len(frames)} frames, the timeline {subject.manifest.frames}"
    if not len(frames):
        return
    yield from _stretch_faults(inspection.black_spans(frames, subject.rate), ("black",), subject)
    yield from _stretch_faults(inspection.frozen_spans(frames, subject.rate), ("freeze", "black"), subject)
    boxed = inspection.boxed_spans(frames, subject.rate)
    yield from _stretch_faults(boxed, ("black",), subject)
    high, wide = inspection.letterbox(frames)
    if not boxed and max(high, wide) > inspection.BAR_SHARE:
        yield f"letterboxed: {high:.0%} of the height and {wide:.0%} of the width is always black"


def _stretch_faults(spans: Iterable[inspection.Stretch], allowed: tuple[str, ...], subject: Subject) -> Iterable[str]:
    for span in spans:
        if not _declared(span, subject, allowed):
            yield f"{span.kind} picture from {_clock(span.start, subject)} to {_clock(span.stop, subject)}"


def _declared(span: inspection.Stretch, subject: Subject, kinds: tuple[str, ...]) -> bool:
    """Whether the timeline planned this: within a declared span, half a second of slack."""
    slack = subject.rate // 2
    return any(
        s.kind in kinds and s.start - slack <= span.start and span.stop <= s.stop + slack
        for s in subject.manifest.spans
    )


def _clock(frame: int, subject: Subject) -> str:
    return f"{frame / subject.rate:.2f} s"


def _text(subject: Subject, name: str) -> str:
    return (subject.folder / name).read_text(encoding="utf-8")
