"""Who can speak: espeak-ng's usable voice variants with their measured sound, and the casting of a series on them.

Fundamental, centroid and third formant are medians over connected speech at rate 165, pitch 50 (Hz). A variant is in
the table only if a recogniser understands it in every emotion, delivery and room (scripts/hear.py)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.base import VoiceProfile

MIN_SEMITONES = 3.0
MIN_CENTROID_HZ = 250.0
MIN_F3_HZ = 200.0
_CHINESE_LOWER = 1.8  # the same variants speak this much lower in Mandarin, in semitones
PITCHES = tuple(range(26, 69, 2))
"""espeak pitches at which casting may use a variant; acting goes higher still, and then words get lost."""
HIGHEST_F0 = 280.0
"""Above it a joyful or shocked line leaves the range in which words are understood."""
_PITCH_STEPS = (0, 20, 40, 50, 60, 80, 99)
_PITCH_SEMITONES = (-7.2, -4.6, -1.7, 0.0, 1.6, 5.3, 8.8)


@dataclass(frozen=True)
class Variant:
    """An espeak-ng variant. `age` is the age it suits best, `range` its liveliness, `gain_db` levels it.

    Beyond `most_arousal`, `most_pitch` or, acted, `most_acted`, or faster than `pace`, its words are lost."""

    name: str
    sex: str
    age: int
    f0: float
    f0_zh: float
    f3: float
    centroid: float
    range: int
    gain_db: float = 0.0
    timbre: str = ""
    most_arousal: float = 1.0
    pace: float = 1.0
    most_pitch: int = PITCHES[-1]
    most_acted: int = 99


VARIANTS = (
    Variant("m1", "male", 42, 93, 80, 2490, 855, 45, 1.6, "mature warm calm gentle"),
    Variant("m4", "male", 52, 93, 77, 2640, 990, 45, 0.6, "father authority firm judge"),
    Variant("Storm", "male", 46, 84, 68, 2385, 1240, 35, -3.1, "villain gravel rough harsh"),
    Variant("victor", "male", 40, 95, 83, 2320, 1000, 35, 5.5, "cold smooth boss sharp"),
    Variant("m3", "male", 28, 104, 88, 2464, 964, 50, 0.6, "hero clear bright"),
    Variant("grandpa", "male", 70, 102, 88, 2575, 958, 60, 0.4, "old thin dry"),
    Variant("ed", "male", 20, 125, 105, 2503, 882, 60, -6.8, "youth light friendly young"),
    Variant("m8", "male", 58, 85, 72, 2471, 536, 40, 4.4, "deep dark low"),
    Variant("Denis", "male", 36, 98, 85, 2295, 746, 45, 4.5, "quiet soft"),
    Variant("john", "male", 32, 101, 88, 2575, 1136, 50, -3.9, "tense nasal bright"),
    Variant("adam", "male", 44, 101, 86, 2544, 592, 45, 0.9, "plain steady"),
    Variant("f1", "female", 52, 179, 154, 2900, 950, 45, -0.7, "mother warm mature old grandmother"),
    Variant("f2", "female", 26, 195, 165, 2815, 910, 55, -1.2, "heroine clear girl young"),
    Variant("f5", "female", 36, 204, 178, 2828, 1100, 60, 0.7, "firm bright sharp cold", most_pitch=56),
    Variant("anika", "female", 22, 262, 230, 2378, 334, 55, -4.7, "soft gentle breathy"),
    Variant("f4", "female", 70, 176, 156, 3090, 940, 45, -2.1, "old dry grandmother", 0.5, 0.92, 46, 52),
)
BY_NAME = {variant.name: variant for variant in VARIANTS}
LANGUAGES = {"en": "en-us", "zh": "cmn"}


@dataclass(frozen=True)
class CastVoice:
    """A variant at a pitch (espeak 0-99) in a language; its text form is the voice id."""

    language: str
    variant: Variant
    pitch: int

    def __str__(self) -> str:
        return f"{LANGUAGES[self.language]}+{self.variant.name}:{self.pitch}"

    @cached_property
    def f0(self) -> float:
        base = self.variant.f0_zh if self.language == "zh" else self.variant.f0
        return base * 2 ** (float(np.interp(self.pitch, _PITCH_STEPS, _PITCH_SEMITONES)) / 12)


def parse(voice: str) -> CastVoice:
    """The voice that an id such as 'en-us+f2:54' describes; ValueError says what is wrong with it."""
    language_name, _, rest = voice.partition("+")
    name, _, pitch = rest.partition(":")
    language = next((code for code, known in LANGUAGES.items() if known == language_name), None)
    if language is None or name not in BY_NAME or not pitch.isascii() or not pitch.isdigit() or int(pitch) > 99:
        known = ", ".join(sorted(BY_NAME))
        raise ValueError(
            f"unknown voice {voice!r}: expected LANGUAGE+VARIANT:PITCH, en-us or cmn, one of {known}, 0-99"
        )
    return CastVoice(language, BY_NAME[name], int(pitch))


def distinct(one: CastVoice, other: CastVoice) -> bool:
    """Whether a listener tells them apart: 3 semitones, or variants with another brightness or third formant."""
    if abs(12 * math.log2(one.f0 / other.f0)) >= MIN_SEMITONES:
        return True
    a, b = one.variant, other.variant
    return abs(a.centroid - b.centroid) >= MIN_CENTROID_HZ or abs(a.f3 - b.f3) >= MIN_F3_HZ


def cast(profiles: Sequence[VoiceProfile], language: str) -> list[CastVoice]:
    """A voice per profile, in order: the best match of the profile's sex that is distinct from all before it.

    When a crowd exhausts the distinct ones, the voice farthest from its nearest neighbour; never the same twice, and
    the other sex only when no other voice is left."""
    if language not in LANGUAGES:
        raise ValueError(f"no espeak voices for language {language!r}: choose from {', '.join(LANGUAGES)}")
    taken: list[CastVoice] = []
    for profile in profiles:
        free = [voice for voice in _candidates(language) if voice not in taken]
        if not free:
            raise ValueError(f"no voice left for {profile.character!r}: {len(taken)} characters is the most")
        free = [voice for voice in free if _fits(voice, profile)] or free
        apart = [voice for voice in free if all(distinct(voice, other) for other in taken)]
        if apart:
            taken.append(min(apart, key=lambda voice: _mismatch(voice, profile) + _crowding(voice, taken)))
        else:
            taken.append(max(free, key=lambda voice: _nearest(voice, taken) - _mismatch(voice, profile)))
    return taken


def pitches_of(name: str, language: str) -> list[int]:
    """The pitches at which casting uses a variant, rising."""
    variant = BY_NAME[name]
    usable = (pitch for pitch in PITCHES if pitch <= variant.most_pitch)
    return [pitch for pitch in usable if CastVoice(language, variant, pitch).f0 <= HIGHEST_F0]


def _candidates(language: str) -> Iterator[CastVoice]:
    for variant in VARIANTS:
        for pitch in pitches_of(variant.name, language):
            yield CastVoice(language, variant, pitch)


def _target_semitones(profile: VoiceProfile, language: str) -> float:
    """Wanted fundamental over 100 Hz: sex, age, then the character's own direction."""
    centre = {"male": 0.0, "female": 11.4}.get(profile.sex, 6.0) - (_CHINESE_LOWER if language == "zh" else 0.0)
    ages, offsets = (6, 14, 20, 35, 50, 65, 85), (6.0, 3.0, 0.8, 0.0, -1.0, -0.8, 0.5)
    return centre + float(np.interp(profile.age, ages, offsets)) + max(-4.0, min(4.0, profile.pitch))


