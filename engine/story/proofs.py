"""What a language model gets wrong that the rules of a script do not ask: the tongue, the end, colours, repeated words.

Also ranks candidates that have no fault. Reads a series; changes nothing. Its limits are set so that the rule writer's
own seasons pass them with room to spare."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from engine.core import Episode, Series
from engine.story.realise import grams, normal_sentences
from models import base
from models.words import count, han, words

COMMON_EN = frozenset(
    "the you your yours i my mine is it its to of and that she her him his they them their we us our this what who with "
    "for not are were will would do does did have has had know don't i'm it's you're he's that's can can't from but on "
    "at be been if there here when how why never now one was out up only an by".split()
)
COMMON_ZH = frozenset("的了是我你不一这他她在有人就也都那吗么要来谁到说什")
LEAST_COMMON = {"en": 0.1, "zh": 0.06}
"""Share of such words (characters): the rule writer's least is 0.17 (0.13), Spanish and German stay below 0.06."""
LEAST_HAN = 0.8
FEW = 8
"""Words (Han characters) up to which a text is too short to tell its language."""
LEAST_SPOKEN = 0.5  # of the plan's size
LAST_SIZE = {"en": 16, "zh": 28}
"""Most that a cliffhanger may say: the rule writer's longest is 11 words, 21 characters."""
CLOSERS = frozenset(
    "goodbye|bye|good night|goodnight|thank you|thanks|thanks for everything|the end|okay|ok|all right|alright|see you|"
    "see you tomorrow|see you soon|fine|you're welcome|再见|晚安|谢谢|谢谢你|谢谢大家|好的|好吧|没关系|明天见|不客气|剧终".split(
        "|"
    )
)
COLOURS_EN = frozenset(
    {*base.COLOURS, "blue", "green", "yellow", "pink", "orange", "purple", "gray", "scarlet", "brunette", "blonde"}
    | {"blond", "auburn", "chestnut", "raven", "silver", "turquoise", "beige", "burgundy", "maroon", "magenta"}
)
COLOURS_ZH = "红黑白青蓝绿紫金灰棕粉银黄橙"
SEEN = ("look", "wardrobe")


# -- the tongue


def language_fault(language: str, text: str, what: str) -> str | None:
    """Why a text is not in a language, None when it is (or when it is too short to tell)."""
    letters = [c for c in text if c.isalpha()]
    if language == "zh":
        if letters and han("".join(letters)) / len(letters) < LEAST_HAN:
            return f"{what} must be in Chinese"
        size, common = han(text), sum(c in COMMON_ZH for c in text)
    else:
        if letters and sum("a" <= c.lower() <= "ɏ" for c in letters) / len(letters) < LEAST_HAN:
            return f"{what} must be in English"
        found = [w.lower().replace("’", "'") for w in words(text)]
        size, common = len(found), sum(w in COMMON_EN for w in found)
    if size > FEW and common / size < LEAST_COMMON[language]:
        return f"{what} must be in {'Chinese' if language == 'zh' else 'English'}"
    return None


def tongue_faults(series: Series, texts: Sequence[tuple[str, Sequence[str]]]) -> Iterator[str]:
    """Named groups of texts, each judged as one."""
    stop = "。" if series.language == "zh" else ". "
    for what, group in texts:
        if fault := language_fault(series.language, stop.join(group), what):
            yield fault


# -- the bible


def bible_faults(plan: Series, series: Series) -> Iterator[str]:
    """What is wrong with a rewritten bible: its tongue, or colours that the drawn designs have not."""
    people = series.bible.characters
    told = ("occupation", "look", "wardrobe", "want", "wound", "secret", "voice_notes", "quirk")
    groups = [(f"what is told of {c.id}", [getattr(c, key) for key in told]) for c in people]
    groups.append(("promise and logline", [series.bible.promise, series.bible.logline]))
    groups.append(("the looks of places and things", [x.look for x in (*series.bible.locations, *series.bible.props)]))
    yield from tongue_faults(series, groups)
    for before, after in zip(plan.bible.characters, people, strict=True):
        known = _colours(" ".join([before.look, before.wardrobe, *map(str, before.design.model_dump().values())]))
        for key in SEEN:
            odd = sorted(_colours(getattr(after, key)) - known)
            if odd:
                yield f"{after.id}'s {key} says {', '.join(odd)}, which the drawing has not"


def _colours(text: str) -> set[str]:
    parts = re.findall(r"[a-z]+", text.lower().replace("gray", "grey").replace("blonde", "blond"))
    return {w for w in parts if w in COLOURS_EN} | {c for c in text if c in COLOURS_ZH}


# -- one episode


