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
_UPPER = ((-1.02, 0.30), (-0.72, -0.40), (-0.30, -0.86), (0.12, -1.0), (0.55, -0.80), (0.85, -0.40), (1.04, -0.02))
_LOWER = ((1.0, 0.04), (0.62, 0.50), (0.15, 0.72), (-0.35, 0.68), (-0.75, 0.50), (-1.02, 0.30))
_HOODED = ((-1.02, 0.30), (-0.72, -0.34), (-0.30, -0.78), (0.12, -0.86), (0.55, -0.80), (0.88, -0.50), (1.04, 0.02))
_CAT = ((-1.04, 0.36), (-0.74, -0.28), (-0.32, -0.78), (0.12, -1.0), (0.56, -0.90), (0.88, -0.52), (1.06, -0.10))
_NARROW = ((-1.04, 0.30), (-0.72, -0.36), (-0.30, -0.82), (0.12, -0.96), (0.55, -0.82), (0.86, -0.44), (1.05, -0.06))
_LIDS = {"round": _UPPER, "cat": _CAT, "narrow": _NARROW, "hooded": _HOODED}


class _Eye:
    """One eye: `side` -1 is at the viewer's left. Local u runs from the inner (-1) to the outer corner (+1)."""

    def __init__(self, who: Subject, side: int, opening: float) -> None:
        self.who, self.side, self.opening = who, side, opening
        a = who.body
        lid = opening * (0.88 if who.face.uneven and side > 0 else 1)
        self.upper_local = [(u, (0.30 - 0.13 * (u + 1) * (1 - lid) + (v - 0.30) * lid) * a.eye_h) for u, v in self.lids]
        low = 1 - who.face.low_lid
        self.lower_local = [(u, (v * low if v > 0.31 else v) * a.eye_h) for u, v in _LOWER]
        self.upper = [self.at(*p) for p in self.upper_local]
        self.lower = [self.at(*p) for p in self.lower_local]

    @property
    def lids(self) -> tuple[Point, ...]:
        return _LIDS[self.who.look.eyes]

    def at(self, u: float, v: float) -> Point:
        a = self.who.body
        return self.who.turn.face(self.side * (a.eye_x + u * a.eye_w), a.eye_y + v - a.tilt * u)

    def raised(self, points: list[Point], by: float) -> list[Point]:
        return [(x, y - by) for x, y in points]


def _shadow(eye: _Eye) -> str:
    a, look, skin = eye.who.body, eye.who.look, eye.who.skin
    dressed = look.sex == "female" and look.age >= 18
    palace = dressed and (look.hair == "palace_bun" or look.outfit in ("hanfu", "gown"))
    colour, strength = ("#c83a3a", 0.45) if palace else (skin.deep, 0.38 if dressed else 0.26)
    out = soft(eye.at(0.35, -0.75 * a.eye_h), a.eye_w * 1.1, a.eye_h * 0.8, colour, strength)
    return out + soft(eye.at(0.1, 0.95 * a.eye_h), a.eye_w * 0.9, a.eye_h * 0.34, skin.deep, 0.16)


def _iris(eye: _Eye) -> str:
    a, face, tone = eye.who.body, eye.who.face, eye.who.iris
    radius = a.iris * face.iris
    cx, cy = eye.at(eye.side * face.gaze * 0.9 - 0.02, (-0.15 + face.gaze_up) * a.eye_h)
    wide = abs(eye.who.turn.face(eye.side * a.eye_x + 1, 0)[0] - eye.who.turn.face(eye.side * a.eye_x - 1, 0)[0]) / 2
    rx, ry = radius * max(0.8, min(1.0, wide)) * 0.95, radius * 1.06
    stops = [(0, tone.dark, 1), (0.40, tone.mid, 1), (0.76, tone.light, 1), (1, tone.glow, 1)]
    definition, paint = linear(stops, (cx, cy - ry), (cx, cy + ry))
    ring = f'stroke="{tone.dark}" stroke-width="{radius * 0.12:.1f}"'
    out = definition + ellipse((cx, cy), rx, ry, paint, extra=ring)
    rays = ""
    for k in range(17):
        angle, far = math.pi * (0.04 + 0.92 * k / 16), 0.88 if k % 2 else 0.74
        cos, sin = math.cos(angle), math.sin(angle)
        rays += (
            f"M{cx + cos * rx * 0.5:.1f} {cy + sin * ry * 0.5:.1f}L{cx + cos * rx * far:.1f} {cy + sin * ry * far:.1f}"
        )
    out += path(rays, "none", tone.glow, radius * 0.05, 0.5)
    pupil = 0.46 * face.pupil
    out += ellipse((cx, cy - ry * 0.04), rx * pupil, ry * pupil * 1.08, "#120a12")
    out += soft((cx, cy + ry * 0.60), rx * 0.66, ry * 0.36, tone.glow, 0.9)
    return out + soft((cx, cy - ry * 0.7), rx * 0.9, ry * 0.5, "#0c0618", 0.55)


