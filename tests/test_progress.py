"""What a run says of itself: plain lines in a pipe, bars on a terminal, never on standard output."""

from __future__ import annotations

import io
import sys

import pytest
from rich.console import Console

from engine.batching import Progress
from engine.progress import Counter, Live, Plain, reporter


def tell(progress: Progress) -> None:
    progress.start("voicing", 3)
    progress.advance("voicing", made=True)
    progress.advance("voicing", made=False)
    progress.advance("voicing", made=True)
    progress.start("conforming", 1, "e001")
    progress.within("conforming", 0.5)
    progress.advance("conforming", made=True)
    progress.note("episode 1: [b]out/x[/b]/master.mp4")


def test_plain_lines_say_stage_episode_and_what_was_made() -> None:
    stream = io.StringIO()
    plain = Plain(stream)
    tell(plain)
    first, second, third = stream.getvalue().splitlines()
    assert first.startswith("voicing: 2 made, 1 found, ") and first.endswith(" s")
    assert second.startswith("e001 conforming: 1 made, 0 found, ")
    assert third == "episode 1: [b]out/x[/b]/master.mp4"
    assert (plain.made, plain.found) == (3, 1)


def test_a_stage_that_found_everything_says_nothing() -> None:
    stream = io.StringIO()
    plain = Plain(stream)
    plain.start("framing", 2, "e001")
    plain.advance("framing", made=False)
    plain.advance("framing", made=False)
    plain.start("animating", 0, "e001")
    assert stream.getvalue() == ""


def test_live_bars_show_stage_and_episode_and_leave_text_as_it_is() -> None:
    screen = io.StringIO()
    live = Live(Console(file=screen, force_terminal=True, width=100))
    tell(live)
    live.start("voicing", 2)  # a second wave takes the same bar
    live.advance("voicing", made=True)
    live.close()
    shown = screen.getvalue()
    assert "voicing" in shown and "conforming e001" in shown and "100 %" in shown
    assert "[b]out/x[/b]/master.mp4" in shown
    assert (live.made, live.found) == (4, 1)


def test_bars_come_only_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    plain = reporter()
    assert isinstance(plain, Plain) and plain.stream is sys.stderr
    assert type(reporter(quiet=True)) is Counter
