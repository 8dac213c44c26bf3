"""The converter: a pickle of tensors in, a safetensors file out. A program of its own, started by models/sandbox.py only.

It runs by path in an isolated interpreter and imports nothing of ours. It cuts itself off from the network, limits its own
memory, time and disk, and loads with torch's weights-only unpickler: tensors and plain containers, nothing that runs.
Arguments: source, target, bytes of memory, seconds of processor time."""

from __future__ import annotations

import ctypes
import resource
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

NEW_USER, NEW_NET = 0x10000000, 0x40000000
"""Flags of unshare(2): a user namespace, and a network namespace, which starts empty."""
REFUSED = 3
"""The exit code of a refusal; its reason is the last line of standard error."""


def main(source: Path, target: Path, memory: int, seconds: int) -> int:
    """0: written. REFUSED: not, and why."""
    cut_off()
    torch.set_num_threads(1)
    limit(memory, seconds, 2 * source.stat().st_size + 64 * 1024**2)
    try:
        told = torch.load(source, map_location="cpu", weights_only=True)
        whole = {name: tensor.detach().clone().contiguous() for name, tensor in tensors_of(told)}  # shared ones apart
        save_file(whole, target, {"format": "pt"})
    except MemoryError:
        return refuse("it needs more memory than the limit")
    except Exception as error:  # a hostile file can raise anything; none of it may pass for a result
        return refuse(words(error))
    return 0


def limit(memory: int, seconds: int, disk: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (disk, disk))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def tensors_of(told: object) -> list[tuple[str, Any]]:
    """The pairs of a table of tensors; one that is wrapped in {'state_dict': ...} is unwrapped."""
    if isinstance(told, dict) and isinstance(told.get("state_dict"), dict):
        told = told["state_dict"]
    if not isinstance(told, dict) or not told:
        raise ValueError("it holds no table of tensors")
    odd = [name for name, value in told.items() if not (isinstance(name, str) and isinstance(value, torch.Tensor))]
    if odd:
        raise ValueError(f"'{str(odd[0])[:80]}' in it is no tensor")
    return list(told.items())


def words(error: Exception) -> str:
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


def refuse(reason: str) -> int:
    print(reason, file=sys.stderr)
    return REFUSED


def cut_off() -> None:
    """No network: an empty network namespace where the kernel allows one, and no sockets in any case."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(NEW_NET) != 0:
            libc.unshare(NEW_USER | NEW_NET)

    class Refused(socket.socket):
        def __init__(self, *_: Any, **__: Any) -> None:
            raise PermissionError("no network while a pickle is converted")

    socket.socket = Refused


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
