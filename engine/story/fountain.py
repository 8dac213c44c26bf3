"""A person's own script as text: Fountain, `NAME: line` or 姓名：台词. Rows in, episodes of scenes of lines out. No bible.

Fountain: https://fountain.io/syntax (title page, scene headings, cues, parentheticals, notes, boneyard, sections)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from engine.core import Language, UserError
from engine.story.lexicon import detect_language
from models.words import han

MAX_CHARACTERS = 400_000
"""Most of a script that is read."""
MAX_NAME = {"en": 30, "zh": 8}
"""Most characters of a cue before the colon."""
_EPISODE = re.compile(
    r"#{0,3}\s*(?:(?:episode|ep\.?)\s+(\d{1,3})|第\s*([0-9一二三四五六七八九十百]{1,4})\s*集)\s*[:：.\-—–]?\s*(.*)",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"(?:(?:INT|EXT|EST|I/E|INT\.?/EXT)[. ]\s*|\.(?=[^.\s])|(?:内景|外景|场景)\s*[:：.。]?\s*|第[0-9一二三四五六七八九十]+场\s*[:：]?\s*)(.+)",
    re.IGNORECASE,
)
_COLON = re.compile(r"@?([^:：(（]{1,40}?)\s*(?:[(（]([^)）]*)[)）])?\s*[:：]\s*(.+)")
_CUE = re.compile(r"(@?)([^a-z(（:：]*[A-Z][^a-z(（:：]*|(?<=@)[^(（]+)\s*(?:\(([^)]*)\))?\s*(?:\([^)]*\))?\s*\^?")
_KEYS = (
    "title",
    "credit",
    "author",
    "authors",
    "source",
    "draft date",
    "contact",
    "copyright",
    "notes",
    "标题",
    "片名",
    "作者",
)
_NO_NAMES = (*_KEYS, "cut to", "fade in", "fade out", "fade to black", "dissolve to", "smash cut to", "match cut to", "note",
             "warning", "http", "https", "int", "ext", "时间", "地点", "人物", "场景", "备注", "提示", "字幕")  # fmt: skip
_TRANSITION = re.compile(r">.*|[A-Z ]+TO:|FADE (?:IN|OUT)[.:]?|THE END\.?|={3,}.*")
_DROPPED = re.compile(r"/\*.*?\*/|\[\[.*?\]\]", re.DOTALL)


@dataclass(frozen=True)
class Speech:
    """A spoken line, its bracketed direction, and the row where it stands."""

    speaker: str
    parenthetical: str
    text: str
    row: int


@dataclass(frozen=True)
class Action:
    text: str
    row: int


@dataclass(frozen=True)
class ScriptScene:
    """`heading` as written; place and time taken from it ('' when unsaid)."""

    heading: str
    place: str
    time: str
    parts: tuple[Speech | Action, ...]
    row: int = 0

    def speeches(self) -> tuple[Speech, ...]:
        return tuple(part for part in self.parts if isinstance(part, Speech))


@dataclass(frozen=True)
class ScriptEpisode:
    title: str
    scenes: tuple[ScriptScene, ...]
    row: int = 0

    def speeches(self) -> tuple[Speech, ...]:
        return tuple(speech for scene in self.scenes for speech in scene.speeches())


@dataclass(frozen=True)
class Screenplay:
    """`marked`: the episodes are the writer's own, by headings; else there is one, to be divided by words."""

    title: str
    language: Language
    episodes: tuple[ScriptEpisode, ...]
    marked: bool


def read_screenplay(text: str) -> Screenplay:
    """A script as written.

    Raises:
        UserError: too long, or nobody says anything."""
    if len(text) > MAX_CHARACTERS:
        raise UserError(f"the script has {len(text):,} characters, limit {MAX_CHARACTERS:,}")
    clean = _cleaned(text)
    reader = _Reader("zh" if detect_language(clean) == "zh" else "en")
    title, body = _title_page(clean.split("\n"))
    for row, line in body:
        reader.take(row, line)
    return reader.finish(title)


