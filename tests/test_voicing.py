"""Lines to dialogue takes: one batch for a wave, a voice per character, treatment by kind of line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.batching import Silent
from engine.config import load_profile
from engine.core import SAMPLE_RATE, Line, UserError
from engine.vault import Vault
from engine.voicing import Booth, Performers, cast_voices, lock_voices, profile_of, voice_series
from models.base import Cost, Judgement, Rights, Speech, TimedWord, Timing, Utterance, Viseme, VoiceProfile
from models.registry import load
from tests.small_series import small_series


class Recorder:
    """A voice that remembers what it was asked."""

    name = "recorder"
    sample_rate = SAMPLE_RATE

    def __init__(self) -> None:
        self.batches: list[list[Utterance]] = []

    def cast(self, profiles: Sequence[VoiceProfile], language: str) -> list[str]:
        return [f"{language}:{p.character}" for p in profiles]

    def speak(self, utterances: Sequence[Utterance]) -> list[Speech]:
        self.batches.append(list(utterances))
        sound = np.zeros(self.sample_rate, np.float32)
        words, mouths = (TimedWord("hello", 0.1, 0.9),), (Viseme("aa", 0.1),)
        return [
            Speech(sound, self.sample_rate, words, mouths, self.name, Rights("test", "CC0-1.0"), Cost(core_seconds=0.1))
            for _ in utterances
        ]


def test_all_lines_of_a_wave_are_one_batch_and_nothing_is_asked_twice(tmp_path: Path) -> None:
    series, voice, vault = small_series(), Recorder(), Vault(tmp_path)
    takes = voice_series(series, series.episodes[:2], Booth(voice), vault, {}, Silent())
    assert [len(batch) for batch in voice.batches] == [20]
    assert set(takes) == {line.id for episode in series.episodes[:2] for line in episode.lines()}
    voice_series(series, series.episodes, Booth(voice), vault, {}, Silent())
    assert [len(batch) for batch in voice.batches] == [20, 10]
    voice_series(series, series.episodes, Booth(voice), vault, {}, Silent())
    assert len(voice.batches) == 2


def test_a_redone_line_is_asked_alone_with_another_seed(tmp_path: Path) -> None:
    series, voice, vault = small_series(), Recorder(), Vault(tmp_path)
    voice_series(series, series.episodes[:1], Booth(voice), vault, {}, Silent())
    unit = voice.batches[0][3].unit
    voice_series(series, series.episodes[:1], Booth(voice), vault, {("voicing", unit): 1}, Silent())
    (again,) = voice.batches[1]
    assert again.unit == unit and again.seed != voice.batches[0][3].seed


def test_a_take_keeps_words_mouths_and_length(tmp_path: Path) -> None:
    series = small_series()
    takes = voice_series(series, series.episodes[:1], Booth(Recorder()), Vault(tmp_path), {}, Silent())
    take = takes["e001_s01_sh010_l01"]
    assert take.seconds == 1.0
    assert take.words == (TimedWord("hello", 0.1, 0.9),)
    assert take.voice == "en:char_silas"
    assert len(take.samples()) == SAMPLE_RATE


@pytest.mark.parametrize(
    ("kind", "delivery", "wanted"),
    [("dialogue", "phone", "phone"), ("dialogue", "voice", "voice"), ("narration", "voice", "narrator"),
     ("inner", "voice", "inner"), ("inner", "whisper", "whisper")],
)  # fmt: skip
def test_narration_and_thought_sound_unlike_speech(kind: str, delivery: str, wanted: str, tmp_path: Path) -> None:
    series, voice = small_series(), Recorder()
    line = Line(id="e001_s01_sh010_l01", speaker="char_ivy", text="Hello.", kind=kind, delivery=delivery)  # type: ignore[arg-type]
    shot = series.episodes[0].scenes[0].shots[0].model_copy(update={"lines": (line,)})
    scene = series.episodes[0].scenes[0].model_copy(update={"shots": (shot,)})
    episode = series.episodes[0].model_copy(update={"scenes": (scene,)})
    voice_series(series, [episode], Booth(voice), Vault(tmp_path), {}, Silent())
    assert voice.batches[0][0].delivery == wanted


def test_a_voice_of_another_sample_rate_is_refused(tmp_path: Path) -> None:
    voice = Recorder()
    voice.sample_rate = 22_050
    with pytest.raises(ValueError, match="recorder speaks at 22050 Hz, the product at 48000"):
        voice_series(small_series(), small_series().episodes[:1], Booth(voice), Vault(tmp_path), {}, Silent())


def colour(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    """Long-term spectrum in thirds of octaves, in dB, without its level."""
    power = np.abs(np.fft.rfft(samples)) ** 2
    hertz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    edges = 80 * 2 ** (np.arange(22) / 3)
    bands = [power[(hertz >= a) & (hertz < b)].mean() for a, b in pairwise(edges)]
    level = 10 * np.log10(np.array(bands) + 1e-9)
    return level - level.mean()


def test_six_speakers_of_one_episode_have_six_voices_that_sound_different() -> None:
    series, voice = small_series(), load("voice", "espeak")
    speakers = {line.speaker for line in series.episodes[0].lines()}
    assert len(speakers) == 6
    cast = cast_voices(series, Booth(voice))
    assert len({cast[id] for id in speakers}) == 6
    assert len([profile_of(c) for c in series.bible.characters]) == 6
    said = [Utterance(id, "Nobody leaves this house tonight.", "en", cast[id]) for id in sorted(speakers)]
    heard = {u.unit: colour(speech.samples) for u, speech in zip(said, voice.speak(said), strict=True)}
    apart = {(a, b): float(np.abs(heard[a] - heard[b]).mean()) for a, b in combinations(heard, 2)}
    assert min(apart.values()) > 2.0, apart


class Player(Recorder):
    """A voice that is a model: keeps locked voices, says no words' times, and whose voices may be forbidden."""

    name = "player"
    version = 1
    forbidden = ""

    def cast(
        self, profiles: Sequence[VoiceProfile], language: str, locked: Mapping[str, str] | None = None
    ) -> list[str]:
        return [(locked or {}).get(p.character, f"{language}:{p.character}") for p in profiles]

    def print_of(self, voice: str) -> str:
        if voice == self.forbidden:
            raise ValueError(f"voice '{voice}' may not be used: its consent has ended")
        return "abc" if voice.startswith("own/") else ""

    def speak(self, utterances: Sequence[Utterance]) -> list[Speech]:
        return [replace(speech, words=(), visemes=()) for speech in super().speak(utterances)]