def _lights(eye: _Eye) -> str:
    a, face = eye.who.body, eye.who.face
    radius = a.iris * face.iris
    cx, cy = eye.at(eye.side * face.gaze * 0.9 - 0.02, (-0.15 + face.gaze_up) * a.eye_h)
    size = a.shine * (1.25 if "shine" in face.marks or "well" in face.marks else 1)
    if eye.who.emotion == "cold":
        size *= 0.6
    rx, ry = radius * 0.95, radius * 1.06
    out = ellipse((cx - rx * 0.34, cy - ry * 0.36), rx * 0.27 * size, ry * 0.31 * size, "#fff", turn=-18)
    out += ellipse((cx + rx * 0.42, cy + ry * 0.40), radius * 0.13 * size, radius * 0.13 * size, "#fff", 0.92)
    out += ellipse((cx + rx * 0.30, cy - ry * 0.50), radius * 0.07 * size, radius * 0.07 * size, "#fff", 0.85)
    if "shine" in face.marks or "well" in face.marks:
        out += ellipse((cx - rx * 0.10, cy + ry * 0.70), rx * 0.42, ry * 0.12, "#fff", 0.8)
        out += ellipse((cx - rx * 0.44, cy + ry * 0.22), radius * 0.10, radius * 0.10, "#fff", 0.8)
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
    inner += path(between(eye.raised(eye.upper, 6), fallen[::-1]), "#2a1838", opacity=0.40)
    inner += _lights(eye)
    if "well" in eye.who.face.marks:
        full = between(eye.raised(eye.lower, a.eye_h * 0.20), [(x, y + 4) for x, y in eye.lower[::-1]])
        inner += path(full, "#dff1ff", opacity=0.66)
    return clipped(opening, inner)


def _spikes(eye: _Eye, lift: float) -> str:
    """A woman's outer lashes: three above, two below."""
    a, ink_colour = eye.who.body, eye.who.skin.line
    out = ""
    for index, rise, reach in ((4, 0.30, 0.18), (5, 0.40, 0.30), (6, 0.40, 0.38)):
        u, v = eye.upper_local[index]
        tip = eye.at(u + reach * 1.05, v - lift - rise * a.eye_h * 1.15)
        middle = eye.at(u + reach * 0.6, v - lift - rise * a.eye_h * 0.55)
        out += ink([eye.at(u - 0.08, v), middle, tip], a.lash * 0.8, ink_colour, "in")
    low = 1 - eye.who.face.low_lid
    for u, length in ((0.78, 0.20), (0.56, 0.17)):
        start, stop = eye.at(u - 0.02, 0.36 * a.eye_h * low), eye.at(u + 0.1, (0.40 * low + length) * a.eye_h)
        out += ink([start, stop], a.lash * 0.28, ink_colour, "in", 0.9, 8)
    return out


def _lines(eye: _Eye) -> str:
    """Lash lines and the crease."""
    a, skin = eye.who.body, eye.who.skin
    out = ink(eye.lower[:4], a.lash * 0.36, skin.line, "in", 0.85)
    out += ink(eye.lower[2:], a.lash * 0.18, skin.ink, "taper", 0.8)
    lift = a.lash * 0.28
    flick = eye.at(1.32, eye.upper_local[-1][1] - a.eye_h * 0.28)
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
    """Both eyes 'open', 'half' or 'closed'."""
    opening = who.face.lid if state == "open" else HALF_LID * min(1.0, who.face.lid)
    out = ""
    for side in (-1, 1):
        eye = _Eye(who, side, opening)
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
            out += ink([(x, y + 2), (x + side * 9, y - a.brow_w * 0.82)], 4, who.brow_colour, "in", 0.9, 6)
    return out


def forehead_furrow(who: Subject) -> str:
    """The frown pair between the brows."""
    a, out = who.body, ""
    for side in (-1, 1):
        top, low = (side * 17, a.eye_y + a.brow_y + 8), (side * 11, a.eye_y + a.brow_y + 42)
        line = [who.turn.face(*top), who.turn.face(side * 15, top[1] + 18), who.turn.face(*low)]
        out += ink(line, 5, who.skin.ink, "taper", 0.8, 12)
    return out
