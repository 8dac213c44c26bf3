"""Plays an arrangement: bars and gaps in, the music stem out. The only module that knows both time and instruments."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from models.base import ScoreRequest
from models.draft.score import arrangement, instruments
from models.draft.score.arrangement import Bar, Section
from models.draft.score.dsp import MUSIC_RATE, RATE, Canvas, reverberate, rng_of
from models.draft.score.harmony import GENRES, Genre, Theme, chord, degree_note, theme_of, voicing
from models.draft.score.instruments import Orchestra

_PAD_GAIN, _SUB_GAIN, _FIGURE_GAIN, _LEAD_GAIN, _DRUM_GAIN, _OSTINATO_GAIN = 0.18, 0.04, 0.18, 0.15, 0.28, 0.07
_BREATH = 0.5  # the pad in a bar that lets the scene breathe
_COLOUR_GAIN, _TICK_GAIN = 0.12, 0.05
_DARK_CUTOFF, _BRIGHT_CUTOFF = 900.0, 1600.0
_HUMAN_SECONDS = 0.008
_SEQUENCE = (0, 2, -1, 0, 1)  # scale steps by which one statement of the theme is moved against the next
_CUT_SECONDS = 0.012
_REENTRY_SECONDS = 0.25
_LAST_FADE = 6 / 24


def compose_music(request: ScoreRequest) -> NDArray[np.float32]:
    """The music stem, (2, samples) at 48 kHz."""
    player = _Player(request)
    sections = arrangement.sections(request)
    playing: frozenset[str] = frozenset()
    for section in sections:
        playing = player.section(section, playing)
    player.melody()
    if request.button is not None:
        player.button(request.button)
    reverberate(player.canvas, 1.8, 5200, 0.28)
    out = Canvas(request.duration, RATE)
    out.put(signal.resample_poly(player.canvas.samples, RATE // MUSIC_RATE, 1, axis=1), 0.0)
    _silence(out, request, sections)
    return out.samples


class _Player:
    """One episode being played: its canvas, orchestra, and the last chord for voice leading."""

    def __init__(self, request: ScoreRequest) -> None:
        self.request = request
        self.genre: Genre = GENRES[request.genre]
        self.theme: Theme = theme_of(request.series_seed, request.genre)
        self.canvas = Canvas(request.duration, MUSIC_RATE)
        self.orchestra = Orchestra()
        self.rng = rng_of("performance", request.seed)
        self.beat = 60 / self.genre.tempo
        self.chord: tuple[int, ...] = ()
        self.lead_bars: list[Bar] = []

    def section(self, section: Section, playing: frozenset[str]) -> frozenset[str]:
        for bar in arrangement.bars(section, 4 * self.beat, self.request.moods, playing):
            playing = bar.layers
            self.chord = voicing(*chord(self.genre, bar.mood, bar.number), self.chord)
            self._pad(bar, last=bar.stop >= section.stop)
            self._rhythm(bar)
            if "lead" in bar.layers:
                self.lead_bars.append(bar)
        self._drone(section, playing)
        self._colours(section)
        return playing

    def _pad(self, bar: Bar, last: bool) -> None:
        """The bed, its colour moving with intensity; it leaves under the section's last half second."""
        notes = [*self.chord]
        if "cluster" in self.genre.colours and bar.mood in ("dread", "tension"):
            notes.append(notes[-1] + 1)
        release = arrangement.EXIT_FADE if last else 1.5
        attack = min(0.06 if bar.start < 0.3 else 1.0, (bar.stop - bar.start) / 2)
        length = bar.stop - bar.start + (0.0 if last else release)
        drift = 120 * np.sin(1.7 * bar.number)
        cutoff = _DARK_CUTOFF + (_BRIGHT_CUTOFF - _DARK_CUTOFF) * bar.intensity + drift
        if "ostinato" in bar.layers:
            cutoff += 400
        sound = instruments.pad(notes, length, cutoff, attack, release, bar.number)
        breath = _BREATH if _breathes(bar) else 1.0
        self.canvas.put(sound, bar.start, _PAD_GAIN * (0.4 + 0.8 * bar.intensity) * breath)

    def _drone(self, section: Section, layers: frozenset[str]) -> None:
        if "sub" in layers and section.stop - section.start > 3:
            note = 28 + (self.genre.tonic - 28) % 12
            self.canvas.put(instruments.sub(note, section.stop - section.start), section.start, _SUB_GAIN)

    def _colours(self, section: Section) -> None:
        """A genre's extras: a swell into the section, glitter over bright or strange moods, a clock under dread."""
        length = section.stop - section.start
        key = round(section.start, 2)
        if "reverse" in self.genre.colours and section.start > 2.2:
            swell = instruments.reverse_swell(self.chord[1:], 2.0, 0.6, "swell")
            self.canvas.put(swell, section.start - 2.0, _COLOUR_GAIN)
        if "shimmer" in self.genre.colours and section.mood in ("tender", "triumph", "mystery") and length > 2:
            self.canvas.put(
                instruments.shimmer(self.chord[1:], min(length, 6.0), 0.5, key), section.start, _COLOUR_GAIN
            )
        if "clock" in self.genre.colours and section.mood in ("tension", "dread"):
            for number in range(int(length / self.beat)):
                tick = self.orchestra.play(instruments.string, 93 - 5 * (number % 2), 0.08, 0.6, number % 2, t60=0.15)
                self.canvas.put(tick, section.start + number * self.beat, _TICK_GAIN, 0.3 + 0.4 * (number % 2))

    def _rhythm(self, bar: Bar) -> None:
        beats = int((bar.stop - bar.start) / self.beat + 0.01)
        if "figure" in bar.layers:
            for number in range(1 if _breathes(bar) else beats):
                self._figure(bar, number)
        if "drum" in bar.layers and "taiko" in self.genre.colours:
            for number, velocity in ((0.0, 0.85), (2.5, 0.55)):
                if number < beats:
                    drum = self.orchestra.play(instruments.taiko, velocity, bar.number % 3)
                    self.canvas.put(drum, self._when(bar, number), _DRUM_GAIN * self._accent(number))
        if "ostinato" in bar.layers:
            self._ostinato(bar, 2 * beats)

    def _figure(self, bar: Bar, number: int) -> None:
        """A broken chord in quarters, up and back: root, third voice, top, third voice."""
        order = (1, 2, 3, 2)[number % 4]
        note = self.chord[order] + 12 * (self.genre.tonic < 55)
        velocity = round((0.45 + 0.35 * bar.intensity) * 5) / 5
        length = min(2.4, 3.2 * self.beat)
        if self.genre.figure == "guzheng":
            bend = 2.0 if bar.number % 4 == 3 and number == 2 else 0.0
            sound = self.orchestra.play(instruments.guzheng, note, length, velocity, number % 2, bend=bend)
        elif self.genre.figure == "string":
            sound = self.orchestra.play(instruments.string, note, length, velocity, number % 2)
        else:
            sound = self.orchestra.play(instruments.piano, note, length, velocity, number % 2)
        pan = (0.38, 0.46, 0.6, 0.54)[number % 4]
        self.canvas.put(sound, self._when(bar, number), _FIGURE_GAIN * self._accent(number), pan)

    def _ostinato(self, bar: Bar, eighths: int) -> None:
        for number in range(eighths):
            note = self.chord[(1, 1, 2, 1)[number % 4]]
            sound = self.orchestra.play(instruments.string, note, 0.5, 0.8, number % 2, pick=0.3, t60=0.6)
            self.canvas.put(sound, self._when(bar, number / 2), _OSTINATO_GAIN * self._accent(number), 0.42)

    def melody(self) -> None:
        """The series' theme wherever nobody speaks and the lead plays: as many notes as fit, the last one held."""
        for number, (start, stop) in enumerate(arrangement.gaps(self.request)):
            bar = next((bar for bar in self.lead_bars if bar.start < stop and start < bar.stop), None)
            if bar is None:
                continue
            notes = self._phrase(max(start, bar.start), stop, bar.mood, _SEQUENCE[number % len(_SEQUENCE)])
            if len(notes) >= 2:
                self._sing(notes, max(start, bar.start), bar)

    def _phrase(self, start: float, stop: float, mood: str, moved: int) -> list[tuple[int, float]]:
        room, notes = stop - start, []
        for degree, beats in self.theme.varied(mood).notes:
            length = beats * self.beat
            if room < min(length, 0.35):
                break
            notes.append((degree_note(self.genre, mood, degree + moved), min(length, room)))
            room -= length
        return notes

    def _sing(self, notes: list[tuple[int, float]], start: float, bar: Bar) -> None:
        if self.genre.lead == "erhu":
            self.canvas.put(instruments.erhu(notes, 0.8, bar.number), start, _LEAD_GAIN, 0.44)
            return
        at = start
        for number, (note, length) in enumerate(notes):
            sound = self.orchestra.play(instruments.piano, note + 12, max(length + 0.6, 1.0), 0.8, "lead")
            self.canvas.put(sound, at, _LEAD_GAIN * self._accent(number), 0.56)
            at += length

    def button(self, at: float) -> None:
        """Everything stops, ten frames of nothing, then the tonic in octaves under the frozen look."""
        self.canvas.shape(at - arrangement.BUTTON_GAP, self.request.duration, _CUT_SECONDS, 0.0)
        tail = min(arrangement.TAIL_SECONDS, self.request.duration - at)
        if tail < 0.2:
            return
        root = 26 + (self.genre.tonic - 26) % 12
        for note in (root, root + 12, root + 18 if self.genre.leap == 6 else root + 19, root + 24):
            self.canvas.put(self.orchestra.play(instruments.piano, note, tail, 1.0, "button"), at, 0.3)
        chord_notes = [root + 12, root + 18, root + 24, root + 27]
        self.canvas.put(instruments.pad(chord_notes, tail, 2200, 0.02, min(1.2, tail / 2), "button"), at, 0.7)

    def _when(self, bar: Bar, number: float) -> float:
        return max(0.0, bar.start + number * self.beat + self.rng.uniform(-_HUMAN_SECONDS, _HUMAN_SECONDS))

    def _accent(self, number: float) -> float:
        return (1.12 if number % 4 == 0 else 0.95) * self.rng.uniform(0.85, 1.15)


def _breathes(bar: Bar) -> bool:
    """Every fourth bar of a quiet stretch thins out to a held chord and one note."""
    return bar.number % 4 == 3 and bar.intensity < 0.65


def _silence(canvas: Canvas, request: ScoreRequest, sections: list[Section]) -> None:
    """Planned silences and the button's gap are silent to the sample; no tail comes back before the next entry."""
    for start, stop in request.silences:
        entry = min((section.start for section in sections if section.start >= stop), default=stop)
        canvas.shape(start, entry, _CUT_SECONDS, _REENTRY_SECONDS if entry == stop else 0.003)
    button, end = request.button, request.duration
    if button is not None:
        canvas.shape(button - arrangement.BUTTON_GAP, button, _CUT_SECONDS, 0.003)
    stop = end if button is None else min(end, button + arrangement.TAIL_SECONDS)
    canvas.shape(stop, end, min(_LAST_FADE, stop), 0.0)
