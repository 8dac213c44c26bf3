"""The head without eyes, mouth and hair: ears, face, nose, wrinkles, neck. Skin only."""

from __future__ import annotations

from models.draft.figures.anatomy import DEPTHS, Subject
from models.draft.figures.geometry import (
    Point,
    between,
    clipped,
    ellipse,
    ink,
    linear,
    moved,
    path,
    soft,
    spline,
)

_SOCKET = {4: -36.0, 5: 12.0, 6: -10.0}
"""What a full turn adds to the far side's contour points: the dent at the eye, the cheekbone, the slimmer jaw."""


def _edge(who: Subject, side: int) -> list[Point]:
    """Half of the contour, crown to chin, at the viewer's right (1) or left (-1)."""
    far = max(0.0, side * who.turn.sin)
    rows = enumerate(zip(who.body.contour, DEPTHS, strict=True))
    return [who.turn.face(side * (x + far * _SOCKET.get(k, 0.0)), y, z) for k, ((x, y), z) in rows]


def face_contour(who: Subject) -> list[Point]:
    """Crown, down the viewer's right to the chin, up the left: a closed ring."""
    right, left = _edge(who, 1), _edge(who, -1)
    return right + left[1:-1][::-1]


def face_path(who: Subject) -> str:
    return spline(face_contour(who), closed=True)


def _ears(who: Subject) -> str:
    a, skin, at = who.body, who.skin, who.turn.face
    edge, y, out = a.contour[4][0], a.eye_y, ""
    for side in (-1, 1):
        ring = ((-10, -24, 10), (15, -34, -20), (25, -2, -22), (16, 46, -10), (-4, 70, 10), (-16, 30, 20))
        points = [at(side * (edge + dx), y + dy, z) for dx, dy, z in ring]
        out += path(spline(points, closed=True), skin.base if side < 0 else skin.shade, skin.line, 3.2)
        curl = [at(side * (edge + dx), y + dy, -14) for dx, dy in ((9, -18), (15, 6), (5, 36))]
        out += ink(curl, 5, skin.ink, "taper", 0.8)
        out += soft(at(side * (edge + 10), y + 20, -14), 14, 26, skin.blush, 0.35)
    return out


def _band(who: Subject) -> str:
    """The one shadow of the face, down its right side from temple to chin."""
    a, at = who.body, who.turn.face
    outer = [at(x, y, z) for (x, y), z in zip(a.contour, DEPTHS, strict=True)][3:]
    depth = (8, a.band * 0.6, a.band, a.band * 1.15, a.band * 1.1, a.band * 0.55, -20)
    inner = [at(x - d, y, z) for (x, y), z, d in zip(a.contour[3:], DEPTHS[3:], depth, strict=True)]
    return path(between(outer, inner[::-1]), who.skin.shade)


def _cheeks(who: Subject) -> str:
    a, at, skin, out = who.body, who.turn.face, who.skin, ""
    strength = a.blush if who.face.blush is None else max(who.face.blush * (1 if a.female else 0.6), 0)
    if a.child:
        strength = max(strength, 0.3)
    y = a.eye_y + (96 if a.child else 84)
    for side in (-1, 1):
        out += soft(at(side * 118, y), 70, 40, skin.blush, strength)
        if "ticks" in who.face.marks and strength > 0.4:
            for k in range(4):
                x = side * (94 + k * 15)
                out += ink([at(x + 5, y - 10), at(x - 5, y + 10)], 3.2, skin.flush, "taper", 0.6, 6)
    if "flush" in who.face.marks:
        out += soft(at(0, a.eye_y + 10, 190), 190, 70, "#d83a3a", 0.30)
    if "nose" in who.face.marks:
        out += soft(at(0, a.nose_y - 4, 225), 42, 30, skin.flush, 0.5)
    return out + soft(at(0, a.nose_y - 2, 225), 30, 22, skin.blush, strength * 0.5)


def _light(who: Subject) -> str:
    """Warm glow where the key light falls, and the turn of the form at the lower jaw."""
    a, at, skin = who.body, who.turn.face, who.skin
    out = soft(at(-96, 190), 150, 120, skin.glow, 0.75)
    out += soft(at(-104, a.eye_y + 66), 64, 34, skin.glow, 0.7)
    out += soft(at(0, a.contour[-1][1] - 34, 150), 34, 22, skin.glow, 0.55)
    return out + soft(at(40, a.contour[-1][1] + 20, 120), 170, 60, skin.shade, 0.55)


def _wrinkles(who: Subject) -> str:
    if not who.body.old:
        return ""
    a, at, skin, out = who.body, who.turn.face, who.skin, ""
    for side in (-1, 1):
        fold = [at(side * 38, a.nose_y - 4, 200), at(side * 64, a.nose_y + 30, 170), at(side * 71, a.mouth_y + 14, 160)]
        out += ink(fold, 8, skin.shade) + ink(fold, 4, skin.ink, "taper", 0.85)
        if a.female:
            continue
        hollow = [at(side * 184, 392, 40), at(side * 150, 444, 100), at(side * 130, 504, 120)]
        out += ink(hollow, 20, skin.shade, "in", 0.75)
        out += ink([at(side * 14, a.eye_y - 60), at(side * 11, a.eye_y - 34)], 5, skin.ink, "taper", 0.8, 8)
    if "gloom" in who.face.marks:  # lines across lines would be a net
        return out
    for k, y in enumerate((152, 184, 212)):
        row = [at(-95 + k * 14, y + 4), at(-30, y - 3), at(40, y + 2), at(92 - k * 14, y - 2)]
        out += ink(row, 4, skin.ink, "taper", 0.5)
    return out


