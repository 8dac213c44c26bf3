"""What is sung between the words: the series' theme and its characters' motifs. Knows gaps and notes, no layers."""

from __future__ import annotations

from collections.abc import Sequence

from models.base import ScoreRequest
from models.draft.score import arrangement, instruments
from models.draft.score.arrangement import Bar, MotifSlot
from models.draft.score.dsp import Canvas
from models.draft.score.harmony import GENRES, Genre, degree_note, motif_of, theme_of
from models.draft.score.instruments import CELLO, ERHU, Orchestra, bowed

_LEAD_GAIN, _MOTIF_GAIN = 0.15, 0.2
_SEQUENCE = (0, 2, -1, 0, 1)  # scale steps by which one statement of the theme is moved against the next
_SHORTEST_NOTE = 0.22
_SLOWEST_MOTIF = 3.2
_AFTER_MOTIF = 0.4
_VELOCITY = 0.8

Phrase = list[tuple[int, float]]
"""(MIDI note, seconds)."""


def sing(request: ScoreRequest, lead_bars: Sequence[Bar], canvas: Canvas, orchestra: Orchestra) -> None:
    """Motifs where they are asked for and fit; the theme in the other gaps in which the lead plays."""
    genre = GENRES[request.genre]
    beat = 60 / genre.tempo
    taken: list[tuple[float, float]] = []
    for slot in arrangement.motif_slots(request):
        motif = motif_of(request.series_seed, request.genre, slot.cue.character, slot.cue.role)
        phrase = _fitted(motif.varied(slot.cue.variant).notes, slot, beat, genre)
        _play(phrase, motif.player, slot.start, _MOTIF_GAIN, canvas, orchestra)
        taken.append((slot.start, slot.start + sum(seconds for _, seconds in phrase) + _AFTER_MOTIF))
    for number, (start, stop) in enumerate(arrangement.gaps(request)):
        begin = max([start, *(until for at, until in taken if at < stop and until > start)])
        bar = next((bar for bar in lead_bars if bar.start < stop and begin < bar.stop), None)
        if bar is not None:
            phrase = _statement(request, max(begin, bar.start), stop, bar.mood, _SEQUENCE[number % len(_SEQUENCE)])
            if len(phrase) >= 2:
                _play(phrase, genre.lead, max(begin, bar.start), _LEAD_GAIN, canvas, orchestra)


def _fitted(notes: Sequence[tuple[int, float]], slot: MotifSlot, beat: float, genre: Genre) -> Phrase:
    """A motif in seconds: at the music's tempo, or as much quicker as the gap between the words asks."""
    beats = sum(length for _, length in notes)
    unit = min(beat, min(slot.stop - slot.start, _SLOWEST_MOTIF) / beats)
    return [(genre.tonic + 12 + note, max(_SHORTEST_NOTE, length * unit)) for note, length in notes]


def _statement(request: ScoreRequest, start: float, stop: float, mood: str, moved: int) -> Phrase:
    """As many notes of the theme as fit, the last one cut to the gap."""
    genre = GENRES[request.genre]
    room, phrase = stop - start, list[tuple[int, float]]()
    for degree, beats in theme_of(request.series_seed, request.genre).varied(mood).notes:
        length = beats * 60 / genre.tempo
        if room < min(length, 0.35):
            break
        phrase.append((degree_note(genre, mood, degree + moved), min(length, room)))
        room -= length
    return phrase


def _play(phrase: Phrase, player: str, start: float, gain: float, canvas: Canvas, orchestra: Orchestra) -> None:
    if player in ("erhu", "cello"):
        bow, octave = (ERHU, 0) if player == "erhu" else (CELLO, -12)
        notes = [(note + octave, seconds) for note, seconds in phrase]
        canvas.put(bowed(bow, notes, _VELOCITY, len(phrase)), start, gain, 0.44)
        return
    at = start
    for number, (note, seconds) in enumerate(phrase):
        held, accent = max(seconds + 0.6, 1.0), 1.1 if number % 2 else 0.95
        if player == "brass":
            sound = instruments.brass([note - 24, note - 12], seconds + 0.25, 0.7, 0.07)
        elif player == "bell":
            sound = orchestra.play(instruments.bell, note + 12, held + 0.6, _VELOCITY, "lead")
        else:
            sound = orchestra.play(instruments.piano, note + 12, held, _VELOCITY, "lead")
        canvas.put(sound, at, gain * accent, 0.56)
        at += seconds
