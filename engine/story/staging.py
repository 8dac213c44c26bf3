"""Shots for a script that came without any: who is seen, how close, how long. Lines stay as written. No parsing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from engine.core import Beat, Language, Line, LineKind, Scene, Shot, UserError
from engine.story.phrases import phrases
from engine.story.shots import GOAL_SECONDS, MAX_SHOTS, MAX_SILENT, MIN_SHOTS, VALENCE, speech_seconds

MERGED_LINES = 3
_SIZES = ("mcu", "cu", "ots", "cu", "mcu", "ecu")
_SILENT_SIZES = ("cu", "mcu", "ecu", "wide")


@dataclass(frozen=True)
class Voiced:
    """A line ready to be spoken; `speaker` is a character id."""

    speaker: str
    text: str
    emotion: str
    delivery: str
    kind: LineKind
    hearing: str


@dataclass(frozen=True)
class Seen:
    """An action of the script and whom it names."""

    text: str
    who: tuple[str, ...]


@dataclass(frozen=True)
class Stage:
    """One scene to be shot: where, its mood, what is said and seen in order."""

    location: str
    place: str
    mood: str
    parts: tuple[Voiced | Seen, ...]


@dataclass
class _Draft:
    scene: int
    size: str
    beat: Beat
    who: tuple[str, ...] = ()
    prop: str | None = None
    action: str = ""
    move: str = "hold"
    emotion: str = "neutral"
    weight: float = 1.0
    said: list[Voiced] = field(default_factory=list[Voiced])


@dataclass(frozen=True)
class Company:
    """Names of the cast and the prop that may be shown, for the words of the actions."""

    language: Language
    names: dict[str, str]
    prop: str
    prop_name: str

    def act(self, key: str, **slots: str) -> str:
        return str(phrases(self.language)["imported"][key]).format(**slots)


def stage_episode(number: int, stages: Sequence[Stage], company: Company) -> tuple[Scene, ...]:
    """Scenes of 9 to 14 shots in all, numbered in tens; the hook first, the last line pushed in on, then a held look."""
    drafts = [draft for i, stage in enumerate(stages) for draft in _sequence(i, stage, company)]
    spoken = [draft for draft in drafts if draft.said]
    spoken[0].beat, spoken[0].size = "hook", "cu"
    drafts.sort(key=lambda d: d is not spoken[0])  # a cold open: the first line before anything is seen
    spoken[-1].beat, spoken[-1].move = "button", "push"
    if len(spoken) > 2:
        spoken[-2].beat = "turn"
    listener = _other(spoken[-1], drafts)
    drafts.append(
        _Draft(
            len(stages) - 1,
            "ecu",
            "breath",
            (listener,),
            action=_name(company, "holds", listener),
            emotion="shock",
            weight=1.6,
        )
    )
    drafts = _varied(_extended(_limited(number, drafts), company))
    return _scenes(number, stages, drafts, company.language)


def _sequence(index: int, stage: Stage, company: Company) -> list[_Draft]:
    people = tuple(dict.fromkeys(p.speaker for p in stage.parts if isinstance(p, Voiced)))
    place = company.act("place", place=stage.place)
    out = [_Draft(index, "wide", "establish", people[:3], action=place, move="pan", weight=1.8)]
    for part in stage.parts:
        if isinstance(part, Seen):
            out.append(
                _Draft(
                    index,
                    "mcu" if part.who else "wide",
                    "act",
                    part.who[:3] or people[:2],
                    action=part.text,
                    weight=1.5,
                )
            )
            continue
        away = part.delivery in ("phone", "narrator")
        here = tuple(p for p in people if p != part.speaker)[:1] if away else (part.speaker,)
        action = _name(company, "listens", here[0]) if away and here else _name(company, "speaks", part.speaker)
        seen = here or (part.speaker,)
        out.append(_Draft(index, "mcu", "pressure", seen, action=action, emotion=part.emotion, weight=0.6, said=[part]))
    return out


def _name(company: Company, key: str, who: str) -> str:
    return company.act(key, name=company.names[who])


def _other(draft: _Draft, drafts: Sequence[_Draft]) -> str:
    """Who hears the last line: somebody else of the scene, else the speaker."""
    speaker = draft.said[-1].speaker
    near = [line.speaker for d in drafts if d.scene == draft.scene for line in d.said]
    return next((who for who in reversed(near) if who != speaker), speaker)


def _limited(number: int, drafts: list[_Draft]) -> list[_Draft]:
    """At most 14: exchanges join into two-handers, then silent shots go, those of actions last."""
    drafts, most = list(drafts), MERGED_LINES
    while len(drafts) > MAX_SHOTS:
        pairs = [i for i in range(1, len(drafts) - 2) if _joinable(drafts[i], drafts[i + 1], most)]
        if pairs:
            i = min(pairs, key=lambda k: (len(drafts[k].said) + len(drafts[k + 1].said), k))
            drafts[i : i + 2] = [_join(drafts[i], drafts[i + 1])]
            continue
        silent = [i for i in range(1, len(drafts) - 1) if not drafts[i].said]
        if silent:
            del drafts[min(silent, key=lambda k: (drafts[k].beat == "act", -k))]
        elif most < len(drafts) * MERGED_LINES:
            most += 1
        else:
            raise UserError(f"episode {number} changes scene too often for {MAX_SHOTS} shots")
    return drafts


def _joinable(a: _Draft, b: _Draft, most: int) -> bool:
    return (
        bool(a.said and b.said)
        and a.scene == b.scene
        and len(a.said) + len(b.said) <= MERGED_LINES
        and b.beat != "button"
    )


def _join(a: _Draft, b: _Draft) -> _Draft:
    who = tuple(dict.fromkeys((*a.who, *b.who)))[:3]
    return replace(a, size="two" if len(who) > 1 else "mcu", who=who, said=[*a.said, *b.said], weight=0.8)


def _extended(drafts: list[_Draft], company: Company) -> list[_Draft]:
    """At least 9: reactions of whoever listens, and the prop once."""
    out = list(drafts)
    turn = 0
    while len(out) < MIN_SHOTS:
        spoken = [i for i, d in enumerate(out) if d.said]
        at = spoken[turn % len(spoken)]
        if turn == 1:
            action = company.act("shown", prop=company.prop_name)
            extra = _Draft(out[at].scene, "insert", "insert", (), company.prop, action, "push", weight=1.6)
        else:
            who = _other(out[at], out)
            emotion = out[at].said[-1].emotion
            extra = _Draft(
                out[at].scene,
                "cu",
                "reaction",
                (who,),
                action=_name(company, "listens", who),
                emotion=emotion,
                weight=1.3,
            )
        out.insert(at + 1, extra)
        turn += 1
    return out


def _varied(drafts: list[_Draft]) -> list[_Draft]:
    """No size twice running; over-shoulders need two people."""
    for i, draft in enumerate(drafts):
        before = drafts[i - 1].size if i else ""
        if i == 0 or draft.size in ("insert", "two") or draft.beat in ("establish", "breath"):
            continue
        sizes = _SIZES if draft.said else _SILENT_SIZES
        choice = [sizes[(i + k) % len(sizes)] for k in range(len(sizes))]
        draft.size = next(s for s in choice if s != before and (s != "ots" or len(draft.who) > 1))
    return drafts


def _scenes(number: int, stages: Sequence[Stage], drafts: Sequence[_Draft], language: Language) -> tuple[Scene, ...]:
    spoken = sum(speech_seconds(line.text, language) for d in drafts for line in d.said)
    unit = max(0.0, GOAL_SECONDS - spoken) / sum(d.weight for d in drafts)
    out: list[Scene] = []
    for index, stage in enumerate(stages):
        own = [d for d in drafts if d.scene == index]
        id = f"e{number:03d}_s{len(out) + 1:02d}"
        shots = tuple(_shot(f"{id}_sh{(i + 1) * 10:03d}", draft, unit) for i, draft in enumerate(own))
        if shots:
            out.append(Scene(id=id, location=stage.location, mood=stage.mood, shots=shots))
    return tuple(out)


def _shot(id: str, draft: _Draft, unit: float) -> Shot:
    lines = tuple(
        Line(
            id=f"{id}_l{n:02d}", speaker=v.speaker, text=v.text, kind=v.kind, emotion=v.emotion, delivery=v.delivery,
            valence=VALENCE[v.emotion], hearing=v.hearing,
        )
        for n, v in enumerate(draft.said, 1)
    )  # fmt: skip
    return Shot(
        id=id, size=draft.size, beat=draft.beat, characters=draft.who, prop=draft.prop, action=draft.action[:400],
        move=draft.move, emotion=draft.emotion, seconds=round(min(MAX_SILENT, max(0.4, draft.weight * unit)), 2), lines=lines,
    )  # fmt: skip
