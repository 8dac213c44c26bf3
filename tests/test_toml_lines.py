"""Lines of a TOML text: every key, table and element is found where it was written, whatever way it was written."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.toml_lines import lines_of

STYLES = sorted((Path(__file__).parents[1] / "configs" / "edit").glob("*.toml"))
keys = st.text("abz_-9", min_size=1, max_size=5) | st.sampled_from(["a b", "x.y", "#", '"', "é", "[[q]]", ""])
strings = st.text("ab\"'\\#]}=,\n ", max_size=8)
scalars = st.integers(-9, 99) | st.booleans() | st.just(1.5) | strings
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=6
)
tables = st.dictionaries(keys, values, max_size=4)
documents = st.fixed_dictionaries(
    {}, optional={"top": values, "t": tables, "r": st.lists(tables, min_size=1, max_size=3)}
)


class Writer:
    """TOML in styles that `pick` draws, and the line on which each value was begun."""

    def __init__(self, pick) -> None:
        self.text, self.pick, self.lines = "", pick, {(): 1}

    def note(self, path) -> None:
        self.lines.setdefault(path, self.text.count("\n") + 1)

    def gap(self) -> None:
        self.text += self.pick(["", "\n", "# [not.a.table] = 'x'\n", "  \n\t# a\n"])

    def key(self, name: str) -> str:
        bare = name and all(c.isascii() and (c.isalnum() or c in "_-") for c in name)
        literal = [f"'{name}'"] if "'" not in name and "\n" not in name else []
        return self.pick([json.dumps(name), *literal, *([name] if bare else [])])

    def document(self, data: dict) -> None:
        for name in (n for n in data if n not in ("t", "r")):
            self.pair((), name, data[name])
            self.text += self.pick(["\n", " # the end\n"])
        for head, rows in (("[{}]", [data["t"]] if "t" in data else []), ("[[{}]]", data.get("r", []))):
            for index, row in enumerate(rows):
                name = "t" if head == "[{}]" else "r"
                self.gap()
                self.note((name,))
                path = (name,) if name == "t" else (name, index)
                self.note(path)
                self.text += head.format(self.pick([name, f" '{name}' "])) + self.pick(["\n", "  # [[\n"])
                for key, value in row.items():
                    self.gap()
                    self.pair(path, key, value)
                    self.text += "\n"

    def pair(self, path, name, value) -> None:
        self.note((*path, name))
        self.text += self.key(name) + self.pick(["=", " = "])
        self.value((*path, name), value)

    def value(self, path, value) -> None:
        if isinstance(value, dict):
            self.text += "{"
            for n, (name, inner) in enumerate(value.items()):
                self.text += self.pick([" ", ""]) + (", " if n else "")
                self.pair(path, name, inner)
            self.text += self.pick([" ", ""]) + "}"
        elif isinstance(value, list):
            self.text += "["
            for n, inner in enumerate(value):
                self.gap()
                self.text += ", " if n else ""
                self.gap()
                self.note((*path, n))
                self.value((*path, n), inner)
            self.text += self.pick([",", ", # more\n"]) if value and self.pick([True, False]) else ""
            self.text += "]"
        else:
            self.text += self.scalar(value)

    def scalar(self, value) -> str:
        if not isinstance(value, str):
            return json.dumps(value)
        ways = [json.dumps(value)]
        if "'" not in value and "\n" not in value:
            ways.append(f"'{value}'")
        if "'" not in value:
            ways.append(f"'''\n{value}'''")
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        ways.append(f'"""\n{escaped}"""')
        return self.pick(ways)


def paths(data, path=()) -> Iterator[tuple]:
    yield path
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield from paths(value, (*path, key))


@given(documents, st.data())
@settings(max_examples=50, deadline=None)
def test_everything_is_found_on_the_line_where_it_was_begun(data, drawn) -> None:
    writer = Writer(lambda ways: ways[drawn.draw(st.integers(0, len(ways) - 1))])
    writer.document(data)
    assert tomllib.loads(writer.text) == data
    assert lines_of(writer.text) == writer.lines


@pytest.mark.parametrize("path", STYLES, ids=lambda p: p.stem)
def test_every_value_of_a_shipped_style_has_a_line_that_holds_its_key(path) -> None:
    text = path.read_text("utf-8")
    found = lines_of(text)
    assert set(found) == set(paths(tomllib.loads(text)))
    rows = text.splitlines()
    assert all(at[-1] in rows[line - 1] for at, line in found.items() if at and isinstance(at[-1], str))


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ("a.b = 1\n\na.c = 2\n", ("a", "c"), 3),
        ("[a]\n[a.'b.c']\nd = 1", ("a", "b.c", "d"), 3),
        ("[[r]]\n[r.when]\nx = 1\n[[r]]\n[r.when]\nx = 2\n", ("r", 1, "when", "x"), 6),
        ("[[r]]\n[[r.s]]\n[[r.s]]\nx = 1\n[[r]]\n[[r.s]]\nx = 2", ("r", 1, "s", 0, "x"), 7),
        ('a = """x\n[b]\n"""\nc = 1\n', ("c",), 4),
        ('a = """x\n""""\nc = 1\n', ("c",), 3),
        ("a = '''\n'''''\nc = 1\n", ("c",), 3),
        ('a = "\\"]#"\r\nb = [ # ]\r\n 1,\r\n { c = "}" } ]\r\n', ("b", 1, "c"), 4),
        ("d = 1979-05-27T07:32:00Z # x\ne = 1_000", ("e",), 2),
        ("a = [[1, 2],\n[3]]", ("a", 1, 0), 2),
        ("", (), 1),
    ],
)
def test_each_way_of_writing_is_understood(text, path, line) -> None:
    assert lines_of(text)[path] == line
    assert set(lines_of(text)) == set(paths(tomllib.loads(text)))
