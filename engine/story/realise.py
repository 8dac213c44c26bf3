"""From a scene template to spoken lines: picks wordings so that size, names, first words and repeats stay within bounds.

Knows the season's spoken memory, not its plot. Chinese uses runs of seven Han characters where English uses four words:
four words carry about seven characters."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from engine.core import Language
from engine.story.bank import Bank, Button, SceneTemplate, Spoken
from engine.story.slots import Binding
from models.words import count, words

LINE_LIMIT = {"en": 12, "zh": 24}  # one line: words; characters with punctuation
HOOK_LIMIT = {"en": 9, "zh": 16}
TOTAL_GOAL = {"en": (54, 60), "zh": (128, 168)}  # zh with punctuation: about 110-142 Han characters
TOTAL_LIMIT = {"en": 60, "zh": 175}
GRAM_LENGTH = {"en": 4, "zh": 7}
GRAM_LIMIT = 3  # uses of one gram a season, names aside
TIRED_GRAM_LIMIT = 8  # the same when the bank ran dry under the first limit: long Chinese seasons
NAME_LIMIT = 2  # uses of one name an episode
FIRST_WORD_LIMIT = 2
SKELETON_REST = 3  # episodes before a wording may come again
STARTS = 8
BUTTON = 99
MIN_LINES = 6
_SENTENCE = re.compile(r"[^.!?…。！？]+[.!?…。！？]*")


@dataclass(frozen=True)
class Said:
    """A realised line."""

    speaker: str  # role letter
    function: str
    emotion: str
    delivery: str
    text: str
    skeleton: str  # the wording it came from
    source: int = -1  # 1, 2, ...: line of the template; 0 the pay line, 99 the button, -1 a stock line


@dataclass
class Memory:
    """What the season has said so far."""

    language: Language
    names: frozenset[str]
    sentences: set[str] = field(default_factory=set[str])
    grams: Counter[str] = field(default_factory=Counter[str])
    skeletons: dict[str, int] = field(default_factory=dict[str, int])
    gram_limit: int = GRAM_LIMIT

    def allows(self, text: str, skeleton: str, episode: int) -> bool:
        """Whether a line may be said in this episode without repeating the season."""
        if episode - self.skeletons.get(skeleton, -99) <= SKELETON_REST:
            return False
        if any(s in self.sentences for s in normal_sentences(text)):
            return False
        return all(self.grams[g] < self.gram_limit for g in grams(text, self.language, self.names))

    def copy(self) -> Memory:
        """The same memory, to be continued another way."""
        return replace(self, sentences={*self.sentences}, grams=self.grams.copy(), skeletons={**self.skeletons})

    def remember(self, said: Sequence[Said], episode: int) -> None:
        for line in said:
            self.sentences.update(normal_sentences(line.text))
            self.grams.update(grams(line.text, self.language, self.names))
            self.skeletons[line.skeleton] = episode


@lru_cache(maxsize=50_000)
def normal_sentences(text: str) -> tuple[str, ...]:
    """The sentences of a line, lower case, letters only.

    >>> normal_sentences("Just cold. How did she die?")
    ('just cold', 'how did she die')
    """
    found = (" ".join(re.findall(r"\w+", s.lower())) for s in _SENTENCE.findall(text))
    return tuple(s for s in found if s)


@lru_cache(maxsize=50_000)
def grams(text: str, language: Language, names: frozenset[str]) -> tuple[str, ...]:
    """Runs of four words (seven Han characters), broken at names."""
    size = GRAM_LENGTH[language]
    if language == "zh":
        for name in names:
            text = text.replace(name, "\n")
        runs = ["".join(re.findall(r"[㐀-鿿]", part)) for part in text.split("\n")]
        return tuple(run[i : i + size] for run in runs for i in range(len(run) - size + 1))
    tokens = [w.lower() for w in words(text)]
    low = {n.lower() for n in names}
    found = [tokens[i : i + size] for i in range(len(tokens) - size + 1)]
    return tuple(" ".join(g) for g in found if not low & {t.removesuffix("'s") for t in g})


def first_word(text: str, language: Language) -> str:
    """The word a line opens with; in Chinese its first two characters."""
    if language == "zh":
        return text[:2]
    found = words(text)
    return found[0].lower() if found else ""


def name_uses(text: str, name: str, language: Language) -> int:
    """How often a name is spoken in a text."""
    if language == "zh":
        return text.count(name)
    return sum(w.removesuffix("'s").removesuffix("’s") == name for w in words(text))


def _options(
    line: Spoken, binding: Binding, memory: Memory, episode: int, limit: int, rng: random.Random
) -> list[Said]:
    found: list[Said] = []
    for wording in line.wordings:
        text = wording.replace("{sees}", rng.choice(binding.sees)) if "{sees}" in wording else wording
        text = binding.fill(text)
        if count(text, binding.language) <= limit and memory.allows(text, wording, episode):
            found.append(Said(line.speaker, line.function, line.emotion, line.delivery, text, wording))
    return found


@dataclass(frozen=True)
class _Measure:
    size: int
    first: str
    names: Counter[str]
    sentences: tuple[str, ...]


@lru_cache(maxsize=50_000)
def _measure(text: str, language: Language, names: frozenset[str]) -> _Measure:
    uses = Counter({name: name_uses(text, name, language) for name in names if name and name in text})
    return _Measure(count(text, language), first_word(text, language), uses, normal_sentences(text))


def _cost(lines: Sequence[Said], memory: Memory) -> int:
    """0 when a choice of wordings keeps every rule and has the wanted size; rules inside the episode weigh most."""
    language = memory.language
    measures = [_measure(line.text, language, memory.names) for line in lines]
    size = sum(m.size for m in measures)
    low, high = TOTAL_GOAL[language]
    miss = low - size if size < low else max(0, size - high)
    return 20 * _clashes(measures) + miss + 50 * (size > TOTAL_LIMIT[language])


def _clashes(measures: Sequence[_Measure]) -> int:
    """How many rules inside one episode a choice of wordings breaks."""
    firsts = Counter(m.first for m in measures)
    sentences = Counter(s for m in measures for s in m.sentences)
    names: Counter[str] = Counter()
    for m in measures:
        names.update(m.names)
    over = sum(max(0, n - FIRST_WORD_LIMIT) for n in firsts.values()) + sum(n - 1 for n in sentences.values())
    return over + sum(max(0, n - NAME_LIMIT) for n in names.values())


def _legal(lines: Sequence[Said], memory: Memory) -> bool:
    measures = [_measure(line.text, memory.language, memory.names) for line in lines]
    return not _clashes(measures) and sum(m.size for m in measures) <= TOTAL_LIMIT[memory.language]


def realise(
    template: SceneTemplate,
    button: Button,
    pay: Spoken | None,
    binding: Binding,
    memory: Memory,
    episode: int,
    rng: random.Random,
    bank: Bank,
) -> list[Said] | None:
    """The episode's lines, the pay line first and the button last; None when no choice of wordings keeps the rules."""
    source = [*([(0, pay)] if pay else []), *enumerate(template.lines, 1), (BUTTON, button.say)]
    options: list[list[Said | None]] = []
    for i, (number, line) in enumerate(source):
        limit = HOOK_LIMIT[binding.language] if i == 0 else LINE_LIMIT[binding.language]
        found: list[Said | None] = [
            replace(o, source=number) for o in _options(line, binding, memory, episode, limit, rng)
        ]
        if not found and number not in (0, BUTTON):
            spare = replace(line, wordings=tuple(bank.phrases["fill"][line.function]))
            found = [replace(o, source=number) for o in _options(spare, binding, memory, episode, limit, rng)]
        if line.optional and 0 < i < len(source) - 1:
            found.append(None)
        if not found:
            return None
        options.append(found)
    best = _search(options, memory, rng)
    if _short(best, memory):
        best = _lengthen(best, template, binding, memory, episode, rng, bank)
    return best if _legal(best, memory) and len(best) >= MIN_LINES else None


