"""Keys, chords, voicings, the series' theme and its characters' motifs. Knows notes and beats; no sound, no seconds."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from models.draft.score.dsp import rng_of

MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
HARMONIC, PHRYGIAN, DORIAN = (0, 2, 3, 5, 7, 8, 11), (0, 1, 3, 5, 7, 8, 10), (0, 2, 3, 5, 7, 9, 10)
PENTATONIC, PENTATONIC_MINOR = (0, 2, 4, 7, 9), (0, 3, 5, 7, 10)
LOWEST_CHORD_NOTE = 38
"""Below D2 a chord is mud: only one note may go there."""
MAX_VOICE_STEP = 4


@dataclass(frozen=True)
class Genre:
    """A genre's key (tonic as MIDI note in octave 3), scales, tempo and players.

    `dark` and `bright` are the lead's scales by mood; `figure` plays the chords' notes, `lead` the theme,
    `colours` are the extras: clock, shimmer, reverse, taiko, ostinato, cluster."""

    tonic: int
    tempo: float
    dark: tuple[int, ...]
    bright: tuple[int, ...]
    figure: str
    lead: str
    colours: tuple[str, ...]
    leap: int  # the theme's first interval, semitones


GENRES = {
    "romance": Genre(57, 76, MINOR, MAJOR, "piano", "piano", ("shimmer",), 9),
    "revenge": Genre(50, 72, HARMONIC, MAJOR, "piano", "erhu", ("taiko",), 7),
    "palace": Genre(50, 66, PENTATONIC_MINOR, PENTATONIC, "guzheng", "erhu", ("taiko",), 7),
    "xianxia": Genre(50, 66, PENTATONIC_MINOR, PENTATONIC, "guzheng", "erhu", ("shimmer",), 7),
    "thriller": Genre(49, 84, PHRYGIAN, MINOR, "string", "piano", ("clock",), 6),
    "horror": Genre(47, 54, PHRYGIAN, MINOR, "piano", "erhu", ("reverse", "cluster"), 6),
    "fantasy": Genre(52, 92, DORIAN, MAJOR, "string", "erhu", ("taiko", "shimmer"), 7),
    "family": Genre(53, 68, MINOR, MAJOR, "piano", "piano", (), 9),
    "action": Genre(52, 126, MINOR, MAJOR, "string", "piano", ("taiko", "ostinato"), 7),
}
_QUALITIES = {
    "M": (0, 4, 7), "m": (0, 3, 7), "7b9": (0, 4, 10, 13), "dim": (0, 3, 6), "M/3": (4, 7, 12),
}  # fmt: skip
PROGRESSIONS = {
    "tension": ((0, "m"), (8, "M"), (5, "m"), (7, "7b9")),
    "dread": ((0, "m"), (1, "M"), (0, "m"), (6, "dim")),
    "tender": ((0, "M"), (4, "m"), (5, "M"), (0, "M/3")),
    "grief": ((0, "m"), (7, "m"), (8, "M"), (5, "m")),
    "triumph": ((8, "M"), (10, "M"), (0, "M"), (0, "M")),
    "mystery": ((0, "m"), (5, "M"), (3, "M"), (1, "M")),
    "action": ((0, "m"), (0, "m"), (8, "M"), (10, "M")),
}
"""Roots over the tonic and chord kinds, by mood of models.base.MOODS."""
BRIGHT_MOODS = ("tender", "triumph")
_RHYTHMS = ((1, 0.5, 0.5, 1, 2), (1.5, 0.5, 1, 1, 2), (1, 1, 0.5, 0.5, 2), (2, 1, 1, 1.5, 2.5))


def chord(genre: Genre, mood: str, bar: int) -> tuple[int, tuple[int, ...]]:
    """Bass pitch class and pitch classes of a bar: the mood's progression, one chord a bar.

    >>> chord(GENRES["revenge"], "tension", 1)  # B flat major over D
    (10, (10, 2, 5))
    """
    root, quality = PROGRESSIONS[mood][bar % 4]
    tones = [(genre.tonic + root + step) % 12 for step in _QUALITIES[quality]]
    return tones[0], tuple(dict.fromkeys(tones))


def voicing(bass: int, tones: Sequence[int], previous: Sequence[int] = ()) -> tuple[int, ...]:
    """Bass in octave 2 and three upper notes between 50 and 70, moved as little as possible from `previous`."""
    low = LOWEST_CHORD_NOTE + (bass - LOWEST_CHORD_NOTE) % 12
    pool = [note for note in range(50, 71) if note % 12 in tones]
    last = tuple(previous[1:]) or (53, 57, 62)

    def cost(upper: tuple[int, ...]) -> float:
        moves = [abs(a - b) for a, b in zip(upper, last, strict=True)]
        close = sum(b - a < 3 for a, b in itertools.pairwise(upper) if a < 60)
        missing = len(set(tones) - {note % 12 for note in (*upper, low)})
        parallel = len({a - b for a, b in zip(upper, last, strict=True)}) == 1 and upper != last
        return sum(moves) + 8 * sum(m > MAX_VOICE_STEP for m in moves) + 6 * close + 5 * missing + 3 * parallel

    return (low, *min(itertools.combinations(pool, 3), key=cost))


@dataclass(frozen=True)
class Theme:
    """The series' tune: semitones over the tonic's scale as (scale degree, beats)."""

    notes: tuple[tuple[int, float], ...]

    def varied(self, mood: str) -> Theme:
        """Augmented in grief, cut after two notes in dread, inverted in mystery; else itself."""
        if mood == "grief":
            return Theme(tuple((degree, 2 * beats) for degree, beats in self.notes))
        if mood == "dread":
            return Theme((self.notes[0], (self.notes[1][0], 3.0)))
        if mood == "mystery":
            return Theme(tuple((-degree, beats) for degree, beats in self.notes))
        return self


def theme_of(series_seed: int, genre_name: str) -> Theme:
    """Five notes from the series alone: one leap, then steps back, as an arch, a fall or a rise that holds."""
    genre, rng = GENRES[genre_name], rng_of("theme", series_seed, genre_name)
    leap = int(np.argmin([abs(step - genre.leap) for step in genre.dark]))
    start = int(rng.integers(0, 3))
    shape = rng.choice(3)
    top = start + leap
    contours = (
        (start, top, top - 1, top - 2, start),
        (top, start, start + 1, start, start - 1),
        (start, top, top - 1, top, top + 1),
    )
    rhythm = _RHYTHMS[int(rng.integers(len(_RHYTHMS)))]
    return Theme(tuple(zip(contours[int(shape)], rhythm, strict=True)))


def degree_note(genre: Genre, mood: str, degree: int, octave: int = 1) -> int:
    """MIDI note of a scale degree (0 is the tonic) in the mood's scale."""
    scale = genre.bright if mood in BRIGHT_MOODS else genre.dark
    return genre.tonic + 12 * octave + 12 * (degree // len(scale)) + scale[degree % len(scale)]


_LEAPS = {"lead": 0, "ally": 9, "innocent": 4, "rival": 6, "traitor": -6, "authority": -5, "extra": 2}
"""A motif's first interval by role, semitones: a sixth loves, a tritone means harm; 0: the genre's own leap."""
_PLAYERS = {"ally": "bell", "innocent": "bell", "rival": "cello", "traitor": "cello", "authority": "brass"}
_TAILS = (-2, 2, -1, -3, 0)
_CELL_RHYTHMS = ((1.0, 1.0, 2.0), (1.5, 0.5, 2.0), (0.5, 1.0, 2.5), (2.0, 0.5, 1.5))
_DARKENED = {4: 3, 9: 8, 11: 10, -3: -4, -8: -9, -1: -2}


@dataclass(frozen=True)
class Motif:
    """Three notes that belong to one character: (semitones over the tonic, beats), and who plays them."""

    notes: tuple[tuple[int, float], ...]
    player: str

    def varied(self, variant: str) -> Motif:
        """As models.base.MOTIF_VARIANTS says; KeyError for another word."""
        return Motif(tuple(VARIATIONS[variant](self.notes)), self.player)


VARIATIONS: dict[str, Callable[[tuple[tuple[int, float], ...]], list[tuple[int, float]]]] = {
    "plain": list,
    "augmented": lambda notes: [(note, 2 * beats) for note, beats in notes],
    "minor": lambda notes: [(_DARKENED.get(note, note), beats) for note, beats in notes],
    "truncated": lambda notes: [notes[0], (notes[1][0], notes[1][1] + 1.0)],
    "inverted": lambda notes: [(2 * notes[0][0] - note, beats) for note, beats in notes],
}


def motif_of(series_seed: int, genre_name: str, character: str, role: str) -> Motif:
    """A character's cell, from the series and the character alone: their role's leap from root, third or fifth, then
    a step of their own. Roles that nobody knows are heard as extras."""
    genre, rng = GENRES[genre_name], rng_of("motif", series_seed, genre_name, character)
    leap = _LEAPS.get(role, _LEAPS["extra"]) or genre.leap
    start = 0 if role == "lead" else int(rng.choice((0, 3 if 3 in genre.dark else 4, 7)))
    top = start + leap
    notes = (start, top, top + int(rng.choice(_TAILS)))
    rhythm = _CELL_RHYTHMS[int(rng.integers(len(_CELL_RHYTHMS)))]
    return Motif(tuple(zip(notes, rhythm, strict=True)), _PLAYERS.get(role, genre.lead))
