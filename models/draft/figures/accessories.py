"""What a character wears besides clothes: jewels, glasses, scar, veil, crown, beard. Knows where each layer belongs."""

from __future__ import annotations

import math

from models.draft.figures.anatomy import OLD_ABOVE, Subject
from models.draft.figures.geometry import Point, between, clipped, ellipse, ink, pair, path, polygon, ribbon, spline
from models.draft.figures.haircut import Brush
from models.draft.figures.palette import GOLD, RUBY, Tone, accent, mix

SIDES = (-1, 1)


def _rim(tone: Tone, width: float = 2) -> str:
    return f'stroke="{tone.ink}" stroke-width="{width}"'


def _gem(at: Point, rx: float, ry: float, colour: str) -> str:
    out = ellipse(at, rx, ry, colour, extra=_rim(GOLD, 2))
    return out + ellipse((at[0] - rx * 0.3, at[1] - ry * 0.35), rx * 0.3, ry * 0.28, "#fff", 0.85)


def _jewel_colour(who: Subject) -> str:
    return who.iris.light if who.look.outfit_colour in ("crimson", "red") else RUBY


# -- on the skin


def _scar(who: Subject) -> str:
    """An old cut across the cheek, with stitch marks."""
    y, at, skin = who.body.eye_y, who.turn.face, who.skin
    cut = [at(-168, y + 48), at(-140, y + 84), at(-104, y + 116), at(-82, y + 150)]
    out = ink(cut, 13, mix(skin.base, "#ffffff", 0.35), "taper") + ink(cut, 6, mix(skin.ink, "#a03030", 0.5))
    for k in range(3):
        x, top = -146 + k * 25, y + 70 + k * 26
        out += ink([at(x - 9, top + 9), at(x + 12, top - 5)], 4, skin.ink, "taper", 0.8, 8)
    brow = who.body.eye_y + who.body.brow_y
    return out + ink([at(-134, brow - 34), at(-122, brow - 4)], 6, skin.deep, "taper", 0.9, 8)


def _tattoo(who: Subject) -> str:
    """Three flames on the cheekbone and a dot below."""
    y, at = who.body.eye_y + who.body.eye_h, who.turn.face
    colour = "#a01c34" if who.body.female else "#26304e"
    out = ellipse(at(-112, y + 62), 5.5, 6.5, colour, 0.92)
    for x, foot, rise in ((-132, 50, 46), (-152, 34, 62), (-170, 12, 70)):
        flame = [at(x + 14, y + foot), at(x - 8, y + foot - rise * 0.35), at(x + 2, y + foot - rise)]
        out += path(ribbon(flame, 17, "drop", 14), colour, opacity=0.92)
    return out


def on_skin(who: Subject) -> str:
    out = _scar(who) if "scar" in who.look.accessories else ""
    return out + (_tattoo(who) if "tattoo" in who.look.accessories else "")


# -- on the chest


def on_chest(who: Subject) -> str:
    """The pendant, in body units."""
    if "pendant" not in who.look.accessories:
        return ""
    chain = who.turn.body(
        [(-who.body.neck_base - 8, 724), (-66, 820), (0, 900), (66, 820), (who.body.neck_base + 8, 724)]
    )
    x, y = chain[2]
    jade = Tone("#4aa883", "#24705a", "#c2f6dc", "#0e3a2c")
    out = path(spline(chain), "none", GOLD.ink, 8) + path(spline(chain), "none", GOLD.base, 4.5)
    out += ellipse((x, y + 34), 36, 40, jade.base, extra=_rim(jade, 4)) + ellipse(
        (x, y + 36), 13, 14, jade.shade, extra=_rim(jade, 3)
    )
    out += ellipse((x - 14, y + 16), 8, 10, jade.light, 0.9) + _gem((x, y - 2), 9, 9, GOLD.base)
    for dx in (-6, 0, 6):
        out += path(f"M{pair((x + dx * 0.5, y + 74))}L{pair((x + dx * 2, y + 150))}", "none", RUBY, 5)
    return out


