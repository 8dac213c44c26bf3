"""Who speaks with which of Bark's voices: directions in, presets out. The table is data (configs/voices/bark.toml).

Knows sexes, languages and what a preset's recording is like; pitches only where somebody measured them, for Suno's
library tells none. No torch, no sound, no files but the table."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from models.base import VoiceProfile

SEXES = ("male", "female")
SPEAKERS = range(10)
FOREIGN = 10.0
"""Cost of another language's voice, which brings an accent: more than all that age, pitch and timbre can weigh."""
FLAWS = {"noise": 4.0, "room": 3.0, "grainy": 2.0, "short": 1.0, "favourite": -0.5}
"""What a preset's recording costs; `grainy` is forgiven where the direction asks for a rough voice."""
MOST_PITCH_COST = 3.0
CENTRE_HZ = {"male": 110.0, "female": 200.0}
"""About the usual fundamental of grown speakers: what measured presets are compared with."""
_AGES, _OFFSETS = (6, 14, 20, 35, 50, 65, 85), (6.0, 3.0, 0.8, 0.0, -1.0, -0.8, 0.5)
TIMBRE_SEMITONES = {
    "deep": -3.0, "grave": -2.5, "low": -2.5, "dark": -2.0, "velvet": -1.5, "warm": -1.0, "gravel": -2.0,
    "mature": -1.0, "high": 2.5, "bright": 2.0, "clear": 1.5, "light": 1.5, "thin": 1.5, "silk": 0.5, "soft": 0.5,
    "young": 1.5,
    "低沉": -3.0, "沉": -2.0, "浑厚": -2.5, "沙哑": -1.5, "清亮": 2.0, "清脆": 2.0, "尖": 2.5, "明亮": 2.0, "稚嫩": 2.5,
}  # fmt: skip
"""How far a word of the timbre moves the wanted pitch."""
ROUGH = ("rough", "gravel", "harsh", "hoarse", "raspy", "smoky", "沙哑", "粗")
CROWDED_SEMITONES = 2.0
"""Two measured voices of a cast nearer than this are easily taken for one another."""


@dataclass(frozen=True)
class Speaker:
    """One preset of the table: its name ('v2/en_speaker_6'), its speaker's language and sex, its recording's notes, and
    how far its accent lies from the language asked for (0: none)."""

    name: str
    language: str
    sex: str
    notes: frozenset[str]
    away: int = 0


def languages() -> tuple[str, ...]:
    """Codes of the languages that Bark's presets speak: en, zh, de, ..."""
    return tuple(_table())


def voices(language: str) -> tuple[Speaker, ...]:
    """The presets of one language, then those lent by others, nearest accent first. ValueError: unknown language."""
    check_language(language)
    return _voices(language)


def check_language(language: str) -> None:
    """ValueError that lists the known ones."""
    if language not in _table():
        raise ValueError(f"Bark has no voices for language {language!r}: choose from {', '.join(languages())}")


def cast(
    profiles: Sequence[VoiceProfile],
    language: str,
    locked: Mapping[str, str],
    available: Collection[str] | None = None,
    pitches: Mapping[str, float] | None = None,
) -> list[str]:
    """A voice id per profile, in order, no two alike.

    `locked` maps characters, also those who are not among the profiles, to the voice they keep (a preset or
    'own/NAME'). The others choose in their order, so that adding a character never changes those before; characters
    without a sex choose last. Each takes the cheapest voice left: own sex before own language, own language before
    pitch. `available` limits the presets to those at hand; `pitches` are measured fundamentals in Hz by preset, see
    `models.sounding.fundamental`. ValueError, one line: unknown language, a voice locked twice, no voice left."""
    check_language(language)
    taken = _locked(locked)
    free = [voice for voice in voices(language) if voice.name not in taken.values()]
    free = [voice for voice in free if available is None or voice.name in available]
    heard = pitches or {}
    chosen: dict[int, str] = {}
    for place, profile in sorted(enumerate(profiles), key=lambda pair: pair[1].sex not in SEXES):
        if profile.character in taken:
            chosen[place] = taken[profile.character]
            continue
        if not free:
            raise ValueError(f"Bark has no voice left for {profile.character!r}, after {len(chosen)} others")
        cast_already = [heard[name] for name in (*chosen.values(), *taken.values()) if name in heard]
        best = min(free, key=lambda voice: _cost(voice, profile, heard, cast_already))
        free.remove(best)
        chosen[place] = best.name
    return [chosen[place] for place in range(len(profiles))]


