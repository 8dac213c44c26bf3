"""Mouths: the rest shape of every expression and the eight visemes. Knows lips and teeth, not speech timing."""

from __future__ import annotations

from dataclasses import dataclass

from models.draft.figures.anatomy import Subject
from models.draft.figures.geometry import Point, between, clipped, ellipse, ink, path, shaded, soft
from models.draft.figures.raster import Box

VISEMES = ("closed", "aa", "eh", "ee", "oh", "oo", "fv", "grit")

PURSED = 0.54
"""Mouths less wide than this are round, with lips at their sides too."""

_DEEP, _INSIDE, _TONGUE, _TONGUE_LINE = "#2a0812", "#74222f", "#d3626b", "#a23c48"
_TEETH, _TEETH_SHADE, _LOW_TEETH = "#fcf6f1", "#b59aa8", "#ece0da"


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
    """Half-width as a factor; heights of the middle of the upper and lower edge and of the corners; teeth's share.

    `slant` lifts the viewer's right corner above the left one; `clench` shows both rows of teeth meeting."""

    wide: float
    top: float
    bottom: float
    corner: float
    teeth: float = 0.22
    tongue: bool = True
    low_teeth: bool = False
    wave: float = 0
    slant: float = 0
    clench: bool = False


_CLOSED = {
    "closed": _Closed(),
    "smile": _Closed(-13, -13, 1.1),
    "smirk": _Closed(4, -21, 1.0),
    "frown": _Closed(13, 13, 0.88, wave=2),
    "thin": _Closed(3, 3, 0.96, 0.72),
    "firm": _Closed(5, 5, 1.06, 0.7),
}
_OPEN = {
    "aa": _Open(0.74, -12, 40, -1),
    "eh": _Open(0.84, -9, 27, -2, 0.30),
    "ee": _Open(1.02, -5, 20, -6, 0.56, tongue=False),
    "oh": _Open(0.52, -15, 32, 6, 0.13),
    "oo": _Open(0.34, -8, 17, 4, 0, tongue=False),
    "fv": _Open(0.66, -6, 10, -1, 0.80, tongue=False),
    "grit": _Open(0.98, -10, 20, 3, tongue=False, clench=True),
    "shout": _Open(0.94, -20, 52, 4, 0.18, low_teeth=True),
    "snarl": _Open(0.84, -6, 15, 9, tongue=False, clench=True, slant=5),
    "gasp": _Open(0.48, -18, 46, 14, 0, tongue=True),
    "grin": _Open(1.08, -2, 40, -13, 0.34),
    "laugh": _Open(1.06, -4, 32, -10, 0.46, slant=13),
    "sob": _Open(0.86, -10, 26, 15, 0.26, wave=4),
    "tremble": _Open(0.82, -6, 17, 8, tongue=False, wave=4, clench=True),
    "part": _Open(0.56, -5, 14, 5, 0.42, tongue=False),
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


def _round(u: float) -> float:
    """Height of a rounded arch over -1..1."""
    return max(0.0, 1 - abs(u) ** 2.6) ** 0.62


class _Hole:
    """The opening between the lips: its two edges and how high things in it sit."""

    def __init__(self, who: Subject, shape: _Open, lift: float) -> None:
        a, size = who.body, 0.8 if who.body.child else 1.0
        self.who, self.w, self.wave = who, a.mouth_w * shape.wide, shape.wave
        self.pursed = shape.wide < PURSED
        self.left, self.right = shape.corner + lift + shape.slant * 0.5, shape.corner + lift - shape.slant
        self.top, self.low = shape.top * size, shape.bottom * size
        self.height = self.low - min(self.top, (self.left + self.right) / 2)
        self.upper = [(u * self.w, self.roof(u)) for u in (-1.0, -0.55, 0.0, 0.55, 1.0)]
        self.lower = [(u * self.w, self.floor(u)) for u in (0.88, 0.5, 0.0, -0.5, -0.88)]

    def _corner(self, u: float) -> float:
        return self.left + (self.right - self.left) * (u + 1) / 2

    def roof(self, u: float) -> float:
        wave = self.wave * (1 if u > 0 else -1) if 0 < abs(u) < 1 else 0
        if self.pursed:
            return self._corner(u) + (self.top - self._corner(u)) * _round(u)
        bow = 0.0 if u else 2.0
        return self._corner(u) * u * u + (self.top + bow) * (1 - u * u) + wave

    def floor(self, u: float) -> float:
        corner = self._corner(u)
        return corner + (self.low - corner) * _round(u)

    def row(self, points: list[Point]) -> list[Point]:
        return _row(self.who, points)

    @property
    def outline(self) -> str:
        return between(self.row(self.upper), self.row(self.lower))


def _lip_bodies(hole: _Hole) -> str:
    """Lips around an open mouth: a bow above, fullest in the middle below, none at the corners."""
    a, skin, w = hole.who.body, hole.who.skin, hole.w
    full = a.lip_h * (0.95 if a.female else 0.75) * (0.45 if a.child else 1)
    peak, dip = (0.85, 0.8) if hole.pursed else (1.05, 0.72)
    bow = [(-1.06, -0.1), (-0.55, 0.62), (-0.2, peak), (0.0, dip), (0.2, peak), (0.55, 0.62), (1.06, -0.1)]
    above = [(u * w, hole.roof(max(-1.0, min(1.0, u))) - share * full) for u, share in bow]
    swell = [(0.98, 0.35), (0.52, 0.95), (0.0, 1.2), (-0.52, 0.95), (-0.98, 0.35)]
    below = [(u * w, hole.floor(u) + share * full) for u, share in swell]
    strength = 1.0 if a.female and not a.child else 0.62
    out = path(hole.outline, "none", skin.lip, full * 0.9, strength) if hole.pursed else ""
    middle = [(w, hole.right), (0, (hole.top + hole.low) / 2), (-w, hole.left)]
    out += path(between(hole.row(above), hole.row(middle)), skin.lip_top, opacity=strength)
    out += path(between(hole.row(middle[::-1]), hole.row(below)), skin.lip, opacity=strength)
    if a.female and not a.child:
        out += ellipse(_at(hole.who, -w * 0.16, hole.low + full * 0.62), w * 0.2, full * 0.17, "#fff", 0.55)
    return out


def _arc(hole: _Hole, share: float) -> list[Point]:
    """A row of teeth's edge: it follows the jaw, not the lips."""
    reach = hole.height * share
    return [
        (u * hole.w, hole.roof(u) - (hole.wave if u > 0 else -hole.wave if u else 0) + reach * (1 - 0.5 * u * u))
        for u in (-0.96, -0.5, 0.0, 0.5, 0.96)
    ]


def _clenched(hole: _Hole) -> str:
    inner = path(hole.outline, _TEETH)
    middle = [(x, (hole.roof(x / hole.w) + hole.floor(x / hole.w)) / 2) for x in (-0.8 * hole.w, 0, 0.8 * hole.w)]
    inner += ink(hole.row(middle), 3.4, _TEETH_SHADE, "flat", 0.9, 12)
    for u in (-0.62, -0.36, -0.12, 0.12, 0.36, 0.62):
        gap = [(u * hole.w, hole.roof(u)), (u * hole.w, hole.floor(u))]
        inner += ink(hole.row(gap), 2.2, _TEETH_SHADE, "flat", 0.6, 4)
    return inner


def _teeth(hole: _Hole, shape: _Open) -> str:
    out, brow = "", [(x, y - 12) for x, y in hole.upper]
    if shape.teeth:
        edge = hole.row(_arc(hole, shape.teeth))
        out += path(between(hole.row(brow), edge[::-1]), _TEETH)
        out += path(between(hole.row(brow), hole.row(_arc(hole, shape.teeth * 0.28))[::-1]), _TEETH_SHADE, opacity=0.5)
    if shape.low_teeth:
        edge = [
            (u * hole.w, hole.floor(u) - hole.height * 0.13 * (1 - 0.5 * u * u)) for u in (0.8, 0.4, 0.0, -0.4, -0.8)
        ]
        out += path(between(hole.row([(x, y + 8) for x, y in hole.lower]), hole.row(edge)[::-1]), _LOW_TEETH)
    return out


def _tongue(hole: _Hole) -> str:
    rise = hole.height * 0.36
    out = ellipse(_at(hole.who, 0, hole.low + rise * 0.12), hole.w * 0.64, rise, _TONGUE)
    out += soft(_at(hole.who, -hole.w * 0.14, hole.low - rise * 0.5), hole.w * 0.34, rise * 0.4, "#f6a0a2", 0.8)
    line = [(0, hole.low - rise * 0.62), (0, hole.low)]
    return out + ink(hole.row(line), 3.4, _TONGUE_LINE, "in", 0.7, 6)


def _open(who: Subject, shape: _Open, lift: float) -> str:
    a, skin, hole = who.body, who.skin, _Hole(who, shape, lift)
    outline, top, low = hole.outline, _at(who, 0, hole.top), _at(who, 0, hole.low)
    inner = shaded(outline, [(0, _DEEP, 1), (1, _INSIDE, 1)], top, low)
    if shape.clench:
        inner = _clenched(hole)
    inner += (_tongue(hole) if shape.tongue else "") + _teeth(hole, shape)
    out = _lip_bodies(hole) + clipped(outline, inner)
    out += ink(hole.row(hole.upper), 5.2 if a.female else 6, skin.lip_line, count=28)
    edge = [(hole.w, hole.right), *hole.lower, (-hole.w, hole.left)]
    out += ink(hole.row(edge), 3.4 if a.female else 4, skin.lip_line, count=28)
    under = hole.low + a.lip_h * (1.9 if a.female else 1.5)
    out += ink(_row(who, [(-hole.w * 0.36, under), (0, under + 5), (hole.w * 0.36, under)]), 5, skin.shade)
    return out + _dimples(hole)


def _dimples(hole: _Hole) -> str:
    """The folds beside corners that are drawn up."""
    out = ""
    for side, corner in ((-1, hole.left), (1, hole.right)):
        if corner < -11:
            x = side * hole.w
            fold = [(x * 1.1, corner - 11), (x * 1.19, corner + 1), (x * 1.12, corner + 12)]
            out += ink(hole.row(fold), 4, hole.who.skin.ink, "taper", 0.75, 10)
    return out


def _wet(who: Subject) -> str:
    """Tears on the lower lip."""
    y = _OPEN["sob"].bottom + who.body.lip_h * 0.7
    return ellipse(_at(who, who.body.mouth_w * 0.2, y), 7, 4, "#fff", 0.9)


def draw_mouth(who: Subject, shape: str) -> str:
    """A viseme, or 'rest': the expression's own mouth."""
    resting = shape == "rest"
    name = who.face.mouth if resting else shape
    if name in _CLOSED:
        form = _CLOSED[name]
        lift = 0 if resting else _LIFT.get(who.emotion, 0)
        return _closed(who, _Closed(form.left + lift, form.right + lift, form.wide, form.lips, form.wave))
    drawn = _open(who, _OPEN[name], 0 if resting else _LIFT.get(who.emotion, 0) * 0.8)
    return drawn + _wet(who) if resting and "streams" in who.face.marks else drawn


def mouth_box(who: Subject) -> Box:
    x, y = _at(who, 0, 0)
    return (x - who.body.mouth_w * 1.6, y - 48, x + who.body.mouth_w * 1.6, y + 92)
