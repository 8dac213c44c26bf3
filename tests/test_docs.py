"""Docs that cannot rot: what README says of commands, settings and files is compared with the real ones."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest
import typer.main
from pydantic import TypeAdapter

from engine.acts import Act
from engine.cli import app
from engine.config import PARTS, Profile, load_profile, profile_names
from models.settings import ModelSettings

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted(ROOT.glob("*.md"))
MODELS = (ROOT / "MODELS.md").read_text(encoding="utf-8")


def commands(group: Any, before: str = "") -> dict[str, Any]:
    """Every command by its words: 'render', 'models pull'."""
    found: dict[str, Any] = {}
    for name, command in group.commands.items():
        inner = hasattr(command, "commands")
        found |= commands(command, f"{before}{name} ") if inner else {f"{before}{name}": command}
    return found


COMMANDS = commands(typer.main.get_command(app))


def table(heading: str, page: str = README) -> dict[str, str]:
    """Name -> the rest of its row, for every backticked name in the first column of the table under `heading`."""
    body = page.partition(f"| {heading} |")[2].partition("\n\n")[0]
    rows = [line.strip("| ").split(" | ", 1) for line in body.splitlines() if line.startswith("| `")]
    return {name: rest for first, rest in rows for name in re.findall(r"`([^`]+)`", first)}


def options() -> dict[str, set[str]]:
    """Option -> the commands that have it."""
    found: dict[str, set[str]] = {}
    for name, command in COMMANDS.items():
        for parameter in command.params:
            for option in parameter.opts:
                if option.startswith("--") and option != "--help":
                    found.setdefault(option, set()).add(name)
    return found


def test_every_command_has_its_row() -> None:
    documented = {" ".join(w for w in row.split()[1:] if w.islower() and w.isalpha()) for row in table("command")}
    assert documented == set(COMMANDS)


def test_every_option_has_its_row_with_the_commands_that_have_it() -> None:
    rows = {name: set(rest.split(" | ")[0].split(", ")) for name, rest in table("option").items()}
    assert rows == options()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_an_example(name: str) -> None:
    assert f"cliffhanger {name}" in (COMMANDS[name].epilog or "")
    assert COMMANDS[name].help


def test_every_setting_of_a_profile_has_its_row() -> None:
    assert set(table("setting")) == set(Profile.model_fields) - {"name", "file"}


@pytest.mark.parametrize("part", PARTS)
def test_every_setting_of_a_tier_has_its_row(part: str) -> None:
    told = ModelSettings.model_fields[part].annotation
    fields = next((kind for kind in (told, *get_args(told)) if hasattr(kind, "model_fields")), None)
    assert set(table(f"`[{part}]`", MODELS)) == set(getattr(fields, "model_fields", {}))


def test_every_profile_and_role_is_described() -> None:
    assert set(table("profile", MODELS)) == set(profile_names()) - {"draft"}
    roles = {role for name in profile_names() for role in load_profile(name).models}
    assert all(f"`{role}`" in MODELS for role in roles)


def test_every_act_of_an_edit_rule_has_its_row() -> None:
    schema = TypeAdapter[Any](Act).json_schema()
    assert set(table("acts")) == set(schema["discriminator"]["mapping"])


def test_every_environment_variable_has_its_row() -> None:
    sources = [p.read_text(encoding="utf-8") for room in ("engine", "models") for p in (ROOT / room).rglob("*.py")]
    used = {name for text in sources for name in re.findall(r"CLIFFHANGER_[A-Z_]+", text)}
    assert set(table("environment variable")) == used


def test_every_make_target_and_variable_has_its_row_and_help() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    assert {row.removeprefix("make ") for row in table("make target")} == targets
    assert set(re.findall(r"^([a-z][a-z-]*):.*## .", makefile, re.MULTILINE)) == targets
    assert set(table("make variable")) == set(re.findall(r"^([A-Z_]+) \?=", makefile, re.MULTILINE))


def test_tree_in_readme_is_that_of_the_files() -> None:
    if subprocess.run(["git", "rev-parse"], cwd=ROOT, capture_output=True).returncode != 0:
        pytest.skip("not a git checkout")
    done = subprocess.run([sys.executable, "scripts/readme_tree.py", "--check"], cwd=ROOT, capture_output=True)
    assert done.returncode == 0, "README's tree is stale: run make fmt"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)|src=\"([^\":]+)\"", page.read_text(encoding="utf-8"))
    missing = [name for pair in links for name in pair if name and not (ROOT / name).exists()]
    assert missing == []


def test_every_dependency_is_listed_with_its_licence() -> None:
    parts = (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8").lower()
    project = (ROOT / "pyproject.toml").read_text()
    listed = project.partition("dependencies = [")[2].partition("[project.scripts]")[0]
    names = re.findall(r'"([A-Za-z][A-Za-z0-9_.-]*)(?:\[[a-z]+\])?[><=]', listed)
    assert [name for name in names if f"| {name.lower()} |" not in parts] == []
