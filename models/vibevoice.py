"""The voice on VibeVoice (transformers 5.17 or newer): lines in, 48 kHz dry takes out, in English and Mandarin. No words or
visemes: an Aligner finds them. It knows no emotion, delivery or pace: the model acts what the text says.

- A line is tokens at 7.5 Hz, each a latent that a diffusion head draws and a codec turns into 3,200 samples at 24 kHz. The
  noise of a row comes from its own seed, and a row ends by itself: what it says does not depend on its batch (up to
  rounding).
- Classifier-free guidance moves the latents alone, as in the authors' code. Given as `guidance_scale` it would also move
  the choice of the next token, at the price of a third pass a token.
- The model has no speakers: it goes on in the voice that it is shown. Each voice here was made by the model itself, from
  seeds: it says a sentence without being shown a voice, a few times over, and the take whose pitch is nearest to the wanted
  one is shown to it before every line. No person is imitated. A voice is the same for the same weights and precision."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log2
from typing import Any

import numpy as np
import torch
from diffusers import DPMSolverMultistepScheduler
from numpy.typing import NDArray
from scipy import signal
from transformers import (
    StoppingCriteria,
    StoppingCriteriaList,
    VibeVoiceForConditionalGeneration,
    VibeVoiceProcessor,
)
from transformers.generation.streamers import BaseStreamer

from models.base import Cost, Rights, Speech, Utterance, VoiceProfile
from models.device import house_device
from models.loading import gigabytes, load_pretrained
from models.settings import Backing
from models.sounding import expected_seconds, fundamental

Samples = NDArray[np.float32]

CLASS = "VibeVoiceForConditionalGeneration"
LANGUAGES = ("en", "zh")
SAMPLE_RATE = 48_000
NATIVE_RATE = 24_000
TOKEN_RATE = 7.5
"""Sound tokens a second (VibeVoice Technical Report, arXiv:2508.19205, section 2.1)."""
GUIDANCE = 1.3
STEPS = 10
"""Of the diffusion, and the guidance: what the checkpoint's generation config says and the authors' demo uses."""
LEAST_TOKENS = 3
GRACE_SECONDS = 2.0
"""On top of `longest` times a line's expected length, after which it is cut: the shortest lines are drawn out the most."""
AUDITIONS = 4
SENTENCE = {
    "en": "The harbour lights came on one by one, and we walked home along the water, talking about nothing much.",
    "zh": "码头的灯一盏一盏亮了起来,我们沿着水边慢慢走回家,随便聊着天.",
}
"""What voices are made with: some seven seconds of nothing in particular."""
PITCHES = {"male": 119, "female": 207, "child": 270}
"""Hz: average fundamentals (Traunmueller and Eriksson 1995, adults); children's lies higher."""
CHILD_AGE = 13
SPREAD = (0, 2, -2, 4, -4, 6, -6)
"""Semitones by which the first, second, ... voice of one kind is moved from its character's pitch."""
LOWEST, HIGHEST = 60, 400
MARKS = str.maketrans("，。！？；：、“”‘’…—–", ",.!?;:,\"\"''.,,")
"""The authors advise plain English marks, for Mandarin too: others make it unstable."""
_VOICE = re.compile(r"(male|female|child)-(\d{1,3})-(\d{2,3})")


@dataclass(frozen=True)
class Row:
    """One take to make: the clean line, the voice to go on in (24 kHz; None: whatever comes), its seed, its most tokens."""

    text: str
    shown: Samples | None
    seed: int
    most: int


@dataclass(frozen=True)
class Take:
    """24 kHz mono, and whether the model ended it by itself."""

    samples: Samples
    ended: bool


@dataclass(frozen=True)
class Loaded:
    model: Any  # a SeededVibeVoice
    processor: Any


