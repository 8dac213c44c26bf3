"""The draft composer: silences kept, a button that stops the heart, melody out of the way of words, no clicks."""

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.base import MOODS, MOTIF_VARIANTS, MoodSpan, MotifCue, ScoreRequest, SoundHit
from models.draft.composer import DraftComposer, compose_effects
from models.draft.score import arrangement, effects, harmony, instruments
from models.draft.score.ambience import BEDS, OVERLAP_SECONDS, TILE_SECONDS, bed
from models.draft.score.arrangement import (
    BUTTON_GAP,
    MOTIF_APART,
    SHORTEST_MOTIF,
    gaps,
    layers,
    motif_slots,
    sections,
)
from models.draft.score.dsp import MUSIC_RATE, RATE, Canvas, hertz, rng_of
from models.draft.score.harmony import GENRES, MAX_VOICE_STEP, PROGRESSIONS, chord, motif_of, theme_of, voicing
from models.draft.score.instruments import Orchestra
from models.draft.score.music import compose_music
from models.draft.score.textures import TEXTURES

REQUEST = ScoreRequest(
    unit="e001",
    duration=16.0,
    sample_rate=RATE,
    genre="revenge",
    series_seed=7,
    seed=11,
    moods=(MoodSpan(0, 6, "tension", 0.45), MoodSpan(6, 10, "grief", 0.6), MoodSpan(10, 16, "action", 0.9)),
    speech=((1.0, 3.0), (5.5, 7.0)),
    hits=(SoundHit("door", 0.1), SoundHit("whoosh", 6.0), SoundHit("heartbeat", 9.0, 0.8, 1.0)),
    ambience=((0, 8, "rain"), (8, 16, "room")),
    button=13.5,
    silences=((8.0, 8.6),),
)


@pytest.fixture(scope="module")
def score():
    return DraftComposer().compose([REQUEST])[0]


def part(stem: np.ndarray, start: float, stop: float) -> np.ndarray:
    return stem[:, int(start * RATE) : int(stop * RATE)]


def change(**fields) -> ScoreRequest:
    return dataclasses.replace(REQUEST, **fields)


def test_stems_are_stereo_finite_and_as_long_as_the_episode(score) -> None:
    for stem in (score.music, score.effects):
        assert stem.shape == (2, 16 * RATE) and stem.dtype == np.float32
        assert np.isfinite(stem).all() and 0.05 < np.abs(stem).max() < 2.0
    assert score.rights.commercial_use and score.cost.core_seconds > 0


def test_planned_silences_and_the_gap_before_the_button_are_digital_silence(score) -> None:
    for stem in (score.music, score.effects):
        assert not np.any(part(stem, 8.0, 8.6))
        assert not np.any(part(stem, 13.5 - BUTTON_GAP + 0.001, 13.5 - 0.001))


def test_the_button_answers_the_silence_in_both_stems(score) -> None:
    for stem in (score.music, score.effects):
        assert np.abs(part(stem, 13.5, 13.7)).max() > 0.2


def test_a_riser_climbs_into_the_gap(score) -> None:
    gap = 13.5 - BUTTON_GAP
    last, earlier = (
        np.sqrt(np.mean(part(score.effects, *span) ** 2)) for span in ((gap - 0.3, gap), (gap - 1.6, gap - 1.3))
    )
    assert last > 3 * earlier


def test_nothing_clicks_where_sound_stops(score) -> None:
    for at in (8.0, 13.5 - BUTTON_GAP):
        for stem in (score.music, score.effects):
            tail = part(stem, at - 0.003, at)
            assert np.abs(tail[:, -48:]).max() < 0.35 * max(np.abs(part(stem, at - 0.1, at)).max(), 1e-6)
    assert np.abs(score.music[:, -1]).max() < 1e-3 and np.abs(score.effects[:, -1]).max() < 1e-2


