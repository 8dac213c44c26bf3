"""An episode as script.md and back: what a person reads and may edit by hand. Words only: no checks, no files.

Lines can be edited, added and removed; of a shot its size, seconds, camera and action. Every other row must stay:
a changed one is refused with its row number."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from pydantic import ValidationError

from engine.core import Change, Character, Episode, Language, Line, LineKind, Scene, Series, Shot, UserError
from engine.story.markup import DOT, escape, plain_label, read_cue, say, split_how, unescape, unword, word
from engine.story.shots import VALENCE
from models.base import CAMERA_MOVES, DELIVERIES, EMOTIONS, SHOT_SIZES
from models.words import LIMITS, count

KIND_WORDS: dict[str, LineKind] = {"spoken": "dialogue", "thought": "inner", "narrated": "narration"}
_OWN_KIND: dict[str, LineKind] = {"inner": "inner", "narrator": "narration"}  # what a delivery says by itself


# -- writing


def to_markdown(series: Series, number: int) -> str:
    """script.md of an episode. UserError when the series has no such episode."""
    episode = _episode(series, number)
    rows = [f"# {escape(series.title)}{DOT}{_say(series, 'episode', number=number, title=episode.title)}", ""]
    rows.append(f"> {escape(episode.synopsis)}")
    if episode.caption:
        rows.append(f"> {_say(series, 'caption', caption=episode.caption)}")
    for index, scene in enumerate(episode.scenes):
        rows += ["", _scene_head(series, scene, index + 1)]
        for shot in scene.shots:
            rows += ["", *_shot_rows(series, scene, shot)]
    rows += ["", "---", "", *_notes(series, episode)]
    return "\n".join(rows) + "\n"


def _episode(series: Series, number: int) -> Episode:
    found = next((e for e in series.episodes if e.number == number), None)
    if found is None:
        raise UserError(f"the series has no episode {number}: choose 1 to {len(series.episodes)}")
    return found


def _say(series: Series, key: str, **slots: object) -> str:
    return say(series.language, key, **{k: escape(str(v)) for k, v in slots.items()})


def _scene_head(series: Series, scene: Scene, number: int) -> str:
    language = series.language
    place = next((x for x in series.bible.locations if x.id == scene.location), None)
    parts = [say(language, "scene", number=number), escape(place.name if place else scene.location)]
    if place:
        comma = "，" if language == "zh" else ", "
        parts.append(comma.join((word(language, place.time), word(language, place.weather))))
    return "## " + DOT.join([*parts, say(language, "mood", mood=word(language, scene.mood))])


def _shot_label(scene: Scene, shot: Shot) -> str:
    return shot.id.removeprefix(f"{scene.id}_")


def _shot_rows(series: Series, scene: Scene, shot: Shot) -> list[str]:
    language = series.language
    size, move = word(language, shot.size, "·"), word(language, shot.move, "·")
    length = f"{shot.seconds!r} {say(language, 'second')}"
    rows = [f"### {DOT.join((_shot_label(scene, shot), size, length, move))}"]
    rows += _shown(series, shot)
    if shot.action:
        rows.append(f"*{escape(shot.action)}*")
    if shot.lines:
        rows.append("")
    return rows + [_line_row(series, line) for line in shot.lines]


def _shown(series: Series, shot: Shot) -> list[str]:
    """What else the shot holds, in one row that is read but not edited."""
    names = {c.id: c.name for c in series.bible.characters} | {p.id: p.name for p in series.bible.props}
    parts: list[str] = []
    if shot.characters:
        comma = "、" if series.language == "zh" else ", "
        parts.append(_say(series, "seen", names=comma.join(names.get(id, id) for id in shot.characters)))
    if shot.prop:
        parts.append(_say(series, "shows", prop=names.get(shot.prop, shot.prop)))
    if shot.sound:
        parts.append(_say(series, "sound", sound=shot.sound))
    return [f"> {DOT.join(parts)}"] if parts else []


def _line_row(series: Series, line: Line) -> str:
    language = series.language
    parts = [word(language, line.emotion, ",，/／()（）")]
    if line.delivery != "voice":
        parts.append(word(language, line.delivery, ",，/／()（）"))
    if line.kind != _OWN_KIND.get(line.delivery, "dialogue"):
        parts.append(word(language, next(w for w, kind in KIND_WORDS.items() if kind == line.kind)))
    wide = language == "zh"
    hearing = f"{'，' if wide else ', '}{escape(line.hearing, '()（）')}" if line.hearing else ""
    brackets, colon = ("（{}）", "：") if wide else (" ({})", ": ")
    text = escape(line.text)
    return f"{_label(series, line.speaker)}{brackets.format('/'.join(parts) + hearing)}{colon}{text}"


def _label(series: Series, speaker: str) -> str:
    """The name in capitals where it is plain and nobody else's, else the id."""
    alike = [c for c in series.bible.characters if _fold(c.name) == _fold(_name(series, speaker))]
    name = _name(series, speaker).upper()
    return name if len(alike) == 1 and plain_label(name) and _find(series, name) == speaker else speaker