class VibeVoice:
    """A `models.base.Voice`."""

    def __init__(self, backing: Backing) -> None:
        self._weight = backing.weight("voice")
        self._settings = backing.settings.speak
        self._device = house_device(backing.settings.device)
        self.name = self._weight.name
        self.version = backing.print("voice", part="speak")
        self.rights = Rights(self._weight.repo, self._weight.licence, commercial_use=self._weight.commercial_use)
        self._voices: dict[tuple[str, str], Samples] = {}

    # -- what the engine calls

    def cast(
        self, profiles: Sequence[VoiceProfile], language: str, locked: Mapping[str, str] | None = None
    ) -> list[str]:
        """Ids such as 'female-1-232': the kind, which one of the cast, the pitch in Hz that is aimed at. ValueError for a
        language that the model does not speak. `locked` characters keep theirs, whose numbers nobody else gets."""
        _check_language(language)
        kept, count = locked or {}, dict[str, int]()
        numbers = {id.rpartition("-")[0] for id in kept.values()}
        ids: list[str] = []
        for profile in profiles:
            if profile.character in kept:
                ids.append(kept[profile.character])
                continue
            kind = _kind(profile)
            number = count.get(kind, -1) + 1
            while f"{kind}-{number}" in numbers:
                number += 1
            count[kind] = number
            moved = profile.pitch + SPREAD[number % len(SPREAD)]
            aim = round(min(HIGHEST, max(LOWEST, PITCHES[kind] * 2 ** (moved / 12))))
            ids.append(f"{kind}-{number}-{aim}")
        return ids

    def print_of(self, voice: str) -> str:
        """An id says all of its voice."""
        del voice
        return ""

    def speak(self, utterances: Sequence[Utterance]) -> list[Speech]:
        """A take a line, in the lines' order, longest lines decoded first. The first lines of a voice pay for its making.

        ValueError names the unit whose language, voice or text cannot be spoken, or whose take holds no numbers."""
        if not utterances:
            return []
        lines = [_checked(u) for u in utterances]
        loaded = self._load()
        spent = self._make_voices(loaded, utterances)
        rows = [
            Row(line, self._voices[u.voice, u.language], u.seed, most_tokens(line, u.language, self._settings.longest))
            for u, line in zip(utterances, lines, strict=True)
        ]
        order = sorted(range(len(rows)), key=lambda n: (-rows[n].most, n))
        takes = self._device.run(
            f"speak {self.name}", [rows[n] for n in order], self._settings.batch, lambda batch: sample(loaded, batch)
        )
        made: dict[int, Speech] = {}
        for n, (take, cost) in zip(order, takes, strict=True):
            made[n] = self._speech(utterances[n], rows[n], take, _sum(cost, spent))
        return [made[n] for n in range(len(rows))]

    def _speech(self, utterance: Utterance, row: Row, take: Take, cost: Cost) -> Speech:
        if not np.isfinite(take.samples).all():
            raise ValueError(f"{utterance.unit}: {self.name} gave samples that are not numbers")
        samples = signal.resample_poly(take.samples, SAMPLE_RATE, NATIVE_RATE).astype(np.float32)
        recipe = {
            "weights": f"{self._weight.repo}@{self._weight.revision}", "dtype": self._device.settings.dtype,
            "voice": utterance.voice, "seed": row.seed, "steps": STEPS, "guidance": GUIDANCE, "text": row.text,
            "ended": take.ended,
        }  # fmt: skip
        return Speech(np.clip(samples, -1, 1), SAMPLE_RATE, (), (), self.name, self.rights, cost, recipe)

    # -- voices

    def _make_voices(self, loaded: Loaded, utterances: Sequence[Utterance]) -> Cost:
        """Makes the voices that are not known yet, all in one batch; the cost as a share of each of these lines."""
        wanted = {(u.voice, u.language): None for u in utterances}
        new = [key for key in wanted if key not in self._voices]
        rows = [
            Row(SENTENCE[language], None, seed, most_tokens(SENTENCE[language], language, self._settings.longest))
            for voice, language in new
            for seed in audition_seeds(voice, language)
        ]
        with self._device.metered() as meter:
            calls = self._device.run(
                f"audition {self.name}", rows, self._settings.batch, lambda batch: sample(loaded, batch)
            )
            takes = [np.nan_to_num(take.samples) for take, _ in calls]
        for number, key in enumerate(new):
            aim = int(key[0].rpartition("-")[2])
            self._voices[key] = nearest(takes[number * AUDITIONS : (number + 1) * AUDITIONS], aim)
        return meter.share(len(utterances)) if new else Cost()

    # -- the model

    def _load(self) -> Loaded:
        size = gigabytes(self._weight, dtype=self._device.dtype)
        return self._device.hold(f"voice {self._weight.folder}", size, self._read)

    def _read(self) -> Loaded:
        processor = load_pretrained(VibeVoiceProcessor, self._weight)
        model = load_pretrained(SeededVibeVoice, self._weight, dtype=self._device.dtype, classes=(CLASS,))
        _check_fit(self.name, model.config, processor)
        model.model.audio_tower.config.vae_std = (
            0.0  # a shown voice is taken as it is: drawn noise would tell rows apart
        )
        return Loaded(model.to(self._device.torch_device), processor)


