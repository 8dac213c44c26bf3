"""A small episode and synthetic takes for the editor's tests. Tones, not voices: nothing here speaks."""

from __future__ import annotations

import numpy as np

from engine.core import (
    Arc,
    Bible,
    Character,
    Cliffhanger,
    Design,
    Episode,
    Line,
    Location,
    Prop,
    Scene,
    Series,
    Shot,
    VoiceDirection,
)
from engine.edit_rules import EditStyle, parse_style
from engine.listening import HeardTake, listen
from models.base import TimedWord
from models.words import words as spoken

RATE = 8_000
VAN = (
    ("insert", "hook", ("char_ivy",), "drop", (("char_silas", "cold", "Your daughter smells of lilies, Conrad."),)),
    ("cu", "reaction", ("char_ivy",), "", ()),
    ("wide", "establish", (), "", ()),
    ("mcu", "pressure", ("char_conrad",), "phone", (("char_conrad", "cold", "I have no daughter."),)),
    ("two", "pressure", ("char_ivy", "char_silas"), "", (
        ("char_ivy", "fear", "Someone pays my rent every March."),
        ("char_silas", "smirk", "Ten million by Friday, or she floats."),
    )),
    ("insert", "insert", (), "", ()),
    ("ots", "pressure", ("char_conrad", "char_silas"), "", (
        ("char_conrad", "rage", "You have the wrong girl. Keep her."),
    )),
    ("cu", "act", ("char_silas",), "door", (("char_silas", "grief", "He left my brother in the river."),)),
    ("cu", "turn", ("char_ivy",), "", (("char_ivy", "shock", "Jonah hated that river."),)),
    ("two", "turn", ("char_silas", "char_ivy"), "", (("char_silas", "rage", "Who gave you that name?"),)),
    ("ecu", "button", ("char_ivy",), "", (("char_ivy", "resolve", "He's asking why you still wear his watch."),)),
)  # fmt: skip


def _character(id: str, name: str) -> Character:
    design = Design(
        hair="long",
        hair_colour="raven",
        eyes="cat",
        eye_colour="jade",
        skin="fair",
        outfit="coat",
        outfit_colour="navy",
    )
    return Character(
        id=id, name=name, full_name=name, role="lead", sex="female", age=23, look="", wardrobe="", design=design,
        voice=VoiceDirection(),
    )  # fmt: skip


def episode(shots: tuple = VAN, number: int = 1, **changes: object) -> Episode:
    """An episode in one van at night; shots are (size, beat, characters, sound, ((speaker, emotion, text), ...))."""
    made = []
    for index, (size, beat, seen, sound, lines) in enumerate(shots):
        id = f"e{number:03d}_s01_sh{(index + 1) * 10:03d}"
        said = tuple(
            Line(id=f"{id}_l{n + 1:02d}", speaker=who, emotion=emotion, text=text)
            for n, (who, emotion, text) in enumerate(lines)
        )
        made.append(
            Shot(
                id=id,
                size=size,
                beat=beat,
                characters=seen,
                sound=sound,
                lines=said,
                action=f"Shot {index + 1}",
                seconds=1.5,
            )
        )
    cliff = Cliffhanger(kind="impossible", question="Whose voice is in the watch?", due=2)
    scene = Scene(id=f"e{number:03d}_s01", location="loc_van_night", mood="tension", shots=tuple(made))
    given = {"title": "The Van", "synopsis": "", "scenes": (scene,), "changes": (), "cliffhanger": cliff, **changes}
    return Episode(number=number, **given)


def series(*episodes: Episode, language: str = "en") -> Series:
    cast = tuple(_character(f"char_{n.casefold()}", n) for n in ("Ivy", "Silas", "Conrad"))
    bible = Bible(
        promise="", logline="", characters=cast,
        locations=(Location(id="loc_van_night", name="Van", plate="car", time="night"),),
        props=(Prop(id="prop_watch", name="watch", kind="watch"),),
    )  # fmt: skip
    return Series(
        title="The Watch Speaks", premise="p", language=language, length=3, seed=7, genre="thriller", bible=bible,
        arc=Arc(engine="bond", question="?", turns=()), episodes=episodes or (episode(),),
    )  # fmt: skip


def take(
    text: str, seed: int, loudness_db: float = -20.0, pitch: float = 200.0, pace: float = 1.0, **given: object
) -> HeardTake:
    """A take of tones, one a word, with its word times: 0.1 s of silence, words, 0.15 s of silence."""
    rng = np.random.default_rng(seed)
    at, heard, parts = 0.1, [], [np.zeros(int(0.1 * RATE))]
    for word in spoken(text) or list(text):
        length = (0.12 + 0.045 * len(word)) / pace
        t = np.arange(int(length * RATE)) / RATE
        tone = np.sin(2 * np.pi * pitch * t) + 0.5 * np.sin(2 * np.pi * 2 * pitch * t)
        parts.append(tone * 10 ** (loudness_db / 20) * 1.26)
        heard.append(TimedWord(word, at, at + length))
        at += length
    parts.append(np.zeros(int(0.15 * RATE)))
    samples = np.concatenate(parts) + rng.normal(0, 10 ** (-75 / 20), sum(map(len, parts)))
    return HeardTake(samples.astype(np.float32), RATE, tuple(heard), **{"voice": "tone", **given})


LOUD = {"rage": -9.0, "shock": -12.0, "cold": -24.0, "grief": -26.0}


def hear(of: Episode, pace: float = 1.0) -> tuple[dict, dict]:
    """What listening makes of an episode's synthetic takes, and their lengths in seconds."""
    takes = {
        line.id: take(line.text, n, LOUD.get(line.emotion, -20.0), pace=pace, voice=line.speaker, emotion=line.emotion)
        for n, line in enumerate(of.lines())
    }
    return listen(takes), {id: len(t.samples) / t.sample_rate for id, t in takes.items()}


RULE = '[[rules]]\nname = "r"\n{extra}when = {{ {when} }}\ndo = [{do}]\n'


def style(when: str = 'on = ["surge"]', do: str = '{ act = "punch_in" }', extra: str = "", head: str = "") -> EditStyle:
    """A style with one rule, whose table begins on line 3 when there is no head."""
    return parse_style(f'name = "t"\n{head}\n' + RULE.format(when=when, do=do, extra=extra), "t.toml")
