"""Preset files: both layouts are read, everything that is not a preset is refused in one line that names it."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("torch")  # which the package's front door imports

from models.bark.presets import (
    INDEX,
    MOST_FILE,
    PARTS,
    Preset,
    check_preset,
    load_preset,
    preset_names,
    read_preset,
    write_preset,
)


def arrays(tokens: int = 60, seed: int = 0) -> dict[str, np.ndarray]:
    luck = np.random.default_rng(seed)
    frames = round(tokens * 75 / 49.9)
    return {
        "semantic_prompt": luck.integers(0, 10_000, tokens),
        "coarse_prompt": luck.integers(0, 1024, (2, frames)),
        "fine_prompt": luck.integers(0, 1024, (8, frames)),
    }


def preset(tokens: int = 60, seed: int = 0) -> Preset:
    return check_preset(*arrays(tokens, seed).values())


def npz(**parts: np.ndarray) -> bytes:
    packed = io.BytesIO()
    np.savez(packed, **parts)
    return packed.getvalue()


def put(folder: Path, data: bytes, name: str = "v2/en_speaker_6") -> Path:
    path = folder / "speaker_embeddings" / f"{name}.npz"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def index(folder: Path, name: str = "v2/en_speaker_6", kind: type = np.int64, **changed: str) -> dict[str, np.ndarray]:
    """The hub's layout with one voice; `changed` are other paths for its parts."""
    parts, entry = arrays(), {}
    for part, array in parts.items():
        place = f"speaker_embeddings/{name}_{part}.npy"
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        np.save(folder / place, array.astype(kind), allow_pickle=False)
        entry[part] = changed.get(part, place)
    (folder / INDEX).write_text(json.dumps({"repo_or_path": "suno/bark", name: entry}))
    return parts


def same(one: Preset, parts: dict[str, np.ndarray]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip((one.semantic, one.coarse, one.fine), parts.values(), strict=True))


def refusal(folder: Path, name: str = "v2/en_speaker_6") -> str:
    """The one line with which a preset is refused."""
    with pytest.raises(ValueError) as caught:
        read_preset(folder, name)
    told = str(caught.value)
    assert "\n" not in told and told.startswith("Bark's preset '")
    return told


def test_the_hub_layout_of_three_files_a_voice_is_read(tmp_path: Path) -> None:
    parts = index(tmp_path)
    assert same(read_preset(tmp_path, "v2/en_speaker_6"), parts)


def test_official_arrays_of_sixteen_bits_become_int64_that_can_be_written(tmp_path: Path) -> None:
    parts = index(tmp_path, kind=np.uint16)
    found = read_preset(tmp_path, "v2/en_speaker_6")
    assert same(found, parts)
    for array in (found.semantic, found.coarse, found.fine):
        assert array.dtype == np.int64 and array.flags.writeable and array.flags.c_contiguous


@pytest.mark.parametrize("root", ["speaker_embeddings", "bark/assets/prompts", "."])
def test_one_npz_a_voice_is_read_where_suno_puts_it(tmp_path: Path, root: str) -> None:
    parts = arrays()
    path = tmp_path / root / "v2" / "zh_speaker_4.npz"
    path.parent.mkdir(parents=True)
    np.savez_compressed(path, **parts)
    assert same(read_preset(tmp_path, "v2/zh_speaker_4"), parts)
    assert preset_names(tmp_path) == ["v2/zh_speaker_4"]


def test_an_index_without_its_files_gives_way_to_an_npz(tmp_path: Path) -> None:
    index(tmp_path)
    for part in PARTS:
        (tmp_path / f"speaker_embeddings/v2/en_speaker_6_{part}.npy").unlink()
    assert "en_speaker_6_semantic_prompt.npy is missing" in refusal(tmp_path)
    parts = arrays(seed=5)
    put(tmp_path, npz(**parts))
    assert same(read_preset(tmp_path, "v2/en_speaker_6"), parts)


