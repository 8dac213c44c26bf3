"""Emotion marks over the face: tears, sweat, veins, gloom. The comic's shorthand, readable with the sound off."""

from __future__ import annotations

import math
from collections.abc import Callable

from models.draft.figures.anatomy import Subject
from models.draft.figures.eyes import forehead_furrow
from models.draft.figures.geometry import Point, clipped, ellipse, ink, pair, path, polygon, ribbon, soft
from models.draft.figures.head import face_path


def _drop(at: Point, r: float) -> str:
    x, y = at
    body = (
        f"M{pair((x, y - r * 2.6))}C{pair((x + r * 0.4, y - r))} {pair((x + r * 1.1, y))} {pair((x + r, y + r * 0.5))}"
    )
    body += f"A{r} {r} 0 0 1 {pair((x - r, y + r * 0.5))}"
    body += f"C{pair((x - r * 1.1, y))} {pair((x - r * 0.4, y - r))} {pair((x, y - r * 2.6))}Z"
    return path(body, "#d8eeff", "#6f98cc", 2.4) + ellipse((x - r * 0.3, y + r * 0.2), r * 0.25, r * 0.45, "#fff")


def _stream(who: Subject, side: int, width: float, length: float) -> str:
    """One wet track from the lower lid down the cheek: translucent, edged, with a glint and a heavy end."""
    a = who.body
    x, y = side * (a.eye_x + 0.26 * a.eye_w), a.eye_y + a.eye_h * 0.50
    way = [(x, y), (x + side * 9, y + length * 0.3), (x + side * 3, y + length * 0.66), (x - side * 12, y + length)]
    points = [who.turn.face(*p) for p in way]
    out = path(ribbon(points, width, "taper"), "#d4ecff", "#86aede", 2, 0.82)
    out += ink([(px - width * 0.16, py) for px, py in points[:3]], width * 0.24, "#fff", "taper", 0.95)
    return out + _drop(points[-1], width * 0.46)


def _streams(who: Subject) -> str:
    """Weeping: a full track and a thin one at each eye, drops falling off the chin, drops that spring from the lids."""
    a, out = who.body, ""
    for side in (-1, 1):
        out += _stream(who, side, 18, 128 if side < 0 else 142)
        edge = side * (a.eye_x + a.eye_w * 0.86)
        thin = [(edge, a.eye_y + 18), (edge + side * 4, a.eye_y + 60), (edge - side * 8, a.eye_y + 112)]
        out += ink([who.turn.face(*p) for p in thin], 8, "#e4f4ff", "taper", 0.85, 14)
        out += _drop(who.turn.face(side * (a.eye_x + a.eye_w * 1.05), a.eye_y + a.eye_h * 0.5), 6)
        out += _drop(who.turn.face(side * 66, a.contour[-1][1] - 38 + side * 7, 110), 8.5)
    return out


def _sweat(who: Subject) -> str:
    spots = ((-168, 250, 13), (164, 304, 10), (-182, 330, 8))
    return "".join(_drop(who.turn.face(x, y, 60), r) for x, y, r in spots)


def _startle(who: Subject) -> str:
    """Short wedges that spring from the temple, pale with a dark edge so that they read on hair and on skin."""
    out = ""
    for angle, near, far in ((-74, 0, 46), (-46, 4, 62), (-18, 0, 46)):
        cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        x, y = who.turn.face(150, 196, 60)
        line = [(x + cos * (40 + near), y + sin * (40 + near)), (x + cos * (40 + far), y + sin * (40 + far))]
        out += ink(line, 17, "#2b1d3a", "in", 0.9, 8) + ink(line, 10, "#fff6d8", "in", 1, 8)
    return out


def _sparkle(who: Subject) -> str:
    """Four-pointed glints of delight."""
    out = ""
    for x, y, r in ((186, 262, 26), (214, 318, 13), (-196, 300, 15)):
        cx, cy = who.turn.face(x, y, 60)
        points = [
            (cx + math.cos(math.pi * k / 4) * r * (1 if k % 2 == 0 else 0.24), cy + math.sin(math.pi * k / 4) * r * (1 if k % 2 == 0 else 0.24))
            for k in range(8)
        ]  # fmt: skip
        out += soft((cx, cy), r * 1.3, r * 1.3, "#ffd98a", 0.7) + path(polygon(points), "#fffdf2")
    return out


def _vein(who: Subject) -> str:
    x, y = who.turn.face(124, 172, 80)
    arm = ink([(6, 26), (9, 9), (26, 6)], 7, "#b3202c", count=12)
    turned = "".join(f'<g transform="rotate({angle})">{arm}</g>' for angle in (12, 102, 192, 282))
    return f'<g transform="translate({x:.1f} {y:.1f})">{turned}</g>'


def _gloom(who: Subject) -> str:
    lines = ""
    for k in range(9):
        x = -30 + k * 22
        lines += ink([who.turn.face(x, 120), who.turn.face(x, 236 + (k * 37) % 56)], 3.4, "#46558e", "in", 0.75, 8)
    return clipped(face_path(who), lines)


def _shiver(who: Subject) -> str:
    """Short trembling strokes beside the cheeks."""
    out = ""
    for side in (-1, 1):
        for k in range(3):
            x, y = side * (who.body.contour[5][0] + 34 + k * 15), 396 + k * 26
            wave = [who.turn.face(x + dx, y + dy, 20) for dx, dy in ((0, 0), (8, 14), (-5, 28), (6, 42))]
            out += ink(wave, 5, "#5a6ea8", "taper", 0.7, 14)
    return out


_OVER: dict[str, Callable[[Subject], str]] = {
    "furrow": forehead_furrow,
    "streams": _streams,
    "tear": lambda who: _stream(who, -1, 12, 84),
    "sweat": _sweat,
    "drop": lambda who: _drop(who.turn.face(-172, 262, 60), 13),
    "startle": _startle,
    "sparkle": _sparkle,
    "shiver": _shiver,
    "vein": _vein,
}


def draw_marks(who: Subject) -> str:
    """The expression's marks that lie over eyes and hair."""
    return "".join(draw(who) for name, draw in _OVER.items() if name in who.face.marks)


def draw_gloom(who: Subject) -> str:
    """Lines of dread on the upper face, under the hair."""
    return _gloom(who) if "gloom" in who.face.marks else ""
