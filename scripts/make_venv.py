"""Make a virtual environment with pip, also where Debian's python3-venv is missing. Standard library only, no root.

    python3 scripts/make_venv.py .venv

Tries in turn: `venv` with ensurepip; a bare venv filled by the system's pip; a bare venv filled by pip's own wheel
from the package index (PIP_INDEX_URL, else PyPI). When none works, one line names the package; exit 2."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin

OLDEST = (3, 11)
INDEX = "https://pypi.org/simple"
SECONDS = 30
WHEEL = re.compile(r'href="([^"]*/(pip-(\d+)\.(\d+)(?:\.(\d+))?-py3-none-any\.whl)(?:#sha256=([0-9a-f]{64}))?)"')


def quiet(*command: str) -> bool:
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def with_ensurepip(folder: Path) -> bool:
    try:
        import ensurepip  # noqa: F401  (absent on Debian without python3-venv)
    except ImportError:
        return False
    return quiet(sys.executable, "-m", "venv", "--clear", str(folder))


def with_system_pip(folder: Path) -> bool:
    return bare(folder) and quiet(sys.executable, "-m", "pip", "--python", python(folder), "install", "-q", "pip")


def with_pip_wheel(folder: Path) -> bool:
    """Pip's wheel is a runnable archive: it installs itself. The index's sha256 is checked."""
    if not bare(folder):
        return False
    page = os.environ.get("PIP_INDEX_URL", INDEX).rstrip("/") + "/pip/"
    try:
        with tempfile.TemporaryDirectory() as scratch:
            wheel = newest_pip(page, Path(scratch))
            return quiet(python(folder), f"{wheel}/pip", "install", "-q", str(wheel))
    except (OSError, ValueError) as error:
        print(f"pip cannot be fetched from the package index: {error}", file=sys.stderr)
        return False


def newest_pip(page: str, folder: Path) -> Path:
    """Download the newest released pip listed on `page`. OSError without network, ValueError for a bad page or hash."""
    if not page.startswith(("https://", "http://", "file://")):
        raise ValueError(f"{page} is no web address")
    with urllib.request.urlopen(page, timeout=SECONDS) as answer:
        found = WHEEL.findall(answer.read().decode("utf-8", errors="replace"))
    if not found:
        raise ValueError(f"no pip is listed on {page}")
    link, name, *_, digest = max(found, key=lambda hit: tuple(int(part or 0) for part in hit[2:5]))
    with urllib.request.urlopen(urljoin(page, link), timeout=SECONDS) as answer:
        data = answer.read()
    if digest and hashlib.sha256(data).hexdigest() != digest:
        raise ValueError(f"{name} has another sha256 than the index says")
    (folder / name).write_bytes(data)
    return folder / name


def bare(folder: Path) -> bool:
    return quiet(sys.executable, "-m", "venv", "--clear", "--without-pip", str(folder))


def python(folder: Path) -> str:
    return str(folder / "bin" / "python")


WAYS: tuple[Callable[[Path], bool], ...] = (with_ensurepip, with_system_pip, with_pip_wheel)


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".venv")
    if sys.version_info < OLDEST:
        print(f"Python {sys.version.split()[0]} is too old: 3.11 or newer is needed (make PYTHON=python3.11)")
        return 2
    if any(way(folder) and quiet(python(folder), "-m", "pip", "--version") for way in WAYS):
        return 0
    print("Python's venv module lacks pip on this machine: install the package python3-venv, then run make again")
    return 2


if __name__ == "__main__":
    sys.exit(main())