def test_what_is_written_is_read_back_bit_for_bit(tmp_path: Path) -> None:
    voice = preset(256)
    write_preset(tmp_path / "mei.npz", voice)
    found = load_preset(tmp_path / "mei.npz", "own/mei")
    assert same(found, arrays(256))
    assert [p.name for p in tmp_path.iterdir()] == ["mei.npz"]
    again = tmp_path / "again.npz"
    write_preset(again, found)
    assert again.read_bytes() == (tmp_path / "mei.npz").read_bytes()


def test_a_faulty_preset_is_never_written(tmp_path: Path) -> None:
    good = preset()
    with pytest.raises(ValueError, match="codes outside 0 to 9999"):
        write_preset(tmp_path / "bad.npz", Preset(good.semantic + 9_999, good.coarse, good.fine))
    with pytest.raises(ValueError, match="written as .npz"):
        write_preset(tmp_path / "bad.wav", good)
    assert not list(tmp_path.iterdir())


def test_names_come_in_order_of_their_numbers(tmp_path: Path) -> None:
    for name in ("v2/en_speaker_10", "v2/en_speaker_2", "announcer"):
        put(tmp_path, b"", name)
    index(tmp_path, "v2/de_speaker_1")
    assert preset_names(tmp_path) == ["announcer", "v2/de_speaker_1", "v2/en_speaker_2", "v2/en_speaker_10"]
    assert preset_names(tmp_path / "nowhere") == []


def test_an_unknown_name_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    index(tmp_path)
    assert refusal(tmp_path, "v2/en_speaker_77").endswith("there is none of that name; choose from v2/en_speaker_6")
    assert "no presets lie in" in refusal(tmp_path / "empty", "v2/en_speaker_6")


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "v2/../../x", "", "a\nb", "v2\\x", "x" * 500, "é", "."]
)
def test_names_that_leave_the_folder_or_are_none_are_refused(tmp_path: Path, name: str) -> None:
    assert "no name for a preset" in refusal(tmp_path, name)


@pytest.mark.parametrize(
    "place", ["../x.npy", "/etc/x.npy", "a/../../x.npy", "x.pkl", "a\\b.npy", "C:x.npy", "a\0.npy", ""]
)
def test_an_index_cannot_point_out_of_its_folder(tmp_path: Path, place: str) -> None:
    index(tmp_path, fine_prompt=place)
    assert f"{INDEX} points to" in refusal(tmp_path)


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "[" * 20_000, '{"v2/en_speaker_6": 1}', '{"v2/en_speaker_6": {"fine_prompt": 1}}']
)
def test_a_broken_index_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / INDEX).write_text(text)
    assert INDEX in refusal(tmp_path)


@pytest.mark.parametrize(
    ("part", "array", "told"),
    [
        ("semantic_prompt", np.full(60, 10_000), "codes outside 0 to 9999"),
        ("semantic_prompt", np.full(60, -1), "codes outside 0 to 9999"),
        ("semantic_prompt", np.zeros((1, 60), np.int64), r"shape (1, 60)"),
        ("semantic_prompt", np.zeros(0, np.int64), "0 semantic tokens"),
        ("semantic_prompt", np.zeros(60, np.float32), "not a plain array of integers"),
        ("semantic_prompt", np.zeros(60, bool), "not a plain array of integers"),
        ("semantic_prompt", np.zeros(30, np.int64), "expected about 45"),
        ("coarse_prompt", np.full((2, 90), 1024), "codes outside 0 to 1023"),
        ("coarse_prompt", np.zeros((3, 90), np.int64), r"shape (3, 90)"),
        ("coarse_prompt", np.zeros((2, 70), np.int64), "coarse_prompt has 70 frames, fine_prompt 90"),
        ("fine_prompt", np.zeros((8, 90, 1), np.int64), "not a plain array"),
        ("fine_prompt", np.full((8, 90), 2**63, np.uint64), "codes outside"),
        ("fine_prompt", np.zeros((8, 90), "datetime64[s]"), "not a plain array"),
    ],
)
def test_arrays_of_another_kind_shape_or_range_are_refused(
    tmp_path: Path, part: str, array: np.ndarray, told: str
) -> None:
    put(tmp_path, npz(**{**arrays(), part: array}))
    refused = refusal(tmp_path)
    assert told in refused and "v2/en_speaker_6" in refused


