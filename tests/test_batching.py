"""Find or make: only what is missing reaches the model, in one batch."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from engine.batching import Job, Silent, build
from engine.vault import Made, Vault


def jobs(*texts: str) -> list[Job[str]]:
    return [Job(f"u{t}", {"text": t}, ".txt", t) for t in texts]


def maker(calls: list[list[str]]):
    def make(requests: list[str]) -> Iterable[Made]:
        calls.append(requests)
        for text in requests:
            yield Made(lambda path, text=text: path.write_text(text) and None, "test", {})

    return make


def test_the_model_is_called_once_with_everything_that_is_missing(tmp_path: Path) -> None:
    calls: list[list[str]] = []
    takes = build(Vault(tmp_path), "voicing", jobs("a", "b"), maker(calls), Silent())
    assert {u: t.path.read_text() for u, t in takes.items()} == {"ua": "a", "ub": "b"}
    takes = build(Vault(tmp_path), "voicing", jobs("a", "b", "c"), maker(calls), Silent())
    assert calls == [["a", "b"], ["c"]]
    assert set(takes) == {"ua", "ub", "uc"}


def test_a_second_run_makes_nothing(tmp_path: Path) -> None:
    calls: list[list[str]] = []
    for _ in range(2):
        build(Vault(tmp_path), "voicing", jobs("a"), maker(calls), Silent())
    assert len(calls) == 1


def test_what_was_made_before_a_failure_is_kept(tmp_path: Path) -> None:
    def make(requests: list[str]) -> Iterable[Made]:
        yield Made(lambda path: path.write_text("a") and None, "test", {})
        raise RuntimeError(f"died at {requests[1]}")

    with pytest.raises(RuntimeError):
        build(Vault(tmp_path), "voicing", jobs("a", "b"), make, Silent())
    calls: list[list[str]] = []
    build(Vault(tmp_path), "voicing", jobs("a", "b"), maker(calls), Silent())
    assert calls == [["b"]]


def test_a_model_that_returns_too_few_takes_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        build(Vault(tmp_path), "voicing", jobs("a", "b"), lambda _: iter(()), Silent())
