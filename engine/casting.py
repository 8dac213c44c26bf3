"""The look lock: one sheet a character, painted or given, that every later picture of them is held to.

A picture at `references/<character>.png` (or .jpg, .webp) in the series folder stands in for a painted one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from engine.batching import Job, build
from engine.core import Character, Episode, Series, UserError
from engine.painting import SUFFIXES, Studio, encoded, look_of, paint, read_reference, reference
from engine.store import unit_seed
from engine.vault import Made, Take, file_sha256
from models.base import Figure, PictureRequest, Rights

STAGE = "casting"
GIVEN_RIGHTS = Rights("a picture given by the user", "the user's own", consent="as declared by the user")


def cast_sheets(
    studio: Studio, series: Series, episodes: Sequence[Episode], redo: Mapping[tuple[str, str], int]
) -> Studio:
    """The studio with a sheet for every character that these episodes show; unchanged for a painter without models."""
    if studio.settings is None or "identity" not in studio.profile.models:
        return studio
    check_names(studio, series)
    seen = {id for episode in episodes for _, shot in episode.shots() for id in shot.characters}
    cast = [c for c in series.bible.characters if c.id in seen]
    given = {c.id: path for c in cast if (path := reference(studio.references, c.id)) is not None}
    sheets = import_given(studio, given)
    requests = [sheet_request(series, c, studio, redo) for c in cast if c.id not in given]
    painted = paint(studio, STAGE, requests, "sheets")
    sheets |= {r.figures[0].character: painted[r.unit].take for r in requests}
    return replace(studio, sheets=sheets)


def check_names(studio: Studio, series: Series) -> None:
    """UserError for a reference picture that would be left lying: its name is no character's, shot's or cover's."""
    cast = [c.id for c in series.bible.characters]
    known = {*cast, *(f"{id}_sheet" for id in cast), *(shot.id for e in series.episodes for _, shot in e.shots())}
    covers = tuple(f"e{e.number:03d}_cover" for e in series.episodes)
    files = sorted(studio.references.iterdir()) if studio.references and studio.references.is_dir() else []
    for path in files:
        if path.suffix in SUFFIXES and path.stem not in known and not path.stem.startswith((*covers, ".")):
            raise UserError(f"{path} is of no character or shot: name it after one of {', '.join(cast)}, or a shot")


def import_given(studio: Studio, given: Mapping[str, Path]) -> dict[str, Take]:
    """Given pictures as takes, by character. UserError names one that cannot be read."""
    jobs = [Job(f"{id}_sheet", {"given": file_sha256(path)}, ".png", path) for id, path in given.items()]

    def make(paths: list[Path]) -> Iterable[Made]:
        return (given_made(path) for path in paths)

    takes = build(studio.vault, STAGE, jobs, make, studio.progress, "references")
    return {id: takes[f"{id}_sheet"] for id in given}


def given_made(path: Path) -> Made:
    pixels = read_reference(path)
    return Made(lambda target: _write(target, encoded(pixels, ".png", [])), "given", asdict(GIVEN_RIGHTS))


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def sheet_request(
    series: Series, character: Character, studio: Studio, redo: Mapping[tuple[str, str], int]
) -> PictureRequest:
    """A frontal, calm portrait before a plain ground."""
    unit = f"{character.id}_sheet"
    return PictureRequest(
        unit=unit,
        kind="sheet",
        description=f"character reference portrait, plain light background, {character.look}, {character.wardrobe}",
        size=studio.profile.size,
        seed=unit_seed(series.seed, STAGE, unit, redo),
        shot_size="mcu",
        mood="tender",
        genre=series.genre,
        figures=(Figure(character.id, look_of(character), yaw=0.0),),
    )
