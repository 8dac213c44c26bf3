"""Own voices: a recording heard and checked, a voice kept with its consent, taken away again, refused when it must not speak.

Decodes with ffmpeg, measures with numpy, writes folders; which models make a voice of a recording it does not know."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError
from scipy import signal

from engine import ffmpeg, vault
from engine.core import UserError
from models import own_voices
from models.base import Rights
from models.own_voices import CONSENT, MOST_CONSENT, OWN, PRESET, RECORD, Consent, OwnVoice, Record, folder_of, sha256

Samples = NDArray[np.float32]

RATE, CODEC_RATE, HUBERT_RATE = 48_000, 24_000, 16_000
LEAST_SECONDS, MOST_SECONDS = 3.0, 30.0
DECODED_SECONDS = 180
"""No more of a file is decoded: what is longer than 30 s is refused, silence at its ends aside."""
DECODE_TIMEOUT = 120
MOST_BYTES = 500_000_000
WINDOW_SECONDS = 0.02
QUIET_DB = -40.0
"""Relative to the loudest moment: what is softer at either end is silence."""
FLOOR_DB = -60.0  # dBFS: nothing below is speech
LEAST_LEVEL_DB = -45.0
"""dBFS of the parts that are not silent. Below it a 16-bit recording has little but noise left."""
LEVEL_DB, MOST_PEAK = -20.0, 0.97
"""What a recording is brought to: the codec keeps the level, and a voice must not be softer than its neighbours."""
CLIPPED_AT, CLIPPED_RUN, CLIPPED_MOST = 0.98, 3, 0.001
"""Of full scale; samples in a row; share of all samples. Measured on two espeak voices: 0.0000 unclipped at full scale, 0.004
when 3 dB too loud, 0.015 when 6 dB; after MP3 or AAC, which smooth what was cut off, 0.001 at 6 dB."""
MARGIN_SECONDS = 0.1


class Cloner(Protocol):
    """Makes voices of recordings; models.registry loads it."""

    @property
    def made_with(self) -> dict[str, str]: ...
    def clone(self, samples_24k: Sequence[Samples], samples_16k: Sequence[Samples]) -> list[Any]: ...
    def write(self, path: Path, preset: Any) -> None: ...


@dataclass(frozen=True)
class Recording:
    """A recording fit to be a voice: float32 mono in -1..1, ends trimmed, level set. `sha256` is that of its file."""

    at_24k: Samples
    at_16k: Samples
    seconds: float
    sha256: str


@dataclass(frozen=True)
class Agreed:
    """A consent record as it was given, and what it says."""

    data: bytes
    consent: Consent


# -- what rendering asks


def refuse_unfit(voices: Iterable[str]) -> None:
    """UserError that names every own voice among these ids that may not speak today, and why."""
    faults: list[str] = []
    for voice in dict.fromkeys(voices):
        if voice.startswith(OWN):
            try:
                own_voices.voice(voice)
            except ValueError as error:
                faults.append(str(error))
    if faults:
        raise UserError("; ".join(faults))


def rights_of(name: str) -> Rights:
    """The rights of an own voice, 'mei' or 'own/mei'; UserError when it may not speak today."""
    return voice_of(name).rights


def voice_of(name: str) -> OwnVoice:
    try:
        return own_voices.voice(name)
    except ValueError as error:
        raise UserError(str(error)) from error


# -- adding and removing


def free_place(name: str) -> Path:
    """The folder that a new voice of this name will have. UserError for a name that none can have, or that is taken."""
    try:
        folder = folder_of(name)
    except ValueError as error:
        raise UserError(str(error)) from error
    if folder.exists():
        raise UserError(
            f"there is a voice '{name}' already: `cliffhanger voices remove {name}`, or choose another name"
        )
    return folder


def read_consent(path: Path) -> Agreed:
    """UserError, one line, when the file is no consent record that holds today."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_CONSENT + 1)
        return Agreed(data, own_voices.read_consent(data, dt.date.today()))
    except OSError as error:
        raise UserError(f"the consent record {path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UserError(f"{path}: {error}") from error


def add(
    name: str,
    heard: Recording,
    agreed: Agreed,
    licence: str,
    commercial: bool,
    made_with: Mapping[str, str],
    write_preset: Callable[[Path], None],
) -> OwnVoice:
    """Keeps a voice: preset, consent, and the record last, in a folder that appears whole. The recording is not kept."""
    folder = free_place(name)
    draft = folder.with_name(f".{name}-{secrets.token_hex(4)}")
    try:
        draft.mkdir(parents=True, mode=0o700)
        write_preset(draft / PRESET)
        preset = (draft / PRESET).read_bytes()
        record = record_of(name, heard, agreed, licence, commercial, made_with, sha256(preset))
        _write(draft / PRESET, preset)
        _write(draft / CONSENT, agreed.data)
        _write(draft / RECORD, (record.model_dump_json(indent=1) + "\n").encode())
        os.rename(draft, folder)
    except OSError as error:
        free_place(name)  # another run may have added it meanwhile
        raise vault.disk_error(error, folder) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return voice_of(name)


def record_of(
    name: str,
    heard: Recording,
    agreed: Agreed,
    licence: str,
    commercial: bool,
    made_with: Mapping[str, str],
    preset_sha256: str,
) -> Record:
    """The sealed record of a new voice. UserError for licence words that cannot stand in a manifest."""
    try:
        return Record(
            name=name,
            licence=licence,
            commercial_use=commercial and agreed.consent.commercial,
            seconds=round(heard.seconds, 2),
            audio_sha256=heard.sha256,
            consent_sha256=sha256(agreed.data),
            preset_sha256=preset_sha256,
            added=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            made_with=dict(made_with),
        ).sealed()
    except ValidationError as error:
        raise UserError(own_voices.first_fault(error)) from error


def remove(name: str) -> Path:
    """Deletes a voice, whole or broken, and returns where it was; UserError when there is none."""
    bare = name.removeprefix(OWN)
    try:
        folder = folder_of(bare)
    except ValueError as error:
        raise UserError(str(error)) from error
    if not folder.is_dir() or folder.is_symlink():
        known = ", ".join(own_voices.names()) or "none"
        raise UserError(f"there is no voice '{bare}' here (there are: {known})")
    gone = folder.with_name(f".{bare}-{secrets.token_hex(4)}")
    try:
        os.rename(folder, gone)  # from here on it cannot be used, whatever happens to its files
        shutil.rmtree(gone)
    except OSError as error:
        raise vault.disk_error(error, folder) from error
    return folder


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


# -- recordings


def hear(path: Path) -> Recording:
    """A recording from any file that ffmpeg reads. UserError says what is wrong with it and what would be right."""
    try:
        if not path.is_file():
            raise UserError(f"there is no recording {path}")
        if path.stat().st_size > MOST_BYTES:
            raise UserError(f"{path} is too large for a recording of {MOST_SECONDS:.0f} s")
        with path.open("rb") as stream:
            digest = sha256(stream.read())
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from error
    samples = decoded(path)
    try:
        fit = levelled(checked(trimmed(samples)))
    except ValueError as error:
        raise UserError(f"{path}: {error}") from error
    return Recording(resampled(fit, CODEC_RATE), resampled(fit, HUBERT_RATE), len(fit) / RATE, digest)


def decoded(path: Path) -> Samples:
    """float32 mono (n,) at 48 kHz of the file's first audio stream, at most three minutes."""
    if not ffmpeg.probe(path).audio:
        raise UserError(f"{path} has no sound in it")
    arguments = ["-loglevel", "error", "-t", str(DECODED_SECONDS), *ffmpeg.safe_input(path), "-map", "0:a:0", "-vn"]
    data, _ = ffmpeg.run([*arguments, "-ac", "1", "-ar", str(RATE), "-f", "f32le", "-"], DECODE_TIMEOUT)
    return np.frombuffer(data, "<f4").astype(np.float32)


def trimmed(samples: Samples) -> Samples:
    """Without silence at either end, but for a tenth of a second. ValueError when there is nothing but silence."""
    levels = levels_of(samples)
    if not levels.size or levels.max() < FLOOR_DB:
        raise ValueError("there is only silence in it")
    loud = np.flatnonzero(levels > max(levels.max() + QUIET_DB, FLOOR_DB))
    size, margin = int(WINDOW_SECONDS * RATE), int(MARGIN_SECONDS * RATE)
    return samples[max(0, int(loud[0]) * size - margin) : (int(loud[-1]) + 1) * size + margin]


def checked(samples: Samples) -> Samples:
    """The samples; ValueError when they are too short, too long, too quiet, clipped or damaged."""
    seconds = len(samples) / RATE
    if not np.isfinite(samples).all():
        raise ValueError("it is damaged: some of its samples are no numbers")
    if not LEAST_SECONDS <= seconds <= MOST_SECONDS:
        raise ValueError(
            f"it has {seconds:.1f} s between its first and last sound: {LEAST_SECONDS:.0f} to {MOST_SECONDS:.0f} s of one "
            "person speaking are needed"
        )
    level = spoken_level(samples)
    if level < LEAST_LEVEL_DB:
        raise ValueError(f"it is too quiet: {level:.0f} dBFS, at least {LEAST_LEVEL_DB:.0f} are needed")
    share = clipped_share(samples)
    if share > CLIPPED_MOST:
        raise ValueError(f"it is clipped: {share:.1%} of its samples stand at full scale; record it at a lower level")
    return samples


def levels_of(samples: Samples) -> NDArray[np.float64]:
    """dBFS (RMS) of each window of 20 ms."""
    size = int(WINDOW_SECONDS * RATE)
    whole = samples[: len(samples) // size * size].astype(np.float64).reshape(-1, size)
    return 10 * np.log10(np.maximum(np.mean(np.square(whole), axis=1), 1e-12))


def spoken_level(samples: Samples) -> float:
    """dBFS (RMS) of the windows that are within 25 dB of the loudest one."""
    levels = levels_of(samples)
    return float(10 * np.log10(np.mean(10 ** (levels[levels > levels.max() - 25] / 10))))


def clipped_share(samples: Samples) -> float:
    """Share of the samples that stand at full scale with neighbours that do too: [.5, 1, 1, 1, .2] -> 0.6."""
    flags = np.concatenate([[False], np.abs(samples) >= CLIPPED_AT, [False]])
    edges = np.flatnonzero(np.diff(flags.astype(np.int8)))
    runs = edges[1::2] - edges[::2]
    return float(runs[runs >= CLIPPED_RUN].sum() / max(1, len(samples)))


def levelled(samples: Samples) -> Samples:
    """At -20 dBFS where it speaks, with no peak over 0.97."""
    gain = 10 ** ((LEVEL_DB - spoken_level(samples)) / 20)
    return (samples * min(gain, MOST_PEAK / float(np.abs(samples).max()))).astype(np.float32)


def resampled(samples: Samples, rate: int) -> Samples:
    """From 48 kHz to a rate that divides it."""
    out = cast("NDArray[np.float64]", signal.resample_poly(samples, 1, RATE // rate))
    return np.clip(out, -1, 1).astype(np.float32)
