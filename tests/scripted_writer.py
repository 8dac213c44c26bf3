"""A language model that says what a script tells it, token by token, through the writer's real decoding and constraint."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from engine.core import Series, Shot
from engine.story.overlays import PERSON, parts
from models.constrain import grammar_tokenizer
from models.llama import LlamaWriter
from models.tiny.shared import LLAMA_CHAT
from tests.tiny import tiny_backing

Script = Callable[[str], Mapping[str, Any]]
Answer = Callable[[dict[str, Any]], dict[str, Any]]
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
        self.heard: list[str] = []

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor | None = None, **_: Any) -> Any:
        if attention_mask is None:
            self.head, self.answers = input_ids[0].tolist(), []
            return SimpleNamespace(logits=torch.zeros(1, 1, self.width))
        seen = attention_mask[:, -input_ids.shape[1] :]
        own = [row[there.bool()].tolist() for row, there in zip(input_ids, seen, strict=True)]
        if not self.answers:
            self.answers = [self._answer(row) for row in own]
        else:
            for answer, said in zip(self.answers, own, strict=True):
                assert answer[: len(said)] == said
                del answer[: len(said)]
        logits = torch.full((len(own), 1, self.width), -20.0)
        for row, answer in enumerate(self.answers):
            logits[row, 0, answer[0] if answer else 0] = 20.0
        return SimpleNamespace(logits=logits)

    def _answer(self, own: list[int]) -> list[int]:
        """The tokens of the answer to the prompt that ends on these."""
        text = self.tokenizer.decode([*self.head, *own])
        self.heard.append(text)
        said = json.dumps(self.script(text), ensure_ascii=False)
        return self.tokenizer.encode(said, add_special_tokens=False)


def tiny_writer(**changes: Any) -> LlamaWriter:
    """The writer on random weights; `changes` are settings of writing."""
    return LlamaWriter(tiny_backing(write=changes))


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


def scripted_writer(plan: Series, script: Script, **changes: Any) -> tuple[LlamaWriter, Scripted]:
    """The tiny writer with a scripted model in the place of its random one."""
    writer = tiny_writer(**{"max_tokens": 8000, "attempts": 2, **changes})
    numbers = tuple(e.number for e in plan.episodes)
    answers = [good_bible(plan), good_arc(plan), *(good_episode(plan, n) for n in numbers)]
    answers += [echo(plan, "bible", ()), echo(plan, "arc", numbers), *(echo(plan, "e", (n,)) for n in numbers)]
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


def echo(plan: Series, unit: str, numbers: tuple[int, ...]) -> dict[str, Any]:
    """The plan's own words as an answer to one of its steps."""
    bible, arc = plan.bible, plan.arc
    if unit == "bible":
        return {
            "title": plan.title,
            "promise": bible.promise,
            "logline": bible.logline,
            "characters": {c.id: {key: getattr(c, key) for key in PERSON} for c in bible.characters},
            "locations": {x.id: {"look": x.look} for x in bible.locations},
            "props": {p.id: {"look": p.look} for p in bible.props},
        }
    if unit.startswith("arc"):
        turns = {t.episode: t.summary for t in arc.turns}
        answer: dict[str, Any] = {"question": arc.question} if 1 in numbers else {}
        for e in (plan.episodes[n - 1] for n in numbers):
            turn = {"turn": turns[e.number]} if e.number in turns else {}
            answer[f"e{e.number}"] = {"title": e.title, "synopsis": e.synopsis, **turn}
        return answer
    episode = plan.episodes[numbers[0] - 1]
    told = {
        key: part.action if isinstance(part, Shot) else {"emotion": part.emotion, "text": part.text}
        for key, part in parts(episode)
    }
    return told | {"question": episode.cliffhanger.question}


def fits(answer: Any, schema: Mapping[str, Any], where: str = "answer") -> list[str]:
    """What of an answer breaks its schema: the keywords that the steps use, read plainly."""
    if "enum" in schema:
        return [] if answer in schema["enum"] else [f"{where}: {answer}"]
    if schema["type"] == "string":
        good = re.search(schema["pattern"], answer) and schema["minLength"] <= len(answer) <= schema["maxLength"]
        return [] if good else [f"{where}: {answer} ({len(answer)} of {schema['maxLength']})"]
    if list(answer) != schema["required"]:
        return [f"{where}: {list(answer)}"]
    return [x for key, value in answer.items() for x in fits(value, schema["properties"][key], f"{where}.{key}")]


# -- answers with a fault


def spoiled(rules: Series, spoils: Mapping[str, Answer], times: int = 99) -> Script:
    """Good answers, but those of some steps are spoiled the first `times` times."""
    fine, left = good(rules), dict.fromkeys(spoils, times)

    def script(prompt: str) -> Mapping[str, Any]:
        answer, step = json.loads(json.dumps(fine(prompt))), step_of(prompt)
        if left.get(step, 0):
            left[step] -= 1
            return spoils[step](answer)
        return answer

    return script


def lines(answer: dict[str, Any]) -> list[dict[str, str]]:
    return [value for key, value in answer.items() if key[0] == "l"]


def in_spanish(answer: dict[str, Any]) -> dict[str, Any]:
    for number, line in enumerate(lines(answer)):
        line["text"] = f"Abre esa puerta vieja, madre {number}."
    return answer


def too_long(answer: dict[str, Any]) -> dict[str, Any]:
    for line in lines(answer):
        line["text"] = line["text"].replace(" now.", " now, before they come and take it away.")
    lines(answer)[0]["text"] = "You are late."
    return answer


def parting(answer: dict[str, Any]) -> dict[str, Any]:
    lines(answer)[-1]["text"] = "I am done with it. Thank you."
    return answer


def same_twice(answer: dict[str, Any]) -> dict[str, Any]:
    lines(answer)[2]["text"] = lines(answer)[1]["text"]
    return answer


def no_question(answer: dict[str, Any]) -> dict[str, Any]:
    return answer | {"question": "She goes home."}
