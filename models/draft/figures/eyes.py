"""Eyes and brows, from the eyeshadow up to the lashes. Knows lids and gaze, not hair."""

from __future__ import annotations

import math

from models.draft.figures.anatomy import Subject
from models.draft.figures.geometry import (
    Point,
    between,
    clipped,
    ellipse,
    ink,
    linear,
    path,
    shaded,
    soft,
)
from models.draft.figures.raster import Box

HALF_LID = 0.46
GAZE: dict[str, tuple[float, float, float]] = {
    "left": (-0.32, 0.0, 1.0),
    "right": (0.32, 0.0, 1.0),
    "down": (0.0, 0.40, 0.58),
}
"""Where the irises go, across (of the eye's half-width) and down (of its half-height), and the share of the lid left."""
_UPPER = ((-1.0, 0.26), (-0.80, -0.26), (-0.44, -0.78), (0.04, -1.0), (0.48, -0.87), (0.82, -0.46), (1.03, 0.0))
_LOWER = ((1.0, 0.05), (0.68, 0.50), (0.22, 0.71), (-0.28, 0.69), (-0.72, 0.50), (-1.0, 0.26))
_HOODED = ((-1.02, 0.28), (-0.74, -0.30), (-0.34, -0.74), (0.10, -0.84), (0.54, -0.80), (0.88, -0.50), (1.04, 0.04))
_CAT = ((-1.03, 0.34), (-0.78, -0.20), (-0.40, -0.72), (0.08, -0.98), (0.54, -0.92), (0.87, -0.56), (1.06, -0.10))
_NARROW = ((-1.04, 0.28), (-0.76, -0.32), (-0.36, -0.80), (0.10, -0.96), (0.54, -0.84), (0.86, -0.46), (1.05, -0.04))
_LIDS = {"round": _UPPER, "cat": _CAT, "narrow": _NARROW, "hooded": _HOODED}
BULGE = 1.75
"""How fast a raised lower lid turns its curve over: at .57 it is straight, above it bends up as in a smile."""


BIG_EYE, WIDEST = 44.0, 1.9
"""Small eyes open further in fright than big ones: as much as the half-height of a big eye exceeds theirs."""


class _Eye:
    """One eye: `side` -1 is at the viewer's left. Local u runs from the inner (-1) to the outer corner (+1)."""

    def __init__(self, who: Subject, side: int, opening: float, gaze: tuple[float, float]) -> None:
        self.who, self.side, self.gaze = who, side, gaze
        a = who.body
        if opening > 1:
            opening = 1 + (opening - 1) * min(WIDEST, BIG_EYE / a.eye_h)
        self.opening = opening
        lid = opening * (0.84 if who.face.uneven and side < 0 else 1)
        self.upper_local = [(u, (0.30 - 0.13 * (u + 1) * (1 - lid) + (v - 0.30) * lid) * a.eye_h) for u, v in self.lids]
        self.lower_local = [(u, self._low(u, v) * a.eye_h) for u, v in _LOWER]
        self.upper = [self.at(*p) for p in self.upper_local]
        self.lower = [self.at(*p) for p in self.lower_local]

    @property
    def lids(self) -> tuple[Point, ...]:
        return _LIDS[self.who.look.eyes]

    def _low(self, u: float, v: float) -> float:
        chord = 0.26 - 0.105 * (u + 1)
        return chord + (v - chord) * (1 - BULGE * self.who.face.low_lid)

    def at(self, u: float, v: float) -> Point:
        a = self.who.body
        return self.who.turn.face(self.side * (a.eye_x + u * a.eye_w), a.eye_y + v - (a.tilt - self.who.face.droop) * u)

    @property
    def pupil(self) -> Point:
        across, down = self.gaze
        return self.at(self.side * across - 0.03, (-0.13 + down) * self.who.body.eye_h)

    @property
    def radii(self) -> Point:
        """The iris narrows where the face turns away."""
        a, at = self.who.body, self.who.turn.face
        wide = abs(at(self.side * a.eye_x + 1, 0)[0] - at(self.side * a.eye_x - 1, 0)[0]) / 2
        radius = a.iris * self.who.face.iris
        return radius * max(0.8, min(1.0, wide)) * 0.96, radius * 1.06

    def raised(self, points: list[Point], by: float) -> list[Point]:
        return [(x, y - by) for x, y in points]