def _search(options: Sequence[Sequence[Said | None]], memory: Memory, rng: random.Random) -> list[Said]:
    """Random starts, each improved line by line; the cheapest choice found."""
    best: list[Said] = []
    best_cost = 10_000
    for _ in range(STARTS):
        chosen = [rng.choice(o) for o in options]
        cost = _cost(_said(chosen), memory)
        for i in rng.sample(range(len(options)), len(options)):
            if cost == 0:
                break
            for other in options[i]:
                trial = [*chosen[:i], other, *chosen[i + 1 :]]
                trial_cost = _cost(_said(trial), memory)
                if trial_cost < cost:
                    chosen, cost = trial, trial_cost
        if cost < best_cost:
            best, best_cost = _said(chosen), cost
        if cost == 0:
            break
    return best


def _said(chosen: Sequence[Said | None]) -> list[Said]:
    return [line for line in chosen if line]


def _short(lines: Sequence[Said], memory: Memory) -> int:
    """How much is missing to the wanted size."""
    size = sum(_measure(line.text, memory.language, memory.names).size for line in lines)
    return max(0, TOTAL_GOAL[memory.language][0] - size)


def _lengthen(
    lines: list[Said],
    template: SceneTemplate,
    binding: Binding,
    memory: Memory,
    episode: int,
    rng: random.Random,
    bank: Bank,
) -> list[Said]:
    """Add one or two stock lines in the middle while the scene is too short; leaves it alone when none fits."""
    best = lines
    for _ in range(2):
        if not _short(best, memory):
            break
        trials = list(_with_filler(best, template, binding, memory, episode, rng, bank))
        legal = [t for t in trials if _legal(t, memory)]
        if not legal:
            break
        best = min(legal, key=lambda t: _short(t, memory))
    return best


def _with_filler(
    lines: list[Said],
    template: SceneTemplate,
    binding: Binding,
    memory: Memory,
    episode: int,
    rng: random.Random,
    bank: Bank,
) -> Iterator[list[Said]]:
    fills: dict[str, list[str]] = bank.phrases["fill"]
    functions = [f for f in fills if f not in (lines[1].function, lines[2].function)]
    for function in rng.sample(functions, len(functions)):
        place = rng.randrange(2, max(3, len(lines) - 3))
        around = {lines[place - 1].speaker, lines[place].speaker}
        speakers = [s for s in template.cast if s not in around] or [lines[place].speaker]
        filler = Spoken(rng.choice(speakers), function, "cold", "voice", tuple(fills[function]))
        for said in _options(filler, binding, memory, episode, LINE_LIMIT[binding.language], rng)[:4]:
            yield [*lines[:place], said, *lines[place:]]
