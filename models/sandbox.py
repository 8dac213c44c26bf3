"""Pickles into safetensors, once, in a process of its own: no network, little memory, little time, no objects.

This is the parent: it starts models/converting.py by path in an isolated interpreter, with an empty environment and an
empty working folder, and ends it when its time is over. Imports no torch itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

CONVERTER = Path(__file__).with_name("converting.py")
REFUSED = 3
"""The converter's exit code for a refusal; its reason is the last line of standard error."""
GIB = 1024**3


@dataclass(frozen=True)
class Limits:
    """What a conversion may spend. `memory` is bytes of address space, torch's own libraries included."""

    memory: int = 64 * GIB
    seconds: float = 1800.0

    @classmethod
    def for_size(cls, size: int) -> Limits:
        """For a pickle of so many bytes: room for it, a copy of each tensor and the written bytes."""
        return cls(memory=4 * size + 24 * GIB, seconds=300.0 + size / 20_000_000)


def convert(source: Path, target: Path, limits: Limits | None = None) -> None:
    """The tensors of a pickle as a safetensors file, names and values unchanged; tensors that share memory are cloned.

    ValueError, one line: it holds more than tensors, is cut short, or takes more memory or time than the limits."""
    limits = limits or Limits.for_size(source.stat().st_size)
    with tempfile.TemporaryDirectory(prefix="cliffhanger-convert-") as bare:
        command = [sys.executable, "-I", str(CONVERTER), str(source.resolve()), str(target.resolve())]
        child = subprocess.Popen(
            [*command, str(limits.memory), str(int(limits.seconds) + 1)],
            cwd=bare,
            env={"PATH": os.defpath, "HOME": bare, "OMP_NUM_THREADS": "1"},  # no token, no proxy, no settings
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        try:
            _, told = child.communicate(timeout=limits.seconds)
        except subprocess.TimeoutExpired:
            _end(child)
            target.unlink(missing_ok=True)
            raise ValueError(f"{source.name} was not converted within {limits.seconds:.0f} s") from None
        except BaseException:
            _end(child)
            raise
    if child.returncode != 0:
        target.unlink(missing_ok=True)
        raise ValueError(f"{source.name} was not converted: {_reason(child.returncode, told)}")


def _end(child: subprocess.Popen[str]) -> None:
    """Kills the child and whatever it started."""
    os.killpg(child.pid, signal.SIGKILL)
    child.communicate()


def _reason(code: int, told: str) -> str:
    lines = [line for line in told.splitlines() if line.strip()]
    if code == -signal.SIGXCPU:
        return "it took too much processor time"
    if code == REFUSED and lines:
        return lines[-1][:300]
    return f"the converter ended with {code} ({lines[-1][:200] if lines else 'without a word'})"