def _shadow(eye: _Eye) -> str:
    a, look, skin = eye.who.body, eye.who.look, eye.who.skin
    dressed = look.sex == "female" and look.age >= 18 and not a.old
    palace = dressed and (look.hair == "palace_bun" or look.outfit in ("hanfu", "gown"))
    colour, strength = ("#c83a3a", 0.45) if palace else (skin.deep, 0.38 if dressed else 0.26)
    out = soft(eye.at(0.35, -0.75 * a.eye_h), a.eye_w * 1.1, a.eye_h * 0.8, colour, strength)
    return out + soft(eye.at(0.1, 0.95 * a.eye_h), a.eye_w * 0.9, a.eye_h * 0.34, skin.deep, 0.16)


def _iris(eye: _Eye) -> str:
    face, tone, (cx, cy), (rx, ry) = eye.who.face, eye.who.iris, eye.pupil, eye.radii
    stops = [(0, tone.dark, 1), (0.34, tone.mid, 1), (0.72, tone.light, 1), (1, tone.glow, 1)]
    definition, paint = linear(stops, (cx, cy - ry), (cx, cy + ry))
    ring = f'stroke="{tone.dark}" stroke-width="{ry * 0.12:.1f}"'
    out = definition + ellipse((cx, cy), rx, ry, paint, extra=ring)
    rays = ""
    for k in range(17):
        angle, far = math.pi * (0.02 + 0.96 * k / 16), 0.90 if k % 2 else 0.76
        cos, sin = math.cos(angle), math.sin(angle)
        rays += (
            f"M{cx + cos * rx * 0.5:.1f} {cy + sin * ry * 0.5:.1f}L{cx + cos * rx * far:.1f} {cy + sin * ry * far:.1f}"
        )
    out += path(rays, "none", tone.glow, ry * 0.05, 0.55)
    pupil = 0.46 * face.pupil
    out += ellipse((cx, cy), rx * pupil * 1.16, ry * pupil * 1.24, tone.dark, 0.5)
    out += ellipse((cx, cy - ry * 0.04), rx * pupil, ry * pupil * 1.08, "#120a12")
    out += soft((cx, cy + ry * 0.60), rx * 0.70, ry * 0.38, tone.glow, 0.95)
    return out + soft((cx, cy - ry * 0.72), rx * 1.0, ry * 0.56, "#0c0618", 0.62)


def _lights(eye: _Eye) -> str:
    """Reflections, at the upper left in both eyes; wet and bright eyes have more."""
    face, (cx, cy), (rx, ry) = eye.who.face, eye.pupil, eye.radii
    size = eye.who.body.shine * face.shine
    if not size:
        return ""
    out = ellipse((cx - rx * 0.34, cy - ry * 0.34), rx * 0.27 * size, ry * 0.32 * size, "#fff", turn=-18)
    out += ellipse((cx + rx * 0.40, cy + ry * 0.40), ry * 0.13 * size, ry * 0.13 * size, "#fff", 0.94)
    out += ellipse((cx + rx * 0.34, cy - ry * 0.42), ry * 0.07 * size, ry * 0.07 * size, "#fff", 0.85)
    if face.shine > 1.1:
        out += ellipse((cx - rx * 0.06, cy + ry * 0.68), rx * 0.46, ry * 0.13, "#fff", 0.72)
        out += ellipse((cx - rx * 0.50, cy + ry * 0.20), ry * 0.10, ry * 0.10, "#fff", 0.9)
        out += ellipse((cx + rx * 0.10, cy - ry * 0.60), ry * 0.06, ry * 0.06, "#fff", 0.8)
    return out


