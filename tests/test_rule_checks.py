"""Rules that could never fire are refused, each on its line and with its reason; their neighbours that can are not."""

from __future__ import annotations

import pytest

from engine.core import UserError
from engine.edit_rules import parse_style
from tests.editing import RULE, style


def footage(when: str = 'on = ["surge"]', do: str = '{ act = "punch_in" }', extra: str = "", head: str = "") -> object:
    rule = RULE.format(when=when, do=do, extra=extra).replace("[[rules]]", "[[footage.rules]]")
    return parse_style(f'name = "t"\n{head}\n' + rule, "t.toml")


CUT = '{ act = "cut", to = "closer" }'


@pytest.mark.parametrize(
    ("impossible", "possible", "told"),
    [
        (
            'on = ["shot"], strength = [0.0, 0.9]',
            'on = ["shot", "surge"], strength = [0.0, 0.9]',
            "always has a strength",
        ),
        ('on = ["surge"], since_cut = 75.0', 'on = ["surge"], since_cut = 74.0', "an episode lasts 75 s at most"),
        ('on = ["shot"], since_cut = 0.1', 'on = ["shot", "surge"], since_cut = 0.1', "'shot' is itself a cut"),
        ('on = ["freeze"], since_cut = 1.0', 'on = ["freeze"], since_cut = 0.0', "'freeze' is itself a cut"),
        (
            'on = ["freeze"], position = [0.0, 0.9]',
            'on = ["freeze"], position = [0.9, 1.0]',
            "the freeze comes between 0.9",
        ),
        (
            'on = ["freeze"], position = [0.98, 1.0]',
            'on = ["surge"], position = [0.98, 1.0]',
            "the freeze comes between",
        ),
        (
            'on = ["line"], cliffhanger = true',
            'on = ["line", "time"], cliffhanger = true',
            "'line' is never the last line",
        ),
        ('on = ["cliffhanger"], cliffhanger = false', 'on = ["line"], cliffhanger = false', "is always the last line"),
        ('on = ["line"], speaking = false', 'on = ["line"], speaking = true', "at 'line' somebody always speaks"),
        ('on = ["freeze"], speaking = true', 'on = ["freeze"], speaking = false', "nobody speaks at the freeze"),
        ('on = ["freeze"], speaker_change = true', 'on = ["time"], speaker_change = true', "while nobody speaks"),
        (
            'on = ["time"], speaking = false, speaker_change = true',
            'on = ["time"], speaker_change = true',
            "speaker_change =",
        ),
        (
            'on = ["time"], speaking = false, cliffhanger = true',
            'on = ["time"], cliffhanger = true',
            "cliffhanger = true can",
        ),
        (
            'on = ["time"], speaking = false, arousal = [0.6, 1.0]',
            'on = ["time"], arousal = [0.6, 1.0]',
            "arousal is 0.5",
        ),
        ('on = ["beat"]', 'on = ["time"]', "an episode has no 'beat' events: choose from onset"),
        ('on = ["onset"], angles = 2', 'on = ["onset"], shared = true', "an episode cannot be asked for 'angles'"),
        ('on = ["onset"], speech = true', 'on = ["onset"], speaking = true', "an episode cannot be asked for 'speech'"),
        (
            'on = ["onset"], tension = [0, 1]',
            'on = ["onset"], arousal = [0, 1]',
            "an episode cannot be asked for 'tension'",
        ),
    ],
)
def test_in_an_episode_what_never_happens_is_refused(impossible, possible, told) -> None:
    with pytest.raises(UserError, match=r"^t\.toml:5: rules\.1 'r': when\.") as error:
        style(when=impossible)
    assert told in str(error.value)
    assert style(when=possible).rules


@pytest.mark.parametrize(
    ("impossible", "possible", "told"),
    [
        (
            'on = ["time", "end"], strength = [0.0, 0.9]',
            'on = ["beat"], strength = [0.0, 0.9]',
            "'time' or 'end' always has",
        ),
        (
            'on = ["onset"], speech = false, speaker_change = true',
            'on = ["onset"], speech = false',
            "where nobody speaks",
        ),
        ('on = ["end"], cliffhanger = false', 'on = ["end"], cliffhanger = true', "the end always belongs to the last"),
        ('on = ["line"]', 'on = ["passage"]', "footage has no 'line' events: choose from onset, surge"),
        (
            'on = ["onset"], sizes = ["cu"]',
            'on = ["onset"], angles = 2',
            "footage cannot be asked for 'sizes': choose from",
        ),
        (
            'on = ["onset"], speaking = false, speech = true',
            'on = ["onset"], speech = true',
            "cannot be asked for 'speaking'",
        ),
    ],
)
def test_in_footage_what_never_happens_is_refused(impossible, possible, told) -> None:
    with pytest.raises(UserError, match=r"^t\.toml:5: footage\.rules\.1 'r': when\.") as error:
        footage(when=impossible)
    assert told in str(error.value)
    assert footage(when=possible)