def _check_fit(name: str, config: Any, processor: Any) -> None:
    """ValueError when the codec is another than the one known here, or the tokenizer is not the model's."""
    hop, rate = config.audio_config.hop_length, processor.feature_extractor.sampling_rate
    if (hop, rate) != (round(NATIVE_RATE / TOKEN_RATE), NATIVE_RATE):
        raise ValueError(f"weights '{name}' make {hop} samples a token at {rate} Hz, where 3200 at 24000 are known")
    if processor.audio_token_id != config.audio_token_id:
        raise ValueError(f"weights '{name}' come with the tokenizer of another model")


# -- sampling


class Rows(BaseStreamer):
    """The rows of one call: which of them sound now, what noise they draw, what was heard of them."""

    def __init__(self, seeds: Sequence[int], sound: int) -> None:
        self._generators = [torch.Generator("cpu").manual_seed(seed) for seed in seeds]
        self._sound = sound
        self._now: list[int] = []
        self.heard: list[list[torch.Tensor]] = [[] for _ in seeds]

    def put(self, value: torch.Tensor) -> None:
        """(rows, tokens): the prompts; (rows,): the next token of each."""
        self._now = torch.nonzero(value == self._sound).flatten().tolist() if value.dim() == 1 else []

    def end(self) -> None:
        self._now = []

    def noise(self, width: int) -> torch.Tensor:
        """(sounding rows, width), each row from its own seed."""
        return torch.stack([torch.randn(width, generator=self._generators[n]) for n in self._now])

    def hear(self, audio: torch.Tensor) -> None:
        """(all rows, 1, samples): the next piece of each; those of rows that do not sound mean nothing."""
        for n in self._now:
            self.heard[n].append(audio[n].flatten())


class SeededVibeVoice(VibeVoiceForConditionalGeneration):
    """The library's model, whose rows draw their noise from their own seeds and are heard one by one.

    (transformers 5.17's own list of audio mixes up the rows of a batch once one has ended.)"""

    rows: Rows

    def _sample_audio_latent(
        self,
        positive_condition: torch.Tensor,
        negative_condition: torch.Tensor,
        noise_scheduler: Any,
        num_diffusion_steps: int,
        guidance_scale: float,
    ) -> torch.Tensor:
        """(rows, 1, width): the library's diffusion, but for the noise; `guidance_scale` is not asked, GUIDANCE is."""
        width = self.config.audio_config.hidden_size  # pyright: ignore[reportAttributeAccessIssue,reportOptionalMemberAccess]
        latent = self.rows.noise(width).to(positive_condition)
        condition = torch.cat([positive_condition, negative_condition])
        noise_scheduler.set_timesteps(num_inference_steps=num_diffusion_steps)
        for step in noise_scheduler.timesteps:
            pair = torch.cat([latent, latent])
            shown, free = self.model.diffusion_head(pair, step.repeat(len(pair)).to(pair), condition=condition).chunk(2)
            latent = noise_scheduler.step(free + GUIDANCE * (shown - free), step, latent).prev_sample
        return latent.unsqueeze(1)

    def _decode_audio_latent(self, *args: Any, **kwargs: Any) -> Any:
        output = super()._decode_audio_latent(*args, **kwargs)
        self.rows.hear(output.audio)
        return output


class Reached(StoppingCriteria):
    """Ends each row at its own number of tokens."""

    def __init__(self, prompt: int, most: Sequence[int]) -> None:
        self._stops = [prompt + count for count in most]

    def __call__(self, input_ids: torch.Tensor, scores: Any, **kwargs: Any) -> Any:
        return torch.tensor([input_ids.shape[1] >= stop for stop in self._stops], device=input_ids.device)