def test_more_speech_than_bark_can_look_back_at_is_refused() -> None:
    with pytest.raises(ValueError, match="5000 semantic tokens, must be 8 to 4096"):
        preset(5_000)
    with pytest.raises(ValueError, match="4 semantic tokens"):
        preset(4)


def test_coarse_and_fine_may_differ_by_one_frame_and_in_their_codes() -> None:
    parts = arrays()
    found = check_preset(parts["semantic_prompt"], parts["coarse_prompt"][:, 1:], parts["fine_prompt"])
    assert found.coarse.shape[1] + 1 == found.fine.shape[1]


def test_pickled_objects_are_refused_unopened(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (pytest.fail, ("a pickle was opened",))

    parts = arrays()
    packed = io.BytesIO()
    np.savez(packed, **{**parts, "fine_prompt": np.array([Trap()], dtype=object)})
    put(tmp_path, packed.getvalue())
    assert "fine_prompt is not a plain array of integers" in refusal(tmp_path)
    put(tmp_path, b"\x80\x04cos\nsystem\n.")
    assert "not a whole .npz file" in refusal(tmp_path)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in PARTS:
            archive.writestr(f"{part}.npy", bytes(4 * MOST_FILE))
    put(tmp_path, packed.getvalue())
    assert "unpacks to more than 1000 kB" in refusal(tmp_path)


def test_a_header_that_promises_more_than_follows_is_refused(tmp_path: Path) -> None:
    index(tmp_path)
    path = tmp_path / "speaker_embeddings/v2/en_speaker_6_fine_prompt.npy"
    path.write_bytes(path.read_bytes().replace(b"(8, 90)", b"(8, 99)"))
    assert "fine_prompt does not hold as many numbers as it says" in refusal(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"(8, 99), ", b"(999999, 999999), ")[:400])
    assert "fine_prompt" in refusal(tmp_path)


def test_files_too_large_or_packed_otherwise_are_refused(tmp_path: Path) -> None:
    path = put(tmp_path, bytes(MOST_FILE + 1))
    assert "larger than 1000 kB" in refusal(tmp_path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        for part in PARTS:
            archive.writestr(f"{part}.npy", b"x")
    assert "packed in a way" in refusal(tmp_path)
    path.write_bytes(npz(semantic_prompt=np.zeros(60, np.int64)))
    assert "it has no coarse_prompt" in refusal(tmp_path)
    path.unlink()
    path.mkdir()
    assert "there is none of that name" in refusal(tmp_path)


WHOLE = npz(**{part: array.astype(np.uint16) for part, array in arrays(20).items()})


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=12), st.integers(0, len(WHOLE))
)
def test_a_damaged_npz_is_a_preset_or_a_value_error(tmp_path_factory: pytest.TempPathFactory, changes, length) -> None:
    data = bytearray(WHOLE)
    for place, value in changes:
        data[place] = value
    path = tmp_path_factory.getbasetemp() / "damaged.npz"
    path.write_bytes(bytes(data[: length or None]))
    check(path)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 127))
def test_a_damaged_header_is_a_preset_or_a_value_error(tmp_path_factory: pytest.TempPathFactory, junk, place) -> None:
    packed = io.BytesIO()
    np.save(packed, np.zeros(20, np.uint16))
    member = bytearray(packed.getvalue())
    member[place : place + len(junk)] = junk
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("semantic_prompt.npy", bytes(member))
        for part in PARTS[1:]:
            plain = io.BytesIO()
            np.save(plain, arrays(20)[part])
            out.writestr(f"{part}.npy", plain.getvalue())
    path = tmp_path_factory.getbasetemp() / "header.npz"
    path.write_bytes(archive.getvalue())
    check(path)


def check(path: Path) -> None:
    """Either a whole preset or one line that names it."""
    try:
        found = load_preset(path, "own/mei")
    except ValueError as error:
        assert str(error).startswith("Bark's preset 'own/mei': ") and "\n" not in str(error)
    else:
        check_preset(found.semantic, found.coarse, found.fine)