# -- inside


@cache
def _table() -> dict[str, Any]:
    text = (files("configs") / "voices" / "bark.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _voices(language: str) -> tuple[Speaker, ...]:
    order = (language, *_table()[language]["near"])
    return tuple(_entry(code, speaker, away) for away, code in enumerate(order) for speaker in _speakers(code))


def _speakers(language: str) -> list[int]:
    told = _table()[language]
    return [speaker for speaker in SPEAKERS if any(speaker in told[sex] for sex in SEXES)]


def _entry(language: str, speaker: int, away: int) -> Speaker:
    told = _table()[language]
    sex = next(sex for sex in SEXES if speaker in told[sex])
    notes = frozenset(note for note, speakers in told.get("notes", {}).items() if speaker in speakers)
    return Speaker(f"v2/{language}_speaker_{speaker}", language, sex, notes, away)


def _locked(locked: Mapping[str, str]) -> dict[str, str]:
    owner: dict[str, str] = {}
    for character, voice in locked.items():
        if not voice:
            raise ValueError(f"{character!r} is locked to a voice without a name")
        if voice in owner:
            raise ValueError(f"{owner[voice]!r} and {character!r} are both locked to the voice '{voice}'")
        owner[voice] = character
    return dict(locked)


def _cost(
    voice: Speaker, profile: VoiceProfile, heard: Mapping[str, float], cast_already: Sequence[float]
) -> tuple[bool, float]:
    """Another sex is worse than anything; the rest adds up. Equal costs keep the table's order."""
    crossed = profile.sex in SEXES and voice.sex != profile.sex
    accent = FOREIGN + voice.away if voice.away else 0.0
    words = _timbre(profile)
    flaws = sum(FLAWS[note] for note in voice.notes if not (note == "grainy" and any(word in ROUGH for word in words)))
    return crossed, accent + flaws + _pitch_cost(voice, profile, words, heard.get(voice.name, 0.0), cast_already)


def _pitch_cost(
    voice: Speaker, profile: VoiceProfile, words: Sequence[str], hertz: float, cast_already: Sequence[float]
) -> float:
    """A quarter a semitone off, and up to one for each voice of the cast that lies as high; 0 if unmeasured."""
    if hertz <= 0:
        return 0.0
    wanted = float(np.interp(profile.age, _AGES, _OFFSETS)) + max(-4.0, min(4.0, profile.pitch))
    wanted += max(-4.0, min(4.0, sum(TIMBRE_SEMITONES.get(word, 0.0) for word in words)))
    off = abs(12 * math.log2(hertz / CENTRE_HZ[voice.sex]) - wanted)
    near = sum(
        max(0.0, 1 - abs(12 * math.log2(hertz / other)) / CROWDED_SEMITONES) for other in cast_already if other > 0
    )
    return min(MOST_PITCH_COST, off / 4) + near


def _timbre(profile: VoiceProfile) -> list[str]:
    """Latin words as they stand; Chinese ones wherever they stand.

    >>> _timbre(VoiceProfile("a", "male", 40, timbre="Low, velvet"))
    ['low', 'velvet']
    """
    text = profile.timbre.lower()
    known = [word for word in (*TIMBRE_SEMITONES, *ROUGH) if not word.isascii() and word in text]
    return [*"".join(c if c.isalnum() else " " for c in text).split(), *dict.fromkeys(known)]
