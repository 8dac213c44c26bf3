"""`cliffhanger voices add | list | show | remove`: what a person types and reads, and what is refused before it costs."""

from __future__ import annotations

import datetime as dt
import importlib.util
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine import voice_commands, wav
from engine.cli import run
from engine.config import load_profile
from engine.core import UserError
from models import own_voices, registry
from models.bark.presets import Preset, load_preset, write_preset
from models.settings import Backing, Weight

TODAY = dt.date.today()
CONSENT = f"""
person = "Mei Lin"
date = {TODAY - dt.timedelta(days=3)}
statement = "I agree that my voice is cloned from my recording and speaks in your dramas."
contact = "mei@example.org"
expires = 2199-12-31
commercial = true
"""


class Cloner:
    """Stands where models stand; its voices are real presets."""

    def __init__(self) -> None:
        self.made_with = {"voice": "suno/bark@1", "hubert": "h@2", "quantiser": "q@3"}
        self.heard: list[tuple[int, int]] = []

    def clone(self, samples_24k: Sequence[Any], samples_16k: Sequence[Any]) -> list[Preset]:
        self.heard += [(len(a), len(b)) for a, b in zip(samples_24k, samples_16k, strict=True)]
        fine = np.arange(8 * 225).reshape(8, 225) % 1024
        return [Preset(np.arange(149), fine[:2], fine) for _ in samples_24k]

    def write(self, path: Path, preset: Preset) -> None:
        write_preset(path, preset)


