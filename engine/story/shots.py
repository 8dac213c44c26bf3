"""The shot table of an episode: spoken lines and seen deeds become 9-14 shots of 50-65 planned seconds. No plot.

Speech takes about words / 2.2 + 0.3 a line (Chinese characters / 5 + 0.3 a line); silent seconds fill the rest."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

from engine.core import Beat, Line, Scene, Shot
from engine.story.bank import Stage
from engine.story.realise import Said
from engine.story.state import Planned
from models.base import PROPS
from models.words import count, han

GOAL_SECONDS = 57.0
MIN_SHOTS, MAX_SHOTS = 9, 14
MAX_SILENT = 6.0
WORDS_PER_SECOND = 2.2
HAN_PER_SECOND = 5.0
LINE_PAUSE = 0.3
VALENCE: Mapping[str, float] = {
    "neutral": 0.0, "joy": 0.9, "tender": 0.6, "smirk": 0.1, "anger": -0.6, "rage": -0.9, "fear": -0.7, "shock": -0.5,
    "grief": -0.8, "tears": -0.8, "resolve": 0.3, "cold": -0.4, "plead": -0.5, "triumph": 0.8,
}  # fmt: skip
HOOKS = ("cu", "ots", "two", "cu", "ecu")
PARTING = ("cu", "ecu", "mcu")
MOST_ECU = 2
"""Extreme close-ups of an episode: a third one is only a habit."""
REACTIONS: Mapping[str, tuple[str, ...]] = {
    "dread": ("silhouette", "mcu", "back"), "mystery": ("back", "mcu", "silhouette"), "grief": ("back", "mcu"),
}  # fmt: skip
PLAIN_REACTIONS = ("mcu", "cu", "mcu", "back")
WIDE_MOVES: Mapping[str, tuple[str, ...]] = {
    "dread": ("push", "tilt"), "mystery": ("tilt", "push"), "grief": ("pull", "pan"), "tender": ("pull", "pan"),
    "triumph": ("tilt", "push"), "action": ("pan", "push"), "tension": ("pan", "push", "tilt"),
}  # fmt: skip
TURNED = ("back", "silhouette")
TIGHT = ("mcu", "cu", "ots", "two", "cu", "mcu", "ots")
SHARED = ("ots", "two")
EMPTY_SIZES = ("insert", "wide")


@dataclass
class Draft:
    """A shot before numbering."""

    size: str
    beat: Beat
    who: tuple[str, ...] = ()
    prop: str | None = None
    action: str = ""
    shows: str = ""
    move: str = "hold"
    emotion: str = "neutral"
    weight: float = 1.0  # share of the silent seconds
    sound: str = ""
    said: list[int] = field(default_factory=list[int])


def speech_seconds(text: str, language: str) -> float:
    """Planned length of one spoken line in seconds (STORY's trade figures)."""
    if language == "zh":
        return han(text) / HAN_PER_SECOND + LINE_PAUSE
    return count(text, language) / WORDS_PER_SECOND + LINE_PAUSE


def build_scene(planned: Planned, rng: random.Random) -> Scene:
    """The one scene of an episode, shots numbered in tens, lines with their ids."""
    drafts = _whipped(_vary(_limit(_sequence(planned, rng)), rng))
    for draft in drafts:
        draft.action = _seen_from_behind(planned, draft)
    language = planned.binding.language
    spoken = sum(speech_seconds(s.text, language) for s in planned.said)
    total = sum(d.weight for d in drafts)
    unit = max(0.0, GOAL_SECONDS - spoken) / total
    scene_id = f"e{planned.step.episode:03d}_s01"
    shots = [_shot(planned, scene_id, i + 1, d, unit) for i, d in enumerate(drafts)]
    return Scene(id=scene_id, location=planned.place, mood=planned.template.mood, shots=tuple(shots))


def _shot(planned: Planned, scene: str, number: int, draft: Draft, unit: float) -> Shot:
    shot_id = f"{scene}_sh{number * 10:03d}"
    lines = tuple(_line(planned, shot_id, n + 1, i) for n, i in enumerate(draft.said))
    seconds = round(min(MAX_SILENT, max(0.4, draft.weight * unit)), 2)
    return Shot(
        id=shot_id, size=draft.size, beat=draft.beat, characters=draft.who, prop=draft.prop, shows=draft.shows, action=draft.action,
        move=draft.move, emotion=draft.emotion, seconds=seconds, sound=draft.sound, lines=lines,
    )  # fmt: skip


def _line(planned: Planned, shot_id: str, number: int, index: int) -> Line:
    said = planned.said[index]
    delivery = "phone" if said.speaker in planned.template.distant else said.delivery
    words = planned.binding.words
    hearing = words[f"hear_{said.emotion}"] + (words["hear_by_phone"] if delivery == "phone" else "")
    return Line(
        id=f"{shot_id}_l{number:02d}", speaker=planned.binding.roles[said.speaker].id, text=said.text, emotion=said.emotion,
        delivery=delivery, valence=VALENCE[said.emotion], hearing=hearing, function=said.function,
    )  # fmt: skip


# -- the order of things seen


def _sequence(planned: Planned, rng: random.Random) -> list[Draft]:
    said = planned.said
    last = len(said) - 1
    stages = [replace(s, after=_position(planned, s.after)) for s in planned.template.stages]
    has_wide = any(s.kind == "establish" for s in stages)
    mood = planned.template.mood
    drafts = [_spoken(planned, 0, rng.choice(HOOKS), "hook")]
    drafts.append(_listener(planned, 0, rng.choice(REACTIONS.get(mood, PLAIN_REACTIONS))))
    if not has_wide:
        drafts.append(_wide(planned, ""))
    for i in range(1, last):
        drafts += [_stage(planned, s) for s in stages if s.after == i]
        beat: Beat = "turn" if i == last - 1 else "pressure"
        drafts.append(_spoken(planned, i, TIGHT[i % len(TIGHT)], beat))
    drafts += [_stage(planned, s) for s in stages if s.after >= last]
    drafts.append(_listener(planned, last - 1, rng.choice(("ecu", "cu", "mcu"))))
    button = _spoken(planned, last, "cu", "button")
    button.move, button.weight = "dolly_zoom" if button.emotion in ("shock", "fear") else "push", 1.2
    drafts.append(button)
    drafts.append(_hold(planned, rng.choice(PARTING)))
    early = [s for s in stages if s.after < 1]
    drafts = [*drafts[:2], *(_stage(planned, s) for s in early), *drafts[2:]]
    for draft in (d for d in drafts if d.size == "wide"):
        draft.move = rng.choice(WIDE_MOVES[mood])
    return drafts


def _position(planned: Planned, after: int) -> int:
    """How many lines have been said when a deed comes that follows the template's line number `after`."""
    return next((i for i, line in enumerate(planned.said) if line.source > after), len(planned.said) - 1)


def _id(planned: Planned, letter: str) -> str:
    return planned.binding.roles[letter].id


def _seen_from_behind(planned: Planned, draft: Draft) -> str:
    """The direction of a shot, true of somebody whose eyes are not seen too."""
    words = planned.binding.words
    name = _name(planned, draft.who[0]) if draft.who else ""
    if draft.size in TURNED and draft.action == words["act_listen"].format(name=name):
        return words["act_turned"].format(name=name)
    return draft.action


def _name(planned: Planned, id: str) -> str:
    return next(c.name for c in planned.binding.roles.values() if c.id == id)


def _seen(planned: Planned) -> list[str]:
    return [_id(planned, letter) for letter in planned.template.cast]


def _other(planned: Planned, speaker: str, index: int) -> str:
    """Who listens: the nearest other speaker who is there, else anybody else who is."""
    near = [planned.said[j].speaker for j in (index - 1, index + 1, index - 2, index + 2) if 0 <= j < len(planned.said)]
    for letter in [*near, *planned.template.cast]:
        if letter != speaker and letter in planned.template.cast:
            return letter
    return planned.template.cast[0]


def _spoken(planned: Planned, index: int, size: str, beat: Beat) -> Draft:
    said = planned.said[index]
    listener = _other(planned, said.speaker, index)
    if said.speaker in planned.template.phone:
        name = planned.binding.roles[listener].name
        words = planned.binding.words
        return Draft(
            "mcu" if size in SHARED else size, beat, (_id(planned, listener),), emotion=_felt(said), said=[index],
            action=words["act_phone"].format(name=name), sound="phone" if index == 0 else "",
        )  # fmt: skip
    who = (_id(planned, said.speaker), _id(planned, listener)) if size in SHARED else (_id(planned, said.speaker),)
    if len(set(who)) < len(who):
        who, size = who[:1], "mcu"
    return Draft(
        size, beat, who, emotion=said.emotion, move=_move(said), weight=0.55, said=[index], action=_deed(planned, said)
    )


def _move(said: Said) -> str:
    if said.emotion == "rage" or (said.emotion == "fear" and said.function == "order"):
        return "handheld"
    return {"reveal": "push", "threaten": "push", "decide": "pull"}.get(said.function, "hold")


def _deed(planned: Planned, said: Said) -> str:
    """A plain line of direction: who says it to whom, how."""
    words = planned.binding.words
    return words[f"act_{said.function}"].format(name=planned.binding.roles[said.speaker].name)


def _felt(said: Said) -> str:
    """What the one who hears it feels."""
    return {"threaten": "fear", "accuse": "shock", "reveal": "shock", "plead": "tender", "taunt": "anger"}.get(
        said.function, "neutral"
    )


def _listener(planned: Planned, index: int, size: str) -> Draft:
    said = planned.said[index]
    letter = _other(planned, said.speaker, index)
    name = planned.binding.roles[letter].name
    action = planned.binding.words["act_listen"].format(name=name)
    return Draft(size, "reaction", (_id(planned, letter),), action=action, emotion=_felt(said), weight=1.3)


def _wide(planned: Planned, text: str) -> Draft:
    action = text or planned.binding.words["act_wide"].format(place=planned.binding.nouns[planned.place])
    return Draft("wide", "establish", tuple(_seen(planned)[:3]), action=action, move="pan", weight=1.8)


def _hold(planned: Planned, size: str) -> Draft:
    last = planned.said[-1]
    letter = _other(planned, last.speaker, len(planned.said) - 1)
    action = planned.binding.words["act_hold"].format(name=planned.binding.roles[letter].name)
    return Draft(size, "breath", (_id(planned, letter),), action=action, move="hold", emotion="shock", weight=1.5)


def _stage(planned: Planned, stage: Stage) -> Draft:
    text = planned.binding.fill(stage.text)
    if stage.kind == "insert":
        return _insert(planned, stage, text)
    if stage.kind == "establish" or stage.subject not in planned.template.cast:
        wide = _wide(planned, text)
        wide.sound = stage.sound
        return wide
    emotion = "shock" if stage.kind == "reaction" else "resolve"
    beat: Beat = "reaction" if stage.kind == "reaction" else "act"
    who = (_id(planned, stage.subject),)
    return Draft("mcu", beat, who, None, text, emotion=emotion, weight=1.6, sound=stage.sound)


def _insert(planned: Planned, stage: Stage, text: str) -> Draft:
    """A prop of the bible in close-up, any other thing that can be drawn, else somebody's hands."""
    props = planned.binding.props
    shown = props.get(stage.subject) or next((p for p in props.values() if p.kind == stage.subject), None)
    if shown:
        return Draft("insert", "insert", (), shown.id, text, move="push", weight=1.7, sound=stage.sound)
    if stage.subject in PROPS:
        return Draft("insert", "insert", (), None, text, stage.subject, "push", weight=1.7, sound=stage.sound)
    holder = _id(planned, planned.template.cast[0])
    return Draft("cu", "act", (holder,), None, text, move="tilt", weight=1.7, sound=stage.sound)


# -- limits and variety


def _limit(drafts: list[Draft]) -> list[Draft]:
    """Merge neighbouring exchanges into two-handers, from the least important on, until at most 14 shots are left."""
    drafts = list(drafts)
    while len(drafts) > MAX_SHOTS:
        pairs = [i for i in range(2, len(drafts) - 3) if _mergeable(drafts[i], drafts[i + 1])]
        if pairs:
            i = min(pairs, key=lambda k: (len(drafts[k].said) + len(drafts[k + 1].said), k))
            drafts[i : i + 2] = [_merge(drafts[i], drafts[i + 1])]
            continue
        silent = [i for i in range(1, len(drafts) - 2) if not drafts[i].said and drafts[i].beat == "reaction"]
        silent = silent or [i for i in range(1, len(drafts) - 2) if not drafts[i].said]
        del drafts[silent[-1]]
    return drafts


def _mergeable(a: Draft, b: Draft) -> bool:
    return bool(a.said and b.said) and len(a.said) + len(b.said) <= 3 and "turn" not in (a.beat, b.beat)


def _merge(a: Draft, b: Draft) -> Draft:
    who = tuple(dict.fromkeys((*a.who, *b.who)))[:3]
    size = "two" if len(who) > 1 else "mcu"
    return replace(a, size=size, who=who, said=[*a.said, *b.said], weight=0.8, action=a.action, move="hold")


def _vary(drafts: list[Draft], rng: random.Random) -> list[Draft]:
    """No size twice running; an extreme close-up or a wide at least every fourth shot, as long as they stay rare."""
    since, left = 0, MOST_ECU - sum(d.size == "ecu" for d in drafts)
    for i, draft in enumerate(drafts):
        before = drafts[i - 1].size if i else ""
        after = drafts[i + 1].size if i + 1 < len(drafts) else ""
        if draft.size == before:
            draft.size = _other_size(draft, before, after, rng, left > 0)
            left -= draft.size == "ecu"
        since = 0 if draft.size in ("ecu", "wide", "insert") else since + 1
        if since > 3 and left > 0 and len(draft.said) < 2 and len(draft.who) == 1 and "ecu" not in (before, after):
            draft.size, since, left = "ecu", 0, left - 1
    return drafts


def _other_size(draft: Draft, before: str, after: str, rng: random.Random, eyes: bool) -> str:
    if not draft.who or draft.size in EMPTY_SIZES:
        choices = ["insert", "wide"] if draft.prop or draft.shows else ["wide", "silhouette"]
    elif len(draft.who) > 1:
        choices = ["two", "ots", "wide"]
    else:
        choices = ["cu", "mcu", *(["ecu"] if eyes else []), *([] if draft.said else ["back"])]
    fitting = [c for c in choices if c not in (before, after)] or [c for c in choices if c != before]
    return rng.choice(fitting) if draft.beat == "pressure" else fitting[0]


def _whipped(drafts: list[Draft]) -> list[Draft]:
    """The first answer that comes in anger is found by a whip of the camera."""
    for before, draft in pairwise(drafts):
        if draft.said and before.said and draft.emotion in ("rage", "anger", "shock") and draft.beat == "pressure":
            draft.move = "whip"
            break
    return drafts


def planned_seconds(scene: Scene, language: str) -> float:
    """Speech and silence of a scene together."""
    return sum(s.seconds + sum(speech_seconds(x.text, language) for x in s.lines) for s in scene.shots)
