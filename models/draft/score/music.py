"""Plays an arrangement: bars, layers and textures in, the music stem out. Knows time and instruments; melody is apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from models.base import ScoreRequest
from models.draft.score import arrangement, instruments, melody
from models.draft.score.arrangement import Bar, Section
from models.draft.score.dsp import MUSIC_RATE, RATE, Canvas, reverberate, rng_of
from models.draft.score.harmony import GENRES, Genre, chord, voicing
from models.draft.score.instruments import CELLO, Orchestra, bowed
from models.draft.score.textures import TEXTURES, Texture

_PAD_GAIN, _SUB_GAIN, _FIGURE_GAIN, _DRUM_GAIN, _PULSE_GAIN = 0.18, 0.04, 0.18, 0.28, 0.08
_CELLO_GAIN, _BRASS_GAIN, _SHIMMER_GAIN, _SWELL_GAIN, _TICK_GAIN = 0.11, 0.11, 0.12, 0.12, 0.05
_BREATH = 0.5  # the pad in a bar that lets the scene breathe
_DARK_CUTOFF, _BRIGHT_CUTOFF = 900.0, 1600.0
_HUMAN_SECONDS = 0.008
_CUT_SECONDS = 0.012
_REENTRY_SECONDS = 0.25
_LAST_FADE = 6 / 24
_PANS = (0.38, 0.46, 0.6, 0.54)


def compose_music(request: ScoreRequest) -> NDArray[np.float32]:
    """The music stem, (2, samples) at 48 kHz."""
    player = _Player(request)
    sections = arrangement.sections(request)
    playing: frozenset[str] = frozenset()
    for section in sections:
        playing = player.section(section, playing)
    melody.sing(request, player.lead_bars, player.canvas, player.orchestra)
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
        self.canvas = Canvas(request.duration, MUSIC_RATE)
        self.orchestra = Orchestra()
        self.rng = rng_of("performance", request.seed)
        self.beat = 60 / self.genre.tempo
        self.chord: tuple[int, ...] = ()
        self.lead_bars: list[Bar] = []

    def section(self, section: Section, playing: frozenset[str]) -> frozenset[str]:
        texture = TEXTURES[section.mood]
        for bar in arrangement.bars(section, 4 * self.beat, self.request.moods, playing, texture):
            playing = bar.layers
            self.chord = voicing(*chord(self.genre, bar.mood, bar.number), self.chord)
            self._pad(bar, texture, last=bar.stop >= section.stop)
            self._rhythm(bar, texture)
            self._bar_colours(bar, texture)
            if "lead" in bar.layers:
                self.lead_bars.append(bar)
        self._drone(section, playing)
        self._section_colours(section, {*texture.colours, *self._own_colours(section)})
        return playing

    def _own_colours(self, section: Section) -> set[str]:
        """The genre's own extras, where the mood lets them."""
        moods = {"shimmer": ("tender", "triumph", "mystery"), "clock": ("tension", "dread")}
        return {colour for colour in self.genre.colours if section.mood in moods.get(colour, (section.mood,))}

    def _pad(self, bar: Bar, texture: Texture, last: bool) -> None:
        """The bed, its colour moving with intensity; it leaves under the section's last half second."""
        notes = [*self.chord]
        if "cluster" in texture.colours and ("cluster" in self.genre.colours or bar.intensity > 0.6):
            notes.append(notes[-1] + 1)
        release = arrangement.EXIT_FADE if last else 1.5
        attack = min(0.06 if bar.start < 0.3 else 1.0, (bar.stop - bar.start) / 2)
        length = bar.stop - bar.start + (0.0 if last else release)
        drift = 120 * np.sin(1.7 * bar.number)
        cutoff = texture.cutoff * (_DARK_CUTOFF + (_BRIGHT_CUTOFF - _DARK_CUTOFF) * bar.intensity) + drift
        sound = instruments.pad(notes, length, cutoff, attack, release, bar.number)
        breath = _BREATH if _breathes(bar) else 1.0
        self.canvas.put(sound, bar.start, _PAD_GAIN * texture.pad * (0.4 + 0.8 * bar.intensity) * breath)

    def _drone(self, section: Section, layers: frozenset[str]) -> None:
        if "sub" in layers and section.stop - section.start > 3:
            note = 28 + (self.genre.tonic - 28) % 12
            self.canvas.put(instruments.sub(note, section.stop - section.start), section.start, _SUB_GAIN)

    def _section_colours(self, section: Section, colours: set[str]) -> None:
        """A swell into the section, glitter over bright or strange moods, a clock under tense ones."""
        length = section.stop - section.start
        if colours & {"reverse", "swell"} and section.start > 2.2:
            swell = instruments.reverse_swell(self.chord[1:], 2.0, 0.6, "swell")
            self.canvas.put(swell, section.start - 2.0, _SWELL_GAIN)
        if "shimmer" in colours and length > 2:
            glitter = instruments.shimmer(self.chord[1:], min(length, 6.0), 0.5, round(section.start, 2))
            self.canvas.put(glitter, section.start, _SHIMMER_GAIN)
        if "clock" in colours:
            for number in range(int(length / self.beat)):
                tick = self.orchestra.play(instruments.string, 93 - 5 * (number % 2), 0.08, 0.6, number % 2, t60=0.15)
                self.canvas.put(tick, section.start + number * self.beat, _TICK_GAIN, 0.3 + 0.4 * (number % 2))

    def _bar_colours(self, bar: Bar, texture: Texture) -> None:
        """A low bowed note under sad and fearful bars; brass over loud ones: held in triumph, struck in action."""
        length = bar.stop - bar.start
        if "cello" in texture.colours:
            note = bowed(CELLO, [(self.chord[0], length + 0.2)], 0.8, bar.number % 3)
            self.canvas.put(note, bar.start, _CELLO_GAIN * (0.6 + 0.6 * bar.intensity), 0.6)
        if "brass" in texture.colours and "drum" in bar.layers:
            struck = bar.mood == "action"
            for beat in (0.0, 1.5) if struck else (0.0,):
                held = 0.7 * self.beat if struck else length
                chord_notes = self.chord[1:] if struck else self.chord
                sound = instruments.brass(chord_notes, held, 0.9 if struck else 0.7, 0.03 if struck else 0.15)
                self.canvas.put(sound, self._when(bar, beat), _BRASS_GAIN * (0.5 + 0.5 * bar.intensity))

    def _rhythm(self, bar: Bar, texture: Texture) -> None:
        beats = (bar.stop - bar.start) / self.beat - 0.05
        if "figure" in bar.layers:
            notes = [note for note in texture.figure if note[0] < beats][: 1 if _breathes(bar) else None]
            for number, (beat, voice, velocity) in enumerate(notes):
                self._figure(bar, texture, number, beat, voice, velocity)
        if "drum" in bar.layers:
            self._drums(bar, [stroke for stroke in texture.drums if stroke[0] < beats])
        if "ostinato" in bar.layers:
            for beat, voice, velocity in (note for note in texture.pulse if note[0] < beats):
                self._pulse(bar, beat, voice, velocity)

    def _drums(self, bar: Bar, strokes: Sequence[tuple[float, float]]) -> None:
        gain = _DRUM_GAIN * (1.0 if "taiko" in self.genre.colours else 0.7)
        for beat, velocity in strokes:
            drum = self.orchestra.play(instruments.taiko, velocity, (bar.number + round(2 * beat)) % 3)
            self.canvas.put(drum, self._when(bar, beat), gain * self._accent(beat))

    def _figure(self, bar: Bar, texture: Texture, number: int, beat: float, voice: int, velocity: float) -> None:
        low_genre = 12 * (self.genre.tonic < 55)
        note = self.chord[voice] + (low_genre if voice else 0)
        strength = round(velocity * (0.8 + 0.4 * bar.intensity) * 5) / 5
        length, seed = min(2.4, 3.2 * self.beat), number % 2
        name = texture.player if texture.player == "bell" else self.genre.figure
        if name == "guzheng":
            bend = 2.0 if bar.number % 4 == 3 and number == 2 else 0.0
            sound = self.orchestra.play(instruments.guzheng, note, length, strength, seed, bend=bend)
        elif name == "bell":
            sound = self.orchestra.play(instruments.bell, note + 12, 1.8, strength, seed)
        elif name == "string" and texture.player != "piano":
            sound = self.orchestra.play(instruments.string, note, length, strength, seed)
        else:
            sound = self.orchestra.play(instruments.piano, note, length, strength, seed)
        self.canvas.put(sound, self._when(bar, beat), _FIGURE_GAIN * self._accent(beat), _PANS[number % 4])

    def _pulse(self, bar: Bar, beat: float, voice: int, velocity: float) -> None:
        note = self.chord[voice] + (12 if voice == 0 else 0)
        sound = self.orchestra.play(instruments.string, note, 0.5, velocity, round(4 * beat) % 3, pick=0.3, t60=0.45)
        self.canvas.put(sound, self._when(bar, beat), _PULSE_GAIN * self._accent(beat), 0.42)

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

    def _when(self, bar: Bar, beat: float) -> float:
        return max(0.0, bar.start + beat * self.beat + self.rng.uniform(-_HUMAN_SECONDS, _HUMAN_SECONDS))

    def _accent(self, beat: float) -> float:
        return (1.12 if beat % 4 == 0 else 0.95) * self.rng.uniform(0.85, 1.15)


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
