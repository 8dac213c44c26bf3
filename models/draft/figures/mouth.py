"""Mouths: the rest shape of every expression and the eight visemes. Knows lips and teeth, not speech timing."""

from __future__ import annotations

from dataclasses import dataclass

from models.draft.figures.anatomy import Subject
from models.draft.figures.geometry import Point, between, clipped, ellipse, ink, path
from models.draft.figures.raster import Box

VISEMES = ("closed", "aa", "eh", "ee", "oh", "oo", "fv", "grit")

_INSIDE, _TONGUE, _TEETH, _LOW_TEETH = "#4a1220", "#c4545e", "#fffaf2", "#efe6df"


@dataclass(frozen=True)
class _Closed:
    """Lips together: how far each corner is lifted (minus is up) and the width as a factor."""

    left: float = 0
    right: float = 0
    wide: float = 1
    lips: float = 1
    wave: float = 0


@dataclass(frozen=True)
class _Open:
    """Half-width as a factor; heights of the middle of the upper and lower edge and of the corners; teeth share."""

    wide: float
    top: float
    bottom: float
    corner: float
    teeth: float = 0.24
    tongue: bool = True
    low_teeth: bool = False
    wave: float = 0


_CLOSED = {
    "closed": _Closed(),
    "smile": _Closed(-13, -13, 1.08),
    "smirk": _Closed(3, -19, 0.96),
    "frown": _Closed(13, 13, 0.92, wave=2),
    "thin": _Closed(3, 3, 0.96, 0.72),
    "firm": _Closed(4, 4, 1.02, 0.86),
    "scowl": _Closed(16, 13, 0.98, 0.84, wave=-2),
}
_OPEN = {
    "aa": _Open(0.72, -13, 40, -2),
    "eh": _Open(0.82, -9, 26, -1, 0.34),
    "ee": _Open(1.0, -5, 18, -5, 0.62, tongue=False),
    "oh": _Open(0.50, -16, 31, 4, 0.16),
    "oo": _Open(0.32, -9, 16, 2, 0, tongue=False),
    "fv": _Open(0.66, -7, 9, -1, 0.75, tongue=False),
    "grit": _Open(0.95, -12, 18, 3, 0.92, tongue=False),
    "shout": _Open(0.96, -21, 52, 2, 0.22, low_teeth=True),
    "gasp": _Open(0.46, -16, 42, 12, 0.18, tongue=False),
    "grin": _Open(1.0, -4, 30, -13, 0.44),
    "laugh": _Open(1.06, -8, 42, -16, 0.30),
    "sob": _Open(0.80, -10, 22, 14, 0.40, wave=3),
    "tremble": _Open(0.74, -7, 15, 7, 0.80, tongue=False, wave=3),
    "part": _Open(0.52, -6, 12, 3, 0.5, tongue=False),
}
_LIFT = {"joy": -8, "triumph": -8, "tender": -5, "grief": 6, "tears": 8, "rage": 3, "anger": 4, "fear": 4, "plead": 4}
"""How the mood pulls the corners of a speaking mouth."""


def _at(who: Subject, x: float, y: float) -> Point:
    return who.turn.face(x, who.body.mouth_y + y, 190 - 0.006 * x * x)


def _row(who: Subject, points: list[Point]) -> list[Point]:
    return [_at(who, x, y) for x, y in points]


def _lips(who: Subject, shape: _Closed, w: float) -> str:
    """Two lip bodies around the line of a closed mouth; a man's and a child's are faint."""
    a, left, right = who.body, shape.left, shape.right
    h = a.lip_h * shape.lips
    faint = 1.0 if a.female and not a.child else 0.72
    line = [
        (-w, left),
        (-w * 0.5, 2 + left * 0.3),
        (-w * 0.18, -1),
        (0, 2.5),
        (w * 0.18, -1),
        (w * 0.5, 2 + right * 0.3),
    ]
    line = _row(who, [*line, (w * 1.02, right)])
    top = [(-w * 0.9, left * 0.9), (-w * 0.42, -h * 0.62 + left * 0.2), (-w * 0.14, -h), (0, -h * 0.62), (w * 0.14, -h)]
    top = _row(who, [*top, (w * 0.42, -h * 0.62 + right * 0.2), (w * 0.9, right * 0.9)])
    low = [(w * 0.84, right * 0.84), (w * 0.46, h + right * 0.2), (0, h * 1.45), (-w * 0.46, h + left * 0.2)]
    low = _row(who, [*low, (-w * 0.84, left * 0.84)])
    out = path(between(top, line[::-1]), who.skin.lip_top, opacity=faint)
    out += path(between(line, low), who.skin.lip, opacity=faint)
    gloss = 0.5 if a.female else 0.22
    return out + ellipse(_at(who, -7, h * 0.74), w * 0.26, h * 0.2, "#fff", gloss)