def _fits(voice: CastVoice, profile: VoiceProfile) -> bool:
    return profile.sex not in ("male", "female") or profile.sex == voice.variant.sex


def _mismatch(voice: CastVoice, profile: VoiceProfile) -> float:
    """How wrong a voice is for a profile, in units of about a semitone."""
    variant = voice.variant
    off_pitch = abs(12 * math.log2(voice.f0 / 100) - _target_semitones(profile, voice.language))
    off_age = abs(profile.age - variant.age) / 8
    liked = sum(word in variant.timbre.split() for word in profile.timbre.lower().replace(",", " ").split())
    bent = abs(voice.pitch - 50) / 25
    return off_pitch + off_age + bent - 1.5 * min(liked, 2)


def _crowding(voice: CastVoice, taken: Sequence[CastVoice]) -> float:
    """Reluctance to use a variant twice, or to sit within two semitones of another voice."""
    near = sum(max(0.0, 1 - abs(12 * math.log2(voice.f0 / other.f0)) / 2) for other in taken)
    return near + 2.0 * sum(voice.variant == other.variant for other in taken)


def _nearest(voice: CastVoice, taken: Sequence[CastVoice]) -> float:
    return min(abs(12 * math.log2(voice.f0 / other.f0)) + 2 * (voice.variant != other.variant) for other in taken)