def test_the_same_request_gives_the_same_samples_and_another_seed_others(score) -> None:
    again = DraftComposer().compose([REQUEST])[0]
    assert np.array_equal(again.music, score.music) and np.array_equal(again.effects, score.effects)
    other = DraftComposer().compose([change(series_seed=8, seed=12)])[0]
    assert not np.array_equal(other.music, score.music)


@pytest.mark.parametrize("genre", GENRES)
def test_every_genre_plays_every_mood(genre: str) -> None:
    spans = tuple(MoodSpan(2 * n, 2 * n + 2, mood, 0.3 + 0.1 * n) for n, mood in enumerate(MOODS))
    made = DraftComposer().compose([change(genre=genre, duration=14.0, moods=spans, button=None, silences=())])[0]
    assert np.isfinite(made.music).all() and np.sqrt(np.mean(made.music**2)) > 0.005


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"hits": (SoundHit("kaboom", 1.0),)}, "e001: unknown effect 'kaboom': choose from whoosh, impact"),
        ({"ambience": ((0, 1, "moon"),)}, "unknown ambience 'moon': choose from rain, wind, street, room"),
        ({"genre": "opera"}, "unknown genre 'opera'"),
        ({"moods": (MoodSpan(0, 1, "meh", 0.5),)}, "unknown mood 'meh'"),
        ({"duration": 0.0}, "0.0 s asked"),
        ({"duration": float("nan")}, "nan s asked"),
        ({"sample_rate": 44100}, "44100 Hz asked"),
    ],
)
def test_what_it_cannot_play_is_refused_with_what_it_can(fields: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        DraftComposer().compose([change(**fields)])


def test_an_episode_without_anything_still_opens_with_a_hook() -> None:
    bare = change(moods=(), speech=(), hits=(), ambience=(), button=None, silences=(), duration=3.0)
    made = DraftComposer().compose([bare])[0]
    assert not np.any(made.music) and np.abs(part(made.effects, 0, 0.25)).max() > 0.05


def test_hits_at_the_edges_and_outside_are_cut_not_refused() -> None:
    hits = tuple(SoundHit(kind, at) for kind in ("impact", "whoosh", "riser") for at in (-1.0, 0.0, 2.99, 9.0))
    made = compose_effects(change(hits=hits, ambience=(), button=None, silences=(), duration=3.0))
    assert made.shape == (2, 3 * RATE) and np.isfinite(made).all()


# -- effects


@pytest.mark.parametrize("kind", effects.EFFECTS)
def test_every_effect_is_full_scale_starts_and_ends_softly(kind: str) -> None:
    sound = effects.EFFECTS[kind](rng_of(kind), 0.0)
    assert np.abs(sound).max() == pytest.approx(1.0, abs=1e-4) and np.isfinite(sound).all()
    assert abs(sound[0]) < 0.05
    assert np.abs(sound[-48:]).max() < (1.0 if kind == "riser" else 0.05)


@pytest.mark.parametrize("kind", ["impact", "subdrop", "heartbeat", "thunder", "door"])
def test_deep_hits_can_be_heard_on_a_telephone(kind: str) -> None:
    sound = effects.EFFECTS[kind](rng_of(kind), 0.0)
    power = np.abs(np.fft.rfft(sound)) ** 2
    share = power[np.fft.rfftfreq(len(sound), 1 / RATE) > 200].sum() / power.sum()
    assert share >= 0.1


def test_a_whoosh_peaks_on_its_moment() -> None:
    made = compose_effects(
        change(
            hits=(SoundHit("whoosh", 2.0),), speech=((0.0, 0.1),), ambience=(), button=None, silences=(), duration=4.0
        )
    )
    block = np.abs(made).max(axis=0)[: 4 * RATE // 480 * 480].reshape(-1, 480).mean(axis=1)
    assert abs(block.argmax() * 0.01 - 2.0) <= 0.06


@pytest.mark.parametrize("kind", BEDS)
def test_a_bed_has_no_seam(kind: str) -> None:
    steps = np.abs(np.diff(bed(kind, 2.2 * TILE_SECONDS, rng_of(kind))))
    seam = int((TILE_SECONDS - OVERLAP_SECONDS) * RATE)
    assert steps[seam - 2 : seam + 2].max() <= 5 * np.sqrt(np.mean(steps[seam - 4800 : seam + 4800] ** 2))


# -- music


def test_layers_come_in_with_intensity_and_leave_late() -> None:
    assert layers(0.1, ()) == set() and layers(0.9, ()) == {"sub", "figure", "lead", "drum", "ostinato"}
    assert (
        "lead" in layers(0.46, ("lead",)) and "lead" not in layers(0.46, ()) and "lead" not in layers(0.43, ("lead",))
    )


def test_music_enters_after_the_line_that_is_being_spoken() -> None:
    starts = [section.start for section in sections(REQUEST)]
    assert starts[0] == 0.0
    assert starts[1] == pytest.approx(7.0 + 4 / 24)
    assert all(section.stop <= 13.5 - BUTTON_GAP + 1e-9 for section in sections(REQUEST))


def test_melody_has_only_the_gaps_between_words() -> None:
    for start, stop in gaps(REQUEST):
        assert stop > start
        for begun, ended in (*REQUEST.speech, *REQUEST.silences):
            assert stop <= begun or start >= ended
    assert all(stop <= 13.5 for _, stop in gaps(REQUEST))


@pytest.mark.parametrize("genre", GENRES)
@pytest.mark.parametrize("mood", PROGRESSIONS)
def test_voices_move_by_small_steps(genre: str, mood: str) -> None:
    previous: tuple[int, ...] = ()
    for number in range(8):
        notes = voicing(*chord(GENRES[genre], mood, number), previous)
        assert 38 <= notes[0] < 50 <= notes[1] < notes[2] < notes[3] <= 70
        if previous:
            assert max(abs(a - b) for a, b in zip(notes[1:], previous[1:], strict=True)) <= MAX_VOICE_STEP
        previous = notes


def test_a_theme_belongs_to_its_series() -> None:
    themes = [theme_of(seed, "palace") for seed in range(12)]
    assert theme_of(3, "palace") == themes[3] and len(set(themes)) >= 4
    grief = themes[0].varied("grief")
    assert sum(b for _, b in grief.notes) == 2 * sum(b for _, b in themes[0].notes)
    assert len(themes[0].varied("dread").notes) == 2
    assert [d for d, _ in themes[0].varied("mystery").notes] == [-d for d, _ in themes[0].notes]


@pytest.mark.parametrize("note", [45, 57, 69, 76])
def test_a_plucked_string_is_in_tune(note: int) -> None:
    sound = instruments.string(note, 2.0, 0.7, "tune")[2400:]
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 1 << 19))
    hz = np.fft.rfftfreq(1 << 19, 1 / MUSIC_RATE)
    near = (hz > hertz(note) * 0.97) & (hz < hertz(note) * 1.03)
    assert abs(1200 * np.log2(hz[near][spectrum[near].argmax()] / hertz(note))) < 3


