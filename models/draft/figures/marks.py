"""Emotion marks over the face: tears, sweat, veins, gloom. The comic's shorthand, readable with the sound off."""

from __future__ import annotations

from collections.abc import Callable

from models.draft.figures.anatomy import Subject
from models.draft.figures.eyes import forehead_furrow
from models.draft.figures.geometry import Point, clipped, ellipse, ink, pair, path, ribbon
from models.draft.figures.head import face_path


def _drop(at: Point, r: float) -> str:
    x, y = at
    body = (
        f"M{pair((x, y - r * 2.6))}C{pair((x + r * 0.4, y - r))} {pair((x + r * 1.1, y))} {pair((x + r, y + r * 0.5))}"
    )
    body += f"A{r} {r} 0 0 1 {pair((x - r, y + r * 0.5))}"
    body += f"C{pair((x - r * 1.1, y))} {pair((x - r * 0.4, y - r))} {pair((x, y - r * 2.6))}Z"
    return path(body, "#d8eeff", "#6f98cc", 2.4) + ellipse((x - r * 0.3, y + r * 0.2), r * 0.25, r * 0.45, "#fff")


def _streams(who: Subject, sides: tuple[int, ...], width: float, length: float) -> str:
    a, out = who.body, ""
    for side in sides:
        x, y = side * (a.eye_x + 0.30 * a.eye_w), a.eye_y + a.eye_h * 0.6
        way = [(x, y), (x + side * 8, y + length * 0.3), (x + side * 2, y + length * 0.65), (x - side * 14, y + length)]
        points = [who.turn.face(*p) for p in way]
        out += path(ribbon(points, width, "drop"), "#d8eeff", "#7fa6d8", 2.2, 0.9)
        out += ink([(px - 2, py) for px, py in points[:3]], width * 0.26, "#fff", "taper", 0.95)
        out += _drop(who.turn.face(x - side * 20, y + length + 28), width * 0.52)
    return out


def _sweat(who: Subject) -> str:
    spots = ((-168, 250, 13), (164, 304, 10), (-182, 330, 8))
    return "".join(_drop(who.turn.face(x, y, 60), r) for x, y, r in spots)


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
    "streams": lambda who: _streams(who, (-1, 1), 19, 168),
    "tear": lambda who: _streams(who, (-1,), 13, 96),
    "sweat": _sweat,
    "shiver": _shiver,
    "vein": _vein,
}


def draw_marks(who: Subject) -> str:
    """The expression's marks that lie over eyes and hair."""
    return "".join(draw(who) for name, draw in _OVER.items() if name in who.face.marks)


def draw_gloom(who: Subject) -> str:
    """Lines of dread on the upper face, under the hair."""
    return _gloom(who) if "gloom" in who.face.marks else ""