def _name(series: Series, speaker: str) -> str:
    return next((c.name for c in series.bible.characters if c.id == speaker), speaker)


def _notes(series: Series, episode: Episode) -> list[str]:
    cliff = episode.cliffhanger
    spoken = sum(count(line.text, series.language) for line in episode.lines())
    rows = [f"> {say(series.language, 'size', count=spoken, limit=LIMITS[series.language])}"]
    for change in episode.changes:
        lasting = say(series.language, "lasting") if change.irreversible else ""
        rows.append(f"- {_say(series, 'change', event=change.event)}{lasting}")
    kind = word(series.language, cliff.kind)
    rows.append(f"- {_say(series, 'cliff', kind=kind, strength=cliff.strength, question=cliff.question)}")
    rows += [f"- {_say(series, 'answer', answer=answer)}" for answer in cliff.answers]
    rows.append(f"- {_say(series, 'due', due=cliff.due)}")
    if cliff.paid_in is not None:
        rows.append(f"- {_say(series, 'paid', episode=cliff.paid_in, event=cliff.paid_by)}")
    return rows


# -- reading


@dataclass
class _Draft:
    """A shot as the file has it: row of its head, its fields, its cue rows."""

    row: int
    size: str
    seconds: float
    move: str
    action: str = ""
    cues: list[tuple[int, Line]] = field(default_factory=list[tuple[int, Line]])


def apply_markdown(series: Series, number: int, text: str) -> Series:
    """The series with one episode as its script.md now says; ids stay with their lines, new lines get new ones.

    Raises:
        UserError: a row that cannot be read, or that may not be edited here, with its number."""
    episode = _episode(series, number)
    reader = _Reader(series, episode, text)
    drafts = reader.read()
    scenes = tuple(
        scene.model_copy(update={"shots": tuple(_shot(reader, shot, drafts[shot.id]) for shot in scene.shots)})
        for scene in episode.scenes
    )
    edited = episode.model_copy(update={"scenes": scenes})
    edited = edited.model_copy(update={"changes": _carried(episode, edited)})
    others = tuple(edited if e.number == number else e for e in series.episodes)
    return series.model_copy(update={"episodes": others})


def _carried(before: Episode, after: Episode) -> tuple[Change, ...]:
    """Changes point at the same line as before, or at none when it is gone."""
    old, new = [line.id for line in before.lines()], [line.id for line in after.lines()]

    def moved(index: int | None) -> int | None:
        known = index is not None and 0 <= index < len(old)
        return new.index(old[index]) if known and index is not None and old[index] in new else None

    return tuple(
        c if c.line is None or moved(c.line) == c.line else c.model_copy(update={"line": moved(c.line)})
        for c in before.changes
    )


