"""On which line of a TOML text each key, table and element stands. Knows TOML's shape; no values, no schema.

tomllib tells what a text says but not where. This reads only keys, brackets and strings, of texts that tomllib has
already accepted (TOML 1.0)."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections import Counter

Path = tuple[str | int, ...]
"""The way to a value in what tomllib returns: ("rules", 3, "when", "on", 0)."""

_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}(?!")' r"|'''.*?'{3,5}(?!')" r'|"(?:[^"\\\n]|\\.)*"' r"|'[^'\n]*'", re.DOTALL
)
"""Multi-line strings may end in up to two quotes of their own."""
_SCALAR = re.compile(r"[^,\]}\n#]+")


def lines_of(text: str) -> dict[Path, int]:
    """The line (from 1) of every key, table and array element of `text`, which tomllib must accept; () is line 1.

    >>> lines_of('a = 1\\n[[b]]\\nc = [1,\\n 2]\\n')
    {(): 1, ('a',): 1, ('b',): 2, ('b', 0): 2, ('b', 0, 'c'): 3, ('b', 0, 'c', 0): 3, ('b', 0, 'c', 1): 4}
    """
    return _Reader(text.replace("\r\n", "\n")).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.ends = [n for n, char in enumerate(text) if char == "\n"]
        self.found: dict[Path, int] = {(): 1}
        self.tables: Counter[Path] = Counter()  # of each array of tables, how many there are

    def read(self) -> dict[Path, int]:
        table: Path = ()
        while self._skip(_BLANK) < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
        return self.found

    def _skip(self, what: re.Pattern[str]) -> int:
        found = what.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at

    def _note(self, path: Path) -> None:
        self.found.setdefault(path, bisect_left(self.ends, self.at) + 1)

    def _header(self) -> Path:
        """[a.b] or [[a.b]]; each name that is an array of tables means its last table so far."""
        many = self.text.startswith("[[", self.at)
        start = self.at
        self.at += 2 if many else 1
        names = self._key()
        after, self.at = self.at + (2 if many else 1), start
        path: Path = ()
        for n, name in enumerate(names):
            path = (*path, name)
            self._note(path)
            if many and n == len(names) - 1:
                self.tables[path] += 1
            if path in self.tables:
                path = (*path, self.tables[path] - 1)
                self._note(path)
        self.at = after
        return path

    def _key(self) -> list[str]:
        """A dotted key's names; ends behind it and its spaces."""
        names: list[str] = []
        while True:
            self._skip(_SPACE)
            start = self.at
            quoted = self.text[start] in "\"'"
            token = self.text[start : self._skip(_STRING if quoted else _BARE)]
            names.append(tomllib.loads(f"name = {token}")["name"] if quoted else token)
            self._skip(_SPACE)
            if self.text[self.at] != ".":
                return names
            self.at += 1

    def _pair(self, table: Path) -> None:
        """key = value; the tables that a dotted key makes stand where it stands."""
        start = self.at
        names = self._key()
        after, self.at = self.at + 1, start
        for n in range(len(names)):
            self._note((*table, *names[: n + 1]))
        self.at = after
        self._value((*table, *names))

    def _value(self, path: Path) -> None:
        self._skip(_SPACE)
        if self.text[self.at] == "[":
            self._array(path)
        elif self.text[self.at] == "{":
            self._inline(path)
        else:
            self._skip(_STRING if self.text[self.at] in "\"'" else _SCALAR)

    def _array(self, path: Path) -> None:
        self.at += 1
        count = 0
        while self.text[self._skip(_BLANK)] != "]":
            self._note((*path, count))
            self._value((*path, count))
            count += 1
            if self.text[self._skip(_BLANK)] == ",":
                self.at += 1
        self.at += 1

    def _inline(self, path: Path) -> None:
        self.at += 1
        while self.text[self._skip(_BLANK)] != "}":
            self._pair(path)
            if self.text[self._skip(_BLANK)] == ",":
                self.at += 1
        self.at += 1
