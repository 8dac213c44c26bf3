"""The rules of the house that a linter cannot hold: sizes, first docstrings, light starts, a light repository."""

import ast
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(p for room in ("engine", "models", "scripts", "configs") for p in (ROOT / room).rglob("*.py"))
MOST_LINES = 400
MOST_MEDIA_BYTES = 3_000_000
MEDIA = {".png", ".jpg", ".jpeg", ".gif", ".webp", ".mp4", ".wav", ".mp3", ".otf", ".ttf", ".npy", ".npz"}
HEAVY = ("torch", "transformers", "diffusers", "cv2", "scipy", "opentimelineio")


CONTRACT = next(
    contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    if contract.get("id") == "torch"
)
BLOCK = (
    f"""
import sys
FORBIDDEN = {CONTRACT["forbidden_modules"]}
"""
    + """
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in FORBIDDEN:
            raise ImportError(name + " is blocked")
sys.meta_path.insert(0, Block())
import importlib
"""
)


def run_python(code: str) -> str:
    """What a fresh interpreter prints; fails the test with its error."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_module_says_what_it_is_and_stays_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(text)) or ""
    assert docstring or not text.strip(), f"{path} does not say what it knows"
    short = len(text.splitlines()) <= MOST_LINES
    assert short or "long because" in docstring, f"{path}: over {MOST_LINES} lines, and no 'long because ...'"


def test_the_engine_and_the_draft_models_start_where_torch_cannot_be_imported() -> None:
    names = [
        ".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for p in SOURCES
        if p.name != "espeak_worker.py"
    ]
    light = [n for n in names if any(f"{n}.".startswith(f"{room}.") for room in CONTRACT["source_modules"])]
    assert len(light) > 150
    run_python(BLOCK + "".join(f"importlib.import_module({n!r})\n" for n in light))


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    loaded = run_python("import sys, engine.cli; print(*sys.modules)").split()
    assert [name for name in HEAVY if name in loaded] == []


def test_help_costs_less_than_a_second_of_cpu() -> None:
    before = os.times()
    run_python("from engine.cli import run; run(['--help'])")
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    assert spent < 1.0


def test_media_in_the_repository_stay_small() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    media = [ROOT / name for name in listed.stdout.splitlines() if Path(name).suffix in MEDIA]
    sizes = {p.name: p.stat().st_size for p in media if p.is_file() and p.parent.name != "fonts"}
    assert sum(sizes.values()) < MOST_MEDIA_BYTES, sizes