def _ball(eye: _Eye) -> str:
    """Everything that the lids clip: the white, the iris, the lid's shadow, highlights, tears on the lower lid."""
    a = eye.who.body
    opening = between(eye.upper, eye.lower)
    top, low = eye.at(0, -a.eye_h)[1], eye.at(0, a.eye_h * 0.6)[1]
    inner = shaded(opening, [(0, "#c3b6c6", 1), (0.45, "#faf5f4", 1), (1, "#fffcfa", 1)], (0, top), (0, low))
    inner += soft(eye.at(-0.98, 0.26 * a.eye_h), a.eye_w * 0.22, a.eye_h * 0.3, "#d88080", 0.7)
    inner += _iris(eye)
    fallen = [(x, y + a.eye_h * 0.30) for x, y in eye.upper]
    inner += path(
        between(eye.raised(eye.upper, 6), fallen[::-1]), "#2a1838", opacity=0.40 if eye.opening <= 1 else 0.24
    )
    inner += _lights(eye)
    if "well" in eye.who.face.marks:
        full = between(eye.raised(eye.lower, a.eye_h * 0.20), [(x, y + 4) for x, y in eye.lower[::-1]])
        inner += path(full, "#dff1ff", opacity=0.66)
    return clipped(opening, inner)


def _spikes(eye: _Eye, lift: float) -> str:
    """A woman's outer lashes: they leave the line at a low angle and follow its sweep; two fine ones below."""
    a, ink_colour = eye.who.body, eye.who.skin.line
    out = ""
    for index, rise, reach in ((4, 0.20, 0.20), (5, 0.26, 0.27)):
        u, v = eye.upper_local[index]
        tip = eye.at(u + reach, v - lift - rise * a.eye_h)
        middle = eye.at(u + reach * 0.66, v - lift - rise * a.eye_h * 0.42)
        out += ink([eye.at(u - 0.04, v - lift * 0.4), middle, tip], a.lash * 0.6, ink_colour, "lock")
    for u in (0.80, 0.58):
        v = eye.lower_local[0][1] + (eye.lower_local[1][1] - eye.lower_local[0][1]) * (1 - u) / 0.32
        out += ink([eye.at(u - 0.02, v), eye.at(u + 0.12, v + 0.17 * a.eye_h)], a.lash * 0.26, ink_colour, "in", 0.8, 8)
    return out


def _cheek_fold(eye: _Eye) -> str:
    """The cheek that a smile pushes up against the eye."""
    a, low = eye.who.body, eye.who.face.low_lid
    if low < 0.4:
        return ""
    row = [eye.at(u, (0.50 + 0.24 * (1 - u * u)) * a.eye_h + 8) for u in (-0.62, -0.1, 0.42, 0.86)]
    return ink(row, 5, eye.who.skin.ink, "taper", 0.55)


def _lines(eye: _Eye) -> str:
    """Lash lines and the crease."""
    a, skin = eye.who.body, eye.who.skin
    out = ink(eye.lower[:4], a.lash * 0.34, skin.line, "lock", 0.85)
    out += ink(eye.lower[2:], a.lash * 0.18, skin.ink, "taper", 0.8) + _cheek_fold(eye)
    lift = a.lash * 0.28
    flick = eye.at(1.27 if a.female else 1.22, eye.upper_local[-1][1] - a.eye_h * (0.30 if a.female else 0.16))
    out += ink([*eye.raised(eye.upper, lift), flick], a.lash, skin.line, "lash", count=36)
    if a.female and not a.old:
        out += _spikes(eye, lift)
    fold = a.crease * (0.55 + 0.45 * min(eye.opening, 1)) * (0.62 if eye.who.look.eyes == "hooded" else 1)
    weight = a.lash * (0.44 if eye.who.look.eyes == "hooded" else 0.30)
    out += ink(eye.raised(eye.upper[1:6], a.eye_h * fold + lift), weight, skin.ink, "taper", 0.95)
    return out


def _age_lines(eye: _Eye) -> str:
    if not eye.who.body.old:
        return ""
    h, skin = eye.who.body.eye_h, eye.who.skin
    bag = [eye.at(1.0, 0.5 * h), eye.at(0.4, 1.10 * h), eye.at(-0.4, 1.15 * h), eye.at(-0.85, 0.85 * h)]
    out = ink(bag, 5, skin.ink, "taper", 0.7)
    for k in (-1, 0, 1):
        out += ink([eye.at(1.25, k * 9 + 4), eye.at(1.58, k * 20 + 4)], 4, skin.ink, "taper", 0.65, 8)
    return out