def test_a_note_asked_for_twice_is_rendered_once() -> None:
    orchestra = Orchestra()
    assert orchestra.play(instruments.piano, 60, 1.0, 0.8, 0) is orchestra.play(instruments.piano, 60, 1.0, 0.8, 0)
    assert len(orchestra) == 1


def test_a_canvas_cuts_what_sticks_out_and_keeps_power_when_panned() -> None:
    canvas = Canvas(0.01, 1000)
    canvas.put(np.ones(20), -0.005, pan=0.5)
    assert np.allclose(canvas.samples, 1)
    for pan in (0.0, 0.3, 1.0):
        canvas = Canvas(0.01, 1000)
        canvas.put(np.ones(10), 0.0, pan=pan)
        assert np.sum(canvas.samples[:, 0] ** 2) == pytest.approx(2)


def test_bars_fill_their_section_without_gap() -> None:
    for section in sections(REQUEST):
        row = list(arrangement.bars(section, 3.3, REQUEST.moods, frozenset()))
        assert row[0].start == section.start and row[-1].stop == section.stop
        assert all(a.stop == b.start for a, b in itertools.pairwise(row))


@pytest.mark.slow
def test_a_busy_minute_costs_at_most_four_core_seconds() -> None:
    spans = tuple(MoodSpan(10 * n, 10 * n + 10, MOODS[n], 0.5 + 0.08 * n) for n in range(6))
    hits = tuple(SoundHit(kind, 2.9 * n) for n, kind in enumerate(effects.EFFECTS))
    minute = change(duration=60.0, moods=spans, hits=hits, button=57.0, ambience=((0, 30, "rain"), (30, 60, "street")))
    assert DraftComposer().compose([minute])[0].cost.core_seconds < 4 * 1.5  # slack for a loaded machine