class _Reader:
    """Walks the rows of a script against the episode it was written from."""

    def __init__(self, series: Series, episode: Episode, text: str) -> None:
        self.series, self.episode = series, episode
        self.language: Language = series.language
        self.rows = text.replace("\r\n", "\n").removeprefix("\ufeff").split("\n")
        self.shots = {shot.id: (scene, shot) for scene, shot in episode.shots()}
        self.fixed = [row for row in to_markdown(series, episode.number).split("\n") if _is_fixed(row)]
        self.size_row = next(i for i, row in enumerate(self.fixed) if row == "---") + 1
        self.drafts: dict[str, _Draft] = {}
        self.place = 0  # in self.fixed

    def refuse(self, row: int, why: str) -> NoReturn:
        raise UserError(f"episode {self.episode.number}, script.md line {row}: {why}")

    def read(self) -> dict[str, _Draft]:
        handlers: tuple[tuple[Callable[[str], bool], Callable[[int, str], None]], ...] = (
            (lambda row: row.startswith("### "), self._head),
            (_is_fixed, self._fixed),
            (lambda row: row.startswith("*"), self._action),
            (lambda row: bool(row), self._cue),
        )
        for number, raw in enumerate(self.rows, 1):
            row = raw.strip()
            handle = next((act for fits, act in handlers if fits(row)), None)
            if handle:
                handle(number, row)
        self._complete()
        return self.drafts

    def _complete(self) -> None:
        missing = [_shot_label(scene, shot) for id, (scene, shot) in self.shots.items() if id not in self.drafts]
        if missing:
            self.refuse(len(self.rows), f"the shot {missing[0]} is missing; shots cannot be removed here")
        if self.place < len(self.fixed):
            self.refuse(len(self.rows), f"this row is missing: {self.fixed[self.place]}")

    def _fixed(self, number: int, row: str) -> None:
        expected = self.fixed[self.place] if self.place < len(self.fixed) else ""
        if row != expected.strip() and self.place != self.size_row:
            why = f"this row cannot be edited here, it was: {expected}" if expected else "this row does not belong here"
            self.refuse(number, why)
        self.place += 1

    def _head(self, number: int, row: str) -> None:
        parts = [part.strip() for part in row.removeprefix("### ").split("·")]
        waiting = next(((scene, shot) for id, (scene, shot) in self.shots.items() if id not in self.drafts), None)
        if waiting is None or parts[0] not in (_shot_label(*waiting), waiting[1].id):
            due = f"the next shot is {_shot_label(*waiting)}" if waiting else "there are no more shots"
            self.refuse(number, f"{due}; shots cannot be added, removed or moved here")
        if len(parts) != 4:
            self.refuse(number, f"a shot reads '### {_shot_label(*waiting)} · size · seconds · camera'")
        shot = waiting[1]
        size = self._choice(number, "size", parts[1], SHOT_SIZES, shot.size)
        move = self._choice(number, "camera", parts[3], CAMERA_MOVES, shot.move)
        self.drafts[shot.id] = _Draft(number, size, self._seconds(number, parts[2]), move)

    def _seconds(self, number: int, written: str) -> float:
        found = re.fullmatch(r"(\d{1,3}(?:\.\d+)?(?:e-\d+)?)\s*(?:s|秒)?", written)
        if not found:
            self.refuse(number, f"'{written}' is no length in seconds")
        return float(found[1])

    def _choice(self, number: int, what: str, written: str, words: Sequence[str], stored: str) -> str:
        value = unword(self.language, written, words)
        if value not in words and value != stored:
            self.refuse(number, f"unknown {what} '{value}': choose from {', '.join(words)}")
        return value

    def _last(self, number: int) -> _Draft:
        if not self.drafts:
            self.refuse(number, "this stands before the first shot")
        return list(self.drafts.values())[-1]

    def _action(self, number: int, row: str) -> None:
        draft = self._last(number)
        if len(row) < 3 or not row.endswith("*"):
            self.refuse(number, "an action reads '*what is seen*'")
        if draft.action:
            self.refuse(number, "a shot has one action")
        draft.action = unescape(row[1:-1])

    def _cue(self, number: int, row: str) -> None:
        draft, cue = self._last(number), read_cue(row)
        if cue is None:
            self.refuse(number, f"this is neither 'NAME (emotion, hearing): text' nor an action in stars: {row[:60]}")
        speaker = _find(self.series, cue.who)
        if speaker is None:
            names = ", ".join(c.name for c in self.series.bible.characters)
            self.refuse(number, f"nobody is called '{cue.who[:40]}': choose from {names}")
        if not cue.text.strip():
            self.refuse(number, f"{cue.who} says nothing")
        try:
            draft.cues.append((number, self._line(number, speaker, cue.how, unescape(cue.text))))
        except ValidationError as error:
            self.refuse(number, _why(error))

    def _line(self, number: int, speaker: str, how: str | None, text: str) -> Line:
        marks, hearing = split_how(how) if how is not None else (["neutral"], "")
        stored = {x for line in self.episode.lines() for x in (line.emotion, line.delivery)}
        emotion = unword(self.language, marks[0], EMOTIONS)
        if emotion not in EMOTIONS and emotion not in stored:
            self.refuse(number, f"unknown emotion '{emotion}': choose from {', '.join(EMOTIONS)}")
        delivery, kind = "voice", None
        for mark in marks[1:]:
            value = unword(self.language, mark, (*DELIVERIES, *KIND_WORDS))
            if value in KIND_WORDS:
                kind = KIND_WORDS[value]
            elif value in DELIVERIES or value in stored:
                delivery = value
            else:
                self.refuse(number, f"unknown delivery '{value}': choose from {', '.join(DELIVERIES)}")
        return Line(
            id="new", speaker=speaker, text=text, kind=kind or _OWN_KIND.get(delivery, "dialogue"), emotion=emotion,
            delivery=delivery, valence=VALENCE.get(emotion, 0.0), hearing=unescape(hearing),
        )  # fmt: skip