@pytest.fixture
def cloner(monkeypatch: pytest.MonkeyPatch) -> Cloner:
    made = Cloner()
    monkeypatch.setattr(voice_commands, "cloner_of", lambda profile: made)
    return made


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a recording and a consent record."""
    monkeypatch.setenv("CLIFFHANGER_VOICES", str(tmp_path / "voices"))
    x = np.arange(4 * 48_000) / 48_000
    tone = (0.2 * np.sin(2 * np.pi * 150 * x + 4 * np.sin(18 * x))).astype(np.float32)
    wav.write_wav(tmp_path / "mei.wav", tone[np.newaxis], 48_000)
    (tmp_path / "mei.toml").write_text(CONSENT)
    return tmp_path


def typed(desk: Path, *more: str, name: str = "mei", licence: str = "for our dramas") -> int:
    audio, consent = str(desk / "mei.wav"), str(desk / "mei.toml")
    return run(["voices", "add", name, "--audio", audio, "--consent", consent, "--licence", licence, *more])


def test_adding_a_voice_prints_all_that_was_recorded(
    desk: Path, cloner: Cloner, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(desk) == 0
    rows = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines() if " " in line)
    assert rows["voice"] == "own/mei" and rows["person"] == "Mei Lin"
    assert rows["consent"] in (f"{TODAY - dt.timedelta(days=3)}, until 2199-12-31",) or rows["consent"].startswith(
        "sha256"
    )
    assert rows["licence"] == "for our dramas" and rows["commercial"] == "use  yes"
    assert rows["statement"].startswith("I agree that my voice") and rows["contact"] == "mei@example.org"
    assert rows["recording"].startswith("4.0 s, sha256 ") and rows["recording"].endswith(", not kept")
    assert rows["made"] == "with       voice suno/bark@1, hubert h@2, quantiser q@3"
    assert rows["cast"] == "it as 'own/mei'"
    assert cloner.heard == [(96_000, 64_000)]
    assert load_preset(own_voices.voice("mei").preset, "own/mei").fine.shape == (8, 225)


def test_list_show_and_remove_follow(desk: Path, cloner: Cloner, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["voices", "list"]) == 0
    assert capsys.readouterr().out == f"no voices of your own are in {desk / 'voices'}\n"
    typed(desk)
    shown = capsys.readouterr().out
    typed(desk, "--no-commercial", name="quiet")
    capsys.readouterr()
    assert run(["voices", "list"]) == 0
    day = TODAY - dt.timedelta(days=3)
    assert capsys.readouterr().out.splitlines() == [
        f"own/mei  Mei Lin, {day}, until 2199-12-31, commercial use, for our dramas",
        f"own/quiet  Mei Lin, {day}, until 2199-12-31, no commercial use, for our dramas",
        f"2 of your own are in {desk / 'voices'}",
    ]
    assert run(["voices", "show", "mei"]) == 0
    assert shown.startswith(capsys.readouterr().out)
    assert run(["voices", "remove", "mei"]) == 0
    assert capsys.readouterr().out == f"removed {desk / 'voices' / 'mei'}\n"
    assert run(["voices", "show", "mei"]) == 2
    assert (
        "voice 'own/mei' may not be used: there is no such voice here (there are: own/quiet)" in capsys.readouterr().err
    )


def test_a_voice_that_may_not_speak_is_listed_with_the_reason(
    desk: Path, cloner: Cloner, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(desk)
    capsys.readouterr()
    (desk / "voices" / "mei" / "consent.toml").write_text(CONSENT.replace("2199", "2198"))
    assert run(["voices", "list"]) == 0
    assert "own/mei  NOT USABLE: its consent record was changed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "mei.toml: the consent record is empty"),
        (CONSENT.replace("2199-12-31", str(TODAY - dt.timedelta(days=1))), "the consent of Mei Lin expired on"),
        (CONSENT + "colour = 'red'", "'colour' is not one of person, date, statement, contact, expires"),
        (None, "mei.toml cannot be read: No such file"),
    ],
)
def test_without_a_consent_that_holds_nothing_is_heard_or_kept(
    desk: Path, cloner: Cloner, capsys: pytest.CaptureFixture[str], text: str | None, says: str
) -> None:
    (desk / "mei.toml").unlink()
    if text is not None:
        (desk / "mei.toml").write_text(text)
    assert typed(desk) == 2
    told = capsys.readouterr().err
    assert says in told and told.count("\n") == 1
    assert cloner.heard == [] and not (desk / "voices").exists()


def test_consent_recording_and_terms_must_be_given(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for missing in ("--audio", "--consent", "--licence"):
        arguments = [a for o in ("--audio", "--consent", "--licence") if o != missing for a in (o, "x")]
        assert run(["voices", "add", "mei", *arguments]) == 2
        assert f"Missing option '{missing}'" in capsys.readouterr().err


def test_what_costs_nothing_is_refused_before_weights_are_looked_for(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def never(profile: str) -> Any:
        raise AssertionError("weights were looked for")

    monkeypatch.setattr(voice_commands, "cloner_of", never)
    assert typed(desk, name="No Name") == 2
    assert "'No Name' is no name for a voice" in capsys.readouterr().err
    (desk / "mei.wav").write_text("no sound")
    assert typed(desk) == 2
    assert "is not a media file" in capsys.readouterr().err


def test_a_licence_of_two_lines_leaves_nothing(desk: Path, cloner: Cloner, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(desk, licence="a\nb") == 2
    assert "licence: must be one line of plain text" in capsys.readouterr().err
    assert own_voices.names() == []


def test_a_profile_whose_voice_cannot_be_cloned_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.TABLE, "cloner", {"bark": "models.bark.cloning:BarkCloner"})
    with pytest.raises(
        UserError, match=r"profile draft speaks with 'espeak', whose voices cannot be cloned: .*\(bark\)"
    ):
        voice_commands.cloner_of("draft")


def test_a_profile_without_the_weights_is_told_which(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    settings = load_profile("tiny").settings
    spoken = SimpleNamespace(name="mine", voice="bark", settings=settings, models={}, asked="mine")
    monkeypatch.setitem(registry.TABLE, "cloner", {"bark": "models.bark.cloning:BarkCloner"})
    monkeypatch.setattr(voice_commands, "load_profile", lambda name: spoken)
    with pytest.raises(UserError, match="the profile names no weights for 'voice': add it below"):
        voice_commands.cloner_of("mine")


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="needs torch")
def test_a_voice_is_made_from_end_to_end_with_tiny_models(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import torch

    from models.tiny.hubert import make_hubert
    from models.tiny.voices import make_bark

    torch.set_num_threads(1)
    for name, make in (("bark", make_bark), ("hubert", make_hubert)):
        (desk / name).mkdir()
        make(desk / name)

    def weight(name: str) -> Weight:
        return Weight(f"tiny-{name}", desk / name, f"local/{name}", "1", "Apache-2.0", True)

    settings = load_profile("tiny").settings
    assert settings is not None
    whole = {"voice": weight("bark"), "hubert": weight("hubert"), "quantiser": weight("hubert")}
    monkeypatch.setitem(registry.TABLE, "cloner", {"bark": "models.bark.cloning:BarkCloner"})
    monkeypatch.setattr(
        voice_commands, "load_profile", lambda name: SimpleNamespace(name=name, voice="bark", settings=settings)
    )
    monkeypatch.setattr(voice_commands, "backing", lambda profile, settings, roles: Backing(whole, settings))
    assert typed(desk, "--profile", "tiny") == 0, capsys.readouterr().err
    kept = own_voices.voice("mei")
    preset = load_preset(kept.preset, kept.id)
    assert preset.semantic.shape == (199,) and preset.fine.shape == (8, 300)
    assert kept.record.made_with == {
        r: f"local/{w}@1" for r, w in zip(whole, ("bark", "hubert", "hubert"), strict=True)
    }
    assert kept.rights.commercial_use and kept.rights.consent.startswith("consent of Mei Lin, ")