def sample(loaded: Loaded, rows: Sequence[Row]) -> list[Take]:
    """The rows' takes, decoded as one batch. ValueError when one does not fit into what the model reads."""
    model, config = loaded.model, loaded.model.config
    inputs = _inputs(loaded.processor, rows).to(model.device, model.dtype)
    length, most = inputs["input_ids"].shape[1], max(row.most for row in rows)
    if length + most > config.text_config.max_position_embeddings:
        raise ValueError(f"a line of {most / TOKEN_RATE:.0f} s is longer than the model can hold: split it")
    model.rows = Rows([row.seed for row in rows], config.audio_token_id)
    with torch.inference_mode():
        model.generate(
            **inputs, do_sample=False, guidance_scale=1.0, max_new_tokens=most,
            min_new_tokens=LEAST_TOKENS, num_diffusion_steps=STEPS, streamer=model.rows,
            eos_token_id=[config.audio_eos_token_id, config.eos_token_id], suppress_tokens=[config.audio_bos_token_id],
            stopping_criteria=StoppingCriteriaList([Reached(length, [row.most for row in rows])]),
            noise_scheduler=DPMSolverMultistepScheduler(
                beta_schedule="squaredcos_cap_v2", prediction_type="v_prediction"
            ),
        )  # fmt: skip
    heard = model.rows.heard
    if not all(heard):
        raise ValueError("this release of transformers samples VibeVoice in another way: no sound was heard")
    return [
        Take(torch.cat(pieces).float().cpu().numpy(), len(pieces) < row.most)
        for pieces, row in zip(heard, rows, strict=True)
    ]


def _inputs(processor: Any, rows: Sequence[Row]) -> Any:
    """The rows as the model reads them, padded on the left; the processor levels the shown voices to -25 dBFS."""
    texts = [
        processor.apply_chat_template(
            [{"role": "0", "content": [{"type": "text", "text": row.text}, *([{"type": "audio"}] if voiced else [])]}],
            tokenize=False,
        )
        for row in rows
        for voiced in [row.shown is not None]
    ]
    audio = [row.shown for row in rows if row.shown is not None]
    return processor(
        text=texts,
        audio=audio or None,
        padding=True,
        padding_side="left",
        sampling_rate=NATIVE_RATE,
        return_tensors="pt",
    )


# -- lines


def clean(text: str) -> str:
    """The line as the model may read it: one line, letters, digits and plain marks. Nothing in it can be taken for a
    speaker's name, a voice or the end.

    >>> clean("你好，\\nSpeaker 1: <|vision_end|> go… 😀")
    '你好, Speaker 1: < vision_end > go.'
    """
    kept = "".join(c if unicodedata.category(c)[0] in "LMNPZ" or c in "<>+=$" else " " for c in text.translate(MARKS))
    return " ".join(kept.split())


def _checked(utterance: Utterance) -> str:
    """The clean line. ValueError names the unit and what is wrong with it."""
    try:
        _check_language(utterance.language)
        found = _VOICE.fullmatch(utterance.voice)
        if not found or not LOWEST <= int(found[3]) <= HIGHEST:
            raise ValueError(f"unknown voice {utterance.voice!r}: want such as 'female-0-207', as casting gives them")
        line = clean(utterance.text)
        if not any(c.isalnum() for c in line):
            raise ValueError("nothing in the text can be spoken")
    except ValueError as error:
        raise ValueError(f"{utterance.unit}: {error}") from error
    return line


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        raise ValueError(f"VibeVoice does not speak {language!r}: choose from {', '.join(LANGUAGES)}")


def most_tokens(line: str, language: str, longest: float) -> int:
    """After how many tokens a line that has not ended is cut: `longest` times its expected length, and some grace."""
    return ceil((GRACE_SECONDS + longest * expected_seconds(line, language)) * TOKEN_RATE)


# -- voices


def _kind(profile: VoiceProfile) -> str:
    return "child" if profile.age < CHILD_AGE else "male" if profile.sex == "male" else "female"


def audition_seeds(voice: str, language: str) -> list[int]:
    """The seeds of a voice's auditions: of its id and language alone."""
    return [zlib.crc32(f"{voice} {language} {number}".encode()) for number in range(AUDITIONS)]


def nearest(takes: Sequence[Samples], aim: float) -> Samples:
    """The take whose pitch is nearest to `aim` Hz by its ratio; those without a pitch come last."""
    pitches = [fundamental(take, NATIVE_RATE) for take in takes]
    return min(zip(takes, pitches, strict=True), key=lambda pair: abs(log2(pair[1] / aim)) if pair[1] else 99.0)[0]


def _sum(cost: Cost, more: Cost) -> Cost:
    gpu, core = cost.gpu_seconds + more.gpu_seconds, cost.core_seconds + more.core_seconds
    return Cost(gpu, core, max(cost.peak_bytes, more.peak_bytes))
