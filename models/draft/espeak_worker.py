"""The espeak-ng side of the pipe: JSON requests on stdin, headers and PCM on stdout. Knows no product, only ctypes.

espeak-ng is GPL and keeps global state, so it lives in this process alone (`python -m models.draft.espeak_worker`).
A request is one JSON line, a list of [text, voice, rate, pitch, range, volume]. The answer to each item is one JSON
line {"frames", "rate", "core_seconds", "words": [[frame, position, length]], "phonemes": [[frame, name]]} and then `frames` 16-bit
samples; positions count characters from 1. A refused item answers {"error"} and no samples. End of input ends it."""

from __future__ import annotations

import ctypes as c
import json
import os
import sys
import time
from typing import Any, BinaryIO

import espeakng_loader

MAX_CLAUSE_SECONDS = 40
_SYNCHRONOUS, _PHONEME_EVENTS, _UTF8, _BY_CHARACTER = 2, 1, 1, 1
_SEED = 1  # the library would seed its noise with the time of day
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4
_END_OF_LIST, _WORD, _PHONEME = 0, 1, 7


class _Id(c.Union):
    _fields_ = (("number", c.c_int), ("name", c.c_char_p), ("string", c.c_char * 8))


class _Event(c.Structure):
    """espeak_EVENT of speak_lib.h."""

    _fields_ = (
        ("type", c.c_int),
        ("unique_identifier", c.c_uint),
        ("text_position", c.c_int),
        ("length", c.c_int),
        ("audio_position", c.c_int),
        ("sample", c.c_int),
        ("user_data", c.c_void_p),
        ("id", _Id),
    )


_Callback = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_int, c.POINTER(_Event))


class Speaker:
    """One loaded libespeak-ng."""

    def __init__(self) -> None:
        self.library = c.CDLL(str(espeakng_loader.get_library_path()))
        data = os.fsencode(str(espeakng_loader.get_data_path()))
        self.rate: int = self.library.espeak_Initialize(_SYNCHRONOUS, 0, data, _PHONEME_EVENTS)
        if self.rate <= 0:
            raise RuntimeError("espeak-ng found no voice data")
        self._callback = _Callback(self._collect)  # kept alive: C holds only the address
        self.library.espeak_SetSynthCallback(self._callback)
        self.library.espeak_Synth.argtypes = [
            c.c_char_p, c.c_size_t, c.c_uint, c.c_int, c.c_uint, c.c_uint, c.c_void_p, c.c_void_p,
        ]  # fmt: skip
        self.library.espeak_ng_SetRandSeed.argtypes = [c.c_long]
        self._pcm = bytearray()
        self._words: list[list[int]] = []
        self._phonemes: list[tuple[int, str]] = []

    def say(self, text: str, voice: str, *settings: int) -> tuple[dict[str, Any], bytes]:
        """Header and PCM of one clause; ValueError for a voice that espeak-ng does not have."""
        self.library.espeak_ng_SetRandSeed(_SEED)
        if self.library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError(f"espeak-ng has no voice {voice!r}")
        for parameter, value in zip((_RATE, _PITCH, _RANGE, _VOLUME), settings, strict=True):
            self.library.espeak_SetParameter(parameter, value, 0)
        self._pcm, self._words, self._phonemes = bytearray(), [], []
        data = text.encode() + b"\0"
        self.library.espeak_Synth(data, len(data), 0, _BY_CHARACTER, 0, _UTF8, None, None)
        self.library.espeak_Synchronize()
        header = {"frames": len(self._pcm) // 2, "rate": self.rate, "words": self._words, "phonemes": self._phonemes}
        return header, bytes(self._pcm)

    def _collect(self, wave: int | None, frames: int, events: Any) -> int:
        """espeak-ng's callback; returning 1 stops a clause that runs away."""
        if wave and frames > 0:
            self._pcm += c.string_at(wave, frames * 2)
        index = 0
        while events[index].type != _END_OF_LIST:
            event = events[index]
            if event.type == _WORD:
                self._words.append([event.sample, event.text_position, event.length])
            elif event.type == _PHONEME:
                self._phonemes.append((event.sample, bytes(event.id.string).decode("utf-8", "ignore")))
            index += 1
        return int(len(self._pcm) > 2 * self.rate * MAX_CLAUSE_SECONDS)


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the input ends."""
    speaker = Speaker()
    for line in requests:
        for item in json.loads(line):
            answer(speaker, item, answers)


def answer(speaker: Speaker, item: list[Any], answers: BinaryIO) -> None:
    """Speak one item in a forked child: espeak-ng carries wobble over from one clause to the next, so only a copy of
    the untouched library says the same clause the same way whatever was said before. A crash costs one clause."""
    child = os.fork()
    if child == 0:
        try:
            header, pcm = speaker.say(*item)
        except ValueError as error:
            header, pcm = {"error": str(error)}, b""
        header["core_seconds"] = time.process_time()
        answers.write(json.dumps(header).encode() + b"\n" + pcm)
        answers.flush()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if status:
        answers.write(json.dumps({"error": "espeak-ng crashed on this text"}).encode() + b"\n")
        answers.flush()


def main() -> None:
    """Keep the real stdout for answers; whatever the library prints goes to stderr."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