def _shut(eye: _Eye) -> str:
    """A closed eye: one falling lash arc, the crease above it, lashes pointing down."""
    a, skin, h = eye.who.body, eye.who.skin, eye.who.body.eye_h
    smiling = eye.who.emotion in ("joy", "tender", "triumph")
    sag = -0.34 if smiling else 0.52
    arc = [eye.at(u, (0.30 + sag * (1 - u * u)) * h) for u in (-1.0, -0.6, -0.1, 0.4, 0.8, 1.06)]
    out = ink([*arc, eye.at(1.28, (0.30 + sag * -0.45) * h)], a.lash * 0.95, skin.line, "lash", count=36)
    if a.female and not a.old:
        for u, reach in ((0.45, 0.10), (0.72, 0.2), (0.96, 0.26)):
            v = (0.30 + sag * (1 - u * u)) * h
            out += ink([eye.at(u, v), eye.at(u + reach, v + 0.34 * h)], a.lash * 0.5, skin.line, "in", 1, 8)
    crease = [eye.at(u, (0.30 + sag * (1 - u * u)) * h - h * 0.62) for u in (-0.7, -0.2, 0.3, 0.8)]
    out += ink(crease, a.lash * 0.3, skin.ink, "taper", 0.7)
    if "well" in eye.who.face.marks:
        out += ellipse(eye.at(0.5, (0.42 + sag * 0.7) * h), 9, 6, "#e8f6ff", 0.95)
    return out


def draw_eyes(who: Subject, state: str) -> str:
    """Both eyes 'open', 'half' or 'closed', or open and looking 'left', 'right' or 'down' as the viewer sees it."""
    face = who.face
    across, down, share = GAZE.get(state, (face.gaze, 0.0, 1.0))
    opening = HALF_LID * min(1.0, face.lid) if state == "half" else face.lid * share
    out = ""
    for side in (-1, 1):
        eye = _Eye(who, side, opening, (across, face.gaze_up + down))
        out += _shadow(eye)
        out += _shut(eye) if state == "closed" else _ball(eye) + _lines(eye)
        out += _age_lines(eye)
    return out


def eyes_box(who: Subject) -> Box:
    a = who.body
    left = who.turn.face(-(a.eye_x + a.eye_w * 1.75), 0)[0]
    right = who.turn.face(a.eye_x + a.eye_w * 1.75, 0)[0]
    return (left, a.eye_y - a.eye_h * 2.3, right, a.eye_y + a.eye_h * 1.7)


def _brow_points(who: Subject, side: int) -> list[Point]:
    a, face = who.body, who.face
    inner, middle, outer = face.brow_in, face.brow_mid, face.brow_out
    if face.uneven and side > 0:
        inner, middle, outer = inner - 14, middle - 20, outer - 14
    elif face.uneven:
        inner, middle = inner + 4, middle + 6
    closer = 10 if face.brow_in > 15 else 0
    rows = ((-0.98, inner), (-0.35, (inner + middle) / 2), (0.42, middle), (1.28, outer))
    points = []
    for (u, shift), arch in zip(rows, a.brow_arch, strict=True):
        x = a.eye_x + u * a.eye_w - (closer if u < 0 else 0)
        points.append(who.turn.face(side * x, a.eye_y + a.brow_y + arch + shift))
    return points


def draw_brows(who: Subject) -> str:
    a, out = who.body, ""
    for side in (-1, 1):
        points = _brow_points(who, side)
        out += ink(points, a.brow_w, who.brow_colour, "brow", count=32)
        if a.female and not a.old:
            continue
        for k in range(6):
            t = k / 6
            x, y = (p * (1 - t) + q * t for p, q in zip(points[0], points[1], strict=True))
            out += ink([(x, y + 2), (x + side * 12, y - a.brow_w * 0.58)], 4, who.brow_colour, "in", 0.9, 6)
    return out


def forehead_furrow(who: Subject) -> str:
    """The frown pair between the brows."""
    a, out = who.body, ""
    for side in (-1, 1):
        top, low = (side * 17, a.eye_y + a.brow_y + 8), (side * 11, a.eye_y + a.brow_y + 42)
        line = [who.turn.face(*top), who.turn.face(side * 15, top[1] + 18), who.turn.face(*low)]
        out += ink(line, 5, who.skin.ink, "taper", 0.8, 12)
    return out
