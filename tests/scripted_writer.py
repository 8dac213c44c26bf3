"""A language model that says what a script tells it, token by token, through the writer's real decoding and constraint."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from engine.config import load_profile
from engine.core import Series, Shot
from engine.story.overlays import PERSON, parts
from models.constrain import grammar_tokenizer
from models.llama import LlamaWriter
from models.settings import Backing, Weight
from models.tiny.shared import LLAMA_CHAT
from models.tiny.writers import make_llama

Script = Callable[[str], Mapping[str, Any]]
THINGS = (
    "ledger lantern ribbon anchor bucket candle ladder mirror needle orchard pillow quarry rudder saddle thimble urn "
    "valley window yard zither apron barrel cradle drawer engine feather garden hammer island jacket kettle lemon"
).split()


class Scripted(torch.nn.Module):
    """Logits that leave no choice: each row's prompt is read as text, and its answer's tokens come one by one.

    `heard` keeps every prompt that was answered, in order."""

    def __init__(self, config: Any, tokenizer: Any, script: Script) -> None:
        super().__init__()
        self.config, self.device = config, torch.device("cpu")
        self.width = len(tokenizer)
        self.tokenizer, self.script = tokenizer, script
        self.head: list[int] = []
        self.answers: list[list[int]] = []
        self.at = 0
        self.heard: list[str] = []

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor | None = None, **rest: Any) -> Any:
        if attention_mask is None:
            self.head = input_ids[0].tolist()
            return SimpleNamespace(logits=torch.zeros(1, 1, self.width))
        fresh = len(rest["position_ids"][0]) > 1 or attention_mask.shape[1] == len(self.head) + 1
        if fresh:
            self._begin(input_ids, attention_mask)
        logits = torch.full((len(self.answers), 1, self.width), -20.0)
        for row, answer in enumerate(self.answers):
            logits[row, 0, answer[min(self.at, len(answer) - 1)]] = 20.0
        self.at += 1
        return SimpleNamespace(logits=logits)

    def _begin(self, input_ids: torch.Tensor, mask: torch.Tensor) -> None:
        self.at, self.answers = 0, []
        for row, seen in zip(input_ids.tolist(), mask.tolist(), strict=True):
            own = [token for token, there in zip(row, seen[-len(row) :], strict=True) if there]
            text = self.tokenizer.decode([*self.head, *own])
            self.heard.append(text)
            said = json.dumps(self.script(text), ensure_ascii=False)
            self.answers.append(self.tokenizer.encode(said, add_special_tokens=False))


def tiny_writer(folder: Path, **changes: Any) -> LlamaWriter:
    """The random writer of profile tiny, with other settings of writing."""
    if not (folder / "config.json").is_file():
        make_llama(folder)
    settings = load_profile("tiny").settings
    assert settings is not None
    settings = settings.model_copy(update={"write": settings.write.model_copy(update=changes)})
    weight = Weight("tiny-llama", folder, "local/tiny-llama", "0" * 40, "random weights", True)
    return LlamaWriter(Backing({"writer": weight}, settings))


@cache
def spoken_tokenizer(text: str) -> tuple[Any, Any]:
    """A tokenizer that knows the words of a text, so that answers are hundreds of tokens, not thousands; and its grammar."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=1200, special_tokens=["<s>", "</s>"], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    tokenizer.train_from_iterator([text], trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", chat_template=LLAMA_CHAT
    )
    return fast, grammar_tokenizer(fast, len(fast), [fast.eos_token_id])


def scripted_writer(folder: Path, plan: Series, script: Script, **changes: Any) -> tuple[LlamaWriter, Scripted]:
    """The tiny writer with a scripted model in the place of its random one."""
    writer = tiny_writer(folder, **{"max_tokens": 8000, "attempts": 2, **changes})
    answers = [good_bible(plan), good_arc(plan), *(good_episode(plan, e.number) for e in plan.episodes)]
    tokenizer, grammar = spoken_tokenizer(json.dumps(answers, ensure_ascii=False))
    loaded = writer._load()
    model = Scripted(loaded.model.config, tokenizer, script)
    fitted = replace(loaded, model=model, tokenizer=tokenizer, grammar=grammar)
    writer._load = lambda: fitted  # type: ignore[method-assign]
    return writer, model


def step_of(prompt: str) -> str:
    """Which step a prompt asks for: bible, arc, e1, e2, ..."""
    if "Write the bible anew" in prompt:
        return "bible"
    if "Write these episodes now" in prompt:
        return "arc"
    found = re.search(r"^Episode (\d+): ", prompt, re.M)
    assert found, prompt[-400:]
    return f"e{found[1]}"


def good_bible(plan: Series) -> dict[str, Any]:
    def person(name: str) -> dict[str, str]:
        return {key: f"{name} hides the {key.replace('_', ' ')} from the court" for key in PERSON}

    return {
        "title": "The Crown Below Stairs",
        "promise": "In every episode the maid takes back a piece of her own name.",
        "logline": "A maid is the real empress, and the woman on the throne knows it.",
        "characters": {c.id: person(c.name) for c in plan.bible.characters},
        "locations": {x.id: {"look": f"the walls of {x.name} are cold and wet"} for x in plan.bible.locations},
        "props": {p.id: {"look": f"the {p.kind} is old and it has a crack"} for p in plan.bible.props},
    }


def good_arc(plan: Series) -> dict[str, Any]:
    turning = {t.episode for t in plan.arc.turns}
    answer: dict[str, Any] = {"question": "Will the maid sit on her own throne?"}
    for n in range(1, plan.length + 1):
        answer[f"e{n}"] = {
            "title": f"The {THINGS[n]} of the Maid",
            "synopsis": f"The maid finds the {THINGS[n]} of the empress.",
        }
        if n in turning:
            answer[f"e{n}"]["turn"] = f"She cannot give the {THINGS[n]} back to them."
    return answer


def good_episode(plan: Series, number: int) -> dict[str, Any]:
    """Lines of five words, each about another thing; no two episodes share one."""
    answer: dict[str, Any] = {}
    episode = plan.episodes[number - 1]
    things = iter(THINGS[13 * ((number - 1) % 2) :] if number < 3 else [f"{t}s" for t in THINGS])
    for key, part in parts(episode):
        if isinstance(part, Shot):
            answer[key] = f"The camera holds on the hands of the maid in shot {key[1:]}."
        else:
            answer[key] = {"emotion": part.emotion, "text": f"Show me your {next(things)} now."}
    return answer | {"question": "Who will she show it to?"}


def good(plan: Series) -> Script:
    """A faultless answer to every step of this plan."""

    def script(prompt: str) -> Mapping[str, Any]:
        step = step_of(prompt)
        if step == "bible":
            return good_bible(plan)
        return good_arc(plan) if step == "arc" else good_episode(plan, int(step[1:]))

    return script