def episode_faults(plan: Series, series: Series, number: int) -> Iterator[str]:
    """What is wrong with a rewritten episode beyond the rules of `checks`."""
    before, episode = (next(e for e in s.episodes if e.number == number) for s in (plan, series))
    lines = [line.text for line in episode.lines()]
    actions = [shot.action for _, shot in episode.shots()]
    groups = (("the lines", lines), ("the actions", actions), ("the question", [episode.cliffhanger.question]))
    yield from tongue_faults(series, groups)
    size, planned = (sum(count(x.text, series.language) for x in e.lines()) for e in (episode, before))
    if size < LEAST_SPOKEN * planned:
        yield f"the lines have {size} {_unit(series)}, far below the plan's {planned}"
    yield from _last(series, episode)
    yield from _repeats(series, episode)


def _last(series: Series, episode: Episode) -> Iterator[str]:
    """A cliffhanger is short, says something new, and does not take leave."""
    lines = [line.text for line in episode.lines()]
    if not lines:
        return
    size, most = count(lines[-1], series.language), LAST_SIZE[series.language]
    if size > most:
        yield f"the last line has {size} {_unit(series)}: a cliffhanger has at most {most}"
    said = normal_sentences(lines[-1])
    if said and (said[-1] in CLOSERS or said[-1].replace(" ", "") in CLOSERS):
        yield f"the last line is no cliffhanger: {lines[-1]}"
    if not episode.cliffhanger.question.rstrip("”\"' ").endswith(("?", "？")):
        yield f"the question is no question: {episode.cliffhanger.question}"


def _repeats(series: Series, episode: Episode) -> Iterator[str]:
    """Sentences that the episode says twice, or that another episode says."""
    mine = Counter(s for line in episode.lines() for s in normal_sentences(line.text))
    others = {
        s for e in series.episodes if e.number != episode.number for x in e.lines() for s in normal_sentences(x.text)
    }
    for sentence, times in mine.items():
        if times > 1:
            yield f"this sentence is said twice: {sentence}"
        elif sentence in others:
            yield f"another episode says this sentence: {sentence}"


def _unit(series: Series) -> str:
    return "characters" if series.language == "zh" else "words"


# -- ranking


def episode_score(plan: Series, series: Series, number: int) -> float:
    """How good a faultless episode is, higher is better: close to the plan's length, a short sharp end, phrases that no
    other episode has, no strangers, and words of its own."""
    before, episode = (next(e for e in s.episodes if e.number == number) for s in (plan, series))
    language = series.language
    lines = [line.text for line in episode.lines()]
    size, planned = (sum(count(x.text, language) for x in e.lines()) for e in (episode, before))
    names = frozenset(c.name for c in series.bible.characters)
    elsewhere = {
        g for e in series.episodes if e.number != number for x in e.lines() for g in grams(x.text, language, names)
    }
    shared = sum(g in elsewhere for text in lines for g in grams(text, language, names))
    copied = sum(a == b.text for a, b in zip(lines, before.lines(), strict=True)) / max(1, len(lines))
    last = count(lines[-1], language) / LAST_SIZE[language] if lines else 1.0
    away = abs(size - planned) / max(1, planned)
    return -away - 0.3 * last - 0.1 * shared - 0.2 * len(strangers(plan, series, number)) - copied


def strangers(plan: Series, series: Series, number: int) -> set[str]:
    """English words with a capital inside a sentence that the plan does not know: likely people who are not in it."""
    known = set(re.findall(r"[^\W\d_]+", plan.model_dump_json()))
    episode = next(e for e in series.episodes if e.number == number)
    inside = (m for line in episode.lines() for m in re.findall(r"(?<=[a-z,;] )[A-Z][a-z]+", line.text))
    return {w for w in inside if w not in known}


def bible_score(plan: Series, series: Series) -> float:
    """How much of the bible is its own: no text twice, few as the plan has them."""
    texts = [getattr(c, key) for c in series.bible.characters for key in ("want", "wound", "secret", "quirk", "look")]
    before = [getattr(c, key) for c in plan.bible.characters for key in ("want", "wound", "secret", "quirk", "look")]
    return _fresh(texts, before)


def arc_score(plan: Series, series: Series, numbers: Sequence[int]) -> float:
    """How much of the season's labels is its own."""

    def labels(of: Series) -> list[str]:
        return [text for e in of.episodes if e.number in numbers for text in (e.title, e.synopsis)]

    return _fresh(labels(series), labels(plan))


def _fresh(texts: Sequence[str], before: Sequence[str]) -> float:
    copied = sum(a == b for a, b in zip(texts, before, strict=True))
    return (len(set(texts)) - copied) / max(1, len(texts))
