"""A long script cut into episodes by the word budget: speeches in, runs of speeches out. Never cuts a speech in two."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.core import Language, UserError
from engine.story.fountain import Action, Screenplay, ScriptEpisode, ScriptScene, Speech
from models.words import LIMITS, count

MIN_EPISODES, MAX_EPISODES = 3, 120
MIN_LINES = 3
"""Fewest spoken lines of an episode: each of its three changes is carried by one."""
LINE_LIMITS = {"en": 20, "zh": 40}
HOOK_LIMITS = {"en": 9, "zh": 16}
_FULL = 0.93  # of the budget: what an episode of an undivided script aims at
_INSIDE_SCENE, _LONG_HOOK = 60.0, 400.0  # cost, in squared words, of cutting inside a scene, of a long opening
_UNITS = {"en": "words", "zh": "characters"}


@dataclass(frozen=True)
class _Item:
    """A speech with the scene it stands in and the actions right before it."""

    scene: ScriptScene
    before: tuple[Action, ...]
    speech: Speech
    size: int
    lines: int
    opens: int  # size of its first line
    new_scene: bool


def divide(screenplay: Screenplay, length: int | None) -> list[ScriptEpisode]:
    """The episodes of a script: the writer's own, or runs of speeches within the budget.

    Raises:
        UserError: a speech or marked episode over the budget (with its row), or a script that does not divide."""
    for episode in screenplay.episodes:
        for speech in episode.speeches():
            lines_of(speech, screenplay.language)
    if screenplay.marked:
        return _marked(screenplay, length)
    return _cut(screenplay, length)


def lines_of(speech: Speech, language: Language, first: int | None = None) -> list[str]:
    """A speech as spoken lines: whole sentences, at a comma only where one is too long; words never change.

    `first` limits the first line (the hook). UserError names the row of what cannot be broken."""
    total = count(speech.text, language)
    if total > LIMITS[language]:
        raise UserError(f"script line {speech.row}: {total} {_UNITS[language]} in one line, limit {LIMITS[language]}")
    limit = LINE_LIMITS[language]
    if total <= min(limit, first or limit):
        return [speech.text]
    out: list[str] = []
    for sentence in re.findall(r".+?(?:[.!?…。！？]+[”\"’]?\s*|$)", speech.text):
        room = first if first and not out else limit
        out += [sentence] if count(sentence, language) <= room else re.findall(r".+?(?:[,;:，；：—]\s*|$)", sentence)
    return _joined(out, language, limit, first, speech.row)


def _joined(parts: Sequence[str], language: Language, limit: int, first: int | None, row: int) -> list[str]:
    """Short parts put together again as far as the limit allows."""
    out: list[str] = []
    for part in parts:
        room = first if first and len(out) == 1 else limit
        if out and count(out[-1] + part, language) <= room:
            out[-1] += part
        else:
            out.append(part)
    for line in out:
        if count(line, language) > limit:
            raise UserError(
                f"script line {row}: a sentence of {count(line, language)} {_UNITS[language]}, limit {limit}"
            )
    return [line.strip() for line in out if line.strip()]


def _marked(screenplay: Screenplay, length: int | None) -> list[ScriptEpisode]:
    episodes, language = list(screenplay.episodes), screenplay.language
    if length is not None and length != len(episodes):
        raise UserError(f"the script has {len(episodes)} episodes, not {length}: leave the length out")
    if not MIN_EPISODES <= len(episodes) <= MAX_EPISODES:
        raise UserError(f"the script has {len(episodes)} episodes: choose {MIN_EPISODES} to {MAX_EPISODES}")
    for number, episode in enumerate(episodes, 1):
        total = 0
        for speech in episode.speeches():
            total += count(speech.text, language)
            if total > LIMITS[language]:
                unit = _UNITS[language]
                raise UserError(
                    f"script line {speech.row}: episode {number} goes over {LIMITS[language]} {unit} here ({total})"
                )
        if sum(len(lines_of(s, language)) for s in episode.speeches()) < MIN_LINES:
            raise UserError(f"script line {episode.row}: episode {number} has fewer than {MIN_LINES} spoken lines")
    return episodes


def _items(screenplay: Screenplay) -> list[_Item]:
    out: list[_Item] = []
    for scene in (scene for episode in screenplay.episodes for scene in episode.scenes):
        waiting: list[Action] = []
        new = True
        for part in scene.parts:
            if isinstance(part, Action):
                waiting.append(part)
                continue
            language = screenplay.language
            lines = lines_of(part, language)
            size = count(part.text, language)
            out.append(_Item(scene, tuple(waiting), part, size, len(lines), _opening(part, language), new))
            waiting, new = [], False
    return out


def _opening(speech: Speech, language: Language) -> int:
    return count(lines_of(speech, language, HOOK_LIMITS[language])[0], language)


def _cut(screenplay: Screenplay, length: int | None) -> list[ScriptEpisode]:
    items, language = _items(screenplay), screenplay.language
    total = sum(item.size for item in items)
    goal = total / length if length else LIMITS[language] * _FULL
    if total / MIN_EPISODES < goal:
        goal = total / MIN_EPISODES
    ends = _best_ends(items, goal, length, language)
    if ends is None:
        wanted = f"{length} episodes" if length else f"{MIN_EPISODES} to {MAX_EPISODES} episodes"
        raise UserError(
            f"the script has {total} {_UNITS[language]} in {len(items)} speeches: it does not divide into {wanted} "
            f"of at most {LIMITS[language]} {_UNITS[language]} and at least {MIN_LINES} lines"
        )
    return [_episode(items[a:b]) for a, b in zip([0, *ends[:-1]], ends, strict=True)]


def _best_ends(items: Sequence[_Item], goal: float, length: int | None, language: Language) -> list[int] | None:
    """Where episodes end, by dynamic programming over (speeches used, episodes so far); least cost wins."""
    most = length or min(MAX_EPISODES, len(items))
    best: list[dict[int, tuple[float, int]]] = [{} for _ in range(len(items) + 1)]
    best[0][0] = (0.0, 0)
    for end in range(1, len(items) + 1):
        size = lines = 0
        for start in range(end - 1, -1, -1):
            size, lines = size + items[start].size, lines + items[start].lines
            if size > LIMITS[language]:
                break
            if lines >= MIN_LINES:
                _relax(best, start, end, most, _cost(items[start], size, goal, language))
    counts = [length] if length else [k for k in best[-1] if MIN_EPISODES <= k <= MAX_EPISODES]
    reached = [k for k in counts if k in best[-1]]
    if not reached:
        return None
    return _trace(best, min(reached, key=lambda k: best[-1][k][0]))


def _cost(first: _Item, size: int, goal: float, language: Language) -> float:
    inside = 0.0 if first.new_scene else _INSIDE_SCENE
    long_hook = _LONG_HOOK if first.opens > HOOK_LIMITS[language] else 0.0
    return (size - goal) ** 2 + inside + long_hook


def _relax(best: list[dict[int, tuple[float, int]]], start: int, end: int, most: int, cost: float) -> None:
    for k, (before, _) in best[start].items():
        if k < most and (k + 1 not in best[end] or before + cost < best[end][k + 1][0]):
            best[end][k + 1] = (before + cost, start)


def _trace(best: Sequence[dict[int, tuple[float, int]]], k: int) -> list[int]:
    ends, end = list[int](), len(best) - 1
    while k:
        ends.insert(0, end)
        end, k = best[end][k][1], k - 1
    return ends


def _episode(items: Sequence[_Item]) -> ScriptEpisode:
    scenes: list[ScriptScene] = []
    for item in items:
        if not scenes or scenes[-1].row != item.scene.row or scenes[-1].heading != item.scene.heading:
            scenes.append(replace(item.scene, parts=()))
        scenes[-1] = replace(scenes[-1], parts=(*scenes[-1].parts, *item.before, item.speech))
    return ScriptEpisode("", tuple(scenes), items[0].speech.row)
