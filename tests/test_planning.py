"""Premise in, a folder to read and approve out: documents, identity, what is found again."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from engine.cli import run
from engine.config import load_profile
from engine.core import UserError
from engine.planning import Order, plan, read_premise_argument, read_text_file
from engine.story.scriptfile import to_markdown
from engine.vault import series_lock

PREMISE = "A maid is the real empress."
PROFILE = load_profile("draft")


def order(**changes: object) -> Order:
    return Order(**({"premise": PREMISE, "language": None, "length": 3, "seed": 1} | changes))  # type: ignore[arg-type]


def test_a_plan_holds_everything_that_a_person_approves(tmp_path: Path) -> None:
    folder, series, fresh = plan(order(), tmp_path, PROFILE)
    assert fresh
    assert series.title in (folder.root / "bible.md").read_text(encoding="utf-8")
    arc = (folder.root / "arc.md").read_text(encoding="utf-8")
    for episode in series.episodes:
        assert episode.synopsis in arc
        path = folder.episode(PROFILE, "en", episode.number) / "script.md"
        assert path.read_text(encoding="utf-8") == to_markdown(series, episode.number)
    assert folder.recorded() == series == folder.load()
    assert not list(tmp_path.rglob(".tmp-*"))


def test_the_same_order_finds_the_same_series_and_leaves_hand_edits_alone(tmp_path: Path) -> None:
    folder, series, _ = plan(order(), tmp_path, PROFILE)
    folder.series_path.write_text(folder.series_path.read_text() + "\n")
    before = folder.series_path.read_bytes()
    again, same, fresh = plan(order(), tmp_path, PROFILE)
    assert (again.root, same, fresh) == (folder.root, series, False)
    assert folder.series_path.read_bytes() == before


def test_another_seed_length_or_script_never_overwrites_a_series(tmp_path: Path) -> None:
    script = "".join(f"{'JO' if n % 2 else 'ANN'}: Door number {n} hides the heir number {n}.\n" for n in range(20))
    orders = (order(), order(seed=2), order(length=4), order(script=script))
    roots = {plan(each, tmp_path, PROFILE)[0].root for each in orders}
    assert len(roots) == len(orders)


def test_a_plan_that_was_killed_before_its_series_json_is_written_again(tmp_path: Path) -> None:
    folder, series, _ = plan(order(), tmp_path, PROFILE)
    folder.series_path.unlink()
    again, same, fresh = plan(order(), tmp_path, PROFILE)
    assert (again.root, same, fresh) == (folder.root, series, True)


def test_a_folder_that_another_process_works_on_is_refused(tmp_path: Path) -> None:
    folder, _, _ = plan(order(), tmp_path, PROFILE)
    folder.series_path.unlink()
    with series_lock(folder.root), pytest.raises(UserError, match="is being worked on by"):
        plan(order(), tmp_path, PROFILE)


def test_a_premise_comes_from_the_argument_a_file_or_standard_input(tmp_path: Path) -> None:
    (tmp_path / "p.txt").write_bytes(b"\xef\xbb\xbf" + "Ein Bäcker.".encode())
    nothing = io.BytesIO()
    assert read_premise_argument(PREMISE, nothing) == PREMISE
    assert read_premise_argument(f"@{tmp_path / 'p.txt'}", nothing) == "Ein Bäcker."
    assert read_premise_argument("-", io.BytesIO("女仆".encode())) == "女仆"
    with pytest.raises(UserError, match="the premise is not UTF-8 text"):
        read_premise_argument("\udcff", nothing)


def test_a_text_file_is_read_no_further_than_its_limit() -> None:
    with pytest.raises(UserError, match=r"the premise file: /dev/zero is larger than 1,000,000 bytes"):
        read_text_file(Path("/dev/zero"), "premise")


def test_plan_tells_where_to_read_and_how_to_go_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["plan", PREMISE, "--length", "3", "--out", str(tmp_path)]
    assert run(arguments) == 0
    first = capsys.readouterr().out.splitlines()
    assert run(arguments) == 0
    second = capsys.readouterr().out.splitlines()
    assert "3 episodes written" in first[0] and "3 episodes were already written" in second[0]
    assert f"cliffhanger render {first[-1]}" in first[-2]
    assert first[-1] == second[-1]
    assert Path(first[-1]).is_dir()
