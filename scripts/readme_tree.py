"""Write README's commented tree: one line a file, each file's own first sentence. `--check` only compares.

python scripts/readme_tree.py [--check]"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- tree: written by scripts/readme_tree.py -->\n```\n", "```\n<!-- /tree -->"
FOLDERS = {
    ".ci": "what runs before a change lands",
    "configs": "data: no code, read as package data",
    "configs/edit": "how a cut feels: rules and limits",
    "configs/cast": "the words of the bible",
    "configs/fonts": "the one typeface and its licence",
    "configs/gallery": "the look of the series' page",
    "configs/labels": "dated rules for marking AI-made pictures",
    "configs/lexicon": "words that the premise reader knows",
    "configs/looks": "how the words of a look are drawn: measured colours and outlines",
    "configs/names": "name pools",
    "configs/platforms": "what a master must be, by platform",
    "configs/profiles": "which models render, at which size and price",
    "configs/story": "the rule writer's bank, by language",
    "engine": "story, shots, takes, time, money: no torch",
    "engine/story": "world state, plot engines, the rule writer, every story check",
    "models": "what speaks, draws and plays; one adapter a file",
    "models/draft": "the embedded default: no weights, no GPU",
    "models/draft/figures": "the drawn people",
    "models/draft/plates": "the drawn places",
    "models/draft/score": "the draft's orchestra",
    "scripts": "one recipe a file",
    "scripts/readme": "pictures of a real run",
    "tests": "a sentence a test",
    "tests/golden": "cut lists and subtitles as text",
}
FILES = {
    ".ci/run": "tests, slow tests and checks on a fresh machine",
    ".gitignore": "",
    "configs/fonts/CliffhangerSans-Bold.otf": "Latin, GB 2312 and Big5 in one bold face",
    "configs/fonts/OFL.txt": "SIL Open Font License 1.1",
    "ARCHITECTURE.md": "the house on one page",
    "CHANGELOG.md": "what changed for users",
    "CONTRIBUTING.md": "how to work here",
    "Dockerfile.cuda": "the image for a GPU machine",
    "LICENSE": "Apache-2.0",
    "LOG.md": "experiments and their figures, failures too",
    "Makefile": "setup, demo, test, check, bench",
    "README.md": "this file",
    "THIRD_PARTY.md": "every part by others: licence and source",
    "pyproject.toml": "the package, its extras and every tool's settings",
}
COLUMN = 32
MOST_WIDTH = 132


def listed() -> list[Path]:
    """Every file that git tracks, sorted: files of a folder first, then its folders."""
    command = ["git", "ls-files", "-z"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    paths = {Path(name) for name in names if name and (ROOT / name).is_file()}
    return sorted(paths, key=lambda p: ([(1, part) for part in p.parts[:-1]], p.name))


def first_sentence(path: Path) -> str:
    """A module's docstring or a data file's first comment, up to its first full stop; markdown's first heading."""
    name = path.as_posix()
    if name in FILES:
        return FILES[name]
    if path.suffix == ".py":
        text = ast.get_docstring(ast.parse((ROOT / path).read_text(encoding="utf-8"))) or ""
    elif path.suffix in {".toml", ".md"}:
        text = next(iter((ROOT / path).read_text(encoding="utf-8").splitlines()), "").lstrip("# ")
    else:
        return ""
    return re.split(r"\.(?:\s|$)|。", text.replace("\n", " "), maxsplit=1)[0].strip()


def tree() -> str:
    lines: list[str] = []
    shown: set[Path] = set()
    for path in listed():
        for folder in reversed(path.parents[:-1]):
            if folder not in shown:
                shown.add(folder)
                lines.append(row(folder, f"{folder.name}/", FOLDERS.get(folder.as_posix(), "")))
        lines.append(row(path, path.name, first_sentence(path)))
    return "\n".join(lines) + "\n"


def row(path: Path, name: str, comment: str) -> str:
    indented = "  " * (len(path.parts) - 1) + name
    line = f"{indented:<{COLUMN}} {comment}".rstrip()
    return line if len(line) <= MOST_WIDTH else line[: MOST_WIDTH - 1].rsplit(" ", 1)[0] + "…"


def replaced(readme: str) -> str:
    """`readme` with a fresh tree. ValueError when the marks are missing."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("README.md has no tree marks")
    return before + BEGIN + tree() + END + after


def main() -> int:
    path = ROOT / "README.md"
    old = path.read_text(encoding="utf-8")
    new = replaced(old)
    if "--check" in sys.argv[1:]:
        print("the tree is fresh" if old == new else "README's tree is stale: run make fmt")
        return int(old != new)
    path.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
