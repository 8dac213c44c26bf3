"""The series folder: identity, revisions, decisions, damaged and foreign files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core import UserError
from engine.store import SeriesFolder, check_writable, find_series, identity, parse_series, series_text, slug, unit_seed
from tests.small_series import small_series


@given(st.text(max_size=200))
def test_a_slug_is_always_a_safe_folder_name(title: str) -> None:
    name = slug(title)
    assert name
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not name.startswith("-")


def test_the_same_order_has_the_same_identity_and_another_seed_has_not() -> None:
    assert identity("a", "en", 20, 1, None) == identity("a", "en", 20, 1, None)
    others = {identity("a", "en", 20, 2, None), identity("a", "zh", 20, 1, None), identity("a", "en", 21, 1, None)}
    others.add(identity("a", "en", 20, 1, None, "llama-3.2-3b-instruct"))
    assert identity("a", "en", 20, 1, None) not in others and len(others) == 4


def test_a_saved_series_is_found_and_loads_as_it_was(tmp_path: Path) -> None:
    series = small_series()
    folder = SeriesFolder(tmp_path / "the-watch-abc123")
    folder.save(series)
    assert folder.load() == series
    assert folder.recorded() == series
    assert find_series(tmp_path, "abc123") == folder.root
    assert find_series(tmp_path, "ffffff") is None


def test_no_series_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no series in"):
        SeriesFolder(tmp_path).load()


def edited(**changes: object) -> str:
    data = json.loads(series_text(small_series()))
    data.update(changes)
    return json.dumps(data)


def test_an_unknown_key_is_refused_by_name() -> None:
    with pytest.raises(UserError, match=r"series\.json: colour: unknown key"):
        parse_series(edited(colour="red"), "series.json")


def test_an_unknown_key_inside_an_episode_names_the_episode() -> None:
    data = json.loads(series_text(small_series()))
    data["episodes"][1]["scenes"][0]["shots"][0]["lens"] = 50
    with pytest.raises(UserError, match=r"episode 2, scenes\.0\.shots\.0\.lens: unknown key"):
        parse_series(json.dumps(data), "series.json")


@pytest.mark.parametrize("version", [0, 2, None, "1"])
def test_another_schema_version_is_refused_with_both_numbers(version: object) -> None:
    with pytest.raises(UserError, match=f"schema version {version}, this program reads 1"):
        parse_series(edited(schema_version=version), "series.json")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"', "\x00"])
def test_damaged_json_is_one_clear_line(text: str) -> None:
    with pytest.raises(UserError, match=r"^series\.json"):
        parse_series(text, "series.json")


def test_decisions_are_appended_and_a_torn_last_line_is_left_out(tmp_path: Path) -> None:
    folder = SeriesFolder(tmp_path)
    folder.decide("redo", unit="e001", stage="scoring", seed=3)
    folder.decide("redo", unit="e001", stage="scoring", seed=4)
    with (tmp_path / "decisions.jsonl").open("a") as stream:
        stream.write('{"kind": "re')
    assert [d["seed"] for d in folder.decisions()] == [3, 4]
    assert folder.redo_seeds() == {("scoring", "e001"): 4}


def test_a_redo_changes_the_seed_of_its_unit_only() -> None:
    redo = {("framing", "e001_s01_sh010"): 5}
    assert unit_seed(1, "framing", "e001_s01_sh010", redo) != unit_seed(1, "framing", "e001_s01_sh010", {})
    assert unit_seed(1, "framing", "e001_s01_sh020", redo) == unit_seed(1, "framing", "e001_s01_sh020", {})


def test_an_out_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(UserError):
        check_writable(tmp_path / "out")


def test_a_decision_after_a_torn_line_is_kept_and_the_torn_one_cut_off(tmp_path: Path) -> None:
    folder = SeriesFolder(tmp_path)
    folder.decide("redo", unit="e001", stage="scoring", seed=3)
    with (tmp_path / "decisions.jsonl").open("a") as stream:
        stream.write('{"kind": "re')
    folder.decide("redo", unit="e002", stage="scoring", seed=5)
    folder.decide("redo", unit="e003", stage="scoring", seed=6)
    assert [d["seed"] for d in folder.decisions()] == [3, 5, 6]


def test_a_whole_last_decision_without_its_newline_is_kept(tmp_path: Path) -> None:
    folder = SeriesFolder(tmp_path)
    (tmp_path / "decisions.jsonl").write_text('{"kind": "redo", "unit": "e001", "stage": "cutting", "seed": 1}')
    folder.decide("redo", unit="e002", stage="scoring", seed=5)
    assert [d["seed"] for d in folder.decisions()] == [1, 5]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"nonsense\n", "line 1 is no decision"),
        (b"[1]\n", "line 1 is no decision"),
        (b'{"unit": 1}\n', "line 1 is no decision"),
        (b"\xff\n", "is not UTF-8 text"),
        (b'{"kind": "redo"}\n', "a redo without stage, unit or seed"),
        (b'{"kind": "redo", "unit": "a", "stage": "b", "seed": "x"}\n', "a redo without stage, unit or seed"),
    ],
)
def test_damaged_decisions_are_one_clear_line(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "decisions.jsonl").write_bytes(data)
    with pytest.raises(UserError, match=words):
        SeriesFolder(tmp_path).redo_seeds()
    assert (tmp_path / "decisions.jsonl").read_bytes() == data


def test_json_that_nests_without_end_is_one_clear_line() -> None:
    with pytest.raises(UserError, match=r"^series\.json is not valid JSON"):
        parse_series("[" * 200_000, "series.json")