# -- textures, motifs

SPANS = tuple(MoodSpan(0, 12, mood, 0.7) for mood in MOODS)


@pytest.fixture(scope="module")
def played() -> dict[str, np.ndarray]:
    """Twelve seconds of each mood at the same intensity."""
    return {
        span.mood: compose_music(change(duration=12.0, moods=(span,), speech=(), button=None, silences=()))
        for span in SPANS
    }


def shape(music: np.ndarray) -> np.ndarray:
    """How a stretch of music sounds, in decibels and onsets: level, four bands against it, attacks a second."""
    mono = music.mean(axis=0)
    power = np.abs(np.fft.rfft(mono)) ** 2
    hz = np.fft.rfftfreq(len(mono), 1 / RATE)
    edges = ((20, 120), (120, 400), (400, 1200), (1200, 6000))
    bands = [10 * np.log10(power[(hz >= a) & (hz < b)].sum() / power.sum() + 1e-9) for a, b in edges]
    envelope = np.abs(mono)[: len(mono) // 480 * 480].reshape(-1, 480).max(axis=1)
    attacks = np.sum(np.diff(envelope) > 0.25 * envelope.max()) / 12
    return np.array([20 * np.log10(np.sqrt(np.mean(mono**2))), *bands, 3 * attacks])


def test_no_two_moods_have_the_same_texture(played: dict[str, np.ndarray]) -> None:
    assert set(TEXTURES) == set(MOODS)
    for one, other in itertools.combinations(MOODS, 2):
        assert np.abs(shape(played[one]) - shape(played[other])).max() > 1.5, (one, other)


def test_music_is_wide_but_survives_one_speaker(played: dict[str, np.ndarray]) -> None:
    for music in played.values():
        fold = 10 * np.log10(np.mean(music**2) / np.mean(music.mean(axis=0) ** 2))
        assert 0.05 < fold < 3


def test_a_texture_brings_layers_in_early_and_leaves_some_out() -> None:
    action, grief = TEXTURES["action"], TEXTURES["grief"]
    assert {"drum", "ostinato"} <= layers(0.5, (), action) and not {"drum", "ostinato"} & layers(1.0, (), grief)
    assert "ostinato" in layers(0.40, ("ostinato",), action) and "ostinato" not in layers(0.40, (), action)


CUES = (MotifCue(3.2, "ivy", "lead"), MotifCue(4.0, "boss", "rival"), MotifCue(7.4, "boss", "rival", "truncated"))


def test_a_motif_waits_for_the_line_to_end_or_is_not_played() -> None:
    slots = motif_slots(change(motifs=CUES, silences=()))
    assert [slot.cue.character for slot in slots] == ["ivy"]  # the second comes too soon after, the third with it
    assert slots[0].start == pytest.approx(3.2) and slots[0].stop <= 5.5
    assert motif_slots(change(motifs=(MotifCue(1.2, "ivy"),), speech=((1.0, 6.0),), silences=())) == []
    late = motif_slots(change(motifs=(MotifCue(5.6, "ivy"),), silences=()))
    assert late[0].start == pytest.approx(7.0 + 4 / 24)


def test_a_motif_is_heard_where_it_is_asked_for() -> None:
    plain = compose_music(change(moods=(), motifs=(), silences=()))
    asked = compose_music(change(moods=(), motifs=CUES[:1], silences=()))
    difference = np.abs(asked - plain).max(axis=0)
    assert difference[: int(3.15 * RATE)].max() < 1e-5
    assert difference[int(3.2 * RATE) : int(5.4 * RATE)].max() > 0.02


@given(
    speech=st.lists(st.tuples(st.floats(0, 14), st.floats(0.2, 3)), max_size=6),
    times=st.lists(st.floats(0, 15), max_size=8),
)
def test_motifs_never_sound_over_words_nor_crowd(speech: list, times: list) -> None:
    spans = tuple(sorted((a, min(a + d, 16.0)) for a, d in speech))
    slots = motif_slots(change(speech=spans, motifs=tuple(MotifCue(t, "ivy") for t in times), silences=()))
    for slot in slots:
        assert slot.stop - slot.start >= SHORTEST_MOTIF
        assert all(slot.stop <= a or slot.start >= b for a, b in spans)
    assert all(b.cue.time - a.start >= MOTIF_APART for a, b in itertools.pairwise(slots))


def test_a_character_keeps_a_motif_of_their_own_all_season() -> None:
    cast = [("ivy", "lead"), ("boss", "rival"), ("lin", "ally"), ("mo", "authority"), ("kid", "innocent")]
    motifs = [motif_of(5, "palace", *who) for who in cast]
    assert motifs == [motif_of(5, "palace", *who) for who in cast] and len({m.notes for m in motifs}) == 5
    rival = motifs[1].notes
    assert abs(rival[1][0] - rival[0][0]) == 6  # a tritone


@given(st.integers(0, 10_000), st.sampled_from(sorted(GENRES)), st.sampled_from(["lead", "rival", "ally", "stranger"]))
def test_variants_change_what_they_say(seed: int, genre: str, role: str) -> None:
    motif = motif_of(seed, genre, "ivy", role)
    augmented, minor, broken, inverted = (
        motif.varied(name).notes for name in ("augmented", "minor", "truncated", "inverted")
    )
    assert [b for _, b in augmented] == [2 * b for _, b in motif.notes]
    assert len(minor) == 3 and all(0 <= a - b <= 1 for (a, _), (b, _) in zip(motif.notes, minor, strict=True))
    assert [n for n, _ in broken] == [n for n, _ in motif.notes[:2]]
    assert inverted[1][0] - inverted[0][0] == motif.notes[0][0] - motif.notes[1][0]
    assert set(MOTIF_VARIANTS) == set(harmony.VARIATIONS)


# -- instruments


@pytest.mark.parametrize(
    "sound",
    [
        instruments.bell(72, 2.0, 0.8, 0),
        instruments.brass([50, 57], 1.5, 0.8).mean(axis=0),
        instruments.bowed(instruments.ERHU, [(69, 0.8), (72, 0.9)], 0.8, 0),
        instruments.bowed(instruments.CELLO, [(45, 1.6)], 0.8, 0),
    ],
    ids=["bell", "brass", "erhu", "cello"],
)
def test_an_instrument_is_no_test_tone(sound: np.ndarray) -> None:
    """Energy on many partials, a level that moves, no click at either end."""
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
    ranked = np.sort(power)[::-1]
    assert np.searchsorted(np.cumsum(ranked) / power.sum(), 0.95) > 4
    steps = np.array([np.sqrt(np.mean(part**2)) for part in np.array_split(sound, 20)])
    assert steps[1:-1].std() / steps.mean() > 0.05
    assert np.abs(sound[:4]).max() < 0.3 and np.abs(sound[-24:]).max() < 0.02
