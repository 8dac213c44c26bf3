"""Hand edits: a valid one becomes a revision, a wrong one touches nothing, a kill at any write is healed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from engine import editing, store
from engine.config import load_profile
from engine.core import Series, UserError
from engine.editing import current_series
from engine.planning import write_documents
from engine.store import SeriesFolder, series_text
from engine.story.scriptfile import to_markdown
from tests.small_series import small_series

PROFILE = load_profile("draft")
OLD, NEW = "Jonah hated that river.", "Jonah hated that cold river."


@pytest.fixture
def folder(tmp_path: Path) -> SeriesFolder:
    """A written series of three episodes."""
    folder = SeriesFolder(tmp_path / "watch-abc123")
    write_documents(folder, small_series(), PROFILE)
    folder.save(small_series())
    return folder


def script(folder: SeriesFolder, number: int = 1) -> Path:
    return folder.episode(PROFILE, "en", number) / "script.md"


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def contents(folder: SeriesFolder) -> dict[str, bytes]:
    return {str(p.relative_to(folder.root)): p.read_bytes() for p in folder.root.rglob("*") if p.is_file()}


def spoken(series: Series, number: int = 1) -> list[str]:
    return [line.text for line in series.episodes[number - 1].lines()]


def test_a_series_that_nobody_edited_stays_as_it_is(folder: SeriesFolder) -> None:
    before = contents(folder)
    assert current_series(folder) == (small_series(), "")
    assert contents(folder) == before


def test_an_edited_script_becomes_a_revision_of_that_episode_alone(folder: SeriesFolder) -> None:
    change(script(folder), OLD, NEW)
    series, note = current_series(folder)
    assert note == "revision 2: your edit of episodes 1 was checked and recorded"
    assert series.revision == 2
    assert NEW in spoken(series)
    assert series.episodes[1:] == small_series().episodes[1:]
    assert folder.load() == folder.recorded() == series
    assert [d["episodes"] for d in folder.decisions() if d["kind"] == "edit"] == [[1]]
    assert current_series(folder) == (series, "")


def test_an_edited_series_rewrites_its_scripts_and_documents(folder: SeriesFolder) -> None:
    change(folder.series_path, OLD, NEW)
    change(folder.series_path, "She will be believed.", "She will be heard.")
    series, note = current_series(folder)
    assert "episodes 1" in note
    assert NEW in script(folder).read_text(encoding="utf-8")
    assert "She will be heard." in (folder.root / "bible.md").read_text(encoding="utf-8")
    assert series.bible.promise == "She will be heard."
    assert script(folder, 2).read_text(encoding="utf-8") == to_markdown(small_series(), 2)


def test_a_document_that_a_person_wrote_into_is_left_alone(folder: SeriesFolder) -> None:
    (folder.root / "bible.md").write_text("my own notes")
    change(folder.series_path, "She will be believed.", "She will be heard.")
    assert "the bible" in current_series(folder)[1]
    assert (folder.root / "bible.md").read_text() == "my own notes"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (OLD, OLD + " He said so again and again." * 3, r"episode 1 has \d+ words, limit 60"),
        ("Your daughter smells of lilies, Conrad.", " ".join(["So"] * 11) + ".", r"episode 1 opens with 11 words"),
        (OLD, "I have no daughter.", r"episode 1 line \d+ repeats a sentence of episode 1"),
    ],
)
@pytest.mark.parametrize("where", ["series.json", "script.md"])
def test_an_edit_that_breaks_a_rule_is_refused_with_episode_and_rule_and_touches_nothing(
    folder: SeriesFolder, where: str, old: str, new: str, words: str
) -> None:
    change(folder.series_path if where == "series.json" else script(folder), old, new)
    before = contents(folder)
    with pytest.raises(UserError, match=words) as refused:
        current_series(folder)
    assert "\n" not in str(refused.value)
    assert contents(folder) == before


def edit_json(path: Path, act: Callable[[dict], object]) -> None:
    data = json.loads(path.read_text(encoding="utf-8"))
    act(data)
    path.write_text(json.dumps(data), encoding="utf-8")


def first_shot(data: dict) -> dict:
    return data["episodes"][0]["scenes"][0]["shots"][0]


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda d: d.update(colour="red"), "colour: unknown key"),
        (lambda d: first_shot(d).update(lens=50), r"episode 1, .*lens: unknown key"),
        (lambda d: d.update(schema_version=2), "schema version 2, this program reads 1"),
        (lambda d: d.update(language="fr"), "language: "),
        (lambda d: d.update(title=""), "title: "),
        (lambda d: d.update(title="\ud800"), "title: "),
        (lambda d: d.pop("bible"), "bible: "),
        (lambda d: d["episodes"].pop(), "2 episodes, not 3"),
        (lambda d: d["episodes"].clear(), "0 episodes, not 3"),
        (lambda d: d["episodes"].reverse(), "numbered 3"),
        (lambda d: d["episodes"][0].update(scenes=[]), "episode 1 has no spoken line|0 shots"),
        (lambda d: d["episodes"][1]["scenes"][0].update(location="loc_moon"), "unknown location loc_moon"),
        (lambda d: first_shot(d).update(characters=["char_nobody"]), "shows the unknown char_nobody"),
        (lambda d: first_shot(d)["lines"][0].update(speaker="char_nobody"), "spoken by the unknown char_nobody"),
        (lambda d: first_shot(d).update(size="huge"), "size is 'huge': choose from"),
        (lambda d: first_shot(d).update(id="e001_s01_sh020"), "shot id e001_s01_sh020 is used twice"),
        (lambda d: first_shot(d).update(id="../../etc"), "id: "),
        (lambda d: d["bible"]["characters"].clear(), "the bible has 0 characters"),
        (lambda d: d["bible"]["locations"][0].update(plate="moon"), "plate is 'moon': choose from"),
        (lambda d: d["episodes"][0].update(number=-1), "number: "),
        (lambda d: d["episodes"][0]["cliffhanger"].update(paid_in=99), "episode 1's question is due by"),
    ],
)  # fmt: skip
def test_a_series_json_that_makes_no_sense_is_one_clear_line_and_stays(
    folder: SeriesFolder, act: Callable[[dict], object], words: str
) -> None:
    edit_json(folder.series_path, act)
    before = contents(folder)
    with pytest.raises(UserError, match=words) as refused:
        current_series(folder)
    assert "\n" not in str(refused.value)
    assert contents(folder) == before


def test_edits_of_two_episodes_in_two_files_are_both_kept(folder: SeriesFolder) -> None:
    change(folder.series_path, "Then take it off.", "Then take it off now.")
    change(folder.series_path, "The Watch That Spoke", "The Watch That Sang")
    change(script(folder), OLD, NEW)
    series, note = current_series(folder)
    assert "episodes 1, 2" in note
    assert NEW in spoken(series) and "Then take it off now." in spoken(series, 2)
    assert series.title == "The Watch That Sang"
    assert script(folder).read_text(encoding="utf-8") == to_markdown(series, 1)


def test_one_episode_edited_differently_in_both_files_is_refused(folder: SeriesFolder) -> None:
    change(folder.series_path, "I have no daughter.", "I never had a daughter.")
    change(script(folder), OLD, NEW)
    before = contents(folder)
    with pytest.raises(
        UserError, match=r"episode 1 was edited in two places, series\.json and renditions/.*script\.md"
    ):
        current_series(folder)
    assert contents(folder) == before


def second_rendition(folder: SeriesFolder) -> Path:
    path = folder.root / "renditions" / "final-en-9x16" / "e001" / "script.md"
    path.parent.mkdir(parents=True)
    path.write_text(to_markdown(small_series(), 1), encoding="utf-8")
    return path


def test_the_scripts_of_two_renditions_in_conflict_are_refused_with_both_names(folder: SeriesFolder) -> None:
    other = second_rendition(folder)
    change(script(folder), OLD, NEW)
    change(other, OLD, "Jonah loved that river.")
    with pytest.raises(UserError, match=r"edited in two places, .*draft-en.*final-en"):
        current_series(folder)


def test_an_edit_in_one_rendition_reaches_the_scripts_of_all(folder: SeriesFolder) -> None:
    other = second_rendition(folder)
    change(other, OLD, NEW)
    series, _ = current_series(folder)
    assert script(folder).read_text(encoding="utf-8") == other.read_text(encoding="utf-8") == to_markdown(series, 1)


def test_windows_line_ends_and_a_byte_order_mark_are_no_edit(folder: SeriesFolder) -> None:
    text = script(folder).read_text(encoding="utf-8")
    script(folder).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert current_series(folder) == (small_series(), "")
    script(folder).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").replace(OLD, NEW).encode())
    series, _ = current_series(folder)
    assert spoken(series)[-3:] != spoken(small_series())[-3:]
    assert script(folder).read_text(encoding="utf-8") == to_markdown(series, 1)


def test_a_series_json_with_windows_line_ends_and_a_byte_order_mark_is_read(folder: SeriesFolder) -> None:
    text = series_text(small_series()).replace("\n", "\r\n")
    folder.series_path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert current_series(folder) == (small_series(), "")


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"x" * 300_000, b"", b"nonsense\n", b"\x00"])
def test_a_script_that_is_none_is_one_clear_line(folder: SeriesFolder, data: bytes) -> None:
    script(folder).write_bytes(data)
    with pytest.raises(UserError, match=r"script\.md") as refused:
        current_series(folder)
    assert "\n" not in str(refused.value)
    assert script(folder).read_bytes() == data


def test_an_older_revision_copied_back_is_an_edit_like_any_other(folder: SeriesFolder) -> None:
    change(script(folder), OLD, NEW)
    current_series(folder)
    folder.series_path.write_bytes((folder.root / "history" / "series-r0001.json").read_bytes())
    series, _ = current_series(folder)
    assert series.revision == 3
    assert spoken(series) == spoken(small_series())
    assert script(folder).read_text(encoding="utf-8") == to_markdown(series, 1)


class Killed(BaseException):
    """Stands for a kill: nothing after it runs."""


def edit_both(folder: SeriesFolder) -> None:
    other = second_rendition(folder)
    change(folder.series_path, "The Watch That Spoke", "The Watch That Sang")
    change(folder.series_path, "Then take it off.", "Then take it off now.")
    change(script(folder), OLD, NEW)
    other.write_bytes(script(folder).read_bytes().replace(b"\n", b"\r\n"))


def expected_files(tmp_path: Path) -> tuple[dict[str, bytes], int]:
    """What an unbroken run ends in, and how many files it writes."""
    folder = SeriesFolder(tmp_path / "unbroken" / "watch-abc123")
    write_documents(folder, small_series(), PROFILE)
    folder.save(small_series())
    edit_both(folder)
    with pytest.MonkeyPatch.context() as patch:
        writes = count_writes(patch, kill_at=None)
        current_series(folder)
    return without_times(contents(folder)), len(writes)


def without_times(files: dict[str, bytes]) -> dict[str, bytes]:
    lines = files["decisions.jsonl"].decode().splitlines()
    told = [{k: v for k, v in json.loads(line).items() if k != "time"} for line in lines]
    return files | {"decisions.jsonl": json.dumps(told).encode()}


def count_writes(patch: pytest.MonkeyPatch, kill_at: int | None) -> list[Path]:
    """Counts the files written; stops the run before write number `kill_at`."""
    writes: list[Path] = []
    write = store.write_text

    def counted(path: Path, text: str) -> None:
        if len(writes) == kill_at:
            raise Killed
        writes.append(path)
        write(path, text)

    patch.setattr(store, "write_text", counted)
    patch.setattr(editing, "write_text", counted)
    return writes


def test_a_kill_before_any_write_is_healed_by_the_next_run(folder: SeriesFolder, tmp_path: Path) -> None:
    expected, number = expected_files(tmp_path)
    assert number >= 6  # three documents and scripts or more, series.json, history
    for at in range(number):
        again = SeriesFolder(tmp_path / f"killed-{at}" / "watch-abc123")
        write_documents(again, small_series(), PROFILE)
        again.save(small_series())
        edit_both(again)
        with pytest.MonkeyPatch.context() as patch, pytest.raises(Killed):
            count_writes(patch, kill_at=at)
            current_series(again)
        series, _ = current_series(again)
        assert series.revision == 2
        assert without_times(contents(again)) == expected, f"killed before write {at}"


def test_a_kill_after_the_decision_does_not_record_it_twice(folder: SeriesFolder) -> None:
    change(script(folder), OLD, NEW)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Killed):
        patch.setattr(SeriesFolder, "save", lambda *_: (_ for _ in ()).throw(Killed()))
        current_series(folder)
    current_series(folder)
    assert [d["kind"] for d in folder.decisions()] == ["edit"]


def test_a_series_without_history_is_checked_and_recorded(folder: SeriesFolder) -> None:
    (folder.root / "history" / "series-r0001.json").unlink()
    assert current_series(folder) == (small_series(), "")
    assert folder.recorded() == small_series()
