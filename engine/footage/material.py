"""The files of one cut, laid on one clock: cameras of one scene side by side, or one file after the other.

Program time is whole frames of that clock. Knows media and what was heard in them; decides no cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

from engine.core import UserError
from engine.footage.hearing import hear
from engine.footage.media import Media
from engine.footage.soundtrack import LEVEL_STEP, Soundtrack
from engine.footage.syncing import sync_all
from engine.rates import Rate, seconds_of
from engine.timeline import Marker, Source

Order = Literal["auto", "angles", "sequence"]
SPEAKS_OVER_DB = 1.0
"""A microphone that is this much farther over its own usual level than the others is nearest to who speaks."""
SPEAKING_SECONDS = 0.6
AWAKE_OVER_DB = 10
"""Over its noise floor, a file is not silent."""


@dataclass(frozen=True)
class Piece:
    """One file: its number in the order given, what was heard in it, and the program frame at which it begins."""

    index: int
    media: Media
    heard: Soundtrack | None
    frames: int
    begins: int = 0

    @property
    def id(self) -> str:
        return f"A{self.index + 1}"

    @property
    def ends(self) -> int:
        return self.begins + self.frames

    def has(self, start: int, stop: int) -> bool:
        return self.begins <= start and stop <= self.ends

    @cached_property
    def usual_db(self) -> float | None:
        """Its level while something is said; None when nothing is."""
        if self.heard is None:
            return None
        awake = self.heard.levels[self.heard.levels > self.heard.floor + AWAKE_OVER_DB]
        return float(np.median(awake)) if len(awake) else None


@dataclass(frozen=True)
class Material:
    """`pictures` and `sounds` on one clock of `rate`, [0, frames). `master`: the one sound of a scene that several files
    recorded; without it every file brings its own, one after the other. `music` lies under everything."""

    rate: Rate
    frames: int
    pictures: tuple[Piece, ...]
    sounds: tuple[Piece, ...]
    master: Piece | None = None
    music: Piece | None = None

    @property
    def is_scene(self) -> bool:
        """Whether several cameras took one scene."""
        return len(self.pictures) > 1 and self.master is not None

    def angles(self, start: int, stop: int) -> list[Piece]:
        """Files with picture over all of [start, stop), in the order given."""
        return [piece for piece in self.pictures if piece.has(start, stop)]

    def sound_at(self, frame: int) -> Piece | None:
        if self.master is not None:
            return self.master
        return next((piece for piece in self.sounds if piece.has(frame, frame + 1)), None)

    def file_at(self, frame: int) -> str:
        """The id of the first file that has something at a frame."""
        return next((p.id for p in self.pictures or self.sounds if p.has(frame, frame + 1)), "")

    def markers(self) -> list[Marker]:
        """What was heard, in program frames, in order."""
        guides = self.sounds or ((self.music,) if self.music else ())
        found = [
            replace(marker, frame=piece.begins + marker.frame)
            for piece in guides
            if piece.heard
            for marker in piece.heard.markers
            if marker.frame < piece.frames
        ]
        return sorted((m for m in found if 0 <= m.frame < self.frames), key=lambda m: (m.frame, m.kind))

    def nearest_to_speaker(self, frame: int) -> Piece | None:
        """The camera whose own microphone stands out most just after a frame; None when none does."""
        levels = [(_over_usual(piece, frame, self.rate), piece) for piece in self.pictures if piece.heard]
        levels.sort(key=lambda pair: -pair[0])
        if len(levels) < 2 or levels[0][0] < levels[1][0] + SPEAKS_OVER_DB:
            return None
        return levels[0][1]

    def listed(self) -> tuple[Source, ...]:
        """The sources of a timeline over this material."""
        every = {p.id: p for p in (*self.pictures, *self.sounds, *((self.music,) if self.music else ()))}
        return tuple(
            Source(p.id, str(p.media.path), p.frames, p.media.has_picture, p.media.has_sound, p.begins)
            for p in sorted(every.values(), key=lambda p: p.index)
        )


def _over_usual(piece: Piece, frame: int, rate: Rate) -> float:
    """Decibels by which a microphone hears more than it usually does while something is said; very little outside."""
    if piece.heard is None or piece.usual_db is None or not piece.has(frame, frame + 1):
        return -120.0
    at = round(seconds_of(frame - piece.begins, rate) / LEVEL_STEP)
    now = piece.heard.levels[at : at + round(SPEAKING_SECONDS / LEVEL_STEP)]
    return float(np.mean(now)) - piece.usual_db if len(now) else -120.0


def gather(files: Sequence[Media], extra: Media | None, rate: Rate, order: Order = "auto") -> Material:
    """Hears every file and lays them on one clock. `extra` is a sound of its own: the scene's when it is in step with the
    files, else music under them. `order`: whether the files are angles of one scene or follow one another.

    UserError when they are no angles though they should be, or nothing has a picture or a sound that could be cut."""
    pieces = [_piece(index, media, rate) for index, media in enumerate(files)]
    sound = _piece(len(files), extra, rate) if extra else None
    if sound is not None and sound.heard is None:
        raise UserError(f"{sound.media.path} has no sound")
    scene = None if order == "sequence" else _scene([*pieces, *([sound] if sound else [])])
    if scene is not None:
        return _side_by_side(scene, sound is not None, rate)
    scene = _scene(pieces) if sound is not None and order != "sequence" else None
    if scene is not None:  # the cameras are in step, the sound is not: music
        return replace(_side_by_side(scene, False, rate), music=sound)
    if order == "angles" and len(pieces) + (sound is not None) < 2:
        raise UserError("one file has no other angle: give those of the other cameras, too")
    if order == "angles":
        raise UserError("these files are not of one scene: their sound has nothing in common (or one has none)")
    return _in_a_row(pieces, sound, rate)


def _piece(index: int, media: Media, rate: Rate) -> Piece:
    heard = hear(media.path, rate, media.seconds) if media.has_sound else None
    frames = round(media.seconds * rate) if media.has_picture or heard is None else heard.frames
    return Piece(index, media, heard, max(1, frames))


def _scene(pieces: Sequence[Piece]) -> list[Piece] | None:
    """The pieces with their beginnings, when all of them are in step with the first; else None."""
    if len(pieces) < 2 or any(p.heard is None for p in pieces):
        return None
    found = sync_all([p.heard.levels for p in pieces if p.heard])
    if not all(s.found for s in found):
        return None
    rate = pieces[0].heard.rate if pieces[0].heard else 24
    begins = [round(s.seconds * rate) for s in found]
    return [replace(p, begins=at - min(begins)) for p, at in zip(pieces, begins, strict=True)]


def _side_by_side(scene: Sequence[Piece], apart: bool, rate: Rate) -> Material:
    """One scene: its sound is the one that was given apart (the last), else of the file that covers most of it."""
    pictures = tuple(p for p in scene if p.media.has_picture)
    master = scene[-1] if apart else max(scene, key=lambda p: (p.frames, -p.index))
    return _rebased(Material(rate, master.ends, pictures, (master,), master))


def _rebased(material: Material) -> Material:
    """The clock from where picture (if any was taken) and sound both have begun, to where either ends."""
    if material.master is None:
        return material
    master, taken = material.master, material.pictures or (material.master,)
    start, stop = max(master.begins, min(p.begins for p in taken)), min(master.ends, max(p.ends for p in taken))
    if not any(p.begins < stop and p.ends > start for p in taken):
        raise UserError("picture and sound are of one scene, but never run at the same time")
    pictures = tuple(replace(p, begins=p.begins - start) for p in material.pictures)
    master = replace(master, begins=master.begins - start)
    return replace(material, frames=stop - start, pictures=pictures, sounds=(master,), master=master)


def _in_a_row(pieces: Sequence[Piece], sound: Piece | None, rate: Rate) -> Material:
    """One file after the other; `sound` is music under them."""
    at, laid = 0, list[Piece]()
    with_picture = any(p.media.has_picture for p in pieces)
    for piece in pieces:
        if with_picture and not piece.media.has_picture:
            raise UserError(f"{piece.media.path} has sound only: give it as --audio")
        laid.append(replace(piece, begins=at))
        at += piece.frames
    pictures = tuple(p for p in laid if p.media.has_picture)
    return Material(rate, at, pictures, tuple(p for p in laid if p.heard), None, sound)
