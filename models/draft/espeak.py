"""Our side of the espeak-ng pipe: starts, feeds, times and restarts the worker. Knows no characters and no emotions."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

NATIVE_RATE = 22_050
BATCH_SECONDS = 20.0
"""Patience with one request, and per clause on top: a clause takes about 3 ms."""
CLAUSE_SECONDS = 0.5
MAX_FRAMES = NATIVE_RATE * 60
_COMMAND = [sys.executable, "-m", "models.draft.espeak_worker"]


@dataclass(frozen=True)
class Clause:
    """What to say in one breath; `rate` in espeak words a minute, pitch, range and volume 0-99/100."""

    text: str
    voice: str
    rate: int
    pitch: int
    range: int
    volume: int


@dataclass(frozen=True)
class Spoken:
    """A clause as heard: samples at NATIVE_RATE, (frame, character position from 1) words, (frame, name) phonemes."""

    samples: NDArray[np.float32]
    words: tuple[tuple[int, int], ...]
    phonemes: tuple[tuple[int, str], ...]
    core_seconds: float


class WorkerError(RuntimeError):
    """The worker refused clause number `index`, or died of it twice."""

    def __init__(self, index: int, message: str) -> None:
        super().__init__(message)
        self.index = index


class EspeakProcess:
    """One worker process, started on first use, restarted when it dies, ended by `close` or with its owner."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._finalizer: weakref.finalize | None = None

    def say(self, clauses: Sequence[Clause]) -> list[Spoken]:
        """All clauses in order. A worker that dies is started again at the clause it died on, once per clause."""
        done: list[Spoken] = []
        with self._lock:
            failed_at = -1
            while len(done) < len(clauses):
                try:
                    self._request(clauses[len(done) :], done)
                except (BrokenPipeError, EOFError) as error:
                    self._stop()
                    if failed_at == len(done):
                        raise WorkerError(failed_at, "espeak-ng died or ran out of time twice") from error
                    failed_at = len(done)
        return done

    def close(self) -> None:
        """End the worker; the next `say` starts another."""
        with self._lock:
            self._stop()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def _request(self, clauses: Sequence[Clause], done: list[Spoken]) -> None:
        process = self._running()
        watchdog = threading.Timer(BATCH_SECONDS + CLAUSE_SECONDS * len(clauses), process.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            items = [[k.text, k.voice, k.rate, k.pitch, k.range, k.volume] for k in clauses]
            assert process.stdin and process.stdout
            process.stdin.write(json.dumps(items).encode() + b"\n")
            process.stdin.flush()
            for _ in clauses:
                done.append(_read_answer(process, len(done)))
        except WorkerError:
            self._stop()  # unread answers are still in the pipe
            raise
        finally:
            watchdog.cancel()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            root = str(Path(__file__).resolve().parents[2])
            path = os.pathsep.join(p for p in (root, os.environ.get("PYTHONPATH", "")) if p)
            self._process = subprocess.Popen(
                _COMMAND,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": path},
            )
            self._finalizer = weakref.finalize(self, _end, self._process)
        return self._process

    def _stop(self) -> None:
        if self._finalizer:
            self._finalizer()
        self._process = None


def _end(process: subprocess.Popen[bytes]) -> None:
    for stream in (process.stdin, process.stdout):
        if stream:
            try:
                stream.close()
            except BrokenPipeError:
                continue  # it had died with a request unread
    process.kill()
    process.wait()


def _read_answer(process: subprocess.Popen[bytes], index: int) -> Spoken:
    assert process.stdout
    line = process.stdout.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    header = json.loads(line)
    if "error" in header:
        raise WorkerError(index, header["error"])
    frames = header["frames"]
    if header["rate"] != NATIVE_RATE or not 0 <= frames <= MAX_FRAMES:
        raise WorkerError(index, f"espeak-ng answered {frames} frames at {header['rate']} Hz")
    pcm = process.stdout.read(frames * 2)
    if len(pcm) < frames * 2:
        raise EOFError
    samples = np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768)
    words = tuple((frame, position) for frame, position, _ in header["words"])
    phonemes = tuple((frame, name) for frame, name in header["phonemes"])
    return Spoken(samples, words, phonemes, header["core_seconds"])
