"""The adapter: casting among the profile's voices, requests side by side, takes in order. It knows no HTTP and no RIFF.

The API has no seed, emotion or delivery: a line that is redone differs only where the endpoint draws by chance."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import gcd
from typing import Any, Protocol

import numpy as np
from scipy import signal

from models.base import Cost, Rights, Speech, Utterance, VoiceProfile
from models.endpoint.asking import ask, place_of
from models.endpoint.sound import parse_wav
from models.settings import Backing

SAMPLE_RATE = 48_000
MOST_TEXT = 4_096
"""Characters of one request (OpenAI API reference, 'Create speech', input)."""
SLOWEST, FASTEST = 0.25, 4.0
"""Of the same reference, speed."""
DECLARED = "as the endpoint's operator declares"


class Endpoint(Protocol):
    """models.settings.EndpointSettings: the section [endpoint] of a profile."""

    @property
    def url(self) -> str: ...  # up to /v1: 'http://192.168.1.20:8880/v1'
    @property
    def model(self) -> str: ...
    @property
    def voices(self) -> Mapping[Any, Sequence[str]]: ...  # female and male -> the endpoint's names
    @property
    def languages(self) -> Sequence[str]: ...
    @property
    def timeout_seconds(self) -> float: ...  # of one request, from the first byte sent to the last received
    @property
    def parallel(self) -> int: ...
    @property
    def public(self) -> bool: ...
    @property
    def commercial_use(self) -> bool: ...


class EndpointVoice:
    """A `models.base.Voice`."""

    def __init__(self, backing: Backing) -> None:
        settings: Endpoint | None = getattr(backing.settings, "endpoint", None)
        if settings is None:
            raise ValueError("voice 'endpoint' needs a section [endpoint] in the profile, with url, model and voices")
        self._settings = settings
        self._place = place_of(settings.url)
        self.name = f"endpoint {settings.model}"
        self.version = {"url": self._place.url, "model": settings.model}
        self.rights = Rights(
            f"{self._place.url}, model {settings.model}",
            DECLARED,
            consent=DECLARED,
            commercial_use=settings.commercial_use,
        )

    def cast(
        self, profiles: Sequence[VoiceProfile], language: str, locked: Mapping[str, str] | None = None
    ) -> list[str]:
        """The profile's voices of each character's sex in their order, each once; `locked` ones, by character, are kept.
        ValueError when there are too few."""
        self._check_language(language)
        kept = locked or {}
        taken: list[str] = []
        for profile in profiles:
            if profile.character in kept:
                taken.append(kept[profile.character])
                continue
            sex = "male" if profile.sex == "male" else "female"
            free = [name for name in self._settings.voices.get(sex, ()) if name not in (*taken, *kept.values())]
            if not free:
                count = len(self._settings.voices.get(sex, ()))
                raise ValueError(
                    f"no {sex} voice left for {profile.character!r}: the profile's [endpoint] names {count}"
                )
            taken.append(free[0])
        return taken

    def print_of(self, voice: str) -> str:
        """Nothing is known of what the endpoint's operator gives its names to."""
        del voice
        return ""

    def speak(self, utterances: Sequence[Utterance]) -> list[Speech]:
        """A take a line, in the lines' order, up to `parallel` asked for at once.

        ValueError names the unit and the url: a line that cannot be asked for, an address that is not private, an endpoint
        that refuses, is too slow, or answers with something else than sound. What is left is then not asked for."""
        bodies = [self._body(u) for u in utterances]
        pool = ThreadPoolExecutor(max_workers=self._settings.parallel, thread_name_prefix="speech")
        try:
            return list(pool.map(self._take, utterances, bodies))
        finally:
            pool.shutdown(cancel_futures=True)

    def _take(self, utterance: Utterance, body: bytes) -> Speech:
        began = time.thread_time()
        try:
            answer = ask(self._place, body, self._settings.timeout_seconds, self._settings.public)
            native, rate = parse_wav(answer)
        except ValueError as error:
            raise ValueError(f"{utterance.unit}: {self._place.url}: {error}") from error
        shared = gcd(SAMPLE_RATE, rate)
        samples = native if rate == SAMPLE_RATE else signal.resample_poly(native, SAMPLE_RATE // shared, rate // shared)
        samples = np.clip(np.asarray(samples, np.float32), -1, 1)
        cost = Cost(core_seconds=time.thread_time() - began)
        recipe = {**self.version, "voice": utterance.voice, "speed": _speed(utterance), "rate": rate}
        return Speech(samples, SAMPLE_RATE, (), (), self.name, self.rights, cost, recipe)

    def _body(self, utterance: Utterance) -> bytes:
        """The request. ValueError names the unit and what is wrong with it."""
        settings, text = self._settings, " ".join(utterance.text.split())
        try:
            self._check_language(utterance.language)
            known = [name for names in settings.voices.values() for name in names]
            if utterance.voice not in known:
                raise ValueError(
                    f"unknown voice {utterance.voice!r}: the profile's [endpoint] names {', '.join(known)}"
                )
            if not any(c.isalnum() for c in text):
                raise ValueError("nothing in the text can be spoken")
            if len(text) > MOST_TEXT:
                raise ValueError(f"{len(text)} characters in one line, where the endpoint takes {MOST_TEXT}")
        except ValueError as error:
            raise ValueError(f"{utterance.unit}: {error}") from error
        asked = {
            "model": settings.model, "input": text, "voice": utterance.voice, "response_format": "wav",
            "speed": _speed(utterance),
        }  # fmt: skip
        return json.dumps(asked).encode()

    def _check_language(self, language: str) -> None:
        if language not in self._settings.languages:
            known = ", ".join(self._settings.languages)
            raise ValueError(f"the endpoint is not set up for {language!r}: choose from {known}")


def _speed(utterance: Utterance) -> float:
    return round(min(FASTEST, max(SLOWEST, utterance.pace)), 3)