@pytest.mark.parametrize(
    ("make", "impossible", "possible", "told"),
    [
        (style, {"extra": "cooldown = 30\nper_minute = 10\n"}, {"extra": "cooldown = 6\nper_minute = 10\n"}, "cannot be re"),
        (style, {"when": 'on = ["shot"]', "do": CUT}, {"when": 'on = ["shot", "line"]', "do": CUT}, "no room for another"),
        (style, {"do": f"{CUT}, {CUT}"}, {"do": CUT}, "can cut only once"),
        (style, {"do": '{ act = "panels" }, { act = "leak" }'}, {"do": '{ act = "panels" }'}, "split panels stand alone"),
        (style, {"do": '{ act = "panels" }, ' + CUT}, {"do": '{ act = "panels" }'}, "split panels stand alone"),
        (
            style, {"do": '{ act = "leak" }, { act = "tone" }, { act = "focus" }'},
            {"do": '{ act = "leak" }, { act = "tone" }, { act = "shake" }'}, "3 effects over the picture at once, at most 2",
        ),
        (
            style, {"head": "[limits]\nwhooshes_per_minute = 0\n", "do": '{ act = "hit", kind = "whoosh" }'},
            {"head": "[limits]\nwhooshes_per_minute = 1\n", "do": '{ act = "hit", kind = "whoosh" }'}, "the style allows none",
        ),
        (
            style, {"head": "[limits]\npanels_per_minute = 0\n", "do": '{ act = "panels" }'},
            {"head": "[limits]\npanels_per_minute = 0\n", "do": '{ act = "leak" }'}, "the style allows none (panels_per",
        ),
        (
            style, {"do": ", ".join(['{ act = "hold", seconds = 1.5 }'] * 3)},
            {"do": ", ".join(['{ act = "hold", seconds = 1.5 }'] * 2)}, "holds 4.5 s, and the style leaves 3.5 s",
        ),
        (style, {"do": '{ act = "cut", to = "reaction" }'}, {"do": '{ act = "cut", to = "listener" }'}, "no 'reaction' to cut"),
        (footage, {"do": '{ act = "cut", to = "listener" }'}, {"do": '{ act = "cut", to = "reaction" }'}, "no 'listener' to c"),
        (footage, {"when": 'on = ["end"]', "do": CUT}, {"when": 'on = ["end", "drop"]', "do": CUT}, "no room for a cut at the"),
        (footage, {"do": '{ act = "lead" }'}, {"do": CUT + ', { act = "lead" }'}, "'lead' shifts the sound of a cut, and the"),
        (footage, {"do": CUT + ', { act = "lead" }, { act = "lag" }'}, {"do": CUT + ', { act = "lag" }'}, "either 'lead' or"),
        (
            footage, {"do": CUT + ', { act = "lag", seconds = 1.0 }'}, {"do": CUT + ', { act = "lag", seconds = 0.9 }'},
            "do.2.seconds: 1 s is no less than a clip (1 s)",
        ),
        (footage, {"do": '{ act = "speed", factor = 2.0 }, { act = "hold", seconds = 0.5 }'}, {}, "either 'hold' or 'speed'"),
        (footage, {"do": ", ".join(['{ act = "speed", factor = 2.0 }'] * 2)}, {}, "two speeds at once"),
        (footage, {"do": '{ act = "speed", factor = 1.0 }'}, {"do": '{ act = "speed", factor = 1.1 }'}, "1 changes nothing"),
        (footage, {"do": '{ act = "zoom", zoom = 0.4 }'}, {"do": '{ act = "zoom", zoom = 0.35 }'}, "style's most_zoom = 0.35"),
        (footage, {"do": CUT.replace("}", ", zoom = 0.4 }")}, {"do": CUT}, "do.1.zoom: 0.4 is closer than the style's"),
        (
            footage, {"head": "[footage]\nheld_per_minute = 0\n", "do": '{ act = "hold", seconds = 0.2 }'},
            {"head": "[footage]\nheld_per_minute = 1\n", "do": '{ act = "hold", seconds = 0.2 }'}, "the style leaves 0 s for h",
        ),
    ],
)  # fmt: skip
def test_acts_that_cannot_be_together_or_afforded_are_refused(make, impossible, possible, told) -> None:
    with pytest.raises(UserError) as error:
        make(**impossible)
    assert told in str(error.value)
    assert str(error.value).startswith("t.toml:") and " 'r': " in str(error.value)
    assert make(**possible)


def test_a_shift_as_long_as_a_clip_and_a_zoom_on_its_own_line_are_found_there() -> None:
    with pytest.raises(UserError, match=r"^t\.toml:8: footage\.rules\.1 'r': do\.2\.zoom: 0\.5 is closer"):
        footage(do='\n{ act = "shake" },\n{ act = "punch_in", zoom = 0.5 }')