# -- on the hair, under the fringe


def _earrings(who: Subject) -> str:
    out = ""
    for side in SIDES:
        x, y = who.turn.face(side * (who.body.contour[4][0] + 9), who.body.eye_y + 76, -10)
        drop = f"M{pair((x, y + 22))}l10 36l-10 20l-10 -20Z"
        out += path(f"M{pair((x, y))}V{y + 26:.1f}", "none", GOLD.shade, 3)
        out += _gem((x, y), 8.5, 8.5, GOLD.base) + path(drop, _jewel_colour(who), GOLD.ink, 2)
        out += ellipse((x - 3, y + 54), 2.2, 8, "#fff", 0.8)
    return out


def _hairpin(who: Subject) -> str:
    """A long pin through the hair with a blossom and a tassel of beads."""
    start, stop = who.turn.hair([(-172, 6), (-40, 74)])
    out = path(f"M{pair(start)}L{pair(stop)}", "none", GOLD.ink, 12) + path(
        f"M{pair(start)}L{pair(stop)}", "none", GOLD.base, 7
    )
    x, y = start
    petal = "M0 0C-15-8-17-30 0-38C17-30 15-8 0 0Z"
    for angle in range(0, 360, 72):
        out += f'<g transform="translate({x:.1f} {y:.1f}) rotate({angle})">{path(petal, "#f4c6d2", GOLD.ink, 2)}</g>'
    out += _gem((x, y), 11, 11, RUBY)
    for k, length in ((-1, 96), (0, 134), (1, 104)):
        bx = x - 12 + k * 13
        out += path(f"M{pair((bx, y + 26))}V{y + length:.1f}", "none", GOLD.shade, 2.5)
        for b in range(3):
            out += ellipse((bx, y + length * (b + 2) / 4), 5, 5, GOLD.base, extra=_rim(GOLD, 1.5))
        out += _gem((bx, y + length + 6), 6, 9, RUBY)
    return out


def _mans_pin(who: Subject) -> str:
    """A plain pin with a jade head: through the knot where there is one."""
    knot = who.look.hair in ("topknot", "palace_bun")
    way = [(-122, -62), (0, -66), (122, -70)] if knot else [(-178, 34), (-120, 12), (-64, 2)]
    pin = who.turn.hair(way)
    out = path(spline(pin), "none", GOLD.ink, 16) + path(spline(pin), "none", GOLD.base, 11)
    out += ink([(x, y - 3) for x, y in pin], 4, GOLD.light, "taper", 0.9, 10)
    x, y = pin[0]
    out += path(f"M{x - 40:.1f} {y - 14:.1f}q-26 12 0 30l44 -6v-20z", "#4aa883", "#0e3a2c", 3.5)
    out += ellipse((x - 30, y - 4), 10, 4, "#c2f6dc", 0.9)
    if not knot:
        return out
    band = who.turn.hair([(-52, -34), (0, -22), (52, -34)])
    return out + path(spline(band), "none", GOLD.ink, 24) + path(spline(band), "none", GOLD.base, 17)


def on_hair(who: Subject) -> str:
    out = _earrings(who) if "earrings" in who.look.accessories else ""
    if "hairpin" not in who.look.accessories:
        return out
    return out + (_hairpin(who) if who.look.sex == "female" else _mans_pin(who))


# -- over eyes, mouth and fringe