def _nose(who: Subject) -> str:
    a, at, skin = who.body, who.turn.face, who.skin
    y, w = a.nose_y, a.nose_w
    under = [at(-w * 0.75, y + 9, 200), at(0, y + 2, 232), at(w * 0.75, y + 9, 200), at(0, y + 19, 215)]
    out = path(spline(under, closed=True), skin.shade, opacity=0.9)
    tip = [(-0.6, 7, 205), (-0.3, 12, 214), (0, 11, 226), (0.3, 12, 214), (0.6, 7, 205)]
    out += ink([at(u * w, y + dy, z) for u, dy, z in tip], 3, skin.ink, "taper", 0.8)
    for side in (-1, 1):
        weight = 3.6 if a.female else 5
        out += ink(
            [at(side * w * 0.56, y + 7, 208), at(side * w * 0.22, y + 11, 214)], weight, skin.line, "taper", 0.6, 8
        )
    if not a.female:
        out += ink([at(16, y - 94, 190), at(13, y - 50, 205), at(16, y - 18, 222)], 6, skin.shade, "taper", 0.95)
    if abs(who.turn.sin) > 0.08:
        side = 1 if who.turn.sin > 0 else -1
        bridge = [at(side * 6, y - 62, 208), at(side * 6, y - 28, 226), at(side * 9, y - 3, 236)]
        out += ink(bridge, 3.6, skin.ink, "taper", 0.8)
    out += ellipse(at(-2, y - 8, 232), 4.6, 6.2, "#fff", 0.6)
    return out + ellipse(at(-3, y - 46, 205), 2.8, 20, "#fff", 0.32)


def _outline(who: Subject) -> str:
    ring, num = face_contour(who), len(who.body.contour)
    line = who.skin.line
    return ink(ring[3 : 2 * num - 5], 7.6, line, "contour", count=60)


_MOLES = ((0.0, 0.0), (72, 96), (-92, 62), (52, 128))
"""Beauty marks by trait: under the right eye, under the left eye, by the mouth; offsets from the eye line."""


def draw_head(who: Subject, fringe_shadow: str) -> str:
    """Ears and face with everything painted on the skin; `fringe_shadow` is drawn shifted down inside the face."""
    skin, outline = who.skin, face_path(who)
    out = _ears(who) + path(outline, skin.base)
    inner = _light(who) + _band(who) + moved(fringe_shadow, 5, 20) + _cheeks(who) + _wrinkles(who)
    if who.traits.mole and not who.body.child:
        dx, dy = _MOLES[who.traits.mole]
        inner += ellipse(who.turn.face(dx, who.body.eye_y + dy), 3.4, 3.4, skin.line, 0.75)
    return out + clipped(outline, inner) + _outline(who) + _nose(who)


def draw_veil_of_mood(who: Subject) -> str:
    """The tinted gradient that falls over the upper face in strong moods."""
    if who.face.veil is None:
        return ""
    colour, strength = who.face.veil
    foot = who.body.eye_y + 70
    stops = [(0, colour, strength), (0.55, colour, strength * 0.8), (1, colour, 0)]
    definition, paint = linear(stops, (0, 0), (0, foot))
    return definition + clipped(
        face_path(who), f'<rect x="-270" y="0" width="600" height="{foot:.0f}" fill="{paint}"/>'
    )


def draw_neck(who: Subject) -> str:
    """Neck, trapezius and the skin of the chest, before any clothes; drawn under the head."""
    a, skin, x0 = who.body, who.skin, who.turn.sin * 50
    top, base, sh = a.neck_top, a.neck_base, a.shoulder
    slope = [(base, 686), (base + 50, 748), (sh * 0.55, 830), (sh * 0.5, 900), (sh * 0.4, 1200)]
    left = [(-top + x0, 460), (-top + x0 * 0.8, 600), *who.turn.body([(-x, y) for x, y in slope])]
    right = [(top + x0, 460), (top + x0 * 0.8, 600), *who.turn.body(slope)]
    outline = spline(left + right[::-1], closed=True)
    out = path(outline, skin.base, skin.line, 4)
    cast = [(-top - 10 + x0, 460), (-top - 10 + x0, 626), (x0 * 0.9 - 16, 706), (top * 0.6 + x0, 676)]
    cast += [(base + 30, 800), (base + 60, 640), (top + 10 + x0, 460)]
    inner = path(spline(cast, closed=True), skin.shade)
    inner += soft((x0, 640), top * 1.5, 90, skin.deep, 0.5)
    inner += soft((-sh * 0.2, 830), 150, 70, skin.glow, 0.6)
    out += clipped(outline, inner)
    for side in (-1, 1):
        bone = who.turn.body([(side * 22, 812), (side * 90, 794), (side * 190, 792), (side * 260, 782)])
        out += ink(bone, 6.5, skin.deep, "taper", 0.85)
        tendon = [(side * top * 0.84 + x0 * 0.6, 640), (side * top * 0.6 + x0 * 0.4, 730)]
        tendon += who.turn.body([(side * 20, 806)])
        out += ink(tendon, 6, skin.shade if side < 0 else skin.deep, "taper", 0.8)
    return out