class Strict:
    """Passes second tries only."""

    name = "strict"

    def judge(self, utterances: Sequence[Utterance], takes: Sequence[Speech]) -> list[Judgement]:
        first = {u.unit: u.seed for u in utterances if u.unit not in self.seen}
        self.seen.update(first)
        return [Judgement({"total": 0.5}, u.seed != self.seen[u.unit], "babble") for u in utterances]

    def __init__(self) -> None:
        self.seen: dict[str, int] = {}


class Clock:
    name = "clock"

    def align(self, utterances: Sequence[Utterance], takes: Sequence[Speech]) -> list[Timing]:
        return [Timing((TimedWord(u.text, 0.2, 0.8),), (Viseme("aa", 0.2),)) for u in utterances]


def model_booth(player: Player) -> Booth:
    settings = load_profile("gpu-24gb").settings
    assert settings is not None and settings.speak.attempts == 2
    return Booth(player, Performers(player, "bark", settings, Strict(), Clock()))


def test_a_failing_take_of_a_model_is_spoken_again_and_its_words_are_timed(tmp_path: Path) -> None:
    player = Player()
    takes = voice_series(
        small_series(), small_series().episodes[:1], model_booth(player), Vault(tmp_path), {}, Silent()
    )
    assert [len(batch) for batch in player.batches] == [10, 10]
    take = next(iter(takes.values()))
    assert take.words[0].start == 0.2 and take.visemes == (Viseme("aa", 0.2),)
    assert take.take.result["attempts"] == 2 and take.take.result["accepted"]
    assert [t["passed"] for t in take.take.result["tried"]] == [False, True]


def test_the_cast_of_a_model_is_locked_in_the_bible_once(tmp_path: Path) -> None:
    booth, series = model_booth(Player()), small_series()
    locked = lock_voices(series, booth)
    assert locked.revision == series.revision + 1
    assert all(c.voice.cast == {"bark": f"en:{c.id}"} for c in locked.bible.characters)
    assert lock_voices(locked, booth) is locked
    assert lock_voices(series, Booth(Recorder())) is series, "a draft voice locks nothing"
    first = locked.bible.characters[0]
    mine = first.model_copy(update={"voice": first.voice.model_copy(update={"cast": {"bark": "own/mei"}})})
    bible = locked.bible.model_copy(update={"characters": (mine, *locked.bible.characters[1:])})
    assert cast_voices(locked.model_copy(update={"bible": bible}), booth)[first.id] == "own/mei"


def test_a_series_file_without_a_lock_says_nothing_of_one() -> None:
    assert '"cast"' not in small_series().model_dump_json()


def test_a_cloned_voice_that_may_not_speak_stops_the_render_by_name(tmp_path: Path) -> None:
    player, series = Player(), small_series()
    player.forbidden = f"en:{series.bible.characters[0].id}"
    with pytest.raises(UserError, match="may not be used: its consent has ended"):
        voice_series(series, series.episodes[:1], model_booth(player), Vault(tmp_path), {}, Silent())
    assert not player.batches