def _glasses(who: Subject) -> str:
    """Thin metal frames with one glint a lens."""
    a, out = who.body, ""
    rim = mix(who.hair.ink, "#6a6270", 0.35)
    high = max(a.eye_h, 38)
    for side in SIDES:
        box = ((-1.22, -1.02), (0.0, -1.16), (1.22, -1.06), (1.30, 0.1), (0.85, 1.28), (-0.75, 1.30), (-1.2, 0.3))
        points = [who.turn.face(side * (a.eye_x + u * a.eye_w), a.eye_y + v * high, 190) for u, v in box]
        lens = spline(points, closed=True)
        left, right = min(p[0] for p in points), max(p[0] for p in points)
        x = left + (right - left) * 0.22
        glint = [
            (x, a.eye_y - high * 1.3),
            (x + 34, a.eye_y - high * 1.3),
            (x + 4, a.eye_y + high * 1.4),
            (x - 30, a.eye_y + high * 1.4),
        ]
        out += path(lens, "#cfe4ff", opacity=0.08) + clipped(lens, path(polygon(glint), "#ffffff", opacity=0.20))
        out += path(lens, "none", rim, 5.5)
        temple = who.turn.face(side * (a.contour[4][0] + 4), a.eye_y - 14, 10)
        out += path(f"M{pair(points[2])}L{pair(temple)}", "none", rim, 5)
    bridge = [who.turn.face(x, a.eye_y - 10 - (6 if x == 0 else 0), 205) for x in (-30, 0, 30)]
    return out + path(spline(bridge), "none", rim, 5.5)


def _veil(who: Subject) -> str:
    """Gauze from the cheekbones over the mouth, a gold border above."""
    a, at, tone = who.body, who.turn.face, accent(who.look.outfit_colour)
    top = [
        at(-a.contour[5][0] - 14, a.eye_y + 44, 30),
        at(-96, a.eye_y + 78),
        at(0, a.eye_y + 74, 236),
        at(96, a.eye_y + 78),
    ]
    top.append(at(a.contour[5][0] + 14, a.eye_y + 44, 30))
    low = [
        at(196, 600, 60),
        at(128, 716, 60),
        at(40, 690, 90),
        at(0, 742, 90),
        at(-46, 690, 90),
        at(-130, 720, 60),
        at(-198, 600, 60),
    ]
    sheet = between(top, low)
    out = path(sheet, mix(tone.base, "#fff6f0", 0.45), tone.ink, 3, 0.68)
    for x in (-120, -60, 0, 60, 120):
        fold = [at(x * 0.9, a.eye_y + 84), at(x * 1.1, 520), at(x * 1.2, 690, 80)]
        out += ink(fold, 10, tone.light if x < 40 else tone.shade, "taper", 0.6)
    out += path(spline(top), "none", GOLD.ink, 13) + path(spline(top), "none", GOLD.base, 8)
    return out + "".join(_gem((x, y + 12), 6, 8, RUBY) for x, y in top[1:4])


def _lock(brush: Brush, points: list[Point], width: float) -> str:
    out = path(ribbon(points, width, "lock"), brush.tone.base, brush.tone.ink, 2)
    return out + ink([(x - 2, y) for x, y in points[1:]], width * 0.18, brush.tone.light, "taper", 0.7, 10)


def _beard(who: Subject) -> str:
    """Moustache and chin locks: long on an elder, trimmed on the young."""
    brush, y = Brush(who), who.body.mouth_y
    elder = who.look.age > OLD_ABOVE
    out, long, fine = "", 1.0 if elder else 0.3, 1.0 if elder else 0.7

    def at(x: float, dy: float) -> Point:
        return who.turn.face(x, y + dy, 190)

    for side in SIDES:
        for way, width in (
            ([(8, -24), (38, -28), (70, -14), (84 if elder else 74, 18)], 12),
            ([(4, -26), (34, -24), (62, -6), (74, 44 if elder else 10)], 17 if elder else 12),
        ):
            out += _lock(brush, [at(side * x, dy) for x, dy in way], width * fine)
    for x, width, length in (
        (-30, 18, 92),
        (30, 18, 92),
        (-22, 20, 112),
        (22, 20, 112),
        (-11, 24, 138),
        (11, 24, 138),
        (0, 26, 166),
    ):
        tip = 46 + (length - 46) * long
        out += _lock(brush, [at(x * 0.8, 46), at(x * 1.4, 46 + (tip - 46) * 0.5), at(x * 0.4, tip)], width * fine)
    return out


