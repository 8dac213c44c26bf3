"""Pickles into safetensors, once, in a process of its own: no network, little memory, little time, no objects.

The parent calls `convert`. The child is this very file, run by path in an isolated interpreter: it imports nothing of
ours, loads with torch's weights-only unpickler (tensors and plain containers, nothing that runs) and writes the result."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
        command = [sys.executable, "-I", __file__, str(source.resolve()), str(target.resolve())]
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
    if code == 3 and lines:
        return lines[-1][:300]
    return f"the converter ended with {code} ({lines[-1][:200] if lines else 'without a word'})"


# -- the child


def _child(source: Path, target: Path, memory: int, seconds: int) -> int:
    """0: written. 3: refused, the reason is the last line of standard error."""
    import torch
    from safetensors.torch import save_file

    _cut_off()
    torch.set_num_threads(1)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    most = 2 * source.stat().st_size + 64 * 1024**2
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        told = torch.load(source, map_location="cpu", weights_only=True)
        save_file(
            {name: tensor.detach().clone().contiguous() for name, tensor in _tensors(told)}, target, {"format": "pt"}
        )
    except MemoryError:
        return _refuse("it needs more memory than the limit")
    except Exception as error:  # a hostile file can raise anything; none of it may pass for a result
        return _refuse(_words(error))
    return 0


def _tensors(told: object) -> list[tuple[str, Any]]:
    """The pairs of a table of tensors; one that is wrapped in {'state_dict': ...} is unwrapped."""
    import torch

    if isinstance(told, dict) and isinstance(told.get("state_dict"), dict):
        told = told["state_dict"]
    if not isinstance(told, dict) or not told:
        raise ValueError("it holds no table of tensors")
    odd = [name for name, value in told.items() if not (isinstance(name, str) and isinstance(value, torch.Tensor))]
    if odd:
        raise ValueError(f"'{str(odd[0])[:80]}' in it is no tensor")
    return list(told.items())


def _words(error: Exception) -> str:
    """torch's long advice on unsafe loading shortened to what is the matter."""
    text = " ".join(str(error).split())
    if type(error).__name__ == "UnpicklingError":
        return (
            "it is refused: it holds more than tensors, or is damaged ("
            + text.rpartition("WeightsUnpickler error: ")[2][:120]
            + ")"
        )
    if "alloc" in text or "can't allocate" in text:
        return "it needs more memory than the limit"
    return f"it is damaged or no weights ({type(error).__name__}: {text[:160]})"


def _refuse(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 3


def _cut_off() -> None:
    """No network: an empty network namespace where the kernel allows one, and no sockets in any case."""
    import ctypes
    import socket

    new_user, new_net = 0x10000000, 0x40000000
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(new_net) != 0:
            libc.unshare(new_user | new_net)

    class Refused(socket.socket):
        def __init__(self, *_: Any, **__: Any) -> None:
            raise PermissionError("no network while a pickle is converted")

    socket.socket = Refused


if __name__ == "__main__":
    sys.exit(_child(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
