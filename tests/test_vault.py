"""The vault: whole takes only, atomic files, one process a series."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core import UserError
from engine.vault import Made, Vault, atomic, canonical, fingerprint, series_lock, sweep, write_json

RECIPE = {"text": "hello", "seed": 1}


def made(data: bytes = b"sound") -> Made:
    return Made(lambda path: path.write_bytes(data) and None, "test", {"licence": "none"}, {"core_seconds": 1.0})


def test_a_take_that_was_put_is_found_by_its_recipe(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    put = vault.put("voicing", "e001", RECIPE, ".wav", made())
    found = vault.find("voicing", "e001", RECIPE, ".wav")
    assert found == put
    assert found is not None and found.path.read_bytes() == b"sound"


def test_another_recipe_finds_nothing(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    vault.put("voicing", "e001", RECIPE, ".wav", made())
    assert vault.find("voicing", "e001", {**RECIPE, "seed": 2}, ".wav") is None
    assert vault.find("framing", "e001", RECIPE, ".wav") is None


def test_a_file_without_its_record_is_not_a_take(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    take = vault.put("voicing", "e001", RECIPE, ".wav", made())
    take.path.with_name(take.path.name + ".json").unlink()
    assert vault.find("voicing", "e001", RECIPE, ".wav") is None


@pytest.mark.parametrize("damage", ["", "{", "null", "[]", '{"bytes": 5}', '{"bytes": "x"}'])
def test_a_damaged_record_is_not_a_take(tmp_path: Path, damage: str) -> None:
    vault = Vault(tmp_path)
    take = vault.put("voicing", "e001", RECIPE, ".wav", made())
    take.path.with_name(take.path.name + ".json").write_text(damage)
    assert vault.find("voicing", "e001", RECIPE, ".wav") is None


def test_a_file_that_was_cut_short_is_not_a_take(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    take = vault.put("voicing", "e001", RECIPE, ".wav", made())
    take.path.write_bytes(b"sou")
    assert vault.find("voicing", "e001", RECIPE, ".wav") is None


def test_a_model_that_fails_leaves_no_file(tmp_path: Path) -> None:
    def fail(path: Path) -> None:
        path.write_bytes(b"half")
        raise RuntimeError("the model died")

    with pytest.raises(RuntimeError):
        Vault(tmp_path).put("voicing", "e001", RECIPE, ".wav", Made(fail, "test", {}))
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_an_atomic_write_replaces_the_old_file_only_when_it_ends_well(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    write_json(target, {"old": True})
    with pytest.raises(ValueError), atomic(target) as temp:
        temp.write_text("half")
        raise ValueError
    assert json.loads(target.read_text()) == {"old": True}


def test_a_kill_between_file_and_record_is_made_again_and_its_temp_file_swept(tmp_path: Path) -> None:
    script = textwrap.dedent(
        """
        import os, sys
        from pathlib import Path
        from engine.vault import Made, Vault
        def write(path):
            path.write_bytes(b"half a take")
            os.kill(os.getpid(), 9)
        Vault(Path(sys.argv[1])).put("voicing", "e001", {"text": "hello", "seed": 1}, ".wav", Made(write, "test", {}))
        """
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    vault = Vault(tmp_path)
    assert vault.find("voicing", "e001", RECIPE, ".wav") is None
    assert sweep(tmp_path) == 1
    assert vault.put("voicing", "e001", RECIPE, ".wav", made()).path.read_bytes() == b"sound"
    assert sweep(tmp_path) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_clear_error(tmp_path: Path) -> None:
    def write(path: Path) -> None:
        del path
        with open("/dev/full", "wb", buffering=0) as stream:
            stream.write(b"x")

    with pytest.raises(UserError, match="disk is full"):
        Vault(tmp_path).put("voicing", "e001", RECIPE, ".wav", Made(write, "test", {}))


def test_a_second_process_on_one_series_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    script = "import sys\nfrom pathlib import Path\nfrom engine.vault import series_lock\nwith series_lock(Path(sys.argv[1])): print('in')"
    with series_lock(tmp_path):
        done = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=False
        )
    assert done.returncode != 0
    assert f"pid {os.getpid()}" in done.stderr
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.stdout == "in\n"


def test_the_lock_of_a_killed_process_is_recovered(tmp_path: Path) -> None:
    script = "import os, sys\nfrom pathlib import Path\nfrom engine.vault import series_lock\nwith series_lock(Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    assert json.loads((tmp_path / ".lock").read_text())["pid"] > 0
    with series_lock(tmp_path):
        assert json.loads((tmp_path / ".lock").read_text())["pid"] == os.getpid()


def test_a_lock_held_on_another_host_is_refused_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / ".lock").write_text('{"host": "elsewhere", "pid": 1, "boot_id": "b"}\n')
    with pytest.raises(UserError, match=r"elsewhere, pid 1.*remove"), series_lock(tmp_path):
        pass


@given(st.recursive(st.none() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)))
def test_equal_data_has_equal_fingerprints(data: object) -> None:
    again = json.loads(json.dumps(data))
    assert canonical(data) == canonical(again)
    assert fingerprint("a", data) == fingerprint("a", again)


def test_a_run_that_ends_in_an_error_leaves_no_name_in_the_lock(tmp_path: Path) -> None:
    with pytest.raises(UserError), series_lock(tmp_path):
        raise UserError("a rule is broken")
    assert (tmp_path / ".lock").read_text() == ""


def test_the_lock_of_a_killed_container_on_the_same_machine_is_recovered(tmp_path: Path) -> None:
    boot = Path("/proc/sys/kernel/random/boot_id")
    if not boot.exists():
        pytest.skip("this kernel tells no boot id")
    name = {"host": "3f2a9c1b7d10", "pid": 7, "boot_id": boot.read_text().strip()}
    (tmp_path / ".lock").write_text(json.dumps(name))
    with series_lock(tmp_path):
        assert json.loads((tmp_path / ".lock").read_text())["pid"] == os.getpid()


@pytest.mark.parametrize("target", ["folder", "n" * 300])
def test_a_file_that_cannot_be_written_is_one_clear_error(tmp_path: Path, target: str) -> None:
    (tmp_path / "folder" / "full").mkdir(parents=True)
    with pytest.raises(UserError, match="cannot write in"):
        write_json(tmp_path / target, {})