def _phoenix_crown(who: Subject) -> str:
    """Gold feathers fanning over the bun, a ruby in the middle."""
    turn, out = who.turn.hair, ""
    for side in SIDES:
        for degrees, length in ((78, 120), (56, 140), (34, 152), (12, 158)):
            angle = math.radians(90 - degrees)
            bx, by = side * 12.0, -30.0
            ex, ey = bx + side * math.cos(angle) * length, by - math.sin(angle) * length
            mx, my, px, py = (bx + ex) / 2, (by + ey) / 2, math.sin(angle) * 20 * side, math.cos(angle) * 20
            feather = turn([(bx, by), (mx + px, my + py), (ex, ey), (mx - px, my - py)])
            out += path(spline(feather, closed=True), GOLD.base, GOLD.ink, 3)
            out += ink(turn([(bx, by), (mx, my), (ex, ey)]), 5, GOLD.shade, count=8) + _gem(
                turn([(ex, ey)])[0], 8, 8, RUBY
            )
    band = turn([(-124, -14), (-60, -46), (0, -62), (60, -46), (124, -14), (60, -14), (0, -24), (-60, -14)])
    out += path(spline(band, closed=True), GOLD.base, GOLD.ink, 3)
    heart = turn([(0, -98), (28, -56), (0, -16), (-28, -56)])
    out += path(spline(heart, closed=True), GOLD.base, GOLD.ink, 3) + _gem(turn([(0, -56)])[0], 13, 19, RUBY)
    return out + ink(turn([(-100, -24), (-50, -42), (-10, -52)]), 5, GOLD.light, count=10)


def _guan(who: Subject) -> str:
    """The small openwork cap of a prince around the topknot, with a long pin."""
    turn = who.turn.hair
    pin = turn([(-128, -96), (128, -96)])
    out = path(spline(pin), "none", GOLD.ink, 14) + path(spline(pin), "none", GOLD.base, 9) + _gem(pin[0], 10, 10, RUBY)
    cap = turn(
        [
            (-70, -46),
            (-84, -96),
            (-58, -150),
            (-30, -118),
            (0, -186),
            (30, -118),
            (58, -150),
            (84, -96),
            (70, -46),
            (0, -34),
        ]
    )
    out += path("M" + "L".join(pair(p) for p in cap) + "Z", GOLD.base, GOLD.ink, 4)
    out += ink(turn([(-60, -60), (0, -50), (60, -60)]), 9, GOLD.shade) + ink(
        turn([(-66, -92), (-50, -126)]), 6, GOLD.light, count=8
    )
    return out + _gem(turn([(0, -98)])[0], 15, 21, _jewel_colour(who))


def _tiara(who: Subject) -> str:
    turn = who.turn.hair
    tall = 1.0 if who.body.female else 0.4
    low = turn([(-170, 60), (-100, 8), (0, -12), (100, 8), (170, 60)])
    spikes = [(160, 36), (112, -40), (84, -12), (50, -84), (26, -40), (0, -116)]
    spikes = [(x, (y + 12 - x * x * 0.0028) * tall - 12 + x * x * 0.0028 - (1 - tall) * 22) for x, y in spikes]
    high = turn(spikes + [(-x, y) for x, y in spikes[-2::-1]])
    out = path(spline(low) + "L" + "L".join(pair(p) for p in high) + "Z", GOLD.base, GOLD.ink, 3.5)
    out += ink([(x, y - 7) for x, y in low], 6, GOLD.light)
    for x, y, r in ((0, -52, 15), (-52, -38, 9), (52, -38, 9), (-110, -8, 7), (110, -8, 7)):
        out += _gem(turn([(x, -10 + (y + 10) * max(tall, 0.5))])[0], r * 0.8, r, _jewel_colour(who))
    return out


def _crown(who: Subject) -> str:
    if who.look.hair == "palace_bun" and who.body.female:
        return _phoenix_crown(who)
    return _guan(who) if who.look.hair in ("topknot", "palace_bun") else _tiara(who)


def over_all(who: Subject) -> str:
    """What covers eyes, mouth or fringe."""
    drawn = {"veil": _veil, "beard": _beard, "glasses": _glasses, "crown": _crown}
    return "".join(draw(who) for word, draw in drawn.items() if word in who.look.accessories)