def _is_fixed(row: str) -> bool:
    return row.startswith(("# ", "## ", ">", "-"))


def _why(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg'].lower()}"


def _fold(name: str) -> str:
    return name.strip().casefold()


def _find(series: Series, label: str) -> str | None:
    """The character meant by a cue: by id, by name, by full name; None when nobody or several are."""
    matches: tuple[Callable[[Character], str], ...] = (lambda c: c.id, lambda c: c.name, lambda c: c.full_name)
    for part in matches:
        found = [c.id for c in series.bible.characters if _fold(part(c)) == _fold(unescape(label))]
        if len(found) == 1:
            return found[0]
    known = {line.speaker for e in series.episodes for line in e.lines()}  # a speaker that the bible lacks
    return label if label in known else None


def _shot(reader: _Reader, shot: Shot, draft: _Draft) -> Shot:
    lines = tuple(_matched(shot, [line for _, line in draft.cues]))
    fields = {"size": draft.size, "seconds": draft.seconds, "move": draft.move, "action": draft.action, "lines": lines}
    try:
        return Shot.model_validate({**dict(shot), **fields})
    except ValidationError as error:
        reader.refuse(draft.row, _why(error))


def _matched(shot: Shot, lines: Sequence[Line]) -> Iterator[Line]:
    """Lines with their old ids: equal ones first, then edited ones in place, then new numbers."""
    numbers = [int(found[1]) for line in shot.lines if (found := re.search(r"_l(\d+)$", line.id))]
    following = max(numbers, default=0) + 1
    matcher = difflib.SequenceMatcher(None, [_key(x) for x in shot.lines], [_key(x) for x in lines], autojunk=False)
    for _, a, b, c, d in matcher.get_opcodes():
        for offset in range(d - c):
            if a + offset < b:
                yield _merged(shot.lines[a + offset], lines[c + offset])
            else:
                yield lines[c + offset].model_copy(update={"id": f"{shot.id}_l{following:02d}"})
                following += 1


def _key(line: Line) -> tuple[str, str]:
    return line.speaker, line.text


def _merged(old: Line, new: Line) -> Line:
    """The new words under the old id; valence follows only a changed emotion, the function only unchanged words."""
    valence = old.valence if old.emotion == new.emotion else new.valence
    function = old.function if _key(old) == _key(new) else ""
    return new.model_copy(update={"id": old.id, "valence": valence, "function": function})