def _closed(who: Subject, shape: _Closed) -> str:
    a, skin = who.body, who.skin
    w, h = a.mouth_w * shape.wide, a.lip_h * 1.42
    out = "" if a.child else _lips(who, shape, w)
    line = [(-w, shape.left), (-w * 0.5, 2 + shape.left * 0.3 - shape.wave), (-w * 0.18, -1 + shape.wave), (0, 2.5)]
    line += [(w * 0.18, -1 - shape.wave), (w * 0.5, 2 + shape.right * 0.3 + shape.wave), (w * 1.02, shape.right)]
    out += ink(_row(who, line), 5.6 if a.female else 6.4, skin.lip_line, "taper")
    for side, lift in ((-1, shape.left), (1, shape.right)):
        out += ink(
            _row(who, [(side * w * 0.88, lift * 0.9 + 1), (side * w * 1.1, lift - 1)]), 3.6, skin.lip_line, count=8
        )
    out += ink(_row(who, [(-w * 0.36, h + 9), (0, h + 13), (w * 0.36, h + 9)]), 5 if a.female else 7, skin.shade)
    if shape.right < -10:
        dimple = [(w * 1.12, shape.right - 12), (w * 1.22, shape.right + 2), (w * 1.14, shape.right + 14)]
        out += ink(_row(who, dimple), 4, skin.ink, "taper", 0.8)
    if shape.left > 8:
        out += ink(_row(who, [(-18, h + 20), (0, h + 15), (18, h + 20)]), 3, skin.ink, "taper", 0.7)
    return out


def _open(who: Subject, shape: _Open, lift: float) -> str:
    a, skin = who.body, who.skin
    w, corner = a.mouth_w * shape.wide, shape.corner + lift
    size = 0.8 if a.child else 1.0
    top_y, low_y = shape.top * size, shape.bottom * size
    top = [(-w, corner), (-w * 0.46, top_y - shape.wave), (0, top_y + 3), (w * 0.46, top_y + shape.wave), (w, corner)]
    fall = corner + (low_y - corner) * 0.52
    low = [(w * 0.88, fall), (w * 0.48, low_y * 0.92), (0, low_y), (-w * 0.48, low_y * 0.92), (-w * 0.88, fall)]
    upper, lower = _row(who, top), _row(who, low)
    hole = between(upper, lower)
    height = low_y - min(top_y, corner)
    rouge, weight = (skin.lip, 16) if a.female and not a.child else (skin.deep, 7)
    out = path(hole, "none", rouge, weight, 0.95 if a.female else 0.6)
    inner = path(hole, _INSIDE)
    if shape.tongue:
        inner += ellipse(_at(who, 0, low_y + height * 0.04), w * 0.62, height * 0.36, _TONGUE)
    if shape.teeth:
        edge = [(x, y + height * shape.teeth) for x, y in upper[::-1]]
        inner += path(between([(x, y - 8) for x, y in upper], edge), _TEETH)
    if shape.low_teeth:
        edge = [(x, y - height * 0.15) for x, y in lower[::-1]]
        inner += path(between([(x, y + 6) for x, y in lower], edge), _LOW_TEETH)
    out += clipped(hole, inner) + ink(upper, 5.6, skin.lip_line) + ink(lower, 4.2, skin.lip_line)
    return out + ink(_row(who, [(-w * 0.4, low_y + 15), (0, low_y + 20), (w * 0.4, low_y + 15)]), 6, skin.shade)


def draw_mouth(who: Subject, shape: str) -> str:
    """A viseme, or 'rest': the expression's own mouth."""
    resting = shape == "rest"
    name = who.face.mouth if resting else shape
    if name in _CLOSED:
        form = _CLOSED[name]
        lift = 0 if resting else _LIFT.get(who.emotion, 0)
        return _closed(who, _Closed(form.left + lift, form.right + lift, form.wide, form.lips, form.wave))
    return _open(who, _OPEN[name], 0 if resting else _LIFT.get(who.emotion, 0) * 0.8)


def mouth_box(who: Subject) -> Box:
    x, y = _at(who, 0, 0)
    return (x - who.body.mouth_w * 1.6, y - 48, x + who.body.mouth_w * 1.6, y + 92)