def _cleaned(text: str) -> str:
    """Unix rows, no control or bidi characters, notes and boneyard blanked row for row."""
    rows = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    kept = "".join(c for c in rows if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    return _DROPPED.sub(lambda found: "\n" * found[0].count("\n"), kept)


def _title_page(rows: Sequence[str]) -> tuple[str, list[tuple[int, str]]]:
    """The title of a Fountain title page and the numbered rows after it."""
    numbered = list(enumerate((row.strip() for row in rows), 1))
    title, start = "", 0
    for index, (_, row) in enumerate(numbered):
        key, mark, value = re.sub("：", ":", row, count=1).partition(":")
        if row and key.strip().lower() in _KEYS and mark:
            title = value.strip(" *_") if key.strip().lower() in ("title", "标题", "片名") else title
            start = index + 1
        elif row:
            break
    return title, numbered[start:]


class _Reader:
    """Sorts rows into episodes, scenes, speeches and actions."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self.title = ""
        self.episodes: list[ScriptEpisode] = []
        self.scenes: list[ScriptScene] = []
        self.parts: list[Speech | Action] = []
        self.heading, self.heading_row = "", 0
        self.episode: tuple[str, int] | None = None
        self.cue: tuple[str, str, int] | None = None  # a Fountain cue that waits for its words
        self.words: list[str] = []
        self.marked = False

    def take(self, row: int, line: str) -> None:
        if not line:
            self._close_cue()
        elif found := _EPISODE.fullmatch(line):
            self._open_episode(found[3].strip(), row)
        elif self.cue:
            self._dialogue(line)
        elif found := _HEADING.fullmatch(line):
            self._open_scene(found[1].strip(), row)
        elif line.startswith("#"):
            self.title = self.title or (line.strip("# ") if not self.parts else "")
        elif not _TRANSITION.fullmatch(line) and not line.startswith("= "):
            self._spoken_or_seen(row, line)

    def _spoken_or_seen(self, row: int, line: str) -> None:
        colon = _COLON.fullmatch(line)
        cue = _CUE.fullmatch(line)
        if colon and self._is_name(colon[1]) and not line.startswith("!"):
            self._say(colon[1], colon[2] or "", colon[3], row)
        elif cue and self._is_name(cue[2]) and self.language == "en":
            self.cue = (cue[2].strip(), (cue[3] or "").strip(), row)
        elif text := _plain(line.removeprefix("!")):
            self.parts.append(Action(text, row))

    def _say(self, who: str, how: str, text: str, row: int) -> None:
        if plain := _plain(text):
            self.parts.append(Speech(_plain(who), _plain(how), plain, row))

    def _is_name(self, label: str) -> bool:
        name = label.strip()
        fits = 0 < len(name) <= MAX_NAME[self.language] and len(name.split()) <= 4 and name.lower() not in _NO_NAMES
        return fits and any(c.isalpha() for c in name) and not re.search(r"[.!?,;。！？，；]$|[“”\"]", name)

    def _dialogue(self, line: str) -> None:
        """Fountain: rows under a cue are its words, '(...)' its direction."""
        assert self.cue
        who, how, row = self.cue
        bracket = re.fullmatch(r"[(（](.*)[)）]", line)
        if bracket:
            self.cue = (who, ", ".join(part for part in (how, bracket[1].strip()) if part), row)
        else:
            self.words.append(line)

    def _close_cue(self) -> None:
        """A blank row ends a speech; capitals without words under them were an action."""
        if self.cue:
            who, how, row = self.cue
            if self.words:
                self._say(who, how, " ".join(self.words), row)
            elif text := _plain(who):
                self.parts.append(Action(text, row))
        self.cue, self.words = None, []

    def _open_scene(self, heading: str, row: int) -> None:
        self._close_scene()
        self.heading, self.heading_row = heading, row

    def _open_episode(self, title: str, row: int) -> None:
        self._close_episode()
        self.marked, self.episode = True, (title, row)

    def _close_scene(self) -> None:
        self._close_cue()
        if self.parts:
            place, time = split_heading(self.heading)
            self.scenes.append(ScriptScene(self.heading, place, time, tuple(self.parts), self.heading_row))
        self.parts = []

    def _close_episode(self) -> None:
        self._close_scene()
        if any(scene.speeches() for scene in self.scenes):
            title, row = self.episode or ("", 0)
            self.episodes.append(ScriptEpisode(title, tuple(self.scenes), row))
        self.scenes = []

    def finish(self, title: str) -> Screenplay:
        self._close_episode()
        if not self.episodes:
            raise UserError("nobody says anything in the script: write 'NAME: line' or Fountain cues")
        return Screenplay(title or self.title, self.language, tuple(self.episodes), self.marked)


def split_heading(heading: str) -> tuple[str, str]:
    """'PIER NINE - NIGHT' -> ('PIER NINE', 'NIGHT').

    >>> split_heading("冷宫 夜"), split_heading("HALL")
    (('冷宫', '夜'), ('HALL', ''))
    """
    parts = re.split(r"\s+[-–—]+\s+|[，,·]\s*" + (r"|\s+" if han(heading) else ""), heading.strip(" .#"))
    return parts[0].strip(), " ".join(parts[1:]).strip()


def _plain(text: str) -> str:
    """Without Fountain's emphasis and without markup or slots that could be read as syntax."""
    bare = re.sub(r"<[^<>]{0,200}>|\{[^{}]{0,200}\}", " ", text)
    return re.sub(r"\s+", " ", re.sub(r"[*_\\{}<>]+", "", bare)).strip()
